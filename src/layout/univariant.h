// The parts of a layout that structs, variants and closures share. Internal to layout/.

#ifndef RAC_LAYOUT_UNIVARIANT_H
#define RAC_LAYOUT_UNIVARIANT_H

#include "layout/layout.h"

// repr attributes as the algorithm asks for them.
typedef struct Repr {
    bool c, simd, transparent;
    bool keeps_order; // Box: the pointer stays in front of the allocator
    u8 int_prim;      // PrimTy + 1, 0 none
    u32 align;        // 0 none
    u32 pack;         // 0 none
} Repr;

typedef enum StructKind {
    STRUCT_ALWAYS_SIZED,
    STRUCT_MAYBE_UNSIZED, // the last field stays last
    STRUCT_PREFIXED,      // an enum variant after its tag
} StructKind;

// One variant laid out. Offsets are in declaration order, in Scratch memory.
typedef struct Univariant {
    Layout l; // lists empty
    u64 *offsets;
    u32 count;
} Univariant;

typedef struct FieldLayouts {
    const Layout **at;
    u32 count;
} FieldLayouts;

// False: too big, or an unsized field that is not the last.
bool univariant(Scratch *scratch, FieldLayouts fields, Repr repr, StructKind kind, u64 prefix_bytes,
                u32 prefix_align, Univariant *out);

static inline bool layout_is_zst(const Layout *l) {
    return l->size == 0 && !l->is_unsized;
}
static inline bool layout_is_1zst(const Layout *l) {
    return layout_is_zst(l) && l->align == 1;
}

// Niches: how many values a scalar leaves unused; reserving some of them.
u128 scalar_available(const Scalar *s);
bool niche_reserve(const Scalar *niche, u128 count, u128 *start, Scalar *rest);
Scalar scalar_int(u32 bytes, bool is_signed);
Scalar scalar_ptr(bool non_null);
static inline u128 scalar_max(const Scalar *s) {
    return s->bytes == 16 ? ~(u128)0 : ((u128)1 << (8 * s->bytes)) - 1;
}
static inline u128 scalar_start(const Scalar *s) {
    return (u128)s->start_hi << 64 | s->start_lo;
}
static inline u128 scalar_end(const Scalar *s) {
    return (u128)s->end_hi << 64 | s->end_lo;
}
void scalar_set_range(Scalar *s, u128 start, u128 end);
Scalar scalar_to_union(Scalar s);
bool scalar_eq(const Scalar *a, const Scalar *b);
static inline u32 scalar_align(const Scalar *s) {
    return s->bytes;
}

// Where b of a pair lies, and the pair's size and alignment.
typedef struct PairShape {
    u32 b_offset, align;
    u64 size;
} PairShape;
PairShape pair_shape(const Scalar *a, const Scalar *b);
// The niche of scalar s at offset, if it has one and it is larger (or as large, when `or_equal`).
void layout_offer_niche(Layout *l, const Scalar *s, u64 offset, bool or_equal);

#define LAYOUT_BYTES_MAX                                                                           \
    ((u64)1 << 47) // rustc's obj_size_bound on 64-bit targets is 2^61; 2^47 bytes cannot exist

#endif
