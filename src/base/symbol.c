#include "base/symbol.h"

void symbols_init(Symbols *symbols) {
    interner_init(&symbols->texts);
#define SYM(name, text) CHECK(intern(&symbols->texts, text, sizeof(text) - 1) == SYM_##name);
#include "base/symbols.def"
#undef SYM
}

void symbols_deinit(Symbols *symbols) {
    interner_deinit(&symbols->texts);
}

void symbols_image(Symbols *symbols, Image *image) {
    image_interner(image, &symbols->texts);
}

Symbol symbol_intern(Symbols *symbols, Str text) {
    if (text.len == 0) return (Symbol){SYM_none};
    return (Symbol){intern(&symbols->texts, text.at, text.len)};
}

Str symbol_str(const Symbols *symbols, Symbol symbol) {
    if (symbol.id == SYM_none) return (Str){"", 0};
    u32 len;
    const char *text = intern_bytes(&symbols->texts, symbol.id, &len);
    return (Str){text, len};
}
