// Test support: puts generated code into executable memory and resolves its symbols by dlsym or
// by the functions registered under their names.

#ifndef RAC_GEN_X64_X64_TEST_RUN_H
#define RAC_GEN_X64_X64_TEST_RUN_H

#include "gen/x64/x64.h"

typedef struct TestSym {
    const char *name;
    const void *address;
} TestSym;

typedef struct TestImage {
    u8 *mem;
    u32 bytes, used;
    IrSymbols *symbols;
    TestSym syms[512];
    u32 sym_count;
    const void **cells; // GOT and function-table slots
    u32 cell_count;
    u8 *eh;
    u32 eh_used;
    bool no_unwind; // do not register frames
} TestImage;

void test_image_init(TestImage *image, IrSymbols *symbols);
void test_image_deinit(TestImage *image);
void test_image_symbol(TestImage *image, const char *name, const void *address);
// Generates, loads and registers the function under its name; aborts on failure.
void *test_image_add(TestImage *image, const IrFn *fn, Scratch *scratch);

#endif
