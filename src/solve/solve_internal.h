// Shared by the files of solve/: the store, the state of one solver call, candidates.
//
//     infer_table.c  variables, unification          env.c       where-clauses in force
//     select.c       goals -> candidates -> one       builtin.c   traits the compiler implements
//     project.c      associated types, normalising    unsize.c    T: Unsize<U>
//     concrete.c     cached answers for mono

#ifndef RAC_SOLVE_SOLVE_INTERNAL_H
#define RAC_SOLVE_SOLVE_INTERNAL_H

#include "solve/solve.h"

enum {
    SOLVE_DEPTH_MAX = 128,    // rustc's recursion_limit
    SOLVE_STEPS_MAX = 200000, // goals tried for one question
    SOLVE_ASKED_MAX = 32,     // concrete questions that wait for another
};

typedef struct SolveStore {
    Scratch work;        // temporaries of the solver; callers' vectors grow in db->scratch
    InferTable **tables; // owned: every table ever made; dead ones are used again
    u32 table_count, table_cap;
    InferTable *concrete; // owned: for goals without variables
    u32 asked;            // concrete questions being answered
} SolveStore;

// A goal being solved; frames stand on the C stack.
typedef struct Frame {
    struct Frame *up;
    DefId trait; // or the ASSOC_TY of a projection
    Args args;   // canonical
    u32 depth;
    bool coinductive;
} Frame;

typedef struct Solver {
    SolveCx *cx;
    Db *db;
    InferTable *t;
    Scratch *work;
    const Predicate *env;
    u32 env_count;
    Frame *top;
    u32 depth, steps;
    bool overflow;
    u64 work_mark;
    Map seen; // auto trait goals without variables that were met: 1 assumed or proved, 2 failed
    // Goals without variables whose answer holds as long as this question is asked: a chain of
    // adapters asks for each of its links from several sides. By (trait, args) 1 yes, 2 no; by
    // projection what it stands for.
    Map answers, projected;
    u32 reached; // the least depth of a frame that a goal met again
} Solver;

// The making of an answer: whether it depends on the goals it is made for, or tells of variables
// outside of it.
typedef struct Trial {
    u32 reached, left, var_count, event_count;
} Trial;
#define TY_UNSETTLED (TY_HAS_INFER | TY_HAS_ERROR | TY_HAS_PLACEHOLDER)
Trial trial_begin(Solver *s, const GoalVec *left);
// Whether the answer is good wherever the goal is met again, its frame having had this depth.
bool trial_end(Solver *s, const Trial *trial, const GoalVec *left, u32 depth);

static inline u32 solve_key(Db *db, u32 a, u32 b) {
    return types_key(db, (u32[]){a, b}, 2);
}

void solver_begin(Solver *s, SolveCx *cx);
void solver_end(Solver *s);

// Without these, no answer depends on where it is asked (closures: unless of the body under check).
bool may_memoise(const Solver *s, u32 flags);
#define TY_CONTEXTUAL                                                                              \
    (TY_HAS_PARAM | TY_HAS_INFER | TY_HAS_OPAQUE | TY_HAS_PLACEHOLDER | TY_HAS_ERROR)

typedef struct Candidate {
    u32 kind; // CandidateKind
    DefId impl;
    Args args;      // PARAM, BOUND, OBJECT: the trait's arguments as the clause states them
    bool is_global; // PARAM: mentions no parameter
    bool negative;  // IMPL: `impl !Trait`
    bool is_evaluated;
    SolveResult eval;
} Candidate;
typedef VEC(Candidate) CandidateVec;
typedef VEC(Ty) TyVec;

// select.c
SolveResult run_goals(Solver *s, GoalVec *goals); // what stays ambiguous is left in *goals
SolveResult run_predicate(Solver *s, Predicate goal, GoalVec *left);
SolveResult run_trait(Solver *s, TraitRef goal, GoalVec *left, Selection *selection);
SolveResult select_candidate(Solver *s, TraitRef goal, Candidate *out);
bool confirm_candidate(Solver *s, TraitRef goal, const Candidate *c, GoalVec *nested,
                       Selection *selection);
SolveResult evaluate_trait(Solver *s, TraitRef goal); // in a probe
Args canonical_args(Solver *s, Args args);
bool may_unify(Db *db, Ty goal, Ty pattern, bool params_are_wild);
bool may_unify_args(Db *db, Args goal, Args pattern, bool params_are_wild);
// The impls of the goal's trait that may apply, of all crates that can hold one.
typedef VEC(DefId) ImplVec;
void impls_for_goal(Solver *s, TraitRef goal, SimplifiedTy key, ImplVec *out);
bool impl_specializes(Db *db, DefId special, DefId general);
void push_trait_goal(Solver *s, GoalVec *goals, DefId trait, Ty self);
// Trait refs a type's principal or bounds imply, supertraits included.
typedef VEC(TraitRef) TraitRefVec;
void elaborate_trait_ref(Solver *s, TraitRef tr, TraitRefVec *out);
TraitRef dyn_principal(Db *db, Ty dyn); // with the dyn type as Self; trait 0: none

// builtin.c
typedef enum BuiltinAnswer {
    BUILTIN_NONE,  // no built-in impl for this type
    BUILTIN_YES,   // if all of the types hold
    BUILTIN_MAYBE, // depends on a variable
    BUILTIN_NO     // certainly not, whatever the impls say
} BuiltinAnswer;
BuiltinAnswer builtin_sized(Solver *s, Ty self, TyVec *nested);
BuiltinAnswer builtin_copy_clone(Solver *s, Ty self, TyVec *nested);
BuiltinAnswer auto_constituents(Solver *s, Ty self, TyVec *nested);
// Signature of a callable type: inputs then output. NONE: it is not callable.
BuiltinAnswer builtin_fn_sig(Solver *s, Ty self, DefId fn_trait, Args *sig, bool *is_closure,
                             bool *kind_unknown);
bool is_fn_trait(Db *db, DefId trait, u32 *rank); // rank: 0 Fn, 1 FnMut, 2 FnOnce
bool solver_closure(Solver *s, Ty closure, ClosureFacts *out);

// unsize.c
BuiltinAnswer builtin_unsize(Solver *s, Ty from, Ty to, GoalVec *nested);

// project.c
SolveResult project(Solver *s, Ty projection, GoalVec *left, Ty *out);
Ty normalize(Solver *s, Ty ty, GoalVec *left);
Args normalize_args(Solver *s, Args args, GoalVec *left);
bool reveal_opaque(Solver *s, Ty opaque, Ty *out);
DefId assoc_item_in_impl(Db *db, DefId impl, DefId trait_item, AssocItem *row);

// Where `item` of the trait comes from for an impl that lacks it: a more general impl, or (0) the
// trait.
DefId inherited_item(Solver *s, TraitRef goal, DefId impl, DefId item, Args *impl_args);
InferTable *infer_table_concrete(Db *db);
void infer_tables_free(SolveStore *store);

void select_register(Db *db);
void env_register(Db *db);
void builtin_register(Db *db);

#define TY_NEEDS_NORMALIZE (TY_HAS_PROJECTION | TY_HAS_OPAQUE)

#endif
