// Typed bodies: what type inference found out about one body (its HIR stays as it is).
//
// typeck(owner) answers for a fn, const, static, anon const or inline const, its closures included
// (a closure's DefId is mapped to its root). Types are in terms of the owner's generic params,
// normalised as far as the owner's where-clauses allow; no inference variables are left. On an
// error (reported) the types concerned are TY_ERROR and `is_tainted` is set: no MIR is made then.

#ifndef RAC_INFER_TYPECK_H
#define RAC_INFER_TYPECK_H

#include "solve/solve.h"

// What happens to an expression's value before it is used, in order (rustc: Adjust).
typedef enum AdjustKind {
    ADJ_NEVER_TO_ANY,
    ADJ_DEREF,            // built-in *: of a reference, raw pointer or Box
    ADJ_DEREF_OVERLOADED, // *Deref::deref(&x), or deref_mut when is_mut; target: the type behind
    ADJ_BORROW,           // &x or &mut x
    ADJ_BORROW_RAW,       // &raw const x, &raw mut x
    ADJ_REIFY_FN,         // fn item -> fn pointer
    ADJ_UNSAFE_FN,        // fn pointer -> unsafe fn pointer
    ADJ_CLOSURE_FN,       // closure without captures -> fn pointer
    ADJ_MUT_TO_CONST,     // *mut T -> *const T
    ADJ_ARRAY_TO_PTR,     // *const [T; N] -> *const T
    ADJ_UNSIZE,           // &[T; N] -> &[T], Box<T> -> Box<dyn Trait>, ... (CoerceUnsized)
} AdjustKind;
typedef struct Adjust {
    u8 kind;   // AdjustKind
    u8 is_mut; // BORROW, BORROW_RAW, DEREF_OVERLOADED
    Ty target; // the type after this step
} Adjust;

// What a path, method call or overloaded operator means.
typedef struct Callee {
    Res res;   // DEF (fn, const, static, assoc item), CTOR, LOCAL, CONST_PARAM; NONE: a built-in
               // operator
    Args args; // all of res.def's generic arguments; of a trait item: Self first
} Callee;

typedef enum BindMode { BIND_MOVE, BIND_REF, BIND_REF_MUT } BindMode;

typedef enum CaptureMode {
    CAPTURE_MOVE,
    CAPTURE_REF,
    CAPTURE_REF_MUT,
    CAPTURE_UNIQUE_REF
} CaptureMode;
typedef struct CaptureProj { // how a captured place goes on from the local (edition 2021)
    u8 is_deref;             // else a field
    u32 field;
    u32 variant;
    Ty ty; // after this step
} CaptureProj;
typedef struct Capture {
    HirLocal local;
    u32 proj_first, proj_count; // into capture_projs; edition < 2021: none
    u8 mode;                    // CaptureMode
    Ty ty; // of the place; what the closure stores is ty, &ty or &mut ty by mode
} Capture;

typedef struct ClosureInfo {
    DefId def;
    u8 kind;                          // 0 Fn, 1 FnMut, 2 FnOnce
    Args sig;                         // inputs (not tupled), then output
    u32 capture_first, capture_count; // into captures, in the order of the closure's fields
    u64 likeness;                     // ClosureFacts (solve.h)
} ClosureInfo;

typedef struct OpaqueHidden {
    DefId opaque;
    Ty hidden; // in terms of the fn's params
} OpaqueHidden;

typedef struct Typeck {
    DefId owner;
    bool is_tainted;
    List expr_tys; // Ty by HirExpr, before adjustments
    List pat_tys;  // Ty by HirPat: the type the pattern itself has, after peel
    List
        pat_peel; // u32 by HirPat: (first << 8 | count) into peel_tys: references auto-dereferenced
                  // before matching this pattern (default binding modes), outermost first
    List peel_tys;    // Ty: the reference types peeled
    List local_tys;   // Ty by HirLocal
    List local_modes; // u8 (BindMode) by HirLocal; MOVE: by value
    List adjust_of;   // u32 by HirExpr: (first << 8 | count) into adjusts
    List adjusts;     // Adjust
    List callee_of;   // u32 by HirExpr: index into callees, 0 none. PATH, METHOD_CALL, STRUCT, and
                      // overloaded UNARY, BINARY, ASSIGN_OP, INDEX, CALL (callee's Fn* method).
    List pat_callee;  // u32 by HirPat: PATH, TUPLE_STRUCT, STRUCT: into callees; LIT/RANGE: none
    List callees;     // Callee; row 0 empty
    List field_of;    // u32 by HirExpr: FIELD: the field's index
    List field_index; // u32 by HirField row (`fields` of the body): index in the variant
    List hir_tys;     // Ty by HirTy: every type written in the body
    List closures;    // ClosureInfo by closure number
    List captures;    // Capture
    List capture_projs; // CaptureProj
    List opaques;       // OpaqueHidden
    List seg_args;      // unused by mir
} Typeck;

const Typeck *typeck(Db *db, DefId owner);
void infer_register(Db *db);

static inline Ty typeck_expr(const Typeck *t, HirExpr e) {
    return LIST_AT(t, Ty, t->expr_tys)[e.id];
}
static inline Ty typeck_pat(const Typeck *t, HirPat p) {
    return LIST_AT(t, Ty, t->pat_tys)[p.id];
}
static inline Ty typeck_local(const Typeck *t, HirLocal l) {
    return LIST_AT(t, Ty, t->local_tys)[l.id];
}
static inline const Adjust *typeck_adjusts(const Typeck *t, HirExpr e, u32 *count) {
    u32 packed = LIST_AT(t, u32, t->adjust_of)[e.id];
    *count = packed & 0xff;
    return LIST_AT(t, Adjust, t->adjusts) + (packed >> 8);
}
// The type after adjustments.
Ty typeck_adjusted(const Typeck *t, HirExpr e);
// NULL if the expression has no callee (a built-in operator).
static inline const Callee *typeck_callee(const Typeck *t, HirExpr e) {
    u32 i = LIST_AT(t, u32, t->callee_of)[e.id];
    return i ? &LIST_AT(t, Callee, t->callees)[i] : NULL;
}
static inline const Callee *typeck_pat_callee(const Typeck *t, HirPat p) {
    u32 i = LIST_AT(t, u32, t->pat_callee)[p.id];
    return i ? &LIST_AT(t, Callee, t->callees)[i] : NULL;
}
// Of a CLOSURE definition anywhere: asks typeck of its root.
const ClosureInfo *closure_info(Db *db, DefId closure, const Typeck **of);
// The captured types of a closure type with its args substituted, in field order.
Args closure_upvar_tys(Db *db, Ty closure);
Args closure_sig_tys(Db *db, Ty closure); // inputs (not tupled), then output

#endif
