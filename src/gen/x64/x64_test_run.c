#include "gen/x64/x64_test_run.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { IMAGE_BYTES = 1 << 24, CELLS_MAX = 1 << 12, EH_BYTES = 1 << 20 };

extern void __register_frame(void *);
extern void __deregister_frame(void *);

void test_image_init(TestImage *image, IrSymbols *symbols) {
    *image = (TestImage){.bytes = IMAGE_BYTES, .symbols = symbols};
    image->mem = mmap(NULL, IMAGE_BYTES, PROT_READ | PROT_WRITE | PROT_EXEC,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(image->mem != MAP_FAILED);
    // Cells, then unwind tables, then code: all within reach of each other.
    image->cells = (const void **)image->mem;
    image->eh = image->mem + CELLS_MAX * 8;
    image->used = CELLS_MAX * 8 + EH_BYTES;
}

void test_image_deinit(TestImage *image) {
    munmap(image->mem, image->bytes);
}

void test_image_symbol(TestImage *image, const char *name, const void *address) {
    CHECK(image->sym_count < ARRAY_LEN(image->syms));
    image->syms[image->sym_count++] = (TestSym){name, address};
}

static const void *find(TestImage *image, u32 sym) {
    Str name = ir_symbol_name(image->symbols, (IrSym){sym});
    for (u32 i = image->sym_count; i-- > 0;) {
        if (str_eq(str_from(image->syms[i].name), name)) return image->syms[i].address;
    }
    char text[256];
    CHECK(name.len < sizeof text);
    memcpy(text, name.at, name.len);
    text[name.len] = 0;
    const void *address = dlsym(RTLD_DEFAULT, text);
    if (!address) fprintf(stderr, "no symbol %s\n", text);
    CHECK(address != NULL);
    return address;
}

static const void *cell(TestImage *image, const void *address) {
    CHECK(image->cell_count < CELLS_MAX);
    image->cells[image->cell_count] = address;
    return &image->cells[image->cell_count++];
}

void *test_image_add(TestImage *image, const IrFn *fn, Scratch *scratch) {
    X64Code code;
    Str why;
    if (!ir_verify(fn, scratch, &why) || !x64_gen(fn, scratch, &code, &why)) {
        fprintf(stderr, "%.*s\n", STR_ARG(why));
        abort();
    }
    image->used = (u32)align_up(image->used, 16);
    u8 *at = image->mem + image->used;
    CHECK(image->used + code.code_bytes + code.lsda_bytes + 64 < image->bytes);
    memcpy(at, code.code, code.code_bytes);
    image->used += code.code_bytes;
    test_image_symbol(image, scratch_print(scratch, "%.*s", STR_ARG(fn->name)).at, at);
    for (u32 i = 0; i < code.reloc_count; i++) {
        X64Reloc reloc = code.relocs[i];
        const u8 *target = find(image, reloc.sym);
        if (reloc.kind == X64_RELOC_GOTPCREL || reloc.kind == X64_RELOC_SLOT) {
            target = cell(image, target);
        }
        i64 distance = target + reloc.addend - (at + reloc.offset);
        if (distance != (i32)distance) {
            // Out of reach: through a stub, jmp [rip].
            CHECK(reloc.kind == X64_RELOC_PLT32);
            u8 *stub = image->mem + image->used;
            image->used += 16;
            static const u8 jump[6] = {0xff, 0x25, 0, 0, 0, 0};
            memcpy(stub, jump, 6);
            memcpy(stub + 6, &target, 8);
            distance = stub + reloc.addend - (at + reloc.offset);
        }
        i32 field = (i32)distance;
        memcpy(at + reloc.offset, &field, 4);
    }
    if (image->no_unwind) return at;
    u8 *lsda = image->mem + align_up(image->used, 8);
    if (code.lsda) {
        memcpy(lsda, code.lsda, code.lsda_bytes);
        image->used = (u32)(lsda + code.lsda_bytes - image->mem);
    }
    u8 *eh = image->eh + image->eh_used;
    X64EhFields fields;
    u32 cie_bytes = x64_eh_cie(eh, code.lsda != NULL, &fields);
    if (fields.personality) {
        x64_eh_patch(eh, fields.personality,
                     cell(image, find(image, IR_KNOWN_rust_eh_personality)));
    }
    u32 fde_bytes = x64_eh_fde(eh + cie_bytes, &code, cie_bytes, &fields);
    x64_eh_patch(eh + cie_bytes, fields.pc_begin, at);
    if (fields.lsda) x64_eh_patch(eh + cie_bytes, fields.lsda, lsda);
    memset(eh + cie_bytes + fde_bytes, 0, 4);
    __register_frame(eh);
    image->eh_used += cie_bytes + fde_bytes + 8;
    CHECK(image->eh_used < EH_BYTES);
    return at;
}
