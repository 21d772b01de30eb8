// Lowering one syntax tree to HIR: the state that the lower_*.c files share.

#ifndef RAC_HIR_HIR_INTERNAL_H
#define RAC_HIR_HIR_INTERNAL_H

#include "hir/hir.h"

// A generic parameter in scope, innermost owner first.
typedef struct GenericName {
    Symbol name;
    u32 ctxt; // only opaque marks matter
    DefId owner;
    u32 index; // among the owner's own type and const parameters
    bool is_const;
} GenericName;

// What stands on the way from an expression outwards.
typedef enum RibKind {
    RIB_LOCAL, // name, ctxt -> local
    RIB_MACRO, // a macro_rules definition: names of its body see only what is outside of it
} RibKind;
typedef struct Rib {
    u32 kind;
    Symbol name;
    u32 ctxt;
    HirLocal local;
    DefId block; // MACRO: the block it is defined in
} Rib;

typedef struct LabelRib {
    Symbol name; // SYM_none: no label
    u32 ctxt;
    u32 label;
    u8 is_loop;    // else a labelled block
    u8 is_barrier; // a closure or const block: labels outside cannot be reached
    u8 is_try;     // a try block: where `?` goes
} LabelRib;

// Row 0 of each is empty. Those of HirTables, then those of items only.
enum { HIR_ROW_BYTES_MAX = 64 };
#define LOWER_SHARED_ARRAYS(X)                                                                     \
    X(exprs, HirExprRow)                                                                           \
    X(expr_spans, HirSpan)                                                                         \
    X(pats, HirPatRow)                                                                             \
    X(pat_spans, HirSpan)                                                                          \
    X(tys, HirTyRow)                                                                               \
    X(paths, HirPathRow)                                                                           \
    X(segs, HirSeg)                                                                                \
    X(assoc_args, HirAssocArg)                                                                     \
    X(bounds, HirBound)                                                                            \
    X(stmts, HirStmt)                                                                              \
    X(arms, HirArm)                                                                                \
    X(fields, HirField)                                                                            \
    X(params, HirParamPat)                                                                         \
    X(closures, HirClosure)                                                                        \
    X(locals, HirLocalRow)                                                                         \
    X(lists, u32)
#define LOWER_ITEM_ARRAYS(X)                                                                       \
    X(param_rows, HirParam)                                                                        \
    X(where_rows, HirWhere)                                                                        \
    X(field_rows, HirFieldDef)                                                                     \
    X(variant_rows, HirVariant)
#define LOWER_ARRAYS(X) LOWER_SHARED_ARRAYS(X) LOWER_ITEM_ARRAYS(X)

typedef struct Lower {
    Db *db;
    Scratch *scratch;
    const Ast *ast;
    DefId owner;      // of the HIR that is made
    DefId tree_owner; // whose tree `ast` is
    bool is_body_tree;
    DefId scope; // module or block that paths start from
    u32 edition;
    DefId self_def; // TRAIT, IMPL or ADT that `Self` means; 0
    VEC(GenericName) generics;
    VEC(Rib) ribs;
    VEC(LabelRib) labels;
    u32 label_count;
    u32 closure_count;
    u32 outer_closure;   // index + 1 of the closure that is being lowered
    u32 own_param_count; // next index for `impl Trait` parameters
    bool impl_is_param;  // `impl Trait` met now is a parameter (else opaque)
    bool in_loop_head;

#define X(name, T) VEC(T) name;
    LOWER_ARRAYS(X)
#undef X
} Lower;

// Opens the tree that holds `owner`; false if there is none (an error was reported).
bool lower_begin(Lower *l, Db *db, DefId owner, bool body);
// Adds the arrays; answers the zeros that empty ones lie in (blob_add_rows).
List lower_pack(Lower *l, Blob *blob, HirTables *t);
Span lower_span(const Lower *l, u32 lo, u32 hi);
HirList lower_list(Lower *l, const u32 *ids, u32 count);

// A new row, zeroed but for kind and span. Pointers from *_ROW hold until the next row is made.
HirExpr lower_expr_new(Lower *l, HirExprKind kind, u32 lo, u32 hi);
HirPat lower_pat_new(Lower *l, HirPatKind kind, u32 lo, u32 hi);
HirTy lower_ty_new(Lower *l, HirTyKind kind, u32 lo, u32 hi);
#define EXPR_ROW(l, e) (&(l)->exprs.at[(e).id])
#define PAT_ROW(l, p)  (&(l)->pats.at[(p).id])
#define TY_ROW(l, t)   (&(l)->tys.at[(t).id])

// ---- paths and types ----
// What a path stands for where it stands: the namespace, and what to say if it names nothing.
typedef enum PathUse { PATH_TYPE, PATH_VALUE, PATH_TRAIT, PATH_RECORD } PathUse;
HirPath lower_path(Lower *l, AstPath path, PathUse use);
// Reports a path that names nothing (unresolved.c).
void lower_report_unresolved(Lower *l, const AstPathRow *path, const PathSeg *segs, PathUse use);
HirPath lower_path_of(Lower *l, Res res, u32 lo, u32 hi); // without arguments
HirPath lower_lang_path(Lower *l, LangItem item, u32 lo, u32 hi);
HirTy lower_type(Lower *l, AstTy ty);
// A type argument; a path of one plain segment that names no type may be a constant.
HirTy lower_generic_arg(Lower *l, AstTy ty);
HirTy lower_const_arg(Lower *l, AstExpr expr); // a HIR_TY_CONST
u8 lower_abi(Lower *l, Symbol abi);            // HirAbi
HirList lower_bounds(Lower *l, AstList bounds);
u32 lower_seg(Lower *l, const AstSeg *seg); // row in segs
// A single name in value position: local, const param, or RES_NONE.
Res lower_find_local(Lower *l, Symbol name, u32 ctxt);
Res lower_find_generic(Lower *l, Symbol name, u32 ctxt, bool want_const);
Res lower_resolve(Lower *l, const PathSeg *segs, u32 count, Namespace ns, u32 *used);

// ---- patterns, expressions ----
typedef VEC(HirLocal) LocalVec;
HirPat lower_pattern(Lower *l, AstPat pat); // its bindings become ribs
// One of several parameters, whose ribs begin at `first_rib`; `bound` are the locals of all so far.
HirPat lower_param_pattern(Lower *l, AstPat pat, u32 first_rib, LocalVec *bound);
HirPat lower_binding(Lower *l, Symbol name, u32 ctxt, bool by_ref, bool is_mut, HirPat sub, u32 lo,
                     u32 hi, HirLocal *out); // a binding, made a rib
HirExpr lower_expression(Lower *l, AstExpr expr);
HirExpr lower_block(Lower *l, AstExpr block);
HirExpr lower_plain_block(Lower *l, const AstExprRow *row); // whatever its prefix
HirExpr lower_literal(Lower *l, const AstLit *lit, u32 lo, u32 hi);
HirExpr lower_unsupported(Lower *l, const char *what, u32 lo, u32 hi);
HirExpr lower_format_args(Lower *l, const AstExprRow *row);
HirExpr lower_assign(Lower *l, const AstExprRow *row);

// ---- making expressions ----
HirExpr make_path_expr(Lower *l, HirPath path, u32 lo, u32 hi);
HirExpr make_lang_call(Lower *l, LangItem item, const HirExpr *args, u32 count, u32 lo, u32 hi);
HirExpr make_local_expr(Lower *l, HirLocal local, u32 lo, u32 hi);
HirExpr make_addr_of(Lower *l, HirExpr e, bool is_mut, u32 lo, u32 hi);
HirExpr make_block(Lower *l, const HirStmt *stmts, u32 count, HirExpr tail, u32 lo, u32 hi);
HirExpr make_match(Lower *l, HirExpr scrutinee, const HirArm *arms, u32 count,
                   HirMatchSource source, u32 lo, u32 hi);
HirExpr make_int(Lower *l, u64 value, u32 suffix, u32 lo, u32 hi);
HirPat make_variant_pat(Lower *l, LangItem variant, const HirPat *elems, u32 count, u32 lo, u32 hi);

void hir_attrs_register(Db *db);

#endif
