// From an instance to IR: locals, blocks, statements, terminators.

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

// ---- locals
// ---------------------------------------------------------------------------------------

static void set_local(Fn *f, u32 index, Val v) {
    LocalInfo *l = &f->locals[index];
    switch ((LocalKind)l->kind) {
    case LOCAL_ZST: return;
    case LOCAL_SCALAR:
        ir_local_set(f->ir, l->one, cast_bits(f, val_single(f, v), scalar_ir(&l->layout->a)));
        return;
    case LOCAL_PAIR:
        if (v.kind == VAL_MEM) v = load_val(f, v.a, l->ty);
        ir_local_set(f->ir, l->one, v.a);
        ir_local_set(f->ir, l->two, v.b);
        return;
    case LOCAL_SLOT: store_val(f, ir_slot_addr(f->ir, l->slot), v); return;
    case LOCAL_POINTER:
    case LOCAL_UNSIZED: UNREACHABLE();
    }
}

static void choose_locals(Fn *f) {
    const MirBody *body = f->body;
    const MirLocalDecl *decls = LIST_AT(body, MirLocalDecl, body->locals);
    u32 count = body->locals.count;
    f->locals = SCRATCH_ARRAY(f->scratch, LocalInfo, count + 1);
    for (u32 i = 0; i < count; i++) {
        f->locals[i].ty = fn_ty(f, decls[i].ty);
        f->locals[i].layout = fn_layout(f, f->locals[i].ty);
        if (f->locals[i].layout->is_failed) {
            f->lo = 0;
            fail(f, "a value of type `%.*s`, whose layout is not known",
                 STR_ARG(ty_print(f->db, f->locals[i].ty, f->scratch)));
            return;
        }
    }
    u8 *needs_memory = SCRATCH_ARRAY(f->scratch, u8, count + 1);
    analyze_locals(f, needs_memory);
    for (u32 i = 0; i < count; i++) {
        LocalInfo *l = &f->locals[i];
        const Layout *layout = l->layout;
        bool registers = !needs_memory[i] && !layout->is_unsized;
        if (layout->size == 0 && !layout->is_unsized) {
            // References to it need an address that is aligned and not null.
            l->kind = LOCAL_ZST;
        } else if (registers && layout->repr == REPR_SCALAR) {
            l->kind = LOCAL_SCALAR;
            l->one = ir_local(f->ir, scalar_ir(&layout->a));
        } else if (registers && layout->repr == REPR_SCALAR_PAIR) {
            l->kind = LOCAL_PAIR;
            l->one = ir_local(f->ir, scalar_ir(&layout->a));
            l->two = ir_local(f->ir, scalar_ir(&layout->b));
        } else if (layout->is_unsized) {
            l->kind = LOCAL_UNSIZED;
            l->one = ir_local(f->ir, IR_PTR);
            l->two = ir_local(f->ir, IR_PTR);
        } else if (i == 0 && f->abi->ret.mode == PASS_INDIRECT) {
            l->kind = LOCAL_POINTER;
            l->one = ir_local(f->ir, IR_PTR);
            ir_local_set(f->ir, l->one, ir_param(f->ir, 0));
        } else {
            l->kind = LOCAL_SLOT;
            l->slot = ir_slot(f->ir, layout->size, layout->align);
        }
    }
}

static void take_argument(Fn *f, u32 local, u32 abi_index, u32 *at) {
    LocalInfo *l = &f->locals[local];
    Val v;
    load_param(f, abi_index, &v, at);
    if (l->kind == LOCAL_SLOT && v.kind == VAL_MEM) {
        l->kind = LOCAL_POINTER; // the copy is ours
        l->one = ir_local(f->ir, IR_PTR);
        ir_local_set(f->ir, l->one, v.a);
        return;
    }
    if (l->kind == LOCAL_UNSIZED) {
        ir_local_set(f->ir, l->one, v.a);
        ir_local_set(f->ir, l->two, v.b);
        return;
    }
    set_local(f, local, v);
}

// Arguments in order; the tuple of a "rust-call" function is put together from its parts.
static void take_arguments(Fn *f) {
    const MirBody *body = f->body;
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
        LocalInfo *l = &f->locals[i];
        u32 n = layout_field_count(f->db, l->ty, 0);
        Place tuple = {.kind = PLACE_LOCAL, .local = i, .ty = l->ty};
        if (l->kind == LOCAL_SLOT)
            tuple = mem_place(ir_slot_addr(f->ir, l->slot), (IrVal){0}, l->ty);
        if (l->kind == LOCAL_ZST) tuple.kind = PLACE_ZST;
        for (u32 k = 0; k < n && abi_index < f->abi->args.count; k++) {
            Val v;
            load_param(f, abi_index++, &v, &at);
            place_write(f, place_field(f, tuple, 0, k, v.ty), v);
        }
    }
    if (f->track_caller) f->location = ir_param(f->ir, at);
}

// ---- statements and terminators
// -------------------------------------------------------------------

static void build_stmt(Fn *f, const MirStmt *stmt) {
    f->lo = stmt->lo;
    f->hi = stmt->lo;
    switch ((MirStmtKind)stmt->kind) {
    case MIR_ASSIGN:
        assign(f, stmt->place, &LIST_AT(f->body, MirRvalue, f->body->rvalues)[stmt->rvalue]);
        break;
    case MIR_SET_DISCRIMINANT:
        write_discriminant(f, place_of(f, stmt->place), stmt->variant);
        break;
    case MIR_STORAGE_LIVE:
    case MIR_STORAGE_DEAD:
    case MIR_NOP: break;
    }
}

static void build_switch(Fn *f, const MirTerm *term) {
    Val v = operand(f, term->a);
    IrVal value = val_single(f, v);
    u32 count = term->switch_count;
    const MirSwitchRow *rows =
        LIST_AT(f->body, MirSwitchRow, f->body->switches) + term->switch_first;
    IrFn *ir = f->ir;
    IrBlock otherwise;
    if (term->target.id == MIR_NO_BLOCK.id) {
        IrBlock back = ir->current;
        otherwise = ir_block(ir);
        ir_block_cold(ir, otherwise);
        ir_block_switch(ir, otherwise);
        ir_unreachable(ir);
        ir_block_switch(ir, back);
    } else {
        otherwise = f->blocks[term->target.id];
    }
    IrType type = ir_type(ir, value);
    u32 bits = ir_type_bits(type);
    u128 mask = bits == 128 ? ~(u128)0 : ((u128)1 << bits) - 1;
    if (count == 1 && bits <= 64) {
        u64 want = (u64)(rows[0].lo_bits & (u64)mask);
        IrBlock hit = f->blocks[rows[0].target.id];
        if (ty_kind(f->db, v.ty) == TY_BOOL) {
            ir_condbr(ir, value, want ? hit : otherwise, want ? otherwise : hit);
            return;
        }
        ir_condbr(ir, ir_icmp(ir, IR_EQ, value, ir_const(ir, type, want)), hit, otherwise);
        return;
    }
    IrCase *cases = SCRATCH_ARRAY(f->scratch, IrCase, count + 1);
    for (u32 i = 0; i < count; i++)
        cases[i] = (IrCase){((u128)rows[i].hi_bits << 64 | rows[i].lo_bits) & mask,
                            f->blocks[rows[i].target.id]};
    ir_switch(ir, value, cases, count, otherwise);
}

static const char *overflow_panic(u8 op) {
    switch ((MirBinOp)op) {
    case MIR_ADD:
    case MIR_ADD_WITH_OVERFLOW: return "core::panicking::panic_const::panic_const_add_overflow";
    case MIR_SUB:
    case MIR_SUB_WITH_OVERFLOW: return "core::panicking::panic_const::panic_const_sub_overflow";
    case MIR_MUL:
    case MIR_MUL_WITH_OVERFLOW: return "core::panicking::panic_const::panic_const_mul_overflow";
    case MIR_DIV: return "core::panicking::panic_const::panic_const_div_overflow";
    case MIR_REM: return "core::panicking::panic_const::panic_const_rem_overflow";
    case MIR_SHL: return "core::panicking::panic_const::panic_const_shl_overflow";
    default: return "core::panicking::panic_const::panic_const_shr_overflow";
    }
}

static void build_assert(Fn *f, const MirTerm *term) {
    IrFn *ir = f->ir;
    bool overflow =
        term->assert_kind == ASSERT_OVERFLOW || term->assert_kind == ASSERT_OVERFLOW_NEG;
    bool division = term->op == MIR_DIV || term->op == MIR_REM; // always checked
    if (overflow && term->if_checks && !division && !f->overflow_checks) {
        ir_br(ir, f->blocks[term->target.id]);
        return;
    }
    IrVal cond = val_single(f, operand(f, term->a));
    IrBlock ok = f->blocks[term->target.id], panic = ir_block(ir);
    ir_block_cold(ir, panic);
    ir_condbr(ir, cond, term->expected ? ok : panic, term->expected ? panic : ok);
    ir_block_switch(ir, panic);
    switch ((MirAssertKind)term->assert_kind) {
    case ASSERT_OVERFLOW:
        call_panic(f, overflow_panic(term->op), NULL, 0, term->lo, term->unwind);
        return;
    case ASSERT_OVERFLOW_NEG:
        call_panic(f, "core::panicking::panic_const::panic_const_neg_overflow", NULL, 0, term->lo,
                   term->unwind);
        return;
    case ASSERT_DIV_ZERO:
        call_panic(f, "core::panicking::panic_const::panic_const_div_by_zero", NULL, 0, term->lo,
                   term->unwind);
        return;
    case ASSERT_REM_ZERO:
        call_panic(f, "core::panicking::panic_const::panic_const_rem_by_zero", NULL, 0, term->lo,
                   term->unwind);
        return;
    case ASSERT_BOUNDS: {
        Val args[] = {operand(f, term->c), operand(f, term->b)}; // index, len
        call_panic(f, "core::panicking::panic_bounds_check", args, 2, term->lo, term->unwind);
        return;
    }
    }
}

static void build_return(Fn *f) {
    LocalInfo *l = &f->locals[0];
    Place p = {.kind = PLACE_LOCAL, .ty = l->ty};
    if (l->kind == LOCAL_ZST) p.kind = PLACE_ZST;
    if (l->kind == LOCAL_SLOT) p = mem_place(ir_slot_addr(f->ir, l->slot), (IrVal){0}, l->ty);
    if (l->kind == LOCAL_POINTER) {
        ir_ret0(f->ir);
        return;
    }
    return_val(f, place_read(f, p));
}

static void build_terminator(Fn *f, const MirTerm *term) {
    f->lo = term->lo;
    f->hi = term->hi;
    IrFn *ir = f->ir;
    switch ((MirTermKind)term->kind) {
    case MIR_GOTO: ir_br(ir, f->blocks[term->target.id]); break;
    case MIR_SWITCH: build_switch(f, term); break;
    case MIR_RETURN: build_return(f); break;
    case MIR_UNREACHABLE: ir_unreachable(ir); break;
    case MIR_DROP: drop_terminator(f, term); break;
    case MIR_CALL: call_terminator(f, term); break;
    case MIR_ASSERT: build_assert(f, term); break;
    case MIR_RESUME:
        if (f->has_exception)
            ir_resume(ir, ir_local_get(ir, f->exception));
        else
            ir_unreachable(ir); // nothing lands here
        break;
    case MIR_TERMINATE: {
        DefId panic = lang_item(f->db, LANG_panic_in_cleanup);
        Symbol symbol = panic.id
                            ? mono_precompiled(f->db, instance_resolve(f->db, panic, (Args){0}))
                            : (Symbol){0};
        IrSig sig = {.no_unwind = true};
        IrSym sym =
            symbol.id ? ref_sym(f, IR_SYM_FN_EXTERN, (MonoRef){.kind = REF_EXTERN, .name = symbol})
                      : known_fn(f, "abort");
        ir_call(ir, ir_callee_sym(sym), &sig, NULL);
        ir_unreachable(ir);
        break;
    }
    }
}

// Blocks that can be reached; the others may hold what is not valid for these arguments.
static void mark_reachable(Fn *f, u8 *reached) {
    const MirBlockRow *rows = LIST_AT(f->body, MirBlockRow, f->body->blocks);
    const MirSwitchRow *switches = LIST_AT(f->body, MirSwitchRow, f->body->switches);
    U32Vec work = {0};
    vec_push(f->scratch, &work, 0);
    reached[0] = true;
    while (work.count) {
        const MirTerm *t = &rows[vec_pop(&work)].term;
        u32 next[2] = {UINT32_MAX, UINT32_MAX};
        bool has_target = t->kind == MIR_GOTO || t->kind == MIR_SWITCH || t->kind == MIR_DROP ||
                          t->kind == MIR_CALL || t->kind == MIR_ASSERT;
        bool has_unwind = t->kind == MIR_DROP || t->kind == MIR_CALL || t->kind == MIR_ASSERT;
        if (has_target) next[0] = t->target.id;
        if (has_unwind) next[1] = t->unwind.id;
        for (u32 i = 0; i < 2; i++) {
            if (next[i] == UINT32_MAX || reached[next[i]]) continue;
            reached[next[i]] = true;
            vec_push(f->scratch, &work, next[i]);
        }
        if (t->kind != MIR_SWITCH) continue;
        for (u32 i = 0; i < t->switch_count; i++) {
            u32 target = switches[t->switch_first + i].target.id;
            if (reached[target]) continue;
            reached[target] = true;
            vec_push(f->scratch, &work, target);
        }
    }
}

// Every constant the body names must have a value, also where it is not used: `const { assert!(..)
// };`
static void require_consts(Fn *f) {
    const MirConst *consts = LIST_AT(f->body, MirConst, f->body->consts);
    for (u32 i = 0; i < f->body->consts.count && !f->failed; i++) {
        const MirConst *c = &consts[i];
        if (c->kind != MIR_CONST_ITEM) continue;
        f->lo = f->hi = c->lo;
        if (!const_eval(f->db, c->def, fn_args(f, c->args))->is_failed) continue;
        fail(f, "the evaluation of a constant failed");
        f->error->is_const = true;
    }
}

static void build_body(Fn *f) {
    const MirBody *body = f->body;
    u32 count = body->blocks.count;
    const MirBlockRow *rows = LIST_AT(body, MirBlockRow, body->blocks);
    const MirStmt *stmts = LIST_AT(body, MirStmt, body->stmts);
    f->blocks = SCRATCH_ARRAY(f->scratch, IrBlock, count);
    f->pads = SCRATCH_ARRAY(f->scratch, IrBlock, count);
    choose_locals(f);
    if (f->failed) return;
    take_arguments(f);
    if (f->failed) return;
    u8 *reached = SCRATCH_ARRAY(f->scratch, u8, count);
    mark_reachable(f, reached);
    for (u32 i = 0; i < count; i++) {
        f->blocks[i] = ir_block(f->ir);
        if (rows[i].is_cleanup) ir_block_cold(f->ir, f->blocks[i]);
    }
    ir_br(f->ir, f->blocks[0]);
    // Clean-up blocks last: by then it is known whether anything lands in them.
    for (u32 pass = 0; pass < 2; pass++) {
        for (u32 i = 0; i < count && !f->failed; i++) {
            if (!reached[i] || rows[i].is_cleanup != pass) continue;
            ir_block_switch(f->ir, f->blocks[i]);
            f->in_cleanup = pass;
            for (u32 s = 0; s < rows[i].stmt_count && !f->failed; s++)
                build_stmt(f, &stmts[rows[i].stmt_first + s]);
            if (!f->failed) build_terminator(f, &rows[i].term);
        }
    }
}

// ---- entry
// ----------------------------------------------------------------------------------------

static void start_fn(Fn *f) {
    InstanceSig sig = instance_sig(f->db, f->instance);
    f->sig = sig;
    f->track_caller = instance_is_track_caller(f->db, f->instance);
    f->abi = fn_abi(f->db, sig.tys, (HirAbi)sig.abi, sig.is_variadic, f->track_caller);
    f->nounwind = f->abi->is_c && f->body != NULL;
    IrSig ir_sig = entry_sig(f->db, f->scratch, f->abi);
    Str name = instance_print(f->db, f->instance, f->scratch);
    f->ir = ir_fn_new(f->scratch, mono_symbols(f->db), name, &ir_sig);
}

static bool has_error_ty(Fn *f) {
    Args tys = instance_sig(f->db, f->instance).tys;
    return (args_flags(f->db, tys) & (TY_HAS_ERROR | TY_HAS_PARAM)) != 0;
}

IrFn *mono_build(Db *db, InstanceId instance, MonoError *error) {
    InstanceRow row = *instance_row(db, instance);
    *error = (MonoError){0};
    db->mono->locations.at = NULL; // those before went with the scratch
    db->mono->locations.count = db->mono->locations.cap = 0;
    Fn *f = SCRATCH_NEW(&db->scratch, Fn);
    *f = (Fn){.db = db,
              .scratch = &db->scratch,
              .instance = instance,
              .args = row.args,
              .def = row.def,
              .error = error};
    f->overflow_checks = db->options->overflow_checks;
    if (has_error_ty(f)) {
        Args tys = instance_sig(db, instance).tys;
        fail(f, "a signature that could not be worked out: `%.*s`",
             STR_ARG(args_print(db, tys, f->scratch)));
        return NULL;
    }
    if (row.kind == INST_ITEM) {
        f->body = mir_of(db, row.def);
        if (!f->body) {
            Str path = def_path_str(db, row.def, f->scratch);
            fail(f, "`%.*s`, which has neither a body nor a precompiled symbol", STR_ARG(path));
            return NULL;
        }
        if (f->body->is_error) {
            Str reason = symbol_str(&db->symbols, f->body->reason);
            if (reason.len)
                fail(f, "%.*s", STR_ARG(reason));
            else
                fail(f, "a body with errors");
            return NULL;
        }
        start_fn(f);
        require_consts(f);
        if (!f->failed) build_body(f);
    } else {
        start_fn(f);
        f->blocks = SCRATCH_ARRAY(f->scratch, IrBlock, 1);
        build_shim(f, &row);
    }
    return f->failed ? NULL : f->ir;
}
