// Map: u64 keys to u32 values in open addressing. Interner: byte rows to dense ids.
//
// A Map's memory is on the heap (or mapped from an image, until it grows), owned by the Map. Key 0
// is allowed. Values are never 0 (map_get answers 0 for an absent key). An Interner numbers
// distinct rows of bytes from 1 on; equal rows get equal ids, and a row never moves.

#ifndef RAC_BASE_MAP_H
#define RAC_BASE_MAP_H

#include "base/table.h"

typedef struct MapSlot {
    u64 key;
    u32 value; // 0: empty slot
} MapSlot;

typedef struct Map {
    MapSlot *slots; // owned
    u32 count;
    u32 cap;        // a power of two, or 0
    bool is_mapped; // slots are of an image (base/image.h), not of the heap
} Map;

void map_deinit(Map *map);
u32 map_get(const Map *map, u64 key);       // 0 if absent
void map_set(Map *map, u64 key, u32 value); // value != 0; replaces
void map_clear(Map *map);                   // keeps the memory

// Ids of rows of any length. Rows are 8-byte aligned.
typedef struct Interner {
    Table rows;  // InternRow: where the bytes lie
    Table bytes; // u64 words
    u64 *slots;  // owned: open-addressed; a row's hash and, in the low half, its id
    u64 *recent; // owned: slots that were found last, by hash; NULL until the first was
    u32 slot_cap;
    u32 row_len;    // of every row; 0: they differ
    bool is_mapped; // as in a Map
} Interner;

void interner_init(Interner *interner);
void interner_init_rows(Interner *interner, u32 row_len); // all rows have this length
void interner_deinit(Interner *interner);
void interner_free_slots(Interner *interner); // for who puts others in their place
u32 intern(Interner *interner, const void *bytes, u32 len);
u32 intern_find(const Interner *interner, const void *bytes, u32 len); // 0 if it was never interned
const void *intern_bytes(const Interner *interner, u32 id, u32 *len);  // len may be NULL
// The same of an interner whose rows all have the length `row_len`.
static inline const void *intern_row(const Interner *interner, u32 id, u32 row_len) {
    return interner->bytes.rows + (1 + (size_t)(id - 1) * ((row_len + 7) / 8)) * sizeof(u64);
}
static inline u32 intern_count(const Interner *interner) {
    return interner->rows.count;
}

u64 hash_bytes(const void *bytes, u64 len);
// So long that no two things are ever taken for one.
typedef struct BlobHash {
    u64 low, high;
} BlobHash;
BlobHash hash_bytes_128(const void *bytes, u64 len);
static inline u64 hash_mix(u64 a, u64 b) {
    u128 product = (u128)(a ^ 0x9e3779b97f4a7c15ull) * (b ^ 0xd6e8feb86659fd93ull);
    return (u64)product ^ (u64)(product >> 64);
}
static inline u64 pack_u64(u32 high, u32 low) {
    return (u64)high << 32 | low;
}

#endif
