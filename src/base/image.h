// Image: the compiler's state in a file, written once and mapped back as it lies in memory.
//
// Whoever owns state describes it once, by calls in a fixed order, for both directions: an Image is
// either being saved (the calls write what they are given) or being loaded (the calls fill it in).
//
//     void symbols_image(Symbols *symbols, Image *image) {
//         image_interner(image, &symbols->texts);
//     }
//
// Large things are segments: they start at a page of the file and are mapped private,
// copy-on-write, at their place in the range their owner has reserved. Loading touches none of
// their pages; what is never looked at is never read. Small things lie in the directory. What is
// loaded into must be as its init function left it. Nothing described here holds a pointer.
//
// The file: a header of one page, the segments, the directory. The header holds a key, which says
// for whom the file was made, the lengths, and checksums of the directory and of everything. A file
// that was cut short or made by somebody else is refused when it is opened. Reading a whole file to
// see whether each bit of it is right takes longer than starting from it does, so that is a call of
// its own (image_verify), for a file that was not seen before.
//
// An image over another (its base) holds only what has changed since the base was loaded into the
// state that is saved: the pages that are no longer the base's, as the kernel tells them (in
// /proc/self/pagemap), and the directory. It can only be loaded together with that base.
//
// A call that fails (the disk is full, a record is not what it should be) makes those after it do
// nothing; image_failed tells, and what was loaded so far is then of no use.

#ifndef RAC_BASE_IMAGE_H
#define RAC_BASE_IMAGE_H

#include "base/map.h"

typedef struct Image {
    int fd; // owned
    bool is_loading;
    bool failed;
    u8 *directory; // owned
    u64 directory_bytes;
    u64 directory_cap;
    u64 directory_at;             // loading: read so far
    u64 file_bytes;               // saving: written so far
    void *hash;                   // owned; saving: of everything behind the header
    u64 identity;                 // of the file, by its contents
    struct Image *base;           // borrowed, NULL: it stands alone
    struct ImageMappings *mapped; // owned; saving over a base: what lies where in this process
} Image;

// Begins to write a new file at `fd`, which is taken over.
void image_begin(Image *image, int fd);
// The same over a base, which was opened anew for this and of which nothing was loaded.
void image_begin_over(Image *image, int fd, Image *base);
// Ends it: writes the directory and the header. False when something could not be written. The
// Image is closed; its identity can be read.
// `label` tells people what the file is for; it may be cut.
bool image_end(Image *image, u64 key, Str label);

// Begins to read the file at `fd`, which is taken over; false when it is not whole or its key is
// another: then it is closed.
bool image_open(Image *image, int fd, u64 key);
// The same with a file that was begun over `base` (one of the same identity, opened anew); the base
// may be closed with it.
bool image_open_over(Image *image, int fd, u64 key, Image *base);
// Reads the whole file and compares its checksum.
bool image_verify(const Image *image);
void image_close(Image *image);
// What the header says: whose file this is, over which it was made (0: it stands alone), its label.
// False: it is no image.
typedef struct ImageInfo {
    u64 identity, base;
    char label[256]; // zero-terminated
} ImageInfo;
bool image_info(int fd, ImageInfo *out);

static inline bool image_failed(const Image *image) {
    return image->failed;
}

// A field of fixed size, in the directory.
void image_bytes(Image *image, void *field, u32 bytes);
// `bytes` from the start of a reserved range, which is page-aligned.
void image_range(Image *image, void *base, u64 bytes);
void image_table(Image *image, Table *table);
void image_map(Image *image, Map *map);
void image_interner(Image *image, Interner *interner);

#endif
