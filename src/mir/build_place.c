// Places: variables, captured variables, fields, dereferences, indexing.
//
// In a closure a captured variable first stands for itself (UPVAR_FLAG); place_resolve finds the
// capture that is a prefix of the place and goes through the closure's field instead. A place whose
// capture does not exist is one that is never read (`let _ = x`).

#include "mir/mir_internal.h"

MirPlace place_proj(MirBuild *b, MirPlace place, MirProj proj) {
    if (place.proj_count == 0) {
        place.proj_first = b->projs.count;
    } else if (place.proj_first + place.proj_count != b->projs.count) {
        u32 first = b->projs.count;
        vec_reserve(b->scratch, &b->projs, place.proj_count + 1);
        for (u32 i = 0; i < place.proj_count; i++)
            b->projs.at[b->projs.count++] = b->projs.at[place.proj_first + i];
        place.proj_first = first;
    }
    vec_push(b->scratch, &b->projs, proj);
    place.proj_count++;
    return place;
}

bool place_eq(const MirBuild *b, MirPlace x, MirPlace y) {
    if (x.local.id != y.local.id || x.proj_count != y.proj_count) return false;
    for (u32 i = 0; i < x.proj_count; i++) {
        const MirProj *p = &b->projs.at[x.proj_first + i], *q = &b->projs.at[y.proj_first + i];
        if (p->kind != q->kind || p->index != q->index || p->from_end != q->from_end ||
            p->to != q->to)
            return false;
    }
    return true;
}

static Ty sub_array(Db *db, Ty ty, const MirProj *proj) {
    const TyRow *row = ty_row(db, ty);
    if (row->kind != TY_ARRAY) return ty;
    const TyRow *len = ty_row(db, row->len);
    u64 count = len->kind == TY_CONST_VALUE ? len->lo_bits : 0;
    u64 end = proj->from_end ? count - proj->to : proj->to;
    return ty_array(db, row->elem, const_usize(db, end - proj->index));
}

Ty proj_ty(Db *db, Ty ty, const MirProj *projs, u32 count, u32 *variant) {
    if (variant) *variant = UINT32_MAX;
    for (u32 i = 0; i < count; i++) {
        const MirProj *proj = &projs[i];
        if (variant) *variant = UINT32_MAX;
        switch ((MirProjKind)proj->kind) {
        case PROJ_DEREF: ty = ty_deref(db, ty); break;
        case PROJ_FIELD: ty = proj->ty; break;
        case PROJ_INDEX:
        case PROJ_CONSTANT_INDEX: ty = ty_row(db, ty)->elem; break;
        case PROJ_SUBSLICE: ty = sub_array(db, ty, proj); break;
        case PROJ_DOWNCAST:
            if (variant) *variant = proj->index;
            break;
        }
    }
    return ty;
}

Ty place_ty(MirBuild *b, MirPlace place) {
    Ty base = place.local.id & UPVAR_FLAG
                  ? typeck_local(b->typeck, (HirLocal){place.local.id & ~UPVAR_FLAG})
                  : b->locals.at[place.local.id].ty;
    return proj_ty(b->db, base, b->projs.at + place.proj_first, place.proj_count, NULL);
}

// ---- captures
// ------------------------------------------------------------------------------------

static const Capture *upvar_capture(MirBuild *b, u32 *count) {
    *count = b->closure->capture_count;
    return LIST_AT(b->typeck, Capture, b->typeck->captures) + b->closure->capture_first;
}

// How many of the place's projections the capture answers for; false if it is not a prefix.
static bool capture_matches(MirBuild *b, const Capture *capture, MirPlace place, u32 *used) {
    const CaptureProj *steps =
        LIST_AT(b->typeck, CaptureProj, b->typeck->capture_projs) + capture->proj_first;
    u32 at = 0;
    for (u32 i = 0; i < capture->proj_count; i++) {
        if (at < place.proj_count && b->projs.at[place.proj_first + at].kind == PROJ_DOWNCAST) at++;
        if (at >= place.proj_count) return false;
        const MirProj *proj = &b->projs.at[place.proj_first + at++];
        if (steps[i].is_deref ? proj->kind != PROJ_DEREF
                              : proj->kind != PROJ_FIELD || proj->index != steps[i].field) {
            return false;
        }
    }
    *used = at;
    return true;
}

static bool find_capture(MirBuild *b, MirPlace place, u32 *index, u32 *used) {
    if (!b->closure) return false;
    u32 count, best = 0;
    bool found = false;
    const Capture *captures = upvar_capture(b, &count);
    for (u32 i = 0; i < count; i++) {
        u32 n;
        if (captures[i].local.id != (place.local.id & ~UPVAR_FLAG) ||
            !capture_matches(b, &captures[i], place, &n))
            continue;
        if (!found || n > best) {
            found = true;
            best = n;
            *index = i;
        }
    }
    *used = best;
    return found;
}

bool place_resolvable(MirBuild *b, MirPlace place) {
    u32 index, used;
    return !(place.local.id & UPVAR_FLAG) || find_capture(b, place, &index, &used);
}

static Ty capture_ty(MirBuild *b, const Capture *capture) {
    switch ((CaptureMode)capture->mode) {
    case CAPTURE_MOVE: return capture->ty;
    case CAPTURE_REF: return ty_ref(b->db, capture->ty, false);
    case CAPTURE_REF_MUT:
    case CAPTURE_UNIQUE_REF: return ty_ref(b->db, capture->ty, true);
    }
    UNREACHABLE();
}

MirPlace place_resolve(MirBuild *b, MirPlace place) {
    if (!(place.local.id & UPVAR_FLAG)) return place;
    u32 index, used;
    if (!find_capture(b, place, &index, &used)) {
        build_unsupported(b, "a variable that the closure does not capture");
        MirLocal local = local_new(b, place_ty(b, place));
        return place_local(local);
    }
    u32 count;
    const Capture *capture = &upvar_capture(b, &count)[index];
    MirPlace out = place_local((MirLocal){1});
    if (b->closure->kind != 2) out = place_deref(b, out);
    out = place_field(b, out, index, capture_ty(b, capture));
    if (capture->mode != CAPTURE_MOVE) out = place_deref(b, out);
    for (u32 i = used; i < place.proj_count; i++)
        out = place_proj(b, out, b->projs.at[place.proj_first + i]);
    return out;
}

MirPlace var_place(MirBuild *b, HirLocal local) {
    MirPlace place = b->var_place[local.id];
    if (place.proj_first == UINT32_MAX) place = (MirPlace){.local = {local.id | UPVAR_FLAG}};
    return place;
}

// What a closure expression captures, seen from the body it stands in.
MirPlace capture_place(MirBuild *b, const Capture *capture) {
    MirPlace place = var_place(b, capture->local);
    const CaptureProj *steps =
        LIST_AT(b->typeck, CaptureProj, b->typeck->capture_projs) + capture->proj_first;
    Ty ty = typeck_local(b->typeck, capture->local);
    for (u32 i = 0; i < capture->proj_count; i++) {
        if (steps[i].is_deref) {
            place = place_deref(b, place);
        } else {
            const TyRow *row = ty_row(b->db, ty);
            if (row->kind == TY_ADT && def_kind(b->db, row->def) == DEF_ENUM) {
                place = place_downcast(b, place, steps[i].variant);
            }
            place = place_field(b, place, steps[i].field, steps[i].ty);
        }
        ty = steps[i].ty;
    }
    return place;
}

// ---- expressions as places
// ------------------------------------------------------------------------

// The length of an array or slice place.
MirOperand slice_len(MirBuild *b, MirPlace place, Ty ty) {
    Db *db = b->db;
    const TyRow *row = ty_row(db, ty);
    if (row->kind == TY_ARRAY) {
        return op_const(
            b,
            (MirConst){.kind = MIR_CONST_TY, .ty = TY_OF(USIZE), .konst = row->len, .lo = b->lo});
    }
    place = place_resolve(b, place);
    MirOperand pointer;
    if (place.proj_count &&
        b->projs.at[place.proj_first + place.proj_count - 1].kind == PROJ_DEREF) {
        MirPlace base = place;
        base.proj_count--;
        Ty base_ty = place_ty(b, base);
        TyKind kind = ty_kind(db, base_ty);
        if (kind == TY_REF || kind == TY_PTR) {
            pointer = op_copy(b, base);
        } else {
            pointer = operand_of_rvalue(b, rv_raw(b, place, false), ty_ptr(db, ty, false));
        }
    } else {
        pointer = operand_of_rvalue(b, rv_raw(b, place, false), ty_ptr(db, ty, false));
    }
    MirRvalue len = {.kind = RV_UNARY, .op = MIR_PTR_METADATA, .a = pointer};
    return operand_of_rvalue(b, len, TY_OF(USIZE));
}

static MirPlace index_place(MirBuild *b, HirExpr e) {
    const HirExprRow *row = hir_expr(b->hir, e);
    MirPlace base = expr_place(b, ex_full(b, row->bin.a));
    Ty base_ty = typeck_adjusted(b->typeck, row->bin.a);
    while (ty_kind(b->db, base_ty) == TY_REF) {
        base = place_deref(b, base);
        base_ty = ty_row(b->db, base_ty)->elem;
    }
    MirLocal index = expr_temp(b, ex_full(b, row->bin.b));
    set_pos(b, e);
    MirOperand index_op = op_copy(b, place_local(index));
    MirOperand len = slice_len(b, base, base_ty);
    MirOperand ok = operand_of_rvalue(b, rv_binary(MIR_LT, index_op, op_again(len)), TY_OF(BOOL));
    emit_assert(b, ok, true, ASSERT_BOUNDS, MIR_ADD, op_again(len), index_op, false);
    return place_proj(b, base, (MirProj){.kind = PROJ_INDEX, .index = index.id});
}

static MirPlace static_place(MirBuild *b, HirExpr e, DefId def) {
    Db *db = b->db;
    Ty ty = typeck_expr(b->typeck, e);
    const HirItem *item = hir_item(db, def);
    bool is_mut = item && item->is_mut;
    bool is_foreign = item && item->is_foreign;
    Ty ptr = is_mut || is_foreign ? ty_ptr(db, ty, is_mut) : ty_ref(db, ty, false);
    if (def_attrs(db, def)->flags & DEF_ATTR_THREAD_LOCAL) {
        MirRvalue rv = {.kind = RV_THREAD_LOCAL, .def = def, .ty = ptr};
        return place_deref(b, place_local(temp_of_rvalue(b, rv, ptr)));
    }
    MirOperand address =
        op_const(b, (MirConst){.kind = MIR_CONST_STATIC, .ty = ptr, .def = def, .lo = b->lo});
    return place_deref(b, place_local(temp_of_rvalue(b, rv_use(address), ptr)));
}

static MirPlace field_place(MirBuild *b, HirExpr e) {
    const HirExprRow *row = hir_expr(b->hir, e);
    MirPlace base = expr_place(b, ex_full(b, row->field.expr));
    Ty base_ty = typeck_adjusted(b->typeck, row->field.expr);
    while (ty_kind(b->db, base_ty) == TY_REF) {
        base = place_deref(b, base);
        base_ty = ty_row(b->db, base_ty)->elem;
    }
    u32 field = LIST_AT(b->typeck, u32, b->typeck->field_of)[e.id];
    return place_field(b, base, field, typeck_expr(b->typeck, e));
}

MirPlace expr_place(MirBuild *b, Ex x) {
    Db *db = b->db;
    if (x.adj > 0) {
        const Adjust *adjust = ex_adjust(b, x);
        Ex inner = {x.e, x.adj - 1};
        if (adjust->kind == ADJ_DEREF) return place_deref(b, expr_place(b, inner));
        if (adjust->kind == ADJ_DEREF_OVERLOADED) {
            Ty inner_ty = ex_ty(b, inner);
            MirPlace place = expr_place(b, inner);
            set_pos(b, x.e);
            return overloaded_deref(b, place, inner_ty, adjust->target, adjust->is_mut);
        }
        return place_local(expr_temp(b, x));
    }
    const HirExprRow *row = hir_expr(b->hir, x.e);
    switch ((HirExprKind)row->kind) {
    case HIR_PATH: {
        const Callee *callee = typeck_callee(b->typeck, x.e);
        Res res = callee ? callee->res : hir_path(b->hir, row->path)->res;
        if (res.kind == RES_LOCAL) return var_place(b, (HirLocal){res.index});
        if (res.kind == RES_DEF && def_kind(db, res.def) == DEF_STATIC) {
            set_pos(b, x.e);
            return static_place(b, x.e, res.def);
        }
        break;
    }
    case HIR_FIELD: return field_place(b, x.e);
    case HIR_INDEX:
        if (typeck_callee(b->typeck, x.e)) return overloaded_place(b, x);
        return index_place(b, x.e);
    case HIR_UNARY:
        if (row->op != UN_DEREF) break;
        if (typeck_callee(b->typeck, x.e)) return overloaded_place(b, x);
        return place_deref(b, expr_place(b, ex_full(b, row->bin.a)));
    default: break;
    }
    return place_local(expr_temp(b, x));
}
