// Images as files of the cache folder: found, trusted or not, written whole or not at all.
//
// A file is trusted when its header names this very build of rac and the key it is asked for with,
// its length and the checksum of its directory are right, and the rest is as it was when it was
// last read in full. That last point costs a stat, not a pass over the file: beside NAME stands
// NAME.seen, which holds what the disk said of the file (inode, length, times) when its checksum
// was found right. Whoever writes into the file changes its times; then it is read in full once.
//
// NAME of an image that others are made over is a symbolic link to NAME-IDENTITY: those others
// find their base as long as that file is there, whatever NAME has come to lead to.

#ifndef RAC_IMAGE_FILE_H
#define RAC_IMAGE_FILE_H

#include "base/image.h"
#include "base/scratch.h"

// Differs between builds of rac: what one build has saved means nothing to another.
u64 image_build_key(void);

// Opens the file for loading; false when there is none that can be trusted.
bool image_file_open(Image *image, const char *path, u64 key);
// The same for one that was made over another.
bool image_file_open_over(Image *image, const char *path, u64 key, Image *base);
// The file of an image that others are made over.
Str image_file_of(Scratch *memory, const char *path, u64 identity);
// What the header of the file says; false: it is no image.
bool image_file_info(const char *path, ImageInfo *out);

typedef struct ImageWriter {
    Image image;
    Scratch *memory; // borrowed
    Str path, temp;  // zero-terminated, in it
    u64 key;
} ImageWriter;

// Begins a file beside `path`, which image_file_end puts in its place. False, with nothing left
// behind, when the disk will not have it.
bool image_file_begin(ImageWriter *writer, Scratch *memory, const char *path, u64 key);
// Begins one over `base`, which stays open until the end.
bool image_file_begin_over(ImageWriter *writer, Scratch *memory, const char *path, u64 key,
                           Image *base);
// `is_base`: others will be made over it.
bool image_file_end(ImageWriter *writer, bool is_base, Str label);

#endif
