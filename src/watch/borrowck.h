// rustc beside rac: rac does not check borrows, so rustc is asked for its errors, in a process of
// its own and at a low priority. It reads the files itself.
//
// A check is asked for after each save that rac found no error in. It begins a moment later, since
// saves come in bursts, and a newer save ends it. Nobody waits for it: when it is done, its result
// lies ready. That rustc is missing, crashes or hangs is a result as well.

#ifndef RAC_WATCH_BORROWCK_H
#define RAC_WATCH_BORROWCK_H

#include "base/scratch.h"

typedef struct BorrowckOptions {
    const char *rustc; // borrowed, as all text here
    const char *file;
    u32 edition;
    const Str *cfgs; // `NAME` or `KEY="VALUE"`
    u32 cfg_count;
    bool is_test; // as `rustc --test` does
    bool colour;
} BorrowckOptions;

typedef enum BorrowckEnd {
    BORROWCK_CLEAN,
    BORROWCK_ERRORS,
    BORROWCK_FAILED, // it could not be asked; `text` says why
} BorrowckEnd;
typedef struct BorrowckResult {
    BorrowckEnd end;
    u32 errors; // how many
    char *text; // owned by whom it was given to: the errors as rustc renders them
} BorrowckResult;

// Asks once, and waits.
BorrowckResult borrowck_run(const BorrowckOptions *options);

typedef struct Borrowck Borrowck;
// `done` is called on a thread of its own whenever a result lies ready. The options must live as
// long. NULL: there is no room for what rustc writes.
Borrowck *borrowck_new(const BorrowckOptions *options, void (*done)(void *cx), void *cx);
void borrowck_free(Borrowck *check); // ends what runs
// The files were saved. What is asked of the text before is dropped, its result too.
void borrowck_ask(Borrowck *check);
// The same, but there is nothing to ask: rac found errors.
void borrowck_drop(Borrowck *check);
bool borrowck_take(Borrowck *check, BorrowckResult *out); // false: no result lies ready

#endif
