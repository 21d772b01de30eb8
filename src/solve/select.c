// From a trait goal to the one candidate that answers it, as rustc's selection does: assemble what
// may apply (where-clauses, bounds of the type itself, objects, the compiler's own, impls, auto
// traits), winnow by evaluating what each demands, prefer by rustc's order, confirm.
#include "solve/solve_internal.h"
#ifdef RAC_SOLVE_TRACE
#include <stdio.h>
#endif

// ---- quick rejection
// -------------------------------------------------------------------------------

static bool is_var(TyKind kind) {
    return kind == TY_INFER || kind == TY_INFER_INT || kind == TY_INFER_FLOAT ||
           kind == TY_CONST_INFER;
}

bool may_unify_args(Db *db, Args goal, Args pattern, bool params_are_wild) {
    if (args_eq(goal, pattern)) return true;
    u32 n, m;
    const Ty *a = args_at(db, goal, &n), *b = args_at(db, pattern, &m);
    if (n != m) return false;
    for (u32 i = 0; i < n; i++)
        if (!may_unify(db, a[i], b[i], params_are_wild)) return false;
    return true;
}

// Without looking at what variables are bound to: false only if the two can never be equal.
bool may_unify(Db *db, Ty goal, Ty pattern, bool params_are_wild) {
    if (ty_eq(goal, pattern)) return true;
    const TyRow *a = ty_row(db, goal), *b = ty_row(db, pattern);
    TyKind x = (TyKind)a->kind, y = (TyKind)b->kind;
    if (x == TY_ERROR || y == TY_ERROR || x == TY_CONST_ERROR || y == TY_CONST_ERROR) return true;
    if (params_are_wild && (y == TY_PARAM || y == TY_CONST_PARAM)) return true;
    if (y == TY_PROJECTION || y == TY_CONST_UNEVAL || y == TY_INFER || y == TY_CONST_INFER ||
        y == TY_OPAQUE)
        return true;
    if (x == TY_INFER || x == TY_CONST_INFER || x == TY_CONST_UNEVAL) return true;
    if (x == TY_INFER_INT) return ty_is_int(y) || y == TY_INFER_INT;
    if (x == TY_INFER_FLOAT) return ty_is_float(y) || y == TY_INFER_FLOAT;
    if (x != y) return false;
    if (a->def.id != b->def.id || a->is_mut != b->is_mut || a->abi != b->abi ||
        a->is_unsafe != b->is_unsafe || a->is_variadic != b->is_variadic)
        return false;
    if (x == TY_DYN) {
        const Existential *e = ty_existential(db, goal), *f = ty_existential(db, pattern);
        return e->principal.id == f->principal.id && e->auto_count == f->auto_count &&
               may_unify_args(db, e->args, f->args, params_are_wild);
    }
    if (a->index != b->index || a->lo_bits != b->lo_bits || a->hi_bits != b->hi_bits) return false;
    if (a->elem.id && !ty_is_const(db, goal) && !may_unify(db, a->elem, b->elem, params_are_wild))
        return false;
    if (a->len.id && !may_unify(db, a->len, b->len, params_are_wild)) return false;
    return may_unify_args(db, a->args, b->args, params_are_wild);
}

// ---- frames
// ----------------------------------------------------------------------------------------

typedef struct CanonCx {
    u32 vars[64];
    u32 count;
} CanonCx;

static Ty canon_one(void *cx, Db *db, Ty ty) {
    CanonCx *c = cx;
    const TyRow *row = ty_row(db, ty);
    if (!is_var((TyKind)row->kind)) return ty;
    u32 i = 0;
    while (i < c->count && c->vars[i] != row->index)
        i++;
    if (i == c->count && c->count < ARRAY_LEN(c->vars)) c->vars[c->count++] = row->index;
    // The kind stays visible: an integer variable is not any variable.
    return ty_infer(db, TY_PLACEHOLDER, 0x80000000u | (u32)row->kind << 16 | i, (Ty){0});
}

// Variables numbered by their order: equal for goals that differ in fresh variables only.
Args canonical_args(Solver *s, Args args) {
    if (!(args_flags(s->db, args) & TY_HAS_INFER)) return args;
    CanonCx c = {.count = 0};
    return args_fold(s->db, args, canon_one, &c, TY_HAS_INFER);
}

void solver_begin(Solver *s, SolveCx *cx) {
    memset(s, 0, sizeof *s);
    s->cx = cx;
    s->db = cx->db;
    s->t = cx->table ? cx->table : infer_table_concrete(cx->db);
    s->work = &cx->db->solve->work;
    s->work_mark = scratch_mark(s->work);
    s->reached = UINT32_MAX;
    if (cx->env) {
        s->env = LIST_AT(cx->env, Predicate, cx->env->predicates);
        s->env_count = cx->env->predicates.count;
    }
}

void solver_end(Solver *s) {
    if (s->overflow) s->cx->overflowed = true;
    map_deinit(&s->seen);
    map_deinit(&s->answers);
    map_deinit(&s->projected);
    scratch_rewind(s->work, s->work_mark);
}

Trial trial_begin(Solver *s, const GoalVec *left) {
    Trial trial = {.reached = s->reached, .left = left->count, .var_count = infer_var_count(s->t)};
    infer_events(s->t, &trial.event_count);
    s->reached = UINT32_MAX;
    return trial;
}

bool trial_end(Solver *s, const Trial *trial, const GoalVec *left, u32 depth) {
    bool good = s->reached >= depth && left->count == trial->left && !s->overflow;
    s->reached = min_u32(s->reached, trial->reached);
    u32 count;
    const u32 *vars = infer_events(s->t, &count);
    for (u32 i = trial->event_count; i < count && good; i++)
        good = vars[i] >= trial->var_count;
    return good;
}

void push_trait_goal(Solver *s, GoalVec *goals, DefId trait, Ty self) {
    Predicate p = {.kind = PRED_TRAIT, .trait_ref = {trait, args_intern(s->db, &self, 1)}};
    vec_push(s->work, goals, p);
}

TraitRef dyn_principal(Db *db, Ty dyn) {
    const Existential *e = ty_existential(db, dyn);
    if (!e->principal.id) return (TraitRef){0};
    return (TraitRef){e->principal, args_concat(db, args_intern(db, &dyn, 1), e->args)};
}

void elaborate_trait_ref(Solver *s, TraitRef tr, TraitRefVec *out) {
    u32 first = out->count;
    vec_push(s->work, out, tr);
    for (u32 i = first; i < out->count && out->count < 1000; i++) {
        TraitRef at = out->at[i];
        const Predicates *supers = super_predicates_of(s->db, at.trait);
        for (u32 k = 0; k < supers->own.count; k++) {
            const Predicate *p = &LIST_AT(supers, Predicate, supers->own)[k];
            if (p->kind != PRED_TRAIT) continue;
            TraitRef super = {p->trait_ref.trait, args_subst(s->db, p->trait_ref.args, at.args)};
            bool known = false;
            for (u32 j = first; j < out->count && !known; j++)
                known =
                    def_eq(out->at[j].trait, super.trait) && args_eq(out->at[j].args, super.args);
            if (!known) vec_push(s->work, out, super);
        }
    }
}

// ---- assembling
// ------------------------------------------------------------------------------------

static bool probe_unify_args(Solver *s, Args goal, Args clause) {
    u32 snapshot = infer_snapshot(s->t);
    bool ok = infer_unify_args(s->t, goal, clause);
    infer_rollback(s->t, snapshot);
    return ok;
}

static void add_clause(Solver *s, CandidateVec *out, u32 kind, Args args) {
    for (u32 i = 0; i < out->count; i++)
        if (out->at[i].kind == kind && args_eq(out->at[i].args, args)) return;
    Candidate c = {.kind = kind, .args = args, .eval = SOLVE_YES};
    c.is_global = kind == CAND_PARAM && !(args_flags(s->db, args) & (TY_HAS_PARAM | TY_HAS_INFER));
    vec_push(s->work, out, c);
}

static void assemble_env(Solver *s, TraitRef goal, CandidateVec *out) {
    for (u32 i = 0; i < s->env_count; i++) {
        const Predicate *p = &s->env[i];
        if (p->kind != PRED_TRAIT || !def_eq(p->trait_ref.trait, goal.trait)) continue;
        if (!may_unify_args(s->db, goal.args, p->trait_ref.args, false)) continue;
        if (probe_unify_args(s, goal.args, p->trait_ref.args))
            add_clause(s, out, CAND_PARAM, p->trait_ref.args);
    }
}

// What a rigid projection or opaque type promises, and the types it is projected from promise of
// it.
static void assemble_bounds(Solver *s, TraitRef goal, Ty self, CandidateVec *out) {
    Db *db = s->db;
    for (Ty alias = self;;) {
        const TyRow *row = ty_row(db, alias);
        if (row->kind != TY_PROJECTION && row->kind != TY_OPAQUE) return;
        const Predicates *bounds = item_bounds(db, row->def);
        for (u32 i = 0; i < bounds->own.count; i++) {
            const Predicate *p = &LIST_AT(bounds, Predicate, bounds->own)[i];
            if (p->kind != PRED_TRAIT) continue;
            u32 super_count;
            const DefId *supers = trait_supers(db, p->trait_ref.trait, &super_count);
            bool related = false;
            for (u32 k = 0; k < super_count && !related; k++)
                related = def_eq(supers[k], goal.trait);
            if (!related) continue;
            TraitRefVec refs = {0};
            elaborate_trait_ref(
                s, (TraitRef){p->trait_ref.trait, args_subst(db, p->trait_ref.args, row->args)},
                &refs);
            for (u32 k = 0; k < refs.count; k++) {
                if (!def_eq(refs.at[k].trait, goal.trait)) continue;
                // Arguments but Self may need normalising; Self must stay the alias it is.
                u32 count;
                const Ty *tys = args_at(db, refs.at[k].args, &count);
                Args args = refs.at[k].args;
                if (args_flags(db, args) & TY_HAS_PROJECTION) {
                    Ty *copy = SCRATCH_ARRAY(s->work, Ty, count);
                    copy[0] = tys[0];
                    GoalVec ignored = {0};
                    u32 snapshot = infer_snapshot(s->t);
                    for (u32 j = 1; j < count; j++)
                        copy[j] = infer_resolve(s->t, normalize(s, tys[j], &ignored));
                    infer_rollback(s->t, snapshot);
                    Args normal = args_intern(db, copy, count);
                    if (!ignored.count) args = normal;
                }
                if (probe_unify_args(s, goal.args, args)) add_clause(s, out, CAND_BOUND, args);
            }
        }
        if (row->kind != TY_PROJECTION) return;
        alias = args_get(db, row->args, 0);
    }
}

static void assemble_object(Solver *s, TraitRef goal, Ty self, CandidateVec *out) {
    Db *db = s->db;
    const Existential *e = ty_existential(db, self);
    for (u32 i = 0; i < e->auto_count; i++)
        if (def_eq(existential_autos(db, e)[i], goal.trait)) {
            add_clause(s, out, CAND_OBJECT, goal.args);
            return;
        }
    TraitRef principal = dyn_principal(db, self);
    if (!principal.trait.id) return;
    u32 super_count;
    const DefId *supers = trait_supers(db, principal.trait, &super_count);
    bool related = false;
    for (u32 k = 0; k < super_count && !related; k++)
        related = def_eq(supers[k], goal.trait);
    if (!related) return;
    TraitRefVec refs = {0};
    elaborate_trait_ref(s, principal, &refs);
    for (u32 k = 0; k < refs.count; k++) {
        if (!def_eq(refs.at[k].trait, goal.trait)) continue;
        GoalVec ignored = {0};
        u32 snapshot = infer_snapshot(s->t);
        Args args = infer_resolve_args(s->t, normalize_args(s, refs.at[k].args, &ignored));
        infer_rollback(s->t, snapshot);
        if (ignored.count) args = refs.at[k].args;
        if (probe_unify_args(s, goal.args, args)) add_clause(s, out, CAND_OBJECT, args);
    }
}

static bool match_impl(Solver *s, TraitRef goal, DefId impl, Args *impl_args, GoalVec *nested) {
    const ImplHeader *h = impl_header(s->db, impl);
    Args fresh = infer_fresh_args(s->t, impl);
    Args args = args_subst(s->db, h->trait_ref.args, fresh);
    if (args_flags(s->db, args) & TY_HAS_PROJECTION) args = normalize_args(s, args, nested);
    *impl_args = fresh;
    return infer_unify_args(s->t, goal.args, args);
}

static SimplifiedTy goal_key(Solver *s, Ty self) {
    switch (ty_kind(s->db, self)) {
    case TY_PARAM:
    case TY_PROJECTION:
    case TY_OPAQUE:
    case TY_PLACEHOLDER: return SIMPLIFIED_RIGID;
    default: return ty_simplify(s->db, self);
    }
}

// Answers whether an impl is written for this kind of type, whatever its arguments.
static bool assemble_from(Solver *s, TraitRef goal, const DefId *impls, u32 count,
                          CandidateVec *out) {
    Db *db = s->db;
    bool relevant = false;
    for (u32 i = 0; i < count; i++) {
        const ImplHeader *h = impl_header(db, impls[i]);
        if (!def_eq(h->trait_ref.trait, goal.trait)) continue;
        if (args_flags(db, h->trait_ref.args) & TY_HAS_ERROR)
            continue; // reported; must not match everything
        if (!may_unify_args(db, goal.args, h->trait_ref.args, true)) continue;
        relevant = true;
        u64 mark = scratch_mark(s->work);
        u32 snapshot = infer_snapshot(s->t);
        GoalVec nested = {0};
        Args args;
        bool ok = match_impl(s, goal, impls[i], &args, &nested);
        infer_rollback(s->t, snapshot);
        scratch_rewind(s->work, mark);
        if (!ok) continue;
        Candidate c = {
            .kind = CAND_IMPL, .impl = impls[i], .negative = h->is_negative, .eval = SOLVE_MAYBE};
        vec_push(s->work, out, c);
    }
    return relevant;
}

typedef enum Behind { BEHIND_NONE, BEHIND_CRATE, BEHIND_UNKNOWN } Behind;

// The crate whose type an argument is, seen through references and the types that are fundamental:
// by the orphan rule only its author (and the trait's) can write impls for it. UNKNOWN: a variable
// may become anyone's.
static Behind crate_behind(Solver *s, Ty ty, CrateId *crate) {
    Db *db = s->db;
    for (;;) {
        ty = infer_shallow(s->t, ty);
        const TyRow *row = ty_row(db, ty);
        switch ((TyKind)row->kind) {
        case TY_INFER:
        case TY_CONST_INFER: return BEHIND_UNKNOWN;
        case TY_REF:
        case TY_PTR:
        case TY_SLICE:
        case TY_ARRAY: ty = row->elem; break;
        case TY_ADT:
        case TY_FOREIGN: {
            LangItem lang = lang_item_of(db, row->def);
            if ((lang == LANG_owned_box || lang == LANG_pin) && row->args.id) {
                ty = args_get(db, row->args, 0);
                break;
            }
            *crate = def_crate(db, row->def);
            return BEHIND_CRATE;
        }
        case TY_DYN: {
            DefId principal = ty_existential(db, ty)->principal;
            if (!principal.id) return BEHIND_NONE;
            *crate = def_crate(db, principal);
            return BEHIND_CRATE;
        }
        default: return BEHIND_NONE;
        }
    }
}

typedef struct ImplSearch {
    Solver *s;
    DefId trait;
    SimplifiedTy key;
    CrateId asked[8];
    u32 asked_count;
    ImplVec *out;
} ImplSearch;

static void search_crate(ImplSearch *search, CrateId crate) {
    Db *db = search->s->db;
    if (impls_crate_is_covered(db, search->trait, search->key, crate)) return;
    if (search->s->cx->library_only && crate_row(db, crate)->is_local) return;
    for (u32 i = 0; i < search->asked_count; i++)
        if (search->asked[i].id == crate.id) return;
    if (search->asked_count == ARRAY_LEN(search->asked)) return;
    search->asked[search->asked_count++] = crate;
    u32 count;
    const DefId *impls = impls_of_trait_in(db, crate, search->trait, search->key, &count);
    vec_append(search->s->work, search->out, impls, count);
}

void impls_for_goal(Solver *s, TraitRef goal, SimplifiedTy key, ImplVec *out) {
    Db *db = s->db;
    u32 count, arg_count;
    const DefId *impls = impls_of_trait(db, goal.trait, key, s->work, &count);
    vec_append(s->work, out, impls, count);
    ImplSearch search = {.s = s, .trait = goal.trait, .key = key, .out = out};
    const Ty *args = args_at(db, goal.args, &arg_count);
    bool unknown = false;
    for (u32 i = 0; i < arg_count; i++) {
        CrateId crate;
        switch (crate_behind(s, args[i], &crate)) {
        case BEHIND_NONE: break;
        case BEHIND_CRATE: search_crate(&search, crate); break;
        case BEHIND_UNKNOWN: unknown = true; break;
        }
    }
    for (u32 i = crate_count(db); unknown && i > 0; i--)
        if (crate_row(db, (CrateId){i})->is_local) search_crate(&search, (CrateId){i});
}

static bool assemble_impls(Solver *s, TraitRef goal, Ty self, CandidateVec *out) {
    SimplifiedTy key = goal_key(s, self);
    ImplVec impls = {0};
    impls_for_goal(s, goal, key, &impls);
    return assemble_from(s, goal, impls.at, impls.count, out) || (key && impls.count);
}

static void add_builtin(Solver *s, CandidateVec *out, u32 kind) {
    Candidate c = {.kind = kind, .eval = SOLVE_YES};
    vec_push(s->work, out, c);
}

// ---- choosing
// --------------------------------------------------------------------------------------

static SolveResult evaluate_candidate(Solver *s, TraitRef goal, const Candidate *c) {
    u64 mark = scratch_mark(s->work);
    u32 snapshot = infer_snapshot(s->t);
    GoalVec nested = {0};
    SolveResult result = SOLVE_NO;
    if (confirm_candidate(s, goal, c, &nested, NULL)) {
        result = run_goals(s, &nested);
        if (result == SOLVE_YES && nested.count) result = SOLVE_MAYBE;
    }
    infer_rollback(s->t, snapshot);
    scratch_rewind(s->work, mark);
    return result;
}

// Of impls alone: the one for the type itself, if those for all types that something holds for
// (`impl<F: FnPtr> PartialEq for F`) do not apply. Then nobody asks twice what it demands: it is
// asked when it is confirmed, and types nest.
static const Candidate *only_impl(Solver *s, TraitRef goal, CandidateVec *cands) {
    Candidate *written = NULL;
    for (u32 i = 0; i < cands->count; i++) {
        Candidate *c = &cands->at[i];
        if (c->kind != CAND_IMPL || c->negative) return NULL;
        TyKind self = ty_kind(s->db, impl_header(s->db, c->impl)->self_ty);
        if (self == TY_PARAM) continue;
        if (written) return NULL;
        written = c;
    }
    for (u32 i = 0; i < cands->count && written; i++) {
        Candidate *c = &cands->at[i];
        if (c == written) continue;
        c->eval = evaluate_candidate(s, goal, c);
        c->is_evaluated = true;
        if (c->eval != SOLVE_NO) return NULL;
    }
    return written;
}

// MAYBE: two that do not exclude each other.
static SolveResult winnow(Solver *s, TraitRef goal, CandidateVec *cands, bool has_infer,
                          Candidate *out) {
    if (cands->count == 0) return SOLVE_NO;
    if (cands->count == 1) {
        *out = cands->at[0];
        return out->negative ? SOLVE_NO : SOLVE_YES;
    }
    const Candidate *only = only_impl(s, goal, cands);
    if (only) {
        *out = *only;
        return SOLVE_YES;
    }
    u32 kept = 0, clauses = 0;
    const Candidate *last = NULL;
    bool is_marker = def_attrs(s->db, goal.trait)->flags & DEF_ATTR_MARKER;
    for (u32 i = 0; i < cands->count; i++)
        clauses += cands->at[i].kind != CAND_IMPL;
    for (u32 i = 0; i < cands->count; i++) {
        Candidate *c = &cands->at[i];
        if (c->kind != CAND_PARAM && !c->negative && !c->is_evaluated)
            c->eval = evaluate_candidate(s, goal, c);
        if (c->negative) c->eval = SOLVE_YES;
        if (c->eval == SOLVE_NO) continue;
        cands->at[kept++] = *c;
        // Two unrelated impls left: no need to look at the others.
        if (!clauses && !is_marker && last && !impl_specializes(s->db, c->impl, last->impl) &&
            !impl_specializes(s->db, last->impl, c->impl))
            return SOLVE_MAYBE;
        last = &cands->at[kept - 1];
    }
    cands->count = kept;
    if (kept == 0) return SOLVE_NO;
    const Candidate *param = NULL, *bound = NULL, *object = NULL, *impl = NULL, *other = NULL;
    u32 param_count = 0, global_count = 0, bound_count = 0, object_count = 0, other_count = 0;
    for (u32 i = 0; i < kept; i++) {
        const Candidate *c = &cands->at[i];
        if (c->kind == CAND_PARAM && c->is_global)
            global_count++;
        else if (c->kind == CAND_PARAM)
            param = param ? param : c, param_count++;
        else if (c->kind == CAND_BOUND)
            bound = bound ? bound : c, bound_count++;
        else if (c->kind == CAND_OBJECT)
            object = object ? object : c, object_count++;
        else if (c->kind != CAND_IMPL)
            other = other ? other : c, other_count++;
    }
    const Candidate *best = NULL;
    if (param) {
        if (param_count + global_count > 1 && has_infer) return SOLVE_MAYBE;
        best = param;
    } else if (bound) {
        if (bound_count > 1 && has_infer) return SOLVE_MAYBE;
        best = bound;
    } else if (object) {
        if (object_count > 1 && has_infer) return SOLVE_MAYBE;
        best = object;
    } else {
        for (u32 i = 0; i < kept; i++) {
            const Candidate *c = &cands->at[i];
            if (c->kind != CAND_IMPL) continue;
            if (!impl) {
                impl = c;
            } else if (c->eval == SOLVE_YES &&
                       (is_marker || impl_specializes(s->db, c->impl, impl->impl))) {
                impl = c;
            } else if (!(impl->eval == SOLVE_YES &&
                         (is_marker || impl_specializes(s->db, impl->impl, c->impl)))) {
                return SOLVE_MAYBE;
            }
        }
        if (impl && other) return SOLVE_MAYBE;
        if (other_count > 1) return SOLVE_MAYBE;
        best = impl ? impl : other;
        if (!best) { // global where-clauses only
            if (global_count > 1 && has_infer) return SOLVE_MAYBE;
            best = &cands->at[0];
        }
    }
    *out = *best;
    return out->negative ? SOLVE_NO : SOLVE_YES;
}

SolveResult select_candidate(Solver *s, TraitRef goal, Candidate *out) {
    Db *db = s->db;
    Ty self = args_get(db, goal.args, 0);
    TyKind kind = ty_kind(db, self);
    u32 flags = args_flags(db, goal.args);
    bool has_infer = flags & TY_HAS_INFER;
    LangItem lang = lang_item_of(db, goal.trait);
    *out = (Candidate){.kind = CAND_BUILTIN};
    if (kind == TY_ERROR) return SOLVE_YES;
    switch (lang) {
    case LANG_meta_sized:
    case LANG_pointee_sized:
    case LANG_destruct:
    case LANG_discriminant_kind:
    case LANG_pointee_trait:
    case LANG_bikeshed_guaranteed_no_drop: return SOLVE_YES;
    default: break;
    }
    if (kind == TY_INFER) return SOLVE_MAYBE;
    CandidateVec cands = {0};
    if (lang == LANG_sized) {
        TyVec nested = {0};
        switch (builtin_sized(s, self, &nested)) {
        case BUILTIN_YES: return SOLVE_YES;
        case BUILTIN_NO: return SOLVE_NO;
        case BUILTIN_MAYBE: return SOLVE_MAYBE;
        case BUILTIN_NONE: break;
        }
    }
    assemble_env(s, goal, &cands);
    u32 locals = 0;
    for (u32 i = 0; i < cands.count; i++)
        locals += !cands.at[i].is_global;
    if (locals) return winnow(s, goal, &cands, has_infer, out); // where-clauses shadow the rest
    if (kind == TY_PROJECTION || kind == TY_OPAQUE) assemble_bounds(s, goal, self, &cands);
    if (kind == TY_DYN) assemble_object(s, goal, self, &cands);
    switch (lang) {
    case LANG_sized: return winnow(s, goal, &cands, has_infer, out);
    case LANG_tuple:
        if (kind == TY_TUPLE) add_builtin(s, &cands, CAND_BUILTIN);
        return winnow(s, goal, &cands, has_infer, out);
    case LANG_fn_ptr_trait:
        if (kind == TY_FN_PTR) add_builtin(s, &cands, CAND_BUILTIN);
        return winnow(s, goal, &cands, has_infer, out);
    case LANG_unsize: {
        u64 mark = scratch_mark(s->work);
        u32 snapshot = infer_snapshot(s->t);
        GoalVec nested = {0};
        BuiltinAnswer answer = builtin_unsize(s, self, args_get(db, goal.args, 1), &nested);
        infer_rollback(s->t, snapshot);
        scratch_rewind(s->work, mark);
        if (answer == BUILTIN_MAYBE) return SOLVE_MAYBE;
        if (answer == BUILTIN_YES) add_builtin(s, &cands, CAND_BUILTIN);
        return winnow(s, goal, &cands, has_infer, out);
    }
    case LANG_copy:
    case LANG_clone: {
        TyVec nested = {0};
        BuiltinAnswer answer = builtin_copy_clone(s, self, &nested);
        if (answer == BUILTIN_MAYBE) return SOLVE_MAYBE;
        if (answer == BUILTIN_YES) {
            add_builtin(s, &cands, lang == LANG_copy ? CAND_BUILTIN : CAND_CLONE);
            return winnow(s, goal, &cands, has_infer, out);
        }
        break;
    }
    case LANG_fn:
    case LANG_fn_mut:
    case LANG_fn_once: {
        Args sig;
        bool is_closure, kind_unknown;
        BuiltinAnswer answer =
            builtin_fn_sig(s, self, goal.trait, &sig, &is_closure, &kind_unknown);
        if (answer == BUILTIN_MAYBE) return SOLVE_MAYBE;
        if (answer == BUILTIN_NO) return SOLVE_NO;
        if (answer == BUILTIN_YES) {
            add_builtin(s, &cands, is_closure ? CAND_CLOSURE : CAND_FN);
            return winnow(s, goal, &cands, has_infer, out);
        }
        break;
    }
    default: break;
    }
    bool has_impl = assemble_impls(s, goal, self, &cands);
    if (!has_impl && trait_is_auto(db, goal.trait)) {
        TyVec nested = {0};
        switch (auto_constituents(s, self, &nested)) {
        case BUILTIN_YES: add_builtin(s, &cands, CAND_AUTO); break;
        case BUILTIN_MAYBE: return SOLVE_MAYBE;
        case BUILTIN_NO:
        case BUILTIN_NONE: break;
        }
    }
    return winnow(s, goal, &cands, has_infer, out);
}

// ---- confirming
// ------------------------------------------------------------------------------------

static void push_nested_types(Solver *s, DefId trait, const TyVec *tys, GoalVec *nested) {
    for (u32 i = 0; i < tys->count; i++)
        push_trait_goal(s, nested, trait, normalize(s, tys->at[i], nested));
}

bool confirm_candidate(Solver *s, TraitRef goal, const Candidate *c, GoalVec *nested,
                       Selection *selection) {
    Db *db = s->db;
    Ty self = args_get(db, goal.args, 0);
    if (selection) *selection = (Selection){.kind = c->kind, .impl = c->impl};
    TyVec tys = {0};
    switch ((CandidateKind)c->kind) {
    case CAND_IMPL: {
        Args args;
        if (!match_impl(s, goal, c->impl, &args, nested)) return false;
        if (selection) selection->args = args;
        PredicateVec preds = {0};
        predicates_instantiate(db, c->impl, args, s->work, &preds);
        for (u32 i = 0; i < preds.count; i++)
            vec_push(s->work, nested, preds.at[i]);
        return true;
    }
    case CAND_PARAM:
    case CAND_BOUND:
    case CAND_OBJECT: return infer_unify_args(s->t, goal.args, c->args);
    case CAND_FN:
    case CAND_CLOSURE: {
        Args sig;
        bool is_closure, kind_unknown;
        if (builtin_fn_sig(s, self, goal.trait, &sig, &is_closure, &kind_unknown) != BUILTIN_YES)
            return false;
        sig = normalize_args(s, sig, nested);
        u32 count;
        const Ty *at = args_at(db, sig, &count);
        Ty inputs = ty_tuple(db, at, count - 1);
        return infer_unify(s->t, args_get(db, goal.args, 1), inputs);
    }
    case CAND_AUTO:
        auto_constituents(s, self, &tys);
        push_nested_types(s, goal.trait, &tys, nested);
        return true;
    case CAND_CLONE:
        builtin_copy_clone(s, self, &tys);
        push_nested_types(s, goal.trait, &tys, nested);
        return true;
    case CAND_BUILTIN:
        switch (lang_item_of(db, goal.trait)) {
        case LANG_sized:
            builtin_sized(s, self, &tys);
            push_nested_types(s, goal.trait, &tys, nested);
            return true;
        case LANG_copy:
            builtin_copy_clone(s, self, &tys);
            push_nested_types(s, goal.trait, &tys, nested);
            return true;
        case LANG_unsize:
            return ty_kind(db, self) == TY_ERROR ||
                   builtin_unsize(s, self, args_get(db, goal.args, 1), nested) == BUILTIN_YES;
        default: return true;
        }
    case CAND_NONE: break;
    }
    return false;
}

// ---- running goals
// -----------------------------------------------------------------------------------

static bool is_coinductive(Solver *s, DefId trait) {
    LangItem lang = lang_item_of(s->db, trait);
    return lang == LANG_sized || lang == LANG_meta_sized || lang == LANG_pointee_sized ||
           trait_is_auto(s->db, trait) || (def_attrs(s->db, trait)->flags & DEF_ATTR_COINDUCTIVE);
}

bool type_is_plainly_sized(Db *db, Ty ty) {
    for (u32 depth = 0; depth < SOLVE_DEPTH_MAX; depth++) {
        const TyRow *row = ty_row(db, ty);
        switch ((TyKind)row->kind) {
        case TY_REF:
        case TY_PTR:
        case TY_ARRAY:
        case TY_FN_PTR:
        case TY_FN_DEF:
        case TY_CLOSURE:
        case TY_INFER_INT:
        case TY_INFER_FLOAT: return true;
        case TY_TUPLE: {
            u32 count;
            const Ty *elems = ty_elems(db, ty, &count);
            if (!count) return true;
            ty = elems[count - 1];
            break;
        }
        case TY_ADT: {
            if (def_kind(db, row->def) != DEF_STRUCT) return true;
            const Ty *tail = query_get(db, Q_adt_sized_tail, row->def.id);
            if (!tail) return false;
            if (!tail->id) return true;
            ty = ty_subst(db, *tail, row->args);
            break;
        }
        default: return row->kind >= TY_BOOL && row->kind <= TY_NEVER && row->kind != TY_STR;
        }
    }
    return false;
}

// Whether the answer can be that of the memo for concrete goals. The memo's own computation, at
// depth 0 without a table, must not ask itself; and a goal that grows without end must meet the
// limit of one solver at last.
bool may_memoise(const Solver *s, u32 flags) {
    u32 contextual = TY_CONTEXTUAL | (s->cx->closure ? TY_HAS_CLOSURE : 0);
    return (s->depth > 0 || s->cx->table) && !(flags & contextual) &&
           s->db->solve->asked < SOLVE_ASKED_MAX;
}

SolveResult run_trait(Solver *s, TraitRef goal, GoalVec *left, Selection *selection) {
    Db *db = s->db;
    if (selection) *selection = (Selection){0};
    if (s->overflow) return SOLVE_NO;
    if (s->depth >= SOLVE_DEPTH_MAX || ++s->steps > SOLVE_STEPS_MAX) {
        s->overflow = true;
        return SOLVE_NO;
    }
    goal.args = infer_resolve_args(s->t, goal.args);
    u32 flags = args_flags(db, goal.args);
    LangItem lang = lang_item_of(db, goal.trait);
    if (lang == LANG_sized && type_is_plainly_sized(db, args_get(db, goal.args, 0))) {
        if (selection) selection->kind = CAND_BUILTIN;
        return SOLVE_YES;
    }
    bool coinductive = is_coinductive(s, goal.trait);
    // What depends on nothing around it is answered once for all.
    if (!coinductive && may_memoise(s, flags)) {
        const Selection *known =
            query_get(db, Q_trait_select, solve_key(db, goal.trait.id, goal.args.id));
        if (known) {
            if (selection) *selection = *known;
            return known->kind == CAND_NONE ? SOLVE_NO : SOLVE_YES;
        }
    }
    u64 goal_key = pack_u64(goal.trait.id, goal.args.id);
    bool keep = !coinductive && !selection && s->depth > 0 && !(flags & TY_UNSETTLED);
    u32 answer = keep ? map_get(&s->answers, goal_key) : 0;
    if (answer) return answer == 1 ? SOLVE_YES : SOLVE_NO;
    Args canonical = canonical_args(s, goal.args);
    bool all_coinductive = coinductive;
    for (const Frame *f = s->top; f; f = f->up) {
        if (def_eq(f->trait, goal.trait) && args_eq(f->args, canonical)) {
            s->reached = min_u32(s->reached, f->depth);
            if (all_coinductive && f->coinductive) return SOLVE_YES;
            return flags & TY_HAS_INFER ? SOLVE_MAYBE : SOLVE_NO;
        }
        all_coinductive &= f->coinductive;
    }
    bool remember = coinductive && lang != LANG_sized && !(flags & TY_HAS_INFER) && s->depth > 0;
    if (remember) {
        u32 seen = map_get(&s->seen, goal_key);
        if (seen == 1) s->reached = 0; // perhaps it is only assumed
        if (seen) return seen == 1 ? SOLVE_YES : SOLVE_NO;
        map_set(&s->seen, goal_key, 1);
    }
    Frame frame = {.up = s->top,
                   .trait = goal.trait,
                   .args = canonical,
                   .depth = s->depth,
                   .coinductive = coinductive};
    Trial trial = trial_begin(s, left);
    s->top = &frame;
    s->depth++;
    Candidate c;
    SolveResult result = select_candidate(s, goal, &c);
    if (result == SOLVE_YES) {
        GoalVec nested = {0};
        if (!confirm_candidate(s, goal, &c, &nested, selection)) {
            result = SOLVE_NO;
        } else {
            result = run_goals(s, &nested);
            if (result != SOLVE_NO) {
                result = SOLVE_YES;
                vec_append(s->work, left, nested.at, nested.count);
            }
            Args sig;
            bool is_closure, kind_unknown = false;
            if (result == SOLVE_YES && c.kind == CAND_CLOSURE &&
                builtin_fn_sig(s, args_get(db, goal.args, 0), goal.trait, &sig, &is_closure,
                               &kind_unknown) == BUILTIN_YES &&
                kind_unknown)
                result = SOLVE_MAYBE; // the arguments are bound now; whether it is Fn shows later
        }
    }
    s->depth--;
    s->top = frame.up;
#ifdef RAC_SOLVE_TRACE
    fprintf(stderr, "%*s%s: %s%s -> %d (cand %d impl %u)\n",
            (int)(s->depth + s->db->solve->asked) * 2, "",
            ty_print(db, args_get(db, goal.args, 0), &db->scratch).at,
            trait_ref_print(db, goal, &db->scratch).at, "", result, (int)c.kind, c.impl.id);
#endif
    if (remember && result == SOLVE_NO) map_set(&s->seen, goal_key, 2);
    if (trial_end(s, &trial, left, frame.depth) && keep && result != SOLVE_MAYBE)
        map_set(&s->answers, goal_key, result == SOLVE_YES ? 1 : 2);
    return result;
}

SolveResult run_predicate(Solver *s, Predicate goal, GoalVec *left) {
    if (goal.kind == PRED_TRAIT) {
        if (args_flags(s->db, goal.trait_ref.args) & TY_NEEDS_NORMALIZE)
            goal.trait_ref.args = normalize_args(s, goal.trait_ref.args, left);
        return run_trait(s, goal.trait_ref, left, NULL);
    }
    Ty found;
    SolveResult result = project(s, goal.projection, left, &found);
    if (result != SOLVE_YES) return result;
    Ty wanted = infer_resolve(s->t, goal.ty);
    if (ty_flags(s->db, wanted) & TY_NEEDS_NORMALIZE) wanted = normalize(s, wanted, left);
    return infer_unify(s->t, found, wanted) ? SOLVE_YES : SOLVE_NO;
}

enum { RUN_PASSES_MAX = 32 };

SolveResult run_goals(Solver *s, GoalVec *goals) {
    for (u32 pass = 0; goals->count && pass < RUN_PASSES_MAX; pass++) {
        u32 before = infer_changes(s->t);
        GoalVec next = {0};
        for (u32 i = 0; i < goals->count; i++) {
            Predicate goal = goals->at[i];
            switch (run_predicate(s, goal, &next)) {
            case SOLVE_NO: return SOLVE_NO;
            case SOLVE_MAYBE: vec_push(s->work, &next, goal); break;
            case SOLVE_YES: break;
            }
        }
        *goals = next;
        if (infer_changes(s->t) == before) break;
    }
    return goals->count ? SOLVE_MAYBE : SOLVE_YES;
}

SolveResult evaluate_trait(Solver *s, TraitRef goal) {
    u64 mark = scratch_mark(s->work);
    u32 snapshot = infer_snapshot(s->t);
    GoalVec left = {0};
    SolveResult result = run_trait(s, goal, &left, NULL);
    if (result == SOLVE_YES && left.count) result = SOLVE_MAYBE;
    infer_rollback(s->t, snapshot);
    scratch_rewind(s->work, mark);
    return result;
}

// ---- specialization
// ----------------------------------------------------------------------------------

// Key: an interned (special, general). An impl is more special if the other matches its header
// under its own where-clauses.
static void specializes_run(Db *db, u32 key) {
    const u32 *words = types_key_words(db, key);
    DefId special = {words[0]}, general = {words[1]};
    bool result = false;
    const ImplHeader *a = impl_header(db, special);
    const ImplHeader *b = impl_header(db, general);
    if (def_eq(a->trait_ref.trait, b->trait_ref.trait) && !def_eq(special, general)) {
        SolveCx cx = {.db = db,
                      .table = infer_table_new(db, &db->scratch),
                      .env = param_env(db, special),
                      .library_only = !def_is_local(db, special)};
        Solver s;
        solver_begin(&s, &cx);
        GoalVec nested = {0};
        TraitRef goal = a->trait_ref;
        goal.args = normalize_args(&s, goal.args, &nested);
        Candidate c = {.kind = CAND_IMPL, .impl = general};
        if (confirm_candidate(&s, goal, &c, &nested, NULL))
            result = run_goals(&s, &nested) != SOLVE_NO;
        solver_end(&s);
    }
    query_return(db, &result, sizeof result);
}

bool impl_specializes(Db *db, DefId special, DefId general) {
    const bool *result = query_get(db, Q_specializes, solve_key(db, special.id, general.id));
    return result && *result;
}

void select_register(Db *db) {
    query_register(db, Q_specializes, specializes_run);
}
