// Unwinding: DWARF call-frame rules and the table of landing pads that rust_eh_personality and
// __gxx_personality_v0 read (.gcc_except_table).
//
//   lsda: ff (landing pads relative to the function), ff (no types) or 9b.. , 01 (uleb128),
//         length, call sites: start, length, pad, action ...
// An action of 0 is a clean-up. Catching needs one action record, "type 1, no next", and a type
// table whose only entry is 0: catch everything.

#include "gen/x64/x64_internal.h"

typedef struct Bytes {
    u8 *at;
    u32 count;
} Bytes;

static void put_u8(Bytes *to, u8 byte) {
    to->at[to->count++] = byte;
}
static void put_u32(Bytes *to, u32 word) {
    memcpy(to->at + to->count, &word, 4);
    to->count += 4;
}
static void put_uleb(Bytes *to, u64 value) {
    do {
        u8 byte = value & 0x7f;
        value >>= 7;
        put_u8(to, byte | (value ? 0x80 : 0));
    } while (value);
}

enum {
    CFA_ADVANCE = 0x40,
    CFA_OFFSET = 0x80,
    CFA_DEF_CFA_REGISTER = 0x0d,
    CFA_DEF_CFA_OFFSET = 0x0e,
    DWARF_RBP = 6,
    PE_OMIT = 0xff,
    PE_ABSPTR = 0,
    PE_ULEB128 = 1,
};

static u8 dwarf_reg(u8 reg) {
    static const u8 numbers[8] = {0, 2, 1, 3, 7, 6, 4, 5};
    return reg < 8 ? numbers[reg] : reg;
}

static void frame_rules(Gen *gen, X64Code *out) {
    Bytes cfi = {.at = SCRATCH_ARRAY(gen->scratch, u8, 48)};
    if (gen->needs_frame) {
        put_u8(&cfi, CFA_ADVANCE | 1); // push rbp
        put_u8(&cfi, CFA_DEF_CFA_OFFSET);
        put_u8(&cfi, 16);
        put_u8(&cfi, CFA_OFFSET | DWARF_RBP);
        put_u8(&cfi, 2);
        put_u8(&cfi, CFA_ADVANCE | 3); // mov rbp, rsp
        put_u8(&cfi, CFA_DEF_CFA_REGISTER);
        put_u8(&cfi, DWARF_RBP);
        u32 at = 2;
        for (u32 rest = gen->saved_regs; rest; rest &= rest - 1) {
            u8 reg = (u8)__builtin_ctz(rest);
            put_u8(&cfi, CFA_ADVANCE | (reg >= 8 ? 2 : 1));
            put_u8(&cfi, CFA_OFFSET | dwarf_reg(reg));
            put_u8(&cfi, (u8)++at);
        }
    }
    out->cfi = cfi.at;
    out->cfi_bytes = cfi.count;
}

static u32 pad_action(const Gen *gen, u32 block) {
    const IrFn *fn = gen->fn;
    const IrInst *pad = &fn->insts.at[fn->blocks.at[block].first];
    return pad->sub == IR_PAD_CATCH ? 1 : 0;
}

void unwind_tables(Gen *gen, u32 prologue_bytes, X64Code *out) {
    (void)prologue_bytes;
    frame_rules(gen, out);
    if (!gen->has_pads) return;
    bool catches = false;
    Bytes sites = {.at = scratch_take(gen->scratch, (u64)gen->sites.count * 20, 1)};
    for (u32 i = 0; i < gen->sites.count; i++) {
        CallSite site = gen->sites.at[i];
        // A call missing from the table would end the program: those without a pad have pad 0.
        put_uleb(&sites, site.start);
        put_uleb(&sites, site.end - site.start);
        put_uleb(&sites, site.pad ? gen->blocks[site.pad].offset : 0);
        u32 action = site.pad ? pad_action(gen, site.pad) : 0;
        put_uleb(&sites, action);
        if (action) catches = true;
    }
    Bytes lsda = {.at = scratch_take(gen->scratch, sites.count + 64, 4)};
    put_u8(&lsda, PE_OMIT); // landing pads count from the function's start
    // Header lengths are written with fixed widths, so that the padding before the type table
    // comes out right at once.
    u8 length[5];
    u32 value = sites.count;
    for (u32 i = 0; i < 5; i++) {
        length[i] = (u8)((value & 0x7f) | (i < 4 ? 0x80 : 0));
        value >>= 7;
    }
    if (catches) {
        put_u8(&lsda, PE_ABSPTR);
        // From behind this number to the end of the types: encoding, length, sites, action, pad.
        u32 head = 1 + 1 + 1; // lpstart, ttype encoding, this (one to two bytes, see below)
        u32 rest = 1 + 5 + sites.count + 2;
        u32 width = rest + 8 + 8 < 128 ? 1 : rest + 16 < 16384 ? 2 : rest + 16 < 2097152 ? 3 : 4;
        head += width - 1;
        u32 pad = (8 - (head + rest) % 8) % 8;
        put_uleb(&lsda, rest + pad + 8);
        put_u8(&lsda, PE_ULEB128);
        for (u32 i = 0; i < 5; i++)
            put_u8(&lsda, length[i]);
        memcpy(lsda.at + lsda.count, sites.at, sites.count);
        lsda.count += sites.count;
        put_u8(&lsda, 1); // action 1: type 1,
        put_u8(&lsda, 0); // and no other
        for (u32 i = 0; i < pad + 8; i++)
            put_u8(&lsda, 0);
    } else {
        put_u8(&lsda, PE_OMIT);
        put_u8(&lsda, PE_ULEB128);
        for (u32 i = 0; i < 5; i++)
            put_u8(&lsda, length[i]);
        memcpy(lsda.at + lsda.count, sites.at, sites.count);
        lsda.count += sites.count;
    }
    out->lsda = lsda.at;
    out->lsda_bytes = lsda.count;
}

// --- .eh_frame --------------------------------------------------------------------------------

enum {
    PE_PCREL_SDATA4 = 0x1b,
    PE_INDIRECT_PCREL_SDATA4 = 0x9b,
};

static u32 record_end(u8 *to, Bytes *bytes) {
    while (bytes->count % 8)
        put_u8(bytes, 0); // nop
    u32 length = bytes->count - 4;
    memcpy(to, &length, 4);
    return bytes->count;
}

u32 x64_eh_cie(u8 *to, bool with_lsda, X64EhFields *fields) {
    *fields = (X64EhFields){0};
    Bytes bytes = {.at = to};
    put_u32(&bytes, 0); // length
    put_u32(&bytes, 0); // a CIE
    put_u8(&bytes, 1);  // version
    const char *augmentation = with_lsda ? "zPLR" : "zR";
    for (const char *c = augmentation; *c; c++)
        put_u8(&bytes, (u8)*c);
    put_u8(&bytes, 0);
    put_u8(&bytes, 1);    // code alignment
    put_u8(&bytes, 0x78); // data alignment -8
    put_u8(&bytes, 16);   // return address column
    if (with_lsda) {
        put_u8(&bytes, 7);
        put_u8(&bytes, PE_INDIRECT_PCREL_SDATA4);
        fields->personality = bytes.count;
        put_u32(&bytes, 0);
        put_u8(&bytes, PE_PCREL_SDATA4); // LSDAs
    } else {
        put_u8(&bytes, 1);
    }
    put_u8(&bytes, PE_PCREL_SDATA4); // functions
    put_u8(&bytes, 0x0c);            // def_cfa rsp + 8
    put_u8(&bytes, 7);
    put_u8(&bytes, 8);
    put_u8(&bytes, CFA_OFFSET | 16);
    put_u8(&bytes, 1);
    return record_end(to, &bytes);
}

u32 x64_eh_fde(u8 *to, const X64Code *code, u32 cie_distance, X64EhFields *fields) {
    *fields = (X64EhFields){0};
    Bytes bytes = {.at = to};
    put_u32(&bytes, 0);
    put_u32(&bytes, cie_distance + 4); // from this field
    fields->pc_begin = bytes.count;
    put_u32(&bytes, 0);
    put_u32(&bytes, code->text_bytes);
    if (code->lsda) {
        put_u8(&bytes, 4);
        fields->lsda = bytes.count;
        put_u32(&bytes, 0);
    } else {
        put_u8(&bytes, 0);
    }
    memcpy(bytes.at + bytes.count, code->cfi, code->cfi_bytes);
    bytes.count += code->cfi_bytes;
    return record_end(to, &bytes);
}

void x64_eh_patch(u8 *section, u32 field, const void *target) {
    i64 distance = (const u8 *)target - (section + field);
    CHECK(distance == (i32)distance);
    i32 value = (i32)distance;
    memcpy(section + field, &value, 4);
}
