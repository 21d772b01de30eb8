#include "link/obj_emit.h"

#include <elf.h>

void obj_emit_init(ObjEmit *emit, ObjFile *obj, const IrSymbols *symbols, ObjSymbolOf *symbol_of,
                   void *cx) {
    *emit = (ObjEmit){.obj = obj, .symbols = symbols, .symbol_of = symbol_of, .cx = cx};
}

static ObjSym symbol_for(ObjEmit *emit, u32 sym) {
    while (emit->known.count <= sym)
        vec_push(emit->obj->scratch, &emit->known, 0);
    if (emit->known.at[sym] == 0) {
        ObjSym found = sym < IR_KNOWN_COUNT
                           ? obj_symbol(emit->obj, ir_symbol_name(emit->symbols, (IrSym){sym}))
                           : emit->symbol_of(emit->cx, (IrSym){sym});
        emit->known.at[sym] = found.id;
        if (ir_symbol_row(emit->symbols, (IrSym){sym})->kind == IR_SYM_TLS)
            obj_undefined(emit->obj, found, OBJ_GLOBAL, OBJ_TLS);
    }
    return (ObjSym){emit->known.at[sym]};
}

static u32 reloc_type(X64RelocKind kind) {
    switch (kind) {
    case X64_RELOC_PC32: return R_X86_64_PC32;
    case X64_RELOC_PLT32: return R_X86_64_PLT32;
    case X64_RELOC_GOTPCREL: return R_X86_64_GOTPCREL;
    case X64_RELOC_TLSGD: return R_X86_64_TLSGD;
    case X64_RELOC_SLOT: return R_X86_64_GOTPCREL; // without patching, the GOT is the table
    }
    UNREACHABLE();
}

// Personalities are named through a cell, as the tables are read-only and the symbol may be far.
static ObjSym personality_cell(ObjEmit *emit) {
    if (emit->personality.id == 0) {
        u64 at = obj_append(emit->obj, OBJ_RELRO, NULL, 8, 8);
        obj_reloc(emit->obj, OBJ_RELRO, at, R_X86_64_64,
                  obj_symbol(emit->obj, STR("rust_eh_personality")), 0);
        emit->personality = obj_local(emit->obj, OBJ_RELRO, at, 8, OBJ_OBJECT);
    }
    return emit->personality;
}

static void emit_unwind(ObjEmit *emit, ObjSym sym, const X64Code *code) {
    ObjFile *obj = emit->obj;
    bool with_lsda = code->lsda != NULL;
    X64EhFields fields = {0};
    u8 cie[64 + 64];
    if (emit->cie_at[with_lsda] == 0) {
        u32 bytes = x64_eh_cie(cie, with_lsda, &fields);
        u64 at = obj_append(obj, OBJ_EH_FRAME, cie, bytes, 8);
        if (fields.personality)
            obj_reloc(obj, OBJ_EH_FRAME, at + fields.personality, R_X86_64_PC32,
                      personality_cell(emit), 0);
        emit->cie_at[with_lsda] = at + 1;
    }
    u8 *fde = scratch_take(obj->scratch, 64 + (u64)code->cfi_bytes + 8, 8);
    u64 at = align_up(obj->sections[OBJ_EH_FRAME].size, 8);
    fields = (X64EhFields){0};
    u32 bytes = x64_eh_fde(fde, code, (u32)(at - (emit->cie_at[with_lsda] - 1)), &fields);
    CHECK(obj_append(obj, OBJ_EH_FRAME, fde, bytes, 8) == at);
    obj_reloc(obj, OBJ_EH_FRAME, at + fields.pc_begin, R_X86_64_PC32, sym, 0);
    if (!with_lsda) return;
    u64 lsda = obj_append(obj, OBJ_EXCEPT_TABLE, code->lsda, code->lsda_bytes, 4);
    obj_reloc(obj, OBJ_EH_FRAME, at + fields.lsda, R_X86_64_PC32,
              obj_local(obj, OBJ_EXCEPT_TABLE, lsda, code->lsda_bytes, OBJ_OBJECT), 0);
}

void obj_emit_fn(ObjEmit *emit, ObjSym sym, ObjBinding binding, u32 flags, const X64Code *code) {
    ObjFile *obj = emit->obj;
    u64 at = obj_append(obj, OBJ_TEXT, code->code, code->code_bytes, 16);
    obj_define(obj, sym, OBJ_TEXT, at, code->code_bytes, binding, OBJ_FUNC, flags);
    for (u32 i = 0; i < code->reloc_count; i++) {
        const X64Reloc *reloc = &code->relocs[i];
        obj_reloc(obj, OBJ_TEXT, at + reloc->offset, reloc_type((X64RelocKind)reloc->kind),
                  symbol_for(emit, reloc->sym), reloc->addend);
    }
    emit_unwind(emit, sym, code);
}
