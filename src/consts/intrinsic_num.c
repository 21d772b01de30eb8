// Numeric intrinsics in constants.

#include "consts/consts_internal.h"

#include <math.h>

static bool is(Str name, const char *text) {
    return str_eq(name, str_from(text));
}

static bool has_prefix(Str name, const char *text) {
    u32 n = (u32)strlen(text);
    return name.len >= n && memcmp(name.at, text, n) == 0;
}

typedef struct IntTy {
    u32 bytes, bits;
    bool sign, ok;
} IntTy;

static IntTy int_ty(Machine *m, Ty ty) {
    const TyRow *row = ty_row(m->db, ty);
    TyKind kind = (TyKind)row->kind;
    if (kind == TY_PAT) kind = ty_kind(m->db, row->elem);
    if (kind == TY_BOOL) return (IntTy){1, 8, false, true};
    if (kind == TY_CHAR) return (IntTy){4, 32, false, true};
    if (!ty_is_int(kind))
        return (IntTy){8, 64, false, kind == TY_PTR || kind == TY_REF || kind == TY_FN_PTR};
    u32 bytes = ty_prim_bytes(kind);
    return (IntTy){bytes, 8 * bytes, ty_is_signed(kind), true};
}

static void put(Machine *m, Place dest, u128 bits) {
    if (!m->failed)
        ce_place_write(m, dest, ce_val_int(m, ce_mask_to(bits, (u32)dest.layout->size), dest.ty));
}

static u32 leading_zeros(u128 v, u32 bits) {
    if (v == 0) return bits;
    u64 high = (u64)(v >> 64);
    u32 zeros = high ? (u32)__builtin_clzll(high) : 64 + (u32)__builtin_clzll((u64)v);
    return zeros - (128 - bits);
}

static u32 trailing_zeros(u128 v, u32 bits) {
    if (v == 0) return bits;
    u64 low = (u64)v;
    return low ? (u32)__builtin_ctzll(low) : 64 + (u32)__builtin_ctzll((u64)(v >> 64));
}

static u128 reverse_bytes(u128 v, u32 bytes) {
    u128 r = 0;
    for (u32 i = 0; i < bytes; i++)
        r = r << 8 | (v >> (8 * i) & 0xff);
    return r;
}

static u128 reverse_bits(u128 v, u32 bits) {
    u128 r = 0;
    for (u32 i = 0; i < bits; i++)
        r = r << 1 | (v >> i & 1);
    return r;
}

// ---- one integer
// ----------------------------------------------------------------------------------

static bool int_unary(Machine *m, Str name, IntTy t, u128 x, Place dest) {
    if (is(name, "ctpop")) {
        put(m, dest, (u32)(__builtin_popcountll((u64)x) + __builtin_popcountll((u64)(x >> 64))));
    } else if (is(name, "ctlz") || is(name, "ctlz_nonzero")) {
        if (name.len > 4 && x == 0) ce_fail(m, "`ctlz_nonzero` called on 0");
        put(m, dest, leading_zeros(x, t.bits));
    } else if (is(name, "cttz") || is(name, "cttz_nonzero")) {
        if (name.len > 4 && x == 0) ce_fail(m, "`cttz_nonzero` called on 0");
        put(m, dest, trailing_zeros(x, t.bits));
    } else if (is(name, "bswap")) {
        put(m, dest, reverse_bytes(x, t.bytes));
    } else if (is(name, "bitreverse")) {
        put(m, dest, reverse_bits(x, t.bits));
    } else {
        return false;
    }
    return true;
}

// ---- two integers
// ---------------------------------------------------------------------------------

static u128 saturate(u128 r, IntTy t, bool overflow, bool upward) {
    if (!overflow) return r;
    u128 max = t.sign ? ((u128)1 << (t.bits - 1)) - 1 : ce_mask_to(~(u128)0, t.bytes);
    return upward ? max : t.sign ? ce_mask_to(max + 1, t.bytes) : 0;
}

static u128 rotate(u128 x, u32 by, IntTy t) {
    by %= t.bits;
    if (by == 0) return x;
    return ce_mask_to(x << by | x >> (t.bits - by), t.bytes);
}

static MirBinOp named_op(Str name, u32 skip, bool *ok) {
    Str op = {name.at + skip, name.len - skip};
    static const struct {
        const char *name;
        MirBinOp op;
    } ops[] = {{"add", MIR_ADD}, {"sub", MIR_SUB}, {"mul", MIR_MUL}, {"div", MIR_DIV},
               {"rem", MIR_REM}, {"shl", MIR_SHL}, {"shr", MIR_SHR}};
    for (u32 i = 0; i < ARRAY_LEN(ops); i++) {
        if (!is(op, ops[i].name)) continue;
        *ok = true;
        return ops[i].op;
    }
    *ok = false;
    return MIR_ADD;
}

static bool int_binary(Machine *m, Str name, Ty ty, IntTy t, const Val *args, Place dest) {
    Scal a = ce_val_single(m, args[0]), b = ce_val_single(m, args[1]);
    if (m->failed) return true;
    bool overflow, known;
    if (has_prefix(name, "wrapping_")) {
        MirBinOp op = named_op(name, 9, &known);
        if (known)
            ce_place_write(
                m, dest,
                ce_val_scalar(m, ce_binary(m, op, ty, a, b, args[1].ty, &overflow), dest.ty));
        return known;
    }
    if (has_prefix(name, "unchecked_")) {
        MirBinOp op = named_op(name, 10, &known);
        if (!known) return false;
        Scal r = ce_binary(m, op, ty, a, b, args[1].ty, &overflow);
        if (overflow && !m->failed) ce_fail(m, "arithmetic overflow in `%.*s`", STR_ARG(name));
        if (!m->failed) ce_place_write(m, dest, ce_val_scalar(m, r, dest.ty));
        return true;
    }
    if (has_prefix(name, "saturating_")) {
        MirBinOp op = named_op(name, 11, &known);
        if (!known) return false;
        Scal r = ce_binary(m, op, ty, a, b, args[1].ty, &overflow);
        bool negative = t.sign && ce_sext(a.bits, t.bytes) < 0;
        put(m, dest, saturate(r.bits, t, overflow, t.sign ? !negative : op == MIR_ADD));
        return true;
    }
    if (name.len > 14 && has_prefix((Str){name.at + 3, name.len - 3}, "_with_overflow")) {
        MirBinOp op = named_op((Str){name.at, 3}, 0, &known);
        if (!known) return false;
        Scal r = ce_binary(m, op, ty, a, b, args[1].ty, &overflow);
        if (m->failed) return true;
        ce_place_write(m, ce_place_field(m, dest, 0, 0), ce_val_scalar(m, r, ty));
        ce_place_write(m, ce_place_field(m, dest, 0, 1), ce_val_int(m, overflow, TY_OF(BOOL)));
        return true;
    }
    if (is(name, "exact_div")) {
        Scal rem = ce_binary(m, MIR_REM, ty, a, b, ty, &overflow);
        Scal r = ce_binary(m, MIR_DIV, ty, a, b, ty, &overflow);
        if ((rem.bits != 0 || overflow) && !m->failed)
            ce_fail(m, "`exact_div`: the division leaves a remainder");
        put(m, dest, r.bits);
        return true;
    }
    if (is(name, "rotate_left")) {
        put(m, dest, rotate(a.bits, (u32)b.bits, t));
        return true;
    }
    if (is(name, "rotate_right")) {
        put(m, dest, rotate(a.bits, t.bits - (u32)b.bits % t.bits, t));
        return true;
    }
    if (is(name, "disjoint_bitor")) {
        put(m, dest, a.bits | b.bits);
        return true;
    }
    if (is(name, "three_way_compare")) {
        Scal r = ce_binary(m, MIR_CMP, ty, a, b, ty, &overflow);
        put(m, dest, r.bits);
        return true;
    }
    return false;
}

// ---- atomics: nothing else runs
// -------------------------------------------------------------------

static bool atomic(Machine *m, Str name, const Val *args, u32 count, Place dest) {
    if (has_prefix(name, "atomic_fence") || has_prefix(name, "atomic_singlethreadfence"))
        return true;
    if (count < 1) return false;
    Place p = ce_place_deref(m, args[0]);
    if (m->failed) return true;
    if (is(name, "atomic_load")) {
        ce_place_write(m, dest, ce_place_read(m, p));
        return true;
    }
    if (is(name, "atomic_store") && count > 1) {
        ce_place_write(m, p, args[1]);
        return true;
    }
    return false;
}

// ---- floats
// ---------------------------------------------------------------------------------------

typedef struct FloatOp {
    const char *name; // without the type at its end
    double (*d)(double);
    float (*f)(float);
} FloatOp;

static double bits_double(u128 bits) {
    u64 b = (u64)bits;
    double d;
    memcpy(&d, &b, 8);
    return d;
}
static float bits_float(u128 bits) {
    u32 b = (u32)bits;
    float f;
    memcpy(&f, &b, 4);
    return f;
}
static u128 double_bits(double d) {
    u64 b;
    if (d != d) return 0x7ff8000000000000;
    memcpy(&b, &d, 8);
    return b;
}
static u128 float_bits(float f) {
    u32 b;
    if (f != f) return 0x7fc00000;
    memcpy(&b, &f, 4);
    return b;
}

// The name without f32 or f64 at its end; 0 if it has another.
static u32 float_suffix(Str name, Str *stem) {
    static const struct {
        const char *text;
        u32 bytes;
    } ends[] = {{"f16", 2}, {"f32", 4}, {"f64", 8}, {"f128", 16}};
    for (u32 i = 0; i < ARRAY_LEN(ends); i++) {
        u32 n = (u32)strlen(ends[i].text);
        if (name.len <= n || memcmp(name.at + name.len - n, ends[i].text, n) != 0) continue;
        *stem = (Str){name.at, name.len - n};
        if (stem->at[stem->len - 1] == '_') stem->len--;
        return ends[i].bytes;
    }
    return 0;
}

static bool float_unary(Machine *m, Str stem, u32 bytes, u128 x, Place dest) {
    static const FloatOp ops[] = {
        {"floor", floor, floorf},         {"ceil", ceil, ceilf},
        {"trunc", trunc, truncf},         {"round", round, roundf},
        {"round_ties_even", rint, rintf}, {"sqrt", sqrt, sqrtf},
    };
    for (u32 i = 0; i < ARRAY_LEN(ops); i++) {
        if (!is(stem, ops[i].name)) continue;
        put(m, dest,
            bytes == 8 ? double_bits(ops[i].d(bits_double(x)))
                       : float_bits(ops[i].f(bits_float(x))));
        return true;
    }
    return false;
}

static bool float_more(Machine *m, Str stem, u32 bytes, u128 x, u128 y, u128 z, u32 count,
                       Place dest) {
    u128 sign = (u128)1 << (8 * bytes - 1);
    if (is(stem, "copysign") && count == 2) {
        put(m, dest, (x & ~sign) | (y & sign));
        return true;
    }
    if ((is(stem, "fma") || is(stem, "fmuladd")) && count == 3 && (bytes == 4 || bytes == 8)) {
        put(m, dest,
            bytes == 8 ? double_bits(fma(bits_double(x), bits_double(y), bits_double(z)))
                       : float_bits(fmaf(bits_float(x), bits_float(y), bits_float(z))));
        return true;
    }
    return false;
}

static bool float_intrinsic(Machine *m, Str name, const Val *args, u32 count, Place dest) {
    if (is(name, "fabs") && count == 1) {
        u128 x = ce_val_single(m, args[0]).bits;
        u32 bytes = (u32)args[0].layout->size;
        put(m, dest, x & ~((u128)1 << (8 * bytes - 1)));
        return true;
    }
    static const char *const algebraic[] = {"fadd_algebraic", "fsub_algebraic", "fmul_algebraic",
                                            "fdiv_algebraic", "frem_algebraic"};
    static const MirBinOp ops[] = {MIR_ADD, MIR_SUB, MIR_MUL, MIR_DIV, MIR_REM};
    for (u32 i = 0; i < ARRAY_LEN(ops); i++) {
        if (!is(name, algebraic[i]) || count != 2) continue;
        bool overflow;
        Scal r = ce_binary(m, ops[i], args[0].ty, ce_val_single(m, args[0]),
                           ce_val_single(m, args[1]), args[1].ty, &overflow);
        put(m, dest, r.bits);
        return true;
    }
    Str stem;
    u32 bytes = float_suffix(name, &stem);
    if (!bytes || count < 1 || args[0].layout->size != bytes) return false;
    u128 x = ce_val_single(m, args[0]).bits, y = count > 1 ? ce_val_single(m, args[1]).bits : 0;
    u128 z = count > 2 ? ce_val_single(m, args[2]).bits : 0;
    if (m->failed) return true;
    if (count == 1 && (bytes == 4 || bytes == 8) && float_unary(m, stem, bytes, x, dest))
        return true;
    return float_more(m, stem, bytes, x, y, z, count, dest);
}

bool ce_intrinsic_num(Machine *m, Str name, const InstanceRow *row, const Val *args, u32 count,
                      Place dest) {
    u32 targs;
    const Ty *generic = args_at(m->db, row->args, &targs);
    if (has_prefix(name, "atomic_")) return atomic(m, name, args, count, dest);
    if (targs && count >= 1 && count <= 2) {
        Ty ty = generic[0];
        IntTy t = int_ty(m, ty);
        if (t.ok && args[0].kind != VAL_ZST) {
            if (count == 1) {
                Scal s = ce_val_single(m, args[0]);
                if (m->failed || int_unary(m, name, t, s.bits, dest)) return true;
            } else if (int_binary(m, name, ty, t, args, dest)) {
                return true;
            }
            if (m->failed) return true;
        }
    }
    return float_intrinsic(m, name, args, count, dest);
}
