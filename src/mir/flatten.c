#include "mir/flatten.h"

#include "mir/moves.h"

enum {
    COST_MAX = 1000, // of all that one body takes in
    DEPTH_MAX = 16,
};

typedef struct Flatten {
    MirBuild *b;
    MirFindCallee *find;
    void *cx;
    VEC(MirScope) scopes; // scope n is row n - 1; 0 is the body itself
    u32 cost;
} Flatten;

// ---- copying a body -----------------------------------------------------------------------------

// A body on its way into the build: where its rows go, and what its locals and types become.
typedef struct Inlet {
    Flatten *fl;
    const MirBody *body;
    Args args;
    bool is_root;
    u32 scope;
    const u32 *locals; // by local: the one it becomes
    u32 block_first, rvalue_first, proj_first, operand_first, const_first, switch_first;
    MirBlock target, unwind; // of the call
} Inlet;

static Ty inlet_ty(const Inlet *in, Ty ty) {
    return in->is_root || !ty.id ? ty : ty_subst(in->fl->b->db, ty, in->args);
}

static void inlet_place(const Inlet *in, MirPlace *place) {
    place->local.id = in->locals[place->local.id];
    place->proj_first += in->proj_first;
}

static void inlet_operand(const Inlet *in, MirOperand *op) {
    if (op->kind == OPERAND_CONST)
        op->konst += in->const_first;
    else
        inlet_place(in, &op->place);
}

static void inlet_projs(const Inlet *in) {
    MirBuild *b = in->fl->b;
    const MirProj *projs = LIST_AT(in->body, MirProj, in->body->projs);
    for (u32 i = 0; i < in->body->projs.count; i++) {
        MirProj proj = projs[i];
        if (proj.kind == PROJ_FIELD) proj.ty = inlet_ty(in, proj.ty);
        if (proj.kind == PROJ_INDEX) proj.index = in->locals[proj.index];
        vec_push(b->scratch, &b->projs, proj);
    }
}

static void inlet_consts(const Inlet *in) {
    MirBuild *b = in->fl->b;
    const MirConst *consts = LIST_AT(in->body, MirConst, in->body->consts);
    for (u32 i = 0; i < in->body->consts.count; i++) {
        MirConst c = consts[i];
        if (!in->is_root) {
            if (c.kind == MIR_CONST_PROMOTED) c.def = in->body->owner;
            c.args = c.kind == MIR_CONST_PROMOTED ? in->args
                     : c.args.id                  ? args_subst(b->db, c.args, in->args)
                                                  : c.args;
            c.ty = inlet_ty(in, c.ty);
            c.konst = inlet_ty(in, c.konst);
            c.is_taken_in = true;
            c.lo = 0;
        }
        vec_push(b->scratch, &b->consts, c);
    }
}

static void inlet_rvalue(const Inlet *in, MirRvalue *rv) {
    rv->ty = inlet_ty(in, rv->ty);
    rv->ty2 = inlet_ty(in, rv->ty2);
    switch ((MirRvalueKind)rv->kind) {
    case RV_USE:
    case RV_REPEAT:
    case RV_CAST:
    case RV_UNARY: inlet_operand(in, &rv->a); break;
    case RV_BINARY:
        inlet_operand(in, &rv->a);
        inlet_operand(in, &rv->b);
        break;
    case RV_REF:
    case RV_RAW_PTR:
    case RV_DISCRIMINANT: inlet_place(in, &rv->place); break;
    case RV_AGGREGATE: rv->operand_first += in->operand_first; break;
    case RV_THREAD_LOCAL: break;
    }
}

static void inlet_rows(const Inlet *in) {
    MirBuild *b = in->fl->b;
    const MirBody *body = in->body;
    const MirRvalue *rvalues = LIST_AT(body, MirRvalue, body->rvalues);
    const MirOperand *operands = LIST_AT(body, MirOperand, body->operands);
    const MirSwitchRow *switches = LIST_AT(body, MirSwitchRow, body->switches);
    inlet_projs(in);
    inlet_consts(in);
    for (u32 i = 0; i < body->rvalues.count; i++) {
        MirRvalue rv = rvalues[i];
        inlet_rvalue(in, &rv);
        vec_push(b->scratch, &b->rvalues, rv);
    }
    for (u32 i = 0; i < body->operands.count; i++) {
        MirOperand op = operands[i];
        inlet_operand(in, &op);
        vec_push(b->scratch, &b->operands, op);
    }
    for (u32 i = 0; i < body->switches.count; i++) {
        MirSwitchRow row = switches[i];
        row.target.id += in->block_first;
        vec_push(b->scratch, &b->switches, row);
    }
}

static void inlet_target(const Inlet *in, MirBlock *target) {
    if (target->id != MIR_NO_BLOCK.id) target->id += in->block_first;
}

// What leaves the body goes on where the call does.
static void leave(const Inlet *in, MirTerm *term, MirBlock to) {
    MirTermKind kind = term->kind == MIR_RESUME   ? MIR_RESUME
                       : to.id == MIR_NO_BLOCK.id ? MIR_UNREACHABLE
                                                  : MIR_GOTO;
    if (kind == MIR_RESUME && to.id != MIR_NO_BLOCK.id) kind = MIR_GOTO;
    *term = (MirTerm){.kind = (u8)kind,
                      .lo = term->lo,
                      .hi = term->hi,
                      .scope = in->scope,
                      .target = kind == MIR_GOTO ? to : MIR_NO_BLOCK,
                      .unwind = MIR_NO_BLOCK};
}

static void inlet_term(const Inlet *in, MirTerm *term, bool is_cleanup) {
    term->scope = in->scope;
    inlet_target(in, &term->target);
    inlet_target(in, &term->unwind);
    switch ((MirTermKind)term->kind) {
    case MIR_SWITCH:
        inlet_operand(in, &term->a);
        term->switch_first += in->switch_first;
        break;
    case MIR_DROP: inlet_place(in, &term->place); break;
    case MIR_CALL:
        inlet_operand(in, &term->a);
        inlet_place(in, &term->place);
        term->operand_first += in->operand_first;
        break;
    case MIR_ASSERT:
        inlet_operand(in, &term->a);
        inlet_operand(in, &term->b);
        inlet_operand(in, &term->c);
        break;
    case MIR_RETURN:
        if (!in->is_root) leave(in, term, in->target);
        return;
    case MIR_RESUME:
        if (!in->is_root) leave(in, term, in->unwind);
        return;
    case MIR_GOTO:
    case MIR_UNREACHABLE:
    case MIR_TERMINATE: return;
    }
    bool unwinds = term->kind == MIR_DROP || term->kind == MIR_CALL || term->kind == MIR_ASSERT;
    if (!in->is_root && unwinds && !is_cleanup && term->unwind.id == MIR_NO_BLOCK.id)
        term->unwind = in->unwind;
}

static void inlet_blocks(const Inlet *in) {
    MirBuild *b = in->fl->b;
    const MirBody *body = in->body;
    const MirBlockRow *rows = LIST_AT(body, MirBlockRow, body->blocks);
    const MirStmt *stmts = LIST_AT(body, MirStmt, body->stmts);
    for (u32 i = 0; i < body->blocks.count; i++) {
        BuildBlock block = {
            .term = rows[i].term, .has_term = true, .is_cleanup = rows[i].is_cleanup};
        for (u32 k = 0; k < rows[i].stmt_count; k++) {
            MirStmt stmt = stmts[rows[i].stmt_first + k];
            if (stmt.kind != MIR_ASSIGN && stmt.kind != MIR_SET_DISCRIMINANT) continue;
            inlet_place(in, &stmt.place);
            if (stmt.kind == MIR_ASSIGN) stmt.rvalue += in->rvalue_first;
            vec_push(b->scratch, &block.stmts, stmt);
        }
        inlet_term(in, &block.term, block.is_cleanup);
        vec_push(b->scratch, &b->blocks, block);
    }
}

static void inlet_copy(Inlet *in) {
    const MirBuild *b = in->fl->b;
    in->block_first = b->blocks.count;
    in->rvalue_first = b->rvalues.count;
    in->proj_first = b->projs.count;
    in->operand_first = b->operands.count;
    in->const_first = b->consts.count;
    in->switch_first = b->switches.count;
    inlet_rows(in);
    inlet_blocks(in);
}

static void copy_root(Flatten *fl, const MirBody *body) {
    MirBuild *b = fl->b;
    u32 *locals = SCRATCH_ARRAY(b->scratch, u32, body->locals.count + 1);
    for (u32 i = 0; i < body->locals.count; i++)
        locals[i] = i;
    vec_append(b->scratch, &b->locals, LIST_AT(body, MirLocalDecl, body->locals),
               body->locals.count);
    b->arg_count = body->arg_count;
    b->spread_arg = body->spread_arg;
    inlet_copy(&(Inlet){.fl = fl, .body = body, .is_root = true, .locals = locals});
}

// ---- taking in ----------------------------------------------------------------------------------

static bool may_take(const Flatten *fl, const MirCallee *callee, const MirTerm *term) {
    const MirBody *body = callee->body;
    if (body->is_error || body->spread_arg) return false;
    if (callee->is_spread) {
        bool is_const = fl->b->operands.at[term->operand_first].kind == OPERAND_CONST;
        if (is_const && body->arg_count) return false;
    } else if (body->arg_count != term->operand_count) {
        return false;
    }
    if (fl->cost + callee->cost > COST_MAX || body->owner.id == fl->b->owner.id) return false;
    u32 depth = 0;
    for (u32 scope = term->scope; scope; scope = fl->scopes.at[scope - 1].parent)
        if (fl->scopes.at[scope - 1].def.id == body->owner.id || ++depth >= DEPTH_MAX) return false;
    return true;
}

// Constants that no statement uses must have a value all the same, if the call is reached: then it
// stays one.
static bool has_idle_const(const MirBody *body) {
    const MirConst *consts = LIST_AT(body, MirConst, body->consts);
    const MirOperand *operands = LIST_AT(body, MirOperand, body->operands);
    const MirRvalue *rvalues = LIST_AT(body, MirRvalue, body->rvalues);
    const MirBlockRow *blocks = LIST_AT(body, MirBlockRow, body->blocks);
    for (u32 c = 0; c < body->consts.count; c++) {
        if (consts[c].kind != MIR_CONST_ITEM) continue;
        bool used = false;
#define USES(op) ((op).kind == OPERAND_CONST && (op).konst == c)
        for (u32 i = 0; i < body->operands.count && !used; i++)
            used = USES(operands[i]);
        for (u32 i = 0; i < body->rvalues.count && !used; i++) {
            u8 kind = rvalues[i].kind;
            bool one = kind == RV_USE || kind == RV_REPEAT || kind == RV_CAST || kind == RV_UNARY;
            used = ((one || kind == RV_BINARY) && USES(rvalues[i].a)) ||
                   (kind == RV_BINARY && USES(rvalues[i].b));
        }
        for (u32 i = 0; i < body->blocks.count && !used; i++) {
            u8 kind = blocks[i].term.kind;
            used = (kind == MIR_SWITCH || kind == MIR_ASSERT) && USES(blocks[i].term.a);
        }
#undef USES
        if (!used) return true;
    }
    return false;
}

static void assign_in(MirBuild *b, u32 block, MirLocal to, MirOperand from) {
    vec_push(b->scratch, &b->rvalues, rv_use(from));
    vec_push(
        b->scratch, &b->blocks.at[block].stmts,
        (MirStmt){.kind = MIR_ASSIGN, .place = place_local(to), .rvalue = b->rvalues.count - 1});
}

static MirOperand argument(Flatten *fl, const MirTerm *term, const MirCallee *callee, u32 index,
                           Ty ty) {
    MirBuild *b = fl->b;
    if (!callee->is_spread) return b->operands.at[term->operand_first + index];
    MirOperand op = b->operands.at[term->operand_first];
    op.place = place_field(b, op.place, index, ty);
    return op;
}

// A local that is moved becomes the parameter; what else is passed is put there first.
static void map_locals(Flatten *fl, u32 at, const MirTerm *term, const MirCallee *callee,
                       u32 *locals) {
    MirBuild *b = fl->b;
    const MirBody *body = callee->body;
    const MirLocalDecl *decls = LIST_AT(body, MirLocalDecl, body->locals);
    locals[0] = term->place.local.id;
    for (u32 i = 1; i < body->locals.count; i++) {
        MirOperand op = {.kind = OPERAND_CONST};
        bool is_arg = i <= body->arg_count;
        Ty ty = ty_subst(b->db, decls[i].ty, callee->args);
        if (is_arg) op = argument(fl, term, callee, i - 1, ty);
        if (op.kind == OPERAND_MOVE && !op.place.proj_count && op.place.local.id != locals[0]) {
            locals[i] = op.place.local.id;
            continue;
        }
        MirLocal local = local_new(b, ty);
        locals[i] = local.id;
        if (is_arg) assign_in(b, at, local, op);
    }
}

static void take_in(Flatten *fl, u32 at, const MirCallee *callee) {
    MirBuild *b = fl->b;
    MirTerm term = b->blocks.at[at].term;
    vec_push(b->scratch, &fl->scopes,
             (MirScope){.def = callee->body->owner,
                        .parent = term.scope,
                        .lo = term.lo,
                        .track_caller = callee->track_caller});
    u32 *locals = SCRATCH_ARRAY(b->scratch, u32, callee->body->locals.count + 1);
    map_locals(fl, at, &term, callee, locals);
    Inlet in = {.fl = fl,
                .body = callee->body,
                .args = callee->args,
                .scope = fl->scopes.count,
                .locals = locals,
                .target = term.target,
                .unwind = term.unwind};
    inlet_copy(&in);
    b->blocks.at[at].term = (MirTerm){.kind = MIR_GOTO,
                                      .lo = term.lo,
                                      .hi = term.hi,
                                      .scope = term.scope,
                                      .target = {in.block_first},
                                      .unwind = MIR_NO_BLOCK};
    fl->cost += callee->cost;
}

// The place a pointer leads to; false if it is a constant.
static bool target_of(MirBuild *b, const MirOperand *pointer, MirPlace *out) {
    if (pointer->kind == OPERAND_CONST) return false;
    *out = place_deref(b, pointer->place);
    return true;
}

// An intrinsic as a statement; false: it stays a call.
static bool intrinsic_stmt(MirBuild *b, const MirCallee *callee, const MirTerm *term, MirPlace *to,
                           MirRvalue *rv) {
    const MirOperand *ops = b->operands.at + term->operand_first;
    Ty ty = b->locals.at[to->local.id].ty;
    MirPlace target;
    switch ((MirCalleeKind)callee->kind) {
    case MIR_CALLEE_KEPT:
    case MIR_CALLEE_BODY: return false;
    case MIR_CALLEE_FALSE: *rv = rv_use(op_bits(b, TY_OF(BOOL), 0)); return true;
    case MIR_CALLEE_NOTHING: *rv = rv_use(op_zst(b, ty_unit(b->db))); return true;
    case MIR_CALLEE_BINARY:
        if (term->operand_count != 2) return false;
        *rv = rv_binary((MirBinOp)callee->op, ops[0], ops[1]);
        return true;
    case MIR_CALLEE_TRANSMUTE:
        if (term->operand_count != 1) return false;
        *rv = rv_cast(CAST_TRANSMUTE, ops[0], ty);
        return true;
    case MIR_CALLEE_RAW_PTR:
        if (term->operand_count != 2) return false;
        *rv = rv_aggregate(b, AGG_RAW_PTR, ty, 0, (MirOperand[]){ops[0], ops[1]}, 2);
        return true;
    case MIR_CALLEE_READ:
        if (term->operand_count != 1 || !target_of(b, &ops[0], &target)) return false;
        *rv = rv_use((MirOperand){.kind = OPERAND_COPY, .place = target});
        return true;
    case MIR_CALLEE_WRITE:
        if (term->operand_count != 2 || !target_of(b, &ops[0], &target)) return false;
        *rv = rv_use(ops[1]);
        *to = target;
        return true;
    }
    UNREACHABLE();
}

static void intrinsic_call_away(Flatten *fl, u32 at, const MirCallee *callee) {
    MirBuild *b = fl->b;
    MirTerm *term = &b->blocks.at[at].term;
    MirPlace to = term->place;
    MirRvalue rv;
    if (term->target.id == MIR_NO_BLOCK.id || !intrinsic_stmt(b, callee, term, &to, &rv)) return;
    emit_assign_in(b, (MirBlock){at}, to, rv);
    term->kind = MIR_GOTO;
    term->unwind = MIR_NO_BLOCK;
}

static void flatten_call(Flatten *fl, u32 at) {
    MirBuild *b = fl->b;
    const BuildBlock *block = &b->blocks.at[at];
    const MirTerm *term = &block->term;
    if (term->kind != MIR_CALL || term->a.kind != OPERAND_CONST || term->is_spread ||
        term->place.proj_count)
        return;
    const MirConst *konst = &b->consts.at[term->a.konst];
    if (konst->kind != MIR_CONST_ZST || ty_kind(b->db, konst->ty) != TY_FN_DEF) return;
    MirCallee callee = fl->find(fl->cx, konst->ty);
    if (callee.kind != MIR_CALLEE_BODY)
        intrinsic_call_away(fl, at, &callee);
    else if (!block->is_cleanup && may_take(fl, &callee, term) && !has_idle_const(callee.body))
        take_in(fl, at, &callee);
}

// ---- entry --------------------------------------------------------------------------------------

void mir_return_flat(Db *db, DefId owner, const MirBody *body, MirFindCallee *find, void *cx) {
    if (!body || body->is_error) {
        mir_return_none(db, owner, body ? body->reason : (Symbol){0}, body != NULL);
        return;
    }
    PromotedVec promoted = {0};
    MirBuild *b = build_new(db, &db->scratch, owner, NULL, NULL, &promoted);
    Flatten fl = {.b = b, .find = find, .cx = cx};
    copy_root(&fl, body);
    for (u32 i = 0; i < b->blocks.count; i++) // those taken in come behind
        flatten_call(&fl, i);
    simplify(b);
    for (u32 round = 0; round < 4 && propagate(b); round++)
        simplify(b);
    b->taken_in = fl.scopes.at;
    b->taken_in_count = fl.scopes.count;
    mir_return(b);
}
