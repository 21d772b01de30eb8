#include "base/table.h"

#include <sys/mman.h>

enum { PAGE_BYTES = 4096 };

static size_t whole_pages(u64 bytes) {
    return (size_t)align_up(bytes, PAGE_BYTES);
}

static size_t reserved_bytes(const Table *table) {
    return whole_pages((u64)table->row_bytes * table->row_max);
}

void table_init(Table *table, u32 row_bytes, u32 row_max) {
    CHECK(row_bytes > 0 && row_max > 0);
    *table = (Table){.row_bytes = row_bytes, .row_max = row_max};
    void *rows = mmap(NULL, reserved_bytes(table), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    CHECK(rows != MAP_FAILED);
    table->rows = rows;
    table->count = 1; // row 0: none
}

void table_deinit(Table *table) {
    if (table->rows) munmap(table->rows, reserved_bytes(table));
    *table = (Table){0};
}

u32 table_add(Table *table, u32 count) {
    CHECK(count <= table->row_max - table->count);
    u32 first = table->count;
    table->count += count;
    return first;
}

u32 table_add_copy(Table *table, const void *rows, u32 count) {
    if (count == 0) return 0;
    u32 first = table_add(table, count);
    memcpy(table_at(table, first), rows, (size_t)count * table->row_bytes);
    return first;
}

void table_truncate(Table *table, u32 count) {
    CHECK(count >= 1 && count <= table->count);
    // To clear no bytes of a page that was never touched takes the processor long.
    if (count == table->count) return;
    memset(table->rows + (size_t)count * table->row_bytes, 0,
           (size_t)(table->count - count) * table->row_bytes);
    table->count = count;
}
