#include "expand/derive_item.h"

#include <stdarg.h>
#include <stdio.h>

static bool is_open(u8 kind) {
    return kind >= TOK_OPEN_PAREN && kind <= TOK_CLOSE_NONE && (kind - TOK_OPEN_PAREN) % 2 == 0;
}

// End of a piece: the next `stop` or `stop2` outside of groups and angle brackets.
static u32 piece_end(Toks toks, u32 at, u8 stop, u8 stop2) {
    int angles = 0;
    while (at < toks.count) {
        u8 kind = toks.at[at].kind;
        if (angles <= 0 && (kind == stop || kind == stop2)) break;
        if (kind == TOK_LT) angles++;
        if (kind == TOK_SHL) angles += 2;
        if (kind == TOK_GT || kind == TOK_GE) angles--;
        if (kind == TOK_SHR || kind == TOK_SHREQ) angles -= 2;
        if (angles < 0) break;
        at += is_open(kind) ? toks.at[at].match + 1 : 1;
    }
    return at;
}

static Toks run(Toks toks, u32 from, u32 to) {
    return (Toks){toks.at + from, to - from};
}

static u32 skip_attrs(Toks toks, u32 at) {
    while (at < toks.count) {
        u8 kind = toks.at[at].kind;
        if (kind == TOK_DOC_OUTER || kind == TOK_DOC_INNER) {
            at++;
        } else if (kind == TOK_POUND && at + 1 < toks.count &&
                   toks.at[at + 1].kind == TOK_OPEN_BRACKET) {
            at += 2 + toks.at[at + 1].match;
        } else {
            break;
        }
    }
    return at;
}

static u32 skip_vis(Toks toks, u32 at) {
    if (at < toks.count && toks.at[at].kind == TOK_OPEN_NONE && toks.at[at].extra == FRAG_VIS) {
        return at + toks.at[at].match + 1;
    }
    if (at < toks.count && toks.at[at].kind == TOK_IDENT && toks.at[at].sym == SYM_pub) {
        at++;
        if (at + 1 < toks.count && toks.at[at].kind == TOK_OPEN_PAREN &&
            toks.at[at + 1].kind == TOK_IDENT) {
            u32 sym = toks.at[at + 1].sym;
            if (sym == SYM_crate || sym == SYM_self || sym == SYM_super || sym == SYM_in) {
                at += toks.at[at].match + 1;
            }
        }
    }
    return at;
}

static void parse_params(DeriveCx *cx, Toks toks, DeriveItem *item) {
    for (u32 at = 0; at < toks.count;) {
        at = skip_attrs(toks, at);
        u32 end = piece_end(toks, at, TOK_COMMA, TOK_COMMA);
        if (end > at) {
            u32 eq = piece_end(run(toks, 0, end), at, TOK_EQ, TOK_EQ);
            DeriveParam param = {.decl = run(toks, at, eq)};
            const Tok *first = &toks.at[at];
            param.is_lifetime = first->kind == TOK_LIFETIME;
            bool is_const = first->kind == TOK_IDENT && first->sym == SYM_const &&
                            !(first->flags & TOK_RAW) && at + 1 < eq;
            param.is_type = !param.is_lifetime && !is_const;
            param.name = run(toks, is_const ? at + 1 : at, is_const ? at + 2 : at + 1);
            vec_push(cx->scratch, &item->params, param);
        }
        at = end + 1;
    }
}

static void parse_fields(DeriveCx *cx, Toks toks, bool named, DeriveItem *item,
                         DeriveVariant *variant) {
    variant->field_first = item->fields.count;
    for (u32 at = 0; at < toks.count;) {
        u32 start = at;
        at = skip_attrs(toks, at);
        DeriveField field = {.attrs = run(toks, start, at)};
        at = skip_vis(toks, at);
        if (named && at < toks.count) {
            // `unsafe x: T`
            if (toks.at[at].kind == TOK_IDENT && toks.at[at].sym == SYM_unsafe) at++;
            field.name = run(toks, at, at + 1);
            at += 2;
        }
        u32 end = piece_end(toks, at, TOK_COMMA, TOK_COMMA);
        if (end > at && cfg_attrs_live(&cx->db->symbols, cx->cfgs, field.attrs)) {
            u32 eq = named ? piece_end(run(toks, 0, end), at, TOK_EQ, TOK_EQ) : end;
            field.ty = run(toks, at, eq);
            vec_push(cx->scratch, &item->fields, field);
        }
        at = end + 1;
    }
    variant->field_count = item->fields.count - variant->field_first;
}

static bool has_attr(DeriveCx *cx, Toks attrs, const char *name) {
    u32 want = symbol_intern(&cx->db->symbols, str_from(name)).id;
    Attr attr;
    for (u32 at = 0; attr_next(&cx->db->symbols, attrs, &at, &attr);) {
        if (attr.name.id == want) return true;
    }
    return false;
}

static void parse_variants(DeriveCx *cx, Toks toks, DeriveItem *item) {
    for (u32 at = 0; at < toks.count;) {
        u32 start = at;
        at = skip_attrs(toks, at);
        Toks attrs = run(toks, start, at);
        at = skip_vis(toks, at);
        if (at >= toks.count) break;
        DeriveVariant variant = {.name = run(toks, at, at + 1), .form = TOK_SEMI};
        variant.is_default = has_attr(cx, attrs, "default");
        bool live = cfg_attrs_live(&cx->db->symbols, cx->cfgs, attrs);
        at++;
        if (at < toks.count &&
            (toks.at[at].kind == TOK_OPEN_BRACE || toks.at[at].kind == TOK_OPEN_PAREN)) {
            variant.form = toks.at[at].kind;
            if (live) {
                parse_fields(cx, (Toks){toks.at + at + 1, toks.at[at].match - 1},
                             variant.form == TOK_OPEN_BRACE, item, &variant);
            }
        }
        if (live) vec_push(cx->scratch, &item->variants, variant);
        while (at < toks.count && toks.at[at].kind != TOK_COMMA) {
            at += is_open(toks.at[at].kind) ? toks.at[at].match + 1 : 1;
        }
        at++;
    }
}

static bool repr_packed(DeriveCx *cx, Toks attrs) {
    u32 repr = symbol_intern(&cx->db->symbols, STR("repr")).id;
    u32 packed = symbol_intern(&cx->db->symbols, STR("packed")).id;
    TokVec live = {0};
    cfg_attrs_expand(&cx->db->symbols, cx->cfgs, attrs, cx->scratch, &live);
    Attr attr;
    for (u32 at = 0; attr_next(&cx->db->symbols, (Toks){live.at, live.count}, &at, &attr);) {
        if (attr.name.id != repr) continue;
        Toks inner = attr_inner(attr.args);
        for (u32 i = 0; i < inner.count; i++) {
            if (inner.at[i].kind == TOK_IDENT && inner.at[i].sym == packed) return true;
        }
    }
    return false;
}

bool derive_item_parse(DeriveCx *cx, Toks toks, DeriveItem *item) {
    ItemRow row;
    *item = (DeriveItem){0};
    if (toks.count == 0 || !skim_item_at(toks, 0, SKIM_MODULE, cx->edition, &row) ||
        (row.kind != ITEM_STRUCT && row.kind != ITEM_ENUM && row.kind != ITEM_UNION)) {
        cx->error = "`derive` may only be applied to `struct`s, `enum`s and `union`s";
        return false;
    }
    item->kind = row.kind;
    item->name = run(toks, row.name_tok, row.name_tok + 1);
    item->is_packed = repr_packed(cx, toks_sub(toks, row.attrs));
    u32 at = row.name_tok + 1, end = row.range.hi;
    if (at < end && toks.at[at].kind == TOK_LT) {
        u32 close = piece_end(run(toks, 0, end), at + 1, TOK_GT, TOK_GT);
        Toks params = run(toks, at + 1, close);
        if (close < end && (toks.at[close].kind == TOK_SHR || toks.at[close].kind == TOK_SHREQ)) {
            // `<T: A<u8>>`: the first half of the glued token ends the last bound.
            TokVec split = {0};
            vec_append(cx->scratch, &split, params.at, params.count);
            Tok gt = toks.at[close];
            gt.kind = TOK_GT;
            vec_push(cx->scratch, &split, gt);
            params = (Toks){split.at, split.count};
        }
        parse_params(cx, params, item);
        at = close + 1;
    }
    // `where` before the brace, or after a tuple's fields.
    DeriveVariant self = {.name = item->name, .form = TOK_SEMI};
    while (at < end) {
        const Tok *tok = &toks.at[at];
        if (tok->kind == TOK_IDENT && tok->sym == SYM_where && !(tok->flags & TOK_RAW)) {
            u32 stop = at + 1;
            while (stop < end && toks.at[stop].kind != TOK_OPEN_BRACE &&
                   toks.at[stop].kind != TOK_SEMI) {
                stop += is_open(toks.at[stop].kind) ? toks.at[stop].match + 1 : 1;
            }
            item->wheres = run(toks, at + 1, stop);
            at = stop;
        } else if (tok->kind == TOK_OPEN_BRACE || tok->kind == TOK_OPEN_PAREN) {
            Toks inner = {tok + 1, tok->match - 1};
            if (item->kind == ITEM_ENUM) {
                parse_variants(cx, inner, item);
            } else {
                self.form = tok->kind;
                parse_fields(cx, inner, tok->kind == TOK_OPEN_BRACE, item, &self);
            }
            at += tok->match + 1;
        } else {
            at++;
        }
    }
    if (item->kind != ITEM_ENUM) vec_push(cx->scratch, &item->variants, self);
    return true;
}

void derive_write(DeriveText *out, const char *text) {
    vec_append(out->cx->scratch, &out->text, text, (u32)strlen(text));
}

void derive_writef(DeriveText *out, const char *format, ...) {
    char text[512];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    CHECK(len >= 0 && (size_t)len < sizeof text);
    derive_write(out, text);
}

void derive_paste(DeriveText *out, Toks toks) {
    derive_writef(out, " __d%u ", out->subs.count);
    vec_push(out->cx->scratch, &out->subs, toks);
}

bool derive_lex(DeriveText *out, Toks *result) {
    DeriveCx *cx = out->cx;
    Toks made;
    Str text = {out->text.at, out->text.count};
    if (!lex_text(&cx->db->symbols, cx->scratch, text, 2024, out->pos, cx->ctxt, &made)) {
        cx->error = "the derived text does not lex";
        return false;
    }
    TokVec toks = {0};
    for (u32 i = 0; i < made.count; i++) {
        Tok tok = made.at[i];
        if (tok.kind == TOK_DOLLAR && i + 1 < made.count && made.at[i + 1].kind == TOK_IDENT) {
            tok = made.at[++i];
            tok.flags |= TOK_CRATE;
        } else if (tok.kind == TOK_IDENT) {
            Str name = symbol_str(&cx->db->symbols, (Symbol){tok.sym});
            if (name.len > 3 && memcmp(name.at, "__d", 3) == 0 && name.at[3] >= '0' &&
                name.at[3] <= '9') {
                u32 index = 0;
                for (u32 k = 3; k < name.len; k++)
                    index = index * 10 + (u32)(name.at[k] - '0');
                if (index < out->subs.count) {
                    Toks sub = out->subs.at[index];
                    vec_append(cx->scratch, &toks, sub.at, sub.count);
                    continue;
                }
            }
        }
        vec_push(cx->scratch, &toks, tok);
    }
    if (!tokens_rematch(toks.at, 0, toks.count)) {
        cx->error = "the derived text is not balanced";
        return false;
    }
    *result = (Toks){toks.at, toks.count};
    return true;
}
