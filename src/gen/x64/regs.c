// Registers: where every value is while code is made.
//
// reg_val[r] and vals[v].reg[part] always agree. A value is in registers, or its memory is valid,
// or both; a two-part value has valid memory for both parts or for none. Registers handed out
// during one instruction are locked until inst_end.

#include "gen/x64/x64_internal.h"

i32 frame_alloc(Gen *gen, u64 bytes, u32 align) {
    gen->needs_frame = true;
    u64 at = align_up(gen->frame_bytes + bytes, align);
    CHECK(at < 0x40000000);
    gen->frame_bytes = (u32)at;
    return -(i32)at;
}

static i32 spill_slot(Gen *gen, u32 type) {
    u32 bytes = ir_type_bytes((IrType)type) > 8 ? 16 : 8;
    U32Vec *free = bytes == 16 ? &gen->free_slots16 : &gen->free_slots8;
    if (free->count) return -(i32)vec_pop(free);
    return frame_alloc(gen, bytes, bytes);
}

Mem val_mem(const Gen *gen, u32 val, u32 part) {
    return mem_base(RBP, gen->vals[val].mem + 8 * (i32)part);
}

static void val_save(Gen *gen, u32 v) {
    Val *val = &gen->vals[v];
    if (val->flags & VAL_MEM_VALID) return;
    if (val->mem == 0) {
        val->mem = spill_slot(gen, val->type);
        val->flags |= VAL_OWN_SLOT;
    }
    for (u32 part = 0; part < part_count(val->type); part++) {
        CHECK(val->reg[part] != REG_NONE);
        emit_store(gen, max_u32(part_bytes(val->type), 4), val_mem(gen, v, part), val->reg[part]);
    }
    val->flags |= VAL_MEM_VALID;
}

void reg_spill(Gen *gen, u8 reg) {
    u32 holds = gen->reg_val[reg];
    if (holds == REG_FREE || holds == REG_TEMP) return;
    val_save(gen, holds >> 1);
    gen->vals[holds >> 1].reg[holds & 1] = REG_NONE;
    gen->reg_val[reg] = REG_FREE;
}

u8 reg_alloc(Gen *gen, u32 mask) {
    mask &= gen->alloc_mask & ~gen->locked;
    CHECK(mask != 0);
    u8 pick = REG_NONE;
    for (u32 rest = mask; rest; rest &= rest - 1) {
        u8 reg = (u8)__builtin_ctz(rest);
        if (gen->reg_val[reg] == REG_FREE) {
            pick = reg;
            break;
        }
    }
    if (pick == REG_NONE) {
        // Best is what memory has already; else whoever's turn it is.
        for (u32 rest = mask; rest; rest &= rest - 1) {
            u8 reg = (u8)__builtin_ctz(rest);
            if (gen->vals[gen->reg_val[reg] >> 1].flags & VAL_MEM_VALID) {
                pick = reg;
                break;
            }
        }
        while (pick == REG_NONE) {
            u8 reg = (u8)(gen->next_victim++ % REG_COUNT);
            if (mask & BIT(reg)) pick = reg;
        }
        reg_spill(gen, pick);
    }
    gen->locked |= BIT(pick);
    gen->reg_val[pick] = REG_TEMP;
    return pick;
}

void reg_claim(Gen *gen, u8 reg) {
    CHECK((gen->locked & BIT(reg)) == 0 && (gen->alloc_mask & BIT(reg)));
    u32 holds = gen->reg_val[reg];
    if (holds != REG_FREE) {
        Val *val = &gen->vals[holds >> 1];
        u32 free = 0;
        u32 mask = (reg < XMM0 ? GPR_ALL : XMM_ALL) & gen->alloc_mask & ~gen->locked & ~BIT(reg);
        for (u32 rest = mask; rest && !free; rest &= rest - 1) {
            u8 other = (u8)__builtin_ctz(rest);
            if (gen->reg_val[other] == REG_FREE) free = BIT(other);
        }
        if (free) {
            u8 other = (u8)__builtin_ctz(free);
            emit_mov(gen, 8, other, reg);
            gen->reg_val[other] = holds;
            val->reg[holds & 1] = other;
        } else {
            reg_spill(gen, reg);
        }
    }
    gen->reg_val[reg] = REG_TEMP;
    gen->locked |= BIT(reg);
}

bool val_const(const Gen *gen, u32 val, u64 *low, u64 *high) {
    const IrInst *def = def_of(gen, resolve(gen, val));
    if (def->op != IR_CONST) return false;
    *low = def->imm;
    *high = def->imm_high;
    return true;
}

bool val_imm(const Gen *gen, u32 val, u32 part, i32 *imm) {
    u64 low, high;
    if (is_xmm_type(gen->vals[val].type) || !val_const(gen, val, &low, &high)) return false;
    u64 bits = part ? high : low;
    switch (gen->vals[val].type) {
    case IR_I8: *imm = (i8)bits; return true;
    case IR_I16: *imm = (i16)bits; return true;
    case IR_I32: *imm = (i32)bits; return true;
    default: *imm = (i32)bits; return (i64)bits == (i32)bits;
    }
}

static Mem slot_mem(Gen *gen, u32 slot) {
    gen->needs_frame = true;
    return mem_base(RBP, gen->slot_offsets[slot]);
}

static Mem const_mem(Gen *gen, const IrInst *def) {
    u64 words[2] = {def->imm, def->imm_high};
    u32 bytes = ir_type_bytes((IrType)def->type);
    return mem_pool(pool_add(gen, words, bytes, bytes));
}

static void rematerialize(Gen *gen, u32 val, u32 part, u8 reg) {
    const IrInst *def = def_of(gen, val);
    switch (def->op) {
    case IR_CONST:
        if (reg < XMM0) {
            emit_mov_imm(gen, reg, part ? def->imm_high : def->imm);
        } else if (def->imm == 0 && def->imm_high == 0) {
            emit_rr(gen, 0x0f57, 4, reg, reg);
        } else {
            emit_load(gen, ir_type_bytes((IrType)def->type), reg, const_mem(gen, def));
        }
        return;
    case IR_SLOT_ADDR: emit_lea(gen, reg, slot_mem(gen, def->a)); return;
    case IR_SYM_ADDR:
        emit_lea(gen, reg,
                 (Mem){.kind = MEM_SYM,
                       .index = REG_NONE,
                       .reloc = X64_RELOC_PC32,
                       .sym = def->a,
                       .disp = (i32)def->imm});
        return;
    }
    UNREACHABLE();
}

u8 val_reg(Gen *gen, u32 v, u32 part) {
    v = resolve(gen, v);
    Val *val = &gen->vals[v];
    if (val->flags & VAL_PINNED) return val->reg[0];
    u8 reg = val->reg[part];
    if (reg != REG_NONE) {
        gen->locked |= BIT(reg);
        return reg;
    }
    reg = reg_alloc(gen, is_xmm_type(val->type) ? XMM_ALL : GPR_ALL);
    if (val->flags & VAL_REMAT) {
        rematerialize(gen, v, part, reg);
        return reg;
    }
    CHECK(val->flags & VAL_MEM_VALID);
    emit_load(gen, part_bytes(val->type), reg, val_mem(gen, v, part));
    val->reg[part] = reg;
    gen->reg_val[reg] = v << 1 | part;
    return reg;
}

Rm val_rm(Gen *gen, u32 v, u32 part) {
    v = resolve(gen, v);
    const Val *val = &gen->vals[v];
    if (!(val->flags & (VAL_PINNED | VAL_REMAT)) && val->reg[part] == REG_NONE &&
        (val->flags & VAL_MEM_VALID)) {
        return rm_mem(val_mem(gen, v, part));
    }
    if ((val->flags & VAL_REMAT) && ir_type_is_float(val->type)) {
        return rm_mem(const_mem(gen, def_of(gen, v)));
    }
    return rm_reg(val_reg(gen, v, part));
}

void val_to(Gen *gen, u32 v, u32 part, u8 reg) {
    v = resolve(gen, v);
    const Val *val = &gen->vals[v];
    if (val->flags & VAL_REMAT) {
        rematerialize(gen, v, part, reg);
    } else if (val->reg[part] != REG_NONE) {
        emit_mov(gen, max_u32(4, part_bytes(val->type)), reg, val->reg[part]);
    } else {
        CHECK(val->flags & VAL_MEM_VALID);
        emit_load(gen, part_bytes(val->type), reg, val_mem(gen, v, part));
    }
}

u8 val_take(Gen *gen, u32 v, u32 part, bool may_reuse, u32 mask) {
    v = resolve(gen, v);
    Val *val = &gen->vals[v];
    u8 reg = val->reg[part];
    if (may_reuse && reg != REG_NONE && val->uses == 1 && (mask & BIT(reg)) &&
        !(val->flags & (VAL_PINNED | VAL_CROSS | VAL_REMAT))) {
        val->reg[part] = REG_NONE;
        gen->reg_val[reg] = REG_TEMP;
        gen->locked |= BIT(reg);
        return reg;
    }
    if (reg != REG_NONE) gen->locked |= BIT(reg);
    u8 copy = reg_alloc(gen, mask);
    val_to(gen, v, part, copy);
    return copy;
}

u8 val_dst(Gen *gen, u32 val, u32 part, u32 mask) {
    // No operand can be in a home of its own block range, so writing early is safe.
    if (gen->vals[val].flags & VAL_PINNED) return gen->vals[val].reg[part];
    return reg_alloc(gen, mask);
}

void val_set(Gen *gen, u32 v, u32 part, u8 reg) {
    Val *val = &gen->vals[v];
    if (val->flags & VAL_PINNED) {
        emit_mov(gen, max_u32(4, part_bytes(val->type)), val->reg[0], reg);
        return;
    }
    if (val->uses == 0 && !(val->flags & VAL_CROSS)) return;
    gen->reg_val[reg] = v << 1 | part;
    gen->locked |= BIT(reg);
    val->reg[part] = reg;
    if (!(val->flags & VAL_CROSS)) val->flags &= (u8)~VAL_MEM_VALID;
}

void val_store_home(Gen *gen, u32 v) {
    const Val *val = &gen->vals[v];
    if ((val->flags & (VAL_CROSS | VAL_PINNED)) != VAL_CROSS || val->mem == 0) return;
    for (u32 part = 0; part < part_count(val->type); part++) {
        if (val->reg[part] == REG_NONE) continue;
        emit_store(gen, max_u32(4, part_bytes(val->type)), val_mem(gen, v, part), val->reg[part]);
    }
}

void val_free(Gen *gen, u32 v) {
    Val *val = &gen->vals[v];
    if (val->flags & VAL_PINNED) return;
    for (u32 part = 0; part < 2; part++) {
        u8 reg = val->reg[part];
        if (reg == REG_NONE) continue;
        gen->reg_val[reg] = REG_FREE;
        val->reg[part] = REG_NONE;
    }
    if ((val->flags & VAL_OWN_SLOT) && gen->fn->vals.at[v].block == gen->block) {
        // Only what was spilled and died within one block: no other path knows the slot.
        U32Vec *free =
            ir_type_bytes((IrType)val->type) > 8 ? &gen->free_slots16 : &gen->free_slots8;
        vec_push(gen->scratch, free, (u32)-val->mem);
        val->mem = 0;
        val->flags &= (u8) ~(VAL_OWN_SLOT | VAL_MEM_VALID);
    }
}

void val_drop_use(Gen *gen, u32 v) {
    v = resolve(gen, v);
    Val *val = &gen->vals[v];
    if (val->flags & VAL_FUSED) {
        const IrInst *def = def_of(gen, v);
        val_drop_use(gen, def->a);
        if (def->b) val_drop_use(gen, def->b);
        return;
    }
    if (val->flags & (VAL_REMAT | VAL_CROSS)) return;
    CHECK(val->uses > 0);
    if (--val->uses == 0) val_free(gen, v);
}

static void drop_operand(void *cx, u32 val) {
    val_drop_use(cx, val);
}

void inst_end(Gen *gen, const IrInst *inst) {
    ir_each_operand(gen->fn, inst, drop_operand, gen);
    if (inst->result && inst->op != IR_INVOKE) {
        val_store_home(gen, inst->result);
        u8 form = ir_op_forms[inst->op];
        if (form == IR_FORM_OVF || form == IR_FORM_CMPX ||
            (form == IR_FORM_CALL && gen->fn->sigs.at[inst->b].result_count == 2)) {
            val_store_home(gen, inst->result + 1);
        }
    }
    for (u32 rest = gen->locked; rest; rest &= rest - 1) {
        u8 reg = (u8)__builtin_ctz(rest);
        if (gen->reg_val[reg] == REG_TEMP) gen->reg_val[reg] = REG_FREE;
    }
    gen->locked = 0;
}

static void clear(Gen *gen, u32 mask) {
    for (u32 rest = mask; rest; rest &= rest - 1) {
        u8 reg = (u8)__builtin_ctz(rest);
        u32 holds = gen->reg_val[reg];
        if (holds != REG_FREE && holds != REG_TEMP) {
            gen->vals[holds >> 1].reg[holds & 1] = REG_NONE;
        }
        gen->reg_val[reg] = REG_FREE;
    }
}

void regs_save_live(Gen *gen, u32 mask) {
    for (u32 rest = mask & gen->alloc_mask; rest; rest &= rest - 1) {
        u8 reg = (u8)__builtin_ctz(rest);
        u32 holds = gen->reg_val[reg];
        if (holds != REG_FREE && holds != REG_TEMP) val_save(gen, holds >> 1);
    }
}

void regs_clobber(Gen *gen, u32 mask) {
    clear(gen, mask & gen->alloc_mask);
}

void regs_begin_block(Gen *gen, u32 block) {
    gen->block = block;
    gen->locked = 0;
    clear(gen, gen->alloc_mask);
    const Block *row = &gen->blocks[block];
    if (!row->parent) return;
    for (u32 i = 0; i < row->live_in.count; i++) {
        gen->vals[row->live_in.at[i].val].uses = row->live_in.at[i].uses;
    }
    for (u32 i = 0; i < row->snaps.count; i++) {
        const Snap *snap = &row->snaps.at[i];
        Val *val = &gen->vals[snap->val];
        val->flags = snap->flags;
        val->mem = snap->mem;
        if (val->flags & VAL_PINNED) continue;
        for (u32 part = 0; part < 2; part++) {
            val->reg[part] = snap->reg[part];
            if (snap->reg[part] != REG_NONE) {
                gen->reg_val[snap->reg[part]] = snap->val << 1 | part;
            }
        }
    }
}

void regs_snapshot(Gen *gen, u32 child) {
    Block *row = &gen->blocks[child];
    if (row->parent != gen->block) return;
    for (u32 i = 0; i < row->live_in.count; i++) {
        u32 v = row->live_in.at[i].val;
        const Val *val = &gen->vals[v];
        vec_push(gen->scratch, &row->snaps,
                 (Snap){v, val->mem, {val->reg[0], val->reg[1]}, val->flags});
    }
    for (u32 rest = gen->alloc_mask; rest; rest &= rest - 1) {
        u8 reg = (u8)__builtin_ctz(rest);
        u32 holds = gen->reg_val[reg];
        if (holds == REG_FREE || holds == REG_TEMP || (holds & 1)) continue;
        const Val *val = &gen->vals[holds >> 1];
        if (!(val->flags & VAL_CROSS)) continue;
        vec_push(gen->scratch, &row->snaps,
                 (Snap){holds >> 1, val->mem, {val->reg[0], val->reg[1]}, val->flags});
    }
}

Mem val_addr(Gen *gen, u32 v, i64 offset) {
    v = resolve(gen, v);
    const Val *val = &gen->vals[v];
    const IrInst *def = def_of(gen, v);
    if (val->flags & VAL_FUSED) {
        i64 disp = offset + (i64)def->imm;
        u32 base_val = resolve(gen, def->a);
        const IrInst *base = def_of(gen, base_val);
        Mem mem;
        if (base->op == IR_SLOT_ADDR && (gen->vals[base_val].flags & VAL_REMAT)) {
            mem = slot_mem(gen, base->a);
            disp += mem.disp;
        } else {
            mem = mem_base(val_reg(gen, base_val, 0), 0);
        }
        u64 low, high;
        if (def->b && val_const(gen, def->b, &low, &high)) {
            disp += (i64)(low << (def->op == IR_PTR_INDEX ? def->sub : 0));
        } else if (def->b) {
            mem.index = val_reg(gen, def->b, 0);
            mem.scale_log2 = def->op == IR_PTR_INDEX ? def->sub : 0;
        }
        if (disp != (i32)disp) {
            mem.disp = 0;
            u8 reg = gpr_alloc(gen);
            emit_lea(gen, reg, mem);
            emit_mov_imm(gen, TMP, (u64)disp);
            mem = mem_base(reg, 0);
            mem.index = TMP;
            mem.scale_log2 = 0;
            return mem;
        }
        mem.disp = (i32)disp;
        return mem;
    }
    if (val->flags & VAL_REMAT) {
        if (def->op == IR_SLOT_ADDR) {
            Mem mem = slot_mem(gen, def->a);
            i64 disp = mem.disp + offset;
            if (disp == (i32)disp) {
                mem.disp = (i32)disp;
                return mem;
            }
        }
        i64 disp = offset + (i64)def->imm;
        if (def->op == IR_SYM_ADDR && disp > -0x40000000 && disp < 0x40000000) {
            return (Mem){.kind = MEM_SYM,
                         .index = REG_NONE,
                         .reloc = X64_RELOC_PC32,
                         .sym = def->a,
                         .disp = (i32)disp};
        }
    }
    return mem_base(val_reg(gen, v, 0), (i32)offset);
}
