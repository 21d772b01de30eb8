// Inside names/ only: how collected definitions are stored, and the pieces of the resolver.
//
// A DefBox is the result of collecting one place: a crate (crate_box), a body (after its Ast, see
// body.c) or an impl or trait (assoc_box). It holds the definitions made there, where their tokens
// are, the scopes with their names, and the textual macro scopes. While a box is being built, a
// Builder holds the same rows; a BoxView reads either.

#ifndef RAC_NAMES_NAMES_INTERNAL_H
#define RAC_NAMES_NAMES_INTERNAL_H

#include "expand/cfg.h"
#include "expand/hygiene.h"
#include "expand/macro_rules.h"
#include "names/names.h"
#include "source/source.h"
#include "syntax/items.h"
#include "syntax/parse.h"

// ---- crates -----------------------------------------------------------------------------------

typedef struct ExternRow {
    Symbol name; // as the depending crate calls it
    CrateId crate;
} ExternRow;

#define CRATE_MAX      64
#define CRATE_EXTERNS  20
#define CRATE_CFGS     96
#define CRATE_TEXT_MAX 512

typedef struct CrateInfo {
    CrateRow row;
    ExternRow externs[CRATE_EXTERNS];
    u32 extern_count;
    CfgRow cfgs[CRATE_CFGS]; // its own; the target's are in DefStore
    u32 cfg_count;
    bool is_library;
    bool is_lazy;    // nothing of it is looked up before somebody asks for the very name
    CrateId part_of; // parts: the crate
    DefId box_root;  // the module its box begins with; of a part not the crate's root
    Symbol root_path;
} CrateInfo;

typedef struct EnvRow {
    Symbol name;
    Symbol value;
    u32 is_set;
} EnvRow;

typedef struct DefStore {
    Interner defs;  // DefRow
    Interner rows;  // RowPlace (split.c)
    Interner items; // SplitItem (split.c)
    Interner paths; // PathKey (names.c)
    Table crates;   // CrateInfo by CrateId
    Table env;      // EnvRow: what env! has read
    CfgRow *target; // owned
    Scratch temp;   // of one macro call while a crate is collected; rewound after it
    u32 target_count;
    struct FileSplit *splits; // owned, by FileId: made anew from the text when it is not there
    u32 split_count;
    u64 split_bytes; // of text that was read to keep them up to date; for tests
} DefStore;

CrateInfo *crate_info(const Db *db, CrateId crate);
CfgSet crate_cfgs(Db *db, CrateId crate, Scratch *scratch);
u32 crate_edition(const Db *db, CrateId crate);
DefId crate_root(const Db *db, CrateId crate);
CrateId crate_declare(Db *db, Str name, Str root_path, u32 edition, bool is_library);
void crate_add_extern(Db *db, CrateId crate, Str name, CrateId dep);
void crate_add_cfg(Db *db, CrateId crate, Str line);
void crate_add_part(Db *db, CrateId crate, Symbol module);      // after its externs and cfgs
CrateId crate_part(const Db *db, CrateId crate, Symbol module); // 0: the module is none

// ---- shapes: the items of a token run without positions --------------------------------------

enum {
    SHAPE_HAS_IMPL = 1,  // its body has an `impl`
    SHAPE_HAS_LANG = 2,  // something inside has `#[lang]`
    SHAPE_TY_PARAMS = 4, // a struct, enum or union with type parameters
    SHAPE_HAS_CALL = 8,  // its body calls a macro: what comes out may hold an `impl`
};

typedef struct ShapeRow {
    u8 kind; // ItemKind; ITEM_NONE: a variant
    u8 vis;
    u16 bang;
    u32 flags; // ITEM_*
    u32 bits;  // SHAPE_*
    Symbol name;
    u32 ctxt;
    u32 extra;
    u32 end; // row after its inner ones (modules, extern blocks, enums)
    union {
        u32 call_pos; // macro calls: of the call, from the item's start
        u32 item;     // the others, in files of the user's: SplitItem
    };
    TokRange attrs; // in Shape.toks, as all of these; inner attributes of an inline module too;
                    // never unset
    TokRange vis_path;
    TokRange header; // USE, IMPL; MACRO_CALL: the path
    TokRange body;   // MACRO_CALL: arguments; MACRO_RULES, MACRO_DEF: what macro_compile takes
} ShapeRow;

typedef struct ShapePlace {
    TokRange range; // in the tokens skimmed
    u32 pos;        // of the first token
} ShapePlace;

typedef struct ShapeError {
    u32 pos; // as in the tokens skimmed
    const char *code;
    const char *message; // static texts
} ShapeError;

typedef struct ShapeBuild {
    VEC(ShapeRow) rows;
    VEC(ShapePlace) places;
    TokVec toks;
    TokRange inner_attrs;
    VEC(ShapeError) errors;
} ShapeBuild;

// The edition only decides which words are keywords for the skimmer; 2024 knows them all.
enum { SKIM_EDITION = 2021 };

// With `rebase`, positions in kept tokens count from the item's start.
void shape_build(Db *db, Toks toks, SkimPlace place, u32 edition, bool rebase, Scratch *scratch,
                 ShapeBuild *out);

// Whether an impl may stand in the tokens, or come of them.
bool shape_has_impl(Toks toks, TokRange range);
bool shape_has_call(Toks toks, TokRange range);

typedef struct FileShape { // Q_file_shape, Q_file_rows
    List rows;
    List toks;
    TokRange inner_attrs;
} FileShape;
typedef struct FilePlaces { // Q_file_places, of the library's
    List places;
} FilePlaces;

// ---- boxes ------------------------------------------------------------------------------------

typedef enum SrcKind {
    SRC_FILE,   // row `row` of `file`, which is the library's
    SRC_ITEM,   // the same of the user's: the tokens of `item`
    SRC_TOKS,   // tokens of the box
    SRC_PARENT, // assoc items: tokens of the parent's def_toks
    SRC_DERIVE, // impl made by derive `derive` from item `derive_of`
    SRC_NONE    // variants, blocks, module of a file
} SrcKind;

typedef struct DefSrc {
    DefId def;
    u8 src;       // SrcKind
    u8 item_kind; // ItemKind
    u8 derive;    // DeriveKind
    u8 builtin;   // macros: BuiltinKind
    u32 flags;    // ITEM_*
    u32 bits;     // SHAPE_*
    u32 file;     // FileId of the outermost written item
    u32 row;      // its shape row
    TokRange toks;
    TokRange attrs; // in the box, cfg evaluated
    u32 vis;        // DefId of the module it is visible in; 0: everywhere
    u32 text;       // textual macro scope at the item
    DefId derive_of;
    DefId scope;
    union {
        u32 base; // SRC_PARENT: position of its first token
        u32 item; // SRC_ITEM: SplitItem
    };
    u32 number; // impls: as rustc counts them (number.c); while building, the fragment
} DefSrc;

typedef struct BindRow {
    DefId mod;
    u32 ns;
    Symbol name;
    u32 ctxt;
    Res res;
    u32 vis;       // DefId of the module it is visible in; 0: everywhere
    u32 is_import; // BindOrigin
} BindRow;

typedef enum BindOrigin {
    BIND_ITEM,
    BIND_IMPORT,
    BIND_EXTERN_CRATE,
    BIND_LAZY,  // an import of a crate that is not loaded: res.index is its LazyRow
    BIND_MAYBE, // answers only: such a crate's name, or one behind a glob of it
} BindOrigin;

// The rest of an import's path, from the scope on where another crate would have to be loaded.
// Whether there is such a name, and in which namespaces, is found out when it is asked for.
typedef struct LazyRow {
    DefId scope;
    DefId from;
    u32 seg_first, seg_count; // in lazy_segs
} LazyRow;

typedef struct GlobRow {
    DefId mod;
    DefId target; // 0: `lazy` tells
    u32 vis;
    u32 next; // glob of the same module, + 1
    u32 lazy; // LazyRow
} GlobRow;

typedef struct ModRow {
    DefId def;
    DefId outer;    // enclosing scope; 0 for a root
    u32 glob;       // first, + 1
    u32 unnamed;    // first trait imported `as _`, + 1
    u32 text;       // textual scope at its start
    u32 first_bind; // chain of its names (BindRow numbers + 1), newest first
} ModRow;

typedef struct UnnamedRow { // `use Trait as _`
    DefId trait;
    u32 vis;
    u32 next;
} UnnamedRow;

// Textual macro scopes: a tree of chains through `prev` (row numbers; 0 is the end).
typedef struct TextRow {
    u32 prev;
    Symbol name;
    u32 ctxt;
    DefId macro; // 0: what a macro call left behind; `out` is its chain once it is expanded
    u32 out;
} TextRow;

typedef struct LangRow {
    u32 item;
    DefId def;
} LangRow;

typedef struct DefBox {
    List defs;      // DefSrc
    List def_slots; // u32
    List mods;      // ModRow
    List mod_slots;
    List binds; // BindRow
    List bind_slots;
    List bind_next; // u32: chain of a module's names
    List globs;
    List unnamed;
    List texts;
    List toks;
    List impls;        // DefId
    List impl_bodies;  // DefId: fns, impls .. whose bodies hold impls
    List call_bodies;  // DefId: the others whose bodies call macros
    List lang_holders; // DefId of traits, impls with #[lang] inside
    List langs;        // LangRow
    List macro_use;    // CrateId
    List externs;      // ExternRow: extern crate items of the root
    List lazies;       // LazyRow
    List lazy_segs;    // PathSeg
    List assoc;        // AssocItem (assoc boxes)
    bool has_impl_macro;
    DefId prelude;
    u32 text_end; // textual scope where the box continues outwards (bodies: the owner's)
    NamesReport report;
} DefBox;

typedef struct BoxView {
    const DefSrc *defs;
    u32 def_count;
    const u32 *def_slots;
    u32 def_cap;
    const ModRow *mods;
    const u32 *mod_slots;
    u32 mod_cap;
    const BindRow *binds;
    const u32 *bind_slots;
    u32 bind_cap;
    const u32 *bind_next;
    const GlobRow *globs;
    const UnnamedRow *unnamed;
    const TextRow *texts;
    const Tok *toks;
    const u32 *macro_use;
    u32 macro_use_count;
    const ExternRow *externs;
    u32 extern_count;
    const LazyRow *lazies;
    const PathSeg *lazy_segs;
    DefId prelude;
} BoxView;

void box_view(const DefBox *box, BoxView *view);
const DefSrc *view_def(const BoxView *view, DefId def);
const ModRow *view_mod(const BoxView *view, DefId def);
const BindRow *view_bind(const BoxView *view, DefId mod, Namespace ns, Symbol name, u32 ctxt);

typedef struct Import {
    DefId mod;
    u32 seg_first, seg_count; // in Builder.segs
    Symbol name;
    u32 ctxt;
    u32 vis;
    u32 text;
    u8 glob;
    u8 self_only; // only the type namespace
    u8 is_prelude;
    u8 found;     // bit per namespace
    u8 expanded;  // comes out of a macro
    u8 maybe;     // a lazy glob may bring what it misses
    u8 blocked;   // another import may yet shadow what a glob brings
    u32 tried;    // Builder.news_count when it was last looked up
    DefId target; // what its path but for the last segment names, once that is known
    DefId holder; // for messages
    u32 pos;
    u32 file, row;
} Import;

typedef struct PendingCall {
    DefId mod;
    u32 path_first, path_count; // segs
    Toks args;
    u32 text; // its own row
    u32 pos;
    u32 file, row;
    u32 depth;
    u32 call_ctxt;
    u32 delim;
    u32 fragment; // what comes out of it
    u8 done;
    Str dir, attr_dir; // for `mod x;` in its output
} PendingCall;

typedef struct Builder {
    Db *db;
    Scratch *scratch; // what the box is made of
    Scratch *temp;    // what one macro call needs; the same as `scratch` in bodies
    Scratch *toks_in; // of `toks` alone for crates, so that tens of megabytes grow in place
    CrateId crate;
    DefId owner; // body boxes: the body's owner; 0 for crates
    VEC(DefSrc) defs;
    VEC(ModRow) mods;
    VEC(BindRow) binds;
    U32Vec bind_next;
    VEC(GlobRow) globs;
    VEC(UnnamedRow) unnamed;
    VEC(TextRow) texts;
    TokVec toks;
    VEC(DefId) impls, impl_bodies, call_bodies, lang_holders;
    bool has_impl_macro; // one of its macros makes impls
    VEC(LangRow) langs;
    U32Vec macro_use;
    VEC(ExternRow) externs;
    VEC(LazyRow) lazies;
    VEC(PathSeg) lazy_segs;
    VEC(AssocItem) assoc;
    U32Vec def_slots, mod_slots, bind_slots;
    VEC(Import) imports;
    VEC(PathSeg) segs;
    VEC(PendingCall) calls;
    Map duplicates;
    Map compiled; // DefId of a macro of this box -> index in `rules`, + 1
    VEC(const MacroRules *) rules;
    Map pending; // (module, name) of imports that found nothing yet -> how many
    // When a name was last bound anywhere: an import that misses a namespace is looked up again
    // only when its last segment's name has news there.
    Map news; // (namespace, name) -> number
    u32 news_count;
    u32 glob_news; // of the last glob
    bool wait;     // names of pending imports are not looked for in globs
    bool lazy;     // imports of lazy crates stay what they are
    bool settle;   // what may come of a lazy glob is taken to do so
    DefId prelude;
    U32Vec fragments; // number.c: the one around each
    u32 fragment;     // that is being collected
    CfgSet cfgs;
    u32 edition;
    Map expanded; // (module, macro, context of the call) -> how many of its calls were expanded
    u32 eager;    // number of the next expansion that a built-in macro's arguments ask for
    NamesReport report;
} Builder;

void builder_init(Builder *b, Db *db, Scratch *scratch, CrateId crate);
void builder_deinit(Builder *b);
void builder_view(const Builder *b, BoxView *view);
// Appends the box to a blob that is begun (header DefBox at `at`), or begins one.
void builder_pack(Builder *b, Blob *blob);
// A new expansion in the fragment that is being collected.
u32 builder_fragment(Builder *b);
void builder_number_impls(Builder *b); // once all is collected

DefId builder_def(Builder *b, DefId parent, DefKind kind, Symbol name); // next free disambiguator
DefSrc *builder_src(Builder *b, DefId def);
// Whether the module `mod`, whose text is to be `file`'s, stands in a file that this leads to;
// told.
bool builder_is_circular(Builder *b, DefId mod, FileId file, Span span);
void builder_mod(Builder *b, DefId def, DefId outer, u32 text);
void builder_bind(Builder *b, BindRow row); // the first one stays
void builder_news(Builder *b, Namespace ns, Symbol name);
u32 builder_text(Builder *b, TextRow row);
// The number of an expansion among those of the same macro from the same place: one that is added
// elsewhere changes no number, and so nothing of what the others made.
u32 builder_expansion(Builder *b, DefId mod, DefId macro, u32 call_ctxt);
// When all calls are expanded: leaves out the rows of those. One that defines no macro is then not
// seen by what stands behind it.
void builder_settle_texts(Builder *b);

// ---- resolving --------------------------------------------------------------------------------

typedef struct LazyHit {
    bool hit, sure; // sure: nothing found later changes it
    DefId scope, from;
    u32 seg; // the one to look up in `scope`
} LazyHit;

typedef struct Resolver {
    Db *db;
    LazyHit *lazy; // NULL: crates are loaded as they are needed; else where a path would need one
    u32 depth;     // of lazy names that lead to lazy names
    bool *blocked; // set when Builder.wait hid a name; may be NULL
    const Builder *building; // its box is not a query's result yet; NULL: all are
    const Builder *outer;    // NULL or another one that is being built around it
    bool see_all;            // private names too: for messages
} Resolver;

bool resolver_view(const Resolver *r, DefId scope, BoxView *view);
bool def_visible_from(const Db *db, u32 vis, DefId from);
// A name in one module, enum or block, globs included.
bool resolve_in_scope(const Resolver *r, DefId scope, Namespace ns, Symbol name, u32 ctxt,
                      DefId from, BindRow *out);
PathRes resolve_path(const Resolver *r, DefId scope, const PathSeg *segs, u32 count, Namespace ns,
                     u32 text);
// The last segment of a path in `scope` whose others name `in`.
PathRes resolve_last(const Resolver *r, DefId scope, DefId in, const PathSeg *seg, Namespace ns);
// Whether a path may go on in what it has found.
bool resolve_is_scope(const Db *db, const Res *res);
// The macro a path names, textual scopes first; 0 if none.
DefId resolve_macro(const Resolver *r, DefId scope, const PathSeg *segs, u32 count, u32 text);
// The same for a call in the body that is being built.
DefId names_macro_of_body(const Resolver *r, DefId scope, const PathSeg *segs, u32 count, u32 text);
DefId resolve_textual(const Resolver *r, DefId scope, PathSeg seg, u32 text);
// What a lazy row stands for; false, or none, if it is nothing in this namespace.
bool resolve_bind(const Resolver *r, const BoxView *view, const BindRow *bind, BindRow *out);
DefId resolve_glob_target(const Resolver *r, const BoxView *view, const GlobRow *glob);
DefId scope_module(const Resolver *r, DefId scope); // the module around a block
DefId scope_outer(const Resolver *r, DefId scope);

const DefBox *crate_box(Db *db, CrateId crate);
const DefBox *body_box(Db *db, DefId owner); // NULL: no body
const DefBox *assoc_box(Db *db, DefId owner);

// ---- macros -----------------------------------------------------------------------------------

typedef struct ExpandCall {
    DefId macro;
    DefId scope;
    u32 text;
    Toks args;
    u32 pos;
    u32 call_ctxt;
    u32 depth;
    u32 owner;
    u32 ordinal;
    u8 place; // MacroPlace
    u16 delim;
    u32 file, row; // of the outermost item: for file!, line!
    DefId holder;  // SPAN_DEF base of diagnostics; 0: none
} ExpandCall;

typedef struct ExpandEnv {
    Db *db;
    Scratch *scratch;
    Resolver resolver;
    Builder *builder; // for macros that are not a query's result yet; may be NULL
    CfgSet cfgs;
    CrateId crate;
    u32 edition;
    u32 *ordinal;
} ExpandEnv;

// Expands one call; false when it failed (reported).
bool expand_call(ExpandEnv *env, const ExpandCall *call, Toks *out);
const MacroRules *macro_rules_of(ExpandEnv *env, DefId macro);

// ---- what stands behind definitions -------------------------------------------------------------

typedef struct DefInfo { // Q_def_info: DefSrc without positions, and the attributes
    u8 src, item_kind, derive, builtin;
    DefId derive_of; // SRC_DERIVE
    u32 impl;        // SRC_DERIVE: which of those that the trait is derived with
    u32 flags;
    u32 bits;
    u32 vis;
    u32 text; // in the box's chain
    DefId scope;
    u32 number;
    u32 item;   // SRC_ITEM
    u32 lang;   // LangItem; LANG_COUNT: none
    List attrs; // Tok
} DefInfo;
const DefInfo *def_info(Db *db, DefId def);

typedef struct DefToks { // Q_def_toks, Q_item_toks
    List toks;
} DefToks;
Toks def_toks(Db *db, DefId def);
void def_origin(Db *db, DefId def, u32 *file, u32 *row);
u32 def_text(Db *db, DefId def); // textual scope at the item's place
const DefSrc *def_src(Db *db, DefId def, BoxView *view);

Symbol sym(Db *db, const char *text);
u32 path_segs_of(Toks path, Scratch *scratch, PathSeg **out);

#endif
