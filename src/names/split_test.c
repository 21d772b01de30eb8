// A file kept in pieces through thousands of random edits must be what a new file of that text is.
#include "names/split.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
// after the headers it needs
#include <cmocka.h>

typedef struct World {
    Db *db;
    Options options;
    FileId file;
} World;

static void set_text(World *w, FileId file, const char *text) {
    assert_true(source_set_text(w->db, file, str_from(text), DURABILITY_LOW, NULL));
}

static void world_init(World *w, const char *text) {
    *w = (World){.options = {.edition = 2021}};
    w->db = db_new(&w->options);
    source_store_new(w->db);
    w->db->expand = expand_store_new();
    w->db->defs = names_store_new();
    syntax_register(w->db);
    names_register(w->db);
    w->file = source_file(w->db, STR("main.rs"));
    set_text(w, w->file, text);
    file_shape(w->db, w->file.id);
}

static void world_deinit(World *w) {
    source_store_free(w->db);
    expand_store_free(w->db->expand);
    names_store_free(w->db->defs);
    w->db->expand = NULL;
    w->db->defs = NULL;
    db_free(w->db);
}

static const char small_text[] =
    "//! What this is.\n"
    "#![allow(dead_code)]\n"
    "use std::fmt;\n"
    "/// A point.\n"
    "#[derive(Debug)]\n"
    "struct P { x: i32, y: i32 }\n"
    "impl P { fn new() -> P { P { x: 1, y: 2 } } }\n"
    "impl P { fn sum(&self) -> i32 { self.x + self.y } }\n"
    "enum E { A, B(u8), #[doc = \"c\"] C { d: i8 } }\n"
    "mod a {\n"
    "    //! Inner.\n"
    "    use super::P;\n"
    "    pub mod b {\n"
    "        pub fn deep() -> &'static str { \"}\" }\n"
    "        #[test] fn t() { let c = '{'; }\n"
    "    }\n"
    "    pub(in crate::a) fn f(p: P) { /* { */ println!(\"{}\", p.x); }\n"
    "    // last\n"
    "}\n"
    "macro_rules! m { ($x:expr) => { $x + 1 } }\n"
    "m! { fn made() {} }\n"
    "const _: () = ();\n"
    "const _: () = { fn in_const() {} };\n"
    "extern \"C\" { fn puts(s: *const u8); static S: u8; }\n"
    "mod empty {}\n"
    "mod elsewhere;\n"
    "fn main() { let s = r#\"raw \" { \"#; a::b::deep(); } // end\n"
    "macro two($x:tt) { $x }trait T { fn go(); }\n";

static const char *const parts[] = {
    "\"",
    "'",
    "{",
    "}",
    "(",
    ")",
    "]",
    "/*",
    "*/",
    "//",
    "\n",
    "r#\"",
    "\"#",
    ";",
    ",",
    " ",
    "x",
    "\xc3\xa9",
    "é",
    "fn z() {}",
    "\nfn z() { 1 + 1; }\n",
    "mod q { fn a() {} mod r {} }\n",
    "#![x]",
    "\n//! doc\n",
    "\n/// d\n",
    "\nimpl P {}\n",
    "\nuse a::b;\n",
    "#[test]",
    "#[cfg(test)]\n",
    "pub ",
    "mod n {",
    "/* c */",
    "// c\n",
    "!",
    "#",
    "struct Z;",
    "1",
    "0x",
    "b'",
    "'a ",
    "\r\n",
    "extern \"C\" {",
    "const _: u8 = 1;",
    "r",
    "b",
    "/",
    "*",
    "//!",
    "/*! i */",
    "println!(\"{}\", 1);",
};

typedef struct Random {
    u64 state;
} Random;

static u32 random_below(Random *random, u32 limit) {
    random->state = hash_mix(random->state, 77);
    return limit ? (u32)(random->state >> 20) % limit : 0;
}

static void replace(char *text, u32 at, u32 gone, const char *fresh, u32 len) {
    u32 rest = (u32)strlen(text + at + gone) + 1;
    memmove(text + at + len, text + at + gone, rest);
    memcpy(text + at, fresh, len);
}

static u32 line_start(const char *text, u32 at) {
    while (at > 0 && text[at - 1] != '\n')
        at--;
    return at;
}

// Whole characters only.
static u32 char_start(const char *text, u32 at) {
    while (at > 0 && ((u8)text[at] & 0xc0) == 0x80)
        at--;
    return at;
}

static void edit(Random *random, char *text, u32 text_max) {
    u32 len = (u32)strlen(text);
    u32 at = char_start(text, random_below(random, len + 1));
    u32 to = char_start(text, min_u32(at + random_below(random, 12), len));
    u32 line = line_start(text, at),
        line_to = line_start(text, min_u32(at + random_below(random, 200), len));
    const char *part = parts[random_below(random, ARRAY_LEN(parts))];
    switch (random_below(random, 8)) {
    case 0:
    case 1: replace(text, at, 0, part, (u32)strlen(part)); break;
    case 2: replace(text, line, 0, part, (u32)strlen(part)); break;
    case 3: replace(text, at, to - at, "", 0); break;
    case 4: replace(text, at, to - at, part, (u32)strlen(part)); break;
    case 5:
        if (line_to > line) replace(text, line, line_to - line, "", 0);
        break;
    case 6: // what is there once more, elsewhere
        if (line_to > line && len + line_to - line < text_max) {
            char copy[256];
            u32 count = min_u32(line_to - line, sizeof copy);
            count -= (u32)(count == sizeof copy);
            count = char_start(text, line + count) - line;
            memcpy(copy, text + line, count);
            replace(text, line_start(text, random_below(random, len)), 0, copy, count);
        }
        break;
    default: // inside of a body, as a rule
        replace(text, at, 0, " 1 + 1; ", 8);
    }
}

static void expect_same_item(const World *w, u32 a, u32 b) {
    if (a == 0 || b == 0) {
        assert_int_equal(a, b);
        return;
    }
    const u32 *x = intern_bytes(&w->db->defs->items, a, NULL);
    const u32 *y = intern_bytes(&w->db->defs->items, b, NULL);
    assert_memory_equal(x + 2, y + 2, 16); // all but file and parent
    expect_same_item(w, x[1], y[1]);
}

static bool row_has_item(const ShapeRow *row) {
    return row->kind != ITEM_NONE && row->kind != ITEM_USE && row->kind != ITEM_EXTERN_CRATE &&
           row->kind != ITEM_MACRO_CALL;
}

static Str one_path(Db *db, u32 file) {
    (void)db, (void)file;
    return STR("x.rs");
}
static Str text_of(Db *db, u32 file) {
    return source_text(db, (FileId){file});
}

// The errors as they are shown; owned.
static char *errors_of(World *w, u32 file) {
    query_get(w->db, Q_file_split, file);
    char *text;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    assert_non_null(out);
    DiagRenderer renderer = {.out = out, .path = one_path, .text = text_of};
    diag_render(w->db, Q_file_split, file, &renderer);
    fclose(out);
    return text;
}

static void expect_same_errors(World *w, u32 file, u32 fresh) {
    char *shown = errors_of(w, file), *want = errors_of(w, fresh);
    assert_string_equal(shown, want);
    free(shown);
    free(want);
}

// Each token of an item stands where its position leads to, in a file without errors.
static void expect_places(World *w, u32 file, u32 row, Toks toks) {
    Str text = source_text(w->db, (FileId){file});
    for (u32 i = 0; i < toks.count; i++) {
        const Tok *tok = &toks.at[i];
        u32 byte;
        assert_true(file_row_byte(w->db, file, row, tok->pos, &byte));
        if (tok->kind != TOK_IDENT || tok->flags & TOK_RAW) continue;
        Str name = symbol_str(&w->db->symbols, (Symbol){tok->sym});
        assert_true(byte + name.len <= text.len);
        assert_memory_equal(text.at + byte, name.at, name.len);
        assert_true(file_row_byte(w->db, file, row, tok->pos + name.len, &byte));
        assert_memory_equal(text.at + byte - name.len, name.at, name.len);
    }
}

static void expect_same(World *w, u32 file, u32 fresh, Map *items) {
    Db *db = w->db;
    const FileShape *a = file_shape(db, file), *b = file_shape(db, fresh);
    assert_int_equal(a->rows.count, b->rows.count);
    assert_int_equal(a->toks.count, b->toks.count);
    assert_memory_equal(&a->inner_attrs, &b->inner_attrs, sizeof a->inner_attrs);
    assert_memory_equal(LIST_AT(a, Tok, a->toks), LIST_AT(b, Tok, b->toks),
                        a->toks.count * sizeof(Tok));
    Map now = {0};
    bool is_good = !diag_has_error(db, Q_file_split, fresh);
    for (u32 i = 0; i < a->rows.count; i++) {
        ShapeRow x = LIST_AT(a, ShapeRow, a->rows)[i], y = LIST_AT(b, ShapeRow, b->rows)[i];
        u32 at, want;
        assert_true(file_row_byte(db, file, i, 0, &at) && file_row_byte(db, fresh, i, 0, &want));
        assert_int_equal(at, want);
        if (row_has_item(&x)) {
            expect_same_item(w, x.item, y.item);
            Toks xs = item_toks(db, x.item), ys = item_toks(db, y.item);
            assert_int_equal(xs.count, ys.count);
            assert_memory_equal(xs.at, ys.at, xs.count * sizeof(Tok));
            if (is_good) expect_places(w, file, i, xs);
            assert_int_equal(map_get(&now, x.item), 0);
            map_set(&now, x.item, 1);
            map_set(items, x.item, 1);
            x.item = y.item = 0;
        }
        assert_memory_equal(&x, &y, sizeof x);
    }
    for (u32 i = 0; i < items->cap; i++) {
        u32 item = (u32)items->slots[i].key;
        if (items->slots[i].value && !map_get(&now, item))
            assert_int_equal(item_toks(db, item).count, 0);
    }
    map_deinit(&now);
    expect_same_errors(w, file, fresh);
}

static void edits_lead_to_what_a_new_file_is(void **state) {
    (void)state;
    enum { ROUNDS = 6000, TEXT_MAX = 8000 };
    World w;
    world_init(&w, small_text);
    char *text = calloc(2, TEXT_MAX), *good = calloc(2, TEXT_MAX), *next = calloc(2, TEXT_MAX);
    strcpy(text, small_text);
    strcpy(good, small_text);
    Random random = {1};
    Map items = {0};
    u32 edits = 0, windows = 0; // from one good text to another
    bool was_good = true;
    for (u32 round = 0; round < ROUNDS; round++) {
        strcpy(next, text);
        for (u32 n = 1 + random_below(&random, 5) / 4; n > 0; n--)
            edit(&random, next, TEXT_MAX - 600);
        if (round % 40 == 0 || strlen(next) > TEXT_MAX - 600) strcpy(next, small_text);
        u64 read = w.db->defs->split_bytes;
        set_text(&w, w.file, next);
        read = w.db->defs->split_bytes - read;
        u64 mark = scratch_mark(&w.db->scratch);
        FileId fresh = source_file(w.db, scratch_print(&w.db->scratch, "%u.rs", round));
        scratch_rewind(&w.db->scratch, mark);
        set_text(&w, fresh, next);
        expect_same(&w, w.file.id, fresh.id, &items);
        strcpy(text, next);
        // A file with errors is read whole: go back to a good one, at once or after a while.
        bool is_good = !diag_has_error(w.db, Q_file_split, fresh.id);
        if (is_good && was_good) {
            edits++;
            windows += read < strlen(text);
        }
        if (is_good) {
            strcpy(good, text);
        } else if (random_below(&random, 3) != 0) {
            strcpy(text, good);
            set_text(&w, w.file, text);
            is_good = true;
        }
        was_good = is_good;
    }
    print_message("%u of %u edits read a part only\n", windows, edits);
    assert_true(windows * 4 > edits * 3);
    map_deinit(&items);
    free(text);
    free(good);
    free(next);
    world_deinit(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edits_lead_to_what_a_new_file_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
