// Unit tests of diagnostics: what is printed, in which order, and when.
#include "diag/diag.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

// A test is a text and a function that reports on it; positions are found by words of the text.
static const char *file_text;
static void (*report)(Db *db);

static Str text_of(Db *db, u32 file) {
    (void)db;
    return file == 1 ? str_from(file_text) : STR("fn other() {}\n");
}
static Str path_of(Db *db, u32 file) {
    (void)db;
    return file == 1 ? STR("main.rs") : STR("other.rs");
}

static Span at(const char *words) {
    const char *found = strstr(file_text, words);
    assert_non_null(found);
    u32 lo = (u32)(found - file_text);
    return (Span){1, lo, lo + (u32)strlen(words)};
}

static Span from_to(const char *first, const char *last) {
    return (Span){1, at(first).lo, at(last).hi};
}

static void run_noted(Db *db, u32 key) {
    if (key == 1) report(db);
    query_return(db, NULL, 0);
}
static void run_above(Db *db, u32 key) {
    query_get(db, Q_noted, key);
    query_return(db, NULL, 0);
}

static const Options options = {.edition = 2021};

static void expect_colour(const char *text, void (*reporter)(Db *), bool colour, u32 errors,
                          const char *want) {
    file_text = text;
    report = reporter;
    Db *db = db_new(&options);
    query_register(db, Q_noted, run_noted);
    query_register(db, Q_above, run_above);
    char *printed;
    size_t len;
    FILE *out = open_memstream(&printed, &len);
    DiagRenderer renderer = {.out = out, .colour = colour, .path = path_of, .text = text_of};
    u32 got = diag_render(db, Q_above, 1, &renderer);
    fclose(out);
    assert_string_equal(printed, want);
    assert_int_equal(got, errors);
    assert_int_equal(diag_has_error(db, Q_above, 1), errors != 0);
    free(printed);
    db_free(db);
}

static void expect(const char *text, void (*reporter)(Db *), u32 errors, const char *want) {
    expect_colour(text, reporter, false, errors, want);
}

static void report_name(Db *db) {
    diag_error(db, at("x"), "E0425", "cannot find value `%s` in this scope", "x");
    diag_label(db, at("x"), "not found in this scope");
}

static void an_error_shows_its_line(void **state) {
    (void)state;
    expect("fn main() {\n    x + 1\n}\n", report_name, 1,
           "error[E0425]: cannot find value `x` in this scope\n"
           " --> main.rs:2:5\n"
           "  |\n"
           "2 |     x + 1\n"
           "  |     ^ not found in this scope\n"
           "\n");
}

static void tabs_and_wide_characters_keep_the_carets_in_place(void **state) {
    (void)state;
    expect("\tlet s = \"\xe6\xbc\xa2\xe5\xad\x97\"; x\r\n", report_name, 1,
           "error[E0425]: cannot find value `x` in this scope\n"
           " --> main.rs:1:16\n"
           "  |\n"
           "1 |     let s = \"\xe6\xbc\xa2\xe5\xad\x97\"; x\n"
           "  |                     ^ not found in this scope\n"
           "\n");
}

static void report_call(Db *db) {
    diag_error(db, at("one"), "E0308", "mismatched types");
    diag_label(db, at("one"), "expected `u8`, found `i32`");
    diag_label(db, at("add"), "arguments to this function are wrong");
    diag_label(db, at("two"), "this one is fine");
    diag_note(db, "a note\nof two lines");
    diag_help(db, "write it otherwise");
}

static void labels_that_would_collide_hang_below(void **state) {
    (void)state;
    expect("add(one, two);\n", report_call, 1,
           "error[E0308]: mismatched types\n"
           " --> main.rs:1:5\n"
           "  |\n"
           "1 | add(one, two);\n"
           "  | --- ^^^  --- this one is fine\n"
           "  | |   |\n"
           "  | |   expected `u8`, found `i32`\n"
           "  | arguments to this function are wrong\n"
           "  |\n"
           "  = note: a note\n"
           "          of two lines\n"
           "  = help: write it otherwise\n"
           "\n");
}

static void report_block(Db *db) {
    diag_error(db, from_to("{", "}"), "", "a body");
    diag_label(db, from_to("{", "}"), "this body");
}

static void a_range_of_lines_is_a_bracket(void **state) {
    (void)state;
    expect("fn f() {\n    x\n}\n", report_block, 1,
           "error: a body\n"
           " --> main.rs:1:8\n"
           "  |\n"
           "1 |   fn f() {\n"
           "  |  ________^\n"
           "2 | |     x\n"
           "3 | | }\n"
           "  | |_^ this body\n"
           "\n");
    expect("\n  {\n  x\n  }\n", report_block, 1,
           "error: a body\n"
           " --> main.rs:2:3\n"
           "  |\n"
           "2 | /   {\n"
           "3 | |   x\n"
           "4 | |   }\n"
           "  | |___^ this body\n"
           "\n");
}

static void a_long_bracket_is_cut_in_the_middle(void **state) {
    (void)state;
    expect("{\n1\n2\n3\n4\n5\n6\n}\n", report_block, 1,
           "error: a body\n"
           " --> main.rs:1:1\n"
           "  |\n"
           "1 | / {\n"
           "2 | | 1\n"
           "3 | | 2\n"
           "4 | | 3\n"
           "... |\n"
           "8 | | }\n"
           "  | |_^ this body\n"
           "\n");
}

static void report_apart(Db *db) {
    diag_warning(db, at("later"), "", "far apart");
    diag_label(db, at("first"), "here");
    diag_label(db, (Span){2, 3, 8}, "and in another file");
}

static void lines_far_apart_and_other_files_are_shown(void **state) {
    (void)state;
    expect("first\n\n\n\n\n\n\n\n\nlater\n", report_apart, 0,
           "warning: far apart\n"
           "  --> main.rs:10:1\n"
           "   |\n"
           " 1 | first\n"
           "   | ----- here\n"
           "...\n"
           "10 | later\n"
           "   | ^^^^^\n"
           "  ::: other.rs:1:4\n"
           "   |\n"
           " 1 | fn other() {}\n"
           "   |    ----- and in another file\n"
           "\n");
}

static void report_unsorted(Db *db) {
    diag_error(db, at("b"), "", "second");
    diag_error(db, at("a"), "", "first");
    diag_error(db, at("b"), "", "second");
    diag_error(db, (Span){0}, "", "of no place");
}

static void diagnostics_are_sorted_and_told_once(void **state) {
    (void)state;
    expect("a b\n", report_unsorted, 3,
           "error: of no place\n\n"
           "error: first\n --> main.rs:1:1\n  |\n1 | a b\n  | ^\n\n"
           "error: second\n --> main.rs:1:3\n  |\n1 | a b\n  |   ^\n\n");
}

static void report_end(Db *db) {
    diag_error(db, (Span){1, 3, 3}, "", "unexpected end");
}

static void the_end_of_the_file_has_a_place(void **state) {
    (void)state;
    expect("a b", report_end, 1,
           "error: unexpected end\n --> main.rs:1:4\n  |\n1 | a b\n  |    ^\n\n");
    expect("a b\n", report_end, 1,
           "error: unexpected end\n --> main.rs:1:4\n  |\n1 | a b\n  |    ^\n\n");
    expect("ab\n", report_end, 1,
           "error: unexpected end\n --> main.rs:1:4\n  |\n1 | ab\n  |   ^\n\n");
}

static void colours_are_those_of_rustc(void **state) {
    (void)state;
    expect_colour("x", report_end, true, 1,
                  "\033[1;91merror\033[0m\033[1m: unexpected end\033[0m\n"
                  "\033[1;94m --> \033[0mmain.rs:1:2\n"
                  "\033[1;94m  |\033[0m\n"
                  "\033[1;94m1 |\033[0m x\n"
                  "\033[1;94m  |\033[0m  \033[1;91m^\033[0m\n\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_shows_its_line),
        cmocka_unit_test(tabs_and_wide_characters_keep_the_carets_in_place),
        cmocka_unit_test(labels_that_would_collide_hang_below),
        cmocka_unit_test(a_range_of_lines_is_a_bracket),
        cmocka_unit_test(a_long_bracket_is_cut_in_the_middle),
        cmocka_unit_test(lines_far_apart_and_other_files_are_shown),
        cmocka_unit_test(diagnostics_are_sorted_and_told_once),
        cmocka_unit_test(the_end_of_the_file_has_a_place),
        cmocka_unit_test(colours_are_those_of_rustc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
