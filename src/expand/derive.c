#include "expand/derive.h"

#include "expand/builtin.h"
#include "expand/derive_item.h"

static const char *const derive_names[] = {"",
#define X(name) #name,
                                           DERIVES(X)
#undef X
};

DeriveKind derive_kind(const Db *db, Symbol name) {
    Str text = symbol_str(&db->symbols, name);
    for (u32 i = 1; i < ARRAY_LEN(derive_names); i++) {
        if (str_eq(text, str_from(derive_names[i]))) return (DeriveKind)i;
    }
    return DERIVE_NONE;
}

u32 derive_impl_count(DeriveKind kind, bool clone_is_copy) {
    switch (kind) {
    case DERIVE_NONE: return 0;
    case DERIVE_PartialEq: return 2; // and StructuralPartialEq
    case DERIVE_CoercePointee: return 3;
    case DERIVE_Clone: return clone_is_copy ? 2 : 1; // and TrivialClone
    default: return 1;
    }
}

typedef struct Derive {
    DeriveCx *cx;
    DeriveItem item;
    DeriveText out;
    Toks item_toks;
} Derive;

static const DeriveField *field(const Derive *d, const DeriveVariant *v, u32 i) {
    return &d->item.fields.at[v->field_first + i];
}

static void w(Derive *d, const char *text) {
    derive_write(&d->out, text);
}
static void p(Derive *d, Toks toks) {
    derive_paste(&d->out, toks);
}

static void name_literal(Derive *d, Toks name) {
    Tok *tok = SCRATCH_NEW(d->cx->scratch, Tok);
    *tok = literal_token(d->cx->db, d->cx->scratch,
                         symbol_str(&d->cx->db->symbols, (Symbol){name.at[0].sym}), name.at[0].pos);
    tok->ctxt = d->cx->ctxt;
    p(d, (Toks){tok, 1});
}

static bool is_type_param(const Derive *d, const Tok *tok) {
    if (tok->kind != TOK_IDENT) return false;
    for (u32 i = 0; i < d->item.params.count; i++) {
        const DeriveParam *param = &d->item.params.at[i];
        if (param->is_type && param->name.at[0].sym == tok->sym &&
            param->name.at[0].ctxt == tok->ctxt) {
            return true;
        }
    }
    return false;
}

// Where-clauses for field types like `T::Item`.
static void field_bounds(Derive *d, const char *trait) {
    for (u32 f = 0; f < d->item.fields.count; f++) {
        Toks ty = d->item.fields.at[f].ty;
        for (u32 i = 0; i + 2 < ty.count; i++) {
            bool starts = i == 0 || (ty.at[i - 1].kind != TOK_COLONCOLON &&
                                     ty.at[i - 1].kind != TOK_LIFETIME);
            if (i > 0 && ty.at[i - 1].kind == TOK_LIFETIME) starts = true;
            if (!starts || ty.at[i + 1].kind != TOK_COLONCOLON || !is_type_param(d, &ty.at[i])) {
                continue;
            }
            u32 end = i + 1;
            while (end + 1 < ty.count && ty.at[end].kind == TOK_COLONCOLON &&
                   ty.at[end + 1].kind == TOK_IDENT) {
                end += 2;
            }
            p(d, (Toks){ty.at + i, end - i});
            derive_writef(&d->out, ": %s, ", trait);
            i = end - 1;
        }
    }
}

// `impl<..> TRAIT for Name<..> where ..`; `bound` is what type parameters must be, or NULL.
static void impl_head(Derive *d, const char *prefix, const char *trait, const char *bound,
                      const char *bound2) {
    w(d, "#[automatically_derived] ");
    w(d, prefix);
    w(d, "impl<");
    for (u32 i = 0; i < d->item.params.count; i++) {
        const DeriveParam *param = &d->item.params.at[i];
        if (!param->is_type || bound == NULL) {
            p(d, param->decl);
        } else {
            p(d, param->name);
            derive_writef(&d->out, ": %s", bound);
            if (bound2 != NULL) derive_writef(&d->out, " + %s", bound2);
            // `T: Bound` or `T` alone; `T:` with nothing after it is allowed too.
            if (param->decl.count > 2) {
                w(d, " + ");
                p(d, (Toks){param->decl.at + 2, param->decl.count - 2});
            }
        }
        w(d, ", ");
    }
    derive_writef(&d->out, "> %s for ", trait);
    p(d, d->item.name);
    w(d, "<");
    for (u32 i = 0; i < d->item.params.count; i++) {
        p(d, d->item.params.at[i].name);
        w(d, ", ");
    }
    w(d, ">");
    w(d, " where ");
    Toks wheres = d->item.wheres;
    if (wheres.count != 0) {
        p(d, wheres);
        if (wheres.at[wheres.count - 1].kind != TOK_COMMA) w(d, ",");
    }
    if (bound != NULL) field_bounds(d, bound);
}

static void self_ty(Derive *d) {
    w(d, "Self");
}

// `Self::V`, or `Self` for a struct.
static void ctor_path(Derive *d, const DeriveVariant *v) {
    w(d, "Self");
    if (d->item.kind == ITEM_ENUM) {
        w(d, "::");
        p(d, v->name);
    }
}

static void field_name(Derive *d, const DeriveVariant *v, u32 i) {
    if (v->form == TOK_OPEN_BRACE) {
        p(d, field(d, v, i)->name);
    } else {
        derive_writef(&d->out, "%u", i);
    }
}

// A pattern that binds every field to `PREFIX_i`.
static void variant_pat(Derive *d, const DeriveVariant *v, const char *prefix) {
    ctor_path(d, v);
    if (v->form == TOK_SEMI) return;
    w(d, v->form == TOK_OPEN_BRACE ? " { " : "(");
    for (u32 i = 0; i < v->field_count; i++) {
        if (v->form == TOK_OPEN_BRACE) {
            p(d, field(d, v, i)->name);
            w(d, ": ");
        }
        derive_writef(&d->out, "%s_%u, ", prefix, i);
    }
    w(d, v->form == TOK_OPEN_BRACE ? " }" : ")");
}

// A reference to a field of a struct: `&self.x`, in packed ones `&{ self.x }`.
static void self_field(Derive *d, const DeriveVariant *v, u32 i, const char *base) {
    w(d, d->item.is_packed ? "&{ " : "&");
    derive_writef(&d->out, "%s.", base);
    field_name(d, v, i);
    if (d->item.is_packed) w(d, " }");
}

static bool is_enum(const Derive *d) {
    return d->item.kind == ITEM_ENUM;
}

static u32 data_variants(const Derive *d) {
    u32 count = 0;
    for (u32 i = 0; i < d->item.variants.count; i++)
        count += d->item.variants.at[i].field_count != 0;
    return count;
}

// ---- Clone, Copy --------------------------------------------------------------------------------

static void asserts(Derive *d, const char *what) {
    for (u32 i = 0; i < d->item.fields.count; i++) {
        derive_writef(&d->out, "let _: %s<", what);
        p(d, d->item.fields.at[i].ty);
        w(d, ">; ");
    }
}

static void clone_value(Derive *d, const DeriveVariant *v) {
    ctor_path(d, v);
    if (v->form == TOK_SEMI) return;
    w(d, v->form == TOK_OPEN_BRACE ? " { " : "(");
    for (u32 i = 0; i < v->field_count; i++) {
        if (v->form == TOK_OPEN_BRACE) {
            p(d, field(d, v, i)->name);
            w(d, ": ");
        }
        w(d, "$crate::clone::Clone::clone(");
        if (is_enum(d)) {
            derive_writef(&d->out, "__self_%u", i);
        } else {
            self_field(d, v, i, "self");
        }
        w(d, "), ");
    }
    w(d, v->form == TOK_OPEN_BRACE ? " }" : ")");
}

static bool clones_by_copy(const Derive *d) {
    if (d->item.kind == ITEM_UNION) return true;
    for (u32 i = 0; i < d->item.params.count; i++) {
        if (d->item.params.at[i].is_type) return false;
    }
    u32 derive = symbol_intern(&d->cx->db->symbols, STR("derive")).id;
    u32 copy = symbol_intern(&d->cx->db->symbols, STR("Copy")).id;
    TokVec live = {0};
    ItemRow row;
    if (!skim_item_at(d->item_toks, 0, SKIM_MODULE, d->cx->edition, &row)) return false;
    cfg_attrs_expand(&d->cx->db->symbols, d->cx->cfgs, toks_sub(d->item_toks, row.attrs),
                     d->cx->scratch, &live);
    Attr attr;
    for (u32 at = 0; attr_next(&d->cx->db->symbols, (Toks){live.at, live.count}, &at, &attr);) {
        if (attr.name.id != derive) continue;
        Toks inner = attr_inner(attr.args);
        for (u32 i = 0; i < inner.count; i++) {
            if (inner.at[i].kind == TOK_IDENT && inner.at[i].sym == copy) return true;
        }
    }
    return false;
}

static const char *packed_copy(const Derive *d) {
    return d->item.is_packed ? "$crate::marker::Copy" : NULL;
}

static void derive_clone(Derive *d, u32 nth) {
    bool by_copy = clones_by_copy(d);
    const char *extra = d->item.kind == ITEM_UNION ? "$crate::marker::Copy" : packed_copy(d);
    if (nth == 1) {
        impl_head(d, "unsafe ", "$crate::clone::TrivialClone", "$crate::clone::TrivialClone",
                  extra);
        w(d, " {}");
        return;
    }
    impl_head(d, "", "$crate::clone::Clone", "$crate::clone::Clone", extra);
    w(d, " { #[inline] fn clone(&self) -> ");
    self_ty(d);
    w(d, " { ");
    if (d->item.kind == ITEM_UNION) {
        w(d, "let _: $crate::clone::AssertParamIsCopy<Self>; *self");
    } else if (by_copy) {
        asserts(d, "$crate::clone::AssertParamIsClone");
        w(d, "*self");
    } else if (!is_enum(d)) {
        clone_value(d, &d->item.variants.at[0]);
    } else if (d->item.variants.count == 0) {
        w(d, "match *self {}");
    } else {
        w(d, "match self { ");
        for (u32 i = 0; i < d->item.variants.count; i++) {
            variant_pat(d, &d->item.variants.at[i], "__self");
            w(d, " => ");
            clone_value(d, &d->item.variants.at[i]);
            w(d, ", ");
        }
        w(d, "}");
    }
    w(d, " } }");
}

// ---- Debug
// ---------------------------------------------------------------------------------------

static void debug_value(Derive *d, const DeriveVariant *v, u32 i) {
    // The last one is a reference more: it may be unsized.
    if (i + 1 == v->field_count) w(d, "&");
    if (is_enum(d)) {
        derive_writef(&d->out, "__self_%u", i);
    } else {
        self_field(d, v, i, "self");
    }
}

static void debug_variant(Derive *d, const DeriveVariant *v) {
    bool named = v->form == TOK_OPEN_BRACE;
    u32 count = v->field_count;
    if (count == 0) {
        w(d, "$crate::fmt::Formatter::write_str(f, ");
        name_literal(d, v->name);
        w(d, ")");
        return;
    }
    if (count <= 5) {
        derive_writef(&d->out, "$crate::fmt::Formatter::debug_%s_field%u_finish(f, ",
                      named ? "struct" : "tuple", count);
        name_literal(d, v->name);
        for (u32 i = 0; i < count; i++) {
            w(d, ", ");
            if (named) {
                name_literal(d, field(d, v, i)->name);
                w(d, ", ");
            }
            debug_value(d, v, i);
        }
        w(d, ")");
        return;
    }
    w(d, "{ ");
    if (named) {
        w(d, "let names: &'static _ = &[");
        for (u32 i = 0; i < count; i++) {
            name_literal(d, field(d, v, i)->name);
            w(d, ", ");
        }
        w(d, "]; ");
    }
    w(d, "let values: &[&dyn $crate::fmt::Debug] = &[");
    for (u32 i = 0; i < count; i++) {
        debug_value(d, v, i);
        w(d, ", ");
    }
    derive_writef(&d->out, "]; $crate::fmt::Formatter::debug_%s_fields_finish(f, ",
                  named ? "struct" : "tuple");
    name_literal(d, v->name);
    w(d, named ? ", names, values) }" : ", values) }");
}

static void derive_debug(Derive *d) {
    impl_head(d, "", "$crate::fmt::Debug", "$crate::fmt::Debug", packed_copy(d));
    w(d, " { #[inline] fn fmt(&self, f: &mut $crate::fmt::Formatter) -> $crate::fmt::Result { ");
    if (!is_enum(d)) {
        debug_variant(d, &d->item.variants.at[0]);
    } else if (d->item.variants.count == 0) {
        w(d, "match *self {}");
    } else if (data_variants(d) == 0) {
        w(d, "$crate::fmt::Formatter::write_str(f, match self { ");
        for (u32 i = 0; i < d->item.variants.count; i++) {
            variant_pat(d, &d->item.variants.at[i], "__self");
            w(d, " => ");
            name_literal(d, d->item.variants.at[i].name);
            w(d, ", ");
        }
        w(d, "})");
    } else {
        w(d, "match self { ");
        for (u32 i = 0; i < d->item.variants.count; i++) {
            variant_pat(d, &d->item.variants.at[i], "__self");
            w(d, " => ");
            debug_variant(d, &d->item.variants.at[i]);
            w(d, ", ");
        }
        w(d, "}");
    }
    w(d, " } }");
}

// ---- Default
// ---------------------------------------------------------------------------------------

static bool derive_default(Derive *d) {
    const DeriveVariant *chosen = NULL;
    for (u32 i = 0; i < d->item.variants.count; i++) {
        const DeriveVariant *v = &d->item.variants.at[i];
        if (!is_enum(d)) chosen = v;
        if (!v->is_default) continue;
        if (chosen != NULL && is_enum(d)) {
            d->cx->error = "multiple declared defaults";
            return false;
        }
        chosen = v;
    }
    if (chosen == NULL) {
        d->cx->error = "`#[derive(Default)]` on enum with no `#[default]`";
        return false;
    }
    if (is_enum(d) && chosen->field_count != 0) {
        d->cx->error = "the `#[default]` attribute may only be used on unit enum variants";
        return false;
    }
    // An enum's default holds no value of a parameter's type.
    impl_head(d, "", "$crate::default::Default", is_enum(d) ? NULL : "$crate::default::Default",
              NULL);
    w(d, " { #[inline] fn default() -> Self { ");
    ctor_path(d, chosen);
    if (chosen->form != TOK_SEMI) {
        w(d, chosen->form == TOK_OPEN_BRACE ? " { " : "(");
        for (u32 i = 0; i < chosen->field_count; i++) {
            if (chosen->form == TOK_OPEN_BRACE) {
                p(d, field(d, chosen, i)->name);
                w(d, ": ");
            }
            w(d, "$crate::default::Default::default(), ");
        }
        w(d, chosen->form == TOK_OPEN_BRACE ? " }" : ")");
    }
    w(d, " } }");
    return true;
}

// ---- comparisons
// -----------------------------------------------------------------------------------

#define DISCRIMINANTS                                                                              \
    "let __self_discr = $crate::intrinsics::discriminant_value(self); "                            \
    "let __arg1_discr = $crate::intrinsics::discriminant_value(other); "

static void both_pats(Derive *d, const DeriveVariant *v) {
    w(d, "(");
    variant_pat(d, v, "__self");
    w(d, ", ");
    variant_pat(d, v, "__arg1");
    w(d, ") => ");
}

static void eq_fields(Derive *d, const DeriveVariant *v) {
    if (v->field_count == 0) w(d, "true");
    for (u32 i = 0; i < v->field_count; i++) {
        if (i != 0) w(d, " && ");
        if (is_enum(d)) {
            derive_writef(&d->out, "__self_%u == __arg1_%u", i, i);
            continue;
        }
        const char *open = d->item.is_packed ? "({ " : "", *close = d->item.is_packed ? " })" : "";
        derive_writef(&d->out, "%sself.", open);
        field_name(d, v, i);
        derive_writef(&d->out, "%s == %sother.", close, open);
        field_name(d, v, i);
        w(d, close);
    }
}

static void derive_partial_eq(Derive *d, u32 nth) {
    if (nth == 1) {
        impl_head(d, "", "$crate::marker::StructuralPartialEq", NULL, NULL);
        w(d, " {}");
        return;
    }
    impl_head(d, "", "$crate::cmp::PartialEq", "$crate::cmp::PartialEq", packed_copy(d));
    w(d, " { #[inline] fn eq(&self, other: &Self) -> bool { ");
    u32 variants = d->item.variants.count;
    if (!is_enum(d)) {
        eq_fields(d, &d->item.variants.at[0]);
    } else if (variants == 0) {
        w(d, "match *self {}");
    } else if (variants == 1 && data_variants(d) == 0) {
        w(d, "true");
    } else {
        if (variants > 1) w(d, DISCRIMINANTS "__self_discr == __arg1_discr");
        if (data_variants(d) != 0) {
            if (variants > 1) w(d, " && ");
            w(d, "match (self, other) { ");
            for (u32 i = 0; i < variants; i++) {
                const DeriveVariant *v = &d->item.variants.at[i];
                if (v->field_count == 0) continue;
                both_pats(d, v);
                eq_fields(d, v);
                w(d, ", ");
            }
            if (variants > 1) w(d, "_ => true, ");
            w(d, "}");
        }
    }
    w(d, " } }");
}

static void derive_eq(Derive *d) {
    impl_head(d, "", "$crate::cmp::Eq", "$crate::cmp::Eq", packed_copy(d));
    w(d, " { #[inline] fn assert_fields_are_eq(&self) { ");
    asserts(d, "$crate::cmp::AssertParamIsEq");
    w(d, "} }");
}

static void compare_fields(Derive *d, const DeriveVariant *v, const char *fn, const char *equal) {
    if (v->field_count == 0) w(d, equal);
    for (u32 i = 0; i < v->field_count; i++) {
        bool last = i + 1 == v->field_count;
        if (!last) w(d, "match ");
        derive_writef(&d->out, "%s(", fn);
        if (is_enum(d)) {
            derive_writef(&d->out, "__self_%u, __arg1_%u", i, i);
        } else {
            self_field(d, v, i, "self");
            w(d, ", ");
            self_field(d, v, i, "other");
        }
        w(d, ")");
        if (!last) derive_writef(&d->out, " { %s => ", equal);
    }
    for (u32 i = 1; i < v->field_count; i++)
        w(d, ", cmp => cmp, }");
}

static void derive_ord(Derive *d, bool partial) {
    const char *trait = partial ? "$crate::cmp::PartialOrd" : "$crate::cmp::Ord";
    const char *fn = partial ? "$crate::cmp::PartialOrd::partial_cmp" : "$crate::cmp::Ord::cmp";
    const char *equal = partial ? "$crate::option::Option::Some($crate::cmp::Ordering::Equal)"
                                : "$crate::cmp::Ordering::Equal";
    impl_head(d, "", trait, trait, packed_copy(d));
    w(d, partial ? " { #[inline] fn partial_cmp(&self, other: &Self) -> "
                   "$crate::option::Option<$crate::cmp::Ordering> { "
                 : " { #[inline] fn cmp(&self, other: &Self) -> $crate::cmp::Ordering { ");
    u32 variants = d->item.variants.count, data = data_variants(d);
    if (!is_enum(d)) {
        compare_fields(d, &d->item.variants.at[0], fn, equal);
    } else if (variants == 0) {
        w(d, "match *self {}");
    } else if (variants == 1 && data == 0) {
        w(d, equal);
    } else {
        if (variants > 1) w(d, DISCRIMINANTS);
        bool wrap = !partial && variants > 1 && data != 0;
        if (wrap) {
            derive_writef(&d->out, "match %s(&__self_discr, &__arg1_discr) { %s => ", fn, equal);
        }
        if (data == 0) {
            derive_writef(&d->out, "%s(&__self_discr, &__arg1_discr)", fn);
        } else {
            w(d, "match (self, other) { ");
            for (u32 i = 0; i < variants; i++) {
                const DeriveVariant *v = &d->item.variants.at[i];
                if (v->field_count == 0) continue;
                both_pats(d, v);
                compare_fields(d, v, fn, equal);
                w(d, ", ");
            }
            if (variants > 1 && partial) {
                derive_writef(&d->out, "_ => %s(&__self_discr, &__arg1_discr), ", fn);
            } else if (variants > 1) {
                derive_writef(&d->out, "_ => %s, ", equal);
            }
            w(d, "}");
        }
        if (wrap) w(d, ", cmp => cmp, }");
    }
    w(d, " } }");
}

// ---- Hash
// --------------------------------------------------------------------------------------------

static void hash_fields(Derive *d, const DeriveVariant *v) {
    for (u32 i = 0; i < v->field_count; i++) {
        w(d, "$crate::hash::Hash::hash(");
        if (is_enum(d)) {
            derive_writef(&d->out, "__self_%u", i);
        } else {
            self_field(d, v, i, "self");
        }
        w(d, ", state); ");
    }
}

static void derive_hash(Derive *d) {
    impl_head(d, "", "$crate::hash::Hash", "$crate::hash::Hash", packed_copy(d));
    w(d, " { #[inline] fn hash<__H: $crate::hash::Hasher>(&self, state: &mut __H) { ");
    u32 variants = d->item.variants.count;
    if (!is_enum(d)) {
        hash_fields(d, &d->item.variants.at[0]);
    } else if (variants == 0) {
        w(d, "match *self {}");
    } else {
        if (variants > 1) {
            w(d, "let __self_discr = $crate::intrinsics::discriminant_value(self); "
                 "$crate::hash::Hash::hash(&__self_discr, state); ");
        }
        if (data_variants(d) != 0) {
            w(d, "match self { ");
            for (u32 i = 0; i < variants; i++) {
                const DeriveVariant *v = &d->item.variants.at[i];
                if (v->field_count == 0) continue;
                variant_pat(d, v, "__self");
                w(d, " => { ");
                hash_fields(d, v);
                w(d, "} ");
            }
            if (data_variants(d) != variants) w(d, "_ => {} ");
            w(d, "}");
        }
    }
    w(d, " } }");
}

// ---- the rest
// ------------------------------------------------------------------------------------------

static bool derive_from(Derive *d) {
    if (d->item.kind != ITEM_STRUCT || d->item.fields.count != 1) {
        d->cx->error = "`#[derive(From)]` used on a type that is no struct with one field";
        return false;
    }
    const DeriveVariant *v = &d->item.variants.at[0];
    w(d, "#[automatically_derived] impl<");
    for (u32 i = 0; i < d->item.params.count; i++) {
        p(d, d->item.params.at[i].decl);
        w(d, ", ");
    }
    w(d, "> $crate::convert::From<");
    p(d, d->item.fields.at[0].ty);
    w(d, "> for ");
    p(d, d->item.name);
    w(d, "<");
    for (u32 i = 0; i < d->item.params.count; i++) {
        p(d, d->item.params.at[i].name);
        w(d, ", ");
    }
    w(d, "> where ");
    p(d, d->item.wheres);
    w(d, " { #[inline] fn from(value: ");
    p(d, d->item.fields.at[0].ty);
    w(d, ") -> Self { Self { ");
    field_name(d, v, 0);
    w(d, ": value } } }");
    return true;
}

// The pointee parameter: the only type parameter, or the one marked #[pointee]. Its marks are
// attributes of a generic parameter, which are dropped here: the first unsized-looking one is it.
static bool derive_coerce_pointee(Derive *d, u32 nth) {
    const DeriveParam *pointee = NULL;
    u32 types = 0;
    u32 mark = symbol_intern(&d->cx->db->symbols, STR("pointee")).id;
    for (u32 i = 0; i < d->item.params.count; i++) {
        const DeriveParam *param = &d->item.params.at[i];
        if (!param->is_type) continue;
        types++;
        const Tok *name = param->name.at;
        bool marked = name - d->item_toks.at >= 2 && name[-1].kind == TOK_CLOSE_BRACKET &&
                      name[-2].kind == TOK_IDENT && name[-2].sym == mark;
        if (pointee == NULL || marked) pointee = param;
    }
    if (pointee == NULL) {
        d->cx->error = "`CoercePointee` can only be derived on `struct`s that are generic over at "
                       "least one type";
        return false;
    }
    (void)types;
    static const char *const traits[] = {"$crate::marker::CoercePointeeValidated",
                                         "$crate::ops::DispatchFromDyn",
                                         "$crate::ops::CoerceUnsized"};
    // nth 0: the marker; 1, 2: Trait<Name<.., __S>> for Name<.., T> where T: Unsize<__S>
    w(d, "#[automatically_derived] impl<");
    for (u32 i = 0; i < d->item.params.count; i++) {
        p(d, d->item.params.at[i].decl);
        w(d, ", ");
    }
    if (nth != 0) w(d, "__S: ?$crate::marker::Sized, ");
    derive_writef(&d->out, "> %s", traits[nth]);
    if (nth != 0) {
        w(d, "<");
        p(d, d->item.name);
        w(d, "<");
        for (u32 i = 0; i < d->item.params.count; i++) {
            const DeriveParam *param = &d->item.params.at[i];
            if (param == pointee) {
                w(d, "__S");
            } else {
                p(d, param->name);
            }
            w(d, ", ");
        }
        w(d, ">>");
    }
    w(d, " for ");
    p(d, d->item.name);
    w(d, "<");
    for (u32 i = 0; i < d->item.params.count; i++) {
        p(d, d->item.params.at[i].name);
        w(d, ", ");
    }
    w(d, "> where ");
    if (d->item.wheres.count != 0) {
        p(d, d->item.wheres);
        if (d->item.wheres.at[d->item.wheres.count - 1].kind != TOK_COMMA) w(d, ",");
    }
    if (nth != 0) {
        p(d, pointee->name);
        w(d, ": $crate::marker::Unsize<__S>");
    }
    w(d, " {}");
    return true;
}

bool derive_expand(DeriveCx *cx, DeriveKind kind, u32 nth, Toks toks, Toks *out) {
    Derive d = {.cx = cx, .out = {.cx = cx}, .item_toks = toks};
    cx->error = NULL;
    if (!derive_item_parse(cx, toks, &d.item)) return false;
    d.out.pos = d.item.name.at[0].pos;
    bool unions = kind == DERIVE_Clone || kind == DERIVE_Copy || kind == DERIVE_Eq;
    if (d.item.kind == ITEM_UNION && !unions) {
        cx->error = "this trait cannot be derived for unions";
        return false;
    }
    bool good = true;
    switch (kind) {
    case DERIVE_NONE: return false;
    case DERIVE_Clone: derive_clone(&d, nth); break;
    case DERIVE_Copy:
        impl_head(&d, "", "$crate::marker::Copy", "$crate::marker::Copy", NULL);
        w(&d, " {}");
        break;
    case DERIVE_Debug: derive_debug(&d); break;
    case DERIVE_Default: good = derive_default(&d); break;
    case DERIVE_Eq: derive_eq(&d); break;
    case DERIVE_Hash: derive_hash(&d); break;
    case DERIVE_Ord: derive_ord(&d, false); break;
    case DERIVE_PartialEq: derive_partial_eq(&d, nth); break;
    case DERIVE_PartialOrd: derive_ord(&d, true); break;
    case DERIVE_CoercePointee: good = derive_coerce_pointee(&d, nth); break;
    case DERIVE_ConstParamTy:
    case DERIVE_ConstParamTy_:
    case DERIVE_UnsizedConstParamTy:
        impl_head(&d, "", "$crate::marker::ConstParamTy_", "$crate::marker::ConstParamTy_", NULL);
        w(&d, " {}");
        break;
    case DERIVE_From: good = derive_from(&d); break;
    }
    return good && derive_lex(&d.out, out);
}
