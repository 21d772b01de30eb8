// Bodies: locals, blocks, statements, terminators.

#include "mono/mono_internal.h"

// ---- locals
// ---------------------------------------------------------------------------------------

enum { SPARE_LOOKS_MAX = 16 };

// Memory for a local. Bodies inlined into one frame never run at once, so one takes over what
// another has left.
static IrSlot local_slot(Fn *f, const Layout *layout) {
    Frame *outer = f->frame->outer;
    u32 count = outer ? outer->spare.count : 0;
    for (u32 i = count; i-- > 0 && count - i <= SPARE_LOOKS_MAX;) {
        IrSlot slot = outer->spare.at[i];
        const IrSlotRow *row = &f->ir->slots.at[slot.id];
        if (row->bytes < layout->size || row->align < layout->align) continue;
        outer->spare.at[i] = vec_last(&outer->spare);
        outer->spare.count--;
        return slot;
    }
    return ir_slot(f->ir, layout->size, layout->align);
}

void free_locals(Fn *f, Frame *frame) {
    Frame *outer = frame->outer;
    // What it returns may lie in its local 0.
    for (u32 i = 1; i < frame->body->locals.count; i++)
        if (frame->locals[i].slot.id) vec_push(f->scratch, &outer->spare, frame->locals[i].slot);
    vec_append(f->scratch, &outer->spare, frame->spare.at, frame->spare.count);
}

void local_assign(Fn *f, u32 index, Val v) {
    LocalInfo *l = &f->frame->locals[index];
    switch ((LocalKind)l->kind) {
    case LOCAL_ZST: return;
    case LOCAL_SCALAR: local_set_half(f, l, 0, val_single(f, v)); return;
    case LOCAL_PAIR:
        if (v.kind == VAL_MEM) v = load_val(f, v.a, l->ty);
        local_set_half(f, l, 0, v.a);
        local_set_half(f, l, 1, v.b);
        return;
    case LOCAL_SLOT:
        if (v.kind == VAL_MEM && v.owned) {
            l->kind = LOCAL_POINTER;
            l->vals[0] = v.a;
            return;
        }
        if (!l->slot.id) l->slot = local_slot(f, l->layout);
        store_val(f, ir_slot_addr(f->ir, l->slot), v);
        return;
    case LOCAL_UNSIZED:
        l->vals[0] = v.a;
        l->vals[1] = v.b;
        return;
    case LOCAL_POINTER: UNREACHABLE();
    }
}

static void choose_local(Fn *f, u32 index, LocalUse use, IrVal result) {
    LocalInfo *l = &f->frame->locals[index];
    const Layout *layout = l->layout;
    bool registers = !use.needs_memory && !layout->is_unsized;
    bool is_arg = index >= 1 && index <= f->frame->body->arg_count;
    l->is_bound = use.sets + is_arg <= 1;
    if (layout->size == 0 && !layout->is_unsized) {
        // References to it need an address that is aligned and not null.
        l->kind = LOCAL_ZST;
    } else if (registers && layout->repr == REPR_SCALAR) {
        l->kind = LOCAL_SCALAR;
        if (!l->is_bound) l->regs[0] = ir_local(f->ir, scalar_ir(&layout->a));
    } else if (registers && layout->repr == REPR_SCALAR_PAIR) {
        l->kind = LOCAL_PAIR;
        if (l->is_bound) return;
        l->regs[0] = ir_local(f->ir, scalar_ir(&layout->a));
        l->regs[1] = ir_local(f->ir, scalar_ir(&layout->b));
    } else if (layout->is_unsized) {
        l->kind = LOCAL_UNSIZED;
    } else if (index == 0 && result.id) {
        l->kind = LOCAL_POINTER;
        l->vals[0] = result;
    } else {
        l->kind = LOCAL_SLOT; // an argument's comes when it is known not to lie in memory already
        if (!is_arg || index == f->frame->body->spread_arg) l->slot = local_slot(f, layout);
    }
}

void choose_locals(Fn *f, IrVal result) {
    Frame *frame = f->frame;
    const MirBody *body = frame->body;
    const MirLocalDecl *decls = LIST_AT(body, MirLocalDecl, body->locals);
    u32 count = body->locals.count;
    frame->locals = SCRATCH_ARRAY(f->scratch, LocalInfo, count + 1);
    for (u32 i = 0; i < count; i++) {
        LocalInfo *l = &frame->locals[i];
        l->ty = fn_ty(f, decls[i].ty);
        l->layout = fn_layout(f, l->ty);
        if (!l->layout->is_failed) continue;
        frame->lo = 0;
        fail(f, "a value of type `%.*s`, whose layout is not known",
             STR_ARG(ty_print(f->db, l->ty, f->scratch)));
        return;
    }
    LocalUse *uses = SCRATCH_ARRAY(f->scratch, LocalUse, count + 1);
    analyze_locals(f, uses);
    for (u32 i = 0; i < count; i++)
        choose_local(f, i, uses[i], result);
}

// ---- statements and terminators
// -------------------------------------------------------------------

static void build_stmt(Fn *f, const MirStmt *stmt) {
    f->frame->lo = stmt->lo;
    f->frame->hi = stmt->lo;
    switch ((MirStmtKind)stmt->kind) {
    case MIR_ASSIGN:
        assign(f, stmt->place,
               &LIST_AT(f->frame->body, MirRvalue, f->frame->body->rvalues)[stmt->rvalue]);
        break;
    case MIR_SET_DISCRIMINANT:
        write_discriminant(f, place_of(f, stmt->place), stmt->variant);
        break;
    case MIR_STORAGE_LIVE:
    case MIR_STORAGE_DEAD:
    case MIR_NOP: break;
    }
}

// The way a switch goes on a constant.
static bool switch_known(Fn *f, const MirTerm *term, u64 value, u64 mask) {
    const MirSwitchRow *rows =
        LIST_AT(f->frame->body, MirSwitchRow, f->frame->body->switches) + term->switch_first;
    MirBlock target = term->target;
    for (u32 i = term->switch_count; i-- > 0;)
        if ((rows[i].lo_bits & mask) == value) target = rows[i].target;
    if (target.id == MIR_NO_BLOCK.id) return false;
    flow_to(f, target);
    return true;
}

static void build_switch(Fn *f, const MirTerm *term) {
    Val v = operand(f, term->a);
    IrVal value = val_single(f, v);
    u32 count = term->switch_count;
    const MirSwitchRow *rows =
        LIST_AT(f->frame->body, MirSwitchRow, f->frame->body->switches) + term->switch_first;
    IrFn *ir = f->ir;
    IrType type = ir_type(ir, value);
    u32 bits = ir_type_bits(type);
    u128 mask = bits == 128 ? ~(u128)0 : ((u128)1 << bits) - 1;
    u64 known;
    if (ir_is_const(ir, value, &known) && switch_known(f, term, known, (u64)mask)) return;
    IrBlock otherwise;
    if (term->target.id == MIR_NO_BLOCK.id) {
        IrBlock back = ir->current;
        otherwise = ir_block(ir);
        ir_block_cold(ir, otherwise);
        ir_block_switch(ir, otherwise);
        ir_unreachable(ir);
        ir_block_switch(ir, back);
    } else {
        otherwise = frame_block(f, f->frame, term->target);
    }
    if (count == 1 && bits <= 64) {
        u64 want = (u64)(rows[0].lo_bits & (u64)mask);
        IrBlock hit = frame_block(f, f->frame, rows[0].target);
        if (ty_kind(f->db, v.ty) == TY_BOOL) {
            ir_condbr(ir, value, want ? hit : otherwise, want ? otherwise : hit);
            return;
        }
        ir_condbr(ir, ir_icmp(ir, IR_EQ, value, ir_const(ir, type, want)), hit, otherwise);
        return;
    }
    IrCase *cases = SCRATCH_ARRAY(f->scratch, IrCase, count + 1);
    for (u32 i = 0; i < count; i++)
        cases[i] = (IrCase){((u128)rows[i].hi_bits << 64 | rows[i].lo_bits) & mask,
                            frame_block(f, f->frame, rows[i].target)};
    ir_switch(ir, value, cases, count, otherwise);
}

static LangItem overflow_panic(u8 op) {
    switch ((MirBinOp)op) {
    case MIR_ADD:
    case MIR_ADD_WITH_OVERFLOW: return LANG_panic_add_overflow;
    case MIR_SUB:
    case MIR_SUB_WITH_OVERFLOW: return LANG_panic_sub_overflow;
    case MIR_MUL:
    case MIR_MUL_WITH_OVERFLOW: return LANG_panic_mul_overflow;
    case MIR_DIV: return LANG_panic_div_overflow;
    case MIR_REM: return LANG_panic_rem_overflow;
    case MIR_SHL: return LANG_panic_shl_overflow;
    default: return LANG_panic_shr_overflow;
    }
}

static void assert_panic(Fn *f, const MirTerm *term) {
    switch ((MirAssertKind)term->assert_kind) {
    case ASSERT_OVERFLOW:
        call_panic(f, overflow_panic(term->op), NULL, 0, term->lo, term->unwind);
        return;
    case ASSERT_OVERFLOW_NEG:
        call_panic(f, LANG_panic_neg_overflow, NULL, 0, term->lo, term->unwind);
        return;
    case ASSERT_DIV_ZERO:
        call_panic(f, LANG_panic_div_zero, NULL, 0, term->lo, term->unwind);
        return;
    case ASSERT_REM_ZERO:
        call_panic(f, LANG_panic_rem_zero, NULL, 0, term->lo, term->unwind);
        return;
    case ASSERT_BOUNDS: {
        Val args[] = {operand(f, term->c), operand(f, term->b)}; // index, len
        call_panic(f, LANG_panic_bounds_check, args, 2, term->lo, term->unwind);
        return;
    }
    }
}

static void build_assert(Fn *f, const MirTerm *term) {
    IrFn *ir = f->ir;
    bool overflow =
        term->assert_kind == ASSERT_OVERFLOW || term->assert_kind == ASSERT_OVERFLOW_NEG;
    bool division = term->op == MIR_DIV || term->op == MIR_REM; // always checked
    if (overflow && term->if_checks && !division && !f->overflow_checks) {
        flow_to(f, term->target);
        return;
    }
    IrVal cond = val_single(f, operand(f, term->a));
    u64 known;
    if (ir_is_const(ir, cond, &known) && known == term->expected) {
        flow_to(f, term->target);
        return;
    }
    IrBlock ok = ir_block(ir), panic = ir_block(ir), back = ir->current;
    ir_block_cold(ir, panic);
    ir_condbr(ir, cond, term->expected ? ok : panic, term->expected ? panic : ok);
    ir_block_switch(ir, panic);
    assert_panic(f, term);
    ir_block_switch(ir, back);
    ir_block_follow(ir, ok);
    flow_to(f, term->target);
}

static void build_return(Fn *f) {
    Frame *frame = f->frame;
    if (frame->outer) { // go on behind the call
        if (frame->return_count == 1) {
            frame->done = f->ir->current;
            return;
        }
        if (!frame->done.id) frame->done = ir_block(f->ir);
        ir_br(f->ir, frame->done);
        return;
    }
    if (frame->locals[0].kind == LOCAL_POINTER)
        ir_ret0(f->ir);
    else
        return_val(f, place_read(f, local_place(f, 0)));
}

static void build_terminator(Fn *f, const MirTerm *term) {
    f->frame->lo = term->lo;
    f->frame->hi = term->hi;
    f->frame->scope = term->scope;
    IrFn *ir = f->ir;
    switch ((MirTermKind)term->kind) {
    case MIR_GOTO: flow_to(f, term->target); break;
    case MIR_SWITCH: build_switch(f, term); break;
    case MIR_RETURN: build_return(f); break;
    case MIR_UNREACHABLE: ir_unreachable(ir); break;
    case MIR_DROP: drop_terminator(f, term); break;
    case MIR_CALL: call_terminator(f, term); break;
    case MIR_ASSERT: build_assert(f, term); break;
    case MIR_RESUME: resume_unwinding(f); break;
    case MIR_TERMINATE: {
        DefId panic = lang_item(f->db, LANG_panic_in_cleanup);
        Symbol symbol = panic.id
                            ? mono_precompiled(f->db, instance_resolve(f->db, panic, (Args){0}))
                            : (Symbol){0};
        IrSig sig = {.no_unwind = true};
        IrSym sym =
            symbol.id ? ref_sym(f, IR_SYM_FN_EXTERN, (MonoRef){.kind = REF_EXTERN, .name = symbol})
                      : known_fn(f, "abort");
        ir_call(ir, ir_callee_sym(sym), &sig, NULL);
        ir_unreachable(ir);
        break;
    }
    }
}

// ---- blocks
// ---------------------------------------------------------------------------------------

static const MirBlockRow *block_rows(const Frame *frame) {
    return LIST_AT(frame->body, MirBlockRow, frame->body->blocks);
}

IrBlock frame_block(Fn *f, Frame *frame, MirBlock block) {
    IrBlock *out = &frame->blocks[block.id].block;
    if (frame->blocks[block.id].entries < 2) frame->blocks[block.id].entries++;
    frame->blocks[block.id].from = (IrBlock){0};
    if (frame->blocks[block.id].built && frame->blocks[block.id].took_over)
        fail(f, "a loop that is entered in two places");
    if (out->id) return *out;
    *out = ir_block(f->ir);
    if (block_rows(frame)[block.id].is_cleanup) ir_block_cold(f->ir, *out);
    return *out;
}

// A block with one way in is put right behind it.
void flow_to(Fn *f, MirBlock target) {
    Frame *frame = f->frame;
    if (frame->blocks[target.id].preds == 1 && !frame->blocks[target.id].block.id &&
        !frame->blocks[target.id].built) {
        frame->follow = target;
        return;
    }
    IrBlock block = frame_block(f, frame, target);
    frame->blocks[target.id].from = f->ir->current;
    ir_br(f->ir, block);
}

static void count_edge(Frame *frame, u32 from, MirBlock to) {
    if (to.id == MIR_NO_BLOCK.id) return;
    if (frame->blocks[to.id].preds < 2) frame->blocks[to.id].preds++;
    if (from >= to.id) frame->blocks[to.id].has_back_edge = true;
}

static void count_edges(Frame *frame) {
    const MirBody *body = frame->body;
    const MirBlockRow *rows = block_rows(frame);
    const MirSwitchRow *switches = LIST_AT(body, MirSwitchRow, body->switches);
    for (u32 i = 0; i < body->blocks.count; i++) {
        const MirTerm *t = &rows[i].term;
        if (t->kind == MIR_RETURN) frame->return_count++;
        if (t->kind == MIR_RETURN || t->kind == MIR_UNREACHABLE || t->kind == MIR_RESUME ||
            t->kind == MIR_TERMINATE)
            continue;
        count_edge(frame, i, t->target);
        if (t->kind == MIR_DROP || t->kind == MIR_CALL || t->kind == MIR_ASSERT)
            count_edge(frame, i, t->unwind);
        for (u32 k = 0; t->kind == MIR_SWITCH && k < t->switch_count; k++)
            count_edge(frame, i, switches[t->switch_first + k].target);
    }
}

// Builds a block, and those that follow without a jump, in the current IR block.
static void build_from(Fn *f, u32 block) {
    Frame *frame = f->frame;
    const MirStmt *stmts = LIST_AT(frame->body, MirStmt, frame->body->stmts);
    while (block != MIR_NO_BLOCK.id && !f->failed) {
        const MirBlockRow *row = &block_rows(frame)[block];
        frame->blocks[block].built = true;
        frame->follow = MIR_NO_BLOCK;
        for (u32 s = 0; s < row->stmt_count && !f->failed; s++)
            build_stmt(f, &stmts[row->stmt_first + s]);
        if (!f->failed) build_terminator(f, &row->term);
        block = frame->follow.id;
    }
}

// Starts a block. What only one jump leads to knows what was known there: the other edges of the
// body come from blocks before it that were not reached.
static void enter_block(Fn *f, u32 block) {
    Frame *frame = f->frame;
    IrBlock from = frame->blocks[block].from;
    if (f->is_plain || frame->blocks[block].entries != 1 || !from.id ||
        frame->blocks[block].has_back_edge) {
        ir_block_switch(f->ir, frame->blocks[block].block);
        return;
    }
    frame->blocks[block].took_over = f->assumed = true;
    ir_block_switch(f->ir, from);
    ir_block_follow(f->ir, frame->blocks[block].block);
}

// Only what something jumps to is built: the rest may hold what is not valid for these arguments.
void build_blocks(Fn *f) {
    Frame *frame = f->frame;
    u32 count = frame->body->blocks.count;
    frame->blocks = SCRATCH_ARRAY(f->scratch, BlockInfo, count);
    count_edges(frame);
    frame->blocks[0].preds++;
    flow_to(f, (MirBlock){0});
    if (frame->follow.id != MIR_NO_BLOCK.id) build_from(f, frame->follow.id);
    for (u32 pass = 0; pass < 2; pass++) {
        frame->in_cleanup = pass;
        // Blocks are in reverse postorder: a second round is rare.
        for (bool again = true; again;) {
            again = false;
            for (u32 i = 0; i < count && !f->failed; i++) {
                if (!frame->blocks[i].block.id || frame->blocks[i].built ||
                    block_rows(frame)[i].is_cleanup != pass)
                    continue;
                enter_block(f, i);
                build_from(f, i);
                again = true;
            }
        }
    }
    frame->in_cleanup = false;
}

// Every constant the body names must have a value, also where it is not used: `const { assert!(..)
// };`
void require_consts(Fn *f) {
    const MirConst *consts = LIST_AT(f->frame->body, MirConst, f->frame->body->consts);
    u32 left = f->frame->body->needed_consts;
    for (u32 i = 0; left && !f->failed; i++) {
        const MirConst *c = &consts[i];
        if (c->kind != MIR_CONST_ITEM || c->is_taken_in) continue;
        left--;
        f->frame->lo = f->frame->hi = c->lo;
        if (!const_eval(f->db, c->def, fn_args(f, c->args))->is_failed) continue;
        fail(f, "the evaluation of a constant failed");
        f->error->is_const = true;
    }
}
