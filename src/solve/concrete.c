// Answers about concrete types, for mono, layout and const evaluation. Each is a query, keyed by
// the type's id or an interned pair, so a second question costs a lookup.
#include "solve/solve_internal.h"

// `flags`: of the types in question. What is said of the library's types alone, no other crate can
// have a say in.
static SolveCx concrete_cx(Db *db, DefId trait, u32 flags) {
    return (SolveCx){.db = db,
                     .env = param_env_empty(db),
                     .library_only =
                         !(flags & TY_HAS_LOCAL) && !(trait.id && def_is_local(db, trait)),
                     .reveal = true};
}

static u32 concrete_begin(Solver *s, SolveCx *cx) {
    solver_begin(s, cx);
    s->db->solve->asked++;
    return infer_snapshot(s->t);
}

static void concrete_end(Solver *s, u32 snapshot) {
    infer_rollback(s->t, snapshot);
    s->db->solve->asked--;
    solver_end(s);
}

// ---- impls
// -----------------------------------------------------------------------------------------

static void trait_select_run(Db *db, u32 key) {
    const u32 *words = types_key_words(db, key);
    TraitRef goal = {{words[0]}, {words[1]}};
    SolveCx cx = concrete_cx(db, goal.trait, args_flags(db, goal.args));
    Solver s;
    u32 snapshot = concrete_begin(&s, &cx);
    GoalVec left = {0};
    Selection sel;
    memset(&sel, 0, sizeof sel);
    SolveResult result = run_trait(&s, goal, &left, &sel);
    Selection out;
    memset(&out, 0, sizeof out);
    if (result == SOLVE_YES) {
        out.kind = sel.kind;
        out.impl = sel.impl;
        out.args = infer_resolve_args(s.t, sel.args);
    }
    concrete_end(&s, snapshot);
    query_return(db, &out, sizeof out);
}

Selection select_impl(Db *db, TraitRef trait_ref) {
    if (!trait_ref.trait.id) return (Selection){0};
    if (args_flags(db, trait_ref.args) & TY_NEEDS_NORMALIZE)
        trait_ref.args = normalize_concrete_args(db, trait_ref.args);
    const Selection *sel =
        query_get(db, Q_trait_select, solve_key(db, trait_ref.trait.id, trait_ref.args.id));
    return sel ? *sel : (Selection){0};
}

bool type_implements(Db *db, Ty ty, DefId trait) {
    return trait.id &&
           select_impl(db, (TraitRef){trait, args_intern(db, &ty, 1)}).kind != CAND_NONE;
}

bool type_is_copy(Db *db, Ty ty) {
    switch (ty_kind(db, ty)) {
    case TY_STR:
    case TY_SLICE:
    case TY_DYN: return false;
    case TY_REF: return !ty_row(db, ty)->is_mut;
    case TY_PTR:
    case TY_NEVER:
    case TY_FN_PTR:
    case TY_FN_DEF: return true;
    default: break;
    }
    TyKind kind = ty_kind(db, ty);
    if (kind >= TY_BOOL && kind <= TY_F128) return true;
    return type_implements(db, ty, lang_item(db, LANG_copy));
}

bool type_is_sized(Db *db, Ty ty) {
    TyKind kind = ty_kind(db, ty);
    if (kind == TY_STR || kind == TY_SLICE || kind == TY_DYN || kind == TY_FOREIGN) return false;
    if (kind != TY_ADT && kind != TY_TUPLE && kind != TY_PROJECTION && kind != TY_OPAQUE)
        return true;
    return type_implements(db, ty, lang_item(db, LANG_sized));
}

bool type_is_freeze(Db *db, Ty ty) {
    TyKind kind = ty_kind(db, ty);
    if ((kind >= TY_BOOL && kind <= TY_NEVER) || kind == TY_REF || kind == TY_PTR ||
        kind == TY_FN_PTR || kind == TY_FN_DEF)
        return true;
    return type_implements(db, ty, lang_item(db, LANG_freeze));
}

// ---- normalising
// -----------------------------------------------------------------------------------

static void project_concrete_run(Db *db, u32 key) {
    Ty ty = {key};
    SolveCx cx = concrete_cx(db, (DefId){0}, ty_flags(db, ty));
    Solver s;
    u32 snapshot = concrete_begin(&s, &cx);
    GoalVec left = {0};
    Ty out = TY_OF(ERROR);
    if (ty_kind(db, ty) == TY_PROJECTION) {
        if (project(&s, ty, &left, &out) != SOLVE_YES) out = TY_OF(ERROR);
    } else {
        out = normalize(&s, ty, &left);
    }
    out = infer_resolve(s.t, out);
    if (ty_flags(db, out) & TY_HAS_INFER) out = TY_OF(ERROR);
    concrete_end(&s, snapshot);
    query_return(db, &out, sizeof out);
}

static Ty normalize_part(void *cx, Db *db, Ty ty) {
    (void)cx;
    switch (ty_kind(db, ty)) {
    case TY_PROJECTION:
    case TY_OPAQUE: {
        const Ty *out = query_get(db, Q_project_concrete, ty.id);
        return out ? *out : TY_OF(ERROR);
    }
    case TY_CONST_UNEVAL: {
        const Ty *out = query_get(db, Q_const_normalize, ty.id);
        return out && out->id ? *out : ty;
    }
    default: return ty;
    }
}

Ty normalize_concrete(Db *db, Ty ty) {
    if (!(ty_flags(db, ty) & TY_NEEDS_NORMALIZE)) return ty;
    return ty_fold(db, ty, normalize_part, NULL, TY_NEEDS_NORMALIZE);
}

Args normalize_concrete_args(Db *db, Args args) {
    if (!(args_flags(db, args) & TY_NEEDS_NORMALIZE)) return args;
    return args_fold(db, args, normalize_part, NULL, TY_NEEDS_NORMALIZE);
}

// ---- drop
// --------------------------------------------------------------------------------------------

static bool any_needs_drop(Db *db, const Ty *tys, u32 count) {
    for (u32 i = 0; i < count; i++)
        if (type_needs_drop(db, tys[i])) return true;
    return false;
}

static bool has_drop_impl(Db *db, Ty ty) {
    DefId drop = lang_item(db, LANG_drop);
    if (!drop.id) return false;
    u32 count;
    impls_of_trait(db, drop, ty_simplify(db, ty), &db->scratch, &count);
    return count != 0;
}

static void needs_drop_run(Db *db, u32 key) {
    Ty ty = {key};
    const TyRow *row = ty_row(db, ty);
    bool needs = false;
    switch ((TyKind)row->kind) {
    case TY_ADT: {
        LangItem lang = lang_item_of(db, row->def);
        if (lang == LANG_manually_drop || lang == LANG_phantom_data) break;
        if (lang == LANG_owned_box || has_drop_impl(db, ty)) {
            needs = true;
            break;
        }
        if (def_kind(db, row->def) == DEF_UNION) break;
        const AdtDef *adt = adt_def(db, row->def);
        for (u32 i = 0; i < adt->fields.count && !needs; i++) {
            Ty field = ty_subst(db, LIST_AT(adt, AdtField, adt->fields)[i].ty, row->args);
            needs = type_needs_drop(db, normalize_concrete(db, field));
        }
        break;
    }
    case TY_CLOSURE: {
        const ClosureFacts *facts = query_get(db, Q_closure_facts, row->def.id);
        if (!facts) break;
        u32 count;
        const Ty *tys = args_at(
            db, normalize_concrete_args(db, args_subst(db, facts->upvars, row->args)), &count);
        needs = any_needs_drop(db, tys, count);
        break;
    }
    default: break;
    }
    query_return(db, &needs, sizeof needs);
}

bool type_needs_drop(Db *db, Ty ty) {
    const TyRow *row = ty_row(db, ty);
    switch ((TyKind)row->kind) {
    case TY_ADT:
    case TY_CLOSURE: {
        // In a cycle the other members decide.
        const bool *needs = query_get(db, Q_needs_drop, ty.id);
        return needs && *needs;
    }
    case TY_TUPLE: {
        u32 count;
        const Ty *tys = ty_elems(db, ty, &count);
        return any_needs_drop(db, tys, count);
    }
    case TY_ARRAY: {
        const TyRow *len = ty_row(db, row->len);
        if (len->kind == TY_CONST_VALUE && len->lo_bits == 0) return false;
        return type_needs_drop(db, row->elem);
    }
    case TY_SLICE: return type_needs_drop(db, row->elem);
    case TY_DYN:
    case TY_COROUTINE: return true;
    case TY_PROJECTION:
    case TY_OPAQUE:
        if (row->flags & (TY_HAS_PARAM | TY_HAS_INFER)) return true;
        {
            Ty normal = normalize_concrete(db, ty);
            return !ty_eq(normal, ty) && type_needs_drop(db, normal);
        }
    case TY_PARAM:
    case TY_INFER: return true;
    default: return false;
    }
}

// ---- associated items
// ------------------------------------------------------------------------------------

static void resolve_item_run(Db *db, u32 key) {
    const u32 *words = types_key_words(db, key);
    DefId item = {words[0]};
    Args args = {words[1]};
    ResolvedItem out;
    memset(&out, 0, sizeof out);
    DefId trait = trait_of_item(db, item);
    u32 count = args_count(db, args), trait_count = min_u32(generics_count(db, trait), count);
    TraitRef tr = {trait, args_slice(db, args, 0, trait_count)};
    Args own = args_slice(db, args, trait_count, count - trait_count);
    bool generic = args_flags(db, args) & TY_HAS_PARAM;
    Selection sel = select_impl(db, tr);
    out.kind = sel.kind;
    out.def = item;
    out.args = args;
    if (sel.kind == CAND_IMPL) {
        DefId impl = sel.impl;
        Args impl_args = sel.args;
        AssocItem row = {0};
        DefId found = assoc_item_in_impl(db, impl, item, &row);
        if (!found.id) {
            SolveCx cx = concrete_cx(db, trait, args_flags(db, args));
            Solver s;
            u32 snapshot = concrete_begin(&s, &cx);
            impl = inherited_item(&s, tr, sel.impl, item, &impl_args);
            if (impl.id) found = assoc_item_in_impl(db, impl, item, &row);
            concrete_end(&s, snapshot);
        }
        if (found.id) {
            out.def = found;
            out.args = args_concat(db, impl_args, own);
        }
        // With parameters inside, a more special impl may apply later.
        if (generic && row.is_default) memset(&out, 0, sizeof out);
    } else if (sel.kind == CAND_NONE) {
        memset(&out, 0, sizeof out);
    }
    query_return(db, &out, sizeof out);
}

ResolvedItem resolve_assoc_item(Db *db, DefId trait_item, Args args) {
    if (!trait_of_item(db, trait_item).id) return (ResolvedItem){CAND_IMPL, trait_item, args};
    if (args_flags(db, args) & TY_NEEDS_NORMALIZE) args = normalize_concrete_args(db, args);
    const ResolvedItem *r = query_get(db, Q_resolve_item, solve_key(db, trait_item.id, args.id));
    return r ? *r : (ResolvedItem){0};
}

void solve_register(Db *db) {
    select_register(db);
    env_register(db);
    builtin_register(db);
    query_register(db, Q_trait_select, trait_select_run);
    query_register(db, Q_project_concrete, project_concrete_run);
    query_register(db, Q_needs_drop, needs_drop_run);
    query_register(db, Q_resolve_item, resolve_item_run);
}
