// Looking at the child: which addresses of code its threads and its memory hold.
//
// The child is stopped by ptrace, so that it needs to do nothing for it, whatever signals it blocks
// and whatever its threads wait for; then every word of its registers and of its memory is looked
// at. A word that only looks like an address counts as one. Return addresses, interrupted
// instructions and stacks that no thread runs on at the moment lie in it, whoever made them.

#ifndef RAC_JIT_SCAN_H
#define RAC_JIT_SCAN_H

#include "jit/jit.h"

typedef void JitWord(void *cx, JitAddr word);

typedef struct JitScan {
    u64 bytes; // of memory that was looked at
    u64 stopped_ns;
} JitScan;

// Calls `found` for each word from `low` to `high`, both included. False: not all could be seen (a
// debugger has the child, it has forked, it is about to jump, it holds too much memory): what was
// found proves nothing.
bool jit_scan(Jit *jit, JitAddr low, JitAddr high, JitWord *found, void *cx, JitScan *out);

#endif
