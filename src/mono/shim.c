// Functions that no source text describes: drop glue, clones, adapters between calling forms, main.

#include "mono/mono_internal.h"

// ---- drop glue
// ------------------------------------------------------------------------------------

// One step of a drop: a value in memory, or the Drop::drop call of the type itself.
typedef struct DropStep {
    Ty ty;
    IrVal addr, meta;
    InstanceId call; // Drop::drop; 0: drop the value
} DropStep;

typedef VEC(DropStep) DropSteps;

static void emit_raw(Fn *f, IrCallee callee, const IrSig *sig, const IrVal *args, IrBlock pad) {
    if (!pad.id) {
        ir_call(f->ir, callee, sig, args);
        return;
    }
    IrBlock normal = ir_block(f->ir);
    ir_invoke(f->ir, callee, sig, args, normal, pad);
    ir_block_switch(f->ir, normal);
}

static void run_step(Fn *f, const DropStep *step, IrBlock pad) {
    IrFn *ir = f->ir;
    IrParam params[2] = {{.type = IR_PTR}, {.type = IR_PTR}};
    IrVal args[2] = {step->addr, step->meta};
    IrSig sig = {.params = params, .param_count = step->meta.id ? 2 : 1};
    if (step->call.id) {
        emit_raw(f, ir_callee_sym(callee_sym(f, step->call)), &sig, args, pad);
        return;
    }
    if (ty_kind(f->db, step->ty) != TY_DYN) {
        emit_raw(f, ir_callee_sym(callee_sym(f, instance_drop_glue(f->db, step->ty))), &sig, args,
                 pad);
        return;
    }
    IrVal fn = ir_load(ir, IR_PTR, step->meta, 0);
    IrBlock call = ir_block(ir), done = ir_block(ir);
    ir_condbr(ir, ir_icmp(ir, IR_NE, fn, ir_const(ir, IR_PTR, 0)), call, done);
    ir_block_switch(ir, call);
    sig.param_count = 1;
    emit_raw(f, ir_callee_ptr(fn), &sig, args, pad);
    ir_br(ir, done);
    ir_block_switch(ir, done);
}

// Runs the steps in order; when one unwinds the rest are still run, then the unwinding goes on.
static void run_steps(Fn *f, const DropSteps *steps) {
    IrFn *ir = f->ir;
    u32 count = steps->count;
    if (count == 0) return;
    if (count == 1) {
        run_step(f, &steps->at[0], (IrBlock){0});
        return;
    }
    // cleanup[i]: runs steps i.. and resumes. Addresses are computed again there: a value made on
    // the normal path dominates the clean-up because every step's address was made before the first
    // call.
    IrBlock *cleanup = SCRATCH_ARRAY(f->scratch, IrBlock, count + 1);
    for (u32 i = 1; i <= count; i++) {
        cleanup[i] = ir_block(ir);
        ir_block_cold(ir, cleanup[i]);
    }
    if (!f->has_exception) {
        f->exception = ir_local(ir, IR_PTR);
        f->has_exception = true;
    }
    for (u32 i = 0; i < count; i++) {
        if (i + 1 == count) {
            run_step(f, &steps->at[i], (IrBlock){0});
            break;
        }
        IrBlock pad = ir_block(ir), back = ir->current;
        ir_block_cold(ir, pad);
        ir_block_switch(ir, pad);
        ir_local_set(ir, f->exception, ir_landingpad(ir, IR_PAD_CLEANUP));
        ir_br(ir, cleanup[i + 1]);
        ir_block_switch(ir, back);
        run_step(f, &steps->at[i], pad);
    }
    IrBlock back = ir->current;
    f->frame->in_cleanup = true;
    IrBlock terminate = unwind_target(f, MIR_NO_BLOCK);
    for (u32 i = 1; i <= count; i++) {
        ir_block_switch(ir, cleanup[i]);
        if (i == count) {
            ir_resume(ir, ir_local_get(ir, f->exception));
            break;
        }
        run_step(f, &steps->at[i], terminate);
        ir_br(ir, cleanup[i + 1]);
    }
    f->frame->in_cleanup = false;
    ir_block_switch(ir, back);
}

static void add_value(Fn *f, DropSteps *steps, Ty ty, Place p) {
    if (!type_needs_drop(f->db, ty)) return;
    DropStep step = {.ty = ty, .addr = place_address(f, p), .meta = p.meta};
    vec_push(f->scratch, steps, step);
}

static void add_fields(Fn *f, DropSteps *steps, Place p, u32 variant) {
    u32 count = layout_field_count(f->db, p.ty, variant);
    for (u32 i = 0; i < count; i++) {
        Ty ty = layout_field_ty(f->db, p.ty, variant, i);
        if (type_needs_drop(f->db, ty)) add_value(f, steps, ty, place_field(f, p, variant, i, ty));
    }
}

// The Drop::drop of a type, or 0.
static InstanceId drop_impl(Fn *f, Ty ty) {
    DefId trait = lang_item(f->db, LANG_drop);
    Args args = args_intern(f->db, &ty, 1);
    if (!trait.id || select_impl(f->db, (TraitRef){trait, args}).kind != CAND_IMPL)
        return (InstanceId){0};
    DefId method =
        assoc_item_named(f->db, trait, symbol_intern(&f->db->symbols, STR("drop")), ASSOC_FN);
    return instance_resolve(f->db, method, args);
}

static void drop_elements(Fn *f, Ty elem, IrVal addr, IrVal len) {
    IrFn *ir = f->ir;
    u64 stride = fn_layout(f, elem)->size;
    if (!f->has_exception) {
        f->exception = ir_local(ir, IR_PTR);
        f->has_exception = true;
    }
    IrLocal at = ir_local(ir, IR_I64);
    ir_local_set(ir, at, ir_const(ir, IR_I64, 0));
    IrBlock head = ir_block(ir), body = ir_block(ir), done = ir_block(ir);
    IrBlock pad = ir_block(ir), again = ir_block(ir), again_body = ir_block(ir),
            resume = ir_block(ir);
    ir_block_cold(ir, pad);
    ir_block_cold(ir, again);
    ir_block_cold(ir, again_body);
    ir_block_cold(ir, resume);
    ir_br(ir, head);
    ir_block_switch(ir, head);
    ir_condbr(ir, ir_icmp(ir, IR_ULT, ir_local_get(ir, at), len), body, done);
    ir_block_switch(ir, body);
    IrVal i = ir_local_get(ir, at);
    ir_local_set(ir, at, ir_add(ir, i, ir_const(ir, IR_I64, 1)));
    DropStep step = {.ty = elem, .addr = ir_ptr_index(ir, addr, i, stride)};
    run_step(f, &step, pad);
    ir_br(ir, head);
    // An element's drop unwound: drop the others, then go on unwinding.
    ir_block_switch(ir, pad);
    ir_local_set(ir, f->exception, ir_landingpad(ir, IR_PAD_CLEANUP));
    ir_br(ir, again);
    ir_block_switch(ir, again);
    ir_condbr(ir, ir_icmp(ir, IR_ULT, ir_local_get(ir, at), len), again_body, resume);
    f->frame->in_cleanup = true;
    IrBlock terminate = unwind_target(f, MIR_NO_BLOCK);
    ir_block_switch(ir, again_body);
    i = ir_local_get(ir, at);
    ir_local_set(ir, at, ir_add(ir, i, ir_const(ir, IR_I64, 1)));
    step.addr = ir_ptr_index(ir, addr, i, stride);
    run_step(f, &step, terminate);
    ir_br(ir, again);
    f->frame->in_cleanup = false;
    ir_block_switch(ir, resume);
    ir_resume(ir, ir_local_get(ir, f->exception));
    ir_block_switch(ir, done);
}

static void drop_enum(Fn *f, Place p) {
    Db *db = f->db;
    IrFn *ir = f->ir;
    const AdtDef *adt = adt_def(db, ty_row(db, p.ty)->def);
    const Layout *l = fn_layout(f, p.ty);
    if (l->variants_kind == VARIANTS_EMPTY) return;
    u32 count = adt->variants.count;
    if (l->variants_kind == VARIANTS_SINGLE) {
        DropSteps steps = {0};
        add_fields(f, &steps, p, l->single_index);
        run_steps(f, &steps);
        return;
    }
    Ty discr_ty = discriminant_ty(db, p.ty);
    IrVal discr = read_discriminant(f, p, discr_ty);
    IrType type = ir_type(ir, discr);
    u32 bits = ir_type_bits(type);
    u128 mask = bits == 128 ? ~(u128)0 : ((u128)1 << bits) - 1;
    const Discriminants *values = query_get(db, Q_discriminants, adt->def.id);
    IrCase *cases = SCRATCH_ARRAY(f->scratch, IrCase, count + 1);
    u32 *variants = SCRATCH_ARRAY(f->scratch, u32, count + 1);
    u32 used = 0;
    for (u32 v = 0; v < count; v++) {
        bool any = false;
        u32 fields = layout_field_count(db, p.ty, v);
        for (u32 i = 0; i < fields; i++)
            any |= type_needs_drop(db, layout_field_ty(db, p.ty, v, i));
        if (!any) continue;
        const u64 *words = LIST_AT(values, u64, values->values) + 2 * v;
        cases[used] = (IrCase){((u128)words[1] << 64 | words[0]) & mask, ir_block(ir)};
        variants[used++] = v;
    }
    IrBlock done = ir_block(ir);
    ir_switch(ir, discr, cases, used, done);
    for (u32 i = 0; i < used; i++) {
        ir_block_switch(ir, cases[i].block);
        DropSteps steps = {0};
        add_fields(f, &steps, p, variants[i]);
        run_steps(f, &steps);
        ir_br(ir, done);
    }
    ir_block_switch(ir, done);
}

static void build_drop_glue(Fn *f, Ty ty) {
    Db *db = f->db;
    const Layout *l = fn_layout(f, ty);
    IrVal addr = ir_param(f->ir, 0), meta = l->is_unsized ? ir_param(f->ir, 1) : (IrVal){0};
    Place p = mem_place(addr, meta, ty);
    const TyRow *row = ty_row(db, ty);
    DropSteps steps = {0};
    switch ((TyKind)row->kind) {
    case TY_ADT: {
        InstanceId own = drop_impl(f, ty);
        if (def_eq(row->def, lang_item(db, LANG_owned_box))) {
            // The content, then the memory (Box's own Drop), then the allocator.
            Place inner = place_deref(f, load_val(f, addr, ty));
            add_value(f, &steps, inner.ty, inner);
        }
        if (own.id) {
            DropStep step = {.ty = ty, .addr = addr, .meta = meta, .call = own};
            vec_push(f->scratch, &steps, step);
        }
        DefKind kind = def_kind(db, row->def);
        if (kind == DEF_STRUCT && !def_eq(row->def, lang_item(db, LANG_manually_drop)))
            add_fields(f, &steps, p, 0);
        if (kind == DEF_ENUM) {
            run_steps(f, &steps);
            drop_enum(f, p);
            break;
        }
        run_steps(f, &steps);
        break;
    }
    case TY_TUPLE:
    case TY_CLOSURE:
        add_fields(f, &steps, p, 0);
        run_steps(f, &steps);
        break;
    case TY_ARRAY:
        if (type_needs_drop(db, row->elem))
            drop_elements(f, row->elem, addr, ir_const(f->ir, IR_I64, l->array_count));
        break;
    case TY_SLICE:
        if (type_needs_drop(db, row->elem)) drop_elements(f, row->elem, addr, meta);
        break;
    case TY_DYN: {
        DropStep step = {.ty = ty, .addr = addr, .meta = meta};
        run_step(f, &step, (IrBlock){0});
        break;
    }
    default: break;
    }
    ir_ret0(f->ir);
}

// ---- clones
// ---------------------------------------------------------------------------------------

static void build_clone(Fn *f, Ty ty) {
    Db *db = f->db;
    IrFn *ir = f->ir;
    u32 at = f->abi->ret.mode == PASS_INDIRECT;
    Val self;
    load_param(f, 0, &self, &at);
    Place from = place_deref(f, self);
    const Layout *l = fn_layout(f, ty);
    if (type_is_copy(db, ty) || l->size == 0) {
        return_val(f, place_read(f, from));
        return;
    }
    IrVal out = f->abi->ret.mode == PASS_INDIRECT
                    ? ir_param(ir, 0)
                    : ir_slot_addr(ir, ir_slot(ir, l->size, l->align));
    DefId trait = lang_item(db, LANG_clone);
    DefId method = assoc_item_named(db, trait, symbol_intern(&db->symbols, STR("clone")), ASSOC_FN);
    TyKind kind = ty_kind(db, ty);
    u32 count = kind == TY_ARRAY ? (u32)l->array_count : layout_field_count(db, ty, 0);
    Place to = mem_place(out, (IrVal){0}, ty);
    if (kind == TY_ARRAY && count > 16) {
        fail(f, "a clone of an array that its library impl does not cover");
        return;
    }
    for (u32 i = 0; i < count && !f->failed; i++) {
        Ty field = layout_field_ty(db, ty, 0, i);
        InstanceId clone = instance_resolve(db, method, args_intern(db, &field, 1));
        if (!clone.id) {
            fail(f, "a clone of `%.*s`", STR_ARG(ty_print(db, field, f->scratch)));
            return;
        }
        Val arg = val_scalar(place_address(f, place_field(f, from, 0, i, field)),
                             ty_ref(db, field, false));
        Place dest = place_field(f, to, 0, i, field);
        Val v = call_instance(f, clone, &arg, 1, &dest, MIR_NO_BLOCK, 0);
        if (!(v.kind == VAL_MEM && dest.kind == PLACE_MEM && v.a.id == dest.addr.id))
            place_write(f, dest, v);
    }
    if (!f->failed) return_val(f, load_val(f, out, ty));
}

// ---- adapters
// -------------------------------------------------------------------------------------

static Val *all_params(Fn *f, u32 *count) {
    u32 at = f->abi->ret.mode == PASS_INDIRECT;
    *count = args_count(f->db, f->sig.tys) - 1;
    Val *vals = SCRATCH_ARRAY(f->scratch, Val, *count + 1);
    for (u32 i = 0; i < *count; i++)
        load_param(f, i, &vals[i], &at);
    if (f->frame->track_caller) f->frame->location = ir_param(f->ir, at);
    return vals;
}

static Place result_place(Fn *f) {
    Ty ty = f->abi->ret.ty;
    if (f->abi->ret.mode == PASS_INDIRECT) return mem_place(ir_param(f->ir, 0), (IrVal){0}, ty);
    return (Place){.kind = PLACE_ZST, .ty = ty};
}

// <F as Fn*>::call*(self, args..) for a fn item or fn pointer F.
static void build_fn_ptr_shim(Fn *f, const InstanceRow *row) {
    Db *db = f->db;
    u32 count;
    Val *vals = all_params(f, &count);
    Place dest = result_place(f);
    const TyRow *fn = ty_row(db, row->ty);
    Val v;
    if (fn->kind == TY_FN_DEF) {
        InstanceId callee = instance_resolve(db, fn->def, fn->args);
        if (!callee.id) {
            fail(f, "a call of `%.*s`", STR_ARG(ty_print(db, row->ty, f->scratch)));
            return;
        }
        v = call_instance(f, callee, vals + 1, count - 1, &dest, MIR_NO_BLOCK, 0);
    } else {
        Val self = vals[0];
        if (!ty_eq(self.ty, row->ty)) self = place_read(f, place_deref(f, self));
        InstanceSig sig = {.tys = normalize_concrete_args(db, fn->args), .abi = fn->abi};
        v = call_pointer(f, val_single(f, self), sig, vals + 1, count - 1, &dest, MIR_NO_BLOCK);
    }
    if (!f->failed) return_val(f, v);
}

// FnOnce::call_once of a closure that is called by reference: it is dropped after the call.
static void build_closure_once(Fn *f, const InstanceRow *row) {
    Db *db = f->db;
    u32 count;
    Val *vals = all_params(f, &count);
    Ty closure = ty_closure(db, row->def, row->args);
    IrVal addr = val_address(f, vals[0]);
    const ClosureInfo *info = closure_info(db, row->def, NULL);
    vals[0] = val_scalar(addr, ty_ref(db, closure, info && info->kind == 1));
    InstanceId body =
        instance_intern(db, (InstanceRow){.kind = INST_ITEM, .def = row->def, .args = row->args});
    Place dest = result_place(f);
    if (!type_needs_drop(db, closure)) {
        Val v = call_instance(f, body, vals, count, &dest, MIR_NO_BLOCK, 0);
        if (!f->failed) return_val(f, v);
        return;
    }
    // The body is called with a landing pad that drops the closure: MIR block 0 stands for it.
    IrFn *ir = f->ir;
    IrBlock pad = ir_block(ir), entry = ir->current;
    ir_block_cold(ir, pad);
    ir_block_switch(ir, pad);
    IrVal exception = ir_landingpad(ir, IR_PAD_CLEANUP);
    f->frame->in_cleanup = true;
    drop_value(f, closure, addr, (IrVal){0}, MIR_NO_BLOCK);
    f->frame->in_cleanup = false;
    ir_resume(ir, exception);
    ir_block_switch(ir, entry);
    f->shim_pad = pad;
    Val v = call_instance(f, body, vals, count, &dest, MIR_NO_BLOCK, 0);
    f->shim_pad = (IrBlock){0};
    if (f->failed) return;
    drop_value(f, closure, addr, (IrVal){0}, MIR_NO_BLOCK);
    return_val(f, v);
}

// A method that takes `self` by value, called through a vtable: self comes by address.
static void build_vtable_shim(Fn *f, const InstanceRow *row) {
    Db *db = f->db;
    u32 count;
    Val *vals = all_params(f, &count);
    Ty self = args_get(db, row->args, 0);
    vals[0] = load_val(f, vals[0].a, self);
    InstanceId callee = instance_resolve(db, row->def, row->args);
    if (!callee.id) {
        fail(f, "a method without an implementation");
        return;
    }
    Place dest = result_place(f);
    Val v = call_instance(f, callee, vals, count, &dest, MIR_NO_BLOCK, 0);
    if (!f->failed) return_val(f, v);
}

// A #[track_caller] function as a fn pointer: the caller is unknown, its own place stands for it.
static void build_reify(Fn *f, const InstanceRow *row) {
    u32 count;
    Val *vals = all_params(f, &count);
    Place dest = result_place(f);
    InstanceId callee = instance_resolve(f->db, row->def, row->args);
    Val v = call_instance(f, callee, vals, count, &dest, MIR_NO_BLOCK, 0);
    if (!f->failed) return_val(f, v);
}

// ---- constructors and main
// ------------------------------------------------------------------------

// main(argc, argv): the user's main through std's lang_start, as rustc's entry does (std-facts 2).
static void build_main(Fn *f, const InstanceRow *row) {
    Db *db = f->db;
    IrFn *ir = f->ir;
    Ty output = fn_sig(db, row->def)->output;
    Ty main_ptr = fn_sig_ptr(db, row->def, (Args){0});
    DefId start = lang_item(db, LANG_start);
    if (!start.id) {
        fail(f, "a program without std's `start`");
        return;
    }
    output = normalize_concrete(db, output);
    InstanceId lang_start = instance_resolve(db, start, args_intern(db, &output, 1));
    InstanceId user = instance_resolve(db, row->def, (Args){0});
    Val args[] = {
        val_scalar(fn_address(f, user), main_ptr),
        val_scalar(ir_sext(ir, IR_I64, ir_param(ir, 0)), TY_OF(ISIZE)),
        val_scalar(ir_param(ir, 1), ty_ptr(db, ty_ptr(db, TY_OF(U8), false), false)),
        val_scalar(ir_const(ir, IR_I8, 0), TY_OF(U8)),
    };
    Val v = call_instance(f, lang_start, args, 4, NULL, MIR_NO_BLOCK, 0);
    if (!f->failed) ir_ret1(ir, ir_trunc(ir, IR_I32, v.a));
}

// ---- #[global_allocator]
// --------------------------------------------------------------------------------

static DefId global_alloc_method(Db *db, Str name) {
    DefId trait = def_by_path(db, STR("core::alloc::global::GlobalAlloc"), NS_TYPE);
    if (!trait.id) return (DefId){0};
    u32 count;
    const AssocItem *items = def_assoc_items(db, trait, &count);
    for (u32 i = 0; i < count; i++)
        if (str_eq(symbol_str(&db->symbols, items[i].name), name)) return items[i].def;
    return (DefId){0};
}

// std's functions get size and alignment, the trait's methods a Layout of them.
static void build_global_alloc(Fn *f, const InstanceRow *row) {
    static const char *const names[] = {"alloc", "dealloc", "realloc", "alloc_zeroed"};
    Db *db = f->db;
    DefId method = global_alloc_method(db, str_from(names[row->index]));
    DefId layout_def = lang_item(db, LANG_alloc_layout);
    if (!method.id || !layout_def.id) {
        fail(f, "a global allocator without std's `GlobalAlloc`");
        return;
    }
    u32 count;
    Val *given = all_params(f, &count);
    Ty self = normalize_concrete(db, type_of(db, row->def));
    Ty layout_ty = ty_adt(db, layout_def, (Args){0});
    const Layout *l = fn_layout(f, layout_ty);
    u32 first = count - 2 - (row->index == GLOBAL_REALLOC); // where size and alignment stand
    IrVal slot = ir_slot_addr(f->ir, ir_slot(f->ir, l->size, l->align));
    for (u32 i = 0; i < 2; i++)
        ir_store(f->ir, slot, (i64)layout_field_offset(l, 0, i), val_single(f, given[first + i]));
    Val vals[4];
    u32 n = 0;
    vals[n++] = val_scalar(ref_addr(f, (MonoRef){.kind = REF_STATIC, .def = row->def}),
                           ty_ref(db, self, false));
    if (first) vals[n++] = given[0];
    vals[n++] = load_val(f, slot, layout_ty);
    if (row->index == GLOBAL_REALLOC) vals[n++] = given[count - 1];
    InstanceId callee = instance_resolve(db, method, args_intern(db, &self, 1));
    if (!callee.id) {
        fail(f, "a global allocator of type `%.*s`", STR_ARG(ty_print(db, self, f->scratch)));
        return;
    }
    Place dest = result_place(f);
    Val v = call_instance(f, callee, vals, n, &dest, MIR_NO_BLOCK, 0);
    if (!f->failed) return_val(f, v);
}

bool mono_global_allocator(Db *db, CrateId crate, InstanceId out[4]) {
    Symbol attr = symbol_intern(&db->symbols, STR("global_allocator"));
    for (u32 id = 1; id < def_count(db); id++) {
        DefId def = {id};
        if (def_crate(db, def).id != crate.id || def_kind(db, def) != DEF_STATIC) continue;
        if (!def_has_attr(db, def, attr)) continue;
        for (u32 i = 0; i < 4; i++)
            out[i] = instance_intern(
                db, (InstanceRow){.kind = INST_GLOBAL_ALLOC, .def = def, .index = i});
        return true;
    }
    return false;
}

InstanceId mono_entry(Db *db, CrateId crate) {
    const CrateRow *row = crate_row(db, crate);
    PathSeg seg = {SYM_OF(main), 0, 0};
    PathRes res = names_resolve(db, row->root, &seg, 1, NS_VALUE);
    if (res.res.kind != RES_DEF || def_kind(db, res.res.def) != DEF_FN) return (InstanceId){0};
    return instance_intern(db, (InstanceRow){.kind = INST_MAIN, .def = res.res.def});
}

void build_shim(Fn *f, const InstanceRow *row) {
    switch ((InstanceKind)row->kind) {
    case INST_DROP_GLUE: build_drop_glue(f, row->ty); return;
    case INST_CLONE_SHIM: build_clone(f, row->ty); return;
    case INST_FN_PTR_SHIM: build_fn_ptr_shim(f, row); return;
    case INST_CLOSURE_ONCE_SHIM: build_closure_once(f, row); return;
    case INST_VTABLE_SHIM: build_vtable_shim(f, row); return;
    case INST_REIFY_SHIM: build_reify(f, row); return;
    case INST_MAIN: build_main(f, row); return;
    case INST_GLOBAL_ALLOC: build_global_alloc(f, row); return;
    default:
        fail(f, "`%.*s` as a function of its own",
             STR_ARG(instance_print(f->db, f->instance, f->scratch)));
    }
}
