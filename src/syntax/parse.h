// The parser: tokens of one item -> Ast.
//
// Recursive descent with precedence climbing, on a Toks buffer whose delimiters are balanced.
// Grammar: the Rust Reference, editions 2015 to 2024, and the unstable syntax std uses. An error is
// reported through the hooks and leaves an ERR node; parsing goes on at the next statement, list
// element or item. Nesting deeper than PARSE_DEPTH_MAX is an error, not a stack overflow.

#ifndef RAC_SYNTAX_PARSE_H
#define RAC_SYNTAX_PARSE_H

#include "syntax/ast.h"

#define PARSE_DEPTH_MAX 600

typedef enum MacroPlace {
    MACRO_EXPR,  // expands to one expression
    MACRO_STMTS, // to statements, the last may lack its `;`
    MACRO_PAT,
    MACRO_TY,
    MACRO_ITEMS
} MacroPlace;

typedef struct MacroSeg {
    Symbol name; // SYM_path_root for a leading `::`
    u32 ctxt;
    u32 flags; // TOK_RAW, TOK_CRATE
} MacroSeg;

typedef struct MacroCall {
    const MacroSeg *segs; // borrowed for the call
    u32 seg_count;
    Toks args;     // inside the delimiters
    u16 delim;     // TOK_OPEN_PAREN, ..
    u8 place;      // MacroPlace
    bool has_semi; // MACRO_STMTS: written m!(..);
    u32 lo, hi;    // of the call
    u32 depth;     // how many expansions it is inside of
    Tok bang;      // the `!`
} MacroCall;

typedef struct ParseHooks {
    void *cx;
    // Puts the tokens of the expansion in *out (they live at least as long as the parse); false
    // if it failed and was reported. NULL: macro calls stay in the tree.
    bool (*expand)(void *cx, const MacroCall *call, Toks *out);
    // Whether cfg attributes leave the node alive. `attrs`: a run of `#[..]` and doc comments.
    // NULL: all live.
    bool (*cfg)(void *cx, Toks attrs);
    // A block's first item is met (`inner`: all tokens of the block, without braces), and the
    // block ends: for textual macro scopes and imports inside blocks. Not called for blocks
    // without items; macro definitions are items.
    void (*block_enter)(void *cx, Toks inner);
    void (*block_leave)(void *cx);
    // An item statement, cfg passed; toks is its whole range. Macro definitions take effect here.
    void (*block_item)(void *cx, const ItemRow *item, Toks toks);
    // A parse error. `code` is "" for most.
    void (*error)(void *cx, u32 lo, u32 hi, const char *code, const char *message);
} ParseHooks;

typedef enum ParseWant {
    PARSE_SIGNATURE, // everything but FN bodies and values of CONST and STATIC
    PARSE_WITH_BODY
} ParseWant;

typedef struct ParseInput {
    const Symbols *symbols;
    Symbols *intern;  // the same table: decoded ABI strings and tuple field names are interned
    Scratch *scratch; // the result lives here
    const ParseHooks *hooks; // may be NULL
    u32 edition;
} ParseInput;

// `toks` is the item's range (attributes included), `row` its skimmed row with ranges counted from
// the start of `toks` (skim_item_at(toks, 0, ..) makes one). Never NULL.
const Ast *parse_item_ast(const ParseInput *in, Toks toks, const ItemRow *row, ParseWant want,
                          u32 *bytes);
// The whole of `toks` as one expression, type, pattern.
const Ast *parse_expr_ast(const ParseInput *in, Toks toks, u32 *bytes);
const Ast *parse_ty_ast(const ParseInput *in, Toks toks, u32 *bytes);
const Ast *parse_pat_ast(const ParseInput *in, Toks toks, u32 *bytes);

// What macro_rules matching asks: how many tokens from `at` the fragment takes, 0 if there is none
// (FRAG_VIS may be empty: PARSE_EMPTY). Macro calls inside are passed over. On failure *error (if
// not NULL) is rustc's message. The scratch is rewound.
#define PARSE_EMPTY 0xffffffffu
u32 parse_fragment(const ParseInput *in, FragKind kind, Toks toks, u32 at, const char **error);
// Whether the fragment may start with that token (rustc's nonterminal_may_be_... check).
bool fragment_may_start(const ParseInput *in, FragKind kind, Toks toks, u32 at);

#endif
