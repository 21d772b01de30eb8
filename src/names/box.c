// Boxes: building, packing and reading them. Rows are found through open-addressed slots that are
// laid out the same while building and in the packed box.

#include "names/names_internal.h"

void builder_init(Builder *b, Db *db, Scratch *scratch, CrateId crate) {
    *b = (Builder){
        .db = db, .scratch = scratch, .temp = scratch, .toks_in = scratch, .crate = crate};
    b->eager = 1u << 31; // no number of the others
    b->edition = crate_edition(db, crate);
    b->cfgs = crate_cfgs(db, crate, scratch);
    vec_push(scratch, &b->texts, (TextRow){0}); // row 0 ends chains
    vec_push(scratch, &b->rules, NULL);
}

void builder_deinit(Builder *b) {
    map_deinit(&b->duplicates);
    map_deinit(&b->compiled);
    map_deinit(&b->pending);
    map_deinit(&b->expanded);
    map_deinit(&b->news);
}

static u64 hash_def(DefId def) {
    return hash_mix(def.id, 1);
}
static u64 hash_bind(DefId mod, u32 ns, Symbol name) {
    return hash_mix(pack_u64(mod.id << 2 | ns, name.id), 2);
}

// Puts row number `row` in the slots, growing them so that they are at most half full.
static bool slots_room(Scratch *scratch, U32Vec *slots, u32 rows) {
    if ((rows + 1) * 2 <= slots->count) return false;
    u32 cap = max_u32(slots->count * 2, 64);
    while ((rows + 1) * 2 > cap)
        cap *= 2;
    slots->at = SCRATCH_ARRAY(scratch, u32, cap);
    slots->count = slots->cap = cap;
    return true;
}

static void slots_put(U32Vec *slots, u64 hash, u32 row) {
    u32 mask = slots->count - 1;
    u32 at = (u32)hash & mask;
    while (slots->at[at] != 0)
        at = (at + 1) & mask;
    slots->at[at] = row + 1;
}

DefId builder_def(Builder *b, DefId parent, DefKind kind, Symbol name) {
    u64 key = hash_mix(pack_u64(parent.id, name.id), (u64)kind + 7);
    u32 seen = map_get(&b->duplicates, key);
    map_set(&b->duplicates, key, seen + 1);
    b->report.definitions++;
    return def_intern(b->db, parent, kind, name, seen);
}

DefSrc *builder_src(Builder *b, DefId def) {
    u32 row = b->defs.count;
    vec_push(b->scratch, &b->defs, (DefSrc){.def = def, .number = b->fragment});
    if (slots_room(b->scratch, &b->def_slots, b->defs.count)) {
        for (u32 i = 0; i < b->defs.count; i++) {
            slots_put(&b->def_slots, hash_def(b->defs.at[i].def), i);
        }
    } else {
        slots_put(&b->def_slots, hash_def(def), row);
    }
    return &b->defs.at[row];
}

bool builder_is_circular(Builder *b, DefId mod, FileId file, Span span) {
    BoxView view;
    builder_view(b, &view);
    Str chain = source_path(b->db, file);
    for (; mod.id; mod = def_row(b->db, mod)->parent) {
        const DefSrc *src = view_def(&view, mod);
        if (!src || !src->file) break;
        chain = scratch_print(b->scratch, "%.*s -> %.*s",
                              STR_ARG(source_path(b->db, (FileId){src->file})), STR_ARG(chain));
        if (src->file != file.id) continue;
        diag_error(b->db, span, "", "circular modules: %.*s", STR_ARG(chain));
        return true;
    }
    return false;
}

void builder_mod(Builder *b, DefId def, DefId outer, u32 text) {
    u32 row = b->mods.count;
    vec_push(b->scratch, &b->mods, (ModRow){.def = def, .outer = outer, .text = text});
    if (slots_room(b->scratch, &b->mod_slots, b->mods.count)) {
        for (u32 i = 0; i < b->mods.count; i++) {
            slots_put(&b->mod_slots, hash_def(b->mods.at[i].def), i);
        }
    } else {
        slots_put(&b->mod_slots, hash_def(def), row);
    }
}

static ModRow *builder_mod_row(Builder *b, DefId def) {
    BoxView view;
    builder_view(b, &view);
    const ModRow *row = view_mod(&view, def);
    return row == NULL ? NULL : &b->mods.at[row - b->mods.at];
}

void builder_news(Builder *b, Namespace ns, Symbol name) {
    if (b->imports.count == 0) return;
    map_set(&b->news, pack_u64(ns, name.id), ++b->news_count);
}

void builder_bind(Builder *b, BindRow row) {
    ModRow *mod = builder_mod_row(b, row.mod);
    if (mod == NULL) return;
    builder_news(b, (Namespace)row.ns, row.name);
    u32 index = b->binds.count;
    vec_push(b->scratch, &b->binds, row);
    vec_push(b->scratch, &b->bind_next, mod->first_bind);
    mod->first_bind = index + 1;
    if (slots_room(b->scratch, &b->bind_slots, b->binds.count)) {
        for (u32 i = 0; i < b->binds.count; i++) {
            const BindRow *bind = &b->binds.at[i];
            slots_put(&b->bind_slots, hash_bind(bind->mod, bind->ns, bind->name), i);
        }
    } else {
        slots_put(&b->bind_slots, hash_bind(row.mod, row.ns, row.name), index);
    }
}

u32 builder_text(Builder *b, TextRow row) {
    vec_push(b->scratch, &b->texts, row);
    return b->texts.count - 1;
}

u32 builder_expansion(Builder *b, DefId mod, DefId macro, u32 call_ctxt) {
    u64 key = hash_mix(pack_u64(mod.id, macro.id), call_ctxt);
    u32 number = map_get(&b->expanded, key) + 1;
    map_set(&b->expanded, key, number);
    return number;
}

// The macro row that a chain begins with.
static u32 settled(const Builder *b, u32 text) {
    while (text && !b->texts.at[text].macro.id)
        text = b->texts.at[text].out ? b->texts.at[text].out : b->texts.at[text].prev;
    return text;
}

void builder_settle_texts(Builder *b) {
    u32 *number = SCRATCH_ARRAY(b->scratch, u32, b->texts.count);
    u32 count = 1;
    for (u32 i = 1; i < b->texts.count; i++)
        if (b->texts.at[i].macro.id) number[i] = count++;
    for (u32 i = 0; i < b->defs.count; i++)
        b->defs.at[i].text = number[settled(b, b->defs.at[i].text)];
    for (u32 i = 0; i < b->mods.count; i++)
        b->mods.at[i].text = number[settled(b, b->mods.at[i].text)];
    for (u32 i = 1; i < b->texts.count; i++)
        if (number[i]) b->texts.at[i].prev = number[settled(b, b->texts.at[i].prev)];
    for (u32 i = 1; i < b->texts.count; i++)
        if (number[i]) b->texts.at[number[i]] = b->texts.at[i];
    b->texts.count = count;
}

void builder_view(const Builder *b, BoxView *view) {
    *view = (BoxView){
        .defs = b->defs.at,
        .def_count = b->defs.count,
        .def_slots = b->def_slots.at,
        .def_cap = b->def_slots.count,
        .mods = b->mods.at,
        .mod_slots = b->mod_slots.at,
        .mod_cap = b->mod_slots.count,
        .binds = b->binds.at,
        .bind_slots = b->bind_slots.at,
        .bind_cap = b->bind_slots.count,
        .bind_next = b->bind_next.at,
        .globs = b->globs.at,
        .unnamed = b->unnamed.at,
        .texts = b->texts.at,
        .toks = b->toks.at,
        .macro_use = b->macro_use.at,
        .macro_use_count = b->macro_use.count,
        .externs = b->externs.at,
        .extern_count = b->externs.count,
        .lazies = b->lazies.at,
        .lazy_segs = b->lazy_segs.at,
        .prelude = b->prelude,
    };
}

void builder_pack(Builder *b, Blob *blob) {
    builder_number_impls(b);
    DefBox box = {.prelude = b->prelude, .report = b->report};
    box.defs = blob_add(blob, b->defs.at, b->defs.count, sizeof(DefSrc));
    box.def_slots = blob_add(blob, b->def_slots.at, b->def_slots.count, sizeof(u32));
    box.mods = blob_add(blob, b->mods.at, b->mods.count, sizeof(ModRow));
    box.mod_slots = blob_add(blob, b->mod_slots.at, b->mod_slots.count, sizeof(u32));
    box.binds = blob_add(blob, b->binds.at, b->binds.count, sizeof(BindRow));
    box.bind_slots = blob_add(blob, b->bind_slots.at, b->bind_slots.count, sizeof(u32));
    box.bind_next = blob_add(blob, b->bind_next.at, b->bind_next.count, sizeof(u32));
    box.globs = blob_add(blob, b->globs.at, b->globs.count, sizeof(GlobRow));
    box.unnamed = blob_add(blob, b->unnamed.at, b->unnamed.count, sizeof(UnnamedRow));
    box.texts = blob_add(blob, b->texts.at, b->texts.count, sizeof(TextRow));
    box.toks = blob_add(blob, b->toks.at, b->toks.count, sizeof(Tok));
    box.impls = blob_add(blob, b->impls.at, b->impls.count, sizeof(DefId));
    box.impl_bodies = blob_add(blob, b->impl_bodies.at, b->impl_bodies.count, sizeof(DefId));
    box.call_bodies = blob_add(blob, b->call_bodies.at, b->call_bodies.count, sizeof(DefId));
    box.has_impl_macro = b->has_impl_macro;
    box.lang_holders = blob_add(blob, b->lang_holders.at, b->lang_holders.count, sizeof(DefId));
    box.langs = blob_add(blob, b->langs.at, b->langs.count, sizeof(LangRow));
    box.macro_use = blob_add(blob, b->macro_use.at, b->macro_use.count, sizeof(u32));
    box.externs = blob_add(blob, b->externs.at, b->externs.count, sizeof(ExternRow));
    box.lazies = blob_add(blob, b->lazies.at, b->lazies.count, sizeof(LazyRow));
    box.lazy_segs = blob_add(blob, b->lazy_segs.at, b->lazy_segs.count, sizeof(PathSeg));
    box.assoc = blob_add(blob, b->assoc.at, b->assoc.count, sizeof(AssocItem));
    *(DefBox *)blob_header(blob) = box;
}

void box_view(const DefBox *box, BoxView *view) {
    *view = (BoxView){
        .defs = LIST_AT(box, DefSrc, box->defs),
        .def_count = box->defs.count,
        .def_slots = LIST_AT(box, u32, box->def_slots),
        .def_cap = box->def_slots.count,
        .mods = LIST_AT(box, ModRow, box->mods),
        .mod_slots = LIST_AT(box, u32, box->mod_slots),
        .mod_cap = box->mod_slots.count,
        .binds = LIST_AT(box, BindRow, box->binds),
        .bind_slots = LIST_AT(box, u32, box->bind_slots),
        .bind_cap = box->bind_slots.count,
        .bind_next = LIST_AT(box, u32, box->bind_next),
        .globs = LIST_AT(box, GlobRow, box->globs),
        .unnamed = LIST_AT(box, UnnamedRow, box->unnamed),
        .texts = LIST_AT(box, TextRow, box->texts),
        .toks = LIST_AT(box, Tok, box->toks),
        .macro_use = LIST_AT(box, u32, box->macro_use),
        .macro_use_count = box->macro_use.count,
        .externs = LIST_AT(box, ExternRow, box->externs),
        .extern_count = box->externs.count,
        .lazies = LIST_AT(box, LazyRow, box->lazies),
        .lazy_segs = LIST_AT(box, PathSeg, box->lazy_segs),
        .prelude = box->prelude,
    };
}

const DefSrc *view_def(const BoxView *view, DefId def) {
    if (view->def_cap == 0) return NULL;
    u32 mask = view->def_cap - 1;
    for (u32 at = (u32)hash_def(def) & mask; view->def_slots[at] != 0; at = (at + 1) & mask) {
        const DefSrc *row = &view->defs[view->def_slots[at] - 1];
        if (row->def.id == def.id) return row;
    }
    return NULL;
}

const ModRow *view_mod(const BoxView *view, DefId def) {
    if (view->mod_cap == 0) return NULL;
    u32 mask = view->mod_cap - 1;
    for (u32 at = (u32)hash_def(def) & mask; view->mod_slots[at] != 0; at = (at + 1) & mask) {
        const ModRow *row = &view->mods[view->mod_slots[at] - 1];
        if (row->def.id == def.id) return row;
    }
    return NULL;
}

const BindRow *view_bind(const BoxView *view, DefId mod, Namespace ns, Symbol name, u32 ctxt) {
    if (view->bind_cap == 0) return NULL;
    u32 mask = view->bind_cap - 1;
    for (u32 at = (u32)hash_bind(mod, ns, name) & mask; view->bind_slots[at] != 0;
         at = (at + 1) & mask) {
        const BindRow *row = &view->binds[view->bind_slots[at] - 1];
        if (row->mod.id == mod.id && row->ns == (u32)ns && row->name.id == name.id &&
            row->ctxt == ctxt) {
            return row;
        }
    }
    return NULL;
}
