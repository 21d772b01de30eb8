// An impl's trait and the outermost part of its self type, read from its tokens. The index of a
// library crate's impls (14,000 of them) asks for nothing else, and trees of them all would take
// more time and memory than the rest of a small program's compilation.

#include "expand/derive.h"
#include "names/split.h"

typedef struct Head {
    Toks toks;
    u32 at;
} Head;

static TokKind head_kind(const Head *h) {
    return h->at < h->toks.count ? (TokKind)h->toks.at[h->at].kind : TOK_EOF;
}

static bool head_is(const Head *h, u32 sym) {
    const Tok *tok = &h->toks.at[h->at];
    return head_kind(h) == TOK_IDENT && tok->sym == sym && !(tok->flags & TOK_RAW);
}

static bool opens_group(TokKind kind) {
    return kind == TOK_OPEN_PAREN || kind == TOK_OPEN_BRACKET || kind == TOK_OPEN_BRACE;
}

// Invisible delimiters stand around what a macro was given and change nothing here.
static bool is_invisible(TokKind kind) {
    return kind == TOK_OPEN_NONE || kind == TOK_CLOSE_NONE;
}

static void skip_invisible(Head *h) {
    while (is_invisible(head_kind(h)))
        h->at++;
}

// One token, or a group with all in it. `depth` counts angle brackets.
static void step(Head *h, int *depth) {
    const Tok *tok = &h->toks.at[h->at];
    switch ((TokKind)tok->kind) {
    case TOK_LT: ++*depth; break;
    case TOK_SHL: *depth += 2; break;
    case TOK_GT: --*depth; break;
    case TOK_SHR: *depth -= 2; break;
    default:
        if (opens_group((TokKind)tok->kind)) h->at += tok->match;
        break;
    }
    h->at++;
}

// Past `<...>`; the names of type parameters in it.
static bool skip_generics(Head *h, Scratch *scratch, U32Vec *params) {
    int depth = 0;
    bool starts = false; // a parameter may start here
    do {
        TokKind kind = head_kind(h);
        if (kind == TOK_EOF) return false;
        const Tok *tok = &h->toks.at[h->at];
        if (depth == 1 && starts && kind == TOK_IDENT) {
            if (tok->sym != SYM_const || (tok->flags & TOK_RAW))
                vec_push(scratch, params, tok->sym);
            starts = false;
        }
        bool attr = kind == TOK_POUND || (kind == TOK_OPEN_BRACKET && starts);
        if (!is_invisible(kind) && !attr) starts = false;
        step(h, &depth);
        if (depth == 1 && (kind == TOK_LT || kind == TOK_COMMA)) starts = true;
    } while (depth > 0);
    return depth == 0;
}

// The segments of a path that fills `toks`, generic arguments only at its end.
static u32 plain_path(Toks toks, Scratch *scratch, PathSeg **segs) {
    Tok *path = SCRATCH_ARRAY(scratch, Tok, toks.count + 1);
    u32 count = 0;
    bool wants_name = true;
    Head h = {toks, 0};
    for (; h.at < toks.count; h.at++) {
        const Tok *tok = &toks.at[h.at];
        if (is_invisible((TokKind)tok->kind)) continue;
        if (tok->kind == TOK_IDENT && wants_name) {
            wants_name = false;
        } else if (tok->kind == TOK_COLONCOLON && (!wants_name || count == 0)) {
            wants_name = true;
        } else {
            break;
        }
        path[count++] = *tok;
    }
    if (count == 0) return 0;
    if (wants_name) count--; // `Trait::<T>`
    if (head_kind(&h) == TOK_LT) {
        U32Vec none = {0};
        if (!skip_generics(&h, scratch, &none)) return 0;
    } else if (wants_name) {
        return 0;
    } else if (head_kind(&h) == TOK_OPEN_PAREN) { // Fn(A) -> B
        return path_segs_of((Toks){path, count}, scratch, segs);
    }
    skip_invisible(&h);
    return h.at == toks.count ? path_segs_of((Toks){path, count}, scratch, segs) : 0;
}

static bool resolve_plain(Db *db, DefId scope, Toks toks, Res *res) {
    PathSeg *segs;
    u32 count = plain_path(toks, &db->scratch, &segs);
    if (count == 0) return false;
    PathRes found = names_resolve(db, scope, segs, count, NS_TYPE);
    *res = found.res;
    return found.res.kind != RES_NONE && found.used == count;
}

static u32 tuple_count(Toks inner) {
    u32 count = 0;
    bool open = false;
    int depth = 0;
    for (Head h = {inner, 0}; h.at < inner.count;) {
        if (head_kind(&h) == TOK_COMMA && depth == 0) {
            open = false;
        } else if (!open && !is_invisible(head_kind(&h))) {
            open = true;
            count++;
        }
        step(&h, &depth);
    }
    return count;
}

static bool has_comma(Toks inner) {
    int depth = 0;
    for (Head h = {inner, 0}; h.at < inner.count; step(&h, &depth))
        if (head_kind(&h) == TOK_COMMA && depth == 0) return true;
    return false;
}

static bool read_self(Db *db, DefId scope, Toks toks, const U32Vec *params, ImplHead *out) {
    Head h = {toks, 0};
    skip_invisible(&h);
    TokKind kind = head_kind(&h);
    if (kind == TOK_EOF) return false;
    const Tok *tok = &toks.at[h.at];
    switch (kind) {
    case TOK_NOT:
        out->self = IMPL_SELF_NEVER;
        h.at++;
        skip_invisible(&h);
        return h.at == toks.count;
    case TOK_AND:
    case TOK_ANDAND:
        h.at++;
        skip_invisible(&h);
        if (kind == TOK_AND && head_kind(&h) == TOK_LIFETIME) h.at++;
        skip_invisible(&h);
        out->self = IMPL_SELF_REF;
        out->is_mut = kind == TOK_AND && h.at < toks.count && head_is(&h, SYM_mut);
        return true;
    case TOK_STAR:
        h.at++;
        out->self = IMPL_SELF_PTR;
        if (h.at >= toks.count) return false;
        out->is_mut = head_is(&h, SYM_mut);
        return out->is_mut || head_is(&h, SYM_const);
    case TOK_OPEN_PAREN: {
        Toks inner = {tok + 1, tok->match - 1};
        h.at += tok->match + 1;
        skip_invisible(&h);
        if (h.at != toks.count) return false;
        u32 count = tuple_count(inner);
        if (count == 1 && !has_comma(inner)) return read_self(db, scope, inner, params, out);
        out->self = IMPL_SELF_TUPLE;
        out->count = count;
        return true;
    }
    case TOK_OPEN_BRACKET: {
        Toks inner = {tok + 1, tok->match - 1};
        h.at += tok->match + 1;
        skip_invisible(&h);
        out->self = IMPL_SELF_SLICE;
        int depth = 0;
        for (Head i = {inner, 0}; i.at < inner.count; step(&i, &depth))
            if (head_kind(&i) == TOK_SEMI && depth == 0) out->self = IMPL_SELF_ARRAY;
        return h.at == toks.count;
    }
    case TOK_IDENT:
    case TOK_COLONCOLON: break;
    default: return false;
    }
    if (kind == TOK_IDENT && !(tok->flags & TOK_RAW)) {
        switch (tok->sym) {
        case SYM_dyn:
        case SYM_fn:
        case SYM_unsafe:
        case SYM_extern:
        case SYM_for:
        case SYM_impl:
        case SYM_Self: return false;
        default: break;
        }
    }
    if (kind == TOK_IDENT) {
        for (u32 i = 0; i < params->count; i++) {
            if (params->at[i] != tok->sym) continue;
            h.at++;
            skip_invisible(&h);
            out->self = IMPL_SELF_PARAM;
            return h.at == toks.count; // `T::Item` is for those who know traits
        }
    }
    out->self = IMPL_SELF_PATH;
    return resolve_plain(db, scope, toks, &out->path);
}

// The trait of a derive's nth impl, where every such impl is of the item itself.
static DefId derived_trait(Db *db, DeriveKind kind, u32 nth) {
    static const char *const traits[][2] = {
        [DERIVE_Clone] = {"core::clone::Clone", "core::clone::TrivialClone"},
        [DERIVE_Copy] = {"core::marker::Copy"},
        [DERIVE_Debug] = {"core::fmt::Debug"},
        [DERIVE_Default] = {"core::default::Default"},
        [DERIVE_Eq] = {"core::cmp::Eq"},
        [DERIVE_Hash] = {"core::hash::Hash"},
        [DERIVE_Ord] = {"core::cmp::Ord"},
        [DERIVE_PartialEq] = {"core::cmp::PartialEq", "core::marker::StructuralPartialEq"},
        [DERIVE_PartialOrd] = {"core::cmp::PartialOrd"},
    };
    if (kind >= ARRAY_LEN(traits) || nth >= 2 || !traits[kind][nth]) return (DefId){0};
    return def_by_path(db, str_from(traits[kind][nth]), NS_TYPE);
}

bool def_impl_head(Db *db, DefId impl, ImplHead *out) {
    *out = (ImplHead){0};
    BoxView view;
    const DefSrc *src = def_src(db, impl, &view);
    if (!src) return false;
    if (src->src == SRC_DERIVE) {
        out->trait = derived_trait(db, (DeriveKind)src->derive, src->toks.lo);
        out->self = IMPL_SELF_PATH;
        out->path = (Res){.kind = RES_DEF, .def = src->derive_of};
        return out->trait.id != 0;
    }
    Head h = {0};
    if (src->src == SRC_TOKS) {
        h.toks = (Toks){view.toks + src->toks.lo, src->toks.hi - src->toks.lo};
    } else if (src->src == SRC_FILE || src->src == SRC_ITEM) {
        const FileShape *shape = file_shape(db, src->file);
        if (src->row >= shape->rows.count) return false;
        TokRange range = LIST_AT(shape, ShapeRow, shape->rows)[src->row].header;
        h.toks = (Toks){LIST_AT(shape, Tok, shape->toks) + range.lo, range.hi - range.lo};
    } else {
        return false;
    }
    DefId scope = src->scope;
    int depth = 0;
    while (head_kind(&h) != TOK_EOF && !head_is(&h, SYM_impl))
        step(&h, &depth);
    if (head_kind(&h) == TOK_EOF) return false;
    h.at++;
    U32Vec params = {0};
    skip_invisible(&h);
    if (head_kind(&h) == TOK_LT && !skip_generics(&h, &db->scratch, &params)) return false;
    skip_invisible(&h);
    if (h.at < h.toks.count && head_is(&h, SYM_const)) h.at++;
    skip_invisible(&h);
    // `impl !Trait for T`, but `impl ! { .. }` is of the never type.
    Head first = h;
    bool negative = head_kind(&h) == TOK_NOT;
    // The trait, up to `for`; else what was read is the self type.
    u32 split = UINT32_MAX;
    depth = 0;
    if (h.at < h.toks.count && head_is(&h, SYM_for)) return false;
    for (; h.at < h.toks.count; step(&h, &depth)) {
        TokKind kind = head_kind(&h);
        if (depth != 0) continue;
        if (kind == TOK_OPEN_BRACE || kind == TOK_SEMI || head_is(&h, SYM_where)) break;
        if (split == UINT32_MAX && head_is(&h, SYM_for)) split = h.at;
    }
    if (depth != 0) return false;
    Toks self = {first.toks.at + first.at, h.at - first.at};
    if (split != UINT32_MAX) {
        u32 from = first.at + negative;
        Toks trait = {first.toks.at + from, split - from};
        self = (Toks){first.toks.at + split + 1, h.at - split - 1};
        Res res;
        if (!resolve_plain(db, scope, trait, &res)) return false;
        if (res.kind != RES_DEF || def_kind(db, res.def) != DEF_TRAIT) return false;
        out->trait = res.def;
    }
    return read_self(db, scope, self, &params, out);
}
