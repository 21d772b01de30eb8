#include "syntax/lit.h"

const char *lit_error_text(LitError error) {
    static const char *const texts[] = {
#define X(name, text) text,
        LIT_ERRORS(X)
#undef X
    };
    return texts[error];
}

u32 utf8_decode(const u8 *at, const u8 *end, u32 *code_point) {
    u32 first = at[0];
    if (first < 0x80) {
        *code_point = first;
        return 1;
    }
    u32 len = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || (size_t)(end - at) < len) return 0;
    u32 value = first & (0x7fu >> len);
    for (u32 i = 1; i < len; i++) {
        if ((at[i] & 0xc0) != 0x80) return 0;
        value = value << 6 | (at[i] & 0x3f);
    }
    if ((len == 3 && value < 0x800) || (len == 4 && value < 0x10000)) return 0;
    if ((value >= 0xd800 && value < 0xe000) || value > 0x10ffff) return 0;
    *code_point = value;
    return len;
}

u32 utf8_encode(u32 code_point, u8 out[4]) {
    if (code_point < 0x80) {
        out[0] = (u8)code_point;
        return 1;
    }
    if (code_point < 0x800) {
        out[0] = (u8)(0xc0 | code_point >> 6);
        out[1] = (u8)(0x80 | (code_point & 0x3f));
        return 2;
    }
    if (code_point < 0x10000) {
        out[0] = (u8)(0xe0 | code_point >> 12);
        out[1] = (u8)(0x80 | (code_point >> 6 & 0x3f));
        out[2] = (u8)(0x80 | (code_point & 0x3f));
        return 3;
    }
    out[0] = (u8)(0xf0 | code_point >> 18);
    out[1] = (u8)(0x80 | (code_point >> 12 & 0x3f));
    out[2] = (u8)(0x80 | (code_point >> 6 & 0x3f));
    out[3] = (u8)(0x80 | (code_point & 0x3f));
    return 4;
}

static int hex_digit(u8 c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// What the escapes of a literal may be.
typedef enum LitMode { MODE_TEXT, MODE_BYTES, MODE_C } LitMode;

typedef struct Unescape {
    const u8 *start, *at, *end;
    LitMode mode;
    LitFault *fault;
} Unescape;

static void fault_set(Unescape *u, LitError error, const u8 *from) {
    if (u->fault->error == LIT_ERROR_NONE)
        *u->fault = (LitFault){error, (u32)(from - u->start), max_u32((u32)(u->at - from), 1)};
}

// Reads one escape (`at` stands behind the backslash). *is_byte: a byte, not a code point.
static u32 unescape_one(Unescape *u, bool *is_byte) {
    const u8 *from = u->at - 1;
    *is_byte = u->mode == MODE_BYTES;
    if (u->at == u->end) {
        fault_set(u, LIT_ERROR_LONE_SLASH, from);
        return 0;
    }
    u8 c = *u->at++;
    switch (c) {
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case '\\': return '\\';
    case '0': return 0;
    case '\'': return '\'';
    case '"': return '"';
    case 'x': {
        u32 value = 0;
        for (u32 i = 0; i < 2; i++) {
            if (u->at == u->end) {
                fault_set(u, LIT_ERROR_SHORT_HEX, from);
                return value;
            }
            int digit = hex_digit(*u->at);
            if (digit < 0) {
                fault_set(u, LIT_ERROR_BAD_HEX, from);
                return value;
            }
            u->at++;
            value = value << 4 | (u32)digit;
        }
        if (value > 0x7f && u->mode == MODE_TEXT) fault_set(u, LIT_ERROR_HEX_RANGE, from);
        *is_byte = u->mode != MODE_TEXT;
        return value;
    }
    case 'u': {
        if (u->at == u->end || *u->at != '{') {
            fault_set(u, LIT_ERROR_NO_BRACE, from);
            return 0xfffd;
        }
        u->at++;
        u32 value = 0, digits = 0;
        if (u->at < u->end && *u->at == '_') fault_set(u, LIT_ERROR_UNDERSCORE_UNICODE, from);
        for (;; u->at++) {
            if (u->at == u->end) {
                fault_set(u, LIT_ERROR_OPEN_UNICODE, from);
                return 0xfffd;
            }
            if (*u->at == '_') continue;
            if (*u->at == '}') break;
            int digit = hex_digit(*u->at);
            if (digit < 0) {
                fault_set(u, LIT_ERROR_BAD_UNICODE, from);
                return 0xfffd;
            }
            if (++digits <= 6) value = value << 4 | (u32)digit;
        }
        u->at++;
        *is_byte = false;
        if (digits == 0)
            fault_set(u, LIT_ERROR_EMPTY_UNICODE, from);
        else if (digits > 6)
            fault_set(u, LIT_ERROR_LONG_UNICODE, from);
        else if (value >= 0xd800 && value < 0xe000)
            fault_set(u, LIT_ERROR_SURROGATE, from);
        else if (value > 0x10ffff)
            fault_set(u, LIT_ERROR_UNICODE_RANGE, from);
        else if (u->mode == MODE_BYTES)
            fault_set(u, LIT_ERROR_UNICODE_IN_BYTE, from);
        else
            return value;
        return 0xfffd;
    }
    default: {
        u32 code_point;
        u32 len = utf8_decode(u->at - 1, u->end, &code_point);
        if (len > 1) u->at += len - 1;
        fault_set(u, LIT_ERROR_BAD_ESCAPE, from);
        return 0xfffd;
    }
    }
}

// The part between the quotes: what opens it (prefix letters, hashes, quote) and what closes it.
static Str lit_inside(Str text, u32 suffix_len, u32 *offset) {
    u32 at = 0, hashes = 0, end = text.len - suffix_len;
    while (at < end && (text.at[at] == 'b' || text.at[at] == 'c' || text.at[at] == 'r'))
        at++;
    while (at < end && text.at[at] == '#') {
        at++;
        hashes++;
    }
    if (at < end) at++; // the quote
    u32 close = hashes + 1;
    if (end < at + close) {
        *offset = at;
        return (Str){text.at + at, end > at ? end - at : 0};
    }
    *offset = at;
    return (Str){text.at + at, end - close - at};
}

Str lit_bytes(TokKind kind, Str text, u32 suffix_len, Scratch *scratch, LitFault *fault) {
    *fault = (LitFault){0};
    u32 offset;
    Str inside = lit_inside(text, suffix_len, &offset);
    bool raw = kind == TOK_RAW_STR || kind == TOK_RAW_BYTE_STR || kind == TOK_RAW_C_STR;
    LitMode mode = kind == TOK_BYTE_STR || kind == TOK_RAW_BYTE_STR ? MODE_BYTES
                   : kind == TOK_C_STR || kind == TOK_RAW_C_STR     ? MODE_C
                                                                    : MODE_TEXT;
    Unescape u = {(const u8 *)text.at, (const u8 *)inside.at, (const u8 *)inside.at + inside.len,
                  mode, fault};
    bool plain = mode == MODE_TEXT && memchr(inside.at, '\r', inside.len) == NULL &&
                 (raw || memchr(inside.at, '\\', inside.len) == NULL);
    if (plain) return inside;
    u8 *out = scratch_take(scratch, inside.len + 4, 1); // no escape is shorter than what it means
    u32 count = 0;
    while (u.at < u.end) {
        const u8 *from = u.at;
        u8 c = *u.at++;
        if (c == '\\' && !raw) {
            if (u.at < u.end &&
                (*u.at == '\n' || (*u.at == '\r' && u.at + 1 < u.end && u.at[1] == '\n'))) {
                while (u.at < u.end &&
                       (*u.at == ' ' || *u.at == '\n' || *u.at == '\t' || *u.at == '\r'))
                    u.at++;
                continue;
            }
            bool is_byte;
            u32 value = unescape_one(&u, &is_byte);
            if (mode == MODE_C && value == 0) fault_set(&u, LIT_ERROR_NUL_IN_C, from);
            if (is_byte)
                out[count++] = (u8)value;
            else
                count += utf8_encode(value, out + count);
            continue;
        }
        if (c == '\r') {
            if (u.at < u.end && *u.at == '\n') continue; // CRLF reads as a newline
            fault_set(&u, LIT_ERROR_BARE_CR, from);
        }
        if (c >= 0x80 && mode == MODE_BYTES) fault_set(&u, LIT_ERROR_NON_ASCII, from);
        if (c == 0 && mode == MODE_C) fault_set(&u, LIT_ERROR_NUL_IN_C, from);
        out[count++] = c;
    }
    return (Str){(const char *)out, count};
}

u32 lit_char(TokKind kind, Str text, u32 suffix_len, LitFault *fault) {
    *fault = (LitFault){0};
    u32 offset;
    Str inside = lit_inside(text, suffix_len, &offset);
    // b'b' and 'c': lit_inside takes a prefix of letters only before the quote
    Unescape u = {(const u8 *)text.at, (const u8 *)inside.at, (const u8 *)inside.at + inside.len,
                  kind == TOK_BYTE ? MODE_BYTES : MODE_TEXT, fault};
    if (u.at == u.end) {
        fault_set(&u, LIT_ERROR_EMPTY_CHAR, u.start);
        return 0;
    }
    const u8 *from = u.at;
    u32 value;
    if (*u.at == '\\') {
        bool is_byte;
        u.at++;
        value = unescape_one(&u, &is_byte);
    } else {
        u32 len = utf8_decode(u.at, u.end, &value);
        if (len == 0) {
            len = 1;
            value = 0xfffd;
        }
        u.at += len;
        if (value == '\n' || value == '\t' || value == '\r' || value == '\'')
            fault_set(&u, LIT_ERROR_ESCAPE_ONLY, from);
        if (kind == TOK_BYTE && value >= 0x80) fault_set(&u, LIT_ERROR_NON_ASCII, from);
    }
    if (u.at != u.end) {
        u.at = u.end;
        fault_set(&u, LIT_ERROR_MANY_CHARS, from);
    }
    return value;
}

bool lit_int(Str text, u32 suffix_len, u128 *value) {
    u32 end = text.len - suffix_len, at = 0, base = 10;
    if (end >= 2 && text.at[0] == '0') {
        char c = text.at[1];
        base = c == 'x' ? 16 : c == 'o' ? 8 : c == 'b' ? 2 : 10;
        if (base != 10) at = 2;
    }
    u128 sum = 0;
    for (; at < end; at++) {
        if (text.at[at] == '_') continue;
        int digit = hex_digit((u8)text.at[at]);
        if (digit < 0 || (u32)digit >= base) return false;
        u128 next;
        if (__builtin_mul_overflow(sum, (u128)base, &next)) return false;
        if (__builtin_add_overflow(next, (u128)digit, &sum)) return false;
    }
    *value = sum;
    return true;
}

Str lit_float(Str text, u32 suffix_len, Scratch *scratch) {
    u32 end = text.len - suffix_len, count = 0;
    char *out = scratch_take(scratch, end + 1, 1);
    for (u32 i = 0; i < end; i++)
        if (text.at[i] != '_') out[count++] = text.at[i];
    return (Str){out, count};
}
