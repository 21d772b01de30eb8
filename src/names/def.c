#include "names/def.h"

#include "names/split.h"

#include <stdlib.h>

enum { ENV_MAX = 1 << 20 };

struct DefStore *names_store_new(void) {
    DefStore *store = calloc(1, sizeof *store);
    CHECK(store != NULL);
    interner_init_rows(&store->defs, sizeof(DefRow));
    interner_init(&store->items);
    interner_init(&store->paths);
    table_init(&store->crates, sizeof(CrateInfo), CRATE_MAX);
    table_init(&store->env, sizeof(EnvRow), ENV_MAX);
    scratch_init(&store->temp);
    interner_init(&store->rows);
    return store;
}

void names_store_free(struct DefStore *store) {
    interner_deinit(&store->defs);
    interner_deinit(&store->items);
    interner_deinit(&store->paths);
    splits_deinit(store);
    table_deinit(&store->crates);
    table_deinit(&store->env);
    scratch_deinit(&store->temp);
    interner_deinit(&store->rows);
    free(store->target);
    free(store);
}

void names_store_image(struct DefStore *store, Image *image) {
    image_interner(image, &store->defs);
    image_interner(image, &store->items);
    image_interner(image, &store->paths);
    image_table(image, &store->crates);
    image_interner(image, &store->rows);
    image_table(image, &store->env);
}

static DefId intern_def(Db *db, const DefRow *row) {
    return (DefId){intern(&db->defs->defs, row, sizeof *row)};
}

DefId def_intern(Db *db, DefId parent, DefKind kind, Symbol name, u32 disambiguator) {
    CHECK(parent.id != 0);
    DefRow row = {parent, name, disambiguator, (u16)kind, def_row(db, parent)->crate};
    return intern_def(db, &row);
}

u32 def_count(const Db *db) {
    return intern_count(&db->defs->defs);
}

const DefRow *def_row(const Db *db, DefId def) {
    CHECK(def.id != 0);
    return intern_row(&db->defs->defs, def.id, sizeof(DefRow));
}

CrateId def_crate(const Db *db, DefId def) {
    return (CrateId){def_row(db, def)->crate};
}

CrateInfo *crate_info(const Db *db, CrateId crate) {
    return table_at(&db->defs->crates, crate.id);
}
const CrateRow *crate_row(const Db *db, CrateId crate) {
    return &crate_info(db, crate)->row;
}
u32 crate_edition(const Db *db, CrateId crate) {
    return crate_info(db, crate)->row.edition;
}
DefId crate_root(const Db *db, CrateId crate) {
    return crate_info(db, crate)->row.root;
}

CrateId crate_find(const Db *db, Symbol name) {
    for (u32 i = 1; i < db->defs->crates.count; i++) {
        CrateId crate = {i};
        if (crate_row(db, crate)->name.id == name.id) return crate;
    }
    return (CrateId){0};
}

bool names_has_core(const Db *db) {
    CrateId core = crate_find(db, SYM_OF(core));
    return core.id != 0 && !crate_row(db, core)->is_local;
}

u32 crate_count(const Db *db) {
    return db->defs->crates.count - 1;
}

CrateId crate_declare(Db *db, Str name, Str root_path, u32 edition, bool is_library) {
    CrateId crate = {table_add(&db->defs->crates, 1)};
    CrateInfo *info = crate_info(db, crate);
    info->row.name = symbol_intern(&db->symbols, name);
    info->row.edition = edition;
    info->row.is_local = !is_library;
    info->is_library = is_library;
    // core, alloc and std are never without use, and looking things up once is cheaper.
    info->is_lazy = is_library && !symbol_is(info->row.name, SYM_core) &&
                    !symbol_is(info->row.name, SYM_alloc) && !symbol_is(info->row.name, SYM_std);
    info->root_path = symbol_intern(&db->symbols, root_path);
    DefRow row = {.name = info->row.name, .kind = DEF_MOD, .crate = (u16)crate.id};
    info->row.root = info->box_root = intern_def(db, &row);
    return crate;
}

void crate_add_part(Db *db, CrateId crate, Symbol module) {
    CrateId part = {table_add(&db->defs->crates, 1)};
    CrateInfo *info = crate_info(db, part);
    *info = *crate_info(db, crate);
    info->row.is_part = true;
    info->is_lazy = true;
    info->part_of = crate;
    DefRow row = {info->row.root, module, 0, DEF_MOD, (u16)part.id};
    info->box_root = intern_def(db, &row);
}

CrateId crate_part(const Db *db, CrateId crate, Symbol module) {
    for (u32 i = crate.id + 1; i < db->defs->crates.count; i++) {
        const CrateInfo *info = crate_info(db, (CrateId){i});
        if (info->part_of.id == crate.id && def_row(db, info->box_root)->name.id == module.id)
            return (CrateId){i};
    }
    return (CrateId){0};
}

DefId def_part_root(const Db *db, CrateId crate, Symbol module) {
    CrateId part = crate_part(db, crate, module);
    return part.id ? crate_info(db, part)->box_root : (DefId){0};
}

void crate_add_extern(Db *db, CrateId crate, Str name, CrateId dep) {
    CrateInfo *info = crate_info(db, crate);
    CHECK(info->extern_count < CRATE_EXTERNS);
    info->externs[info->extern_count++] = (ExternRow){symbol_intern(&db->symbols, name), dep};
}

void crate_add_cfg(Db *db, CrateId crate, Str line) {
    CrateInfo *info = crate_info(db, crate);
    CHECK(info->cfg_count < CRATE_CFGS);
    if (cfg_parse(&db->symbols, line, &info->cfgs[info->cfg_count])) info->cfg_count++;
}

static void default_target(Db *db) {
    DefStore *store = db->defs;
    if (store->target != NULL) return;
    store->target = calloc(cfg_default_target_count, sizeof *store->target);
    CHECK(store->target != NULL);
    for (u32 i = 0; i < cfg_default_target_count; i++) {
        if (cfg_parse(&db->symbols, str_from(cfg_default_target[i]),
                      &store->target[store->target_count])) {
            store->target_count++;
        }
    }
}

void names_set_target_cfgs(Db *db, const Str *lines, u32 count) {
    DefStore *store = db->defs;
    free(store->target);
    store->target = calloc(count + 1, sizeof *store->target);
    CHECK(store->target != NULL);
    store->target_count = 0;
    for (u32 i = 0; i < count; i++) {
        Str line = lines[i];
        // Those of the session, not of the target: every crate has its own.
        if (line.len >= 5 && (memcmp(line.at, "debug", 5) == 0 ||
                              memcmp(line.at, "ub_ch", 5) == 0 || memcmp(line.at, "overf", 5) == 0))
            continue;
        if (cfg_parse(&db->symbols, line, &store->target[store->target_count])) {
            store->target_count++;
        }
    }
}

CfgSet crate_cfgs(Db *db, CrateId crate, Scratch *scratch) {
    default_target(db);
    const CrateInfo *info = crate_info(db, crate);
    u32 target = db->defs->target_count;
    CfgRow *rows = SCRATCH_ARRAY(scratch, CfgRow, target + info->cfg_count + 1);
    memcpy(rows, db->defs->target, target * sizeof *rows);
    memcpy(rows + target, info->cfgs, info->cfg_count * sizeof *rows);
    return (CfgSet){rows, target + info->cfg_count};
}

DefId def_items_parent(Db *db, DefId scope) {
    const DefRow *row = def_row(db, scope);
    return row->kind == DEF_BLOCK ? def_intern(db, row->parent, DEF_BLOCK, SYM_OF(none), 0) : scope;
}

DefId def_typeck_root(const Db *db, DefId def) {
    for (;;) {
        DefKind kind = def_kind(db, def);
        if (kind != DEF_CLOSURE && kind != DEF_INLINE_CONST && kind != DEF_ANON_CONST) return def;
        def = def_row(db, def)->parent;
        // A constant in a block with items stands in that block, to see them.
        while (def.id != 0 && def_kind(db, def) == DEF_BLOCK)
            def = def_row(db, def)->parent;
    }
}

static const char *unnamed_text(DefKind kind) {
    switch (kind) {
    case DEF_IMPL: return "{impl}";
    case DEF_BLOCK: return "{block}";
    case DEF_CLOSURE: return "{closure}";
    case DEF_ANON_CONST: return "{constant}";
    case DEF_INLINE_CONST: return "{const}";
    case DEF_FOREIGN_MOD: return "{extern}";
    case DEF_OPAQUE_TY: return "{opaque}";
    case DEF_GLOBAL_ASM: return "{global_asm}";
    default: return "_";
    }
}

Str def_path_str(Db *db, DefId def, Scratch *scratch) {
    const DefRow *row = def_row(db, def);
    Str own = row->name.id != 0 ? symbol_str(&db->symbols, row->name)
                                : str_from(unnamed_text((DefKind)row->kind));
    if (row->name.id == 0) {
        own = scratch_print(scratch, "%.*s#%u", STR_ARG(own), row->disambiguator);
    }
    DefId parent = row->parent;
    while (parent.id != 0 && def_kind(db, parent) == DEF_BLOCK)
        parent = def_row(db, parent)->parent;
    if (parent.id == 0) return own;
    Str outer = def_path_str(db, parent, scratch);
    return scratch_print(scratch, "%.*s::%.*s", STR_ARG(outer), STR_ARG(own));
}

Symbol sym(Db *db, const char *text) {
    return symbol_intern(&db->symbols, str_from(text));
}
