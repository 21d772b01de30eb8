// Drawing marks under source lines, in rustc's form.
//
// A mark within one line gets carets (the main one) or dashes under it. Where labels would run
// into one another, only the rightmost stands beside its carets and the others hang below, each
// from a bar at its mark's start:
//
//     3 |     add(one, two);
//       |     --- ^^^  --- this one is fine
//       |     |   |
//       |     |   expected `u8`, found `i32`
//       |     arguments to this function
//
// A mark over several lines is a bracket left of the text. Brackets that overlap have columns of
// their own; one that starts with its line's text starts with a slash, another one underlines from
// the bracket to its first character:
//
//     2 |   fn f() {
//       |  ________^
//     3 | |     x
//     4 | | }
//       | |_^ this body
#include "diag/diag_internal.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    TAB_WIDTH = 4,
    SHOWN_LINES_MAX = 5, // of a bracket; a longer one is cut in the middle
    LINE_CELLS_MAX = 1 << 16,
};

// ---- text ----

typedef struct TextLine {
    u32 start; // byte positions
    u32 end;   // without the line's end
} TextLine;

static u32 line_of(Str text, u32 pos) {
    u32 line = 1;
    pos = min_u32(pos, text.len);
    for (const char *at = text.at, *end = text.at + pos;
         at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++)
        line++;
    return line;
}

static TextLine line_around(Str text, u32 pos) {
    pos = min_u32(pos, text.len);
    TextLine line = {pos, pos};
    while (line.start > 0 && text.at[line.start - 1] != '\n')
        line.start--;
    while (line.end < text.len && text.at[line.end] != '\n')
        line.end++;
    if (line.end > line.start && text.at[line.end - 1] == '\r') line.end--;
    return line;
}

// The last character of the range, or its start when it is empty.
static u32 last_pos(Str text, Span span) {
    u32 hi = min_u32(span.hi, text.len);
    if (hi <= span.lo) return span.lo;
    hi--;
    while (hi > span.lo && ((u8)text.at[hi] & 0xc0) == 0x80)
        hi--;
    return hi;
}

// The end of a file that ends with a line's end is shown there, not on an empty line below.
static u32 shown_pos(Str text, u32 pos) {
    if (pos < text.len) return pos;
    return text.len && text.at[text.len - 1] == '\n' ? text.len - 1 : text.len;
}

u32 snippet_last_line(Str text, Span span) {
    return line_of(text, last_pos(text, span));
}

static u32 decode(Str text, u32 pos, u32 *bytes) {
    u8 lead = (u8)text.at[pos];
    u32 want = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    u32 value = want == 1 ? lead : lead & (0x7fu >> want);
    *bytes = 1;
    for (; *bytes < want && pos + *bytes < text.len; (*bytes)++)
        value = value << 6 | ((u8)text.at[pos + *bytes] & 0x3f);
    return value;
}

// Terminal cells of a character: roughly Unicode's East Asian width, and none for marks that
// combine with the character before.
static u32 cells_of(u32 c) {
    if (c == '\t') return TAB_WIDTH;
    if (c < 0x20 || c == 0x7f) return 1;
    if ((c >= 0x300 && c <= 0x36f) || (c >= 0x200b && c <= 0x200f) || (c >= 0xfe00 && c <= 0xfe0f))
        return 0;
    bool wide = (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
                (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
                (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
                (c >= 0xffe0 && c <= 0xffe6) || (c >= 0x1f300 && c <= 0x1faff) ||
                (c >= 0x20000 && c <= 0x3fffd);
    return wide ? 2 : 1;
}

static u32 cell_at(Str text, TextLine line, u32 pos) {
    u32 cell = 0;
    for (u32 at = line.start, bytes; at < pos && at < line.end; at += bytes)
        cell += cells_of(decode(text, at, &bytes));
    return cell + (pos > line.end ? pos - line.end : 0);
}

static bool only_blanks(Str text, u32 from, u32 to) {
    for (; from < to; from++) {
        if (text.at[from] != ' ' && text.at[from] != '\t') return false;
    }
    return true;
}

// ---- colours ----

static const char *paint_code(DiagLevel level, Paint paint) {
    static const char *const levels[] = {"\033[1;91m", "\033[1;93m", "\033[1;92m", "\033[1;96m"};
    switch (paint) {
    case PAINT_NONE: return "";
    case PAINT_LEVEL: return levels[level];
    case PAINT_BOLD: return "\033[1m";
    case PAINT_FRAME: return "\033[1;94m";
    }
    UNREACHABLE();
}

void paint_begin(const DiagRenderer *renderer, DiagLevel level, Paint paint) {
    if (renderer->colour) fputs(paint_code(level, paint), renderer->out);
}

void paint_end(const DiagRenderer *renderer, Paint paint) {
    if (renderer->colour && paint != PAINT_NONE) fputs("\033[0m", renderer->out);
}

// ---- one row of output, filled cell by cell ----

typedef struct Cell {
    u32 c; // 0 is a space; the second cell of a wide character is CELL_SKIP
    u8 paint;
} Cell;
static const u32 CELL_SKIP = UINT32_MAX;

typedef struct Row {
    Scratch *scratch;
    VEC(Cell) cells;
} Row;

static void row_put(Row *row, u32 cell, u32 c, Paint paint) {
    if (cell >= LINE_CELLS_MAX) return;
    while (row->cells.count <= cell)
        vec_push(row->scratch, &row->cells, (Cell){0});
    row->cells.at[cell] = (Cell){c, (u8)paint};
}

static void row_text(Row *row, u32 cell, Str text, Paint paint) {
    for (u32 at = 0, bytes; at < text.len; at += bytes) {
        u32 c = decode(text, at, &bytes);
        u32 width = cells_of(c);
        if (c == '\t') c = ' ';
        if (c < 0x20 || c == 0x7f) c = 0xfffd;
        if (width == 0) continue;
        row_put(row, cell, c, paint);
        for (u32 i = 1; i < width; i++)
            row_put(row, cell + i, c == ' ' ? ' ' : CELL_SKIP, paint);
        cell += width;
    }
}

static void put_utf8(FILE *out, u32 c) {
    if (c < 0x80) {
        fputc((int)c, out);
    } else if (c < 0x800) {
        fprintf(out, "%c%c", 0xc0 | c >> 6, 0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        fprintf(out, "%c%c%c", 0xe0 | c >> 12, 0x80 | (c >> 6 & 0x3f), 0x80 | (c & 0x3f));
    } else {
        fprintf(out, "%c%c%c%c", 0xf0 | c >> 18, 0x80 | (c >> 12 & 0x3f), 0x80 | (c >> 6 & 0x3f),
                0x80 | (c & 0x3f));
    }
}

// ---- the drawing ----

typedef struct Drawn {
    const Mark *mark;
    u32 first_line, last_line;
    u32 first_cell, last_cell; // of the first and the last character
    TextLine last_text;
    u32 column; // brackets: from 1 on the left
    bool starts_line;
} Drawn;

typedef struct Drawing {
    const DiagRenderer *renderer;
    DiagLevel level;
    Scratch *scratch;
    Str text;
    u32 gutter;
    Drawn *marks;
    u32 count;
    u32 columns;        // bracket columns
    const Drawn *begun; // a bracket whose start shares the row of carets drawn last
} Drawing;

static Paint paint_of(const Drawn *drawn) {
    return drawn->mark->primary ? PAINT_LEVEL : PAINT_FRAME;
}
static u32 caret_of(const Drawn *drawn) {
    return drawn->mark->primary ? '^' : '-';
}
static bool is_bracket(const Drawn *drawn) {
    return drawn->first_line != drawn->last_line;
}

// Cells between "| " and the text: two per bracket column ("| ").
static u32 margin_cells(const Drawing *drawing) {
    return drawing->columns * 2;
}
static u32 bracket_cell(const Drawn *drawn) {
    return (drawn->column - 1) * 2;
}

static void print_row(const Drawing *drawing, u32 line, const Row *row) {
    FILE *out = drawing->renderer->out;
    u32 count = row->cells.count;
    while (count && (row->cells.at[count - 1].c == 0 || row->cells.at[count - 1].c == ' '))
        count--;
    paint_begin(drawing->renderer, drawing->level, PAINT_FRAME);
    if (line)
        fprintf(out, "%*u |", (int)drawing->gutter, line);
    else
        fprintf(out, "%*s |", (int)drawing->gutter, "");
    paint_end(drawing->renderer, PAINT_FRAME);
    if (count) fputc(' ', out);
    Paint paint = PAINT_NONE;
    for (u32 i = 0; i < count; i++) {
        Cell cell = row->cells.at[i];
        if (cell.c == CELL_SKIP) continue;
        Paint want = cell.c == 0 || cell.c == ' ' ? paint : (Paint)cell.paint;
        if (want != paint) {
            paint_end(drawing->renderer, paint);
            paint_begin(drawing->renderer, drawing->level, want);
            paint = want;
        }
        put_utf8(out, cell.c ? cell.c : ' ');
    }
    paint_end(drawing->renderer, paint);
    fputc('\n', out);
}

// The bars of brackets that are open at a row: after their start up to their end. On the line a
// bracket starts on, `after_start` tells whether the row stands below its underline.
static void put_bars(const Drawing *drawing, Row *row, u32 line, bool below_line) {
    for (u32 i = 0; i < drawing->count; i++) {
        const Drawn *drawn = &drawing->marks[i];
        if (!is_bracket(drawn)) continue;
        bool open = (line > drawn->first_line && line <= drawn->last_line) ||
                    (drawn == drawing->begun && below_line);
        if (line == drawn->first_line && drawn->starts_line) {
            if (below_line)
                open = true;
            else
                row_put(row, bracket_cell(drawn), '/', paint_of(drawn));
        }
        if (open) row_put(row, bracket_cell(drawn), '|', paint_of(drawn));
    }
}

static Row new_row(const Drawing *drawing) {
    return (Row){.scratch = drawing->scratch};
}

static void print_source_line(const Drawing *drawing, u32 line, TextLine at) {
    Row row = new_row(drawing);
    put_bars(drawing, &row, line, false);
    row_text(&row, margin_cells(drawing), (Str){drawing->text.at + at.start, at.end - at.start},
             PAINT_NONE);
    print_row(drawing, line, &row);
}

// The marks that lie within this line, from left to right.
static u32 marks_within(const Drawing *drawing, u32 line, const Drawn **within) {
    u32 count = 0;
    for (u32 i = 0; i < drawing->count; i++) {
        const Drawn *drawn = &drawing->marks[i];
        if (is_bracket(drawn) || drawn->first_line != line) continue;
        u32 at = count++;
        for (; at > 0 && within[at - 1]->first_cell > drawn->first_cell; at--)
            within[at] = within[at - 1];
        within[at] = drawn;
    }
    return count;
}

// "________^" from the bracket's column to its first character, around what is drawn there.
static void put_start(const Drawing *drawing, Row *row, const Drawn *drawn) {
    u32 margin = margin_cells(drawing);
    for (u32 cell = bracket_cell(drawn) + 1; cell < margin + drawn->first_cell; cell++) {
        if (cell >= row->cells.count || row->cells.at[cell].c == 0)
            row_put(row, cell, '_', paint_of(drawn));
    }
    row_put(row, margin + drawn->first_cell, caret_of(drawn), paint_of(drawn));
}

// The only bracket that starts inside this line, or NULL.
static const Drawn *lone_start(const Drawing *drawing, u32 line) {
    const Drawn *found = NULL;
    for (u32 i = 0; i < drawing->count; i++) {
        const Drawn *drawn = &drawing->marks[i];
        if (!is_bracket(drawn) || drawn->first_line != line || drawn->starts_line) continue;
        if (found) return NULL;
        found = drawn;
    }
    return found;
}

// The row of carets and the labels below it.
static void print_marks_within(Drawing *drawing, u32 line) {
    const Drawn **within = SCRATCH_ARRAY(drawing->scratch, const Drawn *, drawing->count);
    u32 count = marks_within(drawing, line, within);
    if (count == 0) return;
    u32 margin = margin_cells(drawing);
    Row carets = new_row(drawing);
    put_bars(drawing, &carets, line, true);
    for (u32 pass = 0; pass < 2; pass++) { // the main span over the others
        for (u32 i = 0; i < count; i++) {
            if (within[i]->mark->primary != (pass == 1)) continue;
            for (u32 cell = within[i]->first_cell; cell <= within[i]->last_cell; cell++)
                row_put(&carets, margin + cell, caret_of(within[i]), paint_of(within[i]));
        }
    }
    const Drawn *start = lone_start(drawing, line);
    if (start) put_start(drawing, &carets, start);
    // The rightmost label stands beside its mark, unless another mark reaches past that.
    const Drawn *rightmost = within[count - 1];
    bool beside =
        rightmost->mark->label.len != 0 && (!start || start->first_cell <= rightmost->last_cell);
    for (u32 i = 0; i + 1 < count; i++)
        beside &= within[i]->last_cell <= rightmost->last_cell;
    if (beside)
        row_text(&carets, margin + rightmost->last_cell + 2, rightmost->mark->label,
                 paint_of(rightmost));
    print_row(drawing, 0, &carets);
    drawing->begun = start;

    u32 hanging = beside ? count - 1 : count;
    bool bars_drawn = false;
    for (u32 below = hanging; below > 0; below--) {
        const Drawn *drawn = within[below - 1];
        if (drawn->mark->label.len == 0) continue;
        for (u32 pass = bars_drawn ? 1 : 0; pass < 2; pass++) {
            Row row = new_row(drawing);
            put_bars(drawing, &row, line, true);
            for (u32 i = 0; i < (pass ? below - 1 : below); i++) {
                if (within[i]->mark->label.len)
                    row_put(&row, margin + within[i]->first_cell, '|', paint_of(within[i]));
            }
            if (pass)
                row_text(&row, margin + drawn->first_cell, drawn->mark->label, paint_of(drawn));
            print_row(drawing, 0, &row);
        }
        bars_drawn = true;
    }
}

// "  ________^" under the line a bracket starts on, " |____^ label" under the one it ends on.
static void print_bracket_rows(Drawing *drawing, u32 line) {
    u32 margin = margin_cells(drawing);
    for (u32 i = 0; i < drawing->count; i++) {
        const Drawn *drawn = &drawing->marks[i];
        if (!is_bracket(drawn) || drawn->first_line != line || drawn->starts_line) continue;
        if (drawn == drawing->begun) continue;
        Row row = new_row(drawing);
        put_bars(drawing, &row, line, true);
        put_start(drawing, &row, drawn);
        print_row(drawing, 0, &row);
    }
    for (u32 i = 0; i < drawing->count; i++) {
        const Drawn *drawn = &drawing->marks[i];
        if (!is_bracket(drawn) || drawn->last_line != line) continue;
        Row row = new_row(drawing);
        put_bars(drawing, &row, line, true);
        for (u32 cell = bracket_cell(drawn) + 1; cell < margin + drawn->last_cell; cell++)
            row_put(&row, cell, '_', paint_of(drawn));
        row_put(&row, margin + drawn->last_cell, caret_of(drawn), paint_of(drawn));
        row_text(&row, margin + drawn->last_cell + 2, drawn->mark->label, paint_of(drawn));
        print_row(drawing, 0, &row);
    }
}

static void prepare(Drawing *drawing, const Mark *marks) {
    for (u32 i = 0; i < drawing->count; i++) {
        Span span = marks[i].span;
        span.lo = shown_pos(drawing->text, span.lo);
        u32 last = last_pos(drawing->text, span);
        TextLine first_text = line_around(drawing->text, span.lo);
        Drawn *drawn = &drawing->marks[i];
        *drawn = (Drawn){
            .mark = &marks[i],
            .first_line = line_of(drawing->text, span.lo),
            .last_line = line_of(drawing->text, last),
            .first_cell = cell_at(drawing->text, first_text, span.lo),
            .last_text = line_around(drawing->text, last),
            .starts_line = only_blanks(drawing->text, first_text.start, span.lo),
        };
        drawn->last_cell = cell_at(drawing->text, drawn->last_text, last);
        if (last < drawn->last_text.end) {
            u32 bytes;
            u32 width = cells_of(decode(drawing->text, last, &bytes));
            if (width > 1) drawn->last_cell += width - 1;
        }
    }
    // Each bracket takes the first column no earlier bracket uses on its lines.
    for (u32 i = 0; i < drawing->count; i++) {
        Drawn *drawn = &drawing->marks[i];
        if (!is_bracket(drawn)) continue;
        drawn->column = 1;
        for (u32 k = 0; k < i; k++) {
            const Drawn *other = &drawing->marks[k];
            if (other->column == drawn->column && other->first_line <= drawn->last_line &&
                drawn->first_line <= other->last_line) {
                drawn->column++;
                k = UINT32_MAX; // look again from the start
            }
        }
        drawing->columns = max_u32(drawing->columns, drawn->column);
    }
}

// Whether the line is to be shown: one on which a mark starts or ends, or (of short brackets)
// any line of it.
static bool is_shown(const Drawing *drawing, u32 line) {
    for (u32 i = 0; i < drawing->count; i++) {
        const Drawn *drawn = &drawing->marks[i];
        if (line < drawn->first_line || line > drawn->last_line) continue;
        u32 lines = drawn->last_line - drawn->first_line + 1;
        if (lines <= SHOWN_LINES_MAX || line < drawn->first_line + 4 || line == drawn->last_line)
            return true;
    }
    return false;
}

static void print_elision(const Drawing *drawing, u32 line) {
    FILE *out = drawing->renderer->out;
    paint_begin(drawing->renderer, drawing->level, PAINT_FRAME);
    fputs("...", out);
    paint_end(drawing->renderer, PAINT_FRAME);
    Row row = new_row(drawing);
    put_bars(drawing, &row, line, true);
    bool any = row.cells.count != 0;
    if (any) {
        fprintf(out, "%*s", (int)drawing->gutter, "");
        paint_begin(drawing->renderer, drawing->level, PAINT_LEVEL);
        for (u32 i = 0; i < row.cells.count; i++)
            put_utf8(out, row.cells.at[i].c ? row.cells.at[i].c : ' ');
        paint_end(drawing->renderer, PAINT_LEVEL);
    }
    fputc('\n', out);
}

void snippet_print(Db *db, const DiagRenderer *renderer, DiagLevel level, const Mark *marks,
                   u32 count, u32 gutter, bool first) {
    Drawing drawing = {
        .renderer = renderer,
        .level = level,
        .scratch = &db->scratch,
        .text = renderer->text(db, marks[0].span.base),
        .gutter = gutter,
        .marks = SCRATCH_ARRAY(&db->scratch, Drawn, count),
        .count = count,
    };
    prepare(&drawing, marks);
    FILE *out = renderer->out;
    Str path = renderer->path(db, marks[0].span.base);
    u32 main_pos = shown_pos(drawing.text, marks[0].span.lo);
    TextLine at = line_around(drawing.text, main_pos);
    u32 column = 1;
    for (u32 pos = at.start; pos < min_u32(marks[0].span.lo, drawing.text.len); pos++)
        column += ((u8)drawing.text.at[pos] & 0xc0) != 0x80;
    paint_begin(renderer, level, PAINT_FRAME);
    fprintf(out, "%*s%s ", (int)gutter, "", first ? "-->" : ":::");
    paint_end(renderer, PAINT_FRAME);
    fprintf(out, "%.*s:%u:%u\n", STR_ARG(path), drawing.marks[0].first_line, column);
    Row empty = new_row(&drawing);
    print_row(&drawing, 0, &empty);

    u32 low = UINT32_MAX, high = 0;
    for (u32 i = 0; i < count; i++) {
        low = min_u32(low, drawing.marks[i].first_line);
        high = max_u32(high, drawing.marks[i].last_line);
    }
    u32 pos = 0;
    for (u32 line = 1; line < low; line++) {
        const char *end = memchr(drawing.text.at + pos, '\n', drawing.text.len - pos);
        pos = (u32)(end + 1 - drawing.text.at);
    }
    u32 shown_last = 0; // the line printed last
    for (u32 line = low; line <= high; line++) {
        at = line_around(drawing.text, pos);
        bool fills_gap = shown_last == line - 1 && line < high && is_shown(&drawing, line + 1);
        if (is_shown(&drawing, line) || fills_gap) {
            if (shown_last && shown_last != line - 1) print_elision(&drawing, line - 1);
            print_source_line(&drawing, line, at);
            print_marks_within(&drawing, line);
            print_bracket_rows(&drawing, line);
            shown_last = line;
        }
        const char *end = memchr(drawing.text.at + pos, '\n', drawing.text.len - pos);
        pos = end ? (u32)(end + 1 - drawing.text.at) : drawing.text.len;
    }
}
