// The JIT: writes machine code into memory shared with a child process (the host) and serves it
// until the child exits. See jit/protocol.h for the address map.
//
// Addresses given out are the child's (below 2 GB, fixed); jit_at turns one into the compiler's own
// pointer for writing. The compiler never executes the code; the child can never write it.
//
// Order: jit_start; allocate, write and publish code (the child loads std meanwhile); jit_go with
// the entry; jit_serve until the child ends; jit_free. From jit_go on, signals to rac are taken for
// the child: rac's other threads must have INT, TERM, HUP, QUIT, USR1 and USR2 blocked. The thread
// that called jit_start must live as long as the child (the kernel ends the child with it).
// All calls from one thread, but jit_at,
// jit_publish and jit_interrupt, which any thread may use.

#ifndef RAC_JIT_JIT_H
#define RAC_JIT_JIT_H

#include "base/scratch.h"
#include "jit/protocol.h"
#include "link/error.h"

typedef struct Jit Jit;
typedef u32 JitAddr; // an address in the child

typedef struct JitOptions {
    const char *host_path;   // NULL: looked for beside rac's own executable
    const char *std_path;    // the std shared object (link_std_shared)
    char *const *argv;       // the program's: argv[0] is its name; ends with NULL
    char *const *envp;       // NULL: rac's own environment
    const char *const *libs; // further shared libraries to load, may be NULL
    u32 lib_count;
} JitOptions;

Jit *jit_start(const JitOptions *options, LinkError *error); // NULL on error
void jit_free(Jit *jit);                                     // kills the child if it still runs

void *jit_at(Jit *jit, JitAddr at);

// Memory in the child. Zeroed. align is a power of two of at most 4096. 0 when the region is full.
JitAddr jit_alloc_code(Jit *jit, u64 bytes, u32 align);
JitAddr jit_alloc_rodata(Jit *jit, u64 bytes, u32 align);
// Gives memory back, all of a piece that was handed out or a part of it. Nothing may lead there any
// more (jit/scan.h).
void jit_free_code(Jit *jit, JitAddr at, u32 bytes);
JitAddr jit_code_end(const Jit *jit); // of all that was ever handed out
void jit_free_rodata(Jit *jit, JitAddr at, u32 bytes);
// A static. Its first value goes in by jit_write_data, once, before code that uses it is published.
JitAddr jit_alloc_data(Jit *jit, u64 bytes, u32 align);
void jit_write_data(Jit *jit, JitAddr at, const void *bytes, u64 len);

// Functions called through slots: code does `call [jit_slot_addr(slot)]`. A new slot holds a stub
// that asks jit_serve's callback for the code at its first call.
u32 jit_slot_new(Jit *jit);
JitAddr jit_slot_addr(u32 slot);
// A function pointer to a function behind a slot: a fixed address that jumps through the slot for
// good, also after later patches.
JitAddr jit_slot_thunk(u32 slot);
void jit_publish(Jit *jit, u32 slot, JitAddr code);
bool jit_slot_published(Jit *jit, u32 slot);

// Symbols of std, libc and the loaded libraries: the address in the child (any 64-bit address), or
// 0. Waits until the child has loaded std, at the first call.
u64 jit_symbol_address(Jit *jit, Str name);
// An 8-byte cell holding that address (`call [cell]`, `mov rax, [cell]`), one per name; 0 if
// absent.
JitAddr jit_symbol_cell(Jit *jit, Str name);
// Thread-locals of std: the cell pair for __tls_get_addr ({module, offset}); 0 if absent.
JitAddr jit_tls_symbol(Jit *jit, Str name);
// Thread-locals of JIT code. The pair goes to the function of jit_tls_get_cell, called like
// __tls_get_addr: pair in rdi, address in rax, C's call-clobbered registers lost.
JitAddr jit_tls_new(Jit *jit, const void *image, u64 bytes, u32 align);
JitAddr jit_tls_get_cell(Jit *jit);
JitAddr jit_tls_get_addr_cell(Jit *jit); // __tls_get_addr

// Makes the FDEs of a piece of .eh_frame (in read-only data, relocated; a zero terminator is
// allowed) known to the unwinder. pc-relative and absolute encodings of up to 8 bytes.
bool jit_register_frames(Jit *jit, JitAddr eh_frame, u64 bytes, LinkError *error);

// Makes the unwinder forget the functions at these addresses (sorted upwards).
void jit_forget_frames(Jit *jit, const JitAddr *codes, u32 count);

bool jit_load_library(Jit *jit, const char *path, LinkError *error);
// Runs a `void f(void)` in the child, on its service thread (initialisers).
bool jit_call(Jit *jit, JitAddr code, LinkError *error);

// Makes the program's own functions what std allocates with (#[global_allocator]): alloc, dealloc,
// realloc, alloc_zeroed. Before jit_go; std must be one with LINK_STD_OWN_ALLOCATOR.
bool jit_set_allocator(Jit *jit, const u64 functions[4], LinkError *error);

// Names of functions for backtraces. Called from the compile callback, when it is asked for slot
// JIT_SLOT_NAMES (its answer does not matter then).
typedef struct JitName {
    JitAddr code;
    u32 bytes;
    Str name; // mangled: std demangles v0
} JitName;
void jit_give_names(Jit *jit, const JitName *names, u32 count);

// Starts the program: `entry` is isize entry(int argc, char **argv) in C's ABI, called on the
// child's main thread; its result is the exit status.
bool jit_go(Jit *jit, JitAddr entry, LinkError *error);

// Compiles one slot: publish its code and answer true; false after a diagnostic was printed: then
// the child is ended.
typedef bool JitCompile(void *cx, Jit *jit, u32 slot);

typedef enum JitEnd {
    JIT_END_EXITED,      // status is the exit status
    JIT_END_SIGNALED,    // status is the signal
    JIT_END_COMPILE,     // a function failed to compile: the child was ended
    JIT_END_INTERRUPTED, // jit_interrupt was called; the child runs on
    JIT_END_TIMEOUT,
} JitEnd;
typedef struct JitResult {
    JitEnd end;
    int status;
} JitResult;

// Answers the child's requests until one of the ends above. timeout_ms < 0: none. Signals sent to
// rac meanwhile (INT, TERM, HUP, QUIT, USR1, USR2) go to the child; those the terminal sends to
// both are left to the child; that it has gone is told to rac alone, and goes to the child. Those
// that the caller had blocked before jit_go are the caller's.
JitResult jit_serve(Jit *jit, JitCompile *compile, void *cx, int timeout_ms);
void jit_interrupt(Jit *jit); // makes jit_serve return; from any thread
void jit_kill(Jit *jit, int signal);
int jit_pid(const Jit *jit);

// What rac itself should do to end as its child did: exits, or raises the same signal.
_Noreturn void jit_end_like(JitResult result);

#endif
