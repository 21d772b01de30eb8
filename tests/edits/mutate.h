// Random edits of Rust text, such as people make: many leave a program that compiles, some break
// it. The lexer guides them; nothing else of the compiler does.

#ifndef RAC_TESTS_EDITS_MUTATE_H
#define RAC_TESTS_EDITS_MUTATE_H

#include "base/symbol.h"
#include "texts.h"

typedef struct Mutator {
    Random random;
    Scratch *scratch;  // borrowed: texts that are made live there
    Symbols symbols;   // the lexer's, apart from any compiler's
    const Str *donors; // borrowed: other programs, whose items are put in
    u32 donor_count;
    u32 name_count; // makes new names
    File missing;   // of a module whose file is to come; no name: there is none
    u32 first_file; // files before this one stay as they are
} Mutator;

void mutator_init(Mutator *mutator, u64 seed, Scratch *scratch, const Str *donors, u32 count);
void mutator_deinit(Mutator *mutator);

// An edited copy in `to`; what was done. NULL: the dice found nothing to do; ask again.
const char *mutate(Mutator *mutator, const Texts *from, Texts *to);
// Several edits, and bytes, cuts, deep nests: texts to find crashes with.
void mutate_wildly(Mutator *mutator, const Texts *from, Texts *to);

#endif
