#include "cli/beside.h"

#include "cli/tell.h"
#include "link/link.h"

#include <stdio.h>
#include <stdlib.h>

BorrowckOptions beside_options(const Session *session) {
    const CliArgs *args = session->args;
    return (BorrowckOptions){
        .rustc = link_toolchain(session->db)->rustc.at,
        .file = args->input,
        .edition = args->options.edition,
        .cfgs = args->options.cfgs,
        .cfg_count = args->options.cfg_count,
        .is_test = args->options.test_harness,
        .colour = !args->json && cli_colour(args),
    };
}

static void wake(void *events) {
    watch_events_nudge(events);
}

void beside_open(Beside *beside, const Session *session, WatchEvents *events) {
    *beside = (Beside){.args = session->args, .options = beside_options(session)};
    if (!session->args->no_rustc) beside->check = borrowck_new(&beside->options, wake, events);
}

void beside_close(Beside *beside) {
    borrowck_free(beside->check);
    free(beside->errors);
}

void beside_saved(Beside *beside, bool is_sound) {
    if (!beside->check) return;
    if (is_sound)
        borrowck_ask(beside->check);
    else
        borrowck_drop(beside->check);
}

static void tell_failure(Beside *beside, const BorrowckResult *result) {
    if (beside->told_failure) return;
    beside->told_failure = true;
    Field fields[] = {{"text", result->text, 0}};
    tell(beside->args, "rustc-failed", fields, 1,
         "rustc (borrow check): %s; borrow errors are not told", result->text);
}

static void tell_errors(Beside *beside, const BorrowckResult *result) {
    const CliArgs *args = beside->args;
    Field fields[] = {{"count", NULL, result->errors}, {"text", result->text, 0}};
    bool is_known = beside->errors && strcmp(beside->errors, result->text) == 0;
    tell(args, "rustc-errors", fields, 2, "rustc (borrow check): %s%u error%s",
         is_known ? "still " : "", result->errors, result->errors == 1 ? "" : "s");
    if (!is_known && !args->json) fputs(result->text, stderr);
}

void beside_tell(Beside *beside) {
    BorrowckResult result;
    if (!beside->check || !borrowck_take(beside->check, &result)) return;
    switch (result.end) {
    case BORROWCK_FAILED:
        tell_failure(beside, &result);
        free(result.text);
        return;
    case BORROWCK_CLEAN:
        if (beside->errors)
            tell(beside->args, "rustc-clean", NULL, 0, "rustc (borrow check): no errors any more");
        free(result.text);
        result.text = NULL;
        break;
    case BORROWCK_ERRORS: tell_errors(beside, &result); break;
    }
    beside->told_failure = false;
    free(beside->errors);
    beside->errors = result.text;
}
