// The verifier. What it checks:
//
// - ids of values, blocks, locals, slots, signatures and symbols exist;
// - every block that can be reached ends in a terminator and has none before its end;
// - operand types fit the operation (ptr and i64 are one), also in calls, returns, branches;
// - a value's definition dominates its uses; an invoke's results are not used on its unwind edge;
// - the entry block has no predecessor; only br and condbr reach blocks with parameters;
// - landing pads are first in their block, and such blocks are reached only by unwind edges.

#include "ir/ir.h"

typedef struct Verify {
    const IrFn *fn;
    Scratch *scratch;
    Str *why;
    bool failed;
    u32 block, inst;
    u32 *rpo;      // by block: position + 1, 0 if unreachable
    u32 *order;    // blocks by position
    u32 *idom;     // by position
    u32 *position; // of an instruction in its block
    u32 count;
} Verify;

static void fail(Verify *verify, const char *what) {
    if (verify->failed) return;
    verify->failed = true;
    const IrFn *fn = verify->fn;
    const char *op = verify->inst ? ir_op_names[fn->insts.at[verify->inst].op] : "block";
    *verify->why =
        scratch_print(verify->scratch, "%.*s: b%u: %s %%%u: %s", STR_ARG(fn->name), verify->block,
                      op, verify->inst ? fn->insts.at[verify->inst].result : 0, what);
}

static bool check(Verify *verify, bool ok, const char *what) {
    if (!ok) fail(verify, what);
    return ok;
}

static IrType canonical(u32 type) {
    return type == IR_PTR ? IR_I64 : (IrType)type;
}

static bool val_ok(const IrFn *fn, u32 val) {
    return val != 0 && val < fn->vals.count && fn->vals.at[val].type != IR_VOID;
}

static u32 type_of(const Verify *verify, u32 val) {
    return val_ok(verify->fn, val) ? verify->fn->vals.at[val].type : IR_VOID;
}

static void want_type(Verify *verify, u32 val, u32 type) {
    check(verify, canonical(type_of(verify, val)) == canonical(type),
          "an operand has a wrong type");
}

static bool block_ok(const IrFn *fn, u32 block) {
    return block != 0 && block < fn->blocks.count;
}

// --- Ids and types ----------------------------------------------------------------------------

static void check_operand(void *cx, u32 val) {
    Verify *verify = cx;
    check(verify, val_ok(verify->fn, val), "an operand is not a value");
}

static bool check_words(Verify *verify, const IrInst *inst) {
    const IrFn *fn = verify->fn;
    u64 at = inst->list;
    u32 lists = inst->op == IR_CONDBR ? 2 : 1;
    for (u32 i = 0; i < lists; i++) {
        if (!check(verify, at < fn->words.count, "its list is out of bounds")) return false;
        u64 step = inst->op == IR_SWITCH ? 5 : 1;
        at += 1 + step * fn->words.at[at];
        if (!check(verify, at <= fn->words.count, "its list is out of bounds")) return false;
    }
    return true;
}

static void check_args(Verify *verify, u32 block, const u32 *list) {
    const IrBlockRow *to = &verify->fn->blocks.at[block];
    if (block == 1 || list[0] != to->params.count) {
        fail(verify, "arguments do not fit the target's parameters");
        return;
    }
    for (u32 i = 0; i < list[0]; i++) {
        want_type(verify, list[1 + i], verify->fn->vals.at[to->params.at[i]].type);
    }
}

static void check_call(Verify *verify, const IrInst *inst) {
    const IrFn *fn = verify->fn;
    if (!check(verify, inst->b != 0 && inst->b < fn->sigs.count, "it has no signature")) return;
    const IrSig *sig = &fn->sigs.at[inst->b];
    const u32 *words = fn->words.at + inst->list;
    if (!check(verify, words[0] == sig->param_count, "wrong number of arguments")) return;
    for (u32 i = 0; i < words[0]; i++)
        want_type(verify, words[1 + i], sig->params[i].type);
    if (inst->sub == IR_CALLEE_PTR) want_type(verify, inst->a, IR_PTR);
    check(verify, (inst->result != 0) == (sig->result_count != 0), "results do not fit");
    if (sig->result_count == 2) want_type(verify, inst->result + 1, sig->results[1]);
}

static void check_types(Verify *verify, const IrInst *inst) {
    const IrFn *fn = verify->fn;
    u32 a = type_of(verify, inst->a), type = inst->type;
    bool is_float_op = inst->op >= IR_FADD && inst->op <= IR_FSQRT;
    switch ((IrForm)ir_op_forms[inst->op]) {
    case IR_FORM_NONE:
    case IR_FORM_PAD:
    case IR_FORM_FENCE: return;
    case IR_FORM_CONST: check(verify, type != IR_VOID, "a constant needs a type"); return;
    case IR_FORM_SLOT:
        check(verify, inst->a != 0 && inst->a < fn->slots.count, "no such slot");
        return;
    case IR_FORM_SYM: {
        if (!check(verify, inst->a != 0 && inst->a <= intern_count(&fn->symbols->rows),
                   "no such symbol")) {
            return;
        }
        bool tls = ir_symbol_row(fn->symbols, (IrSym){inst->a})->kind == IR_SYM_TLS;
        check(verify, tls == (inst->op == IR_TLS_ADDR), "the symbol is of another kind");
        return;
    }
    case IR_FORM_PTRADD:
    case IR_FORM_INDEX:
        want_type(verify, inst->a, IR_PTR);
        if (inst->b) want_type(verify, inst->b, IR_I64);
        check(verify, (i64)inst->imm == (i32)inst->imm, "the offset is too large");
        check(verify, inst->b || inst->op == IR_PTR_ADD, "an index is missing");
        return;
    case IR_FORM_LGET:
        check(verify,
              inst->a != 0 && inst->a < fn->locals.count &&
                  canonical(fn->locals.at[inst->a].type) == canonical(type),
              "no such local of that type");
        return;
    case IR_FORM_LSET:
        if (check(verify, inst->a != 0 && inst->a < fn->locals.count, "no such local")) {
            want_type(verify, inst->b, fn->locals.at[inst->a].type);
        }
        return;
    case IR_FORM_LOAD:
    case IR_FORM_STORE:
        want_type(verify, inst->a, IR_PTR);
        check(verify, type != IR_VOID, "it needs a type");
        check(verify, (i64)inst->imm == (i32)inst->imm, "the offset is too large");
        if (inst->op == IR_STORE || inst->op == IR_ATOMIC_STORE) want_type(verify, inst->b, type);
        if (inst->op == IR_ATOMIC_LOAD || inst->op == IR_ATOMIC_STORE) {
            check(verify, ir_type_is_int(type) && type != IR_I128, "atomics are of i8 to i64");
        }
        return;
    case IR_FORM_MEM3:
        want_type(verify, inst->a, IR_PTR);
        want_type(verify, inst->b, inst->op == IR_MEMSET ? IR_I8 : IR_PTR);
        want_type(verify, inst->c, IR_I64);
        return;
    case IR_FORM_COPY: want_type(verify, inst->b, IR_PTR); // fall through
    case IR_FORM_ZERO: want_type(verify, inst->a, IR_PTR); return;
    case IR_FORM_BIN:
    case IR_FORM_OVF:
        want_type(verify, inst->a, type);
        want_type(verify, inst->b, type);
        check(verify, is_float_op ? ir_type_is_float(type) : ir_type_is_int(type),
              "the operation has no such type");
        return;
    case IR_FORM_SHIFT:
        want_type(verify, inst->a, type);
        check(verify, ir_type_is_int(type) && ir_type_is_int(type_of(verify, inst->b)),
              "shifts are of integers");
        return;
    case IR_FORM_UN:
        want_type(verify, inst->a, type);
        check(verify, is_float_op ? ir_type_is_float(type) : ir_type_is_int(type),
              "the operation has no such type");
        return;
    case IR_FORM_ICMP:
        want_type(verify, inst->b, a);
        check(verify, ir_type_is_int(a) && inst->sub < IR_CMP_COUNT, "icmp is of integers");
        return;
    case IR_FORM_FCMP:
        want_type(verify, inst->b, a);
        check(verify, ir_type_is_float(a) && inst->sub < IR_FCMP_COUNT, "fcmp is of floats");
        return;
    case IR_FORM_SELECT:
        want_type(verify, inst->a, IR_I8);
        want_type(verify, inst->b, type);
        want_type(verify, inst->c, type);
        return;
    case IR_FORM_CONV: {
        u32 from = ir_type_bytes((IrType)a), to = ir_type_bytes((IrType)type);
        bool ints = ir_type_is_int(a) && ir_type_is_int(type);
        bool ok = false;
        switch (inst->op) {
        case IR_TRUNC: ok = ints && from > to; break;
        case IR_ZEXT:
        case IR_SEXT: ok = ints && from < to; break;
        case IR_BITCAST: ok = from == to; break;
        case IR_SITOF:
        case IR_UITOF: ok = ir_type_is_int(a) && ir_type_is_float(type); break;
        case IR_FTOSI:
        case IR_FTOUI: ok = ir_type_is_float(a) && ir_type_is_int(type); break;
        case IR_FCONV: ok = ir_type_is_float(a) && ir_type_is_float(type); break;
        default: break;
        }
        check(verify, ok, "there is no such conversion");
        return;
    }
    case IR_FORM_RMW:
    case IR_FORM_CMPX:
        want_type(verify, inst->a, IR_PTR);
        want_type(verify, inst->b, type);
        if (inst->op == IR_CMPXCHG) want_type(verify, inst->c, type);
        check(verify, ir_type_is_int(type) && type != IR_I128, "atomics are of i8 to i64");
        return;
    case IR_FORM_VBIN:
        want_type(verify, inst->a, IR_V128);
        want_type(verify, inst->b, IR_V128);
        check(verify, inst->sub >= IR_I8 && inst->sub <= IR_I64, "no such lane");
        check(verify, inst->op != IR_VGT || inst->sub != IR_I64, "vgt has no i64 lanes");
        return;
    case IR_FORM_VUN:
        want_type(verify, inst->a, inst->op == IR_VMOVEMASK ? IR_V128 : inst->sub);
        check(verify, canonical(inst->sub) >= IR_I8 && canonical(inst->sub) <= IR_I64,
              "no such lane");
        return;
    case IR_FORM_CALL: check_call(verify, inst); return;
    case IR_FORM_INVOKE: {
        check_call(verify, inst);
        u32 normal = (u32)inst->imm, unwind = (u32)(inst->imm >> 32);
        if (!check(verify, block_ok(fn, normal) && block_ok(fn, unwind), "no such block")) return;
        const IrBlockRow *pad = &fn->blocks.at[unwind];
        check(verify, pad->first && fn->insts.at[pad->first].op == IR_LANDINGPAD,
              "the unwind target has no landing pad");
        check(verify, normal != 1 && !fn->blocks.at[normal].params.count && !pad->params.count,
              "a target of an invoke has parameters");
        return;
    }
    case IR_FORM_BR:
        if (check(verify, block_ok(fn, inst->a), "no such block")) {
            check_args(verify, inst->a, fn->words.at + inst->list);
        }
        return;
    case IR_FORM_CONDBR: {
        want_type(verify, inst->a, IR_I8);
        if (!check(verify, block_ok(fn, inst->b) && block_ok(fn, inst->c), "no such block")) return;
        const u32 *words = fn->words.at + inst->list;
        check_args(verify, inst->b, words);
        check_args(verify, inst->c, words + 1 + words[0]);
        return;
    }
    case IR_FORM_SWITCH: {
        check(verify, ir_type_is_int(a), "switch is on integers");
        const u32 *words = fn->words.at + inst->list;
        for (u32 i = 0; i <= words[0]; i++) {
            u32 block = i == words[0] ? inst->b : words[1 + 5 * i + 4];
            if (!check(verify, block_ok(fn, block), "no such block")) return;
            check(verify, block != 1 && !fn->blocks.at[block].params.count,
                  "a target of a switch has parameters");
        }
        return;
    }
    case IR_FORM_RET: {
        const u32 *words = fn->words.at + inst->list;
        if (fn->sig.param_count && fn->sig.params[0].kind == IR_PARAM_SRET) {
            check(verify, words[0] == 1 && words[1] == ir_param(fn, 0).id,
                  "it must return the sret pointer");
            return;
        }
        if (!check(verify, words[0] == fn->sig.result_count, "wrong number of results")) return;
        for (u32 i = 0; i < words[0]; i++)
            want_type(verify, words[1 + i], fn->sig.results[i]);
        return;
    }
    case IR_FORM_RESUME: want_type(verify, inst->a, IR_PTR); return;
    }
    fail(verify, "unknown form");
}

static void check_shape(Verify *verify) {
    const IrFn *fn = verify->fn;
    for (u32 b = 1; b < fn->blocks.count && !verify->failed; b++) {
        verify->block = b;
        const IrBlockRow *block = &fn->blocks.at[b];
        for (u32 i = block->first; i && !verify->failed; i = fn->insts.at[i].next) {
            verify->inst = i;
            const IrInst *inst = &fn->insts.at[i];
            bool ends = (ir_op_flags[inst->op] & IR_OP_IS_T) != 0;
            check(verify, ends == (inst->next == 0),
                  ends ? "code after the block's end" : "the block has no terminator");
            bool has_list = ir_op_forms[inst->op] >= IR_FORM_CALL && inst->op != IR_LANDINGPAD &&
                            inst->op != IR_RESUME;
            if (has_list && !check_words(verify, inst)) return;
            ir_each_operand(fn, inst, check_operand, verify);
            if (inst->op == IR_LANDINGPAD) {
                check(verify, i == block->first, "a landing pad is not first in its block");
            }
            if (!verify->failed) check_types(verify, inst);
        }
        verify->inst = 0;
    }
}

// --- Order and dominance ----------------------------------------------------------------------

static void order_blocks(Verify *verify) {
    const IrFn *fn = verify->fn;
    typedef struct Frame {
        u32 block, next, count;
        u32 *succs;
    } Frame;
    Frame *stack = SCRATCH_ARRAY(verify->scratch, Frame, fn->blocks.count + 1);
    u32 *post = SCRATCH_ARRAY(verify->scratch, u32, fn->blocks.count);
    u8 *seen = SCRATCH_ARRAY(verify->scratch, u8, fn->blocks.count);
    u32 depth = 0, count = 0;
    u32 push = 1;
    for (;;) {
        if (push) {
            seen[push] = 1;
            verify->block = push;
            if (!check(verify, fn->blocks.at[push].last != 0, "a reachable block is empty")) return;
            const IrInst *end = ir_block_end(fn, (IrBlock){push});
            u32 n = ir_successors(fn, end, NULL, 0);
            u32 *succs = SCRATCH_ARRAY(verify->scratch, u32, n);
            ir_successors(fn, end, succs, n);
            stack[depth++] = (Frame){push, 0, n, succs};
            push = 0;
        }
        if (!depth) break;
        Frame *top = &stack[depth - 1];
        if (top->next == top->count) {
            post[count++] = top->block;
            depth--;
        } else {
            u32 succ = top->succs[top->next++];
            if (!seen[succ]) push = succ;
        }
    }
    verify->count = count;
    for (u32 i = 0; i < count; i++) {
        verify->order[i] = post[count - 1 - i];
        verify->rpo[verify->order[i]] = i + 1;
    }
}

// Cooper, Harvey, Kennedy: intersect the predecessors' dominators until nothing changes.
static void dominators(Verify *verify) {
    const IrFn *fn = verify->fn;
    const u32 none = ~0u;
    // Predecessors by position: counted, then filled in.
    u32 *first = SCRATCH_ARRAY(verify->scratch, u32, verify->count + 2);
    u32 *preds = NULL;
    for (u32 pass = 0; pass < 2; pass++) {
        for (u32 i = 0; i < verify->count; i++) {
            const IrInst *end = ir_block_end(fn, (IrBlock){verify->order[i]});
            u32 count = ir_successors(fn, end, NULL, 0);
            u32 *succs = SCRATCH_ARRAY(verify->scratch, u32, count);
            ir_successors(fn, end, succs, count);
            for (u32 s = 0; s < count; s++) {
                u32 to = verify->rpo[succs[s]] - 1;
                if (pass == 0) {
                    first[to + 2]++;
                } else {
                    preds[first[to + 1]++] = i;
                }
            }
        }
        if (pass) break;
        for (u32 i = 1; i <= verify->count; i++)
            first[i + 1] += first[i];
        preds = SCRATCH_ARRAY(verify->scratch, u32, first[verify->count + 1]);
    }
    for (u32 i = 0; i < verify->count; i++)
        verify->idom[i] = i ? none : 0;
    for (bool changed = true; changed;) {
        changed = false;
        for (u32 i = 1; i < verify->count; i++) {
            u32 dom = none;
            for (u32 p = first[i]; p < first[i + 1]; p++) {
                u32 a = preds[p], b = dom;
                if (verify->idom[a] == none) continue;
                if (b == none) b = a;
                while (a != b) {
                    while (a > b)
                        a = verify->idom[a];
                    while (b > a)
                        b = verify->idom[b];
                }
                dom = a;
            }
            if (verify->idom[i] != dom) {
                verify->idom[i] = dom;
                changed = true;
            }
        }
    }
}

static bool dominates(const Verify *verify, u32 a, u32 b) {
    while (b > a)
        b = verify->idom[b];
    return a == b;
}

static void check_dominance(void *cx, u32 val) {
    Verify *verify = cx;
    const IrFn *fn = verify->fn;
    if (verify->failed) return;
    IrValRow row = fn->vals.at[val];
    u32 def_rpo = verify->rpo[row.block], use_rpo = verify->rpo[verify->block];
    if (!check(verify, def_rpo != 0, "an operand is defined where control never comes")) return;
    if (row.block == verify->block) {
        check(verify, row.inst == 0 || verify->position[row.inst] < verify->position[verify->inst],
              "an operand is used before its definition");
        return;
    }
    const IrInst *def = &fn->insts.at[row.inst];
    if (row.inst && def->op == IR_INVOKE) {
        u32 normal = verify->rpo[(u32)def->imm];
        check(verify, dominates(verify, normal - 1, use_rpo - 1),
              "the result of an invoke is used where it may not have returned");
        return;
    }
    check(verify, dominates(verify, def_rpo - 1, use_rpo - 1),
          "an operand's definition does not dominate its use");
}

bool ir_verify(const IrFn *fn, Scratch *scratch, Str *why) {
    Verify verify = {.fn = fn, .scratch = scratch, .why = why};
    verify.rpo = SCRATCH_ARRAY(scratch, u32, fn->blocks.count);
    verify.order = SCRATCH_ARRAY(scratch, u32, fn->blocks.count);
    verify.idom = SCRATCH_ARRAY(scratch, u32, fn->blocks.count);
    verify.position = SCRATCH_ARRAY(scratch, u32, fn->insts.count);
    check_shape(&verify);
    if (verify.failed) return false;
    order_blocks(&verify);
    if (verify.failed) return false;
    dominators(&verify);
    for (u32 i = 0; i < verify.count; i++) {
        u32 at = 0;
        for (u32 n = fn->blocks.at[verify.order[i]].first; n; n = fn->insts.at[n].next) {
            verify.position[n] = at++;
        }
    }
    for (u32 i = 0; i < verify.count && !verify.failed; i++) {
        verify.block = verify.order[i];
        const IrInst *end = ir_block_end(fn, (IrBlock){verify.block});
        u32 count = ir_successors(fn, end, NULL, 0);
        u32 *succs = SCRATCH_ARRAY(scratch, u32, count);
        ir_successors(fn, end, succs, count);
        for (u32 s = 0; s < count; s++) {
            bool is_pad = fn->insts.at[fn->blocks.at[succs[s]].first].op == IR_LANDINGPAD;
            bool unwinds = end->op == IR_INVOKE && s == 1;
            check(&verify, is_pad == unwinds, "a landing pad is reached by another edge");
            check(&verify, succs[s] != 1, "the entry block has a predecessor");
        }
        for (u32 n = fn->blocks.at[verify.block].first; n; n = fn->insts.at[n].next) {
            verify.inst = n;
            ir_each_operand(fn, &fn->insts.at[n], check_dominance, &verify);
        }
        verify.inst = 0;
    }
    return !verify.failed;
}
