#include "syntax/items.h"

typedef struct Skimmer {
    const Tok *toks;
    u32 count;
    u32 edition;
    SkimPlace place;
} Skimmer;

static const Tok eof_tok = {.kind = TOK_EOF};

static const Tok *tok_at(const Skimmer *s, u32 at) {
    return at < s->count ? &s->toks[at] : &eof_tok;
}
static bool is_kind(const Skimmer *s, u32 at, TokKind kind) {
    return tok_at(s, at)->kind == kind;
}
static bool is_word(const Skimmer *s, u32 at, u32 sym) {
    const Tok *tok = tok_at(s, at);
    return tok->kind == TOK_IDENT && tok->sym == sym && !(tok->flags & TOK_RAW);
}
static bool is_name(const Skimmer *s, u32 at) {
    return tok_is_name(tok_at(s, at), s->edition);
}
static bool is_open(const Skimmer *s, u32 at) {
    TokKind kind = tok_at(s, at)->kind;
    return kind == TOK_OPEN_PAREN || kind == TOK_OPEN_BRACKET || kind == TOK_OPEN_BRACE;
}
// The token after the one at `at`, or after the group that opens there.
static u32 after(const Skimmer *s, u32 at) {
    const Tok *tok = tok_at(s, at);
    switch (tok->kind) {
    case TOK_OPEN_PAREN:
    case TOK_OPEN_BRACKET:
    case TOK_OPEN_BRACE:
    case TOK_OPEN_NONE: return at + tok->match + 1;
    default: return at + 1;
    }
}

// Behind the inner attribute or inner doc comment at `at`; `at` if there is none.
static u32 after_inner_attr(const Skimmer *s, u32 at) {
    if (is_kind(s, at, TOK_DOC_INNER)) return at + 1;
    bool is_attr = is_kind(s, at, TOK_POUND) && is_kind(s, at + 1, TOK_NOT) &&
                   is_kind(s, at + 2, TOK_OPEN_BRACKET);
    return is_attr ? after(s, at + 2) : at;
}

// Outer attributes and doc comments from `at` on. Inner ones among them are passed over: whoever
// looks at the whole run tells of them.
static u32 skim_attrs(const Skimmer *s, u32 at, u32 *flags) {
    for (;;) {
        if (is_kind(s, at, TOK_DOC_OUTER)) {
            at++;
            continue;
        }
        u32 behind = after_inner_attr(s, at);
        if (behind != at) {
            at = behind;
            continue;
        }
        if (!is_kind(s, at, TOK_POUND) || !is_kind(s, at + 1, TOK_OPEN_BRACKET)) return at;
        u32 name = at + 2;
        if (is_kind(s, name, TOK_OPEN_NONE)) name++;
        Symbol sym = {is_kind(s, name, TOK_IDENT) ? s->toks[name].sym : SYM_none};
        if (symbol_is(sym, SYM_cfg) || symbol_is(sym, SYM_cfg_attr)) *flags |= ITEM_HAS_CFG;
        *flags |= ITEM_HAS_ATTRS;
        at = after(s, at + 1);
    }
}

static u32 skim_inner_attrs(const Skimmer *s, u32 at) {
    for (u32 next; (next = after_inner_attr(s, at)) != at;)
        at = next;
    return at;
}

static u32 skim_vis(const Skimmer *s, u32 at, ItemRow *row) {
    if (is_kind(s, at, TOK_OPEN_NONE) && s->toks[at].extra == FRAG_VIS) {
        u32 end = after(s, at);
        if (end > at + 2) skim_vis(s, at + 1, row);
        return end;
    }
    if (!is_word(s, at, SYM_pub)) return at;
    row->vis = VIS_PUB;
    at++;
    if (!is_kind(s, at, TOK_OPEN_PAREN)) return at;
    u32 inside = at + 1, close = at + s->toks[at].match;
    if (is_word(s, inside, SYM_in)) {
        row->vis = VIS_IN;
        row->vis_path = (TokRange){inside + 1, close};
        return close + 1;
    }
    if (close != inside + 1) return at;
    ItemVis vis = is_word(s, inside, SYM_crate)       ? VIS_CRATE
                  : is_word(s, inside, SYM_self)      ? VIS_SELF
                  : is_word(s, inside, SYM_super)     ? VIS_SUPER
                  : s->toks[inside].flags & TOK_CRATE ? VIS_CRATE
                                                      : VIS_INHERITED;
    if (vis == VIS_INHERITED) return at;
    row->vis = (u8)vis;
    return close + 1;
}

// What a run of type tokens does to the nesting of angle brackets.
static i32 angle_step(TokKind kind) {
    switch (kind) {
    case TOK_LT:
    case TOK_LARROW: return 1;
    case TOK_SHL: return 2;
    case TOK_GT:
    case TOK_GE: return -1;
    case TOK_SHR:
    case TOK_SHREQ: return -2;
    default: return 0;
    }
}

typedef struct HeaderEnd {
    u32 at;     // the `{`, `;` or end
    u32 eq;     // the first `=` outside of angle brackets, or 0
    u32 for_at; // impl: the `for` between trait and type, or 0
} HeaderEnd;

// Walks a header to its brace body, `;` or the end. `to_semi`: braces belong to a value.
static HeaderEnd skim_header(const Skimmer *s, u32 at, bool to_semi) {
    HeaderEnd end = {0};
    i32 angle = 0;
    bool where = false;
    u32 start = at;
    for (; at < s->count; at = after(s, at)) {
        const Tok *tok = &s->toks[at];
        switch (tok->kind) {
        case TOK_SEMI: end.at = at; return end;
        case TOK_OPEN_NONE:
            if (!to_semi && tok->extra == FRAG_BLOCK) {
                end.at = at;
                return end;
            }
            break;
        case TOK_OPEN_BRACE:
            if (to_semi || angle > 0) break;
            end.at = at;
            return end;
        case TOK_CLOSE_PAREN:
        case TOK_CLOSE_BRACKET:
        case TOK_CLOSE_BRACE:
        case TOK_CLOSE_NONE: end.at = at; return end;
        case TOK_GE:
            if (angle == 1 && end.eq == 0) end.eq = at;
            break;
        case TOK_EQ:
            if (angle <= 0 && end.eq == 0) end.eq = at;
            break;
        case TOK_IDENT:
            if (tok->sym == SYM_where && !(tok->flags & TOK_RAW)) where = true;
            if (tok->sym == SYM_for && angle <= 0 && !where && at > start && !end.for_at)
                end.for_at = at;
            break;
        default: break;
        }
        if (!(to_semi && end.eq)) angle += angle_step(tok->kind);
    }
    end.at = s->count;
    return end;
}

// `<..>` from `at` on, or `at`.
static u32 skim_generics(const Skimmer *s, u32 at) {
    if (angle_step(tok_at(s, at)->kind) <= 0) return at;
    i32 angle = 0;
    for (; at < s->count; at = after(s, at)) {
        TokKind kind = s->toks[at].kind;
        if (kind == TOK_SEMI || kind == TOK_CLOSE_BRACE) return at;
        angle += angle_step(kind);
        if (angle <= 0) return at + 1;
    }
    return at;
}

static bool first_param_is_self(const Skimmer *s, u32 at) {
    u32 flags = 0;
    at = skim_attrs(s, at, &flags);
    if (is_kind(s, at, TOK_OPEN_NONE)) at++;
    if (is_kind(s, at, TOK_AND)) {
        at++;
        if (is_kind(s, at, TOK_LIFETIME)) at++;
        if (is_kind(s, at, TOK_IDENT) && !is_word(s, at, SYM_mut) && !is_word(s, at, SYM_self))
            at += 2; // &pin mut self, &pin const self
    }
    if (is_word(s, at, SYM_mut)) at++;
    return is_word(s, at, SYM_self) && !is_kind(s, at + 1, TOK_COLONCOLON);
}

static void set_name(const Skimmer *s, ItemRow *row, u32 at) {
    const Tok *tok = tok_at(s, at);
    if (tok->kind != TOK_IDENT) return;
    row->name = (Symbol){tok->sym};
    row->ctxt = tok->ctxt;
    row->name_tok = at;
}

// Ends a row whose header ended at `end`: a brace body or `;`.
static void finish_braced(const Skimmer *s, ItemRow *row, u32 end) {
    row->header.hi = end;
    if (is_kind(s, end, TOK_OPEN_NONE)) { // a macro's block
        u32 close = end + s->toks[end].match;
        u32 brace = end + 1;
        while (brace < close && !is_kind(s, brace, TOK_OPEN_BRACE))
            brace++;
        row->body = brace < close ? (TokRange){brace + 1, brace + s->toks[brace].match}
                                  : (TokRange){close, close};
        row->flags |= ITEM_HAS_BODY;
        row->range.hi = close + 1;
    } else if (is_kind(s, end, TOK_OPEN_BRACE)) {
        row->body = (TokRange){end + 1, end + s->toks[end].match};
        row->flags |= ITEM_HAS_BODY;
        row->range.hi = after(s, end);
    } else {
        row->body = (TokRange){end, end};
        row->range.hi = is_kind(s, end, TOK_SEMI) ? end + 1 : end;
    }
}

static void finish_value(const Skimmer *s, ItemRow *row, HeaderEnd end) {
    row->header.hi = end.eq ? end.eq : end.at;
    row->body = end.eq ? (TokRange){end.eq + 1, end.at} : (TokRange){end.at, end.at};
    if (end.eq) row->flags |= ITEM_HAS_BODY;
    row->range.hi = is_kind(s, end.at, TOK_SEMI) ? end.at + 1 : end.at;
}

static bool skim_fn(const Skimmer *s, u32 at, ItemRow *row) {
    row->kind = ITEM_FN;
    if (!is_name(s, at + 1)) return false;
    set_name(s, row, at + 1);
    u32 params = skim_generics(s, at + 2);
    if (is_kind(s, params, TOK_OPEN_PAREN) && first_param_is_self(s, params + 1))
        row->flags |= ITEM_HAS_SELF;
    finish_braced(s, row, skim_header(s, at + 2, false).at);
    return true;
}

static bool skim_struct(const Skimmer *s, u32 at, ItemRow *row, ItemKind kind) {
    row->kind = (u8)kind;
    if (!is_name(s, at + 1)) return false;
    set_name(s, row, at + 1);
    u32 next = skim_generics(s, at + 2);
    if (kind != ITEM_ENUM && is_kind(s, next, TOK_OPEN_PAREN)) row->flags |= ITEM_IS_TUPLE;
    u32 end = skim_header(s, at + 2, false).at;
    finish_braced(s, row, end);
    if (row->flags & ITEM_IS_TUPLE)
        row->body = (TokRange){next + 1, next + s->toks[next].match};
    else if (kind == ITEM_STRUCT && !(row->flags & ITEM_HAS_BODY))
        row->flags |= ITEM_IS_UNIT;
    return true;
}

static bool skim_impl(const Skimmer *s, u32 at, ItemRow *row) {
    row->kind = ITEM_IMPL;
    u32 next = at + 1;
    // `impl <T as X>::Y {}` is rare enough to be left to the parser
    next = skim_generics(s, next);
    if (is_word(s, next, SYM_const)) {
        row->flags |= ITEM_IS_CONST;
        next++;
    }
    if (is_kind(s, next, TOK_NOT)) {
        row->flags |= ITEM_IS_NEGATIVE;
        next++;
    }
    HeaderEnd end = skim_header(s, next, false);
    if (end.for_at) row->flags |= ITEM_OF_TRAIT;
    finish_braced(s, row, end.at);
    return (row->flags & ITEM_HAS_BODY) != 0;
}

static bool skim_extern_crate(const Skimmer *s, u32 at, ItemRow *row) {
    row->kind = ITEM_EXTERN_CRATE;
    u32 name = at + 2;
    if (!is_kind(s, name, TOK_IDENT)) return false;
    row->extra = s->toks[name].sym;
    set_name(s, row, name);
    if (is_word(s, name + 1, SYM_as)) set_name(s, row, name + 2);
    finish_value(s, row, skim_header(s, name, true));
    return true;
}

// A group of any delimiter that ends an item; `;` is wanted behind all but braces.
static void finish_group(const Skimmer *s, u32 open, ItemRow *row) {
    row->bang = s->toks[open].kind;
    row->body = (TokRange){open + 1, open + s->toks[open].match};
    row->range.hi = after(s, open);
    row->flags |= ITEM_HAS_BODY;
    if (row->bang != TOK_OPEN_BRACE && is_kind(s, row->range.hi, TOK_SEMI)) {
        row->range.hi++;
        row->flags |= ITEM_HAS_SEMI;
    }
}

static bool skim_macro_rules(const Skimmer *s, u32 at, ItemRow *row) {
    row->kind = ITEM_MACRO_RULES;
    if (!is_kind(s, at + 2, TOK_IDENT) || !is_open(s, at + 3)) return false;
    set_name(s, row, at + 2);
    row->header.hi = at + 3;
    finish_group(s, at + 3, row);
    row->extra = row->bang;
    return true;
}

static bool skim_macro_def(const Skimmer *s, u32 at, ItemRow *row) {
    row->kind = ITEM_MACRO_DEF;
    if (!is_name(s, at + 1)) return false;
    set_name(s, row, at + 1);
    u32 next = at + 2;
    if (is_kind(s, next, TOK_OPEN_PAREN)) next = after(s, next);
    if (!is_kind(s, next, TOK_OPEN_BRACE)) return false;
    row->header = (TokRange){at + 1, next};
    finish_group(s, next, row);
    return true;
}

// `path! { .. }`, `path!( .. );`
static bool skim_macro_call(const Skimmer *s, u32 at, ItemRow *row) {
    u32 start = at, last;
    if (is_kind(s, at, TOK_OPEN_NONE)) { // $path!(..)
        last = after(s, at) - 2;
        at = after(s, at);
    } else {
        if (is_kind(s, at, TOK_COLONCOLON)) at++;
        for (;;) {
            if (!is_kind(s, at, TOK_IDENT)) return false;
            last = at++;
            if (!is_kind(s, at, TOK_COLONCOLON)) break;
            at++;
        }
    }
    if (!is_kind(s, at, TOK_NOT) || !is_open(s, at + 1)) return false;
    row->kind = ITEM_MACRO_CALL;
    set_name(s, row, last);
    row->header = (TokRange){start, at};
    finish_group(s, at + 1, row);
    return true;
}

// Whether a `fn`, with qualifiers before it, follows.
static bool leads_to_fn(const Skimmer *s, u32 at) {
    for (;; at++) {
        if (is_word(s, at, SYM_fn)) return true;
        if (is_word(s, at, SYM_extern)) {
            TokKind kind = tok_at(s, at + 1)->kind;
            if (kind == TOK_STR || kind == TOK_RAW_STR) at++;
            continue;
        }
        if (is_kind(s, at, TOK_OPEN_NONE) || is_kind(s, at, TOK_CLOSE_NONE) ||
            is_kind(s, at, TOK_STR))
            continue; // extern $abi fn
        if (!is_word(s, at, SYM_const) && !is_word(s, at, SYM_async) &&
            !is_word(s, at, SYM_unsafe) && !is_word(s, at, SYM_safe) && !is_word(s, at, SYM_gen))
            return false;
    }
}

static bool skim_trait(const Skimmer *s, u32 at, ItemRow *row) {
    row->kind = ITEM_TRAIT;
    if (!is_name(s, at + 1)) return false;
    set_name(s, row, at + 1);
    HeaderEnd end = skim_header(s, at + 2, false);
    if (end.eq && end.eq < end.at && is_kind(s, end.at, TOK_SEMI)) {
        row->kind = ITEM_TRAIT_ALIAS;
        finish_value(s, row, end);
        return true;
    }
    finish_braced(s, row, end.at);
    return true;
}

static bool skim_kind(const Skimmer *s, u32 at, ItemRow *row) {
    for (;;) {
        const Tok *tok = tok_at(s, at);
        if (tok->kind != TOK_IDENT || tok->flags & TOK_RAW) break;
        switch (tok->sym) {
        case SYM_fn: return skim_fn(s, at, row);
        case SYM_struct: return skim_struct(s, at, row, ITEM_STRUCT);
        case SYM_enum: return skim_struct(s, at, row, ITEM_ENUM);
        case SYM_union:
            if (is_name(s, at + 1) && !is_kind(s, at + 1, TOK_NOT))
                return skim_struct(s, at, row, ITEM_UNION);
            break;
        case SYM_trait: return skim_trait(s, at, row);
        case SYM_impl: return skim_impl(s, at, row);
        case SYM_mod:
            row->kind = ITEM_MOD;
            if (!is_name(s, at + 1)) return false;
            set_name(s, row, at + 1);
            finish_braced(s, row, at + 2);
            return true;
        case SYM_use:
            row->kind = ITEM_USE;
            finish_value(s, row, (HeaderEnd){.at = skim_header(s, at + 1, true).at});
            return true;
        case SYM_type:
            row->kind = ITEM_TYPE;
            if (!is_name(s, at + 1)) return false;
            set_name(s, row, at + 1);
            finish_value(s, row, skim_header(s, at + 2, true));
            return true;
        case SYM_static: {
            u32 name = at + 1;
            row->kind = ITEM_STATIC;
            if (is_word(s, name, SYM_mut)) {
                row->flags |= ITEM_IS_MUT;
                name++;
            }
            if (!is_name(s, name) && !is_word(s, name, SYM_underscore)) return false;
            set_name(s, row, name);
            finish_value(s, row, skim_header(s, name + 1, true));
            return true;
        }
        case SYM_const: {
            if (is_word(s, at + 1, SYM_trait) || is_word(s, at + 1, SYM_impl) ||
                leads_to_fn(s, at + 1) ||
                ((is_word(s, at + 1, SYM_unsafe) || is_word(s, at + 1, SYM_auto)) &&
                 is_kind(s, at + 2, TOK_IDENT))) {
                row->flags |= ITEM_IS_CONST;
                at++;
                continue;
            }
            row->kind = ITEM_CONST;
            u32 name = at + 1;
            if (is_word(s, name, SYM_mut)) name++;
            if (!is_name(s, name) && !is_word(s, name, SYM_underscore)) return false;
            set_name(s, row, name);
            finish_value(s, row, skim_header(s, name + 1, true));
            return true;
        }
        case SYM_async:
        case SYM_gen:
            if (!leads_to_fn(s, at + 1)) break;
            row->flags |= tok->sym == SYM_async ? ITEM_IS_ASYNC : ITEM_IS_GEN;
            at++;
            continue;
        case SYM_safe:
            if (!leads_to_fn(s, at + 1) && !is_word(s, at + 1, SYM_static)) break;
            row->flags |= ITEM_IS_SAFE;
            at++;
            continue;
        case SYM_unsafe:
            if (!is_kind(s, at + 1, TOK_IDENT)) return false;
            row->flags |= ITEM_IS_UNSAFE;
            at++;
            continue;
        case SYM_auto:
            if (!is_word(s, at + 1, SYM_trait)) break;
            row->flags |= ITEM_IS_AUTO;
            at++;
            continue;
        case SYM_default:
            if (!tok_is_keyword(tok_at(s, at + 1), s->edition) || is_word(s, at + 1, SYM_as)) break;
            row->flags |= ITEM_IS_DEFAULT;
            at++;
            continue;
        case SYM_extern: {
            if (is_word(s, at + 1, SYM_crate)) return skim_extern_crate(s, at, row);
            u32 next = at + 1;
            TokKind kind = tok_at(s, next)->kind;
            if (kind == TOK_STR || kind == TOK_RAW_STR || kind == TOK_OPEN_NONE)
                next = after(s, next);
            if (is_kind(s, next, TOK_OPEN_BRACE)) {
                row->kind = ITEM_EXTERN_BLOCK;
                finish_braced(s, row, next);
                return true;
            }
            if (!is_word(s, next, SYM_fn)) return false;
            row->flags |= ITEM_IS_EXTERN;
            at = next;
            continue;
        }
        case SYM_macro_rules:
            if (is_kind(s, at + 1, TOK_NOT) && is_kind(s, at + 2, TOK_IDENT))
                return skim_macro_rules(s, at, row);
            break;
        case SYM_macro: return skim_macro_def(s, at, row);
        default: break;
        }
        break;
    }
    return s->place != SKIM_BLOCK && skim_macro_call(s, at, row);
}

static bool skim_at(const Skimmer *s, u32 at, ItemRow *row) {
    memset(row, 0, sizeof *row);
    row->range.lo = at;
    row->attrs.lo = at;
    at = skim_attrs(s, at, &row->flags);
    u32 group_end = 0; // a macro's $item argument: attributes may stand before it
    while (is_kind(s, at, TOK_OPEN_NONE) &&
           (s->toks[at].extra == FRAG_ITEM || s->toks[at].extra == FRAG_STMT)) {
        if (!group_end) group_end = after(s, at);
        at = skim_attrs(s, at + 1, &row->flags);
    }
    row->attrs.hi = at;
    at = skim_vis(s, at, row);
    row->header.lo = at;
    if (!skim_kind(s, at, row)) return false;
    if (row->header.hi < row->header.lo) row->header.hi = row->range.hi;
    if (row->range.hi > s->count) row->range.hi = s->count;
    if (group_end > row->range.hi) row->range.hi = group_end;
    return true;
}

bool skim_item_at(Toks toks, u32 at, SkimPlace place, u32 edition, ItemRow *out) {
    Skimmer s = {toks.at, toks.count, edition, place};
    return skim_at(&s, at, out);
}

static void skim_error(Skim *out, Scratch *scratch, u32 tok, const char *code,
                       const char *message) {
    vec_push(scratch, &out->errors, (SkimError){tok, code, message});
}

// Tells of the inner attributes among the outer ones of an item that begins at `at`.
static void report_inner_attrs(const Skimmer *s, u32 at, u32 end, Scratch *scratch, Skim *out) {
    for (u32 first = at; at < end;) {
        u32 behind = after_inner_attr(s, at);
        if (behind == at) {
            at = after(s, at);
            continue;
        }
        if (is_kind(s, at, TOK_DOC_INNER))
            skim_error(out, scratch, at, "E0753", "expected outer doc comment");
        else
            skim_error(out, scratch, at, "",
                       at == first
                           ? "an inner attribute is not permitted in this context"
                           : "an inner attribute is not permitted following an outer attribute");
        at = behind;
    }
}

static void report_no_item(const Skimmer *s, u32 at, Scratch *scratch, Skim *out) {
    u32 flags = 0, end = skim_attrs(s, at, &flags);
    bool is_doc = end > at && is_kind(s, end - 1, TOK_DOC_OUTER);
    if (end < s->count || end == at) {
        skim_error(out, scratch, at, "",
                   is_kind(s, at, TOK_SEMI) ? "expected item, found `;`" : "expected item");
    } else if (s->place == SKIM_ASSOC && is_doc) {
        skim_error(out, scratch, end - 1, "E0584",
                   "found a documentation comment that doesn't document anything");
    } else {
        skim_error(out, scratch, at, "",
                   is_doc ? "expected item after doc comment" : "expected item after attributes");
    }
}

// To the next place where an item may begin.
static u32 skip_to_item(const Skimmer *s, u32 at) {
    for (;;) {
        TokKind kind = tok_at(s, at)->kind;
        if (kind == TOK_EOF) return at;
        at = after(s, at);
        if (kind == TOK_SEMI || kind == TOK_OPEN_BRACE) return at;
    }
}

void skim_items(Toks toks, SkimPlace place, u32 edition, Scratch *scratch, Skim *out) {
    Skimmer s = {toks.at, toks.count, edition, place};
    *out = (Skim){0};
    u32 at = skim_inner_attrs(&s, 0);
    out->inner_attrs = (TokRange){0, at};
    bool tells = place != SKIM_BLOCK; // a block is parsed, and that tells
    while (at < s.count) {
        ItemRow row;
        if (skim_at(&s, at, &row) && row.range.hi > at) {
            if (tells) report_inner_attrs(&s, at, row.attrs.hi, scratch, out);
            vec_push(scratch, &out->items, row);
            at = row.range.hi;
            continue;
        }
        u32 behind = skim_inner_attrs(&s, at);
        if (behind != at) {
            if (tells) report_inner_attrs(&s, at, behind, scratch, out);
            at = behind;
            continue;
        }
        if (is_kind(&s, at, TOK_OPEN_NONE) || is_kind(&s, at, TOK_CLOSE_NONE)) {
            at++;
            continue;
        }
        if (tells) report_no_item(&s, at, scratch, out);
        at = skip_to_item(&s, at);
    }
}

// ---- use trees
// ------------------------------------------------------------------------------------

enum { USE_DEPTH_MAX = 100 };

typedef struct UseParser {
    Skimmer s;
    Scratch *scratch;
    UseTable *out;
    UseSegVec prefix;
} UseParser;

static void use_error(UseParser *u, u32 at, const char *message) {
    vec_push(u->scratch, &u->out->errors, (SkimError){at, "", message});
}

static UseLeaf *use_leaf(UseParser *u, u32 tok) {
    UseTable *out = u->out;
    UseLeaf leaf = {.seg_first = out->segs.count, .seg_count = u->prefix.count, .tok = tok};
    vec_append(u->scratch, &out->segs, u->prefix.at, u->prefix.count);
    vec_push(u->scratch, &out->leaves, leaf);
    return &vec_last(&out->leaves);
}

static u32 use_tree(UseParser *u, u32 at, u32 depth) {
    Skimmer *s = &u->s;
    u32 prefix_count = u->prefix.count;
    bool expect_seg = true;
    bool first = true;
    for (;; first = false) {
        const Tok *tok = tok_at(s, at);
        if (tok->kind == TOK_OPEN_NONE || tok->kind == TOK_CLOSE_NONE) { // $path
            at++;
            continue;
        }
        if (tok->kind == TOK_COLONCOLON) {
            if (first && depth == 0) {
                UseSeg root = {{SYM_path_root}, tok->ctxt, 0, at};
                vec_push(u->scratch, &u->prefix, root);
            }
            expect_seg = true;
            at++;
            continue;
        }
        if (tok->kind == TOK_STAR && expect_seg) {
            use_leaf(u, at)->glob = true;
            at++;
            break;
        }
        if (tok->kind == TOK_OPEN_BRACE && expect_seg) {
            u32 close = at + tok->match;
            if (depth >= USE_DEPTH_MAX) {
                use_error(u, at, "this `use` is nested too deeply");
                at = close + 1;
                break;
            }
            at++;
            while (at < close) {
                at = use_tree(u, at, depth + 1);
                if (at < close && is_kind(s, at, TOK_COMMA)) {
                    at++;
                } else if (at < close) {
                    use_error(u, at, "expected `,` or `}` in a use list");
                    at = after(s, at);
                }
            }
            at = close + 1;
            break;
        }
        if (tok->kind == TOK_IDENT && expect_seg) {
            UseSeg seg = {{tok->sym}, tok->ctxt, tok->flags & (TOK_RAW | TOK_CRATE), at};
            vec_push(u->scratch, &u->prefix, seg);
            expect_seg = false;
            at++;
            continue;
        }
        if (u->prefix.count == prefix_count || expect_seg) {
            use_error(u, at, "expected identifier");
            break;
        }
        UseSeg last = vec_last(&u->prefix);
        UseLeaf *leaf = use_leaf(u, last.tok);
        leaf->name = last.name;
        leaf->ctxt = last.ctxt;
        if (symbol_is(last.name, SYM_self) && depth > 0 && u->prefix.count == prefix_count + 1 &&
            prefix_count > 0) {
            leaf->in_braces_self = true;
            leaf->name = u->prefix.at[prefix_count - 1].name;
            leaf->ctxt = u->prefix.at[prefix_count - 1].ctxt;
        }
        if (is_word(s, at, SYM_as)) {
            const Tok *name = tok_at(s, at + 1);
            if (name->kind == TOK_IDENT) {
                leaf->name = (Symbol){name->sym};
                leaf->ctxt = name->ctxt;
                at += 2;
            } else {
                use_error(u, at + 1, "expected identifier");
                at++;
            }
        }
        break;
    }
    u->prefix.count = prefix_count;
    return at;
}

void parse_use(Toks header, Scratch *scratch, UseTable *out) {
    *out = (UseTable){0};
    UseParser u = {
        .s = {header.at, header.count, 2021, SKIM_MODULE}, .scratch = scratch, .out = out};
    u32 at = 0;
    if (is_word(&u.s, at, SYM_use)) at++;
    at = use_tree(&u, at, 0);
    while (is_kind(&u.s, at, TOK_CLOSE_NONE))
        at++;
    if (at < header.count) use_error(&u, at, "expected `;` after the use tree");
}
