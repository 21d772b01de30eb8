// The interner of types: constructors, argument lists, existentials, flags.
#include "types/types_internal.h"

#include <stdlib.h>

struct TyStore *ty_store_new(void) {
    TyStore *store = calloc(1, sizeof *store);
    CHECK(store);
    interner_init_rows(&store->tys, sizeof(TyRow));
    interner_init(&store->args);
    interner_init(&store->existentials);
    interner_init(&store->keys);
    scratch_init(&store->work);
    store->subst = calloc(SUBST_SLOTS, sizeof(SubstSlot));
    CHECK(store->subst);
    for (u32 kind = TY_BOOL; kind < TY_ATOM_COUNT; kind++) {
        TyRow row;
        memset(&row, 0, sizeof row);
        row.kind = (u8)kind;
        row.flags = kind == TY_ERROR ? TY_HAS_ERROR : 0;
        u32 id = intern(&store->tys, &row, sizeof row);
        CHECK(id == kind);
    }
    return store;
}

void ty_store_free(struct TyStore *store) {
    if (!store) return;
    interner_deinit(&store->tys);
    interner_deinit(&store->args);
    interner_deinit(&store->existentials);
    interner_deinit(&store->keys);
    scratch_deinit(&store->work);
    free(store->subst);
    free(store);
}

void ty_store_image(struct TyStore *store, Image *image) {
    image_interner(image, &store->tys);
    image_interner(image, &store->args);
    image_interner(image, &store->existentials);
    image_interner(image, &store->keys);
}

u32 types_key(Db *db, const u32 *words, u32 count) {
    return intern(&db->types->keys, words, count * (u32)sizeof(u32));
}

const u32 *types_key_words(const Db *db, u32 key) {
    return intern_bytes(&db->types->keys, key, NULL);
}

static const TyRow none_row;

u32 ty_count(const Db *db) {
    return intern_count(&db->types->tys);
}

const TyRow *ty_row(const Db *db, Ty ty) {
    if (ty.id == 0) return &none_row;
    return intern_row(&db->types->tys, ty.id, sizeof(TyRow));
}

static TyRow row_of(TyKind kind) {
    TyRow row;
    memset(&row, 0, sizeof row);
    row.kind = (u8)kind;
    return row;
}

static Ty ty_intern(Db *db, TyRow *row) {
    u32 flags = row->flags;
    if (row->elem.id) flags |= ty_flags(db, row->elem);
    if (row->len.id) flags |= ty_flags(db, row->len);
    if (row->args.id) flags |= args_flags(db, row->args);
    if (row->def.id && def_is_local(db, row->def)) flags |= TY_HAS_LOCAL;
    row->flags = (u8)flags;
    return (Ty){intern(&db->types->tys, row, sizeof *row)};
}

static Ty intern_def(Db *db, TyKind kind, DefId def, Args args, u32 flags) {
    TyRow row = row_of(kind);
    row.def = def;
    row.args = args;
    row.flags = (u8)flags;
    return ty_intern(db, &row);
}

static Ty intern_elem(Db *db, TyKind kind, Ty elem, bool is_mut) {
    TyRow row = row_of(kind);
    row.elem = elem;
    row.is_mut = is_mut;
    return ty_intern(db, &row);
}

Ty ty_adt(Db *db, DefId def, Args args) {
    return intern_def(db, TY_ADT, def, args, 0);
}
Ty ty_foreign(Db *db, DefId def) {
    return intern_def(db, TY_FOREIGN, def, (Args){0}, 0);
}
Ty ty_fn_def(Db *db, DefId def, Args args) {
    return intern_def(db, TY_FN_DEF, def, args, 0);
}
Ty ty_closure(Db *db, DefId def, Args args) {
    return intern_def(db, TY_CLOSURE, def, args, TY_HAS_CLOSURE);
}
Ty ty_projection(Db *db, DefId assoc, Args args) {
    return intern_def(db, TY_PROJECTION, assoc, args, TY_HAS_PROJECTION);
}
Ty ty_opaque(Db *db, DefId def, Args args) {
    return intern_def(db, TY_OPAQUE, def, args, TY_HAS_OPAQUE);
}
Ty const_uneval(Db *db, DefId def, Args args) {
    return intern_def(db, TY_CONST_UNEVAL, def, args, TY_HAS_PROJECTION);
}
Ty ty_slice(Db *db, Ty elem) {
    return intern_elem(db, TY_SLICE, elem, false);
}
Ty ty_ptr(Db *db, Ty to, bool is_mut) {
    return intern_elem(db, TY_PTR, to, is_mut);
}
Ty ty_ref(Db *db, Ty to, bool is_mut) {
    return intern_elem(db, TY_REF, to, is_mut);
}

Ty ty_array(Db *db, Ty elem, Ty len) {
    TyRow row = row_of(TY_ARRAY);
    row.elem = elem;
    row.len = len;
    return ty_intern(db, &row);
}

Ty ty_tuple(Db *db, const Ty *elems, u32 count) {
    TyRow row = row_of(TY_TUPLE);
    row.args = args_intern(db, elems, count);
    return ty_intern(db, &row);
}

Ty ty_unit(Db *db) {
    return ty_tuple(db, NULL, 0);
}

Ty ty_fn_ptr(Db *db, FnPtrSig sig) {
    TyRow row = row_of(TY_FN_PTR);
    row.args = sig.tys;
    row.abi = sig.abi;
    row.is_unsafe = sig.is_unsafe;
    row.is_variadic = sig.is_variadic;
    return ty_intern(db, &row);
}

Ty ty_param(Db *db, u32 index, Symbol name) {
    TyRow row = row_of(TY_PARAM);
    row.index = index;
    row.name = name;
    row.flags = TY_HAS_PARAM;
    return ty_intern(db, &row);
}

Ty ty_pat(Db *db, Ty base, const Ty *ranges, u32 count) {
    TyRow row = row_of(TY_PAT);
    row.elem = base;
    row.args = args_intern(db, ranges, count);
    return ty_intern(db, &row);
}

Ty ty_infer(Db *db, TyKind kind, u32 index, Ty elem) {
    // Every body has the same variables: the first ones are not looked for again.
    Ty *known = NULL;
    if (kind >= TY_INFER && kind <= TY_INFER_FLOAT && index < INFER_SLOTS) {
        known = &db->types->infer[kind - TY_INFER][index];
        if (known->id) return *known;
    }
    TyRow row = row_of(kind);
    row.index = index;
    row.elem = elem;
    row.flags = kind == TY_PLACEHOLDER ? TY_HAS_PLACEHOLDER : TY_HAS_INFER;
    Ty ty = ty_intern(db, &row);
    if (known) *known = ty;
    return ty;
}

Ty const_value(Db *db, Ty ty, u64 lo_bits, u64 hi_bits) {
    TyRow row = row_of(TY_CONST_VALUE);
    row.elem = ty;
    row.lo_bits = lo_bits;
    row.hi_bits = hi_bits;
    return ty_intern(db, &row);
}

Ty const_usize(Db *db, u64 value) {
    return const_value(db, TY_OF(USIZE), value, 0);
}

Ty const_param(Db *db, u32 index, Symbol name, Ty ty) {
    TyRow row = row_of(TY_CONST_PARAM);
    row.index = index;
    row.name = name;
    row.elem = ty;
    row.flags = TY_HAS_PARAM;
    return ty_intern(db, &row);
}

Ty const_tree(Db *db, Ty ty, Args fields) {
    TyRow row = row_of(TY_CONST_TREE);
    row.elem = ty;
    row.args = fields;
    return ty_intern(db, &row);
}

Ty ty_from_row(Db *db, TyRow row) {
    return ty_intern(db, &row);
}

bool ty_is_const(const Db *db, Ty ty) {
    return ty_kind(db, ty) >= TY_CONST_VALUE;
}

// ---- existentials
// --------------------------------------------------------------------------------

// The row: Existential, its projections, its auto traits; the `first` members count bytes from
// the row's start.
static Ty dyn_intern(Db *db, const Existential *e, const ExProjection *projections,
                     const DefId *autos) {
    u32 projection_bytes = e->projection_count * (u32)sizeof(ExProjection);
    u32 auto_bytes = e->auto_count * (u32)sizeof(DefId);
    u64 mark = scratch_mark(types_work(db));
    u32 bytes = (u32)sizeof(Existential) + projection_bytes + auto_bytes;
    u8 *row = scratch_take(types_work(db), bytes, 8);
    Existential head = *e;
    head.projection_first = sizeof(Existential);
    head.auto_first = (u32)sizeof(Existential) + projection_bytes;
    memcpy(row, &head, sizeof head);
    if (projection_bytes) memcpy(row + head.projection_first, projections, projection_bytes);
    if (auto_bytes) memcpy(row + head.auto_first, autos, auto_bytes);
    u32 flags = args_flags(db, e->args);
    bool is_local = e->principal.id && def_is_local(db, e->principal);
    for (u32 i = 0; i < e->projection_count; i++) {
        flags |= ty_flags(db, projections[i].ty) | args_flags(db, projections[i].args);
        is_local |= def_is_local(db, projections[i].assoc);
    }
    for (u32 i = 0; i < e->auto_count; i++)
        is_local |= def_is_local(db, autos[i]);
    if (is_local) flags |= TY_HAS_LOCAL;
    TyRow ty = row_of(TY_DYN);
    ty.index = intern(&db->types->existentials, row, bytes);
    ty.flags = (u8)flags;
    scratch_rewind(types_work(db), mark);
    return ty_intern(db, &ty);
}

static int projection_order(const void *a, const void *b) {
    u32 x = ((const ExProjection *)a)->assoc.id, y = ((const ExProjection *)b)->assoc.id;
    if (x != y) return x < y ? -1 : 1;
    x = ((const ExProjection *)a)->args.id, y = ((const ExProjection *)b)->args.id;
    return x < y ? -1 : x > y;
}
static int def_order(const void *a, const void *b) {
    u32 x = ((const DefId *)a)->id, y = ((const DefId *)b)->id;
    return x < y ? -1 : x > y;
}

// Sorted and without repetitions, whatever the caller gives.
Ty ty_dyn(Db *db, const Existential *e, const ExProjection *projections, const DefId *autos) {
    u64 mark = scratch_mark(types_work(db));
    Existential sorted = *e;
    ExProjection *p = SCRATCH_ARRAY(types_work(db), ExProjection, e->projection_count);
    DefId *a = SCRATCH_ARRAY(types_work(db), DefId, e->auto_count);
    if (e->projection_count) {
        memcpy(p, projections, e->projection_count * sizeof *p);
        qsort(p, e->projection_count, sizeof *p, projection_order);
        u32 kept = 1;
        for (u32 i = 1; i < e->projection_count; i++)
            if (memcmp(&p[i], &p[kept - 1], sizeof *p) != 0) p[kept++] = p[i];
        sorted.projection_count = kept;
    }
    if (e->auto_count) {
        memcpy(a, autos, e->auto_count * sizeof *a);
        qsort(a, e->auto_count, sizeof *a, def_order);
        u32 kept = 1;
        for (u32 i = 1; i < e->auto_count; i++)
            if (a[i].id != a[kept - 1].id) a[kept++] = a[i];
        sorted.auto_count = kept;
    }
    Ty ty = dyn_intern(db, &sorted, p, a);
    scratch_rewind(types_work(db), mark);
    return ty;
}

const Existential *ty_existential(const Db *db, Ty dyn) {
    const TyRow *row = ty_row(db, dyn);
    CHECK(row->kind == TY_DYN);
    return intern_bytes(&db->types->existentials, row->index, NULL);
}

const ExProjection *existential_projections(const Db *db, const Existential *e) {
    (void)db;
    return (const ExProjection *)((const u8 *)e + e->projection_first);
}

const DefId *existential_autos(const Db *db, const Existential *e) {
    (void)db;
    return (const DefId *)((const u8 *)e + e->auto_first);
}

// ---- argument lists
// --------------------------------------------------------------------------------

// The row: the flags of all, then the types.
Args args_intern(Db *db, const Ty *tys, u32 count) {
    if (count == 0) return (Args){0};
    enum { SMALL = 16 };
    u32 small[SMALL + 1];
    u64 mark = scratch_mark(types_work(db));
    u32 *row = count <= SMALL ? small : SCRATCH_ARRAY(types_work(db), u32, count + 1);
    u32 flags = 0;
    for (u32 i = 0; i < count; i++) {
        row[i + 1] = tys[i].id;
        flags |= ty_flags(db, tys[i]);
    }
    row[0] = flags;
    Args args = {intern(&db->types->args, row, (count + 1) * (u32)sizeof(u32))};
    scratch_rewind(types_work(db), mark);
    return args;
}

const Ty *args_at(const Db *db, Args args, u32 *count) {
    if (args.id == 0) {
        if (count) *count = 0;
        return NULL;
    }
    u32 bytes;
    const u32 *row = intern_bytes(&db->types->args, args.id, &bytes);
    if (count) *count = bytes / (u32)sizeof(u32) - 1;
    return (const Ty *)(row + 1);
}

u32 args_count(const Db *db, Args args) {
    u32 count;
    args_at(db, args, &count);
    return count;
}

u32 args_flags(const Db *db, Args args) {
    if (args.id == 0) return 0;
    return *(const u32 *)intern_bytes(&db->types->args, args.id, NULL);
}

Args args_concat(Db *db, Args a, Args b) {
    if (a.id == 0) return b;
    if (b.id == 0) return a;
    u32 a_count, b_count;
    const Ty *at_a = args_at(db, a, &a_count), *at_b = args_at(db, b, &b_count);
    u64 mark = scratch_mark(types_work(db));
    Ty *all = SCRATCH_ARRAY(types_work(db), Ty, a_count + b_count);
    memcpy(all, at_a, a_count * sizeof *all);
    memcpy(all + a_count, at_b, b_count * sizeof *all);
    Args both = args_intern(db, all, a_count + b_count);
    scratch_rewind(types_work(db), mark);
    return both;
}

Args args_slice(Db *db, Args args, u32 first, u32 count) {
    if (count == 0) return (Args){0};
    return args_intern(db, args_at(db, args, NULL) + first, count);
}

const Ty *ty_elems(const Db *db, Ty tuple, u32 *count) {
    return args_at(db, ty_row(db, tuple)->args, count);
}

u32 ty_prim_bytes(TyKind k) {
    switch (k) {
    case TY_BOOL:
    case TY_I8:
    case TY_U8: return 1;
    case TY_I16:
    case TY_U16:
    case TY_F16: return 2;
    case TY_CHAR:
    case TY_I32:
    case TY_U32:
    case TY_F32: return 4;
    case TY_I64:
    case TY_U64:
    case TY_ISIZE:
    case TY_USIZE:
    case TY_F64: return 8;
    case TY_I128:
    case TY_U128:
    case TY_F128: return 16;
    default: return 0;
    }
}

// ---- folding
// ---------------------------------------------------------------------------------------

// Rebuilds `row`'s parts by `part`; true if one changed.
typedef Ty FoldPart(void *cx, Db *db, Ty ty);

static Args fold_args(Db *db, Args args, FoldPart *part, void *cx) {
    u32 count;
    const Ty *tys = args_at(db, args, &count);
    u64 mark = scratch_mark(types_work(db));
    Ty *changed = NULL;
    for (u32 i = 0; i < count; i++) {
        Ty folded = part(cx, db, tys[i]);
        if (!changed) {
            if (ty_eq(folded, tys[i])) continue;
            changed = SCRATCH_ARRAY(types_work(db), Ty, count);
            memcpy(changed, tys, count * sizeof *changed);
        }
        changed[i] = folded;
    }
    Args result = changed ? args_intern(db, changed, count) : args;
    scratch_rewind(types_work(db), mark);
    return result;
}

static Ty fold_dyn(Db *db, Ty ty, FoldPart *part, void *cx) {
    const Existential *e = ty_existential(db, ty);
    u64 mark = scratch_mark(types_work(db));
    Existential head = *e;
    head.args = fold_args(db, e->args, part, cx);
    ExProjection *projections = SCRATCH_ARRAY(types_work(db), ExProjection, e->projection_count);
    bool changed = !args_eq(head.args, e->args);
    for (u32 i = 0; i < e->projection_count; i++) {
        projections[i] = existential_projections(db, e)[i];
        Args args = fold_args(db, projections[i].args, part, cx);
        Ty value = part(cx, db, projections[i].ty);
        changed |= !args_eq(args, projections[i].args) || !ty_eq(value, projections[i].ty);
        projections[i].args = args;
        projections[i].ty = value;
    }
    if (changed) ty = ty_dyn(db, &head, projections, existential_autos(db, e));
    scratch_rewind(types_work(db), mark);
    return ty;
}

static Ty fold_parts(Db *db, Ty ty, FoldPart *part, void *cx) {
    const TyRow *row = ty_row(db, ty);
    if (row->kind == TY_DYN) return fold_dyn(db, ty, part, cx);
    if (!row->elem.id && !row->len.id && !row->args.id) return ty;
    TyRow folded = *row;
    if (row->elem.id) folded.elem = part(cx, db, row->elem);
    if (row->len.id) folded.len = part(cx, db, row->len);
    if (row->args.id) folded.args = fold_args(db, row->args, part, cx);
    if (ty_eq(folded.elem, row->elem) && ty_eq(folded.len, row->len) &&
        args_eq(folded.args, row->args))
        return ty;
    u32 own = 0; // flags the kind itself has
    switch ((TyKind)row->kind) {
    case TY_PROJECTION:
    case TY_CONST_UNEVAL: own = TY_HAS_PROJECTION; break;
    case TY_OPAQUE: own = TY_HAS_OPAQUE; break;
    case TY_CLOSURE:
    case TY_COROUTINE: own = TY_HAS_CLOSURE; break;
    case TY_PARAM:
    case TY_CONST_PARAM: own = TY_HAS_PARAM; break;
    case TY_INFER:
    case TY_CONST_INFER: own = TY_HAS_INFER; break;
    case TY_PLACEHOLDER: own = TY_HAS_PLACEHOLDER; break;
    default: break;
    }
    folded.flags = (u8)own;
    return ty_intern(db, &folded);
}

typedef struct FoldCx {
    TyFold *fold;
    void *cx;
    u32 needed;
} FoldCx;

static Ty fold_one(void *cx, Db *db, Ty ty) {
    FoldCx *f = cx;
    if (f->needed && !(ty_flags(db, ty) & f->needed)) return ty;
    return f->fold(f->cx, db, fold_parts(db, ty, fold_one, f));
}

Ty ty_fold(Db *db, Ty ty, TyFold *fold, void *cx, u32 needed_flags) {
    FoldCx f = {fold, cx, needed_flags};
    return fold_one(&f, db, ty);
}

Args args_fold(Db *db, Args args, TyFold *fold, void *cx, u32 needed_flags) {
    if (needed_flags && !(args_flags(db, args) & needed_flags)) return args;
    FoldCx f = {fold, cx, needed_flags};
    return fold_args(db, args, fold_one, &f);
}

typedef struct SubstCx {
    Args args;
    const Ty *tys;
    u32 count;
} SubstCx;

static Ty subst_one(void *cx, Db *db, Ty ty) {
    SubstCx *s = cx;
    const TyRow *row = ty_row(db, ty);
    if (!(row->flags & TY_HAS_PARAM)) return ty;
    if (row->kind == TY_PARAM || row->kind == TY_CONST_PARAM)
        return row->index < s->count ? s->tys[row->index] : TY_OF(ERROR);
    SubstSlot *slot = &db->types->subst[hash_mix(ty.id, s->args.id) & (SUBST_SLOTS - 1)];
    if (slot->ty == ty.id && slot->args == s->args.id) return (Ty){slot->result};
    Ty result = fold_parts(db, ty, subst_one, s);
    *slot = (SubstSlot){ty.id, s->args.id, result.id};
    return result;
}

Ty ty_subst(Db *db, Ty ty, Args args) {
    if (!(ty_flags(db, ty) & TY_HAS_PARAM)) return ty;
    SubstCx s = {.args = args};
    s.tys = args_at(db, args, &s.count);
    return subst_one(&s, db, ty);
}

Args args_subst(Db *db, Args list, Args args) {
    if (!(args_flags(db, list) & TY_HAS_PARAM)) return list;
    SubstCx s = {.args = args};
    s.tys = args_at(db, args, &s.count);
    return fold_args(db, list, subst_one, &s);
}
