// The library image: what is known of the toolchain's crates, kept in the cache folder.
//
// It is the state of a Db in which no crate of a user was declared and facts about the library
// were asked for. Loaded into a new Db, the user's crate is declared on top of it. Its key covers
// rac's own build and the toolchain; the sources it was made from are compared by size and time.
// Nothing in it follows the command line, but the memos of few kinds, which are then forgotten.

#ifndef RAC_CLI_LIBRARY_H
#define RAC_CLI_LIBRARY_H

#include "cli/session.h"

typedef enum LibraryState {
    LIBRARY_LOADED,
    LIBRARY_NONE, // there is no image: the Db is as it was
    LIBRARY_TORN, // loading it failed, or it is out of date: the Db must be made anew
} LibraryState;

// Loads the image into the session's Db, whose stores and toolchain are there and empty.
LibraryState library_load(Session *session);
// Makes the image and puts it into the cache folder, in a Db of its own. False when that could not
// be done; the reason is nobody's business, since everything works without.
bool library_build(const CliArgs *args);

#endif
