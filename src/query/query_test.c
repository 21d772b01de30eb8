// Unit tests of the engine: what runs, what is only verified, what is cut off.
#include "query/query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static u32 read_u32(Db *db, QueryKind kind, u32 key) {
    const u32 *value = query_get(db, kind, key);
    return value ? *value : 1000;
}

static void return_u32(Db *db, u32 value) {
    query_return(db, &value, sizeof value);
}

static void run_tenth(Db *db, u32 key) {
    return_u32(db, read_u32(db, Q_cell, key) / 10);
}

static void run_sum(Db *db, u32 key) {
    return_u32(db, read_u32(db, Q_tenth, key) + read_u32(db, Q_tenth, key + 1));
}

static void run_chain(Db *db, u32 key) {
    return_u32(db, key ? read_u32(db, Q_chain, key - 1) + 1 : read_u32(db, Q_cell, 0));
}

typedef struct Ring {
    u32 add;
    u32 reads[3]; // 0 ends
} Ring;

static void run_ring(Db *db, u32 key) {
    Ring ring = *(const Ring *)query_get(db, Q_graph, key);
    u32 sum = ring.add;
    for (u32 i = 0; i < 3 && ring.reads[i]; i++)
        sum += read_u32(db, Q_ring, ring.reads[i]);
    return_u32(db, sum);
}

static void run_noted(Db *db, u32 key) {
    u32 value = read_u32(db, Q_cell, key);
    if (value % 2) query_attach(db, &value, sizeof value);
    return_u32(db, 0);
}

static void run_above(Db *db, u32 key) {
    return_u32(db, read_u32(db, Q_noted, key));
}

static void sum_notes(void *cx, QueryKind kind, u32 key, const void *note, u32 bytes) {
    (void)kind;
    (void)key;
    assert_int_equal(bytes, sizeof(u32));
    *(u32 *)cx += *(const u32 *)note;
}

static u32 notes_of(Db *db, QueryKind kind, u32 key) {
    u32 sum = 0;
    query_notes(db, kind, key, QUERY_NOTES_ALL, sum_notes, &sum);
    return sum;
}

static u32 low_notes_of(Db *db, QueryKind kind, u32 key) {
    u32 sum = 0;
    query_notes(db, kind, key, QUERY_NOTES_LOW, sum_notes, &sum);
    return sum;
}

static Durability durability_of(const Db *db, QueryKind kind, u32 key) {
    for (u32 i = 1; i <= query_memo_count(db); i++) {
        QueryMemo memo = query_memo(db, i);
        if (memo.kind == kind && memo.key == key) return memo.durability;
    }
    fail();
    return DURABILITY_LOW;
}

typedef struct LowNotes {
    const Db *db;
    u32 sum;
} LowNotes;

static void sum_low_notes(void *cx, QueryKind kind, u32 key, const void *note, u32 bytes) {
    LowNotes *low = cx;
    if (durability_of(low->db, kind, key) == DURABILITY_LOW)
        sum_notes(&low->sum, kind, key, note, bytes);
}

// As a walk through all that the memo depends on finds them.
static u32 low_notes_below(Db *db, QueryKind kind, u32 key) {
    LowNotes low = {.db = db};
    query_notes(db, kind, key, QUERY_NOTES_ALL, sum_low_notes, &low);
    return low.sum;
}

static void run_wall(Db *db, u32 key) {
    return_u32(db, read_u32(db, Q_cell, key) / 10);
}

static void run_above_wall(Db *db, u32 key) {
    return_u32(db, read_u32(db, Q_wall, key) + read_u32(db, Q_wall, key + 1));
}

static void run_leaky(Db *db, u32 key) {
    return_u32(db, read_u32(db, Q_above_wall, key) / 10);
}

static void run_over_leaky(Db *db, u32 key) {
    return_u32(db, read_u32(db, Q_leaky, key));
}

enum { BULK_WORDS = 1 << 16, BULKS = 20, BULK_OTHERS = 100 };

static void run_bulk(Db *db, u32 key) {
    u32 *words = SCRATCH_ARRAY(&db->scratch, u32, BULK_WORDS);
    u32 value = read_u32(db, Q_cell, key) / 10;
    for (u32 i = 0; i < BULK_WORDS; i++)
        words[i] = value;
    query_return(db, words, BULK_WORDS * (u32)sizeof *words);
}

static void run_over_bulk(Db *db, u32 key) {
    const u32 *words = query_get(db, Q_bulk, key);
    for (u32 i = 0; i < BULKS; i++)
        query_get(db, Q_bulk, BULK_OTHERS + i);
    for (u32 i = 1; i < BULK_WORDS; i++)
        if (words[i] != words[0]) fail_msg("a result was let go while it was needed");
    return_u32(db, words[0]);
}

// ---- random nets --------------------------------------------------------------------------------
//
// Nodes read nodes with smaller numbers and add up what they get. Those of the ring in the middle
// read one another too, in cycles, but do not use what they get: so their values do not depend on
// where a cycle is entered. What a node reads can depend on a cell.

enum { NET_CELLS = 12, RING_FIRST = 30, RING_END = 42, NET_NODES = 80, WIRE_READS = 5 };

typedef struct Wire {
    u32 is_gone; // the node's result is empty
    u32 add;
    u32 cell;              // + 1; 0: none
    u32 choice;            // a cell + 1: the later half of the reads is made only while it is odd
    u32 reads[WIRE_READS]; // 0: none
    u32 ring[2];           // nodes of the ring to read, 0: none
    u32 divide;
} Wire;

typedef struct Net {
    u32 cells[NET_CELLS];
    Wire wires[NET_NODES];
    u32 seed;
    bool strict; // firewalls read only firewalls, and there are no cycles
} Net;

static u32 pick(Net *net, u32 below) {
    net->seed = net->seed * 1664525u + 1013904223u;
    return (u32)((u64)(net->seed >> 8) * below >> 24);
}

static bool is_fire(u32 key) {
    return key < RING_FIRST ? key % 3 != 0 : key >= RING_END && key % 4 == 0;
}

static Wire random_wire(Net *net, u32 key) {
    Wire wire = {.is_gone = pick(net, 12) == 0, .add = pick(net, 50), .divide = 1 + pick(net, 9)};
    if (pick(net, 2)) wire.cell = 1 + pick(net, NET_CELLS);
    if (pick(net, 3) == 0) wire.choice = 1 + pick(net, NET_CELLS);
    bool in_ring = key >= RING_FIRST && key < RING_END;
    u32 below = in_ring ? RING_FIRST : key;
    for (u32 i = 0; i < WIRE_READS; i++) {
        if (below < 2 || pick(net, 3) == 0) continue;
        u32 at = 1 + pick(net, below - 1);
        if (net->strict && is_fire(key) && !is_fire(at)) continue;
        wire.reads[i] = at;
    }
    for (u32 i = 0; i < 2; i++)
        if (in_ring && !net->strict && pick(net, 3))
            wire.ring[i] = RING_FIRST + pick(net, RING_END - RING_FIRST);
    return wire;
}

static u32 read_count(const Wire *wire, u32 choice) {
    return wire->choice && choice % 2 == 0 ? WIRE_READS / 2 : WIRE_READS;
}

static u32 net_value(const Net *net, u32 key) {
    const Wire *wire = &net->wires[key];
    if (wire->is_gone) return 0;
    u32 sum = wire->add + (wire->cell ? net->cells[wire->cell - 1] : 0);
    u32 count = read_count(wire, wire->choice ? net->cells[wire->choice - 1] : 0);
    for (u32 i = 0; i < count; i++)
        if (wire->reads[i]) sum += net_value(net, wire->reads[i]);
    return sum % 100 / wire->divide;
}

static u32 get_node(Db *db, u32 key) {
    u32 bytes;
    const u32 *value = query_get_sized(db, is_fire(key) ? Q_fire : Q_node, key, &bytes);
    return value && bytes ? *value : 0;
}

static void run_node(Db *db, u32 key) {
    const Wire wire = *(const Wire *)query_get(db, Q_wire, key);
    if (wire.is_gone) {
        query_return(db, NULL, 0);
        return;
    }
    u32 sum = wire.add + (wire.cell ? read_u32(db, Q_cell, wire.cell - 1) : 0);
    u32 count = read_count(&wire, wire.choice ? read_u32(db, Q_cell, wire.choice - 1) : 0);
    for (u32 i = 0; i < 2; i++)
        if (wire.ring[i] && !query_get(db, Q_node, wire.ring[i])) break;
    for (u32 i = 0; i < count; i++)
        if (wire.reads[i]) sum += get_node(db, wire.reads[i]);
    if (sum % 7 == 0) query_attach(db, &sum, sizeof sum);
    return_u32(db, sum % 100 / wire.divide);
}

static const Options options = {.edition = 2021, .time_passes = true};

static Db *new_db(void) {
    Db *db = db_new(&options);
    query_register(db, Q_tenth, run_tenth);
    query_register(db, Q_sum, run_sum);
    query_register(db, Q_chain, run_chain);
    query_register(db, Q_ring, run_ring);
    query_register(db, Q_noted, run_noted);
    query_register(db, Q_above, run_above);
    query_register(db, Q_wall, run_wall);
    query_register(db, Q_above_wall, run_above_wall);
    query_register(db, Q_leaky, run_leaky);
    query_register(db, Q_over_leaky, run_over_leaky);
    query_register(db, Q_bulk, run_bulk);
    query_register(db, Q_over_bulk, run_over_bulk);
    query_register(db, Q_fire, run_node);
    query_register(db, Q_node, run_node);
    query_log_enable(db, true);
    return db;
}

static void set_cell(Db *db, u32 key, u32 value, Durability durability) {
    query_set_input(db, Q_cell, key, &value, sizeof value, durability);
}

static void set_ring(Db *db, u32 key, Ring ring) {
    query_set_input(db, Q_graph, key, &ring, sizeof ring, DURABILITY_LOW);
}

// The log as text: one letter per event (r ran, v verified, c cut off), kind and key; emptied.
static void expect_log(Db *db, const char *want) {
    char text[400] = "";
    u32 count, len = 0;
    const QueryLogRow *rows = query_log(db, &count);
    for (u32 i = 0; i < count; i++)
        len += (u32)snprintf(text + len, sizeof text - len, "%s%c %s(%u)", i ? ", " : "",
                             "rvc"[rows[i].event], query_name(rows[i].kind), rows[i].key);
    assert_string_equal(text, want);
    query_log_enable(db, true);
}

static void a_memo_is_computed_once_in_a_revision(void **state) {
    (void)state;
    Db *db = new_db();
    set_cell(db, 1, 57, DURABILITY_LOW);
    const u32 *value = query_get(db, Q_tenth, 1);
    assert_int_equal(*value, 5);
    assert_ptr_equal(query_get(db, Q_tenth, 1), value);
    expect_log(db, "r tenth(1)");
    assert_int_equal(query_stat(db, Q_tenth).run_count, 1);
    assert_true(query_stat(db, Q_tenth).self_ns > 0);
    db_free(db);
}

static void a_memo_whose_inputs_did_not_change_is_only_verified(void **state) {
    (void)state;
    Db *db = new_db();
    set_cell(db, 1, 10, DURABILITY_LOW);
    set_cell(db, 2, 20, DURABILITY_LOW);
    set_cell(db, 9, 0, DURABILITY_LOW);
    const u32 *value = query_get(db, Q_sum, 1);
    assert_int_equal(*value, 3);
    expect_log(db, "r tenth(1), r tenth(2), r sum(1)");
    u32 revision = query_revision(db);
    set_cell(db, 9, 1, DURABILITY_LOW);
    assert_int_equal(query_revision(db), revision + 1);
    assert_ptr_equal(query_get(db, Q_sum, 1), value);
    expect_log(db, "v tenth(1), v tenth(2), v sum(1)");
    db_free(db);
}

static void an_equal_result_cuts_off_what_depends_on_it(void **state) {
    (void)state;
    Db *db = new_db();
    set_cell(db, 1, 10, DURABILITY_LOW);
    set_cell(db, 2, 20, DURABILITY_LOW);
    assert_int_equal(read_u32(db, Q_sum, 1), 3);
    query_log_enable(db, true);
    set_cell(db, 2, 25, DURABILITY_LOW);
    assert_int_equal(read_u32(db, Q_sum, 1), 3);
    expect_log(db, "v tenth(1), c tenth(2), v sum(1)");
    set_cell(db, 2, 35, DURABILITY_LOW);
    assert_int_equal(read_u32(db, Q_sum, 1), 4);
    expect_log(db, "v tenth(1), r tenth(2), r sum(1)");
    db_free(db);
}

static void an_input_set_to_an_equal_value_starts_no_revision(void **state) {
    (void)state;
    Db *db = new_db();
    set_cell(db, 1, 10, DURABILITY_LOW);
    read_u32(db, Q_tenth, 1);
    u32 revision = query_revision(db);
    set_cell(db, 1, 10, DURABILITY_LOW);
    assert_int_equal(query_revision(db), revision);
    query_log_enable(db, true);
    read_u32(db, Q_tenth, 1);
    expect_log(db, "");
    db_free(db);
}

static void durable_memos_are_not_walked_when_the_user_edits(void **state) {
    (void)state;
    Db *db = new_db();
    for (u32 key = 1; key <= 3; key++)
        set_cell(db, key, key * 10, DURABILITY_HIGH);
    set_cell(db, 4, 40, DURABILITY_LOW);
    assert_int_equal(read_u32(db, Q_sum, 1), 3);
    assert_int_equal(read_u32(db, Q_sum, 3), 7);
    query_log_enable(db, true);
    set_cell(db, 4, 50, DURABILITY_LOW);
    assert_int_equal(read_u32(db, Q_sum, 1), 3);
    expect_log(db, "");
    assert_int_equal(read_u32(db, Q_sum, 3), 8);
    expect_log(db, "r tenth(4), r sum(3)");
    set_cell(db, 1, 90, DURABILITY_HIGH);
    assert_int_equal(read_u32(db, Q_sum, 1), 11);
    db_free(db);
}

static void an_input_that_becomes_less_durable_takes_its_readers_along(void **state) {
    (void)state;
    Db *db = new_db();
    set_cell(db, 1, 10, DURABILITY_HIGH);
    set_cell(db, 2, 20, DURABILITY_HIGH);
    assert_int_equal(read_u32(db, Q_sum, 1), 3);
    set_cell(db, 1, 11, DURABILITY_LOW); // tenth(1) stays equal: sum(1) is only verified
    assert_int_equal(read_u32(db, Q_sum, 1), 3);
    set_cell(db, 1, 80, DURABILITY_LOW);
    assert_int_equal(read_u32(db, Q_sum, 1), 10);
    db_free(db);
}

static void a_query_in_a_cycle_gets_null(void **state) {
    (void)state;
    Db *db = new_db();
    set_ring(db, 1, (Ring){1, {2}});
    set_ring(db, 2, (Ring){10, {1}});
    assert_int_equal(read_u32(db, Q_ring, 1), 1011);
    assert_int_equal(read_u32(db, Q_ring, 2), 1010);
    db_free(db);
}

static void a_cycle_that_nothing_touched_stays_verified(void **state) {
    (void)state;
    Db *db = new_db();
    set_cell(db, 1, 1, DURABILITY_LOW);
    set_ring(db, 1, (Ring){1, {2}});
    set_ring(db, 2, (Ring){10, {3}});
    set_ring(db, 3, (Ring){100, {1, 2}});
    assert_int_equal(read_u32(db, Q_ring, 1), 2111);
    query_log_enable(db, true);
    set_cell(db, 1, 2, DURABILITY_LOW);
    assert_int_equal(read_u32(db, Q_ring, 2), 2110);
    assert_int_equal(read_u32(db, Q_ring, 1), 2111);
    assert_int_equal(read_u32(db, Q_ring, 3), 2100);
    u32 count;
    const QueryLogRow *rows = query_log(db, &count);
    for (u32 i = 0; i < count; i++)
        assert_int_equal(rows[i].event, QUERY_VERIFIED);
    db_free(db);
}

static void a_cycle_that_is_undone_leaves_nothing_stale(void **state) {
    (void)state;
    for (u32 asked_first = 1; asked_first <= 3; asked_first++) {
        Db *db = new_db();
        set_ring(db, 1, (Ring){1, {2}});
        set_ring(db, 2, (Ring){10, {3}});
        set_ring(db, 3, (Ring){100, {1}});
        read_u32(db, Q_ring, 1);
        set_ring(db, 2, (Ring){20, {0}});
        read_u32(db, Q_ring, asked_first);
        assert_int_equal(read_u32(db, Q_ring, 2), 20);
        assert_int_equal(read_u32(db, Q_ring, 1), 21);
        assert_int_equal(read_u32(db, Q_ring, 3), 121);
        db_free(db);
    }
}

static void notes_are_there_again_without_work(void **state) {
    (void)state;
    Db *db = new_db();
    set_cell(db, 1, 7, DURABILITY_LOW);
    set_cell(db, 2, 1, DURABILITY_LOW);
    assert_int_equal(notes_of(db, Q_above, 1), 7);
    set_cell(db, 2, 2, DURABILITY_LOW);
    query_log_enable(db, true);
    assert_int_equal(notes_of(db, Q_above, 1), 7);
    expect_log(db, "v noted(1), v above(1)");
    set_cell(db, 1, 9, DURABILITY_LOW); // the value stays 0, the note is another
    assert_int_equal(notes_of(db, Q_above, 1), 9);
    set_cell(db, 1, 8, DURABILITY_LOW);
    assert_int_equal(notes_of(db, Q_above, 1), 0);
    db_free(db);
}

static void a_note_is_no_change_of_what_it_is_attached_to(void **state) {
    (void)state;
    Db *db = new_db();
    set_cell(db, 1, 8, DURABILITY_LOW);
    assert_int_equal(notes_of(db, Q_above, 1), 0);
    query_log_enable(db, true);
    set_cell(db, 1, 7, DURABILITY_LOW);
    assert_int_equal(notes_of(db, Q_above, 1), 7);
    expect_log(db, "c noted(1), v above(1)");
    db_free(db);
}

static void only_the_notes_of_what_is_low_are_visited(void **state) {
    (void)state;
    for (u32 tracks = 0; tracks < 2; tracks++) {
        Db *db = new_db();
        set_cell(db, 1, 7, DURABILITY_LOW);
        set_cell(db, 2, 9, DURABILITY_HIGH);
        set_cell(db, 3, 11, DURABILITY_LOW);
        set_ring(db, 1, (Ring){0, {0}});
        if (tracks) query_track(db);
        for (u32 key = 1; key <= 3; key++)
            (void)read_u32(db, Q_noted, key);
        assert_int_equal(low_notes_of(db, Q_above, 1), 7);
        assert_int_equal(low_notes_of(db, Q_above, 2), 0);
        assert_int_equal(notes_of(db, Q_above, 2), 9);
        set_cell(db, 1, 8, DURABILITY_LOW);
        assert_int_equal(low_notes_of(db, Q_above, 1), 0);
        set_cell(db, 1, 3, DURABILITY_LOW);
        assert_int_equal(low_notes_of(db, Q_above, 1), 3);
        assert_int_equal(low_notes_of(db, Q_above, 3), 11);
        db_free(db);
    }
}

static void a_chain_of_ten_thousand_queries_runs_and_verifies(void **state) {
    (void)state;
    Db *db = new_db();
    query_log_enable(db, false);
    set_cell(db, 0, 5, DURABILITY_LOW);
    set_cell(db, 1, 5, DURABILITY_LOW);
    assert_int_equal(read_u32(db, Q_chain, 10000), 10005);
    set_cell(db, 1, 6, DURABILITY_LOW);
    assert_int_equal(read_u32(db, Q_chain, 10000), 10005);
    set_cell(db, 0, 6, DURABILITY_LOW);
    assert_int_equal(read_u32(db, Q_chain, 10000), 10006);
    db_free(db);
}

static void memory_of_replaced_results_is_used_again(void **state) {
    (void)state;
    Db *db = new_db();
    enum { BIG = 3 << 20 };
    u8 *big = malloc(BIG);
    for (u32 i = 0; i < 60000; i++) { // 180 GB in all: more than the heap's range
        memset(big, (int)i, 8);
        query_set_input(db, Q_graph, 5, big, BIG - i % 1000, DURABILITY_LOW);
        if (i > 40) i += 2000;
    }
    u32 bytes;
    const u8 *held = query_get_sized(db, Q_graph, 5, &bytes);
    assert_memory_equal(held, big, bytes);
    free(big);
    db_free(db);
}

static void random_edits_give_what_a_fresh_engine_gives(void **state) {
    (void)state;
    Db *db = new_db();
    u32 cells[12] = {0};
    u32 seed = 12345;
    for (u32 key = 0; key < 12; key++)
        set_cell(db, key, 0, key < 6 ? DURABILITY_HIGH : DURABILITY_LOW);
    for (u32 step = 0; step < 3000; step++) {
        seed = seed * 1664525u + 1013904223u;
        u32 key = (seed >> 8) % 12;
        cells[key] = (seed >> 16) % 64;
        set_cell(db, key, cells[key], key < 6 ? DURABILITY_HIGH : DURABILITY_LOW);
        u32 asked = (seed >> 24) % 11;
        assert_int_equal(read_u32(db, Q_sum, asked), cells[asked] / 10 + cells[asked + 1] / 10);
        assert_int_equal(notes_of(db, Q_above, asked), cells[asked] % 2 ? cells[asked] : 0);
    }
    db_free(db);
}

// ---- results that are let go --------------------------------------------------------------------

static Db *new_bulk_db(void) {
    Db *db = new_db();
    for (u32 i = 0; i < BULKS; i++) {
        set_cell(db, i, 10 * i, DURABILITY_LOW);
        set_cell(db, BULK_OTHERS + i, 0, DURABILITY_LOW);
    }
    for (u32 i = 0; i < BULKS; i++)
        assert_int_equal(read_u32(db, Q_over_bulk, i), i);
    query_log_enable(db, true);
    return db;
}

static u64 bulk_runs(const Db *db) {
    return query_stat(db, Q_bulk).run_count;
}

static void idle_results_are_let_go_and_made_again(void **state) {
    (void)state;
    Db *db = new_bulk_db();
    u32 count;
    query_changes_clear(db);
    u64 runs = bulk_runs(db);
    assert_int_equal(read_u32(db, Q_over_bulk, 0), 0);
    assert_int_equal(bulk_runs(db), runs); // whoever has read it needs it no more
    const u32 *words = query_get(db, Q_bulk, 0);
    assert_int_equal(bulk_runs(db), runs + 1);
    for (u32 i = 1; i < BULKS; i++)
        assert_int_equal(read_u32(db, Q_bulk, i), i);
    for (u32 i = 0; i < BULK_WORDS; i++)
        assert_int_equal(words[i], 0); // asked for from outside: it stays
    query_changes(db, &count);
    assert_int_equal(count, 0);
    db_free(db);
}

static void what_was_let_go_is_still_compared(void **state) {
    (void)state;
    Db *db = new_bulk_db();
    set_cell(db, 1, 15, DURABILITY_LOW);
    assert_int_equal(read_u32(db, Q_over_bulk, 1), 1);
    u32 count;
    const QueryLogRow *rows = query_log(db, &count);
    for (u32 i = 0; i < count; i++)
        assert_true(rows[i].kind != Q_over_bulk || rows[i].event == QUERY_VERIFIED);
    set_cell(db, 1, 25, DURABILITY_LOW);
    assert_int_equal(read_u32(db, Q_over_bulk, 1), 2);
    for (u32 i = 2; i < BULKS; i++)
        assert_int_equal(read_u32(db, Q_over_bulk, i), i);
    db_free(db);
}

// ---- with users ---------------------------------------------------------------------------------

static void a_change_reaches_only_what_is_above_it(void **state) {
    (void)state;
    Db *db = new_db();
    for (u32 key = 1; key <= 4; key++)
        set_cell(db, key, key * 10, DURABILITY_LOW);
    assert_int_equal(read_u32(db, Q_sum, 1), 3);
    assert_int_equal(read_u32(db, Q_sum, 3), 7);
    query_track(db);
    query_log_enable(db, true);
    set_cell(db, 4, 45, DURABILITY_LOW);
    assert_int_equal(read_u32(db, Q_sum, 1), 3);
    expect_log(db, "");
    assert_int_equal(read_u32(db, Q_sum, 3), 7);
    expect_log(db, "c tenth(4), v sum(3)");
    set_cell(db, 4, 55, DURABILITY_LOW);
    assert_int_equal(read_u32(db, Q_sum, 3), 8);
    expect_log(db, "r tenth(4), r sum(3)");
    assert_int_equal(read_u32(db, Q_sum, 2), 5); // new since
    set_cell(db, 2, 0, DURABILITY_LOW);
    query_log_enable(db, true);
    assert_int_equal(read_u32(db, Q_sum, 2), 3);
    expect_log(db, "r tenth(2), r sum(2)");
    db_free(db);
}

static void a_firewall_that_stays_equal_lets_nothing_through(void **state) {
    (void)state;
    Db *db = new_db();
    for (u32 key = 1; key <= 4; key++)
        set_cell(db, key, key * 10, DURABILITY_LOW);
    assert_int_equal(read_u32(db, Q_above_wall, 1), 3);
    assert_int_equal(read_u32(db, Q_above_wall, 3), 7);
    query_track(db);
    query_log_enable(db, true);
    set_cell(db, 1, 11, DURABILITY_LOW);
    assert_int_equal(read_u32(db, Q_above_wall, 3), 7); // whatever is asked for
    expect_log(db, "c wall(1)");
    assert_int_equal(read_u32(db, Q_above_wall, 1), 3);
    expect_log(db, "");
    set_cell(db, 1, 90, DURABILITY_LOW);
    set_cell(db, 2, 90, DURABILITY_LOW);
    assert_int_equal(read_u32(db, Q_above_wall, 1), 18);
    expect_log(db, "r wall(1), r wall(2), r above_wall(1)");
    db_free(db);
}

static void a_firewall_that_reads_what_is_none_lets_everything_through(void **state) {
    (void)state;
    Db *db = new_db();
    for (u32 key = 1; key <= 4; key++)
        set_cell(db, key, key * 10, DURABILITY_LOW);
    for (u32 tracked_first = 0; tracked_first < 2; tracked_first++) {
        if (tracked_first) query_track(db);
        assert_int_equal(read_u32(db, Q_over_leaky, 1), 0);
        query_track(db);
        set_cell(db, 1, 900, DURABILITY_LOW);
        assert_int_equal(read_u32(db, Q_over_leaky, 1), 9);
        set_cell(db, 1, 10, DURABILITY_LOW);
    }
    assert_int_equal(read_u32(db, Q_over_leaky, 1), 0);
    db_free(db);
}

static void a_look_at_an_input_brings_nothing_up_to_date(void **state) {
    (void)state;
    Db *db = new_db();
    set_cell(db, 1, 10, DURABILITY_LOW);
    set_cell(db, 2, 20, DURABILITY_LOW);
    assert_int_equal(read_u32(db, Q_above_wall, 1), 3);
    query_track(db);
    set_cell(db, 1, 30, DURABILITY_LOW);
    query_log_enable(db, true);
    assert_int_equal(read_u32(db, Q_cell, 1), 30);
    expect_log(db, "");
    set_cell(db, 1, 10, DURABILITY_LOW);
    assert_int_equal(read_u32(db, Q_above_wall, 1), 3);
    expect_log(db, "c wall(1)");
    db_free(db);
}

static void suspects_of_watched_kinds_are_listed(void **state) {
    (void)state;
    Db *db = new_db();
    query_watch(db, Q_above_wall);
    for (u32 key = 1; key <= 4; key++)
        set_cell(db, key, key * 10, DURABILITY_LOW);
    read_u32(db, Q_above_wall, 1);
    read_u32(db, Q_above_wall, 3);
    query_track(db);
    u32 count;
    set_cell(db, 2, 21, DURABILITY_LOW);
    read_u32(db, Q_above_wall, 3);
    query_suspects(db, &count);
    assert_int_equal(count, 0);
    set_cell(db, 2, 30, DURABILITY_LOW);
    read_u32(db, Q_above_wall, 3);
    const QueryChange *suspects = query_suspects(db, &count);
    assert_int_equal(count, 1);
    assert_int_equal(suspects[0].kind, Q_above_wall);
    assert_int_equal(suspects[0].key, 1);
    query_suspects_clear(db);
    read_u32(db, Q_above_wall, 1);
    query_suspects(db, &count);
    assert_int_equal(count, 0);
    db_free(db);
}

static void durable_changes_reach_everything(void **state) {
    (void)state;
    Db *db = new_db();
    set_cell(db, 1, 10, DURABILITY_HIGH);
    set_cell(db, 2, 20, DURABILITY_HIGH);
    assert_int_equal(read_u32(db, Q_above_wall, 1), 3);
    query_track(db);
    set_cell(db, 1, 11, DURABILITY_LOW); // the readers are LOW from here on
    assert_int_equal(read_u32(db, Q_above_wall, 1), 3);
    set_cell(db, 1, 80, DURABILITY_LOW);
    assert_int_equal(read_u32(db, Q_above_wall, 1), 10);
    set_cell(db, 1, 70, DURABILITY_HIGH);
    assert_int_equal(read_u32(db, Q_above_wall, 1), 9);
    set_cell(db, 2, 30, DURABILITY_HIGH);
    set_cell(db, 1, 60, DURABILITY_LOW);
    assert_int_equal(read_u32(db, Q_above_wall, 1), 9);
    db_free(db);
}

static void a_list_of_users_does_not_grow_with_edits(void **state) {
    (void)state;
    Db *db = new_db();
    query_log_enable(db, false);
    set_ring(db, 900, (Ring){5, {0}});
    for (u32 key = 1; key <= 300; key++)
        set_ring(db, key, (Ring){key, {900}});
    query_track(db);
    for (u32 round = 0; round < 4000; round++) {
        u32 key = 1 + round % 300;
        set_ring(db, key, (Ring){key, {round % 2 ? 900 : 0}});
        assert_int_equal(read_u32(db, Q_ring, key), key + (round % 2 ? 5 : 0));
    }
    assert_true(query_user_count(db, Q_ring, 900) <= 512);
    db_free(db);
}

// One bit per node that ran, by the log; emptied.
static void nodes_that_ran(Db *db, bool ran[NET_NODES]) {
    u32 count;
    const QueryLogRow *rows = query_log(db, &count);
    memset(ran, 0, NET_NODES);
    for (u32 i = 0; i < count; i++)
        if (rows[i].event != QUERY_VERIFIED && rows[i].kind == Q_node) ran[rows[i].key] = true;
    query_log_enable(db, true);
}

static void set_wire(Db *db, const Net *net, u32 key) {
    query_set_input(db, Q_wire, key, &net->wires[key], sizeof(Wire),
                    key % 7 == 0 ? DURABILITY_HIGH : DURABILITY_LOW);
}

static u32 node_notes(Db *db, u32 key) {
    QueryKind kind = is_fire(key) ? Q_fire : Q_node;
    assert_int_equal(low_notes_of(db, kind, key), low_notes_below(db, kind, key));
    return notes_of(db, kind, key);
}

static void edit_net(Net *net, Db *const dbs[2]) {
    for (u32 edits = 1 + pick(net, 3); edits > 0; edits--) {
        u32 key = 1 + pick(net, NET_NODES - 1);
        u32 cell = pick(net, NET_CELLS);
        bool is_wire = pick(net, 3) == 0;
        if (is_wire)
            net->wires[key] = random_wire(net, key);
        else
            net->cells[cell] = pick(net, 60);
        // Library files change too, if seldom, and come to be the user's.
        Durability durability = cell < 2 && pick(net, 20) ? DURABILITY_HIGH : DURABILITY_LOW;
        for (u32 i = 0; i < 2; i++) {
            if (is_wire)
                set_wire(dbs[i], net, key);
            else
                set_cell(dbs[i], cell, net->cells[cell], durability);
        }
    }
}

// dbs[0] knows users, dbs[1] walks everything.
static void run_net(u32 seed, bool strict) {
    Net *net = calloc(1, sizeof *net);
    net->seed = seed;
    net->strict = strict;
    Db *dbs[2] = {new_db(), new_db()};
    for (u32 key = 1; key < NET_NODES; key++)
        net->wires[key] = random_wire(net, key);
    for (u32 i = 0; i < 2; i++) {
        for (u32 key = 1; key < NET_NODES; key++)
            set_wire(dbs[i], net, key);
        for (u32 cell = 0; cell < NET_CELLS; cell++)
            set_cell(dbs[i], cell, 0, cell < 2 ? DURABILITY_HIGH : DURABILITY_LOW);
        for (u32 key = 1; key < NET_NODES; key += 2)
            get_node(dbs[i], key);
    }
    query_track(dbs[0]);
    bool ran[2][NET_NODES];
    for (u32 step = 0; step < 400; step++) {
        edit_net(net, dbs);
        for (u32 i = 0; i < 2; i++)
            query_log_enable(dbs[i], true);
        // What firewalls see must be the same for both, or one may miss a change and its undoing.
        for (u32 key = 1; strict && key < NET_NODES; key++)
            if (is_fire(key)) assert_int_equal(get_node(dbs[1], key), get_node(dbs[0], key));
        for (u32 asks = pick(net, 20); asks > 0; asks--) {
            u32 key = 1 + pick(net, NET_NODES - 1);
            assert_int_equal(get_node(dbs[0], key), net_value(net, key));
            assert_int_equal(get_node(dbs[1], key), net_value(net, key));
            u32 notes = node_notes(dbs[0], key);
            if (strict) assert_int_equal(notes, node_notes(dbs[1], key));
        }
        query_verify(dbs[0]);
        for (u32 i = 0; i < 2; i++)
            nodes_that_ran(dbs[i], ran[i]);
        if (strict) assert_memory_equal(ran[0], ran[1], sizeof ran[0]);
    }
    db_free(dbs[0]);
    db_free(dbs[1]);
    free(net);
}

static void random_nets_give_what_is_right(void **state) {
    (void)state;
    for (u32 seed = 1; seed <= 60; seed++)
        run_net(seed, false);
}

static void random_nets_run_what_a_full_walk_runs(void **state) {
    (void)state;
    for (u32 seed = 1; seed <= 40; seed++)
        run_net(seed, true);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_memo_is_computed_once_in_a_revision),
        cmocka_unit_test(a_memo_whose_inputs_did_not_change_is_only_verified),
        cmocka_unit_test(an_equal_result_cuts_off_what_depends_on_it),
        cmocka_unit_test(an_input_set_to_an_equal_value_starts_no_revision),
        cmocka_unit_test(durable_memos_are_not_walked_when_the_user_edits),
        cmocka_unit_test(an_input_that_becomes_less_durable_takes_its_readers_along),
        cmocka_unit_test(a_query_in_a_cycle_gets_null),
        cmocka_unit_test(a_cycle_that_nothing_touched_stays_verified),
        cmocka_unit_test(a_cycle_that_is_undone_leaves_nothing_stale),
        cmocka_unit_test(notes_are_there_again_without_work),
        cmocka_unit_test(a_note_is_no_change_of_what_it_is_attached_to),
        cmocka_unit_test(only_the_notes_of_what_is_low_are_visited),
        cmocka_unit_test(a_chain_of_ten_thousand_queries_runs_and_verifies),
        cmocka_unit_test(memory_of_replaced_results_is_used_again),
        cmocka_unit_test(idle_results_are_let_go_and_made_again),
        cmocka_unit_test(what_was_let_go_is_still_compared),
        cmocka_unit_test(random_edits_give_what_a_fresh_engine_gives),
        cmocka_unit_test(a_change_reaches_only_what_is_above_it),
        cmocka_unit_test(a_firewall_that_stays_equal_lets_nothing_through),
        cmocka_unit_test(a_firewall_that_reads_what_is_none_lets_everything_through),
        cmocka_unit_test(a_look_at_an_input_brings_nothing_up_to_date),
        cmocka_unit_test(suspects_of_watched_kinds_are_listed),
        cmocka_unit_test(durable_changes_reach_everything),
        cmocka_unit_test(a_list_of_users_does_not_grow_with_edits),
        cmocka_unit_test(random_nets_give_what_is_right),
        cmocka_unit_test(random_nets_run_what_a_full_walk_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
