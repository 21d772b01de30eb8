#define _GNU_SOURCE
#include "pair.h"

#include "live.h"
#include "names/names.h"
#include "result.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SHARED_BYTES = 64 << 20 };

// What a question looks like in shared memory: this, then each file's length, name length and
// bytes.
typedef struct Question {
    u32 what;
    u32 count;
} Question;

// ---- the compilers ------------------------------------------------------------------------------

static Str take_bytes(const u8 **at, u32 len) {
    Str text = {(const char *)*at, len};
    *at += len;
    return text;
}

// Sets the texts of the question and prints what comes of them.
static u32 compile(Session *session, Live *live, const u8 *shared, u32 rounds) {
    Db *db = session->db;
    Question question;
    memcpy(&question, shared, sizeof question);
    const u8 *at = shared + sizeof question;
    FileId root = {0};
    for (u32 i = 0; i < question.count; i++) {
        u32 lens[2];
        memcpy(lens, at, sizeof lens);
        at += sizeof lens;
        FileId file = source_file(db, take_bytes(&at, lens[0]));
        if (i == 0) root = file;
        OsError error;
        CHECK(source_set_text(db, file, take_bytes(&at, lens[1]), DURABILITY_LOW, &error));
    }
    if (!session->crate.id)
        session->crate =
            names_declare_user(db, root.id, symbol_intern(&db->symbols, STR("edited")), 2021);
    session->input = root;
    u32 errors = result_print(session, question.what);
    query_track(db); // as whoever waits for edits does
    for (u32 i = 0; i < rounds && !errors && question.what & RESULT_RUN; i++) {
        fputs(RESULT_ROUND, stdout);
        live_round(live, session);
    }
    fflush(stdout);
    return errors;
}

static void clear_file(int file) {
    CHECK(ftruncate(file, 0) == 0 && lseek(file, 0, SEEK_SET) == 0);
}

static _Noreturn void serve(Pair *pair, Session *session, Worker *worker, u32 rounds) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    CHECK(dup2(worker->out, STDOUT_FILENO) >= 0 && dup2(worker->err, STDERR_FILENO) >= 0);
    char byte;
    Live live = {0};
    while (read(worker->ask[0], &byte, 1) == 1) {
        clear_file(STDOUT_FILENO);
        clear_file(STDERR_FILENO);
        u32 errors = compile(session, &live, pair->shared, rounds);
        CHECK(write(worker->reply[1], &errors, sizeof errors) == sizeof errors);
    }
    _exit(0);
}

// ---- the caller ---------------------------------------------------------------------------------

// `rounds`: how often the program is run, if that is asked for. The second round of a program that
// was never patched tells whether it keeps a state.
static void start(Pair *pair, Session *session, Worker *worker, u32 rounds) {
    CHECK(pipe2(worker->ask, O_CLOEXEC) == 0 && pipe2(worker->reply, O_CLOEXEC) == 0);
    worker->out = memfd_create("out", 0);
    worker->err = memfd_create("err", 0);
    CHECK(worker->out >= 0 && worker->err >= 0);
    fflush(NULL);
    worker->pid = fork();
    CHECK(worker->pid >= 0);
    if (worker->pid == 0) {
        close(worker->ask[1]);
        close(worker->reply[0]);
        serve(pair, session, worker, rounds);
    }
    close(worker->ask[0]);
    close(worker->reply[1]);
}

static int stop(Worker *worker, bool kills) {
    if (!worker->pid) return 0;
    close(worker->ask[1]);
    if (kills) kill(worker->pid, SIGKILL);
    int status = 0;
    while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR) {
    }
    close(worker->reply[0]);
    close(worker->out);
    close(worker->err);
    *worker = (Worker){0};
    return status;
}

static void put_question(const Pair *pair, const Texts *texts, u32 what) {
    Question question = {what, texts->count};
    u8 *at = pair->shared;
    u64 bytes = sizeof question;
    for (u32 i = 0; i < texts->count; i++)
        bytes += 8 + (u64)texts->files[i].name.len + texts->files[i].text.len;
    CHECK(bytes <= SHARED_BYTES);
    memcpy(at, &question, sizeof question);
    at += sizeof question;
    for (u32 i = 0; i < texts->count; i++) {
        const File *file = &texts->files[i];
        u32 lens[2] = {file->name.len, file->text.len};
        memcpy(at, lens, sizeof lens);
        memcpy(at + 8, file->name.at, lens[0]);
        if (lens[1]) memcpy(at + 8 + lens[0], file->text.at, lens[1]);
        at += 8 + lens[0] + lens[1];
    }
}

static Str file_bytes(int file, Scratch *scratch) {
    off_t size = lseek(file, 0, SEEK_END);
    char *text = scratch_take(scratch, (u64)size + 1, 1);
    off_t got = 0;
    while (got < size) {
        ssize_t more = pread(file, text + got, (size_t)(size - got), got);
        if (more <= 0) break;
        got += more;
    }
    return (Str){text, (u32)got};
}

static u64 cpu_ms(int pid) {
    clockid_t clock;
    struct timespec spent;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &spent) != 0) return 0;
    return (u64)spent.tv_sec * 1000 + (u64)spent.tv_nsec / 1000000;
}

// Positive when there is an answer or an end; 0: it has computed for too long, or waits for ever.
static int wait_for(const Pair *pair, const Worker *worker) {
    enum { SLICE_MS = 200, SLEEP_FACTOR = 20 };
    struct pollfd poll_fd = {.fd = worker->reply[0], .events = POLLIN};
    u64 start = cpu_ms(worker->pid), timeout = (u64)pair->timeout_ms;
    for (u64 waited = 0; waited < timeout * SLEEP_FACTOR; waited += SLICE_MS) {
        int ready = poll(&poll_fd, 1, SLICE_MS);
        if (ready > 0) return ready;
        if (cpu_ms(worker->pid) > start + timeout) break;
    }
    return 0;
}

static void take_answer(Pair *pair, Worker *worker, bool is_last, Scratch *scratch, Answer *out) {
    *out = (Answer){0};
    int ready = wait_for(pair, worker);
    bool ok =
        ready > 0 && read(worker->reply[0], &out->errors, sizeof out->errors) == sizeof out->errors;
    out->crashed = !ok;
    if (ok) {
        out->text = file_bytes(worker->out, scratch);
        if (is_last) stop(worker, true);
        return;
    }
    // What it said stays readable when it has ended: the file is ours too.
    int err = dup(worker->err);
    int status = stop(worker, ready <= 0);
    out->status = ready > 0 ? status : 0;
    out->said = file_bytes(err, scratch);
    close(err);
}

bool pair_ask(Pair *pair, const Texts *texts, u32 what, Scratch *scratch, Answer *incremental,
              Answer *fresh) {
    if (incremental && !pair->incremental.pid)
        start(pair, pair->incremental_session, &pair->incremental, 1);
    put_question(pair, texts, what);
    Worker other = {0};
    if (incremental) CHECK(write(pair->incremental.ask[1], "?", 1) == 1);
    if (fresh) {
        start(pair, pair->fresh_session, &other, 2);
        CHECK(write(other.ask[1], "?", 1) == 1);
    }
    if (incremental) take_answer(pair, &pair->incremental, false, scratch, incremental);
    if (fresh) take_answer(pair, &other, true, scratch, fresh);
    return incremental && !incremental->crashed;
}

void pair_init(Pair *pair, Session *incremental, Session *fresh, int timeout_ms) {
    *pair = (Pair){
        .incremental_session = incremental, .fresh_session = fresh, .timeout_ms = timeout_ms};
    pair->shared = mmap(NULL, SHARED_BYTES, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    CHECK(pair->shared != MAP_FAILED);
}

void pair_restart(Pair *pair) {
    stop(&pair->incremental, true);
}

void pair_deinit(Pair *pair) {
    pair_restart(pair);
    munmap(pair->shared, SHARED_BYTES);
}
