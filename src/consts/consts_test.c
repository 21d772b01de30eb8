// Constants of consts_test.rs, through the real front end and library.
#include "consts/consts.h"
#include "expand/hygiene.h"
#include "names/names.h"
#include "source/source.h"
#include "syntax/lex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct World {
    Db *db;
    Str text;
    CrateId crate;
} World;

static int world_up(void **state) {
    const char *library = getenv("RAC_TEST_LIBRARY");
    if (!library) library = "/usr/src/rustc-1.96.0/library";
    if (access(library, R_OK) != 0) return 0;
    static const Options options = {
        .edition = 2021, .overflow_checks = true, .debug_assertions = true};
    Db *db = db_new(&options);
    source_store_new(db);
    db->expand = expand_store_new();
    db->defs = names_store_new();
    db->types = ty_store_new();
    db->solve = solve_store_new();
    db->layouts = layout_store_new();
    db->consts = const_store_new();
    syntax_register(db);
    names_register(db);
    hir_register(db);
    types_register(db);
    solve_register(db);
    infer_register(db);
    mir_register(db);
    layout_register(db);
    consts_register(db);
    names_declare_sysroot(db, str_from(library));
    FileId file = source_file(db, STR(CONSTS_TEST_RS));
    OsError error;
    if (!source_read(db, file, DURABILITY_LOW, &error)) return 1;
    World *w = calloc(1, sizeof *w);
    w->db = db;
    w->text = source_text(db, file);
    w->crate = names_declare_user(db, file.id, symbol_intern(&db->symbols, STR("user")), 2021);
    *state = w;
    return 0;
}

static int world_down(void **state) {
    World *w = *state;
    if (!w) return 0;
    const_store_free(w->db->consts);
    layout_store_free(w->db->layouts);
    solve_store_free(w->db->solve);
    ty_store_free(w->db->types);
    names_store_free(w->db->defs);
    expand_store_free(w->db->expand);
    source_store_free(w->db);
    db_free(w->db);
    free(w);
    return 0;
}

static Str no_path(Db *db, u32 file) {
    (void)db;
    (void)file;
    return STR("file");
}
static Str no_text(Db *db, u32 file) {
    (void)db;
    (void)file;
    return STR("");
}
static Span no_place(Db *db, Span span) {
    (void)db;
    (void)span;
    return (Span){0};
}

// Whether evaluating the item reported a line that ends in `want`.
static bool reported(Db *db, u32 key, Str want) {
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    DiagRenderer renderer = {.out = out, .locate = no_place, .path = no_path, .text = no_text};
    diag_render(db, Q_const_eval, key, &renderer);
    fclose(out);
    char *line = calloc(1, want.len + 4u);
    line[0] = ':';
    line[1] = ' ';
    memcpy(line + 2, want.at, want.len);
    line[want.len + 2] = '\n';
    bool found = strstr(text, line) != NULL;
    free(line);
    free(text);
    return found;
}

static Str trimmed(const char *at, const char *end) {
    while (at < end && *at == ' ')
        at++;
    while (end > at && end[-1] == ' ')
        end--;
    return (Str){at, (u32)(end - at)};
}

static void check_item(World *w, Str module, Str name, bool is_static, bool fails, Str want) {
    Db *db = w->db;
    u64 mark = scratch_mark(&db->scratch);
    Str path = scratch_print(&db->scratch, "user::%.*s::%.*s", STR_ARG(module), STR_ARG(name));
    DefId def = def_by_path(db, path, NS_VALUE);
    if (!def.id) fail_msg("no %.*s", STR_ARG(path));
    const ConstAlloc *a = is_static ? static_initializer(db, def) : const_eval(db, def, (Args){0});
    if (fails) {
        u32 words[3] = {def.id, 0, is_static ? UINT32_MAX : 0};
        if (!a->is_failed) fail_msg("%.*s has a value", STR_ARG(path));
        if (!reported(db, types_key(db, words, 3), want))
            fail_msg("%.*s failed, but not with: %.*s", STR_ARG(path), STR_ARG(want));
    } else {
        Str got = const_print(db, a, &db->scratch);
        if (!str_eq(got, want))
            fail_msg("%.*s is %.*s instead of %.*s", STR_ARG(path), STR_ARG(got), STR_ARG(want));
    }
    scratch_rewind(&db->scratch, mark);
}

// Every line of `module` with a comment `// = value` or `// ! message`.
static u32 check_module(World *w, const char *module) {
    const char *at = w->text.at, *end = at + w->text.len;
    bool inside = false;
    u32 count = 0;
    while (at < end) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        if (!line_end) line_end = end;
        Str line = trimmed(at, line_end);
        at = line_end + 1;
        if (line.len > 4 && !memcmp(line.at, "mod ", 4)) {
            inside = line.len == strlen(module) + 6 && !memcmp(line.at + 4, module, strlen(module));
            continue;
        }
        bool is_static = line.len > 7 && !memcmp(line.at, "static ", 7);
        bool is_const = line.len > 6 && !memcmp(line.at, "const ", 6);
        if (!inside || (!is_static && !is_const)) continue;
        const char *mark = NULL;
        for (u32 i = 0; i + 5 <= line.len; i++)
            if (!memcmp(line.at + i, "// = ", 5) || !memcmp(line.at + i, "// ! ", 5))
                mark = line.at + i;
        if (!mark) continue;
        const char *name = line.at + (is_static ? 7 : 6), *name_end = name;
        while (*name_end != ':' && *name_end != ' ')
            name_end++;
        check_item(w, str_from(module), (Str){name, (u32)(name_end - name)}, is_static,
                   mark[3] == '!', trimmed(mark + 5, line.at + line.len));
        count++;
    }
    return count;
}

static void constants_of_the_language_have_rustcs_values(void **state) {
    if (!*state) skip();
    assert_true(check_module(*state, "basics") > 20);
}
static void constants_through_the_library_have_rustcs_values(void **state) {
    if (!*state) skip();
    assert_true(check_module(*state, "library") > 50);
}
static void patterns_pointers_floats_and_generic_constants_have_rustcs_values(void **state) {
    if (!*state) skip();
    assert_true(check_module(*state, "more") > 60);
}
static void wrong_constants_are_errors(void **state) {
    if (!*state) skip();
    assert_true(check_module(*state, "errors") > 25);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constants_of_the_language_have_rustcs_values),
        cmocka_unit_test(constants_through_the_library_have_rustcs_values),
        cmocka_unit_test(patterns_pointers_floats_and_generic_constants_have_rustcs_values),
        cmocka_unit_test(wrong_constants_are_errors),
    };
    return cmocka_run_group_tests(tests, world_up, world_down);
}
