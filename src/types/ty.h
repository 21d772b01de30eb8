// Interned types and constants. Every stage after HIR names a type by its Ty.
//
// - Two types are equal exactly when their ids are equal; nobody compares shapes. A type never
//   changes, and its id stays good in a saved image. Regions do not exist in rac.
// - A constant used in types (array length, const generic argument) is a Ty of a CONST_ kind, so
//   one list, one fold and one unification serve both. ty_is_const tells them apart.
// - Args is an interned list of Ty: the generic arguments of a definition, the parents' first
//   (for a trait's items Self is argument 0). Lifetimes have no place in it.
// - TyInfo flags say what is inside (parameters, inference variables, projections), so folding
//   stops early: a type without TY_HAS_PARAM is its own substitution.

#ifndef RAC_TYPES_TY_H
#define RAC_TYPES_TY_H

#include "hir/hir.h"

ID_TYPE(Ty);
ID_TYPE(Args); // 0: the empty list
ID_TYPE(ExistentialId);

// Types without operands: name, spelling. Their id equals their kind. In PrimTy's order from BOOL.
// clang-format off
#define TY_ATOMS(X)                                                                                \
    X(NONE, "{none}")                                                                              \
    X(BOOL, "bool")                                                                                \
    X(CHAR, "char")                                                                                \
    X(STR, "str")                                                                                  \
    X(I8, "i8")                                                                                    \
    X(I16, "i16")                                                                                  \
    X(I32, "i32")                                                                                  \
    X(I64, "i64")                                                                                  \
    X(I128, "i128")                                                                                \
    X(ISIZE, "isize")                                                                              \
    X(U8, "u8")                                                                                    \
    X(U16, "u16")                                                                                  \
    X(U32, "u32")                                                                                  \
    X(U64, "u64")                                                                                  \
    X(U128, "u128")                                                                                \
    X(USIZE, "usize")                                                                              \
    X(F16, "f16")                                                                                  \
    X(F32, "f32")                                                                                  \
    X(F64, "f64")                                                                                  \
    X(F128, "f128")                                                                                \
    X(NEVER, "!")                                                                                  \
    X(ERROR, "{type error}") /* already reported; checks against it stay quiet */
// clang-format on

// Types made of others; the payloads are in TyRow.
#define TY_COMPOUNDS(X)                                                                            \
    X(ADT)         /* def: STRUCT, ENUM, UNION; args */                                            \
    X(FOREIGN)     /* def: extern type */                                                          \
    X(ARRAY)       /* elem, len */                                                                 \
    X(SLICE)       /* elem */                                                                      \
    X(PTR)         /* elem, is_mut */                                                              \
    X(REF)         /* elem, is_mut */                                                              \
    X(TUPLE)       /* args: the elements; () is TUPLE with none */                                 \
    X(FN_DEF)      /* def: FN, ASSOC_FN; or STRUCT, VARIANT: its constructor; args */              \
    X(FN_PTR)      /* args: inputs then output; abi, is_unsafe, is_variadic */                     \
    X(DYN)         /* existential */                                                               \
    X(CLOSURE)     /* def; args: those of its typeck root */                                       \
    X(COROUTINE)   /* def; args */                                                                 \
    X(PROJECTION)  /* def: ASSOC_TY of a trait; args: the trait's, then its own */                 \
    X(OPAQUE)      /* def: OPAQUE_TY; args of the fn */                                            \
    X(PARAM)       /* index, name */                                                               \
    X(PAT)         /* elem (base integer or char), range: list of (lo, hi) constants in args */    \
    X(INFER)       /* index: a variable of one inference context, of any type */                   \
    X(INFER_INT)   /* the same, of integer type */                                                 \
    X(INFER_FLOAT) /* the same, of float type */                                                   \
    X(PLACEHOLDER) /* index: a skolem of the solver */                                             \
    X(CONST_VALUE) /* elem: its type; bits (integers, bool, char: zero-extended to the size) */    \
    X(CONST_TREE)  /* elem: its type; args: CONST fields (structural consts; first: variant index) \
                    */                                                                             \
    X(CONST_PARAM) /* index, name; elem: its type */                                               \
    X(CONST_UNEVAL) /* def: ANON_CONST, CONST, ASSOC_CONST; args */                                \
    X(CONST_INFER)  /* index; elem: its type */                                                    \
    X(CONST_ERROR)

typedef enum TyKind {
#define X(name, text) TY_##name,
    TY_ATOMS(X)
#undef X
#define X(name) TY_##name,
        TY_COMPOUNDS(X)
#undef X
            TY_KIND_COUNT
} TyKind;

#define TY_ATOM_COUNT TY_ADT
_Static_assert(TY_BOOL + PRIM_F128 == TY_F128, "PrimTy and TyKind list primitives alike");

typedef enum TyFlags {
    TY_HAS_PARAM = 1,      // PARAM, CONST_PARAM
    TY_HAS_INFER = 2,      // any inference variable
    TY_HAS_PROJECTION = 4, // PROJECTION, CONST_UNEVAL
    TY_HAS_OPAQUE = 8,
    TY_HAS_ERROR = 16,
    TY_HAS_PLACEHOLDER = 32,
    TY_HAS_CLOSURE = 64,
    TY_HAS_LOCAL = 128, // a definition of the user's crate
} TyFlags;

typedef struct TyRow {
    u8 kind;
    u8 flags; // TyFlags of everything inside
    u8 is_mut;
    u8 abi; // HirAbi
    u8 is_unsafe;
    u8 is_variadic;
    u8 has_binder; // FN_PTR: written with for<'a> or elided references (symbol names only); always
                   // 0 in interned rows for now
    u8 pad;
    DefId def;
    Args args;
    Ty elem;
    Ty len;
    u32 index;
    Symbol name;
    u32 pad2;
    u64 lo_bits, hi_bits; // CONST_VALUE
} TyRow;

// The principal trait of a `dyn`, its projection bounds and auto traits.
typedef struct Existential {
    DefId principal;                        // 0: only auto traits
    Args args;                              // the principal's without Self
    u32 projection_first, projection_count; // ExProjection, sorted by def
    u32 auto_first, auto_count;             // DefId, sorted
} Existential;
typedef struct ExProjection {
    DefId assoc; // ASSOC_TY
    Args args;   // of its trait without Self, then own
    Ty ty;
} ExProjection;

struct TyStore *ty_store_new(void);
void ty_store_free(struct TyStore *store);
void ty_store_image(struct TyStore *store, Image *image);

static inline bool ty_eq(Ty a, Ty b) {
    return a.id == b.id;
}
static inline bool args_eq(Args a, Args b) {
    return a.id == b.id;
}
#define TY_OF(kind) ((Ty){TY_##kind})

const TyRow *ty_row(const Db *db, Ty ty); // stays good
u32 ty_count(const Db *db);               // ids are dense: 1 .. ty_count - 1
static inline TyKind ty_kind(const Db *db, Ty ty) {
    return (TyKind)ty_row(db, ty)->kind;
}
static inline u32 ty_flags(const Db *db, Ty ty) {
    return ty_row(db, ty)->flags;
}

Ty ty_adt(Db *db, DefId def, Args args);
Ty ty_foreign(Db *db, DefId def);
Ty ty_array(Db *db, Ty elem, Ty len);
Ty ty_slice(Db *db, Ty elem);
Ty ty_ptr(Db *db, Ty to, bool is_mut);
Ty ty_ref(Db *db, Ty to, bool is_mut);
Ty ty_tuple(Db *db, const Ty *elems, u32 count); // borrows elems for the call
Ty ty_unit(Db *db);
Ty ty_fn_def(Db *db, DefId def, Args args);
typedef struct FnPtrSig {
    Args tys; // inputs, then output
    u8 abi, is_unsafe, is_variadic;
} FnPtrSig;
Ty ty_fn_ptr(Db *db, FnPtrSig sig);
Ty ty_dyn(Db *db, const Existential *e, const ExProjection *projections, const DefId *autos);
Ty ty_closure(Db *db, DefId def, Args args);
Ty ty_projection(Db *db, DefId assoc, Args args);
Ty ty_opaque(Db *db, DefId def, Args args);
Ty ty_param(Db *db, u32 index, Symbol name);
Ty ty_pat(Db *db, Ty base, const Ty *ranges, u32 count);
Ty ty_infer(Db *db, TyKind kind, u32 index,
            Ty elem); // INFER, INFER_INT, INFER_FLOAT, CONST_INFER, PLACEHOLDER
Ty const_value(Db *db, Ty ty, u64 lo_bits, u64 hi_bits);
Ty const_usize(Db *db, u64 value);
Ty const_param(Db *db, u32 index, Symbol name, Ty ty);
Ty const_uneval(Db *db, DefId def, Args args);
Ty const_tree(Db *db, Ty ty, Args fields);

// A type by its row, which is as some ty_ function made it (not DYN).
Ty ty_from_row(Db *db, TyRow row);

bool ty_is_const(const Db *db, Ty ty);
const Existential *ty_existential(const Db *db, Ty dyn);
const ExProjection *existential_projections(const Db *db, const Existential *e);
const DefId *existential_autos(const Db *db, const Existential *e);

Args args_intern(Db *db, const Ty *tys, u32 count);
const Ty *args_at(const Db *db, Args args, u32 *count); // count may be NULL
u32 args_count(const Db *db, Args args);
u32 args_flags(const Db *db, Args args);
static inline Ty args_get(const Db *db, Args args, u32 i) {
    return args_at(db, args, NULL)[i];
}
Args args_concat(Db *db, Args a, Args b);
Args args_slice(Db *db, Args args, u32 first, u32 count);

// Elements of a tuple; inputs (count without output) and output of a FN_PTR.
const Ty *ty_elems(const Db *db, Ty tuple, u32 *count);

// Replaces PARAM and CONST_PARAM number i by args[i].
Ty ty_subst(Db *db, Ty ty, Args args);
Args args_subst(Db *db, Args list, Args args);
// Rebuilds a type bottom-up: `fold` is asked for each type after its parts were folded, and
// returns its replacement (often itself). Shares what does not change.
typedef Ty TyFold(void *cx, Db *db, Ty ty);
Ty ty_fold(Db *db, Ty ty, TyFold *fold, void *cx, u32 needed_flags);
Args args_fold(Db *db, Args args, TyFold *fold, void *cx, u32 needed_flags);

// As the user would write it: `Vec<Option<&str>>`, `fn(i32) -> i32`, `[u8; 4]`. In `scratch`.
Str ty_print(Db *db, Ty ty, Scratch *scratch);
// With full paths, as core::any::type_name gives it: `alloc::vec::Vec<i32>`.
Str ty_print_full(Db *db, Ty ty, Scratch *scratch);
Str args_print(Db *db, Args args, Scratch *scratch); // `<A, B>` or nothing

static inline bool ty_is_int(TyKind k) {
    return k >= TY_I8 && k <= TY_USIZE;
}
static inline bool ty_is_signed(TyKind k) {
    return k >= TY_I8 && k <= TY_ISIZE;
}
static inline bool ty_is_float(TyKind k) {
    return k >= TY_F16 && k <= TY_F128;
}
// Bytes of an integer, bool, char or float kind.
u32 ty_prim_bytes(TyKind k);

#endif
