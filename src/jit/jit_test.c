// Tests of the JIT with machine code written by hand: hello under lang_start_internal, functions
// compiled at their first call, many threads at one stub, panics through JIT frames, crashes.
#define _GNU_SOURCE
#include "jit/jit.h"
#include "jit/scan.h"
#include "link/link.h"

#include <elf.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct World {
    Db db;
    Options options;
    Str std_path;
    Scratch scratch;
} World;

static int world_make(void **state) {
    World *world = calloc(1, sizeof *world);
    LinkError error;
    scratch_init(&world->scratch);
    world->db.options = &world->options;
    if (!link_store_new(&world->db, &error) ||
        !link_std_shared(&world->db, 0, &world->std_path, &error)) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    *state = world;
    return 0;
}

static int world_drop(void **state) {
    World *world = *state;
    link_store_free(&world->db);
    scratch_deinit(&world->scratch);
    free(world);
    return 0;
}

static u64 now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (u64)now.tv_sec * 1000000 + (u64)now.tv_nsec / 1000;
}

static Jit *start(World *world) {
    static char *const argv[] = {(char *)(uintptr_t) "prog", (char *)(uintptr_t) "arg", NULL};
    LinkError error;
    Jit *jit = jit_start(&(JitOptions){.std_path = world->std_path.at, .argv = argv}, &error);
    if (!jit) fail_msg("%s", error.text);
    return jit;
}

// --- A small assembler: bytes, with 32-bit fields filled in --------------------------------------

typedef struct Code {
    u8 bytes[512];
    u32 count;
} Code;

static void emit(Code *c, const char *hex) {
    for (const char *at = hex; *at;) {
        if (*at == ' ') {
            at++;
            continue;
        }
        unsigned byte;
        assert_int_equal(sscanf(at, "%2x", &byte), 1);
        c->bytes[c->count++] = (u8)byte;
        at += 2;
    }
}

static void emit32(Code *c, u32 value) {
    memcpy(c->bytes + c->count, &value, 4);
    c->count += 4;
}

static JitAddr place(Jit *jit, const Code *c) {
    JitAddr at = jit_alloc_code(jit, c->count, 16);
    memcpy(jit_at(jit, at), c->bytes, c->count);
    return at;
}

// `call [cell]`, an absolute 32-bit address.
static void emit_call(Code *c, JitAddr cell) {
    emit(c, "ff 14 25");
    emit32(c, cell);
}

static JitAddr cell_of(World *world, Jit *jit, const char *path) {
    Str symbol = link_find_path(&world->db, str_from(path));
    assert_true(symbol.len > 0);
    JitAddr cell = jit_symbol_cell(jit, symbol);
    assert_int_not_equal(cell, 0);
    return cell;
}

static void emit_print(World *world, Jit *jit, Code *c, const char *text) {
    u32 len = (u32)strlen(text);
    JitAddr at = jit_alloc_rodata(jit, len, 1);
    memcpy(jit_at(jit, at), text, len);
    emit(c, "bf"); // mov edi, text
    emit32(c, at);
    emit(c, "be"); // mov esi, len << 1 | 1
    emit32(c, len << 1 | 1);
    emit_call(c, cell_of(world, jit, "std::io::stdio::_print"));
}

// isize entry(argc, argv): lang_start_internal over `main_fn`, an extern "Rust" fn() -> i32.
static JitAddr place_entry(World *world, Jit *jit, JitAddr main_fn) {
    u64 vtable[6] = {0, 0, 1, main_fn, main_fn, main_fn};
    JitAddr at = jit_alloc_rodata(jit, sizeof vtable, 8);
    memcpy(jit_at(jit, at), vtable, sizeof vtable);
    Code c = {0};
    emit(&c,
         "50 48 89 f1 48 63 d7 bf 01 00 00 00 be"); // push; rcx = argv; rdx = argc; edi = 1; esi
    emit32(&c, at);
    emit(&c, "45 31 c0"); // sigpipe 0
    emit_call(&c, cell_of(world, jit, "std::rt::lang_start_internal"));
    emit(&c, "59 c3");
    return place(jit, &c);
}

// Runs `main_fn` with the child's standard output in a file; the text is returned.
static JitResult run(World *world, Jit *jit, JitAddr main_fn, JitCompile *compile, void *cx) {
    LinkError error;
    if (!jit_go(jit, place_entry(world, jit, main_fn), &error)) fail_msg("%s", error.text);
    return jit_serve(jit, compile, cx, 20000);
}

// The child's descriptor 1 (or 2) is a file while `stdout_taken` runs.
typedef struct Taken {
    int fd, saved, file;
} Taken;

static Taken take_fd(int fd) {
    fflush(NULL);
    Taken taken = {fd, dup(fd), memfd_create("taken", 0)};
    dup2(taken.file, fd);
    return taken;
}

static const char *give_back(World *world, Taken taken) {
    dup2(taken.saved, taken.fd);
    close(taken.saved);
    char *text = scratch_take(&world->scratch, 65536, 1);
    ssize_t len = pread(taken.file, text, 65535, 0);
    assert_true(len >= 0);
    close(taken.file);
    return text;
}

// --- Tests --------------------------------------------------------------------------------------

static void hello_runs_under_lang_start(void **state) {
    World *world = *state;
    u64 best = UINT64_MAX;
    for (u32 i = 0; i < 10; i++) {
        Taken taken = take_fd(1);
        u64 begin = now_us();
        Jit *jit = start(world);
        u64 spawned = now_us();
        Code c = {0};
        emit(&c, "50");
        emit_print(world, jit, &c, "hello from rac\n");
        emit(&c, "31 c0 59 c3");
        u64 ready = now_us();
        JitResult result = run(world, jit, place(jit, &c), NULL, NULL);
        u64 end = now_us();
        jit_free(jit);
        const char *text = give_back(world, taken);
        assert_int_equal(result.end, JIT_END_EXITED);
        assert_int_equal(result.status, 0);
        assert_string_equal(text, "hello from rac\n");
        if (end - begin < best) {
            best = end - begin;
            printf("  start %llu us, std loaded %llu us, ran and ended %llu us\n",
                   (unsigned long long)(spawned - begin), (unsigned long long)(ready - spawned),
                   (unsigned long long)(end - ready));
        }
    }
}

typedef struct Lazy {
    World *world;
    u32 compiled;
    bool fail;
    u32 slot;
    const char *hex;
} Lazy;

static bool compile_lazy(void *cx, Jit *jit, u32 slot) {
    Lazy *lazy = cx;
    assert_int_equal(slot, lazy->slot);
    if (lazy->fail) return false;
    lazy->compiled++;
    Code c = {0};
    emit(&c, lazy->hex);
    jit_publish(jit, slot, place(jit, &c));
    return true;
}

static void a_function_is_compiled_at_its_first_call_with_its_arguments(void **state) {
    World *world = *state;
    Jit *jit = start(world);
    // f(a: rdi, b: rsi, c: rdx, d: rcx, e: r8, f: r9, g: xmm0, h: xmm7) -> a+b+c+d+e+f+rax+r10+g+h
    Lazy lazy = {.world = world, .slot = jit_slot_new(jit)};
    lazy.hex = "48 01 f7 48 01 d7 48 01 cf 4c 01 c7 4c 01 cf 48 01 c7 4c 01 d7 "
               "f2 48 0f 2c c0 48 01 c7 f2 48 0f 2c c7 48 01 f8 c3";
    Code c = {0};
    emit(&c, "53 31 db"); // push rbx; xor ebx, ebx
    for (u32 i = 0; i < 2; i++) {
        emit(&c, "b8 64 00 00 00 f2 48 0f 2a c0"); // xmm0 = 100
        emit(&c, "b8 c8 00 00 00 f2 48 0f 2a f8"); // xmm7 = 200
        emit(&c, "bf 01 00 00 00 be 02 00 00 00 ba 03 00 00 00 b9 04 00 00 00 "
                 "41 b8 05 00 00 00 41 b9 06 00 00 00 b8 07 00 00 00 41 ba 08 00 00 00");
        emit_call(&c, jit_slot_addr(lazy.slot));
        emit(&c, "01 c3"); // add ebx, eax
    }
    emit(&c, "89 d8 5b");             // eax = 2 * (36 + 300) = 672
    emit(&c, "89 c7 40 0f b6 ff 50"); // exit(672 & 255 = 160)
    emit_call(&c, jit_symbol_cell(jit, STR("exit")));
    JitResult result = run(world, jit, place(jit, &c), compile_lazy, &lazy);
    jit_free(jit);
    assert_int_equal(result.end, JIT_END_EXITED);
    assert_int_equal(result.status, 672 & 255);
    assert_int_equal(lazy.compiled, 1);
}

static void threads_wait_at_one_stub(void **state) {
    World *world = *state;
    Jit *jit = start(world);
    enum { THREADS = 16 };
    // The slot's function: lock add dword [counter], 1; ret. Threads call it through pthreads.
    JitAddr counter = jit_alloc_data(jit, 4, 4);
    Lazy lazy = {.world = world, .slot = jit_slot_new(jit)};
    Str hex = scratch_print(&world->scratch, "f0 83 04 25 %02x %02x %02x %02x 01 31 c0 c3",
                            counter & 255, counter >> 8 & 255, counter >> 16 & 255, counter >> 24);
    lazy.hex = hex.at;
    JitAddr thunk = jit_slot_thunk(lazy.slot);
    JitAddr ids = jit_alloc_data(jit, 8 * THREADS, 8);
    Code c = {0};
    emit(&c, "50");
    for (u32 i = 0; i < THREADS; i++) {
        emit(&c, "bf");
        emit32(&c, ids + 8 * i);
        emit(&c, "31 f6 ba");
        emit32(&c, thunk);
        emit(&c, "31 c9");
        emit_call(&c, jit_symbol_cell(jit, STR("pthread_create")));
    }
    JitAddr loop_cell = jit_symbol_cell(jit, STR("usleep"));
    u32 top = c.count;
    emit(&c, "bf 64 00 00 00"); // usleep(100)
    emit_call(&c, loop_cell);
    emit(&c, "8b 3c 25"); // mov edi, [counter]
    emit32(&c, counter);
    emit(&c, "83 ff 10 75"); // cmp edi, 16; jne top
    u8 back = (u8)(top - (c.count + 1));
    c.bytes[c.count++] = back;
    emit(&c, "50");
    emit_call(&c, jit_symbol_cell(jit, STR("_exit")));
    JitResult result = run(world, jit, place(jit, &c), compile_lazy, &lazy);
    jit_free(jit);
    assert_int_equal(result.end, JIT_END_EXITED);
    assert_int_equal(result.status, THREADS);
    assert_int_equal(lazy.compiled, 1);
}

typedef struct Many {
    u32 first;
    u32 compiled;
} Many;

static bool compile_ret(void *cx, Jit *jit, u32 slot) {
    Many *many = cx;
    assert_true(slot >= many->first);
    many->compiled++;
    Code c = {0};
    emit(&c, "c3");
    jit_publish(jit, slot, place(jit, &c));
    return true;
}

static void a_thousand_functions_are_asked_for_one_by_one(void **state) {
    World *world = *state;
    Jit *jit = start(world);
    enum { COUNT = 1000 };
    Many many = {.first = jit_slot_new(jit)};
    for (u32 i = 1; i < COUNT; i++)
        jit_slot_new(jit);
    Code c = {0};
    // for ebx in slots { call [rbx] }; exit(7)
    emit(&c, "53 bb");
    emit32(&c, jit_slot_addr(many.first));
    u32 top = c.count;
    emit(&c, "ff 13 83 c3 08 81 fb");
    emit32(&c, jit_slot_addr(many.first + COUNT));
    emit(&c, "75");
    u8 back = (u8)(top - (c.count + 1));
    c.bytes[c.count++] = back;
    emit(&c, "bf 07 00 00 00 50");
    emit_call(&c, jit_symbol_cell(jit, STR("exit")));
    u64 begin = now_us();
    JitResult result = run(world, jit, place(jit, &c), compile_ret, &many);
    printf("  %u requests: %llu us\n", COUNT, (unsigned long long)(now_us() - begin));
    jit_free(jit);
    assert_int_equal(result.status, 7);
    assert_int_equal(many.compiled, COUNT);
}

static void a_compile_error_ends_the_child(void **state) {
    World *world = *state;
    Jit *jit = start(world);
    Lazy lazy = {.world = world, .slot = jit_slot_new(jit), .fail = true};
    Code c = {0};
    emit(&c, "50");
    emit_call(&c, jit_slot_addr(lazy.slot));
    emit(&c, "31 c0 59 c3");
    JitResult result = run(world, jit, place(jit, &c), compile_lazy, &lazy);
    jit_free(jit);
    assert_int_equal(result.end, JIT_END_COMPILE);
    assert_int_equal(result.status, 1);
}

static void a_crash_of_the_child_is_its_own(void **state) {
    World *world = *state;
    Taken taken = take_fd(2);
    Jit *jit = start(world);
    Code c = {0};
    emit(&c, "8b 04 25 00 00 00 00 c3"); // mov eax, [0]
    JitResult result = run(world, jit, place(jit, &c), NULL, NULL);
    jit_free(jit);
    give_back(world, taken);
    assert_int_equal(result.end, JIT_END_SIGNALED);
    assert_int_equal(result.status, SIGSEGV);
}

static void code_cannot_be_written_by_the_program(void **state) {
    World *world = *state;
    Taken taken = take_fd(2);
    Jit *jit = start(world);
    Code c = {0};
    emit(&c, "c6 04 25");
    emit32(&c, 0x16000000);
    emit(&c, "90 c3"); // mov byte [JIT_CODE], 0x90
    JitResult result = run(world, jit, place(jit, &c), NULL, NULL);
    jit_free(jit);
    give_back(world, taken);
    assert_int_equal(result.end, JIT_END_SIGNALED);
    assert_int_equal(result.status, SIGSEGV);
}

// A function that panics is called by JIT code with a cleanup; the cleanup prints, resumes, and
// lang_start's catch turns it into status 101.
static void a_panic_unwinds_through_jit_frames(void **state) {
    World *world = *state;
    Taken out = take_fd(1), err = take_fd(2);
    Jit *jit = start(world);
    // core::panicking::panic_fmt(Arguments{ptr, len}, &Location)
    static const char file[] = "prog.rs";
    JitAddr file_at = jit_alloc_rodata(jit, sizeof file, 1);
    memcpy(jit_at(jit, file_at), file, sizeof file);
    struct {
        u64 file, len;
        u32 line, column;
    } location = {file_at, sizeof file - 1, 3, 5};
    JitAddr location_at = jit_alloc_rodata(jit, sizeof location, 8);
    memcpy(jit_at(jit, location_at), &location, sizeof location);
    static const char message[] = "went wrong";
    JitAddr message_at = jit_alloc_rodata(jit, sizeof message, 1);
    memcpy(jit_at(jit, message_at), message, sizeof message);
    Code c = {0};
    emit(&c, "53"); // push rbx
    u32 call_from = c.count;
    emit(&c, "bf");
    emit32(&c, message_at);
    emit(&c, "be");
    emit32(&c, (sizeof message - 1) << 1 | 1);
    emit(&c, "ba");
    emit32(&c, location_at);
    emit_call(&c, cell_of(world, jit, "core::panicking::panic_fmt"));
    u32 call_to = c.count;
    emit(&c, "0f 0b");
    u32 pad_at = c.count; // landing pad: rax = exception
    emit(&c, "48 89 c3"); // mov rbx, rax
    emit_print(world, jit, &c, "cleaned up\n");
    emit(&c, "48 89 df");
    emit_call(&c, jit_symbol_cell(jit, STR("_Unwind_Resume")));
    JitAddr code = place(jit, &c);

    // LSDA: @LPStart omitted, @TType omitted, call sites uleb128.
    u8 lsda[] = {0xff,
                 0xff,
                 0x01,
                 8,
                 (u8)call_from,
                 (u8)(call_to - call_from),
                 (u8)pad_at,
                 0,
                 (u8)call_to,
                 (u8)(c.count - call_to),
                 0,
                 0};
    JitAddr lsda_at = jit_alloc_rodata(jit, sizeof lsda, 4);
    memcpy(jit_at(jit, lsda_at), lsda, sizeof lsda);
    // personality absolute udata8, LSDA absolute udata4, code absolute udata4.
    u8 frame[80] = {0};
    u64 personality = jit_symbol_address(jit, STR("rust_eh_personality"));
    assert_int_not_equal(personality, 0);
    u8 cie[] = {36, 0, 0, 0, 0, 0, 0, 0, 1, 'z', 'P', 'L', 'R', 0, 1, 0x78, 16, 11, 0x00};
    memcpy(frame, cie, sizeof cie);
    memcpy(frame + 19, &personality, 8);
    memcpy(frame + 27, (u8[]){0x03, 0x03, 0x0c, 7, 8, 0x90, 1}, 7);
    u32 fde = 40;
    u8 fde_head[] = {24, 0, 0, 0, 44, 0, 0, 0};
    memcpy(frame + fde, fde_head, 8);
    memcpy(frame + fde + 8, &code, 4);
    memcpy(frame + fde + 12, &c.count, 4);
    frame[fde + 16] = 4;
    memcpy(frame + fde + 17, &lsda_at, 4);
    memcpy(frame + fde + 21, (u8[]){0x41, 0x0e, 16, 0x83, 2}, 5); // after push rbx
    JitAddr frame_at = jit_alloc_rodata(jit, sizeof frame, 8);
    memcpy(jit_at(jit, frame_at), frame, sizeof frame);
    LinkError error;
    if (!jit_register_frames(jit, frame_at, sizeof frame, &error)) fail_msg("%s", error.text);
    JitResult result = run(world, jit, code, NULL, NULL);
    jit_free(jit);
    const char *err_text = give_back(world, err);
    const char *out_text = give_back(world, out);
    assert_non_null(strstr(err_text, "panicked at prog.rs:3:5:\nwent wrong"));
    assert_string_equal(out_text, "cleaned up\n");
    assert_int_equal(result.end, JIT_END_EXITED);
    assert_int_equal(result.status, 101);
}

static void thread_locals_and_statics_start_with_their_values(void **state) {
    World *world = *state;
    Jit *jit = start(world);
    u32 seven = 7, nine = 9, twenty = 20;
    JitAddr a = jit_tls_new(jit, &seven, 4, 4);
    JitAddr s = jit_alloc_data(jit, 4, 4);
    jit_write_data(jit, s, &twenty, 4);
    JitAddr get = jit_tls_get_cell(jit);
    Lazy lazy = {.world = world, .slot = jit_slot_new(jit)};
    JitAddr b = 0;
    (void)b;
    // main: ebx = [a] ; [a] += 1 ; then f() ; exit(ebx + [a] + [s])
    Code c = {0};
    emit(&c, "53 bf");
    emit32(&c, a);
    emit_call(&c, get);
    emit(&c, "8b 18 83 00 01"); // mov ebx, [rax]; add dword [rax], 1
    emit(&c, "bf");
    emit32(&c, jit_tls_new(jit, &nine, 4, 4));
    emit_call(&c, get);
    emit(&c, "03 18 bf"); // add ebx, [rax]
    emit32(&c, a);
    emit_call(&c, get);
    emit(&c, "03 18 03 1c 25"); // add ebx, [rax]; add ebx, [s]
    emit32(&c, s);
    emit(&c, "89 df");
    emit_call(&c, jit_symbol_cell(jit, STR("exit")));
    JitResult result = run(world, jit, place(jit, &c), compile_lazy, &lazy);
    jit_free(jit);
    assert_int_equal(result.end, JIT_END_EXITED);
    assert_int_equal(result.status, 7 + 9 + 8 + 20);
}

static void std_thread_locals_have_their_module(void **state) {
    World *world = *state;
    Jit *jit = start(world);
    Str symbol = link_find_path(&world->db, STR("std::thread::current::id::ID"));
    assert_true(symbol.len > 0);
    assert_int_equal(link_symbol_kind(&world->db, symbol), LINK_SYMBOL_TLS);
    JitAddr pair = jit_tls_symbol(jit, symbol);
    assert_int_not_equal(pair, 0);
    // exit(*(u64 *)__tls_get_addr(pair) != 0): the main thread has its id under lang_start.
    Code c = {0};
    emit(&c, "50 bf");
    emit32(&c, pair);
    emit_call(&c, jit_tls_get_addr_cell(jit));
    emit(&c, "31 ff 48 83 38 00 40 0f 95 c7");
    emit_call(&c, jit_symbol_cell(jit, STR("exit")));
    JitResult result = run(world, jit, place(jit, &c), NULL, NULL);
    jit_free(jit);
    assert_int_equal(result.end, JIT_END_EXITED);
    assert_int_equal(result.status, 1);
}

static void a_running_child_can_be_patched_and_written(void **state) {
    World *world = *state;
    Jit *jit = start(world);
    // main: loop { usleep(1000); if f() == 42 { exit(*s) } }; f first answers 1, later 42.
    u32 slot = jit_slot_new(jit);
    Code one = {0}, two = {0}, c = {0};
    emit(&one, "b8 01 00 00 00 c3");
    emit(&two, "b8 2a 00 00 00 c3");
    JitAddr s = jit_alloc_data(jit, 4, 4);
    emit(&c, "50");
    u32 top = c.count;
    emit(&c, "bf e8 03 00 00");
    emit_call(&c, jit_symbol_cell(jit, STR("usleep")));
    emit_call(&c, jit_slot_addr(slot));
    emit(&c, "83 f8 2a 75");
    u8 back = (u8)(top - (c.count + 1));
    c.bytes[c.count++] = back;
    emit(&c, "8b 3c 25");
    emit32(&c, s);
    emit_call(&c, jit_symbol_cell(jit, STR("_exit")));
    jit_publish(jit, slot, place(jit, &one));
    LinkError error;
    assert_true(jit_go(jit, place_entry(world, jit, place(jit, &c)), &error));
    assert_int_equal(jit_serve(jit, NULL, NULL, 30).end, JIT_END_TIMEOUT);
    jit_interrupt(jit);
    assert_int_equal(jit_serve(jit, NULL, NULL, -1).end, JIT_END_INTERRUPTED);
    u32 value = 33;
    jit_write_data(jit, s, &value, 4);
    assert_int_not_equal(jit_symbol_address(jit, STR("puts")), 0);
    assert_true(jit_symbol_address(jit, STR("no_such_symbol_here")) == 0);
    jit_publish(jit, slot, place(jit, &two));
    JitResult result = jit_serve(jit, NULL, NULL, 20000);
    jit_free(jit);
    assert_int_equal(result.end, JIT_END_EXITED);
    assert_int_equal(result.status, 33);
}

static void what_is_freed_is_handed_out_again(void **state) {
    Jit *jit = start(*state);
    JitAddr a = jit_alloc_code(jit, 64, 16), b = jit_alloc_code(jit, 64, 16);
    JitAddr c = jit_alloc_code(jit, 64, 16);
    memset(jit_at(jit, b), 0x55, 64);
    jit_free_code(jit, b, 64);
    assert_int_equal(jit_alloc_code(jit, 16, 16), b);
    assert_int_equal(*(u8 *)jit_at(jit, b), 0);
    assert_int_equal(jit_alloc_code(jit, 32, 32), align_up(b + 16, 32));
    assert_true(jit_alloc_code(jit, 64, 16) >= c + 64); // it is too large for what is left
    jit_free_code(jit, a, 64);
    jit_free_code(jit, c, 64);
    jit_free_code(jit, b, 16);
    jit_free_code(jit, (JitAddr)align_up(b + 16, 32), 32);
    assert_int_equal(jit_alloc_code(jit, 192, 16), a); // neighbours have become one
    JitAddr data = jit_alloc_rodata(jit, 24, 8), more = jit_alloc_rodata(jit, 8, 8);
    jit_free_rodata(jit, data, 24);
    assert_int_equal(jit_alloc_rodata(jit, 24, 8), data);
    assert_true(more > data);
    jit_free(jit);
}

typedef struct Found {
    JitAddr inner, back, unused; // `back`: where `inner` returns to
    bool has_inner, has_back, has_unused;
} Found;

static void find(void *cx, JitAddr word) {
    Found *found = cx;
    found->has_inner |= word >= found->inner && word < found->inner + 2;
    found->has_back |= word == found->back;
    found->has_unused |= word >= found->unused && word < found->unused + 16;
}

static void a_scan_finds_where_threads_are(void **state) {
    World *world = *state;
    Jit *jit = start(world);
    Code loop = {0}, outer = {0};
    emit(&loop, "eb fe"); // jmp itself
    Found found = {.inner = place(jit, &loop), .unused = place(jit, &loop)};
    emit(&outer, "50 b8"); // push rax; mov eax, inner
    emit32(&outer, found.inner);
    emit(&outer, "ff d0 58 c3"); // call rax; pop rax; ret
    JitAddr at = place(jit, &outer);
    found.back = at + 8;
    LinkError error;
    JitScan scan;
    assert_false(jit_scan(jit, JIT_CODE, JIT_RODATA, find, &found, &scan)); // it does not run yet
    assert_true(jit_go(jit, place_entry(world, jit, at), &error));
    while (!found.has_inner) {
        assert_int_equal(jit_serve(jit, NULL, NULL, 1).end, JIT_END_TIMEOUT);
        jit_scan(jit, JIT_CODE, JIT_RODATA, find, &found, &scan);
    }
    assert_true(found.has_back);
    assert_false(found.has_unused);
    assert_true(scan.bytes > 0);
    jit_kill(jit, SIGKILL);
    while (jit_scan(jit, JIT_CODE, JIT_RODATA, find, &found, &scan)) {
    }
    JitResult result = jit_serve(jit, NULL, NULL, 20000);
    assert_int_equal(result.end, JIT_END_SIGNALED);
    assert_int_equal(result.status, SIGKILL);
    jit_free(jit);
}

static void a_signal_sent_to_rac_reaches_the_program(void **state) {
    World *world = *state;
    Jit *jit = start(world);
    Code c = {0};
    emit(&c, "50");
    emit_call(&c, jit_symbol_cell(jit, STR("getppid")));
    emit(&c, "89 c7 be 0f 00 00 00"); // kill(getppid(), SIGTERM)
    emit_call(&c, jit_symbol_cell(jit, STR("kill")));
    u32 top = c.count;
    emit_call(&c, jit_symbol_cell(jit, STR("pause")));
    emit(&c, "eb");
    u8 back = (u8)(top - (c.count + 1));
    c.bytes[c.count++] = back;
    LinkError error;
    assert_true(jit_go(jit, place_entry(world, jit, place(jit, &c)), &error));
    JitResult result = jit_serve(jit, NULL, NULL, 20000);
    jit_free(jit);
    assert_int_equal(result.end, JIT_END_SIGNALED);
    assert_int_equal(result.status, SIGTERM);
}

static void a_stack_overflow_is_reported_by_std(void **state) {
    World *world = *state;
    Taken taken = take_fd(2);
    Jit *jit = start(world);
    Code c = {0};
    emit(&c, "50 e8 fa ff ff ff 58 c3"); // push rax; call self
    JitResult result = run(world, jit, place(jit, &c), NULL, NULL);
    jit_free(jit);
    const char *text = give_back(world, taken);
    assert_int_equal(result.end, JIT_END_SIGNALED);
    assert_int_equal(result.status, SIGABRT);
    assert_non_null(strstr(text, "has overflowed its stack"));
}

static void a_missing_library_is_an_error_not_a_hang(void **state) {
    (void)state;
    static char *const argv[] = {(char *)(uintptr_t) "prog", NULL};
    LinkError error;
    assert_null(jit_start(&(JitOptions){.std_path = "/nonexistent.so", .argv = argv}, &error));
    assert_null(
        jit_start(&(JitOptions){.std_path = "/x", .argv = argv, .host_path = "/no/host"}, &error));
    assert_non_null(strstr(error.text, "/no/host"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hello_runs_under_lang_start),
        cmocka_unit_test(a_function_is_compiled_at_its_first_call_with_its_arguments),
        cmocka_unit_test(threads_wait_at_one_stub),
        cmocka_unit_test(a_thousand_functions_are_asked_for_one_by_one),
        cmocka_unit_test(a_compile_error_ends_the_child),
        cmocka_unit_test(a_crash_of_the_child_is_its_own),
        cmocka_unit_test(code_cannot_be_written_by_the_program),
        cmocka_unit_test(a_panic_unwinds_through_jit_frames),
        cmocka_unit_test(thread_locals_and_statics_start_with_their_values),
        cmocka_unit_test(std_thread_locals_have_their_module),
        cmocka_unit_test(a_running_child_can_be_patched_and_written),
        cmocka_unit_test(what_is_freed_is_handed_out_again),
        cmocka_unit_test(a_scan_finds_where_threads_are),
        cmocka_unit_test(a_signal_sent_to_rac_reaches_the_program),
        cmocka_unit_test(a_stack_overflow_is_reported_by_std),
        cmocka_unit_test(a_missing_library_is_an_error_not_a_hang),
    };
    return cmocka_run_group_tests(tests, world_make, world_drop);
}
