#include "mutate.h"

#include "syntax/lex.h"

// ---- text and tokens ----------------------------------------------------------------------------

typedef struct Range {
    u32 lo, hi; // bytes
} Range;
typedef VEC(Range) Ranges;

// One file while it is edited.
typedef struct View {
    Mutator *m;
    Str text;
    const Tok *toks;
    u32 count;
} View;

static View view_of(Mutator *m, Str text) {
    LexOut lex = {0};
    lex_file(&m->symbols, m->scratch, text, 2021, &lex);
    return (View){m, text, lex.toks.at, lex.toks.count};
}

static u32 tok_end(const View *v, u32 i) {
    const Tok *tok = &v->toks[i];
    u32 end = tok->flags & TOK_SYNTHETIC ? tok->pos : tok->pos + tok_len(&v->m->symbols, tok);
    return min_u32(end, v->text.len);
}
static Str tok_text(const View *v, u32 i) {
    u32 lo = min_u32(v->toks[i].pos, v->text.len);
    return (Str){v->text.at + lo, tok_end(v, i) - lo};
}
static bool tok_is(const View *v, u32 i, const char *text) {
    return i < v->count && str_eq(tok_text(v, i), str_from(text));
}
static u32 below(const View *v, u32 n) {
    return random_below(&v->m->random, n);
}
static bool chance(const View *v, u32 percent) {
    return random_chance(&v->m->random, percent);
}

// The text with a range replaced.
static Str spliced(const View *v, Range range, Str with) {
    u32 rest = v->text.len - range.hi;
    char *at = scratch_take(v->m->scratch, (u64)range.lo + with.len + rest + 1, 1);
    if (range.lo) memcpy(at, v->text.at, range.lo);
    if (with.len) memcpy(at + range.lo, with.at, with.len);
    if (rest) memcpy(at + range.lo + with.len, v->text.at + range.hi, rest);
    return (Str){at, range.lo + with.len + rest};
}
static Str slice(const View *v, Range range) {
    return (Str){v->text.at + range.lo, range.hi - range.lo};
}

// The token of a kind that the dice like; v->count: there is none.
static u32 find_tok(const View *v, bool (*likes)(const View *v, u32 i)) {
    U32Vec found = {0};
    for (u32 i = 0; i < v->count; i++)
        if (!(v->toks[i].flags & TOK_SYNTHETIC) && likes(v, i)) vec_push(v->m->scratch, &found, i);
    return found.count ? found.at[below(v, found.count)] : v->count;
}

static Range tok_range(const View *v, u32 i) {
    return (Range){min_u32(v->toks[i].pos, v->text.len), tok_end(v, i)};
}

static bool is_delimiter(u32 kind) {
    return kind >= TOK_OPEN_PAREN && kind <= TOK_CLOSE_NONE;
}
static bool is_open(u32 kind) {
    return kind == TOK_OPEN_PAREN || kind == TOK_OPEN_BRACKET || kind == TOK_OPEN_BRACE;
}
static bool is_name(const View *v, u32 i) {
    return tok_is_name(&v->toks[i], 2021);
}
static bool is_any(const View *v, u32 i) {
    (void)v;
    (void)i;
    return true;
}

// ---- units: items, statements, fields, arms, arguments ------------------------------------------

typedef struct Units {
    Ranges ranges;
    u32 level;    // token of the opening delimiter + 1; 0: the file
    bool is_list; // its units end in commas
} Units;

static bool goes_on_after_brace(const View *v, u32 i, u32 end) {
    if (i >= end) return false;
    switch (v->toks[i].kind) {
    case TOK_DOT:
    case TOK_QUESTION:
    case TOK_SEMI:
    case TOK_COMMA:
    case TOK_EQ:
    case TOK_FATARROW: return true;
    default: return tok_is(v, i, "else");
    }
}

static bool has_at_level(const View *v, u32 from, u32 end, u32 kind) {
    for (u32 i = from; i < end; i++) {
        if (v->toks[i].kind == kind) return true;
        if (is_open(v->toks[i].kind)) i += v->toks[i].match;
    }
    return false;
}

static Units units_of(const View *v, u32 level) {
    u32 from = level, end = v->count;
    Units units = {.level = level};
    if (level) end = level - 1 + v->toks[level - 1].match;
    units.is_list =
        level && !has_at_level(v, from, end, TOK_SEMI) && has_at_level(v, from, end, TOK_COMMA);
    u32 start = from;
    for (u32 i = from; i < end; i++) {
        u32 kind = v->toks[i].kind;
        bool ends = kind == (units.is_list ? TOK_COMMA : TOK_SEMI);
        if (is_open(kind)) {
            i += v->toks[i].match;
            if (i >= end) break;
            ends = !units.is_list && kind == TOK_OPEN_BRACE && !goes_on_after_brace(v, i + 1, end);
        }
        if (!ends && i + 1 < end) continue;
        Range range = {tok_range(v, start).lo, tok_end(v, i)};
        if (range.lo < range.hi) vec_push(v->m->scratch, &units.ranges, range);
        start = i + 1;
    }
    return units;
}

static bool opens_units(const View *v, u32 i) {
    return is_open(v->toks[i].kind) && v->toks[i].match > 1 &&
           (v->toks[i].kind == TOK_OPEN_BRACE || v->toks[i].match > 2);
}

// Items of the file, statements of a block and so on; no units: nothing was found.
static Units some_units(const View *v) {
    if (chance(v, 35)) return units_of(v, 0);
    u32 open = find_tok(v, opens_units);
    return open == v->count ? (Units){0} : units_of(v, open + 1);
}

static bool is_block(const View *v, u32 i) {
    if (v->toks[i].kind != TOK_OPEN_BRACE || v->toks[i].match < 2) return false;
    u32 end = i + v->toks[i].match;
    return has_at_level(v, i + 1, end, TOK_SEMI);
}

// ---- edits of tokens ----------------------------------------------------------------------------

static bool is_literal(const View *v, u32 i) {
    u32 kind = v->toks[i].kind;
    return (kind >= TOK_INT && kind <= TOK_RAW_C_STR) || tok_is(v, i, "true") ||
           tok_is(v, i, "false");
}

static bool edit_literal(View *v, Str *out) {
    u32 i = find_tok(v, is_literal);
    if (i == v->count) return false;
    Str old = tok_text(v, i), new = old;
    Scratch *scratch = v->m->scratch;
    switch (v->toks[i].kind) {
    case TOK_INT: {
        u32 suffix = min_u32(v->toks[i].extra, old.len);
        static const u32 likely[] = {0, 1, 2, 3, 7, 10, 64, 100, 127, 128, 255, 256, 1000, 65536};
        new = scratch_print(scratch, "%u%.*s", likely[below(v, ARRAY_LEN(likely))], (int)suffix,
                            old.at + old.len - suffix);
        break;
    }
    case TOK_FLOAT: new = scratch_print(scratch, "%u.%u", below(v, 100), below(v, 100)); break;
    case TOK_STR:
        new = chance(v, 80) && old.len >= 2 ? scratch_print(scratch, "\"%c%.*s", 'a' + below(v, 26),
                                                            (int)old.len - 1, old.at + 1)
                                            : scratch_print(scratch, "\"%u {}\"", below(v, 100));
        break;
    case TOK_CHAR: new = scratch_print(scratch, "'%c'", 'a' + below(v, 26)); break;
    case TOK_BYTE: new = scratch_print(scratch, "b'%c'", 'a' + below(v, 26)); break;
    case TOK_IDENT: new = tok_is(v, i, "true") ? STR("false") : STR("true"); break;
    default: new = STR("\"x\""); break;
    }
    *out = spliced(v, tok_range(v, i), new);
    return true;
}

static const char *const operator_groups[][8] = {
    {"+", "-", "*"},    {"/", "%"},   {"<", "<=", ">", ">="}, {"==", "!="}, {"&&", "||"},
    {"+=", "-=", "*="}, {"<<", ">>"}, {"..", "..="},          {"|", "^"},
};

static const char *const *operator_group(const View *v, u32 i) {
    for (u32 g = 0; g < ARRAY_LEN(operator_groups); g++)
        for (u32 k = 0; operator_groups[g][k]; k++)
            if (tok_is(v, i, operator_groups[g][k])) return operator_groups[g];
    return NULL;
}
static bool is_operator(const View *v, u32 i) {
    if (i == 0 || !operator_group(v, i)) return false;
    // A type's angles have no space before them.
    return tok_end(v, i - 1) < v->toks[i].pos;
}

static bool edit_operator(View *v, Str *out) {
    u32 i = find_tok(v, is_operator);
    if (i == v->count) return false;
    const char *const *group = operator_group(v, i);
    u32 count = 0;
    while (group[count])
        count++;
    *out = spliced(v, tok_range(v, i), str_from(group[below(v, count)]));
    return true;
}

static const char *const type_groups[][14] = {
    {"i8", "i16", "i32", "i64", "isize", "u8", "u16", "u32", "u64", "usize", "i128", "u128"},
    {"f32", "f64"},
    {"Vec", "VecDeque"},
    {"HashMap", "BTreeMap"},
    {"HashSet", "BTreeSet"},
    {"Rc", "Arc", "Box"},
    {"Cell", "RefCell"},
    {"Debug", "Display", "Clone", "Copy", "PartialEq", "Default"},
    {"Some", "Ok"},
};
static const char *const *type_group(const View *v, u32 i) {
    for (u32 g = 0; g < ARRAY_LEN(type_groups); g++)
        for (u32 k = 0; type_groups[g][k]; k++)
            if (tok_is(v, i, type_groups[g][k])) return type_groups[g];
    return NULL;
}
static bool is_type(const View *v, u32 i) {
    return v->toks[i].kind == TOK_IDENT && type_group(v, i);
}

// Replaces all tokens with the text of token i within a range.
static Str replaced_all(View *v, u32 i, Range within, Str with) {
    Str old = tok_text(v, i);
    View now = *v;
    for (u32 k = v->count; k-- > 0;) {
        if (v->toks[k].flags & TOK_SYNTHETIC || v->toks[k].kind != v->toks[i].kind) continue;
        Range range = tok_range(v, k);
        if (range.lo < within.lo || range.hi > within.hi || !str_eq(tok_text(v, k), old)) continue;
        now.text = spliced(&now, range, with);
    }
    return now.text;
}

// The unit of the file that token i is in.
static Range item_around(const View *v, u32 i) {
    Units items = units_of(v, 0);
    u32 pos = v->toks[i].pos;
    for (u32 k = 0; k < items.ranges.count; k++)
        if (pos >= items.ranges.at[k].lo && pos < items.ranges.at[k].hi) return items.ranges.at[k];
    return (Range){0, v->text.len};
}

static bool edit_type(View *v, Str *out) {
    u32 i = find_tok(v, is_type);
    if (i == v->count) return false;
    const char *const *group = type_group(v, i);
    u32 count = 0;
    while (group[count])
        count++;
    Str with = str_from(group[below(v, count)]);
    if (chance(v, 30))
        *out = spliced(v, tok_range(v, i), with);
    else
        *out =
            replaced_all(v, i, chance(v, 50) ? item_around(v, i) : (Range){0, v->text.len}, with);
    return true;
}

static Str new_name(View *v) {
    return scratch_print(v->m->scratch, "n%u", v->m->name_count++);
}

static bool is_renamable(const View *v, u32 i) {
    return is_name(v, i) && !tok_is(v, i, "main") && !(i + 1 < v->count && tok_is(v, i + 1, "!"));
}

static bool edit_rename(View *v, Str *out) {
    u32 i = find_tok(v, is_renamable);
    if (i == v->count) return false;
    Range all = {0, v->text.len};
    if (chance(v, 60)) {
        *out = replaced_all(v, i, chance(v, 60) ? all : item_around(v, i), new_name(v));
        return true;
    }
    u32 other = find_tok(v, is_renamable);
    Str name = scratch_str(v->m->scratch, tok_text(v, other));
    *out = chance(v, 50) ? spliced(v, tok_range(v, i), name) : replaced_all(v, i, all, name);
    return true;
}

static bool edit_space(View *v, Str *out) {
    static const char *const texts[] = {
        " ",    "\n", "\n\n\n",        "\t",           " // note\n", " /* note */ ",
        "\r\n", "  ", "\n// a line\n", " /* a\nb */ ",
    };
    u32 i = find_tok(v, is_any);
    u32 at = i == v->count ? 0 : min_u32(v->toks[i].pos, v->text.len);
    if (chance(v, 25)) { // white space out
        u32 lo = at;
        while (lo > 0 && (v->text.at[lo - 1] == ' ' || v->text.at[lo - 1] == '\n'))
            lo--;
        if (lo < at) {
            *out = spliced(v, (Range){lo, at}, chance(v, 80) ? STR(" ") : STR(""));
            return true;
        }
    }
    *out = spliced(v, (Range){at, at}, str_from(texts[below(v, ARRAY_LEN(texts))]));
    return true;
}

static bool edit_token(View *v, Str *out) {
    static const char *const texts[] = {
        "(",       ")",       "{",    "}",    "[",     "]",        ";",      ",",      ".",
        "::",      "->",      "=>",   "&",    "*",     "!",        "?",      "#",      "'a",
        "\"",      "fn",      "let",  "mut ", "pub ",  "impl ",    "where ", "for ",   "dyn ",
        "unsafe ", "return ", "self", "Self", "crate", "<",        ">",      "|",      "1",
        "0x",      "\"s\"",   "'c'",  "_",    "..",    "=",        "async ", "const ", "static ",
        "ref ",    "move ",   "/*",   "$x",   "r#\"",  "\xc3\xa9",
    };
    u32 i = find_tok(v, is_any);
    if (i == v->count) return false;
    Range range = tok_range(v, i);
    switch (below(v, 5)) {
    case 0: *out = spliced(v, range, STR("")); return true;
    case 1: { // a run of tokens
        u32 last = min_u32(i + 1 + below(v, 6), v->count - 1);
        u32 hi = max_u32(tok_end(v, last), range.hi);
        *out = spliced(v, (Range){range.lo, hi}, STR(""));
        return true;
    }
    case 2:
        *out = spliced(v, (Range){range.lo, range.lo},
                       scratch_print(v->m->scratch, "%.*s ", STR_ARG(tok_text(v, i))));
        return true;
    case 3: {
        u32 other = find_tok(v, is_any);
        *out = spliced(v, range, scratch_str(v->m->scratch, tok_text(v, other)));
        return true;
    }
    default:
        *out = spliced(v, (Range){range.lo, range.lo}, str_from(texts[below(v, ARRAY_LEN(texts))]));
        return true;
    }
}

static bool is_toggle(const View *v, u32 i) {
    return tok_is(v, i, "mut") || tok_is(v, i, "pub") || tok_is(v, i, "fn") ||
           tok_is(v, i, "struct") || tok_is(v, i, "let") || tok_is(v, i, "enum");
}

static bool edit_modifier(View *v, Str *out) {
    u32 i = find_tok(v, is_toggle);
    if (i == v->count) return false;
    Range range = tok_range(v, i);
    if (tok_is(v, i, "mut") || tok_is(v, i, "pub"))
        *out = spliced(v, (Range){range.lo, min_u32(range.hi + 1, v->text.len)}, STR(""));
    else if (tok_is(v, i, "let"))
        *out = spliced(v, (Range){range.hi, range.hi}, STR(" mut"));
    else
        *out = spliced(v, (Range){range.lo, range.lo},
                       chance(v, 70) || !tok_is(v, i, "fn") ? STR("pub ")
                       : chance(v, 50)                      ? STR("const ")
                                                            : STR("unsafe "));
    return true;
}

// ---- edits of units -----------------------------------------------------------------------------

static bool edit_delete(View *v, Str *out) {
    Units units = some_units(v);
    if (!units.ranges.count) return false;
    *out = spliced(v, units.ranges.at[below(v, units.ranges.count)], STR(""));
    return true;
}

static bool edit_duplicate(View *v, Str *out) {
    Units units = some_units(v);
    if (!units.ranges.count) return false;
    Range range = units.ranges.at[below(v, units.ranges.count)];
    Str text = slice(v, range);
    Str copy =
        scratch_print(v->m->scratch, "%.*s%s\n%.*s", STR_ARG(text),
                      units.is_list && text.at[text.len - 1] != ',' ? "," : "", STR_ARG(text));
    if (!units.level && chance(v, 60)) { // under a name of its own
        View view = view_of(v->m, text);
        for (u32 i = 0; i + 1 < view.count; i++) {
            static const char *const words[] = {"fn",    "struct", "enum", "trait",
                                                "const", "type",   "mod",  "static"};
            bool names = false;
            for (u32 k = 0; k < ARRAY_LEN(words); k++)
                names |= tok_is(&view, i, words[k]);
            if (!names || !is_name(&view, i + 1)) continue;
            Str other = replaced_all(&view, i + 1, (Range){0, text.len}, new_name(v));
            copy = scratch_print(v->m->scratch, "%.*s\n%.*s", STR_ARG(text), STR_ARG(other));
            break;
        }
    }
    *out = spliced(v, range, copy);
    return true;
}

// Swaps two units, or takes one to another place.
static bool edit_move(View *v, Str *out) {
    Units units = some_units(v);
    if (units.ranges.count < 2) return false;
    u32 a = below(v, units.ranges.count), b = below(v, units.ranges.count);
    if (a == b) return false;
    if (a > b) {
        u32 swap = a;
        a = b;
        b = swap;
    }
    Range first = units.ranges.at[a], second = units.ranges.at[b];
    Str between = slice(v, (Range){first.hi, second.lo});
    Str with = chance(v, 50)
                   ? scratch_print(v->m->scratch, "%.*s%.*s%.*s", STR_ARG(slice(v, second)),
                                   STR_ARG(between), STR_ARG(slice(v, first)))
                   : scratch_print(v->m->scratch, "%.*s\n%.*s%.*s", STR_ARG(slice(v, second)),
                                   STR_ARG(slice(v, first)), STR_ARG(between));
    *out = spliced(v, (Range){first.lo, second.hi}, with);
    return true;
}

static bool edit_comment_out(View *v, Str *out) {
    Units units = some_units(v);
    if (!units.ranges.count) return false;
    Range range = units.ranges.at[below(v, units.ranges.count)];
    *out = spliced(v, range, scratch_print(v->m->scratch, "/* %.*s */", STR_ARG(slice(v, range))));
    return true;
}

static bool edit_statement(View *v, Str *out) {
    static const char *const texts[] = {
        "let %s = 1;",
        "let %s = vec![1u8, 2, 3]; println!(\"{:?}\", %s);",
        "println!(\"%s\");",
        "if 1 > 2 { return; }",
        "let mut %s = String::new(); %s.push('x');",
        "for %s in 0..3 { let _ = %s; }",
        "let %s = |x: i32| x + 1; assert_eq!(%s(1), 2);",
        "let %s: Option<Box<u32>> = Some(Box::new(4)); drop(%s);",
        "struct %s(u8); let _ = std::mem::size_of::<%s>();",
        "fn %s() -> u8 { 3 } let _ = %s();",
        "match 3 { 0 => {} %s => { let _ = %s; } }",
        "const %s: usize = 4; let _ = [0u8; %s];",
        "let %s = std::collections::BTreeMap::from([(1, 2)]); assert!(%s.len() == 1);",
        "{ let %s = 5u64; let _ = %s.wrapping_mul(7); }",
        "let _ = (1..4).map(|%s| %s * 2).sum::<i32>();",
        "impl Drop for %s { fn drop(&mut self) {} } struct %s;",
        "macro_rules! %s { ($e:expr) => { $e + 1 } } let _ = %s!(2);",
    };
    u32 open = find_tok(v, is_block);
    if (open == v->count) return false;
    Units units = units_of(v, open + 1);
    u32 at = tok_end(v, open);
    if (units.ranges.count > 1) at = units.ranges.at[below(v, units.ranges.count - 1)].hi;
    const char *name = new_name(v).at;
    const char *format = texts[below(v, ARRAY_LEN(texts))];
    char text[256];
    u32 len = 0;
    text[len++] = '\n';
    for (const char *from = format; *from && len < sizeof text - 16; from++) {
        if (from[0] != '%') {
            text[len++] = *from;
            continue;
        }
        from++;
        for (const char *c = name; *c; c++)
            text[len++] = *c;
    }
    *out = spliced(v, (Range){at, at}, (Str){text, len});
    return true;
}

static bool edit_item(View *v, Str *out) {
    static const char *const texts[] = {
        "fn %s(x: u32) -> u32 { x.wrapping_mul(3) }\n",
        "pub struct %s { pub a: u8, b: String }\n",
        "#[derive(Debug, Clone, PartialEq, Default)] struct %s<T> { at: Vec<T> }\n",
        "enum %s { A, B(u32), C { x: Box<u8> } }\n",
        "const %s: u64 = 1 << 20;\n",
        "static %s: [u8; 3] = [1, 2, 3];\n",
        "trait %s { fn of(&self) -> usize { 1 } }\nimpl %s for u8 {}\n",
        "trait %s { type Out; const N: usize = 2; }\nimpl<T> %s for Vec<T> { type Out = T; }\n",
        "mod %s { pub fn f() -> u8 { 2 } }\n",
        "mod %s { use super::*; }\nuse %s::*;\n",
        "macro_rules! %s { () => { 1 }; ($($e:expr),*) => { 0 $(+ $e)* } }\n",
        "use std::fmt::Write as %s;\n",
        "use std::collections::{HashMap as %s};\n",
        "type %s = (u8, Option<u64>);\n",
        "impl std::fmt::Display for %s { fn fmt(&self, f: &mut std::fmt::Formatter) -> "
        "std::fmt::Result { f.write_str(\"d\") } }\nstruct %s;\n",
        "impl<T: Clone> From<%s<T>> for Vec<T> { fn from(x: %s<T>) -> Self { vec![x.0] } }\n"
        "struct %s<T>(T);\n",
        "extern \"C\" fn %s(a: i32) -> i32 { a }\n",
        "#[no_mangle] pub extern \"C\" fn %s() {}\n",
        "fn %s<T: Into<u64>>(x: T) -> u64 { x.into() + 1 }\n",
        "impl Iterator for %s { type Item = u8; fn next(&mut self) -> Option<u8> { None } }\n"
        "struct %s;\n",
        "#[cfg(debug_assertions)] fn %s() {}\n#[cfg(not(debug_assertions))] fn %s(a: u8) {}\n",
        "thread_local! { static %s: std::cell::Cell<u8> = std::cell::Cell::new(1); }\n",
        // what touches other code than its own
        "trait %s { fn len(&self) -> usize { 7 } fn push(&self) {} }\nimpl<T> %s for T {}\n",
        "#![allow(dead_code)]\n",
        "fn drop<T>(_: T) {}\n",
        "struct Vec;\n",
        "enum Option<T> { None, Some(T) }\n",
        "macro_rules! println { ($($t:tt)*) => { () } }\n",
        "macro_rules! vec { ($($t:tt)*) => { [$($t)*] } }\n",
        "mod std { pub mod fmt {} }\n",
        "use self::%s as main;\n",
    };
    Units items = units_of(v, 0);
    u32 at = 0;
    if (items.ranges.count && chance(v, 80)) at = items.ranges.at[below(v, items.ranges.count)].hi;
    const char *name = new_name(v).at;
    const char *format = texts[below(v, ARRAY_LEN(texts))];
    char text[512];
    u32 len = 0;
    text[len++] = '\n';
    for (const char *from = format; *from && len < sizeof text - 16; from++) {
        if (from[0] != '%') {
            text[len++] = *from;
            continue;
        }
        from++;
        for (const char *c = name; *c; c++)
            text[len++] = *c;
    }
    *out = spliced(v, (Range){at, at}, (Str){text, len});
    return true;
}

// An item of another program, or several.
static bool edit_donation(View *v, Str *out) {
    if (!v->m->donor_count) return false;
    View donor = view_of(v->m, v->m->donors[below(v, v->m->donor_count)]);
    Units from = units_of(&donor, 0), to = units_of(v, 0);
    if (!from.ranges.count) return false;
    u32 first = below(v, from.ranges.count);
    u32 last = min_u32(first + below(v, 3), from.ranges.count - 1);
    Str text = slice(&donor, (Range){from.ranges.at[first].lo, from.ranges.at[last].hi});
    if (text.len > 4000) return false;
    u32 at = to.ranges.count ? to.ranges.at[below(v, to.ranges.count)].hi : 0;
    *out = spliced(v, (Range){at, at}, scratch_print(v->m->scratch, "\n%.*s\n", STR_ARG(text)));
    return true;
}

// A statement or item takes the place of another one of the same file.
static bool edit_copy(View *v, Str *out) {
    Units from = some_units(v), to = some_units(v);
    if (!from.ranges.count || !to.ranges.count) return false;
    Str text = slice(v, from.ranges.at[below(v, from.ranges.count)]);
    Range at = to.ranges.at[below(v, to.ranges.count)];
    if (text.len > 4000) return false;
    if (chance(v, 60)) at.lo = at.hi;
    *out = spliced(v, at, scratch_print(v->m->scratch, "\n%.*s\n", STR_ARG(text)));
    return true;
}

// ---- edits of declarations ----------------------------------------------------------------------

static bool is_plain_fn(const View *v, u32 i) {
    return tok_is(v, i, "fn") && i + 2 < v->count && is_name(v, i + 1) &&
           v->toks[i + 2].kind == TOK_OPEN_PAREN && !tok_is(v, i + 1, "main");
}

// A parameter more: in the declaration and, most times, in all calls.
static bool edit_signature(View *v, Str *out) {
    u32 i = find_tok(v, is_plain_fn);
    if (i == v->count) return false;
    Str name = scratch_str(v->m->scratch, tok_text(v, i + 1));
    bool calls_too = chance(v, 80);
    View now = *v;
    for (u32 k = v->count; k-- > 1;) {
        if (v->toks[k].kind != TOK_OPEN_PAREN || !str_eq(tok_text(v, k - 1), name)) continue;
        bool declares = k >= 2 && tok_is(v, k - 2, "fn");
        if (!declares && !calls_too) continue;
        bool has_self = false;
        u32 first = k + 1;
        for (u32 s = first; s < first + 3 && s < v->count; s++)
            has_self |= declares && tok_is(v, s, "self");
        u32 at = tok_end(v, k);
        if (has_self) { // after the receiver
            while (first < v->count && !tok_is(v, first, "self"))
                first++;
            at = tok_end(v, first);
            now.text = spliced(&now, (Range){at, at}, STR(", _more: u8"));
        } else {
            now.text = spliced(&now, (Range){at, at}, declares ? STR("_more: u8, ") : STR("1, "));
        }
    }
    *out = now.text;
    return true;
}

static bool is_fields(const View *v, u32 i) {
    return i >= 2 && v->toks[i].kind == TOK_OPEN_BRACE && v->toks[i].match > 1 &&
           (tok_is(v, i - 2, "struct") || tok_is(v, i - 2, "enum"));
}

static bool edit_fields(View *v, Str *out) {
    u32 i = find_tok(v, is_fields);
    if (i == v->count) return false;
    u32 at = tok_end(v, i);
    Str name = new_name(v);
    *out = spliced(v, (Range){at, at},
                   tok_is(v, i - 2, "enum")
                       ? scratch_print(v->m->scratch, " V%.*s(u16), ", STR_ARG(name))
                       : scratch_print(v->m->scratch, " %.*s: [u64; 2], ", STR_ARG(name)));
    return true;
}

static bool is_derive(const View *v, u32 i) {
    return tok_is(v, i, "derive") && i + 1 < v->count && v->toks[i + 1].kind == TOK_OPEN_PAREN;
}

static bool edit_derive(View *v, Str *out) {
    static const char *const traits[] = {"Debug, ", "Clone, ",      "PartialEq, ", "Default, ",
                                         "Hash, ",  "PartialOrd, ", "Eq, ",        "Copy, "};
    u32 i = find_tok(v, is_derive);
    if (i == v->count) return false;
    u32 at = tok_end(v, i + 1);
    if (chance(v, 40)) {
        Units units = units_of(v, i + 2);
        if (!units.ranges.count) return false;
        *out = spliced(v, units.ranges.at[below(v, units.ranges.count)], STR(""));
        return true;
    }
    *out = spliced(v, (Range){at, at}, str_from(traits[below(v, ARRAY_LEN(traits))]));
    return true;
}

// Items into a module of their own, seen from outside as before.
static bool edit_wrap(View *v, Str *out) {
    Units items = units_of(v, 0);
    if (!items.ranges.count) return false;
    Range range = items.ranges.at[below(v, items.ranges.count)];
    Str name = new_name(v);
    *out =
        spliced(v, range,
                scratch_print(v->m->scratch, "mod %.*s { use super::*; pub %.*s }\nuse %.*s::*;\n",
                              STR_ARG(name), STR_ARG(slice(v, range)), STR_ARG(name)));
    return true;
}

static bool is_macro_body(const View *v, u32 i) {
    if (i < 3 || v->toks[i].kind != TOK_OPEN_BRACE || v->toks[i].match < 2) return false;
    return tok_is(v, i - 3, "macro_rules") && tok_is(v, i - 2, "!");
}

// An edit of a token within a macro's definition.
static bool edit_macro(View *v, Str *out) {
    u32 open = find_tok(v, is_macro_body);
    if (open == v->count) return false;
    u32 i = open + 1 + below(v, v->toks[open].match - 1);
    if (is_delimiter(v->toks[i].kind)) return false;
    Str old = tok_text(v, i);
    Str with = STR("");
    if (v->toks[i].kind == TOK_INT)
        with = scratch_print(v->m->scratch, "%u", below(v, 50));
    else if (chance(v, 60))
        with = scratch_print(v->m->scratch, "%.*s %.*s", STR_ARG(old), STR_ARG(old));
    *out = spliced(v, tok_range(v, i), with);
    return true;
}

// ---- all of them --------------------------------------------------------------------------------

typedef struct Edit {
    const char *name;
    bool (*run)(View *v, Str *out);
    u32 weight;
} Edit;

static const Edit edits[] = {
    {"literal", edit_literal, 14},
    {"operator", edit_operator, 10},
    {"type", edit_type, 8},
    {"rename", edit_rename, 8},
    {"space", edit_space, 8},
    {"token", edit_token, 6},
    {"modifier", edit_modifier, 4},
    {"delete", edit_delete, 7},
    {"duplicate", edit_duplicate, 6},
    {"move", edit_move, 8},
    {"comment-out", edit_comment_out, 4},
    {"statement", edit_statement, 10},
    {"item", edit_item, 10},
    {"donation", edit_donation, 6},
    {"copy", edit_copy, 4},
    {"signature", edit_signature, 6},
    {"fields", edit_fields, 3},
    {"derive", edit_derive, 3},
    {"wrap", edit_wrap, 3},
    {"macro", edit_macro, 4},
};

// An item of the first file to a new file. Now and then the file is not there before a later edit.
static const char *split_file(Mutator *m, Texts *to) {
    if (to->count == FILES_MAX) return NULL;
    if (m->missing.name.len) {
        for (u32 i = 0; i < to->count; i++)
            if (str_eq(to->files[i].name, m->missing.name)) return NULL;
        to->files[to->count++] = m->missing;
        m->missing = (File){0};
        return "new-file";
    }
    if (m->first_file) return NULL; // its program is no root
    View v = view_of(m, to->files[0].text);
    Units items = units_of(&v, 0);
    if (!items.ranges.count) return NULL;
    Range range = items.ranges.at[below(&v, items.ranges.count)];
    Str name = new_name(&v);
    File file = {
        scratch_print(m->scratch, "%.*s.rs", STR_ARG(name)),
        scratch_print(m->scratch, "use super::*;\npub %.*s\n", STR_ARG(slice(&v, range))),
    };
    to->files[0].text = spliced(
        &v, range,
        scratch_print(m->scratch, "mod %.*s;\nuse %.*s::*;\n", STR_ARG(name), STR_ARG(name)));
    if (chance(&v, 40))
        m->missing = file;
    else
        to->files[to->count++] = file;
    return "split";
}

// Another program in the place of this one.
static const char *switch_program(Mutator *m, Texts *to, u32 file) {
    Str text = m->donors[random_below(&m->random, m->donor_count)];
    if (str_eq(text, to->files[file].text) || text.len > 4 * to->files[file].text.len + 4000)
        return NULL;
    to->files[file].text = text;
    return "switch";
}

// Tokens that are no Rust are single bytes, so an edit may cut a character in two.
static bool is_utf8(Str text) {
    for (u32 i = 0; i < text.len;) {
        u8 c = (u8)text.at[i++];
        u32 more = c < 0x80 ? 0 : c < 0xc2 ? 9 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
        if (more > text.len - i) return false;
        for (; more; more--)
            if (((u8)text.at[i++] & 0xc0) != 0x80) return false;
    }
    return true;
}

const char *mutate(Mutator *m, const Texts *from, Texts *to) {
    *to = *from;
    u32 file = m->first_file + random_below(&m->random, from->count - m->first_file);
    if (random_chance(&m->random, 4)) return split_file(m, to);
    if (random_chance(&m->random, 1)) return switch_program(m, to, file);
    u32 total = 0;
    for (u32 i = 0; i < ARRAY_LEN(edits); i++)
        total += edits[i].weight;
    u32 dice = random_below(&m->random, total);
    const Edit *edit = edits;
    while (dice >= edit->weight)
        dice -= edit++->weight;
    View v = view_of(m, from->files[file].text);
    Str out;
    if (!edit->run(&v, &out) || str_eq(out, v.text) || !is_utf8(out)) return NULL;
    to->files[file].text = out;
    return edit->name;
}

// ---- texts that nobody writes -------------------------------------------------------------------

// What is cut in two by a range of bytes is taken out.
static Str without_broken_chars(Mutator *m, Str text) {
    char *out = scratch_take(m->scratch, (u64)text.len + 1, 1);
    u32 len = 0;
    for (u32 i = 0; i < text.len;) {
        u8 c = (u8)text.at[i];
        u32 bytes = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;
        bool good = bytes && bytes <= text.len - i;
        for (u32 k = 1; good && k < bytes; k++)
            good = ((u8)text.at[i + k] & 0xc0) == 0x80;
        if (good && bytes == 3) { // no surrogates, nothing overlong
            u8 next = (u8)text.at[i + 1];
            good = !(c == 0xe0 && next < 0xa0) && !(c == 0xed && next > 0x9f);
        }
        if (good && bytes == 4) {
            u8 next = (u8)text.at[i + 1];
            good = !(c == 0xf0 && next < 0x90) && !(c == 0xf4 && next > 0x8f);
        }
        if (!good) {
            i++;
            continue;
        }
        memcpy(out + len, text.at + i, bytes);
        len += bytes;
        i += bytes;
    }
    return (Str){out, len};
}

static Str repeated(Mutator *m, const char *open, const char *middle, const char *close, u32 n) {
    u32 lens[3] = {(u32)strlen(open), (u32)strlen(middle), (u32)strlen(close)};
    char *out = scratch_take(m->scratch, (u64)n * (lens[0] + lens[2]) + lens[1] + 1, 1);
    u32 len = 0;
    for (u32 i = 0; i < n; i++, len += lens[0])
        memcpy(out + len, open, lens[0]);
    memcpy(out + len, middle, lens[1]);
    len += lens[1];
    for (u32 i = 0; i < n; i++, len += lens[2])
        memcpy(out + len, close, lens[2]);
    return (Str){out, len};
}

static const char *const nests[][3] = {
    {"(", "1", ")"},       {"[", "", "]"},
    {"{", "", "}"},        {"&", "u8", ""},
    {"Box<", "u8", ">"},   {"if x {", "", "} else {"},
    {"|x| ", "1", ""},     {"!", "true", ""},
    {"1 + ", "1", ""},     {"mod a { ", "", "}"},
    {"fn f() {", "", "}"}, {"-", "1", ""},
    {"x.", "y", "()"},     {"match x { _ => ", "0", "}"},
};

static Str shaken(Mutator *m, Str text) {
    Random *random = &m->random;
    View v = {.m = m, .text = text};
    u32 a = random_below(random, text.len + 1);
    u32 b = min_u32(text.len, a + random_below(random, 60));
    Range range = {a, b};
    switch (random_below(random, 7)) {
    case 0: return (Str){text.at, a};
    case 1: return (Str){text.at + a, text.len - a};
    case 2: return spliced(&v, range, STR(""));
    case 3: { // a byte
        char *byte = scratch_take(m->scratch, 2, 1);
        byte[0] = (char)random_next(random);
        return spliced(&v, (Range){a, a + (a < text.len)}, (Str){byte, 1});
    }
    case 4: { // a piece of another place
        u32 from = random_below(random, text.len + 1);
        u32 to = min_u32(text.len, from + random_below(random, 200));
        return spliced(&v, (Range){a, a}, slice(&v, (Range){from, to}));
    }
    case 5: { // a piece of another program
        Str donor = m->donors[random_below(random, m->donor_count)];
        u32 from = random_below(random, donor.len + 1);
        u32 to = min_u32(donor.len, from + random_below(random, 200));
        return spliced(&v, range, (Str){donor.at + from, to - from});
    }
    default: {
        const char *const *nest = nests[random_below(random, ARRAY_LEN(nests))];
        u32 n = 1u << random_below(random, 12);
        return spliced(&v, (Range){a, a}, repeated(m, nest[0], nest[1], nest[2], n));
    }
    }
}

void mutate_wildly(Mutator *m, const Texts *from, Texts *to) {
    *to = *from;
    m->missing = (File){0}; // each text is one of its own
    for (u32 count = 1 + random_below(&m->random, 5); count; count--) {
        Texts edited;
        if (random_chance(&m->random, 60)) {
            if (mutate(m, to, &edited)) *to = edited;
            continue;
        }
        to->files[0].text = shaken(m, to->files[0].text);
        to->files[0].text = without_broken_chars(m, to->files[0].text);
    }
}

void mutator_init(Mutator *m, u64 seed, Scratch *scratch, const Str *donors, u32 count) {
    *m = (Mutator){.random = {seed}, .scratch = scratch, .donors = donors, .donor_count = count};
    symbols_init(&m->symbols);
}

void mutator_deinit(Mutator *m) {
    symbols_deinit(&m->symbols);
}
