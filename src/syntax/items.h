// The item skimmer: finds items in a token run without parsing them.
//
// A row tells what names/ needs to build scopes: kind, name, visibility, attributes, and the token
// ranges of the header and the brace body. Groups are skipped through `match`, so the cost is in
// the tokens of headers only. Works for a file, an inline module, an extern block, a trait or impl
// body (associated items) and a block (items among statements). Token numbers count from the start
// of the run given; rows hold no pointers.
//
// What the skimmer cannot place is reported once and skipped to the next item start.

#ifndef RAC_SYNTAX_ITEMS_H
#define RAC_SYNTAX_ITEMS_H

#include "base/blob.h"
#include "syntax/token.h"

#define ITEM_KINDS(X)                                                                              \
    X(NONE)                                                                                        \
    X(MOD)          /* body: inline; none: its own file */                                         \
    X(USE)          /* parse_use reads header */                                                   \
    X(EXTERN_CRATE) /* extra: the crate; name: what it is called here (`_`: SYM_underscore) */     \
    X(FN)                                                                                          \
    X(STRUCT)                                                                                      \
    X(ENUM)                                                                                        \
    X(UNION)                                                                                       \
    X(TRAIT)                                                                                       \
    X(TRAIT_ALIAS)                                                                                 \
    X(TYPE) /* alias, associated type, extern type */                                              \
    X(CONST)                                                                                       \
    X(STATIC)                                                                                      \
    X(IMPL)                                                                                        \
    X(EXTERN_BLOCK)                                                                                \
    X(MACRO_RULES) /* body: the rules' group whatever its delimiter; extra: TOK_OPEN_* kind */     \
    X(MACRO_DEF)   /* `macro name(..) {..}`; header: from name on; body: the last brace group */   \
    X(MACRO_CALL)  /* name: last path segment; header: the path; body: the arguments' group */

typedef enum ItemKind {
#define X(name) ITEM_##name,
    ITEM_KINDS(X)
#undef X
        ITEM_KIND_COUNT
} ItemKind;

enum { // ItemRow.flags
    ITEM_IS_UNSAFE = 1 << 0,
    ITEM_IS_CONST = 1 << 1, // const fn, const trait, impl const
    ITEM_IS_ASYNC = 1 << 2,
    ITEM_IS_AUTO = 1 << 3,     // auto trait
    ITEM_IS_DEFAULT = 1 << 4,  // specialization
    ITEM_IS_SAFE = 1 << 5,     // safe fn, safe static in an extern block
    ITEM_IS_EXTERN = 1 << 6,   // extern fn
    ITEM_IS_MUT = 1 << 7,      // static mut
    ITEM_IS_NEGATIVE = 1 << 8, // impl !Trait for T
    ITEM_OF_TRAIT = 1 << 9,    // impl Trait for T
    ITEM_IS_TUPLE = 1 << 10,   // struct S(..);
    ITEM_IS_UNIT = 1 << 11,    // struct S;
    ITEM_HAS_SELF = 1 << 12,   // fn: the first parameter is self
    ITEM_HAS_BODY = 1 << 13,   // fn with a block, const/static/type with a value, inline mod
    ITEM_IS_GEN = 1 << 14,
    ITEM_HAS_SEMI = 1 << 15,  // MACRO_CALL: ended with `;` (statement position only: m!(..);)
    ITEM_HAS_CFG = 1 << 16,   // some outer attribute is cfg or cfg_attr
    ITEM_HAS_ATTRS = 1 << 17, // there are outer attributes that are no doc comments
};

typedef enum ItemVis {
    VIS_INHERITED, // none written
    VIS_PUB,
    VIS_CRATE,
    VIS_SELF,
    VIS_SUPER,
    VIS_IN // pub(in path): path_lo..path_hi
} ItemVis;

typedef struct TokRange {
    u32 lo, hi; // tokens; hi is excluded
} TokRange;
static inline Toks toks_sub(Toks toks, TokRange range) {
    if (range.lo == range.hi) return (Toks){0}; // of no tokens there may be no array
    return (Toks){toks.at + range.lo, range.hi - range.lo};
}

typedef struct ItemRow {
    u8 kind;  // ItemKind
    u8 vis;   // ItemVis
    u16 bang; // MACRO_CALL, MACRO_RULES: kind of the opening delimiter (TokKind)
    u32 flags;
    Symbol name;    // SYM_none: impl, use, extern block, `const _` is SYM_underscore
    u32 ctxt;       // hygiene of the name
    u32 name_tok;   // 0 if there is no name (token 0 is never a name alone: a keyword precedes it)
    u32 extra;      // EXTERN_CRATE: Symbol of the crate
    TokRange range; // the entire item, attributes included
    TokRange attrs; // outer attributes and doc comments
    TokRange vis_path;
    TokRange header; // after visibility, up to the body or `;`: `fn f<T>(x: T) -> T where ..`
    TokRange body;   // inside of the brace group (const, static, type: the tokens after `=`)
} ItemRow;

typedef struct SkimError {
    u32 tok;             // where
    const char *code;    // rustc's; "": none
    const char *message; // static text
} SkimError;

typedef VEC(ItemRow) ItemVec;
typedef VEC(SkimError) SkimErrorVec;

typedef struct Skim {
    ItemVec items;
    SkimErrorVec errors;
    TokRange inner_attrs; // `#![..]` and `//!` at the start
} Skim;

typedef enum SkimPlace {
    SKIM_MODULE, // file or module, extern block, trait or impl body
    SKIM_ASSOC,
    SKIM_FOREIGN,
    SKIM_BLOCK, // statements between items are skipped; a macro call there is no item row
} SkimPlace;

void skim_items(Toks toks, SkimPlace place, u32 edition, Scratch *scratch, Skim *out);
// Tries one item at `at`; false if there starts none. Used for statements.
bool skim_item_at(Toks toks, u32 at, SkimPlace place, u32 edition, ItemRow *out);

// Q_file_items: the rows of a file.
typedef struct ItemTree {
    List items; // ItemRow
    TokRange inner_attrs;
} ItemTree;

// ---- use trees ----------------------------------------------------------------------------------

// One row per leaf: the full path from the item's start, the name it is bound to.
typedef struct UseSeg {
    Symbol name; // SYM_path_root for a leading `::`
    u32 ctxt;
    u32 flags; // TOK_RAW, TOK_CRATE
    u32 tok;
} UseSeg;

typedef struct UseLeaf {
    u32 seg_first, seg_count; // into segs; a leaf `self` in braces keeps its `self` (last)
    Symbol name;              // what it binds; SYM_underscore for `as _`, SYM_none for a glob
    u32 ctxt;
    u32 tok; // of the leaf's last segment or `*`
    bool glob;
    bool in_braces_self; // `a::{self}`: only the type namespace is imported
} UseLeaf;

typedef VEC(UseSeg) UseSegVec;
typedef VEC(UseLeaf) UseLeafVec;

typedef struct UseTable {
    UseSegVec segs;
    UseLeafVec leaves;
    SkimErrorVec errors;
} UseTable;

// `header` of an ITEM_USE row: `use a::{b, c as d, e::*}`.
void parse_use(Toks header, Scratch *scratch, UseTable *out);

#endif
