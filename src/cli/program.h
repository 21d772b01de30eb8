// The user's crate as a ProgramSource: code from code/, data from consts/, for the JIT and the
// linker.

#ifndef RAC_CLI_PROGRAM_H
#define RAC_CLI_PROGRAM_H

#include "cli/session.h"
#include "code/code.h"
#include "jit/jit.h"
#include "link/program.h"

typedef struct Program {
    Session *session; // borrowed
    ProgramSource source;
    CrateId entry_crate;
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
// The same with the main of another crate, which is checked too: tests have one that is made up.
bool program_open_entry(Program *program, Session *session, CrateId entry, IrSymKind fn_kind);
// From now on it is known what an edit can have changed: for jit_run_reload.
void program_watch(Program *program);
// After an edit: finds main, what is exported and the allocator again.
bool program_renew(Program *program);
// The IR of one of its functions, in the Db's scratch; NULL after a report.
const IrFn *program_ir(Program *program, IrSym sym);
// Everything main reaches, as `rac build` compiles it. False when something of it cannot be.
bool program_compile_all(Program *program);
void program_close(Program *program);

// The value that a reference to constant data or to a static stands for; NULL: it is neither.
const ConstAlloc *program_alloc(Db *db, const MonoRef *ref);
// Whether a function asks for itself with ever new generic arguments.
bool program_is_endless(Program *program, IrSym sym);

// exports.c: #[no_mangle] and #[export_name].
bool def_is_exported(Db *db, DefId def);
bool def_is_allocator(Db *db, DefId def); // a #[global_allocator]
bool program_exports(void *program, IrSym sym);
Str program_static_name(Program *program, DefId def); // "" unless it is exported
void program_find_roots(Program *program);

// Its process, under the JIT, not told to start yet; NULL after a report. std_flags: LINK_STD_*
// (link/link.h). `envp`: NULL for rac's own.
Jit *program_start(Program *program, u32 std_flags, char *const *argv, char *const *envp);
// The program's arguments by the command line; owned by the caller, the strings are not.
char **program_argv(const CliArgs *args);
// Runs it under the JIT with the command line's program arguments and ends as it does; answers a
// status only when it could not be run to its end.
int program_run_in_child(Session *session, Program *program, u32 std_flags);

#endif
