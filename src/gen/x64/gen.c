// The driver: analysis, then code block by block, then frame, fixups and constants.

#include "gen/x64/x64_internal.h"

void unsupported(Gen *gen, const IrInst *inst) {
    if (gen->why.len) return;
    gen->why = scratch_print(gen->scratch, "%.*s: x64 has no `%s` on %s", STR_ARG(gen->fn->name),
                             ir_op_names[inst->op], ir_type_name(inst->type));
}

// --- Edges ------------------------------------------------------------------------------------

static bool has_params(const Gen *gen, u32 block) {
    return gen->fn->blocks.at[block].params.count != 0;
}

// Writes a branch's arguments to the homes of the target's parameters.
static void edge_args(Gen *gen, u32 block, const u32 *list) {
    const IrBlockRow *to = &gen->fn->blocks.at[block];
    CHECK(list[0] == to->params.count);
    // If an argument is itself a parameter of the target it must be read before it is written:
    // everything goes by way of fresh memory then.
    bool tangled = false;
    for (u32 i = 0; i < list[0]; i++) {
        u32 v = resolve(gen, list[1 + i]);
        for (u32 p = 0; p < i; p++) {
            if (to->params.at[p] == v) tangled = true;
        }
    }
    i32 *saved = tangled ? SCRATCH_ARRAY(gen->scratch, i32, list[0]) : NULL;
    for (u32 pass = tangled ? 0 : 1; pass < 2; pass++) {
        for (u32 i = 0; i < list[0]; i++) {
            u32 v = resolve(gen, list[1 + i]), p = to->params.at[i];
            const Val *param = &gen->vals[p];
            if (v == p) continue;
            if (!(param->flags & VAL_PINNED) && param->mem == 0) continue; // never used
            bool xmm = is_xmm_type(param->type);
            u8 tmp = xmm ? XTMP : TMP;
            u32 bytes = param->type == IR_V128 ? 16 : 8;
            if (pass == 0) saved[i] = frame_alloc(gen, 16, 16);
            for (u32 part = 0; part < part_count(param->type); part++) {
                Mem slot = mem_base(RBP, (tangled ? saved[i] : 0) + 8 * (i32)part);
                if (pass == 0) {
                    val_to(gen, v, part, tmp);
                    emit_store(gen, bytes, slot, tmp);
                    continue;
                }
                u8 reg = (param->flags & VAL_PINNED) ? param->reg[0] : tmp;
                if (tangled) {
                    emit_load(gen, bytes, reg, slot);
                } else {
                    val_to(gen, v, part, reg);
                }
                if (reg == tmp) {
                    emit_store(gen, max_u32(4, part_bytes(param->type)), val_mem(gen, p, part),
                               reg);
                }
            }
        }
    }
}

static void jump_to(Gen *gen, u32 block) {
    if (gen->layout_next != block) emit_jmp(gen, block);
}

// --- Terminators ------------------------------------------------------------------------------

static u32 emit_jcc_far(Gen *gen, u8 cc) {
    emit_u8(gen, 0x0f);
    emit_u8(gen, (u8)(0x80 + cc));
    emit_u32(gen, 0);
    return gen->at - 4;
}
static void patch_far(Gen *gen, u32 field) {
    u32 distance = gen->at - (field + 4);
    memcpy(gen->code + field, &distance, 4);
}

static void branch_flags(Gen *gen, const IrInst *inst, u8 cc, bool parity, bool parity_or) {
    const u32 *args_1 = gen->fn->words.at + inst->list;
    const u32 *args_0 = args_1 + 1 + args_1[0];
    regs_snapshot(gen, inst->b);
    regs_snapshot(gen, inst->c);
    if (!has_params(gen, inst->b) && !has_params(gen, inst->c)) {
        // Unordered goes to 1 (parity_or) or to 0, before the other flags are looked at.
        if (parity) emit_jcc(gen, CC_P, parity_or ? inst->b : inst->c);
        if (gen->layout_next == inst->b) {
            emit_jcc(gen, cc ^ 1, inst->c);
        } else {
            emit_jcc(gen, cc, inst->b);
            jump_to(gen, inst->c);
        }
        return;
    }
    // With arguments: the code that writes one side's comes first, jumps lead around it.
    u32 fields[2], count = 0;
    if (parity) fields[count++] = emit_jcc_far(gen, CC_P);
    fields[count++] = emit_jcc_far(gen, parity_or ? cc : cc ^ 1);
    edge_args(gen, parity_or ? inst->c : inst->b, parity_or ? args_0 : args_1);
    emit_jmp(gen, parity_or ? inst->c : inst->b);
    for (u32 i = 0; i < count; i++)
        patch_far(gen, fields[i]);
    edge_args(gen, parity_or ? inst->b : inst->c, parity_or ? args_1 : args_0);
    jump_to(gen, parity_or ? inst->b : inst->c);
}

static void gen_condbr(Gen *gen, const IrInst *inst) {
    u8 reg = val_reg(gen, inst->a, 0);
    emit_rr(gen, 0x84, 1, reg, reg);
    branch_flags(gen, inst, CC_NE, false, false);
}

enum { TABLE_CASES_MIN = 5 };

static bool switch_table(Gen *gen, const IrInst *inst, const u32 *words, u32 bytes, u8 reg,
                         u8 index) {
    u32 count = words[0];
    if (count < TABLE_CASES_MIN || bytes > 8) return false;
    u64 low = ~(u64)0, high = 0;
    for (u32 i = 0; i < count; i++) {
        u64 value = pack_u64(words[1 + 5 * i + 1], words[1 + 5 * i]);
        low = min_u64(low, value);
        high = max_u64(high, value);
    }
    if (high - low >= (u64)count * 3) return false;
    u32 entries = (u32)(high - low) + 1;
    u32 *blocks = SCRATCH_ARRAY(gen->scratch, u32, entries);
    for (u32 i = 0; i < entries; i++)
        blocks[i] = inst->b;
    for (u32 i = count; i-- > 0;) {
        u64 value = pack_u64(words[1 + 5 * i + 1], words[1 + 5 * i]);
        blocks[value - low] = words[1 + 5 * i + 4];
    }
    u32 at = pool_add(gen, NULL, entries * 4, 4);
    vec_push(gen->scratch, &gen->tables, (JumpTable){at, entries, blocks});
    emit_zext(gen, bytes, index, reg);
    if (low) {
        if (low == (u64)(i32)low && (i64)low >= 0) {
            emit_alu_imm(gen, ALU_SUB, 8, rm_reg(index), (i32)low);
        } else {
            emit_mov_imm(gen, TMP, low);
            emit_alu(gen, ALU_SUB, 8, index, rm_reg(TMP));
        }
    }
    emit_alu_imm(gen, ALU_CMP, 8, rm_reg(index), (i32)entries - 1);
    emit_jcc(gen, CC_A, inst->b);
    emit_lea(gen, TMP, mem_pool(at));
    Mem entry = mem_base(TMP, 0);
    entry.index = index;
    entry.scale_log2 = 2;
    emit_mem(gen, 0x63, 8, index, entry);
    emit_alu(gen, ALU_ADD, 8, index, rm_reg(TMP));
    emit_op(gen, 0xff, 4, 4, rm_reg(index), 0);
    return true;
}

static void gen_switch(Gen *gen, const IrInst *inst) {
    const u32 *words = gen->fn->words.at + inst->list;
    u32 v = resolve(gen, inst->a);
    u32 bytes = ir_type_bytes((IrType)gen->vals[v].type);
    u8 reg = val_reg(gen, v, 0);
    u8 high = bytes == 16 ? val_reg(gen, v, 1) : REG_NONE;
    u8 index = bytes <= 8 ? gpr_alloc(gen) : REG_NONE;
    for (u32 i = 0; i < words[0]; i++)
        regs_snapshot(gen, words[1 + 5 * i + 4]);
    regs_snapshot(gen, inst->b);
    if (switch_table(gen, inst, words, bytes, reg, index)) return;
    for (u32 i = 0; i < words[0]; i++) {
        const u32 *row = words + 1 + 5 * i;
        u64 value = pack_u64(row[1], row[0]);
        if (bytes == 16) {
            u64 value_high = pack_u64(row[3], row[2]);
            emit_mov_imm(gen, TMP, value);
            emit_alu(gen, ALU_CMP, 8, reg, rm_reg(TMP));
            u32 skip = emit_jcc_short(gen, CC_NE);
            emit_mov_imm(gen, TMP, value_high);
            emit_alu(gen, ALU_CMP, 8, high, rm_reg(TMP));
            emit_jcc(gen, CC_E, row[4]);
            patch_short(gen, skip);
            continue;
        }
        i64 value_signed = bytes == 1   ? (i8)value
                           : bytes == 2 ? (i16)value
                           : bytes == 4 ? (i32)value
                                        : (i64)value;
        if (value_signed == 0) {
            emit_rr(gen, bytes == 1 ? 0x84 : 0x85, bytes, reg, reg);
        } else if (value_signed == (i32)value_signed) {
            emit_alu_imm(gen, ALU_CMP, bytes, rm_reg(reg), (i32)value_signed);
        } else {
            emit_mov_imm(gen, TMP, value);
            emit_alu(gen, ALU_CMP, bytes, reg, rm_reg(TMP));
        }
        emit_jcc(gen, CC_E, row[4]);
    }
    jump_to(gen, inst->b);
}

// --- Instructions -----------------------------------------------------------------------------

static bool is_dead(const Gen *gen, const IrInst *inst) {
    if ((ir_op_flags[inst->op] & IR_OP_IS_P) == 0) return false;
    if (inst->flags & IR_FLAG_VOLATILE) return false;
    if (gen->vals[inst->result].flags & VAL_USED) return false;
    if (ir_op_forms[inst->op] == IR_FORM_OVF) {
        return (gen->vals[inst->result + 1].flags & VAL_USED) == 0;
    }
    return true;
}

static void gen_local_get(Gen *gen, const IrInst *inst) {
    Local *local = &gen->locals[inst->a];
    Val *val = &gen->vals[inst->result];
    if (val->flags & VAL_ALIAS) {
        if (local->home != REG_NONE) {
            val->reg[0] = local->home;
            val->flags |= VAL_PINNED;
        } else {
            val->mem = local->mem;
            val->flags |= VAL_MEM_VALID;
        }
        return;
    }
    bool xmm = is_xmm_type(val->type);
    u8 regs[2];
    for (u32 part = 0; part < part_count(val->type); part++) {
        regs[part] = val_dst(gen, inst->result, part, xmm ? XMM_ALL : GPR_ALL);
        if (local->home != REG_NONE) {
            emit_mov(gen, 8, regs[part], local->home);
        } else {
            emit_load(gen, part_bytes(val->type), regs[part],
                      mem_base(RBP, local->mem + 8 * (i32)part));
        }
    }
    for (u32 part = 0; part < part_count(val->type); part++) {
        val_set(gen, inst->result, part, regs[part]);
    }
}

static void gen_local_set(Gen *gen, const IrInst *inst) {
    const Local *local = &gen->locals[inst->a];
    u32 type = local->type;
    if (local->home != REG_NONE) {
        val_to(gen, inst->b, 0, local->home);
        return;
    }
    for (u32 part = 0; part < part_count(type); part++) {
        Mem to = mem_base(RBP, local->mem + 8 * (i32)part);
        i32 imm;
        u32 bytes = max_u32(4, part_bytes(type));
        if (val_imm(gen, inst->b, part, &imm)) {
            emit_store_imm(gen, bytes, to, imm);
        } else {
            emit_store(gen, bytes, to, val_reg(gen, inst->b, part));
        }
    }
}

static bool gen_inst(Gen *gen, const IrInst *inst) {
    switch (inst->op) {
    case IR_NOP: return true;
    case IR_LOCAL_GET: gen_local_get(gen, inst); return true;
    case IR_LOCAL_SET: gen_local_set(gen, inst); return true;
    case IR_CALL: call_inst(gen, inst); return true;
    case IR_INVOKE:
        call_inst(gen, inst);
        // The unwind edge finds only what memory holds; the results come on the normal edge.
        val_store_home(gen, inst->result);
        if (inst->result && gen->fn->sigs.at[inst->b].result_count == 2) {
            val_store_home(gen, inst->result + 1);
        }
        regs_snapshot(gen, (u32)inst->imm);
        regs_snapshot(gen, (u32)(inst->imm >> 32));
        jump_to(gen, (u32)inst->imm);
        return true;
    case IR_LANDINGPAD: val_set(gen, inst->result, 0, RAX); return true;
    case IR_TLS_ADDR: call_tls(gen, inst); return true;
    case IR_BR:
        edge_args(gen, inst->a, gen->fn->words.at + inst->list);
        regs_snapshot(gen, inst->a);
        jump_to(gen, inst->a);
        return true;
    case IR_CONDBR: gen_condbr(gen, inst); return true;
    case IR_SWITCH: gen_switch(gen, inst); return true;
    case IR_RET:
        call_ret(gen, inst);
        if (gen->layout_next) {
            vec_push(gen->scratch, &gen->fixups, (Fixup){gen->at + 1, ~0u});
            emit_u8(gen, 0xe9);
            emit_u32(gen, 0);
        }
        return true;
    case IR_RESUME: {
        Arg arg = {.val = inst->a, .param = {.type = IR_PTR}};
        call_known(gen, IR_KNOWN__Unwind_Resume, &arg, 1, IR_VOID, 0);
        return true;
    }
    case IR_UNREACHABLE:
        emit_u8(gen, 0x0f);
        emit_u8(gen, 0x0b);
        return true;
    default:
        return select_int(gen, inst) || select_float(gen, inst) || select_mem(gen, inst) ||
               select_vec(gen, inst);
    }
}

// A comparison whose only use is the branch right behind it leaves its answer in the flags.
static bool fuses_branch(const Gen *gen, const IrInst *inst, u32 result) {
    const IrInst *next = &gen->fn->insts.at[inst->next];
    const Val *val = &gen->vals[result];
    return inst->next && next->op == IR_CONDBR && resolve(gen, next->a) == result &&
           val->raw_uses == 1 && !(val->flags & VAL_CROSS);
}

static void gen_block(Gen *gen, u32 block) {
    const IrFn *fn = gen->fn;
    regs_begin_block(gen, block);
    gen->blocks[block].offset = gen->at;
    if (block == 1) call_entry_params(gen);
    for (u32 at = fn->blocks.at[block].first; at; at = fn->insts.at[at].next) {
        const IrInst *inst = &fn->insts.at[at];
        if (gen->why.len) return;
        if (inst->loc && (gen->locs.count == 0 || vec_last(&gen->locs).loc != inst->loc)) {
            vec_push(gen->scratch, &gen->locs, (X64Loc){gen->at, inst->loc});
        }
        if (inst->op == IR_LOCAL_GET && gen->locals[inst->a].promoted) continue;
        if (inst->op == IR_LOCAL_SET &&
            (gen->locals[inst->a].promoted || gen->locals[inst->a].gets == 0)) {
            continue;
        }
        if (is_dead(gen, inst)) continue;
        if (inst->result && (gen->vals[inst->result].flags & (VAL_REMAT | VAL_FUSED))) continue;
        u8 form = ir_op_forms[inst->op];
        bool compares = form == IR_FORM_ICMP || form == IR_FORM_FCMP;
        if ((compares && fuses_branch(gen, inst, inst->result)) ||
            (form == IR_FORM_OVF && fuses_branch(gen, inst, inst->result + 1))) {
            bool parity = false, parity_or = false;
            u8 cc = compares ? select_compare(gen, inst, &parity, &parity_or)
                             : select_overflow(gen, inst);
            inst_end(gen, inst); // moves at most: the flags stay
            branch_flags(gen, &fn->insts.at[inst->next], cc, parity, parity_or);
            return;
        }
        if (!gen_inst(gen, inst)) {
            unsupported(gen, inst);
            return;
        }
        inst_end(gen, inst);
    }
}

// --- Frame ------------------------------------------------------------------------------------

enum { PROLOGUE_MAX = 128, PAGE_BYTES = 4096, PROBE_PAGES_INLINE = 4 };

static u32 frame_total(const Gen *gen) {
    return (u32)align_up(gen->frame_bytes + gen->out_bytes, 16);
}

static void epilogue(Gen *gen) {
    if (gen->needs_frame) {
        i32 at = 0;
        for (u32 rest = gen->saved_regs; rest; rest &= rest - 1) {
            at -= 8;
            emit_load(gen, 8, (u8)__builtin_ctz(rest), mem_base(RBP, at));
        }
        emit_u8(gen, 0xc9); // leave
    }
    emit_u8(gen, 0xc3);
}

static void prologue(Gen *gen) {
    if (!gen->needs_frame) return;
    emit_u8(gen, 0x55);
    emit_rr(gen, 0x8b, 8, RBP, RSP);
    for (u32 rest = gen->saved_regs; rest; rest &= rest - 1) {
        u8 reg = (u8)__builtin_ctz(rest);
        if (reg >= 8) emit_u8(gen, 0x41);
        emit_u8(gen, (u8)(0x50 | (reg & 7)));
    }
    u32 bytes = frame_total(gen) - 8 * (u32)__builtin_popcount(gen->saved_regs);
    // Every page is touched in turn, so that the guard page below the stack is met.
    if (bytes >= PAGE_BYTES * PROBE_PAGES_INLINE) {
        emit_lea(gen, TMP, mem_base(RSP, -(i32)(bytes / PAGE_BYTES * PAGE_BYTES)));
        u32 loop = gen->at;
        emit_alu_imm(gen, ALU_SUB, 8, rm_reg(RSP), PAGE_BYTES);
        emit_op(gen, 0x83, 8, 1, rm_mem(mem_base(RSP, 0)), 1); // or [rsp], 0
        emit_u8(gen, 0);
        emit_alu(gen, ALU_CMP, 8, RSP, rm_reg(TMP));
        emit_u8(gen, 0x75);
        emit_u8(gen, (u8)(loop - (gen->at + 1)));
        bytes %= PAGE_BYTES;
    }
    while (bytes >= PAGE_BYTES) {
        emit_alu_imm(gen, ALU_SUB, 8, rm_reg(RSP), PAGE_BYTES);
        emit_op(gen, 0x83, 8, 1, rm_mem(mem_base(RSP, 0)), 1);
        emit_u8(gen, 0);
        bytes -= PAGE_BYTES;
    }
    if (bytes) emit_alu_imm(gen, ALU_SUB, 8, rm_reg(RSP), (i32)bytes);
}

static void put_u32(u8 *at, u32 value) {
    memcpy(at, &value, 4);
}

static void finish(Gen *gen, X64Code *out) {
    u32 body_at = gen->body_at, end = gen->at;
    // The prologue is known only now; it goes into the room left before the body.
    gen->at = 0;
    prologue(gen);
    u32 prologue_bytes = gen->at;
    CHECK(prologue_bytes <= body_at);
    u32 start = body_at - prologue_bytes;
    memmove(gen->code + start, gen->code, prologue_bytes);
    gen->at = end;
    for (u32 i = 0; i < gen->fixups.count; i++) {
        Fixup fixup = gen->fixups.at[i];
        put_u32(gen->code + fixup.at, gen->blocks[fixup.block].offset - (fixup.at + 4));
    }
    u32 pool_at = end;
    if (gen->pool.count) {
        while ((gen->at - start) % 16)
            emit_u8(gen, 0xcc);
        pool_at = gen->at;
        for (u32 i = 0; i < gen->tables.count; i++) {
            JumpTable table = gen->tables.at[i];
            for (u32 k = 0; k < table.count; k++) {
                put_u32(gen->pool.at + table.pool_at + 4 * k,
                        gen->blocks[table.blocks[k]].offset - (pool_at + table.pool_at));
            }
        }
        for (u32 i = 0; i < gen->pool.count; i++)
            emit_u8(gen, gen->pool.at[i]);
        for (u32 i = 0; i < gen->pool_fixups.count; i++) {
            Fixup fixup = gen->pool_fixups.at[i];
            u32 to_end;
            memcpy(&to_end, gen->code + fixup.at, 4); // -4 - immediates
            put_u32(gen->code + fixup.at, pool_at + fixup.block - fixup.at + to_end);
        }
    }
    for (u32 i = 0; i < gen->relocs.count; i++)
        gen->relocs.at[i].offset -= start;
    for (u32 i = 0; i < gen->locs.count; i++)
        gen->locs.at[i].offset -= start;
    for (u32 i = 0; i < gen->sites.count; i++) {
        gen->sites.at[i].start -= start;
        gen->sites.at[i].end -= start;
    }
    for (u32 b = 0; b < gen->fn->blocks.count; b++)
        gen->blocks[b].offset -= start;
    *out = (X64Code){
        .code = gen->code + start,
        .code_bytes = gen->at - start,
        .text_bytes = end - start,
        .relocs = gen->relocs.at,
        .reloc_count = gen->relocs.count,
        .locs = gen->locs.at,
        .loc_count = gen->locs.count,
    };
    unwind_tables(gen, prologue_bytes, out);
}

static void place_slots(Gen *gen) {
    const IrFn *fn = gen->fn;
    gen->slot_offsets = SCRATCH_ARRAY(gen->scratch, i32, fn->slots.count);
    for (u32 s = 1; s < fn->slots.count; s++) {
        // rbp is 16-aligned; a stricter slot gets room to round its address in.
        IrSlotRow slot = fn->slots.at[s];
        u64 bytes = slot.bytes + (slot.align > 16 ? slot.align : 0);
        gen->slot_offsets[s] = frame_alloc(gen, max_u32(1, (u32)bytes), min_u32(slot.align, 16));
    }
}

bool x64_gen(const IrFn *fn, Scratch *scratch, X64Code *out, Str *why) {
    u64 frame_limit = 0;
    for (u32 s = 1; s < fn->slots.count; s++)
        frame_limit += fn->slots.at[s].bytes;
    if (frame_limit > 0x20000000) {
        *why = scratch_print(scratch, "%.*s: its frame is larger than 512 MB", STR_ARG(fn->name));
        return false;
    }
    Gen *gen = SCRATCH_NEW(scratch, Gen);
    gen->scratch = scratch;
    gen->fn = fn;
    gen->cap = fn->insts.count * 12 + 512;
    gen->code = scratch_take(scratch, gen->cap, 16);
    analyze(gen);
    place_slots(gen);
    // A home may lie in a saved register without any memory being used.
    if (gen->saved_regs || gen->has_calls) gen->needs_frame = true;
    gen->alloc_mask = (GPR_ALL | XMM_ALL) & ~CALLEE_SAVED & ~gen->home_regs;
    gen->body_at = gen->at = PROLOGUE_MAX;
    for (u32 i = 0; i < gen->rpo_count; i++) {
        gen->layout_next = i + 1 < gen->rpo_count ? gen->layout[i + 1] : 0;
        gen_block(gen, gen->layout[i]);
        if (gen->why.len) {
            *why = gen->why;
            return false;
        }
    }
    // The epilogue is reached by fixups of block 0.
    bool returns = false;
    for (u32 i = 0; i < gen->fixups.count; i++) {
        if (gen->fixups.at[i].block == ~0u) {
            gen->fixups.at[i].block = 0;
            returns = true;
        }
    }
    gen->blocks[0].offset = gen->at;
    const IrInst *last = ir_block_end(fn, (IrBlock){gen->layout[gen->rpo_count - 1]});
    if (returns || last->op == IR_RET) epilogue(gen);
    finish(gen, out);
    return true;
}
