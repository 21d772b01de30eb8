// Types, values and places of the machine.

#include "consts/consts_internal.h"

// ---- types
// ----------------------------------------------------------------------------------------

Ty ce_fn_ty(Machine *m, Ty generic) {
    u32 flags = ty_flags(m->db, generic);
    if (!(flags & (TY_HAS_PARAM | TY_HAS_PROJECTION | TY_HAS_OPAQUE))) return generic;
    if (flags & TY_HAS_PARAM) generic = ty_subst(m->db, generic, m->frame->args);
    if (ty_flags(m->db, generic) & (TY_HAS_PARAM | TY_HAS_INFER | TY_HAS_PLACEHOLDER)) {
        ce_fail_generic(m);
        return generic;
    }
    return normalize_concrete(m->db, generic);
}

Args ce_fn_args(Machine *m, Args generic) {
    Args args = args_subst(m->db, generic, m->frame->args);
    if (args_flags(m->db, args) & (TY_HAS_PARAM | TY_HAS_INFER | TY_HAS_PLACEHOLDER)) {
        ce_fail_generic(m);
        return args;
    }
    return normalize_concrete_args(m->db, args);
}

const Layout *ce_lay(Machine *m, Ty ty) {
    static const Layout none = {.align = 1, .is_failed = true};
    LocalTy *slot = &m->layouts[ty.id % LAYOUT_SLOTS];
    if (ty_eq(slot->ty, ty) && slot->layout) return slot->layout;
    u32 flags = ty_flags(m->db, ty);
    if (flags & (TY_HAS_PARAM | TY_HAS_INFER | TY_HAS_PLACEHOLDER)) {
        ce_fail_generic(m);
        return &none;
    }
    if (flags & TY_HAS_ERROR) {
        if (!m->frame || !m->frame->parent) ce_fail_quiet(m); // of the constant itself: reported
        ce_fail(m, "a type that could not be worked out: `%.*s`",
                STR_ARG(ty_print(m->db, ty, m->work)));
        return &none;
    }
    const Layout *l = layout_of(m->db, ty);
    if (!l->is_failed) *slot = (LocalTy){ty, l};
    const TyRow *row = ty_row(m->db, ty);
    if (l->is_failed && row->kind == TY_ARRAY && ty_kind(m->db, row->len) == TY_CONST_VALUE)
        ce_fail(m, "values of the type `%.*s` are too big for the target architecture",
                STR_ARG(ty_print(m->db, ty, m->work)));
    else if (l->is_failed)
        ce_fail(m, "the layout of `%.*s` is not known", STR_ARG(ty_print(m->db, ty, m->work)));
    return l;
}

// ---- values
// ---------------------------------------------------------------------------------------

Val ce_val_zst(Machine *m, Ty ty) {
    return (Val){.kind = VAL_ZST, .ty = ty, .layout = ce_lay(m, ty)};
}
Val ce_val_scalar(Machine *m, Scal a, Ty ty) {
    return (Val){.kind = VAL_SCALAR, .a = a, .ty = ty, .layout = ce_lay(m, ty)};
}
Val ce_val_int(Machine *m, u128 bits, Ty ty) {
    return ce_val_scalar(m, scal_int(bits), ty);
}
Val ce_val_pair(Machine *m, Scal a, Scal b, Ty ty) {
    return (Val){.kind = VAL_PAIR, .a = a, .b = b, .ty = ty, .layout = ce_lay(m, ty)};
}

// Why bytes are not one value: something is missing, or a pointer was cut.
static void fail_uninit(Machine *m, const u8 *bytes, const u8 *mask, u32 size) {
    (void)bytes;
    for (u32 i = 0; i < size; i++) {
        if (mask[i] != MASK_NONE) continue;
        ce_fail(m, "using uninitialized data, but this operation requires initialized memory");
        return;
    }
    ce_fail(m, "unable to turn pointer into raw bytes");
}

// A scalar or pair is taken out if it is wholly initialised; everything else stays where it is.
Val ce_val_at(Machine *m, const u8 *bytes, const u8 *mask, Ty ty) {
    const Layout *l = ce_lay(m, ty);
    Val v = {.kind = VAL_MEM, .ty = ty, .layout = l, .bytes = bytes, .mask = mask};
    if (l->size == 0) v.kind = VAL_ZST;
    if (l->size == 0 || l->is_unsized || m->failed) return v;
    bool clean, clean_b;
    if (l->repr == REPR_SCALAR) {
        v.a = scal_load(m, bytes, mask, l->a.bytes, &clean);
        if (clean)
            v.kind = VAL_SCALAR;
        else if (!l->a.is_union)
            fail_uninit(m, bytes, mask, l->a.bytes);
    } else if (l->repr == REPR_SCALAR_PAIR) {
        v.a = scal_load(m, bytes, mask, l->a.bytes, &clean);
        v.b = scal_load(m, bytes + l->b_offset, mask ? mask + l->b_offset : NULL, l->b.bytes,
                        &clean_b);
        if (clean && clean_b)
            v.kind = VAL_PAIR;
        else if (!clean && !l->a.is_union)
            fail_uninit(m, bytes, mask, l->a.bytes);
        else if (!clean_b && !l->b.is_union)
            fail_uninit(m, bytes + l->b_offset, mask + l->b_offset, l->b.bytes);
    }
    return v;
}

static void store_host(u8 *bytes, u8 *mask, Val v) {
    const Layout *l = v.layout;
    switch ((ValKind)v.kind) {
    case VAL_ZST: return;
    case VAL_SCALAR:
        scal_store(bytes, mask, l->repr == REPR_SCALAR ? l->a.bytes : (u32)l->size, v.a);
        return;
    case VAL_PAIR:
        memset(mask, MASK_NONE, l->size); // the padding between and behind
        scal_store(bytes, mask, l->a.bytes, v.a);
        scal_store(bytes + l->b_offset, mask + l->b_offset, l->b.bytes, v.b);
        return;
    case VAL_MEM:
        memmove(bytes, v.bytes, l->size);
        if (v.mask)
            memmove(mask, v.mask, l->size);
        else
            memset(mask, MASK_PLAIN, l->size);
        return;
    }
}

void ce_val_spill(Machine *m, Val v, u8 **bytes, u8 **mask) {
    if (v.kind == VAL_MEM) {
        *bytes = (u8 *)(uintptr_t)v.bytes;
        *mask = (u8 *)(uintptr_t)v.mask;
        return;
    }
    u64 size = align_up(v.layout->size + 1, 8);
    *bytes = scratch_take(&m->store->stack, size, 16);
    *mask = scratch_take(&m->store->stack, size, 8);
    store_host(*bytes, *mask, v);
}

static u64 field_offset(Machine *m, const Layout *l, Ty ty, u32 variant, u32 field) {
    TyKind kind = ty_kind(m->db, ty);
    if (kind == TY_ARRAY || kind == TY_SLICE || kind == TY_STR) return field * l->array_stride;
    if (l->variants.count == 0) return 0;
    return layout_field_offset(l, l->variants.count > 1 ? variant : 0, field);
}

Val ce_val_field(Machine *m, Val v, u32 variant, u32 field) {
    Ty ty = layout_field_ty(m->db, v.ty, variant, field);
    const Layout *fl = ce_lay(m, ty);
    if (fl->size == 0 && !fl->is_unsized) return ce_val_zst(m, ty);
    u8 *bytes, *mask;
    ce_val_spill(m, v, &bytes, &mask);
    u64 offset = field_offset(m, v.layout, v.ty, variant, field);
    return ce_val_at(m, bytes + offset, mask ? mask + offset : NULL, ty);
}

Scal ce_val_single(Machine *m, Val v) {
    if (v.kind == VAL_SCALAR || v.kind == VAL_PAIR) return v.a;
    if (m->failed) return scal_int(0);
    u64 size = v.layout->size;
    if (v.kind == VAL_MEM && (size == 1 || size == 2 || size == 4 || size == 8 || size == 16)) {
        bool clean;
        Scal s = scal_load(m, v.bytes, v.mask, (u32)size, &clean);
        if (clean) return s;
    }
    bool scalar = v.layout->repr == REPR_SCALAR || v.layout->repr == REPR_SCALAR_PAIR;
    if (v.kind == VAL_MEM && scalar) {
        ce_fail(m, "using uninitialized data, but this operation requires initialized memory");
        return scal_int(0);
    }
    if (v.kind == VAL_ZST && v.layout->is_uninhabited) {
        ce_fail(m, "entering unreachable code");
        return scal_int(0);
    }
    ce_fail(m, "a value of type `%.*s` where a scalar is needed",
            STR_ARG(ty_print(m->db, v.ty, m->work)));
    return scal_int(0);
}

// ---- places
// ---------------------------------------------------------------------------------------

Place ce_place_at(Machine *m, Scal addr, Scal meta, Ty ty) {
    return (Place){.ty = ty, .layout = ce_lay(m, ty), .addr = addr, .meta = meta};
}

Place ce_place_local(Machine *m, u32 local) {
    const LocalTy *l = &m->frame->locals[local];
    return (Place){.ty = l->ty,
                   .layout = l->layout,
                   .addr = scal_ptr(mem_addr(ADDR_STACK, m->frame->first + local))};
}

Place ce_place_deref(Machine *m, Val pointer) {
    const TyRow *row = ty_row(m->db, pointer.ty);
    Ty target = row->elem;
    if (row->kind == TY_ADT) { // Box: its pointer is its first scalar
        target = args_get(m->db, row->args, 0);
        while (pointer.kind == VAL_MEM && !m->failed)
            pointer = ce_val_field(m, pointer, 0, 0);
    } else if (row->kind != TY_REF && row->kind != TY_PTR) {
        ce_fail(m, "a dereference of `%.*s`", STR_ARG(ty_print(m->db, pointer.ty, m->work)));
    }
    if (pointer.kind == VAL_MEM && !m->failed) ce_val_single(m, pointer); // says what is wrong
    if (m->failed) return (Place){.ty = pointer.ty, .layout = pointer.layout};
    Scal meta = pointer.kind == VAL_PAIR ? pointer.b : scal_int(0);
    return ce_place_at(m, pointer.a, meta, target);
}

// Dynamic size and alignment. A type that has none fails.
u128 ce_size_of_place(Machine *m, Ty ty, Scal meta, u64 *align) {
    const Layout *l = ce_lay(m, ty);
    if (align) *align = l->align;
    if (!l->is_unsized || m->failed) return l->size;
    switch (ty_kind(m->db, ty)) {
    case TY_SLICE:
    case TY_STR: return (u128)(u64)meta.bits * l->array_stride;
    case TY_DYN: {
        Mem *vtable = mem_find(m, (u64)meta.bits);
        if (!vtable || vtable->kind != MEM_VTABLE) {
            ce_fail(m, "using something that is no vtable as one");
            return 0;
        }
        const Layout *inner = ce_lay(m, vtable->ty);
        if (align) *align = inner->align;
        return inner->size;
    }
    case TY_FOREIGN: ce_fail(m, "the size of an extern type"); return 0;
    default: break;
    }
    u32 last = layout_field_count(m->db, ty, 0) - 1;
    u64 tail_align;
    u128 tail = ce_size_of_place(m, layout_field_ty(m->db, ty, 0, last), meta, &tail_align);
    if (m->failed) return 0;
    u32 pack = layout_pack(m->db, ty);
    if (pack) tail_align = min_u64(tail_align, pack);
    u64 full = max_u64(l->align, tail_align);
    if (align) *align = full;
    u128 at = align_up(layout_field_offset(l, 0, last), tail_align);
    return (at + tail + full - 1) & ~(u128)(full - 1);
}

Place ce_place_field(Machine *m, Place p, u32 variant, u32 field) {
    if (m->failed) return p;
    Ty ty = layout_field_ty(m->db, p.ty, variant, field);
    const Layout *fl = ce_lay(m, ty);
    u64 offset = field_offset(m, p.layout, p.ty, variant, field);
    if (fl->is_unsized && ty_kind(m->db, layout_tail(m->db, ty)) == TY_DYN) {
        u64 align = 1;
        (void)ce_size_of_place(m, ty, p.meta, &align);
        u32 pack = layout_pack(m->db, p.ty);
        offset = align_up(offset, pack ? min_u64(align, pack) : align);
    }
    Scal addr = {(u64)p.addr.bits + offset, p.addr.is_ptr};
    return (Place){
        .ty = ty, .layout = fl, .addr = addr, .meta = fl->is_unsized ? p.meta : scal_int(0)};
}

u64 ce_place_len(Machine *m, Place p) {
    return ty_kind(m->db, p.ty) == TY_ARRAY ? p.layout->array_count : (u64)p.meta.bits;
}

Place ce_place_elem(Machine *m, Place p, u64 index) {
    const TyRow *row = ty_row(m->db, p.ty);
    if (row->kind != TY_ARRAY && row->kind != TY_SLICE && row->kind != TY_STR) {
        ce_fail(m, "an index into `%.*s`", STR_ARG(ty_print(m->db, p.ty, m->work)));
        return p;
    }
    u64 len = ce_place_len(m, p);
    if (index >= len)
        ce_fail(m, "index out of bounds: the length is %llu but the index is %llu",
                (unsigned long long)len, (unsigned long long)index);
    Ty elem = row->kind == TY_STR ? TY_OF(U8) : row->elem;
    return ce_place_at(m, (Scal){(u64)p.addr.bits + index * p.layout->array_stride, p.addr.is_ptr},
                       scal_int(0), elem);
}

static Place place_subslice(Machine *m, Place p, const MirProj *proj) {
    const TyRow *row = ty_row(m->db, p.ty);
    u64 len = ce_place_len(m, p), from = proj->index,
        to = proj->from_end ? len - proj->to : proj->to;
    if (from > to || to > len) {
        ce_fail(m, "a subslice out of bounds");
        return p;
    }
    Scal addr = {(u64)p.addr.bits + from * p.layout->array_stride, p.addr.is_ptr};
    if (row->kind == TY_ARRAY)
        return ce_place_at(m, addr, scal_int(0),
                           ty_array(m->db, row->elem, const_usize(m->db, to - from)));
    return ce_place_at(m, addr, scal_int(to - from), p.ty);
}

Place ce_place_of(Machine *m, MirPlace place) {
    const MirBody *body = m->frame->body;
    const MirProj *projs = LIST_AT(body, MirProj, body->projs) + place.proj_first;
    Place p = ce_place_local(m, place.local.id);
    for (u32 i = 0; i < place.proj_count && !m->failed; i++) {
        const MirProj *proj = &projs[i];
        switch ((MirProjKind)proj->kind) {
        case PROJ_DEREF: p = ce_place_deref(m, ce_place_read(m, p)); break;
        case PROJ_DOWNCAST: p.variant = proj->index; break;
        case PROJ_FIELD: p = ce_place_field(m, p, p.variant, proj->index); break;
        case PROJ_INDEX: {
            Scal index = ce_val_single(m, ce_place_read(m, ce_place_local(m, proj->index)));
            if (!m->failed) p = ce_place_elem(m, p, (u64)index.bits);
            break;
        }
        case PROJ_CONSTANT_INDEX: {
            u64 len = ce_place_len(m, p);
            p = ce_place_elem(m, p, proj->from_end ? len - proj->index : proj->index);
            break;
        }
        case PROJ_SUBSLICE: p = place_subslice(m, p, proj); break;
        }
    }
    return p;
}

Val ce_place_read(Machine *m, Place p) {
    Val none = {.kind = VAL_ZST, .ty = p.ty, .layout = p.layout};
    if (m->failed || p.layout->size == 0) return none;
    if (p.layout->is_unsized) {
        ce_fail(m, "a value of type `%.*s` is moved", STR_ARG(ty_print(m->db, p.ty, m->work)));
        return none;
    }
    u8 *mask, *bytes = mem_range(m, (u64)p.addr.bits, p.layout->size, false, &mask);
    if (!bytes) return none;
    return ce_val_at(m, bytes, mask, p.ty);
}

void ce_place_write(Machine *m, Place p, Val v) {
    if (m->failed || v.kind == VAL_ZST) return;
    u8 *mask, *bytes = mem_range(m, (u64)p.addr.bits, v.layout->size, true, &mask);
    if (bytes) store_host(bytes, mask, v);
}

Val ce_val_ptr(Machine *m, Place p, Ty ptr_ty) {
    const Layout *l = ce_lay(m, ptr_ty);
    Val v = {.kind = l->repr == REPR_SCALAR_PAIR ? VAL_PAIR : VAL_SCALAR,
             .ty = ptr_ty,
             .layout = l,
             .a = p.addr,
             .b = p.meta};
    return v;
}

// ---- operands
// -------------------------------------------------------------------------------------

static Val alloc_val(Machine *m, AllocId id, Ty ty) {
    u64 size = ce_lay(m, ty)->size;
    if (m->failed || size == 0) return ce_val_zst(m, ty);
    u8 *mask,
        *bytes = mem_range(m, (u64)mem_global_ptr(m, MEM_ALLOC, id.id).bits, size, false, &mask);
    return bytes ? ce_val_at(m, bytes, mask, ty) : ce_val_zst(m, ty);
}

static Val item_val(Machine *m, DefId def, Args args, u32 index, Ty ty) {
    AllocId id = ce_eval_item(m->db, def, args, index);
    const ConstAlloc *alloc = id.id ? const_alloc(m->db, id) : NULL;
    if (!alloc || alloc->is_failed) {
        if (!alloc && args_flags(m->db, args) & TY_HAS_PARAM)
            ce_fail_generic(m);
        else
            ce_fail_quiet(m);
        return ce_val_zst(m, ty);
    }
    if (index == EVAL_ITEM) return alloc_val(m, id, ty);
    return ce_val_scalar(m, mem_global_ptr(m, MEM_ALLOC, id.id),
                         ty); // a promoted: a reference to it
}

static Val const_operand(Machine *m, const MirConst *c) {
    Ty ty = ce_fn_ty(m, c->ty);
    const Layout *l = ce_lay(m, ty);
    if (m->failed) return (Val){.kind = VAL_ZST, .ty = ty, .layout = l};
    switch ((MirConstKind)c->kind) {
    case MIR_CONST_ZST: return ce_val_zst(m, ty);
    case MIR_CONST_BITS:
        if (l->size == 0) return ce_val_zst(m, ty);
        return ce_val_int(m, ce_mask_to((u128)c->hi_bits << 64 | c->lo_bits, (u32)l->size), ty);
    case MIR_CONST_STR:
    case MIR_CONST_BYTES:
    case MIR_CONST_C_STR: {
        Str text = symbol_str(&m->db->symbols, c->bytes);
        bool zero = c->kind == MIR_CONST_C_STR;
        Scal at = scal_ptr(ce_intern_bytes_ptr(m, text, zero));
        if (l->repr == REPR_SCALAR_PAIR)
            return ce_val_pair(m, at, scal_int((u64)text.len + zero), ty);
        return ce_val_scalar(m, at, ty);
    }
    case MIR_CONST_ITEM: return item_val(m, c->def, ce_fn_args(m, c->args), EVAL_ITEM, ty);
    case MIR_CONST_PROMOTED:
        return item_val(m, m->frame->body->owner, m->frame->args, c->index + 1, ty);
    case MIR_CONST_STATIC: return ce_val_scalar(m, mem_global_ptr(m, MEM_STATIC, c->def.id), ty);
    case MIR_CONST_TY: {
        Ty value = ce_fn_ty(m, c->konst);
        if (m->failed) return ce_val_zst(m, ty);
        Place temp = ce_temp_place(m, ty);
        ce_write_const_ty(m, temp, value);
        return ce_place_read(m, temp);
    }
    }
    UNREACHABLE();
}

Val ce_operand(Machine *m, MirOperand op) {
    if (op.kind != OPERAND_CONST) return ce_place_read(m, ce_place_of(m, op.place));
    return const_operand(m, &LIST_AT(m->frame->body, MirConst, m->frame->body->consts)[op.konst]);
}

Ty ce_operand_ty(Machine *m, MirOperand op) {
    return ce_fn_ty(m, mir_operand_ty(m->db, m->frame->body, op));
}

// ---- discriminants
// --------------------------------------------------------------------------------

bool ce_read_variant(Machine *m, Place p, u32 *variant) {
    const Layout *l = p.layout;
    *variant = l->variants_kind == VARIANTS_SINGLE ? l->single_index : 0;
    if (m->failed) return false;
    if (l->variants_kind == VARIANTS_EMPTY) {
        ce_fail(m, "entering unreachable code");
        return false;
    }
    if (l->variants_kind != VARIANTS_MULTIPLE) return true;
    u8 *mask, *bytes = mem_range(m, (u64)p.addr.bits + l->tag_offset, l->tag.bytes, false, &mask);
    if (!bytes) return false;
    bool clean;
    Scal tag = scal_load(m, bytes, mask, l->tag.bytes, &clean);
    if (!clean) {
        ce_fail(m, "using uninitialized data, but this operation requires initialized memory");
        return false;
    }
    if (l->tag_is_niche) {
        u128 start = (u128)l->niche_start_hi << 64 | l->niche_start_lo;
        u128 relative = ce_mask_to(tag.bits - start, l->tag.bytes);
        bool hit = !tag.is_ptr && relative <= l->niche_last - l->niche_first;
        *variant = hit ? l->niche_first + (u32)relative : l->untagged_variant;
        return true;
    }
    const Discriminants *d = query_get(m->db, Q_discriminants, ty_row(m->db, p.ty)->def.id);
    const u64 *words = LIST_AT(d, u64, d->values);
    for (u32 i = 0; i < d->values.count / 2; i++) {
        u128 value = (u128)words[2 * i + 1] << 64 | words[2 * i];
        if (ce_mask_to(value, l->tag.bytes) != tag.bits) continue;
        *variant = i;
        return true;
    }
    ce_fail(m, "enum value has invalid tag: 0x%llx", (unsigned long long)tag.bits);
    return false;
}

void ce_write_discriminant(Machine *m, Place p, u32 variant) {
    const Layout *l = p.layout;
    if (m->failed || l->variants_kind != VARIANTS_MULTIPLE) return;
    u128 value;
    if (!l->tag_is_niche) {
        value = (u128)discriminant_value(m->db, ty_row(m->db, p.ty)->def, variant);
    } else {
        if (variant == l->untagged_variant) return;
        value = ((u128)l->niche_start_hi << 64 | l->niche_start_lo) + (variant - l->niche_first);
    }
    u8 *mask, *bytes = mem_range(m, (u64)p.addr.bits + l->tag_offset, l->tag.bytes, true, &mask);
    if (bytes) scal_store(bytes, mask, l->tag.bytes, scal_int(ce_mask_to(value, l->tag.bytes)));
}
