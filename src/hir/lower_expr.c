// Expressions and blocks. Sugar is removed here, in the shapes of rustc_ast_lowering.

#include "expand/hygiene.h"
#include "hir/hir_internal.h"
#include "syntax/lit.h"

HirExpr lower_unsupported(Lower *l, const char *what, u32 lo, u32 hi) {
    HirExpr e = lower_expr_new(l, HIR_UNSUPPORTED, lo, hi);
    EXPR_ROW(l, e)->text = symbol_intern(&l->db->symbols, str_from(what));
    return e;
}

// ---- literals -----------------------------------------------------------------------------------

static u8 suffix_prim(Str suffix) {
#define X(name, text)                                                                              \
    if (str_eq(suffix, STR(#text))) return PRIM_##name + 1;
    PRIM_TYPES(X)
#undef X
    return 0;
}

HirExpr lower_literal(Lower *l, const AstLit *lit, u32 lo, u32 hi) {
    HirExpr e = lower_expr_new(l, HIR_LIT, lo, hi);
    Str text = symbol_str(&l->db->symbols, lit->sym);
    Str suffix = lit_suffix(text, lit->suffix_len);
    u8 prim = suffix.len ? suffix_prim(suffix) : 0;
    HirExprRow *row = EXPR_ROW(l, e);
    LitFault fault = {0};
    switch ((TokKind)lit->kind) {
    case TOK_IDENT:
        row->op = LIT_BOOL;
        row->lit.lo_bits = symbol_is(lit->sym, SYM_true);
        break;
    case TOK_INT: {
        if (prim - 1 == PRIM_F32 || prim - 1 == PRIM_F64 || prim - 1 == PRIM_F16 ||
            prim - 1 == PRIM_F128) {
            row->op = LIT_FLOAT;
            row->text =
                symbol_intern(&l->db->symbols, lit_float(text, lit->suffix_len, l->scratch));
        } else {
            u128 value = 0;
            if (!lit_int(text, lit->suffix_len, &value))
                diag_error(l->db, lower_span(l, lo, hi), "", "integer literal is too large");
            row->op = LIT_INT;
            row->lit.lo_bits = (u64)value;
            row->lit.hi_bits = (u64)(value >> 64);
        }
        bool bad = suffix.len && (prim == 0 || prim - 1 == PRIM_BOOL || prim - 1 == PRIM_CHAR ||
                                  prim - 1 == PRIM_STR);
        if (bad)
            diag_error(l->db, lower_span(l, lo, hi), "", "invalid suffix `%.*s` for number literal",
                       STR_ARG(suffix));
        row->suffix = bad ? 0 : prim;
        break;
    }
    case TOK_FLOAT: {
        bool is_float = prim == 0 || (prim - 1 >= PRIM_F16 && prim - 1 <= PRIM_F128);
        if (!is_float || (suffix.len && prim == 0))
            diag_error(l->db, lower_span(l, lo, hi), "", "invalid suffix `%.*s` for float literal",
                       STR_ARG(suffix));
        row->op = LIT_FLOAT;
        row->text = symbol_intern(&l->db->symbols, lit_float(text, lit->suffix_len, l->scratch));
        row->suffix = is_float ? prim : 0;
        break;
    }
    case TOK_CHAR:
        row->op = LIT_CHAR;
        row->lit.lo_bits = lit_char(TOK_CHAR, text, lit->suffix_len, &fault);
        break;
    case TOK_BYTE:
        row->op = LIT_BYTE;
        row->lit.lo_bits = lit_char(TOK_BYTE, text, lit->suffix_len, &fault);
        break;
    case TOK_STR:
    case TOK_RAW_STR:
        row->op = LIT_STR;
        row->text = symbol_intern(&l->db->symbols, lit_bytes((TokKind)lit->kind, text,
                                                             lit->suffix_len, l->scratch, &fault));
        break;
    case TOK_BYTE_STR:
    case TOK_RAW_BYTE_STR:
        row->op = LIT_BYTE_STR;
        row->text = symbol_intern(&l->db->symbols, lit_bytes((TokKind)lit->kind, text,
                                                             lit->suffix_len, l->scratch, &fault));
        break;
    case TOK_C_STR:
    case TOK_RAW_C_STR:
        row->op = LIT_C_STR;
        row->text = symbol_intern(&l->db->symbols, lit_bytes((TokKind)lit->kind, text,
                                                             lit->suffix_len, l->scratch, &fault));
        break;
    default: row->kind = HIR_ERR; break;
    }
    // Faults inside quotes are the lexer's to report.
    return e;
}

// ---- labels -------------------------------------------------------------------------------------

static u32 push_label(Lower *l, AstLabel label, bool is_loop) {
    LabelRib rib = {.name = label.name, .label = ++l->label_count, .is_loop = is_loop};
    rib.ctxt = label.name.id ? hygiene_for_locals(l->db, label.ctxt) : 0;
    vec_push(l->scratch, &l->labels, rib);
    return rib.label;
}

static void push_barrier(Lower *l) {
    vec_push(l->scratch, &l->labels, (LabelRib){.is_barrier = true});
}

// 0 and a report if there is no such loop or block.
static u32 find_label(Lower *l, AstLabel label, bool is_continue, u32 lo, u32 hi) {
    u32 ctxt = label.name.id ? hygiene_for_locals(l->db, label.ctxt) : 0;
    bool barred = false;
    for (u32 i = l->labels.count; i-- > 0;) {
        const LabelRib *rib = &l->labels.at[i];
        if (rib->is_barrier) {
            barred = true;
            if (!label.name.id) break;
        }
        if (!label.name.id) {
            if (rib->is_loop) return rib->label;
            continue;
        }
        if (rib->name.id != label.name.id || rib->ctxt != ctxt) continue;
        if (barred) {
            diag_error(l->db, lower_span(l, lo, hi), "E0767", "use of unreachable label `%.*s`",
                       STR_ARG(symbol_str(&l->db->symbols, label.name)));
            return 0;
        }
        if (is_continue && !rib->is_loop) {
            diag_error(l->db, lower_span(l, lo, hi), "E0696",
                       "`continue` pointing to a labeled block");
            return 0;
        }
        return rib->label;
    }
    if (label.name.id)
        diag_error(l->db, lower_span(l, lo, hi), "E0426", "use of undeclared label `%.*s`",
                   STR_ARG(symbol_str(&l->db->symbols, label.name)));
    else
        diag_error(l->db, lower_span(l, lo, hi), barred ? "E0267" : "E0268",
                   barred ? "`%s` inside of a closure" : "`%s` outside of a loop or labeled block",
                   is_continue ? "continue" : "break");
    return 0;
}

// ---- blocks -------------------------------------------------------------------------------------

static void open_block_scope(Lower *l, const AstExprRow *row) {
    if (!row->block.number) return;
    l->scope = def_intern(l->db, l->tree_owner, DEF_BLOCK, SYM_OF(none), row->block.number);
}

static void lower_stmts(Lower *l, const AstExprRow *row, HirExpr out) {
    VEC(HirStmt) stmts = {0};
    for (u32 i = 0; i < row->block.stmts.count; i++) {
        AstStmt stmt = AST_ROWS(l->ast, stmts, AstStmt, row->block.stmts)[i];
        HirStmt s;
        memset(&s, 0, sizeof s);
        switch ((AstStmtKind)stmt.kind) {
        case AST_STMT_ITEM: {
            const ItemRow *item = AST_ROW(l->ast, items, ItemRow, stmt.item);
            if (item->kind == ITEM_MACRO_RULES) {
                Rib rib = {.kind = RIB_MACRO, .name = item->name, .block = l->scope};
                vec_push(l->scratch, &l->ribs, rib);
            }
            continue;
        }
        case AST_STMT_LET:
            s.kind = STMT_LET;
            s.is_super = stmt.is_super;
            if (stmt.ty.id) s.ty = lower_type(l, stmt.ty);
            if (stmt.expr.id) s.expr = lower_expression(l, stmt.expr);
            if (stmt.els.id) s.els = lower_block(l, stmt.els);
            s.pat = lower_pattern(l, stmt.pat);
            break;
        case AST_STMT_EXPR:
            s.kind = STMT_EXPR;
            s.expr = lower_expression(l, stmt.expr);
            break;
        case AST_STMT_SEMI:
        case AST_STMT_MACRO:
            s.kind = STMT_SEMI;
            s.expr = lower_expression(l, stmt.expr);
            break;
        }
        vec_push(l->scratch, &stmts, s);
    }
    HirExpr tail = row->block.tail.id ? lower_expression(l, row->block.tail) : (HirExpr){0};
    // What cfg removed at the end does not count: `{ a } #[cfg(no)] { b }` has the value of `a`.
    if (!tail.id && stmts.count && vec_last(&stmts).kind == STMT_EXPR) tail = vec_pop(&stmts).expr;
    HirExprRow *block = EXPR_ROW(l, out);
    block->block.stmts = (HirList){l->stmts.count, stmts.count};
    block->block.tail = tail;
    vec_append(l->scratch, &l->stmts, stmts.at, stmts.count);
}

HirExpr lower_plain_block(Lower *l, const AstExprRow *block) {
    AstExprRow row = *block;
    HirExpr e = lower_expr_new(l, HIR_BLOCK, row.lo, row.hi);
    u32 ribs = l->ribs.count, labels = l->labels.count;
    DefId scope = l->scope;
    u32 label = row.block.label.name.id ? push_label(l, row.block.label, false) : 0;
    open_block_scope(l, &row);
    lower_stmts(l, &row, e);
    EXPR_ROW(l, e)->is_unsafe = row.op == AST_BLOCK_UNSAFE;
    EXPR_ROW(l, e)->block.label = label;
    l->scope = scope;
    l->ribs.count = ribs;
    l->labels.count = labels;
    return e;
}

// A plain, unsafe or labelled block.
HirExpr lower_block(Lower *l, AstExpr id) {
    const AstExprRow *row = ast_expr(l->ast, id);
    if (row->kind != AST_EXPR_BLOCK || row->op > AST_BLOCK_UNSAFE) return lower_expression(l, id);
    return lower_plain_block(l, row);
}

// try { .. }: 'try: { from_output(..) }
static HirExpr lower_try_block(Lower *l, const AstExprRow *row) {
    u32 lo = row->lo, hi = row->hi;
    HirExpr e = lower_expr_new(l, HIR_BLOCK, lo, hi);
    u32 ribs = l->ribs.count, labels = l->labels.count;
    DefId scope = l->scope;
    u32 label = push_label(l, (AstLabel){0}, false);
    l->labels.at[l->labels.count - 1].is_try = true;
    open_block_scope(l, row);
    HirExpr inner = lower_expr_new(l, HIR_BLOCK, lo, hi);
    lower_stmts(l, row, inner);
    HirExpr tail = EXPR_ROW(l, inner)->block.tail;
    if (!tail.id) tail = lower_expr_new(l, HIR_TUPLE, hi, hi);
    tail = make_lang_call(l, LANG_try_trait_from_output, &tail, 1, lo, hi);
    EXPR_ROW(l, inner)->block.tail = tail;
    EXPR_ROW(l, e)->block.tail = inner;
    EXPR_ROW(l, e)->block.stmts = (HirList){0};
    EXPR_ROW(l, e)->block.label = label;
    l->scope = scope;
    l->ribs.count = ribs;
    l->labels.count = labels;
    return e;
}

static HirExpr lower_const_block(Lower *l, AstExpr id, const AstExprRow *row) {
    HirExpr e = lower_expr_new(l, HIR_INLINE_CONST, row->lo, row->hi);
    // A block of this body; not one of a body that this item stands in.
    DefId parent = l->tree_owner;
    if (def_kind(l->db, l->scope) == DEF_BLOCK && def_eq(def_row(l->db, l->scope)->parent, parent))
        parent = l->scope;
    EXPR_ROW(l, e)->def =
        def_intern(l->db, parent, DEF_INLINE_CONST, SYM_OF(none), id.id << 1 | l->is_body_tree);
    return e;
}

// ---- conditions, loops, matches
// -------------------------------------------------------------------

static bool has_let(const Ast *ast, AstExpr e) {
    const AstExprRow *row = ast_expr(ast, e);
    switch ((AstExprKind)row->kind) {
    case AST_EXPR_LET: return true;
    case AST_EXPR_PAREN: return has_let(ast, row->bin.a);
    case AST_EXPR_BINARY:
        return row->op == AST_LAZY_AND && (has_let(ast, row->bin.a) || has_let(ast, row->bin.b));
    default: return false;
    }
}

// Bindings of LETs stay in the ribs: the caller drops them after the branch they are for.
static HirExpr lower_condition_part(Lower *l, AstExpr id, bool in_chain) {
    AstExprRow row = *ast_expr(l->ast, id);
    if (!has_let(l->ast, id)) {
        HirExpr e = lower_expr_new(l, HIR_DROP_TEMPS, row.lo, row.hi);
        HirExpr inner = lower_expression(l, id);
        EXPR_ROW(l, e)->bin.a = inner;
        EXPR_ROW(l, e)->is_synthetic = true;
        return e;
    }
    if (row.kind == AST_EXPR_PAREN) return lower_condition_part(l, row.bin.a, in_chain);
    if (row.kind == AST_EXPR_LET) {
        if (in_chain && l->edition < 2024)
            diag_error(l->db, lower_span(l, row.lo, row.hi), "",
                       "let chains are only allowed in Rust 2024 or later");
        HirExpr e = lower_expr_new(l, HIR_LET, row.lo, row.hi);
        HirExpr init = lower_expression(l, row.let.init);
        HirPat pat = lower_pattern(l, row.let.pat);
        EXPR_ROW(l, e)->let.init = init;
        EXPR_ROW(l, e)->let.pat = pat;
        return e;
    }
    HirExpr e = lower_expr_new(l, HIR_BINARY, row.lo, row.hi);
    HirExpr a = lower_condition_part(l, row.bin.a, true);
    HirExpr b = lower_condition_part(l, row.bin.b, true);
    EXPR_ROW(l, e)->op = BIN_AND;
    EXPR_ROW(l, e)->bin.a = a;
    EXPR_ROW(l, e)->bin.b = b;
    return e;
}

static HirExpr lower_condition(Lower *l, AstExpr id) {
    return lower_condition_part(l, id, false);
}

static HirExpr lower_if(Lower *l, const AstExprRow *row) {
    HirExpr e = lower_expr_new(l, HIR_IF, row->lo, row->hi);
    u32 ribs = l->ribs.count;
    HirExpr cond = lower_condition(l, row->branch.cond);
    HirExpr then = lower_block(l, row->branch.then);
    l->ribs.count = ribs;
    HirExpr els = row->branch.els.id ? lower_expression(l, row->branch.els) : (HirExpr){0};
    EXPR_ROW(l, e)->branch.cond = cond;
    EXPR_ROW(l, e)->branch.then = then;
    EXPR_ROW(l, e)->branch.els = els;
    return e;
}

static HirExpr make_break(Lower *l, u32 label, u32 lo, u32 hi) {
    HirExpr e = lower_expr_new(l, HIR_BREAK, lo, hi);
    EXPR_ROW(l, e)->jump.label = label;
    EXPR_ROW(l, e)->is_synthetic = true;
    return e;
}

// while c { b } becomes loop { if c { b } else { break } }
static HirExpr lower_while(Lower *l, const AstExprRow *row) {
    u32 lo = row->lo, hi = row->hi;
    HirExpr e = lower_expr_new(l, HIR_LOOP, lo, hi);
    u32 labels = l->labels.count, ribs = l->ribs.count;
    u32 label = push_label(l, row->loop.label, true);
    HirExpr branch = lower_expr_new(l, HIR_IF, lo, hi);
    HirExpr cond = lower_condition(l, row->loop.head);
    HirExpr then = lower_block(l, row->loop.body);
    l->ribs.count = ribs;
    HirStmt leave = {.kind = STMT_SEMI, .expr = make_break(l, label, lo, hi)};
    HirExpr els = make_block(l, &leave, 1, (HirExpr){0}, lo, hi);
    EXPR_ROW(l, branch)->is_synthetic = true;
    EXPR_ROW(l, branch)->branch.cond = cond;
    EXPR_ROW(l, branch)->branch.then = then;
    EXPR_ROW(l, branch)->branch.els = els;
    HirExpr body = make_block(l, NULL, 0, branch, lo, hi);
    EXPR_ROW(l, e)->op = LOOP_WHILE;
    EXPR_ROW(l, e)->loop.body = body;
    EXPR_ROW(l, e)->loop.label = label;
    l->labels.count = labels;
    return e;
}

// for p in h { b } becomes match IntoIterator::into_iter(h) { mut iter => loop {
//     match Iterator::next(&mut iter) { None => break, Some(p) => b } } }
static HirExpr lower_for(Lower *l, const AstExprRow *row) {
    const AstExprRow *head_row = ast_expr(l->ast, row->loop.head);
    u32 lo = row->lo, hi = row->hi, head_lo = head_row->lo, head_hi = head_row->hi;
    if (row->loop.is_await) return lower_unsupported(l, "for await", lo, hi);
    u32 ribs = l->ribs.count, labels = l->labels.count;
    HirExpr head = lower_expression(l, row->loop.head);
    HirExpr into = make_lang_call(l, LANG_into_iter_into_iter, &head, 1, head_lo, head_hi);
    HirLocal iter;
    Symbol iter_name = symbol_intern(&l->db->symbols, STR("iter"));
    HirPat iter_pat =
        lower_binding(l, iter_name, 0, false, true, (HirPat){0}, head_lo, head_hi, &iter);
    l->ribs.count = ribs; // the user cannot name it

    HirExpr loop = lower_expr_new(l, HIR_LOOP, lo, hi);
    u32 label = push_label(l, row->loop.label, true);
    HirExpr next_arg =
        make_addr_of(l, make_local_expr(l, iter, head_lo, head_hi), true, head_lo, head_hi);
    HirExpr next = make_lang_call(l, LANG_iterator_next, &next_arg, 1, head_lo, head_hi);
    HirArm arms[2];
    memset(arms, 0, sizeof arms);
    arms[0].pat = make_variant_pat(l, LANG_option_none, NULL, 0, lo, hi);
    arms[0].body = make_break(l, label, lo, hi);
    HirPat pat = lower_pattern(l, row->loop.pat);
    arms[1].pat = make_variant_pat(l, LANG_option_some, &pat, 1, l->pat_spans.at[pat.id].lo,
                                   l->pat_spans.at[pat.id].hi);
    arms[1].body = lower_block(l, row->loop.body);
    l->ribs.count = ribs;
    l->labels.count = labels;
    HirStmt step = {.kind = STMT_EXPR,
                    .expr = make_match(l, next, arms, 2, MATCH_FOR_LOOP, head_lo, head_hi)};
    HirExpr body = make_block(l, &step, 1, (HirExpr){0}, lo, hi);
    EXPR_ROW(l, loop)->op = LOOP_FOR;
    EXPR_ROW(l, loop)->loop.body = body;
    EXPR_ROW(l, loop)->loop.label = label;
    HirArm arm;
    memset(&arm, 0, sizeof arm);
    arm.pat = iter_pat;
    arm.body = loop;
    return make_match(l, into, &arm, 1, MATCH_FOR_LOOP, lo, hi);
}

static HirExpr lower_loop(Lower *l, const AstExprRow *row) {
    HirExpr e = lower_expr_new(l, HIR_LOOP, row->lo, row->hi);
    u32 labels = l->labels.count;
    u32 label = push_label(l, row->loop.label, true);
    HirExpr body = lower_block(l, row->loop.body);
    l->labels.count = labels;
    EXPR_ROW(l, e)->op = LOOP_LOOP;
    EXPR_ROW(l, e)->loop.body = body;
    EXPR_ROW(l, e)->loop.label = label;
    return e;
}

static HirExpr lower_match(Lower *l, const AstExprRow *row) {
    HirExpr e = lower_expr_new(l, HIR_MATCH, row->lo, row->hi);
    HirExpr scrutinee = lower_expression(l, row->match.scrutinee);
    VEC(HirArm) arms = {0};
    for (u32 i = 0; i < row->match.arms.count; i++) {
        AstArm arm = AST_ROWS(l->ast, arms, AstArm, row->match.arms)[i];
        u32 ribs = l->ribs.count;
        HirArm out;
        memset(&out, 0, sizeof out);
        out.pat = lower_pattern(l, arm.pat);
        if (arm.guard.id) out.guard = lower_condition(l, arm.guard);
        out.body = arm.body.id ? lower_expression(l, arm.body)
                               : lower_unsupported(l, "never patterns", arm.lo, arm.hi);
        l->ribs.count = ribs;
        vec_push(l->scratch, &arms, out);
    }
    EXPR_ROW(l, e)->match.scrutinee = scrutinee;
    EXPR_ROW(l, e)->match.arms = (HirList){l->arms.count, arms.count};
    EXPR_ROW(l, e)->op = MATCH_NORMAL;
    vec_append(l->scratch, &l->arms, arms.at, arms.count);
    return e;
}

// e? becomes match Try::branch(e) { Continue(val) => val,
//     Break(residual) => return FromResidual::from_residual(residual) }; in a try block: break 'try
static HirExpr lower_question(Lower *l, const AstExprRow *row) {
    u32 lo = row->lo, hi = row->hi, ribs = l->ribs.count;
    HirExpr operand = lower_expression(l, row->bin.a);
    HirExpr branch = make_lang_call(l, LANG_try_trait_branch, &operand, 1, lo, hi);
    HirArm arms[2];
    memset(arms, 0, sizeof arms);
    HirLocal val, residual;
    HirPat val_pat = lower_binding(l, symbol_intern(&l->db->symbols, STR("val")), 0, false, false,
                                   (HirPat){0}, lo, hi, &val);
    arms[0].pat = make_variant_pat(l, LANG_control_flow_continue, &val_pat, 1, lo, hi);
    arms[0].body = make_local_expr(l, val, lo, hi);
    HirPat residual_pat = lower_binding(l, symbol_intern(&l->db->symbols, STR("residual")), 0,
                                        false, false, (HirPat){0}, lo, hi, &residual);
    arms[1].pat = make_variant_pat(l, LANG_control_flow_break, &residual_pat, 1, lo, hi);
    HirExpr from = make_local_expr(l, residual, lo, hi);
    from = make_lang_call(l, LANG_try_trait_from_residual, &from, 1, lo, hi);
    l->ribs.count = ribs;
    u32 try_label = 0;
    for (u32 i = l->labels.count; i-- > 0 && !l->labels.at[i].is_barrier;) {
        if (!l->labels.at[i].is_try) continue;
        try_label = l->labels.at[i].label;
        break;
    }
    HirExpr leave = lower_expr_new(l, try_label ? HIR_BREAK : HIR_RETURN, lo, hi);
    EXPR_ROW(l, leave)->is_synthetic = true;
    if (try_label) {
        EXPR_ROW(l, leave)->jump.value = from;
        EXPR_ROW(l, leave)->jump.label = try_label;
    } else {
        EXPR_ROW(l, leave)->value = from;
    }
    arms[1].body = leave;
    return make_match(l, branch, arms, 2, MATCH_TRY, lo, hi);
}

// ---- the rest -----------------------------------------------------------------------------------

static HirList lower_exprs(Lower *l, AstList list) {
    U32Vec ids = {0};
    for (u32 i = 0; i < list.count; i++)
        vec_push(l->scratch, &ids, lower_expression(l, (AstExpr){ast_list(l->ast, list, i)}).id);
    return lower_list(l, ids.at, ids.count);
}

static HirExpr lower_closure(Lower *l, const AstExprRow *row) {
    AstClosure closure = *AST_ROW(l->ast, closures, AstClosure, row->closure);
    if (closure.is_async) return lower_unsupported(l, "async closures", row->lo, row->hi);
    if (closure.is_gen) return lower_unsupported(l, "generator closures", row->lo, row->hi);
    HirExpr e = lower_expr_new(l, HIR_CLOSURE, row->lo, row->hi);
    u32 ribs = l->ribs.count, labels = l->labels.count;
    // Numbered when they begin, so that an outer closure comes before those inside it.
    u32 number = l->closure_count++;
    HirClosure out;
    memset(&out, 0, sizeof out);
    out.def = def_intern(l->db, l->owner, DEF_CLOSURE, SYM_OF(none), number);
    out.is_move = closure.is_move;
    out.expr = e;
    out.outer = l->outer_closure;
    vec_push(l->scratch, &l->closures, out);
    u32 index = l->closures.count - 1;
    l->outer_closure = index + 1;
    push_barrier(l);
    u32 first_rib = l->ribs.count;
    LocalVec bound = {0};
    VEC(HirParamPat) params = {0};
    for (u32 i = 0; i < closure.params.count; i++) {
        AstParam param = AST_ROWS(l->ast, params, AstParam, closure.params)[i];
        HirParamPat p = {0};
        if (param.ty.id) p.ty = lower_type(l, param.ty);
        p.pat = lower_param_pattern(l, param.pat, first_rib, &bound);
        vec_push(l->scratch, &params, p);
    }
    out.params = (HirList){l->params.count, params.count};
    vec_append(l->scratch, &l->params, params.at, params.count);
    if (closure.ret.id) out.ret = lower_type(l, closure.ret);
    out.body = lower_expression(l, closure.body);
    l->closures.at[index] = out;
    l->outer_closure = out.outer;
    l->ribs.count = ribs;
    l->labels.count = labels;
    EXPR_ROW(l, e)->closure = index;
    EXPR_ROW(l, e)->is_move = closure.is_move;
    return e;
}

static HirExpr lower_struct(Lower *l, const AstExprRow *row) {
    HirExpr e = lower_expr_new(l, HIR_STRUCT, row->lo, row->hi);
    HirPath path = lower_path(l, row->structure.path, PATH_RECORD);
    VEC(HirField) fields = {0};
    for (u32 i = 0; i < row->structure.fields.count; i++) {
        AstField field = AST_ROWS(l->ast, fields, AstField, row->structure.fields)[i];
        HirExpr value = lower_expression(l, (AstExpr){field.value});
        vec_push(l->scratch, &fields, (HirField){field.name.sym, value.id});
    }
    HirExpr base = row->structure.base.id ? lower_expression(l, row->structure.base) : (HirExpr){0};
    HirExprRow *out = EXPR_ROW(l, e);
    out->structure.path = path;
    out->structure.fields = (HirList){l->fields.count, fields.count};
    out->structure.base = base;
    out->structure.rest = row->structure.has_rest;
    vec_append(l->scratch, &l->fields, fields.at, fields.count);
    return e;
}

// a..b is Range { start: a, end: b }; a..=b is RangeInclusive::new(a, b)
static HirExpr lower_range(Lower *l, const AstExprRow *row) {
    u32 lo = row->lo, hi = row->hi;
    HirExpr a = row->bin.a.id ? lower_expression(l, row->bin.a) : (HirExpr){0};
    HirExpr b = row->bin.b.id ? lower_expression(l, row->bin.b) : (HirExpr){0};
    if (a.id && b.id && row->is_inclusive) {
        HirExpr ends[] = {a, b};
        return make_lang_call(l, LANG_range_inclusive_new, ends, 2, lo, hi);
    }
    LangItem item = row->is_inclusive ? LANG_range_to_inclusive
                    : a.id && b.id    ? LANG_range
                    : a.id            ? LANG_range_from
                    : b.id            ? LANG_range_to
                                      : LANG_range_full;
    if (item == LANG_range_full) {
        HirPath path = lower_lang_path(l, item, lo, hi);
        if (l->paths.at[path.id].res.kind == RES_DEF) l->paths.at[path.id].res.kind = RES_CTOR;
        return make_path_expr(l, path, lo, hi);
    }
    HirExpr e = lower_expr_new(l, HIR_STRUCT, lo, hi);
    HirPath path = lower_lang_path(l, item, lo, hi);
    u32 first = l->fields.count;
    if (a.id)
        vec_push(l->scratch, &l->fields,
                 (HirField){symbol_intern(&l->db->symbols, STR("start")), a.id});
    if (b.id)
        vec_push(l->scratch, &l->fields,
                 (HirField){symbol_intern(&l->db->symbols, STR("end")), b.id});
    EXPR_ROW(l, e)->structure.path = path;
    EXPR_ROW(l, e)->structure.fields = (HirList){first, l->fields.count - first};
    EXPR_ROW(l, e)->is_synthetic = true;
    return e;
}

static HirBinOp bin_op(u8 op) {
    switch ((AstBinOp)op) {
    case AST_ADD: return BIN_ADD;
    case AST_SUB: return BIN_SUB;
    case AST_MUL: return BIN_MUL;
    case AST_DIV: return BIN_DIV;
    case AST_REM: return BIN_REM;
    case AST_LAZY_AND: return BIN_AND;
    case AST_LAZY_OR: return BIN_OR;
    case AST_BIT_XOR: return BIN_BIT_XOR;
    case AST_BIT_AND: return BIN_BIT_AND;
    case AST_BIT_OR: return BIN_BIT_OR;
    case AST_SHL: return BIN_SHL;
    case AST_SHR: return BIN_SHR;
    case AST_EQ: return BIN_EQ;
    case AST_LT: return BIN_LT;
    case AST_LE: return BIN_LE;
    case AST_NE: return BIN_NE;
    case AST_GE: return BIN_GE;
    case AST_GT: return BIN_GT;
    }
    UNREACHABLE();
}

// builtin # item(N): the definition with that DefId, whatever may see it. Only rac writes it, in
// the harness of `rac test`; elsewhere it is not supported.
static HirExpr lower_item_by_id(Lower *l, const AstExprRow *row) {
    AstExpr arg = {row->builtin.args.count ? ast_list(l->ast, row->builtin.args, 0) : 0};
    const AstExprRow *number = ast_expr(l->ast, arg);
    u128 id = 0;
    bool ok = l->db->options->test_harness && number->kind == AST_EXPR_LIT &&
              number->lit.kind == TOK_INT &&
              lit_int(symbol_str(&l->db->symbols, number->lit.sym), number->lit.suffix_len, &id) &&
              id > 0 && id < def_count(l->db) && def_kind(l->db, (DefId){(u32)id}) == DEF_FN;
    if (!ok) return lower_unsupported(l, "`builtin # item`", row->lo, row->hi);
    Res res = {.kind = RES_DEF, .def = {(u32)id}};
    return make_path_expr(l, lower_path_of(l, res, row->lo, row->hi), row->lo, row->hi);
}

static HirExpr lower_builtin(Lower *l, const AstExprRow *row) {
    Str name = symbol_str(&l->db->symbols, row->builtin.name);
    u32 lo = row->lo, hi = row->hi;
    if (str_eq(name, STR("format_args"))) return lower_format_args(l, row);
    if (str_eq(name, STR("item"))) return lower_item_by_id(l, row);
    if (str_eq(name, STR("offset_of"))) {
        HirExpr e = lower_expr_new(l, HIR_OFFSET_OF, lo, hi);
        HirTy ty = lower_type(l, row->builtin.ty);
        U32Vec names = {0};
        for (u32 i = 0; i < row->builtin.fields.count; i++)
            vec_push(l->scratch, &names, ast_list(l->ast, row->builtin.fields, i));
        HirList list = lower_list(l, names.at, names.count);
        EXPR_ROW(l, e)->offset_of.ty = ty;
        EXPR_ROW(l, e)->offset_of.names = list;
        return e;
    }
    return lower_unsupported(l, scratch_print(l->scratch, "`%.*s!`", STR_ARG(name)).at, lo, hi);
}

HirExpr lower_expression(Lower *l, AstExpr id) {
    AstExprRow row = *ast_expr(l->ast, id);
    u32 lo = row.lo, hi = row.hi;
    HirExpr e;
    switch ((AstExprKind)row.kind) {
    case AST_EXPR_ERR:
    case AST_EXPR_MACRO: return lower_expr_new(l, HIR_ERR, lo, hi);
    case AST_EXPR_LIT: return lower_literal(l, &row.lit, lo, hi);
    case AST_EXPR_PAREN: return lower_expression(l, row.bin.a);
    case AST_EXPR_PATH: {
        e = lower_expr_new(l, HIR_PATH, lo, hi);
        HirPath path = lower_path(l, row.path, PATH_VALUE);
        EXPR_ROW(l, e)->path = path;
        return e;
    }
    case AST_EXPR_CALL: {
        e = lower_expr_new(l, HIR_CALL, lo, hi);
        HirExpr callee = lower_expression(l, row.call.callee);
        HirList args = lower_exprs(l, row.call.args);
        EXPR_ROW(l, e)->call.callee = callee;
        EXPR_ROW(l, e)->call.args = args;
        return e;
    }
    case AST_EXPR_METHOD_CALL: {
        e = lower_expr_new(l, HIR_METHOD_CALL, lo, hi);
        HirExpr receiver = lower_expression(l, row.method.receiver);
        u32 seg = lower_seg(l, AST_ROW(l->ast, segs, AstSeg, row.method.seg));
        HirList args = lower_exprs(l, row.method.args);
        EXPR_ROW(l, e)->method.receiver = receiver;
        EXPR_ROW(l, e)->method.seg = seg;
        EXPR_ROW(l, e)->method.args = args;
        return e;
    }
    case AST_EXPR_FIELD: {
        e = lower_expr_new(l, HIR_FIELD, lo, hi);
        HirExpr base = lower_expression(l, row.field.base);
        EXPR_ROW(l, e)->field.expr = base;
        EXPR_ROW(l, e)->field.name = row.field.name.sym;
        return e;
    }
    case AST_EXPR_ASSIGN: return lower_assign(l, &row);
    case AST_EXPR_INDEX:
    case AST_EXPR_BINARY:
    case AST_EXPR_ASSIGN_OP: {
        HirExprKind kind = row.kind == AST_EXPR_INDEX    ? HIR_INDEX
                           : row.kind == AST_EXPR_BINARY ? HIR_BINARY
                                                         : HIR_ASSIGN_OP;
        e = lower_expr_new(l, kind, lo, hi);
        HirExpr a = lower_expression(l, row.bin.a);
        HirExpr b = lower_expression(l, row.bin.b);
        EXPR_ROW(l, e)->bin.a = a;
        EXPR_ROW(l, e)->bin.b = b;
        if (kind == HIR_INDEX)
            EXPR_ROW(l, e)->bin.op_lo = lo == row.lo ? row.bin.op_lo : lo;
        else
            EXPR_ROW(l, e)->op = (u8)bin_op(row.op);
        return e;
    }
    case AST_EXPR_UNARY: {
        e = lower_expr_new(l, HIR_UNARY, lo, hi);
        HirExpr a = lower_expression(l, row.bin.a);
        EXPR_ROW(l, e)->bin.a = a;
        EXPR_ROW(l, e)->op = row.op == AST_DEREF ? UN_DEREF : row.op == AST_NOT ? UN_NOT : UN_NEG;
        return e;
    }
    case AST_EXPR_ADDR_OF: {
        if (row.is_pinned) return lower_unsupported(l, "pinned borrows", lo, hi);
        e = lower_expr_new(l, HIR_ADDR_OF, lo, hi);
        HirExpr a = lower_expression(l, row.bin.a);
        EXPR_ROW(l, e)->bin.a = a;
        EXPR_ROW(l, e)->is_mut = row.is_mut;
        EXPR_ROW(l, e)->is_raw = row.is_raw;
        return e;
    }
    case AST_EXPR_CAST: {
        e = lower_expr_new(l, HIR_CAST, lo, hi);
        HirExpr inner = lower_expression(l, row.cast.expr);
        HirTy ty = lower_type(l, row.cast.ty);
        EXPR_ROW(l, e)->cast.expr = inner;
        EXPR_ROW(l, e)->cast.ty = ty;
        return e;
    }
    case AST_EXPR_RANGE: return lower_range(l, &row);
    case AST_EXPR_TUPLE:
    case AST_EXPR_ARRAY: {
        e = lower_expr_new(l, row.kind == AST_EXPR_TUPLE ? HIR_TUPLE : HIR_ARRAY, lo, hi);
        HirList elems = lower_exprs(l, row.elems);
        EXPR_ROW(l, e)->elems = elems;
        return e;
    }
    case AST_EXPR_REPEAT: {
        e = lower_expr_new(l, HIR_REPEAT, lo, hi);
        HirExpr elem = lower_expression(l, row.bin.a);
        HirTy len = lower_const_arg(l, row.bin.b);
        EXPR_ROW(l, e)->repeat.elem = elem;
        EXPR_ROW(l, e)->repeat.len = len;
        return e;
    }
    case AST_EXPR_STRUCT: return lower_struct(l, &row);
    case AST_EXPR_IF: return lower_if(l, &row);
    case AST_EXPR_LET:
        diag_error(l->db, lower_span(l, lo, hi), "", "expected expression, found `let` statement");
        return lower_expr_new(l, HIR_ERR, lo, hi);
    case AST_EXPR_WHILE: return lower_while(l, &row);
    case AST_EXPR_LOOP: return lower_loop(l, &row);
    case AST_EXPR_FOR: return lower_for(l, &row);
    case AST_EXPR_MATCH: return lower_match(l, &row);
    case AST_EXPR_BLOCK:
        switch ((AstBlockKind)row.op) {
        case AST_BLOCK_PLAIN:
        case AST_BLOCK_UNSAFE: return lower_block(l, id);
        case AST_BLOCK_CONST: return lower_const_block(l, id, &row);
        case AST_BLOCK_TRY: return lower_try_block(l, &row);
        case AST_BLOCK_ASYNC: return lower_unsupported(l, "async blocks", lo, hi);
        case AST_BLOCK_GEN: return lower_unsupported(l, "gen blocks", lo, hi);
        case AST_BLOCK_ASYNC_GEN: return lower_unsupported(l, "async gen blocks", lo, hi);
        }
        UNREACHABLE();
    case AST_EXPR_CLOSURE: return lower_closure(l, &row);
    case AST_EXPR_BREAK:
    case AST_EXPR_CONTINUE: {
        bool is_continue = row.kind == AST_EXPR_CONTINUE;
        u32 label = find_label(l, row.jump.label, is_continue, lo, hi);
        e = lower_expr_new(l, !label ? HIR_ERR : is_continue ? HIR_CONTINUE : HIR_BREAK, lo, hi);
        HirExpr value = row.jump.value.id ? lower_expression(l, row.jump.value) : (HirExpr){0};
        EXPR_ROW(l, e)->jump.value = value;
        EXPR_ROW(l, e)->jump.label = label;
        return e;
    }
    case AST_EXPR_RETURN: {
        e = lower_expr_new(l, HIR_RETURN, lo, hi);
        HirExpr value = row.bin.a.id ? lower_expression(l, row.bin.a) : (HirExpr){0};
        EXPR_ROW(l, e)->value = value;
        return e;
    }
    case AST_EXPR_TRY: return lower_question(l, &row);
    case AST_EXPR_UNDERSCORE:
        diag_error(l->db, lower_span(l, lo, hi), "",
                   "in expressions, `_` can only be used on the left-hand side of an assignment");
        return lower_expr_new(l, HIR_ERR, lo, hi);
    case AST_EXPR_YIELD: return lower_unsupported(l, "`yield`", lo, hi);
    case AST_EXPR_YEET: return lower_unsupported(l, "`do yeet`", lo, hi);
    case AST_EXPR_BECOME: return lower_unsupported(l, "`become`", lo, hi);
    case AST_EXPR_AWAIT: return lower_unsupported(l, "`.await`", lo, hi);
    case AST_EXPR_USE: return lower_unsupported(l, "`.use`", lo, hi);
    case AST_EXPR_BUILTIN: return lower_builtin(l, &row);
    }
    UNREACHABLE();
}
