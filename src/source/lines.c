// Lines and columns.
#include "source/source_internal.h"

#include <stdlib.h>

static void reserve(LineTable *lines, u32 count) {
    if (count <= lines->cap) return;
    lines->cap = max_u32(count, lines->cap + lines->cap / 2);
    lines->starts = realloc(lines->starts, (size_t)lines->cap * sizeof *lines->starts);
    CHECK(lines->starts);
}

// How many line ends are in the range; their lines' starts go to `out` unless it is NULL.
static u32 scan(Str text, u32 from, u32 to, u32 *out) {
    u32 count = 0;
    const char *end = text.at + to;
    for (const char *at = text.at + from; at < end; at++) {
        at = memchr(at, '\n', (size_t)(end - at));
        if (!at) break;
        if (out) out[count] = (u32)(at + 1 - text.at);
        count++;
    }
    return count;
}

// The number of lines that start at or before `pos`.
static u32 lines_up_to(const LineTable *lines, u32 pos) {
    u32 low = 0, high = lines->count; // all below low do, none from high on
    while (low < high) {
        u32 mid = low + (high - low) / 2;
        if (lines->starts[mid] <= pos)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

void lines_change(SourceStore *store, FileId file, Str text, TextChange change) {
    if (file.id >= store->line_files || store->lines[file.id].count == 0) return;
    LineTable *lines = &store->lines[file.id];
    // A line end inside of what was replaced started a line behind the change's start and up to
    // its end.
    u32 first = lines_up_to(lines, change.at);
    u32 behind = lines_up_to(lines, change.at + change.old_len);
    u32 fresh = scan(text, change.at, change.at + change.new_len, NULL);
    u32 rest = lines->count - behind;
    if (first + fresh == behind && change.new_len == change.old_len) { // the rest stands as it did
        scan(text, change.at, change.at + change.new_len, lines->starts + first);
        return;
    }
    reserve(lines, first + fresh + rest);
    u32 *starts = lines->starts;
    memmove(starts + first + fresh, starts + behind, rest * sizeof *starts);
    scan(text, change.at, change.at + change.new_len, starts + first);
    lines->count = first + fresh + rest;
    u32 delta = change.new_len - change.old_len; // may wrap around: so do the sums
    for (u32 i = first + fresh; i < lines->count; i++)
        starts[i] += delta;
}

void lines_deinit(SourceStore *store) {
    for (u32 i = 0; i < store->line_files; i++)
        free(store->lines[i].starts);
    free(store->lines);
}

// The running query depends on the text.
static const LineTable *lines_of(Db *db, FileId file, Str *text) {
    SourceStore *store = db->sources;
    *text = source_text(db, file);
    if (file.id >= store->line_files) {
        u32 count = max_u32(file.id + 1, store->line_files * 2);
        store->lines = realloc(store->lines, count * sizeof *store->lines);
        CHECK(store->lines);
        memset(store->lines + store->line_files, 0,
               (count - store->line_files) * sizeof *store->lines);
        store->line_files = count;
    }
    LineTable *lines = &store->lines[file.id];
    if (lines->count == 0) {
        lines->count = 1 + scan(*text, 0, text->len, NULL);
        reserve(lines, lines->count);
        lines->starts[0] = 0;
        scan(*text, 0, text->len, lines->starts + 1);
    }
    return lines;
}

u32 source_line_count(Db *db, FileId file) {
    Str text;
    return lines_of(db, file, &text)->count;
}

LineCol source_line_col(Db *db, FileId file, u32 pos) {
    Str text;
    const LineTable *lines = lines_of(db, file, &text);
    pos = min_u32(pos, text.len);
    u32 line = lines_up_to(lines, pos);
    u32 col = 1;
    for (u32 i = lines->starts[line - 1]; i < pos; i++)
        col += ((u8)text.at[i] & 0xc0) != 0x80;
    return (LineCol){line, col};
}

Str source_line(Db *db, FileId file, u32 line, u32 *start) {
    Str text;
    const LineTable *lines = lines_of(db, file, &text);
    CHECK(line >= 1 && line <= lines->count);
    u32 from = lines->starts[line - 1];
    u32 to = line < lines->count ? lines->starts[line] - 1 : text.len;
    if (to > from && text.at[to - 1] == '\r') to--;
    if (start) *start = from;
    return (Str){text.at + from, to - from};
}
