// Literals: from the spelling in a token to its value.
//
// `text` is the token's whole spelling, `suffix_len` the bytes of its suffix (Tok.extra).

#ifndef RAC_SYNTAX_LIT_H
#define RAC_SYNTAX_LIT_H

#include "base/scratch.h"
#include "syntax/token.h"

// What may be wrong inside the quotes, in rustc's words.
#define LIT_ERRORS(X)                                                                              \
    X(NONE, "")                                                                                    \
    X(EMPTY_CHAR, "empty character literal")                                                       \
    X(MANY_CHARS, "character literal may only contain one codepoint")                              \
    X(ESCAPE_ONLY, "character constant must be escaped")                                           \
    X(LONE_SLASH, "invalid trailing slash in literal")                                             \
    X(BAD_ESCAPE, "unknown character escape")                                                      \
    X(BARE_CR, "bare CR not allowed in literal, use `\\r` instead")                                \
    X(SHORT_HEX, "numeric character escape is too short")                                          \
    X(BAD_HEX, "invalid character in numeric character escape")                                    \
    X(HEX_RANGE, "out of range hex escape")                                                        \
    X(NO_BRACE, "incorrect unicode escape sequence")                                               \
    X(BAD_UNICODE, "invalid character in unicode escape")                                          \
    X(EMPTY_UNICODE, "empty unicode escape")                                                       \
    X(OPEN_UNICODE, "unterminated unicode escape")                                                 \
    X(UNDERSCORE_UNICODE, "invalid start of unicode escape: `_`")                                  \
    X(LONG_UNICODE, "overlong unicode escape")                                                     \
    X(SURROGATE, "invalid unicode character escape")                                               \
    X(UNICODE_RANGE, "invalid unicode character escape")                                           \
    X(UNICODE_IN_BYTE, "unicode escape in byte string")                                            \
    X(NON_ASCII, "non-ASCII character in byte literal")                                            \
    X(NUL_IN_C, "null characters in C string literals are not supported")

typedef enum LitError {
#define X(name, text) LIT_ERROR_##name,
    LIT_ERRORS(X)
#undef X
} LitError;
const char *lit_error_text(LitError error);

// Where and what went wrong; `at`, `len` count in the spelling.
typedef struct LitFault {
    LitError error;
    u32 at, len;
} LitFault;

// The bytes of TOK_STR, TOK_BYTE_STR, TOK_C_STR and their raw forms, in the Scratch or in `text`
// itself. A fault leaves what could be read. C strings come without the final zero.
Str lit_bytes(TokKind kind, Str text, u32 suffix_len, Scratch *scratch, LitFault *fault);
// TOK_CHAR: the code point; TOK_BYTE: the byte.
u32 lit_char(TokKind kind, Str text, u32 suffix_len, LitFault *fault);
// TOK_INT, digits in its base; false if it does not fit 128 bits. Suffixes are left out of it.
bool lit_int(Str text, u32 suffix_len, u128 *value);
// TOK_FLOAT, or TOK_INT with a float suffix: without underscores and suffix, zero-terminated.
Str lit_float(Str text, u32 suffix_len, Scratch *scratch);
static inline Str lit_suffix(Str text, u32 suffix_len) {
    return (Str){text.at + text.len - suffix_len, suffix_len};
}
// Decodes one code point of UTF-8; returns its length, 0 if the bytes are not valid.
u32 utf8_decode(const u8 *at, const u8 *end, u32 *code_point);
u32 utf8_encode(u32 code_point, u8 out[4]);

#endif
