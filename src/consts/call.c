// Frames, statements, terminators, calls, drops, panics.

#include "consts/consts_internal.h"

// ---- frames
// ---------------------------------------------------------------------------------------

// The constants of a body that have no size stand there to be evaluated: `const { assert!(..) };`
static void require_consts(Machine *m, const MirBody *body) {
    const MirConst *consts = LIST_AT(body, MirConst, body->consts);
    for (u32 i = 0; i < body->consts.count && !m->failed; i++) {
        const MirConst *c = &consts[i];
        if (c->kind != MIR_CONST_ITEM) continue;
        Ty ty = ce_fn_ty(m, c->ty);
        if (m->failed || ce_lay(m, ty)->size != 0) continue;
        AllocId id = ce_eval_item(m->db, c->def, ce_fn_args(m, c->args), EVAL_ITEM);
        if (id.id && const_alloc(m->db, id)->is_failed) ce_fail_quiet(m);
    }
}

// The concrete types of a body's locals: worked out once per (body, args).
static const LocalTy *local_tys(Machine *m, const MirBody *body, Args args) {
    u64 key = hash_mix((u64)(uintptr_t)body, args.id);
    u32 known = map_get(&m->locals_of, key);
    if (known) return m->local_tys.at[known - 1];
    const MirLocalDecl *decls = LIST_AT(body, MirLocalDecl, body->locals);
    LocalTy *tys = SCRATCH_ARRAY(m->work, LocalTy, body->locals.count + 1);
    for (u32 i = 0; i < body->locals.count && !m->failed; i++) {
        tys[i].ty = ce_fn_ty(m, decls[i].ty);
        tys[i].layout = ce_lay(m, tys[i].ty);
    }
    if (!m->failed) require_consts(m, body);
    if (m->failed) return tys;
    vec_push(m->work, &m->local_tys, tys);
    map_set(&m->locals_of, key, m->local_tys.count);
    return tys;
}

Place ce_temp_place(Machine *m, Ty ty) {
    const Layout *l = ce_lay(m, ty);
    u32 index = mem_new_local(m, m->failed ? 0 : l->size, l->align);
    return (Place){.ty = ty, .layout = l, .addr = scal_ptr(mem_addr(ADDR_STACK, index))};
}

static bool enter(Machine *m, Frame *f) {
    m->depth++;
    m->store->depth++;
    f->parent = m->frame;
    if (m->depth > FRAMES_MAX || m->store->depth > NESTED_FRAMES_MAX) {
        ce_fail(m, "reached the configured maximum number of stack frames");
        return false;
    }
    m->frame = f;
    f->locals = local_tys(m, f->body, f->args);
    f->first = m->stack.count;
    for (u32 i = 0; i < f->body->locals.count && !m->failed; i++) {
        const Layout *l = f->locals[i].layout;
        mem_new_local(m, l->is_unsized ? 0 : l->size, l->align);
    }
    return !m->failed;
}

static void leave(Machine *m, Frame *f) {
    m->frame = f->parent;
    m->depth--;
    m->store->depth--;
}

// ---- terminators
// ----------------------------------------------------------------------------------

static void int_text(Machine *m, Val v, char *out, u32 size) {
    Scal s = ce_val_single(m, v);
    TyKind kind = ty_kind(m->db, v.ty);
    u32 bytes = (u32)v.layout->size;
    bool sign = ty_is_signed(kind) && ce_sext(s.bits, bytes) < 0;
    u128 n = sign ? ce_mask_to((u128)0 - s.bits, bytes) : s.bits;
    char digits[48];
    u32 at = sizeof digits - 1;
    digits[at] = 0;
    do {
        digits[--at] = (char)('0' + (u32)(n % 10));
        n /= 10;
    } while (n);
    if (sign) digits[--at] = '-';
    Str name = ty_print(m->db, v.ty, m->work);
    u128 max = ty_is_signed(kind) ? ((u128)1 << (8 * bytes - 1)) - 1 : ce_mask_to(~(u128)0, bytes);
    u128 min = ce_mask_to(max + 1, bytes);
    Str text;
    if (ty_is_int(kind) && s.bits == max)
        text = scratch_print(m->work, "%.*s::MAX", STR_ARG(name));
    else if (ty_is_signed(kind) && s.bits == min)
        text = scratch_print(m->work, "%.*s::MIN", STR_ARG(name));
    else
        text = scratch_print(m->work, "%s_%.*s", digits + at, STR_ARG(name));
    u32 len = min_u32(text.len, size - 1);
    memcpy(out, text.at, len);
    out[len] = 0;
}

static void assert_failed(Machine *m, const MirTerm *t) {
    char a[80] = "", b[80] = "";
    bool two = t->assert_kind == ASSERT_OVERFLOW || t->assert_kind == ASSERT_BOUNDS;
    Val x = ce_operand(m, t->b), y = {0};
    if (two) y = ce_operand(m, t->c);
    if (m->failed) return;
    if (t->assert_kind == ASSERT_BOUNDS) {
        ce_fail(m, "index out of bounds: the length is %llu but the index is %llu",
                (unsigned long long)ce_val_single(m, x).bits,
                (unsigned long long)ce_val_single(m, y).bits);
        return;
    }
    int_text(m, x, a, sizeof a);
    if (two) int_text(m, y, b, sizeof b);
    switch ((MirAssertKind)t->assert_kind) {
    case ASSERT_OVERFLOW_NEG: ce_fail(m, "attempt to negate `%s`, which would overflow", a); return;
    case ASSERT_DIV_ZERO: ce_fail(m, "attempt to divide `%s` by zero", a); return;
    case ASSERT_REM_ZERO:
        ce_fail(m, "attempt to calculate the remainder of `%s` with a divisor of zero", a);
        return;
    default: break;
    }
    const char *op = "+";
    switch ((MirBinOp)t->op) {
    case MIR_SUB:
    case MIR_SUB_WITH_OVERFLOW: op = "-"; break;
    case MIR_MUL:
    case MIR_MUL_WITH_OVERFLOW: op = "*"; break;
    case MIR_DIV: op = "/"; break;
    case MIR_REM:
        ce_fail(m, "attempt to compute the remainder of `%s %% %s`, which would overflow", a, b);
        return;
    case MIR_SHL: ce_fail(m, "attempt to shift left by `%s`, which would overflow", b); return;
    case MIR_SHR: ce_fail(m, "attempt to shift right by `%s`, which would overflow", b); return;
    default: break;
    }
    ce_fail(m, "attempt to compute `%s %s %s`, which would overflow", a, op, b);
}

static MirBlock run_assert(Machine *m, const MirTerm *t) {
    bool overflow = t->assert_kind == ASSERT_OVERFLOW || t->assert_kind == ASSERT_OVERFLOW_NEG;
    bool division = t->op == MIR_DIV || t->op == MIR_REM;
    if (overflow && t->if_checks && !division && !m->db->options->overflow_checks) return t->target;
    bool cond = (ce_val_single(m, ce_operand(m, t->a)).bits & 1) != 0;
    if (!m->failed && cond != t->expected) assert_failed(m, t);
    return t->target;
}

static MirBlock run_switch(Machine *m, const MirTerm *t) {
    Val v = ce_operand(m, t->a);
    Scal s = ce_val_single(m, v);
    if (m->failed) return t->target;
    const MirSwitchRow *rows =
        LIST_AT(m->frame->body, MirSwitchRow, m->frame->body->switches) + t->switch_first;
    for (u32 i = 0; i < t->switch_count; i++) {
        u128 want = (u128)rows[i].hi_bits << 64 | rows[i].lo_bits;
        if (ce_mask_to(want, (u32)v.layout->size) == s.bits) return rows[i].target;
    }
    return t->target;
}

static MirBlock run_call(Machine *m, const MirTerm *t) {
    Db *db = m->db;
    const MirOperand *ops =
        LIST_AT(m->frame->body, MirOperand, m->frame->body->operands) + t->operand_first;
    Ty callee_ty = ce_operand_ty(m, t->a);
    if (m->failed) return t->target;
    TyRow fn = *ty_row(db, callee_ty);
    u32 cap = t->operand_count + 1, count = 0;
    Val tuple = {0};
    if (t->is_spread && t->operand_count) {
        tuple = ce_operand(m, ops[t->operand_count - 1]);
        if (m->failed) return t->target;
        if (ty_kind(db, tuple.ty) != TY_TUPLE)
            ce_fail(m, "arguments that are not a tuple");
        else
            cap += layout_field_count(db, tuple.ty, 0);
    }
    Val *args = SCRATCH_ARRAY(&m->store->stack, Val, cap);
    u32 plain = t->is_spread && t->operand_count ? t->operand_count - 1 : t->operand_count;
    for (u32 i = 0; i < plain && !m->failed; i++)
        args[count++] = ce_operand(m, ops[i]);
    if (plain != t->operand_count && !m->failed) {
        u32 n = layout_field_count(db, tuple.ty, 0);
        for (u32 i = 0; i < n && !m->failed; i++)
            args[count++] = ce_val_field(m, tuple, 0, i);
    }
    if (m->failed) return t->target;
    Place dest = ce_place_of(m, t->place);
    if (m->failed) return t->target;
    if (fn.kind == TY_FN_DEF) {
        InstanceId callee = instance_resolve(db, fn.def, fn.args);
        if (!callee.id)
            ce_fail(m, "a call of `%.*s`, for which no implementation was found",
                    STR_ARG(ty_print(db, callee_ty, m->work)));
        else
            ce_call_instance(m, callee, args, count, dest);
    } else if (fn.kind == TY_FN_PTR) {
        Scal pointer = ce_val_single(m, ce_operand(m, t->a));
        if (!m->failed) ce_call_fn_ptr(m, pointer, args, count, dest);
    } else {
        ce_fail(m, "a call of a value of type `%.*s`", STR_ARG(ty_print(db, callee_ty, m->work)));
    }
    if (!m->failed && t->target.id == MIR_NO_BLOCK.id) ce_fail(m, "entering unreachable code");
    return t->target;
}

static void run_stmt(Machine *m, const MirStmt *stmt) {
    if (stmt->kind == MIR_ASSIGN) {
        Place to = ce_place_of(m, stmt->place);
        if (!m->failed)
            ce_assign(m, to,
                      &LIST_AT(m->frame->body, MirRvalue, m->frame->body->rvalues)[stmt->rvalue]);
    } else if (stmt->kind == MIR_SET_DISCRIMINANT) {
        ce_write_discriminant(m, ce_place_of(m, stmt->place), stmt->variant);
    }
}

// Runs the frame's blocks to its return.
static void run_blocks(Machine *m) {
    Frame *f = m->frame;
    const MirBody *body = f->body;
    const MirBlockRow *blocks = LIST_AT(body, MirBlockRow, body->blocks);
    const MirStmt *stmts = LIST_AT(body, MirStmt, body->stmts);
    u32 mems = f->first + body->locals.count;
    u64 mark = scratch_mark(&m->store->stack), temp_bytes = m->memory_bytes;
    MirBlock at = {0};
    while (!m->failed) {
        const MirBlockRow *block = &blocks[at.id];
        u64 outer = scratch_mark(&m->db->scratch);
        for (u32 i = 0; i < block->stmt_count && !m->failed; i++) {
            f->lo = stmts[block->stmt_first + i].lo;
            f->hi = 0;
            run_stmt(m, &stmts[block->stmt_first + i]);
            m->stack.count = mems;
            scratch_rewind(&m->store->stack, mark);
            m->memory_bytes = temp_bytes;
        }
        m->steps += block->stmt_count + 1;
        if (m->steps > STEPS_MAX)
            ce_fail(m, "constant evaluation is taking a long time: more than %u steps",
                    (u32)STEPS_MAX);
        if (m->failed) return;
        const MirTerm *t = &block->term;
        f->lo = t->lo;
        f->hi = t->hi;
        switch ((MirTermKind)t->kind) {
        case MIR_GOTO: at = t->target; break;
        case MIR_SWITCH: at = run_switch(m, t); break;
        case MIR_RETURN: return;
        case MIR_UNREACHABLE: ce_fail(m, "entering unreachable code"); break;
        case MIR_DROP: {
            Place p = ce_place_of(m, t->place);
            if (!m->failed) ce_drop_place(m, p);
            at = t->target;
            break;
        }
        case MIR_CALL: at = run_call(m, t); break;
        case MIR_ASSERT: at = run_assert(m, t); break;
        case MIR_RESUME:
        case MIR_TERMINATE: ce_fail(m, "unwinding in a constant"); break;
        }
        m->stack.count = mems;
        scratch_rewind(&m->store->stack, mark);
        m->memory_bytes = temp_bytes;
        scratch_rewind(&m->db->scratch, outer);
        if (!m->failed && at.id >= body->blocks.count) ce_fail(m, "entering unreachable code");
    }
}

// The frame stays on the stack of memory: the caller reads the result from its local 0.
void ce_run_body(Machine *m, const MirBody *body, Args args) {
    Frame *f = SCRATCH_NEW(m->work, Frame);
    *f = (Frame){.body = body, .args = args, .def = m->item};
    if (enter(m, f)) run_blocks(m);
    leave(m, f);
}

// ---- panics
// ---------------------------------------------------------------------------------------

static bool read_str(Machine *m, u64 addr, u64 len, Str *out) {
    u8 *mask, *bytes = mem_range(m, addr, len, false, &mask);
    if (!bytes || len > 4096) return false;
    *out = (Str){(const char *)bytes, (u32)len};
    return true;
}

static void panicked(Machine *m, bool known, Str text) {
    if (known)
        ce_fail(m, "evaluation panicked: %.*s", STR_ARG(text));
    else
        ce_fail(m, "evaluation panicked");
}

// fmt::Arguments of a plain string: its address, then its length times two plus one.
static void panic_arguments(Machine *m, Val v) {
    u8 *bytes, *mask;
    ce_val_spill(m, v, &bytes, &mask);
    u64 words[2] = {0, 0};
    if (v.layout->size == 16) memcpy(words, bytes, 16);
    Str text = {0};
    bool known =
        v.layout->size == 16 && (words[1] & 1) && read_str(m, words[0], words[1] >> 1, &text);
    panicked(m, known, text);
}

// The functions that only ever panic, which evaluation stands in for.
static bool panic_call(Machine *m, DefId def, const Val *args, u32 count) {
    LangItem item = lang_item_of(m->db, def);
    Str text = {0};
    switch (item) {
    case LANG_panic_fmt:
    case LANG_const_panic_fmt:
        if (count >= 1) panic_arguments(m, args[0]);
        break;
    case LANG_panic:
    case LANG_panic_nounwind:
        if (count >= 1 && args[0].kind == VAL_PAIR) {
            bool known = read_str(m, (u64)args[0].a.bits, (u64)args[0].b.bits, &text);
            panicked(m, known, text);
        }
        break;
    case LANG_panic_display:
    case LANG_begin_panic: {
        if (count < 1) break;
        Val v = args[0];
        for (u32 i = 0; i < 4 && !m->failed; i++) { // &&str down to &str
            const TyRow *row = ty_row(m->db, v.ty);
            if (row->kind == TY_REF && ty_kind(m->db, row->elem) == TY_STR && v.kind == VAL_PAIR) {
                bool known = read_str(m, (u64)v.a.bits, (u64)v.b.bits, &text);
                panicked(m, known, text);
                break;
            }
            if (row->kind != TY_REF || ce_lay(m, row->elem)->is_unsized) break;
            v = ce_place_read(m, ce_place_deref(m, v));
        }
        break;
    }
    default: return false;
    }
    panicked(m, false, text);
    return true;
}

// ---- calls
// ----------------------------------------------------------------------------------------

static void bind_arg(Machine *m, u32 local, Val v) {
    const LocalTy *l = &m->frame->locals[local];
    if (v.kind == VAL_ZST || m->failed) return;
    if (v.layout->size != l->layout->size || l->layout->is_unsized) {
        ce_fail(m, "an argument of type `%.*s` for a parameter of type `%.*s`",
                STR_ARG(ty_print(m->db, v.ty, m->work)), STR_ARG(ty_print(m->db, l->ty, m->work)));
        return;
    }
    ce_place_write(m, ce_place_local(m, local), v);
}

static void bind_args(Machine *m, const Val *args, u32 count) {
    const MirBody *body = m->frame->body;
    u32 at = 0;
    for (u32 i = 1; i <= body->arg_count && !m->failed; i++) {
        if (i != body->spread_arg) {
            if (at < count)
                bind_arg(m, i, args[at]);
            else
                ce_fail(m, "a call with too few arguments");
            at++;
            continue;
        }
        Place tuple = ce_place_local(m, i);
        u32 n = layout_field_count(m->db, tuple.ty, 0);
        for (u32 k = 0; k < n && at < count && !m->failed; k++)
            ce_place_write(m, ce_place_field(m, tuple, 0, k), args[at++]);
    }
}

// A function that is not `const`. Methods of traits are not looked at: whether their impl is const
// is ignored everywhere.
static bool is_not_const(Machine *m, DefId def) {
    Db *db = m->db;
    DefKind kind = def_kind(db, def);
    if (kind != DEF_FN && kind != DEF_ASSOC_FN) return false;
    DefId parent = def_row(db, def)->parent;
    if (kind == DEF_ASSOC_FN) {
        if (def_kind(db, parent) != DEF_IMPL || impl_header(db, parent)->trait_ref.trait.id)
            return false;
    }
    const HirItem *item = hir_item(db, def);
    if (item->sig.is_const || (kind == DEF_ASSOC_FN && hir_item(db, parent)->is_const))
        return false;
    const char *what = kind == DEF_FN              ? "function"
                       : fn_sig(db, def)->has_self ? "method"
                                                   : "associated function";
    const char *where = m->frame && m->frame->parent          ? "constant functions"
                        : def_kind(db, m->item) == DEF_STATIC ? "statics"
                                                              : "constants";
    Str path = ce_path(m, def);
    m->code = "E0015";
    if (kind == DEF_ASSOC_FN) {
        const TyRow *self = ty_row(db, impl_header(db, parent)->self_ty);
        LangItem of = self->kind == TY_ADT ? lang_item_of(db, self->def) : LANG_COUNT;
        if (of == LANG_format_arguments || of == LANG_format_argument) {
            ce_fail(m, "cannot call non-const formatting macro in %s", where);
            return true;
        }
    }
    ce_fail(m, "cannot call non-const %s `%.*s` in %s", what, STR_ARG(path), where);
    return true;
}

static void call_body(Machine *m, InstanceId instance, DefId def, Args fn_arg_list, const Val *args,
                      u32 count, Place dest) {
    Db *db = m->db;
    if (is_not_const(m, def)) return;
    const MirBody *body = mir_of(db, def);
    if (!body) {
        ce_fail(m, "calling `%.*s`, which has no body", STR_ARG(ce_path(m, def)));
        return;
    }
    if (body->is_error) {
        Str reason = symbol_str(&db->symbols, body->reason);
        if (reason.len)
            ce_fail(m, "%.*s in `%.*s`", STR_ARG(reason), STR_ARG(ce_path(m, def)));
        else
            ce_fail_quiet(m);
        return;
    }
    Frame f = {.body = body, .args = fn_arg_list, .def = def};
    f.track_caller = instance.id && instance_is_track_caller(db, instance);
    u64 mark = scratch_mark(&m->store->stack), bytes = m->memory_bytes;
    u32 mems = m->stack.count;
    if (enter(m, &f)) {
        bind_args(m, args, count);
        if (!m->failed) run_blocks(m);
        if (!m->failed && dest.layout->size) {
            Val result = ce_place_read(m, ce_place_local(m, 0));
            if (result.layout->size != dest.layout->size && result.kind != VAL_ZST)
                ce_fail(m, "a result of type `%.*s` where `%.*s` is expected",
                        STR_ARG(ty_print(db, result.ty, m->work)),
                        STR_ARG(ty_print(db, dest.ty, m->work)));
            else
                ce_place_write(m, dest, result);
        }
    }
    leave(m, &f);
    m->stack.count = mems;
    m->memory_bytes = bytes;
    scratch_rewind(&m->store->stack, mark);
}

static Val ref_to(Machine *m, Place p, bool is_mut) {
    return ce_val_ptr(m, p, ty_ref(m->db, p.ty, is_mut));
}

// FnOnce::call_once of a closure that is called by reference: dropped after the call.
static void call_closure_once(Machine *m, const InstanceRow *row, const Val *args, u32 count,
                              Place dest) {
    Ty closure = ty_closure(m->db, row->def, row->args);
    const ClosureInfo *info = closure_info(m->db, row->def, NULL);
    Place self = ce_temp_place(m, closure);
    // As a fn pointer the closure is not among the arguments.
    bool has_self = count && ty_eq(args[0].ty, closure);
    u32 extra = has_self ? 0 : 1;
    Val *all = SCRATCH_ARRAY(&m->store->stack, Val, count + 1);
    if (count) memcpy(all + extra, args, count * sizeof(Val));
    if (has_self) ce_place_write(m, self, args[0]);
    all[0] = ref_to(m, self, info && info->kind == 1);
    call_body(m, (InstanceId){0}, row->def, row->args, all, count + extra, dest);
    if (!m->failed) ce_drop_place(m, self);
}

// <F as Fn*>::call*(self, args..) for a fn item or fn pointer F.
static void call_fn_shim(Machine *m, const InstanceRow *row, const Val *args, u32 count,
                         Place dest) {
    const TyRow fn = *ty_row(m->db, row->ty);
    if (fn.kind == TY_FN_DEF) {
        InstanceId callee = instance_resolve(m->db, fn.def, fn.args);
        if (callee.id)
            ce_call_instance(m, callee, args + 1, count - 1, dest);
        else
            ce_fail(m, "a call of `%.*s`", STR_ARG(ty_print(m->db, row->ty, m->work)));
        return;
    }
    Val self = args[0];
    while (!ty_eq(self.ty, row->ty) && ty_kind(m->db, self.ty) == TY_REF && !m->failed)
        self = ce_place_read(m, ce_place_deref(m, self));
    Scal pointer = ce_val_single(m, self);
    if (!m->failed) ce_call_fn_ptr(m, pointer, args + 1, count - 1, dest);
}

static void call_clone(Machine *m, Ty ty, Val self, Place dest) {
    Db *db = m->db;
    Place from = ce_place_deref(m, self);
    if (m->failed) return;
    if (type_is_copy(db, ty) || from.layout->size == 0) {
        ce_place_write(m, dest, ce_place_read(m, from));
        return;
    }
    DefId method = assoc_item_named(db, lang_item(db, LANG_clone),
                                    symbol_intern(&db->symbols, STR("clone")), ASSOC_FN);
    bool is_array = ty_kind(db, ty) == TY_ARRAY;
    u64 count = is_array ? from.layout->array_count : layout_field_count(db, ty, 0);
    for (u64 i = 0; i < count && !m->failed; i++) {
        Place field = is_array ? ce_place_elem(m, from, i) : ce_place_field(m, from, 0, (u32)i);
        Place to = is_array ? ce_place_elem(m, dest, i) : ce_place_field(m, dest, 0, (u32)i);
        if (m->failed) return;
        InstanceId clone = instance_resolve(db, method, args_intern(db, &field.ty, 1));
        Val arg = ref_to(m, field, false);
        if (clone.id)
            ce_call_instance(m, clone, &arg, 1, to);
        else
            ce_fail(m, "a clone of `%.*s`", STR_ARG(ty_print(db, field.ty, m->work)));
    }
}

static void call_virtual(Machine *m, const InstanceRow *row, const Val *args, u32 count,
                         Place dest) {
    Val self = args[0];
    while (self.kind == VAL_MEM && !self.layout->is_unsized && !m->failed)
        self = ce_val_field(m, self, 0, 0);
    Mem *vtable = self.kind == VAL_PAIR ? mem_find(m, (u64)self.b.bits) : NULL;
    if (!vtable || vtable->kind != MEM_VTABLE) {
        ce_fail(m, "using something that is no vtable as one");
        return;
    }
    Ty ty = vtable->ty, dyn = vtable->dyn;
    // The trait of the method may be another view of the same object: ask for its slot in this
    // vtable.
    InstanceId callee = {0};
    u32 slots;
    const VtableEntry *entries = vtable_entries(m->db, dyn, &slots);
    if (row->index < slots && entries[row->index].kind == VT_METHOD)
        callee = vtable_instance(m->db, ty, dyn, row->index);
    if (!callee.id) {
        ce_fail(m, "a virtual call of `%.*s` without a method", STR_ARG(ce_path(m, row->def)));
        return;
    }
    Val *all = SCRATCH_ARRAY(&m->store->stack, Val, count);
    memcpy(all, args, count * sizeof(Val));
    all[0] = ce_val_scalar(m, self.a, ty_ptr(m->db, ty_unit(m->db), true));
    ce_call_instance(m, callee, all, count, dest);
}

static void call_intrinsic(Machine *m, InstanceId callee, const InstanceRow *row, const Val *args,
                           u32 count, Place dest) {
    if (ce_intrinsic_call(m, row, args, count, dest) || m->failed) return;
    if (def_has_body(m->db, row->def))
        call_body(m, callee, row->def, row->args, args, count, dest);
    else
        ce_fail(m, "calling the intrinsic `%.*s`, which is not supported in constants",
                STR_ARG(ce_path(m, row->def)));
}

void ce_call_instance(Machine *m, InstanceId callee, const Val *args, u32 count, Place dest) {
    InstanceRow row = *instance_row(m->db, callee);
    if (m->failed) return;
    if (m->depth > FRAMES_MAX) {
        ce_fail(m, "reached the configured maximum number of stack frames");
        return;
    }
    switch ((InstanceKind)row.kind) {
    case INST_ITEM:
        if (panic_call(m, row.def, args, count)) return;
        call_body(m, callee, row.def, row.args, args, count, dest);
        return;
    case INST_INTRINSIC: call_intrinsic(m, callee, &row, args, count, dest); return;
    case INST_REIFY_SHIM: {
        InstanceId inner = instance_resolve(m->db, row.def, row.args);
        if (inner.id && inner.id != callee.id)
            ce_call_instance(m, inner, args, count, dest);
        else
            ce_fail(m, "a function that cannot be resolved");
        return;
    }
    case INST_VTABLE_SHIM: {
        InstanceId inner = instance_resolve(m->db, row.def, row.args);
        Ty self = args_get(m->db, row.args, 0);
        if (!inner.id || !count) {
            ce_fail(m, "a method without an implementation");
            return;
        }
        Val *all = SCRATCH_ARRAY(&m->store->stack, Val, count);
        memcpy(all, args, count * sizeof(Val));
        all[0] = ce_place_read(m, ce_place_at(m, ce_val_single(m, args[0]), scal_int(0), self));
        ce_call_instance(m, inner, all, count, dest);
        return;
    }
    case INST_FN_PTR_SHIM:
        if (count) call_fn_shim(m, &row, args, count, dest);
        return;
    case INST_CLOSURE_ONCE_SHIM: call_closure_once(m, &row, args, count, dest); return;
    case INST_CLONE_SHIM:
        if (count) call_clone(m, row.ty, args[0], dest);
        return;
    case INST_DROP_GLUE:
        if (count) ce_drop_place(m, ce_place_deref(m, args[0]));
        return;
    case INST_VIRTUAL:
        if (count) call_virtual(m, &row, args, count, dest);
        return;
    case INST_EXTERN:
        ce_fail(m, "calling extern function `%.*s`", STR_ARG(ce_path(m, row.def)));
        return;
    case INST_MAIN: ce_fail(m, "calling `main`"); return;
    case INST_GLOBAL_ALLOC: ce_fail(m, "calling the global allocator"); return;
    }
    UNREACHABLE();
}

void ce_call_fn_ptr(Machine *m, Scal pointer, const Val *args, u32 count, Place dest) {
    Mem *mem = pointer.is_ptr ? mem_find(m, (u64)pointer.bits) : NULL;
    if (!mem || mem->kind != MEM_FN) {
        ce_fail(m, "using something that is no function pointer as one");
        return;
    }
    ce_call_instance(m, (InstanceId){mem->target}, args, count, dest);
}

// ---- drops
// ----------------------------------------------------------------------------------------

static Place unit_place(Machine *m) {
    Ty unit = ty_unit(m->db);
    return (Place){.ty = unit, .layout = ce_lay(m, unit)};
}

static void drop_fields(Machine *m, Place p, u32 variant) {
    u32 count = layout_field_count(m->db, p.ty, variant);
    for (u32 i = 0; i < count && !m->failed; i++) {
        Ty ty = layout_field_ty(m->db, p.ty, variant, i);
        if (type_needs_drop(m->db, ty)) ce_drop_place(m, ce_place_field(m, p, variant, i));
    }
}

static void drop_adt(Machine *m, Place p, const TyRow *row) {
    Db *db = m->db;
    DefId trait = lang_item(db, LANG_drop);
    Args args = args_intern(db, &p.ty, 1);
    if (lang_item_of(db, row->def) == LANG_owned_box)
        ce_drop_place(m, ce_place_deref(m, ce_place_read(m, p)));
    if (trait.id && select_impl(db, (TraitRef){trait, args}).kind == CAND_IMPL) {
        DefId method =
            assoc_item_named(db, trait, symbol_intern(&db->symbols, STR("drop")), ASSOC_FN);
        InstanceId drop = instance_resolve(db, method, args);
        Val self = ref_to(m, p, true);
        if (drop.id && !m->failed) ce_call_instance(m, drop, &self, 1, unit_place(m));
    }
    DefKind kind = def_kind(db, row->def);
    if (kind == DEF_STRUCT && lang_item_of(db, row->def) != LANG_manually_drop)
        drop_fields(m, p, 0);
    if (kind != DEF_ENUM || m->failed) return;
    u32 variant;
    if (ce_read_variant(m, p, &variant)) drop_fields(m, p, variant);
}

void ce_drop_place(Machine *m, Place p) {
    if (m->failed || !type_needs_drop(m->db, p.ty)) return;
    TyRow row = *ty_row(m->db, p.ty);
    if (++m->steps > STEPS_MAX || m->depth > FRAMES_MAX) {
        ce_fail(m, "reached the configured maximum number of stack frames");
        return;
    }
    m->depth++;
    switch ((TyKind)row.kind) {
    case TY_ADT: drop_adt(m, p, &row); break;
    case TY_TUPLE:
    case TY_CLOSURE: drop_fields(m, p, 0); break;
    case TY_ARRAY:
    case TY_SLICE: {
        u64 len = ce_place_len(m, p);
        for (u64 i = 0; i < len && !m->failed; i++)
            ce_drop_place(m, ce_place_elem(m, p, i));
        break;
    }
    case TY_DYN: {
        Mem *vtable = mem_find(m, (u64)p.meta.bits);
        if (vtable && vtable->kind == MEM_VTABLE)
            ce_drop_place(m, ce_place_at(m, p.addr, scal_int(0), vtable->ty));
        else
            ce_fail(m, "using something that is no vtable as one");
        break;
    }
    default: break;
    }
    m->depth--;
}

// ---- locations
// ------------------------------------------------------------------------------------

// Positions of a closure are in its root's text.
DefId ce_text_owner(Db *db, DefId def) {
    const Typeck *t = NULL;
    if (def_kind(db, def) == DEF_CLOSURE) return closure_info(db, def, &t) && t ? t->owner : def;
    const HirBody *hir = hir_body(db, def);
    return hir ? hir->owner : def;
}

// A &'static Location of the nearest frame that is not #[track_caller].
Scal ce_location_ptr(Machine *m) {
    Db *db = m->db;
    const Frame *f = m->frame;
    while (f && f->track_caller && f->parent)
        f = f->parent;
    u32 file = 0, byte;
    if (f) def_locate(db, ce_text_owner(db, f->def), f->lo, &file, &byte);
    LineCol at = {0, 0};
    Str path = STR("");
    if (file) {
        at = source_line_col(db, (FileId){file}, byte);
        path = source_path(db, (FileId){file});
    }
    DefId def = lang_item(db, LANG_panic_location);
    if (!def.id) {
        ce_fail(m, "the library has no `Location`");
        return scal_int(0);
    }
    Place p = ce_temp_place(m, ty_adt(db, def, (Args){0}));
    u64 words[2] = {at.line, at.col};
    Place name = ce_place_field(m, p, 0, 0);
    ce_place_write(
        m, name,
        ce_val_pair(m, scal_ptr(ce_intern_bytes_ptr(m, path, true)), scal_int(path.len), name.ty));
    for (u32 i = 0; i < 2; i++)
        ce_place_write(m, ce_place_field(m, p, 0, 1 + i), ce_val_int(m, words[i], TY_OF(U32)));
    Mem *mem = mem_find(m, (u64)p.addr.bits);
    if (m->failed || !mem) return scal_int(0);
    AllocId id = alloc_intern_mem(m, mem, (Ty){0}, false);
    return m->failed ? scal_int(0) : mem_global_ptr(m, MEM_ALLOC, id.id);
}
