// Method probing: which method `receiver.name()` or `Type::name` means.
//
// The receiver's autoderef steps are tried in order; at each step by value, then by & and &mut,
// then *mut as *const; and each time inherent candidates go before those of traits in scope.
// Reference: The Rust Reference, "Method call expressions"; details as in rustc's method/probe.rs.
#include "infer/infer_internal.h"

typedef struct Candidate {
    u32 kind; // PickKind
    DefId item;
    DefId container;
    Args trait_args; // WHERE, OBJECT
    bool is_unstable;
} Candidate;
typedef VEC(Candidate) CandidateVec;

typedef struct Step {
    Ty ty;
    u32 autoderefs;
    bool unsize;
    bool from_raw; // behind a raw pointer: only its name is looked up
} Step;

typedef struct Probe {
    Tc *tc;
    Symbol name;
    bool is_path;
    Span span;
    DefId scope;
    Step steps[AUTODEREF_MAX + 2];
    u32 step_count;
    CandidateVec inherent, extension;
    bool saw_private;
    bool allow_unstable;
    bool ambiguous;
} Probe;

// HIR does not say in which block a call stands: what any block of the body imports is in scope.
static void find_scopes(Tc *tc) {
    if (tc->scopes_known) return;
    tc->scopes_known = true;
    Db *db = tc->db;
    vec_push(tc->scratch, &tc->scopes, def_scope(db, tc->owner));
    for (DefId def = tc->root; def.id; def = def_row(db, def)->parent) {
        DefKind kind = def_kind(db, def); // the trait that is declared or implemented around
        if (kind == DEF_MOD) break;
        DefId trait = kind == DEF_TRAIT  ? def
                      : kind == DEF_IMPL ? impl_header(db, def)->trait_ref.trait
                                         : (DefId){0};
        if (trait.id) vec_push(tc->scratch, &tc->traits, trait);
    }
    DefId tree = tc->owner;
    for (;;) {
        DefKind kind = def_kind(db, tree);
        if (kind != DEF_ANON_CONST && kind != DEF_INLINE_CONST && kind != DEF_CLOSURE &&
            kind != DEF_BLOCK)
            break;
        tree = def_row(db, tree)->parent;
    }
    const Ast *ast = def_body_ast(db, tree);
    for (u32 n = 1; ast && n <= ast->block_count; n++)
        vec_push(tc->scratch, &tc->scopes, def_intern(db, tree, DEF_BLOCK, SYM_OF(none), n));
}

// ---- candidates ---------------------------------------------------------------------------------

static DefId item_named(Probe *p, DefId container) {
    Db *db = p->tc->db;
    DefId fn = assoc_item_named(db, container, p->name, ASSOC_FN);
    if (fn.id) return p->is_path || fn_sig(db, fn)->has_self ? fn : (DefId){0};
    return p->is_path ? assoc_item_named(db, container, p->name, ASSOC_CONST) : fn;
}

static void push_candidate(Probe *p, CandidateVec *list, Candidate c) {
    Db *db = p->tc->db;
    for (u32 i = 0; i < list->count; i++)
        if (list->at[i].item.id == c.item.id && list->at[i].kind == c.kind &&
            args_eq(list->at[i].trait_args, c.trait_args))
            return;
    if (c.kind != PICK_WHERE && c.kind != PICK_OBJECT && !names_visible(db, c.item, p->scope)) {
        p->saw_private = true;
        return;
    }
    if (p->tc->is_local_crate) c.is_unstable = def_has_attr(db, c.item, tc_sym(p->tc, "unstable"));
    vec_push(p->tc->scratch, list, c);
}

static void push_named(Probe *p, CandidateVec *list, PickKind kind, const NamedItem *items,
                       u32 count) {
    for (u32 i = 0; i < count; i++)
        if (p->is_path || (!items[i].is_const && items[i].has_self))
            push_candidate(p, list,
                           (Candidate){kind, items[i].item, items[i].container, {0}, false});
}

static void push_inherent_impls(Probe *p, Ty ty) {
    u32 count;
    const NamedItem *items =
        inherent_items_named(p->tc->db, ty_simplify(p->tc->db, ty), p->name, &count);
    push_named(p, &p->inherent, PICK_INHERENT, items, count);
}

static void push_object_trait(Probe *p, DefId trait, Args args, u32 depth) {
    Tc *tc = p->tc;
    DefId item = item_named(p, trait);
    if (item.id)
        push_candidate(p, &p->inherent, (Candidate){PICK_OBJECT, item, trait, args, false});
    if (depth > 32) return;
    const Predicates *supers = super_predicates_of(tc->db, trait);
    for (u32 i = 0; i < supers->own.count; i++) {
        const Predicate *pred = &LIST_AT(supers, Predicate, supers->own)[i];
        if (pred->kind != PRED_TRAIT) continue;
        Args of = args_subst(tc->db, pred->trait_ref.args, args);
        if (args_get(tc->db, of, 0).id != args_get(tc->db, args, 0).id) continue;
        push_object_trait(p, pred->trait_ref.trait, tc_normalize_args(tc, of, p->span), depth + 1);
    }
}

static void assemble_inherent(Probe *p, Ty ty) {
    Tc *tc = p->tc;
    Db *db = tc->db;
    const TyRow *row = ty_row(db, ty);
    switch (row->kind) {
    case TY_DYN: {
        const Existential *e = ty_existential(db, ty);
        if (e->principal.id)
            push_object_trait(p, e->principal, args_concat(db, args1(tc, ty), e->args), 0);
        push_inherent_impls(p, ty);
        break;
    }
    case TY_PARAM:
    case TY_PLACEHOLDER:
        for (u32 i = 0; i < tc->env->predicates.count; i++) {
            const Predicate *pred = &LIST_AT(tc->env, Predicate, tc->env->predicates)[i];
            if (pred->kind != PRED_TRAIT || args_get(db, pred->trait_ref.args, 0).id != ty.id)
                continue;
            DefId item = item_named(p, pred->trait_ref.trait);
            if (item.id)
                push_candidate(p, &p->inherent,
                               (Candidate){PICK_WHERE, item, pred->trait_ref.trait,
                                           pred->trait_ref.args, false});
        }
        break;
    case TY_INFER:
    case TY_INFER_INT:
    case TY_INFER_FLOAT:
    case TY_ERROR:
    case TY_FN_DEF:
    case TY_CLOSURE:
    case TY_OPAQUE:
    case TY_PROJECTION: break;
    default: push_inherent_impls(p, ty); break;
    }
}

static void assemble_extension(Probe *p) {
    Tc *tc = p->tc;
    find_scopes(tc);
    for (u32 i = 0; i < tc->scopes.count; i++) {
        u32 count;
        const NamedItem *items = trait_items_named(tc->db, tc->scopes.at[i], p->name, &count);
        push_named(p, &p->extension, PICK_TRAIT, items, count);
    }
    for (u32 i = 0; i < tc->traits.count; i++) {
        DefId trait = tc->traits.at[i];
        DefId item = item_named(p, trait);
        if (item.id)
            push_candidate(p, &p->extension, (Candidate){PICK_TRAIT, item, trait, {0}, false});
    }
}

// ---- does a candidate apply? --------------------------------------------------------------------

// The receiver type the method declares, with `args` of its container; in path mode: the Self type.
static Ty declared_self(Probe *p, const Candidate *c, Args args, Ty container_self,
                        GoalVec *goals) {
    Tc *tc = p->tc;
    Db *db = tc->db;
    if (p->is_path) return container_self;
    u32 total = generics_count(db, c->item), n;
    const Ty *own = args_at(db, args, &n);
    Args all = args;
    if (total > n) {
        // The method's own parameters seldom occur in the receiver; variables stand for them.
        const Ty *fresh = args_at(db, infer_fresh_args(tc->table, c->item), NULL);
        Ty *tys = SCRATCH_ARRAY(tc->scratch, Ty, total);
        if (n) memcpy(tys, own, n * sizeof *tys);
        memcpy(tys + n, fresh + n, (total - n) * sizeof *tys);
        all = args_intern(db, tys, total);
    }
    const FnSig *sig = fn_sig(db, c->item);
    if (sig->inputs.count == 0) return TY_OF(ERROR);
    Ty ty = ty_subst(db, LIST_AT(sig, Ty, sig->inputs)[0], all);
    if (ty_flags(db, ty) & TY_HAS_PROJECTION) ty = solve_normalize(&tc->solve, ty, goals);
    return ty;
}

static bool skipped_by_edition(Probe *p, const Candidate *c, Ty self_ty) {
    Tc *tc = p->tc;
    u32 flags = def_attrs(tc->db, c->container)->flags;
    if (!(flags & (DEF_ATTR_SKIP_ARRAY_DISPATCH | DEF_ATTR_SKIP_BOXED_SLICE_DISPATCH)))
        return false;
    Ty inner;
    if (tc_kind(tc, self_ty) == TY_ARRAY)
        return tc->edition < 2021 && (flags & DEF_ATTR_SKIP_ARRAY_DISPATCH);
    if (tc_is_box(tc, self_ty, &inner) && tc_kind(tc, tc_shallow(tc, inner)) == TY_SLICE)
        return tc->edition < 2024 && (flags & DEF_ATTR_SKIP_BOXED_SLICE_DISPATCH);
    return false;
}

static bool applies_now(Probe *p, const Candidate *c, Ty self_ty) {
    Tc *tc = p->tc;
    Db *db = tc->db;
    GoalVec goals = {0};
    switch ((PickKind)c->kind) {
    case PICK_INHERENT: {
        Args args = infer_fresh_args(tc->table, c->container);
        Ty impl_ty = ty_subst(db, impl_header(db, c->container)->self_ty, args);
        if (ty_flags(db, impl_ty) & TY_HAS_PROJECTION)
            impl_ty = solve_normalize(&tc->solve, impl_ty, &goals);
        Ty declared = declared_self(p, c, args, impl_ty, &goals);
        if (!infer_unify(tc->table, declared, self_ty)) return false;
        PredicateVec preds = {0};
        predicates_instantiate(db, c->container, args, tc->scratch, &preds);
        for (u32 i = 0; i < preds.count; i++)
            vec_push(tc->scratch, &goals, preds.at[i]);
        return goals_may_hold(tc, &goals);
    }
    case PICK_TRAIT: {
        if (!p->is_path && skipped_by_edition(p, c, self_ty)) return false;
        Args args = infer_fresh_args(tc->table, c->container);
        Ty declared = declared_self(p, c, args, args_get(db, args, 0), &goals);
        if (!infer_unify(tc->table, declared, self_ty)) return false;
        vec_push(tc->scratch, &goals, trait_pred(c->container, args));
        return goals_may_hold(tc, &goals);
    }
    case PICK_OBJECT:
    case PICK_WHERE: {
        Ty declared = declared_self(p, c, c->trait_args, args_get(db, c->trait_args, 0), &goals);
        return infer_unify(tc->table, declared, self_ty) && goals_may_hold(tc, &goals);
    }
    }
    return false;
}

static bool applies(Probe *p, const Candidate *c, Ty self_ty) {
    TcSnap snap = tc_snapshot(p->tc);
    bool ok = applies_now(p, c, self_ty);
    tc_rollback(p->tc, snap);
    return ok;
}

static bool consider(Probe *p, const CandidateVec *list, Ty self_ty, Pick *out) {
    Tc *tc = p->tc;
    CandidateVec left = {0};
    for (u32 i = 0; i < list->count; i++) {
        if (list->at[i].is_unstable && !p->allow_unstable) continue;
        if (applies(p, &list->at[i], self_ty)) vec_push(tc->scratch, &left, list->at[i]);
    }
    if (left.count == 0) return false;
    Candidate *c = &left.at[0];
    if (left.count > 1) {
        // Several where-clauses of one trait are one trait method whose arguments are open.
        bool same = true, is_trait = c->kind != PICK_INHERENT;
        for (u32 i = 1; i < left.count; i++)
            same &= left.at[i].item.id == c->item.id && left.at[i].kind != PICK_INHERENT;
        if (!same || !is_trait) {
            p->ambiguous = true;
            return true;
        }
        if (c->kind != PICK_OBJECT) c->kind = PICK_TRAIT;
    }
    memset(out, 0, sizeof *out);
    out->kind = c->kind;
    out->item = c->item;
    out->container = c->container;
    out->trait_args = c->trait_args;
    out->self_ty = self_ty;
    return true;
}

static bool pick_method(Probe *p, Ty self_ty, Pick *out) {
    return consider(p, &p->inherent, self_ty, out) || consider(p, &p->extension, self_ty, out);
}

static bool pick_all(Probe *p, Pick *out) {
    Tc *tc = p->tc;
    for (u32 i = 0; i < p->step_count; i++) {
        Step *s = &p->steps[i];
        Ty ty = tc_resolve(tc, s->ty);
        if (s->from_raw || (ty_flags(tc->db, ty) & TY_HAS_ERROR)) continue;
        if (!s->unsize && pick_method(p, ty, out)) {
            if (p->ambiguous) return true;
            out->autoderefs = s->autoderefs;
            const TyRow *row = tc_row(tc, ty);
            if (row->kind == TY_REF && !p->is_path) { // a reborrow
                out->autoderefs++;
                out->autoref = row->is_mut ? 2 : 1;
            }
            return true;
        }
        if (p->is_path) continue;
        for (u32 is_mut = 0; is_mut < 2; is_mut++) {
            if (!pick_method(p, ty_ref(tc->db, ty, is_mut), out)) continue;
            if (p->ambiguous) return true;
            out->autoderefs = s->autoderefs;
            out->autoref = (u8)(is_mut + 1);
            out->unsize = s->unsize;
            return true;
        }
        const TyRow *row = tc_row(tc, ty);
        if (!s->unsize && row->kind == TY_PTR && row->is_mut) {
            if (pick_method(p, ty_ptr(tc->db, row->elem, false), out)) {
                out->autoderefs = s->autoderefs;
                out->to_const_ptr = 1;
                return true;
            }
        }
    }
    return false;
}

static ProbeResult run(Probe *p, Pick *out) {
    Tc *tc = p->tc;
    for (u32 i = 0; i < p->step_count; i++)
        assemble_inherent(p, tc_shallow(tc, p->steps[i].ty));
    assemble_extension(p);
    for (u32 pass = 0; pass < 2; pass++) {
        p->allow_unstable = pass == 1;
        if (pick_all(p, out)) return p->ambiguous ? PROBE_AMBIGUOUS : PROBE_FOUND;
    }
    return p->saw_private ? PROBE_PRIVATE : PROBE_NONE;
}

ProbeResult probe_method(Tc *tc, Ty self_ty, Symbol name, Span span, Pick *out) {
    u64 mark = 0;
    (void)mark;
    Probe *p = SCRATCH_NEW(tc->scratch, Probe);
    p->tc = tc;
    p->name = name;
    p->span = span;
    p->scope = def_scope(tc->db, tc->owner);
    Autoderef *a = SCRATCH_NEW(tc->scratch, Autoderef);
    autoderef_begin(tc, a, self_ty);
    a->raw = true;
    bool raw = false;
    while (autoderef_next(a)) {
        Ty ty = tc_shallow(tc, a->ty);
        if (tc_kind(tc, ty) == TY_INFER) break;
        p->steps[p->step_count++] = (Step){ty, a->count, false, raw};
        if (tc_kind(tc, ty) == TY_PTR) raw = true;
        if (p->step_count > AUTODEREF_MAX) break;
    }
    Ty last = tc_shallow(tc, a->ty);
    if (tc_kind(tc, last) == TY_INFER && !raw) {
        last = tc_resolve_pending(tc, last);
        if (tc_kind(tc, last) == TY_INFER) return PROBE_BAD_TY;
    }
    if (tc_kind(tc, last) == TY_ARRAY && !raw)
        p->steps[p->step_count++] =
            (Step){ty_slice(tc->db, tc_row(tc, last)->elem), a->count, true, raw};
    return run(p, out);
}

ProbeResult probe_path(Tc *tc, Ty self_ty, Symbol name, Span span, Pick *out) {
    Probe *p = SCRATCH_NEW(tc->scratch, Probe);
    p->tc = tc;
    p->name = name;
    p->span = span;
    p->is_path = true;
    p->scope = def_scope(tc->db, tc->owner);
    p->steps[0] = (Step){tc_resolve(tc, self_ty), 0, false, false};
    p->step_count = 1;
    return run(p, out);
}
