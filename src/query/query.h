// The incremental engine: every derived fact is the memo of a query.
//
// A query is a kind (queries.def) and a u32 key (an id; a compound key is interned first). Its
// result is a blob (base/blob.h) that stays where it is until a revision in which it was found
// to have changed. The engine knows nothing about Rust.
//
// The algorithm is Salsa's (salsa-rs book, "The red-green algorithm"): an input set anew starts
// a revision; a memo holds the list of queries it read, the revision it was last verified in and
// the one its value last changed in. Asked for a memo that is suspect, the engine first verifies
// its dependencies in order; when none changed since, the memo is good. Otherwise it runs again,
// and when the new blob equals the old one byte for byte, what depends on it stays good (early
// cut-off). Durability: inputs that rarely change (the library's files) are HIGH, and a memo that
// read only HIGH inputs is never suspect while only LOW ones are set.
//
// Suspect is at first whatever is not more durable than the input. Who sets inputs many times asks
// for query_track: then only what can have been reached is suspect (users.c has how), and an edit
// costs what it changes, however much is known.
//
// Rules: a provider reads facts only through query_get and interned tables; it takes memory from
// db->scratch (the engine marks and rewinds around it) and ends with query_return. A result's
// pointer holds while the query that asked for it runs; asked for from outside of queries, until
// the next revision begins. Results are compared by bytes: what lies between the fields of a row
// must be zero too, so rows that are built on the stack have no padding. In a hostile build bytes
// that nobody wrote are never equal.
//
// Cycles: query_get answers NULL when the query is already running, if its kind allows a cycle;
// otherwise the engine reports an internal error with the stack of active queries.

#ifndef RAC_QUERY_QUERY_H
#define RAC_QUERY_QUERY_H

#include "query/db.h"

#ifndef RAC_QUERIES_DEF // the engine's own tests have another list
#define RAC_QUERIES_DEF "query/queries.def"
#endif

typedef enum QueryKind {
    Q_NONE,
#define QUERY(name, cycle, firewall) Q_##name,
#include RAC_QUERIES_DEF
#undef QUERY
    Q_COUNT
} QueryKind;

typedef enum Durability { DURABILITY_LOW, DURABILITY_HIGH, DURABILITY_COUNT } Durability;

typedef void QueryRun(Db *db, u32 key);

// Called once per kind by the folder that answers it.
void query_register(Db *db, QueryKind kind, QueryRun *run);

// The blob of the memo, computed or verified as needed. Never NULL except in a cycle of a kind
// that allows one.
const void *query_get(Db *db, QueryKind kind, u32 key);
// The same, with the result's size.
const void *query_get_sized(Db *db, QueryKind kind, u32 key, u32 *bytes);

// Ends a provider: the result is copied. A provider that returns without calling it is a bug.
void query_return(Db *db, const void *result, u32 bytes);
static inline void query_return_blob(Db *db, const Blob *blob) {
    query_return(db, blob->at, blob->bytes);
}

// Inputs: kinds without a provider. Setting one for the first time, or to an equal value, starts
// no revision; only then may a running query set it (a file found in the middle of a compile).
void query_set_input(Db *db, QueryKind kind, u32 key, const void *value, u32 bytes,
                     Durability durability);
// Whether the input was ever set. It makes no dependency: a query that must know of absence reads
// an input that says so (source/ sets a text for files that are missing).
bool query_has_input(const Db *db, QueryKind kind, u32 key);
// Changes a part of an input that was set: `gone` bytes at `at` give way to `len` others (not of
// the value itself). It counts as a change whatever they are. Outside of queries; a large value
// that keeps about its size stays where it is.
void query_splice_input(Db *db, QueryKind kind, u32 key, u32 at, u32 gone, const void *fresh,
                        u32 len);
bool query_is_running(const Db *db);

// Diagnostics and other side results belong to the memo that made them: they are kept and
// dropped with it, and are there again without work while it stays good.
void query_attach(Db *db, const void *note, u32 bytes);
typedef void QueryNoteFn(void *cx, QueryKind kind, u32 key, const void *note, u32 bytes);
// Visits the notes of the memo and of everything it depends on, each memo once, outside of queries.
// `note` lives until the next revision. That notes are other ones is no change of a memo.
typedef enum QueryNotes {
    QUERY_NOTES_ALL,
    // Without those of HIGH memos. Once users are known (query_track) this costs what is visited,
    // not what the memo depends on; and nothing, users or not, where there are no notes.
    QUERY_NOTES_LOW,
} QueryNotes;
void query_notes(Db *db, QueryKind kind, u32 key, QueryNotes which, QueryNoteFn *visit, void *cx);

// Dividing: many memos read a little of one large result, and the folder that makes it can tell
// which of them a new value concerns. `divide` is called when the result is another than before,
// and names (query_concerns) all memos of part kinds (queries.def) that may answer otherwise now.
// The other parts stay as they are though they read it. What is of no part kind and read it is
// looked at as ever. `divide` reads the two values and interned tables only.
typedef void QueryDivide(Db *db, u32 key, const void *before, const void *now);
void query_divide(Db *db, QueryKind kind, QueryDivide *divide);
void query_concerns(Db *db, QueryKind part, u32 key);
void query_concerns_all(Db *db, QueryKind part);

// From now on the engine knows the users of each memo. Outside of queries.
void query_track(Db *db);

u32 query_revision(const Db *db);
// How many users the query's memo has; some of them may be so no longer.
u32 query_user_count(const Db *db, QueryKind kind, u32 key);
const char *query_name(QueryKind kind);
// Whether results of the kind are let go when they have not been read for a while (idle.c).
bool query_lets_go(QueryKind kind);

// The log, for tests and `rac dump queries`: one row per memo looked at since it was cleared. What
// ran once before did so because of one that it read then (the first of them to have changed).
typedef enum QueryEvent { QUERY_RAN, QUERY_VERIFIED, QUERY_CUT_OFF } QueryEvent;
typedef struct QueryLogRow {
    QueryKind kind;
    u32 key;
    QueryEvent event;
    QueryKind because_kind; // Q_NONE: it was verified, or never asked for before
    u32 because_key;
} QueryLogRow;
void query_log_enable(Db *db, bool on); // also clears it
const QueryLogRow *query_log(const Db *db, u32 *count);

// The memos whose value changed (not those that came to be) since the list was cleared, in the
// order in which that was found: what reload looks at. A memo may be named twice.
typedef struct QueryChange {
    QueryKind kind;
    u32 key;
} QueryChange;
const QueryChange *query_changes(const Db *db, u32 *count);
void query_changes_clear(Db *db);
// The memos of watched kinds that came to be suspect since the list was cleared, in the order in
// which they did: all those whose value can be another by now. A memo may be named twice.
void query_watch(Db *db, QueryKind kind);
const QueryChange *query_suspects(const Db *db, u32 *count);
void query_suspects_clear(Db *db);
// Whether the query was ever asked for.
bool query_has_memo(const Db *db, QueryKind kind, u32 key);

// One memo, for tests and `rac dump queries`. They are numbered from 1 in the order in which they
// were first asked for.
typedef struct QueryMemo {
    QueryKind kind;
    u32 key;
    Durability durability;
    bool is_done; // else it was only asked for in a cycle
    bool is_input;
} QueryMemo;
u32 query_memo_count(const Db *db);
QueryMemo query_memo(const Db *db, u32 number);

// Per-kind figures for --time-passes: runs and self time (without the queries it asked for).
typedef struct QueryStat {
    u64 run_count;
    u64 self_ns;
} QueryStat;
QueryStat query_stat(const Db *db, QueryKind kind);

// Checks what must hold of flags and users between questions; slow.
void query_verify(const Db *db);

struct QueryEngine *query_engine_new(void);
void query_engine_free(struct QueryEngine *engine);
void query_engine_image(struct QueryEngine *engine, Image *image);
// Makes all memos of a kind as if they had never been asked for. For the time after an image was
// loaded: what was computed from them stays good.
void query_forget(Db *db, QueryKind kind);

#endif
