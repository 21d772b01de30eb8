// Calls, constructors, closures, overloaded operators, casts.
//
// Arguments are evaluated from left to right. A place is used in the call itself (moved or copied
// there) when nothing between it and the call can change it; otherwise it goes through a temporary.
// Calls with the "rust-call" ABI pass their arguments as one tuple, last.

#include "mir/mir_internal.h"

MirRvalue rv_aggregate(MirBuild *b, MirAggregateKind kind, Ty ty, u32 variant,
                       const MirOperand *ops, u32 count) {
    u32 first = b->operands.count;
    vec_append(b->scratch, &b->operands, ops, count);
    return (MirRvalue){.kind = RV_AGGREGATE,
                       .op = (u8)kind,
                       .ty = ty,
                       .variant = variant,
                       .operand_first = first,
                       .operand_count = count};
}

void emit_call(MirBuild *b, MirPlace dest, Ty ret, MirOperand callee, const MirOperand *args,
               u32 count, bool is_spread, u32 lo, u32 hi) {
    u32 first = b->operands.count;
    vec_append(b->scratch, &b->operands, args, count);
    MirBlock unwind = unwind_block(b);
    bool diverges = ty_kind(b->db, ret) == TY_NEVER;
    MirBlock next = block_new(b);
    MirPlace to = place_resolve(b, dest);
    MirTerm *term = terminate(b, MIR_CALL);
    term->a = callee;
    term->operand_first = first;
    term->operand_count = count;
    term->place = to;
    term->is_spread = is_spread;
    term->target = diverges ? MIR_NO_BLOCK : next;
    term->unwind = unwind;
    term->lo = lo;
    term->hi = hi;
    b->cur = next;
}

MirOperand op_fn(MirBuild *b, DefId def, Args args) {
    return op_zst(b, ty_fn_def(b->db, def, args));
}

static bool *inert_rests(MirBuild *b, HirList list) {
    bool *inert = SCRATCH_ARRAY(b->scratch, bool, list.count + 1);
    inert[list.count] = true;
    for (u32 i = list.count; i-- > 0;) {
        inert[i] = inert[i + 1] && expr_is_inert(b, (HirExpr){hir_listed(b->hir, list, i)});
    }
    return inert; // inert[i]: element i and those after it
}

static void list_operands(MirBuild *b, HirList list, MirOperand *out) {
    bool *inert = inert_rests(b, list);
    for (u32 i = 0; i < list.count; i++) {
        out[i] = expr_operand(b, ex_full(b, (HirExpr){hir_listed(b->hir, list, i)}), inert[i + 1]);
    }
}

static bool list_is_inert(MirBuild *b, HirList list) {
    return inert_rests(b, list)[0];
}

// The operand for input `i` of an operator's method. What is passed by reference is borrowed here,
// unless inference did so already.
static MirOperand method_operand(MirBuild *b, HirExpr e, const Callee *callee, u32 i,
                                 bool rest_is_inert) {
    Db *db = b->db;
    const FnSig *sig = fn_sig(db, callee->res.def);
    Ty adjusted = typeck_adjusted(b->typeck, e);
    if (i < sig->inputs.count) {
        const TyRow *input = ty_row(db, LIST_AT(sig, Ty, sig->inputs)[i]);
        if (input->kind == TY_REF && ty_kind(db, input->elem) == TY_PARAM) {
            u32 index = ty_row(db, input->elem)->index;
            if (index < args_count(db, callee->args) &&
                ty_eq(args_get(db, callee->args, index), adjusted)) {
                MirPlace place = expr_place(b, ex_full(b, e));
                return operand_of_rvalue(b, rv_ref(b, place, input->is_mut),
                                         ty_ref(db, adjusted, input->is_mut));
            }
        }
    }
    return expr_operand(b, ex_full(b, e), rest_is_inert);
}

static bool callee_is_spread(MirBuild *b, Ty fn) {
    const TyRow *row = ty_row(b->db, fn);
    if (row->kind == TY_FN_PTR) return row->abi == ABI_RUST_CALL;
    if (row->kind != TY_FN_DEF) return false;
    DefKind kind = def_kind(b->db, row->def);
    if (kind != DEF_FN && kind != DEF_ASSOC_FN) return false;
    return fn_sig(b->db, row->def)->abi == ABI_RUST_CALL;
}

static void overloaded_call(MirBuild *b, MirPlace dest, HirExpr e, const Callee *callee) {
    const HirExprRow *row = hir_expr(b->hir, e);
    HirList list = row->call.args;
    MirOperand ops[2];
    ops[0] = method_operand(b, row->call.callee, callee, 0, list_is_inert(b, list));
    MirOperand *args = SCRATCH_ARRAY(b->scratch, MirOperand, list.count + 1);
    list_operands(b, list, args);
    set_pos(b, e);
    Ty *tys = SCRATCH_ARRAY(b->scratch, Ty, list.count + 1);
    for (u32 i = 0; i < list.count; i++)
        tys[i] = typeck_adjusted(b->typeck, (HirExpr){hir_listed(b->hir, list, i)});
    Ty tuple = args_count(b->db, callee->args) > 1 ? args_get(b->db, callee->args, 1)
                                                   : ty_tuple(b->db, tys, list.count);
    ops[1] =
        list.count
            ? operand_of_rvalue(b, rv_aggregate(b, AGG_TUPLE, tuple, 0, args, list.count), tuple)
            : op_zst(b, tuple);
    HirSpan span = expr_span(b, e);
    emit_call(b, dest, typeck_expr(b->typeck, e), op_fn(b, callee->res.def, callee->args), ops, 2,
              true, span.lo, span.hi);
}

static void plain_call(MirBuild *b, MirPlace dest, HirExpr e) {
    const HirExprRow *row = hir_expr(b->hir, e);
    HirList list = row->call.args;
    Ty fn = typeck_adjusted(b->typeck, row->call.callee);
    bool is_path =
        hir_expr(b->hir, row->call.callee)->kind == HIR_PATH && ty_kind(b->db, fn) == TY_FN_DEF;
    MirOperand callee = is_path
                            ? op_zst(b, fn)
                            : expr_operand(b, ex_full(b, row->call.callee), list_is_inert(b, list));
    MirOperand *args = SCRATCH_ARRAY(b->scratch, MirOperand, list.count + 1);
    list_operands(b, list, args);
    set_pos(b, e);
    HirSpan span = expr_span(b, e);
    emit_call(b, dest, typeck_expr(b->typeck, e), callee, args, list.count, callee_is_spread(b, fn),
              span.lo, span.hi);
}

static void method_call(MirBuild *b, MirPlace dest, HirExpr e) {
    const HirExprRow *row = hir_expr(b->hir, e);
    const Callee *callee = typeck_callee(b->typeck, e);
    if (!callee) {
        build_unsupported(b, "a method call that was not resolved");
        return;
    }
    HirList list = row->method.args;
    MirOperand *args = SCRATCH_ARRAY(b->scratch, MirOperand, list.count + 2);
    args[0] = expr_operand(b, ex_full(b, row->method.receiver), list_is_inert(b, list));
    list_operands(b, list, args + 1);
    set_pos(b, e);
    HirSpan span = expr_span(b, e);
    u32 lo = HIR_AT(b->hir, HirSeg, segs, row->method.seg)->lo;
    MirOperand fn = op_fn(b, callee->res.def, callee->args);
    bool spread = fn_sig(b->db, callee->res.def)->abi == ABI_RUST_CALL;
    emit_call(b, dest, typeck_expr(b->typeck, e), fn, args, list.count + 1, spread,
              lo ? lo : span.lo, span.hi);
}

void call_into(MirBuild *b, MirPlace dest, Ex x) {
    const HirExprRow *row = hir_expr(b->hir, x.e);
    if (row->kind == HIR_METHOD_CALL) {
        method_call(b, dest, x.e);
        return;
    }
    const Callee *callee = typeck_callee(b->typeck, x.e);
    if (callee && (def_kind(b->db, callee->res.def) == DEF_ASSOC_FN) &&
        callee->res.kind == RES_DEF) {
        overloaded_call(b, dest, x.e, callee);
    } else {
        plain_call(b, dest, x.e);
    }
}

void operator_into(MirBuild *b, MirPlace dest, Ex x) {
    const HirExprRow *row = hir_expr(b->hir, x.e);
    const Callee *callee = typeck_callee(b->typeck, x.e);
    MirOperand ops[2];
    u32 count = 1;
    bool two = row->kind != HIR_UNARY;
    ops[0] = method_operand(b, row->bin.a, callee, 0, !two || expr_is_inert(b, row->bin.b));
    if (two) ops[count++] = method_operand(b, row->bin.b, callee, 1, true);
    set_pos(b, x.e);
    HirSpan span = expr_span(b, x.e);
    emit_call(b, dest, typeck_expr(b->typeck, x.e), op_fn(b, callee->res.def, callee->args), ops,
              count, false, span.lo, span.hi);
}

MirPlace overloaded_deref(MirBuild *b, MirPlace place, Ty place_type, Ty target, bool is_mut) {
    Db *db = b->db;
    DefId method = is_mut ? trait_method(db, LANG_deref_mut, STR("deref_mut"))
                          : trait_method(db, LANG_deref, STR("deref"));
    MirOperand self =
        operand_of_rvalue(b, rv_ref(b, place, is_mut), ty_ref(db, place_type, is_mut));
    Ty ret = ty_ref(db, target, is_mut);
    MirLocal result = local_new(b, ret);
    emit_call(b, place_local(result), ret, op_fn(b, method, args_intern(db, &place_type, 1)), &self,
              1, false, b->lo, b->hi);
    return place_deref(b, place_local(result));
}

// `a[i]` through Index or IndexMut, `*a` through Deref or DerefMut: the place behind the reference
// returned.
MirPlace overloaded_place(MirBuild *b, Ex x) {
    Db *db = b->db;
    const HirExprRow *row = hir_expr(b->hir, x.e);
    const Callee *callee = typeck_callee(b->typeck, x.e);
    bool two = row->kind == HIR_INDEX;
    MirOperand ops[2];
    ops[0] = method_operand(b, row->bin.a, callee, 0, !two || expr_is_inert(b, row->bin.b));
    if (two) ops[1] = method_operand(b, row->bin.b, callee, 1, true);
    set_pos(b, x.e);
    const FnSig *sig = fn_sig(db, callee->res.def);
    bool is_mut = ty_row(db, LIST_AT(sig, Ty, sig->inputs)[0])->is_mut;
    Ty ret = ty_ref(db, typeck_expr(b->typeck, x.e), is_mut);
    MirLocal result = local_new(b, ret);
    HirSpan span = expr_span(b, x.e);
    emit_call(b, place_local(result), ret, op_fn(b, callee->res.def, callee->args), ops,
              two ? 2 : 1, false, two ? row->bin.op_lo : span.lo, span.hi);
    return place_deref(b, place_local(result));
}

// ---- aggregates
// -----------------------------------------------------------------------------------

MirRvalue struct_rvalue(MirBuild *b, HirExpr e) {
    Db *db = b->db;
    const HirExprRow *row = hir_expr(b->hir, e);
    Ty ty = typeck_expr(b->typeck, e);
    if (ty_kind(db, ty) != TY_ADT) {
        build_unsupported(b, "a struct expression of this type");
        return rv_use(op_zst(b, ty));
    }
    const AdtDef *adt = adt_def(db, ty_row(db, ty)->def);
    u32 variant = 0;
    if (adt->kind == DEF_ENUM) {
        const Callee *callee = typeck_callee(b->typeck, e);
        Res res = callee ? callee->res : hir_path(b->hir, row->structure.path)->res;
        variant = adt_variant_index(db, res.def);
    }
    u32 field_count = adt_variant(adt, variant)->field_count;
    MirOperand *ops = SCRATCH_ARRAY(b->scratch, MirOperand, field_count + 1);
    bool *given = SCRATCH_ARRAY(b->scratch, bool, field_count + 1);
    HirList fields = row->structure.fields;
    bool *inert = SCRATCH_ARRAY(b->scratch, bool, fields.count + 1);
    inert[fields.count] = !row->structure.base.id;
    for (u32 i = fields.count; i-- > 0;) {
        inert[i] =
            inert[i + 1] &&
            expr_is_inert(b, (HirExpr){HIR_AT(b->hir, HirField, fields, fields.first + i)->value});
    }
    u32 active = 0;
    for (u32 i = 0; i < fields.count; i++) {
        HirExpr value = {HIR_AT(b->hir, HirField, fields, fields.first + i)->value};
        u32 index = LIST_AT(b->typeck, u32, b->typeck->field_index)[fields.first + i];
        MirOperand op = expr_operand(b, ex_full(b, value), inert[i + 1]);
        if (index >= field_count) continue;
        ops[index] = op;
        given[index] = true;
        active = index;
    }
    set_pos(b, e);
    if (adt->kind == DEF_UNION) {
        MirRvalue rv = rv_aggregate(b, AGG_ADT, ty, 0, ops + active, 1);
        rv.active_field = active;
        return rv;
    }
    if (row->structure.base.id) {
        MirPlace base = expr_place(b, ex_full(b, row->structure.base));
        for (u32 i = 0; i < field_count; i++) {
            if (given[i]) continue;
            Ty field = build_field_ty(b, ty, variant, i);
            ops[i] = op_consume(b, place_field(b, base, i, field), field);
        }
    } else {
        for (u32 i = 0; i < field_count; i++) {
            if (!given[i]) {
                build_unsupported(b, "a struct expression that leaves out fields");
                ops[i] = op_zst(b, ty_unit(db));
            }
        }
    }
    return rv_aggregate(b, AGG_ADT, ty, variant, ops, field_count);
}

MirRvalue closure_rvalue(MirBuild *b, HirExpr e) {
    Ty ty = typeck_expr(b->typeck, e);
    DefId def = ty_row(b->db, ty)->def;
    const ClosureInfo *infos = LIST_AT(b->typeck, ClosureInfo, b->typeck->closures);
    const ClosureInfo *info = NULL;
    for (u32 i = 0; i < b->typeck->closures.count && !info; i++) {
        if (def_eq(infos[i].def, def)) info = &infos[i];
    }
    if (!info) {
        build_unsupported(b, "a coroutine");
        return rv_use(op_zst(b, ty));
    }
    const Capture *captures =
        LIST_AT(b->typeck, Capture, b->typeck->captures) + info->capture_first;
    MirOperand *ops = SCRATCH_ARRAY(b->scratch, MirOperand, info->capture_count + 1);
    for (u32 i = 0; i < info->capture_count; i++) {
        MirPlace place = capture_place(b, &captures[i]);
        if (captures[i].mode == CAPTURE_MOVE) {
            ops[i] = op_consume(b, place, captures[i].ty);
        } else {
            bool is_mut = captures[i].mode != CAPTURE_REF;
            ops[i] = operand_of_rvalue(b, rv_ref(b, place, is_mut),
                                       ty_ref(b->db, captures[i].ty, is_mut));
        }
    }
    return rv_aggregate(b, AGG_CLOSURE, ty, 0, ops, info->capture_count);
}

MirRvalue list_rvalue(MirBuild *b, HirExpr e) {
    Db *db = b->db;
    const HirExprRow *row = hir_expr(b->hir, e);
    Ty ty = typeck_expr(b->typeck, e);
    if (row->kind != HIR_REPEAT) {
        MirOperand *ops = SCRATCH_ARRAY(b->scratch, MirOperand, row->elems.count + 1);
        list_operands(b, row->elems, ops);
        set_pos(b, e);
        if (row->kind == HIR_TUPLE) {
            if (row->elems.count == 0) return rv_use(op_zst(b, ty));
            return rv_aggregate(b, AGG_TUPLE, ty, 0, ops, row->elems.count);
        }
        return rv_aggregate(b, AGG_ARRAY, ty_row(db, ty)->elem, 0, ops, row->elems.count);
    }
    Ty len = ty_row(db, ty)->len, elem = ty_row(db, ty)->elem;
    const TyRow *len_row = ty_row(db, len);
    if (len_row->kind == TY_CONST_VALUE && len_row->lo_bits == 0) {
        MirConst konst;
        if (!expr_const(b, row->repeat.elem, &konst))
            (void)expr_temp(b, ex_full(b, row->repeat.elem));
        return rv_aggregate(b, AGG_ARRAY, elem, 0, NULL, 0);
    }
    MirOperand op = expr_operand(b, ex_full(b, row->repeat.elem), true);
    set_pos(b, e);
    return (MirRvalue){.kind = RV_REPEAT, .ty2 = len, .a = op};
}

// ---- casts
// ------------------------------------------------------------------------------------------

// `&*r` and `&mut *r` of a reference of that kind: the reference itself, copied.
bool reborrowed(MirBuild *b, Ex x, MirOperand *out) {
    if (x.adj < 2) return false;
    const Adjust *outer = ex_adjust(b, x), *deref = ex_adjust(b, (Ex){x.e, x.adj - 1});
    Ex inner = {x.e, x.adj - 2};
    if (outer->kind != ADJ_BORROW || deref->kind != ADJ_DEREF ||
        !ty_eq(ex_ty(b, inner), outer->target))
        return false;
    if (!ex_is_place(b, inner)) {
        *out = expr_operand(b, inner, true);
        return true;
    }
    MirPlace place = expr_place(b, inner);
    if (place_resolvable(b, place)) {
        *out = op_copy(b, place);
    } else { // a closure that captures only what is behind the reference
        *out = operand_of_rvalue(b, rv_ref(b, place_deref(b, place), outer->is_mut), outer->target);
    }
    return true;
}

MirRvalue adjust_rvalue(MirBuild *b, Ex x) {
    const Adjust *adjust = ex_adjust(b, x);
    Ex inner = {x.e, x.adj - 1};
    MirCastKind kind = CAST_UNSIZE;
    switch ((AdjustKind)adjust->kind) {
    case ADJ_BORROW: {
        MirConst konst;
        MirOperand same;
        if (reborrowed(b, x, &same)) return rv_use(same);
        if (!adjust->is_mut && promote(b, x.e, inner, &konst)) return rv_use(op_const(b, konst));
        MirPlace place = expr_place(b, inner);
        return rv_ref(b, place, adjust->is_mut);
    }
    case ADJ_BORROW_RAW: {
        MirPlace place = expr_place(b, inner);
        return rv_raw(b, place, adjust->is_mut);
    }
    case ADJ_REIFY_FN: kind = CAST_REIFY_FN; break;
    case ADJ_UNSAFE_FN: kind = CAST_UNSAFE_FN; break;
    case ADJ_CLOSURE_FN: kind = CAST_CLOSURE_FN; break;
    case ADJ_MUT_TO_CONST: kind = CAST_MUT_TO_CONST; break;
    case ADJ_ARRAY_TO_PTR: kind = CAST_ARRAY_TO_PTR; break;
    case ADJ_UNSIZE: kind = CAST_UNSIZE; break;
    case ADJ_NEVER_TO_ANY:
    case ADJ_DEREF:
    case ADJ_DEREF_OVERLOADED: UNREACHABLE();
    }
    MirOperand op = expr_operand(b, inner, true);
    return rv_cast(kind, op, adjust->target);
}

static bool is_scalar_int(TyKind k) {
    return k == TY_BOOL || k == TY_CHAR || ty_is_int(k);
}

// The discriminant of `E::V`, written so: known without the enum's layout, which may depend on it
// (`enum E { A = 1, B = E::A as isize + 1 }`).
static bool named_discr(MirBuild *b, HirExpr e, Ty ty, u128 *bits) {
    Db *db = b->db;
    u32 adjusts;
    (void)typeck_adjusts(b->typeck, e, &adjusts);
    const HirExprRow *row = hir_expr(b->hir, e);
    if (adjusts || row->kind != HIR_PATH) return false;
    const Callee *callee = typeck_callee(b->typeck, e);
    Res res = callee ? callee->res : hir_path(b->hir, row->path)->res;
    if (res.kind != RES_CTOR || def_kind(db, res.def) != DEF_VARIANT) return false;
    const AdtDef *adt = adt_def(db, ty_row(db, ty)->def);
    return variant_discr(db, adt, adt_variant_index(db, res.def), bits);
}

MirRvalue cast_rvalue(MirBuild *b, HirExpr e) {
    Db *db = b->db;
    const HirExprRow *row = hir_expr(b->hir, e);
    Ty from = typeck_adjusted(b->typeck, row->cast.expr), to = typeck_expr(b->typeck, e);
    TyKind f = ty_kind(db, from), t = ty_kind(db, to);
    u128 bits;
    if (f == TY_ADT && is_scalar_int(t) && named_discr(b, row->cast.expr, from, &bits))
        return rv_cast(CAST_INT_TO_INT, op_bits(b, discr_ty(db, ty_row(db, from)->def), bits), to);
    if (f == TY_ADT && is_scalar_int(t)) { // an enum without fields
        MirPlace place = expr_place(b, ex_full(b, row->cast.expr));
        set_pos(b, e);
        MirRvalue discr = {.kind = RV_DISCRIMINANT, .place = place_resolve(b, place)};
        return rv_cast(CAST_INT_TO_INT,
                       operand_of_rvalue(b, discr, discr_ty(db, ty_row(db, from)->def)), to);
    }
    MirOperand op = expr_operand(b, ex_full(b, row->cast.expr), true);
    set_pos(b, e);
    if (ty_eq(from, to)) return rv_use(op);
    if (is_scalar_int(f) && is_scalar_int(t)) return rv_cast(CAST_INT_TO_INT, op, to);
    if (is_scalar_int(f) && ty_is_float(t)) return rv_cast(CAST_INT_TO_FLOAT, op, to);
    if (ty_is_float(f) && is_scalar_int(t)) return rv_cast(CAST_FLOAT_TO_INT, op, to);
    if (ty_is_float(f) && ty_is_float(t)) return rv_cast(CAST_FLOAT_TO_FLOAT, op, to);
    if (ty_is_int(f) && (t == TY_PTR || t == TY_FN_PTR)) return rv_cast(CAST_ADDR_TO_PTR, op, to);
    if (f == TY_FN_DEF && (t == TY_FN_PTR)) return rv_cast(CAST_REIFY_FN, op, to);
    if (f == TY_CLOSURE && t == TY_FN_PTR) return rv_cast(CAST_CLOSURE_FN, op, to);
    if (f == TY_FN_DEF || f == TY_CLOSURE) {
        build_unsupported(b, "a cast of a function item to this type");
        return rv_use(op);
    }
    if (f == TY_FN_PTR && t == TY_FN_PTR) return rv_cast(CAST_UNSAFE_FN, op, to);
    if (f == TY_FN_PTR && t == TY_PTR) return rv_cast(CAST_FN_PTR_TO_PTR, op, to);
    if (f == TY_FN_PTR && ty_is_int(t)) {
        Ty raw = ty_ptr(db, ty_unit(db), false);
        return rv_cast(CAST_PTR_TO_ADDR,
                       operand_of_rvalue(b, rv_cast(CAST_FN_PTR_TO_PTR, op, raw), raw), to);
    }
    if (f == TY_REF && t == TY_PTR) {
        const TyRow *from_row = ty_row(db, from), *to_row = ty_row(db, to);
        MirLocal ref = temp_of_rvalue(b, rv_use(op), from);
        bool is_mut = from_row->is_mut && to_row->is_mut;
        Ty raw = ty_ptr(db, from_row->elem, is_mut);
        MirOperand ptr =
            operand_of_rvalue(b, rv_raw(b, place_deref(b, place_local(ref)), is_mut), raw);
        if (ty_eq(raw, to)) return rv_use(ptr);
        if (ty_kind(db, from_row->elem) == TY_ARRAY &&
            ty_eq(ty_row(db, from_row->elem)->elem, to_row->elem)) {
            return rv_cast(CAST_ARRAY_TO_PTR, ptr, to);
        }
        return rv_cast(CAST_PTR_TO_PTR, ptr, to);
    }
    if (f == TY_PTR && t == TY_PTR) return rv_cast(CAST_PTR_TO_PTR, op, to);
    if (f == TY_PTR && ty_is_int(t)) return rv_cast(CAST_PTR_TO_ADDR, op, to);
    if (f == TY_PAT || t == TY_PAT) return rv_cast(CAST_TRANSMUTE, op, to);
    if ((f == TY_REF && t == TY_REF) || (f == TY_ADT && t == TY_ADT))
        return rv_cast(CAST_UNSIZE, op, to);
    return rv_use(op); // types that are equal but for projections
}
