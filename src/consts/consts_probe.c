// consts_probe LIBRARY FILE [NAME]: evaluates every const and static of the file and prints its
// value. consts_probe LIBRARY --crate NAME [PATH-PART]: the same for a library crate, with counts.
// A developer's tool: the library is the folder that holds core/, alloc/, std/. CONSTS_QUIET prints
// failures only.

#include "consts/consts.h"
#include "expand/hygiene.h"
#include "names/names.h"
#include "source/source.h"
#include "syntax/lex.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef struct Probe {
    Db *db;
    u32 good, failed, generic;
    const char *filter;
    bool quiet, in_crate;
} Probe;

static Str file_path(Db *db, u32 file) {
    return source_path(db, (FileId){file});
}
static Str file_text(Db *db, u32 file) {
    return source_text(db, (FileId){file});
}

static void probe(Probe *p, DefId def) {
    Db *db = p->db;
    u64 mark = scratch_mark(&db->scratch);
    Str path = def_path_str(db, def, &db->scratch);
    Str name = scratch_print(&db->scratch, "%.*s", STR_ARG(path));
    DefKind kind = def_kind(db, def);
    bool generic = generics_count(db, def) != 0 || !def_has_body(db, def);
    if ((p->filter && !strstr(name.at, p->filter)) || generic) {
        p->generic++;
        scratch_rewind(&db->scratch, mark);
        return;
    }
    if (getenv("CONSTS_TRACE")) fprintf(stderr, "%s\n", name.at);
    u32 words[3] = {def.id, 0, kind == DEF_STATIC ? UINT32_MAX : 0};
    u32 key = types_key(db, words, 3);
    const ConstAlloc *a =
        kind == DEF_STATIC ? static_initializer(db, def) : const_eval(db, def, (Args){0});
    if (a->is_failed) {
        p->failed++;
        printf("%s: failed\n", name.at);
        fflush(stdout);
        DiagRenderer renderer = {
            .out = stderr, .locate = names_locate, .path = file_path, .text = file_text};
        diag_render(db, Q_const_eval, key, &renderer);
    } else {
        p->good++;
        if (!p->quiet) {
            Str last = symbol_str(&db->symbols, def_row(db, def)->name);
            if (p->in_crate)
                printf("%s = ", name.at);
            else
                printf("%.*s = ", STR_ARG(last));
            Str text = const_print(db, a, &db->scratch);
            printf("%.*s\n", STR_ARG(text));
        }
    }
    scratch_rewind(&db->scratch, mark);
}

// Ids are dense: a new definition's number is the count.
static u32 def_total(Db *db, DefId root, u32 number) {
    return def_intern(db, root, DEF_BLOCK, symbol_intern(&db->symbols, STR("consts_probe")), number)
        .id;
}

int main(int argc, char **argv) {
    if (argc < 3) return 2;
    static Options options = {.edition = 2021, .overflow_checks = true, .debug_assertions = true};
    Db *db = db_new(&options);
    source_store_new(db);
    db->expand = expand_store_new();
    db->defs = names_store_new();
    db->types = ty_store_new();
    db->solve = solve_store_new();
    db->layouts = layout_store_new();
    db->consts = const_store_new();
    syntax_register(db);
    names_register(db);
    hir_register(db);
    types_register(db);
    solve_register(db);
    infer_register(db);
    mir_register(db);
    layout_register(db);
    consts_register(db);
    names_declare_sysroot(db, str_from(argv[1]));
    Probe p = {
        .db = db, .quiet = getenv("CONSTS_QUIET") != NULL, .in_crate = !strcmp(argv[2], "--crate")};
    CrateId crate;
    if (p.in_crate) {
        crate = crate_find(db, symbol_intern(&db->symbols, str_from(argv[3])));
        if (argc > 4) p.filter = argv[4];
    } else {
        FileId file = source_file(db, str_from(argv[2]));
        OsError error;
        if (!source_read(db, file, DURABILITY_LOW, &error)) return 1;
        crate = names_declare_user(db, file.id, symbol_intern(&db->symbols, STR("user")),
                                   options.edition);
        if (argc > 3) p.filter = argv[3];
    }
    clock_t start = clock();
    (void)names_report(db, crate); // declares what there is
    DefId root = crate_row(db, crate)->root;
    u32 count = def_total(db, root, 0);
    for (u32 i = 1; i <= count; i++) {
        DefId def = {i};
        if (def_crate(db, def).id != crate.id) continue;
        DefKind kind = def_kind(db, def);
        if (kind == DEF_IMPL || kind == DEF_TRAIT) {
            u32 n;
            const AssocItem *items = def_assoc_items(db, def, &n);
            for (u32 k = 0; k < n && kind == DEF_IMPL; k++)
                if (items[k].kind == ASSOC_CONST) probe(&p, items[k].def);
        }
        if (kind == DEF_CONST || kind == DEF_STATIC) probe(&p, def);
    }
    if (p.in_crate || p.failed)
        printf("%u evaluated, %u failed, %u left out, %.2f s\n", p.good, p.failed, p.generic,
               (double)(clock() - start) / CLOCKS_PER_SEC);
    const_store_free(db->consts);
    layout_store_free(db->layouts);
    solve_store_free(db->solve);
    ty_store_free(db->types);
    names_store_free(db->defs);
    expand_store_free(db->expand);
    source_store_free(db);
    db_free(db);
    return p.failed ? 1 : 0;
}
