// What the files of layout/ share.

#ifndef RAC_LAYOUT_LAYOUT_INTERNAL_H
#define RAC_LAYOUT_LAYOUT_INTERNAL_H

#include "infer/typeck.h"
#include "layout/instance.h"

struct LayoutStore {
    Interner abis;      // AbiKey (abi.c)
    Interner instances; // InstanceRow (instance.c)
    Map resolved;       // (def, args) -> InstanceId + 1 (instance.c)
};

void abi_register(Db *db);
void vtable_register(Db *db);

#endif
