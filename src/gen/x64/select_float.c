// Floats and conversions. Conversions to integers saturate and turn NaN into 0, as Rust's `as`.

#include "gen/x64/x64_internal.h"

static u32 type_of(const Gen *gen, u32 val) {
    return gen->vals[resolve(gen, val)].type;
}
static u32 scalar_op(u32 type, u32 op) {
    return type == IR_F64 ? OP_F2(op) : OP_F3(op);
}

static u8 xmm_two_address(Gen *gen, const IrInst *inst, u32 a, u32 b) {
    const Val *result = &gen->vals[inst->result];
    if (result->flags & VAL_PINNED) {
        val_to(gen, a, 0, result->reg[0]);
        return result->reg[0];
    }
    return val_take(gen, a, 0, !b || resolve(gen, a) != resolve(gen, b), XMM_ALL);
}

static void binary(Gen *gen, const IrInst *inst, u32 op) {
    Rm rm = val_rm(gen, inst->b, 0);
    u8 reg = xmm_two_address(gen, inst, inst->a, inst->b);
    emit_op(gen, scalar_op(inst->type, op), 4, reg, rm, 0);
    val_set(gen, inst->result, 0, reg);
}

static Mem pool_16(Gen *gen, u64 low, u64 high) {
    u64 words[2] = {low, high};
    return mem_pool(pool_add(gen, words, 16, 16));
}
static Mem pool_f64(Gen *gen, double value) {
    return mem_pool(pool_add(gen, &value, 8, 8));
}
static Mem pool_f32(Gen *gen, float value) {
    return mem_pool(pool_add(gen, &value, 4, 4));
}
static Mem pool_float(Gen *gen, u32 type, double value) {
    return type == IR_F64 ? pool_f64(gen, value) : pool_f32(gen, (float)value);
}
static Mem sign_mask(Gen *gen, u32 type) {
    u64 bits = type == IR_F64 ? 0x8000000000000000ull : 0x80000000ull;
    return pool_16(gen, bits, 0);
}

static void emit_ucomis(Gen *gen, u32 type, u8 reg, Rm rm) {
    emit_op(gen, type == IR_F64 ? OP_66(0x0f2e) : 0x0f2e, 4, reg, rm, 0);
}

static void sign_op(Gen *gen, const IrInst *inst) {
    u8 reg = xmm_two_address(gen, inst, inst->a, 0);
    emit_load(gen, 16, XTMP, sign_mask(gen, inst->type));
    if (inst->op == IR_FNEG) {
        emit_rr(gen, 0x0f57, 4, reg, XTMP); // xorps
        val_set(gen, inst->result, 0, reg);
        return;
    }
    emit_rr(gen, 0x0f55, 4, XTMP, reg); // andnps: all but the sign
    emit_mov(gen, 8, reg, XTMP);
    val_set(gen, inst->result, 0, reg);
}

static void copysign_op(Gen *gen, const IrInst *inst) {
    u8 a = val_reg(gen, inst->a, 0);
    u8 reg = val_take(gen, inst->b, 0, false, XMM_ALL);
    emit_load(gen, 16, XTMP, sign_mask(gen, inst->type));
    emit_rr(gen, 0x0f54, 4, reg, XTMP); // andps
    emit_rr(gen, 0x0f55, 4, XTMP, a);   // andnps
    emit_rr(gen, 0x0f56, 4, reg, XTMP); // orps
    val_set(gen, inst->result, 0, reg);
}

static void min_max(Gen *gen, const IrInst *inst, u32 op) {
    // minss d, s gives s if either is NaN. With d = b and s = a only a NaN `a` is left to mend.
    u8 a = val_reg(gen, inst->a, 0), b = val_reg(gen, inst->b, 0);
    u8 reg = xmm_alloc(gen);
    emit_mov(gen, 8, reg, b);
    emit_rr(gen, scalar_op(inst->type, op), 4, reg, a);
    emit_ucomis(gen, inst->type, a, rm_reg(a));
    u32 skip = emit_jcc_short(gen, CC_NP);
    emit_mov(gen, 8, reg, b);
    patch_short(gen, skip);
    val_set(gen, inst->result, 0, reg);
}

static void call_libm(Gen *gen, const IrInst *inst, u32 sym) {
    IrParam param = {.type = inst->type};
    Arg args[2] = {{.val = inst->a, .param = param}, {.val = inst->b, .param = param}};
    call_known(gen, sym, args, 2, inst->type, inst->result);
}

static void int_to_float(Gen *gen, const IrInst *inst) {
    u32 from = type_of(gen, inst->a), to = inst->type;
    bool is_signed = inst->op == IR_SITOF;
    if (from == IR_I128) {
        static const u32 syms[2][2] = {
            {IR_KNOWN___floatuntisf, IR_KNOWN___floatuntidf},
            {IR_KNOWN___floattisf, IR_KNOWN___floattidf},
        };
        Arg arg = {.val = inst->a, .param = {.type = IR_I128}};
        call_known(gen, syms[is_signed][to == IR_F64], &arg, 1, to, inst->result);
        return;
    }
    u32 bytes = ir_type_bytes((IrType)from);
    u8 a = val_reg(gen, inst->a, 0);
    u8 reg = val_dst(gen, inst->result, 0, XMM_ALL);
    emit_rr(gen, 0x0f57, 4, reg, reg); // the conversion keeps the upper bits: no false dependency
    u32 op = scalar_op(to, 0x0f2a);
    if (is_signed || bytes < 8) {
        if (is_signed) {
            emit_sext(gen, bytes, TMP, a);
        } else {
            emit_zext(gen, bytes, TMP, a);
        }
        emit_rr(gen, op, 8, reg, TMP);
        val_set(gen, inst->result, 0, reg);
        return;
    }
    // Half of it, the lost bit kept for rounding, and doubled.
    u8 bit = gpr_alloc(gen);
    emit_rr(gen, 0x85, 8, a, a);
    u32 big = emit_jcc_short(gen, CC_S);
    emit_rr(gen, op, 8, reg, a);
    u32 done = emit_jmp_short(gen);
    patch_short(gen, big);
    emit_mov(gen, 8, TMP, a);
    emit_mov(gen, 8, bit, a);
    emit_shift_imm(gen, SH_SHR, 8, TMP, 1);
    emit_alu_imm(gen, ALU_AND, 4, rm_reg(bit), 1);
    emit_alu(gen, ALU_OR, 8, TMP, rm_reg(bit));
    emit_rr(gen, op, 8, reg, TMP);
    emit_rr(gen, scalar_op(to, 0x0f58), 4, reg, reg);
    patch_short(gen, done);
    val_set(gen, inst->result, 0, reg);
}

static void nan_to_zero(Gen *gen, u32 type, u8 a, u8 reg) {
    emit_ucomis(gen, type, a, rm_reg(a));
    emit_mov_imm(gen, TMP, 0);
    emit_cmov(gen, CC_P, 8, reg, TMP);
}

static void float_to_wide(Gen *gen, const IrInst *inst, u32 from, bool is_signed) {
    static const u32 syms[2][2] = {
        {IR_KNOWN___fixunssfti, IR_KNOWN___fixunsdfti},
        {IR_KNOWN___fixsfti, IR_KNOWN___fixdfti},
    };
    // The library does not saturate: its answer is mended afterwards.
    i32 at = frame_alloc(gen, 8, 8);
    u32 bytes = ir_type_bytes((IrType)from);
    emit_store(gen, bytes, mem_base(RBP, at), val_reg(gen, inst->a, 0));
    gen->locked = 0;
    Arg arg = {.val = inst->a, .param = {.type = (u8)from}};
    call_known(gen, syms[is_signed][from == IR_F64], &arg, 1, IR_I128, inst->result);
    emit_load(gen, bytes, XTMP, mem_base(RBP, at));
    double limit = is_signed ? 0x1p127 : from == IR_F64 ? 0x1p128 : __builtin_inf();
    emit_ucomis(gen, from, XTMP, rm_mem(pool_float(gen, from, limit)));
    emit_mov_imm(gen, TMP, ~(u64)0);
    emit_cmov(gen, CC_AE, 8, RAX, TMP);
    if (is_signed) emit_mov_imm(gen, TMP, ~(u64)0 >> 1);
    emit_cmov(gen, CC_AE, 8, RDX, TMP);
    emit_ucomis(gen, from, XTMP, rm_mem(pool_float(gen, from, is_signed ? -0x1p127 : 0.0)));
    emit_mov_imm(gen, TMP, 0);
    emit_cmov(gen, CC_B, 8, RAX, TMP);
    if (is_signed) emit_mov_imm(gen, TMP, (u64)1 << 63);
    emit_cmov(gen, CC_B, 8, RDX, TMP);
    nan_to_zero(gen, from, XTMP, RAX);
    emit_cmov(gen, CC_P, 8, RDX, TMP);
}

static void float_to_int(Gen *gen, const IrInst *inst) {
    u32 from = type_of(gen, inst->a);
    bool is_signed = inst->op == IR_FTOSI;
    u32 bits = ir_type_bits((IrType)inst->type);
    if (bits == 128) {
        float_to_wide(gen, inst, from, is_signed);
        return;
    }
    u8 a = val_reg(gen, inst->a, 0);
    u8 reg = val_dst(gen, inst->result, 0, GPR_ALL);
    if (bits <= 32) {
        // As f64 the limits are exact.
        double max =
            is_signed ? (double)(((u64)1 << (bits - 1)) - 1) : (double)(((u64)1 << bits) - 1);
        double min = is_signed ? -(double)((u64)1 << (bits - 1)) : 0.0;
        if (from == IR_F32) {
            emit_rr(gen, OP_F3(0x0f5a), 4, XTMP, a);
        } else {
            emit_mov(gen, 8, XTMP, a);
        }
        emit_mem(gen, OP_F2(0x0f5f), 4, XTMP, pool_f64(gen, min)); // maxsd
        emit_mem(gen, OP_F2(0x0f5d), 4, XTMP, pool_f64(gen, max)); // minsd
        emit_rr(gen, OP_F2(0x0f2c), 8, reg, XTMP);
        nan_to_zero(gen, from, a, reg);
        val_set(gen, inst->result, 0, reg);
        return;
    }
    u32 convert = scalar_op(from, 0x0f2c);
    if (is_signed) {
        emit_rr(gen, convert, 8, reg, a); // below the range it gives the minimum
        emit_ucomis(gen, from, a, rm_mem(pool_float(gen, from, 0x1p63)));
        emit_mov_imm(gen, TMP, ~(u64)0 >> 1);
        emit_cmov(gen, CC_AE, 8, reg, TMP);
        nan_to_zero(gen, from, a, reg);
        val_set(gen, inst->result, 0, reg);
        return;
    }
    emit_mov(gen, 8, XTMP, a);
    emit_mem(gen, scalar_op(from, 0x0f5f), 4, XTMP, pool_float(gen, from, 0.0)); // NaN gives 0
    emit_ucomis(gen, from, XTMP, rm_mem(pool_float(gen, from, 0x1p63)));
    u32 big = emit_jcc_short(gen, CC_AE);
    emit_rr(gen, convert, 8, reg, XTMP);
    u32 done = emit_jmp_short(gen);
    patch_short(gen, big);
    emit_ucomis(gen, from, XTMP, rm_mem(pool_float(gen, from, 0x1p64)));
    emit_mov_imm(gen, reg, ~(u64)0);
    u32 full = emit_jcc_short(gen, CC_AE);
    emit_mem(gen, scalar_op(from, 0x0f5c), 4, XTMP, pool_float(gen, from, 0x1p63));
    emit_rr(gen, convert, 8, reg, XTMP);
    emit_op(gen, 0x0fba, 8, 7, rm_reg(reg), 1); // btc
    emit_u8(gen, 63);
    patch_short(gen, full);
    patch_short(gen, done);
    val_set(gen, inst->result, 0, reg);
}

static void bitcast(Gen *gen, const IrInst *inst) {
    u32 from = type_of(gen, inst->a), to = inst->type;
    if (ir_type_bytes((IrType)to) == 16 && is_xmm_type(from) != is_xmm_type(to)) {
        Mem mem = mem_base(RBP, frame_alloc(gen, 16, 16));
        if (is_xmm_type(from)) {
            emit_store(gen, 16, mem, val_reg(gen, inst->a, 0));
            u8 low = gpr_alloc(gen), high = gpr_alloc(gen);
            emit_load(gen, 8, low, mem);
            emit_load(gen, 8, high, mem_plus(mem, 8));
            val_set(gen, inst->result, 0, low);
            val_set(gen, inst->result, 1, high);
        } else {
            emit_store(gen, 8, mem, val_reg(gen, inst->a, 0));
            emit_store(gen, 8, mem_plus(mem, 8), val_reg(gen, inst->a, 1));
            u8 reg = val_dst(gen, inst->result, 0, XMM_ALL);
            emit_load(gen, 16, reg, mem);
            val_set(gen, inst->result, 0, reg);
        }
        return;
    }
    u8 a = val_reg(gen, inst->a, 0);
    u8 reg = val_dst(gen, inst->result, 0, is_xmm_type(to) ? XMM_ALL : GPR_ALL);
    emit_mov(gen, ir_type_bytes((IrType)to), reg, a);
    val_set(gen, inst->result, 0, reg);
}

bool select_float(Gen *gen, const IrInst *inst) {
    switch (inst->op) {
    case IR_FADD: binary(gen, inst, 0x0f58); return true;
    case IR_FSUB: binary(gen, inst, 0x0f5c); return true;
    case IR_FMUL: binary(gen, inst, 0x0f59); return true;
    case IR_FDIV: binary(gen, inst, 0x0f5e); return true;
    case IR_FREM:
        call_libm(gen, inst, inst->type == IR_F64 ? IR_KNOWN_fmod : IR_KNOWN_fmodf);
        return true;
    case IR_FMIN: min_max(gen, inst, 0x0f5d); return true;
    case IR_FMAX: min_max(gen, inst, 0x0f5f); return true;
    case IR_FCOPYSIGN: copysign_op(gen, inst); return true;
    case IR_FNEG:
    case IR_FABS: sign_op(gen, inst); return true;
    case IR_FSQRT:
    case IR_FCONV: {
        Rm rm = val_rm(gen, inst->a, 0);
        u8 reg = val_dst(gen, inst->result, 0, XMM_ALL);
        u32 from = type_of(gen, inst->a);
        emit_op(gen, scalar_op(from, inst->op == IR_FSQRT ? 0x0f51 : 0x0f5a), 4, reg, rm, 0);
        val_set(gen, inst->result, 0, reg);
        return true;
    }
    case IR_SITOF:
    case IR_UITOF: int_to_float(gen, inst); return true;
    case IR_FTOSI:
    case IR_FTOUI: float_to_int(gen, inst); return true;
    case IR_BITCAST: bitcast(gen, inst); return true;
    default: return false;
    }
}
