// Source files: the only part of the compiler's middle that reads them.
//
// A file is named by a FileId, one per path as written (two spellings of one path are two files).
// Its text is the input query file_text; everything else about it is derived from that.
//
// Positions count bytes from the start of the text. The text is the file's bytes, CRLF included,
// without a byte order mark at the front; it is valid UTF-8. Lines and columns count from 1,
// columns in characters.

#ifndef RAC_SOURCE_SOURCE_H
#define RAC_SOURCE_SOURCE_H

#include "query/query.h"
#include "source/os_error.h"

ID_TYPE(FileId);

// The result of Q_file_text. The text follows the struct, with a zero byte after it. A file that
// is missing has a text of its own (empty, `missing`), so that a query which looked for it is run
// again when it appears.
typedef struct FileText {
    u32 len;
    u8 missing;
    u8 had_bom; // three bytes of the file stand before the text
    u8 zero[2];
} FileText;
static inline Str file_text_str(const FileText *text) {
    return (Str){(const char *)(text + 1), text->len};
}

// The result of Q_file_found, an input set with the text: whether there is such a file, a u8.

// Longer files are refused: what is made of such a text would not fit into memory.
#define SOURCE_BYTES_MAX (64u << 20)

void source_store_new(Db *db); // db->sources
void source_store_free(Db *db);
void source_store_image(struct SourceStore *store, Image *image);

// Files below this folder are the toolchain's: they are read with HIGH durability.
void source_set_library_root(Db *db, Str path);
bool source_is_library(Db *db, FileId file);
// The edition a file's tokens are read in: the user's choice, or 2024 for the library's, whose few
// older crates have no tokens that it reads otherwise.
u32 source_edition(Db *db, FileId file);
// Whether its files are, by size and time, still those that were read, and the missing ones still
// missing. For the time after an image was loaded.
bool source_library_is_unchanged(Db *db);

// Reads the user's files anew, those that were missing too, after an image was loaded; a text that
// differs starts a revision. False when one that was there cannot be read.
bool source_refresh(Db *db);

// The file of the path, not read yet.
FileId source_file(Db *db, Str path);
Str source_path(Db *db, FileId file);
u32 source_file_count(const Db *db); // ids are dense: 1 .. source_file_count - 1

// Reads the file from disk and sets its text (a new revision, if it was set to another before).
// False, with the reason, if it cannot be read or is not UTF-8: then nothing is set.
bool source_read(Db *db, FileId file, Durability durability, OsError *error);
// Sets the text from memory (an editor's buffer, a test).
bool source_set_text(Db *db, FileId file, Str bytes, Durability durability, OsError *error);

// How a text became another one: `old_len` bytes at `at` gave way to `new_len` new ones.
typedef struct TextChange {
    u32 at;
    u32 old_len;
    u32 new_len;
} TextChange;
TextChange source_change_between(Str old, Str new);
// What a file's text was before it was read again, as far as it was another.
typedef struct SourceEdit {
    FileId file;
    TextChange change;            // both lengths 0: it is the same
    Str removed;                  // the old_len bytes
    bool was_missing, is_missing; // it was not there; it is not there any more
} SourceEdit;
// Reads a file whose text was set, and finds what has changed by comparing as it reads: the rest is
// neither copied nor looked at again. A file that is not there is missing from now on, with the
// reason. `removed` lies in `scratch`. False, with the reason, if it cannot be read.
bool source_reread(Db *db, FileId file, Scratch *scratch, SourceEdit *out, OsError *error);
// Goes back to the text before; the edit is the file's last one.
void source_undo(Db *db, const SourceEdit *edit);
// Called, outside of queries, when a file whose text was set gets another one.
typedef void SourceChanged(Db *db, FileId file, TextChange change);
void source_on_change(Db *db, SourceChanged *changed);

// For a provider that comes upon a path (`mod foo;`, include!): the file, read now if it is new.
// The query that runs depends on whether there is one, not on its text. FileId 0 if there is no
// such file; `error` (may be NULL) tells when there is one that cannot be used, else its text is
// empty.
FileId source_load(Db *db, Str path, OsError *error);

// The text of a file that was read.
Str source_text(Db *db, FileId file);

typedef struct LineCol {
    u32 line;
    u32 col; // in characters
} LineCol;
LineCol source_line_col(Db *db, FileId file, u32 pos);
u32 source_line_count(Db *db, FileId file);
// A line without its end; `line` counts from 1. `start` (may be NULL) is where it begins.
Str source_line(Db *db, FileId file, u32 line, u32 *start);

#endif
