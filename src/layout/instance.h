// Instances: one function (or static) as it is compiled, with concrete arguments.

#ifndef RAC_LAYOUT_INSTANCE_H
#define RAC_LAYOUT_INSTANCE_H

#include "layout/layout.h"

ID_TYPE(InstanceId);

typedef enum InstanceKind {
    INST_ITEM,              // def, args: fn, assoc fn, closure body, constructor
    INST_DROP_GLUE,         // ty: drop_in_place::<ty>
    INST_VTABLE_SHIM,       // def, args: a by-value `self` method called through a vtable (self by
                            // pointer)
    INST_REIFY_SHIM,        // def, args: a #[track_caller] fn as a fn pointer
    INST_FN_PTR_SHIM,       // def (Fn*::call*), ty: a fn pointer or fn item as Fn*
    INST_CLOSURE_ONCE_SHIM, // def: closure, args: FnOnce::call_once by value for an Fn/FnMut
                            // closure
    INST_CLONE_SHIM,        // ty: built-in Clone::clone of tuples, arrays, closures
    INST_VIRTUAL,   // def: the trait's method, index: vtable slot; never compiled: a call through a
                    // vtable
    INST_INTRINSIC, // def, args: never compiled: open-coded
    INST_EXTERN,    // def: a foreign fn, called by its link name
    INST_MAIN,      // the C entry `main`
    INST_GLOBAL_ALLOC, // def: the #[global_allocator] static, index: its GlobalAllocFn
} InstanceKind;

// What std allocates with, in the order of ProgramSource.allocator (link/program.h).
typedef enum GlobalAllocFn {
    GLOBAL_ALLOC,
    GLOBAL_DEALLOC,
    GLOBAL_REALLOC,
    GLOBAL_ALLOC_ZEROED,
} GlobalAllocFn;

typedef struct InstanceRow {
    u32 kind;
    DefId def;
    Args args;
    Ty ty;
    u32 index;
} InstanceRow;

InstanceId instance_intern(Db *db, InstanceRow row);
const InstanceRow *instance_row(const Db *db, InstanceId instance);
// Resolves a call of `def` with concrete normalised `args`: trait methods to impls, closures,
// shims, virtual calls. kind NONE (id 0): it cannot be resolved (a bug, or an unsatisfied bound).
InstanceId instance_resolve(Db *db, DefId def, Args args);
// The same in two steps, for who resolves a call again and again: the key is the call's for good.
u32 instance_key(Db *db, DefId def, Args args);
InstanceId instance_of_key(Db *db, u32 key);
// For a fn pointer taken of it: adds the reify shim for #[track_caller].
InstanceId instance_resolve_for_fn_ptr(Db *db, DefId def, Args args);
InstanceId instance_drop_glue(Db *db, Ty ty);
// #[track_caller] on the function, or on the trait's declaration of the method it implements.
bool def_is_track_caller(Db *db, DefId def);
bool instance_is_track_caller(Db *db, InstanceId instance);
// Its signature: inputs (rust-call ones spread), then output; concrete.
typedef struct InstanceSig {
    Args tys;
    u8 abi; // HirAbi
    u8 is_variadic;
    u8 is_spread; // a closure or Fn* method: the tupled arguments arrive spread
} InstanceSig;
InstanceSig instance_sig(Db *db, InstanceId instance);
// How it is called, as a query of its own: callers ask for all of it at once.
typedef struct InstanceShape {
    InstanceSig sig;
    u32 abi; // key of Q_fn_abi
    bool track_caller;
    u8 zero[3];
} InstanceShape;
const InstanceShape *instance_shape(Db *db, InstanceId instance);
const FnAbi *instance_abi(Db *db, const InstanceShape *shape);
Str instance_print(Db *db, InstanceId instance, Scratch *scratch); // `alloc::vec::Vec<i32>::push`

// Vtables (std-facts 10.2): drop, size, align, then one entry per slot.
typedef enum VtableEntryKind {
    VT_DROP,
    VT_SIZE,
    VT_ALIGN,
    VT_VACANT,
    VT_METHOD,
    VT_TRAIT_VPTR
} VtableEntryKind;
typedef struct VtableEntry {
    u32 kind;
    DefId method;    // METHOD: the trait's fn
    Args trait_args; // METHOD: args of its trait without Self (for dyn), existential
    DefId trait;     // TRAIT_VPTR
} VtableEntry;
// The slots of the principal trait of a dyn type.
const VtableEntry *vtable_entries(Db *db, Ty dyn, u32 *count);
// The slot of a method call on dyn; the slot of the supertrait's vtable for upcasting (0: the same
// vtable).
u32 vtable_method_slot(Db *db, Ty dyn, DefId method, Args args);
u32 vtable_upcast_slot(Db *db, Ty from_dyn, Ty to_dyn);
// What fills the slots for a concrete type.
InstanceId vtable_instance(Db *db, Ty ty, Ty dyn, u32 slot); // 0: vacant

#endif
