// A program as its files, and the random numbers that change it.

#ifndef RAC_TESTS_EDITS_TEXTS_H
#define RAC_TESTS_EDITS_TEXTS_H

#include "base/scratch.h"

enum { FILES_MAX = 24 };

// Of equal seeds come equal numbers.
typedef struct Random {
    u64 state;
} Random;
static inline u64 random_next(Random *random) {
    u64 z = random->state += 0x9e3779b97f4a7c15ull;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}
// Below n, which is not 0.
static inline u32 random_below(Random *random, u32 n) {
    return (u32)(random_next(random) % n);
}
static inline bool random_chance(Random *random, u32 percent) {
    return random_below(random, 100) < percent;
}

typedef struct File {
    Str name; // "main.rs" is the first; "m1.rs"
    Str text;
} File;

typedef struct Texts {
    File files[FILES_MAX];
    u32 count;
} Texts;

#endif
