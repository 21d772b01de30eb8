// Db: everything one compiler process knows. Each folder owns one store in it and keeps its
// struct private; a stage asks for another stage's facts through queries (query/query.h), and
// for interned things (types, definitions, symbols) through that folder's functions.

#ifndef RAC_QUERY_DB_H
#define RAC_QUERY_DB_H

#include "base/blob.h"
#include "base/symbol.h"

typedef struct Db {
    Symbols symbols;               // interned names
    Scratch scratch;               // memory of the computation that runs; providers mark and rewind
    struct QueryEngine *engine;    // owned
    struct SourceStore *sources;   // owned by source/: files
    struct ExpandStore *expand;    // owned by expand/: syntax contexts, macro calls
    struct DefStore *defs;         // owned by names/: DefIds, crates
    struct TyStore *types;         // owned by types/: types, argument lists, constants
    struct SolveStore *solve;      // owned by solve/: caches of the concrete solver
    struct LayoutStore *layouts;   // owned by layout/
    struct ConstStore *consts;     // owned by consts/: allocations
    struct MonoStore *mono;        // owned by mono/: instances
    struct LinkStore *link;        // owned by link/: toolchain, symbol index
    const struct Options *options; // borrowed: what the command line said
} Db;

// Command-line facts every stage may read. They are constant for one Db.
typedef struct Options {
    Str sysroot; // "" = find one
    u32 edition; // of the user's crate: 2015, 2018, 2021, 2024
    bool debug_assertions;
    bool overflow_checks;
    bool time_passes;
    bool test_harness; // cfg(test)
    const Str *cfgs;   // --cfg, as written
    u32 cfg_count;
} Options;

// Makes the engine and the symbol table; the other stores are made by their own x_store_new,
// called in order by cli/session.c. The Options outlive the Db.
Db *db_new(const Options *options);
void db_free(Db *db);

// What the engine and the symbol table hold, to or from an image (base/image.h); the other stores
// have their own x_store_image. Between queries only.
void db_image(Db *db, Image *image);

#endif
