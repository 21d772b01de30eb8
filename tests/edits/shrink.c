#define _GNU_SOURCE
#include "shrink.h"

#include "result.h"

#include "syntax/lex.h"

#include <time.h>

// Of a program without end, or one that had to be killed, nobody knows how far it came.
static bool is_comparable(Str round) {
    return round.len && !memmem(round.at, round.len, "-- no end", 9) &&
           !memmem(round.at, round.len, "-- signal", 9);
}

Failure answers_differ(const Answer *incremental, const Answer *fresh) {
    if (fresh->crashed) return FAILURE_FRESH;
    if (incremental->crashed) return FAILURE_INCREMENTAL;
    ResultParts a = result_parts(incremental->text), b = result_parts(fresh->text);
    if (!str_eq(a.head, b.head)) return FAILURE_DIFFERENT;
    bool has_state = !str_eq(b.rounds[0], b.rounds[1]);
    if (has_state || !is_comparable(b.rounds[0])) return FAILURE_NONE;
    return str_eq(a.rounds[0], b.rounds[0]) ? FAILURE_NONE : FAILURE_OUTPUT;
}

Failure shrink_run(Pair *pair, const Steps *steps, Scratch *scratch, Answer *incremental,
                   Answer *fresh) {
    pair_restart(pair);
    if (steps->count == 1) { // the text alone
        pair_ask(pair, &steps->at[0].texts, steps->at[0].what, scratch, NULL, fresh);
        if (fresh->crashed) return FAILURE_FRESH;
    }
    for (u32 i = 0; i < steps->count; i++) {
        bool is_last = i + 1 == steps->count;
        const Step *step = &steps->at[i];
        bool ok =
            pair_ask(pair, &step->texts, step->what, scratch, incremental, is_last ? fresh : NULL);
        if (!is_last && !ok) return FAILURE_NONE; // it is another one
    }
    return answers_differ(incremental, fresh);
}

typedef struct Shrinker {
    Pair *pair;
    Steps *steps;
    Failure failure;
    Scratch *scratch; // of texts that stay
    Scratch tries;
    time_t end;
} Shrinker;

static bool still_fails(Shrinker *s, const Steps *steps) {
    if (steps->count == 0 || time(NULL) > s->end) return false;
    Answer incremental, fresh;
    bool fails = shrink_run(s->pair, steps, &s->tries, &incremental, &fresh) == s->failure;
    scratch_rewind(&s->tries, 0);
    return fails;
}

static void copy_steps(Shrinker *s, Steps *to, const Steps *from) {
    *to = (Steps){0};
    vec_append(s->scratch, to, from->at, from->count);
}

// Leaves out runs of steps but never the last.
static void drop_steps(Shrinker *s) {
    for (u32 run = s->steps->count; run > 0; run /= 2) {
        for (u32 i = 0; i + 1 < s->steps->count;) {
            u32 count = min_u32(run, s->steps->count - 1 - i);
            Steps less = {0};
            vec_append(s->scratch, &less, s->steps->at, i);
            vec_append(s->scratch, &less, s->steps->at + i + count, s->steps->count - i - count);
            if (still_fails(s, &less))
                *s->steps = less;
            else
                i += run;
        }
    }
}

static Str without(Shrinker *s, Str text, Str part) {
    char *out = scratch_take(s->scratch, (u64)text.len + 1, 1);
    u32 len = 0;
    for (u32 i = 0; i < text.len;) {
        if (text.len - i >= part.len && memcmp(text.at + i, part.at, part.len) == 0) {
            i += part.len;
            continue;
        }
        out[len++] = text.at[i++];
    }
    return (Str){out, len};
}

// Takes a piece of text out of all steps.
static bool drop_text(Shrinker *s, Str part) {
    u64 mark = scratch_mark(s->scratch);
    Steps less;
    copy_steps(s, &less, s->steps);
    for (u32 i = 0; i < less.count; i++)
        for (u32 k = 0; k < less.at[i].texts.count; k++) {
            File *file = &less.at[i].texts.files[k];
            file->text = without(s, file->text, part);
        }
    if (!still_fails(s, &less)) {
        scratch_rewind(s->scratch, mark);
        return false;
    }
    *s->steps = less;
    return true;
}

static bool drop_file(Shrinker *s, u32 file) {
    Steps less;
    copy_steps(s, &less, s->steps);
    for (u32 i = 0; i < less.count; i++) {
        Texts *texts = &less.at[i].texts;
        if (texts->count <= file) continue;
        memmove(texts->files + file, texts->files + file + 1,
                (texts->count - file - 1) * sizeof *texts->files);
        texts->count--;
    }
    if (!still_fails(s, &less)) return false;
    *s->steps = less;
    return true;
}

// Pieces that begin and end at a boundary: runs of lines, from long to short.
static bool drop_lines(Shrinker *s, u32 step, u32 file, u32 run) {
    bool any = false;
    for (u32 start = 0; step < s->steps->count;) {
        const Texts *texts = &s->steps->at[step].texts;
        if (file >= texts->count) break;
        Str text = texts->files[file].text;
        if (start >= text.len || time(NULL) > s->end) break;
        u32 end = start;
        for (u32 line = 0; line < run && end < text.len; line++) {
            while (end < text.len && text.at[end] != '\n')
                end++;
            if (end < text.len) end++;
        }
        Str part = {text.at + start, end - start};
        if (part.len && drop_text(s, part)) {
            any = true;
            continue;
        }
        while (start < text.len && text.at[start] != '\n')
            start++;
        start++;
    }
    return any;
}

// Delimited groups: their contents go.
static bool drop_groups(Shrinker *s, u32 step, u32 file) {
    bool any = false;
    Symbols symbols;
    symbols_init(&symbols);
    for (u32 i = 0; time(NULL) <= s->end; i++) {
        const Texts *texts = &s->steps->at[step].texts;
        if (file >= texts->count) break;
        Str text = texts->files[file].text;
        LexOut lex = {0};
        lex_file(&symbols, s->scratch, text, 2021, &lex);
        if (i >= lex.toks.count) break;
        const Tok *tok = &lex.toks.at[i];
        bool is_open = tok->kind >= TOK_OPEN_PAREN && tok->kind <= TOK_OPEN_BRACE &&
                       tok->kind != TOK_CLOSE_PAREN && tok->kind != TOK_CLOSE_BRACKET;
        if (!is_open || tok->match < 2) continue;
        u32 lo = tok->pos + 1, hi = lex.toks.at[i + tok->match].pos;
        if (hi < lo + 4 || hi > text.len) continue;
        if (drop_text(s, (Str){text.at + lo, hi - lo})) any = true;
    }
    symbols_deinit(&symbols);
    return any;
}

void shrink(Pair *pair, Steps *steps, Failure failure, Scratch *scratch, u32 seconds) {
    Shrinker s = {pair, steps, failure, scratch, .end = time(NULL) + seconds};
    scratch_init(&s.tries);
    drop_steps(&s);
    for (bool any = true; any && time(NULL) <= s.end;) {
        any = false;
        for (u32 step = 0; step < steps->count; step++) {
            for (u32 file = FILES_MAX; file-- > 1;)
                if (file < steps->at[step].texts.count) any |= drop_file(&s, file);
            for (u32 file = 0; file < steps->at[step].texts.count; file++) {
                for (u32 run = 64; run > 0; run /= 2)
                    any |= drop_lines(&s, step, file, run);
                any |= drop_groups(&s, step, file);
            }
        }
        u32 before = steps->count;
        drop_steps(&s);
        any |= steps->count != before;
    }
    scratch_deinit(&s.tries);
}
