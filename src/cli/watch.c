// rac watch: runs a program and patches it at every save.
//
// One thread has the compiler: it serves the program's requests for code (jit_run_serve) until the
// events' thread interrupts it. The Db always stands at a text that has no errors while a program
// runs: an edit with errors is shown and taken back, so that code asked for later is that of the
// last good text.
#define _GNU_SOURCE
#include "cli/beside.h"
#include "cli/keyboard.h"
#include "cli/program.h"
#include "cli/query_log.h"
#include "cli/saves.h"
#include "cli/tell.h"
#include "cli/tests_beside.h"
#include "jit/run.h"
#include "watch/reload.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

enum { END_MS_MAX = 1000 }; // for a program that was told to end

typedef struct Watch {
    Session session;
    Program program;
    const CliArgs *args;
    Keyboard keyboard;
    WatchEvents *events;
    Saves saves;
    Beside rustc;
    TestsBeside tests;
    WatchShapes shapes;
    Scratch scratch; // what one save needs
    Jit *jit;        // NULL: no program runs
    JitRun *run;
    char **argv;   // owned, its strings are not
    bool is_open;  // the program was compiled once
    bool is_going; // the child was told to start
    bool quits;
    int status;
} Watch;

// ---- the program's life -------------------------------------------------------------------------

static void wake_jit(void *jit) {
    jit_interrupt(jit);
}

static void end_program(Watch *w) {
    watch_events_wake_by(w->events, NULL, NULL);
    jit_run_free(w->run);
    jit_free(w->jit);
    w->run = NULL;
    w->jit = NULL;
}

static bool start_child(Watch *w) {
    quit_signals(SIG_UNBLOCK); // the child inherits what is blocked
    w->jit = program_start(&w->program, 0, w->argv, NULL);
    quit_signals(SIG_BLOCK);
    if (!w->jit) return false;
    w->run = jit_run_new(w->jit, &w->program.source);
    w->is_going = false;
    watch_events_wake_by(w->events, wake_jit, w->jit);
    return true;
}

static const char *after_errors(const Watch *w) {
    return w->jit ? "the program runs on with the old code" : "waiting for a save";
}

static bool open_program(Watch *w) {
    u32 errors = saves_check(&w->saves);
    if (errors) {
        saves_show_errors(&w->saves, errors, after_errors(w));
        return false;
    }
    if (w->is_open && !program_renew(&w->program)) return false;
    if (!w->is_open) w->is_open = program_open(&w->program, &w->session, IR_SYM_FN_SLOT);
    if (!w->is_open) return false;
    watch_shapes_note(&w->shapes, w->session.db, w->session.crate);
    query_changes_clear(w->session.db);
    program_watch(&w->program);
    return true;
}

static bool start_program(Watch *w, const char *why) {
    bool is_sound = open_program(w);
    beside_saved(&w->rustc, is_sound);
    if (!is_sound || !start_child(w)) return false;
    Field fields[] = {{"file", w->args->input, 0}};
    tell(w->args, "started", fields, 1, "%s %s", why, w->args->input);
    return true;
}

// The paths of what was patched, each once: `a::f, a::g and 3 more`.
static const char *patched_names(Watch *w, const U32Vec *functions) {
    enum { SHOWN_MAX = 3 };
    Db *db = w->session.db;
    VEC(Str) names = {0};
    for (u32 i = 0; i < functions->count; i++) {
        MonoRef ref =
            mono_ref(db, ir_symbol_row(w->program.source.symbols, (IrSym){functions->at[i]})->key);
        const InstanceRow *row = instance_row(db, ref.instance);
        Str name = row->def.id ? def_path_str(db, def_typeck_root(db, row->def), &w->scratch)
                               : instance_print(db, ref.instance, &w->scratch);
        bool known = false;
        for (u32 k = 0; k < names.count && !known; k++)
            known = str_eq(names.at[k], name);
        if (!known) vec_push(&w->scratch, &names, name);
    }
    Str text = STR("");
    u32 shown = min_u32(names.count, SHOWN_MAX);
    for (u32 i = 0; i < shown; i++) {
        const char *separator = i == 0 ? "" : i + 1 == names.count ? " and " : ", ";
        text = scratch_print(&w->scratch, "%.*s%s%.*s", STR_ARG(text), separator,
                             STR_ARG(names.at[i]));
    }
    if (names.count > shown)
        text = scratch_print(&w->scratch, "%.*s and %u more", STR_ARG(text), names.count - shown);
    return scratch_str(&w->scratch, text).at;
}

// For --time-passes: every slot that was patched, by the name of its instance.
static void tell_slots(Watch *w, const JitReload *patch) {
    Db *db = w->session.db;
    Str text = STR("");
    for (u32 i = 0; i < patch->functions.count; i++) {
        IrSym sym = {patch->functions.at[i]};
        MonoRef ref = mono_ref(db, ir_symbol_row(w->program.source.symbols, sym)->key);
        Str name = instance_print(db, ref.instance, &w->scratch);
        text =
            scratch_print(&w->scratch, "%.*s%s%.*s", STR_ARG(text), i ? "; " : "", STR_ARG(name));
    }
    const char *slots = scratch_str(&w->scratch, text).at;
    Field fields[] = {{"slots", slots, 0},
                      {"new", NULL, patch->renewed_count},
                      {"relinked", NULL, patch->relinked_count},
                      {"data", NULL, patch->data_count}};
    tell(w->args, "patched", fields, ARRAY_LEN(fields),
         "patched %u slots (%u new, %u relinked) and %u data: %s", patch->functions.count,
         patch->renewed_count, patch->relinked_count, patch->data_count, slots);
}

static void tell_patch(Watch *w, const WatchReload *reload, u64 saved_ns) {
    const JitReload *patch = &reload->patch;
    double ms = ms_since(saved_ns);
    u32 count = patch->functions.count;
    if (count) {
        const char *names = patched_names(w, &patch->functions);
        Field fields[] = {{"names", names, 0}, {"functions", NULL, count}, {"ms", NULL, ms}};
        tell(w->args, "reloaded", fields, 3, "reloaded %s (%u function%s, %.1f ms)", names, count,
             count == 1 ? "" : "s", ms);
    } else if (patch->data_count) {
        Field fields[] = {{"data", NULL, patch->data_count}, {"ms", NULL, ms}};
        tell(w->args, "reloaded", fields, 2, "reloaded constants (%.1f ms)", ms);
    } else if (!patch->statics.count) {
        Field fields[] = {{"ms", NULL, ms}};
        tell(w->args, "no-change", fields, 1, "no change (%.1f ms)", ms);
    }
    for (u32 i = 0; i < patch->statics.count; i++) {
        MonoRef ref =
            mono_ref(w->session.db,
                     ir_symbol_row(w->program.source.symbols, (IrSym){patch->statics.at[i]})->key);
        const char *name =
            scratch_str(&w->scratch, def_path_str(w->session.db, ref.def, &w->scratch)).at;
        Field fields[] = {{"name", name, 0}};
        tell(w->args, "static-kept", fields, 1,
             "static %s keeps its value; its new initialiser counts from the next start", name);
    }
    if (w->args->options.time_passes) tell_slots(w, patch);
}

static void restart(Watch *w, const char *why) {
    end_program(w);
    start_program(w, why);
}

static void patch_program(Watch *w, const SourceEdits *edits, u64 saved_ns) {
    WatchReload reload;
    w->program.errors = 0;
    bool done = watch_reload(w->session.db, w->session.crate, &w->shapes, w->run,
                             w->program.source.symbols, &w->scratch, &reload);
    if (done) {
        tell_patch(w, &reload, saved_ns);
        LineRange lines = saves_touched_lines(&w->saves, edits);
        jit_run_refresh_locations(w->run, &reload.patch.functions, lines.first, lines.last);
        saves_add_files(&w->saves);
        beside_saved(&w->rustc, true);
        return;
    }
    if (!reload.restart.len) { // a report was made
        saves_take_back(&w->saves, edits);
        tell(w->args, "not-patched", NULL, 0,
             "nothing was patched: the program runs on with the old code");
        return;
    }
    const char *why = scratch_str(&w->scratch, reload.restart).at;
    Field fields[] = {{"reason", why, 0},
                      {"action", w->args->keep_old ? "keep-old" : "restart", 0}};
    tell(w->args, "restart-needed", fields, 2, "restart needed: %s%s", why,
         w->args->keep_old ? " (the program runs on with the old code)" : "");
    if (w->args->keep_old)
        saves_take_back(&w->saves, edits);
    else
        restart(w, "started");
}

// The text with errors was taken back; what was saved now is what runs.
static void tell_mended(Watch *w) {
    saves_forget_errors(&w->saves);
    tell(w->args, "mended", NULL, 0, "no errors any more: the program is as it was saved");
    beside_saved(&w->rustc, true);
}

static void take_save(Watch *w, const WatchTaken *taken) {
    SourceEdits edits = {0};
    if (!saves_read(&w->saves, taken, &w->scratch, &edits)) {
        if (!w->jit)
            start_program(w, "started");
        else if (w->saves.errors)
            tell_mended(w);
        return;
    }
    if (!w->jit) {
        start_program(w, "started");
        saves_add_files(&w->saves);
        return;
    }
    bool had_errors = w->saves.errors != NULL;
    u32 errors = saves_check(&w->saves);
    saves_add_files(&w->saves);
    if (errors) {
        saves_show_errors(&w->saves, errors, after_errors(w));
        saves_take_back(&w->saves, &edits);
        beside_saved(&w->rustc, false);
        return;
    }
    if (had_errors && !edits.count)
        tell_mended(w);
    else
        patch_program(w, &edits, taken->saved_ns);
}

// Off the way of the save: the program has its new code by now.
static void free_old_code(Watch *w) {
    JitCollected done;
    if (!w->jit || !jit_run_collect(w->run, false, &done)) return;
    if (!w->args->options.time_passes) return;
    double ms = (double)done.stopped_ns / 1e6;
    Field fields[] = {{"freed", NULL, (double)done.freed_bytes},
                      {"kept", NULL, (double)done.kept_bytes},
                      {"ms", NULL, ms}};
    tell(w->args, "freed-old-code", fields, 3,
         "freed %llu bytes of old code, kept %llu (the program was stopped for %.1f ms)",
         (unsigned long long)done.freed_bytes, (unsigned long long)done.kept_bytes, ms);
}

static void take_key(Watch *w, char key) {
    switch (key) {
    case 'q': w->quits = true; break;
    case 'r':
        if (w->jit)
            restart(w, "restarted");
        else
            start_program(w, "started");
        break;
    case 't': tests_beside_ask(&w->tests, w->args); break;
    case 'e':
        if (w->saves.errors)
            fputs(w->saves.errors, stderr);
        else if (w->rustc.errors)
            fputs(w->rustc.errors, stderr);
        else
            tell(w->args, "no-errors", NULL, 0, "no errors");
        break;
    default: break;
    }
}

// A signal to rac is the program's too: it may end in its own way, if it does so soon. A second
// signal waits for nothing.
static void take_signal(Watch *w, const WatchTaken *taken) {
    w->quits = true;
    w->status = 128 + taken->signal;
    if (!w->jit || !w->is_going) return;
    if (!taken->is_to_all) jit_kill(w->jit, taken->signal);
    u64 until = watch_now_ns() + (u64)END_MS_MAX * 1000000;
    for (u64 now; (now = watch_now_ns()) < until;) {
        JitResult result = jit_run_serve(w->run, (int)((until - now) / 1000000) + 1);
        if (result.end != JIT_END_INTERRUPTED) return;
        WatchTaken next;
        if (watch_events_take(w->events, 0, &w->scratch, &next) && next.signal) return;
    }
}

static void take_events(Watch *w, int timeout_ms) {
    scratch_rewind(&w->scratch, 0);
    WatchTaken taken;
    if (!watch_events_take(w->events, timeout_ms, &w->scratch, &taken)) return;
    if (taken.signal) {
        take_signal(w, &taken);
        return;
    }
    beside_tell(&w->rustc);
    if (taken.key) take_key(w, taken.key);
    if (!taken.files.count || w->quits) return;
    query_log_enable(w->session.db, w->args->options.time_passes);
    take_save(w, &taken);
    if (w->args->options.time_passes) query_log_print(w->args, w->session.db);
    free_old_code(w);
}

// ---- the loop -----------------------------------------------------------------------------------

static void tell_end(Watch *w, JitResult result) {
    if (result.end == JIT_END_SIGNALED) {
        Field fields[] = {{"signal", NULL, result.status}};
        tell(w->args, "ended", fields, 1,
             "the program was ended by signal %d (%s); waiting for a save", result.status,
             strsignal(result.status));
        return;
    }
    Field fields[] = {{"status", NULL, result.status}};
    tell(w->args, "ended", fields, 1, "the program exited with status %d; waiting for a save",
         result.status);
}

static void take_end(Watch *w, JitResult result) {
    IrSym stale = jit_run_stale_call(w->run);
    if (result.end == JIT_END_COMPILE && stale.id) {
        // Only its old signature is known to the caller, and only its new body to rac.
        scratch_rewind(&w->scratch, 0);
        Str name = w->program.source.name(w->program.source.cx, stale, &w->scratch);
        Str why = scratch_print(&w->scratch, "`%.*s` changed before its first call", STR_ARG(name));
        Field fields[] = {{"reason", scratch_str(&w->scratch, why).at, 0},
                          {"action", "restart", 0}};
        tell(w->args, "restart-needed", fields, 2, "restart needed: %.*s", STR_ARG(why));
        restart(w, "started");
        return;
    }
    end_program(w);
    if (result.end == JIT_END_SIGNALED && is_quit_signal(result.status)) {
        w->quits = true;
        w->status = 128 + result.status;
        return;
    }
    if (result.end == JIT_END_COMPILE) {
        tell(w->args, "failed", NULL, 0,
             "the program was stopped: it needs code that cannot be made; waiting for a save");
        return;
    }
    tell_end(w, result);
}

static void loop(Watch *w) {
    saves_add_files(&w->saves); // before a word is said: who hears it may save at once
    start_program(w, "started");
    saves_add_files(&w->saves);
    while (!w->quits) {
        if (!w->jit) {
            take_events(w, -1);
            continue;
        }
        bool is_new = !w->is_going;
        w->is_going = true;
        JitResult result =
            is_new ? jit_run(w->run, w->program.entry, -1) : jit_run_serve(w->run, -1);
        if (result.end == JIT_END_INTERRUPTED || result.end == JIT_END_TIMEOUT)
            take_events(w, 0);
        else
            take_end(w, result);
    }
    if (w->jit) end_program(w);
}

int command_watch(const CliArgs *args) {
    Watch w = {.args = args, .status = STATUS_OK};
    if (!session_open_crate(&w.session, args)) return STATUS_FAILED;
    scratch_init(&w.scratch);
    w.argv = program_argv(args);
    keyboard_take(&w.keyboard, false);
    quit_signals(SIG_BLOCK);
    w.events = watch_events_new(w.keyboard.fd);
    saves_init(&w.saves, &w.session, w.events);
    beside_open(&w.rustc, &w.session, w.events);
    loop(&w);
    tests_beside_close(&w.tests);
    beside_close(&w.rustc);
    watch_events_free(w.events);
    keyboard_give_back(&w.keyboard);
    if (w.is_open) program_close(&w.program);
    watch_shapes_deinit(&w.shapes);
    free(w.argv);
    saves_deinit(&w.saves);
    scratch_deinit(&w.scratch);
    session_close(&w.session);
    return w.status;
}
