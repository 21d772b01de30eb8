#include "cli/session.h"
#include "cli/kept.h"
#include "cli/library.h"

#include "code/code.h"
#include "expand/hygiene.h"
#include "hir/hir.h"
#include "infer/typeck.h"
#include "link/link.h"
#include "mir/mir.h"
#include "mono/mono.h"
#include "names/names.h"
#include "solve/solve.h"
#include "syntax/lex.h"
#include "types/sig.h"

#include <stdio.h>
#include <stdlib.h>

static Str file_path(Db *db, u32 file) {
    return source_path(db, (FileId){file});
}
static Str file_text(Db *db, u32 file) {
    return source_text(db, (FileId){file});
}

// What is wrong inside the library is rac's fault, and told where it keeps a program from
// compiling.
static bool is_users(Db *db, u32 file) {
    return !source_is_library(db, (FileId){file});
}

enum { CALLED_MAX = 1 << 26 };

static void open_db(Session *session, const CliArgs *args) {
    *session = (Session){.args = args, .db = db_new(&args->options)};
    table_init(&session->called, sizeof(u32), CALLED_MAX);
    places_init(&session->places);
    source_store_new(session->db);
    syntax_register(session->db);
}

// False after printing why the input cannot be read.
static bool read_input(Session *session) {
    OsError error;
    session->input = source_file(session->db, str_from(session->args->input));
    if (source_read(session->db, session->input, DURABILITY_LOW, &error)) return true;
    cli_error(session->args, "%s", error.text);
    return false;
}

bool session_open(Session *session, const CliArgs *args) {
    open_db(session, args);
    if (!args->input || read_input(session)) return true;
    session_close(session);
    return false;
}

// The crate's name as rustc makes it from the file's: without folders and extension, `-` as `_`.
static bool crate_name(Session *session, Symbol *name) {
    Db *db = session->db;
    const char *path = session->args->input;
    const char *slash = strrchr(path, '/');
    const char *start = slash ? slash + 1 : path;
    const char *dot = strrchr(start, '.');
    Str stem = {start, (u32)(dot && dot > start ? (size_t)(dot - start) : strlen(start))};
    u64 mark = scratch_mark(&db->scratch);
    char *text = SCRATCH_ARRAY(&db->scratch, char, stem.len + 1);
    bool ok = stem.len > 0;
    for (u32 i = 0; i < stem.len; i++) {
        char c = stem.at[i] == '-' ? '_' : stem.at[i];
        text[i] = c;
        ok &= c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
              (c >= '0' && c <= '9') || (c & 0x80);
    }
    if (ok)
        *name = symbol_intern(&db->symbols, (Str){text, stem.len});
    else
        cli_error(session->args, "`%.*s` is not a crate name: rename the file", STR_ARG(stem));
    scratch_rewind(&db->scratch, mark);
    return ok;
}

static bool known_type_id(const Db *db, KnownTypeId which, u8 out[16]) {
    return link_type_id(db, (LinkTypeId)which, out);
}

static Symbol find_path(Db *db, Str path) {
    return symbol_intern(&db->symbols, link_find_path(db, path));
}

bool session_open_stores(Session *session, const CliArgs *args) {
    open_db(session, args);
    Db *db = session->db;
    db->expand = expand_store_new();
    db->defs = names_store_new();
    db->types = ty_store_new();
    db->solve = solve_store_new();
    db->layouts = layout_store_new();
    db->consts = const_store_new();
    db->mono = mono_store_new();
    names_register(db);
    hir_register(db);
    types_register(db);
    solve_register(db);
    infer_register(db);
    mir_register(db);
    layout_register(db);
    consts_register(db);
    mono_register(db);
    code_register(db);
    check_register(db);

    LinkError error;
    if (link_store_new(db, &error)) {
        consts_set_type_id_hook(db, known_type_id);
        mono_set_find_path(db, find_path);
        source_set_library_root(db, link_toolchain(db)->library);
        return true;
    }
    cli_error(args, "%s", error.text);
    session_close(session);
    return false;
}

bool session_open_library(Session *session, const CliArgs *args) {
    if (!session_open_stores(session, args)) return false;
    names_declare_sysroot(session->db, link_toolchain(session->db)->library);
    return true;
}

// With what earlier runs have found out of the program and of the library.
static bool open_from_cache(Session *session, const CliArgs *args) {
    bool torn;
    if (!session_open_stores(session, args)) return false;
    if (kept_load(session, &torn)) return true;
    if (torn) session_close(session);
    if (torn && !session_open_stores(session, args)) return false;
    for (u32 round = 0; round < 2; round++) {
        if (library_load(session) == LIBRARY_LOADED) return true;
        session_close(session);
        if (round == 0 && !library_make(args)) break;
        if (round == 0 && !session_open_stores(session, args)) return false;
    }
    return session_open_library(session, args);
}

static bool open_user_crate(Session *session) {
    const CliArgs *args = session->args;
    Symbol name;
    if (!read_input(session) || !crate_name(session, &name)) return false;
    session->crate =
        names_declare_user(session->db, session->input.id, name, args->options.edition);
    return true;
}

bool session_open_crate(Session *session, const CliArgs *args) {
    if (args->input) { // before anything that takes time
        if (!session_open(session, args)) return false;
        session_close(session);
    }
    bool is_open =
        args->no_cache ? session_open_library(session, args) : open_from_cache(session, args);
    if (!is_open) return false;
    if (!args->input || session->is_kept || open_user_crate(session)) return true;
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

// A part of what Q_code took.
static void print_part(const char *name, u64 ns, u64 runs) {
    fprintf(stderr, "%12.3f %10llu  code: %s\n", (double)ns / 1e6, (unsigned long long)runs, name);
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
    if (db->mono) {
        QueryStat code = query_stat(db, Q_code);
        u64 gen_ns = *mono_gen_ns((Db *)db);
        print_part("mono", code.self_ns - min_u64(gen_ns, code.self_ns), code.run_count);
        print_part("gen", gen_ns, code.run_count);
    }
    fprintf(stderr, "%12.3f %10s  all queries\n", (double)total_ns / 1e6, "");
}

void session_leave(const Session *session) {
    if (session->args->options.time_passes) print_times(session->db);
}

void session_close(Session *session) {
    if (!session->db) return;
    session_leave(session);
    Db *db = session->db;
    if (db->link) link_store_free(db);
    if (db->mono) mono_store_free(db->mono);
    if (db->consts) const_store_free(db->consts);
    if (db->layouts) layout_store_free(db->layouts);
    if (db->solve) solve_store_free(db->solve);
    if (db->types) ty_store_free(db->types);
    if (db->defs) names_store_free(db->defs);
    if (db->expand) expand_store_free(db->expand);
    source_store_free(db);
    table_deinit(&session->called);
    places_deinit(&session->places);
    db_free(db);
    session->db = NULL;
}

DiagRenderer session_renderer(const Session *session) {
    return (DiagRenderer){
        .out = stderr,
        .colour = cli_colour(session->args),
        .locate = session->db->defs ? names_locate : NULL,
        .path = file_path,
        .text = file_text,
        .shows = is_users,
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
