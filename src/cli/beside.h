// rustc beside a command that watches: its errors, told when they come (watch/borrowck.h).

#ifndef RAC_CLI_BESIDE_H
#define RAC_CLI_BESIDE_H

#include "cli/session.h"
#include "watch/borrowck.h"
#include "watch/events.h"

typedef struct Beside {
    const CliArgs *args; // borrowed
    BorrowckOptions options;
    Borrowck *check;   // NULL: rustc is not asked (--no-rustc)
    char *errors;      // owned: what was told last; NULL: no errors
    bool told_failure; // that it cannot be asked was said once
} Beside;

// The session is borrowed.
void beside_open(Beside *beside, const Session *session, WatchEvents *events);
void beside_close(Beside *beside);
// The crate's texts are new; whether rac found no error in them.
void beside_saved(Beside *beside, bool is_sound);
// Tells what has come, if something has.
void beside_tell(Beside *beside);

// What rustc is asked, by the command line.
BorrowckOptions beside_options(const Session *session);

#endif
