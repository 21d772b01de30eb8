// Measures what one edit costs the front end: the text, the tokens of what it touches, the shape of
// the file, and all definitions of the crate asked again.
//
//     bench_edit FILE [EDITS [LIBRARY]]
//
// The edits change a digit, a line more and a line less, and add and take away a function, each
// time at another place of the file.
#define _GNU_SOURCE // memmem
#include "names/split.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef struct Bench {
    Db *db;
    FileId file;
    CrateId crate;
    char *text;
    u32 len;
} Bench;

static double now_ms(void) {
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec * 1e-6;
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void ask(Bench *b) {
    names_report(b->db, b->crate);
    for (u32 i = 1; i < def_count(b->db); i++) {
        DefId def = {i};
        if (def_crate(b->db, def).id != b->crate.id) continue;
        if (def_kind(b->db, def) == DEF_FN || def_kind(b->db, def) == DEF_IMPL)
            def_toks(b->db, def);
    }
}

static void set(Bench *b) {
    OsError error;
    if (source_set_text(b->db, b->file, (Str){b->text, b->len}, DURABILITY_LOW, &error)) return;
    fprintf(stderr, "%s\n", error.text);
    exit(1);
}

static void replace(Bench *b, u32 at, u32 gone, const char *fresh) {
    u32 len = (u32)strlen(fresh);
    memmove(b->text + at + len, b->text + at + gone, b->len - at - gone);
    memcpy(b->text + at, fresh, len);
    b->len += len - gone;
}

// The first place from `from` on where the text stands.
static u32 find(const Bench *b, u32 from, const char *what) {
    const char *at = memmem(b->text + from, b->len - from, what, strlen(what));
    return at ? (u32)(at - b->text) : find(b, 0, what);
}

typedef struct Edit {
    const char *name, *at, *from, *to; // `from` behind `at` becomes `to`, and then again `from`
} Edit;

static void measure(Bench *b, const Edit *edit, u32 rounds) {
    double *ms[2];
    for (u32 i = 0; i < 2; i++) {
        ms[i] = calloc(2 * rounds, sizeof(double));
        CHECK(ms[i]);
    }
    u32 at = 0;
    for (u32 i = 0; i < 2 * rounds; i++) {
        u32 place = (u32)((u64)b->len * (i / 2) / rounds);
        if (i % 2 == 0) at = find(b, place, edit->at) + (u32)strlen(edit->at);
        if (i % 2 == 0)
            replace(b, at, (u32)strlen(edit->from), edit->to);
        else
            replace(b, at, (u32)strlen(edit->to), edit->from);
        double start = now_ms();
        set(b);
        double then = now_ms();
        ask(b);
        ms[0][i] = then - start;
        ms[1][i] = now_ms() - then;
    }
    printf("%-10s", edit->name);
    for (u32 i = 0; i < 2; i++) {
        qsort(ms[i], 2 * rounds, sizeof(double), by_size);
        printf("  %s %7.3f ms (worst %7.3f)", i ? "ask" : "set", ms[i][rounds],
               ms[i][2 * rounds - 1]);
        free(ms[i]);
    }
    printf("\n");
}

int main(int argc, char **argv) {
    if (argc < 2) {
        fprintf(stderr, "usage: bench_edit FILE [EDITS [LIBRARY]]\n");
        return 2;
    }
    u32 rounds = argc > 2 ? (u32)atoi(argv[2]) : 50;
    Options options = {.edition = 2021};
    Bench b = {.db = db_new(&options)};
    source_store_new(b.db);
    b.db->expand = expand_store_new();
    b.db->defs = names_store_new();
    syntax_register(b.db);
    names_register(b.db);
    names_declare_sysroot(b.db, str_from(argc > 3 ? argv[3] : "/usr/src/rustc-1.96.0/library"));
    b.file = source_file(b.db, str_from(argv[1]));
    OsError error;
    if (!source_read(b.db, b.file, DURABILITY_LOW, &error)) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    Str text = source_text(b.db, b.file);
    b.text = malloc(text.len + 65536u);
    CHECK(b.text);
    memcpy(b.text, text.at, text.len);
    b.len = text.len;
    b.crate =
        names_declare_user(b.db, b.file.id, symbol_intern(&b.db->symbols, STR("bench")), 2021);
    double start = now_ms();
    file_shape(b.db, b.file.id);
    double then = now_ms();
    ask(&b);
    printf("%u bytes; at first: split %.1f ms, names %.1f ms\n", b.len, then - start,
           now_ms() - then);
    static const Edit edits[] = {
        {"body", ") {\n", "", "1 + 1; "},
        {"line", ") {\n", "", "1 + 1;\n"},
        {"function", "\n}\n", "", "fn added_here() { 1 + 1; }\n"},
    };
    for (u32 i = 0; i < ARRAY_LEN(edits); i++)
        measure(&b, &edits[i], rounds);
    return 0;
}
