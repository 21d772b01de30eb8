// The lexer: text -> tokens (syntax/token.h).
//
// - Any bytes are taken; what is no Rust becomes TOK_UNKNOWN and an error. Delimiters come out
//   balanced: a missing or wrong one is reported and made up (TOK_SYNTHETIC).
// - A byte order mark and a shebang line at the file's start are passed over.
// - Positions are bytes from the text's start; text longer than 4 GB is not taken.
// - Errors are rows beside the tokens; messages are static texts in rustc's words.

#ifndef RAC_SYNTAX_LEX_H
#define RAC_SYNTAX_LEX_H

#include "base/blob.h"
#include "query/db.h"
#include "syntax/token.h"

typedef struct LexError {
    u32 pos, len;
    u8 code;    // index of lex_error_code's texts
    u8 message; // index of lex_error_message's texts
    u16 pad;
} LexError;
const char *lex_error_code(const LexError *error);    // "E0758", or ""
const char *lex_error_message(const LexError *error); // with %c-like marks already resolved

typedef VEC(Tok) TokVec;
typedef VEC(LexError) LexErrorVec;

typedef struct LexOut {
    TokVec toks;
    LexErrorVec errors;
    u32 text_start; // after byte order mark and shebang
} LexOut;

// `out` is filled from empty; its memory is taken from `scratch`.
void lex_file(Symbols *symbols, Scratch *scratch, Str text, u32 edition, LexOut *out);
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
