// Impls numbered as rustc numbers them, which symbol names show.
//
// rustc gives a definition its number when the text it stands in is collected. The written text of
// the crate comes first, as a whole; then each expansion in turn: an item macro's call, or the
// derives of an item, where what comes out of one is collected before its neighbour is expanded.
//
//     #[derive(Debug)] struct A;   // the impl of Debug is number 2
//     impl A {}                    // 0
//     m!();                        // an impl in what m makes is number 3
//     impl Drop for A { .. }       // 1
//
// Fragments are numbered from 1 in the order they are met, each after the one it stands in; 0 is
// the written text.

#include "expand/derive.h"
#include "names/names_internal.h"

#include <stdlib.h>

u32 builder_fragment(Builder *b) {
    if (b->fragments.count == 0) vec_push(b->scratch, &b->fragments, 0u);
    vec_push(b->scratch, &b->fragments, b->fragment);
    return b->fragments.count - 1;
}

typedef struct Placed {
    u32 parent; // DefId
    u32 turn;   // of its fragment
    u32 nth;    // as it was met, in steps of 2
    u32 def;    // row of Builder.defs
} Placed;

static int by_turn(const void *left, const void *right) {
    const Placed *a = left, *b = right;
    if (a->parent != b->parent) return a->parent < b->parent ? -1 : 1;
    if (a->turn != b->turn) return a->turn < b->turn ? -1 : 1;
    return a->nth < b->nth ? -1 : a->nth > b->nth;
}

// When each fragment is collected: before those in it, which come before its next neighbour.
static u32 *fragment_turns(const Builder *b) {
    u32 count = b->fragments.count;
    u32 *below = SCRATCH_ARRAY(b->scratch, u32, count + 1); // fragments in it, itself included
    u32 *turns = SCRATCH_ARRAY(b->scratch, u32, count + 1);
    u32 *next = SCRATCH_ARRAY(b->scratch, u32, count + 1); // the next one's turn in it
    for (u32 i = count; i-- > 1;) {
        below[i]++;
        below[b->fragments.at[i]] += below[i];
    }
    next[0] = 1;
    for (u32 i = 1; i < count; i++) {
        u32 parent = b->fragments.at[i];
        turns[i] = next[parent];
        next[parent] += below[i];
        next[i] = turns[i] + 1;
    }
    return turns;
}

void builder_number_impls(Builder *b) {
    u64 mark = scratch_mark(b->scratch);
    const u32 *turns = fragment_turns(b);
    Placed *rows = SCRATCH_ARRAY(b->scratch, Placed, b->defs.count + 1);
    u32 count = 0;
    for (u32 i = 0; i < b->defs.count; i++) {
        DefSrc *src = &b->defs.at[i];
        if (def_kind(b->db, src->def) == DEF_IMPL) {
            u32 parent = def_row(b->db, src->def)->parent.id;
            rows[count] = (Placed){parent, turns[src->number], 2 * count + 2, i};
            // The marker's impl (StructuralPartialEq, TrivialClone) is written first.
            bool is_marker = src->src == SRC_DERIVE && src->toks.lo == 1 &&
                             (src->derive == DERIVE_PartialEq || src->derive == DERIVE_Clone);
            if (is_marker) rows[count].nth -= 3;
            count++;
        } else {
            src->number = 0;
        }
    }
    if (count) qsort(rows, count, sizeof *rows, by_turn);
    u32 number = 0;
    for (u32 i = 0; i < count; i++) {
        number = i && rows[i - 1].parent == rows[i].parent ? number + 1 : 0;
        b->defs.at[rows[i].def].number = number;
    }
    scratch_rewind(b->scratch, mark);
}
