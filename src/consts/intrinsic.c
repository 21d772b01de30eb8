// Intrinsics in constants, by name. Those that are not listed run through their fallback body.

#include "consts/consts_internal.h"

// clang-format off
#define INTRINSICS(X)                                                                              \
    X(size_of)                                                                                     \
    X(align_of)                                                                                    \
    X(min_align_of)                                                                                \
    X(size_of_val)                                                                                 \
    X(align_of_val)                                                                                \
    X(needs_drop)                                                                                  \
    X(type_id)                                                                                     \
    X(type_id_eq)                                                                                  \
    X(type_name)                                                                                   \
    X(variant_count)                                                                               \
    X(offset_of)                                                                                   \
    X(transmute)                                                                                   \
    X(transmute_unchecked)                                                                         \
    X(offset)                                                                                      \
    X(arith_offset)                                                                                \
    X(ptr_offset_from)                                                                             \
    X(ptr_offset_from_unsigned)                                                                    \
    X(ptr_guaranteed_cmp)                                                                          \
    X(ptr_mask)                                                                                    \
    X(ptr_metadata)                                                                                \
    X(aggregate_raw_ptr)                                                                           \
    X(slice_get_unchecked)                                                                         \
    X(copy)                                                                                        \
    X(copy_nonoverlapping)                                                                         \
    X(write_bytes)                                                                                 \
    X(read_via_copy)                                                                               \
    X(write_via_move)                                                                              \
    X(volatile_load)                                                                               \
    X(volatile_store)                                                                              \
    X(unaligned_volatile_load)                                                                     \
    X(unaligned_volatile_store)                                                                    \
    X(raw_eq)                                                                                      \
    X(compare_bytes)                                                                               \
    X(typed_swap_nonoverlapping)                                                                   \
    X(discriminant_value)                                                                          \
    X(const_eval_select)                                                                           \
    X(caller_location)                                                                             \
    X(assume)                                                                                      \
    X(cold_path)                                                                                   \
    X(likely)                                                                                      \
    X(unlikely)                                                                                    \
    X(black_box)                                                                                   \
    X(forget)                                                                                      \
    X(unreachable)                                                                                 \
    X(abort)                                                                                       \
    X(assert_inhabited)                                                                            \
    X(assert_zero_valid)                                                                           \
    X(assert_mem_uninitialized_valid)                                                              \
    X(is_val_statically_known)                                                                     \
    X(ub_checks)                                                                                   \
    X(overflow_checks)                                                                             \
    X(select_unpredictable)                                                                        \
    X(const_allocate)                                                                              \
    X(const_deallocate)                                                                            \
    X(const_make_global)                                                                           \
    X(contract_checks)
// clang-format on

typedef enum Intrinsic {
#define X(name) I_##name,
    INTRINSICS(X)
#undef X
        I_COUNT
} Intrinsic;

static Intrinsic intrinsic_of(Machine *m, Symbol name) {
    Map *map = &m->store->intrinsics;
    if (map->count == 0) {
        static const char *const names[] = {
#define X(name) #name,
            INTRINSICS(X)
#undef X
        };
        for (u32 i = 0; i < I_COUNT; i++)
            map_set(map, symbol_intern(&m->db->symbols, str_from(names[i])).id, i + 1);
    }
    u32 found = map_get(map, name.id);
    return found ? (Intrinsic)(found - 1) : I_COUNT;
}

// ---- pieces
// ---------------------------------------------------------------------------------------

static void put_int(Machine *m, Place dest, u128 bits) {
    if (!m->failed)
        ce_place_write(m, dest, ce_val_int(m, ce_mask_to(bits, (u32)dest.layout->size), dest.ty));
}

static Scal arg_scalar(Machine *m, const Val *args, u32 i) {
    return ce_val_single(m, args[i]);
}
static u64 arg_u64(Machine *m, const Val *args, u32 i) {
    return (u64)ce_val_single(m, args[i]).bits;
}

static Place pointee(Machine *m, Val pointer) {
    return ce_place_deref(m, pointer);
}

// The bytes of n values of ty.
static bool byte_count(Machine *m, Ty ty, u64 n, u64 *out) {
    u128 bytes = (u128)ce_lay(m, ty)->size * n;
    if (bytes > MEMORY_BYTES_MAX) {
        ce_fail(m, "overflow computing total size of a copy");
        return false;
    }
    *out = (u64)bytes;
    return !m->failed;
}

static void offset_from(Machine *m, Ty ty, const Val *args, Place dest, bool is_unsigned) {
    Scal a = arg_scalar(m, args, 0), b = arg_scalar(m, args, 1);
    if (m->failed) return;
    i64 distance = (i64)((u64)a.bits - (u64)b.bits);
    bool other = a.is_ptr != b.is_ptr || (a.is_ptr && (u64)a.bits >> 32 != (u64)b.bits >> 32);
    if (other && distance != 0) {
        ce_fail(m, "`ptr_offset_from` called on two different pointers that are not both derived "
                   "from the same allocation");
        return;
    }
    u64 size = ce_lay(m, ty)->size;
    if (size == 0) {
        ce_fail(m, "`ptr_offset_from` of a type without size");
        return;
    }
    if (is_unsigned && distance < 0) {
        ce_fail(
            m,
            "`ptr_offset_from_unsigned` called when first pointer has smaller offset than second");
        return;
    }
    put_int(m, dest, (u128)(i128)(distance / (i64)size));
}

// Whether two pointers are equal: 0 no, 1 yes, 2 not known.
static u32 guaranteed_cmp(Machine *m, Scal a, Scal b) {
    if (!a.is_ptr && !b.is_ptr) return a.bits == b.bits;
    if (a.is_ptr && b.is_ptr) {
        if ((u64)a.bits >> 32 == (u64)b.bits >> 32) return a.bits == b.bits;
        return 2;
    }
    Scal p = a.is_ptr ? a : b, n = a.is_ptr ? b : a;
    Mem *mem = mem_find(m, (u64)p.bits);
    bool inside =
        mem && ((u64)p.bits & 0xffffffff) <= max_u64(mem->size, mem->kind == MEM_STATIC ? 1 : 0);
    if (n.bits == 0 && inside) return 0;
    return 2;
}

static void compare_bytes(Machine *m, u64 left, u64 right, u64 size, int *result) {
    *result = 0;
    u8 *mask_a, *mask_b;
    const u8 *a = mem_range(m, left, size, false, &mask_a);
    if (!a) return;
    const u8 *b = mem_range(m, right, size, false, &mask_b);
    if (!b) return;
    a = mem_range(m, left, size, false, &mask_a);
    for (u64 i = 0; i < size; i++) {
        if ((mask_a && mask_a[i] != MASK_PLAIN) || (mask_b && mask_b[i] != MASK_PLAIN)) {
            ce_fail(m, "unable to turn pointer into raw bytes");
            return;
        }
    }
    if (size) *result = memcmp(a, b, size);
}

static void write_bytes(Machine *m, u64 addr, u8 value, u64 size) {
    u8 *mask, *bytes = mem_range(m, addr, size, true, &mask);
    if (!bytes || size == 0) return;
    m->steps += size / STEP_BYTES;
    memset(bytes, value, size);
    memset(mask, MASK_PLAIN, size);
}

static void type_name(Machine *m, Ty ty, Place dest) {
    Str text = ty_print_full(m->db, ty, m->work);
    ce_place_write(
        m, dest,
        ce_val_pair(m, scal_ptr(ce_intern_bytes_ptr(m, text, false)), scal_int(text.len), dest.ty));
}

static void type_id(Machine *m, Ty ty, Place dest) {
    u8 id[16];
    type_id_bytes(m->db, ty, id);
    u8 *mask, *bytes = mem_range(m, (u64)dest.addr.bits, 16, true, &mask);
    if (!bytes || dest.layout->size != 16) return;
    memcpy(bytes, id, 16);
    memset(mask, MASK_PLAIN, 16);
}

static void type_id_eq(Machine *m, const Val *args, Place dest) {
    u8 *a, *b, *mask;
    ce_val_spill(m, args[0], &a, &mask);
    ce_val_spill(m, args[1], &b, &mask);
    put_int(m, dest, memcmp(a, b, 16) == 0);
}

static void swap(Machine *m, Ty ty, const Val *args) {
    u64 size = ce_lay(m, ty)->size, a = arg_u64(m, args, 0), b = arg_u64(m, args, 1);
    Place temp = ce_temp_place(m, ty);
    mem_copy(m, (u64)temp.addr.bits, a, size);
    mem_copy(m, a, b, size);
    mem_copy(m, b, (u64)temp.addr.bits, size);
}

// const_eval_select((args..), const_fn, runtime_fn): the constant one, through FnOnce.
static void eval_select(Machine *m, const Val *args, Place dest) {
    Ty fn = args[1].ty, tuple = args[0].ty;
    u32 n = ty_kind(m->db, tuple) == TY_TUPLE ? layout_field_count(m->db, tuple, 0) : 0;
    const TyRow row = *ty_row(m->db, fn);
    Val *spread = SCRATCH_ARRAY(&m->store->stack, Val, n + 1);
    u32 first = 0;
    InstanceId callee;
    if (row.kind == TY_FN_DEF) {
        callee = instance_resolve(m->db, row.def, row.args);
    } else {
        DefId trait = lang_item(m->db, LANG_fn_once);
        DefId method = assoc_item_named(m->db, trait,
                                        symbol_intern(&m->db->symbols, STR("call_once")), ASSOC_FN);
        Ty both[] = {fn, tuple};
        callee = instance_resolve(m->db, method, args_intern(m->db, both, 2));
        spread[first++] = args[1];
    }
    for (u32 i = 0; i < n && !m->failed; i++)
        spread[first + i] = ce_val_field(m, args[0], 0, i);
    if (!callee.id)
        ce_fail(m, "a function that cannot be resolved");
    else if (!m->failed)
        ce_call_instance(m, callee, spread, first + n, dest);
}

static void offset_of_field(Machine *m, Ty ty, u64 variant, u64 field, Place dest) {
    const Layout *l = ce_lay(m, ty);
    if (m->failed) return;
    if (variant >= max_u32(l->variants.count, 1) ||
        field >= layout_field_count(m->db, ty, (u32)variant)) {
        ce_fail(m, "an offset of a field that does not exist");
        return;
    }
    u32 row = l->variants.count > 1 ? (u32)variant : 0;
    put_int(m, dest, l->variants.count ? layout_field_offset(l, row, (u32)field) : 0);
}

// slice_get_unchecked(slice_ptr, index): the element's address.
static void slice_get(Machine *m, const Val *args, Place dest) {
    Scal base = ce_val_single(m, args[0]);
    u64 index = arg_u64(m, args, 1);
    const TyRow *row = ty_row(m->db, args[0].ty);
    const TyRow *slice = ty_row(m->db, row->elem);
    if (m->failed) return;
    Ty elem = slice->kind == TY_SLICE || slice->kind == TY_ARRAY ? slice->elem : row->elem;
    Scal at = {(u64)base.bits + index * ce_lay(m, elem)->size, base.is_ptr};
    ce_place_write(m, dest, ce_val_scalar(m, at, dest.ty));
}

static void assert_valid(Machine *m, Ty ty, bool zero) {
    const Layout *l = ce_lay(m, ty);
    if (m->failed) return;
    Str name = ty_print(m->db, ty, m->work);
    if (l->is_uninhabited)
        ce_fail(m,
                "evaluation panicked: aborted execution: attempted to instantiate uninhabited type "
                "`%.*s`",
                STR_ARG(name));
    else if (zero && l->repr == REPR_SCALAR && !l->a.is_union) {
        bool wraps = l->a.start_hi > l->a.end_hi ||
                     (l->a.start_hi == l->a.end_hi && l->a.start_lo > l->a.end_lo);
        bool has_zero = wraps || (l->a.start_lo | l->a.start_hi) == 0;
        if (!has_zero)
            ce_fail(m,
                    "evaluation panicked: aborted execution: attempted to zero-initialize type "
                    "`%.*s`, which is invalid",
                    STR_ARG(name));
    }
}

// Memory that lives as long as the evaluation.
static void allocate(Machine *m, u64 size, u64 align, Place dest) {
    if (size > MEMORY_BYTES_MAX || m->memory_bytes > MEMORY_BYTES_MAX || !is_pow2(align) ||
        align > 4096) {
        ce_fail(m, "a constant allocation of %llu bytes", (unsigned long long)size);
        return;
    }
    m->memory_bytes += size + sizeof(Mem);
    Mem mem = {.kind = MEM_LOCAL, .size = size, .align = (u32)align, .is_loaded = true};
    mem.bytes = scratch_take(m->work, align_up(size + 1, 8), 16);
    mem.mask = scratch_take(m->work, align_up(size + 1, 8), 8);
    vec_push(m->work, &m->globals, mem);
    ce_place_write(
        m, dest, ce_val_scalar(m, scal_ptr(mem_addr(ADDR_GLOBAL, m->globals.count - 1)), dest.ty));
}

bool ce_intrinsic_call(Machine *m, const InstanceRow *row, const Val *args, u32 count, Place dest) {
    Db *db = m->db;
    Symbol symbol = def_row(db, row->def)->name;
    Intrinsic which = intrinsic_of(m, symbol);
    u32 targs;
    const Ty *generic = args_at(db, row->args, &targs);
    Ty t = targs ? generic[0] : ty_unit(db);
    u64 size = 0;
    static const u8 arity[I_COUNT] = {
        [I_size_of_val] = 1,
        [I_align_of_val] = 1,
        [I_type_id_eq] = 2,
        [I_offset_of] = 2,
        [I_transmute] = 1,
        [I_transmute_unchecked] = 1,
        [I_offset] = 2,
        [I_arith_offset] = 2,
        [I_ptr_offset_from] = 2,
        [I_ptr_offset_from_unsigned] = 2,
        [I_ptr_guaranteed_cmp] = 2,
        [I_ptr_mask] = 2,
        [I_ptr_metadata] = 1,
        [I_aggregate_raw_ptr] = 2,
        [I_slice_get_unchecked] = 2,
        [I_copy] = 3,
        [I_copy_nonoverlapping] = 3,
        [I_write_bytes] = 3,
        [I_read_via_copy] = 1,
        [I_write_via_move] = 2,
        [I_volatile_load] = 1,
        [I_volatile_store] = 2,
        [I_unaligned_volatile_load] = 1,
        [I_unaligned_volatile_store] = 2,
        [I_raw_eq] = 2,
        [I_compare_bytes] = 3,
        [I_typed_swap_nonoverlapping] = 2,
        [I_discriminant_value] = 1,
        [I_const_eval_select] = 3,
        [I_assume] = 1,
        [I_likely] = 1,
        [I_unlikely] = 1,
        [I_black_box] = 1,
        [I_select_unpredictable] = 3,
        [I_const_allocate] = 2,
        [I_const_make_global] = 1,
    };
    if (which != I_COUNT && count < arity[which]) {
        ce_fail(m, "an intrinsic called with too few arguments");
        return true;
    }
    switch (which) {
    case I_size_of: put_int(m, dest, ce_lay(m, t)->size); return true;
    case I_align_of:
    case I_min_align_of: put_int(m, dest, ce_lay(m, t)->align); return true;
    case I_size_of_val:
    case I_align_of_val: {
        u64 align = 1;
        Scal meta = args[0].kind == VAL_PAIR ? args[0].b : scal_int(0);
        u128 bytes = ce_size_of_place(m, t, meta, &align);
        put_int(m, dest, which == I_size_of_val ? bytes : align);
        return true;
    }
    case I_needs_drop: put_int(m, dest, type_needs_drop(db, t)); return true;
    case I_type_id: type_id(m, t, dest); return true;
    case I_type_id_eq: type_id_eq(m, args, dest); return true;
    case I_type_name: type_name(m, t, dest); return true;
    case I_variant_count: {
        const TyRow *adt = ty_row(db, t);
        bool is_enum = adt->kind == TY_ADT && def_kind(db, adt->def) == DEF_ENUM;
        put_int(m, dest, is_enum ? adt_def(db, adt->def)->variants.count : 0);
        return true;
    }
    case I_offset_of:
        offset_of_field(m, t, arg_u64(m, args, 0), arg_u64(m, args, 1), dest);
        return true;
    case I_transmute:
    case I_transmute_unchecked:
        ce_place_write(m, dest, ce_transmute(m, args[0], dest.ty));
        return true;
    case I_offset:
    case I_arith_offset: {
        Scal base = arg_scalar(m, args, 0), by = arg_scalar(m, args, 1);
        Ty elem = ty_row(db, args[0].ty)->elem;
        if (m->failed) return true;
        u64 at = (u64)base.bits + (u64)by.bits * ce_lay(m, elem)->size;
        ce_place_write(m, dest, ce_val_scalar(m, (Scal){at, base.is_ptr}, dest.ty));
        return true;
    }
    case I_ptr_offset_from: offset_from(m, t, args, dest, false); return true;
    case I_ptr_offset_from_unsigned: offset_from(m, t, args, dest, true); return true;
    case I_ptr_guaranteed_cmp:
        put_int(m, dest, guaranteed_cmp(m, arg_scalar(m, args, 0), arg_scalar(m, args, 1)));
        return true;
    case I_ptr_mask: {
        Scal p = arg_scalar(m, args, 0);
        if (!m->failed)
            ce_place_write(
                m, dest,
                ce_val_scalar(m, (Scal){(u64)p.bits & arg_u64(m, args, 1), p.is_ptr}, dest.ty));
        return true;
    }
    case I_ptr_metadata:
        if (args[0].kind == VAL_PAIR) ce_place_write(m, dest, ce_val_scalar(m, args[0].b, dest.ty));
        return true;
    case I_aggregate_raw_ptr: {
        Scal data = arg_scalar(m, args, 0);
        if (m->failed) return true;
        if (dest.layout->repr == REPR_SCALAR_PAIR)
            ce_place_write(m, dest, ce_val_pair(m, data, arg_scalar(m, args, 1), dest.ty));
        else
            ce_place_write(m, dest, ce_val_scalar(m, data, dest.ty));
        return true;
    }
    case I_slice_get_unchecked: slice_get(m, args, dest); return true;
    case I_copy:
    case I_copy_nonoverlapping: {
        u64 from = arg_u64(m, args, 0), to = arg_u64(m, args, 1);
        if (byte_count(m, t, arg_u64(m, args, 2), &size)) mem_copy(m, to, from, size);
        return true;
    }
    case I_write_bytes: {
        u64 to = arg_u64(m, args, 0);
        u8 value = (u8)arg_u64(m, args, 1);
        if (byte_count(m, t, arg_u64(m, args, 2), &size)) write_bytes(m, to, value, size);
        return true;
    }
    case I_read_via_copy:
    case I_volatile_load:
    case I_unaligned_volatile_load: {
        Place p = pointee(m, args[0]);
        ce_place_write(m, dest, ce_place_read(m, p));
        return true;
    }
    case I_write_via_move:
    case I_volatile_store:
    case I_unaligned_volatile_store: ce_place_write(m, pointee(m, args[0]), args[1]); return true;
    case I_raw_eq:
    case I_compare_bytes: {
        int order;
        u64 bytes = which == I_raw_eq ? ce_lay(m, t)->size : arg_u64(m, args, 2);
        compare_bytes(m, arg_u64(m, args, 0), arg_u64(m, args, 1), bytes, &order);
        put_int(m, dest, which == I_raw_eq ? order == 0 : (u128)(i128)(order < 0 ? -1 : order > 0));
        return true;
    }
    case I_typed_swap_nonoverlapping: swap(m, t, args); return true;
    case I_discriminant_value: {
        Place p = pointee(m, args[0]);
        u32 variant;
        if (m->failed || dest.layout->size == 0 || !ce_read_variant(m, p, &variant)) return true;
        const TyRow *adt = ty_row(db, p.ty);
        bool is_enum = adt->kind == TY_ADT && def_kind(db, adt->def) == DEF_ENUM;
        put_int(m, dest, is_enum ? (u128)discriminant_value(db, adt->def, variant) : 0);
        return true;
    }
    case I_const_eval_select: eval_select(m, args, dest); return true;
    case I_caller_location: {
        Scal at = ce_location_ptr(m);
        if (!m->failed) ce_place_write(m, dest, ce_val_scalar(m, at, dest.ty));
        return true;
    }
    case I_assume:
        if (!(arg_u64(m, args, 0) & 1) && !m->failed) ce_fail(m, "`assume` called with `false`");
        return true;
    case I_likely:
    case I_unlikely:
    case I_black_box: ce_place_write(m, dest, args[0]); return true;
    case I_cold_path:
    case I_forget:
    case I_const_deallocate: return true;
    case I_unreachable: ce_fail(m, "entering unreachable code"); return true;
    case I_abort: ce_fail(m, "evaluation panicked: aborted execution"); return true;
    case I_assert_inhabited: assert_valid(m, t, false); return true;
    case I_assert_zero_valid:
    case I_assert_mem_uninitialized_valid:
        assert_valid(m, t, which == I_assert_zero_valid);
        return true;
    case I_is_val_statically_known:
    case I_ub_checks:
    case I_contract_checks: put_int(m, dest, 0); return true;
    case I_overflow_checks: put_int(m, dest, db->options->overflow_checks); return true;
    case I_select_unpredictable: {
        bool first = arg_u64(m, args, 0) & 1;
        ce_place_write(m, dest, first ? args[1] : args[2]);
        return true;
    }
    case I_const_allocate: allocate(m, arg_u64(m, args, 0), arg_u64(m, args, 1), dest); return true;
    case I_const_make_global: {
        Scal p = arg_scalar(m, args, 0);
        Mem *mem = p.is_ptr ? mem_find(m, (u64)p.bits) : NULL;
        if (mem && mem->kind == MEM_LOCAL) mem->is_read_only = true;
        if (!m->failed) ce_place_write(m, dest, ce_val_scalar(m, p, dest.ty));
        return true;
    }
    case I_COUNT: break;
    }
    return ce_intrinsic_num(m, symbol_str(&db->symbols, symbol), row, args, count, dest);
}
