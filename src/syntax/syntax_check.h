// Parses whole files in full: what the tests, the bench and the fuzzer share.

#ifndef RAC_SYNTAX_SYNTAX_CHECK_H
#define RAC_SYNTAX_SYNTAX_CHECK_H

#include "syntax/lex.h"
#include "syntax/parse.h"

typedef struct SyntaxCheck {
    Symbols *symbols;
    Scratch *scratch;
    u32 edition;
    Str text;
    bool verify; // check ranges of nodes too
    // out
    u32 error_count;           // of all stages
    u32 first_error;           // position
    const char *first_message; // in the scratch
    u32 item_count;
    u64 node_count;
    u32 depth;
} SyntaxCheck;

// Every item of the run in full, members and items in blocks too.
void syntax_check_items(SyntaxCheck *check, Toks toks, SkimPlace place);
// The tokens and the text between them give the text again; 0 or the position where they do not.
bool syntax_check_text(const SyntaxCheck *check, Toks toks, u32 text_start, u32 *bad);
// The ranges of the tree's nodes lie inside their parents'. Returns NULL or what is wrong.
const char *ast_verify(const Ast *ast, u32 *pos);

#endif
