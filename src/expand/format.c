#include "expand/format.h"

#include "syntax/lit.h"
#include "syntax/parse.h"

#include <stdlib.h>

#define FORMAT_ARGS_MAX 1024u

typedef struct FormatArg {
    Toks expr;
    u32 name; // Symbol; 0: positional
    bool used;
    bool captured;
    u32 pos;
} FormatArg;

typedef struct Format {
    const BuiltinCx *cx;
    const Tok *literal;
    Str text;
    u32 at;
    VEC(FormatArg) args;
    VEC(FormatPiece) pieces;
    u32 explicit_count; // arguments written
    u32 next;           // implicit position
    u32 positional_max; // highest position asked for, + 1
    bool failed;
} Format;

static void fail(Format *f, const char *message) {
    if (f->failed) return;
    f->failed = true;
    f->cx->error(f->cx->env, f->literal->pos,
                 scratch_print(f->cx->scratch, "invalid format string: %s", message));
}

static u32 named_arg(Format *f, Str name) {
    Symbol symbol = symbol_intern(&f->cx->db->symbols, name);
    for (u32 i = 0; i < f->args.count; i++) {
        if (f->args.at[i].name == symbol.id) {
            f->args.at[i].used = true;
            return i;
        }
    }
    Tok *tok = SCRATCH_NEW(f->cx->scratch, Tok);
    *tok = (Tok){.kind = TOK_IDENT,
                 .flags = TOK_SYNTHETIC,
                 .pos = f->literal->pos,
                 .ctxt = f->literal->ctxt};
    tok->sym = symbol.id;
    FormatArg arg = {{tok, 1}, symbol.id, true, true, f->literal->pos};
    vec_push(f->cx->scratch, &f->args, arg);
    return f->args.count - 1;
}

static u32 position_arg(Format *f, u32 position) {
    if (position + 1 > f->positional_max) f->positional_max = position + 1;
    if (position < f->explicit_count) f->args.at[position].used = true;
    return position;
}

static bool is_name_start(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (u8)c >= 0x80;
}
static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
static char peek(const Format *f, u32 n) {
    return f->at + n < f->text.len ? f->text.at[f->at + n] : 0;
}

static Str take_name(Format *f) {
    u32 start = f->at;
    if (peek(f, 0) == 'r' && peek(f, 1) == '#') start = f->at += 2;
    while (is_name_start(peek(f, 0)) || (f->at > start && is_digit(peek(f, 0))))
        f->at++;
    return (Str){f->text.at + start, f->at - start};
}

static u32 take_number(Format *f) {
    u64 value = 0;
    while (is_digit(peek(f, 0))) {
        value = value * 10 + (u32)(peek(f, 0) - '0');
        if (value > UINT16_MAX) value = UINT16_MAX + 1u;
        f->at++;
    }
    if (value > UINT16_MAX) fail(f, "integer is too large for a format string");
    return (u32)value;
}

static void skip_space(Format *f) {
    while (peek(f, 0) == ' ' || peek(f, 0) == '\n' || peek(f, 0) == '\t' || peek(f, 0) == '\r') {
        f->at++;
    }
}

// A width or precision: `5`, `n$`, `0$`.
static void take_count(Format *f, u8 *kind, u32 *value) {
    if (is_digit(peek(f, 0))) {
        *value = take_number(f);
        *kind = FORMAT_COUNT;
        if (peek(f, 0) == '$') {
            f->at++;
            *kind = FORMAT_COUNT_ARG;
            *value = position_arg(f, *value);
        }
    } else if (is_name_start(peek(f, 0))) {
        u32 start = f->at;
        Str name = take_name(f);
        if (peek(f, 0) != '$') {
            f->at = start; // the trait's name
            return;
        }
        f->at++;
        *kind = FORMAT_COUNT_ARG;
        *value = named_arg(f, name);
    }
}

static u8 align_of(u32 c) {
    return c == '<'   ? FORMAT_LEFT
           : c == '>' ? FORMAT_RIGHT
           : c == '^' ? FORMAT_CENTER
                      : FORMAT_NO_ALIGN;
}

static void take_trait(Format *f, FormatPiece *piece) {
    Str rest = {f->text.at + f->at, 0};
    while (peek(f, 0) != 0 && peek(f, 0) != '}' && peek(f, 0) != ' ') {
        f->at++;
        rest.len++;
    }
    static const struct {
        const char *text;
        u8 trait;
        u32 flags;
    } traits[] = {
        {"", FORMAT_DISPLAY, 0},
        {"?", FORMAT_DEBUG, 0},
        {"x?", FORMAT_DEBUG, FORMAT_DEBUG_LOWER_HEX},
        {"X?", FORMAT_DEBUG, FORMAT_DEBUG_UPPER_HEX},
        {"x", FORMAT_LOWER_HEX, 0},
        {"X", FORMAT_UPPER_HEX, 0},
        {"o", FORMAT_OCTAL, 0},
        {"b", FORMAT_BINARY, 0},
        {"e", FORMAT_LOWER_EXP, 0},
        {"E", FORMAT_UPPER_EXP, 0},
        {"p", FORMAT_POINTER, 0},
    };
    for (u32 i = 0; i < ARRAY_LEN(traits); i++) {
        if (!str_eq(rest, str_from(traits[i].text))) continue;
        piece->trait = traits[i].trait;
        piece->flags |= traits[i].flags;
        return;
    }
    if (!f->failed) {
        f->failed = true;
        f->cx->error(f->cx->env, f->literal->pos,
                     scratch_print(f->cx->scratch, "unknown format trait `%.*s`", STR_ARG(rest)));
    }
}

static void take_spec(Format *f, FormatPiece *piece) {
    u32 first = 0;
    const u8 *here = (const u8 *)f->text.at + f->at;
    u32 len = utf8_decode(here, (const u8 *)f->text.at + f->text.len, &first);
    if (len != 0 && align_of((u8)peek(f, len)) != FORMAT_NO_ALIGN && first != '}') {
        piece->fill = first;
        f->at += len;
    }
    if (align_of((u8)peek(f, 0)) != FORMAT_NO_ALIGN) {
        piece->align = align_of((u8)peek(f, 0));
        f->at++;
    }
    if (peek(f, 0) == '+' || peek(f, 0) == '-') {
        piece->flags |= peek(f, 0) == '+' ? FORMAT_PLUS : FORMAT_MINUS;
        f->at++;
    }
    if (peek(f, 0) == '#') {
        piece->flags |= FORMAT_ALTERNATE;
        f->at++;
    }
    if (peek(f, 0) == '0' && peek(f, 1) != '$') {
        piece->flags |= FORMAT_ZERO;
        f->at++;
    }
    take_count(f, &piece->width_kind, &piece->width);
    if (peek(f, 0) == '.') {
        f->at++;
        if (peek(f, 0) == '*') {
            // The precision comes first, then the value.
            f->at++;
            piece->precision_kind = FORMAT_COUNT_ARG;
            piece->precision = position_arg(f, f->next++);
        } else {
            take_count(f, &piece->precision_kind, &piece->precision);
        }
    }
    take_trait(f, piece);
}

static void take_placeholder(Format *f) {
    FormatPiece piece = {.align = FORMAT_NO_ALIGN, .fill = ' '};
    bool implicit = false;
    skip_space(f);
    if (is_digit(peek(f, 0))) {
        piece.arg = position_arg(f, take_number(f));
    } else if (is_name_start(peek(f, 0))) {
        piece.arg = named_arg(f, take_name(f));
    } else {
        implicit = true;
    }
    skip_space(f);
    if (peek(f, 0) == ':') {
        f->at++;
        take_spec(f, &piece);
        skip_space(f);
    }
    if (implicit) piece.arg = position_arg(f, f->next++);
    if (peek(f, 0) != '}') {
        fail(f, f->at >= f->text.len ? "expected `}` but string was terminated"
                                     : "expected `}` in a placeholder");
        return;
    }
    f->at++;
    vec_push(f->cx->scratch, &f->pieces, piece);
}

static void parse_template(Format *f, bool newline) {
    Scratch *scratch = f->cx->scratch;
    VEC(char) text = {0};
    for (;;) {
        char c = peek(f, 0);
        bool end = f->at >= f->text.len;
        bool open = !end && c == '{' && peek(f, 1) != '{';
        if (end && newline) vec_push(scratch, &text, '\n');
        if (end || open) {
            if (text.count != 0) {
                FormatPiece piece = {.is_text = true, .text = {text.at, text.count}};
                vec_push(scratch, &f->pieces, piece);
                text.at = NULL;
                text.count = text.cap = 0;
            }
            if (end) return;
            f->at++;
            take_placeholder(f);
            if (f->failed) return;
            continue;
        }
        if (c == '{' || c == '}') {
            if (peek(f, 1) != c) {
                fail(f, "unmatched `}` found");
                return;
            }
            f->at++;
        }
        vec_push(scratch, &text, c);
        f->at++;
    }
}

static Tok encode(Format *f) {
    Scratch *scratch = f->cx->scratch;
    VEC(char) bytes = {0};
    Str head = scratch_print(scratch, "F%u;", f->args.count);
    vec_append(scratch, &bytes, head.at, head.len);
    for (u32 i = 0; i < f->pieces.count; i++) {
        const FormatPiece *p = &f->pieces.at[i];
        if (p->is_text) {
            Str len = scratch_print(scratch, "T%u;", p->text.len);
            vec_append(scratch, &bytes, len.at, len.len);
            vec_append(scratch, &bytes, p->text.at, p->text.len);
        } else {
            Str row = scratch_print(scratch, "P%u,%u,%u,%u,%u,%u,%u,%u,%u;", p->arg, p->trait,
                                    p->align, p->fill, p->flags, p->width_kind, p->width,
                                    p->precision_kind, p->precision);
            vec_append(scratch, &bytes, row.at, row.len);
        }
    }
    Tok tok = {.kind = TOK_RAW_STR, .flags = TOK_SYNTHETIC, .pos = f->literal->pos};
    tok.sym = symbol_intern(&f->cx->db->symbols, (Str){bytes.at, bytes.count}).id;
    return tok;
}

static bool decode_number(Str text, u32 *at, char end, u32 *out) {
    u32 value = 0, start = *at;
    while (*at < text.len && is_digit(text.at[*at]))
        value = value * 10 + (u32)(text.at[(*at)++] - '0');
    if (*at == start || *at >= text.len || text.at[*at] != end) return false;
    (*at)++;
    *out = value;
    return true;
}

bool format_decode(Str encoded, Scratch *scratch, FormatTemplate *out) {
    VEC(FormatPiece) pieces = {0};
    u32 at = 1;
    *out = (FormatTemplate){0};
    if (encoded.len < 3 || encoded.at[0] != 'F') return false;
    if (!decode_number(encoded, &at, ';', &out->arg_count)) return false;
    while (at < encoded.len) {
        FormatPiece piece = {0};
        char kind = encoded.at[at++];
        if (kind == 'T') {
            u32 len;
            if (!decode_number(encoded, &at, ';', &len) || len > encoded.len - at) return false;
            piece.is_text = true;
            piece.text = (Str){encoded.at + at, len};
            at += len;
        } else if (kind == 'P') {
            u32 n[9];
            for (u32 i = 0; i < 9; i++) {
                if (!decode_number(encoded, &at, i == 8 ? ';' : ',', &n[i])) return false;
            }
            piece = (FormatPiece){.arg = n[0],
                                  .trait = (u8)n[1],
                                  .align = (u8)n[2],
                                  .fill = n[3],
                                  .flags = n[4],
                                  .width_kind = (u8)n[5],
                                  .width = n[6],
                                  .precision_kind = (u8)n[7],
                                  .precision = n[8]};
        } else {
            return false;
        }
        vec_push(scratch, &pieces, piece);
    }
    out->pieces = pieces.at;
    out->piece_count = pieces.count;
    return true;
}

static const char *plural(u32 n) {
    return n == 1 ? "" : "s";
}

static bool check_args(Format *f) {
    const BuiltinCx *cx = f->cx;
    if (f->positional_max > f->explicit_count) {
        u32 placeholders = f->positional_max;
        if (f->explicit_count == 0) {
            cx->error(cx->env, f->literal->pos,
                      scratch_print(cx->scratch,
                                    "%u positional argument%s in format string, but no arguments "
                                    "were given",
                                    placeholders, plural(placeholders)));
        } else {
            cx->error(cx->env, f->literal->pos,
                      scratch_print(cx->scratch,
                                    "%u positional argument%s in format string, but there %s %u "
                                    "argument%s",
                                    placeholders, plural(placeholders),
                                    f->explicit_count == 1 ? "is" : "are", f->explicit_count,
                                    plural(f->explicit_count)));
        }
        return false;
    }
    u32 unused = 0, first = 0;
    for (u32 i = 0; i < f->explicit_count; i++) {
        if (f->args.at[i].used) continue;
        if (unused++ == 0) first = i;
    }
    if (unused == 0) return true;
    const char *text = unused > 1               ? "multiple unused formatting arguments"
                       : f->args.at[first].name ? "named argument never used"
                                                : "argument never used";
    cx->error(cx->env, f->args.at[first].pos, str_from(text));
    return false;
}

bool format_expand(const BuiltinCx *cx, Toks args, bool newline, Toks *out) {
    Format f = {.cx = cx};
    u32 end = builtin_expr_end(cx, args, 0);
    if (args.count == 0 || end == UINT32_MAX) {
        cx->error(cx->env, cx->pos, STR("requires at least a format string argument"));
        return false;
    }
    f.literal = builtin_literal(cx, (Toks){args.at, end});
    if (f.literal == NULL || !literal_text(cx->db, f.literal, cx->scratch, &f.text)) {
        cx->error(cx->env, args.at[0].pos, STR("format argument must be a string literal"));
        return false;
    }
    for (u32 at = end; at < args.count;) {
        if (args.at[at].kind != TOK_COMMA) {
            cx->error(cx->env, args.at[at].pos, STR("expected `,` in format arguments"));
            return false;
        }
        if (++at >= args.count) break;
        FormatArg arg = {.pos = args.at[at].pos};
        if (at + 1 < args.count && args.at[at].kind == TOK_IDENT &&
            args.at[at + 1].kind == TOK_EQ) {
            arg.name = args.at[at].sym;
            at += 2;
        } else if (f.args.count != 0 && vec_last(&f.args).name != 0) {
            cx->error(cx->env, arg.pos, STR("positional arguments cannot follow named arguments"));
            return false;
        }
        u32 next = builtin_expr_end(cx, args, at);
        if (next == UINT32_MAX || f.args.count >= FORMAT_ARGS_MAX) {
            cx->error(cx->env, arg.pos, STR("expected expression"));
            return false;
        }
        arg.expr = (Toks){args.at + at, next - at};
        vec_push(cx->scratch, &f.args, arg);
        at = next;
    }
    f.explicit_count = f.args.count;
    parse_template(&f, newline);
    if (f.failed || !check_args(&f)) return false;

    Toks *subs = SCRATCH_ARRAY(cx->scratch, Toks, f.args.count + 1);
    Tok *template = SCRATCH_NEW(cx->scratch, Tok);
    *template = encode(&f);
    TokVec toks = {0};
    Toks head = builtin_quote(cx, "builtin # format_args()", NULL, 0);
    // `builtin`, `#`, the name, `(`
    vec_append(cx->scratch, &toks, head.at, head.count - 1);
    vec_push(cx->scratch, &toks, *template);
    (void)subs;
    for (u32 i = 0; i < f.args.count; i++) {
        const FormatArg *arg = &f.args.at[i];
        Tok tok = {.kind = TOK_COMMA, .flags = TOK_SYNTHETIC, .pos = cx->pos};
        vec_push(cx->scratch, &toks, tok);
        vec_append(cx->scratch, &toks, arg->expr.at, arg->expr.count);
    }
    vec_push(cx->scratch, &toks, head.at[head.count - 1]);
    tokens_rematch(toks.at, 0, toks.count);
    *out = (Toks){toks.at, toks.count};
    return true;
}
