// ObjFile: an ELF64 x86-64 relocatable object being made, in terms of sections, symbols and
// relocations (System V ABI, AMD64 supplement). The bytes come from the code generator.
//
// Everything lies in the Scratch given to obj_init. The same calls in the same order give the same
// bytes. Sections without content are not written.

#ifndef RAC_LINK_OBJFILE_H
#define RAC_LINK_OBJFILE_H

#include "base/map.h"
#include "base/scratch.h"
#include "link/error.h"

typedef enum ObjSection {
    OBJ_UNDEF,
    OBJ_TEXT,
    OBJ_RODATA, // no relocations in here that need a run-time address: use OBJ_RELRO for those
    OBJ_RELRO,  // .data.rel.ro: read-only once the loader has relocated it (vtables)
    OBJ_DATA,
    OBJ_BSS,
    OBJ_TDATA,
    OBJ_TBSS,
    OBJ_EH_FRAME,
    OBJ_EXCEPT_TABLE, // .gcc_except_table
    OBJ_INIT_ARRAY,
    OBJ_SECTION_COUNT,
} ObjSection;

typedef enum ObjBinding { OBJ_LOCAL, OBJ_GLOBAL, OBJ_WEAK } ObjBinding;
typedef enum ObjSymKind { OBJ_NOTYPE, OBJ_FUNC, OBJ_OBJECT, OBJ_TLS } ObjSymKind;
#define OBJ_HIDDEN 1u // flag of obj_define

ID_TYPE(ObjSym);

typedef struct ObjSymRow {
    Str name;
    u64 offset;
    u64 size;
    u8 section; // ObjSection; OBJ_UNDEF: external
    u8 binding;
    u8 kind;
    u8 flags;
} ObjSymRow;
typedef struct ObjReloc {
    u64 offset; // in its section
    i64 addend;
    u32 type; // R_X86_64_* of <elf.h>
    u32 sym;
} ObjReloc;
typedef struct ObjSectionData {
    VEC(u8) bytes;
    VEC(ObjReloc) relocs;
    u64 size; // bytes.count, or the size of a section without bytes (bss)
    u32 align;
} ObjSectionData;

typedef struct ObjFile {
    Scratch *scratch;
    ObjSectionData sections[OBJ_SECTION_COUNT];
    VEC(ObjSymRow) syms; // row 0 is none
    Map by_name;         // owned: hash of the name -> ObjSym + chain by probing
} ObjFile;

void obj_init(ObjFile *obj, Scratch *scratch);
void obj_deinit(ObjFile *obj);

// Appends bytes and returns their offset in the section. For OBJ_BSS and OBJ_TBSS `bytes` is NULL.
u64 obj_append(ObjFile *obj, ObjSection section, const void *bytes, u64 len, u32 align);
// Where appended bytes lie until the next obj_append to that section.
u8 *obj_bytes(ObjFile *obj, ObjSection section, u64 offset);

// The symbol of that name, made undefined when it is new. Names are copied.
ObjSym obj_symbol(ObjFile *obj, Str name);
// Gives a symbol its place. Defining one twice is a bug of the caller.
void obj_define(ObjFile *obj, ObjSym sym, ObjSection section, u64 offset, u64 size,
                ObjBinding binding, ObjSymKind kind, u32 flags);
// A nameless local symbol for a place.
ObjSym obj_local(ObjFile *obj, ObjSection section, u64 offset, u64 size, ObjSymKind kind);
// Marks an undefined symbol as weak, or as thread-local.
void obj_undefined(ObjFile *obj, ObjSym sym, ObjBinding binding, ObjSymKind kind);

void obj_reloc(ObjFile *obj, ObjSection section, u64 offset, u32 type, ObjSym sym, i64 addend);

// The finished file in `obj->scratch`.
Str obj_finish(ObjFile *obj);
// Written whole or not at all (temporary file, then rename).
bool obj_write(ObjFile *obj, const char *path, LinkError *error);

#endif
