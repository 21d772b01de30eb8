// The symbol index: a file made from the symbol tables of the rlibs, mapped read-only.
// Private to link/. Lookups are binary searches over hashes; equal paths stand in link order.

#ifndef RAC_LINK_SYMBOL_INDEX_H
#define RAC_LINK_SYMBOL_INDEX_H

#include "link/elf_read.h"
#include "link/link.h"

typedef struct SymbolIndexHeader {
    u64 magic;
    u64 key; // of the toolchain
    u64 file_bytes;
    u64 checksum;     // of everything behind the header
    u32 path_count;   // IndexRow, sorted by hash of the path
    u32 symbol_count; // IndexRow, sorted by hash of the symbol
    u32 crate_count;  // IndexRow: path is the name, symbol the disambiguator
    u32 text_bytes;
    u32 unparsed_count;  // `_R` names that could not be read
    u32 ambiguous_count; // paths with more than one symbol
    u32 type_id_mask;    // bit LinkTypeId: found
    u32 zero;
    u8 type_ids[3][16];
} SymbolIndexHeader;

typedef struct IndexRow {
    u64 hash;
    u32 path, path_bytes; // offsets in the text
    u32 symbol, symbol_bytes;
    u32 order; // position in link order
    u32 kind;  // LinkSymbolKind
} IndexRow;

typedef struct SymbolIndex {
    MappedFile file;
    const SymbolIndexHeader *header;
    const IndexRow *paths, *symbols, *crates;
    const char *text;
} SymbolIndex;

bool symbol_index_open(SymbolIndex *index, Scratch *memory, const Toolchain *toolchain,
                       LinkError *error);
void symbol_index_close(SymbolIndex *index);
// The rows of a path: *first .. *first + result.
u32 symbol_index_paths(const SymbolIndex *index, Str path, const IndexRow **first);
const IndexRow *symbol_index_symbol(const SymbolIndex *index, Str symbol);
Str symbol_index_crate(const SymbolIndex *index, Str crate);

#endif
