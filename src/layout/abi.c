// Pass modes: the Rust ABI of rustc 1.96 on x86-64 (std-facts 10.1) and System V for extern "C"
// (AMD64 psABI, "Parameter Passing").

#include "layout/layout_internal.h"

typedef struct AbiKey {
    Args tys;
    u8 abi;
    u8 is_variadic;
    u8 track_caller;
    u8 pad;
} AbiKey;

static ArgAbi scalar_arg(Db *db, Ty ty, const Layout *l) {
    (void)db;
    ArgAbi arg;
    memset(&arg, 0, sizeof arg);
    arg.ty = ty;
    if (l->repr == REPR_SCALAR) {
        arg.mode = PASS_DIRECT;
        arg.a = l->a;
    } else {
        arg.mode = PASS_PAIR;
        arg.a = l->a;
        arg.b = l->b;
    }
    return arg;
}

static ArgAbi rust_arg(Db *db, Ty ty, bool is_return) {
    const Layout *l = layout_of(db, ty);
    ArgAbi arg;
    memset(&arg, 0, sizeof arg);
    arg.ty = ty;
    if (l->is_unsized) {
        arg.mode = PASS_INDIRECT_UNSIZED;
        return arg;
    }
    if (l->size == 0) {
        arg.mode = PASS_IGNORE;
        return arg;
    }
    bool too_big = is_return && l->size > 16;
    if (!too_big && (l->repr == REPR_SCALAR || l->repr == REPR_SCALAR_PAIR))
        return scalar_arg(db, ty, l);
    if (l->repr == REPR_MEMORY && l->size <= 8) {
        arg.mode = PASS_CAST;
        arg.cast_count = 1;
        arg.cast_bytes[0] = (u8)l->size;
        return arg;
    }
    arg.mode = PASS_INDIRECT;
    return arg;
}

// ---- System V -----------------------------------------------------------------------------------

typedef enum SysvClass { SYSV_NONE, SYSV_SSE, SYSV_INT, SYSV_MEMORY } SysvClass;

// Registers that are left for arguments. A struct that does not fit in them as a whole goes to the
// stack; those after it may still have them.
typedef struct SysvRegs {
    u32 ints, floats;
} SysvRegs;

static void merge_class(SysvClass *into, SysvClass with) {
    if (with > *into) *into = with; // NONE < SSE < INT < MEMORY is the psABI's order of merging
}

static void classify_scalar(const Scalar *s, u64 offset, SysvClass classes[2]) {
    if (offset % s->bytes) { // unaligned: packed structs go to memory
        classes[0] = SYSV_MEMORY;
        return;
    }
    SysvClass c = s->kind == SCALAR_FLOAT && s->bytes <= 8 ? SYSV_SSE : SYSV_INT;
    for (u64 at = offset; at < offset + s->bytes; at += 8)
        merge_class(&classes[at / 8], c);
}

static void classify(Db *db, Ty ty, u64 offset, SysvClass classes[2]) {
    const Layout *l = layout_of(db, ty);
    if (l->size == 0) return;
    if (offset % l->align) {
        classes[0] = SYSV_MEMORY;
        return;
    }
    if (l->repr == REPR_SCALAR) {
        classify_scalar(&l->a, offset, classes);
        return;
    }
    if (l->repr == REPR_SIMD) {
        merge_class(&classes[offset / 8], SYSV_MEMORY);
        return;
    }
    if (ty_kind(db, ty) == TY_ARRAY) {
        for (u64 i = 0; i < l->array_count; i++)
            classify(db, ty_row(db, ty)->elem, offset + i * l->array_stride, classes);
        return;
    }
    if (l->variants_kind == VARIANTS_MULTIPLE)
        classify_scalar(&l->tag, offset + l->tag_offset, classes);
    for (u32 v = 0; v < l->variants.count; v++) {
        if (l->variants_kind == VARIANTS_SINGLE && l->variants.count > 1 && v != l->single_index)
            continue;
        u32 count = layout_field_count(db, ty, v);
        for (u32 i = 0; i < count; i++)
            classify(db, layout_field_ty(db, ty, v, i), offset + layout_field_offset(l, v, i),
                     classes);
    }
    if (l->variants.count == 0 && l->repr == REPR_SCALAR_PAIR) { // wide pointers
        classify_scalar(&l->a, offset, classes);
        classify_scalar(&l->b, offset + l->b_offset, classes);
    }
}

// Takes the registers, if there are enough.
static bool take_registers(SysvRegs *regs, const SysvClass classes[2]) {
    SysvRegs needed = {0, 0};
    for (u32 i = 0; i < 2; i++) {
        needed.ints += classes[i] == SYSV_INT;
        needed.floats += classes[i] == SYSV_SSE;
    }
    if (needed.ints > regs->ints || needed.floats > regs->floats) return false;
    regs->ints -= needed.ints;
    regs->floats -= needed.floats;
    return true;
}

static ArgAbi c_arg(Db *db, Ty ty, bool is_return, SysvRegs *regs) {
    const Layout *l = layout_of(db, ty);
    ArgAbi arg;
    memset(&arg, 0, sizeof arg);
    arg.ty = ty;
    if (l->size == 0) {
        arg.mode = PASS_IGNORE;
        return arg;
    }
    SysvClass classes[2] = {SYSV_NONE, SYSV_NONE};
    if (l->size <= 16) classify(db, ty, 0, classes);
    bool in_memory = l->size > 16 || classes[0] == SYSV_MEMORY || classes[1] == SYSV_MEMORY;
    bool has_room = in_memory || is_return || take_registers(regs, classes);
    if (l->repr == REPR_SCALAR) return scalar_arg(db, ty, l);
    if (in_memory || !has_room) {
        arg.mode = is_return ? PASS_INDIRECT : PASS_BYVAL;
        if (is_return) regs->ints--; // the pointer to the result is the first argument
        return arg;
    }
    arg.mode = PASS_CAST;
    arg.cast_count = classes[1] == SYSV_NONE ? 1 : 2; // what is but padding is in no register
    for (u32 i = 0; i < arg.cast_count; i++) {
        arg.cast_float[i] = classes[i] == SYSV_SSE;
        arg.cast_bytes[i] = (u8)min_u64(8, l->size - 8 * i);
    }
    return arg;
}

static void fn_abi_run(Db *db, u32 key) {
    const AbiKey *k = intern_bytes(&db->layouts->abis, key, NULL);
    u32 count;
    const Ty *tys = args_at(db, k->tys, &count);
    bool is_c = k->abi == ABI_C || k->abi == ABI_SYSTEM || k->abi == ABI_OTHER;
    FnAbi head;
    memset(&head, 0, sizeof head);
    head.is_c = is_c;
    head.is_variadic = k->is_variadic;
    head.can_unwind = !is_c;
    SysvRegs regs = {6, 8};
    head.ret = is_c ? c_arg(db, tys[count - 1], true, &regs) : rust_arg(db, tys[count - 1], true);
    VEC(ArgAbi) args = {0};
    for (u32 i = 0; i + 1 < count; i++)
        vec_push(&db->scratch, &args,
                 is_c ? c_arg(db, tys[i], false, &regs) : rust_arg(db, tys[i], false));
    if (k->track_caller) {
        ArgAbi location;
        memset(&location, 0, sizeof location);
        location.mode = PASS_DIRECT;
        location.ty = ty_ref(db, ty_unit(db), false);
        location.a = layout_of(db, location.ty)->a;
        vec_push(&db->scratch, &args, location);
    }
    Blob blob;
    blob_begin(&blob, &db->scratch, sizeof(FnAbi));
    head.args = blob_add(&blob, args.at, args.count, sizeof(ArgAbi));
    memcpy(blob_header(&blob), &head, sizeof head);
    query_return_blob(db, &blob);
}

u32 fn_abi_key(Db *db, Args tys, HirAbi abi, bool is_variadic, bool track_caller) {
    AbiKey key = {tys, (u8)abi, is_variadic, track_caller, 0};
    return intern(&db->layouts->abis, &key, sizeof key);
}

const FnAbi *fn_abi(Db *db, Args tys, HirAbi abi, bool is_variadic, bool track_caller) {
    return query_get(db, Q_fn_abi, fn_abi_key(db, tys, abi, is_variadic, track_caller));
}

void abi_register(Db *db) {
    query_register(db, Q_fn_abi, fn_abi_run);
}
