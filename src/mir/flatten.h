// Flattening: a body with the small functions it calls taken in, in terms of its own generic
// parameters.
//
// What a call leads to is known without the arguments when it names a function rather than a
// trait's method. Of bodies that never change, that work is done once for all instances.
//
// What is taken in keeps its positions: a terminator's `scope` names a row of the body's scopes.
// Moved arguments and results are passed in place, as in mono/. Statements that only mark storage
// are gone.

#ifndef RAC_MIR_FLATTEN_H
#define RAC_MIR_FLATTEN_H

#include "mir/mir.h"

typedef enum MirCalleeKind {
    MIR_CALLEE_KEPT, // the call stays
    MIR_CALLEE_BODY, // `body` with `args` takes its place
    // Intrinsics that are statements:
    MIR_CALLEE_FALSE,     // the answer is `false`
    MIR_CALLEE_NOTHING,   // does nothing, answers ()
    MIR_CALLEE_BINARY,    // op: MirBinOp
    MIR_CALLEE_TRANSMUTE, // of the one operand
    MIR_CALLEE_RAW_PTR,   // of data and metadata
    MIR_CALLEE_READ,      // what the pointer leads to
    MIR_CALLEE_WRITE,     // the second operand to where the first leads
} MirCalleeKind;
typedef struct MirCallee {
    u8 kind; // MirCalleeKind
    u8 op;
    bool track_caller; // BODY: as of the function
    bool is_spread;    // BODY: the call's first operand is a tuple of what is passed
    const MirBody *body;
    Args args; // of the body's parameters, in terms of the caller's
    u32 cost;  // counts towards what one body takes in
} MirCallee;
// What becomes of a call of `fn` (a FN_DEF).
typedef MirCallee MirFindCallee(void *cx, Ty fn);

// Ends Q_flat_mir, which mono/ answers. `body` is as mir_of has it, and so is what comes of it.
void mir_return_flat(Db *db, DefId owner, const MirBody *body, MirFindCallee *find, void *cx);
const MirBody *mir_flat(Db *db, DefId owner); // NULL: no body

#endif
