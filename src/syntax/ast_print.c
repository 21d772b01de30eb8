#include "syntax/ast_print.h"
#include "syntax/ast_walk.h"

typedef struct Dump {
    FILE *file;
    const Symbols *symbols;
    u32 depth;
} Dump;

static void put_sym(Dump *d, Symbol sym) {
    fprintf(d->file, " %.*s", STR_ARG(symbol_str(d->symbols, sym)));
}

static void put_path(Dump *d, const Ast *ast, AstPath id) {
    const AstPathRow *path = ast_path(ast, id);
    const AstSeg *segs = AST_ROWS(ast, segs, AstSeg, path->segs);
    fputc(' ', d->file);
    if (path->qself.id) fputs("<>::", d->file);
    for (u32 i = 0; i < path->segs.count; i++) {
        Str name = symbol_str(d->symbols, segs[i].name.sym);
        bool root = symbol_is(segs[i].name.sym, SYM_path_root);
        fprintf(d->file, "%s%.*s", i ? "::" : "", root ? 0 : (int)name.len, name.at);
        if (segs[i].args_kind != AST_ARGS_NONE) fputs("<..>", d->file);
    }
}

static void put_expr(Dump *d, const Ast *ast, const AstExprRow *row) {
    static const char *const bin[] = {"+", "-",  "*",  "/",  "%", "&&", "||", "^",  "&",
                                      "|", "<<", ">>", "==", "<", "<=", "!=", ">=", ">"};
    static const char *const un[] = {"*", "!", "-"};
    switch (row->kind) {
    case AST_EXPR_LIT: put_sym(d, row->lit.sym); break;
    case AST_EXPR_PATH: put_path(d, ast, row->path); break;
    case AST_EXPR_METHOD_CALL:
        put_sym(d, AST_ROW(ast, segs, AstSeg, row->method.seg)->name.sym);
        break;
    case AST_EXPR_FIELD: put_sym(d, row->field.name.sym); break;
    case AST_EXPR_UNARY: fprintf(d->file, " %s", un[row->op]); break;
    case AST_EXPR_BINARY:
    case AST_EXPR_ASSIGN_OP: fprintf(d->file, " %s", bin[row->op]); break;
    case AST_EXPR_STRUCT: put_path(d, ast, row->structure.path); break;
    case AST_EXPR_BLOCK:
        fprintf(d->file, " kind=%u stmts=%u%s", row->op, row->block.stmts.count,
                row->block.tail.id ? " tail" : "");
        break;
    case AST_EXPR_BUILTIN: put_sym(d, row->builtin.name); break;
    case AST_EXPR_MACRO: put_path(d, ast, AST_ROW(ast, macros, AstMacro, row->macro)->path); break;
    default: break;
    }
    if (row->is_mut) fputs(" mut", d->file);
    if (row->is_raw) fputs(" raw", d->file);
    if (row->is_inclusive) fputs(" inclusive", d->file);
}

static void put_node(void *cx, const Ast *ast, AstNode node) {
    Dump *d = cx;
    if (node.class == AST_NODE_PATH) {
        // its name stands with the parent; what is inside comes here
        ast_children(ast, node, put_node, d);
        return;
    }
    static const char *const classes[] = {"expr", "pat", "ty", "path"};
    fprintf(d->file, "%*s%s %s", (int)d->depth * 2, "", classes[node.class],
            ast_kind_name(ast, node));
    if (node.class == AST_NODE_EXPR) {
        put_expr(d, ast, ast_expr(ast, (AstExpr){node.id}));
    } else if (node.class == AST_NODE_PAT) {
        const AstPatRow *row = ast_pat(ast, (AstPat){node.id});
        if (row->by_ref) fputs(" ref", d->file);
        if (row->is_mut) fputs(" mut", d->file);
        if (row->kind == AST_PAT_IDENT) put_sym(d, row->ident.name.sym);
        if (row->kind == AST_PAT_PATH) put_path(d, ast, row->path);
        if (row->kind == AST_PAT_TUPLE_STRUCT) put_path(d, ast, row->tuple_struct.path);
        if (row->kind == AST_PAT_STRUCT) put_path(d, ast, row->structure.path);
    } else {
        const AstTyRow *row = ast_ty(ast, (AstTy){node.id});
        if (row->kind == AST_TY_PATH) put_path(d, ast, row->path);
        if (row->is_mut) fputs(" mut", d->file);
    }
    fprintf(d->file, " [%u..%u]\n", node.lo, node.hi);
    if (d->depth > 2000) return;
    d->depth++;
    ast_children(ast, node, put_node, d);
    d->depth--;
}

const char *item_kind_name(ItemKind kind) {
    static const char *const names[] = {
#define X(name) #name,
        ITEM_KINDS(X)
#undef X
    };
    return kind < ITEM_KIND_COUNT ? names[kind] : "?";
}

void ast_dump(FILE *file, const Symbols *symbols, const Ast *ast) {
    Dump d = {file, symbols, 0};
    const AstItem *item = &ast->item;
    if (item->kind != ITEM_NONE) {
        fprintf(file, "item %s", item_kind_name(item->kind));
        put_sym(&d, item->name.sym);
        fprintf(file, " [%u..%u]", item->lo, item->hi);
        fprintf(file, " lifetimes=%u params=%u wheres=%u fields=%u variants=%u\n",
                item->generics.lifetime_count, item->generics.params.count,
                item->generics.wheres.count, item->fields.count, item->variants.count);
        d.depth = 1;
    }
    ast_roots(ast, put_node, &d);
}

void toks_dump(FILE *file, const Symbols *symbols, Toks toks) {
    for (u32 i = 0; i < toks.count; i++) {
        const Tok *tok = &toks.at[i];
        Str name = {"", 0};
        if (tok->kind >= TOK_IDENT && tok->kind <= TOK_DOC_INNER)
            name = symbol_str(symbols, (Symbol){tok->sym});
        fprintf(file, "%u %s %.*s%s\n", tok->pos, tok_kind_text(tok->kind), STR_ARG(name),
                tok->flags & TOK_JOINT ? " joint" : "");
    }
}

void items_dump(FILE *file, const Symbols *symbols, const ItemRow *rows, u32 count) {
    for (u32 i = 0; i < count; i++) {
        const ItemRow *row = &rows[i];
        fprintf(file, "%s %.*s vis=%u flags=%x tokens %u..%u header %u..%u body %u..%u\n",
                item_kind_name(row->kind), STR_ARG(symbol_str(symbols, row->name)), row->vis,
                row->flags, row->range.lo, row->range.hi, row->header.lo, row->header.hi,
                row->body.lo, row->body.hi);
    }
}
