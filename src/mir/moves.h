// Move paths: the places of a body whose being initialised is tracked, as a forest over locals.
//
// A path is a local that may need dropping, or a part of one (field, variant, what a Box holds,
// array element) that is moved out of, assigned or dropped by itself. Two bits per path and point
// say whether it may be initialised and whether it may be uninitialised (forward, joined by union).

#ifndef RAC_MIR_MOVES_H
#define RAC_MIR_MOVES_H

#include "mir/mir_internal.h"

typedef struct MovePath {
    MirPlace place;
    MirProj proj; // the last step
    Ty ty;
    u32 parent, first_child, next_sibling; // path ids; 0 none
} MovePath;

typedef struct PathSet { // two bit sets
    u64 *init, *uninit;
} PathSet;

typedef struct Moves {
    MirBuild *b;
    VEC(MovePath) paths; // row 0 empty
    u32 *root_of;        // by local: path id, 0 none
    u32 words;
    PathSet *entry; // by block
    bool *reached;
    u32 block_count;
} Moves;

void moves_gather(Moves *m, MirBuild *b);
void moves_flow(Moves *m);
// The path of a place; 0 if it is not tracked exactly.
u32 moves_find(const Moves *m, MirPlace place);
// What an event does: is_init or moved out; children are included by the callee.
typedef void MoveEvent(void *cx, u32 path, bool is_init);
void moves_stmt_events(const Moves *m, const MirStmt *stmt, MoveEvent *event, void *cx);
// Of a terminator, before it goes anywhere; the initialisation of a call's destination is not among
// them.
void moves_term_events(const Moves *m, const MirTerm *term, MoveEvent *event, void *cx);
u32 moves_call_dest(const Moves *m, const MirTerm *term);
// State right before the terminator of a block.
void moves_state_at_end(const Moves *m, MirBlock block, PathSet *out);
void moves_apply(const Moves *m, PathSet *set, u32 path, bool is_init);
static inline bool bit_get(const u64 *set, u32 i) {
    return set[i >> 6] >> (i & 63) & 1;
}
static inline void bit_put(u64 *set, u32 i, bool on) {
    u64 bit = 1ull << (i & 63);
    set[i >> 6] = on ? set[i >> 6] | bit : set[i >> 6] & ~bit;
}
u32 term_targets(const MirBuild *b, const MirTerm *term, u32 i,
                 MirBlock *out); // i-th successor; 0 when there are no more

#endif
