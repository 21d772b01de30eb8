// Drop elaboration: each scheduled drop becomes no drop, a plain one, one under a flag, or, for a
// value that was moved out of in part, drops of the parts that are left (rustc: elaborate_drops).
//
// Flags are bool locals, one per path that needs one, false at the start, set where the path is
// initialised and cleared where it is moved out or dropped.

#include "mir/moves.h"

typedef struct Elab {
    MirBuild *b;
    Moves m;
    u32 *flag_of;  // by path: local, 0 none
    PathSet state; // at the drop being elaborated
    bool needs_flags;
    bool planning; // first round: only finds out which flags are needed
    MirBlock resume;
} Elab;

static void state_summary(const Elab *e, u32 path, bool *live, bool *dead) {
    if (bit_get(e->state.init, path)) *live = true;
    if (bit_get(e->state.uninit, path)) *dead = true;
    for (u32 c = e->m.paths.at[path].first_child; c; c = e->m.paths.at[c].next_sibling)
        state_summary(e, c, live, dead);
}

static MirLocal flag(Elab *e, u32 path) {
    if (!e->flag_of[path]) {
        e->flag_of[path] = local_new(e->b, TY_OF(BOOL)).id;
        e->needs_flags = true;
    }
    return (MirLocal){e->flag_of[path]};
}

static MirBlock fresh(Elab *e, bool is_cleanup) {
    MirBlock block = block_new(e->b);
    block_at(e->b, block)->is_cleanup = is_cleanup;
    return block;
}

static MirBlock resume_of(Elab *e) {
    if (e->resume.id == UINT32_MAX) {
        e->resume = fresh(e, true);
        terminate_block(e->b, e->resume, MIR_RESUME);
    }
    return e->resume;
}

static void set_flag(Elab *e, MirBlock block, u32 path, bool on) {
    emit_assign_in(e->b, block, place_local((MirLocal){e->flag_of[path]}),
                   rv_use(op_bits(e->b, TY_OF(BOOL), on)));
}

static bool any_flag(const Elab *e, u32 path) {
    if (e->flag_of[path]) return true;
    for (u32 c = e->m.paths.at[path].first_child; c; c = e->m.paths.at[c].next_sibling) {
        if (any_flag(e, c)) return true;
    }
    return false;
}

static void clear_flags(Elab *e, MirBlock block, u32 path) {
    if (e->flag_of[path]) set_flag(e, block, path, false);
    for (u32 c = e->m.paths.at[path].first_child; c; c = e->m.paths.at[c].next_sibling)
        clear_flags(e, block, c);
}

// DROP place, then the flags of `path` (0: none) are cleared.
static MirBlock plain_drop(Elab *e, MirPlace place, u32 path, MirBlock succ, MirBlock unwind,
                           bool is_cleanup) {
    if (e->planning) return succ;
    if (path && !is_cleanup && any_flag(e, path)) { // nothing tests a flag again while unwinding
        MirBlock reset = fresh(e, is_cleanup);
        clear_flags(e, reset, path);
        terminate_block(e->b, reset, MIR_GOTO)->target = succ;
        succ = reset;
    }
    MirBlock block = fresh(e, is_cleanup);
    MirTerm *term = terminate_block(e->b, block, MIR_DROP);
    term->place = place;
    term->target = succ;
    term->unwind = is_cleanup ? MIR_NO_BLOCK : unwind;
    return block;
}

// if flag(path) goto yes else no
static MirBlock flag_test(Elab *e, u32 path, MirBlock yes, MirBlock no, bool is_cleanup) {
    MirLocal f = flag(e, path);
    if (e->planning || yes.id == no.id) return yes;
    MirBlock block = fresh(e, is_cleanup), saved = e->b->cur;
    e->b->cur = block;
    emit_if(e->b, op_copy(e->b, place_local(f)), yes, no);
    e->b->cur = saved;
    return block;
}

static MirBlock elaborate_path(Elab *e, u32 path, MirBlock succ, MirBlock unwind, bool is_cleanup);

// A part without a path of its own: as alive as its parent.
static MirBlock part_drop(Elab *e, u32 parent, MirPlace place, Ty ty, MirBlock succ,
                          MirBlock unwind, bool is_cleanup) {
    if (!ty_drops(e->b, ty) || !bit_get(e->state.init, parent)) return succ;
    MirBlock drop = plain_drop(e, place, 0, succ, unwind, is_cleanup);
    if (bit_get(e->state.uninit, parent)) return flag_test(e, parent, drop, succ, is_cleanup);
    return drop;
}

static u32 child_with(const Elab *e, u32 path, MirProjKind kind, u32 index) {
    for (u32 c = e->m.paths.at[path].first_child; c; c = e->m.paths.at[c].next_sibling) {
        if (e->m.paths.at[c].proj.kind == kind &&
            (kind == PROJ_DEREF || e->m.paths.at[c].proj.index == index))
            return c;
    }
    return 0;
}

typedef struct Part {
    u32 path; // 0: none of its own
    MirPlace place;
    Ty ty;
} Part;

static MirBlock one_part(Elab *e, u32 owner, const Part *part, MirBlock succ, MirBlock unwind,
                         bool is_cleanup) {
    if (part->path) return elaborate_path(e, part->path, succ, unwind, is_cleanup);
    return part_drop(e, owner, part->place, part->ty, succ, unwind, is_cleanup);
}

// Drops the parts in order; a panic in one goes on with the others.
static MirBlock ladder(Elab *e, u32 owner, const Part *parts, u32 count, MirBlock succ,
                       MirBlock unwind, bool is_cleanup) {
    for (u32 i = count; i-- > 0;) {
        MirBlock before = succ;
        succ = one_part(e, owner, &parts[i], succ, unwind, is_cleanup);
        if (!is_cleanup && i > 0 && succ.id != before.id) {
            MirBlock to = unwind.id == UINT32_MAX ? resume_of(e) : unwind;
            unwind = one_part(e, owner, &parts[i], to, MIR_NO_BLOCK, true);
        }
    }
    return succ;
}

// The parts of a struct, tuple, closure or variant at `base`; owner: the path whose liveness
// counts.
static MirBlock fields_drop(Elab *e, u32 owner, u32 path, MirPlace base, const Ty *tys, u32 count,
                            MirBlock succ, MirBlock unwind, bool is_cleanup) {
    MirBuild *b = e->b;
    Part *parts = SCRATCH_ARRAY(b->scratch, Part, count + 1);
    for (u32 i = 0; i < count; i++) {
        u32 child = child_with(e, path, PROJ_FIELD, i);
        parts[i] =
            (Part){.path = child,
                   .place = child ? e->m.paths.at[child].place : place_field(b, base, i, tys[i]),
                   .ty = tys[i]};
    }
    return ladder(e, owner, parts, count, succ, unwind, is_cleanup);
}

static MirBlock box_drop(Elab *e, u32 path, MirBlock succ, MirBlock unwind, bool is_cleanup) {
    MirBuild *b = e->b;
    Db *db = b->db;
    MirPlace place = e->m.paths.at[path].place;
    Ty ty = e->m.paths.at[path].ty;
    u32 inner = child_with(e, path, PROJ_DEREF, 0);
    // Freeing: Box's own Drop, which does not touch the contents; then the allocator.
    for (u32 round = is_cleanup ? 1 : 0; round < 2; round++) {
        bool cleanup = round == 1;
        MirBlock to = !cleanup || is_cleanup    ? succ
                      : unwind.id == UINT32_MAX ? resume_of(e)
                                                : unwind;
        MirBlock free_block = to;
        if (!e->planning) {
            Ty alloc = build_field_ty(b, ty, 0, 1);
            if (ty_drops(b, alloc))
                free_block = plain_drop(e, place_field(b, place, 1, alloc), 0, to, unwind, cleanup);
            MirBlock call = fresh(e, cleanup), saved = b->cur;
            Ty ref = ty_ref(db, ty, true);
            MirPlace self = place_local(local_new(b, ref));
            emit_assign_in(b, call, self, rv_ref(b, place, true));
            MirOperand arg = op_move(b, self),
                       fn = op_fn(b, trait_method(db, LANG_drop, STR("drop")),
                                  args_intern(db, &ty, 1));
            u32 first = b->operands.count;
            vec_push(b->scratch, &b->operands, arg);
            MirLocal unit = local_new(b, ty_unit(db));
            MirTerm *term = terminate_block(b, call, MIR_CALL);
            term->a = fn;
            term->operand_first = first;
            term->operand_count = 1;
            term->place = place_local(unit);
            term->target = free_block;
            term->unwind = cleanup ? MIR_NO_BLOCK : unwind;
            free_block = call;
            b->cur = saved;
        }
        if (bit_get(e->state.uninit, path))
            free_block = flag_test(e, path, free_block, to, cleanup);
        if (!bit_get(e->state.init, path)) free_block = to;
        if (is_cleanup || !cleanup)
            succ = free_block;
        else
            unwind = free_block;
    }
    return inner ? elaborate_path(e, inner, succ, is_cleanup ? MIR_NO_BLOCK : unwind, is_cleanup)
                 : succ;
}

static MirBlock enum_drop(Elab *e, u32 path, MirBlock succ, MirBlock unwind, bool is_cleanup) {
    MirBuild *b = e->b;
    Db *db = b->db;
    Ty ty = e->m.paths.at[path].ty;
    MirPlace place = e->m.paths.at[path].place;
    const AdtDef *adt = adt_def(db, ty_row(db, ty)->def);
    MirSwitchRow *rows = SCRATCH_ARRAY(b->scratch, MirSwitchRow, adt->variants.count + 1);
    u32 row_count = 0;
    bool is_needed = false, rest_drops = false;
    for (u32 v = 0; v < adt->variants.count; v++) {
        u32 field_count = adt_variant(adt, v)->field_count;
        Ty *tys = SCRATCH_ARRAY(b->scratch, Ty, field_count + 1);
        bool drops = false;
        for (u32 i = 0; i < field_count; i++) {
            tys[i] = build_field_ty(b, ty, v, i);
            drops = drops || ty_drops(b, tys[i]);
        }
        u32 child = child_with(e, path, PROJ_DOWNCAST, v);
        if (!child) {
            rest_drops = rest_drops || drops;
            continue;
        }
        MirBlock to = fields_drop(e, path, child, e->m.paths.at[child].place, tys, field_count,
                                  succ, unwind, is_cleanup);
        if (to.id != succ.id) is_needed = true;
        u128 bits;
        if (!variant_discr(db, adt, v, &bits))
            build_unsupported(b, "the discriminant of a variant");
        rows[row_count++] =
            (MirSwitchRow){.lo_bits = (u64)bits, .hi_bits = (u64)(bits >> 64), .target = to};
    }
    MirBlock out = succ;
    if (is_needed || rest_drops || e->planning) {
        MirBlock rest = rest_drops ? plain_drop(e, place, 0, succ, unwind, is_cleanup) : succ;
        if (!e->planning) {
            MirBlock block = fresh(e, is_cleanup), saved = b->cur;
            b->cur = block;
            MirRvalue discr = {.kind = RV_DISCRIMINANT, .place = place};
            MirOperand value = operand_of_rvalue(b, discr, discr_ty(db, adt->def));
            emit_switch(b, value, rows, row_count, rest);
            b->cur = saved;
            out = block;
        }
    }
    if (bit_get(e->state.uninit, path) && (out.id != succ.id || e->planning))
        out = flag_test(e, path, out, succ, is_cleanup);
    return out;
}

// Elements with paths of their own one by one, the runs between them as arrays: from the last to
// the first, as rustc does it.
static MirBlock array_drop(Elab *e, u32 path, MirBlock succ, MirBlock unwind, bool is_cleanup) {
    MirBuild *b = e->b;
    MirPlace place = e->m.paths.at[path].place;
    const TyRow *row = ty_row(b->db, e->m.paths.at[path].ty);
    u32 len = (u32)ty_row(b->db, row->len)->lo_bits;
    VEC(Part) parts = {0};
    for (u32 end = len; end > 0;) {
        u32 start = 0, below = 0; // the last element below `end` that has a path
        for (u32 c = e->m.paths.at[path].first_child; c; c = e->m.paths.at[c].next_sibling) {
            const MirProj *proj = &e->m.paths.at[c].proj;
            if (proj->kind != PROJ_CONSTANT_INDEX || proj->index >= end) continue;
            if (below && proj->index < start) continue;
            below = c;
            start = proj->index;
        }
        u32 from = below ? start + 1 : 0;
        if (from < end) {
            MirProj proj = {.kind = PROJ_SUBSLICE, .index = from, .to = end};
            if (end - from == 1)
                proj = (MirProj){.kind = PROJ_CONSTANT_INDEX, .index = from, .to = len};
            Part run = {.place = place_proj(b, place, proj), .ty = row->elem};
            vec_push(b->scratch, &parts, run);
        }
        if (!below) break;
        Part one = {.path = below, .place = e->m.paths.at[below].place, .ty = row->elem};
        vec_push(b->scratch, &parts, one);
        end = start;
    }
    return ladder(e, path, parts.at, parts.count, succ, unwind, is_cleanup);
}

static MirBlock open_drop(Elab *e, u32 path, MirBlock succ, MirBlock unwind, bool is_cleanup) {
    MirBuild *b = e->b;
    Db *db = b->db;
    Ty ty = e->m.paths.at[path].ty;
    MirPlace place = e->m.paths.at[path].place;
    const TyRow *row = ty_row(db, ty);
    if (row->kind == TY_TUPLE) {
        u32 count;
        const Ty *elems = ty_elems(db, ty, &count);
        return fields_drop(e, path, path, place, elems, count, succ, unwind, is_cleanup);
    }
    if (row->kind == TY_CLOSURE) {
        u32 count;
        const Ty *upvars = args_at(db, closure_upvar_tys(db, ty), &count);
        return fields_drop(e, path, path, place, upvars, count, succ, unwind, is_cleanup);
    }
    if (row->kind == TY_ARRAY) return array_drop(e, path, succ, unwind, is_cleanup);
    if (row->kind != TY_ADT) return plain_drop(e, place, path, succ, unwind, is_cleanup);
    if (ty_is_box(db, ty)) return box_drop(e, path, succ, unwind, is_cleanup);
    const AdtDef *adt = adt_def(db, row->def);
    if (adt->kind == DEF_ENUM) return enum_drop(e, path, succ, unwind, is_cleanup);
    u32 count = adt_variant(adt, 0)->field_count;
    Ty *tys = SCRATCH_ARRAY(b->scratch, Ty, count + 1);
    for (u32 i = 0; i < count; i++)
        tys[i] = build_field_ty(b, ty, 0, i);
    return fields_drop(e, path, path, place, tys, count, succ, unwind, is_cleanup);
}

static MirBlock elaborate_path(Elab *e, u32 path, MirBlock succ, MirBlock unwind, bool is_cleanup) {
    bool live = false, dead = false;
    state_summary(e, path, &live, &dead);
    MirPlace place = e->m.paths.at[path].place;
    if (!live || !ty_drops(e->b, e->m.paths.at[path].ty)) return succ;
    if (!dead) return plain_drop(e, place, path, succ, unwind, is_cleanup);
    if (!e->m.paths.at[path].first_child) {
        return flag_test(e, path, plain_drop(e, place, path, succ, unwind, is_cleanup), succ,
                         is_cleanup);
    }
    if (!e->planning && !is_cleanup && any_flag(e, path)) {
        MirBlock reset = fresh(e, is_cleanup);
        clear_flags(e, reset, path);
        terminate_block(e->b, reset, MIR_GOTO)->target = succ;
        succ = reset;
    }
    return open_drop(e, path, succ, unwind, is_cleanup);
}

static void each_drop(Elab *e, u32 block_count) {
    MirBuild *b = e->b;
    for (u32 i = 0; i < block_count; i++) {
        if (b->blocks.at[i].term.kind != MIR_DROP || !e->m.reached[i]) continue;
        MirTerm term = b->blocks.at[i].term;
        u32 path = moves_find(&e->m, term.place);
        if (!path) {
            if (ty_drops(b, place_ty(b, term.place))) continue; // behind a reference: as it is
            b->blocks.at[i].term.kind = MIR_GOTO;
            b->blocks.at[i].term.unwind = MIR_NO_BLOCK;
            continue;
        }
        moves_state_at_end(&e->m, (MirBlock){i}, &e->state);
        b->lo = term.lo;
        b->hi = term.hi;
        bool is_cleanup = b->blocks.at[i].is_cleanup;
        MirBlock to = elaborate_path(e, path, term.target, term.unwind, is_cleanup);
        if (e->planning) continue;
        b->blocks.at[i].term = (MirTerm){
            .kind = MIR_GOTO, .lo = term.lo, .hi = term.hi, .target = to, .unwind = MIR_NO_BLOCK};
    }
}

// ---- flags
// --------------------------------------------------------------------------------------------

typedef VEC(MirStmt) StmtVec;
typedef struct FlagCx {
    Elab *e;
    StmtVec *out;
    u32 lo;
} FlagCx;

static void flag_stmt(Elab *e, StmtVec *out, u32 path, bool on, u32 lo) {
    MirBuild *b = e->b;
    if (e->flag_of[path]) {
        vec_push(b->scratch, &b->rvalues, rv_use(op_bits(b, TY_OF(BOOL), on)));
        vec_push(b->scratch, out,
                 (MirStmt){.kind = MIR_ASSIGN,
                           .lo = lo,
                           .place = place_local((MirLocal){e->flag_of[path]}),
                           .rvalue = b->rvalues.count - 1});
    }
    for (u32 c = e->m.paths.at[path].first_child; c; c = e->m.paths.at[c].next_sibling)
        flag_stmt(e, out, c, on, lo);
}

static void flag_event(void *cx, u32 path, bool is_init) {
    FlagCx *f = cx;
    flag_stmt(f->e, f->out, path, is_init, f->lo);
}

static void write_flags(Elab *e, u32 block_count, const MirTerm *old_terms) {
    MirBuild *b = e->b;
    u32 *preds = SCRATCH_ARRAY(b->scratch, u32, b->blocks.count + 1);
    for (u32 i = 0; i < b->blocks.count; i++) {
        MirBlock to;
        for (u32 k = 0; term_targets(b, &b->blocks.at[i].term, k, &to); k++)
            preds[to.id]++;
    }
    VEC(StmtVec)
    fronts = {0}; // statements to put before a block's own, once all blocks have theirs
    U32Vec front_of = {0};
    for (u32 i = 0; i < block_count; i++) {
        StmtVec out = {0};
        FlagCx cx = {e, &out, 0};
        if (i == 0) {
            for (u32 p = 1; p < e->m.paths.count; p++) {
                if (!e->flag_of[p]) continue;
                bool on = bit_get(e->m.entry[0].init, p);
                vec_push(b->scratch, &b->rvalues, rv_use(op_bits(b, TY_OF(BOOL), on)));
                vec_push(b->scratch, &out,
                         (MirStmt){.kind = MIR_ASSIGN,
                                   .place = place_local((MirLocal){e->flag_of[p]}),
                                   .rvalue = b->rvalues.count - 1});
            }
        }
        u32 stmt_count = b->blocks.at[i].stmts.count;
        for (u32 k = 0; k < stmt_count; k++) {
            MirStmt stmt = b->blocks.at[i].stmts.at[k];
            vec_push(b->scratch, &out, stmt);
            cx.lo = stmt.lo;
            if (stmt.kind == MIR_ASSIGN) moves_stmt_events(&e->m, &stmt, flag_event, &cx);
        }
        const MirTerm *term = &old_terms[i];
        cx.lo = term->lo;
        if (term->kind == MIR_CALL) moves_term_events(&e->m, term, flag_event, &cx);
        b->blocks.at[i].stmts.at = out.at;
        b->blocks.at[i].stmts.count = out.count;
        b->blocks.at[i].stmts.cap = out.cap;
        u32 dest = moves_call_dest(&e->m, term);
        if (dest && term->target.id != UINT32_MAX && any_flag(e, dest)) {
            StmtVec front = {0};
            flag_stmt(e, &front, dest, true, term->lo);
            if (preds[term->target.id] > 1) {
                MirBlock edge = block_new(b);
                block_at(b, edge)->is_cleanup = b->blocks.at[i].is_cleanup;
                vec_append(b->scratch, &block_at(b, edge)->stmts, front.at, front.count);
                terminate_block(b, edge, MIR_GOTO)->target = term->target;
                b->blocks.at[i].term.target = edge;
            } else {
                vec_push(b->scratch, &fronts, front);
                vec_push(b->scratch, &front_of, term->target.id);
            }
        }
    }
    for (u32 i = 0; i < fronts.count; i++) {
        BuildBlock *block = &b->blocks.at[front_of.at[i]];
        StmtVec all = fronts.at[i];
        vec_append(b->scratch, &all, block->stmts.at, block->stmts.count);
        block->stmts.at = (void *)all.at;
        block->stmts.count = all.count;
        block->stmts.cap = all.cap;
    }
}

void elaborate_drops(MirBuild *b) {
    bool any = false;
    for (u32 i = 0; i < b->blocks.count && !any; i++)
        any = b->blocks.at[i].term.kind == MIR_DROP;
    if (!any) return;
    Elab *e = SCRATCH_NEW(b->scratch, Elab);
    e->b = b;
    e->resume = MIR_NO_BLOCK;
    u32 block_count = b->blocks.count;
    moves_gather(&e->m, b);
    e->m.words += 1;
    moves_flow(&e->m);
    e->flag_of = SCRATCH_ARRAY(b->scratch, u32, e->m.paths.count + 1);
    e->planning = true;
    each_drop(e, block_count);
    e->planning = false;
    MirTerm *old_terms = SCRATCH_ARRAY(b->scratch, MirTerm, block_count + 1);
    for (u32 i = 0; i < block_count; i++)
        old_terms[i] = b->blocks.at[i].term;
    each_drop(e, block_count);
    if (e->needs_flags) write_flags(e, block_count, old_terms);
}
