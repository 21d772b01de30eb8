// What code refers to: interned references, precompiled symbols, locations, vtables.

#include "mono/mono_internal.h"

#include <stdlib.h>

struct MonoStore *mono_store_new(void) {
    struct MonoStore *store = calloc(1, sizeof *store);
    CHECK(store);
    interner_init(&store->refs);
    ir_symbols_init(&store->symbols);
    store->fn_kind = IR_SYM_FN_SLOT;
    return store;
}

void mono_store_free(struct MonoStore *store) {
    if (!store) return;
    interner_deinit(&store->refs);
    ir_symbols_deinit(&store->symbols);
    map_deinit(&store->precompiled);
    map_deinit(&store->intrinsics);
    map_deinit(&store->inlining);
    free(store);
}

void mono_store_image(struct MonoStore *store, Image *image) {
    image_interner(image, &store->refs);
    image_interner(image, &store->symbols.rows);
    image_map(image, &store->precompiled);
    image_map(image, &store->intrinsics);
    image_map(image, &store->inlining);
}

void mono_set_find_path(Db *db, MonoFindPath *find) {
    db->mono->find_path = find;
}
u64 *mono_gen_ns(Db *db) {
    return &db->mono->gen_ns;
}
IrSymbols *mono_symbols(Db *db) {
    return &db->mono->symbols;
}

// Without what stands between the members.
static void clean_ref(MonoRef *clean, MonoRef ref) {
    memset(clean, 0, sizeof *clean);
    clean->kind = ref.kind;
    clean->instance = ref.instance;
    clean->def = ref.def;
    clean->args = ref.args;
    clean->index = ref.index;
    clean->alloc = ref.alloc;
    clean->name = ref.name;
    clean->ty = ref.ty;
    clean->dyn = ref.dyn;
}

u32 mono_ref_intern(Db *db, MonoRef ref) {
    MonoRef clean;
    clean_ref(&clean, ref);
    return intern(&db->mono->refs, &clean, sizeof clean);
}

MonoRef mono_ref(const Db *db, u64 key) {
    return *(const MonoRef *)intern_bytes(&db->mono->refs, (u32)key, NULL);
}

IrSym mono_symbol(Db *db, IrSymKind kind, MonoRef ref) {
    if (ref.kind == REF_INSTANCE) kind = db->mono->fn_kind;
    bool external =
        ref.kind == REF_EXTERN || ref.kind == REF_EXTERN_DATA || ref.kind == REF_EXTERN_TLS;
    u32 key = external ? 0 : mono_ref_intern(db, ref);
    Str name = external ? symbol_str(&db->symbols, ref.name) : STR("");
    return ir_symbol(&db->mono->symbols, kind, key, name);
}

IrSym mono_symbol_find(const Db *db, IrSymKind kind, MonoRef ref) {
    if (ref.kind == REF_INSTANCE) kind = db->mono->fn_kind;
    MonoRef clean;
    clean_ref(&clean, ref);
    u32 key = intern_find(&db->mono->refs, &clean, sizeof clean);
    return key ? ir_symbol_find(&db->mono->symbols, kind, key) : (IrSym){0};
}

IrSym ref_sym(Fn *f, IrSymKind kind, MonoRef ref) {
    return mono_symbol(f->db, kind, ref);
}

void mono_set_fn_kind(Db *db, IrSymKind kind) {
    db->mono->fn_kind = kind;
    memset(db->mono->known_instances, 0, sizeof db->mono->known_instances);
}

IrVal ref_addr(Fn *f, MonoRef ref) {
    if (ref.kind == REF_STATIC) { // a static of the library may have been compiled with it
        Symbol symbol = mono_precompiled_static(f->db, ref.def);
        if (symbol.id) ref = (MonoRef){.kind = REF_EXTERN_DATA, .name = symbol};
    }
    IrSymKind kind = ref.kind == REF_EXTERN_DATA ? IR_SYM_DATA_EXTERN : IR_SYM_DATA;
    return ir_sym_addr(f->ir, ref_sym(f, kind, ref), 0);
}

IrSym known_fn(Fn *f, const char *name) {
    Symbol symbol = symbol_intern(&f->db->symbols, str_from(name));
    return ref_sym(f, IR_SYM_FN_EXTERN, (MonoRef){.kind = REF_EXTERN, .name = symbol});
}

// ---- precompiled code
// -----------------------------------------------------------------------------

// The path of a definition in the form of symbols/v0.h; "" where it has generic parameters.
static bool canonical(Db *db, DefId def, Scratch *scratch, Str *out) {
    const DefRow *row = def_row(db, def);
    Str name = symbol_str(&db->symbols, row->name);
    switch ((DefKind)row->kind) {
    case DEF_MOD:
        if (!row->parent.id) {
            *out = symbol_str(&db->symbols, crate_row(db, def_crate(db, def))->name);
            return true;
        }
        break;
    case DEF_BLOCK:
    case DEF_FOREIGN_MOD: return canonical(db, row->parent, scratch, out);
    case DEF_IMPL: {
        const ImplHeader *header = impl_header(db, def);
        if (generics_count(db, def) != 0) return false;
        Str self = ty_print_full(db, header->self_ty, scratch);
        if (!header->trait_ref.trait.id) {
            *out = scratch_print(scratch, "<M %.*s>", STR_ARG(self));
            return true;
        }
        Str trait;
        if (!canonical(db, header->trait_ref.trait, scratch, &trait)) return false;
        u32 count;
        const Ty *args = args_at(db, header->trait_ref.args, &count);
        VEC(char) text = {0};
        for (u32 i = 1; i < count; i++) {
            Str arg = ty_print_full(db, args[i], scratch);
            if (i == 1)
                vec_push(scratch, &text, '<');
            else
                vec_append(scratch, &text, ", ", 2);
            vec_append(scratch, &text, arg.at, arg.len);
            if (i + 1 == count) vec_push(scratch, &text, '>');
        }
        *out = scratch_print(scratch, "<%.*s as %.*s%.*s>", STR_ARG(self), STR_ARG(trait),
                             (int)text.count, text.at ? text.at : "");
        return true;
    }
    case DEF_TRAIT: break;
    default: break;
    }
    Str parent;
    if (!canonical(db, row->parent, scratch, &parent)) return false;
    *out = scratch_print(scratch, "%.*s::%.*s", STR_ARG(parent), STR_ARG(name));
    return true;
}

Str mono_canonical_path(Db *db, DefId def, Scratch *scratch) {
    Str out;
    return canonical(db, def, scratch, &out) ? out : STR("");
}

static Symbol find_path(Db *db, DefId def) {
    if (!db->mono->find_path) return (Symbol){0};
    u64 mark = scratch_mark(&db->scratch);
    Str path = mono_canonical_path(db, def, &db->scratch);
    Symbol found = path.len ? db->mono->find_path(db, path) : (Symbol){0};
    scratch_rewind(&db->scratch, mark);
    return found;
}

// A function with `#[rustc_std_internal_symbol]` or `#[no_mangle]` in the library goes by that
// name.
static Symbol internal_symbol(Db *db, DefId def) {
    const DefAttrs *attrs = def_attrs(db, def);
    if (!(attrs->flags & (DEF_ATTR_STD_INTERNAL_SYMBOL | DEF_ATTR_NO_MANGLE)) ||
        !db->mono->find_path)
        return (Symbol){0};
    Str name =
        symbol_str(&db->symbols, attrs->link_name.id ? attrs->link_name : def_row(db, def)->name);
    u64 mark = scratch_mark(&db->scratch);
    Str path = scratch_print(&db->scratch, "__rustc::%.*s", STR_ARG(name));
    Symbol found = db->mono->find_path(db, path);
    scratch_rewind(&db->scratch, mark);
    return found;
}

Symbol mono_precompiled(Db *db, InstanceId instance) {
    u32 known = map_get(&db->mono->precompiled, instance.id);
    if (known) return (Symbol){known - 1};
    InstanceRow row = *instance_row(db, instance);
    Symbol symbol = {0};
    bool candidate = (row.kind == INST_ITEM || row.kind == INST_EXTERN) && row.def.id;
    if (candidate && row.kind == INST_EXTERN) {
        symbol = internal_symbol(db, row.def);
    } else if (candidate && !crate_row(db, def_crate(db, row.def))->is_local &&
               args_count(db, row.args) == 0) {
        DefKind kind = def_kind(db, row.def);
        if (kind == DEF_FN || kind == DEF_ASSOC_FN) {
            symbol = internal_symbol(db, row.def);
            if (!symbol.id) symbol = find_path(db, row.def);
        }
    }
    // What the user's own foreign functions are called may change with an edit.
    if (!candidate || !crate_row(db, def_crate(db, row.def))->is_local)
        map_set(&db->mono->precompiled, instance.id, symbol.id + 1);
    return symbol;
}

Symbol mono_precompiled_static(Db *db, DefId def) {
    if (crate_row(db, def_crate(db, def))->is_local) return (Symbol){0};
    DefId parent = def_row(db, def)->parent;
    if (parent.id && def_kind(db, parent) == DEF_FOREIGN_MOD) return (Symbol){0};
    Symbol symbol = internal_symbol(db, def);
    return symbol.id ? symbol : find_path(db, def);
}

// ---- locations
// ------------------------------------------------------------------------------------

const MonoLocation *mono_locations(const Db *db, u32 *count) {
    *count = db->mono->locations.count;
    return db->mono->locations.at;
}

IrVal location_at(Fn *f, DefId def, u32 lo) {
    struct MonoStore *store = f->db->mono;
    u32 index = 0;
    while (index < store->locations.count &&
           (store->locations.at[index].def.id != def.id || store->locations.at[index].lo != lo))
        index++;
    if (index == store->locations.count)
        vec_push(f->scratch, &store->locations, (MonoLocation){def, lo});
    return ref_addr(f, (MonoRef){.kind = REF_LOCATION, .instance = f->instance, .index = index});
}

// What a #[track_caller] callee is told: who called the one that calls it, if that is one itself.
IrVal caller_location(Fn *f) {
    for (const Frame *frame = f->frame;; frame = frame->outer) {
        u32 scope = frame->scope, lo = frame->lo;
        const MirScope *row = NULL;
        for (; scope; scope = row->parent, lo = row->lo) {
            row = LIST_AT(frame->body, MirScope, frame->body->scopes) + scope - 1;
            if (!row->track_caller) return location_at(f, row->def, lo);
        }
        if (frame->track_caller && frame->outer) continue;
        return frame->track_caller && frame->location.id ? frame->location
                                                         : location_at(f, frame->def, lo);
    }
}

// ---- vtables
// --------------------------------------------------------------------------------------

IrVal vtable_address(Fn *f, Ty ty, Ty dyn) {
    return ref_addr(f, (MonoRef){.kind = REF_VTABLE, .ty = ty, .dyn = dyn});
}

static VtableWord fn_word(Db *db, InstanceId instance) {
    MonoRef ref = {.kind = REF_INSTANCE, .instance = instance};
    Symbol symbol = mono_precompiled(db, instance);
    if (symbol.id) ref = (MonoRef){.kind = REF_EXTERN, .name = symbol};
    return (VtableWord){true, mono_ref_intern(db, ref)};
}

const VtableWord *mono_vtable(Db *db, Ty ty, Ty dyn, u32 *count) {
    const VtableEntry *entries = vtable_entries(db, dyn, count);
    VtableWord *words = SCRATCH_ARRAY(&db->scratch, VtableWord, *count);
    const Layout *l = layout_of(db, ty);
    for (u32 i = 0; i < *count; i++) {
        switch ((VtableEntryKind)entries[i].kind) {
        case VT_DROP:
            if (type_needs_drop(db, ty)) words[i] = fn_word(db, instance_drop_glue(db, ty));
            break;
        case VT_SIZE: words[i].value = l->size; break;
        case VT_ALIGN: words[i].value = l->align; break;
        case VT_VACANT: break;
        case VT_METHOD: {
            InstanceId instance = vtable_instance(db, ty, dyn, i);
            if (instance.id) words[i] = fn_word(db, instance);
            break;
        }
        case VT_TRAIT_VPTR: {
            Existential e = {.principal = entries[i].trait};
            u32 n;
            const Ty *args = args_at(db, entries[i].trait_args, &n);
            e.args = args_intern(db, args + 1, n - 1);
            MonoRef ref = {.kind = REF_VTABLE, .ty = ty, .dyn = ty_dyn(db, &e, NULL, NULL)};
            words[i] = (VtableWord){true, mono_ref_intern(db, ref)};
            break;
        }
        }
    }
    return words;
}
