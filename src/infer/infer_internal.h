// Shared by the files of infer/: the state of checking one body (Tc), and who answers for what.
//
//     typeck.c        the query: order of events      expr.c call.c stmt.c   expressions
//     pat.c           patterns                        path.c                 value paths, struct
//     paths probe.c confirm.c  method lookup                place.c                autoderef, *x,
//     x[i], x.f coerce.c        coercions and their LUB         op.c cast.c            operators,
//     `as` closure.c       closure signatures, calls       upvar.c                captures and
//     closure kinds fulfill.c       pending goals, normalisation    writeback.c unsafety.c what
//     comes after
//
// Names follow rustc_hir_typeck where one exists; its behaviour is the reference for the order in
// which things happen, which decides what is inferred.

#ifndef RAC_INFER_INFER_INTERNAL_H
#define RAC_INFER_INFER_INTERNAL_H

#include "infer/typeck.h"

typedef struct AdjRun { // adjustments of one expression
    Adjust *at;
    u32 count;
} AdjRun;
typedef struct PeelRun {
    Ty *at;
    u32 count;
} PeelRun;

// What is expected of an expression's type.
typedef enum ExpectKind {
    EXPECT_NONE,
    EXPECT_TYPE,   // will be coerced to it, or must be it
    EXPECT_CAST,   // will be cast to it
    EXPECT_UNSIZED // the operand of & or Box-like, where an unsized type is wanted: only a hint
} ExpectKind;
typedef struct Expect {
    u32 kind;
    Ty ty;
} Expect;
#define NO_EXPECT ((Expect){EXPECT_NONE, {0}})
static inline Expect expect_type(Ty ty) {
    return (Expect){EXPECT_TYPE, ty};
}

typedef VEC(HirExpr) ExprVec;
typedef VEC(Ty) TyVec;

// Several expressions that must come to one type: arms, branches, array elements, returns, breaks.
typedef struct CoerceMany {
    Ty expected;
    Ty final; // 0: nothing pushed yet
    ExprVec exprs;
    u32 pushed;
} CoerceMany;

typedef struct BreakCx {
    bool active;
    bool may_break;
    bool is_loop;
    bool has_coerce;
    CoerceMany coerce;
} BreakCx;

// A call of a closure whose kind is not known yet.
typedef struct DeferredCall {
    struct Body *body;
    HirExpr call, callee;
    Ty closure;
    AdjRun steps; // autoderef of the callee
} DeferredCall;

// Some of a body's locals.
typedef struct LocalSet {
    u32 *stamps; // by HirLocal; those equal to `now` are in it
    u32 now;
} LocalSet;
static inline void local_set_empty(LocalSet *set) {
    set->now++;
}
static inline bool local_set_has(const LocalSet *set, u32 local) {
    return set->stamps[local] == set->now;
}
static inline void local_set_add(LocalSet *set, u32 local) {
    set->stamps[local] = set->now;
}

typedef struct ClosureState {
    DefId def;
    Ty ty; // the CLOSURE type
    u8 kind, kind_known;
    u8 has_upvars; // mentions locals of the body around it
    u8 is_unfit;   // it was reported that its signature is not the one that is asked for
    u8 upvars_known;
    Ty *sig; // inputs, then output
    u32 input_count;
    Args upvars; // types of the closure's fields
    u8 is_move;
    VEC(DeferredCall) calls;
    u32 watchers; // goals that wait for what becomes known of it
    VEC(Capture) captures;
    VEC(CaptureProj) projs; // capture.proj_first counts in here
} ClosureState;

// One HIR body under check: the owner's, or an inline const's inside it.
typedef struct Body {
    const HirBody *hir;
    DefId owner;
    Ty *expr_tys, *pat_tys, *local_tys, *hir_tys;
    u8 *local_modes;
    LocalSet bound; // by the closure that is looked at
    PeelRun *peels;
    AdjRun *adjusts;
    u32 *callee_of, *pat_callee, *field_of, *field_index;
    ClosureState *closures; // by closure number
    BreakCx *breaks;        // by label
    struct Body *next;      // all bodies of this check
} Body;

// A goal that has to hold (pending.c).
typedef struct Obligation {
    Predicate pred;
    Span span;
    u32 prev, next; // of those that are not done; 0 the ends
    u32 tries;
    u16 depth;
    bool is_done;
    bool is_awake;     // waits to be tried again
    bool is_open_path; // Self: Trait of a path Trait::item
} Obligation;

// That a goal waits for a variable or a closure; void once it was tried again.
typedef struct Watch {
    u32 goal;
    u32 tries; // the goal's then
    u32 next;
} Watch;

typedef struct Goals {
    VEC(Obligation) all; // in the order they were registered; 0: the ends of the list
    u32 fresh;           // from this one on none was tried yet
    VEC(Watch) watches;
    VEC(u32) by_var; // a root variable -> its first watch; 0: none
    u32 free_watch;
    VEC(u32) now;   // a heap: woken goals of this round
    VEC(u32) later; // and of the next
    u32 trying;     // 0: none
    bool in_hidden; // of an opaque type: watching
} Goals;

typedef struct DeferredCast {
    Body *body;
    HirExpr expr; // the CAST
    Ty from, to;
} DeferredCast;

typedef struct OpaqueVar {
    DefId opaque;
    Ty ty;
    Ty var;
} OpaqueVar;

typedef struct Tc {
    Db *db;
    Scratch *scratch;
    DefId owner;
    DefId root; // whose generics apply
    u32 edition;
    bool is_local_crate;
    bool tainted;
    InferTable *table;
    const ParamEnv *env;
    SolveCx solve;
    TyLower lower;
    Body *b;      // the body that is being checked now
    Body *bodies; // all
    Goals goals;
    VEC(Obligation) unmet; // trait goals that were reported
    VEC(Callee) callees;
    VEC(DeferredCast) casts;
    VEC(OpaqueVar) opaques;
    // ScalarOp (op.c) by operator, whether it assigns, and the left operand's kind.
    u8 scalar_ops[BIN_OP_COUNT][2][TY_NEVER + 1];
    TyVec int_vars, float_vars, ty_vars;
    VEC(DefId) scopes; // whose traits are in scope
    VEC(DefId) traits; // that are so besides: those declared or implemented around
    bool scopes_known;
    bool diverges;
    bool in_select;
    CoerceMany *ret; // NULL: `return` is not allowed
    Ty self_ty_cache;
    u32 depth;
} Tc;

// ---- fulfill.c ----------------------------------------------------------------------------------

Span tc_span(const Tc *tc, HirExpr e);
Span tc_pat_span(const Tc *tc, HirPat p);
Span tc_hir_span(const Tc *tc, u32 lo, u32 hi);
void tc_error(Tc *tc, Span span, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
const char *tc_print(Tc *tc, Ty ty); // resolved; zero-terminated, in scratch
Ty tc_var(Tc *tc);
Ty tc_shallow(Tc *tc, Ty ty);
Ty tc_resolve(Tc *tc, Ty ty);
bool tc_has_error(Tc *tc, Ty ty); // resolved type mentions ERROR
static inline TyKind tc_kind(Tc *tc, Ty ty) {
    return ty_kind(tc->db, ty);
}
static inline const TyRow *tc_row(Tc *tc, Ty ty) {
    return ty_row(tc->db, ty);
}
bool tc_is_var(Tc *tc, Ty ty); // shallow type is an unbound TY_INFER
// Resolves as far as pending goals allow.
Ty tc_resolve_pending(Tc *tc, Ty ty);
// The same; an unknown type is reported (E0282) and becomes ERROR.
Ty tc_structurally(Tc *tc, Ty ty, Span span);
Ty tc_normalize(Tc *tc, Ty ty, Span span);
Args tc_normalize_args(Tc *tc, Args args, Span span);
void tc_register_trait(Tc *tc, DefId trait, Args args, Span span);
void tc_register_sized(Tc *tc, Ty ty, Span span);
void tc_take_goals(Tc *tc, const GoalVec *goals, Span span);
// The where-clauses of def with args, normalised, as obligations. Of a trait's item: Self: Trait
// too.
void tc_register_bounds(Tc *tc, DefId def, Args args, Span span);
void tc_select_all_or_error(Tc *tc);
bool goals_may_hold(Tc *tc, GoalVec *goals);         // inside a snapshot of the caller
bool trait_may_hold(Tc *tc, DefId trait, Args args); // undone
Predicate trait_pred(DefId trait, Args args);
Args args_of(Tc *tc, const Ty *tys, u32 count);
static inline Args args1(Tc *tc, Ty a) {
    return args_of(tc, &a, 1);
}
static inline Args args2(Tc *tc, Ty a, Ty b) {
    Ty both[2] = {a, b};
    return args_of(tc, both, 2);
}

bool tc_unify(Tc *tc, Ty a, Ty b);
// Reports E0308 if they differ. `actual` is what was found.
bool tc_demand_eq(Tc *tc, Span span, Ty expected, Ty actual);
void tc_mismatch(Tc *tc, Span span, Ty expected, Ty actual);
DefId trait_fn(Tc *tc, DefId trait); // the one method of an operator trait
Symbol tc_sym(Tc *tc, const char *name);

Ty expect_only_type(Tc *tc, Expect e); // 0 if none
Ty expect_any(Tc *tc, Expect e);       // 0 if none
Expect expect_rvalue_hint(Tc *tc, Ty ty);
Expect expect_for_branches(Tc *tc, Expect e);
Ty struct_tail(Tc *tc, Ty ty);

void tc_report_unmet(Tc *tc, const Obligation *o);
Ty pred_self_ty(Tc *tc, const Predicate *pred);

// ---- pending.c ----------------------------------------------------------------------------------

void tc_register(Tc *tc, Predicate pred, Span span);
void tc_select(Tc *tc);                               // select_where_possible
void tc_closure_changed(Tc *tc, ClosureState *state); // more is known of it
// The goals that are not done, in the order they were registered: from tc_goal_next(tc, 0) to 0.
u32 tc_goal_next(const Tc *tc, u32 id);
Obligation *tc_goal(const Tc *tc, u32 id);
Obligation *tc_last_goal(const Tc *tc); // NULL: there is none
// The goals about a type that is still a variable, in order. Everything that can be has been
// selected.
typedef VEC(u32) GoalIds;
void tc_goals_about(Tc *tc, Ty var, GoalIds *out);

// Between the two nothing may be selected.
typedef struct TcSnap {
    u32 table, goals;
} TcSnap;
TcSnap tc_snapshot(Tc *tc);
void tc_rollback(Tc *tc, TcSnap snap);
void tc_commit(Tc *tc, TcSnap snap);

// ---- coerce.c -----------------------------------------------------------------------------------

// Coerces expression e of type `from` to `to`: records adjustments; false: nothing was changed.
bool tc_coerce(Tc *tc, HirExpr e, Ty from, Ty to, Ty *out);
// The same without an expression; adjustments are thrown away, variables stay bound on success.
bool tc_can_coerce(Tc *tc, Ty from, Ty to);
Ty tc_demand_coerce(Tc *tc, HirExpr e, Ty from, Ty to); // reports
void tc_adjust(Tc *tc, HirExpr e, const Adjust *steps, u32 count);
Ty tc_adjusted_ty(Tc *tc, HirExpr e);
void coerce_many_begin(CoerceMany *c, Ty expected);
void coerce_many_push(Tc *tc, CoerceMany *c, HirExpr e, Ty ty, Span span);
void coerce_many_unit(Tc *tc, CoerceMany *c, Span span, bool is_else);
Ty coerce_many_end(Tc *tc, CoerceMany *c);
Ty coerce_many_merged(const CoerceMany *c);

// ---- expr.c, call.c, stmt.c ---------------------------------------------------------------------

Ty tc_expr(Tc *tc, HirExpr e, Expect expect);
Ty tc_expr_coercible(Tc *tc, HirExpr e, Ty expected); // reports
Ty tc_expr_has_type(Tc *tc, HirExpr e, Ty expected);
Ty tc_expr_mut(Tc *tc, HirExpr e, Expect expect, bool mut_place); // *_with_needs
Ty tc_block(Tc *tc, HirExpr e, Expect expect);
Ty tc_call(Tc *tc, HirExpr e, Expect expect);
Ty tc_method_call(Tc *tc, HirExpr e, Expect expect);
// Checks arguments against formal inputs. `expected` may be NULL.
void tc_arguments(Tc *tc, HirExpr call, Span span, const Ty *formal, const Ty *expected,
                  u32 formal_count, const HirExpr *args, u32 arg_count, bool variadic, bool tupled,
                  DefId fn);
u32 tc_callee(Tc *tc, Res res, Args args); // interns a Callee row
Body *tc_body_new(Tc *tc, const HirBody *hir);
void tc_return_expr(Tc *tc, HirExpr e, Ty ret);
Ty tc_static_field_ty(Tc *tc, const AdtDef *adt, const AdtVariant *v, u32 field, Args args,
                      Span span);

// ---- path.c -------------------------------------------------------------------------------------

typedef struct ValuePath {
    Res res; // NONE on error
    Args args;
    Ty ty;
} ValuePath;
ValuePath tc_value_path(Tc *tc, HirPath path, Span span);
typedef struct StructPath {
    const AdtDef *adt; // NULL on error
    const AdtVariant *variant;
    Ty ty;
} StructPath;
StructPath tc_struct_path(Tc *tc, HirPath path, Span span);
Ty tc_hir_ty(Tc *tc, HirTy ty);
Ty tc_ctor_ty(Tc *tc, DefId def, Args args, Span span);

// ---- place.c ------------------------------------------------------------------------------------

enum { AUTODEREF_MAX = 64 };
typedef struct Autoderef {
    Tc *tc;
    Ty ty;                   // now
    Ty steps[AUTODEREF_MAX]; // source of each step
    u8 overloaded[AUTODEREF_MAX];
    u32 count;
    bool raw; // go through raw pointers
    bool started;
    GoalVec goals;
} Autoderef;
void autoderef_begin(Tc *tc, Autoderef *a, Ty ty);
bool autoderef_next(Autoderef *a);              // the type itself first; false: no more
AdjRun autoderef_adjusts(Autoderef *a);         // in scratch, with room for 3 more
void autoderef_finish(Autoderef *a, Span span); // registers its goals
Ty builtin_deref(Tc *tc, Ty ty, bool explicit); // 0 if none
bool tc_is_box(Tc *tc, Ty ty, Ty *inner);

typedef struct MethodSig { // a trait method looked up for an operator
    DefId fn;
    Args args;
    FnPtrSig sig;
    const Ty *inputs;
    u32 input_count;
    Ty output;
} MethodSig;
// lookup_method_in_trait: Trait<self_ty, rhs...>; registers the method's bounds when it may hold.
bool tc_trait_method(Tc *tc, DefId trait, DefId fn, Ty self_ty, const Ty *rhs, u32 rhs_count,
                     Span span, MethodSig *out);
Ty tc_deref(Tc *tc, HirExpr e, HirExpr operand, Ty ty); // 0 if it cannot
Ty tc_index(Tc *tc, HirExpr e);
Ty tc_field(Tc *tc, HirExpr e);
void tc_check_field_visible(Tc *tc, const AdtDef *adt, const AdtVariant *v, u32 i, Span span);
bool tc_ctor_visible(Tc *tc, const AdtDef *adt, const AdtVariant *v);
void tc_make_places_mutable(Tc *tc, HirExpr e);
Ty adt_field_ty(Tc *tc, const AdtDef *adt, const AdtVariant *v, u32 i, Args args, Span span);

// ---- op.c, cast.c, pat.c ------------------------------------------------------------------------

Ty tc_binary(Tc *tc, HirExpr e, Expect expect);
Ty tc_assign_op(Tc *tc, HirExpr e);
Ty tc_unary(Tc *tc, HirExpr e, Expect expect);
Ty tc_cast(Tc *tc, HirExpr e);
void tc_check_casts(Tc *tc);
void tc_pat_top(Tc *tc, HirPat pat, Ty expected);
// 0 none, 1 `ref`, 2 `ref mut` somewhere inside.
u32 tc_pat_ref_bindings(Tc *tc, HirPat pat);

// ---- probe.c, confirm.c -------------------------------------------------------------------------

typedef enum PickKind { PICK_INHERENT, PICK_OBJECT, PICK_TRAIT, PICK_WHERE } PickKind;
typedef struct Pick {
    u32 kind;
    DefId item;
    DefId container; // impl or trait
    Args trait_args; // WHERE, OBJECT: the trait's
    u32 autoderefs;
    u8 autoref; // 0 none, 1 &, 2 &mut
    u8 to_const_ptr;
    u8 unsize;
    Ty self_ty;
} Pick;
typedef enum ProbeResult {
    PROBE_NONE,
    PROBE_FOUND,
    PROBE_AMBIGUOUS,
    PROBE_PRIVATE,
    PROBE_BAD_TY
} ProbeResult;
ProbeResult probe_method(Tc *tc, Ty self_ty, Symbol name, Span span, Pick *out);
ProbeResult probe_path(Tc *tc, Ty self_ty, Symbol name, Span span, Pick *out);
typedef struct Confirmed {
    DefId fn;
    Args args;
    FnPtrSig sig;
} Confirmed;
Confirmed confirm_method(Tc *tc, HirExpr e, HirExpr receiver, Ty receiver_ty, const Pick *pick,
                         u32 seg, Span span);

// ---- closure.c, upvar.c -------------------------------------------------------------------------

Ty tc_closure(Tc *tc, HirExpr e, Expect expect);
ClosureState *tc_closure_state(Tc *tc, Ty closure); // NULL: of another body
bool tc_closure_facts(void *cx, Ty closure, ClosureFacts *out);
bool closure_sig_of(Tc *tc, Ty closure, const Ty **tys, u32 *input_count);
void tc_closure_analyze(Tc *tc);
void tc_fn_params(Tc *tc, const HirParamPat *params, u32 count, const Ty *tys);
bool hir_expr_mentions_upvar(const Tc *tc, const HirClosure *closure);

// ---- walk.c: children of HIR nodes --------------------------------------------------------------

typedef struct HirVisit {
    void *cx;
    void (*expr)(struct HirVisit *v, const HirBody *b,
                 HirExpr e); // pre-order; call hir_walk_expr to descend
    void (*pat)(struct HirVisit *v, const HirBody *b, HirPat p); // NULL: patterns are skipped
} HirVisit;
void hir_walk_expr(HirVisit *v, const HirBody *b, HirExpr e); // visits the direct children
void hir_walk_pat(HirVisit *v, const HirBody *b, HirPat p);

// ---- dyn.c --------------------------------------------------------------------------------------

bool tc_check_dyn(Tc *tc, Ty ty, Span span); // reports traits behind `dyn` that may not stand there

// ---- writeback.c, unsafety.c --------------------------------------------------------------------

void tc_fallback(Tc *tc);
void tc_writeback(Tc *tc, Body *body, Blob *blob);
void tc_check_unsafety(Tc *tc, Body *body);
DefId tc_body_owner(Db *db,
                    DefId def); // whose body a closure or block stands in; itself for others

#endif
