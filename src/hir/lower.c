// Opening a tree, making rows, packing the result.

#include "hir/hir_internal.h"

HirExpr lower_expr_new(Lower *l, HirExprKind kind, u32 lo, u32 hi) {
    HirExprRow row;
    memset(&row, 0, sizeof row);
    row.kind = (u8)kind;
    vec_push(l->scratch, &l->exprs, row);
    vec_push(l->scratch, &l->expr_spans, (HirSpan){lo, hi});
    return (HirExpr){l->exprs.count - 1};
}

HirPat lower_pat_new(Lower *l, HirPatKind kind, u32 lo, u32 hi) {
    HirPatRow row;
    memset(&row, 0, sizeof row);
    row.kind = (u8)kind;
    vec_push(l->scratch, &l->pats, row);
    vec_push(l->scratch, &l->pat_spans, (HirSpan){lo, hi});
    return (HirPat){l->pats.count - 1};
}

HirTy lower_ty_new(Lower *l, HirTyKind kind, u32 lo, u32 hi) {
    HirTyRow row;
    memset(&row, 0, sizeof row);
    row.kind = (u8)kind;
    row.lo = lo;
    row.hi = hi;
    vec_push(l->scratch, &l->tys, row);
    return (HirTy){l->tys.count - 1};
}

HirList lower_list(Lower *l, const u32 *ids, u32 count) {
    HirList list = {l->lists.count, count};
    vec_append(l->scratch, &l->lists, ids, count);
    return list;
}

Span lower_span(const Lower *l, u32 lo, u32 hi) {
    DefId base = l->tree_owner;
    return (Span){SPAN_DEF | base.id, lo, hi};
}

// The definition whose tree holds an anonymous constant or closure: past blocks, closures, consts.
static DefId tree_owner_of(Db *db, DefId def) {
    for (;;) {
        const DefRow *row = def_row(db, def);
        switch ((DefKind)row->kind) {
        case DEF_ANON_CONST:
        case DEF_INLINE_CONST:
        case DEF_CLOSURE:
        case DEF_BLOCK:
        case DEF_OPAQUE_TY: def = row->parent; break;
        default: return def;
        }
    }
}

static void add_generics_of(Lower *l, DefId def, const Ast *ast) {
    u32 index = 0;
    const AstGenericParam *params =
        AST_ROWS(ast, generic_params, AstGenericParam, ast->item.generics.params);
    for (u32 i = 0; i < ast->item.generics.params.count; i++) {
        GenericName name = {params[i].name.sym, params[i].name.ctxt, def, index++,
                            params[i].is_const};
        vec_push(l->scratch, &l->generics, name);
    }
}

// The generics in scope, and what `Self` means: the item's own, then those of its trait or impl.
static void open_generics(Lower *l, DefId item) {
    Db *db = l->db;
    for (DefId def = item; def.id;) {
        const DefRow *row = def_row(db, def);
        DefKind kind = (DefKind)row->kind;
        if (kind == DEF_VARIANT) {
            def = row->parent;
            continue;
        }
        const Ast *ast =
            def_eq(def, l->tree_owner) && !l->is_body_tree ? l->ast : def_item_ast(db, def);
        if (ast) add_generics_of(l, def, ast);
        switch (kind) {
        case DEF_TRAIT:
        case DEF_TRAIT_ALIAS:
        case DEF_IMPL:
        case DEF_STRUCT:
        case DEF_ENUM:
        case DEF_UNION: l->self_def = def; return;
        case DEF_ASSOC_FN:
        case DEF_ASSOC_TY:
        case DEF_ASSOC_CONST: def = row->parent; break;
        default: return;
        }
    }
}

bool lower_begin(Lower *l, Db *db, DefId owner, bool body) {
    *l = (Lower){.db = db, .scratch = &db->scratch, .owner = owner};
    l->tree_owner = tree_owner_of(db, owner);
    l->is_body_tree = body;
    l->ast = body ? def_body_ast(db, l->tree_owner) : def_item_ast(db, l->tree_owner);
    if (!l->ast) return false;
    DefKind kind = def_kind(db, owner);
    bool nested = kind == DEF_ANON_CONST || kind == DEF_INLINE_CONST || kind == DEF_OPAQUE_TY;
    DefId parent = def_row(db, owner)->parent;
    l->scope = nested && def_kind(db, parent) == DEF_BLOCK ? parent : def_scope(db, l->tree_owner);
    l->edition = crate_row(db, def_crate(db, owner))->edition;
    open_generics(l, l->tree_owner);
    void *none = scratch_take(l->scratch, HIR_ROW_BYTES_MAX, 8);
#define X(field, T)                                                                                \
    _Static_assert(sizeof(T) <= HIR_ROW_BYTES_MAX, "row 0 of every array is empty");               \
    vec_begin_rows(&l->field, none);
    LOWER_ARRAYS(X)
#undef X
    return true;
}

List lower_pack(Lower *l, Blob *blob, HirTables *t) {
    List none = blob_zeros(blob, HIR_ROW_BYTES_MAX);
#define X(field, T) t->field = blob_add_rows(blob, none, l->field.at, l->field.count, sizeof(T));
    LOWER_SHARED_ARRAYS(X)
#undef X
    return none;
}
