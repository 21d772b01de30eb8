// Symbols: interned names. Equal texts have equal ids; comparing names is comparing numbers.
//
// The names in symbols.def have constant ids (SYM_self, SYM_core, ...): keywords first, in
// groups, so that "is this a keyword" is a comparison of ids.

#ifndef RAC_BASE_SYMBOL_H
#define RAC_BASE_SYMBOL_H

#include "base/image.h"

ID_TYPE(Symbol);

enum {
    SYM_none, // the absent name, printed as nothing
#define SYM(name, text) SYM_##name,
#include "base/symbols.def"
#undef SYM
    SYM_COUNT
};

typedef struct Symbols {
    Interner texts;
} Symbols;

void symbols_init(Symbols *symbols);
void symbols_deinit(Symbols *symbols);
void symbols_image(Symbols *symbols, Image *image);
Symbol symbol_intern(Symbols *symbols, Str text);
Str symbol_str(const Symbols *symbols, Symbol symbol); // lives as long as the table

#define SYM_OF(name) ((Symbol){SYM_##name})
static inline bool symbol_is(Symbol symbol, u32 known) {
    return symbol.id == known;
}

#endif
