// Wishes: facts about the library that a program needed and the image lacked, in a form that means
// the same in another Db.
//
// The numbers of types and definitions made while a user's crate is there are mixed with the
// user's own. A wish spells them out: definitions by crate, kind, name and number among their
// siblings, types by what they are made of. Granting a wish is to ask the query it names, in a Db
// without a user's crate.

#ifndef RAC_IMAGE_WISHES_H
#define RAC_IMAGE_WISHES_H

#include "query/db.h"

// What was found out about the library since the memo of this number: facts that depend on the
// toolchain alone. A stream of words in `scratch`; the number of wishes is returned.
typedef VEC(u32) WordVec;
u32 wishes_collect(Db *db, u32 first_memo, Scratch *scratch, WordVec *out);

// Asks for all of them. False when the words are not what wishes_collect makes: those before the
// damage are granted.
typedef void WishProgress(void *cx, u32 done, u32 count);
bool wishes_grant(Db *db, const u32 *words, u32 count, WishProgress *progress, void *cx);

#endif
