#define _GNU_SOURCE
#include "watch/events.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    SETTLE_MS = 30,
    EMPTY_MS = 1000, // how long an empty file is waited for
};
static const u32 NOW_MASK = IN_CLOSE_WRITE | IN_MOVED_TO;
static const u32 SOON_MASK = IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_ATTRIB;
static const u32 FOLDER_MASK = IN_CREATE | IN_MOVED_TO;

// A name whose changes concern a file: its own, the one its link leads to, or a folder on the way
// to it.
typedef struct WatchedName {
    int folder; // inotify's number
    char *name; // owned
    u32 file;
    bool is_folder;
} WatchedName;

struct WatchEvents {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    int inotify_fd, key_fd, signal_fd, quit_fd;
    Scratch memory; // owned: the vectors
    VEC(WatchedName) names;
    VEC(char *) paths; // by file: owned, NULL: not added
    U32Vec ready;      // files to take
    U32Vec settles;    // files that changed, but nobody said that they are complete
    u64 settle_ns;     // when those are taken as complete
    u64 change_ns;     // when the first of them changed
    U32Vec waited;     // of `ready`: taken as they are, empty or not
    U32Vec moved;      // saved: a link may lead elsewhere now, a folder may be another one
    u64 saved_ns;
    char key;
    int signal;
    bool is_to_all;
    bool keys_ended;
    bool is_nudged;
    void (*wake)(void *cx);
    void *wake_cx;
};

u64 watch_now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (u64)now.tv_sec * 1000000000 + (u64)now.tv_nsec;
}

static void add_once(WatchEvents *e, U32Vec *list, u32 file) {
    for (u32 i = 0; i < list->count; i++)
        if (list->at[i] == file) return;
    vec_push(&e->memory, list, file);
}

static void drop_from(U32Vec *list, u32 file) {
    for (u32 i = 0; i < list->count; i++)
        if (list->at[i] == file) list->at[i--] = list->at[--list->count];
}

static void wake(WatchEvents *e) {
    pthread_cond_broadcast(&e->changed);
    if (e->wake) e->wake(e->wake_cx);
}

static void add_name(WatchEvents *e, u32 file, const char *folder, const char *name,
                     bool is_folder) {
    u32 mask = is_folder ? FOLDER_MASK : NOW_MASK | SOON_MASK;
    int number = inotify_add_watch(e->inotify_fd, folder, mask | IN_MASK_ADD);
    if (number < 0) return;
    for (u32 i = 0; i < e->names.count; i++) {
        const WatchedName *known = &e->names.at[i];
        if (known->folder == number && known->file == file && strcmp(known->name, name) == 0)
            return;
    }
    WatchedName watched = {number, strdup(name), file, is_folder};
    CHECK(watched.name);
    vec_push(&e->memory, &e->names, watched);
}

// Splits `path` at its last slash; the folder of a bare name is ".", and nothing is above "/".
static bool split(char *path, const char **folder, const char **name) {
    char *slash = strrchr(path, '/');
    if (slash && !slash[1]) return false;
    *folder = !slash ? "." : slash == path ? "/" : path;
    *name = slash ? slash + 1 : path;
    if (!slash) return strcmp(path, ".") != 0;
    *slash = 0;
    return true;
}

// Watches the file's name in its folder, and the folder's in the one above: a folder may be made
// later, or be replaced.
static void add_path(WatchEvents *e, u32 file, const char *path) {
    char own[PATH_MAX], above[PATH_MAX];
    const char *folder, *name;
    strcpy(own, path);
    if (!split(own, &folder, &name)) return;
    add_name(e, file, folder, name, false);
    for (bool exists = access(folder, F_OK) == 0;; exists = access(folder, F_OK) == 0) {
        strcpy(above, folder);
        if (!split(above, &folder, &name)) return;
        add_name(e, file, folder, name, true);
        if (exists) return;
        strcpy(own, folder);
        folder = own;
    }
}

static void add_paths(WatchEvents *e, u32 file) {
    char real[PATH_MAX];
    add_path(e, file, e->paths.at[file]);
    if (realpath(e->paths.at[file], real)) add_path(e, file, real);
}

static void make_ready(WatchEvents *e, u32 file) {
    if (e->ready.count == 0) e->saved_ns = watch_now_ns();
    add_once(e, &e->ready, file);
    drop_from(&e->settles, file);
    add_once(e, &e->moved, file);
}

static void drop_folder(WatchEvents *e, int folder) {
    for (u32 i = 0; i < e->names.count; i++) {
        if (e->names.at[i].folder != folder) continue;
        free(e->names.at[i].name);
        e->names.at[i--] = vec_pop(&e->names);
    }
}

// Not there, or emptied: mostly about to be written.
static bool is_empty(const WatchEvents *e, u32 file) {
    struct stat info;
    return stat(e->paths.at[file], &info) != 0 || info.st_size == 0;
}

static void settle_later(WatchEvents *e, u32 file) {
    if (e->settles.count == 0) e->change_ns = watch_now_ns();
    add_once(e, &e->settles, file);
    e->settle_ns = watch_now_ns() + (u64)SETTLE_MS * 1000000;
}

// What one event says of one name; whether its file can be taken now.
static bool take_name(WatchEvents *e, WatchedName name, u32 mask) {
    bool overflow = (mask & IN_Q_OVERFLOW) != 0;
    if (!overflow && name.is_folder) { // a new folder: who made it may still write the file
        if (mask & FOLDER_MASK) {
            add_paths(e, name.file);
            settle_later(e, name.file);
        }
        return false;
    }
    if (!overflow && (!(mask & NOW_MASK) || is_empty(e, name.file))) {
        settle_later(e, name.file);
        return false;
    }
    make_ready(e, name.file);
    return true;
}

static bool take_event(WatchEvents *e, const struct inotify_event *event) {
    bool any = false;
    bool overflow = (event->mask & IN_Q_OVERFLOW) != 0;
    u32 count = e->names.count; // those that are added meanwhile are no matter of this event
    for (u32 i = 0; i < count; i++) {
        WatchedName name = e->names.at[i];
        if (overflow ||
            (name.folder == event->wd && event->len != 0 && strcmp(name.name, event->name) == 0))
            any |= take_name(e, name, event->mask);
    }
    if (event->mask & IN_IGNORED) drop_folder(e, event->wd);
    return any;
}

static void read_inotify(WatchEvents *e) {
    _Alignas(struct inotify_event) char buffer[16384];
    bool any = false;
    for (;;) {
        ssize_t got = read(e->inotify_fd, buffer, sizeof buffer);
        if (got <= 0) break;
        for (char *at = buffer; at < buffer + got;) {
            const struct inotify_event *event = (const struct inotify_event *)at;
            at += sizeof *event + event->len;
            any |= take_event(e, event);
        }
    }
    if (any) wake(e);
}

static bool any_empty(const WatchEvents *e) {
    for (u32 i = 0; i < e->settles.count; i++)
        if (is_empty(e, e->settles.at[i])) return true;
    return false;
}

static void settle(WatchEvents *e) {
    u64 now = watch_now_ns();
    if (any_empty(e) && now - e->change_ns < (u64)EMPTY_MS * 1000000) {
        e->settle_ns = now + (u64)SETTLE_MS * 1000000;
        return;
    }
    while (e->settles.count) {
        add_once(e, &e->waited, e->settles.at[0]);
        make_ready(e, e->settles.at[0]);
    }
    wake(e);
}

static int settle_timeout(const WatchEvents *e) {
    if (e->settles.count == 0) return -1;
    u64 now = watch_now_ns();
    return now >= e->settle_ns ? 0 : (int)((e->settle_ns - now) / 1000000) + 1;
}

static void end_keys(WatchEvents *e) {
    e->key_fd = -1;
    e->keys_ended = true;
    wake(e);
}

// Whoever waits for the save has been woken, and need not wait for this.
static void follow_moved(WatchEvents *e) {
    if (!e->moved.count) return; // only this thread adds to it
    pthread_mutex_lock(&e->lock);
    for (u32 i = 0; i < e->moved.count; i++)
        add_paths(e, e->moved.at[i]);
    e->moved.count = 0;
    pthread_mutex_unlock(&e->lock);
}

static void *events_main(void *arg) {
    WatchEvents *e = arg;
    for (;;) {
        pthread_mutex_lock(&e->lock);
        int timeout = settle_timeout(e);
        pthread_mutex_unlock(&e->lock);
        struct pollfd fds[] = {{.fd = e->inotify_fd, .events = POLLIN},
                               {.fd = e->quit_fd, .events = POLLIN},
                               {.fd = e->signal_fd, .events = POLLIN},
                               {.fd = e->key_fd, .events = POLLIN}};
        if (poll(fds, ARRAY_LEN(fds), timeout) < 0 && errno != EINTR) return NULL;
        if (fds[1].revents) return NULL;
        pthread_mutex_lock(&e->lock);
        if (fds[0].revents & POLLIN) read_inotify(e);
        if (e->settles.count && watch_now_ns() >= e->settle_ns) settle(e);
        struct signalfd_siginfo info;
        if ((fds[2].revents & POLLIN) &&
            read(e->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
            e->signal = (int)info.ssi_signo;
            // That it has gone, it tells rac alone.
            e->is_to_all = info.ssi_code == SI_KERNEL && info.ssi_signo != SIGHUP;
            wake(e);
        }
        if (fds[3].revents & POLLIN) {
            char key;
            if (read(e->key_fd, &key, 1) == 1) {
                e->key = key;
                wake(e);
            } else {
                end_keys(e);
            }
        } else if (fds[3].revents) {
            end_keys(e); // the terminal has gone
        }
        pthread_mutex_unlock(&e->lock);
        follow_moved(e);
    }
}

WatchEvents *watch_events_new(int key_fd) {
    WatchEvents *e = calloc(1, sizeof *e);
    CHECK(e);
    pthread_mutex_init(&e->lock, NULL);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&e->changed, &attr);
    pthread_condattr_destroy(&attr);
    scratch_init(&e->memory);
    e->key_fd = key_fd;
    e->inotify_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    e->quit_fd = eventfd(0, EFD_CLOEXEC);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    e->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    CHECK(e->inotify_fd >= 0 && e->quit_fd >= 0 && e->signal_fd >= 0);
    CHECK(pthread_create(&e->thread, NULL, events_main, e) == 0);
    return e;
}

void watch_events_free(WatchEvents *e) {
    if (!e) return;
    u64 one = 1;
    ssize_t written = write(e->quit_fd, &one, 8);
    CHECK(written == 8);
    pthread_join(e->thread, NULL);
    close(e->inotify_fd);
    close(e->quit_fd);
    close(e->signal_fd);
    for (u32 i = 0; i < e->names.count; i++)
        free(e->names.at[i].name);
    for (u32 i = 0; i < e->paths.count; i++)
        free(e->paths.at[i]);
    scratch_deinit(&e->memory);
    pthread_mutex_destroy(&e->lock);
    pthread_cond_destroy(&e->changed);
    free(e);
}

void watch_events_nudge(WatchEvents *e) {
    pthread_mutex_lock(&e->lock);
    e->is_nudged = true;
    wake(e);
    pthread_mutex_unlock(&e->lock);
}

void watch_events_add_file(WatchEvents *e, u32 file, Str path) {
    pthread_mutex_lock(&e->lock);
    while (e->paths.count <= file)
        vec_push(&e->memory, &e->paths, NULL);
    if (!e->paths.at[file] && path.len < PATH_MAX) {
        e->paths.at[file] = strndup(path.at, path.len);
        CHECK(e->paths.at[file]);
        add_paths(e, file);
    }
    pthread_mutex_unlock(&e->lock);
}

// Those that are being written again by now are left for when that is done, which an event tells.
static void put_off_empty(WatchEvents *e) {
    for (u32 i = 0; i < e->ready.count; i++) {
        u32 file = e->ready.at[i];
        bool is_waited = false;
        for (u32 k = 0; k < e->waited.count && !is_waited; k++)
            is_waited = e->waited.at[k] == file;
        if (is_waited || !is_empty(e, file)) continue;
        e->ready.at[i--] = vec_pop(&e->ready);
        settle_later(e, file);
    }
    e->waited.count = 0;
}

static bool has_any(const WatchEvents *e) {
    return e->ready.count || e->key || e->signal || e->keys_ended || e->is_nudged;
}

void watch_events_wake_by(WatchEvents *e, void (*wake_by)(void *cx), void *cx) {
    pthread_mutex_lock(&e->lock);
    e->wake = wake_by;
    e->wake_cx = cx;
    if (wake_by && has_any(e)) wake_by(cx);
    pthread_mutex_unlock(&e->lock);
}

bool watch_events_take(WatchEvents *e, int timeout_ms, Scratch *scratch, WatchTaken *out) {
    *out = (WatchTaken){0};
    pthread_mutex_lock(&e->lock);
    if (timeout_ms < 0) {
        while (!has_any(e))
            pthread_cond_wait(&e->changed, &e->lock);
    } else if (timeout_ms > 0) {
        u64 until = watch_now_ns() + (u64)timeout_ms * 1000000;
        struct timespec limit = {(time_t)(until / 1000000000), (long)(until % 1000000000)};
        while (!has_any(e) && pthread_cond_timedwait(&e->changed, &e->lock, &limit) == 0) {
        }
    }
    put_off_empty(e);
    bool any = has_any(e);
    vec_append(scratch, &out->files, e->ready.at, e->ready.count);
    out->saved_ns = e->saved_ns;
    out->key = e->key;
    out->signal = e->signal;
    out->is_to_all = e->is_to_all;
    out->keys_ended = e->keys_ended;
    e->ready.count = 0;
    e->key = 0;
    e->signal = 0;
    e->keys_ended = false;
    e->is_nudged = false;
    pthread_mutex_unlock(&e->lock);
    return any;
}
