// The compiler's own macros: assert!, concat!, format_args!, cfg_select!, include! ...
//
// Each makes tokens from tokens, as macro_rules do; made names are opaque (`$crate::..` of the
// crate that declares the macro). What only names/ knows comes through BuiltinCx.
//
// format_args!, const_format_args! and format_args_nl! become
//     builtin # format_args("<template>", arg, arg, ..)
// where the template is written by expand/format.h. What the compiler cannot do (asm!) becomes
//     builtin # asm(...)  with its tokens left out: hir/ reports it when it is used.

#ifndef RAC_EXPAND_BUILTIN_H
#define RAC_EXPAND_BUILTIN_H

#include "expand/cfg.h"
#include "expand/macro_rules.h"

#define BUILTIN_KINDS(X)                                                                           \
    X(asm)                                                                                         \
    X(assert)                                                                                      \
    X(cfg)                                                                                         \
    X(cfg_select)                                                                                  \
    X(column)                                                                                      \
    X(compile_error)                                                                               \
    X(concat)                                                                                      \
    X(concat_bytes)                                                                                \
    X(const_format_args)                                                                           \
    X(core_panic)                                                                                  \
    X(std_panic)                                                                                   \
    X(env)                                                                                         \
    X(file)                                                                                        \
    X(format_args)                                                                                 \
    X(format_args_nl)                                                                              \
    X(global_asm)                                                                                  \
    X(include)                                                                                     \
    X(include_bytes)                                                                               \
    X(include_str)                                                                                 \
    X(iter)                                                                                        \
    X(line)                                                                                        \
    X(log_syntax)                                                                                  \
    X(module_path)                                                                                 \
    X(naked_asm)                                                                                   \
    X(option_env)                                                                                  \
    X(pattern_type)                                                                                \
    X(stringify)                                                                                   \
    X(trace_macros)                                                                                \
    X(unreachable)                                                                                 \
    X(type_ascribe)                                                                                \
    X(deref)                                                                                       \
    X(contracts_ensures)                                                                           \
    X(contracts_requires)

// clang-format off
typedef enum BuiltinKind {
    BUILTIN_none,
#define X(name) BUILTIN_##name,
    BUILTIN_KINDS(X)
#undef X
    BUILTIN_attr // an attribute or derive macro: not called with `!`
} BuiltinKind;
// clang-format on

BuiltinKind builtin_kind(const Db *db, Symbol name); // BUILTIN_attr if it is no fn-like one

typedef struct BuiltinCx {
    Db *db;
    Scratch *scratch;
    const CfgSet *cfgs;
    u32 edition;      // of the crate
    u32 call_edition; // of the text the call stands in
    u32 ctxt;         // of made names: an opaque mark of the macro's crate
    u32 call_ctxt;    // of the call
    u32 pos;          // of the call
    u16 delim;
    Str module_path; // crate::a::b
    void *env;
    // Expands the macro call `toks` (path ! group) that stands in the arguments.
    bool (*eager)(void *env, Toks toks, Toks *out);
    bool (*locate)(void *env, Str *file, u32 *line, u32 *col);
    // Text of a file named relative to the one the call stands in.
    bool (*read)(void *env, Str path, Str *text);
    // A variable of the compilation's environment; false: not set.
    bool (*var)(void *env, Str name, Str *value);
    void (*error)(void *env, u32 pos, Str message);
} BuiltinCx;

bool builtin_expand(const BuiltinCx *cx, BuiltinKind kind, Toks args, Toks *out);

// As stringify! and assert!'s message write tokens.
Str tokens_text(Db *db, Toks toks, Scratch *scratch);
// The value of a string literal token (escapes decoded); false if it is none.
bool literal_text(Db *db, const Tok *tok, Scratch *scratch, Str *out);
Tok literal_token(Db *db, Scratch *scratch, Str text, u32 pos); // "text" with escapes

#endif
