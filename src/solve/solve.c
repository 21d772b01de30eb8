// The solver's face to inference: goals with variables.
#include "solve/solve_internal.h"

#include <stdlib.h>

struct SolveStore *solve_store_new(void) {
    SolveStore *store = calloc(1, sizeof *store);
    CHECK(store);
    scratch_init(&store->work);
    return store;
}

void solve_store_free(struct SolveStore *store) {
    if (!store) return;
    infer_tables_free(store);
    scratch_deinit(&store->work);
    free(store);
}

// What is left is given to the caller, in memory that outlives the call.
static void hand_over(Solver *s, const GoalVec *left, GoalVec *pending) {
    if (pending) vec_append(&s->db->scratch, pending, left->at, left->count);
}

SolveResult solve_trait(SolveCx *cx, TraitRef goal, GoalVec *pending, Selection *selection) {
    Solver s;
    solver_begin(&s, cx);
    GoalVec left = {0};
    if (args_flags(s.db, goal.args) & TY_NEEDS_NORMALIZE)
        goal.args = normalize_args(&s, goal.args, &left);
    u32 snapshot = infer_snapshot(s.t);
    SolveResult result = run_trait(&s, goal, &left, selection);
    if (result == SOLVE_NO)
        infer_rollback(s.t, snapshot);
    else
        infer_commit(s.t, snapshot);
    if (selection && selection->args.id) selection->args = infer_resolve_args(s.t, selection->args);
    if (result == SOLVE_YES) hand_over(&s, &left, pending);
    solver_end(&s);
    return result;
}

SolveResult solve_projection(SolveCx *cx, Ty projection, GoalVec *pending, Ty *out) {
    Solver s;
    solver_begin(&s, cx);
    GoalVec left = {0};
    u32 snapshot = infer_snapshot(s.t);
    SolveResult result = project(&s, projection, &left, out);
    if (result == SOLVE_NO)
        infer_rollback(s.t, snapshot);
    else
        infer_commit(s.t, snapshot);
    if (result == SOLVE_YES) hand_over(&s, &left, pending);
    solver_end(&s);
    return result;
}

SolveResult solve_predicate(SolveCx *cx, Predicate goal, GoalVec *pending) {
    Solver s;
    solver_begin(&s, cx);
    GoalVec left = {0};
    u32 snapshot = infer_snapshot(s.t);
    SolveResult result = run_predicate(&s, goal, &left);
    if (result == SOLVE_NO)
        infer_rollback(s.t, snapshot);
    else
        infer_commit(s.t, snapshot);
    if (result == SOLVE_YES) hand_over(&s, &left, pending);
    solver_end(&s);
    return result;
}

Ty solve_normalize(SolveCx *cx, Ty ty, GoalVec *pending) {
    if (!(ty_flags(cx->db, ty) & TY_NEEDS_NORMALIZE)) return ty;
    Solver s;
    solver_begin(&s, cx);
    GoalVec left = {0};
    ty = normalize(&s, ty, &left);
    hand_over(&s, &left, pending);
    solver_end(&s);
    return ty;
}

Args solve_normalize_args(SolveCx *cx, Args args, GoalVec *pending) {
    if (!(args_flags(cx->db, args) & TY_NEEDS_NORMALIZE)) return args;
    Solver s;
    solver_begin(&s, cx);
    GoalVec left = {0};
    args = normalize_args(&s, args, &left);
    hand_over(&s, &left, pending);
    solver_end(&s);
    return args;
}

bool solve_unsize_is_builtin(SolveCx *cx, Ty from, Ty to, GoalVec *pending) {
    Solver s;
    solver_begin(&s, cx);
    GoalVec nested = {0};
    u32 snapshot = infer_snapshot(s.t);
    bool yes = builtin_unsize(&s, from, to, &nested) == BUILTIN_YES;
    if (yes)
        infer_commit(s.t, snapshot);
    else
        infer_rollback(s.t, snapshot);
    if (yes) hand_over(&s, &nested, pending);
    solver_end(&s);
    return yes;
}
