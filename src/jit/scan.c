#define _GNU_SOURCE
#include "jit/scan.h"

#include "jit/jit_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    PAGE_BYTES = 4096,
    CHUNK_PAGES = 256,
    STOP_MS_MAX = 500, // one that sleeps in the kernel for longer than this is not waited for
};
static const u64 MAPPED_BYTES_MAX = 64ull << 30;
static const u64 PAGE_PRESENT = 1ull << 63, PAGE_SWAPPED = 1ull << 62, PAGE_OF_FILE = 1ull << 61;

typedef struct Stopped {
    pid_t tid;
    bool is_stopped;
    int signal; // that was about to be delivered
} Stopped;

typedef struct Scanner {
    Jit *jit;
    JitAddr low, high;
    JitWord *found;
    void *cx;
    Scratch memory; // owned
    VEC(Stopped) threads;
    u64 stop_by_ns;
    int mem_fd, pagemap_fd;
    u64 bytes;
} Scanner;

static u64 now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (u64)now.tv_sec * 1000000000 + (u64)now.tv_nsec;
}

static void look_at(const Scanner *s, const u64 *words, u64 count) {
    u64 span = s->high - s->low;
    for (u64 i = 0; i < count; i++)
        if (words[i] - s->low <= span) s->found(s->cx, (JitAddr)words[i]);
}

// ---- stopping -----------------------------------------------------------------------------------

static bool is_known(const Scanner *s, pid_t tid) {
    for (u32 i = 0; i < s->threads.count; i++)
        if (s->threads.at[i].tid == tid) return true;
    return false;
}

// Whether the thread has ended, though it is still listed.
static bool is_dead(const Scanner *s, pid_t tid) {
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%d/task/%d/stat", s->jit->pid, tid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return true;
    ssize_t got = read(fd, text, sizeof text - 1);
    close(fd);
    if (got <= 0) return true;
    text[got] = 0;
    const char *state = strrchr(text, ')');
    return state && (state[2] == 'Z' || state[2] == 'X');
}

// Stops the threads that are not stopped yet; *any: there was one.
static bool seize_new(Scanner *s, bool *any) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", s->jit->pid);
    DIR *folder = opendir(path);
    if (!folder) return false;
    *any = false;
    bool ok = true;
    for (const struct dirent *entry; ok && (entry = readdir(folder)) != NULL;) {
        pid_t tid = (pid_t)atoi(entry->d_name);
        if (tid <= 0 || is_known(s, tid)) continue;
        if (ptrace(PTRACE_SEIZE, tid, NULL, NULL) != 0) {
            ok = errno == ESRCH || is_dead(s, tid);
            continue;
        }
        *any = true;
        vec_push(&s->memory, &s->threads, (Stopped){.tid = tid});
        ptrace(PTRACE_INTERRUPT, tid, NULL, NULL); // fails if it has ended: the wait tells
    }
    closedir(folder);
    return ok;
}

static void drop_thread(Scanner *s, u32 at) {
    s->threads.at[at] = s->threads.at[--s->threads.count];
}

// Waits for one thread to stop or to end.
static bool wait_thread(Scanner *s, u32 at) {
    Stopped *thread = &s->threads.at[at];
    for (;;) {
        int status;
        pid_t got = waitpid(thread->tid, &status, __WALL | WNOHANG);
        if (got < 0 && errno != EINTR) {
            drop_thread(s, at);
            return true;
        }
        if (got == thread->tid) {
            if (WIFSTOPPED(status)) {
                thread->is_stopped = true;
                thread->signal = status >> 16 ? 0 : WSTOPSIG(status);
                return true;
            }
            if (thread->tid == s->jit->pid) { // the whole child
                s->jit->status = status;
                s->jit->reaped = true;
            }
            drop_thread(s, at);
            return !s->jit->reaped;
        }
        if (now_ns() > s->stop_by_ns) return false;
        struct timespec pause = {.tv_nsec = 20 * 1000};
        nanosleep(&pause, NULL);
    }
}

static bool stop_all(Scanner *s) {
    for (bool any = true; any;) {
        if (!seize_new(s, &any)) return false;
        for (u32 i = s->threads.count; i-- > 0;)
            if (!s->threads.at[i].is_stopped && !wait_thread(s, i)) return false;
    }
    return s->threads.count != 0;
}

static bool detach(const Stopped *thread) {
    void *signal = (void *)(intptr_t)thread->signal;
    return thread->is_stopped && ptrace(PTRACE_DETACH, thread->tid, NULL, signal) == 0;
}

// Lets the threads go. One that does not stop cannot be let go before it does (the kernel is busy
// with it), and one that was killed meanwhile must be waited for: the child does not end before.
// Its first thread is the last to end.
static void resume_all(Scanner *s) {
    for (u32 i = s->threads.count; i-- > 0;)
        if (detach(&s->threads.at[i])) drop_thread(s, i);
    s->stop_by_ns = UINT64_MAX;
    for (u32 first = 0; first < 2; first++) {
        for (u32 i = s->threads.count; i-- > 0;) {
            pid_t tid = s->threads.at[i].tid;
            if ((tid == s->jit->pid) != (first == 1)) continue;
            wait_thread(s, i);
            if (i < s->threads.count && s->threads.at[i].tid == tid) detach(&s->threads.at[i]);
        }
    }
}

// ---- registers ----------------------------------------------------------------------------------

// False when a thread is on its way to code that no word of its leads to: between a stub and the
// code of its slot, only the slot's number is known.
static bool look_at_registers(Scanner *s, u64 host_low, u64 host_high) {
    for (u32 i = 0; i < s->threads.count; i++) {
        struct user_regs_struct regs;
        if (ptrace(PTRACE_GETREGS, s->threads.at[i].tid, NULL, &regs) != 0) return false;
        if (regs.rip >= JIT_STUBS && regs.rip < JIT_CODE) return false;
        if (regs.rip >= host_low && regs.rip < host_high) return false;
        look_at(s, (const u64 *)&regs, sizeof regs / 8);
    }
    return true;
}

// ---- memory -------------------------------------------------------------------------------------

typedef struct Mapping {
    u64 from, end;
    bool is_writable, is_shared, is_code;
    char path[64]; // its beginning
} Mapping;

static bool look_at_pages(Scanner *s, const Mapping *mapping, u64 from, u64 count) {
    static const u32 chunk_bytes = CHUNK_PAGES * PAGE_BYTES;
    u64 mark = scratch_mark(&s->memory);
    u64 *words = scratch_take(&s->memory, chunk_bytes, 8);
    bool ok = true;
    for (u64 done = 0, bytes = count * PAGE_BYTES; ok && done < bytes;) {
        u64 want = min_u64(bytes - done, chunk_bytes);
        ssize_t got = pread(s->mem_fd, words, want, (off_t)(from + done));
        ok = got > 0;
        if (!ok) break;
        look_at(s, words, (u64)got / 8);
        s->bytes += (u64)got;
        done += (u64)got & ~7ull;
    }
    scratch_rewind(&s->memory, mark);
    return ok || mapping->is_shared; // a device's memory has no code addresses
}

// Pages that were never touched hold nothing; those of a file that nobody wrote to hold the file.
static bool look_at_mapping(Scanner *s, const Mapping *mapping) {
    u64 pages[CHUNK_PAGES];
    u64 count = (mapping->end - mapping->from) / PAGE_BYTES;
    for (u64 at = 0; at < count;) {
        u64 want = min_u64(count - at, CHUNK_PAGES);
        off_t where = (off_t)((mapping->from / PAGE_BYTES + at) * 8);
        ssize_t got = pread(s->pagemap_fd, pages, want * 8, where);
        if (got < 8) return false;
        u64 have = (u64)got / 8;
        for (u64 first = 0; first < have;) {
            u64 end = first;
            while (end < have && pages[end] & (PAGE_PRESENT | PAGE_SWAPPED) &&
                   (mapping->is_writable || !(pages[end] & PAGE_OF_FILE)))
                end++;
            if (end > first &&
                !look_at_pages(s, mapping, mapping->from + (at + first) * PAGE_BYTES, end - first))
                return false;
            first = end + 1;
        }
        at += have;
    }
    return true;
}

static bool parse_mapping(const char *line, Mapping *out) {
    char prot[8];
    *out = (Mapping){0};
    int got = sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s %*s %*s %*s %63s", &out->from, &out->end,
                     prot, out->path);
    if (got < 3) return false;
    out->is_writable = prot[1] == 'w';
    out->is_code = prot[2] == 'x';
    out->is_shared = prot[3] == 's';
    return true;
}

typedef VEC(Mapping) Mappings;

static bool read_mappings(Scanner *s, Mappings *out, u64 *host_low, u64 *host_high) {
    char path[64], line[4400], host[4096];
    snprintf(path, sizeof path, "/proc/%d/exe", s->jit->pid);
    ssize_t host_len = readlink(path, host, sizeof host - 1);
    if (host_len <= 0) return false;
    host[host_len] = 0;
    snprintf(path, sizeof path, "/proc/%d/maps", s->jit->pid);
    FILE *file = fopen(path, "re");
    if (!file) return false;
    u64 total = 0;
    bool found_host = false;
    while (fgets(line, sizeof line, file)) {
        Mapping mapping;
        if (!parse_mapping(line, &mapping)) continue;
        if (mapping.is_code && strstr(line, host)) {
            *host_low = mapping.from;
            *host_high = mapping.end;
            found_host = true;
        }
        bool ours = mapping.from >= JIT_BASE && mapping.from < JIT_DATA;
        if (ours || strncmp(mapping.path, "[v", 2) == 0) continue;
        if (mapping.is_shared && !mapping.is_writable) continue;
        total += mapping.end - mapping.from;
        vec_push(&s->memory, out, mapping);
    }
    fclose(file);
    return found_host && total <= MAPPED_BYTES_MAX;
}

static bool look_at_memory(Scanner *s, const Mappings *mappings) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/mem", s->jit->pid);
    s->mem_fd = open(path, O_RDONLY | O_CLOEXEC);
    snprintf(path, sizeof path, "/proc/%d/pagemap", s->jit->pid);
    s->pagemap_fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = s->mem_fd >= 0 && s->pagemap_fd >= 0;
    for (u32 i = 0; ok && i < mappings->count; i++)
        ok = look_at_mapping(s, &mappings->at[i]);
    if (s->mem_fd >= 0) close(s->mem_fd);
    if (s->pagemap_fd >= 0) close(s->pagemap_fd);
    return ok;
}

static bool is_between(const Jit *jit) {
    return __atomic_load_n(&jit->control->compiling, __ATOMIC_SEQ_CST) != 0 ||
           __atomic_load_n(&jit->control->forks, __ATOMIC_SEQ_CST) != 0;
}

bool jit_scan(Jit *jit, JitAddr low, JitAddr high, JitWord *found, void *cx, JitScan *out) {
    *out = (JitScan){0};
    if (jit->reaped || !jit->going) return false;
    Scanner s = {.jit = jit, .low = low, .high = high, .found = found, .cx = cx};
    scratch_init(&s.memory);
    u64 begin = now_ns();
    s.stop_by_ns = begin + (u64)STOP_MS_MAX * 1000000;
    u64 host_low = 0, host_high = 0;
    Mappings mappings = {0};
    bool ok = stop_all(&s) && !is_between(jit) &&
              read_mappings(&s, &mappings, &host_low, &host_high) &&
              look_at_registers(&s, host_low, host_high) && look_at_memory(&s, &mappings);
    resume_all(&s);
    out->stopped_ns = now_ns() - begin;
    out->bytes = s.bytes;
    scratch_deinit(&s.memory);
    return ok;
}
