// What the files of layout/ share.

#ifndef RAC_LAYOUT_LAYOUT_INTERNAL_H
#define RAC_LAYOUT_LAYOUT_INTERNAL_H

#include "infer/typeck.h"
#include "layout/instance.h"

struct LayoutStore {
    Interner abis;      // AbiKey (abi.c)
    Interner instances; // InstanceRow (instance.c)
};

void abi_register(Db *db);
void vtable_register(Db *db);
void instance_register(Db *db);

#endif
