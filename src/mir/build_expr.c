// Expressions: values into a destination, operands, rvalues; control flow.
//
// Order of evaluation and the life of temporaries follow the Reference (destructors) and
// rustc_hir_analysis/check/region.rs: `temp_scope` is the innermost terminating scope, `ext` marks
// the expressions whose temporaries a `let` extends.

#include "mir/mir_internal.h"

Ex ex_full(MirBuild *b, HirExpr e) {
    u32 count;
    (void)typeck_adjusts(b->typeck, e, &count);
    return (Ex){e, count};
}

const Adjust *ex_adjust(MirBuild *b, Ex x) {
    u32 count;
    return &typeck_adjusts(b->typeck, x.e, &count)[x.adj - 1];
}

Ty ex_ty(MirBuild *b, Ex x) {
    return x.adj ? ex_adjust(b, x)->target : typeck_expr(b->typeck, x.e);
}

// ---- operands
// -------------------------------------------------------------------------------------

MirOperand op_consume(MirBuild *b, MirPlace p, Ty ty) {
    return ty_copy(b, ty) ? op_copy(b, p) : op_move(b, p);
}

MirOperand op_const(MirBuild *b, MirConst konst) {
    vec_push(b->scratch, &b->consts, konst);
    return (MirOperand){.kind = OPERAND_CONST, .konst = b->consts.count - 1};
}

MirOperand op_zst(MirBuild *b, Ty ty) {
    return op_const(b, (MirConst){.kind = MIR_CONST_ZST, .ty = ty, .lo = b->lo});
}

MirOperand op_bits(MirBuild *b, Ty ty, u128 bits) {
    return op_const(b, (MirConst){.kind = MIR_CONST_BITS,
                                  .ty = ty,
                                  .lo_bits = (u64)bits,
                                  .hi_bits = (u64)(bits >> 64),
                                  .lo = b->lo});
}

MirOperand op_again(MirOperand op) {
    if (op.kind == OPERAND_MOVE) op.kind = OPERAND_COPY;
    return op;
}

MirLocal temp_of_rvalue(MirBuild *b, MirRvalue rvalue, Ty ty) {
    MirLocal temp = local_new(b, ty);
    emit_assign(b, place_local(temp), rvalue);
    return temp;
}

MirOperand operand_of_rvalue(MirBuild *b, MirRvalue rvalue, Ty ty) {
    if (rvalue.kind == RV_USE) return rvalue.a;
    MirPlace place = place_local(temp_of_rvalue(b, rvalue, ty));
    return op_consume(b, place, ty);
}

bool ex_is_place(MirBuild *b, Ex x) {
    if (x.adj) {
        u8 kind = ex_adjust(b, x)->kind;
        return kind == ADJ_DEREF || kind == ADJ_DEREF_OVERLOADED;
    }
    const HirExprRow *row = hir_expr(b->hir, x.e);
    switch ((HirExprKind)row->kind) {
    case HIR_FIELD:
    case HIR_INDEX: return true;
    case HIR_UNARY: return row->op == UN_DEREF;
    case HIR_PATH: {
        const Callee *callee = typeck_callee(b->typeck, x.e);
        Res res = callee ? callee->res : hir_path(b->hir, row->path)->res;
        return res.kind == RES_LOCAL ||
               (res.kind == RES_DEF && def_kind(b->db, res.def) == DEF_STATIC);
    }
    default: return false;
    }
}

bool expr_is_inert(MirBuild *b, HirExpr e) {
    u32 count;
    const Adjust *adjusts = typeck_adjusts(b->typeck, e, &count);
    for (u32 i = 0; i < count; i++) {
        if (adjusts[i].kind == ADJ_DEREF_OVERLOADED || adjusts[i].kind == ADJ_NEVER_TO_ANY)
            return false;
    }
    const HirExprRow *row = hir_expr(b->hir, e);
    switch ((HirExprKind)row->kind) {
    case HIR_LIT:
    case HIR_PATH:
    case HIR_INLINE_CONST:
    case HIR_CLOSURE: return true;
    case HIR_FIELD: return expr_is_inert(b, row->field.expr);
    case HIR_CAST: return expr_is_inert(b, row->cast.expr);
    case HIR_ADDR_OF: return expr_is_inert(b, row->bin.a);
    case HIR_UNARY: return !typeck_callee(b->typeck, e) && expr_is_inert(b, row->bin.a);
    case HIR_INDEX:
        return !typeck_callee(b->typeck, e) && expr_is_inert(b, row->bin.a) &&
               expr_is_inert(b, row->bin.b);
    case HIR_BINARY:
        return is_builtin_binary(b, e) && expr_is_inert(b, row->bin.a) &&
               expr_is_inert(b, row->bin.b);
    case HIR_TUPLE:
        for (u32 i = 0; i < row->elems.count; i++) {
            if (!expr_is_inert(b, (HirExpr){hir_listed(b->hir, row->elems, i)})) return false;
        }
        return true;
    default: return false;
    }
}

// Built-in operators on numbers: their value needs no temporary of its own, and no drop.
static bool is_plain_arithmetic(MirBuild *b, Ex x) {
    const HirExprRow *row = hir_expr(b->hir, x.e);
    if (x.adj) return false;
    if (row->kind == HIR_BINARY)
        return row->op != BIN_AND && row->op != BIN_OR && is_builtin_binary(b, x.e);
    return row->kind == HIR_UNARY && row->op != UN_DEREF && !typeck_callee(b->typeck, x.e);
}

MirOperand expr_operand(MirBuild *b, Ex x, bool rest_is_inert) {
    set_pos(b, x.e);
    MirConst konst;
    if (!x.adj && expr_const(b, x.e, &konst)) return op_const(b, konst);
    Ty ty = ex_ty(b, x);
    if (ex_is_place(b, x)) {
        MirPlace place = expr_place(b, x);
        MirOperand op = op_consume(b, place, ty);
        if (rest_is_inert) return op;
        // A temporary that is dropped unless the operand is used.
        MirLocal temp = local_new(b, ty);
        emit_assign(b, place_local(temp), rv_use(op));
        schedule_drop(b, temp_scope_of(b, x.e), temp, ty);
        return op_consume(b, place_local(temp), ty);
    }
    MirOperand same;
    if (rest_is_inert && reborrowed(b, x, &same)) return same;
    if (is_plain_arithmetic(b, x)) return operand_of_rvalue(b, expr_rvalue(b, x), ty);
    MirLocal temp = expr_temp(b, x);
    return op_consume(b, place_local(temp), ty);
}

MirLocal expr_temp(MirBuild *b, Ex x) {
    Ty ty = ex_ty(b, x);
    MirLocal temp = local_new(b, ty);
    u32 scope = temp_scope_of(b, x.e);
    if (scope != SCOPE_NEVER && ty_kind(b->db, ty) != TY_NEVER) {
        storage_live(b, temp, ty);
        schedule_storage(b, scope, temp, ty);
    }
    expr_into(b, place_local(temp), x);
    schedule_drop(b, scope, temp, ty);
    return temp;
}

// ---- arithmetic
// -------------------------------------------------------------------------------------

MirBinOp mir_bin_op(HirBinOp op) {
    static const u8 table[] = {
        [BIN_ADD] = MIR_ADD,         [BIN_SUB] = MIR_SUB,       [BIN_MUL] = MIR_MUL,
        [BIN_DIV] = MIR_DIV,         [BIN_REM] = MIR_REM,       [BIN_BIT_XOR] = MIR_BIT_XOR,
        [BIN_BIT_AND] = MIR_BIT_AND, [BIN_BIT_OR] = MIR_BIT_OR, [BIN_SHL] = MIR_SHL,
        [BIN_SHR] = MIR_SHR,         [BIN_EQ] = MIR_EQ,         [BIN_LT] = MIR_LT,
        [BIN_LE] = MIR_LE,           [BIN_NE] = MIR_NE,         [BIN_GE] = MIR_GE,
        [BIN_GT] = MIR_GT,
    };
    return (MirBinOp)table[op];
}

bool is_builtin_binary(MirBuild *b, HirExpr e) {
    if (!typeck_callee(b->typeck, e)) return true;
    const HirExprRow *row = hir_expr(b->hir, e);
    TyKind x = ty_kind(b->db, typeck_adjusted(b->typeck, row->bin.a)),
           y = ty_kind(b->db, typeck_adjusted(b->typeck, row->bin.b));
    bool scalar_x = x == TY_BOOL || x == TY_CHAR || ty_is_int(x) || ty_is_float(x);
    bool is_shift = row->op == BIN_SHL || row->op == BIN_SHR;
    return scalar_x && (x == y || (is_shift && ty_is_int(x) && ty_is_int(y)));
}

static u128 min_value(TyKind kind) {
    return (u128)1 << (ty_prim_bytes(kind) * 8 - 1);
}

static void division_checks(MirBuild *b, HirBinOp op, MirOperand x, MirOperand y, Ty ty) {
    TyKind kind = ty_kind(b->db, ty);
    Ty boolean = TY_OF(BOOL);
    u32 bytes = ty_prim_bytes(kind);
    if (y.kind == OPERAND_CONST && b->consts.at[y.konst].kind == MIR_CONST_BITS) {
        const MirConst *k = &b->consts.at[y.konst];
        u128 value = (u128)k->hi_bits << 64 | k->lo_bits;
        if (value != 0 && (!ty_is_signed(kind) || value != mask_bits(~(u128)0, bytes))) return;
    }
    MirOperand zero =
        operand_of_rvalue(b, rv_binary(MIR_EQ, op_again(y), op_bits(b, ty, 0)), boolean);
    emit_assert(b, zero, false, op == BIN_DIV ? ASSERT_DIV_ZERO : ASSERT_REM_ZERO, MIR_DIV,
                op_again(x), op_again(y), false);
    if (!ty_is_signed(kind)) return;
    MirOperand minus_one = op_bits(b, ty, mask_bits(~(u128)0, bytes));
    MirOperand is_minus = operand_of_rvalue(b, rv_binary(MIR_EQ, op_again(y), minus_one), boolean);
    MirOperand is_min = operand_of_rvalue(
        b, rv_binary(MIR_EQ, op_again(x), op_bits(b, ty, min_value(kind))), boolean);
    MirOperand both = operand_of_rvalue(b, rv_binary(MIR_BIT_AND, is_minus, is_min), boolean);
    emit_assert(b, both, false, ASSERT_OVERFLOW, op == BIN_DIV ? MIR_DIV : MIR_REM, op_again(x),
                op_again(y), false);
}

static void build_binary(MirBuild *b, MirRvalue *out, HirBinOp op, MirOperand x, MirOperand y,
                         Ty ty, Ty rhs_ty) {
    TyKind kind = ty_kind(b->db, ty);
    MirBinOp mir_op = mir_bin_op(op);
    Ty boolean = TY_OF(BOOL);
    if (ty_is_int(kind)) {
        if ((op == BIN_ADD || op == BIN_SUB || op == BIN_MUL) && b->check_overflow) {
            Ty pair[2] = {ty, boolean};
            Ty tuple = ty_tuple(b->db, pair, 2);
            MirBinOp checked = op == BIN_ADD   ? MIR_ADD_WITH_OVERFLOW
                               : op == BIN_SUB ? MIR_SUB_WITH_OVERFLOW
                                               : MIR_MUL_WITH_OVERFLOW;
            MirPlace result =
                place_local(temp_of_rvalue(b, rv_binary(checked, op_again(x), op_again(y)), tuple));
            MirOperand overflow = op_copy(b, place_field(b, result, 1, boolean));
            emit_assert(b, overflow, false, ASSERT_OVERFLOW, mir_op, op_again(x), op_again(y),
                        b->if_checks);
            *out = rv_use(op_copy(b, place_field(b, result, 0, ty)));
            return;
        }
        if ((op == BIN_SHL || op == BIN_SHR) && b->check_overflow) {
            TyKind rhs = ty_kind(b->db, rhs_ty);
            u32 bits = ty_prim_bytes(kind) * 8;
            MirOperand amount = op_again(y);
            Ty unsigned_ty = rhs_ty;
            if (ty_is_signed(rhs)) {
                unsigned_ty = (Ty){(u32)(rhs - TY_I8 + TY_U8)};
                amount = operand_of_rvalue(b, rv_cast(CAST_INT_TO_INT, amount, unsigned_ty),
                                           unsigned_ty);
            }
            MirOperand ok = operand_of_rvalue(
                b, rv_binary(MIR_LT, amount, op_bits(b, unsigned_ty, bits)), boolean);
            emit_assert(b, ok, true, ASSERT_OVERFLOW, mir_op, op_again(x), op_again(y),
                        b->if_checks);
        }
        if (op == BIN_DIV || op == BIN_REM) division_checks(b, op, x, y, ty);
    }
    *out = rv_binary(mir_op, x, y);
}

static MirRvalue binary_rvalue(MirBuild *b, HirExpr e) {
    const HirExprRow *row = hir_expr(b->hir, e);
    MirOperand x = expr_operand(b, ex_full(b, row->bin.a), expr_is_inert(b, row->bin.b));
    MirOperand y = expr_operand(b, ex_full(b, row->bin.b), true);
    set_pos(b, e);
    MirRvalue out;
    build_binary(b, &out, (HirBinOp)row->op, x, y, typeck_adjusted(b->typeck, row->bin.a),
                 typeck_adjusted(b->typeck, row->bin.b));
    return out;
}

static MirRvalue unary_rvalue(MirBuild *b, HirExpr e) {
    const HirExprRow *row = hir_expr(b->hir, e);
    MirOperand x = expr_operand(b, ex_full(b, row->bin.a), true);
    set_pos(b, e);
    Ty ty = typeck_expr(b->typeck, e);
    TyKind kind = ty_kind(b->db, ty);
    if (row->op == UN_NEG && b->check_overflow && ty_is_int(kind) && ty_is_signed(kind)) {
        MirOperand is_min = operand_of_rvalue(
            b, rv_binary(MIR_EQ, op_again(x), op_bits(b, ty, min_value(kind))), TY_OF(BOOL));
        emit_assert(b, is_min, false, ASSERT_OVERFLOW_NEG, MIR_SUB, op_again(x), op_again(x),
                    b->if_checks);
    }
    return (MirRvalue){.kind = RV_UNARY, .op = row->op == UN_NEG ? MIR_NEG : MIR_NOT, .a = x};
}

// ---- assignment
// -----------------------------------------------------------------------------------

// The value as it is now, whatever is evaluated before it is used.
static MirOperand expr_fixed(MirBuild *b, MirRvalue value, Ty ty) {
    if (value.kind == RV_USE && value.a.kind == OPERAND_CONST) return value.a;
    return op_consume(b, place_local(temp_of_rvalue(b, value, ty)), ty);
}

static void assign(MirBuild *b, HirExpr e) {
    const HirExprRow *row = hir_expr(b->hir, e);
    Ty ty = typeck_expr(b->typeck, row->bin.a);
    if (!ty_drops(b, ty)) {
        MirRvalue value = expr_rvalue(b, ex_full(b, row->bin.b));
        if (!expr_is_inert(b, row->bin.a))
            value = rv_use(expr_fixed(b, value, typeck_adjusted(b->typeck, row->bin.b)));
        MirPlace place = place_resolve(b, expr_place(b, ex_full(b, row->bin.a)));
        set_pos(b, e);
        emit_assign(b, place, value);
        return;
    }
    // The old value is dropped first, the new one is there whether that panics or not.
    MirOperand value = expr_operand(b, ex_full(b, row->bin.b), false);
    MirPlace place = place_resolve(b, expr_place(b, ex_full(b, row->bin.a)));
    set_pos(b, e);
    MirBlock next = block_new(b), cleanup = block_new(b);
    MirBlock unwind = unwind_block(b);
    block_at(b, cleanup)->is_cleanup = true;
    emit_assign_in(b, cleanup, place, rv_use(value));
    if (unwind.id == UINT32_MAX) {
        terminate_block(b, cleanup, MIR_RESUME);
    } else {
        terminate_block(b, cleanup, MIR_GOTO)->target = unwind;
    }
    MirTerm *term = terminate(b, MIR_DROP);
    term->place = place;
    term->target = next;
    term->unwind = cleanup;
    b->cur = next;
    emit_assign(b, place, rv_use(value));
}

static void assign_op(MirBuild *b, HirExpr e) {
    const HirExprRow *row = hir_expr(b->hir, e);
    if (!is_builtin_binary(b, e)) {
        MirLocal unit = local_new(b, ty_unit(b->db));
        operator_into(b, place_local(unit), (Ex){e, 0});
        return;
    }
    MirOperand y = expr_operand(b, ex_full(b, row->bin.b), expr_is_inert(b, row->bin.a));
    MirPlace place = place_resolve(b, expr_place(b, ex_full(b, row->bin.a)));
    set_pos(b, e);
    MirRvalue out;
    build_binary(b, &out, (HirBinOp)row->op, op_copy(b, place), y,
                 typeck_adjusted(b->typeck, row->bin.a), typeck_adjusted(b->typeck, row->bin.b));
    emit_assign(b, place, out);
}

// ---- jumps
// ------------------------------------------------------------------------------------------

static void jump(MirBuild *b, HirExpr e, bool is_continue) {
    const HirExprRow *row = hir_expr(b->hir, e);
    Breakable *found = NULL;
    for (u32 i = b->breakables.count; i-- > 0 && !found;) {
        if (b->breakables.at[i].label == row->jump.label) found = &b->breakables.at[i];
    }
    if (!found) {
        build_unsupported(b, "a break without a loop");
        return;
    }
    Breakable to = *found;
    if (!is_continue && row->jump.value.id) expr_into(b, to.dest, ex_full(b, row->jump.value));
    set_pos(b, e);
    exit_scopes(b, to.depth, is_continue ? to.continue_block : to.break_block);
}

static void build_return(MirBuild *b, HirExpr e) {
    const HirExprRow *row = hir_expr(b->hir, e);
    if (row->value.id) expr_into(b, place_local((MirLocal){0}), ex_full(b, row->value));
    set_pos(b, e);
    exit_scopes(b, 0, b->return_block);
}

// ---- rvalues
// ------------------------------------------------------------------------------------------

static MirRvalue unit_rvalue(MirBuild *b) {
    return rv_use(op_zst(b, ty_unit(b->db)));
}

static bool is_ctor_call(MirBuild *b, const HirExprRow *row, DefId *ctor) {
    if (row->kind != HIR_CALL) return false;
    const HirExprRow *callee = hir_expr(b->hir, row->call.callee);
    if (callee->kind != HIR_PATH) return false;
    Ty fn = typeck_expr(b->typeck, row->call.callee);
    const TyRow *fn_row = ty_row(b->db, fn);
    if (fn_row->kind != TY_FN_DEF) return false;
    DefKind kind = def_kind(b->db, fn_row->def);
    *ctor = fn_row->def;
    return kind == DEF_STRUCT || kind == DEF_VARIANT;
}

static MirRvalue ctor_rvalue(MirBuild *b, HirExpr e, DefId ctor) {
    const HirExprRow *row = hir_expr(b->hir, e);
    HirList list = row->call.args;
    MirOperand *ops = SCRATCH_ARRAY(b->scratch, MirOperand, list.count + 1);
    bool inert = true;
    bool *rest = SCRATCH_ARRAY(b->scratch, bool, list.count + 1);
    for (u32 i = list.count; i-- > 0;) {
        rest[i] = inert;
        inert = inert && expr_is_inert(b, (HirExpr){hir_listed(b->hir, list, i)});
    }
    for (u32 i = 0; i < list.count; i++) {
        ops[i] = expr_operand(b, ex_full(b, (HirExpr){hir_listed(b->hir, list, i)}), rest[i]);
    }
    set_pos(b, e);
    u32 variant = def_kind(b->db, ctor) == DEF_VARIANT ? adt_variant_index(b->db, ctor) : 0;
    return rv_aggregate(b, AGG_ADT, typeck_expr(b->typeck, e), variant, ops, list.count);
}

MirRvalue expr_rvalue(MirBuild *b, Ex x) {
    set_pos(b, x.e);
    if (x.adj) {
        u8 kind = ex_adjust(b, x)->kind;
        if (kind == ADJ_DEREF || kind == ADJ_DEREF_OVERLOADED || kind == ADJ_NEVER_TO_ANY) {
            return rv_use(expr_operand(b, x, true));
        }
        return adjust_rvalue(b, x);
    }
    MirConst konst;
    if (expr_const(b, x.e, &konst)) return rv_use(op_const(b, konst));
    const HirExprRow *row = hir_expr(b->hir, x.e);
    DefId ctor;
    switch ((HirExprKind)row->kind) {
    case HIR_CALL:
        if (is_ctor_call(b, row, &ctor)) return ctor_rvalue(b, x.e, ctor);
        break;
    case HIR_PATH: { // a unit struct or variant
        const Callee *callee = typeck_callee(b->typeck, x.e);
        Res res = callee ? callee->res : hir_path(b->hir, row->path)->res;
        Ty ty = typeck_expr(b->typeck, x.e);
        if (res.kind == RES_CTOR && ty_kind(b->db, ty) == TY_ADT) {
            u32 variant =
                def_kind(b->db, res.def) == DEF_VARIANT ? adt_variant_index(b->db, res.def) : 0;
            return rv_aggregate(b, AGG_ADT, ty, variant, NULL, 0);
        }
        if (ex_is_place(b, x)) break;
        build_unsupported(b, "a path of this kind");
        return rv_use(op_zst(b, ty));
    }
    case HIR_LIT:
        build_unsupported(b, "a literal of this type");
        return rv_use(op_zst(b, typeck_expr(b->typeck, x.e)));
    case HIR_TUPLE:
    case HIR_ARRAY:
    case HIR_REPEAT: return list_rvalue(b, x.e);
    case HIR_STRUCT: return struct_rvalue(b, x.e);
    case HIR_CLOSURE: return closure_rvalue(b, x.e);
    case HIR_CAST: return cast_rvalue(b, x.e);
    case HIR_UNARY:
        if (row->op == UN_DEREF) break;
        if (typeck_callee(b->typeck, x.e)) {
            TyKind kind = ty_kind(b->db, typeck_adjusted(b->typeck, row->bin.a));
            if (kind != TY_BOOL && !ty_is_int(kind) && !ty_is_float(kind)) break;
        }
        return unary_rvalue(b, x.e);
    case HIR_BINARY:
        if (row->op == BIN_AND || row->op == BIN_OR || !is_builtin_binary(b, x.e)) break;
        return binary_rvalue(b, x.e);
    case HIR_ADDR_OF: {
        MirConst promoted;
        Ex inner = ex_full(b, row->bin.a);
        Ty inner_ty = ex_ty(b, inner);
        const TyRow *inner_row = ty_row(b->db, inner_ty);
        bool empty_array = inner_row->kind == TY_ARRAY &&
                           ty_kind(b->db, inner_row->len) == TY_CONST_VALUE &&
                           ty_row(b->db, inner_row->len)->lo_bits == 0;
        if (!row->is_raw && (!row->is_mut || empty_array) &&
            promote(b, row->bin.a, inner, &promoted)) {
            promoted.ty = ty_ref(b->db, inner_ty, row->is_mut);
            return rv_use(op_const(b, promoted));
        }
        MirPlace place = expr_place(b, inner);
        set_pos(b, x.e);
        return row->is_raw ? rv_raw(b, place, row->is_mut) : rv_ref(b, place, row->is_mut);
    }
    case HIR_ASSIGN: assign(b, x.e); return unit_rvalue(b);
    case HIR_ASSIGN_OP: assign_op(b, x.e); return unit_rvalue(b);
    default: break;
    }
    return rv_use(expr_operand(b, x, true));
}

// ---- into a destination
// -----------------------------------------------------------------------------

void expr_into_terminating(MirBuild *b, MirPlace dest, HirExpr e) {
    TempScope temps = temps_begin(b);
    expr_into(b, dest, ex_full(b, e));
    temps_end(b, temps);
}

// Conditions that are true go on in the current block; failing ones leave to b->els.
static void fail_to_else(MirBuild *b, MirBlock failing) {
    MirBlock go_on = b->cur;
    b->cur = failing;
    exit_scopes(b, b->els.depth, b->els.block);
    b->cur = go_on;
}

void condition(MirBuild *b, HirExpr cond, bool terminating) {
    const HirExprRow *row = hir_expr(b->hir, cond);
    u32 adjusts;
    (void)typeck_adjusts(b->typeck, cond, &adjusts);
    if (!adjusts && row->kind == HIR_BINARY && row->op == BIN_AND) {
        condition(b, row->bin.a, true);
        condition(b, row->bin.b, true);
        return;
    }
    if (!adjusts && row->kind == HIR_BINARY && row->op == BIN_OR) {
        ElseTarget outer = b->els;
        MirBlock second = block_new(b), both = block_new(b);
        b->els = (ElseTarget){b->scopes.count, second};
        condition(b, row->bin.a, true);
        emit_goto(b, both);
        b->cur = second;
        b->els = outer;
        condition(b, row->bin.b, true);
        emit_goto(b, both);
        b->cur = both;
        return;
    }
    if (!adjusts && row->kind == HIR_UNARY && row->op == UN_NOT &&
        !typeck_callee(b->typeck, cond)) {
        ElseTarget outer = b->els;
        MirBlock no = block_new(b);
        b->els = (ElseTarget){b->scopes.count, no};
        condition(b, row->bin.a, terminating);
        b->els = outer;
        exit_scopes(b, outer.depth, outer.block);
        b->cur = no;
        return;
    }
    if (row->kind == HIR_LET) {
        let_condition(b, cond);
        return;
    }
    if (!adjusts && row->kind == HIR_DROP_TEMPS) {
        condition(b, row->bin.a, true);
        return;
    }
    TempScope temps = temps_begin(b);
    MirOperand op = expr_operand(b, ex_full(b, cond), true);
    if (op.kind != OPERAND_CONST && op.place.proj_count) {
        op = op_copy(b, place_local(temp_of_rvalue(b, rv_use(op_again(op)), TY_OF(BOOL))));
    }
    set_pos(b, cond);
    temps_end(b, temps);
    MirBlock yes = block_new(b), no = block_new(b);
    emit_if(b, op_again(op), yes, no);
    b->cur = yes;
    fail_to_else(b, no);
}

static void if_into(MirBuild *b, MirPlace dest, HirExpr e) {
    const HirExprRow *row = hir_expr(b->hir, e);
    u32 saved_temp = b->temp_scope, saved_var = b->var_scope;
    ElseTarget saved_els = b->els;
    u32 scope = scope_push(b);
    b->var_scope = scope;
    if (b->is_2024) b->temp_scope = scope;
    MirBlock otherwise = block_new(b), end = block_new(b);
    b->els = (ElseTarget){scope, otherwise};
    condition(b, row->branch.cond, true);
    b->els = saved_els;
    expr_into_terminating(b, dest, row->branch.then);
    scope_pop_to(b, scope);
    b->temp_scope = saved_temp;
    b->var_scope = saved_var;
    emit_goto(b, end);
    b->cur = otherwise;
    if (row->branch.els.id) expr_into_terminating(b, dest, row->branch.els);
    emit_goto(b, end);
    b->cur = end;
}

// `a && b` as a value.
static void logic_into(MirBuild *b, MirPlace dest, HirExpr e) {
    ElseTarget saved_els = b->els;
    MirBlock otherwise = block_new(b), end = block_new(b);
    u32 scope = scope_push(b);
    b->els = (ElseTarget){scope, otherwise};
    condition(b, e, true);
    b->els = saved_els;
    emit_assign(b, dest, rv_use(op_bits(b, TY_OF(BOOL), 1)));
    scope_pop_to(b, scope);
    emit_goto(b, end);
    b->cur = otherwise;
    emit_assign(b, dest, rv_use(op_bits(b, TY_OF(BOOL), 0)));
    emit_goto(b, end);
    b->cur = end;
}

static void loop_into(MirBuild *b, MirPlace dest, HirExpr e) {
    const HirExprRow *row = hir_expr(b->hir, e);
    MirBlock start = block_new(b), end = block_new(b);
    emit_goto(b, start);
    b->cur = start;
    Breakable breakable = {row->loop.label, b->scopes.count, end, start, dest};
    vec_push(b->scratch, &b->breakables, breakable);
    MirLocal unit = local_new(b, ty_unit(b->db));
    expr_into_terminating(b, place_local(unit), row->loop.body);
    emit_goto(b, start);
    (void)vec_pop(&b->breakables);
    b->cur = end;
}

static void block_into(MirBuild *b, MirPlace dest, HirExpr e) {
    const HirExprRow *row = hir_expr(b->hir, e);
    MirBlock end = MIR_NO_BLOCK;
    u32 depth = b->scopes.count, saved_var = b->var_scope;
    if (row->block.label) {
        end = block_new(b);
        Breakable breakable = {row->block.label, depth, end, MIR_NO_BLOCK, dest};
        vec_push(b->scratch, &b->breakables, breakable);
    }
    b->var_scope = scope_push(b);
    for (u32 i = 0; i < row->block.stmts.count; i++) {
        const HirStmt *stmt = HIR_AT(b->hir, HirStmt, stmts, row->block.stmts.first + i);
        if (stmt->kind == STMT_LET) {
            build_let(b, stmt);
        } else {
            TempScope temps = temps_begin(b);
            expr_discard(b, ex_full(b, stmt->expr));
            temps_end(b, temps);
        }
    }
    if (row->block.tail.id) {
        if (b->is_2024) {
            expr_into_terminating(b, dest, row->block.tail);
        } else {
            expr_into(b, dest, ex_full(b, row->block.tail));
        }
    }
    scope_pop_to(b, depth);
    b->var_scope = saved_var;
    if (row->block.label) {
        (void)vec_pop(&b->breakables);
        emit_goto(b, end);
        b->cur = end;
    }
}

static void offset_of_into(MirBuild *b, MirPlace dest, HirExpr e) {
    // usize: the sum of `offset_of::<T>(variant, field)` over the path of fields
    Db *db = b->db;
    const HirExprRow *row = hir_expr(b->hir, e);
    Ty ty = LIST_AT(b->typeck, Ty, b->typeck->hir_tys)[row->offset_of.ty.id];
    DefId fn = lang_item(db, LANG_offset_of);
    MirOperand sum = op_bits(b, TY_OF(USIZE), 0);
    for (u32 i = 0; i < row->offset_of.names.count; i++) {
        Symbol name = {hir_listed(b->hir, row->offset_of.names, i)};
        const TyRow *ty_r = ty_row(db, ty);
        u32 variant = 0, field = UINT32_MAX;
        Ty field_ty = {0};
        if (ty_r->kind == TY_ADT) {
            const AdtDef *adt = adt_def(db, ty_r->def);
            if (adt->kind == DEF_ENUM) {
                for (u32 v = 0; v < adt->variants.count; v++) {
                    if (adt_variant(adt, v)->name.id == name.id) variant = v;
                }
                if (++i >= row->offset_of.names.count) break;
                name = (Symbol){hir_listed(b->hir, row->offset_of.names, i)};
            }
            const AdtVariant *v = adt_variant(adt, variant);
            for (u32 k = 0; k < v->field_count; k++) {
                if (adt_field(adt, v, k)->name.id == name.id) field = k;
            }
            if (field != UINT32_MAX) field_ty = build_field_ty(b, ty, variant, field);
        } else if (ty_r->kind == TY_TUPLE) {
            u32 count;
            const Ty *elems = ty_elems(db, ty, &count);
            Str text = symbol_str(&db->symbols, name);
            u32 k = 0;
            for (u32 c = 0; c < text.len; c++)
                k = k * 10 + (u32)(text.at[c] - '0');
            if (k < count) {
                field = k;
                field_ty = elems[k];
            }
        }
        if (field == UINT32_MAX || !fn.id) {
            build_unsupported(b, "offset_of! of this field");
            return;
        }
        MirOperand args[2] = {op_bits(b, TY_OF(U32), variant), op_bits(b, TY_OF(U32), field)};
        MirPlace offset = place_local(local_new(b, TY_OF(USIZE)));
        emit_call(b, offset, TY_OF(USIZE), op_fn(b, fn, args_intern(db, &ty, 1)), args, 2, false,
                  b->lo, b->hi);
        MirPlace total = place_local(local_new(b, TY_OF(USIZE)));
        emit_assign(b, total, rv_binary(MIR_ADD, sum, op_copy(b, offset)));
        sum = op_copy(b, total);
        ty = field_ty;
    }
    emit_assign(b, dest, rv_use(sum));
}

void expr_into(MirBuild *b, MirPlace dest, Ex x) {
    set_pos(b, x.e);
    if (x.adj) {
        if (ex_adjust(b, x)->kind == ADJ_NEVER_TO_ANY) {
            expr_discard(b, (Ex){x.e, x.adj - 1});
            terminate(b, MIR_UNREACHABLE);
            start_dead_block(b);
            return;
        }
        if (ex_is_place(b, x)) {
            MirPlace place = expr_place(b, x);
            emit_assign(b, dest, rv_use(op_consume(b, place, ex_ty(b, x))));
            return;
        }
        MirRvalue rvalue = adjust_rvalue(b, x);
        set_pos(b, x.e);
        emit_assign(b, dest, rvalue);
        return;
    }
    const HirExprRow *row = hir_expr(b->hir, x.e);
    DefId ctor;
    switch ((HirExprKind)row->kind) {
    case HIR_CALL:
        if (is_ctor_call(b, row, &ctor)) break;
        call_into(b, dest, x);
        return;
    case HIR_METHOD_CALL: call_into(b, dest, x); return;
    case HIR_UNARY: {
        if (row->op == UN_DEREF || !typeck_callee(b->typeck, x.e)) break;
        TyKind kind = ty_kind(b->db, typeck_adjusted(b->typeck, row->bin.a));
        if (kind == TY_BOOL || ty_is_int(kind) || ty_is_float(kind)) break;
        operator_into(b, dest, x);
        return;
    }
    case HIR_BINARY:
        if (row->op == BIN_AND || row->op == BIN_OR) {
            logic_into(b, dest, x.e);
            return;
        }
        if (is_builtin_binary(b, x.e)) break;
        operator_into(b, dest, x);
        return;
    case HIR_IF: if_into(b, dest, x.e); return;
    case HIR_LOOP: loop_into(b, dest, x.e); return;
    case HIR_MATCH: match_into(b, dest, x.e); return;
    case HIR_BLOCK: block_into(b, dest, x.e); return;
    case HIR_BREAK: jump(b, x.e, false); return;
    case HIR_CONTINUE: jump(b, x.e, true); return;
    case HIR_RETURN: build_return(b, x.e); return;
    case HIR_DROP_TEMPS: expr_into_terminating(b, dest, row->bin.a); return;
    case HIR_OFFSET_OF: offset_of_into(b, dest, x.e); return;
    case HIR_LET: build_unsupported(b, "a `let` outside of a condition"); return;
    case HIR_UNSUPPORTED: {
        Str text = symbol_str(&b->db->symbols, row->text);
        Str copy = scratch_print(b->scratch, "%.*s", STR_ARG(text));
        build_unsupported(b, copy.at);
        return;
    }
    case HIR_ERR: build_unsupported(b, "an expression with an error"); return;
    default: break;
    }
    if (ex_is_place(b, x)) {
        MirPlace place = expr_place(b, x);
        set_pos(b, x.e);
        emit_assign(b, dest, rv_use(op_consume(b, place, ex_ty(b, x))));
        return;
    }
    MirRvalue rvalue = expr_rvalue(b, x);
    set_pos(b, x.e);
    emit_assign(b, dest, rvalue);
}

void expr_discard(MirBuild *b, Ex x) {
    const HirExprRow *row = hir_expr(b->hir, x.e);
    if (!x.adj) {
        switch ((HirExprKind)row->kind) {
        case HIR_ASSIGN:
            set_pos(b, x.e);
            assign(b, x.e);
            return;
        case HIR_ASSIGN_OP:
            set_pos(b, x.e);
            assign_op(b, x.e);
            return;
        case HIR_BREAK: jump(b, x.e, false); return;
        case HIR_CONTINUE: jump(b, x.e, true); return;
        case HIR_RETURN: build_return(b, x.e); return;
        case HIR_LIT: return;
        default: break;
        }
    }
    (void)expr_temp(b, x);
}

// ---- extended temporaries
// -------------------------------------------------------------------------

static bool pat_binds_by_ref(MirBuild *b, HirPat pat) {
    if (!pat.id) return false;
    const HirPatRow *row = hir_pat(b->hir, pat);
    switch ((HirPatKind)row->kind) {
    case HIR_PAT_BINDING: return row->by_ref;
    case HIR_PAT_STRUCT:
        for (u32 i = 0; i < row->structure.fields.count; i++) {
            HirPat sub = {HIR_AT(b->hir, HirField, fields, row->structure.fields.first + i)->value};
            if (pat_binds_by_ref(b, sub)) return true;
        }
        return false;
    case HIR_PAT_TUPLE_STRUCT:
        for (u32 i = 0; i < row->tuple_struct.elems.count; i++) {
            if (pat_binds_by_ref(b, (HirPat){hir_listed(b->hir, row->tuple_struct.elems, i)}))
                return true;
        }
        return false;
    case HIR_PAT_TUPLE:
    case HIR_PAT_SLICE:
    case HIR_PAT_OR:
        for (u32 i = 0; i < row->seq.elems.count; i++) {
            if (pat_binds_by_ref(b, (HirPat){hir_listed(b->hir, row->seq.elems, i)})) return true;
        }
        return row->kind == HIR_PAT_SLICE && pat_binds_by_ref(b, row->seq.rest_pat);
    case HIR_PAT_BOX:
    case HIR_PAT_DEREF: return pat_binds_by_ref(b, row->inner);
    default: return false;
    }
}

static void extend_operand(MirBuild *b, HirExpr e, u32 ext) {
    for (;;) {
        b->ext[e.id] = ext;
        const HirExprRow *row = hir_expr(b->hir, e);
        if (row->kind == HIR_ADDR_OF || row->kind == HIR_INDEX ||
            (row->kind == HIR_UNARY && row->op == UN_DEREF)) {
            e = row->bin.a;
        } else if (row->kind == HIR_FIELD) {
            e = row->field.expr;
        } else {
            return;
        }
    }
}

static void extend_borrows(MirBuild *b, HirExpr e, u32 ext);

static void extend_arguments(MirBuild *b, HirExpr call, u32 ext) {
    const HirExprRow *row = hir_expr(b->hir, call);
    for (u32 i = 0; i < row->call.args.count; i++)
        extend_borrows(b, (HirExpr){hir_listed(b->hir, row->call.args, i)}, ext);
}

static void extend_borrows(MirBuild *b, HirExpr e, u32 ext) {
    const HirExprRow *row = hir_expr(b->hir, e);
    DefId ctor;
    switch ((HirExprKind)row->kind) {
    case HIR_ADDR_OF:
        extend_borrows(b, row->bin.a, ext);
        extend_operand(b, row->bin.a, ext);
        break;
    case HIR_STRUCT:
        for (u32 i = 0; i < row->structure.fields.count; i++) {
            extend_borrows(
                b,
                (HirExpr){HIR_AT(b->hir, HirField, fields, row->structure.fields.first + i)->value},
                ext);
        }
        break;
    case HIR_ARRAY:
    case HIR_TUPLE:
        for (u32 i = 0; i < row->elems.count; i++) {
            HirExpr elem = {hir_listed(b->hir, row->elems, i)};
            extend_borrows(b, elem, ext);
            if (row->is_synthetic) extend_arguments(b, elem, ext);
        }
        break;
    case HIR_CAST: extend_borrows(b, row->cast.expr, ext); break;
    case HIR_BLOCK:
        if (row->block.tail.id) extend_borrows(b, row->block.tail, ext);
        for (u32 i = 0; i < row->block.stmts.count; i++) {
            const HirStmt *stmt = HIR_AT(b->hir, HirStmt, stmts, row->block.stmts.first + i);
            if (stmt->kind == STMT_LET && stmt->is_super) b->ext_super[stmt->pat.id] = ext;
        }
        break;
    case HIR_IF:
        extend_borrows(b, row->branch.then, ext);
        if (row->branch.els.id) extend_borrows(b, row->branch.els, ext);
        break;
    case HIR_MATCH:
        for (u32 i = 0; i < row->match.arms.count; i++) {
            extend_borrows(b, HIR_AT(b->hir, HirArm, arms, row->match.arms.first + i)->body, ext);
        }
        break;
    case HIR_CALL:
        if (is_ctor_call(b, row, &ctor)) extend_arguments(b, e, ext);
        break;
    default: break;
    }
}

void extend_initializer(MirBuild *b, HirExpr init, HirPat pat, u32 ext) {
    extend_borrows(b, init, ext);
    if (pat.id && pat_binds_by_ref(b, pat)) extend_operand(b, init, ext);
}
