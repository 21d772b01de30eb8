// T: Unsize<U>: arrays to slices, types to trait objects, trait objects to others, struct tails.
// The rules are those of rustc's built-in unsizing candidates.
#include "solve/solve_internal.h"

static void push_projection_goal(Solver *s, GoalVec *goals, Ty projection, Ty ty) {
    Predicate p = {.kind = PRED_PROJECTION, .projection = projection, .ty = ty};
    vec_push(s->work, goals, p);
}

static bool has_auto(Db *db, const Existential *e, DefId trait) {
    for (u32 i = 0; i < e->auto_count; i++)
        if (def_eq(existential_autos(db, e)[i], trait)) return true;
    return false;
}

static Args with_self(Db *db, Ty self, Args rest) {
    return args_concat(db, args_intern(db, &self, 1), rest);
}

static BuiltinAnswer unsize_dyn(Solver *s, Ty from, Ty to, GoalVec *nested) {
    Db *db = s->db;
    const Existential *a = ty_existential(db, from), *b = ty_existential(db, to);
    TraitRefVec supers = {0};
    TraitRef principal = dyn_principal(db, from);
    if (principal.trait.id) elaborate_trait_ref(s, principal, &supers);
    for (u32 i = 0; i < b->auto_count; i++) {
        DefId want = existential_autos(db, b)[i];
        bool found = has_auto(db, a, want);
        for (u32 k = 0; k < supers.count && !found; k++)
            found = def_eq(supers.at[k].trait, want);
        if (!found) return BUILTIN_NO;
    }
    if (b->principal.id) {
        bool found = false;
        for (u32 k = 0; k < supers.count && !found; k++) {
            if (!def_eq(supers.at[k].trait, b->principal)) continue;
            u32 count = args_count(db, supers.at[k].args);
            found =
                infer_unify_args(s->t, args_slice(db, supers.at[k].args, 1, count - 1), b->args);
        }
        if (!found) return BUILTIN_NO;
    }
    for (u32 i = 0; i < b->projection_count; i++) {
        const ExProjection *p = &existential_projections(db, b)[i];
        push_projection_goal(s, nested, ty_projection(db, p->assoc, with_self(db, from, p->args)),
                             p->ty);
    }
    return BUILTIN_YES;
}

static BuiltinAnswer unsize_to_dyn(Solver *s, Ty from, Ty to, GoalVec *nested) {
    Db *db = s->db;
    const Existential *e = ty_existential(db, to);
    DefId sized = lang_item(db, LANG_sized);
    if (sized.id) push_trait_goal(s, nested, sized, from);
    if (e->principal.id) {
        Predicate p = {.kind = PRED_TRAIT,
                       .trait_ref = {e->principal, with_self(db, from, e->args)}};
        vec_push(s->work, nested, p);
    }
    for (u32 i = 0; i < e->projection_count; i++) {
        const ExProjection *p = &existential_projections(db, e)[i];
        push_projection_goal(s, nested, ty_projection(db, p->assoc, with_self(db, from, p->args)),
                             p->ty);
    }
    for (u32 i = 0; i < e->auto_count; i++)
        push_trait_goal(s, nested, existential_autos(db, e)[i], from);
    return BUILTIN_YES;
}

typedef struct ParamSet {
    u64 bits[4]; // parameters 0..255
} ParamSet;

static Ty collect_params(void *cx, Db *db, Ty ty) {
    ParamSet *set = cx;
    const TyRow *row = ty_row(db, ty);
    if ((row->kind == TY_PARAM || row->kind == TY_CONST_PARAM) && row->index < 256)
        set->bits[row->index / 64] |= (u64)1 << (row->index % 64);
    return ty;
}

static BuiltinAnswer unsize_struct(Solver *s, Ty from, Ty to, GoalVec *nested) {
    Db *db = s->db;
    const TyRow *a = ty_row(db, from), *b = ty_row(db, to);
    const AdtDef *adt = adt_def(db, a->def);
    if (!adt->fields.count) return BUILTIN_NO;
    const AdtField *fields = LIST_AT(adt, AdtField, adt->fields);
    Ty tail = fields[adt->fields.count - 1].ty;
    ParamSet in_tail = {0}, elsewhere = {0};
    ty_fold(db, tail, collect_params, &in_tail, TY_HAS_PARAM);
    for (u32 i = 0; i + 1 < adt->fields.count; i++)
        ty_fold(db, fields[i].ty, collect_params, &elsewhere, TY_HAS_PARAM);
    u32 count;
    const Ty *x = args_at(db, a->args, &count), *y = args_at(db, b->args, NULL);
    Ty *mixed = SCRATCH_ARRAY(s->work, Ty, count + 1);
    bool any = false;
    for (u32 i = 0; i < count; i++) {
        bool unsizing = i < 256 && (in_tail.bits[i / 64] & ~elsewhere.bits[i / 64]) >> (i % 64) & 1;
        any |= unsizing;
        mixed[i] = unsizing ? y[i] : x[i];
    }
    if (!any) return BUILTIN_NO;
    if (!infer_unify_args(s->t, args_intern(db, mixed, count), b->args)) return BUILTIN_NO;
    Ty pair[2] = {normalize(s, ty_subst(db, tail, a->args), nested),
                  normalize(s, ty_subst(db, tail, b->args), nested)};
    Predicate p = {.kind = PRED_TRAIT,
                   .trait_ref = {lang_item(db, LANG_unsize), args_intern(db, pair, 2)}};
    vec_push(s->work, nested, p);
    return BUILTIN_YES;
}

BuiltinAnswer builtin_unsize(Solver *s, Ty from, Ty to, GoalVec *nested) {
    Db *db = s->db;
    from = infer_shallow(s->t, from), to = infer_shallow(s->t, to);
    const TyRow *a = ty_row(db, from), *b = ty_row(db, to);
    if (a->kind == TY_INFER || b->kind == TY_INFER) return BUILTIN_MAYBE;
    if (b->kind == TY_DYN)
        return a->kind == TY_DYN ? unsize_dyn(s, from, to, nested)
                                 : unsize_to_dyn(s, from, to, nested);
    if (a->kind == TY_ARRAY && b->kind == TY_SLICE)
        return infer_unify(s->t, a->elem, b->elem) ? BUILTIN_YES : BUILTIN_NO;
    if (a->kind == TY_ADT && b->kind == TY_ADT && def_eq(a->def, b->def) &&
        def_kind(db, a->def) == DEF_STRUCT)
        return unsize_struct(s, from, to, nested);
    return BUILTIN_NONE;
}
