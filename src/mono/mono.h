// Mono: from an instance to IR. MIR and generic arguments are read together; no copy of MIR per instance.
//
// Calls are resolved to instances; an instance that the sysroot's precompiled crates have (tier 2,
// DESIGN.md section 4) becomes a call of their symbol. Trait calls, vtables, drop glue, clone shims,
// intrinsics, constants and panics' Locations are made here.

#ifndef RAC_MONO_MONO_H
#define RAC_MONO_MONO_H

#include "consts/consts.h"
#include "ir/ir.h"

// What the code of one instance refers to. IR symbols (IrSymRef) are ids of this table.
typedef enum RefKind {
    REF_INSTANCE, // a function rac compiles: target = InstanceId
    REF_EXTERN,   // a symbol of the precompiled std, libc or libgcc: name
    REF_ALLOC,    // constant data: AllocId
    REF_VTABLE,   // of ty as dyn
    REF_STATIC,   // a static of the user's crate or of std without symbol: DefId
    REF_TLS,      // a thread-local static: DefId (or an extern symbol, name)
} RefKind;
typedef struct MonoRef {
    u32 kind;
    u32 target;
    Symbol name;
    Ty ty, dyn;
} MonoRef;
u32 mono_ref_intern(Db *db, MonoRef ref); // used as IrSymRef
const MonoRef *mono_ref(const Db *db, u32 ref);

// The IR of an instance (in db->scratch, valid until the caller rewinds), or NULL: reported with the chain that led here.
IrFn *mono_build(Db *db, InstanceId instance, Scratch *scratch);
// Whether calls go to a precompiled symbol; its name if so.
bool mono_precompiled(Db *db, InstanceId instance, Symbol *name);
// The v0 name of an instance; unique per instance.
Str mono_symbol_name(Db *db, InstanceId instance, Scratch *scratch);
// The instance of the C entry point for the user's crate: calls lang_start::<T>(main, argc, argv, sigpipe).
InstanceId mono_entry(Db *db, CrateId crate);

struct MonoStore *mono_store_new(void);
void mono_store_free(struct MonoStore *store);
void mono_register(Db *db);

#endif
