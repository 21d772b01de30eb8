// Generic parameters of items: who owns them, their defaults, the types of constant ones.
#include "types/types_internal.h"

static bool is_assoc_kind(DefKind kind) {
    return kind == DEF_ASSOC_FN || kind == DEF_ASSOC_TY || kind == DEF_ASSOC_CONST;
}

bool def_has_self_param(Db *db, DefId def) {
    DefKind kind = def_kind(db, def);
    return kind == DEF_TRAIT || kind == DEF_TRAIT_ALIAS;
}

DefId generics_parent(Db *db, DefId def) {
    DefKind kind = def_kind(db, def);
    if (is_assoc_kind(kind) || kind == DEF_VARIANT || kind == DEF_OPAQUE_TY) {
        DefId parent = def_row(db, def)->parent;
        return kind == DEF_OPAQUE_TY ? def_typeck_root(db, parent) : parent;
    }
    return (DefId){0};
}

// Kinds whose HIR item lists generic parameters.
static bool has_own_generics(DefKind kind) {
    switch (kind) {
    case DEF_STRUCT:
    case DEF_UNION:
    case DEF_ENUM:
    case DEF_TRAIT:
    case DEF_TRAIT_ALIAS:
    case DEF_TY_ALIAS:
    case DEF_FN:
    case DEF_CONST:
    case DEF_IMPL:
    case DEF_ASSOC_FN:
    case DEF_ASSOC_TY:
    case DEF_ASSOC_CONST: return true;
    default: return false;
    }
}

static void generics_run(Db *db, u32 key) {
    DefId def = {key};
    DefId parent = generics_parent(db, def);
    VEC(GenericParam) params = {0};
    if (parent.id) {
        const Generics *g = generics_of(db, parent);
        vec_append(&db->scratch, &params, LIST_AT(g, GenericParam, g->params), g->params.count);
    }
    if (def_has_self_param(db, def)) {
        GenericParam self = {.name = SYM_OF(Self), .owner = def};
        vec_push(&db->scratch, &params, self);
    }
    u32 parent_count = params.count;
    const HirItem *item = has_own_generics(def_kind(db, def)) ? hir_item(db, def) : NULL;
    for (u32 i = 0; item && i < item->generics.count; i++) {
        const HirParam *p = &LIST_AT(item, HirParam, item->param_rows)[item->generics.first + i];
        GenericParam row = {.name = p->name,
                            .owner = def,
                            .is_const = p->is_const,
                            .is_impl_trait = p->is_impl_trait,
                            .has_default = p->default_ty.id != 0};
        vec_push(&db->scratch, &params, row);
    }
    Blob blob;
    blob_begin(&blob, &db->scratch, sizeof(Generics));
    List list = blob_add(&blob, params.at, params.count, sizeof(GenericParam));
    Generics *g = blob_header(&blob);
    g->params = list;
    g->parent_count = parent_count;
    g->parent = parent;
    query_return_blob(db, &blob);
}

const Generics *generics_of(Db *db, DefId def) {
    return query_get(db, Q_generics, def_typeck_root(db, def).id);
}

static void generics_identity_run(Db *db, u32 key) {
    DefId def = {key};
    const Generics *g = generics_of(db, def);
    Ty *tys = SCRATCH_ARRAY(&db->scratch, Ty, g->params.count + 1);
    for (u32 i = 0; i < g->params.count; i++) {
        const GenericParam *p = &LIST_AT(g, GenericParam, g->params)[i];
        tys[i] = p->is_const ? const_param(db, i, p->name, const_param_ty(db, def, i))
                             : ty_param(db, i, p->name);
    }
    Args args = args_intern(db, tys, g->params.count);
    query_return(db, &args, sizeof args);
}

Args generics_identity(Db *db, DefId def) {
    return *(const Args *)query_get(db, Q_generics_identity, def_typeck_root(db, def).id);
}

// The own parameter of `owner` that stands at `index` of `def`'s generics.
static const HirParam *own_param(Db *db, DefId def, u32 index, DefId *owner, u32 *own,
                                 const HirItem **item) {
    const Generics *g = generics_of(db, def);
    if (index >= g->params.count) return NULL;
    *owner = LIST_AT(g, GenericParam, g->params)[index].owner;
    u32 first = generics_of(db, *owner)->parent_count;
    if (index < first) return NULL; // Self
    *own = index - first;
    *item = hir_item(db, *owner);
    if (!*item || *own >= (*item)->generics.count) return NULL;
    return &LIST_AT(*item, HirParam, (*item)->param_rows)[(*item)->generics.first + *own];
}

// Key: an interned (owner, index).
static void param_default_run(Db *db, u32 key) {
    const u32 *words = types_key_words(db, key);
    DefId owner;
    u32 own;
    const HirItem *item;
    Ty ty = {0};
    const HirParam *p = own_param(db, (DefId){words[0]}, words[1], &owner, &own, &item);
    if (p && p->default_ty.id) {
        TyLower lower = {.db = db, .owner = owner};
        ty = lower_ty(&lower, &item->t, item, p->default_ty);
        // A literal takes the type of its parameter.
        if (p->is_const && ty_kind(db, ty) == TY_CONST_VALUE &&
            !ty_eq(ty_row(db, ty)->elem, TY_OF(BOOL)) &&
            !ty_eq(ty_row(db, ty)->elem, TY_OF(CHAR))) {
            const TyRow *row = ty_row(db, ty);
            Ty elem = const_param_ty(db, owner, words[1]);
            u32 bytes = ty_prim_bytes(ty_kind(db, elem));
            u64 lo = row->lo_bits;
            if (bytes && bytes < 8) lo &= ((u64)1 << (bytes * 8)) - 1;
            ty = const_value(db, elem, lo, bytes == 16 ? row->hi_bits : 0);
        }
    }
    query_return(db, &ty, sizeof ty);
}

Ty param_default(Db *db, DefId def, u32 index) {
    const Generics *g = generics_of(db, def);
    if (index >= g->params.count) return (Ty){0};
    const GenericParam *p = &LIST_AT(g, GenericParam, g->params)[index];
    if (!p->has_default) return (Ty){0};
    const Ty *ty = query_get(db, Q_param_default, types_key(db, (u32[]){p->owner.id, index}, 2));
    return ty ? *ty : TY_OF(ERROR);
}

static void const_param_ty_run(Db *db, u32 key) {
    const u32 *words = types_key_words(db, key);
    DefId owner;
    u32 own;
    const HirItem *item;
    Ty ty = TY_OF(ERROR);
    const HirParam *p = own_param(db, (DefId){words[0]}, words[1], &owner, &own, &item);
    if (p && p->is_const && p->ty.id) {
        TyLower lower = {.db = db, .owner = owner};
        ty = lower_ty(&lower, &item->t, item, p->ty);
    }
    query_return(db, &ty, sizeof ty);
}

Ty const_param_ty(Db *db, DefId def, u32 index) {
    const Generics *g = generics_of(db, def);
    if (index >= g->params.count) return TY_OF(ERROR);
    DefId owner = LIST_AT(g, GenericParam, g->params)[index].owner;
    const Ty *ty = query_get(db, Q_const_param_ty, types_key(db, (u32[]){owner.id, index}, 2));
    return ty ? *ty : TY_OF(ERROR);
}

void generics_register(Db *db) {
    query_register(db, Q_generics, generics_run);
    query_register(db, Q_generics_identity, generics_identity_run);
    query_register(db, Q_param_default, param_default_run);
    query_register(db, Q_const_param_ty, const_param_ty_run);
}
