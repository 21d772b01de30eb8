// Traits the compiler itself implements: Sized, Copy, Clone, the Fn family, and what auto traits
// ask of a type's parts.
#include "solve/solve_internal.h"

bool solver_closure(Solver *s, Ty closure, ClosureFacts *out) {
    if (s->cx->closure && s->cx->closure(s->cx->hook_cx, closure, out)) return true;
    const TyRow *row = ty_row(s->db, closure);
    const ClosureFacts *facts = query_get(s->db, Q_closure_facts, row->def.id);
    if (!facts) return false;
    *out = *facts;
    out->tys = args_subst(s->db, out->tys, row->args);
    out->upvars = args_subst(s->db, out->upvars, row->args);
    return true;
}

// ---- Sized
// -----------------------------------------------------------------------------------------

static Ty tail_of(Db *db, Ty field) {
    for (u32 depth = 0; depth < SOLVE_DEPTH_MAX; depth++) {
        const TyRow *row = ty_row(db, field);
        switch ((TyKind)row->kind) {
        case TY_PARAM:
        case TY_PROJECTION:
        case TY_OPAQUE:
        case TY_STR:
        case TY_SLICE:
        case TY_DYN:
        case TY_FOREIGN: return field;
        case TY_TUPLE: {
            u32 count;
            const Ty *tys = ty_elems(db, field, &count);
            if (!count) return (Ty){0};
            field = tys[count - 1];
            break;
        }
        case TY_ADT: {
            if (def_kind(db, row->def) != DEF_STRUCT) return (Ty){0};
            const Ty *tail = query_get(db, Q_adt_sized_tail, row->def.id);
            return tail ? ty_subst(db, *tail, row->args) : (Ty){0};
        }
        default: return (Ty){0};
        }
    }
    return (Ty){0};
}

static void adt_sized_tail_run(Db *db, u32 key) {
    DefId def = {key};
    const AdtDef *adt = adt_def(db, def);
    Ty tail = {0};
    if (adt->kind == DEF_STRUCT && adt->fields.count) {
        tail = tail_of(db, LIST_AT(adt, AdtField, adt->fields)[adt->fields.count - 1].ty);
        const Predicates *preds = predicates_of(db, def);
        DefId sized = lang_item(db, LANG_sized);
        for (u32 i = 0; tail.id && i < preds->own.count; i++) {
            const Predicate *p = &LIST_AT(preds, Predicate, preds->own)[i];
            if (p->kind == PRED_TRAIT && p->trait_ref.trait.id == sized.id &&
                ty_eq(args_get(db, p->trait_ref.args, 0), tail))
                tail = (Ty){0};
        }
    }
    query_return(db, &tail, sizeof tail);
}

BuiltinAnswer builtin_sized(Solver *s, Ty self, TyVec *nested) {
    Db *db = s->db;
    const TyRow *row = ty_row(db, self);
    switch ((TyKind)row->kind) {
    case TY_INFER: return BUILTIN_MAYBE;
    case TY_STR:
    case TY_SLICE:
    case TY_DYN:
    case TY_FOREIGN: return BUILTIN_NO;
    case TY_PARAM:
    case TY_PROJECTION:
    case TY_OPAQUE:
    case TY_PLACEHOLDER: return BUILTIN_NONE;
    case TY_TUPLE: {
        u32 count;
        const Ty *tys = ty_elems(db, self, &count);
        if (count) vec_push(s->work, nested, tys[count - 1]);
        return BUILTIN_YES;
    }
    case TY_ADT: {
        if (def_kind(db, row->def) != DEF_STRUCT) return BUILTIN_YES;
        const Ty *tail = query_get(db, Q_adt_sized_tail, row->def.id);
        if (tail && tail->id) {
            Ty ty = ty_subst(db, *tail, row->args);
            vec_push(s->work, nested, ty);
        }
        return BUILTIN_YES;
    }
    default: return BUILTIN_YES;
    }
}

// ---- Copy, Clone
// -------------------------------------------------------------------------------------

BuiltinAnswer builtin_copy_clone(Solver *s, Ty self, TyVec *nested) {
    const TyRow *row = ty_row(s->db, self);
    switch ((TyKind)row->kind) {
    case TY_FN_DEF:
    case TY_FN_PTR:
    case TY_PAT:
    case TY_ERROR: return BUILTIN_YES;
    case TY_TUPLE: {
        u32 count;
        const Ty *tys = ty_elems(s->db, self, &count);
        vec_append(s->work, nested, tys, count);
        return BUILTIN_YES;
    }
    case TY_CLOSURE: {
        ClosureFacts facts = {0};
        if (!solver_closure(s, self, &facts)) return BUILTIN_NONE;
        if (!facts.upvars_known) return BUILTIN_MAYBE;
        u32 count;
        const Ty *tys = args_at(s->db, facts.upvars, &count);
        vec_append(s->work, nested, tys, count);
        return BUILTIN_YES;
    }
    default: return BUILTIN_NONE; // impls in core
    }
}

// ---- auto traits
// -------------------------------------------------------------------------------------

BuiltinAnswer auto_constituents(Solver *s, Ty self, TyVec *nested) {
    Db *db = s->db;
    const TyRow *row = ty_row(db, self);
    switch ((TyKind)row->kind) {
    case TY_INFER: return BUILTIN_MAYBE;
    case TY_PARAM:
    case TY_PROJECTION:
    case TY_PLACEHOLDER:
    case TY_FOREIGN:
    case TY_DYN: return BUILTIN_NONE;
    case TY_PTR:
    case TY_REF:
    case TY_ARRAY:
    case TY_SLICE:
    case TY_PAT: {
        Ty elem = row->elem;
        vec_push(s->work, nested, elem);
        return BUILTIN_YES;
    }
    case TY_TUPLE: {
        u32 count;
        const Ty *tys = ty_elems(db, self, &count);
        vec_append(s->work, nested, tys, count);
        return BUILTIN_YES;
    }
    case TY_ADT: {
        if (lang_item_of(db, row->def) == LANG_phantom_data) {
            u32 count;
            const Ty *tys = args_at(db, row->args, &count);
            vec_append(s->work, nested, tys, count);
            return BUILTIN_YES;
        }
        const AdtDef *adt = adt_def(db, row->def);
        for (u32 i = 0; i < adt->fields.count; i++) {
            Ty ty = ty_subst(db, LIST_AT(adt, AdtField, adt->fields)[i].ty, row->args);
            bool known = false;
            for (u32 k = 0; k < nested->count && !known; k++)
                known = ty_eq(nested->at[k], ty);
            if (!known) vec_push(s->work, nested, ty);
        }
        return BUILTIN_YES;
    }
    case TY_CLOSURE: {
        ClosureFacts facts = {0};
        if (!solver_closure(s, self, &facts)) return BUILTIN_YES;
        if (!facts.upvars_known) return BUILTIN_MAYBE;
        u32 count;
        const Ty *tys = args_at(db, facts.upvars, &count);
        vec_append(s->work, nested, tys, count);
        return BUILTIN_YES;
    }
    case TY_OPAQUE: { // the hidden type's auto traits show through
        Ty hidden;
        if (s->cx->defining_opaque && s->cx->defining_opaque(s->cx->hook_cx, self, &hidden)) {
            vec_push(s->work, nested, hidden);
            return BUILTIN_YES;
        }
        hidden = ty_subst(db, opaque_hidden_ty(db, row->def), row->args);
        vec_push(s->work, nested, hidden);
        return BUILTIN_YES;
    }
    default: return BUILTIN_YES;
    }
}

// ---- Fn, FnMut, FnOnce
// ---------------------------------------------------------------------------------

bool is_fn_trait(Db *db, DefId trait, u32 *rank) {
    LangItem lang = lang_item_of(db, trait);
    if (lang == LANG_fn_once)
        *rank = 2;
    else if (lang == LANG_fn_mut)
        *rank = 1;
    else if (lang == LANG_fn)
        *rank = 0;
    else
        return false;
    return true;
}

BuiltinAnswer builtin_fn_sig(Solver *s, Ty self, DefId fn_trait, Args *sig, bool *is_closure,
                             bool *kind_unknown) {
    Db *db = s->db;
    const TyRow *row = ty_row(db, self);
    u32 rank = 0;
    *is_closure = *kind_unknown = false;
    switch ((TyKind)row->kind) {
    case TY_FN_DEF: {
        const FnSig *fn = fn_sig(db, row->def);
        if (fn->is_unsafe || fn->is_variadic || fn->abi != ABI_RUST) return BUILTIN_NONE;
        *sig = ty_row(db, fn_sig_ptr(db, row->def, row->args))->args;
        return BUILTIN_YES;
    }
    case TY_FN_PTR:
        if (row->is_unsafe || row->is_variadic || row->abi != ABI_RUST) return BUILTIN_NONE;
        *sig = row->args;
        return BUILTIN_YES;
    case TY_CLOSURE: {
        ClosureFacts facts = {0};
        *is_closure = true;
        if (!solver_closure(s, self, &facts)) return BUILTIN_NONE;
        if (!facts.known) return BUILTIN_MAYBE;
        *sig = facts.tys;
        is_fn_trait(db, fn_trait, &rank);
        if (!facts.kind_known)
            *kind_unknown = rank != 2;
        else if (facts.kind > rank)
            return BUILTIN_NO; // FnOnce closures are not Fn
        return BUILTIN_YES;
    }
    default: return BUILTIN_NONE;
    }
}

void builtin_register(Db *db) {
    query_register(db, Q_adt_sized_tail, adt_sized_tail_run);
}
