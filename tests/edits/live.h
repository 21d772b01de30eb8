// The edited program as it runs: patched after each edit, as `rac watch` does it, and asked for one
// round of its output.
//
// Its main is live_wrap's: it waits for a line of input, runs the program's own main, and waits for
// the next one.

#ifndef RAC_TESTS_EDITS_LIVE_H
#define RAC_TESTS_EDITS_LIVE_H

#include "cli/program.h"
#include "jit/run.h"
#include "texts.h"
#include "watch/reload.h"

typedef struct Live {
    Session *session; // borrowed
    Program program;
    WatchShapes shapes;
    Scratch scratch;
    Jit *jit; // NULL: nothing runs
    JitRun *run;
    int in, out;  // the program's input (a pipe) and output (a memory file)
    bool is_open; // `program` is
    bool is_going;
} Live;

// Puts another main, in a file of its own, in front of the program. False: it has none, or no plain
// one.
bool live_wrap(Texts *texts, Scratch *scratch);

// Starts or patches the program so that it is the session's, which has no errors, and prints what a
// round of it writes, and how it ended if it did not come to the next one.
void live_round(Live *live, Session *session);

#endif
