// Calls, parameters, results: the System V rules.

#include "gen/x64/x64_internal.h"

static const u8 int_regs[6] = {RDI, RSI, RDX, RCX, R8, R9};

typedef struct Place {
    u8 reg[2];
    u32 stack; // offset when reg[0] is REG_NONE
} Place;

typedef struct Assign {
    u32 ints, floats, stack;
} Assign;

static Place place_next(Assign *assign, IrParam param) {
    Place place = {.reg = {REG_NONE, REG_NONE}};
    u32 bytes = 8, align = 8;
    if (param.kind == IR_PARAM_BYVAL) {
        bytes = (u32)align_up(param.bytes, 8);
        align = max_u32(8, 1u << param.align_log2);
    } else if (is_xmm_type(param.type)) {
        if (assign->floats < 8) {
            place.reg[0] = (u8)(XMM0 + assign->floats++);
            return place;
        }
        if (param.type == IR_V128) bytes = align = 16;
    } else {
        u32 parts = part_count(param.type);
        if (assign->ints + parts <= 6) {
            for (u32 i = 0; i < parts; i++)
                place.reg[i] = int_regs[assign->ints++];
            return place;
        }
        bytes = align = parts * 8;
    }
    assign->stack = (u32)align_up(assign->stack, align);
    place.stack = assign->stack;
    assign->stack += bytes;
    return place;
}

// --- Moving several registers at once ---------------------------------------------------------

typedef enum Ext { EXT_NONE, EXT_Z8, EXT_Z16, EXT_S8, EXT_S16 } Ext;
typedef struct Move {
    u8 to, from;
    u8 ext;
} Move;
typedef struct Moves {
    Move at[24];
    u32 count;
} Moves;

static Ext ext_of(IrParam param) {
    if (param.type == IR_I8) return param.sign_extend ? EXT_S8 : EXT_Z8;
    if (param.type == IR_I16) return param.sign_extend ? EXT_S16 : EXT_Z16;
    return EXT_NONE;
}

static void extend(Gen *gen, Ext ext, u8 to, u8 from) {
    switch (ext) {
    case EXT_NONE: emit_mov(gen, 8, to, from); return;
    case EXT_Z8: emit_zext(gen, 1, to, from); return;
    case EXT_Z16: emit_zext(gen, 2, to, from); return;
    case EXT_S8: emit_sext(gen, 1, to, from); return;
    case EXT_S16: emit_sext(gen, 2, to, from); return;
    }
}

static void move_all(Gen *gen, Moves *moves) {
    u32 count = moves->count;
    while (count) {
        u32 pick = count;
        for (u32 i = 0; i < count && pick == count; i++) {
            bool blocked = false;
            for (u32 k = 0; k < count; k++) {
                if (k != i && moves->at[k].from == moves->at[i].to) blocked = true;
            }
            if (!blocked) pick = i;
        }
        if (pick == count) {
            // A cycle: take one source out of the way.
            u8 from = moves->at[0].from, tmp = from >= XMM0 ? XTMP : TMP;
            emit_mov(gen, 8, tmp, from);
            for (u32 i = 0; i < count; i++) {
                if (moves->at[i].from == from) moves->at[i].from = tmp;
            }
            continue;
        }
        Move move = moves->at[pick];
        extend(gen, move.ext, move.to, move.from);
        moves->at[pick] = moves->at[--count];
    }
    moves->count = 0;
}

// --- Entry ------------------------------------------------------------------------------------

void call_entry_params(Gen *gen) {
    const IrFn *fn = gen->fn;
    Assign assign = {0};
    u32 count = fn->sig.param_count;
    Place *places = SCRATCH_ARRAY(gen->scratch, Place, count);
    for (u32 i = 0; i < count; i++) {
        places[i] = place_next(&assign, fn->sig.params[i]);
        u32 v = ir_param(fn, i).id;
        Val *val = &gen->vals[v];
        bool wanted = val->uses || (val->flags & VAL_CROSS);
        if (!wanted || places[i].reg[0] == REG_NONE) continue;
        for (u32 part = 0; part < part_count(val->type); part++) {
            u8 reg = places[i].reg[part];
            if (val->flags & VAL_PINNED) {
                emit_mov(gen, 8, val->reg[0], reg);
                continue;
            }
            gen->reg_val[reg] = v << 1 | part;
            val->reg[part] = reg;
            gen->locked |= BIT(reg);
        }
    }
    for (u32 i = 0; i < count; i++) {
        u32 v = ir_param(fn, i).id;
        Val *val = &gen->vals[v];
        if (!val->uses && !(val->flags & VAL_CROSS)) continue;
        if (places[i].reg[0] != REG_NONE) {
            val_store_home(gen, v);
            continue;
        }
        gen->needs_frame = true;
        i32 at = 16 + (i32)places[i].stack;
        if (fn->sig.params[i].kind == IR_PARAM_BYVAL) {
            emit_lea(gen, TMP, mem_base(RBP, at));
            if (val->flags & VAL_PINNED) {
                emit_mov(gen, 8, val->reg[0], TMP);
            } else {
                if (val->mem == 0) val->mem = frame_alloc(gen, 8, 8);
                emit_store(gen, 8, val_mem(gen, v, 0), TMP);
                val->flags |= VAL_MEM_VALID;
            }
        } else if (val->flags & VAL_PINNED) {
            emit_load(gen, part_bytes(val->type), val->reg[0], mem_base(RBP, at));
        } else if (val->flags & VAL_CROSS) {
            for (u32 part = 0; part < part_count(val->type); part++) {
                u8 tmp = is_xmm_type(val->type) ? XTMP : TMP;
                u32 bytes = val->type == IR_V128 ? 16 : 8;
                emit_load(gen, bytes, tmp, mem_base(RBP, at + 8 * (i32)part));
                emit_store(gen, bytes, val_mem(gen, v, part), tmp);
            }
        } else {
            val->mem = at;
            val->flags |= VAL_MEM_VALID;
        }
    }
    gen->locked = 0;
}

// --- Calls ------------------------------------------------------------------------------------

typedef struct Callee {
    bool is_ptr;
    u32 id;
} Callee;

static u32 times_in(const Gen *gen, u32 v, const Arg *args, u32 count, Callee callee) {
    u32 times = callee.is_ptr && resolve(gen, callee.id) == v;
    for (u32 i = 0; i < count; i++) {
        if (args[i].val && resolve(gen, args[i].val) == v) times++;
    }
    return times;
}

static void byval_arg(Gen *gen, const Arg *arg, i32 at) {
    u32 bytes = arg->param.bytes;
    if (bytes > 128) {
        reg_claim(gen, RDI);
        reg_claim(gen, RSI);
        reg_claim(gen, RCX);
        val_to(gen, arg->val, 0, RSI);
        emit_lea(gen, RDI, mem_base(RSP, at));
        emit_mov_imm(gen, RCX, bytes);
        emit_u8(gen, 0xf3);
        emit_u8(gen, 0xa4); // rep movsb
    } else {
        Mem from = mem_base(val_reg(gen, arg->val, 0), 0), to = mem_base(RSP, at);
        for (u32 done = 0; done < bytes;) {
            u32 piece = bytes - done >= 8 ? 8 : bytes - done >= 4 ? 4 : bytes - done >= 2 ? 2 : 1;
            emit_load(gen, piece, TMP, mem_plus(from, (i32)done));
            emit_store(gen, piece, mem_plus(to, (i32)done), TMP);
            done += piece;
        }
    }
}

static void free_temps(Gen *gen) {
    for (u32 rest = gen->locked; rest; rest &= rest - 1) {
        u8 reg = (u8)__builtin_ctz(rest);
        if (gen->reg_val[reg] == REG_TEMP) gen->reg_val[reg] = REG_FREE;
    }
    gen->locked = 0;
}

static void stack_arg(Gen *gen, const Arg *arg, i32 at) {
    if (arg->param.kind == IR_PARAM_BYVAL) {
        byval_arg(gen, arg, at);
        free_temps(gen);
        return;
    }
    for (u32 part = 0; part < part_count(arg->param.type); part++) {
        Mem to = mem_base(RSP, at + 8 * (i32)part);
        if (!arg->val) {
            emit_mov_imm(gen, TMP, arg->constant);
            emit_store(gen, 8, to, TMP);
        } else if (is_xmm_type(arg->param.type)) {
            val_to(gen, arg->val, part, XTMP);
            emit_store(gen, arg->param.type == IR_V128 ? 16 : 8, to, XTMP);
        } else {
            val_to(gen, arg->val, part, TMP);
            extend(gen, ext_of(arg->param), TMP, TMP);
            emit_store(gen, 8, to, TMP);
        }
    }
}

static void site_add(Gen *gen, u32 start, u32 pad) {
    vec_push(gen->scratch, &gen->sites, (CallSite){start, gen->at, pad});
    if (pad) gen->has_pads = true;
}

static void call_sym(Gen *gen, u32 sym) {
    u32 kind = ir_symbol_row(gen->fn->symbols, (IrSym){sym})->kind;
    if (kind == IR_SYM_FN_SLOT) {
        emit_op(
            gen, 0xff, 4, 2,
            rm_mem((Mem){.kind = MEM_SYM, .index = REG_NONE, .reloc = X64_RELOC_SLOT, .sym = sym}),
            0);
        return;
    }
    emit_u8(gen, 0xe8);
    vec_push(gen->scratch, &gen->relocs,
             (X64Reloc){gen->at, kind == IR_SYM_FN ? X64_RELOC_PC32 : X64_RELOC_PLT32, sym, -4});
    emit_u32(gen, 0);
}

static void call_emit(Gen *gen, Callee callee, const Arg *args, u32 count, bool variadic, u32 pad) {
    Assign assign = {0};
    Place *places = SCRATCH_ARRAY(gen->scratch, Place, count);
    for (u32 i = 0; i < count; i++)
        places[i] = place_next(&assign, args[i].param);
    gen->needs_frame = true;
    gen->out_bytes = max_u32(gen->out_bytes, assign.stack);
    for (u32 i = 0; i < count; i++) {
        if (places[i].reg[0] == REG_NONE) stack_arg(gen, &args[i], (i32)places[i].stack);
    }
    // What lives on goes to memory; registers keep their values as sources of the moves.
    for (u32 rest = gen->alloc_mask; rest; rest &= rest - 1) {
        u8 reg = (u8)__builtin_ctz(rest);
        u32 holds = gen->reg_val[reg];
        if (holds == REG_FREE || holds == REG_TEMP) continue;
        u32 v = holds >> 1;
        const Val *val = &gen->vals[v];
        if (val->flags & VAL_CROSS) continue;
        if (val->uses > times_in(gen, v, args, count, callee)) {
            // One part may be in a register that the loop has passed: save them together.
            reg_spill(gen, reg);
            gen->reg_val[reg] = holds;
            gen->vals[v].reg[holds & 1] = reg;
        }
    }
    Moves moves = {0};
    for (u32 i = 0; i < count; i++) {
        for (u32 part = 0; part < 2 && places[i].reg[part] != REG_NONE; part++) {
            if (!args[i].val) continue;
            const Val *val = &gen->vals[resolve(gen, args[i].val)];
            if ((val->flags & VAL_REMAT) || val->reg[part] == REG_NONE) continue;
            moves.at[moves.count++] =
                (Move){places[i].reg[part], val->reg[part], (u8)ext_of(args[i].param)};
        }
    }
    if (callee.is_ptr) {
        const Val *val = &gen->vals[resolve(gen, callee.id)];
        if (!(val->flags & VAL_REMAT) && val->reg[0] != REG_NONE) {
            moves.at[moves.count++] = (Move){R10, val->reg[0], EXT_NONE};
            callee.id = 0;
        }
    }
    move_all(gen, &moves);
    for (u32 i = 0; i < count; i++) {
        for (u32 part = 0; part < 2 && places[i].reg[part] != REG_NONE; part++) {
            u8 reg = places[i].reg[part];
            if (!args[i].val) {
                emit_mov_imm(gen, reg, args[i].constant);
                continue;
            }
            const Val *val = &gen->vals[resolve(gen, args[i].val)];
            if (!(val->flags & VAL_REMAT) && val->reg[part] != REG_NONE) continue;
            val_to(gen, args[i].val, part, reg);
            i32 imm;
            Ext ext = ext_of(args[i].param);
            if (ext >= EXT_S8 && val_imm(gen, args[i].val, part, &imm)) {
                emit_mov_imm(gen, reg, (u32)imm);
            } else if (ext >= EXT_S8) {
                extend(gen, ext, reg, reg);
            }
        }
    }
    if (callee.is_ptr && callee.id) val_to(gen, callee.id, 0, R10);
    if (variadic) emit_mov_imm(gen, RAX, assign.floats);
    u32 start = gen->at;
    if (callee.is_ptr) {
        emit_op(gen, 0xff, 4, 2, rm_reg(R10), 0);
    } else {
        call_sym(gen, callee.id);
    }
    site_add(gen, start, pad);
    regs_clobber(gen, ~CALLEE_SAVED);
    gen->locked = 0;
}

static void call_results(Gen *gen, const u8 *types, u32 count, u32 first) {
    u32 ints = 0, floats = 0;
    static const u8 regs[2] = {RAX, RDX};
    for (u32 i = 0; i < count; i++) {
        if (is_xmm_type(types[i])) {
            val_set(gen, first + i, 0, (u8)(XMM0 + floats++));
        } else {
            for (u32 part = 0; part < part_count(types[i]); part++) {
                val_set(gen, first + i, part, regs[ints++]);
            }
        }
    }
}

void call_inst(Gen *gen, const IrInst *inst) {
    const IrSig *sig = &gen->fn->sigs.at[inst->b];
    const u32 *words = gen->fn->words.at + inst->list;
    Arg *args = SCRATCH_ARRAY(gen->scratch, Arg, words[0]);
    for (u32 i = 0; i < words[0]; i++) {
        args[i] = (Arg){.val = words[1 + i], .param = sig->params[i]};
    }
    u32 pad = inst->op == IR_INVOKE ? (u32)(inst->imm >> 32) : 0;
    Callee callee = {inst->sub == IR_CALLEE_PTR, inst->a};
    call_emit(gen, callee, args, words[0], sig->variadic, pad);
    call_results(gen, sig->results, sig->result_count, inst->result);
}

void call_known(Gen *gen, u32 sym, const Arg *args, u32 count, IrType result_type, u32 result) {
    call_emit(gen, (Callee){false, sym}, args, count, false, 0);
    u8 type = (u8)result_type;
    if (result) call_results(gen, &type, 1, result);
}

void call_tls(Gen *gen, const IrInst *inst) {
    call_emit(gen, (Callee){true, 0}, NULL, 0, false, 0);
    // Take back the placeholder call: the sequence has a fixed form that linkers know.
    CallSite *site = &gen->sites.at[gen->sites.count - 1];
    gen->at = site->start;
    static const u8 lea[] = {0x66, 0x48, 0x8d, 0x3d}, call[] = {0x66, 0x66, 0x48, 0xe8};
    for (u32 i = 0; i < 4; i++)
        emit_u8(gen, lea[i]);
    vec_push(gen->scratch, &gen->relocs, (X64Reloc){gen->at, X64_RELOC_TLSGD, inst->a, -4});
    emit_u32(gen, 0);
    for (u32 i = 0; i < 4; i++)
        emit_u8(gen, call[i]);
    vec_push(gen->scratch, &gen->relocs,
             (X64Reloc){gen->at, X64_RELOC_PLT32, IR_KNOWN___tls_get_addr, -4});
    emit_u32(gen, 0);
    site->end = gen->at;
    val_set(gen, inst->result, 0, RAX);
}

void call_ret(Gen *gen, const IrInst *inst) {
    const u32 *words = gen->fn->words.at + inst->list;
    static const u8 regs[2] = {RAX, RDX};
    Moves moves = {0};
    for (u32 pass = 0; pass < 2; pass++) {
        u32 ints = 0, floats = 0;
        for (u32 i = 0; i < words[0]; i++) {
            const Val *val = &gen->vals[resolve(gen, words[1 + i])];
            Ext ext = ext_of((IrParam){.type = val->type});
            for (u32 part = 0; part < part_count(val->type); part++) {
                u8 to = is_xmm_type(val->type) ? (u8)(XMM0 + floats++) : regs[ints++];
                bool in_reg = !(val->flags & VAL_REMAT) && val->reg[part] != REG_NONE;
                if (pass == 0 && in_reg) {
                    moves.at[moves.count++] = (Move){to, val->reg[part], (u8)ext};
                } else if (pass == 1 && !in_reg) {
                    val_to(gen, words[1 + i], part, to); // loads extend with zeros
                }
            }
        }
        if (pass == 0) move_all(gen, &moves);
    }
}
