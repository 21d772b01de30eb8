// What the files of gen/x64 share: registers, operands, the state of one compilation.

#ifndef RAC_GEN_X64_X64_INTERNAL_H
#define RAC_GEN_X64_X64_INTERNAL_H

#include "gen/x64/x64.h"

enum {
    RAX,
    RCX,
    RDX,
    RBX,
    RSP,
    RBP,
    RSI,
    RDI,
    R8,
    R9,
    R10,
    R11,
    R12,
    R13,
    R14,
    R15,
    XMM0,
    XMM1,
    XMM15 = XMM0 + 15,
    REG_COUNT,
    REG_NONE = 0xff,
};
// Never allocated: r11 and xmm15 are free inside every instruction's code.
enum { TMP = R11, XTMP = XMM15 };

#define BIT(reg)     ((u32)1 << (reg))
#define GPR_ALL      (0xffffu & ~(BIT(RSP) | BIT(RBP) | BIT(R11)))
#define XMM_ALL      (0x7fffu << XMM0)
#define CALLEE_SAVED (BIT(RBX) | BIT(R12) | BIT(R13) | BIT(R14) | BIT(R15))

typedef enum MemKind { MEM_BASE, MEM_SYM, MEM_POOL } MemKind;

typedef struct Mem {
    u8 kind;  // MemKind
    u8 base;  // MEM_BASE
    u8 index; // REG_NONE if none
    u8 scale_log2;
    u8 reloc; // MEM_SYM: X64RelocKind
    i32 disp; // MEM_POOL: offset in the pool
    u32 sym;  // MEM_SYM
} Mem;

// A register or memory operand.
typedef struct Rm {
    bool is_mem;
    u8 reg;
    Mem mem;
} Rm;

static inline Rm rm_reg(u8 reg) {
    return (Rm){.reg = reg};
}
static inline Mem mem_base(u8 base, i32 disp) {
    return (Mem){.kind = MEM_BASE, .base = base, .index = REG_NONE, .disp = disp};
}
static inline Rm rm_mem(Mem mem) {
    return (Rm){.is_mem = true, .reg = REG_NONE, .mem = mem};
}
static inline Mem mem_plus(Mem mem, i32 bytes) {
    mem.disp += bytes;
    return mem;
}

enum {
    VAL_CROSS = 1,      // lives across control-flow joins: has a home
    VAL_USED = 2,       // somebody needs it
    VAL_REMAT = 4,      // made anew at each use: constants, frame and symbol addresses
    VAL_PINNED = 8,     // its register is a variable's home
    VAL_MEM_VALID = 16, // memory at `mem` holds it
    VAL_OWN_SLOT = 32,  // `mem` is a spill slot made in the block that defines it
    VAL_FUSED = 64,     // no code of its own: part of the instruction that uses it
    VAL_ALIAS = 128,    // local_get that reads the local's home in place
};

typedef struct Val {
    u32 uses;    // remaining in the current block, one more if children of the block need it
    u32 resolve; // the value that stands for this one; itself mostly
    i32 mem;     // offset from rbp, 0 none
    u8 reg[2];   // by part
    u8 type;
    u8 flags;
    u32 raw_uses;
    u32 stamp;    // analysis: block this count is for
    u32 last_use; // analysis: position in the block
} Val;

// A variable wanting a home: a cross value or a local.
typedef struct Var {
    u32 first, last; // positions in reverse post-order, inclusive
    u32 weight;
    u32 id;
    bool is_local;
    u8 type;
} Var;

typedef struct Local {
    u32 gets, sets;
    u32 promoted; // value that stands for all gets, 0 if it is a variable
    u32 set_seen; // analysis
    u32 next_set, next_set_block;
    u32 first, last, weight;
    i32 mem;
    u8 home; // register or REG_NONE
    u8 type;
} Local;

typedef struct LiveIn {
    u32 val;
    u32 uses;
} LiveIn;

typedef struct Snap {
    u32 val;
    i32 mem;
    u8 reg[2];
    u8 flags;
} Snap;

typedef struct Block {
    u32 rpo;    // 0: unreachable; else position + 1
    u32 parent; // its only predecessor, whose state it starts with; 0 none
    u32 preds;
    u32 depth;
    u32 offset; // in code, ~0 before emission
    bool is_pad;
    bool cold;
    U32Vec children;
    VEC(LiveIn) live_in;
    VEC(Snap) snaps; // state at its parent's end
    u32 live_reg_mask;
} Block;

typedef struct Fixup {
    u32 at;    // of the rel32
    u32 block; // or ~0: the epilogue
} Fixup;

typedef struct CallSite {
    u32 start, end;
    u32 pad; // block, 0 none
} CallSite;

typedef struct JumpTable {
    u32 pool_at;
    u32 count;
    const u32 *blocks;
} JumpTable;

#define REG_FREE 0u
#define REG_TEMP 0xffffffffu

typedef struct Gen {
    Scratch *scratch;
    const IrFn *fn;
    Str why; // set when something is not supported

    // Code under construction.
    u8 *code;
    u32 at, cap;
    VEC(X64Reloc) relocs;
    VEC(Fixup) fixups;
    VEC(Fixup) pool_fixups; // block: offset in pool
    VEC(u8) pool;
    VEC(CallSite) sites;
    VEC(X64Loc) locs;
    VEC(JumpTable) tables;
    bool has_pads;

    // Analysis.
    Val *vals;
    Local *locals;
    Block *blocks;
    u32 *rpo; // block ids
    u32 rpo_count;
    u32 *layout;
    i32 *slot_offsets; // by slot: offset from rbp
    bool has_calls;

    // The frame.
    u32 home_regs;   // registers that are some variable's home
    u32 saved_regs;  // callee-saved registers in use
    u32 frame_bytes; // below rbp: saved registers, slots, spills
    u32 out_bytes;   // outgoing arguments
    bool needs_frame;
    U32Vec free_slots8, free_slots16;
    u32 body_at; // where the body starts: the prologue is put before it

    // Registers.
    u32 reg_val[REG_COUNT]; // REG_FREE, REG_TEMP, or val << 1 | part
    u32 locked;
    u32 alloc_mask; // registers that may be allocated
    u32 next_victim;
    u32 block;       // current
    u32 layout_next; // block emitted next, 0 none
} Gen;

// --- encode.c -------------------------------------------------------------------------------

// Opcodes: mandatory prefix << 24 | escape (0x0f00, 0x0f3800) | byte.
#define OP_66(op) (0x66000000u | (op))
#define OP_F2(op) (0xf2000000u | (op))
#define OP_F3(op) (0xf3000000u | (op))

void code_reserve(Gen *gen);
void emit_u8(Gen *gen, u8 byte);
void emit_u32(Gen *gen, u32 word);
void emit_u64(Gen *gen, u64 word);
// size: 1, 2, 4, 8. imm_bytes: immediates that will follow.
void emit_op(Gen *gen, u32 op, u32 size, u8 reg, Rm rm, u32 imm_bytes);
static inline void emit_rr(Gen *gen, u32 op, u32 size, u8 reg, u8 rm) {
    emit_op(gen, op, size, reg, rm_reg(rm), 0);
}
static inline void emit_mem(Gen *gen, u32 op, u32 size, u8 reg, Mem mem) {
    emit_op(gen, op, size, reg, rm_mem(mem), 0);
}

typedef enum Alu { ALU_ADD, ALU_OR, ALU_ADC, ALU_SBB, ALU_AND, ALU_SUB, ALU_XOR, ALU_CMP } Alu;
void emit_alu(Gen *gen, Alu alu, u32 size, u8 reg, Rm rm); // reg op= rm
void emit_alu_mem(Gen *gen, Alu alu, u32 size, Mem mem, u8 reg);
void emit_alu_imm(Gen *gen, Alu alu, u32 size, Rm rm, i32 imm);
typedef enum Shift { SH_ROL, SH_ROR, SH_RCL, SH_RCR, SH_SHL, SH_SHR, SH_SAR = 7 } Shift;
void emit_shift_imm(Gen *gen, Shift shift, u32 size, u8 reg, u8 amount);
void emit_shift_cl(Gen *gen, Shift shift, u32 size, u8 reg);
void emit_mov(Gen *gen, u32 size, u8 to, u8 from); // general or xmm registers, any mix
void emit_mov_imm(Gen *gen, u8 reg, u64 imm);
void emit_load(Gen *gen, u32 bytes, u8 reg, Mem mem); // general (small ones zero-extend) or xmm
void emit_store(Gen *gen, u32 bytes, Mem mem, u8 reg);
void emit_store_imm(Gen *gen, u32 bytes, Mem mem, i32 imm);
void emit_lea(Gen *gen, u8 reg, Mem mem);
void emit_zext(Gen *gen, u32 from_bytes, u8 to, u8 from);
void emit_sext(Gen *gen, u32 from_bytes, u8 to, u8 from); // to 64 bits
enum {
    CC_O,
    CC_NO,
    CC_B,
    CC_AE,
    CC_E,
    CC_NE,
    CC_BE,
    CC_A,
    CC_S,
    CC_NS,
    CC_P,
    CC_NP,
    CC_L,
    CC_GE,
    CC_LE,
    CC_G
};
void emit_setcc(Gen *gen, u8 cc, u8 reg);
void emit_cmov(Gen *gen, u8 cc, u32 size, u8 reg, u8 from);
void emit_jmp(Gen *gen, u32 block);
void emit_jcc(Gen *gen, u8 cc, u32 block);
u32 emit_jcc_short(Gen *gen, u8 cc); // returns where the distance goes: patch_short
u32 emit_jmp_short(Gen *gen);
void patch_short(Gen *gen, u32 at);
u32 pool_add(Gen *gen, const void *bytes, u32 count, u32 align);
Mem mem_pool(u32 at);

// --- analyze.c ------------------------------------------------------------------------------

void analyze(Gen *gen);
static inline u32 resolve(const Gen *gen, u32 val) {
    return gen->vals[val].resolve;
}
static inline const IrInst *def_of(const Gen *gen, u32 val) {
    return &gen->fn->insts.at[gen->fn->vals.at[val].inst];
}

// --- regs.c ---------------------------------------------------------------------------------

static inline bool is_xmm_type(u32 type) {
    return type == IR_F32 || type == IR_F64 || type == IR_V128;
}
static inline u32 part_count(u32 type) {
    return type == IR_I128 ? 2 : 1;
}
static inline u32 part_bytes(u32 type) {
    return type == IR_I128 ? 8 : ir_type_bytes((IrType)type);
}
i32 frame_alloc(Gen *gen, u64 bytes, u32 align);
u8 reg_alloc(Gen *gen, u32 mask); // locked, REG_TEMP
static inline u8 gpr_alloc(Gen *gen) {
    return reg_alloc(gen, GPR_ALL);
}
static inline u8 xmm_alloc(Gen *gen) {
    return reg_alloc(gen, XMM_ALL);
}
void reg_claim(Gen *gen, u8 reg);        // makes this very register free, locks it
void reg_spill(Gen *gen, u8 reg);        // its value goes to memory, the register is free
void regs_save_live(Gen *gen, u32 mask); // before a call: what lives on is in memory
void regs_clobber(Gen *gen, u32 mask);
u8 val_reg(Gen *gen, u32 val, u32 part); // a register holding it, locked: do not write to it
Rm val_rm(Gen *gen, u32 val, u32 part);  // the same, or memory
u8 val_take(Gen *gen, u32 val, u32 part, bool may_reuse, u32 mask); // a copy to be overwritten
void val_to(Gen *gen, u32 val, u32 part, u8 reg);                   // copies it to that register
bool val_imm(const Gen *gen, u32 val, u32 part, i32 *imm);
bool val_const(const Gen *gen, u32 val, u64 *low, u64 *high);
void val_set(Gen *gen, u32 val, u32 part, u8 reg); // the result is here now
void val_store_home(Gen *gen, u32 val);
void val_drop_use(Gen *gen, u32 val);
void val_free(Gen *gen, u32 val);
Mem val_mem(const Gen *gen, u32 val, u32 part); // valid memory only
void inst_end(Gen *gen, const IrInst *inst);
u8 val_dst(Gen *gen, u32 val, u32 part, u32 mask); // register to compute the result in
void regs_begin_block(Gen *gen, u32 block);
void regs_snapshot(Gen *gen, u32 child);
Mem val_addr(Gen *gen, u32 val, i64 offset); // memory at the address in `val`, folded

// --- select_*.c -----------------------------------------------------------------------------

bool select_int(Gen *gen, const IrInst *inst);
bool select_wide(Gen *gen, const IrInst *inst); // i128
bool select_float(Gen *gen, const IrInst *inst);
bool select_mem(Gen *gen, const IrInst *inst);
bool select_vec(Gen *gen, const IrInst *inst);
u8 select_compare(Gen *gen, const IrInst *inst, bool *parity, bool *parity_or); // sets flags
u8 select_overflow(Gen *gen, const IrInst *inst); // sets the result and flags: the condition
u8 select_overflow_wide(Gen *gen, const IrInst *inst);
void set_overflow(Gen *gen, const IrInst *inst, u8 cc);
void emit_byte_swap(Gen *gen, u8 reg, u32 bytes);
void emit_reverse_in_bytes(Gen *gen, u8 reg, u32 bytes);
void emit_count_ones(Gen *gen, u8 reg, u32 bytes);
void unsupported(Gen *gen, const IrInst *inst);

// --- call.c ---------------------------------------------------------------------------------

typedef struct Arg {
    u32 val; // 0: the constant
    u64 constant;
    IrParam param;
} Arg;
void call_entry_params(Gen *gen);
void call_inst(Gen *gen, const IrInst *inst);
// A call to a known function; results are set to `results`' values (0: none wanted).
void call_known(Gen *gen, u32 sym, const Arg *args, u32 count, IrType result_type, u32 result);
void call_ret(Gen *gen, const IrInst *inst);
void call_tls(Gen *gen, const IrInst *inst);

// --- unwind.c -------------------------------------------------------------------------------

void unwind_tables(Gen *gen, u32 prologue_bytes, X64Code *out);

#endif
