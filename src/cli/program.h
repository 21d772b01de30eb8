// The user's crate as a ProgramSource: IR from mono/, data from consts/, for the JIT and the linker.

#ifndef RAC_CLI_PROGRAM_H
#define RAC_CLI_PROGRAM_H

#include "cli/session.h"
#include "link/program.h"
#include "mono/mono.h"

typedef struct Program {
    Session *session; // borrowed
    ProgramSource source;
    IrSym entry;
    Map requested_by; // IrSym -> the IrSym whose code first named it: the chain of an error message
    IrSym building;   // the function that is being built
    u32 known_syms;   // symbols up to this id have their requester
    u32 errors;
} Program;

// Checks the user's crate, finds main. False after printing what is wrong.
bool program_open(Program *program, Session *session, IrSymKind fn_kind);
void program_close(Program *program);

#endif
