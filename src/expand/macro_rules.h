// macro_rules and `macro` definitions: matching a call's tokens and writing the result's.
//
// A definition is compiled once into a MacroRules blob: for every rule a matcher (a linear
// program for the parallel matcher of rustc_expand/src/mbe/macro_parser.rs) and a template.
// Both are found again by index, so the blob can be a query's result.
//
// What a fragment (`$x:expr`) covers is the parser's knowledge: the caller passes a function.
// Fragments are pasted inside an invisible group that tells their kind, except ident, lifetime
// and tt, which are pasted as they are.
//
// Positions: a token of the template gets the position of the outermost call (MacroCx.pos); an
// argument keeps its own.

#ifndef RAC_EXPAND_MACRO_RULES_H
#define RAC_EXPAND_MACRO_RULES_H

#include "base/blob.h"
#include "expand/hygiene.h"
#include "syntax/lex.h"

#define MACRO_DEPTH_MAX  128u       // rustc's recursion_limit
#define MACRO_TOKENS_MAX (1u << 22) // of one expansion

typedef struct MacroRules {
    List rules; // of MacroRule
    List nodes; // of MacroNode
    u32 error;  // 0, or a MacroErrorKind: the definition itself is wrong
    u32 error_pos;
    u32 is_legacy; // macro_rules
    u32 unused;
} MacroRules;

typedef enum MacroErrorKind {
    MACRO_OK,
    MACRO_NO_RULE,        // no rule matches; pos: the farthest token any rule got to
    MACRO_NO_RULE_AT_END, // the same, at the end of the input
    MACRO_AMBIGUOUS,
    MACRO_BAD_FRAGMENT, // a fragment could not be parsed at pos; frag tells which kind
    MACRO_TOO_LARGE,
    MACRO_NOT_REPEATING, // a variable is used at another depth than it was matched at
    MACRO_LENGTHS_DIFFER,
    MACRO_BAD_DEFINITION,
    MACRO_BAD_CONCAT
} MacroErrorKind;

typedef struct MacroError {
    MacroErrorKind kind;
    u32 pos;
    FragKind frag;
    u32 token; // TokKind of the one at `pos`
    Symbol name;
} MacroError;

// Index of the first token after the fragment that starts at `at`, or UINT32_MAX if none does.
typedef u32 MacroFragmentEnd(void *env, Toks input, u32 at, FragKind kind);

typedef struct MacroCx {
    u32 expn; // hygiene_expn of this call
    Transparency transparency;
    u32 pos;     // of the outermost call
    u32 edition; // of the macro's crate, for `expr` and `pat`
    MacroFragmentEnd *fragment_end;
    void *env; // of fragment_end
} MacroCx;

// `body` is what stands between the braces of a macro_rules, or everything after the name of a
// `macro`. With `drop_docs`, documentation is left out of templates.
void macro_compile(Db *db, Toks body, bool is_legacy, bool drop_docs, Scratch *scratch, Blob *blob);

// Appends the expansion of a call with the arguments `args` (without their delimiters).
bool macro_expand(Db *db, const MacroRules *rules, Toks args, const MacroCx *cx, Scratch *scratch,
                  TokVec *out, MacroError *error);

// Writes `expected ..., found ...` wording for an error, as rustc does.
Str macro_error_text(Db *db, const MacroError *error, Scratch *scratch);

// Whether a fragment of this kind may start with the token (a promise of the language).
bool macro_fragment_may_start(FragKind kind, const Tok *tok, u32 edition);
FragKind macro_fragment_kind(const Db *db, Symbol name, u32 edition); // FRAG_NONE if unknown

// Appends tokens so that delimiters that were copied stay balanced: recomputes `match` of every
// delimiter of the buffer from `first` on. False if they are not balanced.
bool tokens_rematch(Tok *at, u32 first, u32 count);

#endif
