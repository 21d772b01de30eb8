// Expressions: operators, prefixes, suffixes, primaries (Reference, "Expressions").
#include "syntax/parse_internal.h"

static AstExpr assoc_with(Parser *p, u32 min, u32 res);

AstExpr parse_expr(Parser *p) {
    return parse_expr_res(p, R_NONE);
}
AstExpr parse_expr_res(Parser *p, u32 res) {
    return assoc_with(p, 0, res);
}
AstExpr parse_anon_const(Parser *p) {
    return parse_expr_res(p, R_NONE);
}

// ---- literals and paths
// -----------------------------------------------------------------------------

bool at_lit(const Parser *p) {
    return (p->tok.kind >= TOK_INT && p->tok.kind <= TOK_RAW_C_STR) || at_word(p, SYM_true) ||
           at_word(p, SYM_false);
}

AstExpr parse_lit(Parser *p) {
    u32 lo = lo_here(p);
    if (!at_lit(p)) {
        error_here(p, "expected literal, found %.*s", STR_ARG(tok_shown(p, &p->tok)));
        return expr_add(p, AST_EXPR_ERR, lo);
    }
    AstLit lit = {p->tok.kind, (u8)min_u32(p->tok.extra, 255), {p->tok.sym}};
    if (p->tok.kind == TOK_IDENT) lit.suffix_len = 0;
    bump(p);
    AstExpr e = expr_add(p, AST_EXPR_LIT, lo);
    expr_row(p, e)->lit = lit;
    return e;
}

static AstExpr expr_unary(Parser *p, AstUnOp op, AstExpr operand, u32 lo) {
    AstExpr e = expr_add(p, AST_EXPR_UNARY, lo);
    expr_row(p, e)->op = (u8)op;
    expr_row(p, e)->bin.a = operand;
    return e;
}

AstExpr parse_lit_or_neg(Parser *p) {
    u32 lo = lo_here(p);
    if (at_kind(p, TOK_OPEN_NONE)) {
        bump(p);
        AstExpr e = parse_expr(p);
        close_none(p);
        return e;
    }
    if (eat(p, TOK_MINUS)) {
        AstExpr operand = at_kind(p, TOK_OPEN_NONE) ? parse_lit_or_neg(p) : parse_lit(p);
        return expr_unary(p, AST_NEG, operand, lo);
    }
    return parse_lit(p);
}

AstExpr expr_of_path(Parser *p, AstPath path, u32 lo) {
    AstExpr e = expr_add(p, AST_EXPR_PATH, lo);
    expr_row(p, e)->path = path;
    return e;
}

bool expr_is_block_like(const Parser *p, AstExpr e) {
    const AstExprRow *row = &p->exprs.at[e.id];
    if (row->from_macro) return false;
    switch (row->kind) {
    case AST_EXPR_IF:
    case AST_EXPR_MATCH:
    case AST_EXPR_WHILE:
    case AST_EXPR_LOOP:
    case AST_EXPR_FOR: return true;
    case AST_EXPR_BLOCK:
        return row->op == AST_BLOCK_PLAIN || row->op == AST_BLOCK_UNSAFE ||
               row->op == AST_BLOCK_CONST || row->op == AST_BLOCK_TRY;
    default: return false;
    }
}

bool can_begin_expr(const Parser *p) {
    switch (p->tok.kind) {
    case TOK_OPEN_PAREN:
    case TOK_OPEN_BRACKET:
    case TOK_OPEN_BRACE:
    case TOK_OPEN_NONE:
    case TOK_NOT:
    case TOK_MINUS:
    case TOK_STAR:
    case TOK_AND:
    case TOK_ANDAND:
    case TOK_OR:
    case TOK_OROR:
    case TOK_DOTDOT:
    case TOK_DOTDOTEQ:
    case TOK_DOTDOTDOT:
    case TOK_LT:
    case TOK_SHL:
    case TOK_COLONCOLON:
    case TOK_LIFETIME:
    case TOK_POUND: return true;
    case TOK_IDENT: break;
    default: return p->tok.kind >= TOK_INT && p->tok.kind <= TOK_RAW_C_STR;
    }
    if (!tok_is_keyword(&p->tok, p->edition) || at_path_start(p)) return true;
    switch (p->tok.sym) {
    case SYM_async:
    case SYM_do:
    case SYM_box:
    case SYM_break:
    case SYM_const:
    case SYM_continue:
    case SYM_false:
    case SYM_for:
    case SYM_gen:
    case SYM_if:
    case SYM_let:
    case SYM_loop:
    case SYM_match:
    case SYM_move:
    case SYM_return:
    case SYM_true:
    case SYM_try:
    case SYM_unsafe:
    case SYM_while:
    case SYM_yield:
    case SYM_become:
    case SYM_static:
    case SYM_underscore: return true;
    default: return false;
    }
}

static bool can_begin_value(const Parser *p, u32 res) {
    return can_begin_expr(p) && !(res & R_NO_STRUCT && at_kind(p, TOK_OPEN_BRACE));
}

// ---- lists
// ------------------------------------------------------------------------------------------

// Elements behind `open`, up to and with its partner. *comma: the last had one behind it.
static AstList parse_list(Parser *p, bool *comma) {
    u32 open = p->at;
    const Tok *run = p->run;
    bump(p);
    u32 base = p->stack.count;
    *comma = false;
    while (!at_close(p)) {
        Toks attrs = parse_outer_attrs(p);
        bool alive = cfg_alive(p, attrs);
        if (!alive) p->dead++;
        AstExpr e = parse_expr(p);
        if (!alive) p->dead--;
        if (alive) id_push(p, e.id);
        *comma = eat(p, TOK_COMMA);
        if (!*comma) break;
    }
    close_group(p, open, run, "`,` or a closing delimiter");
    return ids_take(p, base);
}

static AstExpr parse_paren(Parser *p) {
    u32 lo = lo_here(p);
    bool comma;
    AstList elems = parse_list(p, &comma);
    if (elems.count == 1 && !comma) {
        AstExpr inner = {p->lists.at[elems.first]};
        AstExpr e = expr_add(p, AST_EXPR_PAREN, lo);
        expr_row(p, e)->bin.a = inner;
        return e;
    }
    AstExpr e = expr_add(p, AST_EXPR_TUPLE, lo);
    expr_row(p, e)->elems = elems;
    return e;
}

static AstExpr parse_array(Parser *p) {
    u32 lo = lo_here(p);
    u32 open = p->at;
    const Tok *run = p->run;
    bump(p);
    u32 base = p->stack.count;
    bool first = true;
    while (!at_close(p)) {
        Toks attrs = parse_outer_attrs(p);
        bool alive = cfg_alive(p, attrs);
        if (!alive) p->dead++;
        AstExpr e = parse_expr(p);
        if (!alive) p->dead--;
        if (first && at_kind(p, TOK_SEMI)) {
            bump(p);
            AstExpr len = parse_anon_const(p);
            close_group(p, open, run, "`]`");
            AstExpr repeat = expr_add(p, AST_EXPR_REPEAT, lo);
            expr_row(p, repeat)->bin.a = e;
            expr_row(p, repeat)->bin.b = len;
            return repeat;
        }
        first = false;
        if (alive) id_push(p, e.id);
        if (!eat(p, TOK_COMMA)) break;
    }
    close_group(p, open, run, "one of `,`, `;`, or `]`");
    AstList elems = ids_take(p, base);
    AstExpr e = expr_add(p, AST_EXPR_ARRAY, lo);
    expr_row(p, e)->elems = elems;
    return e;
}

// ---- primaries
// --------------------------------------------------------------------------------------

static AstExpr parse_macro_expr(Parser *p, AstPath path, u32 lo) {
    u32 row;
    ParseSpot spot;
    AstMacro call;
    MacroResult result = parse_macro_call(p, path, lo, MACRO_EXPR, &row, &spot, &call);
    if (result != MACRO_ENTERED) {
        AstExpr e = expr_add(p, result == MACRO_KEPT ? AST_EXPR_MACRO : AST_EXPR_ERR, lo);
        expr_row(p, e)->macro = row;
        return e;
    }
    AstExpr e;
    if (depth_enter(p)) {
        parse_outer_attrs(p);
        e = parse_expr_res(p, R_NONE);
        depth_leave(p);
    } else {
        e = expr_add(p, AST_EXPR_ERR, lo);
    }
    eat(p, TOK_SEMI); // allowed with a lint
    leave_expansion(p, &spot, "an expression");
    AstExprRow *made = expr_row(p, e);
    made->from_macro = 1;
    if (p->expansion_depth == 0) {
        made->lo = call.lo;
        made->hi = call.hi;
    }
    return e;
}

static bool at_macro_bang(const Parser *p) {
    if (!at_kind(p, TOK_NOT)) return false;
    TokKind next = peek_tok(p, 1)->kind;
    return next == TOK_OPEN_PAREN || next == TOK_OPEN_BRACKET || next == TOK_OPEN_BRACE;
}

static AstExpr parse_path_expr(Parser *p, u32 res) {
    u32 lo = lo_here(p);
    AstPath path = parse_path(p, PATH_EXPR);
    if (at_macro_bang(p)) return parse_macro_expr(p, path, lo);
    if (at_kind(p, TOK_OPEN_BRACE) && !(res & R_NO_STRUCT)) return parse_struct_lit(p, path, lo);
    return expr_of_path(p, path, lo);
}

// return, yield, become ...: a keyword and perhaps a value.
static AstExpr parse_jump(Parser *p, AstExprKind kind, u32 res, u32 lo) {
    AstExpr value = {0};
    if (can_begin_value(p, res)) value = parse_expr_res(p, res & R_NO_STRUCT);
    AstExpr e = expr_add(p, kind, lo);
    expr_row(p, e)->bin.a = value;
    return e;
}

static AstLabel take_label(Parser *p) {
    AstLabel label = {{p->tok.sym}, p->tok.ctxt};
    bump(p);
    return label;
}

static AstExpr parse_break(Parser *p, u32 res, u32 lo) {
    bool is_break = at_word(p, SYM_break);
    bump(p);
    AstLabel label = {0};
    AstExpr value = {0};
    if (at_kind(p, TOK_LIFETIME) && peek_tok(p, 1)->kind != TOK_COLON) label = take_label(p);
    if (is_break && can_begin_value(p, res)) value = parse_expr_res(p, res & R_NO_STRUCT);
    AstExpr e = expr_add(p, is_break ? AST_EXPR_BREAK : AST_EXPR_CONTINUE, lo);
    expr_row(p, e)->jump.value = value;
    expr_row(p, e)->jump.label = label;
    return e;
}

static AstExpr parse_labeled(Parser *p) {
    u32 lo = lo_here(p);
    AstLabel label = take_label(p);
    expect(p, TOK_COLON);
    if (at_word(p, SYM_while) || at_word(p, SYM_for) || at_word(p, SYM_loop))
        return parse_loop(p, label, lo);
    if (at_block(p)) return parse_block(p, AST_BLOCK_PLAIN, label, lo);
    if (at_word(p, SYM_unsafe) && peek_tok(p, 1)->kind == TOK_OPEN_BRACE) {
        bump(p);
        return parse_block(p, AST_BLOCK_UNSAFE, label, lo);
    }
    error_here(p, "expected `while`, `for`, `loop` or `{` after a label");
    return expr_add(p, AST_EXPR_ERR, lo);
}

static AstExpr parse_let(Parser *p, u32 res) {
    u32 lo = lo_here(p);
    if (!(res & R_LET)) error_here(p, "expected expression, found `let` statement");
    bump(p);
    AstPat pat = parse_pat_top(p);
    AstExpr init = {0};
    if (expect(p, TOK_EQ)) init = assoc_with(p, 5, res & R_NO_STRUCT); // tighter than `&&`
    AstExpr e = expr_add(p, AST_EXPR_LET, lo);
    expr_row(p, e)->let.pat = pat;
    expr_row(p, e)->let.init = init;
    return e;
}

// async, gen: a block or a closure, or just a name in older editions.
static bool at_coroutine_block(const Parser *p, AstBlockKind *kind, u32 *words) {
    u32 i = 0;
    bool async = tok_word(peek_tok(p, i), SYM_async);
    if (async) i++;
    bool gen = tok_word(peek_tok(p, i), SYM_gen);
    if (gen) i++;
    if (tok_word(peek_tok(p, i), SYM_move)) i++;
    const Tok *block = peek_tok(p, i);
    if ((!async && !gen) || (block->kind != TOK_OPEN_BRACE &&
                             !(block->kind == TOK_OPEN_NONE && block->extra == FRAG_BLOCK)))
        return false;
    *kind = async && gen ? AST_BLOCK_ASYNC_GEN : async ? AST_BLOCK_ASYNC : AST_BLOCK_GEN;
    *words = i;
    return true;
}

static AstExpr parse_prefixed_block(Parser *p, AstBlockKind kind, u32 words) {
    u32 lo = lo_here(p);
    bool is_move = false;
    while (words--) {
        is_move = at_word(p, SYM_move);
        bump(p);
    }
    AstExpr e = parse_block(p, kind, (AstLabel){0}, lo);
    expr_row(p, e)->is_move = is_move;
    return e;
}

// Expressions that begin with a keyword. kind ERR with id 0: none of them.
static AstExpr parse_word_expr(Parser *p, u32 res) {
    u32 lo = lo_here(p);
    const Tok *next = peek_tok(p, 1);
    bool block_next =
        next->kind == TOK_OPEN_BRACE || (next->kind == TOK_OPEN_NONE && next->extra == FRAG_BLOCK);
    AstBlockKind block;
    u32 words;
    if (p->tok.flags & TOK_RAW) return (AstExpr){0};
    switch (p->tok.sym) {
    case SYM_if: return parse_if(p);
    case SYM_match: return parse_match(p);
    case SYM_for:
        if (at_closure(p)) return parse_closure(p, res);
        return parse_loop(p, (AstLabel){0}, lo);
    case SYM_while:
    case SYM_loop: return parse_loop(p, (AstLabel){0}, lo);
    case SYM_unsafe:
        if (block_next) return parse_prefixed_block(p, AST_BLOCK_UNSAFE, 1);
        return (AstExpr){0};
    case SYM_const:
        if (block_next) return parse_prefixed_block(p, AST_BLOCK_CONST, 1);
        if (at_closure(p)) return parse_closure(p, res);
        return (AstExpr){0};
    case SYM_try:
        if (block_next && p->edition >= 2018) return parse_prefixed_block(p, AST_BLOCK_TRY, 1);
        return (AstExpr){0};
    case SYM_async:
    case SYM_gen:
        if (at_coroutine_block(p, &block, &words) && (p->edition >= 2018 || words > 1))
            return parse_prefixed_block(p, block, words);
        if (at_closure(p)) return parse_closure(p, res);
        return (AstExpr){0};
    case SYM_move:
    case SYM_static:
        if (at_closure(p)) return parse_closure(p, res);
        return (AstExpr){0};
    case SYM_return: bump(p); return parse_jump(p, AST_EXPR_RETURN, res, lo);
    case SYM_yield: bump(p); return parse_jump(p, AST_EXPR_YIELD, res, lo);
    case SYM_become: bump(p); return parse_jump(p, AST_EXPR_BECOME, res, lo);
    case SYM_do:
        if (!tok_word(next, SYM_yeet)) return (AstExpr){0};
        bump(p);
        bump(p);
        return parse_jump(p, AST_EXPR_YEET, res, lo);
    case SYM_break:
    case SYM_continue: return parse_break(p, res, lo);
    case SYM_let: return parse_let(p, res);
    case SYM_underscore: bump(p); return expr_add(p, AST_EXPR_UNDERSCORE, lo);
    case SYM_true:
    case SYM_false: return parse_lit(p);
    case SYM_builtin:
        if (next->kind == TOK_POUND) return parse_builtin(p);
        return (AstExpr){0};
    default: return (AstExpr){0};
    }
}

static AstExpr parse_group_expr(Parser *p, u32 res) {
    u32 lo = lo_here(p);
    switch (p->tok.extra) {
    case FRAG_PATH:
    case FRAG_TY: return parse_path_expr(p, res);
    default: break;
    }
    bump(p);
    AstExpr e = parse_expr_res(p, R_NONE);
    close_none(p);
    (void)lo;
    return e;
}

static AstExpr parse_bottom(Parser *p, u32 res) {
    u32 lo = lo_here(p);
    switch (p->tok.kind) {
    case TOK_OPEN_PAREN: return parse_paren(p);
    case TOK_OPEN_BRACKET: return parse_array(p);
    case TOK_OPEN_BRACE: return parse_plain_block(p);
    case TOK_OPEN_NONE: return parse_group_expr(p, res);
    case TOK_OR:
    case TOK_OROR: return parse_closure(p, res);
    case TOK_LT:
    case TOK_SHL:
    case TOK_COLONCOLON: return parse_path_expr(p, res);
    case TOK_LIFETIME:
        if (peek_tok(p, 1)->kind == TOK_COLON) return parse_labeled(p);
        break;
    case TOK_IDENT: {
        AstExpr e = parse_word_expr(p, res);
        if (e.id) return e;
        if (at_path_start(p)) return parse_path_expr(p, res);
        break;
    }
    default:
        if (at_lit(p)) return parse_lit(p);
    }
    error_here(p, "expected expression, found %.*s", STR_ARG(tok_shown(p, &p->tok)));
    return expr_add(p, AST_EXPR_ERR, lo);
}

// ---- suffixes
// ---------------------------------------------------------------------------------------

static AstExpr expr_field(Parser *p, AstExpr base, Str name, u32 ctxt, u32 lo, u32 name_lo,
                          u32 hi) {
    AstExpr e = expr_add(p, AST_EXPR_FIELD, lo);
    AstExprRow *row = expr_row(p, e);
    row->field.base = base;
    row->field.name = (AstName){symbol_intern(p->in->intern, name), ctxt};
    row->field.name_lo = name_lo;
    row->hi = max_u32(lo, hi);
    return e;
}

// `x.0.1` is lexed as `x` `.` `0.1`. *again: it ended in a dot, another name must follow.
static AstExpr parse_float_field(Parser *p, AstExpr base, u32 lo, bool *again) {
    Str text = symbol_str(p->in->symbols, (Symbol){p->tok.sym});
    u32 pos = p->tok.pos, ctxt = p->tok.ctxt;
    text.len -= p->tok.extra;
    const char *dot = memchr(text.at, '.', text.len);
    bump(p);
    *again = false;
    if (!dot || memchr(text.at, 'e', text.len) || memchr(text.at, 'E', text.len)) {
        error_here(p, "unexpected token: `%.*s`", STR_ARG(text));
        return base;
    }
    u32 first = (u32)(dot - text.at);
    base = expr_field(p, base, (Str){text.at, first}, ctxt, lo, pos, pos + first);
    Str rest = {dot + 1, text.len - first - 1};
    *again = rest.len == 0;
    if (rest.len == 0) return base;
    return expr_field(p, base, rest, ctxt, lo, pos + first + 1, pos + text.len);
}

static AstExpr parse_int_field(Parser *p, AstExpr base, u32 lo) {
    Str text = symbol_str(p->in->symbols, (Symbol){p->tok.sym});
    if (p->tok.extra) {
        error_here(p, "suffixes on a tuple index are invalid");
        text.len -= p->tok.extra;
    }
    u32 pos = p->tok.pos, ctxt = p->tok.ctxt;
    bump(p);
    return expr_field(p, base, text, ctxt, lo, pos, hi_prev(p));
}

static AstExpr parse_call(Parser *p, AstExpr callee, u32 lo) {
    bool comma;
    AstList args = parse_list(p, &comma);
    AstExpr e = expr_add(p, AST_EXPR_CALL, lo);
    expr_row(p, e)->call.callee = callee;
    expr_row(p, e)->call.args = args;
    return e;
}

static AstExpr expr_one(Parser *p, AstExprKind kind, AstExpr operand, u32 lo) {
    AstExpr e = expr_add(p, kind, lo);
    expr_row(p, e)->bin.a = operand;
    return e;
}

// Behind the dot.
static AstExpr parse_dot(Parser *p, AstExpr base, u32 lo) {
    bool again = true;
    while (again) {
        again = false;
        if (at_kind(p, TOK_INT)) return parse_int_field(p, base, lo);
        if (at_kind(p, TOK_FLOAT)) {
            base = parse_float_field(p, base, lo, &again);
            if (!again) return base;
        }
    }
    if (at_group(p, FRAG_LITERAL) || at_group(p, FRAG_EXPR)) {
        const Tok *inside = peek_tok(p, 1);
        if (inside->kind == TOK_INT) {
            bump(p);
            base = parse_int_field(p, base, lo);
            close_none(p);
            return base;
        }
    }
    if (at_word(p, SYM_await) && p->edition >= 2018) {
        bump(p);
        return expr_one(p, AST_EXPR_AWAIT, base, lo);
    }
    if (at_word(p, SYM_use)) {
        bump(p);
        return expr_one(p, AST_EXPR_USE, base, lo);
    }
    if (!at_kind(p, TOK_IDENT)) {
        error_here(p, "unexpected token: %.*s", STR_ARG(tok_shown(p, &p->tok)));
        return base;
    }
    AstSeg seg = parse_seg(p, PATH_EXPR);
    if (!at_kind(p, TOK_OPEN_PAREN)) {
        if (seg.args_kind != AST_ARGS_NONE)
            error_here(p, "field expressions cannot have generic arguments");
        AstExpr e = expr_add(p, AST_EXPR_FIELD, lo);
        expr_row(p, e)->field.base = base;
        expr_row(p, e)->field.name = seg.name;
        expr_row(p, e)->field.name_lo = seg.lo;
        return e;
    }
    u32 seg_id = p->segs.count;
    vec_push(p->scratch, &p->segs, seg);
    bool comma;
    AstList args = parse_list(p, &comma);
    AstExpr e = expr_add(p, AST_EXPR_METHOD_CALL, lo);
    expr_row(p, e)->method.receiver = base;
    expr_row(p, e)->method.seg = seg_id;
    expr_row(p, e)->method.args = args;
    return e;
}

static AstExpr parse_suffixes(Parser *p, AstExpr e, u32 lo, u32 res) {
    for (;;) {
        if (eat(p, TOK_QUESTION)) {
            e = expr_one(p, AST_EXPR_TRY, e, lo);
            continue;
        }
        if (eat(p, TOK_DOT)) {
            e = parse_dot(p, e, lo);
            continue;
        }
        if (res & R_STMT && expr_is_block_like(p, e)) return e;
        if (at_kind(p, TOK_OPEN_PAREN)) {
            e = parse_call(p, e, lo);
        } else if (at_kind(p, TOK_OPEN_BRACKET)) {
            u32 open = p->at, open_lo = lo_here(p);
            const Tok *run = p->run;
            bump(p);
            AstExpr index = parse_expr(p);
            close_group(p, open, run, "`]`");
            AstExpr made = expr_add(p, AST_EXPR_INDEX, lo);
            expr_row(p, made)->bin.op_lo = open_lo;
            expr_row(p, made)->bin.a = e;
            expr_row(p, made)->bin.b = index;
            e = made;
        } else {
            return e;
        }
    }
}

// ---- prefixes
// ---------------------------------------------------------------------------------------

static AstExpr parse_prefix(Parser *p, u32 res);

static AstExpr parse_borrow(Parser *p, u32 res) {
    u32 lo = lo_here(p);
    eat_and(p);
    bool raw = false, pinned = false, is_mut = false;
    const Tok *next = peek_tok(p, 1);
    bool mutability = tok_word(next, SYM_mut) || tok_word(next, SYM_const);
    if (at_word(p, SYM_raw) && mutability && peek_tok(p, 2)->kind != TOK_OPEN_BRACE) {
        bump(p);
        raw = true;
        is_mut = at_word(p, SYM_mut);
        bump(p);
    } else if (at_word(p, SYM_pin) && mutability && peek_tok(p, 2)->kind != TOK_OPEN_BRACE) {
        bump(p);
        pinned = true;
        is_mut = at_word(p, SYM_mut);
        bump(p);
    } else {
        is_mut = eat_word(p, SYM_mut);
    }
    AstExpr operand = parse_prefix(p, res & R_NO_STRUCT);
    AstExpr e = expr_add(p, AST_EXPR_ADDR_OF, lo);
    AstExprRow *row = expr_row(p, e);
    row->bin.a = operand;
    row->is_mut = is_mut;
    row->is_raw = raw;
    row->is_pinned = pinned;
    return e;
}

static AstExpr prefix_start(Parser *p, u32 res) {
    u32 lo = lo_here(p);
    AstUnOp op;
    switch (p->tok.kind) {
    case TOK_POUND:
    case TOK_DOC_OUTER: {
        u32 start = p->at;
        parse_outer_attrs(p);
        if (p->at == start) break; // `#` alone
        return parse_prefix(p, res);
    }
    case TOK_NOT: op = AST_NOT; goto unary;
    case TOK_MINUS: op = AST_NEG; goto unary;
    case TOK_STAR:
        op = AST_DEREF;
    unary:
        bump(p);
        return expr_unary(p, op, parse_prefix(p, res & R_NO_STRUCT), lo);
    case TOK_AND:
    case TOK_ANDAND: return parse_borrow(p, res);
    default: break;
    }
    AstExpr bottom = parse_bottom(p, res);
    return parse_suffixes(p, bottom, lo, res);
}

static AstExpr parse_prefix(Parser *p, u32 res) {
    if (!depth_enter(p)) return expr_add(p, AST_EXPR_ERR, lo_here(p));
    AstExpr e = prefix_start(p, res);
    depth_leave(p);
    return e;
}

// ---- operators
// --------------------------------------------------------------------------------------

typedef struct OpInfo {
    u8 prec; // 0: no operator
    u8 kind; // AstExprKind
    u8 op;   // AstBinOp
} OpInfo;

enum { PREC_ASSIGN = 1, PREC_RANGE = 2, PREC_COMPARE = 5, PREC_CAST = 12 };

static OpInfo op_info(const Parser *p) {
    switch (p->tok.kind) {
    case TOK_EQ: return (OpInfo){1, AST_EXPR_ASSIGN, 0};
    case TOK_PLUSEQ: return (OpInfo){1, AST_EXPR_ASSIGN_OP, AST_ADD};
    case TOK_MINUSEQ: return (OpInfo){1, AST_EXPR_ASSIGN_OP, AST_SUB};
    case TOK_STAREQ: return (OpInfo){1, AST_EXPR_ASSIGN_OP, AST_MUL};
    case TOK_SLASHEQ: return (OpInfo){1, AST_EXPR_ASSIGN_OP, AST_DIV};
    case TOK_PERCENTEQ: return (OpInfo){1, AST_EXPR_ASSIGN_OP, AST_REM};
    case TOK_CARETEQ: return (OpInfo){1, AST_EXPR_ASSIGN_OP, AST_BIT_XOR};
    case TOK_ANDEQ: return (OpInfo){1, AST_EXPR_ASSIGN_OP, AST_BIT_AND};
    case TOK_OREQ: return (OpInfo){1, AST_EXPR_ASSIGN_OP, AST_BIT_OR};
    case TOK_SHLEQ: return (OpInfo){1, AST_EXPR_ASSIGN_OP, AST_SHL};
    case TOK_SHREQ: return (OpInfo){1, AST_EXPR_ASSIGN_OP, AST_SHR};
    case TOK_DOTDOT:
    case TOK_DOTDOTEQ:
    case TOK_DOTDOTDOT: return (OpInfo){PREC_RANGE, AST_EXPR_RANGE, 0};
    case TOK_OROR: return (OpInfo){3, AST_EXPR_BINARY, AST_LAZY_OR};
    case TOK_ANDAND: return (OpInfo){4, AST_EXPR_BINARY, AST_LAZY_AND};
    case TOK_EQEQ: return (OpInfo){5, AST_EXPR_BINARY, AST_EQ};
    case TOK_NE: return (OpInfo){5, AST_EXPR_BINARY, AST_NE};
    case TOK_LARROW: // `a<-b`
    case TOK_LT: return (OpInfo){5, AST_EXPR_BINARY, AST_LT};
    case TOK_LE: return (OpInfo){5, AST_EXPR_BINARY, AST_LE};
    case TOK_GT: return (OpInfo){5, AST_EXPR_BINARY, AST_GT};
    case TOK_GE: return (OpInfo){5, AST_EXPR_BINARY, AST_GE};
    case TOK_OR: return (OpInfo){6, AST_EXPR_BINARY, AST_BIT_OR};
    case TOK_CARET: return (OpInfo){7, AST_EXPR_BINARY, AST_BIT_XOR};
    case TOK_AND: return (OpInfo){8, AST_EXPR_BINARY, AST_BIT_AND};
    case TOK_SHL: return (OpInfo){9, AST_EXPR_BINARY, AST_SHL};
    case TOK_SHR: return (OpInfo){9, AST_EXPR_BINARY, AST_SHR};
    case TOK_PLUS: return (OpInfo){10, AST_EXPR_BINARY, AST_ADD};
    case TOK_MINUS: return (OpInfo){10, AST_EXPR_BINARY, AST_SUB};
    case TOK_STAR: return (OpInfo){11, AST_EXPR_BINARY, AST_MUL};
    case TOK_SLASH: return (OpInfo){11, AST_EXPR_BINARY, AST_DIV};
    case TOK_PERCENT: return (OpInfo){11, AST_EXPR_BINARY, AST_REM};
    case TOK_IDENT:
        if (at_word(p, SYM_as)) return (OpInfo){PREC_CAST, AST_EXPR_CAST, 0};
        return (OpInfo){0};
    default: return (OpInfo){0};
    }
}

static AstExpr parse_range_rest(Parser *p, AstExpr from, u32 lo, u32 res) {
    bool dots3 = at_kind(p, TOK_DOTDOTDOT);
    bool inclusive = !at_kind(p, TOK_DOTDOT);
    if (dots3) error_here(p, "unexpected token: `...`");
    bump(p);
    AstExpr to = {0};
    if (can_begin_value(p, res))
        to = assoc_with(p, PREC_RANGE + 1, res & R_NO_STRUCT);
    else if (inclusive)
        error_at(p, lo, hi_prev(p), "E0586", "inclusive range with no end");
    AstExpr e = expr_add(p, AST_EXPR_RANGE, lo);
    AstExprRow *row = expr_row(p, e);
    row->bin.a = from;
    row->bin.b = to;
    row->is_inclusive = inclusive;
    return e;
}

static AstExpr assoc_rest(Parser *p, AstExpr lhs, u32 min, u32 res, u32 lo) {
    for (;;) {
        if (res & R_STMT && expr_is_block_like(p, lhs)) return lhs;
        OpInfo info = op_info(p);
        if (info.prec == 0 || info.prec < min) return lhs;
        if (info.kind == AST_EXPR_CAST) {
            bump(p);
            AstTy ty = parse_ty_no_plus(p);
            AstExpr e = expr_add(p, AST_EXPR_CAST, lo);
            expr_row(p, e)->cast.expr = lhs;
            expr_row(p, e)->cast.ty = ty;
            lhs = e;
            continue;
        }
        if (info.kind == AST_EXPR_RANGE) {
            lhs = parse_range_rest(p, lhs, lo, res);
            if (op_info(p).prec == PREC_RANGE && min <= PREC_RANGE) {
                error_here(p, "expected one of `.`, `;`, `?`, or an operator, found %.*s",
                           STR_ARG(tok_shown(p, &p->tok)));
                return lhs;
            }
            continue;
        }
        const AstExprRow *left = expr_row(p, lhs);
        if (info.prec == PREC_COMPARE && left->kind == AST_EXPR_BINARY && left->op >= AST_EQ &&
            !left->from_macro && p->prev.kind != TOK_CLOSE_NONE)
            error_here(p, "comparison operators cannot be chained");
        if (at_kind(p, TOK_LARROW))
            split_tok(p, TOK_LT, TOK_MINUS, 1);
        else
            bump(p);
        u32 inner = res & R_NO_STRUCT;
        if (info.kind == AST_EXPR_BINARY && info.op == AST_LAZY_AND) inner |= res & R_LET;
        AstExpr rhs = assoc_with(p, info.prec == PREC_ASSIGN ? PREC_ASSIGN : info.prec + 1u, inner);
        AstExpr e = expr_add(p, info.kind, lo);
        AstExprRow *row = expr_row(p, e);
        row->op = info.op;
        row->bin.a = lhs;
        row->bin.b = rhs;
        lhs = e;
    }
}

static AstExpr assoc_with(Parser *p, u32 min, u32 res) {
    if (!depth_enter(p)) return expr_add(p, AST_EXPR_ERR, lo_here(p));
    u32 lo = lo_here(p);
    AstExpr lhs;
    if (at_kind(p, TOK_DOTDOT) || at_kind(p, TOK_DOTDOTEQ) || at_kind(p, TOK_DOTDOTDOT))
        lhs = parse_range_rest(p, (AstExpr){0}, lo, res);
    else
        lhs = parse_prefix(p, res);
    lhs = assoc_rest(p, lhs, min, res, lo);
    depth_leave(p);
    return lhs;
}

AstExpr parse_expr_after(Parser *p, AstExpr head, u32 res) {
    u32 lo = expr_row(p, head)->lo;
    return assoc_rest(p, parse_suffixes(p, head, lo, res), 0, res, lo);
}
