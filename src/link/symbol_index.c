// Built from global symbols that are defined and visible, and from the allocator's functions, which
// the rlibs only ask for (`__rustc`).
#define _GNU_SOURCE
#include "link/symbol_index.h"
#include "base/map.h"
#include "link/files.h"
#include "symbols/v0.h"

#include <elf.h>
#include <stdlib.h>
#include <unistd.h>

#define INDEX_MAGIC 0x0332786469636172ull // "racidx2", and a number to raise when the form changes

typedef struct Builder {
    Scratch *memory;
    VEC(IndexRow) paths;
    VEC(IndexRow) symbols;
    VEC(IndexRow) crates;
    VEC(char) text;
    Interner seen; // symbol names
    SymbolIndexHeader header;
} Builder;

static u32 add_text(Builder *b, Str text) {
    u32 at = b->text.count;
    vec_append(b->memory, &b->text, text.at, text.len);
    return at;
}

static void add_crate(Builder *b, const V0Name *name) {
    if (!name->crate_name.len || !name->crate.len) return;
    for (u32 i = 0; i < b->crates.count; i++) {
        const IndexRow *row = &b->crates.at[i];
        if (str_eq((Str){b->text.at + row->path, row->path_bytes}, name->crate_name)) return;
    }
    IndexRow row = {.path = add_text(b, name->crate_name), .path_bytes = name->crate_name.len};
    row.symbol = add_text(b, name->crate);
    row.symbol_bytes = name->crate.len;
    vec_push(b->memory, &b->crates, row);
}

static void add_symbol(Builder *b, const ElfSymbol *symbol) {
    u32 known = intern_count(&b->seen);
    // The first in link order is what the linker takes.
    if (intern(&b->seen, symbol->name.at, symbol->name.len) < known) return;
    IndexRow row = {.symbol = add_text(b, symbol->name),
                    .symbol_bytes = symbol->name.len,
                    .order = b->symbols.count,
                    .kind = symbol->kind == ELF_SYMBOL_TLS      ? LINK_SYMBOL_TLS
                            : symbol->kind == ELF_SYMBOL_OBJECT ? LINK_SYMBOL_DATA
                                                                : LINK_SYMBOL_FUNC};
    V0Name name;
    bool parsed = v0_parse(b->memory, symbol->name, &name);
    if (parsed) {
        add_crate(b, &name);
        row.path = add_text(b, name.path);
        row.path_bytes = name.path.len;
        row.hash = hash_bytes(name.path.at, name.path.len);
        vec_push(b->memory, &b->paths, row);
    } else if (symbol->name.len > 2 && memcmp(symbol->name.at, "_R", 2) == 0) {
        b->header.unparsed_count++;
    }
    row.hash = hash_bytes(symbol->name.at, symbol->name.len);
    vec_push(b->memory, &b->symbols, row);
}

static bool contains(Str text, const char *part) {
    return memmem(text.at, text.len, part, strlen(part)) != NULL;
}

// `type_id` of the vtables std makes loads its 16 bytes from read-only data: the place its one
// relocation against data names holds the TypeId.
static void find_type_id(Builder *b, const ElfObject *object, const ElfSymbol *symbol) {
    static const char *const paths[] = {"<&str as core::any::Any>::type_id",
                                        "<alloc::string::String as core::any::Any>::type_id",
                                        "<() as core::any::Any>::type_id"};
    V0Name name;
    if (!v0_parse(b->memory, symbol->name, &name)) return;
    for (u32 which = 0; which < ARRAY_LEN(paths); which++) {
        if (!str_eq(name.path, str_from(paths[which])) || b->header.type_id_mask & 1u << which)
            continue;
        u32 count = elf_object_reloc_count(object, symbol->section);
        for (u32 i = 0; i < count; i++) {
            ElfReloc reloc;
            ElfSymbol target;
            u64 bytes;
            if (!elf_object_reloc(object, symbol->section, i, &reloc) ||
                reloc.offset < symbol->value || reloc.offset >= symbol->value + symbol->size ||
                reloc.type != R_X86_64_PC32 || !elf_object_symbol(object, reloc.symbol, &target))
                continue;
            const u8 *data = elf_object_section(object, target.section, &bytes);
            u64 at = target.value + (u64)(reloc.addend + 4); // relative to the instruction's end
            if (!data || at > bytes || bytes - at < 16) continue;
            memcpy(b->header.type_ids[which], data + at, 16);
            b->header.type_id_mask |= 1u << which;
        }
    }
}

static bool add_rlib(Builder *b, const char *path, LinkError *error) {
    MappedFile file;
    if (!mapped_file_open(&file, path, error)) return false;
    Archive archive;
    ArchiveMember member;
    if (!archive_open(&archive, file.at, file.bytes)) {
        mapped_file_close(&file);
        return link_fail(error, "`%s` is no archive", path);
    }
    while (archive_next(&archive, &member)) {
        ElfObject object;
        if (!elf_object_open(&object, member.at, member.bytes)) continue; // metadata
        for (u32 i = 1; i < object.symbol_count; i++) {
            ElfSymbol symbol;
            if (!elf_object_symbol(&object, i, &symbol) || symbol.name.len == 0) continue;
            bool defined = symbol.section != SHN_UNDEF && symbol.section != SHN_ABS;
            if (symbol.global && !symbol.hidden && (defined || contains(symbol.name, "7___rustc")))
                add_symbol(b, &symbol);
            else if (defined && contains(symbol.name, "3Any7type_id"))
                find_type_id(b, &object, &symbol);
        }
    }
    mapped_file_close(&file);
    return true;
}

static int compare_rows(const void *a, const void *b) {
    const IndexRow *x = a, *y = b;
    if (x->hash != y->hash) return x->hash < y->hash ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static bool build(Scratch *memory, const Toolchain *toolchain, const char *path, LinkError *error) {
    Builder b = {.memory = memory};
    interner_init(&b.seen);
    bool done = true;
    for (u32 i = 0; i < toolchain->rlib_count && done; i++)
        done = add_rlib(&b, toolchain->rlibs[i].at, error);
    for (u32 i = 0; i < toolchain->test_rlib_count && done; i++) {
        bool both = false;
        for (u32 j = 0; j < toolchain->rlib_count; j++)
            if (str_eq(toolchain->test_rlibs[i], toolchain->rlibs[j])) both = true;
        if (!both) done = add_rlib(&b, toolchain->test_rlibs[i].at, error);
    }
    interner_deinit(&b.seen);
    if (!done) return false;
    qsort(b.paths.at, b.paths.count, sizeof(IndexRow), compare_rows);
    qsort(b.symbols.at, b.symbols.count, sizeof(IndexRow), compare_rows);
    for (u32 i = 1; i < b.paths.count; i++) {
        const IndexRow *x = &b.paths.at[i - 1], *y = &b.paths.at[i];
        if (str_eq((Str){b.text.at + x->path, x->path_bytes},
                   (Str){b.text.at + y->path, y->path_bytes}))
            b.header.ambiguous_count++;
    }
    b.header.magic = INDEX_MAGIC;
    b.header.key = toolchain->key;
    b.header.path_count = b.paths.count;
    b.header.symbol_count = b.symbols.count;
    b.header.crate_count = b.crates.count;
    b.header.text_bytes = b.text.count;
    u64 rows = (u64)b.paths.count + b.symbols.count + b.crates.count;
    u64 body_bytes = rows * sizeof(IndexRow) + b.text.count;
    b.header.file_bytes = sizeof b.header + body_bytes;
    u8 *file = scratch_take(memory, b.header.file_bytes, 8);
    u8 *at = file + sizeof b.header;
    memcpy(at, b.paths.at, b.paths.count * sizeof(IndexRow));
    at += b.paths.count * sizeof(IndexRow);
    memcpy(at, b.symbols.at, b.symbols.count * sizeof(IndexRow));
    at += b.symbols.count * sizeof(IndexRow);
    memcpy(at, b.crates.at, b.crates.count * sizeof(IndexRow));
    at += b.crates.count * sizeof(IndexRow);
    memcpy(at, b.text.at, b.text.count);
    b.header.checksum = hash_bytes(file + sizeof b.header, body_bytes);
    memcpy(file, &b.header, sizeof b.header);
    return file_write_atomically(path, file, b.header.file_bytes, 0644, error);
}

// A damaged or foreign file is made anew, never trusted.
static bool map_index(SymbolIndex *index, const Toolchain *toolchain, const char *path,
                      LinkError *error) {
    *index = (SymbolIndex){0};
    if (!mapped_file_open(&index->file, path, error)) return false;
    const SymbolIndexHeader *header = (const void *)index->file.at;
    u64 bytes = index->file.bytes;
    bool good = bytes >= sizeof *header && header->magic == INDEX_MAGIC &&
                header->key == toolchain->key && header->file_bytes == bytes;
    if (good) {
        u64 rows = (u64)header->path_count + header->symbol_count + header->crate_count;
        good =
            bytes == sizeof *header + rows * sizeof(IndexRow) + header->text_bytes &&
            header->checksum == hash_bytes(index->file.at + sizeof *header, bytes - sizeof *header);
    }
    if (!good) {
        symbol_index_close(index);
        return link_fail(error, "`%s` is damaged", path);
    }
    index->header = header;
    index->paths = (const IndexRow *)(header + 1);
    index->symbols = index->paths + header->path_count;
    index->crates = index->symbols + header->symbol_count;
    index->text = (const char *)(index->crates + header->crate_count);
    return true;
}

bool symbol_index_open(SymbolIndex *index, Scratch *memory, const Toolchain *toolchain,
                       LinkError *error) {
    Str cache;
    if (!cache_folder(memory, &cache, error)) return false;
    Str path = scratch_print(memory, "%.*s/symbols-%016llx.idx", STR_ARG(cache),
                             (unsigned long long)toolchain->key);
    if (map_index(index, toolchain, path.at, error)) return true;
    u64 mark = scratch_mark(memory);
    bool done =
        build(memory, toolchain, path.at, error) && map_index(index, toolchain, path.at, error);
    scratch_rewind(memory, mark);
    return done;
}

void symbol_index_close(SymbolIndex *index) {
    mapped_file_close(&index->file);
    *index = (SymbolIndex){0};
}

static u32 lower_bound(const IndexRow *rows, u32 count, u64 hash) {
    u32 low = 0, high = count;
    while (low < high) {
        u32 mid = low + (high - low) / 2;
        if (rows[mid].hash < hash)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

u32 symbol_index_paths(const SymbolIndex *index, Str path, const IndexRow **first) {
    u64 hash = hash_bytes(path.at, path.len);
    u32 count = index->header->path_count, found = 0;
    for (u32 i = lower_bound(index->paths, count, hash); i < count; i++) {
        const IndexRow *row = &index->paths[i];
        if (row->hash != hash) break;
        if (!str_eq((Str){index->text + row->path, row->path_bytes}, path)) continue;
        if (found++ == 0) *first = row;
    }
    return found;
}

const IndexRow *symbol_index_symbol(const SymbolIndex *index, Str symbol) {
    u64 hash = hash_bytes(symbol.at, symbol.len);
    u32 count = index->header->symbol_count;
    for (u32 i = lower_bound(index->symbols, count, hash); i < count; i++) {
        const IndexRow *row = &index->symbols[i];
        if (row->hash != hash) break;
        if (str_eq((Str){index->text + row->symbol, row->symbol_bytes}, symbol)) return row;
    }
    return NULL;
}

Str symbol_index_crate(const SymbolIndex *index, Str crate) {
    for (u32 i = 0; i < index->header->crate_count; i++) {
        const IndexRow *row = &index->crates[i];
        if (str_eq((Str){index->text + row->path, row->path_bytes}, crate))
            return (Str){index->text + row->symbol, row->symbol_bytes};
    }
    return (Str){"", 0};
}
