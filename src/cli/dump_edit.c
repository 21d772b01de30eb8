// rac dump queries FILE.rs --after OTHER.rs: the program of FILE.rs is compiled, then OTHER.rs's
// text takes its place, as a save would do it. What that made the queries do:
//
//     ran       it was computed anew, and answers otherwise than before; or it is new
//     same      it was computed anew, and answers as before: what reads it is not looked at for
//     that verified  all it reads was found to be as before: nothing was computed kept      nothing
//     of the edit reaches it
//
// A query runs because one that it reads came to answer otherwise, or because it is new.
#include "cli/dump.h"
#include "cli/program.h"
#include "cli/reach.h"

#include <stdio.h>

// What `rac run` would ask for, all of it at once.
static void ask_for_all(Program *program) {
    Scratch scratch;
    scratch_init(&scratch);
    (void)reach_symbols(program, &program->entry, 1, &scratch);
    (void)reach_symbols(program, program->source.roots, program->source.root_count, &scratch);
    scratch_deinit(&scratch);
}

static bool set_text(Session *session) {
    Db *db = session->db;
    FileId other = source_file(db, str_from(session->args->after));
    OsError error;
    bool ok = source_read(db, other, DURABILITY_LOW, &error) &&
              source_set_text(db, session->input, source_text(db, other), DURABILITY_LOW, &error);
    if (!ok) cli_error(session->args, "%s", error.text);
    return ok;
}

static void print_query(Db *db, QueryKind kind, u32 key) {
    u64 mark = scratch_mark(&db->scratch);
    printf("%s(%.*s)", query_name(kind), STR_ARG(dump_query_key(db, kind, key, &db->scratch)));
    scratch_rewind(&db->scratch, mark);
}

static void print_runs(Db *db, const QueryLogRow *rows, u32 count) {
    for (u32 i = 0; i < count; i++) {
        const QueryLogRow *row = &rows[i];
        if (row->event == QUERY_VERIFIED) continue;
        printf("%-4s  ", row->event == QUERY_RAN ? "ran" : "same");
        print_query(db, row->kind, row->key);
        if (row->because_kind == Q_NONE) {
            puts(", new");
            continue;
        }
        fputs(" because of ", stdout);
        print_query(db, row->because_kind, row->because_key);
        putchar('\n');
    }
}

static void print_counts(Db *db, const QueryLogRow *rows, u32 count) {
    u32 counts[Q_COUNT][3] = {{0}}, memos[Q_COUNT] = {0};
    for (u32 i = 0; i < count; i++)
        counts[rows[i].kind][rows[i].event]++;
    for (u32 i = 1; i <= query_memo_count(db); i++) {
        QueryMemo memo = query_memo(db, i);
        memos[memo.kind] += memo.is_done && !memo.is_input;
    }
    printf("\n%8s %8s %8s %8s  query\n", "ran", "same", "verified", "kept");
    for (u32 kind = 0; kind < Q_COUNT; kind++) {
        const u32 *of = counts[kind];
        u32 seen = of[QUERY_RAN] + of[QUERY_CUT_OFF] + of[QUERY_VERIFIED];
        if (memos[kind])
            printf("%8u %8u %8u %8u  %s\n", of[QUERY_RAN], of[QUERY_CUT_OFF], of[QUERY_VERIFIED],
                   memos[kind] > seen ? memos[kind] - seen : 0, query_name((QueryKind)kind));
    }
}

int dump_edit(Session *session) {
    Program program;
    if (!program_open(&program, session, IR_SYM_FN_SLOT)) return STATUS_FAILED;
    Db *db = session->db;
    ask_for_all(&program);
    int status = STATUS_FAILED;
    query_log_enable(db, true);
    if (set_text(session)) {
        u32 errors = check_report(session);
        if (errors == 0 && program_renew(&program)) ask_for_all(&program);
        u32 count;
        const QueryLogRow *rows = query_log(db, &count);
        print_runs(db, rows, count);
        print_counts(db, rows, count);
        status = session_status(session, errors);
    }
    program_close(&program);
    return status;
}
