// rac watch: runs a program and patches it at every save.
//
// One thread has the compiler: it serves the program's requests for code (jit_run_serve) until the
// events' thread interrupts it. The Db always stands at a text that has no errors while a program
// runs: an edit with errors is shown and taken back, so that code asked for later is that of the
// last good text.
#define _GNU_SOURCE
#include "cli/program.h"
#include "jit/run.h"
#include "link/link.h"
#include "watch/events.h"
#include "watch/reload.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

typedef struct Watch {
    Session session;
    Program program;
    const CliArgs *args;
    WatchEvents *events;
    WatchShapes shapes;
    Scratch scratch; // what one save needs
    Jit *jit;        // NULL: no program runs
    JitRun *run;
    char **argv;       // owned, its strings are not
    char *last_errors; // owned: text of the last save's errors, NULL: it had none
    int terminal;      // where keys come from, -1
    struct termios terminal_before;
    bool is_open;  // the program was compiled once
    bool is_going; // the child was told to start
    bool is_good;  // the crate had no error when good_notes notes were made
    u64 good_notes;
    bool quits;
    int status;
} Watch;

// ---- telling ------------------------------------------------------------------------------------

static void put_json_text(FILE *out, Str text) {
    fputc('"', out);
    for (u32 i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c == '\n')
            fputs("\\n", out);
        else if (c < 0x20)
            fprintf(out, "\\u%04x", c);
        else
            fputc(c, out);
    }
    fputc('"', out);
}

// An event and its fields (text, or a number where the text is NULL), in one write.
typedef struct Field {
    const char *name;
    const char *text;
    double number;
} Field;

static void tell(Watch *w, const char *event, const Field *fields, u32 count, const char *format,
                 ...) __attribute__((format(printf, 5, 6)));
static void tell(Watch *w, const char *event, const Field *fields, u32 count, const char *format,
                 ...) {
    char *line = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&line, &bytes);
    CHECK(out);
    if (w->args->json) {
        fprintf(out, "{\"event\":\"%s\"", event);
        for (u32 i = 0; i < count; i++) {
            fprintf(out, ",\"%s\":", fields[i].name);
            if (fields[i].text)
                put_json_text(out, str_from(fields[i].text));
            else
                fprintf(out, "%.10g", fields[i].number);
        }
        fputs("}\n", out);
    } else {
        bool colour = cli_colour(w->args);
        if (colour) fputs("\033[2m", out);
        va_list list;
        va_start(list, format);
        vfprintf(out, format, list);
        va_end(list);
        if (colour) fputs("\033[0m", out);
        fputc('\n', out);
    }
    fclose(out);
    fwrite(line, 1, bytes, stderr);
    fflush(stderr);
    free(line);
}

static double ms_since(u64 ns) {
    return (double)(watch_now_ns() - ns) / 1e6;
}

// ---- the terminal -------------------------------------------------------------------------------

// Keys come one by one, without echo, and the program gets an empty input in the terminal's place.
static void take_terminal(Watch *w) {
    w->terminal = -1;
    if (!isatty(0) || tcgetattr(0, &w->terminal_before) != 0) return;
    int empty = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (empty < 0) return;
    w->terminal = fcntl(0, F_DUPFD_CLOEXEC, 3);
    struct termios raw = w->terminal_before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    tcsetattr(w->terminal, TCSANOW, &raw);
    dup2(empty, 0);
    close(empty);
}

static void give_terminal_back(Watch *w) {
    if (w->terminal < 0) return;
    tcsetattr(w->terminal, TCSANOW, &w->terminal_before);
    dup2(w->terminal, 0);
    close(w->terminal);
}

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

static void quit_signals(int how) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    pthread_sigmask(how, &set, NULL);
}

static bool start_child(Watch *w) {
    LinkError error;
    Str std_path;
    bool ok = link_std_shared(w->session.db, 0, &std_path, &error);
    if (ok) {
        JitOptions options = {.std_path = std_path.at, .argv = w->argv};
        quit_signals(SIG_UNBLOCK); // the child inherits what is blocked
        w->jit = jit_start(&options, &error);
        quit_signals(SIG_BLOCK);
        ok = w->jit != NULL;
    }
    if (!ok) {
        cli_error(w->args, "%s", error.text);
        return false;
    }
    w->run = jit_run_new(w->jit, &w->program.source);
    w->is_going = false;
    watch_events_wake_by(w->events, wake_jit, w->jit);
    return true;
}

static void add_files(Watch *w) {
    Db *db = w->session.db;
    for (u32 id = 1; id < source_file_count(db); id++) {
        FileId file = {id};
        if (!source_is_library(db, file) && query_has_input(db, Q_file_text, id))
            watch_events_add_file(w->events, id, source_path(db, file));
    }
}

// ---- errors -------------------------------------------------------------------------------------

// The crate's errors as text; how many there are.
static u32 crate_errors(Watch *w) {
    Session *session = &w->session;
    Db *db = session->db;
    query_get(db, Q_crate_check, session->crate.id);
    free(w->last_errors);
    w->last_errors = NULL;
    // The walk over all that could be noted is spared while nothing was, since there was no error.
    u64 changed = query_notes_changed(db);
    if (w->is_good && changed == w->good_notes) return 0;
    w->is_good = false;
    if (!diag_has_error(db, Q_crate_check, session->crate.id)) {
        w->is_good = true;
        w->good_notes = changed;
        return 0;
    }
    size_t bytes;
    FILE *out = open_memstream(&w->last_errors, &bytes);
    CHECK(out);
    DiagRenderer renderer = session_renderer(session);
    renderer.out = out;
    u32 errors = diag_render(db, Q_crate_check, session->crate.id, &renderer);
    fclose(out);
    w->is_good = errors == 0; // what is found may be the library's, and hidden
    w->good_notes = changed;
    return errors;
}

static void show_errors(Watch *w, u32 errors) {
    if (w->args->json) {
        Field fields[] = {{"count", NULL, errors}, {"text", w->last_errors, 0}};
        tell(w, "errors", fields, 2, " ");
        return;
    }
    fputs(w->last_errors, stderr);
    const char *what = w->jit ? "the program runs on with the old code" : "waiting for a save";
    tell(w, "errors", NULL, 0, "%u error%s: %s", errors, errors == 1 ? "" : "s", what);
}

// ---- saves --------------------------------------------------------------------------------------

typedef struct OldText {
    FileId file;
    Str text;
} OldText;
typedef VEC(OldText) OldTexts;

static bool same_text(const Watch *w, FileId file, Str before) {
    Str now = source_text(w->session.db, file);
    return now.len == before.len && (now.len == 0 || memcmp(now.at, before.at, now.len) == 0);
}

// Sets what was saved. The texts before are kept. False: nothing is new.
static bool read_saved(Watch *w, const WatchTaken *taken, OldTexts *before) {
    Db *db = w->session.db;
    bool any = false;
    for (u32 i = 0; i < taken->files.count; i++) {
        FileId file = {taken->files.at[i]};
        Str old = scratch_str(&w->scratch, source_text(db, file));
        const FileText *text = query_get(db, Q_file_text, file.id);
        bool was_missing = text->missing;
        OsError error;
        if (!source_read(db, file, DURABILITY_LOW, &error)) {
            if (was_missing) continue;
            Field fields[] = {{"text", error.text, 0}};
            tell(w, "unreadable", fields, 1, "%s: going on with the text before", error.text);
            continue;
        }
        if (!was_missing && same_text(w, file, old)) continue;
        vec_push(&w->scratch, before, (OldText){file, old});
        any = true;
    }
    return any;
}

static void take_back(Watch *w, const OldTexts *before) {
    OsError error;
    for (u32 i = 0; i < before->count; i++)
        source_set_text(w->session.db, before->at[i].file, before->at[i].text, DURABILITY_LOW,
                        &error);
}

static bool open_program(Watch *w) {
    u32 errors = crate_errors(w);
    if (errors) {
        show_errors(w, errors);
        return false;
    }
    if (!w->is_open) w->is_open = program_open(&w->program, &w->session, IR_SYM_FN_SLOT);
    if (!w->is_open) return false;
    watch_shapes_note(&w->shapes, w->session.db, w->session.crate);
    query_changes_clear(w->session.db);
    return true;
}

static bool start_program(Watch *w, const char *why) {
    w->program.errors = 0;
    if (!open_program(w) || !start_child(w)) return false;
    Field fields[] = {{"file", w->args->input, 0}};
    tell(w, "started", fields, 1, "%s %s", why, w->args->input);
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

static void tell_patch(Watch *w, const WatchReload *reload, u64 saved_ns) {
    const JitReload *patch = &reload->patch;
    double ms = ms_since(saved_ns);
    u32 count = patch->functions.count;
    if (count) {
        const char *names = patched_names(w, &patch->functions);
        Field fields[] = {{"names", names, 0}, {"functions", NULL, count}, {"ms", NULL, ms}};
        tell(w, "reloaded", fields, 3, "reloaded %s (%u function%s, %.1f ms)", names, count,
             count == 1 ? "" : "s", ms);
    } else if (patch->data_count) {
        Field fields[] = {{"data", NULL, patch->data_count}, {"ms", NULL, ms}};
        tell(w, "reloaded", fields, 2, "reloaded constants (%.1f ms)", ms);
    } else if (!patch->statics.count) {
        Field fields[] = {{"ms", NULL, ms}};
        tell(w, "no-change", fields, 1, "no change (%.1f ms)", ms);
    }
    for (u32 i = 0; i < patch->statics.count; i++) {
        MonoRef ref =
            mono_ref(w->session.db,
                     ir_symbol_row(w->program.source.symbols, (IrSym){patch->statics.at[i]})->key);
        const char *name =
            scratch_str(&w->scratch, def_path_str(w->session.db, ref.def, &w->scratch)).at;
        Field fields[] = {{"name", name, 0}};
        tell(w, "static-kept", fields, 1,
             "static %s keeps its value; its new initialiser counts from the next start", name);
    }
}

static void restart(Watch *w, const char *why) {
    end_program(w);
    start_program(w, why);
}

static void patch_program(Watch *w, const OldTexts *before, u64 saved_ns) {
    WatchReload reload;
    w->program.errors = 0;
    bool done = watch_reload(w->session.db, w->session.crate, &w->shapes, w->run,
                             w->program.source.symbols, &w->scratch, &reload);
    if (done) {
        tell_patch(w, &reload, saved_ns);
        jit_run_refresh_locations(w->run);
        add_files(w);
        return;
    }
    if (!reload.restart.len) { // a report was made
        take_back(w, before);
        tell(w, "not-patched", NULL, 0,
             "nothing was patched: the program runs on with the old code");
        return;
    }
    const char *why = scratch_str(&w->scratch, reload.restart).at;
    Field fields[] = {{"reason", why, 0},
                      {"action", w->args->keep_old ? "keep-old" : "restart", 0}};
    tell(w, "restart-needed", fields, 2, "restart needed: %s%s", why,
         w->args->keep_old ? " (the program runs on with the old code)" : "");
    if (w->args->keep_old)
        take_back(w, before);
    else
        restart(w, "started");
}

// For --time-passes: what the save made the queries do.
static void print_query_log(Watch *w) {
    u32 counts[Q_COUNT][3] = {{0}};
    u32 count;
    const QueryLogRow *rows = query_log(w->session.db, &count);
    for (u32 i = 0; i < count; i++)
        counts[rows[i].kind][rows[i].event]++;
    fprintf(stderr, "%10s %10s %10s  query\n", "ran", "cut off", "verified");
    for (u32 kind = 0; kind < Q_COUNT; kind++) {
        const u32 *of = counts[kind];
        if (of[QUERY_RAN] || of[QUERY_CUT_OFF] || of[QUERY_VERIFIED])
            fprintf(stderr, "%10u %10u %10u  %s\n", of[QUERY_RAN], of[QUERY_CUT_OFF],
                    of[QUERY_VERIFIED], query_name((QueryKind)kind));
    }
}

static void take_save(Watch *w, const WatchTaken *taken) {
    OldTexts before = {0};
    if (!read_saved(w, taken, &before)) {
        if (!w->jit) start_program(w, "started");
        return;
    }
    if (!w->jit) {
        start_program(w, "started");
        add_files(w);
        return;
    }
    u32 errors = crate_errors(w);
    add_files(w);
    if (errors) {
        show_errors(w, errors);
        take_back(w, &before);
        return;
    }
    patch_program(w, &before, taken->saved_ns);
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
    case 'e':
        if (w->last_errors)
            fputs(w->last_errors, stderr);
        else
            tell(w, "no-errors", NULL, 0, "no errors");
        break;
    default: break;
    }
}

static void take_events(Watch *w, int timeout_ms) {
    scratch_rewind(&w->scratch, 0);
    WatchTaken taken;
    if (!watch_events_take(w->events, timeout_ms, &w->scratch, &taken)) return;
    if (taken.signal) {
        w->quits = true;
        w->status = 128 + taken.signal;
        return;
    }
    if (taken.key) take_key(w, taken.key);
    if (!taken.files.count || w->quits) return;
    query_log_enable(w->session.db, w->args->options.time_passes);
    take_save(w, &taken);
    if (w->args->options.time_passes) print_query_log(w);
}

// ---- the loop -----------------------------------------------------------------------------------

static void tell_end(Watch *w, JitResult result) {
    if (result.end == JIT_END_SIGNALED) {
        Field fields[] = {{"signal", NULL, result.status}};
        tell(w, "ended", fields, 1, "the program was ended by signal %d (%s); waiting for a save",
             result.status, strsignal(result.status));
        return;
    }
    Field fields[] = {{"status", NULL, result.status}};
    tell(w, "ended", fields, 1, "the program exited with status %d; waiting for a save",
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
        tell(w, "restart-needed", fields, 2, "restart needed: %.*s", STR_ARG(why));
        restart(w, "started");
        return;
    }
    end_program(w);
    if (result.end == JIT_END_SIGNALED &&
        (result.status == SIGINT || result.status == SIGTERM || result.status == SIGHUP)) {
        w->quits = true;
        w->status = 128 + result.status;
        return;
    }
    if (result.end == JIT_END_COMPILE) {
        tell(w, "failed", NULL, 0,
             "the program was stopped: it needs code that cannot be made; waiting for a save");
        return;
    }
    tell_end(w, result);
}

static void loop(Watch *w) {
    add_files(w); // before a word is said: who hears it may save at once
    start_program(w, "started");
    add_files(w);
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
    w.argv = calloc(args->program_arg_count + 2, sizeof(char *));
    CHECK(w.argv);
    w.argv[0] = (char *)args->input;
    for (u32 i = 0; i < args->program_arg_count; i++)
        w.argv[i + 1] = args->program_args[i];
    take_terminal(&w);
    quit_signals(SIG_BLOCK);
    w.events = watch_events_new(w.terminal);
    loop(&w);
    watch_events_free(w.events);
    give_terminal_back(&w);
    if (w.is_open) program_close(&w.program);
    watch_shapes_deinit(&w.shapes);
    free(w.argv);
    free(w.last_errors);
    scratch_deinit(&w.scratch);
    session_close(&w.session);
    return w.status;
}
