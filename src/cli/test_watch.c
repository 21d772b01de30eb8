// rac test --watch.
//
// What a test does follows from what it reaches (reach.h), from its attributes, and from the tests
// it meets in statics that can change; those are run together, in one process, as a full run does.
// A test is kept while none of that has changed since its last result. The results come from the
// program itself, which notes them in a file it shares with rac, so that a test that takes the
// process down is known by name: it costs that process, and the others go on in another.
#define _GNU_SOURCE
#include "cli/test_watch.h"

#include "cli/beside.h"
#include "cli/harness.h"
#include "cli/keyboard.h"
#include "cli/reach.h"
#include "cli/saves.h"
#include "cli/tell.h"
#include "jit/run.h"
#include "link/link.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

typedef enum TestResult {
    RESULT_NONE, // it is to be run
    RESULT_PASSED,
    RESULT_FAILED,
    RESULT_ENDED,   // it took the process down
    RESULT_SKIPPED, // the harness did not want it: ignored, or not in the filter
} TestResult;

// All that a result follows from.
typedef struct Grounds {
    u64 entry;   // its attributes
    u64 code;    // what it reaches
    u64 placed;  // the same with the places that panics tell
    u64 meeting; // the tests it meets
} Grounds;

typedef struct TestRow {
    Test test;
    TestResult result;
    Grounds now;
    Grounds then; // when the result was got
    u32 shared;   // Reached.shared
    bool sees_places;
    bool is_due;
    bool is_new;
} TestRow;

typedef struct TestWatch {
    Session session;
    Program program;
    const CliArgs *args;
    Keyboard keyboard;
    WatchEvents *events;
    Saves saves;
    Beside rustc;
    Harness harness;
    ReachKept kept;  // while is_open
    Scratch scratch; // what one save needs
    TestRow *rows;   // owned, by name
    u32 count;
    u32 removed;  // tests that the last save took away
    Jit *jit;     // the tests' process; NULL: none runs
    U32Vec saved; // files saved while it ran, in `scratch`
    u64 saved_ns;
    bool is_open;     // the program was opened once
    bool is_measured; // the rows' `then` hold
    bool quits;
    int status;
} TestWatch;

// ---- the tests there are ------------------------------------------------------------------------

static void take_tests(TestWatch *t) {
    Tests tests = harness_find(&t->session, &t->scratch);
    Map known = {0};
    for (u32 i = 0; i < t->count; i++)
        map_set(&known, t->rows[i].test.name.id, i + 1);
    TestRow *rows = calloc(tests.count + 1, sizeof *rows);
    CHECK(rows);
    u32 found = 0;
    for (u32 i = 0; i < tests.count; i++) {
        u32 before = map_get(&known, tests.at[i].name.id);
        if (before) rows[i] = t->rows[before - 1];
        rows[i].is_new = before == 0;
        rows[i].test = tests.at[i];
        found += before != 0;
    }
    map_deinit(&known);
    t->removed = t->count - found;
    free(t->rows);
    t->rows = rows;
    t->count = tests.count;
}

static bool make_harness(TestWatch *t) {
    Tests tests = {0};
    bool *runs = SCRATCH_ARRAY(&t->scratch, bool, t->count + 1);
    for (u32 i = 0; i < t->count; i++) {
        vec_push(&t->scratch, &tests, t->rows[i].test);
        runs[i] = t->rows[i].is_due;
    }
    if (!harness_make(&t->session, &t->harness, &tests, runs)) return false;
    if (!t->is_open) {
        t->is_open = program_open_entry(&t->program, &t->session, t->harness.crate, IR_SYM_FN_SLOT);
        if (t->is_open) reach_keep(&t->kept, &t->program);
        return t->is_open;
    }
    u32 errors = check_report_of(&t->session, t->harness.crate);
    if (errors) session_status(&t->session, errors);
    return errors == 0 && program_renew(&t->program);
}

// ---- what an edit can have changed --------------------------------------------------------------

static bool takes_part(const TestRow *row) {
    return row->shared && !(row->result == RESULT_SKIPPED && row->now.entry == row->then.entry);
}

// Tests that meet depend on each other's code: all of it goes into each one's `meeting`.
static void find_meetings(TestWatch *t) {
    u32 max = 0;
    for (u32 i = 0; i < t->count; i++)
        max = max_u32(max, t->rows[i].shared);
    u64 *sums = SCRATCH_ARRAY(&t->scratch, u64, max + 1);
    for (u32 i = 0; i < t->count; i++) {
        const TestRow *row = &t->rows[i];
        if (takes_part(row))
            sums[row->shared] +=
                hash_mix(row->test.name.id, hash_mix(row->now.code, row->now.entry));
    }
    for (u32 i = 0; i < t->count; i++)
        t->rows[i].now.meeting = takes_part(&t->rows[i]) ? sums[t->rows[i].shared] : 0;
}

// Of the text that the Db stands at. The harness was made.
static void measure(TestWatch *t) {
    Db *db = t->session.db;
    const ProgramSource *source = &t->program.source;
    IrSym *roots = SCRATCH_ARRAY(&t->scratch, IrSym, t->count + 4);
    for (u32 i = 0; i < t->count; i++) {
        DefId fn = harness_test_fn(&t->session, &t->harness, &t->rows[i].test);
        MonoRef ref = {.kind = REF_INSTANCE, .instance = instance_resolve(db, fn, (Args){0})};
        roots[i] = mono_symbol(db, IR_SYM_FN_SLOT, ref);
    }
    // What every test calls without naming it.
    u32 count = t->count;
    for (u32 i = 0; i < 4 && source->allocator[i].id; i++)
        roots[count++] = source->allocator[i];
    Reached *found = reach(&t->program, roots, count, &t->kept, &t->scratch);
    Reached common = {0};
    for (u32 i = t->count; i < count; i++) {
        common.code = hash_mix(common.code, found[i].code);
        common.placed = hash_mix(common.placed, found[i].placed);
        common.shared = max_u32(common.shared, found[i].shared);
        common.sees_places |= found[i].sees_places;
    }
    for (u32 i = 0; i < t->count; i++) {
        TestRow *row = &t->rows[i];
        row->now.entry = row->test.entry;
        row->now.code = hash_mix(common.code, found[i].code);
        row->now.placed = hash_mix(common.placed, found[i].placed);
        row->shared = common.shared ? common.shared : found[i].shared;
        row->sees_places = common.sees_places || found[i].sees_places;
    }
    find_meetings(t);
}

static bool has_changed(const TestRow *row) {
    if (row->result == RESULT_NONE || row->now.entry != row->then.entry) return true;
    if (row->result == RESULT_SKIPPED) return false; // it runs no code
    if (row->now.code != row->then.code || row->now.meeting != row->then.meeting) return true;
    // Where a panic was is seen when it is told.
    bool told = row->result != RESULT_PASSED || row->sees_places;
    return told && row->now.placed != row->then.placed;
}

// How many tests are to be run.
static u32 find_due(TestWatch *t) {
    Map meetings = {0};
    u32 due = 0;
    for (u32 i = 0; i < t->count; i++) {
        TestRow *row = &t->rows[i];
        row->is_due = has_changed(row);
        if (row->is_due && takes_part(row)) map_set(&meetings, row->shared, 1);
    }
    for (u32 i = 0; i < t->count; i++) {
        TestRow *row = &t->rows[i];
        if (takes_part(row) && map_get(&meetings, row->shared)) row->is_due = true;
        due += row->is_due;
    }
    map_deinit(&meetings);
    return due;
}

static u32 find_all_due(TestWatch *t) {
    for (u32 i = 0; i < t->count; i++)
        t->rows[i].is_due = true;
    return t->count;
}

// The results that there are stand on what the tests are now.
static void keep_grounds(TestWatch *t) {
    for (u32 i = 0; i < t->count; i++)
        t->rows[i].then.entry = t->rows[i].now.entry;
    find_meetings(t);
    for (u32 i = 0; i < t->count; i++)
        t->rows[i].then = t->rows[i].now;
    t->is_measured = true;
}

// ---- telling ------------------------------------------------------------------------------------

static const char *plural(u32 count) {
    return count == 1 ? "" : "s";
}

// The names of the rows that `is_one` says, separated by commas: `max` of them.
static const char *names_of(TestWatch *t, bool (*is_one)(const TestRow *row), u32 max) {
    VEC(char) text = {0};
    u32 count = 0;
    for (u32 i = 0; i < t->count; i++) {
        if (!is_one(&t->rows[i]) || count++ >= max) continue;
        Str name = symbol_str(&t->session.db->symbols, t->rows[i].test.name);
        if (count > 1) vec_append(&t->scratch, &text, ", ", 2);
        vec_append(&t->scratch, &text, name.at, name.len);
    }
    if (count > max) {
        Str more = scratch_print(&t->scratch, " and %u more", count - max);
        vec_append(&t->scratch, &text, more.at, more.len);
    }
    vec_push(&t->scratch, &text, 0);
    return text.at;
}

static bool is_due(const TestRow *row) {
    return row->is_due;
}
static bool is_bad(const TestRow *row) {
    return row->result == RESULT_FAILED || row->result == RESULT_ENDED;
}
static bool is_started(const TestRow *row) {
    return row->is_due && row->result == RESULT_ENDED;
}

static void tell_due(TestWatch *t, u32 due) {
    u32 added = 0;
    for (u32 i = 0; i < t->count; i++)
        added += t->rows[i].is_new;
    Str news = STR("");
    if (added && t->is_measured) news = scratch_print(&t->scratch, ", %u new", added);
    if (t->removed)
        news = scratch_print(&t->scratch, "%.*s, %u removed", STR_ARG(news), t->removed);
    Field fields[] = {{"run", NULL, due},
                      {"kept", NULL, t->count - due},
                      {"new", NULL, added},
                      {"removed", NULL, t->removed},
                      {"names", names_of(t, is_due, UINT32_MAX), 0}};
    tell(t->args, "tests", fields, ARRAY_LEN(fields), "%u test%s to run, %u test%s kept%.*s", due,
         plural(due), t->count - due, plural(t->count - due), STR_ARG(news));
}

static void tell_results(TestWatch *t) {
    static const char *const words[] = {"", "passed", "failed", "ended-the-process", "skipped"};
    if (!t->args->json) return;
    for (u32 i = 0; i < t->count; i++) {
        const TestRow *row = &t->rows[i];
        if (!row->is_due || row->result == RESULT_NONE) continue;
        Str name = scratch_str(&t->scratch, symbol_str(&t->session.db->symbols, row->test.name));
        Field fields[] = {{"name", name.at, 0}, {"result", words[row->result], 0}};
        tell(t->args, "test", fields, 2, " ");
    }
}

static void tell_sum(TestWatch *t) {
    enum { SHOWN_MAX = 3 };
    u32 counts[RESULT_SKIPPED + 1] = {0}, ran = 0;
    for (u32 i = 0; i < t->count; i++) {
        const TestRow *row = &t->rows[i];
        counts[row->result]++;
        ran += row->is_due && row->result != RESULT_NONE && row->result != RESULT_SKIPPED;
    }
    u32 kept = 0;
    for (u32 i = 0; i < t->count; i++)
        kept += !t->rows[i].is_due;
    u32 bad = counts[RESULT_FAILED] + counts[RESULT_ENDED];
    const char *names = names_of(t, is_bad, SHOWN_MAX);
    double ms = ms_since(t->saved_ns);
    Field fields[] = {{"ran", NULL, ran},
                      {"kept", NULL, kept},
                      {"passed", NULL, counts[RESULT_PASSED]},
                      {"failed", NULL, bad},
                      {"skipped", NULL, counts[RESULT_SKIPPED]},
                      {"unfinished", NULL, counts[RESULT_NONE]},
                      {"ms", NULL, ms}};
    Str more = STR("");
    if (bad) more = scratch_print(&t->scratch, ", %u failed (%s)", bad, names);
    if (counts[RESULT_SKIPPED])
        more =
            scratch_print(&t->scratch, "%.*s, %u skipped", STR_ARG(more), counts[RESULT_SKIPPED]);
    if (counts[RESULT_NONE])
        more =
            scratch_print(&t->scratch, "%.*s, %u not finished", STR_ARG(more), counts[RESULT_NONE]);
    tell(t->args, "tests-done", fields, ARRAY_LEN(fields),
         "%u test%s ran, %u test%s kept: %u passed%.*s (%.1f ms)", ran, plural(ran), kept,
         plural(kept), counts[RESULT_PASSED], STR_ARG(more), ms);
}

// ---- running them -------------------------------------------------------------------------------

static void wake_jit(void *jit) {
    jit_interrupt(jit);
}

static void take_key(TestWatch *t, char key);

// What happened while tests run. False: they are to be stopped.
static bool go_on(TestWatch *t) {
    WatchTaken taken;
    if (!watch_events_take(t->events, 0, &t->scratch, &taken)) return true;
    if (taken.signal) {
        t->quits = true;
        t->status = 128 + taken.signal;
    }
    beside_tell(&t->rustc);
    if (taken.keys_ended && t->args->when_asked) t->quits = true;
    if (taken.key) take_key(t, taken.key);
    if (taken.files.count && !t->args->when_asked) {
        t->saved = taken.files;
        t->saved_ns = taken.saved_ns;
        return false;
    }
    return !t->quits;
}

// The environment with RUST_TEST_THREADS=1 before all; owned by the caller.
static char **one_thread(void) {
    u32 count = 0;
    while (environ[count])
        count++;
    char **all = calloc(count + 2, sizeof *all);
    CHECK(all);
    all[0] = (char *)(uintptr_t) "RUST_TEST_THREADS=1";
    memcpy(all + 1, environ, count * sizeof *all);
    return all;
}

typedef enum RunEnd { RUN_COMPLETE, RUN_BROKEN, RUN_STOPPED, RUN_FAILED } RunEnd;

// One process with what is due and has no result yet.
static RunEnd run_process(TestWatch *t, bool in_turn, JitResult *result) {
    if (!make_harness(t) || ftruncate(t->harness.notes_fd, 0) != 0) return RUN_FAILED;
    char **argv = program_argv(t->args);
    char **env = in_turn ? one_thread() : NULL;
    quit_signals(SIG_UNBLOCK); // the child inherits what is blocked
    t->jit = program_start(&t->program, LINK_STD_TEST, argv, env);
    quit_signals(SIG_BLOCK);
    free(argv);
    free(env);
    if (!t->jit) return RUN_FAILED;
    JitRun *run = jit_run_new(t->jit, &t->program.source);
    watch_events_wake_by(t->events, wake_jit, t->jit);
    *result = jit_run(run, t->program.entry, -1);
    bool stopped = false;
    while (result->end == JIT_END_INTERRUPTED && !stopped) {
        stopped = !go_on(t);
        if (!stopped) *result = jit_run_serve(run, -1);
    }
    watch_events_wake_by(t->events, NULL, NULL);
    jit_run_free(run);
    jit_free(t->jit);
    t->jit = NULL;
    if (result->end == JIT_END_SIGNALED && is_quit_signal(result->status)) { // sent to rac as well
        t->quits = true;
        t->status = 128 + result->status;
        stopped = true;
    }
    if (stopped) return RUN_STOPPED;
    // 101: libtest's own for tests that failed.
    bool is_usual = result->end == JIT_END_EXITED && (result->status == 0 || result->status == 101);
    return is_usual ? RUN_COMPLETE : RUN_BROKEN;
}

// Takes what the process has noted. How many tests it was in when it ended.
static u32 take_notes(TestWatch *t) {
    u8 *notes = SCRATCH_ARRAY(&t->scratch, u8, t->count + 1);
    ssize_t got = pread(t->harness.notes_fd, notes, t->count, 0);
    u32 started = 0;
    for (u32 i = 0; i < t->count && (ssize_t)i < got; i++) {
        if (!t->rows[i].is_due) continue;
        if (notes[i] == NOTE_PASSED) t->rows[i].result = RESULT_PASSED;
        if (notes[i] == NOTE_FAILED) t->rows[i].result = RESULT_FAILED;
        if (notes[i] != NOTE_STARTED) continue;
        t->rows[i].result = RESULT_ENDED;
        started++;
    }
    return started;
}

static void set_results(TestWatch *t, TestResult from, TestResult to) {
    for (u32 i = 0; i < t->count; i++)
        if (t->rows[i].is_due && t->rows[i].result == from) t->rows[i].result = to;
}

static void tell_broken(TestWatch *t, JitResult result, const char *names) {
    Str how = result.end == JIT_END_SIGNALED
                  ? scratch_print(&t->scratch, "was ended by signal %d (%s)", result.status,
                                  strsignal(result.status))
              : result.end == JIT_END_EXITED
                  ? scratch_print(&t->scratch, "exited with status %d", result.status)
                  : STR("was stopped: it needs code that cannot be made");
    Field fields[] = {{"names", names, 0}, {"text", how.at, 0}};
    tell(t->args, "test-process-ended", fields, 2, "the tests' process %.*s in %s", STR_ARG(how),
         names[0] ? names : "no test");
}

// Runs what is due, in as many processes as it takes.
static void run_due(TestWatch *t) {
    set_results(t, RESULT_PASSED, RESULT_NONE);
    set_results(t, RESULT_FAILED, RESULT_NONE);
    set_results(t, RESULT_ENDED, RESULT_NONE);
    set_results(t, RESULT_SKIPPED, RESULT_NONE);
    bool *due = SCRATCH_ARRAY(&t->scratch, bool, t->count + 1);
    for (u32 i = 0; i < t->count; i++)
        due[i] = t->rows[i].is_due;
    bool in_turn = false;
    for (bool again = true; again;) {
        again = false;
        JitResult result = {0};
        RunEnd end = run_process(t, in_turn, &result);
        if (end == RUN_FAILED) break;
        u32 started = take_notes(t);
        if (end == RUN_STOPPED) {
            set_results(t, RESULT_ENDED, RESULT_NONE);
        } else if (started == 0 && end == RUN_COMPLETE) {
            set_results(t, RESULT_NONE, RESULT_SKIPPED);
        } else if (started == 0) {
            tell_broken(t, result, "");
        } else {
            again = true;
            tell_broken(t, result, names_of(t, is_started, 4));
            // Of several that ran at once, who did it is found by running them in turn.
            if (started > 1 && !in_turn) set_results(t, RESULT_ENDED, RESULT_NONE);
            in_turn = true;
        }
        for (u32 i = 0; i < t->count; i++)
            t->rows[i].is_due = due[i] && t->rows[i].result == RESULT_NONE;
        bool any = false;
        for (u32 i = 0; i < t->count; i++)
            any |= t->rows[i].is_due;
        again &= any;
    }
    for (u32 i = 0; i < t->count; i++)
        t->rows[i].is_due = due[i];
}

// The texts of the Db are new, or all tests are asked for.
static void run_tests(TestWatch *t, bool all) {
    u32 errors = saves_check(&t->saves);
    saves_add_files(&t->saves);
    beside_saved(&t->rustc, errors == 0);
    if (errors) {
        saves_show_errors(&t->saves, errors, "the tests are run at the next save without");
        return;
    }
    take_tests(t);
    for (u32 i = 0; i < t->count; i++)
        t->rows[i].is_due = false;
    u32 due;
    if (t->is_measured) {
        if (!make_harness(t)) return;
        measure(t);
        due = all ? find_all_due(t) : find_due(t);
    } else {
        due = find_all_due(t);
    }
    if (due || t->args->json) tell_due(t, due);
    if (due) run_due(t);
    if (t->quits) return;
    tell_results(t);
    tell_sum(t);
    if (!t->is_measured) {
        if (!t->is_open) return;
        measure(t);
    }
    keep_grounds(t);
}

// ---- events -------------------------------------------------------------------------------------

static void read_all(TestWatch *t) {
    WatchTaken taken = {0};
    Db *db = t->session.db;
    for (u32 id = 1; id < source_file_count(db); id++)
        if (id != t->harness.file.id && !source_is_library(db, (FileId){id}) &&
            query_has_input(db, Q_file_text, id))
            vec_push(&t->scratch, &taken.files, id);
    SourceEdits edits = {0};
    saves_read(&t->saves, &taken, &t->scratch, &edits);
}

static bool has_unfinished(const TestWatch *t) {
    bool any = !t->is_measured;
    for (u32 i = 0; i < t->count; i++)
        any |= t->rows[i].result == RESULT_NONE;
    return any;
}

static void take_key(TestWatch *t, char key) {
    if (key == 'q') t->quits = true;
    if (key == 'e') {
        if (t->saves.errors)
            fputs(t->saves.errors, stderr);
        else if (t->rustc.errors)
            fputs(t->rustc.errors, stderr);
        else
            tell(t->args, "no-errors", NULL, 0, "no errors");
    }
    if ((key != 'a' && key != 't') || t->jit) return;
    t->saved_ns = watch_now_ns();
    if (t->args->when_asked) read_all(t);
    run_tests(t, key == 'a');
}

static void take_saved(TestWatch *t, const WatchTaken *taken) {
    SourceEdits edits = {0};
    t->saved_ns = taken->saved_ns;
    bool any = saves_read(&t->saves, taken, &t->scratch, &edits);
    if (any || has_unfinished(t)) run_tests(t, false);
}

static void take_events(TestWatch *t) {
    WatchTaken taken = {.files = t->saved, .saved_ns = t->saved_ns};
    t->saved = (U32Vec){0};
    if (!taken.files.count) {
        scratch_rewind(&t->scratch, 0);
        watch_events_take(t->events, -1, &t->scratch, &taken);
    }
    if (taken.signal) {
        t->quits = true;
        t->status = 128 + taken.signal;
    }
    beside_tell(&t->rustc);
    if (taken.keys_ended && t->args->when_asked) t->quits = true;
    if (taken.key && !t->quits) take_key(t, taken.key);
    if (taken.files.count && !t->quits && !t->args->when_asked) take_saved(t, &taken);
}

// The file the tests' processes inherit.
static int notes_file(void) {
    int file = memfd_create("rac test notes", MFD_CLOEXEC);
    CHECK(file >= 0);
    int inherited = fcntl(file, F_DUPFD, 64);
    CHECK(inherited >= 0);
    close(file);
    return inherited;
}

int test_watch(const CliArgs *args) {
    TestWatch t = {.args = args, .status = STATUS_OK};
    if (!session_open_crate(&t.session, args)) return STATUS_FAILED;
    query_track(t.session.db);
    scratch_init(&t.scratch);
    t.harness.notes_fd = notes_file();
    keyboard_take(&t.keyboard, args->when_asked);
    quit_signals(SIG_BLOCK);
    t.events = watch_events_new(t.keyboard.fd);
    saves_init(&t.saves, &t.session, t.events);
    saves_add_files(&t.saves); // before a word is said: who hears it may save at once
    t.saved_ns = watch_now_ns();
    beside_open(&t.rustc, &t.session, t.events);
    run_tests(&t, false);
    while (!t.quits)
        take_events(&t);
    beside_close(&t.rustc);
    watch_events_free(t.events);
    keyboard_give_back(&t.keyboard);
    if (t.is_open) {
        reach_forget(&t.kept);
        program_close(&t.program);
    }
    close(t.harness.notes_fd);
    saves_deinit(&t.saves);
    free(t.rows);
    scratch_deinit(&t.scratch);
    session_close(&t.session);
    return t.status;
}
