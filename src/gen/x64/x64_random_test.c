// Random functions: what the interpreter and the machine code give must be the same.
//
// A function takes values of every type, does random things in nested ifs, loops and switches, and
// stores everything it has at the end. RAC_SEED and RAC_COUNT choose others.

#include "gen/x64/x64_test_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { OUT_BYTES = 8192, VALS_MAX = 512 };

typedef struct Maker {
    IrFn *fn;
    u64 state;
    IrVal vals[VALS_MAX]; // usable here
    u32 count;
    IrLocal locals[8];
    u32 local_count;
    IrLocal fuel;
    IrSlot slot;
    u32 budget;
    IrSym helpers[4];
    bool leaf; // calls nothing and has no i128: other registers are homes then
} Maker;

static u64 next(Maker *maker) {
    maker->state ^= maker->state << 13;
    maker->state ^= maker->state >> 7;
    maker->state ^= maker->state << 17;
    return maker->state * 0x2545f4914f6cdd1dull;
}
static u32 below(Maker *maker, u32 limit) {
    return (u32)(next(maker) >> 33) % limit;
}

static void have(Maker *maker, IrVal val) {
    if (maker->count == VALS_MAX) {
        maker->vals[below(maker, VALS_MAX)] = val;
    } else {
        maker->vals[maker->count++] = val;
    }
}

static u64 edge_bits(Maker *maker) {
    switch (below(maker, 8)) {
    case 0: return 0;
    case 1: return 1;
    case 2: return ~(u64)0;
    case 3: return (u64)1 << below(maker, 64);
    case 4: return ((u64)1 << below(maker, 64)) - 1;
    case 5: return below(maker, 256);
    default: return next(maker);
    }
}

static IrVal constant(Maker *maker, IrType type) {
    static const double floats[] = {0.0,    -0.0,   1.0,     -1.5,    1e30,  -1e300, 255.5,
                                    0x1p63, 0x1p64, -0x1p63, 0x1p127, 3.7e9, 1e-310, -129.0};
    double value = floats[below(maker, ARRAY_LEN(floats))];
    float small = (float)value;
    u64 bits64;
    u32 bits32;
    memcpy(&bits64, &value, 8);
    memcpy(&bits32, &small, 4);
    if (below(maker, 12) == 0) {
        bits64 = 0x7ff8000000000000ull;
        bits32 = 0x7fc00000;
    }
    switch (type) {
    case IR_I128: return ir_const_128(maker->fn, (u128)edge_bits(maker) << 64 | edge_bits(maker));
    case IR_V128: return ir_const_v128(maker->fn, (u128)edge_bits(maker) << 64 | edge_bits(maker));
    case IR_F32: return ir_const_f32(maker->fn, bits32);
    case IR_F64: return ir_const_f64(maker->fn, bits64);
    default: return ir_const(maker->fn, type, edge_bits(maker));
    }
}

static IrVal pick(Maker *maker, IrType type) {
    if (below(maker, 6)) {
        u32 start = below(maker, maker->count);
        for (u32 i = 0; i < maker->count; i++) {
            IrVal val = maker->vals[(start + i) % maker->count];
            if (ir_type(maker->fn, val) == type) return val;
        }
    }
    return constant(maker, type);
}

static IrType int_type(Maker *maker) {
    return (IrType)(IR_I8 + below(maker, maker->leaf ? 4 : 5));
}
static IrType any_type(Maker *maker) {
    static const u8 types[] = {IR_I8,  IR_I16,  IR_I32, IR_I64, IR_I64,
                               IR_I32, IR_I128, IR_F32, IR_F64, IR_V128};
    IrType type = types[below(maker, ARRAY_LEN(types))];
    return type == IR_I128 && maker->leaf ? IR_F64 : type;
}
static IrVal pick_bool(Maker *maker) {
    IrType type = int_type(maker);
    return ir_icmp(maker->fn, (IrCmp)below(maker, IR_CMP_COUNT), pick(maker, type),
                   pick(maker, type));
}
static IrVal slot_at(Maker *maker, i64 *offset) {
    *offset = 16 * below(maker, 15) + below(maker, 3);
    IrVal base = ir_slot_addr(maker->fn, maker->slot);
    if (below(maker, 3) == 0) {
        IrVal index = ir_and(maker->fn, pick(maker, IR_I64), ir_const(maker->fn, IR_I64, 15));
        *offset = 0;
        return ir_ptr_index(maker->fn, base, index, 1u << below(maker, 4));
    }
    return base;
}

// Functions that generated code calls; the interpreter calls the very same.
typedef struct Two {
    i64 a, b;
} Two;
static i64 helper_ints(i64 a, i32 b, i8 c, i16 d, i64 e, i64 f, i64 g, i8 h) {
    return (i64)((u64)a + 3 * (u64)b + 5 * (u64)c + 7 * (u64)d + 11 * (u64)e + 13 * (u64)f +
                 17 * (u64)g + 19 * (u64)h);
}
static i128 helper_wide(i64 a, i128 b, i64 c, i64 d, i64 e, i128 f, i64 g) {
    u128 sum = (u128)b * 3 + (u128)f * 13;
    return (i128)(sum + (u64)a + (u64)c * (u128)5 + (u64)d * (u128)7 + (u64)e * (u128)11 +
                  (u64)g * (u128)17);
}
static double helper_floats(double a, float b, i64 c, double d) {
    return a + (double)b * 2 + (double)(i8)c - d;
}
static Two helper_two(i64 a, i64 b) {
    return (Two){(i64)((u64)a - (u64)b), a ^ b};
}

static const IrParam params_ints[] = {{.type = IR_I64},
                                      {.type = IR_I32},
                                      {.type = IR_I8, .sign_extend = true},
                                      {.type = IR_I16, .sign_extend = true},
                                      {.type = IR_I64},
                                      {.type = IR_I64},
                                      {.type = IR_I64},
                                      {.type = IR_I8, .sign_extend = true}};
static const IrParam params_wide[] = {{.type = IR_I64}, {.type = IR_I128}, {.type = IR_I64},
                                      {.type = IR_I64}, {.type = IR_I64},  {.type = IR_I128},
                                      {.type = IR_I64}};
static const IrParam params_floats[] = {
    {.type = IR_F64}, {.type = IR_F32}, {.type = IR_I64}, {.type = IR_F64}};
static const IrParam params_two[] = {{.type = IR_I64}, {.type = IR_I64}};
static const IrSig helper_sigs[4] = {
    {.params = params_ints, .param_count = 8, .results = {IR_I64}, .result_count = 1},
    {.params = params_wide, .param_count = 7, .results = {IR_I128}, .result_count = 1},
    {.params = params_floats, .param_count = 4, .results = {IR_F64}, .result_count = 1},
    {.params = params_two, .param_count = 2, .results = {IR_I64, IR_I64}, .result_count = 2},
};

static bool call_helper(void *cx, IrSym sym, const IrSig *sig, const IrCell *v, IrCell out[2]) {
    const Maker *maker = cx;
    (void)sig;
#define I64(i) ((i64)v[i].bits)
    if (sym.id == maker->helpers[0].id) {
        out[0].bits = (u64)helper_ints(I64(0), (i32)v[1].bits, (i8)v[2].bits, (i16)v[3].bits,
                                       I64(4), I64(5), I64(6), (i8)v[7].bits);
    } else if (sym.id == maker->helpers[1].id) {
        out[0].bits = (u128)helper_wide(I64(0), (i128)v[1].bits, I64(2), I64(3), I64(4),
                                        (i128)v[5].bits, I64(6));
    } else if (sym.id == maker->helpers[2].id) {
        out[0].f64 = helper_floats(v[0].f64, v[1].f32, I64(2), v[3].f64);
    } else {
        Two two = helper_two(I64(0), I64(1));
        out[0].bits = (u64)two.a;
        out[1].bits = (u64)two.b;
    }
    return true;
}

static void random_inst(Maker *maker) {
    IrFn *fn = maker->fn;
    IrType type = int_type(maker);
    IrVal a, b;
    i64 offset;
    switch (below(maker, 24)) {
    case 0:
    case 1:
    case 2: {
        static IrVal (*const ops[])(IrFn *, IrVal, IrVal) = {ir_add, ir_sub, ir_mul, ir_and,
                                                             ir_or,  ir_xor, ir_add, ir_sub};
        a = pick(maker, type);
        have(maker, ops[below(maker, 8)](fn, a, pick(maker, type)));
        return;
    }
    case 3: {
        static IrVal (*const ops[])(IrFn *, IrVal, IrVal) = {ir_shl, ir_lshr, ir_ashr, ir_rotl,
                                                             ir_rotr};
        a = pick(maker, type);
        have(maker, ops[below(maker, 5)](fn, a, pick(maker, int_type(maker))));
        return;
    }
    case 4: {
        // A divisor that is neither 0 nor -1.
        static IrVal (*const ops[])(IrFn *, IrVal, IrVal) = {ir_udiv, ir_sdiv, ir_urem, ir_srem};
        a = pick(maker, type);
        b = ir_and(fn, pick(maker, type), ir_const(fn, type, 0x3e));
        b = ir_or(fn, b, ir_const(fn, type, 1));
        if (below(maker, 4) == 0) b = ir_const(fn, type, 1u << below(maker, 6));
        have(maker, ops[below(maker, 4)](fn, a, b));
        return;
    }
    case 5:
    case 6: {
        static IrVal (*const ops[])(IrFn *, bool, IrVal, IrVal) = {ir_add_ovf, ir_sub_ovf,
                                                                   ir_mul_ovf};
        a = pick(maker, type);
        IrVal first = ops[below(maker, 3)](fn, below(maker, 2), a, pick(maker, type));
        have(maker, first);
        if (below(maker, 3)) have(maker, ir_second(first));
        return;
    }
    case 7: {
        a = pick(maker, type);
        b = pick(maker, type);
        bool is_signed = below(maker, 2);
        have(maker,
             below(maker, 2) ? ir_add_sat(fn, is_signed, a, b) : ir_sub_sat(fn, is_signed, a, b));
        return;
    }
    case 8: {
        static IrVal (*const ops[])(IrFn *, IrVal) = {ir_neg,  ir_not,   ir_ctpop,     ir_ctlz,
                                                      ir_cttz, ir_bswap, ir_bitreverse};
        have(maker, ops[below(maker, 7)](fn, pick(maker, type)));
        return;
    }
    case 9: have(maker, pick_bool(maker)); return;
    case 10: {
        type = any_type(maker);
        IrVal cond = pick_bool(maker);
        a = pick(maker, type);
        have(maker, ir_select(fn, cond, a, pick(maker, type)));
        return;
    }
    case 11:
    case 12:
        have(maker, ir_int_cast(fn, type, below(maker, 2), pick(maker, int_type(maker))));
        return;
    case 13: {
        static IrVal (*const ops[])(IrFn *, IrVal, IrVal) = {ir_fadd, ir_fsub, ir_fmul,
                                                             ir_fdiv, ir_frem, ir_fcopysign};
        type = below(maker, 2) ? IR_F32 : IR_F64;
        a = pick(maker, type);
        have(maker, ops[below(maker, maker->leaf ? 4 : 6)](fn, a, pick(maker, type)));
        return;
    }
    case 14: {
        static IrVal (*const ops[])(IrFn *, IrVal) = {ir_fneg, ir_fabs, ir_fsqrt};
        type = below(maker, 2) ? IR_F32 : IR_F64;
        if (below(maker, 3) == 0) {
            IrVal x = pick(maker, type);
            have(maker, ir_fcmp(fn, (IrFcmp)below(maker, IR_FCMP_COUNT), x, pick(maker, type)));
            return;
        }
        have(maker, ops[below(maker, 3)](fn, pick(maker, type)));
        return;
    }
    case 15: {
        IrType to = below(maker, 2) ? IR_F32 : IR_F64;
        if (below(maker, 2)) {
            have(maker, ir_int_to_float(fn, to, below(maker, 2), pick(maker, type)));
        } else {
            have(maker, ir_float_to_int(fn, type, below(maker, 2), pick(maker, to)));
        }
        return;
    }
    case 16: {
        type = any_type(maker);
        IrVal at = slot_at(maker, &offset);
        have(maker, ir_load(fn, type, at, offset));
        return;
    }
    case 17: {
        IrVal at = slot_at(maker, &offset);
        ir_store(fn, at, offset, pick(maker, any_type(maker)));
        return;
    }
    case 18: {
        IrLocal local = maker->locals[below(maker, maker->local_count)];
        have(maker, ir_local_get(fn, local));
        return;
    }
    case 19: {
        IrLocal local = maker->locals[below(maker, maker->local_count)];
        ir_local_set(fn, local, pick(maker, fn->locals.at[local.id].type));
        return;
    }
    case 20: {
        IrOp op = (IrOp)(IR_VADD + below(maker, 8));
        IrType lane = (IrType)(IR_I8 + below(maker, op == IR_VGT ? 3 : 4));
        a = pick(maker, IR_V128);
        have(maker, ir_vop(fn, op, lane, a, pick(maker, IR_V128)));
        return;
    }
    case 21:
        if (below(maker, 2)) {
            have(maker, ir_vsplat(fn, pick(maker, (IrType)(IR_I8 + below(maker, 4)))));
        } else {
            have(maker, ir_vmovemask(fn, pick(maker, IR_V128)));
        }
        return;
    case 22: {
        if (maker->leaf) return;
        u32 which = below(maker, 4);
        const IrSig *sig = &helper_sigs[which];
        IrVal args[8];
        for (u32 i = 0; i < sig->param_count; i++)
            args[i] = pick(maker, sig->params[i].type);
        IrCallee callee = ir_callee_sym(maker->helpers[which]);
        IrVal first;
        if (below(maker, 2)) {
            IrBlock normal = ir_block(fn), unwind = ir_block(fn);
            first = ir_invoke(fn, callee, sig, args, normal, unwind);
            ir_block_switch(fn, unwind);
            IrVal exception = ir_landingpad(fn, IR_PAD_CLEANUP);
            ir_store(fn, ir_slot_addr(fn, maker->slot), 8, pick(maker, IR_I128));
            ir_resume(fn, exception);
            ir_block_switch(fn, normal);
        } else {
            first = ir_call(fn, callee, sig, args);
        }
        have(maker, first);
        if (sig->result_count == 2) have(maker, ir_second(first));
        return;
    }
    default: {
        type = (IrType)(IR_I8 + below(maker, 4));
        IrVal at = ir_slot_addr(fn, maker->slot);
        i64 where = 16 * below(maker, 14);
        at = ir_ptr_add_const(fn, at, where);
        switch (below(maker, 4)) {
        case 0:
            have(maker,
                 ir_atomic_rmw(fn, (IrRmw)below(maker, IR_RMW_COUNT), at, pick(maker, type)));
            return;
        case 1: {
            a = pick(maker, type);
            IrVal first = ir_cmpxchg(fn, at, a, pick(maker, type));
            have(maker, first);
            have(maker, ir_second(first));
            return;
        }
        case 2: ir_atomic_store(fn, at, pick(maker, type), IR_SEQCST); return;
        default: have(maker, ir_atomic_load(fn, type, at, IR_ACQUIRE)); return;
        }
    }
    }
}

static void region(Maker *maker, u32 depth);

static void random_if(Maker *maker, u32 depth) {
    IrFn *fn = maker->fn;
    IrBlock yes = ir_block(fn), no = ir_block(fn), join = ir_block(fn);
    if (below(maker, 3) == 0) ir_block_cold(fn, below(maker, 2) ? yes : no);
    IrType type = any_type(maker);
    bool with_param = below(maker, 2);
    IrVal param = {0};
    if (with_param) param = ir_block_param(fn, join, type);
    u32 mark = maker->count;
    bool overflow = below(maker, 2);
    if (overflow) {
        IrType sum_type = int_type(maker);
        IrVal a = pick(maker, sum_type);
        IrVal sum = ir_add_ovf(fn, below(maker, 2), a, pick(maker, sum_type));
        have(maker, sum);
        mark = maker->count;
        ir_condbr(fn, ir_second(sum), yes, no);
    } else if (below(maker, 4) == 0) {
        IrType float_type = below(maker, 2) ? IR_F32 : IR_F64;
        IrVal a = pick(maker, float_type);
        ir_condbr(fn, ir_fcmp(fn, (IrFcmp)below(maker, IR_FCMP_COUNT), a, pick(maker, float_type)),
                  yes, no);
    } else {
        ir_condbr(fn, pick_bool(maker), yes, no);
    }
    for (u32 side = 0; side < 2; side++) {
        ir_block_switch(fn, side ? no : yes);
        region(maker, depth + 1);
        IrVal arg = with_param ? pick(maker, type) : (IrVal){0};
        ir_br_args(fn, join, &arg, with_param);
        if (maker->count > mark) maker->count = mark;
    }
    ir_block_switch(fn, join);
    if (with_param) have(maker, param);
}

static void random_loop(Maker *maker, u32 depth) {
    IrFn *fn = maker->fn;
    IrBlock head = ir_block(fn), body = ir_block(fn), done = ir_block(fn);
    IrType type_a = any_type(maker), type_b = below(maker, 2) ? type_a : any_type(maker);
    IrVal params[2] = {ir_block_param(fn, head, type_a), ir_block_param(fn, head, type_b)};
    IrVal args[2] = {pick(maker, type_a), pick(maker, type_b)};
    ir_br_args(fn, head, args, 2);
    ir_block_switch(fn, head);
    IrVal fuel = ir_sub(fn, ir_local_get(fn, maker->fuel), ir_const(fn, IR_I32, 1));
    ir_local_set(fn, maker->fuel, fuel);
    have(maker, params[0]);
    have(maker, params[1]);
    u32 mark = maker->count;
    ir_condbr(fn, ir_icmp(fn, IR_SGT, fuel, ir_const(fn, IR_I32, 0)), body, done);
    ir_block_switch(fn, body);
    region(maker, depth + 1);
    // Sometimes the parameters change places.
    if (type_a == type_b && below(maker, 2)) {
        args[0] = params[1];
        args[1] = params[0];
    } else {
        args[0] = pick(maker, type_a);
        args[1] = pick(maker, type_b);
    }
    ir_br_args(fn, head, args, 2);
    if (maker->count > mark) maker->count = mark;
    ir_block_switch(fn, done);
}

static void random_switch(Maker *maker, u32 depth) {
    IrFn *fn = maker->fn;
    u32 count = 1 + below(maker, 8);
    IrType type = int_type(maker);
    IrBlock join = ir_block(fn), otherwise = ir_block(fn);
    IrCase cases[8];
    IrVal val = pick(maker, type);
    if (below(maker, 2)) val = ir_and(fn, val, ir_const(fn, type, 7));
    for (u32 i = 0; i < count; i++) {
        cases[i] = (IrCase){.value = i, .block = ir_block(fn)};
        if (below(maker, 8) == 0 && type == IR_I128) cases[i].value = (u128)i << 64;
    }
    ir_switch(fn, val, cases, count, otherwise);
    u32 mark = maker->count;
    for (u32 i = 0; i <= count; i++) {
        ir_block_switch(fn, i == count ? otherwise : cases[i].block);
        if (below(maker, 2)) region(maker, depth + 2);
        ir_br(fn, join);
        if (maker->count > mark) maker->count = mark;
    }
    ir_block_switch(fn, join);
}

static void region(Maker *maker, u32 depth) {
    u32 steps = 1 + below(maker, depth == 0 ? 30 : 8);
    for (u32 i = 0; i < steps && maker->budget; i++) {
        maker->budget--;
        u32 what = depth < 4 ? below(maker, 16) : 16;
        if (what == 0) {
            random_loop(maker, depth);
        } else if (what == 1) {
            random_if(maker, depth);
        } else if (what == 2) {
            random_switch(maker, depth);
        } else {
            random_inst(maker);
        }
    }
}

static const IrParam fn_params[] = {
    {.type = IR_PTR}, {.type = IR_I64},  {.type = IR_I32}, {.type = IR_F64}, {.type = IR_I128},
    {.type = IR_I8},  {.type = IR_I128}, {.type = IR_F32}, {.type = IR_I16}, {.type = IR_I64}};
static const IrSig fn_sig = {
    .params = fn_params, .param_count = 10, .results = {IR_I64, IR_F64}, .result_count = 2};
static const IrParam leaf_params[] = {
    {.type = IR_PTR}, {.type = IR_I64}, {.type = IR_I32}, {.type = IR_F64}, {.type = IR_F32}};
static const IrSig leaf_sig = {
    .params = leaf_params, .param_count = 5, .results = {IR_I64, IR_F64}, .result_count = 2};
typedef struct Result {
    i64 a;
    double b;
} Result;
typedef Result Fn(void *, i64, i32, double, i128, i8, i128, float, i16, i64);

typedef Result LeafFn(void *, i64, i32, double, float);

// In pieces that are done without calls.
static void zero_slot(IrFn *fn, IrVal slot) {
    for (u32 at = 0; at < 288; at += 96)
        ir_zero(fn, ir_ptr_add_const(fn, slot, at), 96);
}

static IrFn *random_fn(Maker *maker, Scratch *scratch, IrSymbols *symbols, u64 seed) {
    *maker =
        (Maker){.state = seed * 0x9e3779b97f4a7c15ull + 1, .budget = 120, .leaf = seed % 4 == 0};
    for (u32 i = 0; i < 8; i++)
        next(maker);
    static const char *const names[4] = {"helper_ints", "helper_wide", "helper_floats",
                                         "helper_two"};
    for (u32 i = 0; i < 4; i++) {
        maker->helpers[i] = ir_symbol(symbols, IR_SYM_FN_EXTERN, 0, str_from(names[i]));
    }
    const IrSig *sig = maker->leaf ? &leaf_sig : &fn_sig;
    IrFn *fn = maker->fn =
        ir_fn_new(scratch, symbols, scratch_print(scratch, "random%u", (u32)seed), sig);
    maker->slot = ir_slot(fn, 256 + 32, 1u << below(maker, 7));
    if (maker->leaf) {
        zero_slot(fn, ir_slot_addr(fn, maker->slot));
    } else {
        ir_zero(fn, ir_slot_addr(fn, maker->slot), 256 + 32);
    }
    for (u32 i = 1; i < sig->param_count; i++)
        have(maker, ir_param(fn, i));
    maker->fuel = ir_local(fn, IR_I32);
    ir_local_set(fn, maker->fuel, ir_const(fn, IR_I32, 12));
    for (maker->local_count = 0; maker->local_count < 8; maker->local_count++) {
        IrType type = any_type(maker);
        IrLocal local = maker->locals[maker->local_count] = ir_local(fn, type);
        ir_local_set(fn, local, pick(maker, type));
    }
    region(maker, 0);
    i64 at = 0;
    IrVal out = ir_param(fn, 0);
    for (u32 i = 0; i < maker->local_count; i++, at += 16) {
        ir_store(fn, out, at, ir_local_get(fn, maker->locals[i]));
    }
    for (u32 i = 0; i < maker->count && at < OUT_BYTES - 400; i++, at += 16) {
        ir_store(fn, out, at, maker->vals[i]);
    }
    IrVal slot = ir_slot_addr(fn, maker->slot);
    for (u32 done = 0, piece = maker->leaf ? 128 : 256; done < 256; done += piece) {
        ir_copy(fn, ir_ptr_add_const(fn, out, at + done), ir_ptr_add_const(fn, slot, done), piece);
    }
    ir_ret2(fn, pick(maker, IR_I64), pick(maker, IR_F64));
    return fn;
}

// Which bytes hold floats does not matter: NaNs keep the payload in both.
static bool same_out(const u8 *a, const u8 *b, const IrFn *fn) {
    (void)fn;
    for (u32 at = 0; at < OUT_BYTES; at += 8) {
        u64 x, y;
        memcpy(&x, a + at, 8);
        memcpy(&y, b + at, 8);
        if (x == y) continue;
        double dx, dy;
        float fx, fy;
        memcpy(&dx, &x, 8);
        memcpy(&dy, &y, 8);
        memcpy(&fx, &x, 4);
        memcpy(&fy, &y, 4);
        // The sign of a NaN made by arithmetic is free.
        if (dx != dx && dy != dy) continue;
        if (fx != fx && fy != fy && x >> 32 == y >> 32) continue;
        fprintf(stderr, "at %u: %lx and %lx\n", at, x, y);
        return false;
    }
    return true;
}

static void check_text(const IrFn *fn, Scratch *scratch, IrSymbols *symbols) {
    char *texts[2];
    size_t lens[2];
    for (u32 i = 0; i < 2; i++) {
        FILE *out = open_memstream(&texts[i], &lens[i]);
        ir_print(fn, out);
        fclose(out);
        Str why;
        if (i == 0) fn = ir_parse(scratch, symbols, str_from(texts[0]), &why);
        if (!fn) fail_msg("%.*s", STR_ARG(why));
    }
    assert_string_equal(texts[0], texts[1]);
    free(texts[0]);
    free(texts[1]);
}

static void check_seed(u64 seed, TestImage *image, Scratch *scratch, IrSymbols *symbols) {
    u64 mark = scratch_mark(scratch);
    Maker maker;
    IrFn *fn = random_fn(&maker, scratch, symbols, seed);
    Str why;
    if (!ir_verify(fn, scratch, &why)) {
        ir_print(fn, stderr);
        fail_msg("seed %lu: %.*s", seed, STR_ARG(why));
    }
    if (seed % 16 == 0) check_text(fn, scratch, symbols);
    u8 *out_a = scratch_take(scratch, OUT_BYTES, 16), *out_b = scratch_take(scratch, OUT_BYTES, 16);
    i64 a = (i64)edge_bits(&maker), j = (i64)edge_bits(&maker);
    i128 e = (i128)((u128)edge_bits(&maker) << 64 | edge_bits(&maker)),
         g = ~(i128)edge_bits(&maker);
    double d = (double)(i64)edge_bits(&maker);
    IrCell args[10] = {{.bits = (uintptr_t)out_a}, {.bits = (u64)a}, {.bits = (u32)-7}, {.bits = 0},
                       {.bits = (u128)e},          {.bits = 0x85},   {.bits = (u128)g}, {.bits = 0},
                       {.bits = 0xfedc},           {.bits = (u64)j}};
    args[3].f64 = d;
    args[7].f32 = -2.25f;
    if (maker.leaf) args[4].f32 = -2.25f;
    IrCell results[2] = {0};
    IrInterp interp = {.scratch = scratch, .steps_left = 200000, .call = call_helper, .cx = &maker};
    if (!ir_interp(&interp, fn, args, results)) fail_msg("seed %lu: the interpreter stopped", seed);
    u32 used = image->used, eh_used = image->eh_used, sym_count = image->sym_count,
        cell_count = image->cell_count;
    void *code = test_image_add(image, fn, scratch);
    Result result = maker.leaf
                        ? ((LeafFn *)code)(out_b, a, -7, d, -2.25f)
                        : ((Fn *)code)(out_b, a, -7, d, e, (i8)0x85, g, -2.25f, (i16)0xfedc, j);
    bool same_b =
        results[1].f64 == result.b || (results[1].f64 != results[1].f64 && result.b != result.b);
    if (!same_out(out_a, out_b, fn) || (i64)results[0].bits != result.a || !same_b) {
        ir_print(fn, stderr);
        X64Code blob;
        x64_gen(fn, scratch, &blob, &why);
        x64_disassemble(stderr, &blob, symbols);
        fail_msg("seed %lu differs", seed);
    }
    image->used = used;
    image->eh_used = eh_used;
    image->sym_count = sym_count;
    image->cell_count = cell_count;
    scratch_rewind(scratch, mark);
}

static void random_functions_give_what_the_interpreter_gives(void **state) {
    (void)state;
    Scratch scratch;
    scratch_init(&scratch);
    IrSymbols symbols;
    ir_symbols_init(&symbols);
    TestImage image;
    test_image_init(&image, &symbols);
    image.no_unwind = true;
    test_image_symbol(&image, "_Unwind_Resume", (const void *)(uintptr_t)abort);
    test_image_symbol(&image, "helper_ints", (const void *)(uintptr_t)helper_ints);
    test_image_symbol(&image, "helper_wide", (const void *)(uintptr_t)helper_wide);
    test_image_symbol(&image, "helper_floats", (const void *)(uintptr_t)helper_floats);
    test_image_symbol(&image, "helper_two", (const void *)(uintptr_t)helper_two);
    const char *seed_text = getenv("RAC_SEED"), *count_text = getenv("RAC_COUNT");
    u64 seed = seed_text ? strtoull(seed_text, NULL, 10) : 1;
    u64 count = count_text ? strtoull(count_text, NULL, 10) : 3000;
    for (u64 i = 0; i < count; i++)
        check_seed(seed + i, &image, &scratch, &symbols);
    test_image_deinit(&image);
    ir_symbols_deinit(&symbols);
    scratch_deinit(&scratch);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_functions_give_what_the_interpreter_gives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
