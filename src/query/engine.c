// Demand, verification and replacement of memos. query.h has the algorithm's outline.
//
// Cycles need one more idea. Memo B read A while A ran, so both are in each other's dependencies.
// Verifying B walks to A and from there back to B, whose answer is not known yet. A is then good
// *provided B is*: it is not stamped with this revision, only with the number of the walk and the
// stack depth of B. When B turns out good it is stamped, and A will be verified against it; when
// B must run, the walk number changes, and A's provisional stamp with it. A query that runs never
// reads a provisionally good memo: it makes that one run anew (and meet the cycle itself), since
// its value would otherwise be stamped on the strength of a guess.
//
// When B is good, so is all that was provisionally good on its account, and is stamped with it:
// unless something ran meanwhile, then B is walked once more.

#include "query/engine_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

enum {
    KEY_MAX = 1 << 28, // keys are dense ids; more rows than this means that one is not
    MEMO_MAX = 1 << 27,
    FRAME_MAX = 1 << 24,
    DEP_STACK_MAX = 1 << 28,
    NOTE_STACK_MAX = 1 << 26,
    LOG_MAX = 1 << 26,
};
static const u32 NO_DEPTH = UINT32_MAX;

static const char *const kind_names[Q_COUNT] = {
    [Q_NONE] = "none",
#define QUERY(name, cycle, firewall) [Q_##name] = #name,
#include RAC_QUERIES_DEF
#undef QUERY
};

static const bool kind_allows_cycle[Q_COUNT] = {
#define QUERY(name, cycle, firewall) [Q_##name] = (cycle) != 0,
#include RAC_QUERIES_DEF
#undef QUERY
};

const char *query_name(QueryKind kind) {
    return kind_names[kind];
}

QueryEngine *query_engine_new(void) {
    QueryEngine *engine = calloc(1, sizeof *engine);
    CHECK(engine);
    heap_init(&engine->heap);
    table_init(&engine->memos, sizeof(Memo), MEMO_MAX);
    table_init(&engine->marks, sizeof(MemoMarks), MEMO_MAX);
    table_init(&engine->frames, sizeof(Frame), FRAME_MAX);
    table_init(&engine->deps, sizeof(u32), DEP_STACK_MAX);
    table_init(&engine->notes, sizeof(u64), NOTE_STACK_MAX);
    table_init(&engine->noters, sizeof(u32), MEMO_MAX);
    table_init(&engine->held, sizeof(u32), DEP_STACK_MAX);
    table_init(&engine->holds, sizeof(HoldRow), MEMO_MAX);
    table_init(&engine->log, sizeof(QueryLogRow), LOG_MAX);
    table_init(&engine->changes, sizeof(QueryChange), LOG_MAX);
    table_init(&engine->suspects, sizeof(QueryChange), LOG_MAX);
    table_init(&engine->concerned, sizeof(u32), MEMO_MAX);
    table_init(&engine->visit, sizeof(u32), DEP_STACK_MAX);
    table_init(&engine->eager, sizeof(u32), MEMO_MAX);
    table_init(&engine->provisional, sizeof(u32), MEMO_MAX);
    table_init(&engine->unsettled, sizeof(u32), MEMO_MAX);
    engine->revision = 1;
    engine->idle_first = engine->idle_end = 1;
    engine->walk = 1;
    engine->cycle_low = NO_DEPTH;
    return engine;
}

void query_engine_free(QueryEngine *engine) {
    if (!engine) return;
    for (u32 kind = 0; kind < Q_COUNT; kind++) {
        engine_drop_keys(engine, (QueryKind)kind);
    }
    table_deinit(&engine->memos);
    table_deinit(&engine->marks);
    table_deinit(&engine->frames);
    table_deinit(&engine->deps);
    table_deinit(&engine->notes);
    table_deinit(&engine->noters);
    table_deinit(&engine->held);
    table_deinit(&engine->holds);
    table_deinit(&engine->log);
    table_deinit(&engine->changes);
    table_deinit(&engine->suspects);
    table_deinit(&engine->concerned);
    table_deinit(&engine->visit);
    table_deinit(&engine->eager);
    table_deinit(&engine->provisional);
    table_deinit(&engine->unsettled);
    heap_deinit(&engine->heap);
    free(engine);
}

Memo *engine_memo(const QueryEngine *engine, u32 id) {
    return table_at(&engine->memos, id);
}

MemoMarks *engine_marks(const QueryEngine *engine, u32 id) {
    return table_at(&engine->marks, id);
}

static Frame *frame_at(const QueryEngine *engine, u32 depth) {
    return table_at(&engine->frames, depth);
}

// The depth of the innermost frame; 0 outside of every query.
static u32 top_depth(const QueryEngine *engine) {
    return engine->frames.count - 1;
}

_Noreturn static void report_stack(const QueryEngine *engine, const char *what, QueryKind kind,
                                   u32 key) {
    fprintf(stderr, "rac: internal error: %s: %s(%u)\n", what, query_name(kind), key);
    for (u32 depth = top_depth(engine), shown = 0; depth > 0 && shown < 64; depth--, shown++) {
        const Memo *memo = engine_memo(engine, frame_at(engine, depth)->memo);
        fprintf(stderr, "  %s %s(%u)\n",
                frame_at(engine, depth)->runs ? "while running" : "while verifying",
                query_name(memo->kind), memo->key);
    }
    abort();
}

u32 *engine_keys(QueryEngine *engine, QueryKind kind) {
    KindRow *row = &engine->kinds[kind];
    if (row->memos) return row->memos;
    void *memos = mmap(NULL, sizeof(u32) * KEY_MAX, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    CHECK(memos != MAP_FAILED);
    return row->memos = memos;
}

void engine_drop_keys(QueryEngine *engine, QueryKind kind) {
    if (engine->kinds[kind].memos) munmap(engine->kinds[kind].memos, sizeof(u32) * KEY_MAX);
    engine->kinds[kind].memos = NULL;
}

u32 engine_memo_id(QueryEngine *engine, QueryKind kind, u32 key) {
    u32 *keys = engine_keys(engine, kind);
    if (key >= KEY_MAX) report_stack(engine, "the key is not a dense id", kind, key);
    u32 id = keys[key];
    if (id == 0) {
        id = table_add(&engine->memos, 1);
        table_add(&engine->marks, 1);
        Memo *memo = engine_memo(engine, id);
        memo->kind = (u8)kind;
        memo->key = key;
        keys[key] = id;
    }
    return id;
}

void engine_log(QueryEngine *engine, const Memo *memo, QueryEvent event) {
    if (!engine->log_on) return;
    QueryLogRow *row = table_at(&engine->log, table_add(&engine->log, 1));
    *row = (QueryLogRow){.kind = (QueryKind)memo->kind, .key = memo->key, .event = event};
}

bool engine_record_read(QueryEngine *engine, u32 memo_id) {
    u32 depth = top_depth(engine);
    if (depth == 0) return true;
    Frame *frame = frame_at(engine, depth);
    Memo *memo = engine_memo(engine, memo_id);
    MemoMarks *marks = engine_marks(engine, memo_id);
    if (marks->read_by == frame->serial) return false;
    marks->read_by = frame->serial;
    *(u32 *)table_at(&engine->deps, table_add(&engine->deps, 1)) = memo_id;
    if (memo->state == MEMO_DONE) {
        if (memo->durability < frame->durability) frame->durability = memo->durability;
        frame->noted |= memo->noted;
    } else { // in a cycle: nothing is known of it yet
        frame->in_cycle = true;
        frame->durability = DURABILITY_LOW;
        frame->noted = true;
    }
    return true;
}

static u64 now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (u64)now.tv_sec * 1000000000ull + (u64)now.tv_nsec;
}

// Charges the time since the last switch to the query that ran until now.
static void switch_clock(Db *db) {
    if (!db->options || !db->options->time_passes) return;
    QueryEngine *engine = db->engine;
    u64 now = now_ns();
    u32 depth = top_depth(engine);
    if (depth) {
        const Memo *memo = engine_memo(engine, frame_at(engine, depth)->memo);
        engine->kinds[memo->kind].stat.self_ns += now - engine->switched_ns;
    }
    engine->switched_ns = now;
}

static u32 push_frame(QueryEngine *engine, u32 memo_id, bool runs) {
    u32 depth = table_add(&engine->frames, 1);
    *frame_at(engine, depth) = (Frame){
        .memo = memo_id,
        .serial = ++engine->frame_serial,
        .dep_first = engine->deps.count,
        .note_first = engine->notes.count,
        .held_first = engine->held.count,
        .runs = runs,
        .durability = DURABILITY_COUNT - 1,
    };
    return depth;
}

static void unhold_from(QueryEngine *engine, u32 first) {
    for (u32 i = engine->held.count; i > first; i--)
        engine_unhold(engine, *(u32 *)table_at(&engine->held, i - 1));
    engine->held.count = first;
}

static void pop_frame(QueryEngine *engine, u32 depth) {
    CHECK(depth == top_depth(engine));
    const Frame *frame = frame_at(engine, depth);
    // Not table_truncate, which makes the rows zero: those that come next are written whole.
    engine->deps.count = frame->dep_first;
    engine->notes.count = frame->note_first;
    engine->frames.count = depth;
    unhold_from(engine, frame->held_first);
}

static bool holds(const Heap *heap, u32 block, u32 block_bytes, const void *what, u32 bytes) {
    return block_bytes == bytes && (bytes == 0 || memcmp(heap_at(heap, block), what, bytes) == 0);
}

// Puts `bytes` in place of the block, unless they are what it holds. Whether they differed.
static bool replace_block(Heap *heap, u32 *block, u32 *block_bytes, const void *from, u32 bytes) {
    if (holds(heap, *block, *block_bytes, from, bytes)) return false;
    u32 fresh = heap_take(heap, bytes);
    if (bytes) memcpy(heap_at(heap, fresh), from, bytes);
    heap_give(heap, *block, *block_bytes); // last: `from` may lie in it
    *block = fresh;
    *block_bytes = bytes;
    return true;
}

// The same of a result, of which there may be only the hash.
static bool is_result(const Heap *heap, const Memo *memo, const void *what, u32 bytes) {
    if (!memo->is_let_go) return holds(heap, memo->blob, memo->blob_bytes, what, bytes);
    BlobHash hash = hash_bytes_128(what, bytes);
    return memo->blob_bytes == bytes && memcmp(heap_at(heap, memo->blob), &hash, sizeof hash) == 0;
}

static void put_result(Heap *heap, Memo *memo, const void *from, u32 bytes) {
    u32 old_bytes = memo->is_let_go ? (u32)sizeof(BlobHash) : memo->blob_bytes;
    u32 fresh = heap_take(heap, bytes);
    if (bytes) memcpy(heap_at(heap, fresh), from, bytes);
    heap_give(heap, memo->blob, old_bytes);
    memo->blob = fresh;
    memo->blob_bytes = bytes;
    memo->is_let_go = false;
}

// Nobody holds an input's old value, and a text is so large that the pages of a new
// block would cost more than the bytes.
static void replace_input(Heap *heap, Memo *memo, const void *from, u32 bytes) {
    if (bytes && heap_has_room(memo->blob, memo->blob_bytes, bytes)) {
        memmove(heap_at(heap, memo->blob), from, bytes);
        memo->blob_bytes = bytes;
        return;
    }
    replace_block(heap, &memo->blob, &memo->blob_bytes, from, bytes);
}

void query_return(Db *db, const void *result, u32 bytes) {
    QueryEngine *engine = db->engine;
    u32 depth = top_depth(engine);
    CHECK(depth > 0);
    Frame *frame = frame_at(engine, depth);
    Memo *memo = engine_memo(engine, frame->memo);
    CHECK(frame->runs && !frame->returned);
    frame->returned = true;
    bool first = memo->changed_at == 0;
    bool same = !first && is_result(&engine->heap, memo, result, bytes);
    if (same && !memo->is_let_go) return;
    QueryDivide *divide = engine->kinds[memo->kind].divide;
    if (!same && !first && divide && engine->flushing)
        divide(db, memo->key, heap_at(&engine->heap, memo->blob), result);
    put_result(&engine->heap, memo, result, bytes);
    if (same) return;
    frame->changed = true;
    memo->changed_at = engine->revision;
}

bool engine_is_input(const QueryEngine *engine, const Memo *memo) {
    return !engine->kinds[memo->kind].run;
}

// Whether the memo can be answered with as it is.
static bool is_good(const QueryEngine *engine, const Memo *memo) {
    if (memo->state != MEMO_DONE || memo->suspect) return false;
    return !engine->flushing || memo->verified_at == engine->revision ||
           memo->durability == DURABILITY_HIGH;
}

static void make_good(QueryEngine *engine, u32 memo_id, u8 durability, u32 marked) {
    Memo *memo = engine_memo(engine, memo_id);
    bool linked = memo->linked && !marked && durability == DURABILITY_LOW; // only walked
    memo->durability = durability;
    memo->verified_at = engine->revision;
    memo->state = MEMO_DONE;
    memo->suspect = false;
    if (engine->tracks && !linked) engine_link(engine, memo_id, marked);
}

// What the memo read when it ran last and has changed since.
static const Memo *changed_dep(const QueryEngine *engine, const Memo *memo) {
    const u32 *deps = heap_at(&engine->heap, memo->deps);
    for (u32 i = 0; i < memo->dep_count; i++) {
        const Memo *dep = engine_memo(engine, deps[i]);
        if (dep->changed_at > memo->verified_at) return dep;
    }
    return NULL;
}

static void log_run(QueryEngine *engine, const Memo *memo, bool cut_off, const Memo *because) {
    engine_log(engine, memo, cut_off ? QUERY_CUT_OFF : QUERY_RAN);
    if (!engine->log_on || !because) return;
    QueryLogRow *row = table_at(&engine->log, engine->log.count - 1);
    row->because_kind = (QueryKind)because->kind;
    row->because_key = because->key;
}

// Hostile: a provider finds other leavings on the stack each time, so that a result with bytes
// which nobody wrote equals no other.
__attribute__((noinline)) static void spoil_stack(u64 with) {
#ifdef RAC_HOSTILE
    u8 leavings[32768];
    memset(leavings, (u8)with, sizeof leavings);
    __asm__ volatile("" : : "r"(leavings) : "memory");
#else
    (void)with;
#endif
}

// What the frame has attached is what the memo has to say from now on.
static void take_notes(QueryEngine *engine, u32 memo_id, const Frame *frame) {
    Memo *memo = engine_memo(engine, memo_id);
    u32 count = engine->notes.count - frame->note_first;
    replace_block(&engine->heap, &memo->notes, &memo->note_bytes,
                  engine->notes.rows + (u64)frame->note_first * sizeof(u64),
                  count * (u32)sizeof(u64));
    if (count && !memo->listed) {
        memo->listed = true;
        table_add_copy(&engine->noters, &memo_id, 1);
    }
    bool is_new = !memo->noted;
    memo->noted = frame->noted || count;
    if (engine->tracks && is_new && memo->noted) engine_spread_noted(engine, memo_id);
}

static void run_memo(Db *db, u32 memo_id) {
    QueryEngine *engine = db->engine;
    Memo *memo = engine_memo(engine, memo_id);
    KindRow *row = &engine->kinds[memo->kind];
    bool is_let_go = query_lets_go((QueryKind)memo->kind);
    if (is_let_go) engine_hold(engine, memo_id);
    bool first = memo->changed_at == 0;
    const Memo *because = engine->log_on && !first ? changed_dep(engine, memo) : NULL;
    memo->state = MEMO_RUNNING;
    memo->verified_at = 0;
    engine->walk++; // provisional stamps made before this are void
    u32 outer_low = engine->cycle_low;
    engine->cycle_low = NO_DEPTH;
    u64 mark = scratch_mark(&db->scratch);

    switch_clock(db);
    u32 depth = push_frame(engine, memo_id, true);
    spoil_stack(engine->walk);
    row->run(db, memo->key);
    switch_clock(db);

    Frame *frame = frame_at(engine, depth);
    if (!frame->returned)
        report_stack(engine, "the provider ended without a result", memo->kind, memo->key);
    scratch_rewind(&db->scratch, mark);

    bool changed = frame->changed;
    take_notes(engine, memo_id, frame);
    u32 marked = engine_mark_deps(engine, memo);
    u32 dep_bytes = memo->dep_count * (u32)sizeof(u32);
    u32 dep_count = engine->deps.count - frame->dep_first;
    replace_block(&engine->heap, &memo->deps, &dep_bytes,
                  engine->deps.rows + (u64)frame->dep_first * sizeof(u32),
                  dep_count * (u32)sizeof(u32));
    memo->dep_count = dep_count;
    if (engine->tracks && frame->in_cycle) table_add_copy(&engine->unsettled, &memo_id, 1);
    make_good(engine, memo_id, frame->durability, marked);
    row->stat.run_count++;
    pop_frame(engine, depth);
    engine->cycle_low = outer_low;
    if (!first && changed) {
        *(QueryChange *)table_at(&engine->changes, table_add(&engine->changes, 1)) =
            (QueryChange){(QueryKind)memo->kind, memo->key};
        if (engine->flushing && row->divide)
            engine_flood_divided(engine, memo_id);
        else if (engine->flushing)
            engine_flood(engine, memo_id);
    }
    bool cut_off = !first && !changed;
    log_run(engine, memo, cut_off, because);
    if (is_let_go) engine_unhold(engine, memo_id);
}

typedef enum Freshness { FRESH, FRESH_IF_CYCLE_IS, STALE } Freshness;

static u32 depth_of(const QueryEngine *engine, u32 memo_id) {
    u32 depth = top_depth(engine);
    while (depth > 0 && frame_at(engine, depth)->memo != memo_id)
        depth--;
    CHECK(depth > 0);
    return depth;
}

static Freshness verify_memo(Db *db, u32 memo_id);

// Makes one dependency of a memo good in this revision, running it if need be; false when it
// changed after `since`.
static bool verify_dep(Db *db, u32 dep_id, u32 since) {
    QueryEngine *engine = db->engine;
    Memo *dep = engine_memo(engine, dep_id);
    if (!is_good(engine, dep)) {
        if (dep->state >= MEMO_VERIFYING) {
            engine->cycle_low = min_u32(engine->cycle_low, depth_of(engine, dep_id));
            return true;
        }
        switch (verify_memo(db, dep_id)) {
        case FRESH: break;
        case FRESH_IF_CYCLE_IS: return dep->changed_at <= since;
        case STALE: run_memo(db, dep_id); break;
        }
    }
    return dep->changed_at <= since;
}

// Something below may have come to be noted without a change of value.
static void note_deps(QueryEngine *engine, Memo *memo) {
    const u32 *deps = heap_at(&engine->heap, memo->deps);
    for (u32 i = 0; i < memo->dep_count && !memo->noted; i++) {
        const Memo *dep = engine_memo(engine, deps[i]);
        memo->noted = dep->state != MEMO_DONE || dep->noted;
    }
}

static void verified(QueryEngine *engine, u32 memo_id, u8 durability) {
    note_deps(engine, engine_memo(engine, memo_id));
    make_good(engine, memo_id, durability, 0);
    engine_log(engine, engine_memo(engine, memo_id), QUERY_VERIFIED);
}

// Walks the dependencies from `first` on; false when one has changed. Afterwards cycle_low tells
// what was taken for granted.
static bool verify_deps(Db *db, const Memo *memo, u32 first, u8 *durability) {
    QueryEngine *engine = db->engine;
    const u32 *deps = heap_at(&engine->heap, memo->deps);
    engine->cycle_low = NO_DEPTH;
    for (u32 i = first; i < memo->dep_count; i++) {
        if (!verify_dep(db, deps[i], memo->verified_at)) return false;
        const Memo *dep = engine_memo(engine, deps[i]);
        u8 dep_durability = dep->state == MEMO_DONE ? dep->durability : DURABILITY_LOW;
        if (dep_durability < *durability) *durability = dep_durability;
    }
    return true;
}

static Freshness walk_memo(Db *db, u32 memo_id, u32 first, u8 durability) {
    QueryEngine *engine = db->engine;
    Memo *memo = engine_memo(engine, memo_id);
    memo->state = MEMO_VERIFYING;
    u32 outer_low = engine->cycle_low;
    u32 depth = push_frame(engine, memo_id, false);
    u32 provisional = engine->provisional.count;
    bool good;
    for (;;) {
        u32 walk = engine->walk;
        good = verify_deps(db, memo, first, &durability);
        if (!good || engine->cycle_low != depth || engine->walk == walk) break;
        // Something ran: what was provisionally good before is not known to be so.
        engine->walk++;
        table_truncate(&engine->provisional, provisional);
    }
    u32 low = engine->cycle_low;
    engine->cycle_low = outer_low;
    pop_frame(engine, depth);
    memo->state = MEMO_DONE;
    if (!good) {
        table_truncate(&engine->provisional, provisional);
        return STALE;
    }
    if (low < depth) {
        memo->walk = engine->walk;
        memo->walk_low = low;
        engine->cycle_low = min_u32(outer_low, low);
        table_add_copy(&engine->provisional, &memo_id, 1);
        return FRESH_IF_CYCLE_IS;
    }
    verified(engine, memo_id, durability);
    for (u32 i = provisional; i < engine->provisional.count; i++) {
        u32 id = *(u32 *)table_at(&engine->provisional, i);
        DCHECK(engine_memo(engine, id)->walk == engine->walk);
        if (!is_good(engine, engine_memo(engine, id))) verified(engine, id, DURABILITY_LOW);
    }
    table_truncate(&engine->provisional, provisional);
    return FRESH;
}

// Tells whether the memo's value still holds. FRESH ones are good now; the others are left for the
// caller to run.
static Freshness verify_memo(Db *db, u32 memo_id) {
    QueryEngine *engine = db->engine;
    Memo *memo = engine_memo(engine, memo_id);
    if (engine_is_input(engine, memo)) {
        if (memo->state == MEMO_EMPTY)
            report_stack(engine, "the input was never set", memo->kind, memo->key);
        memo->verified_at = engine->revision;
        return FRESH;
    }
    if (memo->state == MEMO_EMPTY) return STALE;
    if (memo->walk == engine->walk) {
        engine->cycle_low = min_u32(engine->cycle_low, memo->walk_low);
        return FRESH_IF_CYCLE_IS;
    }
    // Most dependencies are good: those need no frame.
    const u32 *deps = heap_at(&engine->heap, memo->deps);
    u8 durability = DURABILITY_COUNT - 1;
    u32 first = 0;
    for (; first < memo->dep_count; first++) {
        const Memo *dep = engine_memo(engine, deps[first]);
        if (!is_good(engine, dep)) break;
        if (dep->changed_at > memo->verified_at) return STALE;
        if (dep->durability < durability) durability = dep->durability;
    }
    if (first < memo->dep_count) return walk_memo(db, memo_id, first, durability);
    verified(engine, memo_id, durability);
    return FRESH;
}

static void bring_up_to_date(Db *db, u32 memo_id) {
    QueryEngine *engine = db->engine;
    u32 outer_low = engine->cycle_low;
    u32 provisional = engine->provisional.count;
    engine->cycle_low = NO_DEPTH;
    engine->walk++;
    if (verify_memo(db, memo_id) != FRESH) run_memo(db, memo_id);
    engine->cycle_low = outer_low;
    table_truncate(&engine->provisional, provisional);
}

// Brings the firewalls that a change has reached up to date. The list grows meanwhile.
static void flush(Db *db) {
    QueryEngine *engine = db->engine;
    engine->flushing = true;
    for (u32 i = 1; i < engine->eager.count; i++) {
        u32 id = *(u32 *)table_at(&engine->eager, i);
        if (!is_good(engine, engine_memo(engine, id))) bring_up_to_date(db, id);
    }
    engine->flushing = false;
    table_truncate(&engine->eager, 1);
}

// Makes the memo good; false in a cycle.
static bool answer(Db *db, u32 memo_id) {
    QueryEngine *engine = db->engine;
    Memo *memo = engine_memo(engine, memo_id);
    bool outermost = top_depth(engine) == 0;
    // To look at an input is no question yet: others may still be set.
    if (outermost && engine->eager.count > 1 && !engine_is_input(engine, memo)) flush(db);
    if (!is_good(engine, memo)) {
        if (memo->state >= MEMO_VERIFYING) {
            if (kind_allows_cycle[memo->kind]) return false;
            report_stack(engine, "a query needs itself", (QueryKind)memo->kind, memo->key);
        }
        bring_up_to_date(db, memo_id);
    }
    if (memo->is_let_go) run_memo(db, memo_id);
    if (outermost && engine->unsettled.count > 1) engine_settle(engine);
    return true;
}

const void *query_get_sized(Db *db, QueryKind kind, u32 key, u32 *bytes) {
    QueryEngine *engine = db->engine;
    u32 memo_id = engine_memo_id(engine, kind, key);
    const Memo *memo = engine_memo(engine, memo_id);
    if (query_lets_go(kind)) {
        engine_hold(engine, memo_id);
        bool good = answer(db, memo_id);
        if (engine_record_read(engine, memo_id))
            table_add_copy(&engine->held, &memo_id, 1);
        else
            engine_unhold(engine, memo_id); // the frame holds it already
        *bytes = good ? memo->blob_bytes : 0;
        return good ? heap_at(&engine->heap, memo->blob) : NULL;
    }
    bool good = answer(db, memo_id);
    engine_record_read(engine, memo_id);
    *bytes = good ? memo->blob_bytes : 0;
    return good ? heap_at(&engine->heap, memo->blob) : NULL;
}

const void *query_get(Db *db, QueryKind kind, u32 key) {
    u32 bytes;
    return query_get_sized(db, kind, key, &bytes);
}

void query_register(Db *db, QueryKind kind, QueryRun *run) {
    CHECK(kind > Q_NONE && kind < Q_COUNT && run);
    CHECK(!db->engine->kinds[kind].run);
    db->engine->kinds[kind].run = run;
}

void query_divide(Db *db, QueryKind kind, QueryDivide *divide) {
    CHECK(kind > Q_NONE && kind < Q_COUNT && divide);
    db->engine->kinds[kind].divide = divide;
}

static void input_changed(QueryEngine *engine, u32 memo_id) {
    Memo *memo = engine_memo(engine, memo_id);
    engine->revision++;
    unhold_from(engine, 1);
    // Whoever read it is at most as durable as it was; more durable memos cannot have read it.
    if (engine->tracks && memo->durability == DURABILITY_LOW)
        engine_flood(engine, memo_id);
    else
        engine_suspect_all(engine, memo->durability);
    memo->changed_at = memo->verified_at = engine->revision;
}

void query_set_input(Db *db, QueryKind kind, u32 key, const void *value, u32 bytes,
                     Durability durability) {
    QueryEngine *engine = db->engine;
    CHECK(!engine->kinds[kind].run);
    u32 memo_id = engine_memo_id(engine, kind, key);
    Memo *memo = engine_memo(engine, memo_id);
    if (memo->state == MEMO_EMPTY) {
        // Nothing can have read it: no revision is needed, and a running query may set it.
        replace_block(&engine->heap, &memo->blob, &memo->blob_bytes, value, bytes);
        memo->durability = (u8)durability;
        memo->state = MEMO_DONE;
        memo->changed_at = memo->verified_at = engine->revision;
        return;
    }
    bool same = memo->durability == durability && memo->blob_bytes == bytes &&
                (bytes == 0 || memcmp(heap_at(&engine->heap, memo->blob), value, bytes) == 0);
    if (same) return;
    if (top_depth(engine) != 0)
        report_stack(engine, "an input was changed while a query ran", kind, key);
    replace_input(&engine->heap, memo, value, bytes);
    input_changed(engine, memo_id);
    memo->durability = (u8)durability;
}

void query_splice_input(Db *db, QueryKind kind, u32 key, u32 at, u32 gone, const void *fresh,
                        u32 len) {
    QueryEngine *engine = db->engine;
    Heap *heap = &engine->heap;
    CHECK(query_has_input(db, kind, key) && top_depth(engine) == 0);
    u32 memo_id = engine_memo_id(engine, kind, key);
    Memo *memo = engine_memo(engine, memo_id);
    CHECK(at <= memo->blob_bytes && gone <= memo->blob_bytes - at);
    u32 behind = memo->blob_bytes - at - gone, bytes = at + len + behind;
    u8 *old = heap_at(heap, memo->blob), *now = old;
    bool stays = bytes == memo->blob_bytes || heap_has_room(memo->blob, memo->blob_bytes, bytes);
    u32 block = stays ? memo->blob : heap_take(heap, bytes);
    if (!stays) {
        now = heap_at(heap, block);
        memcpy(now, old, at);
    }
    if (behind && (!stays || len != gone)) memmove(now + at + len, old + at + gone, behind);
    if (len) memcpy(now + at, fresh, len);
    if (!stays) heap_give(heap, memo->blob, memo->blob_bytes);
    memo->blob = block;
    memo->blob_bytes = bytes;
    input_changed(engine, memo_id);
}

bool query_has_input(const Db *db, QueryKind kind, u32 key) {
    const KindRow *row = &db->engine->kinds[kind];
    if (!row->memos || key >= KEY_MAX || row->memos[key] == 0) return false;
    return engine_memo(db->engine, row->memos[key])->state != MEMO_EMPTY;
}

u32 query_memo_count(const Db *db) {
    return db->engine->memos.count - 1;
}

QueryMemo query_memo(const Db *db, u32 number) {
    const Memo *memo = engine_memo(db->engine, number);
    return (QueryMemo){.kind = (QueryKind)memo->kind,
                       .key = memo->key,
                       .durability = (Durability)memo->durability,
                       .is_done = memo->state == MEMO_DONE,
                       .is_input = !db->engine->kinds[memo->kind].run};
}

bool query_is_running(const Db *db) {
    return top_depth(db->engine) != 0;
}
u32 query_revision(const Db *db) {
    return db->engine->revision;
}
