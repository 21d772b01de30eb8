// Paths in bodies: values, constructors and the struct a literal or pattern names.
#include "infer/infer_internal.h"

static const AdtVariant *variant_of(Tc *tc, DefId def, const AdtDef **adt) {
    Db *db = tc->db;
    *adt = NULL;
    if (!def.id) return NULL; // a variant that names/ could not number: its error stands there
    DefId owner = def_kind(db, def) == DEF_VARIANT ? def_row(db, def)->parent : def;
    *adt = adt_def(db, owner);
    for (u32 i = 0; i < (*adt)->variants.count; i++)
        if (adt_variant(*adt, i)->def.id == def.id) return adt_variant(*adt, i);
    return NULL;
}

Ty tc_ctor_ty(Tc *tc, DefId def, Args args, Span span) {
    const AdtDef *adt;
    const AdtVariant *v = variant_of(tc, def, &adt);
    if (!v) {
        tc->tainted = true;
        return TY_OF(ERROR);
    }
    if (!tc_ctor_visible(tc, adt, v))
        tc_error(tc, span, "E0603", "tuple struct constructor `%.*s` is private",
                 STR_ARG(symbol_str(&tc->db->symbols, v->name)));
    if (v->ctor == CTOR_TUPLE) return ty_fn_def(tc->db, def, args);
    if (v->ctor == CTOR_UNIT) return ty_adt(tc->db, adt->def, args);
    tc_error(tc, span, "E0533", "expected value, found struct `%.*s`",
             STR_ARG(symbol_str(&tc->db->symbols, v->name)));
    return TY_OF(ERROR);
}

static Args seg_args(Tc *tc, u32 seg, DefId def, Args parent, Ty self_ty, Span span) {
    tc->lower.owner = tc->b->owner;
    Args args = lower_path_args(&tc->lower, tc->b->hir, &tc->b->hir->t, seg, def, parent, self_ty);
    return tc_normalize_args(tc, args, span);
}

// The segment whose arguments are the ADT's: `Enum::<T>::Variant` or `Variant::<T>`.
static Args adt_path_args(Tc *tc, const HirPathRow *path, DefId def, Span span) {
    Db *db = tc->db;
    bool is_variant = def_kind(db, def) == DEF_VARIANT;
    DefId adt = is_variant ? def_row(db, def)->parent : def;
    u32 n = path->segs.count;
    if (n == 0) return infer_fresh_args(tc->table, adt);
    u32 seg = path->segs.first + n - 1;
    if (is_variant && n > 1 && !HIR_AT(tc->b->hir, HirSeg, segs, seg)->has_args) seg--;
    return seg_args(tc, seg, adt, (Args){0}, (Ty){0}, span);
}

static Ty path_error(Tc *tc, ValuePath *out) {
    tc->tainted = true;
    memset(out, 0, sizeof *out);
    out->ty = TY_OF(ERROR);
    return out->ty;
}

static void fn_or_const(Tc *tc, ValuePath *out, DefId def, Args args, Span span) {
    out->res = (Res){RES_DEF, def, 0};
    out->args = args;
    DefKind kind = def_kind(tc->db, def);
    tc_register_bounds(tc, def, args, span);
    if (kind == DEF_FN || kind == DEF_ASSOC_FN)
        out->ty = ty_fn_def(tc->db, def, args);
    else
        out->ty = tc_normalize(tc, ty_subst(tc->db, type_of(tc->db, def), args), span);
}

// The goal `Self: Trait` was registered last: if Self stays open, the path is to blame (E0790).
static void mark_open_self(Tc *tc) {
    Obligation *last = tc_last_goal(tc);
    if (last) last->is_open_path = true;
}

// Trait::item: Self is open.
static void trait_path(Tc *tc, const HirPathRow *of, u32 seg, Span span, ValuePath *out) {
    Db *db = tc->db;
    DefId trait = of->res.def;
    Symbol name = HIR_AT(tc->b->hir, HirSeg, segs, seg)->name;
    DefId item = assoc_item_named(db, trait, name, ASSOC_FN);
    if (!item.id) item = assoc_item_named(db, trait, name, ASSOC_CONST);
    Ty self_ty = tc_var(tc);
    if (!item.id) { // of a supertrait
        const Predicates *supers = super_predicates_of(db, trait);
        for (u32 i = 0; i < supers->own.count && !item.id; i++) {
            const Predicate *pred = &LIST_AT(supers, Predicate, supers->own)[i];
            if (pred->kind == PRED_TRAIT)
                item = assoc_item_named(db, pred->trait_ref.trait, name, ASSOC_FN);
        }
    }
    if (!item.id) {
        Str text = symbol_str(&db->symbols, name),
            of_text = symbol_str(&db->symbols, def_row(db, trait)->name);
        tc_error(tc, span, "E0576",
                 "cannot find method or associated constant `%.*s` in trait `%.*s`", STR_ARG(text),
                 STR_ARG(of_text));
        path_error(tc, out);
        return;
    }
    DefId container = def_row(db, item)->parent;
    Args parent;
    if (of->segs.count && container.id == trait.id) {
        parent = seg_args(tc, of->segs.first + of->segs.count - 1, trait, (Args){0}, self_ty, span);
    } else {
        parent = infer_fresh_args(tc->table, container);
        tc_unify(tc, args_get(db, parent, 0), self_ty);
    }
    fn_or_const(tc, out, item, seg_args(tc, seg, item, parent, (Ty){0}, span), span);
    mark_open_self(tc);
}

static void relative_path(Tc *tc, const HirPathRow *path, Span span, ValuePath *out) {
    Db *db = tc->db;
    u32 seg = path->segs.first + path->segs.count - 1;
    Symbol name = HIR_AT(tc->b->hir, HirSeg, segs, seg)->name;
    const HirTyRow *qself = hir_ty(tc->b->hir, path->qself);
    if (qself->kind == HIR_TY_PATH) {
        const HirPathRow *of = hir_path(tc->b->hir, qself->path);
        if (!of->is_relative && of->res.kind == RES_DEF && def_kind(db, of->res.def) == DEF_TRAIT) {
            trait_path(tc, of, seg, span, out);
            return;
        }
    }
    tc->lower.value_path = true; // arguments left out of `Type::item` are variables
    Ty self_ty = tc_hir_ty(tc, path->qself);
    tc->lower.value_path = false;
    self_ty = tc_structurally(tc, self_ty, span);
    if (tc_kind(tc, self_ty) == TY_ERROR) {
        path_error(tc, out);
        return;
    }
    const TyRow *row = tc_row(tc, self_ty);
    if (row->kind == TY_ADT && def_kind(db, row->def) == DEF_ENUM) {
        const AdtDef *adt = adt_def(db, row->def);
        for (u32 i = 0; i < adt->variants.count; i++) {
            const AdtVariant *v = adt_variant(adt, i);
            if (v->name.id != name.id || !v->def.id) continue;
            out->res = (Res){RES_CTOR, v->def, 0};
            out->args = row->args;
            out->ty = tc_ctor_ty(tc, v->def, row->args, span);
            return;
        }
    }
    Pick pick;
    ProbeResult found = probe_path(tc, self_ty, name, span, &pick);
    Str text = symbol_str(&db->symbols, name);
    if (found == PROBE_NONE || found == PROBE_BAD_TY || found == PROBE_PRIVATE ||
        found == PROBE_AMBIGUOUS) {
        if (!tc_has_error(tc, self_ty)) {
            bool is_enum = row->kind == TY_ADT && def_kind(db, row->def) == DEF_ENUM;
            if (found == PROBE_PRIVATE)
                tc_error(tc, span, "E0624", "associated item `%.*s` is private", STR_ARG(text));
            else if (found == PROBE_AMBIGUOUS)
                tc_error(tc, span, "E0034", "multiple applicable items in scope");
            else
                tc_error(tc, span, "E0599",
                         "no %s named `%.*s` found for %s `%s` in the current scope",
                         is_enum ? "variant or associated item" : "function or associated item",
                         STR_ARG(text),
                         is_enum               ? "enum"
                         : row->kind == TY_ADT ? "struct"
                                               : "type",
                         tc_print(tc, self_ty));
        }
        path_error(tc, out);
        return;
    }
    Args parent;
    if (pick.kind == PICK_INHERENT) {
        parent = infer_fresh_args(tc->table, pick.container);
        Ty impl_ty =
            tc_normalize(tc, ty_subst(db, impl_header(db, pick.container)->self_ty, parent), span);
        tc_unify(tc, impl_ty, self_ty);
    } else {
        u32 n = generics_count(db, pick.container);
        Ty *tys = SCRATCH_ARRAY(tc->scratch, Ty, n);
        tys[0] = self_ty;
        for (u32 i = 1; i < n; i++)
            tys[i] = tc_var(tc);
        Args fresh = infer_fresh_args(tc->table, pick.container);
        const Ty *at = args_at(db, fresh, NULL);
        for (u32 i = 1; i < n; i++)
            if (ty_is_const(db, at[i])) tys[i] = at[i];
        parent = args_intern(db, tys, n);
        if (pick.kind == PICK_OBJECT) {
            const Ty *given = args_at(db, pick.trait_args, NULL);
            for (u32 i = 1; i < n; i++)
                tc_unify(tc, tys[i], given[i]);
        }
    }
    fn_or_const(tc, out, pick.item, seg_args(tc, seg, pick.item, parent, (Ty){0}, span), span);
}

static Args default_trait_args(Tc *tc, DefId trait, Ty self_ty) {
    Db *db = tc->db;
    u32 n;
    const Ty *fresh = args_at(db, infer_fresh_args(tc->table, trait), &n);
    Ty *tys = SCRATCH_ARRAY(tc->scratch, Ty, n);
    memcpy(tys, fresh, n * sizeof *tys);
    tys[0] = self_ty;
    for (u32 i = 1; i < n; i++) {
        Ty given = param_default(db, trait, i);
        if (given.id) tys[i] = ty_subst(db, given, args_intern(db, tys, n));
    }
    return args_intern(db, tys, n);
}

static void assoc_path(Tc *tc, const HirPathRow *path, DefId item, Span span, ValuePath *out) {
    Db *db = tc->db;
    DefId container = def_row(db, item)->parent;
    u32 n = path->segs.count, last = path->segs.first + n - 1;
    Args parent;
    if (def_kind(db, container) == DEF_IMPL) {
        parent = infer_fresh_args(tc->table, container);
        if (path->qself.id) {
            Ty self_ty = tc_hir_ty(tc, path->qself);
            Ty impl_ty =
                tc_normalize(tc, ty_subst(db, impl_header(db, container)->self_ty, parent), span);
            tc_demand_eq(tc, span, impl_ty, self_ty);
        }
    } else {
        Ty self_ty = path->qself.id ? tc_hir_ty(tc, path->qself) : tc_var(tc);
        if (path->qself.id && (n < 2 || !HIR_AT(tc->b->hir, HirSeg, segs, last - 1)->has_args)) {
            parent =
                default_trait_args(tc, container, self_ty); // <T as Trait>: Trait's defaults hold
        } else if (n >= 2) {
            parent = seg_args(tc, last - 1, container, (Args){0}, self_ty, span);
        } else {
            parent = infer_fresh_args(tc->table, container);
            tc_unify(tc, args_get(db, parent, 0), self_ty);
        }
    }
    Args args =
        n ? seg_args(tc, last, item, parent, (Ty){0}, span) : infer_fresh_args(tc->table, item);
    fn_or_const(tc, out, item, args, span);
}

ValuePath tc_value_path(Tc *tc, HirPath id, Span span) {
    Db *db = tc->db;
    const HirPathRow *path = hir_path(tc->b->hir, id);
    ValuePath out;
    memset(&out, 0, sizeof out);
    out.res = path->res;
    if (path->is_relative) {
        relative_path(tc, path, span, &out);
        return out;
    }
    switch ((ResKind)path->res.kind) {
    case RES_LOCAL:
        out.ty = tc->b->local_tys[path->res.index];
        if (!out.ty.id) out.ty = tc->b->local_tys[path->res.index] = tc_var(tc);
        return out;
    case RES_DEF: {
        DefId def = path->res.def;
        u32 last = path->segs.first + path->segs.count - 1;
        switch (def_kind(db, def)) {
        case DEF_FN: {
            Args args = path->segs.count ? seg_args(tc, last, def, (Args){0}, (Ty){0}, span)
                                         : infer_fresh_args(tc->table, def);
            fn_or_const(tc, &out, def, args, span);
            return out;
        }
        case DEF_CONST:
        case DEF_STATIC: {
            Ty ty = type_of(db, def);
            out.ty = tc_normalize(tc, ty, span);
            return out;
        }
        case DEF_ASSOC_FN:
        case DEF_ASSOC_CONST: assoc_path(tc, path, def, span, &out); return out;
        case DEF_STRUCT:
        case DEF_VARIANT:
            out.args = adt_path_args(tc, path, def, span);
            out.ty = tc_ctor_ty(tc, def, out.args, span);
            out.res.kind = RES_CTOR;
            return out;
        default: break;
        }
        break;
    }
    case RES_CTOR:
        out.args = adt_path_args(tc, path, path->res.def, span);
        out.ty = tc_ctor_ty(tc, path->res.def, out.args, span);
        tc_register_bounds(tc,
                           def_kind(db, path->res.def) == DEF_VARIANT
                               ? def_row(db, path->res.def)->parent
                               : path->res.def,
                           out.args, span);
        return out;
    case RES_SELF_CTOR: {
        Ty self_ty = tc_normalize(tc, impl_header(db, path->res.def)->self_ty, span);
        const TyRow *row = tc_row(tc, self_ty);
        if (row->kind != TY_ADT || def_kind(db, row->def) != DEF_STRUCT) {
            tc_error(tc, span, "E0423",
                     "the `Self` constructor must be used with unit or tuple structs");
            break;
        }
        out.res = (Res){RES_CTOR, row->def, 0};
        out.args = row->args;
        out.ty = tc_ctor_ty(tc, row->def, row->args, span);
        return out;
    }
    case RES_CONST_PARAM: {
        const Generics *generics = generics_of(db, path->res.def);
        out.ty = tc_normalize(
            tc, const_param_ty(db, path->res.def, generics->parent_count + path->res.index), span);
        return out;
    }
    case RES_ERR:
    case RES_NONE: path_error(tc, &out); return out;
    default: break;
    }
    if (!tc->tainted) tc_error(tc, span, "E0423", "expected a value, found a type");
    path_error(tc, &out);
    return out;
}

// ---- struct paths -------------------------------------------------------------------------------

static StructPath struct_of_ty(Tc *tc, Ty ty, Span span) {
    StructPath out;
    memset(&out, 0, sizeof out);
    ty = tc_structurally(tc, ty, span);
    const TyRow *row = tc_row(tc, ty);
    if (row->kind == TY_ADT && def_kind(tc->db, row->def) != DEF_ENUM) {
        out.adt = adt_def(tc->db, row->def);
        out.variant = adt_variant(out.adt, 0);
        out.ty = ty;
    } else if (row->kind != TY_ERROR) {
        tc_error(tc, span, "E0071", "expected struct, variant or union type, found `%s`",
                 tc_print(tc, ty));
    }
    return out;
}

StructPath tc_struct_path(Tc *tc, HirPath id, Span span) {
    Db *db = tc->db;
    const HirPathRow *path = hir_path(tc->b->hir, id);
    StructPath none;
    memset(&none, 0, sizeof none);
    none.ty = TY_OF(ERROR);
    if (path->is_relative) {
        tc->lower.value_path = true;
        Ty self_ty = tc_structurally(tc, tc_hir_ty(tc, path->qself), span);
        const TyRow *row = tc_row(tc, self_ty);
        if (row->kind == TY_ERROR) {
            tc->tainted = true;
            return none;
        }
        Symbol name =
            HIR_AT(tc->b->hir, HirSeg, segs, path->segs.first + path->segs.count - 1)->name;
        if (row->kind == TY_ADT && def_kind(db, row->def) == DEF_ENUM) {
            const AdtDef *adt = adt_def(db, row->def);
            for (u32 i = 0; i < adt->variants.count; i++)
                if (adt_variant(adt, i)->name.id == name.id && adt_variant(adt, i)->def.id)
                    return (StructPath){adt, adt_variant(adt, i), self_ty};
        }
        // An associated type: Self::Assoc { .. }
        Ty found = {0};
        for (u32 i = 0; i < tc->env->predicates.count && !found.id; i++) {
            const Predicate *pred = &LIST_AT(tc->env, Predicate, tc->env->predicates)[i];
            if (pred->kind != PRED_TRAIT || args_get(db, pred->trait_ref.args, 0).id != self_ty.id)
                continue;
            DefId assoc = assoc_item_named(db, pred->trait_ref.trait, name, ASSOC_TY);
            if (assoc.id) found = ty_projection(db, assoc, pred->trait_ref.args);
        }
        DefId impl = tc->root;
        while (impl.id && def_kind(db, impl) != DEF_IMPL)
            impl = def_row(db, impl)->parent;
        if (!found.id && impl.id) {
            const ImplHeader *header = impl_header(db, impl);
            if (header->trait_ref.trait.id && header->self_ty.id == self_ty.id) {
                DefId assoc = assoc_item_named(db, header->trait_ref.trait, name, ASSOC_TY);
                if (assoc.id) found = ty_projection(db, assoc, header->trait_ref.args);
            }
        }
        if (found.id) return struct_of_ty(tc, tc_normalize(tc, found, span), span);
        tc_error(tc, span, "E0599", "no variant or associated type named `%.*s` found for `%s`",
                 STR_ARG(symbol_str(&db->symbols, name)), tc_print(tc, self_ty));
        return none;
    }
    switch ((ResKind)path->res.kind) {
    case RES_CTOR:
    case RES_DEF: {
        DefId def = path->res.def;
        switch (def_kind(db, def)) {
        case DEF_STRUCT:
        case DEF_UNION:
        case DEF_VARIANT: {
            StructPath out;
            out.variant = variant_of(tc, def, &out.adt);
            if (!out.variant) return none;
            out.ty = ty_adt(db, out.adt->def, adt_path_args(tc, path, def, span));
            tc_register_bounds(tc, out.adt->def, tc_row(tc, out.ty)->args, span);
            return out;
        }
        case DEF_TY_ALIAS: {
            u32 n = path->segs.count;
            Args args = n ? seg_args(tc, path->segs.first + n - 1, def, (Args){0}, (Ty){0}, span)
                          : infer_fresh_args(tc->table, def);
            return struct_of_ty(tc, tc_normalize(tc, ty_subst(db, type_of(db, def), args), span),
                                span);
        }
        case DEF_ASSOC_TY: {
            DefId trait = def_row(db, def)->parent;
            u32 n = path->segs.count, last = path->segs.first + n - 1;
            Ty self_ty = path->qself.id ? tc_hir_ty(tc, path->qself) : tc_var(tc);
            Args parent = n >= 2 ? seg_args(tc, last - 1, trait, (Args){0}, self_ty, span)
                                 : infer_fresh_args(tc->table, trait);
            if (n < 2) tc_unify(tc, args_get(db, parent, 0), self_ty);
            Args args = seg_args(tc, last, def, parent, (Ty){0}, span);
            return struct_of_ty(tc, tc_normalize(tc, ty_projection(db, def, args), span), span);
        }
        default: break;
        }
        break;
    }
    case RES_SELF_IMPL:
    case RES_SELF_CTOR:
        return struct_of_ty(tc, tc_normalize(tc, impl_header(db, path->res.def)->self_ty, span),
                            span);
    case RES_ERR:
    case RES_NONE: tc->tainted = true; return none;
    default: break;
    }
    tc_error(tc, span, "E0574", "expected struct, variant or union type");
    return none;
}
