// Inside expand/ only: what a compiled macro consists of.

#ifndef RAC_EXPAND_MACRO_NODE_H
#define RAC_EXPAND_MACRO_NODE_H

#include "expand/macro_rules.h"

typedef enum MacroNodeKind {
    // both sides
    NODE_TOK, // delimiters too
    // matcher
    NODE_SEQ,       // tok: separator if has_sep; end: the node after the sequence
    NODE_SEQ_AGAIN, // end of a sequence without separator; end: its first node inside
    NODE_SEQ_SEP,   // end of a sequence with one
    NODE_SEQ_NEXT,  // after the separator; end: its first node inside
    NODE_VAR,       // var, frag
    NODE_END,
    // template
    NODE_PASTE,  // var
    NODE_REPEAT, // tok: separator; end: the node after it
    NODE_COUNT,  // ${count($var, depth)}: var, depth (UINT32_MAX: all)
    NODE_INDEX,  // ${index(depth)}
    NODE_LEN,    // ${len(depth)}
    NODE_IGNORE, // ${ignore($var)}
    NODE_CONCAT, // ${concat(...)}: its parts are the nodes up to `end`, PASTE or TOK
    NODE_CRATE   // $crate
} MacroNodeKind;

typedef enum RepeatOp { REPEAT_STAR, REPEAT_PLUS, REPEAT_OPT } RepeatOp;

typedef struct MacroNode {
    u8 kind; // MacroNodeKind
    u8 op;   // RepeatOp
    u8 frag; // FragKind
    u8 has_sep;
    u32 end;
    u32 var;     // NODE_SEQ: the first variable in it
    u32 var_end; // NODE_SEQ: after the last; NODE_COUNT .. LEN: depth
    Tok tok;
} MacroNode;

typedef struct MacroRule {
    u32 matcher;  // first node
    u32 template; // first node
    u32 template_end;
    u32 var_count;
} MacroRule;

// What one variable matched: a run of tokens, or one Match for each repetition.
typedef struct Match {
    u8 is_seq;
    u8 frag;
    u32 first; // of the matches, or of the input tokens
    u32 count;
} Match;

typedef VEC(Match) MatchVec;

typedef enum MatchOutcome { MATCH_YES, MATCH_NO, MATCH_FATAL } MatchOutcome;

// Runs one rule's matcher. On MATCH_YES, `vars` has var_count matches; `pool` their elements.
MatchOutcome macro_match(Db *db, const MacroNode *nodes, const MacroRule *rule, Toks args,
                         const MacroCx *cx, Scratch *scratch, Match *vars, MatchVec *pool,
                         u32 *farthest, MacroError *error);

#endif
