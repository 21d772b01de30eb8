// Where the code's core::panic::Locations lie in the source. To say that the texts have to be read
// and cut to tokens, so what was found is kept with the program: none is asked for again in a run
// of an unchanged program. Only what was found of the present texts is there.

#ifndef RAC_CLI_PLACES_H
#define RAC_CLI_PLACES_H

#include "base/image.h"
#include "base/map.h"
#include "query/query.h"
#include "source/source.h"

typedef struct Place {
    FileId file; // 0: it has none
    LineCol at;
} Place;

typedef struct Places {
    Map by_symbol; // a Location's IrSym -> its row
    Table rows;    // Place
    u32 revision;  // that they were found in
} Places;

void places_init(Places *places);
void places_deinit(Places *places);
void places_image(Places *places, Image *image);

// NULL: not found yet in this revision. The answer lives until the next places_add.
const Place *places_find(const Places *places, const Db *db, u32 symbol);
void places_add(Places *places, const Db *db, u32 symbol, Place place);

#endif
