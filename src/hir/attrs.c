// Attributes that change what a definition means, decoded once.

#include "hir/hir_internal.h"
#include "syntax/lit.h"

static Symbol sym(Db *db, const char *text) {
    return symbol_intern(&db->symbols, str_from(text));
}

typedef struct FlagAttr {
    const char *name;
    u32 flag;
} FlagAttr;

static const FlagAttr flag_attrs[] = {
    {"rustc_intrinsic", DEF_ATTR_INTRINSIC},
    {"track_caller", DEF_ATTR_TRACK_CALLER},
    {"cold", DEF_ATTR_COLD},
    {"thread_local", DEF_ATTR_THREAD_LOCAL},
    {"no_mangle", DEF_ATTR_NO_MANGLE},
    {"rustc_std_internal_symbol", DEF_ATTR_STD_INTERNAL_SYMBOL},
    {"fundamental", DEF_ATTR_FUNDAMENTAL},
    {"rustc_inherit_overflow_checks", DEF_ATTR_INHERIT_OVERFLOW_CHECKS},
    {"rustc_nounwind", DEF_ATTR_NOUNWIND},
    {"rustc_specialization_trait", DEF_ATTR_SPECIALIZATION_TRAIT},
    {"rustc_reservation_impl", DEF_ATTR_RESERVATION_IMPL},
    {"rustc_nonnull_optimization_guaranteed", DEF_ATTR_NONNULL_OPT},
    {"rustc_paren_sugar", DEF_ATTR_PAREN_SUGAR},
    {"rustc_coinductive", DEF_ATTR_COINDUCTIVE},
    {"rustc_allow_incoherent_impl", DEF_ATTR_ALLOW_INCOHERENT},
    {"marker", DEF_ATTR_MARKER},
    {"rustc_no_implicit_autorefs", DEF_ATTR_NO_IMPLICIT_AUTOREFS},
    {"automatically_derived", DEF_ATTR_AUTOMATICALLY_DERIVED},
};

// Identifiers inside the parentheses of an attribute's arguments.
static Toks in_parens(Toks args) {
    if (args.count >= 2 && args.at[0].kind == TOK_OPEN_PAREN)
        return (Toks){args.at + 1, args.count - 2};
    return (Toks){0};
}

static bool has_word(Db *db, Toks toks, const char *word) {
    u32 want = sym(db, word).id;
    for (u32 i = 0; i < toks.count; i++)
        if (toks.at[i].kind == TOK_IDENT && toks.at[i].sym == want) return true;
    return false;
}

// word(123), word = 123 or the number alone
static bool int_after(Db *db, Toks toks, u32 at, u64 *out) {
    for (u32 i = at; i < toks.count && i < at + 3; i++) {
        if (toks.at[i].kind != TOK_INT) continue;
        u128 value;
        if (!lit_int(symbol_str(&db->symbols, (Symbol){toks.at[i].sym}), toks.at[i].extra, &value))
            return false;
        *out = (u64)value;
        return true;
    }
    return false;
}

// `= "text"`
static Symbol text_value(Db *db, Toks args) {
    for (u32 i = 0; i < args.count; i++) {
        if (args.at[i].kind != TOK_STR && args.at[i].kind != TOK_RAW_STR) continue;
        LitFault fault = {0};
        Str text = symbol_str(&db->symbols, (Symbol){args.at[i].sym});
        return symbol_intern(&db->symbols, lit_bytes((TokKind)args.at[i].kind, text,
                                                     args.at[i].extra, &db->scratch, &fault));
    }
    return (Symbol){0};
}

static void read_repr(Db *db, DefId def, DefAttrs *out) {
    Toks args;
    for (u32 n = 0; def_attr(db, def, sym(db, "repr"), n, &args); n++) {
        Toks toks = in_parens(args);
        for (u32 i = 0; i < toks.count; i++) {
            if (toks.at[i].kind != TOK_IDENT) continue;
            Str word = symbol_str(&db->symbols, (Symbol){toks.at[i].sym});
            u64 value;
            if (str_eq(word, STR("C")))
                out->flags |= DEF_ATTR_REPR_C;
            else if (str_eq(word, STR("transparent")))
                out->flags |= DEF_ATTR_REPR_TRANSPARENT;
            else if (str_eq(word, STR("simd")))
                out->flags |= DEF_ATTR_REPR_SIMD, out->simd = 1;
            else if (str_eq(word, STR("align")) && int_after(db, toks, i + 1, &value))
                out->repr_align = max_u32(out->repr_align, (u32)value);
            else if (str_eq(word, STR("packed")))
                out->repr_pack = i + 1 < toks.count && toks.at[i + 1].kind == TOK_OPEN_PAREN &&
                                         int_after(db, toks, i + 1, &value)
                                     ? (u32)value
                                     : 1;
#define X(name, text)                                                                              \
    else if (str_eq(word, STR(#text)) && PRIM_##name >= PRIM_I8 && PRIM_##name <= PRIM_USIZE)      \
        out->repr_int = PRIM_##name + 1;
            PRIM_TYPES(X)
#undef X
        }
    }
}

static void read_inline(Db *db, DefId def, DefAttrs *out) {
    Toks args;
    if (!def_attr(db, def, sym(db, "inline"), 0, &args)) return;
    Toks toks = in_parens(args);
    out->flags |= has_word(db, toks, "never")    ? DEF_ATTR_INLINE_NEVER
                  : has_word(db, toks, "always") ? DEF_ATTR_INLINE | DEF_ATTR_INLINE_ALWAYS
                                                 : DEF_ATTR_INLINE;
}

static void def_attrs_run(Db *db, u32 key) {
    DefId def = {key};
    DefAttrs out;
    memset(&out, 0, sizeof out);
    for (u32 i = 0; i < ARRAY_LEN(flag_attrs); i++)
        if (def_has_attr(db, def, sym(db, flag_attrs[i].name))) out.flags |= flag_attrs[i].flag;
    read_repr(db, def, &out);
    read_inline(db, def, &out);
    Toks args;
    if (def_attr(db, def, sym(db, "rustc_skip_during_method_dispatch"), 0, &args)) {
        if (has_word(db, args, "array")) out.flags |= DEF_ATTR_SKIP_ARRAY_DISPATCH;
        if (has_word(db, args, "boxed_slice")) out.flags |= DEF_ATTR_SKIP_BOXED_SLICE_DISPATCH;
    }
    out.scalar_end = UINT64_MAX;
    u64 value;
    if (def_attr(db, def, sym(db, "rustc_layout_scalar_valid_range_start"), 0, &args) &&
        int_after(db, in_parens(args), 0, &value)) {
        out.is_scalar_range = true;
        out.scalar_start = value;
    }
    if (def_attr(db, def, sym(db, "rustc_layout_scalar_valid_range_end"), 0, &args) &&
        int_after(db, in_parens(args), 0, &value)) {
        out.is_scalar_range = true;
        out.scalar_end = value;
    }
    if (def_attr(db, def, sym(db, "linkage"), 0, &args)) {
        Str text = symbol_str(&db->symbols, text_value(db, args));
        if (str_eq(text, STR("extern_weak")) || str_eq(text, STR("weak")))
            out.flags |= DEF_ATTR_WEAK;
    }
    if (def_attr(db, def, sym(db, "export_name"), 0, &args) ||
        def_attr(db, def, sym(db, "link_name"), 0, &args))
        out.link_name = text_value(db, args);
    // #[unsafe(no_mangle)] is found as `unsafe` with the word inside
    for (u32 n = 0; def_attr(db, def, SYM_OF(unsafe), n, &args); n++) {
        Toks toks = in_parens(args);
        if (has_word(db, toks, "no_mangle")) out.flags |= DEF_ATTR_NO_MANGLE;
        if (has_word(db, toks, "export_name")) out.link_name = text_value(db, toks);
    }
    LangItem lang = lang_item_of(db, def);
    if (lang != LANG_COUNT) out.lang_item = (u32)lang + 1;
    query_return(db, &out, sizeof out);
}

const DefAttrs *def_attrs(Db *db, DefId def) {
    return query_get(db, Q_def_attrs, def.id);
}

void hir_attrs_register(Db *db) {
    query_register(db, Q_def_attrs, def_attrs_run);
}
