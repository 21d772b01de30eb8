// Shared by the files of check/.

#ifndef RAC_CHECK_CHECK_INTERNAL_H
#define RAC_CHECK_CHECK_INTERNAL_H

#include "check/check.h"

static inline Str check_name(const Db *db, DefId def) {
    return symbol_str(&db->symbols, def_row(db, def)->name);
}
// Of a type in the signature of `def`; the definition's name if the type is not written.
Span check_ty_span(Db *db, DefId def, const HirItem *item, HirTy ty);

// A type in terms of the parameters of `owner`, projections reduced as far as its where-clauses
// allow, with the table for what is left open.
typedef struct CheckCx {
    Db *db;
    SolveCx solve;
    GoalVec pending;
} CheckCx;
CheckCx check_cx(Db *db, DefId owner);
Ty check_normal(CheckCx *cx, Ty ty);
// Solves what is pending as far as it goes; false if something of it cannot hold.
bool check_pending(CheckCx *cx);
// Whether the type implements the trait where `owner`'s where-clauses hold.
bool check_holds(Db *db, DefId owner, LangItem trait, Ty ty);

// Which of two definitions of the user's stands first in the text. Their numbers do not tell: they
// hang on what was there before. It reads positions, so only what has found an error asks.
bool check_stands_before(Db *db, DefId a, DefId b);

// The items of an impl of a trait against the trait's.
void check_impl_items(Db *db, DefId impl, const ImplHeader *header);

#endif
