// Calls: of functions, closures and what implements the Fn traits; method calls; arguments.
#include "infer/infer_internal.h"

static Expect expected_input(Tc *tc, Ty ty) {
    return expect_rvalue_hint(tc, ty);
}

void tc_arguments(Tc *tc, HirExpr call, Span span, const Ty *formal, const Ty *expected,
                  u32 formal_count, const HirExpr *args, u32 arg_count, bool variadic, bool tupled,
                  DefId fn) {
    if (tupled && formal_count) {
        Ty tuple = tc_resolve_pending(tc, formal[formal_count - 1]);
        if (tc_kind(tc, tuple) == TY_TUPLE) {
            formal = ty_elems(tc->db, tuple, &formal_count);
            if (expected) {
                Ty want = tc_resolve(tc, expected[0]);
                u32 n = 0;
                const Ty *elems = tc_kind(tc, want) == TY_TUPLE ? ty_elems(tc->db, want, &n) : NULL;
                expected = elems && n == formal_count ? elems : NULL;
            }
        } else {
            // An argument tuple nothing is known about: it takes the shape of the call.
            Ty *vars = SCRATCH_ARRAY(tc->scratch, Ty, arg_count);
            for (u32 i = 0; i < arg_count; i++)
                vars[i] = tc_var(tc);
            if (tc_kind(tc, tuple) == TY_INFER)
                tc_unify(tc, tuple, ty_tuple(tc->db, vars, arg_count));
            else if (tc_kind(tc, tuple) != TY_ERROR)
                tc_error(tc, span, "E0059",
                         "cannot use call notation; the first type parameter for the function "
                         "trait is neither a tuple nor unit");
            formal = vars;
            formal_count = arg_count;
            expected = NULL;
        }
    }
    bool bad_count = variadic ? arg_count < formal_count : arg_count != formal_count;
    if (bad_count) {
        if (fn.id && (tupled || def_kind(tc->db, fn) == DEF_CLOSURE))
            tc_error(tc, span, "E0057",
                     "this function takes %u argument%s but %u argument%s supplied", formal_count,
                     formal_count == 1 ? "" : "s", arg_count, arg_count == 1 ? " was" : "s were");
        else
            tc_error(tc, span, variadic ? "E0060" : "E0061",
                     "this %s takes %s%u argument%s but %u argument%s supplied",
                     fn.id && def_row(tc->db, fn)->kind == DEF_ASSOC_FN && call.id &&
                             hir_expr(tc->b->hir, call)->kind == HIR_METHOD_CALL
                         ? "method"
                     : fn.id && def_row(tc->db, fn)->kind == DEF_STRUCT  ? "struct"
                     : fn.id && def_row(tc->db, fn)->kind == DEF_VARIANT ? "enum variant"
                                                                         : "function",
                     variadic ? "at least " : "", formal_count, formal_count == 1 ? "" : "s",
                     arg_count, arg_count == 1 ? " was" : "s were");
        for (u32 i = 0; i < arg_count; i++)
            tc_expr(tc, args[i], NO_EXPECT);
        return;
    }
    // Closures come last: their signatures may follow from the other arguments.
    for (u32 pass = 0; pass < 2; pass++) {
        if (pass) tc_select(tc);
        for (u32 i = 0; i < formal_count; i++) {
            bool is_closure = hir_expr(tc->b->hir, args[i])->kind == HIR_CLOSURE;
            if (is_closure != (pass == 1)) continue;
            Ty want = expected ? expected[i] : formal[i];
            Expect expect = expected_input(tc, want);
            Ty ty = tc_expr(tc, args[i], expect);
            Ty target = expect_only_type(tc, expect);
            if (!target.id) target = formal[i];
            target = tc_resolve_pending(tc, target); // what earlier arguments have told
            if (!tc_coerce(tc, args[i], ty, target, NULL)) {
                // The expectation may have been too eager; the formal type decides.
                if (target.id == formal[i].id || !tc_coerce(tc, args[i], ty, formal[i], NULL))
                    tc_mismatch(tc, tc_span(tc, args[i]), formal[i], ty);
                continue;
            }
            tc_demand_eq(tc, tc_span(tc, args[i]), formal[i], target);
        }
    }
    for (u32 i = formal_count; i < arg_count; i++) {
        Ty ty = tc_structurally(tc, tc_expr(tc, args[i], NO_EXPECT), tc_span(tc, args[i]));
        TyKind kind = tc_kind(tc, ty);
        const char *as = kind == TY_F32                                       ? "c_double"
                         : kind == TY_I8 || kind == TY_I16 || kind == TY_BOOL ? "c_int"
                         : kind == TY_U8 || kind == TY_U16                    ? "c_uint"
                         : kind == TY_FN_DEF                                  ? "fn pointer"
                                                                              : NULL;
        if (as)
            tc_error(tc, tc_span(tc, args[i]), "E0617", "can't pass `%s` to variadic function",
                     tc_print(tc, ty));
    }
}

// What the inputs would be if the call's result were what is expected; NULL if that tells nothing.
static const Ty *expected_inputs(Tc *tc, Expect expect, Ty output, const Ty *inputs, u32 count) {
    Ty want = expect_only_type(tc, expect);
    if (!want.id || count == 0) return NULL;
    want = tc_resolve_pending(tc, want);
    if (tc_kind(tc, want) == TY_INFER) return NULL;
    output = tc_resolve_pending(tc, output);
    if (tc_kind(tc, output) == TY_OPAQUE) return NULL;
    TcSnap snap = tc_snapshot(tc);
    Ty *out = NULL;
    if (tc_unify(tc, want, output)) {
        out = SCRATCH_ARRAY(tc->scratch, Ty, count);
        for (u32 i = 0; i < count; i++)
            out[i] = tc_resolve(tc, inputs[i]);
    }
    tc_rollback(tc, snap);
    return out;
}

static void list_exprs(Tc *tc, HirList list, HirExpr *out) {
    for (u32 i = 0; i < list.count; i++)
        out[i] = (HirExpr){hir_listed(tc->b->hir, list, i)};
}

static bool overloaded_call_trait(Tc *tc, HirExpr call, Ty ty, const HirExpr *args, u32 arg_count,
                                  bool know_args, MethodSig *m, bool *borrow) {
    Db *db = tc->db;
    static const u16 traits[3] = {LANG_fn, LANG_fn_mut, LANG_fn_once};
    (void)args;
    for (u32 i = 0; i < 3; i++) {
        DefId trait = lang_item(db, traits[i]);
        if (!trait.id) continue;
        Ty input;
        if (know_args) {
            Ty *vars = SCRATCH_ARRAY(tc->scratch, Ty, arg_count);
            for (u32 k = 0; k < arg_count; k++)
                vars[k] = tc_var(tc);
            input = ty_tuple(db, vars, arg_count);
        } else {
            input = tc_var(tc);
        }
        if (!tc_trait_method(tc, trait, trait_fn(tc, trait), ty, &input, 1, tc_span(tc, call), m))
            continue;
        *borrow = i < 2;
        return true;
    }
    return false;
}

static Ty call_fn(Tc *tc, HirExpr e, Ty callee_ty, const HirExpr *args, u32 count, Expect expect) {
    Span span = tc_span(tc, e);
    const TyRow *row = tc_row(tc, callee_ty);
    DefId fn = {0};
    Ty ptr = callee_ty;
    if (row->kind == TY_FN_DEF) {
        fn = row->def;
        ptr = tc_normalize(tc, fn_sig_ptr(tc->db, row->def, row->args), span);
    }
    const TyRow *sig = tc_row(tc, ptr);
    u32 n;
    const Ty *tys = args_at(tc->db, sig->args, &n);
    if (n == 0) return TY_OF(ERROR);
    const Ty *expected = expected_inputs(tc, expect, tys[n - 1], tys, n - 1);
    tc_arguments(tc, e, span, tys, expected, n - 1, args, count, sig->is_variadic, false, fn);
    tc_register_sized(tc, tys[n - 1], span);
    return tys[n - 1];
}

Ty tc_call(Tc *tc, HirExpr e, Expect expect) {
    const HirExprRow *row = hir_expr(tc->b->hir, e);
    HirExpr callee = row->call.callee;
    u32 count = row->call.args.count;
    HirExpr *args = SCRATCH_ARRAY(tc->scratch, HirExpr, max_u32(count, 1));
    list_exprs(tc, row->call.args, args);
    Span span = tc_span(tc, e);
    Ty callee_ty = tc_structurally(tc, tc_expr(tc, callee, NO_EXPECT), tc_span(tc, callee));
    Autoderef *a = SCRATCH_NEW(tc->scratch, Autoderef);
    autoderef_begin(tc, a, callee_ty);
    while (autoderef_next(a)) {
        Ty ty = tc_resolve_pending(tc, a->ty);
        const TyRow *t = tc_row(tc, ty);
        if (t->kind == TY_ERROR) break;
        if (t->kind == TY_FN_DEF || t->kind == TY_FN_PTR) {
            AdjRun run = autoderef_adjusts(a);
            autoderef_finish(a, span);
            tc_adjust(tc, callee, run.at, run.count);
            return call_fn(tc, e, ty, args, count, expect);
        }
        if (t->kind == TY_CLOSURE) {
            ClosureState *state = tc_closure_state(tc, ty);
            if (state && !state->kind_known) {
                DeferredCall call = {tc->b, e, callee, ty, autoderef_adjusts(a)};
                autoderef_finish(a, span);
                vec_push(tc->scratch, &state->calls, call);
                const Ty *sig = state->sig;
                u32 n = state->input_count;
                const Ty *expected = expected_inputs(tc, expect, sig[n], sig, n);
                tc_arguments(tc, e, span, sig, expected, n, args, count, false, false, state->def);
                return sig[n];
            }
        }
        MethodSig m;
        bool borrow;
        if (t->kind != TY_INFER &&
            (overloaded_call_trait(tc, e, ty, args, count, true, &m, &borrow) ||
             overloaded_call_trait(tc, e, ty, args, count, false, &m, &borrow))) {
            AdjRun run = autoderef_adjusts(a);
            autoderef_finish(a, span);
            const TyRow *self = tc_row(tc, tc_shallow(tc, m.inputs[0]));
            if (borrow && self->kind == TY_REF)
                run.at[run.count++] =
                    (Adjust){ADJ_BORROW, self->is_mut, ty_ref(tc->db, ty, self->is_mut)};
            tc_adjust(tc, callee, run.at, run.count);
            if (borrow && self->kind == TY_REF && self->is_mut) tc_make_places_mutable(tc, callee);
            Res res = {RES_DEF, m.fn, 0};
            tc->b->callee_of[e.id] = tc_callee(tc, res, m.args);
            const Ty *expected =
                expected_inputs(tc, expect, m.output, m.inputs + 1, m.input_count - 1);
            tc_arguments(tc, e, span, m.inputs + 1, expected, m.input_count - 1, args, count, false,
                         true, m.fn);
            return m.output;
        }
    }
    for (u32 i = 0; i < count; i++)
        tc_expr(tc, args[i], NO_EXPECT);
    if (!tc_has_error(tc, callee_ty)) {
        tc_error(tc, span, "E0618", "expected function, found `%s`", tc_print(tc, callee_ty));
        diag_label(tc->db, tc_span(tc, callee), "call expression requires function");
    }
    return TY_OF(ERROR);
}

static bool numbers_have_method(Tc *tc, Symbol name) {
    static const u32 kinds[] = {TY_I32, TY_U8, TY_F64};
    for (u32 k = 0; k < ARRAY_LEN(kinds); k++) {
        u32 count;
        Ty ty = {kinds[k]};
        const NamedItem *items =
            inherent_items_named(tc->db, ty_simplify(tc->db, ty), name, &count);
        for (u32 i = 0; i < count; i++)
            if (!items[i].is_const) return true;
    }
    return false;
}

Ty tc_method_call(Tc *tc, HirExpr e, Expect expect) {
    const HirExprRow *row = hir_expr(tc->b->hir, e);
    HirExpr receiver = row->method.receiver;
    u32 count = row->method.args.count;
    HirExpr *args = SCRATCH_ARRAY(tc->scratch, HirExpr, max_u32(count, 1));
    list_exprs(tc, row->method.args, args);
    const HirSeg *seg = HIR_AT(tc->b->hir, HirSeg, segs, row->method.seg);
    Span span = tc_span(tc, e);
    Ty ty = tc_expr(tc, receiver, NO_EXPECT);
    ty = tc_structurally(tc, ty, tc_span(tc, receiver));
    Pick pick;
    ProbeResult found = PROBE_NONE;
    bool bad = tc_kind(tc, ty) == TY_ERROR;
    if (!bad) found = probe_method(tc, ty, seg->name, span, &pick);
    if (found != PROBE_FOUND) {
        if (!bad && !tc_has_error(tc, ty)) {
            Str name = symbol_str(&tc->db->symbols, seg->name);
            Span at = seg->lo ? tc_hir_span(tc, seg->lo, seg->lo + name.len) : span;
            TyKind kind = tc_kind(tc, ty);
            const char *what =
                kind == TY_ADT       ? (def_kind(tc->db, tc_row(tc, ty)->def) == DEF_ENUM    ? "enum"
                                        : def_kind(tc->db, tc_row(tc, ty)->def) == DEF_UNION ? "union"
                                                                                             : "struct")
                : kind == TY_PARAM   ? "type parameter"
                : kind == TY_REF     ? "reference"
                : kind == TY_CLOSURE ? "closure"
                                     : "type";
            switch (found) {
            case PROBE_AMBIGUOUS:
                tc_error(tc, at, "E0034", "multiple applicable items in scope");
                break;
            case PROBE_PRIVATE:
                tc_error(tc, at, "E0624", "method `%.*s` is private", STR_ARG(name));
                break;
            case PROBE_BAD_TY: tc_error(tc, at, "E0282", "type annotations needed"); break;
            default:
                if ((kind == TY_INFER_INT || kind == TY_INFER_FLOAT) &&
                    numbers_have_method(tc, seg->name))
                    tc_error(tc, at, "E0689",
                             "can't call method `%.*s` on ambiguous numeric type `%s`",
                             STR_ARG(name), tc_print(tc, ty));
                else
                    tc_error(tc, at, "E0599",
                             "no method named `%.*s` found for %s `%s` in the current scope",
                             STR_ARG(name), what, tc_print(tc, ty));
                break;
            }
        }
        tc->tainted = true;
        for (u32 i = 0; i < count; i++)
            tc_expr(tc, args[i], NO_EXPECT);
        return TY_OF(ERROR);
    }
    Confirmed m = confirm_method(tc, e, receiver, ty, &pick, row->method.seg, span);
    Res res = {RES_DEF, m.fn, 0};
    tc->b->callee_of[e.id] = tc_callee(tc, res, m.args);
    u32 n;
    const Ty *tys = args_at(tc->db, m.sig.tys, &n);
    if (n < 2) return TY_OF(ERROR);
    const Ty *expected = expected_inputs(tc, expect, tys[n - 1], tys + 1, n - 2);
    tc_arguments(tc, e, span, tys + 1, expected, n - 2, args, count, m.sig.is_variadic, false,
                 m.fn);
    tc_register_sized(tc, tys[n - 1], span);
    return tys[n - 1];
}
