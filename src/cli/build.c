// rac build: an executable.
#include "cli/program.h"
#include "link/link.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

// Without -o: the file's name without folders and extension, as rustc has it.
static Str output_path(const CliArgs *args, Scratch *scratch) {
    if (args->output) return str_from(args->output);
    const char *slash = strrchr(args->input, '/');
    const char *name = slash ? slash + 1 : args->input;
    const char *dot = strrchr(name, '.');
    if (!dot || dot == name) return scratch_print(scratch, "%s.out", name);
    return scratch_print(scratch, "%.*s", (int)(dot - name), name);
}

// Asked before the work is done, not after it; what goes wrong later is reported then.
static bool output_is_writable(const CliArgs *args, Str output, Scratch *scratch) {
    const char *slash = strrchr(output.at, '/');
    Str folder = !slash ? STR(".")
                 : slash == output.at
                     ? STR("/")
                     : scratch_print(scratch, "%.*s", (int)(slash - output.at), output.at);
    struct stat input, existing;
    if (stat(args->input, &input) == 0 && stat(output.at, &existing) == 0 &&
        input.st_dev == existing.st_dev && input.st_ino == existing.st_ino) {
        cli_error(args, "the input file `%s` would be overwritten by the executable", args->input);
        return false;
    }
    if (access(folder.at, W_OK | X_OK) == 0) return true;
    cli_error(args, "cannot write `%s`: %s", output.at, strerror(errno));
    return false;
}

static int build(const CliArgs *args, Str output) {
    Session session;
    if (!session_open_crate(&session, args)) return STATUS_FAILED;
    Program program;
    int status = STATUS_FAILED;
    if (program_open(&program, &session, IR_SYM_FN)) {
        AotOptions options = {
            .output = output.at,
            .extra = args->link_args,
            .extra_count = args->link_arg_count,
        };
        ProgramFigures figures;
        bool ok = program_build(&program.source, program.entry, link_toolchain(session.db),
                                &options, &figures);
        if (ok && !program.errors) status = STATUS_OK;
        program_close(&program);
    }
    session_close(&session);
    return status;
}

int command_build(const CliArgs *args) {
    Scratch scratch;
    scratch_init(&scratch);
    Str output = output_path(args, &scratch);
    int status = STATUS_FAILED;
    if (output_is_writable(args, output, &scratch)) status = build(args, output);
    scratch_deinit(&scratch);
    return status;
}
