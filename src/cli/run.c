// rac run: compiles the program as it runs, in a child process.
#include "jit/run.h"
#include "cli/kept.h"
#include "cli/program.h"
#include "link/link.h"

#include <stdlib.h>

char **program_argv(const CliArgs *args) {
    u32 count = args->test_arg_count + args->program_arg_count;
    char **argv = calloc(count + 2, sizeof(char *));
    CHECK(argv);
    argv[0] = (char *)args->input;
    for (u32 i = 0; i < count; i++)
        argv[i + 1] = i < args->test_arg_count ? (char *)args->test_args[i]
                                               : args->program_args[i - args->test_arg_count];
    return argv;
}

Jit *program_start(Program *program, u32 std_flags, char *const *argv, char *const *envp) {
    Session *session = program->session;
    LinkError error;
    Str std_path;
    if (program->source.allocator[0].id) std_flags |= LINK_STD_OWN_ALLOCATOR;
    Jit *jit = NULL;
    if (link_std_shared(session->db, std_flags, &std_path, &error)) {
        JitOptions options = {.std_path = std_path.at, .argv = argv, .envp = envp};
        jit = jit_start(&options, &error);
    }
    if (!jit) cli_error(session->args, "%s", error.text);
    return jit;
}

// A function is made when it is first called, for which the program has to wait. What it called the
// last time is there from the beginning.
static void call_again(const Session *session, JitRun *run) {
    if (!kept_is_unchanged(session)) return;
    const Table *called = &session->called;
    for (u32 i = 1; i < called->count; i++)
        if (!jit_run_compile(run, (IrSym){*(const u32 *)table_at(called, i)})) return;
}

static void note_called(Session *session, const JitRun *run) {
    U32Vec functions = {0};
    Scratch *scratch = &session->db->scratch;
    u64 mark = scratch_mark(scratch);
    jit_run_functions(run, scratch, &functions);
    table_truncate(&session->called, 1);
    table_add_copy(&session->called, functions.at, functions.count);
    scratch_rewind(scratch, mark);
}

int program_run_in_child(Session *session, Program *program, u32 std_flags) {
    char **argv = program_argv(session->args);
    Jit *jit = program_start(program, std_flags, argv, NULL);
    if (!jit) {
        free(argv);
        return STATUS_FAILED;
    }
    JitRun *run = jit_run_new(jit, &program->source);
    if (session->args->direct_calls) jit_run_call_directly(run);
    call_again(session, run);
    JitResult result = jit_run(run, program->entry, -1);
    note_called(session, run);
    jit_run_free(run);
    jit_free(jit);
    free(argv);
    if (result.end == JIT_END_COMPILE || program->errors) return STATUS_FAILED;
    kept_save(session);
    session_leave(session);
    jit_end_like(result);
}

int command_run(const CliArgs *args) {
    Session session;
    if (!session_open_crate(&session, args)) return STATUS_FAILED;
    Program program;
    int status = STATUS_FAILED;
    if (program_open(&program, &session, IR_SYM_FN_SLOT)) {
        status = program_run_in_child(&session, &program, 0);
        program_close(&program);
    }
    session_close(&session);
    return status;
}
