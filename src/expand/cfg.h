// Conditional compilation and attributes, on tokens.
//
// A CfgSet is the list of what holds for one crate: `unix`, `target_os = "linux"`. Predicates are
// evaluated on tokens (Reference, "Conditional compilation"); a malformed one is false.

#ifndef RAC_EXPAND_CFG_H
#define RAC_EXPAND_CFG_H

#include "query/db.h"
#include "syntax/lex.h"

typedef struct CfgRow {
    Symbol name;
    Symbol value; // with its quotes, as a literal's spelling; SYM_none: bare
} CfgRow;

typedef struct CfgSet {
    const CfgRow *rows; // borrowed
    u32 count;
} CfgSet;

// `name`, or `name="value"`, as `rustc --print cfg` writes them.
bool cfg_parse(Symbols *symbols, Str line, CfgRow *out);
// The target's cfgs when no toolchain was asked (x86_64-unknown-linux-gnu of 1.96).
extern const char *const cfg_default_target[];
extern const u32 cfg_default_target_count;

bool cfg_holds(const Symbols *symbols, const CfgSet *set, Toks predicate);

// One attribute, `unsafe(..)` around it taken off. `#[name args]`; doc comments are skipped.
typedef struct Attr {
    Symbol name; // of a single-segment path; SYM_none otherwise
    Toks path;
    Toks args; // what follows the path: `(..)`, `= ..`, or nothing
    u32 lo;    // of the first token in the run given
    u32 pos;
} Attr;
// The next attribute of a run from *at on.
bool attr_next(const Symbols *symbols, Toks attrs, u32 *at, Attr *out);
// The tokens inside `( )` of args, or none.
Toks attr_inner(Toks args);
// `= "text"`: the literal token, or NULL.
const Tok *attr_value(Toks args);

// Whether every cfg in the run holds (those in cfg_attr too).
bool cfg_attrs_live(const Symbols *symbols, const CfgSet *set, Toks attrs);
bool attrs_have_cfg_attr(const Symbols *symbols, Toks attrs);
// The run with cfg_attr replaced by what it stands for, cfg left out, docs left out.
void cfg_attrs_expand(const Symbols *symbols, const CfgSet *set, Toks attrs, Scratch *scratch,
                      TokVec *out);

#endif
