// IR: one function in machine types, between mono (which builds it) and gen (which makes code).
//
// A function is blocks of instructions. An instruction's result is an SSA value (IrVal). What is
// assigned more than once is either a *local* (IrLocal: a mutable variable of one machine type,
// which gen keeps in a register when it can), or memory (IrSlot: bytes in the frame with an
// address). Building a function:
//
//     IrSig sig = {.params = (IrParam[]){{.type = IR_I32}, {.type = IR_I32}}, .param_count = 2,
//                  .results = {IR_I32}, .result_count = 1};
//     IrFn *fn = ir_fn_new(scratch, symbols, STR("sum"), &sig); // its entry block is current
//     ir_ret1(fn, ir_add(fn, ir_param(fn, 0), ir_param(fn, 1)));
//     DCHECK(ir_verify(fn, scratch, &why));
//
// - Instructions go to the end of the current block (ir_block_switch changes it). Blocks may be
//   filled in any order and in turns. Every reachable block ends in one terminator; unreachable
//   blocks are ignored, but if they have instructions they must end in one too.
// - A value may be used where its definition dominates (a value of an invoke: where its normal
//   target dominates). Block parameters stand for phis; locals are the easier way.
// - bool is i8 holding 0 or 1. Comparisons and overflow bits give that; condbr and select want it.
// - ptr and i64 are one machine class: either may stand where the other is asked for.
// - Bits above a value's type do not exist; nothing may be concluded from registers.
// - Memory is little-endian and any alignment is fine, atomics excepted.
// - A type argument is the *result's* type in conversions and loads; elsewhere types are taken
//   from the operands.
//
// Everything lives in the Scratch given to ir_fn_new and dies when that is rewound. Building wrong
// IR fails a DCHECK or is found by ir_verify; the builder gives no errors of its own.

#ifndef RAC_IR_IR_H
#define RAC_IR_IR_H

#include "base/map.h"
#include "base/scratch.h"
#include "base/table.h"
#include <stdio.h>

// --- Names of things ------------------------------------------------------------------------

typedef enum IrType {
    IR_VOID, // no value
    IR_I8,
    IR_I16,
    IR_I32,
    IR_I64,
    IR_I128,
    IR_F32,
    IR_F64,
    IR_PTR,
    IR_V128, // 16 bytes in an xmm register; lanes are the instruction's business
    IR_TYPE_COUNT,
} IrType;

ID_TYPE(IrVal);   // an SSA value
ID_TYPE(IrBlock); // the entry block is 1
ID_TYPE(IrLocal); // a mutable variable
ID_TYPE(IrSlot);  // bytes in the frame
ID_TYPE(IrSym);   // a row of IrSymbols

u32 ir_type_bytes(IrType type); // 1, 2, 4, 8 or 16
static inline u32 ir_type_bits(IrType type) {
    return ir_type_bytes(type) * 8;
}
static inline bool ir_type_is_int(IrType type) {
    return (type >= IR_I8 && type <= IR_I128) || type == IR_PTR;
}
static inline bool ir_type_is_float(IrType type) {
    return type == IR_F32 || type == IR_F64;
}
const char *ir_type_name(IrType type);
IrType ir_int_type(u32 bytes); // 1, 2, 4, 8, 16

// --- Symbols --------------------------------------------------------------------------------

// How code reaches a symbol. The embedder decides what a symbol is; gen only picks instructions
// and relocations by its kind.
typedef enum IrSymKind {
    IR_SYM_FN,          // code in the same image: call rel32, lea rip
    IR_SYM_FN_EXTERN,   // code elsewhere: call through the PLT, address from the GOT
    IR_SYM_FN_SLOT,     // called through its 8-byte slot in the function table: call [rip + slot];
                        // its address is loaded from the slot
    IR_SYM_DATA,        // data in the same image: lea rip
    IR_SYM_DATA_EXTERN, // data elsewhere: address from the GOT
    IR_SYM_TLS,         // thread-local: only for ir_tls_addr (general dynamic)
    IR_SYM_KIND_COUNT,
} IrSymKind;

typedef struct IrSymRow {
    u32 kind;     // IrSymKind
    u32 name_len; // may be 0 when the embedder goes by key
    u64 key;      // the embedder's: an instance, an allocation, ...
    char name[];
} IrSymRow;

// Symbols of one program, interned: equal (kind, key, name) have equal ids.
typedef struct IrSymbols {
    Interner rows;
} IrSymbols;

// Ids of what generated code calls on its own (kind IR_SYM_FN_EXTERN), the same in every table.
enum {
    IR_KNOWN_none,
#define IR_KNOWN(name) IR_KNOWN_##name,
#include "ir/ir_known.def"
#undef IR_KNOWN
    IR_KNOWN_COUNT
};

void ir_symbols_init(IrSymbols *symbols);
void ir_symbols_deinit(IrSymbols *symbols);
IrSym ir_symbol(IrSymbols *symbols, IrSymKind kind, u64 key, Str name);
IrSym ir_symbol_find(const IrSymbols *symbols, IrSymKind kind, u64 key); // 0: never made; key != 0
const IrSymRow *ir_symbol_row(const IrSymbols *symbols, IrSym sym);
static inline Str ir_symbol_name(const IrSymbols *symbols, IrSym sym) {
    const IrSymRow *row = ir_symbol_row(symbols, sym);
    return (Str){row->name, row->name_len};
}

// --- Signatures -----------------------------------------------------------------------------

// The caller of this module has flattened Rust's or C's rules into machine values in order; gen
// gives them registers by the System V rules (ints rdi rsi rdx rcx r8 r9, floats xmm0-7, then the
// stack; an i128 takes two registers or, 16-aligned, the stack).
typedef enum IrParamKind {
    IR_PARAM_VALUE,
    IR_PARAM_BYVAL, // type IR_PTR; `bytes` of memory copied to the stack; the callee sees its
                    // address
    IR_PARAM_SRET,  // type IR_PTR, parameter 0: where the result goes; given back in rax
} IrParamKind;

typedef struct IrParam {
    u8 type;          // IrType
    u8 kind;          // IrParamKind
    bool sign_extend; // i8 and i16: the caller extends with the sign (C's signed char and short);
                      // otherwise it extends with zeros
    u8 align_log2;    // BYVAL: at least 3
    u32 bytes;        // BYVAL
} IrParam;

typedef struct IrSig {
    const IrParam *params; // borrowed; copied when a function or call is made
    u32 param_count;
    u8 result_count; // 0 to 2. Each takes the next of rax, rdx or xmm0, xmm1; i128 alone is rax:rdx
    u8 results[2];   // IrType
    bool
        variadic; // C's "...": sets al. Arguments after the fixed ones are params of the call's sig
    bool no_unwind; // the callee never unwinds
} IrSig;

// --- Instructions ---------------------------------------------------------------------------

typedef enum IrOp {
#define IR_OP(NAME, text, form, flags) IR_##NAME,
#include "ir/ir_ops.def"
#undef IR_OP
    IR_OP_COUNT
} IrOp;

// What the fields of an IrInst mean. v: value id, n: count, list: words in IrFn.words at `list`.
typedef enum IrForm {
    IR_FORM_NONE,
    IR_FORM_CONST,  // imm; i128 and v128: high half in imm_high
    IR_FORM_SLOT,   // a: slot
    IR_FORM_SYM,    // a: symbol, imm: addend
    IR_FORM_PTRADD, // a: v, b: v or 0, imm: bytes (added to both)
    IR_FORM_INDEX,  // a: v, b: v, sub: log2 of the scale (0-3), imm: bytes
    IR_FORM_LGET,   // a: local
    IR_FORM_LSET,   // a: local, b: v
    IR_FORM_LOAD,   // a: v address, imm: offset; sub: IrOrder in atomics
    IR_FORM_STORE,  // a: v address, b: v, imm: offset; type: the value's
    IR_FORM_MEM3,   // a: v, b: v, c: v length
    IR_FORM_COPY,   // a: v to, b: v from, imm: bytes; they do not overlap or are the same
    IR_FORM_ZERO,   // a: v, imm: bytes
    IR_FORM_BIN,    // a: v, b: v
    IR_FORM_SHIFT,  // a: v, b: v of any integer type
    IR_FORM_OVF,    // a: v, b: v; results: wrapped, overflow bit
    IR_FORM_UN,     // a: v
    IR_FORM_ICMP,   // a: v, b: v, sub: IrCmp; type: i8
    IR_FORM_FCMP,   // a: v, b: v, sub: IrFcmp; type: i8
    IR_FORM_SELECT, // a: v condition, b: v, c: v
    IR_FORM_CONV,   // a: v
    IR_FORM_RMW,    // a: v address, b: v, sub: IrRmw; result: the old value
    IR_FORM_CMPX,   // a: v address, b: v expected, c: v new; results: old value, success bit
    IR_FORM_FENCE,  // sub: IrOrder
    IR_FORM_VBIN,   // a: v, b: v, sub: lane IrType
    IR_FORM_VUN,    // a: v, sub: lane IrType
    IR_FORM_CALL,   // sub: IrCallKind, a: symbol or v, b: signature, list: n, n * v
    IR_FORM_PAD,    // sub: IrPadKind; result: ptr
    IR_FORM_INVOKE, // as CALL; imm: normal block | unwind block << 32
    IR_FORM_BR,     // a: block, list: n, n * v
    IR_FORM_CONDBR, // a: v, b: block if 1, c: block if 0, list: n, n * v, n, n * v
    IR_FORM_SWITCH, // a: v, b: default block, list: n, n * (4 words of the value, block)
    IR_FORM_RET,    // list: n, n * v
    IR_FORM_RESUME, // a: v
} IrForm;

typedef enum IrCmp {
    IR_EQ,
    IR_NE,
    IR_ULT,
    IR_ULE,
    IR_UGT,
    IR_UGE,
    IR_SLT,
    IR_SLE,
    IR_SGT,
    IR_SGE,
    IR_CMP_COUNT
} IrCmp;

// O: false if an operand is NaN (Rust's == < <= > >=); U: true if one is (Rust's != is UNE).
typedef enum IrFcmp {
    IR_OEQ,
    IR_ONE,
    IR_OLT,
    IR_OLE,
    IR_OGT,
    IR_OGE,
    IR_ORD,
    IR_UEQ,
    IR_UNE,
    IR_FULT,
    IR_FULE,
    IR_FUGT,
    IR_FUGE,
    IR_UNO,
    IR_FCMP_COUNT
} IrFcmp;

typedef enum IrOrder { IR_RELAXED, IR_ACQUIRE, IR_RELEASE, IR_ACQREL, IR_SEQCST } IrOrder;

typedef enum IrRmw {
    IR_RMW_XCHG,
    IR_RMW_ADD,
    IR_RMW_SUB,
    IR_RMW_AND,
    IR_RMW_OR,
    IR_RMW_XOR,
    IR_RMW_NAND,
    IR_RMW_MAX,
    IR_RMW_MIN,
    IR_RMW_UMAX,
    IR_RMW_UMIN,
    IR_RMW_COUNT
} IrRmw;

typedef enum IrCallKind { IR_CALLEE_SYM, IR_CALLEE_PTR } IrCallKind;

typedef enum IrPadKind {
    IR_PAD_CLEANUP, // runs clean-up, then resumes
    IR_PAD_CATCH,   // catches everything
} IrPadKind;

enum { IR_FLAG_VOLATILE = 1 };

typedef struct IrInst {
    u8 op;      // IrOp
    u8 type;    // IrType of the result, or of what is stored
    u8 sub;     // by form
    u8 flags;   // IR_FLAG_*
    u32 result; // value id, 0 if none; a second result is result + 1
    u32 a, b, c;
    u32 list;
    u32 next; // instruction after this one in the block, 0 at the end
    u32 loc;  // the embedder's source position (ir_loc)
    u64 imm;
    u64 imm_high;
} IrInst;

typedef struct IrValRow {
    u32 inst;  // who defines it, 0 for block parameters
    u32 block; // where
    u8 type;   // IrType
} IrValRow;

typedef struct IrBlockRow {
    u32 first, last; // instructions, 0 if empty
    U32Vec params;   // value ids
    u32 region;      // blocks one behind the other share what is known of locals
    bool cold;
} IrBlockRow;

typedef struct IrLocalRow {
    u8 type; // IrType
    // Builder's memory of what the local holds at the end of region `known_region`.
    u32 known_region;
    IrVal known;
} IrLocalRow;

typedef struct IrSlotRow {
    u64 bytes;
    u32 align;
    // Builder's memory: its address, within region `known_region`.
    u32 known_region;
    IrVal known;
} IrSlotRow;

// Builder's memory of a constant made lately.
typedef struct IrKnownConst {
    u64 value;
    u32 type; // IrType
    u32 region;
    IrVal val;
} IrKnownConst;
enum { IR_KNOWN_CONSTS = 32 };

typedef struct IrFn {
    Scratch *scratch;   // borrowed: holds everything here
    IrSymbols *symbols; // borrowed
    Str name;
    IrSig sig;
    // Row 0 of each is unused.
    VEC(IrInst) insts;
    VEC(IrValRow) vals;
    VEC(IrBlockRow) blocks;
    VEC(IrLocalRow) locals;
    VEC(IrSlotRow) slots;
    VEC(IrSig) sigs;
    U32Vec words;
    IrKnownConst consts[IR_KNOWN_CONSTS];
    IrBlock current;
    u32 loc;
} IrFn;

extern const char *const ir_op_names[IR_OP_COUNT];
extern const u8 ir_op_forms[IR_OP_COUNT]; // IrForm
extern const u8 ir_op_flags[IR_OP_COUNT]; // IR_OP_IS_*
enum { IR_OP_IS_P = 1, IR_OP_IS_E = 2, IR_OP_IS_T = 4 };

// --- Building -------------------------------------------------------------------------------

IrFn *ir_fn_new(Scratch *scratch, IrSymbols *symbols, Str name, const IrSig *sig);
IrVal ir_param(const IrFn *fn, u32 index); // function parameter; BYVAL and SRET: the address
IrType ir_type(const IrFn *fn, IrVal val);
void ir_loc(IrFn *fn, u32 loc); // source position of the instructions that follow

IrBlock ir_block(IrFn *fn); // a new block, not current
void ir_block_switch(IrFn *fn, IrBlock block);
// As ir_block_switch, to a block that only the current one, just ended, leads to: what locals were
// set to is still known there.
void ir_block_follow(IrFn *fn, IrBlock block);
IrVal ir_block_param(IrFn *fn, IrBlock block, IrType type); // before the first branch to it
void ir_block_cold(IrFn *fn, IrBlock block); // rarely run (panics, clean-up): moved out of the way
bool ir_block_ended(const IrFn *fn);         // the current block has its terminator

IrLocal ir_local(IrFn *fn, IrType type); // holds garbage until it is set
IrVal ir_local_get(IrFn *fn, IrLocal local);
void ir_local_set(IrFn *fn, IrLocal local, IrVal val);

IrSlot ir_slot(IrFn *fn, u64 bytes, u32 align); // align: any power of two
IrVal ir_slot_addr(IrFn *fn, IrSlot slot);

// Constants. ir_const takes every integer type and ptr (i128: sign-extended; use ir_const_128).
IrVal ir_const(IrFn *fn, IrType type, u64 value);
IrVal ir_const_128(IrFn *fn, u128 value);
IrVal ir_const_f32(IrFn *fn, u32 bits);
IrVal ir_const_f64(IrFn *fn, u64 bits);
IrVal ir_const_v128(IrFn *fn, u128 value);
static inline IrVal ir_bool(IrFn *fn, bool value) {
    return ir_const(fn, IR_I8, value);
}
bool ir_is_const(const IrFn *fn, IrVal val, u64 *value); // integers and ptr up to 64 bits

IrVal ir_sym_addr(IrFn *fn, IrSym sym, i64 addend); // a function's or datum's address
IrVal ir_tls_addr(IrFn *fn, IrSym sym);
IrVal ir_ptr_add(IrFn *fn, IrVal ptr, IrVal bytes); // bytes: i64
IrVal ir_ptr_add_const(IrFn *fn, IrVal ptr, i64 bytes);
IrVal ir_ptr_index(IrFn *fn, IrVal ptr, IrVal index, u64 elem_bytes); // index: i64

IrVal ir_load(IrFn *fn, IrType type, IrVal ptr, i64 offset);
void ir_store(IrFn *fn, IrVal ptr, i64 offset, IrVal val);
IrVal ir_load_volatile(IrFn *fn, IrType type, IrVal ptr, i64 offset);
void ir_store_volatile(IrFn *fn, IrVal ptr, i64 offset, IrVal val);
void ir_copy(IrFn *fn, IrVal to, IrVal from, u64 bytes); // constant size; disjoint or the same
void ir_zero(IrFn *fn, IrVal to, u64 bytes);             // constant size
void ir_memcpy(IrFn *fn, IrVal to, IrVal from, IrVal bytes);
void ir_memmove(IrFn *fn, IrVal to, IrVal from, IrVal bytes);
void ir_memset(IrFn *fn, IrVal to, IrVal byte /* i8 */, IrVal bytes);

// Integers of one type for both operands. Division traps (SIGFPE) on zero and on MIN / -1.
IrVal ir_add(IrFn *fn, IrVal a, IrVal b);
IrVal ir_sub(IrFn *fn, IrVal a, IrVal b);
IrVal ir_mul(IrFn *fn, IrVal a, IrVal b);
IrVal ir_udiv(IrFn *fn, IrVal a, IrVal b);
IrVal ir_sdiv(IrFn *fn, IrVal a, IrVal b);
IrVal ir_urem(IrFn *fn, IrVal a, IrVal b);
IrVal ir_srem(IrFn *fn, IrVal a, IrVal b);
IrVal ir_and(IrFn *fn, IrVal a, IrVal b);
IrVal ir_or(IrFn *fn, IrVal a, IrVal b);
IrVal ir_xor(IrFn *fn, IrVal a, IrVal b);
// The amount may have any integer type; it counts modulo the width of `a`.
IrVal ir_shl(IrFn *fn, IrVal a, IrVal amount);
IrVal ir_lshr(IrFn *fn, IrVal a, IrVal amount);
IrVal ir_ashr(IrFn *fn, IrVal a, IrVal amount);
IrVal ir_rotl(IrFn *fn, IrVal a, IrVal amount);
IrVal ir_rotr(IrFn *fn, IrVal a, IrVal amount);
IrVal ir_neg(IrFn *fn, IrVal a);
IrVal ir_not(IrFn *fn, IrVal a); // all bits; a bool is negated with ir_bool_not
IrVal ir_bool_not(IrFn *fn, IrVal a);
IrVal ir_ctpop(IrFn *fn, IrVal a); // counts have the operand's type
IrVal ir_ctlz(IrFn *fn, IrVal a);  // of 0: the width
IrVal ir_cttz(IrFn *fn, IrVal a);
IrVal ir_bswap(IrFn *fn, IrVal a);
IrVal ir_bitreverse(IrFn *fn, IrVal a);
IrVal ir_add_sat(IrFn *fn, bool is_signed, IrVal a, IrVal b);
IrVal ir_sub_sat(IrFn *fn, bool is_signed, IrVal a, IrVal b);
// Two results: the wrapped value, and ir_second() of it: i8, 1 if it overflowed.
IrVal ir_add_ovf(IrFn *fn, bool is_signed, IrVal a, IrVal b);
IrVal ir_sub_ovf(IrFn *fn, bool is_signed, IrVal a, IrVal b);
IrVal ir_mul_ovf(IrFn *fn, bool is_signed, IrVal a, IrVal b);
static inline IrVal ir_second(IrVal first) {
    return (IrVal){first.id + 1};
}

IrVal ir_icmp(IrFn *fn, IrCmp cmp, IrVal a, IrVal b);          // i8
IrVal ir_fcmp(IrFn *fn, IrFcmp cmp, IrVal a, IrVal b);         // i8
IrVal ir_select(IrFn *fn, IrVal cond, IrVal if_1, IrVal if_0); // every type

// Floats.
IrVal ir_fadd(IrFn *fn, IrVal a, IrVal b);
IrVal ir_fsub(IrFn *fn, IrVal a, IrVal b);
IrVal ir_fmul(IrFn *fn, IrVal a, IrVal b);
IrVal ir_fdiv(IrFn *fn, IrVal a, IrVal b);
IrVal ir_frem(IrFn *fn, IrVal a, IrVal b); // C's fmod
IrVal ir_fmin(IrFn *fn, IrVal a, IrVal b); // the other operand if one is NaN (C's fmin)
IrVal ir_fmax(IrFn *fn, IrVal a, IrVal b);
IrVal ir_fcopysign(IrFn *fn, IrVal magnitude, IrVal sign);
IrVal ir_fneg(IrFn *fn, IrVal a);
IrVal ir_fabs(IrFn *fn, IrVal a);
IrVal ir_fsqrt(IrFn *fn, IrVal a);

// Conversions. An integer to its own width is the value itself in trunc, zext and sext.
IrVal ir_trunc(IrFn *fn, IrType type, IrVal a); // to a narrower integer
IrVal ir_zext(IrFn *fn, IrType type, IrVal a);  // to a wider integer
IrVal ir_sext(IrFn *fn, IrType type, IrVal a);
IrVal ir_bitcast(IrFn *fn, IrType type, IrVal a); // same size: i32/f32, i64/f64/ptr, i128/v128
IrVal ir_int_cast(IrFn *fn, IrType type, bool from_signed, IrVal a); // whichever of the above fits
IrVal ir_int_to_float(IrFn *fn, IrType type, bool from_signed, IrVal a); // nearest, ties to even
IrVal ir_float_to_int(IrFn *fn, IrType type, bool to_signed,
                      IrVal a);                      // Rust's `as`: saturates, NaN is 0
IrVal ir_float_conv(IrFn *fn, IrType type, IrVal a); // f32 <-> f64

// Atomics, on i8 to i64 and ptr, naturally aligned.
IrVal ir_atomic_load(IrFn *fn, IrType type, IrVal ptr, IrOrder order);
void ir_atomic_store(IrFn *fn, IrVal ptr, IrVal val, IrOrder order);
IrVal ir_atomic_rmw(IrFn *fn, IrRmw op, IrVal ptr,
                    IrVal val); // the old value; sequentially consistent
IrVal ir_cmpxchg(IrFn *fn, IrVal ptr, IrVal expected,
                 IrVal desired); // old value, ir_second: success
void ir_fence(IrFn *fn, IrOrder order);

// v128. Comparison lanes are all ones or all zeros. ir_vgt is signed and has no i64 lanes.
IrVal ir_vop(IrFn *fn, IrOp op /* IR_VADD .. IR_VGT */, IrType lane, IrVal a, IrVal b);
IrVal ir_vsplat(IrFn *fn, IrVal a);    // lane: the type of `a`
IrVal ir_vmovemask(IrFn *fn, IrVal a); // i32: the top bits of the 16 bytes

// Calls. `sig` is copied. The result is the first one (none: id 0), ir_second() the second.
typedef struct IrCallee {
    IrCallKind kind;
    u32 id; // IrSym or IrVal
} IrCallee;
static inline IrCallee ir_callee_sym(IrSym sym) {
    return (IrCallee){IR_CALLEE_SYM, sym.id};
}
static inline IrCallee ir_callee_ptr(IrVal ptr) {
    return (IrCallee){IR_CALLEE_PTR, ptr.id};
}

IrVal ir_call(IrFn *fn, IrCallee callee, const IrSig *sig, const IrVal *args);
// Ends the block: goes on at `normal`, or at `unwind` (which starts with ir_landingpad) when the
// callee unwinds. Neither block has parameters.
IrVal ir_invoke(IrFn *fn, IrCallee callee, const IrSig *sig, const IrVal *args, IrBlock normal,
                IrBlock unwind);
// First in its block, which only invokes' unwind edges reach: the exception's address.
IrVal ir_landingpad(IrFn *fn, IrPadKind kind);

// Terminators.
void ir_br(IrFn *fn, IrBlock target);
void ir_br_args(IrFn *fn, IrBlock target, const IrVal *args, u32 count);
void ir_condbr(IrFn *fn, IrVal cond, IrBlock if_1, IrBlock if_0);
void ir_condbr_args(IrFn *fn, IrVal cond, IrBlock if_1, const IrVal *args_1, u32 count_1,
                    IrBlock if_0, const IrVal *args_0, u32 count_0);
typedef struct IrCase {
    u128 value;    // zero-extended bits
    IrBlock block; // no parameters
} IrCase;
void ir_switch(IrFn *fn, IrVal val, const IrCase *cases, u32 count, IrBlock otherwise);
void ir_ret(IrFn *fn, const IrVal *vals, u32 count); // an SRET pointer is added by itself
static inline void ir_ret0(IrFn *fn) {
    ir_ret(fn, NULL, 0);
}
static inline void ir_ret1(IrFn *fn, IrVal a) {
    ir_ret(fn, &a, 1);
}
static inline void ir_ret2(IrFn *fn, IrVal a, IrVal b) {
    ir_ret(fn, (IrVal[]){a, b}, 2);
}
void ir_resume(IrFn *fn, IrVal exception);
void ir_unreachable(IrFn *fn); // a trap (ud2)

// --- Reading it -----------------------------------------------------------------------------

static inline const IrInst *ir_inst(const IrFn *fn, u32 inst) {
    return &fn->insts.at[inst];
}
static inline const IrInst *ir_block_end(const IrFn *fn, IrBlock block) {
    return &fn->insts.at[fn->blocks.at[block.id].last];
}
// The successors of a terminator: returns their number; `out` may be NULL.
u32 ir_successors(const IrFn *fn, const IrInst *inst, u32 *out, u32 out_max);

typedef void IrOperandFn(void *cx, u32 val);
// In a header so that `visit` becomes part of it: gen's analysis walks all operands four times.
__attribute__((always_inline)) static inline void
ir_each_operand(const IrFn *fn, const IrInst *inst, IrOperandFn *visit, void *cx) {
    const u32 *words = fn->words.at + inst->list;
    switch ((IrForm)ir_op_forms[inst->op]) {
    case IR_FORM_NONE:
    case IR_FORM_CONST:
    case IR_FORM_SLOT:
    case IR_FORM_SYM:
    case IR_FORM_LGET:
    case IR_FORM_FENCE:
    case IR_FORM_PAD: return;
    case IR_FORM_LSET: visit(cx, inst->b); return;
    case IR_FORM_PTRADD:
        visit(cx, inst->a);
        if (inst->b) visit(cx, inst->b);
        return;
    case IR_FORM_LOAD:
    case IR_FORM_ZERO:
    case IR_FORM_UN:
    case IR_FORM_CONV:
    case IR_FORM_VUN:
    case IR_FORM_RESUME:
    case IR_FORM_SWITCH: visit(cx, inst->a); return;
    case IR_FORM_INDEX:
    case IR_FORM_STORE:
    case IR_FORM_COPY:
    case IR_FORM_BIN:
    case IR_FORM_SHIFT:
    case IR_FORM_OVF:
    case IR_FORM_ICMP:
    case IR_FORM_FCMP:
    case IR_FORM_RMW:
    case IR_FORM_VBIN:
        visit(cx, inst->a);
        visit(cx, inst->b);
        return;
    case IR_FORM_MEM3:
    case IR_FORM_SELECT:
    case IR_FORM_CMPX:
        visit(cx, inst->a);
        visit(cx, inst->b);
        visit(cx, inst->c);
        return;
    case IR_FORM_CALL:
    case IR_FORM_INVOKE:
        if (inst->sub == IR_CALLEE_PTR) visit(cx, inst->a);
        for (u32 i = 0; i < words[0]; i++)
            visit(cx, words[1 + i]);
        return;
    case IR_FORM_CONDBR:
        visit(cx, inst->a);
        for (u32 half = 0; half < 2; half++) {
            for (u32 i = 0; i < words[0]; i++)
                visit(cx, words[1 + i]);
            words += 1 + words[0];
        }
        return;
    case IR_FORM_BR:
    case IR_FORM_RET:
        for (u32 i = 0; i < words[0]; i++)
            visit(cx, words[1 + i]);
        return;
    }
    UNREACHABLE();
}

// --- Text and checks (ir_text.c, ir_verify.c, ir_interp.c) ----------------------------------

void ir_print(const IrFn *fn, FILE *out);
// Reads one function as ir_print writes it. On a mistake: NULL, and `why` says where and what.
IrFn *ir_parse(Scratch *scratch, IrSymbols *symbols, Str text, Str *why);
// Checks the rules above. False: `why` (in scratch) names the place.
bool ir_verify(const IrFn *fn, Scratch *scratch, Str *why);

// Runs a function without code generation, on real memory. For tests.
typedef union IrCell {
    u128 bits;
    float f32;
    double f64;
} IrCell;
typedef struct IrInterp {
    Scratch *scratch;
    u64 steps_left; // counts down; 0 stops with false
    // Calls to symbols; NULL: stops with false.
    bool (*call)(void *cx, IrSym sym, const IrSig *sig, const IrCell *args, IrCell results[2]);
    void *cx;
} IrInterp;
// False if it trapped, ran too long or met what it does not run (unwinding, atomics' races).
bool ir_interp(IrInterp *interp, const IrFn *fn, const IrCell *args, IrCell results[2]);

#endif
