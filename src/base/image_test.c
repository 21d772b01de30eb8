// Unit tests of images: what is saved comes back, grows on, and what was damaged is refused.
#include "base/image.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct State {
    Table table;
    Map map;
    Interner names;
    u32 number;
} State;

static void state_init(State *state) {
    *state = (State){0};
    table_init(&state->table, sizeof(u64), 1 << 20);
    interner_init(&state->names);
}

static void state_deinit(State *state) {
    table_deinit(&state->table);
    map_deinit(&state->map);
    interner_deinit(&state->names);
}

static void state_fill(State *state, u32 from, u32 to) {
    for (u32 i = from; i < to; i++) {
        *(u64 *)table_at(&state->table, table_add(&state->table, 1)) = (u64)i * i;
        map_set(&state->map, (u64)i * 7, i);
        intern(&state->names, &i, sizeof i);
    }
    state->number = to;
}

static void state_check(const State *state, u32 count) {
    assert_int_equal(state->number, count);
    assert_int_equal(state->table.count, count);
    assert_int_equal(intern_count(&state->names), count);
    for (u32 i = 1; i < count; i++) {
        assert_int_equal(*(u64 *)table_at(&state->table, i), (u64)i * i);
        assert_int_equal(map_get(&state->map, (u64)i * 7), i);
        assert_int_equal(intern_find(&state->names, &i, sizeof i), i);
    }
}

static void state_image(State *state, Image *image) {
    image_bytes(image, &state->number, sizeof state->number);
    image_table(image, &state->table);
    image_map(image, &state->map);
    image_interner(image, &state->names);
}

enum { KEY = 77, COUNT = 5000 };

// An image of a filled state in a file without a name.
static int saved(void) {
    char path[] = "/tmp/rac_image_XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    unlink(path);
    State state;
    state_init(&state);
    state_fill(&state, 1, COUNT);
    Image image;
    image_begin(&image, dup(fd));
    state_image(&state, &image);
    assert_true(image_end(&image, KEY, STR("a label")));
    state_deinit(&state);
    return fd;
}

static bool opens(int fd, u64 key) {
    Image image;
    if (!image_open(&image, dup(fd), key)) return false;
    image_close(&image);
    return true;
}

static void what_was_saved_comes_back_and_grows(void **unused) {
    (void)unused;
    int fd = saved();
    for (u32 round = 0; round < 2; round++) { // the first must not have changed the file
        State state;
        state_init(&state);
        Image image;
        assert_true(image_open(&image, dup(fd), KEY));
        assert_true(image_verify(&image));
        state_image(&state, &image);
        assert_false(image_failed(&image));
        image_close(&image);
        state_check(&state, COUNT);
        state_fill(&state, COUNT, COUNT * 5);
        state_check(&state, COUNT * 5);
        state_deinit(&state);
    }
    close(fd);
}

static void a_reader_that_asks_for_something_else_notices(void **unused) {
    (void)unused;
    int fd = saved();
    State state;
    state_init(&state);
    Image image;
    assert_true(image_open(&image, dup(fd), KEY));
    u64 wide;
    image_bytes(&image, &wide, sizeof wide);
    assert_true(image_failed(&image));
    image_close(&image);
    assert_true(image_open(&image, dup(fd), KEY));
    image_map(&image, &state.map);
    assert_true(image_failed(&image));
    image_close(&image);
    assert_true(image_open(&image, dup(fd), KEY));
    state_image(&state, &image);
    image_bytes(&image, &wide, sizeof wide); // past the end
    assert_true(image_failed(&image));
    image_close(&image);
    state_deinit(&state);
    close(fd);
}

static void foreign_and_short_files_are_refused(void **unused) {
    (void)unused;
    int fd = saved();
    assert_true(opens(fd, KEY));
    assert_false(opens(fd, KEY + 1));
    struct stat info;
    assert_int_equal(fstat(fd, &info), 0);
    for (off_t bytes = info.st_size - 1; bytes > 0; bytes /= 2) {
        assert_int_equal(ftruncate(fd, bytes), 0);
        assert_false(opens(fd, KEY));
    }
    assert_int_equal(ftruncate(fd, 0), 0);
    assert_false(opens(fd, KEY));
    close(fd);
    fd = open("/dev/null", O_RDONLY);
    assert_false(opens(fd, KEY));
    close(fd);
}

static void flip(int fd, off_t at) {
    u8 byte;
    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= 0x10;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
}

static void every_flipped_bit_is_found(void **unused) {
    (void)unused;
    int fd = saved();
    struct stat info;
    assert_int_equal(fstat(fd, &info), 0);
    for (off_t at = 0; at < 320; at++) { // the header: before anything is mapped
        flip(fd, at);
        bool good = opens(fd, KEY);
        if (good) { // its checksum of the pages can be wrong on its own
            Image image;
            assert_true(image_open(&image, dup(fd), KEY));
            good = image_verify(&image);
            image_close(&image);
        }
        assert_false(good);
        flip(fd, at);
    }
    for (off_t at = 4096; at < info.st_size; at += 997) {
        flip(fd, at);
        Image image;
        if (image_open(&image, dup(fd), KEY)) { // the directory is right
            assert_false(image_verify(&image));
            image_close(&image);
        }
        flip(fd, at);
    }
    for (off_t at = info.st_size - 100; at < info.st_size; at++) { // the directory
        flip(fd, at);
        assert_false(opens(fd, KEY));
        flip(fd, at);
    }
    assert_true(opens(fd, KEY));
    close(fd);
}

static void a_full_disk_is_told(void **unused) {
    (void)unused;
    int fd = open("/dev/full", O_RDWR);
    if (fd < 0) skip();
    State state;
    state_init(&state);
    state_fill(&state, 1, COUNT);
    Image image;
    image_begin(&image, fd);
    state_image(&state, &image);
    assert_false(image_end(&image, KEY, STR("a label")));
    state_deinit(&state);
}

// Loads the file, or `over` it another; makes the state's numbers of `from` .. `to` and changes old
// rows; writes what that changed to a file.
static int saved_over(int base_fd, int over_fd, u32 from, u32 to) {
    State state;
    state_init(&state);
    Image base, image;
    assert_true(image_open(&base, dup(base_fd), KEY));
    if (over_fd >= 0) {
        assert_true(image_open_over(&image, dup(over_fd), KEY, &base));
        state_image(&state, &image);
        assert_false(image_failed(&image));
        image_close(&image);
    } else {
        state_image(&state, &base);
        assert_false(image_failed(&base));
    }
    image_close(&base);
    state_check(&state, from);
    state_fill(&state, from, to);
    char path[] = "/tmp/rac_image_XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    unlink(path);
    assert_true(image_open(&base, dup(base_fd), KEY));
    image_begin_over(&image, dup(fd), &base);
    state_image(&state, &image);
    assert_true(image_end(&image, KEY, STR("a label")));
    image_close(&base);
    state_deinit(&state);
    return fd;
}

static off_t bytes_of(int fd) {
    struct stat info;
    assert_int_equal(fstat(fd, &info), 0);
    return info.st_size;
}

static void an_image_over_another_holds_the_difference(void **unused) {
    (void)unused;
    int base = saved();
    int same = saved_over(base, -1, COUNT, COUNT);
    int more = saved_over(base, -1, COUNT, COUNT + 20);
    int grown = saved_over(base, more, COUNT + 20, COUNT * 4);
    int again = saved_over(base, grown, COUNT * 4, COUNT * 4 + 1);
    assert_true(bytes_of(same) < bytes_of(base) / 10);
    assert_true(bytes_of(more) < bytes_of(base));
    close(saved_over(base, again, COUNT * 4 + 1, COUNT * 4 + 1)); // checks it
    // Over another base, or none, it says nothing.
    Image image, other;
    assert_false(opens(more, KEY));
    int foreign = saved_over(base, -1, COUNT, COUNT);
    assert_true(image_open(&other, dup(base), KEY));
    other.identity++;
    assert_false(image_open_over(&image, dup(more), KEY, &other));
    image_close(&other);
    ImageInfo info;
    assert_true(image_info(more, &info));
    assert_string_equal(info.label, "a label");
    int files[] = {base, same, more, grown, again, foreign};
    for (u32 i = 0; i < ARRAY_LEN(files); i++)
        close(files[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_saved_comes_back_and_grows),
        cmocka_unit_test(a_reader_that_asks_for_something_else_notices),
        cmocka_unit_test(foreign_and_short_files_are_refused),
        cmocka_unit_test(every_flipped_bit_is_found),
        cmocka_unit_test(a_full_disk_is_told),
        cmocka_unit_test(an_image_over_another_holds_the_difference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
