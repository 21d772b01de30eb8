// (Names start with ce_, for const evaluation, where mono/ has the same ones for code.)
//
// The machine that runs MIR: its memory, values and places. Shared by the files of consts/.
//
// Memory is a set of allocations (Mem), each at a virtual address of its own: the top four bits
// say stack or global, the next 28 which one, the low 32 the offset. A pointer is a plain 64-bit
// number in memory; a mask beside the bytes tells which bytes are initialised and which belong to
// a pointer, so that numbers which look like addresses stay numbers.

#ifndef RAC_CONSTS_CONSTS_INTERNAL_H
#define RAC_CONSTS_CONSTS_INTERNAL_H

#include "consts/consts.h"
#include "names/names.h"
#include "source/source.h"

typedef struct ConstStore {
    Interner allocs; // ConstAlloc blobs
    Scratch work;    // of the machines that run: tables, globals
    Scratch stack;   // of the machines that run: frames' memory, rewound by frame
    Map intrinsics;  // Symbol -> Intrinsic + 1
    TypeIdHook *type_id;
    u32 depth; // frames of all machines
    u32 unique;
    u32 last_failed; // const_failed_query
} ConstStore;

enum {
    STEPS_MAX = 20000000,
    LAYOUT_SLOTS = 64,
    STEP_BYTES = 64,         // copying this much counts as a step
    FRAMES_MAX = 256,        // of one evaluation
    NESTED_FRAMES_MAX = 600, // of all evaluations that wait for each other
};
#define MEMORY_BYTES_MAX (1ull << 30)

// ---- memory (memory.c) --------------------------------------------------------------------------

typedef enum MemKind {
    MEM_LOCAL,  // of a frame, or made by const_allocate
    MEM_ALLOC,  // target: AllocId
    MEM_STATIC, // target: DefId; its bytes come when they are asked for
    MEM_FN,     // target: InstanceId
    MEM_VTABLE, // ty, dyn
} MemKind;

// A mask byte: 0 uninitialised, 1 plain, 2 + k byte k of a pointer. No mask: all plain.
enum { MASK_NONE = 0, MASK_PLAIN = 1, MASK_PTR = 2 };

typedef struct Mem {
    u8 *bytes, *mask;
    u64 size;
    u32 align;
    u8 kind; // MemKind
    u8 is_dead;
    u8 is_read_only;
    u8 is_interning; // guards against cycles
    u8 is_loaded;    // ALLOC, STATIC: bytes and mask are there
    u32 target;
    Ty ty, dyn;
    u32 interned; // AllocId of a LOCAL that was interned
} Mem;

#define ADDR_STACK  2u
#define ADDR_GLOBAL 4u
static inline u64 mem_addr(u32 space, u32 index) {
    return (u64)space << 60 | (u64)index << 32;
}

typedef struct Scal {
    u128 bits;
    bool is_ptr;
} Scal;

typedef enum ValKind {
    VAL_ZST,
    VAL_SCALAR, // a
    VAL_PAIR,   // a, b
    VAL_MEM,    // bytes and mask, borrowed from a Mem or a temporary; layout->size bytes
} ValKind;
typedef struct Val {
    u8 kind;
    Ty ty; // concrete
    const Layout *layout;
    Scal a, b;
    const u8 *bytes, *mask;
} Val;

typedef struct Place {
    Ty ty;
    const Layout *layout;
    Scal addr, meta;
    u32 variant; // of a trailing downcast
} Place;

typedef struct LocalTy {
    Ty ty;
    const Layout *layout;
} LocalTy;

typedef struct Frame {
    struct Frame *parent;
    const MirBody *body;
    Args args;
    DefId def;
    const LocalTy *locals;
    u32 first;  // Mem index of local 0 on the stack
    u32 lo, hi; // position of what runs
    bool track_caller;
} Frame;

typedef struct FailFrame {
    DefId def;
    u32 lo, hi;
} FailFrame;

typedef VEC(Mem) MemVec;
typedef struct Machine {
    Db *db;
    ConstStore *store;
    Scratch *work;
    Frame *frame;
    MemVec stack, globals;
    Map global_of; // (kind, target) -> index in globals + 1
    Map locals_of; // (owner, args) -> index in local_tys + 1
    VEC(const LocalTy *) local_tys;
    LocalTy layouts[LAYOUT_SLOTS]; // the last ones asked for
    u64 steps, memory_bytes;
    u32 depth;
    DefId item;      // what is evaluated
    bool nested_mut; // memory reached from the result is mutable (static mut)
    // failure
    bool failed;
    bool too_generic;                // it depends on parameters: no error
    bool is_quiet;                   // reported elsewhere
    const char *code;                // of the error; NULL: E0080
    Str message;                     // in `work`
    FailFrame fail_root, fail_inner; // where, in the constant and innermost; def 0: nowhere
    Str notes;                       // the functions, outermost first
} Machine;

void ce_fail(Machine *m, const char *format, ...) __attribute__((format(printf, 2, 3)));
void ce_fail_generic(Machine *m);
void ce_fail_quiet(Machine *m);

u32 mem_new_local(Machine *m, u64 size, u32 align);   // index on the stack
u32 mem_global(Machine *m, MemKind kind, u32 target); // index in globals
Scal mem_global_ptr(Machine *m, MemKind kind, u32 target);
Scal mem_vtable_ptr(Machine *m, Ty ty, Ty dyn);
Mem *mem_find(Machine *m, u64 addr); // NULL: no allocation
// The bytes of a range; NULL after a failure. size 0: any address will do (never NULL).
u8 *mem_range(Machine *m, u64 addr, u64 size, bool write, u8 **mask);
Scal scal_load(Machine *m, const u8 *bytes, const u8 *mask, u32 size, bool *clean);
void scal_store(u8 *bytes, u8 *mask, u32 size, Scal s);
void mem_copy(Machine *m, u64 to, u64 from, u64 size); // may overlap
AllocId alloc_intern_bytes(Db *db, const u8 *bytes, u32 size, u32 align);
AllocId alloc_intern_mem(Machine *m, Mem *mem, Ty ty, bool is_mut);
u64 ce_intern_bytes_ptr(Machine *m, Str bytes, bool zero_after);

static inline Scal scal_int(u128 bits) {
    return (Scal){bits, false};
}
static inline Scal scal_ptr(u64 addr) {
    return (Scal){addr, true};
}

// ---- values and places (place.c)
// ------------------------------------------------------------------

Ty ce_fn_ty(Machine *m, Ty generic);
Args ce_fn_args(Machine *m, Args generic);
const Layout *ce_lay(Machine *m, Ty ty);
Val ce_val_zst(Machine *m, Ty ty);
Val ce_val_scalar(Machine *m, Scal a, Ty ty);
Val ce_val_int(Machine *m, u128 bits, Ty ty);
Val ce_val_pair(Machine *m, Scal a, Scal b, Ty ty);
Val ce_val_at(Machine *m, const u8 *bytes, const u8 *mask, Ty ty); // read from host memory
Val ce_val_field(Machine *m, Val v, u32 variant, u32 field);
void ce_val_spill(Machine *m, Val v, u8 **bytes, u8 **mask); // into host memory, if it is not there
Scal ce_val_single(Machine *m, Val v);
Val ce_val_ptr(Machine *m, Place p, Ty ptr_ty); // a pointer to the place

Place ce_place_of(Machine *m, MirPlace place);
Place ce_place_local(Machine *m, u32 local);
Place ce_place_deref(Machine *m, Val pointer);
Place ce_place_at(Machine *m, Scal addr, Scal meta, Ty ty);
Place ce_place_field(Machine *m, Place p, u32 variant, u32 field);
Place ce_place_elem(Machine *m, Place p, u64 index);
u64 ce_place_len(Machine *m, Place p);
Val ce_place_read(Machine *m, Place p);
void ce_place_write(Machine *m, Place p, Val v);
Val ce_operand(Machine *m, MirOperand op);
Ty ce_operand_ty(Machine *m, MirOperand op);
bool ce_read_variant(Machine *m, Place p, u32 *variant);
void ce_write_discriminant(Machine *m, Place p, u32 variant);
u128 ce_size_of_place(Machine *m, Ty ty, Scal meta, u64 *align);

// ---- rvalues (rvalue.c)
// ---------------------------------------------------------------------------

u128 ce_mask_to(u128 v, u32 bytes);
i128 ce_sext(u128 v, u32 bytes);
void ce_assign(Machine *m, Place to, const MirRvalue *rv);
Scal ce_binary(Machine *m, MirBinOp op, Ty ty, Scal a, Scal b, Ty b_ty, bool *overflow);
Val ce_transmute(Machine *m, Val v, Ty to);
Val ce_unsize(Machine *m, Val v, Ty to);

// ---- calls (call.c)
// -------------------------------------------------------------------------------

// `args` are spread. The result is written to dest (ignored for types without values).
void ce_call_instance(Machine *m, InstanceId callee, const Val *args, u32 count, Place dest);
void ce_call_fn_ptr(Machine *m, Scal pointer, const Val *args, u32 count, Place dest);
void ce_drop_place(Machine *m, Place p);
// Runs a constant's or promoted's body in a frame of its own; the result lies in local 0 of *first.
void ce_run_body(Machine *m, const MirBody *body, Args args);
Scal ce_location_ptr(Machine *m);
DefId ce_text_owner(Db *db, DefId def); // whose text positions in the body of `def` are in
Str ce_path(Machine *m, DefId def);     // for messages: without the name of the user's crate
Place ce_temp_place(Machine *m, Ty ty);

// ---- intrinsics (intrinsic.c, intrinsic_num.c)
// ----------------------------------------------------

// False: not known; its body is called then, if it has one.
bool ce_intrinsic_call(Machine *m, const InstanceRow *row, const Val *args, u32 count, Place dest);
bool ce_intrinsic_num(Machine *m, Str name, const InstanceRow *row, const Val *args, u32 count,
                      Place dest);

// ---- queries (eval.c)
// -----------------------------------------------------------------------------

AllocId ce_eval_item(Db *db, DefId def, Args args, u32 index); // 0: too generic, or in a cycle
enum { EVAL_ITEM = 0, EVAL_STATIC = UINT32_MAX };              // index: promoted + 1
Ty ce_alloc_to_const(Machine *m, AllocId alloc, Ty ty);        // 0: it has no such form
// Writes a constant of a type-level value into memory.
void ce_write_const_ty(Machine *m, Place to, Ty konst);

#endif
