// Const evaluation: an interpreter of MIR with typed memory and relocations.
//
// A value is an allocation: bytes, which of them are initialised, and relocations (pointers to
// other allocations, functions, vtables or statics). Evaluation errors (overflow, out of bounds,
// panic, undefined behaviour met) are diagnostics E0080 of the constant. Limits on steps and memory
// are diagnostics too.

#ifndef RAC_CONSTS_CONSTS_H
#define RAC_CONSTS_CONSTS_H

#include "layout/instance.h"
#include "mir/mir.h"

typedef enum RelocKind { RELOC_ALLOC, RELOC_FN, RELOC_STATIC, RELOC_VTABLE } RelocKind;
typedef struct ConstReloc {
    u32 offset; // where in the bytes the 8-byte pointer lies; the bytes hold the addend
    u8 kind;    // RelocKind
    u32 target; // ALLOC: alloc id; FN: InstanceId; STATIC: DefId; VTABLE: 0
    Ty ty, dyn; // VTABLE: of which type as which dyn
} ConstReloc;

// An interned allocation. Immutable ones with equal contents are one; the memory that a
// `static mut` points to stays apart (unique).
ID_TYPE(AllocId);
typedef struct ConstAlloc {
    u32 size;
    u32 align;
    u8 is_mut;    // of a mutable static, or of one with interior mutability
    u8 is_failed; // evaluation failed (reported)
    u8 is_thread_local;
    u32 unique;  // 0, or what keeps this mutable memory apart from equal ones
    List bytes;  // u8, uninitialised ones are 0
    List relocs; // ConstReloc, by offset
    Ty ty;       // of a constant's own value; NONE in nested allocations
} ConstAlloc;

// The value of a const item, assoc const, anon or inline const, promoted, static: as bytes of its
// type. A query on the interned (def, args, promoted index). is_failed is set on an error. Stays
// good.
const ConstAlloc *const_eval(Db *db, DefId def, Args args);
const ConstAlloc *const_eval_promoted(Db *db, DefId def, Args args, u32 index);
const ConstAlloc *static_initializer(Db *db, DefId def);
const ConstAlloc *const_alloc(const Db *db, AllocId alloc); // nested allocations
// The bytes of a constant in types (CONST_VALUE, CONST_TREE, or what evaluates to one). NULL if it
// depends on parameters or failed.
const ConstAlloc *const_ty_alloc(Db *db, Ty konst);
// A CONST_* type to a value: bits of an integer, bool or char. False if it depends on parameters or
// failed.
bool const_bits(Db *db, Ty konst, u64 *lo, u64 *hi);
bool const_usize_value(Db *db, Ty konst, u64 *value);
// Evaluates CONST_UNEVAL to CONST_VALUE or CONST_TREE where possible: stays itself if it depends on
// parameters, CONST_ERROR if it failed (reported). A CONST_TREE's args: of an enum the variant's
// index (u32) first, then fields; of structs, tuples and arrays 0, then fields or elements; of &str
// and &[u8] 0, then bytes.
Ty const_normalize(Db *db, Ty konst);
// A value as text: integers, floats' bits, "strings", (fields), [elements], #variant(fields).
Str const_print(Db *db, const ConstAlloc *alloc, Scratch *scratch);
// The discriminant of variant i of an enum (bits, sign-extended).
i128 discriminant_value(Db *db, DefId enum_def, u32 variant);
// 128-bit type ids (std-facts 10.4.3): rac's own hash of the type's structure, but rustc's numbers
// for the few types whose ids precompiled code compares. link/ reads those from the rlibs: the
// hook.
typedef enum KnownTypeId {
    TYPE_ID_STR_REF,
    TYPE_ID_STRING,
    TYPE_ID_UNIT
} KnownTypeId;                                                        // as LinkTypeId
typedef bool TypeIdHook(const Db *db, KnownTypeId which, u8 out[16]); // false: not known
void consts_set_type_id_hook(Db *db, TypeIdHook *hook);
void type_id_bytes(Db *db, Ty ty, u8 out[16]);

// What a key of Q_const_eval stands for.
typedef struct ConstEvalKey {
    DefId def;
    Args args;
    u32 promoted; // index + 1, 0: the item itself
    bool is_static;
} ConstEvalKey;
ConstEvalKey const_eval_key(const Db *db, u32 key);

// The key of Q_const_eval under which the last failure was reported, for a user of the value who
// shows it.
u32 const_failed_query(const Db *db);

struct ConstStore *const_store_new(void);
void const_store_free(struct ConstStore *store);
void const_store_image(struct ConstStore *store, Image *image);
void consts_register(Db *db);

#endif
