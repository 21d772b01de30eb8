#include "cli/session.h"

int command_run(const CliArgs *args) {
    Session session;
    if (!session_open(&session, args)) return STATUS_FAILED;
    cli_error(args, "`rac run` is not supported yet: rac cannot compile programs");
    session_close(&session);
    return STATUS_FAILED;
}
