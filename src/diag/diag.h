// Diagnostics: what rac tells the user about the program.
//
// A diagnostic belongs to the query that found it (query_attach): it is kept with the memo and
// shows again without work while the memo stays good. diag_* may be called only while a query
// runs. Rendering (cli only) walks the notes of the memos asked for and prints them in rustc's
// form:
//
//     error[E0425]: cannot find value `x` in this scope
//      --> main.rs:3:5
//       |
//     3 |     x + 1
//       |     ^ not found in this scope
//
// Wording: lower case, no full stop, code in backquotes, what was observed before the rule, the
// narrowest range that is wrong. Codes are rustc's; "" where rustc has none.

#ifndef RAC_DIAG_DIAG_H
#define RAC_DIAG_DIAG_H

#include "query/query.h"

// A range of text. Positions are relative to a base, so that text added above moves nothing: the
// base is a file, or a definition or another item (its start, attributes included). In a file they
// are bytes; in an item of the user's, what lies between tokens does not count (names/item_pos.h).
typedef struct Span {
    u32 base; // SPAN_NONE, or a FileId, or SPAN_DEF | DefId, or SPAN_ROW | a row of names/
    u32 lo;
    u32 hi; // first position after
} Span;
#define SPAN_NONE 0u
#define SPAN_DEF  0x80000000u
#define SPAN_ROW  0x40000000u

typedef enum DiagLevel { DIAG_ERROR, DIAG_WARNING, DIAG_NOTE, DIAG_HELP } DiagLevel;

// Starts a diagnostic. Labels, notes and helps that follow belong to it, until the next diag_error.
void diag_error(Db *db, Span span, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void diag_warning(Db *db, Span span, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
// Text beside the carets of the main span (label) or of another one.
void diag_label(Db *db, Span span, const char *format, ...) __attribute__((format(printf, 3, 4)));
void diag_note(Db *db, const char *format, ...) __attribute__((format(printf, 2, 3)));
void diag_help(Db *db, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Rendering. diag/ stands below source/ and names/, so what it needs of them are functions:
// `locate` turns a definition's or row's span into one based on its file (NULL while there are
// none); `path` and `text` are of a file, as named by such a span's base.
typedef struct DiagRenderer {
    void *out; // FILE * to print to
    bool colour;
    Span (*locate)(Db *db, Span span);
    Str (*path)(Db *db, u32 file);
    Str (*text)(Db *db, u32 file);
    // NULL: all are shown. Else those of files it says yes to, and of none, but never those of HIGH
    // memos, which are the library's own. What is left out is not counted either.
    bool (*shows)(Db *db, u32 file);
} DiagRenderer;
// Prints every diagnostic of the memo and its dependencies, each once, sorted by file and
// position, and returns how many were errors. Outside of queries.
u32 diag_render(Db *db, QueryKind kind, u32 key, const DiagRenderer *renderer);
// Whether the memo or anything it depends on holds an error.
bool diag_has_error(Db *db, QueryKind kind, u32 key);

// One diagnostic without a memo: what the command line itself has to say, of a place or of none.
void diag_print_at(Db *db, const DiagRenderer *renderer, DiagLevel level, Span span,
                   const char *code, const char *text);
void diag_print_plain(const DiagRenderer *renderer, DiagLevel level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
