// HIR types -> types: paths with their generic arguments, associated types by shorthand, constants.
#include "types/types_internal.h"

#include <stdarg.h>
#include <stdio.h>

// Deeper nesting of bounds that name each other (`T: Add<T::Output>`) is a cycle.
enum { LOWER_DEPTH_MAX = 100 };

#define TY_AT(blob, t, ty)       (&LIST_AT(blob, HirTyRow, (t)->tys)[(ty).id])
#define PATH_AT(blob, t, p)      (&LIST_AT(blob, HirPathRow, (t)->paths)[(p).id])
#define SEG_AT(blob, t, i)       (&LIST_AT(blob, HirSeg, (t)->segs)[i])
#define LISTED(blob, t, list, i) (LIST_AT(blob, u32, (t)->lists)[(list).first + (i)])

void types_error(Db *db, TyLower *lower, u32 lo, u32 hi, const char *code, const char *format,
                 ...) {
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    diag_error(db, (Span){SPAN_DEF | lower->owner.id, lo, hi > lo ? hi : lo + 1}, code, "%s", text);
}

static Str def_name(const Db *db, DefId def) {
    return symbol_str(&db->symbols, def_row(db, def)->name);
}

static Ty owner_param(Db *db, DefId owner, u32 own_index) {
    const Generics *g = generics_of(db, owner);
    u32 index = g->parent_count + own_index;
    if (index >= g->params.count) return TY_OF(ERROR);
    const GenericParam *p = &LIST_AT(g, GenericParam, g->params)[index];
    return p->is_const ? const_param(db, index, p->name, const_param_ty(db, owner, index))
                       : ty_param(db, index, p->name);
}

static Ty lower_projected(TyLower *lower, Ty projection) {
    return lower->projection ? lower->projection(lower->cx, projection) : projection;
}

// ---- constants
// -------------------------------------------------------------------------------------

static Ty literal_const(Db *db, const HirTyRow *row, Ty expected) {
    u64 lo = row->konst.lo_bits, hi = row->konst.hi_bits;
    if (row->negative) {
        u128 value = -((u128)hi << 64 | lo);
        lo = (u64)value, hi = (u64)(value >> 64);
    }
    if (row->konst.lit_is_bool) return const_value(db, TY_OF(BOOL), lo, 0);
    if (row->konst.lit_is_char) return const_value(db, TY_OF(CHAR), lo, 0);
    u32 bytes = ty_prim_bytes(ty_kind(db, expected));
    if (bytes == 0) { // not known to be an integer: keep what was written
        expected = TY_OF(USIZE);
        bytes = 8;
    }
    if (bytes < 16) hi = 0;
    if (bytes < 8) lo &= ((u64)1 << (bytes * 8)) - 1;
    return const_value(db, expected, lo, hi);
}

static Ty lower_const(TyLower *lower, const HirTables *t, const void *blob, HirTy ty, Ty expected) {
    Db *db = lower->db;
    const HirTyRow *row = TY_AT(blob, t, ty);
    HirSpan span = {row->lo, row->hi};
    switch ((HirTyKind)row->kind) {
    case HIR_TY_INFER:
        if (lower->infer) return lower->infer(lower->cx, true, expected, span);
        types_error(db, lower, row->lo, row->hi, "E0121",
                    "the placeholder `_` is not allowed within types on item signatures");
        return TY_OF(ERROR);
    case HIR_TY_PATH: {
        const HirPathRow *path = PATH_AT(blob, t, row->path);
        if (path->res.kind == RES_CONST_PARAM)
            return owner_param(db, path->res.def, path->res.index);
        if (path->res.kind == RES_DEF && def_kind(db, path->res.def) == DEF_CONST)
            return const_uneval(db, path->res.def, (Args){0});
        break;
    }
    case HIR_TY_CONST:
        switch ((HirConstKind)row->const_kind) {
        case HIR_CONST_PARAM:
            if (row->konst.res.kind == RES_CONST_PARAM)
                return owner_param(db, row->konst.res.def, row->konst.res.index);
            return TY_OF(ERROR);
        case HIR_CONST_LIT: return literal_const(db, row, expected);
        case HIR_CONST_ANON:
            return const_uneval(db, row->konst.def, generics_identity(db, row->konst.def));
        case HIR_CONST_INFER:
            if (lower->infer) return lower->infer(lower->cx, true, expected, span);
            types_error(db, lower, row->lo, row->hi, "E0121",
                        "the placeholder `_` is not allowed within types on item signatures");
            return TY_OF(ERROR);
        }
        break;
    case HIR_TY_ERR: return TY_OF(ERROR);
    default: break;
    }
    types_error(db, lower, row->lo, row->hi, "E0747", "type provided when a constant was expected");
    return TY_OF(ERROR);
}

// ---- generic arguments
// -----------------------------------------------------------------------------

static const char *kind_word(DefKind kind) {
    switch (kind) {
    case DEF_STRUCT: return "struct";
    case DEF_ENUM: return "enum";
    case DEF_UNION: return "union";
    case DEF_TRAIT: return "trait";
    case DEF_TRAIT_ALIAS: return "trait alias";
    case DEF_TY_ALIAS: return "type alias";
    case DEF_FN: return "function";
    case DEF_ASSOC_FN: return "method";
    case DEF_ASSOC_TY: return "associated type";
    case DEF_VARIANT: return "variant";
    default: return "item";
    }
}

static void report_arg_count(TyLower *lower, const HirSeg *seg, DefId def, u32 wanted, u32 given) {
    Db *db = lower->db;
    Str name = def_name(db, def);
    u32 hi = seg->lo + symbol_str(&db->symbols, seg->name).len;
    const char *word = kind_word(def_kind(db, def));
    if (given == 0)
        types_error(db, lower, seg->lo, hi, "E0107", "missing generics for %s `%.*s`", word,
                    STR_ARG(name));
    else
        types_error(db, lower, seg->lo, hi, "E0107",
                    "%s takes %u generic argument%s but %u generic argument%s supplied", word,
                    wanted, wanted == 1 ? "" : "s", given, given == 1 ? " was" : "s were");
}

// When an argument that has a default is a variable instead, its list not being written.
typedef enum DefaultRule {
    DEFAULT_ALWAYS, // bounds: `T: Add`
    DEFAULT_IF_ALL, // types: `let m: Config`; but `HashMap::new` has all three as variables
    DEFAULT_NEVER,  // value paths: `Add::add(a, b)`
} DefaultRule;

static Args path_args(TyLower *lower, const void *blob, const HirTables *t, u32 seg_at, DefId def,
                      Args parent_args, Ty self_ty, DefaultRule rule) {
    Db *db = lower->db;
    const HirSeg *seg = SEG_AT(blob, t, seg_at);
    const Generics *g = generics_of(db, def);
    const GenericParam *params = LIST_AT(g, GenericParam, g->params);
    u32 total = g->params.count;
    if (total == 0 && seg->args.count == 0) return (Args){0};
    u64 mark = scratch_mark(types_work(db));
    Ty *out = SCRATCH_ARRAY(types_work(db), Ty, total + 1);
    u32 at = 0;
    if (self_ty.id && def_has_self_param(db, def)) out[at++] = self_ty;
    u32 parent_count;
    const Ty *parent = args_at(db, parent_args, &parent_count);
    for (u32 i = at; i < parent_count && i < total; i++)
        out[at++] = parent[i];
    u32 first = at, given = seg->args.count, used = 0, wanted = 0, required = 0;
    for (u32 i = first; i < total; i++) {
        if (params[i].is_impl_trait) continue;
        wanted++;
        if (!params[i].has_default) required++;
    }
    HirSpan span = {seg->lo, seg->lo + symbol_str(&db->symbols, seg->name).len};
    bool all_vars = lower->infer && given == 0 &&
                    (rule == DEFAULT_NEVER || (rule == DEFAULT_IF_ALL && required));
    bool reported = false;
    for (u32 i = first; i < total; i++) {
        const GenericParam *p = &params[i];
        if (!p->is_impl_trait && used < given) {
            HirTy ty = {LISTED(blob, t, seg->args, used)};
            used++;
            out[i] = p->is_const ? lower_const(lower, t, blob, ty, const_param_ty(db, def, i))
                                 : lower_ty(lower, t, blob, ty);
            if (!p->is_const && ty_is_const(db, out[i])) {
                const HirTyRow *row = TY_AT(blob, t, ty);
                types_error(db, lower, row->lo, row->hi, "E0747",
                            "constant provided when a type was expected");
                out[i] = TY_OF(ERROR);
            }
            continue;
        }
        if (p->has_default && !all_vars) {
            Ty by_default = param_default(db, def, i);
            out[i] = ty_subst(db, by_default, args_intern(db, out, i));
            continue;
        }
        if (lower->infer && (given == 0 || p->is_impl_trait)) {
            out[i] = lower->infer(lower->cx, p->is_const,
                                  p->is_const ? const_param_ty(db, def, i) : (Ty){0}, span);
            continue;
        }
        if (!reported) report_arg_count(lower, seg, def, required, given);
        reported = true;
        out[i] = TY_OF(ERROR);
    }
    if (used < given && !reported) report_arg_count(lower, seg, def, wanted, given);
    Args args = args_intern(db, out, total);
    scratch_rewind(types_work(db), mark);
    return args;
}

Args lower_path_args(TyLower *lower, const void *blob, const HirTables *t, u32 seg, DefId def,
                     Args parent_args, Ty self_ty) {
    // `<Path as PartialEq>::eq` is a type's path up to `::eq`: its Rhs is the default.
    bool qualified =
        self_ty.id && def_has_self_param(lower->db, def) && ty_kind(lower->db, self_ty) != TY_INFER;
    return path_args(lower, blob, t, seg, def, parent_args, self_ty,
                     qualified ? DEFAULT_ALWAYS : DEFAULT_NEVER);
}

TraitRef lower_trait_ref(TyLower *lower, const void *blob, const HirTables *t, HirPath path,
                         Ty self_ty) {
    const HirPathRow *row = PATH_AT(blob, t, path);
    DefId trait = row->res.def;
    Args args = {0};
    if (row->segs.count)
        args = path_args(lower, blob, t, row->segs.first + row->segs.count - 1, trait, (Args){0},
                         self_ty, DEFAULT_ALWAYS);
    else
        args = args_intern(lower->db, &self_ty, 1);
    return (TraitRef){trait, args};
}

// ---- associated types
// ------------------------------------------------------------------------------

bool trait_has_assoc(Db *db, DefId trait, Symbol name, AssocKind kind) {
    u32 count;
    const DefId *supers = trait_supers(db, trait, &count);
    for (u32 i = 0; i < count; i++)
        if (def_kind(db, supers[i]) == DEF_TRAIT && assoc_item_named(db, supers[i], name, kind).id)
            return true;
    return false;
}

DefId trait_ref_find_assoc(Db *db, TraitRef tr, Symbol name, AssocKind kind, TraitRef *out) {
    if (def_kind(db, tr.trait) == DEF_TRAIT) {
        DefId own = assoc_item_named(db, tr.trait, name, kind);
        if (own.id) {
            *out = tr;
            return own;
        }
    }
    const Predicates *supers = super_trait_refs(db, tr.trait);
    for (u32 i = 0; supers && i < supers->own.count; i++) {
        TraitRef super = LIST_AT(supers, Predicate, supers->own)[i].trait_ref;
        if (!trait_has_assoc(db, super.trait, name, kind)) continue;
        super.args = args_subst(db, super.args, tr.args);
        DefId found = trait_ref_find_assoc(db, super, name, kind, out);
        if (found.id) return found;
    }
    return (DefId){0};
}

DefId hir_bound_trait(const void *blob, const HirTables *t, const HirBound *bound) {
    const HirPathRow *path = PATH_AT(blob, t, bound->trait);
    return path->res.kind == RES_DEF ? path->res.def : (DefId){0};
}

static bool is_trait_kind(Db *db, DefId def) {
    if (!def.id) return false;
    DefKind kind = def_kind(db, def);
    return kind == DEF_TRAIT || kind == DEF_TRAIT_ALIAS;
}

static Ty assoc_in_bounds(TyLower *lower, const HirItem *item, HirList bounds, Ty subject,
                          Symbol name, TraitRef *tr, DefId *assoc) {
    Db *db = lower->db;
    for (u32 i = 0; i < bounds.count; i++) {
        const HirBound *bound = &LIST_AT(item, HirBound, item->t.bounds)[bounds.first + i];
        DefId trait = hir_bound_trait(item, &item->t, bound);
        if (bound->is_maybe || !is_trait_kind(db, trait) ||
            !trait_has_assoc(db, trait, name, ASSOC_TY))
            continue;
        TyLower in = {.db = db, .owner = item->def, .depth = lower->depth};
        TraitRef ref = lower_trait_ref(&in, item, &item->t, bound->trait, subject);
        *assoc = trait_ref_find_assoc(db, ref, name, ASSOC_TY, tr);
        if (assoc->id) return subject;
    }
    return (Ty){0};
}

// Whether the HIR type is the parameter number `index` in terms of `owner`'s generics.
static bool hir_ty_is_param(Db *db, const HirItem *item, HirTy ty, u32 index, bool is_self) {
    const HirTyRow *row = TY_AT(item, &item->t, ty);
    if (row->kind != HIR_TY_PATH) return false;
    const HirPathRow *path = PATH_AT(item, &item->t, row->path);
    if (path->is_relative || path->qself.id) return false;
    if (path->res.kind == RES_SELF_TRAIT) return is_self;
    if (path->res.kind != RES_TY_PARAM || is_self) return false;
    return generics_of(db, path->res.def)->parent_count + path->res.index == index;
}

static DefId param_assoc(TyLower *lower, Ty param, Symbol name, TraitRef *tr) {
    Db *db = lower->db;
    u32 index = ty_row(db, param)->index;
    bool is_self = index == 0 && symbol_is(ty_row(db, param)->name, SYM_Self);
    DefId assoc = {0};
    for (DefId d = def_typeck_root(db, lower->owner); d.id; d = generics_parent(db, d)) {
        DefKind kind = def_kind(db, d);
        if (is_self && kind == DEF_TRAIT) {
            DefId own = assoc_item_named(db, d, name, ASSOC_TY);
            if (own.id) {
                *tr = (TraitRef){d, generics_identity(db, d)};
                return own;
            }
        }
        const HirItem *item = hir_item(db, d);
        if (!item) continue;
        if (is_self && (kind == DEF_TRAIT || kind == DEF_TRAIT_ALIAS))
            if (assoc_in_bounds(lower, item, item->bounds, param, name, tr, &assoc).id)
                return assoc;
        u32 parent_count = generics_of(db, d)->parent_count;
        for (u32 i = 0; i < item->wheres.count; i++) {
            const HirWhere *w = &LIST_AT(item, HirWhere, item->where_rows)[item->wheres.first + i];
            bool hit = w->bounded.id ? hir_ty_is_param(db, item, w->bounded, index, is_self)
                                     : !is_self && parent_count + w->param == index;
            if (hit && assoc_in_bounds(lower, item, w->bounds, param, name, tr, &assoc).id)
                return assoc;
        }
    }
    return assoc;
}

Ty lower_param_assoc(TyLower *lower, Ty param, Symbol name, DefId *assoc) {
    TraitRef tr = {0};
    if (lower->depth > LOWER_DEPTH_MAX) return TY_OF(ERROR);
    lower->depth++;
    *assoc = param_assoc(lower, param, name, &tr);
    lower->depth--;
    return assoc->id ? ty_projection(lower->db, *assoc, tr.args) : (Ty){0};
}

// `Base::Name` in type position.
static Ty lower_relative(TyLower *lower, const HirTables *t, const void *blob,
                         const HirPathRow *path) {
    Db *db = lower->db;
    u32 seg_at = path->segs.first + path->segs.count - 1;
    const HirSeg *seg = SEG_AT(blob, t, seg_at);
    HirSpan span = {path->lo, path->hi};
    Ty self_ty = lower_ty(lower, t, blob, path->qself);
    TraitRef tr = {0};
    DefId assoc = {0};
    TyKind kind = ty_kind(db, self_ty);
    if (kind == TY_ERROR) return self_ty;
    if (lower->depth > LOWER_DEPTH_MAX) {
        types_error(db, lower, path->lo, path->hi, "E0391",
                    "cycle detected when computing the bounds of a type parameter");
        return TY_OF(ERROR);
    }
    lower->depth++;
    const HirTyRow *qself = TY_AT(blob, t, path->qself);
    if (qself->kind == HIR_TY_PATH) { // Self::Name in an impl of a trait: the trait's first, also
                                      // when Self is a parameter
        const HirPathRow *base = PATH_AT(blob, t, qself->path);
        if (!base->is_relative && base->res.kind == RES_SELF_IMPL &&
            def_kind(db, base->res.def) == DEF_IMPL) {
            const ImplHeader *h = impl_header(db, base->res.def);
            if (h && h->trait_ref.trait.id)
                assoc = trait_ref_find_assoc(db, h->trait_ref, seg->name, ASSOC_TY, &tr);
        }
    }
    if (!assoc.id && kind == TY_PARAM) assoc = param_assoc(lower, self_ty, seg->name, &tr);
    lower->depth--;
    if (assoc.id) {
        Args args = path_args(lower, blob, t, seg_at, assoc, tr.args, (Ty){0}, DEFAULT_ALWAYS);
        return lower_projected(lower, ty_projection(db, assoc, args));
    }
    if (lower->relative) return lower->relative(lower->cx, self_ty, seg->name, span);
    u64 mark = scratch_mark(types_work(db));
    Str name = symbol_str(&db->symbols, seg->name);
    if (kind == TY_PARAM)
        types_error(db, lower, path->lo, path->hi, "E0220",
                    "associated type `%.*s` not found for `%.*s`", STR_ARG(name),
                    STR_ARG(symbol_str(&db->symbols, ty_row(db, self_ty)->name)));
    else
        types_error(db, lower, path->lo, path->hi, "E0223", "ambiguous associated type");
    scratch_rewind(types_work(db), mark);
    return TY_OF(ERROR);
}

// ---- bounds
// ------------------------------------------------------------------------------------------

void lower_bound(TyLower *lower, const void *blob, const HirTables *t, const HirBound *bound,
                 Ty subject, bool refs_only, Scratch *scratch, PredicateVec *out) {
    Db *db = lower->db;
    if (bound->is_maybe) return;
    DefId trait = hir_bound_trait(blob, t, bound);
    if (!is_trait_kind(db, trait)) return; // reported by name resolution
    LangItem lang = lang_item_of(db, trait);
    if (lang == LANG_pointee_sized || lang == LANG_meta_sized) return; // hold for every type
    TraitRef tr = lower_trait_ref(lower, blob, t, bound->trait, subject);
    if (def_kind(db, trait) == DEF_TRAIT_ALIAS) {
        const Predicates *alias =
            refs_only ? super_trait_refs(db, trait) : super_predicates_of(db, trait);
        for (u32 i = 0; alias && i < alias->own.count; i++) {
            Predicate p = predicate_subst(db, LIST_AT(alias, Predicate, alias->own)[i], tr.args);
            vec_push(scratch, out, p);
        }
        return;
    }
    Predicate p = {.kind = PRED_TRAIT, .trait_ref = tr};
    vec_push(scratch, out, p);
    if (refs_only) return;
    const HirPathRow *path = PATH_AT(blob, t, bound->trait);
    if (!path->segs.count) return;
    const HirSeg *seg = SEG_AT(blob, t, path->segs.first + path->segs.count - 1);
    for (u32 i = 0; i < seg->assoc_args.count; i++) {
        const HirAssocArg *arg =
            &LIST_AT(blob, HirAssocArg, t->assoc_args)[seg->assoc_args.first + i];
        TraitRef in;
        DefId assoc = trait_ref_find_assoc(db, tr, arg->name, ASSOC_TY, &in);
        if (!assoc.id) {
            if (trait_has_assoc(db, trait, arg->name, ASSOC_CONST)) continue; // `N = 3`
            Str name = symbol_str(&db->symbols, arg->name);
            types_error(db, lower, path->lo, path->hi, "E0220",
                        "associated type `%.*s` not found for `%.*s`", STR_ARG(name),
                        STR_ARG(def_name(db, trait)));
            continue;
        }
        u64 mark = scratch_mark(types_work(db));
        Ty *own = SCRATCH_ARRAY(types_work(db), Ty, arg->args.count + 1);
        for (u32 k = 0; k < arg->args.count; k++)
            own[k] = lower_ty(lower, t, blob, (HirTy){LISTED(blob, t, arg->args, k)});
        Args args = args_concat(db, in.args, args_intern(db, own, arg->args.count));
        scratch_rewind(types_work(db), mark);
        Ty projection = ty_projection(db, assoc, args);
        if (arg->ty.id) {
            Predicate eq = {.kind = PRED_PROJECTION,
                            .projection = projection,
                            .ty = lower_ty(lower, t, blob, arg->ty)};
            vec_push(scratch, out, eq);
        }
        for (u32 k = 0; k < arg->bounds.count; k++)
            lower_bound(lower, blob, t, &LIST_AT(blob, HirBound, t->bounds)[arg->bounds.first + k],
                        projection, false, scratch, out);
    }
}

// A stand-in for the hidden Self of `dyn` while its bounds are lowered.
enum { DYN_SELF = 0xfffffff0u };

static bool args_strip_self(Db *db, Args args, Args *out) {
    u32 count = args_count(db, args);
    if (!count) return false;
    *out = args_slice(db, args, 1, count - 1);
    return true;
}

typedef VEC(ExProjection) ExProjectionVec;

// Projection bounds that supertraits of the principal bring (`trait Words: Iterator<Item = u32>`).
static void dyn_super_projections(Db *db, TraitRef tr, Ty self, ExProjectionVec *out, u32 depth) {
    const Predicates *supers = super_predicates_of(db, tr.trait);
    for (u32 i = 0; supers && depth < 32 && i < supers->own.count; i++) {
        Predicate p = predicate_subst(db, LIST_AT(supers, Predicate, supers->own)[i], tr.args);
        if (p.kind == PRED_TRAIT) {
            if (ty_eq(args_get(db, p.trait_ref.args, 0), self))
                dyn_super_projections(db, p.trait_ref, self, out, depth + 1);
            continue;
        }
        const TyRow *row = ty_row(db, p.projection);
        if (!ty_eq(args_get(db, row->args, 0), self)) continue;
        ExProjection e = {.assoc = row->def, .ty = p.ty};
        args_strip_self(db, row->args, &e.args);
        bool known = false;
        for (u32 k = 0; k < out->count; k++)
            known |= out->at[k].assoc.id == e.assoc.id && args_eq(out->at[k].args, e.args);
        if (!known) vec_push(types_work(db), out, e);
    }
}

// Whether `where Self: Sized` takes the item away from trait objects.
static bool wants_sized_self(Db *db, DefId assoc) {
    const Predicates *preds = predicates_of(db, assoc);
    for (u32 i = 0; i < preds->own.count; i++) {
        const Predicate *p = &LIST_AT(preds, Predicate, preds->own)[i];
        if (p->kind == PRED_TRAIT && lang_item_of(db, p->trait_ref.trait) == LANG_sized &&
            ty_eq(args_get(db, p->trait_ref.args, 0), ty_param(db, 0, SYM_OF(Self))))
            return true;
    }
    return false;
}

// A trait object says what each associated type of its traits is.
static void check_dyn_types(TyLower *lower, DefId trait, const ExProjection *projections, u32 count,
                            u32 lo, u32 hi) {
    Db *db = lower->db;
    u32 trait_count;
    const DefId *traits = trait_supers(db, trait, &trait_count);
    for (u32 i = 0; i < trait_count; i++) {
        u32 item_count;
        const AssocItem *items = def_assoc_items(db, traits[i], &item_count);
        for (u32 k = 0; k < item_count; k++) {
            if (items[k].kind != ASSOC_TY) continue;
            const Generics *g = generics_of(db, items[k].def);
            bool said = g->params.count != g->parent_count || wants_sized_self(db, items[k].def);
            for (u32 p = 0; p < count && !said; p++)
                said = def_eq(projections[p].assoc, items[k].def);
            if (said) continue;
            Str name = symbol_str(&db->symbols, items[k].name), of = def_name(db, traits[i]);
            types_error(db, lower, lo, hi, "E0191",
                        "the value of the associated type `%.*s` in `%.*s` must be specified",
                        STR_ARG(name), STR_ARG(of));
        }
    }
}

static Ty lower_dyn(TyLower *lower, const HirTables *t, const void *blob, const HirBound *bounds,
                    u32 count, u32 lo, u32 hi) {
    Db *db = lower->db;
    u64 mark = scratch_mark(types_work(db));
    Ty self = ty_infer(db, TY_PLACEHOLDER, DYN_SELF, (Ty){0});
    Existential e = {0};
    TraitRef principal = {0};
    ExProjectionVec projections = {0};
    VEC(DefId) autos = {0};
    for (u32 i = 0; i < count; i++) {
        DefId trait = hir_bound_trait(blob, t, &bounds[i]);
        if (bounds[i].is_maybe || !is_trait_kind(db, trait)) continue;
        if (trait_is_auto(db, trait)) {
            vec_push(types_work(db), &autos, trait);
            continue;
        }
        PredicateVec preds = {0};
        lower_bound(lower, blob, t, &bounds[i], self, false, types_work(db), &preds);
        for (u32 k = 0; k < preds.count; k++) {
            const Predicate *p = &preds.at[k];
            if (p->kind == PRED_TRAIT) {
                if (!ty_eq(args_get(db, p->trait_ref.args, 0), self)) continue;
                if (lang_item_of(db, p->trait_ref.trait) == LANG_sized) continue;
                if (trait_is_auto(db, p->trait_ref.trait)) {
                    vec_push(types_work(db), &autos, p->trait_ref.trait);
                } else if (!e.principal.id) {
                    principal = p->trait_ref;
                    e.principal = p->trait_ref.trait;
                    args_strip_self(db, p->trait_ref.args, &e.args);
                } else if (e.principal.id != p->trait_ref.trait.id) {
                    types_error(
                        db, lower, lo, hi, "E0225",
                        "only auto traits can be used as additional traits in a trait object");
                }
            } else {
                const TyRow *row = ty_row(db, p->projection);
                ExProjection x = {.assoc = row->def, .ty = p->ty};
                args_strip_self(db, row->args, &x.args);
                vec_push(types_work(db), &projections, x);
            }
        }
    }
    if (principal.trait.id) dyn_super_projections(db, principal, self, &projections, 0);
    if (principal.trait.id && def_is_local(db, lower->owner))
        check_dyn_types(lower, principal.trait, projections.at, projections.count, lo, hi);
    e.projection_count = projections.count;
    e.auto_count = autos.count;
    Ty ty = ty_dyn(db, &e, projections.at, autos.at);
    if (!e.principal.id && !autos.count) ty = TY_OF(ERROR);
    scratch_rewind(types_work(db), mark);
    return ty;
}

// ---- types
// -------------------------------------------------------------------------------------------

static const char *const prim_names[] = {
#define X(name, text) #text,
    PRIM_TYPES(X)
#undef X
};

static Ty lower_path(TyLower *lower, const HirTables *t, const void *blob, HirTy at, HirPath id) {
    Db *db = lower->db;
    const HirPathRow *path = PATH_AT(blob, t, id);
    const HirTyRow *row = TY_AT(blob, t, at);
    DefaultRule rule = lower->value_path ? DEFAULT_NEVER : DEFAULT_IF_ALL;
    lower->value_path = false;
    if (path->is_relative) return lower_relative(lower, t, blob, path);
    u32 last = path->segs.first + path->segs.count - 1;
    switch ((ResKind)path->res.kind) {
    case RES_NONE:
    case RES_ERR: return TY_OF(ERROR);
    case RES_PRIM: return (Ty){TY_BOOL + path->res.index};
    case RES_TY_PARAM:
    case RES_CONST_PARAM: return owner_param(db, path->res.def, path->res.index);
    case RES_SELF_TRAIT: return ty_param(db, 0, SYM_OF(Self));
    case RES_SELF_IMPL: return type_of(db, path->res.def);
    case RES_DEF: {
        DefId def = path->res.def;
        DefKind kind = def_kind(db, def);
        switch (kind) {
        case DEF_STRUCT:
        case DEF_ENUM:
        case DEF_UNION:
            return ty_adt(db, def, path_args(lower, blob, t, last, def, (Args){0}, (Ty){0}, rule));
        case DEF_FOREIGN_TY: return ty_foreign(db, def);
        case DEF_TY_ALIAS: {
            Args args = path_args(lower, blob, t, last, def, (Args){0}, (Ty){0}, rule);
            Ty aliased = ty_subst(db, type_of(db, def), args);
            if (lower->projection && (ty_flags(db, aliased) & TY_HAS_PROJECTION))
                return lower->projection(lower->cx, aliased);
            return aliased;
        }
        case DEF_ASSOC_TY: {
            if (!path->qself.id) {
                types_error(db, lower, path->lo, path->hi, "E0223", "ambiguous associated type");
                return TY_OF(ERROR);
            }
            Ty self_ty = lower_ty(lower, t, blob, path->qself);
            DefId trait = def_row(db, def)->parent;
            Args trait_args;
            if (path->segs.count >= 2)
                trait_args =
                    path_args(lower, blob, t, last - 1, trait, (Args){0}, self_ty, DEFAULT_ALWAYS);
            else
                trait_args = args_intern(db, &self_ty, 1);
            Args args = path_args(lower, blob, t, last, def, trait_args, (Ty){0}, DEFAULT_ALWAYS);
            return lower_projected(lower, ty_projection(db, def, args));
        }
        case DEF_TRAIT:
        case DEF_TRAIT_ALIAS: { // a trait object without `dyn`, as editions before 2021 allow
            HirBound bound = {.trait = id};
            if (crate_row(db, def_crate(db, lower->owner))->edition >= 2021) {
                types_error(db, lower, path->lo, path->hi, "E0782",
                            "expected a type, found a trait");
                return TY_OF(ERROR);
            }
            return lower_dyn(lower, t, blob, &bound, 1, row->lo, row->hi);
        }
        // A module never hides the primitive type of its name (`use core::str; fn f(s: &str)`).
        case DEF_MOD:
            for (u32 i = 0; i < PRIM_COUNT && path->segs.count == 1; i++)
                if (str_eq(def_name(db, def), str_from(prim_names[i]))) return (Ty){TY_BOOL + i};
            break;
        default: break;
        }
        Str name = def_name(db, def);
        types_error(db, lower, path->lo, path->hi, "E0573", "expected type, found %s `%.*s`",
                    kind_word(kind), STR_ARG(name));
        return TY_OF(ERROR);
    }
    case RES_CTOR:
    case RES_LOCAL:
    case RES_SELF_CTOR: break;
    }
    types_error(db, lower, path->lo, path->hi, "E0573", "expected type, found a value");
    return TY_OF(ERROR);
}

// `u32::MAX` as an anonymous constant: the only end std excludes that is not a literal.
static bool anon_is_max(TyLower *lower, DefId anon, Ty base) {
    Db *db = lower->db;
    const HirBody *body = hir_body(db, anon);
    if (!body || !body->value.id) return false;
    const HirExprRow *expr = hir_expr(body, body->value);
    if (expr->kind != HIR_PATH) return false;
    const HirPathRow *path = hir_path(body, expr->path);
    if (!path->is_relative || path->segs.count != 1) return false;
    if (!str_eq(symbol_str(&db->symbols, HIR_AT(body, HirSeg, segs, path->segs.first)->name),
                STR("MAX")))
        return false;
    const HirTyRow *of = hir_ty(body, path->qself);
    if (of->kind != HIR_TY_PATH) return false;
    const HirPathRow *prim = hir_path(body, of->path);
    return prim->res.kind == RES_PRIM && TY_BOOL + prim->res.index == base.id;
}

// The bound of a pattern type's range, a HIR_TY_CONST; 0 (open) gives `open`.
static Ty pat_range_end(TyLower *lower, const HirTables *t, const void *blob, u32 at, Ty base,
                        u128 open) {
    Db *db = lower->db;
    u32 bytes = max_u32(ty_prim_bytes(ty_kind(db, base)), 1);
    bool exclusive = at & HIR_PAT_EXCLUSIVE;
    u128 value = open;
    if (at) {
        HirTy id = {at & ~HIR_PAT_EXCLUSIVE};
        Ty end = lower_const(lower, t, blob, id, base);
        const TyRow *row = ty_row(db, end);
        if (row->kind != TY_CONST_VALUE) {
            if (!exclusive) return end;
            if (row->kind == TY_CONST_UNEVAL && anon_is_max(lower, row->def, base)) {
                u128 max =
                    ty_is_signed(ty_kind(db, base)) ? ((u128)1 << (bytes * 8 - 1)) - 1 : ~(u128)0;
                if (bytes < 16) max &= ((u128)1 << (bytes * 8)) - 1;
                return const_value(db, base, (u64)(max - 1), (u64)((max - 1) >> 64));
            }
            types_error(
                db, lower, TY_AT(blob, t, id)->lo, TY_AT(blob, t, id)->hi, "",
                "an exclusive end of a pattern type other than a literal is not supported yet");
            return TY_OF(ERROR);
        }
        value = ((u128)row->hi_bits << 64 | row->lo_bits) - exclusive;
    }
    if (bytes < 16) value &= ((u128)1 << (bytes * 8)) - 1;
    return const_value(db, base, (u64)value, (u64)(value >> 64));
}

static Ty lower_pat(TyLower *lower, const HirTables *t, const void *blob, const HirTyRow *row) {
    Db *db = lower->db;
    Ty base = lower_ty(lower, t, blob, row->pat.base);
    TyKind kind = ty_kind(db, base);
    if (kind == TY_PTR || !row->pat.ranges.count) { // `*const T is !null`
        Ty ends[2] = {const_usize(db, 1), const_usize(db, UINT64_MAX)};
        return ty_pat(db, base, ends, 2);
    }
    u32 bits = max_u32(ty_prim_bytes(kind), 1) * 8;
    u128 all = bits < 128 ? ((u128)1 << bits) - 1 : ~(u128)0;
    u128 min = ty_is_signed(kind) ? (u128)1 << (bits - 1) : 0;
    u128 max = kind == TY_CHAR ? 0x10ffff : ty_is_signed(kind) ? all >> 1 : all;
    u64 mark = scratch_mark(types_work(db));
    u32 count = row->pat.ranges.count / 2 * 2;
    Ty *ends = SCRATCH_ARRAY(types_work(db), Ty, count + 1);
    for (u32 i = 0; i < count; i++)
        ends[i] = pat_range_end(lower, t, blob, LISTED(blob, t, row->pat.ranges, i), base,
                                i % 2 ? max : min);
    Ty ty = ty_pat(db, base, ends, count);
    scratch_rewind(types_work(db), mark);
    return ty;
}

Ty lower_ty(TyLower *lower, const HirTables *t, const void *blob, HirTy ty) {
    Db *db = lower->db;
    if (!ty.id) return ty_unit(db);
    const HirTyRow *row = TY_AT(blob, t, ty);
    switch ((HirTyKind)row->kind) {
    case HIR_TY_ERR: return TY_OF(ERROR);
    case HIR_TY_INFER:
        if (lower->infer)
            return lower->infer(lower->cx, false, (Ty){0}, (HirSpan){row->lo, row->hi});
        types_error(db, lower, row->lo, row->hi, "E0121",
                    "the placeholder `_` is not allowed within types on item signatures");
        return TY_OF(ERROR);
    case HIR_TY_NEVER: return TY_OF(NEVER);
    case HIR_TY_PATH: return lower_path(lower, t, blob, ty, row->path);
    case HIR_TY_TUPLE: {
        u64 mark = scratch_mark(types_work(db));
        Ty *elems = SCRATCH_ARRAY(types_work(db), Ty, row->elems.count + 1);
        for (u32 i = 0; i < row->elems.count; i++)
            elems[i] = lower_ty(lower, t, blob, (HirTy){LISTED(blob, t, row->elems, i)});
        Ty tuple = ty_tuple(db, elems, row->elems.count);
        scratch_rewind(types_work(db), mark);
        return tuple;
    }
    case HIR_TY_SLICE: return ty_slice(db, lower_ty(lower, t, blob, row->elem));
    case HIR_TY_ARRAY: {
        Ty elem = lower_ty(lower, t, blob, row->elem);
        return ty_array(db, elem, lower_const(lower, t, blob, row->len, TY_OF(USIZE)));
    }
    case HIR_TY_REF: return ty_ref(db, lower_ty(lower, t, blob, row->elem), row->is_mut);
    case HIR_TY_PTR: return ty_ptr(db, lower_ty(lower, t, blob, row->elem), row->is_mut);
    case HIR_TY_FN_PTR: {
        u64 mark = scratch_mark(types_work(db));
        u32 count = row->fn_ptr.inputs.count;
        Ty *tys = SCRATCH_ARRAY(types_work(db), Ty, count + 1);
        for (u32 i = 0; i < count; i++)
            tys[i] = lower_ty(lower, t, blob, (HirTy){LISTED(blob, t, row->fn_ptr.inputs, i)});
        tys[count] =
            row->fn_ptr.output.id ? lower_ty(lower, t, blob, row->fn_ptr.output) : ty_unit(db);
        Ty ptr = ty_fn_ptr(db, (FnPtrSig){.tys = args_intern(db, tys, count + 1),
                                          .abi = row->abi,
                                          .is_unsafe = row->is_unsafe,
                                          .is_variadic = row->is_variadic});
        scratch_rewind(types_work(db), mark);
        return ptr;
    }
    case HIR_TY_DYN:
        return lower_dyn(lower, t, blob, &LIST_AT(blob, HirBound, t->bounds)[row->dyn.bounds.first],
                         row->dyn.bounds.count, row->lo, row->hi);
    case HIR_TY_OPAQUE:
        return ty_opaque(db, row->opaque.def, generics_identity(db, row->opaque.def));
    case HIR_TY_IMPL_PARAM:
        return owner_param(db, def_typeck_root(db, lower->owner), row->opaque.index);
    case HIR_TY_PAT: return lower_pat(lower, t, blob, row);
    case HIR_TY_CONST: return lower_const(lower, t, blob, ty, TY_OF(USIZE));
    }
    UNREACHABLE();
}
