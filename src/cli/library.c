#define _GNU_SOURCE
#include "cli/library_internal.h"

#include "image/file.h"
#include "image/store.h"
#include "link/files.h"
#include "link/link.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// ---- files --------------------------------------------------------------------------------------

static u64 mix_file(u64 key, Str path) {
    struct stat info;
    key = hash_mix(key, hash_bytes(path.at, path.len));
    if (stat(path.at, &info) != 0) return key;
    key = hash_mix(key, (u64)info.st_size);
    return hash_mix(key, (u64)info.st_mtim.tv_sec * 1000000000u + (u64)info.st_mtim.tv_nsec);
}

static u64 library_key(const Toolchain *toolchain) {
    Str version = toolchain->version_line;
    u64 key = hash_mix(toolchain->key, hash_bytes(version.at, version.len));
    key = mix_file(key, toolchain->sysroot);
    key = mix_file(key, toolchain->library);
    for (u32 i = 0; i < toolchain->rlib_count; i++)
        key = mix_file(key, toolchain->rlibs[i]);
    return key;
}

bool library_files(const Toolchain *toolchain, Scratch *memory, LibraryFiles *out) {
    Str folder;
    LinkError ignored;
    if (!cache_folder(memory, &folder, &ignored)) return false;
    out->key = library_key(toolchain);
    out->image = scratch_print(memory, "%.*s/library-%016llx.image", STR_ARG(folder),
                               (unsigned long long)hash_mix(out->key, image_build_key()));
    return true;
}

void library_image(Session *session, Image *image) {
    image_store(session->db, image);
    image_bytes(image, &session->crate, sizeof session->crate);
    image_bytes(image, &session->library_memos, sizeof session->library_memos);
    image_table(image, &session->called);
    places_image(&session->places, image);
}

// ---- loading ------------------------------------------------------------------------------------

LibraryState library_load(Session *session) {
    Db *db = session->db;
    LibraryFiles files;
    u64 mark = scratch_mark(&db->scratch);
    Image image;
    bool found = library_files(link_toolchain(db), &db->scratch, &files) &&
                 image_file_open(&image, files.image.at, files.key);
    scratch_rewind(&db->scratch, mark);
    if (!found) return LIBRARY_NONE;
    library_image(session, &image);
    bool good = !image_failed(&image);
    session->library_identity = image.identity;
    image_close(&image);
    if (!good || !source_library_is_unchanged(db)) return LIBRARY_TORN;
    session->library_memos = query_memo_count(db);
    if (!db->options->overflow_checks) { // some library functions follow the user's choice
        query_forget(db, Q_code);
        query_forget(db, Q_const_eval);
    }
    return LIBRARY_LOADED;
}

// ---- a process of its own -----------------------------------------------------------------------

extern char **environ;

static bool start_update(const CliArgs *args, bool in_background, pid_t *pid) {
    const char *sysroot = args->options.sysroot.len ? args->options.sysroot.at : NULL;
    const char *argv[] = {
        "rac",   "cache", in_background ? "extend" : "update", sysroot ? "--sysroot" : NULL,
        sysroot, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    CHECK(posix_spawn_file_actions_init(&actions) == 0);
    CHECK(posix_spawnattr_init(&attributes) == 0);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    if (in_background) { // it outlives this process, its terminal and its job
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    }
    bool started = args->command && posix_spawn(pid, "/proc/self/exe", &actions, &attributes,
                                                (char *const *)(uintptr_t)argv, environ) == 0;
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return started;
}

bool library_make(const CliArgs *args) {
    if (!args->command) return library_update(args, true); // a test of rac's parts, not rac
    pid_t pid;
    int status;
    if (!start_update(args, false, &pid)) return false;
    while (waitpid(pid, &status, 0) < 0)
        continue;
    return WIFEXITED(status) && WEXITSTATUS(status) == STATUS_OK;
}

// ---- learning -----------------------------------------------------------------------------------

typedef struct WishHeader {
    u64 key;
    u64 bytes;
    u64 hash; // of the words that follow
} WishHeader;

bool library_read_wishes(const LibraryFiles *files, const char *path, Scratch *memory,
                         WordVec *out) {
    Str text;
    WishHeader header;
    if (!file_read(memory, path, &text) || text.len < sizeof header) return false;
    memcpy(&header, text.at, sizeof header);
    const char *words = text.at + sizeof header;
    if (header.key != files->key || header.bytes != text.len - sizeof header ||
        header.bytes % sizeof(u32) != 0 || header.hash != hash_bytes(words, header.bytes))
        return false;
    u32 count = (u32)(header.bytes / sizeof(u32));
    vec_reserve(memory, out, count);
    memcpy(out->at, words, header.bytes);
    out->count = count;
    return true;
}

// Wishes are noted when granting them would save a program some milliseconds, and granted at most
// once in a while, since that writes the image anew.
enum { FACTS_NOTED_MIN = 500, FACTS_MAX = 400000, EXTEND_AFTER_S = 60 };
static const u64 IMAGE_BYTES_MAX = 400ull << 20;

void library_learn(Session *session) {
    Db *db = session->db;
    if (!session->library_memos) return;
    u32 news = query_memo_count(db) - session->library_memos;
    if (news < FACTS_NOTED_MIN || news > FACTS_MAX) return;
    Scratch memory;
    scratch_init(&memory);
    LibraryFiles files;
    WordVec words = {0};
    struct stat info;
    bool wanted =
        library_files(link_toolchain(db), &memory, &files) && stat(files.image.at, &info) == 0 &&
        (u64)info.st_size < IMAGE_BYTES_MAX &&
        wishes_collect(db, session->library_memos + 1, &memory, &words) >= FACTS_NOTED_MIN;
    if (wanted) {
        u64 bytes = words.count * sizeof(u32);
        WishHeader header = {files.key, bytes, hash_bytes(words.at, bytes)};
        u8 *file = scratch_take(&memory, sizeof header + bytes, 8);
        memcpy(file, &header, sizeof header);
        memcpy(file + sizeof header, words.at, bytes);
        LinkError ignored;
        Str path = scratch_print(&memory, "%s.wish-%016llx", files.image.at,
                                 (unsigned long long)header.hash);
        pid_t pid;
        if (file_write_atomically(path.at, file, sizeof header + bytes, 0644, &ignored) &&
            time(NULL) - info.st_mtime >= EXTEND_AFTER_S)
            (void)start_update(session->args, true, &pid);
    }
    scratch_deinit(&memory);
}
