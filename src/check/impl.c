// Impls: who may write them (the orphan rule), what they overlap with, which of their parameters
// nothing determines, and the traits that have rules of their own.
#include "check/check_internal.h"

// ---- who may write it ---------------------------------------------------------------------------

static bool is_fundamental(Db *db, const TyRow *row) {
    return row->kind == TY_REF ||
           (row->kind == TY_ADT && def_attrs(db, row->def)->flags & DEF_ATTR_FUNDAMENTAL);
}

static Ty fundamental_inner(Db *db, const TyRow *row) {
    return row->kind == TY_REF ? row->elem : args_get(db, row->args, 0);
}

// Whether the type itself, or what a reference or box of it leads to, is of the user's crate.
static bool is_local(Db *db, Ty ty) {
    const TyRow *row = ty_row(db, ty);
    if (row->kind == TY_ADT && def_is_local(db, row->def)) return true;
    if (is_fundamental(db, row)) return is_local(db, fundamental_inner(db, row));
    switch ((TyKind)row->kind) {
    case TY_FOREIGN:
    case TY_CLOSURE: return def_is_local(db, row->def);
    case TY_DYN: {
        DefId principal = ty_existential(db, ty)->principal;
        return principal.id && def_is_local(db, principal);
    }
    case TY_OPAQUE:
    case TY_ERROR: return true;
    default: return false;
    }
}

// The parameter that the type is, or leads to through references and boxes.
static Ty uncovered_param(Db *db, Ty ty) {
    const TyRow *row = ty_row(db, ty);
    if (row->kind == TY_PARAM) return ty;
    return is_fundamental(db, row) ? uncovered_param(db, fundamental_inner(db, row)) : (Ty){0};
}

// The impl's self type; of a derived impl the type's name.
static Span self_span(Db *db, DefId impl) {
    DefId derived_from = def_derived_from(db, impl);
    if (derived_from.id) return def_span(db, derived_from);
    const HirItem *item = hir_item(db, impl);
    return check_ty_span(db, impl, item, item ? item->ty : (HirTy){0});
}

// The impl itself; of a derived one the trait's name in the attribute.
static Span impl_span(Db *db, DefId impl, const ImplHeader *header) {
    DefId derived_from = def_derived_from(db, impl);
    if (!derived_from.id) return def_span(db, impl);
    return def_word_span(db, derived_from, def_row(db, header->trait_ref.trait)->name);
}

static void check_inherent(Db *db, DefId impl, Ty self) {
    const TyRow *row = ty_row(db, self);
    if (row->kind == TY_ERROR || row->kind == TY_OPAQUE || row->kind == TY_PROJECTION) return;
    if (row->kind == TY_PARAM) {
        diag_error(db, self_span(db, impl), "E0118",
                   "no nominal type found for inherent implementation");
    } else if (row->kind == TY_ADT || row->kind == TY_FOREIGN || row->kind == TY_DYN) {
        bool local = row->kind == TY_DYN ? is_local(db, self) : def_is_local(db, row->def);
        if (local) return;
        diag_error(
            db, self_span(db, impl), "E0116",
            "cannot define inherent `impl` for a type outside of the crate where the type is "
            "defined");
        diag_label(db, self_span(db, impl), "impl for type defined outside of crate");
    } else {
        diag_error(db, self_span(db, impl), "E0390",
                   "cannot define inherent `impl` for primitive types");
        diag_help(db, "consider using an extension trait instead");
    }
}

static bool check_orphan(Db *db, DefId impl, const ImplHeader *header) {
    if (def_is_local(db, header->trait_ref.trait)) return true;
    u32 count;
    const Ty *args = args_at(db, header->trait_ref.args, &count);
    Ty uncovered = {0};
    for (u32 i = 0; i < count; i++) {
        if (ty_is_const(db, args[i])) continue;
        if (ty_kind(db, args[i]) == TY_PROJECTION) return true; // what it is may be ours
        if (is_local(db, args[i])) {
            if (!uncovered.id) return true;
            break;
        }
        if (!uncovered.id) uncovered = uncovered_param(db, args[i]);
    }
    Span span = impl_span(db, impl, header);
    if (!uncovered.id) {
        diag_error(db, span, "E0117",
                   "only traits defined in the current crate can be implemented for types defined "
                   "outside of the crate");
        diag_note(db, "impl doesn't have any local type before any uncovered type parameters");
        return false;
    }
    Str name = symbol_str(&db->symbols, ty_row(db, uncovered)->name);
    span = def_word_span(db, impl, ty_row(db, uncovered)->name);
    diag_error(
        db, span, "E0210",
        "type parameter `%.*s` must be used as the type parameter for some local type (e.g., "
        "`MyStruct<%.*s>`)",
        STR_ARG(name), STR_ARG(name));
    return false;
}

// ---- parameters that nothing determines ---------------------------------------------------------

typedef struct Known {
    bool *params;
    u32 count;
} Known;

static void note_known(Db *db, Known *known, Ty ty);

static void note_known_args(Db *db, Known *known, Args args) {
    u32 count;
    const Ty *tys = args_at(db, args, &count);
    for (u32 i = 0; i < count; i++)
        note_known(db, known, tys[i]);
}

// Notes the parameters that the type determines: those inside a projection it does not.
static void note_known(Db *db, Known *known, Ty ty) {
    const TyRow *row = ty_row(db, ty);
    if (!(row->flags & TY_HAS_PARAM)) return;
    switch ((TyKind)row->kind) {
    case TY_PARAM:
    case TY_CONST_PARAM:
        if (row->index < known->count) known->params[row->index] = true;
        return;
    case TY_PROJECTION:
    case TY_CONST_UNEVAL: return;
    case TY_DYN: {
        const Existential *e = ty_existential(db, ty);
        note_known_args(db, known, e->args);
        for (u32 i = 0; i < e->projection_count; i++) {
            note_known_args(db, known, existential_projections(db, e)[i].args);
            note_known(db, known, existential_projections(db, e)[i].ty);
        }
        return;
    }
    default:
        if (row->elem.id) note_known(db, known, row->elem);
        if (row->len.id) note_known(db, known, row->len);
        note_known_args(db, known, row->args);
    }
}

static bool all_known(Db *db, const Known *known, Args args) {
    Known inside = {SCRATCH_ARRAY(&db->scratch, bool, known->count), known->count};
    note_known_args(db, &inside, args);
    for (u32 i = 0; i < known->count; i++)
        if (inside.params[i] && !known->params[i]) return false;
    return true;
}

static void check_constrained(Db *db, DefId impl, const ImplHeader *header) {
    const Generics *g = generics_of(db, impl);
    if (!g->params.count) return;
    Known known = {SCRATCH_ARRAY(&db->scratch, bool, g->params.count), g->params.count};
    note_known(db, &known, header->self_ty);
    note_known_args(db, &known, header->trait_ref.args);
    // `<T as Trait>::Item == U` determines U once T is: as often as something new is found.
    const Predicates *preds = predicates_of(db, impl);
    for (u32 round = 0; round < g->params.count; round++)
        for (u32 i = 0; i < preds->own.count; i++) {
            const Predicate *p = &LIST_AT(preds, Predicate, preds->own)[i];
            if (p->kind == PRED_PROJECTION &&
                all_known(db, &known, ty_row(db, p->projection)->args))
                note_known(db, &known, p->ty);
        }
    for (u32 i = 0; i < g->params.count; i++) {
        const GenericParam *p = &LIST_AT(g, GenericParam, g->params)[i];
        if (known.params[i]) continue;
        Span span = def_word_span(db, impl, p->name);
        Str name = symbol_str(&db->symbols, p->name);
        const char *kind = p->is_const ? "const" : "type";
        diag_error(db, span, "E0207",
                   "the %s parameter `%.*s` is not constrained by the impl trait, self type, or "
                   "predicates",
                   kind, STR_ARG(name));
        diag_label(db, span, "unconstrained %s parameter", kind);
    }
}

// ---- overlap ------------------------------------------------------------------------------------

static bool has_negative_facts(Db *db, CheckCx *cx, DefId impl, Args args) {
    PredicateVec preds = {0};
    predicates_instantiate(db, impl, args, &db->scratch, &preds);
    for (u32 i = 0; i < preds.count; i++) {
        u32 snapshot = infer_snapshot(cx->solve.table);
        GoalVec nested = {0};
        SolveResult result = solve_predicate(&cx->solve, preds.at[i], &nested);
        infer_rollback(cx->solve.table, snapshot);
        if (result == SOLVE_NO) return true;
    }
    return false;
}

// Whether a type may exist that both headers match. A bound that does not hold tells them apart
// only if the type or the trait is of this crate: elsewhere an impl may be added.
static bool overlaps(Db *db, DefId a, DefId b, Ty *common) {
    const ImplHeader *first = impl_header(db, a), *second = impl_header(db, b);
    CheckCx cx = check_cx(db, a);
    cx.solve.env = param_env_empty(db);
    Args x = infer_fresh_args(cx.solve.table, a), y = infer_fresh_args(cx.solve.table, b);
    Args left, right;
    if (first->trait_ref.trait.id) {
        left = args_subst(db, first->trait_ref.args, x);
        right = args_subst(db, second->trait_ref.args, y);
    } else {
        left = args_intern(db, (Ty[]){ty_subst(db, first->self_ty, x)}, 1);
        right = args_intern(db, (Ty[]){ty_subst(db, second->self_ty, y)}, 1);
    }
    left = solve_normalize_args(&cx.solve, left, &cx.pending);
    right = solve_normalize_args(&cx.solve, right, &cx.pending);
    if (!infer_unify_args(cx.solve.table, left, right) || !check_pending(&cx)) return false;
    if (has_negative_facts(db, &cx, a, x) || has_negative_facts(db, &cx, b, y)) return false;
    *common = infer_resolve(cx.solve.table, args_get(db, left, 0));
    return true;
}

// Of two impls the later is wrong; those that derives make come after what is written.
static bool comes_after(Db *db, DefId impl, DefId other) {
    if (!def_is_local(db, other)) return true;
    bool own = def_derived_from(db, impl).id, theirs = def_derived_from(db, other).id;
    return own != theirs ? own : check_stands_before(db, other, impl);
}

// `default` impls and items are there to be overlapped.
static bool is_specializable(Db *db, DefId impl) {
    u32 count;
    const AssocItem *items = def_assoc_items(db, impl, &count);
    bool found = impl_header(db, impl)->is_default;
    for (u32 i = 0; i < count; i++)
        found |= items[i].is_default;
    return found;
}

static void check_overlap(Db *db, DefId impl, const ImplHeader *header) {
    DefId trait = header->trait_ref.trait;
    if (def_attrs(db, trait)->flags & DEF_ATTR_MARKER) return;
    u32 count;
    SimplifiedTy key = ty_simplify(db, header->self_ty);
    const DefId *impls = impls_of_trait(db, trait, key, &db->scratch, &count);
    for (u32 i = 0; i < count; i++) {
        DefId other = impls[i];
        if (def_eq(other, impl)) continue;
        if (def_attrs(db, other)->flags & DEF_ATTR_RESERVATION_IMPL) continue;
        const ImplHeader *theirs = impl_header(db, other);
        if (!def_eq(theirs->trait_ref.trait, trait)) continue;
        u32 flags = ty_flags(db, theirs->self_ty) | args_flags(db, theirs->trait_ref.args);
        Ty common;
        if (flags & TY_HAS_ERROR || is_specializable(db, impl) || is_specializable(db, other))
            continue;
        if (!overlaps(db, impl, other, &common) || !comes_after(db, impl, other)) continue;
        Str name = trait_ref_print(db, header->trait_ref, &db->scratch);
        Str ty = ty_print(db, common, &db->scratch);
        diag_error(db, impl_span(db, impl, header),
                   header->is_negative != theirs->is_negative ? "E0751" : "E0119",
                   "conflicting implementations of trait `%.*s` for type `%.*s`", STR_ARG(name),
                   STR_ARG(ty));
        return;
    }
}

// Two inherent impls must not give one name to items of one type.
static void check_inherent_overlap(Db *db, DefId impl, const ImplHeader *header) {
    u32 own_count, count;
    const AssocItem *own = def_assoc_items(db, impl, &own_count);
    const DefId *impls = inherent_impls(db, ty_simplify(db, header->self_ty), &count);
    for (u32 i = 0; i < count; i++) {
        bool same = def_eq(impls[i], impl);
        if (!def_is_local(db, impls[i])) continue;
        u32 their_count;
        const AssocItem *theirs = def_assoc_items(db, impls[i], &their_count);
        for (u32 k = 0; k < own_count; k++) {
            u32 end = same ? k : their_count;
            for (u32 n = 0; n < end; n++) {
                Ty common;
                if (own[k].name.id != theirs[n].name.id) continue;
                if (!same && (!overlaps(db, impl, impls[i], &common) ||
                              check_stands_before(db, impls[i], impl)))
                    continue;
                Str name = symbol_str(&db->symbols, own[k].name);
                diag_error(db, def_span(db, own[k].def), "E0592",
                           "duplicate definitions with name `%.*s`", STR_ARG(name));
                break;
            }
        }
    }
}

// ---- Copy, Drop, unsafe traits ------------------------------------------------------------------

static bool check_copy(Db *db, DefId impl, const ImplHeader *header) {
    const TyRow *row = ty_row(db, header->self_ty);
    Span span = self_span(db, impl);
    Str name = ty_print(db, header->self_ty, &db->scratch);
    if (row->kind != TY_ADT) {
        diag_error(db, span, "E0206", "the trait `Copy` cannot be implemented for this type");
        diag_label(db, span, "type is not a structure or enumeration");
        return false;
    }
    const AdtDef *adt = adt_def(db, row->def);
    DefId copy = header->trait_ref.trait;
    for (u32 i = 0; i < adt->fields.count; i++) {
        const AdtField *field = &LIST_AT(adt, AdtField, adt->fields)[i];
        CheckCx cx = check_cx(db, impl);
        Ty ty = check_normal(&cx, ty_subst(db, field->ty, row->args));
        if (ty_flags(db, ty) & TY_HAS_ERROR) return false;
        Predicate goal = {.kind = PRED_TRAIT, .trait_ref = {copy, args_intern(db, &ty, 1)}};
        vec_push(&db->scratch, &cx.pending, goal);
        if (check_pending(&cx)) continue;
        Str text = ty_print(db, ty, &db->scratch),
            field_name = symbol_str(&db->symbols, field->name);
        diag_error(db, span, "E0204", "the trait `Copy` cannot be implemented for this type");
        diag_note(db, "field `%.*s` of type `%.*s` does not implement `Copy`", STR_ARG(field_name),
                  STR_ARG(text));
        return false;
    }
    DefId drop = lang_item(db, LANG_drop);
    u32 count;
    (void)impls_of_trait(db, drop, ty_simplify(db, header->self_ty), &db->scratch, &count);
    if (!count) return true;
    diag_error(db, span, "E0184",
               "the trait `Copy` cannot be implemented for type `%.*s`; the type has a destructor",
               STR_ARG(name));
    diag_label(db, span, "`Copy` not allowed on types with destructors");
    return false;
}

static bool check_drop(Db *db, DefId impl, const ImplHeader *header) {
    const TyRow *row = ty_row(db, header->self_ty);
    if (row->kind != TY_ADT || !def_is_local(db, row->def)) {
        diag_error(db, self_span(db, impl), "E0120",
                   "the `Drop` trait may only be implemented for local structs, enums, and unions");
        return false;
    }
    u32 count;
    const Ty *args = args_at(db, row->args, &count);
    for (u32 i = 0; i < count; i++) {
        bool again = false;
        for (u32 k = 0; k < i; k++)
            again |= ty_eq(args[k], args[i]);
        TyKind kind = ty_kind(db, args[i]);
        if ((kind == TY_PARAM || kind == TY_CONST_PARAM) && !again) continue;
        diag_error(db, self_span(db, impl), "E0366", "`Drop` impls cannot be specialized");
        diag_note(db,
                  "use the same sequence of generic type and const parameters as the definition");
        return false;
    }
    return true;
}

static void check_safety(Db *db, DefId impl, const ImplHeader *header, const HirItem *item) {
    const HirItem *trait = hir_item(db, header->trait_ref.trait);
    if (!trait || header->is_negative || trait->is_unsafe == item->is_unsafe) return;
    Str name = check_name(db, header->trait_ref.trait);
    if (trait->is_unsafe)
        diag_error(db, def_span(db, impl), "E0200",
                   "the trait `%.*s` requires an `unsafe impl` declaration", STR_ARG(name));
    else
        diag_error(db, def_span(db, impl), "E0199", "implementing the trait `%.*s` is not unsafe",
                   STR_ARG(name));
}

// ---- what the trait asks of who implements it
// ----------------------------------------------------

static void check_goal(Db *db, DefId impl, Span span, Predicate goal) {
    CheckCx cx = check_cx(db, impl);
    vec_push(&db->scratch, &cx.pending, goal);
    if (check_pending(&cx)) return;
    if (goal.kind != PRED_TRAIT) {
        Str left = ty_print(db, goal.projection, &db->scratch);
        Str right = ty_print(db, goal.ty, &db->scratch);
        diag_error(db, span, "E0271", "type mismatch resolving `%.*s == %.*s`", STR_ARG(left),
                   STR_ARG(right));
        return;
    }
    Str self = ty_print(db, args_get(db, goal.trait_ref.args, 0), &db->scratch);
    Str trait = trait_ref_print(db, goal.trait_ref, &db->scratch);
    diag_error(db, span, "E0277", "the trait bound `%.*s: %.*s` is not satisfied", STR_ARG(self),
               STR_ARG(trait));
    diag_label(db, span, "the trait `%.*s` is not implemented for `%.*s`", STR_ARG(trait),
               STR_ARG(self));
}

static void check_supertraits(Db *db, DefId impl, const ImplHeader *header) {
    PredicateVec preds = {0};
    TraitRef of = header->trait_ref;
    predicates_instantiate(db, of.trait, of.args, &db->scratch, &preds);
    const Predicates *supers = super_predicates_of(db, of.trait);
    for (u32 i = 0; i < supers->own.count; i++) {
        const Predicate *p = &LIST_AT(supers, Predicate, supers->own)[i];
        vec_push(&db->scratch, &preds, predicate_subst(db, *p, of.args));
    }
    for (u32 i = 0; i < preds.count; i++) {
        const Predicate *p = &preds.at[i];
        u32 flags = p->kind == PRED_TRAIT ? args_flags(db, p->trait_ref.args)
                                          : ty_flags(db, p->projection) | ty_flags(db, p->ty);
        bool again = flags & TY_HAS_ERROR;
        for (u32 k = 0; k < i && !again; k++)
            again = !memcmp(p, &preds.at[k], sizeof *p);
        if (!again) check_goal(db, impl, self_span(db, impl), *p);
    }
}

// A derived Eq asks every field for it.
static void check_derived_eq(Db *db, DefId impl, const ImplHeader *header) {
    DefId adt_id = def_derived_from(db, impl);
    if (!adt_id.id || !str_eq(check_name(db, header->trait_ref.trait), STR("Eq"))) return;
    const AdtDef *adt = adt_def(db, adt_id);
    for (u32 i = 0; i < adt->fields.count; i++) {
        Ty ty = LIST_AT(adt, AdtField, adt->fields)[i].ty;
        if (ty_flags(db, ty) & TY_HAS_ERROR) continue;
        Predicate goal = {.kind = PRED_TRAIT,
                          .trait_ref = {header->trait_ref.trait, args_intern(db, &ty, 1)}};
        check_goal(db, impl, self_span(db, impl), goal);
    }
}

void check_impl(Db *db, DefId impl) {
    const ImplHeader *header = impl_header(db, impl);
    const HirItem *item = hir_item(db, impl);
    if (!item || ty_flags(db, header->self_ty) & TY_HAS_ERROR) return;
    if (!header->trait_ref.trait.id) {
        if (item->impl_trait.id) return; // the trait could not be found
        check_constrained(db, impl, header);
        check_inherent(db, impl, header->self_ty);
        check_inherent_overlap(db, impl, header);
        return;
    }
    if (args_flags(db, header->trait_ref.args) & TY_HAS_ERROR) return;
    check_safety(db, impl, header, item);
    if (def_eq(header->trait_ref.trait, lang_item(db, LANG_drop))) {
        if (check_drop(db, impl, header)) check_impl_items(db, impl, header);
        return;
    }
    if (!check_orphan(db, impl, header)) return;
    check_constrained(db, impl, header);
    check_impl_items(db, impl, header);
    check_overlap(db, impl, header);
    if (header->is_negative) return;
    if (def_eq(header->trait_ref.trait, lang_item(db, LANG_copy)) && !check_copy(db, impl, header))
        return;
    check_supertraits(db, impl, header);
    check_derived_eq(db, impl, header);
}
