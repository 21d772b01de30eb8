// HIR: one item's signature, or one body, with every path resolved and all sugar removed.
//
// Made from the expanded syntax tree (def_item_ast, def_body_ast) by hir/lower_*.c; read by types/
// (signatures), infer/ (bodies) and mir/. What is gone: macros, lifetimes, parentheses, `for`,
// `while`, `?`, `if let` / let chains (EXPR_LET inside conditions stays), compound paths, format
// strings (they are calls that build fmt::Arguments, std-facts 1.1), ranges (struct literals or
// calls of lang items), `async` blocks. Locals are numbered.
//
// A HIR blob holds flat arrays; ids are indexes into them, 0 is none (row 0 of each array is
// empty). Positions are those of the item's tokens (Span base SPAN_DEF | owner) and stand in arrays
// of their own. What rustc calls a thing is what it is called here.

#ifndef RAC_HIR_HIR_H
#define RAC_HIR_HIR_H

#include "names/names.h"

ID_TYPE(HirExpr);
ID_TYPE(HirPat);
ID_TYPE(HirTy);
ID_TYPE(HirLocal);
ID_TYPE(HirPath);

// `first` and `count` of a run in one of the blob's arrays.
typedef struct HirList {
    u32 first;
    u32 count;
} HirList;

// ---- paths ------------------------------------------------------------------------------------

typedef struct HirAssocArg { // `Item = T`, `Item: Bound`, `N = 3` in generic arguments
    Symbol name;
    HirTy ty;       // equality, also for constants (a HIR_TY_CONST); 0 if bounds
    HirList bounds; // HirBound
    HirList args;   // HirTy, the associated item's own arguments (GAT)
} HirAssocArg;

typedef struct HirSeg {
    Symbol name;
    u32 ctxt;
    HirList args;       // HirTy in `lists`: types and constants, lifetimes dropped
    HirList assoc_args; // HirAssocArg
    u8 has_args;        // written with <...>, even if only lifetimes
    u8 is_paren;        // Fn(A, B) -> C: args = one tuple type, assoc_args = Output
    u32 lo;
} HirSeg;

// Three forms, as in rustc:
//   resolved:       res, segs                       std::mem::swap, Vec<T>, Some
//   qualified:      qself, res, segs                <T as Trait>::Item, <T as Trait>::method
//   type-relative:  qself, one seg, res = NONE      Vec::<T>::new, T::Item, Self::CONST
typedef struct HirPathRow {
    Res res;
    HirTy qself;
    HirList segs; // HirSeg, those that `res` answers for (their args matter)
    u8 is_relative;
    u32 lo, hi;
} HirPathRow;

typedef struct HirBound {
    HirPath trait; // resolved to a TRAIT (or TRAIT_ALIAS)
    u8 is_maybe;   // ?Sized
    u8 is_const;   // const, [const]: ignored
    u8 has_binder; // for<'a>: only symbol names care
} HirBound;

// ---- types ------------------------------------------------------------------------------------

#define HIR_TY_KINDS(X)                                                                            \
    X(ERR)                                                                                         \
    X(INFER)                                                                                       \
    X(NEVER)                                                                                       \
    X(PATH)                                                                                        \
    X(TUPLE)                                                                                       \
    X(SLICE)                                                                                       \
    X(ARRAY)                                                                                       \
    X(REF)                                                                                         \
    X(PTR)                                                                                         \
    X(FN_PTR)                                                                                      \
    X(DYN)                                                                                         \
    X(OPAQUE)     /* impl Trait in return or alias position: def = OPAQUE_TY */                    \
    X(IMPL_PARAM) /* impl Trait in argument position: a generic parameter, index */                \
    X(PAT)        /* pattern_type!: elem + range */                                                \
    X(CONST)      /* a constant as a generic argument or array length */

typedef enum HirTyKind {
#define X(name) HIR_TY_##name,
    HIR_TY_KINDS(X)
#undef X
} HirTyKind;

typedef enum HirConstKind {
    HIR_CONST_PARAM, // res = RES_CONST_PARAM
    HIR_CONST_LIT,   // an integer, bool or char literal, possibly negated
    HIR_CONST_ANON,  // def = ANON_CONST with a body of its own
    HIR_CONST_INFER, // _
} HirConstKind;

#define HIR_PAT_EXCLUSIVE 0x80000000u // in a pattern type: the end is not part of the range

typedef struct HirTyRow {
    u8 kind;       // HirTyKind
    u8 is_mut;     // REF, PTR
    u8 const_kind; // HIR_TY_CONST: HirConstKind
    u8 abi;        // FN_PTR: HirAbi
    u8 is_unsafe, is_variadic, has_binder;
    u8 negative; // CONST_LIT
    union {
        HirPath path;  // PATH
        HirList elems; // TUPLE: HirTy in `lists`
        struct {
            HirTy elem, len;
        }; // SLICE, ARRAY (len: a CONST), REF, PTR
        struct {
            HirList inputs;
            HirTy output;
        } fn_ptr; // output 0: ()
        struct {
            HirList bounds;
        } dyn; // DYN: HirBound; auto traits too
        struct {
            DefId def;
            HirList bounds;
            u32 index;
        } opaque; // OPAQUE, IMPL_PARAM: HirBound
        struct {
            HirTy base;
            HirList ranges;
        } pat; // ranges: pairs of HirTy, CONSTs, in `lists`: lo, hi; 0 = open; hi |
               // HIR_PAT_EXCLUSIVE
        struct {
            Res res;
            u64 lo_bits, hi_bits;
            DefId def;
            u8 lit_is_bool, lit_is_char;
        } konst; // CONST
    };
    u32 lo, hi;
} HirTyRow;

typedef enum HirAbi {
    ABI_RUST,
    ABI_C,
    ABI_RUST_CALL,
    ABI_RUST_INTRINSIC,
    ABI_SYSTEM,
    ABI_OTHER
} HirAbi;

// ---- generics -----------------------------------------------------------------------------------

typedef struct HirParam {
    Symbol name;
    u8 is_const;
    u8 is_impl_trait; // made by `impl Trait` in argument position
    HirTy ty;         // of a const parameter
    HirTy default_ty; // type or CONST; 0 if none
} HirParam;

typedef struct HirWhere { // also the bounds written on parameters, in source order
    HirTy bounded;        // 0: bounds of parameter `param`
    u32 param;            // own index
    HirList bounds;       // HirBound
} HirWhere;

// ---- bodies -----------------------------------------------------------------------------------

#define HIR_EXPR_KINDS(X)                                                                          \
    X(ERR)                                                                                         \
    X(LIT)                                                                                         \
    X(PATH)                                                                                        \
    X(CALL)                                                                                        \
    X(METHOD_CALL)                                                                                 \
    X(TUPLE)                                                                                       \
    X(ARRAY)                                                                                       \
    X(REPEAT)                                                                                      \
    X(STRUCT)                                                                                      \
    X(UNARY)                                                                                       \
    X(BINARY)                                                                                      \
    X(ASSIGN)                                                                                      \
    X(ASSIGN_OP)                                                                                   \
    X(FIELD)                                                                                       \
    X(INDEX)                                                                                       \
    X(ADDR_OF)                                                                                     \
    X(CAST)                                                                                        \
    X(IF)                                                                                          \
    X(LET) /* only in conditions of IF and guards, under && */                                     \
    X(LOOP)                                                                                        \
    X(MATCH)                                                                                       \
    X(BLOCK)                                                                                       \
    X(BREAK)                                                                                       \
    X(CONTINUE)                                                                                    \
    X(RETURN)                                                                                      \
    X(CLOSURE)                                                                                     \
    X(DROP_TEMPS) /* the operand's temporaries die here, as in `while` conditions */               \
    X(INLINE_CONST)                                                                                \
    X(OFFSET_OF)                                                                                   \
    X(UNSUPPORTED) /* asm!, yield, await ...: `name` says what */

typedef enum HirExprKind {
#define X(name) HIR_##name,
    HIR_EXPR_KINDS(X)
#undef X
} HirExprKind;

typedef enum HirLitKind {
    LIT_INT,   // value: the magnitude; suffix: PrimTy + 1, 0 none
    LIT_FLOAT, // text: symbol without suffix and underscores
    LIT_BOOL,
    LIT_CHAR,
    LIT_BYTE,
    LIT_STR,      // bytes: symbol of the unescaped text
    LIT_BYTE_STR, // bytes (interned as a symbol; may hold any byte)
    LIT_C_STR,    // bytes without the final zero
} HirLitKind;

typedef enum HirUnOp { UN_DEREF, UN_NOT, UN_NEG } HirUnOp;
typedef enum HirBinOp {
    BIN_ADD,
    BIN_SUB,
    BIN_MUL,
    BIN_DIV,
    BIN_REM,
    BIN_AND,
    BIN_OR, // && ||
    BIN_BIT_XOR,
    BIN_BIT_AND,
    BIN_BIT_OR,
    BIN_SHL,
    BIN_SHR,
    BIN_EQ,
    BIN_LT,
    BIN_LE,
    BIN_NE,
    BIN_GE,
    BIN_GT
} HirBinOp;
enum { BIN_OP_COUNT = BIN_GT + 1 };
typedef enum HirMatchSource {
    MATCH_NORMAL,
    MATCH_FOR_LOOP,
    MATCH_TRY,
    MATCH_LET_ELSE
} HirMatchSource;
typedef enum HirLoopSource { LOOP_LOOP, LOOP_WHILE, LOOP_FOR } HirLoopSource;

typedef struct HirField { // of a struct expression or pattern
    Symbol name;          // "0", "1" for tuple structs
    u32 value;            // HirExpr or HirPat
} HirField;

typedef struct HirArm {
    HirPat pat;
    HirExpr guard; // 0 if none; may hold LET
    HirExpr body;
} HirArm;

typedef enum HirStmtKind { STMT_LET, STMT_EXPR, STMT_SEMI } HirStmtKind;
typedef struct HirStmt {
    u16 kind;
    u16 is_super; // super let
    HirPat pat;   // LET
    HirTy ty;     // LET, 0 if not written
    HirExpr expr; // init (0 if none), or the expression
    HirExpr els;  // let .. else: a BLOCK of type !
} HirStmt;

typedef struct HirExprRow {
    u8 kind;         // HirExprKind
    u8 op;           // HirUnOp, HirBinOp, HirLitKind, HirMatchSource, HirLoopSource
    u8 is_mut;       // ADDR_OF
    u8 is_raw;       // ADDR_OF: &raw
    u8 suffix;       // LIT: PrimTy + 1
    u8 is_move;      // CLOSURE
    u8 is_unsafe;    // BLOCK
    u8 is_synthetic; // made by desugaring; lints and messages keep quiet about it
    union {
        struct {
            u64 lo_bits, hi_bits;
        } lit;        // LIT INT BOOL CHAR BYTE
        Symbol text;  // LIT FLOAT STR BYTE_STR C_STR; UNSUPPORTED
        HirPath path; // PATH
        struct {
            HirExpr callee;
            HirList args;
        } call; // args: HirExpr in `lists`
        struct {
            HirExpr receiver;
            u32 seg;
            HirList args;
        } method;      // seg: into `segs`
        HirList elems; // TUPLE, ARRAY
        struct {
            HirExpr elem;
            HirTy len;
        } repeat; // len: HIR_TY_CONST
        struct {
            HirPath path;
            HirList fields;
            HirExpr base;
            u8 rest;
        } structure; // fields: HirField; rest: `..` alone
        struct {
            HirExpr a, b;
            u32 op_lo; // INDEX: what a panic tells of, the bracket
        } bin;         // BINARY, ASSIGN, ASSIGN_OP, INDEX; UNARY, ADDR_OF, DROP_TEMPS: a
        struct {
            HirExpr expr;
            Symbol name;
        } field;
        struct {
            HirExpr expr;
            HirTy ty;
        } cast;
        struct {
            HirExpr cond, then, els;
        } branch; // IF: then/els are BLOCKs or any expr; els 0 if none
        struct {
            HirPat pat;
            HirExpr init;
        } let;
        struct {
            HirExpr body;
            u32 label;
        } loop; // body: a BLOCK; label: the loop's number in the body, 1..
        struct {
            HirExpr scrutinee;
            HirList arms;
        } match; // HirArm
        struct {
            HirList stmts;
            HirExpr tail;
            u32 label;
        } block; // HirStmt; label: as loop, 0 if none
        struct {
            HirExpr value;
            u32 label;
        } jump;        // BREAK (value 0: none), CONTINUE: label of LOOP or BLOCK
        HirExpr value; // RETURN (0: none)
        u32 closure;   // CLOSURE: into `closures`
        DefId def;     // INLINE_CONST
        struct {
            HirTy ty;
            HirList names;
        } offset_of; // names: Symbol in `lists`
    };
} HirExprRow;

typedef struct HirClosure {
    DefId def;      // CLOSURE
    HirList params; // HirParamPat
    HirTy ret;      // 0 if not written
    HirExpr body;
    u8 is_move;
    HirExpr expr; // the CLOSURE expression itself
    u32 outer;    // index + 1 of the closure it stands in; 0: in none
} HirClosure;

typedef struct HirParamPat {
    HirPat pat;
    HirTy ty; // 0 if not written (closures)
} HirParamPat;

#define HIR_PAT_KINDS(X)                                                                           \
    X(ERR)                                                                                         \
    X(WILD)                                                                                        \
    X(BINDING)                                                                                     \
    X(PATH) /* unit struct or variant, constant, assoc constant */                                 \
    X(TUPLE_STRUCT)                                                                                \
    X(STRUCT)                                                                                      \
    X(TUPLE)                                                                                       \
    X(REF)                                                                                         \
    X(BOX)                                                                                         \
    X(DEREF)                                                                                       \
    X(LIT) /* expr: LIT, negated LIT, INLINE_CONST */                                              \
    X(RANGE)                                                                                       \
    X(SLICE)                                                                                       \
    X(OR)                                                                                          \
    X(NEVER)

typedef enum HirPatKind {
#define X(name) HIR_PAT_##name,
    HIR_PAT_KINDS(X)
#undef X
} HirPatKind;

typedef struct HirPatRow {
    u8 kind;
    u8 by_ref;       // BINDING: `ref`
    u8 is_mut;       // BINDING: `mut x`, or `ref mut`; REF: &mut
    u8 has_rest;     // TUPLE, TUPLE_STRUCT, SLICE: there is a `..` (before elems[rest_at])
    u8 is_inclusive; // RANGE
    union {
        struct {
            HirLocal local;
            HirPat sub;
            u8 mut_ref_binding;
        } binding; // sub: after @, 0 if none
        struct {
            HirPath path;
            HirList elems;
            u32 rest_at;
        } tuple_struct; // PATH too; elems: HirPat in `lists`
        struct {
            HirPath path;
            HirList fields;
            u8 rest;
        } structure; // HirField
        struct {
            HirList elems;
            u32 rest_at;
            HirPat rest_pat;
        } seq;        // TUPLE, SLICE (rest_pat: `x @ ..`), OR
        HirPat inner; // REF, BOX, DEREF
        HirExpr lit;  // LIT
        struct {
            HirExpr lo, hi;
        } range; // 0 if open; LIT, negated LIT or PATH
    };
} HirPatRow;

typedef struct HirLocalRow {
    Symbol name;
    u32 ctxt;
    HirPat pat; // the binding that introduces it (first alternative of an or-pattern)
    u8 is_mut;
    u8 by_ref;
} HirLocalRow;

typedef struct HirSpan {
    u32 lo, hi; // from the owner's start; a macro's output: the outermost call
} HirSpan;

// Arrays shared by item and body blobs. Each List is an array in the blob, row 0 empty.
typedef struct HirTables {
    List exprs;      // HirExprRow by HirExpr
    List expr_spans; // HirSpan
    List pats;       // HirPatRow by HirPat
    List pat_spans;  // HirSpan
    List tys;        // HirTyRow by HirTy
    List paths;      // HirPathRow by HirPath
    List segs;       // HirSeg
    List assoc_args; // HirAssocArg
    List bounds;     // HirBound
    List stmts;      // HirStmt
    List arms;       // HirArm
    List fields;     // HirField
    List params;     // HirParamPat
    List closures;   // HirClosure
    List locals;     // HirLocalRow by HirLocal
    List lists;      // u32: ids of exprs, pats, tys, symbols
} HirTables;

typedef struct HirBody {
    HirTables t;
    DefId owner;    // fn, const, static, anon const, inline const's own body
    HirList params; // HirParamPat; self is the first
    HirExpr value;
    u32 label_count; // loops and labelled blocks are 1..label_count
    bool is_variadic;
} HirBody;

// ---- items ------------------------------------------------------------------------------------

typedef struct HirFieldDef {
    Symbol name;
    HirTy ty;
    u32 vis_scope; // DefId of the module the field is visible in; 0: everywhere
    HirExpr default_value;
} HirFieldDef;

typedef struct HirVariant {
    DefId def; // the struct, union or VARIANT
    Symbol name;
    u8 ctor;        // HirCtorKind
    HirList fields; // HirFieldDef
    DefId discr;    // ANON_CONST of an explicit discriminant, or 0
} HirVariant;

typedef enum HirCtorKind { CTOR_RECORD, CTOR_TUPLE, CTOR_UNIT } HirCtorKind;

typedef struct HirFnSig {
    HirList inputs; // HirTy in `lists`
    HirTy output;   // 0: ()
    u8 abi;         // HirAbi
    u8 has_self;
    u8 is_variadic, is_unsafe, is_const, is_async;
} HirFnSig;

typedef struct HirItem {
    HirTables t;
    DefId def;
    HirList generics;  // HirParam rows: own parameters (`impl Trait` ones last)
    HirList wheres;    // HirWhere rows
    List param_rows;   // HirParam
    List where_rows;   // HirWhere
    List field_rows;   // HirFieldDef
    List variant_rows; // HirVariant
    HirFnSig sig;      // FN, ASSOC_FN
    HirTy ty; // CONST, STATIC, ASSOC_CONST, TY_ALIAS, ASSOC_TY (default or value), IMPL: self type;
              // 0 if none
    HirPath impl_trait; // IMPL of a trait
    HirList bounds;     // TRAIT: supertraits, ASSOC_TY, OPAQUE_TY, TRAIT_ALIAS: HirBound
    u8 is_negative;     // IMPL: !Trait
    u8 is_default_impl; // default impl
    u8 is_auto;         // auto trait
    u8 is_const;        // const impl: its functions are const
    u8 is_mut;          // static mut
    u8 is_unsafe;
    u8 is_foreign; // FN, STATIC: in an extern block
} HirItem;

void hir_register(Db *db);
const HirItem *hir_item(Db *db, DefId def);
// The body of a fn, const, static, ANON_CONST or INLINE_CONST; NULL where there is none.
const HirBody *hir_body(Db *db, DefId def);

// `t` is blob->t: HIR_AT(body, HirExprRow, exprs, expr.id)
#define HIR_AT(blob, T, array, index) (&LIST_AT(blob, T, (blob)->t.array)[index])
static inline const HirExprRow *hir_expr(const HirBody *b, HirExpr e) {
    return HIR_AT(b, HirExprRow, exprs, e.id);
}
static inline const HirPatRow *hir_pat(const HirBody *b, HirPat p) {
    return HIR_AT(b, HirPatRow, pats, p.id);
}
#define hir_ty(b, ty)  HIR_AT(b, HirTyRow, tys, (ty).id)
#define hir_path(b, p) HIR_AT(b, HirPathRow, paths, (p).id)
// The i-th id of a list in `lists`.
#define hir_listed(b, list, i) (*HIR_AT(b, u32, lists, (list).first + (i)))

// Attributes that change meaning, decoded once per definition.
typedef struct DefAttrs {
    u32 flags;          // DEF_ATTR_*
    u32 lang_item;      // LangItem + 1, 0 none
    u32 repr_align;     // bytes, 0 none
    u32 repr_pack;      // bytes, 0 none
    u8 repr_int;        // PrimTy + 1, 0 none
    u8 is_scalar_range; // rustc_layout_scalar_valid_range_start/end
    u64 scalar_start;
    u64 scalar_end;
    Symbol link_name; // link_name, export_name, no_mangle, rustc_std_internal_symbol: as written
    u32 simd;         // repr(simd)
    u32 legacy_const_generics; // bitset of argument positions
} DefAttrs;
enum {
    DEF_ATTR_INTRINSIC = 1 << 0, // rustc_intrinsic
    DEF_ATTR_TRACK_CALLER = 1 << 1,
    DEF_ATTR_INLINE = 1 << 2,
    DEF_ATTR_INLINE_ALWAYS = 1 << 3,
    DEF_ATTR_INLINE_NEVER = 1 << 4,
    DEF_ATTR_COLD = 1 << 5,
    DEF_ATTR_REPR_C = 1 << 6,
    DEF_ATTR_REPR_TRANSPARENT = 1 << 7,
    DEF_ATTR_REPR_SIMD = 1 << 8,
    DEF_ATTR_THREAD_LOCAL = 1 << 9,
    DEF_ATTR_NO_MANGLE = 1 << 10,
    DEF_ATTR_STD_INTERNAL_SYMBOL = 1 << 11,
    DEF_ATTR_FUNDAMENTAL = 1 << 12,
    DEF_ATTR_INHERIT_OVERFLOW_CHECKS = 1 << 13, // rustc_inherit_overflow_checks
    DEF_ATTR_NOUNWIND = 1 << 14,
    DEF_ATTR_SPECIALIZATION_TRAIT = 1 << 15,
    DEF_ATTR_RESERVATION_IMPL = 1 << 16,
    DEF_ATTR_NONNULL_OPT = 1 << 17,
    DEF_ATTR_PAREN_SUGAR = 1 << 18,
    DEF_ATTR_SKIP_ARRAY_DISPATCH = 1 << 19, // rustc_skip_during_method_dispatch(array)
    DEF_ATTR_SKIP_BOXED_SLICE_DISPATCH = 1 << 20,
    DEF_ATTR_WEAK = 1 << 21, // linkage = "extern_weak"
    DEF_ATTR_COINDUCTIVE = 1 << 22,
    DEF_ATTR_ALLOW_INCOHERENT = 1 << 23,
    DEF_ATTR_MARKER = 1 << 24,
    DEF_ATTR_NO_IMPLICIT_AUTOREFS = 1 << 25,
    DEF_ATTR_AUTOMATICALLY_DERIVED = 1 << 26,
};
const DefAttrs *def_attrs(Db *db, DefId def);

#endif
