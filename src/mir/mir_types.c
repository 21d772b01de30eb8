// Facts about types as the body's author sees them: generic, under the where-clauses of the owner.

#include "mir/mir_internal.h"

u128 mask_bits(u128 v, u32 bytes) {
    return bytes >= 16 ? v : v & (((u128)1 << (bytes * 8)) - 1);
}
i128 sign_extend(u128 v, u32 bytes) {
    if (bytes >= 16) return (i128)v;
    u32 shift = 128 - bytes * 8;
    return (i128)(v << shift) >> shift;
}

static TyFact *fact_of(MirBuild *b, Ty ty) {
    if (b->fact_count * 2 >= b->fact_cap) {
        u32 cap = b->fact_cap ? b->fact_cap * 2 : 64;
        TyFact *facts = SCRATCH_ARRAY(b->scratch, TyFact, cap);
        for (u32 i = 0; i < b->fact_cap; i++) {
            if (!b->facts[i].ty) continue;
            u32 at = (b->facts[i].ty * 2654435761u) & (cap - 1);
            while (facts[at].ty)
                at = (at + 1) & (cap - 1);
            facts[at] = b->facts[i];
        }
        b->facts = facts;
        b->fact_cap = cap;
    }
    u32 at = (ty.id * 2654435761u) & (b->fact_cap - 1);
    while (b->facts[at].ty && b->facts[at].ty != ty.id)
        at = (at + 1) & (b->fact_cap - 1);
    if (!b->facts[at].ty) {
        b->facts[at].ty = ty.id;
        b->fact_count++;
    }
    return &b->facts[at];
}

#define VAGUE_FLAGS (TY_HAS_PARAM | TY_HAS_PROJECTION | TY_HAS_OPAQUE)

SolveCx solve_cx(const MirBuild *b, InferTable *table) {
    return (SolveCx){
        .db = b->db, .table = table, .env = b->env, .library_only = !def_is_local(b->db, b->owner)};
}

static bool holds(MirBuild *b, Ty ty, LangItem trait) {
    DefId def = lang_item(b->db, trait);
    if (!def.id) return false;
    u64 mark = scratch_mark(b->scratch);
    GoalVec pending = {0};
    SolveCx cx = solve_cx(b, infer_table_new(b->db, b->scratch));
    TraitRef goal = {def, args_intern(b->db, &ty, 1)};
    bool yes = solve_trait(&cx, goal, &pending, NULL) == SOLVE_YES && pending.count == 0;
    scratch_rewind(b->scratch, mark);
    return yes;
}

static bool compute_copy(MirBuild *b, Ty ty) {
    const Db *db = b->db;
    const TyRow *row = ty_row(db, ty);
    if (row->kind >= TY_BOOL && row->kind <= TY_NEVER && row->kind != TY_STR) return true;
    switch ((TyKind)row->kind) {
    case TY_ERROR:
    case TY_PTR:
    case TY_FN_DEF:
    case TY_FN_PTR:
    case TY_PAT: return true;
    case TY_REF: return !row->is_mut;
    case TY_STR:
    case TY_SLICE:
    case TY_DYN:
    case TY_FOREIGN: return false;
    case TY_ARRAY: return ty_copy(b, row->elem);
    case TY_TUPLE: {
        u32 count;
        const Ty *elems = ty_elems(db, ty, &count);
        for (u32 i = 0; i < count; i++) {
            if (!ty_copy(b, elems[i])) return false;
        }
        return true;
    }
    case TY_CLOSURE: {
        u32 count;
        const Ty *upvars = args_at(db, closure_upvar_tys(b->db, ty), &count);
        for (u32 i = 0; i < count; i++) {
            if (!ty_copy(b, upvars[i])) return false;
        }
        return true;
    }
    default: break;
    }
    if (!(row->flags & VAGUE_FLAGS)) return type_is_copy(b->db, ty);
    return holds(b, ty, LANG_copy);
}

bool ty_copy(MirBuild *b, Ty ty) {
    TyFact *fact = fact_of(b, ty);
    if (fact->copy) return fact->copy == 2;
    fact->copy = 1; // of a type inside itself
    bool yes = compute_copy(b, ty);
    fact_of(b, ty)->copy = yes ? 2 : 1;
    return yes;
}

bool adt_has_drop_impl(Db *db, Ty ty) {
    DefId trait = lang_item(db, LANG_drop);
    if (!trait.id) return false;
    DefId adt = ty_row(db, ty)->def;
    u64 mark = scratch_mark(&db->scratch);
    u32 count;
    const DefId *impls = impls_of_trait(db, trait, ty_simplify(db, ty), &db->scratch, &count);
    bool found = false;
    for (u32 i = 0; i < count && !found; i++) {
        const ImplHeader *header = impl_header(db, impls[i]);
        const TyRow *self = ty_row(db, header->self_ty);
        found = self->kind == TY_ADT && def_eq(self->def, adt) && !header->is_negative;
    }
    scratch_rewind(&db->scratch, mark);
    return found;
}

static bool adt_drops(MirBuild *b, Ty ty) {
    Db *db = b->db;
    DefId def = ty_row(db, ty)->def;
    LangItem lang = lang_item_of(db, def);
    if (lang == LANG_manually_drop || lang == LANG_phantom_data || lang == LANG_maybe_uninit)
        return false;
    if (lang == LANG_owned_box) return true;
    if (adt_has_drop_impl(db, ty)) return true;
    const AdtDef *adt = adt_def(db, def);
    if (adt->kind == DEF_UNION) return false;
    for (u32 v = 0; v < adt->variants.count; v++) {
        const AdtVariant *variant = adt_variant(adt, v);
        for (u32 i = 0; i < variant->field_count; i++) {
            if (ty_drops(b, build_field_ty(b, ty, v, i))) return true;
        }
    }
    return false;
}

static bool compute_drops(MirBuild *b, Ty ty) {
    Db *db = b->db;
    const TyRow *row = ty_row(db, ty);
    if (row->kind <= TY_ERROR) return false;
    switch ((TyKind)row->kind) {
    case TY_REF:
    case TY_PTR:
    case TY_FN_DEF:
    case TY_FN_PTR:
    case TY_FOREIGN:
    case TY_PAT: return false;
    case TY_DYN: return true;
    case TY_ARRAY: {
        const TyRow *len = ty_row(db, row->len);
        if (len->kind == TY_CONST_VALUE && len->lo_bits == 0) return false;
        return ty_drops(b, row->elem);
    }
    case TY_SLICE: return ty_drops(b, row->elem);
    case TY_TUPLE: {
        u32 count;
        const Ty *elems = ty_elems(db, ty, &count);
        for (u32 i = 0; i < count; i++) {
            if (ty_drops(b, elems[i])) return true;
        }
        return false;
    }
    case TY_CLOSURE: {
        u32 count;
        const Ty *upvars = args_at(db, closure_upvar_tys(db, ty), &count);
        for (u32 i = 0; i < count; i++) {
            if (ty_drops(b, upvars[i])) return true;
        }
        return false;
    }
    case TY_ADT: return adt_drops(b, ty);
    default: return !ty_copy(b, ty);
    }
}

bool ty_drops(MirBuild *b, Ty ty) {
    TyFact *fact = fact_of(b, ty);
    if (fact->drop) return fact->drop == 2;
    fact->drop = 1; // a type inside itself is there only behind something that drops anyway
    bool yes = compute_drops(b, ty);
    fact_of(b, ty)->drop = yes ? 2 : 1;
    return yes;
}

Ty ty_normal(MirBuild *b, Ty ty) {
    if (!(ty_flags(b->db, ty) & TY_HAS_PROJECTION)) return ty;
    u64 mark = scratch_mark(b->scratch);
    GoalVec pending = {0};
    InferTable *table = infer_table_new(b->db, b->scratch);
    SolveCx cx = solve_cx(b, table);
    Ty out = infer_resolve(table, solve_normalize(&cx, ty, &pending));
    scratch_rewind(b->scratch, mark);
    return ty_flags(b->db, out) & TY_HAS_INFER ? ty : out;
}

bool ty_is_box(const Db *db, Ty ty) {
    const TyRow *row = ty_row(db, ty);
    return row->kind == TY_ADT && lang_item_of((Db *)db, row->def) == LANG_owned_box;
}

Ty ty_deref(const Db *db, Ty ty) {
    const TyRow *row = ty_row(db, ty);
    if (row->kind == TY_REF || row->kind == TY_PTR) return row->elem;
    if (ty_is_box(db, ty)) return args_get(db, row->args, 0);
    return (Ty){TY_NONE};
}

Ty build_field_ty(MirBuild *b, Ty ty, u32 variant, u32 field) {
    const TyRow *row = ty_row(b->db, ty);
    const AdtDef *adt = adt_def(b->db, row->def);
    return ty_normal(
        b, ty_subst(b->db, adt_field(adt, adt_variant(adt, variant), field)->ty, row->args));
}

// Storage marks are kept for what mono puts in memory anyway.
bool storage_matters(MirBuild *b, Ty ty) {
    TyKind kind = ty_kind(b->db, ty);
    return kind > TY_ERROR && kind != TY_REF && kind != TY_PTR && kind != TY_FN_PTR &&
           kind != TY_FN_DEF &&
           !(kind == TY_TUPLE && args_count(b->db, ty_row(b->db, ty)->args) == 0);
}

Ty discr_ty(Db *db, DefId adt) {
    u8 repr = def_attrs(db, adt)->repr_int;
    return repr ? (Ty){TY_BOOL + repr - 1u} : TY_OF(ISIZE);
}

DefId trait_method(Db *db, LangItem trait, Str name) {
    DefId def = lang_item(db, trait);
    if (!def.id) return (DefId){0};
    return assoc_item_named(db, def, symbol_intern(&db->symbols, name), ASSOC_FN);
}
