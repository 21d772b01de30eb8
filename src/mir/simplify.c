// Clean-up of the graph: chains of jumps, blocks nobody reaches, blocks with one way in, locals
// nobody uses. Leaves the blocks in reverse postorder, those of unwinding last.

#include "mir/moves.h"

static void set_target(MirBuild *b, MirTerm *term, u32 i, MirBlock to) {
    if (term->kind == MIR_SWITCH) {
        if (i < term->switch_count) {
            b->switches.at[term->switch_first + i].target = to;
            return;
        }
        i -= term->switch_count;
    }
    if (i == 0 && term->target.id != UINT32_MAX) {
        term->target = to;
    } else {
        term->unwind = to;
    }
}

// Where a jump to `block` ends up.
static MirBlock thread(MirBuild *b, MirBlock block) {
    for (u32 steps = 0; steps < 64; steps++) {
        const BuildBlock *row = &b->blocks.at[block.id];
        if (row->stmts.count || row->term.kind != MIR_GOTO || row->term.target.id == block.id)
            break;
        block = row->term.target;
    }
    return block;
}

static bool is_unreachable(const MirBuild *b, MirBlock block) {
    const BuildBlock *row = &b->blocks.at[block.id];
    return row->stmts.count == 0 && row->term.kind == MIR_UNREACHABLE;
}

// What cannot happen need not be tested: the last possible row becomes the rest.
static void drop_impossible_rows(MirBuild *b, MirTerm *term) {
    MirSwitchRow *rows = b->switches.at + term->switch_first;
    u32 kept = 0;
    for (u32 i = 0; i < term->switch_count; i++) {
        if (!is_unreachable(b, rows[i].target)) rows[kept++] = rows[i];
    }
    term->switch_count = kept;
    if (kept && is_unreachable(b, term->target)) term->target = rows[--term->switch_count].target;
}

static void thread_jumps(MirBuild *b) {
    for (u32 i = 0; i < b->blocks.count; i++) {
        MirTerm *term = &b->blocks.at[i].term;
        MirBlock to;
        for (u32 k = 0; term_targets(b, term, k, &to); k++)
            set_target(b, term, k, thread(b, to));
        if (term->unwind.id != UINT32_MAX) {
            const BuildBlock *pad = &b->blocks.at[term->unwind.id];
            if (pad->term.kind == MIR_RESUME && pad->stmts.count == 0) term->unwind = MIR_NO_BLOCK;
        }
        if (term->kind == MIR_SWITCH) drop_impossible_rows(b, term);
        if (term->kind == MIR_SWITCH) {
            bool same = true;
            for (u32 k = 0; k < term->switch_count && same; k++) {
                same = b->switches.at[term->switch_first + k].target.id == term->target.id;
            }
            if (same) {
                MirBlock target = term->target;
                *term = (MirTerm){.kind = MIR_GOTO,
                                  .lo = term->lo,
                                  .hi = term->hi,
                                  .target = target,
                                  .unwind = MIR_NO_BLOCK};
            }
        }
    }
}

typedef struct Walk {
    u32 block, edge;
} Walk;

// Reachable blocks in reverse postorder; answers how many.
static u32 order_blocks(MirBuild *b, u32 *order, u32 *preds) {
    bool *seen = SCRATCH_ARRAY(b->scratch, bool, b->blocks.count);
    Walk *stack = SCRATCH_ARRAY(b->scratch, Walk, b->blocks.count + 1);
    u32 *post = SCRATCH_ARRAY(b->scratch, u32, b->blocks.count + 1);
    u32 depth = 0, count = 0;
    stack[depth++] = (Walk){0, 0};
    seen[0] = true;
    preds[0]++;
    while (depth) {
        Walk *top = &stack[depth - 1];
        MirBlock to;
        if (!term_targets(b, &b->blocks.at[top->block].term, top->edge++, &to)) {
            post[count++] = top->block;
            depth--;
            continue;
        }
        preds[to.id]++;
        if (!seen[to.id]) {
            seen[to.id] = true;
            stack[depth++] = (Walk){to.id, 0};
        }
    }
    u32 at = 0;
    for (u32 round = 0; round < 2; round++) { // ordinary blocks, then cleanup
        for (u32 i = count; i-- > 0;) {
            if (b->blocks.at[post[i]].is_cleanup == (round == 1)) order[at++] = post[i];
        }
    }
    return count;
}

static void merge_blocks(MirBuild *b, const u32 *order, u32 count, const u32 *preds, bool *gone) {
    for (u32 i = 0; i < count; i++) {
        u32 at = order[i];
        if (gone[at]) continue;
        for (;;) {
            MirTerm term = b->blocks.at[at].term;
            if (term.kind != MIR_GOTO || term.target.id == at || preds[term.target.id] != 1 ||
                gone[term.target.id])
                break;
            u32 next = term.target.id;
            if (b->blocks.at[at].is_cleanup != b->blocks.at[next].is_cleanup) break;
            gone[next] = true;
            vec_append(b->scratch, &b->blocks.at[at].stmts, b->blocks.at[next].stmts.at,
                       b->blocks.at[next].stmts.count);
            b->blocks.at[at].term = b->blocks.at[next].term;
        }
    }
}

// ---- locals
// -------------------------------------------------------------------------------------------

typedef struct Renumber {
    MirBuild *b;
    u32 *map; // new id + 1; while counting: 1 if used
    bool counting;
} Renumber;

static void one_local(Renumber *r, MirLocal *local) {
    if (r->counting) {
        r->map[local->id] = 1;
    } else {
        local->id = r->map[local->id] - 1;
    }
}

static void one_operand(Renumber *r, MirOperand *op) {
    if (op->kind != OPERAND_CONST) one_local(r, &op->place.local);
}

static void one_rvalue(Renumber *r, MirRvalue *rv) {
    switch ((MirRvalueKind)rv->kind) {
    case RV_USE:
    case RV_REPEAT:
    case RV_CAST:
    case RV_UNARY: one_operand(r, &rv->a); break;
    case RV_BINARY:
        one_operand(r, &rv->a);
        one_operand(r, &rv->b);
        break;
    case RV_REF:
    case RV_RAW_PTR:
    case RV_DISCRIMINANT: one_local(r, &rv->place.local); break;
    case RV_AGGREGATE:
        for (u32 i = 0; i < rv->operand_count; i++)
            one_operand(r, &r->b->operands.at[rv->operand_first + i]);
        break;
    case RV_THREAD_LOCAL: break;
    }
}

static void one_term(Renumber *r, MirTerm *term) {
    switch ((MirTermKind)term->kind) {
    case MIR_SWITCH: one_operand(r, &term->a); break;
    case MIR_DROP: one_local(r, &term->place.local); break;
    case MIR_CALL:
        one_operand(r, &term->a);
        for (u32 i = 0; i < term->operand_count; i++)
            one_operand(r, &r->b->operands.at[term->operand_first + i]);
        one_local(r, &term->place.local);
        break;
    case MIR_ASSERT:
        one_operand(r, &term->a);
        one_operand(r, &term->b);
        one_operand(r, &term->c);
        break;
    case MIR_GOTO:
    case MIR_RETURN:
    case MIR_UNREACHABLE:
    case MIR_RESUME:
    case MIR_TERMINATE: break;
    }
}

static void visit_all(Renumber *r) {
    MirBuild *b = r->b;
    for (u32 i = 0; i < b->blocks.count; i++) {
        BuildBlock *block = &b->blocks.at[i];
        for (u32 k = 0; k < block->stmts.count; k++) {
            MirStmt *stmt = &block->stmts.at[k];
            if ((stmt->kind == MIR_STORAGE_LIVE || stmt->kind == MIR_STORAGE_DEAD) && r->counting)
                continue;
            one_local(r, &stmt->place.local);
            if (stmt->kind == MIR_ASSIGN) one_rvalue(r, &b->rvalues.at[stmt->rvalue]);
        }
        one_term(r, &block->term);
    }
}

// ---- fresh arrays: only what the body still refers to
// ------------------------------------------------------

typedef struct Repack {
    MirBuild *b, old;
    u32 *const_map, *proj_map; // new index + 1
} Repack;

static void repack_place(Repack *r, MirPlace *place) {
    if (place->proj_count == 0) {
        place->proj_first = 0;
        return;
    }
    MirBuild *b = r->b;
    u32 last = place->proj_first + place->proj_count - 1;
    // A run copied before that ends at the same row and is as long serves again.
    u32 known = r->proj_map[last];
    if (known >= place->proj_count) {
        bool same = true;
        u32 first = known - place->proj_count;
        for (u32 i = 0; i < place->proj_count && same; i++) {
            same = memcmp(&b->projs.at[first + i], &r->old.projs.at[place->proj_first + i],
                          sizeof(MirProj)) == 0;
        }
        if (same) {
            place->proj_first = first;
            return;
        }
    }
    u32 first = b->projs.count;
    vec_append(b->scratch, &b->projs, r->old.projs.at + place->proj_first, place->proj_count);
    place->proj_first = first;
    r->proj_map[last] = b->projs.count;
}

static void repack_operand(Repack *r, MirOperand *op) {
    if (op->kind != OPERAND_CONST) {
        repack_place(r, &op->place);
        return;
    }
    u32 old = op->konst;
    if (!r->const_map[old]) {
        vec_push(r->b->scratch, &r->b->consts, r->old.consts.at[old]);
        r->const_map[old] = r->b->consts.count;
    }
    op->konst = r->const_map[old] - 1;
}

static u32 repack_operands(Repack *r, u32 first, u32 count) {
    u32 at = r->b->operands.count;
    for (u32 i = 0; i < count; i++) {
        MirOperand op = r->old.operands.at[first + i];
        repack_operand(r, &op);
        vec_push(r->b->scratch, &r->b->operands, op);
    }
    return at;
}

static void repack_rvalue(Repack *r, MirRvalue *rv) {
    switch ((MirRvalueKind)rv->kind) {
    case RV_USE:
    case RV_REPEAT:
    case RV_CAST:
    case RV_UNARY: repack_operand(r, &rv->a); break;
    case RV_BINARY:
        repack_operand(r, &rv->a);
        repack_operand(r, &rv->b);
        break;
    case RV_REF:
    case RV_RAW_PTR:
    case RV_DISCRIMINANT: repack_place(r, &rv->place); break;
    case RV_AGGREGATE:
        rv->operand_first = repack_operands(r, rv->operand_first, rv->operand_count);
        break;
    case RV_THREAD_LOCAL: break;
    }
}

static void repack_term(Repack *r, MirTerm *term) {
    switch ((MirTermKind)term->kind) {
    case MIR_SWITCH: {
        repack_operand(r, &term->a);
        u32 first = r->b->switches.count;
        vec_append(r->b->scratch, &r->b->switches, r->old.switches.at + term->switch_first,
                   term->switch_count);
        term->switch_first = first;
        break;
    }
    case MIR_DROP: repack_place(r, &term->place); break;
    case MIR_CALL:
        repack_operand(r, &term->a);
        term->operand_first = repack_operands(r, term->operand_first, term->operand_count);
        repack_place(r, &term->place);
        break;
    case MIR_ASSERT:
        repack_operand(r, &term->a);
        repack_operand(r, &term->b);
        repack_operand(r, &term->c);
        break;
    case MIR_GOTO:
    case MIR_RETURN:
    case MIR_UNREACHABLE:
    case MIR_RESUME:
    case MIR_TERMINATE: break;
    }
}

static void repack(MirBuild *b) {
    Repack r = {.b = b, .old = *b};
    r.const_map = SCRATCH_ARRAY(b->scratch, u32, b->consts.count + 1);
    r.proj_map = SCRATCH_ARRAY(b->scratch, u32, b->projs.count + 1);
#define EMPTY(v) ((v).at = NULL, (v).count = (v).cap = 0)
    EMPTY(b->rvalues);
    EMPTY(b->projs);
    EMPTY(b->operands);
    EMPTY(b->consts);
    EMPTY(b->switches);
#undef EMPTY
    for (u32 i = 0; i < b->blocks.count; i++) {
        BuildBlock *block = &b->blocks.at[i];
        for (u32 k = 0; k < block->stmts.count; k++) {
            MirStmt *stmt = &block->stmts.at[k];
            repack_place(&r, &stmt->place);
            if (stmt->kind != MIR_ASSIGN) continue;
            MirRvalue rv = r.old.rvalues.at[stmt->rvalue];
            repack_rvalue(&r, &rv);
            vec_push(b->scratch, &b->rvalues, rv);
            stmt->rvalue = b->rvalues.count - 1;
        }
        repack_term(&r, &block->term);
    }
    // Named constants that no statement uses any more stay: they must have a value all the same.
    for (u32 i = 0; i < r.old.consts.count; i++)
        if (!r.const_map[i] && r.old.consts.at[i].kind == MIR_CONST_ITEM &&
            !r.old.consts.at[i].is_taken_in)
            vec_push(b->scratch, &b->consts, r.old.consts.at[i]);
}

// `_n = const ()` and other assignments of nothing to locals that are never read, and marks of
// unused locals.
static void drop_useless(MirBuild *b) {
    Renumber r = {
        .b = b, .map = SCRATCH_ARRAY(b->scratch, u32, b->locals.count + 1), .counting = true};
    Ty unit = ty_unit(b->db);
    for (u32 i = 0; i < b->blocks.count; i++) {
        BuildBlock *block = &b->blocks.at[i];
        u32 kept = 0;
        for (u32 k = 0; k < block->stmts.count; k++) {
            MirStmt stmt = block->stmts.at[k];
            if (stmt.kind == MIR_NOP) continue;
            if (stmt.kind == MIR_ASSIGN && stmt.place.proj_count == 0 &&
                ty_eq(b->locals.at[stmt.place.local.id].ty, unit) &&
                b->rvalues.at[stmt.rvalue].kind == RV_USE) {
                continue; // a value without bytes
            }
            block->stmts.at[kept++] = stmt;
        }
        block->stmts.count = kept;
    }
    visit_all(&r);
    for (u32 i = 0; i < b->blocks.count; i++) {
        BuildBlock *block = &b->blocks.at[i];
        u32 kept = 0;
        for (u32 k = 0; k < block->stmts.count; k++) {
            MirStmt stmt = block->stmts.at[k];
            if ((stmt.kind == MIR_STORAGE_LIVE || stmt.kind == MIR_STORAGE_DEAD) &&
                !r.map[stmt.place.local.id])
                continue;
            block->stmts.at[kept++] = stmt;
        }
        block->stmts.count = kept;
    }
}

static void renumber_locals(MirBuild *b) {
    Renumber r = {
        .b = b, .map = SCRATCH_ARRAY(b->scratch, u32, b->locals.count + 1), .counting = true};
    for (u32 i = 0; i <= b->arg_count; i++)
        r.map[i] = 1;
    visit_all(&r);
    for (u32 i = 0; i < b->projs.count; i++) {
        if (b->projs.at[i].kind == PROJ_INDEX) r.map[b->projs.at[i].index] = 1;
    }
    u32 count = 0;
    for (u32 i = 0; i < b->locals.count; i++) {
        if (!r.map[i]) continue;
        b->locals.at[count] = b->locals.at[i];
        r.map[i] = ++count;
    }
    b->locals.count = count;
    r.counting = false;
    visit_all(&r);
    for (u32 i = 0; i < b->projs.count; i++) {
        if (b->projs.at[i].kind == PROJ_INDEX)
            b->projs.at[i].index = r.map[b->projs.at[i].index] - 1;
    }
}

void simplify(MirBuild *b) {
    if (b->is_error || b->blocks.count == 0) return;
    for (u32 i = 0; i < b->blocks.count; i++) {
        if (!b->blocks.at[i].has_term) terminate_block(b, (MirBlock){i}, MIR_UNREACHABLE);
    }
    u32 count = 0;
    u32 *order = SCRATCH_ARRAY(b->scratch, u32, b->blocks.count + 1);
    for (u32 round = 0; round < 2; round++) {
        thread_jumps(b);
        u32 *preds = SCRATCH_ARRAY(b->scratch, u32, b->blocks.count + 1);
        bool *gone = SCRATCH_ARRAY(b->scratch, bool, b->blocks.count + 1);
        count = order_blocks(b, order, preds);
        merge_blocks(b, order, count, preds, gone);
        memset(preds, 0, b->blocks.count * sizeof(u32));
        count = order_blocks(b, order, preds);
    }
    u32 *new_id = SCRATCH_ARRAY(b->scratch, u32, b->blocks.count + 1);
    BuildBlock *blocks = SCRATCH_ARRAY(b->scratch, BuildBlock, count + 1);
    for (u32 i = 0; i < count; i++) {
        new_id[order[i]] = i;
        blocks[i] = b->blocks.at[order[i]];
    }
    for (u32 i = 0; i < count; i++) {
        MirBlock to;
        for (u32 k = 0; term_targets(b, &blocks[i].term, k, &to); k++)
            set_target(b, &blocks[i].term, k, (MirBlock){new_id[to.id]});
    }
    b->blocks.at = blocks;
    b->blocks.count = b->blocks.cap = count;
    drop_useless(b);
    repack(b);
    renumber_locals(b);
}
