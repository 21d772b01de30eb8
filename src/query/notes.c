// What the engine keeps beside values: notes, the log, the figures.
#include "query/engine_internal.h"

void query_attach(Db *db, const void *note, u32 bytes) {
    QueryEngine *engine = db->engine;
    CHECK(engine->frames.count > 1); // only a running query has notes
    u32 words = (u32)(align_up(bytes, sizeof(u64)) / sizeof(u64));
    u32 first = table_add(&engine->notes, 1 + words);
    *(NoteHead *)table_at(&engine->notes, first) = (NoteHead){bytes, 0};
    if (bytes) memcpy(table_at(&engine->notes, first + 1), note, bytes);
}

u64 query_notes_changed(const Db *db) {
    return db->engine->notes_changed;
}

static void visit_notes(const QueryEngine *engine, const Memo *memo, QueryNoteFn *visit, void *cx) {
    const u8 *at = heap_at(&engine->heap, memo->notes);
    const u8 *end = at + memo->note_bytes;
    while (at < end) {
        const NoteHead *head = (const NoteHead *)at;
        visit(cx, (QueryKind)memo->kind, memo->key, head + 1, head->bytes);
        at += sizeof *head + align_up(head->bytes, sizeof(u64));
    }
}

// A walk with its own stack, since dependency chains are long. A memo with nothing noted below is
// not entered, but the running query depends on it all the same: something may come to be noted
// there. That is why a change of `noted` counts as a change of the memo.
void query_notes(Db *db, QueryKind kind, u32 key, QueryNoteFn *visit, void *cx) {
    QueryEngine *engine = db->engine;
    query_get(db, kind, key);
    u32 serial = ++engine->frame_serial;
    u32 bottom = engine->visit.count;
    table_add_copy(&engine->visit, (u32[]){engine_memo_id(engine, kind, key)}, 1);
    while (engine->visit.count > bottom) {
        u32 id = *(u32 *)table_at(&engine->visit, engine->visit.count - 1);
        table_truncate(&engine->visit, engine->visit.count - 1);
        Memo *memo = engine_memo(engine, id);
        if (memo->seen_by == serial) continue;
        memo->seen_by = serial;
        engine_record_read(engine, id);
        if (!memo->noted) continue;
        visit_notes(engine, memo, visit, cx);
        const u32 *deps = heap_at(&engine->heap, memo->deps);
        for (u32 i = memo->dep_count; i > 0; i--) {
            if (engine_memo(engine, deps[i - 1])->seen_by != serial)
                table_add_copy(&engine->visit, &deps[i - 1], 1);
        }
    }
}

void query_log_enable(Db *db, bool on) {
    db->engine->log_on = on;
    table_truncate(&db->engine->log, 1);
}

const QueryLogRow *query_log(const Db *db, u32 *count) {
    *count = db->engine->log.count - 1;
    return (const QueryLogRow *)db->engine->log.rows + 1;
}

const QueryChange *query_changes(const Db *db, u32 *count) {
    *count = db->engine->changes.count - 1;
    return (const QueryChange *)db->engine->changes.rows + 1;
}

void query_changes_clear(Db *db) {
    table_truncate(&db->engine->changes, 1);
}

bool query_has_memo(const Db *db, QueryKind kind, u32 key) {
    const KindRow *row = &db->engine->kinds[kind];
    if (!row->memos || row->memos[key] == 0) return false;
    return engine_memo(db->engine, row->memos[key])->state != MEMO_EMPTY;
}

QueryStat query_stat(const Db *db, QueryKind kind) {
    return db->engine->kinds[kind].stat;
}
