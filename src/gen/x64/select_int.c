// Integer instructions up to 64 bits. Arithmetic on i8 and i16 is done in 32 bits: what lies above
// a value's type in its register is garbage.

#include "gen/x64/x64_internal.h"

static u32 type_of(const Gen *gen, u32 val) {
    return gen->vals[resolve(gen, val)].type;
}
static u32 bytes_of(const Gen *gen, u32 val) {
    return ir_type_bytes((IrType)type_of(gen, val));
}
static u32 wide(u32 bytes) {
    return bytes == 8 ? 8 : 4;
}

static bool is_dying(const Gen *gen, u32 v) {
    const Val *val = &gen->vals[resolve(gen, v)];
    return val->uses == 1 && !(val->flags & (VAL_PINNED | VAL_CROSS | VAL_REMAT)) &&
           val->reg[0] != REG_NONE;
}

// The register to compute a two-address instruction in, holding `a` already. When the result is
// only stored to a local, the local's home is that register.
static u8 two_address(Gen *gen, const IrInst *inst, u32 a, u32 b) {
    Val *result = &gen->vals[inst->result];
    const IrInst *next = &gen->fn->insts.at[inst->next];
    if (inst->next && next->op == IR_LOCAL_SET && next->b == inst->result &&
        result->raw_uses == 1 && !(result->flags & VAL_CROSS)) {
        const Local *local = &gen->locals[next->a];
        if (!local->promoted && local->gets && local->home != REG_NONE) {
            u8 home = local->home;
            if (!b || gen->vals[resolve(gen, b)].reg[0] != home ||
                resolve(gen, a) == resolve(gen, b)) {
                result->flags |= VAL_PINNED;
                result->reg[0] = home;
            }
        }
    }
    if (result->flags & VAL_PINNED) {
        val_to(gen, a, 0, result->reg[0]);
        return result->reg[0];
    }
    return val_take(gen, a, 0, !b || resolve(gen, a) != resolve(gen, b), GPR_ALL);
}

static void binary_alu(Gen *gen, const IrInst *inst, Alu alu, bool commutes, u32 size) {
    u32 a = inst->a, b = inst->b;
    i32 imm;
    if (commutes && (val_imm(gen, a, 0, &imm) ||
                     (!is_dying(gen, a) && is_dying(gen, b) && !val_imm(gen, b, 0, &imm)))) {
        u32 swap = a;
        a = b;
        b = swap;
    }
    if (val_imm(gen, b, 0, &imm)) {
        u8 reg = two_address(gen, inst, a, 0);
        emit_alu_imm(gen, alu, size, rm_reg(reg), imm);
        val_set(gen, inst->result, 0, reg);
        return;
    }
    Rm rm = val_rm(gen, b, 0);
    // `a` may be the value in that same register, or its memory.
    u8 reg = two_address(gen, inst, a, b);
    emit_alu(gen, alu, size, reg, rm);
    val_set(gen, inst->result, 0, reg);
}

static void multiply(Gen *gen, const IrInst *inst, u32 size, bool want_flags) {
    u32 a = inst->a, b = inst->b;
    i32 imm;
    if (val_imm(gen, a, 0, &imm)) {
        a = inst->b;
        b = inst->a;
    }
    if (val_imm(gen, b, 0, &imm)) {
        if (imm > 0 && is_pow2((u64)imm) && !want_flags) {
            u8 reg = two_address(gen, inst, a, 0);
            emit_shift_imm(gen, SH_SHL, size, reg, (u8)__builtin_ctz((u32)imm));
            val_set(gen, inst->result, 0, reg);
            return;
        }
        Rm rm = val_rm(gen, a, 0);
        u8 reg = val_dst(gen, inst->result, 0, GPR_ALL);
        emit_op(gen, imm == (i8)imm ? 0x6b : 0x69, size, reg, rm, imm == (i8)imm ? 1 : 4);
        if (imm == (i8)imm) {
            emit_u8(gen, (u8)imm);
        } else {
            emit_u32(gen, (u32)imm);
        }
        val_set(gen, inst->result, 0, reg);
        return;
    }
    Rm rm = val_rm(gen, b, 0);
    u8 reg = two_address(gen, inst, a, b);
    emit_op(gen, 0x0faf, size, reg, rm, 0);
    val_set(gen, inst->result, 0, reg);
}

static void extend_to(Gen *gen, bool is_signed, u32 bytes, u8 to, u8 from) {
    if (is_signed) {
        emit_sext(gen, bytes, to, from);
    } else {
        emit_zext(gen, bytes, to, from);
    }
}

// Moves `val` into `reg`, which was claimed before the value's own register was asked for.
static void bring(Gen *gen, u32 val, u8 reg) {
    val_to(gen, val, 0, reg);
}

static void divide(Gen *gen, const IrInst *inst, bool is_signed, bool want_rem) {
    u32 bytes = bytes_of(gen, inst->a), size = wide(bytes);
    i32 imm;
    if (!is_signed && val_imm(gen, inst->b, 0, &imm) && imm > 0 && is_pow2((u64)imm)) {
        u8 reg = val_take(gen, inst->a, 0, true, GPR_ALL);
        if (bytes < 4) emit_zext(gen, bytes, reg, reg);
        if (want_rem) {
            emit_alu_imm(gen, ALU_AND, size, rm_reg(reg), imm - 1);
        } else if (imm > 1) {
            emit_shift_imm(gen, SH_SHR, size, reg, (u8)__builtin_ctz((u32)imm));
        }
        val_set(gen, inst->result, 0, reg);
        return;
    }
    reg_claim(gen, RAX);
    reg_claim(gen, RDX);
    u8 divisor = val_take(gen, inst->b, 0, resolve(gen, inst->a) != resolve(gen, inst->b),
                          GPR_ALL & ~(BIT(RAX) | BIT(RDX)));
    bring(gen, inst->a, RAX);
    if (bytes < 4) {
        extend_to(gen, is_signed, bytes, divisor, divisor);
        extend_to(gen, is_signed, bytes, RAX, RAX);
    }
    if (is_signed) {
        if (size == 8) emit_u8(gen, 0x48);
        emit_u8(gen, 0x99); // cdq, cqo
    } else {
        emit_alu(gen, ALU_XOR, 4, RDX, rm_reg(RDX));
    }
    emit_op(gen, 0xf7, size, is_signed ? 7 : 6, rm_reg(divisor), 0);
    val_set(gen, inst->result, 0, want_rem ? RDX : RAX);
}

static void shift(Gen *gen, const IrInst *inst, Shift shift_op) {
    u32 bytes = bytes_of(gen, inst->a), bits = bytes * 8;
    bool rotates = shift_op == SH_ROL || shift_op == SH_ROR;
    u32 size = rotates ? bytes : wide(bytes);
    bool small_right = bytes < 4 && (shift_op == SH_SHR || shift_op == SH_SAR);
    u64 low, high;
    if (val_const(gen, inst->b, &low, &high)) {
        u8 reg = two_address(gen, inst, inst->a, 0);
        if (small_right) extend_to(gen, shift_op == SH_SAR, bytes, reg, reg);
        if (low % bits) emit_shift_imm(gen, shift_op, size, reg, (u8)(low % bits));
        val_set(gen, inst->result, 0, reg);
        return;
    }
    bool mask_amount = bytes < 4 && !rotates;
    Val *amount = &gen->vals[resolve(gen, inst->b)];
    if (!mask_amount && amount->reg[0] == RCX) {
        gen->locked |= BIT(RCX);
    } else {
        reg_claim(gen, RCX);
        bring(gen, inst->b, RCX);
        if (mask_amount) emit_alu_imm(gen, ALU_AND, 4, rm_reg(RCX), (i32)bits - 1);
    }
    u8 reg = val_take(gen, inst->a, 0, resolve(gen, inst->a) != resolve(gen, inst->b),
                      GPR_ALL & ~BIT(RCX));
    if (small_right) extend_to(gen, shift_op == SH_SAR, bytes, reg, reg);
    emit_shift_cl(gen, shift_op, size, reg);
    val_set(gen, inst->result, 0, reg);
}

static void unary_f7(Gen *gen, const IrInst *inst, u8 op) {
    u8 reg = two_address(gen, inst, inst->a, 0);
    emit_op(gen, 0xf7, wide(bytes_of(gen, inst->a)), op, rm_reg(reg), 0);
    val_set(gen, inst->result, 0, reg);
}

// The overflow bit as a byte.
void set_overflow(Gen *gen, const IrInst *inst, u8 cc) {
    u32 second = inst->result + 1;
    const Val *val = &gen->vals[second];
    if (!(val->flags & VAL_USED)) return;
    u8 reg = val_dst(gen, second, 0, GPR_ALL);
    emit_setcc(gen, cc, reg);
    val_set(gen, second, 0, reg);
}

u8 select_overflow(Gen *gen, const IrInst *inst) {
    if (inst->type == IR_I128) return select_overflow_wide(gen, inst);
    u32 bytes = bytes_of(gen, inst->a);
    switch (inst->op) {
    case IR_UADD_OVF: binary_alu(gen, inst, ALU_ADD, true, bytes); return CC_B;
    case IR_SADD_OVF: binary_alu(gen, inst, ALU_ADD, true, bytes); return CC_O;
    case IR_USUB_OVF: binary_alu(gen, inst, ALU_SUB, false, bytes); return CC_B;
    case IR_SSUB_OVF: binary_alu(gen, inst, ALU_SUB, false, bytes); return CC_O;
    case IR_SMUL_OVF:
        if (bytes >= 4) {
            multiply(gen, inst, bytes, true);
            return CC_O;
        }
        break;
    case IR_UMUL_OVF:
        if (bytes == 8) {
            reg_claim(gen, RAX);
            reg_claim(gen, RDX);
            bring(gen, inst->a, RAX);
            u8 b = val_reg(gen, inst->b, 0);
            emit_op(gen, 0xf7, 8, 4, rm_reg(b), 0);
            val_set(gen, inst->result, 0, RAX);
            return CC_O;
        }
        break;
    default: UNREACHABLE();
    }
    // Narrow products fit a wider register; then the part above must be an extension.
    bool is_signed = inst->op == IR_SMUL_OVF;
    u8 reg = val_take(gen, inst->a, 0, false, GPR_ALL);
    u8 other = val_take(gen, inst->b, 0, false, GPR_ALL);
    extend_to(gen, is_signed, bytes, reg, reg);
    extend_to(gen, is_signed, bytes, other, other);
    emit_op(gen, 0x0faf, 8, reg, rm_reg(other), 0);
    extend_to(gen, is_signed, bytes, other, reg);
    emit_alu(gen, ALU_CMP, 8, reg, rm_reg(other));
    val_set(gen, inst->result, 0, reg);
    return CC_NE;
}

static void saturate(Gen *gen, const IrInst *inst) {
    u32 bytes = bytes_of(gen, inst->a), bits = bytes * 8;
    bool adds = inst->op == IR_UADD_SAT || inst->op == IR_SADD_SAT;
    bool is_signed = inst->op == IR_SADD_SAT || inst->op == IR_SSUB_SAT;
    u8 reg = val_take(gen, inst->a, 0, false, GPR_ALL);
    u8 b = val_reg(gen, inst->b, 0);
    u8 limit = gpr_alloc(gen);
    if (is_signed) {
        // The limit has the sign of `a`: (a >> 63) ^ MAX.
        emit_sext(gen, bytes, limit, reg);
        emit_shift_imm(gen, SH_SAR, 8, limit, 63);
        u64 max = ((u64)1 << (bits - 1)) - 1;
        emit_mov_imm(gen, TMP, max);
        emit_alu(gen, ALU_XOR, 8, limit, rm_reg(TMP));
    } else {
        emit_mov_imm(gen, limit, adds ? ~(u64)0 : 0);
    }
    emit_alu(gen, adds ? ALU_ADD : ALU_SUB, bytes, reg, rm_reg(b));
    emit_cmov(gen, is_signed ? CC_O : CC_B, 8, reg, limit);
    val_set(gen, inst->result, 0, reg);
}

static const u8 cmp_cc[IR_CMP_COUNT] = {
    [IR_EQ] = CC_E,   [IR_NE] = CC_NE, [IR_ULT] = CC_B,  [IR_ULE] = CC_BE, [IR_UGT] = CC_A,
    [IR_UGE] = CC_AE, [IR_SLT] = CC_L, [IR_SLE] = CC_LE, [IR_SGT] = CC_G,  [IR_SGE] = CC_GE,
};
static const u8 cmp_swapped[IR_CMP_COUNT] = {
    [IR_EQ] = IR_EQ,   [IR_NE] = IR_NE,   [IR_ULT] = IR_UGT, [IR_ULE] = IR_UGE, [IR_UGT] = IR_ULT,
    [IR_UGE] = IR_ULE, [IR_SLT] = IR_SGT, [IR_SLE] = IR_SGE, [IR_SGT] = IR_SLT, [IR_SGE] = IR_SLE,
};

static u8 compare_wide(Gen *gen, u32 a, u32 b, u8 cmp) {
    if (cmp == IR_EQ || cmp == IR_NE) {
        u8 low = val_take(gen, a, 0, false, GPR_ALL);
        u8 high = val_take(gen, a, 1, false, GPR_ALL);
        emit_alu(gen, ALU_XOR, 8, low, rm_reg(val_reg(gen, b, 0)));
        emit_alu(gen, ALU_XOR, 8, high, rm_reg(val_reg(gen, b, 1)));
        emit_alu(gen, ALU_OR, 8, low, rm_reg(high));
        return cmp_cc[cmp];
    }
    // a < b is the borrow of a - b; the others by swapping sides and answers.
    if (cmp == IR_ULE || cmp == IR_UGT || cmp == IR_SLE || cmp == IR_SGT) {
        u32 swap = a;
        a = b;
        b = swap;
        cmp = cmp_swapped[cmp];
    }
    u8 a_low = val_reg(gen, a, 0), b_low = val_reg(gen, b, 0), b_high = val_reg(gen, b, 1);
    u8 high = val_take(gen, a, 1, false, GPR_ALL);
    emit_alu(gen, ALU_CMP, 8, a_low, rm_reg(b_low));
    emit_alu(gen, ALU_SBB, 8, high, rm_reg(b_high));
    return cmp_cc[cmp];
}

static u8 compare_int(Gen *gen, const IrInst *inst) {
    u32 a = inst->a, b = inst->b;
    u8 cmp = inst->sub;
    u32 bytes = bytes_of(gen, a);
    if (bytes == 16) return compare_wide(gen, a, b, cmp);
    i32 imm;
    if (val_imm(gen, a, 0, &imm)) {
        a = inst->b;
        b = inst->a;
        cmp = cmp_swapped[cmp];
    }
    if (val_imm(gen, b, 0, &imm)) {
        if (imm == 0) {
            u8 reg = val_reg(gen, a, 0);
            emit_rr(gen, bytes == 1 ? 0x84 : 0x85, bytes, reg, reg);
        } else {
            Rm rm = val_rm(gen, a, 0);
            emit_alu_imm(gen, ALU_CMP, bytes, rm, imm);
        }
        return cmp_cc[cmp];
    }
    u8 reg = val_reg(gen, a, 0);
    emit_alu(gen, ALU_CMP, bytes, reg, val_rm(gen, b, 0));
    return cmp_cc[cmp];
}

static u8 compare_float(Gen *gen, const IrInst *inst, bool *parity, bool *parity_or) {
    // ucomis: unordered sets ZF, PF and CF. Above and above-or-equal need no look at PF.
    u32 a = inst->a, b = inst->b;
    u8 cc;
    switch ((IrFcmp)inst->sub) {
    case IR_OLT:
    case IR_OLE:
    case IR_FUGT:
    case IR_FUGE:
        a = inst->b;
        b = inst->a;
        break;
    default: break;
    }
    u8 reg = val_reg(gen, a, 0);
    u32 op = type_of(gen, a) == IR_F64 ? OP_66(0x0f2e) : 0x0f2e;
    emit_op(gen, op, 4, reg, val_rm(gen, b, 0), 0);
    switch ((IrFcmp)inst->sub) {
    case IR_OGT:
    case IR_OLT: cc = CC_A; break;
    case IR_OGE:
    case IR_OLE: cc = CC_AE; break;
    case IR_FULT:
    case IR_FUGT: cc = CC_B; break;
    case IR_FULE:
    case IR_FUGE: cc = CC_BE; break;
    case IR_ONE: cc = CC_NE; break;
    case IR_UEQ: cc = CC_E; break;
    case IR_ORD: cc = CC_NP; break;
    case IR_UNO: cc = CC_P; break;
    case IR_OEQ:
        *parity = true;
        cc = CC_E;
        break;
    case IR_UNE:
        *parity = *parity_or = true;
        cc = CC_NE;
        break;
    default: UNREACHABLE();
    }
    return cc;
}

u8 select_compare(Gen *gen, const IrInst *inst, bool *parity, bool *parity_or) {
    if (inst->op == IR_ICMP) return compare_int(gen, inst);
    return compare_float(gen, inst, parity, parity_or);
}

static void compare(Gen *gen, const IrInst *inst) {
    bool parity = false, parity_or = false;
    u8 cc = select_compare(gen, inst, &parity, &parity_or);
    u8 reg = val_dst(gen, inst->result, 0, GPR_ALL);
    emit_setcc(gen, cc, reg);
    if (parity) {
        emit_setcc(gen, parity_or ? CC_P : CC_NP, TMP);
        emit_rr(gen, parity_or ? 0x0a : 0x22, 1, reg, TMP);
    }
    val_set(gen, inst->result, 0, reg);
}

static void select_value(Gen *gen, const IrInst *inst) {
    u32 type = type_of(gen, inst->b);
    u8 cond = val_reg(gen, inst->a, 0);
    if (is_xmm_type(type)) {
        u8 if_1 = val_reg(gen, inst->b, 0);
        u8 reg = val_take(gen, inst->c, 0, false, XMM_ALL);
        emit_rr(gen, 0x84, 1, cond, cond);
        u32 skip = emit_jcc_short(gen, CC_E);
        emit_mov(gen, 8, reg, if_1);
        patch_short(gen, skip);
        val_set(gen, inst->result, 0, reg);
        return;
    }
    u8 if_1[2], regs[2];
    for (u32 part = 0; part < part_count(type); part++) {
        if_1[part] = val_reg(gen, inst->b, part);
        regs[part] = val_take(gen, inst->c, part, false, GPR_ALL);
    }
    emit_rr(gen, 0x84, 1, cond, cond);
    for (u32 part = 0; part < part_count(type); part++) {
        emit_cmov(gen, CC_NE, 8, regs[part], if_1[part]);
    }
    for (u32 part = 0; part < part_count(type); part++) {
        val_set(gen, inst->result, part, regs[part]);
    }
}

static void bits_swap(Gen *gen, u8 reg, u32 size, u32 by, u64 mask) {
    // reg = (reg >> by & mask) | (reg & mask) << by
    u8 other = gpr_alloc(gen);
    emit_mov_imm(gen, TMP, mask);
    emit_mov(gen, 8, other, reg);
    emit_shift_imm(gen, SH_SHR, size, reg, (u8)by);
    emit_alu(gen, ALU_AND, size, reg, rm_reg(TMP));
    emit_alu(gen, ALU_AND, size, other, rm_reg(TMP));
    emit_shift_imm(gen, SH_SHL, size, other, (u8)by);
    emit_alu(gen, ALU_OR, size, reg, rm_reg(other));
    gen->reg_val[other] = REG_FREE;
    gen->locked &= ~BIT(other);
}

void emit_byte_swap(Gen *gen, u8 reg, u32 bytes) {
    if (bytes == 1) return;
    if (bytes == 2) {
        emit_shift_imm(gen, SH_ROL, 2, reg, 8);
        return;
    }
    code_reserve(gen);
    u8 rex = (u8)((bytes == 8 ? 0x48 : 0x40) | (reg >> 3));
    if (rex != 0x40) emit_u8(gen, rex);
    emit_u8(gen, 0x0f);
    emit_u8(gen, (u8)(0xc8 | (reg & 7)));
}

void emit_reverse_in_bytes(Gen *gen, u8 reg, u32 bytes) {
    u32 size = wide(bytes);
    bits_swap(gen, reg, size, 1, 0x5555555555555555ull);
    bits_swap(gen, reg, size, 2, 0x3333333333333333ull);
    bits_swap(gen, reg, size, 4, 0x0f0f0f0f0f0f0f0full);
}

// popcnt is not in the baseline instruction set: add up in parallel.
void emit_count_ones(Gen *gen, u8 reg, u32 bytes) {
    if (bytes < 4) emit_zext(gen, bytes, reg, reg);
    u8 other = gpr_alloc(gen);
    // x -= x >> 1 & 0x55..; x = (x & 0x33..) + (x >> 2 & 0x33..);
    // x = (x + (x >> 4)) & 0x0f..; x * 0x01.. >> 56
    if (bytes == 4) emit_zext(gen, 4, reg, reg);
    emit_mov(gen, 8, other, reg);
    emit_shift_imm(gen, SH_SHR, 8, other, 1);
    emit_mov_imm(gen, TMP, 0x5555555555555555ull);
    emit_alu(gen, ALU_AND, 8, other, rm_reg(TMP));
    emit_alu(gen, ALU_SUB, 8, reg, rm_reg(other));
    emit_mov_imm(gen, TMP, 0x3333333333333333ull);
    emit_mov(gen, 8, other, reg);
    emit_shift_imm(gen, SH_SHR, 8, other, 2);
    emit_alu(gen, ALU_AND, 8, other, rm_reg(TMP));
    emit_alu(gen, ALU_AND, 8, reg, rm_reg(TMP));
    emit_alu(gen, ALU_ADD, 8, reg, rm_reg(other));
    emit_mov(gen, 8, other, reg);
    emit_shift_imm(gen, SH_SHR, 8, other, 4);
    emit_alu(gen, ALU_ADD, 8, reg, rm_reg(other));
    emit_mov_imm(gen, TMP, 0x0f0f0f0f0f0f0f0full);
    emit_alu(gen, ALU_AND, 8, reg, rm_reg(TMP));
    emit_mov_imm(gen, TMP, 0x0101010101010101ull);
    emit_op(gen, 0x0faf, 8, reg, rm_reg(TMP), 0);
    emit_shift_imm(gen, SH_SHR, 8, reg, 56);
    gen->reg_val[other] = REG_FREE;
    gen->locked &= ~BIT(other);
}

static void count_zeros(Gen *gen, const IrInst *inst, bool leading) {
    u32 bytes = bytes_of(gen, inst->a), bits = bytes * 8;
    u8 reg = val_take(gen, inst->a, 0, false, GPR_ALL);
    if (bytes < 4) emit_zext(gen, bytes, reg, reg);
    u32 size = wide(bytes);
    // bsr and bsf set ZF for 0 and leave their target undefined.
    u8 out = gpr_alloc(gen);
    emit_mov_imm(gen, TMP, leading ? 2 * bits - 1 : bits);
    emit_rr(gen, leading ? 0x0fbd : 0x0fbc, size, out, reg);
    emit_cmov(gen, CC_E, 8, out, TMP);
    if (leading) emit_alu_imm(gen, ALU_XOR, 4, rm_reg(out), (i32)bits - 1);
    val_set(gen, inst->result, 0, out);
}

static void ptr_arith(Gen *gen, const IrInst *inst) {
    if (inst->op == IR_PTR_ADD && inst->b && inst->imm == 0) {
        binary_alu(gen, inst, ALU_ADD, true, 8);
        return;
    }
    Mem mem = val_addr(gen, inst->a, (i64)inst->imm);
    i32 imm;
    if (inst->b && mem.kind == MEM_BASE && mem.index == REG_NONE &&
        val_imm(gen, inst->b, 0, &imm) && imm < 0x1000000 && imm > -0x1000000 &&
        mem.disp < 0x10000000 && mem.disp > -0x10000000) {
        mem.disp += imm * (1 << (inst->op == IR_PTR_INDEX ? inst->sub : 0));
    } else if (inst->b) {
        if (mem.kind != MEM_BASE || mem.index != REG_NONE) {
            u8 base = gpr_alloc(gen);
            emit_lea(gen, base, mem);
            mem = mem_base(base, 0);
        }
        mem.index = val_reg(gen, inst->b, 0);
        mem.scale_log2 = inst->op == IR_PTR_INDEX ? inst->sub : 0;
    }
    u8 reg = val_dst(gen, inst->result, 0, GPR_ALL);
    emit_lea(gen, reg, mem);
    val_set(gen, inst->result, 0, reg);
}

static void convert_int(Gen *gen, const IrInst *inst) {
    u32 from = bytes_of(gen, inst->a), to = ir_type_bytes((IrType)inst->type);
    if (inst->op == IR_TRUNC) {
        u8 reg = val_take(gen, inst->a, 0, from <= 8, GPR_ALL);
        val_set(gen, inst->result, 0, reg);
        return;
    }
    bool is_signed = inst->op == IR_SEXT;
    if (to == 16) {
        u8 low = val_take(gen, inst->a, 0, true, GPR_ALL);
        u8 high = gpr_alloc(gen);
        extend_to(gen, is_signed, from, low, low);
        if (is_signed) {
            emit_mov(gen, 8, high, low);
            emit_shift_imm(gen, SH_SAR, 8, high, 63);
        } else {
            emit_alu(gen, ALU_XOR, 4, high, rm_reg(high));
        }
        val_set(gen, inst->result, 0, low);
        val_set(gen, inst->result, 1, high);
        return;
    }
    Rm rm = val_rm(gen, inst->a, 0);
    u8 reg = val_dst(gen, inst->result, 0, GPR_ALL);
    if (rm.is_mem && !is_signed) {
        emit_load(gen, from, reg, rm.mem);
    } else if (rm.is_mem) {
        emit_op(gen, from == 1 ? 0x0fbe : from == 2 ? 0x0fbf : 0x63, 8, reg, rm, 0);
    } else {
        extend_to(gen, is_signed, from, reg, rm.reg);
    }
    val_set(gen, inst->result, 0, reg);
}

static void slot_or_symbol(Gen *gen, const IrInst *inst) {
    u8 reg = val_dst(gen, inst->result, 0, GPR_ALL);
    if (inst->op == IR_SLOT_ADDR) {
        u32 align = gen->fn->slots.at[inst->a].align;
        gen->needs_frame = true;
        emit_lea(gen, reg, mem_base(RBP, gen->slot_offsets[inst->a] + (i32)align - 1));
        emit_alu_imm(gen, ALU_AND, 8, rm_reg(reg), -(i32)align);
    } else {
        u32 kind = ir_symbol_row(gen->fn->symbols, (IrSym){inst->a})->kind;
        Mem cell = {.kind = MEM_SYM,
                    .index = REG_NONE,
                    .reloc = kind == IR_SYM_FN_SLOT ? X64_RELOC_SLOT : X64_RELOC_GOTPCREL,
                    .sym = inst->a};
        emit_load(gen, 8, reg, cell);
        i64 addend = (i64)inst->imm;
        if (addend) {
            emit_mov_imm(gen, TMP, (u64)addend);
            emit_alu(gen, ALU_ADD, 8, reg, rm_reg(TMP));
        }
    }
    val_set(gen, inst->result, 0, reg);
}

bool select_int(Gen *gen, const IrInst *inst) {
    if (inst->op == IR_SLOT_ADDR || inst->op == IR_SYM_ADDR) {
        slot_or_symbol(gen, inst);
        return true;
    }
    if (inst->op == IR_ICMP || inst->op == IR_FCMP) {
        compare(gen, inst);
        return true;
    }
    if (inst->op == IR_SELECT) {
        select_value(gen, inst);
        return true;
    }
    if (inst->op == IR_TRUNC || inst->op == IR_ZEXT || inst->op == IR_SEXT) {
        convert_int(gen, inst);
        return true;
    }
    if (inst->type == IR_I128) return select_wide(gen, inst);
    u32 bytes = ir_type_bytes((IrType)inst->type), size = wide(bytes);
    switch (inst->op) {
    case IR_PTR_ADD:
    case IR_PTR_INDEX: ptr_arith(gen, inst); return true;
    case IR_ADD: binary_alu(gen, inst, ALU_ADD, true, size); return true;
    case IR_SUB: binary_alu(gen, inst, ALU_SUB, false, size); return true;
    case IR_AND: binary_alu(gen, inst, ALU_AND, true, size); return true;
    case IR_OR: binary_alu(gen, inst, ALU_OR, true, size); return true;
    case IR_XOR: binary_alu(gen, inst, ALU_XOR, true, size); return true;
    case IR_MUL: multiply(gen, inst, size, false); return true;
    case IR_UDIV: divide(gen, inst, false, false); return true;
    case IR_SDIV: divide(gen, inst, true, false); return true;
    case IR_UREM: divide(gen, inst, false, true); return true;
    case IR_SREM: divide(gen, inst, true, true); return true;
    case IR_SHL: shift(gen, inst, SH_SHL); return true;
    case IR_LSHR: shift(gen, inst, SH_SHR); return true;
    case IR_ASHR: shift(gen, inst, SH_SAR); return true;
    case IR_ROTL: shift(gen, inst, SH_ROL); return true;
    case IR_ROTR: shift(gen, inst, SH_ROR); return true;
    case IR_NEG: unary_f7(gen, inst, 3); return true;
    case IR_NOT: unary_f7(gen, inst, 2); return true;
    case IR_UADD_SAT:
    case IR_SADD_SAT:
    case IR_USUB_SAT:
    case IR_SSUB_SAT: saturate(gen, inst); return true;
    case IR_UADD_OVF:
    case IR_SADD_OVF:
    case IR_USUB_OVF:
    case IR_SSUB_OVF:
    case IR_UMUL_OVF:
    case IR_SMUL_OVF: set_overflow(gen, inst, select_overflow(gen, inst)); return true;
    case IR_CTPOP: {
        u8 reg = val_take(gen, inst->a, 0, false, GPR_ALL);
        emit_count_ones(gen, reg, bytes);
        val_set(gen, inst->result, 0, reg);
        return true;
    }
    case IR_CTLZ: count_zeros(gen, inst, true); return true;
    case IR_CTTZ: count_zeros(gen, inst, false); return true;
    case IR_BSWAP:
    case IR_BITREVERSE: {
        u8 reg = val_take(gen, inst->a, 0, true, GPR_ALL);
        emit_byte_swap(gen, reg, bytes);
        if (inst->op == IR_BITREVERSE) emit_reverse_in_bytes(gen, reg, bytes);
        val_set(gen, inst->result, 0, reg);
        return true;
    }
    default: return false;
    }
}
