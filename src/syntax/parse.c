// The parser's ground: tokens, errors, lists, macro calls, entry points.
#include "syntax/parse_internal.h"

#include <stdarg.h>
#include <stdio.h>

// ---- tokens
// -----------------------------------------------------------------------------------------

static const Tok eof_tok = {.kind = TOK_EOF};

// Groups of these fragments mean nothing to the grammar: their tokens are read as if bare.
static bool frag_is_transparent(u32 frag) {
    return frag == FRAG_NONE || frag == FRAG_IDENT || frag == FRAG_LIFETIME || frag == FRAG_TT ||
           frag == FRAG_META || frag == FRAG_GUARD;
}

static bool is_transparent(const Parser *p, u32 at) {
    const Tok *tok = &p->run[at];
    if (tok->kind == TOK_OPEN_NONE) return frag_is_transparent(tok->extra);
    if (tok->kind == TOK_CLOSE_NONE) return frag_is_transparent(p->run[at - tok->match].extra);
    return false;
}

static void load_tok(Parser *p) {
    while (p->at < p->end && is_transparent(p, p->at))
        p->at++;
    p->tok = p->at < p->end ? p->run[p->at] : eof_tok;
}

void bump(Parser *p) {
    p->prev = p->tok;
    if (p->at < p->end) p->at++;
    load_tok(p);
}

const Tok *peek_tok(const Parser *p, u32 ahead) {
    if (ahead == 0) return &p->tok;
    u32 at = p->at;
    while (ahead--) {
        at++;
        while (at < p->end && is_transparent(p, at))
            at++;
    }
    return at < p->end ? &p->run[at] : &eof_tok;
}

void parser_jump(Parser *p, u32 at) {
    CHECK(at <= p->end);
    if (at > 0) p->prev = p->run[at - 1];
    p->at = at;
    load_tok(p);
}

void skip_tree(Parser *p) {
    switch (p->tok.kind) {
    case TOK_OPEN_PAREN:
    case TOK_OPEN_BRACKET:
    case TOK_OPEN_BRACE:
    case TOK_OPEN_NONE: parser_jump(p, p->at + p->tok.match + 1); break;
    default: bump(p);
    }
}

ParseSpot parser_spot(const Parser *p) {
    return (ParseSpot){p->run, p->at, p->end, p->tok, p->prev};
}

void parser_return(Parser *p, const ParseSpot *spot) {
    p->run = spot->run;
    p->at = spot->at;
    p->end = spot->end;
    p->tok = spot->tok;
    p->prev = spot->prev;
}

ParseSpot parser_enter(Parser *p, Toks toks) {
    ParseSpot spot = parser_spot(p);
    p->run = toks.at;
    p->at = 0;
    p->end = toks.count;
    load_tok(p);
    return spot;
}

void split_tok(Parser *p, TokKind first, TokKind rest, u32 first_len) {
    p->prev = p->tok;
    p->prev.kind = (u8)first;
    p->tok.kind = (u8)rest;
    p->tok.pos += first_len;
}

u32 lo_here(const Parser *p) {
    if (p->tok.kind == TOK_EOF) return hi_prev(p);
    if (p->tok.kind == TOK_OPEN_NONE) {
        u32 at = p->at;
        while (at < p->end && p->run[at].kind == TOK_OPEN_NONE)
            at++;
        if (at < p->end && p->run[at].kind != TOK_CLOSE_NONE) return p->run[at].pos;
    }
    return p->tok.pos;
}

u32 hi_prev(const Parser *p) {
    if (p->prev.kind == TOK_CLOSE_NONE && p->at > 1 && p->at <= p->end) {
        // the end of what the group holds
        u32 at = p->at - 1;
        while (at > 0 && p->run[at].kind == TOK_CLOSE_NONE)
            at--;
        return p->run[at].pos + tok_len(p->in->symbols, &p->run[at]);
    }
    return p->prev.pos + tok_len(p->in->symbols, &p->prev);
}

// ---- errors
// -----------------------------------------------------------------------------------------

void error_at(Parser *p, u32 lo, u32 hi, const char *code, const char *message) {
    if (p->error_run == p->run && p->error_at == p->at && p->error_count) return;
    p->error_run = p->run;
    p->error_at = p->at;
    p->error_count++;
    if (p->quiet) {
        if (!p->first_error) p->first_error = message;
        return;
    }
    if (p->hooks && p->hooks->error)
        p->hooks->error(p->hooks->cx, lo, max_u32(hi, lo), code, message);
}

void error_here(Parser *p, const char *format, ...) {
    char text[400];
    if (p->quiet) {
        error_at(p, 0, 0, "", "");
        if (p->first_error && p->first_error[0] == 0) p->first_error = format;
        return;
    }
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    u32 lo = lo_here(p);
    error_at(p, lo, lo + max_u32(tok_len(p->in->symbols, &p->tok), 1), "", text);
}

Str tok_shown(Parser *p, const Tok *tok) {
    if (tok->kind == TOK_EOF || tok->kind == TOK_CLOSE_NONE) return STR("end of input");
    if (tok->kind == TOK_OPEN_NONE) return STR("macro argument");
    if (tok->kind == TOK_DOC_OUTER) return STR("doc comment");
    if (tok->kind == TOK_DOC_INNER) return STR("inner doc comment");
    if (p->quiet) return STR("token");
    bool named = tok->kind >= TOK_IDENT && tok->kind <= TOK_RAW_C_STR;
    Str text =
        named ? symbol_str(p->in->symbols, (Symbol){tok->sym}) : str_from(tok_kind_text(tok->kind));
    text.len = min_u32(text.len, 80);
    const char *what = tok_is_keyword(tok, p->edition) ? "keyword " : "";
    return scratch_print(p->scratch, "%s`%s%.*s`", what, tok->flags & TOK_RAW ? "r#" : "",
                         STR_ARG(text));
}

bool expect(Parser *p, TokKind kind) {
    if (eat(p, kind)) return true;
    error_here(p, "expected `%s`, found %.*s", tok_kind_text(kind), STR_ARG(tok_shown(p, &p->tok)));
    return false;
}

void close_group(Parser *p, u32 open_at, const Tok *run, const char *what) {
    if (p->run != run) return;
    u32 close = open_at + run[open_at].match;
    if (p->at < close)
        error_here(p, "expected %s, found %.*s", what, STR_ARG(tok_shown(p, &p->tok)));
    if (p->at <= close) {
        parser_jump(p, close);
        bump(p);
    }
}

bool depth_enter(Parser *p) {
    if (++p->depth <= PARSE_DEPTH_MAX) return true;
    p->depth--;
    if (!p->deep) {
        p->deep = true;
        error_here(p, "this is nested too deeply for the parser");
    }
    while (!at_close(p))
        skip_tree(p);
    return false;
}

// ---- small tokens
// -----------------------------------------------------------------------------------

bool at_name(const Parser *p) {
    return tok_is_name(&p->tok, p->edition);
}

bool at_close(const Parser *p) {
    switch (p->tok.kind) {
    case TOK_EOF:
    case TOK_CLOSE_PAREN:
    case TOK_CLOSE_BRACKET:
    case TOK_CLOSE_BRACE:
    case TOK_CLOSE_NONE: return true;
    default: return false;
    }
}

AstName take_name(Parser *p) {
    AstName name = {0};
    if (at_name(p)) {
        name = (AstName){{p->tok.sym}, p->tok.ctxt};
        bump(p);
        return name;
    }
    error_here(p, "expected identifier, found %.*s", STR_ARG(tok_shown(p, &p->tok)));
    if (p->tok.kind == TOK_IDENT) {
        name = (AstName){{p->tok.sym}, p->tok.ctxt};
        bump(p);
    }
    return name;
}

bool eat_lt(Parser *p) {
    switch (p->tok.kind) {
    case TOK_LT: bump(p); return true;
    case TOK_SHL: split_tok(p, TOK_LT, TOK_LT, 1); return true;
    case TOK_LARROW: split_tok(p, TOK_LT, TOK_MINUS, 1); return true;
    default: return false;
    }
}

bool can_split_gt(TokKind kind) {
    return kind == TOK_GT || kind == TOK_SHR || kind == TOK_GE || kind == TOK_SHREQ;
}

bool eat_gt(Parser *p) {
    switch (p->tok.kind) {
    case TOK_GT: bump(p); return true;
    case TOK_SHR: split_tok(p, TOK_GT, TOK_GT, 1); return true;
    case TOK_GE: split_tok(p, TOK_GT, TOK_EQ, 1); return true;
    case TOK_SHREQ: split_tok(p, TOK_GT, TOK_GE, 1); return true;
    default: return false;
    }
}

bool eat_and(Parser *p) {
    if (p->tok.kind == TOK_ANDAND) {
        split_tok(p, TOK_AND, TOK_AND, 1);
        return true;
    }
    return eat(p, TOK_AND);
}

bool eat_or(Parser *p) {
    if (p->tok.kind == TOK_OROR) {
        split_tok(p, TOK_OR, TOK_OR, 1);
        return true;
    }
    return eat(p, TOK_OR);
}

bool eat_plus(Parser *p) {
    if (p->tok.kind == TOK_PLUSEQ) {
        split_tok(p, TOK_PLUS, TOK_EQ, 1);
        return true;
    }
    return eat(p, TOK_PLUS);
}

void close_none(Parser *p) {
    if (eat(p, TOK_CLOSE_NONE)) return;
    error_here(p, "unexpected %.*s in a macro argument", STR_ARG(tok_shown(p, &p->tok)));
    while (!at_close(p))
        skip_tree(p);
    eat(p, TOK_CLOSE_NONE);
}

AstList ids_take(Parser *p, u32 base) {
    AstList list = {p->lists.count, p->stack.count - base};
    vec_append(p->scratch, &p->lists, p->stack.at + base, list.count);
    p->stack.count = base;
    return list;
}

// ---- attributes
// -------------------------------------------------------------------------------------

static bool at_inner_attr(Parser *p) {
    return at_kind(p, TOK_POUND) && peek_tok(p, 1)->kind == TOK_NOT &&
           peek_tok(p, 2)->kind == TOK_OPEN_BRACKET;
}

static void skip_inner_attr(Parser *p) {
    bump(p);
    bump(p);
    skip_tree(p);
}

static bool is_doc(const Tok *tok) {
    return tok->kind == TOK_DOC_OUTER || tok->kind == TOK_DOC_INNER;
}

Toks parse_outer_attrs(Parser *p) {
    u32 start = p->at;
    for (;;) {
        if (at_kind(p, TOK_DOC_OUTER)) {
            bump(p);
        } else if (at_kind(p, TOK_DOC_INNER)) {
            error_at(p, p->tok.pos, p->tok.pos + 1, "E0753", "expected outer doc comment");
            bump(p);
        } else if (at_kind(p, TOK_POUND) && peek_tok(p, 1)->kind == TOK_OPEN_BRACKET) {
            bump(p);
            skip_tree(p);
        } else if (at_inner_attr(p)) {
            error_here(p, p->at == start
                              ? "an inner attribute is not permitted in this context"
                              : "an inner attribute is not permitted following an outer attribute");
            skip_inner_attr(p);
        } else {
            break;
        }
    }
    if (p->at > start && is_doc(&p->prev) && at_close(p))
        error_at(p, p->prev.pos, p->prev.pos + 1, "E0585",
                 "found a documentation comment that doesn't document anything");
    return (Toks){p->run + start, p->at - start};
}

void parse_inner_attrs(Parser *p) {
    for (;;) {
        if (at_kind(p, TOK_DOC_INNER))
            bump(p);
        else if (at_inner_attr(p))
            skip_inner_attr(p);
        else
            break;
    }
}

bool cfg_alive(Parser *p, Toks attrs) {
    if (attrs.count == 0 || p->dead || !p->hooks || !p->hooks->cfg) return true;
    return p->hooks->cfg(p->hooks->cx, attrs);
}

u32 keep_toks(Parser *p, Toks toks) {
    u32 first = p->toks.count;
    vec_append(p->scratch, &p->toks, toks.at, toks.count);
    return first;
}

// ---- macro calls
// --------------------------------------------------------------------------------------

enum { EXPANSION_DEPTH_MAX = 128 };

MacroResult parse_macro_call(Parser *p, AstPath path, u32 lo, MacroPlace place, u32 *row,
                             ParseSpot *spot, AstMacro *call) {
    Tok bang = p->tok;
    bump(p);
    u32 open = p->at;
    u16 delim = p->tok.kind;
    *call = (AstMacro){.path = path, .delim = delim, .lo = lo};
    *row = 0;
    if (delim != TOK_OPEN_PAREN && delim != TOK_OPEN_BRACKET && delim != TOK_OPEN_BRACE) {
        error_here(p, "expected one of `(`, `[`, or `{`, found %.*s",
                   STR_ARG(tok_shown(p, &p->tok)));
        return MACRO_FAILED;
    }
    Toks args = {p->run + open + 1, p->tok.match - 1};
    skip_tree(p);
    call->hi = hi_prev(p);
    bool has_semi = place == MACRO_STMTS && at_kind(p, TOK_SEMI);
    if (!p->hooks || !p->hooks->expand || p->dead) {
        call->toks_first = keep_toks(p, args);
        call->toks_count = args.count;
        *row = p->macros.count;
        vec_push(p->scratch, &p->macros, *call);
        return MACRO_KEPT;
    }
    if (p->expansion_depth >= EXPANSION_DEPTH_MAX) {
        error_at(p, lo, call->hi, "", "recursion limit reached while expanding a macro");
        return MACRO_FAILED;
    }
    AstPathRow path_value = *path_row(p, path);
    MacroSeg *segs = SCRATCH_ARRAY(p->scratch, MacroSeg, path_value.segs.count + 1);
    for (u32 i = 0; i < path_value.segs.count; i++) {
        const AstSeg *seg = &p->segs.at[path_value.segs.first + i];
        segs[i] = (MacroSeg){seg->name.sym, seg->name.ctxt, seg->flags};
    }
    MacroCall macro = {.segs = segs,
                       .seg_count = path_value.segs.count,
                       .args = args,
                       .delim = delim,
                       .place = (u8)place,
                       .has_semi = has_semi,
                       .lo = lo,
                       .hi = call->hi,
                       .depth = p->expansion_depth,
                       .bang = bang};
    Toks out = {0};
    if (!p->hooks->expand(p->hooks->cx, &macro, &out)) {
        p->error_count++;
        return MACRO_FAILED;
    }
    *spot = parser_enter(p, out);
    p->prev = spot->prev;
    p->expansion_depth++;
    return MACRO_ENTERED;
}

void leave_expansion(Parser *p, const ParseSpot *spot, const char *what) {
    if (!at_kind(p, TOK_EOF))
        error_here(p, "macro expansion ignores %.*s and any tokens following; expected %s",
                   STR_ARG(tok_shown(p, &p->tok)), what);
    parser_return(p, spot);
    p->expansion_depth--;
}

// ---- nodes
// --------------------------------------------------------------------------------------------

AstExpr expr_add(Parser *p, AstExprKind kind, u32 lo) {
    u32 hi = hi_prev(p);
    vec_push(p->scratch, &p->exprs,
             (AstExprRow){.kind = (u8)kind, .lo = lo, .hi = max_u32(lo, hi)});
    return (AstExpr){p->exprs.count - 1};
}

AstTy ty_add(Parser *p, AstTyKind kind, u32 lo) {
    u32 hi = hi_prev(p);
    vec_push(p->scratch, &p->tys, (AstTyRow){.kind = (u8)kind, .lo = lo, .hi = max_u32(lo, hi)});
    return (AstTy){p->tys.count - 1};
}

AstPat pat_add(Parser *p, AstPatKind kind, u32 lo) {
    u32 hi = hi_prev(p);
    vec_push(p->scratch, &p->pats, (AstPatRow){.kind = (u8)kind, .lo = lo, .hi = max_u32(lo, hi)});
    return (AstPat){p->pats.count - 1};
}

// ---- entry
// ----------------------------------------------------------------------------------------------

void parser_init(Parser *p, const ParseInput *in, Toks toks) {
    memset(p, 0, sizeof *p);
    p->in = in;
    p->scratch = in->scratch;
    p->hooks = in->hooks;
    p->edition = in->edition;
    p->run = toks.at;
    p->end = toks.count;
    load_tok(p);
    p->prev = p->tok;
    p->prev.kind = TOK_OPEN_NONE; // no length: ranges before the first token are empty
    void *none = scratch_take(p->scratch, AST_ROW_BYTES_MAX, 8);
#define X(name, T)                                                                                 \
    _Static_assert(sizeof(T) <= AST_ROW_BYTES_MAX, "row 0 of each array is none");                 \
    vec_begin_rows(&p->name, none);
    AST_ARRAYS(X)
#undef X
}

const Ast *parser_pack(Parser *p, AstExpr expr, AstTy ty, AstPat pat, u32 *bytes) {
    Blob blob;
    blob_begin(&blob, p->scratch, sizeof(Ast));
    List none = blob_zeros(&blob, AST_ROW_BYTES_MAX);
#define X(name, T)                                                                                 \
    List name##_list = blob_add_rows(&blob, none, p->name.at, p->name.count, sizeof(T));
    AST_ARRAYS(X)
#undef X
    Ast *ast = blob_header(&blob);
    ast->item = p->item;
    ast->expr = expr;
    ast->ty = ty;
    ast->pat = pat;
    ast->block_count = p->block_count;
    ast->error_count = p->error_count;
#define X(name, T) ast->name = name##_list;
    AST_ARRAYS(X)
#undef X
    if (bytes) *bytes = blob.bytes;
    return ast;
}

const Ast *parse_item_ast(const ParseInput *in, Toks toks, const ItemRow *row, ParseWant want,
                          u32 *bytes) {
    Parser p;
    parser_init(&p, in, toks);
    parse_item(&p, row, want);
    return parser_pack(&p, (AstExpr){0}, (AstTy){0}, (AstPat){0}, bytes);
}

static void expect_end(Parser *p) {
    if (!at_kind(p, TOK_EOF)) error_here(p, "unexpected %.*s", STR_ARG(tok_shown(p, &p->tok)));
}

const Ast *parse_expr_ast(const ParseInput *in, Toks toks, u32 *bytes) {
    Parser p;
    parser_init(&p, in, toks);
    AstExpr expr = parse_expr(&p);
    expect_end(&p);
    return parser_pack(&p, expr, (AstTy){0}, (AstPat){0}, bytes);
}

const Ast *parse_ty_ast(const ParseInput *in, Toks toks, u32 *bytes) {
    Parser p;
    parser_init(&p, in, toks);
    AstTy ty = parse_ty(&p);
    expect_end(&p);
    return parser_pack(&p, (AstExpr){0}, ty, (AstPat){0}, bytes);
}

const Ast *parse_pat_ast(const ParseInput *in, Toks toks, u32 *bytes) {
    Parser p;
    parser_init(&p, in, toks);
    AstPat pat = parse_pat_top(&p);
    expect_end(&p);
    return parser_pack(&p, (AstExpr){0}, (AstTy){0}, pat, bytes);
}
