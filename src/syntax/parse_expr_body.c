// Expressions with bodies: if, match, loops, closures, struct literals, builtin.
#include "syntax/parse_internal.h"

static AstExpr parse_cond(Parser *p) {
    return parse_expr_res(p, R_NO_STRUCT | R_LET);
}

// A long chain of else-ifs is a loop here, since each link would cost stack otherwise.
AstExpr parse_if(Parser *p) {
    u32 lo = lo_here(p);
    U32Vec chain = {0};
    AstExpr last_else = {0};
    for (;;) {
        u32 if_lo = lo_here(p);
        bump(p);
        AstExpr cond = parse_cond(p);
        AstExpr then = parse_plain_block(p);
        AstExpr e = expr_add(p, AST_EXPR_IF, if_lo);
        expr_row(p, e)->branch.cond = cond;
        expr_row(p, e)->branch.then = then;
        vec_push(p->scratch, &chain, e.id);
        if (!at_word(p, SYM_else)) break;
        bump(p);
        if (at_word(p, SYM_if)) continue;
        last_else = parse_plain_block(p);
        break;
    }
    u32 hi = max_u32(lo, hi_prev(p));
    for (u32 i = chain.count; i-- > 0;) {
        AstExprRow *row = expr_row(p, (AstExpr){chain.at[i]});
        row->branch.els = last_else;
        row->hi = max_u32(row->lo, hi);
        last_else = (AstExpr){chain.at[i]};
    }
    return last_else;
}

AstExpr parse_match(Parser *p) {
    u32 lo = lo_here(p);
    bump(p);
    AstExpr scrutinee = parse_expr_res(p, R_NO_STRUCT);
    VEC(AstArm) arms = {0};
    u32 open = p->at;
    const Tok *run = p->run;
    if (expect(p, TOK_OPEN_BRACE)) {
        parse_inner_attrs(p);
        while (!at_close(p)) {
            u32 start = p->at;
            AstArm arm = {.lo = lo_here(p)};
            Toks attrs = parse_outer_attrs(p);
            bool alive = cfg_alive(p, attrs);
            if (!alive) p->dead++;
            arm.pat = parse_pat_top(p);
            if (eat_word(p, SYM_if)) arm.guard = parse_expr_res(p, R_LET);
            bool needs_comma = true;
            if (eat(p, TOK_FATARROW)) {
                arm.body = parse_expr_res(p, R_STMT);
                needs_comma = !expr_is_block_like(p, arm.body);
            } else if (!at_kind(p, TOK_COMMA) && !at_close(p)) {
                error_here(p, "expected one of `=>`, `if`, or `|`, found %.*s",
                           STR_ARG(tok_shown(p, &p->tok)));
            }
            if (!alive) p->dead--;
            arm.hi = max_u32(arm.lo, hi_prev(p));
            if (alive) vec_push(p->scratch, &arms, arm);
            if (!eat(p, TOK_COMMA) && needs_comma && !at_close(p)) {
                error_here(p, "expected one of `,`, `.`, `?`, `}`, or an operator, found %.*s",
                           STR_ARG(tok_shown(p, &p->tok)));
                // to the next arm
                while (!at_close(p) && !at_kind(p, TOK_COMMA))
                    skip_tree(p);
                eat(p, TOK_COMMA);
            }
            if (p->at == start) skip_tree(p);
        }
        close_group(p, open, run, "`}`");
    }
    AstList list = ROWS_TAKE(p, arms, arms);
    AstExpr e = expr_add(p, AST_EXPR_MATCH, lo);
    expr_row(p, e)->match.scrutinee = scrutinee;
    expr_row(p, e)->match.arms = list;
    return e;
}

AstExpr parse_loop(Parser *p, AstLabel label, u32 lo) {
    AstExprKind kind = at_word(p, SYM_while) ? AST_EXPR_WHILE
                       : at_word(p, SYM_for) ? AST_EXPR_FOR
                                             : AST_EXPR_LOOP;
    bump(p);
    AstExpr head = {0};
    AstPat pat = {0};
    bool is_await = false;
    if (kind == AST_EXPR_WHILE) {
        head = parse_cond(p);
    } else if (kind == AST_EXPR_FOR) {
        is_await = eat_word(p, SYM_await);
        pat = parse_pat_top(p);
        if (!eat_word(p, SYM_in)) error_here(p, "missing `in` in `for` loop");
        head = parse_expr_res(p, R_NO_STRUCT);
    }
    AstExpr body = parse_plain_block(p);
    AstExpr e = expr_add(p, kind, lo);
    AstExprRow *row = expr_row(p, e);
    row->loop.head = head;
    row->loop.pat = pat;
    row->loop.body = body;
    row->loop.label = label;
    row->loop.is_await = is_await;
    return e;
}

// ---- closures
// ---------------------------------------------------------------------------------------

bool at_closure(const Parser *p) {
    u32 i = 0;
    if (at_word(p, SYM_for)) return peek_tok(p, 1)->kind == TOK_LT;
    for (;; i++) {
        const Tok *tok = peek_tok(p, i);
        if (tok->kind == TOK_OR || tok->kind == TOK_OROR) return true;
        if (!tok_word(tok, SYM_const) && !tok_word(tok, SYM_static) && !tok_word(tok, SYM_async) &&
            !tok_word(tok, SYM_gen) && !tok_word(tok, SYM_move))
            return false;
    }
}

AstExpr parse_closure(Parser *p, u32 res) {
    u32 lo = lo_here(p);
    AstClosure closure = {0};
    closure.has_binder = eat_binder(p);
    for (;; bump(p)) {
        if (at_word(p, SYM_const))
            closure.is_const = 1;
        else if (at_word(p, SYM_static))
            closure.is_static = 1;
        else if (at_word(p, SYM_async))
            closure.is_async = 1;
        else if (at_word(p, SYM_gen))
            closure.is_gen = 1;
        else if (at_word(p, SYM_move))
            closure.is_move = 1;
        else
            break;
    }
    VEC(AstParam) params = {0};
    if (!eat(p, TOK_OROR)) {
        if (!eat(p, TOK_OR))
            error_here(p, "expected `|`, found %.*s", STR_ARG(tok_shown(p, &p->tok)));
        while (!at_kind(p, TOK_OR) && !at_close(p)) {
            AstParam param = {.lo = lo_here(p)};
            Toks attrs = parse_outer_attrs(p);
            bool alive = cfg_alive(p, attrs);
            param.pat = parse_pat_param(p);
            if (eat(p, TOK_COLON)) param.ty = parse_ty(p);
            param.hi = max_u32(param.lo, hi_prev(p));
            if (alive) vec_push(p->scratch, &params, param);
            if (!eat(p, TOK_COMMA)) break;
        }
        if (!eat_or(p)) error_here(p, "expected `|`, found %.*s", STR_ARG(tok_shown(p, &p->tok)));
    }
    closure.params = ROWS_TAKE(p, params, params);
    if (eat(p, TOK_ARROW)) {
        closure.ret = parse_ty_no_plus(p);
        closure.body = parse_plain_block(p);
    } else {
        closure.body = parse_expr_res(p, res & R_NO_STRUCT);
    }
    u32 id = p->closures.count;
    vec_push(p->scratch, &p->closures, closure);
    AstExpr e = expr_add(p, AST_EXPR_CLOSURE, lo);
    expr_row(p, e)->closure = id;
    return e;
}

// ---- struct literals
// --------------------------------------------------------------------------------

AstExpr parse_struct_lit(Parser *p, AstPath path, u32 lo) {
    u32 open = p->at;
    const Tok *run = p->run;
    bump(p);
    VEC(AstField) fields = {0};
    AstExpr base = {0};
    bool rest = false;
    while (!at_close(p)) {
        u32 start = p->at;
        Toks attrs = parse_outer_attrs(p);
        bool alive = cfg_alive(p, attrs);
        if (eat(p, TOK_DOTDOT)) {
            if (at_close(p))
                rest = true;
            else
                base = parse_expr(p);
            if (at_kind(p, TOK_COMMA)) error_here(p, "cannot use a comma after the base struct");
            break;
        }
        AstField field = {.lo = lo_here(p)};
        TokKind next = peek_tok(p, 1)->kind;
        if (!alive) p->dead++;
        if ((at_kind(p, TOK_IDENT) || at_kind(p, TOK_INT)) && next == TOK_COLON) {
            field.name = (AstName){{p->tok.sym}, p->tok.ctxt};
            bump(p);
            bump(p);
            field.value = parse_expr(p).id;
        } else if (at_kind(p, TOK_IDENT)) {
            Tok tok = p->tok;
            field.is_shorthand = 1;
            field.name = take_name(p);
            if (at_kind(p, TOK_EQ)) {
                error_here(p, "expected `:`, found `=`");
                bump(p);
                field.value = parse_expr(p).id;
            } else {
                AstPath name = path_of_name(p, &tok, field.lo);
                field.value = expr_of_path(p, name, field.lo).id;
            }
        } else {
            error_here(p, "expected identifier, found %.*s", STR_ARG(tok_shown(p, &p->tok)));
        }
        if (!alive) p->dead--;
        field.hi = max_u32(field.lo, hi_prev(p));
        if (alive && field.value) vec_push(p->scratch, &fields, field);
        if (!eat(p, TOK_COMMA)) break;
        if (p->at == start) break;
    }
    close_group(p, open, run, "`,` or `}`");
    AstList list = ROWS_TAKE(p, fields, fields);
    AstExpr e = expr_add(p, AST_EXPR_STRUCT, lo);
    AstExprRow *row = expr_row(p, e);
    row->structure.path = path;
    row->structure.fields = list;
    row->structure.base = base;
    row->structure.has_rest = rest;
    return e;
}

// ---- builtin # name(..)
// -----------------------------------------------------------------------------

// The names of offset_of: `a.b.0.1`.
static void parse_field_names(Parser *p) {
    while (!at_close(p)) {
        if (at_kind(p, TOK_OPEN_NONE)) { // a macro's `$field:expr` holds them all
            bump(p);
            parse_field_names(p);
            close_none(p);
            if (eat(p, TOK_DOT)) continue;
            eat(p, TOK_COMMA);
            return;
        }
        Str text = symbol_str(p->in->symbols, (Symbol){p->tok.sym});
        if (at_kind(p, TOK_IDENT)) {
            id_push(p, p->tok.sym);
            bump(p);
        } else if (at_kind(p, TOK_INT) || at_kind(p, TOK_FLOAT)) {
            bump(p);
            u32 from = 0;
            for (u32 i = 0; i <= text.len; i++)
                if (i == text.len || text.at[i] == '.') {
                    if (i > from)
                        id_push(p,
                                symbol_intern(p->in->intern, (Str){text.at + from, i - from}).id);
                    from = i + 1;
                }
        } else {
            error_here(p, "expected a field name, found %.*s", STR_ARG(tok_shown(p, &p->tok)));
            return;
        }
        if (!eat(p, TOK_DOT) && !at_kind(p, TOK_INT) && !at_kind(p, TOK_FLOAT)) {
            eat(p, TOK_COMMA);
            return;
        }
    }
}

AstExpr parse_builtin(Parser *p) {
    u32 lo = lo_here(p);
    bump(p);
    bump(p);
    AstExprRow row = {0};
    row.builtin.name = (Symbol){at_kind(p, TOK_IDENT) ? p->tok.sym : SYM_none};
    bump(p);
    u32 open = p->at;
    const Tok *run = p->run;
    if (expect(p, TOK_OPEN_PAREN)) {
        u32 base = p->stack.count;
        if (symbol_is(row.builtin.name, SYM_offset_of)) {
            row.builtin.ty = parse_ty(p);
            expect(p, TOK_COMMA);
            parse_field_names(p);
            row.builtin.fields = ids_take(p, base);
        } else if (symbol_is(row.builtin.name, SYM_type_ascribe)) {
            AstExpr arg = parse_expr(p);
            id_push(p, arg.id);
            if (expect(p, TOK_COMMA)) row.builtin.ty = parse_ty(p);
            eat(p, TOK_COMMA);
            row.builtin.args = ids_take(p, base);
        } else {
            while (!at_close(p)) {
                parse_outer_attrs(p);
                AstExpr arg = parse_expr(p);
                id_push(p, arg.id);
                if (!eat(p, TOK_COMMA)) break;
            }
            row.builtin.args = ids_take(p, base);
        }
        close_group(p, open, run, "`,` or `)`");
    }
    AstExpr e = expr_add(p, AST_EXPR_BUILTIN, lo);
    expr_row(p, e)->builtin = row.builtin;
    return e;
}
