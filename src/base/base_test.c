// Unit tests of base: tables, scratch, maps, interning, blobs.
#include "base/blob.h"
#include "base/map.h"
#include "base/symbol.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void a_table_never_moves_its_rows(void **state) {
    (void)state;
    Table table;
    table_init(&table, sizeof(u32), 1 << 24);
    u32 *first = table_at(&table, table_add(&table, 1));
    *first = 7;
    for (u32 i = 0; i < 100000; i++)
        table_add(&table, 3);
    assert_ptr_equal(first, table_at(&table, 1));
    assert_int_equal(*first, 7);
    table_truncate(&table, 1);
    assert_int_equal(*(u32 *)table_at(&table, table_add(&table, 1)), 0);
    table_deinit(&table);
}

static void scratch_memory_is_zero_again_after_a_rewind(void **state) {
    (void)state;
    Scratch scratch;
    scratch_init(&scratch);
    u64 mark = scratch_mark(&scratch);
    memset(scratch_take(&scratch, 100, 8), 0xff, 100);
    scratch_rewind(&scratch, mark);
    const u8 *again = scratch_take(&scratch, 200, 8);
    for (u32 i = 0; i < 200; i++)
        assert_int_equal(again[i], 0);
    VEC(u32) numbers = {0};
    for (u32 i = 0; i < 1000; i++)
        vec_push(&scratch, &numbers, i);
    assert_int_equal(numbers.at[999], 999);
    assert_true(str_eq(scratch_print(&scratch, "%d-%s", 4, "x"), STR("4-x")));
    scratch_deinit(&scratch);
}

static void a_map_finds_what_was_set(void **state) {
    (void)state;
    Map map = {0};
    assert_int_equal(map_get(&map, 3), 0);
    for (u32 i = 0; i < 10000; i++)
        map_set(&map, (u64)i << 32, i + 1);
    map_set(&map, 0, 77);
    assert_int_equal(map_get(&map, 0), 77);
    assert_int_equal(map_get(&map, (u64)9999 << 32), 10000);
    assert_int_equal(map_get(&map, 5), 0);
    assert_int_equal(map.count, 10000);
    map_deinit(&map);
}

static void equal_texts_have_equal_symbols(void **state) {
    (void)state;
    Symbols symbols;
    symbols_init(&symbols);
    assert_int_equal(symbol_intern(&symbols, STR("self")).id, SYM_self);
    Symbol foo = symbol_intern(&symbols, STR("foo"));
    assert_true(foo.id >= SYM_COUNT);
    for (u32 i = 0; i < 5000; i++) {
        char name[16];
        int len = snprintf(name, sizeof name, "n%u", i);
        symbol_intern(&symbols, (Str){name, (u32)len});
    }
    assert_int_equal(symbol_intern(&symbols, STR("foo")).id, foo.id);
    assert_true(str_eq(symbol_str(&symbols, foo), STR("foo")));
    assert_int_equal(symbol_str(&symbols, SYM_OF(none)).len, 0);
    symbols_deinit(&symbols);
}

static void rows_of_one_length_lie_at_their_number(void **state) {
    (void)state;
    typedef struct Row {
        u32 a, b, c;
    } Row;
    Interner interner;
    interner_init_rows(&interner, sizeof(Row));
    for (u32 round = 0; round < 2; round++)
        for (u32 i = 1; i <= 5000; i++) {
            Row row = {i, i % 7, ~i};
            assert_int_equal(intern(&interner, &row, sizeof row), i);
            assert_memory_equal(intern_row(&interner, i, sizeof row), &row, sizeof row);
            assert_ptr_equal(intern_row(&interner, i, sizeof row),
                             intern_bytes(&interner, i, NULL));
        }
    assert_int_equal(intern_find(&interner, &(Row){7, 0, ~7u}, sizeof(Row)), 7);
    assert_int_equal(intern_find(&interner, &(Row){7, 1, ~7u}, sizeof(Row)), 0);
    assert_int_equal(intern_find(&interner, &(Row){7, 0, ~7u}, 8), 0);
    interner_deinit(&interner);
}

static void a_blob_holds_its_lists(void **state) {
    (void)state;
    Scratch scratch;
    scratch_init(&scratch);
    typedef struct Head {
        List a, b;
    } Head;
    Blob blob;
    blob_begin(&blob, &scratch, sizeof(Head));
    u32 many[300];
    for (u32 i = 0; i < 300; i++)
        many[i] = i;
    List a = blob_add(&blob, many, 300, sizeof(u32));
    List b = blob_add(&blob, "abc", 3, 1);
    *(Head *)blob_header(&blob) = (Head){a, b};
    const Head *head = blob_header(&blob);
    assert_int_equal(LIST_AT(head, u32, head->a)[299], 299);
    assert_memory_equal(LIST_AT(head, char, head->b), "abc", 3);
    scratch_deinit(&scratch);
}

static void arrays_without_rows_share_their_empty_row(void **state) {
    (void)state;
    enum { ROW_BYTES_MAX = 16 };
    static const u8 zeros[ROW_BYTES_MAX];
    Scratch scratch;
    scratch_init(&scratch);
    void *empty_row = scratch_take(&scratch, ROW_BYTES_MAX, 8);
    VEC(u64) none, some;
    vec_begin_rows(&none, empty_row);
    vec_begin_rows(&some, empty_row);
    vec_push(&scratch, &some, 7);
    assert_memory_equal(empty_row, zeros, ROW_BYTES_MAX);
    Blob blob;
    blob_begin(&blob, &scratch, 2 * sizeof(List));
    List zeros_at = blob_zeros(&blob, ROW_BYTES_MAX);
    List a = blob_add_rows(&blob, zeros_at, none.at, none.count, sizeof(u64));
    List b = blob_add_rows(&blob, zeros_at, some.at, some.count, sizeof(u64));
    assert_int_equal(a.count, 1);
    assert_int_equal(a.offset, zeros_at.offset);
    assert_memory_equal(LIST_AT(blob.at, u8, a), zeros, ROW_BYTES_MAX);
    assert_int_equal(b.count, 2);
    assert_int_equal(LIST_AT(blob.at, u64, b)[0], 0);
    assert_int_equal(LIST_AT(blob.at, u64, b)[1], 7);
    scratch_deinit(&scratch);
}

static void rows_of_all_lengths_are_told_apart(void **state) {
    (void)state;
    enum { ROWS = 3000, LEN_MAX = 40 };
    Interner interner;
    interner_init(&interner);
    u8 row[LEN_MAX];
    for (u32 round = 0; round < 2; round++)
        for (u32 i = 0; i < ROWS; i++) {
            memset(row, 1, sizeof row); // they differ in their last bytes only
            u32 len = 4 + i % (LEN_MAX - 3);
            memcpy(row + len - 2, &(u16){(u16)i}, 2);
            assert_int_equal(intern(&interner, row, len), i + 1);
            assert_int_equal(intern_find(&interner, row, len), i + 1);
        }
    interner_deinit(&interner);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_never_moves_its_rows),
        cmocka_unit_test(scratch_memory_is_zero_again_after_a_rewind),
        cmocka_unit_test(a_map_finds_what_was_set),
        cmocka_unit_test(equal_texts_have_equal_symbols),
        cmocka_unit_test(rows_of_one_length_lie_at_their_number),
        cmocka_unit_test(rows_of_all_lengths_are_told_apart),
        cmocka_unit_test(a_blob_holds_its_lists),
        cmocka_unit_test(arrays_without_rows_share_their_empty_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
