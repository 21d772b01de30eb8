// The heap of query results: blobs that come and go while everything else only grows.
//
// One reserved range; a block is named by its distance from the start in units of 16 bytes, so a
// name is a u32 and the range spans 64 GB. Blocks of one size class (four per doubling) share a
// free list. A block never moves. Block 0 is the empty result: its address is not NULL.

#ifndef RAC_QUERY_HEAP_H
#define RAC_QUERY_HEAP_H

#include "base/image.h"

enum { HEAP_UNIT_BYTES = 16, HEAP_CLASS_COUNT = 128 };

typedef struct Heap {
    u8 *base; // owned: a reserved range
    u64 used; // bytes handed out from the front
    u32 free_first[HEAP_CLASS_COUNT];
} Heap;

void heap_init(Heap *heap);
void heap_deinit(Heap *heap);
void heap_image(Heap *heap, Image *image);

// A block of `bytes` (0 gives block 0), its contents undefined.
u32 heap_take(Heap *heap, u32 bytes);
// Whether a block taken for `old` bytes is the one that `bytes` would get.
bool heap_has_room(u32 block, u32 old, u32 bytes);
// `bytes` as given to heap_take.
void heap_give(Heap *heap, u32 block, u32 bytes);
static inline void *heap_at(const Heap *heap, u32 block) {
    return heap->base + (u64)block * HEAP_UNIT_BYTES;
}

#endif
