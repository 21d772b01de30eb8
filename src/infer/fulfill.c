// Goals and what rests on them: normalisation, resolving variables, expectations, errors.
#include "infer/infer_internal.h"

#include <stdarg.h>
#include <stdio.h>

// ---- spans and errors ---------------------------------------------------------------------------

Span tc_hir_span(const Tc *tc, u32 lo, u32 hi) {
    return (Span){SPAN_DEF | tc->b->owner.id, lo, hi};
}

Span tc_span(const Tc *tc, HirExpr e) {
    const HirSpan *s = HIR_AT(tc->b->hir, HirSpan, expr_spans, e.id);
    return tc_hir_span(tc, s->lo, s->hi);
}

Span tc_pat_span(const Tc *tc, HirPat p) {
    const HirSpan *s = HIR_AT(tc->b->hir, HirSpan, pat_spans, p.id);
    return tc_hir_span(tc, s->lo, s->hi);
}

void tc_error(Tc *tc, Span span, const char *code, const char *format, ...) {
    va_list list;
    va_start(list, format);
    char text[1024];
    int n = vsnprintf(text, sizeof text, format, list);
    va_end(list);
    if (n < 0) text[0] = 0;
    tc->tainted = true;
    diag_error(tc->db, span, code, "%s", text);
}

const char *tc_print(Tc *tc, Ty ty) {
    Str text = ty_print(tc->db, infer_resolve(tc->table, ty), tc->scratch);
    return scratch_print(tc->scratch, "%.*s", STR_ARG(text)).at;
}

Symbol tc_sym(Tc *tc, const char *name) {
    return symbol_intern(&tc->db->symbols, str_from(name));
}

// ---- variables ----------------------------------------------------------------------------------

Ty tc_var(Tc *tc) {
    Ty var = infer_var(tc->table);
    vec_push(tc->scratch, &tc->ty_vars, var);
    return var;
}

Ty tc_shallow(Tc *tc, Ty ty) {
    return infer_shallow(tc->table, ty);
}

Ty tc_resolve(Tc *tc, Ty ty) {
    return infer_resolve(tc->table, ty);
}

bool tc_is_var(Tc *tc, Ty ty) {
    return tc_kind(tc, tc_shallow(tc, ty)) == TY_INFER;
}

bool tc_has_error(Tc *tc, Ty ty) {
    return (ty_flags(tc->db, tc_resolve(tc, ty)) & TY_HAS_ERROR) != 0;
}

Ty tc_resolve_pending(Tc *tc, Ty ty) {
    if (!(ty_flags(tc->db, ty) & TY_HAS_INFER)) return ty;
    ty = tc_resolve(tc, ty);
    if (!(ty_flags(tc->db, ty) & TY_HAS_INFER)) return ty;
    // Also for variables deep inside: rustc selects here, and inference depends on it.
    tc_select(tc);
    return tc_resolve(tc, ty);
}

Ty tc_structurally(Tc *tc, Ty ty, Span span) {
    ty = tc_resolve_pending(tc, ty);
    if (tc_kind(tc, ty) != TY_INFER) return ty;
    if (!tc->tainted) tc_error(tc, span, "E0282", "type annotations needed");
    tc->tainted = true;
    infer_unify(tc->table, ty, TY_OF(ERROR));
    return TY_OF(ERROR);
}

bool tc_unify(Tc *tc, Ty a, Ty b) {
    return infer_unify(tc->table, a, b);
}

void tc_mismatch(Tc *tc, Span span, Ty expected, Ty actual) {
    if (tc_has_error(tc, expected) || tc_has_error(tc, actual)) {
        tc->tainted = true;
        return;
    }
    tc_error(tc, span, "E0308", "mismatched types");
    diag_label(tc->db, span, "expected `%s`, found `%s`", tc_print(tc, expected),
               tc_print(tc, actual));
}

bool tc_demand_eq(Tc *tc, Span span, Ty expected, Ty actual) {
    if (tc_unify(tc, expected, actual)) return true;
    tc_mismatch(tc, span, expected, actual);
    return false;
}

// ---- goals --------------------------------------------------------------------------------------

Args args_of(Tc *tc, const Ty *tys, u32 count) {
    return args_intern(tc->db, tys, count);
}

Predicate trait_pred(DefId trait, Args args) {
    Predicate pred;
    memset(&pred, 0, sizeof pred);
    pred.kind = PRED_TRAIT;
    pred.trait_ref = (TraitRef){trait, args};
    return pred;
}

void tc_register_trait(Tc *tc, DefId trait, Args args, Span span) {
    if (trait.id) tc_register(tc, trait_pred(trait, args), span);
}

void tc_register_sized(Tc *tc, Ty ty, Span span) {
    ty = tc_shallow(tc, ty);
    if (tc_kind(tc, ty) == TY_ERROR || type_is_plainly_sized(tc->db, ty)) return;
    tc_register_trait(tc, lang_item(tc->db, LANG_sized), args1(tc, ty), span);
}

void tc_take_goals(Tc *tc, const GoalVec *goals, Span span) {
    for (u32 i = 0; i < goals->count; i++)
        tc_register(tc, goals->at[i], span);
}

typedef struct OpaqueFold {
    Tc *tc;
    Span span;
} OpaqueFold;

// Opaque types this body defines are variables inside it.
static Ty opaque_fold(void *cx, Db *db, Ty ty) {
    OpaqueFold *f = cx;
    Tc *tc = f->tc;
    const TyRow *row = ty_row(db, ty);
    if (row->kind != TY_OPAQUE) return ty;
    DefId parent = def_row(db, row->def)->parent;
    while (def_kind(db, parent) == DEF_BLOCK)
        parent = def_row(db, parent)->parent;
    bool by_alias = def_kind(db, parent) == DEF_TY_ALIAS &&
                    def_has_attr(db, tc->owner, tc_sym(tc, "define_opaque"));
    if (parent.id != tc->owner.id && !by_alias) return ty;
    for (u32 i = 0; i < tc->opaques.count; i++)
        if (tc->opaques.at[i].ty.id == ty.id) return tc->opaques.at[i].var;
    if (!by_alias && !args_eq(row->args, generics_identity(db, row->def)))
        return ty; // another instance
    Ty var = tc_var(tc);
    vec_push(tc->scratch, &tc->opaques, (OpaqueVar){row->def, ty, var});
    const Predicates *bounds = item_bounds(db, row->def);
    const Predicate *own = LIST_AT(bounds, Predicate, bounds->own);
    for (u32 i = 0; i < bounds->own.count; i++) {
        Predicate pred = own[i];
        if (by_alias) {
            pred.trait_ref.args = args_subst(db, pred.trait_ref.args, row->args);
            pred.projection =
                pred.projection.id ? ty_subst(db, pred.projection, row->args) : pred.projection;
            pred.ty = pred.ty.id ? ty_subst(db, pred.ty, row->args) : pred.ty;
        }
        pred.trait_ref.args = args_fold(db, pred.trait_ref.args, opaque_fold, f, TY_HAS_OPAQUE);
        pred.projection = pred.projection.id
                              ? ty_fold(db, pred.projection, opaque_fold, f, TY_HAS_OPAQUE)
                              : pred.projection;
        pred.ty = pred.ty.id ? ty_fold(db, pred.ty, opaque_fold, f, TY_HAS_OPAQUE) : pred.ty;
        pred.trait_ref.args = tc_normalize_args(tc, pred.trait_ref.args, f->span);
        pred.ty = pred.ty.id ? tc_normalize(tc, pred.ty, f->span) : pred.ty;
        tc_register(tc, pred, f->span);
    }
    return var;
}

Ty tc_normalize(Tc *tc, Ty ty, Span span) {
    if (ty_flags(tc->db, ty) & TY_HAS_OPAQUE) {
        OpaqueFold fold = {tc, span};
        ty = ty_fold(tc->db, ty, opaque_fold, &fold, TY_HAS_OPAQUE);
    }
    if (!(ty_flags(tc->db, ty) & TY_HAS_PROJECTION)) return ty;
    GoalVec goals = {0};
    ty = solve_normalize(&tc->solve, ty, &goals);
    tc_take_goals(tc, &goals, span);
    if (ty_flags(tc->db, ty) & TY_HAS_OPAQUE) {
        OpaqueFold fold = {tc, span};
        ty = ty_fold(tc->db, ty, opaque_fold, &fold, TY_HAS_OPAQUE);
    }
    return ty;
}

Args tc_normalize_args(Tc *tc, Args args, Span span) {
    if (!(args_flags(tc->db, args) & (TY_HAS_PROJECTION | TY_HAS_OPAQUE))) return args;
    u32 count;
    const Ty *at = args_at(tc->db, args, &count);
    Ty *out = SCRATCH_ARRAY(tc->scratch, Ty, count);
    for (u32 i = 0; i < count; i++)
        out[i] = tc_normalize(tc, at[i], span);
    return args_intern(tc->db, out, count);
}

static Predicate normalize_pred(Tc *tc, Predicate pred, Span span) {
    if (pred.kind == PRED_TRAIT) {
        pred.trait_ref.args = tc_normalize_args(tc, pred.trait_ref.args, span);
        return pred;
    }
    // The projection itself stays: only its arguments are reduced.
    const TyRow *row = ty_row(tc->db, pred.projection);
    if (row->kind == TY_PROJECTION)
        pred.projection = ty_projection(tc->db, row->def, tc_normalize_args(tc, row->args, span));
    pred.ty = tc_normalize(tc, pred.ty, span);
    return pred;
}

void tc_register_bounds(Tc *tc, DefId def, Args args, Span span) {
    PredicateVec preds = {0};
    predicates_instantiate(tc->db, def, args, tc->scratch, &preds);
    for (u32 i = 0; i < preds.count; i++)
        tc_register(tc, normalize_pred(tc, preds.at[i], span), span);
    DefKind kind = def_kind(tc->db, def);
    if (kind != DEF_ASSOC_FN && kind != DEF_ASSOC_CONST && kind != DEF_ASSOC_TY) return;
    DefId trait = trait_of_item(tc->db, def);
    if (!trait.id) return;
    u32 n = generics_count(tc->db, trait);
    Args own = args_intern(tc->db, args_at(tc->db, args, NULL), n);
    tc_register_trait(tc, trait, tc_normalize_args(tc, own, span), span);
}

Ty pred_self_ty(Tc *tc, const Predicate *pred) {
    Args args =
        pred->kind == PRED_TRAIT ? pred->trait_ref.args : ty_row(tc->db, pred->projection)->args;
    return args_count(tc->db, args) ? args_get(tc->db, args, 0) : TY_OF(ERROR);
}

static bool pred_has_error(Tc *tc, const Predicate *pred) {
    if (pred->kind == PRED_TRAIT)
        return args_flags(tc->db, infer_resolve_args(tc->table, pred->trait_ref.args)) &
               TY_HAS_ERROR;
    return tc_has_error(tc, pred->projection) || tc_has_error(tc, pred->ty);
}

void tc_report_unmet(Tc *tc, const Obligation *o) {
    if (pred_has_error(tc, &o->pred)) {
        tc->tainted = true;
        return;
    }
    if (o->pred.kind == PRED_TRAIT) {
        for (u32 i = 0; i < tc->unmet.count; i++) {
            const Obligation *told = &tc->unmet.at[i];
            if (told->pred.trait_ref.trait.id == o->pred.trait_ref.trait.id &&
                told->span.lo == o->span.lo &&
                infer_resolve_args(tc->table, told->pred.trait_ref.args).id ==
                    infer_resolve_args(tc->table, o->pred.trait_ref.args).id)
                return;
        }
        vec_push(tc->scratch, &tc->unmet, *o);
        Ty self = pred_self_ty(tc, &o->pred);
        const ClosureState *closure = tc_closure_state(tc, tc_shallow(tc, self));
        if (closure && closure->is_unfit) {
            tc->tainted = true;
            return;
        }
        Args args = infer_resolve_args(tc->table, o->pred.trait_ref.args);
        u32 count;
        const Ty *at = args_at(tc->db, args, &count);
        Args rest = args_intern(tc->db, at + 1, count - 1);
        Str list = args_print(tc->db, rest, tc->scratch);
        DefId trait = o->pred.trait_ref.trait;
        Str name = symbol_str(&tc->db->symbols, def_row(tc->db, trait)->name);
        if (lang_item_of(tc->db, trait) == LANG_sized) {
            tc_error(tc, o->span, "E0277",
                     "the size for values of type `%s` cannot be known at compilation time",
                     tc_print(tc, self));
            diag_label(tc->db, o->span, "doesn't have a size known at compile-time");
            return;
        }
        tc_error(tc, o->span, "E0277", "the trait bound `%s: %.*s%.*s` is not satisfied",
                 tc_print(tc, self), STR_ARG(name), STR_ARG(list));
        diag_label(tc->db, o->span, "the trait `%.*s%.*s` is not implemented for `%s`",
                   STR_ARG(name), STR_ARG(list), tc_print(tc, self));
        return;
    }
    // A projection of a trait that is not implemented: that is the error, told once.
    const TyRow *projection = ty_row(tc->db, o->pred.projection);
    DefId trait = trait_of_item(tc->db, projection->def);
    if (trait.id) {
        Args own = args_intern(tc->db, args_at(tc->db, projection->args, NULL),
                               generics_count(tc->db, trait));
        if (!trait_may_hold(tc, trait, own)) {
            Obligation missing = *o;
            missing.pred = trait_pred(trait, own);
            tc_report_unmet(tc, &missing);
            return;
        }
    }
    tc_error(tc, o->span, "E0271", "type mismatch resolving `%s == %s`",
             tc_print(tc, o->pred.projection), tc_print(tc, o->pred.ty));
}

// A number that changes when more becomes known about the goal.
static u32 goal_state(Tc *tc, const Predicate *pred) {
    if (pred->kind == PRED_TRAIT) return infer_resolve_args(tc->table, pred->trait_ref.args).id;
    return (u32)hash_mix(tc_resolve(tc, pred->projection).id, tc_resolve(tc, pred->ty).id);
}

static void report_open(Tc *tc, const Obligation *o) {
    if (o->pred.kind == PRED_PROJECTION) {
        tc_error(tc, o->span, "E0284", "type annotations needed: cannot satisfy `%s == %s`",
                 tc_print(tc, o->pred.projection), tc_print(tc, o->pred.ty));
        return;
    }
    DefId trait = o->pred.trait_ref.trait;
    Str name = symbol_str(&tc->db->symbols, def_row(tc->db, trait)->name);
    Ty self = pred_self_ty(tc, &o->pred);
    if (!tc_is_var(tc, self)) {
        Args args = infer_resolve_args(tc->table, o->pred.trait_ref.args);
        u32 count;
        const Ty *at = args_at(tc->db, args, &count);
        Args rest = args_intern(tc->db, at + 1, count - 1);
        tc_error(tc, o->span, "E0283", "type annotations needed: cannot satisfy `%s: %.*s%.*s`",
                 tc_print(tc, self), STR_ARG(name), STR_ARG(args_print(tc->db, rest, tc->scratch)));
    } else if (lang_item_of(tc->db, trait) == LANG_sized) {
        tc_error(tc, o->span, "E0282", "type annotations needed");
    } else if (o->is_open_path) {
        tc_error(tc, o->span, "E0790",
                 "cannot call associated function on trait without specifying the corresponding "
                 "`impl` type");
    } else {
        tc_error(tc, o->span, "E0283", "type annotations needed");
    }
}

void tc_select_all_or_error(Tc *tc) {
    tc_select(tc);
    // What is merely not known to be sized says least: it comes last.
    DefId sized = lang_item(tc->db, LANG_sized);
    for (u32 pass = 0; pass < 2; pass++)
        for (u32 i = tc_goal_next(tc, 0); i; i = tc_goal_next(tc, i)) {
            Obligation o = *tc_goal(tc, i);
            bool is_sized = o.pred.kind == PRED_TRAIT && def_eq(o.pred.trait_ref.trait, sized);
            if (is_sized == (pass == 1) && !tc->tainted && !pred_has_error(tc, &o.pred))
                report_open(tc, &o);
        }
}

bool goals_may_hold(Tc *tc, GoalVec *goals) {
    for (u32 round = 0; round < 32; round++) {
        bool progress = false;
        GoalVec next = {0};
        for (u32 i = 0; i < goals->count; i++) {
            Predicate pred = goals->at[i];
            if (tc_kind(tc, tc_shallow(tc, pred_self_ty(tc, &pred))) == TY_INFER) {
                vec_push(tc->scratch, &next, pred);
                continue;
            }
            u32 state = goal_state(tc, &pred);
            GoalVec nested = {0};
            SolveResult result = solve_predicate(&tc->solve, pred, &nested);
            if (result == SOLVE_NO) return false;
            if (result == SOLVE_MAYBE) {
                vec_push(tc->scratch, &next, pred);
                if (goal_state(tc, &pred) != state) progress = true;
                continue;
            }
            progress = true;
            for (u32 k = 0; k < nested.count; k++)
                vec_push(tc->scratch, &next, nested.at[k]);
        }
        *goals = next;
        if (!progress) break;
    }
    return true;
}

bool trait_may_hold(Tc *tc, DefId trait, Args args) {
    if (!trait.id) return false;
    TcSnap snap = tc_snapshot(tc);
    GoalVec goals = {0};
    vec_push(tc->scratch, &goals, trait_pred(trait, args));
    bool holds = goals_may_hold(tc, &goals);
    tc_rollback(tc, snap);
    return holds;
}

DefId trait_fn(Tc *tc, DefId trait) {
    if (!trait.id) return (DefId){0};
    u32 count;
    const AssocItem *items = def_assoc_items(tc->db, trait, &count);
    for (u32 i = 0; i < count; i++)
        if (items[i].kind == ASSOC_FN) return items[i].def;
    return (DefId){0};
}

// ---- expectations -------------------------------------------------------------------------------

Ty expect_only_type(Tc *tc, Expect e) {
    if (e.kind != EXPECT_TYPE) return (Ty){0};
    return tc_resolve(tc, e.ty);
}

Ty expect_any(Tc *tc, Expect e) {
    if (e.kind == EXPECT_NONE) return (Ty){0};
    return tc_resolve(tc, e.ty);
}

Ty struct_tail(Tc *tc, Ty ty) {
    for (u32 depth = 0; depth < 64; depth++) {
        ty = tc_shallow(tc, ty);
        const TyRow *row = ty_row(tc->db, ty);
        if (row->kind == TY_TUPLE) {
            u32 count;
            const Ty *elems = ty_elems(tc->db, ty, &count);
            if (count == 0) return ty;
            ty = elems[count - 1];
        } else if (row->kind == TY_ADT && def_kind(tc->db, row->def) == DEF_STRUCT) {
            const AdtDef *adt = adt_def(tc->db, row->def);
            const AdtVariant *v = adt_variant(adt, 0);
            if (v->field_count == 0) return ty;
            ty = ty_subst(tc->db, adt_field(adt, v, v->field_count - 1)->ty, row->args);
            if (ty_flags(tc->db, ty) & TY_HAS_PROJECTION) {
                GoalVec goals = {0};
                ty = solve_normalize(&tc->solve, ty, &goals);
            }
        } else {
            return ty;
        }
    }
    return ty;
}

Expect expect_rvalue_hint(Tc *tc, Ty ty) {
    TyKind tail = tc_kind(tc, struct_tail(tc, ty));
    if (tail == TY_SLICE || tail == TY_STR || tail == TY_DYN) return (Expect){EXPECT_UNSIZED, ty};
    return expect_type(ty);
}

Expect expect_for_branches(Tc *tc, Expect e) {
    if (e.kind == EXPECT_TYPE) {
        Ty ty = tc_resolve_pending(tc, e.ty);
        return tc_is_var(tc, ty) ? NO_EXPECT : expect_type(ty);
    }
    return e.kind == EXPECT_UNSIZED ? e : NO_EXPECT;
}
