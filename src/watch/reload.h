// From an edit to a patch: what of a running program an edit has changed, whether the program can
// take it as it runs, and the patching.
//
// The caller has set the new texts, checked the crate and found no error. Types are watched by
// shape: the names, types and order of their fields. Values of a type that changed its shape live
// in the program's memory, so it must start again; so does a program that has memory of another
// allocator than it would free it with.

#ifndef RAC_WATCH_RELOAD_H
#define RAC_WATCH_RELOAD_H

#include "code/code.h"
#include "jit/run.h"

typedef struct WatchShapes {
    Map shapes;           // ADT -> its shape's hash, folded
    u32 noted;            // DefIds below this one were looked at
    InstanceId allocator; // of the crate's #[global_allocator], 0: none
} WatchShapes;

void watch_shapes_deinit(WatchShapes *shapes);
// Notes the shapes of the crate's types: when the program starts, and after each patch.
void watch_shapes_note(WatchShapes *shapes, Db *db, CrateId crate);

typedef struct WatchReload {
    JitReload patch;
    Str restart; // not empty: nothing was patched; why the program must be started again
} WatchReload;
// False: nothing was patched: `restart` says why, or a report was made.
bool watch_reload(Db *db, CrateId crate, WatchShapes *shapes, JitRun *run, const IrSymbols *symbols,
                  Scratch *scratch, WatchReload *out);

#endif
