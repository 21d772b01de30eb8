// Shared by the files of types/: the store and what lowering needs of its neighbours.

#ifndef RAC_TYPES_TYPES_INTERNAL_H
#define RAC_TYPES_TYPES_INTERNAL_H

#include "types/sig.h"

// One line of the direct-mapped cache of ty_subst. Interned ids never change their meaning, so an
// entry is good for ever.
typedef struct SubstSlot {
    u32 ty, args, result;
} SubstSlot;
enum { SUBST_SLOTS = 1 << 14, INFER_SLOTS = 1 << 12 };

typedef struct TyStore {
    Interner tys;             // TyRow
    Interner args;            // u32 flags, then Ty
    Interner existentials;    // Existential, its projections, its auto traits
    Interner keys;            // compound query keys
    SubstSlot *subst;         // owned: SUBST_SLOTS
    Ty infer[3][INFER_SLOTS]; // the first TY_INFER, TY_INFER_INT, TY_INFER_FLOAT; 0: not made yet
    Scratch work;             // for folds and lowering: their hooks may grow vectors in db->scratch
} TyStore;

static inline Scratch *types_work(Db *db) {
    return &db->types->work;
}

// ---- items (generics.c, predicates.c, sig.c) ----

// The parent whose parameters come first, or 0.
DefId generics_parent(Db *db, DefId def);
bool def_has_self_param(Db *db, DefId def); // TRAIT, TRAIT_ALIAS

// Associated items by name, over a trait and its supertraits (supertraits by HIR only).
bool trait_has_assoc(Db *db, DefId trait, Symbol name, AssocKind kind);
// The trait ref among `tr` and its supertraits that declares the item, and the item; 0 if none.
DefId trait_ref_find_assoc(Db *db, TraitRef tr, Symbol name, AssocKind kind, TraitRef *out);
// The trait a bound names, or 0.
DefId hir_bound_trait(const void *blob, const HirTables *t, const HirBound *bound);

// Lowers one bound on `subject`: its trait predicate, projections and bounds of associated types.
// `refs_only` leaves out what hangs on associated types.
void lower_bound(TyLower *lower, const void *blob, const HirTables *t, const HirBound *bound,
                 Ty subject, bool refs_only, Scratch *scratch, PredicateVec *out);
// How the bounds of one subject change its default `Sized`.
typedef struct SizedBounds {
    bool relaxed; // ?Sized, MetaSized or PointeeSized was written
} SizedBounds;
bool hir_bounds_relax_sized(Db *db, const void *blob, const HirTables *t, HirList bounds);

// `T::Name`, T a parameter in scope of lower->owner: through its bounds. 0 if none declares it.
Ty lower_param_assoc(TyLower *lower, Ty param, Symbol name, DefId *assoc);

void types_error(Db *db, TyLower *lower, u32 lo, u32 hi, const char *code, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

void generics_register(Db *db);
void predicates_register(Db *db);
void sig_register(Db *db);
void impls_register(Db *db);
void by_name_register(Db *db);

#endif
