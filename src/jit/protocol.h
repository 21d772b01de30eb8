// What the compiler and the host share: the address map, the control block, the request ring.
//
// One memfd holds everything the program's code consists of. The compiler maps it all read-write at
// an address of its own; the host maps each part at the fixed address below, with the protection
// below. All of it lies within 2 GB, so rel32 reaches from any part to any other, and below 2 GB,
// so an address fits a zero-extended 32-bit immediate.
//
//     address       part                      in the host
//     0x0c000000    control block, ring       read-write, shared
//     0x0d000000    unwind rows               read,       shared
//     0x0f000000    initial image of TLS      read,       shared
//     0x10000000    slots, 8 bytes each       read,       shared
//     0x12000000    stubs, 32 bytes each      read-exec,  shared
//     0x16000000    code                      read-exec,  shared
//     0x30000000    read-only data            read,       shared
//     0x50000000    data (statics)            read-write, private (copy on write)
//     0x70000000    end
//
// The second half of a stub is the function's thunk: `jmp [slot]`. Its address never changes, so it
// is what a pointer to the function is.
//
// A slot that is not compiled yet holds the address of its stub: `push slot; jmp [0x10000000]`,
// where slot 0 holds the host's host_stub_common. That saves every argument register, puts the
// slot's number into the ring, wakes the compiler and sleeps (futex) on the low half of the slot
// until it is no longer the stub's address. Any number of threads may do so at once.
//
// Unwind rows are sorted by code address; the host answers _Unwind_Find_FDE from them, so nothing
// is ever registered and nothing needs a lock: `unwind_turn` is odd while rows move, and who read
// meanwhile reads again.

#ifndef RAC_JIT_PROTOCOL_H
#define RAC_JIT_PROTOCOL_H

#include <stdint.h>

#define JIT_BASE           0x0c000000u
#define JIT_CONTROL        0x0c000000u
#define JIT_UNWIND         0x0d000000u
#define JIT_TLS_IMAGE      0x0f000000u
#define JIT_SLOTS          0x10000000u
#define JIT_STUBS          0x12000000u
#define JIT_CODE           0x16000000u
#define JIT_RODATA         0x30000000u
#define JIT_DATA           0x50000000u
#define JIT_END            0x70000000u
#define JIT_SLOT_BYTES     8u
#define JIT_STUB_BYTES     32u
#define JIT_THUNK_AT       16u // in the stub
#define JIT_SLOT_MAX       ((JIT_CODE - JIT_STUBS) / JIT_STUB_BYTES)
#define JIT_UNWIND_ROW_MAX ((JIT_TLS_IMAGE - JIT_UNWIND) / (uint32_t)sizeof(JitUnwindRow))
#define JIT_TLS_MAX        0x01000000u
#define JIT_RING_CELLS     4096u
#define JIT_MAIL_BYTES     (256u * 1024)
#define JIT_SLOT_NAMES     0xffffffffu   // in the ring: a backtrace wants names (jit_give_names)
#define JIT_PROTOCOL       0x72616335u   // changes with this file
#define JIT_HOST_ENV       "RAC_HOST_FD" // the memfd's number; the host takes it out of environ

typedef struct JitUnwindRow {
    uint32_t code;     // first address
    uint32_t code_end; // first address after
    uint32_t fde;      // address of the FDE in read-only data
} JitUnwindRow;

// The ring: a bounded queue of many writers (threads of the program) and one reader. `turn` of
// cell i starts as i; a writer with ticket t waits for turn == t, stores, sets t + 1; the reader
// sets t + JIT_RING_CELLS.
typedef struct JitCell {
    uint32_t turn;
    uint32_t slot;
} JitCell;

typedef enum JitMailOp {
    JIT_MAIL_NONE,
    JIT_MAIL_RESOLVE, // payload: names, each ended by 0; answer: one u64 address each, 0 if absent
    JIT_MAIL_OPEN,    // payload: path of a shared library; result 1, or 0 with dlerror's text
    JIT_MAIL_WRITE,   // arg0: address; payload of `bytes` is copied there
    JIT_MAIL_CALL,    // arg0: address of a void function (constructors)
    JIT_MAIL_READ,    // arg0: address, arg1: bytes; answer: the bytes
} JitMailOp;

typedef enum JitState {
    JIT_STARTING,
    JIT_READY,  // the host has loaded std; answers mail
    JIT_GO,     // set by the compiler: `entry` is to be called
    JIT_FAILED, // the host could not start: `mail` holds the text
} JitState;

typedef enum JitStop {
    JIT_STOP_NONE,
    JIT_STOP_FAILED, // code cannot be made: told already
    JIT_STOP_ENDED,  // the program has ended; processes that it forked may be left
} JitStop;

typedef struct JitControl {
    uint32_t protocol;
    uint32_t compiler_pid;
    uint32_t state; // JitState; futex
    uint32_t stop;  // set by the compiler, JitStop: threads that wait for code end the process
    uint64_t entry; // isize (*)(int argc, char **argv)
    uint64_t stub_common;
    uint64_t std_base; // load address of the std shared object
    uint64_t std_tls_module;
    uint64_t tls_get;      // host_tls_get: takes a JitTlsIndex *, answers the variable's address
    uint32_t tls_bytes;    // of the initial image, grows
    uint32_t unwind_count; // rows; released after the row is written
    uint32_t unwind_turn;
    uint32_t compiling; // threads between a stub and the code of its slot
    uint32_t forks;     // children of the program that share the code
    char std_path[4096];
    uint32_t names_state; // 0 not wanted yet, 1 asked for, 2 answered; futex
    char names_path[60];  // "" or a file to read the names of the code from

    uint32_t mail_state; // 0 free, 1 asked, 2 answered; futex
    uint32_t mail_op;
    uint32_t mail_bytes;
    uint32_t mail_result;
    uint64_t mail_arg[2];

    uint32_t doorbell
        __attribute__((aligned(64))); // futex: counts what the compiler should look at
    uint32_t compiler_sleeps;         // else it looks at the doorbell by itself: no need to wake it
    uint32_t ring_head __attribute__((aligned(64))); // next ticket
    JitCell ring[JIT_RING_CELLS] __attribute__((aligned(64)));
    uint8_t mail[JIT_MAIL_BYTES];
} JitControl;

// What a thread-local variable of JIT code is accessed with: the same shape and call as
// __tls_get_addr's, so that code differs only in the function it calls.
typedef struct JitTlsIndex {
    uint64_t module; // unused for host_tls_get
    uint64_t offset;
} JitTlsIndex;

#endif
