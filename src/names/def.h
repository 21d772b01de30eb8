// Definitions: everything a Rust program declares, named by a DefId.
//
// - A DefId is interned by (parent, kind, name, disambiguator): it survives edits that do not
//   touch the definition's own place in that path. Two `impl` blocks of one module differ by
//   their disambiguator, counted in source order (as in rustc's DefPath).
// - A crate's root module is a DEF_MOD without parent. A block that declares items is a DEF_BLOCK
//   whose parent is the body's owner, and a scope. The parent of its items is the block numbered 0,
//   which is one for all of the body: another block makes the items of the others no others. Only
//   what is looked up by the order in a block (macro_rules) has the block itself as its parent.
// - What stands behind a DefId (tokens, attributes, visibility) is a query, see names/names.h.

#ifndef RAC_NAMES_DEF_H
#define RAC_NAMES_DEF_H

#include "query/query.h"

ID_TYPE(DefId);
ID_TYPE(CrateId);

#define DEF_KINDS(X)                                                                               \
    X(NONE)                                                                                        \
    X(MOD)                                                                                         \
    X(BLOCK) /* a block with items: an anonymous module */                                         \
    X(STRUCT)                                                                                      \
    X(UNION)                                                                                       \
    X(ENUM)                                                                                        \
    X(VARIANT) /* parent: the enum */                                                              \
    X(TRAIT)                                                                                       \
    X(TRAIT_ALIAS)                                                                                 \
    X(TY_ALIAS)                                                                                    \
    X(FN) /* free, or foreign (parent: a FOREIGN_MOD) */                                           \
    X(CONST)                                                                                       \
    X(STATIC)                                                                                      \
    X(MACRO) /* macro_rules, macro 2.0, built-in */                                                \
    X(IMPL)                                                                                        \
    X(FOREIGN_MOD) /* extern "C" { } */                                                            \
    X(FOREIGN_TY)                                                                                  \
    X(ASSOC_FN) /* parent: a TRAIT or an IMPL */                                                   \
    X(ASSOC_TY)                                                                                    \
    X(ASSOC_CONST)                                                                                 \
    X(CLOSURE) /* parent: the owner of the body it stands in; disambiguator: its number there */   \
    X(ANON_CONST) /* array length, discriminant, const argument; parent: the item or body owner */ \
    X(INLINE_CONST) /* const { } in a body */                                                      \
    X(OPAQUE_TY)    /* impl Trait in return position; parent: the fn */                            \
    X(GLOBAL_ASM)

typedef enum DefKind {
#define X(name) DEF_##name,
    DEF_KINDS(X)
#undef X
} DefKind;

typedef struct DefRow {
    DefId parent; // 0 for a crate's root module
    Symbol name;  // SYM_none for impls, blocks, closures ...
    u32 disambiguator;
    u16 kind;  // DefKind
    u16 crate; // CrateId
} DefRow;

typedef struct CrateRow {
    Symbol name;
    DefId root;    // DEF_MOD
    u32 root_file; // FileId
    u32 edition;
    bool is_local; // the user's: compiled from source, debug assertions by its options
    // A module of a library crate that is collected apart, as if it were a crate that the rest of
    // its crate only names; `name` and `root` are those of the crate it belongs to.
    bool is_part;
} CrateRow;

DefId def_intern(Db *db, DefId parent, DefKind kind, Symbol name, u32 disambiguator);
const DefRow *def_row(const Db *db, DefId def);
// Ids are dense: 1..def_count - 1. Some are of definitions that an edit has taken away since.
u32 def_count(const Db *db);
static inline bool def_eq(DefId a, DefId b) {
    return a.id == b.id;
}
static inline DefKind def_kind(const Db *db, DefId def) {
    return (DefKind)def_row(db, def)->kind;
}
CrateId def_crate(const Db *db, DefId def);
const CrateRow *crate_row(const Db *db, CrateId crate);
static inline bool def_is_local(const Db *db, DefId def) {
    return crate_row(db, def_crate(db, def))->is_local;
}
// The module of a crate that is collected apart (CrateRow.is_part); 0: it has none of that name.
DefId def_part_root(const Db *db, CrateId crate, Symbol module);
// `core::option::Option`, `<impl at ..>` where there is no name; for messages and dumps.
Str def_path_str(Db *db, DefId def, Scratch *scratch);
// The nearest enclosing DEF_MOD or DEF_BLOCK: the scope paths in the definition start from.
DefId def_scope(Db *db, DefId def);
// The parent of the items of a scope.
DefId def_items_parent(Db *db, DefId scope);
// The definition whose generics a closure, anon const or inline const shares: itself otherwise.
DefId def_typeck_root(const Db *db, DefId def);

// What a path names.
typedef enum ResKind {
    RES_NONE,        // not found
    RES_ERR,         // not found, already reported
    RES_DEF,         // def
    RES_CTOR,        // the constructor (function or constant) of the struct or variant `def`
    RES_LOCAL,       // index: HirLocalId (bodies only)
    RES_TY_PARAM,    // def: the owner of the generics; index among its own parameters
    RES_CONST_PARAM, // the same
    RES_SELF_TRAIT,  // `Self` in the trait `def`
    RES_SELF_IMPL,   // `Self` in the impl `def`
    RES_SELF_CTOR,   // `Self(..)` or `Self` as a value in the impl `def`
    RES_PRIM,        // index: PrimTy
} ResKind;

// Primitive types, in the order of their TyKind (types/ty.h asserts it).
#define PRIM_TYPES(X)                                                                              \
    X(BOOL, bool)                                                                                  \
    X(CHAR, char)                                                                                  \
    X(STR, str)                                                                                    \
    X(I8, i8)                                                                                      \
    X(I16, i16)                                                                                    \
    X(I32, i32)                                                                                    \
    X(I64, i64)                                                                                    \
    X(I128, i128)                                                                                  \
    X(ISIZE, isize)                                                                                \
    X(U8, u8)                                                                                      \
    X(U16, u16)                                                                                    \
    X(U32, u32)                                                                                    \
    X(U64, u64)                                                                                    \
    X(U128, u128)                                                                                  \
    X(USIZE, usize)                                                                                \
    X(F16, f16)                                                                                    \
    X(F32, f32)                                                                                    \
    X(F64, f64)                                                                                    \
    X(F128, f128)

// clang-format off
typedef enum PrimTy {
#define X(name, text) PRIM_##name,
    PRIM_TYPES(X)
#undef X
    PRIM_COUNT
} PrimTy;
// clang-format on

typedef struct Res {
    u32 kind; // ResKind
    DefId def;
    u32 index;
} Res;

typedef enum Namespace { NS_TYPE, NS_VALUE, NS_MACRO, NS_COUNT } Namespace;

#endif
