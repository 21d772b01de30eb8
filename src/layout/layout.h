// Layout: size, alignment, field offsets, niches and discriminants of concrete types; pass modes.
//
// Precompiled std was laid out by rustc, so the algorithm is rustc's own (rustc_abi/src/layout.rs,
// rustc_ty_utils/src/layout.rs): field reordering, niche filling, scalar pairs. It is checked
// against rustc by generated tests. All sizes and offsets are bytes. Target: x86-64 SysV.

#ifndef RAC_LAYOUT_LAYOUT_H
#define RAC_LAYOUT_LAYOUT_H

#include "solve/solve.h"

typedef enum ScalarKind { SCALAR_INT, SCALAR_FLOAT, SCALAR_PTR } ScalarKind;
typedef struct Scalar {
    u8 kind;  // ScalarKind
    u8 bytes; // 1, 2, 4, 8, 16
    u8 is_signed;
    u8 is_union; // may be uninitialised: no niche
    u8 pad[4];
    u64 start_lo, start_hi; // valid values are start..=end, wrapping around when start > end
    u64 end_lo, end_hi;
} Scalar;

typedef enum BackendRepr {
    REPR_MEMORY,
    REPR_SCALAR,
    REPR_SCALAR_PAIR,
    REPR_SIMD, // repr(simd): always by pointer in the Rust ABI
} BackendRepr;

typedef enum VariantsKind {
    VARIANTS_EMPTY,    // no variant is inhabited, as in `enum Void {}`
    VARIANTS_SINGLE,   // index: the one variant; structs, unions, tuples, ...: 0
    VARIANTS_MULTIPLE, // a tag tells
} VariantsKind;

typedef struct VariantLayout {
    u64 size;
    u32 field_first, field_count; // into offsets
    u8 is_uninhabited;
} VariantLayout;

typedef struct Layout {
    u64 size; // of the sized part, for unsized types
    u32 align;
    u8 repr; // BackendRepr
    u8 is_unsized;
    u8 is_uninhabited;
    u8 is_failed; // too large, infinite, or of a type that was reported as wrong
    u8 variants_kind;
    Scalar a, b; // SCALAR: a; SCALAR_PAIR: both
    u32 b_offset;
    u8 has_niche;
    Scalar niche; // the largest niche
    u64 niche_offset;
    u32 single_index;
    // MULTIPLE
    Scalar tag;
    u64 tag_offset;
    u8 tag_is_niche;             // else the tag is the discriminant
    u32 untagged_variant;        // niche: this variant has no tag of its own
    u32 niche_first, niche_last; // variants start..=end encoded as niche_start + (variant - first)
    u64 niche_start_lo, niche_start_hi;
    List offsets;     // u64: field offsets in declaration order; of variant 0 for non-enums
    List variants;    // VariantLayout; at least one unless EMPTY
    u64 array_stride; // arrays, slices, str: the element's size
    u64 array_count;
} Layout;

// The layout of a concrete, normalised type. Never NULL; a type that has none (too big, infinite)
// answers with size 0 and is_failed.
const Layout *layout_of(Db *db, Ty ty);
bool layout_failed(Db *db, Ty ty);
// Field `i` of variant `v` of the type: its type (normalised), and offset.
Ty layout_field_ty(Db *db, Ty ty, u32 variant, u32 field);
u32 layout_field_count(Db *db, Ty ty, u32 variant);
static inline u64 layout_field_offset(const Layout *l, u32 variant, u32 field) {
    const VariantLayout *v = &LIST_AT(l, VariantLayout, l->variants)[variant];
    return LIST_AT(l, u64, l->offsets)[v->field_first + field];
}
// Q_discriminants, answered by consts/: the value of each variant's discriminant, sign-extended.
typedef struct Discriminants {
    List values; // pairs of u64: low, high
} Discriminants;
// The struct tail: what decides the metadata of a pointer to `ty` (slice, str, dyn), or a sized
// type.
Ty layout_tail(Db *db, Ty ty);
// What `#[repr(packed(N))]` holds the alignment of the type's fields down to, 0: nothing.
u32 layout_pack(Db *db, Ty ty);
// Pointers: thin, or wide with usize (slice, str) or vtable (dyn).
typedef enum PtrMeta { META_NONE, META_LENGTH, META_VTABLE } PtrMeta;
PtrMeta ptr_meta(Db *db, Ty pointee);
// The type the discriminant of an enum is read as (isize by default, or repr).
Ty discriminant_ty(Db *db, Ty ty);

// ---- pass modes (std-facts 10.1) ----------------------------------------------------------------

typedef enum PassMode {
    PASS_IGNORE,   // zero-sized
    PASS_DIRECT,   // one scalar: a
    PASS_PAIR,     // two scalars: a, b
    PASS_CAST,     // memory of at most 8 bytes in an integer of that many bytes (Rust ABI); C:
                   // cast_regs
    PASS_INDIRECT, // a pointer to a copy the callee owns; returned: hidden pointer first
    PASS_INDIRECT_UNSIZED, // pointer and metadata
    PASS_BYVAL,            // C: copied onto the stack
} PassMode;
typedef struct ArgAbi {
    u8 mode;          // PassMode
    u8 cast_count;    // C structs: registers, 1 or 2
    u8 cast_float[2]; // register k is an xmm (else integer)
    u8 cast_bytes[2]; // bytes in register k
    u8 pad[2];
    Ty ty;
    Scalar a, b;
} ArgAbi;
typedef struct FnAbi {
    ArgAbi ret;
    List args; // ArgAbi, in order; of rust-call fns: already spread
    u8 is_c;
    u8 is_variadic;
    u8 can_unwind;
} FnAbi;
// tys: inputs (spread), then output, concrete. Rust ABI: with the caller's hidden Location last if
// track_caller. A query on the interned FN_PTR type + flag.
const FnAbi *fn_abi(Db *db, Args tys, HirAbi abi, bool is_variadic, bool track_caller);

u32 fn_abi_key(Db *db, Args tys, HirAbi abi, bool is_variadic, bool track_caller); // the query's

struct LayoutStore *layout_store_new(void);
void layout_store_free(struct LayoutStore *store);
void layout_store_image(struct LayoutStore *store, Image *image);
void layout_register(Db *db);

#endif
