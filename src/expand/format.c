#include "expand/format.h"

#include "syntax/lit.h"

const char *format_trait_maker(FormatTrait trait) {
    static const char *const makers[] = {
#define X(name, maker) maker,
        FORMAT_TRAITS(X)
#undef X
    };
    return makers[trait];
}

typedef struct Reader {
    Str text;
    u32 at;
    u32 next_arg; // of implicit positions
    const char *error;
    u32 error_at;
} Reader;

static int peek(const Reader *r, u32 ahead) {
    return r->at + ahead < r->text.len ? (u8)r->text.at[r->at + ahead] : -1;
}

static bool eat(Reader *r, char c) {
    if (peek(r, 0) != c) return false;
    r->at++;
    return true;
}

static bool fail(Reader *r, const char *message) {
    if (!r->error) {
        r->error = message;
        r->error_at = r->at;
    }
    return false;
}

static bool is_digit(int c) { return c >= '0' && c <= '9'; }
static bool is_name_start(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
}
static bool is_name_part(int c) { return is_name_start(c) || is_digit(c); }

static bool number(Reader *r, u32 *out) {
    if (!is_digit(peek(r, 0))) return false;
    u64 value = 0;
    while (is_digit(peek(r, 0))) {
        value = value * 10 + (u64)(r->text.at[r->at++] - '0');
        if (value > 65535) return fail(r, "integer is too large for its type `u16`");
    }
    *out = (u32)value;
    return true;
}

static bool name(Reader *r, Str *out) {
    if (!is_name_start(peek(r, 0))) return false;
    u32 start = r->at;
    while (is_name_part(peek(r, 0)))
        r->at++;
    *out = (Str){r->text.at + start, r->at - start};
    return true;
}

static void spaces(Reader *r) {
    while (peek(r, 0) == ' ' || peek(r, 0) == '\n' || peek(r, 0) == '\t' || peek(r, 0) == '\r')
        r->at++;
}

// count := number | arg `$`; nothing read if neither.
static bool count(Reader *r, FormatCount *out) {
    u32 start = r->at, value;
    Str text;
    if (number(r, &value)) {
        if (eat(r, '$'))
            *out = (FormatCount){.kind = FORMAT_COUNT_ARG, .arg = {.index = value}};
        else
            *out = (FormatCount){.kind = FORMAT_COUNT_LITERAL, .value = value};
        return true;
    }
    if (name(r, &text)) {
        if (eat(r, '$')) {
            *out = (FormatCount){.kind = FORMAT_COUNT_ARG, .arg = {.name = text}};
            return true;
        }
        r->at = start;
    }
    return false;
}

static bool align_of(int c, u8 *out) {
    *out = c == '<' ? FORMAT_LEFT : c == '>' ? FORMAT_RIGHT : FORMAT_CENTER;
    return c == '<' || c == '>' || c == '^';
}

// format_spec := [[fill]align][sign]['#']['0'][width]['.' precision][type]
static bool spec(Reader *r, FormatPiece *p, bool *star) {
    u32 fill;
    u32 len = r->at < r->text.len ? utf8_decode((const u8 *)r->text.at + r->at,
                                                (const u8 *)r->text.at + r->text.len, &fill)
                                  : 0;
    if (len && align_of(peek(r, len), &p->align)) {
        p->fill = fill;
        r->at += len + 1;
    } else if (align_of(peek(r, 0), &p->align)) {
        r->at++;
    } else {
        p->align = FORMAT_UNALIGNED;
    }
    if (eat(r, '+')) p->plus = true;
    else if (eat(r, '-')) p->minus = true;
    p->alternate = eat(r, '#');
    // `0` is a flag unless it begins the width argument `0$`.
    if (peek(r, 0) == '0' && peek(r, 1) != '$') {
        r->at++;
        p->zero_pad = true;
    }
    count(r, &p->width);
    if (peek(r, 0) == '.') {
        r->at++;
        if (eat(r, '*')) {
            *star = true;
            p->precision = (FormatCount){.kind = FORMAT_COUNT_ARG, .arg = {.index = r->next_arg++}};
        } else if (!count(r, &p->precision)) {
            return fail(r, "invalid format string: expected a precision after `.`");
        }
    }
    if (peek(r, 0) == 'x' && peek(r, 1) == '?') {
        p->debug_lower_hex = true;
        r->at++;
    } else if (peek(r, 0) == 'X' && peek(r, 1) == '?') {
        p->debug_upper_hex = true;
        r->at++;
    }
    switch (peek(r, 0)) {
    case '?': p->trait = FORMAT_DEBUG; break;
    case 'x': p->trait = FORMAT_LOWER_HEX; break;
    case 'X': p->trait = FORMAT_UPPER_HEX; break;
    case 'o': p->trait = FORMAT_OCTAL; break;
    case 'b': p->trait = FORMAT_BINARY; break;
    case 'p': p->trait = FORMAT_POINTER; break;
    case 'e': p->trait = FORMAT_LOWER_EXP; break;
    case 'E': p->trait = FORMAT_UPPER_EXP; break;
    default: p->trait = FORMAT_DISPLAY; return true;
    }
    r->at++;
    return true;
}

static bool placeholder(Reader *r, FormatPiece *p) {
    *p = (FormatPiece){.is_arg = true, .fill = ' ', .align = FORMAT_UNALIGNED, .lo = r->at};
    r->at++; // {
    spaces(r);
    bool implicit = false, star = false;
    if (!number(r, &p->arg.index) && !name(r, &p->arg.name)) implicit = true;
    spaces(r);
    if (eat(r, ':') && !spec(r, p, &star)) return false;
    spaces(r);
    if (!eat(r, '}')) {
        if (peek(r, 0) < 0) return fail(r, "invalid format string: expected `}` but string was terminated");
        return fail(r, "invalid format string: expected `}`");
    }
    if (implicit) p->arg.index = r->next_arg++;
    p->hi = r->at;
    return r->error == NULL;
}

bool format_parse(Str template, Scratch *scratch, FormatPieceVec *out, const char **error, u32 *at) {
    Reader r = {.text = template};
    while (r.at < template.len && !r.error) {
        u32 start = r.at;
        char c = template.at[r.at];
        bool doubled = (c == '{' || c == '}') && peek(&r, 1) == c;
        FormatPiece piece;
        memset(&piece, 0, sizeof piece);
        if (c == '{' && !doubled) {
            if (placeholder(&r, &piece)) vec_push(scratch, out, piece);
            continue;
        }
        if (c == '}' && !doubled) {
            fail(&r, "invalid format string: unmatched `}` found");
            break;
        }
        if (doubled) {
            r.at += 2;
            piece.literal = (Str){template.at + start, 1};
        } else {
            while (r.at < template.len && template.at[r.at] != '{' && template.at[r.at] != '}')
                r.at++;
            piece.literal = (Str){template.at + start, r.at - start};
        }
        piece.lo = start;
        piece.hi = r.at;
        vec_push(scratch, out, piece);
    }
    *error = r.error;
    *at = r.error_at;
    return r.error == NULL;
}
