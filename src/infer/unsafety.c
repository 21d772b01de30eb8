// E0133: what needs an unsafe block or function. Runs on checked bodies of the user's crates.
#include "infer/infer_internal.h"

typedef struct Unsafety {
    HirVisit v;
    Tc *tc;
    Body *b;
    u32 depth; // of unsafe blocks
} Unsafety;

static void require(Unsafety *u, HirExpr e, const char *what) {
    if (u->depth) return;
    Span span = tc_span(u->tc, e);
    tc_error(u->tc, span, "E0133", "%s is unsafe and requires unsafe function or block", what);
    diag_label(u->tc->db, span, "%s", what);
}

static bool sig_is_unsafe(Tc *tc, Ty callee) {
    const TyRow *row = tc_row(tc, tc_resolve(tc, callee));
    if (row->kind == TY_FN_PTR) return row->is_unsafe;
    if (row->kind != TY_FN_DEF) return false;
    DefKind kind = def_kind(tc->db, row->def);
    if (kind != DEF_FN && kind != DEF_ASSOC_FN) return false;
    return fn_sig(tc->db, row->def)->is_unsafe;
}

static const char *call_text(Tc *tc, DefId fn) {
    if (!fn.id) return "call to unsafe function";
    Str name = def_path_str(tc->db, fn, tc->scratch);
    return scratch_print(tc->scratch, "call to unsafe function `%.*s`", STR_ARG(name)).at;
}

static bool is_union_field(Unsafety *u, const HirExprRow *row) {
    Tc *tc = u->tc;
    AdjRun *run = &u->b->adjusts[row->field.expr.id];
    Ty base = tc_resolve(tc, run->count ? run->at[run->count - 1].target
                                        : u->b->expr_tys[row->field.expr.id]);
    const TyRow *t = tc_row(tc, base);
    return t->kind == TY_ADT && def_kind(tc->db, t->def) == DEF_UNION;
}

static void unsafety_expr(HirVisit *v, const HirBody *b, HirExpr e) {
    Unsafety *u = v->cx;
    Tc *tc = u->tc;
    const HirExprRow *row = hir_expr(b, e);
    if (!u->b->expr_tys[e.id].id) return;
    switch (row->kind) {
    case HIR_CALL: {
        AdjRun *run = &u->b->adjusts[row->call.callee.id];
        Ty callee =
            run->count ? run->at[run->count - 1].target : u->b->expr_tys[row->call.callee.id];
        if (!u->b->callee_of[e.id] && sig_is_unsafe(tc, callee)) {
            const TyRow *t = tc_row(tc, tc_resolve(tc, callee));
            require(u, e, call_text(tc, t->kind == TY_FN_DEF ? t->def : (DefId){0}));
        }
        break;
    }
    case HIR_METHOD_CALL: {
        u32 callee = u->b->callee_of[e.id];
        if (callee) {
            DefId fn = tc->callees.at[callee].res.def;
            if (fn_sig(tc->db, fn)->is_unsafe) require(u, e, call_text(tc, fn));
        }
        break;
    }
    case HIR_UNARY:
        if (row->op == UN_DEREF &&
            tc_kind(tc, tc_resolve(tc, u->b->expr_tys[row->bin.a.id])) == TY_PTR)
            require(u, e, "dereference of raw pointer");
        break;
    case HIR_PATH: {
        const HirPathRow *path = hir_path(b, row->path);
        if (path->res.kind == RES_DEF && def_kind(tc->db, path->res.def) == DEF_STATIC) {
            const HirItem *item = hir_item(tc->db, path->res.def);
            if (item->is_mut)
                require(u, e, "use of mutable static");
            else if (item->is_foreign)
                require(u, e, "use of extern static");
        }
        break;
    }
    case HIR_FIELD:
        if (is_union_field(u, row)) require(u, e, "access to union field");
        break;
    case HIR_ASSIGN: {
        // Writing a union field is safe: its drop never runs.
        const HirExprRow *lhs = hir_expr(b, row->bin.a);
        if (lhs->kind == HIR_FIELD && is_union_field(u, lhs)) {
            unsafety_expr(v, b, lhs->field.expr);
            unsafety_expr(v, b, row->bin.b);
            return;
        }
        break;
    }
    case HIR_ADDR_OF:
        if (row->is_raw) { // the address of a place reads nothing
            HirExpr place = row->bin.a;
            for (;;) {
                const HirExprRow *p = hir_expr(b, place);
                if (p->kind == HIR_FIELD && is_union_field(u, p)) {
                    place = p->field.expr;
                    continue;
                }
                if (p->kind == HIR_UNARY && p->op == UN_DEREF) {
                    hir_walk_expr(v, b, place);
                    return;
                }
                if (p->kind == HIR_PATH) return;
                break;
            }
            unsafety_expr(v, b, place);
            return;
        }
        break;
    case HIR_BLOCK:
        if (row->is_unsafe) {
            u->depth++;
            hir_walk_expr(v, b, e);
            u->depth--;
            return;
        }
        break;
    default: break;
    }
    hir_walk_expr(v, b, e);
}

// Whether an inline const stands in an unsafe block or function: it is a body of its own, and may
// do what the code around it may.
typedef struct ConstSearch {
    HirVisit v;
    DefId want;
    u32 depth;
    bool found_unsafe;
} ConstSearch;

static void search_expr(HirVisit *v, const HirBody *b, HirExpr e) {
    ConstSearch *s = v->cx;
    const HirExprRow *row = hir_expr(b, e);
    if (row->kind == HIR_INLINE_CONST && row->def.id == s->want.id) s->found_unsafe = s->depth != 0;
    bool is_unsafe = row->kind == HIR_BLOCK && row->is_unsafe;
    s->depth += is_unsafe;
    hir_walk_expr(v, b, e);
    s->depth -= is_unsafe;
}

static bool is_in_unsafe(Db *db, DefId def) {
    DefKind kind = def_kind(db, def);
    if (kind == DEF_FN || kind == DEF_ASSOC_FN) return fn_sig(db, def)->is_unsafe;
    if (kind != DEF_INLINE_CONST) return false;
    DefId around = tc_body_owner(db, def_row(db, def)->parent);
    const HirBody *hir = hir_body(db, around);
    if (!hir) return false;
    ConstSearch s;
    memset(&s, 0, sizeof s);
    s.v.cx = &s;
    s.v.expr = search_expr;
    s.want = def;
    s.depth = is_in_unsafe(db, around);
    search_expr(&s.v, hir, hir->value);
    return s.found_unsafe;
}

void tc_check_unsafety(Tc *tc, Body *body) {
    Unsafety u;
    memset(&u, 0, sizeof u);
    u.v.cx = &u;
    u.v.expr = unsafety_expr;
    u.tc = tc;
    u.b = body;
    u.depth = is_in_unsafe(tc->db, tc->owner);
    tc->b = body;
    unsafety_expr(&u.v, body->hir, body->hir->value);
}
