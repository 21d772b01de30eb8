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
    query_notes(db, kind, key, sum_notes, &sum);
    return sum;
}

static void run_asking(Db *db, u32 key) {
    return_u32(db, notes_of(db, Q_above, key));
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
    query_register(db, Q_asking, run_asking);
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
    expect_log(db, "v sum(1)"); // not its tenths
    assert_int_equal(read_u32(db, Q_sum, 3), 8);
    expect_log(db, "v tenth(3), r tenth(4), r sum(3)");
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

static void a_query_that_asks_for_notes_depends_on_them(void **state) {
    (void)state;
    Db *db = new_db();
    set_cell(db, 1, 7, DURABILITY_LOW);
    assert_int_equal(read_u32(db, Q_asking, 1), 7);
    set_cell(db, 1, 5, DURABILITY_LOW);
    assert_int_equal(read_u32(db, Q_asking, 1), 5);
    set_cell(db, 1, 2, DURABILITY_LOW);
    assert_int_equal(read_u32(db, Q_asking, 1), 0);
    set_cell(db, 1, 3, DURABILITY_LOW);
    assert_int_equal(read_u32(db, Q_asking, 1), 3);
    db_free(db);
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
        assert_int_equal(read_u32(db, Q_asking, asked), cells[asked] % 2 ? cells[asked] : 0);
    }
    db_free(db);
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
        cmocka_unit_test(a_query_that_asks_for_notes_depends_on_them),
        cmocka_unit_test(a_chain_of_ten_thousand_queries_runs_and_verifies),
        cmocka_unit_test(memory_of_replaced_results_is_used_again),
        cmocka_unit_test(random_edits_give_what_a_fresh_engine_gives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
