#define _GNU_SOURCE
#include "cli/harness.h"

#include "names/names.h"
#include "syntax/lit.h"

#include <stdlib.h>

typedef VEC(char) TextVec;

static void put(Scratch *scratch, TextVec *out, Str text) {
    vec_append(scratch, out, text.at, text.len);
}

// A string literal of the text.
static void put_literal(Scratch *scratch, TextVec *out, Str text) {
    vec_push(scratch, out, '"');
    for (u32 i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c == '"' || c == '\\') vec_push(scratch, out, '\\');
        if (c == '\n')
            put(scratch, out, STR("\\n"));
        else if (c == '\r')
            put(scratch, out, STR("\\r"));
        else
            vec_push(scratch, out, c);
    }
    vec_push(scratch, out, '"');
}

// The text of an attribute's string, as in `#[ignore = "why"]`; false if there is none.
static bool attr_text(Db *db, Toks args, Str *out) {
    for (u32 i = 0; i < args.count; i++) {
        if (args.at[i].kind != TOK_STR && args.at[i].kind != TOK_RAW_STR) continue;
        LitFault fault = {0};
        Str spelling = symbol_str(&db->symbols, (Symbol){args.at[i].sym});
        *out =
            lit_bytes((TokKind)args.at[i].kind, spelling, args.at[i].extra, &db->scratch, &fault);
        return true;
    }
    return false;
}

static Symbol name_of(Db *db, const char *text) {
    return symbol_intern(&db->symbols, str_from(text));
}

// `tests::adds`: the path without the crate's name.
static Str test_name(Db *db, DefId def) {
    Str path = def_path_str(db, def, &db->scratch);
    for (u32 i = 0; i + 1 < path.len; i++)
        if (path.at[i] == ':' && path.at[i + 1] == ':')
            return (Str){path.at + i + 2, path.len - i - 2};
    return path;
}

// ---- finding them -------------------------------------------------------------------------------

// Tests inside of functions are nobody's, as with rustc.
static bool is_test(Db *db, DefId def) {
    return def_kind(db, def) == DEF_FN && def_kind(db, def_row(db, def)->parent) == DEF_MOD &&
           def_has_attr(db, def, name_of(db, "test"));
}

// "true,ignore_message:Some("why")", the value of `ignore` and the field after it.
static void put_ignore(Db *db, TextVec *out, DefId def) {
    Scratch *s = &db->scratch;
    Toks args;
    Str text;
    bool ignored = def_attr(db, def, name_of(db, "ignore"), 0, &args);
    put(s, out, ignored ? STR("true,ignore_message:") : STR("false,ignore_message:"));
    if (ignored && attr_text(db, args, &text)) {
        put(s, out, STR("Some("));
        put_literal(s, out, text);
        put(s, out, STR(")"));
    } else {
        put(s, out, STR("None"));
    }
}

typedef enum ShouldPanic { PANIC_NO, PANIC_YES, PANIC_WITH } ShouldPanic;

static ShouldPanic should_panic(Db *db, DefId def, Str *expected) {
    Toks args;
    *expected = STR("");
    if (!def_attr(db, def, name_of(db, "should_panic"), 0, &args)) return PANIC_NO;
    return attr_text(db, args, expected) ? PANIC_WITH : PANIC_YES;
}

static u64 entry_of(Db *db, DefId def) {
    u64 mark = scratch_mark(&db->scratch);
    TextVec text = {0};
    Str expected;
    put_ignore(db, &text, def);
    u64 hash = hash_mix(hash_bytes(text.at, text.count), should_panic(db, def, &expected));
    hash = hash_mix(hash, hash_bytes(expected.at, expected.len));
    scratch_rewind(&db->scratch, mark);
    return hash;
}

static int compare_names(Str a, Str b) {
    int order = memcmp(a.at, b.at, min_u32(a.len, b.len));
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static int compare_tests(const void *left, const void *right, void *symbols) {
    return compare_names(symbol_str(symbols, ((const Test *)left)->name),
                         symbol_str(symbols, ((const Test *)right)->name));
}

Tests harness_find(Session *session, Scratch *scratch) {
    Db *db = session->db;
    Tests tests = {0};
    u32 count = def_count(db);
    for (u32 id = 1; id < count; id++) {
        DefId def = {id};
        if (def_crate(db, def).id != session->crate.id || !is_test(db, def)) continue;
        Symbol name = symbol_intern(&db->symbols, test_name(db, def));
        vec_push(scratch, &tests, (Test){def, name, entry_of(db, def)});
    }
    if (tests.count) qsort_r(tests.at, tests.count, sizeof *tests.at, compare_tests, &db->symbols);
    return tests;
}

// ---- the program --------------------------------------------------------------------------------

// Runs a test and notes what became of it, as libtest will judge it.
static const char noting[] =
    "extern \"C\"{fn pwrite(fd:i32,from:*const u8,bytes:usize,at:i64)->isize;}\n"
    "fn note(test:i64,what:u8){unsafe{pwrite(NOTES,&what,1,test);}}\n"
    "fn noted(number:i64,panic:u8,expected:&str,test:fn()->Result<(),String>)->Result<(),String>{\n"
    "note(number,1);\n"
    "let end=std::panic::catch_unwind(test);\n"
    "let passed=match &end{Ok(result)=>panic==0&&result.is_ok(),Err(with)=>{\n"
    "let text=with.downcast_ref::<String>().map(|text|&**text)\n"
    ".or_else(||with.downcast_ref::<&'static str>().copied());\n"
    "panic==1||panic==2&&text.map_or(false,|text|text.contains(expected))}};\n"
    "note(number,if passed{2}else{3});\n"
    "match end{Ok(result)=>result,Err(with)=>std::panic::resume_unwind(with)}}\n";

static void put_row(Session *session, TextVec *out, const Test *test, u32 number, bool notes) {
    Db *db = session->db;
    Scratch *s = &db->scratch;
    put(s, out, STR("&test::TestDescAndFn{desc:test::TestDesc{name:test::StaticTestName("));
    put_literal(s, out, symbol_str(&db->symbols, test->name));
    put(s, out, STR("),ignore:"));
    put_ignore(db, out, test->def);
    u32 file, byte;
    def_locate(db, test->def, def_span(db, test->def).lo, &file, &byte);
    LineCol at = source_line_col(db, (FileId){file}, byte);
    put(s, out, STR(",source_file:"));
    put_literal(s, out, source_path(db, (FileId){file}));
    put(s, out, scratch_print(s, ",start_line:%u", at.line));
    put(s, out, scratch_print(s, ",start_col:%u", at.col));
    put(s, out, scratch_print(s, ",end_line:%u", at.line));
    put(s, out, scratch_print(s, ",end_col:%u,should_panic:test::ShouldPanic::", at.col));
    Str expected;
    ShouldPanic panic = should_panic(db, test->def, &expected);
    put(s, out,
        panic == PANIC_NO    ? STR("No")
        : panic == PANIC_YES ? STR("Yes")
                             : STR("YesWithMessage("));
    if (panic == PANIC_WITH) {
        put_literal(s, out, expected);
        put(s, out, STR(")"));
    }
    put(s, out,
        STR(",compile_fail:false,no_run:false,test_type:test::TestType::Unknown},"
            "testfn:test::StaticTestFn(||"));
    if (notes) {
        put(s, out, scratch_print(s, "noted(%u,", number));
        put(s, out, scratch_print(s, "%u,", panic));
        put_literal(s, out, expected);
        put(s, out, scratch_print(s, ",t%u))},\n", test->def.id));
    } else {
        put(s, out, scratch_print(s, "t%u())},\n", test->def.id));
    }
}

static void put_test_fn(Scratch *s, TextVec *out, const Test *test) {
    put(s, out, scratch_print(s, "fn t%u()->Result<(),String>", test->def.id));
    put(s, out,
        scratch_print(s, "{test::assert_test_result(builtin # item(%u)())}\n", test->def.id));
}

bool harness_make(Session *session, Harness *harness, const Tests *tests, const bool *runs) {
    Db *db = session->db;
    Scratch *s = &db->scratch;
    u64 mark = scratch_mark(s);
    bool notes = harness->notes_fd >= 0;
    TextVec text = {0};
    put(s, &text, STR("extern crate test;\n"));
    if (notes) {
        put(s, &text, scratch_print(s, "const NOTES:i32=%u;\n", (u32)harness->notes_fd));
        put(s, &text, str_from(noting));
    }
    for (u32 i = 0; i < tests->count; i++)
        put_test_fn(s, &text, &tests->at[i]);
    put(s, &text, STR("fn main(){test::test_main_static(&["));
    for (u32 i = 0; i < tests->count; i++)
        if (!runs || runs[i]) put_row(session, &text, &tests->at[i], i, notes);
    put(s, &text, STR("])}\n"));
    OsError error;
    harness->file = source_file(db, STR("<test harness>"));
    bool ok =
        source_set_text(db, harness->file, (Str){text.at, text.count}, DURABILITY_LOW, &error);
    if (!ok) cli_error(session->args, "%s", error.text);
    scratch_rewind(s, mark);
    if (ok && !harness->crate.id)
        harness->crate = names_declare_user(db, harness->file.id,
                                            symbol_intern(&db->symbols, STR("test_harness")), 2021);
    return ok;
}

DefId harness_test_fn(Session *session, const Harness *harness, const Test *test) {
    Db *db = session->db;
    u64 mark = scratch_mark(&db->scratch);
    Str text = scratch_print(&db->scratch, "t%u", test->def.id);
    PathSeg name = {.name = symbol_intern(&db->symbols, text)};
    scratch_rewind(&db->scratch, mark);
    return names_resolve(db, crate_row(db, harness->crate)->root, &name, 1, NS_VALUE).res.def;
}
