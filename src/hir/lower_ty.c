// Types, bounds and constants in types.

#include "hir/hir_internal.h"
#include "syntax/lit.h"

HirList lower_bounds(Lower *l, AstList list) {
    VEC(HirBound) rows = {0};
    for (u32 i = 0; i < list.count; i++) {
        const AstBound *bound = &AST_ROWS(l->ast, bounds, AstBound, list)[i];
        if (bound->is_negative) continue; // `!Trait` bounds say nothing rac asks for
        HirBound row = {.is_maybe = bound->is_maybe,
                        .is_const = bound->is_const,
                        .has_binder = bound->has_binder};
        row.trait = lower_path(l, bound->path, PATH_TRAIT);
        const HirPathRow *path = &l->paths.at[row.trait.id];
        if (path->res.kind == RES_ERR) continue;
        DefKind kind = path->res.kind == RES_DEF ? def_kind(l->db, path->res.def) : DEF_NONE;
        if (path->is_relative || (kind != DEF_TRAIT && kind != DEF_TRAIT_ALIAS)) {
            diag_error(l->db, lower_span(l, bound->lo, bound->hi), "E0404",
                       "expected trait, found something else");
            continue;
        }
        vec_push(l->scratch, &rows, row);
    }
    HirList out = {l->bounds.count, rows.count};
    vec_append(l->scratch, &l->bounds, rows.at, rows.count);
    return out;
}

// Parentheses, macro groups and blocks of one expression, as in `{ N }`.
static AstExpr peel(const Ast *ast, AstExpr e) {
    for (;;) {
        const AstExprRow *row = ast_expr(ast, e);
        if (row->kind == AST_EXPR_PAREN) {
            e = row->bin.a;
        } else if (row->kind == AST_EXPR_BLOCK && row->op == AST_BLOCK_PLAIN &&
                   row->block.stmts.count == 0 && row->block.tail.id) {
            e = row->block.tail;
        } else {
            return e;
        }
    }
}

// The magnitude of an integer, bool or char literal; false for other literals.
static bool plain_literal(Lower *l, AstExpr e, HirTyRow *out) {
    const AstExprRow *row = ast_expr(l->ast, e);
    if (row->kind == AST_EXPR_UNARY && row->op == AST_NEG) {
        if (!plain_literal(l, row->bin.a, out)) return false;
        out->negative = !out->negative;
        return true;
    }
    if (row->kind != AST_EXPR_LIT) return false;
    if (row->lit.kind != TOK_INT && row->lit.kind != TOK_IDENT && row->lit.kind != TOK_CHAR &&
        row->lit.kind != TOK_BYTE)
        return false;
    HirExpr lit = lower_literal(l, &row->lit, row->lo, row->hi);
    HirExprRow value = *EXPR_ROW(l, lit);
    if (value.kind != HIR_LIT) return false;
    out->konst.lo_bits = value.lit.lo_bits;
    out->konst.hi_bits = value.lit.hi_bits;
    out->konst.lit_is_bool = value.op == LIT_BOOL;
    out->konst.lit_is_char = value.op == LIT_CHAR;
    return true;
}

HirTy lower_const_arg(Lower *l, AstExpr expr) {
    AstExpr inner = peel(l->ast, expr);
    const AstExprRow *row = ast_expr(l->ast, inner);
    HirTy ty = lower_ty_new(l, HIR_TY_CONST, row->lo, row->hi);
    if (row->kind == AST_EXPR_UNDERSCORE) {
        TY_ROW(l, ty)->const_kind = HIR_CONST_INFER;
        return ty;
    }
    HirTyRow literal;
    memset(&literal, 0, sizeof literal);
    if (plain_literal(l, inner, &literal)) {
        TY_ROW(l, ty)->const_kind = HIR_CONST_LIT;
        TY_ROW(l, ty)->konst = literal.konst;
        TY_ROW(l, ty)->negative = literal.negative;
        return ty;
    }
    if (row->kind == AST_EXPR_PATH) {
        const AstPathRow *path = ast_path(l->ast, row->path);
        if (!path->qself.id && path->segs.count == 1) {
            const AstSeg *seg = AST_ROWS(l->ast, segs, AstSeg, path->segs);
            Res res = lower_find_generic(l, seg->name.sym, seg->name.ctxt, true);
            if (res.kind) {
                TY_ROW(l, ty)->const_kind = HIR_CONST_PARAM;
                TY_ROW(l, ty)->konst.res = res;
                return ty;
            }
        }
    }
    DefId parent = l->tree_owner;
    if (l->is_body_tree && def_kind(l->db, l->scope) == DEF_BLOCK &&
        def_eq(def_row(l->db, l->scope)->parent, parent))
        parent = l->scope;
    TY_ROW(l, ty)->const_kind = HIR_CONST_ANON;
    TY_ROW(l, ty)->konst.def =
        def_intern(l->db, parent, DEF_ANON_CONST, SYM_OF(none), inner.id << 1 | l->is_body_tree);
    return ty;
}

u8 lower_abi(Lower *l, Symbol abi) {
    if (abi.id == SYM_none) return ABI_RUST;
    Str text = symbol_str(&l->db->symbols, abi);
    if (str_eq(text, STR("Rust")) || str_eq(text, STR("rust-cold"))) return ABI_RUST;
    if (str_eq(text, STR("C")) || str_eq(text, STR("C-unwind")) || str_eq(text, STR("sysv64")) ||
        str_eq(text, STR("sysv64-unwind")) || str_eq(text, STR("cdecl")))
        return ABI_C;
    if (str_eq(text, STR("rust-call"))) return ABI_RUST_CALL;
    if (str_eq(text, STR("rust-intrinsic"))) return ABI_RUST_INTRINSIC;
    if (str_eq(text, STR("system")) || str_eq(text, STR("system-unwind"))) return ABI_SYSTEM;
    return ABI_OTHER;
}

// `impl Trait`: a parameter of the fn, or an opaque type of it.
static HirTy lower_impl_trait(Lower *l, AstTy id, const AstTyRow *row) {
    if (l->is_body_tree) { // signatures are lowered from a tree of their own
        diag_error(l->db, lower_span(l, row->lo, row->hi), "E0562",
                   "`impl Trait` is not allowed in the types of a body");
        diag_note(l->db, "`impl Trait` is only allowed in arguments and return types of functions "
                         "and methods");
        return lower_ty_new(l, HIR_TY_ERR, row->lo, row->hi);
    }
    if (!l->impl_is_param) {
        HirTy ty = lower_ty_new(l, HIR_TY_OPAQUE, row->lo, row->hi);
        HirList bounds = lower_bounds(l, row->bounds);
        TY_ROW(l, ty)->opaque.def =
            def_intern(l->db, l->tree_owner, DEF_OPAQUE_TY, SYM_OF(none), id.id);
        TY_ROW(l, ty)->opaque.bounds = bounds;
        return ty;
    }
    HirTy ty = lower_ty_new(l, HIR_TY_IMPL_PARAM, row->lo, row->hi);
    u32 index = l->own_param_count++;
    HirParam param = {.name = symbol_intern(&l->db->symbols, STR("impl Trait")),
                      .is_impl_trait = true};
    vec_push(l->scratch, &l->param_rows, param);
    HirList bounds = lower_bounds(l, row->bounds);
    HirWhere where = {.param = index, .bounds = bounds};
    vec_push(l->scratch, &l->where_rows, where);
    TY_ROW(l, ty)->opaque.index = index;
    TY_ROW(l, ty)->opaque.bounds = bounds;
    return ty;
}

// A `dyn Trait` written without dyn, as editions before 2021 allow.
static bool names_a_trait(Lower *l, HirPath path) {
    const HirPathRow *row = &l->paths.at[path.id];
    return !row->is_relative && row->res.kind == RES_DEF &&
           def_kind(l->db, row->res.def) == DEF_TRAIT;
}

static HirTy lower_range_pat(Lower *l, const AstTyRow *row) {
    HirTy ty = lower_ty_new(l, HIR_TY_PAT, row->lo, row->hi);
    HirTy base = lower_type(l, row->elem);
    U32Vec ends = {0};
    const AstPatRow *pat = ast_pat(l->ast, row->pat);
    u32 count = pat->kind == AST_PAT_OR ? pat->elems.count : 1;
    for (u32 i = 0; i < count; i++) {
        const AstPatRow *range = pat->kind == AST_PAT_OR
                                     ? ast_pat(l->ast, (AstPat){ast_list(l->ast, pat->elems, i)})
                                     : pat;
        if (range->kind != AST_PAT_RANGE) {
            diag_error(l->db, lower_span(l, row->lo, row->hi), "",
                       "unsupported pattern in a pattern type");
            continue;
        }
        vec_push(l->scratch, &ends,
                 range->range.lo.id ? lower_const_arg(l, range->range.lo).id : 0);
        u32 exclusive = range->range.hi.id && !range->is_inclusive ? HIR_PAT_EXCLUSIVE : 0;
        vec_push(l->scratch, &ends,
                 range->range.hi.id ? lower_const_arg(l, range->range.hi).id | exclusive : 0);
    }
    HirList ranges = lower_list(l, ends.at, ends.count);
    TY_ROW(l, ty)->pat.base = base;
    TY_ROW(l, ty)->pat.ranges = ranges;
    return ty;
}

HirTy lower_type(Lower *l, AstTy id) {
    AstTyRow row = *ast_ty(l->ast, id);
    HirTy ty;
    switch ((AstTyKind)row.kind) {
    case AST_TY_ERR:
    case AST_TY_MACRO: return lower_ty_new(l, HIR_TY_ERR, row.lo, row.hi);
    case AST_TY_INFER: return lower_ty_new(l, HIR_TY_INFER, row.lo, row.hi);
    case AST_TY_NEVER: return lower_ty_new(l, HIR_TY_NEVER, row.lo, row.hi);
    case AST_TY_UNSAFE_BINDER:
        diag_error(l->db, lower_span(l, row.lo, row.hi), "",
                   "unsafe binder types are not supported yet");
        return lower_ty_new(l, HIR_TY_ERR, row.lo, row.hi);
    case AST_TY_VARIADIC: // the VaList of a C-variadic definition
        diag_error(l->db, lower_span(l, row.lo, row.hi), "",
                   "C-variadic function definitions are not supported yet");
        return lower_ty_new(l, HIR_TY_ERR, row.lo, row.hi);
    case AST_TY_PATH: {
        HirPath path = lower_path(l, row.path, PATH_TYPE);
        if (names_a_trait(l, path)) {
            ty = lower_ty_new(l, HIR_TY_DYN, row.lo, row.hi);
            if (l->edition >= 2021)
                diag_error(l->db, lower_span(l, row.lo, row.hi), "E0782",
                           "expected a type, found a trait");
            vec_push(l->scratch, &l->bounds, (HirBound){.trait = path});
            TY_ROW(l, ty)->dyn.bounds = (HirList){l->bounds.count - 1, 1};
            return ty;
        }
        ty = lower_ty_new(l, HIR_TY_PATH, row.lo, row.hi);
        TY_ROW(l, ty)->path = path;
        return ty;
    }
    case AST_TY_TUPLE: {
        ty = lower_ty_new(l, HIR_TY_TUPLE, row.lo, row.hi);
        U32Vec elems = {0};
        for (u32 i = 0; i < row.elems.count; i++)
            vec_push(l->scratch, &elems, lower_type(l, (AstTy){ast_list(l->ast, row.elems, i)}).id);
        HirList list = lower_list(l, elems.at, elems.count);
        TY_ROW(l, ty)->elems = list;
        return ty;
    }
    case AST_TY_SLICE:
    case AST_TY_REF:
    case AST_TY_PTR: {
        HirTyKind kind = row.kind == AST_TY_SLICE ? HIR_TY_SLICE
                         : row.kind == AST_TY_REF ? HIR_TY_REF
                                                  : HIR_TY_PTR;
        ty = lower_ty_new(l, kind, row.lo, row.hi);
        HirTy elem = lower_type(l, row.elem);
        TY_ROW(l, ty)->elem = elem;
        TY_ROW(l, ty)->is_mut = row.is_mut;
        return ty;
    }
    case AST_TY_ARRAY: {
        ty = lower_ty_new(l, HIR_TY_ARRAY, row.lo, row.hi);
        HirTy elem = lower_type(l, row.elem);
        HirTy len = lower_const_arg(l, row.len);
        TY_ROW(l, ty)->elem = elem;
        TY_ROW(l, ty)->len = len;
        return ty;
    }
    case AST_TY_FN_PTR: {
        ty = lower_ty_new(l, HIR_TY_FN_PTR, row.lo, row.hi);
        U32Vec inputs = {0};
        for (u32 i = 0; i < row.fn_ptr.params.count; i++)
            vec_push(l->scratch, &inputs,
                     lower_type(l, AST_ROWS(l->ast, params, AstParam, row.fn_ptr.params)[i].ty).id);
        HirTy output = row.fn_ptr.output.id ? lower_type(l, row.fn_ptr.output) : (HirTy){0};
        HirList list = lower_list(l, inputs.at, inputs.count);
        HirTyRow *out = TY_ROW(l, ty);
        out->fn_ptr.inputs = list;
        out->fn_ptr.output = output;
        out->abi = lower_abi(l, row.fn_ptr.abi);
        out->is_unsafe = row.fn_ptr.is_unsafe;
        out->is_variadic = row.fn_ptr.is_variadic;
        out->has_binder = row.fn_ptr.has_binder;
        return ty;
    }
    case AST_TY_DYN: {
        ty = lower_ty_new(l, HIR_TY_DYN, row.lo, row.hi);
        HirList bounds = lower_bounds(l, row.bounds);
        TY_ROW(l, ty)->dyn.bounds = bounds;
        return ty;
    }
    case AST_TY_IMPL: return lower_impl_trait(l, id, &row);
    case AST_TY_PAT: return lower_range_pat(l, &row);
    }
    UNREACHABLE();
}
