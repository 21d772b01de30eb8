#include "cli/session.h"

int command_check(const CliArgs *args) {
    Session session;
    if (!session_open_crate(&session, args)) return STATUS_FAILED;
    query_get(session.db, Q_crate_box, session.crate.id);
    u32 errors = session_report(&session, Q_crate_box, session.crate.id);
    int status = session_status(&session, errors);
    if (status == STATUS_OK) {
        cli_error(args, "`rac check` is not supported yet: rac cannot check bodies");
        status = STATUS_FAILED;
    }
    session_close(&session);
    return status;
}
