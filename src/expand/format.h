// Format strings: format_args!("{x:>5} {}", y) to pieces and arguments.
//
// The macro becomes `builtin # format_args(TEMPLATE, arg, ..)`. TEMPLATE is a literal (kind
// TOK_RAW_STR) whose spelling is the encoding that format_decode reads; it is no Rust text. The
// arguments are the written ones in order, then a plain identifier for every captured name, with
// the hygiene of the format string. Grammar: std::fmt, "Syntax".

#ifndef RAC_EXPAND_FORMAT_H
#define RAC_EXPAND_FORMAT_H

#include "expand/builtin.h"

typedef enum FormatTrait {
    FORMAT_DISPLAY,
    FORMAT_DEBUG,
    FORMAT_LOWER_EXP,
    FORMAT_UPPER_EXP,
    FORMAT_OCTAL,
    FORMAT_POINTER,
    FORMAT_BINARY,
    FORMAT_LOWER_HEX,
    FORMAT_UPPER_HEX
} FormatTrait;

// The bits of fmt::FormattingOptions' flags, without fill and alignment.
enum {
    FORMAT_PLUS = 1u << 21,
    FORMAT_MINUS = 1u << 22,
    FORMAT_ALTERNATE = 1u << 23,
    FORMAT_ZERO = 1u << 24,
    FORMAT_DEBUG_LOWER_HEX = 1u << 25,
    FORMAT_DEBUG_UPPER_HEX = 1u << 26,
};

typedef enum FormatAlign { FORMAT_LEFT, FORMAT_RIGHT, FORMAT_CENTER, FORMAT_NO_ALIGN } FormatAlign;

typedef enum FormatCountKind { FORMAT_NO_COUNT, FORMAT_COUNT, FORMAT_COUNT_ARG } FormatCountKind;

typedef struct FormatPiece {
    bool is_text;
    Str text;
    u32 arg;                       // argument number
    u8 trait;                      // FormatTrait
    u8 align;                      // FormatAlign
    u8 width_kind, precision_kind; // FormatCountKind
    u32 fill;                      // code point; ' ' if not given
    u32 flags;                     // FORMAT_*
    u32 width, precision;          // the number, or the argument's
} FormatPiece;

typedef struct FormatTemplate {
    const FormatPiece *pieces;
    u32 piece_count;
    u32 arg_count;
} FormatTemplate;

// `encoded` is the spelling of the TEMPLATE literal. False if it is none.
bool format_decode(Str encoded, Scratch *scratch, FormatTemplate *out);

bool format_expand(const BuiltinCx *cx, Toks args, bool newline, Toks *out);
// The literal an argument stands for: itself, in a group, or what a macro call expands to.
const Tok *builtin_literal(const BuiltinCx *cx, Toks arg);
u32 builtin_expr_end(const BuiltinCx *cx, Toks toks, u32 at);
// Lexes `text`, where `$crate` and `__0`, `__1` .. (the runs of `subs`) may stand.
Toks builtin_quote(const BuiltinCx *cx, const char *text, const Toks *subs, u32 sub_count);

#endif
