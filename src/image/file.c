#define _GNU_SOURCE
#include "image/file.h"

#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

// ---- this build ---------------------------------------------------------------------------------

// The first object is the program itself; its build id (a note the linker makes of its contents).
static int find_build_id(struct dl_phdr_info *info, size_t bytes, void *cx) {
    (void)bytes;
    u64 *key = cx;
    for (u32 i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        if (part->p_type != PT_NOTE) continue;
        const u8 *at = (const u8 *)(uintptr_t)(info->dlpi_addr + part->p_vaddr);
        const u8 *end = at + part->p_memsz;
        while (at + sizeof(ElfW(Nhdr)) <= end) {
            const ElfW(Nhdr) *note = (const void *)at;
            const u8 *name = at + sizeof *note;
            const u8 *bits = name + align_up(note->n_namesz, 4);
            if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && !memcmp(name, "GNU", 4))
                *key = hash_mix(*key, hash_bytes(bits, note->n_descsz));
            at = bits + align_up(note->n_descsz, 4);
        }
    }
    return 1;
}

u64 image_build_key(void) {
    u64 key = 0;
    dl_iterate_phdr(find_build_id, &key);
    struct stat info;
    if (key == 0 && stat("/proc/self/exe", &info) == 0) // linked without one
        key = hash_mix(hash_mix((u64)info.st_size, (u64)info.st_mtim.tv_sec),
                       hash_mix((u64)info.st_mtim.tv_nsec, (u64)info.st_ino));
    return key;
}

// ---- seen files ---------------------------------------------------------------------------------

typedef struct Seen {
    u64 device, inode, bytes;
    i64 modified_s, modified_ns, changed_s, changed_ns;
    u64 key;
} Seen;

static bool seen_of(int fd, u64 key, Seen *out) {
    struct stat info;
    if (fstat(fd, &info) != 0) return false;
    *out = (Seen){
        .device = info.st_dev,
        .inode = info.st_ino,
        .bytes = (u64)info.st_size,
        .modified_s = info.st_mtim.tv_sec,
        .modified_ns = info.st_mtim.tv_nsec,
        .changed_s = info.st_ctim.tv_sec,
        .changed_ns = info.st_ctim.tv_nsec,
        .key = key,
    };
    return true;
}

static bool was_seen(Scratch *memory, const char *path, const Seen *now) {
    Seen was;
    int fd = open(scratch_print(memory, "%s.seen", path).at, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    bool same =
        read(fd, &was, sizeof was) == (ssize_t)sizeof was && memcmp(&was, now, sizeof was) == 0;
    close(fd);
    return same;
}

// It only saves time: nothing is said when it cannot be written.
static void note_seen(Scratch *memory, const char *path, const Seen *now) {
    Str temp = scratch_print(memory, "%s.seen.tmp-%d", path, (int)getpid());
    int fd = open(temp.at, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) return;
    bool done = write(fd, now, sizeof *now) == (ssize_t)sizeof *now;
    close(fd);
    if (!done || rename(temp.at, scratch_print(memory, "%s.seen", path).at) != 0) unlink(temp.at);
}

// ---- files --------------------------------------------------------------------------------------

static u64 full_key(u64 key) {
    return hash_mix(image_build_key(), key);
}

static bool is_trusted(const Image *image, const char *path, u64 key) {
    char resolved[PATH_MAX]; // notes are kept beside the file, not beside what leads to it
    Scratch memory;
    scratch_init(&memory);
    Seen now;
    bool good = realpath(path, resolved) && seen_of(image->fd, key, &now);
    if (good && !was_seen(&memory, resolved, &now)) {
        good = image_verify(image);
        if (good) note_seen(&memory, resolved, &now);
    }
    scratch_deinit(&memory);
    return good;
}

static bool open_file(Image *image, const char *path, u64 key, Image *base) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    bool opened = base ? image_open_over(image, fd, full_key(key), base)
                       : image_open(image, fd, full_key(key));
    if (!opened) return false;
    if (is_trusted(image, path, full_key(key))) return true;
    image_close(image);
    return false;
}

bool image_file_open(Image *image, const char *path, u64 key) {
    return open_file(image, path, key, NULL);
}

bool image_file_open_over(Image *image, const char *path, u64 key, Image *base) {
    return open_file(image, path, key, base);
}

Str image_file_of(Scratch *memory, const char *path, u64 identity) {
    return scratch_print(memory, "%s-%016llx", path, (unsigned long long)identity);
}

bool image_file_info(const char *path, ImageInfo *out) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool good = fd >= 0 && image_info(fd, out);
    if (fd >= 0) close(fd);
    return good;
}

static int begin(ImageWriter *writer, Scratch *memory, const char *path, u64 key) {
    *writer = (ImageWriter){.key = full_key(key), .memory = memory};
    writer->path = scratch_print(memory, "%s", path);
    writer->temp = scratch_print(memory, "%s.tmp-%d", path, (int)getpid());
    return open(writer->temp.at, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
}

bool image_file_begin(ImageWriter *writer, Scratch *memory, const char *path, u64 key) {
    int fd = begin(writer, memory, path, key);
    if (fd >= 0) image_begin(&writer->image, fd);
    return fd >= 0;
}

bool image_file_begin_over(ImageWriter *writer, Scratch *memory, const char *path, u64 key,
                           Image *base) {
    int fd = begin(writer, memory, path, key);
    if (fd >= 0) image_begin_over(&writer->image, fd, base);
    return fd >= 0;
}

// Puts the file under its own name, and the link in place of what led to the one before.
static bool place_base(const ImageWriter *writer) {
    Str file = image_file_of(writer->memory, writer->path.at, writer->image.identity);
    const char *name = strrchr(file.at, '/');
    return rename(writer->temp.at, file.at) == 0 &&
           symlink(name ? name + 1 : file.at, writer->temp.at) == 0 &&
           rename(writer->temp.at, writer->path.at) == 0;
}

bool image_file_end(ImageWriter *writer, bool is_base, Str label) {
    bool done = image_end(&writer->image, writer->key, label);
    if (done) done = is_base ? place_base(writer) : rename(writer->temp.at, writer->path.at) == 0;
    if (!done) unlink(writer->temp.at);
    return done;
}
