// The where-clauses in force inside an item: its own and its parents', elaborated by supertraits
// and normalised against each other.
#include "solve/solve_internal.h"

static bool predicate_eq(const Predicate *a, const Predicate *b) {
    return a->kind == b->kind && a->trait_ref.trait.id == b->trait_ref.trait.id &&
           a->trait_ref.args.id == b->trait_ref.args.id && a->projection.id == b->projection.id &&
           a->ty.id == b->ty.id;
}

static void push_new(Scratch *scratch, PredicateVec *out, Predicate p) {
    for (u32 i = 0; i < out->count; i++)
        if (predicate_eq(&out->at[i], &p)) return;
    vec_push(scratch, out, p);
}

enum { ENV_MAX = 4096 };

static void elaborate(Db *db, Scratch *scratch, PredicateVec *preds) {
    for (u32 i = 0; i < preds->count && preds->count < ENV_MAX; i++) {
        Predicate p = preds->at[i];
        if (p.kind != PRED_TRAIT) continue;
        const Predicates *supers = super_predicates_of(db, p.trait_ref.trait);
        for (u32 k = 0; k < supers->own.count; k++)
            push_new(
                scratch, preds,
                predicate_subst(db, LIST_AT(supers, Predicate, supers->own)[k], p.trait_ref.args));
    }
}

static void return_env(Db *db, const PredicateVec *preds) {
    Blob blob;
    blob_begin(&blob, &db->scratch, sizeof(ParamEnv));
    List list = blob_add(&blob, preds->at, preds->count, sizeof(Predicate));
    ((ParamEnv *)blob_header(&blob))->predicates = list;
    query_return_blob(db, &blob);
}

static const ParamEnv *env_blob(Db *db, const PredicateVec *preds) {
    Blob blob;
    blob_begin(&blob, &db->scratch, sizeof(ParamEnv));
    List list = blob_add(&blob, preds->at, preds->count, sizeof(Predicate));
    ((ParamEnv *)blob_header(&blob))->predicates = list;
    return blob_header(&blob);
}

static bool needs_normalizing(Db *db, const Predicate *p) {
    u32 flags = p->kind == PRED_TRAIT
                    ? args_flags(db, p->trait_ref.args)
                    : args_flags(db, ty_row(db, p->projection)->args) | ty_flags(db, p->ty);
    return flags & TY_HAS_PROJECTION;
}

static void param_env_run(Db *db, u32 key) {
    DefId def = {key};
    PredicateVec raw = {0}, preds = {0};
    predicates_instantiate(db, def, generics_identity(db, def), &db->scratch, &raw);
    for (u32 i = 0; i < raw.count; i++)
        push_new(&db->scratch, &preds, raw.at[i]);
    for (DefId d = def; d.id; d = generics_of(db, d)->parent)
        if (def_kind(db, d) == DEF_TRAIT) {
            Predicate self = {.kind = PRED_TRAIT, .trait_ref = {d, generics_identity(db, d)}};
            push_new(&db->scratch, &preds, self);
        }
    elaborate(db, &db->scratch, &preds);
    bool rough = false;
    for (u32 i = 0; i < preds.count; i++)
        rough |= needs_normalizing(db, &preds.at[i]);
    if (!rough) {
        return_env(db, &preds);
        return;
    }
    SolveCx cx = {.db = db,
                  .table = infer_table_new(db, &db->scratch),
                  .env = env_blob(db, &preds),
                  .library_only = !def_is_local(db, def)};
    GoalVec pending = {0};
    PredicateVec done = {0};
    for (u32 i = 0; i < preds.count; i++) {
        Predicate p = preds.at[i];
        if (needs_normalizing(db, &p)) {
            if (p.kind == PRED_TRAIT) {
                p.trait_ref.args = infer_resolve_args(
                    cx.table, solve_normalize_args(&cx, p.trait_ref.args, &pending));
            } else {
                const TyRow *row = ty_row(db, p.projection);
                Args args =
                    infer_resolve_args(cx.table, solve_normalize_args(&cx, row->args, &pending));
                p.projection = ty_projection(db, row->def, args);
                Ty ty = infer_resolve(cx.table, solve_normalize(&cx, p.ty, &pending));
                // `I: Iterator<Item = I::Item>` says nothing
                if (ty_eq(ty, p.projection)) continue;
                p.ty = ty;
            }
            u32 flags = p.kind == PRED_TRAIT ? args_flags(db, p.trait_ref.args)
                                             : ty_flags(db, p.projection) | ty_flags(db, p.ty);
            if (flags & TY_HAS_INFER) p = preds.at[i]; // could not be reduced: as written
        }
        push_new(&db->scratch, &done, p);
    }
    elaborate(db, &db->scratch, &done);
    return_env(db, &done);
}

static const ParamEnv empty_env;
const ParamEnv *param_env_empty(Db *db) {
    (void)db;
    return &empty_env;
}

const ParamEnv *param_env(Db *db, DefId owner) {
    const ParamEnv *env = query_get(db, Q_param_env, def_typeck_root(db, owner).id);
    return env ? env : &empty_env;
}

void env_register(Db *db) {
    query_register(db, Q_param_env, param_env_run);
}
