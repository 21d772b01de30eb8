// What the operating system refused, in words for the user.
//
// Functions that touch files, sockets or memory maps answer `bool` and fill one of these. The
// text is one line without a full stop: "cannot read `a.rs`: No such file or directory".

#ifndef RAC_SOURCE_OS_ERROR_H
#define RAC_SOURCE_OS_ERROR_H

#include "base/base.h"

typedef struct OsError {
    char text[512];
} OsError;

// Always false, so that a function can end with `return os_error(error, ...)`. `error` may be NULL.
bool os_error(OsError *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
