// What a function reaches: everything its code names, and what that names in turn. Two looks at a
// function that find equal fingerprints have found equal code and equal data: unless it looks at
// the world outside, it does the same.
//
// Functions are reached by calls and by their addresses, data by theirs; a vtable names its
// methods. Code of the precompiled crates names nothing here: what it calls back it was given.

#ifndef RAC_CLI_REACH_H
#define RAC_CLI_REACH_H

#include "cli/program.h"

typedef struct Reached {
    u64 code;   // of all that is reached, but for where it stands in the text
    u64 placed; // the same with the places that panics tell
    u32 shared; // functions with the same number may meet in a static that can change; 0: in none
    bool sees_places; // it may look at the places itself: at a std::panic::Location
} Reached;

// What a look at a function's code has found, kept for the next walk after an edit.
typedef struct FoundCode {
    u32 *names; // in `memory`: IrSym
    u32 count, cap;
    u64 code;
    bool sees_places;
    bool is_good; // no edit since can have changed it
} FoundCode;
typedef struct ReachKept {
    Scratch memory;       // owned
    VEC(FoundCode) found; // by IrSym
} ReachKept;
// From now on the engine lists what edits make suspect (program_watch): nothing else may clear
// that list, nor the one of changes.
void reach_keep(ReachKept *kept, Program *program);
void reach_forget(ReachKept *kept);

// Fills one row per root. Makes the code of all that is reached, which `rac run` leaves until it is
// called; nothing is reported. Fingerprints are compared within one session. Rows are in `scratch`.
Reached *reach(Program *program, const IrSym *roots, u32 count, ReachKept *kept, Scratch *scratch);
// All that the roots reach, themselves included: IrSyms in the order of their ids.
U32Vec reach_symbols(Program *program, const IrSym *roots, u32 count, Scratch *scratch);

#endif
