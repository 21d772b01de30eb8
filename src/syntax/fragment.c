// Macro fragments: how many tokens an `$x:expr` takes (Reference, "Macros by example").
#include "syntax/parse_internal.h"

bool fragment_may_start(const ParseInput *in, FragKind kind, Toks toks, u32 at) {
    if (at >= toks.count) return kind == FRAG_VIS;
    const Tok *tok = &toks.at[at];
    u32 edition = in->edition;
    bool group = tok->kind == TOK_OPEN_NONE;
    bool close = tok->kind == TOK_CLOSE_PAREN || tok->kind == TOK_CLOSE_BRACKET ||
                 tok->kind == TOK_CLOSE_BRACE || tok->kind == TOK_CLOSE_NONE;
    if (close) return kind == FRAG_VIS;
    Parser p = {.in = in, .edition = edition, .run = toks.at, .at = at, .end = toks.count};
    p.tok = *tok;
    switch (kind) {
    case FRAG_EXPR:
    case FRAG_EXPR_2021:
        if (group)
            return tok->extra == FRAG_EXPR || tok->extra == FRAG_EXPR_2021 ||
                   tok->extra == FRAG_LITERAL || tok->extra == FRAG_PATH ||
                   tok->extra == FRAG_BLOCK || tok->extra == FRAG_TY;
        // `let` never; `_` and `const {}` not in the 2021 form
        if (tok_word(tok, SYM_let)) return false;
        if (tok_word(tok, SYM_underscore)) return kind == FRAG_EXPR && edition >= 2024;
        if (tok_word(tok, SYM_const) && (kind == FRAG_EXPR_2021 || edition < 2024)) {
            const Tok *next = at + 1 < toks.count ? &toks.at[at + 1] : tok;
            if (next->kind == TOK_OPEN_BRACE) return false;
        }
        return can_begin_expr(&p);
    case FRAG_TY:
        if (group) return tok->extra == FRAG_TY || tok->extra == FRAG_PATH;
        switch (tok->kind) {
        case TOK_OPEN_PAREN:
        case TOK_OPEN_BRACKET:
        case TOK_NOT:
        case TOK_STAR:
        case TOK_AND:
        case TOK_ANDAND:
        case TOK_QUESTION:
        case TOK_LIFETIME:
        case TOK_LT:
        case TOK_SHL:
        case TOK_COLONCOLON: return true;
        case TOK_IDENT:
            return !tok_is_keyword(tok, edition) || at_path_start(&p) ||
                   tok_word(tok, SYM_underscore) || tok_word(tok, SYM_for) ||
                   tok_word(tok, SYM_impl) || tok_word(tok, SYM_fn) || tok_word(tok, SYM_unsafe) ||
                   tok_word(tok, SYM_extern) || tok_word(tok, SYM_typeof) || tok_word(tok, SYM_dyn);
        default: return false;
        }
    case FRAG_IDENT: return tok->kind == TOK_IDENT && !tok_word(tok, SYM_underscore);
    case FRAG_LIFETIME: return tok->kind == TOK_LIFETIME;
    case FRAG_LITERAL:
        return at_lit(&p) || tok->kind == TOK_MINUS || (group && tok->extra == FRAG_LITERAL);
    case FRAG_VIS: return !group || tok->extra == FRAG_VIS;
    case FRAG_BLOCK: return tok->kind == TOK_OPEN_BRACE || (group && tok->extra == FRAG_BLOCK);
    case FRAG_PATH:
    case FRAG_META:
        if (group)
            return tok->extra == FRAG_PATH || tok->extra == FRAG_META || tok->extra == FRAG_TY;
        return tok->kind == TOK_COLONCOLON || tok->kind == TOK_LT || tok->kind == TOK_SHL ||
               tok->kind == TOK_IDENT;
    case FRAG_PAT:
    case FRAG_PAT_PARAM:
        if (group)
            return tok->extra == FRAG_PAT || tok->extra == FRAG_PAT_PARAM ||
                   tok->extra == FRAG_LITERAL || tok->extra == FRAG_EXPR ||
                   tok->extra == FRAG_PATH || tok->extra == FRAG_TY || tok->extra == FRAG_BLOCK;
        switch (tok->kind) {
        case TOK_IDENT:
        case TOK_OPEN_PAREN:
        case TOK_OPEN_BRACKET:
        case TOK_AND:
        case TOK_ANDAND:
        case TOK_MINUS:
        case TOK_DOTDOT:
        case TOK_DOTDOTDOT:
        case TOK_DOTDOTEQ:
        case TOK_COLONCOLON:
        case TOK_LT:
        case TOK_SHL:
        case TOK_NOT: return true;
        case TOK_OR: return kind == FRAG_PAT;
        default: return at_lit(&p);
        }
    case FRAG_NONE:
    case FRAG_ITEM:
    case FRAG_STMT:
    case FRAG_TT:
    case FRAG_GUARD: return true;
    }
    UNREACHABLE();
}

// The cases that need no parser: one token that cannot be the start of more.
static bool ends_expr(const Toks toks, u32 at) {
    if (at >= toks.count) return true;
    switch (toks.at[at].kind) {
    case TOK_COMMA:
    case TOK_SEMI:
    case TOK_FATARROW: return true;
    default: return false;
    }
}

static bool is_simple_expr(const Tok *tok, u32 edition) {
    return (tok->kind >= TOK_INT && tok->kind <= TOK_RAW_C_STR) || tok_is_name(tok, edition);
}

static void item_fragment(Parser *p, Toks toks, u32 at) {
    ItemRow row;
    if (skim_item_at(toks, at, SKIM_MODULE, p->edition, &row))
        parser_jump(p, row.range.hi);
    else
        error_here(p, "expected an item keyword");
}

static void stmt_fragment(Parser *p, Toks toks, u32 at) {
    ItemRow row;
    if (at_group(p, FRAG_STMT) || at_group(p, FRAG_ITEM)) {
        skip_tree(p);
        return;
    }
    if (skim_item_at(toks, at, SKIM_BLOCK, p->edition, &row)) {
        parser_jump(p, row.range.hi);
        return;
    }
    parse_outer_attrs(p);
    if (at_word(p, SYM_let)) {
        bump(p);
        parse_pat_top(p);
        if (eat(p, TOK_COLON)) parse_ty(p);
        if (eat(p, TOK_EQ)) {
            parse_expr(p);
            if (eat_word(p, SYM_else)) parse_plain_block(p);
        }
        return;
    }
    parse_expr_res(p, R_STMT);
}

static void meta_fragment(Parser *p) {
    if (at_kind(p, TOK_OPEN_NONE)) {
        skip_tree(p);
        return;
    }
    if (at_word(p, SYM_unsafe) && peek_tok(p, 1)->kind == TOK_OPEN_PAREN) {
        bump(p);
        skip_tree(p);
        return;
    }
    parse_path(p, PATH_MOD);
    if (at_kind(p, TOK_OPEN_PAREN) || at_kind(p, TOK_OPEN_BRACKET) || at_kind(p, TOK_OPEN_BRACE))
        skip_tree(p);
    else if (eat(p, TOK_EQ))
        parse_expr(p);
}

static void run_fragment(Parser *p, FragKind kind, Toks toks, u32 at) {
    switch (kind) {
    case FRAG_EXPR:
    case FRAG_EXPR_2021: parse_expr(p); break;
    case FRAG_TY: parse_ty(p); break;
    case FRAG_PAT:
        parse_pat_top(p);
        break; // of a macro before 2021: the matcher asks for PAT_PARAM
    case FRAG_PAT_PARAM: parse_pat_no_top(p); break;
    case FRAG_PATH: parse_path(p, PATH_TYPE); break;
    case FRAG_BLOCK: parse_plain_block(p); break;
    case FRAG_ITEM: item_fragment(p, toks, at); break;
    case FRAG_STMT: stmt_fragment(p, toks, at); break;
    case FRAG_META: meta_fragment(p); break;
    case FRAG_VIS: parse_vis(p); break;
    case FRAG_LITERAL: parse_lit_or_neg(p); break;
    case FRAG_GUARD:
        bump(p);
        parse_expr_res(p, R_LET);
        break;
    case FRAG_NONE:
    case FRAG_IDENT:
    case FRAG_LIFETIME:
    case FRAG_TT: skip_tree(p); break;
    }
}

u32 parse_fragment(const ParseInput *in, FragKind kind, Toks toks, u32 at, const char **error) {
    static const char *const nothing = "unexpected end of macro invocation";
    if (error) *error = NULL;
    if (at >= toks.count && kind != FRAG_VIS) {
        if (error) *error = nothing;
        return 0;
    }
    const Tok *tok = at < toks.count ? &toks.at[at] : NULL;
    switch (kind) {
    case FRAG_IDENT:
        if (tok->kind == TOK_IDENT && !tok_word(tok, SYM_underscore)) return 1;
        break;
    case FRAG_LIFETIME:
        if (tok->kind == TOK_LIFETIME) return 1;
        break;
    case FRAG_NONE:
    case FRAG_TT:
        switch (tok->kind) {
        case TOK_OPEN_PAREN:
        case TOK_OPEN_BRACKET:
        case TOK_OPEN_BRACE:
        case TOK_OPEN_NONE: return tok->match + 1;
        case TOK_CLOSE_PAREN:
        case TOK_CLOSE_BRACKET:
        case TOK_CLOSE_BRACE:
        case TOK_CLOSE_NONE: break;
        default: return 1;
        }
        break;
    case FRAG_EXPR:
    case FRAG_EXPR_2021:
        if (is_simple_expr(tok, in->edition) && ends_expr(toks, at + 1)) return 1;
        break;
    case FRAG_LITERAL:
        if (tok->kind >= TOK_INT && tok->kind <= TOK_RAW_C_STR) return 1;
        break;
    case FRAG_VIS:
        if (!tok || (!tok_word(tok, SYM_pub) && tok->kind != TOK_OPEN_NONE)) return PARSE_EMPTY;
        if (tok->kind == TOK_OPEN_NONE && tok->extra == FRAG_VIS) return tok->match + 1;
        break;
    default: break;
    }
    if (kind == FRAG_IDENT || kind == FRAG_LIFETIME || kind == FRAG_NONE || kind == FRAG_TT) {
        if (error) *error = kind == FRAG_LIFETIME ? "expected a lifetime" : "expected identifier";
        return 0;
    }
    u64 mark = scratch_mark(in->scratch);
    ParseInput quiet_in = *in;
    quiet_in.hooks = NULL;
    Parser *p = SCRATCH_NEW(in->scratch, Parser);
    parser_init(p, &quiet_in, toks);
    p->quiet = true;
    p->run = toks.at;
    // `at` may stand on an invisible group: keep it, parser_jump would step into transparent ones
    parser_jump(p, at);
    u32 start = p->at;
    run_fragment(p, kind, toks, at);
    u32 used = p->at - start;
    // a split token (`>` of `>>`) cannot end a fragment
    bool split = p->at < p->end && p->tok.pos != toks.at[p->at].pos;
    bool failed = p->error_count > 0 || split || (used == 0 && kind != FRAG_VIS);
    const char *first = p->first_error && p->first_error[0] ? p->first_error : "unexpected token";
    if (error && failed) *error = first;
    used += start - at;
    scratch_rewind(in->scratch, mark);
    if (failed) return 0;
    return used ? used : PARSE_EMPTY;
}
