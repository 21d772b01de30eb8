// From an instance to IR: its parameters, its body or shim.

#include "mono/mono_internal.h"

// ---- parameters
// -----------------------------------------------------------------------------------

// The value of the ABI's argument `index`; *at counts the IR parameters read so far.
bool load_param(Fn *f, u32 index, Val *out, u32 *at) {
    const ArgAbi *a = &LIST_AT(f->abi, ArgAbi, f->abi->args)[index];
    const Layout *l = fn_layout(f, a->ty);
    IrFn *ir = f->ir;
    switch ((PassMode)a->mode) {
    case PASS_IGNORE: *out = val_zst(a->ty); return true;
    case PASS_DIRECT: *out = val_scalar(ir_param(ir, (*at)++), a->ty); return true;
    case PASS_PAIR: {
        IrVal first = ir_param(ir, (*at)++);
        *out = val_pair(first, ir_param(ir, (*at)++), a->ty);
        return true;
    }
    case PASS_CAST: {
        u64 bytes = align_up(max_u64(l->size, 8u * a->cast_count), 8);
        IrVal addr = ir_slot_addr(ir, ir_slot(ir, bytes, max_u32(l->align, 8)));
        for (u32 r = 0; r < a->cast_count; r++)
            ir_store(ir, addr, 8 * (i64)r, ir_param(ir, (*at)++));
        *out = load_val(f, addr, a->ty);
        return true;
    }
    case PASS_INDIRECT:
    case PASS_BYVAL: *out = val_in_memory(ir_param(ir, (*at)++), a->ty); return true;
    case PASS_INDIRECT_UNSIZED: {
        IrVal addr = ir_param(ir, (*at)++);
        *out = val_in_memory(addr, a->ty);
        out->b = ir_param(ir, (*at)++);
        return true;
    }
    }
    UNREACHABLE();
}

void return_val(Fn *f, Val v) {
    const ArgAbi *r = &f->abi->ret;
    const Layout *l = fn_layout(f, r->ty);
    IrFn *ir = f->ir;
    switch ((PassMode)r->mode) {
    case PASS_DIRECT: ir_ret1(ir, cast_bits(f, val_single(f, v), scalar_ir(&r->a))); return;
    case PASS_PAIR:
        if (v.kind == VAL_MEM) v = load_val(f, v.a, r->ty);
        ir_ret2(ir, cast_bits(f, v.a, scalar_ir(&r->a)), cast_bits(f, v.b, scalar_ir(&r->b)));
        return;
    case PASS_CAST: {
        IrVal addr = val_address(f, v), values[2];
        for (u32 i = 0; i < r->cast_count; i++) {
            u32 bytes = r->cast_bytes[i];
            IrType type = r->cast_float[i] ? (bytes <= 4 ? IR_F32 : IR_F64)
                                           : ir_int_type(bytes <= 1   ? 1
                                                         : bytes <= 2 ? 2
                                                         : bytes <= 4 ? 4
                                                                      : 8);
            IrVal from = addr;
            if (ir_type_bytes(type) != bytes) {
                from = ir_slot_addr(ir, ir_slot(ir, 8, 8));
                ir_store(ir, from, 0, ir_const(ir, IR_I64, 0));
                ir_copy(ir, from, ir_ptr_add_const(ir, addr, 8 * (i64)i), bytes);
                values[i] = ir_load(ir, type, from, 0);
            } else {
                values[i] = ir_load(ir, type, addr, 8 * (i64)i);
            }
        }
        ir_ret(ir, values, r->cast_count);
        return;
    }
    case PASS_INDIRECT:
        if (!(v.kind == VAL_MEM && v.a.id == ir_param(ir, 0).id)) {
            if (v.kind == VAL_MEM)
                ir_copy(ir, ir_param(ir, 0), v.a, l->size);
            else
                store_val(f, ir_param(ir, 0), v);
        }
        ir_ret0(ir);
        return;
    default: ir_ret0(ir); return;
    }
}

// ---- arguments
// -----------------------------------------------------------------------------------

static void take_argument(Fn *f, u32 local, u32 abi_index, u32 *at) {
    LocalInfo *l = &f->frame->locals[local];
    Val v;
    load_param(f, abi_index, &v, at);
    if (l->kind == LOCAL_SLOT && v.kind == VAL_MEM) v.owned = true; // the copy is ours
    local_assign(f, local, v);
}

// Arguments in order; the tuple of a "rust-call" function is put together from its parts.
static void take_arguments(Fn *f) {
    const MirBody *body = f->frame->body;
    u32 abi_index = 0, at = f->abi->ret.mode == PASS_INDIRECT;
    for (u32 i = 1; i <= body->arg_count; i++) {
        if (i != body->spread_arg) {
            if (abi_index >= f->abi->args.count) {
                fail(f, "a body with more arguments than its signature");
                return;
            }
            take_argument(f, i, abi_index++, &at);
            continue;
        }
        Place tuple = local_place(f, i);
        u32 n = layout_field_count(f->db, tuple.ty, 0);
        for (u32 k = 0; k < n && abi_index < f->abi->args.count; k++) {
            Val v;
            load_param(f, abi_index++, &v, &at);
            place_write(f, place_field(f, tuple, 0, k, v.ty), v);
        }
    }
    if (f->frame->track_caller) f->frame->location = ir_param(f->ir, at);
}

static void build_body(Fn *f) {
    IrVal result = {0};
    if (f->abi->ret.mode == PASS_INDIRECT) result = ir_param(f->ir, 0);
    choose_locals(f, result);
    if (!f->failed) take_arguments(f);
    if (!f->failed) build_blocks(f);
}

// ---- entry
// ----------------------------------------------------------------------------------------

static void start_fn(Fn *f) {
    Frame *frame = f->frame;
    const InstanceShape *shape = instance_shape(f->db, f->instance);
    f->sig = shape->sig;
    frame->track_caller = shape->track_caller;
    f->abi = instance_abi(f->db, shape);
    f->nounwind = f->abi->is_c && frame->body != NULL;
    IrSig ir_sig = entry_sig(f->db, f->scratch, f->abi);
    f->ir = ir_fn_new(f->scratch, mono_symbols(f->db), STR(""), &ir_sig);
}

static bool has_error_ty(Fn *f) {
    Args tys = instance_shape(f->db, f->instance)->sig.tys;
    return (args_flags(f->db, tys) & (TY_HAS_ERROR | TY_HAS_PARAM)) != 0;
}

static bool find_body(Fn *f, const InstanceRow *row) {
    f->frame->body = lowered_body(f, row->def);
    const MirBody *body = f->frame->body;
    if (!body) {
        Str path = def_path_str(f->db, row->def, f->scratch);
        fail(f, "`%.*s`, which has neither a body nor a precompiled symbol", STR_ARG(path));
        return false;
    }
    if (!body->is_error) return true;
    Str reason = symbol_str(&f->db->symbols, body->reason);
    if (reason.len)
        fail(f, "%.*s", STR_ARG(reason));
    else
        fail(f, "a body with errors");
    return false;
}

static void build(Fn *f) {
    Db *db = f->db;
    InstanceRow row = *instance_row(db, f->instance);
    if (has_error_ty(f)) {
        Args tys = instance_sig(db, f->instance).tys;
        fail(f, "a signature that could not be worked out: `%.*s`",
             STR_ARG(args_print(db, tys, f->scratch)));
    } else if (row.kind != INST_ITEM) {
        start_fn(f);
        build_shim(f, &row);
    } else if (find_body(f, &row)) {
        start_fn(f);
        if (f->sig.abi == ABI_OTHER)
            fail(f, "the body of a function whose ABI is neither Rust's nor C's");
        else
            require_consts(f);
        if (!f->failed) build_body(f);
    }
}

// One attempt. What fails within an inlined body fails for the whole function: it is made again,
// plainly, so that the error is that of the function called, and only if it is.
static IrFn *try_build(Db *db, InstanceId instance, bool is_plain, MonoError *error,
                       bool *assumed) {
    InstanceRow row = *instance_row(db, instance);
    *error = (MonoError){0};
    db->mono->builds++;
    db->mono->locations.at = NULL; // those before went with the scratch
    db->mono->locations.count = db->mono->locations.cap = 0;
    Fn *f = SCRATCH_NEW(&db->scratch, Fn);
    *f = (Fn){.db = db,
              .scratch = &db->scratch,
              .instance = instance,
              .overflow_checks = db->options->overflow_checks,
              .is_plain = is_plain,
              .error = error};
    f->frame = SCRATCH_NEW(&db->scratch, Frame);
    *f->frame = (Frame){.instance = instance,
                        .args = row.args,
                        .def = row.def,
                        .outer_unwind = MIR_NO_BLOCK,
                        .follow = MIR_NO_BLOCK};
    build(f);
    *assumed = f->inlined || f->assumed;
    return f->failed ? NULL : f->ir;
}

IrFn *mono_build(Db *db, InstanceId instance, MonoError *error) {
    bool assumed;
    IrFn *ir = try_build(db, instance, false, error, &assumed);
    if (!ir && assumed) ir = try_build(db, instance, true, error, &assumed);
    return ir;
}
