// Exhaustiveness of patterns: E0004 for match, E0005 for let and parameters.
//
// Maranget's algorithm ("Warnings for pattern matching"): is there a vector of values that no row
// of patterns matches? The first column's constructors are split into classes that behave alike
// (variants, integer ranges between the patterns' boundaries, slice lengths); for each class the
// matrix is specialised and the question asked again for one column less. An answer comes with a
// witness, the pattern shown to the user. Constants that cannot be taken apart match nothing here.

#include "mir/mir_internal.h"

#include <stdio.h>

typedef enum DKind { D_WILD, D_CTOR, D_RANGE, D_SLICE, D_OPAQUE, D_OR } DKind;
typedef struct DPat DPat;
struct DPat {
    u8 kind;
    bool is_var;   // SLICE: has `..`
    u32 variant;   // CTOR
    u32 before;    // SLICE: elements before the rest
    u32 count;     // fields or alternatives
    u128 lo, hi;   // RANGE: biased so that they compare unsigned, inclusive
    DPat **fields; // CTOR, SLICE, OR
};

typedef struct Row {
    DPat **cols; // count given beside
} Row;
typedef VEC(Row) RowVec;

typedef struct Use {
    MirBuild *b;
    Db *db;
    u32 steps; // a bound on work: when it runs out the patterns count as exhaustive
} Use;

static DPat wild = {.kind = D_WILD};

// ---- patterns
// --------------------------------------------------------------------------------------

static DPat *dpat_new(Use *u, DKind kind, u32 count) {
    DPat *p = SCRATCH_NEW(u->b->scratch, DPat);
    p->kind = (u8)kind;
    p->count = count;
    if (count) {
        p->fields = SCRATCH_ARRAY(u->b->scratch, DPat *, count);
        for (u32 i = 0; i < count; i++)
            p->fields[i] = &wild;
    }
    return p;
}

static u128 bias(Use *u, Ty ty, u128 bits) {
    TyKind kind = ty_kind(u->db, ty);
    if (!ty_is_signed(kind)) return bits;
    return mask_bits(bits + ((u128)1 << (ty_prim_bytes(kind) * 8 - 1)), ty_prim_bytes(kind));
}

static u128 max_of(Use *u, Ty ty) {
    TyKind kind = ty_kind(u->db, ty);
    if (kind == TY_BOOL) return 1;
    if (kind == TY_CHAR) return 0x10ffff;
    return mask_bits(~(u128)0, ty_prim_bytes(kind));
}

static bool is_discrete(TyKind k) {
    return k == TY_BOOL || k == TY_CHAR || ty_is_int(k);
}

static DPat *lower_pat(Use *u, HirPat pat);

static DPat *lower_adt(Use *u, HirPat pat, const HirPatRow *row, Ty ty) {
    MirBuild *b = u->b;
    const TyRow *ty_r = ty_row(u->db, ty);
    if (ty_r->kind != TY_ADT) return &wild;
    const AdtDef *adt = adt_def(u->db, ty_r->def);
    const Callee *callee = typeck_pat_callee(b->typeck, pat);
    HirPath path = row->kind == HIR_PAT_STRUCT ? row->structure.path : row->tuple_struct.path;
    Res res = callee ? callee->res : hir_path(b->hir, path)->res;
    u32 variant = 0;
    if (adt->kind == DEF_UNION) return &wild;
    if (adt->kind == DEF_ENUM) {
        if (def_kind(u->db, res.def) != DEF_VARIANT) return &wild;
        variant = adt_variant_index(u->db, res.def);
    }
    u32 field_count = adt_variant(adt, variant)->field_count;
    DPat *out = dpat_new(u, D_CTOR, field_count);
    out->variant = variant;
    if (row->kind == HIR_PAT_STRUCT) {
        for (u32 i = 0; i < row->structure.fields.count; i++) {
            u32 at = row->structure.fields.first + i,
                index = LIST_AT(b->typeck, u32, b->typeck->field_index)[at];
            if (index < field_count)
                out->fields[index] =
                    lower_pat(u, (HirPat){HIR_AT(b->hir, HirField, fields, at)->value});
        }
    } else if (row->kind == HIR_PAT_TUPLE_STRUCT) {
        HirList elems = row->tuple_struct.elems;
        for (u32 i = 0; i < elems.count; i++) {
            u32 index = row->has_rest && i >= row->tuple_struct.rest_at
                            ? field_count - (elems.count - i)
                            : i;
            if (index < field_count)
                out->fields[index] = lower_pat(u, (HirPat){hir_listed(b->hir, elems, i)});
        }
    }
    return out;
}

static DPat *lower_bits(Use *u, Ty ty, u128 lo, u128 hi) {
    DPat *out = dpat_new(u, D_RANGE, 0);
    out->lo = bias(u, ty, lo);
    out->hi = bias(u, ty, hi);
    return out;
}

// The value of a constant of a structural type, as the pattern that matches just it.
static DPat *lower_value(Use *u, Ty konst) {
    const TyRow *row = ty_row(u->db, konst);
    if (row->kind == TY_CONST_VALUE && is_discrete(ty_kind(u->db, row->elem))) {
        u128 bits = (u128)row->hi_bits << 64 | row->lo_bits;
        return lower_bits(u, row->elem, bits, bits);
    }
    TyKind kind = row->kind == TY_CONST_TREE ? ty_kind(u->db, row->elem) : TY_NONE;
    if (kind != TY_ADT && kind != TY_TUPLE) return dpat_new(u, D_OPAQUE, 0);
    u32 count;
    const Ty *fields = args_at(u->db, row->args, &count); // the variant first (consts/consts.h)
    if (count == 0) return dpat_new(u, D_OPAQUE, 0);
    DPat *out = dpat_new(u, D_CTOR, count - 1);
    out->variant = (u32)ty_row(u->db, fields[0])->lo_bits;
    for (u32 i = 1; i < count; i++)
        out->fields[i - 1] = lower_value(u, fields[i]);
    return out;
}

static DPat *lower_const(Use *u, DefId def, Args args, TyKind kind) {
    if (kind != TY_ADT && kind != TY_TUPLE) return dpat_new(u, D_OPAQUE, 0);
    if (args_flags(u->db, args) & (TY_HAS_PARAM | TY_HAS_PROJECTION | TY_HAS_OPAQUE))
        return dpat_new(u, D_OPAQUE, 0);
    const Ty *value = query_get(u->db, Q_const_normalize, const_uneval(u->db, def, args).id);
    return value ? lower_value(u, *value) : dpat_new(u, D_OPAQUE, 0);
}

static DPat *lower_one(Use *u, HirPat pat) {
    MirBuild *b = u->b;
    const HirPatRow *row = hir_pat(b->hir, pat);
    Ty ty = typeck_pat(b->typeck, pat);
    TyKind kind = ty_kind(u->db, ty);
    u128 lo = 0, hi = 0;
    switch ((HirPatKind)row->kind) {
    case HIR_PAT_BINDING: return row->binding.sub.id ? lower_pat(u, row->binding.sub) : &wild;
    case HIR_PAT_PATH: {
        const Callee *callee = typeck_pat_callee(b->typeck, pat);
        Res res = callee ? callee->res : hir_path(b->hir, row->tuple_struct.path)->res;
        DefKind def = res.kind == RES_DEF ? def_kind(u->db, res.def) : DEF_NONE;
        if (def == DEF_CONST || def == DEF_ASSOC_CONST) {
            if (is_discrete(kind) &&
                fold_const_item(u->db, res.def, callee ? callee->args : (Args){0}, &lo, 0))
                return lower_bits(u, ty, lo, lo);
            return lower_const(u, res.def, callee ? callee->args : (Args){0}, kind);
        }
        return lower_adt(u, pat, row, ty);
    }
    case HIR_PAT_TUPLE_STRUCT:
    case HIR_PAT_STRUCT: return lower_adt(u, pat, row, ty);
    case HIR_PAT_TUPLE: {
        u32 count = 0;
        if (kind == TY_TUPLE) (void)ty_elems(u->db, ty, &count);
        DPat *out = dpat_new(u, D_CTOR, count);
        for (u32 i = 0; i < row->seq.elems.count; i++) {
            u32 index =
                row->has_rest && i >= row->seq.rest_at ? count - (row->seq.elems.count - i) : i;
            if (index < count)
                out->fields[index] = lower_pat(u, (HirPat){hir_listed(b->hir, row->seq.elems, i)});
        }
        return out;
    }
    case HIR_PAT_REF:
    case HIR_PAT_BOX: {
        DPat *out = dpat_new(u, D_CTOR, 1);
        out->fields[0] = lower_pat(u, row->inner);
        return out;
    }
    case HIR_PAT_LIT:
        if (is_discrete(kind) && fold_expr(u->db, b->hir, b->typeck, row->lit, &lo, 0))
            return lower_bits(u, ty, lo, lo);
        return dpat_new(u, D_OPAQUE, 0);
    case HIR_PAT_RANGE: {
        if (!is_discrete(kind)) return dpat_new(u, D_OPAQUE, 0);
        u128 min = ty_is_signed(kind) ? (u128)1 << (ty_prim_bytes(kind) * 8 - 1) : 0;
        u128 max = ty_is_signed(kind) ? min - 1 : max_of(u, ty);
        if (!row->range.lo.id)
            lo = min;
        else if (!fold_expr(u->db, b->hir, b->typeck, row->range.lo, &lo, 0))
            return dpat_new(u, D_OPAQUE, 0);
        if (!row->range.hi.id)
            hi = max;
        else if (!fold_expr(u->db, b->hir, b->typeck, row->range.hi, &hi, 0))
            return dpat_new(u, D_OPAQUE, 0);
        DPat *out = lower_bits(u, ty, lo, hi);
        if (row->range.hi.id && !row->is_inclusive) {
            if (out->hi == 0) return dpat_new(u, D_OPAQUE, 0);
            out->hi--;
        }
        return out->lo <= out->hi ? out : dpat_new(u, D_OPAQUE, 0);
    }
    case HIR_PAT_SLICE: {
        DPat *out = dpat_new(u, D_SLICE, row->seq.elems.count);
        out->is_var = row->has_rest;
        out->before = row->has_rest ? row->seq.rest_at : row->seq.elems.count;
        for (u32 i = 0; i < out->count; i++)
            out->fields[i] = lower_pat(u, (HirPat){hir_listed(b->hir, row->seq.elems, i)});
        return out;
    }
    case HIR_PAT_OR: {
        DPat *out = dpat_new(u, D_OR, row->seq.elems.count);
        for (u32 i = 0; i < out->count; i++)
            out->fields[i] = lower_pat(u, (HirPat){hir_listed(b->hir, row->seq.elems, i)});
        return out;
    }
    case HIR_PAT_WILD:
    case HIR_PAT_DEREF:
    case HIR_PAT_NEVER:
    case HIR_PAT_ERR: return &wild;
    }
    return &wild;
}

static DPat *lower_pat(Use *u, HirPat pat) {
    DPat *out = lower_one(u, pat);
    u32 peeled;
    (void)pat_peeled(u->b, pat, &peeled);
    for (; peeled; peeled--) {
        DPat *ref = dpat_new(u, D_CTOR, 1);
        ref->fields[0] = out;
        out = ref;
    }
    return out;
}

// ---- types
// -------------------------------------------------------------------------------------------

static bool is_uninhabited(Use *u, Ty ty, u32 depth) {
    const TyRow *row = ty_row(u->db, ty);
    if (row->kind == TY_NEVER) return true;
    if (depth > 6) return false;
    if (row->kind == TY_TUPLE) {
        u32 count;
        const Ty *elems = ty_elems(u->db, ty, &count);
        for (u32 i = 0; i < count; i++) {
            if (is_uninhabited(u, elems[i], depth + 1)) return true;
        }
        return false;
    }
    if (row->kind == TY_ARRAY) {
        const TyRow *len = ty_row(u->db, row->len);
        return len->kind == TY_CONST_VALUE && len->lo_bits &&
               is_uninhabited(u, row->elem, depth + 1);
    }
    if (row->kind != TY_ADT) return false;
    const AdtDef *adt = adt_def(u->db, row->def);
    if (adt->kind == DEF_UNION) return false;
    for (u32 v = 0; v < adt->variants.count; v++) {
        bool empty = false;
        const AdtVariant *variant = adt_variant(adt, v);
        for (u32 i = 0; i < variant->field_count && !empty; i++)
            empty = is_uninhabited(u, build_field_ty(u->b, ty, v, i), depth + 1);
        if (!empty) return false;
    }
    return true;
}

static bool variant_uninhabited(Use *u, Ty ty, const AdtDef *adt, u32 v) {
    for (u32 i = 0; i < adt_variant(adt, v)->field_count; i++) {
        if (is_uninhabited(u, build_field_ty(u->b, ty, v, i), 1)) return true;
    }
    return false;
}

// ---- the matrix
// ----------------------------------------------------------------------------------------

static bool find_missing(Use *u, RowVec rows, const Ty *tys, u32 count, Str *witness);

// Rows with or-patterns in the first column spread out.
static RowVec spread(Use *u, RowVec rows, u32 count) {
    bool any = false;
    for (u32 i = 0; i < rows.count && !any; i++)
        any = rows.at[i].cols[0]->kind == D_OR;
    if (!any) return rows;
    RowVec out = {0};
    for (u32 i = 0; i < rows.count; i++) {
        DPat *first = rows.at[i].cols[0];
        if (first->kind != D_OR) {
            vec_push(u->b->scratch, &out, rows.at[i]);
            continue;
        }
        for (u32 k = 0; k < first->count; k++) {
            Row row = {SCRATCH_ARRAY(u->b->scratch, DPat *, count)};
            memcpy(row.cols, rows.at[i].cols, count * sizeof(DPat *));
            row.cols[0] = first->fields[k];
            vec_push(u->b->scratch, &out, row);
        }
    }
    return spread(u, out, count);
}

static void add_row(Use *u, RowVec *out, DPat **fields, u32 arity, const Row *row, u32 count) {
    Row made = {SCRATCH_ARRAY(u->b->scratch, DPat *, arity + count)};
    for (u32 i = 0; i < arity; i++)
        made.cols[i] = fields ? fields[i] : &wild;
    memcpy(made.cols + arity, row->cols + 1, (count - 1) * sizeof(DPat *));
    vec_push(u->b->scratch, out, made);
}

// Only the rows that match everything in the first column.
static bool missing_default(Use *u, RowVec rows, const Ty *tys, u32 count, Str *witness) {
    RowVec out = {0};
    for (u32 i = 0; i < rows.count; i++) {
        if (rows.at[i].cols[0]->kind == D_WILD) add_row(u, &out, NULL, 0, &rows.at[i], count);
    }
    if (!find_missing(u, out, tys + 1, count - 1, witness + 1)) return false;
    witness[0] = STR("_");
    return true;
}

static Str ctor_text(Use *u, Ty ty, u32 variant, const Str *fields, u32 count) {
    Scratch *s = u->b->scratch;
    const TyRow *row = ty_row(u->db, ty);
    if (row->kind == TY_REF) return scratch_print(s, "&%.*s", STR_ARG(fields[0]));
    VEC(char) out = {0};
#define ADD(str)                                                                                   \
    do {                                                                                           \
        Str add_ = (str);                                                                          \
        vec_append(s, &out, add_.at, add_.len);                                                    \
    } while (0)
    bool is_record = false;
    const AdtDef *adt = NULL;
    if (row->kind == TY_ADT) {
        adt = adt_def(u->db, row->def);
        if (adt->kind == DEF_ENUM) {
            LangItem lang = lang_item_of(u->db, row->def);
            bool plain = lang == LANG_option;
            Str adt_name = symbol_str(&u->db->symbols, def_row(u->db, row->def)->name);
            if (str_eq(adt_name, STR("Result"))) plain = true;
            if (!plain) {
                ADD(adt_name);
                ADD(STR("::"));
            }
        }
        const AdtVariant *v = adt_variant(adt, variant);
        ADD(symbol_str(&u->db->symbols, v->name));
        is_record = v->ctor == CTOR_RECORD;
        if (is_record) {
            if (count == 0) {
                ADD(STR(" {}"));
                return (Str){out.at, out.count};
            }
            ADD(STR(" { "));
            for (u32 i = 0; i < count; i++) {
                if (i) ADD(STR(", "));
                ADD(symbol_str(&u->db->symbols, adt_field(adt, v, i)->name));
                ADD(STR(": "));
                ADD(fields[i]);
            }
            ADD(STR(" }"));
            return (Str){out.at, out.count};
        }
        if (v->ctor == CTOR_UNIT) return (Str){out.at, out.count};
    }
    ADD(STR("("));
    for (u32 i = 0; i < count; i++) {
        if (i) ADD(STR(", "));
        ADD(fields[i]);
    }
    if (count == 1 && row->kind == TY_TUPLE) ADD(STR(","));
    ADD(STR(")"));
    return (Str){out.at, out.count};
#undef ADD
}

static bool missing_ctor(Use *u, RowVec rows, const Ty *tys, u32 count, u32 variant,
                         const Ty *field_tys, u32 arity, Str *witness) {
    RowVec out = {0};
    for (u32 i = 0; i < rows.count; i++) {
        DPat *p = rows.at[i].cols[0];
        if (p->kind == D_WILD) add_row(u, &out, NULL, arity, &rows.at[i], count);
        if (p->kind == D_CTOR && p->variant == variant && p->count == arity)
            add_row(u, &out, p->fields, arity, &rows.at[i], count);
    }
    Ty *inner = SCRATCH_ARRAY(u->b->scratch, Ty, arity + count);
    if (arity) memcpy(inner, field_tys, arity * sizeof(Ty));
    if (count > 1) memcpy(inner + arity, tys + 1, (count - 1) * sizeof(Ty));
    Str *texts = SCRATCH_ARRAY(u->b->scratch, Str, arity + count);
    if (!find_missing(u, out, inner, arity + count - 1, texts)) return false;
    witness[0] = ctor_text(u, tys[0], variant, texts, arity);
    memcpy(witness + 1, texts + arity, (count - 1) * sizeof(Str));
    return true;
}

static bool missing_adt(Use *u, RowVec rows, const Ty *tys, u32 count, Str *witness) {
    Db *db = u->db;
    Ty ty = tys[0];
    const TyRow *row = ty_row(db, ty);
    const AdtDef *adt = adt_def(db, row->def);
    if (adt->kind == DEF_UNION) return missing_default(u, rows, tys, count, witness);
    bool all_wild = true, is_boxed = false;
    for (u32 i = 0; i < rows.count; i++) {
        DPat *p = rows.at[i].cols[0];
        if (p->kind == D_CTOR) all_wild = false;
    }
    if (ty_is_box(db, ty)) {
        for (u32 i = 0; i < rows.count; i++)
            is_boxed =
                is_boxed || (rows.at[i].cols[0]->kind == D_CTOR && rows.at[i].cols[0]->count == 1);
        if (is_boxed) {
            Ty inner = ty_deref(db, ty);
            return missing_ctor(u, rows, tys, count, 0, &inner, 1, witness);
        }
    }
    if (all_wild && adt->variants.count) {
        if (is_uninhabited(u, ty, 0)) return false;
        return missing_default(u, rows, tys, count, witness);
    }
    for (u32 v = 0; v < adt->variants.count; v++) {
        u32 arity = adt_variant(adt, v)->field_count;
        if (adt->kind == DEF_ENUM && variant_uninhabited(u, ty, adt, v)) continue;
        Ty *fields = SCRATCH_ARRAY(u->b->scratch, Ty, arity + 1);
        for (u32 i = 0; i < arity; i++)
            fields[i] = build_field_ty(u->b, ty, v, i);
        if (missing_ctor(u, rows, tys, count, v, fields, arity, witness)) return true;
    }
    if (def_crate(db, row->def).id != def_crate(db, u->b->owner).id &&
        def_has_attr(db, row->def, symbol_intern(&db->symbols, STR("non_exhaustive"))) &&
        crate_row(db, def_crate(db, u->b->owner))->is_local) {
        return missing_default(u, rows, tys, count, witness);
    }
    return false;
}

static Str value_text(Use *u, Ty ty, u128 biased) {
    TyKind kind = ty_kind(u->db, ty);
    Scratch *s = u->b->scratch;
    if (kind == TY_BOOL) return biased ? STR("true") : STR("false");
    if (kind == TY_CHAR) {
        if (biased >= 32 && biased < 127) return scratch_print(s, "'%c'", (int)biased);
        return scratch_print(s, "'\\u{%x}'", (u32)biased);
    }
    u32 bytes = ty_prim_bytes(kind);
    Str name = ty_print(u->db, ty, s);
    if (ty_is_signed(kind)) {
        u128 bits = mask_bits(biased - ((u128)1 << (bytes * 8 - 1)), bytes);
        if (biased == 0) return scratch_print(s, "%.*s::MIN", STR_ARG(name));
        if (biased == max_of(u, ty)) return scratch_print(s, "%.*s::MAX", STR_ARG(name));
        return scratch_print(s, "%lld_%.*s", (long long)sign_extend(bits, bytes), STR_ARG(name));
    }
    if (biased == max_of(u, ty)) return scratch_print(s, "%.*s::MAX", STR_ARG(name));
    return scratch_print(s, "%llu_%.*s", (unsigned long long)biased, STR_ARG(name));
}

static bool missing_int(Use *u, RowVec rows, const Ty *tys, u32 count, Str *witness) {
    Ty ty = tys[0];
    u128 max = max_of(u, ty);
    bool any = false;
    for (u32 i = 0; i < rows.count && !any; i++)
        any = rows.at[i].cols[0]->kind == D_RANGE;
    if (!any) return missing_default(u, rows, tys, count, witness);
    // From boundary to boundary.
    u128 at = 0;
    for (;;) {
        if (ty_kind(u->db, ty) == TY_CHAR && at >= 0xd800 && at < 0xe000) at = 0xe000;
        u128 end = max;
        if (ty_kind(u->db, ty) == TY_CHAR && at < 0xd800) end = 0xd7ff;
        for (u32 i = 0; i < rows.count; i++) {
            DPat *p = rows.at[i].cols[0];
            if (p->kind != D_RANGE) continue;
            if (p->lo > at && p->lo - 1 < end) end = p->lo - 1;
            if (p->hi >= at && p->hi < end) end = p->hi;
        }
        RowVec out = {0};
        bool covered = false;
        for (u32 i = 0; i < rows.count; i++) {
            DPat *p = rows.at[i].cols[0];
            bool in = p->kind == D_RANGE && p->lo <= at && p->hi >= end;
            covered = covered || in;
            if (in || p->kind == D_WILD) add_row(u, &out, NULL, 0, &rows.at[i], count);
        }
        if (find_missing(u, out, tys + 1, count - 1, witness + 1)) {
            Str lo = value_text(u, ty, at), hi = value_text(u, ty, end);
            witness[0] =
                at == end ? lo
                          : scratch_print(u->b->scratch, "%.*s..=%.*s", STR_ARG(lo), STR_ARG(hi));
            return true;
        }
        if (end >= max) return false;
        at = end + 1;
    }
}

static bool missing_slice(Use *u, RowVec rows, const Ty *tys, u32 count, Str *witness) {
    const TyRow *row = ty_row(u->db, tys[0]);
    u32 longest = 0, before_max = 0, after_max = 0;
    bool any = false;
    for (u32 i = 0; i < rows.count; i++) {
        DPat *p = rows.at[i].cols[0];
        if (p->kind != D_SLICE) continue;
        any = true;
        if (p->is_var) {
            before_max = max_u32(before_max, p->before);
            after_max = max_u32(after_max, p->count - p->before);
        } else {
            longest = max_u32(longest, p->count);
        }
    }
    if (!any) return missing_default(u, rows, tys, count, witness);
    u32 top = max_u32(longest + 1, before_max + after_max);
    u32 from = 0, fixed = UINT32_MAX;
    if (row->kind == TY_ARRAY) {
        const TyRow *len = ty_row(u->db, row->len);
        if (len->kind != TY_CONST_VALUE)
            return false; // not known here: the array's own checks will tell
        fixed = (u32)len->lo_bits;
        from = top = min_u32(fixed, max_u32(longest, before_max + after_max));
    }
    for (u32 n = from; n <= top; n++) {
        RowVec out = {0};
        for (u32 i = 0; i < rows.count; i++) {
            DPat *p = rows.at[i].cols[0];
            if (p->kind == D_WILD) add_row(u, &out, NULL, n, &rows.at[i], count);
            if (p->kind != D_SLICE) continue;
            if (p->is_var ? p->count > n : p->count != (fixed == UINT32_MAX ? n : fixed)) continue;
            DPat **fields = SCRATCH_ARRAY(u->b->scratch, DPat *, n + 1);
            for (u32 k = 0; k < n; k++)
                fields[k] = &wild;
            u32 after = p->count - p->before;
            for (u32 k = 0; k < p->before; k++)
                fields[k] = p->fields[k];
            for (u32 k = 0; k < after; k++)
                fields[n - after + k] = p->fields[p->before + k];
            add_row(u, &out, fields, n, &rows.at[i], count);
        }
        Ty *inner = SCRATCH_ARRAY(u->b->scratch, Ty, n + count);
        for (u32 k = 0; k < n; k++)
            inner[k] = row->elem;
        memcpy(inner + n, tys + 1, (count - 1) * sizeof(Ty));
        Str *texts = SCRATCH_ARRAY(u->b->scratch, Str, n + count);
        if (!find_missing(u, out, inner, n + count - 1, texts)) continue;
        VEC(char) text = {0};
        vec_push(u->b->scratch, &text, '[');
        for (u32 k = 0; k < n; k++) {
            if (k) vec_append(u->b->scratch, &text, ", ", 2);
            vec_append(u->b->scratch, &text, texts[k].at, texts[k].len);
        }
        if (n == top && fixed == UINT32_MAX)
            vec_append(u->b->scratch, &text, n ? ", .." : "..", n ? 4u : 2u);
        vec_push(u->b->scratch, &text, ']');
        witness[0] = (Str){text.at, text.count};
        memcpy(witness + 1, texts + n, (count - 1) * sizeof(Str));
        return true;
    }
    return false;
}

// Whether some vector of values of these types is matched by no row; its pattern then.
static bool find_missing(Use *u, RowVec rows, const Ty *tys, u32 count, Str *witness) {
    if (count == 0) return rows.count == 0;
    if (u->steps == 0) return false;
    u->steps--;
    rows = spread(u, rows, count);
    const TyRow *row = ty_row(u->db, tys[0]);
    switch ((TyKind)row->kind) {
    case TY_NEVER: return false;
    case TY_ADT: return missing_adt(u, rows, tys, count, witness);
    case TY_TUPLE: {
        u32 arity;
        const Ty *elems = ty_elems(u->db, tys[0], &arity);
        return missing_ctor(u, rows, tys, count, 0, elems, arity, witness);
    }
    case TY_REF: {
        bool any = false;
        for (u32 i = 0; i < rows.count && !any; i++)
            any = rows.at[i].cols[0]->kind == D_CTOR;
        if (!any) return missing_default(u, rows, tys, count, witness);
        return missing_ctor(u, rows, tys, count, 0, &row->elem, 1, witness);
    }
    case TY_ARRAY:
    case TY_SLICE: return missing_slice(u, rows, tys, count, witness);
    default: break;
    }
    if (is_discrete((TyKind)row->kind)) return missing_int(u, rows, tys, count, witness);
    return missing_default(u, rows, tys, count, witness);
}

// ---- reports
// ----------------------------------------------------------------------------------------

static bool covers(MirBuild *b, DPat **pats, u32 count, Ty ty, Use *u, Str *witness) {
    RowVec rows = {0};
    for (u32 i = 0; i < count; i++) {
        Row row = {SCRATCH_ARRAY(b->scratch, DPat *, 1)};
        row.cols[0] = pats[i];
        vec_push(b->scratch, &rows, row);
    }
    return !find_missing(u, rows, &ty, 1, witness);
}

void check_match(MirBuild *b, HirExpr e, Ty ty, const HirArm *arms, u32 count) {
    if (ty_flags(b->db, ty) & TY_HAS_ERROR) return;
    u64 mark = scratch_mark(b->scratch);
    TyFact *facts = b->facts;
    u32 fact_cap = b->fact_cap, fact_count = b->fact_count;
    Use u = {b, b->db, 20000};
    DPat **pats = SCRATCH_ARRAY(b->scratch, DPat *, count + 1);
    u32 used = 0;
    for (u32 i = 0; i < count; i++) {
        if (!arms[i].guard.id) pats[used++] = lower_pat(&u, arms[i].pat);
    }
    Str witness = {0};
    if (!covers(b, pats, used, ty, &u, &witness)) {
        HirExpr scrutinee = hir_expr(b->hir, e)->match.scrutinee;
        Span span = diag_span(b, expr_span(b, scrutinee));
        Str name = ty_print(b->db, ty, b->scratch);
        if (count == 0) {
            diag_error(b->db, span, "E0004", "non-exhaustive patterns: type `%.*s` is non-empty",
                       STR_ARG(name));
        } else {
            diag_error(b->db, span, "E0004", "non-exhaustive patterns: `%.*s` not covered",
                       STR_ARG(witness));
            diag_label(b->db, span, "pattern `%.*s` not covered", STR_ARG(witness));
            diag_note(b->db, "the matched value is of type `%.*s`", STR_ARG(name));
        }
        b->is_error = true;
    }
    if (b->facts == facts && b->fact_cap == fact_cap) {
        (void)fact_count;
        scratch_rewind(b->scratch, mark);
    }
}

void check_irrefutable(MirBuild *b, HirPat pat, bool is_param) {
    Ty ty = pat_outer_ty(b, pat);
    if (ty_flags(b->db, ty) & TY_HAS_ERROR) return;
    Use u = {b, b->db, 20000};
    DPat *one = lower_pat(&u, pat);
    if (one->kind == D_WILD) return;
    Str witness = {0};
    if (covers(b, &one, 1, ty, &u, &witness)) return;
    Span span = diag_span(b, *HIR_AT(b->hir, HirSpan, pat_spans, pat.id));
    diag_error(b->db, span, "E0005", "refutable pattern in %s",
               is_param ? "function argument" : "local binding");
    diag_label(b->db, span, "pattern `%.*s` not covered", STR_ARG(witness));
    b->is_error = true;
}
