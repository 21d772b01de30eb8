// Tables: append-only arrays whose rows are named by u32 ids.
//
// - A table reserves its whole address range when it is made and commits pages as it grows: rows
//   never move, and a pointer from table_at holds for good.
// - Rows hold no pointers, only ids and numbers. So a table can be written to a file as it lies in
//   memory, mapped back, and used at once (base/image.h).
// - Row 0 is always there and zeroed: id 0 means none.

#ifndef RAC_BASE_TABLE_H
#define RAC_BASE_TABLE_H

#include "base/base.h"

typedef struct Table {
    u8 *rows; // owned: a reserved range of row_max rows
    u32 row_bytes;
    u32 row_max;
    u32 count; // rows in use, row 0 included
} Table;

void table_init(Table *table, u32 row_bytes, u32 row_max);
void table_deinit(Table *table);

// Appends `count` zeroed rows and returns the id of the first.
u32 table_add(Table *table, u32 count);

static inline void *table_at(const Table *table, u32 id) {
    DCHECK(id < table->count);
    return table->rows + (size_t)id * table->row_bytes;
}

// Appends a copy of `count` rows and returns the id of the first; 0 when count is 0.
u32 table_add_copy(Table *table, const void *rows, u32 count);

// Forgets the rows from `count` on (their memory reads as zero again when they are added anew).
void table_truncate(Table *table, u32 count);

#endif
