// What the rules share, and the rules of a few lines.
#include "check/check_internal.h"

#include "source/source.h"

Span check_ty_span(Db *db, DefId def, const HirItem *item, HirTy ty) {
    if (!item || !ty.id) return def_span(db, def);
    const HirTyRow *row = hir_ty(item, ty);
    return (Span){SPAN_DEF | def.id, row->lo, max_u32(row->hi, row->lo + 1)};
}

CheckCx check_cx(Db *db, DefId owner) {
    return (CheckCx){.db = db,
                     .solve = {.db = db,
                               .table = infer_table_new(db, &db->scratch),
                               .env = param_env(db, owner)}};
}

Ty check_normal(CheckCx *cx, Ty ty) {
    return infer_resolve(cx->solve.table, solve_normalize(&cx->solve, ty, &cx->pending));
}

bool check_pending(CheckCx *cx) {
    enum { ROUNDS_MAX = 64 };
    for (u32 round = 0; round < ROUNDS_MAX && cx->pending.count; round++) {
        GoalVec goals = cx->pending, left = {0};
        cx->pending = (GoalVec){0};
        bool moved = false;
        for (u32 i = 0; i < goals.count; i++) {
            switch (solve_predicate(&cx->solve, goals.at[i], &cx->pending)) {
            case SOLVE_NO: return false;
            case SOLVE_YES: moved = true; break;
            case SOLVE_MAYBE: vec_push(&cx->db->scratch, &left, goals.at[i]); break;
            }
        }
        vec_append(&cx->db->scratch, &cx->pending, left.at, left.count);
        if (!moved) break;
    }
    return true;
}

static bool implements(Db *db, DefId owner, DefId trait, Ty ty) {
    if (!trait.id || ty_flags(db, ty) & TY_HAS_ERROR) return true;
    CheckCx cx = check_cx(db, owner);
    Predicate goal = {.kind = PRED_TRAIT, .trait_ref = {trait, args_intern(db, &ty, 1)}};
    vec_push(&db->scratch, &cx.pending, goal);
    return check_pending(&cx);
}

bool check_holds(Db *db, DefId owner, LangItem trait, Ty ty) {
    return implements(db, owner, lang_item(db, trait), ty);
}

bool check_stands_before(Db *db, DefId a, DefId b) {
    u32 files[2], bytes[2];
    def_locate(db, a, 0, &files[0], &bytes[0]);
    def_locate(db, b, 0, &files[1], &bytes[1]);
    if (files[0] == files[1]) return bytes[0] != bytes[1] ? bytes[0] < bytes[1] : a.id < b.id;
    Str x = source_path(db, (FileId){files[0]}), y = source_path(db, (FileId){files[1]});
    int order = memcmp(x.at, y.at, min_u32(x.len, y.len));
    return order ? order < 0 : x.len < y.len;
}

static bool is_own_param(const GenericParam *params, u32 i, Symbol name) {
    return params[i].name.id == name.id && !params[i].is_impl_trait;
}

void check_generics(Db *db, DefId def) {
    const Generics *g = generics_of(db, def);
    const GenericParam *params = LIST_AT(g, GenericParam, g->params);
    for (u32 i = g->parent_count; i < g->params.count; i++) {
        if (params[i].is_impl_trait) continue;
        for (u32 k = 0; k < i; k++) {
            if (!is_own_param(params, k, params[i].name)) continue;
            Str name = symbol_str(&db->symbols, params[i].name);
            diag_error(db, def_word_span(db, def, params[i].name), "E0403",
                       "the name `%.*s` is already used for a generic parameter in this item's "
                       "generic parameters",
                       STR_ARG(name));
            break;
        }
    }
}

static void check_allocator(Db *db, DefId def, const HirItem *item, Ty ty) {
    if (!def_has_attr(db, def, symbol_intern(&db->symbols, STR("global_allocator")))) return;
    DefId trait = def_by_path(db, STR("core::alloc::global::GlobalAlloc"), NS_TYPE);
    if (implements(db, def, trait, ty)) return;
    Str text = ty_print(db, ty, &db->scratch);
    diag_error(db, check_ty_span(db, def, item, item->ty), "E0277",
               "the trait bound `%.*s: GlobalAlloc` is not satisfied", STR_ARG(text));
}

void check_static(Db *db, DefId def) {
    const HirItem *item = hir_item(db, def);
    Ty ty = type_of(db, def);
    if (item) check_allocator(db, def, item, ty);
    if (!item || item->is_mut || def_attrs(db, def)->flags & DEF_ATTR_THREAD_LOCAL) return;
    if (check_holds(db, def, LANG_sync, ty)) return;
    Str text = ty_print(db, ty, &db->scratch);
    Span span = check_ty_span(db, def, item, item->ty);
    diag_error(db, span, "E0277", "`%.*s` cannot be shared between threads safely", STR_ARG(text));
    diag_note(db, "shared static variables must have a type that implements `Sync`");
}

void check_value(Db *db, DefId def) {
    if (generics_count(db, def) || ty_flags(db, type_of(db, def)) & TY_HAS_ERROR) return;
    if (def_kind(db, def) == DEF_STATIC)
        (void)static_initializer(db, def);
    else
        (void)const_eval(db, def, (Args){0});
}
