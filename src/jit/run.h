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

// Compiles what a symbol needs before it can be called (a function: itself) and publishes it. Also
// for patching: after the source's answer for a function has changed, jit_run_recompile makes the
// new code what every caller calls. False after a report.
bool jit_run_compile(JitRun *run, IrSym sym);
bool jit_run_recompile(JitRun *run, IrSym sym);

// Starts `entry` (isize entry(int argc, char **argv)) and serves until the child ends.
JitResult jit_run(JitRun *run, IrSym entry, int timeout_ms);
// Goes on serving after JIT_END_INTERRUPTED or JIT_END_TIMEOUT.
JitResult jit_run_serve(JitRun *run, int timeout_ms);

// The address to call one of the program's functions at, or where a datum lies; 0 after a report.
u64 jit_run_address(JitRun *run, IrSym sym);

typedef struct JitRunFigures {
    u32 function_count, data_count;
    u64 code_bytes;
    u64 gen_ns; // x64_gen and placing
} JitRunFigures;
JitRunFigures jit_run_figures(const JitRun *run);

#endif
