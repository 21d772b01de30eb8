// Executables: objects + the sysroot's rlibs, linked by the C compiler driver.

#ifndef RAC_LINK_AOT_H
#define RAC_LINK_AOT_H

#include "link/objfile.h"
#include "link/toolchain.h"

typedef struct AotOptions {
    const char *output;         // path of the executable
    const char *const *objects; // object files made by rac
    u32 object_count;
    const char *const *extra; // further arguments for cc: -lfoo, -L..., objects of build scripts
    u32 extra_count;
    const char *linker; // "mold", "lld", "bfd", or NULL: the fastest that is there
    bool test;          // links the test harness's rlibs
    bool strip;
} AotOptions;

// Links objects + allocator shim + rlibs. One of the objects defines `main` (aot_add_main).
// The output appears whole or not at all.
bool aot_link(const Toolchain *toolchain, const AotOptions *options, LinkError *error);

// Adds `main(argc, argv)`, which calls `entry` (Rust ABI: isize entry(isize argc, *const *const u8
// argv)) and returns its result.
void aot_add_main(ObjFile *obj, Str entry_symbol);

// Adds the functions rustc makes for every program: __rust_alloc and its kin, forwarding to std's
// (`__rdl_*`) or to the user's #[global_allocator] (`__rg_*`). `rustc_id` is the disambiguator of
// the crate `__rustc` (link_crate_id(db, "__rustc")). Done by aot_link unless the object does it.
void aot_add_allocator_shim(ObjFile *obj, Str rustc_id, bool user_allocator);

// The same, going to functions of this object: alloc, dealloc, realloc, alloc_zeroed.
bool aot_add_allocator_jumps(ObjFile *obj, const Toolchain *toolchain, const ObjSym to[4],
                             LinkError *error);

// The same for the shared object of the JIT: the functions jump through `rac_allocator`, five
// pointers in the order alloc, dealloc, realloc, alloc_zeroed, no_alloc_shim, which a program with
// its own #[global_allocator] has overwritten before it starts.
void aot_add_allocator_table(ObjFile *obj, Str rustc_id);

#endif
