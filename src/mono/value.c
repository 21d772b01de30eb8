// Values: scalars and pairs in registers, everything else in memory.

#include "mono/mono_internal.h"

#include <stdarg.h>
#include <stdio.h>

void fail(Fn *f, const char *format, ...) {
    if (f->failed) return;
    f->failed = true;
    char text[512];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    u32 n = len < 0 ? 0 : min_u32((u32)len, sizeof text - 1);
    f->error->what = scratch_str(f->scratch, (Str){text, n});
    f->error->def = f->frame->def;
    f->error->lo = f->frame->lo;
    f->error->hi = f->frame->hi;
}

enum { NOT_CONCRETE = TY_HAS_PARAM | TY_HAS_PROJECTION | TY_HAS_OPAQUE };

// The row for `generic` with these arguments; it serves if *is_known.
static KnownSubst *known_subst(Fn *f, KnownSubst *rows, u32 count, u32 generic, bool *is_known) {
    Args args = f->frame->args;
    KnownSubst *known = &rows[(generic * 31 + args.id * 17) % count];
    *is_known = (known->build == f->db->mono->builds || known->build == FOR_GOOD) &&
                known->generic == generic && known->args.id == args.id;
    known->generic = generic;
    known->args = args;
    return known;
}

Ty fn_ty(Fn *f, Ty generic) {
    Db *db = f->db;
    u32 flags = ty_flags(db, generic);
    if (!(flags & NOT_CONCRETE)) return generic;
    bool is_known;
    KnownSubst *known = known_subst(f, db->mono->known_tys, KNOWN_TYS, generic.id, &is_known);
    if (is_known) return (Ty){known->concrete};
    Ty ty = flags & TY_HAS_PARAM ? ty_subst(db, generic, f->frame->args) : generic;
    bool is_done = !(ty_flags(db, ty) & NOT_CONCRETE); // nothing is asked to find it
    if (!is_done) ty = normalize_concrete(db, ty);
    known->build = is_done ? FOR_GOOD : db->mono->builds;
    known->concrete = ty.id;
    return ty;
}

Args fn_args(Fn *f, Args generic) {
    Db *db = f->db;
    u32 flags = args_flags(db, generic);
    if (!(flags & NOT_CONCRETE)) return generic;
    bool is_known;
    KnownSubst *known = known_subst(f, db->mono->known_args, KNOWN_ARGS, generic.id, &is_known);
    if (is_known) return (Args){known->concrete};
    Args args = flags & TY_HAS_PARAM ? args_subst(db, generic, f->frame->args) : generic;
    bool is_done = !(args_flags(db, args) & NOT_CONCRETE);
    if (!is_done) args = normalize_concrete_args(db, args);
    known->build = is_done ? FOR_GOOD : db->mono->builds;
    known->concrete = args.id;
    return args;
}

IrType scalar_ir(const Scalar *s) {
    if (s->kind == SCALAR_PTR) return IR_PTR;
    if (s->kind == SCALAR_FLOAT && s->bytes == 4) return IR_F32;
    if (s->kind == SCALAR_FLOAT && s->bytes == 8) return IR_F64;
    return ir_int_type(s->bytes); // f16 and f128 travel as integers
}

// Stands for bytes that nobody may read.
IrVal any_value(Fn *f, const Scalar *s) {
    IrType type = scalar_ir(s);
    if (type == IR_F32) return ir_const_f32(f->ir, 0);
    if (type == IR_F64) return ir_const_f64(f->ir, 0);
    return ir_const(f->ir, type, 0);
}

Val val_zst(Ty ty) {
    return (Val){.kind = VAL_ZST, .ty = ty};
}
Val val_scalar(IrVal a, Ty ty) {
    return (Val){.kind = VAL_SCALAR, .a = a, .ty = ty};
}
Val val_pair(IrVal a, IrVal b, Ty ty) {
    return (Val){.kind = VAL_PAIR, .a = a, .b = b, .ty = ty};
}
Val val_in_memory(IrVal addr, Ty ty) {
    return (Val){.kind = VAL_MEM, .a = addr, .ty = ty};
}

Val load_val(Fn *f, IrVal addr, Ty ty) {
    const Layout *l = fn_layout(f, ty);
    if (l->is_unsized) return val_in_memory(addr, ty);
    if (l->size == 0) return val_zst(ty);
    if (l->repr == REPR_SCALAR) return val_scalar(ir_load(f->ir, scalar_ir(&l->a), addr, 0), ty);
    if (l->repr == REPR_SCALAR_PAIR)
        return val_pair(ir_load(f->ir, scalar_ir(&l->a), addr, 0),
                        ir_load(f->ir, scalar_ir(&l->b), addr, l->b_offset), ty);
    return val_in_memory(addr, ty);
}

void store_val(Fn *f, IrVal addr, Val v) {
    const Layout *l = fn_layout(f, v.ty);
    switch ((ValKind)v.kind) {
    case VAL_ZST: return;
    case VAL_SCALAR: ir_store(f->ir, addr, 0, v.a); return;
    case VAL_PAIR:
        ir_store(f->ir, addr, 0, v.a);
        ir_store(f->ir, addr, l->b_offset, v.b);
        return;
    case VAL_MEM:
        if (l->size) ir_copy(f->ir, addr, v.a, l->size);
        return;
    }
}

IrVal val_address(Fn *f, Val v) {
    if (v.kind == VAL_MEM) return v.a;
    const Layout *l = fn_layout(f, v.ty);
    if (v.kind == VAL_ZST) return ir_const(f->ir, IR_PTR, l->align);
    IrVal addr = ir_slot_addr(f->ir, ir_slot(f->ir, l->size, l->align));
    store_val(f, addr, v);
    return addr;
}

IrVal val_single(Fn *f, Val v) {
    if (v.kind == VAL_SCALAR || v.kind == VAL_PAIR) return v.a;
    const Layout *l = fn_layout(f, v.ty);
    if (v.kind == VAL_MEM &&
        (l->size == 1 || l->size == 2 || l->size == 4 || l->size == 8 || l->size == 16))
        return ir_load(f->ir, ir_int_type((u32)l->size), v.a, 0);
    fail(f, "a value of type `%.*s` where a scalar is needed",
         STR_ARG(ty_print(f->db, v.ty, f->scratch)));
    return ir_const(f->ir, IR_I64, 0);
}

IrVal cast_bits(Fn *f, IrVal v, IrType to) {
    IrType from = ir_type(f->ir, v);
    if (from == to) return v;
    bool both_words = (from == IR_PTR || from == IR_I64) && (to == IR_PTR || to == IR_I64);
    if (both_words) return v; // one machine class
    if (ir_type_bytes(from) == ir_type_bytes(to)) return ir_bitcast(f->ir, to, v);
    if (ir_type_is_int(from) && ir_type_is_int(to)) return ir_int_cast(f->ir, to, false, v);
    fail(f, "a cast between machine types of other sizes");
    return v;
}

// Which half of a scalar pair lies at `offset`; -1 if neither.
static int pair_half(const Layout *l, u64 offset, u64 bytes) {
    if (offset == 0 && bytes == l->a.bytes) return 0;
    if (offset == l->b_offset && bytes == l->b.bytes) return 1;
    return -1;
}

static u64 field_offset(Fn *f, const Layout *l, Ty ty, u32 variant, u32 field) {
    TyKind kind = ty_kind(f->db, ty);
    if (kind == TY_ARRAY || kind == TY_SLICE) return field * l->array_stride;
    if (l->variants.count == 0) return 0;
    u32 row = l->variants.count > 1 ? variant : 0;
    return layout_field_offset(l, row, field);
}

Val val_field(Fn *f, Val v, u32 variant, u32 field) {
    const Layout *l = fn_layout(f, v.ty);
    Ty ty = layout_field_ty(f->db, v.ty, variant, field);
    const Layout *fl = fn_layout(f, ty);
    if (fl->size == 0 && !fl->is_unsized) return val_zst(ty);
    u64 offset = field_offset(f, l, v.ty, variant, field);
    if (v.kind == VAL_MEM) return load_val(f, ir_ptr_add_const(f->ir, v.a, (i64)offset), ty);
    if (v.kind == VAL_SCALAR && fl->repr == REPR_SCALAR && fl->size == l->size)
        return val_scalar(cast_bits(f, v.a, scalar_ir(&fl->a)), ty);
    if (v.kind == VAL_PAIR && fl->repr == REPR_SCALAR_PAIR && fl->size == l->size)
        return val_pair(cast_bits(f, v.a, scalar_ir(&fl->a)), cast_bits(f, v.b, scalar_ir(&fl->b)),
                        ty);
    if (v.kind == VAL_PAIR && fl->repr == REPR_SCALAR) {
        int half = pair_half(l, offset, fl->size);
        if (half >= 0) return val_scalar(cast_bits(f, half ? v.b : v.a, scalar_ir(&fl->a)), ty);
    }
    IrVal addr = val_address(f, v);
    return load_val(f, ir_ptr_add_const(f->ir, addr, (i64)offset), ty);
}

// ---- constants ----------------------------------------------------------------------------------

static IrVal const_scalar(Fn *f, const Scalar *s, u64 lo, u64 hi) {
    IrType type = scalar_ir(s);
    if (type == IR_F32) return ir_const_f32(f->ir, (u32)lo);
    if (type == IR_F64) return ir_const_f64(f->ir, lo);
    if (type == IR_I128) return ir_const_128(f->ir, (u128)hi << 64 | lo);
    u32 bits = s->bytes * 8;
    return ir_const(f->ir, type, bits == 64 ? lo : lo & (((u64)1 << bits) - 1));
}

static IrVal reloc_address(Fn *f, const ConstReloc *reloc, u64 addend) {
    IrVal base;
    switch ((RelocKind)reloc->kind) {
    case RELOC_ALLOC:
        base = ref_addr(f, (MonoRef){.kind = REF_ALLOC, .alloc = {reloc->target}});
        break;
    case RELOC_FN: base = fn_address(f, (InstanceId){reloc->target}); break;
    case RELOC_STATIC:
        base = ref_addr(f, (MonoRef){.kind = REF_STATIC, .def = {reloc->target}});
        break;
    case RELOC_VTABLE: base = vtable_address(f, reloc->ty, reloc->dyn); break;
    default: UNREACHABLE();
    }
    return addend ? ir_ptr_add_const(f->ir, base, (i64)addend) : base;
}

static IrVal alloc_scalar(Fn *f, const ConstAlloc *alloc, const Scalar *s, u32 offset) {
    const u8 *bytes = LIST_AT(alloc, u8, alloc->bytes) + offset;
    u64 words[2] = {0, 0};
    memcpy(words, bytes, s->bytes);
    const ConstReloc *relocs = LIST_AT(alloc, ConstReloc, alloc->relocs);
    for (u32 i = 0; i < alloc->relocs.count; i++)
        if (relocs[i].offset == offset) return reloc_address(f, &relocs[i], words[0]);
    return const_scalar(f, s, words[0], words[1]);
}

Val alloc_val(Fn *f, const ConstAlloc *alloc, MonoRef self, Ty ty) {
    const Layout *l = fn_layout(f, ty);
    if (alloc->is_failed) {
        fail(f, "the evaluation of a constant failed");
        f->error->is_const = true;
        return val_zst(ty);
    }
    if (l->size == 0) return val_zst(ty);
    if (l->repr == REPR_SCALAR) return val_scalar(alloc_scalar(f, alloc, &l->a, 0), ty);
    if (l->repr == REPR_SCALAR_PAIR)
        return val_pair(alloc_scalar(f, alloc, &l->a, 0),
                        alloc_scalar(f, alloc, &l->b, l->b_offset), ty);
    return val_in_memory(ref_addr(f, self), ty);
}

static Val static_address(Fn *f, DefId def, Ty ty) {
    DefId parent = def_row(f->db, def)->parent;
    Symbol symbol = mono_precompiled_static(f->db, def);
    MonoRef ref = {.kind = REF_STATIC, .def = def};
    if (symbol.id) {
        ref = (MonoRef){.kind = REF_EXTERN_DATA, .name = symbol};
    } else if (parent.id && def_kind(f->db, parent) == DEF_FOREIGN_MOD) {
        const DefAttrs *attrs = def_attrs(f->db, def);
        Symbol name = attrs->link_name.id ? attrs->link_name : def_row(f->db, def)->name;
        ref = (MonoRef){.kind = REF_EXTERN_DATA, .name = name};
    }
    return val_scalar(ref_addr(f, ref), ty);
}

Val const_val(Fn *f, u32 konst) {
    const MirConst *c = &LIST_AT(f->frame->body, MirConst, f->frame->body->consts)[konst];
    Ty ty = fn_ty(f, c->ty);
    const Layout *l = fn_layout(f, ty);
    switch ((MirConstKind)c->kind) {
    case MIR_CONST_ZST: return val_zst(ty);
    case MIR_CONST_BITS:
        if (l->size == 0) return val_zst(ty);
        if (l->repr != REPR_SCALAR) {
            fail(f, "a constant of type `%.*s`", STR_ARG(ty_print(f->db, ty, f->scratch)));
            return val_zst(ty);
        }
        return val_scalar(const_scalar(f, &l->a, c->lo_bits, c->hi_bits), ty);
    case MIR_CONST_STR:
    case MIR_CONST_BYTES:
    case MIR_CONST_C_STR: {
        Str text = symbol_str(&f->db->symbols, c->bytes);
        u64 len = text.len + (c->kind == MIR_CONST_C_STR);
        IrVal addr = ref_addr(f, (MonoRef){.kind = REF_BYTES, .name = c->bytes});
        if (l->repr == REPR_SCALAR_PAIR) return val_pair(addr, ir_const(f->ir, IR_I64, len), ty);
        return val_scalar(addr, ty);
    }
    case MIR_CONST_ITEM: {
        Args args = fn_args(f, c->args);
        const ConstAlloc *alloc = const_eval(f->db, c->def, args);
        return alloc_val(f, alloc, (MonoRef){.kind = REF_CONST, .def = c->def, .args = args}, ty);
    }
    case MIR_CONST_TY: {
        u64 lo, hi;
        Ty value = fn_ty(f, c->konst);
        if (!const_bits(f->db, value, &lo, &hi)) {
            fail(f, "a constant argument that has no value: `%.*s`",
                 STR_ARG(ty_print(f->db, value, f->scratch)));
            return val_zst(ty);
        }
        return val_scalar(const_scalar(f, &l->a, lo, hi), ty);
    }
    case MIR_CONST_STATIC: return static_address(f, c->def, ty);
    case MIR_CONST_PROMOTED: {
        bool is_own = !c->is_taken_in;
        DefId owner = is_own ? f->frame->body->owner : c->def;
        Args args = is_own ? f->frame->args : fn_args(f, c->args);
        const ConstAlloc *alloc = const_eval_promoted(f->db, owner, args, c->index);
        if (alloc->is_failed) {
            fail(f, "the evaluation of a promoted constant failed");
            f->error->is_const = true;
            return val_zst(ty);
        }
        MonoRef ref = {.kind = REF_CONST, .def = owner, .args = args, .index = c->index + 1};
        return val_scalar(ref_addr(f, ref), ty);
    }
    }
    UNREACHABLE();
}

// ---- dynamic sizes ------------------------------------------------------------------------------

IrVal packed_align(Fn *f, Ty ty, IrVal align) {
    u32 pack = layout_pack(f->db, ty);
    if (!pack) return align;
    IrVal most = ir_const(f->ir, IR_I64, pack);
    return ir_select(f->ir, ir_icmp(f->ir, IR_UGT, align, most), most, align);
}

IrVal size_of_val(Fn *f, Ty ty, IrVal meta, IrVal *align) {
    const Layout *l = fn_layout(f, ty);
    IrFn *ir = f->ir;
    if (!l->is_unsized) {
        if (align) *align = ir_const(ir, IR_I64, l->align);
        return ir_const(ir, IR_I64, l->size);
    }
    switch (ty_kind(f->db, ty)) {
    case TY_SLICE:
    case TY_STR:
        if (align) *align = ir_const(ir, IR_I64, l->align);
        return ir_mul(ir, meta, ir_const(ir, IR_I64, l->array_stride));
    case TY_DYN:
        if (align) *align = ir_load(ir, IR_I64, meta, 16);
        return ir_load(ir, IR_I64, meta, 8);
    case TY_FOREIGN:
        if (align) *align = ir_const(ir, IR_I64, 1);
        return ir_const(ir, IR_I64, 0);
    default: break;
    }
    // A struct whose last field is unsized: its offset rounded up to the tail's alignment.
    u32 last = layout_field_count(f->db, ty, 0) - 1;
    Ty tail = layout_field_ty(f->db, ty, 0, last);
    IrVal tail_align;
    IrVal tail_size = size_of_val(f, tail, meta, &tail_align);
    tail_align = packed_align(f, ty, tail_align);
    IrVal own_align = ir_const(ir, IR_I64, l->align);
    IrVal bigger = ir_icmp(ir, IR_UGT, tail_align, own_align);
    IrVal full_align = ir_select(ir, bigger, tail_align, own_align);
    IrVal one = ir_const(ir, IR_I64, 1);
    IrVal at = ir_const(ir, IR_I64, layout_field_offset(l, 0, last));
    IrVal mask = ir_sub(ir, tail_align, one);
    at = ir_and(ir, ir_add(ir, at, mask), ir_not(ir, mask));
    IrVal size = ir_add(ir, at, tail_size);
    mask = ir_sub(ir, full_align, one);
    size = ir_and(ir, ir_add(ir, size, mask), ir_not(ir, mask));
    if (align) *align = full_align;
    return size;
}
