// Functions made by gen/x64 into an object file: code, relocations, unwind table, landing pads.

#ifndef RAC_LINK_OBJ_EMIT_H
#define RAC_LINK_OBJ_EMIT_H

#include "gen/x64/x64.h"
#include "link/objfile.h"

// What a symbol of the code is in the object (obj_symbol, obj_local). Asked once per symbol; not
// for the known ones (ir_known.def), which are external by their names.
typedef ObjSym ObjSymbolOf(void *cx, IrSym sym);

typedef struct ObjEmit {
    ObjFile *obj;             // borrowed
    const IrSymbols *symbols; // borrowed
    ObjSymbolOf *symbol_of;
    void *cx;
    U32Vec known;       // IrSym -> ObjSym, 0: not asked yet; in the object's scratch
    u64 cie_at[2];      // offset + 1 of the CIE without and with LSDA
    ObjSym personality; // the cell that holds rust_eh_personality's address
} ObjEmit;

void obj_emit_init(ObjEmit *emit, ObjFile *obj, const IrSymbols *symbols, ObjSymbolOf *symbol_of,
                   void *cx);
// Defines `sym` as this function.
void obj_emit_fn(ObjEmit *emit, ObjSym sym, ObjBinding binding, u32 flags, const X64Code *code);

#endif
