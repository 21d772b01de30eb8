// The library image: what is known of the toolchain's crates, kept in the cache folder.
//
// It is the state of a Db in which no crate of a user was declared and facts about the library
// were asked for: those that a sample of ordinary code needs (sample.rs), and later those that
// programs have needed beyond it. Loaded into a new Db, the user's crate is declared on top of it.
// Its key covers rac's own build and the toolchain; the sources it was made from are compared by
// size and time. Nothing in it follows the command line, but the memos of few kinds, which are then
// forgotten.
//
// Files, beside the image LIBRARY.image of a toolchain:
//   LIBRARY.image.lock   held by the rac that makes or extends it
//   LIBRARY.image.seen   image/file.h
//   LIBRARY.image.wish-* what programs needed beyond it, until it is extended (image/wishes.h)

#ifndef RAC_CLI_LIBRARY_H
#define RAC_CLI_LIBRARY_H

#include "cli/session.h"

typedef enum LibraryState {
    LIBRARY_LOADED,
    LIBRARY_NONE, // there is no image: the Db is as it was
    LIBRARY_TORN, // loading it failed, or it is out of date: the Db must be made anew
} LibraryState;

// The Db and what a session knows of it, to or from an image.
void library_image(Session *session, Image *image);

// Loads the image into the session's Db, whose stores and toolchain are there and empty.
LibraryState library_load(Session *session);

// Makes the image, or extends it by what was wished for, in this process and a Db of its own; the
// file appears whole or not at all. False when that could not be done, or another rac is at it and
// `wait` is false.
bool library_update(const CliArgs *args, bool wait);
// The same in a process of its own, which can come to no harm; waits for it.
bool library_make(const CliArgs *args);

// When a program has ended: notes what it needed of the library that the image lacks, and, when
// there is enough of it, extends the image in the background.
void library_learn(Session *session);

#endif
