// Making and extending the library image.
#define _GNU_SOURCE
#include "cli/library_internal.h"
#include "cli/library_sample.h"
#include "cli/program.h"
#include "cli/progress.h"

#include "image/file.h"
#include "image/store.h"
#include "image/wishes.h"
#include "link/files.h"
#include "link/link.h"
#include "names/names.h"

#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

// ---- wishes -------------------------------------------------------------------------------------

// What the sample needs, found out in a Db where it is the user's crate.
static bool sample_wishes(const CliArgs *args, Progress *progress, Scratch *memory, WordVec *out) {
    Session session;
    if (!session_open_library(&session, args)) return false;
    Db *db = session.db;
    session.input = source_file(db, STR("sample.rs"));
    OsError error;
    bool done = source_set_text(db, session.input, library_sample(), DURABILITY_LOW, &error);
    if (done) {
        session.crate = names_declare_user(db, session.input.id,
                                           symbol_intern(&db->symbols, STR("sample")), 2021);
        Program program;
        done = program_open(&program, &session, IR_SYM_FN_SLOT);
        progress_step(progress, 100);
        if (done) {
            (void)program_compile_all(&program); // what it cannot compile is not in the image
            program_close(&program);
            wishes_collect(db, 1, memory, out);
        }
    }
    session_close(&session);
    return done;
}

typedef struct Granting {
    Progress *progress;
    u32 from, to; // thousandths
} Granting;

static void on_grant(void *cx, u32 done, u32 count) {
    const Granting *g = cx;
    progress_step(g->progress, g->from + (u32)((u64)(g->to - g->from) * done / count));
}

// What every program needs, whether or not the sample could be compiled.
static void ask_for_basics(Db *db) {
    static const char *const names[] = {"core", "alloc", "std"};
    for (u32 i = 0; i < ARRAY_LEN(names); i++) {
        CrateId crate = crate_find(db, symbol_intern(&db->symbols, str_from(names[i])));
        if (!crate.id) continue;
        query_get(db, Q_impl_index, crate.id);
        query_get(db, Q_crate_langs, crate.id);
    }
}

// ---- the update ---------------------------------------------------------------------------------

// A Db with the image in it, if there is a good one, else one with the bare crates.
static bool open_base(Session *session, const CliArgs *args, bool *has_image) {
    if (!session_open_stores(session, args)) return false;
    *has_image = library_load(session) == LIBRARY_LOADED;
    if (*has_image) return true;
    session_close(session);
    return session_open_library(session, args);
}

// ---- the folder ---------------------------------------------------------------------------------

static const u64 IMAGES_BYTES_MAX = 1ull << 30;

typedef struct OldImage {
    const char *path;
    i64 modified_s;
    u64 bytes;
} OldImage;

static int newest_first(const void *a, const void *b) {
    i64 x = ((const OldImage *)a)->modified_s, y = ((const OldImage *)b)->modified_s;
    return x < y ? 1 : -(x > y);
}

static void delete_all(const char *pattern) {
    glob_t found;
    if (glob(pattern, 0, NULL, &found) != 0) return;
    for (size_t i = 0; i < found.gl_pathc; i++)
        unlink(found.gl_pathv[i]);
    globfree(&found);
}

// Whether a program's kept state needs the image of this name, which ends in its identity.
static bool is_needed(const char *path, const glob_t *kept) {
    const char *dash = strrchr(path, '-');
    u64 identity = dash ? strtoull(dash + 1, NULL, 16) : 0;
    ImageInfo info;
    for (size_t i = 0; i < kept->gl_pathc; i++)
        if (image_file_info(kept->gl_pathv[i], &info) && info.base == identity) return true;
    return false;
}

// Of the images that no link leads to any more, those stay that a kept program needs; of all, the
// newest, within bounds.
static void evict(const LibraryFiles *files, Scratch *memory) {
    glob_t found, kept = {0};
    Str folder = {files->image.at, (u32)(strrchr(files->image.at, '/') - files->image.at)};
    Str pattern = scratch_print(memory, "%.*s/library-*.image-????????????????", STR_ARG(folder));
    if (glob(pattern.at, 0, NULL, &found) != 0) return;
    if (glob(scratch_print(memory, "%.*s/program-*.image", STR_ARG(folder)).at, 0, NULL, &kept))
        kept.gl_pathc = 0;
    OldImage *images = SCRATCH_ARRAY(memory, OldImage, found.gl_pathc);
    u32 count = 0;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct stat info;
        if (stat(found.gl_pathv[i], &info) != 0) continue;
        images[count++] = (OldImage){found.gl_pathv[i], info.st_mtim.tv_sec, (u64)info.st_size};
    }
    if (count) qsort(images, count, sizeof *images, newest_first);
    u64 total = 0;
    for (u32 i = 0; i < count; i++) {
        char now[PATH_MAX];
        Str link = {images[i].path, (u32)(strrchr(images[i].path, '-') - images[i].path)};
        bool is_current = realpath(scratch_print(memory, "%.*s", STR_ARG(link)).at, now) &&
                          strcmp(strrchr(now, '/'), strrchr(images[i].path, '/')) == 0;
        total += images[i].bytes;
        bool stays = total <= IMAGES_BYTES_MAX && (is_current || is_needed(images[i].path, &kept));
        if (i == 0 || stays) continue;
        delete_all(scratch_print(memory, "%s*", images[i].path).at);
        if (is_current) delete_all(scratch_print(memory, "%.*s*", STR_ARG(link)).at);
    }
    globfree(&found);
    if (kept.gl_pathc) globfree(&kept);
}

static bool save(Session *session, const LibraryFiles *files, Scratch *memory) {
    ImageWriter writer;
    delete_all(scratch_print(memory, "%s.tmp-*", files->image.at).at); // of who was killed
    if (!image_file_begin(&writer, memory, files->image.at, files->key)) return false;
    const Toolchain *toolchain = link_toolchain(session->db);
    Str label = scratch_print(memory, "the library of %.*s in %.*s",
                              STR_ARG(toolchain->version_line), STR_ARG(toolchain->sysroot));
    session->crate = (CrateId){0};
    session->library_memos = 0;
    library_image(session, &writer.image);
    bool done = image_file_end(&writer, true, label);
    evict(files, memory);
    return done;
}

// What a toolchain's library has that rac cannot compile is told to those who need it, not here.
static void hush(void) {
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (null < 0) return;
    dup2(null, STDERR_FILENO);
    close(null);
}

static void unhush(const Progress *progress) {
    fflush(stderr);
    if (progress->out) dup2(fileno(progress->out), STDERR_FILENO);
}

static bool update_locked(Session *session, bool has_image, const LibraryFiles *files,
                          Scratch *memory) {
    glob_t wished;
    bool found = glob(scratch_print(memory, "%s.wish-????????????????", files->image.at).at, 0,
                      NULL, &wished) == 0;
    bool done = has_image && !found; // another rac has done it meanwhile
    if (!done) {
        Progress progress;
        progress_begin(&progress, "preparing the standard library");
        hush();
        Db *db = session->db;
        if (!has_image) {
            WordVec words = {0};
            ask_for_basics(db);
            if (sample_wishes(session->args, &progress, memory, &words)) {
                Granting granting = {&progress, 500, 900};
                wishes_grant(db, words.at, words.count, on_grant, &granting);
            }
        }
        for (size_t i = 0; found && i < wished.gl_pathc; i++) {
            WordVec words = {0};
            if (library_read_wishes(files, wished.gl_pathv[i], memory, &words))
                wishes_grant(db, words.at, words.count, NULL, NULL);
        }
        progress_step(&progress, 900);
        done = save(session, files, memory);
        unhush(&progress);
        progress_end(&progress);
        // Those granted; when the disk is full, they would not be granted later either.
        for (size_t i = 0; found && i < wished.gl_pathc; i++)
            unlink(wished.gl_pathv[i]);
    }
    if (found) globfree(&wished);
    return done;
}

bool library_update(const CliArgs *args, bool wait) {
    CliArgs own = *args;
    own.input = NULL;
    own.options = (Options){.sysroot = args->options.sysroot,
                            .edition = 2021,
                            .debug_assertions = true,
                            .overflow_checks = true};
    Session session;
    if (!session_open_stores(&session, &own)) return false;
    Scratch memory;
    scratch_init(&memory);
    LibraryFiles files;
    bool done = library_files(link_toolchain(session.db), &memory, &files);
    session_close(&session);
    int lock = -1;
    if (done) {
        lock = open(scratch_print(&memory, "%s.lock", files.image.at).at,
                    O_RDWR | O_CREAT | O_CLOEXEC, 0644);
        done = lock >= 0 && flock(lock, wait ? LOCK_EX : LOCK_EX | LOCK_NB) == 0;
    }
    bool has_image;
    if (done && open_base(&session, &own, &has_image)) {
        done = update_locked(&session, has_image, &files, &memory);
        session_close(&session);
    }
    if (lock >= 0) close(lock);
    scratch_deinit(&memory);
    return done;
}
