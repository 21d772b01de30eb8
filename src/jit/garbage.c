// Freeing code that has been replaced. run.h has the rules.
//
// Replaced code is entered only through return addresses and interrupted instructions (jit/scan.h
// finds these), and through slots. A slot belongs to one function for good; but when a function
// changed its identity it got a new slot, and what the old one leads to is alive as long as code
// calls through it. That is found by looking for the slot's address in the bytes of all code.

#include "jit/run_internal.h"
#include "jit/scan.h"

#include <stdlib.h>

// In which order code addresses are looked up.
static int compare_old(const void *a, const void *b) {
    const OldCode *x = a, *y = b;
    return x->placed.code < y->placed.code ? -1 : x->placed.code > y->placed.code;
}

typedef struct Collect {
    JitRun *run;
    Scratch *scratch;
    OldCode *old; // sorted by code
    u32 count;
    U32Vec work; // that are alive, and whose own calls are still to be looked at
} Collect;

static void mark(Collect *c, u32 at) {
    if (c->old[at].is_alive) return;
    c->old[at].is_alive = true;
    vec_push(c->scratch, &c->work, at);
}

// The first piece that ends at `word` or after it; a call may be a function's last instruction, so
// its return address is the end.
static u32 first_at(const Collect *c, JitAddr word) {
    u32 low = 0, high = c->count;
    while (low < high) {
        u32 mid = low + (high - low) / 2;
        const JitPlaced *placed = &c->old[mid].placed;
        if (placed->code + placed->code_bytes < word)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static void found_word(void *cx, JitAddr word) {
    Collect *c = cx;
    for (u32 i = first_at(c, word); i < c->count && c->old[i].placed.code <= word; i++)
        mark(c, i);
}

static void mark_slot(Collect *c, JitAddr slot) {
    for (u32 i = 0; i < c->count; i++)
        if (c->old[i].slot && jit_slot_addr(c->old[i].slot) == slot) mark(c, i);
}

// Slots that the code from `from` to `end` calls through: what looks like `call [rip + disp32]`.
static void mark_called(Collect *c, JitAddr from, JitAddr end) {
    const u8 *bytes = jit_at(c->run->jit, from);
    for (u32 i = 0; i + 4 <= end - from; i++) {
        u32 disp;
        memcpy(&disp, bytes + i, 4);
        JitAddr to = from + i + 4 + disp;
        if (to >= JIT_SLOTS && to < JIT_STUBS && to % JIT_SLOT_BYTES == 0) mark_slot(c, to);
    }
}

// All code that is not old keeps alive what it calls.
static void mark_called_by_new(Collect *c) {
    JitAddr from = JIT_CODE;
    for (u32 i = 0; i < c->count; i++) {
        mark_called(c, from, c->old[i].placed.code);
        from = c->old[i].placed.code + c->old[i].placed.code_bytes;
    }
    mark_called(c, from, jit_code_end(c->run->jit));
}

static bool any_slot(const Collect *c) {
    for (u32 i = 0; i < c->count; i++)
        if (c->old[i].slot) return true;
    return false;
}

static u64 bytes_of(const JitPlaced *placed) {
    return (u64)placed->code_bytes + placed->unwind_bytes;
}

// Frees what is not alive, and keeps the list of the rest.
static void sweep(Collect *c, JitCollected *out) {
    JitRun *run = c->run;
    JitAddr *codes = SCRATCH_ARRAY(c->scratch, JitAddr, c->count);
    u32 freed = 0, kept = 0;
    for (u32 i = 0; i < c->count; i++)
        if (!c->old[i].is_alive) codes[freed++] = c->old[i].placed.code;
    jit_forget_frames(run->jit, codes, freed);
    for (u32 i = 0; i < c->count; i++) {
        OldCode old = c->old[i];
        if (old.is_alive) {
            old.is_alive = false;
            out->kept_bytes += bytes_of(&old.placed);
            run->old.at[kept++] = old;
        } else {
            out->freed_bytes += bytes_of(&old.placed);
            jit_unload_fn(run->jit, &old.placed);
        }
    }
    run->old.count = kept;
}

void run_retire(JitRun *run, const RunRow *row, u32 slot_now) {
    bool has_own_slot = row->code_slot != slot_now;
    // A pointer to the function may be anywhere: it leads to the code for good.
    if (has_own_slot && jit_loader_has_thunk(&run->loader, row->code_slot)) return;
    OldCode old = {.placed = row->placed, .slot = has_own_slot ? row->code_slot : 0};
    vec_push(&run->rows_memory, &run->old, old);
    run->old_bytes += bytes_of(&row->placed);
}

bool jit_run_collect(JitRun *run, bool always, JitCollected *out) {
    *out = (JitCollected){0};
    if (run->old.count == 0 || (!always && run->old_bytes < run->old_limit)) return false;
    u64 mark_before = scratch_mark(&run->work);
    Collect c = {.run = run, .scratch = &run->work, .count = run->old.count};
    c.old = SCRATCH_ARRAY(&run->work, OldCode, c.count);
    memcpy(c.old, run->old.at, c.count * sizeof *c.old);
    qsort(c.old, c.count, sizeof *c.old, compare_old);
    JitScan scan;
    const JitPlaced *last = &c.old[c.count - 1].placed;
    bool ok = jit_scan(run->jit, c.old[0].placed.code, last->code + last->code_bytes, found_word,
                       &c, &scan);
    out->stopped_ns = scan.stopped_ns;
    if (ok) {
        if (any_slot(&c)) mark_called_by_new(&c);
        while (c.work.count) {
            const JitPlaced placed = c.old[vec_pop(&c.work)].placed;
            mark_called(&c, placed.code, placed.code + placed.code_bytes);
        }
        sweep(&c, out);
        run->old_bytes = out->kept_bytes;
    }
    // What could not be done now is tried again when there is more to gain by it.
    u64 more = max_u64(RUN_OLD_BYTES_MIN, ok ? scan.bytes / RUN_OLD_SHARE : run->old_bytes);
    run->old_limit = run->old_bytes + more;
    scratch_rewind(&run->work, mark_before);
    return ok;
}
