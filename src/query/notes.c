// What the engine keeps beside values: notes, the log, the figures.
#include "query/engine_internal.h"

void query_attach(Db *db, const void *note, u32 bytes) {
    QueryEngine *engine = db->engine;
    CHECK(engine->frames.count > 1); // only a running query has notes
    u32 words = (u32)(align_up(bytes, sizeof(u64)) / sizeof(u64));
    u32 first = table_add(&engine->notes, 1 + words);
    *(NoteHead *)table_at(&engine->notes, first) = (NoteHead){bytes, 0};
    if (words == 0) return;
    *(u64 *)table_at(&engine->notes, first + words) = 0; // what is behind the last byte
    memcpy(table_at(&engine->notes, first + 1), note, bytes);
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

static bool is_left_out(const Memo *memo, QueryNotes which) {
    return which == QUERY_NOTES_LOW && memo->durability == DURABILITY_HIGH;
}

// Whether there is anything at all to visit: mostly there is not.
static bool has_noters(const QueryEngine *engine, QueryNotes which) {
    for (u32 i = 1; i < engine->noters.count; i++) {
        const Memo *memo = engine_memo(engine, *(u32 *)table_at(&engine->noters, i));
        if (memo->note_bytes && !is_left_out(memo, which)) return true;
    }
    return false;
}

// A walk with its own stack, since dependency chains are long.
static void visit_below(QueryEngine *engine, u32 root, QueryNotes which, QueryNoteFn *visit,
                        void *cx) {
    u32 serial = ++engine->frame_serial;
    u32 bottom = engine->visit.count;
    table_add_copy(&engine->visit, &root, 1);
    while (engine->visit.count > bottom) {
        u32 id = *(u32 *)table_at(&engine->visit, engine->visit.count - 1);
        table_truncate(&engine->visit, engine->visit.count - 1);
        Memo *memo = engine_memo(engine, id);
        MemoMarks *marks = engine_marks(engine, id);
        if (marks->seen_by == serial) continue;
        marks->seen_by = serial;
        if (!memo->noted || is_left_out(memo, which)) continue;
        visit_notes(engine, memo, visit, cx);
        const u32 *deps = heap_at(&engine->heap, memo->deps);
        for (u32 i = memo->dep_count; i > 0; i--) {
            if (engine_marks(engine, deps[i - 1])->seen_by != serial)
                table_add_copy(&engine->visit, &deps[i - 1], 1);
        }
    }
}

// From each memo that has notes up to the root, if it leads there. Nobody knows the users of what
// is HIGH.
static void visit_noters(QueryEngine *engine, u32 root, QueryNoteFn *visit, void *cx) {
    for (u32 i = 1; i < engine->noters.count; i++) {
        u32 id = *(u32 *)table_at(&engine->noters, i);
        Memo *memo = engine_memo(engine, id);
        if (memo->note_bytes == 0) {
            memo->listed = false;
            memcpy(table_at(&engine->noters, i--),
                   table_at(&engine->noters, engine->noters.count - 1), sizeof id);
            table_truncate(&engine->noters, engine->noters.count - 1);
        } else if (!is_left_out(memo, QUERY_NOTES_LOW) && engine_leads_to(engine, id, root)) {
            visit_notes(engine, memo, visit, cx);
        }
    }
}

void query_notes(Db *db, QueryKind kind, u32 key, QueryNotes which, QueryNoteFn *visit, void *cx) {
    QueryEngine *engine = db->engine;
    CHECK(!query_is_running(db));
    query_get(db, kind, key);
    u32 root = engine_memo_id(engine, kind, key);
    if (engine->tracks && which == QUERY_NOTES_LOW)
        visit_noters(engine, root, visit, cx);
    else if (has_noters(engine, which))
        visit_below(engine, root, which, visit, cx);
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
