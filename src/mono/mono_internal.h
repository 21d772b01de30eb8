// One function being translated, and values and places in it. Shared by the files of mono/.

#ifndef RAC_MONO_MONO_INTERNAL_H
#define RAC_MONO_MONO_INTERNAL_H

#include "mono/mono.h"

// What was worked out lately. What came of queries serves one mono_build only, since it is recorded
// as read by the query that runs; the rest serves for good.

// A type, or a list of them, substituted and normalised.
typedef struct KnownSubst {
    u64 build; // FOR_GOOD, or that which it serves
    u32 generic;
    Args args;
    u32 concrete;
} KnownSubst;
// A function called.
typedef struct KnownCallee {
    u64 build; // that `instance` serves
    DefId def;
    Args args;
    u32 key; // instance_key's, for good; 0: an empty row
    InstanceId instance;
} KnownCallee;
// What concerns one instance: for good.
typedef struct KnownInstance {
    InstanceId instance;
    u32 inlining; // inline.c's
    IrSym sym;    // what a call names; 0: not known yet
} KnownInstance;
typedef struct KnownLayout {
    u64 build;
    Ty ty;
    const Layout *layout;
} KnownLayout;
enum {
    KNOWN_TYS = 8192,
    KNOWN_ARGS = 4096,
    KNOWN_CALLEES = 4096,
    KNOWN_INSTANCES = 4096,
    KNOWN_LAYOUTS = 256
};
#define FOR_GOOD UINT64_MAX

struct MonoStore {
    Interner refs; // MonoRef
    IrSymbols symbols;
    MonoFindPath *find_path;
    Map precompiled; // InstanceId -> Symbol + 1
    Map intrinsics;  // Symbol -> row of intrinsics.def + 1
    Map inlining;    // DefId of the library -> what inline.c knows of it
    u64 gen_ns;
    u64 builds; // mono_build calls so far
    KnownSubst known_tys[KNOWN_TYS];
    KnownSubst known_args[KNOWN_ARGS];
    KnownCallee known_callees[KNOWN_CALLEES];
    KnownInstance known_instances[KNOWN_INSTANCES];
    KnownLayout known_layouts[KNOWN_LAYOUTS];
    IrSymKind fn_kind;           // how calls reach functions rac compiles
    VEC(MonoLocation) locations; // of the function built last, in db->scratch
};

// ---- values -------------------------------------------------------------------------------------

typedef enum ValKind {
    VAL_ZST,
    VAL_SCALAR, // a
    VAL_PAIR,   // a, b
    VAL_MEM,    // a: address; b: metadata if the type is unsized
} ValKind;
typedef struct Val {
    u8 kind;
    bool owned; // VAL_MEM: moved from where it lies; who takes it may keep it there
    IrVal a, b;
    Ty ty; // concrete
} Val;

// How a MIR local lives.
typedef enum LocalKind {
    LOCAL_ZST,
    LOCAL_SCALAR,  // one register
    LOCAL_PAIR,    // two
    LOCAL_SLOT,    // memory in the frame
    LOCAL_POINTER, // memory elsewhere, at the address vals[0] (an argument passed indirectly, the
                   // return slot)
    LOCAL_UNSIZED, // the same, metadata in vals[1]
} LocalKind;
typedef struct LocalInfo {
    u8 kind;
    bool is_bound; // SCALAR, PAIR: assigned in one place only, its value is vals
    Ty ty;
    const Layout *layout;
    IrLocal regs[2]; // SCALAR, PAIR that are assigned more than once
    IrVal vals[2];
    IrSlot slot;
} LocalInfo;

// What a body does with a local.
typedef struct LocalUse {
    bool needs_memory; // its address is taken, or a part that is no register
    u8 sets;           // assignments of the whole of it, 2 for more
} LocalUse;

typedef enum PlaceKind {
    PLACE_ZST,
    PLACE_LOCAL, // local: the whole of a LOCAL_SCALAR or LOCAL_PAIR
    PLACE_HALF,  // local: one half of a LOCAL_PAIR (half 0 or 1)
    PLACE_MEM,   // addr; meta if unsized
} PlaceKind;
typedef struct Place {
    u8 kind;
    u8 half;
    Ty ty;
    u32 variant; // of a trailing downcast
    bool downcast;
    u32 local;
    IrVal addr, meta;
} Place;

// A block of a body being lowered.
typedef struct BlockInfo {
    IrBlock block; // 0: nothing jumps there yet
    IrBlock pad;   // the landing pad in front of it; 0 none yet
    IrBlock from;  // the IR block that jumps there, if it is the only one
    u8 preds;      // edges that lead there, 2 for more
    u8 entries;    // jumps there so far, 2 for more
    bool built;
    bool has_back_edge; // an edge comes from behind it
    bool took_over;     // it was built as if there were one way in
} BlockInfo;

// One body being lowered: the function's own, or that of a library function in place of a call.
typedef struct Frame {
    struct Frame *outer;   // whose call it stands for; NULL: the function's own
    MirBlock outer_unwind; // where that call unwinds to
    InstanceId instance;
    const MirBody *body; // NULL in shims
    Args args;
    DefId def; // whose text positions are in
    LocalInfo *locals;
    BlockInfo *blocks; // by MIR block
    MirBlock follow;   // comes next in the current IR block, without a jump
    VEC(IrSlot) spare; // of bodies inlined here that have ended: memory for those that follow
    IrBlock done;      // inlined: where it goes on after the call; 0 none yet
    u32 return_count;
    bool in_cleanup;
    bool track_caller;
    IrVal location; // the caller's, in a #[track_caller] function that is not inlined
    u32 lo, hi;     // position of the statement that is translated
    u32 scope;      // whose text that is in (MirTerm)
} Frame;

typedef struct Fn {
    Db *db;
    Scratch *scratch;
    IrFn *ir;
    Frame *frame;
    InstanceId instance;
    const FnAbi *abi;
    InstanceSig sig;
    IrBlock terminate; // lands here when a clean-up unwinds; 0 none yet
    IrBlock shim_pad;  // where calls of a shim unwind to; 0: out of it
    IrLocal exception;
    bool has_exception;
    bool nounwind; // extern "C": unwinding out of it aborts
    bool overflow_checks;
    bool is_plain; // the second attempt: nothing is inlined or assumed
    bool assumed;  // a block was built as if there were one way in
    u32 inlined;   // statements of other bodies taken in so far
    MonoError *error;
    bool failed;
} Fn;

void fail(Fn *f, const char *format, ...) __attribute__((format(printf, 2, 3)));

// ---- types --------------------------------------------------------------------------------------

Ty fn_ty(Fn *f, Ty generic); // substituted and normalised
Args fn_args(Fn *f, Args generic);
IrType scalar_ir(const Scalar *s);
static inline const Layout *fn_layout(Fn *f, Ty ty) {
    struct MonoStore *store = f->db->mono;
    KnownLayout *known = &store->known_layouts[ty.id % KNOWN_LAYOUTS];
    if (known->build != store->builds || known->ty.id != ty.id)
        *known = (KnownLayout){store->builds, ty, layout_of(f->db, ty)};
    return known->layout;
}

// ---- values (value.c)
// -----------------------------------------------------------------------------

IrVal any_value(Fn *f, const Scalar *s);
Val val_zst(Ty ty);
Val val_scalar(IrVal a, Ty ty);
Val val_pair(IrVal a, IrVal b, Ty ty);
Val val_in_memory(IrVal addr, Ty ty);
Val load_val(Fn *f, IrVal addr, Ty ty); // a scalar or pair is loaded, the rest stays in memory
void store_val(Fn *f, IrVal addr, Val v);
IrVal val_address(Fn *f, Val v);                     // spilled to a slot if it is no memory
IrVal val_single(Fn *f, Val v);                      // the one scalar
IrVal cast_bits(Fn *f, IrVal v, IrType to);          // same size, another class
Val val_field(Fn *f, Val v, u32 variant, u32 field); // a field of a value
Val const_val(Fn *f, u32 konst);                     // MIR constant
Val alloc_val(Fn *f, const ConstAlloc *alloc, MonoRef self,
              Ty ty);                                      // the value of an evaluated constant
IrVal size_of_val(Fn *f, Ty ty, IrVal meta, IrVal *align); // dynamic size and alignment
// The alignment that a field of `ty` has, which repr(packed) may hold down.
IrVal packed_align(Fn *f, Ty ty, IrVal align);

// ---- places (place.c)
// -----------------------------------------------------------------------------

void analyze_locals(Fn *f, LocalUse *uses); // by local
Place local_place(Fn *f, u32 index);
IrVal local_half(Fn *f, const LocalInfo *l, u32 half);
void local_set_half(Fn *f, LocalInfo *l, u32 half, IrVal v);
Place place_of(Fn *f, MirPlace place);
Val place_read(Fn *f, Place p);
void place_write(Fn *f, Place p, Val v);
IrVal place_address(Fn *f, Place p); // must be memory
Place place_deref(Fn *f, Val pointer);
Place place_field(Fn *f, Place p, u32 variant, u32 field, Ty field_ty);
Place mem_place(IrVal addr, IrVal meta, Ty ty);
Val operand(Fn *f, MirOperand op);
Ty operand_ty(Fn *f, MirOperand op);
IrVal read_discriminant(Fn *f, Place p, Ty out_ty);
void write_discriminant(Fn *f, Place p, u32 variant);
bool variant_tag(Fn *f, Ty ty, u32 variant, IrVal *tag); // false: nothing tells it

// ---- bodies (body.c)
// -----------------------------------------------------------------------------

// Chooses where the locals of f->frame live. `result`: the memory for what is returned indirectly.
void choose_locals(Fn *f, IrVal result);
void free_locals(Fn *f, Frame *frame);      // gives the memory of an inlined body back
void local_assign(Fn *f, u32 index, Val v); // the whole of a local that is no memory elsewhere
// Lowers all that the body of f->frame reaches, from the current IR block on.
void build_blocks(Fn *f);
IrBlock frame_block(Fn *f, Frame *frame, MirBlock block); // to be jumped to
void flow_to(Fn *f, MirBlock target);                     // ends the block
// Every constant the body names must have a value, also where it is not used: `const { assert!(..)
// };`
void require_consts(Fn *f);

// ---- inlining (inline.c)
// -----------------------------------------------------------------------------

// The MIR of a body, with small functions of the library taken in if it is of the library itself.
// NULL: it has none.
const MirBody *lowered_body(Fn *f, DefId def);
KnownInstance *known_instance(Fn *f, InstanceId instance); // its row, until the next call of this
// Lowers a small function of the library in place of a call. False: it is to be called.
bool inline_call(Fn *f, InstanceId callee, const InstanceRow *row, const Val *args, u32 count,
                 const Place *dest, MirBlock unwind, Val *result);

// ---- rvalues (rvalue.c)
// ---------------------------------------------------------------------------

void assign(Fn *f, MirPlace to, const MirRvalue *rv);
IrVal binary(Fn *f, MirBinOp op, Ty ty, IrVal a, IrVal b);
IrVal cast_int(Fn *f, IrVal v, Ty from, Ty to);
Val unsize(Fn *f, Val v, Ty from, Ty to);

// ---- references
// -----------------------------------------------------------------------------------

IrSym ref_sym(Fn *f, IrSymKind kind, MonoRef ref);
IrVal ref_addr(Fn *f, MonoRef ref);      // the address of what is referred to
IrSym known_fn(Fn *f, const char *name); // libc and libgcc
IrVal caller_location(Fn *f);
IrVal location_at(Fn *f, DefId def, u32 lo);
IrVal fn_address(Fn *f, InstanceId instance);
// The symbol of a function that rac compiles, or that is precompiled, or foreign.
IrSym callee_sym(Fn *f, InstanceId callee);
IrVal vtable_address(Fn *f, Ty ty, Ty dyn);

// ---- calls (call.c)
// -------------------------------------------------------------------------------

// An IR signature and the values for it, built argument by argument.
typedef struct CallBuild {
    VEC(IrParam) params;
    VEC(IrVal) args;
    IrSig sig;
    const FnAbi *abi;
    Val result_mem; // PASS_INDIRECT: where the result goes
} CallBuild;

// Calls an instance. `args` are spread. The result is a value of the signature's output type;
// `dest`, if it is memory, takes an indirect result in place. unwind: MIR block or MIR_NO_BLOCK.
Val call_instance(Fn *f, InstanceId callee, const Val *args, u32 count, const Place *dest,
                  MirBlock unwind, u32 lo);
Val call_pointer(Fn *f, IrVal callee, InstanceSig sig, const Val *args, u32 count,
                 const Place *dest, MirBlock unwind);
void call_terminator(Fn *f, const MirTerm *term);
void call_panic(Fn *f, LangItem item, const Val *args, u32 count, u32 lo,
                MirBlock unwind); // precompiled, diverges
void drop_terminator(Fn *f, const MirTerm *term);
// Calls the drop glue of a place in memory.
void drop_value(Fn *f, Ty ty, IrVal addr, IrVal meta, MirBlock unwind);
IrSig entry_sig(Db *db, Scratch *scratch, const FnAbi *abi); // how gen sees a function of this ABI
IrBlock unwind_target(Fn *f, MirBlock unwind);               // 0: callers' business
void resume_unwinding(Fn *f);                                // from a clean-up of f->frame
void return_val(Fn *f, Val v);
// A raw IR call with the function's unwinding rules applied.
IrVal mono_emit_call(Fn *f, IrCallee callee, const IrSig *sig, const IrVal *args, MirBlock unwind);

// ---- intrinsics (intrinsic*.c)
// --------------------------------------------------------------------

// Open-codes a call of an intrinsic. False: not known by this name (its fallback body is called
// then, if it has one). *diverges: the block was ended.
bool intrinsic_call(Fn *f, const InstanceRow *callee, const Val *args, u32 count, const Place *dest,
                    u32 lo, MirBlock unwind, bool *diverges);

// ---- shims (shim.c)
// -------------------------------------------------------------------------------

void build_shim(Fn *f, const InstanceRow *row);
bool load_param(Fn *f, u32 index, Val *out,
                u32 *ir_index); // argument `index` of the ABI as a value

#endif
