#define _GNU_SOURCE
#include "cli/library.h"

#include "image/file.h"
#include "image/store.h"
#include "link/files.h"
#include "link/link.h"
#include "names/names.h"
#include "types/sig.h"

#include <sys/stat.h>
#include <unistd.h>

static u64 mix_file(u64 key, Str path) {
    struct stat info;
    key = hash_mix(key, hash_bytes(path.at, path.len));
    if (stat(path.at, &info) != 0) return key;
    key = hash_mix(key, (u64)info.st_size);
    return hash_mix(key, (u64)info.st_mtim.tv_sec * 1000000000u + (u64)info.st_mtim.tv_nsec);
}

static u64 library_key(const Toolchain *toolchain) {
    u64 key = toolchain->key;
    key = hash_mix(key, hash_bytes(toolchain->version_line.at, toolchain->version_line.len));
    key = mix_file(key, toolchain->sysroot);
    key = mix_file(key, toolchain->library);
    for (u32 i = 0; i < toolchain->rlib_count; i++)
        key = mix_file(key, toolchain->rlibs[i]);
    return key;
}

// Where the image of the toolchain lies; false when there is no cache folder.
static bool library_path(const Toolchain *toolchain, Scratch *memory, Str *path, u64 *key) {
    Str folder;
    LinkError ignored;
    if (!cache_folder(memory, &folder, &ignored)) return false;
    *key = library_key(toolchain);
    *path = scratch_print(memory, "%.*s/library-%016llx.image", STR_ARG(folder),
                          (unsigned long long)hash_mix(*key, image_build_key()));
    return true;
}

LibraryState library_load(Session *session) {
    Db *db = session->db;
    Str path;
    u64 key, mark = scratch_mark(&db->scratch);
    Image image;
    bool found = library_path(link_toolchain(db), &db->scratch, &path, &key) &&
                 image_file_open(&image, path.at, key);
    scratch_rewind(&db->scratch, mark);
    if (!found) return LIBRARY_NONE;
    image_store(db, &image);
    bool good = !image_failed(&image);
    image_close(&image);
    if (!good || !source_library_is_unchanged(db)) return LIBRARY_TORN;
    if (!db->options->overflow_checks) { // some library functions follow the user's choice
        query_forget(db, Q_code);
        query_forget(db, Q_const_eval);
    }
    return LIBRARY_LOADED;
}

// What every program needs.
static void ask_for_basics(Db *db) {
    static const char *const names[] = {"core", "alloc", "std"};
    for (u32 i = 0; i < ARRAY_LEN(names); i++) {
        CrateId crate = crate_find(db, symbol_intern(&db->symbols, str_from(names[i])));
        if (!crate.id) continue;
        query_get(db, Q_impl_index, crate.id);
        query_get(db, Q_crate_langs, crate.id);
    }
}

bool library_build(const CliArgs *args) {
    Session session;
    CliArgs own = *args;
    own.input = NULL;
    own.options = (Options){.sysroot = args->options.sysroot,
                            .edition = 2021,
                            .debug_assertions = true,
                            .overflow_checks = true};
    if (!session_open_library(&session, &own)) return false;
    Db *db = session.db;
    Scratch memory;
    scratch_init(&memory);
    Str path;
    u64 key;
    bool done = library_path(link_toolchain(db), &memory, &path, &key);
    int lock = done ? file_lock(scratch_print(&memory, "%s.lock", path.at).at) : -1;
    Image image;
    if (done && image_file_open(&image, path.at, key)) { // another rac has made it meanwhile
        image_close(&image);
    } else if (done) {
        ask_for_basics(db);
        ImageWriter writer;
        done = image_file_begin(&writer, &memory, path.at, key);
        if (done) {
            image_store(db, &writer.image);
            done = image_file_end(&writer);
        }
    }
    if (lock >= 0) close(lock);
    scratch_deinit(&memory);
    session_close(&session);
    return done;
}
