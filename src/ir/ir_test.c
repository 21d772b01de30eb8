// Unit tests of ir: building, text, verifier, interpreter.

#include "ir/ir.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

typedef struct Fixture {
    Scratch scratch;
    IrSymbols symbols;
} Fixture;

static int set_up(void **state) {
    Fixture *fixture = malloc(sizeof *fixture);
    scratch_init(&fixture->scratch);
    ir_symbols_init(&fixture->symbols);
    *state = fixture;
    return 0;
}

static int tear_down(void **state) {
    Fixture *fixture = *state;
    ir_symbols_deinit(&fixture->symbols);
    scratch_deinit(&fixture->scratch);
    free(fixture);
    return 0;
}

static IrFn *parse(Fixture *fixture, const char *text) {
    Str why;
    IrFn *fn = ir_parse(&fixture->scratch, &fixture->symbols, str_from(text), &why);
    if (!fn) fail_msg("%.*s", STR_ARG(why));
    return fn;
}

static char *printed(const IrFn *fn) {
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    ir_print(fn, out);
    fclose(out);
    return text;
}

static const char everything[] = "\
fn \"everything\"(ptr %1, signed i8 %2, byval 24 align 8 %3, i128 %4, f64 %5, v128 %6) -> i64, f64 {\n\
  local $1 i32\n\
  slot @1 24 align 8\n\
b1:\n\
  %7 = const i64 18446744073709551615\n\
  %8 = const i128 5:6\n\
  %9 = slot_addr @1\n\
  %10 = sym_addr xdata:\"stdout\" + -8\n\
  %11 = tls_addr tls:\"errno\"#77\n\
  %12 = ptr_add %9, %7 + 4\n\
  %13 = ptr_index %9, %7 * 8 + 16\n\
  %14 = load i32 %13 + 12 volatile\n\
  local_set i32 $1, %14\n\
  %15 = local_get i32 $1\n\
  store i32 %9 + -4, %15\n\
  memset %9, %2, %7\n\
  copy %9, %3, 24\n\
  zero %9, 8\n\
  %16, %17 = smul_ovf i128 %4, %8\n\
  %18 = icmp.sle %4, %16\n\
  %19 = fcmp.une %5, %5\n\
  %20 = select f64 %18, %5, %5\n\
  %21 = ftosi i128 %5\n\
  %22 = atomic_rmw.umax i64 %9, %7\n\
  %23, %24 = cmpxchg i64 %9, %7, %22\n\
  fence.seqcst\n\
  %25 = veq.i8 %6, %6\n\
  %26 = vmovemask.i8 %25\n\
  %27 = vsplat.i8 %2\n\
  %28 = atomic_load.acquire i8 %9\n\
  atomic_store.seqcst i8 %9, %28\n\
  call extern:\"free\"(ptr %9) nounwind\n\
  %29, %30 = invoke %10(i32 %14, f64 %5) -> i64, f64 variadic to b2 unwind b3\n\
b2:\n\
  condbr %18, b4(%29), b5\n\
b3: cold\n\
  %31 = landingpad.catch\n\
  resume %31\n\
b4(i64 %32):\n\
  switch %4 [1 b5, 7:2 b6], b5\n\
b5:\n\
  ret %29, %30\n\
b6:\n\
  unreachable\n\
}\n";

static void text_is_read_as_it_was_printed(void **state) {
    Fixture *fixture = *state;
    IrFn *fn = parse(fixture, everything);
    char *text = printed(fn);
    assert_string_equal(text, everything);
    free(text);
    Str why;
    if (!ir_verify(fn, &fixture->scratch, &why)) fail_msg("%.*s", STR_ARG(why));
}

static void a_built_function_prints_and_runs(void **state) {
    Fixture *fixture = *state;
    IrSig sig = {.params = (IrParam[]){{.type = IR_I32}},
                 .param_count = 1,
                 .results = {IR_I32},
                 .result_count = 1};
    IrFn *fn = ir_fn_new(&fixture->scratch, &fixture->symbols, STR("sum"), &sig);
    IrLocal sum = ir_local(fn, IR_I32), i = ir_local(fn, IR_I32);
    IrBlock head = ir_block(fn), body = ir_block(fn), done = ir_block(fn);
    ir_local_set(fn, sum, ir_const(fn, IR_I32, 0));
    ir_local_set(fn, i, ir_param(fn, 0));
    // In the same block a local is the value it was set to.
    assert_int_equal(ir_local_get(fn, i).id, ir_param(fn, 0).id);
    ir_br(fn, head);
    ir_block_switch(fn, head);
    IrVal more = ir_icmp(fn, IR_NE, ir_local_get(fn, i), ir_const(fn, IR_I32, 0));
    ir_condbr(fn, more, body, done);
    ir_block_switch(fn, body);
    ir_local_set(fn, sum, ir_add(fn, ir_local_get(fn, sum), ir_local_get(fn, i)));
    ir_local_set(fn, i, ir_sub(fn, ir_local_get(fn, i), ir_const(fn, IR_I32, 1)));
    ir_br(fn, head);
    ir_block_switch(fn, done);
    ir_ret1(fn, ir_local_get(fn, sum));
    Str why;
    if (!ir_verify(fn, &fixture->scratch, &why)) fail_msg("%.*s", STR_ARG(why));
    IrInterp interp = {.scratch = &fixture->scratch, .steps_left = 1000};
    IrCell arg = {.bits = 10}, results[2];
    assert_true(ir_interp(&interp, fn, &arg, results));
    assert_int_equal((u32)results[0].bits, 55);
    interp.steps_left = 10;
    assert_false(ir_interp(&interp, fn, &arg, results));
    char *text = printed(fn);
    IrFn *again = parse(fixture, text);
    char *text_again = printed(again);
    assert_string_equal(text, text_again);
    free(text);
    free(text_again);
}

static void constants_and_operations_that_change_nothing_fold(void **state) {
    Fixture *fixture = *state;
    IrSig sig = {.params = (IrParam[]){{.type = IR_I8}}, .param_count = 1};
    IrFn *fn = ir_fn_new(&fixture->scratch, &fixture->symbols, STR("fold"), &sig);
    IrVal x = ir_param(fn, 0), zero = ir_const(fn, IR_I8, 0), one = ir_const(fn, IR_I8, 1);
    IrVal high = ir_const(fn, IR_I8, 0x80);
    assert_int_equal(ir_add(fn, x, zero).id, x.id);
    assert_int_equal(ir_shl(fn, x, zero).id, x.id);
    assert_int_equal(ir_mul(fn, x, one).id, x.id);
    assert_int_equal(ir_select(fn, one, x, zero).id, x.id);
    assert_int_equal(ir_select(fn, zero, x, high).id, high.id);
    assert_int_not_equal(ir_and(fn, x, zero).id, x.id);
    typedef struct Case {
        IrVal val;
        u64 want;
    } Case;
    Case cases[] = {
        {ir_add(fn, high, high), 0},
        {ir_sub(fn, zero, one), 0xff},
        {ir_mul(fn, high, ir_const(fn, IR_I8, 3)), 0x80},
        {ir_xor(fn, one, one), 0},
        {ir_shl(fn, one, ir_const(fn, IR_I32, 9)), 2}, // the amount counts modulo the width
        {ir_lshr(fn, high, ir_const(fn, IR_I32, 7)), 1},
        {ir_icmp(fn, IR_ULT, one, high), 1},
        {ir_icmp(fn, IR_SLT, one, high), 0},
        {ir_icmp(fn, IR_SGE, zero, high), 1},
        {ir_icmp(fn, IR_NE, high, high), 0},
    };
    for (u32 i = 0; i < ARRAY_LEN(cases); i++) {
        u64 value;
        assert_true(ir_is_const(fn, cases[i].val, &value));
        assert_int_equal(value, cases[i].want);
    }
}

static void a_block_that_follows_knows_what_locals_hold(void **state) {
    Fixture *fixture = *state;
    IrSig sig = {.params = (IrParam[]){{.type = IR_I32}}, .param_count = 1};
    IrFn *fn = ir_fn_new(&fixture->scratch, &fixture->symbols, STR("follow"), &sig);
    IrLocal local = ir_local(fn, IR_I32);
    IrBlock next = ir_block(fn), other = ir_block(fn);
    ir_local_set(fn, local, ir_param(fn, 0));
    ir_condbr(fn, ir_icmp(fn, IR_EQ, ir_param(fn, 0), ir_const(fn, IR_I32, 7)), next, other);
    ir_block_follow(fn, next);
    assert_int_equal(ir_local_get(fn, local).id, ir_param(fn, 0).id);
    ir_ret0(fn);
    ir_block_switch(fn, other);
    assert_int_not_equal(ir_local_get(fn, local).id, ir_param(fn, 0).id);
    ir_ret0(fn);
    Str why;
    if (!ir_verify(fn, &fixture->scratch, &why)) fail_msg("%.*s", STR_ARG(why));
}

static void addresses_with_constant_offsets_fold(void **state) {
    Fixture *fixture = *state;
    IrSig sig = {.params = (IrParam[]){{.type = IR_PTR}}, .param_count = 1};
    IrFn *fn = ir_fn_new(&fixture->scratch, &fixture->symbols, STR("fold"), &sig);
    IrVal ptr = ir_ptr_add_const(fn, ir_ptr_add_const(fn, ir_param(fn, 0), 8), 16);
    IrVal loaded = ir_load(fn, IR_I64, ptr, 4);
    const IrInst *inst = ir_inst(fn, fn->vals.at[loaded.id].inst);
    assert_int_equal(inst->a, ir_param(fn, 0).id);
    assert_int_equal(inst->imm, 28);
    // What does not fit 32 bits does not fold.
    ptr = ir_ptr_add_const(fn, ir_param(fn, 0), 0x7fffffff);
    loaded = ir_load(fn, IR_I64, ptr, 4);
    assert_int_not_equal(ir_inst(fn, fn->vals.at[loaded.id].inst)->a, ir_param(fn, 0).id);
}

static void rejected(Fixture *fixture, const char *text, const char *reason) {
    IrFn *fn = parse(fixture, text);
    Str why = {0};
    if (ir_verify(fn, &fixture->scratch, &why)) fail_msg("accepted:\n%s", text);
    // scratch_print ends its text with a zero byte.
    if (!strstr(why.at, reason)) fail_msg("another reason: %.*s", STR_ARG(why));
}

static void the_verifier_rejects_what_is_malformed(void **state) {
    Fixture *fixture = *state;
    rejected(fixture, "fn \"f\"(i32 %1, i64 %2) { b1: %3 = add i32 %1, %2 ret }", "wrong type");
    rejected(fixture, "fn \"f\"(i32 %1) { b1: %3 = add i32 %1, %9 ret }", "not a value");
    rejected(fixture, "fn \"f\"() { b1: %1 = const i8 1 }", "no terminator");
    rejected(fixture, "fn \"f\"() { b1: ret unreachable }", "after the block's end");
    rejected(fixture, "fn \"f\"() { b1: br b2 b2: br b3 }", "empty");
    rejected(fixture, "fn \"f\"() { b1: br b1 }", "parameters");
    rejected(fixture, "fn \"f\"() -> i32 { b1: ret }", "results");
    rejected(fixture,
             "fn \"f\"(i8 %1) { b1: condbr %1, b2, b3 b2: %2 = const i8 1 br b3 "
             "b3: %3 = not i8 %2 ret }",
             "dominate");
    rejected(fixture, "fn \"f\"(i8 %1) { b1: %2 = not i8 %3 %3 = not i8 %1 ret }", "before");
    rejected(fixture, "fn \"f\"(i32 %1) { b1: condbr %1, b2, b2 b2: ret }", "wrong type");
    rejected(fixture, "fn \"f\"() { b1: br b2 b2: %1 = landingpad.catch ret }", "another edge");
    rejected(fixture, "fn \"f\"() { b1: invoke extern:\"g\"() to b2 unwind b2 b2: ret }",
             "no landing pad");
    rejected(fixture,
             "fn \"f\"() { b1: %1 = invoke extern:\"g\"() -> i64 to b2 unwind b3 b2: ret "
             "b3: %2 = landingpad.cleanup %3 = not i64 %1 resume %2 }",
             "may not have returned");
    rejected(fixture, "fn \"f\"(i8 %1) { b1: br b2(%1) b2: ret }", "arguments");
    rejected(fixture, "fn \"f\"(i8 %1) { b1: switch %1 [1 b2], b2 b2(i8 %2): ret }", "parameters");
    rejected(fixture, "fn \"f\"() { b1: %1 = local_get i32 $1 ret }", "local");
    rejected(fixture, "fn \"f\"() { b1: %1 = slot_addr @1 ret }", "slot");
    rejected(fixture, "fn \"f\"(i64 %1) { b1: %2 = zext i32 %1 ret }", "conversion");
    rejected(fixture, "fn \"f\"(f32 %1) { b1: %2 = add f32 %1, %1 ret }", "no such type");
    rejected(fixture, "fn \"f\"() { b1: %1 = tls_addr data:\"x\" ret }", "another kind");
    rejected(fixture, "fn \"f\"(sret %1, i64 %2) { b1: ret }", "sret");
}

static void the_reader_says_what_it_expected(void **state) {
    Fixture *fixture = *state;
    static const char *const texts[] = {
        "",
        "fn",
        "fn \"f",
        "fn \"f\"(",
        "fn \"f\"() {",
        "fn \"f\"() { b1: ret",
        "fn \"f\"() { b1: jump }",
        "fn \"f\"() { b1: %1 = const i9 1 ret }",
        "fn \"f\"() { b1: %1 = icmp.foo %1, %1 }",
        "fn \"f\"() { b1: %1 = const i8 1 %1 = const i8 1 ret }",
        "fn \"f\"() { b1: %1 = fence.seqcst ret }",
        "fn \"f\"() { b99999999: ret }",
        "fn \"f\"(byval 8 align 3 %1) { b1: ret }",
        "fn \"f\"() { b1: %1, %5 = call extern:\"g\"() -> i8, i8 ret }",
        "fn \"f\"() { slot @1 8 align 0 b1: ret }",
    };
    for (u32 i = 0; i < ARRAY_LEN(texts); i++) {
        Str why = {0};
        IrFn *fn = ir_parse(&fixture->scratch, &fixture->symbols, str_from(texts[i]), &why);
        if (fn) fail_msg("accepted: %s", texts[i]);
        assert_true(why.len > 0);
    }
}

static void symbols_are_interned_by_kind_key_and_name(void **state) {
    Fixture *fixture = *state;
    IrSymbols *symbols = &fixture->symbols;
    IrSym a = ir_symbol(symbols, IR_SYM_FN, 7, STR("a"));
    assert_int_equal(a.id, ir_symbol(symbols, IR_SYM_FN, 7, STR("a")).id);
    assert_int_not_equal(a.id, ir_symbol(symbols, IR_SYM_FN, 8, STR("a")).id);
    assert_int_not_equal(a.id, ir_symbol(symbols, IR_SYM_DATA, 7, STR("a")).id);
    assert_int_equal(ir_symbol(symbols, IR_SYM_FN_EXTERN, 0, STR("memcpy")).id, IR_KNOWN_memcpy);
    assert_int_equal(ir_symbol_row(symbols, a)->key, 7);
    assert_true(str_eq(ir_symbol_name(symbols, a), STR("a")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(text_is_read_as_it_was_printed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_built_function_prints_and_runs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(constants_and_operations_that_change_nothing_fold, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_block_that_follows_knows_what_locals_hold, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(addresses_with_constant_offsets_fold, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_verifier_rejects_what_is_malformed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_reader_says_what_it_expected, set_up, tear_down),
        cmocka_unit_test_setup_teardown(symbols_are_interned_by_kind_key_and_name, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
