// A file in pieces. The pieces lie one behind the other and leave nothing out; each is an item with
// the white space and comments before it:
//
//     #![allow(dead_code)]          HEAD: the file's inner attributes
//     use std::fmt;                 LEAF
//     mod a {                       OPEN
//         fn f() { .. }             LEAF
//     }                             CLOSE
//     // the end                    TAIL
//
// No token reaches from one into the next: a piece ends behind `{`, `}`, `]` or `;`. When the text
// changes, a window of whole neighbours around the change is lexed and skimmed alone. What comes
// out takes their place if it is items again, complete and without an error, for then the rest of
// the file cannot have been affected. Otherwise the file is read whole; so is one with errors, on
// every change, since there a line may mean something else with anything that changes before it.

#include "names/split.h"

#include "diag/diag.h"
#include "names/collect.h"
#include "names/item_pos.h"
#include "syntax/lex.h"

#include <stdlib.h>

// What names an item in a file: no positions, and of its neighbours only how many are named alike.
typedef struct SplitItem {
    u32 file;
    u32 parent; // the module's or extern block's item; 0: the file
    u32 kind;   // ItemKind
    Symbol name;
    u32 head; // impls: of the header's tokens
    u32 nth;  // of those that have all of the above in common
} SplitItem;

typedef enum PieceKind { PIECE_HEAD, PIECE_LEAF, PIECE_OPEN, PIECE_CLOSE, PIECE_TAIL } PieceKind;

typedef struct Piece {
    u32 start;      // where the one before ended
    u32 first;      // its first token; HEAD: or where one may begin; TAIL: the end of the text
    u32 row;        // its first shape row; CLOSE and TAIL: the next one there is
    u16 kind;       // PieceKind
    u16 depth;      // of the run of items it belongs to; CLOSE and TAIL end theirs
    PosMarks marks; // where its tokens stand, from `first` on; once it is a file's: owned
} Piece;

typedef VEC(Piece) PieceVec;

typedef struct FileSplit {
    Piece *pieces; // owned; none: not split, or forgotten
    u32 count, cap;
    u32 *offsets; // owned; by shape row: its position from the first token of its piece
    u32 row_count, row_cap;
    bool flawed; // there are errors to tell
    bool rigid;  // to be read whole on every change
} FileSplit;

enum { DEPTH_MAX = 0xffff };

// ---- rows and items -----------------------------------------------------------------------------

// Whether definitions are made of such items.
static bool has_item(u8 kind) {
    return kind != ITEM_NONE && kind != ITEM_USE && kind != ITEM_EXTERN_CRATE &&
           kind != ITEM_MACRO_CALL;
}

static bool is_inline_mod(const ShapeRow *row) {
    return row->kind == ITEM_MOD && (row->flags & ITEM_HAS_BODY);
}

static void range_shift(TokRange *range, u32 by) {
    range->lo += by;
    range->hi += by;
}

// Moves a row to another place in the lists of its shape. The sums may wrap around.
static void row_shift(ShapeRow *row, u32 rows, u32 toks) {
    row->end += rows;
    range_shift(&row->attrs, toks);
    if (row->kind != ITEM_NONE) range_shift(&row->vis_path, toks);
    if (row->kind == ITEM_USE || row->kind == ITEM_IMPL || row->kind == ITEM_MACRO_CALL)
        range_shift(&row->header, toks);
    if (row->kind == ITEM_MACRO_CALL || row->kind == ITEM_MACRO_RULES ||
        row->kind == ITEM_MACRO_DEF)
        range_shift(&row->body, toks);
}

// A row begins with its attributes in the list of tokens, even when it has none.
static u32 shape_toks_at(const FileShape *shape, u32 row) {
    return row < shape->rows.count ? LIST_AT(shape, ShapeRow, shape->rows)[row].attrs.lo
                                   : shape->toks.count;
}

static u32 head_hash(const Tok *toks, TokRange range) {
    u64 hash = 1;
    for (u32 i = range.lo; i < range.hi; i++) {
        bool is_delim = toks[i].kind >= TOK_OPEN_PAREN && toks[i].kind <= TOK_CLOSE_NONE;
        hash = hash_mix(hash, pack_u64(toks[i].kind, is_delim ? 0 : toks[i].sym));
    }
    return (u32)hash;
}

static u64 counter_of(const SplitItem *item) {
    SplitItem key = *item;
    key.nth = 0;
    return hash_bytes(&key, sizeof key);
}

static const SplitItem *item_key(const Db *db, u32 item) {
    return intern_bytes(&db->defs->items, item, NULL);
}

// Counts one more that is named like `item`, and names it. (Two names of one hash share their
// numbers: they are names all the same.)
static u32 item_number(Db *db, Map *seen, SplitItem item) {
    u64 counter = counter_of(&item);
    item.nth = map_get(seen, counter);
    map_set(seen, counter, item.nth + 1);
    return intern(&db->defs->items, &item, sizeof item);
}

static SplitItem item_of_row(u32 file, u32 parent, const ShapeRow *row, const Tok *toks) {
    SplitItem item = {.file = file, .parent = parent, .kind = row->kind, .name = row->name};
    if (row->kind == ITEM_IMPL) item.head = head_hash(toks, row->header);
    return item;
}

static void number_rows(Db *db, Map *seen, u32 file, u32 parent, ShapeBuild *build, u32 from,
                        u32 to) {
    for (u32 i = from; i < to; i = build->rows.at[i].end) {
        ShapeRow *row = &build->rows.at[i];
        if (!has_item(row->kind)) continue;
        row->item = item_number(db, seen, item_of_row(file, parent, row, build->toks.at));
        if (row->kind != ITEM_ENUM) number_rows(db, seen, file, row->item, build, i + 1, row->end);
    }
}

// ---- tokens -------------------------------------------------------------------------------------

// The brace that opens the body of the module whose tokens these are.
static u32 mod_open(const Tok *toks, TokRange range) {
    u32 at = range.lo;
    while (toks[at].kind != TOK_OPEN_BRACE)
        at += toks[at].kind == TOK_OPEN_PAREN || toks[at].kind == TOK_OPEN_BRACKET
                  ? toks[at].match + 1
                  : 1;
    return at;
}

static u32 inner_attrs_end(const Tok *toks, u32 at, u32 end) {
    while (at < end) {
        if (toks[at].kind == TOK_DOC_INNER)
            at++;
        else if (end - at > 2 && toks[at].kind == TOK_POUND && toks[at + 1].kind == TOK_NOT &&
                 toks[at + 2].kind == TOK_OPEN_BRACKET)
            at += 3 + toks[at + 2].match;
        else
            break;
    }
    return at;
}

static void set_item(Db *db, u32 item, const ShapeRow *row, const Tok *toks,
                     const ShapePlace *place) {
    u64 mark = scratch_mark(&db->scratch);
    TokRange range = without_docs(toks, place->range);
    u32 open = 0;
    if (is_inline_mod(row)) {
        open = mod_open(toks, range);
        range.hi = inner_attrs_end(toks, open + 1, range.hi - 1) + 1;
    }
    Blob blob;
    blob_begin(&blob, &db->scratch, sizeof(DefToks));
    List list = blob_add(&blob, toks + range.lo, range.hi - range.lo, sizeof(Tok));
    ((DefToks *)blob_header(&blob))->toks = list;
    Tok *at = (Tok *)(blob.at + list.offset);
    u32 last = list.count - 1;
    if (is_inline_mod(row)) { // its items stay outside
        open -= range.lo;
        at[open].match = last - open;
        at[last] = (Tok){.kind = TOK_CLOSE_BRACE, .match = last - open, .pos = at[last - 1].pos};
    }
    for (u32 i = 0; i < list.count; i++)
        at[i].pos -= place->pos;
    query_set_input(db, Q_item_toks, item, blob.at, blob.bytes, DURABILITY_LOW);
    scratch_rewind(&db->scratch, mark);
}

static void drop_item(Db *db, u32 item) {
    DefToks none = {{sizeof none, 0}};
    query_set_input(db, Q_item_toks, item, &none, sizeof none, DURABILITY_LOW);
}

static void set_items(Db *db, const ShapeBuild *build, const Tok *toks) {
    for (u32 i = 0; i < build->rows.count; i++) {
        const ShapeRow *row = &build->rows.at[i];
        if (has_item(row->kind)) set_item(db, row->item, row, toks, &build->places.at[i]);
    }
}

// Items that were there and are not any more.
static void drop_items(Db *db, const U32Vec *before, const ShapeBuild *build) {
    Map now = {0};
    for (u32 i = 0; i < build->rows.count; i++)
        if (has_item(build->rows.at[i].kind)) map_set(&now, build->rows.at[i].item, 1);
    for (u32 i = 0; i < before->count; i++)
        if (!map_get(&now, before->at[i])) drop_item(db, before->at[i]);
    map_deinit(&now);
}

static void items_of_rows(const FileShape *shape, u32 from, u32 to, Scratch *scratch, U32Vec *out) {
    const ShapeRow *rows = LIST_AT(shape, ShapeRow, shape->rows);
    for (u32 i = from; i < to; i++)
        if (has_item(rows[i].kind)) vec_push(scratch, out, rows[i].item);
}

// ---- pieces -------------------------------------------------------------------------------------

typedef struct Reading {
    LexOut lex; // the tokens' positions are those in items
    u32 *bytes; // by token: where it stands
    ShapeBuild build;
} Reading;

typedef struct Cutter {
    Db *db;
    Str text; // of the window: all bytes count from its start
    const Reading *in;
    PieceVec pieces;
    VEC(TokRange) ranges; // by piece: its tokens that have marks
    U32Vec offsets;
    u32 end; // of the last piece
    bool rigid;
} Cutter;

static u32 tok_end(const Cutter *c, u32 tok) {
    u32 end = c->in->bytes[tok] + tok_len(&c->db->symbols, &c->in->lex.toks.at[tok]);
    return min_u32(end, c->text.len);
}

// Where inner attributes end: a doc comment takes its line with it, else it could grow.
static u32 inner_end(const Cutter *c, u32 last) {
    u32 end = tok_end(c, last);
    bool is_line =
        c->in->lex.toks.at[last].kind == TOK_DOC_INNER && c->text.at[c->in->bytes[last] + 1] == '/';
    if (!is_line) return end;
    while (end < c->text.len && c->text.at[end] != '\n')
        end++;
    return min_u32(end + 1, c->text.len);
}

static void cut_piece(Cutter *c, PieceKind kind, u32 first, TokRange toks, u32 row, u32 depth) {
    vec_push(&c->db->scratch, &c->pieces,
             (Piece){c->end, first, row, (u16)kind, (u16)min_u32(depth, DEPTH_MAX), {0}});
    vec_push(&c->db->scratch, &c->ranges, toks);
    if (depth >= DEPTH_MAX) c->rigid = true;
}

// Whether the item's last token is what ends it, whatever follows: else it goes on to the end of
// the run, and a window of it may be too short.
static bool ends_itself(const ShapeRow *row, const Tok *last) {
    switch ((ItemKind)row->kind) {
    case ITEM_USE:
    case ITEM_EXTERN_CRATE:
    case ITEM_TYPE:
    case ITEM_CONST:
    case ITEM_STATIC:
    case ITEM_TRAIT_ALIAS: return last->kind == TOK_SEMI;
    default:
        return last->kind == TOK_SEMI ||
               (last->kind == TOK_CLOSE_BRACE && (row->flags & ITEM_HAS_BODY));
    }
}

static void cut_rows(Cutter *c, u32 from, u32 to, u32 depth) {
    const ShapeBuild *build = &c->in->build;
    const Tok *toks = c->in->lex.toks.at;
    const u32 *bytes = c->in->bytes;
    for (u32 i = from; i < to; i = build->rows.at[i].end) {
        const ShapeRow *row = &build->rows.at[i];
        const ShapePlace *place = &build->places.at[i];
        TokRange range = without_docs(toks, place->range);
        u32 last = range.hi - 1;
        if (!ends_itself(row, &toks[last])) c->rigid = true;
        if (is_inline_mod(row)) {
            u32 inner = inner_attrs_end(toks, mod_open(toks, range) + 1, last);
            cut_piece(c, PIECE_OPEN, bytes[range.lo], (TokRange){range.lo, inner}, i, depth);
            vec_push(&c->db->scratch, &c->offsets, 0);
            c->end = inner_end(c, inner - 1);
            cut_rows(c, i + 1, row->end, depth + 1);
            cut_piece(c, PIECE_CLOSE, bytes[last], (TokRange){0}, row->end, depth + 1);
        } else {
            cut_piece(c, PIECE_LEAF, bytes[range.lo], range, i, depth);
            for (u32 k = i; k < row->end; k++)
                vec_push(&c->db->scratch, &c->offsets, build->places.at[k].pos - place->pos);
        }
        c->end = tok_end(c, last);
    }
}

static FileSplit *split_of(Db *db, u32 file) {
    DefStore *store = db->defs;
    if (file >= store->split_count) {
        u32 count = max_u32(file + 1, store->split_count * 2);
        store->splits = realloc(store->splits, count * sizeof *store->splits);
        CHECK(store->splits);
        memset(store->splits + store->split_count, 0,
               (count - store->split_count) * sizeof *store->splits);
        store->split_count = count;
    }
    return &store->splits[file];
}

void splits_deinit(DefStore *store) {
    for (u32 i = 0; i < store->split_count; i++) {
        FileSplit *split = &store->splits[i];
        for (u32 k = 0; k < split->count; k++)
            pos_marks_free(&split->pieces[k].marks);
        free(split->pieces);
        free(split->offsets);
    }
    free(store->splits);
}

// Makes room for `fresh` elements in place of those from `from` to `to`.
static void *splice(void *rows, u32 row_bytes, u32 *count, u32 *cap, u32 from, u32 to, u32 fresh) {
    u32 rest = *count - to;
    *count = from + fresh + rest;
    if (*count > *cap) {
        *cap = max_u32(*count, *cap + *cap / 2);
        rows = realloc(rows, (size_t)*cap * row_bytes);
        CHECK(rows);
    }
    if (rest)
        memmove((u8 *)rows + (size_t)(from + fresh) * row_bytes,
                (u8 *)rows + (size_t)to * row_bytes, (size_t)rest * row_bytes);
    return rows;
}

static void splice_pieces(FileSplit *split, u32 from, u32 to, const Cutter *c) {
    for (u32 i = from; i < to; i++)
        pos_marks_free(&split->pieces[i].marks);
    split->pieces =
        splice(split->pieces, sizeof(Piece), &split->count, &split->cap, from, to, c->pieces.count);
    for (u32 i = 0; i < c->pieces.count; i++) {
        Piece piece = c->pieces.at[i];
        TokRange range = c->ranges.at[i];
        piece.marks = pos_marks_new(c->in->lex.toks.at + range.lo, c->in->bytes + range.lo,
                                    range.hi - range.lo);
        split->pieces[from + i] = piece;
    }
}

static void splice_offsets(FileSplit *split, u32 from, u32 to, const U32Vec *fresh) {
    split->offsets = splice(split->offsets, sizeof(u32), &split->row_count, &split->row_cap, from,
                            to, fresh->count);
    if (fresh->count) memcpy(split->offsets + from, fresh->at, fresh->count * sizeof(u32));
}

// ---- a file as a whole --------------------------------------------------------------------------

// From tokens with bytes to items.
static void read_items(Db *db, u32 file, Reading *in) {
    TokVec *toks = &in->lex.toks;
    in->bytes = SCRATCH_ARRAY(&db->scratch, u32, toks->count);
    item_pos_count(db, source_edition(db, (FileId){file}), toks, in->bytes);
    shape_build(db, (Toks){toks->at, toks->count}, SKIM_MODULE, SKIM_EDITION, true, &db->scratch,
                &in->build);
}

static void set_rows(Db *db, u32 file, const ShapeBuild *build) {
    Blob blob;
    blob_begin(&blob, &db->scratch, sizeof(FileShape));
    List rows = blob_add(&blob, build->rows.at, build->rows.count, sizeof(ShapeRow));
    List toks = blob_add(&blob, build->toks.at, build->toks.count, sizeof(Tok));
    FileShape *head = blob_header(&blob);
    head->rows = rows;
    head->toks = toks;
    head->inner_attrs = build->inner_attrs;
    query_set_input(db, Q_file_rows, file, blob.at, blob.bytes, DURABILITY_LOW);
}

static void split_whole(Db *db, u32 file, Str text) {
    u64 mark = scratch_mark(&db->scratch);
    Reading in = {0};
    lex_file(&db->symbols, &db->scratch, text, source_edition(db, (FileId){file}), &in.lex);
    read_items(db, file, &in);
    db->defs->split_bytes += text.len;
    Map seen = {0};
    number_rows(db, &seen, file, 0, &in.build, 0, in.build.rows.count);
    map_deinit(&seen);
    const Tok *toks = in.lex.toks.at;

    Cutter c = {.db = db, .text = text, .in = &in};
    u32 inner = inner_attrs_end(toks, 0, in.lex.toks.count);
    u32 first = inner ? in.bytes[0] : in.lex.text_start;
    cut_piece(&c, PIECE_HEAD, first, (TokRange){0, inner}, 0, 0);
    c.end = inner ? inner_end(&c, inner - 1) : in.lex.text_start;
    cut_rows(&c, 0, in.build.rows.count, 0);
    cut_piece(&c, PIECE_TAIL, text.len, (TokRange){0}, in.build.rows.count, 0);
    FileSplit *split = split_of(db, file);
    splice_pieces(split, 0, split->count, &c);
    splice_offsets(split, 0, split->row_count, &c.offsets);
    split->flawed = in.lex.errors.count || in.build.errors.count;
    split->rigid = c.rigid || split->flawed;

    U32Vec before = {0};
    if (query_has_input(db, Q_file_rows, file)) {
        const FileShape *shape = query_get(db, Q_file_rows, file);
        items_of_rows(shape, 0, shape->rows.count, &db->scratch, &before);
    }
    set_items(db, &in.build, toks);
    drop_items(db, &before, &in.build);
    set_rows(db, file, &in.build);
    scratch_rewind(&db->scratch, mark);
}

// ---- a window -----------------------------------------------------------------------------------

typedef struct Window {
    u32 from, to; // pieces; `to` is excluded
    u32 depth;    // of the run they belong to
    bool ends;    // it reaches up to the CLOSE or TAIL, which is pieces[to]
    u32 row_from, row_to;
    u32 lo, hi; // the text: `hi` in the new one
} Window;

static bool ends_run(const Piece *piece) {
    return piece->kind == PIECE_CLOSE || piece->kind == PIECE_TAIL;
}

// The last piece that starts at or before `pos`.
static u32 piece_at(const FileSplit *split, u32 pos) {
    u32 low = 0, high = split->count;
    while (high - low > 1) {
        u32 mid = low + (high - low) / 2;
        if (split->pieces[mid].start <= pos)
            low = mid;
        else
            high = mid;
    }
    return low;
}

// Behind the item that begins at `piece`: a module goes on to its CLOSE.
static u32 item_end(const FileSplit *split, u32 piece) {
    const Piece *at = &split->pieces[piece];
    if (at->kind != PIECE_OPEN) return piece + 1;
    u32 depth = at->depth + 1u;
    do
        piece++;
    while (split->pieces[piece].kind != PIECE_CLOSE || split->pieces[piece].depth != depth);
    return piece + 1;
}

// The depth of the run that all of the pieces belong to, as items or within one; a CLOSE whose
// brace is touched, or that others follow, is a part of its module.
static u32 common_depth(const FileSplit *split, u32 from, u32 last, bool last_is_end) {
    u32 depth = UINT32_MAX;
    for (u32 i = from; i <= last; i++) {
        const Piece *piece = &split->pieces[i];
        bool is_inner = piece->kind == PIECE_CLOSE && !(i == last && last_is_end);
        depth = min_u32(depth, piece->depth - (u32)is_inner);
    }
    return depth;
}

// The window around a change: items of one run, whole. False: the head of the file is touched.
static bool window_find(const FileSplit *split, TextChange change, u32 more, Window *w) {
    u32 end = change.at + change.old_len;
    u32 first = piece_at(split, change.at);
    u32 last = end > change.at ? piece_at(split, end - 1) : first;
    // What is put right behind an OPEN may be an inner attribute.
    if (split->pieces[first].start == change.at && first > 0 &&
        (split->pieces[first - 1].kind == PIECE_OPEN ||
         split->pieces[first - 1].kind == PIECE_HEAD))
        first--;
    if (split->pieces[first].kind == PIECE_HEAD) return false;
    bool last_is_end = ends_run(&split->pieces[last]) && end <= split->pieces[last].first;
    u32 depth = common_depth(split, first, last, last_is_end);
    while (split->pieces[first].depth > depth ||
           (split->pieces[first].kind == PIECE_CLOSE && !(first == last && last_is_end)))
        first--;
    u32 to = first;
    while (to <= last && !(ends_run(&split->pieces[to]) && split->pieces[to].depth == depth))
        to = item_end(split, to);
    for (; more > 0 && !ends_run(&split->pieces[to]); more--)
        to = item_end(split, to);
    bool ends = to <= last || more > 0;
    *w = (Window){.from = first, .to = to, .depth = depth, .ends = ends};
    w->row_from = split->pieces[first].row;
    w->row_to = split->pieces[to].row;
    w->lo = split->pieces[first].start;
    w->hi = (ends ? split->pieces[to].first : split->pieces[to].start) + change.new_len -
            change.old_len;
    return true;
}

// The window's text becomes items again, and the cutter's pieces; false if it does not.
static bool window_read(Db *db, u32 file, Str text, const FileSplit *split, const Window *w,
                        Reading *in, Cutter *c) {
    bool closes = w->ends && split->pieces[w->to].kind == PIECE_CLOSE;
    // With the brace behind it, so that a comment cannot swallow it unnoticed.
    Str part = {text.at + w->lo, w->hi - w->lo + closes};
    *in = (Reading){0};
    db->defs->split_bytes += part.len;
    lex_part(&db->symbols, &db->scratch, part, source_edition(db, (FileId){file}), &in->lex);
    const LexError *error = in->lex.errors.at;
    if (in->lex.errors.count != closes ||
        (closes && (error->kind != LEX_UNEXPECTED_CLOSE || error->pos != part.len - 1 ||
                    part.at[part.len - 1] != '}')))
        return false;
    if (inner_attrs_end(in->lex.toks.at, 0, in->lex.toks.count) != 0) return false;
    read_items(db, file, in);
    if (in->build.errors.count) return false;
    *c = (Cutter){.db = db, .text = part, .in = in};
    cut_rows(c, 0, in->build.rows.count, w->depth);
    if (c->rigid) return false;
    return w->ends || c->end == part.len;
}

static u32 window_parent(const FileSplit *split, const ShapeRow *rows, const Window *w) {
    if (w->depth == 0) return 0;
    u32 at = w->from;
    while (split->pieces[at].kind != PIECE_OPEN || split->pieces[at].depth != w->depth - 1)
        at--;
    return rows[split->pieces[at].row].item;
}

// Gives the rows the items they had when all are as they were.
static bool keep_numbers(Db *db, const Window *w, const ShapeRow *old, ShapeBuild *build) {
    if (build->rows.count != w->row_to - w->row_from) return false;
    for (u32 i = 0; i < build->rows.count; i++) {
        const ShapeRow *was = &old[w->row_from + i];
        ShapeRow *row = &build->rows.at[i];
        if (row->kind != was->kind || row->name.id != was->name.id ||
            row->end != was->end - w->row_from)
            return false;
        if (!has_item(row->kind)) continue;
        if (row->kind == ITEM_IMPL &&
            head_hash(build->toks.at, row->header) != item_key(db, was->item)->head)
            return false;
        row->item = was->item;
    }
    return true;
}

// Numbers them anew; false when that changes the number of one behind the window.
static bool make_numbers(Db *db, u32 file, const FileSplit *split, const Window *w,
                         const ShapeRow *old, ShapeBuild *build) {
    u32 parent = window_parent(split, old, w);
    u32 run = parent ? 0 : 1; // behind the HEAD
    for (u32 at = w->from; parent && run == 0; at--)
        if (split->pieces[at].kind == PIECE_OPEN && split->pieces[at].depth == w->depth - 1)
            run = at + 1;
    Map seen = {0};
    for (u32 at = run; at < w->from; at = item_end(split, at)) {
        const ShapeRow *row = &old[split->pieces[at].row];
        if (has_item(row->kind)) item_number(db, &seen, *item_key(db, row->item));
    }
    number_rows(db, &seen, file, parent, build, 0, build->rows.count);
    bool same = true;
    for (u32 at = w->to; same && !ends_run(&split->pieces[at]); at = item_end(split, at)) {
        const ShapeRow *row = &old[split->pieces[at].row];
        if (!has_item(row->kind)) continue;
        same = item_number(db, &seen, *item_key(db, row->item)) == row->item;
    }
    map_deinit(&seen);
    return same;
}

// Puts the window's rows in the place of the old ones.
static void window_set_rows(Db *db, u32 file, const FileSplit *split, const Window *w,
                            const ShapeBuild *build) {
    const FileShape *shape = query_get(db, Q_file_rows, file);
    const ShapeRow *old = LIST_AT(shape, ShapeRow, shape->rows);
    const Tok *old_toks = LIST_AT(shape, Tok, shape->toks);
    u32 tok_from = shape_toks_at(shape, w->row_from), tok_to = shape_toks_at(shape, w->row_to);
    u32 fresh = build->rows.count;
    for (u32 i = 0; i < fresh; i++)
        row_shift(&build->rows.at[i], w->row_from, tok_from);
    if (fresh == w->row_to - w->row_from && build->toks.count == tok_to - tok_from &&
        (!fresh || memcmp(build->rows.at, old + w->row_from, fresh * sizeof *old) == 0) &&
        (!build->toks.count ||
         memcmp(build->toks.at, old_toks + tok_from, build->toks.count * sizeof(Tok)) == 0))
        return;
    u32 rows_more = fresh - (w->row_to - w->row_from); // these two may wrap around
    u32 toks_more = build->toks.count - (tok_to - tok_from);
    ShapeBuild all = {.inner_attrs = shape->inner_attrs};
    vec_append(&db->scratch, &all.rows, old, w->row_from);
    vec_append(&db->scratch, &all.rows, build->rows.at, fresh);
    vec_append(&db->scratch, &all.rows, old + w->row_to, shape->rows.count - w->row_to);
    for (u32 i = w->row_from + fresh; i < all.rows.count; i++)
        row_shift(&all.rows.at[i], rows_more, toks_more);
    u32 depth = w->depth;
    for (u32 at = w->from; depth > 0; at--) { // the modules around
        if (split->pieces[at].kind != PIECE_OPEN || split->pieces[at].depth != depth - 1) continue;
        all.rows.at[split->pieces[at].row].end += rows_more;
        depth--;
    }
    vec_append(&db->scratch, &all.toks, old_toks, tok_from);
    vec_append(&db->scratch, &all.toks, build->toks.at, build->toks.count);
    vec_append(&db->scratch, &all.toks, old_toks + tok_to, shape->toks.count - tok_to);
    set_rows(db, file, &all);
}

static void window_splice(FileSplit *split, const Window *w, TextChange change, Cutter *c) {
    for (u32 i = 0; i < c->pieces.count; i++) {
        Piece *piece = &c->pieces.at[i];
        piece->start += w->lo;
        piece->first += w->lo;
        piece->row += w->row_from;
    }
    u32 end = w->lo + c->end;
    splice_pieces(split, w->from, w->to, c);
    splice_offsets(split, w->row_from, w->row_to, &c->offsets);
    u32 bytes_more = change.new_len - change.old_len; // these two may wrap around
    u32 rows_more = c->in->build.rows.count - (w->row_to - w->row_from);
    u32 behind = w->from + c->pieces.count;
    for (u32 i = behind; i < split->count; i++) {
        split->pieces[i].start += bytes_more;
        split->pieces[i].first += bytes_more;
        split->pieces[i].row += rows_more;
    }
    split->pieces[behind].start = end;
}

static bool split_window(Db *db, u32 file, Str text, TextChange change, u32 more) {
    FileSplit *split = split_of(db, file);
    Window w;
    Reading in;
    Cutter c;
    if (!window_find(split, change, more, &w) || !window_read(db, file, text, split, &w, &in, &c))
        return false;
    const FileShape *shape = query_get(db, Q_file_rows, file);
    const ShapeRow *old = LIST_AT(shape, ShapeRow, shape->rows);
    U32Vec before = {0};
    if (!keep_numbers(db, &w, old, &in.build)) {
        if (!make_numbers(db, file, split, &w, old, &in.build)) return false;
        items_of_rows(shape, w.row_from, w.row_to, &db->scratch, &before);
    }
    window_set_rows(db, file, split, &w, &in.build);
    set_items(db, &in.build, in.lex.toks.at);
    if (before.count) drop_items(db, &before, &in.build);
    window_splice(split, &w, change, &c);
    return true;
}

void split_change(Db *db, FileId file, TextChange change) {
    if (!query_has_input(db, Q_file_rows, file.id)) return;
    Str text = source_text(db, file);
    FileSplit *split = split_of(db, file.id);
    u64 mark = scratch_mark(&db->scratch);
    bool done = false;
    // A deleted item leaves white space behind, which belongs to the next one: hence the second
    // try.
    for (u32 more = 0; !done && more < 2 && split->count && !split->rigid; more++)
        done = split_window(db, file.id, text, change, more);
    if (!done) split_whole(db, file.id, text);
    scratch_rewind(&db->scratch, mark);
}

// ---- queries ------------------------------------------------------------------------------------

static FileSplit *split_ready(Db *db, u32 file) {
    Str text = source_text(db, (FileId){file});
    FileSplit *split = split_of(db, file);
    if (!split->count) split_whole(db, file, text);
    return split;
}

// Sees to it that the inputs are there, and tells of errors.
void run_file_split(Db *db, u32 file) {
    const FileSplit *split = split_ready(db, file);
    if (split->flawed) {
        Str text = source_text(db, (FileId){file});
        LexOut lex; // with bytes
        lex_file(&db->symbols, &db->scratch, text, source_edition(db, (FileId){file}), &lex);
        lex_report(db, file, text, &lex);
        ShapeBuild build = {0};
        shape_build(db, (Toks){lex.toks.at, lex.toks.count}, SKIM_MODULE, SKIM_EDITION, true,
                    &db->scratch, &build);
        for (u32 i = 0; i < build.errors.count; i++) {
            const ShapeError *error = &build.errors.at[i];
            Span span = {file, error->pos, error->pos + 1};
            diag_error(db, span, error->code, "%s", error->message);
        }
    }
    query_return(db, NULL, 0);
}

const FileShape *file_shape(Db *db, u32 file) {
    if (source_is_library(db, (FileId){file})) return query_get(db, Q_file_shape, file);
    query_get(db, Q_file_split, file);
    return query_get(db, Q_file_rows, file);
}

bool file_row_byte(Db *db, u32 file, u32 row, u32 pos, u32 *byte) {
    if (source_is_library(db, (FileId){file})) {
        const FilePlaces *places = query_get(db, Q_file_places, file);
        if (row >= places->places.count) return false;
        *byte = LIST_AT(places, ShapePlace, places->places)[row].pos + pos;
        return true;
    }
    const FileSplit *split = split_ready(db, file);
    if (row >= split->row_count) return false;
    u32 low = 0, high = split->count; // the last piece with that row, or one before, as its first
    while (high - low > 1) {
        u32 mid = low + (high - low) / 2;
        if (split->pieces[mid].row <= row)
            low = mid;
        else
            high = mid;
    }
    const Piece *piece = &split->pieces[low];
    *byte = piece->first + pos_marks_byte(&piece->marks, split->offsets[row] + pos);
    return true;
}

u32 file_head_byte(Db *db, u32 file, u32 pos) {
    if (source_is_library(db, (FileId){file})) return pos;
    const Piece *head = split_ready(db, file)->pieces;
    return head->first + pos_marks_byte(&head->marks, pos);
}

typedef struct RowPlace {
    u32 file, row;
} RowPlace;

Span row_span(Db *db, u32 file, u32 row, u32 pos) {
    RowPlace place = {file, row};
    return (Span){SPAN_ROW | intern(&db->defs->rows, &place, sizeof place), pos, pos + 1};
}

static void locate(Db *db, u32 base, u32 pos, u32 *file, u32 *byte) {
    *file = base;
    *byte = pos;
    if (base & SPAN_DEF) {
        def_locate(db, (DefId){base & ~SPAN_DEF}, pos, file, byte);
    } else if (base & SPAN_ROW) {
        RowPlace place;
        memcpy(&place, intern_bytes(&db->defs->rows, base & ~SPAN_ROW, NULL), sizeof place);
        *file = place.file;
        (void)file_row_byte(db, place.file, place.row, pos, byte);
    }
}

Span names_locate(Db *db, Span span) {
    Span out;
    locate(db, span.base, span.lo, &out.base, &out.lo);
    if (out.base == 0) return (Span){0};
    out.hi = out.lo;
    if (span.hi > span.lo) { // up to its last byte: what follows may stand far behind
        locate(db, span.base, span.hi - 1, &out.base, &out.hi);
        out.hi++;
    }
    return out;
}

Toks item_toks(Db *db, u32 item) {
    const DefToks *toks = query_get(db, Q_item_toks, item);
    return (Toks){LIST_AT(toks, Tok, toks->toks), toks->toks.count};
}
