// Checks a finished body: indexes, block targets, cleanup rules, types of assignments.
//
// Properties: every local, projection, operand, constant, rvalue and block index is in range;
// fields follow struct-like types; ordinary blocks are not reached from cleanup blocks, unwind
// edges lead only to cleanup blocks, and cleanup blocks have none; both sides of an assignment have
// one type (types with projections, opaque types or errors inside are not compared).

#include "mir/mir_internal.h"

#include <stdio.h>

typedef struct Verify {
    Db *db;
    const MirBody *body;
    const char *failed;
    u32 block;
} Verify;

static bool fail(Verify *v, const char *what) {
    if (!v->failed) v->failed = what;
    return false;
}

Ty mir_place_ty(Db *db, const MirBody *body, MirPlace place, u32 *variant) {
    return proj_ty(db, LIST_AT(body, MirLocalDecl, body->locals)[place.local.id].ty,
                   LIST_AT(body, MirProj, body->projs) + place.proj_first, place.proj_count,
                   variant);
}

Ty mir_operand_ty(Db *db, const MirBody *body, MirOperand operand) {
    if (operand.kind == OPERAND_CONST)
        return LIST_AT(body, MirConst, body->consts)[operand.konst].ty;
    return mir_place_ty(db, body, operand.place, NULL);
}

static bool vague(Verify *v, Ty ty) {
    return ty.id == 0 || (ty_flags(v->db, ty) & (TY_HAS_PROJECTION | TY_HAS_OPAQUE | TY_HAS_ERROR));
}

static bool same_ty(Verify *v, Ty x, Ty y) {
    return ty_eq(x, y) || vague(v, x) || vague(v, y);
}

static bool check_place(Verify *v, MirPlace place) {
    const MirBody *body = v->body;
    if (place.local.id >= body->locals.count) return fail(v, "a local out of range");
    if (place.proj_count == 0) return true;
    if (place.proj_first + place.proj_count > body->projs.count)
        return fail(v, "projections out of range");
    const MirProj *projs = LIST_AT(body, MirProj, body->projs) + place.proj_first;
    Ty ty = LIST_AT(body, MirLocalDecl, body->locals)[place.local.id].ty;
    for (u32 i = 0; i < place.proj_count; i++) {
        if (!vague(v, ty)) {
            TyKind kind = ty_kind(v->db, ty);
            switch ((MirProjKind)projs[i].kind) {
            case PROJ_DEREF:
                if (!ty_deref(v->db, ty).id)
                    return fail(v, "a dereference of something else than a pointer");
                break;
            case PROJ_FIELD:
                if (kind != TY_ADT && kind != TY_TUPLE && kind != TY_CLOSURE)
                    return fail(v, "a field of something without fields");
                break;
            case PROJ_INDEX:
                if (projs[i].index >= body->locals.count)
                    return fail(v, "an index local out of range");
                __attribute__((fallthrough));
            case PROJ_CONSTANT_INDEX:
            case PROJ_SUBSLICE:
                if (kind != TY_ARRAY && kind != TY_SLICE)
                    return fail(v, "indexing of something else than an array or slice");
                break;
            case PROJ_DOWNCAST:
                if (kind != TY_ADT) return fail(v, "a downcast of something else than an enum");
                break;
            }
        } else if (projs[i].kind == PROJ_DEREF && !ty_deref(v->db, ty).id) {
            return true; // unknown from here on
        }
        ty = proj_ty(v->db, ty, &projs[i], 1, NULL);
    }
    return true;
}

static bool check_operand(Verify *v, MirOperand op) {
    if (op.kind == OPERAND_CONST)
        return op.konst < v->body->consts.count || fail(v, "a constant out of range");
    return check_place(v, op.place);
}

static bool check_operands(Verify *v, u32 first, u32 count) {
    if (count && first + count > v->body->operands.count) return fail(v, "operands out of range");
    for (u32 i = 0; i < count; i++) {
        if (!check_operand(v, LIST_AT(v->body, MirOperand, v->body->operands)[first + i]))
            return false;
    }
    return true;
}

static bool check_assign(Verify *v, const MirStmt *stmt) {
    Db *db = v->db;
    if (stmt->rvalue >= v->body->rvalues.count) return fail(v, "an rvalue out of range");
    const MirRvalue *rv = &LIST_AT(v->body, MirRvalue, v->body->rvalues)[stmt->rvalue];
    Ty dest = mir_place_ty(db, v->body, stmt->place, NULL);
    switch ((MirRvalueKind)rv->kind) {
    case RV_USE:
        if (!check_operand(v, rv->a)) return false;
        if (!same_ty(v, dest, mir_operand_ty(db, v->body, rv->a)))
            return fail(v, "an assignment between different types");
        return true;
    case RV_REPEAT:
    case RV_UNARY: return check_operand(v, rv->a);
    case RV_CAST:
        if (!same_ty(v, dest, rv->ty))
            return fail(v, "a cast to another type than its destination's");
        return check_operand(v, rv->a);
    case RV_REF:
    case RV_RAW_PTR: {
        if (!check_place(v, rv->place)) return false;
        const TyRow *row = ty_row(db, dest);
        Ty to = mir_place_ty(db, v->body, rv->place, NULL);
        if (vague(v, dest) || vague(v, to)) return true;
        if (row->kind != (rv->kind == RV_REF ? TY_REF : TY_PTR))
            return fail(v, "a borrow into something else than a pointer");
        return ty_eq(row->elem, to) || fail(v, "a borrow of another type than its destination's");
    }
    case RV_BINARY: return check_operand(v, rv->a) && check_operand(v, rv->b);
    case RV_DISCRIMINANT: return check_place(v, rv->place);
    case RV_AGGREGATE:
        if (!check_operands(v, rv->operand_first, rv->operand_count)) return false;
        if ((rv->op == AGG_ADT || rv->op == AGG_TUPLE || rv->op == AGG_CLOSURE) &&
            !same_ty(v, dest, rv->ty)) {
            return fail(v, "an aggregate of another type than its destination's");
        }
        return true;
    case RV_THREAD_LOCAL: return true;
    }
    return fail(v, "an unknown rvalue");
}

static bool check_target(Verify *v, MirBlock to, bool is_unwind) {
    const MirBlockRow *blocks = LIST_AT(v->body, MirBlockRow, v->body->blocks);
    if (to.id >= v->body->blocks.count) return fail(v, "a block out of range");
    bool from_cleanup = blocks[v->block].is_cleanup;
    if (is_unwind && from_cleanup) return fail(v, "an unwind edge in a cleanup block");
    if ((is_unwind || from_cleanup) != (bool)blocks[to.id].is_cleanup)
        return fail(v, "an edge between cleanup and ordinary blocks");
    return true;
}

// Arguments against the signature of a called function item.
static bool check_call(Verify *v, const MirTerm *t) {
    Db *db = v->db;
    const TyRow *fn = ty_row(db, mir_operand_ty(db, v->body, t->a));
    if (fn->kind != TY_FN_DEF || t->is_spread) return true;
    const FnSig *sig = fn_sig(db, fn->def);
    if (sig->is_variadic ? t->operand_count < sig->inputs.count
                         : t->operand_count != sig->inputs.count) {
        return fail(v, "a call with another number of arguments than its function has");
    }
    for (u32 i = 0; i < sig->inputs.count; i++) {
        Ty want = ty_subst(db, LIST_AT(sig, Ty, sig->inputs)[i], fn->args);
        Ty have = mir_operand_ty(
            db, v->body, LIST_AT(v->body, MirOperand, v->body->operands)[t->operand_first + i]);
        if (!same_ty(v, want, have))
            return fail(v, "an argument of another type than the function's");
    }
    Ty ret = ty_subst(db, sig->output, fn->args);
    if (ty_kind(db, ret) == TY_NEVER) return true;
    return same_ty(v, ret, mir_place_ty(db, v->body, t->place, NULL)) ||
           fail(v, "a call into another type than its function returns");
}

static bool check_term(Verify *v, const MirTerm *t) {
    if (t->unwind.id != UINT32_MAX && !check_target(v, t->unwind, true)) return false;
    switch ((MirTermKind)t->kind) {
    case MIR_GOTO: return check_target(v, t->target, false);
    case MIR_SWITCH:
        if (!check_operand(v, t->a) || !check_target(v, t->target, false)) return false;
        if (t->switch_first + t->switch_count > v->body->switches.count)
            return fail(v, "switch rows out of range");
        for (u32 i = 0; i < t->switch_count; i++) {
            if (!check_target(
                    v,
                    LIST_AT(v->body, MirSwitchRow, v->body->switches)[t->switch_first + i].target,
                    false))
                return false;
        }
        return true;
    case MIR_DROP: return check_place(v, t->place) && check_target(v, t->target, false);
    case MIR_CALL:
        if (!check_operand(v, t->a) || !check_operands(v, t->operand_first, t->operand_count) ||
            !check_place(v, t->place))
            return false;
        return check_call(v, t) &&
               (t->target.id == UINT32_MAX || check_target(v, t->target, false));
    case MIR_ASSERT:
        return check_operand(v, t->a) && check_operand(v, t->b) && check_operand(v, t->c) &&
               check_target(v, t->target, false);
    case MIR_RETURN:
        return !LIST_AT(v->body, MirBlockRow, v->body->blocks)[v->block].is_cleanup ||
               fail(v, "a return in a cleanup block");
    case MIR_UNREACHABLE: return true;
    case MIR_RESUME:
    case MIR_TERMINATE:
        return LIST_AT(v->body, MirBlockRow, v->body->blocks)[v->block].is_cleanup ||
               fail(v, "a resume in an ordinary block");
    }
    return fail(v, "an unknown terminator");
}

bool mir_verify(Db *db, const MirBody *body, Str *why) {
    Verify v = {.db = db, .body = body};
    if (body->is_error) return true;
    const MirBlockRow *blocks = LIST_AT(body, MirBlockRow, body->blocks);
    for (u32 i = 0; i < body->blocks.count && !v.failed; i++) {
        v.block = i;
        if (blocks[i].stmt_first + blocks[i].stmt_count > body->stmts.count)
            fail(&v, "statements out of range");
        for (u32 k = 0; k < blocks[i].stmt_count && !v.failed; k++) {
            const MirStmt *stmt = &LIST_AT(body, MirStmt, body->stmts)[blocks[i].stmt_first + k];
            if (check_place(&v, stmt->place) && stmt->kind == MIR_ASSIGN)
                (void)check_assign(&v, stmt);
        }
        if (!v.failed) (void)check_term(&v, &blocks[i].term);
    }
    if (v.failed && why) *why = str_from(v.failed);
    return !v.failed;
}
