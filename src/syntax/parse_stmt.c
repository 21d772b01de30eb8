// Blocks and statements (Reference, "Statements"), with items and macro calls among them.
#include "syntax/parse_internal.h"

// A block under construction. An expression without `;` waits in `tail`: the next statement makes
// it an expression statement, the block's end makes it the value.
typedef struct Build {
    VEC(AstStmt) stmts;
    AstExpr tail;
    u32 lo, hi; // of the tail
} Build;

static void stmt_push(Parser *p, Build *b, AstStmtKind kind, AstExpr expr, u32 lo, u32 hi) {
    AstStmt stmt = {.kind = (u8)kind, .expr = expr, .lo = lo, .hi = max_u32(lo, hi)};
    vec_push(p->scratch, &b->stmts, stmt);
}

static void flush_tail(Parser *p, Build *b, bool semi) {
    if (b->tail.id == 0) return;
    bool macro = expr_row(p, b->tail)->kind == AST_EXPR_MACRO;
    stmt_push(p, b,
              macro  ? AST_STMT_MACRO
              : semi ? AST_STMT_SEMI
                     : AST_STMT_EXPR,
              b->tail, b->lo, semi ? hi_prev(p) : b->hi);
    b->tail = (AstExpr){0};
}

static void set_tail(Parser *p, Build *b, AstExpr e, u32 lo) {
    b->tail = e;
    b->lo = lo;
    b->hi = max_u32(lo, hi_prev(p));
}

bool at_block(const Parser *p) {
    return at_kind(p, TOK_OPEN_BRACE) || at_group(p, FRAG_BLOCK);
}

// ---- items
// ------------------------------------------------------------------------------------------

static bool may_start_item(const Parser *p) {
    if (p->tok.kind == TOK_OPEN_NONE) return p->tok.extra == FRAG_ITEM || p->tok.extra == FRAG_VIS;
    if (p->tok.kind != TOK_IDENT || p->tok.flags & TOK_RAW) return false;
    switch (p->tok.sym) {
    case SYM_fn:
    case SYM_struct:
    case SYM_enum:
    case SYM_union:
    case SYM_trait:
    case SYM_impl:
    case SYM_mod:
    case SYM_use:
    case SYM_type:
    case SYM_static:
    case SYM_const:
    case SYM_async:
    case SYM_unsafe:
    case SYM_extern:
    case SYM_auto:
    case SYM_default:
    case SYM_safe:
    case SYM_macro_rules:
    case SYM_macro:
    case SYM_pub:
    case SYM_gen: return true;
    default: return false;
    }
}

static void range_shift(TokRange *range, i64 by) {
    range->lo = (u32)(range->lo + by);
    range->hi = (u32)(range->hi + by);
}

static void block_has_items(Parser *p) {
    BlockScope *scope = p->block;
    if (!scope || scope->number) return;
    scope->number = ++p->block_count;
    if (p->hooks && p->hooks->block_enter) p->hooks->block_enter(p->hooks->cx, scope->inner);
}

static void take_item(Parser *p, Build *b, const ItemRow *found, bool alive) {
    if (alive && !p->dead) {
        block_has_items(p);
        Toks toks = toks_sub((Toks){p->run, p->end}, found->range);
        if (p->hooks && p->hooks->block_item) p->hooks->block_item(p->hooks->cx, found, toks);
        ItemRow row = *found;
        i64 by = (i64)keep_toks(p, toks) - found->range.lo;
        range_shift(&row.range, by);
        range_shift(&row.attrs, by);
        range_shift(&row.vis_path, by);
        range_shift(&row.header, by);
        range_shift(&row.body, by);
        if (row.name_tok) row.name_tok = (u32)(row.name_tok + by);
        u32 id = p->items.count;
        vec_push(p->scratch, &p->items, row);
        parser_jump(p, found->range.hi);
        const Tok *first = toks.at;
        AstStmt stmt = {.kind = AST_STMT_ITEM, .item = id, .lo = first->pos};
        stmt.hi = max_u32(stmt.lo, hi_prev(p));
        vec_push(p->scratch, &b->stmts, stmt);
        return;
    }
    parser_jump(p, found->range.hi);
}

// ---- statements
// -------------------------------------------------------------------------------------

static void parse_let_stmt(Parser *p, Build *b, u32 lo) {
    AstStmt stmt = {.kind = AST_STMT_LET, .lo = lo};
    stmt.is_super = eat_word(p, SYM_super);
    bump(p);
    stmt.pat = parse_pat_top(p);
    if (eat(p, TOK_COLON)) stmt.ty = parse_ty(p);
    if (eat(p, TOK_EQ)) {
        parse_outer_attrs(p);
        stmt.expr = parse_expr(p);
        if (eat_word(p, SYM_else)) stmt.els = parse_plain_block(p);
    }
    bool group = at_kind(p, TOK_CLOSE_NONE); // $s:stmt; its `;` is outside
    bool end = at_kind(p, TOK_EOF) && p->expansion_depth > 0;
    if (!group && !end && !eat(p, TOK_SEMI))
        error_here(p, "expected `;`, found %.*s", STR_ARG(tok_shown(p, &p->tok)));
    stmt.hi = max_u32(lo, hi_prev(p));
    vec_push(p->scratch, &b->stmts, stmt);
}

// Where the `!` of a macro call statement stands, counted from the current token; 0: none.
static u32 macro_stmt_bang(const Parser *p) {
    u32 i = 0;
    if (at_group(p, FRAG_PATH) || at_group(p, FRAG_TY)) {
        u32 after = p->at + p->tok.match + 1;
        if (after + 1 >= p->end || p->run[after].kind != TOK_NOT) return 0;
        return after - p->at;
    }
    if (at_kind(p, TOK_COLONCOLON)) i++;
    for (;; i += 2) {
        const Tok *word = peek_tok(p, i);
        if (word->kind != TOK_IDENT || !tok_path_start(p, word)) return 0;
        const Tok *next = peek_tok(p, i + 1);
        if (next->kind == TOK_NOT) break;
        if (next->kind != TOK_COLONCOLON) return 0;
    }
    // transparent groups between make the distance in tokens differ: peek again by place
    TokKind open = peek_tok(p, i + 2)->kind;
    if (open != TOK_OPEN_PAREN && open != TOK_OPEN_BRACKET && open != TOK_OPEN_BRACE) return 0;
    const Tok *bang = peek_tok(p, i + 1);
    return (u32)(bang - p->run) - p->at;
}

static void parse_stmts(Parser *p, Build *b);

// False: it is an expression that begins with a macro call; nothing was taken.
static bool parse_macro_stmt(Parser *p, Build *b, u32 lo) {
    u32 bang = macro_stmt_bang(p);
    if (!bang) return false;
    u32 open = p->at + bang + 1;
    if (open >= p->end) return false;
    TokKind delim = p->run[open].kind;
    if (delim != TOK_OPEN_PAREN && delim != TOK_OPEN_BRACKET && delim != TOK_OPEN_BRACE)
        return false;
    u32 after = open + p->run[open].match + 1;
    TokKind next = after < p->end ? p->run[after].kind : TOK_EOF;
    bool stmts = next == TOK_SEMI || next == TOK_EOF ||
                 (delim == TOK_OPEN_BRACE && next != TOK_DOT && next != TOK_QUESTION);
    if (!stmts) return false;
    AstPath path = parse_path(p, PATH_MOD);
    u32 row;
    ParseSpot spot;
    AstMacro call;
    MacroResult result = parse_macro_call(p, path, lo, MACRO_STMTS, &row, &spot, &call);
    if (result == MACRO_ENTERED) {
        if (depth_enter(p)) {
            parse_stmts(p, b);
            depth_leave(p);
        }
        leave_expansion(p, &spot, "a statement");
        if (b->tail.id) expr_row(p, b->tail)->from_macro = 1;
    } else if (result == MACRO_KEPT) {
        AstExpr e = expr_add(p, AST_EXPR_MACRO, lo);
        expr_row(p, e)->macro = row;
        set_tail(p, b, e, lo);
    } else {
        AstExpr e = expr_add(p, AST_EXPR_ERR, lo);
        set_tail(p, b, e, lo);
    }
    if (at_kind(p, TOK_SEMI)) {
        bump(p);
        flush_tail(p, b, true);
    }
    return true;
}

static void parse_expr_stmt(Parser *p, Build *b, u32 lo) {
    AstExpr e = parse_expr_res(p, R_STMT);
    set_tail(p, b, e, lo);
    if (at_kind(p, TOK_SEMI)) {
        bump(p);
        flush_tail(p, b, true);
        return;
    }
    if (at_close(p) || expr_is_block_like(p, e)) return;
    error_here(p, "expected one of `.`, `;`, `?`, `}`, or an operator, found %.*s",
               STR_ARG(tok_shown(p, &p->tok)));
    flush_tail(p, b, true);
    // on a new statement goes on as if `;` stood there; anything else is skipped
    if (may_start_item(p) || at_word(p, SYM_let)) return;
    while (!at_close(p) && !at_kind(p, TOK_SEMI))
        skip_tree(p);
    eat(p, TOK_SEMI);
}

static void parse_stmt(Parser *p, Build *b) {
    u32 start = p->at;
    u32 lo = lo_here(p);
    if (at_group(p, FRAG_STMT)) {
        flush_tail(p, b, false);
        bump(p);
        if (!at_close(p) && depth_enter(p)) {
            parse_stmt(p, b);
            depth_leave(p);
        }
        close_none(p);
        return;
    }
    Toks attrs = parse_outer_attrs(p);
    if (attrs.count && at_close(p)) {
        error_here(p, "expected statement after outer attribute");
        return;
    }
    bool alive = cfg_alive(p, attrs);
    if (may_start_item(p)) {
        ItemRow row;
        if (skim_item_at((Toks){p->run, p->end}, start, SKIM_BLOCK, p->edition, &row)) {
            flush_tail(p, b, false);
            take_item(p, b, &row, alive);
            return;
        }
    }
    flush_tail(p, b, false);
    u32 stmt_count = b->stmts.count;
    if (!alive) p->dead++;
    if (at_group(p, FRAG_STMT))
        parse_stmt(p, b);
    else if (at_word(p, SYM_let) || (at_word(p, SYM_super) && tok_word(peek_tok(p, 1), SYM_let)))
        parse_let_stmt(p, b, lo);
    else if (!parse_macro_stmt(p, b, lo))
        parse_expr_stmt(p, b, lo);
    if (!alive) {
        p->dead--;
        b->stmts.count = stmt_count;
        b->tail = (AstExpr){0};
    }
}

static void parse_stmts(Parser *p, Build *b) {
    while (!at_close(p)) {
        if (at_kind(p, TOK_SEMI)) {
            bump(p);
            flush_tail(p, b, true);
            continue;
        }
        u32 start = p->at;
        const Tok *run = p->run;
        u32 pos = p->tok.pos;
        parse_stmt(p, b);
        if (p->run == run && p->at == start && p->tok.pos == pos) {
            error_here(p, "expected statement, found %.*s", STR_ARG(tok_shown(p, &p->tok)));
            skip_tree(p);
        }
    }
}

AstExpr parse_block(Parser *p, AstBlockKind kind, AstLabel label, u32 lo) {
    if (at_group(p, FRAG_BLOCK)) {
        bump(p);
        AstExpr e = parse_block(p, kind, label, lo);
        close_none(p);
        return e;
    }
    if (!at_kind(p, TOK_OPEN_BRACE)) {
        error_here(p, "expected `{`, found %.*s", STR_ARG(tok_shown(p, &p->tok)));
        AstExpr e = expr_add(p, AST_EXPR_BLOCK, lo);
        expr_row(p, e)->op = (u8)kind;
        return e;
    }
    if (!depth_enter(p)) return expr_add(p, AST_EXPR_ERR, lo);
    u32 open = p->at;
    const Tok *run = p->run;
    BlockScope scope = {p->block, {p->run + open + 1, p->tok.match - 1}, 0};
    p->block = &scope;
    bump(p);
    parse_inner_attrs(p);
    Build b = {0};
    parse_stmts(p, &b);
    close_group(p, open, run, "`}`");
    p->block = scope.outer;
    if (scope.number && p->hooks && p->hooks->block_leave) p->hooks->block_leave(p->hooks->cx);
    AstList stmts = ROWS_TAKE(p, stmts, b.stmts);
    AstExpr e = expr_add(p, AST_EXPR_BLOCK, lo);
    AstExprRow *row = expr_row(p, e);
    row->op = (u8)kind;
    row->block.stmts = stmts;
    row->block.tail = b.tail;
    row->block.label = label;
    row->block.number = scope.number;
    depth_leave(p);
    return e;
}

AstExpr parse_plain_block(Parser *p) {
    return parse_block(p, AST_BLOCK_PLAIN, (AstLabel){0}, lo_here(p));
}
