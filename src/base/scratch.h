// Scratch: memory for one computation, taken from the front and given back by mark.
//
// A Scratch reserves a large address range once; taking memory is a pointer bump, memory taken is
// zeroed, and scratch_rewind gives back everything taken since a mark. Nothing in it outlives the
// computation that took it: results go into blobs (base/blob.h) or tables.
//
// VEC(T) is a growing array in a Scratch. One that was not taken last leaves its old copy behind,
// until the rewind, when it grows.

#ifndef RAC_BASE_SCRATCH_H
#define RAC_BASE_SCRATCH_H

#include "base/base.h"

typedef struct Scratch {
    u8 *base; // owned: a reserved range
    u64 used;
    u64 dirty; // bytes from here on have never been written: they are zero
    u64 reserved;
} Scratch;

void scratch_init(Scratch *scratch);
void scratch_deinit(Scratch *scratch);

// Zeroed; align is a power of two of at most 4096.
void *scratch_take(Scratch *scratch, u64 bytes, u64 align);
static inline u64 scratch_mark(const Scratch *scratch) {
    return scratch->used;
}
void scratch_rewind(Scratch *scratch, u64 mark);
// Makes the block at `at` longer where it is; false, and nothing done, unless it was taken last.
bool scratch_extend(Scratch *scratch, const void *at, u64 old_bytes, u64 new_bytes);

#define SCRATCH_NEW(scratch, T) ((T *)scratch_take((scratch), sizeof(T), _Alignof(T)))
#define SCRATCH_ARRAY(scratch, T, n)                                                               \
    ((T *)scratch_take((scratch), sizeof(T) * (u64)(n), _Alignof(T)))

// A zero-terminated copy made by printf's rules.
Str scratch_print(Scratch *scratch, const char *format, ...) __attribute__((format(printf, 2, 3)));
Str scratch_str(Scratch *scratch, Str text);

#define VEC(T)                                                                                     \
    struct {                                                                                       \
        T *at;                                                                                     \
        u32 count;                                                                                 \
        u32 cap;                                                                                   \
    }

// For passing a vector to a function, the type needs a name: typedef VEC(u32) U32Vec;
typedef VEC(u32) U32Vec;

void *vec_grown(Scratch *scratch, const void *at, u32 count, u32 *cap, u32 elem_bytes,
                u32 elem_align, u32 extra);

#define vec_reserve(scratch, v, extra)                                                             \
    ((v)->count + (extra) <= (v)->cap                                                              \
         ? (void)0                                                                                 \
         : (void)((v)->at = vec_grown((scratch), (v)->at, (v)->count, &(v)->cap, sizeof *(v)->at,  \
                                      _Alignof(__typeof__(*(v)->at)), (extra))))
#define vec_push(scratch, v, ...)                                                                  \
    do {                                                                                           \
        vec_reserve((scratch), (v), 1u);                                                           \
        (v)->at[(v)->count++] = (__VA_ARGS__);                                                     \
    } while (0)
#define vec_append(scratch, v, from, n)                                                            \
    do {                                                                                           \
        u32 vec_n_ = (n);                                                                          \
        if (vec_n_ == 0) break;                                                                    \
        vec_reserve((scratch), (v), vec_n_);                                                       \
        memcpy((v)->at + (v)->count, (from), vec_n_ * sizeof *(v)->at);                            \
        (v)->count += vec_n_;                                                                      \
    } while (0)
// A vector whose row 0 is empty. It takes no memory before it has another: `none` is zeroed memory
// that is as large as a row.
#define vec_begin_rows(v, none)                                                                    \
    ((void)((v)->at = (void *)(none)), (void)((v)->cap = 1), (void)((v)->count = 1))
#define vec_pop(v)  ((v)->at[--(v)->count])
#define vec_last(v) ((v)->at[(v)->count - 1])

#endif
