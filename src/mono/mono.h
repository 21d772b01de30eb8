// Mono: from an instance to IR. MIR and generic arguments are read together; no copy of MIR per
// instance.
//
// Calls are resolved to instances; an instance that the sysroot's precompiled crates have (tier 2,
// DESIGN.md section 4) becomes a call of their symbol. Trait calls, vtables, drop glue, clone
// shims, intrinsics, constants and the Locations of panics are made here.
//
// IR symbols (ir/ir.h) of the program's own things carry the id of a MonoRef as their key. Whoever
// places the code (the JIT, the object writer) asks mono_ref what it is and supplies an address.

#ifndef RAC_MONO_MONO_H
#define RAC_MONO_MONO_H

#include "consts/consts.h"
#include "ir/ir.h"

typedef enum RefKind {
    REF_INSTANCE,    // a function rac compiles: instance
    REF_EXTERN,      // a function of the precompiled crates, libc or libgcc: name
    REF_EXTERN_DATA, // a static of them: name
    REF_ALLOC,       // constant data: alloc
    REF_CONST, // the value of a constant as data: def, args; index: promoted + 1, 0 the item itself
    REF_BYTES, // the bytes of a string literal: name
    REF_VTABLE,     // of ty as dyn: bytes by mono_vtable
    REF_STATIC,     // a static rac compiles: def
    REF_TLS,        // a thread-local static rac compiles: def
    REF_EXTERN_TLS, // one of the precompiled crates: name
    REF_LOCATION,   // a core::panic::Location: the position `index` of mono_locations of instance
} RefKind;

typedef struct MonoRef {
    u32 kind;
    InstanceId instance;
    DefId def;
    Args args;
    u32 index;
    AllocId alloc;
    Symbol name;
    Ty ty, dyn;
} MonoRef;

u32 mono_ref_intern(Db *db, MonoRef ref);
MonoRef mono_ref(const Db *db, u64 key);
IrSymbols *mono_symbols(Db *db);
// The IR symbol of a reference. External ones (REF_EXTERN*) have key 0 and go by name; the others'
// key is their MonoRef. `kind` is overruled for instances: see mono_set_fn_kind.
IrSym mono_symbol(Db *db, IrSymKind kind, MonoRef ref);
// The symbol that mono_symbol has made already; 0: none. Not of external ones.
IrSym mono_symbol_find(const Db *db, IrSymKind kind, MonoRef ref);
// How calls reach the functions rac compiles: IR_SYM_FN_SLOT (the default: the JIT's function
// table) or IR_SYM_FN.
void mono_set_fn_kind(Db *db, IrSymKind kind);

// The IR of an instance, in db->scratch; NULL when it cannot be made: *error says what and why, as
// data for the diagnostic of DESIGN.md rule 6 (the caller knows the chain that led here).
typedef struct MonoError {
    Str what; // construct that is not supported, or what went wrong
    DefId def;
    u32 lo, hi;    // in def
    bool is_const; // the evaluation of a constant failed: const_failed_query has the reason
} MonoError;
IrFn *mono_build(Db *db, InstanceId instance, MonoError *error);

// The positions of the function mono_build made last, in db->scratch. Code names them by number, so
// that text which only moves changes no code.
typedef struct MonoLocation {
    DefId def;
    u32 lo; // from its start
} MonoLocation;
const MonoLocation *mono_locations(const Db *db, u32 *count);

// A vtable's slots (std-facts 10.2), in order: numbers and references.
typedef struct VtableWord {
    bool is_ref;
    u64 value; // number, or MonoRef id
} VtableWord;
const VtableWord *mono_vtable(Db *db, Ty ty, Ty dyn, u32 *count); // in db->scratch

// Whether calls go to a precompiled symbol; its name if so. The index is asked through a hook, set
// by the session: canonical path (symbols/v0.h) -> symbol, or none.
typedef Symbol MonoFindPath(Db *db, Str path);
void mono_set_find_path(Db *db, MonoFindPath *find);
Symbol mono_precompiled(Db *db, InstanceId instance); // SYM_none: compile it
// The same for a static of the library.
Symbol mono_precompiled_static(Db *db, DefId def);
Str mono_canonical_path(Db *db, DefId def, Scratch *scratch); // "" if generic
// A symbol name, unique per instance: rustc's (v0) but for the crates' hashes, which are left out.
Str mono_symbol_name(Db *db, InstanceId instance, Scratch *scratch);
// The instance of the C entry point for the user's crate: calls lang_start::<T>(main, argc, argv,
// sigpipe). 0: the crate has no main (reported).
InstanceId mono_entry(Db *db, CrateId crate);
// The functions that make a crate's #[global_allocator] what std allocates with, in the order of
// ProgramSource.allocator. False: it has none.
bool mono_global_allocator(Db *db, CrateId crate, InstanceId out[4]);

// Time spent in gen/, of that of the queries that make code: for --time-passes.
u64 *mono_gen_ns(Db *db);

void mono_register(Db *db);
struct MonoStore *mono_store_new(void);
void mono_store_free(struct MonoStore *store);
void mono_store_image(struct MonoStore *store, Image *image);

#endif
