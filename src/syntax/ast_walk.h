// Walking a tree without knowing every kind: the children of a node, in source order or nearly so.

#ifndef RAC_SYNTAX_AST_WALK_H
#define RAC_SYNTAX_AST_WALK_H

#include "syntax/ast.h"

typedef enum AstClass { AST_NODE_EXPR, AST_NODE_PAT, AST_NODE_TY, AST_NODE_PATH } AstClass;

typedef struct AstNode {
    u32 class; // AstClass
    u32 id;
    u32 lo, hi;
} AstNode;

typedef void AstChildFn(void *cx, const Ast *ast, AstNode child);
void ast_children(const Ast *ast, AstNode node, AstChildFn *visit, void *cx);
// The nodes directly below the item, or the lone expression, type or pattern.
void ast_roots(const Ast *ast, AstChildFn *visit, void *cx);
const char *ast_kind_name(const Ast *ast, AstNode node);

#endif
