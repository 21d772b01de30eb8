// rac test: the crate's #[test] functions under the standard library's own test harness.
//
// The tests are found among the crate's definitions (cfg(test) is set). A second crate is made up
// that lists them in a table and hands it to test::test_main_static, as rustc's harness does; so
// output, filters, --nocapture, --list, threads and exit status are libtest's. The table refers to
// the functions by `builtin # item(N)`, since tests are private to their modules.
#include "cli/program.h"
#include "link/link.h"
#include "syntax/lit.h"

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

static void put_test(Db *db, TextVec *out, DefId def) {
    Scratch *s = &db->scratch;
    Toks args;
    Str text;
    put(s, out, STR("&test::TestDescAndFn{desc:test::TestDesc{name:test::StaticTestName("));
    put_literal(s, out, test_name(db, def));
    bool ignored = def_attr(db, def, name_of(db, "ignore"), 0, &args);
    put(s, out,
        ignored ? STR("),ignore:true,ignore_message:") : STR("),ignore:false,ignore_message:"));
    if (ignored && attr_text(db, args, &text)) {
        put(s, out, STR("Some("));
        put_literal(s, out, text);
        put(s, out, STR(")"));
    } else {
        put(s, out, STR("None"));
    }
    u32 file, offset;
    def_locate(db, def, &file, &offset);
    LineCol at = source_line_col(db, (FileId){file}, offset + def_span(db, def).lo);
    put(s, out, STR(",source_file:"));
    put_literal(s, out, source_path(db, (FileId){file}));
    put(s, out,
        scratch_print(
            s,
            ",start_line:%u,start_col:%u,end_line:%u,end_col:%u,should_panic:test::ShouldPanic::",
            at.line, at.col, at.line, at.col));
    if (!def_attr(db, def, name_of(db, "should_panic"), 0, &args)) {
        put(s, out, STR("No"));
    } else if (attr_text(db, args, &text)) {
        put(s, out, STR("YesWithMessage("));
        put_literal(s, out, text);
        put(s, out, STR(")"));
    } else {
        put(s, out, STR("Yes"));
    }
    put(s, out,
        scratch_print(
            s,
            ",compile_fail:false,no_run:false,test_type:test::TestType::Unknown},"
            "testfn:test::StaticTestFn(||test::assert_test_result(builtin # item(%u)()))},\n",
            def.id));
}

static bool is_test(Db *db, DefId def) {
    return def_kind(db, def) == DEF_FN && def_has_attr(db, def, name_of(db, "test"));
}

static Str harness_text(Session *session) {
    Db *db = session->db;
    TextVec text = {0};
    put(&db->scratch, &text, STR("extern crate test;\nfn main(){test::test_main_static(&["));
    u32 count = def_count(db);
    for (u32 id = 1; id < count; id++)
        if (def_crate(db, (DefId){id}).id == session->crate.id && is_test(db, (DefId){id}))
            put_test(db, &text, (DefId){id});
    put(&db->scratch, &text, STR("])}\n"));
    return (Str){text.at, text.count};
}

int command_test(const CliArgs *args) {
    CliArgs with_test = *args;
    with_test.options.test_harness = true;
    Session session;
    if (!session_open_crate(&session, &with_test)) return STATUS_FAILED;
    u32 errors = check_report(&session);
    int status = session_status(&session, errors);
    OsError error;
    FileId file = source_file(session.db, STR("<test harness>"));
    if (errors == 0 &&
        source_set_text(session.db, file, harness_text(&session), DURABILITY_LOW, &error)) {
        Symbol name = symbol_intern(&session.db->symbols, STR("test_harness"));
        session.crate = names_declare_user(session.db, file.id, name, 2021);
        Program program;
        status = STATUS_FAILED;
        if (program_open(&program, &session, IR_SYM_FN_SLOT)) {
            status = program_run_in_child(&session, &program, LINK_STD_TEST);
            program_close(&program);
        }
    }
    session_close(&session);
    return status;
}
