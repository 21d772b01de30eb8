// Associated items by their name, for method lookup: one memo per type or scope and name, so that a
// body does not read every item of every impl and trait that might have what it looks for.
#include "types/types_internal.h"

typedef VEC(NamedItem) NamedItemVec;

// At most one item of a container is meant: its function, else its constant.
static void add_named(Db *db, DefId container, Symbol name, NamedItemVec *out) {
    u32 count;
    const AssocItem *items = def_assoc_items(db, container, &count);
    const AssocItem *found = NULL;
    for (u32 i = 0; i < count; i++) {
        if (items[i].name.id != name.id || items[i].kind == ASSOC_TY) continue;
        if (!found || (found->kind == ASSOC_CONST && items[i].kind == ASSOC_FN)) found = &items[i];
    }
    if (!found) return;
    NamedItem item = {.container = container, .item = found->def};
    item.is_const = found->kind == ASSOC_CONST;
    item.has_self = found->has_self;
    vec_push(&db->scratch, out, item);
}

static void return_named(Db *db, const NamedItemVec *items) {
    Blob blob;
    blob_begin(&blob, &db->scratch, sizeof(List));
    List list = blob_add(&blob, items->at, items->count, sizeof *items->at);
    *(List *)blob_header(&blob) = list;
    query_return_blob(db, &blob);
}

static const NamedItem *named_of(Db *db, QueryKind kind, const u32 *words, u32 word_count,
                                 u32 *count) {
    const List *list = query_get(db, kind, types_key(db, words, word_count));
    *count = list ? list->count : 0;
    return list ? LIST_AT(list, NamedItem, *list) : NULL;
}

// Key: an interned (high word, low word of the simplified type, name).
static void inherent_named_run(Db *db, u32 key) {
    const u32 *words = types_key_words(db, key);
    NamedItemVec found = {0};
    u32 count;
    const DefId *impls = inherent_impls(db, (u64)words[0] << 32 | words[1], &count);
    for (u32 i = 0; i < count; i++)
        add_named(db, impls[i], (Symbol){words[2]}, &found);
    return_named(db, &found);
}

const NamedItem *inherent_items_named(Db *db, SimplifiedTy key, Symbol name, u32 *count) {
    *count = 0;
    if (!key) return NULL;
    return named_of(db, Q_inherent_named, (u32[]){(u32)(key >> 32), (u32)key, name.id}, 3, count);
}

// Key: an interned (scope, name).
static void scope_named_run(Db *db, u32 key) {
    const u32 *words = types_key_words(db, key);
    NamedItemVec found = {0};
    u32 count;
    const DefId *traits = names_traits_in_scope(db, (DefId){words[0]}, &count);
    for (u32 i = 0; i < count; i++)
        add_named(db, traits[i], (Symbol){words[1]}, &found);
    return_named(db, &found);
}

const NamedItem *trait_items_named(Db *db, DefId scope, Symbol name, u32 *count) {
    return named_of(db, Q_scope_named, (u32[]){scope.id, name.id}, 2, count);
}

void by_name_register(Db *db) {
    query_register(db, Q_inherent_named, inherent_named_run);
    query_register(db, Q_scope_named, scope_named_run);
}
