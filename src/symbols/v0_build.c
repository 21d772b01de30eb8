// The writer of v0 names: pieces of the grammar and the table of what was written before.
#include "symbols/v0.h"

void v0_begin(V0Builder *b, Scratch *scratch) {
    *b = (V0Builder){.scratch = scratch};
    v0_text(b, STR("_R"));
}

Str v0_end(V0Builder *b) {
    return scratch_str(b->scratch, (Str){b->text.at, b->text.count});
}

bool v0_open(V0Builder *b, V0Kind kind, u64 key, u32 *at) {
    for (u32 i = 0; key && i < b->seen.count; i++) {
        if (b->seen.at[i].key != key || b->seen.at[i].kind != (u32)kind) continue;
        v0_char(b, 'B');
        v0_base62(b, b->seen.at[i].at);
        return false;
    }
    *at = b->text.count - 2;
    return true;
}

void v0_close(V0Builder *b, V0Kind kind, u64 key, u32 at) {
    if (key) vec_push(b->scratch, &b->seen, (V0Seen){.key = key, .kind = kind, .at = at});
}

void v0_char(V0Builder *b, char c) {
    vec_push(b->scratch, &b->text, c);
}

void v0_text(V0Builder *b, Str text) {
    vec_append(b->scratch, &b->text, text.at, text.len);
}

void v0_base62(V0Builder *b, u64 n) {
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    if (n) {
        char text[12];
        u32 at = sizeof text;
        n--;
        do
            text[--at] = digits[n % 62];
        while ((n /= 62) != 0);
        v0_text(b, (Str){text + at, (u32)sizeof text - at});
    }
    v0_char(b, '_');
}

void v0_opt_base62(V0Builder *b, char tag, u64 n) {
    if (n == 0) return;
    v0_char(b, tag);
    v0_base62(b, n - 1);
}

void v0_disambiguator(V0Builder *b, u64 n) {
    v0_opt_base62(b, 's', n);
}

// One code point of valid UTF-8.
static u32 utf8_next(Str text, u32 *at) {
    u8 first = (u8)text.at[(*at)++];
    u32 more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    u32 c = more ? first & (0x3fu >> more) : first;
    for (; more && *at < text.len; more--)
        c = c << 6 | ((u8)text.at[(*at)++] & 0x3f);
    return c;
}

// RFC 3492, with '_' in the place of '-'.
static Str encode_punycode(Scratch *scratch, Str name) {
    VEC(char) out = {0};
    VEC(u32) chars = {0};
    for (u32 at = 0; at < name.len;) {
        u32 c = utf8_next(name, &at);
        vec_push(scratch, &chars, c);
        if (c < 0x80) vec_push(scratch, &out, (char)c);
    }
    u32 basic = out.count, done = basic;
    if (basic) vec_push(scratch, &out, '_');
    u32 n = 128, bias = 72;
    u64 delta = 0;
    while (done < chars.count) {
        u32 lowest = UINT32_MAX;
        for (u32 i = 0; i < chars.count; i++)
            if (chars.at[i] >= n && chars.at[i] < lowest) lowest = chars.at[i];
        delta += (u64)(lowest - n) * (done + 1);
        n = lowest;
        for (u32 i = 0; i < chars.count; i++) {
            if (chars.at[i] < n) delta++;
            if (chars.at[i] != n) continue;
            u64 q = delta;
            for (u32 k = 36;; k += 36) {
                u32 t = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias;
                if (q < t) break;
                u32 digit = t + (u32)((q - t) % (36 - t));
                vec_push(scratch, &out, (char)(digit < 26 ? 'a' + digit : '0' + digit - 26));
                q = (q - t) / (36 - t);
            }
            vec_push(scratch, &out, (char)(q < 26 ? 'a' + q : '0' + q - 26));
            u64 d = delta / (done == basic ? 700 : 2);
            d += d / (done + 1);
            u32 k = 0;
            for (; d > 455; k += 36)
                d /= 35;
            bias = k + (u32)(36 * d / (d + 38));
            delta = 0;
            done++;
        }
        delta++;
        n++;
    }
    return (Str){out.at, out.count};
}

void v0_undisambiguated_ident(V0Builder *b, Str name) {
    bool ascii = true;
    for (u32 i = 0; i < name.len; i++)
        if ((u8)name.at[i] >= 0x80) ascii = false;
    Str text = ascii ? name : encode_punycode(b->scratch, name);
    if (!ascii) v0_char(b, 'u');
    v0_text(b, scratch_print(b->scratch, "%u", text.len));
    char first = text.len ? text.at[0] : 0;
    if (first == '_' || (first >= '0' && first <= '9')) v0_char(b, '_');
    v0_text(b, text);
}

void v0_ident(V0Builder *b, u64 disambiguator, Str name) {
    v0_disambiguator(b, disambiguator);
    v0_undisambiguated_ident(b, name);
}

void v0_crate(V0Builder *b, Str id, Str name) {
    v0_char(b, 'C');
    if (id.len) {
        v0_char(b, 's');
        v0_text(b, id);
        v0_char(b, '_');
    }
    v0_undisambiguated_ident(b, name);
}

void v0_hex(V0Builder *b, u128 magnitude, bool negative) {
    if (negative) v0_char(b, 'n');
    char text[32];
    u32 at = sizeof text;
    do
        text[--at] = "0123456789abcdef"[(u32)(magnitude & 15)];
    while ((magnitude >>= 4) != 0);
    v0_text(b, (Str){text + at, (u32)sizeof text - at});
    v0_char(b, '_');
}

char v0_basic_type(Str name) {
    static const char letters[] = "abcdefhijlmnopstuvxyz";
    static const char *const names[] = {"i8",    "bool",  "char", "f64", "str",  "f32",  "u8",
                                        "isize", "usize", "i32",  "u32", "i128", "u128", "_",
                                        "i16",   "u16",   "()",   "...", "i64",  "u64",  "!"};
    for (u32 i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq(name, str_from(names[i]))) return letters[i];
    return 0;
}
