// x64: machine code for one IR function, in one analysis pass and one emission pass.
//
// In: a verified IrFn. Out: X64Code, position-independent code with relocations, its unwind rules
// and its table of landing pads. No state is shared between functions, so they can be compiled on
// any thread. The result lives in the Scratch given.
//
// The code follows System V: rbp frames (none in leaf functions that need no memory), probes for
// frames of more than a page, rbx and r12-r15 kept. Constants lie behind the code, in the same
// bytes.

#ifndef RAC_GEN_X64_X64_H
#define RAC_GEN_X64_X64_H

#include "ir/ir.h"

// S: the symbol's address, A: the addend, P: the address of the field.
typedef enum X64RelocKind {
    X64_RELOC_PC32,     // S + A - P, 4 bytes: code and data of the same image
    X64_RELOC_PLT32,    // as PC32, but a jump stub may stand for the symbol (calls only)
    X64_RELOC_GOTPCREL, // address of the 8-byte cell that holds S, + A - P, 4 bytes
    X64_RELOC_TLSGD,    // ELF's R_X86_64_TLSGD: the general dynamic sequence
                        // 66 48 8d 3d <field> 66 66 48 e8 <PLT32 __tls_get_addr>
    X64_RELOC_SLOT,     // address of the symbol's function-table slot, + A - P, 4 bytes
} X64RelocKind;

typedef struct X64Reloc {
    u32 offset; // in code
    u32 kind;   // X64RelocKind
    u32 sym;    // IrSym.id
    i32 addend;
} X64Reloc;

typedef struct X64Loc {
    u32 offset; // in code: from here on
    u32 loc;    // IrInst.loc
} X64Loc;

typedef struct X64Code {
    const u8 *code; // entry at 0; wants an address that is a multiple of 16
    u32 code_bytes;
    u32 text_bytes; // instructions; constants and jump tables follow
    const X64Reloc *relocs;
    u32 reloc_count;
    const u8 *cfi; // instructions for the FDE, after the CIE of x64_eh_cie
    u32 cfi_bytes;
    const u8 *lsda; // NULL: no landing pads (and no personality)
    u32 lsda_bytes;
    const X64Loc *locs;
    u32 loc_count;
} X64Code;

// False: `why` says what is not supported (an operation on a type that has none).
bool x64_gen(const IrFn *fn, Scratch *scratch, X64Code *out, Str *why);

void x64_disassemble(FILE *out, const X64Code *code, const IrSymbols *symbols);

// --- .eh_frame --------------------------------------------------------------------------------
//
// Two CIEs, one for functions without landing pads ("zR") and one with ("zPLR"). All pointers are
// pc-relative: 4 bytes signed for functions and LSDAs, 4 bytes pc-relative indirect for the
// personality. For an object file, write the CIEs at the start of the section and give every field
// named by an X64EhFields a PC32 relocation; for memory, patch the fields with x64_eh_patch.

typedef struct X64EhFields {
    u32 pc_begin;    // offset in the written bytes: address of the function
    u32 lsda;        // offset: address of its LSDA; 0 if none
    u32 personality; // offset: address of a cell holding rust_eh_personality's; 0 if none
} X64EhFields;

// Each returns the bytes written (a multiple of 8, at most 64 + the CFI's) to `to`.
u32 x64_eh_cie(u8 *to, bool with_lsda, X64EhFields *fields);
// `cie_distance`: from the FDE's first byte back to the first byte of its CIE.
u32 x64_eh_fde(u8 *to, const X64Code *code, u32 cie_distance, X64EhFields *fields);
void x64_eh_patch(u8 *section, u32 field, const void *target); // section at its final address

#endif
