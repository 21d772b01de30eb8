// Enums with more than one present variant: niche-filling or tagged. Internal to layout/.

#ifndef RAC_LAYOUT_ENUM_LAYOUT_H
#define RAC_LAYOUT_ENUM_LAYOUT_H

#include "layout/univariant.h"

typedef struct EnumLayout {
    Layout l;
    Univariant *variants; // in Scratch
} EnumLayout;

bool variant_is_absent(FieldLayouts fields); // uninhabited and without size
bool enum_layout(Scratch *scratch, const FieldLayouts *variants, u32 count,
                 const i128 *discriminants, Repr repr, EnumLayout *out);

#endif
