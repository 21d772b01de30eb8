#define _GNU_SOURCE
#include "watch/borrowck.h"

#include "watch/events.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    PAUSE_MS = 150,        // after a save, before rustc is started
    RUSTC_MS_MAX = 120000, // after that it counts as hanging
    NICENESS = 10,
    OUTPUT_MAX = 4 << 20, // bytes; the rest is dropped
};

struct Borrowck {
    const BorrowckOptions *options;
    void (*done)(void *cx);
    void *cx;
    char folder[64]; // what rustc writes goes there
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int news_fd; // eventfd: the check that runs is out of date
    bool quits;
    bool wanted;
    u64 wanted_ns; // when
    bool is_ready;
    BorrowckResult result; // owned if is_ready
};

// ---- rustc's messages ---------------------------------------------------------------------------

// One JSON object per line. Of the outermost one, the strings of a few fields are wanted.
typedef struct Json {
    const char *at, *end;
} Json;

// Skips a string that begins at `at`; its inside.
static Str json_string(Json *json) {
    const char *start = ++json->at;
    while (json->at < json->end && *json->at != '"')
        json->at += *json->at == '\\' ? 2 : 1;
    if (json->at > json->end) json->at = json->end;
    Str inside = {start, (u32)(json->at - start)};
    if (json->at < json->end) json->at++;
    return inside;
}

static Str json_field(Str line, const char *name) {
    Json json = {line.at, line.at + line.len};
    u32 depth = 0;
    while (json.at < json.end) {
        char c = *json.at;
        if (c == '"') {
            Str key = json_string(&json);
            bool is_value = json.at + 1 < json.end && json.at[0] == ':' && json.at[1] == '"';
            if (depth != 1 || !is_value) continue;
            json.at++;
            Str value = json_string(&json);
            if (str_eq(key, str_from(name))) return value;
            continue;
        }
        if (c == '{' || c == '[') depth++;
        if (c == '}' || c == ']') depth--;
        json.at++;
    }
    return STR("");
}

static u32 hex_of(const char *at) {
    u32 value = 0;
    for (u32 i = 0; i < 4; i++) {
        char c = at[i];
        value = value * 16 + (u32)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return value;
}

// JSON's escapes taken out. Text outside ASCII comes as it is; the escapes left are control
// characters, of which the escape character alone is one rustc writes.
static void put_unescaped(FILE *out, Str text) {
    for (u32 i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c != '\\' || i + 1 == text.len) {
            fputc(c, out);
            continue;
        }
        c = text.at[++i];
        if (c == 'u' && i + 4 < text.len) {
            fputc((int)(hex_of(text.at + i + 1) & 0x7f), out);
            i += 4;
        } else {
            fputc(c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c, out);
        }
    }
}

// The errors in what rustc said, but for the last, which counts them.
static BorrowckResult read_messages(Str said, int status) {
    BorrowckResult result = {0};
    size_t bytes;
    FILE *out = open_memstream(&result.text, &bytes);
    CHECK(out);
    static const char counting[] = "aborting due to";
    for (u32 at = 0; at < said.len;) {
        const char *end = memchr(said.at + at, '\n', said.len - at);
        Str line = {said.at + at, end ? (u32)(end - said.at) - at : said.len - at};
        at += line.len + 1;
        if (!str_eq(json_field(line, "level"), STR("error"))) continue;
        Str message = json_field(line, "message");
        if (message.len >= sizeof counting - 1 &&
            memcmp(message.at, counting, sizeof counting - 1) == 0)
            continue;
        put_unescaped(out, json_field(line, "rendered"));
        result.errors++;
    }
    bool ok = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    bool is_usual = WIFEXITED(status) && WEXITSTATUS(status) == 1 && result.errors;
    if (!ok && !is_usual) {
        rewind(out);
        if (WIFSIGNALED(status))
            fprintf(out, "rustc was ended by signal %d%c", WTERMSIG(status), 0);
        else
            fprintf(out, "rustc exited with status %d%c", WEXITSTATUS(status), 0);
    }
    fclose(out);
    result.end = ok ? BORROWCK_CLEAN : is_usual ? BORROWCK_ERRORS : BORROWCK_FAILED;
    return result;
}

static BorrowckResult failed(const char *why, const char *more) {
    BorrowckResult result = {.end = BORROWCK_FAILED};
    CHECK(asprintf(&result.text, "%s%s", why, more) >= 0);
    return result;
}

// ---- its process --------------------------------------------------------------------------------

static bool make_folder(char folder[64]) {
    const char *where = getenv("TMPDIR");
    if (!where || !where[0] || strlen(where) > 32) where = "/tmp";
    snprintf(folder, 64, "%s/rac-rustc-XXXXXX", where);
    return mkdtemp(folder) != NULL;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at) {
    (void)info, (void)kind, (void)at;
    remove(path);
    return 0;
}

static void remove_folder(const char *folder) {
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static pid_t start_rustc(const BorrowckOptions *options, const char *folder, int error_fd,
                         int *failure) {
    Scratch scratch;
    scratch_init(&scratch);
    VEC(const char *) argv = {0};
    const char *fixed[] = {
        options->rustc,
        options->file,
        "--emit=metadata",
        "--out-dir",
        folder,
        "--edition",
        scratch_print(&scratch, "%u", options->edition).at,
        "--error-format=json",
        options->colour ? "--json=diagnostic-rendered-ansi" : "--json=unused-externs-silent",
        "-Awarnings",
    };
    vec_append(&scratch, &argv, fixed, ARRAY_LEN(fixed));
    if (options->is_test) vec_push(&scratch, &argv, "--test");
    for (u32 i = 0; i < options->cfg_count; i++) {
        vec_push(&scratch, &argv, "--cfg");
        vec_push(&scratch, &argv, scratch_str(&scratch, options->cfgs[i]).at);
    }
    vec_push(&scratch, &argv, NULL);

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, error_fd, 2);
    posix_spawnattr_t attr;
    posix_spawnattr_init(&attr);
    sigset_t set;
    sigemptyset(&set);
    posix_spawnattr_setsigmask(&attr, &set);
    sigaddset(&set, SIGPIPE);
    posix_spawnattr_setsigdefault(&attr, &set);
    posix_spawnattr_setpgroup(&attr, 0); // it is ended with all it starts
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                        POSIX_SPAWN_SETPGROUP);
    pid_t pid = 0;
    *failure = posix_spawnp(&pid, options->rustc, &actions, &attr,
                            (char *const *)(uintptr_t)argv.at, environ);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&actions);
    scratch_deinit(&scratch);
    if (*failure) return 0;
    setpriority(PRIO_PROCESS, (id_t)pid, NICENESS);
    return pid;
}

// Adds what the pipe holds; false at its end.
static bool read_some(int fd, Scratch *scratch, void *to) {
    typedef VEC(char) Chars;
    Chars *said = to;
    char buffer[16384];
    for (;;) {
        ssize_t n = read(fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno == EAGAIN;
        if (n == 0) return false;
        if (said->count < OUTPUT_MAX) vec_append(scratch, said, buffer, (u32)n);
    }
}

// Runs rustc to its end, or until news_fd has something. False: that came first.
static bool check_once(const BorrowckOptions *options, const char *folder, int news_fd,
                       BorrowckResult *result) {
    int pair[2], failure;
    if (pipe2(pair, O_CLOEXEC | O_NONBLOCK) != 0) {
        *result = failed("no pipe for rustc: ", strerror(errno));
        return true;
    }
    pid_t pid = start_rustc(options, folder, pair[1], &failure);
    close(pair[1]);
    if (!pid) {
        close(pair[0]);
        *result = failed("rustc cannot be run: ", strerror(failure));
        return true;
    }
    int ended_fd = (int)syscall(SYS_pidfd_open, pid, 0);
    CHECK(ended_fd >= 0);
    Scratch scratch;
    scratch_init(&scratch);
    VEC(char) said = {0};
    u64 until = watch_now_ns() + (u64)RUSTC_MS_MAX * 1000000;
    bool is_old = false, hangs = false;
    struct pollfd fds[] = {{.fd = ended_fd, .events = POLLIN},
                           {.fd = news_fd, .events = POLLIN},
                           {.fd = pair[0], .events = POLLIN}};
    while (!fds[0].revents && !is_old && !hangs) {
        u64 now = watch_now_ns();
        int left = now < until ? (int)((until - now) / 1000000) + 1 : 0;
        if (poll(fds, ARRAY_LEN(fds), left) < 0) continue;
        if (fds[2].revents && !read_some(pair[0], &scratch, &said)) fds[2].fd = -1;
        is_old = fds[1].revents != 0;
        hangs = left == 0;
    }
    if (!fds[0].revents) kill(-pid, SIGKILL);
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (fds[2].fd >= 0) read_some(pair[0], &scratch, &said);
    close(ended_fd);
    close(pair[0]);
    if (hangs)
        *result = failed("rustc did not end", "");
    else if (!is_old)
        *result = read_messages((Str){said.at, said.count}, status);
    scratch_deinit(&scratch);
    return !is_old;
}

BorrowckResult borrowck_run(const BorrowckOptions *options) {
    char folder[64];
    if (!make_folder(folder)) return failed("no folder for what rustc writes: ", strerror(errno));
    BorrowckResult result;
    check_once(options, folder, -1, &result);
    remove_folder(folder);
    return result;
}

// ---- the thread ---------------------------------------------------------------------------------

// Waits until it is time for a check. False: never again.
static bool wait_for_work(Borrowck *c) {
    while (!c->quits) {
        if (!c->wanted) {
            pthread_cond_wait(&c->changed, &c->lock);
            continue;
        }
        u64 until = c->wanted_ns + (u64)PAUSE_MS * 1000000;
        if (watch_now_ns() >= until) break;
        struct timespec limit = {(time_t)(until / 1000000000), (long)(until % 1000000000)};
        pthread_cond_timedwait(&c->changed, &c->lock, &limit);
    }
    c->wanted = false;
    u64 news;
    ssize_t got = read(c->news_fd, &news, sizeof news); // what was new is known now
    (void)got;
    return !c->quits;
}

static void *borrowck_main(void *arg) {
    Borrowck *c = arg;
    pthread_mutex_lock(&c->lock);
    while (wait_for_work(c)) {
        pthread_mutex_unlock(&c->lock);
        BorrowckResult result;
        bool done = check_once(c->options, c->folder, c->news_fd, &result);
        pthread_mutex_lock(&c->lock);
        if (!done) continue;
        u64 news;
        if (read(c->news_fd, &news, sizeof news) == (ssize_t)sizeof news) { // just now
            free(result.text);
            continue;
        }
        c->result = result;
        c->is_ready = true;
        c->done(c->cx);
    }
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

Borrowck *borrowck_new(const BorrowckOptions *options, void (*done)(void *cx), void *cx) {
    Borrowck *c = calloc(1, sizeof *c);
    CHECK(c);
    if (!make_folder(c->folder)) {
        free(c);
        return NULL;
    }
    c->options = options;
    c->done = done;
    c->cx = cx;
    pthread_mutex_init(&c->lock, NULL);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&c->changed, &attr);
    pthread_condattr_destroy(&attr);
    c->news_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    CHECK(c->news_fd >= 0);
    CHECK(pthread_create(&c->thread, NULL, borrowck_main, c) == 0);
    return c;
}

static void change(Borrowck *c, bool wanted, bool quits) {
    pthread_mutex_lock(&c->lock);
    c->wanted = wanted;
    c->wanted_ns = watch_now_ns();
    c->quits |= quits;
    if (c->is_ready) free(c->result.text);
    c->is_ready = false;
    u64 one = 1;
    ssize_t written = write(c->news_fd, &one, sizeof one);
    CHECK(written == (ssize_t)sizeof one);
    pthread_cond_signal(&c->changed);
    pthread_mutex_unlock(&c->lock);
}

void borrowck_ask(Borrowck *c) {
    change(c, true, false);
}

void borrowck_drop(Borrowck *c) {
    change(c, false, false);
}

bool borrowck_take(Borrowck *c, BorrowckResult *out) {
    pthread_mutex_lock(&c->lock);
    bool is_ready = c->is_ready;
    if (is_ready) *out = c->result;
    c->is_ready = false;
    pthread_mutex_unlock(&c->lock);
    return is_ready;
}

void borrowck_free(Borrowck *c) {
    if (!c) return;
    change(c, false, true);
    pthread_join(c->thread, NULL);
    close(c->news_fd);
    remove_folder(c->folder);
    pthread_mutex_destroy(&c->lock);
    pthread_cond_destroy(&c->changed);
    free(c);
}
