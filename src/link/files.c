#define _GNU_SOURCE
#include "link/files.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

bool file_read(Scratch *memory, const char *path, Str *out) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0) return false;
    bool done = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size < INT32_MAX;
    if (done) {
        char *at = scratch_take(memory, (u64)st.st_size + 1, 1);
        u64 len = 0;
        ssize_t n;
        while (len < (u64)st.st_size && (n = read(fd, at + len, (size_t)st.st_size - len)) > 0)
            len += (u64)n;
        *out = (Str){at, (u32)len};
        done = len == (u64)st.st_size;
    }
    close(fd);
    return done;
}

int file_lock(const char *path) {
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd >= 0 && flock(fd, LOCK_EX) == 0) return fd;
    if (fd >= 0) close(fd);
    return -1;
}

static bool folder_make(char *path) {
    for (char *at = path + 1; *at; at++) {
        if (*at != '/') continue;
        *at = 0;
        mkdir(path, 0777);
        *at = '/';
    }
    return mkdir(path, 0777) == 0 || errno == EEXIST;
}

// For a user without a writable home: a folder of their own in /tmp, trusted only if it is theirs.
static bool cache_in_tmp(Scratch *memory, Str *out) {
    Str path = scratch_print(memory, "/tmp/rac-cache-%u", (unsigned)geteuid());
    struct stat st;
    if (mkdir(path.at, 0700) != 0 && errno != EEXIST) return false;
    if (lstat(path.at, &st) != 0 || !S_ISDIR(st.st_mode) || st.st_uid != geteuid() ||
        (st.st_mode & 022) != 0 || access(path.at, W_OK) != 0)
        return false;
    *out = path;
    return true;
}

bool cache_folder(Scratch *memory, Str *out, LinkError *error) {
    const char *own = getenv("RAC_CACHE_DIR"), *xdg = getenv("XDG_CACHE_HOME");
    const char *home = getenv("HOME");
    Str path;
    if (own && *own)
        path = scratch_print(memory, "%s", own);
    else if (xdg && *xdg)
        path = scratch_print(memory, "%s/rac", xdg);
    else if (home && *home)
        path = scratch_print(memory, "%s/.cache/rac", home);
    else if (cache_in_tmp(memory, out))
        return true;
    else
        return link_fail(error, "no cache folder: set RAC_CACHE_DIR or HOME");
    char *copy = strdup(path.at);
    CHECK(copy);
    bool made = folder_make(copy);
    int saved = errno;
    free(copy);
    bool usable = made && access(path.at, W_OK) == 0;
    if (!usable && !(own && *own) && cache_in_tmp(memory, out)) return true;
    if (!usable)
        return link_fail(error, "cannot use the cache folder `%s`: %s (set RAC_CACHE_DIR)", path.at,
                         strerror(made ? errno : saved));
    *out = path;
    return true;
}

bool file_write_atomically(const char *path, const void *bytes, u64 len, u32 mode,
                           LinkError *error) {
    char *temp;
    if (asprintf(&temp, "%s.tmp-XXXXXX", path) < 0) CHECK(false);
    int fd = mkostemp(temp, O_CLOEXEC);
    bool done = fd >= 0;
    for (u64 at = 0; done && at < len;) {
        ssize_t n = write(fd, (const u8 *)bytes + at, len - at);
        if (n < 0 && errno == EINTR) continue;
        done = n > 0;
        if (done) at += (u64)n;
    }
    mode_t mask = umask(0);
    umask(mask);
    done = done && fchmod(fd, (mode_t)mode & ~mask) == 0;
    int saved = errno;
    if (fd >= 0 && close(fd) != 0 && done) {
        saved = errno;
        done = false;
    }
    if (done && rename(temp, path) != 0) {
        saved = errno;
        done = false;
    }
    if (!done && fd >= 0) unlink(temp);
    free(temp);
    return done || link_fail(error, "cannot write `%s`: %s", path, strerror(saved));
}

// Reads both pipes to their ends.
static void drain(Scratch *memory, int fds[2], Str *texts[2]) {
    typedef VEC(char) Chars;
    Chars got[2] = {{0}};
    struct pollfd poll_fds[2] = {{.fd = fds[0], .events = POLLIN},
                                 {.fd = fds[1], .events = POLLIN}};
    while (poll_fds[0].fd >= 0 || poll_fds[1].fd >= 0) {
        if (poll(poll_fds, 2, -1) < 0) continue;
        for (u32 i = 0; i < 2; i++) {
            if (poll_fds[i].fd < 0 || !poll_fds[i].revents) continue;
            char buffer[8192];
            ssize_t n = read(poll_fds[i].fd, buffer, sizeof buffer);
            if (n < 0 && errno == EINTR) continue;
            if (n <= 0)
                poll_fds[i].fd = -1;
            else
                vec_append(memory, &got[i], buffer, (u32)n);
        }
    }
    for (u32 i = 0; i < 2; i++)
        if (texts[i]) *texts[i] = scratch_str(memory, (Str){got[i].at, got[i].count});
}

bool process_run(Scratch *memory, const char *const *argv, const char *const *env, Str *out,
                 Str *err, int *status, LinkError *error) {
    u32 env_count = 0, extra = 0;
    while (environ[env_count])
        env_count++;
    while (env && env[extra])
        extra++;
    char **all = calloc(env_count + extra + 1, sizeof *all);
    CHECK(all);
    // The added ones come first: getenv and rustc take the first of a name.
    for (u32 i = 0; i < extra; i++)
        all[i] = (char *)(uintptr_t)env[i];
    memcpy(all + extra, environ, env_count * sizeof *all);

    Str *texts[2] = {out, err};
    int reads[2] = {-1, -1};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    int writes[2] = {-1, -1};
    for (u32 i = 0; i < 2; i++) {
        int pair[2];
        if (!texts[i]) continue;
        CHECK(pipe2(pair, O_CLOEXEC) == 0);
        reads[i] = pair[0];
        writes[i] = pair[1];
        posix_spawn_file_actions_adddup2(&actions, pair[1], (int)i + 1);
    }
    pid_t pid;
    *status = 0;
    int failed = posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)(uintptr_t)argv, all);
    posix_spawn_file_actions_destroy(&actions);
    free(all);
    for (u32 i = 0; i < 2; i++)
        if (writes[i] >= 0) close(writes[i]);
    if (!failed) {
        drain(memory, reads, texts);
        while (waitpid(pid, status, 0) < 0 && errno == EINTR)
            continue;
    }
    for (u32 i = 0; i < 2; i++)
        if (reads[i] >= 0) close(reads[i]);
    if (failed) return link_fail(error, "cannot run `%s`: %s", argv[0], strerror(failed));
    return true;
}
