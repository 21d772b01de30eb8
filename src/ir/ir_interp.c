// The interpreter: IR by its definition, on real memory, one instruction at a time. It is what the
// code generators are tested against, so it takes no short cuts and shares nothing with them.

#include "ir/ir.h"

#include <math.h>

typedef struct Run {
    IrInterp *interp;
    const IrFn *fn;
    IrCell *vals;
    IrCell *locals;
    u8 **slots;
} Run;

static u128 mask_of(IrType type) {
    u32 bits = ir_type_bits(type);
    return bits == 128 ? ~(u128)0 : ((u128)1 << bits) - 1;
}

static i128 sign_extended(u128 bits, IrType type) {
    u32 unused = 128 - ir_type_bits(type);
    return (i128)(bits << unused) >> unused;
}

static u128 min_signed(IrType type) {
    return (u128)1 << (ir_type_bits(type) - 1);
}

static double as_f64(IrCell cell, IrType type) {
    return type == IR_F64 ? cell.f64 : (double)cell.f32;
}

static IrCell float_cell(double value, IrType type) {
    IrCell cell = {0};
    if (type == IR_F64) {
        cell.f64 = value;
    } else {
        cell.f32 = (float)value;
    }
    return cell;
}

static u128 multiply_high_overflows(u128 a, u128 b, bool *overflow) {
    *overflow = __builtin_mul_overflow(a, b, &a);
    return a;
}

// The wrapped result; *overflow for the signed or unsigned meaning.
static u128 arith(IrOp op, bool is_signed, u128 a, u128 b, IrType type, bool *overflow) {
    u128 mask = mask_of(type);
    u128 result;
    if (is_signed) {
        i128 x = sign_extended(a, type), y = sign_extended(b, type), z;
        bool over = op == IR_ADD   ? __builtin_add_overflow(x, y, &z)
                    : op == IR_SUB ? __builtin_sub_overflow(x, y, &z)
                                   : __builtin_mul_overflow(x, y, &z);
        result = (u128)z & mask;
        *overflow = over || sign_extended(result, type) != z;
        return result;
    }
    bool over;
    if (op == IR_MUL) {
        result = multiply_high_overflows(a, b, &over);
    } else {
        over = op == IR_ADD ? __builtin_add_overflow(a, b, &result)
                            : __builtin_sub_overflow(a, b, &result);
    }
    *overflow = over || (result & mask) != result;
    return result & mask;
}

static u128 saturate(IrOp op, bool is_signed, u128 a, u128 b, IrType type) {
    bool overflow;
    u128 result = arith(op, is_signed, a, b, type, &overflow);
    if (!overflow) return result;
    if (!is_signed) return op == IR_ADD ? mask_of(type) : 0;
    return sign_extended(a, type) < 0 ? min_signed(type) : min_signed(type) - 1;
}

static u32 ones(u128 bits) {
    return (u32)(__builtin_popcountll((u64)bits) + __builtin_popcountll((u64)(bits >> 64)));
}

static u128 reverse(u128 bits, u32 count, u32 step) {
    u128 out = 0, piece = ((u128)1 << step) - 1;
    for (u32 at = 0; at < count; at += step) {
        out |= (bits >> at & piece) << (count - step - at);
    }
    return out;
}

static u128 unary(IrOp op, u128 a, IrType type) {
    u32 bits = ir_type_bits(type), count = 0;
    switch (op) {
    case IR_NEG: return (0 - a) & mask_of(type);
    case IR_NOT: return ~a & mask_of(type);
    case IR_CTPOP: return ones(a);
    case IR_CTLZ:
        while (count < bits && !(a >> (bits - 1 - count) & 1))
            count++;
        return count;
    case IR_CTTZ:
        while (count < bits && !(a >> count & 1))
            count++;
        return count;
    case IR_BSWAP: return reverse(a, bits, 8);
    case IR_BITREVERSE: return reverse(a, bits, 1);
    default: UNREACHABLE();
    }
}

static u128 shifted(IrOp op, u128 a, u128 amount, IrType type) {
    u32 bits = ir_type_bits(type), by = (u32)(amount % bits);
    u128 mask = mask_of(type);
    switch (op) {
    case IR_SHL: return a << by & mask;
    case IR_LSHR: return a >> by;
    case IR_ASHR: return (u128)(sign_extended(a, type) >> by) & mask;
    case IR_ROTL: return by ? (a << by | a >> (bits - by)) & mask : a;
    case IR_ROTR: return by ? (a >> by | a << (bits - by)) & mask : a;
    default: UNREACHABLE();
    }
}

// False if it traps.
static bool divided(IrOp op, u128 a, u128 b, IrType type, u128 *out) {
    if (b == 0) return false;
    if (op == IR_UDIV || op == IR_UREM) {
        *out = op == IR_UDIV ? a / b : a % b;
        return true;
    }
    i128 x = sign_extended(a, type), y = sign_extended(b, type);
    if (y == -1 && a == min_signed(type)) return false;
    *out = (u128)(op == IR_SDIV ? x / y : x % y) & mask_of(type);
    return true;
}

static bool compared(IrCmp cmp, u128 a, u128 b, IrType type) {
    i128 x = sign_extended(a, type), y = sign_extended(b, type);
    switch (cmp) {
    case IR_EQ: return a == b;
    case IR_NE: return a != b;
    case IR_ULT: return a < b;
    case IR_ULE: return a <= b;
    case IR_UGT: return a > b;
    case IR_UGE: return a >= b;
    case IR_SLT: return x < y;
    case IR_SLE: return x <= y;
    case IR_SGT: return x > y;
    case IR_SGE: return x >= y;
    case IR_CMP_COUNT: break;
    }
    UNREACHABLE();
}

static bool float_compared(IrFcmp cmp, double a, double b) {
    bool nan = isnan(a) || isnan(b);
    switch (cmp) {
    case IR_OEQ: return a == b;
    case IR_ONE: return !nan && a != b;
    case IR_OLT: return a < b;
    case IR_OLE: return a <= b;
    case IR_OGT: return a > b;
    case IR_OGE: return a >= b;
    case IR_ORD: return !nan;
    case IR_UEQ: return nan || a == b;
    case IR_UNE: return a != b;
    case IR_FULT: return nan || a < b;
    case IR_FULE: return nan || a <= b;
    case IR_FUGT: return nan || a > b;
    case IR_FUGE: return nan || a >= b;
    case IR_UNO: return nan;
    case IR_FCMP_COUNT: break;
    }
    UNREACHABLE();
}

static u128 float_to_int(double value, bool is_signed, IrType type) {
    u32 bits = ir_type_bits(type);
    if (isnan(value)) return 0;
    if (is_signed) {
        double limit = ldexp(1, (int)bits - 1);
        if (value >= limit) return min_signed(type) - 1;
        if (value < -limit) return min_signed(type);
        return (u128)(i128)value & mask_of(type);
    }
    if (value <= 0) return 0;
    if (value >= ldexp(1, (int)bits)) return mask_of(type);
    return (u128)value;
}

static IrCell int_to_float(u128 bits, bool is_signed, IrType from, IrType type) {
    IrCell cell = {0};
    if (type == IR_F64) {
        cell.f64 = is_signed ? (double)sign_extended(bits, from) : (double)bits;
    } else {
        cell.f32 = is_signed ? (float)sign_extended(bits, from) : (float)bits;
    }
    return cell;
}

static IrCell float_op(IrOp op, IrCell a, IrCell b, IrType type) {
    IrCell cell = {0};
#define FLOAT_OP(field, sqrt_, fmod_, min_, max_, copysign_, sign_bit)                             \
    switch (op) {                                                                                  \
    case IR_FADD: cell.field = a.field + b.field; break;                                           \
    case IR_FSUB: cell.field = a.field - b.field; break;                                           \
    case IR_FMUL: cell.field = a.field * b.field; break;                                           \
    case IR_FDIV: cell.field = a.field / b.field; break;                                           \
    case IR_FREM: cell.field = fmod_(a.field, b.field); break;                                     \
    case IR_FMIN: cell.field = min_(a.field, b.field); break;                                      \
    case IR_FMAX: cell.field = max_(a.field, b.field); break;                                      \
    case IR_FSQRT: cell.field = sqrt_(a.field); break;                                             \
    case IR_FCOPYSIGN: cell.field = copysign_(a.field, b.field); break;                            \
    case IR_FNEG: cell.bits = a.bits ^ (sign_bit); break;                                          \
    case IR_FABS: cell.bits = a.bits & ~(u128)(sign_bit); break;                                   \
    default: UNREACHABLE();                                                                        \
    }
    if (type == IR_F64) {
        a.bits = (u64)a.bits;
        FLOAT_OP(f64, sqrt, fmod, fmin, fmax, copysign, (u64)1 << 63)
    } else {
        a.bits = (u32)a.bits;
        FLOAT_OP(f32, sqrtf, fmodf, fminf, fmaxf, copysignf, (u32)1 << 31)
    }
#undef FLOAT_OP
    return cell;
}

static u128 vector_op(IrOp op, IrType lane, u128 a, u128 b) {
    switch (op) {
    case IR_VAND: return a & b;
    case IR_VOR: return a | b;
    case IR_VXOR: return a ^ b;
    case IR_VANDNOT: return ~a & b;
    default: break;
    }
    u32 bits = ir_type_bits(lane);
    u128 mask = mask_of(lane), out = 0;
    for (u32 at = 0; at < 128; at += bits) {
        u128 x = a >> at & mask, y = b >> at & mask, z;
        switch (op) {
        case IR_VADD: z = x + y; break;
        case IR_VSUB: z = x - y; break;
        case IR_VEQ: z = x == y ? mask : 0; break;
        case IR_VGT: z = sign_extended(x, lane) > sign_extended(y, lane) ? mask : 0; break;
        default: UNREACHABLE();
        }
        out |= (z & mask) << at;
    }
    return out;
}

static u128 rmw_value(IrRmw op, u128 old, u128 val, IrType type) {
    i128 x = sign_extended(old, type), y = sign_extended(val, type);
    switch (op) {
    case IR_RMW_XCHG: return val;
    case IR_RMW_ADD: return old + val;
    case IR_RMW_SUB: return old - val;
    case IR_RMW_AND: return old & val;
    case IR_RMW_OR: return old | val;
    case IR_RMW_XOR: return old ^ val;
    case IR_RMW_NAND: return ~(old & val);
    case IR_RMW_MAX: return x > y ? old : val;
    case IR_RMW_MIN: return x < y ? old : val;
    case IR_RMW_UMAX: return old > val ? old : val;
    case IR_RMW_UMIN: return old < val ? old : val;
    case IR_RMW_COUNT: break;
    }
    UNREACHABLE();
}

static void *address(const Run *run, u32 val, u64 offset) {
    return (void *)(uintptr_t)((u64)run->vals[val].bits + offset);
}

static bool run_call(Run *run, const IrInst *inst) {
    IrInterp *interp = run->interp;
    if (inst->sub != IR_CALLEE_SYM || !interp->call) return false;
    const u32 *words = run->fn->words.at + inst->list;
    IrCell *args = SCRATCH_ARRAY(interp->scratch, IrCell, words[0]);
    for (u32 i = 0; i < words[0]; i++)
        args[i] = run->vals[words[1 + i]];
    IrCell results[2] = {0};
    const IrSig *sig = &run->fn->sigs.at[inst->b];
    if (!interp->call(interp->cx, (IrSym){inst->a}, sig, args, results)) return false;
    for (u32 i = 0; i < sig->result_count; i++)
        run->vals[inst->result + i] = results[i];
    return true;
}

// One instruction that is no terminator.
static bool step(Run *run, const IrInst *inst) {
    const IrFn *fn = run->fn;
    IrCell *vals = run->vals;
    IrCell a = vals[inst->a < fn->vals.count ? inst->a : 0];
    IrCell b = vals[inst->b < fn->vals.count ? inst->b : 0];
    IrCell c = vals[inst->c < fn->vals.count ? inst->c : 0];
    IrCell out = {0};
    IrType type = inst->type;
    IrType type_a = inst->a < fn->vals.count ? fn->vals.at[inst->a].type : IR_VOID;
    u32 bytes = ir_type_bytes(type);
    bool overflow;
    switch ((IrOp)inst->op) {
    case IR_NOP:
    case IR_FENCE: return true;
    case IR_CONST: out.bits = (u128)inst->imm_high << 64 | inst->imm; break;
    case IR_SLOT_ADDR: out.bits = (uintptr_t)run->slots[inst->a]; break;
    case IR_PTR_ADD: out.bits = (u64)(a.bits + (inst->b ? b.bits : 0) + inst->imm); break;
    case IR_PTR_INDEX: out.bits = (u64)(a.bits + (b.bits << inst->sub) + inst->imm); break;
    case IR_LOCAL_GET: out = run->locals[inst->a]; break;
    case IR_LOCAL_SET: run->locals[inst->a] = b; return true;
    case IR_LOAD:
    case IR_ATOMIC_LOAD: memcpy(&out, address(run, inst->a, inst->imm), bytes); break;
    case IR_STORE:
    case IR_ATOMIC_STORE: memcpy(address(run, inst->a, inst->imm), &b, bytes); return true;
    case IR_MEMCPY:
    case IR_MEMMOVE:
        memmove(address(run, inst->a, 0), address(run, inst->b, 0), (u64)c.bits);
        return true;
    case IR_MEMSET: memset(address(run, inst->a, 0), (int)(u8)b.bits, (u64)c.bits); return true;
    case IR_COPY:
        memmove(address(run, inst->a, 0), address(run, inst->b, 0), inst->imm);
        return true;
    case IR_ZERO: memset(address(run, inst->a, 0), 0, inst->imm); return true;
    case IR_ADD:
    case IR_SUB:
    case IR_MUL: out.bits = arith(inst->op, false, a.bits, b.bits, type, &overflow); break;
    case IR_UDIV:
    case IR_SDIV:
    case IR_UREM:
    case IR_SREM:
        if (!divided(inst->op, a.bits, b.bits, type, &out.bits)) return false;
        break;
    case IR_AND: out.bits = a.bits & b.bits; break;
    case IR_OR: out.bits = a.bits | b.bits; break;
    case IR_XOR: out.bits = a.bits ^ b.bits; break;
    case IR_SHL:
    case IR_LSHR:
    case IR_ASHR:
    case IR_ROTL:
    case IR_ROTR: out.bits = shifted(inst->op, a.bits, b.bits, type); break;
    case IR_UADD_SAT: out.bits = saturate(IR_ADD, false, a.bits, b.bits, type); break;
    case IR_SADD_SAT: out.bits = saturate(IR_ADD, true, a.bits, b.bits, type); break;
    case IR_USUB_SAT: out.bits = saturate(IR_SUB, false, a.bits, b.bits, type); break;
    case IR_SSUB_SAT: out.bits = saturate(IR_SUB, true, a.bits, b.bits, type); break;
    case IR_UADD_OVF:
    case IR_SADD_OVF:
    case IR_USUB_OVF:
    case IR_SSUB_OVF:
    case IR_UMUL_OVF:
    case IR_SMUL_OVF: {
        static const u8 ops[6] = {IR_ADD, IR_ADD, IR_SUB, IR_SUB, IR_MUL, IR_MUL};
        u32 which = inst->op - IR_UADD_OVF;
        out.bits = arith(ops[which], which & 1, a.bits, b.bits, type, &overflow);
        vals[inst->result + 1] = (IrCell){.bits = overflow};
        break;
    }
    case IR_NEG:
    case IR_NOT:
    case IR_CTPOP:
    case IR_CTLZ:
    case IR_CTTZ:
    case IR_BSWAP:
    case IR_BITREVERSE: out.bits = unary(inst->op, a.bits, type); break;
    case IR_ICMP: out.bits = compared(inst->sub, a.bits, b.bits, type_a); break;
    case IR_SELECT: out = a.bits & 0xff ? b : c; break;
    case IR_FADD:
    case IR_FSUB:
    case IR_FMUL:
    case IR_FDIV:
    case IR_FREM:
    case IR_FMIN:
    case IR_FMAX:
    case IR_FCOPYSIGN:
    case IR_FNEG:
    case IR_FABS:
    case IR_FSQRT: out = float_op(inst->op, a, b, type); break;
    case IR_FCMP: out.bits = float_compared(inst->sub, as_f64(a, type_a), as_f64(b, type_a)); break;
    case IR_TRUNC:
    case IR_ZEXT:
    case IR_BITCAST: out.bits = a.bits & mask_of(type); break;
    case IR_SEXT: out.bits = (u128)sign_extended(a.bits, type_a) & mask_of(type); break;
    case IR_SITOF: out = int_to_float(a.bits, true, type_a, type); break;
    case IR_UITOF: out = int_to_float(a.bits, false, type_a, type); break;
    case IR_FTOSI: out.bits = float_to_int(as_f64(a, type_a), true, type); break;
    case IR_FTOUI: out.bits = float_to_int(as_f64(a, type_a), false, type); break;
    case IR_FCONV: out = float_cell(as_f64(a, type_a), type); break;
    case IR_ATOMIC_RMW: {
        void *at = address(run, inst->a, 0);
        memcpy(&out, at, bytes);
        IrCell value = {.bits = rmw_value(inst->sub, out.bits, b.bits, type)};
        memcpy(at, &value, bytes);
        break;
    }
    case IR_CMPXCHG: {
        void *at = address(run, inst->a, 0);
        memcpy(&out, at, bytes);
        bool same = out.bits == b.bits;
        if (same) memcpy(at, &c, bytes);
        vals[inst->result + 1] = (IrCell){.bits = same};
        break;
    }
    case IR_VADD:
    case IR_VSUB:
    case IR_VAND:
    case IR_VOR:
    case IR_VXOR:
    case IR_VANDNOT:
    case IR_VEQ:
    case IR_VGT: out.bits = vector_op(inst->op, inst->sub, a.bits, b.bits); break;
    case IR_VSPLAT:
        for (u32 at = 0; at < 128; at += ir_type_bits(inst->sub))
            out.bits |= a.bits << at;
        break;
    case IR_VMOVEMASK:
        for (u32 i = 0; i < 16; i++)
            out.bits |= (a.bits >> (8 * i + 7) & 1) << i;
        break;
    case IR_CALL: return run_call(run, inst);
    default: return false;
    }
    vals[inst->result] = out;
    return true;
}

static void enter(Run *run, u32 block, const u32 *list) {
    const IrBlockRow *to = &run->fn->blocks.at[block];
    IrCell *args = SCRATCH_ARRAY(run->interp->scratch, IrCell, list[0]);
    for (u32 i = 0; i < list[0]; i++)
        args[i] = run->vals[list[1 + i]];
    for (u32 i = 0; i < list[0]; i++)
        run->vals[to->params.at[i]] = args[i];
}

static bool run_blocks(Run *run, IrCell results[2]) {
    const IrFn *fn = run->fn;
    for (u32 block = 1;;) {
        const IrInst *inst = &fn->insts.at[fn->blocks.at[block].first];
        for (;; inst = &fn->insts.at[inst->next]) {
            if (run->interp->steps_left == 0) return false;
            run->interp->steps_left--;
            if (ir_op_flags[inst->op] & IR_OP_IS_T) break;
            if (!step(run, inst)) return false;
        }
        const u32 *words = fn->words.at + inst->list;
        switch (inst->op) {
        case IR_BR:
            enter(run, inst->a, words);
            block = inst->a;
            break;
        case IR_CONDBR: {
            bool taken = run->vals[inst->a].bits & 0xff;
            if (!taken) words += 1 + words[0];
            block = taken ? inst->b : inst->c;
            enter(run, block, words);
            break;
        }
        case IR_SWITCH: {
            u128 value = run->vals[inst->a].bits;
            block = inst->b;
            for (u32 i = words[0]; i-- > 0;) {
                const u32 *row = words + 1 + 5 * i;
                u128 want = (u128)pack_u64(row[3], row[2]) << 64 | pack_u64(row[1], row[0]);
                if (want == value) block = row[4];
            }
            break;
        }
        case IR_INVOKE:
            if (!run_call(run, inst)) return false;
            block = (u32)inst->imm;
            break;
        case IR_RET:
            for (u32 i = 0; i < words[0]; i++)
                results[i] = run->vals[words[1 + i]];
            return true;
        default: return false;
        }
    }
}

bool ir_interp(IrInterp *interp, const IrFn *fn, const IrCell *args, IrCell results[2]) {
    u64 mark = scratch_mark(interp->scratch);
    Run run = {.interp = interp, .fn = fn};
    run.vals = SCRATCH_ARRAY(interp->scratch, IrCell, fn->vals.count);
    run.locals = SCRATCH_ARRAY(interp->scratch, IrCell, fn->locals.count);
    run.slots = SCRATCH_ARRAY(interp->scratch, u8 *, fn->slots.count);
    for (u32 i = 1; i < fn->slots.count; i++) {
        run.slots[i] = scratch_take(interp->scratch, fn->slots.at[i].bytes,
                                    min_u32(4096, fn->slots.at[i].align));
    }
    for (u32 i = 0; i < fn->sig.param_count; i++) {
        IrCell cell = args[i];
        if (ir_type_bytes(fn->sig.params[i].type) < 16) {
            cell.bits &= mask_of(fn->sig.params[i].type);
        }
        run.vals[ir_param(fn, i).id] = cell;
    }
    bool ok = run_blocks(&run, results);
    scratch_rewind(interp->scratch, mark);
    return ok;
}
