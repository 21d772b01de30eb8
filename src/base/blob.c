#include "base/blob.h"

static void *blob_take(Blob *blob, u64 bytes) {
    u64 start = align_up(blob->bytes, 8), end = align_up(start + bytes, 8);
    CHECK(end < UINT32_MAX);
    if (end > blob->cap) {
        // In place when nothing was taken since: then there is no use in more than is needed now.
        if (blob->cap && scratch_extend(blob->scratch, blob->at, blob->cap, end)) {
            blob->cap = (u32)end;
        } else {
            u32 cap = (u32)max_u64(max_u64(end, (u64)blob->cap * 2), 256);
            u8 *grown = scratch_take(blob->scratch, cap, 8);
            if (blob->bytes) memcpy(grown, blob->at, blob->bytes);
            blob->at = grown;
            blob->cap = cap;
        }
    }
    blob->bytes = (u32)end;
    return blob->at + start;
}

void blob_begin(Blob *blob, Scratch *scratch, u32 header_bytes) {
    *blob = (Blob){.scratch = scratch};
    blob_take(blob, header_bytes);
}

List blob_add(Blob *blob, const void *rows, u32 count, u32 elem_bytes) {
    u64 bytes = (u64)count * elem_bytes;
    u8 *at = blob_take(blob, bytes);
    if (bytes) memcpy(at, rows, bytes);
    return (List){(u32)(at - blob->at), count};
}

List blob_zeros(Blob *blob, u32 bytes) {
    u8 *at = blob_take(blob, bytes);
    return (List){(u32)(at - blob->at), bytes};
}

List blob_add_rows(Blob *blob, List none, const void *rows, u32 count, u32 elem_bytes) {
    DCHECK(elem_bytes <= none.count);
    return count <= 1 ? (List){none.offset, count} : blob_add(blob, rows, count, elem_bytes);
}
