// What stands behind one definition: its tokens, attributes, associated items, trees. Each is a
// projection of the box it was collected in, so that a change elsewhere stops there.

#include "diag/diag.h"
#include "expand/derive.h"
#include "names/collect.h"
#include "names/item_pos.h"
#include "names/split.h"

const DefSrc *def_src(Db *db, DefId def, BoxView *view) {
    const DefRow *row = def_row(db, def);
    DefKind kind = (DefKind)row->kind;
    const DefBox *box;
    if (kind == DEF_ASSOC_FN || kind == DEF_ASSOC_TY || kind == DEF_ASSOC_CONST) {
        box = assoc_box(db, row->parent);
    } else {
        DefId outer = row->parent;
        while (outer.id != 0 && def_kind(db, outer) != DEF_BLOCK) {
            outer = def_row(db, outer)->parent;
        }
        box = outer.id != 0 ? body_box(db, def_row(db, outer)->parent)
                            : crate_box(db, def_crate(db, def));
    }
    if (box == NULL) return NULL;
    box_view(box, view);
    return view_def(view, def);
}

static u32 lang_of_attrs(Db *db, Toks attrs) {
    Symbol lang = sym(db, "lang");
    Attr attr;
    for (u32 at = 0; attr_next(&db->symbols, attrs, &at, &attr);)
        if (attr.name.id == lang.id) return lang_item_of_attr(db, attr.args);
    return LANG_COUNT;
}

void run_def_info(Db *db, u32 key) {
    DefId def = {key};
    BoxView view;
    const DefSrc *src = def_src(db, def, &view);
    Blob blob;
    blob_begin(&blob, &db->scratch, sizeof(DefInfo));
    List attrs = {0};
    if (src != NULL) {
        attrs =
            blob_add(&blob, view.toks + src->attrs.lo, src->attrs.hi - src->attrs.lo, sizeof(Tok));
    }
    DefInfo *info = blob_header(&blob);
    info->attrs = attrs;
    info->lang = src == NULL ? LANG_COUNT
                             : lang_of_attrs(db, (Toks){LIST_AT(info, Tok, attrs), attrs.count});
    if (src != NULL) {
        info->src = src->src;
        info->item_kind = src->item_kind;
        info->derive = src->derive;
        info->builtin = src->builtin;
        info->flags = src->flags;
        info->bits = src->bits;
        info->vis = src->vis;
        info->text = src->text;
        info->scope = src->scope;
        info->number = src->number;
        if (src->src == SRC_ITEM) info->item = src->item;
        if (src->src == SRC_DERIVE) {
            info->impl = src->toks.lo;
            info->derive_of = src->derive_of;
        }
    }
    query_return_blob(db, &blob);
}

const DefInfo *def_info(Db *db, DefId def) {
    return query_get(db, Q_def_info, def.id);
}

DefId def_derived_from(Db *db, DefId impl) {
    const DefInfo *info = def_info(db, impl);
    return info->src == SRC_DERIVE ? info->derive_of : (DefId){0};
}

u32 def_text(Db *db, DefId def) {
    DefKind kind = def_kind(db, def);
    if (kind == DEF_CLOSURE || kind == DEF_ANON_CONST || kind == DEF_INLINE_CONST) {
        return def_text(db, def_typeck_root(db, def));
    }
    return def_info(db, def)->text;
}

static bool is_assoc(DefKind kind) {
    return kind == DEF_ASSOC_FN || kind == DEF_ASSOC_TY || kind == DEF_ASSOC_CONST;
}

static SkimPlace def_place(const Db *db, DefId def) {
    const DefRow *row = def_row(db, def);
    if (is_assoc((DefKind)row->kind)) return SKIM_ASSOC;
    if (row->parent.id != 0 && def_kind(db, row->parent) == DEF_FOREIGN_MOD) return SKIM_FOREIGN;
    return SKIM_MODULE;
}

static Toks derived_toks(Db *db, DefId def, const DefInfo *info) {
    Toks item = def_toks(db, info->derive_of), toks = {0};
    CrateId crate = def_crate(db, def);
    CfgSet cfgs = crate_cfgs(db, crate, &db->scratch);
    CrateId core = crate_find(db, SYM_OF(core));
    Expn expn = {
        .owner = def.id, .crate = core.id != 0 ? core.id : crate.id, .edition = 2024, .depth = 1};
    if (core.id != 0) expn.scope = crate_root(db, core).id;
    u32 mark = hygiene_mark(db, 0, hygiene_expn(db, &expn), HYGIENE_SEMI);
    DeriveCx cx = {.db = db,
                   .scratch = &db->scratch,
                   .cfgs = &cfgs,
                   .edition = crate_edition(db, crate),
                   .ctxt = mark};
    if (derive_expand(&cx, (DeriveKind)info->derive, info->impl, item, &toks)) return toks;
    diag_error(db, (Span){SPAN_DEF | info->derive_of.id, 0, 1}, "", "cannot derive this trait: %s",
               cx.error == NULL ? "" : cx.error);
    return (Toks){0};
}

// The tokens that a box or a file has of a definition; `base` is what their positions count from.
static Toks written_toks(Db *db, DefId def, u32 *base) {
    BoxView view;
    const DefSrc *src = def_src(db, def, &view);
    if (src == NULL) return (Toks){0};
    switch ((SrcKind)src->src) {
    case SRC_FILE: {
        const FilePlaces *places = query_get(db, Q_file_places, src->file);
        const TokenBuf *buf = query_get(db, Q_file_tokens, src->file);
        if (src->row >= places->places.count) return (Toks){0};
        const ShapePlace *place = &LIST_AT(places, ShapePlace, places->places)[src->row];
        *base = place->pos;
        return toks_sub(token_buf_toks(buf), place->range);
    }
    case SRC_ITEM: return item_toks(db, src->item);
    case SRC_TOKS: return (Toks){view.toks + src->toks.lo, src->toks.hi - src->toks.lo};
    case SRC_PARENT: {
        Toks toks = def_toks(db, def_row(db, def)->parent);
        *base = src->base;
        return toks_sub(toks, without_docs(toks.at, src->toks));
    }
    case SRC_DERIVE: // derived_toks
    case SRC_NONE: break;
    }
    return (Toks){0};
}

void run_def_toks(Db *db, u32 key) {
    DefId def = {key};
    u32 base = 0;
    // A derived impl does not depend on the box: any new item of the crate changes that.
    const DefInfo *info = def_kind(db, def) == DEF_IMPL ? def_info(db, def) : NULL;
    Toks toks = info != NULL && info->src == SRC_DERIVE ? derived_toks(db, def, info)
                                                        : written_toks(db, def, &base);
    Blob blob;
    blob_begin(&blob, &db->scratch, sizeof(DefToks));
    List list = blob_add(&blob, toks.at, toks.count, sizeof(Tok));
    if (base != 0) {
        Tok *at = (Tok *)(blob.at + list.offset);
        for (u32 i = 0; i < list.count; i++)
            at[i].pos -= base;
    }
    ((DefToks *)blob_header(&blob))->toks = list;
    query_return_blob(db, &blob);
}

Toks def_toks(Db *db, DefId def) {
    if (def_is_local(db, def)) { // an edit of another item is not even asked about
        const DefInfo *info = def_info(db, def);
        if (info->src == SRC_ITEM) return item_toks(db, info->item);
    }
    const DefToks *toks = query_get(db, Q_def_toks, def.id);
    return (Toks){LIST_AT(toks, Tok, toks->toks), toks->toks.count};
}

void def_locate(Db *db, DefId def, u32 pos, u32 *file, u32 *byte) {
    DefId at = def;
    *file = *byte = 0;
    for (;;) {
        const DefRow *row = def_row(db, at);
        DefKind kind = (DefKind)row->kind;
        if (kind == DEF_CLOSURE || kind == DEF_ANON_CONST || kind == DEF_INLINE_CONST ||
            kind == DEF_OPAQUE_TY || kind == DEF_BLOCK) {
            at = row->parent;
            continue;
        }
        BoxView view;
        const DefSrc *src = def_src(db, at, &view);
        if (src == NULL) return;
        if (is_assoc(kind)) {
            pos += src->base;
            at = row->parent;
            continue;
        }
        // An item of a body counts from the body's owner.
        DefId outer = row->parent;
        while (outer.id != 0 && def_kind(db, outer) != DEF_BLOCK) {
            outer = def_row(db, outer)->parent;
        }
        if (outer.id != 0) {
            at = outer;
            continue;
        }
        *file = src->file;
        if (src->src == SRC_NONE && row->parent.id == 0)
            *byte = file_head_byte(db, src->file, pos);
        else
            (void)file_row_byte(db, src->file, src->row, pos, byte);
        return;
    }
}

// ---- hooks of the parser
// -------------------------------------------------------------------------

typedef struct TreeCx {
    Db *db;
    ExpandEnv env;
    Builder b;
    DefId owner;
    DefId scope;
    u32 text;
    u32 ordinal;
    u32 blocks;
    struct {
        DefId scope;
        u32 text;
        Toks inner;
    } * stack;
    Toks inner; // tokens of the block around
    u32 depth, cap;
    Map macros; // (block, name) -> how many macro definitions were passed
} TreeCx;

static bool tree_expand(void *opaque, const MacroCall *macro, Toks *out) {
    TreeCx *cx = opaque;
    PathSeg *segs = SCRATCH_ARRAY(cx->env.scratch, PathSeg, macro->seg_count + 1);
    for (u32 i = 0; i < macro->seg_count; i++) {
        segs[i] = (PathSeg){macro->segs[i].name, macro->segs[i].ctxt, macro->segs[i].flags};
    }
    u32 depth = max_u32(macro->depth, macro->seg_count ? hygiene_depth(cx->db, segs[0].ctxt) : 0);
    ExpandCall call = {
        .scope = cx->scope,
        .text = cx->text,
        .args = macro->args,
        .pos = macro->lo,
        .call_ctxt = macro->seg_count ? segs[0].ctxt : 0,
        .depth = depth,
        .owner = cx->owner.id,
        .ordinal = cx->ordinal++,
        .place = macro->place,
        .delim = macro->delim,
        .holder = cx->owner,
    };
    call.macro =
        names_macro_of_body(&cx->env.resolver, cx->scope, segs, macro->seg_count, cx->text);
    if (call.macro.id == 0) {
        Symbol name = macro->seg_count ? segs[macro->seg_count - 1].name : SYM_OF(none);
        diag_error(cx->db, (Span){SPAN_DEF | cx->owner.id, macro->lo, macro->hi}, "",
                   "cannot find macro `%.*s` in this scope",
                   STR_ARG(symbol_str(&cx->db->symbols, name)));
        return false;
    }
    if (!expand_call(&cx->env, &call, out)) return false;
    if (out->at >= call.args.at && out->at < call.args.at + call.args.count) {
        // A part of the arguments: a copy, so that items in it are told from the block's own.
        Tok *copy = SCRATCH_ARRAY(cx->env.scratch, Tok, out->count + 1);
        memcpy(copy, out->at, out->count * sizeof *copy);
        out->at = copy;
    }
    return true;
}

static bool tree_cfg(void *opaque, Toks attrs) {
    TreeCx *cx = opaque;
    return cfg_attrs_live(&cx->db->symbols, &cx->env.cfgs, attrs);
}

static void tree_error(void *opaque, u32 lo, u32 hi, const char *code, const char *message) {
    TreeCx *cx = opaque;
    diag_error(cx->db, (Span){SPAN_DEF | cx->owner.id, lo, hi}, code, "%s", message);
}

static void tree_block_enter(void *opaque, Toks inner) {
    TreeCx *cx = opaque;
    if (cx->depth == cx->cap) {
        u32 cap = cx->cap ? cx->cap * 2 : 16;
        void *grown = scratch_take(cx->env.scratch, cap * sizeof *cx->stack, 8);
        if (cx->depth) memcpy(grown, cx->stack, cx->depth * sizeof *cx->stack);
        cx->stack = grown;
        cx->cap = cap;
    }
    cx->stack[cx->depth].scope = cx->scope;
    cx->stack[cx->depth].text = cx->text;
    cx->stack[cx->depth].inner = cx->inner;
    cx->depth++;
    cx->inner = inner;
    DefId block = def_intern(cx->db, cx->owner, DEF_BLOCK, SYM_OF(none), ++cx->blocks);
    builder_mod(&cx->b, block, cx->scope, cx->text);
    cx->scope = block;
    u32 text = cx->text;
    u32 file = 0, row = 0;
    collect_tokens(&cx->b, block, inner, SKIM_BLOCK, file, row, 0, STR(""), STR(""), &text);
    collect_finish(&cx->b);
}

static void tree_block_leave(void *opaque) {
    TreeCx *cx = opaque;
    CHECK(cx->depth != 0);
    cx->depth--;
    cx->scope = cx->stack[cx->depth].scope;
    cx->text = cx->stack[cx->depth].text;
    cx->inner = cx->stack[cx->depth].inner;
}

static void tree_block_item(void *opaque, const ItemRow *item, Toks toks) {
    TreeCx *cx = opaque;
    bool made = toks.at < cx->inner.at || toks.at >= cx->inner.at + cx->inner.count;
    u64 key = pack_u64(cx->scope.id, item->name.id);
    u32 seen = map_get(&cx->macros, key);
    if (!made && item->kind == ITEM_MACRO_RULES) {
        DefId macro = def_intern(cx->db, cx->scope, DEF_MACRO, item->name, seen);
        BoxView view;
        builder_view(&cx->b, &view);
        // Inside of what another macro made, skimming the block may have missed it.
        made = view_def(&view, macro) == NULL;
    }
    if (made) {
        // It came out of a macro: block_enter has not seen it.
        u32 text = cx->text;
        collect_tokens(&cx->b, cx->scope, toks, SKIM_BLOCK, 0, 0, 0, STR(""), STR(""), &text);
        collect_finish(&cx->b);
        if (item->kind == ITEM_MACRO_RULES) cx->text = text;
        return;
    }
    if (item->kind != ITEM_MACRO_RULES) return;
    map_set(&cx->macros, key, seen + 1);
    if (def_kind(cx->db, cx->scope) != DEF_BLOCK) return;
    DefId macro = def_intern(cx->db, cx->scope, DEF_MACRO, item->name, seen);
    cx->text = builder_text(&cx->b, (TextRow){cx->text, item->name, item->ctxt, macro, 0});
}

static void tree_init(TreeCx *cx, Db *db, DefId def) {
    *cx = (TreeCx){.db = db, .owner = def};
    CrateId crate = def_crate(db, def);
    builder_init(&cx->b, db, &db->scratch, crate);
    cx->b.owner = def;
    cx->scope = def_scope(db, def);
    cx->env = (ExpandEnv){.db = db,
                          .scratch = &db->scratch,
                          .resolver = {.db = db, .building = &cx->b},
                          .builder = &cx->b,
                          .cfgs = cx->b.cfgs,
                          .crate = crate,
                          .edition = cx->b.edition,
                          .ordinal = &cx->ordinal};
}

static void tree_deinit(TreeCx *cx) {
    builder_deinit(&cx->b);
    map_deinit(&cx->macros);
}

static bool item_row(Db *db, DefId def, Toks toks, ItemRow *row) {
    if (toks.count == 0) return false;
    u32 edition = crate_edition(db, def_crate(db, def));
    if (skim_item_at(toks, 0, def_place(db, def), edition, row)) return true;
    return skim_item_at(toks, 0, SKIM_BLOCK, edition, row);
}

static const Ast *tree_parse(TreeCx *cx, ParseWant want, u32 *bytes) {
    static const Ast none;
    Db *db = cx->db;
    ItemRow row;
    Toks toks = def_toks(db, cx->owner);
    *bytes = sizeof none;
    if (!item_row(db, cx->owner, toks, &row)) return &none;
    ParseHooks hooks = {.cx = cx,
                        .expand = tree_expand,
                        .cfg = tree_cfg,
                        .block_enter = tree_block_enter,
                        .block_leave = tree_block_leave,
                        .block_item = tree_block_item,
                        .error = tree_error};
    ParseInput in = {.symbols = &db->symbols,
                     .intern = &db->symbols,
                     .scratch = &db->scratch,
                     .hooks = &hooks,
                     .edition = cx->b.edition};
    return parse_item_ast(&in, toks, &row, want, bytes);
}

void run_item_ast(Db *db, u32 key) {
    TreeCx cx;
    tree_init(&cx, db, (DefId){key});
    u32 bytes;
    const Ast *ast = tree_parse(&cx, PARSE_SIGNATURE, &bytes);
    tree_deinit(&cx);
    query_return(db, ast, bytes);
}

// The Ast, then the box, then how many bytes the Ast has.
void run_body(Db *db, u32 key) {
    DefId def = {key};
    TreeCx cx;
    tree_init(&cx, db, def);
    u32 bytes;
    const Ast *ast = tree_parse(&cx, PARSE_WITH_BODY, &bytes);
    if (def_is_local(db, def)) collect_report_imports(&cx.b);
    Blob box;
    blob_begin(&box, &db->scratch, sizeof(DefBox));
    builder_pack(&cx.b, &box);
    tree_deinit(&cx);
    u32 box_at = (u32)align_up(bytes, 8);
    u8 *all = scratch_take(&db->scratch, (u64)box_at + box.bytes + 8, 8);
    memcpy(all, ast, bytes);
    memcpy(all + box_at, box.at, box.bytes);
    memcpy(all + box_at + box.bytes, &(u64){box_at}, 8);
    query_return(db, all, box_at + box.bytes + 8);
}

static DefId body_owner(const Db *db, DefId def) {
    return def_typeck_root(db, def);
}

bool def_has_body(Db *db, DefId def) {
    def = body_owner(db, def);
    switch (def_kind(db, def)) {
    case DEF_FN:
    case DEF_CONST:
    case DEF_STATIC:
    case DEF_ASSOC_FN:
    case DEF_ASSOC_CONST: return (def_info(db, def)->flags & ITEM_HAS_BODY) != 0;
    default: return false;
    }
}

const Ast *def_body_ast(Db *db, DefId def) {
    def = body_owner(db, def);
    if (!def_has_body(db, def)) return NULL;
    return query_get(db, Q_body_ast, def.id);
}

const Ast *def_item_ast(Db *db, DefId def) {
    if (def_kind(db, def) == DEF_VARIANT) def = def_row(db, def)->parent;
    return query_get(db, Q_item_ast, body_owner(db, def).id);
}

const DefBox *body_box(Db *db, DefId owner) {
    // Types have bodies too, where blocks with items stand: `[u8; { const N: usize = 1; N }]`. They
    // are not collected.
    u32 bytes;
    const u8 *all = query_get_sized(db, Q_body_ast, owner.id, &bytes);
    if (all == NULL || bytes < 8) return NULL;
    u64 box_at;
    memcpy(&box_at, all + bytes - 8, 8);
    return (const DefBox *)(all + box_at);
}

static DefId box_def(const DefBox *box, u32 index) {
    return LIST_AT(box, DefSrc, box->defs)[index].def;
}

u32 crate_def_count(Db *db, CrateId crate) {
    return crate_box(db, crate)->defs.count;
}

DefId crate_def(Db *db, CrateId crate, u32 index) {
    return box_def(crate_box(db, crate), index);
}

u32 body_def_count(Db *db, DefId owner) {
    const DefBox *box = body_box(db, owner);
    return box ? box->defs.count : 0;
}

DefId body_def(Db *db, DefId owner, u32 index) {
    return box_def(body_box(db, owner), index);
}

// ---- associated items
// -----------------------------------------------------------------------------

typedef struct AssocCx {
    TreeCx tree;
    DefId def;
    bool is_trait;
} AssocCx;

static void assoc_run(AssocCx *cx, Toks toks, u32 shift, bool written, u32 depth) {
    Db *db = cx->tree.db;
    Builder *b = &cx->tree.b;
    Skim skim = {0};
    skim_items(toks, SKIM_ASSOC, b->edition, b->scratch, &skim);
    for (u32 i = 0; i < skim.errors.count; i++) {
        const SkimError *error = &skim.errors.at[i];
        u32 pos = error->tok < toks.count ? toks.at[error->tok].pos : 0;
        diag_error(db, (Span){SPAN_DEF | cx->def.id, pos, pos + 1}, error->code, "%s",
                   error->message);
    }
    u32 expanded_shift = 0;
    if (!written) {
        expanded_shift = b->toks.count;
        vec_append(b->scratch, &b->toks, toks.at, toks.count);
    }
    for (u32 i = 0; i < skim.items.count; i++) {
        const ItemRow *row = &skim.items.at[i];
        Toks attrs = toks_sub(toks, row->attrs);
        if (!cfg_attrs_live(&db->symbols, &b->cfgs, attrs)) continue;
        if (row->kind == ITEM_MACRO_CALL) {
            PathSeg *segs;
            u32 count = path_segs_of(toks_sub(toks, row->header), b->scratch, &segs);
            MacroSeg *macro_segs = SCRATCH_ARRAY(b->scratch, MacroSeg, count + 1);
            for (u32 s = 0; s < count; s++) {
                macro_segs[s] = (MacroSeg){segs[s].name, segs[s].ctxt, segs[s].flags};
            }
            MacroCall call = {
                .segs = macro_segs,
                .seg_count = count,
                .args = toks_sub(toks, row->body),
                .delim = row->bang,
                .place = MACRO_ITEMS,
                .lo = toks.at[row->header.lo].pos,
                .hi = toks.at[row->header.lo].pos + 1,
                .depth = depth,
            };
            Toks out;
            b->report.macro_calls++;
            if (tree_expand(&cx->tree, &call, &out)) {
                assoc_run(cx, out, 0, false, depth + 1);
            } else {
                b->report.unexpanded_calls++;
            }
            continue;
        }
        DefKind kind = row->kind == ITEM_FN      ? DEF_ASSOC_FN
                       : row->kind == ITEM_TYPE  ? DEF_ASSOC_TY
                       : row->kind == ITEM_CONST ? DEF_ASSOC_CONST
                                                 : DEF_NONE;
        if (kind == DEF_NONE) continue;
        DefId def = builder_def(b, cx->def, kind, row->name);
        u32 first = b->toks.count;
        cfg_attrs_expand(&db->symbols, &b->cfgs, attrs, b->scratch, &b->toks);
        DefSrc *src = builder_src(b, def);
        src->item_kind = row->kind;
        src->flags = row->flags;
        src->attrs = (TokRange){first, b->toks.count};
        src->scope = cx->tree.scope;
        src->text = def_text(db, cx->def);
        if (written) {
            src->src = SRC_PARENT;
            src->toks = (TokRange){row->range.lo + shift, row->range.hi + shift};
            src->base = toks.at[without_docs(toks.at, row->range).lo].pos;
        } else {
            src->src = SRC_TOKS;
            src->toks = (TokRange){row->range.lo + expanded_shift, row->range.hi + expanded_shift};
        }
        if (shape_has_impl(toks, row->body))
            src->bits |= SHAPE_HAS_IMPL;
        else if (shape_has_call(toks, row->body))
            src->bits |= SHAPE_HAS_CALL;
        DefId mod = scope_module(&cx->tree.env.resolver, cx->tree.scope);
        if (cx->is_trait || (def_info(db, cx->def)->flags & ITEM_OF_TRAIT)) {
            src->vis = cx->is_trait ? def_info(db, cx->def)->vis : 0;
        } else {
            switch ((ItemVis)row->vis) {
            case VIS_PUB: src->vis = 0; break;
            case VIS_CRATE: src->vis = crate_root(db, b->crate).id; break;
            case VIS_INHERITED:
            case VIS_SELF: src->vis = mod.id; break;
            case VIS_SUPER: {
                DefId outer = def_row(db, mod)->parent;
                src->vis = outer.id ? outer.id : mod.id;
                break;
            }
            case VIS_IN: {
                PathSeg *segs;
                u32 count = path_segs_of(toks_sub(toks, row->vis_path), b->scratch, &segs);
                PathRes res = resolve_path(&cx->tree.env.resolver, mod, segs, count, NS_TYPE, 0);
                src->vis = res.res.kind == RES_DEF ? res.res.def.id : crate_root(db, b->crate).id;
                break;
            }
            }
        }
        AssocItem item = {.def = def, .name = row->name};
        item.kind = kind == DEF_ASSOC_FN ? ASSOC_FN : kind == DEF_ASSOC_TY ? ASSOC_TY : ASSOC_CONST;
        item.has_default = !cx->is_trait || (row->flags & ITEM_HAS_BODY) != 0;
        item.is_default = (row->flags & ITEM_IS_DEFAULT) != 0;
        item.has_self = (row->flags & ITEM_HAS_SELF) != 0;
        vec_push(b->scratch, &b->assoc, item);
    }
}

void run_assoc_box(Db *db, u32 key) {
    AssocCx cx = {.def = {key}};
    tree_init(&cx.tree, db, cx.def);
    cx.is_trait = def_kind(db, cx.def) == DEF_TRAIT;
    Toks toks = def_toks(db, cx.def);
    ItemRow row;
    if (item_row(db, cx.def, toks, &row)) {
        assoc_run(&cx, toks_sub(toks, row.body), row.body.lo, true, 0);
    }
    Blob blob;
    blob_begin(&blob, &db->scratch, sizeof(DefBox));
    builder_pack(&cx.tree.b, &blob);
    tree_deinit(&cx.tree);
    query_return_blob(db, &blob);
}

const DefBox *assoc_box(Db *db, DefId owner) {
    return query_get(db, Q_assoc_box, owner.id);
}

typedef struct AssocList {
    List items;
} AssocList;

void run_assoc_items(Db *db, u32 key) {
    const DefBox *box = assoc_box(db, (DefId){key});
    Blob blob;
    blob_begin(&blob, &db->scratch, sizeof(AssocList));
    List items =
        blob_add(&blob, LIST_AT(box, AssocItem, box->assoc), box->assoc.count, sizeof(AssocItem));
    ((AssocList *)blob_header(&blob))->items = items;
    query_return_blob(db, &blob);
}

const AssocItem *def_assoc_items(Db *db, DefId def, u32 *count) {
    const AssocList *list = query_get(db, Q_assoc_items, def.id);
    *count = list->items.count;
    return LIST_AT(list, AssocItem, list->items);
}
