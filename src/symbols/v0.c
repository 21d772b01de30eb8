// The reader of v0 names, by recursive descent over the grammar of RFC 2603 and what rustc added
// since (pattern types `W`, `&`/array/tuple/ADT constants, splats left out).
#include "symbols/v0.h"

#include <stdio.h>

#define DEPTH_MAX 200
#define STEPS_MAX 100000

typedef struct V0Reader {
    Scratch *scratch;
    const char *at; // the text after "_R"
    u32 len;
    u32 pos;
    u32 depth;
    u32 steps; // back references can make a short name take very long
    bool bad;
    bool silent; // reads without writing (an impl's own path)
    VEC(char) out;
    Str crate, crate_name;
} V0Reader;

static void put(V0Reader *r, Str text) {
    if (r->silent) return;
    // Back references may blow a short name up: no sane path is this long.
    if (r->out.count > 1u << 20) {
        r->bad = true;
        return;
    }
    vec_append(r->scratch, &r->out, text.at, text.len);
}

static void put_text(V0Reader *r, const char *text) {
    put(r, str_from(text));
}

static char peek(const V0Reader *r) {
    return r->pos < r->len ? r->at[r->pos] : 0;
}

static char next(V0Reader *r) {
    if (r->pos < r->len) return r->at[r->pos++];
    r->bad = true;
    return 0;
}

static bool eat(V0Reader *r, char c) {
    if (peek(r) != c || c == 0) return false;
    r->pos++;
    return true;
}

static u64 read_base62(V0Reader *r) {
    if (eat(r, '_')) return 0;
    u64 n = 0;
    while (!r->bad && !eat(r, '_')) {
        char c = next(r);
        u32 digit;
        if (c >= '0' && c <= '9')
            digit = (u32)(c - '0');
        else if (c >= 'a' && c <= 'z')
            digit = (u32)(c - 'a') + 10;
        else if (c >= 'A' && c <= 'Z')
            digit = (u32)(c - 'A') + 36;
        else {
            r->bad = true;
            return 0;
        }
        if (__builtin_mul_overflow(n, 62u, &n) || __builtin_add_overflow(n, digit, &n))
            r->bad = true;
    }
    if (__builtin_add_overflow(n, 1u, &n)) r->bad = true;
    return n;
}

static u64 read_disambiguator(V0Reader *r) {
    return eat(r, 's') ? read_base62(r) + 1 : 0;
}

// Bootstring (RFC 3492) with '_' for the delimiter; the result is UTF-8.
static Str decode_punycode(V0Reader *r, Str text) {
    VEC(u32) chars = {0};
    u32 in = 0;
    for (u32 i = text.len; i-- > 0;) {
        if (text.at[i] != '_') continue;
        for (u32 j = 0; j < i; j++)
            vec_push(r->scratch, &chars, (u8)text.at[j]);
        in = i + 1;
        break;
    }
    u32 n = 128, bias = 72;
    u64 i = 0;
    bool first = true;
    while (in < text.len) {
        u64 old_i = i, weight = 1;
        for (u32 k = 36;; k += 36) {
            if (in >= text.len) goto bad;
            char c = text.at[in++];
            u32 digit = c >= 'a' && c <= 'z'   ? (u32)(c - 'a')
                        : c >= '0' && c <= '9' ? (u32)(c - '0') + 26
                                               : 99;
            if (digit > 35) goto bad;
            i += digit * weight;
            if (i > UINT32_MAX) goto bad;
            u32 t = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias;
            if (digit < t) break;
            weight *= 36 - t;
            if (weight > UINT32_MAX) goto bad;
        }
        u32 count = chars.count + 1;
        u64 delta = (i - old_i) / (first ? 700 : 2);
        first = false;
        delta += delta / count;
        u32 k = 0;
        for (; delta > 455; k += 36)
            delta /= 35;
        bias = k + (u32)(36 * delta / (delta + 38));
        n += (u32)(i / count);
        i %= count;
        if (n > 0x10ffff) goto bad;
        vec_push(r->scratch, &chars, 0);
        memmove(&chars.at[i + 1], &chars.at[i], (chars.count - 1 - i) * sizeof(u32));
        chars.at[i++] = n;
    }
    VEC(char) out = {0};
    for (u32 c = 0; c < chars.count; c++) {
        u32 u = chars.at[c];
        char utf8[4];
        u32 bytes = 0;
        if (u < 0x80) {
            utf8[bytes++] = (char)u;
        } else if (u < 0x800) {
            utf8[bytes++] = (char)(0xc0 | u >> 6);
            utf8[bytes++] = (char)(0x80 | (u & 0x3f));
        } else if (u < 0x10000) {
            utf8[bytes++] = (char)(0xe0 | u >> 12);
            utf8[bytes++] = (char)(0x80 | (u >> 6 & 0x3f));
            utf8[bytes++] = (char)(0x80 | (u & 0x3f));
        } else {
            utf8[bytes++] = (char)(0xf0 | u >> 18);
            utf8[bytes++] = (char)(0x80 | (u >> 12 & 0x3f));
            utf8[bytes++] = (char)(0x80 | (u >> 6 & 0x3f));
            utf8[bytes++] = (char)(0x80 | (u & 0x3f));
        }
        vec_append(r->scratch, &out, utf8, bytes);
    }
    return (Str){out.at, out.count};
bad:
    r->bad = true;
    return (Str){"", 0};
}

static Str read_ident(V0Reader *r) {
    bool punycode = eat(r, 'u');
    u64 len = 0;
    if (peek(r) < '0' || peek(r) > '9') r->bad = true;
    if (!eat(r, '0'))
        while (peek(r) >= '0' && peek(r) <= '9' && len < 1u << 20)
            len = len * 10 + (u64)(next(r) - '0');
    eat(r, '_');
    if (len > r->len - r->pos) r->bad = true;
    if (r->bad) return (Str){"", 0};
    Str text = {r->at + r->pos, (u32)len};
    r->pos += (u32)len;
    return punycode ? decode_punycode(r, text) : text;
}

typedef void Read(V0Reader *r, bool value);
static void read_path(V0Reader *r, bool value);
static void read_type(V0Reader *r, bool value);
static void read_const(V0Reader *r, bool value);

static bool enter(V0Reader *r) {
    if (++r->depth > DEPTH_MAX || ++r->steps > STEPS_MAX) r->bad = true;
    return !r->bad;
}

static void read_backref(V0Reader *r, u32 tag_pos, Read *read, bool value) {
    u64 to = read_base62(r);
    // Only backwards: so a chain of them ends.
    if (to >= tag_pos || r->bad) {
        r->bad = true;
        return;
    }
    u32 saved = r->pos;
    r->pos = (u32)to;
    read(r, value);
    r->pos = saved;
}

static void read_generic_arg(V0Reader *r, bool *first) {
    if (eat(r, 'L')) { // lifetimes are not written
        read_base62(r);
        return;
    }
    if (!*first) put_text(r, ", ");
    *first = false;
    if (eat(r, 'K'))
        read_const(r, false);
    else
        read_type(r, false);
}

// `open_args`: leaves the list of generic arguments open for a `dyn` trait's bindings.
static bool read_path_open(V0Reader *r, bool value, bool open_args) {
    bool left_open = false;
    if (!enter(r)) return false;
    u32 tag_pos = r->pos;
    char tag = next(r);
    switch (tag) {
    case 'C': {
        u32 from = r->pos;
        u64 n = read_disambiguator(r);
        u32 to = r->pos;
        Str name = read_ident(r);
        if (!r->silent && r->crate_name.len == 0 && !r->bad) {
            r->crate_name = name;
            // "s" digits "_" -> digits
            r->crate = n ? (Str){r->at + from + 1, to - from - 2} : (Str){"", 0};
        }
        put(r, name);
        break;
    }
    case 'M':
    case 'X': {
        read_disambiguator(r);
        bool silent = r->silent;
        r->silent = true;
        read_path(r, false);
        r->silent = silent;
        put_text(r, tag == 'M' ? "<M " : "<");
        read_type(r, false);
        if (tag == 'X') {
            put_text(r, " as ");
            read_path(r, false);
        }
        put_text(r, ">");
        break;
    }
    case 'Y':
        put_text(r, "<");
        read_type(r, false);
        put_text(r, " as ");
        read_path(r, false);
        put_text(r, ">");
        break;
    case 'N': {
        char space = next(r);
        read_path(r, value);
        u64 n = read_disambiguator(r);
        Str name = read_ident(r);
        if (space >= 'a' && space <= 'z') {
            // An unnamed item (a `const _` or foreign block in the path) is left out.
            if (name.len) {
                put_text(r, "::");
                put(r, name);
            }
            break;
        }
        put_text(r, "::{");
        put_text(r, space == 'C' ? "closure" : space == 'S' ? "shim" : (char[]){space, 0});
        if (name.len) {
            put_text(r, ":");
            put(r, name);
        }
        char number[32];
        snprintf(number, sizeof number, "#%llu}", (unsigned long long)n);
        put_text(r, number);
        break;
    }
    case 'I': {
        read_path(r, value);
        u32 before = r->out.count;
        put_text(r, value ? "::<" : "<");
        u32 opened = r->out.count;
        bool first = true;
        while (!r->bad && !eat(r, 'E'))
            read_generic_arg(r, &first);
        if (first && !r->silent && !r->bad) {
            CHECK(r->out.count == opened);
            r->out.count = before; // lifetimes alone: no list
        } else if (open_args) {
            left_open = true;
        } else {
            put_text(r, ">");
        }
        break;
    }
    case 'B': {
        u64 to = read_base62(r);
        if (to >= tag_pos || r->bad) {
            r->bad = true;
            break;
        }
        u32 saved = r->pos;
        r->pos = (u32)to;
        left_open = read_path_open(r, value, open_args);
        r->pos = saved;
        break;
    }
    default: r->bad = true; break;
    }
    r->depth--;
    return left_open;
}

static void read_path(V0Reader *r, bool value) {
    read_path_open(r, value, false);
}

static const struct {
    char letter;
    const char *name;
} basic_types[] = {
    {'a', "i8"},   {'b', "bool"},  {'c', "char"},  {'d', "f64"}, {'e', "str"}, {'f', "f32"},
    {'h', "u8"},   {'i', "isize"}, {'j', "usize"}, {'l', "i32"}, {'m', "u32"}, {'n', "i128"},
    {'o', "u128"}, {'p', "_"},     {'s', "i16"},   {'t', "u16"}, {'u', "()"},  {'v', "..."},
    {'x', "i64"},  {'y', "u64"},   {'z', "!"},
};

static void read_fn_sig(V0Reader *r) {
    if (eat(r, 'G')) read_base62(r);
    if (eat(r, 'U')) put_text(r, "unsafe ");
    if (eat(r, 'K')) {
        put_text(r, "extern \"");
        if (eat(r, 'C')) {
            put_text(r, "C");
        } else {
            Str abi = read_ident(r);
            for (u32 i = 0; i < abi.len; i++)
                put(r, abi.at[i] == '_' ? STR("-") : (Str){abi.at + i, 1});
        }
        put_text(r, "\" ");
    }
    put_text(r, "fn(");
    for (bool first = true; !r->bad && !eat(r, 'E'); first = false) {
        if (!first) put_text(r, ", ");
        read_type(r, false);
    }
    put_text(r, ")");
    if (eat(r, 'u')) return;
    put_text(r, " -> ");
    read_type(r, false);
}

static void read_dyn(V0Reader *r) {
    put_text(r, "dyn ");
    if (eat(r, 'G')) read_base62(r);
    for (bool first = true; !r->bad && !eat(r, 'E'); first = false) {
        if (!first) put_text(r, " + ");
        bool open = read_path_open(r, false, true);
        while (eat(r, 'p')) {
            put_text(r, open ? ", " : "<");
            open = true;
            put(r, read_ident(r));
            put_text(r, " = ");
            read_type(r, false);
        }
        if (open) put_text(r, ">");
    }
    if (!eat(r, 'L')) r->bad = true;
    read_base62(r);
}

static void read_pattern(V0Reader *r) {
    if (!enter(r)) return;
    switch (next(r)) {
    case 'R':
        read_const(r, false);
        put_text(r, "..=");
        read_const(r, false);
        break;
    case 'O':
        for (bool first = true; !r->bad && !eat(r, 'E'); first = false) {
            if (!first) put_text(r, " | ");
            read_pattern(r);
        }
        break;
    case 'N': put_text(r, "!null"); break;
    default: r->bad = true; break;
    }
    r->depth--;
}

static void read_type(V0Reader *r, bool value) {
    (void)value;
    if (!enter(r)) return;
    u32 tag_pos = r->pos;
    char tag = peek(r);
    if (tag >= 'a' && tag <= 'z') {
        r->pos++;
        const char *name = NULL;
        for (u32 i = 0; i < ARRAY_LEN(basic_types); i++)
            if (basic_types[i].letter == tag) name = basic_types[i].name;
        if (name)
            put_text(r, name);
        else
            r->bad = true;
        r->depth--;
        return;
    }
    // f16 and f128 came after the letters were given out.
    static const Str wide_floats[] = {STR("C3f16"), STR("C4f128")};
    for (u32 i = 0; i < 2; i++) {
        Str name = wide_floats[i];
        if (r->len - r->pos >= name.len && memcmp(r->at + r->pos, name.at, name.len) == 0) {
            r->pos += name.len;
            put(r, (Str){name.at + 2, name.len - 2});
            r->depth--;
            return;
        }
    }
    switch (tag) {
    case 'A':
        r->pos++;
        put_text(r, "[");
        read_type(r, false);
        put_text(r, "; ");
        read_const(r, false);
        put_text(r, "]");
        break;
    case 'S':
        r->pos++;
        put_text(r, "[");
        read_type(r, false);
        put_text(r, "]");
        break;
    case 'T': {
        r->pos++;
        put_text(r, "(");
        u32 count = 0;
        for (; !r->bad && !eat(r, 'E'); count++) {
            if (count) put_text(r, ", ");
            read_type(r, false);
        }
        put_text(r, count == 1 ? ",)" : ")");
        break;
    }
    case 'R':
    case 'Q':
        r->pos++;
        if (eat(r, 'L')) read_base62(r);
        put_text(r, tag == 'R' ? "&" : "&mut ");
        read_type(r, false);
        break;
    case 'P':
    case 'O':
        r->pos++;
        put_text(r, tag == 'P' ? "*const " : "*mut ");
        read_type(r, false);
        break;
    case 'F':
        r->pos++;
        read_fn_sig(r);
        break;
    case 'D':
        r->pos++;
        read_dyn(r);
        break;
    case 'W':
        r->pos++;
        read_type(r, false);
        put_text(r, " is ");
        read_pattern(r);
        break;
    case 'B':
        r->pos++;
        read_backref(r, tag_pos, read_type, false);
        break;
    default: read_path(r, false); break;
    }
    r->depth--;
}

// Hexadecimal digits up to "_".
static Str read_hex(V0Reader *r) {
    u32 from = r->pos;
    while (!r->bad && !eat(r, '_')) {
        char c = next(r);
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) r->bad = true;
    }
    return r->bad ? (Str){"", 0} : (Str){r->at + from, r->pos - from - 1};
}

static u128 hex_value(Str digits) {
    u128 n = 0;
    for (u32 i = 0; i < digits.len; i++) {
        char c = digits.at[i];
        n = n << 4 | (u32)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return n;
}

static void put_decimal(V0Reader *r, u128 n) {
    char text[48];
    u32 at = sizeof text;
    do
        text[--at] = (char)('0' + (u32)(n % 10));
    while ((n /= 10) != 0);
    put(r, (Str){text + at, (u32)sizeof text - at});
}

static void put_char(V0Reader *r, u32 c) {
    char text[16];
    if (c >= ' ' && c < 127 && c != '\'' && c != '"' && c != '\\')
        snprintf(text, sizeof text, "%c", (int)c);
    else
        snprintf(text, sizeof text, "\\u{%x}", c);
    put_text(r, text);
}

static void read_const_list(V0Reader *r, bool named) {
    for (bool first = true; !r->bad && !eat(r, 'E'); first = false) {
        if (!first) put_text(r, ", ");
        if (named) {
            read_disambiguator(r);
            put(r, read_ident(r));
            put_text(r, ": ");
        }
        read_const(r, false);
    }
}

static void read_const(V0Reader *r, bool value) {
    (void)value;
    if (!enter(r)) return;
    u32 tag_pos = r->pos;
    char tag = next(r);
    switch (tag) {
    case 'p': put_text(r, "_"); break;
    case 'B': read_backref(r, tag_pos, read_const, false); break;
    case 'a':
    case 's':
    case 'l':
    case 'x':
    case 'n':
    case 'i':
    case 'h':
    case 't':
    case 'm':
    case 'y':
    case 'o':
    case 'j':
        if (eat(r, 'n')) put_text(r, "-");
        put_decimal(r, hex_value(read_hex(r)));
        break;
    case 'b': put_text(r, hex_value(read_hex(r)) ? "true" : "false"); break;
    case 'c':
        put_text(r, "'");
        put_char(r, (u32)hex_value(read_hex(r)));
        put_text(r, "'");
        break;
    case 'R':
    case 'Q':
        if (tag == 'R' && eat(r, 'e')) { // a string literal: UTF-8 bytes in hexadecimal
            Str digits = read_hex(r);
            put_text(r, "\"");
            for (u32 i = 0; i + 1 < digits.len; i += 2)
                put_char(r, (u32)hex_value((Str){digits.at + i, 2}));
            put_text(r, "\"");
            break;
        }
        put_text(r, tag == 'R' ? "&" : "&mut ");
        read_const(r, false);
        break;
    case 'e': {
        Str digits = read_hex(r);
        put_text(r, "*\"");
        for (u32 i = 0; i + 1 < digits.len; i += 2)
            put_char(r, (u32)hex_value((Str){digits.at + i, 2}));
        put_text(r, "\"");
        break;
    }
    case 'A':
        put_text(r, "[");
        read_const_list(r, false);
        put_text(r, "]");
        break;
    case 'T':
        put_text(r, "(");
        read_const_list(r, false);
        put_text(r, ")");
        break;
    case 'V':
        read_path(r, true);
        switch (next(r)) {
        case 'U': break;
        case 'T':
            put_text(r, "(");
            read_const_list(r, false);
            put_text(r, ")");
            break;
        case 'S':
            put_text(r, " { ");
            read_const_list(r, true);
            put_text(r, " }");
            break;
        default: r->bad = true; break;
        }
        break;
    default: r->bad = true; break;
    }
    r->depth--;
}

bool v0_parse(Scratch *memory, Str mangled, V0Name *out) {
    *out = (V0Name){0};
    if (mangled.len < 3 || memcmp(mangled.at, "_R", 2) != 0) return false;
    const char *dot = memchr(mangled.at, '.', mangled.len);
    u32 len = dot ? (u32)(dot - mangled.at) : mangled.len;
    V0Reader r = {.scratch = memory, .at = mangled.at + 2, .len = len - 2};
    if (r.len == 0 || (r.at[0] >= '0' && r.at[0] <= '9')) return false; // a later version
    read_path(&r, true);
    if (!r.bad && (peek(&r) == 'C' || peek(&r) == 'B')) {
        out->instance = true;
        r.silent = true;
        read_path(&r, false);
    }
    if (r.bad || r.pos != r.len) return false;
    out->path = (Str){r.out.at, r.out.count};
    out->crate = r.crate;
    out->crate_name = r.crate_name;
    return true;
}
