// Shared by library.c and library_update.c.

#ifndef RAC_CLI_LIBRARY_INTERNAL_H
#define RAC_CLI_LIBRARY_INTERNAL_H

#include "cli/library.h"
#include "image/wishes.h"
#include "link/toolchain.h"

typedef struct LibraryFiles {
    Str image; // path, zero-terminated; the others' paths begin with it
    u64 key;
} LibraryFiles;

// Where the image of the toolchain lies; false when there is no cache folder.
bool library_files(const Toolchain *toolchain, Scratch *memory, LibraryFiles *out);

// A file of wishes for this image; false when it is not whole.
bool library_read_wishes(const LibraryFiles *files, const char *path, Scratch *memory,
                         WordVec *out);

#endif
