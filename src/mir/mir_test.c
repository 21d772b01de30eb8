// Bodies of one small program, lowered through the real front end and library, and looked at as
// text.
#include "expand/hygiene.h"
#include "mir/flatten.h"
#include "source/source.h"
#include "syntax/lex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static const char program[] =
    "struct D(i32);\n"
    "impl Drop for D { fn drop(&mut self) {} }\n"
    "fn temp() -> D { D(1) }\n"
    "fn eat(_d: D) {}\n"
    "fn add(a: i32, b: i32) -> i32 { a + b }\n"
    "fn div(a: i32, b: i32) -> i32 { a / b }\n"
    "fn div3(a: i32) -> i32 { a / 3 }\n"
    "fn sometimes(c: bool) { let a = temp(); if c { eat(a); } }\n"
    "fn always(_c: bool) { let a = temp(); eat(a); }\n"
    "fn part() -> D { let t = (temp(), temp()); t.0 }\n"
    "fn part_box(b: Box<(D, D)>) -> D { b.0 }\n"
    "fn out_of_option(o: Option<D>) -> i32 { match o { Some(d) => d.0, None => 0 } }\n"
    "fn replace(mut a: D) -> D { a = temp(); a }\n"
    "fn extended() -> i32 { let x = &temp(); x.0 }\n"
    "fn statement() { temp().0; eat(D(2)); }\n"
    "fn promoted() -> &'static [i32] { &[1, 2, 3] }\n"
    "fn not_promoted(x: i32) -> i32 { *&x }\n"
    "fn strings(s: &str) -> i32 { match s { \"a\" | \"b\" => 1, _ => 2 } }\n"
    "fn guards(o: Option<i32>) -> i32 { match o { Some(x) if x > 3 => x, Some(_) => 1, None => 0 } "
    "}\n"
    "#[repr(u8)] enum R { A = 3, B, C = 10 }\n"
    "fn discriminants(r: R) -> i32 { match r { R::A => 1, R::B => 2, R::C => 3 } }\n"
    "fn let_else(o: Option<D>) -> i32 { let Some(d) = o else { return 3 }; d.0 }\n"
    "fn chain(a: Option<i32>, b: bool) -> i32 { if let Some(x) = a && b && x > 2 { x } else { 0 } "
    "}\n"
    "fn closure() -> i32 { let mut n = 0; let mut f = |x: i32| n += x; f(1); n }\n"
    "fn two_phase() -> usize { let mut v = Vec::new(); v.push(v.len()); v[0] }\n"
    "fn early() -> i32 { let f = |a: i32, b: i32| a - b; f({ let d = temp(); d.0 }, 2) }\n"
    "fn order(a: &mut i32) { *a += { 1 }; }\n"
    "fn index(a: &[i32], i: usize) -> i32 { a[i] }\n"
    "fn never() -> ! { loop {} }\n"
    "fn slices(v: &[i32]) -> i32 { match v { [] => 0, [a] => *a, [a, .., b] => *a - *b } }\n"
    "fn loops() -> i32 { let mut i = 0; 'a: loop { loop { i += 1; if i > 5 { break 'a i } } } }\n"
    "fn looped(n: i32) { let mut i = 0; while i < n { let d = temp(); if i == 3 { eat(d); } i += "
    "1; } }\n"
    "fn generic<T>(t: T) -> T { t }\n"
    "fn generic_drop<T>(_t: T) {}\n"
    "fn copied<T: Copy>(t: T) -> (T, T) { (t, t) }\n"
    "static S: i32 = 4;\n"
    "fn of_static() -> i32 { S }\n"
    "fn missing_arm(o: Option<bool>) -> i32 { match o { Some(true) => 1, None => 2 } }\n"
    "fn all_ranges(x: u8) -> i32 { match x { 0..=9 => 1, 10..=u8::MAX => 2 } }\n"
    "fn missing_range(x: i8) -> i32 { match x { i8::MIN..=-2 => 1, 0.. => 2 } }\n"
    "fn refutable(o: Option<i32>) -> i32 { let Some(x) = o; x }\n"
    "fn uninhabited(r: Result<i32, std::convert::Infallible>) -> i32 { let Ok(x) = r; x }\n"
    "fn all_slices(s: &[bool]) -> i32 { match s { [] => 0, [true, ..] => 1, [.., false] => 2, "
    "[false, .., true] => 3, [false] => 4, [_] => 5 } }\n"
    "fn pairs(a: bool, b: bool) -> i32 { match (a, b) { (true, _) => 1, (_, true) => 2, (false, "
    "false) => 3 } }\n"
    "fn seven() -> i32 { 7 }\n"
    "fn calls_seven(x: i32) -> i32 { seven() + x }\n"
    "fn swap<A, B>(p: (A, B)) -> (B, A) { (p.1, p.0) }\n"
    "fn swaps<T>(t: T, n: u8) -> (u8, T) { swap::<T, u8>((t, n)) }\n"
    "fn off() -> bool { false }\n"
    "fn switched_off(x: i32) -> i32 { if off() { add(x, 1) } else { x } }\n"
    "struct P { x: i32, y: i32 }\n"
    "fn x_of(p: &P) -> &i32 { &p.x }\n"
    "fn made(x: i32, y: i32) -> P { P { x, y } }\n"
    "fn through(p: &P) -> i32 { *x_of(p) + made(p.y, 5).x }\n"
    "fn deep(n: u32) -> u32 { if n == 0 { 0 } else { deep(n - 1) } }\n"
    "fn calls_deep() -> u32 { deep(3) }\n"
    "fn drops(_d: D, e: D) -> i32 { e.0 }\n"
    "fn calls_drops(d: D, e: D) -> i32 { drops(d, e) }\n"
    "#[track_caller] fn tracked(a: i32) -> i32 { 7 / a }\n"
    "fn calls_tracked(a: i32) -> i32 { tracked(a) }\n"
    "fn main() {}\n";

typedef struct World {
    Db *db;
    Options options;
    char path[64];
} World;

static void const_unknown(Db *db, u32 key) {
    Ty ty = {key};
    query_return(db, &ty, sizeof ty);
}

// Every free function of the program is taken in.
static MirCallee find_callee(void *cx, Ty fn) {
    Db *db = cx;
    const TyRow *row = ty_row(db, fn);
    if (def_kind(db, row->def) != DEF_FN || !def_is_local(db, row->def)) return (MirCallee){0};
    return (MirCallee){.kind = MIR_CALLEE_BODY,
                       .track_caller =
                           (def_attrs(db, row->def)->flags & DEF_ATTR_TRACK_CALLER) != 0,
                       .body = mir_of(db, row->def),
                       .args = row->args,
                       .cost = 1};
}

static void run_flat_mir(Db *db, u32 key) {
    DefId owner = {key};
    mir_return_flat(db, owner, mir_of(db, owner), find_callee, db);
}

static int world_up(void **state) {
    World *w = calloc(1, sizeof *w);
    *state = w;
    const char *library = getenv("RAC_TEST_LIBRARY");
    if (!library) library = "/usr/src/rustc-1.96.0/library";
    if (access(library, R_OK) != 0) return 0;
    w->options.edition = 2024;
    w->options.overflow_checks = true;
    snprintf(w->path, sizeof w->path, "/tmp/rac_mir_XXXXXX");
    int fd = mkstemp(w->path);
    if (fd < 0 || write(fd, program, sizeof program - 1) != (ssize_t)(sizeof program - 1)) return 1;
    close(fd);
    Db *db = w->db = db_new(&w->options);
    source_store_new(db);
    db->expand = expand_store_new();
    db->defs = names_store_new();
    db->types = ty_store_new();
    db->solve = solve_store_new();
    syntax_register(db);
    names_register(db);
    hir_register(db);
    types_register(db);
    solve_register(db);
    infer_register(db);
    mir_register(db);
    query_register(db, Q_const_normalize, const_unknown);
    query_register(db, Q_flat_mir, run_flat_mir);
    names_declare_sysroot(db, str_from(library));
    FileId file = source_file(db, str_from(w->path));
    OsError error;
    if (!source_read(db, file, DURABILITY_LOW, &error)) return 1;
    names_declare_user(db, file.id, symbol_intern(&db->symbols, STR("user")), 2024);
    return 0;
}

static int world_down(void **state) {
    World *w = *state;
    if (w->path[0]) unlink(w->path);
    if (w->db) {
        solve_store_free(w->db->solve);
        ty_store_free(w->db->types);
        names_store_free(w->db->defs);
        expand_store_free(w->db->expand);
        source_store_free(w->db);
        db_free(w->db);
    }
    free(w);
    return 0;
}

static DefId fn_named(void **state, const char *name) {
    World *w = *state;
    if (!w->db) skip();
    DefId def = def_by_path(w->db, scratch_print(&w->db->scratch, "user::%s", name), NS_VALUE);
    if (!def.id) fail_msg("no function %s", name);
    return def;
}

static const MirBody *body_of(void **state, const char *name) {
    World *w = *state;
    const MirBody *body = mir_of(w->db, fn_named(state, name));
    assert_non_null(body);
    if (body->is_error)
        fail_msg("%s has no MIR: %.*s", name, STR_ARG(symbol_str(&w->db->symbols, body->reason)));
    Str why = {0};
    if (!mir_verify(w->db, body, &why)) fail_msg("%s is invalid: %.*s", name, STR_ARG(why));
    return body;
}

static const char *text_of(void **state, const char *name) {
    World *w = *state;
    const MirBody *body = body_of(state, name);
    Str text = mir_print(w->db, body, &w->db->scratch);
    return scratch_print(&w->db->scratch, "%.*s", STR_ARG(text)).at;
}

static const MirBody *flat_of(void **state, const char *name) {
    World *w = *state;
    const MirBody *body = mir_flat(w->db, fn_named(state, name));
    Str why = {0};
    if (!mir_verify(w->db, body, &why)) fail_msg("%s is invalid: %.*s", name, STR_ARG(why));
    return body;
}

static const char *flat_text(void **state, const char *name) {
    World *w = *state;
    Str text = mir_print(w->db, flat_of(state, name), &w->db->scratch);
    return scratch_print(&w->db->scratch, "%.*s", STR_ARG(text)).at;
}

static u32 count_of(const char *text, const char *part) {
    u32 n = 0;
    for (const char *at = text; (at = strstr(at, part)); at += strlen(part))
        n++;
    return n;
}

static u32 terms(const MirBody *body, MirTermKind kind, bool cleanup) {
    u32 n = 0;
    const MirBlockRow *blocks = LIST_AT(body, MirBlockRow, body->blocks);
    for (u32 i = 0; i < body->blocks.count; i++)
        n += blocks[i].term.kind == kind && blocks[i].is_cleanup == cleanup;
    return n;
}

#define HAS(text, part)                                                                            \
    do {                                                                                           \
        if (!strstr((text), (part))) fail_msg("%s\nhas no: %s", (text), (part));                   \
    } while (0)
#define HAS_NOT(text, part)                                                                        \
    do {                                                                                           \
        if (strstr((text), (part))) fail_msg("%s\nhas: %s", (text), (part));                       \
    } while (0)

static void arithmetic_is_checked_in_the_users_crate(void **state) {
    const char *text = text_of(state, "add");
    HAS(text, "_3 = AddWithOverflow(copy _1, copy _2)");
    HAS(text, "assert(!copy (_3.1: bool), overflow Add, copy _1, copy _2)");
}

static void division_is_checked_unless_the_divisor_is_a_plain_constant(void **state) {
    const char *text = text_of(state, "div");
    HAS(text, "div_zero");
    HAS(text, "overflow Div");
    HAS_NOT(text_of(state, "div3"), "assert");
}

static void a_value_moved_on_one_path_is_dropped_under_a_flag(void **state) {
    const char *text = text_of(state, "sometimes");
    HAS(text, ": bool;");
    HAS(text, "drop(_2) -> ");
    assert_int_equal(terms(body_of(state, "sometimes"), MIR_DROP, false), 1);
}

static void a_value_moved_on_every_path_is_not_dropped(void **state) {
    const MirBody *body = body_of(state, "always");
    assert_int_equal(terms(body, MIR_DROP, false) + terms(body, MIR_DROP, true), 0);
}

static void what_is_left_of_a_tuple_is_dropped(void **state) {
    const char *text = text_of(state, "part");
    HAS(text, "_0 = move (_1.0: D)");
    HAS(text, "drop((_1.1: D))");
    HAS_NOT(text, "drop(_1)");
}

static void a_box_whose_content_moved_in_part_is_freed(void **state) {
    const char *text = text_of(state, "part_box");
    HAS(text, "drop(((*_1).1: D))");
    assert_int_equal(count_of(text, "Drop::drop::<Box<(D, D)>>"), 2); // unwinding too
}

static void an_enum_emptied_by_a_match_needs_no_drop(void **state) {
    const char *text = text_of(state, "out_of_option");
    HAS_NOT(text, "drop(_1)");
    HAS_NOT(text, "const false");
}

static void an_assignment_drops_the_old_value_first(void **state) {
    const char *text = text_of(state, "replace");
    HAS(text, "drop(_1) -> [return: bb2, unwind bb3]");
    assert_int_equal(count_of(text, "_1 = move _2"), 2);
}

static void a_borrowed_temporary_of_a_let_lives_to_the_end_of_the_block(void **state) {
    const char *text = text_of(state, "extended");
    const char *use = strstr(text, "_0 = copy ((*_1).0: i32)"), *drop = strstr(text, "drop(_2)");
    assert_non_null(use);
    assert_non_null(drop);
    assert_true(use < drop);
}

static void a_temporary_dies_at_its_statements_end(void **state) {
    const char *text = text_of(state, "statement");
    const char *drop = strstr(text, "drop("), *eat = strstr(text, "user::eat");
    assert_non_null(drop);
    assert_non_null(eat);
    assert_true(drop < eat);
}

static void constants_behind_a_borrow_are_promoted(void **state) {
    const MirBody *body = body_of(state, "promoted");
    assert_int_equal(body->promoted_count, 1);
    World *w = *state;
    const MirBody *inner = mir_promoted(w->db, body->owner, 0);
    assert_true(mir_verify(w->db, inner, NULL));
    HAS(text_of(state, "promoted"), "[const 1_i32, const 2_i32, const 3_i32]");
    assert_int_equal(body_of(state, "not_promoted")->promoted_count, 0);
}

static void strings_are_compared_by_partial_eq(void **state) {
    assert_int_equal(count_of(text_of(state, "strings"), "PartialEq::eq::<str, str>"), 2);
}

static void a_guard_reads_the_scrutinee_and_falls_to_the_next_arm(void **state) {
    const char *text = text_of(state, "guards");
    assert_int_equal(count_of(text, "discriminant("), 1);
    HAS(text, "Gt(copy ((_1 as variant#1).0: i32), const 3_i32)");
}

static void explicit_discriminants_are_the_switch_values(void **state) {
    HAS(text_of(state, "discriminants"), "[3: bb");
    HAS(text_of(state, "discriminants"), ", 4: bb");
    HAS(text_of(state, "discriminants"), ", otherwise: bb");
    HAS(text_of(state, "discriminants"), "let _2: u8");
}

static void let_else_and_chains_leave_to_their_else(void **state) {
    HAS(text_of(state, "let_else"), "_0 = const 3_i32");
    assert_int_equal(terms(body_of(state, "chain"), MIR_SWITCH, false), 3);
}

static void closures_capture_by_reference_and_are_called_with_a_tuple(void **state) {
    const char *text = text_of(state, "closure");
    HAS(text, "= &mut _1");
    HAS(text, "call_mut");
    HAS(text, "(spread ");
}

static void the_receiver_is_borrowed_before_the_arguments(void **state) {
    const char *text = text_of(state, "two_phase");
    const char *receiver = strstr(text, "= &mut _1"), *len = strstr(text, "::len::");
    assert_non_null(receiver);
    assert_non_null(len);
    assert_true(receiver < len);
    HAS(text, "Index::index::<Vec<usize>, usize>");
}

static void indexing_a_slice_is_checked(void **state) {
    const char *text = text_of(state, "index");
    HAS(text, "PtrMetadata(copy _1)");
    HAS(text, "bounds");
}

static void a_loop_without_end_has_no_return(void **state) {
    assert_int_equal(terms(body_of(state, "never"), MIR_RETURN, false), 0);
    HAS(text_of(state, "loops"), "return;");
}

static void slice_patterns_test_lengths(void **state) {
    const char *text = text_of(state, "slices");
    HAS(text, "Eq(copy _2, const 0_usize)");
    HAS(text, "Ge(");
    HAS(text, "[-1 of 2]");
}

static void a_flag_is_cleared_for_the_next_round_of_a_loop(void **state) {
    const char *text = text_of(state, "looped");
    assert_true(count_of(text, "= const false") >= 2);
    HAS(text, "= const true");
}

static void drops_of_type_parameters_stay_for_mono(void **state) {
    const MirBody *body = body_of(state, "generic");
    assert_int_equal(terms(body, MIR_DROP, false), 0);
    assert_int_equal(terms(body_of(state, "generic_drop"), MIR_DROP, false), 1);
    HAS(text_of(state, "copied"), "(copy _1, copy _1)");
}

static void a_static_is_read_through_its_address(void **state) {
    HAS(text_of(state, "of_static"), "const {static user::S}");
}

static void expect_diagnostic(void **state, const char *name, bool expected) {
    World *w = *state;
    DefId def = fn_named(state, name);
    const MirBody *body = mir_of(w->db, def);
    assert_non_null(body);
    if (body->is_error != expected) fail_msg("%s: error %d", name, body->is_error);
}

static void matches_must_be_exhaustive(void **state) {
    expect_diagnostic(state, "missing_arm", true);
    expect_diagnostic(state, "missing_range", true);
    expect_diagnostic(state, "all_ranges", false);
    expect_diagnostic(state, "all_slices", false);
    expect_diagnostic(state, "pairs", false);
}

static void let_patterns_must_always_match(void **state) {
    expect_diagnostic(state, "refutable", true);
    expect_diagnostic(state, "uninhabited", false);
}

static void constructors_are_functions(void **state) {
    World *w = *state;
    if (!w->db) skip();
    DefId def = def_by_path(w->db, STR("user::D"), NS_TYPE);
    const MirBody *body = mir_of(w->db, def);
    assert_non_null(body);
    assert_int_equal(body->arg_count, 1);
    assert_true(mir_verify(w->db, body, NULL));
}

static void a_callee_stands_in_place_of_its_call(void **state) {
    const char *text = flat_text(state, "calls_seven");
    HAS(text, "AddWithOverflow(const 7_i32, copy _1)");
    HAS_NOT(text, "seven() ->");
}

static void a_generic_callee_has_the_callers_types(void **state) {
    const char *text = flat_text(state, "swaps");
    HAS_NOT(text, "swap::");
    HAS(text, "_0 = (copy _2, copy _1)");
}

static void what_a_constant_decides_is_gone(void **state) {
    const char *text = flat_text(state, "switched_off");
    HAS_NOT(text, "switchInt");
    HAS(text, "_0 = copy _1");
    assert_int_equal(flat_of(state, "switched_off")->blocks.count, 1);
}

static void references_and_structs_are_looked_through(void **state) {
    const char *text = flat_text(state, "through");
    HAS_NOT(text, "P {");
    HAS_NOT(text, "= &");
    HAS(text, "= copy ((*_1).0: i32)");
}

static void a_recursive_callee_is_taken_in_once(void **state) {
    const char *text = flat_text(state, "calls_deep");
    assert_int_equal(count_of(text, "deep("), 2); // the head and the call in the one copy
}

static void drops_of_a_callee_come_with_their_unwinding(void **state) {
    const MirBody *body = flat_of(state, "calls_drops");
    assert_int_equal(terms(body, MIR_CALL, false), 0);
    assert_int_equal(terms(body, MIR_DROP, false), 2);
    assert_int_equal(terms(body, MIR_DROP, true), 1);
    assert_int_equal(terms(body, MIR_RESUME, true), 1);
}

static void positions_stay_those_of_the_callee(void **state) {
    const MirBody *body = flat_of(state, "calls_tracked");
    const MirBlockRow *blocks = LIST_AT(body, MirBlockRow, body->blocks);
    assert_int_equal(body->scopes.count, 1);
    const MirScope *scope = LIST_AT(body, MirScope, body->scopes);
    assert_int_equal(scope->def.id, fn_named(state, "tracked").id);
    assert_int_equal(scope->parent, 0);
    assert_true(scope->track_caller);
    u32 asserts = 0;
    for (u32 i = 0; i < body->blocks.count; i++) {
        if (blocks[i].term.kind != MIR_ASSERT) continue;
        asserts++;
        assert_int_equal(blocks[i].term.scope, 1);
    }
    assert_int_equal(asserts, 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arithmetic_is_checked_in_the_users_crate),
        cmocka_unit_test(division_is_checked_unless_the_divisor_is_a_plain_constant),
        cmocka_unit_test(a_value_moved_on_one_path_is_dropped_under_a_flag),
        cmocka_unit_test(a_value_moved_on_every_path_is_not_dropped),
        cmocka_unit_test(what_is_left_of_a_tuple_is_dropped),
        cmocka_unit_test(a_box_whose_content_moved_in_part_is_freed),
        cmocka_unit_test(an_enum_emptied_by_a_match_needs_no_drop),
        cmocka_unit_test(an_assignment_drops_the_old_value_first),
        cmocka_unit_test(a_borrowed_temporary_of_a_let_lives_to_the_end_of_the_block),
        cmocka_unit_test(a_temporary_dies_at_its_statements_end),
        cmocka_unit_test(constants_behind_a_borrow_are_promoted),
        cmocka_unit_test(strings_are_compared_by_partial_eq),
        cmocka_unit_test(a_guard_reads_the_scrutinee_and_falls_to_the_next_arm),
        cmocka_unit_test(explicit_discriminants_are_the_switch_values),
        cmocka_unit_test(let_else_and_chains_leave_to_their_else),
        cmocka_unit_test(closures_capture_by_reference_and_are_called_with_a_tuple),
        cmocka_unit_test(the_receiver_is_borrowed_before_the_arguments),
        cmocka_unit_test(indexing_a_slice_is_checked),
        cmocka_unit_test(a_loop_without_end_has_no_return),
        cmocka_unit_test(slice_patterns_test_lengths),
        cmocka_unit_test(a_flag_is_cleared_for_the_next_round_of_a_loop),
        cmocka_unit_test(drops_of_type_parameters_stay_for_mono),
        cmocka_unit_test(a_static_is_read_through_its_address),
        cmocka_unit_test(matches_must_be_exhaustive),
        cmocka_unit_test(let_patterns_must_always_match),
        cmocka_unit_test(constructors_are_functions),
        cmocka_unit_test(a_callee_stands_in_place_of_its_call),
        cmocka_unit_test(a_generic_callee_has_the_callers_types),
        cmocka_unit_test(what_a_constant_decides_is_gone),
        cmocka_unit_test(references_and_structs_are_looked_through),
        cmocka_unit_test(a_recursive_callee_is_taken_in_once),
        cmocka_unit_test(drops_of_a_callee_come_with_their_unwinding),
        cmocka_unit_test(positions_stay_those_of_the_callee),
    };
    return cmocka_run_group_tests(tests, world_up, world_down);
}
