// rac build: an executable.
#include "cli/program.h"
#include "link/link.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

// Asked before the work is done, not after it; what goes wrong later is reported then.
static bool output_is_writable(const CliArgs *args) {
    const char *slash = strrchr(args->output, '/');
    int len = slash == args->output ? 1 : slash ? (int)(slash - args->output) : 1;
    char folder[4096];
    if (len >= (int)sizeof folder) return true;
    snprintf(folder, sizeof folder, "%.*s", len, slash ? args->output : ".");
    if (access(folder, W_OK | X_OK) == 0) return true;
    cli_error(args, "cannot write `%s`: %s", args->output, strerror(errno));
    return false;
}

int command_build(const CliArgs *args) {
    if (!output_is_writable(args)) return STATUS_FAILED;
    Session session;
    if (!session_open_crate(&session, args)) return STATUS_FAILED;
    Program program;
    int status = STATUS_FAILED;
    if (program_open(&program, &session, IR_SYM_FN)) {
        AotOptions options = {
            .output = args->output,
            .extra = args->link_args,
            .extra_count = args->link_arg_count,
        };
        ProgramFigures figures;
        bool ok = program_build(&program.source, program.entry, link_toolchain(session.db), &options, &figures);
        if (ok && !program.errors) status = STATUS_OK;
        program_close(&program);
    }
    session_close(&session);
    return status;
}
