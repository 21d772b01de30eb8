// A tree as text, one node per line, indented: for `rac dump ast` and tests.

#ifndef RAC_SYNTAX_AST_PRINT_H
#define RAC_SYNTAX_AST_PRINT_H

#include "syntax/ast.h"

#include <stdio.h>

void ast_dump(FILE *file, const Symbols *symbols, const Ast *ast);
void toks_dump(FILE *file, const Symbols *symbols, Toks toks);
void items_dump(FILE *file, const Symbols *symbols, const ItemRow *rows, u32 count);
const char *item_kind_name(ItemKind kind);

#endif
