// What items demand of their parameters: where-clauses, bounds, implied Sized, supertraits, and the
// bounds associated and opaque types promise.
#include "types/types_internal.h"

Predicate predicate_subst(Db *db, Predicate p, Args args) {
    if (p.kind == PRED_TRAIT) {
        p.trait_ref.args = args_subst(db, p.trait_ref.args, args);
    } else {
        p.projection = ty_subst(db, p.projection, args);
        p.ty = ty_subst(db, p.ty, args);
    }
    return p;
}

static void return_predicates(Db *db, const PredicateVec *preds, DefId parent) {
    Blob blob;
    blob_begin(&blob, &db->scratch, sizeof(Predicates));
    List list = blob_add(&blob, preds->at, preds->count, sizeof(Predicate));
    Predicates *p = blob_header(&blob);
    p->own = list;
    p->parent = parent;
    query_return_blob(db, &blob);
}

static void push_sized(Db *db, Ty ty, PredicateVec *out) {
    DefId sized = lang_item(db, LANG_sized);
    if (!sized.id) return;
    Predicate p = {.kind = PRED_TRAIT, .trait_ref = {sized, args_intern(db, &ty, 1)}};
    vec_push(&db->scratch, out, p);
}

static const HirBound *bound_at(const void *blob, const HirTables *t, HirList bounds, u32 i) {
    return &LIST_AT(blob, HirBound, t->bounds)[bounds.first + i];
}

bool hir_bounds_relax_sized(Db *db, const void *blob, const HirTables *t, HirList bounds) {
    for (u32 i = 0; i < bounds.count; i++) {
        const HirBound *b = bound_at(blob, t, bounds, i);
        if (b->is_maybe) return true;
        DefId trait = hir_bound_trait(blob, t, b);
        if (!trait.id) continue;
        LangItem lang = lang_item_of(db, trait);
        if (lang == LANG_pointee_sized || lang == LANG_meta_sized) return true;
    }
    return false;
}

// The own index of the parameter a where-clause is about, or UINT32_MAX.
static u32 where_own_param(const HirItem *item, const HirWhere *w) {
    if (!w->bounded.id) return w->param;
    const HirTyRow *row = &LIST_AT(item, HirTyRow, item->t.tys)[w->bounded.id];
    if (row->kind != HIR_TY_PATH) return UINT32_MAX;
    const HirPathRow *path = &LIST_AT(item, HirPathRow, item->t.paths)[row->path.id];
    if (path->is_relative || path->qself.id || path->res.kind != RES_TY_PARAM ||
        !def_eq(path->res.def, item->def))
        return UINT32_MAX;
    return path->res.index;
}

static void push_bounds(TyLower *lower, const HirItem *item, HirList bounds, Ty subject,
                        bool refs_only, PredicateVec *out) {
    for (u32 i = 0; i < bounds.count; i++)
        lower_bound(lower, item, &item->t, bound_at(item, &item->t, bounds, i), subject, refs_only,
                    &lower->db->scratch, out);
}

static Ty own_param_ty(Db *db, const Generics *g, u32 own) {
    u32 index = g->parent_count + own;
    if (index >= g->params.count) return TY_OF(ERROR);
    return ty_param(db, index, LIST_AT(g, GenericParam, g->params)[index].name);
}

static void predicates_run(Db *db, u32 key) {
    DefId def = {key};
    PredicateVec out = {0};
    DefId parent = generics_parent(db, def);
    DefKind kind = def_kind(db, def);
    const HirItem *item = kind == DEF_OPAQUE_TY || kind == DEF_VARIANT ? NULL : hir_item(db, def);
    if (item) {
        TyLower lower = {.db = db, .owner = def};
        const Generics *g = generics_of(db, def);
        // Bounds of `impl Trait` parameters stand in the type itself unless HIR listed them as
        // bounds.
        bool *listed = SCRATCH_ARRAY(&db->scratch, bool, item->generics.count + 1);
        bool *relaxed = SCRATCH_ARRAY(&db->scratch, bool, item->generics.count + 1);
        for (u32 i = 0; i < item->wheres.count; i++) {
            const HirWhere *w = &LIST_AT(item, HirWhere, item->where_rows)[item->wheres.first + i];
            u32 own = where_own_param(item, w);
            if (own >= item->generics.count) continue;
            if (!w->bounded.id) listed[own] = true;
            relaxed[own] |= hir_bounds_relax_sized(db, item, &item->t, w->bounds);
        }
        for (u32 i = 1; i < item->t.tys.count; i++) {
            const HirTyRow *row = &LIST_AT(item, HirTyRow, item->t.tys)[i];
            if (row->kind != HIR_TY_IMPL_PARAM || row->opaque.index >= item->generics.count)
                continue;
            relaxed[row->opaque.index] |=
                hir_bounds_relax_sized(db, item, &item->t, row->opaque.bounds);
        }
        for (u32 i = 0; i < item->generics.count; i++) {
            const HirParam *p =
                &LIST_AT(item, HirParam, item->param_rows)[item->generics.first + i];
            if (!p->is_const && !relaxed[i]) push_sized(db, own_param_ty(db, g, i), &out);
        }
        if (kind == DEF_TRAIT || kind == DEF_TRAIT_ALIAS)
            push_bounds(&lower, item, item->bounds, ty_param(db, 0, SYM_OF(Self)), false, &out);
        for (u32 i = 0; i < item->wheres.count; i++) {
            const HirWhere *w = &LIST_AT(item, HirWhere, item->where_rows)[item->wheres.first + i];
            Ty subject = w->bounded.id ? lower_ty(&lower, &item->t, item, w->bounded)
                                       : own_param_ty(db, g, w->param);
            push_bounds(&lower, item, w->bounds, subject, false, &out);
        }
        for (u32 i = 1; i < item->t.tys.count; i++) {
            const HirTyRow *row = &LIST_AT(item, HirTyRow, item->t.tys)[i];
            if (row->kind != HIR_TY_IMPL_PARAM || row->opaque.index >= item->generics.count)
                continue;
            if (listed[row->opaque.index]) continue;
            push_bounds(&lower, item, row->opaque.bounds, own_param_ty(db, g, row->opaque.index),
                        false, &out);
        }
    }
    return_predicates(db, &out, parent);
}

static const Predicates empty_predicates;

static bool has_predicates(DefKind kind) {
    switch (kind) {
    case DEF_STRUCT:
    case DEF_UNION:
    case DEF_ENUM:
    case DEF_VARIANT:
    case DEF_TRAIT:
    case DEF_TRAIT_ALIAS:
    case DEF_TY_ALIAS:
    case DEF_FN:
    case DEF_CONST:
    case DEF_IMPL:
    case DEF_ASSOC_FN:
    case DEF_ASSOC_TY:
    case DEF_ASSOC_CONST:
    case DEF_OPAQUE_TY: return true;
    default: return false;
    }
}

const Predicates *predicates_of(Db *db, DefId def) {
    def = def_typeck_root(db, def);
    if (!has_predicates(def_kind(db, def))) return &empty_predicates;
    const Predicates *p = query_get(db, Q_predicates, def.id);
    return p ? p : &empty_predicates;
}

void predicates_instantiate(Db *db, DefId def, Args args, Scratch *scratch, PredicateVec *out) {
    const Predicates *p = predicates_of(db, def);
    if (p->parent.id) predicates_instantiate(db, p->parent, args, scratch, out);
    for (u32 i = 0; i < p->own.count; i++) {
        Predicate one = predicate_subst(db, LIST_AT(p, Predicate, p->own)[i], args);
        vec_push(scratch, out, one);
    }
}

// ---- supertraits
// -----------------------------------------------------------------------------------

static bool bounds_self(const HirItem *item, const HirWhere *w) {
    if (!w->bounded.id) return false;
    const HirTyRow *row = &LIST_AT(item, HirTyRow, item->t.tys)[w->bounded.id];
    if (row->kind != HIR_TY_PATH) return false;
    const HirPathRow *path = &LIST_AT(item, HirPathRow, item->t.paths)[row->path.id];
    return !path->is_relative && !path->qself.id && path->res.kind == RES_SELF_TRAIT;
}

static void lower_supers(Db *db, DefId trait, bool refs_only) {
    PredicateVec out = {0};
    const HirItem *item = hir_item(db, trait);
    if (item) {
        TyLower lower = {.db = db, .owner = trait};
        Ty self = ty_param(db, 0, SYM_OF(Self));
        push_bounds(&lower, item, item->bounds, self, refs_only, &out);
        for (u32 i = 0; i < item->wheres.count; i++) {
            const HirWhere *w = &LIST_AT(item, HirWhere, item->where_rows)[item->wheres.first + i];
            if (bounds_self(item, w)) push_bounds(&lower, item, w->bounds, self, refs_only, &out);
        }
    }
    return_predicates(db, &out, (DefId){0});
}

static void super_predicates_run(Db *db, u32 key) {
    lower_supers(db, (DefId){key}, false);
}
static void super_trait_refs_run(Db *db, u32 key) {
    lower_supers(db, (DefId){key}, true);
}

const Predicates *super_predicates_of(Db *db, DefId trait) {
    const Predicates *p = query_get(db, Q_super_predicates, trait.id);
    return p ? p : &empty_predicates;
}

const Predicates *super_trait_refs(Db *db, DefId trait) {
    return query_get(db, Q_super_trait_refs, trait.id);
}

typedef VEC(DefId) DefIdVec;

static void collect_supers(Db *db, DefId trait, DefIdVec *out);

static void collect_bounds(Db *db, const HirItem *item, HirList bounds, DefIdVec *out) {
    for (u32 i = 0; i < bounds.count; i++) {
        const HirBound *b = bound_at(item, &item->t, bounds, i);
        DefId super = hir_bound_trait(item, &item->t, b);
        if (!b->is_maybe && super.id && def_has_self_param(db, super))
            collect_supers(db, super, out);
    }
}

static void collect_supers(Db *db, DefId trait, DefIdVec *out) {
    for (u32 i = 0; i < out->count; i++)
        if (def_eq(out->at[i], trait)) return;
    vec_push(&db->scratch, out, trait);
    const HirItem *item = hir_item(db, trait);
    if (!item) return;
    collect_bounds(db, item, item->bounds, out);
    for (u32 i = 0; i < item->wheres.count; i++) {
        const HirWhere *w = &LIST_AT(item, HirWhere, item->where_rows)[item->wheres.first + i];
        if (bounds_self(item, w)) collect_bounds(db, item, w->bounds, out);
    }
}

static void trait_supers_run(Db *db, u32 key) {
    DefIdVec out = {0};
    collect_supers(db, (DefId){key}, &out);
    Blob blob;
    blob_begin(&blob, &db->scratch, sizeof(List));
    List list = blob_add(&blob, out.at, out.count, sizeof(DefId));
    *(List *)blob_header(&blob) = list;
    query_return_blob(db, &blob);
}

const DefId *trait_supers(Db *db, DefId trait, u32 *count) {
    const List *list = query_get(db, Q_trait_supers, trait.id);
    *count = list->count;
    return LIST_AT(list, DefId, *list);
}

// ---- bounds of associated and opaque types
// -----------------------------------------------------------

static void item_bounds_run(Db *db, u32 key) {
    DefId def = {key};
    PredicateVec out = {0};
    const HirItem *item = hir_item(db, def);
    bool is_opaque = def_kind(db, def) == DEF_OPAQUE_TY;
    Args identity = generics_identity(db, def);
    Ty subject = is_opaque ? ty_opaque(db, def, identity) : ty_projection(db, def, identity);
    DefId trait = def_row(db, def)->parent;
    bool in_trait = !is_opaque && def_kind(db, trait) == DEF_TRAIT;
    if (item && (is_opaque || in_trait)) {
        bool relaxed = hir_bounds_relax_sized(db, item, &item->t, item->bounds);
        TyLower lower = {.db = db, .owner = def};
        push_bounds(&lower, item, item->bounds, subject, false, &out);
        // A where-clause of the trait about the type (`where Self::Item: Ord`) is a bound of it
        // too.
        if (in_trait) {
            const HirItem *outer = hir_item(db, trait);
            TyLower in = {.db = db, .owner = trait};
            Ty self = ty_param(db, 0, SYM_OF(Self));
            for (u32 i = 0; outer && i < outer->wheres.count; i++) {
                const HirWhere *w =
                    &LIST_AT(outer, HirWhere, outer->where_rows)[outer->wheres.first + i];
                if (!w->bounded.id || bounds_self(outer, w)) continue;
                Ty bounded = lower_ty(&in, &outer->t, outer, w->bounded);
                if (ty_kind(db, bounded) != TY_PROJECTION || !def_eq(ty_row(db, bounded)->def, def))
                    continue;
                if (!ty_eq(args_get(db, ty_row(db, bounded)->args, 0), self)) continue;
                relaxed |= hir_bounds_relax_sized(db, outer, &outer->t, w->bounds);
                push_bounds(&in, outer, w->bounds, subject, false, &out);
            }
        }
        if (!relaxed) push_sized(db, subject, &out);
    }
    return_predicates(db, &out, (DefId){0});
}

const Predicates *item_bounds(Db *db, DefId def) {
    const Predicates *p = query_get(db, Q_item_bounds, def.id);
    return p ? p : &empty_predicates;
}

void predicates_register(Db *db) {
    query_register(db, Q_predicates, predicates_run);
    query_register(db, Q_super_predicates, super_predicates_run);
    query_register(db, Q_super_trait_refs, super_trait_refs_run);
    query_register(db, Q_trait_supers, trait_supers_run);
    query_register(db, Q_item_bounds, item_bounds_run);
}
