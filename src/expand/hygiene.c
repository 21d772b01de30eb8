#include "expand/hygiene.h"

#include "expand/store.h"

#include <stdlib.h>

typedef struct CtxtKey {
    u32 parent;
    u32 expn;
    u32 transparency;
} CtxtKey;

typedef struct CtxtRow {
    CtxtKey key;
    u32 for_items;  // only the opaque marks
    u32 for_locals; // opaque and semi-transparent marks
} CtxtRow;

#define CTXT_MAX (1u << 24)

struct ExpandStore *expand_store_new(void) {
    ExpandStore *store = calloc(1, sizeof *store);
    CHECK(store != NULL);
    interner_init(&store->expns);
    interner_init(&store->ctxt_keys);
    table_init(&store->ctxts, sizeof(CtxtRow), CTXT_MAX);
    return store;
}

void expand_store_free(struct ExpandStore *store) {
    interner_deinit(&store->expns);
    interner_deinit(&store->ctxt_keys);
    table_deinit(&store->ctxts);
    free(store);
}

void expand_store_image(struct ExpandStore *store, Image *image) {
    image_interner(image, &store->expns);
    image_interner(image, &store->ctxt_keys);
    image_table(image, &store->ctxts);
}

u32 hygiene_expn(Db *db, const Expn *expn) {
    return intern(&db->expand->expns, expn, sizeof *expn);
}

const Expn *hygiene_expn_row(const Db *db, u32 expn) {
    static const Expn none;
    if (expn == 0) return &none;
    return intern_bytes(&db->expand->expns, expn, NULL);
}

static const CtxtRow *ctxt_row(const Db *db, u32 ctxt) {
    return table_at(&db->expand->ctxts, ctxt);
}

static u32 mark_plain(Db *db, u32 ctxt, u32 expn, Transparency transparency) {
    ExpandStore *store = db->expand;
    CtxtKey key = {ctxt, expn, transparency};
    u32 id = intern(&store->ctxt_keys, &key, sizeof key);
    while (store->ctxts.count <= id)
        table_add(&store->ctxts, 1);
    CtxtRow *row = table_at(&store->ctxts, id);
    if (row->key.expn != 0) return id;
    row->key = key;
    u32 items = ctxt_row(db, ctxt)->for_items;
    u32 locals = ctxt_row(db, ctxt)->for_locals;
    if (transparency == HYGIENE_OPAQUE) {
        row->for_items = items == ctxt ? id : mark_plain(db, items, expn, transparency);
        row->for_locals = locals == ctxt ? id : mark_plain(db, locals, expn, transparency);
    } else if (transparency == HYGIENE_SEMI) {
        row->for_items = items;
        row->for_locals = locals == ctxt ? id : mark_plain(db, locals, expn, transparency);
    } else {
        row->for_items = items;
        row->for_locals = locals;
    }
    return id;
}

// Marks of `ctxt` from the first applied to the last, put on top of `base`.
static u32 replay(Db *db, u32 base, u32 ctxt) {
    if (ctxt == 0) return base;
    CtxtKey key = ctxt_row(db, ctxt)->key;
    base = replay(db, base, key.parent);
    return mark_plain(db, base, key.expn, (Transparency)key.transparency);
}

u32 hygiene_mark(Db *db, u32 ctxt, u32 expn, Transparency transparency) {
    if (transparency == HYGIENE_OPAQUE) return mark_plain(db, ctxt, expn, transparency);
    u32 call = hygiene_expn_row(db, expn)->call_ctxt;
    call = transparency == HYGIENE_SEMI ? ctxt_row(db, call)->for_items
                                        : ctxt_row(db, call)->for_locals;
    if (call == 0) return mark_plain(db, ctxt, expn, transparency);
    // A macro 1.0 called in the body of a macro 2.0: its names live where the 2.0 macro's do.
    return mark_plain(db, replay(db, call, ctxt), expn, transparency);
}

u32 hygiene_parent(const Db *db, u32 ctxt) {
    return ctxt_row(db, ctxt)->key.parent;
}
u32 hygiene_outer_expn(const Db *db, u32 ctxt) {
    return ctxt_row(db, ctxt)->key.expn;
}

Transparency hygiene_outer_transparency(const Db *db, u32 ctxt) {
    return (Transparency)ctxt_row(db, ctxt)->key.transparency;
}

u32 hygiene_outer_macro(const Db *db, u32 ctxt) {
    return hygiene_expn_row(db, hygiene_outer_expn(db, ctxt))->macro;
}

u32 hygiene_for_locals(const Db *db, u32 ctxt) {
    return ctxt_row(db, ctxt)->for_locals;
}
u32 hygiene_for_items(const Db *db, u32 ctxt) {
    return ctxt_row(db, ctxt)->for_items;
}

u32 hygiene_dollar_crate(const Db *db, u32 ctxt, u32 fallback) {
    // The last of the opaque marks at the outer end, then the last semi-transparent one after
    // them (rustc_resolve: resolve_crate_root).
    u32 expn = 0;
    ctxt = hygiene_for_locals(db, ctxt);
    while (ctxt != 0 && hygiene_outer_transparency(db, ctxt) == HYGIENE_OPAQUE) {
        expn = hygiene_outer_expn(db, ctxt);
        ctxt = hygiene_parent(db, ctxt);
    }
    while (ctxt != 0 && hygiene_outer_transparency(db, ctxt) == HYGIENE_SEMI) {
        expn = hygiene_outer_expn(db, ctxt);
        ctxt = hygiene_parent(db, ctxt);
    }
    return expn == 0 ? fallback : hygiene_expn_row(db, expn)->crate;
}

u32 hygiene_edition(const Db *db, u32 ctxt, u32 fallback) {
    u32 expn = hygiene_outer_expn(db, ctxt);
    return expn == 0 ? fallback : hygiene_expn_row(db, expn)->edition;
}

u32 hygiene_leave_macro(const Db *db, u32 ctxt, u32 macro) {
    return ctxt != 0 && hygiene_outer_macro(db, ctxt) == macro ? hygiene_parent(db, ctxt) : ctxt;
}

u32 hygiene_depth(const Db *db, u32 ctxt) {
    return hygiene_expn_row(db, hygiene_outer_expn(db, ctxt))->depth;
}
