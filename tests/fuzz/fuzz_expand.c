// Fuzzes collecting and macro expansion: any bytes are a crate without a library. Its modules,
// imports and macros are resolved, and every item and body is parsed with macros expanded, without
// a crash and without eating time or memory.
#include "names/names_internal.h"

#include <stdlib.h>

static void everything(Db *db, CrateId crate) {
    const DefBox *box = crate_box(db, crate);
    const DefSrc *defs = LIST_AT(box, DefSrc, box->defs);
    for (u32 i = 0; i < box->defs.count && i < 200; i++) {
        DefId def = defs[i].def;
        DefKind kind = def_kind(db, def);
        if (kind == DEF_MOD || kind == DEF_MACRO || kind == DEF_GLOBAL_ASM) continue;
        def_item_ast(db, def);
        def_body_ast(db, def);
        if (kind != DEF_IMPL && kind != DEF_TRAIT) continue;
        u32 count;
        const AssocItem *items = def_assoc_items(db, def, &count);
        for (u32 k = 0; k < count && k < 50; k++) {
            def_item_ast(db, items[k].def);
            def_body_ast(db, items[k].def);
        }
    }
    u32 count;
    names_impls(db, crate, &count);
    names_traits_in_scope(db, crate_root(db, crate), &count);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    if (len == 0 || len > 1 << 14) return 0;
    static const u32 editions[] = {2015, 2018, 2021, 2024};
    Options options = {.edition = editions[bytes[0] & 3]};
    Db *db = db_new(&options);
    source_store_new(db);
    db->expand = expand_store_new();
    db->defs = names_store_new();
    syntax_register(db);
    names_register(db);
    OsError error;
    FileId file = source_file(db, STR("fuzz.rs"));
    if (source_set_text(db, file, (Str){(const char *)bytes, (u32)len}, DURABILITY_LOW, &error)) {
        everything(db, names_declare_user(db, file.id, symbol_intern(&db->symbols, STR("fuzz")),
                                          options.edition));
    }
    source_store_free(db);
    expand_store_free(db->expand);
    names_store_free(db->defs);
    db->expand = NULL;
    db->defs = NULL;
    db_free(db);
    return 0;
}
