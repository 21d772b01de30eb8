// Compiling macro definitions: tokens of the rules to nodes.

#include "expand/macro_node.h"

typedef struct Var {
    u32 sym;
    u32 ctxt;
} Var;

typedef struct Compiler {
    Db *db;
    Scratch *scratch;
    u32 edition;
    bool drop_docs;
    VEC(MacroNode) nodes;
    VEC(Var) vars;
    u32 error;
    u32 error_pos;
} Compiler;

static const struct {
    const char *name;
    FragKind kind;
} fragment_names[] = {
    {"block", FRAG_BLOCK},
    {"expr", FRAG_EXPR},
    {"expr_2021", FRAG_EXPR_2021},
    {"ident", FRAG_IDENT},
    {"item", FRAG_ITEM},
    {"lifetime", FRAG_LIFETIME},
    {"literal", FRAG_LITERAL},
    {"meta", FRAG_META},
    {"pat", FRAG_PAT},
    {"path", FRAG_PATH},
    {"pat_param", FRAG_PAT_PARAM},
    {"stmt", FRAG_STMT},
    {"tt", FRAG_TT},
    {"ty", FRAG_TY},
    {"vis", FRAG_VIS},
    {"guard", FRAG_GUARD},
};

FragKind macro_fragment_kind(const Db *db, Symbol name, u32 edition) {
    Str text = symbol_str(&db->symbols, name);
    for (u32 i = 0; i < ARRAY_LEN(fragment_names); i++) {
        if (!str_eq(text, str_from(fragment_names[i].name))) continue;
        FragKind kind = fragment_names[i].kind;
        // Before 2021, `pat` had no alternatives at its top; before 2024, `expr` took no `_`.
        if (kind == FRAG_PAT && edition < 2021) return FRAG_PAT_PARAM;
        if (kind == FRAG_EXPR && edition < 2024) return FRAG_EXPR_2021;
        return kind;
    }
    return FRAG_NONE;
}

static bool is_open(u8 kind) {
    return kind == TOK_OPEN_PAREN || kind == TOK_OPEN_BRACKET || kind == TOK_OPEN_BRACE ||
           kind == TOK_OPEN_NONE;
}

static void compile_error(Compiler *c, const Tok *tok) {
    if (c->error != MACRO_OK) return;
    c->error = MACRO_BAD_DEFINITION;
    c->error_pos = tok == NULL ? 0 : tok->pos;
}

static u32 var_find(Compiler *c, const Tok *name) {
    for (u32 i = c->vars.count; i-- > 0;) {
        if (c->vars.at[i].sym == name->sym &&
            c->vars.at[i].ctxt == hygiene_for_locals(c->db, name->ctxt)) {
            return i;
        }
    }
    return UINT32_MAX;
}

static u32 node_add(Compiler *c, MacroNode node) {
    vec_push(c->scratch, &c->nodes, node);
    return c->nodes.count - 1;
}

static bool repeat_op(const Tok *tok, u8 *op) {
    switch (tok->kind) {
    case TOK_STAR: *op = REPEAT_STAR; return true;
    case TOK_PLUS: *op = REPEAT_PLUS; return true;
    case TOK_QUESTION: *op = REPEAT_OPT; return true;
    default: return false;
    }
}

// Reads `SEP OP` or `OP` after a `$( )`; returns the index after it, or 0.
static u32 repeat_tail(Toks toks, u32 at, MacroNode *node) {
    if (at >= toks.count) return 0;
    if (repeat_op(&toks.at[at], &node->op)) {
        node->has_sep = 0;
        return at + 1;
    }
    if (at + 1 < toks.count && repeat_op(&toks.at[at + 1], &node->op)) {
        node->has_sep = 1;
        node->tok = toks.at[at];
        return at + 2;
    }
    return 0;
}

static Toks toks_inside(Toks toks, u32 open) {
    return (Toks){toks.at + open + 1, toks.at[open].match - 1};
}

static void compile_matcher(Compiler *c, Toks toks) {
    for (u32 i = 0; i < toks.count;) {
        const Tok *tok = &toks.at[i];
        if (tok->kind == TOK_DOC_OUTER || tok->kind == TOK_DOC_INNER) {
            i++; // as rustc: documentation in a matcher is ignored
            continue;
        }
        if (tok->kind != TOK_DOLLAR || i + 1 >= toks.count) {
            node_add(c, (MacroNode){.kind = NODE_TOK, .tok = *tok});
            i++;
            continue;
        }
        const Tok *next = tok + 1;
        if (next->kind == TOK_OPEN_PAREN) {
            MacroNode node = {.kind = NODE_SEQ, .var = c->vars.count};
            u32 after = repeat_tail(toks, i + 1 + next->match + 1, &node);
            if (after == 0) {
                compile_error(c, next);
                return;
            }
            u32 seq = node_add(c, node);
            compile_matcher(c, toks_inside(toks, i + 1));
            if (node.has_sep) {
                node_add(c, (MacroNode){.kind = NODE_SEQ_SEP, .op = node.op, .tok = node.tok});
                node_add(c, (MacroNode){.kind = NODE_SEQ_NEXT, .end = seq + 1});
            } else {
                node_add(c, (MacroNode){.kind = NODE_SEQ_AGAIN, .op = node.op, .end = seq + 1});
            }
            c->nodes.at[seq].var_end = c->vars.count;
            c->nodes.at[seq].end = c->nodes.count;
            i = after;
        } else if (next->kind == TOK_IDENT && i + 3 < toks.count && tok[2].kind == TOK_COLON &&
                   tok[3].kind == TOK_IDENT && !(next->sym == SYM_crate)) {
            FragKind frag = macro_fragment_kind(c->db, (Symbol){tok[3].sym}, c->edition);
            if (frag == FRAG_NONE) {
                compile_error(c, &tok[3]);
                return;
            }
            node_add(c,
                     (MacroNode){
                         .kind = NODE_VAR, .frag = (u8)frag, .var = c->vars.count, .tok = *next});
            vec_push(c->scratch, &c->vars, (Var){next->sym, hygiene_for_locals(c->db, next->ctxt)});
            i += 4;
        } else if (next->kind == TOK_DOLLAR) {
            node_add(c, (MacroNode){.kind = NODE_TOK, .tok = *next});
            i += 2;
        } else if (next->kind == TOK_IDENT && next->sym == SYM_crate) {
            Tok crate = *next;
            crate.flags |= TOK_CRATE;
            node_add(c, (MacroNode){.kind = NODE_TOK, .tok = crate});
            i += 2;
        } else {
            compile_error(c, next); // missing fragment specifier
            return;
        }
    }
}

static bool parse_depth(Compiler *c, Toks toks, u32 at, u32 *depth) {
    if (at >= toks.count || toks.at[at].kind != TOK_INT) return false;
    Str text = symbol_str(&c->db->symbols, (Symbol){toks.at[at].sym});
    u32 value = 0;
    for (u32 i = 0; i < text.len && text.at[i] >= '0' && text.at[i] <= '9' && value < 1000; i++) {
        value = value * 10 + (u32)(text.at[i] - '0');
    }
    *depth = value;
    return true;
}

// `${name(args)}`: `inner` is what stands in the braces.
static bool compile_metavar_expr(Compiler *c, Toks inner, const Tok *at) {
    if (inner.count < 3 || inner.at[0].kind != TOK_IDENT || inner.at[1].kind != TOK_OPEN_PAREN) {
        return false;
    }
    Str name = symbol_str(&c->db->symbols, (Symbol){inner.at[0].sym});
    Toks args = toks_inside(inner, 1);
    MacroNode node = {.tok = *at};
    if (str_eq(name, STR("concat"))) {
        node.kind = NODE_CONCAT;
        u32 concat = node_add(c, node);
        for (u32 i = 0; i < args.count; i++) {
            const Tok *tok = &args.at[i];
            if (tok->kind == TOK_COMMA) continue;
            if (tok->kind == TOK_DOLLAR && i + 1 < args.count && tok[1].kind == TOK_IDENT) {
                u32 var = var_find(c, &tok[1]);
                if (var == UINT32_MAX) return false;
                node_add(c, (MacroNode){.kind = NODE_PASTE, .var = var, .tok = tok[1]});
                i++;
            } else if (tok->kind == TOK_IDENT || tok->kind == TOK_STR || tok->kind == TOK_INT) {
                node_add(c, (MacroNode){.kind = NODE_TOK, .tok = *tok});
            } else {
                return false;
            }
        }
        c->nodes.at[concat].end = c->nodes.count;
        return true;
    }
    if (str_eq(name, STR("count")) || str_eq(name, STR("ignore"))) {
        if (args.count < 2 || args.at[0].kind != TOK_DOLLAR || args.at[1].kind != TOK_IDENT) {
            return false;
        }
        node.kind = name.len == 5 ? NODE_COUNT : NODE_IGNORE;
        node.var = var_find(c, &args.at[1]);
        node.var_end = UINT32_MAX;
        if (node.var == UINT32_MAX) return false;
        if (args.count > 3) parse_depth(c, args, 3, &node.var_end);
        node_add(c, node);
        return true;
    }
    if (str_eq(name, STR("index")) || str_eq(name, STR("len"))) {
        node.kind = name.len == 5 ? NODE_INDEX : NODE_LEN;
        parse_depth(c, args, 0, &node.var_end);
        node_add(c, node);
        return true;
    }
    return false;
}

// Tokens of `#[doc ..]`, `#![doc ..]` or a doc comment at `at`; 0 if there is none.
static u32 doc_length(const Db *db, Toks toks, u32 at) {
    const Tok *tok = &toks.at[at];
    if (tok->kind == TOK_DOC_OUTER || tok->kind == TOK_DOC_INNER) return 1;
    if (tok->kind != TOK_POUND) return 0;
    u32 open = at + 1;
    if (open < toks.count && toks.at[open].kind == TOK_NOT) open++;
    if (open + 1 >= toks.count || toks.at[open].kind != TOK_OPEN_BRACKET) return 0;
    const Tok *name = &toks.at[open + 1];
    if (name->kind != TOK_IDENT) return 0;
    Str text = symbol_str(&db->symbols, (Symbol){name->sym});
    if (!str_eq(text, STR("doc"))) return 0;
    return open + toks.at[open].match + 1 - at;
}

static void compile_template(Compiler *c, Toks toks) {
    for (u32 i = 0; i < toks.count;) {
        const Tok *tok = &toks.at[i];
        if (c->drop_docs) {
            u32 skip = doc_length(c->db, toks, i);
            if (skip != 0) {
                i += skip;
                continue;
            }
        }
        if (tok->kind != TOK_DOLLAR || i + 1 >= toks.count) {
            node_add(c, (MacroNode){.kind = NODE_TOK, .tok = *tok});
            i++;
            continue;
        }
        const Tok *next = tok + 1;
        if (next->kind == TOK_OPEN_PAREN) {
            MacroNode node = {.kind = NODE_REPEAT};
            u32 after = repeat_tail(toks, i + 1 + next->match + 1, &node);
            if (after == 0) {
                compile_error(c, next);
                return;
            }
            u32 seq = node_add(c, node);
            compile_template(c, toks_inside(toks, i + 1));
            // A repetition of nothing but documentation goes with it.
            if (c->drop_docs && c->nodes.count == seq + 1)
                c->nodes.count = seq;
            else
                c->nodes.at[seq].end = c->nodes.count;
            i = after;
        } else if (next->kind == TOK_IDENT && next->sym == SYM_crate && !(next->flags & TOK_RAW)) {
            node_add(c, (MacroNode){.kind = NODE_CRATE, .tok = *next});
            i += 2;
        } else if (next->kind == TOK_IDENT) {
            u32 var = var_find(c, next);
            if (var == UINT32_MAX) {
                node_add(c, (MacroNode){.kind = NODE_TOK, .tok = *tok});
                node_add(c, (MacroNode){.kind = NODE_TOK, .tok = *next});
            } else {
                node_add(c, (MacroNode){.kind = NODE_PASTE, .var = var, .tok = *next});
            }
            i += 2;
        } else if (next->kind == TOK_DOLLAR) {
            node_add(c, (MacroNode){.kind = NODE_TOK, .tok = *next});
            i += 2;
        } else if (next->kind == TOK_OPEN_BRACE) {
            if (!compile_metavar_expr(c, toks_inside(toks, i + 1), next)) {
                compile_error(c, next);
                return;
            }
            i += next->match + 2;
        } else {
            node_add(c, (MacroNode){.kind = NODE_TOK, .tok = *tok});
            i++;
        }
    }
}

typedef VEC(MacroRule) RuleVec;

static void compile_rule(Compiler *c, RuleVec *rules, Toks matcher, Toks template) {
    MacroRule rule = {.matcher = c->nodes.count};
    c->vars.count = 0;
    compile_matcher(c, matcher);
    node_add(c, (MacroNode){.kind = NODE_END});
    rule.var_count = c->vars.count;
    rule.template = c->nodes.count;
    compile_template(c, template);
    rule.template_end = c->nodes.count;
    vec_push(c->scratch, rules, rule);
}

void macro_compile(Db *db, Toks body, bool is_legacy, bool drop_docs, Scratch *scratch,
                   Blob *blob) {
    blob_begin(blob, scratch, sizeof(MacroRules));
    Compiler c = {.db = db, .scratch = scratch, .edition = 2021, .drop_docs = drop_docs};
    RuleVec rules = {0};
    // The edition of fragments is that of the name's token; it is decided when expanding
    // (MacroCx.edition), so that a definition compiles without knowing its crate.
    c.edition = 2024;
    if (!is_legacy && body.count >= 2 && body.at[0].kind == TOK_OPEN_PAREN) {
        u32 second = body.at[0].match + 1;
        if (second < body.count && body.at[second].kind == TOK_OPEN_BRACE) {
            compile_rule(&c, &rules, toks_inside(body, 0), toks_inside(body, second));
        } else {
            compile_error(&c, &body.at[0]);
        }
    } else {
        if (!is_legacy && body.count >= 1 && body.at[0].kind == TOK_OPEN_BRACE) {
            body = toks_inside(body, 0);
        }
        for (u32 i = 0; i < body.count && c.error == MACRO_OK;) {
            if (!is_open(body.at[i].kind)) {
                compile_error(&c, &body.at[i]);
                break;
            }
            u32 arrow = i + body.at[i].match + 1;
            if (arrow + 1 >= body.count || body.at[arrow].kind != TOK_FATARROW ||
                !is_open(body.at[arrow + 1].kind)) {
                compile_error(&c, &body.at[i]);
                break;
            }
            compile_rule(&c, &rules, toks_inside(body, i), toks_inside(body, arrow + 1));
            i = arrow + 1 + body.at[arrow + 1].match + 1;
            if (i < body.count && (body.at[i].kind == TOK_SEMI || body.at[i].kind == TOK_COMMA)) {
                i++;
            }
        }
    }
    List rule_list = blob_add(blob, rules.at, rules.count, sizeof(MacroRule));
    List node_list = blob_add(blob, c.nodes.at, c.nodes.count, sizeof(MacroNode));
    MacroRules *head = blob_header(blob);
    head->rules = rule_list;
    head->nodes = node_list;
    head->error = c.error;
    head->error_pos = c.error_pos;
    head->is_legacy = is_legacy;
}
