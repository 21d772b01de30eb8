#include "watch/reload.h"

#include "infer/typeck.h"
#include "names/names.h"
#include "query/query.h"
#include "types/sig.h"

// ---- shapes -------------------------------------------------------------------------------------

static u64 shape_of(Db *db, DefId def) {
    const AdtDef *adt = adt_def(db, def);
    u64 hash = hash_mix(adt->kind, adt->variants.count);
    for (u32 i = 0; i < adt->variants.count; i++) {
        const AdtVariant *variant = adt_variant(adt, i);
        hash = hash_mix(hash_mix(hash, variant->name.id), variant->field_count);
        for (u32 f = 0; f < variant->field_count; f++) {
            const AdtField *field = adt_field(adt, variant, f);
            hash = hash_mix(hash_mix(hash, field->name.id), field->ty.id);
        }
        if (adt->kind != DEF_ENUM) continue;
        i128 value = discriminant_value(db, def, i);
        hash = hash_mix(hash_mix(hash, (u64)value), (u64)(value >> 64));
    }
    return hash;
}

static u32 folded(u64 hash) {
    u32 small = (u32)(hash ^ hash >> 32);
    return small ? small : 1;
}

static bool is_adt(Db *db, DefId def) {
    DefKind kind = def_kind(db, def);
    return kind == DEF_STRUCT || kind == DEF_ENUM || kind == DEF_UNION;
}

void watch_shapes_deinit(WatchShapes *shapes) {
    map_deinit(&shapes->shapes);
}

static void note_from(WatchShapes *shapes, Db *db, CrateId crate, u32 first) {
    for (u32 id = first; id < def_count(db); id++) {
        DefId def = {id};
        if (def_crate(db, def).id != crate.id || !is_adt(db, def)) continue;
        if (query_has_memo(db, Q_adt_def, id))
            map_set(&shapes->shapes, id, folded(shape_of(db, def)));
    }
    shapes->noted = def_count(db);
}

static InstanceId allocator_of(Db *db, CrateId crate) {
    InstanceId functions[4];
    return mono_global_allocator(db, crate, functions) ? functions[0] : (InstanceId){0};
}

void watch_shapes_note(WatchShapes *shapes, Db *db, CrateId crate) {
    note_from(shapes, db, crate, 1);
    shapes->allocator = allocator_of(db, crate);
}

// Whether code was made that knows the layout of a type made of `def`.
static bool is_laid_out(Db *db, DefId def) {
    for (u32 id = 1; id < ty_count(db); id++) {
        const TyRow *row = ty_row(db, (Ty){id});
        if (row->kind == TY_ADT && def_eq(row->def, def) && query_has_memo(db, Q_layout, id))
            return true;
    }
    return false;
}

static Str reason(Scratch *scratch, const char *what, Str name) {
    return scratch_print(scratch, "%s %.*s changed", what, STR_ARG(name));
}

// ---- what the edit changed ----------------------------------------------------------------------

typedef struct Looking {
    Db *db;
    CrateId crate;
    WatchShapes *shapes;
    const IrSymbols *symbols;
    Scratch *scratch;
    Str *restart;
    Map defs; // whose signature or captures changed
} Looking;

static bool sig_changed(void *cx, IrSym sym) {
    Looking *changes = cx;
    if (!changes->defs.count) return false;
    const IrSymRow *row = ir_symbol_row(changes->symbols, sym);
    if (!row->key) return false;
    MonoRef ref = mono_ref(changes->db, row->key);
    if (ref.kind != REF_INSTANCE) return false;
    return map_get(&changes->defs, instance_row(changes->db, ref.instance)->def.id) != 0;
}

// Looks through the memos that changed. The list grows while shapes are asked for.
static bool look(void *cx) {
    Looking *l = cx;
    Db *db = l->db;
    u32 count;
    (void)query_changes(db, &count);
    for (u32 i = 0; i < count; i++) {
        QueryChange change = query_changes(db, &count)[i];
        DefId def = {change.key};
        switch (change.kind) {
        case Q_adt_def:
        case Q_discriminants: {
            if (def_crate(db, def).id != l->crate.id) break;
            u32 before = map_get(&l->shapes->shapes, def.id);
            // Of a type that only later code uses, nothing is known but that it changed.
            if ((before && before == folded(shape_of(db, def))) || !is_laid_out(db, def)) break;
            *l->restart =
                reason(l->scratch, "layout of", symbol_str(&db->symbols, def_row(db, def)->name));
            return false;
        }
        case Q_vtable_shape: {
            u64 mark = scratch_mark(&db->scratch);
            *l->restart =
                reason(l->scratch, "layout of", ty_print(db, (Ty){change.key}, &db->scratch));
            scratch_rewind(&db->scratch, mark);
            return false;
        }
        case Q_type_of:
            if (def_kind(db, def) != DEF_STATIC) break;
            *l->restart =
                reason(l->scratch, "type of", symbol_str(&db->symbols, def_row(db, def)->name));
            return false;
        case Q_crate_check: // another allocator is another value of it
            if (allocator_of(db, l->crate).id == l->shapes->allocator.id) break;
            *l->restart = STR("the global allocator changed");
            return false;
        case Q_fn_sig:
        case Q_closure_facts: map_set(&l->defs, def.id, 1); break;
        default: break;
        }
    }
    return true;
}

bool watch_reload(Db *db, CrateId crate, WatchShapes *shapes, JitRun *run, const IrSymbols *symbols,
                  Scratch *scratch, WatchReload *out) {
    *out = (WatchReload){0};
    Looking looking = {db, crate, shapes, symbols, scratch, &out->restart, {0}};
    JitReloadHooks hooks = {&looking, look, sig_changed};
    bool ok = jit_run_reload(run, scratch, &hooks, &out->patch);
    if (!out->restart.len) out->restart = out->patch.restart;
    map_deinit(&looking.defs);
    if (ok) {
        // Shapes of types that nothing used yet may have changed.
        u32 count;
        (void)query_changes(db, &count);
        for (u32 i = 0; i < count; i++) {
            QueryChange change = query_changes(db, &count)[i];
            if (change.kind != Q_adt_def && change.kind != Q_discriminants) continue;
            map_set(&shapes->shapes, change.key, folded(shape_of(db, (DefId){change.key})));
        }
        note_from(shapes, db, crate, shapes->noted);
        query_changes_clear(db);
        query_suspects_clear(db);
    }
    return ok;
}
