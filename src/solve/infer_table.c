// Inference variables: union-find with an undo log, and unification over it.
#include "solve/solve_internal.h"

#include <stdlib.h>

typedef struct VarRow {
    u32 parent; // 0: a root; else 1 + the variable it was joined to
    u32 rank;
    Ty value;    // of a root: what it stands for
    Ty const_ty; // CONST_INFER
    u8 kind;     // TyKind: INFER, INFER_INT, INFER_FLOAT, CONST_INFER
    u8 diverging;
} VarRow;

typedef struct LogRow {
    u32 var;
    VarRow old;
} LogRow;

typedef struct SnapRow {
    u32 log_count, var_count;
    u32 changes, event_count;
} SnapRow;

struct InferTable {
    Db *db;
    VarRow *vars; // owned
    u32 count, cap;
    LogRow *log; // owned
    u32 log_count, log_cap;
    u32 changes;
    u32 *events; // owned
    u32 event_count, event_cap;
    SnapRow *snaps; // owned
    u32 snap_count, snap_cap;
    // Where the table was made: it dies when that scratch is rewound behind the anchor.
    Scratch *scratch;
    u64 anchor_end;
    u64 *anchor;
    u64 magic;
};

#define GROW(array, count, cap)                                                                    \
    do {                                                                                           \
        if ((count) == (cap)) {                                                                    \
            (cap) = (cap) ? (cap)*2 : 64;                                                          \
            (array) = realloc((array), (size_t)(cap) * sizeof *(array));                           \
            CHECK(array);                                                                          \
        }                                                                                          \
    } while (0)

static InferTable *table_alloc(Db *db) {
    InferTable *t = calloc(1, sizeof *t);
    CHECK(t);
    t->db = db;
    return t;
}

static void table_free(InferTable *t) {
    if (!t) return;
    free(t->vars);
    free(t->log);
    free(t->events);
    free(t->snaps);
    free(t);
}

static bool table_is_alive(const InferTable *t) {
    return t->scratch->used >= t->anchor_end && *t->anchor == t->magic;
}

InferTable *infer_table_new(Db *db, Scratch *scratch) {
    SolveStore *store = db->solve;
    InferTable *t = NULL;
    for (u32 i = 0; i < store->table_count && !t; i++)
        if (!table_is_alive(store->tables[i])) t = store->tables[i];
    if (!t) {
        GROW(store->tables, store->table_count, store->table_cap);
        t = table_alloc(db);
        store->tables[store->table_count++] = t;
    }
    t->count = t->log_count = t->snap_count = t->event_count = 0;
    t->scratch = scratch;
    t->anchor = SCRATCH_NEW(scratch, u64);
    t->anchor_end = scratch->used;
    t->magic = hash_mix((u64)(uintptr_t)t, (t->magic | 1) + t->anchor_end) | 1;
    *t->anchor = t->magic;
    return t;
}

InferTable *infer_table_concrete(Db *db) {
    if (!db->solve->concrete) db->solve->concrete = table_alloc(db);
    return db->solve->concrete;
}

void infer_tables_free(SolveStore *store) {
    for (u32 i = 0; i < store->table_count; i++)
        table_free(store->tables[i]);
    free(store->tables);
    table_free(store->concrete);
}

// ---- variables
// -------------------------------------------------------------------------------------

static u32 var_new(InferTable *t, TyKind kind, Ty const_ty) {
    GROW(t->vars, t->count, t->cap);
    t->vars[t->count] = (VarRow){.kind = (u8)kind, .const_ty = const_ty};
    return t->count++;
}

Ty infer_var(InferTable *t) {
    return ty_infer(t->db, TY_INFER, var_new(t, TY_INFER, (Ty){0}), (Ty){0});
}
Ty infer_int_var(InferTable *t) {
    return ty_infer(t->db, TY_INFER_INT, var_new(t, TY_INFER_INT, (Ty){0}), (Ty){0});
}
Ty infer_float_var(InferTable *t) {
    return ty_infer(t->db, TY_INFER_FLOAT, var_new(t, TY_INFER_FLOAT, (Ty){0}), (Ty){0});
}
Ty infer_const_var(InferTable *t, Ty ty) {
    return ty_infer(t->db, TY_CONST_INFER, var_new(t, TY_CONST_INFER, ty), ty);
}

static void var_log(InferTable *t, u32 var) {
    if (t->snap_count == 0) return;
    GROW(t->log, t->log_count, t->log_cap);
    t->log[t->log_count++] = (LogRow){var, t->vars[var]};
}

static u32 var_root(const InferTable *t, u32 var) {
    while (t->vars[var].parent)
        var = t->vars[var].parent - 1;
    return var;
}

static bool is_var_kind(TyKind kind) {
    return kind == TY_INFER || kind == TY_INFER_INT || kind == TY_INFER_FLOAT ||
           kind == TY_CONST_INFER;
}

u32 infer_snapshot(InferTable *t) {
    GROW(t->snaps, t->snap_count, t->snap_cap);
    t->snaps[t->snap_count] = (SnapRow){t->log_count, t->count, t->changes, t->event_count};
    return t->snap_count++;
}

void infer_rollback(InferTable *t, u32 snapshot) {
    CHECK(snapshot < t->snap_count);
    SnapRow snap = t->snaps[snapshot];
    while (t->log_count > snap.log_count) {
        const LogRow *row = &t->log[--t->log_count];
        t->vars[row->var] = row->old;
    }
    t->count = snap.var_count;
    t->changes = snap.changes; // what was undone is no progress
    t->event_count = snap.event_count;
    t->snap_count = snapshot;
}

void infer_commit(InferTable *t, u32 snapshot) {
    CHECK(snapshot < t->snap_count);
    t->snap_count = snapshot;
    if (snapshot == 0) t->log_count = 0;
}

static void add_event(InferTable *t, u32 var) {
    GROW(t->events, t->event_count, t->event_cap);
    t->events[t->event_count++] = var;
}

const u32 *infer_events(const InferTable *t, u32 *count) {
    *count = t->event_count;
    return t->events;
}

void infer_events_clear(InferTable *t) {
    CHECK(t->snap_count == 0);
    t->event_count = 0;
}

u32 infer_snapshot_depth(const InferTable *t) {
    return t->snap_count;
}

u32 infer_changes(const InferTable *t) {
    return t->changes;
}

u32 infer_var_count(const InferTable *t) {
    return t->count;
}

static Ty var_ty(InferTable *t, u32 root) {
    return ty_infer(t->db, (TyKind)t->vars[root].kind, root, t->vars[root].const_ty);
}

Ty infer_shallow(InferTable *t, Ty ty) {
    const TyRow *row = ty_row(t->db, ty);
    if (!(row->flags & TY_HAS_INFER) || !is_var_kind((TyKind)row->kind)) return ty;
    if (row->index >= t->count) return ty; // of a rolled back snapshot: nothing is known
    u32 root = var_root(t, row->index);
    if (t->vars[root].value.id) return t->vars[root].value;
    return root == row->index && t->vars[root].kind == row->kind ? ty : var_ty(t, root);
}

static Ty resolve_one(void *cx, Db *db, Ty ty) {
    InferTable *t = cx;
    if (!is_var_kind(ty_kind(db, ty))) return ty;
    Ty known = infer_shallow(t, ty);
    return is_var_kind(ty_kind(db, known)) ? known : infer_resolve(t, known);
}

Ty infer_resolve(InferTable *t, Ty ty) {
    if (!(ty_flags(t->db, ty) & TY_HAS_INFER)) return ty;
    return ty_fold(t->db, ty, resolve_one, t, TY_HAS_INFER);
}

Args infer_resolve_args(InferTable *t, Args args) {
    if (!(args_flags(t->db, args) & TY_HAS_INFER)) return args;
    return args_fold(t->db, args, resolve_one, t, TY_HAS_INFER);
}

void infer_mark_diverging(InferTable *t, Ty var) {
    const TyRow *row = ty_row(t->db, infer_shallow(t, var));
    if (row->kind != TY_INFER) return;
    var_log(t, row->index);
    t->vars[row->index].diverging = 1;
}

bool infer_is_diverging(InferTable *t, Ty var) {
    const TyRow *row = ty_row(t->db, infer_shallow(t, var));
    return row->kind == TY_INFER && row->index < t->count && t->vars[row->index].diverging;
}

bool infer_same_var(InferTable *t, Ty a, Ty b) {
    a = infer_shallow(t, a), b = infer_shallow(t, b);
    return ty_eq(a, b) && is_var_kind(ty_kind(t->db, a));
}

Args infer_fresh_args(InferTable *t, DefId def) {
    const Generics *g = generics_of(t->db, def);
    u32 count = g->params.count;
    if (!count) return (Args){0};
    enum { SMALL = 16 };
    Ty small[SMALL];
    Scratch *work = &t->db->solve->work;
    u64 mark = scratch_mark(work);
    Ty *tys = count <= SMALL ? small : SCRATCH_ARRAY(work, Ty, count);
    for (u32 i = 0; i < count; i++)
        tys[i] = LIST_AT(g, GenericParam, g->params)[i].is_const
                     ? infer_const_var(t, const_param_ty(t->db, def, i))
                     : infer_var(t);
    Args args = args_intern(t->db, tys, count);
    scratch_rewind(work, mark);
    return args;
}

// ---- unification
// -----------------------------------------------------------------------------------

typedef struct OccursCx {
    InferTable *t;
    u32 root;
    bool found;
} OccursCx;

static Ty occurs_one(void *cx, Db *db, Ty ty) {
    OccursCx *o = cx;
    if (o->found || !is_var_kind(ty_kind(db, ty))) return ty;
    Ty known = infer_shallow(o->t, ty);
    if (is_var_kind(ty_kind(db, known)))
        o->found |= ty_row(db, known)->index == o->root;
    else if (ty_flags(db, known) & TY_HAS_INFER)
        ty_fold(db, known, occurs_one, o, TY_HAS_INFER);
    return ty;
}

static bool bind(InferTable *t, Ty var, Ty value) {
    Db *db = t->db;
    const TyRow *row = ty_row(db, var);
    TyKind kind = ty_kind(db, value);
    switch ((TyKind)row->kind) {
    case TY_INFER_INT:
        if (!ty_is_int(kind) && kind != TY_ERROR) return false;
        break;
    case TY_INFER_FLOAT:
        if (!ty_is_float(kind) && kind != TY_ERROR) return false;
        break;
    case TY_CONST_INFER:
        if (kind != TY_ERROR && !ty_is_const(db, value)) return false;
        break;
    default:
        if (ty_is_const(db, value)) return false;
    }
    if (ty_flags(db, value) & TY_HAS_INFER) {
        OccursCx o = {t, row->index, false};
        ty_fold(db, value, occurs_one, &o, TY_HAS_INFER);
        if (o.found) return false;
    }
    t->changes++;
    var_log(t, row->index);
    t->vars[row->index].value = value;
    add_event(t, row->index);
    return true;
}

static bool join(InferTable *t, Ty a, Ty b) {
    u32 x = ty_row(t->db, a)->index, y = ty_row(t->db, b)->index;
    u8 kx = t->vars[x].kind, ky = t->vars[y].kind, kind;
    if ((kx == TY_CONST_INFER) != (ky == TY_CONST_INFER)) return false;
    if (kx == ky)
        kind = kx;
    else if (kx == TY_INFER)
        kind = ky;
    else if (ky == TY_INFER)
        kind = kx;
    else
        return false;
    if (t->vars[x].rank < t->vars[y].rank || (t->vars[x].rank == t->vars[y].rank && y < x)) {
        u32 swap = x;
        x = y, y = swap;
    }
    t->changes++;
    var_log(t, x);
    var_log(t, y);
    t->vars[y].parent = x + 1;
    add_event(t, y);
    if (t->vars[x].kind != kind) add_event(t, x);
    t->vars[x].kind = kind;
    if (t->vars[x].rank == t->vars[y].rank) t->vars[x].rank++;
    // A variable that was made for `!` alone stays so only if both were.
    t->vars[x].diverging |= t->vars[y].diverging;
    return true;
}

static bool unify(InferTable *t, Ty a, Ty b);

static bool unify_lists(InferTable *t, Args a, Args b) {
    if (args_eq(a, b)) return true;
    u32 n, m;
    const Ty *x = args_at(t->db, a, &n), *y = args_at(t->db, b, &m);
    if (n != m) return false;
    for (u32 i = 0; i < n; i++)
        if (!unify(t, x[i], y[i])) return false;
    return true;
}

static bool unify_dyn(InferTable *t, Ty a, Ty b) {
    Db *db = t->db;
    const Existential *x = ty_existential(db, a), *y = ty_existential(db, b);
    if (x->principal.id != y->principal.id || x->projection_count != y->projection_count ||
        x->auto_count != y->auto_count)
        return false;
    for (u32 i = 0; i < x->auto_count; i++)
        if (existential_autos(db, x)[i].id != existential_autos(db, y)[i].id) return false;
    if (!unify_lists(t, x->args, y->args)) return false;
    for (u32 i = 0; i < x->projection_count; i++) {
        const ExProjection *p = &existential_projections(db, x)[i],
                           *q = &existential_projections(db, y)[i];
        if (p->assoc.id != q->assoc.id || !unify_lists(t, p->args, q->args) ||
            !unify(t, p->ty, q->ty))
            return false;
    }
    return true;
}

static bool unify(InferTable *t, Ty a, Ty b) {
    if (ty_eq(a, b)) return true;
    Db *db = t->db;
    a = infer_shallow(t, a), b = infer_shallow(t, b);
    if (ty_eq(a, b)) return true;
    const TyRow *x = ty_row(db, a), *y = ty_row(db, b);
    bool var_a = is_var_kind((TyKind)x->kind), var_b = is_var_kind((TyKind)y->kind);
    if (var_a && var_b) return join(t, a, b);
    if (var_a) return bind(t, a, b);
    if (var_b) return bind(t, b, a);
    if (x->kind == TY_ERROR || y->kind == TY_ERROR || x->kind == TY_CONST_ERROR ||
        y->kind == TY_CONST_ERROR)
        return true;
    // What differs and holds no variable differs for good.
    if (!((x->flags | y->flags) & (TY_HAS_INFER | TY_HAS_ERROR))) return false;
    if (x->kind != y->kind || x->def.id != y->def.id || x->is_mut != y->is_mut ||
        x->abi != y->abi || x->is_unsafe != y->is_unsafe || x->is_variadic != y->is_variadic)
        return false;
    if (x->kind == TY_DYN) return unify_dyn(t, a, b);
    if (x->index != y->index || x->lo_bits != y->lo_bits || x->hi_bits != y->hi_bits) return false;
    if (!x->elem.id != !y->elem.id || !x->len.id != !y->len.id) return false;
    if (x->elem.id && !unify(t, x->elem, y->elem)) return false;
    if (x->len.id && !unify(t, x->len, y->len)) return false;
    return unify_lists(t, x->args, y->args);
}

bool infer_unify(InferTable *t, Ty a, Ty b) {
    if (ty_eq(a, b)) return true;
    u32 snapshot = infer_snapshot(t);
    if (unify(t, a, b)) {
        infer_commit(t, snapshot);
        return true;
    }
    infer_rollback(t, snapshot);
    return false;
}

bool infer_unify_args(InferTable *t, Args a, Args b) {
    if (args_eq(a, b)) return true;
    u32 snapshot = infer_snapshot(t);
    if (unify_lists(t, a, b)) {
        infer_commit(t, snapshot);
        return true;
    }
    infer_rollback(t, snapshot);
    return false;
}
