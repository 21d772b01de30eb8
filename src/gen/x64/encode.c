// Encodings: bytes of x86-64 instructions.
//
//   [66/f2/f3] [rex: 0100WRXB] [0f [38]] opcode  modrm: mod reg rm  [sib: scale index base] [disp]

#include "gen/x64/x64_internal.h"

void code_reserve(Gen *gen) {
    if (gen->at + 64 <= gen->cap) return;
    u32 cap = gen->cap * 2 + 1024;
    u8 *code = scratch_take(gen->scratch, cap, 16);
    if (gen->at) memcpy(code, gen->code, gen->at);
    gen->code = code;
    gen->cap = cap;
}

void emit_u8(Gen *gen, u8 byte) {
    code_reserve(gen);
    gen->code[gen->at++] = byte;
}
void emit_u32(Gen *gen, u32 word) {
    code_reserve(gen);
    memcpy(gen->code + gen->at, &word, 4);
    gen->at += 4;
}
void emit_u64(Gen *gen, u64 word) {
    code_reserve(gen);
    memcpy(gen->code + gen->at, &word, 8);
    gen->at += 8;
}

void emit_op(Gen *gen, u32 op, u32 size, u8 reg, Rm rm, u32 imm_bytes) {
    code_reserve(gen);
    u8 *start = gen->code + gen->at, *p = start;
    u32 r = reg & 15u, prefix = op >> 24;
    if (size == 2) *p++ = 0x66;
    if (prefix) *p++ = (u8)prefix;
    u32 rex = (size == 8 ? 8u : 0u) | (r >> 3) << 2;
    // Byte registers spl to dil need a rex; an extra one hurts nowhere.
    bool byte_op = size == 1 || (op & 0xfffffe) == 0x0fb6 || (op & 0xfffffe) == 0x0fbe;
    bool force = byte_op && ((r >= 4 && r < 8) || (!rm.is_mem && (rm.reg & 15) >= 4));
    if (rm.is_mem) {
        if (rm.mem.kind == MEM_BASE) {
            rex |= (u32)(rm.mem.base >> 3 & 1);
            if (rm.mem.index != REG_NONE) rex |= (u32)(rm.mem.index >> 3 & 1) << 1;
        }
    } else {
        rex |= (rm.reg & 15u) >> 3;
    }
    if (rex || force) *p++ = (u8)(0x40 | rex);
    if (op & 0xff0000) {
        *p++ = 0x0f;
        *p++ = (u8)(op >> 8);
    } else if (op & 0xff00) {
        *p++ = 0x0f;
    }
    *p++ = (u8)op;
    r = (r & 7) << 3;
    if (!rm.is_mem) {
        *p++ = (u8)(0xc0 | r | (rm.reg & 7u));
        gen->at += (u32)(p - start);
        return;
    }
    Mem mem = rm.mem;
    if (mem.kind != MEM_BASE) {
        *p++ = (u8)(r | 5);
        u32 field = gen->at + (u32)(p - start);
        i32 to_end = -4 - (i32)imm_bytes;
        u32 zero = 0;
        if (mem.kind == MEM_SYM) {
            vec_push(gen->scratch, &gen->relocs,
                     (X64Reloc){field, mem.reloc, mem.sym, mem.disp + to_end});
        } else {
            vec_push(gen->scratch, &gen->pool_fixups, (Fixup){field, (u32)mem.disp});
            zero = (u32)to_end;
        }
        memcpy(p, &zero, 4);
        gen->at = field + 4;
        return;
    }
    u32 base = mem.base & 7u;
    u32 mod = mem.disp == 0 && base != 5 ? 0 : mem.disp == (i8)mem.disp ? 1 : 2;
    if (mem.index != REG_NONE || base == 4) {
        u32 index = mem.index == REG_NONE ? 4 : mem.index & 7u;
        *p++ = (u8)(mod << 6 | r | 4);
        *p++ = (u8)((u32)mem.scale_log2 << 6 | index << 3 | base);
    } else {
        *p++ = (u8)(mod << 6 | r | base);
    }
    if (mod == 1) {
        *p++ = (u8)mem.disp;
    } else if (mod == 2) {
        memcpy(p, &mem.disp, 4);
        p += 4;
    }
    gen->at += (u32)(p - start);
}

void emit_alu(Gen *gen, Alu alu, u32 size, u8 reg, Rm rm) {
    emit_op(gen, (u32)alu * 8 + (size == 1 ? 2 : 3), size, reg, rm, 0);
}
void emit_alu_mem(Gen *gen, Alu alu, u32 size, Mem mem, u8 reg) {
    emit_op(gen, (u32)alu * 8 + (size == 1 ? 0 : 1), size, reg, rm_mem(mem), 0);
}
void emit_alu_imm(Gen *gen, Alu alu, u32 size, Rm rm, i32 imm) {
    if (size == 1) {
        emit_op(gen, 0x80, 1, (u8)alu, rm, 1);
        emit_u8(gen, (u8)imm);
    } else if (imm == (i8)imm) {
        emit_op(gen, 0x83, size, (u8)alu, rm, 1);
        emit_u8(gen, (u8)imm);
    } else if (size == 2) {
        emit_op(gen, 0x81, 2, (u8)alu, rm, 2);
        emit_u8(gen, (u8)imm);
        emit_u8(gen, (u8)(imm >> 8));
    } else {
        emit_op(gen, 0x81, size, (u8)alu, rm, 4);
        emit_u32(gen, (u32)imm);
    }
}

void emit_shift_imm(Gen *gen, Shift shift, u32 size, u8 reg, u8 amount) {
    emit_op(gen, size == 1 ? 0xc0 : 0xc1, size, (u8)shift, rm_reg(reg), 1);
    emit_u8(gen, amount);
}
void emit_shift_cl(Gen *gen, Shift shift, u32 size, u8 reg) {
    emit_op(gen, size == 1 ? 0xd2 : 0xd3, size, (u8)shift, rm_reg(reg), 0);
}

void emit_mov(Gen *gen, u32 size, u8 to, u8 from) {
    if (to == from) return;
    if (to < XMM0 && from < XMM0) {
        emit_rr(gen, 0x8b, size == 8 ? 8 : 4, to, from);
    } else if (to >= XMM0 && from >= XMM0) {
        emit_rr(gen, 0x0f28, 4, to, from); // movaps
    } else if (to >= XMM0) {
        emit_rr(gen, OP_66(0x0f6e), size == 8 ? 8 : 4, to, from);
    } else {
        emit_rr(gen, OP_66(0x0f7e), size == 8 ? 8 : 4, from, to);
    }
}

void emit_mov_imm(Gen *gen, u8 reg, u64 imm) {
    // Not `xor reg, reg` for 0: the flags may be in use.
    code_reserve(gen);
    if (imm == (u32)imm) {
        if (reg >= 8) emit_u8(gen, 0x41);
        emit_u8(gen, (u8)(0xb8 | (reg & 7)));
        emit_u32(gen, (u32)imm);
    } else if ((i64)imm == (i32)imm) {
        emit_op(gen, 0xc7, 8, 0, rm_reg(reg), 4);
        emit_u32(gen, (u32)imm);
    } else {
        emit_u8(gen, reg >= 8 ? 0x49 : 0x48);
        emit_u8(gen, (u8)(0xb8 | (reg & 7)));
        emit_u64(gen, imm);
    }
}

void emit_load(Gen *gen, u32 bytes, u8 reg, Mem mem) {
    if (reg >= XMM0) {
        switch (bytes) {
        case 4: emit_mem(gen, OP_F3(0x0f10), 4, reg, mem); return;
        case 8: emit_mem(gen, OP_F3(0x0f7e), 4, reg, mem); return; // movq
        case 16: emit_mem(gen, 0x0f10, 4, reg, mem); return;       // movups
        }
    } else {
        switch (bytes) {
        case 1: emit_mem(gen, 0x0fb6, 4, reg, mem); return;
        case 2: emit_mem(gen, 0x0fb7, 4, reg, mem); return;
        case 4: emit_mem(gen, 0x8b, 4, reg, mem); return;
        case 8: emit_mem(gen, 0x8b, 8, reg, mem); return;
        }
    }
    UNREACHABLE();
}

void emit_store(Gen *gen, u32 bytes, Mem mem, u8 reg) {
    if (reg >= XMM0) {
        switch (bytes) {
        case 4: emit_mem(gen, OP_F3(0x0f11), 4, reg, mem); return;
        case 8: emit_mem(gen, OP_66(0x0fd6), 4, reg, mem); return; // movq
        case 16: emit_mem(gen, 0x0f11, 4, reg, mem); return;
        }
    } else {
        switch (bytes) {
        case 1: emit_mem(gen, 0x88, 1, reg, mem); return;
        case 2: emit_mem(gen, 0x89, 2, reg, mem); return;
        case 4: emit_mem(gen, 0x89, 4, reg, mem); return;
        case 8: emit_mem(gen, 0x89, 8, reg, mem); return;
        }
    }
    UNREACHABLE();
}

void emit_store_imm(Gen *gen, u32 bytes, Mem mem, i32 imm) {
    u32 imm_bytes = bytes == 8 ? 4 : bytes;
    emit_op(gen, bytes == 1 ? 0xc6 : 0xc7, bytes, 0, rm_mem(mem), imm_bytes);
    for (u32 i = 0; i < imm_bytes; i++)
        emit_u8(gen, (u8)(imm >> (8 * i)));
}

void emit_lea(Gen *gen, u8 reg, Mem mem) {
    emit_mem(gen, 0x8d, 8, reg, mem);
}

void emit_zext(Gen *gen, u32 from_bytes, u8 to, u8 from) {
    switch (from_bytes) {
    case 1: emit_rr(gen, 0x0fb6, 4, to, from); return;
    case 2: emit_rr(gen, 0x0fb7, 4, to, from); return;
    case 4: emit_rr(gen, 0x8b, 4, to, from); return;
    default: emit_mov(gen, 8, to, from); return;
    }
}

void emit_sext(Gen *gen, u32 from_bytes, u8 to, u8 from) {
    switch (from_bytes) {
    case 1: emit_rr(gen, 0x0fbe, 8, to, from); return;
    case 2: emit_rr(gen, 0x0fbf, 8, to, from); return;
    case 4: emit_rr(gen, 0x63, 8, to, from); return;
    default: emit_mov(gen, 8, to, from); return;
    }
}

void emit_setcc(Gen *gen, u8 cc, u8 reg) {
    emit_rr(gen, 0x0f90u + cc, 1, 0, reg);
}
void emit_cmov(Gen *gen, u8 cc, u32 size, u8 reg, u8 from) {
    emit_rr(gen, 0x0f40u + cc, size == 8 ? 8 : 4, reg, from);
}

static void branch_field(Gen *gen, u32 block) {
    vec_push(gen->scratch, &gen->fixups, (Fixup){gen->at, block});
    emit_u32(gen, 0);
}
void emit_jmp(Gen *gen, u32 block) {
    emit_u8(gen, 0xe9);
    branch_field(gen, block);
}
void emit_jcc(Gen *gen, u8 cc, u32 block) {
    emit_u8(gen, 0x0f);
    emit_u8(gen, (u8)(0x80 + cc));
    branch_field(gen, block);
}
u32 emit_jcc_short(Gen *gen, u8 cc) {
    emit_u8(gen, (u8)(0x70 + cc));
    emit_u8(gen, 0);
    return gen->at - 1;
}
u32 emit_jmp_short(Gen *gen) {
    emit_u8(gen, 0xeb);
    emit_u8(gen, 0);
    return gen->at - 1;
}
void patch_short(Gen *gen, u32 at) {
    u32 distance = gen->at - (at + 1);
    CHECK(distance < 128);
    gen->code[at] = (u8)distance;
}

u32 pool_add(Gen *gen, const void *bytes, u32 count, u32 align) {
    u32 at = (u32)align_up(gen->pool.count, align);
    // Equal constants share their place. Jump tables are filled in later: no constant is there.
    for (u32 old = 0; bytes && old + count <= gen->pool.count && old < 256; old += align) {
        bool in_table = false;
        for (u32 t = 0; t < gen->tables.count; t++) {
            JumpTable table = gen->tables.at[t];
            if (old + count > table.pool_at && old < table.pool_at + 4 * table.count) {
                in_table = true;
            }
        }
        if (!in_table && memcmp(gen->pool.at + old, bytes, count) == 0) return old;
    }
    while (gen->pool.count < at)
        vec_push(gen->scratch, &gen->pool, 0);
    if (bytes) {
        vec_append(gen->scratch, &gen->pool, bytes, count);
    } else {
        for (u32 i = 0; i < count; i++)
            vec_push(gen->scratch, &gen->pool, 0);
    }
    return at;
}

Mem mem_pool(u32 at) {
    return (Mem){.kind = MEM_POOL, .index = REG_NONE, .disp = (i32)at};
}
