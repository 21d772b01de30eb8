// rac test: the crate's #[test] functions under the standard library's own test harness.
#include "cli/harness.h"
#include "cli/program.h"
#include "cli/test_watch.h"
#include "link/link.h"

int command_test(const CliArgs *args) {
    CliArgs with_test = *args;
    with_test.options.test_harness = true;
    if (args->watch) return test_watch(&with_test);
    Session session;
    if (!session_open_crate(&session, &with_test)) return STATUS_FAILED;
    u32 errors = check_report(&session);
    int status = session_status(&session, errors);
    Scratch scratch;
    scratch_init(&scratch);
    Tests tests = {0};
    if (errors == 0) tests = harness_find(&session, &scratch);
    Harness harness = {.notes_fd = -1};
    Program program;
    if (errors == 0 && harness_make(&session, &harness, &tests, NULL)) {
        status = STATUS_FAILED;
        if (program_open_entry(&program, &session, harness.crate, IR_SYM_FN_SLOT)) {
            status = program_run_in_child(&session, &program, LINK_STD_TEST);
            program_close(&program);
        }
    }
    scratch_deinit(&scratch);
    session_close(&session);
    return status;
}
