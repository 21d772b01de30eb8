// Users: the dependencies turned round, so that a change is followed upward from where it was made.
//
// A memo is a user of each LOW memo it read. When an input changes, the memos that use it are
// flagged as suspect, and their users, and so on; a memo that is not flagged is good as it is. The
// flood would reach nearly everything (all hangs on the text of a file in the end), so it stops at
// firewalls: memos of the eager kinds, whose results seldom change. Those it reaches are queued and
// brought up to date before any question is answered, and only from the ones that changed it goes
// on.
//
//     text -> tokens -> items of the file || names -> ...      || a firewall that stayed equal
//                    -> tokens of f       -> tree of f -> types of f -> code of f
//
// While the queue is worked off, flags may be missing: what stands above a firewall that is still
// in the queue is not flagged yet. So a memo that is not flagged is walked then all the same, down
// to the inputs. That is cheap, as a firewall reads only inputs, other firewalls and what is HIGH.
// A memo of an eager kind that read something else is treated as any other: the flood passes
// through it.
//
// Of a firewall that is divided (query_divide) not all users are flagged: its parts are only when
// the new value concerns them. A part that is not flagged is good without having been looked at; so
// it may be older than what it read.
//
// A list of users may hold memos that no longer read the memo, and may hold one twice: being
// flagged for nothing costs a walk of their dependencies and no more.

#include "query/engine_internal.h"

enum { COMPACT_MIN = 64, USERS_FIRST = 4 };

static const bool kind_is_eager[Q_COUNT] = {
#define QUERY(name, cycle, firewall) [Q_##name] = ((firewall)&QUERY_FIREWALL) != 0,
#include RAC_QUERIES_DEF
#undef QUERY
};

static const bool kind_is_part[Q_COUNT] = {
#define QUERY(name, cycle, firewall) [Q_##name] = ((firewall)&QUERY_FIREWALL) == QUERY_PART,
#include RAC_QUERIES_DEF
#undef QUERY
};

bool engine_kind_is_eager(u32 kind) {
    return kind_is_eager[kind];
}

// How many users the block of a memo with `count` users has room for.
static u32 user_cap(u32 count) {
    if (count == 0) return 0;
    return count <= USERS_FIRST ? USERS_FIRST : 1u << (32 - __builtin_clz(count - 1));
}

static u32 cap_bytes(u32 count) {
    return user_cap(count) * (u32)sizeof(u32);
}

static void set_users(QueryEngine *engine, Memo *memo, const u32 *users, u32 count, u32 cap) {
    u32 block = heap_take(&engine->heap, cap * (u32)sizeof(u32));
    if (count) memcpy(heap_at(&engine->heap, block), users, count * sizeof(u32));
    heap_give(&engine->heap, memo->users, cap_bytes(memo->user_count));
    memo->users = block;
    memo->user_count = count;
}

static bool reads(const QueryEngine *engine, const Memo *memo, u32 dep_id) {
    const u32 *deps = heap_at(&engine->heap, memo->deps);
    for (u32 i = 0; i < memo->dep_count; i++)
        if (deps[i] == dep_id) return true;
    return false;
}

// Drops the users that are named twice or read the memo no more.
static void compact(QueryEngine *engine, u32 memo_id) {
    Memo *memo = engine_memo(engine, memo_id);
    u32 *users = heap_at(&engine->heap, memo->users);
    u32 serial = ++engine->frame_serial;
    u32 count = 0;
    for (u32 i = 0; i < memo->user_count; i++) {
        const Memo *user = engine_memo(engine, users[i]);
        MemoMarks *marks = engine_marks(engine, users[i]);
        if (marks->seen_by == serial || !reads(engine, user, memo_id)) continue;
        marks->seen_by = serial;
        users[count++] = users[i];
    }
    if (user_cap(count) == user_cap(memo->user_count))
        memo->user_count = count;
    else
        set_users(engine, memo, users, count, user_cap(count));
}

static void add_user(QueryEngine *engine, u32 memo_id, u32 user_id) {
    Memo *memo = engine_memo(engine, memo_id);
    if (memo->user_count == user_cap(memo->user_count)) {
        if (memo->user_count >= COMPACT_MIN) compact(engine, memo_id);
        u32 cap = user_cap(memo->user_count + 1);
        if (cap != user_cap(memo->user_count))
            set_users(engine, memo, heap_at(&engine->heap, memo->users), memo->user_count, cap);
    }
    ((u32 *)heap_at(&engine->heap, memo->users))[memo->user_count++] = user_id;
}

// ---- linking ------------------------------------------------------------------------------------

// Whether a firewall may read the memo.
static bool holds_fire(const QueryEngine *engine, const Memo *dep) {
    return engine_is_input(engine, dep) ||
           (dep->state == MEMO_DONE && (dep->firewall || dep->durability == DURABILITY_HIGH));
}

static bool reads_only_firewalls(const QueryEngine *engine, const Memo *memo) {
    const u32 *deps = heap_at(&engine->heap, memo->deps);
    for (u32 i = 0; i < memo->dep_count; i++)
        if (!holds_fire(engine, engine_memo(engine, deps[i]))) return false;
    return true;
}

static const Memo *pop_visit(QueryEngine *engine) {
    u32 id = *(u32 *)table_at(&engine->visit, engine->visit.count - 1);
    table_truncate(&engine->visit, engine->visit.count - 1);
    return engine_memo(engine, id);
}

// The memo is no firewall any more, so what read it is none either.
static void breach(QueryEngine *engine, u32 memo_id) {
    u32 bottom = engine->visit.count;
    engine_memo(engine, memo_id)->firewall = false;
    table_add_copy(&engine->visit, &memo_id, 1);
    while (engine->visit.count > bottom) {
        const Memo *memo = pop_visit(engine);
        const u32 *users = heap_at(&engine->heap, memo->users);
        for (u32 i = 0; i < memo->user_count; i++) {
            Memo *user = engine_memo(engine, users[i]);
            if (!user->firewall) continue;
            user->firewall = false;
            table_add_copy(&engine->visit, &users[i], 1);
        }
    }
}

u32 engine_mark_deps(QueryEngine *engine, const Memo *memo) {
    if (!memo->linked) return 0;
    u32 serial = ++engine->frame_serial;
    const u32 *deps = heap_at(&engine->heap, memo->deps);
    for (u32 i = 0; i < memo->dep_count; i++)
        engine_marks(engine, deps[i])->read_by = serial;
    return serial;
}

static void add_to_deps(QueryEngine *engine, u32 memo_id, u32 marked) {
    Memo *memo = engine_memo(engine, memo_id);
    memo->linked = memo->durability == DURABILITY_LOW;
    if (!memo->linked) return;
    for (u32 i = 0; i < memo->dep_count; i++) {
        u32 dep_id = ((const u32 *)heap_at(&engine->heap, memo->deps))[i];
        const Memo *dep = engine_memo(engine, dep_id);
        bool durable = dep->state == MEMO_DONE && dep->durability == DURABILITY_HIGH;
        if (!durable && (!marked || engine_marks(engine, dep_id)->read_by != marked))
            add_user(engine, dep_id, memo_id);
    }
}

void engine_link(QueryEngine *engine, u32 memo_id, u32 marked) {
    Memo *memo = engine_memo(engine, memo_id);
    add_to_deps(engine, memo_id, marked);
    bool was_firewall = memo->firewall;
    memo->firewall = kind_is_eager[memo->kind] && reads_only_firewalls(engine, memo);
    if (was_firewall && !memo->firewall) breach(engine, memo_id);
}

void query_track(Db *db) {
    QueryEngine *engine = db->engine;
    CHECK(!query_is_running(db));
    if (engine->tracks) return;
    engine->tracks = true;
    // A memo may have been numbered before what it read, so all are firewalls at first.
    for (u32 id = 1; id < engine->memos.count; id++) {
        Memo *memo = engine_memo(engine, id);
        bool is_low = memo->state == MEMO_DONE && memo->durability == DURABILITY_LOW;
        if (!is_low || memo->suspect || engine_is_input(engine, memo)) continue;
        add_to_deps(engine, id, 0);
        memo->firewall = kind_is_eager[memo->kind];
    }
    for (u32 id = 1; id < engine->memos.count; id++) {
        Memo *memo = engine_memo(engine, id);
        if (memo->firewall && !reads_only_firewalls(engine, memo)) breach(engine, id);
    }
}

// ---- flags --------------------------------------------------------------------------------------

static void suspect(QueryEngine *engine, Memo *memo) {
    memo->suspect = true;
    if (engine->kinds[memo->kind].watched)
        *(QueryChange *)table_at(&engine->suspects, table_add(&engine->suspects, 1)) =
            (QueryChange){(QueryKind)memo->kind, memo->key};
}

static void reach(QueryEngine *engine, u32 id) {
    Memo *memo = engine_memo(engine, id);
    // What was walked since the flush began has seen all changes there are.
    bool is_done = engine->flushing && memo->verified_at == engine->revision;
    if (memo->suspect || is_done) return;
    suspect(engine, memo);
    table_add_copy(memo->firewall ? &engine->eager : &engine->visit, &id, 1);
}

static void flood_from(QueryEngine *engine, u32 bottom) {
    while (engine->visit.count > bottom) {
        const Memo *memo = pop_visit(engine);
        const u32 *users = heap_at(&engine->heap, memo->users);
        for (u32 i = 0; i < memo->user_count; i++)
            reach(engine, users[i]);
    }
}

void engine_flood(QueryEngine *engine, u32 memo_id) {
    u32 bottom = engine->visit.count;
    table_add_copy(&engine->visit, &memo_id, 1);
    flood_from(engine, bottom);
}

void engine_flood_divided(QueryEngine *engine, u32 memo_id) {
    u32 bottom = engine->visit.count;
    const Memo *memo = engine_memo(engine, memo_id);
    const u32 *users = heap_at(&engine->heap, memo->users);
    for (u32 i = 0; i < memo->user_count; i++) {
        u32 kind = engine_memo(engine, users[i])->kind;
        if (!kind_is_part[kind] || engine->kinds[kind].concerned) reach(engine, users[i]);
    }
    for (u32 i = 1; i < engine->concerned.count; i++)
        reach(engine, *(u32 *)table_at(&engine->concerned, i));
    flood_from(engine, bottom);
    table_truncate(&engine->concerned, 1);
    for (u32 kind = 0; kind < Q_COUNT; kind++)
        engine->kinds[kind].concerned = false;
}

void query_concerns(Db *db, QueryKind part, u32 key) {
    QueryEngine *engine = db->engine;
    DCHECK(kind_is_part[part]);
    u32 id = engine->kinds[part].memos ? engine->kinds[part].memos[key] : 0;
    if (id && engine_memo(engine, id)->state != MEMO_EMPTY)
        table_add_copy(&engine->concerned, &id, 1);
}

void query_concerns_all(Db *db, QueryKind part) {
    DCHECK(kind_is_part[part]);
    db->engine->kinds[part].concerned = true;
}

// Durabilities may be others afterwards, so who uses what is found out anew as well: a memo is
// linked again when it is found to be good.
void engine_suspect_all(QueryEngine *engine, u32 durability) {
    bool forget = engine->tracks;
    for (u32 id = 1; id < engine->memos.count; id++) {
        Memo *memo = engine_memo(engine, id);
        if (forget) {
            heap_give(&engine->heap, memo->users, cap_bytes(memo->user_count));
            memo->users = memo->user_count = 0;
            memo->linked = memo->firewall = false;
        }
        if (memo->state == MEMO_DONE && memo->durability <= durability &&
            !engine_is_input(engine, memo) && !memo->suspect)
            suspect(engine, memo);
    }
    table_truncate(&engine->eager, 1);
}

void engine_settle(QueryEngine *engine) {
    for (u32 i = 1; i < engine->unsettled.count; i++) {
        u32 id = *(u32 *)table_at(&engine->unsettled, i);
        Memo *memo = engine_memo(engine, id);
        const u32 *deps = heap_at(&engine->heap, memo->deps);
        for (u32 d = 0; d < memo->dep_count && !memo->suspect; d++) {
            if (!engine_memo(engine, deps[d])->suspect) continue;
            suspect(engine, memo);
            engine_flood(engine, id);
        }
    }
    table_truncate(&engine->unsettled, 1);
}

// ---- notes --------------------------------------------------------------------------------------

void engine_spread_noted(QueryEngine *engine, u32 memo_id) {
    u32 bottom = engine->visit.count;
    table_add_copy(&engine->visit, &memo_id, 1);
    while (engine->visit.count > bottom) {
        const Memo *memo = pop_visit(engine);
        const u32 *users = heap_at(&engine->heap, memo->users);
        for (u32 i = 0; i < memo->user_count; i++) {
            Memo *user = engine_memo(engine, users[i]);
            if (user->noted) continue;
            user->noted = true;
            table_add_copy(&engine->visit, &users[i], 1);
        }
    }
}

bool engine_leads_to(QueryEngine *engine, u32 memo_id, u32 root) {
    u32 serial = ++engine->frame_serial;
    u32 bottom = engine->visit.count;
    bool found = memo_id == root;
    table_add_copy(&engine->visit, &memo_id, 1);
    while (!found && engine->visit.count > bottom) {
        u32 id = *(u32 *)table_at(&engine->visit, engine->visit.count - 1);
        const Memo *memo = pop_visit(engine);
        // What is suspect, or was never done, is nothing that a good memo has read.
        if (memo->state != MEMO_DONE || memo->suspect) continue;
        const u32 *users = heap_at(&engine->heap, memo->users);
        for (u32 i = 0; i < memo->user_count && !found; i++) {
            const Memo *user = engine_memo(engine, users[i]);
            MemoMarks *marks = engine_marks(engine, users[i]);
            if (marks->seen_by == serial || !reads(engine, user, id)) continue;
            marks->seen_by = serial;
            found = users[i] == root;
            table_add_copy(&engine->visit, &users[i], 1);
        }
    }
    table_truncate(&engine->visit, bottom);
    return found;
}

// ---- asked from outside -------------------------------------------------------------------------

void query_watch(Db *db, QueryKind kind) {
    db->engine->kinds[kind].watched = true;
}

const QueryChange *query_suspects(const Db *db, u32 *count) {
    *count = db->engine->suspects.count - 1;
    return (const QueryChange *)db->engine->suspects.rows + 1;
}

void query_suspects_clear(Db *db) {
    table_truncate(&db->engine->suspects, 1);
}

u32 query_user_count(const Db *db, QueryKind kind, u32 key) {
    const KindRow *row = &db->engine->kinds[kind];
    return row->memos && row->memos[key] ? engine_memo(db->engine, row->memos[key])->user_count : 0;
}

static bool has_user(const QueryEngine *engine, const Memo *memo, u32 user_id) {
    const u32 *users = heap_at(&engine->heap, memo->users);
    for (u32 i = 0; i < memo->user_count; i++)
        if (users[i] == user_id) return true;
    return false;
}

void query_verify(const Db *db) {
    const QueryEngine *engine = db->engine;
    if (!engine->tracks || engine->eager.count > 1) return;
    for (u32 id = 1; id < engine->memos.count; id++) {
        const Memo *memo = engine_memo(engine, id);
        if (memo->state != MEMO_DONE || memo->suspect || engine_is_input(engine, memo)) continue;
        CHECK(memo->linked == (memo->durability == DURABILITY_LOW));
        CHECK(!memo->firewall || reads_only_firewalls(engine, memo));
        const u32 *deps = heap_at(&engine->heap, memo->deps);
        for (u32 i = 0; i < memo->dep_count; i++) {
            const Memo *dep = engine_memo(engine, deps[i]);
            CHECK(!dep->suspect);
            CHECK(dep->changed_at <= memo->verified_at ||
                  (kind_is_part[memo->kind] && engine->kinds[dep->kind].divide));
            CHECK(dep->durability == DURABILITY_HIGH || has_user(engine, dep, id));
        }
    }
}
