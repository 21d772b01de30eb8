// Inference on small programs with the real library behind them: the types of locals, what closures
// capture, and the codes of errors with the lines they stand on.
#include "diag/diag_internal.h"
#include "expand/hygiene.h"
#include "infer/typeck.h"
#include "names/names.h"
#include "source/source.h"
#include "syntax/lex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define LIBRARY "/usr/src/rustc-1.96.0/library"

typedef struct World {
    Db *db;
    Options options;
    char dir[64];
    const char *text;
    VEC(Symbol) fns; // free functions of the program
} World;

static void const_stub(Db *db, u32 key) {
    Ty ty = {key};
    query_return(db, &ty, sizeof ty);
}

static World *world_new(const char *text, u32 edition) {
    World *w = calloc(1, sizeof *w);
    w->text = text;
    w->options.edition = edition;
    snprintf(w->dir, sizeof w->dir, "/tmp/rac_infer_XXXXXX");
    assert_non_null(mkdtemp(w->dir));
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
    query_register(db, Q_const_normalize, const_stub);
    names_declare_sysroot(db, STR(LIBRARY));
    char path[160];
    snprintf(path, sizeof path, "%s/user.rs", w->dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    FileId file = source_file(db, str_from(path));
    OsError error;
    assert_true(source_read(db, file, DURABILITY_LOW, &error));
    names_declare_user(db, file.id, symbol_intern(&db->symbols, STR("user")), edition);
    return w;
}

static void world_free(World *w) {
    Db *db = w->db;
    solve_store_free(db->solve);
    ty_store_free(db->types);
    names_store_free(db->defs);
    expand_store_free(db->expand);
    source_store_free(db);
    db_free(db);
    char path[160];
    snprintf(path, sizeof path, "%s/user.rs", w->dir);
    unlink(path);
    rmdir(w->dir);
    free(w);
}

static bool library_missing(void) {
    return access(LIBRARY "/core/src/lib.rs", R_OK) != 0;
}

static DefId fn_at(World *w, Str name) {
    DefId def =
        def_by_path(w->db, scratch_print(&w->db->scratch, "user::%.*s", STR_ARG(name)), NS_VALUE);
    if (!def.id) fail_msg("no function %.*s", STR_ARG(name));
    return def;
}

// `expected` holds lines `function.local: type`.
static void expect_locals(World *w, const char *expected) {
    Db *db = w->db;
    while (*expected) {
        const char *end = strchr(expected, '\n');
        Str line = {expected, end ? (u32)(end - expected) : (u32)strlen(expected)};
        expected += line.len + (end != NULL);
        const char *dot = memchr(line.at, '.', line.len), *colon = memchr(line.at, ':', line.len);
        assert_non_null(dot);
        assert_non_null(colon);
        Str fn = {line.at, (u32)(dot - line.at)}, local = {dot + 1, (u32)(colon - dot - 1)};
        Str type = {colon + 2, (u32)(line.at + line.len - colon - 2)};
        DefId def = fn_at(w, fn);
        const Typeck *t = typeck(db, def);
        if (t->is_tainted) fail_msg("%.*s does not check", STR_ARG(fn));
        const HirBody *hir = hir_body(db, def);
        bool found = false;
        for (u32 i = 1; i < t->local_tys.count && !found; i++) {
            if (!str_eq(symbol_str(&db->symbols, HIR_AT(hir, HirLocalRow, locals, i)->name), local))
                continue;
            found = true;
            Str is = ty_print(db, typeck_local(t, (HirLocal){i}), &db->scratch);
            if (!str_eq(is, type))
                fail_msg("%.*s.%.*s is %.*s, not %.*s", STR_ARG(fn), STR_ARG(local), STR_ARG(is),
                         STR_ARG(type));
        }
        if (!found) fail_msg("%.*s has no local %.*s", STR_ARG(fn), STR_ARG(local));
    }
}

static void locals(const char *text, const char *expected) {
    if (library_missing()) skip();
    World *w = world_new(text, 2021);
    expect_locals(w, expected);
    world_free(w);
}

// ---- errors -------------------------------------------------------------------------------------

typedef struct Errors {
    World *w;
    DefId owner;
    char found[64][8];
    u32 count;
} Errors;

static void on_note(void *cx, QueryKind kind, u32 key, const void *note, u32 bytes) {
    Errors *e = cx;
    const DiagRecord *record = note;
    (void)bytes;
    if (kind != Q_typeck || key != e->owner.id || record->part != PART_HEAD ||
        record->level != DIAG_ERROR)
        return;
    if (e->count < 64)
        snprintf(e->found[e->count++], 8, "%.7s", record->code[0] ? record->code : "none");
}

// Lines of `text` are functions f1, f2, ...; each ends in `// CODE CODE`: the errors of its body.
static void errors(const char *text, u32 edition) {
    if (library_missing()) skip();
    World *w = world_new(text, edition);
    const char *at = text;
    while (*at) {
        const char *end = strchr(at, '\n');
        assert_non_null(end);
        const char *slash = NULL;
        for (const char *p = at; p + 1 < end; p++)
            if (p[0] == '/' && p[1] == '/') slash = p + 2;
        if (!strncmp(at, "fn ", 3) && slash) {
            const char *stop = at + 3;
            while (*stop != '(' && *stop != '<')
                stop++;
            Str fn = {at + 3, (u32)(stop - at - 3)};
            Errors e = {.w = w, .owner = fn_at(w, fn)};
            typeck(w->db, e.owner);
            query_notes(w->db, Q_typeck, e.owner.id, QUERY_NOTES_ALL, on_note, &e);
            char got[512] = "";
            for (u32 i = 0; i < e.count; i++) {
                strcat(got, " ");
                strcat(got, e.found[i]);
            }
            char want[512];
            snprintf(want, sizeof want, "%.*s", (int)(end - slash), slash);
            if (strcmp(got, want)) fail_msg("%.*s has errors%s, not%s", STR_ARG(fn), got, want);
        }
        at = end + 1;
    }
    world_free(w);
}

// ---- types of locals ----------------------------------------------------------------------------

static void literals_take_the_types_their_uses_ask_for(void **state) {
    (void)state;
    locals("fn f() { let a = 1; let b = 2.5; let c: u8 = a; let d = [0; 3]; let e = (b, 'x', "
           "\"s\", b\"ab\");\n"
           "  let g = -1; let h: i64 = g; let i = 7u16 as f32; let j = 0x61 as char; }\n",
           "f.a: u8\nf.b: f64\nf.d: [i32; 3]\nf.e: (f64, char, &str, &[u8; 2])\nf.g: i64\nf.i: "
           "f32\nf.j: char");
}

static void branches_meet_in_their_common_type(void **state) {
    (void)state;
    locals(
        "fn one() -> i32 { 1 }\nfn two() -> i32 { 2 }\n"
        "fn f(c: bool) { let a = if c { one } else { two }; let b = if c { |x: i32| x } else { |x: "
        "i32| x + 1 };\n"
        "  let d = match c { true => return, false => 1u8 }; let e = loop { if c { break 'x' } };\n"
        "  let g = 'l: { if c { break 'l None; } Some(3i16) }; let h = loop {}; }\n"
        "fn g(c: bool, s: &str, t: String) { let a = if c { s } else { &t }; let b = [&t as &str, "
        "s];\n"
        "  let d: &dyn Fn() = if c { &|| {} } else { &|| drop(1) }; }\n",
        "f.a: fn() -> i32\nf.b: fn(i32) -> i32\nf.d: u8\nf.e: char\nf.g: Option<i16>\ng.a: "
        "&str\ng.b: [&str; 2]");
}

static void methods_are_found_by_autoderef_and_autoref(void **state) {
    (void)state;
    locals("use std::{rc::Rc, collections::HashMap};\n"
           "struct S { v: Vec<i32> }\nimpl S { fn by_ref(&self) -> u8 { 0 } fn by_mut(&mut self) "
           "-> u16 { 0 }\n"
           "  fn by_rc(self: Rc<Self>) -> char { 'x' } fn by_box(self: Box<Self>) -> i8 { 0 } }\n"
           "trait T { fn by_ref(&self) -> bool { true } fn only(&self) -> i64 { 0 } }\nimpl T for "
           "S {}\n"
           "fn f(mut s: S, r: &mut S, b: Box<S>, rc: Rc<S>) { let a = s.by_ref(); let c = "
           "r.by_mut(); let d = rc.clone().by_rc();\n"
           "  let e = b.only(); let g = (&&s).by_ref(); let h = b.by_box(); let i = rc.v.first(); "
           "let j = [1, 2].len();\n"
           "  let k = s.v.iter().map(|x| x + 1).collect::<Vec<_>>(); let l: HashMap<_, _> = "
           "k.iter().map(|x| (*x, 'a')).collect(); }\n",
           "f.a: u8\nf.c: u16\nf.d: char\nf.e: i64\nf.g: u8\nf.h: i8\nf.i: Option<&i32>\nf.j: "
           "usize\nf.k: Vec<i32>\n"
           "f.l: HashMap<i32, char>");
}

static void closures_take_signatures_from_what_expects_them(void **state) {
    (void)state;
    locals("fn call<A, R>(a: A, f: impl FnOnce(A) -> R) -> R { f(a) }\n"
           "fn f() { let a = call(1u8, |x| x as char); let b: Box<dyn Fn(&str) -> usize> = "
           "Box::new(|s| s.len());\n"
           "  let c = b(\"x\"); let d = |x| x; let e = d(3i8); let g: fn(i16) -> i16 = |y| y + 1; "
           "let mut n = 0;\n"
           "  let mut inc = || { n += 1; n }; let h = inc(); let i = [3, 1].iter().max_by(|p, q| "
           "p.cmp(q)); }\n",
           "f.x: u8\nf.a: char\nf.s: &str\nf.c: usize\nf.e: i8\nf.y: i16\nf.h: i32\nf.p: "
           "&&i32\nf.i: Option<&i32>");
}

static void patterns_bind_by_the_mode_of_what_they_match(void **state) {
    (void)state;
    locals("struct P { a: u8, b: (String, char) }\n"
           "fn f(p: &P, m: &mut P, o: Option<&(i32, u64)>, s: &[i8], t: [u16; 3]) { let P { a, b: "
           "(c, d) } = p;\n"
           "  let P { b: (e, _), .. } = m; if let Some((g, h)) = o {} if let [x, y @ .., z] = s {} "
           "let [k, l @ ..] = t;\n"
           "  let n @ (q, _) = (1u8, 2); let ref r = 5i64; match &Some(3) { Some(u) => {} None => "
           "{} } let &(v, w) = &('c', 1.5); }\n",
           "f.a: &u8\nf.c: &String\nf.d: &char\nf.e: &mut String\nf.g: &i32\nf.h: &u64\nf.x: "
           "&i8\nf.y: &[i8]\nf.z: &i8\n"
           "f.k: u16\nf.l: [u16; 2]\nf.n: (u8, i32)\nf.q: u8\nf.r: &i64\nf.u: &i32\nf.v: "
           "char\nf.w: f64");
}

static void operators_go_through_their_traits(void **state) {
    (void)state;
    locals("use std::ops::*;\n#[derive(Clone, Copy)] struct M(i32);\n"
           "impl Add for M { type Output = M; fn add(self, o: M) -> M { M(self.0 + o.0) } }\n"
           "impl Mul<i32> for M { type Output = String; fn mul(self, o: i32) -> String { "
           "String::new() } }\n"
           "impl Index<&str> for M { type Output = u8; fn index(&self, s: &str) -> &u8 { &0 } }\n"
           "fn f(m: M, v: Vec<i64>) { let a = m + m; let b = m * 2; let c = m[\"x\"]; let d = &1 + "
           "2; let e = v[0] << 3u8;\n"
           "  let g = String::new() + \"x\"; let h = v == [1, 2]; let i = !true; let j = 1.5 * "
           "2.0f32; let k = &v[1..]; }\n",
           "f.a: M\nf.b: String\nf.c: u8\nf.d: i32\nf.e: i64\nf.g: String\nf.h: bool\nf.i: "
           "bool\nf.j: f32\nf.k: &[i64]");
}

static void associated_items_follow_the_self_type(void **state) {
    (void)state;
    locals(
        "trait A { type O: Default; const N: usize; fn mk() -> Self where Self: Sized; fn o(&self) "
        "-> Self::O { Default::default() } }\n"
        "impl A for u8 { type O = char; const N: usize = 1; fn mk() -> u8 { 0 } }\n"
        "enum E { V(i32), W }\nimpl E { const C: E = Self::W; fn new() -> Self { Self::V(1) } }\n"
        "fn f() { let a = 1u8.o(); let b: u8 = A::mk(); let c = <u8 as A>::mk(); let d = u8::N; "
        "let e = E::new(); let g = E::C; }\n"
        "fn g<T: A>(t: &T) { let a = t.o(); let b = T::N; let c = T::mk(); }\n",
        "f.a: char\nf.b: u8\nf.c: u8\nf.d: usize\nf.e: E\nf.g: E\ng.a: <T as A>::O\ng.b: "
        "usize\ng.c: T");
}

static void question_marks_and_try_convert_errors(void **state) {
    (void)state;
    locals("fn f(s: &str) -> Result<i32, Box<dyn std::error::Error>> { let a = s.parse::<u8>()?; "
           "let b: i64 = s.trim().parse()?;\n"
           "  let c = s.chars().next().ok_or(\"none\")?; let Some(d) = s.find('x') else { return "
           "Ok(0) }; Ok(a as i32) }\n"
           "fn g(v: &[Option<u8>]) -> Option<u32> { let a = v.first()?.as_ref()?; let b: "
           "Option<Vec<_>> = v.iter().copied().collect();\n"
           "  let c = b?.len(); None }\n",
           "f.a: u8\nf.b: i64\nf.c: char\nf.d: usize\ng.a: &u8\ng.b: Option<Vec<u8>>\ng.c: usize");
}

// ---- captures -----------------------------------------------------------------------------------

static void expect_captures(World *w, const char *fn, const char *expected) {
    Db *db = w->db;
    DefId def = fn_at(w, str_from(fn));
    const Typeck *t = typeck(db, def);
    if (t->is_tainted) fail_msg("%s does not check", fn);
    const HirBody *hir = hir_body(db, def);
    static const char *const kinds[] = {"Fn", "FnMut", "FnOnce"}, *const modes[] = {"move", "ref",
                                                                                    "mut", "uniq"};
    char got[512];
    const ClosureInfo *c = &LIST_AT(t, ClosureInfo, t->closures)[1];
    int n = snprintf(got, sizeof got, "%s", kinds[c->kind]);
    for (u32 k = 0; k < c->capture_count; k++) {
        const Capture *cap = &LIST_AT(t, Capture, t->captures)[c->capture_first + k];
        Str name = symbol_str(&db->symbols, HIR_AT(hir, HirLocalRow, locals, cap->local.id)->name);
        n += snprintf(got + n, sizeof got - (size_t)n, " %s %.*s", modes[cap->mode], STR_ARG(name));
        for (u32 i = 0; i < cap->proj_count; i++) {
            const CaptureProj *p = &LIST_AT(t, CaptureProj, t->capture_projs)[cap->proj_first + i];
            n += p->is_deref ? snprintf(got + n, sizeof got - (size_t)n, ".*")
                             : snprintf(got + n, sizeof got - (size_t)n, ".%u", p->field);
        }
    }
    if (strcmp(got, expected)) fail_msg("%s captures %s, not %s", fn, got, expected);
}

static const char captures_text[] =
    "fn take<T>(t: T) {}\n#[repr(packed)] struct K { a: u8, b: String }\nstruct D(String);\nimpl "
    "Drop for D { fn drop(&mut self) {} }\n"
    "fn part(p: (String, u8)) { let c = || take(&p.0); }\n"
    "fn moved(p: (String, u8)) { let c = || take(p.0); }\n"
    "fn write(mut p: (String, u8)) { let c = || { p.1 += 1; take(&p.0) }; }\n"
    "fn through(p: &mut (String, u8)) { let c = || p.1 += 1; }\n"
    "fn by_move(p: &mut (String, u8)) { let c = move || p.1 += 1; }\n"
    "fn shared(p: &(String, (u8, u8))) { let c = || take(p.1.0); }\n"
    "fn packed(k: K) { let c = || take(&k.b as *const String as usize); }\n"
    "fn drops(d: D) { let c = move || take(&d.0); }\n"
    "fn nothing(p: (u8, u8)) { let c = || { let _ = p; }; }\n"
    "fn raw(p: *mut (u8, u8)) { let c = || unsafe { (*p).0 = 1 }; }\n"
    "fn calls(mut v: Vec<u8>) { let c = || v.push(1); }\n";

static void closures_capture_places(void **state) {
    (void)state;
    if (library_missing()) skip();
    World *w = world_new(captures_text, 2021);
    expect_captures(w, "part", "Fn ref p.0");
    expect_captures(w, "moved", "FnOnce move p.0");
    expect_captures(w, "write", "FnMut ref p.0 mut p.1");
    expect_captures(w, "through", "FnMut mut p.*.1");
    expect_captures(w, "by_move", "FnMut move p");
    expect_captures(w, "shared", "Fn ref p.*");
    expect_captures(w, "drops", "Fn move d");
    expect_captures(w, "nothing", "Fn");
    expect_captures(w, "raw", "Fn ref p");
    expect_captures(w, "calls", "FnMut mut v");
    world_free(w);
}

static void before_2021_closures_capture_variables(void **state) {
    (void)state;
    if (library_missing()) skip();
    World *w = world_new(captures_text, 2018);
    expect_captures(w, "part", "Fn ref p");
    expect_captures(w, "moved", "FnOnce move p");
    expect_captures(w, "write", "FnMut mut p");
    expect_captures(w, "through", "FnMut uniq p");
    expect_captures(w, "nothing", "Fn ref p");
    world_free(w);
}

// ---- errors -------------------------------------------------------------------------------------

static void wrong_types_are_reported_with_rustcs_codes(void **state) {
    (void)state;
    errors(
        "struct S { a: i32, b: u8 }\nenum E { A(i32), B { x: i32 } }\nfn two(a: i32, b: i32) {}\n"
        "fn f1() { two(1); } // E0061\n"
        "fn f2() { let s = S { a: 1 }; } // E0063\n"
        "fn f3() { let s = S { a: 1, b: 2, c: 3 }; } // E0560\n"
        "fn f4(s: S) { s.zzz; } // E0609\n"
        "fn f5(s: S) { s.zzz(); } // E0599\n"
        "fn f6(n: i32) { n.x; } // E0610\n"
        "fn f7() { let x = 5; x(); } // E0618\n"
        "fn f8() { let x = !\"a\"; } // E0600\n"
        "fn f9() { let x = 1 + \"a\"; } // E0277\n"
        "fn f10(s: S) { let x = s + s; } // E0369\n"
        "fn f11(e: E) { match e { E::A(x, y) => {}, _ => {} } } // E0023\n"
        "fn f12(e: E) { match e { E::B { y } => {}, _ => {} } } // E0026\n"
        "fn f13(s: S) { let S { a } = s; } // E0027\n"
        "fn f14() { match \"a\" { \"a\"..=\"b\" => {}, _ => {} } } // E0029\n"
        "fn f15() { 1 = 2; } // E0070\n"
        "fn f16() { *5; } // E0614\n"
        "fn f17() { let x: i32 = \"a\"; } // E0308\n"
        "fn f18() -> i32 { if true { 1 } } // E0317\n"
        "fn f19(mut s: S) { s += 1; } // E0368\n"
        "fn f20() -> i32 { return; } // E0069\n"
        "fn f21(x: [i32; 3]) { let [a, b] = x; } // E0527\n"
        "fn f22(x: i32) { let [a, b] = x; } // E0529\n"
        "fn f23(x: i32) { x[0]; } // E0608\n"
        "fn f24() { while true { break 5; } } // E0571\n"
        "fn f25() { let x = S { a: 1, a: 2, b: 3 }; } // E0062\n"
        "fn f26() { let x: &str = String::new(); } // E0308\n"
        "fn f27() { two(1, 2) } //\n",
        2021);
}

static void casts_follow_the_cast_rules(void **state) {
    (void)state;
    errors("enum E { A = 1, B }\n"
           "fn f1() { let x = 5u32 as char; } // E0604\n"
           "fn f2() { let x = vec![1] as u32; } // E0605\n"
           "fn f3() { let x = &1u8 as u32; } // E0606\n"
           "fn f4() { let x = 0 as *const u8 as *const [u8]; } // E0607\n"
           "fn f5() { let x = 5u8 as bool; } // E0054\n"
           "fn f6() { let x = E::B as u8 as char as u32 as f32 as i64 as *const u8 as usize; } //\n"
           "fn f7() { let x = &[1, 2] as *const i32; let y = f6 as fn() as usize; let z = true as "
           "i8; } //\n",
           2021);
}

static void unmet_bounds_and_open_types_are_reported(void **state) {
    (void)state;
    errors("struct S;\nfn need<T: Copy>(t: T) {}\n"
           "fn f1() { need(String::new()); } // E0277\n"
           "fn f2() { let x: Box<dyn std::fmt::Display> = Box::new(S); } // E0277\n"
           "fn f3() -> impl std::fmt::Display { S } // E0277\n"
           "fn f4() { for x in 5 {} } // E0277\n"
           "fn f5() { let x = Vec::new(); } // E0282\n"
           "fn f6() { let x: Option<i32> = None; x?; } // E0277\n"
           "fn f7() { 2.0.powi(2); } // E0689\n"
           "fn f8() { let mut x = Vec::new(); x.push(1u8); } //\n",
           2021);
}

static void unsafe_operations_need_unsafe(void **state) {
    (void)state;
    errors("static mut G: i32 = 0;\nunsafe fn u() {}\nunion U { a: u8, b: i8 }\n"
           "fn f1() { u(); } // E0133\n"
           "fn f2(p: *const u8) { let x = *p; } // E0133\n"
           "fn f3() { G = 1; } // E0133\n"
           "fn f4(x: U) { let y = x.a; } // E0133\n"
           "fn f5(mut x: U, p: *const u8) { unsafe { u(); let y = *p; G = 1; } x.b = 1; let q = "
           "&raw const G; } //\n",
           2021);
}

// ---- edits --------------------------------------------------------------------------------------

static bool was_typed_anew(Db *db, DefId fn) {
    u32 count;
    const QueryLogRow *rows = query_log(db, &count);
    for (u32 i = 0; i < count; i++)
        if (rows[i].kind == Q_typeck && rows[i].key == fn.id && rows[i].event != QUERY_VERIFIED)
            return true;
    return false;
}

static void a_new_method_matters_to_those_who_look_for_its_name(void **state) {
    (void)state;
    if (library_missing()) skip();
    static const char before[] = "struct S;\n"
                                 "trait T { fn get(&self) -> u8 { 1 } fn other(&self) {} }\n"
                                 "impl T for S {}\n"
                                 "impl S { fn old(&self) {} }\n"
                                 "fn gets() { let x = S.get(); }\n"
                                 "fn others() { let x = S.other(); }\n";
    static const char after[] = "struct S;\n"
                                "trait T { fn get(&self) -> u8 { 1 } fn other(&self) {} }\n"
                                "impl T for S {}\n"
                                "impl S { fn old(&self) {} fn get(&self) -> u32 { 2 } }\n"
                                "fn gets() { let x = S.get(); }\n"
                                "fn others() { let x = S.other(); }\n";
    World *w = world_new(before, 2021);
    expect_locals(w, "gets.x: u8\nothers.x: ()");
    char path[160];
    snprintf(path, sizeof path, "%s/user.rs", w->dir);
    OsError error;
    FileId file = source_file(w->db, str_from(path));
    assert_true(source_set_text(w->db, file, str_from(after), DURABILITY_LOW, &error));
    query_log_enable(w->db, true);
    expect_locals(w, "gets.x: u32\nothers.x: ()");
    assert_true(was_typed_anew(w->db, fn_at(w, STR("gets"))));
    assert_false(was_typed_anew(w->db, fn_at(w, STR("others"))));
    world_free(w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(literals_take_the_types_their_uses_ask_for),
        cmocka_unit_test(branches_meet_in_their_common_type),
        cmocka_unit_test(methods_are_found_by_autoderef_and_autoref),
        cmocka_unit_test(closures_take_signatures_from_what_expects_them),
        cmocka_unit_test(patterns_bind_by_the_mode_of_what_they_match),
        cmocka_unit_test(operators_go_through_their_traits),
        cmocka_unit_test(associated_items_follow_the_self_type),
        cmocka_unit_test(question_marks_and_try_convert_errors),
        cmocka_unit_test(closures_capture_places),
        cmocka_unit_test(before_2021_closures_capture_variables),
        cmocka_unit_test(wrong_types_are_reported_with_rustcs_codes),
        cmocka_unit_test(casts_follow_the_cast_rules),
        cmocka_unit_test(unmet_bounds_and_open_types_are_reported),
        cmocka_unit_test(unsafe_operations_need_unsafe),
        cmocka_unit_test(a_new_method_matters_to_those_who_look_for_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
