#include "source/os_error.h"

#include <stdarg.h>
#include <stdio.h>

bool os_error(OsError *error, const char *format, ...) {
    if (!error) return false;
    va_list args;
    va_start(args, format);
    vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
    return false;
}
