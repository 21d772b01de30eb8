// Unit tests of x64: the ABI against functions compiled by the C compiler, unwinding, frames,
// what the random functions (x64_random_test.c) do not reach.

#include "gen/x64/x64_test_run.h"

#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unwind.h>

#include <cmocka.h>

typedef struct Fixture {
    Scratch scratch;
    IrSymbols symbols;
    TestImage image;
} Fixture;

static int set_up(void **state) {
    Fixture *fixture = malloc(sizeof *fixture);
    scratch_init(&fixture->scratch);
    ir_symbols_init(&fixture->symbols);
    test_image_init(&fixture->image, &fixture->symbols);
    *state = fixture;
    return 0;
}

static int tear_down(void **state) {
    Fixture *fixture = *state;
    // Registered frames stay: the unwinder reads them at exit.
    if (!fixture->image.eh_used) test_image_deinit(&fixture->image);
    ir_symbols_deinit(&fixture->symbols);
    scratch_deinit(&fixture->scratch);
    free(fixture);
    return 0;
}

#define FN_ADDRESS(f) ((const void *)(uintptr_t)(f))

static void *add_text(Fixture *fixture, const char *text) {
    Str why;
    IrFn *fn = ir_parse(&fixture->scratch, &fixture->symbols, str_from(text), &why);
    if (!fn) fail_msg("%.*s", STR_ARG(why));
    return test_image_add(&fixture->image, fn, &fixture->scratch);
}

// --- ABI --------------------------------------------------------------------------------------

typedef struct Big {
    i64 words[3];
} Big;
typedef struct Huge {
    u8 bytes[300];
} Huge;
typedef struct Mixed {
    double a;
    i64 b;
} Mixed;

// Each is called by generated code and, copied there argument by argument, calls it back.
static i64 c_ints(i8 a, i16 b, i32 c, i64 d, u8 e, u16 f, u32 g, i8 h, i64 i) {
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * (i64)g + 8 * h + 9 * i;
}
static double c_floats(float a, double b, float c, double d, double e, double f, double g, double h,
                       double i, float j) {
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i + 10 * j;
}
// After five ints an i128 goes to the stack and r9 stays for the next.
static i128 c_wide(i64 a, i64 b, i64 c, i64 d, i64 e, i128 f, i64 g, i64 h, i128 i) {
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i;
}
static i64 c_byval(Big big, i64 a, Huge huge, i64 b) {
    i64 sum = big.words[0] + 2 * big.words[1] + 3 * big.words[2] + 4 * a + 5 * b;
    for (u32 i = 0; i < sizeof huge.bytes; i++)
        sum += huge.bytes[i] * i;
    return sum;
}
static Mixed c_mixed(i64 a, double b) {
    return (Mixed){b * 2, a + 1};
}
static Big c_sret(i64 a, i64 b) {
    return (Big){{a, b, a * b}};
}

static void generated_code_calls_c_as_c_does(void **state) {
    Fixture *fixture = *state;
    test_image_symbol(&fixture->image, "c_ints", FN_ADDRESS(c_ints));
    test_image_symbol(&fixture->image, "c_floats", FN_ADDRESS(c_floats));
    test_image_symbol(&fixture->image, "c_wide", FN_ADDRESS(c_wide));
    test_image_symbol(&fixture->image, "c_byval", FN_ADDRESS(c_byval));
    test_image_symbol(&fixture->image, "c_mixed", FN_ADDRESS(c_mixed));
    test_image_symbol(&fixture->image, "c_sret", FN_ADDRESS(c_sret));
    i64 (*ints)(i8, i16, i32, i64, u8, u16, u32, i8, i64) =
        (i64(*)(i8, i16, i32, i64, u8, u16, u32, i8, i64))(uintptr_t)add_text(fixture, "\
fn \"ints\"(i8 %1, i16 %2, i32 %3, i64 %4, i8 %5, i16 %6, i32 %7, i8 %8, i64 %9) -> i64 {\n\
b1:\n\
  %10 = call extern:\"c_ints\"(signed i8 %1, signed i16 %2, i32 %3, i64 %4, i8 %5, i16 %6, i32 %7,\
     signed i8 %8, i64 %9) -> i64\n\
  ret %10\n\
}");
    assert_int_equal(ints(-1, -2, -3, -4, 255, 65535, 0xffffffff, -8, 9),
                     c_ints(-1, -2, -3, -4, 255, 65535, 0xffffffff, -8, 9));
    double (*floats)(float, double, float, double, double, double, double, double, double, float) =
        (double (*)(float, double, float, double, double, double, double, double, double, float))(
            uintptr_t)add_text(fixture, "\
fn \"floats\"(f32 %1, f64 %2, f32 %3, f64 %4, f64 %5, f64 %6, f64 %7, f64 %8, f64 %9, f32 %10) -> f64 {\n\
b1:\n\
  %11 = call extern:\"c_floats\"(f32 %1, f64 %2, f32 %3, f64 %4, f64 %5, f64 %6, f64 %7, f64 %8,\
     f64 %9, f32 %10) -> f64\n\
  ret %11\n\
}");
    assert_true(floats(1, 2, 3, 4, 5, 6, 7, 8, 9, 10) == c_floats(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
    i128 (*wide)(i64, i64, i64, i64, i64, i128, i64, i64, i128) =
        (i128(*)(i64, i64, i64, i64, i64, i128, i64, i64, i128))(uintptr_t)add_text(fixture, "\
fn \"wide\"(i64 %1, i64 %2, i64 %3, i64 %4, i64 %5, i128 %6, i64 %7, i64 %8, i128 %9) -> i128 {\n\
b1:\n\
  %10 = call extern:\"c_wide\"(i64 %1, i64 %2, i64 %3, i64 %4, i64 %5, i128 %6, i64 %7, i64 %8,\
     i128 %9) -> i128\n\
  ret %10\n\
}");
    i128 six = ((i128)6 << 64) + 1, nine = -((i128)9 << 70);
    assert_true(wide(1, 2, 3, 4, 5, six, 7, 8, nine) == c_wide(1, 2, 3, 4, 5, six, 7, 8, nine));
    i64 (*byval)(Big, i64, Huge, i64) = (i64(*)(Big, i64, Huge, i64))(uintptr_t)add_text(fixture, "\
fn \"byval\"(byval 24 align 8 %1, i64 %2, byval 300 align 1 %3, i64 %4) -> i64 {\n\
b1:\n\
  %5 = call extern:\"c_byval\"(byval 24 align 8 %1, i64 %2, byval 300 align 8 %3, i64 %4) -> i64\n\
  ret %5\n\
}");
    Huge huge;
    for (u32 i = 0; i < sizeof huge.bytes; i++)
        huge.bytes[i] = (u8)(i * 7);
    Big big = {{1, 2, 3}};
    assert_int_equal(byval(big, 5, huge, 7), c_byval(big, 5, huge, 7));
    Mixed (*mixed)(i64, double) = (Mixed(*)(i64, double))(uintptr_t)add_text(fixture, "\
fn \"mixed\"(i64 %1, f64 %2) -> f64, i64 {\n\
b1:\n\
  %3, %4 = call extern:\"c_mixed\"(i64 %1, f64 %2) -> f64, i64\n\
  ret %3, %4\n\
}");
    Mixed pair = mixed(41, 1.5);
    assert_true(pair.a == 3.0 && pair.b == 42);
    Big (*sret)(i64, i64) = (Big(*)(i64, i64))(uintptr_t)add_text(fixture, "\
fn \"sret\"(sret %1, i64 %2, i64 %3) {\n\
b1:\n\
  call extern:\"c_sret\"(sret %1, i64 %2, i64 %3)\n\
  ret %1\n\
}");
    big = sret(6, 7);
    assert_true(big.words[0] == 6 && big.words[1] == 7 && big.words[2] == 42);
}

static void variadic_calls_say_how_many_floats_there_are(void **state) {
    Fixture *fixture = *state;
    int (*print)(char *, const char *, int, double) =
        (int (*)(char *, const char *, int, double))(uintptr_t)add_text(fixture, "\
fn \"print\"(ptr %1, ptr %2, i32 %3, f64 %4) -> i32 {\n\
b1:\n\
  %5 = call extern:\"sprintf\"(ptr %1, ptr %2, i32 %3, f64 %4) -> i32 variadic\n\
  ret %5\n\
}");
    char text[64];
    assert_int_equal(print(text, "%d %.2f", 12, 3.25), 7);
    assert_string_equal(text, "12 3.25");
}

static i64 twice(i64 x) {
    return 2 * x;
}

static void calls_go_through_pointers_and_slots(void **state) {
    Fixture *fixture = *state;
    test_image_symbol(&fixture->image, "twice", FN_ADDRESS(twice));
    i64 (*fn)(i64(*)(i64), i64) = (i64(*)(i64(*)(i64), i64))(uintptr_t)add_text(fixture, "\
fn \"through\"(ptr %1, i64 %2) -> i64 {\n\
b1:\n\
  %3 = call %1(i64 %2) -> i64\n\
  %4 = call fnslot:\"twice\"(i64 %3) -> i64\n\
  %5 = sym_addr extern:\"twice\"\n\
  %6 = call %5(i64 %4) -> i64\n\
  %7 = sym_addr fnslot:\"twice\"\n\
  %8 = call %7(i64 %6) -> i64\n\
  ret %8\n\
}");
    assert_int_equal(fn(twice, 3), 48);
}

// --- Frames -----------------------------------------------------------------------------------

static void slots_have_their_alignment_and_large_frames_are_probed(void **state) {
    Fixture *fixture = *state;
    u64 (*aligned)(void) = (u64(*)(void))(uintptr_t)add_text(fixture, "\
fn \"aligned\"() -> i64 {\n\
  slot @1 10 align 256\n\
  slot @2 1 align 1\n\
  slot @3 64 align 64\n\
b1:\n\
  %1 = slot_addr @1\n\
  %2 = const i64 255\n\
  %3 = and i64 %1, %2\n\
  %4 = slot_addr @3\n\
  %5 = const i64 63\n\
  %6 = and i64 %4, %5\n\
  %7 = or i64 %3, %6\n\
  ret %7\n\
}");
    assert_int_equal(aligned(), 0);
    u64 (*large)(u64) = (u64(*)(u64))(uintptr_t)add_text(fixture, "\
fn \"large\"(i64 %1) -> i64 {\n\
  slot @1 1000000 align 16\n\
b1:\n\
  %2 = slot_addr @1\n\
  store i64 %2, %1\n\
  store i64 %2 + 999992, %1\n\
  %3 = load i64 %2\n\
  %4 = load i64 %2 + 999992\n\
  %5 = add i64 %3, %4\n\
  ret %5\n\
}");
    assert_int_equal(large(21), 42);
}

static void a_leaf_function_has_no_frame(void **state) {
    Fixture *fixture = *state;
    Str why;
    IrFn *fn = ir_parse(&fixture->scratch, &fixture->symbols, STR("\
fn \"leaf\"(i64 %1, i64 %2) -> i64 {\n\
b1:\n\
  %3 = add i64 %1, %2\n\
  ret %3\n\
}"),
                        &why);
    X64Code code;
    assert_true(x64_gen(fn, &fixture->scratch, &code, &why));
    assert_true(code.text_bytes <= 10);
}

// --- Unwinding --------------------------------------------------------------------------------

static struct _Unwind_Exception thrown;

static void throw_one(i64 really) {
    if (!really) return;
    memcpy(&thrown.exception_class, "RACTEST", 8);
    thrown.exception_cleanup = NULL;
    _Unwind_RaiseException(&thrown);
    abort(); // nobody catches
}

static void an_exception_runs_clean_ups_and_is_caught(void **state) {
    Fixture *fixture = *state;
    // A personality that is not ours reads our tables.
    void *cxx = dlopen("libstdc++.so.6", RTLD_NOW | RTLD_GLOBAL);
    if (!cxx) skip();
    test_image_symbol(&fixture->image, "rust_eh_personality", dlsym(cxx, "__gxx_personality_v0"));
    test_image_symbol(&fixture->image, "throw_one", FN_ADDRESS(throw_one));
    // Many values live across the call: in saved registers, in memory, in parameters.
    add_text(fixture, "\
fn \"middle\"(ptr %1, i64 %2, i64 %3) -> i64 {\n\
  local $1 i64\n\
b1:\n\
  %4 = mul i64 %2, %3\n\
  local_set i64 $1, %2\n\
  %5 = const i64 0\n\
  br b2\n\
b2:\n\
  %6 = local_get i64 $1\n\
  %7 = const i64 1\n\
  %8 = sub i64 %6, %7\n\
  local_set i64 $1, %8\n\
  %9 = icmp.eq %8, %7\n\
  %10 = zext i64 %9\n\
  invoke extern:\"throw_one\"(i64 %10) to b3 unwind b4\n\
b3:\n\
  %11 = icmp.ne %8, %5\n\
  condbr %11, b2, b5\n\
b4: cold\n\
  %12 = landingpad.cleanup\n\
  %13 = load i64 %1\n\
  %14 = add i64 %13, %4\n\
  %15 = add i64 %14, %8\n\
  store i64 %1, %15\n\
  resume %12\n\
b5:\n\
  ret %3\n\
}");
    void *(*catcher)(i64 *, i64) = (void *(*)(i64 *, i64))(uintptr_t)add_text(fixture, "\
fn \"catcher\"(ptr %1, i64 %2) -> ptr {\n\
b1:\n\
  %3 = const i64 7\n\
  %4 = add i64 %2, %3\n\
  %5 = invoke fn:\"middle\"(ptr %1, i64 %2, i64 %4) -> i64 to b2 unwind b3\n\
b2:\n\
  %6 = add i64 %5, %4\n\
  ret %6\n\
b3: cold\n\
  %7 = landingpad.catch\n\
  %8 = load i64 %1\n\
  %9 = add i64 %8, %4\n\
  store i64 %1, %9\n\
  ret %7\n\
}");
    i64 count = 100;
    assert_ptr_equal(catcher(&count, 5), &thrown);
    // 100 + 5 * 12 + 1 + 12
    assert_int_equal(count, 173);
    // From 1 down it never meets 1 again.
    count = 1;
    assert_int_equal((i64)(uintptr_t)catcher(&count, 1), 16);
    assert_int_equal(count, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(generated_code_calls_c_as_c_does, set_up, tear_down),
        cmocka_unit_test_setup_teardown(variadic_calls_say_how_many_floats_there_are, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(calls_go_through_pointers_and_slots, set_up, tear_down),
        cmocka_unit_test_setup_teardown(slots_have_their_alignment_and_large_frames_are_probed,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_leaf_function_has_no_frame, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_exception_runs_clean_ups_and_is_caught, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
