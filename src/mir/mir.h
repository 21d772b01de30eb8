// MIR: a body as a control-flow graph over places. Generic: types may mention the owner's params.
//
// Made from HIR + Typeck by mir/build_*.c (matches lowered to decision trees, temporaries and
// scopes given their drops), then mir/drop_elaborate.c (moves tracked, drop flags), then
// simplified. Names and meaning are rustc's (rustc_middle::mir::syntax); regions, borrow-check-only
// statements and source scopes do not exist. Closures have a body of their own, with the closure
// (or a reference to it) as first argument. mono/ makes IR of it and consts/ interprets it, both
// substituting on the fly.
//
// Rows have no padding (fields are as wide as it takes): two results are equal if their bytes are.

#ifndef RAC_MIR_MIR_H
#define RAC_MIR_MIR_H

#include "infer/typeck.h"

ID_TYPE(MirLocal); // 0 is the return place, 1..arg_count the arguments; ids are indexes
ID_TYPE(MirBlock); // index; block 0 is the start
#define MIR_NO_BLOCK ((MirBlock){UINT32_MAX})

typedef enum MirProjKind {
    PROJ_DEREF,
    PROJ_FIELD,          // index; ty: the field's type
    PROJ_INDEX,          // index: the MirLocal that holds it
    PROJ_CONSTANT_INDEX, // index; from_end: counted from the end (1 = last); min_len
    PROJ_SUBSLICE,       // from index up to `to`; from_end: `to` is counted from the end
    PROJ_DOWNCAST,       // index: the variant
} MirProjKind;
typedef struct MirProj {
    u16 kind;
    u16 from_end;
    u32 index;
    u32 to; // SUBSLICE; CONSTANT_INDEX: min_len
    Ty ty;  // FIELD
} MirProj;

typedef struct MirPlace {
    MirLocal local;
    u32 proj_first, proj_count; // into projs
} MirPlace;

typedef enum MirConstKind {
    MIR_CONST_ZST,     // the only value of ty: (), fn items, unit structs
    MIR_CONST_BITS,    // integers, bool, char, floats, thin pointers: lo/hi bits
    MIR_CONST_STR,     // ty &str: bytes
    MIR_CONST_BYTES,   // ty &[u8; N]: bytes
    MIR_CONST_C_STR,   // ty &CStr: bytes, the zero not included
    MIR_CONST_ITEM,    // the value of the const `def` with args: consts/ evaluates (CONST,
                       // ASSOC_CONST, ANON, INLINE)
    MIR_CONST_TY,      // a constant as Ty (const param, array length): konst
    MIR_CONST_STATIC,  // the address of the static `def`: a raw pointer or reference to it
    MIR_CONST_PROMOTED // &'static of promoted number `index` of this body: an own MirBody
                       // (Q_mir_promoted)
} MirConstKind;
typedef struct MirConst {
    u32 kind;
    Ty ty;
    u64 lo_bits, hi_bits;
    Symbol bytes;
    DefId def;
    Args args;
    Ty konst;
    u32 index;
    u32 lo; // position, for errors
    // From a body that was taken in (mir/flatten.h): it must have a value only where it is used. A
    // promoted one is of `def` with `args`.
    u8 is_taken_in;
} MirConst;

typedef enum MirOperandKind { OPERAND_COPY, OPERAND_MOVE, OPERAND_CONST } MirOperandKind;
typedef struct MirOperand {
    u32 kind;
    union {
        MirPlace place;
        u32 konst; // into consts
    };
} MirOperand;

typedef enum MirBinOp {
    MIR_ADD,
    MIR_SUB,
    MIR_MUL,
    MIR_DIV,
    MIR_REM,
    MIR_BIT_XOR,
    MIR_BIT_AND,
    MIR_BIT_OR,
    MIR_SHL,
    MIR_SHR,
    MIR_EQ,
    MIR_LT,
    MIR_LE,
    MIR_NE,
    MIR_GE,
    MIR_GT,
    MIR_CMP, // CMP: three-way, ty Ordering
    MIR_OFFSET,
    MIR_ADD_WITH_OVERFLOW,
    MIR_SUB_WITH_OVERFLOW,
    MIR_MUL_WITH_OVERFLOW, // ty (T, bool)
} MirBinOp;                // ADD, SUB, MUL, SHL, SHR wrap (shift amounts are masked)
typedef enum MirUnOp { MIR_NOT, MIR_NEG, MIR_PTR_METADATA } MirUnOp;

typedef enum MirCastKind {
    CAST_INT_TO_INT, // also bool, char, and from enums' discriminants already read
    CAST_FLOAT_TO_INT,
    CAST_INT_TO_FLOAT,
    CAST_FLOAT_TO_FLOAT,
    CAST_PTR_TO_PTR, // thin or wide; wide to thin drops the metadata
    CAST_PTR_TO_ADDR,
    CAST_ADDR_TO_PTR,
    CAST_FN_PTR_TO_PTR,
    CAST_REIFY_FN,
    CAST_UNSAFE_FN,
    CAST_CLOSURE_FN,
    CAST_MUT_TO_CONST,
    CAST_ARRAY_TO_PTR,
    CAST_UNSIZE,
    CAST_TRANSMUTE,
} MirCastKind;

typedef enum MirAggregateKind {
    AGG_TUPLE,
    AGG_ARRAY,
    AGG_ADT /* ty, variant; union: active_field */,
    AGG_CLOSURE,
    AGG_RAW_PTR /* ty; operands: data, metadata */
} MirAggregateKind;

typedef enum MirRvalueKind {
    RV_USE,          // a
    RV_REPEAT,       // a; ty2: the length constant
    RV_REF,          // place; is_mut
    RV_RAW_PTR,      // place; is_mut
    RV_CAST,         // a; op: MirCastKind; ty: target
    RV_BINARY,       // a, b; op: MirBinOp
    RV_UNARY,        // a; op: MirUnOp
    RV_DISCRIMINANT, // place; the value is of the type's discriminant type
    RV_AGGREGATE,    // op: MirAggregateKind; ty; variant; operands: list
    RV_THREAD_LOCAL, // def: address of this thread's copy of the static
} MirRvalueKind;

typedef struct MirRvalue {
    u8 kind;
    u8 op;
    u16 is_mut;
    Ty ty; // CAST: target; AGGREGATE: the aggregate's (ARRAY: the element's)
    Ty ty2;
    u32 variant;      // AGG_ADT
    u32 active_field; // AGG_ADT of a union
    DefId def;
    union {
        struct {
            MirOperand a, b;
        };
        MirPlace place;
        struct {
            u32 operand_first, operand_count;
        }; // into operands
    };
} MirRvalue;

typedef enum MirStmtKind {
    MIR_ASSIGN,           // place = rvalue
    MIR_SET_DISCRIMINANT, // place, variant
    MIR_STORAGE_LIVE,     // place.local
    MIR_STORAGE_DEAD,
    MIR_NOP,
} MirStmtKind;
typedef struct MirStmt {
    u32 kind;
    u32 lo; // position in the owner's text
    MirPlace place;
    union {
        u32 rvalue; // into rvalues
        u32 variant;
    };
} MirStmt;

typedef enum MirAssertKind {
    ASSERT_OVERFLOW, // op: MirBinOp, operands a, b: `attempt to add with overflow`; skipped by mono
                     // when if_checks and the instantiating crate has overflow checks off
    ASSERT_OVERFLOW_NEG,
    ASSERT_DIV_ZERO,
    ASSERT_REM_ZERO,
    ASSERT_BOUNDS, // a: len, b: index
} MirAssertKind;

typedef enum MirTermKind {
    MIR_GOTO,   // target
    MIR_SWITCH, // a: operand of an integer, bool or char type; switch_first.. rows; target:
                // otherwise
    MIR_RETURN,
    MIR_UNREACHABLE,
    MIR_DROP,      // place; target; unwind
    MIR_CALL,      // a: callee operand (FN_DEF constant, fn pointer); operands: args; place:
                   // destination; target (MIR_NO_BLOCK: diverges); unwind
    MIR_ASSERT,    // a: condition; expected; assert_kind ...; b, c: its operands; target; unwind
    MIR_RESUME,    // goes on unwinding (cleanup blocks)
    MIR_TERMINATE, // panic in a cleanup: abort
} MirTermKind;

typedef struct MirSwitchRow {
    u64 lo_bits, hi_bits; // the value
    MirBlock target;
    u32 zero;
} MirSwitchRow;

typedef struct MirTerm {
    u8 kind;
    u8 expected;    // ASSERT
    u8 assert_kind; // ASSERT
    u8 op;          // ASSERT_OVERFLOW: MirBinOp
    u16 if_checks;  // ASSERT_OVERFLOW*: rustc_inherit_overflow_checks
    u16 is_spread;  // CALL with "rust-call" ABI: the last argument is a tuple to be spread by mono
                    // according to the callee
    u32 lo, hi; // position: #[track_caller] locations and asserts report lo; of a method call: the
                // method's name
    u32 scope;  // whose text the position is in: 0 the owner's, else row scope - 1 of the scopes
    MirOperand a, b, c;
    MirPlace place;
    u32 operand_first, operand_count;
    u32 switch_first, switch_count;
    MirBlock target;
    MirBlock unwind; // MIR_NO_BLOCK: continue unwinding
} MirTerm;

typedef struct MirBlockRow {
    u32 stmt_first, stmt_count; // into stmts
    MirTerm term;
    u32 is_cleanup;
} MirBlockRow;

typedef struct MirLocalDecl {
    Ty ty;
    Symbol name; // of a user variable; SYM_none for temporaries
    u16 is_mut;
    u16 is_arg;
} MirLocalDecl;

// A body that was taken into this one in place of a call (mir/flatten.h).
typedef struct MirScope {
    DefId def;
    u32 parent; // scope of the call, and its position
    u32 lo;
    bool track_caller;
    u8 zero[3];
} MirScope;

typedef struct MirBody {
    DefId owner;   // fn, closure, const, static ...
    u32 is_error;  // typeck failed or something is unsupported: using it is an error (reported, or
                   // `reason`)
    Symbol reason; // unsupported: what
    u32 arg_count;
    u32 spread_arg;    // the argument that takes the tupled arguments of a "rust-call" fn; 0 none
    List locals;       // MirLocalDecl
    List blocks;       // MirBlockRow
    List stmts;        // MirStmt
    List rvalues;      // MirRvalue
    List projs;        // MirProj
    List operands;     // MirOperand
    List consts;       // MirConst
    u32 needed_consts; // of them, items that must have a value whether or not they are used
    List switches;     // MirSwitchRow
    List scopes;       // MirScope
    u32 promoted_count;
} MirBody;

// The body of a fn, const, static, closure, anon or inline const; drops elaborated. NULL: no body.
const MirBody *mir_of(Db *db, DefId owner);
const MirBody *mir_promoted(Db *db, DefId owner, u32 index);
// Shims that MIR describes well (generic in nothing: concrete types), made on demand by mono
// through mir_build_*: drop glue and clone shims are built directly in IR by mono.

void mir_register(Db *db);
// As rustc prints MIR, in short; the text lies in `scratch`.
Str mir_print(Db *db, const MirBody *body, Scratch *scratch);
// Checks every index, block target, and that types of assignments match; false and *why (borrowed)
// otherwise.
bool mir_verify(Db *db, const MirBody *body, Str *why);

// The type of a place, in terms of the body's params.
Ty mir_place_ty(Db *db, const MirBody *body, MirPlace place,
                u32 *variant /* may be NULL: of a trailing downcast */);
Ty mir_operand_ty(Db *db, const MirBody *body, MirOperand operand);

#endif
