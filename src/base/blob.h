// Blob: a result in one piece, a struct followed by the arrays it owns, without pointers.
//
// Every query's result is a blob: equal results have equal bytes, saving one is a write, and
// freeing one is one free. A List names an array inside the blob by its distance from the start.
// Bytes between members must be zero: take structs from a Scratch or clear them with memset
// before filling them, so that memcmp decides equality.
//
//     Blob blob;
//     blob_begin(&blob, scratch, sizeof(FnSig));
//     List params = blob_add(&blob, tys, count, sizeof(Ty));
//     FnSig *sig = blob_header(&blob); // valid until the next blob_add
//     sig->params = params;

#ifndef RAC_BASE_BLOB_H
#define RAC_BASE_BLOB_H

#include "base/scratch.h"

typedef struct List {
    u32 offset; // bytes from the blob's start, a multiple of 8
    u32 count;
} List;

typedef struct Blob {
    Scratch *scratch;
    u8 *at;
    u32 bytes;
    u32 cap;
} Blob;

void blob_begin(Blob *blob, Scratch *scratch, u32 header_bytes);
List blob_add(Blob *blob, const void *rows, u32 count, u32 elem_bytes);
// Arrays whose row 0 is empty: those that have no other all lie in `none`, a list of zeros that is
// as long as the longest row.
List blob_zeros(Blob *blob, u32 bytes);
List blob_add_rows(Blob *blob, List none, const void *rows, u32 count, u32 elem_bytes);
static inline void *blob_header(Blob *blob) {
    return blob->at;
}

// The rows of a list: LIST_AT(sig, Ty, sig->params)[i].
#define LIST_AT(blob, T, list) ((const T *)((const u8 *)(blob) + (list).offset))

#endif
