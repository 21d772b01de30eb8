// Inside expand/ only: a type's definition taken apart for derives, and the text being written.

#ifndef RAC_EXPAND_DERIVE_ITEM_H
#define RAC_EXPAND_DERIVE_ITEM_H

#include "expand/derive.h"
#include "syntax/items.h"

typedef struct DeriveParam {
    Toks name; // one token; lifetimes too
    Toks decl; // without attributes and default: `T: Bound`, `'a`, `const N: usize`
    bool is_type, is_lifetime;
} DeriveParam;

typedef struct DeriveField {
    Toks name; // none in tuples
    Toks ty;
    Toks attrs;
} DeriveField;

typedef struct DeriveVariant {
    Toks name;
    u8 form; // TOK_OPEN_BRACE, TOK_OPEN_PAREN, or TOK_SEMI: a unit
    bool is_default;
    u32 field_first, field_count;
} DeriveVariant;

typedef struct DeriveItem {
    u8 kind; // ITEM_STRUCT, ITEM_ENUM, ITEM_UNION
    Toks name;
    bool is_packed;
    VEC(DeriveParam) params;
    Toks wheres; // without `where`
    VEC(DeriveField) fields;
    VEC(DeriveVariant) variants; // of a struct: itself
} DeriveItem;

bool derive_item_parse(DeriveCx *cx, Toks toks, DeriveItem *item);

// Rust text with runs of tokens in it. `write` takes printf's formats, and `@` for the next Toks.
typedef struct DeriveText {
    DeriveCx *cx;
    VEC(char) text;
    VEC(Toks) subs;
    u32 pos;
} DeriveText;

void derive_write(DeriveText *out, const char *text); // plain
void derive_paste(DeriveText *out, Toks toks);
void derive_writef(DeriveText *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool derive_lex(DeriveText *out, Toks *toks);

#endif
