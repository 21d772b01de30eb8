// One program of IR, run in the JIT and linked as an executable: both must do the same.
#define _GNU_SOURCE
#include "jit/run.h"
#include "link/link.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

// The program, in Rust:
//
//     static mut COUNTER: u32 = 5;
//     thread_local static LOCAL: u32 = 30;
//     fn sum(n: i64) -> i64 { if n == 0 { 0 } else { n + sum(n - 1) } }
//     fn guarded() -> i32 { catch a panic with the message "inside"; 1 if caught }
//     fn main() -> i32 { print("from IR\n"); COUNTER += 1; LOCAL += COUNTER; LOCAL + sum(4) +
//     guarded() }
enum { ENTRY = 1, MAIN, SUM, GUARDED, TEXT, VTABLE, COUNTER, LOCAL, MESSAGE, LOCATION, FILE_NAME };

typedef struct World {
    Db db;
    Options options;
    Str std_path;
    Scratch scratch;
    IrSymbols symbols;
    ProgramSource source;
    u32 made[16];
    char reported[2048];
    bool broken; // `sum` cannot be compiled
} World;

static IrSym sym_of(World *w, u32 key) {
    IrSymKind kind = key == ENTRY || key == MAIN || key == GUARDED ? IR_SYM_FN
                     : key == SUM                                  ? IR_SYM_FN_SLOT
                     : key == LOCAL                                ? IR_SYM_TLS
                                                                   : IR_SYM_DATA;
    return ir_symbol(&w->symbols, kind, key, (Str){"", 0});
}

static IrSym external(World *w, const char *path) {
    Str name = link_find_path(&w->db, str_from(path));
    assert_true(name.len > 0);
    return ir_symbol(&w->symbols, IR_SYM_FN_EXTERN, 0, name);
}

#define SIG(ret, ...)                                                                              \
    (&(IrSig){.params = (IrParam[]){__VA_ARGS__},                                                  \
              .param_count = sizeof((IrParam[]){__VA_ARGS__}) / sizeof(IrParam),                   \
              .results = {ret},                                                                    \
              .result_count = (ret) != IR_VOID})
#define P(t)                                                                                       \
    { .type = (t) }

static const IrFn *make_entry(World *w, Scratch *s) {
    IrFn *fn = ir_fn_new(s, &w->symbols, STR("entry"), SIG(IR_I64, P(IR_I32), P(IR_PTR)));
    IrVal args[] = {ir_const(fn, IR_PTR, 1), ir_sym_addr(fn, sym_of(w, VTABLE), 0),
                    ir_sext(fn, IR_I64, ir_param(fn, 0)), ir_param(fn, 1), ir_const(fn, IR_I8, 0)};
    ir_ret1(fn, ir_call(fn, ir_callee_sym(external(w, "std::rt::lang_start_internal")),
                        SIG(IR_I64, P(IR_PTR), P(IR_PTR), P(IR_I64), P(IR_PTR), P(IR_I8)), args));
    return fn;
}

static const IrFn *make_main(World *w, Scratch *s) {
    IrFn *fn = ir_fn_new(s, &w->symbols, STR("main"), SIG(IR_I32, P(IR_PTR)));
    IrVal print[] = {ir_sym_addr(fn, sym_of(w, TEXT), 0), ir_const(fn, IR_I64, 8 << 1 | 1)};
    ir_call(fn, ir_callee_sym(external(w, "std::io::stdio::_print")),
            SIG(IR_VOID, P(IR_PTR), P(IR_I64)), print);
    IrVal counter = ir_sym_addr(fn, sym_of(w, COUNTER), 0);
    IrVal next = ir_add(fn, ir_load(fn, IR_I32, counter, 0), ir_const(fn, IR_I32, 1));
    ir_store(fn, counter, 0, next);
    IrVal local = ir_tls_addr(fn, sym_of(w, LOCAL));
    ir_store(fn, local, 0, ir_add(fn, ir_load(fn, IR_I32, local, 0), next));
    IrVal four = ir_const(fn, IR_I64, 4);
    IrVal sum = ir_call(fn, ir_callee_sym(sym_of(w, SUM)), SIG(IR_I64, P(IR_I64)), &four);
    IrVal caught = ir_call(fn, ir_callee_sym(sym_of(w, GUARDED)),
                           &(IrSig){.results = {IR_I32}, .result_count = 1}, NULL);
    IrVal again = ir_load(fn, IR_I32, ir_tls_addr(fn, sym_of(w, LOCAL)), 0);
    ir_ret1(fn, ir_add(fn, ir_add(fn, again, ir_trunc(fn, IR_I32, sum)), caught));
    return fn;
}

static const IrFn *make_sum(World *w, Scratch *s) {
    if (w->broken) return NULL;
    IrFn *fn = ir_fn_new(s, &w->symbols, STR("sum"), SIG(IR_I64, P(IR_I64)));
    IrBlock done = ir_block(fn), more = ir_block(fn);
    IrVal n = ir_param(fn, 0);
    ir_condbr(fn, ir_icmp(fn, IR_EQ, n, ir_const(fn, IR_I64, 0)), done, more);
    ir_block_switch(fn, done);
    ir_ret1(fn, ir_const(fn, IR_I64, 0));
    ir_block_switch(fn, more);
    IrVal less = ir_sub(fn, n, ir_const(fn, IR_I64, 1));
    IrVal rest = ir_call(fn, ir_callee_sym(sym_of(w, SUM)), SIG(IR_I64, P(IR_I64)), &less);
    ir_ret1(fn, ir_add(fn, n, rest));
    return fn;
}

static const IrFn *make_guarded(World *w, Scratch *s) {
    IrFn *fn =
        ir_fn_new(s, &w->symbols, STR("guarded"), &(IrSig){.results = {IR_I32}, .result_count = 1});
    IrBlock normal = ir_block(fn), unwind = ir_block(fn);
    IrVal args[] = {ir_sym_addr(fn, sym_of(w, MESSAGE), 0), ir_const(fn, IR_I64, 6 << 1 | 1),
                    ir_sym_addr(fn, sym_of(w, LOCATION), 0)};
    ir_invoke(fn, ir_callee_sym(external(w, "core::panicking::panic_fmt")),
              SIG(IR_VOID, P(IR_PTR), P(IR_I64), P(IR_PTR)), args, normal, unwind);
    ir_block_switch(fn, normal);
    ir_unreachable(fn);
    ir_block_switch(fn, unwind);
    IrVal exception = ir_landingpad(fn, IR_PAD_CATCH);
    IrSig cleanup = {.params = (IrParam[]){P(IR_PTR)},
                     .param_count = 1,
                     .results = {IR_PTR, IR_PTR},
                     .result_count = 2};
    ir_call(fn, ir_callee_sym(external(w, "std::panicking::catch_unwind::cleanup")), &cleanup,
            &exception);
    ir_ret1(fn, ir_const(fn, IR_I32, 1));
    return fn;
}

static const IrFn *make_function(World *w, IrSym sym, Scratch *s) {
    u64 key = ir_symbol_row(&w->symbols, sym)->key;
    w->made[key]++;
    switch (key) {
    case ENTRY: return make_entry(w, s);
    case MAIN: return make_main(w, s);
    case SUM: return make_sum(w, s);
    case GUARDED: return make_guarded(w, s);
    default: fail_msg("no function %u", (unsigned)key); return NULL;
    }
}

static bool make_code(void *cx, IrSym sym, Scratch *s, ProgramCode *out) {
    const IrFn *fn = make_function(cx, sym, s);
    Str why;
    if (fn && !x64_gen(fn, s, &out->code, &why)) fail_msg("%.*s", STR_ARG(why));
    out->identity = out->stamp = 0;
    return fn != NULL;
}

static bool make_data(void *cx, IrSym sym, Scratch *s, ProgramData *out) {
    World *w = cx;
    u64 key = ir_symbol_row(&w->symbols, sym)->key;
    w->made[key]++;
    static const u32 five = 5, thirty = 30;
    static const u64 vtable[6] = {0, 0, 1, 0, 0, 0};
    static const u64 location[3] = {0, 5, (u64)7 << 32 | 6};
    switch (key) {
    case TEXT:
        *out = (ProgramData){(const u8 *)"from IR\n", 8, 1, false, NULL, 0, PROGRAM_DATA_FIXED, 0};
        return true;
    case MESSAGE:
        *out = (ProgramData){(const u8 *)"inside", 6, 1, false, NULL, 0, PROGRAM_DATA_FIXED, 0};
        return true;
    case FILE_NAME:
        *out = (ProgramData){(const u8 *)"ir.rs", 5, 1, false, NULL, 0, PROGRAM_DATA_FIXED, 0};
        return true;
    case COUNTER:
        *out = (ProgramData){(const u8 *)&five, 4, 4, true, NULL, 0, PROGRAM_DATA_STATIC, 0};
        return true;
    case LOCAL:
        *out = (ProgramData){(const u8 *)&thirty, 4, 4, true, NULL, 0, PROGRAM_DATA_STATIC, 0};
        return true;
    case LOCATION: {
        ProgramReloc *reloc = SCRATCH_NEW(s, ProgramReloc);
        *reloc = (ProgramReloc){0, sym_of(w, FILE_NAME)};
        *out = (ProgramData){(const u8 *)location, 24, 8, false, reloc, 1, PROGRAM_DATA_FIXED, 0};
        return true;
    }
    case VTABLE: {
        ProgramReloc *relocs = SCRATCH_ARRAY(s, ProgramReloc, 3);
        for (u32 i = 0; i < 3; i++)
            relocs[i] = (ProgramReloc){24 + 8 * i, sym_of(w, MAIN)};
        *out = (ProgramData){(const u8 *)vtable, 48, 8, false, relocs, 3, PROGRAM_DATA_FIXED, 0};
        return true;
    }
    default: fail_msg("no data %u", (unsigned)key); return false;
    }
}

static Str make_name(void *cx, IrSym sym, Scratch *s) {
    World *w = cx;
    static const char *const names[] = {"_RNvC4prog5entry", "_RNvC4prog4main", "_RNvC4prog3sum",
                                        "_RNvC4prog7guarded"};
    u64 key = ir_symbol_row(&w->symbols, sym)->key;
    if (key <= ARRAY_LEN(names)) return str_from(names[key - 1]);
    return scratch_print(s, "prog.%u", (unsigned)key);
}

static void take_report(void *cx, const char *text) {
    World *w = cx;
    snprintf(w->reported, sizeof w->reported, "%s", text);
}

static int world_make(void **state) {
    World *w = calloc(1, sizeof *w);
    LinkError error;
    scratch_init(&w->scratch);
    ir_symbols_init(&w->symbols);
    w->db.options = &w->options;
    if (!link_store_new(&w->db, &error) || !link_std_shared(&w->db, 0, &w->std_path, &error)) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    w->source = (ProgramSource){.cx = w,
                                .symbols = &w->symbols,
                                .code = make_code,
                                .data = make_data,
                                .name = make_name,
                                .report = take_report};
    *state = w;
    return 0;
}

static int world_drop(void **state) {
    World *w = *state;
    link_store_free(&w->db);
    ir_symbols_deinit(&w->symbols);
    scratch_deinit(&w->scratch);
    free(w);
    return 0;
}

static Jit *start(World *w) {
    static char *const argv[] = {(char *)(uintptr_t) "prog", NULL};
    LinkError error;
    Jit *jit = jit_start(&(JitOptions){.std_path = w->std_path.at, .argv = argv}, &error);
    if (!jit) fail_msg("%s", error.text);
    memset(w->made, 0, sizeof w->made);
    w->reported[0] = 0;
    return jit;
}

enum { EXPECTED_STATUS = 36 + 10 + 1 };

static void a_program_of_ir_runs_in_the_child(void **state) {
    World *w = *state;
    fflush(NULL);
    int saved[2] = {dup(1), dup(2)}, files[2] = {memfd_create("o", 0), memfd_create("e", 0)};
    dup2(files[0], 1);
    dup2(files[1], 2);
    Jit *jit = start(w);
    JitRun *run = jit_run_new(jit, &w->source);
    JitResult result = jit_run(run, sym_of(w, ENTRY), 20000);
    JitRunFigures figures = jit_run_figures(run);
    jit_run_free(run);
    jit_free(jit);
    char text[2][4096] = {{0}};
    for (int i = 0; i < 2; i++) {
        dup2(saved[i], i + 1);
        assert_true(pread(files[i], text[i], 4095, 0) >= 0);
        close(saved[i]);
        close(files[i]);
    }
    printf("  %u functions, %u data, %u bytes of code, %u us\n", figures.function_count,
           figures.data_count, (u32)figures.code_bytes, (u32)(figures.place_ns / 1000));
    assert_string_equal(w->reported, "");
    assert_int_equal(result.end, JIT_END_EXITED);
    assert_int_equal(result.status, EXPECTED_STATUS);
    assert_string_equal(text[0], "from IR\n");
    assert_non_null(strstr(text[1], "panicked at ir.rs:6:7:\ninside"));
    assert_int_equal(w->made[SUM], 1); // recursion goes through the slot, compiled once
    assert_int_equal(w->made[MAIN], 1);
}

static void a_backtrace_names_the_functions_of_the_program(void **state) {
    World *w = *state;
    fflush(NULL);
    int saved[2] = {dup(1), dup(2)}, file = memfd_create("e", 0);
    dup2(file, 1);
    dup2(file, 2);
    setenv("RUST_BACKTRACE", "full", 1);
    Jit *jit = start(w);
    unsetenv("RUST_BACKTRACE");
    JitRun *run = jit_run_new(jit, &w->source);
    JitResult result = jit_run(run, sym_of(w, ENTRY), 20000);
    jit_run_free(run);
    jit_free(jit);
    dup2(saved[0], 1);
    dup2(saved[1], 2);
    close(saved[0]);
    close(saved[1]);
    static char text[65536];
    assert_true(pread(file, text, sizeof text - 1, 0) >= 0);
    close(file);
    if (!strstr(text, "prog::guarded")) printf("%s\n", text);
    assert_int_equal(result.status, EXPECTED_STATUS);
    assert_non_null(strstr(text, "prog::guarded"));
    assert_non_null(strstr(text, "prog::main"));
    assert_non_null(strstr(text, "prog::entry"));
}

static void a_function_that_fails_to_compile_ends_the_run(void **state) {
    World *w = *state;
    Jit *jit = start(w);
    JitRun *run = jit_run_new(jit, &w->source);
    w->broken = true;
    JitResult result = jit_run(run, sym_of(w, ENTRY), 20000);
    w->broken = false;
    jit_run_free(run);
    jit_free(jit);
    assert_int_equal(result.end, JIT_END_COMPILE);
    assert_int_equal(result.status, 1);
}

static bool all_weak(void *cx, IrSym sym) {
    (void)cx, (void)sym;
    return true;
}

static void an_undefined_symbol_is_named(void **state) {
    World *w = *state;
    Jit *jit = start(w);
    JitRun *run = jit_run_new(jit, &w->source);
    IrSym missing = ir_symbol(&w->symbols, IR_SYM_FN_EXTERN, 0, STR("no_such_function"));
    assert_int_equal(jit_run_address(run, missing), 0);
    assert_non_null(strstr(w->reported, "undefined symbol `no_such_function`"));
    w->reported[0] = 0;
    w->source.weak = all_weak;
    assert_int_equal(jit_run_address(run, missing), 0);
    assert_string_equal(w->reported, "");
    w->source.weak = NULL;
    jit_run_free(run);
    jit_free(jit);
}

static void the_same_program_links_as_an_executable(void **state) {
    World *w = *state;
    char folder[] = "/tmp/rac_run_test_XXXXXX";
    assert_non_null(mkdtemp(folder));
    Str output = scratch_print(&w->scratch, "%s/prog", folder);
    static const char *const linkers[] = {NULL, "lld", "bfd"};
    for (u32 i = 0; i < ARRAY_LEN(linkers); i++) {
        AotOptions options = {.output = output.at, .linker = linkers[i]};
        ProgramFigures figures;
        w->reported[0] = 0;
        bool done =
            program_build(&w->source, sym_of(w, ENTRY), link_toolchain(&w->db), &options, &figures);
        if (!done) fail_msg("%s", w->reported);
        assert_int_equal(figures.function_count, 4);
        Str out, err;
        int status;
        LinkError error;
        assert_true(process_run(&w->scratch, (const char *[]){output.at, NULL}, NULL, &out, &err,
                                &status, &error));
        assert_string_equal(out.at, "from IR\n");
        assert_non_null(strstr(err.at, "panicked at ir.rs:6:7:\ninside"));
        assert_int_equal(WEXITSTATUS(status), EXPECTED_STATUS);
    }
    unlink(output.at);
    assert_int_equal(rmdir(folder), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_of_ir_runs_in_the_child),
        cmocka_unit_test(a_backtrace_names_the_functions_of_the_program),
        cmocka_unit_test(a_function_that_fails_to_compile_ends_the_run),
        cmocka_unit_test(an_undefined_symbol_is_named),
        cmocka_unit_test(the_same_program_links_as_an_executable),
    };
    return cmocka_run_group_tests(tests, world_make, world_drop);
}
