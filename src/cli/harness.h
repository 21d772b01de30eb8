// The test harness of a crate: its #[test] functions, and a second crate, made up, that hands them
// to the standard library's own harness (test::test_main_static), as rustc's does. So output,
// filters, --nocapture, --list, threads and exit status are libtest's. It refers to the functions
// by `builtin # item(N)`, since tests are private to their modules.

#ifndef RAC_CLI_HARNESS_H
#define RAC_CLI_HARNESS_H

#include "cli/session.h"

typedef struct Test {
    DefId def;
    Symbol name; // `tests::adds`: the path without the crate's name
    u64 entry;   // hash of all that its attributes say
} Test;
typedef VEC(Test) Tests;

// The tests of the session's crate by name, in `scratch`.
Tests harness_find(Session *session, Scratch *scratch);

// What the made up program notes of each test, if it notes anything: one byte per test in a file
// it inherits.
typedef enum TestNote { NOTE_NONE, NOTE_STARTED, NOTE_PASSED, NOTE_FAILED } TestNote;

typedef struct Harness {
    FileId file;
    CrateId crate;
    int notes_fd; // where the program writes its notes; -1: nowhere
} Harness;

// `runs` (NULL: all) says which tests the program runs; it has functions for all of them. May be
// called again, with other tests.
bool harness_make(Session *session, Harness *harness, const Tests *tests, const bool *runs);
// The function of a test in it: it runs the test and answers Result<(), String>.
DefId harness_test_fn(Session *session, const Harness *harness, const Test *test);

#endif
