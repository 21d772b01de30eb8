// What the engine's files share: memos, frames, the engine. Nobody outside query/ includes this.

#ifndef RAC_QUERY_ENGINE_INTERNAL_H
#define RAC_QUERY_ENGINE_INTERNAL_H

#include "query/heap.h"
#include "query/query.h"

typedef enum MemoState { MEMO_EMPTY, MEMO_DONE, MEMO_VERIFYING, MEMO_RUNNING } MemoState;

// One fact. Memos are numbered in the order they were first asked for; a dependency is such a
// number.
typedef struct Memo {
    u32 verified_at; // revision; never the current one while the memo is not DONE
    u32 changed_at;  // revision in which the value (or the notes) last changed
    u32 blob;        // owned heap block of blob_bytes
    u32 blob_bytes;
    u32 deps; // owned heap block of dep_count memo numbers, in the order they were read
    u32 dep_count;
    u32 notes; // owned heap block: notes, each a NoteHead and its bytes padded to 8
    u32 note_bytes;
    u32 key;
    u8 kind;
    u8 state;      // MemoState
    u8 durability; // the least of what was read
    u8 noted;      // it or something below has notes (true when in doubt)
    u32 read_by;   // serial of the frame that read it last: keeps dependency lists short
    u32 seen_by;   // serial of the visit of notes that saw it last
    u32 walk;      // walk in which it was found good, provided...
    u32 walk_low;  // ...the query of this stack depth turns out to be good
} Memo;

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
    bool returned;
    bool runs; // not only verified
    u8 durability;
    u8 noted;
} Frame;

typedef struct KindRow {
    QueryRun *run; // NULL for inputs
    u32 *memos;    // owned reserved range: memo number by key, NULL until the first
    QueryStat stat;
} KindRow;

typedef struct QueryEngine {
    Heap heap;
    Table memos;   // Memo
    Table frames;  // Frame; row 0 is no frame
    Table deps;    // u32: what the frames have read so far
    Table notes;   // u64: what they have attached
    Table log;     // QueryLogRow
    Table changes; // QueryChange
    Table visit;   // u32: memos a visit of notes has still to see
    KindRow kinds[Q_COUNT];
    u32 revision;
    u32 changed_at[DURABILITY_COUNT]; // last revision an input at least as durable changed
    u32 frame_serial;
    u32 walk;
    u32 cycle_low; // least stack depth the present verification takes for granted
    u64 switched_ns;
    u64 notes_changed;
    bool log_on;
} QueryEngine;

Memo *engine_memo(const QueryEngine *engine, u32 id);
// The memo's number, made when it is new.
u32 engine_memo_id(QueryEngine *engine, QueryKind kind, u32 key);
// Records that the running query read the memo.
void engine_record_read(QueryEngine *engine, u32 memo_id);
// The kind's memo numbers by key, reserved when they are first asked for.
u32 *engine_keys(QueryEngine *engine, QueryKind kind);
void engine_drop_keys(QueryEngine *engine, QueryKind kind);
void engine_log(QueryEngine *engine, const Memo *memo, QueryEvent event);

#endif
