// rac test --watch: runs the tests, and after each save those again whose code the edit can have
// changed.

#ifndef RAC_CLI_TEST_WATCH_H
#define RAC_CLI_TEST_WATCH_H

#include "cli/command.h"

int test_watch(const CliArgs *args); // options.test_harness is set

#endif
