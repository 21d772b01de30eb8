// What the engine's files share: memos, frames, the engine. Nobody outside query/ includes this.

#ifndef RAC_QUERY_ENGINE_INTERNAL_H
#define RAC_QUERY_ENGINE_INTERNAL_H

#include "query/heap.h"
#include "query/query.h"

// The last column of queries.def; a firewall has some of QUERY_FIREWALL.
enum { QUERY_PART = 2, QUERY_FIREWALL = 3, QUERY_LET_GO = 4 };

typedef enum MemoState { MEMO_EMPTY, MEMO_DONE, MEMO_VERIFYING, MEMO_RUNNING } MemoState;

// One fact. Memos are numbered in the order they were first asked for; a dependency is such a
// number.
typedef struct __attribute__((aligned(64))) Memo {
    u32 verified_at; // revision it ran or was looked through in; never the current one while the
                     // memo is not DONE
    u32 changed_at;  // revision in which the value last changed
    u32 blob;        // owned heap block of blob_bytes; of a BlobHash when it is let go
    u32 blob_bytes;
    u32 deps; // owned heap block of dep_count memo numbers, in the order they were read
    u32 dep_count;
    u32 notes; // owned heap block: notes, each a NoteHead and its bytes padded to 8
    u32 note_bytes;
    u32 users; // owned heap block: memo numbers that may have read it (users.c)
    u32 user_count;
    u32 key;
    u8 kind;
    u8 state;         // MemoState
    u8 durability;    // the least of what was read
    u8 is_let_go : 1; // idle.c
    u8 noted : 1;     // it or something below has notes (true when in doubt)
    u8 listed : 1;    // it is in engine->noters
    u8 suspect : 1;   // something below may have changed since verified_at
    u8 linked : 1;    // it is among the users of each of its LOW dependencies
    u8 firewall : 1;  // of an eager kind, and all it read are inputs, firewalls or HIGH
    u32 walk;         // walk in which it was found good, provided...
    u32 walk_low;     // ...the query of this stack depth turns out to be good
} Memo;
_Static_assert(sizeof(Memo) == 64, "one cache line: a walk looks at many");

// What is written of a memo that is only read. It lies apart, so that the memos of an image stay as
// they were mapped; and it is not saved.
typedef struct MemoMarks {
    u32 read_by; // serial of the frame that read it last: keeps dependency lists short
    u32 seen_by; // serial of the visit that saw it last
} MemoMarks;

typedef struct NoteHead {
    u32 bytes;
    u32 zero;
} NoteHead;

// A query that runs, or whose dependencies are being verified.
typedef struct Frame {
    u32 memo;
    u32 serial;
    u32 dep_first;  // rows of engine->deps from here on are this frame's
    u32 note_first; // 8-byte rows of engine->notes
    u32 held_first; // rows of engine->held
    bool returned;
    bool changed;  // the result, or what is noted, is another than before
    bool runs;     // not only verified
    bool in_cycle; // has read a query that runs or is being verified
    u8 durability;
    u8 noted;
} Frame;

typedef struct KindRow {
    QueryRun *run;       // NULL for inputs
    QueryDivide *divide; // NULL: a change concerns all who read it
    u32 *memos;          // owned reserved range: memo number by key, NULL until the first
    bool watched;        // its suspects are listed
    bool concerned;      // a part kind: the result that is being divided concerns all of them
    QueryStat stat;
} KindRow;

// Who needs the result of a memo whose kind is let go.
typedef struct HoldRow {
    u32 count; // queries that run and have read it, or run it
    u32 idle;  // 0, or the number of its entry in the ring of idle ones
} HoldRow;
enum { IDLE_MAX = 4096 };

typedef struct QueryEngine {
    Heap heap;
    Table memos;       // Memo
    Table marks;       // MemoMarks by memo number
    Table frames;      // Frame; row 0 is no frame
    Table deps;        // u32: what the frames have read so far
    Table notes;       // u64: what they have attached
    Table noters;      // u32: memos with notes, and some that had some once
    Table held;        // u32: memos that the frames hold; first those asked for from outside
    Table holds;       // HoldRow by memo number
    Table log;         // QueryLogRow
    Table changes;     // QueryChange
    Table suspects;    // QueryChange: of watched kinds
    Table concerned;   // u32: parts that the result that is being divided concerns
    Table visit;       // u32: memos a visit of notes or a flood has still to see
    Table eager;       // u32: suspect firewalls, to be brought up to date before any answer
    Table provisional; // u32: memos that are good if a query below on the stack is
    Table unsettled;   // u32: memos that ran while something they read was being verified
    KindRow kinds[Q_COUNT];
    u32 revision;
    u32 frame_serial;
    u32 walk;
    u32 cycle_low;      // least stack depth the present verification takes for granted
    u32 idle[IDLE_MAX]; // a ring: memos that nobody holds, by number of entry
    u32 idle_first, idle_end;
    u64 idle_bytes;
    u64 switched_ns;
    bool log_on;
    bool tracks;   // users are known: a change flags only what it can reach
    bool flushing; // the firewalls are being brought up to date: flags may be missing yet
} QueryEngine;

Memo *engine_memo(const QueryEngine *engine, u32 id);
MemoMarks *engine_marks(const QueryEngine *engine, u32 id);
// The memo's number, made when it is new.
u32 engine_memo_id(QueryEngine *engine, QueryKind kind, u32 key);
// Records that the running query read the memo; false if that is known.
bool engine_record_read(QueryEngine *engine, u32 memo_id);
// The kind's memo numbers by key, reserved when they are first asked for.
u32 *engine_keys(QueryEngine *engine, QueryKind kind);
void engine_drop_keys(QueryEngine *engine, QueryKind kind);
void engine_log(QueryEngine *engine, const Memo *memo, QueryEvent event);

bool engine_is_input(const QueryEngine *engine, const Memo *memo);

// ---- idle.c -------------------------------------------------------------------------------------

// The result stays until as many calls of engine_unhold.
void engine_hold(QueryEngine *engine, u32 memo_id);
void engine_unhold(QueryEngine *engine, u32 memo_id);

// ---- users.c ------------------------------------------------------------------------------------

bool engine_kind_is_eager(u32 kind);
// Marks what the memo read, if it is a user of it already; engine_link then passes over it.
u32 engine_mark_deps(QueryEngine *engine, const Memo *memo);
// After a run or a walk: makes the memo a user of the LOW memos it read, and tells whether it is a
// firewall.
void engine_link(QueryEngine *engine, u32 memo_id, u32 marked);
// Flags what may have read the memo, and what may have read that, up to the firewalls.
void engine_flood(QueryEngine *engine, u32 memo_id);
// The same for a memo that has been divided; forgets what it concerns.
void engine_flood_divided(QueryEngine *engine, u32 memo_id);
// Flags every memo that is at most as durable.
void engine_suspect_all(QueryEngine *engine, u32 durability);
// The memo has come to be `noted`: so have all that may have read it.
void engine_spread_noted(QueryEngine *engine, u32 memo_id);
// Whether `root`, which is good, has read the memo, or something that has.
bool engine_leads_to(QueryEngine *engine, u32 memo_id, u32 root);
// Once nothing runs: flags the unsettled memos that read what is suspect still.
void engine_settle(QueryEngine *engine);

#endif
