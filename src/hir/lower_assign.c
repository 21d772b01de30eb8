// Assignment. With a pattern on the left, `(a, b.c) = e` becomes { let (t0, t1) = e; a = t0; b.c =
// t1; }

#include "hir/hir_internal.h"

typedef struct Destructure {
    VEC(HirStmt) assigns;
} Destructure;

static bool is_pattern(const Ast *ast, AstExpr id) {
    const AstExprRow *row = ast_expr(ast, id);
    switch ((AstExprKind)row->kind) {
    case AST_EXPR_UNDERSCORE:
    case AST_EXPR_TUPLE:
    case AST_EXPR_ARRAY:
    case AST_EXPR_STRUCT: return true;
    case AST_EXPR_CALL: return ast_expr(ast, row->call.callee)->kind == AST_EXPR_PATH;
    case AST_EXPR_PAREN: return is_pattern(ast, row->bin.a);
    default: return false;
    }
}

static HirExpr assign(Lower *l, HirExpr place, HirExpr value, u32 lo, u32 hi) {
    HirExpr e = lower_expr_new(l, HIR_ASSIGN, lo, hi);
    EXPR_ROW(l, e)->bin.a = place;
    EXPR_ROW(l, e)->bin.b = value;
    return e;
}

static HirPat target(Lower *l, Destructure *d, AstExpr id);

static bool is_rest(const AstExprRow *row) {
    return row->kind == AST_EXPR_RANGE && !row->bin.a.id && !row->bin.b.id && !row->is_inclusive;
}

static HirList targets(Lower *l, Destructure *d, AstList list, bool *has_rest, u32 *rest_at) {
    U32Vec ids = {0};
    *has_rest = false;
    *rest_at = 0;
    for (u32 i = 0; i < list.count; i++) {
        AstExpr elem = {ast_list(l->ast, list, i)};
        if (is_rest(ast_expr(l->ast, elem))) {
            *has_rest = true;
            *rest_at = ids.count;
        } else {
            vec_push(l->scratch, &ids, target(l, d, elem).id);
        }
    }
    return lower_list(l, ids.at, ids.count);
}

static HirPat target(Lower *l, Destructure *d, AstExpr id) {
    AstExprRow row = *ast_expr(l->ast, id);
    u32 lo = row.lo, hi = row.hi;
    bool has_rest;
    u32 rest_at;
    if (row.kind == AST_EXPR_PAREN) return target(l, d, row.bin.a);
    if (row.kind == AST_EXPR_UNDERSCORE) return lower_pat_new(l, HIR_PAT_WILD, lo, hi);
    if (row.kind == AST_EXPR_TUPLE || row.kind == AST_EXPR_ARRAY) {
        bool tuple = row.kind == AST_EXPR_TUPLE;
        HirPat pat = lower_pat_new(l, tuple ? HIR_PAT_TUPLE : HIR_PAT_SLICE, lo, hi);
        HirList elems = targets(l, d, row.elems, &has_rest, &rest_at);
        PAT_ROW(l, pat)->seq.elems = elems;
        PAT_ROW(l, pat)->seq.rest_at = rest_at;
        PAT_ROW(l, pat)->has_rest = has_rest;
        return pat;
    }
    if (row.kind == AST_EXPR_CALL && is_pattern(l->ast, id)) {
        HirPat pat = lower_pat_new(l, HIR_PAT_TUPLE_STRUCT, lo, hi);
        HirPath path = lower_path(l, ast_expr(l->ast, row.call.callee)->path, PATH_VALUE);
        HirList elems = targets(l, d, row.call.args, &has_rest, &rest_at);
        PAT_ROW(l, pat)->tuple_struct.path = path;
        PAT_ROW(l, pat)->tuple_struct.elems = elems;
        PAT_ROW(l, pat)->tuple_struct.rest_at = rest_at;
        PAT_ROW(l, pat)->has_rest = has_rest;
        return pat;
    }
    if (row.kind == AST_EXPR_STRUCT) {
        HirPat pat = lower_pat_new(l, HIR_PAT_STRUCT, lo, hi);
        HirPath path = lower_path(l, row.structure.path, PATH_RECORD);
        VEC(HirField) fields = {0};
        for (u32 i = 0; i < row.structure.fields.count; i++) {
            AstField field = AST_ROWS(l->ast, fields, AstField, row.structure.fields)[i];
            HirPat value = target(l, d, (AstExpr){field.value});
            vec_push(l->scratch, &fields, (HirField){field.name.sym, value.id});
        }
        PAT_ROW(l, pat)->structure.path = path;
        PAT_ROW(l, pat)->structure.fields = (HirList){l->fields.count, fields.count};
        PAT_ROW(l, pat)->structure.rest = row.structure.has_rest;
        vec_append(l->scratch, &l->fields, fields.at, fields.count);
        return pat;
    }
    u32 ribs = l->ribs.count;
    HirLocal temp;
    HirPat pat = lower_binding(l, symbol_intern(&l->db->symbols, STR("lhs")), 0, false, false,
                               (HirPat){0}, lo, hi, &temp);
    l->ribs.count = ribs; // the user cannot name it
    HirExpr place = lower_expression(l, id);
    HirStmt stmt;
    memset(&stmt, 0, sizeof stmt);
    stmt.kind = STMT_SEMI;
    stmt.expr = assign(l, place, make_local_expr(l, temp, lo, hi), lo, hi);
    vec_push(l->scratch, &d->assigns, stmt);
    return pat;
}

HirExpr lower_assign(Lower *l, const AstExprRow *row) {
    u32 lo = row->lo, hi = row->hi;
    if (!is_pattern(l->ast, row->bin.a)) {
        HirExpr e = lower_expr_new(l, HIR_ASSIGN, lo, hi);
        HirExpr place = lower_expression(l, row->bin.a);
        HirExpr value = lower_expression(l, row->bin.b);
        EXPR_ROW(l, e)->bin.a = place;
        EXPR_ROW(l, e)->bin.b = value;
        return e;
    }
    HirExpr value = lower_expression(l, row->bin.b);
    Destructure d = {0};
    HirPat pat = target(l, &d, row->bin.a);
    HirStmt let;
    memset(&let, 0, sizeof let);
    let.kind = STMT_LET;
    let.pat = pat;
    let.expr = value;
    VEC(HirStmt) stmts = {0};
    vec_push(l->scratch, &stmts, let);
    vec_append(l->scratch, &stmts, d.assigns.at, d.assigns.count);
    return make_block(l, stmts.at, stmts.count, (HirExpr){0}, lo, hi);
}
