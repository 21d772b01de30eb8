#include "cli/session.h"

#include "syntax/lex.h"

#include <stdio.h>
#include <stdlib.h>

static Str file_path(Db *db, u32 file) {
    return source_path(db, (FileId){file});
}
static Str file_text(Db *db, u32 file) {
    return source_text(db, (FileId){file});
}

bool session_open(Session *session, const Args *args) {
    *session = (Session){.args = args, .db = db_new(&args->options)};
    Db *db = session->db;
    source_store_new(db);
    // The stores and providers of the other stages are made here, in the order of the folders.
    syntax_register(db);

    if (!args->input) return true;
    session->input = source_file(db, str_from(args->input));
    OsError error;
    if (source_read(db, session->input, DURABILITY_LOW, &error)) return true;
    cli_error(args, "%s", error.text);
    session_close(session);
    return false;
}

typedef struct KindTime {
    QueryKind kind;
    QueryStat stat;
} KindTime;

static int compare_times(const void *left, const void *right) {
    u64 a = ((const KindTime *)left)->stat.self_ns, b = ((const KindTime *)right)->stat.self_ns;
    return a < b ? 1 : -(a > b);
}

static void print_times(const Db *db) {
    KindTime times[Q_COUNT];
    u32 count = 0;
    u64 total_ns = 0;
    for (u32 kind = Q_NONE + 1; kind < Q_COUNT; kind++) {
        QueryStat stat = query_stat(db, (QueryKind)kind);
        if (stat.run_count == 0) continue;
        times[count++] = (KindTime){(QueryKind)kind, stat};
        total_ns += stat.self_ns;
    }
    if (count) qsort(times, count, sizeof *times, compare_times);
    fprintf(stderr, "%12s %10s  query\n", "time in ms", "runs");
    for (u32 i = 0; i < count; i++)
        fprintf(stderr, "%12.3f %10llu  %s\n", (double)times[i].stat.self_ns / 1e6,
                (unsigned long long)times[i].stat.run_count, query_name(times[i].kind));
    fprintf(stderr, "%12.3f %10s  all queries\n", (double)total_ns / 1e6, "");
}

void session_close(Session *session) {
    if (!session->db) return;
    if (session->args->options.time_passes) print_times(session->db);
    source_store_free(session->db);
    db_free(session->db);
    session->db = NULL;
}

DiagRenderer session_renderer(const Session *session) {
    return (DiagRenderer){
        .out = stderr,
        .colour = cli_colour(session->args),
        .path = file_path,
        .text = file_text,
    };
}

u32 session_report(Session *session, QueryKind kind, u32 key) {
    DiagRenderer renderer = session_renderer(session);
    return diag_render(session->db, kind, key, &renderer);
}

int session_status(const Session *session, u32 errors) {
    if (errors == 0) return STATUS_OK;
    if (errors == 1)
        cli_error(session->args, "aborting due to 1 previous error");
    else
        cli_error(session->args, "aborting due to %u previous errors", errors);
    fputc('\n', stderr);
    return STATUS_FAILED;
}
