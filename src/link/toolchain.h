// The Rust toolchain rac stands on: where it is and what it says of itself.
//
// Searched in this order: the sysroot option, $RAC_SYSROOT, the rustc on PATH, every other rustc on
// PATH, and the places where systems and rustup keep them. A candidate is usable when its sysroot
// holds both std's source and precompiled rlibs; the first usable one is taken. No version is
// hard-wired. What a rustc says (spawning one costs 20-100 ms) is kept in the cache folder, one
// text file per candidate, keyed by the binary's path, size and time.

#ifndef RAC_LINK_TOOLCHAIN_H
#define RAC_LINK_TOOLCHAIN_H

#include "base/scratch.h"
#include "link/error.h"

// All text lies in the Scratch given to toolchain_find. Paths are absolute and zero-terminated.
typedef struct Toolchain {
    Str rustc; // the rustc of this sysroot
    Str sysroot;
    Str version;      // "1.96.0"
    Str version_line; // "rustc 1.96.0 (ac68faa20 2026-05-25) (...)"
    Str triple;       // "x86_64-unknown-linux-gnu"
    Str libdir;       // holds the rlibs
    Str library;      // the root of std's source: library/core/src/lib.rs lies under it
    Str std_so;       // the sysroot's own libstd-*.so, or ""
    const Str *rlibs; // what a plain program links, in link order
    u32 rlib_count;
    const Str *test_rlibs; // what a test program links, in link order (std's included)
    u32 test_rlib_count;
    const Str *native_libs; // "-lgcc_s", "-lc", ...
    u32 native_lib_count;
    const Str *cfgs; // as `rustc --print cfg` writes them: `unix`, `target_os="linux"`
    u32 cfg_count;
    u64 key; // differs between toolchains: part of the name of every file cached for one
} Toolchain;

// `sysroot` is what the user asked for, or "". Error: names every candidate and why it was passed
// over.
bool toolchain_find(Scratch *memory, Str sysroot, Toolchain *out, LinkError *error);

// The cache folder, made if need be: $RAC_CACHE_DIR, or ${XDG_CACHE_HOME:-~/.cache}/rac.
bool cache_folder(Scratch *memory, Str *out, LinkError *error);

// Writes a file so that readers see the old one or the new one, never a part.
bool file_write_atomically(const char *path, const void *bytes, u64 len, u32 mode,
                           LinkError *error);

// Runs a program and waits. Its standard output is taken into `memory` when `out` is not NULL, and
// its standard error when `err` is not NULL. False when it could not be started; the wait status
// is in *status. `env` adds "NAME=value" strings and ends with NULL; it may be NULL.
bool process_run(Scratch *memory, const char *const *argv, const char *const *env, Str *out,
                 Str *err, int *status, LinkError *error);

#endif
