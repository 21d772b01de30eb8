// Trait solving: does a type implement a trait, through which impl, what is a projection.
//
// One solver, two users. Inference asks with variables (an InferTable answers for them); mono asks
// with concrete types in the empty environment and is cached by (trait, args).
//
// What it knows: impls (with specialization: the most special one wins), where-clauses and
// supertraits of the environment (elaborated), item bounds of projections and opaque types,
// object candidates of `dyn Trait`, auto traits (structural, negative impls), built-in impls:
// Sized, MetaSized, PointeeSized, Copy, Clone (tuples, arrays, closures, fn types), Fn*/AsyncFn*
// (fn defs, fn pointers, closures), Pointee, DiscriminantKind, Tuple, FnPtr, Unsize, CoerceUnsized
// (std's impls + built-in Unsize), Destruct, Freeze, TransmuteFrom no, PointerLike no,
// BikeshedGuaranteedNoDrop no. Constness is ignored. Coinduction for auto traits and Sized.
//
// References: rustc-dev-guide "Trait solving", rustc_trait_selection (behaviour only).

#ifndef RAC_SOLVE_SOLVE_H
#define RAC_SOLVE_SOLVE_H

#include "types/sig.h"

// ---- unification
// ---------------------------------------------------------------------------------

// The variables of one inference context. Snapshots undo everything since.
typedef struct InferTable InferTable;
InferTable *infer_table_new(Db *db, Scratch *scratch); // lives as long as the scratch mark
Ty infer_var(InferTable *t);                           // TY_INFER
Ty infer_int_var(InferTable *t);
Ty infer_float_var(InferTable *t);
Ty infer_const_var(InferTable *t, Ty ty);
u32 infer_snapshot(InferTable *t);
void infer_rollback(InferTable *t, u32 snapshot);
void infer_commit(InferTable *t, u32 snapshot);
// The type a variable stands for now, one level (shallow), or everywhere inside (deep).
Ty infer_shallow(InferTable *t, Ty ty);
Ty infer_resolve(InferTable *t, Ty ty);
Args infer_resolve_args(InferTable *t, Args args);
// Makes a and b equal; false (nothing bound) if they cannot be. Int variables take only integer
// types. Projections with variables inside are compared structurally: normalise first.
bool infer_unify(InferTable *t, Ty a, Ty b);
bool infer_unify_args(InferTable *t, Args a, Args b);
Args infer_fresh_args(InferTable *t, DefId def); // one variable per parameter
// The diverging mark of variables made for `!` coercions: fallback to () or !.
void infer_mark_diverging(InferTable *t, Ty var);
bool infer_is_diverging(InferTable *t, Ty var);
u32 infer_var_count(const InferTable *t);
bool infer_same_var(InferTable *t, Ty a, Ty b); // both unbound and unified
u32 infer_changes(const InferTable *t);         // grows with every binding that is not undone
u32 infer_snapshot_depth(const InferTable *t);
// The variables that were bound, joined to others or changed their kind since the last clearing,
// without those that were undone. To be cleared outside of snapshots only.
const u32 *infer_events(const InferTable *t, u32 *count);
void infer_events_clear(InferTable *t);

// ---- environments -------------------------------------------------------------------------------

// The where-clauses that hold inside `owner`, elaborated (supertraits, item bounds) and normalised.
typedef struct ParamEnv {
    List predicates; // Predicate
} ParamEnv;
const ParamEnv *param_env(Db *db, DefId owner); // a query; closures etc. answer with their root's
const ParamEnv *param_env_empty(Db *db);        // mono's

// ---- goals --------------------------------------------------------------------------------------

typedef enum SolveResult {
    SOLVE_NO,
    SOLVE_YES,
    SOLVE_MAYBE, // ambiguous: more must be known about variables
} SolveResult;

typedef enum CandidateKind {
    CAND_NONE,
    CAND_IMPL,    // impl, args (variables already unified)
    CAND_PARAM,   // a where-clause
    CAND_BUILTIN, // no code: Copy, Sized, ...
    CAND_CLONE,   // built-in Clone: mono makes the shim
    CAND_FN,      // a fn def or pointer implements Fn*
    CAND_CLOSURE, // a closure implements Fn*
    CAND_OBJECT,  // dyn Trait implements its own (super)traits: virtual call
    CAND_AUTO,
    CAND_BOUND, // an item bound of a projection or opaque
} CandidateKind;
typedef struct Selection {
    u32 kind; // CandidateKind
    DefId impl;
    Args args; // IMPL: the impl's; the rest empty
} Selection;

// What the solver must know of closures of the body that is being checked.
typedef struct ClosureFacts {
    u8 known; // signature known
    u8 kind_known;
    u8 kind;     // 0 Fn, 1 FnMut, 2 FnOnce
    Args tys;    // inputs (not tupled), then output
    Args upvars; // captured types; valid if upvars_known
    u8 upvars_known;
    // Whether it is still the same closure after an edit of its body: what it captures, by name,
    // and how many closures there are in the same body (when one comes or goes, their numbers mean
    // others).
    u64 likeness;
} ClosureFacts;

typedef struct SolveCx {
    Db *db;
    InferTable *table; // NULL: concrete mode, no variables may occur
    const ParamEnv *env;
    void *hook_cx;
    // infer/ answers for closures of its own body; false: ask Q_typeck of their root.
    bool (*closure)(void *cx, Ty closure, ClosureFacts *out);
    // Opaque types being defined by the body under check; NULL: reveal through opaque_hidden_ty if
    // `reveal`.
    bool (*defining_opaque)(void *cx, Ty opaque, Ty *hidden_var);
    // Asked on behalf of something of the library: no impl of the user's crate is looked at, so the
    // answer does not depend on it.
    bool library_only;
    bool reveal;     // mono: opaque types are their hidden types; specialization may pick `default`
                     // items
    bool overflowed; // out: a goal ran into the recursion limit (E0275) and was answered NO
} SolveCx;

// On YES the variables of the goal are bound as the one candidate demands, nested goals have been
// solved too (or, if they are MAYBE, are appended to *pending: they must be solved later by the
// caller).
typedef VEC(Predicate) GoalVec;
SolveResult solve_trait(SolveCx *cx, TraitRef goal, GoalVec *pending,
                        Selection *selection /* may be NULL */);
// Reduces a projection type. YES: *out is the result (may hold variables, whose goals are in
// *pending); MAYBE: not yet; NO: no impl gives it. In generic code a rigid projection (T::Item
// without more facts) answers YES with itself.
SolveResult solve_projection(SolveCx *cx, Ty projection, GoalVec *pending, Ty *out);
SolveResult solve_predicate(SolveCx *cx, Predicate goal, GoalVec *pending);
// Replaces every projection inside that can be; the others become variables with a goal in *pending
// (table mode).
Ty solve_normalize(SolveCx *cx, Ty ty, GoalVec *pending);
Args solve_normalize_args(SolveCx *cx, Args args, GoalVec *pending);
// Whether `from: Unsize<to>` holds by a built-in rule; binds and adds what must hold besides.
bool solve_unsize_is_builtin(SolveCx *cx, Ty from, Ty to, GoalVec *pending);

// ---- concrete answers, for mono, layout, consts (all cached; types without params or variables)
// ----

bool type_is_copy(Db *db, Ty ty);
// Sized by its shape alone, whatever variables and parameters inside stand for. False: a goal
// tells.
bool type_is_plainly_sized(Db *db, Ty ty);
bool type_is_sized(Db *db, Ty ty);
bool type_is_freeze(Db *db, Ty ty);
bool type_needs_drop(Db *db, Ty ty);
bool type_implements(Db *db, Ty ty, DefId trait);
Selection select_impl(Db *db, TraitRef trait_ref); // kind NONE: does not hold
Ty normalize_concrete(Db *db, Ty ty);              // reveals opaque types; ERROR if it cannot
Args normalize_concrete_args(Db *db, Args args);
// The function (or const) that a trait item resolves to for concrete args (Self first, then the
// item's own): an impl's item, a provided default, or a built-in kind for mono (see
// Selection.kind).
typedef struct ResolvedItem {
    u32 kind;  // CandidateKind: IMPL (def, args give the item), OBJECT (virtual, index), CLOSURE,
               // FN, CLONE, BUILTIN, NONE
    DefId def; // the ASSOC_FN / ASSOC_CONST / ASSOC_TY to use
    Args args;
} ResolvedItem;
ResolvedItem resolve_assoc_item(Db *db, DefId trait_item, Args args);
// In generic code (MIR inlining, const folding): may answer NONE where it depends on parameters.

struct SolveStore *solve_store_new(void);
void solve_store_free(struct SolveStore *store);
void solve_register(Db *db);

#endif
