#include "syntax/ast_walk.h"

typedef struct Walk {
    const Ast *ast;
    AstChildFn *visit;
    void *cx;
} Walk;

static void expr(Walk *w, AstExpr e) {
    if (!e.id) return;
    const AstExprRow *row = ast_expr(w->ast, e);
    w->visit(w->cx, w->ast, (AstNode){AST_NODE_EXPR, e.id, row->lo, row->hi});
}
static void pat(Walk *w, AstPat e) {
    if (!e.id) return;
    const AstPatRow *row = ast_pat(w->ast, e);
    w->visit(w->cx, w->ast, (AstNode){AST_NODE_PAT, e.id, row->lo, row->hi});
}
static void ty(Walk *w, AstTy e) {
    if (!e.id) return;
    const AstTyRow *row = ast_ty(w->ast, e);
    w->visit(w->cx, w->ast, (AstNode){AST_NODE_TY, e.id, row->lo, row->hi});
}
static void path(Walk *w, AstPath e) {
    if (!e.id) return;
    const AstPathRow *row = ast_path(w->ast, e);
    w->visit(w->cx, w->ast, (AstNode){AST_NODE_PATH, e.id, row->lo, row->hi});
}
static void exprs(Walk *w, AstList list) {
    for (u32 i = 0; i < list.count; i++)
        expr(w, (AstExpr){ast_list(w->ast, list, i)});
}
static void pats(Walk *w, AstList list) {
    for (u32 i = 0; i < list.count; i++)
        pat(w, (AstPat){ast_list(w->ast, list, i)});
}
static void tys(Walk *w, AstList list) {
    for (u32 i = 0; i < list.count; i++)
        ty(w, (AstTy){ast_list(w->ast, list, i)});
}
static void bounds(Walk *w, AstList list) {
    const AstBound *rows = AST_ROWS(w->ast, bounds, AstBound, list);
    for (u32 i = 0; i < list.count; i++)
        path(w, rows[i].path);
}
static void args(Walk *w, AstList list) {
    const AstArg *rows = AST_ROWS(w->ast, args, AstArg, list);
    for (u32 i = 0; i < list.count; i++) {
        args(w, rows[i].args);
        ty(w, rows[i].ty);
        expr(w, rows[i].expr);
        bounds(w, rows[i].bounds);
    }
}
static void seg(Walk *w, const AstSeg *row) {
    args(w, row->args);
    ty(w, row->output);
}
static void fields(Walk *w, AstList list, bool patterns) {
    const AstField *rows = AST_ROWS(w->ast, fields, AstField, list);
    for (u32 i = 0; i < list.count; i++)
        patterns ? pat(w, (AstPat){rows[i].value}) : expr(w, (AstExpr){rows[i].value});
}
static void params(Walk *w, AstList list) {
    const AstParam *rows = AST_ROWS(w->ast, params, AstParam, list);
    for (u32 i = 0; i < list.count; i++) {
        pat(w, rows[i].pat);
        ty(w, rows[i].ty);
    }
}
static void macro(Walk *w, u32 id) {
    path(w, AST_ROW(w->ast, macros, AstMacro, id)->path);
}

static void expr_children(Walk *w, const AstExprRow *row) {
    const Ast *a = w->ast;
    switch ((AstExprKind)row->kind) {
    case AST_EXPR_ERR:
    case AST_EXPR_LIT:
    case AST_EXPR_UNDERSCORE: return;
    case AST_EXPR_PATH: path(w, row->path); return;
    case AST_EXPR_CALL:
        expr(w, row->call.callee);
        exprs(w, row->call.args);
        return;
    case AST_EXPR_METHOD_CALL:
        expr(w, row->method.receiver);
        seg(w, AST_ROW(a, segs, AstSeg, row->method.seg));
        exprs(w, row->method.args);
        return;
    case AST_EXPR_FIELD: expr(w, row->field.base); return;
    case AST_EXPR_INDEX:
    case AST_EXPR_UNARY:
    case AST_EXPR_BINARY:
    case AST_EXPR_ASSIGN:
    case AST_EXPR_ASSIGN_OP:
    case AST_EXPR_ADDR_OF:
    case AST_EXPR_RANGE:
    case AST_EXPR_PAREN:
    case AST_EXPR_REPEAT:
    case AST_EXPR_RETURN:
    case AST_EXPR_YIELD:
    case AST_EXPR_YEET:
    case AST_EXPR_BECOME:
    case AST_EXPR_AWAIT:
    case AST_EXPR_TRY:
    case AST_EXPR_USE:
        expr(w, row->bin.a);
        expr(w, row->bin.b);
        return;
    case AST_EXPR_CAST:
        expr(w, row->cast.expr);
        ty(w, row->cast.ty);
        return;
    case AST_EXPR_TUPLE:
    case AST_EXPR_ARRAY: exprs(w, row->elems); return;
    case AST_EXPR_STRUCT:
        path(w, row->structure.path);
        fields(w, row->structure.fields, false);
        expr(w, row->structure.base);
        return;
    case AST_EXPR_IF:
        expr(w, row->branch.cond);
        expr(w, row->branch.then);
        expr(w, row->branch.els);
        return;
    case AST_EXPR_LET:
        pat(w, row->let.pat);
        expr(w, row->let.init);
        return;
    case AST_EXPR_WHILE:
    case AST_EXPR_LOOP:
    case AST_EXPR_FOR:
        pat(w, row->loop.pat);
        expr(w, row->loop.head);
        expr(w, row->loop.body);
        return;
    case AST_EXPR_MATCH: {
        expr(w, row->match.scrutinee);
        const AstArm *arms = AST_ROWS(a, arms, AstArm, row->match.arms);
        for (u32 i = 0; i < row->match.arms.count; i++) {
            pat(w, arms[i].pat);
            expr(w, arms[i].guard);
            expr(w, arms[i].body);
        }
        return;
    }
    case AST_EXPR_BLOCK: {
        const AstStmt *stmts = AST_ROWS(a, stmts, AstStmt, row->block.stmts);
        for (u32 i = 0; i < row->block.stmts.count; i++) {
            pat(w, stmts[i].pat);
            ty(w, stmts[i].ty);
            expr(w, stmts[i].expr);
            expr(w, stmts[i].els);
        }
        expr(w, row->block.tail);
        return;
    }
    case AST_EXPR_CLOSURE: {
        const AstClosure *closure = AST_ROW(a, closures, AstClosure, row->closure);
        params(w, closure->params);
        ty(w, closure->ret);
        expr(w, closure->body);
        return;
    }
    case AST_EXPR_BREAK:
    case AST_EXPR_CONTINUE: expr(w, row->jump.value); return;
    case AST_EXPR_BUILTIN:
        ty(w, row->builtin.ty);
        exprs(w, row->builtin.args);
        return;
    case AST_EXPR_MACRO: macro(w, row->macro); return;
    }
}

static void pat_children(Walk *w, const AstPatRow *row) {
    switch ((AstPatKind)row->kind) {
    case AST_PAT_ERR:
    case AST_PAT_WILD:
    case AST_PAT_REST:
    case AST_PAT_NEVER: return;
    case AST_PAT_IDENT: pat(w, row->ident.sub); return;
    case AST_PAT_PATH: path(w, row->path); return;
    case AST_PAT_TUPLE_STRUCT:
        path(w, row->tuple_struct.path);
        pats(w, row->tuple_struct.elems);
        return;
    case AST_PAT_STRUCT:
        path(w, row->structure.path);
        fields(w, row->structure.fields, true);
        return;
    case AST_PAT_TUPLE:
    case AST_PAT_SLICE:
    case AST_PAT_OR: pats(w, row->elems); return;
    case AST_PAT_REF:
    case AST_PAT_BOX:
    case AST_PAT_DEREF: pat(w, row->inner); return;
    case AST_PAT_LIT: expr(w, row->lit); return;
    case AST_PAT_RANGE:
        expr(w, row->range.lo);
        expr(w, row->range.hi);
        return;
    case AST_PAT_GUARD:
        pat(w, row->guard.pat);
        expr(w, row->guard.cond);
        return;
    case AST_PAT_MACRO: macro(w, row->macro); return;
    }
}

static void ty_children(Walk *w, const AstTyRow *row) {
    switch ((AstTyKind)row->kind) {
    case AST_TY_ERR:
    case AST_TY_INFER:
    case AST_TY_NEVER:
    case AST_TY_VARIADIC: return;
    case AST_TY_TUPLE: tys(w, row->elems); return;
    case AST_TY_SLICE:
    case AST_TY_ARRAY:
    case AST_TY_REF:
    case AST_TY_PTR:
    case AST_TY_PAT:
    case AST_TY_UNSAFE_BINDER:
        ty(w, row->elem);
        expr(w, row->len);
        pat(w, row->pat);
        return;
    case AST_TY_FN_PTR:
        params(w, row->fn_ptr.params);
        ty(w, row->fn_ptr.output);
        return;
    case AST_TY_PATH: path(w, row->path); return;
    case AST_TY_DYN:
    case AST_TY_IMPL: bounds(w, row->bounds); return;
    case AST_TY_MACRO: macro(w, row->macro); return;
    }
}

void ast_children(const Ast *ast, AstNode node, AstChildFn *visit, void *cx) {
    Walk w = {ast, visit, cx};
    switch ((AstClass)node.class) {
    case AST_NODE_EXPR: expr_children(&w, ast_expr(ast, (AstExpr){node.id})); return;
    case AST_NODE_PAT: pat_children(&w, ast_pat(ast, (AstPat){node.id})); return;
    case AST_NODE_TY: ty_children(&w, ast_ty(ast, (AstTy){node.id})); return;
    case AST_NODE_PATH: {
        const AstPathRow *row = ast_path(ast, (AstPath){node.id});
        const AstSeg *segs = AST_ROWS(ast, segs, AstSeg, row->segs);
        ty(&w, row->qself);
        for (u32 i = 0; i < row->segs.count; i++)
            seg(&w, &segs[i]);
        return;
    }
    }
}

static void field_defs(Walk *w, AstList list) {
    const AstFieldDef *rows = AST_ROWS(w->ast, field_defs, AstFieldDef, list);
    for (u32 i = 0; i < list.count; i++) {
        path(w, rows[i].vis.path);
        ty(w, rows[i].ty);
        expr(w, rows[i].default_value);
    }
}

void ast_roots(const Ast *ast, AstChildFn *visit, void *cx) {
    Walk w = {ast, visit, cx};
    const AstItem *item = &ast->item;
    path(&w, item->vis.path);
    const AstGenericParam *generics =
        AST_ROWS(ast, generic_params, AstGenericParam, item->generics.params);
    for (u32 i = 0; i < item->generics.params.count; i++) {
        bounds(&w, generics[i].bounds);
        ty(&w, generics[i].ty);
        ty(&w, generics[i].default_ty);
        expr(&w, generics[i].default_expr);
    }
    params(&w, item->params);
    ty(&w, item->ret);
    path(&w, item->trait_ref);
    ty(&w, item->ty);
    bounds(&w, item->bounds);
    const AstWhere *wheres = AST_ROWS(ast, wheres, AstWhere, item->generics.wheres);
    for (u32 i = 0; i < item->generics.wheres.count; i++) {
        ty(&w, wheres[i].ty);
        bounds(&w, wheres[i].bounds);
    }
    field_defs(&w, item->fields);
    const AstVariant *variants = AST_ROWS(ast, variants, AstVariant, item->variants);
    for (u32 i = 0; i < item->variants.count; i++) {
        field_defs(&w, variants[i].fields);
        expr(&w, variants[i].discr);
    }
    expr(&w, item->body);
    expr(&w, ast->expr);
    ty(&w, ast->ty);
    pat(&w, ast->pat);
}

const char *ast_kind_name(const Ast *ast, AstNode node) {
#define X(name) #name,
    static const char *const exprs_names[] = {AST_EXPR_KINDS(X)};
    static const char *const pat_names[] = {AST_PAT_KINDS(X)};
    static const char *const ty_names[] = {AST_TY_KINDS(X)};
#undef X
    switch ((AstClass)node.class) {
    case AST_NODE_EXPR: return exprs_names[ast_expr(ast, (AstExpr){node.id})->kind];
    case AST_NODE_PAT: return pat_names[ast_pat(ast, (AstPat){node.id})->kind];
    case AST_NODE_TY: return ty_names[ast_ty(ast, (AstTy){node.id})->kind];
    case AST_NODE_PATH: return "path";
    }
    return "?";
}
