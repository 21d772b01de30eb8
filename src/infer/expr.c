// Expressions: the type of each, in the order rustc looks at them.
#include "infer/infer_internal.h"

u32 tc_callee(Tc *tc, Res res, Args args) {
    Callee callee;
    memset(&callee, 0, sizeof callee);
    callee.res = res;
    callee.args = args;
    vec_push(tc->scratch, &tc->callees, callee);
    return tc->callees.count - 1;
}

Body *tc_body_new(Tc *tc, const HirBody *hir) {
    Scratch *s = tc->scratch;
    Body *b = SCRATCH_NEW(s, Body);
    b->hir = hir;
    b->owner = hir->owner;
    u32 exprs = max_u32(hir->t.exprs.count, 1), pats = max_u32(hir->t.pats.count, 1);
    u32 locals = max_u32(hir->t.locals.count, 1), closures = max_u32(hir->t.closures.count, 1);
    b->expr_tys = SCRATCH_ARRAY(s, Ty, exprs);
    b->adjusts = SCRATCH_ARRAY(s, AdjRun, exprs);
    b->callee_of = SCRATCH_ARRAY(s, u32, exprs);
    b->field_of = SCRATCH_ARRAY(s, u32, exprs);
    b->pat_tys = SCRATCH_ARRAY(s, Ty, pats);
    b->pat_callee = SCRATCH_ARRAY(s, u32, pats);
    b->peels = SCRATCH_ARRAY(s, PeelRun, pats);
    b->local_tys = SCRATCH_ARRAY(s, Ty, locals);
    b->local_modes = SCRATCH_ARRAY(s, u8, locals);
    b->bound.stamps = SCRATCH_ARRAY(s, u32, locals);
    b->hir_tys = SCRATCH_ARRAY(s, Ty, max_u32(hir->t.tys.count, 1));
    b->field_index = SCRATCH_ARRAY(s, u32, max_u32(hir->t.fields.count, 1));
    b->closures = SCRATCH_ARRAY(s, ClosureState, closures);
    b->breaks = SCRATCH_ARRAY(s, BreakCx, hir->label_count + 1);
    Body **end = &tc->bodies;
    while (*end)
        end = &(*end)->next;
    *end = b;
    return b;
}

Ty tc_hir_ty(Tc *tc, HirTy ty) {
    if (!ty.id) return TY_OF(ERROR);
    tc->lower.owner = tc->b->owner;
    const HirTyRow *row = hir_ty(tc->b->hir, ty);
    Ty out = lower_ty(&tc->lower, &tc->b->hir->t, tc->b->hir, ty);
    tc->lower.value_path = false;
    out = tc_normalize(tc, out, tc_hir_span(tc, row->lo, row->hi));
    if (tc_kind(tc, out) == TY_ERROR) tc->tainted = true;
    if (!tc_check_dyn(tc, out, tc_hir_span(tc, row->lo, row->hi))) out = TY_OF(ERROR);
    tc->b->hir_tys[ty.id] = out;
    return out;
}

// ---- literals -----------------------------------------------------------------------------------

static Ty int_var(Tc *tc) {
    Ty var = infer_int_var(tc->table);
    vec_push(tc->scratch, &tc->int_vars, var);
    return var;
}

static Ty float_var(Tc *tc) {
    Ty var = infer_float_var(tc->table);
    vec_push(tc->scratch, &tc->float_vars, var);
    return var;
}

static Ty check_lit(Tc *tc, const HirExprRow *row, Expect expect) {
    Db *db = tc->db;
    Ty want = expect_any(tc, expect);
    if (want.id) want = tc_resolve_pending(tc, want);
    TyKind wk = want.id ? tc_kind(tc, want) : TY_NONE;
    switch ((HirLitKind)row->op) {
    case LIT_INT:
        if (row->suffix) return (Ty){TY_BOOL + row->suffix - 1u};
        if (ty_is_int(wk) || wk == TY_INFER_INT) return want;
        if (wk == TY_CHAR) return TY_OF(U8);
        if (wk == TY_PTR || wk == TY_FN_DEF || wk == TY_FN_PTR) return TY_OF(USIZE);
        if (wk == TY_PAT && ty_is_int(tc_kind(tc, tc_row(tc, want)->elem)))
            return tc_row(tc, want)->elem;
        return int_var(tc);
    case LIT_FLOAT:
        if (row->suffix) return (Ty){TY_BOOL + row->suffix - 1u};
        if (ty_is_float(wk) || wk == TY_INFER_FLOAT) return want;
        return float_var(tc);
    case LIT_BOOL: return TY_OF(BOOL);
    case LIT_CHAR: return TY_OF(CHAR);
    case LIT_BYTE: return TY_OF(U8);
    case LIT_STR: return ty_ref(db, TY_OF(STR), false);
    case LIT_BYTE_STR: {
        u32 len = symbol_str(&db->symbols, row->text).len;
        return ty_ref(db, ty_array(db, TY_OF(U8), const_usize(db, len)), false);
    }
    case LIT_C_STR: return ty_ref(db, ty_adt(db, lang_item(db, LANG_cstr), (Args){0}), false);
    }
    return TY_OF(ERROR);
}

// ---- paths, blocks ------------------------------------------------------------------------------

static Ty check_path(Tc *tc, HirExpr e, const HirExprRow *row) {
    ValuePath path = tc_value_path(tc, row->path, tc_span(tc, e));
    tc->b->callee_of[e.id] = tc_callee(tc, path.res, path.args);
    return path.ty;
}

Ty tc_block(Tc *tc, HirExpr e, Expect expect) {
    const HirExprRow *row = hir_expr(tc->b->hir, e);
    const HirBody *hir = tc->b->hir;
    Ty target = expect_only_type(tc, expect);
    if (!target.id) target = tc_var(tc);
    bool diverged = tc->diverges;
    u32 label = row->block.label;
    CoerceMany own;
    CoerceMany *coerce = &own;
    if (label) {
        BreakCx *cx = &tc->b->breaks[label];
        memset(cx, 0, sizeof *cx);
        cx->active = true;
        cx->has_coerce = true;
        coerce = &cx->coerce;
    }
    coerce_many_begin(coerce, target);
    for (u32 i = 0; i < row->block.stmts.count; i++) {
        const HirStmt *stmt = HIR_AT(hir, HirStmt, stmts, row->block.stmts.first + i);
        bool before = tc->diverges;
        tc->diverges = false;
        if (stmt->kind == STMT_LET) {
            Ty ty = stmt->ty.id ? tc_hir_ty(tc, stmt->ty) : tc_var(tc);
            if (stmt->expr.id) {
                u32 refs = tc_pat_ref_bindings(tc, stmt->pat);
                if (refs) {
                    Ty init = tc_expr_mut(tc, stmt->expr, expect_type(ty), refs == 2);
                    tc_demand_eq(tc, tc_span(tc, stmt->expr), ty, init);
                } else {
                    tc_expr_coercible(tc, stmt->expr, ty);
                }
            }
            tc_pat_top(tc, stmt->pat, ty);
            if (stmt->els.id) {
                bool was = tc->diverges;
                tc->diverges = false;
                Ty els = tc_expr(tc, stmt->els, expect_type(TY_OF(NEVER)));
                els = tc_resolve_pending(tc, els);
                if (tc_kind(tc, els) != TY_NEVER)
                    tc_demand_eq(tc, tc_span(tc, stmt->els), TY_OF(NEVER), els);
                tc->diverges = was;
            }
        } else if (stmt->kind == STMT_EXPR) {
            tc_expr_has_type(tc, stmt->expr, ty_unit(tc->db));
        } else {
            tc_expr(tc, stmt->expr, NO_EXPECT);
        }
        tc->diverges |= before;
    }
    if (row->block.tail.id) {
        Ty ty = tc_expr(tc, row->block.tail, expect);
        coerce_many_push(tc, coerce, row->block.tail, ty, tc_span(tc, row->block.tail));
    } else if (!tc->diverges) {
        coerce_many_unit(tc, coerce, tc_span(tc, e), false);
    }
    if (label) {
        BreakCx *cx = &tc->b->breaks[label];
        if (cx->may_break) tc->diverges = diverged;
        cx->active = false;
    }
    return coerce_many_end(tc, coerce);
}

static Ty check_loop(Tc *tc, const HirExprRow *row, Expect expect) {
    u32 label = row->loop.label;
    BreakCx *cx = &tc->b->breaks[label];
    memset(cx, 0, sizeof *cx);
    cx->active = true;
    cx->is_loop = true;
    cx->has_coerce = row->op == LOOP_LOOP;
    if (cx->has_coerce) {
        Ty target = expect_only_type(tc, expect);
        coerce_many_begin(&cx->coerce, target.id ? target : tc_var(tc));
    }
    Ty unit = ty_unit(tc->db);
    Ty body = tc_expr(tc, row->loop.body, expect_type(unit));
    body = tc_shallow(tc, body);
    if (tc_kind(tc, body) != TY_NEVER) tc_demand_eq(tc, tc_span(tc, row->loop.body), unit, body);
    if (cx->may_break)
        tc->diverges = false;
    else
        tc->diverges = true;
    cx->active = false;
    if (!cx->has_coerce) return unit;
    return coerce_many_end(tc, &cx->coerce);
}

static Ty check_break(Tc *tc, HirExpr e, const HirExprRow *row) {
    BreakCx *cx = &tc->b->breaks[row->jump.label];
    HirExpr value = row->jump.value;
    if (!row->jump.label || !cx->active) { // names/ or hir/ reported it
        if (value.id) tc_expr(tc, value, NO_EXPECT);
        tc->tainted = true;
        return TY_OF(NEVER);
    }
    if (value.id) {
        Ty ty = tc_expr(tc, value, cx->has_coerce ? expect_type(cx->coerce.expected) : NO_EXPECT);
        if (cx->has_coerce)
            coerce_many_push(tc, &cx->coerce, value, ty, tc_span(tc, value));
        else if (!row->is_synthetic)
            tc_error(tc, tc_span(tc, e), "E0571",
                     "`break` with value from a `while` or `for` loop");
    } else if (cx->has_coerce) {
        coerce_many_unit(tc, &cx->coerce, tc_span(tc, e), false);
    }
    if (!tc->diverges) cx->may_break = true;
    return TY_OF(NEVER);
}

// ---- branches -----------------------------------------------------------------------------------

static Ty check_let(Tc *tc, const HirExprRow *row) {
    Ty ty = tc_var(tc);
    u32 refs = tc_pat_ref_bindings(tc, row->let.pat);
    if (refs) {
        Ty init = tc_expr_mut(tc, row->let.init, expect_type(ty), refs == 2);
        tc_demand_eq(tc, tc_span(tc, row->let.init), ty, init);
    } else {
        tc_expr_coercible(tc, row->let.init, ty);
    }
    bool diverges = tc->diverges;
    tc_pat_top(tc, row->let.pat, ty);
    tc->diverges = diverges;
    return TY_OF(BOOL);
}

static Ty check_if(Tc *tc, HirExpr e, const HirExprRow *row, Expect original) {
    tc_expr_has_type(tc, row->branch.cond, TY_OF(BOOL));
    Expect expect = expect_for_branches(tc, original);
    bool cond_diverges = tc->diverges;
    tc->diverges = false;
    Ty then_ty = tc_expr(tc, row->branch.then, expect);
    bool then_diverges = tc->diverges;
    tc->diverges = false;
    Ty target = expect_only_type(tc, expect);
    CoerceMany coerce;
    coerce_many_begin(&coerce, target.id ? target : tc_var(tc));
    coerce_many_push(tc, &coerce, row->branch.then, then_ty, tc_span(tc, row->branch.then));
    if (row->branch.els.id) {
        Ty else_ty = tc_expr(tc, row->branch.els, expect);
        bool else_diverges = tc->diverges;
        coerce_many_push(tc, &coerce, row->branch.els, else_ty, tc_span(tc, row->branch.els));
        tc->diverges = cond_diverges | (then_diverges & else_diverges);
    } else {
        coerce_many_unit(tc, &coerce, tc_span(tc, e), true);
        tc->diverges = cond_diverges;
    }
    return coerce_many_end(tc, &coerce);
}

static Ty check_match(Tc *tc, const HirExprRow *row, Expect original) {
    const HirBody *hir = tc->b->hir;
    HirList arms = row->match.arms;
    HirExpr scrutinee = row->match.scrutinee;
    if (arms.count == 0) {
        tc_expr(tc, scrutinee, NO_EXPECT);
        tc->diverges = true;
        return TY_OF(NEVER);
    }
    u32 refs = 0;
    for (u32 i = 0; i < arms.count; i++) {
        u32 r = tc_pat_ref_bindings(tc, HIR_AT(hir, HirArm, arms, arms.first + i)->pat);
        refs = max_u32(refs, r);
    }
    Ty scrutinee_ty;
    if (refs) {
        scrutinee_ty = tc_expr_mut(tc, scrutinee, NO_EXPECT, refs == 2);
    } else {
        scrutinee_ty = tc_var(tc);
        tc_expr_has_type(tc, scrutinee, scrutinee_ty);
    }
    bool scrutinee_diverges = tc->diverges;
    for (u32 i = 0; i < arms.count; i++) {
        tc->diverges = false;
        tc_pat_top(tc, HIR_AT(hir, HirArm, arms, arms.first + i)->pat, scrutinee_ty);
    }
    Expect expect = expect_for_branches(tc, original);
    Ty first = {0};
    if (expect.kind == EXPECT_TYPE && expect.ty.id != ty_unit(tc->db).id) first = expect.ty;
    CoerceMany coerce;
    coerce_many_begin(&coerce, first.id ? first : tc_var(tc));
    bool all_diverge = true;
    for (u32 i = 0; i < arms.count; i++) {
        HirArm arm = *HIR_AT(hir, HirArm, arms, arms.first + i);
        if (arm.guard.id) {
            tc->diverges = false;
            tc_expr_has_type(tc, arm.guard, TY_OF(BOOL));
        }
        tc->diverges = false;
        Ty ty = tc_expr(tc, arm.body, expect);
        all_diverge &= tc->diverges;
        coerce_many_push(tc, &coerce, arm.body, ty, tc_span(tc, arm.body));
    }
    tc->diverges = scrutinee_diverges | all_diverge;
    return coerce_many_end(tc, &coerce);
}

// ---- aggregates ---------------------------------------------------------------------------------

static Ty check_tuple(Tc *tc, const HirExprRow *row, Expect expect) {
    Ty want = expect_only_type(tc, expect);
    u32 want_count = 0;
    const Ty *want_elems = NULL;
    if (want.id) {
        want = tc_resolve_pending(tc, want);
        if (tc_kind(tc, want) == TY_TUPLE) want_elems = ty_elems(tc->db, want, &want_count);
    }
    u32 count = row->elems.count;
    Ty *tys = SCRATCH_ARRAY(tc->scratch, Ty, count);
    for (u32 i = 0; i < count; i++) {
        HirExpr elem = {hir_listed(tc->b->hir, row->elems, i)};
        if (i < want_count) {
            tc_expr_coercible(tc, elem, want_elems[i]);
            tys[i] = want_elems[i];
        } else {
            tys[i] = tc_expr(tc, elem, NO_EXPECT);
        }
        tc_register_sized(tc, tys[i], tc_span(tc, elem));
    }
    return ty_tuple(tc->db, tys, count);
}

static Ty expected_elem(Tc *tc, Ty want) {
    if (!want.id) return want;
    want = tc_resolve_pending(tc, want);
    const TyRow *row = tc_row(tc, want);
    return row->kind == TY_ARRAY || row->kind == TY_SLICE ? row->elem : (Ty){0};
}

static Ty check_array(Tc *tc, const HirExprRow *row, Expect expect) {
    u32 count = row->elems.count;
    if (count == 0) {
        Ty elem = tc_var(tc);
        tc_register_sized(tc, elem, tc_hir_span(tc, 0, 0));
        return ty_array(tc->db, elem, const_usize(tc->db, 0));
    }
    Ty elem = expected_elem(tc, expect_any(tc, expect));
    if (!elem.id) elem = tc_var(tc);
    CoerceMany coerce;
    coerce_many_begin(&coerce, elem);
    for (u32 i = 0; i < count; i++) {
        HirExpr e = {hir_listed(tc->b->hir, row->elems, i)};
        Ty ty = tc_expr(tc, e, expect_type(elem));
        coerce_many_push(tc, &coerce, e, ty, tc_span(tc, e));
    }
    return ty_array(tc->db, coerce_many_end(tc, &coerce), const_usize(tc->db, count));
}

static bool is_const_operand(Tc *tc, HirExpr e) {
    const HirExprRow *row = hir_expr(tc->b->hir, e);
    if (row->kind == HIR_BLOCK && !row->block.stmts.count && row->block.tail.id)
        return is_const_operand(tc, row->block.tail);
    if (row->kind == HIR_INLINE_CONST) return true;
    u32 callee = tc->b->callee_of[e.id];
    if (row->kind != HIR_PATH || !callee) return false;
    Res res = tc->callees.at[callee].res;
    if (res.kind == RES_CONST_PARAM) return true;
    if (res.kind != RES_DEF) return false;
    DefKind kind = def_kind(tc->db, res.def);
    return kind == DEF_CONST || kind == DEF_ASSOC_CONST;
}

static Ty check_repeat(Tc *tc, const HirExprRow *row, Expect expect) {
    Ty len = tc_hir_ty(tc, row->repeat.len);
    if (ty_is_const(tc->db, len)) len = tc_resolve(tc, len);
    Ty want =
        expect.kind == EXPECT_TYPE ? expected_elem(tc, expect_only_type(tc, expect)) : (Ty){0};
    Ty elem;
    if (want.id) {
        tc_expr_coercible(tc, row->repeat.elem, want);
        elem = want;
    } else {
        elem = tc_var(tc);
        tc_expr_has_type(tc, row->repeat.elem, elem);
    }
    if (tc_kind(tc, len) == TY_ERROR) return TY_OF(ERROR);
    // More than one element needs a copy of the first; constants are evaluated for each.
    const TyRow *n = tc_row(tc, len);
    bool single = n->kind == TY_CONST_VALUE && n->lo_bits <= 1;
    if (!single && !is_const_operand(tc, row->repeat.elem))
        tc_register_trait(tc, lang_item(tc->db, LANG_copy), args1(tc, elem),
                          tc_span(tc, row->repeat.elem));
    return ty_array(tc->db, elem, len);
}

static Ty check_struct(Tc *tc, HirExpr e, const HirExprRow *row, Expect expect) {
    const HirBody *hir = tc->b->hir;
    Db *db = tc->db;
    Span span = tc_span(tc, e);
    StructPath path = tc_struct_path(tc, row->structure.path, span);
    HirList fields = row->structure.fields;
    if (!path.adt) {
        for (u32 i = 0; i < fields.count; i++)
            tc_expr(tc, (HirExpr){HIR_AT(hir, HirField, fields, fields.first + i)->value},
                    NO_EXPECT);
        if (row->structure.base.id) tc_expr(tc, row->structure.base, NO_EXPECT);
        return TY_OF(ERROR);
    }
    Args args = tc_row(tc, path.ty)->args;
    Res res = {path.variant->ctor == CTOR_RECORD ? RES_DEF : RES_CTOR, path.variant->def, 0};
    tc->b->callee_of[e.id] = tc_callee(tc, res, args);
    Ty want = expect_only_type(tc, expect);
    if (want.id) {
        TcSnap snap = tc_snapshot(tc);
        if (tc_unify(tc, want, path.ty))
            tc_commit(tc, snap);
        else
            tc_rollback(tc, snap);
    }
    u32 n = path.variant->field_count;
    u8 *seen = SCRATCH_ARRAY(tc->scratch, u8, max_u32(n, 1));
    bool all_known = true;
    for (u32 i = 0; i < fields.count; i++) {
        HirField field = *HIR_AT(hir, HirField, fields, fields.first + i);
        HirExpr value = {field.value};
        u32 k = 0;
        while (k < n && adt_field(path.adt, path.variant, k)->name.id != field.name.id)
            k++;
        if (k == n) {
            Str name = symbol_str(&db->symbols, field.name);
            Str owner = symbol_str(&db->symbols, path.variant->name);
            bool is_variant = path.adt->kind == DEF_ENUM;
            tc_error(tc, tc_span(tc, value), is_variant ? "E0559" : "E0560",
                     is_variant ? "variant `%s::%.*s` has no field named `%.*s`"
                                : "%s `%.*s` has no field named `%.*s`",
                     is_variant                    ? tc_print(tc, path.ty)
                     : path.adt->kind == DEF_UNION ? "union"
                                                   : "struct",
                     STR_ARG(owner), STR_ARG(name));
            tc_expr(tc, value, NO_EXPECT);
            all_known = false;
            continue;
        }
        if (seen[k])
            tc_error(tc, tc_span(tc, value), "E0062", "field `%.*s` specified more than once",
                     STR_ARG(symbol_str(&db->symbols, field.name)));
        seen[k] = 1;
        tc->b->field_index[fields.first + i] = k;
        if (!row->is_synthetic)
            tc_check_field_visible(tc, path.adt, path.variant, k, tc_span(tc, value));
        Ty ty = adt_field_ty(tc, path.adt, path.variant, k, args, span);
        Ty found = tc_expr(tc, value, expect_type(ty));
        tc_demand_coerce(tc, value, found, ty);
    }
    if (path.adt->kind == DEF_UNION) {
        if (fields.count != 1)
            tc_error(tc, span, "E0784", "union expressions should have exactly one field");
    } else if (row->structure.base.id) {
        tc_expr_has_type(tc, row->structure.base, path.ty);
    } else if (!row->structure.rest && all_known) {
        u32 missing = 0;
        Str first = {0};
        for (u32 k = 0; k < n; k++)
            if (!seen[k] && missing++ == 0)
                first = symbol_str(&db->symbols, adt_field(path.adt, path.variant, k)->name);
        if (missing == 1)
            tc_error(tc, span, "E0063", "missing field `%.*s` in initializer of `%s`",
                     STR_ARG(first), tc_print(tc, path.ty));
        else if (missing)
            tc_error(tc, span, "E0063",
                     "missing fields `%.*s` and %u other field%s in initializer of `%s`",
                     STR_ARG(first), missing - 1, missing == 2 ? "" : "s", tc_print(tc, path.ty));
    }
    return path.ty;
}

// ---- the rest -----------------------------------------------------------------------------------

static bool is_place_expr(Tc *tc, HirExpr e) {
    const HirExprRow *row = hir_expr(tc->b->hir, e);
    switch (row->kind) {
    case HIR_PATH: {
        const HirPathRow *path = hir_path(tc->b->hir, row->path);
        return path->res.kind == RES_LOCAL || path->res.kind == RES_ERR ||
               (path->res.kind == RES_DEF && def_kind(tc->db, path->res.def) == DEF_STATIC);
    }
    case HIR_FIELD:
    case HIR_INDEX:
    case HIR_ERR: return true;
    case HIR_UNARY: return row->op == UN_DEREF;
    default: return false;
    }
}

static Ty check_addr_of(Tc *tc, const HirExprRow *row, Expect expect) {
    Ty want = expect_only_type(tc, expect);
    Expect hint = NO_EXPECT;
    if (want.id) {
        want = tc_resolve_pending(tc, want);
        const TyRow *w = tc_row(tc, want);
        if (w->kind == TY_REF || w->kind == TY_PTR)
            hint = is_place_expr(tc, row->bin.a) ? expect_type(w->elem)
                                                 : expect_rvalue_hint(tc, w->elem);
    }
    Ty ty = tc_expr_mut(tc, row->bin.a, hint, row->is_mut);
    if (row->is_raw && !is_place_expr(tc, row->bin.a) &&
        hir_expr(tc->b->hir, row->bin.a)->kind == HIR_LIT)
        tc_error(tc, tc_span(tc, row->bin.a), "E0745", "cannot take address of a temporary");
    return row->is_raw ? ty_ptr(tc->db, ty, row->is_mut) : ty_ref(tc->db, ty, row->is_mut);
}

static Ty check_assign(Tc *tc, HirExpr e, const HirExprRow *row) {
    Ty lhs = tc_expr_mut(tc, row->bin.a, NO_EXPECT, true);
    tc_expr_coercible(tc, row->bin.b, lhs);
    if (!is_place_expr(tc, row->bin.a)) {
        tc_error(tc, tc_span(tc, e), "E0070", "invalid left-hand side of assignment");
    }
    tc_register_sized(tc, lhs, tc_span(tc, row->bin.a));
    return ty_unit(tc->db);
}

void tc_return_expr(Tc *tc, HirExpr e, Ty ret) {
    Ty ty = tc_expr(tc, e, expect_type(ret));
    coerce_many_push(tc, tc->ret, e, ty, tc_span(tc, e));
}

static Ty check_return(Tc *tc, HirExpr e, const HirExprRow *row) {
    if (!tc->ret) {
        tc_error(tc, tc_span(tc, e), "E0572", "return statement outside of function body");
        if (row->value.id) tc_expr(tc, row->value, NO_EXPECT);
    } else if (row->value.id) {
        tc_return_expr(tc, row->value, tc->ret->expected);
    } else {
        Ty merged = tc_resolve_pending(tc, coerce_many_merged(tc->ret));
        TcSnap snap = tc_snapshot(tc);
        bool ok = tc_kind(tc, merged) == TY_NEVER || tc_unify(tc, merged, ty_unit(tc->db));
        tc_rollback(tc, snap);
        if (!ok && !tc_has_error(tc, merged)) {
            tc_error(tc, tc_span(tc, e), "E0069",
                     "`return;` in a function whose return type is not `()`");
            tc->ret->final = TY_OF(ERROR);
        } else {
            coerce_many_unit(tc, tc->ret, tc_span(tc, e), false);
        }
    }
    return TY_OF(NEVER);
}

// An inline const is checked with the body around it, which decides its type; its own query then
// checks it again against that type.
static Ty check_inline_const(Tc *tc, HirExpr e, const HirExprRow *row, Expect expect) {
    const HirBody *hir = hir_body(tc->db, row->def);
    if (!hir) {
        tc_error(tc, tc_span(tc, e), "", "this inline const has no body");
        return TY_OF(ERROR);
    }
    Body *around = tc->b;
    CoerceMany *ret = tc->ret;
    bool diverges = tc->diverges;
    tc->b = tc_body_new(tc, hir);
    tc->ret = NULL;
    Ty want = expect_only_type(tc, expect);
    Ty ty = want.id ? want : tc_var(tc);
    tc_expr_coercible(tc, hir->value, ty);
    tc->b = around;
    tc->ret = ret;
    tc->diverges = diverges;
    return ty;
}

static Ty check_kind(Tc *tc, HirExpr e, Expect expect) {
    const HirExprRow *row = hir_expr(tc->b->hir, e);
    switch ((HirExprKind)row->kind) {
    case HIR_ERR: tc->tainted = true; return TY_OF(ERROR);
    case HIR_LIT: return check_lit(tc, row, expect);
    case HIR_PATH: return check_path(tc, e, row);
    case HIR_CALL: return tc_call(tc, e, expect);
    case HIR_METHOD_CALL: return tc_method_call(tc, e, expect);
    case HIR_TUPLE: return check_tuple(tc, row, expect);
    case HIR_ARRAY: return check_array(tc, row, expect);
    case HIR_REPEAT: return check_repeat(tc, row, expect);
    case HIR_STRUCT: return check_struct(tc, e, row, expect);
    case HIR_UNARY: return tc_unary(tc, e, expect);
    case HIR_BINARY: return tc_binary(tc, e, expect);
    case HIR_ASSIGN: return check_assign(tc, e, row);
    case HIR_ASSIGN_OP: return tc_assign_op(tc, e);
    case HIR_FIELD: return tc_field(tc, e);
    case HIR_INDEX: return tc_index(tc, e);
    case HIR_ADDR_OF: return check_addr_of(tc, row, expect);
    case HIR_CAST: return tc_cast(tc, e);
    case HIR_IF: return check_if(tc, e, row, expect);
    case HIR_LET: return check_let(tc, row);
    case HIR_LOOP: return check_loop(tc, row, expect);
    case HIR_MATCH: return check_match(tc, row, expect);
    case HIR_BLOCK: return tc_block(tc, e, expect);
    case HIR_BREAK: return check_break(tc, e, row);
    case HIR_CONTINUE:
        if (row->jump.label && tc->b->breaks[row->jump.label].active) return TY_OF(NEVER);
        tc->tainted = true;
        return TY_OF(NEVER);
    case HIR_RETURN: return check_return(tc, e, row);
    case HIR_CLOSURE: return tc_closure(tc, e, expect);
    case HIR_DROP_TEMPS: return tc_expr(tc, row->bin.a, expect);
    case HIR_INLINE_CONST: return check_inline_const(tc, e, row, expect);
    case HIR_OFFSET_OF: tc_hir_ty(tc, row->offset_of.ty); return TY_OF(USIZE);
    case HIR_UNSUPPORTED:
        tc_error(tc, tc_span(tc, e), "", "not supported yet: %.*s",
                 STR_ARG(symbol_str(&tc->db->symbols, row->text)));
        return TY_OF(ERROR);
    }
    return TY_OF(ERROR);
}

enum { EXPR_DEPTH_MAX = 50000 };

Ty tc_expr(Tc *tc, HirExpr e, Expect expect) {
    if (!e.id) return TY_OF(ERROR);
    if (tc->depth >= EXPR_DEPTH_MAX) {
        if (!tc->tainted) tc_error(tc, tc_span(tc, e), "", "this expression is nested too deeply");
        tc->tainted = true;
        return TY_OF(ERROR);
    }
    tc->depth++;
    bool before = tc->diverges;
    tc->diverges = false;
    Ty ty = check_kind(tc, e, expect);
    if (tc_kind(tc, tc_shallow(tc, ty)) == TY_NEVER) tc->diverges = true;
    if (tc_kind(tc, ty) == TY_ERROR) tc->tainted = true;
    tc->b->expr_tys[e.id] = ty;
    tc->diverges |= before;
    tc->depth--;
    return ty;
}

Ty tc_expr_mut(Tc *tc, HirExpr e, Expect expect, bool mut_place) {
    Ty ty = tc_expr(tc, e, expect);
    if (mut_place) tc_make_places_mutable(tc, e);
    return ty;
}

Ty tc_expr_coercible(Tc *tc, HirExpr e, Ty expected) {
    Ty ty = tc_expr(tc, e, expect_type(expected));
    return tc_demand_coerce(tc, e, ty, expected);
}

Ty tc_expr_has_type(Tc *tc, HirExpr e, Ty expected) {
    Ty ty = tc_expr(tc, e, expect_type(expected));
    if (tc_kind(tc, tc_shallow(tc, ty)) == TY_NEVER && tc->b->adjusts[e.id].count == 0) {
        Ty any = tc_var(tc);
        Adjust a = {ADJ_NEVER_TO_ANY, 0, any};
        tc_adjust(tc, e, &a, 1);
        ty = any;
    }
    tc_demand_eq(tc, tc_span(tc, e), expected, ty);
    return ty;
}
