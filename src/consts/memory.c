// The machine's memory: allocations at virtual addresses, and their way into interned ConstAllocs.

#include "consts/consts_internal.h"

#include <stdarg.h>
#include <stdio.h>

// ---- failure
// --------------------------------------------------------------------------------------

// Where an error is shown: the innermost frame whose function does not ask for its caller's place.
static const Frame *visible_frame(const Machine *m) {
    const Frame *f = m->frame;
    while (f && f->track_caller && f->parent)
        f = f->parent;
    return f;
}

enum { NOTE_FRAMES = 8 };

void ce_fail(Machine *m, const char *format, ...) {
    if (m->failed) return;
    m->failed = true;
    char text[1024];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    u32 n = len < 0 ? 0 : min_u32((u32)len, sizeof text - 1);
    m->message = scratch_str(m->work, (Str){text, n});
    const Frame *f = visible_frame(m);
    if (!f) return;
    m->fail_inner = (FailFrame){f->def, f->lo, f->hi};
    const Frame *inner[NOTE_FRAMES];
    u32 count = 0;
    while (f->parent) {
        if (count < NOTE_FRAMES && (!count || !def_eq(inner[count - 1]->def, f->def)))
            inner[count++] = f; // recursion, once
        f = f->parent;
    }
    m->fail_root = (FailFrame){f->def, f->lo, f->hi};
    VEC(char) notes = {0};
    for (u32 i = count; i-- > 0;) {
        Str path = ce_path(m, inner[i]->def), list = args_print(m->db, inner[i]->args, m->work);
        if (notes.count) vec_append(m->work, &notes, ", which calls ", 14);
        vec_push(m->work, &notes, '`');
        vec_append(m->work, &notes, path.at, path.len);
        vec_append(m->work, &notes, list.at, list.len);
        vec_push(m->work, &notes, '`');
    }
    m->notes = (Str){notes.at, notes.count};
}

Str ce_path(Machine *m, DefId def) {
    Str path = def_path_str(m->db, def, m->work);
    if (!crate_row(m->db, def_crate(m->db, def))->is_local) return path;
    for (u32 i = 0; i + 2 < path.len; i++)
        if (path.at[i] == ':') return (Str){path.at + i + 2, path.len - i - 2};
    return path;
}

void ce_fail_generic(Machine *m) {
    if (m->failed) return;
    m->failed = m->too_generic = true;
}

void ce_fail_quiet(Machine *m) {
    if (m->failed) return;
    m->failed = m->is_quiet = true;
}

// ---- making memory
// --------------------------------------------------------------------------------

u32 mem_new_local(Machine *m, u64 size, u32 align) {
    Mem mem = {.kind = MEM_LOCAL, .size = size, .align = align};
    m->memory_bytes += size;
    m->steps += size / STEP_BYTES;
    if (size >= MEMORY_BYTES_MAX || m->memory_bytes > MEMORY_BYTES_MAX) {
        ce_fail(m, "constant evaluation needs more memory than the limit of 1 GiB");
        mem.size = size = 0;
    }
    if (size) {
        mem.bytes = scratch_take(&m->store->stack, align_up(size, 8), 16);
        mem.mask = scratch_take(&m->store->stack, align_up(size, 8), 8);
    }
    vec_push(m->work, &m->stack, mem);
    return m->stack.count - 1;
}

static u32 new_global(Machine *m, Mem mem, u64 key) {
    vec_push(m->work, &m->globals, mem);
    map_set(&m->global_of, key, m->globals.count);
    return m->globals.count - 1;
}

u32 mem_global(Machine *m, MemKind kind, u32 target) {
    u64 key = pack_u64((u32)kind, target);
    u32 known = map_get(&m->global_of, key);
    if (known) return known - 1;
    Mem mem = {.kind = (u8)kind, .target = target, .is_read_only = true, .align = 1};
    if (kind == MEM_ALLOC) {
        const ConstAlloc *alloc = const_alloc(m->db, (AllocId){target});
        mem.size = alloc->size;
        mem.align = alloc->align;
    }
    return new_global(m, mem, key);
}

Scal mem_global_ptr(Machine *m, MemKind kind, u32 target) {
    return scal_ptr(mem_addr(ADDR_GLOBAL, mem_global(m, kind, target)));
}

Scal mem_vtable_ptr(Machine *m, Ty ty, Ty dyn) {
    u32 words[2] = {ty.id, dyn.id};
    u32 id = types_key(m->db, words, 2);
    u64 key = pack_u64(MEM_VTABLE, id);
    u32 known = map_get(&m->global_of, key);
    Mem mem = {
        .kind = MEM_VTABLE, .target = id, .ty = ty, .dyn = dyn, .is_read_only = true, .align = 8};
    u32 index = known ? known - 1 : new_global(m, mem, key);
    return scal_ptr(mem_addr(ADDR_GLOBAL, index));
}

Mem *mem_find(Machine *m, u64 addr) {
    u32 space = (u32)(addr >> 60), index = (u32)(addr >> 32) & 0xfffffff;
    if (space == ADDR_STACK) return index < m->stack.count ? &m->stack.at[index] : NULL;
    if (space == ADDR_GLOBAL) return index < m->globals.count ? &m->globals.at[index] : NULL;
    return NULL;
}

// ---- loading globals
// ------------------------------------------------------------------------------

static Scal reloc_ptr(Machine *m, const ConstReloc *reloc) {
    switch ((RelocKind)reloc->kind) {
    case RELOC_ALLOC: return mem_global_ptr(m, MEM_ALLOC, reloc->target);
    case RELOC_FN: return mem_global_ptr(m, MEM_FN, reloc->target);
    case RELOC_STATIC: return mem_global_ptr(m, MEM_STATIC, reloc->target);
    case RELOC_VTABLE: return mem_vtable_ptr(m, reloc->ty, reloc->dyn);
    }
    UNREACHABLE();
}

static void load_global(Machine *m, u32 index, const ConstAlloc *alloc) {
    u8 *bytes = (u8 *)(uintptr_t)LIST_AT(alloc, u8, alloc->bytes), *mask = NULL; // read only
    u32 count = alloc->relocs.count;
    if (count) {
        m->memory_bytes += alloc->size;
        bytes = scratch_take(m->work, align_up(alloc->size, 8), 16);
        mask = scratch_take(m->work, align_up(alloc->size, 8), 8);
        memcpy(bytes, LIST_AT(alloc, u8, alloc->bytes), alloc->size);
        memset(mask, MASK_PLAIN, alloc->size);
        const ConstReloc *relocs = LIST_AT(alloc, ConstReloc, alloc->relocs);
        for (u32 i = 0; i < count; i++) {
            u64 addend;
            memcpy(&addend, bytes + relocs[i].offset, 8);
            Scal ptr = reloc_ptr(m, &relocs[i]);
            ptr.bits = (u64)ptr.bits + addend;
            scal_store(bytes + relocs[i].offset, mask + relocs[i].offset, 8, ptr);
        }
    }
    Mem *mem = &m->globals.at[index];
    mem->bytes = bytes;
    mem->mask = mask;
    mem->size = alloc->size;
    mem->align = alloc->align;
    mem->is_loaded = true;
}

static bool load_static(Machine *m, u32 index) {
    DefId def = {m->globals.at[index].target};
    if (def_eq(def, m->item)) {
        ce_fail(m, "encountered static that tried to initialize itself with itself");
        return false;
    }
    DefId parent = def_row(m->db, def)->parent;
    Str path = ce_path(m, def);
    if (parent.id && def_kind(m->db, parent) == DEF_FOREIGN_MOD) {
        ce_fail(m, "cannot access extern static `%.*s`", STR_ARG(path));
        return false;
    }
    const ConstAlloc *alloc = static_initializer(m->db, def);
    if (alloc->is_failed) {
        ce_fail_quiet(m);
        return false;
    }
    if (alloc->is_mut && def_kind(m->db, m->item) != DEF_STATIC) {
        ce_fail(m, "constant accesses mutable global memory");
        return false;
    }
    load_global(m, index, alloc);
    return true;
}

static bool load(Machine *m, u64 addr) {
    u32 index = (u32)(addr >> 32) & 0xfffffff;
    switch ((MemKind)m->globals.at[index].kind) {
    case MEM_ALLOC:
        load_global(m, index, const_alloc(m->db, (AllocId){m->globals.at[index].target}));
        return true;
    case MEM_STATIC: return load_static(m, index);
    case MEM_FN: ce_fail(m, "memory access failed: a function is read as data"); return false;
    case MEM_VTABLE: ce_fail(m, "memory access failed: a vtable is read as data"); return false;
    case MEM_LOCAL: return true;
    }
    UNREACHABLE();
}

// ---- access
// ---------------------------------------------------------------------------------------

u8 *mem_range(Machine *m, u64 addr, u64 size, bool write, u8 **mask) {
    static const u8 nothing[8];
    *mask = NULL;
    if (size == 0) return (u8 *)(uintptr_t)nothing; // never written
    Mem *mem = mem_find(m, addr);
    if (!mem) {
        if (addr == 0)
            ce_fail(m,
                    "memory access failed: attempting to access %llu bytes, but got null pointer",
                    (unsigned long long)size);
        else
            ce_fail(m,
                    "memory access failed: attempting to access %llu bytes, but got "
                    "0x%llx[noalloc] which is a dangling pointer (it has no provenance)",
                    (unsigned long long)size, (unsigned long long)addr);
        return NULL;
    }
    if (mem->kind != MEM_LOCAL && !mem->is_loaded) {
        if (!load(m, addr)) return NULL;
        mem = mem_find(m, addr);
    }
    if (mem->is_dead) {
        ce_fail(m,
                "memory access failed: the allocation has been freed, so this pointer is dangling");
        return NULL;
    }
    u64 offset = addr & 0xffffffff;
    if (offset > mem->size || size > mem->size - offset) {
        ce_fail(m,
                "memory access failed: attempting to access %llu bytes at offset %llu of an "
                "allocation of %llu bytes",
                (unsigned long long)size, (unsigned long long)offset,
                (unsigned long long)mem->size);
        return NULL;
    }
    if (write && mem->is_read_only) {
        ce_fail(m, "writing to read-only memory");
        return NULL;
    }
    if (mem->mask) *mask = mem->mask + offset;
    return mem->bytes + offset;
}

// A value of `size` bytes. *clean is false when it is not one whole number or pointer.
Scal scal_load(Machine *m, const u8 *bytes, const u8 *mask, u32 size, bool *clean) {
    (void)m;
    u64 words[2] = {0, 0};
    memcpy(words, bytes, size);
    Scal s = scal_int((u128)words[1] << 64 | words[0]);
    *clean = true;
    if (!mask) return s;
    if (size == 8 && mask[0] == MASK_PTR) {
        s.is_ptr = true;
        for (u32 i = 1; i < 8; i++)
            *clean &= mask[i] == MASK_PTR + i;
        return s;
    }
    for (u32 i = 0; i < size; i++)
        *clean &= mask[i] == MASK_PLAIN;
    return s;
}

void scal_store(u8 *bytes, u8 *mask, u32 size, Scal s) {
    u64 words[2] = {(u64)s.bits, (u64)(s.bits >> 64)};
    memcpy(bytes, words, size);
    if (!s.is_ptr || size != 8) {
        memset(mask, MASK_PLAIN, size);
        return;
    }
    for (u32 i = 0; i < 8; i++)
        mask[i] = (u8)(MASK_PTR + i);
}

void mem_copy(Machine *m, u64 to, u64 from, u64 size) {
    if (size == 0 || m->failed) return;
    m->steps += size / STEP_BYTES;
    u8 *from_mask, *to_mask;
    const u8 *source = mem_range(m, from, size, false, &from_mask);
    if (!source) return;
    u8 *target = mem_range(m, to, size, true, &to_mask);
    if (!target) return;
    source =
        mem_range(m, from, size, false,
                  &from_mask); // making the target's may have moved nothing, but asks once more
    memmove(target, source, size);
    if (from_mask)
        memmove(to_mask, from_mask, size);
    else
        memset(to_mask, MASK_PLAIN, size);
}

// ---- interning
// ------------------------------------------------------------------------------------

static AllocId intern_blob(Db *db, ConstAlloc head, const u8 *bytes, const ConstReloc *relocs,
                           u32 reloc_count) {
    Scratch *s = &db->scratch;
    u64 mark = scratch_mark(s);
    Blob blob;
    blob_begin(&blob, s, sizeof(ConstAlloc));
    head.bytes = blob_add(&blob, bytes, head.size, 1);
    head.relocs = blob_add(&blob, relocs, reloc_count, sizeof(ConstReloc));
    ConstAlloc *out = blob_header(&blob); // field by field: the padding stays zero
    out->size = head.size;
    out->align = head.align;
    out->is_mut = head.is_mut;
    out->is_failed = head.is_failed;
    out->is_thread_local = head.is_thread_local;
    out->unique = head.unique;
    out->bytes = head.bytes;
    out->relocs = head.relocs;
    out->ty = head.ty;
    AllocId id = {intern(&db->consts->allocs, blob.at, blob.bytes)};
    scratch_rewind(s, mark);
    return id;
}

AllocId alloc_intern_bytes(Db *db, const u8 *bytes, u32 size, u32 align) {
    return intern_blob(db, (ConstAlloc){.size = size, .align = align}, bytes, NULL, 0);
}

u64 ce_intern_bytes_ptr(Machine *m, Str bytes, bool zero_after) {
    AllocId id;
    if (!zero_after) {
        id = alloc_intern_bytes(m->db, (const u8 *)bytes.at, bytes.len, 1);
    } else {
        u8 *copy = scratch_take(m->work, (u64)bytes.len + 1, 1);
        memcpy(copy, bytes.at, bytes.len);
        id = alloc_intern_bytes(m->db, copy, bytes.len + 1, 1);
    }
    return (u64)mem_global_ptr(m, MEM_ALLOC, id.id).bits;
}

// What a pointer in a final value refers to. False: nothing that may stay.
static bool final_target(Machine *m, u64 addr, ConstReloc *reloc, bool *is_number) {
    Mem *mem = mem_find(m, addr);
    *is_number = false;
    if (!mem) {
        ce_fail(m, "encountered a dangling pointer in final value of a constant");
        return false;
    }
    switch ((MemKind)mem->kind) {
    case MEM_LOCAL:
        if (mem->is_dead) {
            ce_fail(m, "encountered a dangling pointer in final value of a constant");
            return false;
        }
        if (mem->size == 0) { // nothing to point at: any aligned address does
            *is_number = true;
            return true;
        }
        reloc->kind = RELOC_ALLOC;
        reloc->target = alloc_intern_mem(m, mem, (Ty){0}, m->nested_mut).id;
        return !m->failed;
    case MEM_ALLOC:
        reloc->kind = RELOC_ALLOC;
        reloc->target = mem->target;
        return true;
    case MEM_STATIC:
        reloc->kind = RELOC_STATIC;
        reloc->target = mem->target;
        return true;
    case MEM_FN:
        reloc->kind = RELOC_FN;
        reloc->target = mem->target;
        return true;
    case MEM_VTABLE:
        reloc->kind = RELOC_VTABLE;
        reloc->ty = mem->ty;
        reloc->dyn = mem->dyn;
        return true;
    }
    UNREACHABLE();
}

AllocId alloc_intern_mem(Machine *m, Mem *mem, Ty ty, bool is_mut) {
    if (mem->interned && !ty.id) return (AllocId){mem->interned};
    if (mem->is_interning) {
        ce_fail(m, "a constant that points to itself");
        return (AllocId){0};
    }
    mem->is_interning = true; // no Mem is made from here on: the pointer holds
    u32 size = (u32)mem->size;
    u8 *bytes = scratch_take(m->work, align_up((u64)size + 1, 8), 8);
    VEC(ConstReloc) relocs = {0};
    for (u32 i = 0; i < size && !m->failed;) {
        u8 mask = mem->mask ? mem->mask[i] : MASK_PLAIN;
        if (mask < MASK_PTR) {
            bytes[i] = mask == MASK_PLAIN ? mem->bytes[i] : 0;
            i++;
            continue;
        }
        bool clean = false;
        if (mask == MASK_PTR && size - i >= 8) {
            Scal s = scal_load(m, mem->bytes + i, mem->mask + i, 8, &clean);
            ConstReloc reloc;
            memset(&reloc, 0, sizeof reloc);
            reloc.offset = i;
            bool is_number;
            if (clean && final_target(m, (u64)s.bits, &reloc, &is_number)) {
                u64 addend = (u64)s.bits & 0xffffffff;
                if (is_number)
                    addend += mem_find(m, (u64)s.bits)->align;
                else
                    vec_push(m->work, &relocs, reloc);
                memcpy(bytes + i, &addend, 8);
            }
        }
        if (!clean) ce_fail(m, "a constant's value holds a part of a pointer");
        i += 8;
    }
    mem->is_interning = false;
    if (m->failed) return (AllocId){0};
    ConstAlloc head = {.size = size, .align = max_u32(mem->align, 1), .ty = ty, .is_mut = is_mut};
    if (is_mut && !ty.id) head.unique = ++m->store->unique;
    AllocId id = intern_blob(m->db, head, bytes, relocs.at, relocs.count);
    if (!ty.id) mem->interned = id.id;
    return id;
}
