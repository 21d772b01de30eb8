// rac cache: what lies in the cache folder, and taking it away.
#include "cli/library.h"

#include "image/file.h"
#include "link/toolchain.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

typedef struct Kind {
    const char *prefix, *suffix;
    const char *what; // NULL: not worth a line; "": the file says it
} Kind;

// Every name rac gives to a file of the folder; others are not touched.
static const Kind kinds[] = {
    {"library-", ".image", ""},
    {"library-", "", NULL},
    {"program-", ".image", ""},
    {"program-", "", NULL},
    {"librac_std", ".so", "standard library for programs in memory"},
    {"librac_std", "", NULL},
    {"symbols-", ".idx", "symbols of the precompiled crates"},
    {"symbols-", "", NULL},
    {"toolchain-", ".txt", "what a rustc says of itself"},
    {"toolchain-", "", NULL},
};

static const Kind *kind_of(const char *name) {
    size_t len = strlen(name);
    for (u32 i = 0; i < ARRAY_LEN(kinds); i++) {
        size_t prefix = strlen(kinds[i].prefix), suffix = strlen(kinds[i].suffix);
        if (len >= prefix + suffix && strncmp(name, kinds[i].prefix, prefix) == 0 &&
            strcmp(name + len - suffix, kinds[i].suffix) == 0)
            return &kinds[i];
    }
    return NULL;
}

typedef VEC(Str) StrVec;

static int name_order(const void *a, const void *b) {
    return strcmp(((const Str *)a)->at, ((const Str *)b)->at);
}

// The names of rac's files in the folder, sorted.
static StrVec list(Scratch *memory, const char *folder) {
    StrVec names = {0};
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;)
        if (kind_of(entry->d_name))
            vec_push(memory, &names, scratch_str(memory, str_from(entry->d_name)));
    if (dir) closedir(dir);
    if (names.count) qsort(names.at, names.count, sizeof *names.at, name_order);
    return names;
}

static int show(Scratch *memory, Str folder) {
    printf("%.*s\n", STR_ARG(folder));
    StrVec names = list(memory, folder.at);
    u64 total = 0;
    for (u32 i = 0; i < names.count; i++) {
        struct stat info;
        Str path = scratch_print(memory, "%s/%s", folder.at, names.at[i].at);
        if (stat(path.at, &info) != 0) continue;
        total += (u64)info.st_blocks * 512;
        const char *what = kind_of(names.at[i].at)->what;
        ImageInfo image;
        if (!what) continue;
        if (!*what) what = image_file_info(path.at, &image) ? image.label : "damaged";
        char when[32] = "";
        struct tm at;
        if (localtime_r(&info.st_mtime, &at)) strftime(when, sizeof when, "%Y-%m-%d %H:%M", &at);
        printf("%9.1f MB  %s  %s\n%33s%s\n", (double)info.st_size / 1e6, when, names.at[i].at, "",
               what);
    }
    printf("%9.1f MB  in all\n", (double)total / 1e6);
    return STATUS_OK;
}

static int clear(const CliArgs *args, Scratch *memory, Str folder) {
    StrVec names = list(memory, folder.at);
    int status = STATUS_OK;
    for (u32 i = 0; i < names.count; i++) {
        Str path = scratch_print(memory, "%s/%s", folder.at, names.at[i].at);
        if (unlink(path.at) == 0 || errno == ENOENT) continue; // its writer was done with it first
        cli_error(args, "cannot delete `%s`", path.at);
        status = STATUS_FAILED;
    }
    return status;
}

int command_cache(const CliArgs *args) {
    const char *action = args->action ? args->action : "show";
    Scratch memory;
    scratch_init(&memory);
    Str folder;
    LinkError error;
    int status = STATUS_FAILED;
    if (!cache_folder(&memory, &folder, &error)) {
        cli_error(args, "%s", error.text);
    } else if (strcmp(action, "show") == 0) {
        status = show(&memory, folder);
    } else if (strcmp(action, "clear") == 0) {
        status = clear(args, &memory, folder);
    } else if (strcmp(action, "update") == 0) {
        status = library_update(args, true) ? STATUS_OK : STATUS_FAILED;
    } else if (strcmp(action, "extend") ==
               0) { // for rac itself: at leisure, and only one at a time
        setpriority(PRIO_PROCESS, 0, 19);
        status = library_update(args, false) ? STATUS_OK : STATUS_FAILED;
    } else {
        cli_error(args, "`rac cache` can show, clear or update, not `%s`", action);
        status = STATUS_USAGE;
    }
    scratch_deinit(&memory);
    return status;
}
