// What the compiler makes of a program, as text on standard output: diagnostics, types, MIR,
// layouts, pass modes, and the machine code of everything main reaches. Two processes that came to
// the same program on different ways print the same, byte for byte: ids, whose numbers tell of the
// way, do not show.

#ifndef RAC_TESTS_EDITS_RESULT_H
#define RAC_TESTS_EDITS_RESULT_H

#include "cli/session.h"

enum {
    RESULT_BODIES = 1, // types, MIR, layouts, pass modes
    RESULT_CODE = 2,   // machine code and data, unless there are errors
    RESULT_IR = 4,     // with RESULT_CODE: the IR too
    RESULT_RUN = 8,    // a round of the running program (live.h), behind a line RESULT_ROUND
};
#define RESULT_ROUND "== round\n"

// How many errors the program has.
u32 result_print(Session *session, u32 what);

// The part before the first RESULT_ROUND, and the rounds.
typedef struct ResultParts {
    Str head;
    Str rounds[2]; // "": there was none
} ResultParts;
ResultParts result_parts(Str text);

#endif
