// Text of machine code, by Zydis.

#include "gen/x64/x64.h"

#include <Zydis/Zydis.h>
#include <inttypes.h>

void x64_disassemble(FILE *out, const X64Code *code, const IrSymbols *symbols) {
    u32 reloc = 0;
    for (u32 at = 0; at < code->text_bytes;) {
        ZydisDisassembledInstruction inst;
        u32 left = code->text_bytes - at;
        if (!ZYAN_SUCCESS(ZydisDisassembleIntel(ZYDIS_MACHINE_MODE_LONG_64, at, code->code + at,
                                                left, &inst))) {
            fprintf(out, "%6" PRIx32 "  .byte 0x%02x\n", at, code->code[at]);
            at++;
            continue;
        }
        fprintf(out, "%6" PRIx32 "  %s", at, inst.text);
        at += inst.info.length;
        while (reloc < code->reloc_count && code->relocs[reloc].offset < at) {
            X64Reloc row = code->relocs[reloc++];
            static const char *const kinds[] = {"pc32", "plt32", "got", "tlsgd", "slot"};
            Str name = ir_symbol_name(symbols, (IrSym){row.sym});
            fprintf(out, "  ; %s %.*s", kinds[row.kind], STR_ARG(name));
            if (!name.len) {
                fprintf(out, "#%" PRIu64, ir_symbol_row(symbols, (IrSym){row.sym})->key);
            }
            if (row.addend != -4) fprintf(out, "%+d", row.addend + 4);
        }
        fputc('\n', out);
    }
}
