// Running a ProgramSource in a child: functions are compiled at their first call, data is placed
// when the code that names it is.

#ifndef RAC_JIT_RUN_H
#define RAC_JIT_RUN_H

#include "jit/load.h"
#include "link/program.h"

typedef struct JitRun JitRun;

// `jit` and `source` are borrowed and outlive the run.
JitRun *jit_run_new(Jit *jit, const ProgramSource *source);
void jit_run_free(JitRun *run);

// For measuring what slots cost: functions call each other directly from now on, as far as they are
// there. Nothing can be patched then, and the program must have one thread. Before it starts.
void jit_run_call_directly(JitRun *run);

// Compiles what a symbol needs before it can be called (a function: itself) and publishes it. False
// after a report.
bool jit_run_compile(JitRun *run, IrSym sym);

// The functions that are placed, by IrSym; in `scratch`.
void jit_run_functions(const JitRun *run, Scratch *scratch, U32Vec *out);

// Starts `entry` (isize entry(int argc, char **argv)) and serves until the child ends.
JitResult jit_run(JitRun *run, IrSym entry, int timeout_ms);
// Goes on serving after JIT_END_INTERRUPTED or JIT_END_TIMEOUT.
JitResult jit_run_serve(JitRun *run, int timeout_ms);

// The address to call one of the program's functions at, or where a datum lies; 0 after a report.
u64 jit_run_address(JitRun *run, IrSym sym);

// Patching: brings what the program has of the source's answers to what they are now. All or
// nothing: either everything that changed is placed and published, or nothing is.
//
// Functions with the same identity are patched in their slots. One whose identity changed gets a
// new slot, and whatever names it is placed again: frames that run go on with the old one and what
// that calls.
typedef struct JitReload {
    U32Vec functions;   // IrSym: those whose code changed
    U32Vec statics;     // IrSym: statics that keep their value, though their initialiser changed
    u32 renewed_count;  // functions that got a new slot
    u32 relinked_count; // functions placed again because something they name has moved
    u32 data_count;     // data placed anew or rewritten
    Str restart;        // not empty: the program must be started again, because ...
} JitReload;
typedef struct JitReloadHooks {
    void *cx;
    // Called when the source has been asked for everything that lives; false: patch nothing.
    bool (*allow)(void *cx);
    // Whether callers of a function that has not been called yet now see another signature.
    bool (*sig_changed)(void *cx, IrSym sym);
} JitReloadHooks;
// The lists are in `scratch`. False after a report, when a restart is needed, when not allowed.
bool jit_run_reload(JitRun *run, Scratch *scratch, const JitReloadHooks *hooks, JitReload *out);
// Rewrites the lines and columns that panics tell: those that the functions name, and those that
// told of a line in the range before. May be called when the program goes on already.
void jit_run_refresh_locations(JitRun *run, const U32Vec *functions, u32 first_line, u32 last_line);
// The function that was called through a slot whose callers have an old idea of its signature; the
// run has ended with JIT_END_COMPILE then. 0: none.
IrSym jit_run_stale_call(const JitRun *run);

// Frees code that has been replaced and that no thread can be in, nor come to. The program is
// stopped for it (jit/scan.h), so it is done only when there is much to free, or `always`. What
// constants were is never freed: any value may point there. False: nothing was done; either there
// was no need, or something was in the way, and it is tried again later.
typedef struct JitCollected {
    u64 freed_bytes, kept_bytes; // of replaced code
    u64 stopped_ns;
} JitCollected;
bool jit_run_collect(JitRun *run, bool always, JitCollected *out);

typedef struct JitRunFigures {
    u32 function_count, data_count;
    u64 code_bytes;
    u64 place_ns;
} JitRunFigures;
JitRunFigures jit_run_figures(const JitRun *run);

#endif
