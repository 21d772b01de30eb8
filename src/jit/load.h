// Functions made by gen/x64 into the child's memory: placed, relocated, with their unwind tables.

#ifndef RAC_JIT_LOAD_H
#define RAC_JIT_LOAD_H

#include "gen/x64/x64.h"
#include "jit/jit.h"

// What a symbol of the code is in the child.
typedef enum JitTargetKind {
    JIT_TARGET_ADDR,   // something placed already: `value` is its JitAddr
    JIT_TARGET_SLOT,   // a function behind slot `value`; calls may go to `code` if that is not 0
    JIT_TARGET_EXTERN, // a symbol of std, libc or a loaded library: `name`
    JIT_TARGET_TLS,    // a thread-local of the program: `value` is from jit_tls_new
    JIT_TARGET_TLS_EXTERN, // a thread-local of std: `name`
} JitTargetKind;
typedef struct JitTarget {
    JitTargetKind kind;
    u32 value;
    JitAddr code;
    bool weak; // EXTERN: if it is absent its address is 0
    Str name;  // borrowed for the call
} JitTarget;

// Says what a symbol is; false after having filled `error`. The known symbols (ir_known.def) are
// not asked for.
typedef bool JitTargetOf(void *cx, IrSym sym, JitTarget *out, LinkError *error);

// A call through a slot, in placed code: `call [rip + disp32]`.
typedef struct JitCallSite {
    u32 slot;
    JitAddr field; // its disp32
} JitCallSite;

typedef struct JitLoader {
    Jit *jit;                 // borrowed
    const IrSymbols *symbols; // borrowed
    JitTargetOf *target_of;
    void *cx;
    JitAddr cie[2];      // without and with LSDA
    JitAddr personality; // the cell
    Map cells;           // owned: JitAddr -> cell that holds it
    Interner plt_names;  // owned
    U32Vec plts;         // by id of plt_names: `jmp [cell]` in code memory
    U32Vec thunks;       // by slot: not 0 if a pointer to its function was made
    bool calls_directly; // see jit_loader_call_directly
    VEC(JitCallSite) sites;
    Scratch scratch; // owned
} JitLoader;

void jit_loader_init(JitLoader *loader, Jit *jit, const IrSymbols *symbols, JitTargetOf *target_of,
                     void *cx);
void jit_loader_deinit(JitLoader *loader);

// A function in the child.
typedef struct JitPlaced {
    JitAddr code;
    u32 code_bytes;
    JitAddr unwind; // its unwind tables
    u32 unwind_bytes;
} JitPlaced;

// Places a function. Not published yet. False: a symbol is undefined, or memory has run out;
// nothing was placed then.
bool jit_load_fn(JitLoader *loader, const X64Code *code, JitPlaced *out, LinkError *error);
// Frees it. The unwinder must have forgotten it (jit_forget_frames).
void jit_unload_fn(Jit *jit, const JitPlaced *placed);
// For measuring what slots cost: with `calls_directly`, calls through slots are noted, and become
// calls of the code that code_of tells of their slots, unless that is 0. The program must wait
// meanwhile, with all its threads, and cannot be patched any more.
typedef JitAddr JitCodeOf(void *cx, u32 slot);
void jit_loader_call_directly(JitLoader *loader, JitCodeOf *code_of, void *cx);
// Whether a pointer to the slot's function was ever made.
bool jit_loader_has_thunk(const JitLoader *loader, u32 slot);

// The address to store where a pointer to the target is wanted. Of a slot: a thunk that always
// jumps to the current code.
bool jit_target_address(JitLoader *loader, const JitTarget *target, u64 *out, LinkError *error);

// Places constant data whose 8-byte words at `relocs` are pointers: the bytes there hold the
// addend.
typedef struct JitDataReloc {
    u32 offset;
    JitTarget target;
} JitDataReloc;
bool jit_relocate_bytes(JitLoader *loader, u8 *bytes, const JitDataReloc *relocs, u32 count,
                        LinkError *error);
bool jit_load_rodata(JitLoader *loader, const u8 *bytes, u64 len, u32 align,
                     const JitDataReloc *relocs, u32 count, JitAddr *out, LinkError *error);

#endif
