// What the files of source/ share. Nobody outside includes this.

#ifndef RAC_SOURCE_SOURCE_INTERNAL_H
#define RAC_SOURCE_SOURCE_INTERNAL_H

#include "source/source.h"

// Where the lines of a text start. It is made when a line is asked for and kept up to date with
// the text from then on; what it says depends on the text alone.
typedef struct LineTable {
    u32 *starts; // owned
    u32 count;   // 0: not made
    u32 cap;
} LineTable;

typedef struct SourceStore {
    Interner paths;   // FileId is the number of its path
    Table stamps;     // FileStamp by FileId, of files of the library that were asked for
    Str library_root; // owned; ends in a slash
    LineTable *lines; // owned; by FileId
    u32 line_files;   // of `lines`
    SourceChanged *changed;
} SourceStore;

// `text` is the new one.
void lines_change(SourceStore *store, FileId file, Str text, TextChange change);
void lines_deinit(SourceStore *store);

#endif
