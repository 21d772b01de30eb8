// The printers behind `rac dump`: each prints its stage's result of the session's input on
// standard output, diagnostics on standard error, and answers the exit status.

#ifndef RAC_CLI_DUMP_H
#define RAC_CLI_DUMP_H

#include "cli/session.h"

// The crate's definitions that are wanted, as they stand in the text (ids tell of the order in
// which edits made them). In the Db's scratch.
typedef VEC(DefId) DefVec;
DefVec dump_defs(Session *session, bool (*wanted)(Db *db, DefId def));

int dump_tokens(Session *session);
int dump_ast(Session *session); // as written: macro calls are not expanded
int dump_item_rows(Session *session);
int dump_types(Session *session);
int dump_mir(Session *session);
int dump_ir(Session *session);  // of every instance main reaches
int dump_asm(Session *session); // the same
int dump_queries(Session *session);
int dump_edit(Session *session); // dump queries --after
// A query's key as text, in `scratch`.
Str dump_query_key(Db *db, QueryKind kind, u32 key, Scratch *scratch);
int dump_symbols(Session *session);
int dump_layout(Session *session);
int dump_abi(Session *session); // how functions pass their arguments

#endif
