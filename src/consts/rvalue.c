// Right-hand sides: arithmetic, casts, aggregates.

#include "consts/consts_internal.h"

#include <math.h>

u128 ce_mask_to(u128 v, u32 bytes) {
    return bytes >= 16 ? v : v & (((u128)1 << (8 * bytes)) - 1);
}

i128 ce_sext(u128 v, u32 bytes) {
    if (bytes >= 16 || bytes == 0) return (i128)v;
    u32 shift = 128 - 8 * bytes;
    return (i128)(v << shift) >> shift;
}

// ---- floats
// ---------------------------------------------------------------------------------------

// The quiet NaN that arithmetic gives; C's would have the sign set on x86.
static u128 nan_bits(TyKind kind) {
    switch (kind) {
    case TY_F16: return 0x7e00;
    case TY_F32: return 0x7fc00000;
    case TY_F64: return 0x7ff8000000000000;
    default: return (u128)0x7fff800000000000 << 64;
    }
}

static _Float128 float_in(TyKind kind, u128 bits) {
    switch (kind) {
    case TY_F16: {
        u16 b = (u16)bits;
        _Float16 f;
        memcpy(&f, &b, 2);
        return f;
    }
    case TY_F32: {
        u32 b = (u32)bits;
        float f;
        memcpy(&f, &b, 4);
        return f;
    }
    case TY_F64: {
        u64 b = (u64)bits;
        double f;
        memcpy(&f, &b, 8);
        return f;
    }
    default: {
        _Float128 f;
        memcpy(&f, &bits, 16);
        return f;
    }
    }
}

#define FLOAT_OUT(T, bytes, value)                                                                 \
    do {                                                                                           \
        T out_ = (T)(value);                                                                       \
        u128 bits_ = 0;                                                                            \
        if (out_ != out_) return nan_bits(kind);                                                   \
        memcpy(&bits_, &out_, bytes);                                                              \
        return bits_;                                                                              \
    } while (0)

static u128 float_out(TyKind kind, _Float128 f) {
    switch (kind) {
    case TY_F16: FLOAT_OUT(_Float16, 2, f);
    case TY_F32: FLOAT_OUT(float, 4, f);
    case TY_F64: FLOAT_OUT(double, 8, f);
    default: FLOAT_OUT(_Float128, 16, f);
    }
}

static u128 int_to_float(TyKind kind, u128 v, bool sign) {
    switch (kind) {
    case TY_F16: FLOAT_OUT(_Float16, 2, sign ? (_Float128)(i128)v : (_Float128)v);
    case TY_F32: {
        if (sign) FLOAT_OUT(float, 4, (i128)v);
        FLOAT_OUT(float, 4, v);
    }
    case TY_F64: {
        if (sign) FLOAT_OUT(double, 8, (i128)v);
        FLOAT_OUT(double, 8, v);
    }
    default: {
        if (sign) FLOAT_OUT(_Float128, 16, (i128)v);
        FLOAT_OUT(_Float128, 16, v);
    }
    }
}

// Saturating; NaN is 0.
static u128 float_to_int(_Float128 f, u32 bytes, bool sign) {
    if (f != f) return 0;
    u128 max = sign ? ((u128)1 << (8 * bytes - 1)) - 1 : ce_mask_to(~(u128)0, bytes);
    u128 min = sign ? (u128)0 - max - 1 : 0;
    if (f >= (_Float128)max) return max;
    if (sign && f <= (_Float128)(i128)min) return ce_mask_to(min, bytes);
    if (!sign && f <= 0) return 0;
    return ce_mask_to(sign ? (u128)(i128)f : (u128)f, bytes);
}

// x - trunc(x / y) * y for the sizes C has it for.
static u128 float_rem(Machine *m, TyKind kind, u128 a, u128 b) {
    if (kind == TY_F128) {
        ce_fail(m, "a remainder of `f128`");
        return 0;
    }
    double r =
        fmod((double)float_in(kind, a), (double)float_in(kind, b)); // exact, so it rounds nowhere
    return float_out(kind, (_Float128)r);
}

#define FLOAT_BINARY(T, bytes)                                                                     \
    do {                                                                                           \
        T x, y;                                                                                    \
        memcpy(&x, &a, bytes);                                                                     \
        memcpy(&y, &b, bytes);                                                                     \
        switch (op) {                                                                              \
        case MIR_ADD: FLOAT_OUT(T, bytes, x + y);                                                  \
        case MIR_SUB: FLOAT_OUT(T, bytes, x - y);                                                  \
        case MIR_MUL: FLOAT_OUT(T, bytes, x *y);                                                   \
        case MIR_DIV: FLOAT_OUT(T, bytes, x / y);                                                  \
        case MIR_EQ: return x == y;                                                                \
        case MIR_NE: return x != y;                                                                \
        case MIR_LT: return x < y;                                                                 \
        case MIR_LE: return x <= y;                                                                \
        case MIR_GE: return x >= y;                                                                \
        case MIR_GT: return x > y;                                                                 \
        default: break;                                                                            \
        }                                                                                          \
    } while (0)

__attribute__((no_sanitize("float-divide-by-zero"))) static u128
float_binary(Machine *m, MirBinOp op, TyKind kind, u128 a, u128 b) {
    if (op == MIR_REM) return float_rem(m, kind, a, b);
    switch (kind) {
    case TY_F16: FLOAT_BINARY(_Float16, 2); break;
    case TY_F32: FLOAT_BINARY(float, 4); break;
    case TY_F64: FLOAT_BINARY(double, 8); break;
    default: FLOAT_BINARY(_Float128, 16); break;
    }
    ce_fail(m, "an operation on floats that is not supported");
    return 0;
}

// ---- integers
// -------------------------------------------------------------------------------------

static u128 int_mul(u128 a, u128 b, u32 bytes, bool sign, bool *overflow) {
    u128 r = a * b;
    if (sign) {
        i128 wide;
        *overflow = __builtin_mul_overflow(ce_sext(a, bytes), ce_sext(b, bytes), &wide);
        *overflow |= ce_sext(ce_mask_to(r, bytes), bytes) != wide;
    } else {
        u128 wide;
        *overflow = __builtin_mul_overflow(a, b, &wide);
        *overflow |= ce_mask_to(wide, bytes) != wide;
    }
    return ce_mask_to(r, bytes);
}

static u128 int_add(u128 a, u128 b, u32 bytes, bool sign, bool subtract, bool *overflow) {
    u128 r = ce_mask_to(subtract ? a - b : a + b, bytes);
    i128 x = ce_sext(a, bytes), y = ce_sext(b, bytes), z = ce_sext(r, bytes);
    if (sign)
        *overflow = subtract ? (y >= 0 ? z > x : z < x) : (y >= 0 ? z < x : z > x);
    else
        *overflow = subtract ? a < b : r < a;
    return r;
}

static u128 int_divide(Machine *m, u128 a, u128 b, u32 bytes, bool sign, bool remainder,
                       bool *overflow) {
    if (b == 0) {
        ce_fail(m, remainder ? "calculating the remainder with a divisor of zero"
                             : "dividing by zero");
        return 0;
    }
    if (!sign) return remainder ? a % b : a / b;
    i128 x = ce_sext(a, bytes), y = ce_sext(b, bytes);
    if (y == -1) {
        u128 r = ce_mask_to((u128)0 - (u128)x, bytes);
        *overflow = x < 0 && ce_sext(r, bytes) == x;
        return remainder ? 0 : r;
    }
    return ce_mask_to((u128)(remainder ? x % y : x / y), bytes);
}

static u128 int_shift(u128 a, u128 amount, u32 bytes, bool sign, bool right) {
    u32 by = (u32)amount & (8 * bytes - 1);
    if (!right) return ce_mask_to(a << by, bytes);
    return sign ? ce_mask_to((u128)(ce_sext(a, bytes) >> by), bytes) : a >> by;
}

static Scal pointer_arithmetic(Machine *m, MirBinOp op, Scal a, Scal b) {
    if (op == MIR_ADD && a.is_ptr != b.is_ptr) return scal_ptr((u64)(a.bits + b.bits));
    if (op == MIR_SUB && a.is_ptr && !b.is_ptr) return scal_ptr((u64)(a.bits - b.bits));
    if (op == MIR_SUB && a.is_ptr && b.is_ptr) return scal_int((u64)(a.bits - b.bits));
    if (op == MIR_BIT_AND && (!b.is_ptr || !a.is_ptr) && (b.is_ptr ? a : b).bits < 4096)
        return scal_int(a.bits & b.bits); // alignment and tags
    ce_fail(m, "unable to turn pointer into raw bytes");
    return scal_int(0);
}

// Signed and unsigned integers, bool, char, pointers, floats. Operands are zero-extended.
Scal ce_binary(Machine *m, MirBinOp op, Ty ty, Scal a, Scal b, Ty b_ty, bool *overflow) {
    *overflow = false;
    const TyRow *row = ty_row(m->db, ty);
    TyKind kind = (TyKind)row->kind;
    if (kind == TY_PAT) kind = ty_kind(m->db, row->elem);
    if (m->failed) return scal_int(0);
    if (ty_is_float(kind)) return scal_int(float_binary(m, op, kind, a.bits, b.bits));
    bool sign = ty_is_signed(kind);
    u32 bytes = kind == TY_BOOL   ? 1
                : kind == TY_CHAR ? 4
                : ty_is_int(kind) ? ty_prim_bytes(kind)
                                  : 8;
    if (op == MIR_OFFSET) {
        i128 by = ce_sext(b.bits, 8) * (i128)ce_lay(m, row->elem)->size;
        return (Scal){(u64)((i128)(u64)a.bits + by), a.is_ptr};
    }
    i128 x = ce_sext(a.bits, bytes), y = ce_sext(b.bits, bytes);
    switch (op) {
    case MIR_EQ: return scal_int(a.bits == b.bits);
    case MIR_NE: return scal_int(a.bits != b.bits);
    case MIR_LT: return scal_int(sign ? x < y : a.bits < b.bits);
    case MIR_LE: return scal_int(sign ? x <= y : a.bits <= b.bits);
    case MIR_GE: return scal_int(sign ? x >= y : a.bits >= b.bits);
    case MIR_GT: return scal_int(sign ? x > y : a.bits > b.bits);
    case MIR_CMP: {
        bool less = sign ? x < y : a.bits < b.bits;
        return scal_int(a.bits == b.bits ? 0 : less ? 0xff : 1);
    }
    default: break;
    }
    if (op == MIR_ADD_WITH_OVERFLOW) op = MIR_ADD;
    if (op == MIR_SUB_WITH_OVERFLOW) op = MIR_SUB;
    if (op == MIR_MUL_WITH_OVERFLOW) op = MIR_MUL;
    if (a.is_ptr || b.is_ptr) return pointer_arithmetic(m, op, a, b);
    switch (op) {
    case MIR_ADD: return scal_int(int_add(a.bits, b.bits, bytes, sign, false, overflow));
    case MIR_SUB: return scal_int(int_add(a.bits, b.bits, bytes, sign, true, overflow));
    case MIR_MUL: return scal_int(int_mul(a.bits, b.bits, bytes, sign, overflow));
    case MIR_DIV: return scal_int(int_divide(m, a.bits, b.bits, bytes, sign, false, overflow));
    case MIR_REM: return scal_int(int_divide(m, a.bits, b.bits, bytes, sign, true, overflow));
    case MIR_BIT_XOR: return scal_int(a.bits ^ b.bits);
    case MIR_BIT_AND: return scal_int(a.bits & b.bits);
    case MIR_BIT_OR: return scal_int(a.bits | b.bits);
    case MIR_SHL:
    case MIR_SHR: {
        TyKind amount = ty_kind(m->db, b_ty);
        bool negative = ty_is_signed(amount) && ce_sext(b.bits, ty_prim_bytes(amount)) < 0;
        *overflow = negative || b.bits >= 8 * bytes;
        return scal_int(int_shift(a.bits, b.bits, bytes, sign, op == MIR_SHR));
    }
    default: break;
    }
    ce_fail(m, "an operation on `%.*s`", STR_ARG(ty_print(m->db, ty, m->work)));
    return scal_int(0);
}

static Val zst_compare(Machine *m, MirBinOp op) {
    return ce_val_int(m, op == MIR_EQ || op == MIR_LE || op == MIR_GE, TY_OF(BOOL));
}

// Wide pointers compare by address, then by metadata.
static Val wide_compare(Machine *m, MirBinOp op, Val a, Val b) {
    bool same = a.a.bits == b.a.bits, same_meta = a.b.bits == b.b.bits, less, result;
    less = same ? a.b.bits < b.b.bits : a.a.bits < b.a.bits;
    switch (op) {
    case MIR_EQ: result = same && same_meta; break;
    case MIR_NE: result = !(same && same_meta); break;
    case MIR_LT: result = less; break;
    case MIR_LE: result = less || (same && same_meta); break;
    case MIR_GE: result = !less; break;
    default: result = !less && !(same && same_meta); break;
    }
    return ce_val_int(m, result, TY_OF(BOOL));
}

static Val rv_binary(Machine *m, const MirRvalue *rv, Place to) {
    Val a = ce_operand(m, rv->a), b = ce_operand(m, rv->b);
    MirBinOp op = (MirBinOp)rv->op;
    if (m->failed) return a;
    bool compares = op >= MIR_EQ && op <= MIR_GT;
    if (a.kind == VAL_ZST && compares) return zst_compare(m, op);
    if (a.kind == VAL_PAIR && b.kind == VAL_PAIR && compares) return wide_compare(m, op, a, b);
    bool overflow;
    Scal r = ce_binary(m, op, a.ty, ce_val_single(m, a), ce_val_single(m, b), b.ty, &overflow);
    if (m->failed) return a;
    if (compares) return ce_val_scalar(m, r, TY_OF(BOOL));
    if (op >= MIR_ADD_WITH_OVERFLOW)
        return (Val){
            .kind = VAL_PAIR, .ty = to.ty, .layout = to.layout, .a = r, .b = scal_int(overflow)};
    if (op == MIR_CMP) {
        DefId ordering = lang_item(m->db, LANG_ordering_enum);
        return ce_val_scalar(m, r, ordering.id ? ty_adt(m->db, ordering, (Args){0}) : TY_OF(I8));
    }
    return ce_val_scalar(m, r, a.ty);
}

static Val rv_unary(Machine *m, const MirRvalue *rv) {
    Val a = ce_operand(m, rv->a);
    if (m->failed) return a;
    TyKind kind = ty_kind(m->db, a.ty);
    if ((MirUnOp)rv->op == MIR_PTR_METADATA) {
        Ty pointee = ty_row(m->db, a.ty)->elem;
        if (a.kind != VAL_PAIR) return ce_val_zst(m, ty_unit(m->db));
        bool length = ptr_meta(m->db, pointee) == META_LENGTH;
        return ce_val_scalar(m, a.b, length ? TY_OF(USIZE) : ty_ptr(m->db, ty_unit(m->db), false));
    }
    Scal s = ce_val_single(m, a);
    u32 bytes = (u32)a.layout->size;
    if (m->failed) return a;
    if (s.is_ptr) {
        ce_fail(m, "unable to turn pointer into raw bytes");
        return a;
    }
    if ((MirUnOp)rv->op == MIR_NOT)
        return ce_val_int(m, kind == TY_BOOL ? !s.bits : ce_mask_to(~s.bits, bytes), a.ty);
    if (ty_is_float(kind)) return ce_val_int(m, s.bits ^ (u128)1 << (8 * bytes - 1), a.ty);
    return ce_val_int(m, ce_mask_to((u128)0 - s.bits, bytes), a.ty);
}

// ---- unsizing
// -------------------------------------------------------------------------------------

static Scal unsize_meta(Machine *m, Ty from, Ty to, Scal old) {
    Db *db = m->db;
    for (;;) { // down to where the structs differ
        const TyRow *a = ty_row(db, from), *b = ty_row(db, to);
        if (a->kind != TY_ADT || b->kind != TY_ADT || !def_eq(a->def, b->def)) break;
        u32 last = layout_field_count(db, from, 0);
        if (last == 0) break;
        from = layout_field_ty(db, from, 0, last - 1);
        to = layout_field_ty(db, to, 0, last - 1);
    }
    TyKind from_kind = ty_kind(db, from), to_kind = ty_kind(db, to);
    if (from_kind == TY_ARRAY && to_kind == TY_SLICE) return scal_int(ce_lay(m, from)->array_count);
    if (to_kind == TY_DYN && from_kind == TY_DYN) {
        Mem *vtable = mem_find(m, (u64)old.bits);
        if (vtable && vtable->kind == MEM_VTABLE) return mem_vtable_ptr(m, vtable->ty, to);
        ce_fail(m, "using something that is no vtable as one");
        return old;
    }
    if (to_kind == TY_DYN) return mem_vtable_ptr(m, from, to);
    ce_fail(m, "an unsizing from `%.*s` to `%.*s`", STR_ARG(ty_print(db, from, m->work)),
            STR_ARG(ty_print(db, to, m->work)));
    return old;
}

static bool pointee_of(Machine *m, Ty ty, Ty *out) {
    const TyRow *row = ty_row(m->db, ty);
    if (row->kind != TY_REF && row->kind != TY_PTR) return false;
    *out = row->elem;
    return true;
}

// CoerceUnsized: a pointer, or a struct of which exactly one field is one (Box, Rc, Pin, ...).
Val ce_unsize(Machine *m, Val v, Ty to) {
    Ty a, b;
    if (m->failed) return v;
    if (pointee_of(m, v.ty, &a) && pointee_of(m, to, &b)) {
        Scal old = v.kind == VAL_PAIR ? v.b : scal_int(0);
        Scal data = ce_val_single(m, v);
        return ce_val_pair(m, data, unsize_meta(m, a, b, old), to);
    }
    const TyRow *row = ty_row(m->db, v.ty);
    if (row->kind != TY_ADT || ty_kind(m->db, to) != TY_ADT) {
        ce_fail(m, "an unsizing of `%.*s`", STR_ARG(ty_print(m->db, v.ty, m->work)));
        return v;
    }
    Place out = ce_temp_place(m, to);
    u32 count = layout_field_count(m->db, v.ty, 0);
    for (u32 i = 0; i < count && !m->failed; i++) {
        Ty field_to = layout_field_ty(m->db, to, 0, i);
        Val field = ce_val_field(m, v, 0, i);
        if (!ty_eq(field.ty, field_to)) {
            if (field.kind == VAL_ZST || ce_lay(m, field_to)->size == 0) continue; // PhantomData<T>
            field = ce_unsize(m, field, field_to);
        }
        ce_place_write(m, ce_place_field(m, out, 0, i), field);
    }
    return ce_place_read(m, out);
}

// ---- casts
// ----------------------------------------------------------------------------------------

Val ce_transmute(Machine *m, Val v, Ty to) {
    const Layout *l = ce_lay(m, to);
    if (m->failed) return v;
    if (v.layout->size != l->size) {
        ce_fail(m, "transmuting from %llu-byte type to %llu-byte type: `%.*s` -> `%.*s`",
                (unsigned long long)v.layout->size, (unsigned long long)l->size,
                STR_ARG(ty_print(m->db, v.ty, m->work)), STR_ARG(ty_print(m->db, to, m->work)));
        return v;
    }
    if (l->size == 0) return ce_val_zst(m, to);
    if (v.kind == VAL_SCALAR && l->repr == REPR_SCALAR) return ce_val_scalar(m, v.a, to);
    u8 *bytes, *mask;
    ce_val_spill(m, v, &bytes, &mask);
    return ce_val_at(m, bytes, mask, to);
}

static Val int_cast(Machine *m, Val v, Ty to) {
    const Layout *l = ce_lay(m, to);
    if (ty_kind(m->db, v.ty) == TY_ADT) { // an enum: its discriminant
        Place p = ce_temp_place(m, v.ty);
        ce_place_write(m, p, v);
        u32 variant;
        if (!ce_read_variant(m, p, &variant)) return v;
        i128 value = def_kind(m->db, ty_row(m->db, v.ty)->def) == DEF_ENUM
                         ? discriminant_value(m->db, ty_row(m->db, v.ty)->def, variant)
                         : 0;
        return ce_val_int(m, ce_mask_to((u128)value, (u32)l->size), to);
    }
    Scal s = ce_val_single(m, v);
    if (s.is_ptr && l->size == 8) return ce_val_scalar(m, s, to);
    if (s.is_ptr) ce_fail(m, "unable to turn pointer into raw bytes");
    TyKind from = ty_kind(m->db, v.ty);
    u128 wide = ty_is_signed(from) ? (u128)ce_sext(s.bits, (u32)v.layout->size) : s.bits;
    return ce_val_int(m, ce_mask_to(wide, (u32)l->size), to);
}

static Val fn_cast(Machine *m, Val v, Ty to, InstanceId instance) {
    if (!instance.id) {
        ce_fail(m, "a function that cannot be resolved: `%.*s`",
                STR_ARG(ty_print(m->db, v.ty, m->work)));
        return v;
    }
    return ce_val_scalar(m, mem_global_ptr(m, MEM_FN, instance.id), to);
}

static Val rv_cast(Machine *m, const MirRvalue *rv) {
    Ty to = ce_fn_ty(m, rv->ty);
    Val v = ce_operand(m, rv->a);
    if (m->failed) return v;
    TyKind from_kind = ty_kind(m->db, v.ty), to_kind = ty_kind(m->db, to);
    const Layout *l = ce_lay(m, to);
    switch ((MirCastKind)rv->op) {
    case CAST_INT_TO_INT: return int_cast(m, v, to);
    case CAST_FLOAT_TO_INT: {
        _Float128 f = float_in(from_kind, ce_val_single(m, v).bits);
        return ce_val_int(m, float_to_int(f, (u32)l->size, ty_is_signed(to_kind)), to);
    }
    case CAST_INT_TO_FLOAT: {
        u128 bits = ce_val_single(m, v).bits;
        bool sign = ty_is_signed(from_kind);
        if (sign) bits = (u128)ce_sext(bits, (u32)v.layout->size);
        return ce_val_int(m, int_to_float(to_kind, bits, sign), to);
    }
    case CAST_FLOAT_TO_FLOAT:
        if (from_kind == to_kind) return ce_val_scalar(m, ce_val_single(m, v), to);
        return ce_val_int(m, float_out(to_kind, float_in(from_kind, ce_val_single(m, v).bits)), to);
    case CAST_PTR_TO_ADDR:
    case CAST_ADDR_TO_PTR: return int_cast(m, v, to);
    case CAST_PTR_TO_PTR:
    case CAST_MUT_TO_CONST:
    case CAST_ARRAY_TO_PTR:
    case CAST_FN_PTR_TO_PTR:
    case CAST_UNSAFE_FN:
        if (l->repr == REPR_SCALAR_PAIR && v.kind == VAL_PAIR) return ce_val_pair(m, v.a, v.b, to);
        return ce_val_scalar(m, ce_val_single(m, v), to);
    case CAST_REIFY_FN: {
        const TyRow *fn = ty_row(m->db, v.ty);
        return fn_cast(m, v, to, instance_resolve_for_fn_ptr(m->db, fn->def, fn->args));
    }
    case CAST_CLOSURE_FN: {
        const TyRow *closure = ty_row(m->db, v.ty);
        const ClosureInfo *info = closure_info(m->db, closure->def, NULL);
        InstanceRow row = {.kind = info && info->kind == 2 ? INST_ITEM : INST_CLOSURE_ONCE_SHIM,
                           .def = closure->def,
                           .args = closure->args};
        return fn_cast(m, v, to, instance_intern(m->db, row));
    }
    case CAST_UNSIZE: return ce_unsize(m, v, to);
    case CAST_TRANSMUTE: return ce_transmute(m, v, to);
    }
    UNREACHABLE();
}

// ---- aggregates, repeats
// --------------------------------------------------------------------------

static bool is_union(Machine *m, Ty ty) {
    const TyRow *row = ty_row(m->db, ty);
    return row->kind == TY_ADT && def_kind(m->db, row->def) == DEF_UNION;
}

static void assign_aggregate(Machine *m, Place to, const MirRvalue *rv) {
    const MirBody *body = m->frame->body;
    const MirOperand *ops = LIST_AT(body, MirOperand, body->operands) + rv->operand_first;
    u32 count = rv->operand_count;
    if (rv->op == AGG_RAW_PTR) {
        Val data = ce_operand(m, ops[0]), meta = ce_operand(m, ops[1]);
        Scal a = ce_val_single(m, data);
        if (m->failed) return;
        ce_place_write(m, to,
                       to.layout->repr == REPR_SCALAR_PAIR
                           ? ce_val_pair(m, a, ce_val_single(m, meta), to.ty)
                           : ce_val_scalar(m, a, to.ty));
        return;
    }
    // The operands may read what is being written (x = (x.1, x.0)): built aside.
    Place into = count > 1 ? ce_temp_place(m, to.ty) : to;
    u32 variant = rv->op == AGG_ADT ? rv->variant : 0;
    bool one_of = rv->op == AGG_ADT && is_union(m, to.ty);
    if (count == 1) {
        Val v = ce_operand(m, ops[0]);
        u8 *bytes, *mask;
        if (m->failed) return;
        if (v.kind == VAL_MEM) { // it may lie in the target
            bytes = scratch_take(&m->store->stack, align_up(v.layout->size, 8), 16);
            mask = scratch_take(&m->store->stack, align_up(v.layout->size, 8), 8);
            memcpy(bytes, v.bytes, v.layout->size);
            if (v.mask)
                memcpy(mask, v.mask, v.layout->size);
            else
                memset(mask, MASK_PLAIN, v.layout->size);
            v.bytes = bytes;
            v.mask = mask;
        }
        ce_place_write(m, ce_place_field(m, into, variant, one_of ? rv->active_field : 0), v);
    }
    for (u32 i = 0; i < count && count > 1 && !m->failed; i++) {
        Val v = ce_operand(m, ops[i]);
        ce_place_write(m, ce_place_field(m, into, variant, i), v);
    }
    if (rv->op == AGG_ADT) ce_write_discriminant(m, into, variant);
    if (count > 1) mem_copy(m, (u64)to.addr.bits, (u64)into.addr.bits, to.layout->size);
}

static void assign_repeat(Machine *m, Place to, const MirRvalue *rv) {
    Val v = ce_operand(m, rv->a);
    u64 count = to.layout->array_count, stride = to.layout->array_stride;
    if (m->failed || v.kind == VAL_ZST || count == 0) return;
    ce_place_write(m, ce_place_elem(m, to, 0), v);
    // Doubling what is there.
    for (u64 done = 1; done < count && !m->failed;) {
        u64 n = min_u64(done, count - done);
        mem_copy(m, (u64)to.addr.bits + done * stride, (u64)to.addr.bits, n * stride);
        done += n;
    }
}

void ce_assign(Machine *m, Place to, const MirRvalue *rv) {
    Val v;
    switch ((MirRvalueKind)rv->kind) {
    case RV_USE: v = ce_operand(m, rv->a); break;
    case RV_REPEAT: assign_repeat(m, to, rv); return;
    case RV_AGGREGATE: assign_aggregate(m, to, rv); return;
    case RV_REF:
    case RV_RAW_PTR: {
        Place p = ce_place_of(m, rv->place);
        if (m->failed) return;
        v = ce_val_ptr(m, p, to.ty);
        break;
    }
    case RV_CAST: v = rv_cast(m, rv); break;
    case RV_BINARY: v = rv_binary(m, rv, to); break;
    case RV_UNARY: v = rv_unary(m, rv); break;
    case RV_DISCRIMINANT: {
        Place p = ce_place_of(m, rv->place);
        if (m->failed) return;
        u32 variant;
        if (!ce_read_variant(m, p, &variant)) return;
        const TyRow *row = ty_row(m->db, p.ty);
        bool is_enum = row->kind == TY_ADT && def_kind(m->db, row->def) == DEF_ENUM;
        Ty ty = discriminant_ty(m->db, p.ty);
        i128 value = is_enum ? discriminant_value(m->db, row->def, variant) : 0;
        v = ce_val_int(m, ce_mask_to((u128)value, (u32)ce_lay(m, ty)->size), ty);
        break;
    }
    case RV_THREAD_LOCAL: {
        Str path = ce_path(m, rv->def);
        ce_fail(m, "cannot access thread local static `%.*s`", STR_ARG(path));
        return;
    }
    default: UNREACHABLE();
    }
    ce_place_write(m, to, v);
}
