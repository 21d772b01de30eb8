// The host: the process in which the user's program runs.
//
// rac starts it with the number of a memfd in the environment. It maps the parts of that memory at
// their fixed addresses (jit/protocol.h), loads std, says so, waits for the entry's address and
// calls it on its main thread. One more thread, with every signal blocked, answers the compiler's
// mail. Nothing here allocates after the start, so the heap is the program's alone.

#define _GNU_SOURCE
#include "jit/protocol.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <link.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static JitControl *const control = (JitControl *)(uintptr_t)JIT_CONTROL;

// libgcc's bases of a found FDE (its unwind-dw2-fde.h).
struct dwarf_eh_bases {
    void *tbase;
    void *dbase;
    void *func;
};
typedef const void *FindFde(void *pc, struct dwarf_eh_bases *bases);

static FindFde *libgcc_find_fde;
static int (*libc_iterate)(int (*)(struct dl_phdr_info *, size_t, void *), void *);
static bool running; // the program has started
static pthread_key_t tls_key;
static __thread uint8_t *tls_block;
static __thread uint32_t tls_filled;

void host_stub_common(void);
uint64_t host_compile(uint32_t slot);
void *host_tls_get(const JitTlsIndex *index);
FindFde _Unwind_Find_FDE;

static void futex_wait(uint32_t *at, uint32_t value, const struct timespec *timeout) {
    syscall(SYS_futex, at, FUTEX_WAIT, value, timeout, NULL, 0);
}

static void futex_wake(uint32_t *at) {
    syscall(SYS_futex, at, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static void say(const char *text) {
    ssize_t written = write(2, text, strlen(text));
    (void)written;
}

static void ring_post(uint32_t slot) {
    uint32_t ticket = __atomic_fetch_add(&control->ring_head, 1, __ATOMIC_RELAXED);
    JitCell *cell = &control->ring[ticket % JIT_RING_CELLS];
    while (__atomic_load_n(&cell->turn, __ATOMIC_ACQUIRE) != ticket)
        sched_yield();
    cell->slot = slot;
    __atomic_store_n(&cell->turn, ticket + 1, __ATOMIC_RELEASE);
    __atomic_fetch_add(&control->doorbell, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&control->compiler_sleeps, __ATOMIC_SEQ_CST))
        futex_wake(&control->doorbell);
}

// Called by host_stub_common, on any thread, even in a signal handler: answers the address of the
// slot's code once the compiler has published it. errno belongs to the program.
__attribute__((used, visibility("hidden"))) uint64_t host_compile(uint32_t slot) {
    int saved_errno = errno;
    __atomic_fetch_add(&control->compiling, 1, __ATOMIC_SEQ_CST);
    uint64_t *at = (uint64_t *)(uintptr_t)(JIT_SLOTS + JIT_SLOT_BYTES * slot);
    uint64_t stub = JIT_STUBS + (uint64_t)JIT_STUB_BYTES * slot;
    uint64_t code = __atomic_load_n(at, __ATOMIC_ACQUIRE);
    if (code == stub) {
        ring_post(slot);
        struct timespec second = {.tv_sec = 1};
        while ((code = __atomic_load_n(at, __ATOMIC_ACQUIRE)) == stub) {
            futex_wait((uint32_t *)at, (uint32_t)stub, &second);
            bool gone = kill((pid_t)control->compiler_pid, 0) < 0 && errno == ESRCH;
            uint32_t stop = __atomic_load_n(&control->stop, __ATOMIC_ACQUIRE);
            if (!gone && !stop) continue;
            if (stop == JIT_STOP_ENDED)
                say("error: the program has ended, and a function of a process that it forked was "
                    "not compiled yet\n");
            else if (gone)
                say("error: rac ended, and a function was not compiled yet\n");
            _exit(1);
        }
    }
    // From here on the address is in a register, until the jump.
    __atomic_fetch_sub(&control->compiling, 1, __ATOMIC_SEQ_CST);
    errno = saved_errno;
    return code;
}

// --- Thread-locals of JIT code ------------------------------------------------------------------

static void *tls_grow(const JitTlsIndex *index) {
    int saved_errno = errno;
    uint32_t bytes = __atomic_load_n(&control->tls_bytes, __ATOMIC_ACQUIRE);
    if (!tls_block) {
        void *block = mmap(NULL, JIT_TLS_MAX, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (block == MAP_FAILED) {
            say("error: out of memory for thread-local variables\n");
            abort();
        }
        tls_block = block;
        pthread_setspecific(tls_key, block);
    }
    // Variables only ever get added, so those this thread has keep their values.
    const uint8_t *image = (const uint8_t *)(uintptr_t)JIT_TLS_IMAGE;
    memcpy(tls_block + tls_filled, image + tls_filled, bytes - tls_filled);
    tls_filled = bytes;
    errno = saved_errno;
    return tls_block + index->offset;
}

void *host_tls_get(const JitTlsIndex *index) {
    if (index->offset < tls_filled) return tls_block + index->offset;
    return tls_grow(index);
}

// Runs after the destructors of the program's own thread-locals (__cxa_thread_atexit_impl).
static void tls_drop(void *block) {
    munmap(block, JIT_TLS_MAX);
    tls_block = NULL;
    tls_filled = 0;
}

// --- Unwinding ----------------------------------------------------------------------------------

static bool find_row(uintptr_t at, JitUnwindRow *out) {
    const JitUnwindRow *rows = (const JitUnwindRow *)(uintptr_t)JIT_UNWIND;
    uint32_t count = __atomic_load_n(&control->unwind_count, __ATOMIC_ACQUIRE);
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (rows[mid].code_end <= at)
            low = mid + 1;
        else
            high = mid;
    }
    if (low == count) return false;
    *out = rows[low];
    return out->code <= at;
}

const void *_Unwind_Find_FDE(void *pc, struct dwarf_eh_bases *bases) {
    uintptr_t at = (uintptr_t)pc;
    if (at < JIT_STUBS || at >= JIT_RODATA) return libgcc_find_fde(pc, bases);
    for (;;) {
        uint32_t turn = __atomic_load_n(&control->unwind_turn, __ATOMIC_ACQUIRE);
        JitUnwindRow row;
        bool found = find_row(at, &row);
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        if (turn % 2 || __atomic_load_n(&control->unwind_turn, __ATOMIC_RELAXED) != turn) {
            sched_yield(); // the compiler moves the rows
            continue;
        }
        if (!found) return NULL;
        *bases = (struct dwarf_eh_bases){.func = (void *)(uintptr_t)row.code};
        return (const void *)(uintptr_t)row.fde;
    }
}

// --- Backtraces ---------------------------------------------------------------------------------

// The libraries there are and one more: the program's code, with the file the compiler makes for it
// (jit/jit_names.c). std asks once per process, at its first backtrace.
int dl_iterate_phdr(int (*visit)(struct dl_phdr_info *, size_t, void *), void *data) {
    if (!libc_iterate) return 0;
    int result = libc_iterate(visit, data);
    if (result != 0 || !running) return result;
    uint32_t none = 0;
    if (__atomic_compare_exchange_n(&control->names_state, &none, 1, false, __ATOMIC_SEQ_CST,
                                    __ATOMIC_SEQ_CST))
        ring_post(JIT_SLOT_NAMES);
    struct timespec pause = {.tv_nsec = 100 * 1000 * 1000};
    uint32_t state;
    for (int i = 0; i < 20; i++) { // the compiler may be busy, or gone: then there are no names
        state = __atomic_load_n(&control->names_state, __ATOMIC_ACQUIRE);
        if (state == 2) break;
        futex_wait(&control->names_state, state, &pause);
    }
    if (state != 2 || !control->names_path[0]) return 0;
    ElfW(Phdr) header = {.p_type = PT_LOAD,
                         .p_flags = PF_R | PF_X,
                         .p_vaddr = JIT_STUBS - JIT_BASE,
                         .p_memsz = JIT_RODATA - JIT_STUBS};
    struct dl_phdr_info info = {.dlpi_addr = JIT_BASE,
                                .dlpi_name = control->names_path,
                                .dlpi_phdr = &header,
                                .dlpi_phnum = 1};
    return visit(&info, sizeof info, data);
}

// --- Mail ---------------------------------------------------------------------------------------

static void answer_text(const char *text) {
    if (!text) text = "unknown error";
    size_t len = strlen(text);
    if (len >= JIT_MAIL_BYTES) len = JIT_MAIL_BYTES - 1;
    memcpy(control->mail, text, len);
    control->mail[len] = 0;
    control->mail_bytes = (uint32_t)len;
}

// What glibc keeps in the static part of its library (libc_nonshared.a): every executable has its
// own copy, and no search finds the host's.
static void *static_function(const char *name) {
    static const struct {
        const char *name;
        void *address;
    } functions[] = {{"atexit", (void *)(uintptr_t)atexit},
                     {"at_quick_exit", (void *)(uintptr_t)at_quick_exit},
                     {"pthread_atfork", (void *)(uintptr_t)pthread_atfork}};
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (strcmp(functions[i].name, name) == 0) return functions[i].address;
    return NULL;
}

static void resolve(void) {
    // The answers are longer than the shortest names: they are written behind the names.
    uint32_t names_bytes = control->mail_bytes;
    uint8_t *out = control->mail + (names_bytes + 7) / 8 * 8;
    uint32_t count = 0;
    for (uint32_t at = 0; at < names_bytes; count++) {
        const char *name = (const char *)control->mail + at;
        uint64_t address = (uint64_t)(uintptr_t)dlsym(RTLD_DEFAULT, name);
        if (!address) address = (uint64_t)(uintptr_t)static_function(name);
        memcpy(out + 8 * count, &address, 8);
        at += (uint32_t)strlen(name) + 1;
    }
    memmove(control->mail, out, 8 * (size_t)count);
    control->mail_bytes = 8 * count;
    control->mail_result = 1;
}

static void mail_handle(void) {
    control->mail_result = 0;
    switch ((JitMailOp)control->mail_op) {
    case JIT_MAIL_NONE: break;
    case JIT_MAIL_RESOLVE: resolve(); break;
    case JIT_MAIL_OPEN:
        control->mail_result = dlopen((const char *)control->mail, RTLD_NOW | RTLD_GLOBAL) != NULL;
        if (!control->mail_result) answer_text(dlerror());
        break;
    case JIT_MAIL_WRITE:
        memcpy((void *)(uintptr_t)control->mail_arg[0], control->mail, control->mail_bytes);
        control->mail_result = 1;
        break;
    case JIT_MAIL_READ:
        memcpy(control->mail, (void *)(uintptr_t)control->mail_arg[0], control->mail_arg[1]);
        control->mail_bytes = (uint32_t)control->mail_arg[1];
        control->mail_result = 1;
        break;
    case JIT_MAIL_CALL:
        ((void (*)(void))(uintptr_t)control->mail_arg[0])();
        control->mail_result = 1;
        break;
    }
}

static void *service_main(void *unused) {
    (void)unused;
    for (;;) {
        uint32_t state = __atomic_load_n(&control->mail_state, __ATOMIC_ACQUIRE);
        if (state != 1) {
            futex_wait(&control->mail_state, state, NULL);
            continue;
        }
        mail_handle();
        __atomic_store_n(&control->mail_state, 2, __ATOMIC_RELEASE);
        futex_wake(&control->mail_state);
    }
    return NULL;
}

// --- Start --------------------------------------------------------------------------------------

static void set_state(uint32_t state) {
    __atomic_store_n(&control->state, state, __ATOMIC_RELEASE);
    futex_wake(&control->state);
}

static _Noreturn void start_failed(const char *text) {
    answer_text(text);
    set_state(JIT_FAILED);
    _exit(127);
}

static bool map_part(int fd, uint32_t from, uint32_t to, int prot, int flags) {
    void *want = (void *)(uintptr_t)from;
    return mmap(want, to - from, prot, flags | MAP_FIXED_NOREPLACE | MAP_NORESERVE, fd,
                from - JIT_BASE) == want;
}

static bool map_all(int fd) {
    return map_part(fd, JIT_CONTROL, JIT_UNWIND, PROT_READ | PROT_WRITE, MAP_SHARED) &&
           map_part(fd, JIT_UNWIND, JIT_STUBS, PROT_READ, MAP_SHARED) &&
           map_part(fd, JIT_STUBS, JIT_RODATA, PROT_READ | PROT_EXEC, MAP_SHARED) &&
           map_part(fd, JIT_RODATA, JIT_DATA, PROT_READ, MAP_SHARED) &&
           map_part(fd, JIT_DATA, JIT_END, PROT_READ | PROT_WRITE, MAP_PRIVATE);
}

// In a child of the program, after a fork: it runs the same code, and nobody looks at its stacks.
static void note_fork(void) {
    __atomic_fetch_add(&control->forks, 1, __ATOMIC_SEQ_CST);
}

static void start_service(void) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 512 * 1024);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_t thread;
    if (pthread_create(&thread, &attr, service_main, NULL) != 0)
        start_failed("cannot start a thread");
    pthread_attr_destroy(&attr);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

int main(int argc, char **argv) {
    const char *fd_text = getenv(JIT_HOST_ENV);
    if (!fd_text) {
        say("rac-host: started by rac, not by hand\n");
        return 2;
    }
    int fd = atoi(fd_text);
    unsetenv(JIT_HOST_ENV);
    if (!map_all(fd) || control->protocol != JIT_PROTOCOL) {
        say("error: rac-host cannot map the program's memory (or belongs to another rac)\n");
        return 127;
    }
    close(fd);
    // Tools show the program's name, not the host's.
    const char *name = argc > 0 ? strrchr(argv[0], '/') : NULL;
    if (argc > 0) prctl(PR_SET_NAME, name ? name + 1 : argv[0]);
    // A rac that was killed takes the program along.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != (pid_t)control->compiler_pid) return 127;

    libgcc_find_fde = (FindFde *)(uintptr_t)dlsym(RTLD_NEXT, "_Unwind_Find_FDE");
    *(void **)&libc_iterate = dlsym(RTLD_NEXT, "dl_iterate_phdr");
    if (!libc_iterate) start_failed("libc has no dl_iterate_phdr");
    if (!libgcc_find_fde) start_failed("libgcc_s has no _Unwind_Find_FDE");
    if (pthread_key_create(&tls_key, tls_drop) != 0) start_failed("no thread key left");
    if (pthread_atfork(NULL, NULL, note_fork) != 0) start_failed("no fork handler left");

    void *std = dlopen(control->std_path, RTLD_LAZY | RTLD_GLOBAL);
    if (!std) start_failed(dlerror());
    struct link_map *map;
    size_t tls_module = 0;
    if (dlinfo(std, RTLD_DI_LINKMAP, &map) != 0) start_failed(dlerror());
    if (dlinfo(std, RTLD_DI_TLS_MODID, &tls_module) != 0) start_failed(dlerror());
    control->std_base = map->l_addr;
    control->std_tls_module = tls_module;
    control->stub_common = (uint64_t)(uintptr_t)host_stub_common;
    control->tls_get = (uint64_t)(uintptr_t)host_tls_get;
    start_service();
    set_state(JIT_READY);

    uint32_t state;
    while ((state = __atomic_load_n(&control->state, __ATOMIC_ACQUIRE)) != JIT_GO)
        futex_wait(&control->state, state, NULL);
    running = true;
    typedef intptr_t Entry(int, char **);
    Entry *entry = (Entry *)(uintptr_t)control->entry;
    exit((int)entry(argc, argv));
}
