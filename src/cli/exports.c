// What other objects may refer to by name: #[no_mangle] and #[export_name]. It is compiled whether
// or not main reaches it.
#include "cli/program.h"

bool def_is_exported(Db *db, DefId def) {
    DefKind kind = def_kind(db, def);
    if (kind != DEF_FN && kind != DEF_ASSOC_FN && kind != DEF_STATIC) return false;
    if (!crate_row(db, def_crate(db, def))->is_local || !def_has_body(db, def)) return false;
    const DefAttrs *attrs = def_attrs(db, def);
    return (attrs->flags & DEF_ATTR_NO_MANGLE) != 0 || attrs->link_name.id != 0;
}

bool def_is_allocator(Db *db, DefId def) {
    return def_kind(db, def) == DEF_STATIC &&
           def_has_attr(db, def, symbol_intern(&db->symbols, STR("global_allocator")));
}

bool program_exports(void *cx, IrSym sym) {
    Program *p = cx;
    Db *db = p->session->db;
    const IrSymRow *row = ir_symbol_row(p->source.symbols, sym);
    if (!row->key) return false;
    MonoRef ref = mono_ref(db, row->key);
    if (ref.kind == REF_STATIC) return def_is_exported(db, ref.def);
    if (ref.kind != REF_INSTANCE) return false;
    const InstanceRow *instance = instance_row(db, ref.instance);
    return instance->kind == INST_ITEM && def_is_exported(db, instance->def);
}

Str program_static_name(Program *p, DefId def) {
    Db *db = p->session->db;
    if (!def_is_exported(db, def)) return STR("");
    const DefAttrs *attrs = def_attrs(db, def);
    return symbol_str(&db->symbols,
                      attrs->link_name.id ? attrs->link_name : def_row(db, def)->name);
}

void program_find_roots(Program *p) {
    Db *db = p->session->db;
    p->roots.count = 0;
    u32 bytes;
    const u32 *exported = query_get_sized(db, Q_crate_check, p->session->crate.id, &bytes);
    for (u32 i = 0; i < bytes / sizeof *exported; i++) {
        DefId def = {exported[i]};
        if (!def_is_exported(db, def) || generics_count(db, def)) continue;
        MonoRef ref = {.kind = REF_STATIC, .def = def};
        if (def_kind(db, def) != DEF_STATIC)
            ref = (MonoRef){.kind = REF_INSTANCE, .instance = instance_resolve(db, def, (Args){0})};
        vec_push(&p->memory, &p->roots, mono_symbol(db, IR_SYM_DATA, ref));
    }
    p->source.roots = p->roots.at;
    p->source.root_count = p->roots.count;
}
