// Memory: loads, stores, copies, atomics.

#include "gen/x64/x64_internal.h"

enum { INLINE_BYTES_MAX = 128 };

static void load(Gen *gen, const IrInst *inst) {
    u32 type = inst->type;
    Mem mem = val_addr(gen, inst->a, (i64)inst->imm);
    u8 regs[2];
    for (u32 part = 0; part < part_count(type); part++) {
        regs[part] = val_dst(gen, inst->result, part, is_xmm_type(type) ? XMM_ALL : GPR_ALL);
    }
    for (u32 part = 0; part < part_count(type); part++) {
        emit_load(gen, part_bytes(type), regs[part], mem_plus(mem, 8 * (i32)part));
    }
    for (u32 part = 0; part < part_count(type); part++) {
        val_set(gen, inst->result, part, regs[part]);
    }
}

static void store(Gen *gen, const IrInst *inst) {
    u32 type = inst->type;
    Mem mem = val_addr(gen, inst->a, (i64)inst->imm);
    for (u32 part = 0; part < part_count(type); part++) {
        Mem to = mem_plus(mem, 8 * (i32)part);
        i32 imm;
        if (val_imm(gen, inst->b, part, &imm)) {
            emit_store_imm(gen, part_bytes(type), to, imm);
        } else {
            emit_store(gen, part_bytes(type), to, val_reg(gen, inst->b, part));
        }
    }
}

static u32 piece_of(u32 left) {
    return left >= 16 ? 16 : left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
}

static void call_mem(Gen *gen, u32 sym, Arg a, Arg b, Arg c) {
    Arg args[3] = {a, b, c};
    call_known(gen, sym, args, 3, IR_VOID, 0);
}

static Arg arg_val(u32 val, IrType type) {
    return (Arg){.val = val, .param = {.type = (u8)type}};
}
static Arg arg_const(u64 value, IrType type) {
    return (Arg){.constant = value, .param = {.type = (u8)type}};
}

static void copy(Gen *gen, const IrInst *inst) {
    if (inst->imm > INLINE_BYTES_MAX) {
        call_mem(gen, IR_KNOWN_memcpy, arg_val(inst->a, IR_PTR), arg_val(inst->b, IR_PTR),
                 arg_const(inst->imm, IR_I64));
        return;
    }
    Mem to = val_addr(gen, inst->a, 0), from = val_addr(gen, inst->b, 0);
    for (u32 done = 0, bytes = (u32)inst->imm; done < bytes;) {
        u32 piece = piece_of(bytes - done);
        u8 reg = piece == 16 ? XTMP : TMP;
        emit_load(gen, piece, reg, mem_plus(from, (i32)done));
        emit_store(gen, piece, mem_plus(to, (i32)done), reg);
        done += piece;
    }
}

static void zero(Gen *gen, const IrInst *inst) {
    if (inst->imm > INLINE_BYTES_MAX) {
        call_mem(gen, IR_KNOWN_memset, arg_val(inst->a, IR_PTR), arg_const(0, IR_I32),
                 arg_const(inst->imm, IR_I64));
        return;
    }
    Mem to = val_addr(gen, inst->a, 0);
    if (inst->imm >= 16) emit_rr(gen, 0x0f57, 4, XTMP, XTMP);
    for (u32 done = 0, bytes = (u32)inst->imm; done < bytes;) {
        u32 piece = piece_of(bytes - done);
        if (piece == 16) {
            emit_store(gen, 16, mem_plus(to, (i32)done), XTMP);
        } else {
            emit_store_imm(gen, piece, mem_plus(to, (i32)done), 0);
        }
        done += piece;
    }
}

static void emit_lock(Gen *gen) {
    emit_u8(gen, 0xf0);
}

// The prefix order is lock, 66, rex: emit_op writes the last two.
static void emit_locked(Gen *gen, u32 op, u32 bytes, u8 reg, Mem mem) {
    emit_lock(gen);
    emit_mem(gen, bytes == 1 ? op - 1 : op, bytes, reg, mem);
}

static void atomic_store(Gen *gen, const IrInst *inst) {
    if (inst->sub != IR_SEQCST) {
        store(gen, inst);
        return;
    }
    u32 bytes = ir_type_bytes((IrType)inst->type);
    Mem mem = val_addr(gen, inst->a, (i64)inst->imm);
    u8 reg = val_take(gen, inst->b, 0, resolve(gen, inst->a) != resolve(gen, inst->b), GPR_ALL);
    emit_mem(gen, bytes == 1 ? 0x86 : 0x87, bytes, reg, mem);
}

static void rmw(Gen *gen, const IrInst *inst) {
    u32 bytes = ir_type_bytes((IrType)inst->type), size = bytes == 8 ? 8 : 4;
    bool reuse = resolve(gen, inst->a) != resolve(gen, inst->b);
    switch (inst->sub) {
    case IR_RMW_XCHG:
    case IR_RMW_ADD:
    case IR_RMW_SUB: {
        Mem mem = val_addr(gen, inst->a, 0);
        u8 reg = val_take(gen, inst->b, 0, reuse, GPR_ALL);
        if (inst->sub == IR_RMW_XCHG) {
            emit_mem(gen, bytes == 1 ? 0x86 : 0x87, bytes, reg, mem);
        } else {
            if (inst->sub == IR_RMW_SUB) emit_op(gen, 0xf7, size, 3, rm_reg(reg), 0);
            emit_locked(gen, 0x0fc1, bytes, reg, mem);
        }
        val_set(gen, inst->result, 0, reg);
        return;
    }
    default: break;
    }
    reg_claim(gen, RAX);
    Mem mem = val_addr(gen, inst->a, 0);
    u8 b = val_reg(gen, inst->b, 0);
    emit_load(gen, bytes, RAX, mem);
    u32 loop = gen->at;
    emit_mov(gen, 8, TMP, RAX);
    u8 cc = CC_O;
    switch ((IrRmw)inst->sub) {
    case IR_RMW_AND:
    case IR_RMW_NAND: emit_alu(gen, ALU_AND, size, TMP, rm_reg(b)); break;
    case IR_RMW_OR: emit_alu(gen, ALU_OR, size, TMP, rm_reg(b)); break;
    case IR_RMW_XOR: emit_alu(gen, ALU_XOR, size, TMP, rm_reg(b)); break;
    case IR_RMW_MAX: cc = CC_L; break;
    case IR_RMW_MIN: cc = CC_G; break;
    case IR_RMW_UMAX: cc = CC_B; break;
    case IR_RMW_UMIN: cc = CC_A; break;
    default: UNREACHABLE();
    }
    if (inst->sub == IR_RMW_NAND) emit_op(gen, 0xf7, size, 2, rm_reg(TMP), 0);
    if (cc != CC_O) {
        emit_alu(gen, ALU_CMP, bytes, RAX, rm_reg(b));
        emit_cmov(gen, cc, 8, TMP, b);
    }
    emit_locked(gen, 0x0fb1, bytes, TMP, mem);
    emit_u8(gen, 0x75);
    emit_u8(gen, (u8)(loop - (gen->at + 1)));
    val_set(gen, inst->result, 0, RAX);
}

static void cmpxchg(Gen *gen, const IrInst *inst) {
    u32 bytes = ir_type_bytes((IrType)inst->type);
    reg_claim(gen, RAX);
    u8 desired = val_reg(gen, inst->c, 0);
    Mem mem = val_addr(gen, inst->a, 0);
    val_to(gen, inst->b, 0, RAX);
    emit_locked(gen, 0x0fb1, bytes, desired, mem);
    u32 second = inst->result + 1;
    if (gen->vals[second].flags & VAL_USED) {
        u8 reg = val_dst(gen, second, 0, GPR_ALL);
        emit_setcc(gen, CC_E, reg);
        val_set(gen, second, 0, reg);
    }
    if (gen->vals[inst->result].flags & VAL_USED) val_set(gen, inst->result, 0, RAX);
}

bool select_mem(Gen *gen, const IrInst *inst) {
    switch (inst->op) {
    case IR_LOAD: load(gen, inst); return true;
    case IR_STORE: store(gen, inst); return true;
    case IR_COPY: copy(gen, inst); return true;
    case IR_ZERO: zero(gen, inst); return true;
    case IR_MEMCPY:
    case IR_MEMMOVE:
        call_mem(gen, inst->op == IR_MEMCPY ? IR_KNOWN_memcpy : IR_KNOWN_memmove,
                 arg_val(inst->a, IR_PTR), arg_val(inst->b, IR_PTR), arg_val(inst->c, IR_I64));
        return true;
    case IR_MEMSET:
        call_mem(gen, IR_KNOWN_memset, arg_val(inst->a, IR_PTR), arg_val(inst->b, IR_I8),
                 arg_val(inst->c, IR_I64));
        return true;
    case IR_ATOMIC_LOAD:
        if (ir_type_bytes((IrType)inst->type) > 8) return false;
        load(gen, inst);
        return true;
    case IR_ATOMIC_STORE:
        if (ir_type_bytes((IrType)inst->type) > 8) return false;
        atomic_store(gen, inst);
        return true;
    case IR_ATOMIC_RMW:
        if (ir_type_bytes((IrType)inst->type) > 8) return false;
        rmw(gen, inst);
        return true;
    case IR_CMPXCHG:
        if (ir_type_bytes((IrType)inst->type) > 8) return false;
        cmpxchg(gen, inst);
        return true;
    case IR_FENCE:
        if (inst->sub == IR_SEQCST) {
            emit_u8(gen, 0x0f);
            emit_u8(gen, 0xae);
            emit_u8(gen, 0xf0);
        }
        return true;
    default: return false;
    }
}
