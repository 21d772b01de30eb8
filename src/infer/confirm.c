// Confirming a picked method: adjusts the receiver, fixes generic arguments, registers bounds.
#include "infer/infer_internal.h"

Confirmed confirm_method(Tc *tc, HirExpr e, HirExpr receiver, Ty receiver_ty, const Pick *pick,
                         u32 seg, Span span) {
    (void)e;
    Db *db = tc->db;
    Autoderef *a = SCRATCH_NEW(tc->scratch, Autoderef);
    autoderef_begin(tc, a, receiver_ty);
    a->raw = true;
    autoderef_next(a);
    while (a->count < pick->autoderefs && autoderef_next(a)) {
    }
    AdjRun run = autoderef_adjusts(a);
    autoderef_finish(a, span);
    Ty self_ty = tc_shallow(tc, a->ty);
    if (pick->autoref) {
        bool is_mut = pick->autoref == 2;
        Ty by_ref = ty_ref(db, self_ty, is_mut);
        run.at[run.count++] = (Adjust){ADJ_BORROW, is_mut, by_ref};
        if (pick->unsize) {
            by_ref = ty_ref(db, ty_slice(db, tc_row(tc, self_ty)->elem), is_mut);
            run.at[run.count++] = (Adjust){ADJ_UNSIZE, 0, by_ref};
        }
        self_ty = by_ref;
    } else if (pick->to_const_ptr) {
        self_ty = ty_ptr(db, tc_row(tc, self_ty)->elem, false);
        run.at[run.count++] = (Adjust){ADJ_MUT_TO_CONST, 0, self_ty};
    }
    tc_adjust(tc, receiver, run.at, run.count);

    Args parent;
    switch ((PickKind)pick->kind) {
    case PICK_INHERENT:
    case PICK_TRAIT: parent = infer_fresh_args(tc->table, pick->container); break;
    case PICK_OBJECT:
    case PICK_WHERE: parent = pick->trait_args; break;
    }
    tc->lower.owner = tc->b->owner;
    Args args =
        lower_path_args(&tc->lower, tc->b->hir, &tc->b->hir->t, seg, pick->item, parent, (Ty){0});
    args = tc_normalize_args(tc, args, span);
    // The receiver first: what it tells makes projections in the other inputs known.
    Ty ptr = fn_sig_ptr(db, pick->item, args);
    if (args_count(db, ty_row(db, ptr)->args) >= 2) {
        Ty declared = tc_normalize(tc, args_get(db, ty_row(db, ptr)->args, 0), span);
        if (!tc_unify(tc, declared, self_ty)) tc_mismatch(tc, span, declared, self_ty);
    }
    ptr = tc_normalize(tc, tc_resolve(tc, ptr), span);
    const TyRow *row = ty_row(db, ptr);
    Confirmed out;
    memset(&out, 0, sizeof out);
    out.fn = pick->item;
    out.args = args;
    out.sig = (FnPtrSig){row->args, row->abi, row->is_unsafe, row->is_variadic};
    tc_register_bounds(tc, pick->item, args, span);
    if (pick->autoref == 2) tc_make_places_mutable(tc, receiver);
    return out;
}
