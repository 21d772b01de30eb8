// The tests of a file that is being watched, run on demand beside its program: by another rac
// (`rac test --watch --when-asked`), which keeps what it has computed from one time to the next. So
// neither the tests nor their compilation hold up the program.

#ifndef RAC_CLI_TESTS_BESIDE_H
#define RAC_CLI_TESTS_BESIDE_H

#include "cli/command.h"

#include <sys/types.h>

typedef struct TestsBeside {
    pid_t pid; // 0: it was not started yet
    int keys;  // where it reads keys from
} TestsBeside;

// Runs the tests that the edits since the last time can have changed; all, the first time.
void tests_beside_ask(TestsBeside *tests, const CliArgs *args);
void tests_beside_close(TestsBeside *tests);

#endif
