// Reading ELF64 x86-64 files: objects in memory (members of rlibs), shared objects on disk, and the
// ar archives that rlibs are. Every offset is checked: a damaged file is an error, never a crash.

#ifndef RAC_LINK_ELF_READ_H
#define RAC_LINK_ELF_READ_H

#include "link/error.h"

typedef enum ElfSymbolKind {
    ELF_SYMBOL_OTHER,
    ELF_SYMBOL_FUNC,
    ELF_SYMBOL_OBJECT,
    ELF_SYMBOL_TLS,
    ELF_SYMBOL_IFUNC,
} ElfSymbolKind;

typedef struct ElfSymbol {
    Str name;
    u64 value; // in an object: offset in its section; in a shared object: from the load address
    u64 size;
    u32 section; // index; 0: undefined
    ElfSymbolKind kind;
    bool global; // or weak
    bool weak;
    bool hidden;
} ElfSymbol;

// A file mapped read-only.
typedef struct MappedFile {
    const u8 *at; // owned
    u64 bytes;
} MappedFile;
bool mapped_file_open(MappedFile *file, const char *path, LinkError *error);
void mapped_file_close(MappedFile *file);

// --- Objects ------------------------------------------------------------------------------------

// Borrows the bytes.
typedef struct ElfObject {
    const u8 *at;
    u64 bytes;
    const void *sections; // Elf64_Shdr[section_count]
    u32 section_count;
    const void *symbols; // Elf64_Sym[symbol_count]
    u32 symbol_count;
    const char *strings;
    u64 string_bytes;
} ElfObject;

// False when the bytes are no 64-bit little-endian x86-64 ELF file with a symbol table.
bool elf_object_open(ElfObject *object, const u8 *at, u64 bytes);
bool elf_object_symbol(const ElfObject *object, u32 index, ElfSymbol *out);
// The bytes of a section; NULL when it has none.
const u8 *elf_object_section(const ElfObject *object, u32 section, u64 *bytes);
// Visits the relocations of a section: (offset, type, symbol index, addend).
typedef struct ElfReloc {
    u64 offset;
    i64 addend;
    u32 type;
    u32 symbol;
} ElfReloc;
u32 elf_object_reloc_count(const ElfObject *object, u32 section);
bool elf_object_reloc(const ElfObject *object, u32 section, u32 index, ElfReloc *out);

// --- Shared objects -----------------------------------------------------------------------------

typedef struct ElfShared {
    MappedFile file;
    const void *symbols;
    u32 symbol_count;
    const char *strings;
    u64 string_bytes;
    const u32 *gnu_hash; // words of .gnu.hash
    u32 gnu_hash_words;
} ElfShared;

bool elf_shared_open(ElfShared *shared, const char *path, LinkError *error);
void elf_shared_close(ElfShared *shared);
// Looks a defined dynamic symbol up.
bool elf_shared_find(const ElfShared *shared, Str name, ElfSymbol *out);

// --- Archives -----------------------------------------------------------------------------------

typedef struct ArchiveMember {
    Str name;
    const u8 *at;
    u64 bytes;
} ArchiveMember;
typedef struct Archive {
    const u8 *at;
    u64 bytes;
    u64 next; // offset of the next member's header
    const char *long_names;
    u64 long_name_bytes;
} Archive;

// Borrows the bytes. False when they are no ar archive.
bool archive_open(Archive *archive, const u8 *at, u64 bytes);
// The next member that is a file (not a symbol table); false at the end.
bool archive_next(Archive *archive, ArchiveMember *out);

#endif
