// Results that are let go. Trees and the like are large, are read by a few queries that run soon
// after each other, and are quickly made again; kept, they would be most of the memory. A result
// of their kinds is held by the queries that run and have read it. When none is left it is idle;
// of the idle ones only the latest are kept, up to some bytes. Of one that is let go the engine
// keeps a hash, which tells whether what comes in its place is the same: dependencies, revisions
// and notes stay, and so do the memos above it. Asked for again, it is computed again.
//
// Who asks from outside of queries holds what is answered until the next revision begins.

#include "query/engine_internal.h"

#ifdef RAC_HOSTILE
static const u64 IDLE_BYTES_MAX = 0; // whoever keeps a pointer is found out
#else
static const u64 IDLE_BYTES_MAX = 2 << 20;
#endif
enum { LET_GO_BYTES_MIN = 64 };

static const bool kind_is_let_go[Q_COUNT] = {
#define QUERY(name, cycle, firewall) [Q_##name] = ((firewall)&QUERY_LET_GO) != 0,
#include RAC_QUERIES_DEF
#undef QUERY
};

bool query_lets_go(QueryKind kind) {
    return kind_is_let_go[kind];
}

static HoldRow *hold_at(QueryEngine *engine, u32 memo_id) {
    if (memo_id >= engine->holds.count)
        table_add(&engine->holds, memo_id - engine->holds.count + 1);
    return table_at(&engine->holds, memo_id);
}

void engine_hold(QueryEngine *engine, u32 memo_id) {
    HoldRow *row = hold_at(engine, memo_id);
    row->count++;
    if (row->idle == 0) return;
    engine->idle_bytes -= engine_memo(engine, memo_id)->blob_bytes;
    row->idle = 0;
}

static void let_go(QueryEngine *engine, Memo *memo) {
    BlobHash hash = hash_bytes_128(heap_at(&engine->heap, memo->blob), memo->blob_bytes);
    heap_give(&engine->heap, memo->blob, memo->blob_bytes);
    memo->blob = heap_take(&engine->heap, sizeof hash);
    memcpy(heap_at(&engine->heap, memo->blob), &hash, sizeof hash);
    memo->is_let_go = true;
}

static void let_oldest_go(QueryEngine *engine) {
    u32 number = engine->idle_first++;
    u32 memo_id = engine->idle[number % IDLE_MAX];
    HoldRow *row = hold_at(engine, memo_id);
    if (row->idle != number) return; // held since
    Memo *memo = engine_memo(engine, memo_id);
    row->idle = 0;
    engine->idle_bytes -= memo->blob_bytes;
    let_go(engine, memo);
}

void engine_unhold(QueryEngine *engine, u32 memo_id) {
    HoldRow *row = hold_at(engine, memo_id);
    CHECK(row->count > 0);
    const Memo *memo = engine_memo(engine, memo_id);
    if (--row->count > 0 || memo->state != MEMO_DONE || memo->is_let_go ||
        memo->blob_bytes < LET_GO_BYTES_MIN)
        return;
    while (engine->idle_end - engine->idle_first >= IDLE_MAX)
        let_oldest_go(engine);
    row->idle = engine->idle_end++;
    engine->idle[row->idle % IDLE_MAX] = memo_id;
    engine->idle_bytes += memo->blob_bytes;
    while (engine->idle_bytes > IDLE_BYTES_MAX)
        let_oldest_go(engine);
}
