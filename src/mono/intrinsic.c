// Intrinsics about types and control, and the dispatch to all of them.

#include "mono/intrinsic.h"

typedef struct IntrinsicRow {
    const char *name;
    IntrinsicFn *handler;
    u32 op;
} IntrinsicRow;

static const IntrinsicRow intrinsics[] = {
#define INTRINSIC(name, handler, op) {#name, handler, op},
#include "mono/intrinsics.def"
#undef INTRINSIC
};

// Of `intrinsics`, + 1; 0: none.
static u32 intrinsic_row(Db *db, DefId def) {
    Map *names = &db->mono->intrinsics;
    if (names->count == 0)
        for (u32 i = 0; i < ARRAY_LEN(intrinsics); i++)
            map_set(names, symbol_intern(&db->symbols, str_from(intrinsics[i].name)).id, i + 1);
    return map_get(names, def_row(db, def)->name.id);
}

MirCallee intrinsic_as_stmt(Db *db, DefId def) {
    u32 number = intrinsic_row(db, def);
    if (!number) return (MirCallee){0};
    const IntrinsicRow *row = &intrinsics[number - 1];
    static const struct {
        IntrinsicFn *handler;
        MirCalleeKind kind;
        bool any_op;
    } kinds[] = {
        {intr_binary, MIR_CALLEE_BINARY, true},
        {intr_transmute, MIR_CALLEE_TRANSMUTE, false},
        {intr_aggregate_ptr, MIR_CALLEE_RAW_PTR, false},
        {intr_read, MIR_CALLEE_READ, false},
        {intr_write, MIR_CALLEE_WRITE, false},
        {intr_nothing, MIR_CALLEE_NOTHING, false},
        {intr_false, MIR_CALLEE_FALSE, false},
        {intr_ub_checks, MIR_CALLEE_FALSE, false},
    };
    for (u32 i = 0; i < ARRAY_LEN(kinds); i++)
        if (kinds[i].handler == row->handler && (kinds[i].any_op || row->op == 0))
            return (MirCallee){.kind = (u8)kinds[i].kind, .op = (u8)row->op};
    return (MirCallee){0};
}

bool intrinsic_call(Fn *f, const InstanceRow *callee, const Val *args, u32 count, const Place *dest,
                    u32 lo, MirBlock unwind, bool *diverges) {
    Db *db = f->db;
    u32 row = intrinsic_row(db, callee->def);
    if (!row) return false;
    Intr c = {.f = f,
              .row = callee,
              .args = args,
              .count = count,
              .dest = dest,
              .lo = lo,
              .unwind = unwind,
              .op = intrinsics[row - 1].op,
              .ret = dest->ty};
    intrinsics[row - 1].handler(&c);
    if (c.has_result && !f->failed) {
        bool in_place =
            c.result.kind == VAL_MEM && dest->kind == PLACE_MEM && c.result.a.id == dest->addr.id;
        if (!in_place) place_write(f, *dest, c.result);
    }
    *diverges = c.diverges;
    return true;
}

// ---- types --------------------------------------------------------------------------------------

void intr_size_of(Intr *c) {
    const Layout *l = fn_layout(c->f, intr_ty(c, 0));
    intr_scalar(c, ir_const(c->f->ir, IR_I64, c->op ? l->align : l->size));
}

void intr_size_of_val(Intr *c) {
    Val p = c->args[0];
    IrVal align, size = size_of_val(c->f, intr_ty(c, 0), p.b, &align);
    intr_scalar(c, c->op ? align : size);
}

void intr_needs_drop(Intr *c) {
    intr_scalar(c, ir_bool(c->f->ir, type_needs_drop(c->f->db, intr_ty(c, 0))));
}

void intr_type_id(Intr *c) {
    u8 bytes[16];
    u64 words[2];
    type_id_bytes(c->f->db, intr_ty(c, 0), bytes);
    memcpy(words, bytes, 16);
    IrVal addr = ir_slot_addr(c->f->ir, ir_slot(c->f->ir, 16, 16));
    ir_store(c->f->ir, addr, 0, ir_const(c->f->ir, IR_I64, words[0]));
    ir_store(c->f->ir, addr, 8, ir_const(c->f->ir, IR_I64, words[1]));
    intr_return(c, load_val(c->f, addr, c->ret));
}

void intr_type_name(Intr *c) {
    Str name = ty_print_full(c->f->db, intr_ty(c, 0), c->f->scratch);
    Symbol symbol = symbol_intern(&c->f->db->symbols, name);
    IrVal addr = ref_addr(c->f, (MonoRef){.kind = REF_BYTES, .name = symbol});
    intr_return(c, val_pair(addr, ir_const(c->f->ir, IR_I64, name.len), c->ret));
}

void intr_variant_count(Intr *c) {
    const TyRow *row = ty_row(c->f->db, intr_ty(c, 0));
    u32 count = row->kind == TY_ADT ? adt_def(c->f->db, row->def)->variants.count : 0;
    intr_scalar(c, ir_const(c->f->ir, IR_I64, count));
}

void intr_offset_of(Intr *c) {
    u64 variant, field;
    Fn *f = c->f;
    if (!ir_is_const(f->ir, intr_arg(c, 0), &variant) ||
        !ir_is_const(f->ir, intr_arg(c, 1), &field)) {
        fail(f, "an offset of a field that is not constant");
        return;
    }
    const Layout *l = fn_layout(f, intr_ty(c, 0));
    intr_scalar(
        c, ir_const(f->ir, IR_I64,
                    layout_field_offset(l, l->variants.count > 1 ? (u32)variant : 0, (u32)field)));
}

void intr_discriminant(Intr *c) {
    Place p = place_deref(c->f, c->args[0]);
    Ty ty = discriminant_ty(c->f->db, p.ty);
    intr_scalar(c, cast_int(c->f, read_discriminant(c->f, p, ty), ty, c->ret));
}

void intr_transmute(Intr *c) {
    Fn *f = c->f;
    Val v = c->args[0];
    const Layout *from = fn_layout(f, v.ty), *to = fn_layout(f, c->ret);
    if (from->size != to->size) {
        fail(f, "a transmute between types of different sizes, `%.*s` and `%.*s`",
             STR_ARG(ty_print(f->db, v.ty, f->scratch)),
             STR_ARG(ty_print(f->db, c->ret, f->scratch)));
        return;
    }
    if (to->size == 0) return;
    if (v.kind == VAL_SCALAR && to->repr == REPR_SCALAR) {
        intr_scalar(c, cast_bits(f, v.a, scalar_ir(&to->a)));
        return;
    }
    IrVal addr = v.a;
    if (v.kind != VAL_MEM) {
        addr = ir_slot_addr(f->ir, ir_slot(f->ir, to->size, max_u32(from->align, to->align)));
        store_val(f, addr, v);
    }
    intr_return(c, load_val(f, addr, c->ret));
}

// Types that may not be zero or uninitialised: only what certainly fails panics.
void intr_assert_valid(Intr *c) {
    Fn *f = c->f;
    Ty ty = intr_ty(c, 0);
    const Layout *l = fn_layout(f, ty);
    const char *why = NULL;
    if (l->is_uninhabited) {
        why = "attempted to instantiate uninhabited type";
    } else if (c->op && (l->repr == REPR_SCALAR || l->repr == REPR_SCALAR_PAIR)) {
        const Scalar *halves[] = {&l->a, l->repr == REPR_SCALAR_PAIR ? &l->b : &l->a};
        for (u32 i = 0; i < 2 && c->op == 1; i++) {
            const Scalar *s = halves[i];
            u128 start = (u128)s->start_hi << 64 | s->start_lo,
                 end = (u128)s->end_hi << 64 | s->end_lo;
            bool zero_valid = s->is_union || start == 0 || start > end;
            if (!zero_valid) why = "attempted to zero-initialize type";
        }
    }
    if (!why) return;
    Str text =
        scratch_print(f->scratch, "%s `%.*s`%s", why, STR_ARG(ty_print(f->db, ty, f->scratch)),
                      l->is_uninhabited ? "" : ", which is invalid");
    Symbol symbol = symbol_intern(&f->db->symbols, text);
    Ty str = ty_ref(f->db, TY_OF(STR), false);
    Val message = val_pair(ref_addr(f, (MonoRef){.kind = REF_BYTES, .name = symbol}),
                           ir_const(f->ir, IR_I64, text.len), str);
    call_panic(f, LANG_panic_nounwind, &message, 1, c->lo, c->unwind);
    c->diverges = true;
}

// ---- values -------------------------------------------------------------------------------------

void intr_nothing(Intr *c) {
    (void)c;
}
void intr_same(Intr *c) {
    intr_return(c, c->args[0]);
}
void intr_false(Intr *c) {
    intr_scalar(c, ir_bool(c->f->ir, false));
}
void intr_ub_checks(Intr *c) {
    intr_scalar(c, ir_bool(c->f->ir, false));
}
void intr_overflow_checks(Intr *c) {
    intr_scalar(c, ir_bool(c->f->ir, c->f->overflow_checks));
}

void intr_select(Intr *c) {
    Fn *f = c->f;
    Val a = c->args[1], b = c->args[2];
    IrVal cond = intr_arg(c, 0);
    if (a.kind == VAL_SCALAR) {
        intr_scalar(c, ir_select(f->ir, cond, a.a, b.a));
    } else if (a.kind == VAL_PAIR) {
        intr_return(c, val_pair(ir_select(f->ir, cond, a.a, b.a), ir_select(f->ir, cond, a.b, b.b),
                                c->ret));
    } else if (a.kind == VAL_MEM) {
        intr_return(c, val_in_memory(ir_select(f->ir, cond, a.a, b.a), c->ret));
    }
}

void intr_vtable(Intr *c) {
    intr_scalar(c, ir_load(c->f->ir, IR_I64, intr_arg(c, 0), c->op));
}

// ---- control ------------------------------------------------------------------------------------

void intr_abort(Intr *c) {
    ir_unreachable(c->f->ir); // a trap, as rustc's abort is
    c->diverges = true;
}

void intr_caller_location(Intr *c) {
    intr_scalar(c, caller_location(c->f));
}

// const_eval_select(args, at_compile_time, at_run_time): the second function.
void intr_const_eval_select(Intr *c) {
    Fn *f = c->f;
    const TyRow *fn = ty_row(f->db, intr_ty(c, 2));
    if (fn->kind != TY_FN_DEF) {
        fail(f, "a const_eval_select of something that is not a function");
        return;
    }
    InstanceId callee = instance_resolve(f->db, fn->def, fn->args);
    if (!callee.id) {
        fail(f, "a const_eval_select without an implementation");
        return;
    }
    u32 n = layout_field_count(f->db, c->args[0].ty, 0);
    Val *args = SCRATCH_ARRAY(f->scratch, Val, n + 1);
    for (u32 i = 0; i < n; i++)
        args[i] = val_field(f, c->args[0], 0, i);
    intr_return(c, call_instance(f, callee, args, n, c->dest, c->unwind, c->lo));
}

// catch_unwind(try_fn, data, catch_fn) -> i32: 0 if try_fn(data) returned; else catch_fn(data,
// exception) is called and the answer is 1.
void intr_catch_unwind(Intr *c) {
    Fn *f = c->f;
    IrFn *ir = f->ir;
    IrVal try_fn = intr_arg(c, 0), data = intr_arg(c, 1), catch_fn = intr_arg(c, 2);
    IrBlock normal = ir_block(ir), pad = ir_block(ir), done = ir_block(ir);
    IrLocal result = ir_local(ir, IR_I32);
    IrParam params[2] = {{.type = IR_PTR}, {.type = IR_PTR}};
    IrSig one = {.params = params, .param_count = 1}, two = {.params = params, .param_count = 2};
    ir_invoke(ir, ir_callee_ptr(try_fn), &one, &data, normal, pad);
    ir_block_switch(ir, normal);
    ir_local_set(ir, result, ir_const(ir, IR_I32, 0));
    ir_br(ir, done);
    ir_block_switch(ir, pad);
    ir_block_cold(ir, pad);
    IrVal args[2] = {data, ir_landingpad(ir, IR_PAD_CATCH)};
    ir_call(ir, ir_callee_ptr(catch_fn), &two, args);
    ir_local_set(ir, result, ir_const(ir, IR_I32, 1));
    ir_br(ir, done);
    ir_block_switch(ir, done);
    intr_scalar(c, ir_local_get(ir, result));
}
