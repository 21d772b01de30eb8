// The parts of the shared memory: handed out upwards, what was given back first.

#include "jit/jit_internal.h"

enum { TRAP = 0xcc }; // int3

void jit_region_init(JitRegion *region, JitAddr from, JitAddr end) {
    *region = (JitRegion){.next = from, .end = end};
}

static JitAddr take_hole(Jit *jit, JitRegion *region, u32 at, u64 bytes, u32 align) {
    JitHole hole = region->holes.at[at];
    u64 from = align_up(hole.at, align), end = hole.at + (u64)hole.bytes;
    if (from + bytes > end) return 0;
    JitHole before = {hole.at, (u32)(from - hole.at)};
    JitHole after = {(u32)(from + bytes), (u32)(end - from - bytes)};
    if (before.bytes && after.bytes) {
        vec_push(&jit->holes_memory, &region->holes, after);
        for (u32 i = region->holes.count - 1; i > at + 1; i--)
            region->holes.at[i] = region->holes.at[i - 1];
        region->holes.at[at] = before;
        region->holes.at[at + 1] = after;
    } else if (before.bytes || after.bytes) {
        region->holes.at[at] = before.bytes ? before : after;
    } else {
        region->holes.count--;
        for (u32 i = at; i < region->holes.count; i++)
            region->holes.at[i] = region->holes.at[i + 1];
    }
    memset(jit_at(jit, (JitAddr)from), 0, bytes);
    return (JitAddr)from;
}

static JitAddr region_take(Jit *jit, JitRegion *region, u64 bytes, u32 align) {
    DCHECK(is_pow2(align));
    for (u32 i = 0; i < region->holes.count; i++) {
        JitAddr at = take_hole(jit, region, i, bytes, align);
        if (at) return at;
    }
    u64 at = align_up(region->next, align);
    if (bytes > region->end || at + bytes > region->end) return 0;
    region->next = (JitAddr)(at + bytes);
    return (JitAddr)at;
}

static void give_hole(Jit *jit, JitRegion *region, JitHole hole) {
    if (hole.bytes == 0) return;
    u32 at = region->holes.count;
    while (at > 0 && region->holes.at[at - 1].at > hole.at)
        at--;
    JitHole *before = at > 0 ? &region->holes.at[at - 1] : NULL;
    if (before && before->at + before->bytes == hole.at) {
        before->bytes += hole.bytes;
        hole = *before;
        at--;
    } else {
        vec_push(&jit->holes_memory, &region->holes, hole);
        for (u32 i = region->holes.count - 1; i > at; i--)
            region->holes.at[i] = region->holes.at[i - 1];
        region->holes.at[at] = hole;
    }
    if (at + 1 == region->holes.count) return;
    JitHole after = region->holes.at[at + 1];
    if (hole.at + hole.bytes != after.at) return;
    region->holes.at[at].bytes += after.bytes;
    region->holes.count--;
    for (u32 i = at + 1; i < region->holes.count; i++)
        region->holes.at[i] = region->holes.at[i + 1];
}

void jit_free_code(Jit *jit, JitAddr at, u32 bytes) {
    CHECK(at >= JIT_CODE && at + bytes <= jit->code.next);
    memset(jit_at(jit, at), TRAP, bytes); // who comes here after all shall not go far
    give_hole(jit, &jit->code, (JitHole){at, bytes});
}

JitAddr jit_code_end(const Jit *jit) {
    return jit->code.next;
}

void jit_free_rodata(Jit *jit, JitAddr at, u32 bytes) {
    CHECK(at >= JIT_RODATA && at + bytes <= jit->rodata.next);
    give_hole(jit, &jit->rodata, (JitHole){at, bytes});
}

JitAddr jit_alloc_code(Jit *jit, u64 bytes, u32 align) {
    return region_take(jit, &jit->code, bytes, align);
}

JitAddr jit_alloc_rodata(Jit *jit, u64 bytes, u32 align) {
    return region_take(jit, &jit->rodata, bytes, align);
}

JitAddr jit_alloc_data(Jit *jit, u64 bytes, u32 align) {
    return region_take(jit, &jit->data, bytes, align);
}
