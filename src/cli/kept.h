// The kept program: the state of a compile, kept for the next run of the same program.
//
// What a run has computed beyond the library image is written to the cache folder when the program
// has ended, by a process of its own: an image over the library's (base/image.h). The next run with
// the same options from the same folder loads both, reads the program's files anew, and computes
// what has changed: unchanged, nothing; else what an edit needs.

#ifndef RAC_CLI_KEPT_H
#define RAC_CLI_KEPT_H

#include "cli/session.h"

// Loads what was kept of the session's program into its Db, whose stores and toolchain are there
// and empty. False: nothing is there; when `*torn`, the Db must be made anew.
bool kept_load(Session *session, bool *torn);

// Whether nothing has changed since then.
bool kept_is_unchanged(const Session *session);

// After a program without errors has run: keeps it, and notes what it needed of the library
// (library_learn). Costs the caller a fork.
void kept_save(Session *session);

#endif
