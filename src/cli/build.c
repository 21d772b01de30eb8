// rac build: an executable.
#include "cli/program.h"
#include "link/link.h"

int command_build(const CliArgs *args) {
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
