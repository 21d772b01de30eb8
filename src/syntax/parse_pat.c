// Patterns (Reference, "Patterns").
#include "syntax/parse_internal.h"

static AstPat pat_or(Parser *p, bool top);

AstPat parse_pat_top(Parser *p) {
    return pat_or(p, true);
}
AstPat parse_pat_param(Parser *p) {
    return parse_pat_no_top(p);
}

// Alternatives; a leading `|` only at the top of an arm, `let`, or inside parentheses.
static AstPat pat_or(Parser *p, bool top) {
    u32 lo = lo_here(p);
    if (top) eat(p, TOK_OR);
    AstPat first = parse_pat_no_top(p);
    if (!at_kind(p, TOK_OR)) {
        if (at_kind(p, TOK_OROR)) error_here(p, "unexpected token `||` in pattern");
        return first;
    }
    u32 base = p->stack.count;
    id_push(p, first.id);
    while (eat(p, TOK_OR)) {
        AstPat next = parse_pat_no_top(p);
        id_push(p, next.id);
    }
    AstList elems = ids_take(p, base);
    AstPat pat = pat_add(p, AST_PAT_OR, lo);
    pat_row(p, pat)->elems = elems;
    return pat;
}

// `(a, b)`, `[a, b]`: the elements up to the closing delimiter.
static AstList parse_elems(Parser *p, bool *trailing_comma) {
    u32 open = p->at;
    const Tok *run = p->run;
    bump(p);
    u32 base = p->stack.count;
    *trailing_comma = true;
    while (!at_close(p)) {
        Toks attrs = parse_outer_attrs(p);
        bool alive = cfg_alive(p, attrs);
        AstPat elem = pat_or(p, true);
        if (alive) id_push(p, elem.id);
        *trailing_comma = eat(p, TOK_COMMA);
        if (!*trailing_comma) break;
    }
    close_group(p, open, run, "`,` or a closing delimiter");
    return ids_take(p, base);
}

static bool at_range_end(const Parser *p) {
    if (at_lit(p) || at_kind(p, TOK_MINUS)) return true;
    if (at_word(p, SYM_const)) return peek_tok(p, 1)->kind == TOK_OPEN_BRACE;
    if (at_group(p, FRAG_EXPR) || at_group(p, FRAG_EXPR_2021) || at_group(p, FRAG_LITERAL))
        return true;
    return at_path_start(p);
}

static bool at_range_op(const Parser *p) {
    return at_kind(p, TOK_DOTDOT) || at_kind(p, TOK_DOTDOTEQ) || at_kind(p, TOK_DOTDOTDOT);
}

// A path, literal or inline const as the bound of a range.
static AstExpr parse_range_end(Parser *p) {
    u32 lo = lo_here(p);
    if (at_word(p, SYM_const)) {
        bump(p);
        return parse_block(p, AST_BLOCK_CONST, (AstLabel){0}, lo);
    }
    if (at_kind(p, TOK_OPEN_NONE) && !group_is_path_ty(p)) return parse_lit_or_neg(p);
    if (at_path_start(p)) return expr_of_path(p, parse_path(p, PATH_EXPR), lo);
    return parse_lit_or_neg(p);
}

static AstPat parse_range(Parser *p, AstExpr from, u32 lo) {
    bool inclusive = !at_kind(p, TOK_DOTDOT);
    bump(p);
    AstExpr to = {0};
    if (at_range_end(p))
        to = parse_range_end(p);
    else if (inclusive)
        error_at(p, lo, hi_prev(p), "E0586", "inclusive range with no end");
    AstPat pat = pat_add(p, AST_PAT_RANGE, lo);
    pat_row(p, pat)->range.lo = from;
    pat_row(p, pat)->range.hi = to;
    pat_row(p, pat)->is_inclusive = inclusive;
    return pat;
}

static AstPat pat_lit(Parser *p, AstExpr lit, u32 lo) {
    if (at_range_op(p)) return parse_range(p, lit, lo);
    AstPat pat = pat_add(p, AST_PAT_LIT, lo);
    pat_row(p, pat)->lit = lit;
    return pat;
}

static AstPat parse_ident_pat(Parser *p, bool by_ref, bool is_mut, bool mut_first, u32 lo) {
    AstPatRow row = {.by_ref = by_ref, .is_mut = is_mut};
    row.ident.mut_first = mut_first;
    row.ident.flags = p->tok.flags & TOK_RAW;
    if (at_word(p, SYM_self)) {
        row.ident.name = (AstName){{p->tok.sym}, p->tok.ctxt};
        bump(p);
    } else {
        row.ident.name = take_name(p);
    }
    if (eat(p, TOK_AT)) row.ident.sub = parse_pat_no_top(p);
    AstPat pat = pat_add(p, AST_PAT_IDENT, lo);
    AstPatRow *made = pat_row(p, pat);
    made->by_ref = row.by_ref;
    made->is_mut = row.is_mut;
    made->ident = row.ident;
    return pat;
}

static AstPat parse_struct_pat(Parser *p, AstPath path, u32 lo) {
    u32 open = p->at;
    const Tok *run = p->run;
    bump(p);
    VEC(AstField) fields = {0};
    bool rest = false;
    while (!at_close(p)) {
        u32 start = p->at;
        Toks attrs = parse_outer_attrs(p);
        bool alive = cfg_alive(p, attrs);
        if (at_kind(p, TOK_DOTDOT)) {
            bump(p);
            if (alive) rest = true;
            eat(p, TOK_COMMA);
            continue;
        }
        AstField field = {.lo = lo_here(p)};
        TokKind next = peek_tok(p, 1)->kind;
        if ((at_kind(p, TOK_IDENT) || at_kind(p, TOK_INT)) && next == TOK_COLON) {
            field.name = (AstName){{p->tok.sym}, p->tok.ctxt};
            bump(p);
            bump(p);
            field.value = parse_pat_top(p).id;
        } else {
            u32 lo_field = lo_here(p);
            bool boxed = at_word(p, SYM_box) && next == TOK_IDENT;
            if (boxed) bump(p);
            bool by_ref = eat_word(p, SYM_ref);
            bool is_mut = eat_word(p, SYM_mut);
            field.is_shorthand = 1;
            u32 name_lo = lo_here(p);
            AstName name = take_name(p);
            AstPat pat = pat_add(p, AST_PAT_IDENT, boxed ? name_lo : lo_field);
            pat_row(p, pat)->ident.name = name;
            pat_row(p, pat)->by_ref = by_ref;
            pat_row(p, pat)->is_mut = is_mut;
            if (boxed) {
                AstPat outer = pat_add(p, AST_PAT_BOX, lo_field);
                pat_row(p, outer)->inner = pat;
                pat = outer;
            }
            field.name = name;
            field.value = pat.id;
        }
        field.hi = max_u32(field.lo, hi_prev(p));
        if (alive) vec_push(p->scratch, &fields, field);
        if (!eat(p, TOK_COMMA)) break;
        if (p->at == start) break;
    }
    close_group(p, open, run, "`,` or `}`");
    AstList list = ROWS_TAKE(p, fields, fields);
    AstPat pat = pat_add(p, AST_PAT_STRUCT, lo);
    pat_row(p, pat)->structure.path = path;
    pat_row(p, pat)->structure.fields = list;
    pat_row(p, pat)->structure.has_rest = rest;
    return pat;
}

static AstPat parse_macro_pat(Parser *p, AstPath path, u32 lo) {
    u32 row;
    ParseSpot spot;
    AstMacro call;
    MacroResult result = parse_macro_call(p, path, lo, MACRO_PAT, &row, &spot, &call);
    if (result == MACRO_ENTERED) {
        AstPat pat = parse_pat_top(p);
        eat(p, TOK_SEMI);
        leave_expansion(p, &spot, "a pattern");
        return pat;
    }
    AstPat pat = pat_add(p, result == MACRO_KEPT ? AST_PAT_MACRO : AST_PAT_ERR, lo);
    pat_row(p, pat)->macro = row;
    return pat;
}

static AstPat parse_path_pat(Parser *p, u32 lo) {
    AstPath path = parse_path(p, PATH_EXPR);
    if (at_kind(p, TOK_NOT)) {
        TokKind next = peek_tok(p, 1)->kind;
        if (next == TOK_OPEN_PAREN || next == TOK_OPEN_BRACKET || next == TOK_OPEN_BRACE)
            return parse_macro_pat(p, path, lo);
    }
    if (at_kind(p, TOK_OPEN_BRACE)) return parse_struct_pat(p, path, lo);
    if (at_kind(p, TOK_OPEN_PAREN)) {
        bool comma;
        AstList elems = parse_elems(p, &comma);
        AstPat pat = pat_add(p, AST_PAT_TUPLE_STRUCT, lo);
        pat_row(p, pat)->tuple_struct.path = path;
        pat_row(p, pat)->tuple_struct.elems = elems;
        return pat;
    }
    if (at_range_op(p)) return parse_range(p, expr_of_path(p, path, lo), lo);
    AstPat pat = pat_add(p, AST_PAT_PATH, lo);
    pat_row(p, pat)->path = path;
    return pat;
}

// `builtin # deref(p)`
static AstPat parse_builtin_pat(Parser *p, u32 lo) {
    bump(p);
    bump(p);
    bool known = at_word(p, SYM_deref);
    bump(p);
    u32 open = p->at;
    const Tok *run = p->run;
    if (!known || !expect(p, TOK_OPEN_PAREN)) {
        error_here(p, "unknown `builtin #` construct in a pattern");
        return pat_add(p, AST_PAT_ERR, lo);
    }
    AstPat inner = parse_pat_top(p);
    close_group(p, open, run, "`)`");
    AstPat pat = pat_add(p, AST_PAT_DEREF, lo);
    pat_row(p, pat)->inner = inner;
    return pat;
}

static AstPat parse_paren_pat(Parser *p, u32 lo) {
    u32 open = p->at;
    bool comma;
    // (p if guard): unstable guard patterns
    AstList elems;
    {
        const Tok *run = p->run;
        bump(p);
        u32 base = p->stack.count;
        comma = true;
        while (!at_close(p)) {
            Toks attrs = parse_outer_attrs(p);
            bool alive = cfg_alive(p, attrs);
            u32 elem_lo = lo_here(p);
            AstPat elem = pat_or(p, true);
            if (at_word(p, SYM_if)) {
                bump(p);
                AstExpr cond = parse_expr_res(p, R_LET);
                AstPat guard = pat_add(p, AST_PAT_GUARD, elem_lo);
                pat_row(p, guard)->guard.pat = elem;
                pat_row(p, guard)->guard.cond = cond;
                elem = guard;
            }
            if (alive) id_push(p, elem.id);
            comma = eat(p, TOK_COMMA);
            if (!comma) break;
        }
        close_group(p, open, run, "`,` or `)`");
        elems = ids_take(p, base);
    }
    if (elems.count == 1 && !comma) {
        AstPat inner = {p->lists.at[elems.first]};
        if (pat_row(p, inner)->kind != AST_PAT_REST) return inner;
    }
    AstPat pat = pat_add(p, AST_PAT_TUPLE, lo);
    pat_row(p, pat)->elems = elems;
    return pat;
}

static AstPat pat_group(Parser *p, u32 lo) {
    switch (p->tok.extra) {
    case FRAG_PAT:
    case FRAG_PAT_PARAM: {
        bump(p);
        AstPat pat = parse_pat_top(p);
        close_none(p);
        return pat;
    }
    case FRAG_EXPR:
    case FRAG_EXPR_2021:
    case FRAG_LITERAL:
    case FRAG_BLOCK: {
        // a literal, a path or an inline const that came as an expression
        const Tok *inside = peek_tok(p, 1);
        bool lit = inside->kind >= TOK_INT && inside->kind <= TOK_RAW_C_STR;
        if (lit || inside->kind == TOK_MINUS || tok_word(inside, SYM_true) ||
            tok_word(inside, SYM_false))
            return pat_lit(p, parse_lit_or_neg(p), lo);
        bump(p);
        AstPat pat = parse_pat_no_top(p);
        close_none(p);
        return pat;
    }
    default: return parse_path_pat(p, lo);
    }
}

static AstPat pat_start(Parser *p) {
    u32 lo = lo_here(p);
    switch (p->tok.kind) {
    case TOK_OPEN_NONE: return pat_group(p, lo);
    case TOK_AND:
    case TOK_ANDAND: {
        eat_and(p);
        bool pinned = at_word(p, SYM_pin) &&
                      (tok_word(peek_tok(p, 1), SYM_mut) || tok_word(peek_tok(p, 1), SYM_const));
        if (pinned) bump(p);
        bool is_mut = eat_word(p, SYM_mut);
        if (pinned && !is_mut) eat_word(p, SYM_const);
        AstPat inner = parse_pat_no_top(p);
        AstPat pat = pat_add(p, AST_PAT_REF, lo);
        pat_row(p, pat)->inner = inner;
        pat_row(p, pat)->is_mut = is_mut;
        pat_row(p, pat)->is_pinned = pinned;
        return pat;
    }
    case TOK_OPEN_PAREN: return parse_paren_pat(p, lo);
    case TOK_OPEN_BRACKET: {
        bool comma;
        AstList elems = parse_elems(p, &comma);
        AstPat pat = pat_add(p, AST_PAT_SLICE, lo);
        pat_row(p, pat)->elems = elems;
        return pat;
    }
    case TOK_NOT: bump(p); return pat_add(p, AST_PAT_NEVER, lo);
    case TOK_DOTDOT: {
        const Tok *next = peek_tok(p, 1);
        bool end =
            next->kind == TOK_MINUS || (next->kind >= TOK_INT && next->kind <= TOK_RAW_C_STR) ||
            (next->kind == TOK_IDENT && !tok_word(next, SYM_if) &&
             (tok_path_start(p, next) || tok_word(next, SYM_true) || tok_word(next, SYM_const))) ||
            next->kind == TOK_OPEN_NONE || next->kind == TOK_LT || next->kind == TOK_COLONCOLON;
        if (end) return parse_range(p, (AstExpr){0}, lo);
        bump(p);
        return pat_add(p, AST_PAT_REST, lo);
    }
    case TOK_DOTDOTEQ:
    case TOK_DOTDOTDOT: return parse_range(p, (AstExpr){0}, lo);
    default: break;
    }
    if (at_lit(p) || at_kind(p, TOK_MINUS)) return pat_lit(p, parse_lit_or_neg(p), lo);
    const Tok *next = peek_tok(p, 1);
    if (at_word(p, SYM_underscore)) {
        bump(p);
        return pat_add(p, AST_PAT_WILD, lo);
    }
    if (at_word(p, SYM_mut)) {
        bump(p);
        bool by_ref = at_word(p, SYM_ref);
        if (by_ref) {
            bump(p);
            eat_word(p, SYM_mut);
        }
        return parse_ident_pat(p, by_ref, true, true, lo);
    }
    if (at_word(p, SYM_ref)) {
        bump(p);
        if (at_word(p, SYM_pin) &&
            (tok_word(peek_tok(p, 1), SYM_mut) || tok_word(peek_tok(p, 1), SYM_const))) {
            bump(p);
            if (!at_word(p, SYM_mut)) bump(p);
        }
        bool is_mut = eat_word(p, SYM_mut);
        return parse_ident_pat(p, true, is_mut, false, lo);
    }
    if (at_word(p, SYM_box) && next->kind != TOK_COLONCOLON) {
        bump(p);
        AstPat inner = parse_pat_no_top(p);
        AstPat pat = pat_add(p, AST_PAT_BOX, lo);
        pat_row(p, pat)->inner = inner;
        return pat;
    }
    if (at_word(p, SYM_const) && next->kind == TOK_OPEN_BRACE)
        return pat_lit(p, parse_range_end(p), lo);
    if (at_word(p, SYM_builtin) && next->kind == TOK_POUND) return parse_builtin_pat(p, lo);
    if (at_name(p)) {
        bool delim = next->kind == TOK_OPEN_PAREN || next->kind == TOK_OPEN_BRACE ||
                     next->kind == TOK_COLONCOLON || next->kind == TOK_DOTDOT ||
                     next->kind == TOK_DOTDOTEQ || next->kind == TOK_DOTDOTDOT;
        bool bang = next->kind == TOK_NOT && (peek_tok(p, 2)->kind == TOK_OPEN_PAREN ||
                                              peek_tok(p, 2)->kind == TOK_OPEN_BRACKET ||
                                              peek_tok(p, 2)->kind == TOK_OPEN_BRACE);
        if (!delim && !bang) return parse_ident_pat(p, false, false, false, lo);
    }
    if (at_path_start(p)) return parse_path_pat(p, lo);
    error_here(p, "expected pattern, found %.*s", STR_ARG(tok_shown(p, &p->tok)));
    return pat_add(p, AST_PAT_ERR, lo);
}

AstPat parse_pat_no_top(Parser *p) {
    if (!depth_enter(p)) return pat_add(p, AST_PAT_ERR, lo_here(p));
    AstPat pat = pat_start(p);
    depth_leave(p);
    return pat;
}
