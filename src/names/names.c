#include "names/names.h"

#include "diag/diag.h"
#include "names/collect.h"
#include "names/divide.h"
#include "names/split.h"

// ---- attributes --------------------------------------------------------------------------------

bool def_attr(Db *db, DefId def, Symbol name, u32 nth, Toks *args) {
    const DefInfo *info = def_info(db, def);
    Toks attrs = {LIST_AT(info, Tok, info->attrs), info->attrs.count};
    Attr attr;
    for (u32 at = 0; attr_next(&db->symbols, attrs, &at, &attr);) {
        if (attr.name.id != name.id) continue;
        if (nth-- != 0) continue;
        if (args != NULL) *args = attr.args;
        return true;
    }
    return false;
}

bool def_has_attr(Db *db, DefId def, Symbol name) {
    return def_attr(db, def, name, 0, NULL);
}

u32 def_number(Db *db, DefId def) {
    if (def_kind(db, def) != DEF_IMPL) return def_row(db, def)->disambiguator;
    return def_info(db, def)->number;
}

Span def_word_span(Db *db, DefId def, Symbol word) {
    Toks toks = def_toks(db, def);
    Span span = {SPAN_DEF | def.id, 0, 1};
    for (u32 i = 0; i < toks.count; i++) {
        if (toks.at[i].kind == TOK_IDENT && toks.at[i].sym == word.id) {
            span.lo = toks.at[i].pos;
            span.hi = span.lo + tok_len(&db->symbols, &toks.at[i]);
            return span;
        }
    }
    if (toks.count != 0) span.lo = toks.at[0].pos;
    span.hi = span.lo + 1;
    return span;
}

Span def_span(Db *db, DefId def) {
    return def_word_span(db, def, def_row(db, def)->name);
}

// ---- scopes
// --------------------------------------------------------------------------------------

DefId def_scope(Db *db, DefId def) {
    DefId item = {0};
    while (def.id != 0) {
        const DefRow *row = def_row(db, def);
        if (row->kind == DEF_MOD) break;
        if (row->kind == DEF_BLOCK) {
            if (row->disambiguator == 0) def = def_info(db, item)->scope;
            break;
        }
        item = def;
        def = row->parent;
    }
    return def;
}

// Without the blocks that hold no names: then the bodies of a module ask the same questions.
static DefId scope_with_names(const Resolver *r, DefId scope) {
    while (scope.id != 0 && def_kind(r->db, scope) == DEF_BLOCK) {
        BoxView view;
        const ModRow *mod = resolver_view(r, scope, &view) ? view_mod(&view, scope) : NULL;
        if (mod == NULL || mod->first_bind != 0 || mod->glob != 0) break;
        scope = mod->outer;
    }
    return scope;
}

void run_path_res(Db *db, u32 key) {
    u32 bytes;
    const PathKey *path = intern_bytes(&db->defs->paths, key, &bytes);
    Resolver r = {.db = db};
    PathRes res = resolve_path(&r, path->scope, path->segs, path_key_segs(bytes),
                               (Namespace)path->ns, path->text);
    query_return(db, &res, sizeof res);
}

void run_macro_res(Db *db, u32 key) {
    u32 bytes;
    const PathKey *path = intern_bytes(&db->defs->paths, key, &bytes);
    Resolver r = {.db = db};
    DefId macro = {0};
    // After an edit it may be of a textual scope that is there no more.
    if (path->text < crate_box(db, def_crate(db, path->scope))->texts.count)
        macro = resolve_macro(&r, path->scope, path->segs, path_key_segs(bytes), path->text);
    query_return(db, &macro, sizeof macro);
}

// Whether it begins with the `$crate` of a macro of the library.
static bool starts_in_library(const Db *db, DefId scope, const PathSeg *seg) {
    if (!(seg->flags & TOK_CRATE) && !symbol_is(seg->name, SYM_dollar_crate)) return false;
    CrateId crate = {hygiene_dollar_crate(db, seg->ctxt, def_crate(db, scope).id)};
    return crate_info(db, crate)->is_library;
}

// The path's key, without its scope; false: it is not asked for as a query.
static bool path_key(const Resolver *r, DefId scope, const PathSeg *segs, u32 count, PathKey *key) {
    if (count == 0 || count > ARRAY_LEN(key->segs) || !def_is_local(r->db, scope) ||
        starts_in_library(r->db, scope, segs))
        return false;
    *key = (PathKey){.scope = scope_with_names(r, scope)};
    memcpy(key->segs, segs, count * sizeof *segs);
    return true;
}

PathRes names_resolve(Db *db, DefId scope, const PathSeg *segs, u32 count, Namespace ns) {
    Resolver r = {.db = db};
    PathKey key;
    if (!path_key(&r, scope, segs, count, &key)) return resolve_path(&r, scope, segs, count, ns, 0);
    key.ns = ns;
    u32 id = intern(&db->defs->paths, &key, path_key_bytes(count));
    return *(const PathRes *)query_get(db, Q_path_res, id);
}

DefId names_macro_of_body(const Resolver *r, DefId scope, const PathSeg *segs, u32 count,
                          u32 text) {
    Db *db = r->db;
    PathKey key;
    DefId owner = r->building->owner;
    // A body that declares macros, or whose blocks hold names, knows more than its module does.
    if (text != 0 || def_kind(db, def_scope(db, owner)) == DEF_BLOCK ||
        !path_key(r, scope, segs, count, &key) || def_kind(db, key.scope) == DEF_BLOCK)
        return resolve_macro(r, scope, segs, count, text);
    key.ns = NS_MACRO;
    key.text = def_text(db, owner);
    u32 id = intern(&db->defs->paths, &key, path_key_bytes(count));
    return *(const DefId *)query_get(db, Q_macro_res, id);
}

static const char *kind_text(DefKind kind) {
    switch (kind) {
    case DEF_MOD: return "module";
    case DEF_STRUCT: return "struct";
    case DEF_UNION: return "union";
    case DEF_ENUM: return "enum";
    case DEF_VARIANT: return "variant";
    case DEF_TRAIT: return "trait";
    case DEF_TRAIT_ALIAS: return "trait alias";
    case DEF_TY_ALIAS: return "type alias";
    case DEF_FN: return "function";
    case DEF_CONST: return "constant";
    case DEF_STATIC: return "static";
    case DEF_MACRO: return "macro";
    case DEF_FOREIGN_TY: return "foreign type";
    default: return "item";
    }
}

// The first segment that only a private name answers.
static void report_private(Db *db, DefId scope, const PathSeg *segs, u32 count, Namespace ns,
                           Span span) {
    Resolver r = {.db = db}, all = {.db = db, .see_all = true};
    for (u32 n = 1; n <= count; n++) {
        Namespace last = n == count ? ns : NS_TYPE;
        if (resolve_path(&r, scope, segs, n, last, 0).res.kind != RES_NONE) continue;
        PathRes found = resolve_path(&all, scope, segs, n, last, 0);
        if (found.res.kind != RES_DEF && found.res.kind != RES_CTOR) continue;
        const char *what = found.res.kind == RES_CTOR && def_kind(db, found.res.def) == DEF_STRUCT
                               ? "tuple struct constructor"
                               : kind_text(def_kind(db, found.res.def));
        Str name = symbol_str(&db->symbols, segs[n - 1].name);
        diag_error(db, span, "E0603", "%s `%.*s` is private", what, STR_ARG(name));
        diag_label(db, span, "private %s", what);
        return;
    }
}

// What the path would name if everything could be seen.
static PathRes resolve_private(Db *db, DefId scope, const PathSeg *segs, u32 count, Namespace ns) {
    Resolver all = {.db = db, .see_all = true};
    PathRes found = resolve_path(&all, scope, segs, count, ns, 0);
    if (found.res.kind != RES_DEF && found.res.kind != RES_CTOR) found.res.kind = RES_NONE;
    return found;
}

bool names_are_private(Db *db, DefId scope, const PathSeg *segs, u32 count, Namespace ns) {
    return resolve_private(db, scope, segs, count, ns).res.kind != RES_NONE;
}

PathRes names_resolve_or_report(Db *db, DefId scope, const PathSeg *segs, u32 count, Namespace ns,
                                Span span) {
    PathRes res = names_resolve(db, scope, segs, count, ns);
    if (res.res.kind != RES_NONE || count == 0) return res;
    PathRes hidden = resolve_private(db, scope, segs, count, ns);
    if (hidden.res.kind != RES_NONE) {
        report_private(db, scope, segs, hidden.used, ns, span);
        return hidden;
    }
    u32 bad = min_u32(res.used, count - 1);
    Str name = symbol_str(&db->symbols, segs[bad].name);
    Str before = bad > 0 ? symbol_str(&db->symbols, segs[bad - 1].name) : STR("");
    if (bad + 1 < count) {
        if (bad == 0) {
            diag_error(db, span, "E0433", "cannot find module or crate `%.*s` in this scope",
                       STR_ARG(name));
            diag_label(db, span, "use of unresolved module or unlinked crate `%.*s`",
                       STR_ARG(name));
        } else {
            diag_error(db, span, "E0433", "cannot find `%.*s` in `%.*s`", STR_ARG(name),
                       STR_ARG(before));
            diag_label(db, span, "could not find `%.*s` in `%.*s`", STR_ARG(name), STR_ARG(before));
        }
    } else if (ns == NS_VALUE) {
        diag_error(db, span, "E0425", "cannot find value `%.*s` in %s", STR_ARG(name),
                   bad > 0 ? "this module" : "this scope");
        diag_label(db, span, bad > 0 ? "not found in `%.*s`" : "not found in this scope",
                   STR_ARG(before));
    } else {
        diag_error(db, span, ns == NS_TYPE ? "E0425" : "", "cannot find %s `%.*s` in %s",
                   ns == NS_TYPE ? "type" : "macro", STR_ARG(name),
                   bad > 0 ? "this module" : "this scope");
        diag_label(db, span, bad > 0 ? "not found in `%.*s`" : "not found in this scope",
                   STR_ARG(before));
    }
    res.res.kind = RES_ERR;
    return res;
}

bool names_visible(Db *db, DefId def, DefId from_scope) {
    DefKind kind = def_kind(db, def);
    if (kind == DEF_BLOCK || def_row(db, def)->parent.id == 0) return true;
    return def_visible_from(db, def_info(db, def)->vis, from_scope);
}

typedef struct DefList {
    List defs;
} DefList;

static const DefId *def_list(const DefList *list, u32 *count) {
    *count = list->defs.count;
    return LIST_AT(list, DefId, list->defs);
}

static void return_defs(Db *db, const DefId *defs, u32 count) {
    Blob blob;
    blob_begin(&blob, &db->scratch, sizeof(DefList));
    List list = blob_add(&blob, defs, count, sizeof(DefId));
    ((DefList *)blob_header(&blob))->defs = list;
    query_return_blob(db, &blob);
}

typedef VEC(DefId) DefIdVec;

typedef struct TraitWalk {
    Db *db;
    DefIdVec found;
    DefIdVec visited;
} TraitWalk;

static void walk_push(TraitWalk *walk, DefId def) {
    for (u32 i = 0; i < walk->found.count; i++) {
        if (walk->found.at[i].id == def.id) return;
    }
    vec_push(&walk->db->scratch, &walk->found, def);
}

static void walk_scope(TraitWalk *walk, DefId scope, DefId from) {
    for (u32 i = 0; i < walk->visited.count; i++) {
        if (walk->visited.at[i].id == scope.id) return;
    }
    vec_push(&walk->db->scratch, &walk->visited, scope);
    Resolver r = {.db = walk->db};
    BoxView view;
    if (!resolver_view(&r, scope, &view)) return;
    const ModRow *mod = view_mod(&view, scope);
    if (mod == NULL) return;
    for (u32 b = mod->first_bind; b != 0; b = view.bind_next[b - 1]) {
        const BindRow *bind = &view.binds[b - 1];
        if (bind->ns != NS_TYPE) continue;
        BindRow found;
        if (bind->is_import == BIND_LAZY) {
            // No crate is loaded for `c_int`: the library's traits are named as all are.
            Str name = symbol_str(&walk->db->symbols, bind->name);
            if (name.at[0] >= 'a' && name.at[0] <= 'z') continue;
            if (!resolve_bind(&r, &view, bind, &found)) continue;
            bind = &found;
        }
        if (bind->res.kind != RES_DEF) continue;
        DefKind kind = def_kind(walk->db, bind->res.def);
        if (kind != DEF_TRAIT && kind != DEF_TRAIT_ALIAS) continue;
        if (!def_visible_from(walk->db, bind->vis, from)) continue;
        walk_push(walk, bind->res.def);
    }
    for (u32 u = mod->unnamed; u != 0; u = view.unnamed[u - 1].next) {
        const UnnamedRow *row = &view.unnamed[u - 1];
        if (def_visible_from(walk->db, row->vis, from)) walk_push(walk, row->trait);
    }
    for (u32 g = mod->glob; g != 0; g = view.globs[g - 1].next) {
        const GlobRow *glob = &view.globs[g - 1];
        if (!def_visible_from(walk->db, glob->vis, from)) continue;
        DefId target = resolve_glob_target(&r, &view, glob);
        if (target.id == 0 || def_kind(walk->db, target) != DEF_MOD) continue;
        walk_scope(walk, target, from);
    }
}

void run_scope_traits(Db *db, u32 key) {
    TraitWalk walk = {.db = db};
    Resolver r = {.db = db};
    DefId scope = {key};
    DefId last = scope;
    for (DefId s = scope; s.id != 0; s = scope_outer(&r, s)) {
        walk_scope(&walk, s, scope);
        last = s;
        if (def_kind(db, s) == DEF_MOD) break;
    }
    BoxView view;
    if (resolver_view(&r, crate_root(db, def_crate(db, last)), &view) && view.prelude.id != 0) {
        walk_scope(&walk, view.prelude, scope);
    }
    return_defs(db, walk.found.at, walk.found.count);
}

const DefId *names_traits_in_scope(Db *db, DefId scope, u32 *count) {
    return def_list(query_get(db, Q_scope_traits, scope.id), count);
}

void run_enum_variants(Db *db, u32 key) {
    Resolver r = {.db = db};
    DefId def = {key};
    BoxView view;
    DefIdVec list = {0};
    const ModRow *mod = resolver_view(&r, def, &view) ? view_mod(&view, def) : NULL;
    for (u32 b = mod == NULL ? 0 : mod->first_bind; b != 0; b = view.bind_next[b - 1]) {
        if (view.binds[b - 1].ns != NS_TYPE) continue;
        vec_push(&db->scratch, &list, view.binds[b - 1].res.def);
    }
    for (u32 i = 0; i + 1 < list.count - i; i++) {
        DefId swap = list.at[i];
        list.at[i] = list.at[list.count - 1 - i];
        list.at[list.count - 1 - i] = swap;
    }
    return_defs(db, list.at, list.count);
}

const DefId *def_variants(Db *db, DefId def, u32 *count) {
    return def_list(query_get(db, Q_enum_variants, def.id), count);
}

// ---- impls
// ----------------------------------------------------------------------------------------

// `calls`: also those that only call macros, because a macro of the crate makes impls.
static void body_impls(Db *db, DefId def, bool calls, DefIdVec *out);

static void box_impls(Db *db, const DefBox *box, bool calls, DefIdVec *out) {
    const DefId *impls = LIST_AT(box, DefId, box->impls);
    for (u32 i = 0; i < box->impls.count; i++)
        vec_push(&db->scratch, out, impls[i]);
    const DefId *bodies = LIST_AT(box, DefId, box->impl_bodies);
    for (u32 i = 0; i < box->impl_bodies.count; i++)
        body_impls(db, bodies[i], calls, out);
    bodies = LIST_AT(box, DefId, box->call_bodies);
    for (u32 i = 0; calls && i < box->call_bodies.count; i++)
        body_impls(db, bodies[i], calls, out);
}

static void body_impls(Db *db, DefId def, bool calls, DefIdVec *out) {
    DefKind kind = def_kind(db, def);
    if (kind == DEF_IMPL || kind == DEF_TRAIT) {
        const DefBox *box = assoc_box(db, def);
        const DefSrc *defs = LIST_AT(box, DefSrc, box->defs);
        for (u32 i = 0; i < box->defs.count; i++) {
            u32 wanted = SHAPE_HAS_IMPL | (calls ? SHAPE_HAS_CALL : 0);
            if (defs[i].bits & wanted) body_impls(db, defs[i].def, calls, out);
        }
        return;
    }
    if (!def_has_body(db, def)) return;
    const DefBox *box = body_box(db, def);
    if (box != NULL) box_impls(db, box, calls, out);
}

void run_crate_impls(Db *db, u32 key) {
    DefIdVec list = {0};
    const DefBox *box = crate_box(db, (CrateId){key});
    if (crate_info(db, (CrateId){key})->is_library) {
        return_defs(db, LIST_AT(box, DefId, box->impls), box->impls.count);
        return;
    }
    box_impls(db, box, box->has_impl_macro, &list);
    return_defs(db, list.at, list.count);
}

const DefId *names_body_impls(Db *db, DefId def, u32 *count) {
    *count = 0;
    if (!crate_info(db, def_crate(db, def))->is_library) return NULL;
    while (def.id != 0 && def_kind(db, def) != DEF_BLOCK)
        def = def_row(db, def)->parent;
    if (def.id == 0) return NULL;
    const DefBox *box = body_box(db, def_row(db, def)->parent);
    if (box == NULL) return NULL;
    *count = box->impls.count;
    return LIST_AT(box, DefId, box->impls);
}

const DefId *names_impls(Db *db, CrateId crate, u32 *count) {
    return def_list(query_get(db, Q_crate_impls, crate.id), count);
}

// ---- lang items
// ------------------------------------------------------------------------------------

static const char *const lang_texts[] = {
#define LANG_ITEM(name, text) "\"" text "\"",
#include "names/lang_items.def"
#undef LANG_ITEM
};

u32 lang_item_number(Db *db, Symbol literal) {
    Str text = symbol_str(&db->symbols, literal);
    for (u32 i = 0; i < LANG_COUNT; i++) {
        if (str_eq(text, str_from(lang_texts[i]))) return i;
    }
    return LANG_COUNT;
}

u32 lang_item_of_attr(Db *db, Toks args) {
    const Tok *value = attr_value(args);
    if (value != NULL) return lang_item_number(db, (Symbol){value->sym});
    // `#[lang = stringify!($name)]`, as core's panic_const! writes it
    for (u32 i = 1; i + 2 < args.count; i++) {
        if (args.at[i].kind != TOK_NOT || args.at[i + 1].kind != TOK_OPEN_PAREN) continue;
        const Tok *name = &args.at[i + 2];
        while (name->kind == TOK_OPEN_NONE)
            name++;
        if (name->kind != TOK_IDENT) return LANG_COUNT;
        u64 mark = scratch_mark(&db->scratch);
        Str text = scratch_print(&db->scratch, "\"%.*s\"",
                                 STR_ARG(symbol_str(&db->symbols, (Symbol){name->sym})));
        Symbol literal = symbol_intern(&db->symbols, text);
        scratch_rewind(&db->scratch, mark);
        return lang_item_number(db, literal);
    }
    return LANG_COUNT;
}

LangItem lang_item_of(Db *db, DefId def) {
    DefKind kind = def_kind(db, def);
    if (kind == DEF_CLOSURE || kind == DEF_ANON_CONST || kind == DEF_INLINE_CONST ||
        kind == DEF_BLOCK || kind == DEF_OPAQUE_TY) {
        return LANG_COUNT;
    }
    return (LangItem)def_info(db, def)->lang;
}

void run_crate_langs(Db *db, u32 key) {
    DefId table[LANG_COUNT];
    memset(table, 0, sizeof table);
    const DefBox *box = crate_box(db, (CrateId){key});
    const LangRow *rows = LIST_AT(box, LangRow, box->langs);
    for (u32 i = 0; i < box->langs.count; i++) {
        if (table[rows[i].item].id == 0) table[rows[i].item] = rows[i].def;
    }
    const DefId *holders = LIST_AT(box, DefId, box->lang_holders);
    for (u32 i = 0; i < box->lang_holders.count; i++) {
        u32 count;
        const AssocItem *items = def_assoc_items(db, holders[i], &count);
        for (u32 k = 0; k < count; k++) {
            LangItem item = lang_item_of(db, items[k].def);
            if (item != LANG_COUNT && table[item].id == 0) table[item] = items[k].def;
        }
    }
    query_return(db, table, sizeof table);
}

DefId lang_item(Db *db, LangItem item) {
    // core's, alloc's, std's. The user's crate is not looked at for one that the library lacks:
    // else all that asks for it would depend on that crate.
    bool in_library = names_has_core(db);
    for (u32 i = 1; i < db->defs->crates.count; i++) {
        const CrateInfo *info = crate_info(db, (CrateId){i});
        if (info->is_library != in_library || info->row.is_part) continue;
        if (in_library && !symbol_is(info->row.name, SYM_core) &&
            !symbol_is(info->row.name, SYM_alloc) && !symbol_is(info->row.name, SYM_std)) {
            continue;
        }
        const DefId *table = query_get(db, Q_crate_langs, i);
        if (table[item].id != 0) return table[item];
    }
    return (DefId){0};
}

DefId def_by_path(Db *db, Str path, Namespace ns) {
    PathSeg segs[24];
    u32 count = 0;
    for (u32 i = 0; i < path.len && count < ARRAY_LEN(segs);) {
        u32 start = i;
        while (i < path.len && path.at[i] != ':')
            i++;
        segs[count++] =
            (PathSeg){symbol_intern(&db->symbols, (Str){path.at + start, i - start}), 0, 0};
        i += 2;
    }
    if (count == 0) return (DefId){0};
    CrateId crate = crate_find(db, segs[0].name);
    if (crate.id == 0) return (DefId){0};
    Resolver r = {.db = db};
    DefId at = crate_root(db, crate);
    for (u32 i = 1; i < count; i++) {
        DefKind kind = def_kind(db, at);
        if (kind != DEF_MOD && kind != DEF_ENUM) {
            if (kind != DEF_TRAIT) return (DefId){0};
            u32 items;
            const AssocItem *assoc = def_assoc_items(db, at, &items);
            DefId found = {0};
            for (u32 k = 0; k < items; k++) {
                if (assoc[k].name.id == segs[i].name.id) found = assoc[k].def;
            }
            at = found;
            if (at.id == 0) return at;
            continue;
        }
        BindRow bind;
        // Private library definitions are the compiler's to see: looked up from within.
        if (!resolve_in_scope(&r, at, i + 1 == count ? ns : NS_TYPE, segs[i].name, 0, at, &bind)) {
            return (DefId){0};
        }
        at = bind.res.def;
    }
    return at;
}

NamesReport names_report(Db *db, CrateId crate) {
    return crate_box(db, crate)->report;
}

void names_register(Db *db) {
    source_on_change(db, split_change);
    query_register(db, Q_file_split, run_file_split);
    query_register(db, Q_file_shape, run_file_shape);
    query_register(db, Q_file_places, run_file_places);
    query_register(db, Q_crate_box, run_crate_box);
    query_divide(db, Q_crate_box, divide_crate_box);
    query_register(db, Q_macro_rules, run_macro_rules);
    query_register(db, Q_def_info, run_def_info);
    query_register(db, Q_def_toks, run_def_toks);
    query_register(db, Q_assoc_box, run_assoc_box);
    query_register(db, Q_assoc_items, run_assoc_items);
    query_register(db, Q_item_ast, run_item_ast);
    query_register(db, Q_body_ast, run_body);
    query_register(db, Q_crate_impls, run_crate_impls);
    query_register(db, Q_crate_langs, run_crate_langs);
    query_register(db, Q_scope_traits, run_scope_traits);
    query_register(db, Q_path_res, run_path_res);
    query_register(db, Q_macro_res, run_macro_res);
    query_register(db, Q_enum_variants, run_enum_variants);
}
