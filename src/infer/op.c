// Operators: built-in ones on scalars, the rest through their traits.
#include "infer/infer_internal.h"

typedef enum OpClass { OP_MATH, OP_BITWISE, OP_SHIFT, OP_COMPARE } OpClass;

static OpClass op_class(u32 op) {
    switch (op) {
    case BIN_SHL:
    case BIN_SHR: return OP_SHIFT;
    case BIN_ADD:
    case BIN_SUB:
    case BIN_MUL:
    case BIN_DIV:
    case BIN_REM: return OP_MATH;
    case BIN_BIT_AND:
    case BIN_BIT_OR:
    case BIN_BIT_XOR: return OP_BITWISE;
    default: return OP_COMPARE;
    }
}

static const char *op_text(u32 op) {
    static const char *const text[] = {"+", "-",  "*",  "/",  "%", "&&", "||", "^",  "&",
                                       "|", "<<", ">>", "==", "<", "<=", "!=", ">=", ">"};
    return op < ARRAY_LEN(text) ? text[op] : "?";
}

static bool is_integral(TyKind k) {
    return ty_is_int(k) || k == TY_INFER_INT;
}
static bool is_fp(TyKind k) {
    return ty_is_float(k) || k == TY_INFER_FLOAT;
}
static bool is_scalar(TyKind k) {
    return k == TY_BOOL || k == TY_CHAR || is_integral(k) || is_fp(k) || k == TY_PTR ||
           k == TY_FN_DEF || k == TY_FN_PTR;
}

// One layer of reference may stand before a built-in operand.
static Ty strip_ref(Tc *tc, Ty ty) {
    ty = tc_shallow(tc, ty);
    const TyRow *row = tc_row(tc, ty);
    return row->kind == TY_REF ? tc_shallow(tc, row->elem) : ty;
}

static bool is_builtin_binop(Tc *tc, Ty lhs, Ty rhs, u32 op) {
    TyKind l = tc_kind(tc, strip_ref(tc, lhs)), r = tc_kind(tc, strip_ref(tc, rhs));
    if (l == TY_ERROR || r == TY_ERROR) return true;
    switch (op_class(op)) {
    case OP_SHIFT: return is_integral(l) && is_integral(r);
    case OP_MATH: return (is_integral(l) && is_integral(r)) || (is_fp(l) && is_fp(r));
    case OP_BITWISE: return (is_integral(l) && is_integral(r)) || (l == TY_BOOL && r == TY_BOOL);
    case OP_COMPARE: return is_scalar(l) && is_scalar(r);
    }
    return false;
}

static Ty enforce_builtin(Tc *tc, HirExpr rhs_expr, Ty lhs, Ty rhs, u32 op) {
    lhs = strip_ref(tc, lhs);
    rhs = strip_ref(tc, rhs);
    switch (op_class(op)) {
    case OP_SHIFT: return lhs;
    case OP_MATH:
    case OP_BITWISE: tc_demand_eq(tc, tc_span(tc, rhs_expr), lhs, rhs); return lhs;
    case OP_COMPARE: tc_demand_eq(tc, tc_span(tc, rhs_expr), lhs, rhs); return TY_OF(BOOL);
    }
    return lhs;
}

static DefId op_trait(Tc *tc, u32 op, bool assign) {
    static const u16 plain[][2] = {
        [BIN_ADD] = {LANG_add, LANG_add_assign},
        [BIN_SUB] = {LANG_sub, LANG_sub_assign},
        [BIN_MUL] = {LANG_mul, LANG_mul_assign},
        [BIN_DIV] = {LANG_div, LANG_div_assign},
        [BIN_REM] = {LANG_rem, LANG_rem_assign},
        [BIN_BIT_XOR] = {LANG_bit_xor, LANG_bit_xor_assign},
        [BIN_BIT_AND] = {LANG_bit_and, LANG_bit_and_assign},
        [BIN_BIT_OR] = {LANG_bit_or, LANG_bit_or_assign},
        [BIN_SHL] = {LANG_shl, LANG_shl_assign},
        [BIN_SHR] = {LANG_shr, LANG_shr_assign},
        [BIN_EQ] = {LANG_partial_eq, 0},
        [BIN_NE] = {LANG_partial_eq, 0},
        [BIN_LT] = {LANG_partial_ord, 0},
        [BIN_LE] = {LANG_partial_ord, 0},
        [BIN_GE] = {LANG_partial_ord, 0},
        [BIN_GT] = {LANG_partial_ord, 0},
    };
    return lang_item(tc->db, plain[op][assign]);
}

static DefId op_fn(Tc *tc, DefId trait, u32 op) {
    if (!trait.id) return trait;
    const char *name = NULL;
    switch (op) {
    case BIN_EQ: name = "eq"; break;
    case BIN_NE: name = "ne"; break;
    case BIN_LT: name = "lt"; break;
    case BIN_LE: name = "le"; break;
    case BIN_GE: name = "ge"; break;
    case BIN_GT: name = "gt"; break;
    default: return trait_fn(tc, trait);
    }
    return assoc_item_named(tc->db, trait, tc_sym(tc, name), ASSOC_FN);
}

static void push_borrow(Tc *tc, HirExpr e, Ty by_ref) {
    AdjRun *run = &tc->b->adjusts[e.id];
    Adjust *at = SCRATCH_ARRAY(tc->scratch, Adjust, run->count + 1);
    if (run->count) memcpy(at, run->at, run->count * sizeof *at);
    at[run->count] = (Adjust){ADJ_BORROW, tc_row(tc, by_ref)->is_mut, by_ref};
    run->at = at;
    run->count++;
}

static void binop_error(Tc *tc, HirExpr e, Ty lhs, Ty rhs, u32 op, bool assign) {
    if (tc_has_error(tc, lhs) || tc_has_error(tc, rhs)) {
        tc->tainted = true;
        return;
    }
    Span span = tc_span(tc, e);
    const char *text = op_text(op);
    if (assign) {
        tc_error(tc, span, "E0368",
                 "binary assignment operation `%s=` cannot be applied to type `%s`", text,
                 tc_print(tc, lhs));
        return;
    }
    switch (op) {
    case BIN_ADD:
        tc_error(tc, span, "E0369", "cannot add `%s` to `%s`", tc_print(tc, rhs),
                 tc_print(tc, lhs));
        break;
    case BIN_SUB:
        tc_error(tc, span, "E0369", "cannot subtract `%s` from `%s`", tc_print(tc, rhs),
                 tc_print(tc, lhs));
        break;
    case BIN_MUL:
        tc_error(tc, span, "E0369", "cannot multiply `%s` by `%s`", tc_print(tc, lhs),
                 tc_print(tc, rhs));
        break;
    case BIN_DIV:
        tc_error(tc, span, "E0369", "cannot divide `%s` by `%s`", tc_print(tc, lhs),
                 tc_print(tc, rhs));
        break;
    case BIN_REM:
        tc_error(tc, span, "E0369", "cannot calculate the remainder of `%s` divided by `%s`",
                 tc_print(tc, lhs), tc_print(tc, rhs));
        break;
    case BIN_BIT_AND:
    case BIN_BIT_OR:
    case BIN_BIT_XOR:
    case BIN_SHL:
    case BIN_SHR:
        tc_error(tc, span, "E0369", "no implementation for `%s %s %s`", tc_print(tc, lhs), text,
                 tc_print(tc, rhs));
        break;
    default:
        tc_error(tc, span, "E0369", "binary operation `%s` cannot be applied to type `%s`", text,
                 tc_print(tc, lhs));
        break;
    }
}

// What is known of the right operand when the left one is a number, a bool or a char.
typedef enum ScalarOp {
    SCALAR_UNASKED,
    SCALAR_UNKNOWN, // only the trait tells
    SCALAR_ANY,     // several impls may apply, so the trait has nothing to say before its type does
    SCALAR_SAME,    // there is one impl: of the type with itself
} ScalarOp;

static bool env_speaks_of(const Tc *tc, DefId trait) {
    const Predicate *env = LIST_AT(tc->env, Predicate, tc->env->predicates);
    for (u32 i = 0; i < tc->env->predicates.count; i++)
        if (env[i].kind == PRED_TRAIT && def_eq(env[i].trait_ref.trait, trait)) return true;
    return false;
}

static ScalarOp ask_scalar_op(Tc *tc, Ty lhs, u32 op, bool assign) {
    Db *db = tc->db;
    DefId trait = op_trait(tc, op, assign);
    if (!trait.id || !names_has_core(db) || env_speaks_of(tc, trait)) return SCALAR_UNKNOWN;
    TyKind kind = tc_kind(tc, lhs);
    if (kind == TY_INFER_INT || kind == TY_INFER_FLOAT) return SCALAR_ANY;
    u32 count;
    const DefId *impls = impls_of_trait(db, trait, ty_simplify(db, lhs), tc->scratch, &count);
    if (count == 0) return SCALAR_UNKNOWN;
    if (count > 1) return SCALAR_ANY;
    for (u32 i = crate_count(db); tc->is_local_crate && i > 0; i--) {
        if (!crate_row(db, (CrateId){i})->is_local) continue;
        u32 more;
        impls_of_trait_in(db, (CrateId){i}, trait, ty_simplify(db, lhs), &more);
        if (more) return SCALAR_UNKNOWN;
    }
    u32 n;
    const Ty *args = args_at(db, impl_header(db, impls[0])->trait_ref.args, &n);
    bool same = n == 2 && ty_eq(args[0], lhs) && ty_eq(args[1], lhs);
    return same ? SCALAR_SAME : SCALAR_UNKNOWN;
}

// Most operators stand between numbers. That a number's operator exists is no question, and what
// comes out of it is known once both operands are: the trait need not be asked. False: it must,
// about *rhs_ty, which the right operand has been checked against if it is set.
static bool scalar_binop(Tc *tc, Ty lhs, HirExpr rhs, u32 op, bool assign, Ty *rhs_ty) {
    TyKind kind = tc_kind(tc, lhs);
    bool is_known = kind >= TY_BOOL && kind < TY_NEVER && kind != TY_STR;
    if (!is_known && kind != TY_INFER_INT && kind != TY_INFER_FLOAT) return false;
    u8 *memo = &tc->scalar_ops[op][assign][is_known ? kind : kind == TY_INFER_INT ? 0 : TY_NEVER];
    if (*memo == SCALAR_UNASKED) *memo = (u8)ask_scalar_op(tc, lhs, op, assign);
    if (*memo == SCALAR_UNKNOWN) return false;
    Ty want = *memo == SCALAR_SAME ? lhs : tc_var(tc);
    *rhs_ty = tc_resolve_pending(tc, tc_expr_coercible(tc, rhs, want));
    TyKind other = tc_kind(tc, *rhs_ty);
    return other != TY_REF && other != TY_ERROR && is_builtin_binop(tc, lhs, *rhs_ty, op);
}

// Left and right types and the result of `lhs op rhs` through the operator's trait. NONE: it is
// built in, and the trait was not asked.
static Ty overloaded_binop(Tc *tc, HirExpr e, HirExpr lhs, HirExpr rhs, u32 op, bool assign,
                           Ty *lhs_out, Ty *rhs_out) {
    Ty lhs_ty;
    if (assign) {
        lhs_ty = tc_expr_mut(tc, lhs, NO_EXPECT, true);
    } else {
        Ty ty = tc_expr(tc, lhs, NO_EXPECT);
        Ty fresh = tc_var(tc);
        tc_coerce(tc, lhs, ty, fresh, NULL);
        lhs_ty = fresh;
        // A reference operand is reborrowed: `a == b` must not move a `&mut`.
        const TyRow *row = tc_row(tc, tc_shallow(tc, lhs_ty));
        if (row->kind == TY_REF && row->is_mut && tc->b->adjusts[lhs.id].count == 0) {
            Adjust steps[2] = {{ADJ_DEREF, 0, row->elem}, {ADJ_BORROW, 1, tc_shallow(tc, lhs_ty)}};
            tc_adjust(tc, lhs, steps, 2);
        }
    }
    lhs_ty = tc_resolve_pending(tc, lhs_ty);
    Ty rhs_ty = {0};
    if (scalar_binop(tc, lhs_ty, rhs, op, assign, &rhs_ty)) {
        *lhs_out = lhs_ty;
        *rhs_out = rhs_ty;
        return (Ty){0};
    }
    Ty rhs_var = tc_var(tc);
    DefId trait = op_trait(tc, op, assign);
    MethodSig m;
    bool found =
        tc_trait_method(tc, trait, op_fn(tc, trait, op), lhs_ty, &rhs_var, 1, tc_span(tc, e), &m);
    if (rhs_ty.id) tc_unify(tc, rhs_var, rhs_ty);
    if (found) tc_select(tc);
    if (!rhs_ty.id) rhs_ty = tc_expr_coercible(tc, rhs, rhs_var);
    rhs_ty = tc_resolve_pending(tc, rhs_ty);
    *lhs_out = lhs_ty;
    *rhs_out = rhs_ty;
    if (!found) {
        binop_error(tc, e, lhs_ty, rhs_ty, op, assign);
        return TY_OF(ERROR);
    }
    bool by_ref = op_class(op) == OP_COMPARE;
    if (assign || by_ref) {
        Ty self = tc_shallow(tc, m.inputs[0]);
        if (tc_kind(tc, self) == TY_REF) push_borrow(tc, lhs, self);
    }
    if (by_ref && m.input_count > 1) {
        Ty other = tc_shallow(tc, m.inputs[1]);
        if (tc_kind(tc, other) == TY_REF) push_borrow(tc, rhs, other);
    }
    Res res = {RES_DEF, m.fn, 0};
    tc->b->callee_of[e.id] = tc_callee(tc, res, m.args);
    return m.output;
}

Ty tc_binary(Tc *tc, HirExpr e, Expect expect) {
    (void)expect;
    const HirExprRow *row = hir_expr(tc->b->hir, e);
    HirExpr lhs = row->bin.a, rhs = row->bin.b;
    u32 op = row->op;
    if (op == BIN_AND || op == BIN_OR) {
        tc_expr_coercible(tc, lhs, TY_OF(BOOL));
        bool diverges = tc->diverges;
        tc_expr_coercible(tc, rhs, TY_OF(BOOL));
        tc->diverges = diverges; // the right side may not run
        return TY_OF(BOOL);
    }
    Ty lhs_ty, rhs_ty;
    Ty result = overloaded_binop(tc, e, lhs, rhs, op, false, &lhs_ty, &rhs_ty);
    if (!tc_is_var(tc, lhs_ty) && !tc_is_var(tc, rhs_ty) &&
        is_builtin_binop(tc, lhs_ty, rhs_ty, op)) {
        Ty builtin = enforce_builtin(tc, rhs, lhs_ty, rhs_ty, op);
        if (result.id) tc_demand_eq(tc, tc_span(tc, e), builtin, result);
        return builtin;
    }
    return result;
}

Ty tc_assign_op(Tc *tc, HirExpr e) {
    const HirExprRow *row = hir_expr(tc->b->hir, e);
    HirExpr lhs = row->bin.a, rhs = row->bin.b;
    Ty lhs_ty, rhs_ty;
    Ty result = overloaded_binop(tc, e, lhs, rhs, row->op, true, &lhs_ty, &rhs_ty);
    if (!tc_is_var(tc, lhs_ty) && !tc_is_var(tc, rhs_ty) &&
        is_builtin_binop(tc, lhs_ty, rhs_ty, row->op)) {
        enforce_builtin(tc, rhs, lhs_ty, rhs_ty, row->op);
        return ty_unit(tc->db);
    }
    (void)result;
    return ty_unit(tc->db);
}

Ty tc_unary(Tc *tc, HirExpr e, Expect expect) {
    const HirExprRow *row = hir_expr(tc->b->hir, e);
    HirExpr operand = row->bin.a;
    Span span = tc_span(tc, e);
    if (row->op == UN_DEREF) {
        Ty ty = tc_structurally(tc, tc_expr(tc, operand, NO_EXPECT), tc_span(tc, operand));
        if (tc_kind(tc, ty) == TY_ERROR) return ty;
        Ty inner = tc_deref(tc, e, operand, ty);
        if (inner.id) return inner;
        if (!tc_has_error(tc, ty))
            tc_error(tc, span, "E0614", "type `%s` cannot be dereferenced", tc_print(tc, ty));
        return TY_OF(ERROR);
    }
    Expect inner_expect = expect;
    Ty ty = tc_structurally(tc, tc_expr(tc, operand, inner_expect), tc_span(tc, operand));
    TyKind kind = tc_kind(tc, ty);
    if (kind == TY_ERROR) return ty;
    bool is_not = row->op == UN_NOT;
    if (is_not ? (is_integral(kind) || kind == TY_BOOL)
               : (is_fp(kind) || kind == TY_INFER_INT || ty_is_signed(kind)))
        return ty;
    DefId trait = lang_item(tc->db, is_not ? LANG_not : LANG_neg);
    MethodSig m;
    if (!tc_trait_method(tc, trait, trait_fn(tc, trait), ty, NULL, 0, span, &m)) {
        if (!tc_has_error(tc, ty))
            tc_error(tc, span, "E0600", "cannot apply unary operator `%s` to type `%s`",
                     is_not ? "!" : "-", tc_print(tc, ty));
        return TY_OF(ERROR);
    }
    Res res = {RES_DEF, m.fn, 0};
    tc->b->callee_of[e.id] = tc_callee(tc, res, m.args);
    return m.output;
}
