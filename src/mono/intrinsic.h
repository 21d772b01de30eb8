// Intrinsics: one handler per name (intrinsics.def). Internal to mono/.

#ifndef RAC_MONO_INTRINSIC_H
#define RAC_MONO_INTRINSIC_H

#include "mir/flatten.h"
#include "mono/mono_internal.h"

// One call of an intrinsic: what is given, and what the handler leaves.
typedef struct Intr {
    Fn *f;
    const InstanceRow *row; // its generic arguments
    const Val *args;
    u32 count;
    const Place
        *dest; // where the result goes; handlers may write it themselves and leave no result
    u32 lo;
    MirBlock unwind;
    Ty ret;
    u32 op; // the number given in intrinsics.def
    // left by the handler
    bool has_result;
    Val result;
    bool diverges;
} Intr;

typedef void IntrinsicFn(Intr *c);

#define INTRINSIC(name, handler, op) IntrinsicFn handler;
#include "mono/intrinsics.def"
#undef INTRINSIC

// What a call of the intrinsic is in MIR, if it is a statement there; MIR_CALLEE_KEPT otherwise.
MirCallee intrinsic_as_stmt(Db *db, DefId def);

static inline Ty intr_ty(const Intr *c, u32 i) {
    return args_get(c->f->db, c->row->args, i);
}
static inline void intr_return(Intr *c, Val v) {
    c->has_result = true;
    c->result = v;
}
static inline void intr_scalar(Intr *c, IrVal v) {
    intr_return(c, val_scalar(v, c->ret));
}
static inline IrVal intr_arg(Intr *c, u32 i) {
    return val_single(c->f, c->args[i]);
}
static inline IrType intr_ret_type(Intr *c) {
    return scalar_ir(&fn_layout(c->f, c->ret)->a);
}

#endif
