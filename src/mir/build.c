// One body: its frame (arguments, return, blocks), the query, the packing of the result.

#include "mir/flatten.h"
#include "mir/mir_internal.h"

// ---- blocks and statements
// ------------------------------------------------------------------------

void build_unsupported(MirBuild *b, const char *what) {
    if (b->is_error) return;
    b->is_error = true;
    b->reason = symbol_intern(&b->db->symbols, str_from(what));
}

MirLocal local_new(MirBuild *b, Ty ty) {
    vec_push(b->scratch, &b->locals, (MirLocalDecl){.ty = ty});
    return (MirLocal){b->locals.count - 1};
}

MirBlock block_new(MirBuild *b) {
    vec_push(b->scratch, &b->blocks, (BuildBlock){0});
    return (MirBlock){b->blocks.count - 1};
}

void emit_stmt(MirBuild *b, MirStmt stmt) {
    BuildBlock *block = block_at(b, b->cur);
    CHECK(!block->has_term);
    vec_push(b->scratch, &block->stmts, stmt);
}

void emit_assign_in(MirBuild *b, MirBlock to, MirPlace dest, MirRvalue rvalue) {
    dest = place_resolve(b, dest);
    vec_push(b->scratch, &b->rvalues, rvalue);
    MirStmt stmt = {.kind = MIR_ASSIGN, .lo = b->lo, .place = dest, .rvalue = b->rvalues.count - 1};
    vec_push(b->scratch, &block_at(b, to)->stmts, stmt);
}

void emit_assign(MirBuild *b, MirPlace dest, MirRvalue rvalue) {
    CHECK(!block_at(b, b->cur)->has_term);
    emit_assign_in(b, b->cur, dest, rvalue);
}

MirTerm *terminate_block(MirBuild *b, MirBlock at, MirTermKind kind) {
    BuildBlock *block = block_at(b, at);
    CHECK(!block->has_term);
    block->has_term = true;
    block->term = (MirTerm){
        .kind = (u8)kind, .lo = b->lo, .hi = b->hi, .target = MIR_NO_BLOCK, .unwind = MIR_NO_BLOCK};
    return &block->term;
}

MirTerm *terminate(MirBuild *b, MirTermKind kind) {
    return terminate_block(b, b->cur, kind);
}
void emit_goto(MirBuild *b, MirBlock target) {
    terminate(b, MIR_GOTO)->target = target;
}
void start_dead_block(MirBuild *b) {
    b->cur = block_new(b);
}

void emit_assert(MirBuild *b, MirOperand cond, bool expected, MirAssertKind kind, MirBinOp op,
                 MirOperand x, MirOperand y, bool if_checks) {
    MirBlock next = block_new(b);
    MirBlock unwind = unwind_block(b);
    MirTerm *term = terminate(b, MIR_ASSERT);
    term->a = op_again(cond);
    term->b = x;
    term->c = y;
    term->expected = expected;
    term->assert_kind = (u8)kind;
    term->op = (u8)op;
    term->if_checks = if_checks;
    term->target = next;
    term->unwind = unwind;
    b->cur = next;
}

void emit_switch(MirBuild *b, MirOperand value, const MirSwitchRow *rows, u32 count,
                 MirBlock otherwise) {
    u32 first = b->switches.count;
    vec_append(b->scratch, &b->switches, rows, count);
    MirTerm *term = terminate(b, MIR_SWITCH);
    term->a = op_again(value);
    term->switch_first = first;
    term->switch_count = count;
    term->target = otherwise;
}

void emit_if(MirBuild *b, MirOperand cond, MirBlock yes, MirBlock no) {
    MirSwitchRow row = {.lo_bits = 0, .target = no};
    emit_switch(b, cond, &row, 1, yes);
}

HirSpan expr_span(MirBuild *b, HirExpr e) {
    return *HIR_AT(b->hir, HirSpan, expr_spans, e.id);
}

void set_pos(MirBuild *b, HirExpr e) {
    HirSpan span = expr_span(b, e);
    b->lo = span.lo;
    b->hi = span.hi;
}

Span diag_span(MirBuild *b, HirSpan span) {
    return (Span){SPAN_DEF | b->hir->owner.id, span.lo, span.hi};
}

// ---- frames
// -----------------------------------------------------------------------------------------

MirBuild *build_new(Db *db, Scratch *scratch, DefId owner, const HirBody *hir, const Typeck *typeck,
                    PromotedVec *promoted) {
    MirBuild *b = SCRATCH_NEW(scratch, MirBuild);
    b->db = db;
    b->scratch = scratch;
    b->owner = owner;
    b->root = def_typeck_root(db, owner);
    b->hir = hir;
    b->typeck = typeck;
    b->env = param_env(db, b->root);
    b->promoted = promoted;
    b->resume_block = MIR_NO_BLOCK;
    b->temp_scope = b->var_scope = SCOPE_NEVER;
    const CrateRow *crate = crate_row(db, def_crate(db, owner));
    b->is_2024 = crate->edition >= 2024;
    b->if_checks = (def_attrs(db, b->root)->flags & DEF_ATTR_INHERIT_OVERFLOW_CHECKS) != 0;
    b->check_overflow =
        b->if_checks || (crate->is_local && db->options && db->options->overflow_checks);
    if (hir) {
        b->var_place = SCRATCH_ARRAY(scratch, MirPlace, hir->t.locals.count + 1);
        for (u32 i = 0; i < hir->t.locals.count; i++)
            b->var_place[i].proj_first = UINT32_MAX;
        b->var_scheduled = SCRATCH_ARRAY(scratch, u8, hir->t.locals.count + 1);
        b->ext = SCRATCH_ARRAY(scratch, u32, hir->t.exprs.count + 1);
        b->ext_super = SCRATCH_ARRAY(scratch, u32, hir->t.pats.count + 1);
    }
    return b;
}

static void add_arg(MirBuild *b, Ty ty) {
    MirLocal arg = local_new(b, ty);
    b->locals.at[arg.id].is_arg = true;
    b->arg_count++;
}

static void begin_frame(MirBuild *b) {
    b->cur = block_new(b);
    b->return_block = block_new(b);
    terminate_block(b, b->return_block, MIR_RETURN);
}

// fn and closure bodies: arguments live in the outermost scope, the body's temporaries in one
// inside.
static void build_fn_body(MirBuild *b, HirList params, u32 first_arg, HirExpr value) {
    begin_frame(b);
    b->var_scope = b->temp_scope = scope_push(b);
    set_pos(b, value);
    if (first_arg == 2) schedule_drop(b, b->var_scope, (MirLocal){1}, b->locals.at[1].ty);
    build_params(b, params, first_arg);
    expr_into_terminating(b, place_local((MirLocal){0}), value);
    scope_pop_to(b, 0);
    emit_goto(b, b->return_block);
}

static void build_fn(MirBuild *b) {
    const FnSig *sig = fn_sig(b->db, b->owner);
    (void)local_new(b, ty_normal(b, sig->output));
    for (u32 i = 0; i < sig->inputs.count; i++)
        add_arg(b, ty_normal(b, LIST_AT(sig, Ty, sig->inputs)[i]));
    if (sig->abi == ABI_RUST_CALL && b->arg_count) b->spread_arg = b->arg_count;
    if (b->hir->is_variadic || b->hir->params.count > b->arg_count) {
        build_unsupported(b, "a C-variadic function");
        return;
    }
    build_fn_body(b, b->hir->params, 1, b->hir->value);
}

static void build_closure(MirBuild *b) {
    Db *db = b->db;
    const ClosureInfo *info = b->closure;
    const HirClosure *closure = NULL;
    for (u32 i = 0; i < b->hir->t.closures.count && !closure; i++) {
        const HirClosure *row = HIR_AT(b->hir, HirClosure, closures, i);
        if (def_eq(row->def, b->owner)) closure = row;
    }
    u32 count;
    const Ty *sig = args_at(db, info->sig, &count);
    if (!closure || count != closure->params.count + 1) {
        build_unsupported(b, "a closure of this kind");
        return;
    }
    b->closure_ty = ty_closure(db, b->owner, generics_identity(db, b->root));
    (void)local_new(b, sig[count - 1]);
    add_arg(b, info->kind == 2 ? b->closure_ty : ty_ref(db, b->closure_ty, info->kind == 1));
    for (u32 i = 0; i + 1 < count; i++)
        add_arg(b, sig[i]);
    build_fn_body(b, closure->params, 2, closure->body);
}

// Constants and statics: what an initializer borrows lives on in the value.
static void build_const_body(MirBuild *b) {
    DefKind kind = def_kind(b->db, b->owner);
    bool has_type = kind == DEF_CONST || kind == DEF_STATIC || kind == DEF_ASSOC_CONST;
    Ty ty = has_type ? ty_normal(b, type_of(b->db, b->owner))
                     : typeck_adjusted(b->typeck, b->hir->value);
    (void)local_new(b, ty);
    b->is_const_body = b->check_overflow = true;
    b->if_checks = false;
    begin_frame(b);
    set_pos(b, b->hir->value);
    extend_initializer(b, b->hir->value, (HirPat){0}, EXT_NEVER);
    expr_into_terminating(b, place_local((MirLocal){0}), b->hir->value);
    scope_pop_to(b, 0);
    emit_goto(b, b->return_block);
}

// A tuple struct's or variant's constructor as a function: fn(fields) -> Adt { Adt(fields) }
static void build_ctor(MirBuild *b, DefId ctor) {
    Db *db = b->db;
    bool is_variant = def_kind(db, ctor) == DEF_VARIANT;
    DefId adt_id = is_variant ? def_row(db, ctor)->parent : ctor;
    const AdtDef *adt = adt_def(db, adt_id);
    u32 index = is_variant ? adt_variant_index(db, ctor) : 0;
    const AdtVariant *variant = adt_variant(adt, index);
    Ty ty = ty_adt(db, adt_id, generics_identity(db, adt_id));
    (void)local_new(b, ty);
    MirOperand *ops = SCRATCH_ARRAY(b->scratch, MirOperand, variant->field_count + 1);
    for (u32 i = 0; i < variant->field_count; i++) {
        add_arg(b, adt_field(adt, variant, i)->ty);
        ops[i] = op_move(b, place_local((MirLocal){i + 1}));
    }
    begin_frame(b);
    emit_assign(b, place_local((MirLocal){0}),
                rv_aggregate(b, AGG_ADT, ty, index, ops, variant->field_count));
    emit_goto(b, b->return_block);
}

// ---- the query
// ----------------------------------------------------------------------------------------

typedef struct MirBlob {
    MirBody body;
    bool has_body;
    List promoted; // u64: offsets from the blob's start
} MirBlob;

void mir_pack(MirBuild *b, Blob *blob, u32 header_bytes) {
    blob_begin(blob, b->scratch, header_bytes);
    u32 stmt_count = 0;
    for (u32 i = 0; i < b->blocks.count; i++)
        stmt_count += b->blocks.at[i].stmts.count;
    MirStmt *stmts = SCRATCH_ARRAY(b->scratch, MirStmt, stmt_count + 1);
    MirBlockRow *rows = SCRATCH_ARRAY(b->scratch, MirBlockRow, b->blocks.count + 1);
    u32 at = 0;
    for (u32 i = 0; i < b->blocks.count; i++) {
        const BuildBlock *block = &b->blocks.at[i];
        rows[i].stmt_first = at;
        rows[i].stmt_count = block->stmts.count;
        rows[i].term = block->term;
        rows[i].is_cleanup = block->is_cleanup;
        if (block->stmts.count)
            memcpy(stmts + at, block->stmts.at, block->stmts.count * sizeof(MirStmt));
        at += block->stmts.count;
    }
    MirBody body = {
        .owner = b->owner,
        .is_error = b->is_error,
        .reason = b->reason,
        .arg_count = b->arg_count,
        .spread_arg = b->spread_arg,
    };
    if (!b->is_error) {
        body.locals = blob_add(blob, b->locals.at, b->locals.count, sizeof(MirLocalDecl));
        body.blocks = blob_add(blob, rows, b->blocks.count, sizeof(MirBlockRow));
        body.stmts = blob_add(blob, stmts, stmt_count, sizeof(MirStmt));
        body.rvalues = blob_add(blob, b->rvalues.at, b->rvalues.count, sizeof(MirRvalue));
        body.projs = blob_add(blob, b->projs.at, b->projs.count, sizeof(MirProj));
        body.operands = blob_add(blob, b->operands.at, b->operands.count, sizeof(MirOperand));
        body.consts = blob_add(blob, b->consts.at, b->consts.count, sizeof(MirConst));
        body.switches = blob_add(blob, b->switches.at, b->switches.count, sizeof(MirSwitchRow));
        body.scopes = blob_add(blob, b->taken_in, b->taken_in_count, sizeof(MirScope));
        for (u32 i = 0; i < b->consts.count; i++)
            body.needed_consts +=
                b->consts.at[i].kind == MIR_CONST_ITEM && !b->consts.at[i].is_taken_in;
        body.promoted_count = b->in_promoted ? 0 : b->promoted->count;
    }
    *(MirBody *)blob_header(blob) = body;
}

void mir_return(MirBuild *b) {
    Blob blob;
    mir_pack(b, &blob, sizeof(MirBlob));
    u32 count = b->is_error ? 0 : b->promoted->count;
    u64 *offsets = SCRATCH_ARRAY(b->scratch, u64, count + 1);
    for (u32 i = 0; i < count; i++) {
        offsets[i] = blob_add(&blob, b->promoted->at[i].at, b->promoted->at[i].bytes, 1).offset;
    }
    List promoted = blob_add(&blob, offsets, count, sizeof(u64));
    MirBlob *header = blob_header(&blob);
    header->has_body = true;
    header->promoted = promoted;
    query_return_blob(b->db, &blob);
}

void mir_return_none(Db *db, DefId owner, Symbol reason, bool is_error) {
    MirBlob *none = SCRATCH_NEW(&db->scratch, MirBlob);
    none->body.owner = owner;
    none->body.is_error = is_error;
    none->body.reason = reason;
    none->has_body = is_error;
    query_return(db, none, sizeof *none);
}

static void finish(MirBuild *b) {
    if (!b->is_error) {
        simplify(b); // also removes what was never reached, so that the analysis is small
        elaborate_drops(b);
    }
    if (!b->is_error) simplify(b);
    mir_return(b);
}

static void mir_run(Db *db, u32 key) {
    DefId owner = {key};
    Scratch *scratch = &db->scratch;
    PromotedVec promoted = {0};
    DefKind kind = def_kind(db, owner);
    if (kind == DEF_STRUCT || kind == DEF_VARIANT) {
        MirBuild *b = build_new(db, scratch, owner, NULL, NULL, &promoted);
        build_ctor(b, owner);
        simplify(b);
        mir_return(b);
        return;
    }
    const Typeck *t = NULL;
    const ClosureInfo *info = NULL;
    const HirBody *hir;
    if (kind == DEF_CLOSURE) {
        info = closure_info(db, owner, &t);
        if (!info || !t) {
            mir_return_none(db, owner, (Symbol){0}, true);
            return;
        }
        hir = hir_body(db, t->owner);
    } else {
        hir = hir_body(db, owner);
        if (hir) t = typeck(db, owner);
    }
    if (!hir) {
        mir_return_none(db, owner, (Symbol){0}, false);
        return;
    }
    if (!t || t->is_tainted) {
        mir_return_none(db, owner, (Symbol){0}, true);
        return;
    }
    MirBuild *b = build_new(db, scratch, owner, hir, t, &promoted);
    b->closure = info;
    if (kind == DEF_CLOSURE) {
        build_closure(b);
    } else if (kind == DEF_FN || kind == DEF_ASSOC_FN) {
        build_fn(b);
    } else {
        build_const_body(b);
    }
    finish(b);
}

const MirBody *mir_of(Db *db, DefId owner) {
    const MirBlob *blob = query_get(db, Q_mir, owner.id);
    return blob->has_body ? &blob->body : NULL;
}

const MirBody *mir_flat(Db *db, DefId owner) {
    const MirBlob *blob = query_get(db, Q_flat_mir, owner.id);
    return blob->has_body ? &blob->body : NULL;
}

const MirBody *mir_promoted(Db *db, DefId owner, u32 index) {
    const MirBlob *blob = query_get(db, Q_mir, owner.id);
    CHECK(index < blob->promoted.count);
    return (const MirBody *)((const u8 *)blob + LIST_AT(blob, u64, blob->promoted)[index]);
}

void mir_register(Db *db) {
    query_register(db, Q_mir, mir_run);
}
