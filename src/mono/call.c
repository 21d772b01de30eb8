// Calls: arguments by their pass modes, unwinding, virtual calls, drops, panics.

#include "mono/mono_internal.h"

// ---- signatures and arguments
// ---------------------------------------------------------------------

static void push_param(Scratch *scratch, CallBuild *c, IrParam param, IrVal val) {
    vec_push(scratch, &c->params, param);
    vec_push(scratch, &c->args, val);
}

static IrType cast_int_type(u32 bytes) {
    return bytes <= 1 ? IR_I8 : bytes <= 2 ? IR_I16 : bytes <= 4 ? IR_I32 : IR_I64;
}

static IrType cast_reg_type(const ArgAbi *a, u32 reg) {
    if (a->cast_float[reg]) return a->cast_bytes[reg] <= 4 ? IR_F32 : IR_F64;
    return cast_int_type(a->cast_bytes[reg]);
}

static IrParam scalar_param(const Scalar *s, bool is_c) {
    return (IrParam){.type = (u8)scalar_ir(s),
                     .sign_extend = is_c && s->is_signed && s->kind == SCALAR_INT && s->bytes < 4};
}

// The parameters an argument takes, without values: for entries.
static u32 param_shape(Scratch *scratch, CallBuild *c, const ArgAbi *a, bool is_c, u64 byval_bytes,
                       u32 byval_align) {
    IrVal none = {0};
    u32 before = c->params.count;
    switch ((PassMode)a->mode) {
    case PASS_IGNORE: break;
    case PASS_DIRECT: push_param(scratch, c, scalar_param(&a->a, is_c), none); break;
    case PASS_PAIR:
        push_param(scratch, c, scalar_param(&a->a, is_c), none);
        push_param(scratch, c, scalar_param(&a->b, is_c), none);
        break;
    case PASS_CAST:
        for (u32 r = 0; r < a->cast_count; r++)
            push_param(scratch, c, (IrParam){.type = (u8)cast_reg_type(a, r)}, none);
        break;
    case PASS_INDIRECT: push_param(scratch, c, (IrParam){.type = IR_PTR}, none); break;
    case PASS_INDIRECT_UNSIZED:
        push_param(scratch, c, (IrParam){.type = IR_PTR}, none);
        push_param(scratch, c, (IrParam){.type = IR_PTR}, none);
        break;
    case PASS_BYVAL: {
        u32 align = max_u32(byval_align, 8);
        push_param(scratch, c,
                   (IrParam){.type = IR_PTR,
                             .kind = IR_PARAM_BYVAL,
                             .bytes = (u32)align_up(byval_bytes, 8),
                             .align_log2 = (u8)__builtin_ctz(align)},
                   none);
        break;
    }
    }
    return c->params.count - before;
}

static void result_shape(const FnAbi *abi, IrSig *sig) {
    const ArgAbi *r = &abi->ret;
    switch ((PassMode)r->mode) {
    case PASS_DIRECT:
        sig->result_count = 1;
        sig->results[0] = (u8)scalar_ir(&r->a);
        break;
    case PASS_PAIR:
        sig->result_count = 2;
        sig->results[0] = (u8)scalar_ir(&r->a);
        sig->results[1] = (u8)scalar_ir(&r->b);
        break;
    case PASS_CAST:
        sig->result_count = r->cast_count;
        for (u32 i = 0; i < r->cast_count; i++)
            sig->results[i] = (u8)cast_reg_type(r, i);
        break;
    default: break;
    }
}

IrSig entry_sig(Db *db, Scratch *scratch, const FnAbi *abi) {
    CallBuild c = {.abi = abi};
    if (abi->ret.mode == PASS_INDIRECT)
        push_param(scratch, &c, (IrParam){.type = IR_PTR, .kind = IR_PARAM_SRET}, (IrVal){0});
    for (u32 i = 0; i < abi->args.count; i++) {
        const ArgAbi *a = &LIST_AT(abi, ArgAbi, abi->args)[i];
        const Layout *l = layout_of(db, a->ty);
        param_shape(scratch, &c, a, abi->is_c, l->size, l->align);
    }
    IrSig sig = {
        .params = c.params.at, .param_count = c.params.count, .variadic = abi->is_variadic};
    result_shape(abi, &sig);
    return sig;
}

// `bytes` bytes at addr as one integer or float register.
static IrVal load_cast(Fn *f, IrVal addr, i64 offset, IrType type, u32 bytes) {
    if (ir_type_bytes(type) == bytes) return ir_load(f->ir, type, addr, offset);
    IrVal slot = ir_slot_addr(f->ir, ir_slot(f->ir, 8, 8));
    ir_store(f->ir, slot, 0, ir_const(f->ir, IR_I64, 0));
    ir_copy(f->ir, slot, ir_ptr_add_const(f->ir, addr, offset), bytes);
    return ir_load(f->ir, type, slot, 0);
}

static void store_cast(Fn *f, IrVal addr, i64 offset, IrVal v, u32 bytes) {
    IrType type = ir_type(f->ir, v);
    if (ir_type_bytes(type) == bytes) {
        ir_store(f->ir, addr, offset, v);
        return;
    }
    IrVal slot = ir_slot_addr(f->ir, ir_slot(f->ir, 8, 8));
    ir_store(f->ir, slot, 0, v);
    ir_copy(f->ir, ir_ptr_add_const(f->ir, addr, offset), slot, bytes);
}

static void add_arg(Fn *f, CallBuild *c, const ArgAbi *a, Val v) {
    Scratch *s = f->scratch;
    bool is_c = c->abi->is_c;
    const Layout *l = fn_layout(f, a->ty);
    switch ((PassMode)a->mode) {
    case PASS_IGNORE: return;
    case PASS_DIRECT:
        push_param(s, c, scalar_param(&a->a, is_c),
                   cast_bits(f, val_single(f, v), scalar_ir(&a->a)));
        return;
    case PASS_PAIR:
        if (v.kind == VAL_MEM) v = load_val(f, v.a, a->ty);
        if (v.kind != VAL_PAIR) {
            fail(f, "an argument of type `%.*s` that is not a pair",
                 STR_ARG(ty_print(f->db, v.ty, f->scratch)));
            return;
        }
        push_param(s, c, scalar_param(&a->a, is_c), cast_bits(f, v.a, scalar_ir(&a->a)));
        push_param(s, c, scalar_param(&a->b, is_c), cast_bits(f, v.b, scalar_ir(&a->b)));
        return;
    case PASS_CAST: {
        IrVal addr = val_address(f, v);
        for (u32 r = 0; r < a->cast_count; r++) {
            IrType type = cast_reg_type(a, r);
            push_param(s, c, (IrParam){.type = (u8)type},
                       load_cast(f, addr, 8 * (i64)r, type, a->cast_bytes[r]));
        }
        return;
    }
    case PASS_INDIRECT: {
        // The callee owns what it gets and may write to it.
        if (v.kind == VAL_MEM && v.owned) {
            push_param(s, c, (IrParam){.type = IR_PTR}, v.a);
            return;
        }
        IrVal copy = ir_slot_addr(f->ir, ir_slot(f->ir, l->size, l->align));
        store_val(f, copy, v);
        push_param(s, c, (IrParam){.type = IR_PTR}, copy);
        return;
    }
    case PASS_INDIRECT_UNSIZED:
        push_param(s, c, (IrParam){.type = IR_PTR}, v.a);
        push_param(s, c, (IrParam){.type = IR_PTR}, v.b);
        return;
    case PASS_BYVAL: {
        u32 align = max_u32(l->align, 8);
        push_param(s, c,
                   (IrParam){.type = IR_PTR,
                             .kind = IR_PARAM_BYVAL,
                             .bytes = (u32)align_up(l->size, 8),
                             .align_log2 = (u8)__builtin_ctz(align)},
                   val_address(f, v));
        return;
    }
    }
}

// A C-variadic argument: passed as C promotes it.
static void add_variadic(Fn *f, CallBuild *c, Val v) {
    if (v.kind == VAL_ZST) return;
    IrVal a = val_single(f, v);
    IrType type = ir_type(f->ir, a);
    push_param(f->scratch, c, (IrParam){.type = (u8)type}, a);
}

// ---- unwinding
// ------------------------------------------------------------------------------------

static IrBlock terminate_block(Fn *f) {
    if (f->terminate.id) return f->terminate;
    IrFn *ir = f->ir;
    IrBlock back = ir->current;
    f->terminate = ir_block(ir);
    ir_block_cold(ir, f->terminate);
    ir_block_switch(ir, f->terminate);
    ir_landingpad(ir, IR_PAD_CATCH);
    DefId panic = lang_item(f->db, f->nounwind ? LANG_panic_cannot_unwind : LANG_panic_in_cleanup);
    Symbol symbol =
        panic.id ? mono_precompiled(f->db, instance_resolve(f->db, panic, (Args){0})) : (Symbol){0};
    IrSig sig = {.no_unwind = true};
    IrSym sym = symbol.id
                    ? ref_sym(f, IR_SYM_FN_EXTERN, (MonoRef){.kind = REF_EXTERN, .name = symbol})
                    : known_fn(f, "abort");
    ir_call(ir, ir_callee_sym(sym), &sig, NULL);
    ir_unreachable(ir);
    ir_block_switch(ir, back);
    return f->terminate;
}

// The landing pad in front of a MIR clean-up block.
static IrBlock pad_block(Fn *f, Frame *frame, MirBlock unwind) {
    if (frame->blocks[unwind.id].pad.id) return frame->blocks[unwind.id].pad;
    IrFn *ir = f->ir;
    IrBlock back = ir->current, pad = ir_block(ir);
    frame->blocks[unwind.id].pad = pad;
    ir_block_cold(ir, pad);
    ir_block_switch(ir, pad);
    if (!f->has_exception) {
        f->exception = ir_local(ir, IR_PTR);
        f->has_exception = true;
    }
    ir_local_set(ir, f->exception, ir_landingpad(ir, IR_PAD_CLEANUP));
    ir_br(ir, frame_block(f, frame, unwind));
    ir_block_switch(ir, back);
    return pad;
}

// What unwinds out of an inlined body unwinds out of the call it stands for.
IrBlock unwind_target(Fn *f, MirBlock unwind) {
    for (Frame *frame = f->frame; frame; unwind = frame->outer_unwind, frame = frame->outer) {
        if (frame->in_cleanup) return terminate_block(f);
        if (f->shim_pad.id) return f->shim_pad;
        if (unwind.id != MIR_NO_BLOCK.id && frame->body) return pad_block(f, frame, unwind);
    }
    return f->nounwind ? terminate_block(f) : (IrBlock){0};
}

void resume_unwinding(Fn *f) {
    for (Frame *frame = f->frame; frame->outer; frame = frame->outer) {
        if (frame->outer_unwind.id == MIR_NO_BLOCK.id) continue;
        ir_br(f->ir, frame_block(f, frame->outer, frame->outer_unwind));
        return;
    }
    ir_resume(f->ir, ir_local_get(f->ir, f->exception));
}

IrVal mono_emit_call(Fn *f, IrCallee callee, const IrSig *sig, const IrVal *args, MirBlock unwind) {
    IrBlock pad = sig->no_unwind ? (IrBlock){0} : unwind_target(f, unwind);
    if (!pad.id) return ir_call(f->ir, callee, sig, args);
    IrBlock normal = ir_block(f->ir);
    if (f->frame->in_cleanup) ir_block_cold(f->ir, normal);
    IrVal result = ir_invoke(f->ir, callee, sig, args, normal, pad);
    ir_block_follow(f->ir, normal);
    return result;
}

// ---- calling
// --------------------------------------------------------------------------------------

static Val finish_call(Fn *f, CallBuild *c, IrCallee callee, MirBlock unwind) {
    IrSig *sig = &c->sig;
    sig->params = c->params.at;
    sig->param_count = c->params.count;
    sig->variadic = c->abi->is_variadic;
    result_shape(c->abi, sig);
    IrVal r = mono_emit_call(f, callee, sig, c->args.at, unwind);
    const ArgAbi *ret = &c->abi->ret;
    const Layout *l = fn_layout(f, ret->ty);
    switch ((PassMode)ret->mode) {
    case PASS_DIRECT: return val_scalar(r, ret->ty);
    case PASS_PAIR: return val_pair(r, ir_second(r), ret->ty);
    case PASS_CAST: {
        IrVal addr = ir_slot_addr(f->ir, ir_slot(f->ir, l->size, l->align));
        store_cast(f, addr, 0, r, ret->cast_bytes[0]);
        if (ret->cast_count == 2) store_cast(f, addr, 8, ir_second(r), ret->cast_bytes[1]);
        return load_val(f, addr, ret->ty);
    }
    case PASS_INDIRECT: return c->result_mem;
    default: return val_zst(ret->ty);
    }
}

static void begin_call(Fn *f, CallBuild *c, const FnAbi *abi, const Place *dest) {
    *c = (CallBuild){.abi = abi};
    if (abi->ret.mode != PASS_INDIRECT) return;
    const Layout *l = fn_layout(f, abi->ret.ty);
    IrVal addr = dest && dest->kind == PLACE_MEM
                     ? dest->addr
                     : ir_slot_addr(f->ir, ir_slot(f->ir, l->size, l->align));
    c->result_mem = val_in_memory(addr, abi->ret.ty);
    push_param(f->scratch, c, (IrParam){.type = IR_PTR, .kind = IR_PARAM_SRET}, addr);
}

static void add_args(Fn *f, CallBuild *c, const FnAbi *abi, const Val *args, u32 count, u32 fixed) {
    const ArgAbi *rows = LIST_AT(abi, ArgAbi, abi->args);
    for (u32 i = 0; i < count && !f->failed; i++) {
        if (i < fixed)
            add_arg(f, c, &rows[i], args[i]);
        else
            add_variadic(f, c, args[i]);
    }
}

static IrSym find_callee_sym(Fn *f, InstanceId callee, const InstanceRow *row) {
    Symbol symbol = mono_precompiled(f->db, callee);
    if (!symbol.id && row->kind == INST_EXTERN) {
        const DefAttrs *attrs = def_attrs(f->db, row->def);
        symbol = attrs->link_name.id ? attrs->link_name : def_row(f->db, row->def)->name;
    }
    if (symbol.id)
        return ref_sym(f, IR_SYM_FN_EXTERN, (MonoRef){.kind = REF_EXTERN, .name = symbol});
    return ref_sym(f, IR_SYM_FN_SLOT, (MonoRef){.kind = REF_INSTANCE, .instance = callee});
}

IrSym callee_sym(Fn *f, InstanceId callee) {
    const InstanceRow *row = instance_row(f->db, callee);
    // What the user's own foreign functions are called may change with an edit.
    if (row->kind == INST_EXTERN) return find_callee_sym(f, callee, row);
    KnownInstance *known = known_instance(f, callee);
    if (!known->sym.id) known->sym = find_callee_sym(f, callee, row);
    return known->sym;
}

static Val call_virtual(Fn *f, const InstanceRow *row, InstanceSig sig, const Val *args, u32 count,
                        const Place *dest, MirBlock unwind, bool track_caller, u32 lo) {
    Db *db = f->db;
    Val self = args[0];
    IrVal data = self.a, vtable = self.b;
    if (self.kind == VAL_MEM && !fn_layout(f, self.ty)->is_unsized) {
        Val loaded = self;
        while (loaded.kind == VAL_MEM) // Rc<dyn T, A> with an allocator that has a size
            loaded = val_field(f, loaded, 0, 0);
        data = loaded.a;
        vtable = loaded.b;
    }
    IrVal fn = ir_load(f->ir, IR_PTR, vtable, 8 * (i64)row->index);
    u32 n;
    const Ty *old = args_at(db, sig.tys, &n);
    Ty *tys = SCRATCH_ARRAY(f->scratch, Ty, n);
    memcpy(tys, old, n * sizeof(Ty));
    tys[0] = ty_ptr(db, ty_unit(db), true);
    const FnAbi *abi = fn_abi(db, args_intern(db, tys, n), ABI_RUST, false, track_caller);
    Val *thin = SCRATCH_ARRAY(f->scratch, Val, count + 1);
    memcpy(thin, args, count * sizeof(Val));
    thin[0] = val_scalar(data, tys[0]);
    if (track_caller) {
        (void)lo;
        thin[count++] = val_scalar(caller_location(f), tys[0]);
    }
    CallBuild c;
    begin_call(f, &c, abi, dest);
    add_args(f, &c, abi, thin, count, abi->args.count);
    if (f->failed) return val_zst(ty_unit(db));
    return finish_call(f, &c, ir_callee_ptr(fn), unwind);
}

Val call_instance(Fn *f, InstanceId callee, const Val *args, u32 count, const Place *dest,
                  MirBlock unwind, u32 lo) {
    Db *db = f->db;
    InstanceRow row = *instance_row(db, callee);
    Val result;
    if (inline_call(f, callee, &row, args, count, dest, unwind, &result)) return result;
    const InstanceShape *shape = instance_shape(db, callee);
    InstanceSig sig = shape->sig;
    u32 fixed = args_count(db, sig.tys) - 1;
    if (sig.abi == ABI_OTHER) {
        fail(f, "a call of a function whose ABI is neither Rust's nor C's");
        return val_zst(ty_unit(db));
    }
    if (count < fixed || (count > fixed && !sig.is_variadic)) {
        fail(f, "a call of `%.*s` with %u arguments instead of %u",
             STR_ARG(instance_print(db, callee, f->scratch)), count, fixed);
        return val_zst(ty_unit(db));
    }
    bool track_caller = shape->track_caller;
    if (row.kind == INST_VIRTUAL)
        return call_virtual(f, &row, sig, args, count, dest, unwind, track_caller, lo);
    const FnAbi *abi = instance_abi(db, shape);
    CallBuild c;
    begin_call(f, &c, abi, dest);
    add_args(f, &c, abi, args, count, fixed);
    if (track_caller && !f->failed)
        push_param(f->scratch, &c, (IrParam){.type = IR_PTR}, caller_location(f));
    if (f->failed) return val_zst(ty_unit(db));
    if (row.kind == INST_EXTERN && (def_attrs(db, row.def)->flags & DEF_ATTR_NOUNWIND))
        c.sig.no_unwind = true;
    return finish_call(f, &c, ir_callee_sym(callee_sym(f, callee)), unwind);
}

Val call_pointer(Fn *f, IrVal callee, InstanceSig sig, const Val *args, u32 count,
                 const Place *dest, MirBlock unwind) {
    const FnAbi *abi = fn_abi(f->db, sig.tys, (HirAbi)sig.abi, sig.is_variadic, false);
    CallBuild c;
    begin_call(f, &c, abi, dest);
    add_args(f, &c, abi, args, count, args_count(f->db, sig.tys) - 1);
    if (f->failed) return val_zst(ty_unit(f->db));
    return finish_call(f, &c, ir_callee_ptr(callee), unwind);
}

IrVal fn_address(Fn *f, InstanceId instance) {
    return ir_sym_addr(f->ir, callee_sym(f, instance), 0);
}

// ---- the call terminator
// --------------------------------------------------------------------------

static void push_operand(Fn *f, const MirTerm *term, const MirOperand *op, bool spread, Val *out,
                         u32 *count) {
    Val v = operand(f, *op);
    v.owned = op->kind == OPERAND_MOVE && op->place.proj_count == 0 &&
              op->place.local.id != term->place.local.id;
    if (!spread) {
        out[(*count)++] = v;
        return;
    }
    if (ty_kind(f->db, v.ty) != TY_TUPLE) {
        fail(f, "arguments that are not a tuple: `%.*s`",
             STR_ARG(ty_print(f->db, v.ty, f->scratch)));
        return;
    }
    u32 n = layout_field_count(f->db, v.ty, 0);
    for (u32 i = 0; i < n; i++)
        out[(*count)++] = val_field(f, v, 0, i);
}

static u32 spread_extra(Fn *f, const MirOperand *op) {
    Ty ty = operand_ty(f, *op);
    return ty_kind(f->db, ty) == TY_TUPLE ? layout_field_count(f->db, ty, 0) : 0;
}

// How intrinsics with a body of their own are called when they are not open-coded.
static InstanceId fallback_body(Fn *f, const InstanceRow *row) {
    if (!def_has_body(f->db, row->def)) return (InstanceId){0};
    return instance_intern(f->db,
                           (InstanceRow){.kind = INST_ITEM, .def = row->def, .args = row->args});
}

// core::arch declares LLVM's own operations as foreign functions.
static Str llvm_name(Fn *f, DefId def) {
    return symbol_str(&f->db->symbols, def_attrs(f->db, def)->link_name);
}

static bool is_llvm(Fn *f, DefId def) {
    Str name = llvm_name(f, def);
    return name.len > 5 && memcmp(name.at, "llvm.", 5) == 0;
}

static bool llvm_call(Fn *f, DefId def) {
    Str name = llvm_name(f, def);
    if (str_eq(name, STR("llvm.x86.sse2.pause"))) return true; // a hint to the processor
    fail(f, "the processor operation `%.*s`", STR_ARG(name));
    return false;
}

static InstanceId callee_of(Fn *f, DefId def, Args args) {
    struct MonoStore *store = f->db->mono;
    KnownCallee *known = &store->known_callees[(def.id * 31 + args.id * 17) % KNOWN_CALLEES];
    if (known->def.id != def.id || known->args.id != args.id || !known->key)
        *known = (KnownCallee){.def = def, .args = args, .key = instance_key(f->db, def, args)};
    if (known->build != store->builds) {
        known->instance = instance_of_key(f->db, known->key);
        known->build = store->builds;
    }
    return known->instance;
}

// The function that the operand names, with its arguments here; false: it is a value.
static bool names_fn(Fn *f, const MirOperand *op, DefId *def, Args *args) {
    if (op->kind != OPERAND_CONST) return false;
    const MirBody *body = f->frame->body;
    const MirConst *c = &LIST_AT(body, MirConst, body->consts)[op->konst];
    if (ty_kind(f->db, c->ty) != TY_FN_DEF) return false;
    const TyRow *fn = ty_row(f->db, c->ty);
    *def = fn->def;
    *args = fn_args(f, fn->args);
    return true;
}

void call_terminator(Fn *f, const MirTerm *term) {
    Db *db = f->db;
    const MirOperand *ops =
        LIST_AT(f->frame->body, MirOperand, f->frame->body->operands) + term->operand_first;
    u32 extra = 0;
    if (term->is_spread && term->operand_count)
        extra = spread_extra(f, &ops[term->operand_count - 1]);
    Val *args = SCRATCH_ARRAY(f->scratch, Val, term->operand_count + extra + 1);
    u32 count = 0;
    for (u32 i = 0; i < term->operand_count && !f->failed; i++)
        push_operand(f, term, &ops[i], term->is_spread && i + 1 == term->operand_count, args,
                     &count);
    if (f->failed) return;
    Place dest = place_of(f, term->place);
    Val result;
    DefId def;
    Args def_args;
    if (names_fn(f, &term->a, &def, &def_args)) {
        InstanceId callee = callee_of(f, def, def_args);
        if (!callee.id) {
            Ty ty = ty_fn_def(db, def, def_args);
            fail(f, "a call of `%.*s`, for which no implementation was found",
                 STR_ARG(ty_print(db, ty, f->scratch)));
            return;
        }
        InstanceRow row = *instance_row(db, callee);
        if (row.kind == INST_INTRINSIC) {
            bool diverges = false;
            if (intrinsic_call(f, &row, args, count, &dest, term->lo, term->unwind, &diverges)) {
                if (diverges || f->failed) return;
                if (term->target.id == MIR_NO_BLOCK.id)
                    ir_unreachable(f->ir);
                else
                    flow_to(f, term->target);
                return;
            }
            if (f->failed) return;
            callee = fallback_body(f, &row);
            if (!callee.id) {
                fail(f, "the intrinsic `%.*s`", STR_ARG(def_path_str(db, row.def, f->scratch)));
                return;
            }
            row = *instance_row(db, callee);
        }
        if (row.kind == INST_DROP_GLUE) {
            Val pointer = args[0];
            if (type_needs_drop(db, row.ty))
                drop_value(f, row.ty, pointer.a, pointer.b, term->unwind);
            result = val_zst(ty_unit(db));
        } else if (row.def.id && def_eq(row.def, lang_item(db, LANG_fn_ptr_addr))) {
            result = val_scalar(val_single(f, args[0]), dest.ty);
        } else if (row.kind == INST_EXTERN && is_llvm(f, row.def)) {
            if (!llvm_call(f, row.def)) return;
            result = val_zst(ty_unit(db));
        } else {
            result = call_instance(f, callee, args, count, &dest, term->unwind, term->lo);
        }
    } else {
        Val callee = operand(f, term->a);
        const TyRow *fn = ty_row(db, callee.ty);
        if (fn->kind != TY_FN_PTR) {
            fail(f, "a call of a value of type `%.*s`",
                 STR_ARG(ty_print(db, callee.ty, f->scratch)));
            return;
        }
        if (fn->abi == ABI_OTHER) {
            fail(f, "a call of a function whose ABI is neither Rust's nor C's");
            return;
        }
        InstanceSig sig = {.tys = normalize_concrete_args(db, fn->args),
                           .abi = fn->abi,
                           .is_variadic = fn->is_variadic};
        result = call_pointer(f, val_single(f, callee), sig, args, count, &dest, term->unwind);
    }
    if (f->failed) return;
    if (term->target.id == MIR_NO_BLOCK.id) {
        ir_unreachable(f->ir);
        return;
    }
    bool in_place = result.kind == VAL_MEM && dest.kind == PLACE_MEM && result.a.id == dest.addr.id;
    if (!in_place) place_write(f, dest, result);
    flow_to(f, term->target);
}

void call_panic(Fn *f, LangItem item, const Val *args, u32 count, u32 lo, MirBlock unwind) {
    DefId def = lang_item(f->db, item);
    if (!def.id) {
        fail(f, "a panic that the library has no function for");
        return;
    }
    call_instance(f, instance_resolve(f->db, def, (Args){0}), args, count, NULL, unwind, lo);
    ir_unreachable(f->ir);
}

// ---- drops
// ----------------------------------------------------------------------------------------

void drop_value(Fn *f, Ty ty, IrVal addr, IrVal meta, MirBlock unwind) {
    Db *db = f->db;
    IrFn *ir = f->ir;
    TyKind kind = ty_kind(db, ty);
    if (kind == TY_DYN) {
        IrVal fn = ir_load(ir, IR_PTR, meta, 0);
        IrBlock call = ir_block(ir), done = ir_block(ir);
        ir_condbr(ir, ir_icmp(ir, IR_NE, fn, ir_const(ir, IR_PTR, 0)), call, done);
        ir_block_switch(ir, call);
        IrParam param = {.type = IR_PTR};
        IrSig sig = {.params = &param, .param_count = 1};
        mono_emit_call(f, ir_callee_ptr(fn), &sig, &addr, unwind);
        ir_br(ir, done);
        ir_block_switch(ir, done);
        return;
    }
    InstanceId glue = instance_drop_glue(db, ty);
    IrParam params[2] = {{.type = IR_PTR}, {.type = IR_PTR}};
    IrVal args[2] = {addr, meta};
    IrSig sig = {.params = params, .param_count = fn_layout(f, ty)->is_unsized ? 2 : 1};
    mono_emit_call(f, ir_callee_sym(callee_sym(f, glue)), &sig, args, unwind);
}

void drop_terminator(Fn *f, const MirTerm *term) {
    Place p = place_of(f, term->place);
    if (!f->failed && type_needs_drop(f->db, p.ty))
        drop_value(f, p.ty, place_address(f, p), p.meta, term->unwind);
    if (!f->failed) flow_to(f, term->target);
}
