// Built-in derives: the item's tokens -> an impl's tokens, as rustc writes them
// (rustc_builtin_macros/src/deriving; see `rustc -Zunpretty=expanded`).

#ifndef RAC_EXPAND_DERIVE_H
#define RAC_EXPAND_DERIVE_H

#include "expand/cfg.h"
#include "expand/macro_rules.h"

#define DERIVES(X)                                                                                 \
    X(Clone)                                                                                       \
    X(Copy)                                                                                        \
    X(Debug)                                                                                       \
    X(Default)                                                                                     \
    X(Eq)                                                                                          \
    X(Hash)                                                                                        \
    X(Ord)                                                                                         \
    X(PartialEq)                                                                                   \
    X(PartialOrd)                                                                                  \
    X(CoercePointee)                                                                               \
    X(ConstParamTy)                                                                                \
    X(ConstParamTy_)                                                                               \
    X(UnsizedConstParamTy)                                                                         \
    X(From)

// clang-format off
typedef enum DeriveKind {
    DERIVE_NONE,
#define X(name) DERIVE_##name,
    DERIVES(X)
#undef X
} DeriveKind;
// clang-format on

DeriveKind derive_kind(const Db *db, Symbol name);
// How many impls one derive makes; `clone_is_copy`: Copy is derived too and there is no type
// parameter, or it is a union.
u32 derive_impl_count(DeriveKind kind, bool clone_is_copy);

typedef struct DeriveCx {
    Db *db;
    Scratch *scratch;
    const CfgSet *cfgs;
    u32 edition;
    u32 ctxt;          // of made names; its `$crate` is core
    const char *error; // why it failed
} DeriveCx;

// The `nth` impl. False, with cx->error, if the item cannot have it.
bool derive_expand(DeriveCx *cx, DeriveKind kind, u32 nth, Toks item, Toks *out);

#endif
