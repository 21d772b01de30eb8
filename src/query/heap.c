#include "query/heap.h"

#include <sys/mman.h>

static const u64 RESERVED_BYTES = 64ull << 30;
enum {
    PAGE_BYTES = 4096,
    RETURN_BYTES_MIN = 1 << 20, // a freed block this large gives its pages back
};

void heap_init(Heap *heap) {
    void *base = mmap(NULL, RESERVED_BYTES, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    CHECK(base != MAP_FAILED);
    madvise(base, RESERVED_BYTES, MADV_HUGEPAGE); // page faults would cost more than the results
    *heap = (Heap){.base = base, .used = HEAP_UNIT_BYTES};
}

void heap_deinit(Heap *heap) {
    if (heap->base) munmap(heap->base, RESERVED_BYTES);
    *heap = (Heap){0};
}

void heap_image(Heap *heap, Image *image) {
    image_bytes(image, &heap->used, sizeof heap->used);
    image_bytes(image, heap->free_first, sizeof heap->free_first);
    if (image_failed(image)) return;
    if (heap->used <= RESERVED_BYTES)
        image_range(image, heap->base, heap->used);
    else
        image->failed = true;
}

// Units 1..8 have a class each; above, four classes per doubling: 8 10 12 14 16 20 24 28 32 ...
static u32 size_class(u32 units) {
    if (units <= 8) return units;
    u32 exponent = 31u - (u32)__builtin_clz(units - 1); // 2^exponent < units <= 2^(exponent+1)
    u32 step = 1u << (exponent - 2);
    u32 quarter = (units - 1 - (1u << exponent)) / step; // 0..3
    return 9 + (exponent - 3) * 4 + quarter;
}

static u64 class_units(u32 class) {
    if (class <= 8) return class;
    u32 exponent = 3 + (class - 9) / 4;
    return (1ull << exponent) + (u64)((class - 9) % 4 + 1) * (1ull << (exponent - 2));
}

static u32 class_of_bytes(u32 bytes) {
    return size_class((u32)(((u64)bytes + HEAP_UNIT_BYTES - 1) / HEAP_UNIT_BYTES));
}

u32 heap_take(Heap *heap, u32 bytes) {
    if (bytes == 0) return 0;
    u32 class = class_of_bytes(bytes);
    u32 block = heap->free_first[class];
    if (block) {
        memcpy(&heap->free_first[class], heap_at(heap, block), sizeof(u32));
        return block;
    }
    u64 want = class_units(class) * HEAP_UNIT_BYTES;
    DCHECK(want >= bytes);
    CHECK(want <= RESERVED_BYTES - heap->used);
    block = (u32)(heap->used / HEAP_UNIT_BYTES);
    heap->used += want;
    return block;
}

bool heap_has_room(u32 block, u32 old, u32 bytes) {
    return block != 0 && bytes != 0 && class_of_bytes(old) == class_of_bytes(bytes);
}

void heap_give(Heap *heap, u32 block, u32 bytes) {
    if (block == 0) return;
    u8 *at = heap_at(heap, block);
#ifdef RAC_HOSTILE
    memset(at, 0xdd, bytes);
#endif
    if (bytes >= RETURN_BYTES_MIN) {
        u8 *first = (u8 *)align_up((u64)(uintptr_t)at, PAGE_BYTES);
        u8 *end = (u8 *)((uintptr_t)(at + bytes) & ~(uintptr_t)(PAGE_BYTES - 1));
        madvise(first, (size_t)(end - first), MADV_DONTNEED);
    }
    u32 class = class_of_bytes(bytes);
    memcpy(at, &heap->free_first[class], sizeof(u32));
    heap->free_first[class] = block;
}
