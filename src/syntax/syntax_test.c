// Unit tests of syntax: the lexer on odd input, the skimmer, trees of small texts, and the whole
// of the library's source when it is installed.
#define _XOPEN_SOURCE 700 // nftw
#include "syntax/ast_print.h"
#include "syntax/lit.h"
#include "syntax/syntax_check.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct Fixture {
    Symbols symbols;
    Scratch scratch;
} Fixture;

static int setup(void **state) {
    Fixture *f = calloc(1, sizeof *f);
    symbols_init(&f->symbols);
    scratch_init(&f->scratch);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    Fixture *f = *state;
    symbols_deinit(&f->symbols);
    scratch_deinit(&f->scratch);
    free(f);
    return 0;
}

static LexOut lex(Fixture *f, const char *text) {
    LexOut out;
    lex_file(&f->symbols, &f->scratch, str_from(text), 2021, &out);
    return out;
}

// The kinds and spellings of the tokens, separated by blanks.
static const char *lexed(Fixture *f, const char *text) {
    LexOut out = lex(f, text);
    char *buf = scratch_take(&f->scratch, 100000, 1);
    u32 at = 0;
    for (u32 i = 0; i < out.toks.count; i++) {
        const Tok *tok = &out.toks.at[i];
        bool named = tok->kind >= TOK_IDENT && tok->kind <= TOK_DOC_INNER;
        Str name = named ? symbol_str(&f->symbols, (Symbol){tok->sym})
                         : str_from(tok_kind_text(tok->kind));
        at += (u32)sprintf(buf + at, "%s%.*s", i ? " " : "", STR_ARG(name));
    }
    return buf;
}

static void the_lexer_knows_every_kind_of_token(void **state) {
    Fixture *f = *state;
    assert_string_equal(lexed(f, "a>>=b ..= ... -> <- 'a 'a' '\\'' b'x' r#fn"),
                        "a >>= b ..= ... -> <- 'a 'a' '\\'' b'x' fn");
    assert_string_equal(lexed(f, "1.0 1. 1..2 1.foo 0x1f_u8 1e5 1e-5f32 0.1.2"),
                        "1.0 1. 1 .. 2 1 . foo 0x1f_u8 1e5 1e-5f32 0.1 . 2");
    assert_string_equal(lexed(f, "r#\"a\"b\"# br\"x\" c\"y\" cr##\"z\"## \"q\"suf"),
                        "r#\"a\"b\"# br\"x\" c\"y\" cr##\"z\"## \"q\"suf");
    assert_string_equal(lexed(f, "/* a /* b */ c */ x // y\n/// d\n//// e\n/**/ /** f */"),
                        "x  d  f ");
    assert_int_equal(lex(f, "#!/bin/x\nfn").toks.count, 1);
    assert_int_equal(lex(f, "#![a]").toks.count, 5);
    assert_int_equal(lex(f, "\xef\xbb\xbf"
                            "fn")
                         .toks.at[0]
                         .pos,
                     3);
}

static const char *first_lex_error(Fixture *f, const char *text) {
    LexOut out = lex(f, text);
    if (!out.errors.count) return "";
    return lex_error_text(&out.errors.at[0], str_from(text), &f->scratch).at;
}

static void the_lexer_reports_what_is_no_rust(void **state) {
    Fixture *f = *state;
    assert_string_equal(first_lex_error(f, "fn f() {}"), "");
    assert_string_equal(first_lex_error(f, "\"abc"), "unterminated double quote string");
    assert_string_equal(first_lex_error(f, "/* x"), "unterminated block comment");
    assert_string_equal(first_lex_error(f, "r#\"x\""), "unterminated raw string");
    assert_string_equal(first_lex_error(f, "'\\q'"), "unknown character escape");
    assert_string_equal(first_lex_error(f, "(a]"), "mismatched closing delimiter: `]`");
    assert_string_equal(first_lex_error(f, "a)"), "unexpected closing delimiter: `)`");
    assert_string_equal(first_lex_error(f, "{ ("), "this file contains an unclosed delimiter");
    assert_string_equal(first_lex_error(f, "0x"), "no valid digits found for number");
    assert_string_equal(first_lex_error(f, "foo#bar"), "prefix `foo` is unknown");
    assert_string_equal(first_lex_error(f, "''"), "empty character literal");
    assert_string_equal(first_lex_error(f, "b\"\xc3\xa9\""), "non-ASCII character in byte literal");
}

static void delimiters_always_balance(void **state) {
    Fixture *f = *state;
    static const char bytes[] = "()[]{}<>'\"/*#rbc1x.\\ \n\xc3\xa9\xff!:;,";
    srand(7);
    for (u32 round = 0; round < 3000; round++) {
        char text[40];
        u32 len = (u32)rand() % sizeof text;
        for (u32 i = 0; i < len; i++)
            text[i] = bytes[(u32)rand() % (sizeof bytes - 1)];
        LexOut out;
        lex_file(&f->symbols, &f->scratch, (Str){text, len}, 2021, &out);
        for (u32 i = 0; i < out.toks.count; i++) {
            const Tok *tok = &out.toks.at[i];
            if (tok->kind < TOK_OPEN_PAREN || tok->kind > TOK_CLOSE_BRACE) continue;
            bool open = (tok->kind - TOK_OPEN_PAREN) % 2 == 0;
            if (!open) continue;
            assert_true(tok->match > 0 && i + tok->match < out.toks.count);
            const Tok *close = &out.toks.at[i + tok->match];
            assert_int_equal(close->kind, tok->kind + 1);
            assert_int_equal(close->match, tok->match);
        }
    }
}

static SyntaxCheck check_text(Fixture *f, Str text, u32 edition) {
    SyntaxCheck check = {.symbols = &f->symbols,
                         .scratch = &f->scratch,
                         .edition = edition,
                         .text = text,
                         .verify = true};
    LexOut out;
    lex_file(&f->symbols, &f->scratch, text, edition, &out);
    Toks toks = {out.toks.at, out.toks.count};
    if (out.errors.count) {
        check.error_count = out.errors.count;
        check.first_error = out.errors.at[0].pos;
        check.first_message = lex_error_text(&out.errors.at[0], text, &f->scratch).at;
    }
    u32 bad;
    if (!check.error_count && !syntax_check_text(&check, toks, out.text_start, &bad)) {
        check.error_count++;
        check.first_error = bad;
        check.first_message = "tokens do not give the text again";
    }
    syntax_check_items(&check, toks, SKIM_MODULE);
    return check;
}

static void assert_parses(Fixture *f, const char *text, u32 edition) {
    SyntaxCheck check = check_text(f, str_from(text), edition);
    if (check.error_count) fail_msg("%s at `%.40s`", check.first_message, text + check.first_error);
}

static void the_grammar_of_all_editions_parses(void **state) {
    Fixture *f = *state;
    assert_parses(f,
                  "trait T { fn f(u8, &mut [u8]); fn g(&self, (a, b): (u8, u8)) {} }\n"
                  "fn h(x: Box<Send + 'static>, f: &(Fn(u8) -> u8 + Sync)) { let dyn = 1; "
                  "let async = dyn; try!(x); }",
                  2015);
    assert_parses(f,
                  "const trait A: [const] B + ?Sized {} impl<T: ~const A> const A for T {}"
                  "impl !Send for X {} default unsafe impl<'a, T> A for T where T: 'a {}"
                  "unsafe auto trait M {} trait Al = A + B where u8: C;"
                  "pub(in a::b) macro m($x:expr) { $x } macro n { () => {} }",
                  2024);
    assert_parses(
        f,
        "unsafe extern \"C\" { safe fn a(x: u8, ...); pub type O; static mut S: u8; }"
        "extern { fn b(_: *const u8); } pub extern crate core as c; extern crate self as s;"
        "use ::{a::{self, b as _, *}, c}; union U { a: u8 } enum E { A = 1, B(u8), C { x: u8 } }",
        2021);
    assert_parses(
        f,
        "fn f<const N: usize = 3, T>(self: &Self) -> impl Fn(u8) -> u8 + use<'_, T> {"
        "'a: loop { break 'a 3 } let Some(x) = y else { return };"
        "if let A = b && let C | D = e && f {} while let Some(_) = g() {}"
        "match x { 1..=2 | ..3 | 4.. if let Some(z) = q => {} box ref mut y @ (.., _) => 1, "
        "[a, .., b @ ..] => {} S { x, ref y, .. } => (), -1 | const { 2 } => (), !,}"
        "x.0.1.2 = &raw const *y; let _ = async move || -> u8 { 1 }; gen { yield 1 };"
        "a::<u8>::b::<{ N + 1 }, -1, 'x', A = u8, B: C>(); <T as X<u8>>::y; <[u8]>::len;"
        "let f = |x: u8, (a, b)| x << 2 >> 1 as u8; x?.await?.y[..][1..][..=2];"
        "S { a: 1, b, ..c }; (S { a }) == s; return; builtin # offset_of(A<u8>, a.b.0.1);"
        "let _: for<'a> fn(&'a u8); unsafe { 1 } else_ }",
        2024);
}

static void assert_error(Fixture *f, const char *text, const char *message) {
    SyntaxCheck check = check_text(f, str_from(text), 2021);
    if (check.error_count == 0) fail_msg("no error in `%s`", text);
    assert_string_equal(check.first_message, message);
}

static void mistakes_are_reported_in_rustcs_words(void **state) {
    Fixture *f = *state;
    assert_error(f, "fn f() { let x = 1 let y = 2; }", "expected `;`, found keyword `let`");
    assert_error(f, "fn f() { 1 + }", "expected expression, found `}`");
    assert_error(f, "fn f() { a < b < c; }", "comparison operators cannot be chained");
    assert_error(f, "fn f() { x y }",
                 "expected one of `.`, `;`, `?`, `}`, or an operator, found `y`");
    assert_error(f, "fn f(a) {}", "expected one of `:`, `@`, or `|`, found `)`");
    assert_error(f, "struct S { a u8 }", "expected `:`, found `u8`");
    assert_error(f, "fn f() { match x { 1 2 => 3 } }",
                 "expected one of `=>`, `if`, or `|`, found `2`");
    assert_error(f, "fn f() { (let x = 1) }", "expected expression, found `let` statement");
    assert_error(f, "fn f() { let x: = 1; }", "expected type, found `=`");
    assert_error(f, "fn f() { 1..=; }", "inclusive range with no end");
    assert_error(f, "foo bar;", "expected item");
    assert_error(f, "fn f() { let fn = 1; }", "expected pattern, found keyword `fn`");
}

static void statements_end_where_rustc_ends_them(void **state) {
    Fixture *f = *state;
    assert_parses(f,
                  "fn f() { if a {} else {} -1; match x {} (1, 2); {} [1][0]; unsafe {} &x; "
                  "match x { a => {} b => {}, c => 1 } .foo(); m! {} -1; m!{}.x(); m![1] + 2; }",
                  2021);
}

static void nesting_is_limited_and_never_overflows(void **state) {
    Fixture *f = *state;
    enum { DEEP = 10000 };
    char *text = malloc(DEEP * 8 + 100);
    static const char *const opens[] = {"(",      "[",    "{",  "&", "!", "-",
                                        "if x {", "|x| ", "x(", "<", "*"};
    static const char *const closes[] = {")", "]", "}", "", "", "", "}", "", ")", "", ""};
    for (u32 kind = 0; kind < ARRAY_LEN(opens); kind++) {
        char *at = text + sprintf(text, "fn f() { ");
        for (u32 i = 0; i < DEEP; i++)
            at += sprintf(at, "%s", opens[kind]);
        for (u32 i = 0; i < DEEP; i++)
            at += sprintf(at, "%s", closes[kind]);
        sprintf(at, " }");
        SyntaxCheck check = check_text(f, str_from(text), 2021);
        assert_true(check.error_count > 0);
    }
    // types and patterns
    char *at = text + sprintf(text, "fn f(x: ");
    for (u32 i = 0; i < DEEP; i++)
        at += sprintf(at, "&(");
    sprintf(at, "x) {}");
    assert_true(check_text(f, str_from(text), 2021).error_count > 0);
    // a long chain is no nesting
    at = text + sprintf(text, "fn f() { if a {}");
    for (u32 i = 0; i < 2000; i++)
        at += sprintf(at, " else if b {}");
    sprintf(at, " }");
    assert_parses(f, text, 2021);
    free(text);
}

static void fragments_take_what_they_should(void **state) {
    Fixture *f = *state;
    static const struct {
        FragKind kind;
        const char *text;
        u32 tokens;
    } cases[] = {
        {FRAG_EXPR, "a + b, c", 3},
        {FRAG_EXPR, "x => y", 1},
        {FRAG_EXPR, "f(1, 2).y[3]? ; z", 12},
        {FRAG_EXPR, ", x", 0},
        {FRAG_EXPR, "a +", 0},
        {FRAG_TY, "Vec<u8> = x", 4},
        {FRAG_TY, "&'a mut [u8; 3], y", 8},
        {FRAG_PAT, "A | B => x", 3},
        {FRAG_PAT_PARAM, "A | B", 1},
        {FRAG_PATH, "a::b<u8> { }", 6},
        {FRAG_STMT, "let x = 1; y", 4},
        {FRAG_BLOCK, "{ a } b", 3},
        {FRAG_ITEM, "pub fn f() {} x", 7},
        {FRAG_META, "cfg(a = \"b\") x", 6},
        {FRAG_META, "path = \"b\"", 3},
        {FRAG_VIS, "pub(crate) fn", 4},
        {FRAG_VIS, "fn", PARSE_EMPTY},
        {FRAG_LITERAL, "-1 x", 2},
        {FRAG_LIFETIME, "'a x", 1},
        {FRAG_IDENT, "a x", 1},
        {FRAG_IDENT, "_ x", 0},
        {FRAG_TT, "(a b) c", 4},
        {FRAG_TT, "a", 1},
    };
    ParseInput in = {&f->symbols, &f->symbols, &f->scratch, NULL, 2021};
    for (u32 i = 0; i < ARRAY_LEN(cases); i++) {
        LexOut out = lex(f, cases[i].text);
        const char *error;
        u32 got =
            parse_fragment(&in, cases[i].kind, (Toks){out.toks.at, out.toks.count}, 0, &error);
        if (got != cases[i].tokens)
            fail_msg("`%s` as fragment %d takes %u tokens, not %u (%s)", cases[i].text,
                     cases[i].kind, got, cases[i].tokens, error ? error : "");
    }
}

static void literals_have_their_values(void **state) {
    Fixture *f = *state;
    LitFault fault;
    assert_int_equal(lit_char(TOK_CHAR, STR("'\\u{1F600}'"), 0, &fault), 0x1f600);
    assert_int_equal(lit_char(TOK_BYTE, STR("b'\\xff'"), 0, &fault), 0xff);
    assert_int_equal(lit_char(TOK_CHAR, STR("'\xc3\xa9'"), 0, &fault), 0xe9);
    assert_true(str_eq(lit_bytes(TOK_STR, STR("\"a\\n\\\n   b\\x41\""), 0, &f->scratch, &fault),
                       STR("a\nbA")));
    assert_int_equal(fault.error, LIT_ERROR_NONE);
    assert_true(str_eq(lit_bytes(TOK_RAW_STR, STR("r##\"a\\\"#b\"##"), 0, &f->scratch, &fault),
                       STR("a\\\"#b")));
    assert_true(str_eq(lit_bytes(TOK_BYTE_STR, STR("b\"\\xff\\0\""), 0, &f->scratch, &fault),
                       STR("\xff\0")));
    u128 value;
    assert_true(lit_int(STR("0xffff_ffff_ffff_ffffu64"), 3, &value));
    assert_true(value == UINT64_MAX);
    assert_false(lit_int(STR("999999999999999999999999999999999999999999"), 0, &value));
    assert_string_equal(lit_float(STR("1_0.5e3f64"), 3, &f->scratch).at, "10.5e3");
}

static bool expand_to(void *cx, const MacroCall *call, Toks *out) {
    Fixture *f = cx;
    // every call stands for its arguments
    (void)f;
    *out = call->args;
    return true;
}

static void expansions_are_parsed_in_place(void **state) {
    Fixture *f = *state;
    ParseHooks hooks = {.cx = f, .expand = expand_to};
    ParseInput in = {&f->symbols, &f->symbols, &f->scratch, &hooks, 2021};
    LexOut out = lex(f, "fn f(x: m!(u8)) { a!{ let y = 1; fn g() {} 2 } b!(let z = 3;); "
                        "match c!(4) { p!(5) => d!(6) + 7, _ => {} } e!{ 8 } }");
    Toks toks = {out.toks.at, out.toks.count};
    ItemRow row;
    assert_true(skim_item_at(toks, 0, SKIM_MODULE, 2021, &row));
    const Ast *ast = parse_item_ast(&in, toks, &row, PARSE_WITH_BODY, NULL);
    assert_int_equal(ast->error_count, 0);
    const AstExprRow *body = ast_expr(ast, ast->item.body);
    assert_int_equal(body->kind, AST_EXPR_BLOCK);
    assert_int_equal(body->block.number, 1);
    static const AstStmtKind kinds[] = {AST_STMT_LET, AST_STMT_ITEM, AST_STMT_EXPR, AST_STMT_LET,
                                        AST_STMT_EXPR};
    assert_int_equal(body->block.stmts.count, ARRAY_LEN(kinds));
    const AstStmt *stmts = AST_ROWS(ast, stmts, AstStmt, body->block.stmts);
    for (u32 i = 0; i < ARRAY_LEN(kinds); i++)
        assert_int_equal(stmts[i].kind, kinds[i]);
    assert_int_equal(ast_expr(ast, body->block.tail)->kind, AST_EXPR_LIT);
    const ItemRow *item = AST_ROW(ast, items, ItemRow, stmts[1].item);
    assert_int_equal(item->kind, ITEM_FN);
    assert_int_equal(ast_item_toks(ast, item).count, 6);
}

static void broken_text_is_survived(void **state) {
    Fixture *f = *state;
    const char *text =
        "pub fn f<T: A<B = C>>(x: &T) -> Vec<Vec<u8>> where T: D { let a = b!(c) + 1; "
        "match x { S { y, .. } if z => [1; 2], _ => return } } struct P(pub u8, u8); "
        "impl<T> Q for P { const R: u8 = 1; type S = T; } use a::{b, c};";
    u32 len = (u32)strlen(text);
    // cut off anywhere
    for (u32 cut = 0; cut < len; cut++)
        check_text(f, (Str){text, cut}, 2021);
    // any one byte gone, or changed
    char *copy = malloc(len + 1);
    srand(11);
    for (u32 at = 0; at < len; at++) {
        memcpy(copy, text, at);
        memcpy(copy + at, text + at + 1, len - at);
        check_text(f, (Str){copy, len - 1}, 2021);
        memcpy(copy, text, len);
        copy[at] = "<>(){}[];,:=|&!#'\"."[(u32)rand() % 19];
        check_text(f, (Str){copy, len}, 2021);
    }
    free(copy);
}

static SyntaxCheck total;
static u32 file_count, bad_file_count;
static Fixture *walk_fixture;

static int check_file(const char *path, const struct stat *st, int type, struct FTW *ftw) {
    (void)ftw;
    const char *dot = strrchr(path, '.');
    if (type != FTW_F || !dot || strcmp(dot, ".rs") != 0) return 0;
    static const char *const skipped[] = {"/tests/", "/benches/", "/examples/", "/test_data/"};
    for (u32 i = 0; i < ARRAY_LEN(skipped); i++)
        if (strstr(path, skipped[i])) return 0;
    FILE *file = fopen(path, "rb");
    if (!file) return 0;
    char *text = malloc((size_t)st->st_size + 1);
    u32 len = (u32)fread(text, 1, (size_t)st->st_size, file);
    fclose(file);
    u64 mark = scratch_mark(&walk_fixture->scratch);
    SyntaxCheck check = check_text(walk_fixture, (Str){text, len}, 2024);
    if (check.error_count) {
        u32 line = 1;
        for (u32 i = 0; i < check.first_error && i < len; i++)
            line += text[i] == '\n';
        fprintf(stderr, "%s:%u: %s\n", path, line, check.first_message);
        bad_file_count++;
    }
    file_count++;
    total.item_count += check.item_count;
    total.node_count += check.node_count;
    scratch_rewind(&walk_fixture->scratch, mark);
    free(text);
    return 0;
}

static void the_library_parses(void **state) {
    walk_fixture = *state;
    const char *root = getenv("RAC_LIBRARY");
    if (!root) root = "/usr/src/rustc-1.96.0/library";
    if (access(root, R_OK) != 0) skip();
    static const char *const folders[] = {
        "core/src",
        "alloc/src",
        "std/src",
        "panic_unwind",
        "unwind",
        "stdarch/crates/core_arch/src",
        "std_detect",
        "proc_macro",
        "test",
        "portable-simd/crates/core_simd/src",
        "backtrace/src",
        "compiler-builtins/compiler-builtins/src",
        "vendor/hashbrown-0.16.1",
        "vendor/libc-0.2.183",
        "vendor/cfg-if-1.0.4",
        "vendor/memchr-2.7.6",
        "vendor/miniz_oxide-0.8.9",
        "vendor/adler2-2.0.1",
        "vendor/rustc-demangle-0.1.27",
        "vendor/gimli-0.32.3",
        "vendor/object-0.37.3",
        "vendor/addr2line-0.25.1",
    };
    for (u32 i = 0; i < ARRAY_LEN(folders); i++) {
        Str path = scratch_print(&walk_fixture->scratch, "%s/%s", root, folders[i]);
        nftw(path.at, check_file, 20, FTW_PHYS);
    }
    fprintf(stderr, "%u files, %u items, %llu nodes\n", file_count, total.item_count,
            (unsigned long long)total.node_count);
    assert_true(file_count > 0);
    assert_int_equal(bad_file_count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(the_lexer_knows_every_kind_of_token),
        TEST(the_lexer_reports_what_is_no_rust),
        TEST(delimiters_always_balance),
        TEST(literals_have_their_values),
        TEST(the_grammar_of_all_editions_parses),
        TEST(mistakes_are_reported_in_rustcs_words),
        TEST(statements_end_where_rustc_ends_them),
        TEST(nesting_is_limited_and_never_overflows),
        TEST(fragments_take_what_they_should),
        TEST(expansions_are_parsed_in_place),
        TEST(broken_text_is_survived),
        TEST(the_library_parses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
