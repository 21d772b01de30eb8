// `as`: checked when the body's types are known (coercions first, then the cast rules).
//
// Reference: The Rust Reference, "Type cast expressions".
#include "infer/infer_internal.h"

Ty tc_cast(Tc *tc, HirExpr e) {
    const HirExprRow *row = hir_expr(tc->b->hir, e);
    Ty to = tc_hir_ty(tc, row->cast.ty);
    to = tc_resolve(tc, to);
    Ty from = tc_expr(tc, row->cast.expr, (Expect){EXPECT_CAST, to});
    if (tc_kind(tc, tc_shallow(tc, from)) == TY_ERROR || tc_kind(tc, to) == TY_ERROR) return to;
    vec_push(tc->scratch, &tc->casts, (DeferredCast){tc->b, e, from, to});
    return to;
}

static bool is_number(TyKind k) {
    return ty_is_int(k) || ty_is_float(k) || k == TY_INFER_INT || k == TY_INFER_FLOAT;
}

static bool is_c_like(Tc *tc, Ty ty) {
    const TyRow *row = tc_row(tc, ty);
    if (row->kind != TY_ADT || def_kind(tc->db, row->def) != DEF_ENUM) return false;
    const AdtDef *adt = adt_def(tc->db, row->def);
    for (u32 i = 0; i < adt->variants.count; i++)
        if (adt_variant(adt, i)->field_count) return false;
    return adt->variants.count != 0;
}

// How a pointer is wide: 0 thin, 1 length, 2 vtable, 3 of a parameter or projection, 4 unknown.
static u32 pointer_kind(Tc *tc, Ty pointee) {
    Ty tail = struct_tail(tc, pointee);
    switch (tc_kind(tc, tail)) {
    case TY_SLICE:
    case TY_STR: return 1;
    case TY_DYN: return 2;
    case TY_PARAM:
    case TY_PROJECTION:
    case TY_OPAQUE: {
        DefId sized = lang_item(tc->db, LANG_sized);
        if (trait_may_hold(tc, sized, args1(tc, tail))) return 0;
        DefId thin = lang_item(tc->db, LANG_pointee_trait);
        DefId metadata = lang_item(tc->db, LANG_metadata);
        if (thin.id && metadata.id) {
            GoalVec goals = {0};
            Ty out = solve_normalize(&tc->solve, ty_projection(tc->db, metadata, args1(tc, tail)),
                                     &goals);
            if (out.id == ty_unit(tc->db).id) return 0;
        }
        return 3;
    }
    case TY_INFER: return 4;
    default: return 0;
    }
}

static void illegal(Tc *tc, Span span, Ty from, Ty to) {
    tc_error(tc, span, "E0606", "casting `%s` as `%s` is invalid", tc_print(tc, from),
             tc_print(tc, to));
}

static void non_primitive(Tc *tc, Span span, Ty from, Ty to) {
    tc_error(tc, span, "E0605", "non-primitive cast: `%s` as `%s`", tc_print(tc, from),
             tc_print(tc, to));
}

static void check_cast(Tc *tc, const DeferredCast *cast) {
    const HirExprRow *row = hir_expr(tc->b->hir, cast->expr);
    HirExpr operand = row->cast.expr;
    Span span = tc_span(tc, cast->expr);
    Ty from = tc_structurally(tc, cast->from, span);
    Ty to = tc_structurally(tc, cast->to, span);
    if (tc_has_error(tc, from) || tc_has_error(tc, to)) return;
    from = tc_resolve(tc, from);
    to = tc_resolve(tc, to);
    TyKind tk = tc_kind(tc, to);
    if (tk == TY_SLICE || tk == TY_STR || tk == TY_DYN) {
        tc_error(tc, span, "E0620", "cast to unsized type: `%s` as `%s`", tc_print(tc, from),
                 tc_print(tc, to));
        return;
    }
    if (tc_coerce(tc, operand, from, to, NULL)) return;
    const TyRow *f = tc_row(tc, from), *t = tc_row(tc, to);
    TyKind fk = f->kind;
    if (fk == TY_FN_DEF || (fk == TY_CLOSURE && tk != TY_FN_PTR)) {
        // A fn item is first a fn pointer.
        if (fk == TY_FN_DEF) {
            Ty ptr = tc_normalize(tc, fn_sig_ptr(tc->db, f->def, f->args), span);
            if (tc_coerce(tc, operand, from, ptr, NULL)) {
                from = ptr;
                f = tc_row(tc, from);
                fk = TY_FN_PTR;
            }
        }
    }
    if (fk == TY_REF) {
        if (tk == TY_PTR) {
            // &[T; N] as *const T
            const TyRow *inner = tc_row(tc, tc_shallow(tc, f->elem));
            if (inner->kind == TY_ARRAY && (f->is_mut || !t->is_mut)) {
                Ty array_ptr = ty_ptr(tc->db, f->elem, t->is_mut);
                if (tc_coerce(tc, operand, from, array_ptr, NULL) &&
                    tc_unify(tc, inner->elem, t->elem)) {
                    AdjRun *run = &tc->b->adjusts[operand.id];
                    Adjust *at = SCRATCH_ARRAY(tc->scratch, Adjust, run->count + 1);
                    memcpy(at, run->at, run->count * sizeof *at);
                    at[run->count] = (Adjust){ADJ_ARRAY_TO_PTR, 0, to};
                    run->at = at;
                    run->count++;
                    return;
                }
            }
            illegal(tc, span, from, to);
            return;
        }
        if (is_number(tk) || tk == TY_CHAR || tk == TY_BOOL) {
            illegal(tc, span, from, to);
            diag_help(tc->db, "cannot cast `%s` as `%s` without dereferencing", tc_print(tc, from),
                      tc_print(tc, to));
            return;
        }
        non_primitive(tc, span, from, to);
        return;
    }
    bool from_scalar = is_number(fk) || fk == TY_BOOL || fk == TY_CHAR || fk == TY_PTR ||
                       fk == TY_FN_PTR || is_c_like(tc, from) || fk == TY_PAT;
    bool to_scalar =
        is_number(tk) || tk == TY_BOOL || tk == TY_CHAR || tk == TY_PTR || tk == TY_FN_PTR;
    if (!from_scalar || !to_scalar) {
        non_primitive(tc, span, from, to);
        return;
    }
    if (tk == TY_CHAR) {
        if (fk == TY_U8) return;
        if (fk == TY_INFER_INT && tc_unify(tc, from, TY_OF(U8))) return;
        tc_error(tc, span, "E0604", "only `u8` can be cast as `char`, not `%s`",
                 tc_print(tc, from));
        return;
    }
    if (tk == TY_BOOL) {
        tc_error(tc, span, "E0054", "cannot cast `%s` as `bool`", tc_print(tc, from));
        return;
    }
    if (tk == TY_FN_PTR) {
        non_primitive(tc, span, from, to);
        return;
    }
    if (tk == TY_PTR) {
        if (fk == TY_PTR) {
            u32 fp = pointer_kind(tc, f->elem), tp = pointer_kind(tc, t->elem);
            if (tp == 0 || fp == 4 || tp == 4) return;
            if (fp == 0) {
                tc_error(tc, span, "E0607", "cannot cast thin pointer `%s` to wide pointer `%s`",
                         tc_print(tc, from), tc_print(tc, to));
                return;
            }
            if (fp != tp) illegal(tc, span, from, to);
            return;
        }
        if (fk == TY_FN_PTR) {
            if (pointer_kind(tc, t->elem) != 0) illegal(tc, span, from, to);
            return;
        }
        if (ty_is_int(fk) || fk == TY_INFER_INT) {
            if (pointer_kind(tc, t->elem) != 0)
                illegal(tc, span, from, to);
            else if (fk == TY_INFER_INT)
                tc_unify(tc, from, TY_OF(USIZE));
            return;
        }
        illegal(tc, span, from, to);
        return;
    }
    // To a number.
    if (fk == TY_PTR || fk == TY_FN_PTR) {
        if (!ty_is_int(tk)) {
            illegal(tc, span, from, to);
            return;
        }
        if (fk == TY_PTR && pointer_kind(tc, f->elem) != 0) illegal(tc, span, from, to);
        return;
    }
    if ((fk == TY_BOOL || fk == TY_CHAR || f->kind == TY_ADT) &&
        (ty_is_float(tk) || tk == TY_INFER_FLOAT)) {
        illegal(tc, span, from, to);
        return;
    }
}

void tc_check_casts(Tc *tc) {
    Body *body = tc->b;
    for (u32 i = 0; i < tc->casts.count; i++) {
        DeferredCast cast = tc->casts.at[i];
        tc->b = cast.body;
        check_cast(tc, &cast);
    }
    tc->casts.count = 0;
    tc->b = body;
}
