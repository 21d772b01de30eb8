// Collecting a crate: its modules, items, macros and imports, to a fixpoint.
//
// Items of files (and of what item macros expand to) become definitions in source order. Imports
// and macro calls wait in lists; rounds of "resolve imports, expand the calls whose macro is known"
// go on until nothing changes. What is left over then is an error.

#include "names/collect.h"

#include "diag/diag.h"
#include "expand/builtin.h"
#include "expand/derive.h"
#include "names/split.h"

#define ROUNDS_MAX 256

typedef struct Rows { // a run of shape rows with its tokens
    const ShapeRow *rows;
    const Tok *toks;
    const ShapePlace *places; // expansions only
    u32 file;
    u32 outer_row; // expansions: the written item; files: UINT32_MAX
    u32 tok_shift; // expansions: where their tokens begin in the box
    u32 depth;     // of expansion
    bool expanded;
} Rows;

typedef struct Dir {
    Str path; // folder that `mod x;` looks in
    Str attr; // folder that #[path] counts from
} Dir;

static Toks rows_toks(const Rows *rows, TokRange range) {
    return (Toks){rows->toks + range.lo, range.hi - range.lo};
}

// An impl of the user's is named by its header, so that one more above it makes it no other: what
// runs knows it by its name. The library's never change, and are only counted.
static Symbol impl_name(Builder *b, Toks header) {
    if (!crate_row(b->db, b->crate)->is_local) return SYM_OF(none);
    u64 mark = scratch_mark(b->temp);
    VEC(char) text = {0};
    vec_append(b->temp, &text, "<", 1);
    bool was_word = false;
    for (u32 i = 0; i < header.count; i++) {
        const Tok *tok = &header.at[i];
        bool is_word = tok->kind < TOK_OPEN_PAREN;
        Str own = is_word ? symbol_str(&b->db->symbols, (Symbol){tok->sym})
                          : str_from(tok_kind_text((TokKind)tok->kind));
        if (was_word && is_word) vec_push(b->temp, &text, ' ');
        vec_append(b->temp, &text, own.at, own.len);
        was_word = is_word;
    }
    vec_push(b->temp, &text, '>');
    Symbol name = symbol_intern(&b->db->symbols, (Str){text.at, text.count});
    scratch_rewind(b->temp, mark);
    return name;
}

// The impl that a derive makes.
static Symbol derive_name(Builder *b, Symbol trait, DefId item) {
    if (!crate_row(b->db, b->crate)->is_local) return SYM_OF(none);
    u64 mark = scratch_mark(b->temp);
    const Symbols *symbols = &b->db->symbols;
    Str text = scratch_print(b->temp, "<derive %.*s for %.*s>", STR_ARG(symbol_str(symbols, trait)),
                             STR_ARG(symbol_str(symbols, def_row(b->db, item)->name)));
    Symbol name = symbol_intern(&b->db->symbols, text);
    scratch_rewind(b->temp, mark);
    return name;
}

u32 path_segs_of(Toks path, Scratch *scratch, PathSeg **out) {
    PathSeg *segs = SCRATCH_ARRAY(scratch, PathSeg, path.count + 1);
    u32 count = 0;
    for (u32 i = 0; i < path.count; i++) {
        const Tok *tok = &path.at[i];
        if (tok->kind == TOK_IDENT) {
            segs[count++] = (PathSeg){{tok->sym}, tok->ctxt, tok->flags & (TOK_RAW | TOK_CRATE)};
        } else if (tok->kind == TOK_COLONCOLON && count == 0 && i == 0) {
            segs[count++] = (PathSeg){SYM_OF(path_root), tok->ctxt, 0};
        }
    }
    *out = segs;
    return count;
}

static DefKind item_def_kind(const ShapeRow *row, bool foreign) {
    switch ((ItemKind)row->kind) {
    case ITEM_NONE: return DEF_VARIANT;
    case ITEM_MOD: return DEF_MOD;
    case ITEM_FN: return DEF_FN;
    case ITEM_STRUCT: return DEF_STRUCT;
    case ITEM_ENUM: return DEF_ENUM;
    case ITEM_UNION: return DEF_UNION;
    case ITEM_TRAIT: return DEF_TRAIT;
    case ITEM_TRAIT_ALIAS: return DEF_TRAIT_ALIAS;
    case ITEM_TYPE: return foreign ? DEF_FOREIGN_TY : DEF_TY_ALIAS;
    case ITEM_CONST: return DEF_CONST;
    case ITEM_STATIC: return DEF_STATIC;
    case ITEM_IMPL: return DEF_IMPL;
    case ITEM_EXTERN_BLOCK: return DEF_FOREIGN_MOD;
    case ITEM_MACRO_RULES:
    case ITEM_MACRO_DEF: return DEF_MACRO;
    case ITEM_MACRO_CALL: return DEF_GLOBAL_ASM;
    case ITEM_USE:
    case ITEM_EXTERN_CRATE:
    case ITEM_KIND_COUNT: break;
    }
    return DEF_NONE;
}

// Visibility in a module: 0 or the module's DefId. Paths are resolved in the crate being built.
static u32 vis_of(Builder *b, DefId mod, u8 vis, Toks path) {
    Resolver r = {.db = b->db, .building = b};
    DefId here = scope_module(&r, mod);
    switch ((ItemVis)vis) {
    case VIS_PUB: return 0;
    case VIS_CRATE: return crate_root(b->db, b->crate).id;
    case VIS_INHERITED:
    case VIS_SELF: return here.id; // of a block's items too: names in blocks are lexical anyway
    case VIS_SUPER: {
        DefId outer = def_row(b->db, here)->parent;
        return outer.id == 0 ? here.id : scope_module(&r, outer).id;
    }
    case VIS_IN: {
        PathSeg *segs;
        u32 count = path_segs_of(path, b->scratch, &segs);
        // `pub(in self::a)`, 2015's `pub(in a)`: modules around the item, all known by now.
        PathRes res = resolve_path(&r, here, segs, count, NS_TYPE, 0);
        if (res.res.kind == RES_DEF && res.used == count) return res.res.def.id;
        return crate_root(b->db, b->crate).id;
    }
    }
    return mod.id;
}

// A position of a written item, for messages.
static Span item_span(Builder *b, u32 file, u32 row, u32 pos) {
    if (file == 0) return (Span){b->owner.id == 0 ? 0 : SPAN_DEF | b->owner.id, pos, pos + 1};
    return row_span(b->db, file, row, pos);
}

Span collect_span(Builder *b, u32 file, u32 row, u32 pos) {
    return item_span(b, file, row, pos);
}

static void bind(Builder *b, DefId mod, Namespace ns, Symbol name, u32 ctxt, Res res, u32 vis) {
    if (name.id == 0 || name.id == SYM_underscore) return;
    BoxView view;
    builder_view(b, &view);
    const BindRow *old = view_bind(&view, mod, ns, name, hygiene_for_items(b->db, ctxt));
    if (old != NULL && old->is_import == 0) {
        // A value twice was said for its type already (unit and tuple structs).
        if (res.kind == RES_CTOR && ns == NS_VALUE && old->res.kind == RES_CTOR) return;
        const DefSrc *src = view_def(&view, res.def);
        Span span = {0};
        if (src != NULL) {
            bool in_block = src->file == 0 && src->toks.lo < b->toks.count;
            span = item_span(b, src->file, src->row, in_block ? b->toks.at[src->toks.lo].pos : 0);
        }
        Str text = symbol_str(&b->db->symbols, name);
        diag_error(b->db, span, "E0428", "the name `%.*s` is defined multiple times",
                   STR_ARG(text));
        diag_label(b->db, span, "`%.*s` redefined here", STR_ARG(text));
        static const char *const spaces[] = {"type", "value", "macro"};
        diag_note(b->db, "`%.*s` must be defined only once in the %s namespace of this module",
                  STR_ARG(text), spaces[ns]);
        return;
    }
    builder_bind(b, (BindRow){mod, ns, name, hygiene_for_items(b->db, ctxt), res, vis, 0});
}

static TokRange keep_attrs(Builder *b, Toks attrs) {
    u32 first = b->toks.count;
    cfg_attrs_expand(&b->db->symbols, &b->cfgs, attrs, b->toks_in, &b->toks);
    return (TokRange){first, b->toks.count};
}

static Toks kept_toks(const Builder *b, TokRange range) {
    return toks_sub((Toks){b->toks.at, b->toks.count}, range);
}

static bool attr_named(const Builder *b, TokRange range, u32 want, Attr *out) {
    Toks toks = kept_toks(b, range);
    for (u32 at = 0; attr_next(&b->db->symbols, toks, &at, out);) {
        if (out->name.id == want) return true;
    }
    return false;
}

static void note_lang(Builder *b, DefId def, TokRange attrs) {
    Attr attr;
    if (attrs.lo == attrs.hi) return;
    if (!attr_named(b, attrs, SYM_lang, &attr)) {
        // `#[panic_handler]` is the other way to write `#[lang = "panic_impl"]`.
        if (attr_named(b, attrs, SYM_panic_handler, &attr)) {
            vec_push(b->scratch, &b->langs, (LangRow){LANG_panic_impl, def});
        }
        return;
    }
    u32 item = lang_item_of_attr(b->db, attr.args);
    if (item != LANG_COUNT) vec_push(b->scratch, &b->langs, (LangRow){item, def});
}

static void collect_rows(Builder *b, DefId mod, DefId parent, const Rows *rows, u32 from, u32 to,
                         const Dir *dir, u32 *text);

static Str path_dir(Str path) {
    u32 len = path.len;
    while (len != 0 && path.at[len - 1] != '/')
        len--;
    return (Str){path.at, len};
}

static Str path_stem(Str path) {
    Str dir = path_dir(path);
    Str file = {path.at + dir.len, path.len - dir.len};
    if (file.len > 3 && memcmp(file.at + file.len - 3, ".rs", 3) == 0) file.len -= 3;
    return file;
}

static void collect_mod_file(Builder *b, DefId def, TokRange attrs, const Dir *dir, u32 *text,
                             Symbol name, u32 at_file, u32 at_row) {
    Db *db = b->db;
    Attr attr;
    Str path;
    Str text_name = symbol_str(&db->symbols, name);
    Str literal;
    FileId file = {0};
    bool owns_dir = false;
    if (attr_named(b, attrs, SYM_path, &attr) && attr_value(attr.args) != NULL &&
        literal_text(db, attr_value(attr.args), b->scratch, &literal)) {
        path = literal.len != 0 && literal.at[0] == '/'
                   ? literal
                   : scratch_print(b->scratch, "%.*s%.*s", STR_ARG(dir->attr), STR_ARG(literal));
        file = source_load(db, path, NULL);
        owns_dir = true;
    } else {
        path = scratch_print(b->scratch, "%.*s%.*s.rs", STR_ARG(dir->path), STR_ARG(text_name));
        file = source_load(db, path, NULL);
        if (file.id == 0) {
            Str other = scratch_print(b->scratch, "%.*s%.*s/mod.rs", STR_ARG(dir->path),
                                      STR_ARG(text_name));
            file = source_load(db, other, NULL);
            if (file.id != 0) {
                path = other;
                owns_dir = true;
            }
        }
    }
    if (file.id == 0) {
        diag_error(db, item_span(b, at_file, at_row, 0), "E0583",
                   "file not found for module `%.*s`", STR_ARG(text_name));
        diag_help(db, "to create the module `%.*s`, create file \"%.*s\"", STR_ARG(text_name),
                  STR_ARG(path));
        return;
    }
    if (builder_is_circular(b, def, file, item_span(b, at_file, at_row, 0))) return;
    const FileShape *shape = file_shape(db, file.id);
    Toks inner = {LIST_AT(shape, Tok, shape->toks) + shape->inner_attrs.lo,
                  shape->inner_attrs.hi - shape->inner_attrs.lo};
    if (!cfg_attrs_live(&db->symbols, &b->cfgs, inner)) return;
    Dir own;
    own.attr = path_dir(path);
    own.path = owns_dir ? own.attr
                        : scratch_print(b->scratch, "%.*s%.*s/", STR_ARG(own.attr),
                                        STR_ARG(path_stem(path)));
    Rows rows = {LIST_AT(shape, ShapeRow, shape->rows),
                 LIST_AT(shape, Tok, shape->toks),
                 NULL,
                 file.id,
                 UINT32_MAX,
                 0,
                 0,
                 false};
    collect_rows(b, def, def, &rows, 0, shape->rows.count, &own, text);
}

// Where an import's path would leave for a lazy crate, kept for those who ask.
static u32 lazy_add(Builder *b, const LazyHit *hit, const PathSeg *segs, u32 count) {
    LazyRow row = {hit->scope, hit->from, b->lazy_segs.count, count - hit->seg};
    vec_append(b->scratch, &b->lazy_segs, segs + hit->seg, row.seg_count);
    vec_push(b->scratch, &b->lazies, row);
    return b->lazies.count - 1;
}

static void pending_add(Builder *b, const Import *import, int by) {
    u64 key = hash_mix(pack_u64(import->mod.id, import->name.id), 3);
    u32 count = max_u32(map_get(&b->pending, key), 1); // one too high: 0 is no value of a map
    map_set(&b->pending, key, (u32)((int)count + by));
}

// In edition 2015, the path of a `use` starts at the crate's root.
static bool starts_at_root(const Builder *b, const UseSeg *seg) {
    u32 edition = hygiene_edition(b->db, seg->ctxt, b->edition);
    if (edition >= 2018 || (seg->flags & TOK_CRATE)) return false;
    if (seg->flags & TOK_RAW) return true;
    switch (seg->name.id) {
    case SYM_path_root:
    case SYM_self:
    case SYM_super:
    case SYM_crate:
    case SYM_dollar_crate: return false;
    default: return true;
    }
}

static void collect_use(Builder *b, DefId mod, const Rows *rows, const ShapeRow *row, u32 index,
                        TokRange attrs, u32 vis, u32 text) {
    UseTable table = {0};
    u64 mark = scratch_mark(b->temp);
    parse_use(rows_toks(rows, row->header), b->temp, &table);
    Attr attr;
    bool prelude = attr_named(b, attrs, SYM_prelude_import, &attr);
    for (u32 i = 0; i < table.leaves.count; i++) {
        const UseLeaf *leaf = &table.leaves.at[i];
        Import import = {
            .mod = mod,
            .seg_first = b->segs.count,
            .seg_count = leaf->seg_count,
            .name = leaf->name,
            .ctxt = leaf->ctxt,
            .vis = vis,
            .text = text,
            .glob = leaf->glob,
            .self_only = leaf->in_braces_self,
            .is_prelude = prelude,
            .expanded = rows->expanded,
            .file = rows->file,
            .row = rows->expanded ? rows->outer_row : index,
            .pos = row->header.hi > row->header.lo && leaf->tok < row->header.hi - row->header.lo
                       ? rows_toks(rows, row->header).at[leaf->tok].pos
                       : 0,
        };
        if (leaf->seg_count != 0 && starts_at_root(b, &table.segs.at[leaf->seg_first])) {
            vec_push(b->scratch, &b->segs, (PathSeg){SYM_OF(path_root), 0, 0});
            import.seg_count++;
        }
        for (u32 s = 0; s < leaf->seg_count; s++) {
            const UseSeg *seg = &table.segs.at[leaf->seg_first + s];
            vec_push(b->scratch, &b->segs, (PathSeg){seg->name, seg->ctxt, seg->flags});
        }
        // `a::{self}` names `a` itself.
        if (leaf->in_braces_self && import.seg_count > 1 &&
            symbol_is(vec_last(&b->segs).name, SYM_self)) {
            import.seg_count--;
        }
        vec_push(b->scratch, &b->imports, import);
        if (!import.glob) pending_add(b, &import, 1);
        b->report.imports++;
    }
    if (b->temp != b->scratch) scratch_rewind(b->temp, mark);
}

static void collect_extern_crate(Builder *b, DefId mod, const ShapeRow *row, TokRange attrs,
                                 u32 vis, u32 file, u32 at_row) {
    Db *db = b->db;
    Symbol crate_name = {row->extra};
    CrateId crate = {0};
    if (symbol_is(crate_name, SYM_self)) {
        crate = b->crate;
    } else {
        const CrateInfo *info = crate_info(db, b->crate);
        for (u32 i = 0; i < info->extern_count; i++) {
            if (info->externs[i].name.id == crate_name.id) crate = info->externs[i].crate;
        }
        if (crate.id == 0 && info->is_library) crate = crate_find(db, crate_name);
        // `extern crate alloc;` and the like: crates of the sysroot by their own name.
        if (crate.id == 0) {
            CrateId other = crate_find(db, crate_name);
            if (other.id != 0 && crate_info(db, other)->is_library) crate = other;
        }
    }
    if (crate.id == 0) {
        diag_error(db, item_span(b, file, at_row, 0), "E0463", "can't find crate for `%.*s`",
                   STR_ARG(symbol_str(&db->symbols, crate_name)));
        return;
    }
    Res res = {RES_DEF, crate_root(db, crate), 0};
    if (!symbol_is(row->name, SYM_underscore)) {
        builder_bind(
            b, (BindRow){mod, NS_TYPE, row->name, hygiene_for_items(db, row->ctxt), res, vis, 2});
        if (def_row(db, mod)->parent.id == 0) {
            vec_push(b->scratch, &b->externs, (ExternRow){row->name, crate});
        }
    }
    Attr attr;
    if (attr_named(b, attrs, SYM_macro_use, &attr)) {
        vec_push(b->scratch, &b->macro_use, crate.id);
    }
}

// The fields every definition of an item shares.
static DefSrc *item_src(Builder *b, DefId def, const Rows *rows, const ShapeRow *row, u32 index,
                        TokRange attrs, u32 vis, u32 text, DefId mod) {
    DefSrc *src = builder_src(b, def);
    src->item_kind = row->kind;
    src->flags = row->flags;
    src->bits = row->bits;
    src->file = rows->file;
    src->row = rows->expanded ? rows->outer_row : index;
    src->attrs = attrs;
    src->vis = vis;
    src->text = text;
    src->scope = mod;
    if (rows->expanded) {
        src->src = SRC_TOKS;
        TokRange range = rows->places[index].range;
        src->toks = (TokRange){range.lo + rows->tok_shift, range.hi + rows->tok_shift};
    } else if (row->kind != ITEM_NONE && row->item != 0) {
        src->src = SRC_ITEM;
        src->item = row->item;
    } else {
        src->src = SRC_FILE;
    }
    return src;
}

static bool derives_copy(const Builder *b, TokRange range) {
    Toks toks = kept_toks(b, range);
    u32 derive = SYM_derive, copy = SYM_Copy;
    Attr attr;
    for (u32 at = 0; attr_next(&b->db->symbols, toks, &at, &attr);) {
        if (attr.name.id != derive) continue;
        Toks list = attr_inner(attr.args);
        for (u32 i = 0; i < list.count; i++) {
            if (list.at[i].kind == TOK_IDENT && list.at[i].sym == copy) return true;
        }
    }
    return false;
}

static void collect_derives(Builder *b, DefId mod, DefId item, const Rows *rows, u32 index,
                            TokRange attrs, u32 text) {
    Attr attr;
    u32 derive = SYM_derive, derive_const = SYM_derive_const;
    TokRange range = attrs;
    u32 fragment = 0; // of all derives of the item
    DefId parent = def_row(b->db, item)->parent;
    const ShapeRow *row = &rows->rows[index];
    bool by_copy =
        row->kind == ITEM_UNION || (derives_copy(b, attrs) && !(row->bits & SHAPE_TY_PARAMS));
    for (u32 at = 0;;) {
        Toks toks = kept_toks(b, range);
        if (!attr_next(&b->db->symbols, toks, &at, &attr)) break;
        if (attr.name.id != derive && attr.name.id != derive_const) continue;
        Toks list = attr_inner(attr.args);
        u32 last = 0;
        for (u32 i = 0; i <= list.count; i++) {
            if (i < list.count && list.at[i].kind != TOK_COMMA) {
                if (list.at[i].kind == TOK_IDENT) last = list.at[i].sym;
                continue;
            }
            if (last == 0) continue;
            DeriveKind kind = derive_kind(b->db, (Symbol){last});
            if (kind == DERIVE_NONE) {
                diag_error(
                    b->db,
                    item_span(b, rows->file, rows->expanded ? rows->outer_row : index, attr.pos),
                    "", "cannot find derive macro `%.*s` in this scope",
                    STR_ARG(symbol_str(&b->db->symbols, (Symbol){last})));
            }
            u32 impl_count = derive_impl_count(kind, by_copy);
            if (!fragment) fragment = builder_fragment(b);
            for (u32 n = 0; n < impl_count; n++) {
                DefId impl = builder_def(b, parent, DEF_IMPL, derive_name(b, (Symbol){last}, item));
                DefSrc *src = builder_src(b, impl);
                src->src = SRC_DERIVE;
                src->item_kind = ITEM_IMPL;
                src->number = fragment;
                src->derive = (u8)kind;
                src->derive_of = item;
                src->flags = ITEM_OF_TRAIT;
                src->file = rows->file;
                src->row = rows->expanded ? rows->outer_row : index;
                src->toks = (TokRange){n, n};
                src->text = text;
                src->scope = mod;
                src->attrs = (TokRange){0, 0};
                vec_push(b->scratch, &b->impls, impl);
            }
            last = 0;
        }
    }
}

static void note_body(Builder *b, DefId def, u32 bits) {
    if (bits & SHAPE_HAS_IMPL)
        vec_push(b->scratch, &b->impl_bodies, def);
    else if (bits & SHAPE_HAS_CALL)
        vec_push(b->scratch, &b->call_bodies, def);
}

static void define_macro(Builder *b, DefId mod, const Rows *rows, const ShapeRow *row, u32 index,
                         TokRange attrs, u32 vis, u32 *text) {
    Db *db = b->db;
    Attr attr;
    bool legacy = row->kind == ITEM_MACRO_RULES;
    bool exported = legacy && attr_named(b, attrs, SYM_macro_export, &attr) &&
                    !crate_row(db, b->crate)->is_part;
    DefId root = crate_root(db, b->crate);
    // As in rustc: `macro_export` puts the macro at the crate's root, whatever module it is in.
    DefId parent = exported ? root : mod;
    DefId def = builder_def(b, parent, DEF_MACRO, row->name);
    DefSrc *src = item_src(b, def, rows, row, index, attrs, vis, *text, mod);
    if (attr_named(b, attrs, SYM_rustc_builtin_macro, &attr)) {
        Symbol name = row->name;
        Toks inner = attr_inner(attr.args);
        if (inner.count != 0 && inner.at[0].kind == TOK_IDENT) name = (Symbol){inner.at[0].sym};
        src->builtin = (u8)builtin_kind(db, name);
    }
    Res res = {RES_DEF, def, 0};
    // Compiled now: a macro's own crate may call it before the box is a query's result.
    Blob blob;
    u64 mark = scratch_mark(b->temp);
    Toks body = rows_toks(rows, row->body);
    if (shape_has_impl(body, (TokRange){0, body.count})) b->has_impl_macro = true;
    macro_compile(db, body, legacy, crate_info(db, b->crate)->is_library, b->temp, &blob);
    u8 *rules = blob.at;
    if (b->temp != b->scratch) {
        rules = scratch_take(b->scratch, blob.bytes, 8);
        memcpy(rules, blob.at, blob.bytes);
        scratch_rewind(b->temp, mark);
    }
    vec_push(b->scratch, &b->rules, (const MacroRules *)rules);
    map_set(&b->compiled, def.id, b->rules.count - 1);
    if (legacy) {
        *text = builder_text(b, (TextRow){*text, row->name, row->ctxt, def, 0});
        if (exported) bind(b, root, NS_MACRO, row->name, row->ctxt, res, 0);
    } else {
        bind(b, mod, NS_MACRO, row->name, row->ctxt, res, vis);
    }
}

// Whether rustc collects the item as an expansion: derives, and attributes by a path (of tools),
// are resolved as macros before the item is looked at.
static bool attrs_expand(const Builder *b, TokRange attrs) {
    u32 derive = SYM_derive, derive_const = SYM_derive_const;
    Attr attr;
    Toks toks = kept_toks(b, attrs);
    for (u32 at = 0; attr_next(&b->db->symbols, toks, &at, &attr);)
        if (attr.name.id == derive || attr.name.id == derive_const || attr.path.count > 1)
            return true;
    return false;
}

static void collect_item(Builder *b, DefId mod, DefId parent, const Rows *rows, u32 index,
                         const Dir *dir, u32 *text) {
    Db *db = b->db;
    const ShapeRow *row = &rows->rows[index];
    Toks raw_attrs = rows_toks(rows, row->attrs);
    if (!cfg_attrs_live(&db->symbols, &b->cfgs, raw_attrs)) return;
    TokRange attrs = keep_attrs(b, raw_attrs);
    Attr attr;
    if (attrs.hi != attrs.lo) {
        bool is_test = attr_named(b, attrs, SYM_test, &attr) ||
                       attr_named(b, attrs, SYM_bench, &attr) ||
                       attr_named(b, attrs, SYM_test_case, &attr);
        if (is_test && !crate_is_test(db, b->crate)) return;
    }
    if (attrs_expand(b, attrs)) b->fragment = builder_fragment(b); // the caller sets it back
    bool foreign = def_kind(db, parent) == DEF_FOREIGN_MOD;
    u32 vis = vis_of(b, mod, row->vis, rows_toks(rows, row->vis_path));
    DefKind kind = item_def_kind(row, foreign);
    switch ((ItemKind)row->kind) {
    case ITEM_USE: collect_use(b, mod, rows, row, index, attrs, vis, *text); return;
    case ITEM_EXTERN_CRATE:
        collect_extern_crate(b, mod, row, attrs, vis, rows->file,
                             rows->expanded ? rows->outer_row : index);
        return;
    case ITEM_MACRO_RULES:
    case ITEM_MACRO_DEF: define_macro(b, mod, rows, row, index, attrs, vis, text); return;
    case ITEM_MACRO_CALL: {
        PathSeg *segs;
        Toks path = rows_toks(rows, row->header);
        u32 count = path_segs_of(path, b->scratch, &segs);
        *text = builder_text(b, (TextRow){.prev = *text});
        PendingCall call = {
            .mod = mod,
            .path_first = b->segs.count,
            .path_count = count,
            .text = *text,
            .pos = row->call_pos,
            .file = rows->file,
            .row = rows->expanded ? rows->outer_row : index,
            .depth = rows->depth,
            .call_ctxt = path.count != 0 ? path.at[0].ctxt : 0,
            .delim = row->bang,
            .fragment = builder_fragment(b),
            .dir = dir->path,
            .attr_dir = dir->attr,
        };
        call.args = rows_toks(rows, row->body);
        if (rows->expanded) { // a file's rows outlive the collecting, these do not
            Tok *args = SCRATCH_ARRAY(b->scratch, Tok, call.args.count + 1);
            memcpy(args, call.args.at, call.args.count * sizeof *args);
            call.args.at = args;
        }
        vec_append(b->scratch, &b->segs, segs, count);
        vec_push(b->scratch, &b->calls, call);
        b->report.macro_calls++;
        return;
    }
    case ITEM_MOD: {
        CrateId part = {0};
        if (parent.id == crate_root(db, b->crate).id && !(row->flags & ITEM_HAS_BODY))
            part = crate_part(db, b->crate, row->name);
        if (part.id != 0) {
            DefId def = crate_info(db, part)->box_root;
            item_src(b, def, rows, row, index, attrs, vis, *text, mod);
            bind(b, mod, NS_TYPE, row->name, row->ctxt, (Res){RES_DEF, def, 0}, vis);
            return;
        }
        DefId def = builder_def(b, parent, DEF_MOD, row->name);
        item_src(b, def, rows, row, index, attrs, vis, *text, mod);
        Res res = {RES_DEF, def, 0};
        bind(b, mod, NS_TYPE, row->name, row->ctxt, res, vis);
        builder_mod(b, def, mod, *text);
        b->report.modules++;
        u32 inner = *text;
        if (row->flags & ITEM_HAS_BODY) {
            Str name = symbol_str(&db->symbols, row->name);
            Dir own;
            Str literal;
            if (attr_named(b, attrs, SYM_path, &attr) && attr_value(attr.args) != NULL &&
                literal_text(db, attr_value(attr.args), b->scratch, &literal)) {
                own.path =
                    scratch_print(b->scratch, "%.*s%.*s/", STR_ARG(dir->attr), STR_ARG(literal));
            } else {
                own.path =
                    scratch_print(b->scratch, "%.*s%.*s/", STR_ARG(dir->path), STR_ARG(name));
            }
            own.attr = own.path;
            collect_rows(b, def, def, rows, index + 1, row->end, &own, &inner);
        } else {
            collect_mod_file(b, def, attrs, dir, &inner, row->name, rows->file,
                             rows->expanded ? rows->outer_row : index);
        }
        if (attr_named(b, attrs, SYM_macro_use, &attr)) *text = inner;
        return;
    }
    case ITEM_EXTERN_BLOCK: {
        DefId def = builder_def(b, parent, kind, SYM_OF(none));
        item_src(b, def, rows, row, index, attrs, vis, *text, mod);
        collect_rows(b, mod, def, rows, index + 1, row->end, dir, text);
        return;
    }
    case ITEM_IMPL: {
        DefId def = builder_def(b, parent, kind, impl_name(b, rows_toks(rows, row->header)));
        item_src(b, def, rows, row, index, attrs, vis, *text, mod);
        vec_push(b->scratch, &b->impls, def);
        note_body(b, def, row->bits);
        if (row->bits & SHAPE_HAS_LANG) vec_push(b->scratch, &b->lang_holders, def);
        return;
    }
    case ITEM_NONE:
    case ITEM_FN:
    case ITEM_STRUCT:
    case ITEM_ENUM:
    case ITEM_UNION:
    case ITEM_TRAIT:
    case ITEM_TRAIT_ALIAS:
    case ITEM_TYPE:
    case ITEM_CONST:
    case ITEM_STATIC: break;
    case ITEM_KIND_COUNT: UNREACHABLE();
    }
    DefId def = builder_def(b, parent, kind, row->name);
    item_src(b, def, rows, row, index, attrs, vis, *text, mod);
    note_lang(b, def, attrs);
    note_body(b, def, row->bits);
    if ((row->bits & SHAPE_HAS_LANG) && row->kind == ITEM_TRAIT) {
        vec_push(b->scratch, &b->lang_holders, def);
    }
    Res res = {RES_DEF, def, 0};
    Res ctor = {RES_CTOR, def, 0};
    switch ((ItemKind)row->kind) {
    case ITEM_FN:
    case ITEM_CONST:
    case ITEM_STATIC: bind(b, mod, NS_VALUE, row->name, row->ctxt, res, vis); break;
    case ITEM_STRUCT:
        bind(b, mod, NS_TYPE, row->name, row->ctxt, res, vis);
        if (row->flags & (ITEM_IS_TUPLE | ITEM_IS_UNIT)) {
            bind(b, mod, NS_VALUE, row->name, row->ctxt, ctor, vis);
        }
        break;
    case ITEM_ENUM:
        bind(b, mod, NS_TYPE, row->name, row->ctxt, res, vis);
        builder_mod(b, def, mod, *text);
        for (u32 v = index + 1; v < row->end; v++) {
            const ShapeRow *variant = &rows->rows[v];
            Toks variant_attrs = rows_toks(rows, variant->attrs);
            if (!cfg_attrs_live(&db->symbols, &b->cfgs, variant_attrs)) continue;
            TokRange kept = keep_attrs(b, variant_attrs);
            DefId vdef = builder_def(b, def, DEF_VARIANT, variant->name);
            DefSrc *src = item_src(b, vdef, rows, variant, index, kept, vis, *text, mod);
            src->src = SRC_NONE;
            src->vis = vis;
            note_lang(b, vdef, kept);
            Res vres = {RES_DEF, vdef, 0}, vctor = {RES_CTOR, vdef, 0};
            // Variants are as visible as their enum; a record's name is taken as a value too.
            bind(b, def, NS_TYPE, variant->name, variant->ctxt, vres, 0);
            bind(b, def, NS_VALUE, variant->name, variant->ctxt, vctor, 0);
        }
        break;
    case ITEM_NONE:
    case ITEM_MOD:
    case ITEM_USE:
    case ITEM_EXTERN_CRATE:
    case ITEM_UNION:
    case ITEM_TRAIT:
    case ITEM_TRAIT_ALIAS:
    case ITEM_TYPE:
    case ITEM_IMPL:
    case ITEM_EXTERN_BLOCK:
    case ITEM_MACRO_RULES:
    case ITEM_MACRO_DEF:
    case ITEM_MACRO_CALL:
    case ITEM_KIND_COUNT: bind(b, mod, NS_TYPE, row->name, row->ctxt, res, vis); break;
    }
    if (row->kind == ITEM_STRUCT || row->kind == ITEM_ENUM || row->kind == ITEM_UNION) {
        collect_derives(b, mod, def, rows, index, attrs, *text);
    }
}

static void collect_rows(Builder *b, DefId mod, DefId parent, const Rows *rows, u32 from, u32 to,
                         const Dir *dir, u32 *text) {
    for (u32 i = from; i < to;) {
        const ShapeRow *row = &rows->rows[i];
        u32 around = b->fragment;
        collect_item(b, mod, parent, rows, i, dir, text);
        b->fragment = around;
        i = row->end;
    }
}

void collect_tokens(Builder *b, DefId mod, Toks toks, SkimPlace place, u32 file, u32 outer_row,
                    u32 depth, Str dir, Str attr_dir, u32 *text) {
    ShapeBuild shape = {0};
    shape_build(b->db, toks, place, b->edition, false, b->temp, &shape);
    for (u32 i = 0; i < shape.errors.count; i++) {
        const ShapeError *error = &shape.errors.at[i];
        diag_error(b->db, item_span(b, file, outer_row, error->pos), error->code, "%s",
                   error->message);
    }
    u32 shift = b->toks.count;
    vec_append(b->toks_in, &b->toks, toks.at, toks.count);
    Rows rows = {shape.rows.at, shape.toks.at, shape.places.at, file,
                 outer_row,     shift,         depth,           true};
    Dir own = {dir, attr_dir};
    collect_rows(b, mod, def_items_parent(b->db, mod), &rows, 0, shape.rows.count, &own, text);
}

// ---- imports ----------------------------------------------------------------------------------

static bool bind_import(Builder *b, const Import *import, Namespace ns, Res res) {
    BoxView view;
    builder_view(b, &view);
    u32 ctxt = hygiene_for_items(b->db, import->ctxt);
    const BindRow *old = view_bind(&view, import->mod, ns, import->name, ctxt);
    if (old != NULL) return false;
    BindOrigin origin = res.kind == RES_NONE ? BIND_LAZY : BIND_IMPORT;
    builder_bind(b, (BindRow){import->mod, ns, import->name, ctxt, res, import->vis, origin});
    return true;
}

static void add_unnamed(Builder *b, const Import *import, DefId trait) {
    BoxView view;
    builder_view(b, &view);
    const ModRow *row = view_mod(&view, import->mod);
    if (row == NULL) return;
    ModRow *mod = &b->mods.at[row - b->mods.at];
    vec_push(b->scratch, &b->unnamed, (UnnamedRow){trait, import->vis, mod->unnamed});
    mod->unnamed = b->unnamed.count;
}

static bool resolve_glob(Builder *b, Import *import) {
    LazyHit hit = {0};
    Resolver r = {.db = b->db, .building = b, .lazy = b->lazy ? &hit : NULL};
    const PathSeg *segs = b->segs.at + import->seg_first;
    PathRes res = resolve_path(&r, import->mod, segs, import->seg_count, NS_TYPE, import->text);
    bool is_lazy = hit.hit && !import->is_prelude && (hit.sure || b->settle);
    if (import->seg_count == 0 && import->mod.id != 0) {
        // `use *`, 2015: the crate root.
        res = (PathRes){{RES_DEF, crate_root(b->db, b->crate), 0}, 0};
    }
    if (is_lazy) {
        import->found = 7;
        BoxView view;
        builder_view(b, &view);
        const ModRow *row = view_mod(&view, import->mod);
        if (row == NULL) return true;
        u32 lazy = lazy_add(b, &hit, segs, import->seg_count);
        ModRow *mod = &b->mods.at[row - b->mods.at];
        vec_push(b->scratch, &b->globs, (GlobRow){import->mod, {0}, import->vis, mod->glob, lazy});
        mod->glob = b->globs.count;
        return true;
    }
    if (res.res.kind != RES_DEF || res.used != import->seg_count) return false;
    DefKind kind = def_kind(b->db, res.res.def);
    import->found = 7;
    if (kind == DEF_TRAIT) return true; // nothing of a trait is a name in a module
    if (kind != DEF_MOD && kind != DEF_ENUM) return false;
    if (import->is_prelude) {
        b->prelude = res.res.def;
        return true;
    }
    BoxView view;
    builder_view(b, &view);
    const ModRow *row = view_mod(&view, import->mod);
    if (row == NULL) return true;
    ModRow *mod = &b->mods.at[row - b->mods.at];
    vec_push(b->scratch, &b->globs, (GlobRow){import->mod, res.res.def, import->vis, mod->glob, 0});
    mod->glob = b->globs.count;
    return true;
}

// Whether the path but for its last segment can be looked up alone.
static bool splits(const PathSeg *segs, u32 count) {
    if (count < 2 || (count == 2 && symbol_is(segs[0].name, SYM_path_root))) return false;
    const PathSeg *last = &segs[count - 1];
    if (last->flags & TOK_RAW) return true;
    if (last->flags & TOK_CRATE) return false;
    switch (last->name.id) {
    case SYM_self:
    case SYM_super:
    case SYM_crate:
    case SYM_dollar_crate: return false;
    default: return true;
    }
}

// True if something new was found.
static bool resolve_single(Builder *b, Import *import) {
    LazyHit hit = {0};
    bool blocked = false;
    // `use Trait as _` is looked up at once: nobody could ask for it by name.
    bool lazy = b->lazy && !symbol_is(import->name, SYM_underscore);
    Resolver r = {.db = b->db, .building = b, .lazy = lazy ? &hit : NULL, .blocked = &blocked};
    Db *db = b->db;
    bool changed = false;
    const PathSeg *segs = b->segs.at + import->seg_first;
    u32 count = import->seg_count;
    u32 lazy_row = UINT32_MAX;
    import->tried = b->news_count;
    import->maybe = 0;
    bool split = splits(segs, count);
    if (split && import->target.id == 0) {
        PathRes res = resolve_path(&r, import->mod, segs, count - 1, NS_TYPE, import->text);
        if (hit.hit) {
            import->maybe = !hit.sure;
            if (!hit.sure && !b->settle) return false;
            lazy_row = lazy_add(b, &hit, segs, count);
        } else if (res.used != count - 1 || !resolve_is_scope(db, &res.res)) {
            import->blocked = blocked;
            return false;
        } else {
            import->target = res.res.def;
        }
    }
    bool all_lazy = lazy_row != UINT32_MAX;
    for (u32 ns = 0; ns < NS_COUNT; ns++) {
        if (import->found & (1u << ns)) continue;
        if (import->self_only && ns != NS_TYPE) continue;
        // `use x;`: not itself. A name found is good only if it is another import's or an item's;
        // the module's own binding of that name does not exist yet.
        PathRes res = {{RES_NONE, {0}, 0}, 0};
        hit = (LazyHit){0};
        if (split && !all_lazy) {
            res = resolve_last(&r, import->mod, import->target, &segs[count - 1], (Namespace)ns);
            res.used += count - 1;
            hit.seg += count - 1;
        } else if (!all_lazy) {
            res = resolve_path(&r, import->mod, segs, count, (Namespace)ns, import->text);
        }
        if (all_lazy || hit.hit) {
            import->maybe |= !all_lazy && !hit.sure;
            if (!all_lazy && !hit.sure && !b->settle) continue;
            if (lazy_row == UINT32_MAX) lazy_row = lazy_add(b, &hit, segs, count);
            res = (PathRes){{RES_NONE, {0}, lazy_row}, count};
        } else if (res.res.kind == RES_NONE || res.used != count) {
            continue;
        }
        if (import->found == 0) {
            pending_add(b, import, -1);
            for (u32 any = 0; any < NS_COUNT; any++)
                builder_news(b, (Namespace)any, import->name);
        }
        import->found |= (u8)(1u << ns);
        changed = true;
        if (symbol_is(import->name, SYM_underscore)) {
            if (ns == NS_TYPE && res.res.kind == RES_DEF) {
                DefKind kind = def_kind(db, res.res.def);
                if (kind == DEF_TRAIT || kind == DEF_TRAIT_ALIAS) {
                    add_unnamed(b, import, res.res.def);
                }
            }
            continue;
        }
        bind_import(b, import, (Namespace)ns, res.res);
    }
    if (import->self_only && import->found != 0) import->found = 7;
    import->blocked = blocked;
    return changed;
}

// Whether another look could find more of an import that is found in part.
static bool has_news(const Builder *b, const Import *import) {
    if (import->tried < b->glob_news || (import->blocked && !b->wait) ||
        (import->maybe && b->settle))
        return true;
    Symbol last = b->segs.at[import->seg_first + import->seg_count - 1].name;
    for (u32 ns = 0; ns < NS_COUNT; ns++) {
        if (import->found & (1u << ns)) continue;
        if (map_get(&b->news, pack_u64(ns, last.id)) > import->tried) return true;
    }
    return false;
}

static bool resolve_round(Builder *b, bool globs) {
    bool changed = false;
    for (u32 i = 0; i < b->imports.count; i++) {
        Import *import = &b->imports.at[i];
        if (import->found == 7 || (import->glob != 0) != globs) continue;
        if (globs) {
            if (!resolve_glob(b, import)) continue;
            changed = true;
            b->glob_news = ++b->news_count;
        } else if (import->found == 0 || has_news(b, import)) {
            changed |= resolve_single(b, import);
        }
    }
    return changed;
}

bool resolve_imports(Builder *b) {
    bool any = false;
    b->wait = true;
    for (u32 round = 0; round < ROUNDS_MAX; round++) {
        bool changed = resolve_round(b, true);
        changed |= resolve_round(b, false);
        any |= changed;
        if (changed) {
            b->wait = true;
        } else if (b->wait) {
            // Nothing moves while imports wait for each other: once without, then again with it.
            b->wait = false;
        } else if (b->lazy && !b->settle) {
            b->settle = true;
            continue;
        } else {
            break;
        }
        b->settle = false;
    }
    b->wait = b->settle = false;
    return any;
}

// ---- macro calls --------------------------------------------------------------------------------

static bool expand_pending(Builder *b, u32 index, bool last) {
    PendingCall call = b->calls.at[index];
    Db *db = b->db;
    Resolver r = {.db = db, .building = b};
    // The chain before the call: its own row only holds what it leaves behind.
    u32 before = b->texts.at[call.text].prev;
    DefId macro =
        resolve_macro(&r, call.mod, b->segs.at + call.path_first, call.path_count, before);
    if (macro.id == 0) {
        if (last) {
            Symbol name = call.path_count != 0
                              ? b->segs.at[call.path_first + call.path_count - 1].name
                              : SYM_OF(none);
            diag_error(db, item_span(b, call.file, call.row, call.pos), "",
                       "cannot find macro `%.*s` in this scope",
                       STR_ARG(symbol_str(&db->symbols, name)));
            b->report.unexpanded_calls++;
        }
        return false;
    }
    b->calls.at[index].done = 1;
    u64 mark = scratch_mark(b->temp);
    ExpandEnv env = {db, b->temp, r, b, b->cfgs, b->crate, b->edition, &b->eager};
    ExpandCall expand = {
        .macro = macro,
        .scope = call.mod,
        .text = before,
        .args = call.args,
        .pos = call.pos,
        .call_ctxt = call.call_ctxt,
        .depth = call.depth,
        .owner = call.mod.id,
        .ordinal = builder_expansion(b, call.mod, macro, call.call_ctxt),
        .place = MACRO_ITEMS,
        .delim = (u16)call.delim,
        .file = call.file,
        .row = call.row,
    };
    Toks out;
    u32 text = before;
    if (!expand_call(&env, &expand, &out)) {
        b->report.unexpanded_calls++;
    } else if (out.count != 0) {
        u32 around = b->fragment;
        b->fragment = call.fragment;
        collect_tokens(b, call.mod, out, SKIM_MODULE, call.file, call.row, call.depth + 1, call.dir,
                       call.attr_dir, &text);
        b->fragment = around;
    }
    b->texts.at[call.text].out = text;
    if (b->temp != b->scratch) scratch_rewind(b->temp, mark);
    return true;
}

void collect_finish(Builder *b) {
    u32 first = 0;
    for (u32 round = 0; round < ROUNDS_MAX * 4; round++) {
        resolve_imports(b);
        bool changed = false;
        while (first < b->calls.count && b->calls.at[first].done)
            first++;
        u32 count = b->calls.count;
        for (u32 i = first; i < count; i++) {
            if (!b->calls.at[i].done) changed |= expand_pending(b, i, false);
        }
        if (!changed) break;
    }
    for (u32 i = first; i < b->calls.count; i++) {
        if (!b->calls.at[i].done) expand_pending(b, i, true);
    }
}

// ---- the crate ----------------------------------------------------------------------------------

static void crate_prelude(Builder *b, bool no_std, bool no_core) {
    Db *db = b->db;
    if (b->prelude.id != 0 || no_core) return;
    const CrateInfo *info = crate_info(db, b->crate);
    CrateId source = {0};
    Symbol want = no_std ? SYM_OF(core) : SYM_OF(std);
    for (u32 i = 0; i < info->extern_count; i++) {
        if (info->externs[i].name.id == want.id) source = info->externs[i].crate;
    }
    if (source.id == 0 || source.id == b->crate.id) return;
    vec_push(b->scratch, &b->macro_use, source.id);
    const char *module = b->edition >= 2024   ? "rust_2024"
                         : b->edition >= 2021 ? "rust_2021"
                         : b->edition >= 2018 ? "rust_2018"
                                              : "rust_2015";
    Resolver r = {.db = db, .building = b};
    DefId root = crate_root(db, source);
    PathSeg segs[2] = {{sym(db, "prelude"), 0, 0}, {sym(db, module), 0, 0}};
    BindRow row;
    if (!resolve_in_scope(&r, root, NS_TYPE, segs[0].name, 0, root, &row)) return;
    if (!resolve_in_scope(&r, row.res.def, NS_TYPE, segs[1].name, 0, root, &row)) return;
    b->prelude = row.res.def;
}

// A module of another crate, as its box has it.
static void collect_part(Builder *b, const CrateInfo *info) {
    BoxView whole;
    box_view(crate_box(b->db, info->part_of), &whole);
    builder_mod(b, info->box_root, info->row.root, 0);
    DefSrc *src = builder_src(b, info->box_root);
    src->src = SRC_NONE;
    src->item_kind = ITEM_MOD;
    const DefSrc *written = view_def(&whole, info->box_root);
    if (written == NULL) return;
    *src = *written;
    src->attrs.lo = b->toks.count;
    vec_append(b->toks_in, &b->toks, whole.toks + written->attrs.lo,
               written->attrs.hi - written->attrs.lo);
    src->attrs.hi = b->toks.count;
    src->text = 0; // resolve_textual knows
    TokRange attrs = src->attrs;
    b->prelude = whole.prelude;
    vec_append(b->scratch, &b->macro_use, whole.macro_use, whole.macro_use_count);
    Str dir = path_dir(source_path(b->db, (FileId){written->file}));
    u32 text = 0;
    Symbol name = def_row(b->db, info->box_root)->name;
    collect_mod_file(b, info->box_root, attrs, &(Dir){dir, dir}, &text, name, written->file,
                     written->row);
    collect_finish(b);
    collect_report_imports(b);
}

static void collect_crate(Builder *b, const CrateInfo *info) {
    Db *db = b->db;
    DefId root = info->row.root;
    builder_mod(b, root, (DefId){0}, 0);
    DefSrc *src = builder_src(b, root);
    src->src = SRC_NONE;
    src->item_kind = ITEM_MOD;
    b->report.modules = 1;
    b->report.crates = 1;
    FileId file = {info->row.root_file};
    if (file.id == 0) {
        OsError error;
        file = source_load(db, symbol_str(&db->symbols, info->root_path), &error);
    }
    if (file.id != 0) {
        const FileShape *shape = file_shape(db, file.id);
        Str path = source_path(db, file);
        Dir dir = {path_dir(path), path_dir(path)};
        Rows rows = {LIST_AT(shape, ShapeRow, shape->rows),
                     LIST_AT(shape, Tok, shape->toks),
                     NULL,
                     file.id,
                     UINT32_MAX,
                     0,
                     0,
                     false};
        TokRange attrs = keep_attrs(b, rows_toks(&rows, shape->inner_attrs));
        DefSrc *root_src = &b->defs.at[0];
        root_src->file = file.id;
        root_src->attrs = attrs;
        Attr attr;
        bool no_core = attr_named(b, attrs, SYM_no_core, &attr);
        bool no_std = attr_named(b, attrs, SYM_no_std, &attr);
        crate_prelude(b, no_std, no_core);
        u32 text = 0;
        collect_rows(b, root, root, &rows, 0, shape->rows.count, &dir, &text);
        collect_finish(b);
        collect_report_imports(b);
    } else {
        diag_error(db, (Span){0}, "", "cannot read `%.*s`",
                   STR_ARG(symbol_str(&db->symbols, info->root_path)));
    }
}

void run_crate_box(Db *db, u32 key) {
    CrateId crate = {key};
    const CrateInfo *info = crate_info(db, crate);
    Builder b;
    builder_init(&b, db, &db->scratch, crate);
    b.temp = &db->defs->temp;
    b.lazy = info->is_library;
    Scratch toks_in;
    scratch_init(&toks_in);
    if (info->is_library) b.toks_in = &toks_in;
    if (info->row.is_part) {
        collect_part(&b, info);
    } else {
        collect_crate(&b, info);
    }
    builder_settle_texts(&b);
    Blob blob;
    // Its memory at once: a big crate's box is tens of megabytes.
    u64 room = sizeof(DefBox) + (u64)b.toks.count * sizeof(Tok) + b.defs.count * sizeof(DefSrc) +
               b.binds.count * (sizeof(BindRow) + 4) + b.texts.count * sizeof(TextRow) +
               (u64)(b.def_slots.count + b.bind_slots.count + b.mod_slots.count) * 4 +
               b.impls.count * 12 + b.mods.count * sizeof(ModRow) + 65536;
    CHECK(room < UINT32_MAX);
    blob = (Blob){.scratch = &db->scratch,
                  .at = scratch_take(&db->scratch, room, 8),
                  .bytes = (u32)align_up(sizeof(DefBox), 8),
                  .cap = (u32)room};
    builder_pack(&b, &blob);
    builder_deinit(&b);
    scratch_deinit(&toks_in);
    query_return_blob(db, &blob);
}

const DefBox *crate_box(Db *db, CrateId crate) {
    return query_get(db, Q_crate_box, crate.id);
}
