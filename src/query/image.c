// The engine's state to and from an image: memos, their results, and where they are found by key.
#include "query/engine_internal.h"

// One more than the highest key of each kind that has a memo.
static void key_counts(const QueryEngine *engine, u32 counts[Q_COUNT]) {
    memset(counts, 0, Q_COUNT * sizeof *counts);
    for (u32 id = 1; id < engine->memos.count; id++) {
        const Memo *memo = engine_memo(engine, id);
        counts[memo->kind] = max_u32(counts[memo->kind], memo->key + 1);
    }
}

void query_engine_image(QueryEngine *engine, Image *image) {
    CHECK(engine->frames.count == 1); // no query runs
    // Of an edit that nobody asked about yet only the flags are kept.
    if (engine->eager.count > 1) engine_suspect_all(engine, DURABILITY_LOW);
    u32 counts[Q_COUNT];
    key_counts(engine, counts);
    image_bytes(image, counts, sizeof counts);
    for (u32 kind = 0; kind < Q_COUNT && !image_failed(image); kind++) {
        u32 *keys = counts[kind] ? engine_keys(engine, (QueryKind)kind) : NULL;
        image_range(image, keys, (u64)counts[kind] * sizeof(u32));
    }
    image_table(image, &engine->memos);
    engine->marks.count = engine->memos.count;
    image_table(image, &engine->noters);
    heap_image(&engine->heap, image);
    image_bytes(image, &engine->revision, sizeof engine->revision);
    image_bytes(image, &engine->frame_serial, sizeof engine->frame_serial);
    image_bytes(image, &engine->walk, sizeof engine->walk);
    image_bytes(image, &engine->tracks, sizeof engine->tracks);
}

void query_forget(Db *db, QueryKind kind) {
    engine_drop_keys(db->engine, kind);
}
