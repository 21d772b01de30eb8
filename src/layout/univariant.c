// Structs and variants: the order of fields, their offsets, the largest niche, scalar reprs.
// The rules are those of rustc_abi/src/layout.rs (univariant, univariant_biased).

#include "layout/univariant.h"

// ---- scalars ------------------------------------------------------------------------------------

void scalar_set_range(Scalar *s, u128 start, u128 end) {
    s->start_lo = (u64)start;
    s->start_hi = (u64)(start >> 64);
    s->end_lo = (u64)end;
    s->end_hi = (u64)(end >> 64);
}

Scalar scalar_int(u32 bytes, bool is_signed) {
    Scalar s;
    memset(&s, 0, sizeof s);
    s.kind = SCALAR_INT;
    s.bytes = (u8)bytes;
    s.is_signed = is_signed;
    scalar_set_range(&s, 0, scalar_max(&s));
    return s;
}

Scalar scalar_ptr(bool non_null) {
    Scalar s = scalar_int(8, false);
    s.kind = SCALAR_PTR;
    s.start_lo = non_null;
    return s;
}

Scalar scalar_to_union(Scalar s) {
    s.is_union = true;
    scalar_set_range(&s, 0, scalar_max(&s));
    return s;
}

bool scalar_eq(const Scalar *a, const Scalar *b) {
    return memcmp(a, b, sizeof *a) == 0;
}

u128 scalar_available(const Scalar *s) {
    if (s->is_union) return 0;
    return (scalar_start(s) - scalar_end(s) - 1) & scalar_max(s);
}

// Takes `count` of the unused values, as close to zero as rustc's Niche::reserve does: the
// variants' values begin at *start, and *rest is the scalar with them valid.
bool niche_reserve(const Scalar *niche, u128 count, u128 *start, Scalar *rest) {
    u128 max = scalar_max(niche), lo = scalar_start(niche), hi = scalar_end(niche);
    if (count > scalar_available(niche)) return false;
    *rest = *niche;
    u128 distance_end_zero = max - hi;
    bool move_start;
    if (lo > hi) {
        move_start = false; // zero is valid already
    } else if (lo <= distance_end_zero) {
        move_start = count <= lo;
    } else {
        u128 end = (hi + count) & max;
        move_start = end >= 1 && end <= hi;
    }
    if (move_start) {
        *start = (lo - count) & max;
        scalar_set_range(rest, *start, hi);
    } else {
        *start = (hi + 1) & max;
        scalar_set_range(rest, lo, (hi + count) & max);
    }
    return true;
}

PairShape pair_shape(const Scalar *a, const Scalar *b) {
    u32 align = max_u32(scalar_align(a), scalar_align(b));
    u32 b_offset = (u32)align_up(a->bytes, scalar_align(b));
    return (PairShape){b_offset, align, align_up((u64)b_offset + b->bytes, align)};
}

void layout_offer_niche(Layout *l, const Scalar *s, u64 offset, bool or_equal) {
    u128 available = scalar_available(s);
    if (available == 0) return;
    if (l->has_niche) {
        u128 have = scalar_available(&l->niche);
        if (have > available || (have == available && !or_equal)) return;
    }
    l->has_niche = true;
    l->niche = *s;
    l->niche_offset = offset;
}

// ---- field order --------------------------------------------------------------------------------

typedef enum NicheBias { NICHE_START, NICHE_END } NicheBias;

typedef struct FieldKey {
    u64 group;  // smaller first
    u128 niche; // smaller first
    u64 offset; // smaller first
    u32 field;
} FieldKey;

static int key_compare(const FieldKey *a, const FieldKey *b) {
    if (a->group != b->group) return a->group < b->group ? -1 : 1;
    if (a->niche != b->niche) return a->niche < b->niche ? -1 : 1;
    if (a->offset != b->offset) return a->offset < b->offset ? -1 : 1;
    return 0;
}

// Stable, and fields are few.
static void sort_keys(FieldKey *keys, u32 count) {
    for (u32 i = 1; i < count; i++) {
        FieldKey key = keys[i];
        u32 at = i;
        for (; at > 0 && key_compare(&keys[at - 1], &key) > 0; at--)
            keys[at] = keys[at - 1];
        keys[at] = key;
    }
}

static u32 trailing_zeros(u64 n) {
    return n ? (u32)__builtin_ctzll(n) : 64;
}

static u128 niche_size_of(const Layout *l) {
    return l->has_niche ? scalar_available(&l->niche) : 0;
}

static void order_fields(Scratch *scratch, FieldLayouts fields, u32 end, Repr repr, StructKind kind,
                         NicheBias bias, u32 *order) {
    u32 max_align = 1;
    u128 largest_niche = 0;
    for (u32 i = 0; i < end; i++) {
        max_align = max_u32(max_align, fields.at[i]->align);
        u128 niche = niche_size_of(fields.at[i]);
        if (niche > largest_niche) largest_niche = niche;
    }
    FieldKey *keys = SCRATCH_ARRAY(scratch, FieldKey, end);
    for (u32 i = 0; i < end; i++) {
        const Layout *f = fields.at[i];
        u128 niche = niche_size_of(f);
        u64 group;
        if (repr.pack) {
            group = min_u32(f->align, repr.pack);
        } else {
            u32 size_as_align = trailing_zeros(max_u64(f->align, f->size));
            if (largest_niche > 0) {
                if (bias == NICHE_START)
                    size_as_align = min_u32(trailing_zeros(max_align), size_as_align);
                else if (niche == largest_niche)
                    size_as_align = trailing_zeros(f->align);
            }
            group = size_as_align;
        }
        FieldKey key = {.field = i};
        if (kind == STRUCT_PREFIXED) {
            key.group = group;
            key.niche = niche;
        } else {
            key.group = ~group; // largest alignment first
            key.niche = bias == NICHE_START ? ~niche : niche;
            u64 after = f->has_niche ? f->size - f->niche.bytes - f->niche_offset : 0;
            if (f->has_niche) key.offset = bias == NICHE_START ? f->niche_offset : ~after;
        }
        keys[i] = key;
    }
    sort_keys(keys, end);
    for (u32 i = 0; i < end; i++)
        order[i] = keys[i].field;
}

// ---- one variant --------------------------------------------------------------------------------

static void choose_repr(FieldLayouts fields, Repr repr, Univariant *u) {
    Layout *l = &u->l;
    l->repr = REPR_MEMORY;
    if (l->is_unsized || l->size == 0) return;
    u32 found[3], count = 0;
    for (u32 i = 0; i < fields.count && count < 3; i++)
        if (!layout_is_zst(fields.at[i])) found[count++] = i;
    bool optimize = !repr.c && !repr.int_prim;
    if (count == 1) {
        const Layout *f = fields.at[found[0]];
        if (u->offsets[found[0]] != 0 || l->align != f->align || l->size != f->size) return;
        bool scalar = f->repr == REPR_SCALAR || f->repr == REPR_SIMD;
        if ((scalar && optimize) || f->repr == REPR_SCALAR_PAIR) {
            l->repr = f->repr;
            l->a = f->a;
            l->b = f->b;
            l->b_offset = f->b_offset;
        }
    } else if (count == 2) {
        u32 i = found[0], j = found[1];
        if (u->offsets[i] > u->offsets[j]) {
            i = found[1];
            j = found[0];
        }
        const Layout *a = fields.at[i], *b = fields.at[j];
        if (a->repr != REPR_SCALAR || b->repr != REPR_SCALAR) return;
        PairShape pair = pair_shape(&a->a, &b->a);
        if (u->offsets[i] == 0 && u->offsets[j] == pair.b_offset && l->align == pair.align &&
            l->size == pair.size) {
            l->repr = REPR_SCALAR_PAIR;
            l->a = a->a;
            l->b = b->a;
            l->b_offset = pair.b_offset;
        }
    }
}

static bool biased(Scratch *scratch, FieldLayouts fields, Repr repr, StructKind kind,
                   u64 prefix_bytes, u32 prefix_align, NicheBias bias, Univariant *out) {
    memset(out, 0, sizeof *out);
    Layout *l = &out->l;
    u32 count = fields.count;
    u32 *order = SCRATCH_ARRAY(scratch, u32, count + 1);
    out->offsets = SCRATCH_ARRAY(scratch, u64, count + 1);
    out->count = count;
    for (u32 i = 0; i < count; i++)
        order[i] = i;
    u32 end = kind == STRUCT_MAYBE_UNSIZED && count ? count - 1 : count;
    bool reorder = !repr.c && !repr.simd && !repr.int_prim && !repr.keeps_order;
    if (reorder && count > 1) order_fields(scratch, fields, end, repr, kind, bias, order);

    u32 align = 1;
    u64 offset = 0;
    if (kind == STRUCT_PREFIXED) {
        u32 a = repr.pack ? min_u32(prefix_align, repr.pack) : prefix_align;
        align = max_u32(align, a);
        offset = align_up(prefix_bytes, a);
    }
    u128 largest = 0;
    for (u32 k = 0; k < count; k++) {
        u32 i = order[k];
        const Layout *f = fields.at[i];
        if (l->is_unsized) return false;
        if (f->is_unsized) {
            if (kind != STRUCT_MAYBE_UNSIZED) return false;
            l->is_unsized = true;
        }
        u32 field_align = repr.pack ? min_u32(f->align, repr.pack) : f->align;
        offset = align_up(offset, field_align);
        align = max_u32(align, field_align);
        out->offsets[i] = offset;
        u128 available = niche_size_of(f);
        if (f->has_niche && (bias == NICHE_START ? available > largest : available >= largest)) {
            largest = available;
            l->has_niche = true;
            l->niche = f->niche;
            l->niche_offset = f->niche_offset + offset;
        }
        if (f->is_uninhabited) l->is_uninhabited = true;
        offset += f->size;
        if (offset > LAYOUT_BYTES_MAX) return false;
    }
    if (repr.align) align = max_u32(align, repr.align);
    l->align = align;
    l->size = align_up(offset, align);
    l->variants_kind = VARIANTS_SINGLE;
    choose_repr(fields, repr, out);
    return true;
}

bool univariant(Scratch *scratch, FieldLayouts fields, Repr repr, StructKind kind, u64 prefix_bytes,
                u32 prefix_align, Univariant *out) {
    if (!biased(scratch, fields, repr, kind, prefix_bytes, prefix_align, NICHE_START, out))
        return false;
    // Enums want a niche at an edge, so that other variants fit before or after it: where it is
    // in the middle, try the order that moves it to the end.
    const Layout *l = &out->l;
    if (kind == STRUCT_MAYBE_UNSIZED || !l->has_niche || fields.count < 2) return true;
    u64 head = l->niche_offset, tail = l->size - head - l->niche.bytes;
    if (head == 0 || tail == 0) return true;
    Univariant other;
    if (!biased(scratch, fields, repr, kind, prefix_bytes, prefix_align, NICHE_END, &other))
        return true;
    u64 other_head = other.l.niche_offset;
    if (other_head > head && other_head > tail) *out = other;
    return true;
}
