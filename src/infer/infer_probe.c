// A tool for work on infer/: checks bodies of a program or of the library and groups the messages.
//
//     infer_probe FILE.rs [--edition N]     every body of the program
//     infer_probe --crate core|alloc|std    every body of a library crate
//     infer_probe --def core::option        those whose path begins so
//     -v: every message with its body; -t: types of locals; LIBRARY in the environment: the library's root
#include "diag/diag_internal.h"
#include "expand/hygiene.h"
#include "infer/typeck.h"
#include "names/names_internal.h"
#include "source/source.h"
#include "syntax/lex.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef struct Group {
    char text[160];
    u32 count;
    DefId example;
} Group;

typedef struct Probe {
    Db *db;
    VEC(Group) groups;
    Scratch scratch;
    DefId owner;
    u32 errors;
    bool verbose, types;
} Probe;

static void const_stub(Db *db, u32 key) {
    Ty ty = {key};
    query_return(db, &ty, sizeof ty);
}

// Quoted parts and numbers are dropped so that like messages meet.
static void normal(Str text, char *out, u32 cap) {
    u32 n = 0;
    bool quoted = false;
    for (u32 i = 0; i < text.len && n + 2 < cap; i++) {
        if (text.at[i] == '`') {
            if (!quoted) out[n++] = '`';
            quoted = !quoted;
            continue;
        }
        if (!quoted) out[n++] = text.at[i];
    }
    out[n] = 0;
}

static void print_place(Probe *p, Span span) {
    if (!(span.base & SPAN_DEF)) return;
    u32 file, offset;
    def_locate(p->db, (DefId){span.base & ~SPAN_DEF}, &file, &offset);
    Str text = source_text(p->db, (FileId){file});
    u32 at = offset + span.lo, line = 1;
    for (u32 i = 0; i < at && i < text.len; i++) line += text.at[i] == '\n';
    u32 end = offset + span.hi;
    if (end > text.len) end = text.len;
    if (end > at + 70) end = at + 70;
    printf("    %.*s:%u: ", STR_ARG(source_path(p->db, (FileId){file})), line);
    for (u32 i = at; i < end; i++) putchar(text.at[i] == '\n' ? ' ' : text.at[i]);
    putchar('\n');
}

static void on_note(void *cx, QueryKind kind, u32 key, const void *note, u32 bytes) {
    Probe *p = cx;
    (void)bytes;
    const DiagRecord *record = note;
    if (kind != Q_typeck || key != p->owner.id) return;
    Str text = record_text(record);
    if (record->part != PART_HEAD) {
        if (p->verbose && record->part == PART_LABEL) printf("      %.*s\n", STR_ARG(text));
        return;
    }
    if (record->level != DIAG_ERROR) return;
    p->errors++;
    if (p->verbose) {
        u64 mark = scratch_mark(&p->db->scratch);
        printf("%.*s: [%s] %.*s\n", STR_ARG(def_path_str(p->db, p->owner, &p->db->scratch)), record->code, STR_ARG(text));
        scratch_rewind(&p->db->scratch, mark);
        print_place(p, record->span);
    }
    char line[160];
    normal(text, line, sizeof line);
    for (u32 i = 0; i < p->groups.count; i++)
        if (!strcmp(p->groups.at[i].text, line)) {
            p->groups.at[i].count++;
            return;
        }
    Group g;
    memset(&g, 0, sizeof g);
    memcpy(g.text, line, strlen(line) + 1);
    g.count = 1;
    g.example = p->owner;
    vec_push(&p->scratch, &p->groups, g);
}

static int by_count(const void *a, const void *b) {
    const Group *x = a, *y = b;
    return x->count < y->count ? 1 : x->count > y->count ? -1 : 0;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    const char *file = NULL, *def_prefix = NULL, *crate_name = NULL;
    u32 edition = 2021;
    Probe p;
    memset(&p, 0, sizeof p);
    scratch_init(&p.scratch);
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--def") && i + 1 < argc) def_prefix = argv[++i];
        else if (!strcmp(argv[i], "--crate") && i + 1 < argc) crate_name = argv[++i];
        else if (!strcmp(argv[i], "--edition") && i + 1 < argc) edition = (u32)atoi(argv[++i]);
        else if (!strcmp(argv[i], "-v")) p.verbose = true;
        else if (!strcmp(argv[i], "-t")) p.types = true;
        else file = argv[i];
    }
    Options options;
    memset(&options, 0, sizeof options);
    options.edition = edition;
    Db *db = p.db = db_new(&options);
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
    query_register(db, Q_const_normalize, const_stub);
    const char *library = getenv("LIBRARY");
    names_declare_sysroot(db, str_from(library ? library : "/usr/src/rustc-1.96.0/library"));
    CrateId crate = {0};
    if (file) {
        FileId id = source_file(db, str_from(file));
        OsError error;
        if (!source_read(db, id, DURABILITY_LOW, &error)) {
            fprintf(stderr, "%s\n", error.text);
            return 1;
        }
        crate = names_declare_user(db, id.id, symbol_intern(&db->symbols, STR("user")), edition);
    } else {
        char name[64];
        snprintf(name, sizeof name, "%s", crate_name ? crate_name : def_prefix ? def_prefix : "core");
        char *colon = strstr(name, "::");
        if (colon) *colon = 0;
        crate = crate_find(db, symbol_intern(&db->symbols, str_from(name)));
    }
    double start = now();
    names_report(db, crate);
    u32 bodies = 0, failed = 0, tainted = 0;
    for (u32 id = 1; id <= intern_count(&db->defs->defs) - 1; id++) {
        DefId def = {id};
        const DefRow *row = def_row(db, def);
        if (row->crate != crate.id) continue;
        u64 mark = scratch_mark(&db->scratch);
        DefKind kind = (DefKind)row->kind;
        if (kind == DEF_IMPL || kind == DEF_TRAIT) {
            u32 count;
            def_assoc_items(db, def, &count);
        }
        bool is_body = kind == DEF_FN || kind == DEF_ASSOC_FN || kind == DEF_CONST || kind == DEF_STATIC ||
                       kind == DEF_ASSOC_CONST;
        if (is_body && def_prefix) {
            Str path = def_path_str(db, def, &db->scratch);
            u32 n = (u32)strlen(def_prefix);
            is_body = path.len >= n && !memcmp(path.at, def_prefix, n);
        }
        if (is_body && def_has_body(db, def)) {
            bodies++;
            p.owner = def;
            p.errors = 0;
            if (getenv("TRACE")) {
                fprintf(stderr, "%.*s\n", STR_ARG(def_path_str(db, def, &db->scratch)));
            }
            double t0 = now();
            const Typeck *t = typeck(db, def);
            double dt = now() - t0;
            if (dt > 0.5)
                printf("slow: %.2f s %.*s\n", dt, STR_ARG(def_path_str(db, def, &db->scratch)));
            query_notes(db, Q_typeck, def.id, on_note, &p);
            failed += p.errors != 0;
            if (t->is_tainted && !p.errors) {
                tainted++;
                if (p.verbose) printf("%.*s: tainted in silence\n", STR_ARG(def_path_str(db, def, &db->scratch)));
            }
            if (p.types && !t->is_tainted) {
                const HirBody *hir = hir_body(db, def);
                printf("fn %.*s\n", STR_ARG(def_path_str(db, def, &db->scratch)));
                for (u32 i = 1; i < t->local_tys.count; i++)
                    printf("  %.*s: %.*s\n",
                           STR_ARG(symbol_str(&db->symbols, HIR_AT(hir, HirLocalRow, locals, i)->name)),
                           STR_ARG(ty_print(db, typeck_local(t, (HirLocal){i}), &db->scratch)));
            }
        }
        scratch_rewind(&db->scratch, mark);
        fflush(stdout);
    }
    if (p.groups.count) qsort(p.groups.at, p.groups.count, sizeof(Group), by_count);
    for (u32 i = 0; i < p.groups.count && i < 60; i++)
        printf("%6u %s  [%.*s]\n", p.groups.at[i].count, p.groups.at[i].text,
               STR_ARG(def_path_str(db, p.groups.at[i].example, &db->scratch)));
    printf("%u bodies, %u with errors, %u tainted in silence, %.2f s\n", bodies, failed, tainted, now() - start);
    fflush(stdout);
    _Exit(failed != 0);
}
