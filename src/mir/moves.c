#include "mir/moves.h"

u32 term_targets(const MirBuild *b, const MirTerm *term, u32 i, MirBlock *out) {
    if (term->kind == MIR_SWITCH) {
        if (i < term->switch_count) {
            *out = b->switches.at[term->switch_first + i].target;
            return 1;
        }
        i -= term->switch_count;
    }
    if (i == 0 && term->target.id != UINT32_MAX) {
        *out = term->target;
        return 1;
    }
    if (i == (term->target.id != UINT32_MAX ? 1u : 0u) && term->unwind.id != UINT32_MAX) {
        *out = term->unwind;
        return 1;
    }
    return 0;
}

// ---- paths
// ------------------------------------------------------------------------------------------

static u32 child_find(const Moves *m, u32 path, const MirProj *proj) {
    for (u32 c = m->paths.at[path].first_child; c; c = m->paths.at[c].next_sibling) {
        const MirProj *p = &m->paths.at[c].proj;
        if (p->kind == proj->kind && p->index == proj->index) return c;
    }
    return 0;
}

static bool is_trackable(MirBuild *b, Ty ty, const MirProj *proj) {
    switch ((MirProjKind)proj->kind) {
    case PROJ_FIELD: {
        const TyRow *row = ty_row(b->db, ty);
        return !(row->kind == TY_ADT && def_kind(b->db, row->def) == DEF_UNION);
    }
    case PROJ_DOWNCAST: return true;
    case PROJ_DEREF: return ty_is_box(b->db, ty);
    case PROJ_CONSTANT_INDEX: return ty_kind(b->db, ty) == TY_ARRAY && !proj->from_end;
    case PROJ_INDEX:
    case PROJ_SUBSLICE: return false;
    }
    return false;
}

u32 moves_find(const Moves *m, MirPlace place) {
    u32 path = m->root_of[place.local.id];
    for (u32 i = 0; path && i < place.proj_count; i++)
        path = child_find(m, path, &m->b->projs.at[place.proj_first + i]);
    return path;
}

static u32 path_make(Moves *m, MirPlace place) {
    MirBuild *b = m->b;
    u32 path = m->root_of[place.local.id];
    if (!path) return 0;
    for (u32 i = 0; i < place.proj_count; i++) {
        MirProj proj = b->projs.at[place.proj_first + i];
        u32 child = child_find(m, path, &proj);
        if (!child) {
            Ty ty = m->paths.at[path].ty;
            if (!is_trackable(b, ty, &proj)) return 0;
            MovePath row = {.proj = proj, .parent = path, .place = place};
            row.place.proj_count = i + 1;
            row.ty = proj_ty(b->db, ty, &proj, 1, NULL);
            row.next_sibling = m->paths.at[path].first_child;
            vec_push(b->scratch, &m->paths, row);
            child = m->paths.count - 1;
            m->paths.at[path].first_child = child;
        }
        path = child;
    }
    return path;
}

// The elements an array's sub-slice covers, or the place itself: visit is called for each place.
typedef void EachPlace(void *cx, MirPlace place);
static void each_element(MirBuild *b, MirPlace place, EachPlace *visit, void *cx) {
    if (place.proj_count) {
        MirProj last = b->projs.at[place.proj_first + place.proj_count - 1];
        if (last.kind == PROJ_SUBSLICE) {
            MirPlace base = place;
            base.proj_count--;
            if (ty_kind(b->db, place_ty(b, base)) == TY_ARRAY) {
                for (u32 i = last.index; i < last.to; i++) {
                    visit(cx,
                          place_proj(
                              b, base,
                              (MirProj){.kind = PROJ_CONSTANT_INDEX, .index = i, .to = last.to}));
                }
                return;
            }
        }
    }
    visit(cx, place);
}

static void gather_one(void *cx, MirPlace place) {
    (void)path_make(cx, place);
}

static void gather_place(Moves *m, MirPlace place) {
    if (place.proj_count == 0 || !m->root_of[place.local.id]) return;
    if (!ty_drops(m->b, place_ty(m->b, place))) return;
    each_element(m->b, place, gather_one, m);
}

static void gather_operand(Moves *m, const MirOperand *op) {
    if (op->kind == OPERAND_MOVE) gather_place(m, op->place);
}

static void rvalue_operands(const MirBuild *b, const MirRvalue *rv, const MirOperand **first,
                            u32 *count, MirOperand two[2]) {
    *count = 0;
    *first = two;
    switch ((MirRvalueKind)rv->kind) {
    case RV_USE:
    case RV_REPEAT:
    case RV_CAST:
    case RV_UNARY:
        two[0] = rv->a;
        *count = 1;
        break;
    case RV_BINARY:
        two[0] = rv->a;
        two[1] = rv->b;
        *count = 2;
        break;
    case RV_AGGREGATE:
        *first = b->operands.at + rv->operand_first;
        *count = rv->operand_count;
        break;
    case RV_REF:
    case RV_RAW_PTR:
    case RV_DISCRIMINANT:
    case RV_THREAD_LOCAL: break;
    }
}

void moves_gather(Moves *m, MirBuild *b) {
    *m = (Moves){.b = b, .block_count = b->blocks.count};
    vec_push(b->scratch, &m->paths, (MovePath){0});
    m->root_of = SCRATCH_ARRAY(b->scratch, u32, b->locals.count + 1);
    for (u32 i = 0; i < b->locals.count; i++) {
        Ty ty = b->locals.at[i].ty;
        if (!ty_drops(b, ty)) continue;
        vec_push(b->scratch, &m->paths, (MovePath){.place = place_local((MirLocal){i}), .ty = ty});
        m->root_of[i] = m->paths.count - 1;
    }
    for (u32 i = 0; i < b->blocks.count; i++) {
        for (u32 k = 0; k < b->blocks.at[i].stmts.count; k++) {
            MirStmt stmt = b->blocks.at[i].stmts.at[k];
            if (stmt.kind != MIR_ASSIGN) continue;
            MirRvalue rv = b->rvalues.at[stmt.rvalue];
            const MirOperand *ops;
            MirOperand two[2];
            u32 count;
            rvalue_operands(b, &rv, &ops, &count, two);
            for (u32 o = 0; o < count; o++)
                gather_operand(m, &ops[o]);
            gather_place(m, stmt.place);
        }
        MirTerm term = b->blocks.at[i].term;
        if (term.kind == MIR_CALL) {
            gather_operand(m, &term.a);
            for (u32 o = 0; o < term.operand_count; o++)
                gather_operand(m, &b->operands.at[term.operand_first + o]);
            gather_place(m, term.place);
        }
        if (term.kind == MIR_DROP) gather_place(m, term.place);
    }
    m->words = (m->paths.count + 63) / 64;
}

// ---- events
// -----------------------------------------------------------------------------------------

typedef struct EventCx {
    const Moves *m;
    MoveEvent *event;
    void *cx;
    bool is_init;
} EventCx;

static void event_one(void *cx, MirPlace place) {
    EventCx *e = cx;
    u32 path = moves_find(e->m, place);
    if (path) e->event(e->cx, path, e->is_init);
}

static void place_event(const Moves *m, MirPlace place, bool is_init, MoveEvent *event, void *cx) {
    if (!m->root_of[place.local.id]) return;
    EventCx e = {m, event, cx, is_init};
    each_element(m->b, place, event_one, &e);
}

void moves_stmt_events(const Moves *m, const MirStmt *stmt, MoveEvent *event, void *cx) {
    if (stmt->kind == MIR_STORAGE_DEAD) {
        place_event(m, stmt->place, false, event, cx);
        return;
    }
    if (stmt->kind != MIR_ASSIGN) return;
    MirRvalue rv = m->b->rvalues.at[stmt->rvalue];
    const MirOperand *ops;
    MirOperand two[2];
    u32 count;
    rvalue_operands(m->b, &rv, &ops, &count, two);
    for (u32 i = 0; i < count; i++) {
        MirOperand op = ops[i];
        if (op.kind == OPERAND_MOVE) place_event(m, op.place, false, event, cx);
    }
    place_event(m, stmt->place, true, event, cx);
}

void moves_term_events(const Moves *m, const MirTerm *term, MoveEvent *event, void *cx) {
    if (term->kind == MIR_CALL) {
        if (term->a.kind == OPERAND_MOVE) place_event(m, term->a.place, false, event, cx);
        for (u32 i = 0; i < term->operand_count; i++) {
            MirOperand op = m->b->operands.at[term->operand_first + i];
            if (op.kind == OPERAND_MOVE) place_event(m, op.place, false, event, cx);
        }
    } else if (term->kind == MIR_DROP) {
        place_event(m, term->place, false, event, cx);
    }
}

u32 moves_call_dest(const Moves *m, const MirTerm *term) {
    return term->kind == MIR_CALL ? moves_find(m, term->place) : 0;
}

// ---- flow
// --------------------------------------------------------------------------------------------

void moves_apply(const Moves *m, PathSet *set, u32 path, bool is_init) {
    bit_put(set->init, path, is_init);
    bit_put(set->uninit, path, !is_init);
    for (u32 c = m->paths.at[path].first_child; c; c = m->paths.at[c].next_sibling)
        moves_apply(m, set, c, is_init);
}

typedef struct ApplyCx {
    const Moves *m;
    PathSet *set;
} ApplyCx;
static void apply_event(void *cx, u32 path, bool is_init) {
    ApplyCx *a = cx;
    moves_apply(a->m, a->set, path, is_init);
}

static PathSet set_new(const Moves *m) {
    u64 *words = SCRATCH_ARRAY(m->b->scratch, u64, m->words * 2);
    return (PathSet){words, words + m->words};
}

static void set_copy(const Moves *m, PathSet *to, const PathSet *from) {
    memcpy(to->init, from->init, m->words * 8);
    memcpy(to->uninit, from->uninit, m->words * 8);
}

static bool set_join(const Moves *m, PathSet *to, const PathSet *from) {
    u64 changed = 0;
    for (u32 i = 0; i < m->words; i++) {
        changed |= from->init[i] & ~to->init[i];
        changed |= from->uninit[i] & ~to->uninit[i];
        to->init[i] |= from->init[i];
        to->uninit[i] |= from->uninit[i];
    }
    return changed != 0;
}

void moves_state_at_end(const Moves *m, MirBlock block, PathSet *out) {
    if (!out->init) *out = set_new(m);
    set_copy(m, out, &m->entry[block.id]);
    ApplyCx cx = {m, out};
    const BuildBlock *row = &m->b->blocks.at[block.id];
    for (u32 i = 0; i < row->stmts.count; i++)
        moves_stmt_events(m, &row->stmts.at[i], apply_event, &cx);
}

// On the edges of a switch over a discriminant the other variants' parts are not there.
typedef struct Narrow {
    u32 path; // of the enum; 0: no narrowing
    const AdtDef *adt;
} Narrow;

static Narrow narrow_of(const Moves *m, const BuildBlock *block) {
    Narrow none = {0};
    if (block->term.kind != MIR_SWITCH || block->stmts.count == 0 ||
        block->term.a.kind == OPERAND_CONST)
        return none;
    const MirStmt *last = &block->stmts.at[block->stmts.count - 1];
    if (last->kind != MIR_ASSIGN || last->place.local.id != block->term.a.place.local.id ||
        last->place.proj_count)
        return none;
    const MirRvalue *rv = &m->b->rvalues.at[last->rvalue];
    if (rv->kind != RV_DISCRIMINANT) return none;
    u32 path = moves_find(m, rv->place);
    if (!path || !m->paths.at[path].first_child) return none;
    const TyRow *row = ty_row(m->b->db, m->paths.at[path].ty);
    if (row->kind != TY_ADT) return none;
    return (Narrow){path, adt_def(m->b->db, row->def)};
}

static bool variant_is(const Moves *m, const AdtDef *adt, u32 variant, const MirSwitchRow *row) {
    u128 bits;
    if (!variant_discr(m->b->db, adt, variant, &bits)) return false;
    return (u64)bits == row->lo_bits && (u64)(bits >> 64) == row->hi_bits;
}

static void narrow_edge(const Moves *m, const Narrow *narrow, const MirTerm *term, u32 edge,
                        PathSet *set) {
    for (u32 c = m->paths.at[narrow->path].first_child; c; c = m->paths.at[c].next_sibling) {
        if (m->paths.at[c].proj.kind != PROJ_DOWNCAST) continue;
        u32 variant = m->paths.at[c].proj.index;
        bool possible;
        if (edge < term->switch_count) {
            possible =
                variant_is(m, narrow->adt, variant, &m->b->switches.at[term->switch_first + edge]);
        } else {
            possible = true;
            for (u32 i = 0; i < term->switch_count && possible; i++) {
                possible = !variant_is(m, narrow->adt, variant,
                                       &m->b->switches.at[term->switch_first + i]);
            }
        }
        if (!possible) moves_apply(m, set, c, false);
    }
}

static bool path_may_be_init(const Moves *m, const PathSet *set, u32 path) {
    if (bit_get(set->init, path)) return true;
    for (u32 c = m->paths.at[path].first_child; c; c = m->paths.at[c].next_sibling) {
        if (path_may_be_init(m, set, c)) return true;
    }
    return false;
}

static bool may_be_init(const Moves *m, const PathSet *set, MirPlace place) {
    u32 path = moves_find(m, place);
    return !path || path_may_be_init(m, set, path);
}

void moves_flow(Moves *m) {
    MirBuild *b = m->b;
    m->entry = SCRATCH_ARRAY(b->scratch, PathSet, b->blocks.count);
    m->reached = SCRATCH_ARRAY(b->scratch, bool, b->blocks.count);
    for (u32 i = 0; i < b->blocks.count; i++)
        m->entry[i] = set_new(m);
    for (u32 p = 1; p < m->paths.count; p++) {
        u32 local = m->paths.at[p].place.local.id;
        bool is_arg = local >= 1 && local <= b->arg_count;
        bit_put(m->entry[0].init, p, is_arg);
        bit_put(m->entry[0].uninit, p, !is_arg);
    }
    // Blocks are in reverse postorder (simplify.c): passes in order until nothing changes.
    PathSet state = set_new(m), edge = set_new(m);
    m->reached[0] = true;
    bool *dirty = SCRATCH_ARRAY(b->scratch, bool, b->blocks.count);
    dirty[0] = true;
    for (bool changed = true; changed;) {
        changed = false;
        for (u32 i = 0; i < b->blocks.count; i++) {
            if (!dirty[i]) continue;
            dirty[i] = false;
            moves_state_at_end(m, (MirBlock){i}, &state);
            const BuildBlock *block = &b->blocks.at[i];
            ApplyCx cx = {m, &state};
            bool drops_something =
                block->term.kind == MIR_DROP && may_be_init(m, &state, block->term.place);
            moves_term_events(m, &block->term, apply_event, &cx);
            u32 dest = moves_call_dest(m, &block->term);
            Narrow narrow = narrow_of(m, block);
            MirBlock to;
            for (u32 k = 0; term_targets(b, &block->term, k, &to); k++) {
                if (k == 1 && block->term.kind == MIR_DROP && !drops_something)
                    continue; // cannot unwind
                const PathSet *from = &state;
                if (narrow.path || (dest && k == 0 && block->term.target.id != UINT32_MAX)) {
                    set_copy(m, &edge, &state);
                    if (narrow.path)
                        narrow_edge(m, &narrow, &block->term, k, &edge);
                    else
                        moves_apply(m, &edge, dest, true);
                    from = &edge;
                }
                if (set_join(m, &m->entry[to.id], from) || !m->reached[to.id]) {
                    m->reached[to.id] = true;
                    dirty[to.id] = true;
                    changed = true;
                }
            }
        }
    }
}
