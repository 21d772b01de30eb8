// What a diagnostic looks like between being reported and being printed.

#ifndef RAC_DIAG_DIAG_INTERNAL_H
#define RAC_DIAG_DIAG_INTERNAL_H

#include "diag/diag.h"

typedef enum DiagPart { PART_HEAD, PART_LABEL, PART_NOTE, PART_HELP } DiagPart;

// A note of a memo (query_attach): this struct and the text. A head is followed by its parts.
typedef struct DiagRecord {
    u8 part;  // DiagPart
    u8 level; // DiagLevel, of a head
    char code[14];
    Span span; // of a head or label; base SPAN_NONE else
    u32 text_len;
} DiagRecord;
_Static_assert(sizeof(DiagRecord) == 32, "no padding: records are compared as bytes");
static inline Str record_text(const DiagRecord *record) {
    return (Str){(const char *)(record + 1), record->text_len};
}

// A range to draw under the source.
typedef struct Mark {
    Span span; // based on a file
    Str label;
    bool primary;
} Mark;

typedef enum Paint { PAINT_NONE, PAINT_LEVEL, PAINT_BOLD, PAINT_FRAME } Paint;

// Prints " --> path:line:col" and the lines with the marks of one file. Marks are of one file;
// `gutter` is the width of the widest line number. `first` is the file of the main span.
void snippet_print(Db *db, const DiagRenderer *renderer, DiagLevel level, const Mark *marks,
                   u32 count, u32 gutter, bool first);
// The number of the line in which the range ends.
u32 snippet_last_line(Str text, Span span);
void paint_begin(const DiagRenderer *renderer, DiagLevel level, Paint paint);
void paint_end(const DiagRenderer *renderer, Paint paint);

#endif
