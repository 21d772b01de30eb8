// Tests of link/ against the toolchain of this machine: the index, v0 names, objects, executables.
#define _GNU_SOURCE
#include "link/aot.h"
#include "link/elf_read.h"
#include "link/link.h"
#include "symbols/v0.h"

#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static Db *open_db(void) {
    static Options options;
    Db *db = calloc(1, sizeof *db);
    db->options = &options;
    LinkError error;
    if (!link_store_new(db, &error)) fail_msg("%s", error.text);
    return db;
}

static void close_db(Db *db) {
    link_store_free(db);
    free(db);
}

static void expect_path(const char *mangled, const char *path) {
    Scratch scratch;
    scratch_init(&scratch);
    V0Name name;
    if (!v0_parse(&scratch, str_from(mangled), &name)) fail_msg("not read: %s", mangled);
    Str text = scratch_str(&scratch, name.path);
    assert_string_equal(text.at, path);
    scratch_deinit(&scratch);
}

static void mangled_names_become_paths(void **state) {
    (void)state;
    expect_path("_RNvNtNtCsll8UG4dV9RX_3std2io5stdio6__print", "std::io::stdio::_print");
    expect_path("_RNvMsa_NtCscoScM8QT1vH_4core3fmtNtB5_9Formatter3pad",
                "<M core::fmt::Formatter>::pad");
    expect_path("_RNvXNtCscoScM8QT1vH_4core3anyReNtB2_3Any7type_idCsll8UG4dV9RX_3std",
                "<&str as core::any::Any>::type_id");
    expect_path("_RNvCsfgHYwM92fyn_7___rustc12___rust_alloc", "__rustc::__rust_alloc");
    expect_path("_RNCNvC1a4main0", "a::main::{closure#0}");
    expect_path("_RNCNvC1a4mains_0", "a::main::{closure#1}");
    expect_path("_RINvC1a1fFUKCmEuDNtB2_1TEL_TlEKj10_E",
                "a::f::<unsafe extern \"C\" fn(u32), dyn a::T, (i32,), 16>");
    expect_path("_RINvC1a1fDINtNtB2_3ops2FnTmEEp6OutputyEL_E",
                "a::f::<dyn a::ops::Fn<(u32,), Output = u64>>");
    expect_path("_RNvC1au8gdel_5qa", "a::g\xc3\xb6"
                                     "del");
    Scratch scratch;
    scratch_init(&scratch);
    V0Name name;
    static const char *const bad[] = {"",           "_R",        "_RN", "_RNvB_1a",
                                      "_RNvC1a99x", "_RMC1aB5_", "main"};
    for (u32 i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(v0_parse(&scratch, str_from(bad[i]), &name));
    scratch_deinit(&scratch);
}

static void names_are_built_as_rustc_builds_them(void **state) {
    (void)state;
    Scratch scratch;
    scratch_init(&scratch);
    V0Builder b;
    u32 at, at2;
    // <core::fmt::Formatter>::pad, an inherent impl of module core::fmt.
    v0_begin(&b, &scratch);
    v0_text(&b, STR("NvM"));
    v0_disambiguator(&b, 12);
    assert_true(v0_open(&b, V0_PATH, 1, &at));
    v0_text(&b, STR("Nt"));
    assert_true(v0_open(&b, V0_PATH, 2, &at2));
    v0_crate(&b, STR("coScM8QT1vH"), STR("core"));
    v0_close(&b, V0_PATH, 2, at2);
    v0_ident(&b, 0, STR("fmt"));
    v0_close(&b, V0_PATH, 1, at);
    v0_text(&b, STR("Nt"));
    assert_false(v0_open(&b, V0_PATH, 1, &at));
    v0_ident(&b, 0, STR("Formatter"));
    v0_ident(&b, 0, STR("pad"));
    Str name = v0_end(&b);
    assert_string_equal(name.at, "_RNvMsa_NtCscoScM8QT1vH_4core3fmtNtB5_9Formatter3pad");
    v0_begin(&b, &scratch);
    v0_ident(&b, 0,
             STR("g\xc3\xb6"
                 "del"));
    v0_ident(&b, 64, STR("_x"));
    v0_hex(&b, 255, true);
    v0_hex(&b, 0, false);
    name = v0_end(&b);
    assert_string_equal(name.at, "_Ru8gdel_5qas10_2__xnff_0_");
    assert_int_equal(v0_basic_type(STR("u32")), 'm');
    assert_int_equal(v0_basic_type(STR("!")), 'z');
    assert_int_equal(v0_basic_type(STR("u33")), 0);
    scratch_deinit(&scratch);
}

static void the_toolchain_has_source_and_rlibs(void **state) {
    (void)state;
    Db *db = open_db();
    const Toolchain *tc = link_toolchain(db);
    printf("toolchain: %s (%s), %u rlibs, %u for tests, %u cfgs, std .so `%s`\n", tc->sysroot.at,
           tc->version_line.at, tc->rlib_count, tc->test_rlib_count, tc->cfg_count, tc->std_so.at);
    assert_true(tc->rlib_count > 10);
    assert_true(tc->test_rlib_count > tc->rlib_count);
    assert_true(tc->native_lib_count > 0);
    bool unix_found = false;
    for (u32 i = 0; i < tc->cfg_count; i++)
        if (str_eq(tc->cfgs[i], STR("unix"))) unix_found = true;
    assert_true(unix_found);
    close_db(db);
}

static void a_sysroot_without_rustc_is_refused_with_its_name(void **state) {
    (void)state;
    Scratch scratch;
    scratch_init(&scratch);
    Toolchain tc;
    LinkError error;
    assert_false(toolchain_find(&scratch, STR("/nonexistent"), &tc, &error));
    assert_non_null(strstr(error.text, "/nonexistent"));
    scratch_deinit(&scratch);
}

static void every_library_symbol_is_found_by_its_path(void **state) {
    (void)state;
    Db *db = open_db();
    LinkIndexFigures figures = link_index_figures(db);
    printf("index: %u paths, %u symbols, %u unread, %u ambiguous\n", figures.path_count,
           figures.symbol_count, figures.unparsed_count, figures.ambiguous_count);
    assert_int_equal(figures.unparsed_count, 0);
    assert_true(figures.path_count > 1700);
    u32 found = 0;
    for (u32 i = 0; i < figures.path_count; i++) {
        Str path, symbol, all[16];
        link_index_path(db, i, &path, &symbol);
        u32 count = link_find_all(db, path, all, 16);
        assert_true(count >= 1 && count <= 16);
        if (count > 1) printf("  ambiguous: %.*s = %.*s\n", STR_ARG(path), STR_ARG(symbol));
        for (u32 j = 0; j < count; j++)
            if (str_eq(all[j], symbol)) {
                found++;
                break;
            }
        assert_int_not_equal(link_symbol_kind(db, symbol), LINK_SYMBOL_NONE);
    }
    assert_int_equal(found, figures.path_count);
    static const char *const paths[] = {
        "<M core::fmt::Formatter>::pad",
        "<u32 as core::fmt::Display>::fmt",
        "std::io::stdio::_print",
        "std::rt::lang_start_internal",
        "__rustc::__rust_alloc",
        "core::panicking::panic_fmt",
        "std::hash::random::RandomState::new",
        "core::panicking::assert_failed::<i32, i32>",
        "<M alloc::raw_vec::RawVec<u8>>::grow_one",
    };
    for (u32 i = 0; i < ARRAY_LEN(paths); i++)
        printf("  %s -> %.*s\n", paths[i], STR_ARG(link_find_path(db, str_from(paths[i]))));
    for (u32 i = 0; i < 6; i++)
        assert_true(link_find_path(db, str_from(paths[i])).len > 0);
    assert_int_equal(link_find_path(db, STR("core::no_such_thing")).len, 0);
    assert_int_equal(link_symbol_kind(db, STR("rust_eh_personality")), LINK_SYMBOL_FUNC);
    assert_int_equal(link_symbol_kind(db, STR("no_such_symbol")), LINK_SYMBOL_NONE);
    assert_true(link_crate_id(db, STR("core")).len > 5);
    close_db(db);
}

static void type_ids_are_read_from_the_rlibs(void **state) {
    (void)state;
    Db *db = open_db();
    u8 id[3][16];
    for (u32 i = 0; i < 3; i++) {
        assert_true(link_type_id(db, (LinkTypeId)i, id[i]));
        for (u32 j = 0; j < 16; j++)
            printf("%02x", id[i][j]);
        printf("\n");
    }
    assert_memory_not_equal(id[0], id[1], 16);
    if (str_eq(link_toolchain(db)->version, STR("1.96.0"))) {
        static const u64 str_ref[] = {0x63eb502cd6cb5d6dull, 0xb98b1b7157a64178ull};
        u64 got[2];
        memcpy(got, id[0], 16);
        bool straight = got[0] == str_ref[0] && got[1] == str_ref[1];
        bool swapped =
            got[0] == __builtin_bswap64(str_ref[0]) && got[1] == __builtin_bswap64(str_ref[1]);
        bool high_first = got[0] == str_ref[1] && got[1] == str_ref[0];
        assert_true(straight || swapped || high_first);
    }
    close_db(db);
}

static void std_becomes_a_shared_object(void **state) {
    (void)state;
    Db *db = open_db();
    Str path;
    LinkError error;
    if (!link_std_shared(db, LINK_STD_OWN_ALLOCATOR, &path, &error)) fail_msg("%s", error.text);
    ElfShared shared;
    ElfSymbol found;
    if (!elf_shared_open(&shared, path.at, &error)) fail_msg("%s", error.text);
    Str symbol = link_find_path(db, STR("std::io::stdio::_print"));
    assert_true(elf_shared_find(&shared, symbol, &found));
    assert_int_equal(found.kind, ELF_SYMBOL_FUNC);
    assert_true(elf_shared_find(&shared, STR("rac_allocator"), &found));
    assert_false(elf_shared_find(&shared, STR("no_such_symbol"), &found));
    elf_shared_close(&shared);
    close_db(db);
}

// A main that says hello as rustc's would: lang_start_internal(&closure, vtable, argc, argv, 0),
// the closure calling std::io::_print with fmt::Arguments of one literal piece.
static void build_hello(Db *db, ObjFile *obj) {
    // fmt::Arguments of a plain string is {ptr, len << 1 | 1} (library/core/src/fmt/mod.rs).
    static const char text[] = "hello from an object file\n";
    u64 text_at = obj_append(obj, OBJ_RODATA, text, sizeof text - 1, 1);
    ObjSym text_sym = obj_local(obj, OBJ_RODATA, text_at, sizeof text - 1, OBJ_OBJECT);
    static const u8 call_code[] = {
        0x50, // push rax
        0x48, 0x8d,
        0x3d, 0,
        0,    0,
        0, // lea rdi, [text]
        0xbe, (sizeof text - 1) << 1 | 1,
        0,    0,
        0, // mov esi, len << 1 | 1
        0xe8, 0,
        0,    0,
        0,          // call _print
        0x31, 0xc0, // xor eax, eax
        0x59,       // pop rcx
        0xc3,       // ret
    };
    u64 call_at = obj_append(obj, OBJ_TEXT, call_code, sizeof call_code, 16);
    ObjSym call_sym = obj_local(obj, OBJ_TEXT, call_at, sizeof call_code, OBJ_FUNC);
    obj_reloc(obj, OBJ_TEXT, call_at + 4, R_X86_64_PC32, text_sym, -4);
    obj_reloc(obj, OBJ_TEXT, call_at + 14, R_X86_64_PLT32,
              obj_symbol(obj, link_find_path(db, STR("std::io::stdio::_print"))), -4);
    u64 vtable[6] = {0, 0, 1, 0, 0, 0};
    u64 vtable_at = obj_append(obj, OBJ_RELRO, vtable, sizeof vtable, 8);
    ObjSym vtable_sym = obj_local(obj, OBJ_RELRO, vtable_at, sizeof vtable, OBJ_OBJECT);
    for (u32 i = 3; i < 6; i++)
        obj_reloc(obj, OBJ_RELRO, vtable_at + 8 * i, R_X86_64_64, call_sym, 0);
    static const u8 entry_code[] = {
        0x48, 0x89, 0xf1,             // mov rcx, rsi   argv
        0x48, 0x89, 0xfa,             // mov rdx, rdi   argc
        0xbf, 1,    0,    0, 0,       // mov edi, 1     data: dangling
        0x48, 0x8d, 0x35, 0, 0, 0, 0, // lea rsi, [vtable]
        0x45, 0x31, 0xc0,             // xor r8d, r8d   sigpipe
        0xe9, 0,    0,    0, 0,       // jmp lang_start_internal
    };
    u64 entry_at = obj_append(obj, OBJ_TEXT, entry_code, sizeof entry_code, 16);
    obj_define(obj, obj_symbol(obj, STR("rac_entry")), OBJ_TEXT, entry_at, sizeof entry_code,
               OBJ_GLOBAL, OBJ_FUNC, OBJ_HIDDEN);
    obj_reloc(obj, OBJ_TEXT, entry_at + 14, R_X86_64_PC32, vtable_sym, -4);
    obj_reloc(obj, OBJ_TEXT, entry_at + 22, R_X86_64_PLT32,
              obj_symbol(obj, link_find_path(db, STR("std::rt::lang_start_internal"))), -4);
    aot_add_main(obj, STR("rac_entry"));
}

static void an_executable_of_our_own_object_says_hello(void **state) {
    (void)state;
    Db *db = open_db();
    Scratch scratch;
    scratch_init(&scratch);
    char folder[] = "/tmp/rac_link_test_XXXXXX";
    assert_non_null(mkdtemp(folder));
    ObjFile obj;
    obj_init(&obj, &scratch);
    build_hello(db, &obj);
    LinkError error;
    Str object = scratch_print(&scratch, "%s/hello.o", folder);
    Str output = scratch_print(&scratch, "%s/hello", folder);
    if (!obj_write(&obj, object.at, &error)) fail_msg("%s", error.text);
    obj_deinit(&obj);
    static const char *const linkers[] = {NULL, "bfd"};
    for (u32 i = 0; i < ARRAY_LEN(linkers); i++) {
        AotOptions options = {
            .output = output.at, .objects = &object.at, .object_count = 1, .linker = linkers[i]};
        if (!aot_link(link_toolchain(db), &options, &error)) fail_msg("%s", error.text);
        Str out;
        int status;
        const char *argv[] = {output.at, NULL};
        assert_true(process_run(&scratch, argv, NULL, &out, NULL, &status, &error));
        assert_int_equal(status, 0);
        assert_string_equal(out.at, "hello from an object file\n");
    }
    // What cannot be written is said so, and nothing is left behind.
    AotOptions options = {.output = "/proc/no/such", .objects = &object.at, .object_count = 1};
    assert_false(aot_link(link_toolchain(db), &options, &error));
    assert_non_null(strstr(error.text, "cannot write `/proc/no/such`"));
    options.output = folder;
    assert_false(aot_link(link_toolchain(db), &options, &error));
    unlink(object.at);
    unlink(output.at);
    assert_int_equal(rmdir(folder), 0);
    scratch_deinit(&scratch);
    close_db(db);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mangled_names_become_paths),
        cmocka_unit_test(names_are_built_as_rustc_builds_them),
        cmocka_unit_test(the_toolchain_has_source_and_rlibs),
        cmocka_unit_test(a_sysroot_without_rustc_is_refused_with_its_name),
        cmocka_unit_test(every_library_symbol_is_found_by_its_path),
        cmocka_unit_test(type_ids_are_read_from_the_rlibs),
        cmocka_unit_test(std_becomes_a_shared_object),
        cmocka_unit_test(an_executable_of_our_own_object_says_hello),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
