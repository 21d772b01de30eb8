// Two compilers: one that lives through a whole script of edits, and for each text one that has
// never seen another.
//
// Both are forked off a process that has the library's names and nothing of any program, so what
// the second makes is the result from nothing. They run side by side and answer through memory
// that is shared with the caller, who never compiles anything itself.

#ifndef RAC_TESTS_EDITS_PAIR_H
#define RAC_TESTS_EDITS_PAIR_H

#include "cli/session.h"
#include "texts.h"

typedef struct Answer {
    bool crashed; // or hung
    int status;   // of wait(); of a hang: 0
    u32 errors;
    Str text; // in the Scratch given
    Str said; // on standard error: a sanitizer's report, a failed check
} Answer;

typedef struct Worker {
    int pid;
    int ask[2], reply[2]; // pipes, -1 when closed
    int out, err;         // memory files
} Worker;

typedef struct Pair {
    // Borrowed: the library, without a program. Of which each of the two is forked off.
    Session *incremental_session, *fresh_session;
    u8 *shared;     // the texts, as both read them
    int timeout_ms; // of computing, for one answer
    Worker incremental;
} Pair;

// Opens the session every pair starts from: it knows of the library what the programs ask of it
// (warm.c), and no program. False after printing why not.
bool pair_warm(Session *session, const CliArgs *args, const Str *programs, u32 count);

void pair_init(Pair *pair, Session *incremental, Session *fresh, int timeout_ms);
void pair_deinit(Pair *pair);
// A new incremental compiler, that has seen nothing.
void pair_restart(Pair *pair);

// The next text. Whichever is NULL is not asked for. False: the incremental one has crashed and
// will start anew.
bool pair_ask(Pair *pair, const Texts *texts, u32 what, Scratch *scratch, Answer *incremental,
              Answer *fresh);

#endif
