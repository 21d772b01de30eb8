// The rules are those of rustc_abi/src/layout.rs, layout_of_enum.

#include "layout/enum_layout.h"

bool variant_is_absent(FieldLayouts fields) {
    bool uninhabited = false;
    for (u32 i = 0; i < fields.count; i++) {
        if (!layout_is_1zst(fields.at[i])) return false;
        uninhabited |= fields.at[i]->is_uninhabited;
    }
    return uninhabited;
}

static bool all_uninhabited(const Univariant *variants, u32 count) {
    for (u32 i = 0; i < count; i++)
        if (!variants[i].l.is_uninhabited) return false;
    return true;
}

// The largest variant keeps its layout; the others are told apart by invalid values of its
// largest niche, and must fit before or after it.
static bool niche_filling(Scratch *scratch, const FieldLayouts *fields, u32 count, Repr repr,
                          EnumLayout *out) {
    if (repr.c || repr.int_prim || count < 2) return false;
    memset(out, 0, sizeof *out);
    Univariant *v = out->variants = SCRATCH_ARRAY(scratch, Univariant, count);
    u32 align = 1, largest = 0;
    for (u32 i = 0; i < count; i++) {
        if (!univariant(scratch, fields[i], repr, STRUCT_ALWAYS_SIZED, 0, 1, &v[i])) return false;
        v[i].l.single_index = i;
        align = max_u32(align, v[i].l.align);
        if (v[i].l.size >= v[largest].l.size) largest = i; // the last of the largest
    }
    u32 first = count, last = 0;
    for (u32 i = 0; i < count; i++) {
        if (i == largest || variant_is_absent(fields[i])) continue;
        if (first == count) first = i;
        last = i;
    }
    CHECK(first < count); // two variants are present
    if (!v[largest].l.has_niche) return false;
    u128 start;
    Scalar tag;
    if (!niche_reserve(&v[largest].l.niche, last - first + 1, &start, &tag)) return false;
    u64 offset = v[largest].l.niche_offset, size = align_up(v[largest].l.size, align);
    bool others_zst = true;
    for (u32 i = 0; i < count; i++) {
        if (i == largest) continue;
        Layout *l = &v[i].l;
        if (l->size) others_zst = false;
        l->has_niche = false;
        if (l->size <= offset) continue;
        u64 shift = align_up(offset + tag.bytes, l->align);
        if (shift + l->size > size) return false;
        for (u32 f = 0; f < v[i].count; f++)
            v[i].offsets[f] += shift;
        if (!l->is_uninhabited) l->repr = REPR_MEMORY;
        l->size += shift;
    }
    Layout *l = &out->l;
    l->size = size;
    l->align = align;
    l->is_uninhabited = all_uninhabited(v, count);
    l->variants_kind = VARIANTS_MULTIPLE;
    l->tag = tag;
    l->tag_offset = offset;
    l->tag_is_niche = true;
    l->untagged_variant = largest;
    l->niche_first = first;
    l->niche_last = last;
    l->niche_start_lo = (u64)start;
    l->niche_start_hi = (u64)(start >> 64);
    layout_offer_niche(l, &tag, offset, false);
    const Layout *big = &v[largest].l;
    if (size == big->size && align == big->align && others_zst) {
        if (big->repr == REPR_SCALAR) {
            l->repr = REPR_SCALAR;
            l->a = tag;
        } else if (big->repr == REPR_SCALAR_PAIR) {
            l->repr = REPR_SCALAR_PAIR;
            l->b_offset = big->b_offset;
            l->a = offset == 0 ? tag : scalar_to_union(big->a);
            l->b = offset == 0 ? scalar_to_union(big->b) : tag;
        }
    }
    return true;
}

static u32 bytes_for_unsigned(u128 n) {
    return n <= 0xff ? 1 : n <= 0xffff ? 2 : n <= 0xffffffff ? 4 : n <= UINT64_MAX ? 8 : 16;
}
static u32 bytes_for_signed(i128 n) {
    return n == (i8)n ? 1 : n == (i16)n ? 2 : n == (i32)n ? 4 : n == (i64)n ? 8 : 16;
}

// The integer that holds every discriminant (Integer::discr_range_of_repr).
static void tag_type(Repr repr, i128 min, i128 max, u32 *bytes, bool *is_signed) {
    if (repr.int_prim) {
        TyKind kind = (TyKind)(TY_BOOL + repr.int_prim - 1);
        *bytes = ty_prim_bytes(kind);
        *is_signed = ty_is_signed(kind);
        return;
    }
    u32 least = repr.c ? 4 : 1;
    u32 fit = max_u32(bytes_for_signed(min), bytes_for_signed(max));
    // A negative bound fits no unsigned integer. The bounds may be the wrong way round: a range
    // that wraps.
    u32 unsigned_fit = min < 0 || max < 0 ? 16 : bytes_for_unsigned((u128)(min > max ? min : max));
    *is_signed = unsigned_fit > fit;
    *bytes = max_u32(*is_signed ? fit : unsigned_fit, least);
}

// The value as an integer of the kind holds it.
static i128 extended(i128 value, TyKind kind) {
    u32 unused = 128 - 8 * ty_prim_bytes(kind);
    u128 bits = (u128)value << unused;
    return ty_is_signed(kind) ? (i128)bits >> unused : (i128)(bits >> unused);
}

// The discriminants in use as the tightest wrapping range: around the largest gap between them.
static void discriminant_range(Scratch *scratch, const FieldLayouts *fields, u32 count,
                               const i128 *discriminants, Repr repr, i128 *min, i128 *max) {
    i128 *used = SCRATCH_ARRAY(scratch, i128, count);
    u32 n = 0;
    for (u32 i = 0; i < count; i++) {
        bool inhabited = true;
        for (u32 f = 0; f < fields[i].count; f++)
            inhabited &= !fields[i].at[f]->is_uninhabited;
        if (!repr.c && !inhabited) continue;
        i128 value = discriminants[i];
        if (repr.int_prim) value = extended(value, (TyKind)(TY_BOOL + repr.int_prim - 1));
        u32 at = n;
        while (at > 0 && used[at - 1] > value)
            at--;
        if (at > 0 && used[at - 1] == value) continue;
        memmove(used + at + 1, used + at, (n - at) * sizeof(i128));
        used[at] = value;
        n++;
    }
    *min = *max = 0;
    if (n == 0) return;
    TyKind kind = repr.int_prim ? (TyKind)(TY_BOOL + repr.int_prim - 1) : TY_ISIZE;
    u32 bits = ty_prim_bytes(kind) * 8;
    u128 unsigned_max = bits == 128 ? ~(u128)0 : ((u128)1 << bits) - 1;
    u128 signed_max = unsigned_max >> 1;
    u128 best = 0;
    for (u32 i = 0; i < n; i++) {
        i128 start = used[i], end = used[(i + 1) % n];
        u128 gap;
        if (start > end) {
            u128 distance = (u128)start - (u128)end;
            gap = ty_is_signed(kind) ? signed_max - distance : unsigned_max - distance;
        } else {
            gap = (u128)end - (u128)start;
        }
        if (i == 0 || gap >= best) { // the last of the largest
            best = gap;
            *max = start;
            *min = end;
        }
    }
}

// What every variant's one scalar field has in common, for a (tag, field) pair.
static bool common_scalar(const FieldLayouts *fields, const Univariant *variants, u32 count,
                          Scalar *out, u64 *out_offset) {
    bool found = false, initialized = true;
    for (u32 i = 0; i < count; i++) {
        u32 field = 0, seen = 0;
        for (u32 f = 0; f < fields[i].count; f++) {
            if (layout_is_zst(fields[i].at[f])) continue;
            field = f;
            seen++;
        }
        if (seen == 0) {
            initialized = false;
            continue;
        }
        const Layout *l = seen == 1 ? fields[i].at[field] : NULL;
        if (!l || l->repr != REPR_SCALAR) return false;
        initialized &= !l->a.is_union;
        u64 offset = variants[i].offsets[field];
        if (!found) {
            *out = l->a;
            *out_offset = offset;
            found = true;
            continue;
        }
        if (offset != *out_offset || out->bytes != l->a.bytes) return false;
        if (out->kind == l->a.kind) continue; // the first one's sign stays
        bool int_and_ptr = out->kind != SCALAR_FLOAT && l->a.kind != SCALAR_FLOAT;
        if (!int_and_ptr) return false;
        if (l->a.kind == SCALAR_PTR) *out = l->a;
    }
    if (!found) return false;
    scalar_set_range(out, 0, scalar_max(out));
    out->is_union = !initialized;
    return true;
}

static bool tagged(Scratch *scratch, const FieldLayouts *fields, u32 count,
                   const i128 *discriminants, Repr repr, EnumLayout *out) {
    memset(out, 0, sizeof *out);
    i128 min, max;
    discriminant_range(scratch, fields, count, discriminants, repr, &min, &max);
    u32 min_bytes;
    bool is_signed;
    tag_type(repr, min, max, &min_bytes, &is_signed);
    u32 align = 1, start_align = 256, prefix_align = min_bytes;
    u64 size = 0;
    if (repr.c)
        for (u32 i = 0; i < count; i++)
            for (u32 f = 0; f < fields[i].count; f++)
                prefix_align = max_u32(prefix_align, fields[i].at[f]->align);
    Univariant *v = out->variants = SCRATCH_ARRAY(scratch, Univariant, count);
    for (u32 i = 0; i < count; i++) {
        if (!univariant(scratch, fields[i], repr, STRUCT_PREFIXED, min_bytes, prefix_align, &v[i]))
            return false;
        v[i].l.single_index = i;
        // The alignment of the field that comes first in memory (1-ZSTs aside) bounds the tag.
        u32 first = count;
        u64 first_offset = UINT64_MAX;
        for (u32 f = 0; f < fields[i].count; f++) {
            if (layout_is_1zst(fields[i].at[f]) || v[i].offsets[f] >= first_offset) continue;
            first = f;
            first_offset = v[i].offsets[f];
        }
        if (first_offset != UINT64_MAX)
            start_align = min_u32(start_align, fields[i].at[first]->align);
        size = max_u64(size, v[i].l.size);
        align = max_u32(align, v[i].l.align);
    }
    size = align_up(size, align);
    if (size > LAYOUT_BYTES_MAX) return false;
    u32 bytes = min_bytes;
    if (!repr.c && !repr.int_prim && start_align <= 16) bytes = start_align;
    if (bytes <= min_bytes) {
        bytes = min_bytes;
    } else {
        for (u32 i = 0; i < count; i++) {
            for (u32 f = 0; f < v[i].count; f++)
                if (v[i].offsets[f] <= min_bytes) v[i].offsets[f] = bytes;
            if (v[i].l.size <= min_bytes) v[i].l.size = bytes;
        }
    }
    Scalar tag = scalar_int(bytes, is_signed);
    scalar_set_range(&tag, (u128)min & scalar_max(&tag), (u128)max & scalar_max(&tag));
    Layout *l = &out->l;
    l->size = size;
    l->align = align;
    l->is_uninhabited = all_uninhabited(v, count);
    l->variants_kind = VARIANTS_MULTIPLE;
    l->tag = tag;
    Scalar field;
    u64 offset = 0;
    if (tag.bytes == size) {
        l->repr = REPR_SCALAR;
        l->a = tag;
    } else if (common_scalar(fields, v, count, &field, &offset)) {
        PairShape pair = pair_shape(&tag, &field);
        if (pair.b_offset == offset && align == pair.align && size == pair.size) {
            l->repr = REPR_SCALAR_PAIR;
            l->a = tag;
            l->b = field;
            l->b_offset = pair.b_offset;
        }
    }
    if (l->repr != REPR_MEMORY) {
        for (u32 i = 0; i < count; i++) {
            if (v[i].count == 0 || v[i].l.repr != REPR_MEMORY) continue;
            v[i].l.repr = l->repr;
            v[i].l.size = max_u64(v[i].l.size, size);
            v[i].l.align = max_u32(v[i].l.align, align);
        }
    }
    layout_offer_niche(l, &tag, 0, false);
    return true;
}

bool enum_layout(Scratch *scratch, const FieldLayouts *variants, u32 count,
                 const i128 *discriminants, Repr repr, EnumLayout *out) {
    EnumLayout niche;
    bool has_niche = niche_filling(scratch, variants, count, repr, &niche);
    if (!tagged(scratch, variants, count, discriminants, repr, out)) return false;
    if (!has_niche) return true;
    u128 tagged_left = out->l.has_niche ? scalar_available(&out->l.niche) : 0;
    u128 niche_left = niche.l.has_niche ? scalar_available(&niche.l.niche) : 0;
    bool better =
        out->l.size > niche.l.size || (out->l.size == niche.l.size && tagged_left < niche_left);
    if (better) *out = niche;
    return true;
}
