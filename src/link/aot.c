// The link command is rustc's own (rustc --print link-args), with the objects in front.
#define _GNU_SOURCE
#include "link/aot.h"
#include "link/elf_read.h"
#include "link/files.h"

#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

// --- Functions every program gets ---------------------------------------------------------------

static ObjSym define_code(ObjFile *obj, Str name, const u8 *code, u32 bytes, u64 *at) {
    *at = obj_append(obj, OBJ_TEXT, code, bytes, 16);
    ObjSym sym = obj_symbol(obj, name);
    obj_define(obj, sym, OBJ_TEXT, *at, bytes, OBJ_GLOBAL, OBJ_FUNC, 0);
    return sym;
}

void aot_add_main(ObjFile *obj, Str entry_symbol) {
    static const u8 code[] = {
        0x50,                   // push rax            (aligns the stack)
        0x48, 0x63, 0xff,       // movsxd rdi, edi
        0xe8, 0,    0,    0, 0, // call entry
        0x59,                   // pop rcx
        0xc3,                   // ret
    };
    u64 at;
    define_code(obj, STR("main"), code, sizeof code, &at);
    obj_reloc(obj, OBJ_TEXT, at + 5, R_X86_64_PLT32, obj_symbol(obj, entry_symbol), -4);

    // Backtraces walk through main: CIE and FDE with the one push.
    static const u8 cie[] = {
        20,   0,    0,  0, 0, 0, 0, 0, 1, 'z', 'R', 0, // length, id, version, augmentation
        1,    0x78, 16,                                // code 1, data -8, return address 16
        1,    0x1b,                                    // pcrel | sdata4
        0x0c, 7,    8,                                 // def_cfa rsp + 8
        0x90, 1,                                       // rip at cfa - 8
        0,    0,
    };
    static const u8 fde[] = {
        20,   0,    0,  0, 28, 0, 0, 0, 0, 0, 0, 0, sizeof code, 0, 0, 0,
        0,                 // no augmentation
        0x41, 0x0e, 16,    // after 1 byte: cfa at rsp + 16
        0x49, 0x0e, 8,  0, // after 9 more: rsp + 8
    };
    u64 cie_at = obj_append(obj, OBJ_EH_FRAME, cie, sizeof cie, 8);
    u64 fde_at = obj_append(obj, OBJ_EH_FRAME, fde, sizeof fde, 1);
    u32 back = (u32)(fde_at + 4 - cie_at);
    memcpy(obj_bytes(obj, OBJ_EH_FRAME, fde_at + 4), &back, 4);
    obj_reloc(obj, OBJ_EH_FRAME, fde_at + 8, R_X86_64_PC32, obj_symbol(obj, STR("main")), 0);
}

static const struct {
    const char *name, *std_name, *user_name;
} allocator_functions[] = {
    {"__rust_alloc", "__rdl_alloc", "__rg_alloc"},
    {"__rust_dealloc", "__rdl_dealloc", "__rg_dealloc"},
    {"__rust_realloc", "__rdl_realloc", "__rg_realloc"},
    {"__rust_alloc_zeroed", "__rdl_alloc_zeroed", "__rg_alloc_zeroed"},
};
#define NO_ALLOC_SHIM "__rust_no_alloc_shim_is_unstable_v2"

// _RNvC s <id> _ 7___rustc <len> _ <name>
static Str rustc_symbol(Scratch *scratch, Str id, const char *name) {
    return scratch_print(scratch, "_RNvCs%.*s_7___rustc%zu_%s", STR_ARG(id), strlen(name), name);
}

static void add_jumps(ObjFile *obj, Str rustc_id, const ObjSym to[4]) {
    u64 at;
    for (u32 i = 0; i < ARRAY_LEN(allocator_functions); i++) {
        static const u8 jump[] = {0xe9, 0, 0, 0, 0}; // jmp rel32
        define_code(obj, rustc_symbol(obj->scratch, rustc_id, allocator_functions[i].name), jump,
                    sizeof jump, &at);
        obj_reloc(obj, OBJ_TEXT, at + 1, R_X86_64_PLT32, to[i], -4);
    }
    static const u8 ret[] = {0xc3};
    define_code(obj, rustc_symbol(obj->scratch, rustc_id, NO_ALLOC_SHIM), ret, sizeof ret, &at);
}

void aot_add_allocator_shim(ObjFile *obj, Str rustc_id, bool user_allocator) {
    ObjSym to[ARRAY_LEN(allocator_functions)];
    for (u32 i = 0; i < ARRAY_LEN(allocator_functions); i++)
        to[i] = obj_symbol(obj, rustc_symbol(obj->scratch, rustc_id,
                                             user_allocator ? allocator_functions[i].user_name
                                                            : allocator_functions[i].std_name));
    add_jumps(obj, rustc_id, to);
}

void aot_add_allocator_table(ObjFile *obj, Str rustc_id) {
    u64 at;
    u64 table = obj_append(obj, OBJ_DATA, NULL, 5 * 8, 16);
    ObjSym table_sym = obj_symbol(obj, STR("rac_allocator"));
    obj_define(obj, table_sym, OBJ_DATA, table, 5 * 8, OBJ_GLOBAL, OBJ_OBJECT, 0);
    ObjSym table_local = obj_local(obj, OBJ_DATA, table, 5 * 8, OBJ_OBJECT);
    u32 count = (u32)ARRAY_LEN(allocator_functions);
    for (u32 i = 0; i <= count; i++) {
        static const u8 jump[] = {0xff, 0x25, 0, 0, 0, 0}; // jmp [rip + disp32]
        const char *name = i < count ? allocator_functions[i].name : NO_ALLOC_SHIM;
        define_code(obj, rustc_symbol(obj->scratch, rustc_id, name), jump, sizeof jump, &at);
        obj_reloc(obj, OBJ_TEXT, at + 2, R_X86_64_PC32, table_local, (i64)(8 * i) - 4);
        if (i < count)
            obj_reloc(obj, OBJ_DATA, table + 8 * i, R_X86_64_64,
                      obj_symbol(obj, rustc_symbol(obj->scratch, rustc_id,
                                                   allocator_functions[i].std_name)),
                      0);
    }
    static const u8 ret[] = {0xc3};
    u64 ret_at = obj_append(obj, OBJ_TEXT, ret, 1, 16);
    obj_reloc(obj, OBJ_DATA, table + 8 * count, R_X86_64_64,
              obj_local(obj, OBJ_TEXT, ret_at, 1, OBJ_FUNC), 0);
}

// --- Linking ------------------------------------------------------------------------------------

static bool on_path(const char *name) {
    const char *path = getenv("PATH");
    char file[PATH_MAX];
    while (path && *path) {
        size_t len = strcspn(path, ":");
        snprintf(file, sizeof file, "%.*s/%s", (int)len, path, name);
        if (len && access(file, X_OK) == 0) return true;
        path += len + (path[len] == ':');
    }
    return false;
}

// The disambiguator of `__rustc`, read from what the precompiled alloc asks for.
static Str find_rustc_id(Scratch *memory, const Toolchain *tc) {
    LinkError ignored;
    for (u32 i = 0; i < tc->rlib_count; i++) {
        MappedFile file;
        Archive archive;
        ArchiveMember member;
        Str id = {"", 0};
        if (!mapped_file_open(&file, tc->rlibs[i].at, &ignored)) continue;
        if (archive_open(&archive, file.at, file.bytes)) {
            while (!id.len && archive_next(&archive, &member)) {
                ElfObject object;
                ElfSymbol symbol;
                if (!elf_object_open(&object, member.at, member.bytes)) continue;
                for (u32 j = 1; j < object.symbol_count && !id.len; j++) {
                    if (!elf_object_symbol(&object, j, &symbol) || symbol.name.len < 12 ||
                        memcmp(symbol.name.at, "_RNvCs", 6) != 0)
                        continue;
                    const char *end = memchr(symbol.name.at + 6, '_', symbol.name.len - 6);
                    u64 rest = end ? symbol.name.len - (u64)(end - symbol.name.at) : 0;
                    if (rest > 10 && memcmp(end, "_7___rustc", 10) == 0)
                        id = scratch_str(
                            memory, (Str){symbol.name.at + 6, (u32)(end - symbol.name.at) - 6});
                }
            }
        }
        mapped_file_close(&file);
        if (id.len) return id;
    }
    return (Str){"", 0};
}

bool aot_add_allocator_jumps(ObjFile *obj, const Toolchain *toolchain, const ObjSym to[4],
                             LinkError *error) {
    Str id = find_rustc_id(obj->scratch, toolchain);
    if (!id.len) return link_fail(error, "the rlibs of this toolchain name no allocator");
    add_jumps(obj, id, to);
    return true;
}

// The last part of what cc said: its errors come at the end of long command echoes.
static Str tail(Str text, u32 max) {
    return text.len <= max ? text : (Str){text.at + text.len - max, max};
}

static bool defines_allocator(const AotOptions *options, Str symbol) {
    LinkError ignored;
    for (u32 i = 0; i < options->object_count; i++) {
        MappedFile file;
        ElfObject object;
        ElfSymbol found;
        bool defined = false;
        if (!mapped_file_open(&file, options->objects[i], &ignored)) continue;
        if (elf_object_open(&object, file.at, file.bytes))
            for (u32 j = 1; j < object.symbol_count && !defined; j++)
                defined = elf_object_symbol(&object, j, &found) && found.section != 0 &&
                          found.global && str_eq(found.name, symbol);
        mapped_file_close(&file);
        if (defined) return true;
    }
    return false;
}

static bool run_linker(Scratch *memory, const Toolchain *tc, const AotOptions *options,
                       const char *shim, const char *output, const char *linker, LinkError *error) {
    VEC(const char *) argv = {0};
    vec_push(memory, &argv, "cc");
    if (linker) vec_push(memory, &argv, scratch_print(memory, "-fuse-ld=%s", linker).at);
    vec_append(memory, &argv, options->objects, options->object_count);
    if (shim) vec_push(memory, &argv, shim);
    vec_push(memory, &argv, "-Wl,--as-needed");
    vec_push(memory, &argv, "-Wl,-Bstatic");
    const Str *rlibs = options->test ? tc->test_rlibs : tc->rlibs;
    u32 rlib_count = options->test ? tc->test_rlib_count : tc->rlib_count;
    for (u32 i = 0; i < rlib_count; i++)
        vec_push(memory, &argv, rlibs[i].at);
    vec_push(memory, &argv, "-Wl,-Bdynamic");
    vec_append(memory, &argv, options->extra, options->extra_count);
    for (u32 i = 0; i < tc->native_lib_count; i++)
        vec_push(memory, &argv, tc->native_libs[i].at);
    static const char *const last[] = {"-Wl,--eh-frame-hdr",
                                       "-Wl,-z,noexecstack",
                                       "-Wl,--gc-sections",
                                       "-pie",
                                       "-Wl,-z,relro,-z,now",
                                       "-nodefaultlibs",
                                       "-o"};
    vec_append(memory, &argv, last, (u32)ARRAY_LEN(last));
    vec_push(memory, &argv, output);
    if (options->strip) vec_push(memory, &argv, "-s");
    vec_push(memory, &argv, NULL);
    Str out, err;
    int status;
    if (!process_run(memory, argv.at, (const char *const[]){"LC_ALL=C", NULL}, &out, &err, &status,
                     error)) {
        Str why = scratch_print(memory, "%s (an executable is linked by the C compiler driver)",
                                error->text);
        return link_fail(error, "%s", why.at);
    }
    if (status == 0) return true;
    return link_fail(error, "linking with `cc` failed:\n%.*s", STR_ARG(tail(err, 1800)));
}

bool aot_link(const Toolchain *tc, const AotOptions *options, LinkError *error) {
    struct stat st;
    char output[PATH_MAX];
    // Through a symbolic link, so that it stays one.
    if (!realpath(options->output, output)) snprintf(output, sizeof output, "%s", options->output);
    if (stat(output, &st) == 0 && !S_ISREG(st.st_mode))
        return link_fail(error, "cannot write `%s`: it is no regular file", options->output);
    Scratch memory;
    scratch_init(&memory);
    Str temp = scratch_print(&memory, "%s.rac-XXXXXX", output);
    int fd = mkstemp((char *)(uintptr_t)temp.at);
    if (fd < 0) {
        scratch_deinit(&memory);
        return link_fail(error, "cannot write `%s`: %s", options->output, strerror(errno));
    }
    close(fd);
    bool done = true;
    Str shim = {"", 0};
    Str id = find_rustc_id(&memory, tc);
    if (!id.len) done = link_fail(error, "the rlibs of this toolchain name no allocator");
    if (done && !defines_allocator(options, rustc_symbol(&memory, id, "__rust_alloc"))) {
        shim = scratch_print(&memory, "%s.o", temp.at);
        ObjFile obj;
        obj_init(&obj, &memory);
        aot_add_allocator_shim(&obj, id, false);
        done = obj_write(&obj, shim.at, error);
        obj_deinit(&obj);
    }
    const char *shim_path = shim.len ? shim.at : NULL;
    const char *linker = options->linker;
    if (!linker) linker = on_path("ld.mold") ? "mold" : on_path("ld.lld") ? "lld" : NULL;
    bool linked = done && run_linker(&memory, tc, options, shim_path, temp.at, linker, error);
    // A fast linker that was only found, not asked for, gets no last word.
    if (done && !linked && linker && !options->linker)
        linked = run_linker(&memory, tc, options, shim_path, temp.at, NULL, error);
    done = linked;
    if (done && rename(temp.at, output) != 0)
        done = link_fail(error, "cannot write `%s`: %s", options->output, strerror(errno));
    if (!done) unlink(temp.at);
    if (shim.len) unlink(shim.at);
    scratch_deinit(&memory);
    return done;
}
