// Patterns: match, let, if let, parameters.
//
// A candidate is an arm (or one alternative of it) with the (place, pattern) pairs that are still
// to be tested. lower_candidates takes them in order: patterns that always match are resolved at
// once; the first pair that may fail chooses a test (switch on discriminant or integer, comparison,
// range, length); the candidates from the first on that the test decides go to its branches, the
// rest is tried after all of them. So every arm's test exists once per reason to reach it and code
// stays linear in the source. An or-pattern becomes several candidates with one body.

#include "mir/mir_internal.h"

typedef struct Pair {
    MirPlace place;
    HirPat pat;
    u32 peeled; // references already gone through
} Pair;
typedef struct Binding {
    MirPlace place;
    HirLocal local;
    Ty ty; // of what is matched
} Binding;
typedef struct Cand {
    VEC(Pair) pairs;
    VEC(Binding) binds;
    u32 arm;
    bool has_guard;
    bool is_reached;
    MirBlock leaf;      // reached when all pairs match
    MirBlock otherwise; // where a failing guard goes on
} Cand;
typedef VEC(Cand *) CandVec;

typedef enum TestKind {
    TEST_NONE,
    TEST_VARIANT,
    TEST_INT,
    TEST_EQ,
    TEST_RANGE,
    TEST_LEN,
    TEST_OR
} TestKind;
typedef struct Test {
    u8 kind;
    u8 is_exact;                     // LEN
    u8 has_lo, has_hi, is_inclusive; // RANGE, as integers if is_folded
    u8 is_folded;
    u32 index; // VARIANT, LEN
    u128 bits; // INT
    u128 lo, hi;
    MirConst konst; // EQ
    Ty ty;
} Test;

// ---- pattern types
// --------------------------------------------------------------------------------

const Ty *pat_peeled(MirBuild *b, HirPat pat, u32 *count) {
    u32 packed = LIST_AT(b->typeck, u32, b->typeck->pat_peel)[pat.id];
    *count = packed & 0xff;
    return LIST_AT(b->typeck, Ty, b->typeck->peel_tys) + (packed >> 8);
}

Ty pat_outer_ty(MirBuild *b, HirPat pat) {
    u32 count;
    const Ty *peeled = pat_peeled(b, pat, &count);
    return count ? peeled[0] : typeck_pat(b->typeck, pat);
}

static Res pat_res(MirBuild *b, HirPat pat) {
    const Callee *callee = typeck_pat_callee(b->typeck, pat);
    if (callee) return callee->res;
    const HirPatRow *row = hir_pat(b->hir, pat);
    HirPath path = row->kind == HIR_PAT_STRUCT ? row->structure.path : row->tuple_struct.path;
    return hir_path(b->hir, path)->res;
}

// The variant an ADT pattern names; 0 for structs.
static u32 pat_variant(MirBuild *b, HirPat pat, const AdtDef *adt) {
    if (adt->kind != DEF_ENUM) return 0;
    Res res = pat_res(b, pat);
    return def_kind(b->db, res.def) == DEF_VARIANT ? adt_variant_index(b->db, res.def) : 0;
}

static bool pat_is_const(MirBuild *b, HirPat pat) {
    if (hir_pat(b->hir, pat)->kind != HIR_PAT_PATH) return false;
    Res res = pat_res(b, pat);
    if (res.kind != RES_DEF) return false;
    DefKind kind = def_kind(b->db, res.def);
    return kind == DEF_CONST || kind == DEF_ASSOC_CONST;
}

// ---- tests
// ------------------------------------------------------------------------------------------

static bool is_int_like(TyKind k) {
    return k == TY_BOOL || k == TY_CHAR || ty_is_int(k);
}

static bool range_end(MirBuild *b, HirExpr e, u128 *bits) {
    return fold_expr(b->db, b->hir, b->typeck, e, bits, 0);
}

static void const_test(MirBuild *b, Test *test, HirExpr lit, HirPat pat) {
    Ty ty = typeck_pat(b->typeck, pat);
    test->ty = ty;
    TyKind kind = ty_kind(b->db, ty);
    if (lit.id) {
        if (is_int_like(kind) && fold_expr(b->db, b->hir, b->typeck, lit, &test->bits, 0)) {
            test->kind = TEST_INT;
            return;
        }
        test->kind = TEST_EQ;
        if (!expr_const(b, lit, &test->konst)) build_unsupported(b, "a pattern of this kind");
        return;
    }
    const Callee *callee = typeck_pat_callee(b->typeck, pat);
    DefId def = callee ? callee->res.def : pat_res(b, pat).def;
    Args args = callee ? callee->args : (Args){0};
    if (is_int_like(kind) && fold_const_item(b->db, def, args, &test->bits, 0)) {
        test->kind = TEST_INT;
        return;
    }
    test->kind = TEST_EQ;
    test->konst =
        (MirConst){.kind = MIR_CONST_ITEM, .ty = ty, .def = def, .args = args, .lo = b->lo};
}

static void slice_counts(const HirPatRow *row, u32 *before, u32 *after) {
    *before = row->has_rest ? row->seq.rest_at : row->seq.elems.count;
    *after = row->has_rest ? row->seq.elems.count - row->seq.rest_at : 0;
}

// What decides the pattern; TEST_NONE: nothing, it always matches. The place is already peeled.
static Test test_of(MirBuild *b, HirPat pat) {
    Test test = {0};
    const HirPatRow *row = hir_pat(b->hir, pat);
    Db *db = b->db;
    switch ((HirPatKind)row->kind) {
    case HIR_PAT_PATH:
        if (pat_is_const(b, pat)) {
            const_test(b, &test, (HirExpr){0}, pat);
            return test;
        }
        __attribute__((fallthrough));
    case HIR_PAT_TUPLE_STRUCT:
    case HIR_PAT_STRUCT: {
        const TyRow *ty = ty_row(db, typeck_pat(b->typeck, pat));
        if (ty->kind != TY_ADT) return test;
        const AdtDef *adt = adt_def(db, ty->def);
        if (adt->kind == DEF_ENUM && adt->variants.count > 1) {
            test.kind = TEST_VARIANT;
            test.index = pat_variant(b, pat, adt);
        }
        return test;
    }
    case HIR_PAT_LIT: const_test(b, &test, row->lit, pat); return test;
    case HIR_PAT_RANGE:
        test.kind = TEST_RANGE;
        test.ty = typeck_pat(b->typeck, pat);
        test.has_lo = row->range.lo.id != 0;
        test.has_hi = row->range.hi.id != 0;
        test.is_inclusive = row->is_inclusive;
        test.is_folded = is_int_like(ty_kind(db, test.ty)) &&
                         (!test.has_lo || range_end(b, row->range.lo, &test.lo)) &&
                         (!test.has_hi || range_end(b, row->range.hi, &test.hi));
        return test;
    case HIR_PAT_SLICE: {
        if (ty_kind(db, typeck_pat(b->typeck, pat)) == TY_ARRAY) return test;
        u32 before, after;
        slice_counts(row, &before, &after);
        if (row->has_rest && before + after == 0) return test;
        test.kind = TEST_LEN;
        test.index = before + after;
        test.is_exact = !row->has_rest;
        return test;
    }
    case HIR_PAT_OR: test.kind = TEST_OR; return test;
    default: return test;
    }
}

// ---- decomposition
// ----------------------------------------------------------------------------------

static void add_pair(MirBuild *b, Cand *cand, MirPlace place, HirPat pat) {
    if (pat.id) vec_push(b->scratch, &cand->pairs, (Pair){.place = place, .pat = pat});
}

static void adt_subpatterns(MirBuild *b, Cand *cand, MirPlace place, HirPat pat) {
    Db *db = b->db;
    const HirPatRow *row = hir_pat(b->hir, pat);
    Ty ty = typeck_pat(b->typeck, pat);
    if (ty_kind(db, ty) != TY_ADT) return;
    const AdtDef *adt = adt_def(db, ty_row(db, ty)->def);
    u32 variant = pat_variant(b, pat, adt);
    u32 field_count = adt_variant(adt, variant)->field_count;
    if (adt->kind == DEF_ENUM) place = place_downcast(b, place, variant);
    if (row->kind == HIR_PAT_STRUCT) {
        HirList fields = row->structure.fields;
        for (u32 i = 0; i < fields.count; i++) {
            HirPat sub = {HIR_AT(b->hir, HirField, fields, fields.first + i)->value};
            u32 index = LIST_AT(b->typeck, u32, b->typeck->field_index)[fields.first + i];
            add_pair(b, cand, place_field(b, place, index, pat_outer_ty(b, sub)), sub);
        }
    } else if (row->kind == HIR_PAT_TUPLE_STRUCT) {
        HirList elems = row->tuple_struct.elems;
        for (u32 i = 0; i < elems.count; i++) {
            HirPat sub = {hir_listed(b->hir, elems, i)};
            u32 index = row->has_rest && i >= row->tuple_struct.rest_at
                            ? field_count - (elems.count - i)
                            : i;
            add_pair(b, cand, place_field(b, place, index, pat_outer_ty(b, sub)), sub);
        }
    }
}

static void slice_subpatterns(MirBuild *b, Cand *cand, MirPlace place, HirPat pat) {
    Db *db = b->db;
    const HirPatRow *row = hir_pat(b->hir, pat);
    Ty ty = typeck_pat(b->typeck, pat);
    const TyRow *ty_r = ty_row(db, ty);
    bool is_array = ty_r->kind == TY_ARRAY;
    u32 before, after;
    slice_counts(row, &before, &after);
    u32 len = 0;
    if (is_array) {
        const TyRow *len_row = ty_row(db, ty_r->len);
        if (len_row->kind != TY_CONST_VALUE) {
            if (after || row->seq.rest_pat.id) {
                build_unsupported(b, "a pattern for an array of unknown length");
                return;
            }
            len = before;
        } else {
            len = (u32)len_row->lo_bits;
        }
    }
    u32 min_len = is_array ? len : before + after;
    for (u32 i = 0; i < before + after; i++) {
        MirProj proj = {.kind = PROJ_CONSTANT_INDEX, .index = i, .to = min_len};
        if (i >= before) {
            u32 from_end = before + after - i;
            proj.index = is_array ? len - from_end : from_end;
            proj.from_end = !is_array;
        }
        add_pair(b, cand, place_proj(b, place, proj),
                 (HirPat){hir_listed(b->hir, row->seq.elems, i)});
    }
    if (row->seq.rest_pat.id) {
        MirProj proj = {.kind = PROJ_SUBSLICE,
                        .index = before,
                        .to = is_array ? len - after : after,
                        .from_end = !is_array};
        add_pair(b, cand, place_proj(b, place, proj), row->seq.rest_pat);
    }
}

// Adds what remains to be matched inside of a pattern whose own test (if any) has succeeded.
static void subpatterns(MirBuild *b, Cand *cand, MirPlace place, HirPat pat) {
    const HirPatRow *row = hir_pat(b->hir, pat);
    switch ((HirPatKind)row->kind) {
    case HIR_PAT_BINDING:
        vec_push(b->scratch, &cand->binds,
                 (Binding){place, row->binding.local, typeck_pat(b->typeck, pat)});
        add_pair(b, cand, place, row->binding.sub);
        break;
    case HIR_PAT_TUPLE: {
        u32 count = 0;
        (void)ty_elems(b->db, typeck_pat(b->typeck, pat), &count);
        for (u32 i = 0; i < row->seq.elems.count; i++) {
            HirPat sub = {hir_listed(b->hir, row->seq.elems, i)};
            u32 index =
                row->has_rest && i >= row->seq.rest_at ? count - (row->seq.elems.count - i) : i;
            add_pair(b, cand, place_field(b, place, index, pat_outer_ty(b, sub)), sub);
        }
        break;
    }
    case HIR_PAT_PATH:
    case HIR_PAT_TUPLE_STRUCT:
    case HIR_PAT_STRUCT:
        if (!pat_is_const(b, pat)) adt_subpatterns(b, cand, place, pat);
        break;
    case HIR_PAT_REF:
    case HIR_PAT_BOX: add_pair(b, cand, place_deref(b, place), row->inner); break;
    case HIR_PAT_SLICE: slice_subpatterns(b, cand, place, pat); break;
    case HIR_PAT_DEREF: build_unsupported(b, "a deref pattern"); break;
    case HIR_PAT_ERR: build_unsupported(b, "a pattern with an error"); break;
    case HIR_PAT_WILD:
    case HIR_PAT_NEVER:
    case HIR_PAT_LIT:
    case HIR_PAT_RANGE:
    case HIR_PAT_OR: break;
    }
}

static MirPlace peel(MirBuild *b, Pair *pair) {
    u32 count;
    (void)pat_peeled(b, pair->pat, &count);
    for (; pair->peeled < count; pair->peeled++)
        pair->place = place_deref(b, pair->place);
    return pair->place;
}

// Resolves all pairs that cannot fail; those that may stay, in order.
static void simplify_cand(MirBuild *b, Cand *cand) {
    u32 at = 0;
    while (at < cand->pairs.count && !b->is_error) {
        Pair *pair = &cand->pairs.at[at];
        (void)peel(b, pair);
        const HirPatRow *row = hir_pat(b->hir, pair->pat);
        if (row->kind == HIR_PAT_OR && row->seq.elems.count == 1) {
            *pair = (Pair){.place = pair->place, .pat = {hir_listed(b->hir, row->seq.elems, 0)}};
            continue;
        }
        if (test_of(b, pair->pat).kind != TEST_NONE) {
            at++;
            continue;
        }
        Pair taken = *pair;
        u32 tail = cand->pairs.count - at - 1;
        Pair *rest = SCRATCH_ARRAY(b->scratch, Pair, tail + 1);
        memcpy(rest, pair + 1, tail * sizeof(Pair));
        cand->pairs.count = at;
        subpatterns(b, cand, taken.place, taken.pat); // in place of the pair
        vec_append(b->scratch, &cand->pairs, rest, tail);
    }
}

static Cand *cand_copy(MirBuild *b, const Cand *cand) {
    Cand *copy = SCRATCH_NEW(b->scratch, Cand);
    *copy = *cand;
    copy->pairs.at = NULL;
    copy->pairs.count = copy->pairs.cap = 0;
    copy->binds.at = NULL;
    copy->binds.count = copy->binds.cap = 0;
    vec_append(b->scratch, &copy->pairs, cand->pairs.at, cand->pairs.count);
    vec_append(b->scratch, &copy->binds, cand->binds.at, cand->binds.count);
    return copy;
}

// A copy whose pair `index` is replaced by another pattern at the same place (0: removed).
static Cand *cand_with(MirBuild *b, const Cand *cand, u32 index, HirPat pat) {
    Cand *copy = cand_copy(b, cand);
    if (pat.id) {
        copy->pairs.at[index] = (Pair){.place = cand->pairs.at[index].place, .pat = pat};
    } else {
        memmove(&copy->pairs.at[index], &copy->pairs.at[index + 1],
                (copy->pairs.count - index - 1) * sizeof(Pair));
        copy->pairs.count--;
    }
    simplify_cand(b, copy);
    return copy;
}

// After the test of pair `index` succeeded.
static Cand *cand_matched(MirBuild *b, const Cand *cand, u32 index) {
    Cand *copy = cand_copy(b, cand);
    Pair taken = copy->pairs.at[index];
    u32 tail = copy->pairs.count - index - 1;
    copy->pairs.count = index;
    subpatterns(b, copy, taken.place, taken.pat);
    vec_append(b->scratch, &copy->pairs, cand->pairs.at + index + 1, tail);
    simplify_cand(b, copy);
    return copy;
}

// ---- lowering
// -----------------------------------------------------------------------------------------

typedef struct Leaves { // all candidates that were reached
    CandVec cands;
} Leaves;

static MirBlock lower_candidates(MirBuild *b, Leaves *leaves, Cand **cands, u32 count,
                                 MirBlock start);

static MirBlock join(MirBuild *b, MirBlock x, MirBlock y) {
    if (x.id == UINT32_MAX) return y;
    if (y.id == UINT32_MAX) return x;
    MirBlock both = block_new(b);
    terminate_block(b, x, MIR_GOTO)->target = both;
    terminate_block(b, y, MIR_GOTO)->target = both;
    return both;
}

static bool find_pair(MirBuild *b, const Cand *cand, MirPlace place, u32 *index) {
    for (u32 i = 0; i < cand->pairs.count; i++) {
        if (place_eq(b, cand->pairs.at[i].place, place)) {
            *index = i;
            return true;
        }
    }
    return false;
}

static bool in_range(const Test *range, u128 bits, TyKind kind) {
    bool is_signed = ty_is_signed(kind);
    u32 bytes = ty_prim_bytes(kind);
#define LESS(x, y) (is_signed ? sign_extend(x, bytes) < sign_extend(y, bytes) : (x) < (y))
    if (range->has_lo && LESS(bits, range->lo)) return false;
    if (range->has_hi && (LESS(range->hi, bits) || (!range->is_inclusive && range->hi == bits)))
        return false;
    return true;
#undef LESS
}

typedef enum Outcome { OUT_STOP, OUT_YES, OUT_NO } Outcome;

static bool same_literal(const MirConst *x, const MirConst *y) {
    return x->kind == y->kind && x->bytes.id == y->bytes.id && x->lo_bits == y->lo_bits &&
           x->hi_bits == y->hi_bits && x->def.id == y->def.id && x->args.id == y->args.id;
}

static bool ranges_disjoint(const Test *x, const Test *y, TyKind kind) {
    u32 bytes = ty_prim_bytes(kind);
    bool is_signed = ty_is_signed(kind);
#define BELOW(p, q)                                                                                \
    ((p)->has_hi && (q)->has_lo &&                                                                 \
     (is_signed ? sign_extend((p)->hi, bytes) < sign_extend((q)->lo, bytes) : (p)->hi < (q)->lo))
    return BELOW(x, y) || BELOW(y, x);
#undef BELOW
}

// Where a candidate goes whose pair at the tested place has test `other`. *done: the pair is
// decided.
static Outcome two_way(MirBuild *b, const Test *test, const Test *other, bool *done) {
    *done = true;
    TyKind kind = test->ty.id ? ty_kind(b->db, test->ty) : TY_NONE;
    switch ((TestKind)test->kind) {
    case TEST_EQ:
        if (other->kind != TEST_EQ) return OUT_STOP;
        if (same_literal(&test->konst, &other->konst)) return OUT_YES;
        if (test->konst.kind == other->konst.kind &&
            (test->konst.kind == MIR_CONST_STR || test->konst.kind == MIR_CONST_BYTES)) {
            *done = false;
            return OUT_NO;
        }
        return OUT_STOP;
    case TEST_RANGE:
        if (!test->is_folded) return OUT_STOP;
        if (other->kind == TEST_RANGE && other->is_folded) {
            if (test->has_lo == other->has_lo && test->has_hi == other->has_hi &&
                test->lo == other->lo && test->hi == other->hi &&
                test->is_inclusive == other->is_inclusive) {
                return OUT_YES;
            }
            *done = false;
            return ranges_disjoint(test, other, kind) ? OUT_NO : OUT_STOP;
        }
        *done = false;
        if (other->kind == TEST_INT && !in_range(test, other->bits, kind)) return OUT_NO;
        return OUT_STOP;
    case TEST_LEN:
        if (other->kind != TEST_LEN) return OUT_STOP;
        if (test->index == other->index && test->is_exact == other->is_exact) return OUT_YES;
        *done = false;
        if (test->is_exact) {
            if (other->is_exact || other->index > test->index) return OUT_NO;
            return OUT_STOP;
        }
        if (other->index >= test->index) return OUT_YES;
        return other->is_exact ? OUT_NO : OUT_STOP;
    default: return OUT_STOP;
    }
}

static MirOperand str_eq_call(MirBuild *b, MirOperand x, MirOperand y, Ty unsized_ty) {
    Db *db = b->db;
    Ty self[2] = {unsized_ty, unsized_ty};
    MirOperand args[2] = {x, y};
    MirPlace result = place_local(local_new(b, TY_OF(BOOL)));
    DefId eq = trait_method(db, LANG_partial_eq, STR("eq"));
    emit_call(b, result, TY_OF(BOOL), op_fn(b, eq, args_intern(db, self, 2)), args, 2, false, b->lo,
              b->hi);
    return op_copy(b, result);
}

// `place == konst` as a bool, in the current block.
static MirOperand eq_test(MirBuild *b, MirPlace place, const Test *test) {
    Db *db = b->db;
    Ty ty = test->ty;
    const TyRow *row = ty_row(db, ty);
    if (is_int_like((TyKind)row->kind) || ty_is_float((TyKind)row->kind) || row->kind == TY_PTR ||
        row->kind == TY_FN_PTR) {
        return operand_of_rvalue(b, rv_binary(MIR_EQ, op_copy(b, place), op_const(b, test->konst)),
                                 TY_OF(BOOL));
    }
    if (row->kind == TY_REF && ty_kind(db, row->elem) == TY_STR) {
        return str_eq_call(b, op_copy(b, place), op_const(b, test->konst), row->elem);
    }
    if (row->kind == TY_STR) {
        return str_eq_call(b, operand_of_rvalue(b, rv_ref(b, place, false), ty_ref(db, ty, false)),
                           op_const(b, test->konst), ty);
    }
    if (test->konst.kind == MIR_CONST_BYTES) {
        // &[u8], &[u8; N], or what is behind them, against &[u8; N]: both as slices
        Ty slice = ty_slice(db, TY_OF(U8)), slice_ref = ty_ref(db, slice, false);
        MirOperand value;
        Ty value_ty = ty;
        if (row->kind == TY_REF) {
            value = op_copy(b, place);
        } else {
            value_ty = ty_ref(db, ty, false);
            value = operand_of_rvalue(b, rv_ref(b, place, false), value_ty);
        }
        if (!ty_eq(value_ty, slice_ref))
            value = operand_of_rvalue(b, rv_cast(CAST_UNSIZE, value, slice_ref), slice_ref);
        MirConst konst = test->konst;
        u32 len = symbol_str(&db->symbols, konst.bytes).len;
        konst.ty = ty_ref(db, ty_array(db, TY_OF(U8), const_usize(db, len)), false);
        MirOperand lit =
            operand_of_rvalue(b, rv_cast(CAST_UNSIZE, op_const(b, konst), slice_ref), slice_ref);
        return str_eq_call(b, value, lit, slice);
    }
    Ty ref = ty_ref(db, ty, false);
    MirOperand x = operand_of_rvalue(b, rv_ref(b, place, false), ref);
    MirLocal konst = temp_of_rvalue(b, rv_use(op_const(b, test->konst)), ty);
    MirOperand y = operand_of_rvalue(b, rv_ref(b, place_local(konst), false), ref);
    return str_eq_call(b, x, y, ty);
}

static MirOperand range_operand(MirBuild *b, HirExpr e, Ty ty, bool folded, u128 bits) {
    if (folded) return op_bits(b, ty, bits);
    MirConst konst;
    if (!expr_const(b, e, &konst)) build_unsupported(b, "a range pattern with these ends");
    return op_const(b, konst);
}

// Emits the two-way test in the current block.
static void emit_two_way(MirBuild *b, const Pair *pair, const Test *test, MirBlock yes,
                         MirBlock no) {
    const HirPatRow *row = hir_pat(b->hir, pair->pat);
    MirPlace place = place_resolve(b, pair->place);
    switch ((TestKind)test->kind) {
    case TEST_EQ: emit_if(b, eq_test(b, place, test), yes, no); return;
    case TEST_RANGE: {
        MirOperand value = op_copy(b, place);
        if (test->has_lo) {
            MirBlock next = test->has_hi ? block_new(b) : yes;
            MirOperand lo = range_operand(b, row->range.lo, test->ty, test->is_folded, test->lo);
            emit_if(b, operand_of_rvalue(b, rv_binary(MIR_LE, lo, value), TY_OF(BOOL)), next, no);
            b->cur = next;
        }
        if (test->has_hi) {
            MirOperand hi = range_operand(b, row->range.hi, test->ty, test->is_folded, test->hi);
            MirBinOp op = test->is_inclusive ? MIR_LE : MIR_LT;
            emit_if(b, operand_of_rvalue(b, rv_binary(op, value, hi), TY_OF(BOOL)), yes, no);
        }
        return;
    }
    case TEST_LEN: {
        MirOperand len = slice_len(b, place, typeck_pat(b->typeck, pair->pat));
        MirOperand want = op_bits(b, TY_OF(USIZE), test->index);
        MirBinOp op = test->is_exact ? MIR_EQ : MIR_GE;
        emit_if(b, operand_of_rvalue(b, rv_binary(op, len, want), TY_OF(BOOL)), yes, no);
        return;
    }
    default: UNREACHABLE();
    }
}

static MirBlock lower_two_way(MirBuild *b, Leaves *leaves, Cand **cands, u32 count, MirBlock start,
                              u32 pair_index, const Test *test) {
    Pair pair = cands[0]->pairs.at[pair_index];
    CandVec yes = {0}, no = {0};
    vec_push(b->scratch, &yes, cand_matched(b, cands[0], pair_index));
    u32 taken = 1;
    for (; taken < count; taken++) {
        u32 index;
        if (!find_pair(b, cands[taken], pair.place, &index)) break;
        Test other = test_of(b, cands[taken]->pairs.at[index].pat);
        bool done;
        Outcome outcome = two_way(b, test, &other, &done);
        if (outcome == OUT_STOP) break;
        if (outcome == OUT_YES) {
            vec_push(b->scratch, &yes, done ? cand_matched(b, cands[taken], index) : cands[taken]);
        } else {
            vec_push(b->scratch, &no, cands[taken]);
        }
    }
    MirBlock yes_block = block_new(b), no_block = block_new(b);
    b->cur = start;
    emit_two_way(b, &pair, test, yes_block, no_block);
    MirBlock fail = lower_candidates(b, leaves, yes.at, yes.count, yes_block);
    fail = join(b, fail, lower_candidates(b, leaves, no.at, no.count, no_block));
    if (fail.id == UINT32_MAX) return fail;
    return lower_candidates(b, leaves, cands + taken, count - taken, fail);
}

typedef struct SwitchBranch {
    u128 value;
    MirBlock block;
    CandVec cands;
} SwitchBranch;

static MirBlock lower_switch(MirBuild *b, Leaves *leaves, Cand **cands, u32 count, MirBlock start,
                             u32 pair_index, const Test *test) {
    Db *db = b->db;
    Pair pair = cands[0]->pairs.at[pair_index];
    VEC(SwitchBranch) branches = {0};
    u32 taken = 0;
    for (; taken < count; taken++) {
        u32 index;
        if (!find_pair(b, cands[taken], pair.place, &index)) break;
        Test other = test_of(b, cands[taken]->pairs.at[index].pat);
        if (other.kind != test->kind) break;
        u128 value = other.kind == TEST_VARIANT ? other.index : other.bits;
        u32 at = 0;
        while (at < branches.count && branches.at[at].value != value)
            at++;
        if (at == branches.count)
            vec_push(b->scratch, &branches, (SwitchBranch){.value = value, .block = block_new(b)});
        Cand *inner = cand_matched(b, cands[taken], index);
        vec_push(b->scratch, &branches.at[at].cands, inner);
    }
    Ty ty = typeck_pat(b->typeck, pair.pat);
    const AdtDef *adt = test->kind == TEST_VARIANT ? adt_def(db, ty_row(db, ty)->def) : NULL;
    b->cur = start;
    MirSwitchRow *rows = SCRATCH_ARRAY(b->scratch, MirSwitchRow, branches.count + 1);
    for (u32 i = 0; i < branches.count; i++) {
        u128 bits = branches.at[i].value;
        if (adt && !variant_discr(db, adt, (u32)bits, &bits))
            build_unsupported(b, "the discriminant of a variant");
        rows[i] = (MirSwitchRow){
            .lo_bits = (u64)bits, .hi_bits = (u64)(bits >> 64), .target = branches.at[i].block};
    }
    MirOperand value;
    bool is_full;
    if (adt) {
        MirRvalue discr = {.kind = RV_DISCRIMINANT, .place = place_resolve(b, pair.place)};
        value = operand_of_rvalue(b, discr, discr_ty(db, adt->def));
        is_full = branches.count == adt->variants.count;
    } else {
        value = op_copy(b, pair.place);
        is_full = ty_kind(db, ty) == TY_BOOL && branches.count == 2;
    }
    MirBlock other = block_new(b);
    emit_switch(b, value, rows, branches.count, other);
    MirBlock fail = other;
    if (is_full) {
        terminate_block(b, other, MIR_UNREACHABLE);
        fail = MIR_NO_BLOCK;
    }
    for (u32 i = 0; i < branches.count; i++) {
        fail = join(b, fail,
                    lower_candidates(b, leaves, branches.at[i].cands.at, branches.at[i].cands.count,
                                     branches.at[i].block));
    }
    if (fail.id == UINT32_MAX) return fail;
    return lower_candidates(b, leaves, cands + taken, count - taken, fail);
}

static bool pat_has_binding(MirBuild *b, HirPat pat);

// The or-pattern of pair `index`: one candidate per alternative.
static MirBlock lower_or(MirBuild *b, Leaves *leaves, Cand **cands, u32 count, MirBlock start,
                         u32 index) {
    const HirPatRow *row = hir_pat(b->hir, cands[0]->pairs.at[index].pat);
    HirList alts = row->seq.elems;
    if (cands[0]->pairs.count > 1 && !pat_has_binding(b, cands[0]->pairs.at[index].pat) &&
        alts.count > 3) {
        // Tested for itself, so that alternatives do not multiply; then the other pairs.
        Leaves inner = {0};
        CandVec list = {0};
        for (u32 i = 0; i < alts.count; i++) {
            Cand *one = SCRATCH_NEW(b->scratch, Cand);
            vec_push(b->scratch, &one->pairs,
                     (Pair){.place = cands[0]->pairs.at[index].place,
                            .pat = {hir_listed(b->hir, alts, i)}});
            simplify_cand(b, one);
            vec_push(b->scratch, &list, one);
        }
        MirBlock fail = lower_candidates(b, &inner, list.at, list.count, start);
        MirBlock matched = block_new(b);
        for (u32 i = 0; i < inner.cands.count; i++)
            terminate_block(b, inner.cands.at[i]->leaf, MIR_GOTO)->target = matched;
        Cand *rest = cand_with(b, cands[0], index, (HirPat){0});
        fail = join(b, fail, lower_candidates(b, leaves, &rest, 1, matched));
        if (fail.id == UINT32_MAX) return fail;
        return lower_candidates(b, leaves, cands + 1, count - 1, fail);
    }
    CandVec list = {0};
    for (u32 i = 0; i < alts.count; i++) {
        vec_push(b->scratch, &list,
                 cand_with(b, cands[0], index, (HirPat){hir_listed(b->hir, alts, i)}));
    }
    vec_append(b->scratch, &list, cands + 1, count - 1);
    return lower_candidates(b, leaves, list.at, list.count, start);
}

// Candidates that are nothing but an or-pattern are spread out first, so that one switch serves
// them all.
static Cand **spread_ors(MirBuild *b, Cand **cands, u32 *count) {
    for (u32 i = 0; i < *count; i++) {
        Cand *cand = cands[i];
        if (cand->pairs.count != 1 || test_of(b, cand->pairs.at[0].pat).kind != TEST_OR) continue;
        CandVec list = {0};
        vec_append(b->scratch, &list, cands, i);
        HirList alts = hir_pat(b->hir, cand->pairs.at[0].pat)->seq.elems;
        for (u32 k = 0; k < alts.count; k++) {
            vec_push(b->scratch, &list,
                     cand_with(b, cand, 0, (HirPat){hir_listed(b->hir, alts, k)}));
        }
        vec_append(b->scratch, &list, cands + i + 1, *count - i - 1);
        cands = list.at;
        *count = list.count;
        i--; // an alternative may be one again
    }
    return cands;
}

// Tries the candidates in order from block `start` on. Answers the block reached when none matches.
static MirBlock lower_candidates(MirBuild *b, Leaves *leaves, Cand **cands, u32 count,
                                 MirBlock start) {
    for (;;) {
        if (count == 0 || b->is_error) return start;
        cands = spread_ors(b, cands, &count);
        Cand *first = cands[0];
        if (first->pairs.count) break;
        first->leaf = start;
        first->is_reached = true;
        vec_push(b->scratch, &leaves->cands, first);
        if (!first->has_guard) return MIR_NO_BLOCK;
        start = first->otherwise = block_new(b);
        cands++;
        count--;
    }
    u32 index = 0;
    while (index + 1 < cands[0]->pairs.count &&
           test_of(b, cands[0]->pairs.at[index].pat).kind == TEST_OR)
        index++;
    Test test = test_of(b, cands[0]->pairs.at[index].pat);
    switch ((TestKind)test.kind) {
    case TEST_OR: return lower_or(b, leaves, cands, count, start, index);
    case TEST_VARIANT:
    case TEST_INT: return lower_switch(b, leaves, cands, count, start, index, &test);
    case TEST_EQ:
    case TEST_RANGE:
    case TEST_LEN: return lower_two_way(b, leaves, cands, count, start, index, &test);
    case TEST_NONE: break;
    }
    UNREACHABLE();
}

// ---- bindings
// -------------------------------------------------------------------------------------

static void declare_local(MirBuild *b, HirLocal local) {
    if (b->var_place[local.id].proj_first != UINT32_MAX) return;
    Ty ty = typeck_local(b->typeck, local);
    MirLocal mir = local_new(b, ty);
    const HirLocalRow *row = HIR_AT(b->hir, HirLocalRow, locals, local.id);
    b->locals.at[mir.id].name = row->name;
    b->locals.at[mir.id].is_mut = row->is_mut;
    b->var_place[local.id] = place_local(mir);
}

typedef void LocalVisit(MirBuild *b, HirLocal local);
static void visit_bindings(MirBuild *b, HirPat pat, LocalVisit *visit) {
    if (!pat.id) return;
    const HirPatRow *row = hir_pat(b->hir, pat);
    switch ((HirPatKind)row->kind) {
    case HIR_PAT_BINDING:
        visit(b, row->binding.local);
        visit_bindings(b, row->binding.sub, visit);
        break;
    case HIR_PAT_STRUCT:
        for (u32 i = 0; i < row->structure.fields.count; i++) {
            visit_bindings(
                b,
                (HirPat){HIR_AT(b->hir, HirField, fields, row->structure.fields.first + i)->value},
                visit);
        }
        break;
    case HIR_PAT_TUPLE_STRUCT:
        for (u32 i = 0; i < row->tuple_struct.elems.count; i++) {
            visit_bindings(b, (HirPat){hir_listed(b->hir, row->tuple_struct.elems, i)}, visit);
        }
        break;
    case HIR_PAT_TUPLE:
    case HIR_PAT_SLICE:
    case HIR_PAT_OR:
        for (u32 i = 0; i < row->seq.elems.count; i++)
            visit_bindings(b, (HirPat){hir_listed(b->hir, row->seq.elems, i)}, visit);
        if (row->kind == HIR_PAT_SLICE) visit_bindings(b, row->seq.rest_pat, visit);
        break;
    case HIR_PAT_REF:
    case HIR_PAT_BOX:
    case HIR_PAT_DEREF: visit_bindings(b, row->inner, visit); break;
    default: break;
    }
}

static void declare_bindings(MirBuild *b, HirPat pat) {
    visit_bindings(b, pat, declare_local);
}

static bool pat_has_binding(MirBuild *b, HirPat pat) {
    if (!pat.id) return false;
    const HirPatRow *row = hir_pat(b->hir, pat);
    switch ((HirPatKind)row->kind) {
    case HIR_PAT_BINDING: return true;
    case HIR_PAT_STRUCT:
        for (u32 i = 0; i < row->structure.fields.count; i++) {
            if (pat_has_binding(
                    b,
                    (HirPat){
                        HIR_AT(b->hir, HirField, fields, row->structure.fields.first + i)->value}))
                return true;
        }
        return false;
    case HIR_PAT_TUPLE_STRUCT:
        for (u32 i = 0; i < row->tuple_struct.elems.count; i++) {
            if (pat_has_binding(b, (HirPat){hir_listed(b->hir, row->tuple_struct.elems, i)}))
                return true;
        }
        return false;
    case HIR_PAT_TUPLE:
    case HIR_PAT_SLICE:
    case HIR_PAT_OR:
        for (u32 i = 0; i < row->seq.elems.count; i++) {
            if (pat_has_binding(b, (HirPat){hir_listed(b->hir, row->seq.elems, i)})) return true;
        }
        return row->kind == HIR_PAT_SLICE && pat_has_binding(b, row->seq.rest_pat);
    case HIR_PAT_REF:
    case HIR_PAT_BOX:
    case HIR_PAT_DEREF: return pat_has_binding(b, row->inner);
    default: return false;
    }
}

void storage_live(MirBuild *b, MirLocal local, Ty ty) {
    if (storage_matters(b, ty))
        emit_stmt(b, (MirStmt){.kind = MIR_STORAGE_LIVE, .lo = b->lo, .place = place_local(local)});
}

static MirLocal bound_local(MirBuild *b, HirLocal local) {
    return b->var_place[local.id].local;
}

static void live_local(MirBuild *b, HirLocal local) {
    storage_live(b, bound_local(b, local), typeck_local(b->typeck, local));
}

static void schedule_local(MirBuild *b, HirLocal local) {
    if (b->var_scheduled[local.id]) return;
    b->var_scheduled[local.id] = 1;
    Ty ty = typeck_local(b->typeck, local);
    schedule_storage(b, b->var_scope, bound_local(b, local), ty);
    schedule_drop(b, b->var_scope, bound_local(b, local), ty);
}

static BindMode bind_mode(MirBuild *b, HirLocal local) {
    return (BindMode)LIST_AT(b->typeck, u8, b->typeck->local_modes)[local.id];
}

// Alternatives may bind a variable in different ways, as in `[0, rest @ ..] | rest` of a `&[u8]`.
static BindMode mode_of(MirBuild *b, const Binding *bind) {
    Ty own = typeck_local(b->typeck, bind->local);
    const TyRow *row = ty_row(b->db, own);
    if (ty_eq(own, bind->ty)) return BIND_MOVE;
    if (row->kind == TY_REF && ty_eq(row->elem, bind->ty))
        return row->is_mut ? BIND_REF_MUT : BIND_REF;
    return bind_mode(b, bind->local);
}

static void bind_one(MirBuild *b, const Binding *bind) {
    MirPlace var = place_local(bound_local(b, bind->local));
    Ty ty = typeck_local(b->typeck, bind->local);
    BindMode mode = mode_of(b, bind);
    MirRvalue value = mode == BIND_MOVE ? rv_use(op_consume(b, bind->place, ty))
                                        : rv_ref(b, bind->place, mode == BIND_REF_MUT);
    emit_assign(b, var, value);
}

static void bind_all(MirBuild *b, const Cand *cand) {
    // By reference first: `ref x @ ..` beside a move borrows what is not moved.
    for (u32 i = 0; i < cand->binds.count; i++) {
        if (mode_of(b, &cand->binds.at[i]) != BIND_MOVE) bind_one(b, &cand->binds.at[i]);
    }
    for (u32 i = cand->binds.count; i-- > 0;) {
        if (mode_of(b, &cand->binds.at[i]) == BIND_MOVE) bind_one(b, &cand->binds.at[i]);
    }
}

// One pattern against a place, from the current block: binds and goes on; answers where it goes
// when it does not match.
static MirBlock match_one(MirBuild *b, HirPat pat, MirPlace place) {
    Cand *cand = SCRATCH_NEW(b->scratch, Cand);
    add_pair(b, cand, place, pat);
    simplify_cand(b, cand);
    declare_bindings(b, pat);
    if (cand->pairs.count == 0) {
        visit_bindings(b, pat, live_local);
        bind_all(b, cand);
        return MIR_NO_BLOCK;
    }
    Leaves leaves = {0};
    MirBlock fail = lower_candidates(b, &leaves, &cand, 1, b->cur);
    MirBlock matched = block_new(b);
    for (u32 i = 0; i < leaves.cands.count; i++) {
        b->cur = leaves.cands.at[i]->leaf;
        visit_bindings(b, pat, live_local);
        bind_all(b, leaves.cands.at[i]);
        emit_goto(b, matched);
    }
    b->cur = matched;
    return fail;
}

static void bind_irrefutable(MirBuild *b, HirPat pat, MirPlace place) {
    MirBlock fail = match_one(b, pat, place);
    if (fail.id != UINT32_MAX) terminate_block(b, fail, MIR_UNREACHABLE);
    visit_bindings(b, pat, schedule_local);
}

static void see_mode(MirBuild *b, HirLocal local) {
    b->modes_seen |= (u8)(1u << bind_mode(b, local));
}

// What is matched, as a place. A constant that patterns borrow from is promoted, as behind `&`.
static MirPlace scrutinee_place(MirBuild *b, HirExpr e, const HirPat *pats, u32 count) {
    b->modes_seen = 0;
    for (u32 i = 0; i < count; i++)
        visit_bindings(b, pats[i], see_mode);
    Ex x = ex_full(b, e);
    MirConst konst;
    bool borrows = b->modes_seen & 1u << BIND_REF && !(b->modes_seen & 1u << BIND_REF_MUT);
    if (borrows && !ex_is_place(b, x) && promote(b, e, x, &konst)) {
        return place_deref(b, place_local(temp_of_rvalue(b, rv_use(op_const(b, konst)), konst.ty)));
    }
    return expr_place(b, x);
}

void let_condition(MirBuild *b, HirExpr let) {
    const HirExprRow *row = hir_expr(b->hir, let);
    MirPlace place = scrutinee_place(b, row->let.init, &row->let.pat, 1);
    set_pos(b, let);
    MirBlock fail = match_one(b, row->let.pat, place);
    if (fail.id != UINT32_MAX) {
        MirBlock matched = b->cur;
        b->cur = fail;
        exit_scopes(b, b->els.depth, b->els.block);
        b->cur = matched;
    }
    visit_bindings(b, row->let.pat, schedule_local);
}

static bool pat_is_simple_binding(MirBuild *b, HirPat pat) {
    const HirPatRow *row = hir_pat(b->hir, pat);
    u32 peeled;
    (void)pat_peeled(b, pat, &peeled);
    return row->kind == HIR_PAT_BINDING && !row->binding.sub.id && !peeled &&
           bind_mode(b, row->binding.local) == BIND_MOVE;
}

static void let_initialized(MirBuild *b, const HirStmt *stmt) {
    const HirPatRow *pat = hir_pat(b->hir, stmt->pat);
    if (!stmt->els.id && pat_is_simple_binding(b, stmt->pat)) {
        HirLocal local = pat->binding.local;
        declare_local(b, local);
        MirLocal var = bound_local(b, local);
        Ty ty = typeck_local(b->typeck, local);
        live_local(b, local);
        schedule_storage(b, b->var_scope, var, ty);
        expr_into(b, place_local(var), ex_full(b, stmt->expr));
        schedule_drop(b, b->var_scope, var, ty);
        b->var_scheduled[local.id] = 1;
        return;
    }
    MirPlace place = scrutinee_place(b, stmt->expr, &stmt->pat, 1);
    if (!stmt->els.id) {
        check_irrefutable(b, stmt->pat, false);
        if (pat->kind != HIR_PAT_WILD) bind_irrefutable(b, stmt->pat, place);
        return;
    }
    MirBlock fail = match_one(b, stmt->pat, place);
    if (fail.id != UINT32_MAX) {
        MirBlock matched = b->cur;
        b->cur = fail;
        exit_scopes(b, b->els.depth, b->els.block);
        b->cur = matched;
    }
    visit_bindings(b, stmt->pat, schedule_local);
}

void build_let(MirBuild *b, const HirStmt *stmt) {
    u32 saved_var = b->var_scope;
    u32 ext = b->var_scope == SCOPE_NEVER ? EXT_NEVER : b->var_scope + 2;
    bool extends = true;
    if (stmt->is_super) {
        ext = b->ext_super[stmt->pat.id];
        extends = ext != EXT_NONE;
        if (extends) {
            b->var_scope = ext == EXT_NEVER ? SCOPE_NEVER : ext - 2;
        } else {
            b->var_scope = b->temp_scope;
        }
    }
    if (!stmt->expr.id) {
        declare_bindings(b, stmt->pat);
        visit_bindings(b, stmt->pat, live_local);
        visit_bindings(b, stmt->pat, schedule_local);
        return;
    }
    MirBlock else_block = MIR_NO_BLOCK;
    ElseTarget saved_els = b->els;
    if (stmt->els.id) { // variables and extended temporaries in a scope of their own, which the
                        // else block is outside of
        b->var_scope = scope_push(b);
        ext = b->var_scope + 2;
        saved_var = b->var_scope; // for the rest of the block too
        else_block = block_new(b);
        b->els = (ElseTarget){b->var_scope, else_block};
    }
    if (extends) extend_initializer(b, stmt->expr, stmt->pat, ext);
    if (stmt->is_super) {
        let_initialized(b, stmt);
    } else {
        TempScope temps = temps_begin(b);
        let_initialized(b, stmt);
        temps_end(b, temps);
    }
    b->els = saved_els;
    b->var_scope = saved_var;
    if (stmt->els.id) {
        MirBlock go_on = b->cur;
        b->cur = else_block;
        MirLocal never = local_new(b, TY_OF(NEVER));
        expr_into_terminating(b, place_local(never), stmt->els);
        terminate(b, MIR_UNREACHABLE);
        b->cur = go_on;
    }
}

void build_params(MirBuild *b, HirList params, u32 first_arg) {
    for (u32 i = 0; i < params.count; i++) {
        HirPat pat = HIR_AT(b->hir, HirParamPat, params, params.first + i)->pat;
        MirLocal arg = {first_arg + i};
        Ty ty = b->locals.at[arg.id].ty;
        if (pat_is_simple_binding(b, pat)) {
            HirLocal local = hir_pat(b->hir, pat)->binding.local;
            const HirLocalRow *row = HIR_AT(b->hir, HirLocalRow, locals, local.id);
            b->var_place[local.id] = place_local(arg);
            b->var_scheduled[local.id] = 1;
            b->locals.at[arg.id].name = row->name;
            b->locals.at[arg.id].is_mut = row->is_mut;
            schedule_drop(b, b->var_scope, arg, ty);
            continue;
        }
        schedule_drop(b, b->var_scope, arg, ty);
        if (hir_pat(b->hir, pat)->kind == HIR_PAT_WILD) continue;
        check_irrefutable(b, pat, true);
        bind_irrefutable(b, pat, place_local(arg));
    }
}

// ---- match
// ----------------------------------------------------------------------------------------

// The guard of a reached candidate: variables bound by value are the matched places themselves
// until it holds.
static void build_guard(MirBuild *b, const Cand *cand, const HirArm *arm, u32 arm_scope) {
    ElseTarget saved = b->els;
    MirPlace *own = SCRATCH_ARRAY(b->scratch, MirPlace, cand->binds.count + 1);
    for (u32 i = 0; i < cand->binds.count; i++) {
        const Binding *bind = &cand->binds.at[i];
        own[i] = b->var_place[bind->local.id];
        if (mode_of(b, bind) == BIND_MOVE) {
            b->var_place[bind->local.id] = place_resolve(b, bind->place);
        } else {
            bind_one(b, bind);
        }
    }
    b->els = (ElseTarget){arm_scope, cand->otherwise};
    condition(b, arm->guard, true);
    b->els = saved;
    for (u32 i = 0; i < cand->binds.count; i++)
        b->var_place[cand->binds.at[i].local.id] = own[i];
    for (u32 i = cand->binds.count; i-- > 0;) {
        if (mode_of(b, &cand->binds.at[i]) == BIND_MOVE) bind_one(b, &cand->binds.at[i]);
    }
}

static void build_arm(MirBuild *b, MirPlace dest, const HirArm *arm, u32 number,
                      const Leaves *leaves, MirBlock end) {
    u32 reached = 0;
    for (u32 i = 0; i < leaves->cands.count; i++)
        reached += leaves->cands.at[i]->arm == number;
    if (!reached) return;
    u32 saved_temp = b->temp_scope, saved_var = b->var_scope;
    u32 scope = scope_push(b);
    b->temp_scope = b->var_scope = scope;
    declare_bindings(b, arm->pat);
    bool is_first = true;
    MirBlock body = reached > 1 ? block_new(b) : MIR_NO_BLOCK;
    for (u32 i = 0; i < leaves->cands.count; i++) {
        const Cand *cand = leaves->cands.at[i];
        if (cand->arm != number) continue;
        b->cur = cand->leaf;
        visit_bindings(b, arm->pat, live_local);
        if (arm->guard.id) {
            if (is_first) {
                visit_bindings(b, arm->pat, schedule_local);
                b->temp_scope = b->var_scope = scope_push(b);
            }
            build_guard(b, cand, arm, scope);
        } else {
            bind_all(b, cand);
        }
        is_first = false;
        if (reached > 1) emit_goto(b, body);
    }
    if (reached > 1) b->cur = body;
    if (!arm->guard.id) visit_bindings(b, arm->pat, schedule_local);
    b->temp_scope = b->var_scope = scope;
    expr_into(b, dest, ex_full(b, arm->body));
    scope_pop_to(b, scope);
    b->temp_scope = saved_temp;
    b->var_scope = saved_var;
    emit_goto(b, end);
}

void match_into(MirBuild *b, MirPlace dest, HirExpr e) {
    const HirExprRow *row = hir_expr(b->hir, e);
    Ty ty = typeck_adjusted(b->typeck, row->match.scrutinee);
    HirList arms = row->match.arms;
    const HirArm *arm_rows = HIR_AT(b->hir, HirArm, arms, arms.first);
    HirPat *pats = SCRATCH_ARRAY(b->scratch, HirPat, arms.count + 1);
    for (u32 i = 0; i < arms.count; i++)
        pats[i] = arm_rows[i].pat;
    MirPlace place = scrutinee_place(b, row->match.scrutinee, pats, arms.count);
    set_pos(b, e);
    check_match(b, e, ty, arm_rows, arms.count);
    CandVec cands = {0};
    for (u32 i = 0; i < arms.count; i++) {
        Cand *cand = SCRATCH_NEW(b->scratch, Cand);
        cand->arm = i;
        cand->has_guard = arm_rows[i].guard.id != 0;
        add_pair(b, cand, place, arm_rows[i].pat);
        simplify_cand(b, cand);
        vec_push(b->scratch, &cands, cand);
    }
    Leaves leaves = {0};
    MirBlock fail = lower_candidates(b, &leaves, cands.at, cands.count, b->cur);
    if (fail.id != UINT32_MAX) terminate_block(b, fail, MIR_UNREACHABLE);
    MirBlock end = block_new(b);
    for (u32 i = 0; i < arms.count; i++)
        build_arm(b, dest, &arm_rows[i], i, &leaves, end);
    b->cur = end;
}
