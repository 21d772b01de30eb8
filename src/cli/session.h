// A session: the Db of one command, its stores made in order, its input read.

#ifndef RAC_CLI_SESSION_H
#define RAC_CLI_SESSION_H

#include "cli/command.h"
#include "cli/places.h"
#include "diag/diag.h"
#include "names/def.h"
#include "query/query.h"
#include "source/source.h"

typedef struct Session {
    const CliArgs *args; // borrowed
    Db *db;              // owned
    FileId input;
    CrateId crate;        // of the input; session_open_crate only
    u32 library_memos;    // how many facts came from the library image
    u64 library_identity; // of the image that was loaded, 0: none
    // Of a crate whose own state came from an earlier run (kept.h): what that left.
    bool is_kept;
    u32 kept_memos, kept_revision;
    Table called;  // IrSym: the functions that the last run of a kept program has called
    Places places; // of its Locations
} Session;

// Makes the Db and reads the input, if one was given: enough for what the text alone says. False
// after printing why not.
bool session_open(Session *session, const CliArgs *args);
// The same with the stores and providers of every stage, the toolchain's crates and the user's;
// what earlier runs have found out about the library is there, unless --no-cache was given.
bool session_open_crate(Session *session, const CliArgs *args);
// Every stage's store and providers, and the toolchain, but no crate. False after printing why
// there is no toolchain.
bool session_open_stores(Session *session, const CliArgs *args);
// With the toolchain's crates only, and nothing known of them.
bool session_open_library(Session *session, const CliArgs *args);
// Frees everything; prints the figures if --time-passes asked for them.
void session_close(Session *session);

// The same for a process that ends now: frees nothing, since that takes milliseconds.
void session_leave(const Session *session);

// Prints the diagnostics of a memo and all below it on stderr; how many were errors.
u32 session_report(Session *session, QueryKind kind, u32 key);
// How diagnostics are printed in this session.
DiagRenderer session_renderer(const Session *session);
// check.c: the query that finds every error of a crate, and the showing of them. Its value are the
// DefIds of what the crate exports, and its global allocator (exports.c).
void check_register(Db *db);
u32 check_report(Session *session); // the user's crate
u32 check_report_of(Session *session, CrateId crate);
// "error: aborting due to 2 previous errors"; STATUS_FAILED. STATUS_OK if there were none.
int session_status(const Session *session, u32 errors);

#endif
