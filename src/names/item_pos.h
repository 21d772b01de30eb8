// Inside names/ only: positions in the user's items.
//
// The tokens of a file are read with the bytes they stand at. What is kept of an item counts
// otherwise: the position of a token is the bytes of the item's tokens before it, and one more for
// each of them. What lies between tokens does not count, so an edit of comments and white space
// leaves an item's tokens equal, and nothing that was made of them is looked at again. Where they
// stand now is kept beside them, for messages, places that panics tell, line!().
//
// - The end of a token is a position of its own: what is said to be missing behind it stands there.
// - A doc comment counts as one byte, however long it is: another wording moves nothing. What
// stands
//   in front of an item does not belong to it at all.
// - Whether white space follows a token (TOK_JOINT) is told only of what is given to a macro:
//   nobody else can see it.

#ifndef RAC_NAMES_ITEM_POS_H
#define RAC_NAMES_ITEM_POS_H

#include "names/names_internal.h"

// Turns the tokens' bytes, which go to `bytes`, into positions. They count from the first token
// here; those of an item by taking away the position of its own first one that is no documentation.
void item_pos_count(Db *db, u32 edition, TokVec *toks, u32 *bytes);

// An item's tokens without the documentation in front of it, which nobody asks for.
TokRange without_docs(const Tok *toks, TokRange item);

typedef struct PosMark { // from `pos` on, up to the next one, positions lie `shift` bytes behind
    u32 pos;
    u32 shift; // may wrap around, as all sums here
} PosMark;
typedef struct PosMarks {
    PosMark *at; // owned
    u32 count;
} PosMarks;

// Of tokens with positions: where they stand. All counts from the first of them.
PosMarks pos_marks_new(const Tok *toks, const u32 *bytes, u32 count);
void pos_marks_free(PosMarks *marks);
u32 pos_marks_byte(const PosMarks *marks, u32 pos);

#endif
