// Format strings: `"{0:>width$.2} {name:?}"` to pieces, by the grammar of std::fmt.
//
// Used by expand/ to find what a string captures, and by hir/ to lower it.

#ifndef RAC_EXPAND_FORMAT_H
#define RAC_EXPAND_FORMAT_H

#include "base/scratch.h"

#define FORMAT_TRAITS(X)                                                                           \
    X(DISPLAY, "new_display")                                                                      \
    X(DEBUG, "new_debug")                                                                          \
    X(LOWER_HEX, "new_lower_hex")                                                                  \
    X(UPPER_HEX, "new_upper_hex")                                                                  \
    X(OCTAL, "new_octal")                                                                          \
    X(BINARY, "new_binary")                                                                        \
    X(POINTER, "new_pointer")                                                                      \
    X(LOWER_EXP, "new_lower_exp")                                                                  \
    X(UPPER_EXP, "new_upper_exp")

typedef enum FormatTrait {
#define X(name, maker) FORMAT_##name,
    FORMAT_TRAITS(X)
#undef X
} FormatTrait;
const char *format_trait_maker(FormatTrait trait); // the fn of fmt::rt::Argument

typedef enum FormatAlign { FORMAT_LEFT, FORMAT_RIGHT, FORMAT_CENTER, FORMAT_UNALIGNED } FormatAlign;

// Which argument: by name if name.len > 0, else by position (implicit ones are counted out).
typedef struct FormatArgRef {
    Str name;
    u32 index;
} FormatArgRef;

typedef enum FormatCountKind { FORMAT_COUNT_NONE, FORMAT_COUNT_LITERAL, FORMAT_COUNT_ARG } FormatCountKind;
typedef struct FormatCount {
    u8 kind; // FormatCountKind
    u32 value;
    FormatArgRef arg;
} FormatCount;

typedef struct FormatPiece {
    Str literal; // escapes {{ and }} undone; a placeholder where is_arg
    bool is_arg;
    FormatArgRef arg;
    u8 trait; // FormatTrait
    u8 align; // FormatAlign
    bool plus, minus, alternate, zero_pad, debug_lower_hex, debug_upper_hex;
    u32 fill; // code point, ' ' if none
    FormatCount width, precision;
    u32 lo, hi; // bytes of the template the piece was read from
} FormatPiece;

typedef VEC(FormatPiece) FormatPieceVec;

// False on a syntax error: *error is rustc's message (static), *at where in the template.
bool format_parse(Str template, Scratch *scratch, FormatPieceVec *out, const char **error, u32 *at);

#endif
