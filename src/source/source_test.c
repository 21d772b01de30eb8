// Unit tests of source files: reading, refusing, lines and columns.
#include "source/source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const Options options = {.edition = 2021};

static Db *new_db(void) {
    Db *db = db_new(&options);
    source_store_new(db);
    return db;
}

static void free_db(Db *db) {
    source_store_free(db);
    db_free(db);
}

static char folder[64];

static int make_folder(void **state) {
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/rac_source_XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static Str write_file(Db *db, const char *name, const char *bytes, size_t len) {
    Str path = scratch_print(&db->scratch, "%s/%s", folder, name);
    FILE *file = fopen(path.at, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    fclose(file);
    return path;
}

static FileId set_text(Db *db, const char *text) {
    FileId file = source_file(db, STR("mem.rs"));
    assert_true(source_set_text(db, file, str_from(text), DURABILITY_LOW, NULL));
    return file;
}

static void a_file_is_read_as_it_is(void **state) {
    (void)state;
    Db *db = new_db();
    Str path = write_file(db, "a.rs", "fn a() {}\r\n", 11);
    FileId file = source_file(db, path);
    assert_true(source_read(db, file, DURABILITY_LOW, NULL));
    assert_true(str_eq(source_text(db, file), STR("fn a() {}\r\n")));
    assert_int_equal(source_text(db, file).at[11], 0);
    assert_true(str_eq(source_path(db, file), path));
    assert_int_equal(source_file(db, path).id, file.id);
    free_db(db);
}

static void a_byte_order_mark_is_dropped(void **state) {
    (void)state;
    Db *db = new_db();
    FileId file = set_text(db, "\xef\xbb\xbf//x");
    assert_true(str_eq(source_text(db, file), STR("//x")));
    assert_true(((const FileText *)query_get(db, Q_file_text, file.id))->had_bom);
    free_db(db);
}

static void what_cannot_be_read_is_told(void **state) {
    (void)state;
    Db *db = new_db();
    OsError error;
    Str absent = scratch_print(&db->scratch, "%s/absent.rs", folder);
    assert_false(source_read(db, source_file(db, absent), DURABILITY_LOW, &error));
    assert_non_null(strstr(error.text, "No such file"));
    assert_false(source_read(db, source_file(db, str_from(folder)), DURABILITY_LOW, &error));
    assert_non_null(strstr(error.text, "directory"));
    Str latin = write_file(db, "latin.rs", "//\n// \xe9t\xe9\n", 10);
    assert_false(source_read(db, source_file(db, latin), DURABILITY_LOW, &error));
    assert_non_null(strstr(error.text, "byte 6 (on line 2) is not UTF-8"));
    free_db(db);
}

static void bytes_that_are_not_utf8_are_found(void **state) {
    (void)state;
    static const char *const bad[] = {"\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82",
                                      "\x80",     "\xff",         "\xf0\x8f\xbf\xbf"};
    static const char *const good[] = {"\xc3\xa9", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf", "",
                                       "\xef\xbf\xbd"};
    Db *db = new_db();
    FileId file = source_file(db, STR("x"));
    for (u32 i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(source_set_text(db, file, str_from(bad[i]), DURABILITY_LOW, NULL));
    for (u32 i = 0; i < ARRAY_LEN(good); i++)
        assert_true(source_set_text(db, file, str_from(good[i]), DURABILITY_LOW, NULL));
    free_db(db);
}

static void expect_place(Db *db, FileId file, u32 pos, u32 line, u32 col) {
    LineCol place = source_line_col(db, file, pos);
    assert_int_equal(place.line, line);
    assert_int_equal(place.col, col);
}

static void positions_have_lines_and_columns(void **state) {
    (void)state;
    Db *db = new_db();
    FileId file = set_text(db, "ab\r\n\xc3\xa9z\n\nlast");
    expect_place(db, file, 0, 1, 1);
    expect_place(db, file, 1, 1, 2);
    expect_place(db, file, 4, 2, 1);
    expect_place(db, file, 6, 2, 2);
    expect_place(db, file, 8, 3, 1);
    expect_place(db, file, 9, 4, 1);
    expect_place(db, file, 1000, 4, 5);
    assert_int_equal(source_line_count(db, file), 4);
    assert_true(str_eq(source_line(db, file, 1, NULL), STR("ab")));
    u32 start;
    assert_true(str_eq(source_line(db, file, 2, &start), STR("\xc3\xa9z")));
    assert_int_equal(start, 4);
    assert_int_equal(source_line(db, file, 3, NULL).len, 0);
    assert_true(str_eq(source_line(db, file, 4, NULL), STR("last")));
    free_db(db);
}

// After any change, what is known is what a fresh file of that text would say.
static void changes_keep_lines_and_utf8(void **state) {
    (void)state;
    static const char *const parts[] = {
        "a",           "\n",   "\r\n", "\xc3\xa9", "\xf0\x9f\x98\x80",
        "fn f() {}\n", "\xc3", "\xa9", "",         "xyz"};
    Db *db = new_db();
    FileId file = set_text(db, "ab\ncd\n");
    char text[512] = "ab\ncd\n", next[1024];
    u64 random = 1;
    u32 refused = 0;
    for (u32 round = 0; round < 4000; round++) {
        random = hash_mix(random, round);
        u32 len = (u32)strlen(text);
        u32 at = (u32)(random % (len + 1));
        u32 gone = (u32)(random >> 32) % 6;
        if (len > 300) gone = 200;
        gone = min_u32(gone, len - at);
        const char *part = parts[(random >> 48) % ARRAY_LEN(parts)];
        snprintf(next, sizeof next, "%.*s%s%s", (int)at, text, part, text + at + gone);
        Db *fresh = new_db();
        FileId same = source_file(fresh, STR("x"));
        bool good = source_set_text(fresh, same, str_from(next), DURABILITY_LOW, NULL);
        assert_int_equal(source_set_text(db, file, str_from(next), DURABILITY_LOW, NULL), good);
        refused += !good;
        if (good) {
            strcpy(text, next);
            assert_true(str_eq(source_text(db, file), str_from(text)));
            u32 count = source_line_count(fresh, same);
            assert_int_equal(source_line_count(db, file), count);
            for (u32 line = 1; line <= count; line++) {
                u32 start, want;
                Str was = source_line(fresh, same, line, &want);
                assert_true(str_eq(source_line(db, file, line, &start), was));
                assert_int_equal(start, want);
            }
        }
        free_db(fresh);
    }
    assert_in_range(refused, 100, 3900);
    free_db(db);
}

static void a_file_that_appears_is_seen(void **state) {
    (void)state;
    Db *db = new_db();
    Str path = scratch_print(&db->scratch, "%s/late.rs", folder);
    u32 revision = query_revision(db);
    OsError error;
    assert_int_equal(source_load(db, path, &error).id, 0);
    assert_string_equal(error.text, "");
    assert_int_equal(query_revision(db), revision);
    write_file(db, "late.rs", "mod m;", 6);
    assert_int_equal(source_load(db, path, &error).id, 0); // what was seen holds until read anew
    assert_true(source_read(db, source_file(db, path), DURABILITY_LOW, NULL));
    FileId file = source_load(db, path, &error);
    assert_true(file.id != 0);
    assert_true(str_eq(source_text(db, file), STR("mod m;")));
    free_db(db);
}

static void a_file_of_thirty_megabytes_is_read(void **state) {
    (void)state;
    Db *db = new_db();
    size_t len = 30u << 20;
    char *text = malloc(len);
    memset(text, ' ', len);
    text[len - 1] = '\n';
    FileId file = source_file(db, write_file(db, "big.rs", text, len));
    free(text);
    assert_true(source_read(db, file, DURABILITY_LOW, NULL));
    assert_int_equal(source_text(db, file).len, len);
    assert_int_equal(source_line_count(db, file), 2);
    unlink(source_path(db, file).at);
    free_db(db);
}

// Pieces that texts are made of: some are no UTF-8 alone, or only with what stands beside them.
static const char *const pieces[] = {
    "fn a() {}", "\n", "\xc3\xa9",         "x",    "\xe2\x82\xac", " ",
    "//",        "1",  "\xef\xbb\xbf",     "\r\n", "ab",           "}",
    "\xc3\x84",  ";",  "\xf0\x9f\xa6\x80", "\xa9", "\xc3",         "\t",
    "let",       "="};

static u32 random_text(u32 *seed, char *out, u32 pieces_max) {
    u32 len = 0;
    *seed = *seed * 1664525u + 1013904223u;
    for (u32 count = (*seed >> 8) % pieces_max; count > 0; count--) {
        *seed = *seed * 1664525u + 1013904223u;
        const char *piece = pieces[(*seed >> 16) % ARRAY_LEN(pieces)];
        memcpy(out + len, piece, strlen(piece));
        len += (u32)strlen(piece);
    }
    return len;
}

// Makes another text of one: a part gives way to another part.
static u32 random_edit(u32 *seed, const char *text, u32 len, char *out) {
    *seed = *seed * 1664525u + 1013904223u;
    u32 at = len ? (*seed >> 8) % (len + 1) : 0;
    u32 gone = min_u32((*seed >> 20) % 12, len - at);
    memcpy(out, text, at);
    u32 fresh = random_text(seed, out + at, 4);
    memcpy(out + at + fresh, text + at + gone, len - at - gone);
    return len - gone + fresh;
}

static void a_file_read_again_is_as_if_read_anew(void **state) {
    (void)state;
    static char old[1 << 18], new[1 << 18];
    u32 seed = 7, read = 0, refused = 0;
    for (u32 round = 0; round < 1000; round++) {
        Db *db = new_db();
        // Now and then longer than what is compared at once.
        u32 len = random_text(&seed, old, 30);
        for (u32 i = 0; round % 20 == 0 && i < 70000; i++)
            old[len++] = 'x';
        FileId file = source_file(db, write_file(db, "again.rs", old, len));
        if (source_read(db, file, DURABILITY_LOW, NULL)) {
            Str before = scratch_str(&db->scratch, source_text(db, file));
            (void)source_line_count(db, file);
            u32 new_len = random_edit(&seed, old, len, new);
            Db *fresh = new_db();
            FileId same = source_file(fresh, write_file(db, "again.rs", new, new_len));
            SourceEdit edit;
            bool good = source_reread(db, file, &db->scratch, &edit, NULL);
            assert_int_equal(good, source_read(fresh, same, DURABILITY_LOW, NULL));
            assert_true(str_eq(source_text(db, file), good ? source_text(fresh, same) : before));
            if (good) {
                assert_int_equal(source_line_count(db, file), source_line_count(fresh, same));
                source_undo(db, &edit);
                assert_true(str_eq(source_text(db, file), before));
                read++;
            }
            refused += !good;
            free_db(fresh);
        }
        free_db(db);
    }
    assert_true(read > 50 && refused > 10);
}

static void a_changed_library_is_noticed(void **state) {
    (void)state;
    Db *db = new_db();
    source_set_library_root(db, str_from(folder));
    Str there = write_file(db, "there.rs", "fn a() {}", 9);
    Str absent = scratch_print(&db->scratch, "%s/absent.rs", folder);
    assert_int_not_equal(source_load(db, there, NULL).id, 0);
    assert_int_equal(source_load(db, absent, NULL).id, 0);
    assert_true(source_library_is_unchanged(db));
    write_file(db, "absent.rs", "", 0);
    assert_false(source_library_is_unchanged(db));
    unlink(absent.at);
    assert_true(source_library_is_unchanged(db));
    write_file(db, "there.rs", "fn ab() {}", 10);
    assert_false(source_library_is_unchanged(db));
    unlink(there.at);
    assert_false(source_library_is_unchanged(db));
    free_db(db);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_read_as_it_is),
        cmocka_unit_test(a_byte_order_mark_is_dropped),
        cmocka_unit_test(what_cannot_be_read_is_told),
        cmocka_unit_test(bytes_that_are_not_utf8_are_found),
        cmocka_unit_test(positions_have_lines_and_columns),
        cmocka_unit_test(changes_keep_lines_and_utf8),
        cmocka_unit_test(a_file_that_appears_is_seen),
        cmocka_unit_test(a_file_of_thirty_megabytes_is_read),
        cmocka_unit_test(a_file_read_again_is_as_if_read_anew),
        cmocka_unit_test(a_changed_library_is_noticed),
    };
    return cmocka_run_group_tests(tests, make_folder, NULL);
}
