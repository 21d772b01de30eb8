// Which parts of a crate a change of its box concerns (query_divide), and the keys of paths, which
// tell what of a crate a path hangs on.

#ifndef RAC_NAMES_DIVIDE_H
#define RAC_NAMES_DIVIDE_H

#include "names/names_internal.h"

// What a path of the user's names is a query of its own: a new name in the crate changes the answer
// for few paths, and whatever has named the others is not looked at again.
typedef struct PathKey { // in DefStore.paths: the key of Q_path_res and Q_macro_res
    DefId scope;
    u32 ns;
    u32 text; // of a macro's path: the textual scope in the crate's box
    PathSeg segs[8];
} PathKey;

static inline u32 path_key_bytes(u32 segs) {
    return (u32)(offsetof(PathKey, segs) + segs * sizeof(PathSeg));
}
static inline u32 path_key_segs(u32 bytes) {
    return (bytes - path_key_bytes(0)) / (u32)sizeof(PathSeg);
}

void divide_crate_box(Db *db, u32 crate, const void *before, const void *now);

#endif
