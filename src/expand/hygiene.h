// Hygiene: which macro expansion a token came out of, and how far names from there may see.
//
// - A syntax context (`ctxt` of a token, u32) is a list of marks: (parent ctxt, expansion,
//   transparency). 0 is text as written. Contexts and expansions are interned, so equal marks have
//   equal ids, and an id means the same in every query result.
// - An expansion is identified by who expands (a definition), its number there, the macro and the
//   context of the call. Editing one body therefore changes no context of another.
// - macro_rules marks are semi-transparent: locals, labels and `$crate` resolve at the definition
//   site, everything else at the call site. `macro` (2.0) marks are opaque: everything resolves at
//   the definition site. Transparent marks change nothing.
// - The rules are those of rustc_span/src/hygiene.rs (normalisation, marks of a macro 1.0 called
//   in a macro 2.0).
//
// Definitions are named by the u32 of their DefId: names/ comes later in the folder order.

#ifndef RAC_EXPAND_HYGIENE_H
#define RAC_EXPAND_HYGIENE_H

#include "base/map.h"
#include "query/db.h"

typedef enum Transparency { HYGIENE_TRANSPARENT, HYGIENE_SEMI, HYGIENE_OPAQUE } Transparency;

typedef struct Expn {
    u32 owner;     // DefId of the item whose tokens are expanded
    u32 ordinal;   // number of the expansion in the owner
    u32 macro;     // DefId of the macro; 0: the compiler's own
    u32 crate;     // CrateId of the macro: what `$crate` means
    u32 scope;     // DefId of the module the macro is defined in: where opaque names start from
    u32 call_ctxt; // context of the call's path
    u32 edition;   // of the macro's crate
    u32 depth;     // of nested expansions
} Expn;

struct ExpandStore *expand_store_new(void);
void expand_store_free(struct ExpandStore *store);
void expand_store_image(struct ExpandStore *store, Image *image);

u32 hygiene_expn(Db *db, const Expn *expn); // interned, from 1 on
const Expn *hygiene_expn_row(const Db *db, u32 expn);

// The context of a token of context `ctxt` in the body of a macro, after `expn` expanded it.
u32 hygiene_mark(Db *db, u32 ctxt, u32 expn, Transparency transparency);
u32 hygiene_parent(const Db *db, u32 ctxt);     // without the outermost mark; 0 for 0
u32 hygiene_outer_expn(const Db *db, u32 ctxt); // of the outermost mark; 0 for 0
Transparency hygiene_outer_transparency(const Db *db, u32 ctxt);
u32 hygiene_outer_macro(const Db *db, u32 ctxt); // DefId of its macro

// Marks that matter to locals and labels (no transparent ones), and to items (opaque ones only).
u32 hygiene_for_locals(const Db *db, u32 ctxt);
u32 hygiene_for_items(const Db *db, u32 ctxt);

// Which crate the `$crate` of this context names; `fallback` when there is no mark.
u32 hygiene_dollar_crate(const Db *db, u32 ctxt, u32 fallback);
// Edition of the text a token comes from; `fallback` is the crate's own.
u32 hygiene_edition(const Db *db, u32 ctxt, u32 fallback);
// Walking scopes outwards past the definition of `macro`: the context to go on with.
u32 hygiene_leave_macro(const Db *db, u32 ctxt, u32 macro);
// How many expansions deep the token is.
u32 hygiene_depth(const Db *db, u32 ctxt);

#endif
