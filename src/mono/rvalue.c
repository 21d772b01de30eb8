// Right-hand sides.

#include "mono/mono_internal.h"

static bool is_signed_ty(Fn *f, Ty ty) {
    return ty_is_signed(ty_kind(f->db, ty));
}

IrVal cast_int(Fn *f, IrVal v, Ty from, Ty to) {
    return ir_int_cast(f->ir, scalar_ir(&fn_layout(f, to)->a), is_signed_ty(f, from), v);
}

// ---- arithmetic ---------------------------------------------------------------------------------

static IrCmp int_cmp(MirBinOp op, bool sign) {
    switch (op) {
    case MIR_EQ: return IR_EQ;
    case MIR_NE: return IR_NE;
    case MIR_LT: return sign ? IR_SLT : IR_ULT;
    case MIR_LE: return sign ? IR_SLE : IR_ULE;
    case MIR_GE: return sign ? IR_SGE : IR_UGE;
    default: return sign ? IR_SGT : IR_UGT;
    }
}

static IrFcmp float_cmp(MirBinOp op) {
    switch (op) {
    case MIR_EQ: return IR_OEQ;
    case MIR_NE: return IR_UNE;
    case MIR_LT: return IR_OLT;
    case MIR_LE: return IR_OLE;
    case MIR_GE: return IR_OGE;
    default: return IR_OGT;
    }
}

// Ordering: Less is -1, Equal 0, Greater 1.
static IrVal three_way(Fn *f, IrVal a, IrVal b, bool sign) {
    IrVal greater = ir_icmp(f->ir, sign ? IR_SGT : IR_UGT, a, b);
    IrVal less = ir_icmp(f->ir, sign ? IR_SLT : IR_ULT, a, b);
    return ir_sub(f->ir, greater, less);
}

static IrVal float_binary(Fn *f, MirBinOp op, IrVal a, IrVal b) {
    switch (op) {
    case MIR_ADD: return ir_fadd(f->ir, a, b);
    case MIR_SUB: return ir_fsub(f->ir, a, b);
    case MIR_MUL: return ir_fmul(f->ir, a, b);
    case MIR_DIV: return ir_fdiv(f->ir, a, b);
    case MIR_REM: return ir_frem(f->ir, a, b);
    default: return ir_fcmp(f->ir, float_cmp(op), a, b);
    }
}

IrVal binary(Fn *f, MirBinOp op, Ty ty, IrVal a, IrVal b) {
    TyKind kind = ty_kind(f->db, ty);
    if (kind == TY_PAT) kind = ty_kind(f->db, ty_row(f->db, ty)->elem);
    if (kind == TY_F16 || kind == TY_F128) {
        fail(f, "arithmetic on `%s`", kind == TY_F16 ? "f16" : "f128");
        return a;
    }
    if (ty_is_float(kind)) return float_binary(f, op, a, b);
    bool sign = ty_is_signed(kind);
    IrFn *ir = f->ir;
    switch (op) {
    case MIR_ADD: return ir_add(ir, a, b);
    case MIR_SUB: return ir_sub(ir, a, b);
    case MIR_MUL: return ir_mul(ir, a, b);
    case MIR_DIV: return sign ? ir_sdiv(ir, a, b) : ir_udiv(ir, a, b);
    case MIR_REM: return sign ? ir_srem(ir, a, b) : ir_urem(ir, a, b);
    case MIR_BIT_XOR: return ir_xor(ir, a, b);
    case MIR_BIT_AND: return ir_and(ir, a, b);
    case MIR_BIT_OR: return ir_or(ir, a, b);
    case MIR_SHL: return ir_shl(ir, a, b);
    case MIR_SHR: return sign ? ir_ashr(ir, a, b) : ir_lshr(ir, a, b);
    case MIR_CMP: return three_way(f, a, b, sign);
    case MIR_EQ:
    case MIR_NE:
    case MIR_LT:
    case MIR_LE:
    case MIR_GE:
    case MIR_GT: return ir_icmp(ir, int_cmp(op, sign), a, b);
    case MIR_OFFSET: {
        u64 stride = fn_layout(f, ty_row(f->db, ty)->elem)->size;
        return ir_ptr_index(ir, a, b, stride);
    }
    case MIR_ADD_WITH_OVERFLOW: return ir_add_ovf(ir, sign, a, b);
    case MIR_SUB_WITH_OVERFLOW: return ir_sub_ovf(ir, sign, a, b);
    case MIR_MUL_WITH_OVERFLOW: return ir_mul_ovf(ir, sign, a, b);
    }
    UNREACHABLE();
}

// Wide pointers compare by address, then by metadata.
static IrVal wide_compare(Fn *f, MirBinOp op, Val a, Val b) {
    IrFn *ir = f->ir;
    IrVal same = ir_icmp(ir, IR_EQ, a.a, b.a);
    if (op == MIR_EQ) return ir_and(ir, same, ir_icmp(ir, IR_EQ, a.b, b.b));
    if (op == MIR_NE) return ir_bool_not(ir, ir_and(ir, same, ir_icmp(ir, IR_EQ, a.b, b.b)));
    MirBinOp strict = op == MIR_LE ? MIR_LT : op == MIR_GE ? MIR_GT : op;
    IrVal by_addr = ir_icmp(ir, int_cmp(strict, false), a.a, b.a);
    IrVal by_meta = ir_icmp(ir, int_cmp(op, false), a.b, b.b);
    return ir_select(ir, same, by_meta, by_addr);
}

static Val rv_binary(Fn *f, const MirRvalue *rv) {
    Val a = operand(f, rv->a), b = operand(f, rv->b);
    MirBinOp op = (MirBinOp)rv->op;
    Ty ty = a.ty;
    bool compares = op >= MIR_EQ && op <= MIR_GT;
    if (a.kind == VAL_ZST) { // (), !
        if (compares)
            return val_scalar(ir_bool(f->ir, op == MIR_EQ || op == MIR_LE || op == MIR_GE),
                              TY_OF(BOOL));
        fail(f, "arithmetic on `%.*s`", STR_ARG(ty_print(f->db, ty, f->scratch)));
        return a;
    }
    if (a.kind == VAL_PAIR && b.kind == VAL_PAIR && compares)
        return val_scalar(wide_compare(f, op, a, b), TY_OF(BOOL));
    IrVal x = val_single(f, a), y = val_single(f, b);
    IrVal result = binary(f, op, ty, x, y);
    if (compares) return val_scalar(result, TY_OF(BOOL));
    if (op >= MIR_ADD_WITH_OVERFLOW) {
        Ty both[] = {ty, TY_OF(BOOL)};
        return val_pair(result, ir_second(result), ty_tuple(f->db, both, 2));
    }
    if (op == MIR_CMP) {
        DefId ordering = lang_item(f->db, LANG_ordering_enum);
        return val_scalar(result, ordering.id ? ty_adt(f->db, ordering, (Args){0}) : TY_OF(I8));
    }
    return val_scalar(result, ty);
}

static Val rv_unary(Fn *f, const MirRvalue *rv) {
    Val a = operand(f, rv->a);
    TyKind kind = ty_kind(f->db, a.ty);
    switch ((MirUnOp)rv->op) {
    case MIR_NOT:
        if (kind == TY_BOOL) return val_scalar(ir_bool_not(f->ir, val_single(f, a)), a.ty);
        return val_scalar(ir_not(f->ir, val_single(f, a)), a.ty);
    case MIR_NEG:
        if (kind == TY_F16 || kind == TY_F128) {
            IrVal bits = val_single(f, a);
            u128 sign = (u128)1 << (kind == TY_F16 ? 15 : 127);
            IrVal mask =
                kind == TY_F16 ? ir_const(f->ir, IR_I16, (u64)sign) : ir_const_128(f->ir, sign);
            return val_scalar(ir_xor(f->ir, bits, mask), a.ty);
        }
        if (ty_is_float(kind)) return val_scalar(ir_fneg(f->ir, val_single(f, a)), a.ty);
        return val_scalar(ir_neg(f->ir, val_single(f, a)), a.ty);
    case MIR_PTR_METADATA: {
        Ty pointee = ty_row(f->db, a.ty)->elem;
        if (a.kind != VAL_PAIR) return val_zst(ty_unit(f->db));
        Ty ty = ptr_meta(f->db, pointee) == META_LENGTH ? TY_OF(USIZE)
                                                        : ty_ptr(f->db, ty_unit(f->db), false);
        return val_scalar(a.b, ty);
    }
    }
    UNREACHABLE();
}

// ---- unsizing -----------------------------------------------------------------------------------

// The metadata a pointer to `from` gains, or changes, when it becomes one to `to`.
static IrVal unsize_meta(Fn *f, Ty from, Ty to, IrVal old) {
    Db *db = f->db;
    Ty from_tail = layout_tail(db, from), to_tail = layout_tail(db, to);
    // Walk both structs down to where they differ.
    for (;;) {
        const TyRow *a = ty_row(db, from), *b = ty_row(db, to);
        if (a->kind != TY_ADT || b->kind != TY_ADT || !def_eq(a->def, b->def)) break;
        u32 last = layout_field_count(db, from, 0);
        if (last == 0) break;
        from = layout_field_ty(db, from, 0, last - 1);
        to = layout_field_ty(db, to, 0, last - 1);
    }
    TyKind from_kind = ty_kind(db, from), to_kind = ty_kind(db, to);
    if (from_kind == TY_ARRAY && to_kind == TY_SLICE)
        return ir_const(f->ir, IR_I64, fn_layout(f, from)->array_count);
    if (to_kind == TY_DYN && from_kind == TY_DYN) {
        const Existential *e = ty_existential(db, to);
        if (!e->principal.id || def_eq(ty_existential(db, from)->principal, e->principal))
            return old;
        u32 slot = vtable_upcast_slot(db, from, to);
        return slot ? ir_load(f->ir, IR_PTR, old, 8 * (i64)slot) : old;
    }
    if (to_kind == TY_DYN) return vtable_address(f, from, to);
    fail(f, "an unsizing from `%.*s` to `%.*s`", STR_ARG(ty_print(db, from_tail, f->scratch)),
         STR_ARG(ty_print(db, to_tail, f->scratch)));
    return ir_const(f->ir, IR_I64, 0);
}

static bool pointee_of(Fn *f, Ty ty, Ty *out) {
    const TyRow *row = ty_row(f->db, ty);
    if (row->kind == TY_REF || row->kind == TY_PTR) {
        *out = row->elem;
        return true;
    }
    return false;
}

// CoerceUnsized: a pointer, or a struct of which exactly one field is one (Box, Rc, Pin, ...).
Val unsize(Fn *f, Val v, Ty from, Ty to) {
    Ty a, b;
    if (pointee_of(f, from, &a) && pointee_of(f, to, &b)) {
        if (v.kind == VAL_MEM) v = load_val(f, v.a, from);
        IrVal meta = unsize_meta(f, a, b, v.b);
        return val_pair(v.a, meta, to);
    }
    const TyRow *row = ty_row(f->db, from);
    const Layout *to_layout = fn_layout(f, to);
    if (row->kind != TY_ADT || to_layout->is_failed) {
        fail(f, "an unsizing of `%.*s`", STR_ARG(ty_print(f->db, from, f->scratch)));
        return v;
    }
    IrVal addr = ir_slot_addr(f->ir, ir_slot(f->ir, to_layout->size, to_layout->align));
    u32 count = layout_field_count(f->db, from, 0);
    for (u32 i = 0; i < count && !f->failed; i++) {
        Ty field_from = layout_field_ty(f->db, from, 0, i),
           field_to = layout_field_ty(f->db, to, 0, i);
        Val field = val_field(f, v, 0, i);
        if (!ty_eq(field_from, field_to)) {
            const Layout *l = fn_layout(f, field_to);
            if (field.kind == VAL_ZST || l->size == 0)
                field = val_zst(field_to); // PhantomData<T>
            else
                field = unsize(f, field, field_from, field_to);
        }
        store_val(f, ir_ptr_add_const(f->ir, addr, (i64)layout_field_offset(to_layout, 0, i)),
                  field);
    }
    return load_val(f, addr, to);
}

// ---- casts --------------------------------------------------------------------------------------

static Val transmute(Fn *f, Val v, Ty to) {
    const Layout *from = fn_layout(f, v.ty), *l = fn_layout(f, to);
    if (l->size == 0) return val_zst(to);
    if (from->size != l->size) {
        fail(f, "a transmute between types of different sizes, `%.*s` and `%.*s`",
             STR_ARG(ty_print(f->db, v.ty, f->scratch)), STR_ARG(ty_print(f->db, to, f->scratch)));
        return val_zst(to);
    }
    if (v.kind == VAL_SCALAR && l->repr == REPR_SCALAR)
        return val_scalar(cast_bits(f, v.a, scalar_ir(&l->a)), to);
    if (v.kind == VAL_PAIR && l->repr == REPR_SCALAR_PAIR && from->b_offset == l->b_offset &&
        from->a.bytes == l->a.bytes && from->b.bytes == l->b.bytes)
        return val_pair(cast_bits(f, v.a, scalar_ir(&l->a)), cast_bits(f, v.b, scalar_ir(&l->b)),
                        to);
    if (v.kind == VAL_MEM) return load_val(f, v.a, to);
    u32 align = max_u32(from->align, l->align);
    IrVal addr = ir_slot_addr(f->ir, ir_slot(f->ir, l->size, align));
    store_val(f, addr, v);
    return load_val(f, addr, to);
}

static Val cast_scalar(Fn *f, Val v, Ty to, MirCastKind kind) {
    TyKind from_kind = ty_kind(f->db, v.ty), to_kind = ty_kind(f->db, to);
    IrType type = scalar_ir(&fn_layout(f, to)->a);
    if (from_kind == TY_F16 || from_kind == TY_F128 || to_kind == TY_F16 || to_kind == TY_F128) {
        if (from_kind == to_kind) return val_scalar(val_single(f, v), to);
        fail(f, "a cast of `f16` or `f128`");
        return v;
    }
    IrVal a = val_single(f, v);
    switch (kind) {
    case CAST_FLOAT_TO_INT:
        return val_scalar(ir_float_to_int(f->ir, type, ty_is_signed(to_kind), a), to);
    case CAST_INT_TO_FLOAT:
        return val_scalar(ir_int_to_float(f->ir, type, ty_is_signed(from_kind), a), to);
    case CAST_FLOAT_TO_FLOAT: return val_scalar(ir_float_conv(f->ir, type, a), to);
    default: return val_scalar(ir_int_cast(f->ir, type, ty_is_signed(from_kind), a), to);
    }
}

// An enum cast to an integer: its discriminant.
static Val enum_to_int(Fn *f, Val v, Ty to) {
    Place p = v.kind == VAL_MEM ? mem_place(v.a, (IrVal){0}, v.ty)
                                : mem_place(val_address(f, v), (IrVal){0}, v.ty);
    Ty discr = discriminant_ty(f->db, v.ty);
    IrVal value = read_discriminant(f, p, discr);
    return val_scalar(cast_int(f, value, discr, to), to);
}

static Val rv_cast(Fn *f, const MirRvalue *rv) {
    Ty to = fn_ty(f, rv->ty);
    Val v = operand(f, rv->a);
    const Layout *l = fn_layout(f, to);
    switch ((MirCastKind)rv->op) {
    case CAST_INT_TO_INT:
        if (ty_kind(f->db, v.ty) == TY_ADT) return enum_to_int(f, v, to);
        return cast_scalar(f, v, to, CAST_INT_TO_INT);
    case CAST_FLOAT_TO_INT:
    case CAST_INT_TO_FLOAT:
    case CAST_FLOAT_TO_FLOAT: return cast_scalar(f, v, to, (MirCastKind)rv->op);
    case CAST_PTR_TO_ADDR:
        return val_scalar(
            ir_int_cast(f->ir, scalar_ir(&l->a), false, cast_bits(f, val_single(f, v), IR_I64)),
            to);
    case CAST_ADDR_TO_PTR:
        return val_scalar(
            cast_bits(f, ir_int_cast(f->ir, IR_I64, is_signed_ty(f, v.ty), val_single(f, v)),
                      IR_PTR),
            to);
    case CAST_PTR_TO_PTR:
    case CAST_MUT_TO_CONST:
    case CAST_ARRAY_TO_PTR:
    case CAST_FN_PTR_TO_PTR:
    case CAST_UNSAFE_FN:
        if (v.kind == VAL_MEM) v = load_val(f, v.a, v.ty);
        if (l->repr == REPR_SCALAR_PAIR && v.kind == VAL_PAIR) return val_pair(v.a, v.b, to);
        return val_scalar(cast_bits(f, val_single(f, v), IR_PTR), to);
    case CAST_REIFY_FN: {
        const TyRow *fn = ty_row(f->db, v.ty);
        InstanceId instance = instance_resolve_for_fn_ptr(f->db, fn->def, fn->args);
        if (!instance.id) {
            fail(f, "a function that cannot be resolved: `%.*s`",
                 STR_ARG(ty_print(f->db, v.ty, f->scratch)));
            return v;
        }
        return val_scalar(fn_address(f, instance), to);
    }
    case CAST_CLOSURE_FN: {
        // A closure without captures as a fn pointer: its FnOnce shim ignores `self`, which takes
        // no room.
        const TyRow *closure = ty_row(f->db, v.ty);
        InstanceId instance = instance_intern(f->db, (InstanceRow){.kind = INST_CLOSURE_ONCE_SHIM,
                                                                   .def = closure->def,
                                                                   .args = closure->args});
        const ClosureInfo *info = closure_info(f->db, closure->def, NULL);
        if (info && info->kind == 2)
            instance = instance_intern(
                f->db,
                (InstanceRow){.kind = INST_ITEM, .def = closure->def, .args = closure->args});
        return val_scalar(fn_address(f, instance), to);
    }
    case CAST_UNSIZE: return unsize(f, v, v.ty, to);
    case CAST_TRANSMUTE: return transmute(f, v, to);
    }
    UNREACHABLE();
}

// ---- aggregates, repeats
// --------------------------------------------------------------------------

static const MirOperand *operands_of(Fn *f, const MirRvalue *rv) {
    return LIST_AT(f->frame->body, MirOperand, f->frame->body->operands) + rv->operand_first;
}

// Puts a scalar where it belongs in a scalar or pair. False: it is only a piece of one.
static bool put_half(const Layout *l, IrVal halves[2], u64 offset, u64 bytes, IrVal v) {
    bool is_pair = l->repr == REPR_SCALAR_PAIR;
    u32 half = is_pair && offset == l->b_offset;
    if (bytes != (half ? l->b.bytes : l->a.bytes) || (!half && offset != 0)) return false;
    halves[half] = v;
    return true;
}

// Scalars and pairs are put together in registers.
static bool aggregate_in_registers(Fn *f, Place to, Ty ty, const Layout *l, const MirRvalue *rv) {
    bool is_pair = l->repr == REPR_SCALAR_PAIR;
    if (to.kind != PLACE_LOCAL || (l->repr != REPR_SCALAR && !is_pair)) return false;
    IrVal halves[2] = {{0}, {0}}, tag;
    const MirOperand *ops = operands_of(f, rv);
    u32 variant = l->variants.count <= 1                  ? 0
                  : l->variants_kind == VARIANTS_MULTIPLE ? rv->variant
                                                          : l->single_index;
    for (u32 i = 0; i < rv->operand_count; i++) {
        Val v = operand(f, ops[i]);
        if (v.kind == VAL_ZST) continue;
        const Layout *field = fn_layout(f, v.ty);
        u64 offset = layout_field_offset(l, variant, i);
        if (v.kind == VAL_PAIR && is_pair && field->size == l->size) {
            halves[0] = v.a;
            halves[1] = v.b;
        } else if (v.kind != VAL_SCALAR || !put_half(l, halves, offset, field->size, v.a)) {
            return false; // bytes that make a scalar: go through memory
        }
    }
    if (l->variants_kind == VARIANTS_MULTIPLE && variant_tag(f, ty, rv->variant, &tag) &&
        !put_half(l, halves, l->tag_offset, l->tag.bytes, tag))
        return false;
    if (!halves[0].id && !halves[1].id) return false;
    if (!halves[0].id) halves[0] = any_value(f, &l->a);
    if (is_pair && !halves[1].id) halves[1] = any_value(f, &l->b);
    place_write(
        f, to,
        (Val){.kind = is_pair ? VAL_PAIR : VAL_SCALAR, .a = halves[0], .b = halves[1], .ty = ty});
    return true;
}

static void assign_aggregate(Fn *f, Place to, const MirRvalue *rv) {
    Ty ty = to.ty;
    const Layout *l = fn_layout(f, ty);
    const MirOperand *ops = operands_of(f, rv);
    if (rv->op == AGG_RAW_PTR) {
        Val data = operand(f, ops[0]), meta = operand(f, ops[1]);
        IrVal a = cast_bits(f, val_single(f, data), IR_PTR);
        Val v =
            l->repr == REPR_SCALAR_PAIR ? val_pair(a, val_single(f, meta), ty) : val_scalar(a, ty);
        place_write(f, to, v);
        return;
    }
    if (l->size == 0 && to.kind != PLACE_MEM) {
        for (u32 i = 0; i < rv->operand_count; i++)
            operand(f, ops[i]);
        return;
    }
    if (aggregate_in_registers(f, to, ty, l, rv)) return;
    u32 variant = rv->op == AGG_ADT ? rv->variant : 0;
    // The operands may read what is being written (x = (x.1, x.0)): build aside unless it is fresh
    // memory.
    Place into = to;
    bool aside = to.kind != PLACE_MEM;
    for (u32 i = 0; i < rv->operand_count && !aside; i++)
        aside = ops[i].kind != OPERAND_CONST;
    IrVal temp = {0};
    if (aside && rv->operand_count) {
        Val *values = SCRATCH_ARRAY(f->scratch, Val, rv->operand_count);
        bool memory = false;
        for (u32 i = 0; i < rv->operand_count; i++) {
            values[i] = operand(f, ops[i]);
            memory |= values[i].kind == VAL_MEM;
        }
        if (memory || to.kind != PLACE_MEM) {
            temp = ir_slot_addr(f->ir, ir_slot(f->ir, l->size, l->align));
            into = mem_place(temp, (IrVal){0}, ty);
        }
        into.variant = variant;
        for (u32 i = 0; i < rv->operand_count; i++) {
            u32 field = rv->op == AGG_ADT && ty_kind(f->db, ty) == TY_ADT &&
                                def_kind(f->db, ty_row(f->db, ty)->def) == DEF_UNION
                            ? rv->active_field
                            : i;
            Place fp = place_field(f, into, variant, field, values[i].ty);
            place_write(f, fp, values[i]);
        }
    } else {
        if (to.kind != PLACE_MEM) {
            temp = ir_slot_addr(f->ir, ir_slot(f->ir, l->size, l->align));
            into = mem_place(temp, (IrVal){0}, ty);
        }
        for (u32 i = 0; i < rv->operand_count; i++) {
            Val v = operand(f, ops[i]);
            u32 field = rv->op == AGG_ADT && ty_kind(f->db, ty) == TY_ADT &&
                                def_kind(f->db, ty_row(f->db, ty)->def) == DEF_UNION
                            ? rv->active_field
                            : i;
            place_write(f, place_field(f, into, variant, field, v.ty), v);
        }
    }
    if (rv->op == AGG_ADT) write_discriminant(f, into, variant);
    if (temp.id) place_write(f, to, load_val(f, temp, ty));
}

static void assign_repeat(Fn *f, Place to, const MirRvalue *rv) {
    const Layout *l = fn_layout(f, to.ty);
    Val v = operand(f, rv->a);
    if (v.kind == VAL_ZST || l->size == 0 || to.kind != PLACE_MEM) return;
    IrFn *ir = f->ir;
    u64 bits = 1;
    if (v.kind == VAL_SCALAR && ir_type_is_int(ir_type(ir, v.a)) && ir_is_const(ir, v.a, &bits) &&
        bits == 0) {
        ir_memset(ir, to.addr, ir_const(ir, IR_I8, 0), ir_const(ir, IR_I64, l->size));
        return;
    }
    if (v.kind == VAL_SCALAR && l->array_stride == 1) {
        ir_memset(ir, to.addr, cast_bits(f, v.a, IR_I8), ir_const(ir, IR_I64, l->size));
        return;
    }
    if (l->array_count <= 8) {
        for (u64 i = 0; i < l->array_count; i++)
            store_val(f, ir_ptr_add_const(ir, to.addr, (i64)(i * l->array_stride)), v);
        return;
    }
    IrLocal at = ir_local(ir, IR_I64);
    ir_local_set(ir, at, ir_const(ir, IR_I64, 0));
    IrBlock loop = ir_block(ir), done = ir_block(ir);
    ir_br(ir, loop);
    ir_block_switch(ir, loop);
    IrVal i = ir_local_get(ir, at);
    store_val(f, ir_ptr_add(ir, to.addr, i), v);
    IrVal next = ir_add(ir, i, ir_const(ir, IR_I64, l->array_stride));
    ir_local_set(ir, at, next);
    ir_condbr(ir, ir_icmp(ir, IR_ULT, next, ir_const(ir, IR_I64, l->size)), loop, done);
    ir_block_switch(ir, done);
}

static Val rv_ref(Fn *f, const MirRvalue *rv, Ty ty) {
    Place p = place_of(f, rv->place);
    IrVal addr = place_address(f, p);
    const Layout *l = fn_layout(f, ty);
    if (l->repr == REPR_SCALAR_PAIR) return val_pair(addr, p.meta, ty);
    return val_scalar(addr, ty);
}

void assign(Fn *f, MirPlace to, const MirRvalue *rv) {
    // The right side is read before the place's own pointers, as MIR says nothing else.
    Val v;
    switch ((MirRvalueKind)rv->kind) {
    case RV_USE: {
        v = operand(f, rv->a);
        place_write(f, place_of(f, to), v);
        return;
    }
    case RV_REPEAT: assign_repeat(f, place_of(f, to), rv); return;
    case RV_AGGREGATE: assign_aggregate(f, place_of(f, to), rv); return;
    case RV_REF:
    case RV_RAW_PTR: {
        Place p = place_of(f, to);
        place_write(f, p, rv_ref(f, rv, p.ty));
        return;
    }
    case RV_CAST: v = rv_cast(f, rv); break;
    case RV_BINARY: v = rv_binary(f, rv); break;
    case RV_UNARY: v = rv_unary(f, rv); break;
    case RV_DISCRIMINANT: {
        Place p = place_of(f, rv->place);
        Ty ty = discriminant_ty(f->db, p.ty);
        v = val_scalar(read_discriminant(f, p, ty), ty);
        break;
    }
    case RV_THREAD_LOCAL: {
        Symbol symbol = mono_precompiled_static(f->db, rv->def);
        MonoRef ref = symbol.id ? (MonoRef){.kind = REF_EXTERN_TLS, .name = symbol}
                                : (MonoRef){.kind = REF_TLS, .def = rv->def};
        Place p = place_of(f, to);
        place_write(f, p, val_scalar(ir_tls_addr(f->ir, ref_sym(f, IR_SYM_TLS, ref)), p.ty));
        return;
    }
    default: UNREACHABLE();
    }
    if (f->failed) return;
    place_write(f, place_of(f, to), v);
}
