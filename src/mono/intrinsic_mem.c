// Intrinsics on memory and pointers.

#include "mono/intrinsic.h"

void intr_read(Intr *c) {
    Fn *f = c->f;
    IrVal addr = intr_arg(c, 0);
    const Layout *l = fn_layout(f, c->ret);
    if (c->op && l->repr == REPR_SCALAR) {
        intr_scalar(c, ir_load_volatile(f->ir, scalar_ir(&l->a), addr, 0));
        return;
    }
    intr_return(c, load_val(f, addr, c->ret));
}

void intr_write(Intr *c) {
    Val v = c->args[1];
    IrVal addr = intr_arg(c, 0);
    if (c->op && v.kind == VAL_SCALAR)
        ir_store_volatile(c->f->ir, addr, 0, v.a);
    else
        store_val(c->f, addr, v);
}

// write_box_via_move(box: Box<MaybeUninit<T>>, value: T) -> Box<MaybeUninit<T>>
void intr_write_box(Intr *c) {
    Val box = c->args[0];
    Val pointer = box;
    while (pointer.kind == VAL_MEM)
        pointer = val_field(c->f, pointer, 0, 0);
    store_val(c->f, pointer.a, c->args[1]);
    intr_return(c, box);
}

static IrVal byte_count(Intr *c, Ty elem, IrVal count) {
    u64 size = fn_layout(c->f, elem)->size;
    return size == 1 ? count : ir_mul(c->f->ir, count, ir_const(c->f->ir, IR_I64, size));
}

// copy*(src, dst, count); the volatile forms take dst first
void intr_copy(Intr *c) {
    IrVal src = intr_arg(c, c->op >= 2), dst = intr_arg(c, c->op < 2);
    u64 count, size = fn_layout(c->f, intr_ty(c, 0))->size;
    if (size == 0) return;
    IrVal n = intr_arg(c, 2);
    if (ir_is_const(c->f->ir, n, &count) && count * size <= 64 && !(c->op & 1)) {
        if (count) ir_copy(c->f->ir, dst, src, count * size);
        return;
    }
    IrVal bytes = byte_count(c, intr_ty(c, 0), n);
    if (c->op & 1)
        ir_memmove(c->f->ir, dst, src, bytes);
    else
        ir_memcpy(c->f->ir, dst, src, bytes);
}

void intr_write_bytes(Intr *c) {
    if (fn_layout(c->f, intr_ty(c, 0))->size == 0) return;
    ir_memset(c->f->ir, intr_arg(c, 0), intr_arg(c, 1),
              byte_count(c, intr_ty(c, 0), intr_arg(c, 2)));
}

static IrVal memcmp_call(Fn *f, IrVal a, IrVal b, IrVal bytes) {
    IrParam params[] = {{.type = IR_PTR}, {.type = IR_PTR}, {.type = IR_I64}};
    IrSig sig = {.params = params,
                 .param_count = 3,
                 .result_count = 1,
                 .results = {IR_I32},
                 .no_unwind = true};
    IrVal args[] = {a, b, bytes};
    return ir_call(f->ir, ir_callee_sym(known_fn(f, "memcmp")), &sig, args);
}

void intr_compare_bytes(Intr *c) {
    intr_scalar(c, memcmp_call(c->f, intr_arg(c, 0), intr_arg(c, 1), intr_arg(c, 2)));
}

void intr_raw_eq(Intr *c) {
    Fn *f = c->f;
    u64 size = fn_layout(f, intr_ty(c, 0))->size;
    if (size == 0) {
        intr_scalar(c, ir_bool(f->ir, true));
        return;
    }
    IrVal a = intr_arg(c, 0), b = intr_arg(c, 1), equal;
    if (size == 1 || size == 2 || size == 4 || size == 8) {
        IrType type = ir_int_type((u32)size);
        equal = ir_icmp(f->ir, IR_EQ, ir_load(f->ir, type, a, 0), ir_load(f->ir, type, b, 0));
    } else {
        IrVal r = memcmp_call(f, a, b, ir_const(f->ir, IR_I64, size));
        equal = ir_icmp(f->ir, IR_EQ, r, ir_const(f->ir, IR_I32, 0));
    }
    intr_scalar(c, equal);
}

void intr_typed_swap(Intr *c) {
    Fn *f = c->f;
    const Layout *l = fn_layout(f, intr_ty(c, 0));
    if (l->size == 0) return;
    IrVal a = intr_arg(c, 0), b = intr_arg(c, 1);
    IrVal temp = ir_slot_addr(f->ir, ir_slot(f->ir, l->size, l->align));
    ir_copy(f->ir, temp, a, l->size);
    ir_copy(f->ir, a, b, l->size);
    ir_copy(f->ir, b, temp, l->size);
}

void intr_ptr_offset(Intr *c) {
    Fn *f = c->f;
    Ty elem = ty_row(f->db, c->args[0].ty)->elem;
    IrVal p = intr_arg(c, 0), count = intr_arg(c, 1);
    intr_scalar(c, ir_ptr_index(f->ir, p, cast_bits(f, count, IR_I64), fn_layout(f, elem)->size));
}

void intr_ptr_mask(Intr *c) {
    intr_scalar(c,
                cast_bits(c->f,
                          ir_and(c->f->ir, cast_bits(c->f, intr_arg(c, 0), IR_I64), intr_arg(c, 1)),
                          IR_PTR));
}

void intr_offset_from(Intr *c) {
    Fn *f = c->f;
    u64 size = fn_layout(f, intr_ty(c, 0))->size;
    IrVal a = cast_bits(f, intr_arg(c, 0), IR_I64), b = cast_bits(f, intr_arg(c, 1), IR_I64);
    IrVal bytes = ir_sub(f->ir, a, b);
    if (size <= 1) {
        intr_scalar(c, bytes);
    } else if ((size & (size - 1)) == 0) {
        IrVal shift = ir_const(f->ir, IR_I8, (u64)__builtin_ctzll(size));
        intr_scalar(c, c->op ? ir_lshr(f->ir, bytes, shift) : ir_ashr(f->ir, bytes, shift));
    } else {
        IrVal by = ir_const(f->ir, IR_I64, size);
        intr_scalar(c, c->op ? ir_udiv(f->ir, bytes, by) : ir_sdiv(f->ir, bytes, by));
    }
}

// slice_get_unchecked<ItemPtr, SlicePtr, T>(slice, index): a pointer to the element, of the same
// kind
void intr_slice_get(Intr *c) {
    Ty elem = intr_ty(c, 2);
    Val slice = c->args[0];
    intr_scalar(c, ir_ptr_index(c->f->ir, slice.a, intr_arg(c, 1), fn_layout(c->f, elem)->size));
}

void intr_aggregate_ptr(Intr *c) {
    Fn *f = c->f;
    const Layout *l = fn_layout(f, c->ret);
    IrVal data = cast_bits(f, intr_arg(c, 0), IR_PTR);
    if (l->repr == REPR_SCALAR_PAIR)
        intr_return(c, val_pair(data, intr_arg(c, 1), c->ret));
    else
        intr_scalar(c, data);
}

void intr_ptr_metadata(Intr *c) {
    Val p = c->args[0];
    if (p.kind != VAL_PAIR) return; // thin: ()
    const Layout *l = fn_layout(c->f, c->ret);
    if (l->repr == REPR_SCALAR) intr_scalar(c, cast_bits(c->f, p.b, scalar_ir(&l->a)));
}
