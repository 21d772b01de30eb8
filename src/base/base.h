// What every file of rac uses: integer names, checks, typed ids, small arithmetic.
//
// CHECK stays in every build: it guards rac's own invariants and aborts with the place it stands
// at. DCHECK is for costly checks in debug builds. Neither is for a user's mistake: those are
// diagnostics (diag/diag.h).

#ifndef RAC_BASE_BASE_H
#define RAC_BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t i8;
typedef int16_t i16;
typedef int32_t i32;
typedef int64_t i64;
typedef __uint128_t u128;
typedef __int128_t i128;

_Noreturn void check_failed(const char *what, const char *file, int line);
#define CHECK(c)      (__builtin_expect(!!(c), 1) ? (void)0 : check_failed(#c, __FILE__, __LINE__))
#define UNREACHABLE() check_failed("unreachable", __FILE__, __LINE__)
#ifdef NDEBUG
#define DCHECK(c) ((void)0)
#else
#define DCHECK(c) CHECK(c)
#endif

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

// One struct type per table, so that ids of different tables never mix. Id 0 is none.
#define ID_TYPE(Name)                                                                              \
    typedef struct Name {                                                                          \
        u32 id;                                                                                    \
    } Name

static inline u32 min_u32(u32 a, u32 b) {
    return a < b ? a : b;
}
static inline u32 max_u32(u32 a, u32 b) {
    return a > b ? a : b;
}
static inline u64 min_u64(u64 a, u64 b) {
    return a < b ? a : b;
}
static inline u64 max_u64(u64 a, u64 b) {
    return a > b ? a : b;
}

// `align` is a power of two.
static inline u64 align_up(u64 n, u64 align) {
    return (n + align - 1) & ~(align - 1);
}
static inline bool is_pow2(u64 n) {
    return n != 0 && (n & (n - 1)) == 0;
}

// Borrowed text, not terminated by a zero byte.
typedef struct Str {
    const char *at;
    u32 len;
} Str;

#define STR(literal) ((Str){(literal), (u32)(sizeof(literal) - 1)})
static inline bool str_eq(Str a, Str b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}
static inline Str str_from(const char *zero_terminated) {
    return (Str){zero_terminated, (u32)strlen(zero_terminated)};
}
// For printf's %.*s
#define STR_ARG(s) (int)(s).len, (s).at

#endif
