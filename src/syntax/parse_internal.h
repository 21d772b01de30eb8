// What the files of the parser share; nobody outside syntax/ includes it.
//
// A Parser stands on one token (`tok`, which may be the rest of a split one such as the second `>`
// of `>>`) of a run; expansions of macros are parsed by entering their run and leaving it again.
// Functions named parse_x read an x; eat_x takes a token if it is there; expect_x reports if not.
// Every loop over a list takes at least one token per turn, so parsing ends on any input.

#ifndef RAC_SYNTAX_PARSE_INTERNAL_H
#define RAC_SYNTAX_PARSE_INTERNAL_H

#include "syntax/lit.h"
#include "syntax/parse.h"

enum { AST_ROW_BYTES_MAX = 64 };

typedef struct Parser {
    const ParseInput *in;
    Scratch *scratch;
    const ParseHooks *hooks; // NULL: calls stay in the tree
    u32 edition;
    const Tok *run; // the tokens being read
    u32 at;         // of `tok` in run
    u32 end;
    Tok tok;  // the current token; kind EOF behind the last
    Tok prev; // the one taken last, for ranges
    u32 depth;
    u32 expansion_depth;
    u32 dead; // inside a node that cfg has removed: nothing is expanded
    u32 block_count;
    u32 error_count;
    u32 error_at; // token and run of the last error: one report per place
    const Tok *error_run;
    const char *first_error;
    bool quiet;               // parse_fragment: errors are only counted
    bool deep;                // the depth limit was met
    struct BlockScope *block; // innermost block being parsed
    U32Vec stack;             // ids of lists being collected
    AstItem item;
#define X(name, T) VEC(T) name;
    AST_ARRAYS(X)
#undef X
} Parser;

// Where a parser stood, to come back to.
typedef struct ParseSpot {
    const Tok *run;
    u32 at, end;
    Tok tok, prev;
} ParseSpot;

typedef struct BlockScope {
    struct BlockScope *outer;
    Toks inner;
    u32 number; // 0: no item yet
} BlockScope;

enum { // restrictions of expressions
    R_NONE = 0,
    R_STMT = 1,      // a block-like expression ends the statement
    R_NO_STRUCT = 2, // `{` begins a block, not a struct literal
    R_LET = 4,       // `let` is allowed
};

typedef enum PathStyle { PATH_EXPR, PATH_TYPE, PATH_MOD } PathStyle;

// ---- parse.c: tokens ----------------------------------------------------------------------------
void parser_init(Parser *p, const ParseInput *in, Toks toks);
const Ast *parser_pack(Parser *p, AstExpr expr, AstTy ty, AstPat pat, u32 *bytes);
void bump(Parser *p);
const Tok *peek_tok(const Parser *p, u32 ahead); // 0 is the current token; never NULL
void parser_jump(Parser *p, u32 at);             // to a token of the same run
void skip_tree(Parser *p);                       // the current token, or its whole group
ParseSpot parser_spot(const Parser *p);
void parser_return(Parser *p, const ParseSpot *spot);
ParseSpot parser_enter(Parser *p, Toks toks);                          // begins another run
void split_tok(Parser *p, TokKind first, TokKind rest, u32 first_len); // tok becomes `rest`
u32 lo_here(const Parser *p);
u32 hi_prev(const Parser *p);
void error_at(Parser *p, u32 lo, u32 hi, const char *code, const char *message);
void error_here(Parser *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
Str tok_shown(Parser *p, const Tok *tok); // `x`, or a description
bool expect(Parser *p, TokKind kind);
// Skips to the closing delimiter of the group that is open, reporting if something was left.
void close_group(Parser *p, u32 open_at, const Tok *run, const char *what);
bool depth_enter(Parser *p);
static inline void depth_leave(Parser *p) {
    p->depth--;
}

static inline bool at_kind(const Parser *p, TokKind kind) {
    return p->tok.kind == kind;
}
static inline bool at_word(const Parser *p, u32 sym) {
    return p->tok.kind == TOK_IDENT && p->tok.sym == sym && !(p->tok.flags & TOK_RAW);
}
static inline bool tok_word(const Tok *tok, u32 sym) {
    return tok->kind == TOK_IDENT && tok->sym == sym && !(tok->flags & TOK_RAW);
}
static inline bool eat(Parser *p, TokKind kind) {
    if (p->tok.kind != kind) return false;
    bump(p);
    return true;
}
static inline bool eat_word(Parser *p, u32 sym) {
    if (!at_word(p, sym)) return false;
    bump(p);
    return true;
}
static inline bool at_group(const Parser *p, FragKind kind) {
    return p->tok.kind == TOK_OPEN_NONE && p->tok.extra == kind;
}
bool at_name(const Parser *p);
bool at_close(const Parser *p); // a closing delimiter or the end of the run
AstName take_name(Parser *p);   // an identifier that is a name, reported otherwise
bool eat_lt(Parser *p);         // `<`, splitting `<<` and `<-`
bool eat_gt(Parser *p);
bool eat_and(Parser *p); // `&`, splitting `&&`
bool eat_or(Parser *p);  // `|`, splitting `||`
bool eat_plus(Parser *p);
bool can_split_gt(TokKind kind);
// Takes the closing token of a macro argument's group.
void close_none(Parser *p);

AstList ids_take(Parser *p, u32 base); // the ids pushed on `stack` since base
static inline void id_push(Parser *p, u32 id) {
    vec_push(p->scratch, &p->stack, id);
}
#define ROWS_TAKE(p, array, rows)                                                                  \
    ({                                                                                             \
        AstList rows_list_ = {(p)->array.count, (rows).count};                                     \
        vec_append((p)->scratch, &(p)->array, (rows).at, (rows).count);                            \
        rows_list_;                                                                                \
    })

// Attributes: a run of tokens, taken; cfg_alive asks the hook.
Toks parse_outer_attrs(Parser *p);
void parse_inner_attrs(Parser *p);
bool cfg_alive(Parser *p, Toks attrs);
u32 keep_toks(Parser *p, Toks toks); // copies them into `toks`

// A macro call behind its path (`!` is current). False: nothing to enter (the call is in *row as a
// row of `macros`, or it failed); true: the parser stands in the expansion, come back to *spot.
typedef enum MacroResult { MACRO_KEPT, MACRO_FAILED, MACRO_ENTERED } MacroResult;
MacroResult parse_macro_call(Parser *p, AstPath path, u32 lo, MacroPlace place, u32 *row,
                             ParseSpot *spot, AstMacro *call);
// Leaves an expansion; `what` names what was expected if tokens are left.
void leave_expansion(Parser *p, const ParseSpot *spot, const char *what);

// ---- nodes
// ----------------------------------------------------------------------------------------
AstExpr expr_add(Parser *p, AstExprKind kind, u32 lo);
AstTy ty_add(Parser *p, AstTyKind kind, u32 lo);
AstPat pat_add(Parser *p, AstPatKind kind, u32 lo);
static inline AstExprRow *expr_row(Parser *p, AstExpr e) {
    return &p->exprs.at[e.id];
}
static inline AstTyRow *ty_row(Parser *p, AstTy t) {
    return &p->tys.at[t.id];
}
static inline AstPatRow *pat_row(Parser *p, AstPat t) {
    return &p->pats.at[t.id];
}
static inline AstPathRow *path_row(Parser *p, AstPath t) {
    return &p->paths.at[t.id];
}

// ---- parse_ty.c
// -----------------------------------------------------------------------------------
AstTy parse_ty(Parser *p);
AstTy parse_ty_no_plus(Parser *p);
AstTy parse_ty_variadic(Parser *p); // `...` too
AstTy parse_ret_ty(Parser *p);      // `-> T` or 0
AstList parse_bounds(Parser *p);
AstPath parse_path(Parser *p, PathStyle style);
AstPath parse_qpath(Parser *p, PathStyle style); // at `<`
AstPath path_of_name(Parser *p, const Tok *tok, u32 lo);
AstSeg parse_seg(Parser *p, PathStyle style);
bool at_path_start(const Parser *p);
bool tok_path_start(const Parser *p, const Tok *tok);
bool eat_binder(Parser *p);  // for<..>
Symbol parse_abi(Parser *p); // behind `extern`: decoded, "C" if none
bool fn_ptr_starts(const Parser *p);
bool group_is_path_ty(const Parser *p); // $t:ty that is a plain path, or $p:path
// A lifetime, noted in `lifetimes`; SYM_none if none stands here.
Symbol take_lifetime(Parser *p, AstLifetimeKind kind);

// ---- parse_pat.c
// ----------------------------------------------------------------------------------
AstPat parse_pat_top(Parser *p); // leading `|`, alternatives
AstPat parse_pat_no_top(Parser *p);
AstPat parse_pat_param(Parser *p); // of closures and functions: no `|` at the top

// ---- parse_expr.c
// ---------------------------------------------------------------------------------
AstExpr parse_expr(Parser *p);
AstExpr parse_expr_res(Parser *p, u32 res);
AstExpr parse_lit_or_neg(Parser *p); // literal, -literal
AstExpr parse_lit(Parser *p);
bool at_lit(const Parser *p);
bool can_begin_expr(const Parser *p);
AstExpr parse_anon_const(Parser *p); // an expression
AstExpr expr_of_path(Parser *p, AstPath path, u32 lo);
AstExpr parse_expr_after(Parser *p, AstExpr head, u32 res); // postfix and operators behind a head
bool expr_is_block_like(const Parser *p, AstExpr e);
AstPath unwrap_path_ty(Parser *p, AstTy ty);

// ---- parse_expr_body.c
// --------------------------------------------------------------------------------
AstExpr parse_if(Parser *p);
AstExpr parse_match(Parser *p);
AstExpr parse_loop(Parser *p, AstLabel label, u32 lo); // while, for, loop
AstExpr parse_closure(Parser *p, u32 res);
AstExpr parse_struct_lit(Parser *p, AstPath path, u32 lo);
AstExpr parse_builtin(Parser *p);
bool at_closure(const Parser *p);

// ---- parse_stmt.c
// ---------------------------------------------------------------------------------
AstExpr parse_block(Parser *p, AstBlockKind kind, AstLabel label, u32 lo);
AstExpr parse_plain_block(Parser *p);
bool at_block(const Parser *p);

// ---- parse_item.c
// ---------------------------------------------------------------------------------
void parse_item(Parser *p, const ItemRow *row, ParseWant want);
AstVis parse_vis(Parser *p);
AstGenerics parse_generics(Parser *p); // without where clauses
void parse_where(Parser *p, AstGenerics *generics);
AstList parse_fn_params(Parser *p, bool anonymous, bool *is_variadic);

#endif
