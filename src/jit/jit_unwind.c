// Reads the FDEs of generated .eh_frame and files them by code address (jit/protocol.h).

#include "jit/jit_internal.h"

enum { ENC_OMIT = 0xff, ENC_PCREL = 0x10, ENC_FORMAT = 0x0f, ENC_APPL = 0x70 };

typedef struct Reader {
    const u8 *at, *end;
    bool bad;
} Reader;

static u64 read_bytes(Reader *r, u32 n) {
    u64 value = 0;
    if ((u64)(r->end - r->at) < n) {
        r->bad = true;
        return 0;
    }
    memcpy(&value, r->at, n);
    r->at += n;
    return value;
}

static u64 read_leb(Reader *r) {
    u64 value = 0;
    for (u32 shift = 0;; shift += 7) {
        u8 byte = (u8)read_bytes(r, 1);
        if (shift < 64) value |= (u64)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) return value;
    }
}

static u64 read_encoded(Reader *r, u8 encoding, const u8 *base, JitAddr base_addr) {
    u64 here = base_addr + (u64)(r->at - base);
    u64 value = 0;
    switch (encoding & ENC_FORMAT) {
    case 0x00:
    case 0x04:
    case 0x0c: value = read_bytes(r, 8); break;
    case 0x02: value = read_bytes(r, 2); break;
    case 0x0a: value = (u64)(i64)(i16)read_bytes(r, 2); break;
    case 0x03: value = read_bytes(r, 4); break;
    case 0x0b: value = (u64)(i64)(i32)read_bytes(r, 4); break;
    default: r->bad = true; break;
    }
    if ((encoding & ENC_APPL) == ENC_PCREL) value += here;
    return value;
}

// The encoding of code addresses that the CIE's augmentation names.
static u8 cie_encoding(const u8 *cie, const u8 *end, bool *bad) {
    Reader r = {cie, end, false};
    read_bytes(&r, 1); // version
    const u8 *text = r.at;
    while (read_bytes(&r, 1) != 0)
        continue;
    read_leb(&r); // code alignment
    read_leb(&r); // data alignment
    read_leb(&r); // return address register
    u8 encoding = 0;
    if (*text == 'z') {
        read_leb(&r);
        for (const u8 *c = text + 1; *c && !r.bad; c++) {
            if (*c == 'R') {
                encoding = (u8)read_bytes(&r, 1);
            } else if (*c == 'P') {
                u8 of_personality = (u8)read_bytes(&r, 1);
                read_encoded(&r, of_personality, cie, 0);
            } else if (*c == 'L') {
                read_bytes(&r, 1);
            }
        }
    }
    *bad = r.bad;
    return encoding;
}

// While rows move, the turn is odd: a throwing thread that read meanwhile reads again.
static void take_turn(Jit *jit) {
    __atomic_fetch_add(&jit->control->unwind_turn, 1, __ATOMIC_SEQ_CST);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

// Rows stay sorted. Code memory is mostly handed out upwards, so that new rows go to the end.
static void file_row(Jit *jit, JitUnwindRow row) {
    JitUnwindRow *rows = jit_at(jit, JIT_UNWIND);
    u32 count = jit->control->unwind_count;
    u32 at = count;
    while (at > 0 && rows[at - 1].code > row.code)
        at--;
    CHECK(count < JIT_UNWIND_ROW_MAX);
    if (at == count) {
        rows[at] = row;
        __atomic_store_n(&jit->control->unwind_count, count + 1, __ATOMIC_RELEASE);
        return;
    }
    take_turn(jit);
    memmove(&rows[at + 1], &rows[at], (count - at) * sizeof *rows);
    rows[at] = row;
    __atomic_store_n(&jit->control->unwind_count, count + 1, __ATOMIC_RELEASE);
    take_turn(jit);
}

void jit_forget_frames(Jit *jit, const JitAddr *codes, u32 count) {
    JitUnwindRow *rows = jit_at(jit, JIT_UNWIND);
    u32 kept = 0, next = 0;
    take_turn(jit);
    for (u32 i = 0; i < jit->control->unwind_count; i++) {
        while (next < count && codes[next] < rows[i].code)
            next++;
        if (next < count && codes[next] == rows[i].code) continue;
        rows[kept++] = rows[i];
    }
    __atomic_store_n(&jit->control->unwind_count, kept, __ATOMIC_RELEASE);
    take_turn(jit);
}

bool jit_register_frames(Jit *jit, JitAddr eh_frame, u64 bytes, LinkError *error) {
    const u8 *base = jit_at(jit, eh_frame);
    for (u64 at = 0; at + 4 <= bytes;) {
        u32 len;
        memcpy(&len, base + at, 4);
        if (len == 0) break;
        if (len == 0xffffffffu || at + 4 + len > bytes)
            return link_fail(error, "internal error: malformed unwind table");
        const u8 *entry = base + at + 4;
        const u8 *end = entry + len;
        u32 back;
        memcpy(&back, entry, 4);
        if (back != 0) {
            const u8 *cie = entry - back;
            if (cie < (const u8 *)jit_at(jit, JIT_RODATA) || cie >= end)
                return link_fail(error, "internal error: FDE without a CIE");
            u32 cie_len;
            memcpy(&cie_len, cie, 4);
            bool bad = false;
            u8 encoding = cie_encoding(cie + 8, cie + 4 + cie_len, &bad);
            Reader r = {entry + 4, end, bad};
            u64 code = read_encoded(&r, encoding, base, eh_frame);
            u64 size = read_encoded(&r, encoding & ENC_FORMAT, base, eh_frame);
            if (r.bad || code < JIT_STUBS || code + size > JIT_RODATA)
                return link_fail(error, "internal error: FDE of no code");
            file_row(jit, (JitUnwindRow){(u32)code, (u32)(code + size), eh_frame + (u32)at});
        }
        at += 4 + (u64)len;
    }
    return true;
}
