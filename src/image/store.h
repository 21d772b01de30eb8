// The whole state of a Db to and from an image: every folder's store, in a fixed order.

#ifndef RAC_IMAGE_STORE_H
#define RAC_IMAGE_STORE_H

#include "query/db.h"

// The stores must have been made (cli/session.c); between queries only. When loading has failed
// (image_failed), the Db is good for nothing but db_free.
void image_store(Db *db, Image *image);

#endif
