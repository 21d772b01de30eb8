// Which impls may apply: one index per crate, from the impls' HIR alone (the trait's name and the
// outermost constructor of the self type), and the merged list per (trait, simplified self type).
#include "types/types_internal.h"

#include <stdlib.h>

static SimplifiedTy simplified(TyKind kind, u32 payload) {
    return (u64)(kind + 1) << 32 | payload;
}

SimplifiedTy ty_simplify(Db *db, Ty ty) {
    const TyRow *row = ty_row(db, ty);
    switch ((TyKind)row->kind) {
    case TY_ADT:
    case TY_FOREIGN:
    case TY_FN_DEF:
    case TY_CLOSURE:
    case TY_COROUTINE: return simplified(row->kind, row->def.id);
    case TY_PTR:
    case TY_REF: return simplified(row->kind, row->is_mut);
    case TY_TUPLE: return simplified(row->kind, args_count(db, row->args));
    case TY_DYN: return simplified(row->kind, ty_existential(db, ty)->principal.id);
    case TY_ARRAY:
    case TY_SLICE:
    case TY_FN_PTR: return simplified(row->kind, 0);
    case TY_PAT: return simplified(row->kind, (u32)(ty_simplify(db, row->elem) >> 32));
    default: return row->kind && row->kind < TY_ERROR ? simplified(row->kind, 0) : 0;
    }
}

// The same of what a path names. Aliases are the only paths that must be lowered.
static SimplifiedTy simplify_res(Db *db, Res res) {
    if (res.kind == RES_PRIM) return simplified((TyKind)(TY_BOOL + res.index), 0);
    if (res.kind != RES_DEF) return 0;
    switch (def_kind(db, res.def)) {
    case DEF_STRUCT:
    case DEF_ENUM:
    case DEF_UNION: return simplified(TY_ADT, res.def.id);
    case DEF_FOREIGN_TY: return simplified(TY_FOREIGN, res.def.id);
    case DEF_TRAIT: return simplified(TY_DYN, res.def.id);
    case DEF_TY_ALIAS: return ty_simplify(db, type_of(db, res.def));
    default: return 0;
    }
}

static SimplifiedTy simplify_head(Db *db, const ImplHead *head) {
    switch (head->self) {
    case IMPL_SELF_PATH: return simplify_res(db, head->path);
    case IMPL_SELF_PARAM: return 0;
    case IMPL_SELF_REF: return simplified(TY_REF, head->is_mut);
    case IMPL_SELF_PTR: return simplified(TY_PTR, head->is_mut);
    case IMPL_SELF_SLICE: return simplified(TY_SLICE, 0);
    case IMPL_SELF_ARRAY: return simplified(TY_ARRAY, 0);
    case IMPL_SELF_TUPLE: return simplified(TY_TUPLE, head->count);
    case IMPL_SELF_NEVER: return simplified(TY_NEVER, 0);
    }
    UNREACHABLE();
}

// The same from HIR.
static SimplifiedTy simplify_hir(Db *db, const HirItem *item, HirTy ty) {
    const HirTyRow *row = &LIST_AT(item, HirTyRow, item->t.tys)[ty.id];
    switch ((HirTyKind)row->kind) {
    case HIR_TY_NEVER: return simplified(TY_NEVER, 0);
    case HIR_TY_TUPLE: return simplified(TY_TUPLE, row->elems.count);
    case HIR_TY_SLICE: return simplified(TY_SLICE, 0);
    case HIR_TY_ARRAY: return simplified(TY_ARRAY, 0);
    case HIR_TY_REF: return simplified(TY_REF, row->is_mut);
    case HIR_TY_PTR: return simplified(TY_PTR, row->is_mut);
    case HIR_TY_FN_PTR: return simplified(TY_FN_PTR, 0);
    case HIR_TY_PAT: return simplified(TY_PAT, (u32)(simplify_hir(db, item, row->pat.base) >> 32));
    case HIR_TY_DYN:
        for (u32 i = 0; i < row->dyn.bounds.count; i++) {
            const HirBound *b = &LIST_AT(item, HirBound, item->t.bounds)[row->dyn.bounds.first + i];
            DefId trait = hir_bound_trait(item, &item->t, b);
            if (!b->is_maybe && trait.id && !trait_is_auto(db, trait))
                return simplified(TY_DYN, trait.id);
        }
        return simplified(TY_DYN, 0);
    case HIR_TY_PATH: {
        const HirPathRow *path = &LIST_AT(item, HirPathRow, item->t.paths)[row->path.id];
        if (path->is_relative || path->qself.id) return 0;
        return simplify_res(db, path->res);
    }
    default: return 0;
    }
}

typedef struct ImplIndexRow {
    u64 key;
    u32 trait; // 0: inherent
    u32 impl;
} ImplIndexRow;

// By trait and key; impls of one kind keep the order of names_impls (their ids rise with it only
// by chance, so the position decides).
typedef struct IndexedImpl {
    ImplIndexRow row;
    u32 position;
} IndexedImpl;

static int index_order(const void *a, const void *b) {
    const IndexedImpl *x = a, *y = b;
    if (x->row.trait != y->row.trait) return x->row.trait < y->row.trait ? -1 : 1;
    if (x->row.key != y->row.key) return x->row.key < y->row.key ? -1 : 1;
    return x->position < y->position ? -1 : x->position > y->position;
}

static bool impl_key(Db *db, DefId impl, bool by_head, DefId *trait, SimplifiedTy *self) {
    ImplHead head;
    u64 mark = scratch_mark(&db->scratch);
    bool done = by_head && def_impl_head(db, impl, &head);
    scratch_rewind(&db->scratch, mark);
    if (done) {
        *trait = head.trait;
        *self = simplify_head(db, &head);
        return true;
    }
    const HirItem *item = hir_item(db, impl);
    if (!item || !item->ty.id) return false;
    *trait = (DefId){0};
    if (item->impl_trait.id) {
        const HirPathRow *path = &LIST_AT(item, HirPathRow, item->t.paths)[item->impl_trait.id];
        if (path->res.kind != RES_DEF || def_kind(db, path->res.def) != DEF_TRAIT) return false;
        *trait = path->res.def;
    }
    *self = simplify_hir(db, item, item->ty);
    return true;
}

static void impl_index_run(Db *db, u32 key) {
    u32 count;
    const DefId *impls = names_impls(db, (CrateId){key}, &count);
    IndexedImpl *rows = SCRATCH_ARRAY(&db->scratch, IndexedImpl, count + 1);
    u32 n = 0;
    bool by_head = !crate_row(db, (CrateId){key})->is_local;
    for (u32 i = 0; i < count; i++) {
        DefId trait;
        SimplifiedTy self;
        if (!impl_key(db, impls[i], by_head, &trait, &self)) continue;
        // `impl<T> From<!> for T` only reserves the right to exist; such impls are blanket ones.
        if (!self && trait.id && def_attrs(db, impls[i])->flags & DEF_ATTR_RESERVATION_IMPL)
            continue;
        rows[n] = (IndexedImpl){{self, trait.id, impls[i].id}, n};
        n++;
    }
    qsort(rows, n, sizeof *rows, index_order);
    ImplIndexRow *sorted = SCRATCH_ARRAY(&db->scratch, ImplIndexRow, n + 1);
    for (u32 i = 0; i < n; i++)
        sorted[i] = rows[i].row;
    Blob blob;
    blob_begin(&blob, &db->scratch, sizeof(List));
    List list = blob_add(&blob, sorted, n, sizeof *sorted);
    *(List *)blob_header(&blob) = list;
    query_return_blob(db, &blob);
}

typedef VEC(DefId) DefIdVec;

// The first row at or after (trait, key).
static u32 index_seek(const ImplIndexRow *rows, u32 count, u32 trait, u64 key) {
    u32 lo = 0, hi = count;
    while (lo < hi) {
        u32 mid = lo + (hi - lo) / 2;
        bool before = rows[mid].trait != trait ? rows[mid].trait < trait : rows[mid].key < key;
        if (before)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static void index_collect(Db *db, CrateId crate, DefId trait, SimplifiedTy key, DefIdVec *out) {
    const List *index = query_get(db, Q_impl_index, crate.id);
    if (!index)
        return; // the index is being made: a type alias of this crate is asked for meanwhile
    const ImplIndexRow *rows = LIST_AT(index, ImplIndexRow, *index);
    u32 count = index->count;
    if (key == 0 && trait.id) {
        for (u32 i = index_seek(rows, count, trait.id, 0); i < count && rows[i].trait == trait.id;
             i++)
            vec_push(&db->scratch, out, (DefId){rows[i].impl});
        return;
    }
    for (u32 i = index_seek(rows, count, trait.id, key);
         i < count && rows[i].trait == trait.id && rows[i].key == key; i++)
        vec_push(&db->scratch, out, (DefId){rows[i].impl});
    if (!trait.id || key == 0) return;
    for (u32 i = index_seek(rows, count, trait.id, 0);
         i < count && rows[i].trait == trait.id && rows[i].key == 0; i++)
        vec_push(&db->scratch, out, (DefId){rows[i].impl});
}

DefId ty_simplified_def(SimplifiedTy key) {
    TyKind kind = (TyKind)((key >> 32) - 1);
    bool has_def = key >> 32 && (kind == TY_ADT || kind == TY_FOREIGN || kind == TY_DYN ||
                                 kind == TY_CLOSURE || kind == TY_FN_DEF || kind == TY_COROUTINE);
    return (DefId){has_def ? (u32)key : 0};
}

// The crate of the type a simplified type names, or 0.
static u32 key_crate(Db *db, SimplifiedTy key) {
    DefId def = ty_simplified_def(key);
    return def.id ? def_crate(db, def).id : 0;
}

// Types and traits that the library declares in bodies have their impls there.
static void body_collect(Db *db, DefId of, DefId trait, SimplifiedTy key, DefIdVec *out) {
    if (!of.id) return;
    u32 count;
    const DefId *impls = names_body_impls(db, of, &count);
    for (u32 i = 0; i < count; i++) {
        DefId impl_trait;
        SimplifiedTy self;
        if (!impl_key(db, impls[i], true, &impl_trait, &self) || impl_trait.id != trait.id)
            continue;
        bool fits = self == key || (trait.id && (!self || !key));
        for (u32 k = 0; k < out->count && fits; k++)
            fits = out->at[k].id != impls[i].id;
        if (fits) vec_push(&db->scratch, out, impls[i]);
    }
}

// Crates that may hold an impl: by the orphan rule that of the trait and that of the self type. Of
// the crates of other types in the trait's arguments, or behind a reference, only core, alloc and
// std are considered here: a program does not have to load every crate the library is built of, and
// what is said of the library alone does not depend on the user's crate. The solver asks for the
// others by impls_of_trait_in.
bool impls_crate_is_covered(Db *db, DefId trait, SimplifiedTy key, CrateId crate) {
    const CrateRow *row = crate_row(db, crate);
    if ((trait.id && crate.id == def_crate(db, trait).id) || crate.id == key_crate(db, key))
        return true;
    // A primitive type's own impls are core's; a crate without core (a test's) has them itself.
    if (row->is_local) return !trait.id && !names_has_core(db);
    return !row->is_part && (symbol_is(row->name, SYM_core) || symbol_is(row->name, SYM_alloc) ||
                             symbol_is(row->name, SYM_std));
}

static void collect_crates(Db *db, DefId trait, SimplifiedTy key, DefIdVec *out) {
    u32 count = crate_count(db);
    for (u32 i = 1; i <= count; i++)
        if (impls_crate_is_covered(db, trait, key, (CrateId){i}))
            index_collect(db, (CrateId){i}, trait, key, out);
    body_collect(db, ty_simplified_def(key), trait, key, out);
    body_collect(db, trait, trait, key, out);
}

static void return_impls(Db *db, const DefIdVec *impls) {
    Blob blob;
    blob_begin(&blob, &db->scratch, sizeof(List));
    List list = blob_add(&blob, impls->at, impls->count, sizeof(DefId));
    *(List *)blob_header(&blob) = list;
    query_return_blob(db, &blob);
}

// Key: an interned (trait, high word, low word of the simplified type, crate); trait 0: inherent;
// crate 0: all that are covered.
static void impls_for_run(Db *db, u32 key) {
    const u32 *words = types_key_words(db, key);
    DefIdVec impls = {0};
    DefId trait = {words[0]};
    SimplifiedTy self = (u64)words[1] << 32 | words[2];
    if (words[3])
        index_collect(db, (CrateId){words[3]}, trait, self, &impls);
    else
        collect_crates(db, trait, self, &impls);
    return_impls(db, &impls);
}

static const DefId *impls_for(Db *db, DefId trait, SimplifiedTy key, u32 crate, u32 *count) {
    u32 words[4] = {trait.id, (u32)(key >> 32), (u32)key, crate};
    const List *list = query_get(db, Q_impls_for, types_key(db, words, 4));
    *count = list ? list->count : 0;
    return list ? LIST_AT(list, DefId, *list) : NULL;
}

const DefId *impls_of_trait(Db *db, DefId trait, SimplifiedTy key, Scratch *scratch, u32 *count) {
    (void)scratch;
    return impls_for(db, trait, key, 0, count);
}

const DefId *impls_of_trait_in(Db *db, CrateId crate, DefId trait, SimplifiedTy key, u32 *count) {
    return impls_for(db, trait, key, crate.id, count);
}

const DefId *inherent_impls(Db *db, SimplifiedTy key, u32 *count) {
    *count = 0;
    if (!key) return NULL;
    return impls_for(db, (DefId){0}, key, 0, count);
}

// ---- associated items
// ------------------------------------------------------------------------------------

DefId assoc_item_named(Db *db, DefId container, Symbol name, AssocKind kind) {
    u32 count;
    const AssocItem *items = def_assoc_items(db, container, &count);
    for (u32 i = 0; i < count; i++)
        if (items[i].name.id == name.id && items[i].kind == kind) return items[i].def;
    return (DefId){0};
}

DefId impl_item_for(Db *db, DefId impl, DefId trait_item) {
    AssocKind kind = ASSOC_FN;
    switch (def_kind(db, trait_item)) {
    case DEF_ASSOC_TY: kind = ASSOC_TY; break;
    case DEF_ASSOC_CONST: kind = ASSOC_CONST; break;
    default: break;
    }
    return assoc_item_named(db, impl, def_row(db, trait_item)->name, kind);
}

DefId trait_of_item(Db *db, DefId item) {
    DefId parent = def_row(db, item)->parent;
    return parent.id && def_kind(db, parent) == DEF_TRAIT ? parent : (DefId){0};
}

bool trait_is_auto(Db *db, DefId trait) {
    if (def_kind(db, trait) != DEF_TRAIT) return false;
    const HirItem *item = hir_item(db, trait);
    return item && item->is_auto;
}

void impls_register(Db *db) {
    query_register(db, Q_impl_index, impl_index_run);
    query_register(db, Q_impls_for, impls_for_run);
}
