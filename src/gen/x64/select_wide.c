// i128: pairs of registers, low part first.

#include "gen/x64/x64_internal.h"

typedef struct Pair {
    u8 low, high;
} Pair;

static Pair take_pair(Gen *gen, u32 val, bool may_reuse, u32 mask) {
    Pair pair;
    pair.low = val_take(gen, val, 0, may_reuse, mask);
    pair.high = val_take(gen, val, 1, may_reuse, mask);
    return pair;
}

static void set_pair(Gen *gen, const IrInst *inst, Pair pair) {
    val_set(gen, inst->result, 0, pair.low);
    val_set(gen, inst->result, 1, pair.high);
}

static Pair add_or_sub(Gen *gen, const IrInst *inst, Alu low_op, Alu high_op) {
    i32 imm[2];
    Rm rm[2] = {{0}};
    bool is_imm[2];
    for (u32 part = 0; part < 2; part++) {
        is_imm[part] = val_imm(gen, inst->b, part, &imm[part]);
        if (!is_imm[part]) rm[part] = val_rm(gen, inst->b, part);
    }
    Pair pair = take_pair(gen, inst->a, resolve(gen, inst->a) != resolve(gen, inst->b), GPR_ALL);
    for (u32 part = 0; part < 2; part++) {
        u8 reg = part ? pair.high : pair.low;
        Alu op = part ? high_op : low_op;
        if (is_imm[part]) {
            emit_alu_imm(gen, op, 8, rm_reg(reg), imm[part]);
        } else {
            emit_alu(gen, op, 8, reg, rm[part]);
        }
    }
    return pair;
}

static void multiply(Gen *gen, const IrInst *inst) {
    reg_claim(gen, RAX);
    reg_claim(gen, RDX);
    u8 a0 = val_reg(gen, inst->a, 0), a1 = val_reg(gen, inst->a, 1);
    u8 b0 = val_reg(gen, inst->b, 0), b1 = val_reg(gen, inst->b, 1);
    emit_mov(gen, 8, RAX, a0);
    emit_op(gen, 0xf7, 8, 4, rm_reg(b0), 0);
    emit_mov(gen, 8, TMP, a0);
    emit_op(gen, 0x0faf, 8, TMP, rm_reg(b1), 0);
    emit_alu(gen, ALU_ADD, 8, RDX, rm_reg(TMP));
    emit_mov(gen, 8, TMP, a1);
    emit_op(gen, 0x0faf, 8, TMP, rm_reg(b0), 0);
    emit_alu(gen, ALU_ADD, 8, RDX, rm_reg(TMP));
    set_pair(gen, inst, (Pair){RAX, RDX});
}

enum { SHLD = 0x0fa5, SHRD = 0x0fad };

static void shift(Gen *gen, const IrInst *inst) {
    reg_claim(gen, RCX);
    val_to(gen, inst->b, 0, RCX);
    Pair pair = take_pair(gen, inst->a, resolve(gen, inst->a) != resolve(gen, inst->b),
                          GPR_ALL & ~BIT(RCX));
    u8 low = pair.low, high = pair.high;
    u32 skip;
    if (inst->op == IR_ROTL || inst->op == IR_ROTR) {
        // By 64: the halves change places.
        emit_mov(gen, 8, TMP, low);
        emit_op(gen, 0xf6, 1, 0, rm_reg(RCX), 1);
        emit_u8(gen, 64);
        emit_cmov(gen, CC_NE, 8, low, high);
        emit_cmov(gen, CC_NE, 8, high, TMP);
        if (inst->op == IR_ROTL) {
            emit_mov(gen, 8, TMP, high);
            emit_rr(gen, SHLD, 8, low, high);
            emit_rr(gen, SHLD, 8, TMP, low);
        } else {
            emit_mov(gen, 8, TMP, low);
            emit_rr(gen, SHRD, 8, high, low);
            emit_rr(gen, SHRD, 8, TMP, high);
        }
        set_pair(gen, inst, pair);
        return;
    }
    if (inst->op == IR_SHL) {
        emit_rr(gen, SHLD, 8, low, high);
        emit_shift_cl(gen, SH_SHL, 8, low);
    } else {
        emit_rr(gen, SHRD, 8, high, low);
        emit_shift_cl(gen, inst->op == IR_LSHR ? SH_SHR : SH_SAR, 8, high);
    }
    emit_op(gen, 0xf6, 1, 0, rm_reg(RCX), 1);
    emit_u8(gen, 64);
    skip = emit_jcc_short(gen, CC_E);
    if (inst->op == IR_SHL) {
        emit_mov(gen, 8, high, low);
        emit_alu(gen, ALU_XOR, 4, low, rm_reg(low));
    } else {
        emit_mov(gen, 8, low, high);
        if (inst->op == IR_LSHR) {
            emit_alu(gen, ALU_XOR, 4, high, rm_reg(high));
        } else {
            emit_shift_imm(gen, SH_SAR, 8, high, 63);
        }
    }
    patch_short(gen, skip);
    set_pair(gen, inst, pair);
}

static void saturate(Gen *gen, const IrInst *inst) {
    bool adds = inst->op == IR_UADD_SAT || inst->op == IR_SADD_SAT;
    Alu low_op = adds ? ALU_ADD : ALU_SUB, high_op = adds ? ALU_ADC : ALU_SBB;
    if (inst->op == IR_UADD_SAT || inst->op == IR_USUB_SAT) {
        Pair pair = add_or_sub(gen, inst, low_op, high_op);
        emit_alu(gen, ALU_SBB, 8, TMP, rm_reg(TMP)); // all ones if it carried
        if (!adds) emit_op(gen, 0xf7, 8, 2, rm_reg(TMP), 0);
        Alu fix = adds ? ALU_OR : ALU_AND;
        emit_alu(gen, fix, 8, pair.low, rm_reg(TMP));
        emit_alu(gen, fix, 8, pair.high, rm_reg(TMP));
        set_pair(gen, inst, pair);
        return;
    }
    // The limit has the sign of `a`; it is in memory while the sum is made.
    i32 at = frame_alloc(gen, 16, 16);
    val_to(gen, inst->a, 1, TMP);
    emit_shift_imm(gen, SH_SAR, 8, TMP, 63);
    emit_op(gen, 0xf7, 8, 2, rm_reg(TMP), 0);
    emit_store(gen, 8, mem_base(RBP, at), TMP);
    emit_store(gen, 8, mem_base(RBP, at + 8), TMP);
    emit_op(gen, 0x0fba, 8, 7, rm_mem(mem_base(RBP, at + 8)), 1); // btc: the sign is the other way
    emit_u8(gen, 63);
    Pair pair = add_or_sub(gen, inst, low_op, high_op);
    emit_mem(gen, 0x0f40 + CC_O, 8, pair.low, mem_base(RBP, at));
    emit_mem(gen, 0x0f40 + CC_O, 8, pair.high, mem_base(RBP, at + 8));
    set_pair(gen, inst, pair);
}

static void or_flag(Gen *gen, u8 cc) {
    emit_setcc(gen, cc, TMP);
    emit_rr(gen, 0x0a, 1, RCX, TMP);
}

static void negate_by(Gen *gen, u8 low, u8 high, u8 mask) {
    emit_alu(gen, ALU_XOR, 8, low, rm_reg(mask));
    emit_alu(gen, ALU_XOR, 8, high, rm_reg(mask));
    emit_alu(gen, ALU_SUB, 8, low, rm_reg(mask));
    emit_alu(gen, ALU_SBB, 8, high, rm_reg(mask));
}

// a is rsi:rdi, b is r9:r8, the product rdx:rax, cl collects overflow.
static u8 multiply_overflow(Gen *gen, const IrInst *inst, bool is_signed) {
    static const u8 regs[] = {RAX, RCX, RDX, RSI, RDI, R8, R9, R10};
    for (u32 i = 0; i < ARRAY_LEN(regs); i++) {
        // One part in memory needs both there, so all go straight to memory.
        u32 holds = gen->reg_val[regs[i]];
        if (holds != REG_FREE && holds != REG_TEMP) reg_spill(gen, regs[i]);
        reg_claim(gen, regs[i]);
    }
    val_to(gen, inst->a, 0, RDI);
    val_to(gen, inst->a, 1, RSI);
    val_to(gen, inst->b, 0, R8);
    val_to(gen, inst->b, 1, R9);
    i32 sign = 0;
    if (is_signed) {
        sign = frame_alloc(gen, 8, 8);
        emit_mov(gen, 8, TMP, RSI);
        emit_alu(gen, ALU_XOR, 8, TMP, rm_reg(R9));
        emit_shift_imm(gen, SH_SAR, 8, TMP, 63);
        emit_store(gen, 8, mem_base(RBP, sign), TMP);
        emit_mov(gen, 8, TMP, RSI);
        emit_shift_imm(gen, SH_SAR, 8, TMP, 63);
        negate_by(gen, RDI, RSI, TMP);
        emit_mov(gen, 8, TMP, R9);
        emit_shift_imm(gen, SH_SAR, 8, TMP, 63);
        negate_by(gen, R8, R9, TMP);
    }
    emit_mov(gen, 8, RAX, RSI);
    emit_op(gen, 0xf7, 8, 4, rm_reg(R8), 0);
    emit_mov(gen, 8, R10, RAX);
    emit_setcc(gen, CC_O, RCX);
    emit_mov(gen, 8, RAX, R9);
    emit_op(gen, 0xf7, 8, 4, rm_reg(RDI), 0);
    or_flag(gen, CC_O);
    emit_alu(gen, ALU_ADD, 8, R10, rm_reg(RAX));
    or_flag(gen, CC_B);
    emit_rr(gen, 0x85, 8, RSI, RSI);
    emit_setcc(gen, CC_NE, TMP);
    emit_rr(gen, 0x85, 8, R9, R9);
    emit_setcc(gen, CC_NE, RAX);
    emit_rr(gen, 0x22, 1, TMP, RAX);
    emit_rr(gen, 0x0a, 1, RCX, TMP);
    emit_mov(gen, 8, RAX, RDI);
    emit_op(gen, 0xf7, 8, 4, rm_reg(R8), 0);
    emit_alu(gen, ALU_ADD, 8, RDX, rm_reg(R10));
    or_flag(gen, CC_B);
    if (is_signed) {
        emit_load(gen, 8, TMP, mem_base(RBP, sign));
        negate_by(gen, RAX, RDX, TMP);
        // Wrong if the sign is not the expected one, unless the product is 0.
        emit_mov(gen, 8, R10, RDX);
        emit_shift_imm(gen, SH_SAR, 8, R10, 63);
        emit_alu(gen, ALU_CMP, 8, R10, rm_reg(TMP));
        emit_setcc(gen, CC_NE, RSI);
        emit_mov(gen, 8, R10, RAX);
        emit_alu(gen, ALU_OR, 8, R10, rm_reg(RDX));
        emit_setcc(gen, CC_NE, RDI);
        emit_rr(gen, 0x22, 1, RSI, RDI);
        emit_rr(gen, 0x0a, 1, RCX, RSI);
    }
    emit_rr(gen, 0x84, 1, RCX, RCX);
    for (u32 i = 0; i < ARRAY_LEN(regs); i++) {
        gen->reg_val[regs[i]] = REG_FREE;
        gen->locked &= ~BIT(regs[i]);
    }
    set_pair(gen, inst, (Pair){RAX, RDX});
    return CC_NE;
}

u8 select_overflow_wide(Gen *gen, const IrInst *inst) {
    switch (inst->op) {
    case IR_UADD_OVF:
    case IR_SADD_OVF: set_pair(gen, inst, add_or_sub(gen, inst, ALU_ADD, ALU_ADC)); break;
    case IR_USUB_OVF:
    case IR_SSUB_OVF: set_pair(gen, inst, add_or_sub(gen, inst, ALU_SUB, ALU_SBB)); break;
    case IR_UMUL_OVF: return multiply_overflow(gen, inst, false);
    case IR_SMUL_OVF: return multiply_overflow(gen, inst, true);
    default: UNREACHABLE();
    }
    return inst->op == IR_SADD_OVF || inst->op == IR_SSUB_OVF ? CC_O : CC_B;
}

static void divide(Gen *gen, const IrInst *inst, u32 sym) {
    IrParam param = {.type = IR_I128};
    Arg args[2] = {{.val = inst->a, .param = param}, {.val = inst->b, .param = param}};
    call_known(gen, sym, args, 2, IR_I128, inst->result);
}

static void count_zeros(Gen *gen, const IrInst *inst, bool leading) {
    Pair a = take_pair(gen, inst->a, false, GPR_ALL);
    u8 first = leading ? a.high : a.low, second = leading ? a.low : a.high;
    u8 out = gpr_alloc(gen);
    // Of the half further away first, then overwritten if the nearer one is not 0.
    emit_mov_imm(gen, TMP, leading ? 64 + 127 : 128);
    if (leading) {
        emit_rr(gen, 0x0fbd, 8, out, second);
        emit_cmov(gen, CC_E, 8, out, TMP);
        emit_alu_imm(gen, ALU_XOR, 4, rm_reg(out), 63); // 63 - n; 191 ^ 63 is 128
        u32 done = 0;
        emit_mov_imm(gen, TMP, 64);
        emit_rr(gen, 0x85, 8, second, second);
        done = emit_jcc_short(gen, CC_E);
        emit_alu(gen, ALU_ADD, 4, out, rm_reg(TMP));
        patch_short(gen, done);
        emit_rr(gen, 0x0fbd, 8, TMP, first);
        done = emit_jcc_short(gen, CC_E);
        emit_mov(gen, 8, out, TMP);
        emit_alu_imm(gen, ALU_XOR, 4, rm_reg(out), 63);
        patch_short(gen, done);
    } else {
        emit_rr(gen, 0x0fbc, 8, out, second);
        u32 zero = emit_jcc_short(gen, CC_NE);
        emit_mov_imm(gen, out, 64);
        patch_short(gen, zero);
        emit_alu_imm(gen, ALU_ADD, 4, rm_reg(out), 64);
        emit_rr(gen, 0x0fbc, 8, TMP, first);
        u32 done = emit_jcc_short(gen, CC_E);
        emit_mov(gen, 8, out, TMP);
        patch_short(gen, done);
    }
    emit_alu(gen, ALU_XOR, 4, a.low, rm_reg(a.low));
    set_pair(gen, inst, (Pair){out, a.low});
}

bool select_wide(Gen *gen, const IrInst *inst) {
    switch (inst->op) {
    case IR_ADD: set_pair(gen, inst, add_or_sub(gen, inst, ALU_ADD, ALU_ADC)); return true;
    case IR_SUB: set_pair(gen, inst, add_or_sub(gen, inst, ALU_SUB, ALU_SBB)); return true;
    case IR_AND: set_pair(gen, inst, add_or_sub(gen, inst, ALU_AND, ALU_AND)); return true;
    case IR_OR: set_pair(gen, inst, add_or_sub(gen, inst, ALU_OR, ALU_OR)); return true;
    case IR_XOR: set_pair(gen, inst, add_or_sub(gen, inst, ALU_XOR, ALU_XOR)); return true;
    case IR_MUL: multiply(gen, inst); return true;
    case IR_UDIV: divide(gen, inst, IR_KNOWN___udivti3); return true;
    case IR_SDIV: divide(gen, inst, IR_KNOWN___divti3); return true;
    case IR_UREM: divide(gen, inst, IR_KNOWN___umodti3); return true;
    case IR_SREM: divide(gen, inst, IR_KNOWN___modti3); return true;
    case IR_SHL:
    case IR_LSHR:
    case IR_ASHR:
    case IR_ROTL:
    case IR_ROTR: shift(gen, inst); return true;
    case IR_UADD_SAT:
    case IR_SADD_SAT:
    case IR_USUB_SAT:
    case IR_SSUB_SAT: saturate(gen, inst); return true;
    case IR_UADD_OVF:
    case IR_SADD_OVF:
    case IR_USUB_OVF:
    case IR_SSUB_OVF:
    case IR_UMUL_OVF:
    case IR_SMUL_OVF: set_overflow(gen, inst, select_overflow_wide(gen, inst)); return true;
    case IR_NEG: {
        Pair pair = take_pair(gen, inst->a, true, GPR_ALL);
        emit_op(gen, 0xf7, 8, 3, rm_reg(pair.low), 0);
        emit_alu_imm(gen, ALU_ADC, 8, rm_reg(pair.high), 0);
        emit_op(gen, 0xf7, 8, 3, rm_reg(pair.high), 0);
        set_pair(gen, inst, pair);
        return true;
    }
    case IR_NOT: {
        Pair pair = take_pair(gen, inst->a, true, GPR_ALL);
        emit_op(gen, 0xf7, 8, 2, rm_reg(pair.low), 0);
        emit_op(gen, 0xf7, 8, 2, rm_reg(pair.high), 0);
        set_pair(gen, inst, pair);
        return true;
    }
    case IR_BSWAP:
    case IR_BITREVERSE: {
        Pair pair = take_pair(gen, inst->a, false, GPR_ALL);
        emit_byte_swap(gen, pair.low, 8);
        emit_byte_swap(gen, pair.high, 8);
        if (inst->op == IR_BITREVERSE) {
            emit_reverse_in_bytes(gen, pair.low, 8);
            emit_reverse_in_bytes(gen, pair.high, 8);
        }
        set_pair(gen, inst, (Pair){pair.high, pair.low});
        return true;
    }
    case IR_CTPOP: {
        Pair pair = take_pair(gen, inst->a, false, GPR_ALL);
        emit_count_ones(gen, pair.low, 8);
        emit_count_ones(gen, pair.high, 8);
        emit_alu(gen, ALU_ADD, 4, pair.low, rm_reg(pair.high));
        emit_alu(gen, ALU_XOR, 4, pair.high, rm_reg(pair.high));
        set_pair(gen, inst, pair);
        return true;
    }
    case IR_CTLZ: count_zeros(gen, inst, true); return true;
    case IR_CTTZ: count_zeros(gen, inst, false); return true;
    default: return false;
    }
}
