// Names for backtraces: an ELF file with nothing but a symbol table of the JIT's functions.
//
// std's backtrace finds a frame's name by asking dl_iterate_phdr which file the address belongs to
// and reading that file's symbols. The host's dl_iterate_phdr adds one made-up library, the code
// region, whose file is this one, in a memfd of the compiler's. It is made when the first backtrace
// asks.
#define _GNU_SOURCE
#include "jit/jit_internal.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static bool write_all(int fd, const void *bytes, u64 len) {
    for (u64 at = 0; at < len;) {
        ssize_t n = write(fd, (const u8 *)bytes + at, len - at);
        if (n <= 0) return false;
        at += (u64)n;
    }
    return true;
}

void jit_give_names(Jit *jit, const JitName *names, u32 count) {
    static const char section_names[] = "\0.text\0.symtab\0.strtab\0.shstrtab";
    enum { NAME_TEXT = 1, NAME_SYMTAB = 7, NAME_STRTAB = 15, NAME_SHSTRTAB = 23 };
    u64 string_bytes = 1;
    for (u32 i = 0; i < count; i++)
        string_bytes += (u64)names[i].name.len + 1;
    Elf64_Sym *syms = calloc((size_t)count + 1, sizeof *syms);
    char *strings = calloc(1, string_bytes);
    CHECK(syms && strings);
    u64 at = 1;
    for (u32 i = 0; i < count; i++) {
        syms[i + 1] = (Elf64_Sym){.st_name = (u32)at,
                                  .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
                                  .st_shndx = 1,
                                  .st_value = names[i].code - JIT_BASE,
                                  .st_size = names[i].bytes};
        memcpy(strings + at, names[i].name.at, names[i].name.len);
        at += (u64)names[i].name.len + 1;
    }
    u64 sym_bytes = ((u64)count + 1) * sizeof *syms;
    u64 sym_at = sizeof(Elf64_Ehdr), string_at = sym_at + sym_bytes;
    u64 names_at = string_at + string_bytes;
    u64 headers_at = align_up(names_at + sizeof section_names, 8);
    Elf64_Ehdr header = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
                                     EV_CURRENT, ELFOSABI_NONE},
                         .e_type = ET_DYN,
                         .e_machine = EM_X86_64,
                         .e_version = EV_CURRENT,
                         .e_ehsize = sizeof(Elf64_Ehdr),
                         .e_shoff = headers_at,
                         .e_shentsize = sizeof(Elf64_Shdr),
                         .e_shnum = 5,
                         .e_shstrndx = 4};
    Elf64_Shdr sections[5] = {
        {0},
        {.sh_name = NAME_TEXT,
         .sh_type = SHT_NOBITS,
         .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
         .sh_addr = JIT_STUBS - JIT_BASE,
         .sh_size = JIT_RODATA - JIT_STUBS,
         .sh_addralign = 16},
        {.sh_name = NAME_SYMTAB,
         .sh_type = SHT_SYMTAB,
         .sh_offset = sym_at,
         .sh_size = sym_bytes,
         .sh_link = 3,
         .sh_info = 1,
         .sh_addralign = 8,
         .sh_entsize = sizeof(Elf64_Sym)},
        {.sh_name = NAME_STRTAB,
         .sh_type = SHT_STRTAB,
         .sh_offset = string_at,
         .sh_size = string_bytes,
         .sh_addralign = 1},
        {.sh_name = NAME_SHSTRTAB,
         .sh_type = SHT_STRTAB,
         .sh_offset = names_at,
         .sh_size = sizeof section_names,
         .sh_addralign = 1},
    };
    int fd = memfd_create("rac-names", MFD_CLOEXEC);
    static const u8 zeros[8];
    bool done = fd >= 0 && write_all(fd, &header, sizeof header) &&
                write_all(fd, syms, sym_bytes) && write_all(fd, strings, string_bytes) &&
                write_all(fd, section_names, sizeof section_names) &&
                write_all(fd, zeros, headers_at - (names_at + sizeof section_names)) &&
                write_all(fd, sections, sizeof sections);
    free(syms);
    free(strings);
    // Without it backtraces only lack names.
    if (!done) {
        if (fd >= 0) close(fd);
        return;
    }
    if (jit->names_fd >= 0) close(jit->names_fd);
    jit->names_fd = fd;
    snprintf(jit->control->names_path, sizeof jit->control->names_path, "/proc/%d/fd/%d",
             (int)getpid(), fd);
}
