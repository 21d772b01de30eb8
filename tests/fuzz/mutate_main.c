// Runs a fuzz target without libFuzzer: files named on the command line, mutated from a seed.
//
//     fuzz_x SECONDS SEED FILE...
//
// Windows of a file are cut out, then bytes, words and pieces of other places are put in, taken
// out or doubled. On a crash the last input lies in fuzz_last_input, after its length.
#include "base/base.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

enum { INPUT_MAX = 6000 };

static const char *const words[] = {
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "<",
    ">",
    ">>",
    "::",
    "->",
    "=>",
    "|",
    "||",
    "&&",
    "&",
    ",",
    ";",
    ":",
    "=",
    "==",
    "..",
    "..=",
    "...",
    "!",
    "?",
    "#",
    "#[",
    "#![",
    "'a",
    "'",
    "\"",
    "r#\"",
    "b'",
    "fn ",
    "let ",
    "if ",
    "else ",
    "match ",
    "impl ",
    "trait ",
    "struct ",
    "enum ",
    "const ",
    "unsafe ",
    "async ",
    "move ",
    "for ",
    "while ",
    "loop ",
    "return ",
    "break ",
    "dyn ",
    "where ",
    "use ",
    "mod ",
    "pub ",
    "pub(crate) ",
    "extern ",
    "\"C\" ",
    "macro_rules! ",
    "a! {",
    "1.0",
    "0x",
    "1",
    "self",
    "Self",
    "super::",
    "crate::",
    "type ",
    "static ",
    "mut ",
    "ref ",
    "box ",
    "as ",
    "in ",
    "yield ",
    "try ",
    "gen ",
    "default ",
    "union ",
    "auto ",
    "builtin # ",
    "//",
    "/*",
    "*/",
    "///",
    "//!",
    "\xc3\xa9",
    "\xff",
    "for<'a> ",
    "<T as X>::",
    "<<",
    "<-",
    "-",
    "*",
    "+",
    "+=",
};

static u64 next_random(u64 *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

typedef struct LastInput {
    u32 len;
    u8 bytes[INPUT_MAX * 2];
} LastInput;

static LastInput *last_input_map(void) {
    int fd = open("fuzz_last_input", O_RDWR | O_CREAT | O_TRUNC, 0644);
    CHECK(fd >= 0 && ftruncate(fd, sizeof(LastInput)) == 0);
    void *at = mmap(NULL, sizeof(LastInput), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(at != MAP_FAILED);
    close(fd);
    return at;
}

int main(int argc, char **argv) {
    if (argc < 4) return 2;
    double seconds = atof(argv[1]);
    u64 state = strtoull(argv[2], NULL, 10) * 2654435761u + 88172645463325252ull;
    u8 input[INPUT_MAX * 2];
    time_t end = time(NULL) + (time_t)seconds;
    u64 runs = 0;
    LastInput *last = last_input_map();
    while (time(NULL) <= end) {
        FILE *file = fopen(argv[3 + next_random(&state) % (u64)(argc - 3)], "rb");
        if (!file) return 2;
        fseek(file, 0, SEEK_END);
        long size = ftell(file);
        long start = size > INPUT_MAX ? (long)(next_random(&state) % (u64)(size - INPUT_MAX)) : 0;
        if (next_random(&state) % 2) start = 0;
        fseek(file, start, SEEK_SET);
        u8 base[INPUT_MAX];
        u32 base_len = (u32)fread(base, 1, 1 + next_random(&state) % (INPUT_MAX - 1), file);
        fclose(file);
        for (u32 round = 0; round < 50; round++, runs++) {
            u32 len = base_len;
            memcpy(input, base, len);
            u32 edits = 1 + (u32)(next_random(&state) % 6);
            for (u32 i = 0; i < edits && len > 0 && len < INPUT_MAX; i++) {
                u32 at = (u32)(next_random(&state) % len);
                u32 run = (u32)(next_random(&state) % 30);
                switch (next_random(&state) % 5) {
                case 0: input[at] = (u8)next_random(&state); break;
                case 1: // out
                    run = min_u32(run, len - at);
                    memmove(input + at, input + at + run, len - at - run);
                    len -= run;
                    break;
                case 2: { // a piece of another place
                    u32 from = (u32)(next_random(&state) % len);
                    run = min_u32(run, len - from);
                    u8 piece[32];
                    memcpy(piece, input + from, run);
                    memmove(input + at + run, input + at, len - at);
                    memcpy(input + at, piece, run);
                    len += run;
                    break;
                }
                default: {
                    const char *word = words[next_random(&state) % ARRAY_LEN(words)];
                    u32 word_len = (u32)strlen(word);
                    memmove(input + at + word_len, input + at, len - at);
                    memcpy(input + at, word, word_len);
                    len += word_len;
                }
                }
            }
            // a shared mapping: it is on disk even if the target aborts
            memcpy(last->bytes, input, len);
            last->len = len;
            LLVMFuzzerTestOneInput(input, len);
        }
    }
    printf("%llu inputs\n", (unsigned long long)runs);
    return 0;
}
