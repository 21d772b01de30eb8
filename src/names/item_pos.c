#include "names/item_pos.h"

#include <stdlib.h>

static bool is_doc(const Tok *tok) {
    return tok->kind == TOK_DOC_OUTER || tok->kind == TOK_DOC_INNER;
}

static bool is_open(const Tok *tok) {
    return tok->kind == TOK_OPEN_PAREN || tok->kind == TOK_OPEN_BRACKET ||
           tok->kind == TOK_OPEN_BRACE;
}

static bool is_word(const Tok *tok, u32 sym) {
    return tok->kind == TOK_IDENT && tok->sym == sym;
}

// Where what a macro is given ends, if it begins behind token `at`; else 0. Of `macro` it is given
// all that belongs to the macro.
static u32 macro_text_end(Toks toks, u32 at, u32 edition) {
    const Tok *tok = &toks.at[at];
    if (is_open(tok)) {
        bool is_call = at >= 2 && tok[-1].kind == TOK_NOT && tok_is_name(&tok[-2], edition);
        bool is_rules = at >= 3 && tok[-1].kind == TOK_IDENT && tok[-2].kind == TOK_NOT &&
                        is_word(&tok[-3], SYM_macro_rules);
        return is_call || is_rules ? at + tok->match : 0;
    }
    if (!is_word(tok, SYM_macro)) return 0;
    u32 open = at + 2;
    if (open < toks.count && toks.at[open].kind == TOK_OPEN_PAREN) open += toks.at[open].match + 1;
    bool has_body = open < toks.count && toks.at[open].kind == TOK_OPEN_BRACE;
    return has_body ? open + toks.at[open].match : 0;
}

void item_pos_count(Db *db, u32 edition, TokVec *toks, u32 *bytes) {
    u32 pos = 0, seen_to = 0;
    for (u32 i = 0; i < toks->count; i++) {
        Tok *tok = &toks->at[i];
        bytes[i] = tok->pos;
        tok->pos = pos;
        pos += (is_doc(tok) ? 1 : tok_len(&db->symbols, tok)) + 1;
        if (i >= seen_to) {
            tok->flags &= (u8)~TOK_JOINT;
            seen_to = max_u32(seen_to, macro_text_end((Toks){toks->at, toks->count}, i, edition));
        }
    }
}

TokRange without_docs(const Tok *toks, TokRange item) {
    while (item.lo < item.hi && is_doc(&toks[item.lo]))
        item.lo++;
    return item;
}

// The mark of token `i`, which is the same as that of the one before as a rule.
static PosMark mark_at(const Tok *toks, const u32 *bytes, u32 i) {
    u32 pos = toks[i].pos - toks[0].pos;
    return (PosMark){pos, bytes[i] - bytes[0] - pos};
}

PosMarks pos_marks_new(const Tok *toks, const u32 *bytes, u32 count) {
    u32 mark_count = 0, shift = 0;
    for (u32 i = 0; i < count; i++) {
        u32 now = mark_at(toks, bytes, i).shift;
        mark_count += now != shift;
        shift = now;
    }
    if (mark_count == 0) return (PosMarks){0};
    PosMarks marks = {malloc(mark_count * sizeof(PosMark)), 0};
    CHECK(marks.at);
    shift = 0;
    for (u32 i = 0; i < count; i++) {
        PosMark mark = mark_at(toks, bytes, i);
        if (mark.shift != shift) marks.at[marks.count++] = mark;
        shift = mark.shift;
    }
    return marks;
}

void pos_marks_free(PosMarks *marks) {
    free(marks->at);
    *marks = (PosMarks){0};
}

u32 pos_marks_byte(const PosMarks *marks, u32 pos) {
    u32 low = 0, high = marks->count; // all below low are at or before it, none from high on
    while (low < high) {
        u32 mid = low + (high - low) / 2;
        if (marks->at[mid].pos <= pos)
            low = mid + 1;
        else
            high = mid;
    }
    return low ? pos + marks->at[low - 1].shift : pos;
}
