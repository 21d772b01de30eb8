// Places: locals in registers, and memory.

#include "mono/mono_internal.h"

// ---- which locals may live in registers
// -----------------------------------------------------------

// Whether a projection of a register local can be answered from its halves.
static bool stays_in_registers(Fn *f, const MirPlace *place) {
    const MirProj *projs =
        LIST_AT(f->frame->body, MirProj, f->frame->body->projs) + place->proj_first;
    LocalInfo *local = &f->frame->locals[place->local.id];
    Ty ty = local->ty;
    u32 variant = 0;
    for (u32 i = 0; i < place->proj_count; i++) {
        switch ((MirProjKind)projs[i].kind) {
        case PROJ_DEREF:
            return ty_kind(f->db, ty) != TY_ADT || fn_layout(f, ty)->repr != REPR_MEMORY;
        case PROJ_DOWNCAST: variant = projs[i].index; break;
        case PROJ_FIELD: {
            const Layout *l = fn_layout(f, ty);
            Ty field = fn_ty(f, projs[i].ty);
            const Layout *fl = fn_layout(f, field);
            if (fl->size == 0 && !fl->is_unsized) return true;
            if (l->repr == REPR_SCALAR) {
                if (fl->repr != REPR_SCALAR || fl->size != l->size) return false;
            } else {
                if (l->variants.count == 0) return false;
                u64 offset =
                    layout_field_offset(l, l->variants.count > 1 ? variant : 0, projs[i].index);
                bool whole = fl->repr == REPR_SCALAR_PAIR && fl->size == l->size;
                bool half =
                    fl->repr == REPR_SCALAR && ((offset == 0 && fl->size == l->a.bytes) ||
                                                (offset == l->b_offset && fl->size == l->b.bytes));
                if (!whole && !half) return false;
            }
            ty = field;
            variant = 0;
            break;
        }
        default: return false;
        }
    }
    return true;
}

typedef enum PlaceUse { READ, WRITE, ADDRESS } PlaceUse;

static void note_place(Fn *f, LocalUse *uses, const MirPlace *place, PlaceUse how) {
    LocalUse *use = &uses[place->local.id];
    if (place->proj_count == 0) {
        if (how == ADDRESS) use->needs_memory = true;
        if (how == WRITE) use->sets = use->sets == 0 ? 1 : 2;
        return;
    }
    LocalInfo *local = &f->frame->locals[place->local.id];
    const MirProj *projs =
        LIST_AT(f->frame->body, MirProj, f->frame->body->projs) + place->proj_first;
    bool through_pointer = false;
    for (u32 i = 0; i < place->proj_count; i++)
        through_pointer |= projs[i].kind == PROJ_DEREF;
    if (how == ADDRESS && !through_pointer) use->needs_memory = true;
    if (how == WRITE && !through_pointer) use->sets = 2;
    bool scalar = local->layout->repr == REPR_SCALAR || local->layout->repr == REPR_SCALAR_PAIR;
    if (!scalar || use->needs_memory) return;
    if (!stays_in_registers(f, place)) use->needs_memory = true;
}

static void note_operand(Fn *f, LocalUse *uses, const MirOperand *op) {
    if (op->kind != OPERAND_CONST) note_place(f, uses, &op->place, READ);
}

static void note_rvalue(Fn *f, LocalUse *uses, const MirRvalue *rv) {
    const MirOperand *operands = LIST_AT(f->frame->body, MirOperand, f->frame->body->operands);
    switch ((MirRvalueKind)rv->kind) {
    case RV_USE:
    case RV_REPEAT:
    case RV_CAST:
    case RV_UNARY: note_operand(f, uses, &rv->a); break;
    case RV_BINARY:
        note_operand(f, uses, &rv->a);
        note_operand(f, uses, &rv->b);
        break;
    case RV_REF:
    case RV_RAW_PTR: note_place(f, uses, &rv->place, ADDRESS); break;
    case RV_DISCRIMINANT: note_place(f, uses, &rv->place, READ); break;
    case RV_AGGREGATE:
        for (u32 i = 0; i < rv->operand_count; i++)
            note_operand(f, uses, &operands[rv->operand_first + i]);
        break;
    case RV_THREAD_LOCAL: break;
    }
}

void analyze_locals(Fn *f, LocalUse *uses) {
    const MirBody *body = f->frame->body;
    const MirBlockRow *blocks = LIST_AT(body, MirBlockRow, body->blocks);
    const MirStmt *stmts = LIST_AT(body, MirStmt, body->stmts);
    const MirRvalue *rvalues = LIST_AT(body, MirRvalue, body->rvalues);
    const MirOperand *operands = LIST_AT(body, MirOperand, body->operands);
    for (u32 b = 0; b < body->blocks.count; b++) {
        for (u32 i = 0; i < blocks[b].stmt_count; i++) {
            const MirStmt *stmt = &stmts[blocks[b].stmt_first + i];
            if (stmt->kind == MIR_ASSIGN) {
                note_place(f, uses, &stmt->place, WRITE);
                note_rvalue(f, uses, &rvalues[stmt->rvalue]);
            } else if (stmt->kind == MIR_SET_DISCRIMINANT) {
                note_place(f, uses, &stmt->place, ADDRESS);
            }
        }
        const MirTerm *term = &blocks[b].term;
        switch ((MirTermKind)term->kind) {
        case MIR_DROP: note_place(f, uses, &term->place, ADDRESS); break;
        case MIR_SWITCH: note_operand(f, uses, &term->a); break;
        case MIR_ASSERT:
            note_operand(f, uses, &term->a);
            if (term->assert_kind == ASSERT_OVERFLOW || term->assert_kind == ASSERT_BOUNDS) {
                note_operand(f, uses, &term->b);
                note_operand(f, uses, &term->c);
            }
            break;
        case MIR_CALL:
            note_operand(f, uses, &term->a);
            note_place(f, uses, &term->place, WRITE);
            for (u32 i = 0; i < term->operand_count; i++)
                note_operand(f, uses, &operands[term->operand_first + i]);
            break;
        default: break;
        }
    }
}

// ---- walking projections
// --------------------------------------------------------------------------

Place mem_place(IrVal addr, IrVal meta, Ty ty) {
    return (Place){.kind = PLACE_MEM, .addr = addr, .meta = meta, .ty = ty};
}

// A register of a local. What was never set may be read by code that cannot run.
IrVal local_half(Fn *f, const LocalInfo *l, u32 half) {
    if (!l->is_bound) return ir_local_get(f->ir, l->regs[half]);
    if (l->vals[half].id) return l->vals[half];
    return any_value(f, half ? &l->layout->b : &l->layout->a);
}

void local_set_half(Fn *f, LocalInfo *l, u32 half, IrVal v) {
    v = cast_bits(f, v, scalar_ir(half ? &l->layout->b : &l->layout->a));
    if (l->is_bound)
        l->vals[half] = v;
    else
        ir_local_set(f->ir, l->regs[half], v);
}

Place local_place(Fn *f, u32 index) {
    LocalInfo *l = &f->frame->locals[index];
    Place p = {.ty = l->ty, .local = index};
    switch ((LocalKind)l->kind) {
    case LOCAL_ZST: p.kind = PLACE_ZST; break;
    case LOCAL_SCALAR:
    case LOCAL_PAIR: p.kind = PLACE_LOCAL; break;
    case LOCAL_SLOT:
        p.kind = PLACE_MEM;
        p.addr = ir_slot_addr(f->ir, l->slot);
        break;
    case LOCAL_UNSIZED: p.meta = l->vals[1]; // fall through
    case LOCAL_POINTER:
        p.kind = PLACE_MEM;
        p.addr = l->vals[0];
        break;
    }
    return p;
}

// The value of a register place.
static Val register_val(Fn *f, Place p) {
    LocalInfo *l = &f->frame->locals[p.local];
    if (l->kind == LOCAL_PAIR && p.kind == PLACE_LOCAL)
        return val_pair(local_half(f, l, 0), local_half(f, l, 1), p.ty);
    IrVal v = local_half(f, l, p.kind == PLACE_HALF && p.half);
    const Layout *layout = fn_layout(f, p.ty);
    if (layout->repr == REPR_SCALAR) v = cast_bits(f, v, scalar_ir(&layout->a));
    return val_scalar(v, p.ty);
}

Place place_deref(Fn *f, Val pointer) {
    const TyRow *row = ty_row(f->db, pointer.ty);
    Ty target = row->elem;
    if (row->kind == TY_ADT) {
        // Box: its pointer is its first scalar, wherever the allocator makes it lie in memory.
        target = args_get(f->db, row->args, 0);
        if (pointer.kind == VAL_MEM) pointer = val_field(f, pointer, 0, 0);
        while (pointer.kind == VAL_MEM)
            pointer = val_field(f, pointer, 0, 0);
    } else if (row->kind != TY_REF && row->kind != TY_PTR) {
        fail(f, "a dereference of `%.*s`", STR_ARG(ty_print(f->db, pointer.ty, f->scratch)));
        return (Place){.kind = PLACE_ZST, .ty = pointer.ty};
    }
    IrVal meta = {0};
    if (pointer.kind == VAL_PAIR) meta = pointer.b;
    if (pointer.kind == VAL_ZST) return (Place){.kind = PLACE_ZST, .ty = target};
    return mem_place(pointer.a, meta, fn_ty(f, target));
}

// A field whose type is a `dyn` tail lies at its offset rounded up to the alignment in the vtable.
static IrVal unsized_field_offset(Fn *f, Ty owner, u64 offset, Ty field, IrVal meta) {
    IrVal align;
    size_of_val(f, field, meta, &align);
    align = packed_align(f, owner, align);
    IrVal mask = ir_sub(f->ir, align, ir_const(f->ir, IR_I64, 1));
    IrVal at = ir_add(f->ir, ir_const(f->ir, IR_I64, offset), mask);
    return ir_and(f->ir, at, ir_not(f->ir, mask));
}

Place place_field(Fn *f, Place p, u32 variant, u32 field, Ty ty) {
    const Layout *l = fn_layout(f, p.ty);
    const Layout *fl = fn_layout(f, ty);
    bool is_array = ty_kind(f->db, p.ty) == TY_ARRAY;
    if (p.kind == PLACE_ZST && !(fl->size == 0)) {
        // Only in code that cannot run: a field of an uninhabited variant.
        return mem_place(ir_const(f->ir, IR_PTR, fl->align), (IrVal){0}, ty);
    }
    if (p.kind != PLACE_MEM && fl->size == 0 && !fl->is_unsized)
        return (Place){.kind = PLACE_ZST, .ty = ty};
    u32 row = l->variants.count > 1 ? variant : 0;
    u64 offset = is_array                 ? field * l->array_stride
                 : l->variants.count == 0 ? 0
                                          : layout_field_offset(l, row, field);
    if (p.kind == PLACE_LOCAL && f->frame->locals[p.local].kind == LOCAL_PAIR &&
        l->repr == REPR_SCALAR_PAIR && fl->repr == REPR_SCALAR) {
        return (Place){.kind = PLACE_HALF, .half = offset != 0, .local = p.local, .ty = ty};
    }
    if (p.kind != PLACE_MEM) {
        p.ty = ty; // a newtype of the same scalars
        p.downcast = false;
        return p;
    }
    if (fl->is_unsized && ty_kind(f->db, layout_tail(f->db, ty)) == TY_DYN)
        return mem_place(
            ir_ptr_add(f->ir, p.addr, unsized_field_offset(f, p.ty, offset, ty, p.meta)), p.meta,
            ty);
    IrVal addr = offset ? ir_ptr_add_const(f->ir, p.addr, (i64)offset) : p.addr;
    return mem_place(addr, fl->is_unsized ? p.meta : (IrVal){0}, ty);
}

static IrVal place_len(Fn *f, Place p) {
    const Layout *l = fn_layout(f, p.ty);
    if (ty_kind(f->db, p.ty) == TY_ARRAY) return ir_const(f->ir, IR_I64, l->array_count);
    return p.meta;
}

static Place place_elem(Fn *f, Place p, const MirProj *proj) {
    const Layout *l = fn_layout(f, p.ty);
    const TyRow *row = ty_row(f->db, p.ty);
    Ty elem = row->kind == TY_STR ? TY_OF(U8) : row->elem;
    if (row->kind != TY_ARRAY && row->kind != TY_SLICE && row->kind != TY_STR) {
        fail(f, "an index into `%.*s`", STR_ARG(ty_print(f->db, p.ty, f->scratch)));
        return p;
    }
    if (p.kind == PLACE_ZST) return (Place){.kind = PLACE_ZST, .ty = elem};
    IrVal index;
    switch ((MirProjKind)proj->kind) {
    case PROJ_INDEX: index = val_single(f, place_read(f, local_place(f, proj->index))); break;
    case PROJ_CONSTANT_INDEX:
        if (!proj->from_end) {
            IrVal addr = ir_ptr_add_const(f->ir, p.addr, (i64)(proj->index * l->array_stride));
            return mem_place(addr, (IrVal){0}, elem);
        }
        index = ir_sub(f->ir, place_len(f, p), ir_const(f->ir, IR_I64, proj->index));
        break;
    default: UNREACHABLE();
    }
    return mem_place(ir_ptr_index(f->ir, p.addr, index, l->array_stride), (IrVal){0}, elem);
}

static Place place_subslice(Fn *f, Place p, const MirProj *proj) {
    const Layout *l = fn_layout(f, p.ty);
    const TyRow *row = ty_row(f->db, p.ty);
    IrVal addr = p.kind == PLACE_ZST
                     ? ir_const(f->ir, IR_PTR, l->align)
                     : ir_ptr_add_const(f->ir, p.addr, (i64)(proj->index * l->array_stride));
    if (row->kind == TY_ARRAY) {
        u64 end = proj->from_end ? l->array_count - proj->to : proj->to;
        Ty ty = ty_array(f->db, row->elem, const_usize(f->db, end - proj->index));
        if (p.kind == PLACE_ZST) return (Place){.kind = PLACE_ZST, .ty = ty};
        return mem_place(addr, (IrVal){0}, ty);
    }
    IrVal cut = ir_const(f->ir, IR_I64, proj->index + (proj->from_end ? proj->to : 0));
    IrVal len = proj->from_end ? ir_sub(f->ir, p.meta, cut)
                               : ir_const(f->ir, IR_I64, proj->to - proj->index);
    return mem_place(addr, len, p.ty);
}

Place place_of(Fn *f, MirPlace place) {
    const MirProj *projs =
        LIST_AT(f->frame->body, MirProj, f->frame->body->projs) + place.proj_first;
    Place p = local_place(f, place.local.id);
    for (u32 i = 0; i < place.proj_count && !f->failed; i++) {
        const MirProj *proj = &projs[i];
        switch ((MirProjKind)proj->kind) {
        case PROJ_DEREF: p = place_deref(f, place_read(f, p)); break;
        case PROJ_DOWNCAST:
            p.variant = proj->index;
            p.downcast = true;
            break;
        case PROJ_FIELD: p = place_field(f, p, p.variant, proj->index, fn_ty(f, proj->ty)); break;
        case PROJ_INDEX:
        case PROJ_CONSTANT_INDEX: p = place_elem(f, p, proj); break;
        case PROJ_SUBSLICE: p = place_subslice(f, p, proj); break;
        }
    }
    return p;
}

// ---- reading and writing
// --------------------------------------------------------------------------

Val place_read(Fn *f, Place p) {
    switch ((PlaceKind)p.kind) {
    case PLACE_ZST: return val_zst(p.ty);
    case PLACE_LOCAL:
    case PLACE_HALF: {
        const Layout *l = fn_layout(f, p.ty);
        if (l->size == 0) return val_zst(p.ty);
        return register_val(f, p);
    }
    case PLACE_MEM: {
        Val v = load_val(f, p.addr, p.ty);
        if (v.kind == VAL_MEM) v.b = p.meta;
        return v;
    }
    }
    UNREACHABLE();
}

void place_write(Fn *f, Place p, Val v) {
    switch ((PlaceKind)p.kind) {
    case PLACE_ZST: return;
    case PLACE_MEM: store_val(f, p.addr, v); return;
    case PLACE_LOCAL:
    case PLACE_HALF: break;
    }
    LocalInfo *l = &f->frame->locals[p.local];
    if (v.kind == VAL_ZST) return;
    if (v.kind == VAL_MEM) {
        // The same bytes under another type, as in a transmute: read them as the local's scalars.
        v = load_val(f, v.a, p.kind == PLACE_LOCAL ? l->ty : p.ty);
        if (v.kind == VAL_MEM || v.kind == VAL_ZST) {
            fail(f, "an assignment between `%.*s` and a scalar",
                 STR_ARG(ty_print(f->db, v.ty, f->scratch)));
            return;
        }
    }
    if (p.kind == PLACE_HALF) {
        local_set_half(f, l, p.half, v.a);
        return;
    }
    local_set_half(f, l, 0, v.a);
    if (l->kind == LOCAL_PAIR) local_set_half(f, l, 1, v.b);
}

IrVal place_address(Fn *f, Place p) {
    if (p.kind == PLACE_MEM) return p.addr;
    if (p.kind == PLACE_ZST) return ir_const(f->ir, IR_PTR, fn_layout(f, p.ty)->align);
    return val_address(f, place_read(f, p)); // a copy: only for reading
}

Val operand(Fn *f, MirOperand op) {
    if (op.kind == OPERAND_CONST) return const_val(f, op.konst);
    return place_read(f, place_of(f, op.place));
}

Ty operand_ty(Fn *f, MirOperand op) {
    return fn_ty(f, mir_operand_ty(f->db, f->frame->body, op));
}

// ---- discriminants
// --------------------------------------------------------------------------------

static u128 discriminant_of(Fn *f, Ty ty, u32 variant) {
    const TyRow *row = ty_row(f->db, ty);
    if (row->kind != TY_ADT || def_kind(f->db, row->def) != DEF_ENUM) return 0;
    const Discriminants *d = query_get(f->db, Q_discriminants, row->def.id);
    const u64 *words = LIST_AT(d, u64, d->values);
    return (u128)words[2 * variant + 1] << 64 | words[2 * variant];
}

static IrVal int_const(Fn *f, IrType type, u128 value) {
    if (type == IR_I128) return ir_const_128(f->ir, value);
    u32 bits = ir_type_bits(type);
    u64 low = (u64)value;
    return ir_const(f->ir, type, bits == 64 ? low : low & (((u64)1 << bits) - 1));
}

static IrVal read_tag(Fn *f, Place p, const Layout *l) {
    IrType type = ir_int_type(l->tag.bytes);
    if (p.kind == PLACE_MEM) return ir_load(f->ir, type, p.addr, (i64)l->tag_offset);
    Val v = place_read(f, p);
    return cast_bits(f, v.kind == VAL_PAIR && l->tag_offset != 0 ? v.b : v.a, type);
}

IrVal read_discriminant(Fn *f, Place p, Ty out_ty) {
    const Layout *l = fn_layout(f, p.ty);
    IrType out = scalar_ir(&fn_layout(f, out_ty)->a);
    if (l->variants_kind != VARIANTS_MULTIPLE) {
        u32 index = l->variants_kind == VARIANTS_SINGLE ? l->single_index : 0;
        return int_const(f, out, discriminant_of(f, p.ty, index));
    }
    IrVal tag = read_tag(f, p, l);
    if (!l->tag_is_niche) return ir_int_cast(f->ir, out, l->tag.is_signed, tag);
    // relative = tag - niche_start; the variant is first + relative if that is within the range.
    IrType type = ir_type(f->ir, tag);
    u128 start = (u128)l->niche_start_hi << 64 | l->niche_start_lo;
    IrVal untagged = int_const(f, out, l->untagged_variant);
    if (l->niche_first == l->niche_last) {
        IrVal is_it = ir_icmp(f->ir, IR_EQ, tag, int_const(f, type, start));
        return ir_select(f->ir, is_it, int_const(f, out, l->niche_first), untagged);
    }
    IrVal relative = ir_sub(f->ir, tag, int_const(f, type, start));
    IrVal in_range =
        ir_icmp(f->ir, IR_ULE, relative, int_const(f, type, l->niche_last - l->niche_first));
    IrVal variant =
        ir_add(f->ir, ir_int_cast(f->ir, out, false, relative), int_const(f, out, l->niche_first));
    return ir_select(f->ir, in_range, variant, untagged);
}

bool variant_tag(Fn *f, Ty ty, u32 variant, IrVal *tag) {
    const Layout *l = fn_layout(f, ty);
    if (l->variants_kind != VARIANTS_MULTIPLE) return false;
    u128 value;
    if (!l->tag_is_niche) {
        value = discriminant_of(f, ty, variant);
    } else {
        if (variant == l->untagged_variant) return false;
        u128 start = (u128)l->niche_start_hi << 64 | l->niche_start_lo;
        value = start + (variant - l->niche_first);
    }
    *tag = int_const(f, ir_int_type(l->tag.bytes), value);
    return true;
}

void write_discriminant(Fn *f, Place p, u32 variant) {
    IrVal tag;
    if (p.kind == PLACE_MEM && variant_tag(f, p.ty, variant, &tag))
        ir_store(f->ir, p.addr, (i64)fn_layout(f, p.ty)->tag_offset, tag);
}
