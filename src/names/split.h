// Inside names/ only: the user's files, kept in pieces so that an edit costs what it touches.
//
// Of a file of the user's, three things are inputs of queries: its shape (Q_file_rows), and of each
// item in it (SplitItem) the tokens (Q_item_toks). They are set when the shape is first asked for,
// and from then on with every change of the text: only what the change touches is read anew, and
// only what differs is set. What they say depends on the text alone, as if it had been read whole.
//
// Files of the library never change: their shape is a query (Q_file_shape), and their tokens are
// not kept.

#ifndef RAC_NAMES_SPLIT_H
#define RAC_NAMES_SPLIT_H

#include "names/names_internal.h"

// The shape of a file of either kind.
const FileShape *file_shape(Db *db, u32 file);
// The byte of a position (item_pos.h) in row `row` of the file's shape, or in the inner attributes
// at its start. The running query depends on the file's text.
bool file_row_byte(Db *db, u32 file, u32 row, u32 pos, u32 *byte);
u32 file_head_byte(Db *db, u32 file, u32 pos);
// A place in an item that may be no definition: for messages, so that who has errors to tell does
// not depend on where they stand.
Span row_span(Db *db, u32 file, u32 row, u32 pos);
// The tokens of an item; none when it is gone. Of a module in braces, those up to its inner
// attributes and the closing one.
Toks item_toks(Db *db, u32 item);

void split_change(Db *db, FileId file, TextChange change); // a SourceChanged
void splits_deinit(DefStore *store);

#endif
