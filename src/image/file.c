#define _GNU_SOURCE
#include "image/file.h"

#include <elf.h>
#include <fcntl.h>
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

bool image_file_open(Image *image, const char *path, u64 key) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || !image_open(image, fd, full_key(key))) return false;
    Scratch memory;
    scratch_init(&memory);
    Seen now;
    bool good = seen_of(fd, full_key(key), &now);
    if (good && !was_seen(&memory, path, &now)) {
        good = image_verify(image);
        if (good) note_seen(&memory, path, &now);
    }
    if (!good) image_close(image);
    scratch_deinit(&memory);
    return good;
}

bool image_file_begin(ImageWriter *writer, Scratch *memory, const char *path, u64 key) {
    *writer = (ImageWriter){.key = full_key(key)};
    writer->path = scratch_print(memory, "%s", path);
    writer->temp = scratch_print(memory, "%s.tmp-%d", path, (int)getpid());
    int fd = open(writer->temp.at, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) return false;
    image_begin(&writer->image, fd);
    return true;
}

bool image_file_end(ImageWriter *writer) {
    bool done =
        image_end(&writer->image, writer->key) && rename(writer->temp.at, writer->path.at) == 0;
    if (!done) unlink(writer->temp.at);
    return done;
}
