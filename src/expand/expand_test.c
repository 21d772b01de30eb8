#include "expand/builtin.h"
#include "expand/cfg.h"
#include "expand/derive.h"
#include "expand/macro_rules.h"
#include "syntax/parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
// after the headers it needs
#include <cmocka.h>

static Db *db;

static Toks lex(const char *text) {
    Toks toks;
    assert_true(lex_text(&db->symbols, &db->scratch, str_from(text), 2021, 0, 0, &toks));
    for (u32 i = 0; i < toks.count; i++)
        ((Tok *)toks.at)[i].flags &= (u8)~TOK_SYNTHETIC;
    return toks;
}

static u32 fragment_end(void *env, Toks input, u32 at, FragKind kind) {
    (void)env;
    ParseInput in = {&db->symbols, &db->symbols, &db->scratch, NULL, 2021};
    u32 count = parse_fragment(&in, kind, input, at, NULL);
    return count == PARSE_EMPTY ? at : count == 0 ? UINT32_MAX : at + count;
}

static int setup(void **state) {
    (void)state;
    static Options options = {.edition = 2021};
    db = db_new(&options);
    db->expand = expand_store_new();
    return 0;
}

static int teardown(void **state) {
    (void)state;
    expand_store_free(db->expand);
    db->expand = NULL;
    db_free(db);
    return 0;
}

static bool expand(const char *rules, const char *args, Toks *out, MacroError *error) {
    Blob blob;
    macro_compile(db, lex(rules), true, false, &db->scratch, &blob);
    Expn expn = {.owner = 1, .macro = 2, .crate = 1, .edition = 2021};
    MacroCx cx = {.expn = hygiene_expn(db, &expn),
                  .transparency = HYGIENE_SEMI,
                  .edition = 2021,
                  .fragment_end = fragment_end};
    TokVec toks = {0};
    bool good =
        macro_expand(db, (const MacroRules *)blob.at, lex(args), &cx, &db->scratch, &toks, error);
    *out = (Toks){toks.at, toks.count};
    return good;
}

static void assert_toks(Toks a, const char *text) {
    Toks b = lex(text);
    u32 at = 0;
    for (u32 i = 0; i < a.count; i++) {
        if (a.at[i].kind == TOK_OPEN_NONE || a.at[i].kind == TOK_CLOSE_NONE) continue;
        bool delim = a.at[i].kind >= TOK_OPEN_PAREN && a.at[i].kind <= TOK_CLOSE_NONE;
        if (at >= b.count || a.at[i].kind != b.at[at].kind ||
            (!delim && a.at[i].sym != b.at[at].sym)) {
            Str got = tokens_text(db, a, &db->scratch);
            fail_msg("%.*s\n   is not %s", STR_ARG(got), text);
        }
        at++;
    }
    assert_int_equal(at, b.count);
}

static void makes(const char *rules, const char *args, const char *expected) {
    Toks out;
    MacroError error;
    if (!expand(rules, args, &out, &error)) fail_msg("%s(%s): error %d", rules, args, error.kind);
    assert_toks(out, expected);
}

static MacroErrorKind fails(const char *rules, const char *args) {
    Toks out;
    MacroError error;
    return expand(rules, args, &out, &error) ? MACRO_OK : error.kind;
}

static void the_first_rule_that_matches_is_taken(void **state) {
    (void)state;
    const char *rules = "(a) => {1}; ($x:ident) => {2 $x}; ($($t:tt)*) => {3}";
    makes(rules, "a", "1");
    makes(rules, "b", "2 b");
    makes(rules, "b c", "3");
    makes(rules, "", "3");
}

static void repetitions_nest_and_separate(void **state) {
    (void)state;
    makes("($($k:ident : [$($v:expr),*]);* $(;)?) => {$($($k = $v,)* ;)*}",
          "a: [1 + 2, f(3, 4)]; b: []; c: [5];", "a = 1 + 2, a = f(3, 4), ; ; c = 5, ;");
    makes("($($a:ident)+ ; $($b:literal),+) => {$(($a, $b))|+}", "x y; 1, 2", "(x, 1) | (y, 2)");
    makes("($(#[$m:meta])* $v:vis struct $n:ident $(<$($g:ident),*>)?) => {$(#[$m])* $v $n "
          "$($($g)*)?}",
          "/// d\n #[a(b)] pub(crate) struct S<T, U>", "#[doc = \" d\"] #[a(b)] pub(crate) S T U");
    makes("($($x:ident $(= $y:expr)?),*) => {$($x $($y)?)*}", "a = 1, b, c = 2", "a 1 b c 2");
}

static void fragments_take_what_the_grammar_says(void **state) {
    (void)state;
    makes("($e:expr, $t:ty, $p:pat, $l:lifetime, $b:block, $q:path) => {$q $b $l $p $t $e}",
          "a + b * c, Vec<Vec<u8>>, Some(1) | None, 'x, { 1; 2 }, a::b::<C>",
          "a::b::<C> { 1; 2 } 'x Some(1) | None Vec<Vec<u8>> a + b * c");
    makes("($l:literal $i:item $s:stmt) => {$i $l}", "-1 fn f() {} let x = 2", "fn f() {} -1");
}

static void metavariable_expressions_count(void **state) {
    (void)state;
    makes("($($($x:ident)*);*) => {${count($x)} $($(${index()} ${len()} ${index(1)} "
          "${ignore($x)})*)*}",
          "a b; c", "3 0 2 0 1 2 0 0 1 1");
    makes("($a:ident $b:ident) => {${concat($a, _, $b, \"x\")} $$ $a}", "foo bar",
          "foo_barx $ foo");
}

static void a_macro_makes_a_macro(void **state) {
    (void)state;
    makes("($d:tt $n:ident) => {macro_rules! $n { ($d($d x:expr),*) => { $d($d x)* $other } }}",
          "$ list", "macro_rules! list { ($($x:expr),*) => { $($x)* $other } }");
}

static void wrong_calls_are_told_apart(void **state) {
    (void)state;
    assert_int_equal(fails("(a) => {}", "b"), MACRO_NO_RULE);
    assert_int_equal(fails("(a b) => {}", "a"), MACRO_NO_RULE_AT_END);
    assert_int_equal(fails("($e:expr) => {}; (+) => {}", "1 +"), MACRO_BAD_FRAGMENT);
    assert_int_equal(fails("($($a:ident)* $b:ident) => {}", "x y"), MACRO_AMBIGUOUS);
    assert_int_equal(fails("($($a:ident)*) => {$a}", "x"), MACRO_NOT_REPEATING);
    assert_int_equal(fails("($($a:ident)* ; $($b:ident)*) => {$($a $b)*}", "x; y z"),
                     MACRO_LENGTHS_DIFFER);
    assert_int_equal(fails("($a) => {}", "x"), MACRO_BAD_DEFINITION);
}

static void pasted_fragments_stay_whole(void **state) {
    (void)state;
    Toks out;
    MacroError error;
    assert_true(expand("($e:expr) => {$e * 2}", "1 + 1", &out, &error));
    assert_int_equal(out.at[0].kind, TOK_OPEN_NONE);
    assert_int_equal(out.at[0].extra,
                     FRAG_EXPR_2021 == out.at[0].extra ? FRAG_EXPR_2021 : FRAG_EXPR);
    assert_int_equal(out.at[out.at[0].match].kind, TOK_CLOSE_NONE);
    // The template's tokens carry the mark, the argument's do not.
    assert_int_equal(out.at[1].ctxt, 0);
    assert_int_not_equal(out.at[out.count - 1].ctxt, 0);
}

static void cfg_predicates_are_evaluated(void **state) {
    (void)state;
    CfgRow rows[3];
    cfg_parse(&db->symbols, STR("unix"), &rows[0]);
    cfg_parse(&db->symbols, STR("feature=\"a\""), &rows[1]);
    cfg_parse(&db->symbols, STR("target_os=\"linux\""), &rows[2]);
    CfgSet set = {rows, 3};
    static const struct {
        const char *text;
        bool holds;
    } cases[] = {
        {"unix", true},
        {"windows", false},
        {"feature = \"a\"", true},
        {"feature = \"b\"", false},
        {"all(unix, not(windows), any(target_os = \"linux\", x))", true},
        {"all()", true},
        {"any()", false},
        {"not(any(unix))", false},
        {"true", true},
    };
    for (u32 i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(cfg_holds(&db->symbols, &set, lex(cases[i].text)), cases[i].holds);
    }
    assert_true(cfg_attrs_live(&db->symbols, &set, lex("#[cfg(unix)] #[x]")));
    assert_false(cfg_attrs_live(&db->symbols, &set, lex("#[cfg_attr(unix, y, cfg(windows))]")));
    TokVec out = {0};
    cfg_attrs_expand(&db->symbols, &set,
                     lex("#[cfg(unix)] #[cfg_attr(unix, a, b(c))] #[doc = \"\"] #[d]"),
                     &db->scratch, &out);
    assert_toks((Toks){out.at, out.count}, "#[a] #[b(c)] #[d]");
}

static void derives_are_rustcs(void **state) {
    (void)state;
    CfgSet set = {NULL, 0};
    DeriveCx cx = {.db = db, .scratch = &db->scratch, .cfgs = &set, .edition = 2021};
    Toks out;
    assert_true(derive_expand(&cx, DERIVE_PartialEq, 0,
                              lex("struct G<T: A = u8, const N: usize>(T, T::B) where T: C;"),
                              &out));
    assert_toks(out,
                "#[automatically_derived] impl<T: crate::cmp::PartialEq + A, const N: usize, > "
                "crate::cmp::PartialEq for G<T, N, > where T: C, T::B: crate::cmp::PartialEq, "
                "{ #[inline] fn eq(&self, other: &Self) -> bool { self.0 == other.0 && self.1 == "
                "other.1 } }");
    assert_true(derive_expand(&cx, DERIVE_Default, 0, lex("enum E { A, #[default] B }"), &out));
    assert_false(derive_expand(&cx, DERIVE_Default, 0, lex("enum E { A }"), &out));
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        T(the_first_rule_that_matches_is_taken),
        T(repetitions_nest_and_separate),
        T(fragments_take_what_the_grammar_says),
        T(metavariable_expressions_count),
        T(a_macro_makes_a_macro),
        T(wrong_calls_are_told_apart),
        T(pasted_fragments_stay_whole),
        T(cfg_predicates_are_evaluated),
        T(derives_are_rustcs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
