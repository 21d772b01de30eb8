#include "base/map.h"

#include <stdlib.h>
#include <sys/mman.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

u64 hash_bytes(const void *bytes, u64 len) {
    return XXH3_64bits(bytes, (size_t)len);
}

BlobHash hash_bytes_128(const void *bytes, u64 len) {
    XXH128_hash_t hash = XXH3_128bits(bytes, (size_t)len);
    return (BlobHash){hash.low64, hash.high64};
}

static void free_slots(void *slots, size_t bytes, bool is_mapped) {
    if (is_mapped)
        munmap(slots, bytes);
    else
        free(slots);
}

void map_deinit(Map *map) {
    free_slots(map->slots, map->cap * sizeof(MapSlot), map->is_mapped);
    *map = (Map){0};
}

static MapSlot *map_slot(const Map *map, u64 key) {
    u32 mask = map->cap - 1;
    for (u32 at = (u32)hash_mix(key, 1) & mask;; at = (at + 1) & mask) {
        MapSlot *slot = &map->slots[at];
        if (slot->value == 0 || slot->key == key) return slot;
    }
}

u32 map_get(const Map *map, u64 key) {
    return map->cap ? map_slot(map, key)->value : 0;
}

void map_set(Map *map, u64 key, u32 value) {
    CHECK(value != 0);
    if ((u64)map->count * 4 >= (u64)map->cap * 3) {
        Map grown = {.cap = map->cap ? map->cap * 2 : 16, .count = map->count};
        grown.slots = calloc(grown.cap, sizeof(MapSlot));
        CHECK(grown.slots);
        for (u32 i = 0; i < map->cap; i++)
            if (map->slots[i].value) *map_slot(&grown, map->slots[i].key) = map->slots[i];
        free_slots(map->slots, map->cap * sizeof(MapSlot), map->is_mapped);
        *map = grown;
    }
    MapSlot *slot = map_slot(map, key);
    if (slot->value == 0) map->count++;
    *slot = (MapSlot){key, value};
}

void map_clear(Map *map) {
    if (map->cap) memset(map->slots, 0, map->cap * sizeof(MapSlot));
    map->count = 0;
}

typedef struct InternRow {
    u32 first; // into bytes, in words
    u32 len;   // in bytes
} InternRow;

enum {
    INTERN_ROWS_MAX = 1 << 26,
    INTERN_WORDS_MAX = 1 << 28,
    // What is asked for again soon is found in a table that the processor's first cache holds.
    RECENT_SLOTS = 1 << 10,
};

void interner_init(Interner *interner) {
    *interner = (Interner){0};
    table_init(&interner->rows, sizeof(InternRow), INTERN_ROWS_MAX);
    table_init(&interner->bytes, sizeof(u64), INTERN_WORDS_MAX);
}

void interner_init_rows(Interner *interner, u32 row_len) {
    CHECK(row_len > 0);
    interner_init(interner);
    interner->row_len = row_len;
}

void interner_free_slots(Interner *interner) {
    free_slots(interner->slots, interner->slot_cap * sizeof(u64), interner->is_mapped);
    free(interner->recent);
    interner->slots = interner->recent = NULL;
    interner->slot_cap = 0;
    interner->is_mapped = false;
}

void interner_deinit(Interner *interner) {
    table_deinit(&interner->rows);
    table_deinit(&interner->bytes);
    interner_free_slots(interner);
    *interner = (Interner){0};
}

const void *intern_bytes(const Interner *interner, u32 id, u32 *len) {
    const InternRow *row = table_at(&interner->rows, id);
    if (len) *len = row->len;
    return interner->bytes.rows + (size_t)row->first * sizeof(u64);
}

// Most rows are a few words; a call of memcmp would take longer than they do.
static bool bytes_equal(const u8 *a, const u8 *b, u32 len) {
    for (; len >= sizeof(u64); a += sizeof(u64), b += sizeof(u64), len -= (u32)sizeof(u64)) {
        u64 x, y;
        memcpy(&x, a, sizeof x);
        memcpy(&y, b, sizeof y);
        if (x != y) return false;
    }
    if (len >= sizeof(u32)) {
        u32 x, y;
        memcpy(&x, a, sizeof x);
        memcpy(&y, b, sizeof y);
        if (x != y) return false;
        a += sizeof x;
        b += sizeof y;
        len -= (u32)sizeof x;
    }
    for (; len > 0; len--)
        if (*a++ != *b++) return false;
    return true;
}

static bool is_row(const Interner *interner, u32 id, const void *bytes, u32 len) {
    if (interner->row_len) return bytes_equal(intern_row(interner, id, len), bytes, len);
    const InternRow *row = table_at(&interner->rows, id);
    return row->len == len &&
           bytes_equal(interner->bytes.rows + (size_t)row->first * sizeof(u64), bytes, len);
}

static u64 *intern_slot(const Interner *interner, const void *bytes, u32 len, u32 hash) {
    u32 mask = interner->slot_cap - 1;
    for (u32 at = hash & mask;; at = (at + 1) & mask) {
        u64 *slot = &interner->slots[at];
        if (*slot == 0) return slot;
        if (*slot >> 32 == hash && is_row(interner, (u32)*slot, bytes, len)) return slot;
    }
}

u32 intern_find(const Interner *interner, const void *bytes, u32 len) {
    if (interner->slot_cap == 0 || (interner->row_len && len != interner->row_len)) return 0;
    return (u32)*intern_slot(interner, bytes, len, (u32)hash_bytes(bytes, len));
}

static void grow_slots(Interner *interner) {
    u64 *old = interner->slots;
    u32 old_cap = interner->slot_cap;
    bool was_mapped = interner->is_mapped;
    interner->is_mapped = false;
    interner->slot_cap = old_cap ? old_cap * 2 : 1024;
    interner->slots = calloc(interner->slot_cap, sizeof(u64));
    CHECK(interner->slots);
    u32 mask = interner->slot_cap - 1;
    for (u32 i = 0; i < old_cap; i++) {
        if (!old[i]) continue;
        u32 at = (u32)(old[i] >> 32) & mask;
        while (interner->slots[at])
            at = (at + 1) & mask;
        interner->slots[at] = old[i];
    }
    free_slots(old, old_cap * sizeof(u64), was_mapped);
}

static u32 intern_new(Interner *interner, const void *bytes, u32 len) {
    u32 words = (len + 7) / 8;
    u32 first = words ? table_add(&interner->bytes, words) : 0;
    if (len) memcpy(interner->bytes.rows + (size_t)first * sizeof(u64), bytes, len);
    u32 id = table_add(&interner->rows, 1);
    *(InternRow *)table_at(&interner->rows, id) = (InternRow){first, len};
    return id;
}

u32 intern(Interner *interner, const void *bytes, u32 len) {
    CHECK(!interner->row_len || len == interner->row_len);
    u32 hash = (u32)hash_bytes(bytes, len);
    if (!interner->recent) {
        interner->recent = calloc(RECENT_SLOTS, sizeof(u64));
        CHECK(interner->recent);
    }
    u64 *recent = &interner->recent[hash % RECENT_SLOTS];
    if (*recent && *recent >> 32 == hash && is_row(interner, (u32)*recent, bytes, len))
        return (u32)*recent;
    if ((u64)interner->rows.count * 3 >= (u64)interner->slot_cap * 2) grow_slots(interner);
    u64 *slot = intern_slot(interner, bytes, len, hash);
    if (*slot == 0) *slot = (u64)hash << 32 | intern_new(interner, bytes, len);
    *recent = *slot;
    return (u32)*slot;
}
