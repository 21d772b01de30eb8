// The user's crate as a ProgramSource: code from code/, data from consts/, for the JIT and the
// linker.

#ifndef RAC_CLI_PROGRAM_H
#define RAC_CLI_PROGRAM_H

#include "cli/session.h"
#include "code/code.h"
#include "link/program.h"

typedef struct Program {
    Session *session; // borrowed
    ProgramSource source;
    IrSym entry;
    Map requested_by; // IrSym -> the IrSym whose code first named it: the chain of an error message
    IrSym building;   // the function that is being built
    u32 known_syms;   // symbols up to this id have their requester
    Scratch memory;
    VEC(IrSym) roots; // exported things, compiled whether or not main reaches them
    u32 errors;
} Program;

// Checks the user's crate, finds main. False after printing what is wrong.
bool program_open(Program *program, Session *session, IrSymKind fn_kind);
// The IR of one of its functions, in the Db's scratch; NULL after a report.
const IrFn *program_ir(Program *program, IrSym sym);
// Everything main reaches, as `rac build` compiles it. False when something of it cannot be.
bool program_compile_all(Program *program);
void program_close(Program *program);

// exports.c: #[no_mangle] and #[export_name].
bool program_exports(void *program, IrSym sym);
Str program_static_name(Program *program, DefId def); // "" unless it is exported
void program_find_roots(Program *program);

// Runs it under the JIT with the command line's program arguments and ends as it does; answers a
// status only when it could not be run to its end. std_flags: LINK_STD_* (link/link.h).
int program_run_in_child(Session *session, Program *program, u32 std_flags);

#endif
