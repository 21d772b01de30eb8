// Facts about single tokens.
#include "syntax/token.h"

const char *tok_kind_text(TokKind kind) {
    static const char *const texts[] = {
#define TOK(name, text) text,
        TOK_LIST(TOK)
#undef TOK
    };
    CHECK(kind < TOK_KIND_COUNT);
    return texts[kind];
}

// symbols.def keeps these groups together.
_Static_assert(SYM_as == 1 && SYM_while == SYM_as + 35, "strict keywords come first");

bool tok_is_keyword(const Tok *tok, u32 edition) {
    if (tok->kind != TOK_IDENT || tok->flags & TOK_RAW) return false;
    u32 sym = tok->sym;
    if (sym >= SYM_as && sym <= SYM_while) return true;
    switch (sym) {
    case SYM_async:
    case SYM_await:
    case SYM_dyn:
    case SYM_try: return edition >= 2018;
    case SYM_gen: return edition >= 2024;
    case SYM_dollar_crate: return true;
    default: return sym >= SYM_abstract && sym <= SYM_yield;
    }
}

bool tok_is_name(const Tok *tok, u32 edition) {
    return tok->kind == TOK_IDENT && !tok_is_keyword(tok, edition);
}

static u32 symbol_len(const Symbols *symbols, u32 sym) {
    return symbol_str(symbols, (Symbol){sym}).len;
}

u32 tok_len(const Symbols *symbols, const Tok *tok) {
    switch (tok->kind) {
    case TOK_EOF:
    case TOK_OPEN_NONE:
    case TOK_CLOSE_NONE: return 0;
    case TOK_UNKNOWN: return 1;
    case TOK_IDENT:
    case TOK_LIFETIME: return symbol_len(symbols, tok->sym) + (tok->flags & TOK_RAW ? 2 : 0);
    case TOK_DOC_OUTER:
    case TOK_DOC_INNER: return symbol_len(symbols, tok->sym) + 3;
    default: break;
    }
    if (tok->kind >= TOK_INT && tok->kind <= TOK_RAW_C_STR) return symbol_len(symbols, tok->sym);
    static const u8 lengths[] = {
#define TOK(name, text) sizeof(text) - 1,
        TOK_LIST(TOK)
#undef TOK
    };
    return lengths[tok->kind];
}
