#include "cli/query_log.h"

#include "cli/tell.h"
#include "layout/instance.h"

#include <stdio.h>
#include <stdlib.h>

// Whose result is one function's, the user knows by name.
static Str function_of(Db *db, const QueryLogRow *row) {
    switch (row->kind) {
    case Q_typeck:
    case Q_mir: return def_path_str(db, (DefId){row->key}, &db->scratch);
    case Q_code: return instance_print(db, (InstanceId){row->key}, &db->scratch);
    default: return STR("");
    }
}

static char *runs_text(const u32 (*counts)[3]) {
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    CHECK(out);
    const char *separator = "";
    for (u32 kind = 0; kind < Q_COUNT; kind++) {
        u32 runs = counts[kind][QUERY_RAN] + counts[kind][QUERY_CUT_OFF];
        if (!runs) continue;
        fprintf(out, "%s%s %u", separator, query_name((QueryKind)kind), runs);
        separator = "; ";
    }
    fclose(out);
    return text;
}

static char *functions_text(Db *db) {
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    CHECK(out);
    u32 count;
    const QueryLogRow *rows = query_log(db, &count);
    const char *separator = "";
    for (u32 i = 0; i < count; i++) {
        if (rows[i].event == QUERY_VERIFIED) continue;
        u64 mark = scratch_mark(&db->scratch);
        Str name = function_of(db, &rows[i]);
        if (name.len) {
            fprintf(out, "%s%s %.*s", separator, query_name(rows[i].kind), STR_ARG(name));
            separator = "; ";
        }
        scratch_rewind(&db->scratch, mark);
    }
    fclose(out);
    return text;
}

static void print_json(const CliArgs *args, Db *db, const u32 (*counts)[3]) {
    char *runs = runs_text(counts), *functions = functions_text(db);
    Field fields[] = {{"ran", runs, 0}, {"functions", functions, 0}};
    tell(args, "queries", fields, ARRAY_LEN(fields), " ");
    free(runs);
    free(functions);
}

static void print_table(const u32 (*counts)[3]) {
    fprintf(stderr, "%10s %10s %10s  query\n", "ran", "cut off", "verified");
    for (u32 kind = 0; kind < Q_COUNT; kind++) {
        const u32 *of = counts[kind];
        if (of[QUERY_RAN] || of[QUERY_CUT_OFF] || of[QUERY_VERIFIED])
            fprintf(stderr, "%10u %10u %10u  %s\n", of[QUERY_RAN], of[QUERY_CUT_OFF],
                    of[QUERY_VERIFIED], query_name((QueryKind)kind));
    }
}

void query_log_print(const CliArgs *args, Db *db) {
    u32 counts[Q_COUNT][3] = {{0}};
    u32 count;
    const QueryLogRow *rows = query_log(db, &count);
    for (u32 i = 0; i < count; i++)
        counts[rows[i].kind][rows[i].event]++;
    if (args->json)
        print_json(args, db, (const u32(*)[3])counts);
    else
        print_table((const u32(*)[3])counts);
}
