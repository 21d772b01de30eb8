// The end of inference: fallback of open variables, and the result as a blob.
#include "infer/infer_internal.h"

void tc_fallback(Tc *tc) {
    tc_select(tc);
    Ty diverging = tc->edition >= 2024 ? TY_OF(NEVER) : ty_unit(tc->db);
    for (u32 i = 0; i < tc->int_vars.count; i++)
        if (tc_kind(tc, tc_shallow(tc, tc->int_vars.at[i])) == TY_INFER_INT)
            tc_unify(tc, tc->int_vars.at[i], TY_OF(I32));
    for (u32 i = 0; i < tc->float_vars.count; i++)
        if (tc_kind(tc, tc_shallow(tc, tc->float_vars.at[i])) == TY_INFER_FLOAT)
            tc_unify(tc, tc->float_vars.at[i], TY_OF(F64));
    for (u32 i = 0; i < tc->ty_vars.count; i++) {
        Ty var = tc_shallow(tc, tc->ty_vars.at[i]);
        if (tc_kind(tc, var) == TY_INFER && infer_is_diverging(tc->table, var))
            tc_unify(tc, var, diverging);
    }
    tc_select(tc);
}

// ---- built-in operators lose the method they were checked with ----------------------------------

static bool is_scalar(Tc *tc, Ty ty) {
    TyKind k = tc_kind(tc, tc_resolve(tc, ty));
    return k == TY_BOOL || k == TY_CHAR || ty_is_int(k) || ty_is_float(k) || k == TY_PTR ||
           k == TY_FN_DEF || k == TY_FN_PTR || k == TY_INFER_INT || k == TY_INFER_FLOAT;
}

static void pop_borrow(Body *b, HirExpr e) {
    AdjRun *run = &b->adjusts[e.id];
    if (run->count && run->at[run->count - 1].kind == ADJ_BORROW) run->count--;
}

static void fix_builtins(Tc *tc, Body *b) {
    for (u32 i = 1; i < b->hir->t.exprs.count; i++) {
        HirExpr e = {i};
        if (!b->callee_of[i]) continue;
        const HirExprRow *row = hir_expr(b->hir, e);
        HirExpr lhs = row->bin.a, rhs = row->bin.b;
        switch (row->kind) {
        case HIR_UNARY:
            if (row->op != UN_DEREF && is_scalar(tc, b->expr_tys[lhs.id])) b->callee_of[i] = 0;
            break;
        case HIR_BINARY:
            if (!is_scalar(tc, b->expr_tys[lhs.id]) || !is_scalar(tc, b->expr_tys[rhs.id])) break;
            b->callee_of[i] = 0;
            if (row->op >= BIN_EQ) {
                pop_borrow(b, lhs);
                pop_borrow(b, rhs);
            }
            break;
        case HIR_ASSIGN_OP:
            if (!is_scalar(tc, b->expr_tys[lhs.id]) || !is_scalar(tc, b->expr_tys[rhs.id])) break;
            b->callee_of[i] = 0;
            pop_borrow(b, lhs);
            break;
        case HIR_INDEX: {
            AdjRun *run = &b->adjusts[lhs.id];
            Ty base =
                tc_resolve(tc, run->count ? run->at[run->count - 1].target : b->expr_tys[lhs.id]);
            const TyRow *t = tc_row(tc, base);
            AdjRun *irun = &b->adjusts[rhs.id];
            Ty index = tc_resolve(tc, irun->count ? irun->at[irun->count - 1].target
                                                  : b->expr_tys[rhs.id]);
            if (t->kind != TY_REF || tc_kind(tc, index) != TY_USIZE) break;
            TyKind inner = tc_kind(tc, tc_resolve(tc, t->elem));
            if (inner != TY_ARRAY && inner != TY_SLICE) break;
            b->callee_of[i] = 0;
            if (run->count && run->at[run->count - 1].kind == ADJ_UNSIZE) run->count--;
            pop_borrow(b, lhs);
            break;
        }
        default: break;
        }
    }
}

// ---- resolving ----------------------------------------------------------------------------------

static Ty fold_leftover(void *cx, Db *db, Ty ty) {
    Tc *tc = cx;
    switch (ty_kind(db, ty)) {
    case TY_INFER:
    case TY_INFER_INT:
    case TY_INFER_FLOAT:
    case TY_CONST_INFER: tc->tainted = true; return TY_OF(ERROR);
    default: return ty;
    }
}

static Ty finish_ty(Tc *tc, Ty ty, Span span) {
    if (!ty.id) return ty;
    ty = tc_resolve(tc, ty);
    if (ty_flags(tc->db, ty) & TY_HAS_PROJECTION) {
        GoalVec goals = {0};
        ty = tc_resolve(tc, solve_normalize(&tc->solve, ty, &goals));
    }
    if (!(ty_flags(tc->db, ty) & TY_HAS_INFER)) return ty;
    if (!tc->tainted) {
        tc_error(tc, span, "E0282", "type annotations needed");
        TyKind kind = tc_kind(tc, ty);
        if (kind != TY_INFER) diag_label(tc->db, span, "the type is `%s`", tc_print(tc, ty));
    }
    tc->tainted = true;
    return ty_fold(tc->db, ty, fold_leftover, tc, TY_HAS_INFER);
}

static Args finish_args(Tc *tc, Args args, Span span) {
    args = infer_resolve_args(tc->table, args);
    if (!(args_flags(tc->db, args) & (TY_HAS_INFER | TY_HAS_PROJECTION))) return args;
    u32 count;
    const Ty *at = args_at(tc->db, args, &count);
    Ty *out = SCRATCH_ARRAY(tc->scratch, Ty, count);
    for (u32 i = 0; i < count; i++)
        out[i] = finish_ty(tc, at[i], span);
    return args_intern(tc->db, out, count);
}

static Ty *finish_tys(Tc *tc, Ty *tys, u32 count, Body *b, bool of_exprs) {
    for (u32 i = 1; i < count; i++) {
        if (!tys[i].id) continue;
        Span span = of_exprs ? tc_span(tc, (HirExpr){i}) : tc_hir_span(tc, 0, 0);
        tys[i] = finish_ty(tc, tys[i], span);
    }
    (void)b;
    return tys;
}

static void mark_used_callees(Tc *tc, Body *b, u8 *used) {
    for (u32 i = 0; i < b->hir->t.exprs.count; i++)
        used[b->callee_of[i]] = 1;
    for (u32 i = 0; i < b->hir->t.pats.count; i++)
        used[b->pat_callee[i]] = 1;
    (void)tc;
}

// Whether a closure of the edited body is the one that stood in its place: what it captures tells.
static u64 closure_likeness(const HirBody *hir, const ClosureState *c) {
    u64 hash = hir->t.closures.count;
    for (u32 i = 0; i < c->captures.count; i++) {
        const Capture *capture = &c->captures.at[i];
        hash = hash_mix(hash, HIR_AT(hir, HirLocalRow, locals, capture->local.id)->name.id);
        for (u32 k = 0; k < capture->proj_count; k++) {
            const CaptureProj *proj = &c->projs.at[capture->proj_first + k];
            hash = hash_mix(hash, pack_u64((u32)proj->is_deref << 16 | proj->variant, proj->field));
        }
    }
    return hash;
}

void tc_writeback(Tc *tc, Body *b, Blob *blob) {
    Scratch *s = tc->scratch;
    const HirBody *hir = b->hir;
    tc->b = b;
    fix_builtins(tc, b);
    u32 exprs = hir->t.exprs.count, pats = hir->t.pats.count, locals = hir->t.locals.count;
    for (u32 i = 1; i < locals; i++) { // first: the message points at a binding where it can
        if (!b->local_tys[i].id) continue;
        HirPat pat = HIR_AT(hir, HirLocalRow, locals, i)->pat;
        b->local_tys[i] =
            finish_ty(tc, b->local_tys[i], pat.id ? tc_pat_span(tc, pat) : tc_hir_span(tc, 0, 0));
    }
    finish_tys(tc, b->expr_tys, exprs, b, true);
    for (u32 i = 1; i < pats; i++)
        b->pat_tys[i] = finish_ty(tc, b->pat_tys[i], tc_pat_span(tc, (HirPat){i}));
    for (u32 i = 1; i < hir->t.tys.count; i++) {
        const HirTyRow *row = hir_ty(hir, (HirTy){i});
        b->hir_tys[i] = finish_ty(tc, b->hir_tys[i], tc_hir_span(tc, row->lo, row->hi));
    }

    VEC(Adjust) adjusts = {0};
    u32 *adjust_of = SCRATCH_ARRAY(s, u32, exprs);
    for (u32 i = 1; i < exprs; i++) {
        AdjRun *run = &b->adjusts[i];
        adjust_of[i] = adjusts.count << 8 | run->count;
        for (u32 k = 0; k < run->count; k++) {
            Adjust a;
            memset(&a, 0, sizeof a);
            a.kind = run->at[k].kind;
            a.is_mut = run->at[k].is_mut;
            a.target = finish_ty(tc, run->at[k].target, tc_span(tc, (HirExpr){i}));
            vec_push(s, &adjusts, a);
        }
    }
    TyVec peel_tys = {0};
    u32 *pat_peel = SCRATCH_ARRAY(s, u32, pats);
    for (u32 i = 1; i < pats; i++) {
        PeelRun *run = &b->peels[i];
        pat_peel[i] = peel_tys.count << 8 | run->count;
        for (u32 k = 0; k < run->count; k++)
            vec_push(s, &peel_tys, finish_ty(tc, run->at[k], tc_pat_span(tc, (HirPat){i})));
    }
    u8 *used = SCRATCH_ARRAY(s, u8, tc->callees.count);
    mark_used_callees(tc, b, used);
    Callee *callees = SCRATCH_ARRAY(s, Callee, tc->callees.count);
    u32 *renumber = SCRATCH_ARRAY(s, u32, tc->callees.count);
    u32 callee_count = 1;
    for (u32 i = 1; i < tc->callees.count; i++)
        if (used[i]) {
            renumber[i] = callee_count;
            callees[callee_count++] = tc->callees.at[i];
        }
    for (u32 i = 1; i < exprs; i++) {
        u32 *at = &b->callee_of[i];
        if (!*at) continue;
        *at = renumber[*at];
        callees[*at].args = finish_args(tc, callees[*at].args, tc_span(tc, (HirExpr){i}));
    }
    for (u32 i = 1; i < pats; i++) {
        u32 *at = &b->pat_callee[i];
        if (!*at) continue;
        *at = renumber[*at];
        callees[*at].args = finish_args(tc, callees[*at].args, tc_pat_span(tc, (HirPat){i}));
    }
    u32 closure_count = max_u32(hir->t.closures.count, 1);
    ClosureInfo *closures = SCRATCH_ARRAY(s, ClosureInfo, closure_count);
    VEC(Capture) captures = {0};
    VEC(CaptureProj) projs = {0};
    for (u32 i = 1; i < closure_count; i++) {
        ClosureState *c = &b->closures[i];
        closures[i].def = HIR_AT(hir, HirClosure, closures, i)->def;
        if (!c->sig) continue;
        Span span = tc_span(tc, HIR_AT(hir, HirClosure, closures, i)->expr);
        closures[i].kind = c->kind;
        closures[i].sig = finish_args(tc, args_of(tc, c->sig, c->input_count + 1), span);
        closures[i].capture_first = captures.count;
        closures[i].capture_count = c->captures.count;
        for (u32 k = 0; k < c->captures.count; k++) {
            Capture capture = c->captures.at[k];
            u32 first = capture.proj_first;
            capture.proj_first = projs.count;
            capture.ty = finish_ty(tc, capture.ty, span);
            for (u32 n = 0; n < capture.proj_count; n++) {
                CaptureProj proj = c->projs.at[first + n];
                proj.ty = finish_ty(tc, proj.ty, span);
                vec_push(s, &projs, proj);
            }
            vec_push(s, &captures, capture);
        }
        closures[i].likeness = closure_likeness(hir, c);
    }
    OpaqueHidden *opaques = SCRATCH_ARRAY(s, OpaqueHidden, max_u32(tc->opaques.count, 1));
    for (u32 i = 0; i < tc->opaques.count; i++) {
        opaques[i].opaque = tc->opaques.at[i].opaque;
        opaques[i].hidden = finish_ty(tc, tc->opaques.at[i].var, tc_span(tc, hir->value));
    }

    blob_begin(blob, s, sizeof(Typeck));
    Typeck t;
    memset(&t, 0, sizeof t);
    t.owner = b->owner;
    t.is_tainted = tc->tainted;
    t.expr_tys = blob_add(blob, b->expr_tys, exprs, sizeof(Ty));
    t.pat_tys = blob_add(blob, b->pat_tys, pats, sizeof(Ty));
    t.pat_peel = blob_add(blob, pat_peel, pats, sizeof(u32));
    t.peel_tys = blob_add(blob, peel_tys.at, peel_tys.count, sizeof(Ty));
    t.local_tys = blob_add(blob, b->local_tys, locals, sizeof(Ty));
    t.local_modes = blob_add(blob, b->local_modes, locals, sizeof(u8));
    t.adjust_of = blob_add(blob, adjust_of, exprs, sizeof(u32));
    t.adjusts = blob_add(blob, adjusts.at, adjusts.count, sizeof(Adjust));
    t.callee_of = blob_add(blob, b->callee_of, exprs, sizeof(u32));
    t.pat_callee = blob_add(blob, b->pat_callee, pats, sizeof(u32));
    t.callees = blob_add(blob, callees, callee_count, sizeof(Callee));
    t.field_of = blob_add(blob, b->field_of, exprs, sizeof(u32));
    t.field_index = blob_add(blob, b->field_index, hir->t.fields.count, sizeof(u32));
    t.hir_tys = blob_add(blob, b->hir_tys, hir->t.tys.count, sizeof(Ty));
    t.closures = blob_add(blob, closures, closure_count, sizeof(ClosureInfo));
    t.captures = blob_add(blob, captures.at, captures.count, sizeof(Capture));
    t.capture_projs = blob_add(blob, projs.at, projs.count, sizeof(CaptureProj));
    t.opaques = blob_add(blob, opaques, tc->opaques.count, sizeof(OpaqueHidden));
    memcpy(blob_header(blob), &t, sizeof t);
}
