// Tokens: what the lexer makes of text, what macros match and produce, what the parser reads.
//
// - A token is 16 bytes. A buffer of them is a plain array; the delimiters inside are balanced
//   (the lexer inserts what is missing and reports it), and an opening delimiter knows how far
//   its closing one is. So skipping a body, an argument or an attribute is one addition.
// - White space and comments are not tokens: they are the text between tokens, found again by
//   position. Doc comments are tokens, since macros see them as attributes.
// - Operators are glued as rustc does (`>>`, `..=`, `->`): the parser splits them where the
//   grammar asks (`Vec<Vec<T>>`).
// - `pos` counts bytes from a base that the holder of the buffer knows: the file's start for a
//   file's own tokens, the item's start for an item's or body's slice. In items of the user's, the
//   bytes between tokens do not count (names/item_pos.h). A token made by a macro
//   has the position of the outermost macro call it came out of; a token passed through as an
//   argument keeps its own. So positions always point into the text a user wrote.
// - `ctxt` is the hygiene context (expand/hygiene.h); 0 is text as written in a file.

#ifndef RAC_SYNTAX_TOKEN_H
#define RAC_SYNTAX_TOKEN_H

#include "base/symbol.h"

// TOK(name, text): text is the spelling, or a description in braces.
#define TOK_LIST(TOK)                                                                              \
    TOK(EOF, "{end of input}")                                                                     \
    TOK(IDENT, "{identifier}")  /* keywords too: sym tells; TOK_RAW: r#ident */                    \
    TOK(LIFETIME, "{lifetime}") /* sym includes the quote: 'a */                                   \
    TOK(INT, "{integer}")       /* literals: sym is the whole spelling, suffix included */         \
    TOK(FLOAT, "{float}")                                                                          \
    TOK(CHAR, "{char}")                                                                            \
    TOK(BYTE, "{byte}")                                                                            \
    TOK(STR, "{string}")                                                                           \
    TOK(RAW_STR, "{raw string}")                                                                   \
    TOK(BYTE_STR, "{byte string}")                                                                 \
    TOK(RAW_BYTE_STR, "{raw byte string}")                                                         \
    TOK(C_STR, "{C string}")                                                                       \
    TOK(RAW_C_STR, "{raw C string}")                                                               \
    TOK(DOC_OUTER, "{doc comment}") /* sym is the text without its marks */                        \
    TOK(DOC_INNER, "{inner doc comment}")                                                          \
    TOK(OPEN_PAREN, "(")                                                                           \
    TOK(CLOSE_PAREN, ")")                                                                          \
    TOK(OPEN_BRACKET, "[")                                                                         \
    TOK(CLOSE_BRACKET, "]")                                                                        \
    TOK(OPEN_BRACE, "{")                                                                           \
    TOK(CLOSE_BRACE, "}")                                                                          \
    TOK(OPEN_NONE, "") /* invisible: around a macro's expr, ty, pat ... argument */                \
    TOK(CLOSE_NONE, "")                                                                            \
    TOK(SEMI, ";")                                                                                 \
    TOK(COMMA, ",")                                                                                \
    TOK(DOT, ".")                                                                                  \
    TOK(DOTDOT, "..")                                                                              \
    TOK(DOTDOTDOT, "...")                                                                          \
    TOK(DOTDOTEQ, "..=")                                                                           \
    TOK(COLON, ":")                                                                                \
    TOK(COLONCOLON, "::")                                                                          \
    TOK(ARROW, "->")                                                                               \
    TOK(LARROW, "<-")                                                                              \
    TOK(FATARROW, "=>")                                                                            \
    TOK(POUND, "#")                                                                                \
    TOK(DOLLAR, "$")                                                                               \
    TOK(QUESTION, "?")                                                                             \
    TOK(AT, "@")                                                                                   \
    TOK(TILDE, "~")                                                                                \
    TOK(NOT, "!")                                                                                  \
    TOK(EQ, "=")                                                                                   \
    TOK(EQEQ, "==")                                                                                \
    TOK(NE, "!=")                                                                                  \
    TOK(LT, "<")                                                                                   \
    TOK(LE, "<=")                                                                                  \
    TOK(GT, ">")                                                                                   \
    TOK(GE, ">=")                                                                                  \
    TOK(ANDAND, "&&")                                                                              \
    TOK(OROR, "||")                                                                                \
    TOK(PLUS, "+")                                                                                 \
    TOK(MINUS, "-")                                                                                \
    TOK(STAR, "*")                                                                                 \
    TOK(SLASH, "/")                                                                                \
    TOK(PERCENT, "%")                                                                              \
    TOK(CARET, "^")                                                                                \
    TOK(AND, "&")                                                                                  \
    TOK(OR, "|")                                                                                   \
    TOK(SHL, "<<")                                                                                 \
    TOK(SHR, ">>")                                                                                 \
    TOK(PLUSEQ, "+=")                                                                              \
    TOK(MINUSEQ, "-=")                                                                             \
    TOK(STAREQ, "*=")                                                                              \
    TOK(SLASHEQ, "/=")                                                                             \
    TOK(PERCENTEQ, "%=")                                                                           \
    TOK(CARETEQ, "^=")                                                                             \
    TOK(ANDEQ, "&=")                                                                               \
    TOK(OREQ, "|=")                                                                                \
    TOK(SHLEQ, "<<=")                                                                              \
    TOK(SHREQ, ">>=")                                                                              \
    TOK(UNKNOWN, "{unknown character}")

typedef enum TokKind {
#define TOK(name, text) TOK_##name,
    TOK_LIST(TOK)
#undef TOK
        TOK_KIND_COUNT
} TokKind;

// Flags
enum {
    TOK_JOINT = 1,     // no white space before the next token
    TOK_RAW = 2,       // an identifier written r#name: never a keyword; sym is `name`
    TOK_CRATE = 4,     // the `$crate` of a macro; ctxt tells of which one
    TOK_SYNTHETIC = 8, // not in any text: made by a macro or by the compiler
};

// What an invisible group holds, in `extra` of TOK_OPEN_NONE (macro fragment specifiers).
typedef enum FragKind {
    FRAG_NONE,
    FRAG_BLOCK,
    FRAG_EXPR,
    FRAG_EXPR_2021,
    FRAG_IDENT,
    FRAG_ITEM,
    FRAG_LIFETIME,
    FRAG_LITERAL,
    FRAG_META,
    FRAG_PAT,
    FRAG_PAT_PARAM,
    FRAG_PATH,
    FRAG_STMT,
    FRAG_TT,
    FRAG_TY,
    FRAG_VIS,
    FRAG_GUARD
} FragKind;

typedef struct Tok {
    u8 kind; // TokKind
    u8 flags;
    u16 extra; // OPEN_NONE: FragKind; literals: bytes of the suffix at the end of sym
    union {
        u32 sym;   // Symbol of identifiers, lifetimes, literals, docs
        u32 match; // delimiters: distance in tokens to the partner (an open one at i has its
                   // close at i + match; a close one at i has its open at i - match)
    };
    u32 pos;
    u32 ctxt;
} Tok;
_Static_assert(sizeof(Tok) == 16, "a token buffer is what most of a file's memory goes to");

// A borrowed run of tokens, balanced. There is no EOF token in it.
typedef struct Toks {
    const Tok *at;
    u32 count;
} Toks;

const char *tok_kind_text(TokKind kind);
// Whether an identifier token is a keyword of the edition (raw ones never are).
bool tok_is_keyword(const Tok *tok, u32 edition);
// Whether it may be a name: an identifier that is no reserved word.
bool tok_is_name(const Tok *tok, u32 edition);
// Bytes of the token's text.
u32 tok_len(const Symbols *symbols, const Tok *tok);

#endif
