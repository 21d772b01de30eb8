#include "names/names_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
// after the headers it needs
#include <cmocka.h>

#include "expand/format.h"

#define LIBRARY "/usr/src/rustc-1.96.0/library"

typedef struct World {
    Db *db;
    CrateId crate;
    FileId file;
    Options options;
} World;

static void set_file(World *w, const char *name, const char *text) {
    OsError error;
    FileId file = source_file(w->db, str_from(name));
    assert_true(source_set_text(w->db, file, str_from(text), DURABILITY_LOW, &error));
    if (strcmp(name, "main.rs") == 0) w->file = file;
}

static void world_init(World *w, bool sysroot) {
    *w = (World){.options = {.edition = 2021, .debug_assertions = true}};
    w->db = db_new(&w->options);
    source_store_new(w->db);
    w->db->expand = expand_store_new();
    w->db->defs = names_store_new();
    syntax_register(w->db);
    names_register(w->db);
    if (sysroot) names_declare_sysroot(w->db, STR(LIBRARY));
}

static void world_crate(World *w, const char *text, u32 edition) {
    set_file(w, "main.rs", text);
    w->crate =
        names_declare_user(w->db, w->file.id, symbol_intern(&w->db->symbols, STR("app")), edition);
}

static void world_deinit(World *w) {
    source_store_free(w->db);
    expand_store_free(w->db->expand);
    names_store_free(w->db->defs);
    w->db->expand = NULL;
    w->db->defs = NULL;
    db_free(w->db);
}

static u32 path_of(World *w, const char *path, PathSeg *segs) {
    u32 count = 0;
    for (const char *at = path; *at != 0;) {
        const char *end = strstr(at, "::");
        u32 len = end == NULL ? (u32)strlen(at) : (u32)(end - at);
        segs[count++] = (PathSeg){
            len == 0 ? SYM_OF(path_root) : symbol_intern(&w->db->symbols, (Str){at, len}), 0, 0};
        if (end == NULL) break;
        at = end + 2;
    }
    return count;
}

static PathRes resolve(World *w, DefId scope, const char *path, Namespace ns) {
    PathSeg segs[16];
    return names_resolve(w->db, scope, segs, path_of(w, path, segs), ns);
}

static void assert_path(World *w, DefId def, const char *expected) {
    u64 mark = scratch_mark(&w->db->scratch);
    Str text = def_path_str(w->db, def, &w->db->scratch);
    if (!str_eq(text, str_from(expected))) {
        fail_msg("%.*s is not %s", STR_ARG(text), expected);
    }
    scratch_rewind(&w->db->scratch, mark);
}

static void assert_res(World *w, const char *module, const char *path, Namespace ns,
                       const char *expected) {
    DefId scope = crate_root(w->db, w->crate);
    if (*module != 0) {
        PathRes res = resolve(w, scope, module, NS_TYPE);
        assert_int_equal(res.res.kind, RES_DEF);
        scope = res.res.def;
    }
    PathRes res = resolve(w, scope, path, ns);
    if (expected == NULL) {
        if (res.res.kind == RES_DEF) fail_msg("%s is found", path);
        return;
    }
    if (res.res.kind != RES_DEF && res.res.kind != RES_CTOR) fail_msg("%s is not found", path);
    assert_path(w, res.res.def, expected);
}

// A whole test: one file, then lines of "module|path|namespace|expected".
static void check(const char *text, u32 edition, bool sysroot, const char *const *lines) {
    World w;
    world_init(&w, sysroot);
    world_crate(&w, text, edition);
    for (; *lines != NULL; lines++) {
        char line[256];
        snprintf(line, sizeof line, "%s", *lines);
        char *module = line, *path = strchr(module, '|');
        *path++ = 0;
        char *space = strchr(path, '|');
        *space++ = 0;
        char *expected = strchr(space, '|');
        *expected++ = 0;
        Namespace ns = *space == 't' ? NS_TYPE : *space == 'v' ? NS_VALUE : NS_MACRO;
        assert_res(&w, module, path, ns, strcmp(expected, "-") == 0 ? NULL : expected);
    }
    world_deinit(&w);
}

static void an_explicit_name_wins_over_a_glob(void **state) {
    (void)state;
    static const char *const lines[] = {"|X|t|app::b::X", "|Y|t|app::a::Y", "|self::X|t|app::b::X",
                                        "|Z|t|app::c::d::Z", NULL};
    check("use a::*; use b::X; use c::*;\n"
          "mod a { pub struct X; pub struct Y; } mod b { pub struct X; }\n"
          "mod c { pub use self::d::*; mod d { pub enum Z {} } }",
          2021, false, lines);
}

static void imports_go_round_in_any_order(void **state) {
    (void)state;
    static const char *const lines[] = {"a|T|t|app::c::S", "|f|v|app::c::f", "b|g|v|app::c::f",
                                        "a|U|t|app::c::S", NULL};
    check("use a::f; mod a { pub use crate::b::{R as T, h::U}; pub use super::c::f; }\n"
          "mod b { pub use crate::c::S as R; pub use crate::a::f as g;\n"
          "        pub mod h { pub use super::super::a::T as U; } }\n"
          "mod c { pub struct S; pub fn f() {} }",
          2021, false, lines);
}

static void private_names_are_seen_only_inside(void **state) {
    (void)state;
    static const char *const lines[] = {
        "|m::pri|v|-",    "m|pri|v|app::m::pri",       "m::n|super::pri|v|app::m::pri",
        "|m::n::sup|v|-", "m|n::sup|v|app::m::n::sup", "|m::cra|v|app::m::cra",
        "|m::n::inn|v|-", "m|n::inn|v|app::m::n::inn", NULL};
    check("mod m { fn pri() {} pub(crate) fn cra() {}\n"
          " pub mod n { pub(super) fn sup() {} pub(in crate::m) fn inn() {} } }",
          2021, false, lines);
}

static void enums_are_scopes(void **state) {
    (void)state;
    static const char *const lines[] = {
        "|E::A|v|app::E::A", "|A|v|app::E::A", "|B|t|app::E::B", "|C|v|-", "|D|v|app::F::C", NULL};
    check("enum E { A, B { x: u8 }, #[cfg(no)] C } use E::*; enum F { C(u8) } use F::C as D;", 2021,
          false, lines);
}

static void editions_differ_in_where_paths_start(void **state) {
    (void)state;
    static const char *const old[] = {"m|::top|v|app::top", "|::m::f|v|app::m::f",
                                      "n|f|v|app::m::f", NULL};
    check("fn top() {} mod m { pub fn f() {} } mod n { use m::f; }", 2015, false, old);
    static const char *const new[] = {"m|::top|v|-", "m|crate::top|v|app::top", "n|f|v|-", NULL};
    check("fn top() {} mod m { pub fn f() {} } mod n { use m::f; }", 2018, false, new);
}

static void the_prelude_follows_the_edition(void **state) {
    (void)state;
    static const char *const lines[] = {
        "|Vec|t|alloc::vec::Vec",
        "|Some|v|core::option::Option::Some",
        "|TryFrom|t|core::convert::TryFrom",
        "|println|m|std::println",
        "|vec|m|alloc::vec",
        "|std::collections::HashMap|t|std::collections::hash::map::HashMap",
        "|core::mem::swap|v|core::mem::swap",
        "|alloc::vec::Vec|t|-",
        NULL};
    check("", 2021, true, lines);
    static const char *const old[] = {"|TryFrom|t|-", "|Vec|t|alloc::vec::Vec", NULL};
    check("", 2018, true, old);
    static const char *const bare[] = {"|Vec|t|-", "|Some|v|core::option::Option::Some",
                                       "|println|m|-", "|assert|m|core::assert", NULL};
    check("#![no_std]", 2021, true, bare);
    static const char *const named[] = {"|alloc::vec::Vec|t|alloc::vec::Vec",
                                        "m|alloc::vec::Vec|t|alloc::vec::Vec", NULL};
    check("extern crate alloc; mod m {}", 2021, true, named);
}

static void macros_make_items_and_imports(void **state) {
    (void)state;
    static const char *const lines[] = {"|A|t|app::A",
                                        "|B|t|app::B",
                                        "m|g|v|app::m::g",
                                        "|h|v|app::m::g",
                                        "|i|v|app::i",
                                        "n|j|v|app::n::j",
                                        "n|local|m|app::n::local",
                                        "|exported|m|app::exported",
                                        "|n::local|m|app::n::local",
                                        NULL};
    check("macro_rules! types { ($($n:ident),* $(,)?) => { $(pub struct $n;)* } }\n"
          "types!(A, B,);\n"
          "#[macro_use] mod m { macro_rules! func { ($f:ident) => { pub fn $f() {} } }\n"
          "  func!(g); func!(k); }\n"
          "func!(i); use m::g as h;\n"
          "mod n { crate::path!(j); macro_rules! local { () => {} } pub(crate) use local;\n"
          "  #[macro_export] macro_rules! exported { () => {} } }\n"
          "#[macro_export] macro_rules! path { ($f:ident) => { fn $f() {} } }",
          2021, false, lines);
}

static void textual_macros_shadow_in_order(void **state) {
    (void)state;
    static const char *const lines[] = {"|one|v|app::one", "|two|v|app::two", "m|one|v|app::m::one",
                                        "|three|v|app::three", NULL};
    check("macro_rules! m { () => { fn one() {} } } m!();\n"
          "mod m { m!(); macro_rules! m { () => { fn inner() {} } } m!(); }\n"
          "macro_rules! m { () => { fn two() {} } } m!();\n"
          "macro_rules! make { () => { macro_rules! late { () => { fn three() {} } } } }\n"
          "make!(); late!();",
          2021, false, lines);
}

static void modules_are_found_in_files(void **state) {
    (void)state;
    World w;
    world_init(&w, false);
    set_file(&w, "a.rs", "pub mod b; pub mod inner { pub mod c; }");
    set_file(&w, "a/b.rs", "pub fn in_b() {}");
    set_file(&w, "a/inner/c.rs", "pub fn in_c() {}");
    set_file(&w, "d/mod.rs", "pub mod e;");
    set_file(&w, "d/e.rs", "pub fn in_e() {}");
    set_file(&w, "other.rs", "pub fn in_p() {}");
    world_crate(&w, "mod a; mod d; #[path = \"other.rs\"] mod p; mod absent;", 2021);
    assert_res(&w, "", "a::b::in_b", NS_VALUE, "app::a::b::in_b");
    assert_res(&w, "", "a::inner::c::in_c", NS_VALUE, "app::a::inner::c::in_c");
    assert_res(&w, "", "d::e::in_e", NS_VALUE, "app::d::e::in_e");
    assert_res(&w, "", "p::in_p", NS_VALUE, "app::p::in_p");
    assert_true(diag_has_error(w.db, Q_crate_box, w.crate.id));
    world_deinit(&w);
}

static bool crate_has_error(const char *text) {
    World w;
    world_init(&w, false);
    world_crate(&w, text, 2021);
    names_report(w.db, w.crate);
    bool error = diag_has_error(w.db, Q_crate_box, w.crate.id);
    world_deinit(&w);
    return error;
}

static void wrong_programs_are_reported(void **state) {
    (void)state;
    assert_false(crate_has_error("use a::b; mod a { pub fn b() {} }"));
    assert_true(crate_has_error("use a::c; mod a { pub fn b() {} }"));
    assert_true(crate_has_error("use a::b; mod a { fn b() {} }"));
    assert_true(crate_has_error("fn a() {} fn a() {}"));
    assert_false(crate_has_error("struct a {} fn a() {}"));
    assert_true(crate_has_error("nothing!();"));
    assert_true(crate_has_error("macro_rules! m { (a) => {} } m!(b);"));
    assert_true(crate_has_error("macro_rules! m { () => { m!(); } } m!();"));
    assert_true(crate_has_error("macro_rules! m { ($($t:tt)*) => { m!($($t)* $($t)*); } } m!(a);"));
    assert_true(crate_has_error("use a::b; mod a { pub use super::b; }"));
}

static DefId find(World *w, const char *path, Namespace ns) {
    PathRes res = resolve(w, crate_root(w->db, w->crate), path, ns);
    assert_int_equal(res.res.kind, RES_DEF);
    return res.res.def;
}

static void locals_of_macros_have_their_own_context(void **state) {
    (void)state;
    World w;
    world_init(&w, false);
    world_crate(&w,
                "macro_rules! m { ($e:expr) => {{ let a = 1; $e + a }} }\n"
                "fn f() { let a = 2; m!(a); }",
                2021);
    const Ast *ast = def_body_ast(w.db, find(&w, "f", NS_VALUE));
    u32 contexts[8], count = 0;
    for (u32 i = 1; i < ast->pats.count; i++) {
        const AstPatRow *pat = ast_pat(ast, (AstPat){i});
        if (pat->kind == AST_PAT_IDENT) contexts[count++] = pat->ident.name.ctxt;
    }
    assert_int_equal(count, 2);
    assert_int_not_equal(contexts[0], contexts[1]);
    u32 made = contexts[0] != 0 ? contexts[0] : contexts[1];
    u32 own = 0, other = 0;
    for (u32 i = 1; i < ast->exprs.count; i++) {
        const AstExprRow *expr = ast_expr(ast, (AstExpr){i});
        if (expr->kind != AST_EXPR_PATH) continue;
        u32 ctxt = AST_ROWS(ast, segs, AstSeg, ast_path(ast, expr->path)->segs)[0].name.ctxt;
        own += ctxt == 0;
        other += ctxt == made;
    }
    assert_int_equal(own, 1);
    assert_int_equal(other, 1);
    // Outside of its macro's definition the mark is taken off.
    DefId macro = {hygiene_outer_macro(w.db, made)};
    assert_path(&w, macro, "app::m");
    assert_int_equal(hygiene_leave_macro(w.db, made, macro.id), 0);
    world_deinit(&w);
}

static void bodies_hold_scopes(void **state) {
    (void)state;
    World w;
    world_init(&w, false);
    world_crate(&w,
                "trait T { fn t(&self); }\n"
                "fn f() { use self::m::g; struct L; impl T for L { fn t(&self) {} }\n"
                "  { enum E { A } use E::A; macro_rules! k { () => { fn made() {} } } k!(); } }\n"
                "mod m { pub fn g() {} }",
                2021);
    DefId f = find(&w, "f", NS_VALUE);
    def_body_ast(w.db, f);
    DefId outer = def_intern(w.db, f, DEF_BLOCK, SYM_OF(none), 1);
    DefId inner = def_intern(w.db, f, DEF_BLOCK, SYM_OF(none), 2);
    PathRes res = resolve(&w, outer, "g", NS_VALUE);
    assert_path(&w, res.res.def, "app::m::g");
    res = resolve(&w, inner, "L", NS_TYPE);
    assert_int_equal(res.res.kind, RES_DEF);
    assert_int_equal(def_scope(w.db, res.res.def).id, outer.id);
    res = resolve(&w, inner, "A", NS_VALUE);
    assert_int_equal(res.res.kind, RES_CTOR);
    res = resolve(&w, inner, "made", NS_VALUE);
    assert_int_equal(res.res.kind, RES_DEF);
    assert_int_equal(resolve(&w, outer, "made", NS_VALUE).res.kind, RES_NONE);
    u32 count;
    const DefId *impls = names_impls(w.db, w.crate, &count);
    assert_int_equal(count, 1);
    assert_int_equal(def_scope(w.db, impls[0]).id, outer.id);
    const AssocItem *items = def_assoc_items(w.db, impls[0], &count);
    assert_int_equal(count, 1);
    assert_true(items[0].has_self);
    world_deinit(&w);
}

static void items_of_blocks_stay_the_same_when_a_block_comes_before(void **state) {
    (void)state;
    World w;
    world_init(&w, false);
    world_crate(&w, "fn f() { 1; { fn a() {} struct S; impl S { fn m() {} } } }", 2021);
    DefId f = find(&w, "f", NS_VALUE);
    def_body_ast(w.db, f);
    DefId first = def_intern(w.db, f, DEF_BLOCK, SYM_OF(none), 1);
    DefId second = def_intern(w.db, f, DEF_BLOCK, SYM_OF(none), 2);
    DefId a = resolve(&w, first, "a", NS_VALUE).res.def,
          s = resolve(&w, first, "S", NS_TYPE).res.def;
    set_file(&w, "main.rs",
             "fn f() { 1; { fn b() {} } { fn a() {} struct S; impl S { fn m() {} } } }");
    def_body_ast(w.db, f);
    assert_int_equal(resolve(&w, first, "a", NS_VALUE).res.kind, RES_NONE);
    assert_int_equal(resolve(&w, second, "a", NS_VALUE).res.def.id, a.id);
    assert_int_equal(resolve(&w, second, "S", NS_TYPE).res.def.id, s.id);
    assert_int_equal(def_scope(w.db, a).id, second.id);
    world_deinit(&w);
}

static void associated_items_come_out_of_macros(void **state) {
    (void)state;
    World w;
    world_init(&w, false);
    world_crate(&w,
                "macro_rules! getters { ($($n:ident)*) => { $(pub fn $n(&self) -> u8 { 1 })* } }\n"
                "struct S; impl S { getters!(a b); const C: u8 = 1; #[cfg(no)] fn gone() {} }",
                2021);
    u32 count;
    const DefId *impls = names_impls(w.db, w.crate, &count);
    assert_int_equal(count, 1);
    const AssocItem *items = def_assoc_items(w.db, impls[0], &count);
    assert_int_equal(count, 3);
    assert_int_equal(items[0].kind, ASSOC_FN);
    assert_int_equal(items[2].kind, ASSOC_CONST);
    assert_non_null(def_body_ast(w.db, items[1].def));
    world_deinit(&w);
}

static void opaque_macros_resolve_where_they_are_defined(void **state) {
    (void)state;
    World w;
    world_init(&w, false);
    world_crate(&w,
                "mod m { fn hidden() {} pub macro call() { hidden() } }\n"
                "fn f() { m::call!() }",
                2021);
    DefId f = find(&w, "f", NS_VALUE);
    const Ast *ast = def_body_ast(w.db, f);
    bool found = false;
    for (u32 i = 1; i < ast->exprs.count; i++) {
        const AstExprRow *expr = ast_expr(ast, (AstExpr){i});
        if (expr->kind != AST_EXPR_PATH) continue;
        const AstSeg *seg = &AST_ROWS(ast, segs, AstSeg, ast_path(ast, expr->path)->segs)[0];
        PathSeg path = {seg->name.sym, seg->name.ctxt, seg->flags};
        PathRes res = names_resolve(w.db, def_scope(w.db, f), &path, 1, NS_VALUE);
        assert_int_equal(res.res.kind, RES_DEF);
        assert_path(&w, res.res.def, "app::m::hidden");
        found = true;
    }
    assert_true(found);
    world_deinit(&w);
}

static void an_edit_in_a_body_leaves_names_alone(void **state) {
    (void)state;
    World w;
    world_init(&w, false);
    world_crate(&w, "fn f() -> u8 { 1 }\nstruct S; impl S { fn a() {} fn b() { 3; } }", 2021);
    DefId f = find(&w, "f", NS_VALUE);
    u32 count;
    const DefId *impls = names_impls(w.db, w.crate, &count);
    DefId b = def_assoc_items(w.db, impls[0], &count)[1].def;
    def_body_ast(w.db, b);
    def_body_ast(w.db, f);
    set_file(&w, "main.rs",
             "fn f() -> u8 { 1 + 2 }\nstruct S; impl S { fn a() { 4; } fn b() { 3; } }");
    query_log_enable(w.db, true);
    names_report(w.db, w.crate);
    def_body_ast(w.db, b);
    def_body_ast(w.db, f);
    const QueryLogRow *log = query_log(w.db, &count);
    for (u32 i = 0; i < count; i++) {
        if (log[i].event != QUERY_RAN) continue;
        assert_int_not_equal(log[i].kind, Q_crate_box);
        if (log[i].kind == Q_body_ast) assert_int_equal(log[i].key, f.id);
    }
    world_deinit(&w);
}

static u32 ran(Db *db, QueryKind kind) {
    u32 count, found = 0;
    const QueryLogRow *log = query_log(db, &count);
    for (u32 i = 0; i < count; i++)
        found += log[i].event == QUERY_RAN && log[i].kind == kind;
    return found;
}

static Str any_path(Db *db, u32 file) {
    return source_path(db, (FileId){file});
}
static Str any_text(Db *db, u32 file) {
    return source_text(db, (FileId){file});
}

static void expect_error_on_line(World *w, u32 line) {
    char *text, want[40];
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    DiagRenderer renderer = {
        .out = out, .locate = names_locate, .path = any_path, .text = any_text};
    assert_int_equal(diag_render(w->db, Q_crate_box, w->crate.id, &renderer), 1);
    fclose(out);
    snprintf(want, sizeof want, "main.rs:%u:", line);
    assert_non_null(strstr(text, want));
    free(text);
}

static void modules_in_files_come_and_are_edited(void **state) {
    (void)state;
    World w;
    world_init(&w, false);
    world_crate(&w, "mod late; fn f() {}", 2021);
    assert_res(&w, "", "late::g", NS_VALUE, NULL);
    assert_true(diag_has_error(w.db, Q_crate_box, w.crate.id));
    set_file(&w, "late.rs", "pub fn g() { 1; }\npub fn h() {}\n");
    DefId g = find(&w, "late::g", NS_VALUE), h = find(&w, "late::h", NS_VALUE);
    assert_false(diag_has_error(w.db, Q_crate_box, w.crate.id));
    def_body_ast(w.db, g);
    def_body_ast(w.db, h);
    set_file(&w, "late.rs", "pub fn g() {\n 1 + 2; }\npub fn h() {}\n");
    query_log_enable(w.db, true);
    def_body_ast(w.db, g);
    def_body_ast(w.db, h);
    assert_int_equal(ran(w.db, Q_crate_box), 0);
    assert_int_equal(ran(w.db, Q_body_ast), 1);
    u32 file, offset;
    def_locate(w.db, h, 0, &file, &offset);
    assert_int_equal(source_line_col(w.db, (FileId){file}, offset).line, 3);
    // Nor does an error in the modules themselves make it depend on where things stand.
    set_file(&w, "main.rs", "mod late; fn f() {}\nuse none::T;");
    assert_true(diag_has_error(w.db, Q_crate_box, w.crate.id));
    set_file(&w, "main.rs", "mod late; fn f() {\n\n 1 + 1; }\nuse none::T;");
    query_log_enable(w.db, true);
    assert_true(diag_has_error(w.db, Q_crate_box, w.crate.id));
    assert_int_equal(ran(w.db, Q_crate_box), 0);
    expect_error_on_line(&w, 4);
    set_file(&w, "late.rs", "pub fn h() {}\n"); // a function less
    assert_res(&w, "", "late::g", NS_VALUE, NULL);
    assert_true(def_eq(find(&w, "late::h", NS_VALUE), h));
    assert_null(def_body_ast(w.db, g));
    set_file(&w, "late.rs", "pub fn g() { 3; }\npub fn h() {}\n"); // and there again
    assert_true(def_eq(find(&w, "late::g", NS_VALUE), g));
    assert_non_null(def_body_ast(w.db, g));
    query_log_enable(w.db, false);
    world_deinit(&w);
}

static void a_format_string_becomes_a_template(void **state) {
    (void)state;
    World w;
    world_init(&w, true);
    world_crate(&w,
                "fn f() { let x = 1; let w = 2; println!(\"a{{ {} {x:>w$.3} {0:#?}\", 7); }\n"
                "fn g() { println!(\"{} {}\", 1); } fn h() { println!(\"{}\", 1, 2); }",
                2021);
    DefId f = find(&w, "f", NS_VALUE);
    const Ast *ast = def_body_ast(w.db, f);
    bool found = false;
    for (u32 i = 1; i < ast->exprs.count; i++) {
        const AstExprRow *expr = ast_expr(ast, (AstExpr){i});
        if (expr->kind != AST_EXPR_BUILTIN) continue;
        assert_int_equal(expr->builtin.args.count, 4); // template, 7, x, w
        const AstExprRow *first = ast_expr(ast, (AstExpr){ast_list(ast, expr->builtin.args, 0)});
        FormatTemplate t;
        assert_true(format_decode(symbol_str(&w.db->symbols, first->lit.sym), &w.db->scratch, &t));
        assert_int_equal(t.piece_count, 7);
        assert_int_equal(t.arg_count, 3);
        assert_true(str_eq(t.pieces[0].text, STR("a{ ")));
        assert_int_equal(t.pieces[3].arg, 1);
        assert_int_equal(t.pieces[3].align, FORMAT_RIGHT);
        assert_int_equal(t.pieces[3].width_kind, FORMAT_COUNT_ARG);
        assert_int_equal(t.pieces[3].width, 2);
        assert_int_equal(t.pieces[3].precision, 3);
        assert_int_equal(t.pieces[5].trait, FORMAT_DEBUG);
        assert_int_equal(t.pieces[5].flags, FORMAT_ALTERNATE);
        assert_true(str_eq(t.pieces[6].text, STR("\n")));
        found = true;
    }
    assert_true(found);
    assert_false(diag_has_error(w.db, Q_body_ast, f.id));
    DefId g = find(&w, "g", NS_VALUE), h = find(&w, "h", NS_VALUE);
    def_body_ast(w.db, g);
    def_body_ast(w.db, h);
    assert_true(diag_has_error(w.db, Q_body_ast, g.id));
    assert_true(diag_has_error(w.db, Q_body_ast, h.id));
    world_deinit(&w);
}

static void derives_make_impls(void **state) {
    (void)state;
    World w;
    world_init(&w, true);
    world_crate(&w,
                "#[derive(Clone, Copy, PartialEq, Debug)] struct S { a: u8 }\n"
                "#[derive(Clone, Default, Ord)] enum E<T: Iterator> { #[default] A, B(T::Item) }",
                2021);
    u32 count;
    const DefId *impls = names_impls(w.db, w.crate, &count);
    assert_int_equal(count, 9);
    for (u32 i = 0; i < count; i++) {
        const Ast *ast = def_item_ast(w.db, impls[i]);
        assert_int_equal(ast->item.kind, ITEM_IMPL);
        assert_int_equal(ast->error_count, 0);
        u32 items;
        const AssocItem *assoc = def_assoc_items(w.db, impls[i], &items);
        for (u32 k = 0; k < items; k++) {
            assert_int_equal(def_body_ast(w.db, assoc[k].def)->error_count, 0);
        }
    }
    world_deinit(&w);
}

static void lang_items_and_traits_in_scope_are_found(void **state) {
    (void)state;
    World w;
    world_init(&w, true);
    world_crate(&w, "mod m { pub trait T {} } use m::T as _;", 2021);
    assert_path(&w, lang_item(w.db, LANG_owned_box), "alloc::boxed::Box");
    assert_path(&w, lang_item(w.db, LANG_option_some), "core::option::Option::Some");
    assert_path(&w, lang_item(w.db, LANG_iterator_next),
                "core::iter::traits::iterator::Iterator::next");
    assert_path(&w, lang_item(w.db, LANG_start), "std::rt::lang_start");
    assert_int_equal(lang_item_of(w.db, lang_item(w.db, LANG_copy)), LANG_copy);
    u32 missing = 0;
    for (u32 i = 0; i < LANG_COUNT; i++)
        missing += lang_item(w.db, (LangItem)i).id == 0;
    for (u32 i = 0; i < LANG_COUNT; i++) {
        if (lang_item(w.db, (LangItem)i).id == 0) printf("no lang item %u\n", i);
    }
    assert_true(missing < 20);
    u32 count;
    const DefId *traits = names_traits_in_scope(w.db, crate_root(w.db, w.crate), &count);
    bool own = false, prelude = false;
    DefId t = find(&w, "m::T", NS_TYPE), clone = lang_item(w.db, LANG_clone);
    for (u32 i = 0; i < count; i++) {
        own |= def_eq(traits[i], t);
        prelude |= def_eq(traits[i], clone);
    }
    assert_true(own);
    assert_true(prelude);
    DefId arguments = def_by_path(w.db, STR("core::fmt::Arguments"), NS_TYPE);
    assert_path(&w, arguments, "core::fmt::Arguments");
    world_deinit(&w);
}

// Imports that were left for those who ask, and modules collected apart from their crate.
static void what_was_left_for_later_is_there(void **state) {
    (void)state;
    World w;
    world_init(&w, true);
    Resolver r = {.db = w.db};
    for (u32 i = 1; i <= crate_count(w.db); i++) {
        if (i == w.crate.id || i == crate_find(w.db, sym(w.db, "compiler_builtins")).id) continue;
        NamesReport report = names_report(w.db, (CrateId){i});
        assert_int_equal(report.unresolved_imports, 0);
        assert_int_equal(report.unexpanded_calls, 0);
        const DefBox *box = crate_box(w.db, (CrateId){i});
        BoxView view;
        box_view(box, &view);
        bool *found = SCRATCH_ARRAY(&w.db->scratch, bool, box->lazies.count + 1);
        for (u32 b = 0; b < box->binds.count; b++) {
            const BindRow *bind = &view.binds[b];
            BindRow row;
            if (bind->is_import != BIND_LAZY) continue;
            bool *is = &found[bind->res.index];
            if (resolve_bind(&r, &view, bind, &row)) *is = true;
            // A macro of the name was found at once, a type is left open.
            for (u32 ns = 0; ns < NS_COUNT; ns++) {
                const BindRow *other =
                    view_bind(&view, bind->mod, (Namespace)ns, bind->name, bind->ctxt);
                if (other != NULL && other->is_import != BIND_LAZY) *is = true;
            }
        }
        for (u32 g = 0; g < box->globs.count; g++) {
            if (view.globs[g].target.id == 0 &&
                resolve_glob_target(&r, &view, &view.globs[g]).id != 0)
                found[view.globs[g].lazy] = true;
        }
        for (u32 n = 0; n < box->lazies.count; n++) {
            if (found[n]) continue;
            const LazyRow *row = &view.lazies[n];
            fail_msg("%.*s::%.*s is nothing",
                     STR_ARG(def_path_str(w.db, row->scope, &w.db->scratch)),
                     STR_ARG(symbol_str(&w.db->symbols, view.lazy_segs[row->seg_first].name)));
        }
    }
    world_deinit(&w);
}

// A file's shape is made without its tokens, its places with them.
static void shapes_and_places_agree(void **state) {
    (void)state;
    World w;
    world_init(&w, true);
    static const char *const crates[] = {"core", "alloc", "std", "hashbrown", "object", "gimli"};
    for (u32 i = 0; i < ARRAY_LEN(crates); i++)
        names_report(w.db, crate_find(w.db, sym(w.db, crates[i])));
    u32 files = 0;
    for (u32 file = 1; query_has_input(w.db, Q_file_text, file); file++) {
        if (!source_is_library(w.db, (FileId){file})) continue;
        const FileShape *shape = query_get(w.db, Q_file_shape, file);
        const FilePlaces *places = query_get(w.db, Q_file_places, file);
        assert_int_equal(shape->rows.count, places->places.count);
        files += shape->rows.count != 0;
    }
    assert_true(files > 500);
    world_deinit(&w);
}

static void the_whole_library_resolves(void **state) {
    (void)state;
    World w;
    world_init(&w, true);
    static const char *const crates[] = {
        "core",       "alloc",  "std",          "hashbrown",      "libc",        "cfg_if",
        "std_detect", "unwind", "panic_unwind", "memchr",         "miniz_oxide", "adler2",
        "gimli",      "object", "addr2line",    "rustc_demangle", "proc_macro",  "test"};
    NamesReport sum = {0};
    for (u32 i = 0; i < ARRAY_LEN(crates); i++) {
        CrateId crate = crate_find(w.db, sym(w.db, crates[i]));
        assert_int_not_equal(crate.id, 0);
        NamesReport report = names_report(w.db, crate);
        if (report.unresolved_imports != 0 || report.unexpanded_calls != 0) {
            fail_msg("%s: %u imports, %u calls are left over", crates[i], report.unresolved_imports,
                     report.unexpanded_calls);
        }
        sum.modules += report.modules;
        sum.definitions += report.definitions;
        sum.imports += report.imports;
        sum.macro_calls += report.macro_calls;
    }
    printf("library: %u modules, %u definitions, %u imports, %u item macro calls\n", sum.modules,
           sum.definitions, sum.imports, sum.macro_calls);
    world_deinit(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_explicit_name_wins_over_a_glob),
        cmocka_unit_test(imports_go_round_in_any_order),
        cmocka_unit_test(private_names_are_seen_only_inside),
        cmocka_unit_test(enums_are_scopes),
        cmocka_unit_test(editions_differ_in_where_paths_start),
        cmocka_unit_test(the_prelude_follows_the_edition),
        cmocka_unit_test(macros_make_items_and_imports),
        cmocka_unit_test(textual_macros_shadow_in_order),
        cmocka_unit_test(modules_are_found_in_files),
        cmocka_unit_test(wrong_programs_are_reported),
        cmocka_unit_test(locals_of_macros_have_their_own_context),
        cmocka_unit_test(bodies_hold_scopes),
        cmocka_unit_test(items_of_blocks_stay_the_same_when_a_block_comes_before),
        cmocka_unit_test(associated_items_come_out_of_macros),
        cmocka_unit_test(opaque_macros_resolve_where_they_are_defined),
        cmocka_unit_test(an_edit_in_a_body_leaves_names_alone),
        cmocka_unit_test(modules_in_files_come_and_are_edited),
        cmocka_unit_test(a_format_string_becomes_a_template),
        cmocka_unit_test(derives_make_impls),
        cmocka_unit_test(lang_items_and_traits_in_scope_are_found),
        cmocka_unit_test(the_whole_library_resolves),
        cmocka_unit_test(what_was_left_for_later_is_there),
        cmocka_unit_test(shapes_and_places_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
