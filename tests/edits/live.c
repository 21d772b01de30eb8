#define _GNU_SOURCE
#include "live.h"

#include "link/link.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ROUND_MS = 3000, SLICE_MS = 2, OUTPUT_MAX = 1 << 20 };

static const char round_end[] = "-- end of round --\n";

bool live_wrap(Texts *texts, Scratch *scratch) {
    static const char name[] = "fn main() {";
    Str text = texts->files[0].text;
    const char *at = memmem(text.at, text.len, name, sizeof name - 1);
    if (!at || texts->count != 1) return false;
    u32 before = (u32)(at - text.at), after = before + (u32)sizeof name - 1;
    texts->files[1] = (File){
        STR("edited.rs"),
        scratch_print(scratch, "%.*spub fn main() {%.*s", (int)before, text.at,
                      (int)(text.len - after), text.at + after),
    };
    texts->files[0].text =
        scratch_print(scratch,
                      "mod edited;\n"
                      "fn main() {\n"
                      "    let mut line = String::new();\n"
                      "    while std::io::stdin().read_line(&mut line).unwrap_or(0) > 0 {\n"
                      "        line.clear();\n"
                      "        let _ = std::panic::catch_unwind(|| { edited::main(); });\n"
                      "        println!(\"%.*s\");\n"
                      "    }\n"
                      "}\n",
                      (int)sizeof round_end - 2, round_end);
    texts->count = 2;
    return true;
}

static void end_program(Live *live) {
    if (!live->jit) return;
    jit_run_free(live->run);
    jit_free(live->jit);
    close(live->in);
    close(live->out);
    live->jit = NULL;
    live->run = NULL;
    live->is_going = false;
}

// False after printing why not.
static bool start_program(Live *live) {
    Db *db = live->session->db;
    if (!live->is_open) live->is_open = program_open(&live->program, live->session, IR_SYM_FN_SLOT);
    if (!live->is_open) return false;
    watch_shapes_note(&live->shapes, db, live->session->crate);
    query_changes_clear(db);
    program_watch(&live->program);
    LinkError error;
    Str std_path;
    u32 flags = live->program.source.allocator[0].id ? LINK_STD_OWN_ALLOCATOR : 0;
    int in[2];
    if (!link_std_shared(db, flags, &std_path, &error)) {
        printf("no std: %s\n", error.text);
        return false;
    }
    CHECK(pipe2(in, O_CLOEXEC) == 0);
    live->in = in[1];
    live->out = memfd_create("program", MFD_CLOEXEC);
    CHECK(live->out >= 0);
    // The child inherits what stands at 0, 1 and 2. Panics tell the number of their thread: they
    // are not heard.
    int saved[3];
    for (int i = 0; i < 3; i++)
        saved[i] = fcntl(i, F_DUPFD_CLOEXEC, 3);
    fflush(stdout);
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    CHECK(dup2(in[0], 0) == 0 && dup2(live->out, 1) == 1 && dup2(nowhere, 2) == 2);
    close(nowhere);
    static char name[] = "edited";
    char *argv[] = {name, NULL};
    JitOptions options = {.std_path = std_path.at, .argv = argv, .host_path = RAC_HOST_PATH};
    live->jit = jit_start(&options, &error);
    for (int i = 0; i < 3; i++) {
        dup2(saved[i], i);
        close(saved[i]);
    }
    close(in[0]);
    if (!live->jit) {
        printf("no start: %s\n", error.text);
        close(live->in);
        close(live->out);
        return false;
    }
    live->run = jit_run_new(live->jit, &live->program.source);
    return true;
}

// False: the program must be started anew.
static bool patch_program(Live *live) {
    WatchReload reload;
    live->program.errors = 0;
    scratch_rewind(&live->scratch, 0);
    if (!watch_reload(live->session->db, live->session->crate, &live->shapes, live->run,
                      live->program.source.symbols, &live->scratch, &reload))
        return false;
    if (reload.patch.statics.count) return false; // it would go on with the old values
    jit_run_refresh_locations(live->run, &reload.patch.functions, 1, UINT32_MAX);
    return true;
}

static bool has_ended(const Live *live, off_t from, off_t size) {
    char last[sizeof round_end - 1];
    if (size - from < (off_t)sizeof last) return false;
    return pread(live->out, last, sizeof last, size - (off_t)sizeof last) == sizeof last &&
           memcmp(last, round_end, sizeof last) == 0;
}

static void print_output(const Live *live, off_t from, off_t size) {
    char buffer[4096];
    if (size - from > OUTPUT_MAX) size = from + OUTPUT_MAX;
    while (from < size) {
        off_t want = size - from < (off_t)sizeof buffer ? size - from : (off_t)sizeof buffer;
        ssize_t got = pread(live->out, buffer, (size_t)want, from);
        if (got <= 0) break;
        fwrite(buffer, 1, (size_t)got, stdout);
        from += got;
    }
}

// False: the program wants to be started again before it can go on.
static bool serve_round(Live *live) {
    off_t from = lseek(live->out, 0, SEEK_END);
    if (write(live->in, "\n", 1) != 1) return false;
    JitResult result = {0};
    u32 spent = 0;
    bool ended = false;
    do {
        result = live->is_going ? jit_run_serve(live->run, SLICE_MS)
                                : jit_run(live->run, live->program.entry, SLICE_MS);
        live->is_going = true;
        spent += SLICE_MS;
        ended = has_ended(live, from, lseek(live->out, 0, SEEK_END));
    } while (result.end == JIT_END_TIMEOUT && !ended && spent < ROUND_MS);
    if (result.end == JIT_END_COMPILE && jit_run_stale_call(live->run).id) return false;
    print_output(live, from, lseek(live->out, 0, SEEK_END));
    if (result.end == JIT_END_EXITED) printf("-- exit %d\n", result.status);
    if (result.end == JIT_END_SIGNALED) printf("-- signal %d\n", result.status);
    if (result.end == JIT_END_COMPILE) printf("-- code that cannot be made\n");
    if (result.end == JIT_END_TIMEOUT && !ended) printf("-- no end\n");
    if (!ended || result.end != JIT_END_TIMEOUT) end_program(live);
    return true;
}

void live_round(Live *live, Session *session) {
    if (!live->session) {
        live->session = session;
        scratch_init(&live->scratch);
    }
    for (u32 tries = 0; tries < 2; tries++) {
        if (live->jit && !patch_program(live)) end_program(live);
        if (!live->jit && !start_program(live)) return;
        if (serve_round(live)) return;
        end_program(live);
    }
}
