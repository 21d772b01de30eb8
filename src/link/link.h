// The link store: one toolchain, and what its precompiled crates define.
//
// Made once per Db; everything it answers is constant for the Db and may be called from any thread.
// The symbol index is a file in the cache folder, mapped: canonical path (symbols/v0.h) -> symbol.

#ifndef RAC_LINK_LINK_H
#define RAC_LINK_LINK_H

#include "link/toolchain.h"
#include "query/db.h"

typedef struct LinkStore LinkStore;

// Finds the toolchain by db->options->sysroot and opens its index. Sets db->link.
bool link_store_new(Db *db, LinkError *error);
void link_store_free(Db *db);

const Toolchain *link_toolchain(const Db *db);

// The symbol of a canonical path, or an empty Str: then compile it from its source. Of several
// symbols with one path (instances of one function in several crates) the first in link order.
Str link_find_path(const Db *db, Str path);
// All of them: up to `max` into `out`; the number there are is returned.
u32 link_find_all(const Db *db, Str path, Str *out, u32 max);

typedef enum LinkSymbolKind {
    LINK_SYMBOL_NONE, // the crates define no such global symbol
    LINK_SYMBOL_FUNC,
    LINK_SYMBOL_DATA,
    LINK_SYMBOL_TLS,
} LinkSymbolKind;
// By the mangled (or C) name.
LinkSymbolKind link_symbol_kind(const Db *db, Str symbol);

// The disambiguator of a precompiled crate as base 62 digits: "core" -> "coScM8QT1vH"; "" if
// unknown.
Str link_crate_id(const Db *db, Str crate);

// The TypeIds that precompiled code compares with. False: not found in the rlibs.
typedef enum LinkTypeId { LINK_TYPE_ID_STR_REF, LINK_TYPE_ID_STRING, LINK_TYPE_ID_UNIT } LinkTypeId;
bool link_type_id(const Db *db, LinkTypeId which, u8 out[16]);

// Figures of the index, and its rows (0 .. path_count), for tests and dumps.
typedef struct LinkIndexFigures {
    u32 path_count;
    u32 symbol_count;
    u32 unparsed_count;  // v0 names that could not be read
    u32 ambiguous_count; // rows whose path stands in the row before as well
} LinkIndexFigures;
LinkIndexFigures link_index_figures(const Db *db);
void link_index_path(const Db *db, u32 row, Str *path, Str *symbol);

// The precompiled crates as one shared object: the sysroot's own where it will do, or one made once
// and cached. Zero-terminated path, valid as long as the store.
enum {
    LINK_STD_TEST = 1,          // with the test harness's crates
    LINK_STD_OWN_ALLOCATOR = 2, // the program has a #[global_allocator]: it must have rac_allocator
};
bool link_std_shared(Db *db, u32 flags, Str *path, LinkError *error);

#endif
