// The user's crate under a watch: taking in what was saved, finding what is wrong with it, and
// going back to the texts before.

#ifndef RAC_CLI_SAVES_H
#define RAC_CLI_SAVES_H

#include "cli/session.h"
#include "watch/events.h"

typedef struct Saves {
    Session *session;    // borrowed
    WatchEvents *events; // borrowed
    char *errors;        // owned: what the last look found, as text; NULL: nothing
    Scratch memory;      // owned: `put_off`
    U32Vec put_off;      // files whose text was taken back: the next save takes them in with it
} Saves;

// Both are borrowed and outlive it.
void saves_init(Saves *saves, Session *session, WatchEvents *events);

void saves_deinit(Saves *saves);

// Watches every file the crate is made of by now.
void saves_add_files(Saves *saves);

typedef VEC(SourceEdit) SourceEdits;

// Sets what was saved. What the texts were before lies in `scratch`. A file that cannot be read is
// told of, and keeps its text, and so is the crate's root when it is not there: another one is the
// crate's error then, if it names it. Texts that were taken back are read again: what was wrong
// with them may lie in a file that is saved now. False: nothing is new, and nothing was put off.
bool saves_read(Saves *saves, const WatchTaken *taken, Scratch *scratch, SourceEdits *edits);
// Goes back to the texts before; those on disk are put off until the next save.
void saves_take_back(Saves *saves, const SourceEdits *edits);

// Lines of the texts before, from 1: what stood on others stands where it did.
typedef struct LineRange {
    u32 first, last;
} LineRange;
LineRange saves_touched_lines(const Saves *saves, const SourceEdits *edits);

// Checks the crate: how many errors it has; they are in `errors` then.
u32 saves_check(Saves *saves);
// Forgets them: the crate stands at a text without errors.
void saves_forget_errors(Saves *saves);
// Shows them, with what follows from them: "the program runs on with the old code".
void saves_show_errors(const Saves *saves, u32 count, const char *what);

#endif
