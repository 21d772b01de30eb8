// What an edit made the queries do, for --time-passes of a command that goes on.

#ifndef RAC_CLI_QUERY_LOG_H
#define RAC_CLI_QUERY_LOG_H

#include "cli/command.h"
#include "query/query.h"

// Prints the engine's log: a table, or with --json the event `queries`: how often each kind ran,
// and by name the bodies and instances whose code was computed.
void query_log_print(const CliArgs *args, Db *db);

#endif
