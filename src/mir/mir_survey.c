// mir_survey LIBRARY FILE [NAME...]: prints the MIR of the file's functions (those whose path holds
// a NAME), verifying each. mir_survey LIBRARY --crate NAME [PATH-PART]: lowers every body of a
// library crate, verifies, and counts what failed. A developer's tool: the library is the folder
// that holds core/, alloc/, std/.

#include "expand/hygiene.h"
#include "mir/mir.h"
#include "source/source.h"
#include "syntax/lex.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void const_unknown(Db *db, u32 key) {
    Ty ty = {key};
    query_return(db, &ty, sizeof ty);
}

typedef struct Survey {
    Db *db;
    u32 bodies, tainted, unsupported, invalid, good;
    u32 blocks, stmts, locals;
    const char *filter;
    bool print;
} Survey;

static Str file_path(Db *db, u32 file) {
    return source_path(db, (FileId){file});
}
static Str file_text(Db *db, u32 file) {
    return source_text(db, (FileId){file});
}
static void survey_body(Survey *s, DefId def) {
    Db *db = s->db;
    u64 mark = scratch_mark(&db->scratch);
    Str path = def_path_str(db, def, &db->scratch);
    Str name = scratch_print(&db->scratch, "%.*s", STR_ARG(path));
    if (s->filter && !strstr(name.at, s->filter)) return;
    if (getenv("MIR_TRACE")) fprintf(stderr, "%s\n", name.at);
    const MirBody *body = mir_of(db, def);
    if (!body) return;
    s->bodies++;
    Str why = {0};
    if (body->is_error) {
        if (body->reason.id)
            s->unsupported++;
        else
            s->tainted++;
        if (body->reason.id || s->print || getenv("MIR_TAINTED"))
            printf("%s: error %.*s\n", name.at, STR_ARG(symbol_str(&db->symbols, body->reason)));
    } else if (!mir_verify(db, body, &why)) {
        s->invalid++;
        printf("%s: invalid: %.*s\n", name.at, STR_ARG(why));
    } else {
        s->good++;
        s->blocks += body->blocks.count;
        s->stmts += body->stmts.count;
        s->locals += body->locals.count;
    }
    if (getenv("MIR_DIAG")) {
        DiagRenderer renderer = {
            .out = stdout, .locate = names_locate, .path = file_path, .text = file_text};
        (void)diag_render(db, Q_mir, def.id, &renderer);
    }
    if (s->print) {
        Str text = mir_print(db, body, &db->scratch);
        printf("%.*s\n", STR_ARG(text));
    }
    const Typeck *t = def_kind(db, def) == DEF_CLOSURE ? NULL
                      : (def_kind(db, def) == DEF_STRUCT || def_kind(db, def) == DEF_VARIANT)
                          ? NULL
                          : typeck(db, def);
    for (u32 i = 0; t && i < t->closures.count; i++) {
        DefId closure = LIST_AT(t, ClosureInfo, t->closures)[i].def;
        if (closure.id) survey_body(s, closure);
    }
    scratch_rewind(&db->scratch, mark);
}

// Ids are dense: a new definition's number is the count.
static u32 def_total(Db *db, DefId root) {
    static u32 number;
    return def_intern(db, root, DEF_BLOCK, symbol_intern(&db->symbols, STR("mir_survey")), number++)
        .id;
}

int main(int argc, char **argv) {
    if (argc < 3) return 2;
    static Options options = {
        .edition = 2024, .overflow_checks = true, .debug_assertions = true, .time_passes = true};
    bool of_crate = !strcmp(argv[2], "--crate");
    if (getenv("MIR_EDITION")) options.edition = (u32)atoi(getenv("MIR_EDITION"));
    Db *db = db_new(&options);
    source_store_new(db);
    db->expand = expand_store_new();
    db->defs = names_store_new();
    db->types = ty_store_new();
    db->solve = solve_store_new();
    syntax_register(db);
    names_register(db);
    hir_register(db);
    types_register(db);
    solve_register(db);
    infer_register(db);
    mir_register(db);
    query_register(db, Q_const_normalize, const_unknown);
    names_declare_sysroot(db, str_from(argv[1]));
    Survey s = {.db = db, .print = !of_crate, .filter = NULL};
    CrateId crate;
    if (of_crate) {
        crate = crate_find(db, symbol_intern(&db->symbols, str_from(argv[3])));
        if (argc > 4) s.filter = argv[4];
        if (getenv("MIR_PRINT")) s.print = true;
    } else {
        FileId file = source_file(db, str_from(argv[2]));
        OsError error;
        if (!source_read(db, file, DURABILITY_LOW, &error)) return 1;
        crate = names_declare_user(db, file.id, symbol_intern(&db->symbols, STR("user")),
                                   options.edition);
        if (argc > 3) s.filter = argv[3];
    }
    clock_t start = clock();
    (void)names_report(db, crate); // declares what there is
    // Every definition of the crate that may have a body. New ones (closures) may come while we
    // look.
    for (u32 pass_first = 1, seen = 0; pass_first;) {
        u32 count = def_total(db, crate_row(db, crate)->root);
        for (u32 i = seen + 1; i <= count; i++) {
            DefId def = {i};
            if (def_crate(db, def).id != crate.id) continue;
            DefKind kind = def_kind(db, def);
            if (kind == DEF_IMPL || kind == DEF_TRAIT) {
                u32 n;
                (void)def_assoc_items(db, def, &n);
            }
            if (kind == DEF_FN || kind == DEF_ASSOC_FN || kind == DEF_CONST || kind == DEF_STATIC ||
                kind == DEF_ASSOC_CONST || kind == DEF_ANON_CONST || kind == DEF_INLINE_CONST)
                survey_body(&s, def);
        }
        seen = count;
        pass_first = def_total(db, crate_row(db, crate)->root) > count + 1;
    }
    double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    printf("bodies %u good %u tainted %u unsupported %u invalid %u; blocks %u stmts %u locals %u; "
           "%.2f s\n",
           s.bodies, s.good, s.tainted, s.unsupported, s.invalid, s.blocks, s.stmts, s.locals,
           seconds);
    for (u32 kind = 1; kind < Q_COUNT; kind++) {
        QueryStat stat = query_stat(db, (QueryKind)kind);
        if (kind == Q_mir || stat.self_ns > 300000000)
            printf("%s: %llu runs, %.3f s\n", query_name((QueryKind)kind),
                   (unsigned long long)stat.run_count, (double)stat.self_ns / 1e9);
    }
    return 0;
}
