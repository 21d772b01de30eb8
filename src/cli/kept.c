#define _GNU_SOURCE
#include "cli/kept.h"
#include "cli/library_internal.h"

#include "image/file.h"
#include "link/link.h"
#include "names/names.h"

#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

// ---- files --------------------------------------------------------------------------------------

typedef struct KeptFiles {
    LibraryFiles library;
    Str path; // zero-terminated
    Str label;
    u64 key;
} KeptFiles;

static u64 mix_str(u64 key, Str text) {
    return hash_mix(key, hash_bytes(text.at, text.len));
}

// All that the state follows but the texts of files and the variables env! reads.
static bool kept_files(const Session *session, Scratch *memory, KeptFiles *out) {
    const CliArgs *args = session->args;
    const Options *options = &args->options;
    char folder[PATH_MAX];
    if (!args->input || !getcwd(folder, sizeof folder) ||
        !library_files(link_toolchain(session->db), memory, &out->library))
        return false;
    u64 key = mix_str(mix_str(out->library.key, str_from(folder)), str_from(args->input));
    key = hash_mix(key, (u64)options->edition | (u64)options->debug_assertions << 16 |
                            (u64)options->overflow_checks << 17 | (u64)options->test_harness << 18);
    for (u32 i = 0; i < options->cfg_count; i++)
        key = mix_str(key, options->cfgs[i]);
    Str library = out->library.image;
    const char *slash = strrchr(library.at, '/');
    out->key = key;
    const char *what = options->test_harness ? "the tests of " : "";
    out->label = args->input[0] == '/'
                     ? scratch_print(memory, "%s%s", what, args->input)
                     : scratch_print(memory, "%s%s/%s", what, folder, args->input);
    out->path = scratch_print(memory, "%.*s/program-%016llx.image", (int)(slash - library.at),
                              library.at, (unsigned long long)hash_mix(key, image_build_key()));
    return true;
}

// ---- loading ------------------------------------------------------------------------------------

static bool load(Session *session, const KeptFiles *files, Scratch *memory, bool *torn) {
    ImageInfo info;
    Image base, image;
    if (!image_file_info(files->path.at, &info) || !info.base) return false;
    Str base_path = image_file_of(memory, files->library.image.at, info.base);
    if (!image_file_open(&base, base_path.at, files->library.key)) return false;
    bool good = image_file_open_over(&image, files->path.at, files->key, &base);
    if (good) {
        library_image(session, &image);
        good = !image_failed(&image);
        *torn = true;
        image_close(&image);
    }
    session->library_identity = base.identity;
    image_close(&base);
    return good;
}

bool kept_load(Session *session, bool *torn) {
    *torn = false;
    Db *db = session->db;
    Scratch memory;
    scratch_init(&memory);
    KeptFiles files;
    bool good = kept_files(session, &memory, &files) && load(session, &files, &memory, torn) &&
                source_library_is_unchanged(db) && names_env_is_unchanged(db);
    scratch_deinit(&memory);
    if (good) {
        session->kept_memos = query_memo_count(db);
        session->kept_revision = query_revision(db);
        session->input = source_file(db, str_from(session->args->input));
        good = source_refresh(db);
    }
    session->is_kept = good;
    return good;
}

// ---- saving -------------------------------------------------------------------------------------

static const u64 KEPT_BYTES_MAX = 512ull << 20;

typedef struct OldKept {
    const char *path;
    i64 modified_s;
    u64 bytes;
} OldKept;

static int newest_first(const void *a, const void *b) {
    i64 x = ((const OldKept *)a)->modified_s, y = ((const OldKept *)b)->modified_s;
    return x < y ? 1 : -(x > y);
}

// What was begun by a process that was killed.
static void sweep(Str folder, Scratch *memory) {
    enum { LONG_S = 600 };
    glob_t found;
    if (glob(scratch_print(memory, "%.*s/program-*.tmp-*", STR_ARG(folder)).at, 0, NULL, &found))
        return;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct stat info;
        if (stat(found.gl_pathv[i], &info) == 0 && time(NULL) - info.st_mtime > LONG_S)
            unlink(found.gl_pathv[i]);
    }
    globfree(&found);
}

// The programs that ran last stay.
static void evict(const KeptFiles *files, Scratch *memory) {
    glob_t found;
    Str folder = {files->path.at, (u32)(strrchr(files->path.at, '/') - files->path.at)};
    sweep(folder, memory);
    if (glob(scratch_print(memory, "%.*s/program-*.image", STR_ARG(folder)).at, 0, NULL, &found))
        return;
    OldKept *kept = SCRATCH_ARRAY(memory, OldKept, found.gl_pathc);
    u32 count = 0;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct stat info;
        if (stat(found.gl_pathv[i], &info) != 0) continue;
        kept[count++] = (OldKept){found.gl_pathv[i], info.st_mtim.tv_sec, (u64)info.st_size};
    }
    if (count) qsort(kept, count, sizeof *kept, newest_first);
    u64 total = 0;
    for (u32 i = 0; i < count; i++) {
        total += kept[i].bytes;
        if (total <= KEPT_BYTES_MAX) continue;
        unlink(kept[i].path);
        unlink(scratch_print(memory, "%s.seen", kept[i].path).at);
    }
    globfree(&found);
}

static void save(Session *session) {
    Scratch memory;
    scratch_init(&memory);
    KeptFiles files;
    Image base;
    if (kept_files(session, &memory, &files)) {
        Str base_path = image_file_of(&memory, files.library.image.at, session->library_identity);
        ImageWriter writer;
        if (image_file_open(&base, base_path.at, files.library.key)) {
            if (image_file_begin_over(&writer, &memory, files.path.at, files.key, &base)) {
                library_image(session, &writer.image);
                (void)image_file_end(&writer, false, files.label);
            }
            image_close(&base);
            evict(&files, &memory);
        }
    }
    scratch_deinit(&memory);
}

bool kept_is_unchanged(const Session *session) {
    return session->is_kept && query_memo_count(session->db) == session->kept_memos &&
           query_revision(session->db) == session->kept_revision;
}

void kept_save(Session *session) {
    if (session->args->no_cache || !session->library_identity || kept_is_unchanged(session) ||
        fork() != 0)
        return;
    // Nobody waits for this process: who reads the program's output sees its end.
    int null = open("/dev/null", O_RDWR);
    for (int fd = 0; null >= 0 && fd < 3; fd++)
        dup2(null, fd);
    setsid();
    setpriority(PRIO_PROCESS, 0, 10);
    save(session);
    library_learn(session);
    _exit(0);
}
