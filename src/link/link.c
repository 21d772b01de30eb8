// The store behind link/link.h, and std as a shared object.
#define _GNU_SOURCE
#include "link/link.h"
#include "link/aot.h"
#include "link/files.h"
#include "link/symbol_index.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct LinkStore {
    Scratch memory; // the toolchain's text
    Toolchain toolchain;
    SymbolIndex index;
};

bool link_store_new(Db *db, LinkError *error) {
    LinkStore *store = calloc(1, sizeof *store);
    CHECK(store);
    scratch_init(&store->memory);
    db->link = store;
    Str sysroot = db->options ? db->options->sysroot : (Str){"", 0};
    if (toolchain_find(&store->memory, sysroot, &store->toolchain, error) &&
        symbol_index_open(&store->index, &store->memory, &store->toolchain, error))
        return true;
    link_store_free(db);
    return false;
}

void link_store_free(Db *db) {
    if (!db->link) return;
    symbol_index_close(&db->link->index);
    scratch_deinit(&db->link->memory);
    free(db->link);
    db->link = NULL;
}

const Toolchain *link_toolchain(const Db *db) {
    return &db->link->toolchain;
}

static Str row_symbol(const Db *db, const IndexRow *row) {
    return (Str){db->link->index.text + row->symbol, row->symbol_bytes};
}

Str link_find_path(const Db *db, Str path) {
    const IndexRow *row;
    if (symbol_index_paths(&db->link->index, path, &row) == 0) return (Str){"", 0};
    return row_symbol(db, row);
}

u32 link_find_all(const Db *db, Str path, Str *out, u32 max) {
    const IndexRow *row;
    u32 count = symbol_index_paths(&db->link->index, path, &row);
    for (u32 i = 0; i < count && i < max; i++)
        out[i] = row_symbol(db, &row[i]);
    return count;
}

LinkSymbolKind link_symbol_kind(const Db *db, Str symbol) {
    const IndexRow *row = symbol_index_symbol(&db->link->index, symbol);
    return row ? (LinkSymbolKind)row->kind : LINK_SYMBOL_NONE;
}

Str link_crate_id(const Db *db, Str crate) {
    return symbol_index_crate(&db->link->index, crate);
}

bool link_type_id(const Db *db, LinkTypeId which, u8 out[16]) {
    const SymbolIndexHeader *header = db->link->index.header;
    if (!(header->type_id_mask & 1u << which)) return false;
    memcpy(out, header->type_ids[which], 16);
    return true;
}

LinkIndexFigures link_index_figures(const Db *db) {
    const SymbolIndexHeader *header = db->link->index.header;
    return (LinkIndexFigures){header->path_count, header->symbol_count, header->unparsed_count,
                              header->ambiguous_count};
}

void link_index_path(const Db *db, u32 row, Str *path, Str *symbol) {
    const SymbolIndex *index = &db->link->index;
    CHECK(row < index->header->path_count);
    *path = (Str){index->text + index->paths[row].path, index->paths[row].path_bytes};
    *symbol = row_symbol(db, &index->paths[row]);
}

// --- std as a shared object ---------------------------------------------------------------------

static bool make_shared(const Db *db, Scratch *memory, bool test, const char *path,
                        LinkError *error) {
    const Toolchain *tc = &db->link->toolchain;
    Str temp = scratch_print(memory, "%s.tmp-%d", path, (int)getpid());
    Str shim = scratch_print(memory, "%s.o", temp.at);
    ObjFile obj;
    obj_init(&obj, memory);
    aot_add_allocator_table(&obj, link_crate_id(db, STR("__rustc")));
    bool done = obj_write(&obj, shim.at, error);
    obj_deinit(&obj);
    if (!done) return false;

    VEC(const char *) argv = {0};
    static const char *const first[] = {
        "cc",          "-shared",        "-nodefaultlibs",       "-Wl,-z,noexecstack",
        "-Wl,-z,defs", "-Wl,-Bsymbolic", "-Wl,--hash-style=gnu", "-Wl,--eh-frame-hdr",
        "-o"};
    vec_append(memory, &argv, first, (u32)ARRAY_LEN(first));
    vec_push(memory, &argv, temp.at);
    vec_push(memory, &argv, shim.at);
    vec_push(memory, &argv, "-Wl,--whole-archive");
    const Str *rlibs = test ? tc->test_rlibs : tc->rlibs;
    u32 count = test ? tc->test_rlib_count : tc->rlib_count;
    for (u32 i = 0; i < count; i++)
        vec_push(memory, &argv, rlibs[i].at);
    vec_push(memory, &argv, "-Wl,--no-whole-archive");
    for (u32 i = 0; i < tc->native_lib_count; i++)
        vec_push(memory, &argv, tc->native_libs[i].at);
    vec_push(memory, &argv, NULL);
    Str out, err;
    int status;
    done = process_run(memory, argv.at, NULL, &out, &err, &status, error);
    if (done && status != 0)
        done =
            link_fail(error, "cannot make a shared object of the standard library: cc said:\n%.*s",
                      (int)min_u32(err.len, 1500), err.at);
    if (done && rename(temp.at, path) != 0)
        done = link_fail(error, "cannot write `%s`: %s", path, strerror(errno));
    unlink(shim.at);
    unlink(temp.at);
    return done;
}

static bool shared_usable(const char *path) {
    LinkError ignored;
    ElfShared shared;
    if (!elf_shared_open(&shared, path, &ignored)) return false; // missing or damaged
    elf_shared_close(&shared);
    return true;
}

bool link_std_shared(Db *db, u32 flags, Str *path, LinkError *error) {
    LinkStore *store = db->link;
    bool test = flags & LINK_STD_TEST;
    if (store->toolchain.std_so.len && flags == 0) {
        *path = store->toolchain.std_so;
        return true;
    }
    Str cache;
    if (!cache_folder(&store->memory, &cache, error)) return false;
    *path =
        scratch_print(&store->memory, "%.*s/librac_std%s-%016llx.so", STR_ARG(cache),
                      test ? "_test" : "", (unsigned long long)hash_mix(store->toolchain.key, 2));
    if (shared_usable(path->at)) return true;
    Scratch work;
    scratch_init(&work);
    // Of two racs one makes it; the lock is only to save work, the rename is what keeps it whole.
    int lock = file_lock(scratch_print(&work, "%s.lock", path->at).at);
    bool done = shared_usable(path->at) || make_shared(db, &work, test, path->at, error);
    if (lock >= 0) close(lock);
    scratch_deinit(&work);
    return done;
}
