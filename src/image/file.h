// Images as files of the cache folder: found, trusted or not, written whole or not at all.
//
// A file is trusted when its header names this very build of rac and the key it is asked for with,
// its length and the checksum of its directory are right, and the rest is as it was when it was
// last read in full. That last point costs a stat, not a pass over the file: beside NAME stands
// NAME.seen, which holds what the disk said of the file (inode, length, times) when its checksum
// was found right. Whoever writes into the file changes its times; then it is read in full once.

#ifndef RAC_IMAGE_FILE_H
#define RAC_IMAGE_FILE_H

#include "base/image.h"
#include "base/scratch.h"

// Differs between builds of rac: what one build has saved means nothing to another.
u64 image_build_key(void);

// Opens the file for loading; false when there is none that can be trusted.
bool image_file_open(Image *image, const char *path, u64 key);

typedef struct ImageWriter {
    Image image;
    Str path, temp; // zero-terminated, in the Scratch given
    u64 key;
} ImageWriter;

// Begins a file beside `path`, which image_file_end puts in its place. False, with nothing left
// behind, when the disk will not have it.
bool image_file_begin(ImageWriter *writer, Scratch *memory, const char *path, u64 key);
bool image_file_end(ImageWriter *writer);

#endif
