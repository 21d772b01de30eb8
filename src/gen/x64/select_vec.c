// v128 with the instructions of SSE2.

#include "gen/x64/x64_internal.h"

static u32 lane_index(u32 lane) {
    switch (lane) {
    case IR_I8: return 0;
    case IR_I16: return 1;
    case IR_I32: return 2;
    default: return 3;
    }
}

static void binary(Gen *gen, const IrInst *inst, u32 op) {
    u8 b = val_reg(gen, inst->b, 0);
    u8 reg = val_take(gen, inst->a, 0, resolve(gen, inst->a) != resolve(gen, inst->b), XMM_ALL);
    emit_rr(gen, OP_66(op), 4, reg, b);
    if (inst->op == IR_VEQ && lane_index(inst->sub) == 3) {
        // Both halves of a 64-bit lane must be equal.
        emit_rr(gen, OP_66(0x0f70), 4, XTMP, reg); // pshufd: halves change places
        emit_u8(gen, 0xb1);
        emit_rr(gen, OP_66(0x0fdb), 4, reg, XTMP);
    }
    val_set(gen, inst->result, 0, reg);
}

static void splat(Gen *gen, const IrInst *inst) {
    u8 from = val_reg(gen, inst->a, 0);
    u8 reg = val_dst(gen, inst->result, 0, XMM_ALL);
    u32 lane = lane_index(inst->sub);
    emit_mov(gen, lane == 3 ? 8 : 4, reg, from);
    if (lane == 0) emit_rr(gen, OP_66(0x0f60), 4, reg, reg); // punpcklbw
    if (lane <= 1) emit_rr(gen, OP_66(0x0f61), 4, reg, reg); // punpcklwd
    if (lane <= 2) {
        emit_rr(gen, OP_66(0x0f70), 4, reg, reg); // pshufd
        emit_u8(gen, 0);
    } else {
        emit_rr(gen, OP_66(0x0f6c), 4, reg, reg); // punpcklqdq
    }
    val_set(gen, inst->result, 0, reg);
}

bool select_vec(Gen *gen, const IrInst *inst) {
    static const u16 add[4] = {0x0ffc, 0x0ffd, 0x0ffe, 0x0fd4};
    static const u16 sub[4] = {0x0ff8, 0x0ff9, 0x0ffa, 0x0ffb};
    static const u16 eq[4] = {0x0f74, 0x0f75, 0x0f76, 0x0f76};
    static const u16 gt[4] = {0x0f64, 0x0f65, 0x0f66, 0};
    u32 lane = lane_index(inst->sub);
    switch (inst->op) {
    case IR_VADD: binary(gen, inst, add[lane]); return true;
    case IR_VSUB: binary(gen, inst, sub[lane]); return true;
    case IR_VAND: binary(gen, inst, 0x0fdb); return true;
    case IR_VOR: binary(gen, inst, 0x0feb); return true;
    case IR_VXOR: binary(gen, inst, 0x0fef); return true;
    case IR_VANDNOT: binary(gen, inst, 0x0fdf); return true;
    case IR_VEQ: binary(gen, inst, eq[lane]); return true;
    case IR_VGT:
        if (lane == 3) return false;
        binary(gen, inst, gt[lane]);
        return true;
    case IR_VSPLAT: splat(gen, inst); return true;
    case IR_VMOVEMASK: {
        u8 from = val_reg(gen, inst->a, 0);
        u8 reg = val_dst(gen, inst->result, 0, GPR_ALL);
        emit_rr(gen, OP_66(0x0fd7), 4, reg, from);
        val_set(gen, inst->result, 0, reg);
        return true;
    }
    default: return false;
    }
}
