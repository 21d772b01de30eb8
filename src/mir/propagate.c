// Clean-up of a body that others were taken into: locals that only hand a value on, constants,
// switches on them, references that are only followed, structs that are only taken apart again,
// casts of casts, values that nobody reads.
//
// A local that is assigned in one place has one value wherever it is read, since it is initialised
// on every way there (what loops assign anew they also read anew).

#include "mir/mir_internal.h"

typedef struct LocalFacts {
    u32 sets; // of the whole of it; 2 for more, and for a part; arguments have one
    u32 uses;
    u32 field_uses; // of them, those of a field
    u32 rvalue;     // what it is assigned, + 1: an aggregate, a reference, a cast
    bool is_addressed;
    bool is_busy;  // merged with another one in this round
    bool is_copy;  // shares its value with another one: it is not to be given away
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
        facts->field_uses += place->proj_count && projs[0].kind == PROJ_FIELD;
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
    p->facts[gone].is_copy |= is_copy;
    p->facts[kept].is_copy |= is_copy;
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

// ---- what can be looked through -----------------------------------------------------------------

static bool is_steady(const Propagate *p, u32 local) {
    return p->facts[local].sets == 1 && !p->facts[local].is_addressed;
}

static bool is_steady_operand(const Propagate *p, const MirOperand *op) {
    if (op->kind == OPERAND_CONST) return is_small_const(&p->b->consts.at[op->konst]);
    return !op->place.proj_count && is_steady(p, op->place.local.id);
}

// `&(*pointer).field`: the same place as long as the pointer is the same.
static bool is_steady_place(const Propagate *p, const MirPlace *place) {
    const MirProj *projs = p->b->projs.at + place->proj_first;
    if (!place->proj_count || projs[0].kind != PROJ_DEREF || !is_steady(p, place->local.id))
        return false;
    for (u32 i = 1; i < place->proj_count; i++)
        if (projs[i].kind != PROJ_FIELD && projs[i].kind != PROJ_DOWNCAST) return false;
    return true;
}

static bool is_struct_like(const Propagate *p, const MirRvalue *rv) {
    const Db *db = p->b->db;
    return rv->op == AGG_TUPLE || rv->op == AGG_CLOSURE ||
           (rv->op == AGG_ADT && ty_kind(db, rv->ty) == TY_ADT &&
            def_kind(p->b->db, ty_row(db, rv->ty)->def) == DEF_STRUCT);
}

static void share(const Propagate *p, const MirOperand *op) {
    if (op->kind == OPERAND_COPY) p->facts[op->place.local.id].is_copy = true;
}

static bool may_look_through(const Propagate *p, const MirRvalue *rv) {
    bool steady = true;
    switch ((MirRvalueKind)rv->kind) {
    case RV_AGGREGATE:
        for (u32 i = 0; i < rv->operand_count && steady; i++)
            steady = is_steady_operand(p, &p->b->operands.at[rv->operand_first + i]);
        return steady && is_struct_like(p, rv);
    case RV_REF:
    case RV_RAW_PTR: return is_steady_place(p, &rv->place);
    case RV_CAST: return rv->a.kind != OPERAND_CONST && is_steady_operand(p, &rv->a);
    case RV_USE:
    case RV_REPEAT:
    case RV_BINARY:
    case RV_UNARY:
    case RV_DISCRIMINANT:
    case RV_THREAD_LOCAL: return false;
    }
    UNREACHABLE();
}

static void note_rvalue_of(Propagate *p, u32 local, u32 rvalue) {
    const MirRvalue *rv = &p->b->rvalues.at[rvalue];
    if (!may_look_through(p, rv)) return;
    p->facts[local].rvalue = rvalue + 1;
    if (rv->kind == RV_CAST) share(p, &rv->a);
    for (u32 i = 0; rv->kind == RV_AGGREGATE && i < rv->operand_count; i++)
        share(p, &p->b->operands.at[rv->operand_first + i]);
}

// The aggregate a local is, if all that is ever asked of it are its fields.
static const MirRvalue *aggregate_of(const Propagate *p, u32 local) {
    const LocalFacts *facts = &p->facts[local];
    if (!facts->rvalue || facts->field_uses != facts->uses || !is_steady(p, local)) return NULL;
    const MirRvalue *rv = &p->b->rvalues.at[facts->rvalue - 1];
    return rv->kind == RV_AGGREGATE ? rv : NULL;
}

static const MirRvalue *steady_rvalue(const Propagate *p, u32 local, MirRvalueKind kind) {
    const LocalFacts *facts = &p->facts[local];
    if (!facts->rvalue || !is_steady(p, local)) return NULL;
    const MirRvalue *rv = &p->b->rvalues.at[facts->rvalue - 1];
    return rv->kind == kind ? rv : NULL;
}

static Ty pointee(const MirBuild *b, Ty ty) {
    TyKind kind = ty_kind(b->db, ty);
    return kind == TY_PTR || kind == TY_REF ? ty_row(b->db, ty)->elem : (Ty){0};
}

// A cast between pointers that leaves all bits as they are.
static bool keeps_bits(const MirBuild *b, const MirRvalue *cast, Ty from) {
    if (cast->op == CAST_MUT_TO_CONST || cast->op == CAST_TRANSMUTE) return true;
    Ty target = pointee(b, from);
    return cast->op == CAST_PTR_TO_PTR && target.id && type_is_plainly_sized(b->db, target);
}

static bool is_pointer_cast(const MirRvalue *cast) {
    return cast->op == CAST_MUT_TO_CONST || cast->op == CAST_PTR_TO_PTR;
}

// A cast of a cast is one cast.
static void join_casts(Propagate *p, MirRvalue *rv) {
    MirBuild *b = p->b;
    if (rv->kind != RV_CAST || rv->a.kind == OPERAND_CONST || rv->a.place.proj_count) return;
    u32 middle = rv->a.place.local.id;
    const MirRvalue *inner = steady_rvalue(p, middle, RV_CAST);
    if (!inner || inner == rv || inner->a.kind == OPERAND_CONST) return;
    Ty from = b->locals.at[inner->a.place.local.id].ty;
    if (is_pointer_cast(rv) && is_pointer_cast(inner)) {
        if (rv->op != inner->op) rv->op = CAST_PTR_TO_PTR;
    } else if (keeps_bits(b, inner, from) && keeps_bits(b, rv, b->locals.at[middle].ty)) {
        rv->op = CAST_TRANSMUTE;
    } else {
        return;
    }
    rv->a = (MirOperand){.kind = OPERAND_COPY, .place = inner->a.place};
    p->changed = true;
}

// `&*p` is `p`.
static void join_reborrow(Propagate *p, Ty to, MirRvalue *rv) {
    MirBuild *b = p->b;
    if ((rv->kind != RV_REF && rv->kind != RV_RAW_PTR) || rv->place.proj_count != 1 ||
        b->projs.at[rv->place.proj_first].kind != PROJ_DEREF ||
        !ty_eq(b->locals.at[rv->place.local.id].ty, to))
        return;
    *rv = rv_use((MirOperand){.kind = OPERAND_COPY, .place = place_local(rv->place.local)});
    p->changed = true;
}

static void find_values(Propagate *p) {
    MirBuild *b = p->b;
    for (u32 i = 0; i < b->blocks.count; i++) {
        BuildBlock *block = &b->blocks.at[i];
        for (u32 k = 0; k < block->stmts.count; k++) {
            MirStmt *stmt = &block->stmts.at[k];
            if (stmt->kind != MIR_ASSIGN || stmt->place.proj_count) continue;
            MirRvalue *rv = &b->rvalues.at[stmt->rvalue];
            u32 to = stmt->place.local.id;
            join_reborrow(p, b->locals.at[to].ty, rv);
            note_rvalue_of(p, to, stmt->rvalue);
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

// `to`, and from the projection `skipped` of `place` on what that has.
static void redirect(Propagate *p, MirPlace *place, MirPlace to, u32 skipped) {
    MirBuild *b = p->b;
    for (u32 i = skipped; i < place->proj_count; i++)
        to = place_proj(b, to, b->projs.at[place->proj_first + i]);
    *place = to;
    p->changed = true;
}

static void rewrite_place(Propagate *p, MirPlace *place) {
    u32 local = place->local.id;
    if (place->proj_count) {
        MirProj first = p->b->projs.at[place->proj_first];
        const MirRvalue *rv = NULL;
        if (first.kind == PROJ_DEREF) {
            rv = steady_rvalue(p, local, RV_REF);
            if (!rv) rv = steady_rvalue(p, local, RV_RAW_PTR);
            if (rv) redirect(p, place, rv->place, 1);
        } else if (first.kind == PROJ_FIELD && (rv = aggregate_of(p, local))) {
            const MirOperand *part = &p->b->operands.at[rv->operand_first + first.index];
            if (part->kind != OPERAND_CONST) redirect(p, place, part->place, 1);
        }
    }
    place->local.id = p->becomes[place->local.id];
}

// A field of what was put together from constants.
static bool is_const_part(const Propagate *p, const MirOperand *op, u32 *konst) {
    if (op->place.proj_count != 1) return false;
    const MirProj *proj = &p->b->projs.at[op->place.proj_first];
    const MirRvalue *rv = proj->kind == PROJ_FIELD ? aggregate_of(p, op->place.local.id) : NULL;
    if (!rv) return false;
    const MirOperand *part = &p->b->operands.at[rv->operand_first + proj->index];
    *konst = part->konst;
    return part->kind == OPERAND_CONST;
}

static void rewrite_operand(Propagate *p, MirOperand *op) {
    if (op->kind == OPERAND_CONST) return;
    u32 local = op->place.local.id, konst = p->facts[local].const_use - 1;
    bool is_const = p->facts[local].const_use && !op->place.proj_count;
    if (is_const || is_const_part(p, op, &konst)) {
        *op = (MirOperand){.kind = OPERAND_CONST, .konst = konst};
        p->changed = true;
        return;
    }
    bool is_whole = !op->place.proj_count;
    rewrite_place(p, &op->place);
    // What was a copy's to give away is not the original's.
    u32 now = op->place.local.id;
    bool is_copy = is_whole ? p->facts[local].is_copy || p->facts[now].is_copy : now != local;
    if (op->kind == OPERAND_MOVE && is_copy) op->kind = OPERAND_COPY;
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
            if (stmt->kind != MIR_ASSIGN) continue;
            join_casts(p, &b->rvalues.at[stmt->rvalue]);
            rewrite_rvalue(p, &b->rvalues.at[stmt->rvalue]);
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
