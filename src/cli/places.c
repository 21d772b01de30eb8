#include "cli/places.h"

enum { PLACES_MAX = 1 << 24 };

void places_init(Places *places) {
    *places = (Places){0};
    table_init(&places->rows, sizeof(Place), PLACES_MAX);
}

void places_deinit(Places *places) {
    map_deinit(&places->by_symbol);
    table_deinit(&places->rows);
}

void places_image(Places *places, Image *image) {
    image_map(image, &places->by_symbol);
    image_table(image, &places->rows);
    image_bytes(image, &places->revision, sizeof places->revision);
}

const Place *places_find(const Places *places, const Db *db, u32 symbol) {
    if (places->revision != query_revision(db)) return NULL;
    u32 row = map_get(&places->by_symbol, symbol);
    return row ? table_at(&places->rows, row) : NULL;
}

void places_add(Places *places, const Db *db, u32 symbol, Place place) {
    if (places->revision != query_revision(db)) {
        map_clear(&places->by_symbol);
        table_truncate(&places->rows, 1);
        places->revision = query_revision(db);
    }
    if (places->rows.count == PLACES_MAX) return;
    map_set(&places->by_symbol, symbol, table_add_copy(&places->rows, &place, 1));
}
