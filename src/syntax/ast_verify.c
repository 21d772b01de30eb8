#include "syntax/ast_walk.h"
#include "syntax/syntax_check.h"

typedef struct Verify {
    AstNode parent;
    u32 depth;
    const char *wrong;
    u32 pos;
} Verify;

static void verify_node(void *cx, const Ast *ast, AstNode node) {
    Verify *v = cx;
    if (v->wrong) return;
    if (node.lo > node.hi || node.lo < v->parent.lo || node.hi > v->parent.hi) {
        v->wrong = "a node's range is not inside its parent's";
        v->pos = node.lo;
        return;
    }
    Verify inner = {.parent = node, .depth = v->depth + 1};
    if (inner.depth < 5000) ast_children(ast, node, verify_node, &inner);
    v->wrong = inner.wrong;
    v->pos = inner.pos;
}

const char *ast_verify(const Ast *ast, u32 *pos) {
    Verify v = {.parent = {.lo = ast->item.lo, .hi = ast->item.hi}};
    if (ast->item.kind == ITEM_NONE) v.parent = (AstNode){.lo = 0, .hi = UINT32_MAX};
    ast_roots(ast, verify_node, &v);
    *pos = v.pos;
    return v.wrong;
}
