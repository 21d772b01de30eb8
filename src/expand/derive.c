#include "expand/derive.h"

static const char *const derive_names[] = {
    "",
#define X(name) #name,
    DERIVES(X)
#undef X
};

DeriveKind derive_kind(const Db *db, Symbol name) {
    Str text = symbol_str(&db->symbols, name);
    for (u32 i = 1; i < ARRAY_LEN(derive_names); i++) {
        if (str_eq(text, str_from(derive_names[i]))) return (DeriveKind)i;
    }
    return DERIVE_NONE;
}

u32 derive_impl_count(DeriveKind kind) {
    switch (kind) {
    case DERIVE_NONE: return 0;
    case DERIVE_PartialEq: return 2;
    default: return 1;
    }
}

bool derive_expand(DeriveCx *cx, DeriveKind kind, u32 nth, Toks item, Toks *out) {
    (void)kind;
    (void)nth;
    (void)item;
    (void)out;
    cx->error = "not supported";
    return false;
}
