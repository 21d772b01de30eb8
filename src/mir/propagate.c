// Clean-up of a body that others were taken into: locals that only hand a value on, constants,
// switches on them, values that nobody reads.
//
// A local that is assigned in one place has one value wherever it is read, since it is initialised
// on every way there (what loops assign anew they also read anew).

#include "mir/mir_internal.h"

typedef struct LocalFacts {
    u32 sets; // of the whole of it; 2 for more, and for a part; arguments have one
    u32 uses;
    bool is_addressed;
    bool is_busy;  // merged with another one in this round
    bool is_copy;  // merged with one that keeps its value
    u32 const_use; // the constant it is, + 1
} LocalFacts;

typedef struct Propagate {
    MirBuild *b;
    LocalFacts *facts; // by local
    u32 *becomes;      // by local: the local that takes its place, itself if none does
    bool changed;
} Propagate;

// ---- facts --------------------------------------------------------------------------------------

typedef enum PlaceRole { ROLE_READ, ROLE_WRITE, ROLE_ADDRESS } PlaceRole;

static void note_set(LocalFacts *facts, u32 times) {
    facts->sets = min_u32(facts->sets + times, 2);
}

static void note_place(Propagate *p, const MirPlace *place, PlaceRole role) {
    LocalFacts *facts = &p->facts[place->local.id];
    const MirProj *projs = p->b->projs.at + place->proj_first;
    bool through_pointer = false;
    for (u32 i = 0; i < place->proj_count; i++) {
        through_pointer |= projs[i].kind == PROJ_DEREF;
        if (projs[i].kind == PROJ_INDEX) p->facts[projs[i].index].uses++;
    }
    if (through_pointer || role == ROLE_READ) {
        facts->uses++;
    } else if (role == ROLE_WRITE) {
        note_set(facts, place->proj_count ? 2 : 1);
    } else {
        facts->uses++;
        facts->is_addressed = true;
    }
}

static void note_operand(Propagate *p, const MirOperand *op) {
    if (op->kind != OPERAND_CONST) note_place(p, &op->place, ROLE_READ);
}

static void note_operands(Propagate *p, u32 first, u32 count) {
    for (u32 i = 0; i < count; i++)
        note_operand(p, &p->b->operands.at[first + i]);
}

static void note_rvalue(Propagate *p, const MirRvalue *rv) {
    switch ((MirRvalueKind)rv->kind) {
    case RV_USE:
    case RV_REPEAT:
    case RV_CAST:
    case RV_UNARY: note_operand(p, &rv->a); break;
    case RV_BINARY:
        note_operand(p, &rv->a);
        note_operand(p, &rv->b);
        break;
    case RV_REF:
    case RV_RAW_PTR: note_place(p, &rv->place, ROLE_ADDRESS); break;
    case RV_DISCRIMINANT: note_place(p, &rv->place, ROLE_READ); break;
    case RV_AGGREGATE: note_operands(p, rv->operand_first, rv->operand_count); break;
    case RV_THREAD_LOCAL: break;
    }
}

static void note_term(Propagate *p, const MirTerm *term) {
    switch ((MirTermKind)term->kind) {
    case MIR_SWITCH: note_operand(p, &term->a); break;
    case MIR_DROP: note_place(p, &term->place, ROLE_ADDRESS); break;
    case MIR_CALL:
        note_operand(p, &term->a);
        note_operands(p, term->operand_first, term->operand_count);
        note_place(p, &term->place, ROLE_WRITE);
        break;
    case MIR_ASSERT:
        note_operand(p, &term->a);
        note_operand(p, &term->b);
        note_operand(p, &term->c);
        break;
    case MIR_RETURN: p->facts[0].uses++; break;
    case MIR_GOTO:
    case MIR_UNREACHABLE:
    case MIR_RESUME:
    case MIR_TERMINATE: break;
    }
}

static void gather(Propagate *p) {
    const MirBuild *b = p->b;
    memset(p->facts, 0, b->locals.count * sizeof *p->facts);
    for (u32 i = 1; i <= b->arg_count; i++)
        p->facts[i].sets = 1;
    for (u32 i = 0; i < b->blocks.count; i++) {
        const BuildBlock *block = &b->blocks.at[i];
        for (u32 k = 0; k < block->stmts.count; k++) {
            const MirStmt *stmt = &block->stmts.at[k];
            if (stmt->kind == MIR_ASSIGN) {
                note_rvalue(p, &b->rvalues.at[stmt->rvalue]);
                note_place(p, &stmt->place, ROLE_WRITE);
            } else if (stmt->kind == MIR_SET_DISCRIMINANT) {
                note_set(&p->facts[stmt->place.local.id], 2);
                note_place(p, &stmt->place, ROLE_READ);
            }
        }
        note_term(p, &block->term);
    }
}

// ---- what is handed on --------------------------------------------------------------------------

static bool is_fixed(const MirBuild *b, u32 local) {
    return local <= b->arg_count;
}

static bool is_plain(const Propagate *p, u32 local) {
    const LocalFacts *facts = &p->facts[local];
    return facts->sets == 1 && !facts->is_addressed && !facts->is_busy;
}

static void merge(Propagate *p, u32 gone, u32 kept, bool is_copy) {
    p->becomes[gone] = kept;
    p->facts[gone].is_busy = p->facts[kept].is_busy = true;
    p->facts[gone].is_copy = is_copy;
    p->changed = true;
}

// `to = from`, both whole locals: whether the two are one.
static bool hand_on(Propagate *p, u32 to, const MirOperand *from) {
    const MirBuild *b = p->b;
    u32 source = from->place.local.id;
    if (source == to || !is_plain(p, source)) return false;
    LocalFacts *target = &p->facts[to];
    if (target->is_busy || target->sets != 1) return false;
    bool only_here = from->kind == OPERAND_MOVE && p->facts[source].uses == 1;
    if (is_fixed(b, to)) {
        if (!only_here || is_fixed(b, source)) return false;
        merge(p, source, to, false);
        return true;
    }
    if (target->is_addressed && !(only_here && !is_fixed(b, source))) return false;
    merge(p, to, source, from->kind == OPERAND_COPY);
    return true;
}

static bool is_small_const(const MirConst *c) {
    return c->kind == MIR_CONST_BITS || c->kind == MIR_CONST_ZST;
}

static void find_values(Propagate *p) {
    MirBuild *b = p->b;
    for (u32 i = 0; i < b->blocks.count; i++) {
        BuildBlock *block = &b->blocks.at[i];
        for (u32 k = 0; k < block->stmts.count; k++) {
            MirStmt *stmt = &block->stmts.at[k];
            if (stmt->kind != MIR_ASSIGN || stmt->place.proj_count) continue;
            const MirRvalue *rv = &b->rvalues.at[stmt->rvalue];
            u32 to = stmt->place.local.id;
            if (rv->kind != RV_USE) continue;
            if (rv->a.kind == OPERAND_CONST) {
                if (is_plain(p, to) && !is_fixed(b, to) &&
                    is_small_const(&b->consts.at[rv->a.konst]))
                    p->facts[to].const_use = rv->a.konst + 1;
            } else if (!rv->a.place.proj_count && hand_on(p, to, &rv->a)) {
                stmt->kind = MIR_NOP;
            }
        }
    }
}

// ---- rewriting ----------------------------------------------------------------------------------

static void rewrite_place(const Propagate *p, MirPlace *place) {
    place->local.id = p->becomes[place->local.id];
}

static void rewrite_operand(Propagate *p, MirOperand *op) {
    if (op->kind == OPERAND_CONST) return;
    u32 konst = p->facts[op->place.local.id].const_use;
    if (konst && !op->place.proj_count) {
        *op = (MirOperand){.kind = OPERAND_CONST, .konst = konst - 1};
        p->changed = true;
        return;
    }
    u32 local = op->place.local.id;
    rewrite_place(p, &op->place);
    // What was a copy's to give away is not the original's.
    if (op->place.local.id != local && op->kind == OPERAND_MOVE && p->facts[local].is_copy)
        op->kind = OPERAND_COPY;
}

static void rewrite_rvalue(Propagate *p, MirRvalue *rv) {
    switch ((MirRvalueKind)rv->kind) {
    case RV_USE:
    case RV_REPEAT:
    case RV_CAST:
    case RV_UNARY: rewrite_operand(p, &rv->a); break;
    case RV_BINARY:
        rewrite_operand(p, &rv->a);
        rewrite_operand(p, &rv->b);
        break;
    case RV_REF:
    case RV_RAW_PTR:
    case RV_DISCRIMINANT: rewrite_place(p, &rv->place); break;
    case RV_AGGREGATE:
        for (u32 i = 0; i < rv->operand_count; i++)
            rewrite_operand(p, &p->b->operands.at[rv->operand_first + i]);
        break;
    case RV_THREAD_LOCAL: break;
    }
}

// Whether a boolean operand is a constant.
static bool known_bool(const Propagate *p, const MirOperand *op, bool *value) {
    if (op->kind != OPERAND_CONST) return false;
    const MirConst *c = &p->b->consts.at[op->konst];
    if (c->kind != MIR_CONST_BITS || ty_kind(p->b->db, c->ty) != TY_BOOL) return false;
    *value = c->lo_bits != 0;
    return true;
}

static void go_to(Propagate *p, MirTerm *term, MirBlock target) {
    term->kind = target.id == MIR_NO_BLOCK.id ? MIR_UNREACHABLE : MIR_GOTO;
    term->target = target;
    term->unwind = MIR_NO_BLOCK;
    p->changed = true;
}

static void rewrite_switch(Propagate *p, MirTerm *term) {
    bool value;
    rewrite_operand(p, &term->a);
    if (!known_bool(p, &term->a, &value)) return;
    const MirSwitchRow *rows = p->b->switches.at + term->switch_first;
    MirBlock target = term->target;
    for (u32 i = term->switch_count; i-- > 0;)
        if ((rows[i].lo_bits != 0) == value) target = rows[i].target;
    go_to(p, term, target);
}

static void rewrite_assert(Propagate *p, MirTerm *term) {
    bool value;
    rewrite_operand(p, &term->a);
    rewrite_operand(p, &term->b);
    rewrite_operand(p, &term->c);
    if (known_bool(p, &term->a, &value) && value == term->expected) go_to(p, term, term->target);
}

static void rewrite_term(Propagate *p, MirTerm *term) {
    switch ((MirTermKind)term->kind) {
    case MIR_SWITCH: rewrite_switch(p, term); break;
    case MIR_DROP: rewrite_place(p, &term->place); break;
    case MIR_CALL:
        rewrite_operand(p, &term->a);
        for (u32 i = 0; i < term->operand_count; i++)
            rewrite_operand(p, &p->b->operands.at[term->operand_first + i]);
        rewrite_place(p, &term->place);
        break;
    case MIR_ASSERT: rewrite_assert(p, term); break;
    case MIR_RETURN:
    case MIR_GOTO:
    case MIR_UNREACHABLE:
    case MIR_RESUME:
    case MIR_TERMINATE: break;
    }
}

static void rewrite(Propagate *p) {
    MirBuild *b = p->b;
    for (u32 i = 0; i < b->blocks.count; i++) {
        BuildBlock *block = &b->blocks.at[i];
        for (u32 k = 0; k < block->stmts.count; k++) {
            MirStmt *stmt = &block->stmts.at[k];
            if (stmt->kind == MIR_NOP) continue;
            rewrite_place(p, &stmt->place);
            if (stmt->kind == MIR_ASSIGN) rewrite_rvalue(p, &b->rvalues.at[stmt->rvalue]);
        }
        rewrite_term(p, &block->term);
    }
    for (u32 i = 0; i < b->projs.count; i++)
        if (b->projs.at[i].kind == PROJ_INDEX)
            b->projs.at[i].index = p->becomes[b->projs.at[i].index];
}

static void drop_unread(Propagate *p) {
    MirBuild *b = p->b;
    gather(p);
    for (u32 i = 0; i < b->blocks.count; i++) {
        BuildBlock *block = &b->blocks.at[i];
        for (u32 k = 0; k < block->stmts.count; k++) {
            MirStmt *stmt = &block->stmts.at[k];
            if (stmt->kind != MIR_ASSIGN || stmt->place.proj_count ||
                is_fixed(b, stmt->place.local.id) || p->facts[stmt->place.local.id].uses)
                continue;
            stmt->kind = MIR_NOP;
            p->changed = true;
        }
    }
}

bool propagate(MirBuild *b) {
    Propagate p = {.b = b,
                   .facts = SCRATCH_ARRAY(b->scratch, LocalFacts, b->locals.count + 1),
                   .becomes = SCRATCH_ARRAY(b->scratch, u32, b->locals.count + 1)};
    for (u32 i = 0; i < b->locals.count; i++)
        p.becomes[i] = i;
    gather(&p);
    find_values(&p);
    rewrite(&p);
    drop_unread(&p);
    return p.changed;
}
