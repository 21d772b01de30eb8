#include "image/store.h"

#include "consts/consts.h"
#include "expand/hygiene.h"
#include "layout/layout.h"
#include "mono/mono.h"
#include "names/names.h"
#include "source/source.h"
#include "types/ty.h"

void image_store(Db *db, Image *image) {
    db_image(db, image);
    source_store_image(db->sources, image);
    expand_store_image(db->expand, image);
    names_store_image(db->defs, image);
    ty_store_image(db->types, image);
    layout_store_image(db->layouts, image);
    const_store_image(db->consts, image);
    mono_store_image(db->mono, image);
}
