// What happens outside while a program is watched: saves of its files, keys on the terminal,
// signals. A thread of its own waits for them and wakes the main thread, which takes them when it
// has time.
//
// A save is told when the file is complete: at once when a writer closes it or another file is
// renamed onto it, and a moment after the last change when nobody says so (a writer that keeps the
// file open, a file deleted and made again). Folders are watched, not files, so it does not matter
// how an editor saves; of a symbolic link also the folder of what it leads to.

#ifndef RAC_WATCH_EVENTS_H
#define RAC_WATCH_EVENTS_H

#include "base/scratch.h"

typedef struct WatchEvents WatchEvents;

// key_fd: where to read keys, -1: nowhere. `wake` is called on the thread when there is something
// to take, under the lock of watch_events_wake_by. INT, TERM and HUP must be blocked in the caller.
WatchEvents *watch_events_new(int key_fd);
void watch_events_free(WatchEvents *events);
// Whom to wake from now on, at once if something lies there; NULL: nobody.
void watch_events_wake_by(WatchEvents *events, void (*wake)(void *cx), void *cx);

// Makes watch_events_take return: something else has happened. From any thread.
void watch_events_nudge(WatchEvents *events);

// Adds a file under a number of the caller's (dense, from 1). A path that is known is ignored.
void watch_events_add_file(WatchEvents *events, u32 file, Str path);

typedef struct WatchTaken {
    U32Vec files;    // saved since the last call, in `scratch`
    u64 saved_ns;    // CLOCK_MONOTONIC, when the first of them was noticed
    char key;        // the last key pressed, 0: none
    int signal;      // a signal to rac, 0: none
    bool is_to_all;  // the terminal sent it, to the program too
    bool keys_ended; // there will be no more keys
} WatchTaken;
// False: nothing has happened. timeout_ms: how long to wait for something, -1: for ever.
bool watch_events_take(WatchEvents *events, int timeout_ms, Scratch *scratch, WatchTaken *out);

u64 watch_now_ns(void);

#endif
