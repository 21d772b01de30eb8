// Which parts of a crate a change of its box concerns. A new function makes another box, but what
// it leaves of the names and definitions there were is found here by comparing the two: the answers
// that hang on those are not even looked at.
//
// A path's answer hangs on the rows of its segments' names, in whatever scopes it passes, and on
// how scopes hang together: their parents, globs, preludes, textual macro scopes. When the latter
// change, all paths are looked at again.

#include "names/divide.h"

#include "names/split.h"

typedef struct Divide {
    Db *db;
    BoxView old, new;
    const DefBox *before, *now;
    Map names;  // Symbol -> 1: some row of that name has changed, come or gone
    Map scopes; // DefId -> 1: came or went
    bool types; // one of those names is of a type, trait or module
} Divide;

// ---- scopes -------------------------------------------------------------------------------------

static bool same_list(const DefBox *a, List of_a, const DefBox *b, List of_b, u32 row_bytes) {
    return of_a.count == of_b.count &&
           (of_a.count == 0 || memcmp((const u8 *)a + of_a.offset, (const u8 *)b + of_b.offset,
                                      (size_t)of_a.count * row_bytes) == 0);
}

// What all scopes of the crate have in common.
static bool same_surroundings(const Divide *d) {
    const DefBox *a = d->before, *b = d->now;
    return a->prelude.id == b->prelude.id && same_list(a, a->texts, b, b->texts, sizeof(TextRow)) &&
           same_list(a, a->macro_use, b, b->macro_use, sizeof(u32)) &&
           same_list(a, a->externs, b, b->externs, sizeof(ExternRow)) &&
           same_list(a, a->lazies, b, b->lazies, sizeof(LazyRow)) &&
           same_list(a, a->lazy_segs, b, b->lazy_segs, sizeof(PathSeg));
}

static bool same_globs(const Divide *d, u32 a, u32 b) {
    for (; a && b; a = d->old.globs[a - 1].next, b = d->new.globs[b - 1].next) {
        const GlobRow *old = &d->old.globs[a - 1], *new = &d->new.globs[b - 1];
        if (old->target.id != new->target.id || old->vis != new->vis || old->lazy != new->lazy)
            return false;
    }
    return a == b;
}

static bool same_unnamed(const Divide *d, u32 a, u32 b) {
    for (; a && b; a = d->old.unnamed[a - 1].next, b = d->new.unnamed[b - 1].next) {
        const UnnamedRow *old = &d->old.unnamed[a - 1], *new = &d->new.unnamed[b - 1];
        if (old->trait.id != new->trait.id || old->vis != new->vis) return false;
    }
    return a == b;
}

// A scope that only one of the boxes has. False: other scopes may see into it by a glob of its own.
static bool note_scope(Divide *d, const ModRow *mod) {
    map_set(&d->scopes, mod->def.id, 1);
    return mod->glob == 0 && mod->unnamed == 0;
}

// Whether the scopes that both have hang together as they did; notes the others.
static bool compare_scopes(Divide *d) {
    const ModRow *rows = d->old.mods;
    for (u32 i = 0; i < d->before->mods.count; i++) {
        const ModRow *old = &rows[i], *new = view_mod(&d->new, old->def);
        if (!new && !note_scope(d, old)) return false;
        if (new &&
            (old->outer.id != new->outer.id || old->text != new->text ||
             !same_globs(d, old->glob, new->glob) || !same_unnamed(d, old->unnamed, new->unnamed)))
            return false;
    }
    rows = d->new.mods;
    for (u32 i = 0; i < d->now->mods.count; i++)
        if (!view_mod(&d->old, rows[i].def) && !note_scope(d, &rows[i])) return false;
    return true;
}

// ---- names --------------------------------------------------------------------------------------

static bool same_bind(const BindRow *a, const BindRow *b) {
    return memcmp(a, b, sizeof *a) == 0;
}

static void note_bind(Divide *d, const BindRow *bind) {
    map_set(&d->names, bind->name.id, 1);
    if (bind->ns != NS_TYPE) return;
    d->types = true;
    if (def_kind(d->db, bind->mod) == DEF_ENUM)
        query_concerns(d->db, Q_enum_variants, bind->mod.id);
}

// Rows that stand in one order in both boxes count as the same: the order of an enum's names is
// that of its variants.
static void compare_names(Divide *d) {
    u32 a = d->before->binds.count, b = d->now->binds.count, at = 0;
    while (at < a && at < b && same_bind(&d->old.binds[at], &d->new.binds[at]))
        at++;
    while (a > at && b > at && same_bind(&d->old.binds[a - 1], &d->new.binds[b - 1])) {
        a--;
        b--;
    }
    for (u32 i = at; i < a; i++)
        note_bind(d, &d->old.binds[i]);
    for (u32 i = at; i < b; i++)
        note_bind(d, &d->new.binds[i]);
}

static bool is_in_scopes(const Divide *d, DefId scope) {
    for (; d->scopes.count && scope.id; scope = def_row(d->db, scope)->parent)
        if (map_get(&d->scopes, scope.id)) return true;
    return false;
}

static void divide_paths(Divide *d) {
    Db *db = d->db;
    if (!d->names.count && !d->scopes.count) return;
    for (u32 id = 1; id < intern_count(&db->defs->paths); id++) {
        u32 bytes;
        const PathKey *path = intern_bytes(&db->defs->paths, id, &bytes);
        bool concerned = is_in_scopes(d, path->scope);
        for (u32 i = 0; i < path_key_segs(bytes) && !concerned; i++)
            concerned = map_get(&d->names, path->segs[i].name.id) != 0;
        if (!concerned) continue;
        query_concerns(db, Q_path_res, id);
        query_concerns(db, Q_macro_res, id);
    }
}

// ---- definitions --------------------------------------------------------------------------------

// Whether run_def_info makes the same of both.
static bool same_def(const Divide *d, const DefSrc *a, const DefSrc *b) {
    u32 attrs = a->attrs.hi - a->attrs.lo;
    return a->def.id == b->def.id && a->src == b->src && a->item_kind == b->item_kind &&
           a->derive == b->derive && a->builtin == b->builtin && a->flags == b->flags &&
           a->bits == b->bits && a->vis == b->vis && a->text == b->text &&
           a->scope.id == b->scope.id && a->number == b->number &&
           (a->src != SRC_ITEM || a->item == b->item) &&
           (a->src != SRC_DERIVE ||
            (a->toks.lo == b->toks.lo && a->derive_of.id == b->derive_of.id)) &&
           attrs == b->attrs.hi - b->attrs.lo &&
           (attrs == 0 ||
            memcmp(d->old.toks + a->attrs.lo, d->new.toks + b->attrs.lo, attrs * sizeof(Tok)) == 0);
}

static void divide_defs(Divide *d) {
    u32 a = d->old.def_count, b = d->new.def_count, at = 0;
    while (at < a && at < b && same_def(d, &d->old.defs[at], &d->new.defs[at]))
        at++;
    while (a > at && b > at && same_def(d, &d->old.defs[a - 1], &d->new.defs[b - 1])) {
        a--;
        b--;
    }
    for (u32 i = at; i < a; i++)
        query_concerns(d->db, Q_def_info, d->old.defs[i].def.id);
    for (u32 i = at; i < b; i++)
        query_concerns(d->db, Q_def_info, d->new.defs[i].def.id);
}

void divide_crate_box(Db *db, u32 crate, const void *before, const void *now) {
    (void)crate;
    Divide d = {.db = db, .before = before, .now = now};
    box_view(before, &d.old);
    box_view(now, &d.new);
    divide_defs(&d);
    if (same_surroundings(&d) && compare_scopes(&d)) {
        compare_names(&d);
        divide_paths(&d);
        if (d.types || d.scopes.count) query_concerns_all(db, Q_scope_traits);
    } else {
        query_concerns_all(db, Q_path_res);
        query_concerns_all(db, Q_macro_res);
        query_concerns_all(db, Q_scope_traits);
        query_concerns_all(db, Q_enum_variants);
    }
    map_deinit(&d.names);
    map_deinit(&d.scopes);
}
