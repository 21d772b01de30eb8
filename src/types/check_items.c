// An impl of a trait against the trait: that every item is there and no other.
#include "types/types_internal.h"

typedef VEC(char) Text;

static void add(Scratch *scratch, Text *text, Str part) {
    vec_append(scratch, text, part.at, part.len);
}

static void check_known(Db *db, DefId trait, const AssocItem *item, const AssocItem *of_trait,
                        u32 count) {
    static const char *const codes[] = {"E0407", "E0437", "E0438"};
    static const char *const words[] = {"method", "type", "const"};
    for (u32 i = 0; i < count; i++)
        if (of_trait[i].name.id == item->name.id && of_trait[i].kind == item->kind) return;
    Str name = symbol_str(&db->symbols, item->name);
    Str trait_name = symbol_str(&db->symbols, def_row(db, trait)->name);
    Span span = def_span(db, item->def);
    diag_error(db, span, codes[item->kind], "%s `%.*s` is not a member of trait `%.*s`",
               words[item->kind], STR_ARG(name), STR_ARG(trait_name));
    diag_label(db, span, "not a member of trait `%.*s`", STR_ARG(trait_name));
}

void impl_check_items(Db *db, DefId impl) {
    const ImplHeader *header = impl_header(db, impl);
    if (!header || !header->trait_ref.trait.id || header->is_negative || header->is_default) return;
    DefId trait = header->trait_ref.trait;
    u32 own_count, count, missing = 0;
    const AssocItem *own = def_assoc_items(db, impl, &own_count);
    const AssocItem *of_trait = def_assoc_items(db, trait, &count);
    for (u32 i = 0; i < own_count; i++)
        check_known(db, trait, &own[i], of_trait, count);
    Text text = {0};
    for (u32 i = 0; i < count; i++) {
        if (of_trait[i].has_default) continue;
        bool found = false;
        for (u32 k = 0; k < own_count && !found; k++)
            found = own[k].name.id == of_trait[i].name.id;
        if (found) continue;
        if (missing++) add(&db->scratch, &text, STR(", "));
        add(&db->scratch, &text, STR("`"));
        add(&db->scratch, &text, symbol_str(&db->symbols, of_trait[i].name));
        add(&db->scratch, &text, STR("`"));
    }
    if (!missing) return;
    Span span = def_span(db, impl);
    diag_error(db, span, "E0046", "not all trait items implemented, missing: %.*s", (int)text.count,
               text.at);
    diag_label(db, span, "missing %.*s in implementation", (int)text.count, text.at);
}
