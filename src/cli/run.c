// rac run: compiles the program as it runs, in a child process.
#include "cli/program.h"
#include "jit/run.h"
#include "link/link.h"

#include <stdlib.h>

static int run_in_child(Session *session, Program *program) {
    const CliArgs *args = session->args;
    LinkError error;
    Str std_path;
    if (!link_std_shared(session->db, 0, &std_path, &error)) {
        cli_error(args, "%s", error.text);
        return STATUS_FAILED;
    }
    char **argv = calloc(args->program_arg_count + 2, sizeof(char *));
    CHECK(argv);
    argv[0] = (char *)args->input;
    for (u32 i = 0; i < args->program_arg_count; i++)
        argv[i + 1] = args->program_args[i];
    JitOptions options = {.std_path = std_path.at, .argv = argv};
    Jit *jit = jit_start(&options, &error);
    if (!jit) {
        cli_error(args, "%s", error.text);
        free(argv);
        return STATUS_FAILED;
    }
    JitRun *run = jit_run_new(jit, &program->source);
    JitResult result = jit_run(run, program->entry, -1);
    jit_run_free(run);
    jit_free(jit);
    free(argv);
    if (result.end == JIT_END_COMPILE || program->errors) return STATUS_FAILED;
    session_close(session);
    jit_end_like(result);
}

int command_run(const CliArgs *args) {
    Session session;
    if (!session_open_crate(&session, args)) return STATUS_FAILED;
    Program program;
    int status = STATUS_FAILED;
    if (program_open(&program, &session, IR_SYM_FN_SLOT)) {
        status = run_in_child(&session, &program);
        program_close(&program);
    }
    session_close(&session);
    return status;
}
