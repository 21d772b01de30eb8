// Layouts of all kinds of types, as a query keyed by the type (rustc_ty_utils/src/layout.rs).

#include "layout/enum_layout.h"
#include "layout/layout_internal.h"

// ---- building blobs -----------------------------------------------------------------------------

typedef struct Built {
    Layout l;
    const Univariant *variants;
    u32 variant_count;
    bool failed;
} Built;

static void return_layout(Db *db, const Built *b) {
    Blob blob;
    blob_begin(&blob, &db->scratch, sizeof(Layout));
    VEC(u64) offsets = {0};
    VEC(VariantLayout) variants = {0};
    for (u32 i = 0; i < b->variant_count; i++) {
        const Univariant *v = &b->variants[i];
        VariantLayout row;
        memset(&row, 0, sizeof row);
        row.size = v->l.size;
        row.field_first = offsets.count;
        row.field_count = v->count;
        row.is_uninhabited = v->l.is_uninhabited;
        vec_append(&db->scratch, &offsets, v->offsets, v->count);
        vec_push(&db->scratch, &variants, row);
    }
    Layout l = b->l;
    l.offsets = blob_add(&blob, offsets.at, offsets.count, sizeof(u64));
    l.variants = blob_add(&blob, variants.at, variants.count, sizeof(VariantLayout));
    memcpy(blob_header(&blob), &l, sizeof l);
    query_return_blob(db, &blob);
}

static void set_scalar(Built *b, Scalar s) {
    b->l.repr = REPR_SCALAR;
    b->l.a = s;
    b->l.size = s.bytes;
    b->l.align = s.bytes;
    b->l.variants_kind = VARIANTS_SINGLE;
    layout_offer_niche(&b->l, &s, 0, false);
}

static void set_pair(Built *b, Scalar first, Scalar second) {
    PairShape pair = pair_shape(&first, &second);
    b->l.repr = REPR_SCALAR_PAIR;
    b->l.a = first;
    b->l.b = second;
    b->l.b_offset = pair.b_offset;
    b->l.size = pair.size;
    b->l.align = pair.align;
    b->l.variants_kind = VARIANTS_SINGLE;
    layout_offer_niche(&b->l, &second, pair.b_offset, true);
    layout_offer_niche(&b->l, &first, 0, true);
}

static void one_variant(Db *db, Built *b, const Univariant *u) {
    Univariant *copy = SCRATCH_NEW(&db->scratch, Univariant);
    *copy = *u;
    b->l = u->l;
    b->variants = copy;
    b->variant_count = 1;
}

static FieldLayouts field_layouts(Db *db, Built *b, const Ty *tys, u32 count) {
    FieldLayouts fields = {SCRATCH_ARRAY(&db->scratch, const Layout *, count + 1), count};
    for (u32 i = 0; i < count; i++) {
        fields.at[i] = layout_of(db, tys[i]);
        b->failed |= fields.at[i]->is_failed;
    }
    return fields;
}

static void struct_like(Db *db, Built *b, const Ty *tys, u32 count, StructKind kind) {
    Univariant u;
    FieldLayouts fields = field_layouts(db, b, tys, count);
    if (b->failed || !univariant(&db->scratch, fields, (Repr){0}, kind, 0, 1, &u)) {
        b->failed = true;
        return;
    }
    one_variant(db, b, &u);
}

u32 layout_pack(Db *db, Ty ty) {
    const TyRow *row = ty_row(db, ty);
    return row->kind == TY_ADT ? def_attrs(db, row->def)->repr_pack : 0;
}

// ---- pointers -----------------------------------------------------------------------------------

Ty layout_tail(Db *db, Ty ty) {
    for (u32 depth = 0; depth < 1000; depth++) {
        const TyRow *row = ty_row(db, ty);
        if (row->kind == TY_ADT) {
            const AdtDef *adt = adt_def(db, row->def);
            if (adt->kind != DEF_STRUCT) return ty;
            const AdtVariant *v = adt_variant(adt, 0);
            if (v->field_count == 0) return ty;
            Ty last = adt_field(adt, v, v->field_count - 1)->ty;
            ty = normalize_concrete(db, ty_subst(db, last, row->args));
        } else if (row->kind == TY_TUPLE) {
            u32 count;
            const Ty *elems = ty_elems(db, ty, &count);
            if (count == 0) return ty;
            ty = elems[count - 1];
        } else if (row->kind == TY_PAT) {
            ty = row->elem;
        } else {
            return ty;
        }
    }
    return ty;
}

PtrMeta ptr_meta(Db *db, Ty pointee) {
    switch (ty_kind(db, layout_tail(db, pointee))) {
    case TY_SLICE:
    case TY_STR: return META_LENGTH;
    case TY_DYN: return META_VTABLE;
    default: return META_NONE;
    }
}

static void pointer(Db *db, Built *b, Ty pointee, bool non_null) {
    Scalar data = scalar_ptr(non_null);
    switch (ptr_meta(db, pointee)) {
    case META_NONE: set_scalar(b, data); return;
    case META_LENGTH: set_pair(b, data, scalar_int(8, false)); return;
    case META_VTABLE: set_pair(b, data, scalar_ptr(true)); return;
    }
}

// ---- algebraic data types
// -------------------------------------------------------------------------

static Repr repr_of(Db *db, DefId def) {
    const DefAttrs *attrs = def_attrs(db, def);
    return (Repr){
        .c = (attrs->flags & DEF_ATTR_REPR_C) != 0,
        .keeps_order = lang_item_of(db, def) == LANG_owned_box,
        .simd = (attrs->flags & DEF_ATTR_REPR_SIMD) != 0,
        .transparent = (attrs->flags & DEF_ATTR_REPR_TRANSPARENT) != 0,
        .int_prim = attrs->repr_int,
        .align = attrs->repr_align,
        .pack = attrs->repr_pack,
    };
}

static FieldLayouts variant_fields(Db *db, Built *b, const AdtDef *adt, const AdtVariant *v,
                                   Args args) {
    Ty *tys = SCRATCH_ARRAY(&db->scratch, Ty, v->field_count + 1);
    for (u32 i = 0; i < v->field_count; i++)
        tys[i] = normalize_concrete(db, ty_subst(db, adt_field(adt, v, i)->ty, args));
    return field_layouts(db, b, tys, v->field_count);
}

static bool same_repr(const Layout *a, const Layout *b) {
    if (a->repr != b->repr) return false;
    Scalar a0 = scalar_to_union(a->a), b0 = scalar_to_union(b->a);
    if (a->repr == REPR_SIMD && a->size != b->size) return false;
    if (a->repr == REPR_SCALAR || a->repr == REPR_SIMD) return scalar_eq(&a0, &b0);
    if (a->repr != REPR_SCALAR_PAIR) return true;
    Scalar a1 = scalar_to_union(a->b), b1 = scalar_to_union(b->b);
    return scalar_eq(&a0, &b0) && scalar_eq(&a1, &b1);
}

static void union_layout(Db *db, Built *b, FieldLayouts fields, Repr repr) {
    Layout *l = &b->l;
    u32 align = 1;
    const Layout *common = NULL;
    bool mismatch = repr.c;
    for (u32 i = 0; i < fields.count; i++) {
        const Layout *f = fields.at[i];
        if (f->is_unsized) {
            b->failed = true;
            return;
        }
        align = max_u32(align, f->align);
        l->size = max_u64(l->size, f->size);
        if (layout_is_zst(f) || mismatch) continue;
        if (!common)
            common = f;
        else if (!same_repr(common, f))
            mismatch = true;
    }
    if (repr.pack) align = min_u32(align, repr.pack);
    if (repr.align) align = max_u32(align, repr.align);
    l->align = align;
    l->size = align_up(l->size, align);
    l->variants_kind = VARIANTS_SINGLE;
    if (common && !mismatch) {
        u32 repr_align = 0;
        if (common->repr == REPR_SCALAR) repr_align = scalar_align(&common->a);
        if (common->repr == REPR_SCALAR_PAIR) repr_align = pair_shape(&common->a, &common->b).align;
        bool fits = common->repr == REPR_SIMD ? common->align <= align : repr_align == align;
        if (common->repr != REPR_MEMORY && fits) {
            l->repr = common->repr;
            l->a = scalar_to_union(common->a);
            l->b = scalar_to_union(common->b);
            l->b_offset = common->b_offset;
        }
    }
    Univariant *u = SCRATCH_NEW(&db->scratch, Univariant);
    u->l = *l;
    u->count = fields.count;
    u->offsets = SCRATCH_ARRAY(&db->scratch, u64, fields.count + 1);
    b->variants = u;
    b->variant_count = 1;
}

// repr(simd): a struct of one array, or of equal scalars.
static void simd_layout(Db *db, Built *b, const AdtDef *adt, Args args, Repr repr) {
    const AdtVariant *v = adt_variant(adt, 0);
    if (v->field_count == 0) {
        b->failed = true;
        return;
    }
    Ty first = normalize_concrete(db, ty_subst(db, adt_field(adt, v, 0)->ty, args));
    const Layout *inner = layout_of(db, first);
    u64 size = inner->size * (inner->array_stride ? 1 : v->field_count);
    const Layout *elem = inner;
    if (ty_kind(db, first) == TY_ARRAY) elem = layout_of(db, ty_row(db, first)->elem);
    if (elem->repr != REPR_SCALAR || size == 0) {
        b->failed = true;
        return;
    }
    u64 align = 1;
    while (align < size)
        align *= 2;
    Layout *l = &b->l;
    l->repr = REPR_SIMD;
    if (repr.pack && !is_pow2(size / elem->size)) { // packed: no lanes are added
        l->repr = REPR_MEMORY;
        align = size & (0 - size);
    }
    l->align = (u32)align;
    l->size = align_up(size, align);
    l->has_niche = elem->has_niche;
    l->niche = elem->niche;
    l->niche_offset = elem->niche_offset;
    l->a = elem->a;
    l->variants_kind = VARIANTS_SINGLE;
    Univariant *u = SCRATCH_NEW(&db->scratch, Univariant);
    u->l = *l;
    u->count = v->field_count;
    u->offsets = SCRATCH_ARRAY(&db->scratch, u64, v->field_count);
    for (u32 i = 0; i < v->field_count; i++)
        u->offsets[i] = i * inner->size;
    b->variants = u;
    b->variant_count = 1;
}

// Whether the last field may be unsized for some arguments, as seen from the definition.
static bool tail_is_always_sized(Db *db, const AdtDef *adt) {
    const AdtVariant *v = adt_variant(adt, 0);
    if (adt->kind != DEF_STRUCT || v->field_count == 0) return true;
    Ty tail = adt_field(adt, v, v->field_count - 1)->ty;
    DefId sized = lang_item(db, LANG_sized);
    SolveCx cx = {
        .db = db, .env = param_env(db, adt->def), .library_only = !def_is_local(db, adt->def)};
    GoalVec pending = {0};
    TraitRef goal = {sized, args_intern(db, &tail, 1)};
    return solve_trait(&cx, goal, &pending, NULL) == SOLVE_YES;
}

static void hide_niches(Layout *l) {
    l->has_niche = false;
    memset(&l->niche, 0, sizeof l->niche);
    if (l->repr == REPR_SCALAR || l->repr == REPR_SCALAR_PAIR)
        if (!l->a.is_union) scalar_set_range(&l->a, 0, scalar_max(&l->a));
    if (l->repr == REPR_SCALAR_PAIR)
        if (!l->b.is_union) scalar_set_range(&l->b, 0, scalar_max(&l->b));
}

static void struct_layout(Db *db, Built *b, const AdtDef *adt, FieldLayouts fields, Repr repr,
                          u32 variant, bool is_enum) {
    bool sized = is_enum || fields.count == 0 || tail_is_always_sized(db, adt);
    Univariant u;
    if (!univariant(&db->scratch, fields, repr, sized ? STRUCT_ALWAYS_SIZED : STRUCT_MAYBE_UNSIZED,
                    0, 1, &u)) {
        b->failed = true;
        return;
    }
    one_variant(db, b, &u);
    Layout *l = &b->l;
    l->single_index = variant;
    LangItem lang = lang_item_of(db, adt->def);
    if (lang == LANG_unsafe_cell || lang == LANG_unsafe_pinned) {
        hide_niches(l);
        return;
    }
    const DefAttrs *attrs = def_attrs(db, adt->def);
    if (attrs->is_scalar_range && (l->repr == REPR_SCALAR || l->repr == REPR_SCALAR_PAIR)) {
        u128 end = attrs->scalar_end == UINT64_MAX ? scalar_end(&l->a) : attrs->scalar_end;
        scalar_set_range(&l->a, attrs->scalar_start, end);
    }
    if (l->repr == REPR_SCALAR || l->repr == REPR_SCALAR_PAIR)
        layout_offer_niche(l, &l->a, 0, true);
}

static void enum_type(Db *db, Built *b, const AdtDef *adt, Args args, Repr repr) {
    u32 count = adt->variants.count;
    FieldLayouts *fields = SCRATCH_ARRAY(&db->scratch, FieldLayouts, count + 1);
    u32 present = 0, first = 0;
    for (u32 i = 0; i < count; i++) {
        fields[i] = variant_fields(db, b, adt, adt_variant(adt, i), args);
        bool absent = !repr.c && !repr.int_prim && variant_is_absent(fields[i]);
        if (absent) continue;
        if (present++ == 0) first = i;
    }
    if (b->failed) return;
    if (present == 0) {
        b->l.align = 1;
        b->l.is_uninhabited = true;
        b->l.variants_kind = VARIANTS_EMPTY;
        return;
    }
    if (present == 1 && !repr.c && !repr.int_prim) {
        struct_layout(db, b, adt, fields[first], repr, first, true);
        if (b->failed) return;
        // Rows for the other variants too, so that their (unreachable) fields have offsets.
        Univariant *rows = SCRATCH_ARRAY(&db->scratch, Univariant, count);
        for (u32 i = 0; i < count; i++)
            if (!univariant(&db->scratch, fields[i], repr, STRUCT_ALWAYS_SIZED, 0, 1, &rows[i]))
                b->failed = true;
        rows[first] = b->variants[0];
        b->variants = rows;
        b->variant_count = count;
        return;
    }
    const Discriminants *values = query_get(db, Q_discriminants, adt->def.id);
    i128 *discriminants = SCRATCH_ARRAY(&db->scratch, i128, count);
    const u64 *words = values ? LIST_AT(values, u64, values->values) : NULL;
    for (u32 i = 0; i < count; i++)
        discriminants[i] = words && i < values->values.count / 2
                               ? (i128)((u128)words[2 * i + 1] << 64 | words[2 * i])
                               : i;
    EnumLayout e;
    if (!enum_layout(&db->scratch, fields, count, discriminants, repr, &e)) {
        b->failed = true;
        return;
    }
    b->l = e.l;
    b->variants = e.variants;
    b->variant_count = count;
}

static void adt_layout(Db *db, Built *b, DefId def, Args args) {
    const AdtDef *adt = adt_def(db, def);
    Repr repr = repr_of(db, def);
    if (repr.simd) {
        simd_layout(db, b, adt, args, repr);
    } else if (adt->kind == DEF_ENUM) {
        enum_type(db, b, adt, args, repr);
    } else {
        FieldLayouts fields = variant_fields(db, b, adt, adt_variant(adt, 0), args);
        if (b->failed) return;
        if (adt->kind == DEF_UNION)
            union_layout(db, b, fields, repr);
        else
            struct_layout(db, b, adt, fields, repr, 0, false);
    }
}

// ---- the query ----------------------------------------------------------------------------------

// The values a pattern type allows, as one wrapping range: `1..`, or `..=-1 | 1..`.
static void pattern_type(Db *db, Built *b, const TyRow *row) {
    b->l = *layout_of(db, row->elem);
    Scalar *s = &b->l.a;
    u32 count;
    const Ty *ends = args_at(db, row->args, &count);
    u128 max = scalar_max(s), start = 0, end = max;
    u128 low = s->is_signed ? (max >> 1) + 1 : 0, high = s->is_signed ? max >> 1 : max;
    for (u32 i = 0; i + 1 < count; i += 2) {
        u128 ends_at[2] = {low, high};
        for (u32 k = 0; k < 2; k++) {
            Ty konst = ends[i + k];
            if (konst.id && ty_kind(db, konst) == TY_CONST_UNEVAL) {
                const Ty *value = query_get(db, Q_const_normalize, konst.id);
                if (value) konst = *value;
            }
            const TyRow *value = ty_row(db, konst);
            if (konst.id && value->kind == TY_CONST_VALUE)
                ends_at[k] = ((u128)value->hi_bits << 64 | value->lo_bits) & max;
        }
        // Two ranges around a hole: valid from the second's start round to the first's end.
        start = ends_at[0];
        if (i == 0) end = ends_at[1];
    }
    scalar_set_range(s, start, end);
    b->l.has_niche = false;
    layout_offer_niche(&b->l, s, 0, false);
    b->l.offsets = b->l.variants = (List){0};
    Univariant *u = SCRATCH_NEW(&db->scratch, Univariant);
    u->l = b->l;
    b->variants = u;
    b->variant_count = 1;
}

static void array_layout(Db *db, Built *b, const TyRow *row) {
    const Layout *elem = layout_of(db, row->elem);
    b->failed = elem->is_failed;
    Ty len = row->len;
    if (ty_kind(db, len) == TY_CONST_UNEVAL) {
        const Ty *value = query_get(db, Q_const_normalize, len.id);
        if (value) len = *value;
    }
    const TyRow *value = ty_row(db, len);
    if (value->kind != TY_CONST_VALUE) {
        b->failed = true;
        return;
    }
    u64 count = value->lo_bits;
    Layout *l = &b->l;
    if (elem->size && count > LAYOUT_BYTES_MAX / elem->size) {
        b->failed = true;
        return;
    }
    l->size = elem->size * count;
    l->align = elem->align;
    l->array_stride = elem->size;
    l->array_count = count;
    l->variants_kind = VARIANTS_SINGLE;
    if (count) {
        l->is_uninhabited = elem->is_uninhabited;
        l->has_niche = elem->has_niche;
        l->niche = elem->niche;
        l->niche_offset = elem->niche_offset;
    }
}

static void layout_run(Db *db, u32 key) {
    Ty ty = {key};
    const TyRow *row = ty_row(db, ty);
    Built b;
    memset(&b, 0, sizeof b);
    Scalar s;
    switch ((TyKind)row->kind) {
    case TY_BOOL:
        s = scalar_int(1, false);
        scalar_set_range(&s, 0, 1);
        set_scalar(&b, s);
        break;
    case TY_CHAR:
        s = scalar_int(4, false);
        scalar_set_range(&s, 0, 0x10ffff);
        set_scalar(&b, s);
        break;
    case TY_I8:
    case TY_I16:
    case TY_I32:
    case TY_I64:
    case TY_I128:
    case TY_ISIZE:
    case TY_U8:
    case TY_U16:
    case TY_U32:
    case TY_U64:
    case TY_U128:
    case TY_USIZE:
        set_scalar(&b,
                   scalar_int(ty_prim_bytes((TyKind)row->kind), ty_is_signed((TyKind)row->kind)));
        break;
    case TY_F16:
    case TY_F32:
    case TY_F64:
    case TY_F128:
        s = scalar_int(ty_prim_bytes((TyKind)row->kind), false);
        s.kind = SCALAR_FLOAT;
        set_scalar(&b, s);
        break;
    case TY_NEVER:
        b.l.align = 1;
        b.l.is_uninhabited = true;
        b.l.variants_kind = VARIANTS_EMPTY;
        break;
    case TY_REF: pointer(db, &b, row->elem, true); break;
    case TY_PTR: pointer(db, &b, row->elem, false); break;
    case TY_FN_PTR: set_scalar(&b, scalar_ptr(true)); break;
    case TY_FN_DEF: struct_like(db, &b, NULL, 0, STRUCT_ALWAYS_SIZED); break;
    case TY_TUPLE: {
        u32 count;
        const Ty *elems = ty_elems(db, ty, &count);
        struct_like(db, &b, elems, count, count ? STRUCT_MAYBE_UNSIZED : STRUCT_ALWAYS_SIZED);
        break;
    }
    case TY_CLOSURE: {
        u32 count;
        const Ty *upvars =
            args_at(db, normalize_concrete_args(db, closure_upvar_tys(db, ty)), &count);
        struct_like(db, &b, upvars, count, STRUCT_ALWAYS_SIZED);
        break;
    }
    case TY_ARRAY: array_layout(db, &b, row); break;
    case TY_SLICE:
    case TY_STR: {
        const Layout *elem =
            row->kind == TY_STR ? layout_of(db, TY_OF(U8)) : layout_of(db, row->elem);
        b.l.align = elem->align;
        b.l.is_unsized = true;
        b.l.array_stride = elem->size;
        break;
    }
    case TY_DYN:
    case TY_FOREIGN:
        b.l.align = 1;
        b.l.is_unsized = true;
        break;
    case TY_PAT: pattern_type(db, &b, row); break;
    case TY_ADT: adt_layout(db, &b, row->def, row->args); break;
    default: b.failed = true; break;
    }
    if (b.failed) {
        memset(&b, 0, sizeof b);
        b.l.align = 1;
        b.l.is_failed = true;
        b.l.is_uninhabited = true;
    }
    return_layout(db, &b);
}

static const Layout failed_layout = {.align = 1, .is_failed = true, .is_uninhabited = true};

const Layout *layout_of(Db *db, Ty ty) {
    const Layout *l = query_get(db, Q_layout, ty.id);
    return l ? l : &failed_layout; // a type that contains itself
}

bool layout_failed(Db *db, Ty ty) {
    return layout_of(db, ty)->is_failed;
}

u32 layout_field_count(Db *db, Ty ty, u32 variant) {
    const TyRow *row = ty_row(db, ty);
    u32 count = 0;
    switch ((TyKind)row->kind) {
    case TY_ADT: {
        const AdtDef *adt = adt_def(db, row->def);
        return variant < adt->variants.count ? adt_variant(adt, variant)->field_count : 0;
    }
    case TY_TUPLE: ty_elems(db, ty, &count); return count;
    case TY_CLOSURE: return args_count(db, closure_upvar_tys(db, ty));
    default: return 0;
    }
}

Ty layout_field_ty(Db *db, Ty ty, u32 variant, u32 field) {
    const TyRow *row = ty_row(db, ty);
    switch ((TyKind)row->kind) {
    case TY_ADT: {
        const AdtDef *adt = adt_def(db, row->def);
        Ty generic = adt_field(adt, adt_variant(adt, variant), field)->ty;
        return normalize_concrete(db, ty_subst(db, generic, row->args));
    }
    case TY_TUPLE: return ty_elems(db, ty, NULL)[field];
    case TY_CLOSURE: return normalize_concrete(db, args_get(db, closure_upvar_tys(db, ty), field));
    case TY_ARRAY:
    case TY_SLICE: return row->elem;
    case TY_STR: return TY_OF(U8);
    default: UNREACHABLE();
    }
}

Ty discriminant_ty(Db *db, Ty ty) {
    const TyRow *row = ty_row(db, ty);
    if (row->kind != TY_ADT || def_kind(db, row->def) != DEF_ENUM) return TY_OF(U8);
    u8 prim = def_attrs(db, row->def)->repr_int;
    return prim ? (Ty){TY_BOOL + prim - 1u} : TY_OF(ISIZE);
}

void layout_register(Db *db) {
    query_register(db, Q_layout, layout_run);
    abi_register(db);
    vtable_register(db);
    instance_register(db);
}
