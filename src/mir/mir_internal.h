// Inside mir/: the state of one body under construction, and what its parts offer each other.
//
// A MirBuild grows the body's arrays in scratch; mir_pack turns them into the MirBody blob. There
// is a current block (`cur`) that statements go to; after an expression that never returns it is a
// fresh block without predecessors, removed at the end (simplify.c). Everything with a destructor
// is scheduled in a scope and drop elaboration (drop_elaborate.c) decides later which of the
// scheduled drops really happen: so a scheduled drop of a value that was never made is harmless.

#ifndef RAC_MIR_MIR_INTERNAL_H
#define RAC_MIR_MIR_INTERNAL_H

#include "mir/mir.h"

// An expression with only the first `adj` of its adjustments applied.
typedef struct Ex {
    HirExpr e;
    u32 adj;
} Ex;

// A variable of an enclosing body, seen in a closure, as MirPlace.local until place_resolve.
#define UPVAR_FLAG 0x80000000u

typedef struct DropEntry {
    MirLocal local;
    bool is_value;   // else: storage dead
    bool has_unwind; // `unwind` is the cleanup block that drops this and everything outside of it
    MirBlock unwind;
} DropEntry;
typedef struct Scope {
    VEC(DropEntry) drops;
} Scope;

typedef struct BuildBlock {
    VEC(MirStmt) stmts;
    MirTerm term;
    bool has_term;
    bool is_cleanup;
    u32 exit_head; // chain of the exit nodes that go on here: index + 1 into exits
} BuildBlock;

// Drops on the way out of scopes are shared: one block per (what follows, what is dropped, unwind).
typedef struct ExitNode {
    u32 drop_key;
    MirBlock unwind;
    MirBlock block;
    u32 next;
} ExitNode;

typedef struct Breakable {
    u32 label;
    u32 depth; // scopes from here on are left
    MirBlock break_block;
    MirBlock continue_block; // MIR_NO_BLOCK for a labelled block
    MirPlace dest;
} Breakable;

typedef struct ElseTarget {
    u32 depth;
    MirBlock block;
} ElseTarget;

typedef struct PromotedBlob {
    const u8 *at;
    u32 bytes;
} PromotedBlob;
typedef VEC(PromotedBlob) PromotedVec;

typedef struct TyFact { // answers about types, kept for the time of one build
    u32 ty;
    u8 copy, drop; // 0 unknown, 1 no, 2 yes
} TyFact;

typedef struct MirBuild {
    Db *db;
    Scratch *scratch;
    DefId owner, root;
    const HirBody *hir;
    const Typeck *typeck;
    const ParamEnv *env;
    const ClosureInfo *closure; // NULL: not a closure
    Ty closure_ty;
    bool check_overflow, if_checks, is_const_body, is_2024;
    bool in_promoted;

    VEC(MirLocalDecl) locals;
    VEC(BuildBlock) blocks;
    VEC(MirRvalue) rvalues;
    VEC(MirProj) projs;
    VEC(MirOperand) operands;
    VEC(MirConst) consts;
    VEC(MirSwitchRow) switches;
    VEC(ExitNode) exits;
    u32 arg_count, spread_arg;
    const MirScope *taken_in; // of a body that others were taken into (flatten.c)
    u32 taken_in_count;

    MirBlock cur;
    MirBlock return_block;
    MirBlock resume_block;
    u32 lo, hi; // position of what is being built

    VEC(Scope) scopes;
    u32 temp_scope; // where temporaries are dropped: index into scopes; UINT32_MAX: never
    u32 var_scope;  // where variables are dropped
    VEC(Breakable) breakables;
    ElseTarget els; // where a failing condition goes

    MirPlace *var_place; // by HirLocal; proj_first == UINT32_MAX: not declared
    u8 *var_scheduled;   // by HirLocal
    u32 *ext; // by HirExpr: scope of an extended temporary + 2; 1: never dropped; 0: not extended
    u32 *ext_super; // by HirPat: the same for `super let`

    TyFact *facts; // open-addressed by type
    u32 fact_cap, fact_count;
    PromotedVec *promoted; // of the owner; shared with promoteds' builds
    u8 modes_seen;         // bits of BindMode, while patterns are looked through
    bool is_error;
    Symbol reason;
} MirBuild;

#define EXT_NONE    0u
#define EXT_NEVER   1u
#define SCOPE_NEVER UINT32_MAX

// ---- build.c
// --------------------------------------------------------------------------------------
void build_unsupported(MirBuild *b, const char *what);
MirLocal local_new(MirBuild *b, Ty ty);
MirBlock block_new(MirBuild *b);
static inline BuildBlock *block_at(MirBuild *b, MirBlock block) {
    return &b->blocks.at[block.id];
}
void emit_stmt(MirBuild *b, MirStmt stmt);
void emit_assign(MirBuild *b, MirPlace dest, MirRvalue rvalue);
void emit_assign_in(MirBuild *b, MirBlock block, MirPlace dest, MirRvalue rvalue);
MirTerm *terminate(MirBuild *b, MirTermKind kind); // of the current block; no targets yet
MirTerm *terminate_block(MirBuild *b, MirBlock block, MirTermKind kind);
void emit_goto(MirBuild *b, MirBlock target);
void start_dead_block(MirBuild *b);
void emit_assert(MirBuild *b, MirOperand cond, bool expected, MirAssertKind kind, MirBinOp op,
                 MirOperand x, MirOperand y, bool if_checks);
// Targets of a switch: values and blocks are pushed as rows right before.
void emit_switch(MirBuild *b, MirOperand value, const MirSwitchRow *rows, u32 count,
                 MirBlock otherwise);
void emit_if(MirBuild *b, MirOperand cond, MirBlock yes, MirBlock no);
HirSpan expr_span(MirBuild *b, HirExpr e);
void set_pos(MirBuild *b, HirExpr e);
Span diag_span(MirBuild *b, HirSpan span);

// types
bool ty_copy(MirBuild *b, Ty ty);
bool ty_drops(MirBuild *b, Ty ty);
Ty ty_normal(MirBuild *b, Ty ty);
SolveCx solve_cx(const MirBuild *b, InferTable *table); // goals as the body that is built sees them
bool adt_has_drop_impl(Db *db, Ty ty);
bool ty_is_box(const Db *db, Ty ty);
Ty ty_deref(const Db *db, Ty ty); // pointee of reference, raw pointer, Box; NONE otherwise
Ty build_field_ty(MirBuild *b, Ty adt, u32 variant, u32 field);
bool storage_matters(MirBuild *b, Ty ty);
Ty discr_ty(Db *db, DefId adt);
DefId trait_method(Db *db, LangItem trait, Str name);
u128 mask_bits(u128 v, u32 bytes);
i128 sign_extend(u128 v, u32 bytes);

// ---- build_scope.c
// ---------------------------------------------------------------------------------
u32 scope_push(MirBuild *b);
void scope_pop_to(MirBuild *b, u32 depth);
void schedule_drop(MirBuild *b, u32 scope, MirLocal local, Ty ty); // value, if the type may need it
void schedule_storage(MirBuild *b, u32 scope, MirLocal local, Ty ty);
MirBlock unwind_block(MirBuild *b);
void exit_scopes(MirBuild *b, u32 depth, MirBlock target); // leaves the current block dead
typedef struct TempScope {
    u32 saved_temp;
    u32 depth;
} TempScope;
TempScope temps_begin(MirBuild *b); // a terminating scope
void temps_end(MirBuild *b, TempScope scope);
u32 temp_scope_of(MirBuild *b, HirExpr e);

// ---- build_place.c
// ---------------------------------------------------------------------------------
static inline MirPlace place_local(MirLocal local) {
    return (MirPlace){.local = local};
}
MirPlace place_proj(MirBuild *b, MirPlace place, MirProj proj);
static inline MirPlace place_deref(MirBuild *b, MirPlace p) {
    return place_proj(b, p, (MirProj){.kind = PROJ_DEREF});
}
static inline MirPlace place_field(MirBuild *b, MirPlace p, u32 i, Ty ty) {
    return place_proj(b, p, (MirProj){.kind = PROJ_FIELD, .index = i, .ty = ty});
}
static inline MirPlace place_downcast(MirBuild *b, MirPlace p, u32 variant) {
    return place_proj(b, p, (MirProj){.kind = PROJ_DOWNCAST, .index = variant});
}
bool place_resolvable(MirBuild *b, MirPlace place);
MirPlace place_resolve(MirBuild *b, MirPlace place);
bool place_eq(const MirBuild *b, MirPlace x, MirPlace y);
Ty proj_ty(Db *db, Ty ty, const MirProj *projs, u32 count, u32 *variant);
Ty place_ty(MirBuild *b, MirPlace place);
MirPlace var_place(MirBuild *b, HirLocal local);
MirPlace expr_place(MirBuild *b, Ex x);
MirOperand slice_len(MirBuild *b, MirPlace place, Ty ty);
MirPlace capture_place(MirBuild *b, const Capture *capture);

// ---- operands and rvalues
// ------------------------------------------------------------------------
static inline MirOperand op_copy(MirBuild *b, MirPlace p) {
    return (MirOperand){.kind = OPERAND_COPY, .place = place_resolve(b, p)};
}
static inline MirOperand op_move(MirBuild *b, MirPlace p) {
    return (MirOperand){.kind = OPERAND_MOVE, .place = place_resolve(b, p)};
}
MirOperand op_consume(MirBuild *b, MirPlace p, Ty ty);
MirOperand op_const(MirBuild *b, MirConst konst);
MirOperand op_zst(MirBuild *b, Ty ty);
MirOperand op_bits(MirBuild *b, Ty ty, u128 bits);
MirOperand op_again(MirOperand op); // a second use: copied
static inline MirRvalue rv_use(MirOperand a) {
    return (MirRvalue){.kind = RV_USE, .a = a};
}
static inline MirRvalue rv_ref(MirBuild *b, MirPlace p, bool is_mut) {
    return (MirRvalue){.kind = RV_REF, .is_mut = is_mut, .place = place_resolve(b, p)};
}
static inline MirRvalue rv_raw(MirBuild *b, MirPlace p, bool is_mut) {
    return (MirRvalue){.kind = RV_RAW_PTR, .is_mut = is_mut, .place = place_resolve(b, p)};
}
static inline MirRvalue rv_binary(MirBinOp op, MirOperand x, MirOperand y) {
    return (MirRvalue){.kind = RV_BINARY, .op = (u8)op, .a = x, .b = y};
}
static inline MirRvalue rv_cast(MirCastKind kind, MirOperand a, Ty to) {
    return (MirRvalue){.kind = RV_CAST, .op = (u8)kind, .ty = to, .a = a};
}
MirRvalue rv_aggregate(MirBuild *b, MirAggregateKind kind, Ty ty, u32 variant,
                       const MirOperand *ops, u32 count);
MirOperand operand_of_rvalue(MirBuild *b, MirRvalue rvalue,
                             Ty ty); // through a temporary without a drop
MirLocal temp_of_rvalue(MirBuild *b, MirRvalue rvalue, Ty ty);

// ---- build_expr.c
// ----------------------------------------------------------------------------------
Ex ex_full(MirBuild *b, HirExpr e);
Ty ex_ty(MirBuild *b, Ex x);
const Adjust *ex_adjust(MirBuild *b, Ex x); // the outermost adjustment; x.adj > 0
void expr_into(MirBuild *b, MirPlace dest, Ex x);
MirOperand expr_operand(MirBuild *b, Ex x, bool rest_is_inert);
MirRvalue expr_rvalue(MirBuild *b, Ex x);
MirLocal expr_temp(MirBuild *b, Ex x);
void expr_discard(MirBuild *b, Ex x); // for its effects
void expr_into_terminating(MirBuild *b, MirPlace dest, HirExpr e);
bool expr_is_inert(MirBuild *b, HirExpr e); // reads only: what was read before stays the same
bool ex_is_place(MirBuild *b, Ex x);
void condition(MirBuild *b, HirExpr cond, bool terminating); // goes on if true; else to b->els
MirBinOp mir_bin_op(HirBinOp op);
bool is_builtin_binary(MirBuild *b, HirExpr e);
void extend_initializer(MirBuild *b, HirExpr init, HirPat pat, u32 ext);

// ---- build_call.c
// -----------------------------------------------------------------------------------
void emit_call(MirBuild *b, MirPlace dest, Ty ret, MirOperand callee, const MirOperand *args,
               u32 count, bool is_spread, u32 lo, u32 hi);
MirOperand op_fn(MirBuild *b, DefId def, Args args);
void call_into(MirBuild *b, MirPlace dest, Ex x);
void operator_into(MirBuild *b, MirPlace dest, Ex x); // overloaded UNARY, BINARY, ASSIGN_OP
MirPlace overloaded_deref(MirBuild *b, MirPlace place, Ty place_type, Ty target, bool is_mut);
MirPlace overloaded_place(MirBuild *b, Ex x); // overloaded INDEX, UNARY deref
MirRvalue struct_rvalue(MirBuild *b, HirExpr e);
MirRvalue closure_rvalue(MirBuild *b, HirExpr e);
MirRvalue cast_rvalue(MirBuild *b, HirExpr e);
MirRvalue adjust_rvalue(MirBuild *b, Ex x);
bool reborrowed(MirBuild *b, Ex x, MirOperand *out);
MirRvalue list_rvalue(MirBuild *b, HirExpr e); // TUPLE, ARRAY, REPEAT

// ---- build_match.c
// -----------------------------------------------------------------------------------
void match_into(MirBuild *b, MirPlace dest, HirExpr e);
void let_condition(MirBuild *b, HirExpr let); // binds, or goes to b->els
void build_let(MirBuild *b, const HirStmt *stmt);
void build_params(MirBuild *b, HirList params, u32 first_arg);
void storage_live(MirBuild *b, MirLocal local, Ty ty);
Ty pat_outer_ty(MirBuild *b, HirPat pat); // before peeling
const Ty *pat_peeled(MirBuild *b, HirPat pat, u32 *count);

// ---- build_const.c
// -----------------------------------------------------------------------------------
bool expr_const(MirBuild *b, HirExpr e, MirConst *out); // literals, constants, fn items, ...
bool lit_bits(Db *db, const HirExprRow *row, Ty ty, bool negative, u128 *bits);
bool promote(MirBuild *b, HirExpr e, Ex inner,
             MirConst *out); // &inner as a constant, if that may be
// A constant of integer, bool or char type, as far as this folder can fold it without consts/.
bool fold_expr(Db *db, const HirBody *hir, const Typeck *typeck, HirExpr e, u128 *bits, u32 depth);
bool fold_const_item(Db *db, DefId def, Args args, u128 *bits, u32 depth);
bool variant_discr(Db *db, const AdtDef *adt, u32 variant,
                   u128 *bits); // masked to the discriminant's type

// ---- usefulness.c
// ------------------------------------------------------------------------------------ Reports
// E0004 or E0005 unless the patterns cover everything. Rows with a guard do not count.
void check_match(MirBuild *b, HirExpr e, Ty scrutinee_ty, const HirArm *arms, u32 count);
void check_irrefutable(MirBuild *b, HirPat pat, bool is_param);

// ---- passes
// ---------------------------------------------------------------------------------------
void elaborate_drops(MirBuild *b);
void simplify(MirBuild *b);
bool propagate(MirBuild *b);  // true: it changed something, and simplify finds more
void mir_return(MirBuild *b); // ends the query that runs with a MirBlob
void mir_return_none(Db *db, DefId owner, Symbol reason, bool is_error); // no body, or a wrong one
void mir_pack(MirBuild *b, Blob *blob, u32 header_bytes); // header: a MirBody at its start

MirBuild *build_new(Db *db, Scratch *scratch, DefId owner, const HirBody *hir, const Typeck *typeck,
                    PromotedVec *promoted);

#endif
