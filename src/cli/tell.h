// What a command that goes on tells its user: one line per event, or one JSON object per line for
// editors (--json). Always on standard error, in one write: the program's own output is standard
// output's.

#ifndef RAC_CLI_TELL_H
#define RAC_CLI_TELL_H

#include "cli/command.h"

// A field of an event: text, or a number where the text is NULL.
typedef struct Field {
    const char *name;
    const char *text;
    double number;
} Field;

// The format is the line, without its end; the fields are the JSON object's.
void tell(const CliArgs *args, const char *event, const Field *fields, u32 count,
          const char *format, ...) __attribute__((format(printf, 5, 6)));

// CLOCK_MONOTONIC's time since `ns`, in milliseconds.
double ms_since(u64 ns);

#endif
