// Expanding a call: find the rule that matches, then write its template.

#include "expand/macro_rules.h"

#include "expand/builtin.h"
#include "expand/macro_node.h"

#define REPEAT_DEPTH_MAX 32u

typedef struct Writer {
    Db *db;
    Scratch *scratch;
    const MacroNode *nodes;
    const MacroCx *cx;
    Toks args;
    const Match *vars;
    const Match *pool;
    TokVec *out;
    MacroError *error;
    u32 index[REPEAT_DEPTH_MAX]; // of the repetitions around
    u32 length[REPEAT_DEPTH_MAX];
    u32 depth;
    u32 mark_from, mark_to; // the last context marked
    U32Vec opens;           // delimiters of the template not closed yet
} Writer;

static bool fail(Writer *w, MacroErrorKind kind, const Tok *at) {
    *w->error = (MacroError){.kind = kind, .pos = w->cx->pos, .name = {at->sym}};
    return false;
}

static u32 marked(Writer *w, u32 ctxt) {
    if (w->mark_to == 0 || w->mark_from != ctxt) {
        w->mark_from = ctxt;
        w->mark_to = hygiene_mark(w->db, ctxt, w->cx->expn, w->cx->transparency);
    }
    return w->mark_to;
}

static void emit(Writer *w, Tok tok) {
    vec_push(w->scratch, w->out, tok);
}

static Tok from_template(Writer *w, const Tok *tok) {
    Tok made = *tok;
    made.pos = w->cx->pos;
    made.flags |= TOK_SYNTHETIC;
    made.ctxt = marked(w, tok->ctxt);
    return made;
}

static void emit_template(Writer *w, const Tok *tok) {
    Tok made = from_template(w, tok);
    if (made.kind >= TOK_OPEN_PAREN && made.kind <= TOK_CLOSE_NONE) {
        bool open = made.kind == TOK_OPEN_PAREN || made.kind == TOK_OPEN_BRACKET ||
                    made.kind == TOK_OPEN_BRACE || made.kind == TOK_OPEN_NONE;
        if (open) {
            vec_push(w->scratch, &w->opens, w->out->count);
        } else {
            u32 at = vec_pop(&w->opens);
            made.match = w->out->count - at;
            w->out->at[at].match = made.match;
        }
    }
    emit(w, made);
}

// What the variable matched in the repetitions around.
static const Match *current(const Writer *w, u32 var) {
    const Match *match = &w->vars[var];
    for (u32 i = 0; i < w->depth && match->is_seq; i++) {
        if (w->index[i] >= match->count) break;
        match = &w->pool[match->first + w->index[i]];
    }
    return match;
}

static void emit_match(Writer *w, const Match *match) {
    const Tok *first = w->args.at + match->first;
    FragKind frag = (FragKind)match->frag;
    bool plain = frag == FRAG_IDENT || frag == FRAG_LIFETIME || frag == FRAG_TT;
    bool grouped =
        match->count != 0 && first->kind == TOK_OPEN_NONE && first->match + 1 == match->count;
    if (plain || grouped) {
        vec_append(w->scratch, w->out, first, match->count);
        return;
    }
    u32 pos = match->count == 0 ? w->cx->pos : first->pos;
    u32 end = match->count == 0 ? w->cx->pos : first[match->count - 1].pos;
    Tok open = {.kind = TOK_OPEN_NONE,
                .flags = TOK_SYNTHETIC,
                .extra = (u16)frag,
                .match = match->count + 1,
                .pos = pos};
    emit(w, open);
    vec_append(w->scratch, w->out, first, match->count);
    open.kind = TOK_CLOSE_NONE;
    open.pos = end;
    emit(w, open);
}

static u32 count_leaves(const Writer *w, const Match *match, u32 depth) {
    if (!match->is_seq) return 1;
    if (depth == 0) return match->count;
    u32 sum = 0;
    for (u32 i = 0; i < match->count; i++) {
        const Match *elem = &w->pool[match->first + i];
        sum += elem->is_seq ? count_leaves(w, elem, depth == UINT32_MAX ? depth : depth - 1) : 1;
    }
    return sum;
}

static void emit_number(Writer *w, const Tok *at, u32 value) {
    u64 mark = scratch_mark(w->scratch);
    Str text = scratch_print(w->scratch, "%u", value);
    Tok tok = from_template(w, at);
    tok.kind = TOK_INT;
    tok.extra = 0;
    tok.sym = symbol_intern(&w->db->symbols, text).id;
    scratch_rewind(w->scratch, mark);
    emit(w, tok);
}

static bool emit_concat(Writer *w, const MacroNode *node, u32 from) {
    char text[512];
    u32 len = 0;
    for (u32 i = from; i < node->end; i++) {
        const MacroNode *part = &w->nodes[i];
        Tok tok = part->tok;
        if (part->kind == NODE_PASTE) {
            const Match *match = current(w, part->var);
            if (match->is_seq || match->count == 0) return fail(w, MACRO_BAD_CONCAT, &tok);
            tok = w->args.at[match->first];
            if (tok.kind == TOK_OPEN_NONE) tok = w->args.at[match->first + 1];
        }
        Str piece = symbol_str(&w->db->symbols, (Symbol){tok.sym});
        if (tok.kind == TOK_STR && piece.len >= 2) {
            piece = (Str){piece.at + 1, piece.len - 2};
        } else if (tok.kind != TOK_IDENT && tok.kind != TOK_INT) {
            return fail(w, MACRO_BAD_CONCAT, &tok);
        }
        if (len + piece.len > sizeof text) return fail(w, MACRO_BAD_CONCAT, &tok);
        memcpy(text + len, piece.at, piece.len);
        len += piece.len;
    }
    Tok made = from_template(w, &node->tok);
    made.kind = TOK_IDENT;
    made.flags = TOK_SYNTHETIC;
    made.extra = 0;
    // The identifier belongs to the macro that makes it, and is seen where it is called.
    made.sym = symbol_intern(&w->db->symbols, (Str){text, len}).id;
    emit(w, made);
    return true;
}

// How often a `$( )` repeats: as often as the variables in it that still are sequences.
static bool repeat_count(Writer *w, u32 from, u32 to, const MacroNode *seq, u32 *count) {
    bool found = false;
    u32 length = 0;
    for (u32 i = from; i < to; i++) {
        const MacroNode *node = &w->nodes[i];
        if (node->kind != NODE_PASTE && node->kind != NODE_IGNORE && node->kind != NODE_COUNT) {
            continue;
        }
        const Match *match = current(w, node->var);
        if (!match->is_seq) continue;
        if (found && match->count != length) return fail(w, MACRO_LENGTHS_DIFFER, &node->tok);
        found = true;
        length = match->count;
    }
    if (!found) return fail(w, MACRO_NOT_REPEATING, &seq->tok);
    *count = length;
    return true;
}

static bool write_nodes(Writer *w, u32 from, u32 to) {
    for (u32 i = from; i < to;) {
        const MacroNode *node = &w->nodes[i];
        if (w->out->count > MACRO_TOKENS_MAX) return fail(w, MACRO_TOO_LARGE, &node->tok);
        switch ((MacroNodeKind)node->kind) {
        case NODE_TOK: emit_template(w, &node->tok); break;
        case NODE_CRATE: {
            Tok tok = from_template(w, &node->tok);
            tok.flags |= TOK_CRATE;
            emit(w, tok);
            break;
        }
        case NODE_PASTE: {
            const Match *match = current(w, node->var);
            if (match->is_seq) return fail(w, MACRO_NOT_REPEATING, &node->tok);
            emit_match(w, match);
            break;
        }
        case NODE_REPEAT: {
            u32 count = 0;
            if (w->depth == REPEAT_DEPTH_MAX) return fail(w, MACRO_TOO_LARGE, &node->tok);
            if (!repeat_count(w, i + 1, node->end, node, &count)) return false;
            for (u32 n = 0; n < count; n++) {
                w->index[w->depth] = n;
                w->length[w->depth] = count;
                if (n != 0 && node->has_sep) emit_template(w, &node->tok);
                w->depth++;
                bool good = write_nodes(w, i + 1, node->end);
                w->depth--;
                if (!good) return false;
            }
            i = node->end;
            continue;
        }
        case NODE_COUNT:
            emit_number(w, &node->tok, count_leaves(w, current(w, node->var), node->var_end));
            break;
        case NODE_INDEX:
        case NODE_LEN: {
            if (node->var_end >= w->depth) return fail(w, MACRO_NOT_REPEATING, &node->tok);
            u32 level = w->depth - 1 - node->var_end;
            emit_number(w, &node->tok,
                        node->kind == NODE_INDEX ? w->index[level] : w->length[level]);
            break;
        }
        case NODE_IGNORE: break;
        case NODE_CONCAT:
            if (!emit_concat(w, node, i + 1)) return false;
            i = node->end;
            continue;
        case NODE_SEQ:
        case NODE_SEQ_AGAIN:
        case NODE_SEQ_SEP:
        case NODE_SEQ_NEXT:
        case NODE_VAR:
        case NODE_END: UNREACHABLE();
        }
        i++;
    }
    return true;
}

// Documentation is matched as the attribute it stands for: `#[doc = "text"]`.
static Toks docs_as_attrs(Db *db, Toks args, Scratch *scratch) {
    u32 docs = 0;
    for (u32 i = 0; i < args.count; i++) {
        docs += args.at[i].kind == TOK_DOC_OUTER || args.at[i].kind == TOK_DOC_INNER;
    }
    if (docs == 0) return args;
    TokVec out = {0};
    vec_reserve(scratch, &out, args.count + docs * 7);
    u32 doc = symbol_intern(&db->symbols, STR("doc")).id;
    for (u32 i = 0; i < args.count; i++) {
        Tok tok = args.at[i];
        bool inner = tok.kind == TOK_DOC_INNER;
        if (tok.kind != TOK_DOC_OUTER && !inner) {
            vec_push(scratch, &out, tok);
            continue;
        }
        Tok made = {.flags = TOK_SYNTHETIC, .pos = tok.pos, .ctxt = tok.ctxt};
        made.kind = TOK_POUND;
        vec_push(scratch, &out, made);
        made.kind = TOK_NOT;
        if (inner) vec_push(scratch, &out, made);
        made.kind = TOK_OPEN_BRACKET;
        vec_push(scratch, &out, made);
        made.kind = TOK_IDENT;
        made.sym = doc;
        vec_push(scratch, &out, made);
        made.kind = TOK_EQ;
        made.sym = 0;
        vec_push(scratch, &out, made);
        made = literal_token(db, scratch, symbol_str(&db->symbols, (Symbol){tok.sym}), tok.pos);
        vec_push(scratch, &out, made);
        made = (Tok){.kind = TOK_CLOSE_BRACKET, .flags = TOK_SYNTHETIC, .pos = tok.pos};
        vec_push(scratch, &out, made);
    }
    tokens_rematch(out.at, 0, out.count);
    return (Toks){out.at, out.count};
}

bool macro_expand(Db *db, const MacroRules *rules, Toks args, const MacroCx *cx, Scratch *scratch,
                  TokVec *out, MacroError *error) {
    *error = (MacroError){0};
    if (rules->error != MACRO_OK) {
        *error = (MacroError){.kind = (MacroErrorKind)rules->error, .pos = cx->pos};
        return false;
    }
    args = docs_as_attrs(db, args, scratch);
    const MacroNode *nodes = LIST_AT(rules, MacroNode, rules->nodes);
    u32 farthest = 0;
    for (u32 i = 0; i < rules->rules.count; i++) {
        const MacroRule *rule = &LIST_AT(rules, MacroRule, rules->rules)[i];
        Match *vars = SCRATCH_ARRAY(scratch, Match, rule->var_count + 1);
        MatchVec pool = {0};
        MatchOutcome outcome =
            macro_match(db, nodes, rule, args, cx, scratch, vars, &pool, &farthest, error);
        if (outcome == MATCH_NO) continue;
        if (outcome == MATCH_FATAL) return false;
        Writer w = {.db = db,
                    .scratch = scratch,
                    .nodes = nodes,
                    .cx = cx,
                    .args = args,
                    .vars = vars,
                    .pool = pool.at,
                    .out = out,
                    .error = error};
        return write_nodes(&w, rule->template, rule->template_end);
    }
    bool at_end = farthest >= args.count;
    error->kind = at_end ? MACRO_NO_RULE_AT_END : MACRO_NO_RULE;
    error->pos = at_end ? cx->pos : args.at[farthest].pos;
    if (!at_end) {
        error->token = args.at[farthest].kind;
        if (error->token == TOK_IDENT) error->name.id = args.at[farthest].sym;
    }
    return false;
}

static const char *frag_name(FragKind frag) {
    switch (frag) {
    case FRAG_NONE: return "token";
    case FRAG_BLOCK: return "block";
    case FRAG_EXPR:
    case FRAG_EXPR_2021: return "expression";
    case FRAG_IDENT: return "identifier";
    case FRAG_ITEM: return "item";
    case FRAG_LIFETIME: return "lifetime";
    case FRAG_LITERAL: return "literal";
    case FRAG_META: return "attribute";
    case FRAG_PAT:
    case FRAG_PAT_PARAM: return "pattern";
    case FRAG_PATH: return "path";
    case FRAG_STMT: return "statement";
    case FRAG_TT: return "token tree";
    case FRAG_TY: return "type";
    case FRAG_VIS: return "visibility";
    case FRAG_GUARD: return "guard";
    }
    return "token";
}

Str macro_error_text(Db *db, const MacroError *error, Scratch *scratch) {
    switch (error->kind) {
    case MACRO_OK: return STR("");
    case MACRO_NO_RULE:
        if (error->name.id != 0) {
            return scratch_print(scratch, "no rules expected `%.*s`",
                                 STR_ARG(symbol_str(&db->symbols, error->name)));
        }
        // Punctuation; other kinds have a long text in braces.
        if (strlen(tok_kind_text((TokKind)error->token)) <= 3) {
            return scratch_print(scratch, "no rules expected `%s`",
                                 tok_kind_text((TokKind)error->token));
        }
        return STR("no rules expected this token in macro call");
    case MACRO_NO_RULE_AT_END: return STR("unexpected end of macro invocation");
    case MACRO_AMBIGUOUS:
        return STR("local ambiguity when calling macro: multiple parsing options");
    case MACRO_BAD_FRAGMENT:
        return scratch_print(scratch, "expected %s in macro call", frag_name(error->frag));
    case MACRO_TOO_LARGE: return STR("macro expansion is too large");
    case MACRO_NOT_REPEATING:
        return scratch_print(scratch, "variable `%.*s` is not repeating at this depth",
                             STR_ARG(symbol_str(&db->symbols, error->name)));
    case MACRO_LENGTHS_DIFFER: return STR("meta-variables repeat a different number of times");
    case MACRO_BAD_DEFINITION: return STR("the macro's definition is not well formed");
    case MACRO_BAD_CONCAT:
        return STR("`${concat(..)}` takes identifiers, literals and variables that are such");
    }
    return STR("");
}

bool tokens_rematch(Tok *at, u32 first, u32 count) {
    // The chain of open delimiters is kept in their own match fields.
    u32 open = UINT32_MAX;
    for (u32 i = first; i < count; i++) {
        u8 kind = at[i].kind;
        if (kind < TOK_OPEN_PAREN || kind > TOK_CLOSE_NONE) continue;
        if ((kind - TOK_OPEN_PAREN) % 2 == 0) {
            at[i].match = open;
            open = i;
        } else {
            if (open == UINT32_MAX || at[open].kind + 1 != kind) return false;
            u32 outer = at[open].match;
            at[open].match = at[i].match = i - open;
            open = outer;
        }
    }
    return open == UINT32_MAX;
}
