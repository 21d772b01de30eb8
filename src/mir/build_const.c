// Constants: literals, constant items, promotion of `&CONST` to 'static, and the folding of small
// integer constants that patterns and discriminants need (literals, operators, casts, other
// constants).

#include "mir/mir_internal.h"

#include <stdlib.h>

static u128 float_bits(TyKind kind, Str text, bool negative, bool *ok) {
    char buffer[512];
    u32 n = 0;
    if (negative) buffer[n++] = '-';
    for (u32 i = 0; i < text.len && n + 1 < sizeof buffer; i++) {
        if (text.at[i] != '_') buffer[n++] = text.at[i];
    }
    buffer[n] = 0;
    u64 bits64 = 0;
    u32 bits32 = 0;
    uint16_t bits16 = 0;
    *ok = true;
    switch (kind) {
    case TY_F32: {
        float f = strtof(buffer, NULL);
        memcpy(&bits32, &f, 4);
        return bits32;
    }
    case TY_F64: {
        double d = strtod(buffer, NULL);
        memcpy(&bits64, &d, 8);
        return bits64;
    }
    case TY_F16: {
        _Float16 h = (_Float16)strtod(buffer, NULL);
        memcpy(&bits16, &h, 2);
        return bits16;
    }
    case TY_F128: {
        _Float128 q = (_Float128)strtold(buffer, NULL);
        u128 bits;
        memcpy(&bits, &q, 16);
        return bits;
    }
    default: *ok = false; return 0;
    }
}

bool lit_bits(Db *db, const HirExprRow *row, Ty ty, bool negative, u128 *bits) {
    TyKind kind = ty_kind(db, ty);
    u128 value = (u128)row->lit.hi_bits << 64 | row->lit.lo_bits;
    switch ((HirLitKind)row->op) {
    case LIT_INT:
        if (ty_is_float(kind)) {
            char text[48];
            u32 n = sizeof text;
            do {
                text[--n] = (char)('0' + (u32)(value % 10));
                value /= 10;
            } while (value);
            bool ok;
            *bits = float_bits(kind, (Str){text + n, (u32)sizeof text - n}, negative, &ok);
            return ok;
        }
        if (!ty_is_int(kind)) return false;
        *bits = mask_bits(negative ? (u128)0 - value : value, ty_prim_bytes(kind));
        return true;
    case LIT_BOOL:
    case LIT_CHAR:
    case LIT_BYTE: *bits = value; return true;
    case LIT_FLOAT: {
        bool ok;
        *bits = float_bits(kind, symbol_str(&db->symbols, row->text), negative, &ok);
        return ok;
    }
    case LIT_STR:
    case LIT_BYTE_STR:
    case LIT_C_STR: return false;
    }
    return false;
}

static bool path_const(MirBuild *b, HirExpr e, MirConst *out) {
    Db *db = b->db;
    const HirExprRow *row = hir_expr(b->hir, e);
    const Callee *callee = typeck_callee(b->typeck, e);
    Res res = callee ? callee->res : hir_path(b->hir, row->path)->res;
    Ty ty = typeck_expr(b->typeck, e);
    *out = (MirConst){.ty = ty, .lo = b->lo};
    if (ty_kind(db, ty) == TY_FN_DEF) {
        out->kind = MIR_CONST_ZST;
        return true;
    }
    if (res.kind == RES_CONST_PARAM) {
        const Generics *generics = generics_of(db, res.def);
        u32 index = generics->parent_count + res.index;
        out->kind = MIR_CONST_TY;
        Symbol name = index < generics->params.count
                          ? LIST_AT(generics, GenericParam, generics->params)[index].name
                          : SYM_OF(none);
        out->konst = const_param(db, index, name, ty);
        return true;
    }
    if (res.kind != RES_DEF) return false;
    DefKind kind = def_kind(db, res.def);
    if (kind != DEF_CONST && kind != DEF_ASSOC_CONST) return false;
    out->kind = MIR_CONST_ITEM;
    out->def = res.def;
    out->args = callee ? callee->args : (Args){0};
    return true;
}

bool expr_const(MirBuild *b, HirExpr e, MirConst *out) {
    Db *db = b->db;
    const HirExprRow *row = hir_expr(b->hir, e);
    Ty ty = typeck_expr(b->typeck, e);
    u128 bits;
    switch ((HirExprKind)row->kind) {
    case HIR_LIT:
        *out = (MirConst){.ty = ty, .lo = b->lo};
        if (row->op == LIT_STR || row->op == LIT_BYTE_STR || row->op == LIT_C_STR) {
            out->kind = row->op == LIT_STR        ? MIR_CONST_STR
                        : row->op == LIT_BYTE_STR ? MIR_CONST_BYTES
                                                  : MIR_CONST_C_STR;
            out->bytes = row->text;
            return true;
        }
        if (!lit_bits(db, row, ty, false, &bits)) return false;
        break;
    case HIR_UNARY: {
        u32 adjusts;
        const HirExprRow *inner = hir_expr(b->hir, row->bin.a);
        (void)typeck_adjusts(b->typeck, row->bin.a, &adjusts);
        if (row->op != UN_NEG || adjusts || inner->kind != HIR_LIT) return false;
        *out = (MirConst){.ty = ty, .lo = b->lo};
        if (!lit_bits(db, inner, ty, true, &bits)) return false;
        break;
    }
    case HIR_PATH: return path_const(b, e, out);
    case HIR_INLINE_CONST:
        *out = (MirConst){.kind = MIR_CONST_ITEM,
                          .ty = ty,
                          .def = row->def,
                          .args = generics_identity(db, b->root),
                          .lo = b->lo};
        return true;
    default: return false;
    }
    out->kind = MIR_CONST_BITS;
    out->lo_bits = (u64)bits;
    out->hi_bits = (u64)(bits >> 64);
    return true;
}

// ---- promotion
// ------------------------------------------------------------------------------------

static bool is_freeze(MirBuild *b, Ty ty) {
    if (!(ty_flags(b->db, ty) & (TY_HAS_PARAM | TY_HAS_PROJECTION | TY_HAS_OPAQUE)))
        return type_is_freeze(b->db, ty);
    const TyRow *row = ty_row(b->db, ty);
    if (row->kind == TY_REF || row->kind == TY_PTR || row->kind == TY_FN_DEF ||
        row->kind == TY_FN_PTR)
        return true;
    DefId def = lang_item(b->db, LANG_freeze);
    u64 mark = scratch_mark(b->scratch);
    GoalVec pending = {0};
    SolveCx cx = solve_cx(b, infer_table_new(b->db, b->scratch));
    bool yes = def.id && solve_trait(&cx, (TraitRef){def, args_intern(b->db, &ty, 1)}, &pending,
                                     NULL) == SOLVE_YES;
    scratch_rewind(b->scratch, mark);
    return yes;
}

static bool const_item_promotable(MirBuild *b, Ty ty) {
    return !ty_drops(b, ty) && is_freeze(b, ty);
}

static bool adt_promotable(MirBuild *b, Ty ty) {
    const TyRow *row = ty_row(b->db, ty);
    if (row->kind != TY_ADT || def_kind(b->db, row->def) == DEF_UNION) return false;
    if (lang_item_of(b->db, row->def) == LANG_unsafe_cell) return false;
    return !adt_has_drop_impl(b->db, ty);
}

static bool is_prim(Db *db, Ty ty) {
    TyKind kind = ty_kind(db, ty);
    return kind == TY_BOOL || kind == TY_CHAR || ty_is_int(kind) || ty_is_float(kind);
}

static bool promotable(MirBuild *b, Ex x, u32 depth);

static bool list_promotable(MirBuild *b, HirList list, u32 depth) {
    for (u32 i = 0; i < list.count; i++) {
        if (!promotable(b, ex_full(b, (HirExpr){hir_listed(b->hir, list, i)}), depth)) return false;
    }
    return true;
}

static bool binary_promotable(MirBuild *b, HirExpr e, u32 depth) {
    const HirExprRow *row = hir_expr(b->hir, e);
    if (!is_builtin_binary(b, e) || row->op == BIN_AND || row->op == BIN_OR) return false;
    if (!is_prim(b->db, typeck_adjusted(b->typeck, row->bin.a))) return false;
    if (row->op == BIN_DIV || row->op == BIN_REM) {
        const HirExprRow *rhs = hir_expr(b->hir, row->bin.b);
        bool is_float = ty_is_float(ty_kind(b->db, typeck_expr(b->typeck, row->bin.b)));
        if (!is_float && (rhs->kind != HIR_LIT || (rhs->lit.lo_bits | rhs->lit.hi_bits) == 0))
            return false;
    }
    return promotable(b, ex_full(b, row->bin.a), depth) &&
           promotable(b, ex_full(b, row->bin.b), depth);
}

static bool promotable(MirBuild *b, Ex x, u32 depth) {
    Db *db = b->db;
    if (depth > 64) return false;
    depth++;
    if (x.adj) {
        const Adjust *adjust = ex_adjust(b, x);
        switch ((AdjustKind)adjust->kind) {
        case ADJ_NEVER_TO_ANY:
        case ADJ_DEREF_OVERLOADED:
        case ADJ_BORROW_RAW: return false;
        case ADJ_DEREF:
            if (ty_kind(db, ex_ty(b, (Ex){x.e, x.adj - 1})) != TY_REF) return false;
            break;
        case ADJ_BORROW:
            if (adjust->is_mut) return false;
            break;
        default: break;
        }
        return promotable(b, (Ex){x.e, x.adj - 1}, depth);
    }
    const HirExprRow *row = hir_expr(b->hir, x.e);
    Ty ty = typeck_expr(b->typeck, x.e);
    switch ((HirExprKind)row->kind) {
    case HIR_LIT: return true;
    case HIR_PATH: {
        MirConst konst;
        if (path_const(b, x.e, &konst))
            return konst.kind != MIR_CONST_ITEM || const_item_promotable(b, ty);
        const Callee *callee = typeck_callee(b->typeck, x.e);
        Res res = callee ? callee->res : hir_path(b->hir, row->path)->res;
        return res.kind == RES_CTOR && adt_promotable(b, ty);
    }
    case HIR_INLINE_CONST: return const_item_promotable(b, ty);
    case HIR_UNARY:
        if (row->op == UN_DEREF)
            return !typeck_callee(b->typeck, x.e) &&
                   ty_kind(db, typeck_adjusted(b->typeck, row->bin.a)) == TY_REF &&
                   promotable(b, ex_full(b, row->bin.a), depth);
        return is_prim(db, ty) && is_prim(db, typeck_adjusted(b->typeck, row->bin.a)) &&
               promotable(b, ex_full(b, row->bin.a), depth);
    case HIR_BINARY: return binary_promotable(b, x.e, depth);
    case HIR_TUPLE:
    case HIR_ARRAY: return list_promotable(b, row->elems, depth);
    case HIR_REPEAT: return promotable(b, ex_full(b, row->repeat.elem), depth);
    case HIR_STRUCT:
        if (row->structure.base.id || row->structure.rest || !adt_promotable(b, ty)) return false;
        for (u32 i = 0; i < row->structure.fields.count; i++) {
            HirExpr field = {
                HIR_AT(b->hir, HirField, fields, row->structure.fields.first + i)->value};
            if (!promotable(b, ex_full(b, field), depth)) return false;
        }
        return true;
    case HIR_CALL: {
        Ty fn = typeck_expr(b->typeck, row->call.callee);
        const TyRow *fn_row = ty_row(db, fn);
        if (hir_expr(b->hir, row->call.callee)->kind != HIR_PATH || fn_row->kind != TY_FN_DEF)
            return false;
        DefKind kind = def_kind(db, fn_row->def);
        if (kind != DEF_STRUCT && kind != DEF_VARIANT) return false;
        return adt_promotable(b, ty) && list_promotable(b, row->call.args, depth);
    }
    case HIR_CAST:
        return is_prim(db, ty) && is_prim(db, typeck_adjusted(b->typeck, row->cast.expr)) &&
               promotable(b, ex_full(b, row->cast.expr), depth);
    case HIR_ADDR_OF:
        return !row->is_mut && !row->is_raw && promotable(b, ex_full(b, row->bin.a), depth);
    case HIR_FIELD: return promotable(b, ex_full(b, row->field.expr), depth);
    case HIR_CLOSURE:
        return ty_kind(db, ty) == TY_CLOSURE && args_count(db, closure_upvar_tys(db, ty)) == 0;
    case HIR_BLOCK:
        return row->block.stmts.count == 0 && row->block.tail.id && !row->block.label &&
               promotable(b, ex_full(b, row->block.tail), depth);
    default: return false;
    }
}

// A place behind a reference lives as long as it does: nothing to promote.
static bool is_behind_pointer(MirBuild *b, Ex x) {
    if (x.adj) return ex_adjust(b, x)->kind == ADJ_DEREF;
    const HirExprRow *row = hir_expr(b->hir, x.e);
    if (row->kind == HIR_UNARY) return row->op == UN_DEREF;
    return row->kind == HIR_FIELD && is_behind_pointer(b, ex_full(b, row->field.expr));
}

bool promote(MirBuild *b, HirExpr e, Ex inner, MirConst *out) {
    if (is_behind_pointer(b, inner)) return false;
    if (!promotable(b, inner, 0)) return false;
    Ty ty = ex_ty(b, inner);
    MirBuild *p = SCRATCH_NEW(b->scratch, MirBuild);
    *p = (MirBuild){
        .db = b->db,
        .scratch = b->scratch,
        .owner = b->owner,
        .root = b->root,
        .hir = b->hir,
        .typeck = b->typeck,
        .env = b->env,
        .closure = b->closure,
        .closure_ty = b->closure_ty,
        .check_overflow = b->check_overflow,
        .if_checks = b->if_checks,
        .is_const_body = true,
        .is_2024 = b->is_2024,
        .in_promoted = true,
        .temp_scope = SCOPE_NEVER,
        .var_scope = SCOPE_NEVER,
        .var_place = b->var_place,
        .var_scheduled = b->var_scheduled,
        .ext = b->ext,
        .ext_super = b->ext_super,
        .facts = b->facts,
        .fact_cap = b->fact_cap,
        .fact_count = b->fact_count,
        .promoted = b->promoted,
        .resume_block = MIR_NO_BLOCK,
    };
    (void)local_new(p, ty);
    p->cur = block_new(p);
    p->return_block = block_new(p);
    terminate_block(p, p->return_block, MIR_RETURN);
    expr_into(p, place_local((MirLocal){0}), inner);
    emit_goto(p, p->return_block);
    simplify(p);
    b->facts = p->facts;
    b->fact_cap = p->fact_cap;
    b->fact_count = p->fact_count;
    if (p->is_error && !b->is_error) {
        b->is_error = true;
        b->reason = p->reason;
    }
    Blob blob;
    mir_pack(p, &blob, sizeof(MirBody));
    vec_push(b->scratch, b->promoted, (PromotedBlob){blob.at, blob.bytes});
    set_pos(b, e);
    *out = (MirConst){.kind = MIR_CONST_PROMOTED,
                      .ty = ty_ref(b->db, ty, false),
                      .index = b->promoted->count - 1,
                      .lo = b->lo};
    return true;
}

// ---- folding
// --------------------------------------------------------------------------------------

#define FOLD_DEPTH_MAX 24

static bool is_foldable(TyKind kind) {
    return kind == TY_BOOL || kind == TY_CHAR || ty_is_int(kind);
}

static bool fold_binary(HirBinOp op, TyKind kind, u128 x, u128 y, u128 *out) {
    u32 bytes = ty_prim_bytes(kind);
    bool is_signed = ty_is_signed(kind);
    i128 sx = sign_extend(x, bytes), sy = sign_extend(y, bytes);
    switch (op) {
    case BIN_ADD: *out = x + y; return true;
    case BIN_SUB: *out = x - y; return true;
    case BIN_MUL: *out = x * y; return true;
    case BIN_DIV:
    case BIN_REM:
        if (y == 0 || (is_signed && sy == -1)) return false;
        if (is_signed)
            *out = (u128)(op == BIN_DIV ? sx / sy : sx % sy);
        else
            *out = op == BIN_DIV ? x / y : x % y;
        return true;
    case BIN_BIT_XOR: *out = x ^ y; return true;
    case BIN_BIT_AND: *out = x & y; return true;
    case BIN_BIT_OR: *out = x | y; return true;
    case BIN_SHL:
    case BIN_SHR:
        if (y >= bytes * 8) return false;
        if (op == BIN_SHL)
            *out = x << (u32)y;
        else
            *out = is_signed ? (u128)(sx >> (u32)y) : x >> (u32)y;
        return true;
    case BIN_EQ: *out = x == y; return true;
    case BIN_NE: *out = x != y; return true;
    case BIN_LT: *out = is_signed ? sx < sy : x < y; return true;
    case BIN_LE: *out = is_signed ? sx <= sy : x <= y; return true;
    case BIN_GE: *out = is_signed ? sx >= sy : x >= y; return true;
    case BIN_GT: *out = is_signed ? sx > sy : x > y; return true;
    case BIN_AND: *out = x & y; return true;
    case BIN_OR: *out = x | y; return true;
    }
    return false;
}

bool fold_expr(Db *db, const HirBody *hir, const Typeck *typeck, HirExpr e, u128 *bits, u32 depth) {
    if (depth > FOLD_DEPTH_MAX) return false;
    const HirExprRow *row = hir_expr(hir, e);
    Ty ty = typeck_expr(typeck, e);
    TyKind kind = ty_kind(db, ty);
    if (!is_foldable(kind)) return false;
    u32 bytes = ty_prim_bytes(kind);
    u128 x, y;
    switch ((HirExprKind)row->kind) {
    case HIR_LIT: return lit_bits(db, row, ty, false, bits);
    case HIR_UNARY: {
        if (row->op == UN_DEREF || !fold_expr(db, hir, typeck, row->bin.a, &x, depth + 1))
            return false;
        *bits = row->op == UN_NEG ? mask_bits((u128)0 - x, bytes)
                : kind == TY_BOOL ? !x
                                  : mask_bits(~x, bytes);
        return true;
    }
    case HIR_BINARY: {
        if (!fold_expr(db, hir, typeck, row->bin.a, &x, depth + 1) ||
            !fold_expr(db, hir, typeck, row->bin.b, &y, depth + 1))
            return false;
        TyKind operand = ty_kind(db, typeck_expr(typeck, row->bin.a));
        if (!fold_binary((HirBinOp)row->op, operand, x, y, bits)) return false;
        *bits = mask_bits(*bits, bytes);
        return true;
    }
    case HIR_CAST: {
        if (!fold_expr(db, hir, typeck, row->cast.expr, &x, depth + 1)) return false;
        TyKind from = ty_kind(db, typeck_expr(typeck, row->cast.expr));
        *bits =
            mask_bits(ty_is_signed(from) ? (u128)sign_extend(x, ty_prim_bytes(from)) : x, bytes);
        return true;
    }
    case HIR_BLOCK:
        return row->block.stmts.count == 0 && row->block.tail.id &&
               fold_expr(db, hir, typeck, row->block.tail, bits, depth + 1);
    case HIR_INLINE_CONST: return fold_const_item(db, row->def, (Args){0}, bits, depth + 1);
    case HIR_PATH: {
        const Callee *callee = typeck_callee(typeck, e);
        if (!callee || callee->res.kind != RES_DEF) return false;
        return fold_const_item(db, callee->res.def, callee->args, bits, depth + 1);
    }
    default: return false;
    }
}

bool fold_const_item(Db *db, DefId def, Args args, u128 *bits, u32 depth) {
    if (depth > FOLD_DEPTH_MAX || !def.id) return false;
    DefKind kind = def_kind(db, def);
    if (kind == DEF_ASSOC_CONST && def_kind(db, def_row(db, def)->parent) == DEF_TRAIT) {
        if (args_flags(db, args) & (TY_HAS_PARAM | TY_HAS_PROJECTION | TY_HAS_OPAQUE)) return false;
        ResolvedItem item = resolve_assoc_item(db, def, args);
        if (item.kind != CAND_IMPL || def_eq(item.def, def)) return false;
        return fold_const_item(db, item.def, item.args, bits, depth + 1);
    }
    if (kind != DEF_CONST && kind != DEF_ASSOC_CONST && kind != DEF_ANON_CONST &&
        kind != DEF_INLINE_CONST)
        return false;
    const HirBody *hir = hir_body(db, def);
    if (!hir) return false;
    const Typeck *t = typeck(db, def);
    if (t && !t->is_tainted && fold_expr(db, hir, t, hir->value, bits, depth + 1)) return true;
    // Beyond this folder: ask consts/.
    if (!t || t->is_tainted ||
        (args_flags(db, args) & (TY_HAS_PARAM | TY_HAS_PROJECTION | TY_HAS_OPAQUE)))
        return false;
    const Ty *value = query_get(db, Q_const_normalize, const_uneval(db, def, args).id);
    if (!value || ty_kind(db, *value) != TY_CONST_VALUE) return false;
    const TyRow *row = ty_row(db, *value);
    *bits = (u128)row->hi_bits << 64 | row->lo_bits;
    return true;
}

bool variant_discr(Db *db, const AdtDef *adt, u32 variant, u128 *bits) {
    u32 at = variant;
    while (at > 0 && !adt_variant(adt, at)->has_explicit_discr)
        at--;
    u128 base = 0;
    if (adt_variant(adt, at)->has_explicit_discr &&
        !fold_const_item(db, adt_variant(adt, at)->discr, (Args){0}, &base, 0)) {
        return false;
    }
    *bits = mask_bits(base + (variant - at), ty_prim_bytes(ty_kind(db, discr_ty(db, adt->def))));
    return true;
}
