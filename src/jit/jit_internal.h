// Private to jit/: the Jit itself.

#ifndef RAC_JIT_JIT_INTERNAL_H
#define RAC_JIT_JIT_INTERNAL_H

#include "base/map.h"
#include "base/scratch.h"
#include "jit/jit.h"
#include "jit/protocol.h"
#include "link/elf_read.h"

#include <pthread.h>
#include <signal.h>
#include <sys/types.h>

// One symbol the program asked for, by the id of its name.
typedef struct JitSymbolRow {
    u64 address;
    u32 known; // 1: address is set (0: absent)
    JitAddr cell;
    JitAddr tls_pair;
} JitSymbolRow;

// A part of the shared memory that is handed out. Its holes are sorted, and none touches another.
typedef struct JitHole {
    JitAddr at;
    u32 bytes;
} JitHole;
typedef struct JitRegion {
    JitAddr next, end; // never handed out yet
    VEC(JitHole) holes;
} JitRegion;

struct Jit {
    u8 *memory; // owned: all of the shared memory, read-write
    int fd;     // owned: the memfd
    JitControl *control;
    pid_t pid;
    bool reaped; // the child was waited for; `status` holds
    int status;  // wait status
    bool going;
    u32 cpu_count;
    bool asked; // the common symbols have been asked for

    JitRegion code, rodata, data;
    Scratch holes_memory; // owned
    u32 slot_count;
    u32 ring_tail;

    Interner names;
    Table symbols; // JitSymbolRow by id of `names`
    ElfShared std; // owned: its symbol table, for addresses without asking the child
    JitAddr tls_get_cell;

    // The watcher: a thread that passes signals on and sees the child's end.
    bool watching;
    pthread_t watcher;
    int pidfd, signal_fd, quit_fd;
    int names_fd; // owned: the file of jit_give_names, or -1
    sigset_t mask_before;
    u32 ended;       // atomic: set by the watcher
    u32 interrupted; // atomic: set by jit_interrupt
};

void jit_region_init(JitRegion *region, JitAddr from, JitAddr end);

// Waits while *at == value, until the child ends: then false, with `error` filled.
bool jit_wait_child(Jit *jit, u32 *at, u32 value, LinkError *error);

#endif
