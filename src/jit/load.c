#include "jit/load.h"
#include "jit/protocol.h"

void jit_loader_init(JitLoader *loader, Jit *jit, const IrSymbols *symbols, JitTargetOf *target_of,
                     void *cx) {
    *loader = (JitLoader){.jit = jit, .symbols = symbols, .target_of = target_of, .cx = cx};
    interner_init(&loader->plt_names);
    scratch_init(&loader->scratch);
}

void jit_loader_deinit(JitLoader *loader) {
    map_deinit(&loader->cells);
    interner_deinit(&loader->plt_names);
    scratch_deinit(&loader->scratch);
}

static bool no_memory(LinkError *error) {
    return link_fail(error, "the program's code or data is larger than rac can run (512 MB)");
}

static bool undefined(Str name, LinkError *error) {
    return link_fail(error, "undefined symbol `%.*s`: no loaded library has it", STR_ARG(name));
}

// --- Targets ------------------------------------------------------------------------------------

static bool cell_of_address(JitLoader *loader, u64 address, JitAddr *out, LinkError *error) {
    *out = map_get(&loader->cells, address);
    if (*out) return true;
    *out = jit_alloc_rodata(loader->jit, 8, 8);
    if (!*out) return no_memory(error);
    memcpy(jit_at(loader->jit, *out), &address, 8);
    map_set(&loader->cells, address, *out);
    return true;
}

bool jit_target_address(JitLoader *loader, const JitTarget *target, u64 *out, LinkError *error) {
    switch (target->kind) {
    case JIT_TARGET_ADDR: *out = target->value; return true;
    case JIT_TARGET_SLOT:
        while (loader->thunks.count <= target->value)
            vec_push(&loader->scratch, &loader->thunks, 0);
        loader->thunks.at[target->value] = 1;
        *out = jit_slot_thunk(target->value);
        return true;
    case JIT_TARGET_EXTERN:
        *out = jit_symbol_address(loader->jit, target->name);
        return *out != 0 || target->weak || undefined(target->name, error);
    case JIT_TARGET_TLS:
    case JIT_TARGET_TLS_EXTERN:
        return link_fail(error, "internal error: the address of a thread-local is no constant");
    }
    UNREACHABLE();
}

bool jit_loader_has_thunk(const JitLoader *loader, u32 slot) {
    return slot < loader->thunks.count && loader->thunks.at[slot];
}

// The 8-byte cell that holds the address.
static bool target_cell(JitLoader *loader, const JitTarget *target, JitAddr *out,
                        LinkError *error) {
    if (target->kind == JIT_TARGET_EXTERN) {
        *out = jit_symbol_cell(loader->jit, target->name);
        if (*out) return true;
        return target->weak ? cell_of_address(loader, 0, out, error)
                            : undefined(target->name, error);
    }
    u64 address;
    return jit_target_address(loader, target, &address, error) &&
           cell_of_address(loader, address, out, error);
}

// Something within reach of rel32 that a call may go to.
static bool target_near(JitLoader *loader, const JitTarget *target, JitAddr *out,
                        LinkError *error) {
    u64 address;
    if (!jit_target_address(loader, target, &address, error)) return false;
    if (target->kind != JIT_TARGET_EXTERN) {
        *out = (JitAddr)address;
        return true;
    }
    u32 id = intern(&loader->plt_names, target->name.at, target->name.len);
    while (loader->plts.count <= id)
        vec_push(&loader->scratch, &loader->plts, 0);
    if (loader->plts.at[id] == 0) {
        JitAddr cell;
        if (!target_cell(loader, target, &cell, error)) return false;
        JitAddr plt = jit_alloc_code(loader->jit, 8, 8);
        if (!plt) return no_memory(error);
        u8 *at = jit_at(loader->jit, plt);
        memcpy(at, (u8[]){0xff, 0x24, 0x25}, 3); // jmp [disp32]
        memcpy(at + 3, &cell, 4);
        at[7] = 0xcc;
        loader->plts.at[id] = plt;
    }
    *out = loader->plts.at[id];
    return true;
}

static bool target_tls_pair(JitLoader *loader, const JitTarget *target, JitAddr *out,
                            LinkError *error) {
    if (target->kind == JIT_TARGET_TLS) {
        *out = target->value;
        return true;
    }
    CHECK(target->kind == JIT_TARGET_TLS_EXTERN);
    *out = jit_tls_symbol(loader->jit, target->name);
    return *out != 0 || undefined(target->name, error);
}

// --- Functions ----------------------------------------------------------------------------------

static bool target_of(JitLoader *loader, u32 sym, JitTarget *out, LinkError *error) {
    if (sym >= IR_KNOWN_COUNT) return loader->target_of(loader->cx, (IrSym){sym}, out, error);
    *out = (JitTarget){.kind = JIT_TARGET_EXTERN,
                       .name = ir_symbol_name(loader->symbols, (IrSym){sym})};
    return true;
}

// Whether the field belongs to `call/jmp rel32` or `call/jmp [rip + disp32]`; elsewhere the address
// is taken, and a function must have one address however it is taken.
static bool is_call(const u8 *bytes, u32 field) {
    u8 last = field >= 1 ? bytes[field - 1] : 0;
    if (last == 0xe8 || last == 0xe9) return true;
    return field >= 2 && bytes[field - 2] == 0xff && (last == 0x15 || last == 0x25);
}

static bool relocate(JitLoader *loader, const X64Code *code, u8 *bytes, JitAddr at,
                     LinkError *error) {
    // Offset of the call field of a sequence for one of the program's own thread-locals.
    u32 tls_call = UINT32_MAX;
    for (u32 i = 0; i < code->reloc_count; i++) {
        const X64Reloc *reloc = &code->relocs[i];
        JitTarget target;
        JitAddr to = 0;
        if (!target_of(loader, reloc->sym, &target, error)) return false;
        switch ((X64RelocKind)reloc->kind) {
        case X64_RELOC_PC32:
        case X64_RELOC_PLT32:
            if (reloc->offset == tls_call) {
                // The same sequence calls the host's function in place of __tls_get_addr.
                target = (JitTarget){.kind = JIT_TARGET_EXTERN, .name = STR("host_tls_get")};
            }
            if (target.kind == JIT_TARGET_SLOT && target.code && is_call(bytes, reloc->offset))
                to = target.code;
            else if (!target_near(loader, &target, &to, error))
                return false;
            break;
        case X64_RELOC_GOTPCREL:
            if (!target_cell(loader, &target, &to, error)) return false;
            break;
        case X64_RELOC_SLOT:
            if (target.kind == JIT_TARGET_SLOT && is_call(bytes, reloc->offset)) {
                to = jit_slot_addr(target.value);
                if (loader->calls_directly)
                    vec_push(&loader->scratch, &loader->sites,
                             (JitCallSite){target.value, at + reloc->offset});
            } else if (!target_cell(loader, &target, &to, error))
                return false;
            break;
        case X64_RELOC_TLSGD:
            if (!target_tls_pair(loader, &target, &to, error)) return false;
            if (target.kind == JIT_TARGET_TLS) tls_call = reloc->offset + 8;
            break;
        }
        u32 value = to + (u32)reloc->addend - (at + reloc->offset);
        memcpy(bytes + reloc->offset, &value, 4);
    }
    return true;
}

static void patch_pcrel(Jit *jit, JitAddr section, u32 field, JitAddr target) {
    u32 value = target - (section + field);
    memcpy((u8 *)jit_at(jit, section) + field, &value, 4);
}

static bool place_cie(JitLoader *loader, bool with_lsda, LinkError *error) {
    u8 bytes[128];
    X64EhFields fields = {0};
    u32 len = x64_eh_cie(bytes, with_lsda, &fields);
    JitAddr at = jit_alloc_rodata(loader->jit, len, 8);
    if (!at) return no_memory(error);
    memcpy(jit_at(loader->jit, at), bytes, len);
    if (fields.personality) {
        if (!loader->personality)
            loader->personality = jit_symbol_cell(loader->jit, STR("rust_eh_personality"));
        if (!loader->personality) return undefined(STR("rust_eh_personality"), error);
        patch_pcrel(loader->jit, at, fields.personality, loader->personality);
    }
    loader->cie[with_lsda] = at;
    return true;
}

static bool place_unwind(JitLoader *loader, const X64Code *code, JitPlaced *placed,
                         LinkError *error) {
    bool with_lsda = code->lsda != NULL;
    if (!loader->cie[with_lsda] && !place_cie(loader, with_lsda, error)) return false;
    u32 fde_room = 64 + (u32)align_up(code->cfi_bytes, 8);
    u32 lsda_room = with_lsda ? (u32)align_up(code->lsda_bytes, 8) : 0;
    JitAddr fde = jit_alloc_rodata(loader->jit, fde_room + lsda_room, 8);
    if (!fde) return no_memory(error);
    placed->unwind = fde;
    placed->unwind_bytes = fde_room + lsda_room;
    X64EhFields fields = {0};
    u8 *to = jit_at(loader->jit, fde);
    u32 bytes = x64_eh_fde(to, code, fde - loader->cie[with_lsda], &fields);
    CHECK(bytes <= fde_room);
    patch_pcrel(loader->jit, fde, fields.pc_begin, placed->code);
    if (with_lsda) {
        JitAddr lsda = fde + fde_room;
        memcpy(jit_at(loader->jit, lsda), code->lsda, code->lsda_bytes);
        patch_pcrel(loader->jit, fde, fields.lsda, lsda);
    }
    return jit_register_frames(loader->jit, fde, bytes, error);
}

bool jit_load_fn(JitLoader *loader, const X64Code *code, JitPlaced *out, LinkError *error) {
    u32 room = (u32)align_up(code->code_bytes, 16);
    JitPlaced placed = {.code = jit_alloc_code(loader->jit, room, 16), .code_bytes = room};
    if (!placed.code) return no_memory(error);
    u8 *bytes = jit_at(loader->jit, placed.code);
    memcpy(bytes, code->code, code->code_bytes);
    if (!relocate(loader, code, bytes, placed.code, error) ||
        !place_unwind(loader, code, &placed, error)) {
        jit_unload_fn(loader->jit, &placed);
        return false;
    }
    *out = placed;
    return true;
}

// `call [rip + disp32]` is as long as `call rel32` with a prefix that says nothing.
static void make_direct(Jit *jit, JitAddr field, JitAddr code) {
    u8 *at = jit_at(jit, field - 2);
    if (at[0] != 0xff || at[1] != 0x15) return; // a jump
    u32 value = code - (field + 4);
    memcpy(at, (u8[]){0x67, 0xe8}, 2);
    memcpy(at + 2, &value, 4);
}

void jit_loader_call_directly(JitLoader *loader, JitCodeOf *code_of, void *cx) {
    for (u32 i = 0; i < loader->sites.count; i++) {
        JitAddr code = code_of(cx, loader->sites.at[i].slot);
        if (!code) continue;
        make_direct(loader->jit, loader->sites.at[i].field, code);
        loader->sites.at[i--] = vec_pop(&loader->sites);
    }
}

void jit_unload_fn(Jit *jit, const JitPlaced *placed) {
    jit_free_code(jit, placed->code, placed->code_bytes);
    if (placed->unwind) jit_free_rodata(jit, placed->unwind, placed->unwind_bytes);
}

// --- Data ---------------------------------------------------------------------------------------

bool jit_relocate_bytes(JitLoader *loader, u8 *bytes, const JitDataReloc *relocs, u32 count,
                        LinkError *error) {
    for (u32 i = 0; i < count; i++) {
        u64 address, addend;
        if (!jit_target_address(loader, &relocs[i].target, &address, error)) return false;
        memcpy(&addend, bytes + relocs[i].offset, 8);
        address += addend;
        memcpy(bytes + relocs[i].offset, &address, 8);
    }
    return true;
}

bool jit_load_rodata(JitLoader *loader, const u8 *bytes, u64 len, u32 align,
                     const JitDataReloc *relocs, u32 count, JitAddr *out, LinkError *error) {
    JitAddr at = jit_alloc_rodata(loader->jit, len, align);
    if (!at) return no_memory(error);
    u8 *to = jit_at(loader->jit, at);
    if (len) memcpy(to, bytes, len);
    if (!jit_relocate_bytes(loader, to, relocs, count, error)) return false;
    *out = at;
    return true;
}
