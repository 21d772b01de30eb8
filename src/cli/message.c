// What the command line itself has to say.
#include "cli/command.h"
#include "diag/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

bool cli_colour(const CliArgs *args) {
    switch (args->colour) {
    case COLOUR_ALWAYS: return true;
    case COLOUR_NEVER: return false;
    case COLOUR_AUTO: break;
    }
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    if (no_color && no_color[0]) return false;
    if (term && strcmp(term, "dumb") == 0) return false;
    return isatty(STDERR_FILENO);
}

void cli_error(const CliArgs *args, const char *format, ...) {
    char text[4096];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    DiagRenderer renderer = {.out = stderr, .colour = cli_colour(args)};
    diag_print_plain(&renderer, DIAG_ERROR, "%s", text);
}
