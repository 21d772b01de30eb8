// The solver on small programs and on the real library: types are written as aliases of a program,
// taken through the front end, and compared.
#include "expand/hygiene.h"
#include "names/names.h"
#include "solve/solve.h"
#include "source/source.h"
#include "syntax/lex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct World {
    Db *db;
    Options options;
    char dir[64];
} World;

static void opaque_hidden_stub(Db *db, u32 key) {
    (void)key;
    Ty none = TY_OF(ERROR);
    query_return(db, &none, sizeof none);
}
static void closure_facts_stub(Db *db, u32 key) {
    (void)key;
    ClosureFacts facts;
    memset(&facts, 0, sizeof facts);
    query_return(db, &facts, sizeof facts);
}
static void const_normalize_stub(Db *db, u32 key) {
    Ty ty = {key};
    query_return(db, &ty, sizeof ty);
}

static void write_text(const char *path, const char *text) {
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static World *world_new(const char *library, const char *core_text, const char *user_text) {
    World *w = calloc(1, sizeof *w);
    w->options.edition = 2021;
    snprintf(w->dir, sizeof w->dir, "/tmp/rac_solve_XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    char path[160];
    if (core_text) {
        snprintf(path, sizeof path, "%s/core", w->dir);
        mkdir(path, 0700);
        snprintf(path, sizeof path, "%s/core/src", w->dir);
        mkdir(path, 0700);
        snprintf(path, sizeof path, "%s/core/src/lib.rs", w->dir);
        write_text(path, core_text);
        library = w->dir;
    }
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
    query_register(db, Q_opaque_hidden, opaque_hidden_stub);
    query_register(db, Q_closure_facts, closure_facts_stub);
    query_register(db, Q_const_normalize, const_normalize_stub);
    names_declare_sysroot(db, str_from(library));
    snprintf(path, sizeof path, "%s/user.rs", w->dir);
    write_text(path, user_text);
    FileId file = source_file(db, str_from(path));
    OsError error;
    assert_true(source_read(db, file, DURABILITY_LOW, &error));
    names_declare_user(db, file.id, symbol_intern(&db->symbols, STR("user")), 2021);
    return w;
}

static Ty alias(Db *db, const char *name) {
    Str path = scratch_print(&db->scratch, "user::%s", name);
    DefId def = def_by_path(db, path, NS_TYPE);
    if (!def.id) fail_msg("no alias %s", name);
    return type_of(db, def);
}
static DefId trait_at(Db *db, const char *path) {
    DefId def = def_by_path(db, str_from(path), NS_TYPE);
    if (!def.id) fail_msg("no trait %s", path);
    return def;
}
static const char *text_of(Db *db, Ty ty) {
    return ty_print(db, ty, &db->scratch).at;
}

static void expect_same(Db *db, const char *a, const char *b) {
    Ty x = normalize_concrete(db, alias(db, a)), y = normalize_concrete(db, alias(db, b));
    if (!ty_eq(x, y)) fail_msg("%s is %s, not %s: %s", a, text_of(db, x), b, text_of(db, y));
    if (ty_eq(x, TY_OF(ERROR))) fail_msg("%s is an error", a);
}
static void expect_holds(Db *db, const char *ty, const char *trait, bool holds) {
    Ty t = normalize_concrete(db, alias(db, ty));
    if (type_implements(db, t, trait_at(db, trait)) != holds)
        fail_msg("%s: %s is %s", text_of(db, t), trait,
                 holds ? "not found to hold" : "found to hold");
}

// ---- a small core
// ------------------------------------------------------------------------------------

static const char mini_core[] =
    "#![no_core]\n#![feature(no_core, lang_items, auto_traits, negative_impls, specialization)]\n"
    "pub mod marker {\n"
    "#[lang = \"pointee_sized\"] pub trait PointeeSized {}\n"
    "#[lang = \"meta_sized\"] pub trait MetaSized: PointeeSized {}\n"
    "#[lang = \"sized\"] pub trait Sized: MetaSized {}\n"
    "#[lang = \"copy\"] pub trait Copy: Clone {}\n"
    "#[lang = \"clone\"] pub trait Clone: Sized { fn clone(&self) -> Self; }\n"
    "#[lang = \"unsize\"] pub trait Unsize<T: PointeeSized>: PointeeSized {}\n"
    "pub unsafe auto trait Send {}\n"
    "impl<T: ?Sized> !Send for *const T {}\n"
    "unsafe impl<T: ?Sized> Send for &T {}\n"
    "#[lang = \"tuple_trait\"] pub trait Tuple {}\n"
    "#[lang = \"phantom_data\"] pub struct PhantomData<T: ?Sized>;\n"
    "impl Copy for i32 {} impl Clone for i32 { fn clone(&self) -> i32 { *self } }\n"
    "impl Copy for u8 {} impl Clone for u8 { fn clone(&self) -> u8 { *self } }\n"
    "impl<T: ?Sized> Copy for &T {} impl<T: ?Sized> Clone for &T { fn clone(&self) -> Self { *self "
    "} }\n"
    "}\n"
    "pub mod ops {\n"
    "use crate::marker::*;\n"
    "#[lang = \"fn_once\"] #[rustc_paren_sugar] pub trait FnOnce<Args: Tuple> { #[lang = "
    "\"fn_once_output\"] type Output; }\n"
    "#[lang = \"fn_mut\"] #[rustc_paren_sugar] pub trait FnMut<Args: Tuple>: FnOnce<Args> {}\n"
    "#[lang = \"fn\"] #[rustc_paren_sugar] pub trait Fn<Args: Tuple>: FnMut<Args> {}\n"
    "#[lang = \"add\"] pub trait Add<Rhs = Self> { type Output; }\n"
    "impl Add for i32 { type Output = i32; }\n"
    "impl<'a> Add<&'a i32> for i32 { type Output = i32; }\n"
    "}\n"
    "pub mod iter {\n"
    "use crate::marker::*; use crate::ops::*;\n"
    "pub trait Iterator { type Item; }\n"
    "pub trait IntoIterator { type Item; type IntoIter: Iterator<Item = Self::Item>; }\n"
    "impl<I: Iterator> IntoIterator for I { type Item = I::Item; type IntoIter = I; }\n"
    "pub struct Map<I, F> { i: I, f: F }\n"
    "impl<B, I: Iterator, F: FnMut(I::Item) -> B> Iterator for Map<I, F> { type Item = B; }\n"
    "pub struct Range<T> { a: T }\n"
    "impl Iterator for Range<i32> { type Item = i32; }\n"
    "impl<I: Iterator + ?Sized> Iterator for &mut I { type Item = I::Item; }\n"
    "}\n";

static const char mini_user[] =
    "#![no_core]\n"
    "use core::marker::*; use core::iter::*; use core::ops::*;\n"
    "pub type Int = i32; pub type Str = str; pub type Slice = [u8]; pub type Ref = &'static str;\n"
    "pub type Pair = (i32, &'static str); pub type BadPair = (i32, &'static mut i32);\n"
    "pub type Item1 = <Range<i32> as IntoIterator>::Item;\n"
    "pub type Mapped = <Map<Range<i32>, fn(i32) -> u8> as IntoIterator>::Item; pub type Byte = "
    "u8;\n"
    "pub type ByRef = <&'static mut Range<i32> as Iterator>::Item;\n"
    "pub type Sum = <i32 as Add>::Output;\n"
    "pub struct List { next: *const List } pub struct Tree { left: &'static Tree, v: i32 }\n"
    "pub type TList = List; pub type TTree = Tree;\n"
    "pub trait Shape { type Out; fn area(&self) -> Self::Out; fn twice(&self) {} }\n"
    "pub trait Round: Shape<Out = i32> {}\n"
    "pub type DynShape = dyn Round; pub type DynOut = <dyn Round as Shape>::Out;\n"
    "pub trait Spec { type X; fn name(&self); fn other(&self); }\n"
    "impl<T> Spec for T { default type X = u8; default fn name(&self) {} default fn other(&self) "
    "{} }\n"
    "impl Spec for i32 { type X = i32; fn name(&self) {} }\n"
    "pub type SpecInt = <i32 as Spec>::X; pub type SpecByte = <u8 as Spec>::X;\n"
    "pub struct W<T: ?Sized>(u8, T); pub type WStr = W<str>; pub type WInt = W<i32>;\n"
    "pub fn generic<I: IntoIterator, T>(i: I, t: T) where I::Item: Copy, T: Iterator<Item = "
    "I::Item> + Clone {}\n"
    "pub trait Loop {} impl<T> Loop for Option1<T> where Option1<Option1<T>>: Loop {} pub struct "
    "Option1<T>(T);\n"
    "pub type LoopTy = Option1<i32>;\n";

static World *mini(void) {
    return world_new(NULL, mini_core, mini_user);
}

static void world_free(World *w) {
    Db *db = w->db;
    solve_store_free(db->solve);
    ty_store_free(db->types);
    names_store_free(db->defs);
    expand_store_free(db->expand);
    source_store_free(db);
    db_free(db);
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", w->dir);
    if (system(command)) {
    }
    free(w);
}

static void small_programs_resolve_their_projections(void **state) {
    (void)state;
    World *w = mini();
    Db *db = w->db;
    expect_same(db, "Item1", "Int");
    expect_same(db, "Mapped", "Byte");
    expect_same(db, "ByRef", "Int");
    expect_same(db, "Sum", "Int");
    expect_same(db, "DynOut", "Int");
    world_free(w);
}

static void builtin_traits_hold_where_they_should(void **state) {
    (void)state;
    World *w = mini();
    Db *db = w->db;
    const char *sized = "core::marker::Sized", *copy = "core::marker::Copy",
               *clone = "core::marker::Clone";
    expect_holds(db, "Int", sized, true);
    expect_holds(db, "Str", sized, false);
    expect_holds(db, "WStr", sized, false);
    expect_holds(db, "WInt", sized, true);
    expect_holds(db, "Pair", copy, true);
    expect_holds(db, "Pair", clone, true);
    expect_holds(db, "BadPair", copy, false);
    expect_holds(db, "Slice", clone, false);
    expect_holds(db, "DynShape", "user::Shape", true);
    expect_holds(db, "DynShape", "user::Spec", false); // T of the blanket impl is Sized
    world_free(w);
}

static void auto_traits_look_into_fields_and_end_in_cycles(void **state) {
    (void)state;
    World *w = mini();
    expect_holds(w->db, "TTree", "core::marker::Send", true);
    expect_holds(w->db, "TList", "core::marker::Send", false);
    world_free(w);
}

static void the_special_impl_wins(void **state) {
    (void)state;
    World *w = mini();
    Db *db = w->db;
    expect_same(db, "SpecInt", "Int");
    expect_same(db, "SpecByte", "Byte");
    DefId spec = trait_at(db, "user::Spec");
    DefId name = assoc_item_named(db, spec, symbol_intern(&db->symbols, STR("name")), ASSOC_FN);
    DefId other = assoc_item_named(db, spec, symbol_intern(&db->symbols, STR("other")), ASSOC_FN);
    Ty i32_ty = TY_OF(I32);
    Args args = args_intern(db, &i32_ty, 1);
    ResolvedItem a = resolve_assoc_item(db, name, args), b = resolve_assoc_item(db, other, args);
    assert_int_equal(a.kind, CAND_IMPL);
    assert_int_equal(a.args.id, 0);
    // `other` comes from the blanket impl, with T = i32
    assert_int_equal(b.kind, CAND_IMPL);
    assert_int_equal(b.args.id, args.id);
    assert_true(def_row(db, a.def)->parent.id != def_row(db, b.def)->parent.id);
    world_free(w);
}

static void where_clauses_answer_in_generic_code(void **state) {
    (void)state;
    World *w = mini();
    Db *db = w->db;
    DefId fn = def_by_path(db, STR("user::generic"), NS_VALUE);
    assert_true(fn.id != 0);
    const ParamEnv *env = param_env(db, fn);
    SolveCx cx = {.db = db, .table = infer_table_new(db, &db->scratch), .env = env};
    Args identity = generics_identity(db, fn);
    Ty i = args_get(db, identity, 0), t = args_get(db, identity, 1);
    DefId iterator = trait_at(db, "core::iter::Iterator"),
          into = trait_at(db, "core::iter::IntoIterator");
    DefId item = assoc_item_named(db, iterator, symbol_intern(&db->symbols, STR("Item")), ASSOC_TY);
    DefId into_item =
        assoc_item_named(db, into, symbol_intern(&db->symbols, STR("Item")), ASSOC_TY);
    DefId into_iter =
        assoc_item_named(db, into, symbol_intern(&db->symbols, STR("IntoIter")), ASSOC_TY);
    GoalVec pending = {0};
    Ty out;
    // <T as Iterator>::Item is <I as IntoIterator>::Item by the where-clause, which is rigid
    Ty rigid = ty_projection(db, into_item, args_intern(db, &i, 1));
    assert_int_equal(
        solve_projection(&cx, ty_projection(db, item, args_intern(db, &t, 1)), &pending, &out),
        SOLVE_YES);
    assert_int_equal(out.id, rigid.id);
    // so is the item of its iterator, by the bound of IntoIter
    Ty iter = ty_projection(db, into_iter, args_intern(db, &i, 1));
    assert_int_equal(
        solve_projection(&cx, ty_projection(db, item, args_intern(db, &iter, 1)), &pending, &out),
        SOLVE_YES);
    assert_int_equal(out.id, rigid.id);
    TraitRef copy = {trait_at(db, "core::marker::Copy"), args_intern(db, &rigid, 1)};
    assert_int_equal(solve_trait(&cx, copy, &pending, NULL), SOLVE_YES);
    copy.trait = trait_at(db, "core::marker::Clone"); // the supertrait
    assert_int_equal(solve_trait(&cx, copy, &pending, NULL), SOLVE_YES);
    TraitRef no = {trait_at(db, "core::marker::Copy"), args_intern(db, &t, 1)};
    assert_int_equal(solve_trait(&cx, no, &pending, NULL), SOLVE_NO);
    TraitRef sized = {trait_at(db, "core::marker::Sized"), args_intern(db, &iter, 1)};
    assert_int_equal(solve_trait(&cx, sized, &pending, NULL), SOLVE_YES);
    assert_int_equal(pending.count, 0);
    world_free(w);
}

static void variables_are_bound_by_the_only_impl(void **state) {
    (void)state;
    World *w = mini();
    Db *db = w->db;
    SolveCx cx = {.db = db, .table = infer_table_new(db, &db->scratch), .env = param_env_empty(db)};
    GoalVec pending = {0};
    // Range<?T>: Iterator has one impl: ?T = i32
    Ty range_i32 = ty_row(db, alias(db, "Item1"))->kind
                       ? type_of(db, def_by_path(db, STR("core::iter::Range"), NS_TYPE))
                       : (Ty){0};
    Ty var = infer_var(cx.table);
    Ty range = ty_adt(db, ty_row(db, range_i32)->def, args_intern(db, &var, 1));
    TraitRef goal = {trait_at(db, "core::iter::Iterator"), args_intern(db, &range, 1)};
    assert_int_equal(solve_trait(&cx, goal, &pending, NULL), SOLVE_YES);
    assert_int_equal(infer_resolve(cx.table, var).id, TY_I32);
    // i32: Add<?R> has two
    Ty rhs = infer_var(cx.table);
    Ty add[2] = {TY_OF(I32), rhs};
    TraitRef ambiguous = {trait_at(db, "core::ops::Add"), args_intern(db, add, 2)};
    assert_int_equal(solve_trait(&cx, ambiguous, &pending, NULL), SOLVE_MAYBE);
    assert_int_equal(ty_kind(db, infer_resolve(cx.table, rhs)), TY_INFER);
    // ?: Copy says nothing
    TraitRef any = {trait_at(db, "core::marker::Copy"), args_intern(db, &rhs, 1)};
    assert_int_equal(solve_trait(&cx, any, &pending, NULL), SOLVE_MAYBE);
    world_free(w);
}

static void an_endless_goal_ends_with_overflow(void **state) {
    (void)state;
    World *w = mini();
    expect_holds(w->db, "LoopTy", "user::Loop", false);
    world_free(w);
}

static void unification_binds_and_undoes(void **state) {
    (void)state;
    World *w = mini();
    Db *db = w->db;
    InferTable *t = infer_table_new(db, &db->scratch);
    Ty a = infer_var(t), b = infer_int_var(t), c = infer_float_var(t), d = infer_var(t);
    u32 snapshot = infer_snapshot(t);
    assert_true(infer_unify(t, a, b));
    assert_false(infer_unify(t, a, c));
    assert_false(infer_unify(t, a, TY_OF(BOOL)));
    assert_true(infer_unify(t, a, TY_OF(U8)));
    assert_int_equal(infer_resolve(t, b).id, TY_U8);
    infer_rollback(t, snapshot);
    assert_int_equal(ty_kind(db, infer_resolve(t, b)), TY_INFER_INT);
    assert_false(infer_same_var(t, a, b));
    // the occurs check
    assert_false(infer_unify(t, d, ty_ref(db, d, false)));
    Ty pair[2] = {d, a}, other[2] = {TY_OF(I32), ty_ref(db, d, false)};
    assert_true(infer_unify(t, ty_tuple(db, pair, 2), ty_tuple(db, other, 2)));
    assert_int_equal(infer_resolve(t, a).id, ty_ref(db, TY_OF(I32), false).id);
    world_free(w);
}

static void types_print_as_users_write_them(void **state) {
    (void)state;
    World *w = mini();
    Db *db = w->db;
    assert_string_equal(text_of(db, alias(db, "Pair")), "(i32, &str)");
    assert_string_equal(text_of(db, alias(db, "WStr")), "W<str>");
    assert_string_equal(text_of(db, alias(db, "DynShape")), "dyn Round<Out = i32>");
    assert_string_equal(ty_print_full(db, alias(db, "WInt"), &db->scratch).at, "user::W<i32>");
    world_free(w);
}

// ---- the real library
// ----------------------------------------------------------------------------------

#define LIBRARY "/usr/src/rustc-1.96.0/library"

static const char std_user[] =
    "use std::collections::HashMap; use std::iter::*; use std::ops::*; use std::rc::Rc; use "
    "std::sync::Arc;\n"
    "pub type Int = i32; pub type RefInt = &'static i32; pub type Text = String; pub type Byte = "
    "u8; pub type Never = !;\n"
    "pub type I1 = <Vec<i32> as IntoIterator>::Item;\n"
    "pub type I2 = <&'static Vec<i32> as IntoIterator>::Item;\n"
    "pub type I3 = <Map<Range<i32>, fn(i32) -> u8> as Iterator>::Item;\n"
    "pub type I4 = <[u8; 4] as IntoIterator>::Item;\n"
    "pub type I5 = <Box<dyn FnOnce(i32) -> i32> as FnOnce<(i32,)>>::Output;\n"
    "pub type I6 = <&'static mut Range<i32> as Iterator>::Item;\n"
    "pub type I7 = <std::vec::IntoIter<u8> as IntoIterator>::Item;\n"
    "pub type I8 = <Option<u8> as std::ops::Try>::Output;\n"
    "pub type I9 = <HashMap<String, u8> as Index<&'static str>>::Output;\n"
    "pub type I10 = <String as Deref>::Target; pub type Str = str;\n"
    "pub type I11 = <str as ToOwned>::Owned;\n"
    "pub type I12 = <Box<dyn Iterator<Item = u8>> as Iterator>::Item;\n"
    "pub type I13 = <Zip<Range<i32>, std::str::Bytes<'static>> as Iterator>::Item; pub type Zipped "
    "= (i32, u8);\n"
    "pub type I14 = <str as std::ptr::Pointee>::Metadata; pub type Usize = usize;\n"
    "pub type I15 = <Option<u8> as std::marker::DiscriminantKind>::Discriminant; pub type Isize = "
    "isize;\n"
    "pub type I16 = <Flatten<std::vec::IntoIter<Vec<u8>>> as Iterator>::Item;\n"
    "pub type OptText = Option<String>; pub type RcStr = Rc<str>; pub type ArcStr = Arc<str>; pub "
    "type VecRc = Vec<Rc<u8>>;\n"
    "pub type Nested = HashMap<String, Vec<Option<Box<dyn Fn(u8) -> u8 + Send>>>>;\n"
    "pub type Arr = [u8; 3]; pub type Cell = std::cell::Cell<u8>; pub type Unit = ();\n"
    "pub type Dyn = dyn std::fmt::Debug; pub type DynError = dyn std::error::Error;\n"
    "pub type VecBytes = Vec<u8>;\n";

static World *std_world;

static int std_begin(void **state) {
    (void)state;
    if (access(LIBRARY "/core/src/lib.rs", R_OK) != 0) return 0;
    std_world = world_new(LIBRARY, NULL, std_user);
    return 0;
}
static int std_end(void **state) {
    (void)state;
    if (std_world) world_free(std_world);
    return 0;
}

static void library_projections_resolve(void **state) {
    (void)state;
    if (!std_world) skip();
    Db *db = std_world->db;
    expect_same(db, "I1", "Int");
    expect_same(db, "I2", "RefInt");
    expect_same(db, "I3", "Byte");
    expect_same(db, "I4", "Byte");
    expect_same(db, "I5", "Int");
    expect_same(db, "I6", "Int");
    expect_same(db, "I7", "Byte");
    expect_same(db, "I8", "Byte");
    expect_same(db, "I9", "Byte");
    expect_same(db, "I10", "Str");
    expect_same(db, "I11", "Text");
    expect_same(db, "I12", "Byte");
    expect_same(db, "I13", "Zipped");
    expect_same(db, "I14", "Usize");
    expect_same(db, "I15", "Isize");
    expect_same(db, "I16", "Byte");
}

static void library_traits_hold(void **state) {
    (void)state;
    if (!std_world) skip();
    Db *db = std_world->db;
    expect_holds(db, "OptText", "core::clone::Clone", true);
    expect_holds(db, "OptText", "core::marker::Copy", false);
    expect_holds(db, "Int", "core::marker::Copy", true);
    expect_holds(db, "Arr", "core::marker::Copy", true);
    expect_holds(db, "RcStr", "core::marker::Send", false);
    expect_holds(db, "ArcStr", "core::marker::Send", true);
    expect_holds(db, "VecRc", "core::marker::Send", false);
    expect_holds(db, "Nested", "core::marker::Send", true);
    expect_holds(db, "Nested", "core::marker::Sync", false);
    expect_holds(db, "Nested", "core::clone::Clone", false);
    expect_holds(db, "Cell", "core::marker::Sync", false);
    expect_holds(db, "Cell", "core::marker::Freeze", false);
    expect_holds(db, "Text", "core::marker::Freeze", true);
    expect_holds(db, "Int", "alloc::string::ToString", true);
    expect_holds(db, "Unit", "alloc::string::ToString", false);
    expect_holds(db, "Dyn", "core::fmt::Debug", true);
    expect_holds(db, "DynError", "core::fmt::Display", true);
    expect_holds(db, "Text", "core::hash::Hash", true);
    expect_holds(db, "RefInt", "core::marker::Unpin", true);
    assert_true(type_needs_drop(db, alias(db, "Text")));
    assert_true(type_needs_drop(db, alias(db, "Nested")));
    assert_false(type_needs_drop(db, alias(db, "Arr")));
    assert_false(type_needs_drop(db, alias(db, "Cell")));
}

static void library_goals_with_variables(void **state) {
    (void)state;
    if (!std_world) skip();
    Db *db = std_world->db;
    SolveCx cx = {.db = db, .table = infer_table_new(db, &db->scratch), .env = param_env_empty(db)};
    GoalVec pending = {0};
    Ty string = alias(db, "Text");
    // String: From<?> is ambiguous
    Ty var = infer_var(cx.table);
    Ty from[2] = {string, var};
    TraitRef goal = {trait_at(db, "core::convert::From"), args_intern(db, from, 2)};
    assert_int_equal(solve_trait(&cx, goal, &pending, NULL), SOLVE_MAYBE);
    assert_int_equal(ty_kind(db, infer_resolve(cx.table, var)), TY_INFER);
    // i32: Sum<?A>: A or &A
    Ty sum[2] = {TY_OF(I32), infer_var(cx.table)};
    goal = (TraitRef){trait_at(db, "core::iter::Sum"), args_intern(db, sum, 2)};
    assert_int_equal(solve_trait(&cx, goal, &pending, NULL), SOLVE_MAYBE);
    // i32: Sum<&i32>
    sum[1] = alias(db, "RefInt");
    goal.args = args_intern(db, sum, 2);
    assert_int_equal(solve_trait(&cx, goal, &pending, NULL), SOLVE_YES);
    // Vec<u8>: FromIterator<?X> binds ?X = u8
    Ty item = infer_var(cx.table);
    Ty collect[2] = {alias(db, "VecBytes"), item};
    goal = (TraitRef){trait_at(db, "core::iter::FromIterator"), args_intern(db, collect, 2)};
    assert_int_equal(solve_trait(&cx, goal, &pending, NULL), SOLVE_YES);
    assert_int_equal(infer_resolve(cx.table, item).id, TY_U8);
    // {integer}: Copy is not decided, and binds nothing
    Ty number = infer_int_var(cx.table);
    goal = (TraitRef){trait_at(db, "core::marker::Copy"), args_intern(db, &number, 1)};
    assert_int_equal(solve_trait(&cx, goal, &pending, NULL), SOLVE_MAYBE);
    assert_int_equal(ty_kind(db, infer_resolve(cx.table, number)), TY_INFER_INT);
}

static void library_impls_are_specialised(void **state) {
    (void)state;
    if (!std_world) skip();
    Db *db = std_world->db;
    // <str as SpecToString>::spec_to_string is not the blanket one
    DefId spec = def_by_path(db, STR("alloc::string::SpecToString"), NS_TYPE);
    assert_true(spec.id != 0);
    Ty str_ty = TY_OF(STR), int_ty = TY_OF(F64);
    Selection special = select_impl(db, (TraitRef){spec, args_intern(db, &str_ty, 1)});
    Selection blanket = select_impl(db, (TraitRef){spec, args_intern(db, &int_ty, 1)});
    assert_int_equal(special.kind, CAND_IMPL);
    assert_int_equal(blanket.kind, CAND_IMPL);
    assert_int_not_equal(special.impl.id, blanket.impl.id);
    assert_int_equal(special.args.id, 0);
    assert_int_equal(args_count(db, blanket.args), 1);
}

// What the trait asks of an impl must follow from the impl's own where-clauses.
static u32 unproved(Db *db, DefId impl, const Predicates *preds, Args args, u32 *goals) {
    u32 bad = 0;
    for (u32 i = 0; i < preds->own.count; i++) {
        Predicate p = predicate_subst(db, LIST_AT(preds, Predicate, preds->own)[i], args);
        u64 mark = scratch_mark(&db->scratch);
        SolveCx cx = {
            .db = db, .table = infer_table_new(db, &db->scratch), .env = param_env(db, impl)};
        GoalVec pending = {0};
        if (p.kind == PRED_TRAIT)
            p.trait_ref.args =
                infer_resolve_args(cx.table, solve_normalize_args(&cx, p.trait_ref.args, &pending));
        bool yes = solve_predicate(&cx, p, &pending) == SOLVE_YES && pending.count == 0;
        ++*goals;
        if (!yes && bad++ < 10)
            print_message("not proved in %s: %s\n", def_path_str(db, impl, &db->scratch).at,
                          p.kind == PRED_TRAIT ? trait_ref_print(db, p.trait_ref, &db->scratch).at
                                               : text_of(db, p.projection));
        scratch_rewind(&db->scratch, mark);
    }
    return bad;
}

static void every_impl_of_the_library_keeps_its_traits_promises(void **state) {
    (void)state;
    if (!std_world) skip();
    Db *db = std_world->db;
    const char *crates[] = {"core", "alloc", "std", "hashbrown"};
    u32 goals = 0, bad = 0;
    for (u32 c = 0; c < ARRAY_LEN(crates); c++) {
        u32 count, items;
        const DefId *impls = names_impls(
            db, crate_find(db, symbol_intern(&db->symbols, str_from(crates[c]))), &count);
        for (u32 i = 0; i < count; i++) {
            const ImplHeader *h = impl_header(db, impls[i]);
            bad += (args_flags(db, h->trait_ref.args) & TY_HAS_ERROR) != 0;
            if (!h->trait_ref.trait.id || h->is_negative) continue;
            bad += unproved(db, impls[i], super_predicates_of(db, h->trait_ref.trait),
                            h->trait_ref.args, &goals);
            const AssocItem *at = def_assoc_items(db, h->trait_ref.trait, &items);
            for (u32 k = 0; k < items; k++)
                if (at[k].kind == ASSOC_TY &&
                    generics_count(db, at[k].def) == args_count(db, h->trait_ref.args))
                    bad += unproved(db, impls[i], item_bounds(db, at[k].def), h->trait_ref.args,
                                    &goals);
        }
    }
    print_message("%u goals\n", goals);
    assert_true(goals > 8000);
    assert_int_equal(bad, 0);
}

static bool head_fits(Db *db, const ImplHead *head, const ImplHeader *h, Ty self) {
    if (head->trait.id != h->trait_ref.trait.id) return false;
    const TyRow *row = ty_row(db, self);
    switch (head->self) {
    case IMPL_SELF_PATH:
        if (head->path.kind == RES_PRIM) return row->kind == TY_BOOL + head->path.index;
        switch (def_kind(db, head->path.def)) {
        case DEF_STRUCT:
        case DEF_ENUM:
        case DEF_UNION: return row->kind == TY_ADT && row->def.id == head->path.def.id;
        case DEF_FOREIGN_TY: return row->kind == TY_FOREIGN;
        default: return true; // an alias: what it stands for is looked up
        }
    case IMPL_SELF_PARAM: return row->kind == TY_PARAM;
    case IMPL_SELF_REF: return row->kind == TY_REF && row->is_mut == head->is_mut;
    case IMPL_SELF_PTR: return row->kind == TY_PTR && row->is_mut == head->is_mut;
    case IMPL_SELF_SLICE: return row->kind == TY_SLICE;
    case IMPL_SELF_ARRAY: return row->kind == TY_ARRAY;
    case IMPL_SELF_TUPLE: return row->kind == TY_TUPLE && args_count(db, row->args) == head->count;
    case IMPL_SELF_NEVER: return row->kind == TY_NEVER;
    }
    return false;
}

static void an_impls_tokens_tell_what_its_tree_tells(void **state) {
    (void)state;
    if (!std_world) skip();
    Db *db = std_world->db;
    const char *crates[] = {"core", "alloc", "std", "hashbrown"};
    u32 total = 0, known = 0, bad = 0;
    for (u32 c = 0; c < ARRAY_LEN(crates); c++) {
        u32 count;
        const DefId *impls = names_impls(
            db, crate_find(db, symbol_intern(&db->symbols, str_from(crates[c]))), &count);
        for (u32 i = 0; i < count; i++) {
            u64 mark = scratch_mark(&db->scratch);
            ImplHead head;
            total++;
            if (def_impl_head(db, impls[i], &head)) {
                known++;
                if (!head_fits(db, &head, impl_header(db, impls[i]), type_of(db, impls[i])) &&
                    bad++ < 10)
                    print_message("%s\n", def_path_str(db, impls[i], &db->scratch).at);
            }
            scratch_rewind(&db->scratch, mark);
        }
    }
    print_message("%u of %u heads\n", known, total);
    assert_true(known > total / 10 * 8);
    assert_int_equal(bad, 0);
}

static void a_cached_answer_costs_little(void **state) {
    (void)state;
    if (!std_world) skip();
    Db *db = std_world->db;
    Ty ty = alias(db, "OptText");
    DefId clone = trait_at(db, "core::clone::Clone");
    struct timespec a, b;
    type_implements(db, ty, clone);
    clock_gettime(CLOCK_MONOTONIC, &a);
    for (u32 i = 0; i < 10000; i++)
        assert_true(type_implements(db, ty, clone));
    clock_gettime(CLOCK_MONOTONIC, &b);
    double ns = ((double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec)) / 10000;
    print_message("cached goal: %.0f ns\n", ns);
    assert_true(ns < 20000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unification_binds_and_undoes),
        cmocka_unit_test(types_print_as_users_write_them),
        cmocka_unit_test(small_programs_resolve_their_projections),
        cmocka_unit_test(builtin_traits_hold_where_they_should),
        cmocka_unit_test(auto_traits_look_into_fields_and_end_in_cycles),
        cmocka_unit_test(the_special_impl_wins),
        cmocka_unit_test(where_clauses_answer_in_generic_code),
        cmocka_unit_test(variables_are_bound_by_the_only_impl),
        cmocka_unit_test(an_endless_goal_ends_with_overflow),
        cmocka_unit_test(library_projections_resolve),
        cmocka_unit_test(library_traits_hold),
        cmocka_unit_test(library_goals_with_variables),
        cmocka_unit_test(library_impls_are_specialised),
        cmocka_unit_test(every_impl_of_the_library_keeps_its_traits_promises),
        cmocka_unit_test(an_impls_tokens_tell_what_its_tree_tells),
        cmocka_unit_test(a_cached_answer_costs_little),
    };
    return cmocka_run_group_tests(tests, std_begin, std_end);
}
