// Fuzzes the lexer and the parser: any bytes are lexed, skimmed and parsed in full without a
// crash; tokens are balanced; text that lexes without an error comes back from its tokens; a tree
// without errors has ranges that nest.
#include "syntax/syntax_check.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    static Scratch scratch; // kept between runs: reserving the range is slow
    if (!scratch.base) scratch_init(&scratch);
    if (len == 0 || len > 1 << 16) return 0;
    u64 mark = scratch_mark(&scratch);
    Symbols symbols;
    symbols_init(&symbols);
    static const u32 editions[] = {2015, 2018, 2021, 2024};
    SyntaxCheck check = {
        .symbols = &symbols,
        .scratch = &scratch,
        .edition = editions[bytes[0] & 3],
        .text = {(const char *)bytes, (u32)len},
        .verify = true,
    };
    LexOut out;
    lex_file(&symbols, &scratch, check.text, check.edition, &out);
    Toks toks = {out.toks.at, out.toks.count};
    for (u32 i = 0; i < toks.count; i++) {
        const Tok *tok = &toks.at[i];
        if (tok->kind < TOK_OPEN_PAREN || tok->kind > TOK_CLOSE_BRACE) continue;
        bool open = (tok->kind - TOK_OPEN_PAREN) % 2 == 0;
        if (open) CHECK(toks.at[i + tok->match].kind == tok->kind + 1);
    }
    u32 bad;
    if (out.errors.count == 0) CHECK(syntax_check_text(&check, toks, out.text_start, &bad));
    syntax_check_items(&check, toks, SKIM_MODULE);
    ParseInput in = {&symbols, &symbols, &scratch, NULL, check.edition};
    for (u32 kind = FRAG_BLOCK; kind <= FRAG_GUARD; kind++) {
        u32 used = parse_fragment(&in, (FragKind)kind, toks, 0, NULL);
        CHECK(used == PARSE_EMPTY || used <= toks.count);
    }
    symbols_deinit(&symbols);
    scratch_rewind(&scratch, mark);
    return 0;
}
