#include "link/elf_read.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

bool link_fail(LinkError *error, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
    return false;
}

bool mapped_file_open(MappedFile *file, const char *path, LinkError *error) {
    *file = (MappedFile){0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return link_fail(error, "cannot open `%s`: %s", path, strerror(errno));
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size == 0) {
        close(fd);
        return link_fail(error, "`%s` is empty or no file", path);
    }
    void *at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    int saved = errno;
    close(fd);
    if (at == MAP_FAILED) return link_fail(error, "cannot map `%s`: %s", path, strerror(saved));
    *file = (MappedFile){at, (u64)st.st_size};
    return true;
}

void mapped_file_close(MappedFile *file) {
    if (file->at) munmap((void *)(uintptr_t)file->at, file->bytes);
    *file = (MappedFile){0};
}

// --- What objects and shared objects have in common ---------------------------------------------

// Members of archives lie at any even offset, so headers are copied out before they are read.
typedef struct Sections {
    const u8 *at;
    u64 bytes;
    const u8 *table;
    u32 count;
} Sections;

static bool in_file(u64 file_bytes, u64 offset, u64 bytes) {
    return offset <= file_bytes && bytes <= file_bytes - offset;
}

static bool sections_open(Sections *s, const u8 *at, u64 bytes) {
    Elf64_Ehdr header;
    if (bytes < sizeof header) return false;
    memcpy(&header, at, sizeof header);
    if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64 ||
        header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_machine != EM_X86_64 ||
        header.e_shentsize != sizeof(Elf64_Shdr) ||
        !in_file(bytes, header.e_shoff, sizeof(Elf64_Shdr)))
        return false;
    u64 count = header.e_shnum;
    if (count == 0) { // more than 0xff00: the first header's size says how many
        Elf64_Shdr first;
        memcpy(&first, at + header.e_shoff, sizeof first);
        count = first.sh_size;
    }
    if (count > UINT32_MAX / sizeof(Elf64_Shdr) ||
        !in_file(bytes, header.e_shoff, count * sizeof(Elf64_Shdr)))
        return false;
    *s = (Sections){at, bytes, at + header.e_shoff, (u32)count};
    return true;
}

static bool section_get(const Sections *s, u32 index, Elf64_Shdr *out) {
    if (index >= s->count) return false;
    memcpy(out, s->table + (size_t)index * sizeof *out, sizeof *out);
    return out->sh_type == SHT_NOBITS || in_file(s->bytes, out->sh_offset, out->sh_size);
}

static bool symbol_read(const void *symbols, u32 count, const char *strings, u64 string_bytes,
                        u32 index, ElfSymbol *out) {
    if (index >= count) return false;
    Elf64_Sym sym;
    memcpy(&sym, (const u8 *)symbols + (size_t)index * sizeof sym, sizeof sym);
    if (sym.st_name >= string_bytes) return false;
    const char *name = strings + sym.st_name;
    size_t len = strnlen(name, string_bytes - sym.st_name);
    *out = (ElfSymbol){.name = {name, (u32)len},
                       .value = sym.st_value,
                       .size = sym.st_size,
                       .section = sym.st_shndx,
                       .global = ELF64_ST_BIND(sym.st_info) != STB_LOCAL,
                       .weak = ELF64_ST_BIND(sym.st_info) == STB_WEAK,
                       .hidden = ELF64_ST_VISIBILITY(sym.st_other) == STV_HIDDEN ||
                                 ELF64_ST_VISIBILITY(sym.st_other) == STV_INTERNAL};
    switch (ELF64_ST_TYPE(sym.st_info)) {
    case STT_FUNC: out->kind = ELF_SYMBOL_FUNC; break;
    case STT_OBJECT: out->kind = ELF_SYMBOL_OBJECT; break;
    case STT_TLS: out->kind = ELF_SYMBOL_TLS; break;
    case STT_GNU_IFUNC: out->kind = ELF_SYMBOL_IFUNC; break;
    default: out->kind = ELF_SYMBOL_OTHER; break;
    }
    return true;
}

// --- Objects ------------------------------------------------------------------------------------

bool elf_object_open(ElfObject *object, const u8 *at, u64 bytes) {
    *object = (ElfObject){.at = at, .bytes = bytes};
    Sections s;
    if (!sections_open(&s, at, bytes)) return false;
    object->sections = s.table;
    object->section_count = s.count;
    for (u32 i = 1; i < s.count; i++) {
        Elf64_Shdr header, strings;
        if (!section_get(&s, i, &header)) return false;
        if (header.sh_type != SHT_SYMTAB) continue;
        if (!section_get(&s, header.sh_link, &strings)) return false;
        object->symbols = at + header.sh_offset;
        object->symbol_count = (u32)(header.sh_size / sizeof(Elf64_Sym));
        object->strings = (const char *)at + strings.sh_offset;
        object->string_bytes = strings.sh_size;
        return true;
    }
    return false;
}

bool elf_object_symbol(const ElfObject *object, u32 index, ElfSymbol *out) {
    return symbol_read(object->symbols, object->symbol_count, object->strings, object->string_bytes,
                       index, out);
}

const u8 *elf_object_section(const ElfObject *object, u32 section, u64 *bytes) {
    Sections s = {object->at, object->bytes, object->sections, object->section_count};
    Elf64_Shdr header;
    *bytes = 0;
    if (section == 0 || !section_get(&s, section, &header) || header.sh_type == SHT_NOBITS)
        return NULL;
    *bytes = header.sh_size;
    return object->at + header.sh_offset;
}

static bool reloc_section(const ElfObject *object, u32 section, Elf64_Shdr *out) {
    Sections s = {object->at, object->bytes, object->sections, object->section_count};
    // Compilers put the relocations right behind their section; look there first.
    if (section_get(&s, section + 1, out) && out->sh_type == SHT_RELA && out->sh_info == section)
        return true;
    for (u32 i = 1; i < s.count; i++)
        if (section_get(&s, i, out) && out->sh_type == SHT_RELA && out->sh_info == section)
            return true;
    return false;
}

u32 elf_object_reloc_count(const ElfObject *object, u32 section) {
    Elf64_Shdr header;
    return reloc_section(object, section, &header) ? (u32)(header.sh_size / sizeof(Elf64_Rela)) : 0;
}

bool elf_object_reloc(const ElfObject *object, u32 section, u32 index, ElfReloc *out) {
    Elf64_Shdr header;
    Elf64_Rela rela;
    if (!reloc_section(object, section, &header) || index >= header.sh_size / sizeof rela)
        return false;
    memcpy(&rela, object->at + header.sh_offset + (size_t)index * sizeof rela, sizeof rela);
    *out = (ElfReloc){rela.r_offset, rela.r_addend, (u32)ELF64_R_TYPE(rela.r_info),
                      (u32)ELF64_R_SYM(rela.r_info)};
    return true;
}

// --- Shared objects -----------------------------------------------------------------------------

bool elf_shared_open(ElfShared *shared, const char *path, LinkError *error) {
    *shared = (ElfShared){0};
    if (!mapped_file_open(&shared->file, path, error)) return false;
    Sections s;
    if (!sections_open(&s, shared->file.at, shared->file.bytes)) goto bad;
    for (u32 i = 1; i < s.count; i++) {
        Elf64_Shdr header, strings;
        if (!section_get(&s, i, &header)) goto bad;
        if (header.sh_type == SHT_DYNSYM && section_get(&s, header.sh_link, &strings)) {
            shared->symbols = shared->file.at + header.sh_offset;
            shared->symbol_count = (u32)(header.sh_size / sizeof(Elf64_Sym));
            shared->strings = (const char *)shared->file.at + strings.sh_offset;
            shared->string_bytes = strings.sh_size;
        } else if (header.sh_type == SHT_GNU_HASH && header.sh_offset % 8 == 0) {
            shared->gnu_hash = (const u32 *)(const void *)(shared->file.at + header.sh_offset);
            shared->gnu_hash_words = (u32)(header.sh_size / 4);
        }
    }
    if (shared->symbols) return true;
bad:
    mapped_file_close(&shared->file);
    return link_fail(error, "`%s` is not a usable shared object", path);
}

void elf_shared_close(ElfShared *shared) {
    mapped_file_close(&shared->file);
    *shared = (ElfShared){0};
}

static bool shared_symbol_is(const ElfShared *shared, u32 index, Str name, ElfSymbol *out) {
    return symbol_read(shared->symbols, shared->symbol_count, shared->strings, shared->string_bytes,
                       index, out) &&
           out->section != 0 && str_eq(out->name, name);
}

bool elf_shared_find(const ElfShared *shared, Str name, ElfSymbol *out) {
    const u32 *h = shared->gnu_hash;
    u32 words = shared->gnu_hash_words;
    if (!h || words < 4) {
        for (u32 i = 1; i < shared->symbol_count; i++)
            if (shared_symbol_is(shared, i, name, out)) return true;
        return false;
    }
    u32 bucket_count = h[0], first = h[1], bloom_words = h[2] * 2;
    if (bucket_count == 0 || (u64)4 + bloom_words + bucket_count > words) return false;
    u32 hash = 5381;
    for (u32 i = 0; i < name.len; i++)
        hash = hash * 33 + (u8)name.at[i];
    const u32 *buckets = h + 4 + bloom_words;
    const u32 *chain = buckets + bucket_count;
    u32 chain_count = words - 4 - bloom_words - bucket_count;
    u32 index = buckets[hash % bucket_count];
    if (index < first) return false;
    for (; index - first < chain_count; index++) {
        u32 stored = chain[index - first];
        if ((stored | 1) == (hash | 1) && shared_symbol_is(shared, index, name, out)) return true;
        if (stored & 1) return false;
    }
    return false;
}
