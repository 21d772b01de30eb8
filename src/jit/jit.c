// Shared memory, the child's life, slots, symbols and mail. The request loop is jit_serve at the
// end.
#define _GNU_SOURCE
#include "jit/jit_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

#define SYMBOL_MAX (1u << 20)
#define SPIN_US    40

static void futex_wait(u32 *at, u32 value, const struct timespec *timeout) {
    syscall(SYS_futex, at, FUTEX_WAIT, value, timeout, NULL, 0);
}

static void futex_wake(u32 *at) {
    syscall(SYS_futex, at, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static void ring_doorbell(Jit *jit) {
    __atomic_fetch_add(&jit->control->doorbell, 1, __ATOMIC_SEQ_CST);
    futex_wake(&jit->control->doorbell);
}

// --- The child ----------------------------------------------------------------------------------

static bool reap(Jit *jit, int options) {
    if (jit->reaped) return true;
    pid_t pid;
    do
        pid = waitpid(jit->pid, &jit->status, options);
    while (pid < 0 && errno == EINTR);
    if (pid < 0) jit->status = 1 << 8; // someone else reaped it: its status is lost
    jit->reaped = pid != 0;
    return jit->reaped;
}

bool jit_wait_child(Jit *jit, u32 *at, u32 value, LinkError *error) {
    struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
    while (__atomic_load_n(at, __ATOMIC_ACQUIRE) == value) {
        if (reap(jit, WNOHANG)) {
            if (WIFSIGNALED(jit->status))
                return link_fail(error, "the program was ended by signal %d (%s)",
                                 WTERMSIG(jit->status), strsignal(WTERMSIG(jit->status)));
            return link_fail(error, "the program ended with status %d", WEXITSTATUS(jit->status));
        }
        futex_wait(at, value, &pause);
    }
    return true;
}

// Waits until the child has loaded std.
static bool wait_ready(Jit *jit, LinkError *error) {
    if (jit->going || jit->tls_get_cell) return true;
    if (!jit_wait_child(jit, &jit->control->state, JIT_STARTING, error)) {
        // It may have said why before it ended.
        if (jit->control->state != JIT_FAILED) return false;
    }
    if (jit->control->state == JIT_FAILED) {
        jit->control->mail[JIT_MAIL_BYTES - 1] = 0;
        return link_fail(error, "cannot load the standard library: %.1500s",
                         (const char *)jit->control->mail);
    }
    u64 *slots = jit_at(jit, JIT_SLOTS);
    __atomic_store_n(&slots[0], jit->control->stub_common, __ATOMIC_RELEASE);
    jit->tls_get_cell = jit_alloc_rodata(jit, 8, 8);
    memcpy(jit_at(jit, jit->tls_get_cell), &jit->control->tls_get, 8);
    return true;
}

static bool mail_send(Jit *jit, JitMailOp op, const void *payload, u64 bytes, u64 arg0, u64 arg1,
                      LinkError *error) {
    JitControl *control = jit->control;
    CHECK(bytes <= JIT_MAIL_BYTES);
    if (!wait_ready(jit, error)) return false;
    if (bytes) memcpy(control->mail, payload, bytes);
    control->mail_op = op;
    control->mail_bytes = (u32)bytes;
    control->mail_arg[0] = arg0;
    control->mail_arg[1] = arg1;
    __atomic_store_n(&control->mail_state, 1, __ATOMIC_RELEASE);
    futex_wake(&control->mail_state);
    if (!jit_wait_child(jit, &control->mail_state, 1, error)) return false;
    __atomic_store_n(&control->mail_state, 0, __ATOMIC_RELEASE);
    return true;
}

static bool file_readable(const char *path) {
    return access(path, X_OK) == 0;
}

// $RAC_HOST, or beside rac's executable: installed (bin/, ../libexec/rac/) or in a build tree.
static bool find_host(const char *given, char *out, size_t size, LinkError *error) {
    if (!given) given = getenv("RAC_HOST");
    if (given) {
        snprintf(out, size, "%s", given);
        if (file_readable(out)) return true;
        return link_fail(error, "cannot run the host program `%s`: %s", given, strerror(errno));
    }
    char self[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    if (len <= 0) return link_fail(error, "cannot read /proc/self/exe: %s", strerror(errno));
    self[len] = 0;
    *strrchr(self, '/') = 0;
    static const char *const places[] = {
        "rac-host",         "host/rac-host",       "../libexec/rac/rac-host",
        "../host/rac-host", "../../host/rac-host", "../../../host/rac-host"};
    for (u32 i = 0; i < ARRAY_LEN(places); i++) {
        int written = snprintf(out, size, "%s/%s", self, places[i]);
        if (written > 0 && (size_t)written < size && file_readable(out)) return true;
    }
    return link_fail(error, "rac-host is missing: it should lie beside rac in `%s`", self);
}

static bool spawn_child(Jit *jit, const JitOptions *options, LinkError *error) {
    char host[PATH_MAX];
    if (!find_host(options->host_path, host, sizeof host, error)) return false;
    char *const *from = options->envp ? options->envp : environ;
    u32 count = 0;
    while (from[count])
        count++;
    char **env = calloc(count + 2, sizeof *env);
    CHECK(env);
    u32 kept = 0;
    for (u32 i = 0; i < count; i++)
        if (strncmp(from[i], JIT_HOST_ENV "=", sizeof JIT_HOST_ENV) != 0) env[kept++] = from[i];
    char fd_text[64];
    snprintf(fd_text, sizeof fd_text, JIT_HOST_ENV "=%d", jit->fd);
    env[kept] = fd_text;

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, jit->fd, jit->fd); // takes its CLOEXEC off
    int failed = posix_spawn(&jit->pid, host, &actions, NULL, options->argv, env);
    posix_spawn_file_actions_destroy(&actions);
    free(env);
    if (failed) return link_fail(error, "cannot start `%s`: %s", host, strerror(failed));
    return true;
}

static bool map_memory(Jit *jit, LinkError *error) {
    int fd = memfd_create("rac", MFD_CLOEXEC);
    if (fd >= 0 && fd < 3) { // the program's stdio may be closed
        int higher = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        close(fd);
        fd = higher;
    }
    if (fd < 0) return link_fail(error, "cannot make shared memory: %s", strerror(errno));
    jit->fd = fd;
    if (ftruncate(fd, JIT_END - JIT_BASE) != 0)
        return link_fail(error, "cannot make shared memory: %s", strerror(errno));
    void *memory =
        mmap(NULL, JIT_END - JIT_BASE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
    if (memory == MAP_FAILED)
        return link_fail(error, "cannot map shared memory: %s", strerror(errno));
    jit->memory = memory;
    return true;
}

Jit *jit_start(const JitOptions *options, LinkError *error) {
    Jit *jit = calloc(1, sizeof *jit);
    CHECK(jit);
    signal(SIGCHLD, SIG_DFL); // inherited as ignored, it would lose the child's status
    jit->fd = jit->pidfd = jit->signal_fd = jit->quit_fd = jit->names_fd = -1;
    jit->reaped = true; // no child yet
    jit->cpu_count = (u32)sysconf(_SC_NPROCESSORS_ONLN);
    interner_init(&jit->names);
    scratch_init(&jit->holes_memory);
    table_init(&jit->symbols, sizeof(JitSymbolRow), SYMBOL_MAX);
    if (!map_memory(jit, error)) goto failed;
    JitControl *control = jit->control = (JitControl *)jit_at(jit, JIT_CONTROL);
    control->protocol = JIT_PROTOCOL;
    control->compiler_pid = (u32)getpid();
    if (strlen(options->std_path) >= sizeof control->std_path) {
        link_fail(error, "the path `%s` is too long", options->std_path);
        goto failed;
    }
    strcpy(control->std_path, options->std_path);
    for (u32 i = 0; i < JIT_RING_CELLS; i++)
        control->ring[i].turn = i;
    jit_region_init(&jit->code, JIT_CODE, JIT_RODATA);
    jit_region_init(&jit->rodata, JIT_RODATA, JIT_DATA);
    jit_region_init(&jit->data, JIT_DATA, JIT_END);
    jit->slot_count = 1; // slot 0 is the way to host_stub_common
    if (!spawn_child(jit, options, error)) goto failed;
    jit->reaped = false;
    if (!elf_shared_open(&jit->std, options->std_path, error)) goto failed;
    for (u32 i = 0; i < options->lib_count; i++)
        if (!jit_load_library(jit, options->libs[i], error)) goto failed;
    return jit;
failed:
    jit_free(jit);
    return NULL;
}

void jit_free(Jit *jit) {
    if (!jit) return;
    if (!jit->reaped) {
        kill(jit->pid, SIGKILL);
        reap(jit, 0);
    }
    // The program may have forked: nobody answers those processes from now on.
    if (jit->control) __atomic_store_n(&jit->control->stop, JIT_STOP_ENDED, __ATOMIC_RELEASE);
    if (jit->watching) {
        u64 one = 1;
        ssize_t written = write(jit->quit_fd, &one, 8);
        CHECK(written == 8);
        pthread_join(jit->watcher, NULL);
        pthread_sigmask(SIG_SETMASK, &jit->mask_before, NULL);
    }
    int fds[] = {jit->fd, jit->pidfd, jit->signal_fd, jit->quit_fd, jit->names_fd};
    for (u32 i = 0; i < ARRAY_LEN(fds); i++)
        if (fds[i] >= 0) close(fds[i]);
    if (jit->memory) munmap(jit->memory, JIT_END - JIT_BASE);
    elf_shared_close(&jit->std);
    interner_deinit(&jit->names);
    scratch_deinit(&jit->holes_memory);
    table_deinit(&jit->symbols);
    free(jit);
}

void *jit_at(Jit *jit, JitAddr at) {
    CHECK(at >= JIT_BASE && at < JIT_END);
    return jit->memory + (at - JIT_BASE);
}

// --- Memory -------------------------------------------------------------------------------------

void jit_write_data(Jit *jit, JitAddr at, const void *bytes, u64 len) {
    CHECK(at >= JIT_DATA && at + len <= JIT_END);
    // Before the start the file is still what the child will see.
    if (!jit->going) {
        memcpy(jit_at(jit, at), bytes, len);
        return;
    }
    LinkError ignored;
    for (u64 done = 0; done < len;) {
        u64 n = min_u64(len - done, JIT_MAIL_BYTES);
        // Fails only when the child has ended; jit_serve tells.
        if (!mail_send(jit, JIT_MAIL_WRITE, (const u8 *)bytes + done, n, at + done, 0, &ignored))
            return;
        done += n;
    }
}

// --- Slots --------------------------------------------------------------------------------------

static u64 stub_addr(u32 slot) {
    return JIT_STUBS + (u64)JIT_STUB_BYTES * slot;
}

u32 jit_slot_new(Jit *jit) {
    CHECK(jit->slot_count < JIT_SLOT_MAX);
    u32 slot = jit->slot_count++;
    u8 *stub = jit_at(jit, (JitAddr)stub_addr(slot));
    u32 slots = JIT_SLOTS;
    stub[0] = 0x68; // push imm32
    memcpy(stub + 1, &slot, 4);
    memcpy(stub + 5, (u8[]){0xff, 0x24, 0x25}, 3); // jmp [disp32]
    memcpy(stub + 8, &slots, 4);
    u32 through = jit_slot_addr(slot);
    memcpy(stub + JIT_THUNK_AT, (u8[]){0xff, 0x24, 0x25}, 3);
    memcpy(stub + JIT_THUNK_AT + 3, &through, 4);
    u64 *at = jit_at(jit, jit_slot_addr(slot));
    __atomic_store_n(at, stub_addr(slot), __ATOMIC_RELEASE);
    return slot;
}

JitAddr jit_slot_addr(u32 slot) {
    return JIT_SLOTS + JIT_SLOT_BYTES * slot;
}

JitAddr jit_slot_thunk(u32 slot) {
    return (JitAddr)stub_addr(slot) + JIT_THUNK_AT;
}

void jit_publish(Jit *jit, u32 slot, JitAddr code) {
    u64 *at = jit_at(jit, jit_slot_addr(slot));
    u64 before = __atomic_exchange_n(at, code, __ATOMIC_SEQ_CST);
    // Threads wait only on slots that held their stub.
    if (jit->going && before == stub_addr(slot)) futex_wake((u32 *)at);
}

bool jit_slot_published(Jit *jit, u32 slot) {
    u64 *at = jit_at(jit, jit_slot_addr(slot));
    return __atomic_load_n(at, __ATOMIC_ACQUIRE) != stub_addr(slot);
}

// --- Symbols ------------------------------------------------------------------------------------

static JitSymbolRow *symbol_row(Jit *jit, Str name) {
    u32 id = intern(&jit->names, name.at, name.len);
    while (jit->symbols.count <= id)
        table_add(&jit->symbols, 1);
    return table_at(&jit->symbols, id);
}

// Asks for one symbol, and the first time for those nearly every program needs with it: a letter
// takes longer to come and go than many names take to look up.
static bool ask_child(Jit *jit, Str name) {
    static const char *const common[] = {
        "memcpy",
        "memmove",
        "memset",
        "memcmp",
        "bcmp",
        "strlen",
        "__tls_get_addr",
        "_Unwind_Resume",
        "fmod",
        "host_tls_get",
        "__errno_location",
        "malloc",
        "free",
        "abort",
        "__cxa_thread_atexit_impl",
    };
    u32 count = jit->asked ? 0 : (u32)ARRAY_LEN(common);
    if (name.len >= JIT_MAIL_BYTES / 4) return true;
    char *text = calloc(1, (size_t)name.len + 1 + ARRAY_LEN(common) * 32);
    CHECK(text);
    memcpy(text, name.at, name.len);
    u32 bytes = name.len + 1;
    for (u32 i = 0; i < count; i++) {
        u32 len = (u32)strlen(common[i]) + 1;
        memcpy(text + bytes, common[i], len);
        bytes += len;
    }
    LinkError ignored;
    bool answered = mail_send(jit, JIT_MAIL_RESOLVE, text, bytes, 0, 0, &ignored);
    free(text);
    if (!answered) return false;
    jit->asked = true;
    memcpy(&symbol_row(jit, name)->address, jit->control->mail, 8);
    for (u32 i = 0; i < count; i++) {
        JitSymbolRow *row = symbol_row(jit, str_from(common[i]));
        if (row->known) continue;
        memcpy(&row->address, jit->control->mail + 8 * (size_t)(i + 1), 8);
        row->known = row->address != 0;
    }
    return true;
}

u64 jit_symbol_address(Jit *jit, Str name) {
    JitSymbolRow *row = symbol_row(jit, name);
    if (row->known) return row->address;
    LinkError ignored;
    if (!wait_ready(jit, &ignored)) return 0;
    ElfSymbol found;
    if (elf_shared_find(&jit->std, name, &found) && found.kind != ELF_SYMBOL_TLS &&
        found.kind != ELF_SYMBOL_IFUNC) {
        row->address = jit->control->std_base + found.value;
    } else if (!ask_child(jit, name)) {
        return 0;
    }
    row = symbol_row(jit, name);
    row->known = 1;
    return row->address;
}

static JitAddr cell_for(Jit *jit, u64 value) {
    JitAddr cell = jit_alloc_rodata(jit, 8, 8);
    if (cell) memcpy(jit_at(jit, cell), &value, 8);
    return cell;
}

JitAddr jit_symbol_cell(Jit *jit, Str name) {
    u64 address = jit_symbol_address(jit, name);
    if (!address) return 0;
    JitSymbolRow *row = symbol_row(jit, name);
    if (!row->cell) row->cell = cell_for(jit, address);
    return row->cell;
}

JitAddr jit_tls_symbol(Jit *jit, Str name) {
    JitSymbolRow *row = symbol_row(jit, name);
    if (row->tls_pair) return row->tls_pair;
    LinkError ignored;
    ElfSymbol found;
    if (!wait_ready(jit, &ignored) || !elf_shared_find(&jit->std, name, &found) ||
        found.kind != ELF_SYMBOL_TLS)
        return 0;
    JitAddr pair = jit_alloc_rodata(jit, sizeof(JitTlsIndex), 8);
    if (!pair) return 0;
    JitTlsIndex index = {jit->control->std_tls_module, found.value};
    memcpy(jit_at(jit, pair), &index, sizeof index);
    row->tls_pair = pair;
    return pair;
}

JitAddr jit_tls_new(Jit *jit, const void *image, u64 bytes, u32 align) {
    JitControl *control = jit->control;
    u64 at = align_up(control->tls_bytes, align);
    // Every variable takes at least a byte, so that its offset is below the filled part.
    u64 end = at + (bytes ? bytes : 1);
    JitAddr pair = jit_alloc_rodata(jit, sizeof(JitTlsIndex), 8);
    if (!pair || end > JIT_TLS_MAX) return 0;
    if (bytes && image) memcpy((u8 *)jit_at(jit, JIT_TLS_IMAGE) + at, image, bytes);
    __atomic_store_n(&control->tls_bytes, (u32)end, __ATOMIC_RELEASE);
    JitTlsIndex index = {0, at};
    memcpy(jit_at(jit, pair), &index, sizeof index);
    return pair;
}

JitAddr jit_tls_get_cell(Jit *jit) {
    LinkError ignored;
    return wait_ready(jit, &ignored) ? jit->tls_get_cell : 0;
}

JitAddr jit_tls_get_addr_cell(Jit *jit) {
    return jit_symbol_cell(jit, STR("__tls_get_addr"));
}

bool jit_load_library(Jit *jit, const char *path, LinkError *error) {
    if (!mail_send(jit, JIT_MAIL_OPEN, path, strlen(path) + 1, 0, 0, error)) return false;
    if (jit->control->mail_result) return true;
    jit->control->mail[JIT_MAIL_BYTES - 1] = 0;
    return link_fail(error, "cannot load `%s`: %.1500s", path, (const char *)jit->control->mail);
}

bool jit_call(Jit *jit, JitAddr code, LinkError *error) {
    return mail_send(jit, JIT_MAIL_CALL, NULL, 0, code, 0, error);
}

bool jit_set_allocator(Jit *jit, const u64 functions[4], LinkError *error) {
    u64 table = jit_symbol_address(jit, STR("rac_allocator"));
    if (!table) return link_fail(error, "this standard library cannot use a #[global_allocator]");
    return mail_send(jit, JIT_MAIL_WRITE, functions, 4 * sizeof *functions, table, 0, error);
}

// --- Running ------------------------------------------------------------------------------------

// Passes signals on and sees the child's end. A signal the terminal sent went to the child as well.
static void *watcher_main(void *arg) {
    Jit *jit = arg;
    for (;;) {
        struct pollfd fds[] = {{.fd = jit->pidfd, .events = POLLIN},
                               {.fd = jit->quit_fd, .events = POLLIN},
                               {.fd = jit->signal_fd, .events = POLLIN}};
        if (poll(fds, ARRAY_LEN(fds), -1) < 0) continue;
        if (fds[1].revents) return NULL;
        if (fds[2].revents) {
            struct signalfd_siginfo info;
            if (read(jit->signal_fd, &info, sizeof info) == (ssize_t)sizeof info &&
                (info.ssi_signo == SIGHUP || info.ssi_code != SI_KERNEL))
                syscall(SYS_pidfd_send_signal, jit->pidfd, (int)info.ssi_signo, NULL, 0);
        }
        if (fds[0].revents) {
            __atomic_store_n(&jit->ended, 1, __ATOMIC_RELEASE);
            ring_doorbell(jit);
            return NULL;
        }
    }
}

static void watch_child(Jit *jit) {
    static const int passed_on[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};
    pthread_sigmask(SIG_BLOCK, NULL, &jit->mask_before);
    sigset_t set;
    sigemptyset(&set);
    for (u32 i = 0; i < ARRAY_LEN(passed_on); i++)
        if (!sigismember(&jit->mask_before, passed_on[i])) sigaddset(&set, passed_on[i]);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    jit->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    jit->pidfd = (int)syscall(SYS_pidfd_open, jit->pid, 0);
    jit->quit_fd = eventfd(0, EFD_CLOEXEC);
    CHECK(jit->signal_fd >= 0 && jit->pidfd >= 0 && jit->quit_fd >= 0);
    CHECK(pthread_create(&jit->watcher, NULL, watcher_main, jit) == 0);
    jit->watching = true;
}

bool jit_go(Jit *jit, JitAddr entry, LinkError *error) {
    if (!wait_ready(jit, error)) return false;
    // From here on a signal to rac is meant for the program.
    if (!jit->watching) watch_child(jit);
    jit->going = true;
    jit->control->entry = entry;
    __atomic_store_n(&jit->control->state, JIT_GO, __ATOMIC_RELEASE);
    futex_wake(&jit->control->state);
    return true;
}

static JitResult result_of(const Jit *jit) {
    if (WIFSIGNALED(jit->status)) return (JitResult){JIT_END_SIGNALED, WTERMSIG(jit->status)};
    return (JitResult){JIT_END_EXITED, WEXITSTATUS(jit->status)};
}

// Takes one request; false when there is none.
static bool ring_take(Jit *jit, u32 *slot) {
    JitCell *cell = &jit->control->ring[jit->ring_tail % JIT_RING_CELLS];
    if (__atomic_load_n(&cell->turn, __ATOMIC_ACQUIRE) != jit->ring_tail + 1) return false;
    *slot = cell->slot;
    __atomic_store_n(&cell->turn, jit->ring_tail + JIT_RING_CELLS, __ATOMIC_RELEASE);
    jit->ring_tail++;
    return true;
}

static JitResult end_child(Jit *jit) {
    __atomic_store_n(&jit->control->stop, JIT_STOP_FAILED, __ATOMIC_RELEASE);
    kill(jit->pid, SIGKILL);
    reap(jit, 0);
    return (JitResult){JIT_END_COMPILE, 1};
}

static u64 now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (u64)now.tv_sec * 1000000 + (u64)now.tv_nsec / 1000;
}

static u64 now_ms(void) {
    return now_us() / 1000;
}

// Requests come in bursts: after one, the next is mostly a few microseconds away, less than going
// to sleep and being woken takes.
static void wait_doorbell(Jit *jit, u32 seen, const struct timespec *limit, bool spin) {
    u32 *doorbell = &jit->control->doorbell;
    for (u64 end = now_us() + SPIN_US; spin && now_us() < end;) {
        for (u32 i = 0; i < 20; i++) {
            if (__atomic_load_n(doorbell, __ATOMIC_ACQUIRE) != seen) return;
            __builtin_ia32_pause();
        }
    }
    __atomic_store_n(&jit->control->compiler_sleeps, 1, __ATOMIC_SEQ_CST);
    futex_wait(doorbell, seen, limit);
    __atomic_store_n(&jit->control->compiler_sleeps, 0, __ATOMIC_SEQ_CST);
}

JitResult jit_serve(Jit *jit, JitCompile *compile, void *cx, int timeout_ms) {
    if (jit->reaped) return result_of(jit);
    CHECK(jit->going);
    u64 deadline = timeout_ms < 0 ? 0 : now_ms() + (u64)timeout_ms;
    for (;;) {
        u32 seen = __atomic_load_n(&jit->control->doorbell, __ATOMIC_ACQUIRE);
        u32 slot;
        bool served = false;
        while (ring_take(jit, &slot)) {
            served = true;
            if (slot == JIT_SLOT_NAMES) {
                if (compile) compile(cx, jit, slot);
                __atomic_store_n(&jit->control->names_state, 2, __ATOMIC_RELEASE);
                futex_wake(&jit->control->names_state);
                continue;
            }
            // The program can write the ring: a number that is no slot is its doing.
            if (slot == 0 || slot >= jit->slot_count) continue;
            if (jit_slot_published(jit, slot)) continue; // another thread asked first
            bool compiled = compile && compile(cx, jit, slot) && jit_slot_published(jit, slot);
            if (!compiled && !jit->reaped) return end_child(jit);
        }
        if (jit->reaped || __atomic_load_n(&jit->ended, __ATOMIC_ACQUIRE)) {
            reap(jit, 0);
            return result_of(jit);
        }
        if (__atomic_exchange_n(&jit->interrupted, 0, __ATOMIC_ACQ_REL))
            return (JitResult){JIT_END_INTERRUPTED, 0};
        struct timespec left, *limit = NULL;
        if (timeout_ms >= 0) {
            u64 now = now_ms();
            if (now >= deadline) return (JitResult){JIT_END_TIMEOUT, 0};
            u64 ms = deadline - now;
            left = (struct timespec){(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};
            limit = &left;
        }
        wait_doorbell(jit, seen, limit, jit->cpu_count > 1 && served);
    }
}

void jit_interrupt(Jit *jit) {
    __atomic_store_n(&jit->interrupted, 1, __ATOMIC_RELEASE);
    ring_doorbell(jit);
}

void jit_kill(Jit *jit, int signal) {
    if (!jit->reaped) kill(jit->pid, signal);
}

int jit_pid(const Jit *jit) {
    return jit->pid;
}

_Noreturn void jit_end_like(JitResult result) {
    if (result.end == JIT_END_SIGNALED) {
        // The child wrote the core file, if any is wanted.
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, result.status);
        signal(result.status, SIG_DFL);
        raise(result.status);
        sigprocmask(SIG_UNBLOCK, &set, NULL);
        exit(128 + result.status);
    }
    exit(result.status);
}
