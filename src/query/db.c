#include "query/db.h"

#include "query/query.h"

#include <stdlib.h>

Db *db_new(const Options *options) {
    Db *db = calloc(1, sizeof *db);
    CHECK(db);
    symbols_init(&db->symbols);
    scratch_init(&db->scratch);
    db->engine = query_engine_new();
    db->options = options;
    return db;
}

void db_image(Db *db, Image *image) {
    symbols_image(&db->symbols, image);
    query_engine_image(db->engine, image);
}

void db_free(Db *db) {
    if (!db) return;
    query_engine_free(db->engine);
    scratch_deinit(&db->scratch);
    symbols_deinit(&db->symbols);
    free(db);
}
