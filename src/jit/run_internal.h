// A run's state, shared by run.c (placing, compiling at the first call) and reload.c (patching).

#ifndef RAC_JIT_RUN_INTERNAL_H
#define RAC_JIT_RUN_INTERNAL_H

#include "jit/run.h"

// How much replaced code is worth stopping the program for: so many bytes, and this share of the
// memory that has to be looked at.
#ifdef RAC_HOSTILE
enum { RUN_OLD_BYTES_MIN = 1, RUN_OLD_SHARE = 1 << 30 };
#else
enum { RUN_OLD_BYTES_MIN = 256 << 10, RUN_OLD_SHARE = 16 };
#endif

// What is known of one symbol of the program.
typedef struct RunRow {
    u32 slot;         // functions: their slot, 0: none yet
    u32 code_slot;    // the one that leads to `placed`
    JitPlaced placed; // functions: the current code; code 0: not compiled yet
    JitAddr data;     // data: where it lies; thread-locals: the pair
    u32 data_kind;    // ProgramDataKind
    u64 data_size;
    u32 reloc_count; // of data
    u64 identity;    // functions: ProgramCode.identity of `code`
    u64 stamp;       // another one in the source's answer: it has changed
} RunRow;

// Code that was replaced and is not freed yet.
typedef struct OldCode {
    JitPlaced placed;
    u32 slot; // one that still leads to it, 0: none
    bool is_alive;
} OldCode;
typedef VEC(OldCode) OldCodes;

struct JitRun {
    Jit *jit;
    const ProgramSource *source;
    JitLoader loader;
    Scratch rows_memory; // owned: the vectors of ids
    VEC(RunRow) rows;    // by IrSym
    U32Vec slot_syms;    // slot -> IrSym
    U32Vec locations;    // IrSym of each placed PROGRAM_DATA_LOCATION
    U32Vec ahead;        // IrSym of functions that will be called, the next one last
    U32Vec stale_slots; // slots of functions that changed for their callers before their first call
    IrSym stale_call;   // of such a slot, that was called after all
    OldCodes old;
    u64 old_bytes, old_limit; // jit_run_collect looks at it when there is so much
    Scratch work;             // owned: one function or datum at a time
    JitRunFigures figures;
};

RunRow *run_row(JitRun *run, u32 sym);
u32 run_slot(JitRun *run, u32 sym); // made when it has none
void run_report(JitRun *run, const char *text);
// Where a symbol lies; data is placed when it was not yet.
bool run_target(void *run, IrSym sym, JitTarget *out, LinkError *error);
// The row's code is about to be replaced, and its function to be called through `slot_now`.
void run_retire(JitRun *run, const RunRow *row, u32 slot_now);
// A datum's bytes with its pointers filled in, in run->work.
bool run_final_bytes(JitRun *run, const ProgramData *data, u8 **out, LinkError *error);

#endif
