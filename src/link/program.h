// A program to be run or linked, as the JIT (jit/run.h) and the AOT linker here see it: symbols,
// and where the code of each function and the bytes of each datum come from. The embedder fills a
// ProgramSource from code/; nothing here knows of Rust.
//
// What a symbol is follows from its row (ir/ir.h): with key 0 it is external and found by its name
// (std's crates, libc, a linked library), whatever its kind; with another key it is the program's
// own: a function (IR_SYM_FN, IR_SYM_FN_SLOT), a datum (IR_SYM_DATA) or a thread-local
// (IR_SYM_TLS).

#ifndef RAC_LINK_PROGRAM_H
#define RAC_LINK_PROGRAM_H

#include "gen/x64/x64.h"
#include "link/aot.h"

typedef struct ProgramReloc {
    u32 offset; // of an 8-byte pointer; the bytes there hold the addend
    IrSym sym;
} ProgramReloc;

// What becomes of a datum that is placed already when its value has changed (jit/run.h).
typedef enum ProgramDataKind {
    PROGRAM_DATA_FIXED,    // it cannot change
    PROGRAM_DATA_CONST,    // the new value is placed anew, and code that names it with it
    PROGRAM_DATA_TABLE,    // rewritten where it lies; one of another size: the program must restart
    PROGRAM_DATA_LOCATION, // the same, of one size, and nothing that runs depends on it
    PROGRAM_DATA_STATIC,   // it belongs to the program
} ProgramDataKind;

typedef struct ProgramCode {
    X64Code code;
    u64 identity;       // code/code.h
    u64 stamp;          // another one: the code has changed
    const u32 *certain; // IrSym of functions that every call of it calls, those of slots
    u32 certain_count;
} ProgramCode;

typedef struct ProgramData {
    const u8 *bytes; // NULL: zeros
    u64 size;
    u32 align;
    bool is_mutable; // statics that are mut or have interior mutability
    const ProgramReloc *relocs;
    u32 reloc_count;
    ProgramDataKind kind;
    u64 stamp; // another one: the value has changed
} ProgramData;

typedef struct ProgramSource {
    void *cx;
    const IrSymbols *symbols; // grows while functions are made
    // The code of one of the program's functions, in `scratch` or in a place that holds it as long
    // as it is unchanged. False: diagnostics have been printed.
    bool (*code)(void *cx, IrSym sym, Scratch *scratch, ProgramCode *out);
    // Adds what has been told of before and may be otherwise by now; some of it twice. Only
    // jit_run_reload needs it.
    void (*suspects)(void *cx, Scratch *scratch, U32Vec *syms);
    // The bytes of one of its data or thread-locals, in `scratch`. False: diagnostics printed.
    bool (*data)(void *cx, IrSym sym, Scratch *scratch, ProgramData *out);
    // The same without a word when there are none: for what an edit may have taken away, and for
    // what may never be called. Only the JIT needs them.
    bool (*find_code)(void *cx, IrSym sym, ProgramCode *out);
    bool (*find_data)(void *cx, IrSym sym, Scratch *scratch, ProgramData *out);
    // Its symbol's name, unique in the program; for messages, object files and dumps.
    Str (*name)(void *cx, IrSym sym, Scratch *scratch);
    // Whether others may refer to it by that name (#[no_mangle]); may be NULL.
    bool (*exported)(void *cx, IrSym sym);
    // Whether an external symbol may be absent: then its address is 0 (#[linkage = "extern_weak"]);
    // may be NULL.
    bool (*weak)(void *cx, IrSym sym);
    // A message for the user, without "error: ".
    void (*report)(void *cx, const char *text);
    // Further things that must be in an executable whether or not something refers to them:
    // exported functions, #[used] statics.
    const IrSym *roots;
    u32 root_count;
    // #[global_allocator]: alloc, dealloc, realloc, alloc_zeroed with the signatures of
    // __rust_alloc and so on; all 0: std's.
    IrSym allocator[4];
} ProgramSource;

// What every user of it needs: whether a symbol is found by name.
static inline bool program_is_external(const ProgramSource *source, IrSym sym) {
    return ir_symbol_row(source->symbols, sym)->key == 0;
}

typedef struct ProgramFigures {
    u32 function_count, data_count;
    u64 code_bytes;
} ProgramFigures;

// Compiles everything `entry` (isize entry(int argc, char **argv), C's ABI) reaches into one object
// and links it as `options` says (their objects come after it). False after a report.
bool program_build(const ProgramSource *source, IrSym entry, const Toolchain *toolchain,
                   const AotOptions *options, ProgramFigures *figures);

#endif
