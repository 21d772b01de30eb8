// Path resolution: from a scope outwards, then along the segments.
//
// Globs are followed when a name is asked for, not copied: a module holds its own names and the
// list of modules it takes names from. So imports need a fixpoint only for what they name.
//
// Imports of lazy crates are not resolved when the importing crate is collected: with Resolver.lazy
// a lookup stops where it would have to load one, and tells where that is (LazyHit).

#include "names/names_internal.h"

#define GLOB_DEPTH_MAX 96
#define LAZY_DEPTH_MAX 24

bool resolver_view(const Resolver *r, DefId scope, BoxView *view) {
    const Builder *in[2] = {r->building, r->outer};
    for (u32 i = 0; i < 2; i++) {
        const Builder *b = in[i];
        if (b == NULL) continue;
        bool same = b->owner.id == 0 ? def_crate(r->db, scope).id == b->crate.id &&
                                           def_kind(r->db, scope) != DEF_BLOCK
                                     : def_kind(r->db, scope) == DEF_BLOCK &&
                                           def_row(r->db, scope)->parent.id == b->owner.id;
        if (same) {
            builder_view(b, view);
            return true;
        }
    }
    // An enum or module of a body stands in the body's box.
    DefId outer = scope;
    while (outer.id != 0 && def_kind(r->db, outer) != DEF_BLOCK) {
        outer = def_row(r->db, outer)->parent;
    }
    const DefBox *box;
    if (outer.id == 0) {
        // The parts of a crate are built after it, and need it.
        CrateId crate = def_crate(r->db, scope);
        u32 whole = crate_info(r->db, crate)->part_of.id;
        for (u32 i = 0; i < 2 && whole != 0; i++) {
            if (in[i] != NULL && in[i]->owner.id == 0 && in[i]->crate.id == whole) return false;
        }
        box = crate_box(r->db, crate);
    } else {
        DefId owner = def_row(r->db, outer)->parent;
        for (u32 i = 0; i < 2; i++) {
            if (in[i] != NULL && in[i]->owner.id == owner.id) {
                builder_view(in[i], view);
                return true;
            }
        }
        box = body_box(r->db, owner);
    }
    if (box == NULL) return false;
    box_view(box, view);
    return true;
}

bool def_visible_from(const Db *db, u32 vis, DefId from) {
    if (vis == 0) return true;
    while (from.id != 0) {
        if (from.id == vis) return true;
        from = def_row(db, from)->parent;
    }
    return false;
}

typedef struct Visited {
    u32 scopes[GLOB_DEPTH_MAX];
    u32 count;
} Visited;

static bool find_in_scope(const Resolver *r, DefId scope, Namespace ns, Symbol name, u32 ctxt,
                          DefId from, Visited *visited, BindRow *out) {
    for (u32 i = 0; i < visited->count; i++) {
        if (visited->scopes[i] == scope.id) return false;
    }
    if (visited->count == GLOB_DEPTH_MAX) return false;
    visited->scopes[visited->count++] = scope.id;
    if (r->lazy != NULL) {
        CrateId crate = def_crate(r->db, scope);
        if (crate_info(r->db, crate)->is_lazy && crate.id != r->building->crate.id) {
            out->is_import = BIND_MAYBE;
            r->lazy->sure = visited->count == 1;
            return true;
        }
    }
    BoxView view;
    if (!resolver_view(r, scope, &view)) return false;
    const BindRow *bind = view_bind(&view, scope, ns, name, ctxt);
    if (bind != NULL && (r->see_all || def_visible_from(r->db, bind->vis, from))) {
        if (bind->is_import != BIND_LAZY || r->lazy != NULL) {
            *out = *bind;
            if (r->lazy != NULL) r->lazy->sure = true;
            return true;
        }
        if (resolve_bind(r, &view, bind, out)) return true;
    }
    const ModRow *mod = view_mod(&view, scope);
    if (mod == NULL || mod->glob == 0) return false;
    // An import that is not resolved yet may shadow what a glob brings.
    if (r->building != NULL && r->building->wait &&
        map_get(&r->building->pending, hash_mix(pack_u64(scope.id, name.id), 3)) > 1) {
        if (r->blocked != NULL) *r->blocked = true;
        return false;
    }
    bool maybe = false;
    for (u32 g = mod->glob; g != 0; g = view.globs[g - 1].next) {
        const GlobRow *glob = &view.globs[g - 1];
        if (!r->see_all && !def_visible_from(r->db, glob->vis, from)) continue;
        u32 vis = glob->vis;
        if (glob->target.id == 0 && r->lazy != NULL) {
            maybe = true;
            continue;
        }
        DefId target = resolve_glob_target(r, &view, glob);
        if (target.id == 0) continue;
        if (find_in_scope(r, target, ns, name, ctxt, scope, visited, out)) {
            if (out->is_import == BIND_LAZY || out->is_import == BIND_MAYBE) {
                maybe = true;
                continue;
            }
            // Seen from outside, a name is as visible as the glob that brings it, at most.
            if (vis != 0 && (out->vis == 0 || !def_visible_from(r->db, vis, (DefId){out->vis}))) {
                if (out->vis == 0) out->vis = vis;
            }
            if (!r->see_all && !def_visible_from(r->db, out->vis, from)) continue;
            out->is_import = BIND_IMPORT;
            return true;
        }
    }
    if (maybe) {
        out->is_import = BIND_MAYBE;
        r->lazy->sure = false;
    }
    return maybe;
}

bool resolve_in_scope(const Resolver *r, DefId scope, Namespace ns, Symbol name, u32 ctxt,
                      DefId from, BindRow *out) {
    Visited visited;
    visited.count = 0;
    if (!find_in_scope(r, scope, ns, name, ctxt, from, &visited, out)) return false;
    if (out->is_import == BIND_LAZY || out->is_import == BIND_MAYBE) {
        r->lazy->hit = true;
        r->lazy->scope = scope;
        r->lazy->from = from;
        out->res = (Res){RES_NONE, {0}, 0};
    }
    return true;
}

DefId scope_outer(const Resolver *r, DefId scope) {
    BoxView view;
    if (!resolver_view(r, scope, &view)) return (DefId){0};
    const ModRow *mod = view_mod(&view, scope);
    if (mod != NULL) return mod->outer;
    DefId parent = def_row(r->db, scope)->parent;
    return parent.id == 0 ? parent : def_scope(r->db, parent);
}

DefId scope_module(const Resolver *r, DefId scope) {
    while (scope.id != 0 && def_kind(r->db, scope) != DEF_MOD) {
        scope = def_row(r->db, scope)->parent;
    }
    return scope;
}

// A module a path may go on in.
bool resolve_is_scope(const Db *db, const Res *res) {
    if (res->kind != RES_DEF) return false;
    DefKind kind = def_kind(db, res->def);
    return kind == DEF_MOD || kind == DEF_ENUM;
}

static bool extern_prelude(const Resolver *r, CrateId crate, Symbol name, Res *out) {
    BoxView view;
    DefId root = crate_root(r->db, crate);
    const CrateInfo *info = crate_info(r->db, crate);
    if (resolver_view(r, root, &view)) {
        for (u32 i = 0; i < view.extern_count; i++) {
            if (view.externs[i].name.id == name.id) {
                *out = (Res){RES_DEF, crate_root(r->db, view.externs[i].crate), 0};
                return true;
            }
        }
    }
    for (u32 i = 0; i < info->extern_count; i++) {
        if (info->externs[i].name.id == name.id) {
            *out = (Res){RES_DEF, crate_root(r->db, info->externs[i].crate), 0};
            return true;
        }
    }
    return false;
}

static bool prim_res(const Resolver *r, Symbol name, Res *out) {
    static const char *const names[] = {
#define X(kind, text) #text,
        PRIM_TYPES(X)
#undef X
    };
    Str text = symbol_str(&r->db->symbols, name);
    if (text.len < 2 || text.len > 5) return false;
    for (u32 i = 0; i < PRIM_COUNT; i++) {
        if (str_eq(text, str_from(names[i]))) {
            *out = (Res){RES_PRIM, {0}, i};
            return true;
        }
    }
    return false;
}

// A name alone, from `scope` outwards.
static bool resolve_lexical(const Resolver *r, DefId scope, PathSeg seg, Namespace ns,
                            u32 crate_edition_, Res *out) {
    Db *db = r->db;
    BindRow bind;
    DefId from = scope;
    u32 ctxt = hygiene_for_items(db, seg.ctxt);
    for (;;) {
        // Items made by the same macro 2.0 first, then everything at its definition.
        for (DefId s = scope; s.id != 0; s = scope_outer(r, s)) {
            if (resolve_in_scope(r, s, ns, seg.name, ctxt, from, &bind)) {
                *out = bind.res;
                if (bind.is_import != BIND_MAYBE) return true;
                r->lazy->hit = false; // it may stand further out as well
            }
            if (def_kind(db, s) == DEF_MOD) break;
        }
        if (ctxt == 0) break;
        const Expn *expn = hygiene_expn_row(db, hygiene_outer_expn(db, ctxt));
        if (expn->scope != 0) scope = from = (DefId){expn->scope};
        ctxt = hygiene_parent(db, ctxt);
    }
    CrateId crate = def_crate(db, scope);
    (void)crate_edition_;
    if (ns == NS_TYPE && extern_prelude(r, crate, seg.name, out)) return true;
    BoxView view;
    if (!resolver_view(r, crate_root(db, crate), &view)) return false;
    if (ns == NS_MACRO) {
        for (u32 i = 0; i < view.macro_use_count; i++) {
            DefId root = crate_root(db, (CrateId){view.macro_use[i]});
            if (resolve_in_scope(r, root, ns, seg.name, 0, scope, &bind)) {
                *out = bind.res;
                if (bind.is_import != BIND_MAYBE) return true;
                r->lazy->hit = false;
            }
        }
    }
    if (view.prelude.id != 0 && resolve_in_scope(r, view.prelude, ns, seg.name, 0, scope, &bind)) {
        *out = bind.res;
        if (bind.is_import != BIND_MAYBE) return true;
        r->lazy->hit = false;
    }
    return ns == NS_TYPE && prim_res(r, seg.name, out);
}

static bool is_crate_seg(const PathSeg *seg) {
    return (seg->flags & TOK_CRATE) || symbol_is(seg->name, SYM_dollar_crate);
}

// Where opaque `crate`, `self` and `super` count from.
static DefId anchor_module(const Resolver *r, DefId scope, u32 ctxt) {
    u32 opaque = hygiene_for_items(r->db, ctxt);
    if (opaque != 0) {
        const Expn *expn = hygiene_expn_row(r->db, hygiene_outer_expn(r->db, opaque));
        if (expn->scope != 0) scope = (DefId){expn->scope};
    }
    return scope_module(r, scope);
}

static bool lazy_hit(const Resolver *r, u32 seg) {
    if (r->lazy == NULL || !r->lazy->hit) return false;
    r->lazy->seg = seg;
    return true;
}

// The segments from `i` on, in what the ones before name.
static PathRes resolve_rest(const Resolver *r, Res res, const PathSeg *segs, u32 i, u32 count,
                            Namespace ns, DefId from) {
    Db *db = r->db;
    for (; i < count; i++) {
        if (!resolve_is_scope(db, &res)) return (PathRes){res, i};
        BindRow bind;
        Namespace seg_ns = i + 1 == count ? ns : NS_TYPE;
        // Names behind a path are looked up without hygiene, but for macro 2.0's own items.
        u32 ctxt = hygiene_for_items(db, segs[i].ctxt);
        bool found =
            ctxt != 0 && resolve_in_scope(r, res.def, seg_ns, segs[i].name, ctxt, from, &bind);
        if (!found) {
            found = resolve_in_scope(r, res.def, seg_ns, segs[i].name, 0, from, &bind);
        }
        if (lazy_hit(r, i)) return (PathRes){{RES_NONE, {0}, 0}, i};
        if (!found) {
            // `Enum::associated_function`
            if (def_kind(db, res.def) == DEF_ENUM) return (PathRes){res, i};
            return (PathRes){{RES_NONE, {0}, 0}, i};
        }
        res = bind.res;
    }
    return (PathRes){res, count};
}

PathRes resolve_last(const Resolver *r, DefId scope, DefId in, const PathSeg *seg, Namespace ns) {
    DefId from = scope;
    if (hygiene_for_items(r->db, seg->ctxt) != 0) from = anchor_module(r, scope, seg->ctxt);
    return resolve_rest(r, (Res){RES_DEF, in, 0}, seg, 0, 1, ns, from);
}

static Res resolve_lazy(const Resolver *r, const BoxView *view, u32 lazy, Namespace ns) {
    const LazyRow *row = &view->lazies[lazy];
    Res none = {RES_NONE, {0}, 0};
    if (r->depth >= LAZY_DEPTH_MAX) return none;
    Resolver inner = *r;
    inner.depth++;
    inner.lazy = NULL;
    PathRes res = resolve_rest(&inner, (Res){RES_DEF, row->scope, 0},
                               view->lazy_segs + row->seg_first, 0, row->seg_count, ns, row->from);
    return res.used == row->seg_count ? res.res : none;
}

bool resolve_bind(const Resolver *r, const BoxView *view, const BindRow *bind, BindRow *out) {
    *out = *bind;
    if (bind->is_import != BIND_LAZY) return true;
    out->is_import = BIND_IMPORT;
    out->res = resolve_lazy(r, view, bind->res.index, (Namespace)bind->ns);
    return out->res.kind != RES_NONE;
}

DefId resolve_glob_target(const Resolver *r, const BoxView *view, const GlobRow *glob) {
    if (glob->target.id != 0) return glob->target;
    Res res = resolve_lazy(r, view, glob->lazy, NS_TYPE);
    return resolve_is_scope(r->db, &res) ? res.def : (DefId){0};
}

PathRes resolve_path(const Resolver *r, DefId scope, const PathSeg *segs, u32 count, Namespace ns,
                     u32 text) {
    Db *db = r->db;
    PathRes none = {{RES_NONE, {0}, 0}, 0};
    if (count == 0) return none;
    const PathSeg *seg = &segs[0];
    bool plain = !(seg->flags & TOK_RAW);
    CrateId crate = def_crate(db, scope);
    u32 edition = hygiene_edition(db, seg->ctxt, crate_edition(db, crate));
    DefId from = scope;
    if (hygiene_for_items(db, segs[count - 1].ctxt) != 0) {
        from = anchor_module(r, scope, segs[count - 1].ctxt);
    }
    Res res = {RES_NONE, {0}, 0};
    u32 i = 1;
    Namespace first_ns = count == 1 ? ns : NS_TYPE;
    if (is_crate_seg(seg)) {
        CrateId which = {hygiene_dollar_crate(db, seg->ctxt, crate.id)};
        res = (Res){RES_DEF, crate_root(db, which), 0};
    } else if (plain && symbol_is(seg->name, SYM_crate)) {
        DefId anchor = anchor_module(r, scope, seg->ctxt);
        res = (Res){RES_DEF, crate_root(db, def_crate(db, anchor)), 0};
    } else if (plain && symbol_is(seg->name, SYM_path_root)) {
        if (count < 2) {
            res = (Res){RES_DEF, crate_root(db, crate), 0};
        } else {
            // `::$crate::x` comes out of a macro that puts `::` before a path it was given.
            if (is_crate_seg(&segs[1])) {
                PathRes rest = resolve_path(r, scope, segs + 1, count - 1, ns, text);
                if (r->lazy != NULL) r->lazy->seg++;
                return rest;
            }
            Namespace second = count == 2 ? ns : NS_TYPE;
            BindRow bind;
            bool found = false;
            i = 2;
            if (hygiene_edition(db, segs[1].ctxt, edition) < 2018) {
                found = resolve_in_scope(r, crate_root(db, crate), second, segs[1].name, 0, from,
                                         &bind);
                if (lazy_hit(r, 1)) return none;
                if (found) res = bind.res;
            }
            if (!found && second == NS_TYPE) extern_prelude(r, crate, segs[1].name, &res);
        }
    } else if (plain && (symbol_is(seg->name, SYM_self) || symbol_is(seg->name, SYM_super))) {
        DefId mod = anchor_module(r, scope, seg->ctxt);
        i = symbol_is(seg->name, SYM_self) ? 1 : 0;
        for (; i < count && symbol_is(segs[i].name, SYM_super); i++) {
            DefId outer = def_row(db, mod)->parent;
            if (outer.id == 0) return none;
            mod = scope_module(r, outer);
        }
        res = (Res){RES_DEF, mod, 0};
    } else {
        if (first_ns == NS_MACRO) {
            DefId macro = resolve_textual(r, scope, *seg, text);
            if (macro.id != 0) res = (Res){RES_DEF, macro, 0};
        }
        if (res.kind == RES_NONE) resolve_lexical(r, scope, *seg, first_ns, edition, &res);
    }
    if (lazy_hit(r, 0) || res.kind == RES_NONE) return none;
    return resolve_rest(r, res, segs, i, count, ns, from);
}

// The macro of the name in the chain that ends at `text`, or 0.
static DefId chain_macro(const Resolver *r, const BoxView *view, u32 text, Symbol name, u32 ctxt) {
    while (text != 0) {
        const TextRow *row = &view->texts[text];
        if (row->macro.id == 0) {
            text = row->out != 0 ? row->out : row->prev;
            continue;
        }
        // Textual macros see through semi-transparent marks: the call's name may come out of any
        // macro_rules; only a macro 2.0 hides it.
        if (row->name.id == name.id &&
            hygiene_for_items(r->db, row->ctxt) == hygiene_for_items(r->db, ctxt))
            return row->macro;
        text = row->prev;
    }
    return (DefId){0};
}

// Where the chain of what stands in `owner` goes on: the box that `owner` is declared in. *next is
// whose body that box is of; 0: it is the crate's. False if there is no such box.
static bool outer_chain(const Resolver *r, CrateId crate, DefId owner, BoxView *view, u32 *text,
                        DefId *next) {
    DefId scope = def_scope(r->db, owner);
    *text = def_text(r->db, owner);
    *next = (DefId){0};
    if (def_kind(r->db, scope) != DEF_BLOCK) {
        box_view(crate_box(r->db, crate), view);
        return true;
    }
    *next = def_row(r->db, scope)->parent;
    if (r->outer != NULL && r->outer->owner.id == next->id) {
        builder_view(r->outer, view);
        return true;
    }
    const DefBox *box = body_box(r->db, *next);
    if (box != NULL) box_view(box, view);
    return box != NULL;
}

DefId resolve_textual(const Resolver *r, DefId scope, PathSeg seg, u32 text) {
    BoxView view;
    // `text` counts in the box being built (a body's, then its crate's), else in the crate's.
    const Builder *b = r->building;
    CrateId crate = b != NULL ? b->crate : def_crate(r->db, scope);
    DefId owner = b != NULL ? b->owner : (DefId){0};
    if (b != NULL)
        builder_view(b, &view);
    else
        box_view(crate_box(r->db, crate), &view);
    u32 ctxt = hygiene_for_locals(r->db, seg.ctxt);
    for (;;) {
        DefId macro = chain_macro(r, &view, text, seg.name, ctxt);
        if (macro.id != 0) return macro;
        if (owner.id != 0) {
            if (!outer_chain(r, crate, owner, &view, &text, &owner)) return (DefId){0};
            continue;
        }
        // A part's chain goes on where its module stands.
        const CrateInfo *info = crate_info(r->db, crate);
        if (info->part_of.id == 0) return (DefId){0};
        crate = info->part_of;
        box_view(crate_box(r->db, crate), &view);
        const DefSrc *src = view_def(&view, info->box_root);
        text = src == NULL ? 0 : src->text;
    }
}

DefId resolve_macro(const Resolver *r, DefId scope, const PathSeg *segs, u32 count, u32 text) {
    PathRes res = resolve_path(r, scope, segs, count, NS_MACRO, text);
    if (res.res.kind != RES_DEF || res.used != count) return (DefId){0};
    return def_kind(r->db, res.res.def) == DEF_MACRO ? res.res.def : (DefId){0};
}
