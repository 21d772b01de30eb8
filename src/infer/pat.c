// Patterns: their types, default binding modes, and the locals they bind.
//
// Reference: The Rust Reference, "Patterns", "Binding modes".
#include "infer/infer_internal.h"

typedef struct PatCx {
    u8 mode; // BindMode by default for bindings
} PatCx;

static Ty check_pat(Tc *tc, HirPat p, Ty expected, PatCx cx);

u32 tc_pat_ref_bindings(Tc *tc, HirPat id) {
    if (!id.id) return 0;
    const HirBody *hir = tc->b->hir;
    const HirPatRow *p = hir_pat(hir, id);
    u32 found = 0;
    HirList list = {0, 0};
    switch ((HirPatKind)p->kind) {
    case HIR_PAT_BINDING:
        if (p->by_ref) found = p->is_mut ? 2 : 1;
        return max_u32(found, tc_pat_ref_bindings(tc, p->binding.sub));
    case HIR_PAT_TUPLE_STRUCT: list = p->tuple_struct.elems; break;
    case HIR_PAT_TUPLE:
    case HIR_PAT_OR: list = p->seq.elems; break;
    case HIR_PAT_SLICE:
        found = tc_pat_ref_bindings(tc, p->seq.rest_pat);
        list = p->seq.elems;
        break;
    case HIR_PAT_STRUCT:
        for (u32 i = 0; i < p->structure.fields.count; i++)
            found = max_u32(
                found,
                tc_pat_ref_bindings(
                    tc,
                    (HirPat){HIR_AT(hir, HirField, fields, p->structure.fields.first + i)->value}));
        return found;
    case HIR_PAT_REF:
    case HIR_PAT_BOX:
    case HIR_PAT_DEREF: return tc_pat_ref_bindings(tc, p->inner);
    default: return 0;
    }
    for (u32 i = 0; i < list.count; i++)
        found = max_u32(found, tc_pat_ref_bindings(tc, (HirPat){hir_listed(hir, list, i)}));
    return found;
}

typedef enum AdjustMode { MODE_PASS, MODE_PEEL, MODE_RESET } AdjustMode;

static Ty peel(Tc *tc, HirPat id, Ty expected, PatCx *cx) {
    PeelRun *run = &tc->b->peels[id.id];
    TyVec peeled = {0};
    for (;;) {
        expected = tc_resolve_pending(tc, expected);
        const TyRow *row = tc_row(tc, expected);
        if (row->kind != TY_REF) break;
        vec_push(tc->scratch, &peeled, expected);
        if (cx->mode == BIND_MOVE)
            cx->mode = row->is_mut ? BIND_REF_MUT : BIND_REF;
        else if (cx->mode == BIND_REF_MUT && !row->is_mut)
            cx->mode = BIND_REF;
        expected = row->elem;
    }
    run->at = peeled.at;
    run->count = peeled.count;
    return expected;
}

static Ty check_binding(Tc *tc, HirPat id, const HirPatRow *p, Ty expected, PatCx cx) {
    HirLocal local = p->binding.local;
    u8 mode;
    if (p->by_ref)
        mode = p->is_mut ? BIND_REF_MUT : BIND_REF;
    else if (p->is_mut && cx.mode != BIND_MOVE) {
        mode = BIND_MOVE; // `mut x` binds by value whatever the default (an error from 2024 on)
        if (tc->edition >= 2024)
            tc_error(tc, tc_pat_span(tc, id), "",
                     "binding cannot be both mutable and by-reference");
    } else
        mode = cx.mode;
    Ty ty = mode == BIND_MOVE ? expected : ty_ref(tc->db, expected, mode == BIND_REF_MUT);
    Ty *slot = &tc->b->local_tys[local.id];
    if (!slot->id) *slot = tc_var(tc);
    tc_demand_eq(tc, tc_pat_span(tc, id), *slot, ty);
    tc->b->local_modes[local.id] = mode;
    if (p->binding.sub.id) check_pat(tc, p->binding.sub, expected, cx);
    return expected;
}

static Ty check_list_error(Tc *tc, HirList list, PatCx cx) {
    for (u32 i = 0; i < list.count; i++)
        check_pat(tc, (HirPat){hir_listed(tc->b->hir, list, i)}, TY_OF(ERROR), cx);
    return TY_OF(ERROR);
}

static Ty check_tuple(Tc *tc, HirPat id, const HirPatRow *p, Ty expected, PatCx cx) {
    HirList elems = p->seq.elems;
    u32 count = elems.count;
    if (p->has_rest) {
        expected = tc_structurally(tc, expected, tc_pat_span(tc, id));
        if (tc_kind(tc, expected) == TY_TUPLE) {
            u32 n;
            ty_elems(tc->db, expected, &n);
            count = max_u32(count, n);
        }
    }
    Ty *tys = SCRATCH_ARRAY(tc->scratch, Ty, max_u32(count, 1));
    for (u32 i = 0; i < count; i++)
        tys[i] = tc_var(tc);
    Ty ty = ty_tuple(tc->db, tys, count);
    if (!tc_demand_eq(tc, tc_pat_span(tc, id), expected, ty))
        return check_list_error(tc, elems, cx);
    for (u32 i = 0; i < elems.count; i++) {
        u32 at = p->has_rest && i >= p->seq.rest_at ? count - elems.count + i : i;
        check_pat(tc, (HirPat){hir_listed(tc->b->hir, elems, i)}, tys[at], cx);
    }
    return ty;
}

static Ty check_tuple_struct(Tc *tc, HirPat id, const HirPatRow *p, Ty expected, PatCx cx) {
    Db *db = tc->db;
    Span span = tc_pat_span(tc, id);
    HirList elems = p->tuple_struct.elems;
    ValuePath path = tc_value_path(tc, p->tuple_struct.path, span);
    if (path.res.kind != RES_CTOR || tc_kind(tc, path.ty) != TY_FN_DEF) {
        if (tc_kind(tc, path.ty) != TY_ERROR)
            tc_error(tc, span, path.res.kind == RES_CTOR ? "E0532" : "E0164",
                     "expected tuple struct or tuple variant, found something else");
        return check_list_error(tc, elems, cx);
    }
    tc->b->pat_callee[id.id] = tc_callee(tc, path.res, path.args);
    DefId def = path.res.def;
    const AdtDef *adt =
        adt_def(db, def_kind(db, def) == DEF_VARIANT ? def_row(db, def)->parent : def);
    const AdtVariant *v = NULL;
    for (u32 i = 0; i < adt->variants.count; i++)
        if (adt_variant(adt, i)->def.id == def.id) v = adt_variant(adt, i);
    Ty ty = ty_adt(db, adt->def, path.args);
    tc_demand_eq(tc, span, expected, ty);
    u32 n = v ? v->field_count : 0;
    if (!v || (p->has_rest ? elems.count > n : elems.count != n)) {
        tc_error(tc, span, "E0023",
                 "this pattern has %u field%s, but the corresponding tuple %s has %u field%s",
                 elems.count, elems.count == 1 ? "" : "s",
                 adt->kind == DEF_ENUM ? "variant" : "struct", n, n == 1 ? "" : "s");
        check_list_error(tc, elems, cx);
        return ty;
    }
    Args args = infer_resolve_args(tc->table, path.args);
    for (u32 i = 0; i < elems.count; i++) {
        u32 at = p->has_rest && i >= p->tuple_struct.rest_at ? n - elems.count + i : i;
        check_pat(tc, (HirPat){hir_listed(tc->b->hir, elems, i)},
                  adt_field_ty(tc, adt, v, at, args, span), cx);
    }
    return ty;
}

static Ty check_struct(Tc *tc, HirPat id, const HirPatRow *p, Ty expected, PatCx cx) {
    Db *db = tc->db;
    Span span = tc_pat_span(tc, id);
    HirList fields = p->structure.fields;
    StructPath path = tc_struct_path(tc, p->structure.path, span);
    if (!path.adt) {
        for (u32 i = 0; i < fields.count; i++)
            check_pat(tc, (HirPat){HIR_AT(tc->b->hir, HirField, fields, fields.first + i)->value},
                      TY_OF(ERROR), cx);
        return TY_OF(ERROR);
    }
    tc_demand_eq(tc, span, expected, path.ty);
    Args args = infer_resolve_args(tc->table, tc_row(tc, path.ty)->args);
    Res res = {path.variant->ctor == CTOR_RECORD ? RES_DEF : RES_CTOR, path.variant->def, 0};
    tc->b->pat_callee[id.id] = tc_callee(tc, res, args);
    u32 n = path.variant->field_count;
    u8 *seen = SCRATCH_ARRAY(tc->scratch, u8, max_u32(n, 1));
    u32 unknown = 0;
    for (u32 i = 0; i < fields.count; i++) {
        HirField field = *HIR_AT(tc->b->hir, HirField, fields, fields.first + i);
        HirPat sub = {field.value};
        u32 k = 0;
        while (k < n && adt_field(path.adt, path.variant, k)->name.id != field.name.id)
            k++;
        Str name = symbol_str(&db->symbols, field.name);
        if (k == n) {
            tc_error(tc, tc_pat_span(tc, sub), "E0026",
                     "%s `%s` does not have a field named `%.*s`",
                     path.adt->kind == DEF_ENUM ? "variant" : "struct", tc_print(tc, path.ty),
                     STR_ARG(name));
            check_pat(tc, sub, TY_OF(ERROR), cx);
            unknown++;
            continue;
        }
        if (seen[k])
            tc_error(tc, tc_pat_span(tc, sub), "E0025",
                     "field `%.*s` bound multiple times in the pattern", STR_ARG(name));
        seen[k] = 1;
        tc->b->field_index[fields.first + i] = k;
        tc_check_field_visible(tc, path.adt, path.variant, k, tc_pat_span(tc, sub));
        check_pat(tc, sub, adt_field_ty(tc, path.adt, path.variant, k, args, span), cx);
    }
    if (!p->structure.rest && path.adt->kind != DEF_UNION) {
        u32 missing = 0;
        Str first = {0};
        for (u32 k = 0; k < n; k++)
            if (!seen[k] && missing++ == 0)
                first = symbol_str(&db->symbols, adt_field(path.adt, path.variant, k)->name);
        // One wrong name for the one field left out is a misspelling: reported once.
        if (missing == 1 && unknown == 1) return path.ty;
        if (missing == 1)
            tc_error(tc, span, "E0027", "pattern does not mention field `%.*s`", STR_ARG(first));
        else if (missing)
            tc_error(tc, span, "E0027",
                     "pattern does not mention field `%.*s` and %u other field%s", STR_ARG(first),
                     missing - 1, missing == 2 ? "" : "s");
    }
    return path.ty;
}

static Ty check_slice(Tc *tc, HirPat id, const HirPatRow *p, Ty expected, PatCx cx) {
    Db *db = tc->db;
    Span span = tc_pat_span(tc, id);
    HirList elems = p->seq.elems;
    if (tc_is_var(tc, expected) && !p->has_rest) {
        // An irrefutable pattern of fixed length tells that it is an array.
        tc_select(tc);
        if (tc_is_var(tc, expected)) {
            Ty array = ty_array(db, tc_var(tc), const_usize(db, elems.count));
            tc_unify(tc, expected, array);
        }
    }
    expected = tc_structurally(tc, expected, span);
    const TyRow *row = tc_row(tc, expected);
    Ty elem = TY_OF(ERROR), rest = TY_OF(ERROR);
    if (row->kind == TY_SLICE) {
        elem = row->elem;
        rest = expected;
    } else if (row->kind == TY_ARRAY) {
        elem = row->elem;
        Ty len = tc_resolve(tc, row->len);
        const TyRow *len_row = tc_row(tc, len);
        if (len_row->kind == TY_CONST_VALUE) {
            u64 n = len_row->lo_bits;
            if (p->has_rest ? n < elems.count : n != elems.count) {
                tc_error(tc, span, p->has_rest ? "E0528" : "E0527",
                         "pattern requires %s%u element%s but array has %llu",
                         p->has_rest ? "at least " : "", elems.count, elems.count == 1 ? "" : "s",
                         (unsigned long long)n);
            } else {
                rest = ty_array(db, elem, const_usize(db, n - elems.count));
            }
        } else if (!p->has_rest) {
            tc_unify(tc, len, const_usize(db, elems.count));
        } else if (elems.count == 0) {
            rest = expected;
        } else if (p->seq.rest_pat.id) {
            tc_error(tc, span, "E0730", "cannot pattern-match on an array without a fixed length");
        }
    } else if (row->kind != TY_ERROR) {
        tc_error(tc, span, "E0529", "expected an array or slice, found `%s`",
                 tc_print(tc, expected));
    }
    for (u32 i = 0; i < elems.count; i++)
        check_pat(tc, (HirPat){hir_listed(tc->b->hir, elems, i)}, elem, cx);
    if (p->seq.rest_pat.id) check_pat(tc, p->seq.rest_pat, rest, cx);
    return expected;
}

static Ty check_ref(Tc *tc, HirPat id, const HirPatRow *p, Ty expected, PatCx cx) {
    expected = tc_resolve_pending(tc, expected);
    const TyRow *row = tc_row(tc, expected);
    Ty inner, ty = expected;
    if (row->kind == TY_REF && row->is_mut == p->is_mut) {
        inner = row->elem;
    } else {
        inner = tc_var(tc);
        ty = ty_ref(tc->db, inner, p->is_mut);
        if (!tc_demand_eq(tc, tc_pat_span(tc, id), expected, ty)) inner = TY_OF(ERROR);
    }
    check_pat(tc, p->inner, inner, cx);
    return ty;
}

static Ty check_deref(Tc *tc, HirPat id, const HirPatRow *p, Ty expected, PatCx cx) {
    Span span = tc_pat_span(tc, id);
    if (p->kind == HIR_PAT_BOX) {
        expected = tc_structurally(tc, expected, span);
        Ty inner = TY_OF(ERROR);
        if (!tc_is_box(tc, expected, &inner) && tc_kind(tc, expected) != TY_ERROR)
            tc_mismatch(tc, span, expected, expected);
        check_pat(tc, p->inner, inner, cx);
        return expected;
    }
    expected = tc_structurally(tc, expected, span);
    DefId target = lang_item(tc->db, LANG_deref_target);
    Ty inner = builtin_deref(tc, expected, false);
    if (!inner.id && target.id)
        inner = tc_normalize(tc, ty_projection(tc->db, target, args1(tc, expected)), span);
    if (!inner.id) inner = TY_OF(ERROR);
    check_pat(tc, p->inner, inner, cx);
    return expected;
}

static Ty lit_ty(Tc *tc, HirExpr e) {
    Ty ty = tc->b->expr_tys[e.id];
    return ty.id ? ty : tc_expr(tc, e, NO_EXPECT);
}

static const HirExprRow *lit_row(Tc *tc, HirExpr e) {
    return hir_expr(tc->b->hir, e);
}

static Ty check_lit_pat(Tc *tc, HirPat id, const HirPatRow *p, Ty expected) {
    Ty ty = lit_ty(tc, p->lit);
    const HirExprRow *row = lit_row(tc, p->lit);
    if (row->kind == HIR_LIT && row->op == LIT_BYTE_STR) {
        // A byte string fits arrays and slices alike.
        Ty want = tc_resolve_pending(tc, expected);
        const TyRow *w = tc_row(tc, want);
        if (w->kind == TY_REF && tc_kind(tc, tc_resolve_pending(tc, w->elem)) == TY_SLICE) {
            ty = ty_ref(tc->db, ty_slice(tc->db, TY_OF(U8)), false);
            tc->b->expr_tys[p->lit.id] = ty;
        }
    }
    tc_demand_eq(tc, tc_pat_span(tc, id), expected, ty);
    return ty;
}

static Ty check_range(Tc *tc, HirPat id, const HirPatRow *p, Ty expected) {
    Span span = tc_pat_span(tc, id);
    Ty ty = {0};
    HirExpr ends[2] = {p->range.lo, p->range.hi};
    for (u32 i = 0; i < 2; i++) {
        if (!ends[i].id) continue;
        Ty end = lit_ty(tc, ends[i]);
        TyKind kind = tc_kind(tc, tc_resolve_pending(tc, end));
        if (kind != TY_ERROR && kind != TY_CHAR && !ty_is_int(kind) && !ty_is_float(kind) &&
            kind != TY_INFER_INT && kind != TY_INFER_FLOAT && kind != TY_INFER) {
            tc_error(tc, span, "E0029",
                     "only `char` and numeric types are allowed in range patterns");
            return TY_OF(ERROR);
        }
        if (!tc_demand_eq(tc, tc_span(tc, ends[i]), expected, end)) return TY_OF(ERROR);
        ty = end;
    }
    return ty.id ? ty : expected;
}

static Ty check_path_pat(Tc *tc, HirPat id, const HirPatRow *p, Ty expected,
                         const ValuePath *path) {
    (void)p;
    Span span = tc_pat_span(tc, id);
    if (tc_kind(tc, path->ty) == TY_ERROR) return path->ty;
    bool ok = (path->res.kind == RES_CTOR && tc_kind(tc, path->ty) == TY_ADT);
    if (path->res.kind == RES_DEF) {
        DefKind kind = def_kind(tc->db, path->res.def);
        ok = kind == DEF_CONST || kind == DEF_ASSOC_CONST;
    }
    if (!ok) {
        tc_error(tc, span, path->res.kind == RES_CTOR ? "E0532" : "E0533",
                 "expected unit struct, unit variant or constant in a pattern");
        return TY_OF(ERROR);
    }
    tc->b->pat_callee[id.id] = tc_callee(tc, path->res, path->args);
    tc_demand_eq(tc, span, expected, path->ty);
    return path->ty;
}

static Ty check_pat(Tc *tc, HirPat id, Ty expected, PatCx cx) {
    if (!id.id) return expected;
    const HirPatRow *p = hir_pat(tc->b->hir, id);
    AdjustMode adjust = MODE_PASS;
    ValuePath path;
    memset(&path, 0, sizeof path);
    switch ((HirPatKind)p->kind) {
    case HIR_PAT_TUPLE_STRUCT:
    case HIR_PAT_STRUCT:
    case HIR_PAT_TUPLE:
    case HIR_PAT_SLICE:
    case HIR_PAT_BOX:
    case HIR_PAT_DEREF:
    case HIR_PAT_RANGE: adjust = MODE_PEEL; break;
    case HIR_PAT_LIT: {
        Ty ty = tc_resolve_pending(tc, lit_ty(tc, p->lit));
        adjust = tc_kind(tc, ty) == TY_REF ? MODE_PASS : MODE_PEEL;
        break;
    }
    case HIR_PAT_PATH:
        path = tc_value_path(tc, p->tuple_struct.path, tc_pat_span(tc, id));
        adjust = path.res.kind == RES_CTOR ? MODE_PEEL : MODE_PASS;
        break;
    case HIR_PAT_REF: adjust = MODE_RESET; break;
    case HIR_PAT_ERR:
    case HIR_PAT_WILD:
    case HIR_PAT_BINDING:
    case HIR_PAT_OR:
    case HIR_PAT_NEVER: break;
    }
    if (adjust == MODE_PEEL) expected = peel(tc, id, expected, &cx);
    if (adjust == MODE_RESET) cx.mode = BIND_MOVE;
    Ty ty = expected;
    switch ((HirPatKind)p->kind) {
    case HIR_PAT_ERR: tc->tainted = true; break;
    case HIR_PAT_WILD:
    case HIR_PAT_NEVER: break;
    case HIR_PAT_BINDING: ty = check_binding(tc, id, p, expected, cx); break;
    case HIR_PAT_PATH: ty = check_path_pat(tc, id, p, expected, &path); break;
    case HIR_PAT_TUPLE_STRUCT: ty = check_tuple_struct(tc, id, p, expected, cx); break;
    case HIR_PAT_STRUCT: ty = check_struct(tc, id, p, expected, cx); break;
    case HIR_PAT_TUPLE: ty = check_tuple(tc, id, p, expected, cx); break;
    case HIR_PAT_REF: ty = check_ref(tc, id, p, expected, cx); break;
    case HIR_PAT_BOX:
    case HIR_PAT_DEREF: ty = check_deref(tc, id, p, expected, cx); break;
    case HIR_PAT_LIT: ty = check_lit_pat(tc, id, p, expected); break;
    case HIR_PAT_RANGE: ty = check_range(tc, id, p, expected); break;
    case HIR_PAT_SLICE: ty = check_slice(tc, id, p, expected, cx); break;
    case HIR_PAT_OR:
        for (u32 i = 0; i < p->seq.elems.count; i++)
            check_pat(tc, (HirPat){hir_listed(tc->b->hir, p->seq.elems, i)}, expected, cx);
        break;
    }
    tc->b->pat_tys[id.id] = ty;
    return ty;
}

void tc_pat_top(Tc *tc, HirPat pat, Ty expected) {
    check_pat(tc, pat, expected, (PatCx){BIND_MOVE});
}
