// rac check --std: the standard library itself. With --names: what name resolution found in its
// crates. Without: every body of core, alloc and std is type-checked and lowered to MIR, the
// measure of the front end (DESIGN.md section 7).
#include "cli/session.h"

#include "infer/typeck.h"
#include "mir/mir.h"

#include <stdio.h>

static int check_names(Session *session) {
    Db *db = session->db;
    NamesReport all = {0};
    printf("%-24s %8s %12s %8s %11s %12s %11s\n", "crate", "modules", "definitions", "imports",
           "unresolved", "macro calls", "unexpanded");
    for (u32 id = 1; id <= crate_count(db); id++) {
        NamesReport r = names_report(db, (CrateId){id});
        printf("%-24.*s %8u %12u %8u %11u %12u %11u\n",
               STR_ARG(symbol_str(&db->symbols, crate_row(db, (CrateId){id})->name)), r.modules,
               r.definitions, r.imports, r.unresolved_imports, r.macro_calls, r.unexpanded_calls);
        all.modules += r.modules;
        all.definitions += r.definitions;
        all.imports += r.imports;
        all.unresolved_imports += r.unresolved_imports;
        all.macro_calls += r.macro_calls;
        all.unexpanded_calls += r.unexpanded_calls;
    }
    printf("%-24s %8u %12u %8u %11u %12u %11u\n", "all", all.modules, all.definitions, all.imports,
           all.unresolved_imports, all.macro_calls, all.unexpanded_calls);
    return all.unresolved_imports || all.unexpanded_calls ? STATUS_FAILED : STATUS_OK;
}

typedef struct BodyCounts {
    u32 bodies, wrong, without_mir;
} BodyCounts;

static void check_body(Session *session, DefId def, BodyCounts *counts) {
    Db *db = session->db;
    u64 mark = scratch_mark(&db->scratch);
    const Typeck *types = typeck(db, def);
    const MirBody *mir = types && !types->is_tainted ? mir_of(db, def) : NULL;
    counts->bodies++;
    bool wrong = !types || types->is_tainted;
    counts->wrong += wrong;
    if (!wrong && mir && mir->is_error) {
        counts->without_mir++;
        Str path = def_path_str(db, def, &db->scratch),
            reason = symbol_str(&db->symbols, mir->reason);
        printf("no MIR: %.*s: %.*s\n", STR_ARG(path), STR_ARG(reason));
    } else if (wrong) {
        Str path = def_path_str(db, def, &db->scratch);
        printf("does not check: %.*s\n", STR_ARG(path));
    }
    scratch_rewind(&db->scratch, mark);
}

static BodyCounts check_bodies(Session *session, CrateId crate) {
    Db *db = session->db;
    BodyCounts counts = {0};
    query_get(db, Q_crate_box, crate.id);
    for (u32 id = 1; id < def_count(db); id++) { // looking at one makes others
        DefId def = {id};
        if (def_crate(db, def).id != crate.id) continue;
        u32 count;
        switch (def_kind(db, def)) {
        case DEF_TRAIT:
        case DEF_IMPL: (void)def_assoc_items(db, def, &count); break;
        case DEF_FN:
        case DEF_ASSOC_FN:
        case DEF_CONST:
        case DEF_STATIC:
        case DEF_ASSOC_CONST:
            if (def_has_body(db, def)) check_body(session, def, &counts);
            break;
        default: break;
        }
    }
    return counts;
}

int check_std(const CliArgs *args) {
    Session session;
    if (!session_open_crate(&session, args)) return STATUS_FAILED;
    Db *db = session.db;
    int status = STATUS_OK;
    if (args->names) {
        status = check_names(&session);
    } else {
        static const char *const crates[] = {"core", "alloc", "std"};
        for (u32 i = 0; i < ARRAY_LEN(crates); i++) {
            CrateId crate = crate_find(db, symbol_intern(&db->symbols, str_from(crates[i])));
            BodyCounts counts = check_bodies(&session, crate);
            printf("%s: %u bodies, %u do not check, %u have no MIR\n", crates[i], counts.bodies,
                   counts.wrong, counts.without_mir);
            fflush(stdout);
            if (counts.wrong || counts.without_mir) status = STATUS_FAILED;
        }
    }
    session_close(&session);
    return status;
}
