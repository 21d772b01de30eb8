// Small helpers over the operating system, private to link/, image/ and jit/.

#ifndef RAC_LINK_FILES_H
#define RAC_LINK_FILES_H

#include "link/toolchain.h"

// The whole file, zero-terminated in `memory`. False when it cannot be read.
bool file_read(Scratch *memory, const char *path, Str *out);

// A lock file beside cached things: makes one of several racs do the work. Returns an fd to close,
// or -1 when no lock can be had (then do the work anyway: the result is renamed into place).
int file_lock(const char *path);

#endif
