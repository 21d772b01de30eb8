// The text of sample.rs, as part of the executable.
#include "cli/library_sample.h"

__asm__(".section .rodata\n"
        "library_sample_text:\n"
        ".incbin \"" RAC_SAMPLE_PATH "\"\n"
        "library_sample_end:\n"
        ".byte 0\n"
        ".previous\n");

extern const char library_sample_text[], library_sample_end[];

Str library_sample(void) {
    return (Str){library_sample_text, (u32)(library_sample_end - library_sample_text)};
}
