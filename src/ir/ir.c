// The builder: functions of ir.h that make and read IR.

#include "ir/ir.h"

const char *const ir_op_names[IR_OP_COUNT] = {
#define IR_OP(NAME, text, form, flags) text,
#include "ir/ir_ops.def"
#undef IR_OP
};

const u8 ir_op_forms[IR_OP_COUNT] = {
#define IR_OP(NAME, text, form, flags) IR_FORM_##form,
#include "ir/ir_ops.def"
#undef IR_OP
};

const u8 ir_op_flags[IR_OP_COUNT] = {
#define IR_OP(NAME, text, form, flags) IR_OP_IS_##flags,
#include "ir/ir_ops.def"
#undef IR_OP
};

// --- Types ----------------------------------------------------------------------------------

static const char *const type_names[IR_TYPE_COUNT] = {
    "void", "i8", "i16", "i32", "i64", "i128", "f32", "f64", "ptr", "v128",
};
static const u8 type_bytes[IR_TYPE_COUNT] = {0, 1, 2, 4, 8, 16, 4, 8, 8, 16};

u32 ir_type_bytes(IrType type) {
    return type_bytes[type];
}
const char *ir_type_name(IrType type) {
    return type_names[type];
}

IrType ir_int_type(u32 bytes) {
    switch (bytes) {
    case 1: return IR_I8;
    case 2: return IR_I16;
    case 4: return IR_I32;
    case 8: return IR_I64;
    case 16: return IR_I128;
    }
    UNREACHABLE();
}

// --- Symbols --------------------------------------------------------------------------------

IrSym ir_symbol(IrSymbols *symbols, IrSymKind kind, u64 key, Str name) {
    u8 local[4096];
    u32 bytes = (u32)sizeof(IrSymRow) + name.len;
    if (bytes > sizeof local) {
        // Long names go by a copy of their own; the interner keeps another.
        Scratch scratch;
        scratch_init(&scratch);
        IrSymRow *row = scratch_take(&scratch, bytes, 8);
        *row = (IrSymRow){.kind = kind, .name_len = name.len, .key = key};
        memcpy(row->name, name.at, name.len);
        u32 id = intern(&symbols->rows, row, bytes);
        scratch_deinit(&scratch);
        return (IrSym){id};
    }
    IrSymRow head = {.kind = kind, .name_len = name.len, .key = key};
    memcpy(local, &head, sizeof head);
    if (name.len) memcpy(local + sizeof head, name.at, name.len);
    return (IrSym){intern(&symbols->rows, local, bytes)};
}

IrSym ir_symbol_find(const IrSymbols *symbols, IrSymKind kind, u64 key) {
    IrSymRow row = {.kind = kind, .key = key};
    return (IrSym){intern_find(&symbols->rows, &row, sizeof row)};
}

void ir_symbols_init(IrSymbols *symbols) {
    interner_init(&symbols->rows);
#define IR_KNOWN(name)                                                                             \
    CHECK(ir_symbol(symbols, IR_SYM_FN_EXTERN, 0, STR(#name)).id == IR_KNOWN_##name);
#include "ir/ir_known.def"
#undef IR_KNOWN
}

void ir_symbols_deinit(IrSymbols *symbols) {
    interner_deinit(&symbols->rows);
}

const IrSymRow *ir_symbol_row(const IrSymbols *symbols, IrSym sym) {
    return intern_bytes(&symbols->rows, sym.id, NULL);
}

// --- Functions, blocks, values --------------------------------------------------------------

static IrSig sig_copy(IrFn *fn, const IrSig *sig) {
    IrSig copy = *sig;
    IrParam *params = SCRATCH_ARRAY(fn->scratch, IrParam, sig->param_count);
    if (sig->param_count) memcpy(params, sig->params, sizeof(IrParam) * sig->param_count);
    copy.params = params;
    return copy;
}

static IrVal val_add(IrFn *fn, IrType type, u32 block, u32 inst) {
    IrVal val = {fn->vals.count};
    vec_push(fn->scratch, &fn->vals, (IrValRow){.inst = inst, .block = block, .type = (u8)type});
    return val;
}

IrFn *ir_fn_new(Scratch *scratch, IrSymbols *symbols, Str name, const IrSig *sig) {
    IrFn *fn = SCRATCH_NEW(scratch, IrFn);
    fn->scratch = scratch;
    fn->symbols = symbols;
    fn->name = scratch_str(scratch, name);
    fn->sig = sig_copy(fn, sig);
    vec_reserve(scratch, &fn->insts, 64u);
    vec_reserve(scratch, &fn->vals, 64u);
    vec_reserve(scratch, &fn->blocks, 16u);
    fn->insts.count = fn->vals.count = fn->blocks.count = 1;
    vec_push(scratch, &fn->locals, (IrLocalRow){0});
    vec_push(scratch, &fn->slots, (IrSlotRow){0});
    vec_push(scratch, &fn->sigs, (IrSig){0});
    vec_push(scratch, &fn->words, 0u);
    fn->insts.at[0] = (IrInst){0};
    fn->vals.at[0] = (IrValRow){0};
    fn->blocks.at[0] = (IrBlockRow){0};
    fn->current = ir_block(fn);
    for (u32 i = 0; i < sig->param_count; i++) {
        ir_block_param(fn, fn->current, sig->params[i].type);
    }
    return fn;
}

IrVal ir_param(const IrFn *fn, u32 index) {
    DCHECK(index < fn->sig.param_count);
    return (IrVal){fn->blocks.at[1].params.at[index]};
}

IrType ir_type(const IrFn *fn, IrVal val) {
    DCHECK(val.id != 0 && val.id < fn->vals.count);
    return fn->vals.at[val.id].type;
}

void ir_loc(IrFn *fn, u32 loc) {
    fn->loc = loc;
}

IrBlock ir_block(IrFn *fn) {
    IrBlock block = {fn->blocks.count};
    vec_push(fn->scratch, &fn->blocks, (IrBlockRow){.region = block.id});
    return block;
}

void ir_block_switch(IrFn *fn, IrBlock block) {
    DCHECK(block.id != 0 && block.id < fn->blocks.count);
    fn->current = block;
}

void ir_block_follow(IrFn *fn, IrBlock block) {
    fn->blocks.at[block.id].region = fn->blocks.at[fn->current.id].region;
    ir_block_switch(fn, block);
}

IrVal ir_block_param(IrFn *fn, IrBlock block, IrType type) {
    IrVal val = val_add(fn, type, block.id, 0);
    vec_push(fn->scratch, &fn->blocks.at[block.id].params, val.id);
    return val;
}

void ir_block_cold(IrFn *fn, IrBlock block) {
    fn->blocks.at[block.id].cold = true;
}

bool ir_block_ended(const IrFn *fn) {
    u32 last = fn->blocks.at[fn->current.id].last;
    return last != 0 && (ir_op_flags[fn->insts.at[last].op] & IR_OP_IS_T) != 0;
}

// Appends an instruction to the current block. `type` IR_VOID: no result.
static IrInst *inst_add(IrFn *fn, IrOp op, IrType type) {
    DCHECK(!ir_block_ended(fn));
    u32 id = fn->insts.count;
    vec_push(fn->scratch, &fn->insts, (IrInst){.op = (u8)op, .type = (u8)type, .loc = fn->loc});
    IrBlockRow *block = &fn->blocks.at[fn->current.id];
    if (block->last) {
        fn->insts.at[block->last].next = id;
    } else {
        block->first = id;
    }
    block->last = id;
    return &fn->insts.at[id];
}

static IrInst *inst_add_val(IrFn *fn, IrOp op, IrType type) {
    IrInst *inst = inst_add(fn, op, type);
    inst->result = val_add(fn, type, fn->current.id, fn->blocks.at[fn->current.id].last).id;
    return inst;
}

static u32 list_add(IrFn *fn, const IrVal *vals, u32 count) {
    u32 at = fn->words.count;
    vec_reserve(fn->scratch, &fn->words, count + 1);
    vec_push(fn->scratch, &fn->words, count);
    for (u32 i = 0; i < count; i++)
        vec_push(fn->scratch, &fn->words, vals[i].id);
    return at;
}

static const IrInst *def_of(const IrFn *fn, IrVal val) {
    DCHECK(val.id != 0 && val.id < fn->vals.count);
    return &fn->insts.at[fn->vals.at[val.id].inst]; // row 0 is a nop
}

// --- Locals and slots -----------------------------------------------------------------------

IrLocal ir_local(IrFn *fn, IrType type) {
    IrLocal local = {fn->locals.count};
    vec_push(fn->scratch, &fn->locals, (IrLocalRow){.type = (u8)type});
    return local;
}

// A local just set or read in this block is its value: temporaries never become variables.
IrVal ir_local_get(IrFn *fn, IrLocal local) {
    DCHECK(local.id != 0 && local.id < fn->locals.count);
    IrLocalRow *row = &fn->locals.at[local.id];
    u32 region = fn->blocks.at[fn->current.id].region;
    if (row->known_region == region) return row->known;
    IrInst *inst = inst_add_val(fn, IR_LOCAL_GET, row->type);
    inst->a = local.id;
    row->known_region = region;
    row->known = (IrVal){inst->result};
    return row->known;
}

void ir_local_set(IrFn *fn, IrLocal local, IrVal val) {
    DCHECK(local.id != 0 && local.id < fn->locals.count);
    IrLocalRow *row = &fn->locals.at[local.id];
    IrInst *inst = inst_add(fn, IR_LOCAL_SET, row->type);
    inst->result = 0;
    inst->a = local.id;
    inst->b = val.id;
    row->known_region = fn->blocks.at[fn->current.id].region;
    row->known = val;
}

IrSlot ir_slot(IrFn *fn, u64 bytes, u32 align) {
    DCHECK(is_pow2(align));
    IrSlot slot = {fn->slots.count};
    vec_push(fn->scratch, &fn->slots, (IrSlotRow){.bytes = bytes, .align = align});
    return slot;
}

IrVal ir_slot_addr(IrFn *fn, IrSlot slot) {
    IrSlotRow *row = &fn->slots.at[slot.id];
    u32 region = fn->blocks.at[fn->current.id].region;
    if (row->known_region == region) return row->known;
    IrInst *inst = inst_add_val(fn, IR_SLOT_ADDR, IR_PTR);
    inst->a = slot.id;
    row->known_region = region;
    row->known = (IrVal){inst->result};
    return row->known;
}

// --- Constants and addresses ----------------------------------------------------------------

IrVal ir_const(IrFn *fn, IrType type, u64 value) {
    DCHECK(ir_type_is_int(type));
    u32 bits = ir_type_bits(type), region = fn->blocks.at[fn->current.id].region;
    if (bits < 64) value &= ((u64)1 << bits) - 1;
    IrKnownConst *known = &fn->consts[(value * 7 + type) % IR_KNOWN_CONSTS];
    if (known->region == region && known->value == value && known->type == type) return known->val;
    IrInst *inst = inst_add_val(fn, IR_CONST, type);
    inst->imm = value;
    if (type == IR_I128) inst->imm_high = (i64)value < 0 ? ~(u64)0 : 0;
    *known = (IrKnownConst){value, type, region, {inst->result}};
    return known->val;
}

static IrVal const_bits(IrFn *fn, IrType type, u64 low, u64 high) {
    IrInst *inst = inst_add_val(fn, IR_CONST, type);
    inst->imm = low;
    inst->imm_high = high;
    return (IrVal){inst->result};
}

IrVal ir_const_128(IrFn *fn, u128 value) {
    return const_bits(fn, IR_I128, (u64)value, (u64)(value >> 64));
}
IrVal ir_const_f32(IrFn *fn, u32 bits) {
    return const_bits(fn, IR_F32, bits, 0);
}
IrVal ir_const_f64(IrFn *fn, u64 bits) {
    return const_bits(fn, IR_F64, bits, 0);
}
IrVal ir_const_v128(IrFn *fn, u128 value) {
    return const_bits(fn, IR_V128, (u64)value, (u64)(value >> 64));
}

bool ir_is_const(const IrFn *fn, IrVal val, u64 *value) {
    const IrInst *def = def_of(fn, val);
    if (def->op != IR_CONST || !ir_type_is_int(def->type) || def->type == IR_I128) return false;
    *value = def->imm;
    return true;
}

static IrVal sym_inst(IrFn *fn, IrOp op, IrSym sym, i64 addend) {
    IrInst *inst = inst_add_val(fn, op, IR_PTR);
    inst->a = sym.id;
    inst->imm = (u64)addend;
    return (IrVal){inst->result};
}

IrVal ir_sym_addr(IrFn *fn, IrSym sym, i64 addend) {
    return sym_inst(fn, IR_SYM_ADDR, sym, addend);
}
IrVal ir_tls_addr(IrFn *fn, IrSym sym) {
    return sym_inst(fn, IR_TLS_ADDR, sym, 0);
}

static bool fits_i32(i64 n) {
    return n == (i32)n;
}

// Finds `base + offset` with the constant additions below `ptr` folded in.
static IrVal addr_fold(const IrFn *fn, IrVal ptr, i64 *offset) {
    for (;;) {
        const IrInst *def = def_of(fn, ptr);
        if (def->op != IR_PTR_ADD || def->b != 0) return ptr;
        i64 sum;
        if (__builtin_add_overflow(*offset, (i64)def->imm, &sum) || !fits_i32(sum)) return ptr;
        *offset = sum;
        ptr = (IrVal){def->a};
    }
}

IrVal ir_ptr_add_const(IrFn *fn, IrVal ptr, i64 bytes) {
    ptr = addr_fold(fn, ptr, &bytes);
    if (bytes == 0) return ptr;
    if (!fits_i32(bytes)) return ir_ptr_add(fn, ptr, ir_const(fn, IR_I64, (u64)bytes));
    IrInst *inst = inst_add_val(fn, IR_PTR_ADD, IR_PTR);
    inst->a = ptr.id;
    inst->imm = (u64)bytes;
    return (IrVal){inst->result};
}

IrVal ir_ptr_add(IrFn *fn, IrVal ptr, IrVal bytes) {
    u64 value;
    if (ir_is_const(fn, bytes, &value) && fits_i32((i64)value)) {
        return ir_ptr_add_const(fn, ptr, (i64)value);
    }
    IrInst *inst = inst_add_val(fn, IR_PTR_ADD, IR_PTR);
    inst->a = ptr.id;
    inst->b = bytes.id;
    return (IrVal){inst->result};
}

IrVal ir_ptr_index(IrFn *fn, IrVal ptr, IrVal index, u64 elem_bytes) {
    if (elem_bytes == 0) return ptr;
    u64 value;
    i64 bytes;
    if (ir_is_const(fn, index, &value) &&
        !__builtin_mul_overflow((i64)value, (i64)elem_bytes, &bytes) && fits_i32(bytes)) {
        return ir_ptr_add_const(fn, ptr, bytes);
    }
    u32 scale = 0;
    if (elem_bytes <= 8 && is_pow2(elem_bytes)) {
        scale = (u32)__builtin_ctzll(elem_bytes);
    } else {
        index = ir_mul(fn, index, ir_const(fn, IR_I64, elem_bytes));
    }
    IrInst *inst = inst_add_val(fn, IR_PTR_INDEX, IR_PTR);
    inst->a = ptr.id;
    inst->b = index.id;
    inst->sub = (u8)scale;
    return (IrVal){inst->result};
}

// --- Memory ---------------------------------------------------------------------------------

static IrVal load(IrFn *fn, IrOp op, IrType type, IrVal ptr, i64 offset, u8 flags, u8 order) {
    ptr = addr_fold(fn, ptr, &offset);
    if (!fits_i32(offset)) {
        ptr = ir_ptr_add_const(fn, ptr, offset);
        offset = 0;
    }
    IrInst *inst = inst_add_val(fn, op, type);
    inst->a = ptr.id;
    inst->imm = (u64)offset;
    inst->flags = flags;
    inst->sub = order;
    return (IrVal){inst->result};
}

static void store(IrFn *fn, IrOp op, IrVal ptr, i64 offset, IrVal val, u8 flags, u8 order) {
    ptr = addr_fold(fn, ptr, &offset);
    if (!fits_i32(offset)) {
        ptr = ir_ptr_add_const(fn, ptr, offset);
        offset = 0;
    }
    IrInst *inst = inst_add(fn, op, ir_type(fn, val));
    inst->a = ptr.id;
    inst->b = val.id;
    inst->imm = (u64)offset;
    inst->flags = flags;
    inst->sub = order;
}

IrVal ir_load(IrFn *fn, IrType type, IrVal ptr, i64 offset) {
    return load(fn, IR_LOAD, type, ptr, offset, 0, 0);
}
IrVal ir_load_volatile(IrFn *fn, IrType type, IrVal ptr, i64 offset) {
    return load(fn, IR_LOAD, type, ptr, offset, IR_FLAG_VOLATILE, 0);
}
IrVal ir_atomic_load(IrFn *fn, IrType type, IrVal ptr, IrOrder order) {
    return load(fn, IR_ATOMIC_LOAD, type, ptr, 0, 0, (u8)order);
}
void ir_store(IrFn *fn, IrVal ptr, i64 offset, IrVal val) {
    store(fn, IR_STORE, ptr, offset, val, 0, 0);
}
void ir_store_volatile(IrFn *fn, IrVal ptr, i64 offset, IrVal val) {
    store(fn, IR_STORE, ptr, offset, val, IR_FLAG_VOLATILE, 0);
}
void ir_atomic_store(IrFn *fn, IrVal ptr, IrVal val, IrOrder order) {
    store(fn, IR_ATOMIC_STORE, ptr, 0, val, 0, (u8)order);
}

void ir_copy(IrFn *fn, IrVal to, IrVal from, u64 bytes) {
    if (bytes == 0) return;
    IrInst *inst = inst_add(fn, IR_COPY, IR_VOID);
    inst->a = to.id;
    inst->b = from.id;
    inst->imm = bytes;
}

void ir_zero(IrFn *fn, IrVal to, u64 bytes) {
    if (bytes == 0) return;
    IrInst *inst = inst_add(fn, IR_ZERO, IR_VOID);
    inst->a = to.id;
    inst->imm = bytes;
}

static void mem3(IrFn *fn, IrOp op, IrVal a, IrVal b, IrVal c) {
    IrInst *inst = inst_add(fn, op, IR_VOID);
    inst->a = a.id;
    inst->b = b.id;
    inst->c = c.id;
}

void ir_memcpy(IrFn *fn, IrVal to, IrVal from, IrVal bytes) {
    u64 count;
    if (ir_is_const(fn, bytes, &count)) {
        ir_copy(fn, to, from, count);
        return;
    }
    mem3(fn, IR_MEMCPY, to, from, bytes);
}
void ir_memmove(IrFn *fn, IrVal to, IrVal from, IrVal bytes) {
    mem3(fn, IR_MEMMOVE, to, from, bytes);
}
void ir_memset(IrFn *fn, IrVal to, IrVal byte, IrVal bytes) {
    u64 count, value;
    if (ir_is_const(fn, bytes, &count) && ir_is_const(fn, byte, &value) && value == 0) {
        ir_zero(fn, to, count);
        return;
    }
    mem3(fn, IR_MEMSET, to, byte, bytes);
}

// --- Arithmetic -----------------------------------------------------------------------------

// What is known without running: constants, and nothing added.
static bool fold(IrFn *fn, IrOp op, IrVal a, IrVal b, IrVal *out) {
    u64 x, y, r;
    IrType type = ir_type(fn, a);
    if (!ir_is_const(fn, b, &y)) return false;
    bool nothing = y == 0 && (op == IR_ADD || op == IR_SUB || op == IR_OR || op == IR_XOR ||
                              op == IR_SHL || op == IR_LSHR || op == IR_ASHR);
    if (nothing || (op == IR_MUL && y == 1)) {
        *out = a;
        return true;
    }
    if (!ir_is_const(fn, a, &x)) return false;
    switch (op) {
    case IR_ADD: r = x + y; break;
    case IR_SUB: r = x - y; break;
    case IR_MUL: r = x * y; break;
    case IR_AND: r = x & y; break;
    case IR_OR: r = x | y; break;
    case IR_XOR: r = x ^ y; break;
    case IR_SHL: r = x << (y & (ir_type_bits(type) - 1)); break;
    case IR_LSHR: r = x >> (y & (ir_type_bits(type) - 1)); break;
    default: return false;
    }
    *out = ir_const(fn, type, r);
    return true;
}

static IrVal binary(IrFn *fn, IrOp op, IrVal a, IrVal b) {
    IrVal folded;
    if (fold(fn, op, a, b, &folded)) return folded;
    IrType type = ir_type(fn, a);
    IrInst *inst = inst_add_val(fn, op, type);
    inst->a = a.id;
    inst->b = b.id;
    return (IrVal){inst->result};
}

static IrVal unary(IrFn *fn, IrOp op, IrType type, IrVal a) {
    IrInst *inst = inst_add_val(fn, op, type);
    inst->a = a.id;
    return (IrVal){inst->result};
}

#define BINARY(name, OP)                                                                           \
    IrVal ir_##name(IrFn *fn, IrVal a, IrVal b) {                                                  \
        return binary(fn, IR_##OP, a, b);                                                          \
    }
BINARY(add, ADD)
BINARY(sub, SUB)
BINARY(mul, MUL)
BINARY(udiv, UDIV)
BINARY(sdiv, SDIV)
BINARY(urem, UREM)
BINARY(srem, SREM)
BINARY(and, AND)
BINARY(or, OR)
BINARY(xor, XOR)
BINARY(shl, SHL)
BINARY(lshr, LSHR)
BINARY(ashr, ASHR)
BINARY(rotl, ROTL)
BINARY(rotr, ROTR)
BINARY(fadd, FADD)
BINARY(fsub, FSUB)
BINARY(fmul, FMUL)
BINARY(fdiv, FDIV)
BINARY(frem, FREM)
BINARY(fmin, FMIN)
BINARY(fmax, FMAX)
BINARY(fcopysign, FCOPYSIGN)
#undef BINARY

#define UNARY(name, OP)                                                                            \
    IrVal ir_##name(IrFn *fn, IrVal a) {                                                           \
        return unary(fn, IR_##OP, ir_type(fn, a), a);                                              \
    }
UNARY(neg, NEG)
UNARY(not, NOT)
UNARY(ctpop, CTPOP)
UNARY(ctlz, CTLZ)
UNARY(cttz, CTTZ)
UNARY(bswap, BSWAP)
UNARY(bitreverse, BITREVERSE)
UNARY(fneg, FNEG)
UNARY(fabs, FABS)
UNARY(fsqrt, FSQRT)
#undef UNARY

IrVal ir_bool_not(IrFn *fn, IrVal a) {
    return ir_xor(fn, a, ir_const(fn, IR_I8, 1));
}

IrVal ir_add_sat(IrFn *fn, bool is_signed, IrVal a, IrVal b) {
    return binary(fn, is_signed ? IR_SADD_SAT : IR_UADD_SAT, a, b);
}
IrVal ir_sub_sat(IrFn *fn, bool is_signed, IrVal a, IrVal b) {
    return binary(fn, is_signed ? IR_SSUB_SAT : IR_USUB_SAT, a, b);
}

static IrVal binary_ovf(IrFn *fn, IrOp op, IrVal a, IrVal b) {
    IrVal first = binary(fn, op, a, b);
    val_add(fn, IR_I8, fn->current.id, fn->vals.at[first.id].inst);
    return first;
}

IrVal ir_add_ovf(IrFn *fn, bool is_signed, IrVal a, IrVal b) {
    return binary_ovf(fn, is_signed ? IR_SADD_OVF : IR_UADD_OVF, a, b);
}
IrVal ir_sub_ovf(IrFn *fn, bool is_signed, IrVal a, IrVal b) {
    return binary_ovf(fn, is_signed ? IR_SSUB_OVF : IR_USUB_OVF, a, b);
}
IrVal ir_mul_ovf(IrFn *fn, bool is_signed, IrVal a, IrVal b) {
    return binary_ovf(fn, is_signed ? IR_SMUL_OVF : IR_UMUL_OVF, a, b);
}

static IrVal compare(IrFn *fn, IrOp op, u8 sub, IrVal a, IrVal b) {
    IrInst *inst = inst_add_val(fn, op, IR_I8);
    inst->a = a.id;
    inst->b = b.id;
    inst->sub = sub;
    return (IrVal){inst->result};
}

static bool compare_consts(IrCmp cmp, u32 bits, u64 a, u64 b) {
    i64 x = (i64)(a << (64 - bits)), y = (i64)(b << (64 - bits));
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

IrVal ir_icmp(IrFn *fn, IrCmp cmp, IrVal a, IrVal b) {
    u64 x, y;
    if (ir_is_const(fn, a, &x) && ir_is_const(fn, b, &y))
        return ir_bool(fn, compare_consts(cmp, ir_type_bits(ir_type(fn, a)), x, y));
    return compare(fn, IR_ICMP, (u8)cmp, a, b);
}
IrVal ir_fcmp(IrFn *fn, IrFcmp cmp, IrVal a, IrVal b) {
    return compare(fn, IR_FCMP, (u8)cmp, a, b);
}

IrVal ir_select(IrFn *fn, IrVal cond, IrVal if_1, IrVal if_0) {
    u64 known;
    if (ir_is_const(fn, cond, &known)) return known ? if_1 : if_0;
    IrInst *inst = inst_add_val(fn, IR_SELECT, ir_type(fn, if_1));
    inst->a = cond.id;
    inst->b = if_1.id;
    inst->c = if_0.id;
    return (IrVal){inst->result};
}

// --- Conversions ----------------------------------------------------------------------------

static IrVal convert(IrFn *fn, IrOp op, IrType type, IrVal a) {
    const IrInst *def = def_of(fn, a);
    u64 value;
    if (ir_type_is_int(type) && type != IR_I128 && ir_is_const(fn, a, &value)) {
        u32 bits = ir_type_bits(def->type);
        if (op == IR_SEXT && bits < 64) value = (u64)((i64)(value << (64 - bits)) >> (64 - bits));
        return ir_const(fn, type, value);
    }
    return unary(fn, op, type, a);
}

IrVal ir_trunc(IrFn *fn, IrType type, IrVal a) {
    if (ir_type_bytes(ir_type(fn, a)) == ir_type_bytes(type)) return a;
    return convert(fn, IR_TRUNC, type, a);
}
IrVal ir_zext(IrFn *fn, IrType type, IrVal a) {
    if (ir_type_bytes(ir_type(fn, a)) == ir_type_bytes(type)) return a;
    return convert(fn, IR_ZEXT, type, a);
}
IrVal ir_sext(IrFn *fn, IrType type, IrVal a) {
    if (ir_type_bytes(ir_type(fn, a)) == ir_type_bytes(type)) return a;
    return convert(fn, IR_SEXT, type, a);
}
IrVal ir_bitcast(IrFn *fn, IrType type, IrVal a) {
    IrType from = ir_type(fn, a);
    if (from == type || (ir_type_is_int(from) && ir_type_is_int(type))) {
        DCHECK(ir_type_bytes(from) == ir_type_bytes(type));
        return a;
    }
    return unary(fn, IR_BITCAST, type, a);
}
IrVal ir_int_cast(IrFn *fn, IrType type, bool from_signed, IrVal a) {
    u32 from = ir_type_bytes(ir_type(fn, a)), to = ir_type_bytes(type);
    if (to < from) return ir_trunc(fn, type, a);
    return from_signed ? ir_sext(fn, type, a) : ir_zext(fn, type, a);
}
IrVal ir_int_to_float(IrFn *fn, IrType type, bool from_signed, IrVal a) {
    return unary(fn, from_signed ? IR_SITOF : IR_UITOF, type, a);
}
IrVal ir_float_to_int(IrFn *fn, IrType type, bool to_signed, IrVal a) {
    return unary(fn, to_signed ? IR_FTOSI : IR_FTOUI, type, a);
}
IrVal ir_float_conv(IrFn *fn, IrType type, IrVal a) {
    if (ir_type(fn, a) == type) return a;
    return unary(fn, IR_FCONV, type, a);
}

// --- Atomics, vectors -----------------------------------------------------------------------

IrVal ir_atomic_rmw(IrFn *fn, IrRmw op, IrVal ptr, IrVal val) {
    IrInst *inst = inst_add_val(fn, IR_ATOMIC_RMW, ir_type(fn, val));
    inst->a = ptr.id;
    inst->b = val.id;
    inst->sub = (u8)op;
    return (IrVal){inst->result};
}

IrVal ir_cmpxchg(IrFn *fn, IrVal ptr, IrVal expected, IrVal desired) {
    IrInst *inst = inst_add_val(fn, IR_CMPXCHG, ir_type(fn, expected));
    inst->a = ptr.id;
    inst->b = expected.id;
    inst->c = desired.id;
    IrVal first = {inst->result};
    val_add(fn, IR_I8, fn->current.id, fn->vals.at[first.id].inst);
    return first;
}

void ir_fence(IrFn *fn, IrOrder order) {
    inst_add(fn, IR_FENCE, IR_VOID)->sub = (u8)order;
}

IrVal ir_vop(IrFn *fn, IrOp op, IrType lane, IrVal a, IrVal b) {
    DCHECK(ir_op_forms[op] == IR_FORM_VBIN);
    IrInst *inst = inst_add_val(fn, op, IR_V128);
    inst->a = a.id;
    inst->b = b.id;
    inst->sub = (u8)lane;
    return (IrVal){inst->result};
}

IrVal ir_vsplat(IrFn *fn, IrVal a) {
    IrType lane = ir_type(fn, a);
    IrInst *inst = inst_add_val(fn, IR_VSPLAT, IR_V128);
    inst->a = a.id;
    inst->sub = (u8)lane;
    return (IrVal){inst->result};
}

IrVal ir_vmovemask(IrFn *fn, IrVal a) {
    IrInst *inst = inst_add_val(fn, IR_VMOVEMASK, IR_I32);
    inst->a = a.id;
    inst->sub = IR_I8;
    return (IrVal){inst->result};
}

// --- Calls ----------------------------------------------------------------------------------

static IrInst *call_add(IrFn *fn, IrOp op, IrCallee callee, const IrSig *sig, const IrVal *args) {
    IrSig copy = sig_copy(fn, sig);
    u32 sig_id = fn->sigs.count;
    vec_push(fn->scratch, &fn->sigs, copy);
    u32 list = list_add(fn, args, sig->param_count);
    IrType type = sig->result_count ? sig->results[0] : IR_VOID;
    IrInst *inst = type ? inst_add_val(fn, op, type) : inst_add(fn, op, type);
    inst->sub = (u8)callee.kind;
    inst->a = callee.id;
    inst->b = sig_id;
    inst->list = list;
    if (sig->result_count == 2) {
        val_add(fn, sig->results[1], fn->current.id, fn->vals.at[inst->result].inst);
    }
    return inst;
}

IrVal ir_call(IrFn *fn, IrCallee callee, const IrSig *sig, const IrVal *args) {
    return (IrVal){call_add(fn, IR_CALL, callee, sig, args)->result};
}

IrVal ir_invoke(IrFn *fn, IrCallee callee, const IrSig *sig, const IrVal *args, IrBlock normal,
                IrBlock unwind) {
    IrInst *inst = call_add(fn, IR_INVOKE, callee, sig, args);
    inst->imm = pack_u64(unwind.id, normal.id);
    return (IrVal){inst->result};
}

IrVal ir_landingpad(IrFn *fn, IrPadKind kind) {
    IrInst *inst = inst_add_val(fn, IR_LANDINGPAD, IR_PTR);
    inst->sub = (u8)kind;
    return (IrVal){inst->result};
}

// --- Terminators ----------------------------------------------------------------------------

void ir_br_args(IrFn *fn, IrBlock target, const IrVal *args, u32 count) {
    u32 list = list_add(fn, args, count);
    IrInst *inst = inst_add(fn, IR_BR, IR_VOID);
    inst->a = target.id;
    inst->list = list;
}

void ir_br(IrFn *fn, IrBlock target) {
    ir_br_args(fn, target, NULL, 0);
}

void ir_condbr_args(IrFn *fn, IrVal cond, IrBlock if_1, const IrVal *args_1, u32 count_1,
                    IrBlock if_0, const IrVal *args_0, u32 count_0) {
    u64 value;
    if (ir_is_const(fn, cond, &value)) {
        ir_br_args(fn, value ? if_1 : if_0, value ? args_1 : args_0, value ? count_1 : count_0);
        return;
    }
    u32 list = list_add(fn, args_1, count_1);
    list_add(fn, args_0, count_0);
    IrInst *inst = inst_add(fn, IR_CONDBR, IR_VOID);
    inst->a = cond.id;
    inst->b = if_1.id;
    inst->c = if_0.id;
    inst->list = list;
}

void ir_condbr(IrFn *fn, IrVal cond, IrBlock if_1, IrBlock if_0) {
    ir_condbr_args(fn, cond, if_1, NULL, 0, if_0, NULL, 0);
}

void ir_switch(IrFn *fn, IrVal val, const IrCase *cases, u32 count, IrBlock otherwise) {
    u32 list = fn->words.count;
    vec_reserve(fn->scratch, &fn->words, 1 + 5 * count);
    vec_push(fn->scratch, &fn->words, count);
    for (u32 i = 0; i < count; i++) {
        u128 value = cases[i].value;
        for (u32 w = 0; w < 4; w++) {
            vec_push(fn->scratch, &fn->words, (u32)(value >> (32 * w)));
        }
        vec_push(fn->scratch, &fn->words, cases[i].block.id);
    }
    IrInst *inst = inst_add(fn, IR_SWITCH, IR_VOID);
    inst->a = val.id;
    inst->b = otherwise.id;
    inst->list = list;
}

void ir_ret(IrFn *fn, const IrVal *vals, u32 count) {
    IrVal sret;
    if (count == 0 && fn->sig.param_count && fn->sig.params[0].kind == IR_PARAM_SRET) {
        sret = ir_param(fn, 0);
        vals = &sret;
        count = 1;
    }
    u32 list = list_add(fn, vals, count);
    inst_add(fn, IR_RET, IR_VOID)->list = list;
}

void ir_resume(IrFn *fn, IrVal exception) {
    inst_add(fn, IR_RESUME, IR_VOID)->a = exception.id;
}

void ir_unreachable(IrFn *fn) {
    inst_add(fn, IR_UNREACHABLE, IR_VOID);
}

// --- Reading --------------------------------------------------------------------------------

u32 ir_successors(const IrFn *fn, const IrInst *inst, u32 *out, u32 out_max) {
    u32 count = 0;
#define SUCCESSOR(block)                                                                           \
    do {                                                                                           \
        if (out && count < out_max) out[count] = (block);                                          \
        count++;                                                                                   \
    } while (0)
    switch (inst->op) {
    case IR_BR: SUCCESSOR(inst->a); break;
    case IR_CONDBR:
        SUCCESSOR(inst->b);
        SUCCESSOR(inst->c);
        break;
    case IR_INVOKE:
        SUCCESSOR((u32)inst->imm);
        SUCCESSOR((u32)(inst->imm >> 32));
        break;
    case IR_SWITCH: {
        const u32 *words = fn->words.at + inst->list;
        for (u32 i = 0; i < words[0]; i++)
            SUCCESSOR(words[1 + 5 * i + 4]);
        SUCCESSOR(inst->b);
        break;
    }
    default: break;
    }
#undef SUCCESSOR
    return count;
}
