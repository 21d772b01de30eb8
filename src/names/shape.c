// Shapes: what collecting needs to know of a file's items, free of positions, so that an edit in a
// body leaves it equal.

#include "diag/diag.h"
#include "names/collect.h"
#include "names/item_pos.h"
#include "source/source.h"
#include "syntax/lex.h"

typedef struct ShapeCx {
    Db *db;
    u32 edition;
    bool rebase;
    Scratch *scratch;
    ShapeBuild *out;
    u32 doc, lang, derive;
} ShapeCx;

static TokRange keep(ShapeCx *cx, Toks toks, u32 base) {
    u32 first = cx->out->toks.count;
    vec_append(cx->scratch, &cx->out->toks, toks.at, toks.count);
    if (cx->rebase) {
        for (u32 i = first; i < cx->out->toks.count; i++)
            cx->out->toks.at[i].pos -= base;
    }
    return (TokRange){first, cx->out->toks.count};
}

// Attributes without documentation.
static TokRange keep_attrs(ShapeCx *cx, Toks toks, TokRange range, u32 base) {
    TokRange kept = {cx->out->toks.count, 0};
    for (u32 i = range.lo; i < range.hi;) {
        const Tok *tok = &toks.at[i];
        if (tok->kind != TOK_POUND) {
            i++;
            continue;
        }
        u32 open = i + 1;
        if (open < range.hi && toks.at[open].kind == TOK_NOT) open++;
        if (open >= range.hi || toks.at[open].kind != TOK_OPEN_BRACKET) {
            i++;
            continue;
        }
        u32 end = open + toks.at[open].match + 1;
        const Tok *name = &toks.at[open + 1];
        if (!(name->kind == TOK_IDENT && name->sym == cx->doc)) {
            keep(cx, (Toks){toks.at + i, end - i}, base);
            vec_last(&cx->out->toks).flags &= (u8)~TOK_JOINT; // what follows is no part of it
        }
        i = end;
    }
    kept.hi = cx->out->toks.count;
    return kept;
}

// `impl` may begin an item, or a type: `x: impl Trait`.
static bool begins_type(const Tok *before) {
    switch ((TokKind)before->kind) {
    case TOK_COLON:
    case TOK_ARROW:
    case TOK_AND:
    case TOK_ANDAND:
    case TOK_LT:
    case TOK_COMMA:
    case TOK_EQ:
    case TOK_PLUS:
    case TOK_LIFETIME: return true;
    case TOK_IDENT: return before->sym == SYM_mut;
    default: return false;
    }
}

bool shape_has_impl(Toks toks, TokRange range) {
    for (u32 i = range.lo; i < range.hi; i++) {
        const Tok *tok = &toks.at[i];
        if (tok->kind != TOK_IDENT) continue;
        if (tok->sym == SYM_derive) return true;
        if (tok->sym == SYM_impl && (i == range.lo || !begins_type(tok - 1))) return true;
    }
    return false;
}

static bool is_call(Toks toks, u32 i) {
    if (i + 2 >= toks.count || toks.at[i + 1].kind != TOK_NOT) return false;
    TokKind open = (TokKind)toks.at[i + 2].kind;
    return open == TOK_OPEN_PAREN || open == TOK_OPEN_BRACKET || open == TOK_OPEN_BRACE;
}

bool shape_has_call(Toks toks, TokRange range) {
    for (u32 i = range.lo; i < range.hi; i++)
        if (toks.at[i].kind == TOK_IDENT && is_call(toks, i)) return true;
    return false;
}

static u32 scan_bits(const ShapeCx *cx, Toks toks, TokRange range) {
    u32 bits = 0;
    for (u32 i = range.lo; i < range.hi; i++) {
        const Tok *tok = &toks.at[i];
        if (tok->kind != TOK_IDENT) continue;
        if (tok->sym == cx->derive ||
            (tok->sym == SYM_impl && (i == range.lo || !begins_type(tok - 1))))
            bits |= SHAPE_HAS_IMPL;
        if (is_call(toks, i)) bits |= SHAPE_HAS_CALL;
        if (tok->sym == cx->lang && i >= 2 && toks.at[i - 1].kind == TOK_OPEN_BRACKET) {
            bits |= SHAPE_HAS_LANG;
        }
    }
    return bits;
}

// Whether the generics behind the name hold a type parameter.
static bool has_ty_params(Toks toks, const ItemRow *item) {
    u32 at = item->name_tok + 1;
    if (at >= item->range.hi || toks.at[at].kind != TOK_LT) return false;
    int depth = 1;
    bool start = true;
    for (at++; at < item->range.hi && depth > 0; at++) {
        const Tok *tok = &toks.at[at];
        if (start && tok->kind == TOK_POUND && at + 1 < item->range.hi &&
            toks.at[at + 1].kind == TOK_OPEN_BRACKET) {
            at += 1 + toks.at[at + 1].match;
            continue;
        }
        if (start && tok->kind == TOK_IDENT && tok->sym != SYM_const) return true;
        start = depth == 1 && tok->kind == TOK_COMMA;
        if (tok->kind >= TOK_OPEN_PAREN && tok->kind <= TOK_CLOSE_NONE &&
            (tok->kind - TOK_OPEN_PAREN) % 2 == 0) {
            at += tok->match;
        } else if (tok->kind == TOK_LT) {
            depth++;
        } else if (tok->kind == TOK_GT) {
            depth--;
        } else if (tok->kind == TOK_SHR) {
            depth -= 2;
        }
    }
    return false;
}

static bool is_open(u8 kind) {
    return kind >= TOK_OPEN_PAREN && kind <= TOK_CLOSE_NONE && (kind - TOK_OPEN_PAREN) % 2 == 0;
}

static void shape_variants(ShapeCx *cx, Toks toks, TokRange body, u32 base) {
    for (u32 i = body.lo; i < body.hi;) {
        u32 first = i;
        while (i < body.hi) {
            const Tok *tok = &toks.at[i];
            if (tok->kind == TOK_DOC_OUTER || tok->kind == TOK_DOC_INNER) {
                i++;
            } else if (tok->kind == TOK_POUND && i + 1 < body.hi &&
                       toks.at[i + 1].kind == TOK_OPEN_BRACKET) {
                i += 2 + toks.at[i + 1].match;
            } else {
                break;
            }
        }
        TokRange attrs = {first, i};
        // A visibility is taken by the grammar and means nothing; a pasted one stands in a group.
        while (i < body.hi && toks.at[i].kind == TOK_OPEN_NONE && toks.at[i].extra == FRAG_VIS) {
            i += toks.at[i].match + 1;
        }
        if (i < body.hi && toks.at[i].kind == TOK_IDENT) {
            ShapeRow row = {.kind = ITEM_NONE, .vis = VIS_PUB, .name = {toks.at[i].sym}};
            row.ctxt = toks.at[i].ctxt;
            row.attrs = keep_attrs(cx, toks, attrs, base);
            u8 next = i + 1 < body.hi ? toks.at[i + 1].kind : TOK_COMMA;
            if (next == TOK_OPEN_PAREN) row.flags = ITEM_IS_TUPLE;
            if (next != TOK_OPEN_PAREN && next != TOK_OPEN_BRACE) row.flags = ITEM_IS_UNIT;
            if (next == TOK_OPEN_PAREN || next == TOK_OPEN_BRACE || next == TOK_COMMA ||
                next == TOK_EQ) {
                row.end = cx->out->rows.count + 1;
                vec_push(cx->scratch, &cx->out->rows, row);
                vec_push(cx->scratch, &cx->out->places,
                         (ShapePlace){{first, i + 1}, toks.at[i].pos});
            }
        }
        while (i < body.hi && toks.at[i].kind != TOK_COMMA) {
            i += is_open(toks.at[i].kind) ? toks.at[i].match + 1 : 1;
        }
        i++;
    }
}

static void shape_run(ShapeCx *cx, Toks toks, u32 offset, const Skim *skim);

// `row`'s ranges count in `toks`; `offset` is where toks begins in the whole run.
static void shape_item(ShapeCx *cx, Toks toks, u32 offset, const ItemRow *item) {
    u32 base = toks.at[without_docs(toks.at, item->range).lo].pos;
    ShapeRow row = {
        .kind = item->kind,
        .vis = item->vis,
        .bang = item->bang,
        .flags = item->flags,
        .name = item->name,
        .ctxt = item->ctxt,
        .extra = item->extra,
    };
    bool is_mod = item->kind == ITEM_MOD && (item->flags & ITEM_HAS_BODY);
    Toks body = toks_sub(toks, item->body);
    Skim inner = {0};
    if (is_mod || item->kind == ITEM_EXTERN_BLOCK)
        skim_items(body, is_mod ? SKIM_MODULE : SKIM_FOREIGN, cx->edition, cx->scratch, &inner);
    row.attrs = keep_attrs(cx, toks, item->attrs, base);
    if (is_mod) row.attrs.hi = keep_attrs(cx, body, inner.inner_attrs, base).hi;
    row.vis_path = keep(cx, toks_sub(toks, item->vis_path), base);
    switch ((ItemKind)item->kind) {
    case ITEM_USE: row.header = keep(cx, toks_sub(toks, item->header), base); break;
    case ITEM_MACRO_CALL:
        row.header = keep(cx, toks_sub(toks, item->header), base);
        row.body = keep(cx, toks_sub(toks, item->body), base);
        row.call_pos = toks.at[item->header.lo].pos - (cx->rebase ? base : 0);
        break;
    case ITEM_MACRO_RULES: row.body = keep(cx, toks_sub(toks, item->body), base); break;
    case ITEM_MACRO_DEF: {
        TokRange after = {item->name_tok + 1, item->range.hi};
        row.body = keep(cx, toks_sub(toks, after), base);
        vec_last(&cx->out->toks).flags &= (u8)~TOK_JOINT; // what follows is no part of it
        break;
    }
    case ITEM_IMPL:
        row.header = keep(cx, toks_sub(toks, item->header), base);
        row.bits = scan_bits(cx, toks, item->body);
        break;
    case ITEM_FN:
    case ITEM_CONST:
    case ITEM_STATIC:
    case ITEM_TRAIT: row.bits = scan_bits(cx, toks, item->body); break;
    case ITEM_NONE:
    case ITEM_MOD:
    case ITEM_EXTERN_CRATE:
    case ITEM_TRAIT_ALIAS:
    case ITEM_TYPE:
    case ITEM_EXTERN_BLOCK: break;
    case ITEM_STRUCT:
    case ITEM_ENUM:
    case ITEM_UNION: row.bits = has_ty_params(toks, item) ? SHAPE_TY_PARAMS : 0; break;
    case ITEM_KIND_COUNT: UNREACHABLE();
    }
    u32 index = cx->out->rows.count;
    vec_push(cx->scratch, &cx->out->rows, row);
    ShapePlace spot = {{item->range.lo + offset, item->range.hi + offset}, base};
    vec_push(cx->scratch, &cx->out->places, spot);
    if (item->kind == ITEM_ENUM) {
        shape_variants(cx, toks, item->body, base);
    } else if (is_mod || item->kind == ITEM_EXTERN_BLOCK) {
        shape_run(cx, body, offset + item->body.lo, &inner);
    }
    cx->out->rows.at[index].end = cx->out->rows.count;
}

static void shape_run(ShapeCx *cx, Toks toks, u32 offset, const Skim *skim) {
    for (u32 i = 0; i < skim->errors.count; i++) {
        u32 tok = skim->errors.at[i].tok;
        u32 pos = tok < toks.count ? toks.at[tok].pos
                  : toks.count     ? toks.at[toks.count - 1].pos
                                   : 0;
        const SkimError *error = &skim->errors.at[i];
        vec_push(cx->scratch, &cx->out->errors, (ShapeError){pos, error->code, error->message});
    }
    for (u32 i = 0; i < skim->items.count; i++)
        shape_item(cx, toks, offset, &skim->items.at[i]);
}

void shape_build(Db *db, Toks toks, SkimPlace place, u32 edition, bool rebase, Scratch *scratch,
                 ShapeBuild *out) {
    ShapeCx cx = {db, edition, rebase, scratch, out, SYM_doc, SYM_lang, SYM_derive};
    Skim skim = {0};
    skim_items(toks, place, edition, scratch, &skim);
    if (skim.inner_attrs.hi > skim.inner_attrs.lo)
        out->inner_attrs = keep_attrs(&cx, toks, skim.inner_attrs, toks.at[0].pos);
    shape_run(&cx, toks, 0, &skim);
}

// The tokens of a library file are not kept: of most files nothing but the shape is ever looked at,
// and the tokens of all would be a third of the memory a small program's compilation takes.
static Toks library_toks(Db *db, u32 file) {
    LexOut out;
    lex_skeleton(&db->symbols, &db->scratch, source_text(db, (FileId){file}),
                 source_edition(db, (FileId){file}), &out);
    return (Toks){out.toks.at, out.toks.count};
}

void run_file_shape(Db *db, u32 file) {
    ShapeBuild build = {0};
    shape_build(db, library_toks(db, file), SKIM_MODULE, SKIM_EDITION, true, &db->scratch, &build);
    for (u32 i = 0; i < build.errors.count; i++) {
        const ShapeError *error = &build.errors.at[i];
        diag_error(db, (Span){file, error->pos, error->pos + 1}, error->code, "%s", error->message);
    }
    Blob blob;
    blob_begin(&blob, &db->scratch, sizeof(FileShape));
    List rows = blob_add(&blob, build.rows.at, build.rows.count, sizeof(ShapeRow));
    List toks = blob_add(&blob, build.toks.at, build.toks.count, sizeof(Tok));
    FileShape *head = blob_header(&blob);
    head->rows = rows;
    head->toks = toks;
    head->inner_attrs = build.inner_attrs;
    query_return_blob(db, &blob);
}

void run_file_places(Db *db, u32 file) {
    ShapeBuild build = {0};
    Toks toks = token_buf_toks(query_get(db, Q_file_tokens, file));
    shape_build(db, toks, SKIM_MODULE, SKIM_EDITION, true, &db->scratch, &build);
    Blob blob;
    blob_begin(&blob, &db->scratch, sizeof(FilePlaces));
    List places = blob_add(&blob, build.places.at, build.places.count, sizeof(ShapePlace));
    FilePlaces *head = blob_header(&blob);
    head->places = places;
    query_return_blob(db, &blob);
}
