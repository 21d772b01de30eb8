#include "base/base.h"

#include <stdio.h>
#include <stdlib.h>

void check_failed(const char *what, const char *file, int line) {
    fprintf(stderr,
            "rac: internal error: %s:%d: check failed: %s\n"
            "This is a bug in rac, not in your program. Please report it with the program.\n",
            file, line, what);
    abort();
}
