// Associated types: from a projection to the type it stands for, and normalising everything.
#include "solve/solve_internal.h"

DefId assoc_item_in_impl(Db *db, DefId impl, DefId trait_item, AssocItem *row) {
    DefId found = impl_item_for(db, impl, trait_item);
    if (!found.id) return found;
    u32 count;
    const AssocItem *items = def_assoc_items(db, impl, &count);
    for (u32 i = 0; i < count; i++)
        if (def_eq(items[i].def, found)) *row = items[i];
    return found;
}

// An impl that lacks an item takes it from the most special of the impls it specialises.
DefId inherited_item(Solver *s, TraitRef goal, DefId impl, DefId item, Args *impl_args) {
    Db *db = s->db;
    ImplVec impls = {0};
    impls_for_goal(s, goal, ty_simplify(db, args_get(db, goal.args, 0)), &impls);
    DefId best = {0};
    for (u32 i = 0; i < impls.count; i++) {
        DefId other = impls.at[i];
        if (def_eq(other, impl) || !impl_item_for(db, other, item).id) continue;
        if (!may_unify_args(db, goal.args, impl_header(db, other)->trait_ref.args, true)) continue;
        if (!impl_specializes(db, impl, other)) continue;
        if (best.id && !impl_specializes(db, other, best)) continue;
        best = other;
    }
    if (!best.id) return best;
    Candidate c = {.kind = CAND_IMPL, .impl = best};
    GoalVec nested = {0};
    Selection sel;
    if (!confirm_candidate(s, goal, &c, &nested, &sel) || run_goals(s, &nested) == SOLVE_NO)
        return (DefId){0};
    *impl_args = infer_resolve_args(s->t, sel.args);
    return best;
}

static Ty assoc_value(Db *db, DefId item, Args owner_args, Args own) {
    Ty ty = type_of(db, item);
    return ty.id ? ty_subst(db, ty, args_concat(db, owner_args, own)) : ty;
}

// ---- associated types the compiler defines
// -------------------------------------------------------------

static Ty prim_of_repr(u32 repr) {
    return repr ? (Ty){TY_BOOL + repr - 1} : TY_OF(ISIZE);
}

static SolveResult discriminant_of(Solver *s, Ty self, Ty *out) {
    Db *db = s->db;
    const TyRow *row = ty_row(db, self);
    switch ((TyKind)row->kind) {
    case TY_INFER: return SOLVE_MAYBE;
    case TY_PARAM:
    case TY_PROJECTION:
    case TY_OPAQUE:
    case TY_PLACEHOLDER: return SOLVE_NO;
    case TY_ADT:
        *out = def_kind(db, row->def) == DEF_ENUM ? prim_of_repr(def_attrs(db, row->def)->repr_int)
                                                  : TY_OF(U8);
        return SOLVE_YES;
    default: *out = TY_OF(U8); return SOLVE_YES;
    }
}

// <T as Pointee>::Metadata. NO: rigid.
static SolveResult metadata_of(Solver *s, Ty self, GoalVec *left, Ty *out) {
    Db *db = s->db;
    for (u32 depth = 0; depth < SOLVE_DEPTH_MAX; depth++) {
        self = infer_shallow(s->t, self);
        const TyRow *row = ty_row(db, self);
        switch ((TyKind)row->kind) {
        case TY_INFER: return SOLVE_MAYBE;
        case TY_STR:
        case TY_SLICE: *out = TY_OF(USIZE); return SOLVE_YES;
        case TY_DYN: {
            DefId meta = lang_item(db, LANG_dyn_metadata);
            *out = meta.id ? ty_adt(db, meta, args_intern(db, &self, 1)) : TY_OF(ERROR);
            return SOLVE_YES;
        }
        case TY_PARAM:
        case TY_PROJECTION:
        case TY_OPAQUE:
        case TY_PLACEHOLDER: {
            TraitRef sized = {lang_item(db, LANG_sized), args_intern(db, &self, 1)};
            if (sized.trait.id && evaluate_trait(s, sized) == SOLVE_YES) {
                *out = ty_unit(db);
                return SOLVE_YES;
            }
            return SOLVE_NO;
        }
        case TY_TUPLE: {
            u32 count;
            const Ty *tys = ty_elems(db, self, &count);
            if (!count) {
                *out = ty_unit(db);
                return SOLVE_YES;
            }
            self = tys[count - 1];
            break;
        }
        case TY_ADT: {
            const Ty *tail = def_kind(db, row->def) == DEF_STRUCT
                                 ? query_get(db, Q_adt_sized_tail, row->def.id)
                                 : NULL;
            if (!tail || !tail->id) {
                *out = ty_unit(db);
                return SOLVE_YES;
            }
            self = normalize(s, ty_subst(db, *tail, row->args), left);
            break;
        }
        default: *out = ty_unit(db); return SOLVE_YES;
        }
    }
    return SOLVE_NO;
}

// ---- candidates
// ----------------------------------------------------------------------------------------

typedef struct Found {
    Ty projection, ty;
    u32 count;
} Found;

static void found_clause(Solver *s, Ty goal, Ty projection, Ty ty, Found *found) {
    if (ty_row(s->db, goal)->def.id != ty_row(s->db, projection)->def.id) return;
    if (!may_unify_args(s->db, ty_row(s->db, goal)->args, ty_row(s->db, projection)->args, false))
        return;
    u32 snapshot = infer_snapshot(s->t);
    bool ok = infer_unify_args(s->t, ty_row(s->db, goal)->args, ty_row(s->db, projection)->args);
    infer_rollback(s->t, snapshot);
    if (!ok) return;
    if (found->count && ty_eq(found->projection, projection) && ty_eq(found->ty, ty)) return;
    if (!found->count) found->projection = projection, found->ty = ty;
    found->count++;
}

static void find_in_bounds(Solver *s, Ty goal, Ty self, Found *found) {
    Db *db = s->db;
    for (Ty alias = self;;) {
        const TyRow *row = ty_row(db, alias);
        if (row->kind != TY_PROJECTION && row->kind != TY_OPAQUE) return;
        const Predicates *bounds = item_bounds(db, row->def);
        for (u32 i = 0; i < bounds->own.count; i++) {
            const Predicate *p = &LIST_AT(bounds, Predicate, bounds->own)[i];
            if (p->kind == PRED_PROJECTION) {
                found_clause(s, goal, ty_subst(db, p->projection, row->args),
                             ty_subst(db, p->ty, row->args), found);
                continue;
            }
            // Projections that come with supertraits.
            TraitRefVec refs = {0};
            elaborate_trait_ref(
                s, (TraitRef){p->trait_ref.trait, args_subst(db, p->trait_ref.args, row->args)},
                &refs);
            for (u32 k = 0; k < refs.count; k++) {
                const Predicates *supers = super_predicates_of(db, refs.at[k].trait);
                for (u32 j = 0; j < supers->own.count; j++) {
                    const Predicate *q = &LIST_AT(supers, Predicate, supers->own)[j];
                    if (q->kind == PRED_PROJECTION)
                        found_clause(s, goal, ty_subst(db, q->projection, refs.at[k].args),
                                     ty_subst(db, q->ty, refs.at[k].args), found);
                }
            }
        }
        if (row->kind != TY_PROJECTION) return;
        alias = args_get(db, row->args, 0);
    }
}

static void find_in_object(Solver *s, Ty goal, Ty self, Found *found) {
    Db *db = s->db;
    const Existential *e = ty_existential(db, self);
    for (u32 i = 0; i < e->projection_count; i++) {
        const ExProjection *p = &existential_projections(db, e)[i];
        Args args = args_concat(db, args_intern(db, &self, 1), p->args);
        found_clause(s, goal, ty_projection(db, p->assoc, args), p->ty, found);
    }
}

static SolveResult project_selected(Solver *s, Ty projection, TraitRef tr, Args own, GoalVec *left,
                                    Ty *out) {
    Db *db = s->db;
    DefId assoc = ty_row(db, projection)->def;
    Ty self = infer_shallow(s->t, args_get(db, tr.args, 0));
    LangItem lang = lang_item_of(db, assoc);
    *out = projection;
    if (lang == LANG_discriminant || lang == LANG_metadata) {
        SolveResult r = lang == LANG_discriminant ? discriminant_of(s, self, out)
                                                  : metadata_of(s, self, left, out);
        if (r == SOLVE_NO) *out = projection;
        return r == SOLVE_NO ? SOLVE_YES : r;
    }
    Candidate c;
    SolveResult result = select_candidate(s, tr, &c);
    if (result != SOLVE_YES) return result;
    if (c.kind == CAND_BUILTIN && ty_kind(db, self) == TY_ERROR) {
        *out = TY_OF(ERROR);
        return SOLVE_YES;
    }
    GoalVec nested = {0};
    Selection sel;
    if (!confirm_candidate(s, tr, &c, &nested, &sel)) return SOLVE_NO;
    if (run_goals(s, &nested) == SOLVE_NO) return SOLVE_NO;
    switch ((CandidateKind)c.kind) {
    case CAND_IMPL: {
        AssocItem row = {0};
        DefId item = assoc_item_in_impl(db, c.impl, assoc, &row);
        Args impl_args = infer_resolve_args(s->t, sel.args);
        if (!item.id) {
            DefId from = inherited_item(s, tr, c.impl, assoc, &impl_args);
            if (from.id) item = assoc_item_in_impl(db, from, assoc, &row);
        }
        // A `default type` may still be replaced by a more special impl.
        if (item.id && row.is_default && !s->cx->reveal &&
            (args_flags(db, tr.args) & (TY_HAS_PARAM | TY_HAS_INFER))) {
            *out = projection;
            break;
        }
        Ty value =
            item.id ? assoc_value(db, item, impl_args, own) : assoc_value(db, assoc, tr.args, own);
        if (!value.id) return SOLVE_NO;
        *out = normalize(s, value, &nested);
        break;
    }
    case CAND_FN:
    case CAND_CLOSURE: {
        Args sig;
        bool is_closure, kind_unknown;
        if (builtin_fn_sig(s, self, tr.trait, &sig, &is_closure, &kind_unknown) != BUILTIN_YES)
            return SOLVE_NO;
        *out = normalize(s, args_get(db, sig, args_count(db, sig) - 1), &nested);
        break;
    }
    default: *out = projection; break; // rigid
    }
    vec_append(s->work, left, nested.at, nested.count);
    return SOLVE_YES;
}

static SolveResult project_inner(Solver *s, Ty projection, GoalVec *left, Ty *out) {
    Db *db = s->db;
    const TyRow *row = ty_row(db, projection);
    DefId trait = def_row(db, row->def)->parent;
    u32 count = args_count(db, row->args), trait_count = min_u32(generics_count(db, trait), count);
    Args own = args_slice(db, row->args, trait_count, count - trait_count);
    TraitRef tr = {trait, args_slice(db, row->args, 0, trait_count)};
    Ty self = infer_shallow(s->t, args_get(db, row->args, 0));
    TyKind kind = ty_kind(db, self);
    if (kind == TY_INFER) return SOLVE_MAYBE;
    if (kind == TY_ERROR) {
        *out = self;
        return SOLVE_YES;
    }
    Found found = {0};
    for (u32 i = 0; i < s->env_count; i++)
        if (s->env[i].kind == PRED_PROJECTION)
            found_clause(s, projection, s->env[i].projection, s->env[i].ty, &found);
    if (!found.count) {
        if (kind == TY_PROJECTION || kind == TY_OPAQUE) find_in_bounds(s, projection, self, &found);
        if (kind == TY_DYN) find_in_object(s, projection, self, &found);
    }
    if (found.count > 1 && (args_flags(db, row->args) & TY_HAS_INFER)) return SOLVE_MAYBE;
    if (found.count) {
        infer_unify_args(s->t, row->args, ty_row(db, found.projection)->args);
        *out = ty_eq(found.ty, projection) ? projection : normalize(s, found.ty, left);
        return SOLVE_YES;
    }
    return project_selected(s, projection, tr, own, left, out);
}

SolveResult project(Solver *s, Ty projection, GoalVec *left, Ty *out) {
    Db *db = s->db;
    *out = projection;
    if (s->overflow) return SOLVE_NO;
    if (s->depth >= SOLVE_DEPTH_MAX || ++s->steps > SOLVE_STEPS_MAX) {
        s->overflow = true;
        return SOLVE_NO;
    }
    projection = infer_resolve(s->t, projection);
    if (ty_kind(db, projection) != TY_PROJECTION) { // what was pending is known by now
        *out = normalize(s, projection, left);
        return SOLVE_YES;
    }
    const TyRow *row = ty_row(db, projection);
    if (args_flags(db, row->args) & TY_NEEDS_NORMALIZE) {
        Args args = infer_resolve_args(s->t, normalize_args(s, row->args, left));
        projection = ty_projection(db, row->def, args);
        row = ty_row(db, projection);
    }
    *out = projection;
    u32 flags = row->flags;
    if (may_memoise(s, flags)) {
        const Ty *known = query_get(db, Q_project_concrete, projection.id);
        if (known) {
            *out = *known;
            return known->id == TY_ERROR ? SOLVE_NO : SOLVE_YES;
        }
    }
    bool keep = !(flags & TY_UNSETTLED);
    u32 answer = keep ? map_get(&s->projected, projection.id) : 0;
    if (answer) {
        *out = (Ty){answer};
        return SOLVE_YES;
    }
    Args canonical = canonical_args(s, row->args);
    for (const Frame *f = s->top; f; f = f->up)
        if (def_eq(f->trait, row->def) && args_eq(f->args, canonical)) {
            s->reached = min_u32(s->reached, f->depth);
            if (flags & TY_HAS_INFER) return SOLVE_MAYBE;
            return flags & TY_HAS_PARAM ? SOLVE_YES : SOLVE_NO;
        }
    Frame frame = {.up = s->top, .trait = row->def, .args = canonical, .depth = s->depth};
    Trial trial = trial_begin(s, left);
    s->top = &frame;
    s->depth++;
    SolveResult result = project_inner(s, projection, left, out);
    s->depth--;
    s->top = frame.up;
    *out = infer_resolve(s->t, *out);
    if (trial_end(s, &trial, left, frame.depth) && keep && result == SOLVE_YES &&
        !(ty_flags(db, *out) & TY_UNSETTLED))
        map_set(&s->projected, projection.id, out->id);
    return result;
}

// ---- opaque types
// ------------------------------------------------------------------------------------------

// `impl Trait` in the return type of a trait's method: where the impl's own signature has its type.
static Ty matching_part(Db *db, Ty pattern, Ty actual, Ty wanted) {
    if (ty_eq(pattern, wanted)) return actual;
    const TyRow *a = ty_row(db, pattern), *b = ty_row(db, actual);
    if (a->kind != b->kind) return (Ty){0};
    if (a->elem.id && b->elem.id) {
        Ty found = matching_part(db, a->elem, b->elem, wanted);
        if (found.id) return found;
    }
    u32 n, m;
    const Ty *x = args_at(db, a->args, &n), *y = args_at(db, b->args, &m);
    for (u32 i = 0; i < n && i < m; i++) {
        Ty found = matching_part(db, x[i], y[i], wanted);
        if (found.id) return found;
    }
    return (Ty){0};
}

static bool trait_opaque(Solver *s, Ty opaque, DefId fn, GoalVec *left, Ty *out) {
    Db *db = s->db;
    const TyRow *row = ty_row(db, opaque);
    DefId trait = def_row(db, fn)->parent;
    u32 count = args_count(db, row->args), trait_count = generics_count(db, trait);
    if (trait_count > count) return false;
    TraitRef tr = {trait, args_slice(db, row->args, 0, trait_count)};
    tr.args = infer_resolve_args(s->t, tr.args);
    if (ty_kind(db, args_get(db, tr.args, 0)) == TY_INFER) return false;
    Candidate c;
    Selection sel;
    GoalVec nested = {0};
    if (select_candidate(s, tr, &c) != SOLVE_YES || c.kind != CAND_IMPL) return false;
    if (!confirm_candidate(s, tr, &c, &nested, &sel) || run_goals(s, &nested) == SOLVE_NO)
        return false;
    DefId item = impl_item_for(db, c.impl, fn);
    if (!item.id) return false;
    Args args = args_concat(db, infer_resolve_args(s->t, sel.args),
                            args_slice(db, row->args, trait_count, count - trait_count));
    Ty wanted = ty_opaque(db, row->def, generics_identity(db, row->def));
    Ty part = matching_part(db, fn_sig(db, fn)->output, fn_sig(db, item)->output, wanted);
    if (!part.id) return false;
    *out = ty_subst(db, part, args);
    vec_append(s->work, left, nested.at, nested.count);
    return true;
}

static DefId trait_fn_of_opaque(Db *db, DefId opaque) {
    DefId fn = def_typeck_root(db, def_row(db, opaque)->parent);
    while (fn.id && def_kind(db, fn) == DEF_OPAQUE_TY)
        fn = def_typeck_root(db, def_row(db, fn)->parent);
    if (!fn.id || def_kind(db, fn) != DEF_ASSOC_FN) return (DefId){0};
    return def_kind(db, def_row(db, fn)->parent) == DEF_TRAIT ? fn : (DefId){0};
}

// ---- normalising
// ---------------------------------------------------------------------------------------------

typedef struct NormalizeCx {
    Solver *s;
    GoalVec *left;
} NormalizeCx;

static Ty normalize_one(void *cx, Db *db, Ty ty) {
    NormalizeCx *n = cx;
    Solver *s = n->s;
    const TyRow *row = ty_row(db, ty);
    switch ((TyKind)row->kind) {
    case TY_PROJECTION: {
        Ty out;
        GoalVec left = {0};
        if (project(s, ty, &left, &out) == SOLVE_YES) {
            vec_append(s->work, n->left, left.at, left.count);
            return out;
        }
        if (!s->cx->table && !(row->flags & TY_HAS_INFER))
            return TY_OF(ERROR); // mono: no impl gives it
        Ty var = infer_var(s->t);
        Predicate p = {.kind = PRED_PROJECTION, .projection = ty, .ty = var};
        vec_push(s->work, n->left, p);
        return var;
    }
    case TY_OPAQUE: {
        Ty out;
        if (s->cx->defining_opaque && s->cx->defining_opaque(s->cx->hook_cx, ty, &out)) return out;
        DefId fn = trait_fn_of_opaque(db, row->def);
        if (fn.id) {
            if (s->depth >= SOLVE_DEPTH_MAX) return ty;
            s->depth++;
            bool found = trait_opaque(s, ty, fn, n->left, &out);
            if (found) out = normalize(s, out, n->left);
            s->depth--;
            if (found) return out;
        }
        if (!s->cx->reveal) return ty;
        if (s->depth >= SOLVE_DEPTH_MAX) return TY_OF(ERROR);
        s->depth++;
        out = normalize(s, ty_subst(db, opaque_hidden_ty(db, row->def), row->args), n->left);
        s->depth--;
        return out;
    }
    case TY_CONST_UNEVAL:
        // An anonymous constant cannot mention generic parameters: variables in its arguments do
        // not matter.
        if (def_kind(db, row->def) == DEF_ANON_CONST && (row->flags & TY_HAS_INFER)) {
            ty = const_uneval(db, row->def, generics_identity(db, row->def));
            row = ty_row(db, ty);
        }
        if (!(row->flags & (TY_HAS_INFER | TY_HAS_ERROR | TY_HAS_PLACEHOLDER))) {
            const Ty *value = query_get(db, Q_const_normalize, ty.id);
            if (value && value->id) return *value;
        }
        return ty;
    default: return ty;
    }
}

Ty normalize(Solver *s, Ty ty, GoalVec *left) {
    if (!(ty_flags(s->db, ty) & TY_NEEDS_NORMALIZE)) return ty;
    NormalizeCx n = {s, left};
    return ty_fold(s->db, infer_resolve(s->t, ty), normalize_one, &n, TY_NEEDS_NORMALIZE);
}

Args normalize_args(Solver *s, Args args, GoalVec *left) {
    if (!(args_flags(s->db, args) & TY_NEEDS_NORMALIZE)) return args;
    NormalizeCx n = {s, left};
    return args_fold(s->db, infer_resolve_args(s->t, args), normalize_one, &n, TY_NEEDS_NORMALIZE);
}
