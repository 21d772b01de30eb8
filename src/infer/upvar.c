// What closures capture, and how; from that their kind (Fn, FnMut, FnOnce).
//
// From edition 2021 on a closure captures places (`a.b`, `*a.c`), before it whole variables.
// Reference: The Rust Reference, "Closure types: Capture modes, Capture precision"; truncation in
// the order rustc applies it (upvar.rs). Inner closures come before the ones around them.
#include "infer/infer_internal.h"

enum { PLACE_DEPTH_MAX = 32 };

typedef enum ProjKind { PROJ_DEREF, PROJ_FIELD, PROJ_INDEX, PROJ_CUT } ProjKind;

typedef struct Place {
    u32 local; // 0: a temporary or static
    Ty base;
    u32 count;
    struct {
        u8 kind; // ProjKind
        u32 field, variant;
        Ty ty; // after
    } at[PLACE_DEPTH_MAX];
} Place;

typedef struct Use {
    Place place;
    u8 mode; // CaptureMode
} Use;
typedef VEC(Use) UseVec;

typedef struct Upvars {
    Tc *tc;
    LocalSet *inside; // bound in the closure under analysis
    UseVec uses;
    LocalSet *mentioned; // whole-variable capture
    U32Vec mention_order;
    u32 depth;
} Upvars;

static void walk(Upvars *u, HirExpr e);
static Place cat_expr(Upvars *u, HirExpr e);

static Ty place_ty(const Place *p) {
    return p->count ? p->at[p->count - 1].ty : p->base;
}
static Ty ty_before(const Place *p, u32 i) {
    return i ? p->at[i - 1].ty : p->base;
}

static Place rvalue(Ty ty) {
    Place p;
    memset(&p, 0, sizeof p);
    p.base = ty;
    return p;
}

static void project(Place *p, u8 kind, u32 field, u32 variant, Ty ty) {
    if (p->count == PLACE_DEPTH_MAX) {
        p->at[p->count - 1].kind = PROJ_CUT;
        p->at[p->count - 1].ty = ty;
        return;
    }
    p->at[p->count].kind = kind;
    p->at[p->count].field = field;
    p->at[p->count].variant = variant;
    p->at[p->count].ty = ty;
    p->count++;
}

static void cat_deref(Upvars *u, Place *p) {
    Ty inner = builtin_deref(u->tc, tc_resolve(u->tc, place_ty(p)), true);
    if (!inner.id) inner = TY_OF(ERROR);
    project(p, PROJ_DEREF, 0, 0, tc_resolve(u->tc, inner));
}

static bool is_copy(Tc *tc, Ty ty) {
    ty = tc_resolve(tc, ty);
    TyKind kind = tc_kind(tc, ty);
    if (kind == TY_REF) return !tc_row(tc, ty)->is_mut;
    if ((kind >= TY_BOOL && kind <= TY_NEVER && kind != TY_STR) || kind == TY_PTR ||
        kind == TY_FN_DEF || kind == TY_FN_PTR)
        return true;
    if (tc_has_error(tc, ty)) return true;
    TcSnap snap = tc_snapshot(tc);
    GoalVec goals = {0};
    SolveResult result = solve_trait(
        &tc->solve, (TraitRef){lang_item(tc->db, LANG_copy), args1(tc, ty)}, &goals, NULL);
    tc_rollback(tc, snap);
    return result == SOLVE_YES;
}

// ---- places -------------------------------------------------------------------------------------

static Place cat_unadjusted(Upvars *u, HirExpr e) {
    Tc *tc = u->tc;
    const HirExprRow *row = hir_expr(tc->b->hir, e);
    Ty ty = tc_resolve(tc, tc->b->expr_tys[e.id]);
    switch (row->kind) {
    case HIR_PATH: {
        const HirPathRow *path = hir_path(tc->b->hir, row->path);
        Place p = rvalue(ty);
        if (path->res.kind == RES_LOCAL) p.local = path->res.index;
        return p;
    }
    case HIR_FIELD: {
        Place p = cat_expr(u, row->field.expr);
        project(&p, PROJ_FIELD, tc->b->field_of[e.id], 0, ty);
        return p;
    }
    case HIR_UNARY:
        if (row->op != UN_DEREF) break;
        if (tc->b->callee_of[e.id]) return rvalue(ty);
        {
            Place p = cat_expr(u, row->bin.a);
            project(&p, PROJ_DEREF, 0, 0, ty);
            return p;
        }
    case HIR_INDEX:
        if (tc->b->callee_of[e.id]) return rvalue(ty);
        {
            Place p = cat_expr(u, row->bin.a);
            project(&p, PROJ_INDEX, 0, 0, ty);
            return p;
        }
    case HIR_DROP_TEMPS: return cat_expr(u, row->bin.a);
    default: break;
    }
    return rvalue(ty);
}

static Place cat_adjusted(Upvars *u, Place p, const Adjust *a) {
    Ty target = tc_resolve(u->tc, a->target);
    if (a->kind == ADJ_DEREF) {
        project(&p, PROJ_DEREF, 0, 0, target);
        return p;
    }
    return rvalue(target);
}

static Place cat_expr(Upvars *u, HirExpr e) {
    AdjRun *run = &u->tc->b->adjusts[e.id];
    Place p = cat_unadjusted(u, e);
    for (u32 i = 0; i < run->count; i++)
        p = cat_adjusted(u, p, &run->at[i]);
    return p;
}

// ---- uses ---------------------------------------------------------------------------------------

static void truncate_to(Tc *tc, Place *p, u8 *mode, u32 len) {
    if (len >= p->count) return;
    if (*mode == CAPTURE_REF_MUT)
        for (u32 i = len; i < p->count; i++) {
            const TyRow *row = tc_row(tc, ty_before(p, i));
            if (p->at[i].kind == PROJ_DEREF && row->kind == TY_REF && row->is_mut) {
                *mode = CAPTURE_UNIQUE_REF;
                break;
            }
        }
    p->count = len;
}

static void use_place(Upvars *u, const Place *p, u8 mode) {
    if (!p->local || local_set_has(u->inside, p->local)) return;
    vec_push(u->tc->scratch, &u->uses, (Use){*p, mode});
}

static bool is_union(Tc *tc, Ty ty) {
    const TyRow *row = tc_row(tc, ty);
    return row->kind == TY_ADT && def_kind(tc->db, row->def) == DEF_UNION;
}

static void borrow(Upvars *u, const Place *given, u8 mode) {
    if (!given->local || local_set_has(u->inside, given->local)) return;
    Tc *tc = u->tc;
    Place p = *given;
    for (u32 i = 0; i < p.count; i++) { // a reference into a packed struct would be misaligned
        const TyRow *row = tc_row(tc, ty_before(&p, i));
        if (row->kind == TY_ADT && p.at[i].kind == PROJ_FIELD &&
            def_attrs(tc->db, row->def)->repr_pack) {
            truncate_to(tc, &p, &mode, i);
            break;
        }
    }
    for (u32 i = 0; i < p.count; i++)
        if (p.at[i].kind == PROJ_DEREF && tc_kind(tc, ty_before(&p, i)) == TY_PTR)
            mode = CAPTURE_REF;
    use_place(u, &p, mode);
}

static void consume(Upvars *u, const Place *p) {
    if (!p->local || local_set_has(u->inside, p->local)) return;
    if (is_copy(u->tc, place_ty(p)))
        borrow(u, p, CAPTURE_REF);
    else
        use_place(u, p, CAPTURE_MOVE);
}

static void walk_adjusts(Upvars *u, HirExpr e) {
    AdjRun *run = &u->tc->b->adjusts[e.id];
    if (!run->count) return;
    Place p = cat_unadjusted(u, e);
    for (u32 i = 0; i < run->count; i++) {
        const Adjust *a = &run->at[i];
        switch ((AdjustKind)a->kind) {
        case ADJ_DEREF: break;
        case ADJ_DEREF_OVERLOADED:
        case ADJ_BORROW:
        case ADJ_BORROW_RAW: borrow(u, &p, a->is_mut ? CAPTURE_REF_MUT : CAPTURE_REF); break;
        default: consume(u, &p); break;
        }
        p = cat_adjusted(u, p, a);
    }
}

static void consume_expr(Upvars *u, HirExpr e) {
    if (!e.id) return;
    Place p = cat_expr(u, e);
    consume(u, &p);
    walk(u, e);
}

static void borrow_expr(Upvars *u, HirExpr e, u8 mode) {
    Place p = cat_expr(u, e);
    borrow(u, &p, mode);
    walk(u, e);
}

static void consume_list(Upvars *u, HirList list) {
    for (u32 i = 0; i < list.count; i++)
        consume_expr(u, (HirExpr){hir_listed(u->tc->b->hir, list, i)});
}

// ---- patterns -----------------------------------------------------------------------------------

static bool is_multivariant(Tc *tc, Ty ty) {
    const TyRow *row = tc_row(tc, ty);
    return row->kind == TY_ADT && def_kind(tc->db, row->def) == DEF_ENUM &&
           adt_def(tc->db, row->def)->variants.count > 1;
}

static u32 pat_variant(Tc *tc, HirPat id, const AdtDef **adt) {
    u32 callee = tc->b->pat_callee[id.id];
    *adt = NULL;
    if (!callee) return 0;
    DefId def = tc->callees.at[callee].res.def;
    DefKind kind = def_kind(tc->db, def);
    if (kind == DEF_VARIANT) {
        *adt = adt_def(tc->db, def_row(tc->db, def)->parent);
        return adt_variant_index(tc->db, def);
    }
    if (kind == DEF_STRUCT || kind == DEF_UNION) *adt = adt_def(tc->db, def);
    return 0;
}

static Ty pat_field_ty(Tc *tc, HirPat sub) {
    // The type before the sub-pattern's own auto-dereferences.
    PeelRun *peels = &tc->b->peels[sub.id];
    return tc_resolve(tc, peels->count ? peels->at[0] : tc->b->pat_tys[sub.id]);
}

static void walk_pat(Upvars *u, Place p, HirPat id, bool has_guard) {
    if (!id.id) return;
    Tc *tc = u->tc;
    const HirBody *hir = tc->b->hir;
    const HirPatRow *row = hir_pat(hir, id);
    PeelRun *peels = &tc->b->peels[id.id];
    for (u32 i = 0; i < peels->count; i++)
        cat_deref(u, &p);
    Ty ty = tc_resolve(tc, place_ty(&p));
    switch ((HirPatKind)row->kind) {
    case HIR_PAT_BINDING: {
        u8 mode = tc->b->local_modes[row->binding.local.id];
        if (has_guard) borrow(u, &p, CAPTURE_REF);
        if (mode == BIND_MOVE)
            consume(u, &p);
        else
            borrow(u, &p, mode == BIND_REF_MUT ? CAPTURE_REF_MUT : CAPTURE_REF);
        walk_pat(u, p, row->binding.sub, has_guard);
        break;
    }
    case HIR_PAT_LIT:
    case HIR_PAT_RANGE: borrow(u, &p, CAPTURE_REF); break;
    case HIR_PAT_PATH: {
        const AdtDef *adt;
        pat_variant(tc, id, &adt);
        if (!adt || is_multivariant(tc, ty)) borrow(u, &p, CAPTURE_REF);
        break;
    }
    case HIR_PAT_TUPLE_STRUCT: {
        if (is_multivariant(tc, ty)) borrow(u, &p, CAPTURE_REF);
        const AdtDef *adt;
        u32 variant = pat_variant(tc, id, &adt);
        HirList elems = row->tuple_struct.elems;
        u32 n = adt ? adt_variant(adt, variant)->field_count : elems.count;
        for (u32 i = 0; i < elems.count; i++) {
            HirPat sub = {hir_listed(hir, elems, i)};
            Place q = p;
            u32 at = row->has_rest && i >= row->tuple_struct.rest_at ? n - elems.count + i : i;
            project(&q, PROJ_FIELD, at, variant, pat_field_ty(tc, sub));
            walk_pat(u, q, sub, has_guard);
        }
        break;
    }
    case HIR_PAT_STRUCT: {
        if (is_multivariant(tc, ty)) borrow(u, &p, CAPTURE_REF);
        const AdtDef *adt;
        u32 variant = pat_variant(tc, id, &adt);
        for (u32 i = 0; i < row->structure.fields.count; i++) {
            u32 field = row->structure.fields.first + i;
            HirPat sub = {HIR_AT(hir, HirField, fields, field)->value};
            Place q = p;
            project(&q, PROJ_FIELD, tc->b->field_index[field], variant, pat_field_ty(tc, sub));
            walk_pat(u, q, sub, has_guard);
        }
        break;
    }
    case HIR_PAT_TUPLE: {
        u32 n = row->seq.elems.count;
        if (tc_kind(tc, ty) == TY_TUPLE) ty_elems(tc->db, ty, &n);
        for (u32 i = 0; i < row->seq.elems.count; i++) {
            HirPat sub = {hir_listed(hir, row->seq.elems, i)};
            Place q = p;
            u32 at = row->has_rest && i >= row->seq.rest_at ? n - row->seq.elems.count + i : i;
            project(&q, PROJ_FIELD, at, 0, pat_field_ty(tc, sub));
            walk_pat(u, q, sub, has_guard);
        }
        break;
    }
    case HIR_PAT_REF:
    case HIR_PAT_BOX:
        cat_deref(u, &p);
        walk_pat(u, p, row->inner, has_guard);
        break;
    case HIR_PAT_DEREF:
        borrow(u, &p, CAPTURE_REF);
        walk_pat(u, rvalue(pat_field_ty(tc, row->inner)), row->inner, has_guard);
        break;
    case HIR_PAT_SLICE:
        if (tc_kind(tc, ty) == TY_SLICE && !(row->has_rest && row->seq.elems.count == 0))
            borrow(u, &p, CAPTURE_REF);
        for (u32 i = 0; i < row->seq.elems.count; i++) {
            HirPat sub = {hir_listed(hir, row->seq.elems, i)};
            Place q = p;
            project(&q, PROJ_INDEX, 0, 0, pat_field_ty(tc, sub));
            walk_pat(u, q, sub, has_guard);
        }
        if (row->seq.rest_pat.id) {
            Place q = p;
            project(&q, PROJ_INDEX, 0, 0, pat_field_ty(tc, row->seq.rest_pat));
            walk_pat(u, q, row->seq.rest_pat, has_guard);
        }
        break;
    case HIR_PAT_OR:
        for (u32 i = 0; i < row->seq.elems.count; i++)
            walk_pat(u, p, (HirPat){hir_listed(hir, row->seq.elems, i)}, has_guard);
        break;
    case HIR_PAT_ERR:
    case HIR_PAT_WILD:
    case HIR_PAT_NEVER: break;
    }
}

// ---- expressions --------------------------------------------------------------------------------

typedef struct ClosureCaptures { // kept beside ClosureState.captures, by closure number
    UseVec list;
} ClosureCaptures;

typedef struct Analysis {
    HirVisit v;
    Tc *tc;
    ClosureCaptures *by_number;
    LocalSet inside, mentioned; // of the closure that is analysed now
} Analysis;

static ClosureCaptures *captures_of(Upvars *u, u32 number);

static void walk(Upvars *u, HirExpr e) {
    if (!e.id) return;
    Tc *tc = u->tc;
    const HirBody *hir = tc->b->hir;
    walk_adjusts(u, e);
    const HirExprRow *row = hir_expr(hir, e);
    switch ((HirExprKind)row->kind) {
    case HIR_PATH: {
        const HirPathRow *path = hir_path(hir, row->path);
        if (path->res.kind == RES_LOCAL && !local_set_has(u->inside, path->res.index) &&
            !local_set_has(u->mentioned, path->res.index)) {
            local_set_add(u->mentioned, path->res.index);
            vec_push(tc->scratch, &u->mention_order, path->res.index);
        }
        break;
    }
    case HIR_ERR:
    case HIR_LIT:
    case HIR_CONTINUE:
    case HIR_INLINE_CONST:
    case HIR_OFFSET_OF:
    case HIR_UNSUPPORTED: break;
    case HIR_CALL:
        consume_expr(u, row->call.callee);
        consume_list(u, row->call.args);
        break;
    case HIR_METHOD_CALL:
        consume_expr(u, row->method.receiver);
        consume_list(u, row->method.args);
        break;
    case HIR_TUPLE:
    case HIR_ARRAY: consume_list(u, row->elems); break;
    case HIR_REPEAT: consume_expr(u, row->repeat.elem); break;
    case HIR_STRUCT: {
        HirList fields = row->structure.fields;
        for (u32 i = 0; i < fields.count; i++)
            consume_expr(u, (HirExpr){HIR_AT(hir, HirField, fields, fields.first + i)->value});
        if (!row->structure.base.id) break;
        Place base = cat_expr(u, row->structure.base);
        const TyRow *t = tc_row(tc, tc_resolve(tc, tc->b->expr_tys[e.id]));
        if (t->kind == TY_ADT && def_kind(tc->db, t->def) == DEF_STRUCT) {
            const AdtDef *adt = adt_def(tc->db, t->def);
            const AdtVariant *v = adt_variant(adt, 0);
            for (u32 k = 0; k < v->field_count; k++) { // the fields that are taken from the base
                bool given = false;
                for (u32 i = 0; i < fields.count; i++)
                    given |= tc->b->field_index[fields.first + i] == k;
                if (given) continue;
                Place field = base;
                project(&field, PROJ_FIELD, k, 0,
                        tc_resolve(tc, adt_field_ty(tc, adt, v, k, t->args, tc_span(tc, e))));
                consume(u, &field);
            }
        }
        walk(u, row->structure.base);
        break;
    }
    case HIR_UNARY:
        if (row->op == UN_DEREF)
            walk(u, row->bin.a);
        else
            consume_expr(u, row->bin.a);
        break;
    case HIR_FIELD: walk(u, row->field.expr); break;
    case HIR_INDEX:
        walk(u, row->bin.a);
        consume_expr(u, row->bin.b);
        break;
    case HIR_BINARY:
        consume_expr(u, row->bin.a);
        consume_expr(u, row->bin.b);
        break;
    case HIR_ASSIGN:
        borrow_expr(u, row->bin.a, CAPTURE_REF_MUT);
        consume_expr(u, row->bin.b);
        break;
    case HIR_ASSIGN_OP: {
        // Of scalars it is built in: writeback drops the method and its autoref later.
        if (tc->b->callee_of[e.id])
            consume_expr(u, row->bin.a);
        else
            borrow_expr(u, row->bin.a, CAPTURE_REF_MUT);
        consume_expr(u, row->bin.b);
        break;
    }
    case HIR_ADDR_OF:
        borrow_expr(u, row->bin.a, row->is_mut ? CAPTURE_REF_MUT : CAPTURE_REF);
        break;
    case HIR_DROP_TEMPS:
    case HIR_CAST: consume_expr(u, row->kind == HIR_CAST ? row->cast.expr : row->bin.a); break;
    case HIR_IF:
        consume_expr(u, row->branch.cond);
        consume_expr(u, row->branch.then);
        consume_expr(u, row->branch.els);
        break;
    case HIR_LET:
        walk(u, row->let.init);
        walk_pat(u, cat_expr(u, row->let.init), row->let.pat, false);
        break;
    case HIR_LOOP: consume_expr(u, row->loop.body); break;
    case HIR_MATCH: {
        walk(u, row->match.scrutinee);
        Place p = cat_expr(u, row->match.scrutinee);
        if (row->match.arms.count == 0) borrow(u, &p, CAPTURE_REF);
        for (u32 i = 0; i < row->match.arms.count; i++) {
            const HirArm *arm = HIR_AT(hir, HirArm, arms, row->match.arms.first + i);
            walk_pat(u, p, arm->pat, arm->guard.id != 0);
            if (arm->guard.id) consume_expr(u, arm->guard);
            consume_expr(u, arm->body);
        }
        break;
    }
    case HIR_BLOCK:
        for (u32 i = 0; i < row->block.stmts.count; i++) {
            const HirStmt *stmt = HIR_AT(hir, HirStmt, stmts, row->block.stmts.first + i);
            if (stmt->kind == STMT_LET) {
                if (!stmt->expr.id) continue;
                walk(u, stmt->expr);
                walk_pat(u, cat_expr(u, stmt->expr), stmt->pat, false);
                if (stmt->els.id) consume_expr(u, stmt->els);
            } else {
                consume_expr(u, stmt->expr);
            }
        }
        consume_expr(u, row->block.tail);
        break;
    case HIR_BREAK: consume_expr(u, row->jump.value); break;
    case HIR_RETURN: consume_expr(u, row->value); break;
    case HIR_CLOSURE: {
        ClosureCaptures *inner = captures_of(u, row->closure);
        for (u32 i = 0; inner && i < inner->list.count; i++) {
            const Use *use = &inner->list.at[i];
            u32 local = use->place.local;
            if (!local_set_has(u->inside, local) && !local_set_has(u->mentioned, local)) {
                local_set_add(u->mentioned, local);
                vec_push(tc->scratch, &u->mention_order, local);
            }
            if (use->mode == CAPTURE_MOVE)
                consume(u, &use->place);
            else
                borrow(u, &use->place, use->mode);
        }
        break;
    }
    }
}

// ---- precision ----------------------------------------------------------------------------------

static void restrict_for_unsafe(Tc *tc, Place *p, u8 *mode) {
    for (u32 i = 0; i < p->count; i++) {
        Ty before = ty_before(p, i);
        if (tc_kind(tc, before) == TY_PTR || is_union(tc, before) || p->at[i].kind == PROJ_INDEX ||
            p->at[i].kind == PROJ_CUT) {
            truncate_to(tc, p, mode, i);
            return;
        }
    }
}

static void truncate_for_optimization(Tc *tc, Place *p, u8 *mode) {
    for (u32 i = p->count; i-- > 0;) {
        if (p->at[i].kind != PROJ_DEREF) continue;
        const TyRow *row = tc_row(tc, ty_before(p, i));
        if (row->kind == TY_REF && !row->is_mut) truncate_to(tc, p, mode, i + 1);
        return;
    }
}

static void cut_at_first_deref(Tc *tc, Place *p, u8 *mode) {
    for (u32 i = 0; i < p->count; i++)
        if (p->at[i].kind == PROJ_DEREF) {
            truncate_to(tc, p, mode, i);
            return;
        }
}

static bool has_destructor(Tc *tc, Ty ty) {
    const TyRow *row = tc_row(tc, ty);
    if (row->kind != TY_ADT) return false;
    DefId drop = lang_item(tc->db, LANG_drop);
    if (!drop.id) return false;
    u32 count;
    const DefId *impls = impls_of_trait(tc->db, drop, ty_simplify(tc->db, ty), tc->scratch, &count);
    for (u32 i = 0; i < count; i++) {
        const TyRow *self = tc_row(tc, impl_header(tc->db, impls[i])->self_ty);
        if (self->kind == TY_ADT && self->def.id == row->def.id) return true;
    }
    return false;
}

static void restrict_for_drop(Tc *tc, Place *p, u8 *mode) {
    if (*mode != CAPTURE_MOVE || is_copy(tc, place_ty(p))) return;
    for (u32 i = 0; i < p->count; i++)
        if (has_destructor(tc, ty_before(p, i))) {
            truncate_to(tc, p, mode, i);
            return;
        }
}

static u8 stronger(u8 a, u8 b) {
    static const u8 rank[] = {
        [CAPTURE_MOVE] = 3, [CAPTURE_REF] = 0, [CAPTURE_UNIQUE_REF] = 1, [CAPTURE_REF_MUT] = 2};
    return rank[a] >= rank[b] ? a : b;
}

// 0 same, 1 a is an ancestor of b, 2 a is a descendant of b, 3 they diverge.
static u32 relation(const Place *a, const Place *b) {
    u32 n = min_u32(a->count, b->count);
    for (u32 i = 0; i < n; i++) {
        if (a->at[i].kind != b->at[i].kind) return 3;
        if (a->at[i].kind == PROJ_FIELD &&
            (a->at[i].field != b->at[i].field || a->at[i].variant != b->at[i].variant))
            return 3;
    }
    return a->count == b->count ? 0 : a->count < b->count ? 1 : 2;
}

static void min_capture(Tc *tc, UseVec *list, Use use) {
    bool descendant = false;
    u32 kept = 0;
    for (u32 i = 0; i < list->count; i++) {
        Use *at = &list->at[i];
        if (at->place.local == use.place.local && relation(&use.place, &at->place) == 1) {
            descendant = true;
            truncate_to(tc, &at->place, &at->mode, use.place.count);
            use.mode = stronger(use.mode, at->mode);
            continue;
        }
        list->at[kept++] = *at;
    }
    list->count = kept;
    if (!descendant)
        for (u32 i = 0; i < list->count; i++) {
            Use *at = &list->at[i];
            if (at->place.local != use.place.local) continue;
            u32 rel = relation(&use.place, &at->place);
            if (rel == 3) continue;
            if (rel == 2) truncate_to(tc, &use.place, &use.mode, at->place.count);
            at->mode = stronger(at->mode, use.mode);
            return;
        }
    vec_push(tc->scratch, list, use);
}

// Captures of one variable stand together, in the order of its fields: they are dropped like that.
static bool stands_before(const Place *a, const Place *b) {
    u32 n = min_u32(a->count, b->count);
    for (u32 i = 0; i < n; i++)
        if (a->at[i].kind == PROJ_FIELD && b->at[i].kind == PROJ_FIELD &&
            a->at[i].field != b->at[i].field)
            return a->at[i].field < b->at[i].field;
    return false;
}

static void sort_captures(Tc *tc, UseVec *list) {
    UseVec sorted = {0};
    for (u32 i = 0; i < list->count; i++) {
        u32 local = list->at[i].place.local;
        bool seen = false;
        for (u32 k = 0; k < i; k++)
            seen |= list->at[k].place.local == local;
        if (seen) continue;
        u32 first = sorted.count;
        for (u32 k = i; k < list->count; k++) {
            if (list->at[k].place.local != local) continue;
            vec_push(tc->scratch, &sorted, list->at[k]);
            for (u32 at = sorted.count - 1;
                 at > first && stands_before(&sorted.at[at].place, &sorted.at[at - 1].place);
                 at--) {
                Use swap = sorted.at[at];
                sorted.at[at] = sorted.at[at - 1];
                sorted.at[at - 1] = swap;
            }
        }
    }
    *list = sorted;
}

// ---- one closure --------------------------------------------------------------------------------

static Ty stored_ty(Tc *tc, Ty ty, u8 mode) {
    if (mode == CAPTURE_MOVE) return ty;
    return ty_ref(tc->db, ty, mode != CAPTURE_REF);
}

typedef struct Inside {
    HirVisit v;
    LocalSet *bound;
} Inside;

static void inside_pat(HirVisit *v, const HirBody *b, HirPat p) {
    Inside *s = v->cx;
    const HirPatRow *row = hir_pat(b, p);
    if (row->kind == HIR_PAT_BINDING) local_set_add(s->bound, row->binding.local.id);
    hir_walk_pat(v, b, p);
}
static void inside_expr(HirVisit *v, const HirBody *b, HirExpr e) {
    hir_walk_expr(v, b, e);
}

typedef struct UpvarsCx {
    Upvars u;
    Analysis *analysis;
} UpvarsCx;

static ClosureCaptures *captures_of(Upvars *u, u32 number) {
    UpvarsCx *cx = (UpvarsCx *)(void *)u; // u is its first member
    return &cx->analysis->by_number[number];
}

static void analyze_closure(Analysis *a, u32 number) {
    Tc *tc = a->tc;
    const HirBody *hir = tc->b->hir;
    const HirClosure *c = HIR_AT(hir, HirClosure, closures, number);
    ClosureState *s = &tc->b->closures[number];
    if (!s->def.id) return; // never checked: an error stands before it
    UpvarsCx *cx = SCRATCH_NEW(tc->scratch, UpvarsCx);
    cx->analysis = a;
    Upvars *u = &cx->u;
    u->tc = tc;
    u->inside = &a->inside;
    u->mentioned = &a->mentioned;
    local_set_empty(u->inside);
    local_set_empty(u->mentioned);
    Inside in;
    memset(&in, 0, sizeof in);
    in.v.cx = &in;
    in.v.expr = inside_expr;
    in.v.pat = inside_pat;
    in.bound = u->inside;
    for (u32 i = 0; i < c->params.count; i++)
        inside_pat(&in.v, hir, HIR_AT(hir, HirParamPat, params, c->params.first + i)->pat);
    inside_expr(&in.v, hir, c->body);
    for (u32 i = 0; i < c->params.count; i++) {
        HirPat pat = HIR_AT(hir, HirParamPat, params, c->params.first + i)->pat;
        walk_pat(u, rvalue(s->sig[i]), pat, false);
    }
    consume_expr(u, c->body);

    bool precise = tc->edition >= 2021;
    u8 kind = 0;
    UseVec *list = &a->by_number[number].list;
    UseVec processed = {0};
    for (u32 i = 0; i < u->uses.count; i++) {
        Use use = u->uses.at[i];
        restrict_for_unsafe(tc, &use.place, &use.mode);
        truncate_for_optimization(tc, &use.place, &use.mode);
        if (use.mode == CAPTURE_MOVE)
            kind = 2;
        else if (use.mode != CAPTURE_REF && kind == 0)
            kind = 1;
        if (c->is_move) {
            cut_at_first_deref(tc, &use.place, &use.mode);
            use.mode = CAPTURE_MOVE;
        } else if (use.mode == CAPTURE_MOVE) {
            cut_at_first_deref(tc, &use.place, &use.mode);
        }
        restrict_for_drop(tc, &use.place, &use.mode);
        if (!precise) truncate_to(tc, &use.place, &use.mode, 0);
        vec_push(tc->scratch, &processed, use);
    }
    if (!precise) // whole variables, also those only named
        for (u32 i = 0; i < u->mention_order.count; i++) {
            u32 local = u->mention_order.at[i];
            Use use;
            memset(&use, 0, sizeof use);
            use.place.local = local;
            use.place.base = tc_resolve(tc, tc->b->local_tys[local]);
            use.mode = c->is_move ? CAPTURE_MOVE : CAPTURE_REF;
            min_capture(tc, list, use);
        }
    for (u32 i = 0; i < processed.count; i++)
        min_capture(tc, list, processed.at[i]);
    sort_captures(tc, list);

    Ty *stored = SCRATCH_ARRAY(tc->scratch, Ty, max_u32(list->count, 1));
    for (u32 i = 0; i < list->count; i++)
        stored[i] = stored_ty(tc, tc_resolve(tc, place_ty(&list->at[i].place)), list->at[i].mode);
    s->upvars = args_of(tc, stored, list->count);
    s->upvars_known = 1;
    if (!s->kind_known) {
        s->kind = kind;
        s->kind_known = 1;
    }
    tc_closure_changed(tc, s);
    s->captures.count = 0;
    for (u32 i = 0; i < list->count; i++) {
        const Use *use = &list->at[i];
        Capture capture;
        memset(&capture, 0, sizeof capture);
        capture.local = (HirLocal){use->place.local};
        capture.mode = use->mode;
        capture.ty = tc_resolve(tc, place_ty(&use->place));
        capture.proj_first = s->projs.count;
        capture.proj_count = use->place.count;
        for (u32 k = 0; k < use->place.count; k++) {
            CaptureProj proj;
            memset(&proj, 0, sizeof proj);
            proj.is_deref = use->place.at[k].kind == PROJ_DEREF;
            proj.field = use->place.at[k].field;
            proj.variant = use->place.at[k].variant;
            proj.ty = use->place.at[k].ty;
            vec_push(tc->scratch, &s->projs, proj);
        }
        vec_push(tc->scratch, &s->captures, capture);
    }
}

// The calls of a closure, once its kind tells how they use it.
static void resolve_calls(Tc *tc, ClosureState *s) {
    static const u16 traits[3] = {LANG_fn, LANG_fn_mut, LANG_fn_once};
    Body *around = tc->b;
    for (u32 i = 0; i < s->calls.count; i++) {
        DeferredCall call = s->calls.at[i];
        tc->b = call.body;
        DefId trait = lang_item(tc->db, traits[s->kind]);
        Ty inputs = ty_tuple(tc->db, s->sig, s->input_count);
        MethodSig m;
        if (!tc_trait_method(tc, trait, trait_fn(tc, trait), call.closure, &inputs, 1,
                             tc_span(tc, call.call), &m)) {
            tc->tainted = true;
            continue;
        }
        if (s->kind < 2)
            call.steps.at[call.steps.count++] =
                (Adjust){ADJ_BORROW, s->kind == 1, ty_ref(tc->db, call.closure, s->kind == 1)};
        tc_adjust(tc, call.callee, call.steps.at, call.steps.count);
        if (s->kind == 1) tc_make_places_mutable(tc, call.callee);
        Res res = {RES_DEF, m.fn, 0};
        tc->b->callee_of[call.call.id] = tc_callee(tc, res, m.args);
    }
    s->calls.count = 0;
    tc->b = around;
}

// Calls are resolved closure by closure: the kind of an inner one decides how the outer one uses
// it.
static void visit_expr(HirVisit *v, const HirBody *b, HirExpr e) {
    hir_walk_expr(v, b, e);
    const HirExprRow *row = hir_expr(b, e);
    if (row->kind != HIR_CLOSURE) return;
    Analysis *a = v->cx;
    analyze_closure(a, row->closure);
    resolve_calls(a->tc, &a->tc->b->closures[row->closure]);
}

void tc_closure_analyze(Tc *tc) {
    Body *around = tc->b;
    for (Body *b = tc->bodies; b; b = b->next) {
        if (b->hir->t.closures.count <= 1) continue;
        tc->b = b;
        Analysis a;
        memset(&a, 0, sizeof a);
        a.v.cx = &a;
        a.v.expr = visit_expr;
        a.tc = tc;
        a.by_number = SCRATCH_ARRAY(tc->scratch, ClosureCaptures, b->hir->t.closures.count);
        u32 locals = max_u32(b->hir->t.locals.count, 1);
        a.inside.stamps = SCRATCH_ARRAY(tc->scratch, u32, locals);
        a.mentioned.stamps = SCRATCH_ARRAY(tc->scratch, u32, locals);
        visit_expr(&a.v, b->hir, b->hir->value);
    }
    tc->b = around;
}
