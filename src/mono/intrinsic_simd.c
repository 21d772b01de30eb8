// Vector intrinsics, lane by lane in memory; 16-byte integer vectors with SSE2 where it has the
// operation.

#include "mono/intrinsic.h"

typedef struct Lanes {
    Ty elem;
    u32 count;
    u64 stride;
    IrType type;
    bool ok;
} Lanes;

static Lanes lanes_of(Fn *f, Ty ty) {
    Lanes lanes = {0};
    if (ty_kind(f->db, ty) == TY_ADT && layout_field_count(f->db, ty, 0)) {
        Ty field = layout_field_ty(f->db, ty, 0, 0);
        const TyRow *row = ty_row(f->db, field);
        bool array = row->kind == TY_ARRAY;
        lanes.elem = array ? row->elem : field;
        const Layout *l = fn_layout(f, lanes.elem);
        lanes.stride = l->size;
        lanes.count = l->size ? (u32)(fn_layout(f, ty)->size / l->size) : 0;
        lanes.ok = l->repr == REPR_SCALAR && lanes.count;
        if (lanes.ok) lanes.type = scalar_ir(&l->a);
    }
    if (!lanes.ok)
        fail(f, "a vector operation on `%.*s`", STR_ARG(ty_print(f->db, ty, f->scratch)));
    return lanes;
}

static IrVal new_vector(Fn *f, Ty ty) {
    const Layout *l = fn_layout(f, ty);
    return ir_slot_addr(f->ir, ir_slot(f->ir, l->size, l->align));
}

static bool sse_op(MirBinOp op, IrType lane, IrOp *out) {
    bool ints = ir_type_is_int(lane) && lane != IR_I128;
    switch (op) {
    case MIR_BIT_AND: *out = IR_VAND; return true;
    case MIR_BIT_OR: *out = IR_VOR; return true;
    case MIR_BIT_XOR: *out = IR_VXOR; return true;
    case MIR_ADD: *out = IR_VADD; return ints;
    case MIR_SUB: *out = IR_VSUB; return ints;
    default: return false;
    }
}

void intr_simd_binary(Intr *c) {
    Fn *f = c->f;
    Lanes lanes = lanes_of(f, c->ret);
    if (!lanes.ok) return;
    IrVal a = val_address(f, c->args[0]), b = val_address(f, c->args[1]),
          out = new_vector(f, c->ret);
    IrOp op;
    if (fn_layout(f, c->ret)->size == 16 && sse_op((MirBinOp)c->op, lanes.type, &op)) {
        IrVal x = ir_load(f->ir, IR_V128, a, 0), y = ir_load(f->ir, IR_V128, b, 0);
        ir_store(f->ir, out, 0, ir_vop(f->ir, op, ir_int_type((u32)lanes.stride), x, y));
    } else {
        for (u32 i = 0; i < lanes.count && !f->failed; i++) {
            i64 at = (i64)(i * lanes.stride);
            IrVal x = ir_load(f->ir, lanes.type, a, at), y = ir_load(f->ir, lanes.type, b, at);
            ir_store(f->ir, out, at, binary(f, (MirBinOp)c->op, lanes.elem, x, y));
        }
    }
    intr_return(c, val_in_memory(out, c->ret));
}

// Lanes of all ones where the comparison holds.
void intr_simd_compare(Intr *c) {
    Fn *f = c->f;
    Lanes in = lanes_of(f, c->args[0].ty), lanes = lanes_of(f, c->ret);
    if (!in.ok || !lanes.ok) return;
    IrVal a = val_address(f, c->args[0]), b = val_address(f, c->args[1]),
          out = new_vector(f, c->ret);
    bool sign = ty_is_signed(ty_kind(f->db, in.elem));
    bool ints = ir_type_is_int(in.type) && in.stride <= 4 && fn_layout(f, c->ret)->size == 16;
    bool greater = (c->op == MIR_GT || c->op == MIR_LT) && sign;
    if (ints && (c->op == MIR_EQ || greater)) {
        IrVal x = ir_load(f->ir, IR_V128, a, 0), y = ir_load(f->ir, IR_V128, b, 0);
        IrType lane = ir_int_type((u32)in.stride);
        IrVal r = c->op == MIR_EQ   ? ir_vop(f->ir, IR_VEQ, lane, x, y)
                  : c->op == MIR_GT ? ir_vop(f->ir, IR_VGT, lane, x, y)
                                    : ir_vop(f->ir, IR_VGT, lane, y, x);
        ir_store(f->ir, out, 0, r);
    } else {
        for (u32 i = 0; i < in.count && !f->failed; i++) {
            IrVal x = ir_load(f->ir, in.type, a, (i64)(i * in.stride));
            IrVal y = ir_load(f->ir, in.type, b, (i64)(i * in.stride));
            IrVal r = binary(f, (MirBinOp)c->op, in.elem, x, y);
            IrVal mask = ir_neg(f->ir, ir_int_cast(f->ir, lanes.type, false, r));
            ir_store(f->ir, out, (i64)(i * lanes.stride), mask);
        }
    }
    intr_return(c, val_in_memory(out, c->ret));
}

// One bit per lane: its top bit. The result is an integer, or an array of bytes.
void intr_simd_bitmask(Intr *c) {
    Fn *f = c->f;
    Lanes lanes = lanes_of(f, c->args[0].ty);
    if (!lanes.ok) return;
    const Layout *l = fn_layout(f, c->ret);
    IrVal a = val_address(f, c->args[0]);
    IrType type = l->repr == REPR_SCALAR ? scalar_ir(&l->a) : IR_I64;
    IrVal bits;
    if (lanes.stride == 1 && lanes.count == 16) {
        bits = ir_int_cast(f->ir, type, false, ir_vmovemask(f->ir, ir_load(f->ir, IR_V128, a, 0)));
    } else {
        bits = ir_const(f->ir, type, 0);
        IrType lane = ir_int_type((u32)lanes.stride);
        for (u32 i = 0; i < lanes.count; i++) {
            IrVal x = ir_load(f->ir, lane, a, (i64)(i * lanes.stride));
            IrVal top = ir_icmp(f->ir, IR_SLT, x, ir_const(f->ir, lane, 0));
            IrVal bit =
                ir_shl(f->ir, ir_int_cast(f->ir, type, false, top), ir_const(f->ir, IR_I8, i));
            bits = ir_or(f->ir, bits, bit);
        }
    }
    if (l->repr == REPR_SCALAR) {
        intr_scalar(c, bits);
        return;
    }
    IrVal slot = ir_slot_addr(f->ir, ir_slot(f->ir, 8, 8));
    ir_store(f->ir, slot, 0, bits);
    intr_return(c, load_val(f, slot, c->ret));
}

void intr_simd_splat(Intr *c) {
    Fn *f = c->f;
    Lanes lanes = lanes_of(f, c->ret);
    if (!lanes.ok) return;
    IrVal out = new_vector(f, c->ret), v = intr_arg(c, 0);
    for (u32 i = 0; i < lanes.count; i++)
        ir_store(f->ir, out, (i64)(i * lanes.stride), v);
    intr_return(c, val_in_memory(out, c->ret));
}

void intr_simd_lane(Intr *c) {
    Fn *f = c->f;
    Lanes lanes = lanes_of(f, c->args[0].ty);
    if (!lanes.ok) return;
    IrVal a = val_address(f, c->args[0]);
    IrVal index = ir_int_cast(f->ir, IR_I64, false, intr_arg(c, 1));
    if (c->op == 0) {
        intr_scalar(c, ir_load(f->ir, lanes.type, ir_ptr_index(f->ir, a, index, lanes.stride), 0));
        return;
    }
    IrVal out = new_vector(f, c->ret);
    ir_copy(f->ir, out, a, fn_layout(f, c->ret)->size);
    ir_store(f->ir, ir_ptr_index(f->ir, out, index, lanes.stride), 0, intr_arg(c, 2));
    intr_return(c, val_in_memory(out, c->ret));
}

void intr_simd_cast(Intr *c) {
    Fn *f = c->f;
    Lanes in = lanes_of(f, c->args[0].ty), lanes = lanes_of(f, c->ret);
    if (!in.ok || !lanes.ok) return;
    bool int_in = ir_type_is_int(in.type), int_out = ir_type_is_int(lanes.type);
    IrVal a = val_address(f, c->args[0]), out = new_vector(f, c->ret);
    bool sign_in = ty_is_signed(ty_kind(f->db, in.elem)),
         sign_out = ty_is_signed(ty_kind(f->db, lanes.elem));
    for (u32 i = 0; i < lanes.count; i++) {
        IrVal x = ir_load(f->ir, in.type, a, (i64)(i * in.stride));
        if (int_in && int_out)
            x = ir_int_cast(f->ir, lanes.type, sign_in, x);
        else if (int_in)
            x = ir_int_to_float(f->ir, lanes.type, sign_in, x);
        else if (int_out)
            x = ir_float_to_int(f->ir, lanes.type, sign_out, x);
        else
            x = ir_float_conv(f->ir, lanes.type, x);
        ir_store(f->ir, out, (i64)(i * lanes.stride), x);
    }
    intr_return(c, val_in_memory(out, c->ret));
}

// ---- whole vectors to one value -----------------------------------------------------------------

static IrVal lane_min_max(Fn *f, const Lanes *lanes, bool max, IrVal a, IrVal b) {
    if (!ir_type_is_int(lanes->type)) return max ? ir_fmax(f->ir, a, b) : ir_fmin(f->ir, a, b);
    IrVal less = binary(f, MIR_LT, lanes->elem, a, b);
    return max ? ir_select(f->ir, less, b, a) : ir_select(f->ir, less, a, b);
}

// Folds the lanes with a MIR operator; the ordered forms start from a second argument.
void intr_simd_reduce(Intr *c) {
    Fn *f = c->f;
    Lanes lanes = lanes_of(f, c->args[0].ty);
    if (!lanes.ok) return;
    IrVal a = val_address(f, c->args[0]);
    IrVal sum = {0};
    if (c->count > 1) sum = intr_arg(c, 1);
    for (u32 i = 0; i < lanes.count && !f->failed; i++) {
        IrVal x = ir_load(f->ir, lanes.type, a, (i64)(i * lanes.stride));
        sum = sum.id ? binary(f, (MirBinOp)c->op, lanes.elem, sum, x) : x;
    }
    if (!f->failed) intr_scalar(c, sum);
}

void intr_simd_reduce_min_max(Intr *c) {
    Fn *f = c->f;
    Lanes lanes = lanes_of(f, c->args[0].ty);
    if (!lanes.ok) return;
    IrVal a = val_address(f, c->args[0]);
    IrVal best = ir_load(f->ir, lanes.type, a, 0);
    for (u32 i = 1; i < lanes.count && !f->failed; i++)
        best = lane_min_max(f, &lanes, c->op != 0, best,
                            ir_load(f->ir, lanes.type, a, (i64)(i * lanes.stride)));
    if (!f->failed) intr_scalar(c, best);
}

// Masks: whether all lanes (op 0) or any (op 1) are set. A lane is all ones or zero.
void intr_simd_reduce_mask(Intr *c) {
    Fn *f = c->f;
    Lanes lanes = lanes_of(f, c->args[0].ty);
    if (!lanes.ok) return;
    IrVal a = val_address(f, c->args[0]);
    IrVal bits = ir_load(f->ir, lanes.type, a, 0);
    for (u32 i = 1; i < lanes.count; i++) {
        IrVal x = ir_load(f->ir, lanes.type, a, (i64)(i * lanes.stride));
        bits = c->op ? ir_or(f->ir, bits, x) : ir_and(f->ir, bits, x);
    }
    intr_scalar(c, ir_icmp(f->ir, IR_NE, bits, ir_const(f->ir, lanes.type, 0)));
}

// ---- lane by lane -------------------------------------------------------------------------------

// simd_select(mask, if_true, if_false)
void intr_simd_select(Intr *c) {
    Fn *f = c->f;
    Lanes mask = lanes_of(f, c->args[0].ty), lanes = lanes_of(f, c->ret);
    if (!mask.ok || !lanes.ok) return;
    IrVal m = val_address(f, c->args[0]), a = val_address(f, c->args[1]),
          b = val_address(f, c->args[2]), out = new_vector(f, c->ret);
    for (u32 i = 0; i < lanes.count; i++) {
        i64 at = (i64)(i * lanes.stride);
        IrVal bit = ir_load(f->ir, mask.type, m, (i64)(i * mask.stride));
        bit = ir_icmp(f->ir, IR_NE, bit, ir_const(f->ir, mask.type, 0));
        IrVal x = ir_load(f->ir, lanes.type, a, at), y = ir_load(f->ir, lanes.type, b, at);
        ir_store(f->ir, out, at, ir_select(f->ir, bit, x, y));
    }
    intr_return(c, val_in_memory(out, c->ret));
}

// simd_shuffle(x, y, index): lane i is lane index[i] of x and y one behind the other.
void intr_simd_shuffle(Intr *c) {
    Fn *f = c->f;
    Lanes in = lanes_of(f, c->args[0].ty), lanes = lanes_of(f, c->ret);
    if (!in.ok || !lanes.ok) return;
    u64 bytes = in.stride * in.count;
    IrVal both = ir_slot_addr(f->ir, ir_slot(f->ir, 2 * bytes, 16));
    ir_copy(f->ir, both, val_address(f, c->args[0]), bytes);
    ir_copy(f->ir, ir_ptr_add_const(f->ir, both, (i64)bytes), val_address(f, c->args[1]), bytes);
    IrVal index = val_address(f, c->args[2]), out = new_vector(f, c->ret);
    for (u32 i = 0; i < lanes.count; i++) {
        IrVal at = ir_zext(f->ir, IR_I64, ir_load(f->ir, IR_I32, index, 4 * (i64)i));
        IrVal x = ir_load(f->ir, in.type, ir_ptr_index(f->ir, both, at, in.stride), 0);
        ir_store(f->ir, out, (i64)(i * lanes.stride), x);
    }
    intr_return(c, val_in_memory(out, c->ret));
}

typedef enum LaneOp {
    LANE_NEG,
    LANE_FABS,
    LANE_FSQRT,
    LANE_CTPOP,
    LANE_CTLZ,
    LANE_CTTZ,
    LANE_BSWAP,
    LANE_BITREVERSE,
} LaneOp;

void intr_simd_unary(Intr *c) {
    Fn *f = c->f;
    Lanes lanes = lanes_of(f, c->ret);
    if (!lanes.ok) return;
    IrVal a = val_address(f, c->args[0]), out = new_vector(f, c->ret);
    bool is_int = ir_type_is_int(lanes.type);
    for (u32 i = 0; i < lanes.count; i++) {
        i64 at = (i64)(i * lanes.stride);
        IrVal x = ir_load(f->ir, lanes.type, a, at);
        switch ((LaneOp)c->op) {
        case LANE_NEG: x = is_int ? ir_neg(f->ir, x) : ir_fneg(f->ir, x); break;
        case LANE_FABS: x = ir_fabs(f->ir, x); break;
        case LANE_FSQRT: x = ir_fsqrt(f->ir, x); break;
        case LANE_CTPOP: x = ir_ctpop(f->ir, x); break;
        case LANE_CTLZ: x = ir_ctlz(f->ir, x); break;
        case LANE_CTTZ: x = ir_cttz(f->ir, x); break;
        case LANE_BSWAP: x = lanes.stride == 1 ? x : ir_bswap(f->ir, x); break;
        case LANE_BITREVERSE: x = ir_bitreverse(f->ir, x); break;
        }
        ir_store(f->ir, out, at, x);
    }
    intr_return(c, val_in_memory(out, c->ret));
}

// Saturating addition (op 0) and subtraction (op 1).
void intr_simd_saturating(Intr *c) {
    Fn *f = c->f;
    Lanes lanes = lanes_of(f, c->ret);
    if (!lanes.ok) return;
    IrVal a = val_address(f, c->args[0]), b = val_address(f, c->args[1]),
          out = new_vector(f, c->ret);
    bool sign = ty_is_signed(ty_kind(f->db, lanes.elem));
    for (u32 i = 0; i < lanes.count; i++) {
        i64 at = (i64)(i * lanes.stride);
        IrVal x = ir_load(f->ir, lanes.type, a, at), y = ir_load(f->ir, lanes.type, b, at);
        ir_store(f->ir, out, at,
                 c->op ? ir_sub_sat(f->ir, sign, x, y) : ir_add_sat(f->ir, sign, x, y));
    }
    intr_return(c, val_in_memory(out, c->ret));
}
