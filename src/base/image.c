#include "base/image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
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
    u64 base;      // identity of the file it was made over, 0: none
    char label[sizeof((ImageInfo){0}.label)];
    u64 own_hash; // of the fields before
} Header;

// What the directory says before each thing, so that a reader that asks for something else notices.
typedef enum RecordKind { RECORD_BYTES = 1, RECORD_SEGMENT, RECORD_CHANGES } RecordKind;
typedef struct Record {
    u32 kind;
    u32 zero;
    u64 bytes;
    u64 offset;     // of a segment: in the file; of changes: where the base has its segment
    u64 base_bytes; // of changes: how long that is
    u64 run_count;  // of changes: the Runs that follow
} Record;

// Pages of a segment that are not as in the base.
typedef struct Run {
    u64 page, page_count;
    u64 offset; // in the file
} Run;

static u64 header_hash(const Header *header) {
    return hash_bytes(header, offsetof(Header, own_hash));
}

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

// ---- what this process has mapped
// ----------------------------------------------------------------

typedef struct Mapping {
    u64 start, end, offset;
    u64 device, inode;
} Mapping;

typedef struct ImageMappings {
    Mapping *at; // owned, by address
    u32 count;
    int pagemap;       // owned
    u64 device, inode; // of the base, as /proc/self/maps tells them
} ImageMappings;

static const Mapping *mapping_find(const ImageMappings *m, u64 address) {
    u32 low = 0, high = m->count;
    while (low < high) {
        u32 mid = low + (high - low) / 2;
        if (m->at[mid].end <= address)
            low = mid + 1;
        else
            high = mid;
    }
    return low < m->count && m->at[low].start <= address ? &m->at[low] : NULL;
}

static bool read_mappings(ImageMappings *m) {
    FILE *maps = fopen("/proc/self/maps", "re");
    if (!maps) return false;
    char line[4352]; // a path, and what stands before it
    u32 cap = 0;
    while (fgets(line, sizeof line, maps)) {
        unsigned long long start, end, offset, inode;
        unsigned major, minor;
        if (sscanf(line, "%llx-%llx %*s %llx %x:%x %llu", &start, &end, &offset, &major, &minor,
                   &inode) != 6)
            continue;
        if (m->count == cap) {
            cap = cap * 2 + 256;
            m->at = realloc(m->at, cap * sizeof *m->at);
            CHECK(m->at);
        }
        m->at[m->count++] = (Mapping){start, end, offset, (u64)major << 32 | minor, inode};
    }
    fclose(maps);
    return true;
}

static void mappings_free(ImageMappings *m) {
    if (!m) return;
    if (m->pagemap >= 0) close(m->pagemap);
    free(m->at);
    free(m);
}

// How the kernel names the base is seen from a page of it that is mapped for this.
static ImageMappings *mappings_new(int base_fd) {
    ImageMappings *m = calloc(1, sizeof *m);
    CHECK(m);
    m->pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    void *probe = mmap(NULL, PAGE_BYTES, PROT_READ, MAP_PRIVATE, base_fd, 0);
    bool good = m->pagemap >= 0 && probe != MAP_FAILED && read_mappings(m);
    const Mapping *own = good ? mapping_find(m, (u64)(uintptr_t)probe) : NULL;
    if (own) {
        m->device = own->device;
        m->inode = own->inode;
    }
    if (probe != MAP_FAILED) munmap(probe, PAGE_BYTES);
    if (own && own->inode) return m;
    mappings_free(m);
    return NULL;
}

// The kernel's words of pages from `page` on (Documentation/admin-guide/mm/pagemap.rst).
static const u64 PAGE_PRESENT = 1ull << 63, PAGE_SWAPPED = 1ull << 62, PAGE_IS_FILES = 1ull << 61;

static bool page_is_own(u64 word) {
    return (word & PAGE_SWAPPED) || ((word & PAGE_PRESENT) && !(word & PAGE_IS_FILES));
}

// Whether the page at `address`, of which the kernel says `word`, is the base's at `offset`.
static bool page_is_bases(const ImageMappings *m, u64 address, u64 word, u64 offset) {
    const Mapping *at = mapping_find(m, address);
    return at && at->inode == m->inode && at->device == m->device &&
           at->offset + (address - at->start) == offset && !page_is_own(word);
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

void image_begin_over(Image *image, int fd, Image *base) {
    image_begin(image, fd);
    image->base = base;
    image->mapped = mappings_new(base->fd);
    image->failed |= image->mapped == NULL;
}

bool image_end(Image *image, u64 key, Str label) {
    Header header = {.magic = MAGIC, .key = key, .directory_at = image->file_bytes};
    if (image->base) header.base = image->base->identity;
    if (label.len) memcpy(header.label, label.at, min_u32(label.len, sizeof header.label - 1));
    header.directory_hash = hash_bytes(image->directory, image->directory_bytes);
    write_all(image, image->directory, image->directory_bytes);
    header.file_bytes = image->file_bytes;
    header.body_hash = XXH3_64bits_digest(image->hash);
    header.own_hash = header_hash(&header);
    bool done = !image->failed && lseek(image->fd, 0, SEEK_SET) == 0 &&
                write(image->fd, &header, sizeof header) == (ssize_t)sizeof header &&
                fsync(image->fd) == 0;
    image_close(image);
    image->identity = header.own_hash;
    return done;
}

// ---- loading ------------------------------------------------------------------------------------

static bool read_header(int fd, Header *header) {
    struct stat info;
    return fstat(fd, &info) == 0 && S_ISREG(info.st_mode) &&
           read_at(fd, header, sizeof *header, 0) && header->magic == MAGIC &&
           header->own_hash == header_hash(header) && header->file_bytes == (u64)info.st_size;
}

bool image_info(int fd, ImageInfo *out) {
    Header header;
    if (!read_header(fd, &header)) return false;
    *out = (ImageInfo){.identity = header.own_hash, .base = header.base};
    memcpy(out->label, header.label, sizeof out->label);
    return true;
}

static bool open_file(Image *image, int fd, u64 key, Image *base) {
    *image = (Image){.fd = fd, .is_loading = true, .base = base};
    Header header;
    bool good =
        read_header(fd, &header) && header.key == key && header.base == (base ? base->identity : 0);
    image->identity = header.own_hash;
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

bool image_open(Image *image, int fd, u64 key) {
    return open_file(image, fd, key, NULL);
}

bool image_open_over(Image *image, int fd, u64 key, Image *base) {
    return open_file(image, fd, key, base);
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
    mappings_free(image->mapped);
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

// What the base has where the file that is made over it has come to.
static bool base_record(Image *image, RecordKind kind, Record *out) {
    if (record_take(image->base, kind, out) &&
        (kind == RECORD_SEGMENT || directory_take(image->base, out->bytes)))
        return true;
    image->failed = true;
    return false;
}

void image_bytes(Image *image, void *field, u32 bytes) {
    Record record = {.kind = RECORD_BYTES, .bytes = bytes};
    if (!image->is_loading) {
        Record ignored;
        if (image->base) (void)base_record(image, RECORD_BYTES, &ignored);
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

static void save_segment(Image *image, const void *base, u64 bytes) {
    Record record = {.kind = RECORD_SEGMENT, .bytes = bytes, .offset = image->file_bytes};
    directory_add(image, &record, sizeof record);
    write_all(image, base, bytes);
    write_padding(image);
}

enum { WORDS_AT_ONCE = 4096 };

// Writes the pages that are not the base's and lists them behind the record.
static void save_changes(Image *image, const void *base, u64 bytes) {
    Record was;
    if (!base_record(image, RECORD_SEGMENT, &was)) return;
    Record record = {.kind = RECORD_CHANGES,
                     .bytes = bytes,
                     .offset = was.offset,
                     .base_bytes =
                         min_u64(align_up(was.bytes, PAGE_BYTES), align_up(bytes, PAGE_BYTES))};
    u64 pages = align_up(bytes, PAGE_BYTES) / PAGE_BYTES;
    u64 base_pages = record.base_bytes / PAGE_BYTES;
    u64 first = (u64)(uintptr_t)base;
    u64 record_at = image->directory_bytes;
    directory_add(image, &record, sizeof record);
    Run run = {0};
    u64 *words = malloc(WORDS_AT_ONCE * sizeof *words);
    CHECK(words);
    for (u64 page = 0; page < pages && !image->failed; page++) {
        if (page % WORDS_AT_ONCE == 0) {
            u64 count = min_u64(WORDS_AT_ONCE, pages - page);
            u64 number = first / PAGE_BYTES + page;
            image->failed |= !read_at(image->mapped->pagemap, words, count * sizeof *words,
                                      number * sizeof *words);
        }
        if (page < base_pages &&
            page_is_bases(image->mapped, first + page * PAGE_BYTES, words[page % WORDS_AT_ONCE],
                          was.offset + page * PAGE_BYTES))
            continue;
        if (run.page_count && run.page + run.page_count == page) {
            run.page_count++;
        } else {
            if (run.page_count) directory_add(image, &run, sizeof run);
            record.run_count += run.page_count != 0;
            run = (Run){page, 1, image->file_bytes};
        }
        u64 at = page * PAGE_BYTES;
        write_all(image, (const u8 *)base + at, min_u64(PAGE_BYTES, bytes - at));
        write_padding(image);
    }
    if (run.page_count) directory_add(image, &run, sizeof run);
    record.run_count += run.page_count != 0;
    memcpy(image->directory + record_at, &record, sizeof record);
    free(words);
}

static bool map_file(void *at, u64 bytes, const Image *image, u64 offset) {
    bool fits = offset % PAGE_BYTES == 0 && offset <= image->file_bytes &&
                bytes <= image->file_bytes - offset;
    return fits &&
           (bytes == 0 || mmap(at, (size_t)align_up(bytes, PAGE_BYTES), PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_FIXED, image->fd, (off_t)offset) != MAP_FAILED);
}

enum { RUN_MAPPED_MIN = 16 }; // shorter ones are read: a mapping costs more than a few pages

static void load_changes(Image *image, u8 *base, u64 bytes) {
    Record record;
    if (!record_take(image, RECORD_CHANGES, &record)) return;
    bool fits = record.bytes == bytes && record.base_bytes <= align_up(bytes, PAGE_BYTES) &&
                map_file(base, record.base_bytes, image->base, record.offset);
    u64 pages = align_up(bytes, PAGE_BYTES) / PAGE_BYTES;
    for (u64 i = 0; i < record.run_count && fits; i++) {
        const Run *run = directory_take(image, sizeof *run);
        fits = run && run->page < pages && run->page_count <= pages - run->page;
        if (!fits) break;
        u8 *at = base + run->page * PAGE_BYTES;
        u64 length = run->page_count * PAGE_BYTES;
        fits = run->page_count < RUN_MAPPED_MIN ? read_at(image->fd, at, length, run->offset)
                                                : map_file(at, length, image, run->offset);
    }
    image->failed |= !fits;
}

void image_range(Image *image, void *base, u64 bytes) {
    if (!image->is_loading) {
        if (image->base)
            save_changes(image, base, bytes);
        else
            save_segment(image, base, bytes);
        return;
    }
    if (image->base) {
        load_changes(image, base, bytes);
        return;
    }
    Record record;
    if (!record_take(image, RECORD_SEGMENT, &record)) return;
    image->failed |= record.bytes != bytes || !map_file(base, bytes, image, record.offset);
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
