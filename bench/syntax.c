// Measures the front end: MB/s of lexing, skimming and parsing over the .rs files of a folder.
//
//     bench_syntax [FOLDER [ROUNDS]]
#define _XOPEN_SOURCE 700 // nftw
#include "syntax/syntax_check.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef struct File {
    char *text;
    u32 len;
} File;

static struct {
    File *files;
    u32 count, cap;
    u64 bytes;
} corpus;

static int add_file(const char *path, const struct stat *st, int type, struct FTW *ftw) {
    (void)ftw;
    const char *dot = strrchr(path, '.');
    if (type != FTW_F || !dot || strcmp(dot, ".rs") != 0 || strstr(path, "/tests/")) return 0;
    FILE *in = fopen(path, "rb");
    if (!in) return 0;
    if (corpus.count == corpus.cap) {
        corpus.cap = corpus.cap ? corpus.cap * 2 : 256;
        corpus.files = realloc(corpus.files, corpus.cap * sizeof(File));
        CHECK(corpus.files);
    }
    File file = {malloc((size_t)st->st_size + 1), 0};
    CHECK(file.text);
    file.len = (u32)fread(file.text, 1, (size_t)st->st_size, in);
    fclose(in);
    corpus.files[corpus.count++] = file;
    corpus.bytes += file.len;
    return 0;
}

static double now(void) {
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

int main(int argc, char **argv) {
    const char *root = argc > 1 ? argv[1] : "/usr/src/rustc-1.96.0/library";
    u32 rounds = argc > 2 ? (u32)atoi(argv[2]) : 5;
    if (argc > 1) {
        nftw(root, add_file, 20, FTW_PHYS);
    } else {
        nftw("/usr/src/rustc-1.96.0/library/core/src", add_file, 20, FTW_PHYS);
        nftw("/usr/src/rustc-1.96.0/library/alloc/src", add_file, 20, FTW_PHYS);
        nftw("/usr/src/rustc-1.96.0/library/std/src", add_file, 20, FTW_PHYS);
    }
    double best[3] = {1e9, 1e9, 1e9};
    u64 tokens = 0, items = 0, nodes = 0;
    for (u32 round = 0; round < rounds; round++) {
        Symbols symbols;
        Scratch scratch;
        symbols_init(&symbols);
        scratch_init(&scratch);
        double spent[3] = {0};
        tokens = items = nodes = 0;
        for (u32 i = 0; i < corpus.count; i++) {
            Str text = {corpus.files[i].text, corpus.files[i].len};
            double t0 = now();
            LexOut out;
            lex_file(&symbols, &scratch, text, 2024, &out);
            double t1 = now();
            Toks toks = {out.toks.at, out.toks.count};
            Skim skim;
            skim_items(toks, SKIM_MODULE, 2024, &scratch, &skim);
            double t2 = now();
            SyntaxCheck check = {
                .symbols = &symbols, .scratch = &scratch, .edition = 2024, .text = text};
            syntax_check_items(&check, toks, SKIM_MODULE);
            double t3 = now();
            spent[0] += t1 - t0;
            spent[1] += t2 - t1;
            spent[2] += t3 - t2;
            tokens += toks.count;
            items += check.item_count;
            nodes += check.node_count;
            scratch_rewind(&scratch, 0);
        }
        for (u32 i = 0; i < 3; i++)
            if (spent[i] < best[i]) best[i] = spent[i];
        symbols_deinit(&symbols);
        scratch_deinit(&scratch);
    }
    double mb = (double)corpus.bytes / 1e6;
    printf("%u files, %.1f MB, %llu tokens, %llu items, %llu nodes\n", corpus.count, mb,
           (unsigned long long)tokens, (unsigned long long)items, (unsigned long long)nodes);
    static const char *const names[] = {"lex", "skim", "parse everything"};
    for (u32 i = 0; i < 3; i++)
        printf("%-16s %7.1f ms  %8.0f MB/s\n", names[i], best[i] * 1e3, mb / best[i]);
    return 0;
}
