#include "base/image.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#define XXH_NO_INLINE_HINTS 1 // -Og would refuse them
#include <xxhash.h>

enum { PAGE_BYTES = 4096, READ_BYTES = 1 << 18 };
static const u64 MAGIC = 0x316567616d636172ull;

typedef struct Header {
    u64 magic;
    u64 key;
    u64 file_bytes;
    u64 directory_at; // the directory reaches to the end of the file
    u64 directory_hash;
    u64 body_hash; // of all pages behind this one
    u64 own_hash;  // of the fields before
} Header;

// What the directory says before each thing, so that a reader that asks for something else notices.
typedef enum RecordKind { RECORD_BYTES = 1, RECORD_SEGMENT } RecordKind;
typedef struct Record {
    u32 kind;
    u32 zero;
    u64 bytes;
    u64 offset; // of a segment: in the file
} Record;

static u64 header_hash(const Header *header) {
    return hash_bytes(header, offsetof(Header, own_hash));
}

// ---- saving -------------------------------------------------------------------------------------

static void write_all(Image *image, const void *from, u64 bytes) {
    const u8 *at = from;
    while (bytes > 0 && !image->failed) {
        ssize_t wrote = write(image->fd, at, bytes);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) {
            image->failed = true;
            return;
        }
        XXH3_64bits_update(image->hash, at, (size_t)wrote);
        at += wrote;
        bytes -= (u64)wrote;
        image->file_bytes += (u64)wrote;
    }
}

static void write_padding(Image *image) {
    static const u8 zeros[PAGE_BYTES];
    write_all(image, zeros, align_up(image->file_bytes, PAGE_BYTES) - image->file_bytes);
}

static void directory_add(Image *image, const void *from, u64 bytes) {
    u64 want = image->directory_bytes + align_up(bytes, 8);
    if (want > image->directory_cap) {
        image->directory_cap = max_u64(want, image->directory_cap * 2 + 65536);
        image->directory = realloc(image->directory, image->directory_cap);
        CHECK(image->directory);
    }
    u8 *at = image->directory + image->directory_bytes;
    memset(at, 0, align_up(bytes, 8));
    if (bytes) memcpy(at, from, bytes);
    image->directory_bytes = want;
}

void image_begin(Image *image, int fd) {
    *image = (Image){.fd = fd, .hash = XXH3_createState()};
    CHECK(image->hash);
    XXH3_64bits_reset(image->hash);
    image->file_bytes = PAGE_BYTES;
    image->failed = lseek(fd, PAGE_BYTES, SEEK_SET) != PAGE_BYTES;
}

bool image_end(Image *image, u64 key) {
    Header header = {.magic = MAGIC, .key = key, .directory_at = image->file_bytes};
    header.directory_hash = hash_bytes(image->directory, image->directory_bytes);
    write_all(image, image->directory, image->directory_bytes);
    header.file_bytes = image->file_bytes;
    header.body_hash = XXH3_64bits_digest(image->hash);
    header.own_hash = header_hash(&header);
    bool done = !image->failed && lseek(image->fd, 0, SEEK_SET) == 0 &&
                write(image->fd, &header, sizeof header) == (ssize_t)sizeof header &&
                fsync(image->fd) == 0;
    image_close(image);
    return done;
}

// ---- loading ------------------------------------------------------------------------------------

static bool read_at(int fd, void *to, u64 bytes, u64 offset) {
    u8 *at = to;
    while (bytes > 0) {
        ssize_t got = pread(fd, at, bytes, (off_t)offset);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        at += got;
        bytes -= (u64)got;
        offset += (u64)got;
    }
    return true;
}

static bool read_header(int fd, Header *header) {
    struct stat info;
    return fstat(fd, &info) == 0 && S_ISREG(info.st_mode) &&
           read_at(fd, header, sizeof *header, 0) && header->magic == MAGIC &&
           header->own_hash == header_hash(header) && header->file_bytes == (u64)info.st_size;
}

bool image_open(Image *image, int fd, u64 key) {
    *image = (Image){.fd = fd, .is_loading = true};
    Header header;
    bool good = read_header(fd, &header) && header.key == key;
    if (good) {
        image->file_bytes = header.directory_at;
        image->directory_bytes = header.file_bytes - header.directory_at;
        image->directory = malloc(image->directory_bytes + 1);
        CHECK(image->directory);
        good = read_at(fd, image->directory, image->directory_bytes, header.directory_at) &&
               header.directory_hash == hash_bytes(image->directory, image->directory_bytes);
    }
    if (!good) image_close(image);
    return good;
}

bool image_verify(const Image *image) {
    Header header;
    if (!read_header(image->fd, &header)) return false;
    XXH3_state_t *hash = XXH3_createState();
    u8 *buffer = malloc(READ_BYTES);
    CHECK(hash && buffer);
    XXH3_64bits_reset(hash);
    bool good = true;
    for (u64 at = PAGE_BYTES; good && at < header.file_bytes; at += READ_BYTES) {
        u64 bytes = min_u64(READ_BYTES, header.file_bytes - at);
        good = read_at(image->fd, buffer, bytes, at);
        if (good) XXH3_64bits_update(hash, buffer, bytes);
    }
    good = good && XXH3_64bits_digest(hash) == header.body_hash;
    free(buffer);
    XXH3_freeState(hash);
    return good;
}

void image_close(Image *image) {
    if (image->fd >= 0) close(image->fd);
    free(image->directory);
    if (image->hash) XXH3_freeState(image->hash);
    *image = (Image){.fd = -1, .failed = true};
}

static const void *directory_take(Image *image, u64 bytes) {
    u64 room = image->directory_bytes - image->directory_at;
    if (image->failed || bytes > room || align_up(bytes, 8) > room) {
        image->failed = true;
        return NULL;
    }
    const void *at = image->directory + image->directory_at;
    image->directory_at += align_up(bytes, 8);
    return at;
}

static bool record_take(Image *image, RecordKind kind, Record *out) {
    const Record *record = directory_take(image, sizeof *record);
    if (!record) return false;
    *out = *record;
    if (record->kind == kind) return true;
    image->failed = true;
    return false;
}

// ---- both ---------------------------------------------------------------------------------------

void image_bytes(Image *image, void *field, u32 bytes) {
    Record record = {.kind = RECORD_BYTES, .bytes = bytes};
    if (!image->is_loading) {
        directory_add(image, &record, sizeof record);
        directory_add(image, field, bytes);
        return;
    }
    if (!record_take(image, RECORD_BYTES, &record)) return;
    const void *from = record.bytes == bytes ? directory_take(image, bytes) : NULL;
    if (from)
        memcpy(field, from, bytes);
    else
        image->failed = true;
}

void image_range(Image *image, void *base, u64 bytes) {
    Record record = {.kind = RECORD_SEGMENT, .bytes = bytes};
    if (!image->is_loading) {
        record.offset = image->file_bytes;
        directory_add(image, &record, sizeof record);
        write_all(image, base, bytes);
        write_padding(image);
        return;
    }
    if (!record_take(image, RECORD_SEGMENT, &record)) return;
    bool fits = record.bytes == bytes && record.offset % PAGE_BYTES == 0 &&
                record.offset <= image->file_bytes && bytes <= image->file_bytes - record.offset;
    if (fits && bytes)
        fits = mmap(base, (size_t)align_up(bytes, PAGE_BYTES), PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_FIXED, image->fd, (off_t)record.offset) != MAP_FAILED;
    image->failed |= !fits;
}

void image_table(Image *image, Table *table) {
    u32 count = table->count;
    image_bytes(image, &count, sizeof count);
    bool fits = !image_failed(image) && count >= 1 && count <= table->row_max;
    if (fits) image_range(image, table->rows, (u64)count * table->row_bytes);
    image->failed |= !fits;
    if (!image_failed(image)) table->count = count;
}

// Slots are no reserved range: a mapping of their own takes the place of heap memory.
static void *image_slots(Image *image, void *slots, u64 bytes) {
    if (image->is_loading && bytes && !image_failed(image)) {
        slots = mmap(NULL, (size_t)bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        CHECK(slots != MAP_FAILED);
    }
    image_range(image, slots, bytes);
    return slots;
}

void image_map(Image *image, Map *map) {
    u32 figures[2] = {map->count, map->cap};
    image_bytes(image, figures, sizeof figures);
    image->failed |= figures[1] != 0 && (!is_pow2(figures[1]) || figures[0] >= figures[1]);
    if (image_failed(image)) return;
    MapSlot *slots = image_slots(image, map->slots, (u64)figures[1] * sizeof *slots);
    if (image->is_loading)
        *map = (Map){slots, figures[0], figures[1], .is_mapped = figures[1] != 0};
}

void image_interner(Image *image, Interner *interner) {
    image_table(image, &interner->rows);
    image_table(image, &interner->bytes);
    u32 cap = interner->slot_cap;
    image_bytes(image, &cap, sizeof cap);
    image->failed |= cap != 0 && !is_pow2(cap);
    if (image_failed(image)) return;
    u64 *slots = image_slots(image, interner->slots, (u64)cap * sizeof *slots);
    if (!image->is_loading) return;
    interner_free_slots(interner);
    interner->slots = slots;
    interner->slot_cap = cap;
    interner->is_mapped = cap != 0;
}
