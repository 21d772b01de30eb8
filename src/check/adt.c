// Structs, enums and unions.
#include "check/check_internal.h"

// ---- names and parameters -----------------------------------------------------------------------

static void check_fields(Db *db, DefId def, const HirItem *item) {
    for (u32 i = 1; i < item->variant_rows.count; i++) {
        const HirVariant *v = &LIST_AT(item, HirVariant, item->variant_rows)[i];
        if (v->ctor != CTOR_RECORD) continue;
        const HirFieldDef *fields = &LIST_AT(item, HirFieldDef, item->field_rows)[v->fields.first];
        for (u32 k = 0; k < v->fields.count; k++) {
            for (u32 before = 0; before < k; before++) {
                if (fields[before].name.id != fields[k].name.id) continue;
                Str name = symbol_str(&db->symbols, fields[k].name);
                Span span = check_ty_span(db, def, item, fields[k].ty);
                diag_error(db, span, "E0124", "field `%.*s` is already declared", STR_ARG(name));
                break;
            }
        }
    }
}

typedef struct ParamUse {
    bool *used;
    u32 count;
} ParamUse;

static Ty note_param(void *cx, Db *db, Ty ty) {
    ParamUse *use = cx;
    const TyRow *row = ty_row(db, ty);
    if (row->kind == TY_PARAM && row->index < use->count) use->used[row->index] = true;
    return ty;
}

static void check_params_used(Db *db, DefId def, const AdtDef *adt) {
    const Generics *g = generics_of(db, def);
    if (!g->params.count || lang_item_of(db, def) == LANG_phantom_data) return;
    ParamUse use = {SCRATCH_ARRAY(&db->scratch, bool, g->params.count), g->params.count};
    for (u32 i = 0; i < adt->fields.count; i++) {
        Ty ty = LIST_AT(adt, AdtField, adt->fields)[i].ty;
        if (ty_flags(db, ty) & TY_HAS_ERROR) return;
        (void)ty_fold(db, ty, note_param, &use, TY_HAS_PARAM);
    }
    for (u32 i = 0; i < g->params.count; i++) {
        const GenericParam *p = &LIST_AT(g, GenericParam, g->params)[i];
        if (p->is_const || use.used[i]) continue;
        Str name = symbol_str(&db->symbols, p->name);
        Span span = def_word_span(db, def, p->name);
        diag_error(db, span, "E0392", "type parameter `%.*s` is never used", STR_ARG(name));
        diag_label(db, span, "unused type parameter");
    }
}

// ---- discriminants ------------------------------------------------------------------------------

static bool has_explicit(const AdtDef *adt) {
    for (u32 i = 0; i < adt->variants.count; i++)
        if (adt_variant(adt, i)->has_explicit_discr) return true;
    return false;
}

static void check_discriminants(Db *db, DefId def, const AdtDef *adt) {
    u32 count = adt->variants.count;
    const DefAttrs *attrs = def_attrs(db, def);
    if (!count && attrs->repr_int) {
        diag_error(db, def_span(db, def), "E0084",
                   "unsupported representation for zero-variant enum");
        return;
    }
    if (!has_explicit(adt)) return; // 0, 1, ... then
    for (u32 i = 0; i < count && !attrs->repr_int; i++) {
        if (adt_variant(adt, i)->ctor == CTOR_UNIT) continue;
        diag_error(db, def_span(db, def), "E0732",
                   "`#[repr(inttype)]` must be specified for enums with explicit discriminants and "
                   "non-unit variants");
        break;
    }
    u32 bits =
        8 * ty_prim_bytes((TyKind)(attrs->repr_int ? TY_BOOL + attrs->repr_int - 1 : TY_ISIZE));
    bool is_signed = !attrs->repr_int || ty_is_signed((TyKind)(TY_BOOL + attrs->repr_int - 1));
    i128 max = (i128)(~(u128)0 >> (128 - bits + is_signed));
    i128 *values = SCRATCH_ARRAY(&db->scratch, i128, count + 1);
    for (u32 i = 0; i < count; i++) {
        values[i] = discriminant_value(db, def, i);
        const AdtVariant *v = adt_variant(adt, i);
        if (i && !v->has_explicit_discr && values[i - 1] == max) {
            diag_error(db, def_word_span(db, def, v->name), "E0370",
                       "enum discriminant overflowed");
            return;
        }
        for (u32 k = 0; k < i; k++) {
            if (values[k] != values[i]) continue;
            diag_error(db, def_span(db, def), "E0081",
                       "discriminant value `%lld` assigned more than once", (long long)values[i]);
            diag_label(db, def_word_span(db, def, v->name), "`%lld` assigned here",
                       (long long)values[i]);
            return;
        }
    }
}

// ---- size ---------------------------------------------------------------------------------------

// A type that holds itself by value has no size: the walk goes down the fields, with the types
// they have there, until it meets the definition again.
typedef struct Walk {
    Db *db;
    DefId root;
    DefId first; // of the types on the way to the root, the one that is declared first
    VEC(u32) seen;
} Walk;
enum { WALK_DEPTH_MAX = 200, WALK_TYPES_MAX = 2000 };

static bool holds_root(Walk *w, Ty ty, u32 depth) {
    Db *db = w->db;
    const TyRow *row = ty_row(db, ty);
    if (!(row->flags & TY_HAS_LOCAL) || depth > WALK_DEPTH_MAX) return false;
    if (row->kind == TY_ARRAY) return holds_root(w, row->elem, depth + 1);
    if (row->kind == TY_TUPLE) {
        u32 count;
        const Ty *elems = ty_elems(db, ty, &count);
        for (u32 i = 0; i < count; i++)
            if (holds_root(w, elems[i], depth + 1)) return true;
        return false;
    }
    if (row->kind != TY_ADT) return false;
    if (def_eq(row->def, w->root)) return true;
    for (u32 i = 0; i < w->seen.count; i++)
        if (w->seen.at[i] == ty.id) return false;
    if (w->seen.count >= WALK_TYPES_MAX) return false;
    vec_push(&db->scratch, &w->seen, ty.id);
    const AdtDef *adt = adt_def(db, row->def);
    for (u32 i = 0; i < adt->fields.count; i++) {
        Ty field = LIST_AT(adt, AdtField, adt->fields)[i].ty;
        if (!holds_root(w, ty_subst(db, field, row->args), depth + 1)) continue;
        if (def_is_local(db, row->def) && check_stands_before(db, row->def, w->first))
            w->first = row->def;
        return true;
    }
    return false;
}

static void check_size(Db *db, DefId def, const AdtDef *adt) {
    Walk walk = {.db = db, .root = def, .first = def};
    for (u32 i = 0; i < adt->fields.count; i++) {
        if (!holds_root(&walk, LIST_AT(adt, AdtField, adt->fields)[i].ty, 0)) continue;
        if (!def_eq(walk.first, def)) return; // told there
        Str name = check_name(db, def);
        diag_error(db, def_span(db, def), "E0072", "recursive type `%.*s` has infinite size",
                   STR_ARG(name));
        diag_help(db, "insert some indirection (e.g., a `Box`, `Rc`, or `&`) to break the cycle");
        return;
    }
}

// ---- fields -------------------------------------------------------------------------------------

// All but a struct's last field must be sized.
static void check_sized(Db *db, DefId def, const HirItem *item, const AdtDef *adt) {
    for (u32 v = 0; v < adt->variants.count; v++) {
        const AdtVariant *variant = adt_variant(adt, v);
        u32 count = variant->field_count - (adt->kind == DEF_STRUCT && variant->field_count);
        for (u32 i = 0; i < count; i++) {
            Ty ty = adt_field(adt, variant, i)->ty;
            if (type_is_plainly_sized(db, ty) || check_holds(db, def, LANG_sized, ty)) continue;
            const HirVariant *row = &LIST_AT(item, HirVariant, item->variant_rows)[v + 1];
            HirTy written = LIST_AT(item, HirFieldDef, item->field_rows)[row->fields.first + i].ty;
            Str text = ty_print(db, ty, &db->scratch);
            diag_error(db, check_ty_span(db, def, item, written), "E0277",
                       "the size for values of type `%.*s` cannot be known at compilation time",
                       STR_ARG(text));
            diag_label(db, check_ty_span(db, def, item, written),
                       "doesn't have a size known at compile-time");
        }
    }
}

static bool fits_in_union(Db *db, DefId def, Ty ty) {
    const TyRow *row = ty_row(db, ty);
    if (row->kind == TY_REF || row->kind == TY_ERROR) return true;
    if (row->kind == TY_ADT && lang_item_of(db, row->def) == LANG_manually_drop) return true;
    if (row->kind == TY_ARRAY) return fits_in_union(db, def, row->elem);
    if (row->kind == TY_TUPLE) {
        u32 count;
        const Ty *elems = ty_elems(db, ty, &count);
        for (u32 i = 0; i < count; i++)
            if (!fits_in_union(db, def, elems[i])) return false;
        return true;
    }
    return check_holds(db, def, LANG_copy, ty);
}

static void check_union(Db *db, DefId def, const HirItem *item, const AdtDef *adt) {
    for (u32 i = 0; i < adt->fields.count; i++) {
        if (fits_in_union(db, def, LIST_AT(adt, AdtField, adt->fields)[i].ty)) continue;
        const HirVariant *row = &LIST_AT(item, HirVariant, item->variant_rows)[1];
        HirTy written = LIST_AT(item, HirFieldDef, item->field_rows)[row->fields.first + i].ty;
        diag_error(db, check_ty_span(db, def, item, written), "E0740",
                   "field must implement `Copy` or be wrapped in `ManuallyDrop<...>` to be used in "
                   "a union");
    }
}

void check_adt(Db *db, DefId def) {
    const HirItem *item = hir_item(db, def);
    if (!item) return;
    const AdtDef *adt = adt_def(db, def);
    check_fields(db, def, item);
    check_params_used(db, def, adt);
    check_size(db, def, adt);
    check_sized(db, def, item, adt);
    if (adt->kind == DEF_UNION) check_union(db, def, item, adt);
    if (adt->kind == DEF_ENUM) check_discriminants(db, def, adt);
}
