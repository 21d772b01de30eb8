// Signatures: what items declare, as types. Made from HIR (types/lower_*.c), one query per fact.
//
// Everything is in terms of the item's own generic parameters (PARAM by index, parents first).
// Projections written in source stay PROJECTION here; solve/ normalises them.

#ifndef RAC_TYPES_SIG_H
#define RAC_TYPES_SIG_H

#include "types/ty.h"

typedef struct GenericParam {
    Symbol name;
    DefId owner;
    u8 is_const;
    u8 is_impl_trait;
    u8 has_default;
} GenericParam;

typedef struct Generics {
    List params;      // GenericParam: the parents' first; a trait's Self is number 0
    u32 parent_count; // how many come from the parent (and Self, for a trait)
    DefId parent;     // 0 if none
} Generics;
// Closures, anon consts and inline consts answer with their typeck root's.
const Generics *generics_of(Db *db, DefId def);
static inline u32 generics_count(Db *db, DefId def) {
    return generics_of(db, def)->params.count;
}
Args generics_identity(Db *db, DefId def);      // PARAM 0, 1, ...
Ty param_default(Db *db, DefId def, u32 index); // 0 if none; may mention earlier params
Ty const_param_ty(Db *db, DefId def, u32 index);

typedef struct TraitRef {
    DefId trait;
    Args args; // Self first
} TraitRef;

Str trait_ref_print(Db *db, TraitRef tr, Scratch *scratch); // `Trait<A>`, without Self

typedef enum PredicateKind {
    PRED_TRAIT,      // trait_ref holds
    PRED_PROJECTION, // projection (a PROJECTION type) == ty
} PredicateKind;
typedef struct Predicate {
    u32 kind;
    TraitRef trait_ref; // TRAIT
    Ty projection;      // PROJECTION
    Ty ty;
} Predicate;
typedef struct Predicates {
    List own; // Predicate: where-clauses, bounds, implied Sized; of a trait: `Self: Trait` is not
              // included
    DefId parent;
} Predicates;
const Predicates *predicates_of(Db *db, DefId def); // parents' are found through `parent`
// All predicates of def and its parents, instantiated; appended to *out.
typedef VEC(Predicate) PredicateVec;
void predicates_instantiate(Db *db, DefId def, Args args, Scratch *scratch, PredicateVec *out);
// Supertraits with their projection bounds, in terms of the trait's params (Self = 0).
const Predicates *super_predicates_of(Db *db, DefId trait);
// The trait bounds of super_predicates_of alone (asks less: for associated type shorthand).
const Predicates *super_trait_refs(Db *db, DefId trait); // NULL in a cycle
// The trait and all its supertraits, each once, by name only. A TRAIT_ALIAS counts as a trait.
const DefId *trait_supers(Db *db, DefId trait, u32 *count);
Predicate predicate_subst(Db *db, Predicate p, Args args);
// Bounds of an associated type or opaque type, about the type itself: in terms of its own generics,
// the subject is ty_projection(def, identity) resp. ty_opaque(def, identity). Implied Sized
// included.
const Predicates *item_bounds(Db *db, DefId def);

// The type of a struct, enum, union (ADT of its own params), type alias, const, static, field
// owner, impl (self type), assoc type (value or default; NONE if none), assoc const, anon const.
Ty type_of(Db *db, DefId def);
// OPAQUE_TY: the concrete type, found by checking the defining fn (asks Q_typeck).
Ty opaque_hidden_ty(Db *db, DefId def);

typedef struct FnSig {
    List inputs; // Ty; self included
    Ty output;
    u8 abi; // HirAbi
    u8 is_unsafe, is_variadic, has_self;
} FnSig;
// FN, ASSOC_FN; STRUCT and VARIANT: their constructor.
const FnSig *fn_sig(Db *db, DefId def);
// As FN_PTR type with `args` substituted. Not for closures.
Ty fn_sig_ptr(Db *db, DefId def, Args args);

typedef struct ImplHeader {
    Ty self_ty;
    TraitRef trait_ref; // trait 0: inherent
    u8 is_negative;
    u8 is_default;
} ImplHeader;
const ImplHeader *impl_header(Db *db, DefId impl);

typedef struct AdtField {
    Symbol name;
    Ty ty; // in terms of the ADT's params
    DefId vis_scope;
} AdtField;
typedef struct AdtVariant {
    DefId def; // VARIANT, or the struct or union itself
    Symbol name;
    u8 ctor; // HirCtorKind
    u8 has_explicit_discr;
    u32 first_field, field_count; // into fields
    DefId discr;                  // ANON_CONST; its value: consts/
} AdtVariant;
typedef struct AdtDef {
    DefId def;
    u8 kind;       // DEF_STRUCT, DEF_ENUM, DEF_UNION
    List variants; // AdtVariant; one for structs and unions
    List fields;   // AdtField
} AdtDef;
const AdtDef *adt_def(Db *db, DefId def);
u32 adt_variant_index(Db *db, DefId variant); // index in its enum
static inline const AdtVariant *adt_variant(const AdtDef *adt, u32 i) {
    return &LIST_AT(adt, AdtVariant, adt->variants)[i];
}
static inline const AdtField *adt_field(const AdtDef *adt, const AdtVariant *v, u32 i) {
    return &LIST_AT(adt, AdtField, adt->fields)[v->first_field + i];
}

// Lowers a HIR type met in a body: `_` becomes what `infer` makes; projections on params are found
// through the bounds in scope of `owner`. `cx` hooks let infer/ supply variables and normalise.
typedef struct TyLower {
    Db *db;
    DefId owner; // whose generics and scope apply (a typeck root)
    void *cx;
    Ty (*infer)(void *cx, bool is_const, Ty const_ty, HirSpan span); // NULL: `_` is an error
    Ty (*projection)(void *cx, Ty projection);                       // may normalise; NULL: kept
    // `T::Name` where T is not a param with bounds: infer resolves through traits in scope; NULL:
    // error
    Ty (*relative)(void *cx, Ty self_ty, Symbol name, HirSpan span);
    // The type stands in front of a value path's last segment (`RawVec::new_in`): arguments not
    // written are variables even if all have defaults. Concerns the outermost path only.
    bool value_path;
    u32 depth; // the lowering's own
} TyLower;
Ty lower_ty(TyLower *lower, const HirTables *t, const void *blob, HirTy ty);
// Generic arguments of segment `seg` of a value path for `def` (with `parent_args` given): a list
// that is not written becomes variables, also where there are defaults, if `infer` is set; else
// defaults.
Args lower_path_args(TyLower *lower, const void *blob, const HirTables *t, u32 seg, DefId def,
                     Args parent_args, Ty self_ty);
TraitRef lower_trait_ref(TyLower *lower, const void *blob, const HirTables *t, HirPath path,
                         Ty self_ty);

// Impls, indexed. Simplified self types let most impls be skipped without looking at them.
typedef u64 SimplifiedTy; // 0: matches anything (a parameter, a projection)
#define SIMPLIFIED_RIGID                                                                           \
    1ull // for goals: a parameter or rigid projection, which only blanket impls match
SimplifiedTy ty_simplify(Db *db, Ty ty);
DefId ty_simplified_def(SimplifiedTy key); // the definition it names, or 0
// Impls of a trait that may apply to a self type simplified to `key` (blanket ones included), of
// the crates that impls_crate_is_covered names.
const DefId *impls_of_trait(Db *db, DefId trait, SimplifiedTy key, Scratch *scratch, u32 *count);
// Impls are looked for in the crates of the trait and the self type, in core, alloc and std; for
// another crate whose type stands in the goal's arguments, ask that crate.
bool impls_crate_is_covered(Db *db, DefId trait, SimplifiedTy key, CrateId crate);
const DefId *impls_of_trait_in(Db *db, CrateId crate, DefId trait, SimplifiedTy key, u32 *count);
// Inherent impls for the type: of its own crate, and the library's (rustc_allow_incoherent_impl).
const DefId *inherent_impls(Db *db, SimplifiedTy key, u32 *count);

// An associated function or constant that was looked for by its name.
typedef struct NamedItem {
    DefId container; // IMPL or TRAIT
    DefId item;
    bool is_const;
    bool has_self; // a fn whose first parameter is self
    u16 zero;
} NamedItem;
// Those of the inherent impls of a type, and of the traits in scope: at most one of a container.
const NamedItem *inherent_items_named(Db *db, SimplifiedTy key, Symbol name, u32 *count);
const NamedItem *trait_items_named(Db *db, DefId scope, Symbol name, u32 *count);

// The assoc item of `impl` that implements `trait_item`; 0 if it uses the default.
DefId impl_item_for(Db *db, DefId impl, DefId trait_item);
DefId assoc_item_named(Db *db, DefId container, Symbol name, AssocKind kind); // 0 if none
bool trait_is_auto(Db *db, DefId trait);
DefId trait_of_item(Db *db, DefId item); // the TRAIT an assoc item is declared in; 0 if in an impl

// Compound query keys: an interned row of words.
u32 types_key(Db *db, const u32 *words, u32 count);
const u32 *types_key_words(const Db *db, u32 key);

void types_register(Db *db);

#endif
