// Const evaluation: an interpreter of MIR with typed memory and relocations.
//
// A value is an allocation: bytes, which of them are initialised, and relocations (pointers to
// other allocations, functions, vtables or statics). Evaluation errors (overflow, out of bounds, panic,
// undefined behaviour met) are diagnostics E0080 of the constant. Limits on steps and memory are
// diagnostics too.

#ifndef RAC_CONSTS_CONSTS_H
#define RAC_CONSTS_CONSTS_H

#include "layout/instance.h"
#include "mir/mir.h"

typedef enum RelocKind { RELOC_ALLOC, RELOC_FN, RELOC_STATIC, RELOC_VTABLE } RelocKind;
typedef struct ConstReloc {
    u32 offset;  // where in the bytes the 8-byte pointer lies; the bytes hold the addend
    u8 kind;     // RelocKind
    u32 target;  // ALLOC: alloc id; FN: InstanceId; STATIC: DefId; VTABLE: alloc id of vtable_key
    Ty ty, dyn;  // VTABLE: of which type as which dyn
} ConstReloc;

// An interned immutable allocation.
ID_TYPE(AllocId);
typedef struct ConstAlloc {
    u32 size;
    u32 align;
    u8 is_mut;    // of a mutable static
    u8 is_failed; // evaluation failed (reported)
    List bytes;   // u8, uninitialised ones are 0
    List relocs;  // ConstReloc, by offset
    Ty ty;
} ConstAlloc;

// The value of a const item, assoc const, anon or inline const, promoted, static: as bytes of its type.
// A query on the interned (def, args, promoted index). is_failed is set on an error.
const ConstAlloc *const_eval(Db *db, DefId def, Args args);
const ConstAlloc *const_eval_promoted(Db *db, DefId def, Args args, u32 index);
const ConstAlloc *static_initializer(Db *db, DefId def);
const ConstAlloc *const_alloc(const Db *db, AllocId alloc); // nested allocations
// A CONST_* type to a value: bits of an integer, bool or char. False if it depends on parameters or failed.
bool const_bits(Db *db, Ty konst, u64 *lo, u64 *hi);
bool const_usize_value(Db *db, Ty konst, u64 *value);
// Evaluates CONST_UNEVAL to CONST_VALUE or CONST_TREE where possible.
Ty const_normalize(Db *db, Ty konst);
// The discriminant of variant i of an enum (bits, sign-extended).
i128 discriminant_value(Db *db, DefId enum_def, u32 variant);
// 128-bit type ids (std-facts 10.4.3).
void type_id_bytes(Db *db, Ty ty, u8 out[16]);

struct ConstStore *const_store_new(void);
void const_store_free(struct ConstStore *store);
void consts_register(Db *db);

#endif
