// The ar format as GNU and LLVM write it: "!<arch>\n", then members, each a 60-byte header of text
// and its bytes, padded to an even offset. "/" and "/SYM64/" are symbol tables, "//" holds long
// names.
#include "link/elf_read.h"

#include <ar.h>

bool archive_open(Archive *archive, const u8 *at, u64 bytes) {
    *archive = (Archive){.at = at, .bytes = bytes, .next = SARMAG};
    return bytes >= SARMAG && memcmp(at, ARMAG, SARMAG) == 0;
}

// A decimal field, ended by a space or its width.
static u64 field(const char *text, u32 width) {
    u64 n = 0;
    for (u32 i = 0; i < width && text[i] >= '0' && text[i] <= '9'; i++)
        n = n * 10 + (u64)(text[i] - '0');
    return n;
}

bool archive_next(Archive *archive, ArchiveMember *out) {
    for (;;) {
        struct ar_hdr header;
        if (archive->next > archive->bytes || archive->bytes - archive->next < sizeof header)
            return false;
        memcpy(&header, archive->at + archive->next, sizeof header);
        u64 start = archive->next + sizeof header;
        u64 size = field(header.ar_size, sizeof header.ar_size);
        if (memcmp(header.ar_fmag, ARFMAG, 2) != 0 || size > archive->bytes - start) return false;
        archive->next = start + size + (size & 1);
        const char *at = (const char *)archive->at + start;
        if (memcmp(header.ar_name, "// ", 3) == 0) {
            archive->long_names = at;
            archive->long_name_bytes = size;
            continue;
        }
        if (memcmp(header.ar_name, "/ ", 2) == 0 || memcmp(header.ar_name, "/SYM64/", 7) == 0)
            continue;
        const char *name = (const char *)archive->at + archive->next - (size & 1) - size -
                           sizeof header; // the header in the file: `out` borrows
        u32 len = 0;
        if (header.ar_name[0] == '/') {
            u64 offset = field(header.ar_name + 1, sizeof header.ar_name - 1);
            if (offset >= archive->long_name_bytes) return false;
            name = archive->long_names + offset;
            while (offset + len < archive->long_name_bytes && name[len] != '/' && name[len] != '\n')
                len++;
        } else {
            while (len < sizeof header.ar_name && name[len] != '/' && name[len] != ' ')
                len++;
        }
        *out = (ArchiveMember){{name, len}, archive->at + start, size};
        return true;
    }
}
