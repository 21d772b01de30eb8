// Analysis: what one forward and one backward walk can say before code is made.
//
// - Order: reverse post-order. Cold blocks are emitted last, the others in that order.
// - A block with one predecessor starts with the registers its predecessor ended with (its
//   `parent`); values needed only along such chains never get a home. All other values that leave
//   their block are VAL_CROSS and have one: a register for the whole function, or a frame slot.
// - A local that is set once is the value it is set to.
// - Pure instructions whose results nobody needs are dropped (VAL_USED stays unset).
// - Each block knows the values it takes over from its parent, with the number of uses (live_in):
//   a register is free at once when its value's last use in the chain is past.

#include "gen/x64/x64_internal.h"

typedef struct Range {
    u32 first, last;
} Range;

typedef struct Walk {
    Gen *gen;
    u32 block;
    u32 pos; // backward walk: position of the instruction that uses
    U32Vec touched;
    U32Vec order; // backward walk: the instructions of the block
    Range *loops;
    u32 loop_count;
} Walk;

static void order_blocks(Gen *gen) {
    const IrFn *fn = gen->fn;
    u32 count = fn->blocks.count;
    typedef struct Frame {
        u32 block, next, end;
    } Frame;
    Frame *stack = SCRATCH_ARRAY(gen->scratch, Frame, count + 1);
    U32Vec succs = {0};
    u8 *seen = SCRATCH_ARRAY(gen->scratch, u8, count);
    u32 *post = SCRATCH_ARRAY(gen->scratch, u32, count);
    u32 post_count = 0, depth = 0;
    u32 local[16];
#define PUSH_BLOCK(b)                                                                              \
    do {                                                                                           \
        const IrInst *end_ = ir_block_end(fn, (IrBlock){b});                                       \
        u32 n_ = ir_successors(fn, end_, local, ARRAY_LEN(local));                                 \
        u32 first_ = succs.count;                                                                  \
        vec_reserve(gen->scratch, &succs, n_);                                                     \
        if (n_ > ARRAY_LEN(local)) {                                                               \
            ir_successors(fn, end_, succs.at + first_, n_);                                        \
        } else if (n_) {                                                                           \
            memcpy(succs.at + first_, local, n_ * sizeof(u32));                                    \
        }                                                                                          \
        succs.count += n_;                                                                         \
        for (u32 i_ = 0; i_ < n_; i_++)                                                            \
            gen->blocks[succs.at[first_ + i_]].preds++;                                            \
        seen[b] = 1;                                                                               \
        /* The last successor is visited first, so that the first one comes next in the order. */  \
        stack[depth++] = (Frame){(b), first_ + n_, first_};                                        \
    } while (0)
    PUSH_BLOCK(1);
    while (depth) {
        Frame *top = &stack[depth - 1];
        if (top->next == top->end) {
            succs.count = top->end;
            post[post_count++] = top->block;
            depth--;
            continue;
        }
        u32 succ = succs.at[--top->next];
        if (!seen[succ]) PUSH_BLOCK(succ);
    }
#undef PUSH_BLOCK
    gen->rpo = SCRATCH_ARRAY(gen->scratch, u32, post_count + 1);
    gen->layout = SCRATCH_ARRAY(gen->scratch, u32, post_count + 1);
    gen->rpo_count = post_count;
    for (u32 i = 0; i < post_count; i++) {
        u32 block = post[post_count - 1 - i];
        gen->rpo[i] = block;
        gen->blocks[block].rpo = i + 1;
    }
}

// A block starts with its parent's registers, so it must come after it: what hangs on a cold block
// is cold.
static void lay_out(Gen *gen) {
    const IrFn *fn = gen->fn;
    u32 at = 0;
    for (u32 i = 0; i < gen->rpo_count; i++) {
        u32 block = gen->rpo[i];
        Block *row = &gen->blocks[block];
        row->is_pad = fn->insts.at[fn->blocks.at[block].first].op == IR_LANDINGPAD;
        row->cold = block != 1 && (fn->blocks.at[block].cold || row->is_pad ||
                                   (row->parent && gen->blocks[row->parent].cold));
        if (!row->cold) gen->layout[at++] = block;
    }
    for (u32 i = 0; i < gen->rpo_count; i++) {
        if (gen->blocks[gen->rpo[i]].cold) gen->layout[at++] = gen->rpo[i];
    }
}

// Parents, loops and their depth.
static void shape_blocks(Walk *walk) {
    Gen *gen = walk->gen;
    const IrFn *fn = gen->fn;
    VEC(Range) loops = {0};
    u32 *succs = NULL;
    u32 cap = 0;
    for (u32 i = 0; i < gen->rpo_count; i++) {
        u32 block = gen->rpo[i];
        const IrInst *end = ir_block_end(fn, (IrBlock){block});
        u32 count = ir_successors(fn, end, NULL, 0);
        if (count > cap) {
            cap = count * 2 + 8;
            succs = SCRATCH_ARRAY(gen->scratch, u32, cap);
        }
        ir_successors(fn, end, succs, cap);
        for (u32 s = 0; s < count; s++) {
            Block *succ = &gen->blocks[succs[s]];
            if (succ->rpo <= i + 1) {
                vec_push(gen->scratch, &loops, (Range){succ->rpo - 1, i});
            } else if (succ->preds == 1 && succs[s] != 1) {
                succ->parent = block;
                vec_push(gen->scratch, &gen->blocks[block].children, succs[s]);
            }
        }
    }
    walk->loops = loops.at;
    walk->loop_count = loops.count;
    for (u32 l = 0; l < loops.count; l++) {
        if (loops.count > 64) break; // depth only weighs; do not let it cost
        for (u32 i = loops.at[l].first; i <= loops.at[l].last; i++) {
            gen->blocks[gen->rpo[i]].depth++;
        }
    }
}

static bool is_descendant(const Gen *gen, u32 block, u32 ancestor) {
    for (u32 steps = 0; block && steps < 64; steps++) {
        if (block == ancestor) return true;
        block = gen->blocks[block].parent;
    }
    return false;
}

static bool is_remat(const Gen *gen, const IrInst *inst) {
    switch (inst->op) {
    case IR_CONST: return true;
    case IR_SLOT_ADDR: return gen->fn->slots.at[inst->a].align <= 16;
    case IR_SYM_ADDR: {
        u32 kind = ir_symbol_row(gen->fn->symbols, (IrSym){inst->a})->kind;
        return kind == IR_SYM_FN || kind == IR_SYM_DATA;
    }
    default: return false;
    }
}

static void count_use(void *cx, u32 val) {
    Walk *walk = cx;
    Gen *gen = walk->gen;
    val = resolve(gen, val);
    Val *row = &gen->vals[val];
    row->raw_uses++;
    if (row->flags & (VAL_REMAT | VAL_CROSS)) return;
    u32 home_block = gen->fn->vals.at[val].block;
    if (home_block != walk->block && !is_descendant(gen, walk->block, home_block)) {
        row->flags |= VAL_CROSS;
    }
}

static bool is_call(const Gen *gen, const IrInst *inst) {
    switch (inst->op) {
    case IR_CALL:
    case IR_INVOKE:
    case IR_MEMCPY:
    case IR_MEMMOVE:
    case IR_MEMSET:
    case IR_FREM:
    case IR_TLS_ADDR:
    case IR_RESUME:
    case IR_LANDINGPAD: return true;
    case IR_COPY:
    case IR_ZERO: return inst->imm > 128;
    case IR_UDIV:
    case IR_SDIV:
    case IR_UREM:
    case IR_SREM: return inst->type == IR_I128;
    case IR_SITOF:
    case IR_UITOF: return gen->fn->vals.at[inst->a].type == IR_I128;
    case IR_FTOSI:
    case IR_FTOUI: return inst->type == IR_I128;
    default: return false;
    }
}

static u32 result_count(const Gen *gen, const IrInst *inst) {
    switch (ir_op_forms[inst->op]) {
    case IR_FORM_OVF:
    case IR_FORM_CMPX: return 2;
    case IR_FORM_CALL:
    case IR_FORM_INVOKE: return gen->fn->sigs.at[inst->b].result_count;
    default: return inst->result ? 1 : 0;
    }
}

// Uses, locals that are values, values that need homes.
static void walk_forward(Walk *walk) {
    Gen *gen = walk->gen;
    const IrFn *fn = gen->fn;
    for (u32 i = 0; i < gen->rpo_count; i++) {
        for (u32 at = fn->blocks.at[gen->rpo[i]].first; at; at = fn->insts.at[at].next) {
            const IrInst *inst = &fn->insts.at[at];
            if (inst->op == IR_LOCAL_SET) gen->locals[inst->a].sets++;
            if (inst->op == IR_LOCAL_GET) gen->locals[inst->a].gets++;
        }
    }
    for (u32 i = 0; i < gen->rpo_count; i++) {
        u32 block = gen->rpo[i];
        walk->block = block;
        const IrBlockRow *row = &fn->blocks.at[block];
        for (u32 p = 0; p < row->params.count; p++) {
            // The function's own parameters come in registers like results.
            if (block != 1) gen->vals[row->params.at[p]].flags |= VAL_CROSS;
        }
        for (u32 at = row->first; at; at = fn->insts.at[at].next) {
            const IrInst *inst = &fn->insts.at[at];
            if (is_call(gen, inst)) gen->has_calls = true;
            if (inst->result && is_remat(gen, inst)) gen->vals[inst->result].flags |= VAL_REMAT;
            if (inst->op == IR_LOCAL_GET) {
                Local *local = &gen->locals[inst->a];
                if (local->promoted) {
                    gen->vals[inst->result].resolve = local->promoted;
                } else if (local->sets == 1) {
                    local->sets = 2; // read before it is set: a variable after all
                }
                continue;
            }
            if (inst->op == IR_LOCAL_SET) {
                Local *local = &gen->locals[inst->a];
                if (local->gets == 0) continue;
                if (local->sets == 1) {
                    local->promoted = resolve(gen, inst->b);
                    continue; // the gets are its uses
                }
            }
            ir_each_operand(fn, inst, count_use, walk);
        }
    }
}

static bool fuses_address(const Gen *gen, u32 val, u32 block) {
    const Val *row = &gen->vals[val];
    if (row->raw_uses != 1 || (row->flags & (VAL_CROSS | VAL_REMAT))) return false;
    const IrInst *def = def_of(gen, val);
    return gen->fn->vals.at[val].block == block &&
           (def->op == IR_PTR_INDEX || def->op == IR_PTR_ADD);
}

static void use_backward(void *cx, u32 val) {
    Walk *walk = cx;
    Gen *gen = walk->gen;
    val = resolve(gen, val);
    Val *row = &gen->vals[val];
    row->flags |= VAL_USED;
    if (row->flags & VAL_REMAT) return;
    if (row->stamp != walk->block) {
        row->stamp = walk->block;
        row->uses = 0;
        row->last_use = walk->pos;
        if (!(row->flags & VAL_CROSS)) vec_push(gen->scratch, &walk->touched, val);
    }
    row->uses++;
}

static bool is_address_use(const IrInst *inst) {
    return inst->op == IR_LOAD || inst->op == IR_STORE || inst->op == IR_ATOMIC_LOAD;
}

static void walk_block_backward(Walk *walk, u32 block) {
    Gen *gen = walk->gen;
    const IrFn *fn = gen->fn;
    Block *row = &gen->blocks[block];
    walk->block = block;
    walk->touched.count = 0;
    u32 count = 0;
    walk->order.count = 0;
    for (u32 at = fn->blocks.at[block].first; at; at = fn->insts.at[at].next, count++) {
        vec_push(gen->scratch, &walk->order, at);
    }
    walk->pos = count + 1;
    for (u32 c = 0; c < row->children.count; c++) {
        Block *child = &gen->blocks[row->children.at[c]];
        for (u32 l = 0; l < child->live_in.count; l++) {
            u32 val = child->live_in.at[l].val;
            if (gen->vals[val].stamp != block) use_backward(walk, val);
        }
    }
    for (u32 i = count; i-- > 0;) {
        const IrInst *inst = &fn->insts.at[walk->order.at[i]];
        walk->pos = i;
        bool needed = (ir_op_flags[inst->op] & IR_OP_IS_P) == 0;
        for (u32 r = 0; r < result_count(gen, inst); r++) {
            if (gen->vals[inst->result + r].flags & VAL_USED) needed = true;
        }
        if (inst->op == IR_LOAD && (inst->flags & IR_FLAG_VOLATILE)) needed = true;
        if (inst->op == IR_LOCAL_SET) {
            Local *local = &gen->locals[inst->a];
            if (local->gets == 0 || local->promoted) continue;
            use_backward(walk, inst->b);
            local->next_set = i;
            local->next_set_block = block;
            continue;
        }
        if (!needed) continue;
        if (inst->op == IR_LOCAL_GET) {
            Local *local = &gen->locals[inst->a];
            Val *val = &gen->vals[inst->result];
            if (local->promoted) continue;
            bool set_before_use = local->next_set_block == block && local->next_set < val->last_use;
            if (!(val->flags & VAL_CROSS) && !set_before_use && val->last_use <= count) {
                val->flags |= VAL_ALIAS;
            }
            continue;
        }
        if (inst->result) gen->vals[inst->result].flags |= VAL_USED;
        if (gen->vals[inst->result].flags & VAL_FUSED) continue; // its user counted for it
        if (is_address_use(inst)) {
            u32 address = resolve(gen, inst->a);
            if (fuses_address(gen, address, block)) {
                const IrInst *def = def_of(gen, address);
                gen->vals[address].flags |= VAL_FUSED | VAL_USED;
                use_backward(walk, def->a);
                if (def->b) use_backward(walk, def->b);
                if (inst->op == IR_STORE) use_backward(walk, inst->b);
                continue;
            }
        }
        ir_each_operand(fn, inst, use_backward, walk);
    }
    for (u32 t = 0; t < walk->touched.count; t++) {
        u32 val = walk->touched.at[t];
        if (fn->vals.at[val].block == block) continue;
        vec_push(gen->scratch, &row->live_in, (LiveIn){val, gen->vals[val].uses});
    }
}

// --- Homes ------------------------------------------------------------------------------------

typedef VEC(Var) Vars;

static void var_touch(u32 *first, u32 *last, u32 *weight, const Gen *gen, u32 rpo) {
    if (*weight == 0) {
        *first = *last = rpo;
    } else {
        if (rpo < *first) *first = rpo;
        if (rpo > *last) *last = rpo;
    }
    u32 depth = min_u32(gen->blocks[gen->rpo[rpo]].depth, 5);
    *weight += 1u << (2 * depth);
}

typedef struct Touch {
    Gen *gen;
    Var *vars; // by value
    u32 rpo;
} Touch;

static void touch_use(void *cx, u32 val) {
    Touch *touch = cx;
    val = resolve(touch->gen, val);
    if (!(touch->gen->vals[val].flags & VAL_CROSS)) return;
    Var *var = &touch->vars[val];
    var_touch(&var->first, &var->last, &var->weight, touch->gen, touch->rpo);
}

static void extend_over_loops(const Walk *walk, Var *var, bool any_overlap) {
    for (bool changed = true; changed;) {
        changed = false;
        for (u32 l = 0; l < walk->loop_count; l++) {
            Range loop = walk->loops[l];
            if (loop.first > var->last || loop.last < var->first) continue;
            // A value defined inside the loop is made anew in each round.
            if (!any_overlap && var->first >= loop.first) continue;
            if (loop.last > var->last) {
                var->last = loop.last;
                changed = true;
            }
            if (any_overlap && loop.first < var->first) {
                var->first = loop.first;
                changed = true;
            }
        }
    }
}

static void sort_vars(Var *vars, u32 count) {
    // Heaviest first; a plain insertion sort on the few that matter.
    for (u32 i = 1; i < count; i++) {
        Var var = vars[i];
        u32 at = i;
        while (at && vars[at - 1].weight < var.weight) {
            vars[at] = vars[at - 1];
            at--;
        }
        vars[at] = var;
    }
}

static void set_home(Gen *gen, const Var *var, u8 reg) {
    gen->home_regs |= BIT(reg);
    if (CALLEE_SAVED & BIT(reg)) gen->saved_regs |= BIT(reg);
    if (var->is_local) {
        gen->locals[var->id].home = reg;
    } else {
        gen->vals[var->id].reg[0] = reg;
        gen->vals[var->id].flags |= VAL_PINNED;
    }
}

static void give_homes(Walk *walk) {
    Gen *gen = walk->gen;
    const IrFn *fn = gen->fn;
    Var *by_val = SCRATCH_ARRAY(gen->scratch, Var, fn->vals.count);
    Touch touch = {.gen = gen, .vars = by_val};
    for (u32 i = 0; i < gen->rpo_count; i++) {
        u32 block = gen->rpo[i];
        touch.rpo = i;
        const IrBlockRow *row = &fn->blocks.at[block];
        for (u32 p = 0; p < row->params.count; p++)
            touch_use(&touch, row->params.at[p]);
        for (u32 at = row->first; at; at = fn->insts.at[at].next) {
            const IrInst *inst = &fn->insts.at[at];
            if (inst->op == IR_LOCAL_GET || inst->op == IR_LOCAL_SET) {
                Local *local = &gen->locals[inst->a];
                if (local->promoted || local->gets == 0) continue;
                var_touch(&local->first, &local->last, &local->weight, gen, i);
            }
            if (inst->result) {
                for (u32 r = 0; r < result_count(gen, inst); r++) {
                    if (gen->vals[inst->result + r].resolve == inst->result + r) {
                        touch_use(&touch, inst->result + r);
                    }
                }
            }
            ir_each_operand(fn, inst, touch_use, &touch);
        }
        // Arguments of branches are written to the parameters' homes here.
        const IrInst *end = ir_block_end(fn, (IrBlock){block});
        u32 targets[2] = {0};
        if (end->op == IR_BR) targets[0] = end->a;
        if (end->op == IR_CONDBR) {
            targets[0] = end->b;
            targets[1] = end->c;
        }
        for (u32 t = 0; t < 2; t++) {
            const IrBlockRow *to = &fn->blocks.at[targets[t]];
            for (u32 p = 0; p < to->params.count; p++)
                touch_use(&touch, to->params.at[p]);
        }
    }
    Vars vars = {0};
    for (u32 v = 1; v < fn->vals.count; v++) {
        if (!(gen->vals[v].flags & VAL_CROSS) || by_val[v].weight == 0) continue;
        Var var = by_val[v];
        var.id = v;
        var.type = gen->vals[v].type;
        bool is_param = fn->vals.at[v].inst == 0 && fn->vals.at[v].block != 1;
        extend_over_loops(walk, &var, is_param);
        vec_push(gen->scratch, &vars, var);
    }
    for (u32 l = 1; l < fn->locals.count; l++) {
        Local *local = &gen->locals[l];
        if (local->promoted || local->weight == 0) continue;
        Var var = {.first = local->first,
                   .last = local->last,
                   .weight = local->weight,
                   .id = l,
                   .is_local = true,
                   .type = local->type};
        extend_over_loops(walk, &var, true);
        vec_push(gen->scratch, &vars, var);
    }
    u32 pool = CALLEE_SAVED, xmm_pool = 0;
    bool any_wide = false; // pairs need all the registers there are
    for (u32 v = 1; v < fn->vals.count; v++)
        any_wide |= gen->vals[v].type == IR_I128;
    if (!gen->has_calls && !any_wide) {
        // Without calls some of the others last as well; r8 and r9 may bring parameters.
        pool |= BIT(R10);
        u32 ints = 0;
        for (u32 p = 0; p < fn->sig.param_count; p++)
            ints += part_count(fn->sig.params[p].type);
        if (ints < 6) pool |= BIT(R9);
        if (ints < 5) pool |= BIT(R8);
        xmm_pool = 0x7fu << (XMM0 + 8); // parameters come in xmm0-7
    }
    if (vars.count <= 256) sort_vars(vars.at, vars.count);
    typedef struct Taken {
        Range range;
        u8 reg;
    } Taken;
    VEC(Taken) taken = {0};
    u32 tries = 0;
    for (u32 v = 0; v < vars.count && tries < 96; v++) {
        const Var *var = &vars.at[v];
        if (var->type == IR_I128 || var->weight < 3) continue;
        tries++;
        u32 free = is_xmm_type(var->type) ? xmm_pool : pool;
        for (u32 t = 0; t < taken.count; t++) {
            Range range = taken.at[t].range;
            if (range.first <= var->last && var->first <= range.last) {
                free &= ~BIT(taken.at[t].reg);
            }
        }
        if (!free) continue;
        // Registers that cost no saving, then ones saved already, come first.
        u32 cheap = free & ~CALLEE_SAVED;
        if (!cheap) cheap = free & gen->saved_regs;
        u8 reg = (u8)__builtin_ctz(cheap ? cheap : free);
        vec_push(gen->scratch, &taken, (Taken){{var->first, var->last}, reg});
        set_home(gen, var, reg);
    }
    gen->frame_bytes = 8 * (u32)__builtin_popcount(gen->saved_regs);
    for (u32 v = 0; v < vars.count; v++) {
        const Var *var = &vars.at[v];
        u32 bytes = max_u32(8, ir_type_bytes((IrType)var->type));
        if (var->is_local) {
            Local *local = &gen->locals[var->id];
            if (local->home == REG_NONE) local->mem = frame_alloc(gen, bytes, bytes);
        } else {
            Val *val = &gen->vals[var->id];
            if (val->flags & VAL_PINNED) continue;
            val->mem = frame_alloc(gen, bytes, bytes);
            val->flags |= VAL_MEM_VALID;
        }
    }
}

void analyze(Gen *gen) {
    const IrFn *fn = gen->fn;
    gen->vals = SCRATCH_ARRAY(gen->scratch, Val, fn->vals.count);
    gen->locals = SCRATCH_ARRAY(gen->scratch, Local, fn->locals.count);
    gen->blocks = SCRATCH_ARRAY(gen->scratch, Block, fn->blocks.count);
    for (u32 v = 0; v < fn->vals.count; v++) {
        gen->vals[v].resolve = v;
        gen->vals[v].type = fn->vals.at[v].type;
        gen->vals[v].reg[0] = gen->vals[v].reg[1] = REG_NONE;
    }
    for (u32 l = 0; l < fn->locals.count; l++) {
        gen->locals[l].type = fn->locals.at[l].type;
        gen->locals[l].home = REG_NONE;
    }
    Walk walk = {.gen = gen};
    order_blocks(gen);
    shape_blocks(&walk);
    lay_out(gen);
    walk_forward(&walk);
    for (u32 i = gen->rpo_count; i-- > 0;)
        walk_block_backward(&walk, gen->rpo[i]);
    give_homes(&walk);
}
