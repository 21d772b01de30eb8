// Inside expand/ only: what the folder keeps in the Db.

#ifndef RAC_EXPAND_STORE_H
#define RAC_EXPAND_STORE_H

#include "base/map.h"

typedef struct ExpandStore {
    Interner expns;     // Expn
    Interner ctxt_keys; // (parent, expansion, transparency)
    Table ctxts;        // CtxtRow, by the id in ctxt_keys
} ExpandStore;

#endif
