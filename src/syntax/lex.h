// The lexer: text -> tokens (syntax/token.h).
//
// - Any bytes are taken; what is no Rust is reported and left out. Delimiters come out balanced: a
//   missing or wrong one is reported and made up (TOK_SYNTHETIC).
// - A byte order mark and a shebang line at the file's start are passed over.
// - Positions are bytes from the text's start; text longer than 4 GB is not taken.
// - Errors are rows beside the tokens; messages are static texts in rustc's words.

#ifndef RAC_SYNTAX_LEX_H
#define RAC_SYNTAX_LEX_H

#include "base/blob.h"
#include "query/db.h"
#include "syntax/token.h"

// LEX_ERROR(name, code, text): `{}` in a text stands for the source text of the range.
#define LEX_ERRORS(X)                                                                              \
    X(NONE, "", "")                                                                                \
    X(UNTERMINATED_COMMENT, "E0758", "unterminated block comment")                                 \
    X(UNTERMINATED_DOC, "E0758", "unterminated block doc-comment")                                 \
    X(UNTERMINATED_STR, "E0765", "unterminated double quote string")                               \
    X(UNTERMINATED_BYTE_STR, "E0766", "unterminated double quote byte string")                     \
    X(UNTERMINATED_C_STR, "E0767", "unterminated C string")                                        \
    X(UNTERMINATED_RAW_STR, "E0748", "unterminated raw string")                                    \
    X(UNTERMINATED_CHAR, "E0762", "unterminated character literal")                                \
    X(UNTERMINATED_BYTE, "E0763", "unterminated byte constant")                                    \
    X(BAD_RAW_START, "",                                                                           \
      "found invalid character; only `#` is allowed in raw string delimitation")                   \
    X(UNKNOWN_START, "", "unknown start of token: {}")                                             \
    X(UNKNOWN_PREFIX, "", "prefix `{}` is unknown")                                                \
    X(NO_DIGITS, "E0768", "no valid digits found for number")                                      \
    X(BAD_DIGIT, "", "invalid digit for a base 2 or 8 literal")                                    \
    X(EMPTY_EXPONENT, "", "expected at least one digit in exponent")                               \
    X(BASE_FLOAT, "", "binary, octal and hexadecimal float literals are not supported")            \
    X(LIFETIME_DIGIT, "", "lifetimes cannot start with a number")                                  \
    X(RAW_KEYWORD, "", "`{}` cannot be a raw identifier")                                          \
    X(BARE_CR_DOC, "", "bare CR not allowed in doc-comment")                                       \
    X(NOT_UTF8, "", "the source is not valid UTF-8 here")                                          \
    X(UNCLOSED, "", "this file contains an unclosed delimiter")                                    \
    X(MISMATCHED, "", "mismatched closing delimiter: `{}`")                                        \
    X(UNEXPECTED_CLOSE, "", "unexpected closing delimiter: `{}`")

typedef enum LexErrorKind {
#define X(name, code, text) LEX_##name,
    LEX_ERRORS(X)
#undef X
        LEX_LITERAL // + LitError (syntax/lit.h)
} LexErrorKind;

typedef struct LexError {
    u32 pos, len;
    u32 kind; // LexErrorKind
} LexError;
const char *lex_error_code(const LexError *error); // "E0758", or ""
Str lex_error_text(const LexError *error, Str file_text, Scratch *scratch);

typedef VEC(Tok) TokVec;
typedef VEC(LexError) LexErrorVec;

typedef struct LexOut {
    TokVec toks;
    LexErrorVec errors;
    u32 text_start; // after byte order mark and shebang
} LexOut;

// `out` is filled from empty; its memory is taken from `scratch`.
void lex_file(Symbols *symbols, Scratch *scratch, Str text, u32 edition, LexOut *out);
// The same without doc comments: nobody reads the library's, and they are most of its text.
void lex_file_without_docs(Symbols *symbols, Scratch *scratch, Str text, u32 edition, LexOut *out);
// The same, the bodies of functions outside of macros being empty: all that is needed to find the
// items of a file. Of correct text: it has no errors to tell of.
void lex_skeleton(Symbols *symbols, Scratch *scratch, Str text, u32 edition, LexOut *out);
// A part of a file that begins where a token may begin, neither mark nor shebang at its start.
// Positions count from the part's start.
void lex_part(Symbols *symbols, Scratch *scratch, Str text, u32 edition, LexOut *out);
// Tells of the errors found in a file's text, in the query that runs.
void lex_report(Db *db, u32 file, Str text, const LexOut *out);
// Small pieces of made text (derives, built-in macros): every token gets that position and context,
// and TOK_SYNTHETIC. Returns false if there were errors.
bool lex_text(Symbols *symbols, Scratch *scratch, Str text, u32 edition, u32 pos, u32 ctxt,
              Toks *out);

// Q_file_tokens: a file's tokens.
typedef struct TokenBuf {
    List toks;   // Tok
    List errors; // LexError; reported when the query runs
    u32 text_bytes;
    u32 text_start;
} TokenBuf;
static inline Toks token_buf_toks(const TokenBuf *buf) {
    return (Toks){LIST_AT(buf, Tok, buf->toks), buf->toks.count};
}

// Registers Q_file_tokens and Q_file_items. The text is asked for through Q_file_text.
void syntax_register(Db *db);

#endif
