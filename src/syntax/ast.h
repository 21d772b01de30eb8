// The syntax tree of ONE item: its signature, or its signature with the body.
//
// - An Ast is one blob (base/blob.h): a header and flat arrays of rows, named by typed ids (id 0
//   is none; row 0 of each array is empty). parse.h builds it in a Scratch and packs it.
// - Macro calls are expanded while parsing (ParseHooks), so nodes of expansions stand in the same
//   arrays; without hooks they stay as *_MACRO nodes. cfg is evaluated while parsing too; other
//   attributes of expressions and statements are dropped, those of fields, variants, parameters
//   and generic parameters are kept as tokens.
// - `lo`, `hi` are byte positions in the base of the tokens given (Tok.pos); for expansions, those
//   of the outermost macro call. A parent's range covers its children's where both are from text.
// - Names carry their hygiene context (`ctxt`), 0 for text as written.
// - Lifetimes are kept for messages alone: every one that is written, in `lifetimes`.
// - Parentheses are kept for expressions
//   only (AST_EXPR_PAREN), since `(a) = ..` and lints care.
// - Items inside a block are not parsed: the block lists their skimmed rows; their tokens are
//   copied into `toks`.
//
// Reading: ast_expr(ast, id), ast_list(ast, list, i), AST_ROWS(ast, fields, AstField, list).

#ifndef RAC_SYNTAX_AST_H
#define RAC_SYNTAX_AST_H

#include "syntax/items.h"

ID_TYPE(AstExpr);
ID_TYPE(AstPat);
ID_TYPE(AstTy);
ID_TYPE(AstPath);

typedef struct AstList { // a run in one of the arrays; the comment beside tells in which
    u32 first;
    u32 count;
} AstList;

typedef struct AstName {
    Symbol sym;
    u32 ctxt;
} AstName;

// ---- paths --------------------------------------------------------------------------------------

typedef enum AstArgKind {
    AST_ARG_TY,          // ty; may turn out to be a constant: a PATH of one plain segment
    AST_ARG_CONST,       // expr: literal, -literal, { block }
    AST_ARG_ASSOC_TY,    // name<args> = ty (the same ambiguity)
    AST_ARG_ASSOC_CONST, // name<args> = expr
    AST_ARG_ASSOC_BOUND, // name<args>: bounds
    AST_ARG_LIFETIME     // name, with its quote
} AstArgKind;

typedef struct AstArg {
    u8 kind; // AstArgKind
    AstName name;
    AstList args; // args: AstArg, the associated item's own
    AstTy ty;
    AstExpr expr;
    AstList bounds; // bounds
    u32 lo, hi;
} AstArg;

typedef enum AstArgsKind {
    AST_ARGS_NONE,
    AST_ARGS_ANGLE, // <A, B, Item = C>
    AST_ARGS_PAREN, // (A, B) -> C: args are the inputs (AST_ARG_TY), output may be 0 = ()
    AST_ARGS_RETURN // (..): return type notation
} AstArgsKind;

typedef struct AstSeg {
    AstName name; // SYM_path_root for a leading `::`; `crate`, `self`, `super`, `Self` as they are
    u8 flags;     // TOK_RAW, TOK_CRATE (`$crate`: name.sym is SYM_dollar_crate)
    u8 args_kind; // AstArgsKind
    AstList args; // args
    AstTy output; // PAREN
    u32 lo, hi;
} AstSeg;

typedef struct AstPathRow {
    AstTy qself;    // `<T as Trait>::x`, `<T>::x`, also `$ty::x` of a macro's type; 0 if none
    u32 qself_segs; // how many of the segs stand inside `< as ..>` (0 for `<T>::x`)
    AstList segs;   // segs
    u32 lo, hi;
} AstPathRow;

typedef struct AstBound {
    AstPath path; // the trait; bounds that are lifetimes, and use<..>, are no rows
    u8 is_maybe;  // ?Trait
    u8 is_const;  // const, ~const, [const]
    u8 is_async;
    u8 is_negative; // !Trait
    u8 has_binder;  // for<'a>
    u32 lo, hi;
} AstBound;

// ---- types --------------------------------------------------------------------------------------

#define AST_TY_KINDS(X)                                                                            \
    X(ERR)           /* reported */                                                                \
    X(INFER)         /* _ */                                                                       \
    X(NEVER)         /* ! */                                                                       \
    X(TUPLE)         /* elems; () too */                                                           \
    X(SLICE)         /* elem */                                                                    \
    X(ARRAY)         /* elem, len */                                                               \
    X(REF)           /* elem, is_mut */                                                            \
    X(PTR)           /* elem, is_mut */                                                            \
    X(FN_PTR)        /* fn_ptr */                                                                  \
    X(PATH)          /* path */                                                                    \
    X(DYN)           /* bounds; is_bare: 2015's `Box<Trait>` written with + or for<> */            \
    X(IMPL)          /* bounds */                                                                  \
    X(PAT)           /* pattern_type!: elem, pat */                                                \
    X(UNSAFE_BINDER) /* unsafe<'a> T: elem */                                                      \
    X(VARIADIC)      /* ... as the type of a parameter */                                          \
    X(MACRO)         /* macro; only without hooks */

typedef enum AstTyKind {
#define X(name) AST_TY_##name,
    AST_TY_KINDS(X)
#undef X
} AstTyKind;

typedef struct AstTyRow {
    u8 kind; // AstTyKind
    u8 is_mut;
    u8 is_bare;
    u8 is_implicit; // made for `self`, `&self`: not written
    u8 is_pinned;   // &pin mut T, &pin const T
    union {
        AstPath path;
        AstList elems; // lists: AstTy
        struct {
            AstTy elem;
            AstExpr len;     // ARRAY: an anonymous constant (UNDERSCORE for `_`)
            AstPat pat;      // PAT
            Symbol lifetime; // REF: with its quote; SYM_none: not written
        };
        struct {
            AstList params; // params: AstParam, pat 0 (names are dropped)
            AstTy output;   // 0: ()
            Symbol abi;     // decoded text; SYM_none: Rust. `extern` alone is "C"
            u8 is_unsafe, is_variadic, has_binder;
        } fn_ptr;
        AstList bounds; // bounds
        u32 macro;      // macros
    };
    u32 lo, hi;
} AstTyRow;

// ---- macro calls left in place ------------------------------------------------------------------

typedef struct AstMacro {
    AstPath path;
    u32 toks_first, toks_count; // arguments, without their delimiters, in Ast.toks
    u16 delim;                  // TOK_OPEN_PAREN, ..
    u32 lo, hi;
} AstMacro;

// ---- expressions --------------------------------------------------------------------------------

#define AST_EXPR_KINDS(X)                                                                          \
    X(ERR)                                                                                         \
    X(LIT)         /* lit */                                                                       \
    X(PATH)        /* path */                                                                      \
    X(CALL)        /* call */                                                                      \
    X(METHOD_CALL) /* method */                                                                    \
    X(FIELD)       /* field; tuple fields: name "0" */                                             \
    X(INDEX)       /* bin: a[b] */                                                                 \
    X(UNARY)       /* op: AstUnOp; bin.a */                                                        \
    X(BINARY)      /* op: AstBinOp; bin */                                                         \
    X(ASSIGN)      /* bin */                                                                       \
    X(ASSIGN_OP)   /* op: AstBinOp; bin */                                                         \
    X(ADDR_OF)     /* bin.a, is_mut, is_raw, is_pinned */                                          \
    X(CAST)        /* cast */                                                                      \
    X(RANGE)       /* bin: either may be 0; is_inclusive */                                        \
    X(PAREN)       /* bin.a */                                                                     \
    X(TUPLE)       /* elems */                                                                     \
    X(ARRAY)       /* elems */                                                                     \
    X(REPEAT)      /* bin: a the element, b the length (an anonymous constant) */                  \
    X(STRUCT)      /* structure */                                                                 \
    X(IF)          /* branch; cond may hold LET under && and PAREN */                              \
    X(LET)         /* let: pattern, scrutinee */                                                   \
    X(WHILE)       /* loop */                                                                      \
    X(LOOP)        /* loop */                                                                      \
    X(FOR)         /* loop */                                                                      \
    X(MATCH)       /* match */                                                                     \
    X(BLOCK)       /* block */                                                                     \
    X(CLOSURE)     /* closure */                                                                   \
    X(BREAK)       /* jump */                                                                      \
    X(CONTINUE)    /* jump */                                                                      \
    X(RETURN)      /* bin.a, may be 0 */                                                           \
    X(YIELD)       /* bin.a, may be 0 */                                                           \
    X(YEET)        /* bin.a, may be 0: do yeet */                                                  \
    X(BECOME)      /* bin.a */                                                                     \
    X(AWAIT)       /* bin.a */                                                                     \
    X(TRY)         /* bin.a: a? */                                                                 \
    X(USE)         /* bin.a: a.use */                                                              \
    X(UNDERSCORE)  /* _: on the left of =, as an array length */                                   \
    X(BUILTIN)     /* builtin # name(args) */                                                      \
    X(MACRO)       /* macro; only without hooks */

typedef enum AstExprKind {
#define X(name) AST_EXPR_##name,
    AST_EXPR_KINDS(X)
#undef X
} AstExprKind;

typedef enum AstUnOp { AST_DEREF, AST_NOT, AST_NEG } AstUnOp;

// In the order of their binding strength; asserted in parse_expr.c.
typedef enum AstBinOp {
    AST_ADD,
    AST_SUB,
    AST_MUL,
    AST_DIV,
    AST_REM,
    AST_LAZY_AND, // &&
    AST_LAZY_OR,  // ||
    AST_BIT_XOR,
    AST_BIT_AND,
    AST_BIT_OR,
    AST_SHL,
    AST_SHR,
    AST_EQ,
    AST_LT,
    AST_LE,
    AST_NE,
    AST_GE,
    AST_GT
} AstBinOp;

typedef enum AstBlockKind { // prefix of a block
    AST_BLOCK_PLAIN,
    AST_BLOCK_UNSAFE,
    AST_BLOCK_CONST, // inline const
    AST_BLOCK_ASYNC,
    AST_BLOCK_GEN,
    AST_BLOCK_ASYNC_GEN,
    AST_BLOCK_TRY
} AstBlockKind;

typedef struct AstLit { // syntax/lit.h decodes it
    u8 kind;            // TokKind: TOK_INT .. TOK_RAW_C_STR; TOK_IDENT: true or false
    u8 suffix_len;      // bytes of the suffix at the end of sym
    Symbol sym;         // the whole spelling
} AstLit;

typedef struct AstLabel {
    Symbol name; // with the quote; SYM_none: none
    u32 ctxt;
} AstLabel;

typedef struct AstExprRow {
    u8 kind; // AstExprKind
    u8 op;   // AstUnOp, AstBinOp, AstBlockKind
    u8 is_mut;
    u8 is_raw;
    u8 is_inclusive;
    u8 is_pinned;
    u8 is_move;
    u8 from_macro; // the root of a macro's expansion
    union {
        AstLit lit;
        AstPath path;
        struct {
            AstExpr callee;
            AstList args; // lists: AstExpr
        } call;
        struct {
            AstExpr receiver;
            u32 seg;      // segs: name and generic arguments
            AstList args; // lists: AstExpr
        } method;
        struct {
            AstExpr base;
            AstName name;
            u32 name_lo;
        } field;
        struct {
            AstExpr a, b;
            u32 op_lo; // INDEX: where the bracket opens
        } bin;
        struct {
            AstExpr expr;
            AstTy ty;
        } cast;
        AstList elems; // lists: AstExpr
        struct {
            AstPath path;
            AstList fields; // fields: AstField
            AstExpr base;   // ..base
            u8 has_rest;    // `..` without a base (default field values, destructuring assignment)
        } structure;
        struct {
            AstExpr cond, then, els; // then: BLOCK; els: BLOCK, IF or 0
        } branch;
        struct {
            AstPat pat;
            AstExpr init;
        } let;
        struct {
            AstExpr head; // WHILE: condition (may hold LET); FOR: the iterated value; LOOP: 0
            AstPat pat;   // FOR
            AstExpr body; // BLOCK
            AstLabel label;
            u8 is_await; // for await
        } loop;
        struct {
            AstExpr scrutinee;
            AstList arms; // arms
        } match;
        struct {
            AstList stmts; // stmts; without the tail
            AstExpr tail;  // value of the block; 0: ()
            AstLabel label;
            // 1, 2, .. among the blocks with items, as their first items are met; 0: no items
            u32 number;
        } block;     // op: AstBlockKind; is_move: async move
        u32 closure; // closures
        struct {
            AstExpr value; // BREAK; may be 0
            AstLabel label;
        } jump;
        struct {
            Symbol name;    // offset_of, type_ascribe, ... whatever stands after `builtin #`
            AstTy ty;       // offset_of, type_ascribe
            AstList args;   // lists: AstExpr; `name = expr` is an ASSIGN of a PATH
            AstList fields; // offset_of: names, in lists as symbol ids
        } builtin;
        u32 macro; // macros
    };
    u32 lo, hi;
} AstExprRow;

typedef struct AstField { // of a struct expression or pattern
    AstName name;         // "0" for tuple fields
    u32 value;            // AstExpr or AstPat
    u8 is_shorthand;      // S { x }
    u32 lo, hi;
} AstField;

typedef struct AstArm {
    AstPat pat;
    AstExpr guard; // 0 if none; may hold LET under &&
    AstExpr body;  // 0: `pat,` (never patterns)
    u32 lo, hi;
} AstArm;

typedef enum AstStmtKind {
    AST_STMT_LET,  // pat, ty, expr, els
    AST_STMT_EXPR, // expr without `;` (block-like)
    AST_STMT_SEMI, // expr;
    AST_STMT_ITEM, // item
    AST_STMT_MACRO // expr (a MACRO), only without hooks; `m! {}` or m!(); : may stand for
                   // statements
} AstStmtKind;

typedef struct AstStmt {
    u8 kind; // AstStmtKind
    u8 is_super;
    AstPat pat;
    AstTy ty;     // 0: not written
    AstExpr expr; // init; 0: none
    AstExpr els;  // let .. else: BLOCK
    u32 item;     // items
    u32 lo, hi;
} AstStmt;

typedef struct AstParam { // of a fn, closure, fn pointer
    AstPat pat;           // 0: 2015's anonymous parameter, fn pointers
    AstTy ty;             // 0: not written (closures)
    u8 is_self;
    u32 attrs_first, attrs_count; // toks
    u32 lo, hi;
} AstParam;

typedef struct AstClosure {
    AstList params; // params
    AstTy ret;      // 0: not written
    AstExpr body;
    u8 is_move, is_async, is_gen, is_static, is_const, has_binder;
} AstClosure;

// ---- patterns -----------------------------------------------------------------------------------

#define AST_PAT_KINDS(X)                                                                           \
    X(ERR)                                                                                         \
    X(WILD)         /* _ */                                                                        \
    X(REST)         /* .. */                                                                       \
    X(NEVER)        /* ! */                                                                        \
    X(IDENT)        /* ident: a binding, or a constant or unit struct of that name */              \
    X(PATH)         /* path: two or more segments, or a qualified one */                           \
    X(TUPLE_STRUCT) /* tuple_struct; elems may hold one REST */                                    \
    X(STRUCT)       /* structure */                                                                \
    X(TUPLE)        /* elems */                                                                    \
    X(SLICE)        /* elems; REST or IDENT with sub REST */                                       \
    X(OR)           /* elems */                                                                    \
    X(REF)          /* inner, is_mut */                                                            \
    X(BOX)          /* inner */                                                                    \
    X(DEREF)        /* inner: deref!(p) as `builtin # deref(p)` */                                 \
    X(LIT)          /* lit: LIT, UNARY NEG of LIT, BLOCK const */                                  \
    X(RANGE)        /* range */                                                                    \
    X(GUARD)        /* guard: (p if e) */                                                          \
    X(MACRO)        /* macro */

typedef enum AstPatKind {
#define X(name) AST_PAT_##name,
    AST_PAT_KINDS(X)
#undef X
} AstPatKind;

typedef struct AstPatRow {
    u8 kind;         // AstPatKind
    u8 by_ref;       // IDENT: ref
    u8 is_mut;       // IDENT: `mut x` or `ref mut x`; REF: &mut
    u8 is_inclusive; // RANGE
    u8 is_pinned;
    union {
        struct {
            AstName name;
            u8 flags;     // TOK_RAW
            u8 mut_first; // `mut ref x`
            AstPat sub;   // after @; 0: none
        } ident;
        AstPath path;
        struct {
            AstPath path;
            AstList elems; // lists: AstPat
        } tuple_struct;
        struct {
            AstPath path;
            AstList fields; // fields: AstField
            u8 has_rest;
        } structure;
        AstList elems; // lists: AstPat
        AstPat inner;
        AstExpr lit;
        struct {
            AstExpr lo, hi; // 0: open; LIT, UNARY NEG, PATH, BLOCK const
        } range;
        struct {
            AstPat pat;
            AstExpr cond;
        } guard;
        u32 macro;
    };
    u32 lo, hi;
} AstPatRow;

// ---- items --------------------------------------------------------------------------------------

typedef enum AstLifetimeKind {
    AST_LIFETIME_USE,
    AST_LIFETIME_PARAM, // declared by the item's generics
    AST_LIFETIME_BINDER // declared by for<..>
} AstLifetimeKind;

typedef struct AstLifetime { // one that is written; labels are none
    Symbol name;             // with its quote
    u32 kind;                // AstLifetimeKind
    u32 lo;
} AstLifetime;

typedef struct AstGenericParam { // types and constants; lifetimes are only counted
    AstName name;
    u8 is_const;
    AstList bounds;               // bounds
    AstTy ty;                     // const N: ty
    AstTy default_ty;             // 0: none
    AstExpr default_expr;         // const; a plain path stands in default_ty
    u32 attrs_first, attrs_count; // toks
    u32 lo, hi;
} AstGenericParam;

typedef struct AstWhere {
    AstTy ty;
    AstList bounds; // bounds; may be empty
    u8 has_binder;
    u32 lo, hi;
} AstWhere;

typedef struct AstGenerics {
    AstList params; // generic_params
    AstList wheres; // wheres
    u32 lifetime_count;
} AstGenerics;

typedef struct AstVis {
    u32 kind;     // ItemVis; as wide as the path: padding would make equal results differ
    AstPath path; // VIS_IN
} AstVis;

typedef struct AstFieldDef {
    AstName name; // "0", "1" .. for tuple fields
    AstVis vis;
    AstTy ty;
    AstExpr default_value; // 0: none
    u8 is_unsafe;
    u32 attrs_first, attrs_count; // toks
    u32 lo, hi;
} AstFieldDef;

typedef enum AstCtor { AST_CTOR_RECORD, AST_CTOR_TUPLE, AST_CTOR_UNIT } AstCtor;

typedef struct AstVariant {
    AstName name;
    u8 ctor;                      // AstCtor
    AstList fields;               // field_defs
    AstExpr discr;                // an anonymous constant; 0: none
    u32 attrs_first, attrs_count; // toks
    u32 lo, hi;
} AstVariant;

typedef struct AstItem {
    u8 kind;   // ItemKind: all that have something to parse
    u8 ctor;   // STRUCT, UNION: AstCtor
    u32 flags; // ITEM_*
    AstVis vis;
    AstName name;
    AstGenerics generics;
    // FN
    AstList params; // params; self is the first (is_self, with an implicit type if not written)
    AstTy ret;      // 0: not written
    Symbol abi;     // FN, EXTERN_BLOCK: decoded; SYM_none: Rust. `extern` alone is "C"
    u8 is_variadic;
    // FN: the BLOCK; CONST, STATIC, TYPE as a const: the value. 0: none, or the signature alone was
    // asked for
    AstExpr body;
    AstTy ty;          // CONST, STATIC, TYPE (0: none), IMPL: the self type
    AstPath trait_ref; // IMPL
    u8 is_negative;
    AstList bounds;               // TRAIT, TRAIT_ALIAS, TYPE: bounds
    AstList fields;               // STRUCT, UNION: field_defs
    AstList variants;             // ENUM: variants
    u32 attrs_first, attrs_count; // toks: outer attributes
    u32 lo, hi;
    u32 name_lo;
} AstItem;

// ---- the whole ----------------------------------------------------------------------------------

#define AST_ARRAYS(X)                                                                              \
    X(exprs, AstExprRow)                                                                           \
    X(pats, AstPatRow)                                                                             \
    X(tys, AstTyRow)                                                                               \
    X(paths, AstPathRow)                                                                           \
    X(segs, AstSeg)                                                                                \
    X(args, AstArg)                                                                                \
    X(bounds, AstBound)                                                                            \
    X(stmts, AstStmt)                                                                              \
    X(arms, AstArm)                                                                                \
    X(fields, AstField)                                                                            \
    X(params, AstParam)                                                                            \
    X(closures, AstClosure)                                                                        \
    X(macros, AstMacro)                                                                            \
    X(generic_params, AstGenericParam)                                                             \
    X(wheres, AstWhere)                                                                            \
    X(field_defs, AstFieldDef)                                                                     \
    X(variants, AstVariant)                                                                        \
    X(items, ItemRow)         /* of blocks; token ranges count in toks */                          \
    X(lifetimes, AstLifetime) /* in source order */                                                \
    X(toks, Tok)                                                                                   \
    X(lists, u32)

typedef struct Ast {
    AstItem item; // kind ITEM_NONE: a lone expression, pattern or type
    AstExpr expr; // parse_expr_ast
    AstTy ty;     // parse_ty_ast
    AstPat pat;
    u32 block_count; // blocks with items
    u32 error_count; // parse errors reported
#define X(name, T) List name;
    AST_ARRAYS(X)
#undef X
} Ast;

#define AST_ROW(ast, name, T, index) (&LIST_AT(ast, T, (ast)->name)[index])
// The rows of an AstList: AST_ROWS(ast, fields, AstField, list)[i], i < list.count.
#define AST_ROWS(ast, name, T, list) AST_ROW(ast, name, T, (list).first)
static inline const AstExprRow *ast_expr(const Ast *a, AstExpr e) {
    DCHECK(e.id == 0 || e.id < a->exprs.count);
    return AST_ROW(a, exprs, AstExprRow, e.id);
}
static inline const AstPatRow *ast_pat(const Ast *a, AstPat p) {
    DCHECK(p.id == 0 || p.id < a->pats.count);
    return AST_ROW(a, pats, AstPatRow, p.id);
}
static inline const AstTyRow *ast_ty(const Ast *a, AstTy t) {
    DCHECK(t.id == 0 || t.id < a->tys.count);
    return AST_ROW(a, tys, AstTyRow, t.id);
}
static inline const AstPathRow *ast_path(const Ast *a, AstPath p) {
    DCHECK(p.id == 0 || p.id < a->paths.count);
    return AST_ROW(a, paths, AstPathRow, p.id);
}
// Whether the item's own generic parameters have one of the name; NULL has none.
static inline bool ast_has_generic(const Ast *a, Symbol name) {
    if (!a) return false;
    AstList params = a->item.generics.params;
    for (u32 i = 0; i < params.count; i++)
        if (AST_ROWS(a, generic_params, AstGenericParam, params)[i].name.sym.id == name.id)
            return true;
    return false;
}
// The i-th id of a list in `lists`.
static inline u32 ast_list(const Ast *a, AstList list, u32 i) {
    return *AST_ROW(a, lists, u32, list.first + i);
}
static inline Toks ast_toks(const Ast *a, u32 first, u32 count) {
    return (Toks){AST_ROW(a, toks, Tok, first), count};
}
static inline Toks ast_item_toks(const Ast *a, const ItemRow *item) {
    return ast_toks(a, item->range.lo, item->range.hi - item->range.lo);
}

#endif
