// Expressions that desugaring makes.

#include "hir/hir_internal.h"

static HirExpr synthetic(Lower *l, HirExprKind kind, u32 lo, u32 hi) {
    HirExpr e = lower_expr_new(l, kind, lo, hi);
    EXPR_ROW(l, e)->is_synthetic = true;
    return e;
}

HirExpr make_path_expr(Lower *l, HirPath path, u32 lo, u32 hi) {
    HirExpr e = synthetic(l, HIR_PATH, lo, hi);
    EXPR_ROW(l, e)->path = path;
    return e;
}

HirExpr make_lang_call(Lower *l, LangItem item, const HirExpr *args, u32 count, u32 lo, u32 hi) {
    HirExpr e = synthetic(l, HIR_CALL, lo, hi);
    HirExpr callee = make_path_expr(l, lower_lang_path(l, item, lo, hi), lo, hi);
    HirList list = lower_list(l, (const u32 *)args, count);
    EXPR_ROW(l, e)->call.callee = callee;
    EXPR_ROW(l, e)->call.args = list;
    return e;
}

HirExpr make_local_expr(Lower *l, HirLocal local, u32 lo, u32 hi) {
    Res res = {.kind = RES_LOCAL, .index = local.id};
    return make_path_expr(l, lower_path_of(l, res, lo, hi), lo, hi);
}

HirExpr make_addr_of(Lower *l, HirExpr inner, bool is_mut, u32 lo, u32 hi) {
    HirExpr e = synthetic(l, HIR_ADDR_OF, lo, hi);
    EXPR_ROW(l, e)->bin.a = inner;
    EXPR_ROW(l, e)->is_mut = is_mut;
    return e;
}

HirExpr make_block(Lower *l, const HirStmt *stmts, u32 count, HirExpr tail, u32 lo, u32 hi) {
    HirExpr e = synthetic(l, HIR_BLOCK, lo, hi);
    EXPR_ROW(l, e)->block.stmts = (HirList){l->stmts.count, count};
    EXPR_ROW(l, e)->block.tail = tail;
    vec_append(l->scratch, &l->stmts, stmts, count);
    return e;
}

HirExpr make_match(Lower *l, HirExpr scrutinee, const HirArm *arms, u32 count,
                   HirMatchSource source, u32 lo, u32 hi) {
    HirExpr e = synthetic(l, HIR_MATCH, lo, hi);
    EXPR_ROW(l, e)->op = (u8)source;
    EXPR_ROW(l, e)->match.scrutinee = scrutinee;
    EXPR_ROW(l, e)->match.arms = (HirList){l->arms.count, count};
    vec_append(l->scratch, &l->arms, arms, count);
    return e;
}

HirExpr make_int(Lower *l, u64 value, u32 suffix, u32 lo, u32 hi) {
    HirExpr e = synthetic(l, HIR_LIT, lo, hi);
    EXPR_ROW(l, e)->op = LIT_INT;
    EXPR_ROW(l, e)->suffix = (u8)suffix;
    EXPR_ROW(l, e)->lit.lo_bits = value;
    return e;
}

HirPat make_variant_pat(Lower *l, LangItem variant, const HirPat *elems, u32 count, u32 lo,
                        u32 hi) {
    HirPat pat = lower_pat_new(l, count ? HIR_PAT_TUPLE_STRUCT : HIR_PAT_PATH, lo, hi);
    HirPath path = lower_lang_path(l, variant, lo, hi);
    HirList list = lower_list(l, (const u32 *)elems, count);
    PAT_ROW(l, pat)->tuple_struct.path = path;
    PAT_ROW(l, pat)->tuple_struct.elems = list;
    return pat;
}
