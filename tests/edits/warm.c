// The session every compiler is forked off knows what programs ask of the library, and no program.
//
// A child compiles some programs and tells which facts about the library that took: by kind and by
// the path of the definition or file, since its ids are not ours. The same facts are then asked for
// here. They say nothing of a program: the library's facts ask no other crate.
#define _GNU_SOURCE
#include "pair.h"

#include "names/names.h"
#include "result.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROWS_BYTES = 64 << 20, PATH_MAX_DEFS = 40 };

typedef enum KeyKind { KEY_NONE, KEY_FILE, KEY_DEF } KeyKind;

static KeyKind key_kind(QueryKind kind) {
    switch (kind) {
    case Q_file_tokens:
    case Q_file_shape:
    case Q_file_places: return KEY_FILE;
    case Q_def_toks:
    case Q_def_info:
    case Q_def_attrs:
    case Q_item_ast:
    case Q_body_ast:
    case Q_hir_item:
    case Q_hir_body:
    case Q_assoc_box:
    case Q_assoc_items:
    case Q_enum_variants:
    case Q_macro_rules:
    case Q_generics:
    case Q_predicates:
    case Q_super_predicates:
    case Q_trait_supers:
    case Q_item_bounds:
    case Q_type_of:
    case Q_fn_sig:
    case Q_impl_header:
    case Q_adt_def:
    case Q_param_env:
    case Q_typeck:
    case Q_mir: return KEY_DEF;
    default: return KEY_NONE;
    }
}

// What is written: kind, then a length and that many bytes (a path), or a number and that many
// PathDefs, outermost first.
typedef struct PathDef {
    u32 kind, disambiguator;
    u32 name_len;
    char name[116];
} PathDef;

typedef struct Rows {
    u8 *at, *end;
} Rows;

static void put(Rows *rows, const void *bytes, u32 count) {
    if (rows->at + count > rows->end) {
        rows->at = rows->end;
        return;
    }
    memcpy(rows->at, bytes, count);
    rows->at += count;
}

static void put_def(Rows *rows, Db *db, u32 kind, DefId def) {
    PathDef path[PATH_MAX_DEFS];
    u32 count = 0;
    u32 crate = def_crate(db, def).id;
    if (crate_row(db, (CrateId){crate})->is_local) return;
    for (; def_row(db, def)->parent.id; def = def_row(db, def)->parent) {
        const DefRow *row = def_row(db, def);
        Str name = symbol_str(&db->symbols, row->name);
        if (count == PATH_MAX_DEFS || name.len > sizeof path->name) return;
        PathDef *to = &path[count++];
        *to = (PathDef){row->kind, row->disambiguator, name.len, {0}};
        if (name.len) memcpy(to->name, name.at, name.len);
    }
    put(rows, &kind, sizeof kind);
    put(rows, &def.id, sizeof def.id); // the crate's root has the same id in both
    put(rows, &count, sizeof count);
    while (count > 0)
        put(rows, &path[--count], sizeof *path);
}

static void put_file(Rows *rows, Db *db, u32 kind, FileId file) {
    if (!source_is_library(db, file)) return;
    Str path = source_path(db, file);
    put(rows, &kind, sizeof kind);
    put(rows, &path.len, sizeof path.len);
    put(rows, path.at, path.len);
}

static void take(Rows *rows, void *bytes, u32 count) {
    memcpy(bytes, rows->at, count);
    rows->at += count;
}

static void ask(Db *db, Rows *rows, u32 kind) {
    u32 key;
    if (key_kind((QueryKind)kind) == KEY_FILE) {
        u32 len;
        take(rows, &len, sizeof len);
        Str path = {(const char *)rows->at, len};
        rows->at += len;
        key = source_load(db, path, NULL).id;
    } else {
        DefId def;
        u32 count;
        take(rows, &def.id, sizeof def.id);
        take(rows, &count, sizeof count);
        for (; count; count--) {
            PathDef path;
            take(rows, &path, sizeof path);
            def = def_intern(db, def, (DefKind)path.kind,
                             symbol_intern(&db->symbols, (Str){path.name, path.name_len}),
                             path.disambiguator);
        }
        key = def.id;
    }
    if (key) query_get(db, (QueryKind)kind, key);
    scratch_rewind(&db->scratch, 0);
}

static _Noreturn void probe(Session *session, const Str *programs, u32 count, Rows *rows) {
    Db *db = session->db;
    int nowhere = open("/dev/null", O_WRONLY);
    CHECK(nowhere >= 0 && dup2(nowhere, STDOUT_FILENO) >= 0 && dup2(nowhere, STDERR_FILENO) >= 0);
    session->input = source_file(db, STR("main.rs"));
    session->crate =
        names_declare_user(db, session->input.id, symbol_intern(&db->symbols, STR("probe")), 2021);
    for (u32 i = 0; i < count; i++) {
        OsError error;
        query_log_enable(db, true);
        CHECK(source_set_text(db, session->input, programs[i], DURABILITY_LOW, &error));
        result_print(session, RESULT_CODE);
        u32 row_count;
        const QueryLogRow *log = query_log(db, &row_count);
        for (u32 k = 0; k < row_count; k++) {
            if (log[k].event != QUERY_RAN) continue;
            switch (key_kind(log[k].kind)) {
            case KEY_NONE: break;
            case KEY_FILE: put_file(rows, db, log[k].kind, (FileId){log[k].key}); break;
            case KEY_DEF: put_def(rows, db, log[k].kind, (DefId){log[k].key}); break;
            }
        }
    }
    u32 end = Q_NONE;
    put(rows, &end, sizeof end);
    _exit(0);
}

bool pair_warm(Session *session, const CliArgs *args, const Str *programs, u32 count) {
    if (!session_open_library(session, args)) return false;
    Db *db = session->db;
    static const char *const crates[] = {"core", "alloc", "std"};
    for (u32 i = 0; i < ARRAY_LEN(crates); i++) {
        CrateId crate = crate_find(db, symbol_intern(&db->symbols, str_from(crates[i])));
        if (!crate.id) continue;
        query_get(db, Q_impl_index, crate.id);
        query_get(db, Q_crate_langs, crate.id);
        scratch_rewind(&db->scratch, 0);
    }
    if (!count) return true;
    u8 *shared = mmap(NULL, ROWS_BYTES, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    CHECK(shared != MAP_FAILED);
    Rows rows = {shared, shared + ROWS_BYTES};
    fflush(NULL);
    int pid = fork();
    CHECK(pid >= 0);
    if (pid == 0) probe(session, programs, count, &rows);
    int status;
    CHECK(waitpid(pid, &status, 0) == pid);
    if (status == 0) {
        for (;;) {
            u32 kind;
            take(&rows, &kind, sizeof kind);
            if (kind == Q_NONE) break;
            ask(db, &rows, kind);
        }
    }
    munmap(shared, ROWS_BYTES);
    return true;
}
