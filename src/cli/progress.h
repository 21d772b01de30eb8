// A progress bar on a terminal, for what takes over a second; one plain line where there is none.

#ifndef RAC_CLI_PROGRESS_H
#define RAC_CLI_PROGRESS_H

#include "cli/command.h"

#include <stdio.h>

typedef struct Progress {
    const char *what; // borrowed; "preparing ..."
    FILE *out;        // owned: standard error as it was at the beginning
    u64 begun_ns;
    u64 drawn_ns;
    bool is_terminal;
    bool is_shown;
} Progress;

void progress_begin(Progress *progress, const char *what);
void progress_step(Progress *progress, u32 thousandths); // cheap: may be called often
void progress_end(Progress *progress);                   // takes the bar away

#endif
