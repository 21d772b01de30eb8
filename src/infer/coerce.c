// Coercions: what may be done silently to make a value fit, and the common type of several values.
//
// Reference: The Rust Reference, "Type coercions"; order of attempts as in rustc's coercion.rs.
#include "infer/infer_internal.h"

typedef struct Steps {
    Adjust at[AUTODEREF_MAX + 4];
    u32 count;
} Steps;

static void step(Steps *s, AdjustKind kind, bool is_mut, Ty target) {
    if (s->count < ARRAY_LEN(s->at)) s->at[s->count++] = (Adjust){(u8)kind, is_mut, target};
}

void tc_adjust(Tc *tc, HirExpr e, const Adjust *steps, u32 count) {
    if (count == 0) return;
    AdjRun *run = &tc->b->adjusts[e.id];
    for (u32 i = 0; i < count; i++)
        if (steps[i].kind == ADJ_NEVER_TO_ANY && tc_is_var(tc, steps[i].target))
            infer_mark_diverging(tc->table, steps[i].target);
    if (run->count == 1 && run->at[0].kind == ADJ_NEVER_TO_ANY) {
        run->at[0].target = steps[count - 1].target;
        return;
    }
    run->at = SCRATCH_ARRAY(tc->scratch, Adjust, count);
    memcpy(run->at, steps, count * sizeof *steps);
    run->count = count;
}

Ty tc_adjusted_ty(Tc *tc, HirExpr e) {
    AdjRun *run = &tc->b->adjusts[e.id];
    return run->count ? run->at[run->count - 1].target : tc->b->expr_tys[e.id];
}

static bool mutability_fits(bool from_mut, bool to_mut) {
    return from_mut || !to_mut;
}

// ---- unsizing -----------------------------------------------------------------------------------

static void register_dyn_bounds(Tc *tc, Ty self, Ty dyn, Span span) {
    Db *db = tc->db;
    const Existential *e = ty_existential(db, dyn);
    if (e->principal.id) {
        tc_register_trait(tc, e->principal, args_concat(db, args1(tc, self), e->args), span);
        const ExProjection *p = existential_projections(db, e);
        for (u32 i = 0; i < e->projection_count; i++) {
            Predicate pred;
            memset(&pred, 0, sizeof pred);
            pred.kind = PRED_PROJECTION;
            pred.projection =
                ty_projection(db, p[i].assoc, args_concat(db, args1(tc, self), p[i].args));
            pred.ty = p[i].ty;
            tc_register(tc, pred, span);
        }
    }
    const DefId *autos = existential_autos(db, e);
    for (u32 i = 0; i < e->auto_count; i++)
        tc_register_trait(tc, autos[i], args1(tc, self), span);
    tc_register_sized(tc, self, span);
}

// from: Unsize<to>. True: it is, or may be (goals are registered).
static bool unsize(Tc *tc, Ty from, Ty to, Span span) {
    from = tc_shallow(tc, from);
    to = tc_shallow(tc, to);
    const TyRow *f = tc_row(tc, from), *t = tc_row(tc, to);
    if (t->kind == TY_INFER || f->kind == TY_ERROR || t->kind == TY_ERROR) return false;
    if (f->kind == TY_ARRAY && t->kind == TY_SLICE) return tc_unify(tc, f->elem, t->elem);
    if (t->kind == TY_SLICE || t->kind == TY_STR) return false;
    if (t->kind == TY_DYN) {
        if (f->kind == TY_INFER) {
            // Only a variable known to be sized may become a trait object later.
            DefId sized = lang_item(tc->db, LANG_sized);
            for (u32 i = tc_goal_next(tc, 0); i; i = tc_goal_next(tc, i)) {
                const Predicate *pred = &tc_goal(tc, i)->pred;
                if (pred->kind == PRED_TRAIT && pred->trait_ref.trait.id == sized.id &&
                    infer_same_var(tc->table, args_get(tc->db, pred->trait_ref.args, 0), from)) {
                    tc_register_trait(tc, lang_item(tc->db, LANG_unsize), args2(tc, from, to),
                                      span);
                    return true;
                }
            }
            return false;
        }
        if (f->kind == TY_DYN) {
            if (from.id == to.id) return false;
            TcSnap snap = tc_snapshot(tc);
            if (tc_unify(tc, from, to)) { // same type after inference: a reborrow is enough
                tc_rollback(tc, snap);
                return false;
            }
            tc_rollback(tc, snap);
            GoalVec goals = {0};
            if (solve_trait(&tc->solve,
                            (TraitRef){lang_item(tc->db, LANG_unsize), args2(tc, from, to)}, &goals,
                            NULL) == SOLVE_NO)
                return false;
            tc_take_goals(tc, &goals, span);
            return true;
        }
        register_dyn_bounds(tc, from, to, span);
        return true;
    }
    if (f->kind == TY_ADT && t->kind == TY_ADT && f->def.id == t->def.id && from.id != to.id) {
        TyKind tail = tc_kind(tc, struct_tail(tc, to));
        if (tail != TY_SLICE && tail != TY_DYN && tail != TY_STR && tail != TY_PARAM) return false;
        TcSnap snap = tc_snapshot(tc);
        GoalVec goals = {0};
        SolveResult result =
            solve_trait(&tc->solve, (TraitRef){lang_item(tc->db, LANG_unsize), args2(tc, from, to)},
                        &goals, NULL);
        if (result == SOLVE_NO) {
            tc_rollback(tc, snap);
            return false;
        }
        tc_commit(tc, snap);
        if (result == SOLVE_MAYBE)
            tc_register_trait(tc, lang_item(tc->db, LANG_unsize), args2(tc, from, to), span);
        tc_take_goals(tc, &goals, span);
        return true;
    }
    if (f->kind == TY_PARAM || f->kind == TY_PROJECTION || f->kind == TY_OPAQUE ||
        t->kind == TY_PARAM) {
        if (from.id == to.id) return false;
        GoalVec goals = {0};
        if (solve_trait(&tc->solve, (TraitRef){lang_item(tc->db, LANG_unsize), args2(tc, from, to)},
                        &goals, NULL) == SOLVE_YES) {
            tc_take_goals(tc, &goals, span);
            return true;
        }
    }
    return false;
}

static bool coerce_unsized(Tc *tc, Ty from, Ty to, Span span, Steps *s) {
    const TyRow *f = tc_row(tc, from), *t = tc_row(tc, to);
    if (f->kind == TY_INFER || t->kind == TY_INFER) return false;
    TcSnap snap = tc_snapshot(tc);
    if (f->kind == TY_REF && (t->kind == TY_REF || t->kind == TY_PTR)) {
        if (!mutability_fits(f->is_mut, t->is_mut)) return false;
        if (unsize(tc, f->elem, t->elem, span)) {
            tc_commit(tc, snap);
            step(s, ADJ_DEREF, false, f->elem);
            if (t->kind == TY_REF)
                step(s, ADJ_BORROW, t->is_mut, ty_ref(tc->db, f->elem, t->is_mut));
            else
                step(s, ADJ_BORROW_RAW, t->is_mut, ty_ptr(tc->db, f->elem, t->is_mut));
            step(s, ADJ_UNSIZE, false, to);
            return true;
        }
    } else if (f->kind == TY_PTR && t->kind == TY_PTR) {
        if (!mutability_fits(f->is_mut, t->is_mut)) return false;
        if (unsize(tc, f->elem, t->elem, span)) {
            tc_commit(tc, snap);
            step(s, ADJ_UNSIZE, false, to);
            return true;
        }
    } else if (f->kind == TY_ADT && t->kind == TY_ADT && f->def.id == t->def.id &&
               from.id != to.id) {
        // Box: its Unsize goal is taken apart here, so that an unmet trait is reported as such.
        Ty from_inner, to_inner;
        if (tc_is_box(tc, from, &from_inner) && tc_is_box(tc, to, &to_inner)) {
            bool ok = unsize(tc, from_inner, to_inner, span);
            u32 count;
            const Ty *fa = args_at(tc->db, f->args, &count), *ta = args_at(tc->db, t->args, NULL);
            for (u32 i = 1; ok && i < count; i++)
                ok = tc_unify(tc, fa[i], ta[i]);
            if (ok) {
                tc_commit(tc, snap);
                step(s, ADJ_UNSIZE, false, to);
                return true;
            }
        } else {
            GoalVec goals = {0};
            bool unsizes = false; // unifiable: nothing to do
            TcSnap inner = tc_snapshot(tc);
            unsizes = !tc_unify(tc, from, to);
            tc_rollback(tc, inner);
            if (unsizes) {
                TraitRef goal = {lang_item(tc->db, LANG_coerce_unsized), args2(tc, from, to)};
                if (solve_trait(&tc->solve, goal, &goals, NULL) == SOLVE_YES) {
                    tc_commit(tc, snap);
                    tc_take_goals(tc, &goals, span);
                    step(s, ADJ_UNSIZE, false, to);
                    return true;
                }
            }
        }
    }
    tc_rollback(tc, snap);
    return false;
}

// ---- the rest -----------------------------------------------------------------------------------

static bool coerce_to_ref(Tc *tc, Ty from, Ty to, Span span, Steps *s) {
    const TyRow *f = tc_row(tc, from), *t = tc_row(tc, to);
    if (f->kind != TY_REF) return tc_unify(tc, from, to);
    if (!mutability_fits(f->is_mut, t->is_mut)) return false;
    Autoderef *a = SCRATCH_NEW(tc->scratch, Autoderef);
    autoderef_begin(tc, a, from);
    while (autoderef_next(a)) {
        if (a->count == 0) continue; // the reference itself
        TcSnap snap = tc_snapshot(tc);
        if (tc_unify(tc, ty_ref(tc->db, a->ty, t->is_mut), to)) {
            tc_commit(tc, snap);
            if (a->count == 1 && !f->is_mut && tc_resolve(tc, from).id == tc_resolve(tc, to).id)
                return true;
            AdjRun run = autoderef_adjusts(a);
            autoderef_finish(a, span);
            for (u32 i = 0; i < run.count; i++) {
                run.at[i].is_mut = run.at[i].kind == ADJ_DEREF_OVERLOADED && t->is_mut;
                step(s, run.at[i].kind, run.at[i].is_mut, run.at[i].target);
            }
            step(s, ADJ_BORROW, t->is_mut, ty_ref(tc->db, a->ty, t->is_mut));
            return true;
        }
        tc_rollback(tc, snap);
    }
    return false;
}

static bool coerce_to_ptr(Tc *tc, Ty from, Ty to, Steps *s) {
    const TyRow *f = tc_row(tc, from), *t = tc_row(tc, to);
    if (f->kind != TY_REF && f->kind != TY_PTR) return tc_unify(tc, from, to);
    if (!mutability_fits(f->is_mut, t->is_mut)) return false;
    Ty raw = ty_ptr(tc->db, f->elem, t->is_mut);
    if (!tc_unify(tc, raw, to)) return false;
    if (f->kind == TY_REF) {
        step(s, ADJ_DEREF, false, f->elem);
        step(s, ADJ_BORROW_RAW, t->is_mut, raw);
    } else if (f->is_mut != t->is_mut) {
        step(s, ADJ_MUT_TO_CONST, false, raw);
    }
    return true;
}

static Ty as_unsafe_fn_ptr(Tc *tc, Ty fn_ptr) {
    const TyRow *row = tc_row(tc, fn_ptr);
    FnPtrSig sig = {row->args, row->abi, 1, row->is_variadic};
    return ty_fn_ptr(tc->db, sig);
}

static Ty closure_fn_ptr(Tc *tc, Ty closure, bool is_unsafe) {
    const Ty *tys;
    u32 count;
    if (!closure_sig_of(tc, closure, &tys, &count)) return (Ty){0};
    FnPtrSig sig = {args_of(tc, tys, count + 1), ABI_RUST, is_unsafe, 0};
    return ty_fn_ptr(tc->db, sig);
}

static bool closure_captures_nothing(Tc *tc, Ty closure) {
    ClosureState *state = tc_closure_state(tc, closure);
    if (state) return !state->has_upvars;
    return args_count(tc->db, closure_upvar_tys(tc->db, closure)) == 0;
}

static Ty fn_item_ptr(Tc *tc, Ty fn_def, Span span) {
    const TyRow *row = tc_row(tc, fn_def);
    return tc_normalize(tc, fn_sig_ptr(tc->db, row->def, row->args), span);
}

static bool coerce_inner(Tc *tc, Ty from, Ty to, Span span, Steps *s) {
    from = tc_shallow(tc, from);
    to = tc_shallow(tc, to);
    if (from.id == to.id && tc_kind(tc, from) != TY_REF) return true;
    const TyRow *f = tc_row(tc, from), *t = tc_row(tc, to);
    if (f->kind == TY_ERROR || t->kind == TY_ERROR) return true;
    if (f->kind == TY_NEVER) {
        step(s, ADJ_NEVER_TO_ANY, false, to);
        return true;
    }
    if (f->kind == TY_INFER) {
        if (t->kind == TY_INFER && infer_is_diverging(tc->table, from))
            infer_mark_diverging(tc->table, to);
        return tc_unify(tc, from, to);
    }
    if (coerce_unsized(tc, from, to, span, s)) return true;
    s->count = 0;
    if (t->kind == TY_PTR) return coerce_to_ptr(tc, from, to, s);
    if (t->kind == TY_REF) return coerce_to_ref(tc, from, to, span, s);
    switch (f->kind) {
    case TY_FN_DEF: {
        if (t->kind != TY_FN_PTR) return tc_unify(tc, from, to);
        Ty ptr = fn_item_ptr(tc, from, span);
        step(s, ADJ_REIFY_FN, false, ptr);
        if (t->is_unsafe && !tc_row(tc, ptr)->is_unsafe) {
            ptr = as_unsafe_fn_ptr(tc, ptr);
            step(s, ADJ_UNSAFE_FN, false, ptr);
        }
        return tc_unify(tc, ptr, to);
    }
    case TY_FN_PTR:
        if (t->kind == TY_FN_PTR && t->is_unsafe && !f->is_unsafe) {
            Ty ptr = as_unsafe_fn_ptr(tc, from);
            step(s, ADJ_UNSAFE_FN, false, ptr);
            return tc_unify(tc, ptr, to);
        }
        return tc_unify(tc, from, to);
    case TY_CLOSURE:
        if (t->kind == TY_FN_PTR && closure_captures_nothing(tc, from)) {
            Ty ptr = closure_fn_ptr(tc, from, t->is_unsafe);
            if (!ptr.id) return false;
            step(s, ADJ_CLOSURE_FN, false, ptr);
            return tc_unify(tc, ptr, to);
        }
        return tc_unify(tc, from, to);
    default: return tc_unify(tc, from, to);
    }
}

static bool coerce_steps(Tc *tc, Ty from, Ty to, Span span, Steps *s) {
    TcSnap snap = tc_snapshot(tc);
    s->count = 0;
    if (coerce_inner(tc, from, to, span, s)) {
        tc_commit(tc, snap);
        return true;
    }
    tc_rollback(tc, snap);
    s->count = 0;
    return false;
}

bool tc_coerce(Tc *tc, HirExpr e, Ty from, Ty to, Ty *out) {
    Steps *s = SCRATCH_NEW(tc->scratch, Steps);
    from = tc_resolve_pending(tc, from);
    if (!coerce_steps(tc, from, to, tc_span(tc, e), s)) return false;
    tc_adjust(tc, e, s->at, s->count);
    if (out) *out = to;
    return true;
}

bool tc_can_coerce(Tc *tc, Ty from, Ty to) {
    Steps *s = SCRATCH_NEW(tc->scratch, Steps);
    return coerce_steps(tc, from, to, tc_hir_span(tc, 0, 0), s);
}

Ty tc_demand_coerce(Tc *tc, HirExpr e, Ty from, Ty to) {
    if (tc_coerce(tc, e, from, to, NULL)) return to;
    tc_mismatch(tc, tc_span(tc, e), to, from);
    return to;
}

// ---- the common type of several expressions -----------------------------------------------------

void coerce_many_begin(CoerceMany *c, Ty expected) {
    memset(c, 0, sizeof *c);
    c->expected = expected;
}

Ty coerce_many_merged(const CoerceMany *c) {
    return c->final.id ? c->final : c->expected;
}

static bool only_reborrows(Tc *tc, const CoerceMany *c) {
    for (u32 i = 0; i < c->exprs.count; i++) {
        HirExpr e = c->exprs.at[i];
        AdjRun *run = &tc->b->adjusts[e.id];
        if (run->count == 0 || (run->count == 1 && run->at[0].kind == ADJ_NEVER_TO_ANY)) continue;
        const TyRow *row = tc_row(tc, tc_shallow(tc, tc->b->expr_tys[e.id]));
        if (run->count == 2 && run->at[0].kind == ADJ_DEREF && run->at[1].kind == ADJ_BORROW &&
            row->kind == TY_REF && row->is_mut == run->at[1].is_mut)
            continue;
        return false;
    }
    return true;
}

static bool is_fn_like(TyKind kind) {
    return kind == TY_FN_DEF || kind == TY_CLOSURE;
}

static bool find_lub(Tc *tc, CoerceMany *c, HirExpr e, Ty new_ty, Ty *out) {
    Span span = tc_span(tc, e);
    Ty prev = tc_resolve_pending(tc, coerce_many_merged(c));
    new_ty = tc_resolve_pending(tc, new_ty);
    *out = prev;
    if (prev.id == new_ty.id) return true;
    TyKind pk = tc_kind(tc, prev), nk = tc_kind(tc, new_ty);
    if (is_fn_like(pk) && is_fn_like(nk)) {
        TcSnap snap = tc_snapshot(tc);
        if (tc_unify(tc, prev, new_ty)) {
            tc_commit(tc, snap);
            return true;
        }
        tc_rollback(tc, snap);
        if ((pk != TY_CLOSURE || closure_captures_nothing(tc, prev)) &&
            (nk != TY_CLOSURE || closure_captures_nothing(tc, new_ty))) {
            Ty pp =
                pk == TY_CLOSURE ? closure_fn_ptr(tc, prev, false) : fn_item_ptr(tc, prev, span);
            Ty np = nk == TY_CLOSURE ? closure_fn_ptr(tc, new_ty, false)
                                     : fn_item_ptr(tc, new_ty, span);
            if (pp.id && np.id && tc_unify(tc, pp, np)) {
                Adjust pa = {pk == TY_CLOSURE ? ADJ_CLOSURE_FN : ADJ_REIFY_FN, 0, pp};
                Adjust na = {nk == TY_CLOSURE ? ADJ_CLOSURE_FN : ADJ_REIFY_FN, 0, np};
                for (u32 i = 0; i < c->exprs.count; i++)
                    tc_adjust(tc, c->exprs.at[i], &pa, 1);
                tc_adjust(tc, e, &na, 1);
                *out = pp;
                return true;
            }
        }
    }
    Steps *s = SCRATCH_NEW(tc->scratch, Steps);
    if (tc->b->adjusts[e.id].count == 0 && coerce_steps(tc, new_ty, prev, span, s)) {
        tc_adjust(tc, e, s->at, s->count);
        return true;
    }
    if (!only_reborrows(tc, c)) return tc_unify(tc, prev, new_ty);
    if (!coerce_steps(tc, prev, new_ty, span, s)) return false;
    for (u32 i = 0; i < c->exprs.count; i++)
        tc_adjust(tc, c->exprs.at[i], s->at, s->count);
    *out = new_ty;
    return true;
}

void coerce_many_push(Tc *tc, CoerceMany *c, HirExpr e, Ty ty, Span span) {
    ty = tc_shallow(tc, ty);
    if (tc_kind(tc, ty) == TY_ERROR) {
        c->final = TY_OF(ERROR);
        return;
    }
    if (c->final.id && tc_kind(tc, c->final) == TY_ERROR) return;
    Ty out;
    bool ok;
    if (c->pushed == 0) {
        out = c->expected;
        ok = tc_coerce(tc, e, ty, c->expected, NULL);
    } else {
        ok = find_lub(tc, c, e, ty, &out);
    }
    if (!ok) {
        tc_mismatch(tc, span, coerce_many_merged(c), ty);
        c->final = TY_OF(ERROR);
        return;
    }
    c->final = out;
    vec_push(tc->scratch, &c->exprs, e);
    c->pushed++;
}

void coerce_many_unit(Tc *tc, CoerceMany *c, Span span, bool is_else) {
    if (c->final.id && tc_kind(tc, c->final) == TY_ERROR) return;
    Ty merged = tc_resolve_pending(tc, coerce_many_merged(c));
    Ty unit = ty_unit(tc->db);
    bool ok = tc_kind(tc, merged) == TY_NEVER && c->pushed ? true : tc_unify(tc, merged, unit);
    if (!ok) {
        if (!tc_has_error(tc, merged)) {
            if (is_else) {
                tc_error(tc, span, "E0317", "`if` may be missing an `else` clause");
                diag_label(tc->db, span, "expected `%s`, found `()`", tc_print(tc, merged));
            } else {
                tc_mismatch(tc, span, merged, unit);
            }
        }
        tc->tainted = true;
        c->final = TY_OF(ERROR);
        return;
    }
    if (c->pushed && tc_kind(tc, merged) == TY_NEVER) {
        Adjust a = {ADJ_NEVER_TO_ANY, 0, unit};
        for (u32 i = 0; i < c->exprs.count; i++)
            tc_adjust(tc, c->exprs.at[i], &a, 1);
    }
    c->final = unit;
    c->pushed++;
}

Ty coerce_many_end(Tc *tc, CoerceMany *c) {
    (void)tc;
    return c->final.id ? c->final : TY_OF(NEVER);
}
