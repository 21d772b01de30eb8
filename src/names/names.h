// Names: which definitions there are, and what a path names.
//
//     files --(skim)--> item trees --(collect, expand, resolve imports to a fixpoint)--> scopes
//
// Laziness: modules, imports and item macros of a crate are resolved as a whole (crate_defs);
// everything inside an item (signature, associated items, body) is looked at only when its query
// is asked for. The library's own dependencies, and core_arch and core_simd (parts of core that are
// collected as if they were crates), are not read before a path leads into them: a library's import
// of such a name stays a path (LazyRow). The result of every query below is free of absolute
// positions: an edit in one body leaves them all equal.

#ifndef RAC_NAMES_NAMES_H
#define RAC_NAMES_NAMES_H

#include "diag/diag.h"
#include "names/def.h"
#include "syntax/ast.h"

// ---- crates -----------------------------------------------------------------------------------

struct DefStore *names_store_new(void);
void names_store_free(struct DefStore *store);
void names_store_image(struct DefStore *store, Image *image);
void names_register(Db *db); // the queries of expand/ and names/

// Declares the toolchain's crates that std needs (core, alloc, std, and what std's source names:
// hashbrown, libc, cfg_if, std_detect, panic_unwind, unwind, ...) from the source root. No file is
// read before something asks for the crate.
void names_declare_sysroot(Db *db, Str library_root);
// The cfgs of the target, as `rustc --print cfg` lists them, one a line. Without a call: those of
// x86_64-unknown-linux-gnu. Before anything is asked of a crate.
void names_set_target_cfgs(Db *db, const Str *lines, u32 count);
// Declares the user's crate.
CrateId names_declare_user(Db *db, u32 root_file, Symbol name, u32 edition);
CrateId crate_find(const Db *db, Symbol name); // 0 if undeclared
// Whether the variables of the environment that env! has read are still the same. For the time
// after an image was loaded.
bool names_env_is_unchanged(Db *db);
bool names_has_core(const Db *db); // false: a crate that is its own library (tests)
u32 crate_count(const Db *db);     // crates are 1..crate_count

// ---- what stands behind a definition ------------------------------------------------------------

// The item's expanded tree: signature, generics, fields, variants, attributes; no body and no
// associated items. Macros in type and pattern position are expanded.
const Ast *def_item_ast(Db *db, DefId def);
// The expanded tree of the body of a fn, const, static (NULL: it has none). Anon consts and
// closures are part of their parent's tree.
const Ast *def_body_ast(Db *db, DefId def);
// - The block numbered n in the tree (AstExprRow.block.number) is def_intern(db, owner, DEF_BLOCK,
//   SYM_none, n); it is the scope of paths inside it, its parent scope the enclosing block's or the
//   owner's.
// - format_args! (and const_format_args!, format_args_nl!) stands in the tree as AST_EXPR_BUILTIN
// named
//   format_args: args[0] is the template, a string LIT that was expanded eagerly, with the "\n" of
//   _nl appended; then the positional arguments, then named ones as ASSIGN of a PATH (name =
//   value), implicit captures made explicit (`{x}` appends `x = x` with the template's hygiene).
//   expand/format.h parses the template's text into pieces, for expand/ and for hir/, which lowers
//   it as std-facts 1.1 says.
bool def_has_body(Db *db, DefId def);
// Its number among the definitions of its name and parent, as rustc counts: an impl that a derive
// or a macro made comes after those that are written.
u32 def_number(Db *db, DefId def);
// The item whose `derive` made the impl; 0 if it is written.
DefId def_derived_from(Db *db, DefId impl);
Span def_span(Db *db, DefId def); // of the item's name, relative to the item
// Where the definition's text says `word` first: a generic parameter's name. Its start if nowhere.
Span def_word_span(Db *db, DefId def, Symbol word);
// Where a position of the item is now; file 0 if it is nowhere. Only diagnostics and line tables
// may ask.
void def_locate(Db *db, DefId def, u32 pos, u32 *file, u32 *byte);
// Where a span of any base is now, based on its file; SPAN_NONE if it is nowhere.
Span names_locate(Db *db, Span span);

// Attributes, cfg evaluated. `name` is a single segment (`inline`, `repr`); rustfmt::skip never
// matches.
bool def_has_attr(Db *db, DefId def, Symbol name);
// The tokens after the name, `= "x"` or `(..)`; false if there is no such attribute. `nth` from 0.
bool def_attr(Db *db, DefId def, Symbol name, u32 nth, Toks *args);

typedef enum AssocKind { ASSOC_FN, ASSOC_TY, ASSOC_CONST } AssocKind;
typedef struct AssocItem {
    DefId def;
    Symbol name;
    u8 kind;        // AssocKind
    u8 has_default; // a trait item with a body or default, or an impl item
    u8 is_default;  // `default fn`: may be specialised
    u8 has_self;    // a fn whose first parameter is self
} AssocItem;
// The associated items of a trait or impl, in source order, macros expanded.
const AssocItem *def_assoc_items(Db *db, DefId def, u32 *count);
// The definitions that are collected with the crate: what its modules hold, with variants and the
// impls of derives, without associated items. In a fixed order.
u32 crate_def_count(Db *db, CrateId crate);
DefId crate_def(Db *db, CrateId crate, u32 index);
// Those of the blocks of a body.
u32 body_def_count(Db *db, DefId owner);
DefId body_def(Db *db, DefId owner, u32 index);
// The variants of an enum, in order.
const DefId *def_variants(Db *db, DefId def, u32 *count);

// ---- scopes -----------------------------------------------------------------------------------

// A path as written: idents with hygiene. Leading `::`, `crate`, `self`, `super`, `$crate` are
// segments.
typedef struct PathSeg {
    Symbol name;
    u32 ctxt;  // hygiene
    u32 flags; // TOK_RAW, TOK_CRATE
} PathSeg;

typedef struct PathRes {
    Res res;
    u32 used; // segments that `res` answers for; the rest are associated items of it
} PathRes;

// Resolves a path from a scope (a module or block), through imports, globs, preludes and extern
// crates, as far as modules, enums and traits lead. Generic parameters, Self and locals are the
// caller's (hir/) business. Reports nothing. `T::Item`-like rests are left to type checking.
PathRes names_resolve(Db *db, DefId scope, const PathSeg *segs, u32 count, Namespace ns);
// The same, failing with E0425/E0412/E0433 ... reported at `span`.
PathRes names_resolve_or_report(Db *db, DefId scope, const PathSeg *segs, u32 count, Namespace ns,
                                Span span);

// Whether there are items of the path's name that cannot be seen from the scope.
bool names_are_private(Db *db, DefId scope, const PathSeg *segs, u32 count, Namespace ns);

// Traits in scope (named, glob-imported or `as _`, preludes included): for method lookup.
const DefId *names_traits_in_scope(Db *db, DefId scope, u32 *count);
// Every impl of a crate, in a fixed order. Those in bodies are among them for the user's crates;
// for the library's they are not looked for: they are all of types or traits of the same body.
const DefId *names_impls(Db *db, CrateId crate, u32 *count);
// The impls of the body that a type or trait of the library is declared in; none if it is in none.
const DefId *names_body_impls(Db *db, DefId def, u32 *count);
// What an impl is of, read from its tokens without a tree of it: the index of a crate's impls needs
// no more. False where that is not enough; then the tree tells.
typedef enum ImplSelf {
    IMPL_SELF_PATH,
    IMPL_SELF_PARAM,
    IMPL_SELF_REF,
    IMPL_SELF_PTR,
    IMPL_SELF_SLICE,
    IMPL_SELF_ARRAY,
    IMPL_SELF_TUPLE,
    IMPL_SELF_NEVER,
} ImplSelf;
typedef struct ImplHead {
    DefId trait;   // 0: inherent
    ImplSelf self; // the outermost constructor of the self type
    Res path;      // IMPL_SELF_PATH
    u32 count;     // IMPL_SELF_TUPLE
    bool is_mut;   // IMPL_SELF_REF, IMPL_SELF_PTR
} ImplHead;
bool def_impl_head(Db *db, DefId impl, ImplHead *out);
// Whether `def` may be named from `scope` (visibility). Fields: hir/.
bool names_visible(Db *db, DefId def, DefId from_scope);

// Lang items: `#[lang = "..."]`. The definition, or 0.
#define LANG_ITEM(name, text) LANG_##name,
typedef enum LangItem {
#include "names/lang_items.def"
    LANG_COUNT
} LangItem;
#undef LANG_ITEM
DefId lang_item(Db *db, LangItem item);
// The reverse; LANG_COUNT if it is none. A row lookup.
LangItem lang_item_of(Db *db, DefId def);
// A library definition by path, e.g. "core::fmt::Arguments"; 0 if there is none.
DefId def_by_path(Db *db, Str path, Namespace ns);

// The counts that `rac check --std --names` prints.
typedef struct NamesReport {
    u32 crates, modules, definitions, imports, unresolved_imports, macro_calls, unexpanded_calls;
} NamesReport;
NamesReport names_report(Db *db, CrateId crate);

#endif
