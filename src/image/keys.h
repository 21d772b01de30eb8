// What the keys of the queries name, for who looks at all memos alike.

#ifndef RAC_IMAGE_KEYS_H
#define RAC_IMAGE_KEYS_H

#include "query/query.h"

typedef enum KeyShape {
    KEY_OTHER, // what it names shows in what it reads
    KEY_FILE,
    KEY_CRATE,
    KEY_DEF,
    KEY_DEF_PAIR,
    KEY_TY,
    KEY_DEF_ARGS,
    KEY_IMPLS, // impls_for: trait, simplified type in two words, crate
    KEY_INSTANCE,
    KEY_VTABLE,
} KeyShape;

KeyShape query_key_shape(QueryKind kind);
// Whether the key names the user's file, crate, or a definition of it. Those whose shape is unknown
// count as the user's.
bool query_key_is_users(Db *db, QueryKind kind, u32 key);

#endif
