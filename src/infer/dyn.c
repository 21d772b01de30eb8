// Dyn compatibility (E0038): whether a trait may stand behind `dyn`.
//
// Reference: The Rust Reference, "Traits: Dyn compatibility". Lifetime parameters of associated
// types are not seen (rac erases them), so a trait whose only fault is one of those passes.
#include "infer/infer_internal.h"

enum { SUPERS_MAX = 64 };

static bool mentions_self(Db *db, Ty ty) {
    const TyRow *row = ty_row(db, ty);
    if (!(row->flags & TY_HAS_PARAM)) return false;
    if (row->kind == TY_PARAM) return row->index == 0;
    if (row->elem.id && mentions_self(db, row->elem)) return true;
    u32 count, first = 0;
    const Ty *at = args_at(db, row->args, &count);
    // Self::Item is what the vtable fixes.
    if (row->kind == TY_PROJECTION && count && ty_kind(db, at[0]) == TY_PARAM) first = 1;
    for (u32 i = first; i < count; i++)
        if (mentions_self(db, at[i])) return true;
    return false;
}

static bool is_sized_self(Db *db, const Predicate *pred) {
    if (pred->kind != PRED_TRAIT || !def_eq(pred->trait_ref.trait, lang_item(db, LANG_sized)))
        return false;
    const TyRow *self = ty_row(db, args_get(db, pred->trait_ref.args, 0));
    return self->kind == TY_PARAM && self->index == 0;
}

static bool requires_sized(Db *db, const Predicates *preds) {
    for (u32 i = 0; i < preds->own.count; i++)
        if (is_sized_self(db, &LIST_AT(preds, Predicate, preds->own)[i])) return true;
    return false;
}

static bool fn_is_dispatchable(Db *db, DefId fn) {
    if (requires_sized(db, predicates_of(db, fn))) return true; // not part of the vtable
    const FnSig *sig = fn_sig(db, fn);
    const Generics *generics = generics_of(db, fn);
    if (!sig->has_self || generics->params.count > generics->parent_count) return false;
    for (u32 i = 1; i < sig->inputs.count; i++)
        if (mentions_self(db, LIST_AT(sig, Ty, sig->inputs)[i])) return false;
    if (ty_flags(db, sig->output) & TY_HAS_OPAQUE) return false;
    return !mentions_self(db, sig->output);
}

static bool own_items_allow(Db *db, DefId trait) {
    u32 count;
    const AssocItem *items = def_assoc_items(db, trait, &count);
    for (u32 i = 0; i < count; i++) {
        if (items[i].kind == ASSOC_CONST) return false;
        if (items[i].kind == ASSOC_FN && !fn_is_dispatchable(db, items[i].def)) return false;
    }
    return true;
}

static bool is_compatible(Db *db, DefId trait) {
    DefId traits[SUPERS_MAX] = {trait};
    u32 count = 1;
    for (u32 at = 0; at < count; at++) {
        const Predicates *supers = super_predicates_of(db, traits[at]);
        if (requires_sized(db, supers) || !own_items_allow(db, traits[at])) return false;
        for (u32 i = 0; i < supers->own.count; i++) {
            const Predicate *pred = &LIST_AT(supers, Predicate, supers->own)[i];
            if (pred->kind != PRED_TRAIT) continue;
            u32 n;
            const Ty *args = args_at(db, pred->trait_ref.args, &n);
            if (ty_row(db, args[0])->kind != TY_PARAM) continue;
            for (u32 k = 1; k < n; k++)
                if (mentions_self(db, args[k])) return false;
            bool known = false;
            for (u32 k = 0; k < count && !known; k++)
                known = def_eq(traits[k], pred->trait_ref.trait);
            if (!known && count < SUPERS_MAX) traits[count++] = pred->trait_ref.trait;
        }
    }
    return true;
}

bool tc_check_dyn(Tc *tc, Ty ty, Span span) {
    if (!tc->is_local_crate) return true;
    Db *db = tc->db;
    const TyRow *row = ty_row(db, ty);
    if (row->kind == TY_DYN) {
        DefId trait = ty_existential(db, ty)->principal;
        if (trait.id && crate_row(db, def_crate(db, trait))->is_local &&
            !is_compatible(db, trait)) {
            Str name = symbol_str(&db->symbols, def_row(db, trait)->name);
            tc_error(tc, span, "E0038", "the trait `%.*s` is not dyn compatible", STR_ARG(name));
            diag_label(db, span, "`%.*s` is not dyn compatible", STR_ARG(name));
            return false;
        }
        return true;
    }
    bool ok = !row->elem.id || tc_check_dyn(tc, row->elem, span);
    u32 count;
    const Ty *at = args_at(db, row->args, &count);
    for (u32 i = 0; i < count; i++)
        ok &= tc_check_dyn(tc, at[i], span);
    return ok;
}
