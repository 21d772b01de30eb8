#include "source/source_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_MAX = 1 << 26 };

// What the disk said of a file when it was read. A change of the file changes it.
typedef struct FileStamp {
    u64 bytes;
    u64 modified_ns;
    u32 is_known; // the file was looked for
    u32 is_there;
} FileStamp;

// The length of the valid UTF-8 at the front: `len` if all of it is (Unicode, table 3-7).
static u64 utf8_valid_len(const u8 *at, u64 len) {
    u64 i = 0;
    while (i < len) {
        u64 eight;
        while (len - i >= sizeof eight &&
               (memcpy(&eight, at + i, sizeof eight), (eight & 0x8080808080808080ull) == 0))
            i += sizeof eight;
        if (i == len) break;
        u8 lead = at[i];
        if (lead < 0x80) {
            i++;
            continue;
        }
        u32 more;
        u8 low = 0x80, high = 0xbf; // of the first byte after the lead
        if (lead >= 0xc2 && lead <= 0xdf)
            more = 1;
        else if (lead >= 0xe0 && lead <= 0xef)
            more = 2;
        else if (lead >= 0xf0 && lead <= 0xf4)
            more = 3;
        else
            return i;
        if (lead == 0xe0) low = 0xa0;
        if (lead == 0xed) high = 0x9f;
        if (lead == 0xf0) low = 0x90;
        if (lead == 0xf4) high = 0x8f;
        if (len - i <= more || at[i + 1] < low || at[i + 1] > high) return i;
        for (u32 k = 2; k <= more; k++) {
            if ((at[i + k] & 0xc0) != 0x80) return i;
        }
        i += 1 + more;
    }
    return len;
}

void source_store_new(Db *db) {
    SourceStore *store = calloc(1, sizeof *store);
    CHECK(store);
    interner_init(&store->paths);
    table_init(&store->stamps, sizeof(FileStamp), FILES_MAX);
    db->sources = store;
}

void source_store_free(Db *db) {
    SourceStore *store = db->sources;
    if (!store) return;
    interner_deinit(&store->paths);
    table_deinit(&store->stamps);
    free((char *)store->library_root.at);
    lines_deinit(store);
    free(store);
    db->sources = NULL;
}

void source_store_image(SourceStore *store, Image *image) {
    image_interner(image, &store->paths);
    image_table(image, &store->stamps);
}

static FileStamp stamp_of(const struct stat *info) {
    return (FileStamp){
        .bytes = (u64)info->st_size,
        .modified_ns = (u64)info->st_mtim.tv_sec * 1000000000u + (u64)info->st_mtim.tv_nsec,
        .is_known = true,
        .is_there = true,
    };
}

static void set_stamp(SourceStore *store, FileId file, FileStamp stamp) {
    if (store->stamps.count <= file.id)
        table_add(&store->stamps, file.id + 1 - store->stamps.count);
    *(FileStamp *)table_at(&store->stamps, file.id) = stamp;
}

bool source_library_is_unchanged(Db *db) {
    const SourceStore *store = db->sources;
    bool same = true;
    u64 mark = scratch_mark(&db->scratch);
    for (u32 id = 1; same && id < store->stamps.count; id++) {
        FileStamp was = *(const FileStamp *)table_at(&store->stamps, id);
        if (!was.is_known) continue;
        struct stat info;
        FileStamp now = {.is_known = true};
        if (stat(scratch_str(&db->scratch, source_path(db, (FileId){id})).at, &info) == 0)
            now = stamp_of(&info);
        same = memcmp(&was, &now, sizeof was) == 0;
        scratch_rewind(&db->scratch, mark);
    }
    return same;
}

void source_set_library_root(Db *db, Str path) {
    SourceStore *store = db->sources;
    while (path.len && path.at[path.len - 1] == '/')
        path.len--;
    char *copy = malloc((size_t)path.len + 1);
    CHECK(copy);
    memcpy(copy, path.at, path.len);
    copy[path.len] = '/';
    free((char *)store->library_root.at);
    store->library_root = (Str){copy, path.len + 1};
}

FileId source_file(Db *db, Str path) {
    CHECK(path.len > 0);
    return (FileId){intern(&db->sources->paths, path.at, path.len)};
}

u32 source_file_count(const Db *db) {
    return intern_count(&db->sources->paths);
}

Str source_path(Db *db, FileId file) {
    u32 len;
    const char *path = intern_bytes(&db->sources->paths, file.id, &len);
    return (Str){path, len};
}

static Durability durability_of(const SourceStore *store, Str path) {
    Str root = store->library_root;
    bool below = root.len && path.len > root.len && memcmp(path.at, root.at, root.len) == 0;
    return below ? DURABILITY_HIGH : DURABILITY_LOW;
}

bool source_is_library(Db *db, FileId file) {
    return durability_of(db->sources, source_path(db, file)) == DURABILITY_HIGH;
}

u32 source_edition(Db *db, FileId file) {
    return source_is_library(db, file) ? 2024 : db->options->edition;
}

// ---- setting a text -----------------------------------------------------------------------------

void source_on_change(Db *db, SourceChanged *changed) {
    db->sources->changed = changed;
}

enum { COMPARE_BYTES = 4096 };

static u32 common_prefix(const char *a, const char *b, u32 len) {
    u32 at = 0;
    while (len - at >= COMPARE_BYTES && memcmp(a + at, b + at, COMPARE_BYTES) == 0)
        at += COMPARE_BYTES;
    while (at < len && a[at] == b[at])
        at++;
    return at;
}

// Of the texts that end before `a` and `b`.
static u32 common_suffix(const char *a, const char *b, u32 len) {
    u32 count = 0;
    while (len - count >= COMPARE_BYTES &&
           memcmp(a - count - COMPARE_BYTES, b - count - COMPARE_BYTES, COMPARE_BYTES) == 0)
        count += COMPARE_BYTES;
    while (count < len && a[-1 - (i64)count] == b[-1 - (i64)count])
        count++;
    return count;
}

TextChange source_change_between(Str old, Str new) {
    u32 shorter = min_u32(old.len, new.len);
    u32 at = common_prefix(old.at, new.at, shorter);
    u32 behind = common_suffix(old.at + old.len, new.at + new.len, shorter - at);
    return (TextChange){at, old.len - at - behind, new.len - at - behind};
}

static bool continues_char(char c) {
    return ((u8)c & 0xc0) == 0x80;
}

// Whether `text` is UTF-8, as the one it was made of is: looks at what is new, from the character
// before on, whose end may be gone.
static bool change_is_utf8(Str text, TextChange change) {
    u32 from = change.at, to = change.at + change.new_len;
    while (from > 0 && continues_char(text.at[--from])) {
    }
    while (to < text.len && continues_char(text.at[to]))
        to++;
    return utf8_valid_len((const u8 *)text.at + from, to - from) == to - from;
}

// Tells of the first byte that is not; the offset counts from the file's start.
static bool not_utf8(Db *db, FileId file, Str bytes, OsError *error) {
    u64 valid = utf8_valid_len((const u8 *)bytes.at, bytes.len);
    u64 line = 1;
    for (u64 i = 0; i < valid; i++)
        line += bytes.at[i] == '\n';
    return os_error(error, "cannot read `%.*s`: byte %llu (on line %llu) is not UTF-8",
                    STR_ARG(source_path(db, file)), (unsigned long long)valid,
                    (unsigned long long)line);
}

static void tell_change(Db *db, FileId file, TextChange change) {
    lines_change(db->sources, file, source_text(db, file), change);
    if (db->sources->changed) db->sources->changed(db, file, change);
}

// Sets the input: `text` is `head` and its bytes, wherever they lie. Whoever wants to know what
// changed is told, unless the file is new.
static void set_input(Db *db, FileId file, FileText head, const void *text,
                      const TextChange *change, Durability durability) {
    u32 bytes = (u32)sizeof head + head.len + 1;
    query_set_input(db, Q_file_text, file.id, text, bytes, durability);
    u8 found = !head.missing;
    query_set_input(db, Q_file_found, file.id, &found, sizeof found, durability);
    if (change && (change->old_len || change->new_len)) tell_change(db, file, *change);
}

static void set_missing(Db *db, FileId file, Durability durability) {
    if (durability == DURABILITY_HIGH) set_stamp(db->sources, file, (FileStamp){.is_known = true});
    struct {
        FileText head;
        char end;
        char zero[3];
    } text = {.head.missing = true};
    bool is_known = query_has_input(db, Q_file_text, file.id);
    TextChange change = {0};
    if (is_known) change.old_len = source_text(db, file).len;
    set_input(db, file, text.head, &text, is_known ? &change : NULL, durability);
}

enum { BOM_BYTES = 3 };

static bool has_bom(const u8 at[BOM_BYTES]) {
    return at[0] == 0xef && at[1] == 0xbb && at[2] == 0xbf;
}

// `head` has room for a FileText in front of `len` bytes and a zero byte.
static bool set_bytes(Db *db, FileId file, u8 *head, u64 len, Durability durability,
                      OsError *error) {
    Str bytes = {(const char *)head + sizeof(FileText), (u32)len};
    FileText text = {.len = (u32)len};
    if (len >= BOM_BYTES && has_bom((const u8 *)bytes.at)) {
        text.had_bom = true;
        text.len -= BOM_BYTES;
        head += BOM_BYTES;
    }
    Str fresh = {(const char *)head + sizeof text, text.len};
    TextChange change = {0, 0, text.len};
    bool is_known = query_has_input(db, Q_file_text, file.id);
    if (is_known) change = source_change_between(source_text(db, file), fresh);
    if (!change_is_utf8(fresh, change)) return not_utf8(db, file, bytes, error);
    memcpy(head, &text, sizeof text);
    head[sizeof text + text.len] = 0;
    set_input(db, file, text, head, is_known ? &change : NULL, durability);
    return true;
}

bool source_set_text(Db *db, FileId file, Str bytes, Durability durability, OsError *error) {
    u64 mark = scratch_mark(&db->scratch);
    u8 *head = scratch_take(&db->scratch, sizeof(FileText) + (u64)bytes.len + 1, 8);
    if (bytes.len) memcpy(head + sizeof(FileText), bytes.at, bytes.len);
    bool ok = bytes.len <= SOURCE_BYTES_MAX
                  ? set_bytes(db, file, head, bytes.len, durability, error)
                  : os_error(error, "`%.*s` is too long", STR_ARG(source_path(db, file)));
    scratch_rewind(&db->scratch, mark);
    return ok;
}

typedef enum ReadResult { READ_OK, READ_ABSENT, READ_FAILED } ReadResult;

static ReadResult fail(OsError *error, Str path, const char *why) {
    os_error(error, "cannot read `%.*s`: %s", STR_ARG(path), why);
    return READ_FAILED;
}

// All bytes of the open file into scratch behind room for a FileText. It may be growing: so does
// the buffer.
static ReadResult read_all(Db *db, int fd, u64 size_hint, Str path, u8 **head, u64 *len,
                           OsError *error) {
    u64 room = size_hint + 1;
    u8 *at = scratch_take(&db->scratch, sizeof(FileText) + room + 1, 8);
    u64 used = 0;
    for (;;) {
        if (used == room) {
            u64 more = room * 2 + 65536;
            u8 *grown = scratch_take(&db->scratch, sizeof(FileText) + more + 1, 8);
            memcpy(grown, at, sizeof(FileText) + used);
            at = grown;
            room = more;
        }
        ssize_t got = read(fd, at + sizeof(FileText) + used, room - used);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail(error, path, strerror(errno));
        if (got == 0) break;
        used += (u64)got;
        if (used > SOURCE_BYTES_MAX) return fail(error, path, "the file is longer than 64 MB");
    }
    *head = at;
    *len = used;
    return READ_OK;
}

// ---- reading again ------------------------------------------------------------------------------

// Puts `fresh` in the text where the change says.
static void splice_text(Db *db, FileId file, TextChange change, const char *fresh) {
    const FileText *text = query_get(db, Q_file_text, file.id);
    u32 len = text->len - change.old_len + change.new_len;
    query_splice_input(db, Q_file_text, file.id, (u32)sizeof *text + change.at, change.old_len,
                       fresh, change.new_len);
    if (change.old_len != change.new_len)
        query_splice_input(db, Q_file_text, file.id, offsetof(FileText, len), sizeof len, &len,
                           sizeof len);
    tell_change(db, file, change);
}

enum { READ_BYTES = 1 << 16 }; // the old text beside it, both stay in the processor's cache

typedef struct Reread {
    int fd;
    u32 skip; // bytes of the file before the text
    u32 len;  // of the new text
    Str old;
    u8 *buffer; // READ_BYTES
} Reread;

static bool read_at(const Reread *r, u32 at, void *to, u32 len) {
    return pread(r->fd, to, len, (off_t)r->skip + at) == (ssize_t)len;
}

// How much both texts begin and end with; false: the file is not what its size was any more.
static bool compare_files(const Reread *r, TextChange *out) {
    u32 shorter = min_u32(r->old.len, r->len), at = 0, behind = 0, same, part;
    do {
        part = min_u32(shorter - at, READ_BYTES);
        if (!read_at(r, at, r->buffer, part)) return false;
        same = common_prefix(r->old.at + at, (const char *)r->buffer, part);
        at += same;
    } while (same == part && at < shorter);
    do {
        part = min_u32(shorter - at - behind, READ_BYTES);
        if (!read_at(r, r->len - behind - part, r->buffer, part)) return false;
        same = common_suffix(r->old.at + r->old.len - behind, (const char *)r->buffer + part, part);
        behind += same;
    } while (same == part && behind < shorter - at);
    *out = (TextChange){at, r->old.len - at - behind, r->len - at - behind};
    return true;
}

enum { CHAR_BYTES = 4 };

// The new bytes of a change, with the rest of the characters at both ends before and behind them;
// NULL: the file has become another meanwhile, or they are not UTF-8.
static const char *read_fresh(Db *db, const Reread *r, TextChange change) {
    u8 *fresh = scratch_take(&db->scratch, change.new_len + 2 * CHAR_BYTES, 1);
    u8 *from = fresh + CHAR_BYTES, *to = from + change.new_len;
    if (!read_at(r, change.at, from, change.new_len)) return NULL;
    Str old = r->old;
    u32 end = change.at + change.old_len;
    for (u32 i = 0; i < CHAR_BYTES && i < change.at; i++) {
        *--from = (u8)old.at[change.at - 1 - i];
        if (!continues_char((char)*from)) break;
    }
    for (u32 i = 0; i < CHAR_BYTES && end + i < old.len && continues_char(old.at[end + i]); i++)
        *to++ = (u8)old.at[end + i];
    u64 len = (u64)(to - from);
    return utf8_valid_len(from, len) == len ? (const char *)fresh + CHAR_BYTES : NULL;
}

// Nonblocking: opening a pipe that has no writer would wait for one.
static int open_file(const char *path) {
    return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

// False: the file must be read as a whole; that tells why, too.
static bool reread_change(Db *db, FileId file, Scratch *scratch, SourceEdit *out) {
    const FileText *text = query_get(db, Q_file_text, file.id);
    Str path = source_path(db, file);
    if (text->missing || memchr(path.at, 0, path.len)) return false;
    Reread r = {.old = file_text_str(text), .skip = text->had_bom ? BOM_BYTES : 0};
    r.fd = open_file(scratch_str(&db->scratch, path).at);
    if (r.fd < 0) return false;
    struct stat info;
    u8 head[BOM_BYTES] = {0};
    TextChange change;
    const char *fresh = NULL;
    bool plain = fstat(r.fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size >= r.skip &&
                 info.st_size <= (off_t)SOURCE_BYTES_MAX &&
                 pread(r.fd, head, sizeof head, 0) >= 0 && has_bom(head) == (r.skip != 0);
    if (plain) {
        r.len = (u32)info.st_size - r.skip;
        r.buffer = scratch_take(&db->scratch, READ_BYTES, 8);
        if (compare_files(&r, &change)) fresh = read_fresh(db, &r, change);
    }
    close(r.fd);
    if (!fresh) return false;
    Str removed = {r.old.at + change.at, change.old_len};
    *out = (SourceEdit){file, change, scratch_str(scratch, removed), false, false};
    if (change.old_len || change.new_len) splice_text(db, file, change, fresh);
    return true;
}

static ReadResult read_file(Db *db, FileId file, Durability durability, OsError *error) {
    Str path = source_path(db, file);
    u64 mark = scratch_mark(&db->scratch);
    const char *zero_terminated = scratch_str(&db->scratch, path).at;
    if (memchr(path.at, 0, path.len)) return fail(error, path, "the path has a zero byte in it");
    int fd = open_file(zero_terminated);
    if (fd < 0) {
        bool absent = errno == ENOENT || errno == ENOTDIR;
        fail(error, path, strerror(errno));
        scratch_rewind(&db->scratch, mark);
        return absent ? READ_ABSENT : READ_FAILED;
    }
    ReadResult result = READ_FAILED;
    struct stat info;
    if (fstat(fd, &info) != 0) {
        fail(error, path, strerror(errno));
    } else if (S_ISDIR(info.st_mode)) {
        fail(error, path, "it is a directory");
    } else if (!S_ISREG(info.st_mode)) { // may wait for ever, or end never; and is gone once read
        fail(error, path, "it is no regular file");
    } else if (info.st_size > (off_t)SOURCE_BYTES_MAX) {
        fail(error, path, "the file is longer than 64 MB");
    } else {
        u8 *head = NULL;
        u64 len = 0;
        result = read_all(db, fd, (u64)info.st_size, path, &head, &len, error);
        if (result == READ_OK && !set_bytes(db, file, head, len, durability, error))
            result = READ_FAILED;
        if (result == READ_OK && durability == DURABILITY_HIGH)
            set_stamp(db->sources, file, stamp_of(&info));
    }
    close(fd);
    scratch_rewind(&db->scratch, mark);
    return result;
}

bool source_read(Db *db, FileId file, Durability durability, OsError *error) {
    return read_file(db, file, durability, error) == READ_OK;
}

static bool is_missing(Db *db, FileId file) {
    const FileText *text = query_get(db, Q_file_text, file.id);
    return text->missing;
}

bool source_reread(Db *db, FileId file, Scratch *scratch, SourceEdit *out, OsError *error) {
    CHECK(query_has_input(db, Q_file_text, file.id) && !source_is_library(db, file));
    u64 mark = scratch_mark(&db->scratch);
    bool done = reread_change(db, file, scratch, out);
    scratch_rewind(&db->scratch, mark);
    if (done) return true;
    bool was_missing = is_missing(db, file);
    Str old = scratch_str(scratch, source_text(db, file));
    ReadResult result = read_file(db, file, DURABILITY_LOW, error);
    if (result == READ_FAILED) return false;
    if (result == READ_ABSENT) set_missing(db, file, DURABILITY_LOW);
    TextChange change = source_change_between(old, source_text(db, file));
    Str removed = {old.at + change.at, change.old_len};
    *out = (SourceEdit){file, change, removed, was_missing, result == READ_ABSENT};
    return true;
}

void source_undo(Db *db, const SourceEdit *edit) {
    TextChange back = {edit->change.at, edit->change.new_len, edit->change.old_len};
    if (edit->was_missing)
        set_missing(db, edit->file, DURABILITY_LOW);
    else if (edit->is_missing)
        source_set_text(db, edit->file, edit->removed, DURABILITY_LOW, NULL);
    else if (back.old_len || back.new_len)
        splice_text(db, edit->file, back, edit->removed.at);
}

bool source_refresh(Db *db) {
    u32 count = source_file_count(db);
    for (u32 id = 1; id < count; id++) {
        FileId file = {id};
        if (!query_has_input(db, Q_file_text, id) || source_is_library(db, file)) continue;
        bool was_missing = is_missing(db, file);
        if (read_file(db, file, DURABILITY_LOW, NULL) != READ_OK && !was_missing) return false;
    }
    return true;
}

FileId source_load(Db *db, Str path, OsError *error) {
    if (error) error->text[0] = 0;
    FileId file = source_file(db, path);
    if (!query_has_input(db, Q_file_text, file.id)) {
        Durability durability = durability_of(db->sources, path);
        OsError found = {0};
        ReadResult result = read_file(db, file, durability, &found);
        if (result != READ_OK) set_missing(db, file, durability);
        if (result == READ_FAILED && error) *error = found;
    }
    const u8 *found = query_get(db, Q_file_found, file.id);
    return *found ? file : (FileId){0};
}

Str source_text(Db *db, FileId file) {
    return file_text_str(query_get(db, Q_file_text, file.id));
}
