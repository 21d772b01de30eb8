// Reporting: a diagnostic is a few records attached to the query that runs. Collecting and
// printing: the records of a memo and everything below it, sorted by place.
#include "diag/diag_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void attach(Db *db, DiagPart part, DiagLevel level, Span span, const char *code,
                   const char *format, va_list args) {
    u64 mark = scratch_mark(&db->scratch);
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    CHECK(len >= 0);
    DiagRecord *record = scratch_take(&db->scratch, sizeof *record + (u64)len + 1, 8);
    record->part = (u8)part;
    record->level = (u8)level;
    record->span = span;
    record->text_len = (u32)len;
    CHECK(strlen(code) < sizeof record->code);
    memcpy(record->code, code, strlen(code));
    vsnprintf((char *)(record + 1), (size_t)len + 1, format, args);
    query_attach(db, record, (u32)sizeof *record + (u32)len);
    scratch_rewind(&db->scratch, mark);
}

#define ATTACH(part, level, span, code)                                                            \
    do {                                                                                           \
        va_list args;                                                                              \
        va_start(args, format);                                                                    \
        attach(db, (part), (level), (span), (code), format, args);                                 \
        va_end(args);                                                                              \
    } while (0)

static const Span no_span = {0};

void diag_error(Db *db, Span span, const char *code, const char *format, ...) {
    ATTACH(PART_HEAD, DIAG_ERROR, span, code);
}
void diag_warning(Db *db, Span span, const char *code, const char *format, ...) {
    ATTACH(PART_HEAD, DIAG_WARNING, span, code);
}
void diag_label(Db *db, Span span, const char *format, ...) {
    ATTACH(PART_LABEL, DIAG_NOTE, span, "");
}
void diag_note(Db *db, const char *format, ...) {
    ATTACH(PART_NOTE, DIAG_NOTE, no_span, "");
}
void diag_help(Db *db, const char *format, ...) {
    ATTACH(PART_HELP, DIAG_HELP, no_span, "");
}

// A head and the records that follow it.
typedef struct Report {
    u32 first; // of Collected.records
    u32 count;
    Span span; // of the head, based on a file
    QueryKind kind;
    Str text;  // of the head
    u32 order; // as collected
} Report;

typedef struct Collected {
    Scratch *scratch;
    QueryKind kind; // of the memo whose notes come now: parts join a head of the same memo only
    u32 key;
    VEC(const DiagRecord *) records;
    VEC(Report) reports;
} Collected;

static void collect(void *cx, QueryKind kind, u32 key, const void *note, u32 bytes) {
    Collected *all = cx;
    const DiagRecord *record = note;
    CHECK(bytes == sizeof *record + record->text_len);
    bool same_memo = all->reports.count && all->kind == kind && all->key == key;
    all->kind = kind;
    all->key = key;
    if (record->part == PART_HEAD) {
        Report report = {.first = all->records.count,
                         .count = 1,
                         .kind = kind,
                         .text = record_text(record),
                         .order = all->reports.count};
        vec_push(all->scratch, &all->reports, report);
    } else if (same_memo) {
        vec_last(&all->reports).count++;
    } else {
        return; // a label without a diagnostic: nothing to hang it on
    }
    vec_push(all->scratch, &all->records, record);
}

static Span located(Db *db, const DiagRenderer *renderer, Span span) {
    if (span.base & (SPAN_DEF | SPAN_ROW))
        span = renderer->locate ? renderer->locate(db, span) : no_span;
    return span;
}

static int compare_u32(u32 a, u32 b) {
    return a < b ? -1 : a > b;
}

static int compare_text(Str a, Str b) {
    u32 shorter = min_u32(a.len, b.len);
    int order = shorter ? memcmp(a.at, b.at, shorter) : 0;
    return order ? order : compare_u32(a.len, b.len);
}

// By place, then by what they say: in which order the memos were visited hangs on earlier edits.
static int compare_reports(const void *left, const void *right) {
    const Report *a = left, *b = right;
    int order = compare_u32(a->span.base, b->span.base);
    if (order == 0) order = compare_u32(a->span.lo, b->span.lo);
    if (order == 0) order = compare_u32(a->span.hi, b->span.hi);
    if (order == 0) order = compare_u32(a->kind, b->kind);
    if (order == 0) order = compare_text(a->text, b->text);
    return order ? order : compare_u32(a->order, b->order);
}

static bool same_head(const DiagRecord *a, const DiagRecord *b) {
    return a->level == b->level && memcmp(a->code, b->code, sizeof a->code) == 0 &&
           str_eq(record_text(a), record_text(b));
}

static const char *const level_names[] = {"error", "warning", "note", "help"};

static void print_head(const DiagRenderer *renderer, DiagLevel level, const char *code,
                       Str message) {
    FILE *out = renderer->out;
    paint_begin(renderer, level, PAINT_LEVEL);
    fputs(level_names[level], out);
    if (code[0]) fprintf(out, "[%s]", code);
    paint_end(renderer, PAINT_LEVEL);
    paint_begin(renderer, level, PAINT_BOLD);
    fprintf(out, ": %.*s", STR_ARG(message));
    paint_end(renderer, PAINT_BOLD);
    fputc('\n', out);
}

static u32 digits(u32 n) {
    return n < 10 ? 1 : 1 + digits(n / 10);
}

// "   = note: text", the text's further lines aligned under the first.
static void print_trailer(const DiagRenderer *renderer, u32 gutter, DiagLevel level, Str text) {
    FILE *out = renderer->out;
    paint_begin(renderer, level, PAINT_FRAME);
    fprintf(out, "%*s = ", (int)gutter, "");
    paint_end(renderer, PAINT_FRAME);
    paint_begin(renderer, level, PAINT_BOLD);
    fputs(level_names[level], out);
    paint_end(renderer, PAINT_BOLD);
    fputs(": ", out);
    u32 indent = gutter + 3 + (u32)strlen(level_names[level]) + 2;
    for (u32 i = 0; i < text.len; i++) {
        fputc(text.at[i], out);
        if (text.at[i] == '\n') fprintf(out, "%*s", (int)indent, "");
    }
    fputc('\n', out);
}

// The marks of a report: its labels, and the main span first. A label on the main span is its own.
static u32 gather_marks(Db *db, const DiagRenderer *renderer, const Report *report,
                        const DiagRecord *const *records, Mark *marks) {
    u32 count = 0;
    if (report->span.base != SPAN_NONE)
        marks[count++] = (Mark){.span = report->span, .primary = true};
    for (u32 i = 1; i < report->count; i++) {
        const DiagRecord *part = records[report->first + i];
        if (part->part != PART_LABEL) continue;
        Span span = located(db, renderer, part->span);
        if (span.base == SPAN_NONE) continue;
        bool on_main = count && memcmp(&span, &marks[0].span, sizeof span) == 0 &&
                       marks[0].primary && marks[0].label.len == 0;
        if (on_main)
            marks[0].label = record_text(part);
        else
            marks[count++] = (Mark){.span = span, .label = record_text(part)};
    }
    return count;
}

static void print_report(Db *db, const DiagRenderer *renderer, const Report *report,
                         const DiagRecord *const *records) {
    u64 scratch_start = scratch_mark(&db->scratch);
    const DiagRecord *head = records[report->first];
    print_head(renderer, head->level, head->code, record_text(head));

    Mark *marks = SCRATCH_ARRAY(&db->scratch, Mark, report->count + 1);
    Mark *of_file = SCRATCH_ARRAY(&db->scratch, Mark, report->count + 1);
    u32 count = gather_marks(db, renderer, report, records, marks);
    u32 gutter = 1;
    for (u32 i = 0; i < count; i++) {
        Str text = renderer->text(db, marks[i].span.base);
        gutter = max_u32(gutter, digits(snippet_last_line(text, marks[i].span)));
    }
    for (u32 i = 0; i < count; i++) { // the files in the order of their first marks
        u32 file = marks[i].span.base;
        if (file == SPAN_NONE) continue;
        u32 of_file_count = 0;
        for (u32 k = i; k < count; k++) {
            if (marks[k].span.base != file) continue;
            of_file[of_file_count++] = marks[k];
            marks[k].span.base = SPAN_NONE; // drawn
        }
        snippet_print(db, renderer, head->level, of_file, of_file_count, gutter, i == 0);
    }
    bool trailers = false;
    for (u32 i = 1; i < report->count; i++) {
        const DiagRecord *part = records[report->first + i];
        if (part->part == PART_LABEL) continue;
        if (!trailers && count) {
            paint_begin(renderer, head->level, PAINT_FRAME);
            fprintf(renderer->out, "%*s |", (int)gutter, "");
            paint_end(renderer, PAINT_FRAME);
            fputc('\n', renderer->out);
        }
        trailers = true;
        print_trailer(renderer, gutter, part->level, record_text(part));
    }
    fputc('\n', renderer->out);
    scratch_rewind(&db->scratch, scratch_start);
}

u32 diag_render(Db *db, QueryKind kind, u32 key, const DiagRenderer *renderer) {
    u64 mark = scratch_mark(&db->scratch);
    Collected all = {.scratch = &db->scratch};
    query_notes(db, kind, key, renderer->shows ? QUERY_NOTES_LOW : QUERY_NOTES_ALL, collect, &all);
    Report *reports = all.reports.at;
    const DiagRecord *const *records = all.records.at;
    for (u32 i = 0; i < all.reports.count; i++)
        reports[i].span = located(db, renderer, records[reports[i].first]->span);
    if (all.reports.count) qsort(reports, all.reports.count, sizeof *reports, compare_reports);
    u32 errors = 0;
    for (u32 i = 0; i < all.reports.count; i++) {
        const DiagRecord *head = records[reports[i].first];
        bool repeated = false; // the same words at the same place, from another query
        for (u32 k = i; k > 0 && !repeated; k--) {
            if (memcmp(&reports[k - 1].span, &reports[i].span, sizeof(Span)) != 0) break;
            repeated = same_head(records[reports[k - 1].first], head);
        }
        u32 file = reports[i].span.base;
        bool shown = !renderer->shows || file == SPAN_NONE || renderer->shows(db, file);
        if (repeated || !shown) continue;
        errors += head->level == DIAG_ERROR;
        print_report(db, renderer, &reports[i], records);
    }
    scratch_rewind(&db->scratch, mark);
    return errors;
}

static void see_error(void *cx, QueryKind kind, u32 key, const void *note, u32 bytes) {
    (void)kind;
    (void)key;
    (void)bytes;
    const DiagRecord *record = note;
    if (record->part == PART_HEAD && record->level == DIAG_ERROR) *(bool *)cx = true;
}

bool diag_has_error(Db *db, QueryKind kind, u32 key) {
    bool found = false;
    query_notes(db, kind, key, QUERY_NOTES_ALL, see_error, &found);
    return found;
}

void diag_print_at(Db *db, const DiagRenderer *renderer, DiagLevel level, Span span,
                   const char *code, const char *text) {
    u64 mark = scratch_mark(&db->scratch);
    u32 len = (u32)strlen(text);
    DiagRecord *record = scratch_take(&db->scratch, sizeof *record + len, 8);
    *record = (DiagRecord){.level = (u8)level, .span = span, .text_len = len};
    memcpy(record->code, code, strlen(code));
    memcpy(record + 1, text, len);
    Report report = {.count = 1, .span = located(db, renderer, span)};
    print_report(db, renderer, &report, (const DiagRecord *const[]){record});
    scratch_rewind(&db->scratch, mark);
}

void diag_print_plain(const DiagRenderer *renderer, DiagLevel level, const char *format, ...) {
    char text[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    print_head(renderer, level, "", str_from(text));
}
