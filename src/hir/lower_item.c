// Items: generics, signatures, fields, bounds. And the queries of this folder.

#include "hir/hir_internal.h"

static void lower_generics(Lower *l, const AstGenerics *generics) {
    const AstGenericParam *params =
        AST_ROWS(l->ast, generic_params, AstGenericParam, generics->params);
    // Rows of the written parameters come first: `impl Trait` ones are appended as they are met.
    u32 first = l->param_rows.count;
    for (u32 i = 0; i < generics->params.count; i++)
        vec_push(l->scratch, &l->param_rows,
                 (HirParam){.name = params[i].name.sym, .is_const = params[i].is_const});
    l->own_param_count = generics->params.count;
    for (u32 i = 0; i < generics->params.count; i++) {
        HirParam row = l->param_rows.at[first + i];
        if (params[i].ty.id) row.ty = lower_type(l, params[i].ty);
        if (params[i].default_ty.id) row.default_ty = lower_generic_arg(l, params[i].default_ty);
        if (params[i].default_expr.id) row.default_ty = lower_const_arg(l, params[i].default_expr);
        l->param_rows.at[first + i] = row;
        HirList bounds = lower_bounds(l, params[i].bounds);
        if (bounds.count)
            vec_push(l->scratch, &l->where_rows, (HirWhere){.param = i, .bounds = bounds});
    }
    for (u32 i = 0; i < generics->wheres.count; i++) {
        AstWhere where = AST_ROWS(l->ast, wheres, AstWhere, generics->wheres)[i];
        HirWhere row = {0};
        row.bounded = lower_type(l, where.ty);
        row.bounds = lower_bounds(l, where.bounds);
        if (row.bounds.count) vec_push(l->scratch, &l->where_rows, row);
    }
}

static u32 vis_scope(Lower *l, const AstVis *vis) {
    DefId module = def_scope(l->db, l->tree_owner);
    while (module.id && def_kind(l->db, module) == DEF_BLOCK)
        module = def_scope(l->db, def_row(l->db, module)->parent);
    switch ((ItemVis)vis->kind) {
    case VIS_PUB: return 0;
    case VIS_CRATE: return crate_row(l->db, def_crate(l->db, l->tree_owner))->root.id;
    case VIS_INHERITED:
    case VIS_SELF: return module.id;
    case VIS_SUPER: {
        DefId parent = def_row(l->db, module)->parent;
        return parent.id ? parent.id : module.id;
    }
    case VIS_IN: {
        const AstPathRow *path = ast_path(l->ast, vis->path);
        PathSeg *segs = SCRATCH_ARRAY(l->scratch, PathSeg, path->segs.count + 1);
        for (u32 i = 0; i < path->segs.count; i++) {
            const AstSeg *seg = &AST_ROWS(l->ast, segs, AstSeg, path->segs)[i];
            segs[i] = (PathSeg){seg->name.sym, seg->name.ctxt, seg->flags};
        }
        PathRes res = names_resolve(l->db, l->scope, segs, path->segs.count, NS_TYPE);
        return res.res.kind == RES_DEF ? res.res.def.id : module.id;
    }
    }
    UNREACHABLE();
}

static HirList lower_fields(Lower *l, AstList fields) {
    VEC(HirFieldDef) rows = {0};
    for (u32 i = 0; i < fields.count; i++) {
        AstFieldDef field = AST_ROWS(l->ast, field_defs, AstFieldDef, fields)[i];
        HirFieldDef row = {.name = field.name.sym};
        row.ty = lower_type(l, field.ty);
        row.vis_scope = vis_scope(l, &field.vis);
        vec_push(l->scratch, &rows, row);
    }
    HirList list = {l->field_rows.count, rows.count};
    vec_append(l->scratch, &l->field_rows, rows.at, rows.count);
    return list;
}

static u8 ctor_kind(u8 ctor) {
    return ctor == AST_CTOR_RECORD ? CTOR_RECORD : ctor == AST_CTOR_TUPLE ? CTOR_TUPLE : CTOR_UNIT;
}

static void lower_variants(Lower *l, const AstItem *item) {
    if (item->kind != ITEM_ENUM) {
        HirVariant row = {.def = l->owner, .name = item->name.sym, .ctor = ctor_kind(item->ctor)};
        row.fields = lower_fields(l, item->fields);
        vec_push(l->scratch, &l->variant_rows, row);
        return;
    }
    u32 count;
    const DefId *defs = def_variants(l->db, l->owner, &count);
    for (u32 i = 0; i < item->variants.count; i++) {
        AstVariant variant = AST_ROWS(l->ast, variants, AstVariant, item->variants)[i];
        HirVariant row = {.name = variant.name.sym, .ctor = ctor_kind(variant.ctor)};
        if (i < count) row.def = defs[i];
        row.fields = lower_fields(l, variant.fields);
        for (u32 f = 0; f < row.fields.count; f++) // a variant's fields are as visible as the enum
            l->field_rows.at[row.fields.first + f].vis_scope = 0;
        if (variant.discr.id)
            row.discr =
                def_intern(l->db, l->owner, DEF_ANON_CONST, SYM_OF(none), variant.discr.id << 1);
        vec_push(l->scratch, &l->variant_rows, row);
    }
}

static void lower_sig(Lower *l, const AstItem *item, HirItem *out) {
    U32Vec inputs = {0};
    l->impl_is_param = true;
    for (u32 i = 0; i < item->params.count; i++) {
        AstParam param = AST_ROWS(l->ast, params, AstParam, item->params)[i];
        if (param.is_self) out->sig.has_self = true;
        if (param.ty.id && ast_ty(l->ast, param.ty)->kind == AST_TY_VARIADIC) continue;
        HirTy ty =
            param.ty.id ? lower_type(l, param.ty) : lower_ty_new(l, HIR_TY_ERR, param.lo, param.hi);
        vec_push(l->scratch, &inputs, ty.id);
    }
    l->impl_is_param = false;
    out->sig.inputs = lower_list(l, inputs.at, inputs.count);
    if (item->ret.id) out->sig.output = lower_type(l, item->ret);
    out->sig.is_variadic = item->is_variadic;
    out->sig.is_unsafe = (item->flags & ITEM_IS_UNSAFE) != 0;
    out->sig.is_const = (item->flags & ITEM_IS_CONST) != 0;
    out->sig.is_async = (item->flags & ITEM_IS_ASYNC) != 0;
    out->sig.abi = lower_abi(l, item->abi);
}

// A function of an `extern "ABI" { }` block takes the block's ABI, and is unsafe unless `safe`.
static void lower_foreign(Lower *l, const AstItem *item, HirItem *out) {
    DefId parent = def_row(l->db, out->def)->parent;
    if (!parent.id || def_kind(l->db, parent) != DEF_FOREIGN_MOD) return;
    out->is_foreign = true;
    if (def_kind(l->db, out->def) != DEF_FN) return;
    const Ast *block = def_item_ast(l->db, parent);
    out->sig.abi = block ? lower_abi(l, block->item.abi) : ABI_C;
    out->sig.is_unsafe = !(item->flags & ITEM_IS_SAFE);
}

static void return_bare_item(Db *db, const HirItem *head) {
    Blob blob;
    blob_begin(&blob, &db->scratch, sizeof(HirItem));
    *(HirItem *)blob_header(&blob) = *head;
    query_return_blob(db, &blob);
}

// NULL: the type is of a tree that an edit has changed since.
static const AstTyRow *opaque_ty(const Lower *l, DefId opaque) {
    AstTy ty = {def_row(l->db, opaque)->disambiguator};
    bool is_there = ty.id < l->ast->tys.count && ast_ty(l->ast, ty)->kind == AST_TY_IMPL;
    return is_there ? ast_ty(l->ast, ty) : NULL;
}

static void hir_item_run(Db *db, u32 key) {
    DefId def = {key};
    Lower lower, *l = &lower;
    HirItem head;
    memset(&head, 0, sizeof head);
    head.def = def;
    DefKind kind = def_kind(db, def);
    if (!lower_begin(l, db, def, false)) {
        return_bare_item(db, &head);
        return;
    }
    const AstItem *item = &l->ast->item;
    if (kind == DEF_OPAQUE_TY) {
        const AstTyRow *ty = opaque_ty(l, def);
        if (!ty) {
            return_bare_item(db, &head);
            return;
        }
        head.bounds = lower_bounds(l, ty->bounds);
    } else {
        lower_generics(l, &item->generics);
        switch (kind) {
        case DEF_STRUCT:
        case DEF_ENUM:
        case DEF_UNION: lower_variants(l, item); break;
        case DEF_FN:
        case DEF_ASSOC_FN: lower_sig(l, item, &head); break;
        case DEF_CONST:
        case DEF_STATIC:
        case DEF_ASSOC_CONST:
        case DEF_TY_ALIAS:
        case DEF_ASSOC_TY:
            if (item->ty.id) head.ty = lower_type(l, item->ty);
            head.bounds = lower_bounds(l, item->bounds);
            head.is_mut = (item->flags & ITEM_IS_MUT) != 0;
            break;
        case DEF_TRAIT:
        case DEF_TRAIT_ALIAS:
            head.bounds = lower_bounds(l, item->bounds);
            head.is_auto = (item->flags & ITEM_IS_AUTO) != 0;
            break;
        case DEF_IMPL:
            head.ty = lower_type(l, item->ty);
            if (item->trait_ref.id) head.impl_trait = lower_path(l, item->trait_ref, PATH_TRAIT);
            head.is_negative = (item->flags & ITEM_IS_NEGATIVE) != 0;
            head.is_default_impl = (item->flags & ITEM_IS_DEFAULT) != 0;
            head.is_const = (item->flags & ITEM_IS_CONST) != 0;
            break;
        default: break;
        }
        lower_foreign(l, item, &head);
        head.is_unsafe = (item->flags & ITEM_IS_UNSAFE) != 0;
    }
    head.generics = (HirList){1, l->param_rows.count - 1};
    head.wheres = (HirList){1, l->where_rows.count - 1};
    Blob blob;
    blob_begin(&blob, &db->scratch, sizeof(HirItem));
    List none = lower_pack(l, &blob, &head.t);
#define X(name, T) head.name = blob_add_rows(&blob, none, l->name.at, l->name.count, sizeof(T));
    LOWER_ITEM_ARRAYS(X)
#undef X
    memcpy(blob_header(&blob), &head, sizeof head);
    query_return_blob(db, &blob);
}

// ---- bodies -----------------------------------------------------------------------------------

static void lower_fn_params(Lower *l, HirBody *out) {
    const AstItem *item = &l->ast->item;
    LocalVec bound = {0};
    VEC(HirParamPat) params = {0};
    for (u32 i = 0; i < item->params.count; i++) {
        AstParam param = AST_ROWS(l->ast, params, AstParam, item->params)[i];
        if (param.ty.id && ast_ty(l->ast, param.ty)->kind == AST_TY_VARIADIC) {
            out->is_variadic = true;
            continue;
        }
        HirParamPat row = {0};
        row.pat = param.pat.id ? lower_param_pattern(l, param.pat, 0, &bound)
                               : lower_pat_new(l, HIR_PAT_WILD, param.lo, param.hi);
        vec_push(l->scratch, &params, row);
    }
    out->params = (HirList){l->params.count, params.count};
    vec_append(l->scratch, &l->params, params.at, params.count);
}

static void return_no_body(Db *db) {
    HirBody none;
    memset(&none, 0, sizeof none);
    query_return(db, &none, sizeof none);
}

static void hir_body_run(Db *db, u32 key) {
    DefId def = {key};
    DefKind kind = def_kind(db, def);
    Lower lower, *l = &lower;
    HirBody head;
    memset(&head, 0, sizeof head);
    head.owner = def;
    bool nested = kind == DEF_ANON_CONST || kind == DEF_INLINE_CONST;
    u32 number = def_row(db, def)->disambiguator;
    if (!nested && !def_has_body(db, def)) {
        return_no_body(db);
        return;
    }
    if (!lower_begin(l, db, def, nested ? number & 1 : true)) {
        return_no_body(db);
        return;
    }
    if (nested) {
        AstExpr expr = {number >> 1};
        if (expr.id >= l->ast->exprs.count) { // of a tree that an edit has changed since
            return_no_body(db);
            return;
        }
        const AstExprRow *row = ast_expr(l->ast, expr);
        if (kind == DEF_INLINE_CONST && row->kind == AST_EXPR_BLOCK) {
            head.value = lower_plain_block(l, row);
        } else {
            head.value = lower_expression(l, expr);
        }
    } else {
        const AstItem *item = &l->ast->item;
        if (kind == DEF_FN || kind == DEF_ASSOC_FN) lower_fn_params(l, &head);
        if (!item->body.id) {
            return_no_body(db);
            return;
        }
        u32 lo = item->lo, hi = item->hi;
        if (item->flags & ITEM_IS_ASYNC)
            head.value = lower_unsupported(l, "async functions", lo, hi);
        else if (item->flags & ITEM_IS_GEN)
            head.value = lower_unsupported(l, "gen functions", lo, hi);
        else
            head.value = lower_expression(l, item->body);
    }
    head.label_count = l->label_count;
    Blob blob;
    blob_begin(&blob, &db->scratch, sizeof(HirBody));
    lower_pack(l, &blob, &head.t);
    memcpy(blob_header(&blob), &head, sizeof head);
    query_return_blob(db, &blob);
}

const HirItem *hir_item(Db *db, DefId def) {
    return query_get(db, Q_hir_item, def.id);
}

const HirBody *hir_body(Db *db, DefId def) {
    const HirBody *body = query_get(db, Q_hir_body, def.id);
    return body && body->value.id ? body : NULL;
}

void hir_register(Db *db) {
    query_register(db, Q_hir_item, hir_item_run);
    query_register(db, Q_hir_body, hir_body_run);
    hir_attrs_register(db);
}
