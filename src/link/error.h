// LinkError: what went wrong with the world outside (files, tools, the toolchain, the child).
//
// Functions of link/ and jit/ that can fail return false and fill one. The text is a full message
// for the user, without "error: " in front and without a full stop.

#ifndef RAC_LINK_ERROR_H
#define RAC_LINK_ERROR_H

#include "base/base.h"

typedef struct LinkError {
    char text[2048];
} LinkError;

// Always false, so that a caller can write `return link_fail(error, ...)`.
bool link_fail(LinkError *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
