// The matcher: all ways through a rule's pattern at once, one input token at a time, as in
// rustc_expand/src/mbe/macro_parser.rs. Where a fragment must be parsed there may be only one way.
//
// What a way has matched so far is a list of events shared with the ways it came from; when a way
// reaches the end, the events are replayed into one Match tree per variable.

#include "expand/macro_node.h"

typedef enum EventKind { EVENT_BIND, EVENT_SEQ_BEGIN, EVENT_SEQ_END } EventKind;

typedef struct Event {
    u32 prev; // event before it on its way; 0: none
    u32 kind;
    u32 var; // SEQ: the first variable in it
    u32 var_end;
    u32 first, count; // BIND: input tokens
    u32 frag;
} Event;

typedef struct Way {
    u32 node;
    u32 event;
} Way;

typedef VEC(Way) WayVec;

typedef struct Matcher {
    Db *db;
    Scratch *scratch;
    const MacroNode *nodes;
    Toks args;
    const MacroCx *cx;
    VEC(Event) events; // [0] unused
    WayVec cur, next, vars;
} Matcher;

static u32 event_add(Matcher *m, Event event) {
    vec_push(m->scratch, &m->events, event);
    return m->events.count - 1;
}

static bool tok_same(const Tok *a, const Tok *b) {
    if (a->kind != b->kind) return false;
    if (a->kind == TOK_IDENT) {
        return a->sym == b->sym &&
               (a->flags & (TOK_RAW | TOK_CRATE)) == (b->flags & (TOK_RAW | TOK_CRATE));
    }
    return (a->kind >= TOK_LIFETIME && a->kind <= TOK_DOC_INNER) ? a->sym == b->sym : true;
}

static bool is_close(u8 kind) {
    return kind == TOK_CLOSE_PAREN || kind == TOK_CLOSE_BRACKET || kind == TOK_CLOSE_BRACE ||
           kind == TOK_CLOSE_NONE;
}

static bool is_keyword(u32 sym) {
    return sym >= SYM_as && sym <= SYM_while;
}

static bool is_path_keyword(u32 sym) {
    return sym == SYM_self || sym == SYM_Self || sym == SYM_super || sym == SYM_crate;
}

static bool is_literal(const Tok *tok) {
    return (tok->kind >= TOK_INT && tok->kind <= TOK_RAW_C_STR) ||
           (tok->kind == TOK_IDENT && !(tok->flags & TOK_RAW) &&
            (tok->sym == SYM_true || tok->sym == SYM_false));
}

static bool ident_begins_expr(const Tok *tok) {
    if ((tok->flags & TOK_RAW) || !is_keyword(tok->sym) || is_path_keyword(tok->sym)) {
        return tok->sym != SYM_underscore;
    }
    switch (tok->sym) {
    case SYM_break:
    case SYM_const:
    case SYM_continue:
    case SYM_false:
    case SYM_for:
    case SYM_if:
    case SYM_let:
    case SYM_loop:
    case SYM_match:
    case SYM_move:
    case SYM_return:
    case SYM_static:
    case SYM_true:
    case SYM_unsafe:
    case SYM_while: return true;
    default: return false;
    }
}

static bool begins_expr(const Tok *tok) {
    switch (tok->kind) {
    case TOK_IDENT: return ident_begins_expr(tok);
    case TOK_OPEN_PAREN:
    case TOK_OPEN_BRACE:
    case TOK_OPEN_BRACKET:
    case TOK_NOT:
    case TOK_MINUS:
    case TOK_STAR:
    case TOK_OR:
    case TOK_OROR:
    case TOK_AND:
    case TOK_ANDAND:
    case TOK_DOTDOT:
    case TOK_DOTDOTDOT:
    case TOK_DOTDOTEQ:
    case TOK_LT:
    case TOK_SHL:
    case TOK_COLONCOLON:
    case TOK_LIFETIME:
    case TOK_POUND: return true;
    case TOK_OPEN_NONE:
        return tok->extra == FRAG_BLOCK || tok->extra == FRAG_EXPR ||
               tok->extra == FRAG_EXPR_2021 || tok->extra == FRAG_LITERAL ||
               tok->extra == FRAG_PATH || tok->extra == FRAG_NONE;
    default: return is_literal(tok);
    }
}

static bool begins_type(const Tok *tok) {
    switch (tok->kind) {
    case TOK_IDENT:
        if ((tok->flags & TOK_RAW) || !is_keyword(tok->sym) || is_path_keyword(tok->sym)) {
            return true;
        }
        return tok->sym == SYM_underscore || tok->sym == SYM_for || tok->sym == SYM_impl ||
               tok->sym == SYM_fn || tok->sym == SYM_unsafe || tok->sym == SYM_extern ||
               tok->sym == SYM_typeof || tok->sym == SYM_dyn;
    case TOK_OPEN_PAREN:
    case TOK_OPEN_BRACKET:
    case TOK_NOT:
    case TOK_STAR:
    case TOK_AND:
    case TOK_ANDAND:
    case TOK_QUESTION:
    case TOK_LIFETIME:
    case TOK_LT:
    case TOK_SHL:
    case TOK_COLONCOLON: return true;
    case TOK_OPEN_NONE:
        return tok->extra == FRAG_TY || tok->extra == FRAG_PATH || tok->extra == FRAG_NONE;
    default: return false;
    }
}

static bool begins_pattern(const Tok *tok, bool alternatives) {
    switch (tok->kind) {
    case TOK_IDENT:
    case TOK_OPEN_PAREN:
    case TOK_OPEN_BRACKET:
    case TOK_AND:
    case TOK_ANDAND:
    case TOK_MINUS:
    case TOK_DOTDOT:
    case TOK_DOTDOTDOT:
    case TOK_DOTDOTEQ:
    case TOK_COLONCOLON:
    case TOK_LT:
    case TOK_SHL: return true;
    case TOK_OR: return alternatives;
    case TOK_OPEN_NONE:
        return tok->extra == FRAG_EXPR || tok->extra == FRAG_EXPR_2021 ||
               tok->extra == FRAG_LITERAL || tok->extra == FRAG_META || tok->extra == FRAG_PAT ||
               tok->extra == FRAG_PAT_PARAM || tok->extra == FRAG_PATH || tok->extra == FRAG_TY ||
               tok->extra == FRAG_NONE;
    default: return is_literal(tok);
    }
}

static bool group_may_be_ident(const Tok *tok) {
    switch ((FragKind)tok->extra) {
    case FRAG_STMT:
    case FRAG_PAT:
    case FRAG_PAT_PARAM:
    case FRAG_EXPR:
    case FRAG_EXPR_2021:
    case FRAG_TY:
    case FRAG_LITERAL:
    case FRAG_META:
    case FRAG_PATH:
    case FRAG_NONE: return true;
    default: return false;
    }
}

bool macro_fragment_may_start(FragKind kind, const Tok *tok, u32 edition) {
    bool ident = tok->kind == TOK_IDENT;
    bool plain = ident && !(tok->flags & TOK_RAW);
    switch (kind) {
    case FRAG_EXPR_2021:
        return begins_expr(tok) && !(plain && (tok->sym == SYM_let || tok->sym == SYM_const));
    case FRAG_EXPR:
        if (plain && tok->sym == SYM_let) return false;
        if (edition < 2024 && plain && tok->sym == SYM_const) return false;
        return begins_expr(tok) || (edition >= 2024 && plain && tok->sym == SYM_underscore);
    case FRAG_TY: return begins_type(tok);
    case FRAG_IDENT: return ident && tok->sym != SYM_underscore;
    case FRAG_LITERAL:
        return is_literal(tok) || tok->kind == TOK_MINUS ||
               (tok->kind == TOK_OPEN_NONE &&
                (tok->extra == FRAG_LITERAL || tok->extra == FRAG_EXPR ||
                 tok->extra == FRAG_EXPR_2021));
    case FRAG_VIS:
        return tok->kind == TOK_COMMA || ident || tok->kind == TOK_OPEN_NONE || begins_type(tok);
    case FRAG_BLOCK:
        return tok->kind == TOK_OPEN_BRACE ||
               (tok->kind == TOK_OPEN_NONE &&
                (tok->extra == FRAG_BLOCK || tok->extra == FRAG_STMT || tok->extra == FRAG_EXPR ||
                 tok->extra == FRAG_EXPR_2021 || tok->extra == FRAG_LITERAL));
    case FRAG_PATH:
    case FRAG_META:
        return tok->kind == TOK_COLONCOLON || ident ||
               (tok->kind == TOK_OPEN_NONE && group_may_be_ident(tok)) ||
               (kind == FRAG_PATH && (tok->kind == TOK_LT || tok->kind == TOK_SHL));
    case FRAG_PAT: return begins_pattern(tok, edition >= 2021);
    case FRAG_PAT_PARAM: return begins_pattern(tok, false);
    case FRAG_LIFETIME: return tok->kind == TOK_LIFETIME;
    case FRAG_GUARD: return plain && tok->sym == SYM_if;
    case FRAG_TT:
    case FRAG_ITEM:
    case FRAG_STMT: return !is_close(tok->kind);
    case FRAG_NONE: return false;
    }
    return false;
}

// The fragments that need no parser.
static u32 fragment_end(Matcher *m, u32 at, FragKind kind) {
    const Tok *tok = &m->args.at[at];
    bool plain = tok->kind == TOK_IDENT && !(tok->flags & TOK_RAW);
    switch (kind) {
    case FRAG_IDENT:
    case FRAG_LIFETIME: return at + 1;
    case FRAG_TT:
        return tok->kind >= TOK_OPEN_PAREN && tok->kind <= TOK_CLOSE_NONE ? at + tok->match + 1
                                                                          : at + 1;
    case FRAG_BLOCK: return at + tok->match + 1;
    case FRAG_VIS:
        if (tok->kind == TOK_OPEN_NONE && tok->extra == FRAG_VIS) return at + tok->match + 1;
        if (plain && tok->sym == SYM_pub) {
            if (at + 2 < m->args.count && tok[1].kind == TOK_OPEN_PAREN &&
                tok[2].kind == TOK_IDENT) {
                u32 sym = tok[2].sym;
                bool alone = tok[1].match == 2;
                if (sym == SYM_in ||
                    (alone && (sym == SYM_crate || sym == SYM_self || sym == SYM_super))) {
                    return at + 1 + tok[1].match + 1;
                }
            }
            return at + 1;
        }
        return at;
    case FRAG_LITERAL:
        if (tok->kind == TOK_OPEN_NONE) return at + tok->match + 1;
        if (tok->kind == TOK_MINUS) {
            return at + 1 < m->args.count && is_literal(&tok[1]) ? at + 2 : UINT32_MAX;
        }
        return at + 1;
    default: break;
    }
    if (tok->kind == TOK_OPEN_NONE && tok->extra == kind &&
        (kind == FRAG_ITEM || kind == FRAG_TY || kind == FRAG_META)) {
        // A whole group of the kind asked for (an expression may go on after it).
        if (kind != FRAG_TY || at + tok->match + 1 == m->args.count ||
            tok[tok->match + 1].kind != TOK_PLUS) {
            return at + tok->match + 1;
        }
    }
    if (kind == FRAG_PAT && m->cx->edition < 2021) kind = FRAG_PAT_PARAM;
    if (m->cx->fragment_end == NULL) return UINT32_MAX;
    return m->cx->fragment_end(m->cx->env, m->args, at, kind);
}

typedef struct Frame {
    u32 var;
    MatchVec *lists; // one per variable from `var` on
} Frame;

static void replay_events(Matcher *m, u32 last, u32 var_count, Match *vars, MatchVec *pool) {
    u32 count = 0;
    for (u32 e = last; e != 0; e = m->events.at[e].prev)
        count++;
    u32 *order = SCRATCH_ARRAY(m->scratch, u32, count + 1);
    for (u32 e = last, i = count; e != 0; e = m->events.at[e].prev)
        order[--i] = e;

    VEC(Frame) frames = {0};
    MatchVec *roots = SCRATCH_ARRAY(m->scratch, MatchVec, var_count + 1);
    vec_push(m->scratch, &frames, (Frame){0, roots});
    for (u32 i = 0; i < count; i++) {
        const Event *event = &m->events.at[order[i]];
        Frame *top = &vec_last(&frames);
        switch ((EventKind)event->kind) {
        case EVENT_BIND: {
            Match leaf = {0, (u8)event->frag, event->first, event->count};
            vec_push(m->scratch, &top->lists[event->var - top->var], leaf);
            break;
        }
        case EVENT_SEQ_BEGIN: {
            Frame frame = {event->var,
                           SCRATCH_ARRAY(m->scratch, MatchVec, event->var_end - event->var + 1)};
            vec_push(m->scratch, &frames, frame);
            break;
        }
        case EVENT_SEQ_END: {
            Frame done = vec_pop(&frames);
            top = &vec_last(&frames);
            for (u32 v = event->var; v < event->var_end; v++) {
                MatchVec *list = &done.lists[v - done.var];
                Match seq = {1, 0, pool->count, list->count};
                vec_append(m->scratch, pool, list->at, list->count);
                vec_push(m->scratch, &top->lists[v - top->var], seq);
            }
            break;
        }
        }
    }
    for (u32 v = 0; v < var_count; v++) {
        CHECK(roots[v].count == 1);
        vars[v] = roots[v].at[0];
    }
}

// Goes along every current way until it needs a token.
static bool step(Matcher *m, u32 at, u32 *ended, u32 *end_count) {
    const Tok *tok = at < m->args.count ? &m->args.at[at] : NULL;
    while (m->cur.count != 0) {
        Way way = vec_pop(&m->cur);
        const MacroNode *node = &m->nodes[way.node];
        switch ((MacroNodeKind)node->kind) {
        case NODE_TOK:
            if (tok != NULL && tok_same(&node->tok, tok)) {
                vec_push(m->scratch, &m->next, (Way){way.node + 1, way.event});
            }
            break;
        case NODE_SEQ: {
            Event event = {way.event, EVENT_SEQ_BEGIN, node->var, node->var_end, 0, 0, 0};
            u32 begin = event_add(m, event);
            if (node->op != REPEAT_PLUS) {
                event.prev = begin;
                event.kind = EVENT_SEQ_END;
                vec_push(m->scratch, &m->cur, (Way){node->end, event_add(m, event)});
            }
            vec_push(m->scratch, &m->cur, (Way){way.node + 1, begin});
            break;
        }
        case NODE_SEQ_AGAIN:
        case NODE_SEQ_SEP: {
            u32 inside = node->kind == NODE_SEQ_AGAIN ? node->end : m->nodes[way.node + 1].end;
            const MacroNode *seq = &m->nodes[inside - 1];
            Event event = {way.event, EVENT_SEQ_END, seq->var, seq->var_end, 0, 0, 0};
            vec_push(m->scratch, &m->cur, (Way){seq->end, event_add(m, event)});
            if (node->kind == NODE_SEQ_SEP) {
                if (tok != NULL && tok_same(&node->tok, tok)) {
                    vec_push(m->scratch, &m->next, (Way){way.node + 1, way.event});
                }
            } else if (node->op != REPEAT_OPT) {
                vec_push(m->scratch, &m->cur, (Way){inside, way.event});
            }
            break;
        }
        case NODE_SEQ_NEXT: vec_push(m->scratch, &m->cur, (Way){node->end, way.event}); break;
        case NODE_VAR: {
            FragKind frag = (FragKind)node->frag;
            // As in rustc, not even an empty visibility matches at the end of the input.
            if (tok != NULL && macro_fragment_may_start(frag, tok, m->cx->edition))
                vec_push(m->scratch, &m->vars, way);
            break;
        }
        case NODE_END:
            if (tok == NULL) {
                *ended = way.event;
                (*end_count)++;
            }
            break;
        case NODE_PASTE:
        case NODE_REPEAT:
        case NODE_COUNT:
        case NODE_INDEX:
        case NODE_LEN:
        case NODE_IGNORE:
        case NODE_CONCAT:
        case NODE_CRATE: UNREACHABLE();
        }
        // A pattern whose repetition matches nothing would go round for ever.
        if (m->cur.count > 100000 || m->events.count > (1u << 24)) return false;
    }
    return true;
}

MatchOutcome macro_match(Db *db, const MacroNode *nodes, const MacroRule *rule, Toks args,
                         const MacroCx *cx, Scratch *scratch, Match *vars, MatchVec *pool,
                         u32 *farthest, MacroError *error) {
    Matcher m = {.db = db, .scratch = scratch, .nodes = nodes, .args = args, .cx = cx};
    event_add(&m, (Event){0});
    vec_push(scratch, &m.cur, (Way){rule->matcher, 0});
    for (u32 at = 0;;) {
        u32 ended = 0, end_count = 0;
        m.next.count = 0;
        m.vars.count = 0;
        if (!step(&m, at, &ended, &end_count)) {
            *error = (MacroError){.kind = MACRO_TOO_LARGE};
            return MATCH_FATAL;
        }
        u32 pos = at < args.count ? args.at[at].pos : cx->pos;
        if (at > *farthest) *farthest = at;
        if (at >= args.count && end_count == 1 && m.vars.count == 0) {
            replay_events(&m, ended, rule->var_count, vars, pool);
            return MATCH_YES;
        }
        if (at >= args.count && end_count > 1) {
            *error = (MacroError){.kind = MACRO_AMBIGUOUS, .pos = pos};
            return MATCH_FATAL;
        }
        if (m.next.count == 0 && m.vars.count == 0) {
            if (at >= args.count && end_count == 1) {
                replay_events(&m, ended, rule->var_count, vars, pool);
                return MATCH_YES;
            }
            return MATCH_NO;
        }
        if (m.vars.count == 0) {
            WayVec swap = m.cur;
            m.cur = m.next;
            m.next = swap;
            at++;
            continue;
        }
        if (m.vars.count > 1 || m.next.count > 0) {
            *error = (MacroError){.kind = MACRO_AMBIGUOUS, .pos = pos};
            return MATCH_FATAL;
        }
        Way way = m.vars.at[0];
        const MacroNode *node = &nodes[way.node];
        u32 end = fragment_end(&m, at, (FragKind)node->frag);
        if (end == UINT32_MAX) {
            *error =
                (MacroError){.kind = MACRO_BAD_FRAGMENT, .pos = pos, .frag = (FragKind)node->frag};
            return MATCH_FATAL;
        }
        Event bind = {way.event, EVENT_BIND, node->var, 0, at, end - at, node->frag};
        vec_push(scratch, &m.cur, (Way){way.node + 1, event_add(&m, bind)});
        at = end;
    }
}
