// What an item can be wrong in besides its types and its body: rules of Rust that no later stage
// would miss anything without, so nothing but `rac check` and its like asks for them.
//
// Each function reports what it finds about one definition of the user's crate, inside the query
// that runs (item_check). Rules that follow from one another are told once: an item whose types
// are wrong already is left alone.

#ifndef RAC_CHECK_CHECK_H
#define RAC_CHECK_CHECK_H

#include "consts/consts.h"

// Generic parameters of any item: names that stand twice.
void check_generics(Db *db, DefId def);
// Any item: lifetimes that are not declared, or left out where they cannot be.
void check_lifetimes(Db *db, DefId def);
// STRUCT, ENUM, UNION: fields, discriminants, parameters that are not used, infinite size.
void check_adt(Db *db, DefId adt);
// IMPL, of a trait or not: who may write it, what it overlaps with, what its parameters hang on,
// what Copy and Drop ask for, and its items against those of the trait.
void check_impl(Db *db, DefId impl);
// Any item: what is written where it may not stand.
void check_forms(Db *db, DefId def);
// The crate's `main`: its signature.
void check_main_fn(Db *db, DefId def);
// A body: the calls it must not make.
void check_calls(Db *db, DefId owner);
// STATIC: whether threads may share it; as a global allocator, whether it is one.
void check_static(Db *db, DefId def);
// CONST, STATIC without parameters: the value.
void check_value(Db *db, DefId def);
// CONST, STATIC, ASSOC_CONST, ANON_CONST, INLINE_CONST, const functions: what the body calls.
// False: something was reported, now or when the MIR was made.
bool check_const_calls(Db *db, DefId owner);

#endif
