// Places: autoderef, *x, x[i], x.f, and the switch of their operators to the mutable ones.
#include "infer/infer_internal.h"

bool tc_is_box(Tc *tc, Ty ty, Ty *inner) {
    const TyRow *row = tc_row(tc, ty);
    if (row->kind != TY_ADT || row->def.id != lang_item(tc->db, LANG_owned_box).id) return false;
    if (inner) *inner = args_get(tc->db, row->args, 0);
    return true;
}

Ty builtin_deref(Tc *tc, Ty ty, bool explicit) {
    const TyRow *row = tc_row(tc, ty);
    Ty inner;
    if (row->kind == TY_REF || (explicit && row->kind == TY_PTR)) return row->elem;
    if (tc_is_box(tc, ty, &inner)) return inner;
    return (Ty){0};
}

// ---- autoderef ----------------------------------------------------------------------------------

void autoderef_begin(Tc *tc, Autoderef *a, Ty ty) {
    memset(a, 0, sizeof *a);
    a->tc = tc;
    a->ty = tc_resolve(tc, ty);
}

// <ty as Deref>::Target; 0 if ty does not implement Deref.
static Ty overloaded_deref_ty(Tc *tc, Ty ty, GoalVec *goals) {
    Db *db = tc->db;
    TyKind kind = tc_kind(tc, ty);
    if (kind != TY_ADT && kind != TY_PARAM && kind != TY_PROJECTION && kind != TY_OPAQUE)
        return (Ty){0};
    DefId deref = lang_item(db, LANG_deref), target = lang_item(db, LANG_deref_target);
    if (!deref.id || !target.id) return (Ty){0};
    TcSnap snap = tc_snapshot(tc);
    GoalVec found = {0};
    SolveResult result = solve_trait(&tc->solve, (TraitRef){deref, args1(tc, ty)}, &found, NULL);
    if (result != SOLVE_YES) {
        tc_rollback(tc, snap);
        return (Ty){0};
    }
    tc_commit(tc, snap);
    for (u32 i = 0; i < found.count; i++)
        vec_push(tc->scratch, goals, found.at[i]);
    Ty projection = ty_projection(db, target, args1(tc, ty));
    Ty out = solve_normalize(&tc->solve, projection, goals);
    return tc_resolve(tc, out);
}

bool autoderef_next(Autoderef *a) {
    Tc *tc = a->tc;
    if (!a->started) {
        a->started = true;
        return true;
    }
    a->ty = tc_shallow(tc, a->ty);
    TyKind kind = tc_kind(tc, a->ty);
    if (kind == TY_INFER || kind == TY_ERROR || a->count >= AUTODEREF_MAX) return false;
    bool overloaded = false;
    Ty next = builtin_deref(tc, a->ty, a->raw);
    if (!next.id) {
        next = overloaded_deref_ty(tc, a->ty, &a->goals);
        overloaded = true;
    }
    if (!next.id) return false;
    a->steps[a->count] = a->ty;
    a->overloaded[a->count] = overloaded;
    a->count++;
    a->ty = tc_shallow(tc, next);
    return true;
}

AdjRun autoderef_adjusts(Autoderef *a) {
    AdjRun run = {SCRATCH_ARRAY(a->tc->scratch, Adjust, a->count + 3), a->count};
    for (u32 i = 0; i < a->count; i++)
        run.at[i] = (Adjust){a->overloaded[i] ? ADJ_DEREF_OVERLOADED : ADJ_DEREF, 0,
                             i + 1 < a->count ? a->steps[i + 1] : a->ty};
    return run;
}

void autoderef_finish(Autoderef *a, Span span) {
    tc_take_goals(a->tc, &a->goals, span);
    a->goals.count = 0;
}

// ---- operator methods ---------------------------------------------------------------------------

bool tc_trait_method(Tc *tc, DefId trait, DefId fn, Ty self_ty, const Ty *rhs, u32 rhs_count,
                     Span span, MethodSig *out) {
    Db *db = tc->db;
    if (!trait.id || !fn.id) return false;
    u32 n = generics_count(db, trait);
    Ty *tys = SCRATCH_ARRAY(tc->scratch, Ty, n);
    tys[0] = self_ty;
    for (u32 i = 1; i < n; i++)
        tys[i] = i - 1 < rhs_count ? rhs[i - 1] : tc_var(tc);
    Args trait_args = args_intern(db, tys, n);
    if (!trait_may_hold(tc, trait, trait_args)) return false;
    u32 total = generics_count(db, fn);
    Ty *all = SCRATCH_ARRAY(tc->scratch, Ty, total);
    memcpy(all, tys, n * sizeof *tys);
    for (u32 i = n; i < total; i++)
        all[i] = tc_var(tc);
    out->fn = fn;
    out->args = args_intern(db, all, total);
    Ty ptr = tc_normalize(tc, fn_sig_ptr(db, fn, out->args), span);
    const TyRow *row = ty_row(db, ptr);
    out->sig = (FnPtrSig){row->args, row->abi, row->is_unsafe, row->is_variadic};
    u32 count;
    out->inputs = args_at(db, row->args, &count);
    out->input_count = count - 1;
    out->output = out->inputs[count - 1];
    tc_register_bounds(tc, fn, out->args, span);
    return true;
}

static void set_callee(Tc *tc, HirExpr e, const MethodSig *m) {
    Res res = {RES_DEF, m->fn, 0};
    tc->b->callee_of[e.id] = tc_callee(tc, res, m->args);
}

// ---- *x -----------------------------------------------------------------------------------------

Ty tc_deref(Tc *tc, HirExpr e, HirExpr operand, Ty ty) {
    Ty inner = builtin_deref(tc, ty, true);
    if (inner.id) return inner;
    DefId trait = lang_item(tc->db, LANG_deref);
    MethodSig m;
    if (!tc_trait_method(tc, trait, trait_fn(tc, trait), ty, NULL, 0, tc_span(tc, e), &m))
        return (Ty){0};
    Adjust borrow = {ADJ_BORROW, 0, ty_ref(tc->db, ty, false)};
    tc_adjust(tc, operand, &borrow, 1);
    set_callee(tc, e, &m);
    return builtin_deref(tc, tc_resolve_pending(tc, m.output), true);
}

// ---- x[i] ---------------------------------------------------------------------------------------

static bool index_step(Tc *tc, HirExpr e, HirExpr base, Autoderef *a, Ty index_ty, Ty *want_index,
                       Ty *elem) {
    Span span = tc_span(tc, e);
    Ty adjusted = tc_resolve_pending(tc, a->ty);
    const TyRow *row = tc_row(tc, adjusted);
    TyKind index_kind = tc_kind(tc, tc_shallow(tc, index_ty));
    if ((row->kind == TY_ARRAY || row->kind == TY_SLICE) &&
        (index_kind == TY_USIZE || index_kind == TY_INFER_INT)) {
        AdjRun run = autoderef_adjusts(a);
        autoderef_finish(a, span);
        tc_adjust(tc, base, run.at, run.count);
        *want_index = TY_OF(USIZE);
        *elem = row->elem;
        return true;
    }
    DefId trait = lang_item(tc->db, LANG_index), fn = trait_fn(tc, trait);
    for (u32 unsize = 0; unsize < 2; unsize++) {
        Ty self_ty = adjusted;
        if (unsize) {
            if (row->kind != TY_ARRAY) continue;
            self_ty = ty_slice(tc->db, row->elem);
        }
        Ty input = tc_var(tc);
        MethodSig m;
        if (!tc_trait_method(tc, trait, fn, self_ty, &input, 1, span, &m)) continue;
        AdjRun run = autoderef_adjusts(a);
        autoderef_finish(a, span);
        run.at[run.count++] = (Adjust){ADJ_BORROW, 0, ty_ref(tc->db, adjusted, false)};
        if (unsize) run.at[run.count++] = (Adjust){ADJ_UNSIZE, 0, ty_ref(tc->db, self_ty, false)};
        tc_adjust(tc, base, run.at, run.count);
        set_callee(tc, e, &m);
        *want_index = input;
        *elem = builtin_deref(tc, tc_resolve(tc, m.output), true);
        return elem->id != 0;
    }
    return false;
}

Ty tc_index(Tc *tc, HirExpr e) {
    const HirExprRow *row = hir_expr(tc->b->hir, e);
    HirExpr base = row->bin.a, index = row->bin.b;
    Ty base_ty = tc_expr(tc, base, NO_EXPECT);
    Ty index_ty = tc_expr(tc, index, NO_EXPECT);
    base_ty = tc_structurally(tc, base_ty, tc_span(tc, base));
    if (tc_has_error(tc, base_ty)) return TY_OF(ERROR);
    Autoderef *a = SCRATCH_NEW(tc->scratch, Autoderef);
    autoderef_begin(tc, a, base_ty);
    while (autoderef_next(a)) {
        Ty want, elem;
        if (!index_step(tc, e, base, a, index_ty, &want, &elem)) continue;
        tc_demand_coerce(tc, index, index_ty, want);
        tc_select(tc);
        return elem;
    }
    if (!tc_has_error(tc, base_ty)) {
        tc_error(tc, tc_span(tc, e), "E0608", "cannot index into a value of type `%s`",
                 tc_print(tc, base_ty));
    }
    return TY_OF(ERROR);
}

// ---- x.f ----------------------------------------------------------------------------------------

Ty adt_field_ty(Tc *tc, const AdtDef *adt, const AdtVariant *v, u32 i, Args args, Span span) {
    return tc_normalize(tc, ty_subst(tc->db, adt_field(adt, v, i)->ty, args), span);
}

static bool parse_index(Str text, u32 *out) {
    if (text.len == 0 || text.len > 9) return false;
    u32 n = 0;
    for (u32 i = 0; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '9') return false;
        n = n * 10 + (u32)(text.at[i] - '0');
    }
    *out = n;
    return true;
}

static bool field_visible(Tc *tc, const AdtField *field) {
    if (!field->vis_scope.id) return true;
    // Inside the module the field is visible in, or a child of it.
    DefId at = tc->owner;
    for (u32 depth = 0; at.id && depth < 200; depth++) {
        if (at.id == field->vis_scope.id) return true;
        at = def_row(tc->db, at)->parent;
    }
    return false;
}

void tc_check_field_visible(Tc *tc, const AdtDef *adt, const AdtVariant *v, u32 i, Span span) {
    const AdtField *field = adt_field(adt, v, i);
    // The library reaches into its own types by macros whose hygiene rac does not follow here.
    if (!tc->is_local_crate || adt->kind == DEF_ENUM || field_visible(tc, field)) return;
    if (!crate_row(tc->db, def_crate(tc->db, adt->def))->is_local && tc->tainted) return;
    tc_error(tc, span, "E0451", "field `%.*s` of %s `%.*s` is private",
             STR_ARG(symbol_str(&tc->db->symbols, field->name)),
             adt->kind == DEF_UNION ? "union" : "struct",
             STR_ARG(symbol_str(&tc->db->symbols, v->name)));
}

// Whether every field of a tuple struct can be named here, so that its constructor can.
bool tc_ctor_visible(Tc *tc, const AdtDef *adt, const AdtVariant *v) {
    if (!tc->is_local_crate || adt->kind == DEF_ENUM) return true;
    for (u32 i = 0; i < v->field_count; i++)
        if (!field_visible(tc, adt_field(adt, v, i))) return false;
    return true;
}

Ty tc_field(Tc *tc, HirExpr e) {
    const HirExprRow *row = hir_expr(tc->b->hir, e);
    Db *db = tc->db;
    HirExpr base = row->field.expr;
    Symbol name = row->field.name;
    Span span = tc_span(tc, e);
    Ty base_ty = tc_structurally(tc, tc_expr(tc, base, NO_EXPECT), tc_span(tc, base));
    if (tc_kind(tc, base_ty) == TY_ERROR) return TY_OF(ERROR);
    Str text = symbol_str(&db->symbols, name);
    u32 number = 0;
    bool is_number = parse_index(text, &number);
    bool is_private = false;
    Autoderef *a = SCRATCH_NEW(tc->scratch, Autoderef);
    autoderef_begin(tc, a, base_ty);
    while (autoderef_next(a)) {
        Ty ty = tc_resolve_pending(tc, a->ty);
        const TyRow *t = ty_row(db, ty);
        Ty found = {0};
        u32 index = 0;
        if (t->kind == TY_ADT && def_kind(db, t->def) != DEF_ENUM) {
            const AdtDef *adt = adt_def(db, t->def);
            const AdtVariant *v = adt_variant(adt, 0);
            for (u32 i = 0; i < v->field_count; i++) {
                if (adt_field(adt, v, i)->name.id != name.id) continue;
                if (!field_visible(tc, adt_field(adt, v, i))) {
                    is_private = true;
                    break;
                }
                found = adt_field_ty(tc, adt, v, i, t->args, span);
                index = i;
                break;
            }
        } else if (t->kind == TY_TUPLE && is_number) {
            u32 count;
            const Ty *elems = ty_elems(db, ty, &count);
            if (number < count) {
                found = elems[number];
                index = number;
            }
        }
        if (found.id) {
            AdjRun run = autoderef_adjusts(a);
            autoderef_finish(a, span);
            tc_adjust(tc, base, run.at, run.count);
            tc->b->field_of[e.id] = index;
            return found;
        }
    }
    if (tc_has_error(tc, base_ty)) return TY_OF(ERROR);
    Pick pick;
    if (is_private)
        tc_error(tc, span, "E0616", "field `%.*s` of `%s` is private", STR_ARG(text),
                 tc_print(tc, base_ty));
    else if (!is_number && probe_method(tc, base_ty, name, span, &pick) == PROBE_FOUND)
        tc_error(tc, span, "E0615", "attempted to take value of method `%.*s` on type `%s`",
                 STR_ARG(text), tc_print(tc, base_ty));
    else if (tc_kind(tc, base_ty) < TY_ADT || tc_kind(tc, base_ty) == TY_INFER_INT ||
             tc_kind(tc, base_ty) == TY_INFER_FLOAT)
        tc_error(tc, span, "E0610", "`%s` is a primitive type and therefore doesn't have fields",
                 tc_print(tc, base_ty));
    else
        tc_error(tc, span, "E0609", "no field `%.*s` on type `%s`", STR_ARG(text),
                 tc_print(tc, base_ty));
    return TY_OF(ERROR);
}

// ---- mutable contexts ---------------------------------------------------------------------------

static void place_op_mutable(Tc *tc, HirExpr e, HirExpr base, bool is_index) {
    Db *db = tc->db;
    u32 callee = tc->b->callee_of[e.id];
    if (!callee) return;
    Ty base_ty = tc_resolve(tc, tc_adjusted_ty(tc, base));
    Ty self_ty = builtin_deref(tc, base_ty, false);
    if (!self_ty.id) return;
    DefId trait = lang_item(db, is_index ? LANG_index_mut : LANG_deref_mut);
    Ty arg = {0};
    if (is_index) arg = args_get(db, tc->callees.at[callee].args, 1);
    MethodSig m;
    if (!tc_trait_method(tc, trait, trait_fn(tc, trait), self_ty, &arg, is_index, tc_span(tc, e),
                         &m))
        return;
    set_callee(tc, e, &m);
    AdjRun *run = &tc->b->adjusts[base.id];
    Ty source = tc->b->expr_tys[base.id];
    for (u32 i = 0; i < run->count; i++) {
        if (run->at[i].kind == ADJ_BORROW) {
            run->at[i].is_mut = 1;
            run->at[i].target = ty_ref(db, source, true);
        }
        source = run->at[i].target;
    }
    if (run->count >= 2 && run->at[run->count - 1].kind == ADJ_UNSIZE &&
        run->at[run->count - 2].kind == ADJ_BORROW)
        run->at[run->count - 1].target = m.inputs[0];
}

void tc_make_places_mutable(Tc *tc, HirExpr e) {
    ExprVec chain = {0};
    vec_push(tc->scratch, &chain, e);
    for (;;) {
        const HirExprRow *row = hir_expr(tc->b->hir, vec_last(&chain));
        HirExpr next = {0};
        if (row->kind == HIR_FIELD) next = row->field.expr;
        if (row->kind == HIR_INDEX || (row->kind == HIR_UNARY && row->op == UN_DEREF))
            next = row->bin.a;
        if (!next.id) break;
        vec_push(tc->scratch, &chain, next);
    }
    for (u32 n = chain.count; n-- > 0;) {
        HirExpr at = chain.at[n];
        AdjRun *run = &tc->b->adjusts[at.id];
        Ty source = tc->b->expr_tys[at.id];
        for (u32 i = 0; i < run->count; i++) {
            if (run->at[i].kind == ADJ_DEREF_OVERLOADED) {
                DefId trait = lang_item(tc->db, LANG_deref_mut);
                MethodSig m;
                if (tc_trait_method(tc, trait, trait_fn(tc, trait), tc_resolve(tc, source), NULL, 0,
                                    tc_span(tc, at), &m))
                    run->at[i].is_mut = 1;
            }
            source = run->at[i].target;
        }
        const HirExprRow *row = hir_expr(tc->b->hir, at);
        if (row->kind == HIR_INDEX) place_op_mutable(tc, at, row->bin.a, true);
        if (row->kind == HIR_UNARY && row->op == UN_DEREF)
            place_op_mutable(tc, at, row->bin.a, false);
    }
}
