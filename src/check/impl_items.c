// An impl of a trait against the trait: that every item is there and no other.
#include "check/check_internal.h"

typedef VEC(char) Text;

static void add(Scratch *scratch, Text *text, Str part) {
    vec_append(scratch, text, part.at, part.len);
}

static void check_known(Db *db, DefId trait, const AssocItem *item, const AssocItem *of_trait,
                        u32 count) {
    static const char *const codes[] = {"E0407", "E0437", "E0438"};
    static const char *const words[] = {"method", "type", "const"};
    for (u32 i = 0; i < count; i++)
        if (of_trait[i].name.id == item->name.id && of_trait[i].kind == item->kind) return;
    Str name = symbol_str(&db->symbols, item->name);
    Str trait_name = symbol_str(&db->symbols, def_row(db, trait)->name);
    Span span = def_span(db, item->def);
    diag_error(db, span, codes[item->kind], "%s `%.*s` is not a member of trait `%.*s`",
               words[item->kind], STR_ARG(name), STR_ARG(trait_name));
    diag_label(db, span, "not a member of trait `%.*s`", STR_ARG(trait_name));
}

// ---- an item against the trait's ----------------------------------------------------------------

typedef struct Pair {
    Db *db;
    DefId impl, trait;
    DefId own, of_trait;
    Args args; // what the trait item's parameters are, in terms of the impl's item
} Pair;

static const char *fn_word(const AssocItem *item) {
    return item->has_self ? "method" : "associated function";
}

static u32 own_params(Db *db, DefId def, bool is_const) {
    const Generics *g = generics_of(db, def);
    u32 count = 0;
    for (u32 i = g->parent_count; i < g->params.count; i++) {
        const GenericParam *p = &LIST_AT(g, GenericParam, g->params)[i];
        count += !p->is_impl_trait && (bool)p->is_const == is_const;
    }
    return count;
}

static bool check_param_counts(const Pair *p, const AssocItem *own) {
    static const char *const kinds[] = {"type", "const"};
    for (u32 is_const = 0; is_const < 2; is_const++) {
        u32 has = own_params(p->db, p->own, is_const),
            want = own_params(p->db, p->of_trait, is_const);
        if (has == want) continue;
        Str name = check_name(p->db, p->own);
        diag_error(
            p->db, def_span(p->db, p->own), "E0049",
            "%s `%.*s` has %u %s parameter%s but its trait declaration has %u %s parameter%s",
            fn_word(own), STR_ARG(name), has, kinds[is_const], has == 1 ? "" : "s", want,
            kinds[is_const], want == 1 ? "" : "s");
        return false;
    }
    if (generics_count(p->db, p->own) - generics_of(p->db, p->own)->parent_count ==
        generics_count(p->db, p->of_trait) - generics_of(p->db, p->of_trait)->parent_count)
        return true;
    Str name = check_name(p->db, p->own);
    diag_error(
        p->db, def_span(p->db, p->own), "E0643",
        "method `%.*s` has incompatible signature for trait: the type parameters do not match "
        "the trait declaration",
        STR_ARG(name));
    return false;
}

static bool check_self(const Pair *p, const FnSig *own, const FnSig *of_trait) {
    if (own->has_self == of_trait->has_self) return true;
    Str name = check_name(p->db, p->own);
    diag_error(p->db, def_span(p->db, p->own), own->has_self ? "E0185" : "E0186",
               "method `%.*s` has a `self` declaration in the %s, but not in the %s", STR_ARG(name),
               own->has_self ? "impl" : "trait", own->has_self ? "trait" : "impl");
    return false;
}

static bool check_arity(const Pair *p, const FnSig *own, const FnSig *of_trait) {
    u32 has = own->inputs.count, want = of_trait->inputs.count;
    if (has == want) return true;
    Str name = check_name(p->db, p->own), trait = check_name(p->db, p->trait);
    diag_error(p->db, def_span(p->db, p->own), "E0050",
               "method `%.*s` has %u parameter%s but the declaration in trait `%.*s::%.*s` has %u",
               STR_ARG(name), has, has == 1 ? "" : "s", STR_ARG(trait), STR_ARG(name), want);
    diag_label(p->db, def_span(p->db, p->own), "expected %u parameter%s, found %u", want,
               want == 1 ? "" : "s", has);
    return false;
}

// A `-> impl Trait` may stand for any type that keeps its bounds; that is not looked at here.
static bool same_ty(const Pair *p, Ty own, Ty of_trait, Ty *want) {
    Db *db = p->db;
    of_trait = ty_subst(db, of_trait, p->args);
    *want = of_trait;
    if (ty_eq(own, of_trait)) return true;
    u32 flags = ty_flags(db, own) | ty_flags(db, of_trait);
    if (flags & (TY_HAS_ERROR | TY_HAS_OPAQUE)) return true;
    u64 mark = scratch_mark(&db->scratch);
    CheckCx cx = check_cx(db, p->own);
    Ty a = check_normal(&cx, own), b = check_normal(&cx, of_trait);
    bool same = infer_unify(cx.solve.table, a, b) && check_pending(&cx);
    if (!same) *want = infer_resolve(cx.solve.table, b);
    if (ty_flags(db, *want) & TY_HAS_INFER) *want = of_trait;
    scratch_rewind(&db->scratch, mark);
    return same;
}

static void report_ty(const Pair *p, Span span, const char *code, const char *what, Ty own,
                      Ty want) {
    Db *db = p->db;
    Str name = check_name(db, p->own);
    Str expected = ty_print(db, want, &db->scratch), found = ty_print(db, own, &db->scratch);
    diag_error(db, span, code, "%s `%.*s` has an incompatible type for trait", what, STR_ARG(name));
    diag_label(db, span, "expected `%.*s`, found `%.*s`", STR_ARG(expected), STR_ARG(found));
}

static void check_fn(const Pair *p, const AssocItem *item) {
    Db *db = p->db;
    const FnSig *own = fn_sig(db, p->own), *of_trait = fn_sig(db, p->of_trait);
    if (!check_self(p, own, of_trait) || !check_param_counts(p, item) ||
        !check_arity(p, own, of_trait))
        return;
    const HirItem *hir = hir_item(db, p->own);
    Ty want;
    for (u32 i = 0; i < own->inputs.count; i++) {
        Ty ty = LIST_AT(own, Ty, own->inputs)[i];
        if (same_ty(p, ty, LIST_AT(of_trait, Ty, of_trait->inputs)[i], &want)) continue;
        HirTy written = {hir ? hir_listed(hir, hir->sig.inputs, i) : 0};
        report_ty(p, check_ty_span(db, p->own, hir, written), "E0053", "method", ty, want);
        return;
    }
    if (!same_ty(p, own->output, of_trait->output, &want)) {
        Span span = check_ty_span(db, p->own, hir, hir ? hir->sig.output : (HirTy){0});
        report_ty(p, span, "E0053", "method", own->output, want);
        return;
    }
    if (own->abi != of_trait->abi || (own->is_unsafe && !of_trait->is_unsafe))
        report_ty(p, def_span(db, p->own), "E0053", "method",
                  fn_sig_ptr(db, p->own, generics_identity(db, p->own)),
                  fn_sig_ptr(db, p->of_trait, p->args));
}

static void check_const(const Pair *p) {
    Db *db = p->db;
    Ty own = type_of(db, p->own), want;
    if (own_params(db, p->own, false) != own_params(db, p->of_trait, false)) return;
    if (same_ty(p, own, type_of(db, p->of_trait), &want)) return;
    const HirItem *hir = hir_item(db, p->own);
    report_ty(p, check_ty_span(db, p->own, hir, hir ? hir->ty : (HirTy){0}), "E0326",
              "implemented const", own, want);
}

static void check_against(Db *db, DefId impl, const ImplHeader *header, const AssocItem *own,
                          DefId of_trait) {
    Pair p = {.db = db,
              .impl = impl,
              .trait = header->trait_ref.trait,
              .own = own->def,
              .of_trait = of_trait};
    u32 parents = generics_of(db, own->def)->parent_count;
    Args identity = generics_identity(db, own->def);
    p.args = args_concat(db, header->trait_ref.args,
                         args_slice(db, identity, parents, args_count(db, identity) - parents));
    if (own->kind == ASSOC_FN) check_fn(&p, own);
    if (own->kind == ASSOC_CONST) check_const(&p);
}

static void check_twice(Db *db, const AssocItem *items, u32 at) {
    for (u32 i = 0; i < at; i++) {
        if (items[i].name.id != items[at].name.id ||
            (items[i].kind == ASSOC_TY) != (items[at].kind == ASSOC_TY))
            continue;
        Str name = symbol_str(&db->symbols, items[at].name);
        diag_error(db, def_span(db, items[at].def), "E0201",
                   "duplicate definitions with name `%.*s`:", STR_ARG(name));
        return;
    }
}

void check_impl_items(Db *db, DefId impl, const ImplHeader *header) {
    if (header->is_negative || header->is_default) return;
    DefId trait = header->trait_ref.trait;
    u32 own_count, count, missing = 0;
    const AssocItem *own = def_assoc_items(db, impl, &own_count);
    const AssocItem *of_trait = def_assoc_items(db, trait, &count);
    bool has_types = true; // those that its signatures may speak of
    for (u32 i = 0; i < count; i++)
        has_types &= of_trait[i].kind != ASSOC_TY || of_trait[i].has_default ||
                     impl_item_for(db, impl, of_trait[i].def).id;
    for (u32 i = 0; i < own_count; i++) {
        check_known(db, trait, &own[i], of_trait, count);
        check_twice(db, own, i);
        for (u32 k = 0; k < count && has_types; k++)
            if (of_trait[k].name.id == own[i].name.id && of_trait[k].kind == own[i].kind)
                check_against(db, impl, header, &own[i], of_trait[k].def);
    }
    Text text = {0};
    for (u32 i = 0; i < count; i++) {
        if (of_trait[i].has_default) continue;
        bool found = false;
        for (u32 k = 0; k < own_count && !found; k++)
            found = own[k].name.id == of_trait[i].name.id;
        if (found) continue;
        if (missing++) add(&db->scratch, &text, STR(", "));
        add(&db->scratch, &text, STR("`"));
        add(&db->scratch, &text, symbol_str(&db->symbols, of_trait[i].name));
        add(&db->scratch, &text, STR("`"));
    }
    if (!missing) return;
    Span span = def_span(db, impl);
    diag_error(db, span, "E0046", "not all trait items implemented, missing: %.*s", (int)text.count,
               text.at);
    diag_label(db, span, "missing %.*s in implementation", (int)text.count, text.at);
}
