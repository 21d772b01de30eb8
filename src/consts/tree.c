// Constants in types: from bytes to CONST_VALUE and CONST_TREE, and back.

#include "consts/consts_internal.h"

// ---- bytes to constants
// ---------------------------------------------------------------------------

typedef VEC(Ty) TyVec;

static Ty tree_of(Machine *m, Place p, u32 depth);

static Ty tree_from(Machine *m, Ty ty, TyVec *fields) {
    return const_tree(m->db, ty, args_intern(m->db, fields->at, fields->count));
}

static Ty fields_tree(Machine *m, Place p, u32 variant, u32 depth) {
    TyVec fields = {0};
    vec_push(m->work, &fields, const_value(m->db, TY_OF(U32), variant, 0));
    u32 count = layout_field_count(m->db, p.ty, variant);
    for (u32 i = 0; i < count && !m->failed; i++) {
        Ty field = tree_of(m, ce_place_field(m, p, variant, i), depth + 1);
        if (!field.id) return field;
        vec_push(m->work, &fields, field);
    }
    return tree_from(m, p.ty, &fields);
}

static Ty elements_tree(Machine *m, Ty ty, Place p, u32 depth) {
    TyVec fields = {0};
    u64 len = ce_place_len(m, p);
    if (len > 1 << 16) return (Ty){0};
    vec_push(m->work, &fields, const_value(m->db, TY_OF(U32), 0, 0));
    for (u64 i = 0; i < len && !m->failed; i++) {
        Ty elem = tree_of(m, ce_place_elem(m, p, i), depth + 1);
        if (!elem.id) return elem;
        vec_push(m->work, &fields, elem);
    }
    return tree_from(m, ty, &fields);
}

// 0: the value has no such form (it holds raw pointers, function pointers, unions ...).
static Ty tree_of(Machine *m, Place p, u32 depth) {
    if (m->failed || depth > 32) return (Ty){0};
    const TyRow *row = ty_row(m->db, p.ty);
    TyKind kind = (TyKind)row->kind;
    if (kind == TY_BOOL || kind == TY_CHAR || ty_is_int(kind) || ty_is_float(kind)) {
        Scal s = ce_val_single(m, ce_place_read(m, p));
        if (m->failed || s.is_ptr) return (Ty){0};
        return const_value(m->db, p.ty, (u64)s.bits, (u64)(s.bits >> 64));
    }
    switch (kind) {
    case TY_TUPLE: return fields_tree(m, p, 0, depth);
    case TY_ADT: {
        if (def_kind(m->db, row->def) == DEF_UNION) return (Ty){0};
        u32 variant;
        if (!ce_read_variant(m, p, &variant)) return (Ty){0};
        return fields_tree(m, p, variant, depth);
    }
    case TY_ARRAY: return elements_tree(m, p.ty, p, depth);
    case TY_REF: {
        Place inner = ce_place_deref(m, ce_place_read(m, p));
        if (m->failed) return (Ty){0};
        TyKind to = ty_kind(m->db, inner.ty);
        if (to == TY_STR || to == TY_SLICE) return elements_tree(m, p.ty, inner, depth);
        if (inner.layout->is_unsized) return (Ty){0};
        TyVec one = {0};
        vec_push(m->work, &one, const_value(m->db, TY_OF(U32), 0, 0));
        Ty value = tree_of(m, inner, depth + 1);
        if (!value.id) return value;
        vec_push(m->work, &one, value);
        return tree_from(m, p.ty, &one);
    }
    default: return (Ty){0};
    }
}

Ty ce_alloc_to_const(Machine *m, AllocId alloc, Ty ty) {
    return tree_of(m, ce_place_at(m, mem_global_ptr(m, MEM_ALLOC, alloc.id), scal_int(0), ty), 0);
}

// ---- constants to bytes
// ---------------------------------------------------------------------------

static void write_ref(Machine *m, Place to, const TyRow *row, const Ty *fields, u32 count) {
    Ty inner = ty_row(m->db, to.ty)->elem;
    const TyRow *inner_row = ty_row(m->db, inner);
    bool many = inner_row->kind == TY_STR || inner_row->kind == TY_SLICE;
    Ty elem = inner_row->kind == TY_STR ? TY_OF(U8) : inner_row->elem;
    Ty ty = many ? ty_array(m->db, elem, const_usize(m->db, count - 1)) : inner;
    Place temp = ce_temp_place(m, ty);
    (void)row;
    for (u32 i = 1; i < count && !m->failed; i++)
        ce_write_const_ty(m, many ? ce_place_elem(m, temp, i - 1) : temp, fields[i]);
    Mem *mem = m->failed ? NULL : mem_find(m, (u64)temp.addr.bits);
    if (!mem) return;
    Scal at = scal_int(temp.layout->align);
    if (mem->size) {
        AllocId id = alloc_intern_mem(m, mem, (Ty){0}, false);
        if (m->failed) return;
        at = mem_global_ptr(m, MEM_ALLOC, id.id);
    }
    ce_place_write(
        m, to, many ? ce_val_pair(m, at, scal_int(count - 1), to.ty) : ce_val_scalar(m, at, to.ty));
}

void ce_write_const_ty(Machine *m, Place to, Ty konst) {
    if (ty_kind(m->db, konst) == TY_CONST_UNEVAL) konst = const_normalize(m->db, konst);
    const TyRow *row = ty_row(m->db, konst);
    if (m->failed) return;
    if (row->kind == TY_CONST_VALUE) {
        u128 bits = (u128)row->hi_bits << 64 | row->lo_bits;
        ce_place_write(m, to, ce_val_int(m, ce_mask_to(bits, (u32)to.layout->size), to.ty));
        return;
    }
    if (row->kind == TY_ERROR || row->kind == TY_CONST_ERROR) {
        ce_fail_quiet(m);
        return;
    }
    if (row->kind != TY_CONST_TREE) {
        ce_fail_generic(m);
        return;
    }
    u32 count;
    const Ty *fields = args_at(m->db, row->args, &count);
    TyKind kind = ty_kind(m->db, to.ty);
    if (count == 0) {
        ce_fail(m, "a constant argument without a value");
    } else if (kind == TY_REF) {
        write_ref(m, to, row, fields, count);
    } else {
        u32 variant = (u32)ty_row(m->db, fields[0])->lo_bits;
        for (u32 i = 1; i < count && !m->failed; i++) {
            Place field = kind == TY_ARRAY ? ce_place_elem(m, to, i - 1)
                                           : ce_place_field(m, to, variant, i - 1);
            ce_write_const_ty(m, field, fields[i]);
        }
        if (kind == TY_ADT) ce_write_discriminant(m, to, variant);
    }
}
