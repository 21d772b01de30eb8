// Makes a failing script small: fewer steps, shorter texts, as long as the last step still fails in
// the same way.

#ifndef RAC_TESTS_EDITS_SHRINK_H
#define RAC_TESTS_EDITS_SHRINK_H

#include "pair.h"

typedef enum Failure {
    FAILURE_NONE,
    FAILURE_DIFFERENT,   // the two came to different results
    FAILURE_OUTPUT,      // the patched program printed something else
    FAILURE_INCREMENTAL, // the incremental one crashed or hung
    FAILURE_FRESH,       // the text alone makes the compiler crash or hang
} Failure;

typedef struct Step {
    Texts texts;
    u32 what;         // RESULT_*
    const char *edit; // what was done to come here
    bool is_good;     // no errors
} Step;
typedef VEC(Step) Steps;

// How two answers to the same question differ.
Failure answers_differ(const Answer *incremental, const Answer *fresh);
// Runs the steps from nothing; how the last one failed. The answers are in `scratch`.
Failure shrink_run(Pair *pair, const Steps *steps, Scratch *scratch, Answer *incremental,
                   Answer *fresh);
// `steps` is made small in place; texts in `scratch`.
void shrink(Pair *pair, Steps *steps, Failure failure, Scratch *scratch, u32 seconds);

#endif
