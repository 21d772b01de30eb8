// Types of items, function signatures, impl headers, ADT definitions.
#include "types/types_internal.h"

static Ty lower_in(Db *db, DefId owner, const HirItem *item, HirTy ty) {
    TyLower lower = {.db = db, .owner = owner};
    return lower_ty(&lower, &item->t, item, ty);
}

// ---- the type an anon const is checked against
// --------------------------------------------------------

static bool list_position(const void *blob, const HirTables *t, HirList list, DefId anon, u32 *at) {
    for (u32 i = 0; i < list.count; i++) {
        u32 id = LIST_AT(blob, u32, t->lists)[list.first + i];
        const HirTyRow *row = &LIST_AT(blob, HirTyRow, t->tys)[id];
        if (row->kind == HIR_TY_CONST && row->const_kind == HIR_CONST_ANON &&
            def_eq(row->konst.def, anon)) {
            *at = i;
            return true;
        }
    }
    return false;
}

// As an end of a pattern type's range: the type it restricts.
static Ty anon_const_pat_ty(Db *db, DefId owner, const HirItem *item, DefId anon) {
    for (u32 i = 1; i < item->t.tys.count; i++) {
        const HirTyRow *row = &LIST_AT(item, HirTyRow, item->t.tys)[i];
        for (u32 k = 0; row->kind == HIR_TY_PAT && k < row->pat.ranges.count; k++) {
            u32 id =
                LIST_AT(item, u32, item->t.lists)[row->pat.ranges.first + k] & ~HIR_PAT_EXCLUSIVE;
            const HirTyRow *end = &LIST_AT(item, HirTyRow, item->t.tys)[id];
            if (end->kind == HIR_TY_CONST && end->const_kind == HIR_CONST_ANON &&
                def_eq(end->konst.def, anon))
                return lower_in(db, owner, item, row->pat.base);
        }
    }
    return (Ty){0};
}

// As a generic argument: the type of the parameter it stands for; 0 if it is none here.
static Ty anon_const_arg_ty(Db *db, const void *blob, const HirTables *t, DefId anon) {
    for (u32 i = 1; i < t->paths.count; i++) {
        const HirPathRow *path = &LIST_AT(blob, HirPathRow, t->paths)[i];
        for (u32 k = 0; k < path->segs.count; k++) {
            const HirSeg *seg = &LIST_AT(blob, HirSeg, t->segs)[path->segs.first + k];
            u32 at;
            if (!list_position(blob, t, seg->args, anon, &at)) continue;
            DefId def = path->res.def;
            if (k + 1 < path->segs.count && def.id) def = def_row(db, def)->parent;
            if ((path->res.kind != RES_DEF && path->res.kind != RES_CTOR) || !def.id)
                return (Ty){0};
            const Generics *g = generics_of(db, def);
            u32 index = g->parent_count + at;
            const GenericParam *params = LIST_AT(g, GenericParam, g->params);
            return index < g->params.count && params[index].is_const
                       ? const_param_ty(db, def, index)
                       : (Ty){0};
        }
    }
    return (Ty){0};
}

static Ty anon_const_ty(Db *db, DefId anon) {
    DefId parent = def_row(db, anon)->parent;
    while (def_kind(db, parent) == DEF_BLOCK) // one that declares items
        parent = def_row(db, parent)->parent;
    DefKind kind = def_kind(db, parent);
    DefId adt = kind == DEF_VARIANT ? def_row(db, parent)->parent : parent;
    if (def_kind(db, adt) == DEF_ENUM) {
        const HirItem *item = hir_item(db, adt);
        for (u32 i = 1; item && i < item->variant_rows.count; i++)
            if (def_eq(LIST_AT(item, HirVariant, item->variant_rows)[i].discr, anon)) {
                u32 repr = def_attrs(db, adt)->repr_int;
                return repr ? (Ty){TY_BOOL + repr - 1} : TY_OF(ISIZE);
            }
    }
    const HirItem *item = hir_item(db, def_typeck_root(db, parent));
    Ty ty = item ? anon_const_arg_ty(db, item, &item->t, anon) : (Ty){0};
    if (item && !ty.id) ty = anon_const_pat_ty(db, def_typeck_root(db, parent), item, anon);
    if (!ty.id &&
        (kind == DEF_FN || kind == DEF_ASSOC_FN || kind == DEF_CONST || kind == DEF_ASSOC_CONST ||
         kind == DEF_STATIC || kind == DEF_ANON_CONST || kind == DEF_INLINE_CONST)) {
        const HirBody *body = hir_body(db, parent);
        if (body) ty = anon_const_arg_ty(db, body, &body->t, anon);
    }
    return ty.id ? ty : TY_OF(USIZE);
}

// ---- type_of
// -----------------------------------------------------------------------------------------

static void type_of_run(Db *db, u32 key) {
    DefId def = {key};
    Ty ty = TY_OF(ERROR);
    DefKind kind = def_kind(db, def);
    switch (kind) {
    case DEF_STRUCT:
    case DEF_ENUM:
    case DEF_UNION: ty = ty_adt(db, def, generics_identity(db, def)); break;
    case DEF_VARIANT: ty = type_of(db, def_row(db, def)->parent); break;
    case DEF_FOREIGN_TY: ty = ty_foreign(db, def); break;
    case DEF_OPAQUE_TY: ty = ty_opaque(db, def, generics_identity(db, def)); break;
    case DEF_ANON_CONST: ty = anon_const_ty(db, def); break;
    case DEF_TY_ALIAS:
    case DEF_CONST:
    case DEF_STATIC:
    case DEF_ASSOC_CONST:
    case DEF_IMPL:
    case DEF_ASSOC_TY: {
        const HirItem *item = hir_item(db, def);
        if (!item) break;
        if (!item->ty.id) {
            ty = TY_OF(NONE);
            break;
        }
        ty = lower_in(db, def, item, item->ty);
        break;
    }
    case DEF_FN:
    case DEF_ASSOC_FN: ty = ty_fn_def(db, def, generics_identity(db, def)); break;
    default: break;
    }
    query_return(db, &ty, sizeof ty);
}

Ty type_of(Db *db, DefId def) {
    const Ty *ty = query_get(db, Q_type_of, def.id);
    if (ty) return *ty;
    if (def_kind(db, def) == DEF_TY_ALIAS) {
        Str name = symbol_str(&db->symbols, def_row(db, def)->name);
        diag_error(db, def_span(db, def), "E0391",
                   "cycle detected when expanding type alias `%.*s`", STR_ARG(name));
    }
    return TY_OF(ERROR);
}

Ty opaque_hidden_ty(Db *db, DefId def) {
    const Ty *ty = query_get(db, Q_opaque_hidden, def.id);
    return ty && ty->id ? *ty : TY_OF(ERROR);
}

// ---- fn_sig
// ------------------------------------------------------------------------------------------

static void return_sig(Db *db, const Ty *inputs, u32 count, const FnSig *head) {
    Blob blob;
    blob_begin(&blob, &db->scratch, sizeof(FnSig));
    List list = blob_add(&blob, inputs, count, sizeof(Ty));
    FnSig *sig = blob_header(&blob);
    *sig = *head;
    sig->inputs = list;
    query_return_blob(db, &blob);
}

static void fn_sig_run(Db *db, u32 key) {
    DefId def = {key};
    DefKind kind = def_kind(db, def);
    FnSig sig;
    memset(&sig, 0, sizeof sig);
    if (kind == DEF_FN || kind == DEF_ASSOC_FN) {
        const HirItem *item = hir_item(db, def);
        if (item) {
            u32 count = item->sig.inputs.count;
            Ty *inputs = SCRATCH_ARRAY(&db->scratch, Ty, count + 1);
            for (u32 i = 0; i < count; i++)
                inputs[i] = lower_in(
                    db, def, item,
                    (HirTy){LIST_AT(item, u32, item->t.lists)[item->sig.inputs.first + i]});
            sig.output =
                item->sig.output.id ? lower_in(db, def, item, item->sig.output) : ty_unit(db);
            sig.abi = item->sig.abi;
            sig.is_unsafe = item->sig.is_unsafe;
            sig.is_variadic = item->sig.is_variadic;
            sig.has_self = item->sig.has_self;
            return_sig(db, inputs, count, &sig);
            return;
        }
    } else if (kind == DEF_STRUCT || kind == DEF_VARIANT) {
        DefId adt_id = kind == DEF_VARIANT ? def_row(db, def)->parent : def;
        const AdtDef *adt = adt_def(db, adt_id);
        const AdtVariant *v =
            adt_variant(adt, kind == DEF_VARIANT ? adt_variant_index(db, def) : 0);
        Ty *inputs = SCRATCH_ARRAY(&db->scratch, Ty, v->field_count + 1);
        for (u32 i = 0; i < v->field_count; i++)
            inputs[i] = adt_field(adt, v, i)->ty;
        sig.output = type_of(db, adt_id);
        return_sig(db, inputs, v->field_count, &sig);
        return;
    }
    sig.output = TY_OF(ERROR);
    return_sig(db, NULL, 0, &sig);
}

const FnSig *fn_sig(Db *db, DefId def) {
    return query_get(db, Q_fn_sig, def.id);
}

Ty fn_sig_ptr(Db *db, DefId def, Args args) {
    const FnSig *sig = fn_sig(db, def);
    u64 mark = scratch_mark(types_work(db));
    Ty *tys = SCRATCH_ARRAY(types_work(db), Ty, sig->inputs.count + 1);
    if (sig->inputs.count)
        memcpy(tys, LIST_AT(sig, Ty, sig->inputs), sig->inputs.count * sizeof *tys);
    tys[sig->inputs.count] = sig->output;
    Args list = args_subst(db, args_intern(db, tys, sig->inputs.count + 1), args);
    scratch_rewind(types_work(db), mark);
    return ty_fn_ptr(db, (FnPtrSig){list, sig->abi, sig->is_unsafe, sig->is_variadic});
}

// ---- impls
// -------------------------------------------------------------------------------------------

static void impl_header_run(Db *db, u32 key) {
    DefId def = {key};
    ImplHeader h;
    memset(&h, 0, sizeof h);
    h.self_ty = type_of(db, def);
    const HirItem *item = hir_item(db, def);
    if (item) {
        h.is_negative = item->is_negative;
        h.is_default = item->is_default_impl;
        if (item->impl_trait.id) {
            const HirPathRow *path = &LIST_AT(item, HirPathRow, item->t.paths)[item->impl_trait.id];
            if (path->res.kind == RES_DEF && def_kind(db, path->res.def) == DEF_TRAIT) {
                TyLower lower = {.db = db, .owner = def};
                h.trait_ref = lower_trait_ref(&lower, item, &item->t, item->impl_trait, h.self_ty);
            }
        }
    }
    query_return(db, &h, sizeof h);
}

static const ImplHeader cyclic_header = {.self_ty = {TY_ERROR}};

const ImplHeader *impl_header(Db *db, DefId impl) {
    const ImplHeader *h = query_get(db, Q_impl_header, impl.id);
    return h ? h : &cyclic_header;
}

// ---- ADTs
// --------------------------------------------------------------------------------------------

static void adt_def_run(Db *db, u32 key) {
    DefId def = {key};
    VEC(AdtVariant) variants = {0};
    VEC(AdtField) fields = {0};
    const HirItem *item = hir_item(db, def);
    for (u32 i = 1; item && i < item->variant_rows.count; i++) {
        const HirVariant *v = &LIST_AT(item, HirVariant, item->variant_rows)[i];
        AdtVariant row;
        memset(&row, 0, sizeof row);
        row.def = v->def;
        row.name = v->name;
        row.ctor = v->ctor;
        row.has_explicit_discr = v->discr.id != 0;
        row.first_field = fields.count;
        row.field_count = v->fields.count;
        row.discr = v->discr;
        vec_push(&db->scratch, &variants, row);
        for (u32 k = 0; k < v->fields.count; k++) {
            const HirFieldDef *f =
                &LIST_AT(item, HirFieldDef, item->field_rows)[v->fields.first + k];
            AdtField field = {
                .name = f->name, .ty = lower_in(db, def, item, f->ty), .vis_scope = {f->vis_scope}};
            vec_push(&db->scratch, &fields, field);
        }
    }
    Blob blob;
    blob_begin(&blob, &db->scratch, sizeof(AdtDef));
    List variant_list = blob_add(&blob, variants.at, variants.count, sizeof(AdtVariant));
    List field_list = blob_add(&blob, fields.at, fields.count, sizeof(AdtField));
    AdtDef *adt = blob_header(&blob);
    adt->def = def;
    adt->kind = (u8)def_kind(db, def);
    adt->variants = variant_list;
    adt->fields = field_list;
    query_return_blob(db, &blob);
}

const AdtDef *adt_def(Db *db, DefId def) {
    return query_get(db, Q_adt_def, def.id);
}

u32 adt_variant_index(Db *db, DefId variant) {
    if (def_kind(db, variant) != DEF_VARIANT) return 0;
    u32 count;
    const DefId *variants = def_variants(db, def_row(db, variant)->parent, &count);
    for (u32 i = 0; i < count; i++)
        if (def_eq(variants[i], variant)) return i;
    return 0;
}

void sig_register(Db *db) {
    query_register(db, Q_type_of, type_of_run);
    query_register(db, Q_fn_sig, fn_sig_run);
    query_register(db, Q_impl_header, impl_header_run);
    query_register(db, Q_adt_def, adt_def_run);
}

void types_register(Db *db) {
    generics_register(db);
    predicates_register(db);
    sig_register(db);
    impls_register(db);
    by_name_register(db);
}
