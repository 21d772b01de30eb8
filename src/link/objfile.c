// Layout of the file: header, sections' bytes, relocations, symbols, strings, section headers.
#include "link/objfile.h"
#include "link/toolchain.h"

#include <elf.h>

static const struct {
    const char *name;
    u32 type;
    u32 flags;
} section_forms[OBJ_SECTION_COUNT] = {
    [OBJ_TEXT] = {".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR},
    [OBJ_RODATA] = {".rodata", SHT_PROGBITS, SHF_ALLOC},
    [OBJ_RELRO] = {".data.rel.ro", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE},
    [OBJ_DATA] = {".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE},
    [OBJ_BSS] = {".bss", SHT_NOBITS, SHF_ALLOC | SHF_WRITE},
    [OBJ_TDATA] = {".tdata", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE | SHF_TLS},
    [OBJ_TBSS] = {".tbss", SHT_NOBITS, SHF_ALLOC | SHF_WRITE | SHF_TLS},
    [OBJ_EH_FRAME] = {".eh_frame", SHT_X86_64_UNWIND, SHF_ALLOC},
    [OBJ_EXCEPT_TABLE] = {".gcc_except_table", SHT_PROGBITS, SHF_ALLOC},
    [OBJ_INIT_ARRAY] = {".init_array", SHT_INIT_ARRAY, SHF_ALLOC | SHF_WRITE},
};

void obj_init(ObjFile *obj, Scratch *scratch) {
    *obj = (ObjFile){.scratch = scratch};
    vec_push(scratch, &obj->syms, (ObjSymRow){.name = {"", 0}});
    for (u32 i = 0; i < OBJ_SECTION_COUNT; i++)
        obj->sections[i].align = 1;
}

void obj_deinit(ObjFile *obj) {
    map_deinit(&obj->by_name);
}

u64 obj_append(ObjFile *obj, ObjSection section, const void *bytes, u64 len, u32 align) {
    CHECK(section > OBJ_UNDEF && section < OBJ_SECTION_COUNT && is_pow2(align) && len < 1u << 31);
    ObjSectionData *data = &obj->sections[section];
    data->align = max_u32(data->align, align);
    u64 at = align_up(data->size, align);
    data->size = at + len;
    if (section_forms[section].type == SHT_NOBITS) {
        CHECK(!bytes);
        return at;
    }
    u32 extra = (u32)(data->size - data->bytes.count);
    vec_reserve(obj->scratch, &data->bytes, extra);
    // Padding of code is int3: running into it should trap.
    memset(data->bytes.at + data->bytes.count, section == OBJ_TEXT ? 0xcc : 0, extra);
    if (bytes && len)
        memcpy(data->bytes.at + at, bytes, len);
    else if (len)
        memset(data->bytes.at + at, 0, len);
    data->bytes.count = (u32)data->size;
    return at;
}

u8 *obj_bytes(ObjFile *obj, ObjSection section, u64 offset) {
    CHECK(offset < obj->sections[section].bytes.count);
    return obj->sections[section].bytes.at + offset;
}

ObjSym obj_symbol(ObjFile *obj, Str name) {
    CHECK(name.len);
    u64 key = hash_bytes(name.at, name.len);
    u32 id;
    for (; (id = map_get(&obj->by_name, key)) != 0; key++)
        if (str_eq(obj->syms.at[id].name, name)) return (ObjSym){id};
    id = obj->syms.count;
    vec_push(obj->scratch, &obj->syms,
             (ObjSymRow){.name = scratch_str(obj->scratch, name), .binding = OBJ_GLOBAL});
    map_set(&obj->by_name, key, id);
    return (ObjSym){id};
}

void obj_define(ObjFile *obj, ObjSym sym, ObjSection section, u64 offset, u64 size,
                ObjBinding binding, ObjSymKind kind, u32 flags) {
    CHECK(sym.id && sym.id < obj->syms.count && section != OBJ_UNDEF);
    ObjSymRow *row = &obj->syms.at[sym.id];
    CHECK(row->section == OBJ_UNDEF);
    row->section = (u8)section;
    row->offset = offset;
    row->size = size;
    row->binding = (u8)binding;
    row->kind = (u8)kind;
    row->flags = (u8)flags;
}

ObjSym obj_local(ObjFile *obj, ObjSection section, u64 offset, u64 size, ObjSymKind kind) {
    u32 id = obj->syms.count;
    vec_push(obj->scratch, &obj->syms,
             (ObjSymRow){.name = {"", 0},
                         .offset = offset,
                         .size = size,
                         .section = (u8)section,
                         .binding = OBJ_LOCAL,
                         .kind = (u8)kind});
    return (ObjSym){id};
}

void obj_undefined(ObjFile *obj, ObjSym sym, ObjBinding binding, ObjSymKind kind) {
    ObjSymRow *row = &obj->syms.at[sym.id];
    if (row->section != OBJ_UNDEF) return;
    row->binding = (u8)binding;
    row->kind = (u8)kind;
}

void obj_reloc(ObjFile *obj, ObjSection section, u64 offset, u32 type, ObjSym sym, i64 addend) {
    CHECK(sym.id && sym.id < obj->syms.count && offset < obj->sections[section].bytes.count);
    vec_push(obj->scratch, &obj->sections[section].relocs,
             (ObjReloc){.offset = offset, .addend = addend, .type = type, .sym = sym.id});
}

// --- Writing ------------------------------------------------------------------------------------

typedef VEC(u8) Bytes;
typedef VEC(Elf64_Shdr) Headers;

typedef struct Writer {
    Scratch *scratch;
    Bytes file;
    Bytes names; // .shstrtab
    Headers headers;
} Writer;

static u32 add_string(Scratch *scratch, Bytes *strings, Str text) {
    u32 at = strings->count;
    vec_append(scratch, strings, (const u8 *)text.at, text.len);
    vec_push(scratch, strings, 0);
    return at;
}

static void pad(Writer *w, u64 align) {
    while (w->file.count % align)
        vec_push(w->scratch, &w->file, 0);
}

static u32 add_section(Writer *w, const char *name, Elf64_Shdr header, const void *bytes) {
    header.sh_name = add_string(w->scratch, &w->names, str_from(name));
    pad(w, header.sh_addralign ? header.sh_addralign : 1);
    header.sh_offset = w->file.count;
    if (header.sh_type != SHT_NOBITS && header.sh_size)
        vec_append(w->scratch, &w->file, (const u8 *)bytes, (u32)header.sh_size);
    vec_push(w->scratch, &w->headers, header);
    return w->headers.count - 1;
}

static Elf64_Sym symbol_form(const ObjSymRow *row, const u32 *section_index, u32 name) {
    static const u8 bindings[] = {STB_LOCAL, STB_GLOBAL, STB_WEAK};
    static const u8 kinds[] = {STT_NOTYPE, STT_FUNC, STT_OBJECT, STT_TLS};
    return (Elf64_Sym){.st_name = name,
                       .st_info = ELF64_ST_INFO(bindings[row->binding], kinds[row->kind]),
                       .st_other = row->flags & OBJ_HIDDEN ? STV_HIDDEN : STV_DEFAULT,
                       .st_shndx = (u16)section_index[row->section],
                       .st_value = row->offset,
                       .st_size = row->size};
}

Str obj_finish(ObjFile *obj) {
    Scratch *scratch = obj->scratch;
    Writer w = {.scratch = scratch};
    vec_push(scratch, &w.names, 0);
    vec_push(scratch, &w.headers, (Elf64_Shdr){0});
    Elf64_Ehdr header = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
                                     EV_CURRENT, ELFOSABI_NONE},
                         .e_type = ET_REL,
                         .e_machine = EM_X86_64,
                         .e_version = EV_CURRENT,
                         .e_ehsize = sizeof(Elf64_Ehdr),
                         .e_shentsize = sizeof(Elf64_Shdr)};
    vec_append(scratch, &w.file, (const u8 *)&header, (u32)sizeof header);

    // Symbols: local ones first, as the format wants.
    u32 section_index[OBJ_SECTION_COUNT] = {0};
    u32 next_section = 1;
    for (u32 i = 1; i < OBJ_SECTION_COUNT; i++)
        if (obj->sections[i].size) section_index[i] = next_section++;
    VEC(Elf64_Sym) syms = {0};
    Bytes strings = {0};
    vec_push(scratch, &strings, 0);
    u32 *sym_index = SCRATCH_ARRAY(scratch, u32, obj->syms.count);
    vec_push(scratch, &syms, (Elf64_Sym){0});
    u32 local_count = 1;
    for (u32 pass = 0; pass < 2; pass++) {
        for (u32 i = 1; i < obj->syms.count; i++) {
            const ObjSymRow *row = &obj->syms.at[i];
            bool local = row->binding == OBJ_LOCAL && row->section != OBJ_UNDEF;
            if (local != (pass == 0)) continue;
            // A place in a section that stayed empty still needs a section: use none, value 0.
            sym_index[i] = syms.count;
            u32 name = row->name.len ? add_string(scratch, &strings, row->name) : 0;
            vec_push(scratch, &syms, symbol_form(row, section_index, name));
        }
        if (pass == 0) local_count = syms.count;
    }

    u32 rela_count = 0;
    for (u32 i = 1; i < OBJ_SECTION_COUNT; i++) {
        const ObjSectionData *data = &obj->sections[i];
        if (!data->size) continue;
        add_section(&w, section_forms[i].name,
                    (Elf64_Shdr){.sh_type = section_forms[i].type,
                                 .sh_flags = section_forms[i].flags,
                                 .sh_size = data->size,
                                 .sh_addralign = data->align,
                                 .sh_entsize = i == OBJ_INIT_ARRAY ? 8 : 0},
                    data->bytes.at);
        if (data->relocs.count) rela_count++;
    }
    u32 symtab_index = next_section + rela_count;
    for (u32 i = 1; i < OBJ_SECTION_COUNT; i++) {
        const ObjSectionData *data = &obj->sections[i];
        if (!data->relocs.count) continue;
        Elf64_Rela *relas = SCRATCH_ARRAY(scratch, Elf64_Rela, data->relocs.count);
        for (u32 j = 0; j < data->relocs.count; j++) {
            const ObjReloc *from = &data->relocs.at[j];
            relas[j] = (Elf64_Rela){from->offset, ELF64_R_INFO(sym_index[from->sym], from->type),
                                    from->addend};
        }
        Str name = scratch_print(scratch, ".rela%s", section_forms[i].name);
        add_section(&w, name.at,
                    (Elf64_Shdr){.sh_type = SHT_RELA,
                                 .sh_flags = SHF_INFO_LINK,
                                 .sh_size = data->relocs.count * sizeof(Elf64_Rela),
                                 .sh_link = symtab_index,
                                 .sh_info = section_index[i],
                                 .sh_addralign = 8,
                                 .sh_entsize = sizeof(Elf64_Rela)},
                    relas);
    }
    u32 at = add_section(&w, ".symtab",
                         (Elf64_Shdr){.sh_type = SHT_SYMTAB,
                                      .sh_size = syms.count * sizeof(Elf64_Sym),
                                      .sh_link = symtab_index + 1,
                                      .sh_info = local_count,
                                      .sh_addralign = 8,
                                      .sh_entsize = sizeof(Elf64_Sym)},
                         syms.at);
    CHECK(at == symtab_index);
    add_section(&w, ".strtab",
                (Elf64_Shdr){.sh_type = SHT_STRTAB, .sh_size = strings.count, .sh_addralign = 1},
                strings.at);
    add_section(&w, ".note.GNU-stack", (Elf64_Shdr){.sh_type = SHT_PROGBITS, .sh_addralign = 1},
                NULL);
    Str own_name = STR(".shstrtab");
    u32 name_at = add_string(scratch, &w.names, own_name);
    Elf64_Shdr names_header = {.sh_name = name_at,
                               .sh_type = SHT_STRTAB,
                               .sh_offset = w.file.count,
                               .sh_size = w.names.count,
                               .sh_addralign = 1};
    vec_append(scratch, &w.file, w.names.at, w.names.count);
    vec_push(scratch, &w.headers, names_header);
    pad(&w, 8);
    header.e_shoff = w.file.count;
    header.e_shnum = (u16)w.headers.count;
    header.e_shstrndx = (u16)(w.headers.count - 1);
    vec_append(scratch, &w.file, (const u8 *)w.headers.at,
               (u32)(w.headers.count * sizeof(Elf64_Shdr)));
    memcpy(w.file.at, &header, sizeof header);
    return (Str){(const char *)w.file.at, w.file.count};
}

bool obj_write(ObjFile *obj, const char *path, LinkError *error) {
    Str file = obj_finish(obj);
    return file_write_atomically(path, file.at, file.len, 0644, error);
}
