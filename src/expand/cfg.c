#include "expand/cfg.h"

#include "expand/macro_rules.h"

// `rustc --print cfg` of 1.96 with the unstable ones.
const char *const cfg_default_target[] = {
    "panic=\"unwind\"",
    "target_abi=\"\"",
    "target_arch=\"x86_64\"",
    "target_endian=\"little\"",
    "target_env=\"gnu\"",
    "target_family=\"unix\"",
    "unix",
    "target_os=\"linux\"",
    "target_pointer_width=\"64\"",
    "target_vendor=\"unknown\"",
    "target_feature=\"fxsr\"",
    "target_feature=\"sse\"",
    "target_feature=\"sse2\"",
    "target_feature=\"x87\"",
    "target_has_atomic",
    "target_has_atomic=\"8\"",
    "target_has_atomic=\"16\"",
    "target_has_atomic=\"32\"",
    "target_has_atomic=\"64\"",
    "target_has_atomic=\"ptr\"",
    "target_has_atomic_equal_alignment=\"8\"",
    "target_has_atomic_equal_alignment=\"16\"",
    "target_has_atomic_equal_alignment=\"32\"",
    "target_has_atomic_equal_alignment=\"64\"",
    "target_has_atomic_equal_alignment=\"ptr\"",
    "target_has_atomic_load_store",
    "target_has_atomic_load_store=\"8\"",
    "target_has_atomic_load_store=\"16\"",
    "target_has_atomic_load_store=\"32\"",
    "target_has_atomic_load_store=\"64\"",
    "target_has_atomic_load_store=\"ptr\"",
    "target_thread_local",
    "target_has_reliable_f16",
    "target_has_reliable_f16_math",
    "target_has_reliable_f128",
    "relocation_model=\"pic\"",
    "fmt_debug=\"full\"",
};
const u32 cfg_default_target_count = ARRAY_LEN(cfg_default_target);

bool cfg_parse(Symbols *symbols, Str line, CfgRow *out) {
    while (line.len != 0 && (line.at[line.len - 1] == '\n' || line.at[line.len - 1] == ' ')) {
        line.len--;
    }
    if (line.len == 0) return false;
    const char *eq = memchr(line.at, '=', line.len);
    *out = (CfgRow){0};
    if (eq == NULL) {
        out->name = symbol_intern(symbols, line);
        return true;
    }
    out->name = symbol_intern(symbols, (Str){line.at, (u32)(eq - line.at)});
    Str value = {eq + 1, line.len - (u32)(eq + 1 - line.at)};
    out->value = symbol_intern(symbols, value);
    return true;
}

static bool set_has(const CfgSet *set, u32 name, u32 value) {
    for (u32 i = 0; i < set->count; i++) {
        if (set->rows[i].name.id == name && set->rows[i].value.id == value) return true;
    }
    return false;
}

static bool sym_is(const Symbols *symbols, u32 sym, Str text) {
    return str_eq(symbol_str(symbols, (Symbol){sym}), text);
}

// Length of the predicate at the start: up to the next comma outside groups.
static u32 part_length(Toks toks) {
    u32 i = 0;
    while (i < toks.count && toks.at[i].kind != TOK_COMMA) {
        u8 kind = toks.at[i].kind;
        bool open =
            kind >= TOK_OPEN_PAREN && kind <= TOK_CLOSE_NONE && (kind - TOK_OPEN_PAREN) % 2 == 0;
        i += open ? toks.at[i].match + 1 : 1;
    }
    return i;
}

static Toks skip_toks(Toks toks, u32 n) {
    return n >= toks.count ? (Toks){toks.at + toks.count, 0} : (Toks){toks.at + n, toks.count - n};
}

bool cfg_holds(const Symbols *symbols, const CfgSet *set, Toks toks) {
    while (toks.count >= 2 && toks.at[0].kind == TOK_OPEN_NONE) {
        toks = (Toks){toks.at + 1, toks.at[0].match - 1};
    }
    if (toks.count == 0 || toks.at[0].kind != TOK_IDENT) return false;
    const Tok *name = &toks.at[0];
    if (toks.count == 1) {
        if (!(name->flags & TOK_RAW) && name->sym == SYM_true) return true;
        if (!(name->flags & TOK_RAW) && name->sym == SYM_false) return false;
        return set_has(set, name->sym, 0);
    }
    if (toks.at[1].kind == TOK_EQ && toks.count >= 3) {
        const Tok *value = &toks.at[2];
        if (value->kind == TOK_OPEN_NONE && toks.count >= 4) value++;
        return set_has(set, name->sym, value->sym);
    }
    if (toks.at[1].kind != TOK_OPEN_PAREN) return false;
    Toks inner = {toks.at + 2, toks.at[1].match - 1};
    bool all = sym_is(symbols, name->sym, STR("all"));
    bool any = sym_is(symbols, name->sym, STR("any"));
    if (!all && !any) {
        return sym_is(symbols, name->sym, STR("not")) && !cfg_holds(symbols, set, inner);
    }
    while (inner.count != 0) {
        u32 len = part_length(inner);
        if (len != 0) {
            bool holds = cfg_holds(symbols, set, (Toks){inner.at, len});
            if (all && !holds) return false;
            if (any && holds) return true;
        }
        inner = skip_toks(inner, len + 1);
    }
    return all;
}

// Splits `path args`, taking `unsafe( )` off.
static void attr_split(Toks inner, Attr *out) {
    if (inner.count >= 2 && inner.at[0].kind == TOK_OPEN_NONE) {
        inner = (Toks){inner.at + 1, inner.at[0].match - 1};
    }
    if (inner.count >= 3 && inner.at[0].kind == TOK_IDENT && inner.at[0].sym == SYM_unsafe &&
        inner.at[1].kind == TOK_OPEN_PAREN) {
        inner = (Toks){inner.at + 2, inner.at[1].match - 1};
    }
    u32 i = 0;
    while (i < inner.count &&
           (inner.at[i].kind == TOK_IDENT || inner.at[i].kind == TOK_COLONCOLON)) {
        i++;
    }
    out->path = (Toks){inner.at, i};
    out->name = (Symbol){i == 1 && inner.at[0].kind == TOK_IDENT ? inner.at[0].sym : 0};
    out->args = skip_toks(inner, i);
    // `::core::prelude::v1::derive` is `derive`.
    u32 first = i > 1 && inner.at[0].kind == TOK_COLONCOLON;
    if (i > 1 && inner.at[i - 1].kind == TOK_IDENT &&
        (inner.at[first].sym == SYM_core || inner.at[first].sym == SYM_std))
        out->name = (Symbol){inner.at[i - 1].sym};
    // A path that is pasted from a macro (`$p:path`) stands in a group.
    if (i == 0 && inner.count != 0 && inner.at[0].kind == TOK_OPEN_NONE) {
        u32 len = inner.at[0].match - 1;
        out->path = (Toks){inner.at + 1, len};
        out->name = (Symbol){len == 1 ? inner.at[1].sym : 0};
        out->args = skip_toks(inner, len + 2);
    }
}

bool attr_next(const Symbols *symbols, Toks attrs, u32 *at, Attr *out) {
    (void)symbols;
    for (u32 i = *at; i < attrs.count;) {
        const Tok *tok = &attrs.at[i];
        if (tok->kind != TOK_POUND) {
            i++;
            continue;
        }
        u32 open = i + 1;
        if (open < attrs.count && attrs.at[open].kind == TOK_NOT) open++;
        if (open >= attrs.count || attrs.at[open].kind != TOK_OPEN_BRACKET) {
            i++;
            continue;
        }
        Toks inner = {attrs.at + open + 1, attrs.at[open].match - 1};
        out->lo = i;
        out->pos = tok->pos;
        attr_split(inner, out);
        *at = open + attrs.at[open].match + 1;
        return true;
    }
    return false;
}

Toks attr_inner(Toks args) {
    if (args.count == 0) return (Toks){args.at, 0};
    u8 kind = args.at[0].kind;
    if (kind != TOK_OPEN_PAREN && kind != TOK_OPEN_BRACKET && kind != TOK_OPEN_BRACE) {
        return (Toks){args.at, 0};
    }
    return (Toks){args.at + 1, args.at[0].match - 1};
}

const Tok *attr_value(Toks args) {
    if (args.count < 2 || args.at[0].kind != TOK_EQ) return NULL;
    const Tok *tok = &args.at[1];
    if (tok->kind == TOK_OPEN_NONE && args.count >= 3) tok++;
    return tok->kind >= TOK_INT && tok->kind <= TOK_RAW_C_STR ? tok : NULL;
}

static bool is_cfg(Symbol name) {
    return name.id == SYM_cfg;
}
static bool is_cfg_attr(Symbol name) {
    return name.id == SYM_cfg_attr;
}

static bool attr_live(const Symbols *symbols, const CfgSet *set, const Attr *attr) {
    if (attr->name.id == 0) return true;
    if (is_cfg(attr->name)) {
        Toks inner = attr_inner(attr->args);
        return cfg_holds(symbols, set, (Toks){inner.at, part_length(inner)});
    }
    if (!is_cfg_attr(attr->name)) return true;
    Toks rest = attr_inner(attr->args);
    u32 len = part_length(rest);
    if (!cfg_holds(symbols, set, (Toks){rest.at, len})) return true;
    rest = skip_toks(rest, len + 1);
    while (rest.count != 0) {
        len = part_length(rest);
        Attr part = {0};
        attr_split((Toks){rest.at, len}, &part);
        if (len != 0 && !attr_live(symbols, set, &part)) return false;
        rest = skip_toks(rest, len + 1);
    }
    return true;
}

bool cfg_attrs_live(const Symbols *symbols, const CfgSet *set, Toks attrs) {
    Attr attr;
    for (u32 at = 0; attr_next(symbols, attrs, &at, &attr);) {
        if (!attr_live(symbols, set, &attr)) return false;
    }
    return true;
}

bool attrs_have_cfg_attr(const Symbols *symbols, Toks attrs) {
    Attr attr;
    for (u32 at = 0; attr_next(symbols, attrs, &at, &attr);) {
        if (is_cfg_attr(attr.name)) return true;
    }
    return false;
}

static void emit_attr(const Symbols *symbols, const CfgSet *set, Toks inner, u32 pos,
                      Scratch *scratch, TokVec *out) {
    Attr attr = {0};
    attr_split(inner, &attr);
    if (attr.name.id != 0) {
        if (is_cfg(attr.name) || attr.name.id == SYM_doc) return;
        if (is_cfg_attr(attr.name)) {
            Toks rest = attr_inner(attr.args);
            u32 len = part_length(rest);
            if (!cfg_holds(symbols, set, (Toks){rest.at, len})) return;
            rest = skip_toks(rest, len + 1);
            while (rest.count != 0) {
                len = part_length(rest);
                if (len != 0) {
                    emit_attr(symbols, set, (Toks){rest.at, len}, pos, scratch, out);
                }
                rest = skip_toks(rest, len + 1);
            }
            return;
        }
    }
    Tok tok = {.kind = TOK_POUND, .pos = pos};
    vec_push(scratch, out, tok);
    tok.kind = TOK_OPEN_BRACKET;
    tok.match = inner.count + 1;
    vec_push(scratch, out, tok);
    vec_append(scratch, out, inner.at, inner.count);
    tok.kind = TOK_CLOSE_BRACKET;
    vec_push(scratch, out, tok);
}

void cfg_attrs_expand(const Symbols *symbols, const CfgSet *set, Toks attrs, Scratch *scratch,
                      TokVec *out) {
    Attr attr;
    for (u32 at = 0; attr_next(symbols, attrs, &at, &attr);) {
        u32 open = attr.lo + 1;
        if (attrs.at[open].kind == TOK_NOT) open++;
        Toks inner = {attrs.at + open + 1, attrs.at[open].match - 1};
        emit_attr(symbols, set, inner, attr.pos, scratch, out);
    }
}
