// Pending goals: which of them to try again, and when.
//
// A body of thousands of statements has thousands of goals that stay open to its end (whether an
// integer literal is an i32, say), and selects after each expression. So a goal that was tried and
// is still ambiguous is not looked at until something it mentions changes: it watches its open
// variables and the closures in it, and the table of variables tells which were bound or joined
// since (infer_events).
//
// Goals are tried in the order in which they were registered, round by round, as if all of them
// were looked at in every round: the order decides what is inferred. A goal woken by one before it
// is tried in the same round, one woken by a goal behind it in the next.
#include "infer/infer_internal.h"

#include <stdlib.h>

Obligation *tc_goal(const Tc *tc, u32 id) {
    return &tc->goals.all.at[id];
}

u32 tc_goal_next(const Tc *tc, u32 id) {
    return tc->goals.all.count ? tc_goal(tc, id)->next : 0;
}

Obligation *tc_last_goal(const Tc *tc) {
    u32 last = tc->goals.all.count ? tc_goal(tc, 0)->prev : 0;
    return last ? tc_goal(tc, last) : NULL;
}

// ---- registering --------------------------------------------------------------------------------

static void register_at(Tc *tc, Predicate pred, Span span, u32 depth) {
    Goals *g = &tc->goals;
    if (g->all.count == 0) { // the ends of the list of goals that are not done yet
        vec_push(tc->scratch, &g->all, (Obligation){0});
        g->fresh = 1;
    }
    u32 id = g->all.count, last = tc_goal(tc, 0)->prev;
    Obligation o;
    memset(&o, 0, sizeof o);
    o.pred = pred;
    o.span = span;
    o.depth = (u16)depth;
    o.prev = last;
    vec_push(tc->scratch, &g->all, o);
    tc_goal(tc, last)->next = id;
    tc_goal(tc, 0)->prev = id;
}

void tc_register(Tc *tc, Predicate pred, Span span) {
    // Half of all goals only say that a type is sized which cannot be otherwise.
    if (pred.kind == PRED_TRAIT && lang_item_of(tc->db, pred.trait_ref.trait) == LANG_sized &&
        type_is_plainly_sized(tc->db, tc_shallow(tc, pred_self_ty(tc, &pred))))
        return;
    register_at(tc, pred, span, 0);
}

static void unlink_goal(Tc *tc, u32 id) {
    Obligation *o = tc_goal(tc, id);
    o->is_done = true;
    tc_goal(tc, o->prev)->next = o->next;
    tc_goal(tc, o->next)->prev = o->prev;
}

TcSnap tc_snapshot(Tc *tc) {
    return (TcSnap){infer_snapshot(tc->table), tc->goals.all.count};
}

// Nothing is selected inside a snapshot: the goals that came since are the last ones, untried.
void tc_rollback(Tc *tc, TcSnap snap) {
    infer_rollback(tc->table, snap.table);
    Goals *g = &tc->goals;
    if (snap.goals == 0) {
        g->all.count = 0;
        return;
    }
    CHECK(g->fresh <= snap.goals);
    while (tc_goal(tc, 0)->prev >= snap.goals)
        unlink_goal(tc, tc_goal(tc, 0)->prev);
    g->all.count = snap.goals;
}

void tc_commit(Tc *tc, TcSnap snap) {
    infer_commit(tc->table, snap.table);
}

// ---- watching -----------------------------------------------------------------------------------

static void watch(Tc *tc, u32 *head, u32 id) {
    Goals *g = &tc->goals;
    if (g->watches.count == 0) vec_push(tc->scratch, &g->watches, (Watch){0});
    u32 row = g->free_watch;
    if (row)
        g->free_watch = g->watches.at[row].next;
    else {
        row = g->watches.count;
        vec_push(tc->scratch, &g->watches, (Watch){0});
    }
    g->watches.at[row] = (Watch){id, tc_goal(tc, id)->tries, *head};
    *head = row;
}

static u32 *var_watchers(Tc *tc, u32 var) {
    while (tc->goals.by_var.count <= var)
        vec_push(tc->scratch, &tc->goals.by_var, 0);
    return &tc->goals.by_var.at[var];
}

static void watch_args(Tc *tc, Args args, u32 id);

static void watch_dyn(Tc *tc, Ty dyn, u32 id) {
    const Existential *e = ty_existential(tc->db, dyn);
    watch_args(tc, e->args, id);
    for (u32 i = 0; i < e->projection_count; i++) {
        const ExProjection *p = &existential_projections(tc->db, e)[i];
        watch_args(tc, p->args, id);
        watch_args(tc, args1(tc, p->ty), id);
    }
}

// Whatever of the resolved type may come to say more.
static void watch_ty(Tc *tc, Ty ty, u32 id) {
    const TyRow *row = ty_row(tc->db, ty);
    if (!(row->flags & (TY_HAS_INFER | TY_HAS_CLOSURE | TY_HAS_OPAQUE))) return;
    Ty hidden;
    switch ((TyKind)row->kind) {
    case TY_INFER:
    case TY_INFER_INT:
    case TY_INFER_FLOAT:
    case TY_CONST_INFER: watch(tc, var_watchers(tc, row->index), id); return;
    case TY_DYN: watch_dyn(tc, ty, id); return;
    case TY_CLOSURE: {
        ClosureState *state = tc_closure_state(tc, ty);
        if (state) watch(tc, &state->watchers, id);
        break;
    }
    case TY_OPAQUE: // in what it hides it may stand again
        if (tc->goals.in_hidden || !tc->solve.defining_opaque(tc, ty, &hidden)) break;
        tc->goals.in_hidden = true;
        watch_ty(tc, tc_resolve(tc, hidden), id);
        tc->goals.in_hidden = false;
        break;
    default: break;
    }
    if (row->elem.id) watch_ty(tc, row->elem, id);
    if (row->len.id) watch_ty(tc, row->len, id);
    watch_args(tc, row->args, id);
}

static void watch_args(Tc *tc, Args args, u32 id) {
    u32 count;
    const Ty *at = args_at(tc->db, args, &count);
    for (u32 i = 0; i < count; i++)
        watch_ty(tc, at[i], id);
}

static void watch_goal(Tc *tc, u32 id) {
    Predicate pred = tc_goal(tc, id)->pred;
    if (pred.kind == PRED_TRAIT) {
        watch_args(tc, infer_resolve_args(tc->table, pred.trait_ref.args), id);
    } else {
        watch_ty(tc, tc_resolve(tc, pred.projection), id);
        watch_ty(tc, tc_resolve(tc, pred.ty), id);
    }
}

// ---- waking -------------------------------------------------------------------------------------

static void heap_push(Tc *tc, u32 id) {
    Goals *g = &tc->goals;
    u32 at = g->now.count;
    vec_push(tc->scratch, &g->now, id);
    for (; at > 0 && g->now.at[(at - 1) / 2] > id; at = (at - 1) / 2)
        g->now.at[at] = g->now.at[(at - 1) / 2];
    g->now.at[at] = id;
}

static u32 heap_pop(Tc *tc) {
    Goals *g = &tc->goals;
    u32 least = g->now.at[0], id = vec_pop(&g->now), count = g->now.count, at = 0;
    while (2 * at + 1 < count) {
        u32 child = 2 * at + 1;
        if (child + 1 < count && g->now.at[child + 1] < g->now.at[child]) child++;
        if (g->now.at[child] >= id) break;
        g->now.at[at] = g->now.at[child];
        at = child;
    }
    if (count) g->now.at[at] = id;
    return least;
}

// `after`: the goal that is being tried; those up to it wait for the next round.
static void wake(Tc *tc, u32 *head, u32 after) {
    Goals *g = &tc->goals;
    u32 row = *head;
    *head = 0;
    while (row) {
        Watch w = g->watches.at[row];
        Obligation *o = tc_goal(tc, w.goal);
        if (!o->is_done && !o->is_awake && o->tries == w.tries) {
            o->is_awake = true;
            if (w.goal > after)
                heap_push(tc, w.goal);
            else
                vec_push(tc->scratch, &g->later, w.goal);
        }
        g->watches.at[row].next = g->free_watch;
        g->free_watch = row;
        row = w.next;
    }
}

static void wake_by_events(Tc *tc, u32 after) {
    u32 count;
    const u32 *vars = infer_events(tc->table, &count);
    for (u32 i = 0; i < count; i++)
        if (vars[i] < tc->goals.by_var.count) wake(tc, &tc->goals.by_var.at[vars[i]], after);
    infer_events_clear(tc->table);
}

static int id_order(const void *a, const void *b) {
    u32 x = *(const u32 *)a, y = *(const u32 *)b;
    return x < y ? -1 : x > y;
}

void tc_goals_about(Tc *tc, Ty var, GoalIds *out) {
    u32 root = tc_row(tc, var)->index;
    if (root >= tc->goals.by_var.count) return;
    for (u32 row = tc->goals.by_var.at[root]; row; row = tc->goals.watches.at[row].next) {
        Watch w = tc->goals.watches.at[row];
        const Obligation *o = tc_goal(tc, w.goal);
        if (o->is_done || o->tries != w.tries) continue;
        if (!ty_eq(tc_shallow(tc, pred_self_ty(tc, &o->pred)), var)) continue;
        vec_push(tc->scratch, out, w.goal);
    }
    if (!out->count) return;
    qsort(out->at, out->count, sizeof *out->at, id_order);
    u32 kept = 1; // one that mentions the variable twice watches it twice
    for (u32 i = 1; i < out->count; i++)
        if (out->at[i] != out->at[kept - 1]) out->at[kept++] = out->at[i];
    out->count = kept;
}

void tc_closure_changed(Tc *tc, ClosureState *state) {
    wake(tc, &state->watchers, tc->goals.trying);
}

// ---- selecting ----------------------------------------------------------------------------------

enum { GOAL_DEPTH_MAX = 160 };

// Tries one goal. New goals go to the end.
static void try_goal(Tc *tc, u32 id) {
    tc_goal(tc, id)->tries++;
    tc_goal(tc, id)->is_awake = false;
    Obligation o = *tc_goal(tc, id);
    SolveResult result = SOLVE_MAYBE;
    GoalVec nested = {0};
    if (tc_kind(tc, tc_shallow(tc, pred_self_ty(tc, &o.pred))) != TY_INFER)
        result = solve_predicate(&tc->solve, o.pred, &nested);
    if (result == SOLVE_MAYBE) {
        wake_by_events(tc, id); // it may have bound something on the way
        watch_goal(tc, id);
        return;
    }
    unlink_goal(tc, id);
    if (result == SOLVE_NO) {
        tc_report_unmet(tc, &o);
    } else if (o.depth >= GOAL_DEPTH_MAX) {
        if (!tc->tainted) tc_error(tc, o.span, "E0275", "overflow evaluating a requirement");
    } else {
        for (u32 i = 0; i < nested.count; i++)
            register_at(tc, nested.at[i], o.span, o.depth + 1u);
    }
    wake_by_events(tc, id);
}

static void select_round(Tc *tc) {
    Goals *g = &tc->goals;
    for (u32 i = 0; i < g->later.count; i++)
        heap_push(tc, g->later.at[i]);
    g->later.count = 0;
    u32 end = g->all.count;
    while (g->now.count || g->fresh < end) {
        // What was woken stands before what was never tried.
        g->trying = g->now.count ? heap_pop(tc) : g->fresh++;
        if (!tc_goal(tc, g->trying)->is_done) try_goal(tc, g->trying);
    }
    g->trying = 0;
}

enum { SELECT_ROUNDS_MAX = 400 };

void tc_select(Tc *tc) {
    Goals *g = &tc->goals;
    if (tc->in_select || g->all.count == 0) return;
    CHECK(infer_snapshot_depth(tc->table) == 0);
    tc->in_select = true;
    wake_by_events(tc, 0);
    for (u32 round = 0; round < SELECT_ROUNDS_MAX; round++) {
        if (!g->now.count && !g->later.count && g->fresh == g->all.count) break;
        select_round(tc);
    }
    tc->in_select = false;
}
