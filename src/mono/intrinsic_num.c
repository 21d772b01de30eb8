// Intrinsics on integers, floats and atomics.

#include "mono/intrinsic.h"

void intr_binary(Intr *c) {
    Fn *f = c->f;
    if (c->args[0].kind == VAL_ZST) return;
    IrVal a = intr_arg(c, 0), b = intr_arg(c, 1);
    intr_scalar(c, cast_bits(f, binary(f, (MirBinOp)c->op, c->args[0].ty, a, b), intr_ret_type(c)));
}

void intr_overflowing(Intr *c) {
    IrVal r = binary(c->f, (MirBinOp)c->op, c->args[0].ty, intr_arg(c, 0), intr_arg(c, 1));
    const Layout *l = fn_layout(c->f, c->ret);
    if (l->repr == REPR_SCALAR_PAIR) {
        intr_return(c, val_pair(r, ir_second(r), c->ret));
        return;
    }
    IrVal addr = ir_slot_addr(c->f->ir, ir_slot(c->f->ir, l->size, l->align));
    ir_store(c->f->ir, addr, (i64)layout_field_offset(l, 0, 0), r);
    ir_store(c->f->ir, addr, (i64)layout_field_offset(l, 0, 1), ir_second(r));
    intr_return(c, load_val(c->f, addr, c->ret));
}

static bool arg_signed(Intr *c, u32 i) {
    return ty_is_signed(ty_kind(c->f->db, c->args[i].ty));
}

void intr_saturating(Intr *c) {
    IrVal a = intr_arg(c, 0), b = intr_arg(c, 1);
    bool sign = arg_signed(c, 0);
    intr_scalar(c, c->op ? ir_sub_sat(c->f->ir, sign, a, b) : ir_add_sat(c->f->ir, sign, a, b));
}

void intr_rotate(Intr *c) {
    IrVal a = intr_arg(c, 0), by = intr_arg(c, 1);
    intr_scalar(c, c->op ? ir_rotr(c->f->ir, a, by) : ir_rotl(c->f->ir, a, by));
}

void intr_bits(Intr *c) {
    IrFn *ir = c->f->ir;
    IrVal a = intr_arg(c, 0);
    switch (c->op) {
    case 0: a = ir_ctpop(ir, a); break;
    case 1: a = ir_ctlz(ir, a); break;
    case 2: a = ir_cttz(ir, a); break;
    case 3: a = ir_type_bytes(ir_type(ir, a)) == 1 ? a : ir_bswap(ir, a); break;
    default: a = ir_bitreverse(ir, a); break;
    }
    intr_scalar(c, ir_int_cast(ir, intr_ret_type(c), false, a));
}

// ---- floats -------------------------------------------------------------------------------------

void intr_float_to_int(Intr *c) {
    bool sign = ty_is_signed(ty_kind(c->f->db, c->ret));
    intr_scalar(c, ir_float_to_int(c->f->ir, intr_ret_type(c), sign, intr_arg(c, 0)));
}

void intr_float_op(Intr *c) {
    IrFn *ir = c->f->ir;
    IrVal a = intr_arg(c, 0);
    if (!ir_type_is_float(ir_type(ir, a))) { // f16 and f128: only their sign can be worked on
        TyKind kind = ty_kind(c->f->db, c->args[0].ty);
        if (c->op != 0 || (kind != TY_F16 && kind != TY_F128)) {
            fail(c->f, "arithmetic on `f16` or `f128`");
            return;
        }
        IrVal mask =
            kind == TY_F16 ? ir_const(ir, IR_I16, 0x7fff) : ir_const_128(ir, ~((u128)1 << 127));
        intr_scalar(c, ir_and(ir, a, mask));
        return;
    }
    switch (c->op) {
    case 0: a = ir_fabs(ir, a); break;
    case 1: a = ir_fsqrt(ir, a); break;
    case 2: a = ir_fcopysign(ir, a, intr_arg(c, 1)); break;
    case 3: a = ir_fmin(ir, a, intr_arg(c, 1)); break;
    default: a = ir_fmax(ir, a, intr_arg(c, 1)); break;
    }
    intr_scalar(c, a);
}

static const char *const libm_names[][2] = {
    {"sinf", "sin"},   {"cosf", "cos"},     {"expf", "exp"},     {"exp2f", "exp2"},
    {"logf", "log"},   {"log10f", "log10"}, {"log2f", "log2"},   {"floorf", "floor"},
    {"ceilf", "ceil"}, {"truncf", "trunc"}, {"roundf", "round"}, {"rintf", "rint"},
    {"powf", "pow"},   {"fmaf", "fma"},
};

void intr_libm(Intr *c) {
    Fn *f = c->f;
    IrVal args[3];
    IrParam params[3];
    u32 count = min_u32(c->count, 3);
    for (u32 i = 0; i < count; i++) {
        args[i] = intr_arg(c, i);
        params[i] = (IrParam){.type = (u8)ir_type(f->ir, args[i])};
    }
    IrType type = ir_type(f->ir, args[0]);
    IrSig sig = {.params = params,
                 .param_count = count,
                 .result_count = 1,
                 .results = {(u8)type},
                 .no_unwind = true};
    IrSym sym = known_fn(f, libm_names[c->op][type == IR_F64]);
    intr_scalar(c, ir_call(f->ir, ir_callee_sym(sym), &sig, args));
}

// By repeated squaring, in the order of compiler-rt's __powidf2, so that the bits agree.
void intr_powi(Intr *c) {
    IrFn *ir = c->f->ir;
    IrVal base = intr_arg(c, 0), exponent = intr_arg(c, 1);
    IrType type = ir_type(ir, base);
    IrVal one =
        type == IR_F32 ? ir_const_f32(ir, 0x3f800000) : ir_const_f64(ir, 0x3ff0000000000000);
    IrLocal a = ir_local(ir, type), r = ir_local(ir, type), b = ir_local(ir, IR_I32);
    ir_local_set(ir, a, base);
    ir_local_set(ir, r, one);
    ir_local_set(ir, b, exponent);
    IrVal negative = ir_icmp(ir, IR_SLT, exponent, ir_const(ir, IR_I32, 0));
    IrBlock loop = ir_block(ir), odd = ir_block(ir), next = ir_block(ir), square = ir_block(ir),
            done = ir_block(ir);
    ir_br(ir, loop);
    ir_block_switch(ir, loop);
    IrVal bit = ir_and(ir, ir_local_get(ir, b), ir_const(ir, IR_I32, 1));
    ir_condbr(ir, ir_icmp(ir, IR_NE, bit, ir_const(ir, IR_I32, 0)), odd, next);
    ir_block_switch(ir, odd);
    ir_local_set(ir, r, ir_fmul(ir, ir_local_get(ir, r), ir_local_get(ir, a)));
    ir_br(ir, next);
    ir_block_switch(ir, next);
    IrVal half = ir_sdiv(ir, ir_local_get(ir, b), ir_const(ir, IR_I32, 2));
    ir_local_set(ir, b, half);
    ir_condbr(ir, ir_icmp(ir, IR_EQ, half, ir_const(ir, IR_I32, 0)), done, square);
    ir_block_switch(ir, square);
    ir_local_set(ir, a, ir_fmul(ir, ir_local_get(ir, a), ir_local_get(ir, a)));
    ir_br(ir, loop);
    ir_block_switch(ir, done);
    IrVal result = ir_local_get(ir, r);
    intr_scalar(c, ir_select(ir, negative, ir_fdiv(ir, one, result), result));
}

// ---- atomics ------------------------------------------------------------------------------------

// The memory orders asked for are not read: acquire loads and sequentially consistent stores,
// fences and read-modify-writes are what x86-64 needs at the most.
void intr_atomic_load(Intr *c) {
    intr_scalar(c, ir_atomic_load(c->f->ir, intr_ret_type(c), intr_arg(c, 0), IR_SEQCST));
}

void intr_atomic_store(Intr *c) {
    ir_atomic_store(c->f->ir, intr_arg(c, 0), intr_arg(c, 1), IR_SEQCST);
}

void intr_atomic_rmw(Intr *c) {
    IrType type = intr_ret_type(c);
    IrVal value = cast_bits(c->f, intr_arg(c, 1), type == IR_PTR ? IR_I64 : type);
    intr_scalar(
        c, cast_bits(c->f, ir_atomic_rmw(c->f->ir, (IrRmw)c->op, intr_arg(c, 0), value), type));
}

void intr_atomic_cxchg(Intr *c) {
    Fn *f = c->f;
    IrVal old = ir_cmpxchg(f->ir, intr_arg(c, 0), intr_arg(c, 1), intr_arg(c, 2));
    const Layout *l = fn_layout(f, c->ret);
    if (l->repr == REPR_SCALAR_PAIR) {
        intr_return(c, val_pair(cast_bits(f, old, scalar_ir(&l->a)), ir_second(old), c->ret));
        return;
    }
    IrVal addr = ir_slot_addr(f->ir, ir_slot(f->ir, l->size, l->align));
    ir_store(f->ir, addr, (i64)layout_field_offset(l, 0, 0), old);
    ir_store(f->ir, addr, (i64)layout_field_offset(l, 0, 1), ir_second(old));
    intr_return(c, load_val(f, addr, c->ret));
}

void intr_atomic_fence(Intr *c) {
    ir_fence(c->f->ir, IR_SEQCST);
}
