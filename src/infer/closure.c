// Closures: the signature expected of one, its parameters and body; what the solver may know of it.
#include "infer/infer_internal.h"

ClosureState *tc_closure_state(Tc *tc, Ty closure) {
    const TyRow *row = tc_row(tc, closure);
    if (row->kind != TY_CLOSURE) return NULL;
    // Closures are numbered in their owner in the order in which they begin, as in its body's list.
    u32 number = def_row(tc->db, row->def)->disambiguator + 1;
    for (Body *b = tc->bodies; b; b = b->next)
        if (number < b->hir->t.closures.count && b->closures[number].def.id == row->def.id)
            return &b->closures[number];
    return NULL;
}

bool tc_closure_facts(void *cx, Ty closure, ClosureFacts *out) {
    Tc *tc = cx;
    ClosureState *s = tc_closure_state(tc, closure);
    if (!s) return false;
    memset(out, 0, sizeof *out);
    out->known = s->sig != NULL;
    out->kind_known = s->kind_known;
    out->kind = s->kind;
    if (s->sig) out->tys = args_of(tc, s->sig, s->input_count + 1);
    out->upvars = s->upvars;
    out->upvars_known = s->upvars_known;
    return true;
}

bool closure_sig_of(Tc *tc, Ty closure, const Ty **tys, u32 *input_count) {
    ClosureState *s = tc_closure_state(tc, closure);
    if (s) {
        if (!s->sig) return false;
        *tys = s->sig;
        *input_count = s->input_count;
        return true;
    }
    u32 count;
    *tys = args_at(tc->db, closure_sig_tys(tc->db, closure), &count);
    if (count == 0) return false;
    *input_count = count - 1;
    return true;
}

// ---- what is expected ---------------------------------------------------------------------------

typedef struct ClosureWant {
    bool has_sig;
    const Ty *inputs;
    u32 input_count;
    Ty output;    // 0: not known
    u8 kind;      // 0 Fn, 1 FnMut, 2 FnOnce, 3 unknown
    bool is_hint; // from a fn pointer type: a misfit shows when the closure is coerced to it
} ClosureWant;

static u8 fn_kind_of(Tc *tc, DefId trait) {
    switch (lang_item_of(tc->db, trait)) {
    case LANG_fn: return 0;
    case LANG_fn_mut: return 1;
    case LANG_fn_once: return 2;
    default: return 3;
    }
}

static bool want_sig(Tc *tc, ClosureWant *want, Ty tuple, Ty output) {
    tuple = tc_resolve(tc, tuple);
    if (want->has_sig || tc_kind(tc, tuple) != TY_TUPLE) return false;
    want->inputs = ty_elems(tc->db, tuple, &want->input_count);
    want->output = output;
    want->has_sig = true;
    return true;
}

static void want_from_pred(Tc *tc, ClosureWant *want, const Predicate *pred, u32 depth) {
    Db *db = tc->db;
    if (pred->kind == PRED_PROJECTION) {
        const TyRow *row = ty_row(db, pred->projection);
        if (row->kind == TY_PROJECTION && lang_item_of(db, row->def) == LANG_fn_once_output &&
            args_count(db, row->args) > 1)
            want_sig(tc, want, args_get(db, row->args, 1), pred->ty);
        return;
    }
    u8 kind = fn_kind_of(tc, pred->trait_ref.trait);
    if (kind < want->kind) want->kind = kind;
    if (kind < 3 || depth > 8) return;
    const Predicates *supers = super_predicates_of(db, pred->trait_ref.trait);
    for (u32 i = 0; i < supers->own.count; i++) {
        Predicate super = LIST_AT(supers, Predicate, supers->own)[i];
        if (super.kind == PRED_TRAIT) {
            super.trait_ref.args = args_subst(db, super.trait_ref.args, pred->trait_ref.args);
        } else {
            super.projection = ty_subst(db, super.projection, pred->trait_ref.args);
            super.ty = ty_subst(db, super.ty, pred->trait_ref.args);
        }
        want_from_pred(tc, want, &super, depth + 1);
    }
}

static ClosureWant deduce(Tc *tc, Ty expected) {
    Db *db = tc->db;
    ClosureWant want;
    memset(&want, 0, sizeof want);
    want.kind = 3;
    if (!expected.id) return want;
    expected = tc_resolve_pending(tc, expected);
    const TyRow *row = tc_row(tc, expected);
    switch (row->kind) {
    case TY_INFER: {
        GoalIds goals = {0};
        tc_goals_about(tc, expected, &goals);
        for (u32 pass = 0; pass < 2; pass++) // projections tell most
            for (u32 i = 0; i < goals.count; i++) {
                Predicate pred = tc_goal(tc, goals.at[i])->pred;
                if ((pred.kind == PRED_PROJECTION) == (pass == 0))
                    want_from_pred(tc, &want, &pred, 0);
            }
        break;
    }
    case TY_DYN: {
        const Existential *e = ty_existential(db, expected);
        if (e->principal.id) {
            want.kind = fn_kind_of(tc, e->principal);
            const ExProjection *p = existential_projections(db, e);
            for (u32 i = 0; i < e->projection_count; i++)
                if (lang_item_of(db, p[i].assoc) == LANG_fn_once_output &&
                    args_count(db, p[i].args))
                    want_sig(tc, &want, args_get(db, p[i].args, 0), p[i].ty);
            if (want.kind == 3 && !want.has_sig) {
                Predicate pred =
                    trait_pred(e->principal, args_concat(db, args1(tc, expected), e->args));
                want_from_pred(tc, &want, &pred, 0);
            }
        }
        break;
    }
    case TY_OPAQUE: {
        const Predicates *bounds = item_bounds(db, row->def);
        for (u32 i = 0; i < bounds->own.count; i++) {
            Predicate pred = LIST_AT(bounds, Predicate, bounds->own)[i];
            if (pred.kind == PRED_TRAIT)
                pred.trait_ref.args = args_subst(db, pred.trait_ref.args, row->args);
            else {
                pred.projection = ty_subst(db, pred.projection, row->args);
                pred.ty = ty_subst(db, pred.ty, row->args);
            }
            want_from_pred(tc, &want, &pred, 0);
        }
        break;
    }
    case TY_FN_PTR: {
        u32 n;
        const Ty *tys = args_at(db, row->args, &n);
        want.has_sig = true;
        want.inputs = tys;
        want.input_count = n - 1;
        want.output = tys[n - 1];
        want.is_hint = true;
        break;
    }
    case TY_CLOSURE: break;
    default: break;
    }
    return want;
}

// ---- the closure itself -------------------------------------------------------------------------

typedef struct UpvarScan {
    HirVisit v;
    LocalSet *bound;
    bool found;
    bool collecting;
} UpvarScan;

static void scan_pat(HirVisit *v, const HirBody *b, HirPat p) {
    UpvarScan *s = v->cx;
    const HirPatRow *row = hir_pat(b, p);
    if (row->kind == HIR_PAT_BINDING) local_set_add(s->bound, row->binding.local.id);
    hir_walk_pat(v, b, p);
}

static void scan_expr(HirVisit *v, const HirBody *b, HirExpr e) {
    UpvarScan *s = v->cx;
    const HirExprRow *row = hir_expr(b, e);
    if (!s->collecting && row->kind == HIR_PATH) {
        const HirPathRow *path = hir_path(b, row->path);
        if (path->res.kind == RES_LOCAL && !local_set_has(s->bound, path->res.index))
            s->found = true;
    }
    hir_walk_expr(v, b, e);
}

bool hir_expr_mentions_upvar(const Tc *tc, const HirClosure *closure) {
    const HirBody *hir = tc->b->hir;
    UpvarScan s;
    memset(&s, 0, sizeof s);
    s.v.cx = &s;
    s.v.expr = scan_expr;
    s.v.pat = scan_pat;
    s.bound = &tc->b->bound;
    local_set_empty(s.bound);
    s.collecting = true;
    for (u32 i = 0; i < closure->params.count; i++)
        scan_pat(&s.v, hir, HIR_AT(hir, HirParamPat, params, closure->params.first + i)->pat);
    scan_expr(&s.v, hir, closure->body);
    s.collecting = false;
    s.v.pat = NULL;
    scan_expr(&s.v, hir, closure->body);
    return s.found;
}

void tc_fn_params(Tc *tc, const HirParamPat *params, u32 count, const Ty *tys) {
    for (u32 i = 0; i < count; i++) {
        tc_pat_top(tc, params[i].pat, tys[i]);
        // The library takes unsized parameters in a few places (unsized_fn_params).
        if (tc->is_local_crate) tc_register_sized(tc, tys[i], tc_pat_span(tc, params[i].pat));
    }
}

Ty tc_closure(Tc *tc, HirExpr e, Expect expect) {
    Db *db = tc->db;
    const HirBody *hir = tc->b->hir;
    u32 number = hir_expr(hir, e)->closure;
    const HirClosure *c = HIR_AT(hir, HirClosure, closures, number);
    ClosureState *s = &tc->b->closures[number];
    Span span = tc_span(tc, e);
    ClosureWant want = deduce(tc, expect_any(tc, expect));
    u32 n = c->params.count;
    const HirParamPat *params = HIR_AT(hir, HirParamPat, params, c->params.first);
    if (want.has_sig && want.input_count != n) {
        if (!want.is_hint)
            tc_error(tc, span, "E0593",
                     "closure is expected to take %u argument%s, but it takes %u argument%s",
                     want.input_count, want.input_count == 1 ? "" : "s", n, n == 1 ? "" : "s");
        s->is_unfit = !want.is_hint;
        want.has_sig = false;
    }
    Ty *sig = SCRATCH_ARRAY(tc->scratch, Ty, n + 1);
    for (u32 i = 0; i < n; i++) {
        Ty written = params[i].ty.id ? tc_hir_ty(tc, params[i].ty) : (Ty){0};
        if (want.has_sig) {
            sig[i] = tc_normalize(tc, want.inputs[i], span);
            if (written.id && !tc_unify(tc, sig[i], written)) {
                if (!want.is_hint && !tc_has_error(tc, sig[i]) && !tc_has_error(tc, written)) {
                    tc_error(tc, span, "E0631", "type mismatch in closure arguments");
                    s->is_unfit = true;
                }
                sig[i] = written;
            }
        } else {
            sig[i] = written.id ? written : tc_var(tc);
        }
    }
    Ty ret = c->ret.id ? tc_hir_ty(tc, c->ret) : (Ty){0};
    if (want.has_sig && want.output.id) {
        sig[n] = tc_normalize(tc, want.output, span);
        if (ret.id && !tc_demand_eq(tc, span, sig[n], ret)) sig[n] = ret;
    } else {
        sig[n] = ret.id ? ret : tc_var(tc);
    }
    s->def = c->def;
    s->ty = ty_closure(db, c->def, generics_identity(db, tc->root));
    s->sig = sig;
    s->input_count = n;
    s->is_move = c->is_move;
    s->has_upvars = hir_expr_mentions_upvar(tc, c);
    if (want.kind < 3) {
        s->kind = want.kind;
        s->kind_known = 1;
    }
    tc_closure_changed(tc, s);

    CoerceMany *outer_ret = tc->ret;
    bool diverges = tc->diverges;
    tc->diverges = false;
    CoerceMany many;
    coerce_many_begin(&many, sig[n]);
    tc->ret = &many;
    tc_fn_params(tc, params, n, sig);
    tc_return_expr(tc, c->body, sig[n]);
    Ty actual = coerce_many_end(tc, &many);
    tc_demand_eq(tc, tc_span(tc, c->body), sig[n], actual);
    tc->ret = outer_ret;
    tc->diverges = diverges;
    return s->ty;
}
