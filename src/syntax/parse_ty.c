// Types, paths, generic arguments, bounds (Reference, "Type system", "Paths").
#include "syntax/parse_internal.h"

static AstTy ty_common(Parser *p, bool plus, bool variadic);

AstTy parse_ty(Parser *p) {
    return ty_common(p, true, false);
}
AstTy parse_ty_no_plus(Parser *p) {
    return ty_common(p, false, false);
}
AstTy parse_ty_variadic(Parser *p) {
    return ty_common(p, true, true);
}

AstTy parse_ret_ty(Parser *p) {
    if (!eat(p, TOK_ARROW)) return (AstTy){0};
    return parse_ty(p);
}

Symbol take_lifetime(Parser *p, AstLifetimeKind kind) {
    if (!at_kind(p, TOK_LIFETIME)) return (Symbol){0};
    AstLifetime row = {.name = {p->tok.sym}, .kind = kind, .lo = lo_here(p)};
    vec_push(p->scratch, &p->lifetimes, row);
    bump(p);
    return row.name;
}

// ---- paths
// ----------------------------------------------------------------------------------------

static bool is_path_word(const Tok *tok, u32 edition) {
    if (tok->kind != TOK_IDENT) return false;
    if (tok_is_name(tok, edition) || tok->flags & TOK_CRATE) return true;
    return tok->sym == SYM_self || tok->sym == SYM_Self || tok->sym == SYM_super ||
           tok->sym == SYM_crate;
}

bool tok_path_start(const Parser *p, const Tok *tok) {
    switch (tok->kind) {
    case TOK_IDENT: return is_path_word(tok, p->edition);
    case TOK_COLONCOLON:
    case TOK_LT:
    case TOK_SHL: return true;
    case TOK_OPEN_NONE: return tok->extra == FRAG_PATH || tok->extra == FRAG_TY;
    default: return false;
    }
}

bool at_path_start(const Parser *p) {
    return tok_path_start(p, &p->tok);
}

// Whether the macro argument at hand can be read as a path: $p:path, or $t:ty that is one.
bool group_is_path_ty(const Parser *p) {
    if (at_group(p, FRAG_PATH)) return true;
    if (!at_group(p, FRAG_TY)) return false;
    const Tok *inside = peek_tok(p, 1);
    if (inside->kind == TOK_OPEN_NONE)
        return inside->extra == FRAG_PATH || inside->extra == FRAG_TY;
    return inside->kind == TOK_COLONCOLON ||
           (is_path_word(inside, p->edition) && !tok_word(inside, SYM_dyn));
}

static bool at_lt(const Parser *p) {
    return at_kind(p, TOK_LT) || at_kind(p, TOK_SHL) || at_kind(p, TOK_LARROW);
}
static bool tok_is_lt(const Tok *tok) {
    return tok->kind == TOK_LT || tok->kind == TOK_SHL || tok->kind == TOK_LARROW;
}

typedef VEC(AstArg) ArgVec;
typedef VEC(AstSeg) SegVec;
typedef VEC(AstBound) BoundVec;

static bool at_const_arg(const Parser *p) {
    if (at_lit(p) || at_kind(p, TOK_OPEN_BRACE) || at_kind(p, TOK_MINUS)) return true;
    return at_group(p, FRAG_EXPR) || at_group(p, FRAG_EXPR_2021) || at_group(p, FRAG_LITERAL) ||
           at_group(p, FRAG_BLOCK);
}

static AstExpr parse_const_arg(Parser *p) {
    if (at_kind(p, TOK_OPEN_BRACE)) return parse_plain_block(p);
    return parse_lit_or_neg(p);
}

// `ty` is what stood before `=` or `:`: it must have been a lone name, perhaps with arguments.
static void parse_assoc_arg(Parser *p, AstTy ty, AstArg *arg) {
    AstTyRow row = *ty_row(p, ty);
    bool ok = row.kind == AST_TY_PATH;
    AstSeg seg = {0};
    if (ok) {
        AstPathRow path = *path_row(p, row.path);
        ok = path.segs.count == 1 && path.qself.id == 0;
        if (ok) seg = p->segs.at[path.segs.first];
    }
    if (!ok)
        error_here(p, "expected one of `,` or `>`, found %.*s", STR_ARG(tok_shown(p, &p->tok)));
    arg->name = seg.name;
    arg->args = seg.args;
    if (eat(p, TOK_COLON)) {
        arg->kind = AST_ARG_ASSOC_BOUND;
        arg->bounds = parse_bounds(p);
        return;
    }
    bump(p); // `=`
    if (at_const_arg(p)) {
        arg->kind = AST_ARG_ASSOC_CONST;
        arg->expr = parse_const_arg(p);
    } else {
        arg->kind = AST_ARG_ASSOC_TY;
        arg->ty = parse_ty(p);
    }
}

// Behind `<`, up to and with `>`.
static AstList parse_angle_args(Parser *p) {
    ArgVec args = {0};
    while (!can_split_gt(p->tok.kind) && !at_close(p)) {
        AstArg arg = {.lo = lo_here(p)};
        if (at_kind(p, TOK_LIFETIME) && peek_tok(p, 1)->kind != TOK_PLUS) {
            arg.name.sym = take_lifetime(p, AST_LIFETIME_USE);
            arg.kind = AST_ARG_LIFETIME;
        } else if (at_const_arg(p)) {
            arg.kind = AST_ARG_CONST;
            arg.expr = parse_const_arg(p);
        } else {
            AstTy ty = parse_ty(p);
            if (at_kind(p, TOK_EQ) || at_kind(p, TOK_COLON))
                parse_assoc_arg(p, ty, &arg);
            else {
                arg.kind = AST_ARG_TY;
                arg.ty = ty;
            }
        }
        arg.hi = max_u32(arg.lo, hi_prev(p));
        vec_push(p->scratch, &args, arg);
        if (eat(p, TOK_COMMA)) continue;
        if (can_split_gt(p->tok.kind)) break;
        error_here(p, "expected one of `,` or `>`, found %.*s", STR_ARG(tok_shown(p, &p->tok)));
        break;
    }
    if (!eat_gt(p))
        error_here(p, "expected one of `,` or `>`, found %.*s", STR_ARG(tok_shown(p, &p->tok)));
    return ROWS_TAKE(p, args, args);
}

// `(A, B) -> C` or `(..)` behind a segment in type position.
static void parse_paren_args(Parser *p, AstSeg *seg) {
    u32 open = p->at;
    const Tok *run = p->run;
    bump(p);
    if (at_kind(p, TOK_DOTDOT) && peek_tok(p, 1)->kind == TOK_CLOSE_PAREN) {
        bump(p);
        bump(p);
        seg->args_kind = AST_ARGS_RETURN;
        return;
    }
    seg->args_kind = AST_ARGS_PAREN;
    ArgVec args = {0};
    while (!at_close(p)) {
        AstArg arg = {.kind = AST_ARG_TY, .lo = lo_here(p)};
        arg.ty = parse_ty(p);
        arg.hi = max_u32(arg.lo, hi_prev(p));
        vec_push(p->scratch, &args, arg);
        if (!eat(p, TOK_COMMA)) break;
    }
    close_group(p, open, run, "`,` or `)`");
    seg->args = ROWS_TAKE(p, args, args);
    if (eat(p, TOK_ARROW)) seg->output = parse_ty_no_plus(p);
}

AstSeg parse_seg(Parser *p, PathStyle style) {
    AstSeg seg = {.lo = lo_here(p)};
    if (!is_path_word(&p->tok, p->edition)) {
        error_here(p, "expected identifier, found %.*s", STR_ARG(tok_shown(p, &p->tok)));
        // a keyword is taken as the name it was meant to be; anything else is left alone
        if (!at_kind(p, TOK_IDENT)) {
            seg.hi = seg.lo;
            return seg;
        }
    }
    seg.name = (AstName){{p->tok.sym}, p->tok.ctxt};
    seg.flags = p->tok.flags & (TOK_RAW | TOK_CRATE);
    bump(p);
    if (style == PATH_TYPE) {
        if (at_kind(p, TOK_COLONCOLON) &&
            (tok_is_lt(peek_tok(p, 1)) || peek_tok(p, 1)->kind == TOK_OPEN_PAREN))
            bump(p);
        if (at_lt(p)) {
            eat_lt(p);
            seg.args_kind = AST_ARGS_ANGLE;
            seg.args = parse_angle_args(p);
        } else if (at_kind(p, TOK_OPEN_PAREN)) {
            parse_paren_args(p, &seg);
        }
    } else if (style == PATH_EXPR && at_kind(p, TOK_COLONCOLON) && tok_is_lt(peek_tok(p, 1))) {
        bump(p);
        eat_lt(p);
        seg.args_kind = AST_ARGS_ANGLE;
        seg.args = parse_angle_args(p);
    }
    seg.hi = max_u32(seg.lo, hi_prev(p));
    return seg;
}

static void parse_segs(Parser *p, PathStyle style, SegVec *segs) {
    for (;;) {
        vec_push(p->scratch, segs, parse_seg(p, style));
        TokKind next = peek_tok(p, 1)->kind;
        if (!at_kind(p, TOK_COLONCOLON) || next == TOK_OPEN_BRACE || next == TOK_STAR) return;
        bump(p);
    }
}

static AstPath path_add(Parser *p, AstTy qself, u32 qself_segs, const SegVec *segs, u32 lo) {
    AstPathRow row = {.qself = qself, .qself_segs = qself_segs, .lo = lo};
    row.segs = ROWS_TAKE(p, segs, *segs);
    row.hi = max_u32(lo, hi_prev(p));
    vec_push(p->scratch, &p->paths, row);
    return (AstPath){p->paths.count - 1};
}

AstPath path_of_name(Parser *p, const Tok *tok, u32 lo) {
    SegVec segs = {0};
    AstSeg seg = {.name = {{tok->sym}, tok->ctxt}, .flags = tok->flags & TOK_RAW, .lo = lo};
    seg.hi = lo + tok_len(p->in->symbols, tok);
    vec_push(p->scratch, &segs, seg);
    AstPath path = path_add(p, (AstTy){0}, 0, &segs, lo);
    path_row(p, path)->hi = seg.hi;
    return path;
}

// `<T>::a::b`, `<T as Trait>::a`.
AstPath parse_qpath(Parser *p, PathStyle style) {
    u32 lo = lo_here(p);
    SegVec segs = {0};
    if (!depth_enter(p)) return path_add(p, (AstTy){0}, 0, &segs, lo);
    eat_lt(p);
    AstTy qself = parse_ty(p);
    u32 qself_segs = 0;
    if (eat_word(p, SYM_as)) {
        AstPath trait = parse_path(p, PATH_TYPE);
        AstPathRow row = *path_row(p, trait);
        vec_append(p->scratch, &segs, p->segs.at + row.segs.first, row.segs.count);
        qself_segs = segs.count;
    }
    if (!eat_gt(p)) error_here(p, "expected `>`, found %.*s", STR_ARG(tok_shown(p, &p->tok)));
    if (expect(p, TOK_COLONCOLON)) parse_segs(p, style, &segs);
    depth_leave(p);
    return path_add(p, qself, qself_segs, &segs, lo);
}

// A macro's path or type argument as the head of a path.
static AstPath parse_group_path(Parser *p, PathStyle style) {
    u32 lo = lo_here(p);
    SegVec segs = {0};
    if (at_group(p, FRAG_PATH)) {
        bump(p);
        AstPath path = at_kind(p, TOK_LT) || at_kind(p, TOK_SHL) ? parse_qpath(p, PATH_TYPE)
                                                                 : parse_path(p, PATH_TYPE);
        close_none(p);
        if (!at_kind(p, TOK_COLONCOLON) || peek_tok(p, 1)->kind != TOK_IDENT) return path;
        bump(p);
        AstPathRow row = *path_row(p, path);
        vec_append(p->scratch, &segs, p->segs.at + row.segs.first, row.segs.count);
        parse_segs(p, style, &segs);
        return path_add(p, row.qself, row.qself_segs, &segs, lo);
    }
    bump(p);
    AstTy ty = parse_ty(p);
    close_none(p);
    if (!at_kind(p, TOK_COLONCOLON)) {
        AstTyRow row = *ty_row(p, ty);
        if (row.kind == AST_TY_PATH) return row.path;
        error_here(p, "expected a path, found a type");
        return path_add(p, ty, 0, &segs, lo);
    }
    bump(p);
    parse_segs(p, style, &segs);
    return path_add(p, ty, 0, &segs, lo);
}

AstPath parse_path(Parser *p, PathStyle style) {
    if (at_group(p, FRAG_PATH) || at_group(p, FRAG_TY)) return parse_group_path(p, style);
    if (at_kind(p, TOK_LT) || at_kind(p, TOK_SHL)) return parse_qpath(p, style);
    u32 lo = lo_here(p);
    SegVec segs = {0};
    if (at_kind(p, TOK_COLONCOLON)) {
        AstSeg root = {.name = {SYM_OF(path_root), p->tok.ctxt}, .lo = lo, .hi = lo};
        vec_push(p->scratch, &segs, root);
        bump(p);
    }
    parse_segs(p, style, &segs);
    return path_add(p, (AstTy){0}, 0, &segs, lo);
}

// ---- bounds
// -----------------------------------------------------------------------------------------

// Skips `<..>` of a binder or of `use<..>`, but for the lifetimes.
static void skip_angle(Parser *p, AstLifetimeKind kind) {
    if (!eat_lt(p)) return;
    u32 angle = 1;
    while (!at_close(p)) {
        if (eat_lt(p)) {
            angle++;
        } else if (eat_gt(p)) {
            if (--angle == 0) return;
        } else if (!take_lifetime(p, kind).id) {
            skip_tree(p);
        }
    }
}

bool eat_binder(Parser *p) {
    if (!at_word(p, SYM_for) || !tok_is_lt(peek_tok(p, 1))) return false;
    bump(p);
    skip_angle(p, AST_LIFETIME_BINDER);
    return true;
}

static bool at_bound(const Parser *p) {
    switch (p->tok.kind) {
    case TOK_LIFETIME:
    case TOK_OPEN_PAREN:
    case TOK_QUESTION:
    case TOK_NOT:
    case TOK_TILDE: return true;
    case TOK_OPEN_BRACKET: return tok_word(peek_tok(p, 1), SYM_const);
    case TOK_IDENT:
        return at_word(p, SYM_for) || at_word(p, SYM_const) || at_word(p, SYM_async) ||
               at_word(p, SYM_use) || at_path_start(p);
    case TOK_LT:
    case TOK_SHL: return false;
    default: return at_path_start(p);
    }
}

static void parse_bound(Parser *p, BoundVec *bounds) {
    if (take_lifetime(p, AST_LIFETIME_USE).id) return;
    if (at_word(p, SYM_use)) {
        bump(p);
        skip_angle(p, AST_LIFETIME_USE);
        return;
    }
    if (!depth_enter(p)) return;
    AstBound bound = {.lo = lo_here(p)};
    if (at_kind(p, TOK_OPEN_PAREN)) {
        u32 open = p->at;
        const Tok *run = p->run;
        bump(p);
        parse_bound(p, bounds);
        close_group(p, open, run, "`)`");
        depth_leave(p);
        return;
    }
    for (;;) {
        if (eat(p, TOK_QUESTION)) {
            bound.is_maybe = 1;
        } else if (eat(p, TOK_NOT)) {
            bound.is_negative = 1;
        } else if (at_kind(p, TOK_TILDE)) {
            bump(p);
            eat_word(p, SYM_const);
            bound.is_const = 1;
        } else if (at_kind(p, TOK_OPEN_BRACKET)) {
            skip_tree(p);
            bound.is_const = 1;
        } else if (at_word(p, SYM_const)) {
            bump(p);
            bound.is_const = 1;
        } else if (at_word(p, SYM_async) && peek_tok(p, 1)->kind != TOK_COLONCOLON) {
            bump(p);
            bound.is_async = 1;
        } else if (eat_binder(p)) {
            bound.has_binder = 1;
        } else {
            break;
        }
    }
    bound.path = parse_path(p, PATH_TYPE);
    bound.hi = max_u32(bound.lo, hi_prev(p));
    vec_push(p->scratch, bounds, bound);
    depth_leave(p);
}

static void parse_bounds_into(Parser *p, bool plus, BoundVec *bounds) {
    while (at_bound(p)) {
        u32 start = p->at;
        parse_bound(p, bounds);
        if (!plus || !eat_plus(p)) break;
        if (p->at == start) break;
    }
}

AstList parse_bounds(Parser *p) {
    BoundVec bounds = {0};
    parse_bounds_into(p, true, &bounds);
    return ROWS_TAKE(p, bounds, bounds);
}

// ---- types
// ------------------------------------------------------------------------------------------

static AstTy ty_bounds(Parser *p, AstTyKind kind, bool bare, const BoundVec *bounds, u32 lo) {
    AstTy ty = ty_add(p, kind, lo);
    AstList list = ROWS_TAKE(p, bounds, *bounds);
    ty_row(p, ty)->bounds = list;
    ty_row(p, ty)->is_bare = bare;
    return ty;
}

// A path was read and `+` follows: 2015's trait object.
static AstTy ty_path_plus(Parser *p, AstPath path, bool binder, u32 lo) {
    BoundVec bounds = {0};
    AstPathRow row = *path_row(p, path);
    vec_push(p->scratch, &bounds,
             (AstBound){.path = path, .has_binder = binder, .lo = row.lo, .hi = row.hi});
    if (eat_plus(p)) parse_bounds_into(p, true, &bounds);
    return ty_bounds(p, AST_TY_DYN, true, &bounds, lo);
}

static AstTy ty_of_path(Parser *p, AstPath path, bool plus, u32 lo) {
    if (plus && (at_kind(p, TOK_PLUS) || at_kind(p, TOK_PLUSEQ)))
        return ty_path_plus(p, path, false, lo);
    AstTy ty = ty_add(p, AST_TY_PATH, lo);
    ty_row(p, ty)->path = path;
    return ty;
}

bool fn_ptr_starts(const Parser *p) {
    for (u32 i = 0;; i++) {
        const Tok *tok = peek_tok(p, i);
        if (tok->kind == TOK_STR || tok->kind == TOK_RAW_STR) {
            if (i == 0) return false;
            continue;
        }
        if (tok->kind == TOK_OPEN_NONE || tok->kind == TOK_CLOSE_NONE) {
            if (i == 0) return false;
            continue;
        }
        if (tok_word(tok, SYM_fn)) return true;
        if (!tok_word(tok, SYM_unsafe) && !tok_word(tok, SYM_extern) && !tok_word(tok, SYM_const) &&
            !tok_word(tok, SYM_async) && !tok_word(tok, SYM_safe))
            return false;
    }
}

Symbol parse_abi(Parser *p) {
    bool group = at_group(p, FRAG_LITERAL) || at_group(p, FRAG_EXPR);
    if (group) bump(p);
    Symbol abi = {0};
    if (at_kind(p, TOK_STR) || at_kind(p, TOK_RAW_STR)) {
        LitFault fault;
        Str text = symbol_str(p->in->symbols, (Symbol){p->tok.sym});
        abi = symbol_intern(p->in->intern,
                            lit_bytes(p->tok.kind, text, p->tok.extra, p->scratch, &fault));
        bump(p);
    } else {
        abi = symbol_intern(p->in->intern, STR("C"));
    }
    if (group) close_none(p);
    return abi;
}

static AstTy parse_fn_ptr(Parser *p, bool binder, u32 lo) {
    AstTyRow row = {0};
    row.fn_ptr.has_binder = binder;
    while (!at_word(p, SYM_fn)) {
        if (eat_word(p, SYM_extern)) {
            row.fn_ptr.abi = parse_abi(p);
        } else {
            if (at_word(p, SYM_unsafe)) row.fn_ptr.is_unsafe = 1;
            bump(p);
        }
    }
    bump(p);
    u32 open = p->at;
    const Tok *run = p->run;
    VEC(AstParam) params = {0};
    if (expect(p, TOK_OPEN_PAREN)) {
        while (!at_close(p)) {
            u32 start = p->at;
            AstParam param = {.lo = lo_here(p)};
            Toks attrs = parse_outer_attrs(p);
            bool alive = cfg_alive(p, attrs);
            if (at_word(p, SYM_mut)) bump(p);
            if (at_kind(p, TOK_IDENT) && peek_tok(p, 1)->kind == TOK_COLON) {
                bump(p);
                bump(p);
            }
            if (eat(p, TOK_DOTDOTDOT)) {
                row.fn_ptr.is_variadic = 1;
            } else {
                param.ty = parse_ty(p);
                param.hi = max_u32(param.lo, hi_prev(p));
                if (alive) vec_push(p->scratch, &params, param);
            }
            if (!eat(p, TOK_COMMA)) break;
            if (p->at == start) break;
        }
        close_group(p, open, run, "`,` or `)`");
    }
    if (eat(p, TOK_ARROW)) row.fn_ptr.output = parse_ty_no_plus(p);
    row.fn_ptr.params = ROWS_TAKE(p, params, params);
    AstTy ty = ty_add(p, AST_TY_FN_PTR, lo);
    ty_row(p, ty)->fn_ptr = row.fn_ptr;
    return ty;
}

static AstTy parse_paren_ty(Parser *p, bool plus, u32 lo) {
    u32 open = p->at;
    const Tok *run = p->run;
    bump(p);
    u32 base = p->stack.count;
    bool comma = true;
    while (!at_close(p)) {
        AstTy elem = parse_ty(p);
        id_push(p, elem.id);
        comma = eat(p, TOK_COMMA);
        if (!comma) break;
    }
    close_group(p, open, run, "`,` or `)`");
    if (p->stack.count == base + 1 && !comma) {
        AstTy elem = {vec_pop(&p->stack)};
        AstTyRow row = *ty_row(p, elem);
        if (plus && at_kind(p, TOK_PLUS) && row.kind == AST_TY_PATH)
            return ty_path_plus(p, row.path, false, lo);
        return elem;
    }
    AstList elems = ids_take(p, base);
    AstTy ty = ty_add(p, AST_TY_TUPLE, lo);
    ty_row(p, ty)->elems = elems;
    return ty;
}

static AstTy parse_bracket_ty(Parser *p, u32 lo) {
    u32 open = p->at;
    const Tok *run = p->run;
    bump(p);
    AstTy elem = parse_ty(p);
    AstExpr len = {0};
    if (eat(p, TOK_SEMI)) len = parse_anon_const(p);
    close_group(p, open, run, "`;` or `]`");
    AstTy ty = ty_add(p, len.id ? AST_TY_ARRAY : AST_TY_SLICE, lo);
    ty_row(p, ty)->elem = elem;
    ty_row(p, ty)->len = len;
    return ty;
}

static AstTy parse_ref_ty(Parser *p, u32 lo) {
    eat_and(p);
    Symbol lifetime = take_lifetime(p, AST_LIFETIME_USE);
    bool pinned = at_word(p, SYM_pin) &&
                  (tok_word(peek_tok(p, 1), SYM_mut) || tok_word(peek_tok(p, 1), SYM_const));
    if (pinned) bump(p);
    bool is_mut = eat_word(p, SYM_mut);
    if (pinned && !is_mut) eat_word(p, SYM_const);
    AstTy elem = parse_ty_no_plus(p);
    AstTy ty = ty_add(p, AST_TY_REF, lo);
    ty_row(p, ty)->elem = elem;
    ty_row(p, ty)->lifetime = lifetime;
    ty_row(p, ty)->is_mut = is_mut;
    ty_row(p, ty)->is_pinned = pinned;
    return ty;
}

static AstTy parse_ptr_ty(Parser *p, u32 lo) {
    bump(p);
    bool is_mut = eat_word(p, SYM_mut);
    if (!is_mut && !eat_word(p, SYM_const))
        error_here(p, "expected `mut` or `const` keyword in raw pointer type");
    AstTy elem = parse_ty_no_plus(p);
    AstTy ty = ty_add(p, AST_TY_PTR, lo);
    ty_row(p, ty)->elem = elem;
    ty_row(p, ty)->is_mut = is_mut;
    return ty;
}

// `builtin # pattern_type(T is PAT)`
static AstTy parse_builtin_ty(Parser *p, u32 lo) {
    bump(p);
    bump(p);
    u32 name = p->tok.sym;
    bump(p);
    u32 open = p->at;
    const Tok *run = p->run;
    if (name != SYM_pattern_type || !expect(p, TOK_OPEN_PAREN)) {
        error_here(p, "unknown `builtin #` construct in a type");
        return ty_add(p, AST_TY_ERR, lo);
    }
    AstTy elem = parse_ty(p);
    bump(p); // is
    AstPat pat = parse_pat_top(p);
    close_group(p, open, run, "`)`");
    AstTy ty = ty_add(p, AST_TY_PAT, lo);
    ty_row(p, ty)->elem = elem;
    ty_row(p, ty)->pat = pat;
    return ty;
}

static AstTy parse_macro_ty(Parser *p, AstPath path, u32 lo) {
    u32 row;
    ParseSpot spot;
    AstMacro call;
    MacroResult result = parse_macro_call(p, path, lo, MACRO_TY, &row, &spot, &call);
    if (result == MACRO_ENTERED) {
        AstTy ty = parse_ty(p);
        eat(p, TOK_SEMI);
        leave_expansion(p, &spot, "a type");
        return ty;
    }
    AstTy ty = ty_add(p, result == MACRO_KEPT ? AST_TY_MACRO : AST_TY_ERR, lo);
    ty_row(p, ty)->macro = row;
    return ty;
}

static bool at_dyn(const Parser *p) {
    if (!at_word(p, SYM_dyn)) return false;
    const Tok *next = peek_tok(p, 1);
    if (p->edition >= 2018 && next->kind == TOK_COLONCOLON) return true;
    switch (next->kind) {
    case TOK_IDENT:
        return is_path_word(next, p->edition) || tok_word(next, SYM_for) ||
               tok_word(next, SYM_const) || tok_word(next, SYM_async);
    case TOK_LIFETIME:
    case TOK_QUESTION:
    case TOK_NOT:
    case TOK_TILDE:
    case TOK_OPEN_PAREN:
    case TOK_OPEN_BRACKET:
    case TOK_OPEN_NONE: return true;
    default: return false;
    }
}

static AstTy ty_start(Parser *p, bool plus, bool variadic) {
    u32 lo = lo_here(p);
    switch (p->tok.kind) {
    case TOK_OPEN_PAREN: return parse_paren_ty(p, plus, lo);
    case TOK_OPEN_BRACKET: return parse_bracket_ty(p, lo);
    case TOK_NOT: bump(p); return ty_add(p, AST_TY_NEVER, lo);
    case TOK_STAR: return parse_ptr_ty(p, lo);
    case TOK_AND:
    case TOK_ANDAND: return parse_ref_ty(p, lo);
    case TOK_DOTDOTDOT:
        if (!variadic) break;
        bump(p);
        return ty_add(p, AST_TY_VARIADIC, lo);
    case TOK_QUESTION:
    case TOK_LIFETIME: {
        BoundVec bounds = {0};
        parse_bounds_into(p, plus, &bounds);
        return ty_bounds(p, AST_TY_DYN, true, &bounds, lo);
    }
    case TOK_OPEN_NONE:
        if (p->tok.extra == FRAG_TY) {
            const Tok *after = &p->run[p->at + p->tok.match];
            bool path = p->at + p->tok.match + 1 < p->end && after[1].kind == TOK_COLONCOLON;
            if (path) return ty_of_path(p, parse_path(p, PATH_TYPE), plus, lo);
            bump(p);
            AstTy ty = parse_ty(p);
            close_none(p);
            if (plus && at_kind(p, TOK_PLUS) && ty_row(p, ty)->kind == AST_TY_PATH)
                return ty_path_plus(p, ty_row(p, ty)->path, false, lo);
            return ty;
        }
        break;
    default: break;
    }
    if (at_word(p, SYM_underscore)) {
        bump(p);
        return ty_add(p, AST_TY_INFER, lo);
    }
    if (at_word(p, SYM_impl)) {
        bump(p);
        BoundVec bounds = {0};
        parse_bounds_into(p, plus, &bounds);
        return ty_bounds(p, AST_TY_IMPL, false, &bounds, lo);
    }
    if (at_dyn(p)) {
        bump(p);
        BoundVec bounds = {0};
        parse_bounds_into(p, plus, &bounds);
        return ty_bounds(p, AST_TY_DYN, false, &bounds, lo);
    }
    bool binder = eat_binder(p);
    if (fn_ptr_starts(p)) return parse_fn_ptr(p, binder, lo);
    if (at_word(p, SYM_unsafe) && tok_is_lt(peek_tok(p, 1))) {
        bump(p);
        skip_angle(p, AST_LIFETIME_BINDER);
        AstTy elem = parse_ty_no_plus(p);
        AstTy ty = ty_add(p, AST_TY_UNSAFE_BINDER, lo);
        ty_row(p, ty)->elem = elem;
        return ty;
    }
    if (at_word(p, SYM_builtin) && peek_tok(p, 1)->kind == TOK_POUND)
        return parse_builtin_ty(p, lo);
    if (at_path_start(p)) {
        AstPath path = parse_path(p, PATH_TYPE);
        if (binder) return ty_path_plus(p, path, true, lo);
        TokKind next = peek_tok(p, 1)->kind;
        if (at_kind(p, TOK_NOT) &&
            (next == TOK_OPEN_PAREN || next == TOK_OPEN_BRACKET || next == TOK_OPEN_BRACE))
            return parse_macro_ty(p, path, lo);
        return ty_of_path(p, path, plus, lo);
    }
    error_here(p, "expected type, found %.*s", STR_ARG(tok_shown(p, &p->tok)));
    return ty_add(p, AST_TY_ERR, lo);
}

static AstTy ty_common(Parser *p, bool plus, bool variadic) {
    if (!depth_enter(p)) return ty_add(p, AST_TY_ERR, lo_here(p));
    AstTy ty = ty_start(p, plus, variadic);
    depth_leave(p);
    return ty;
}
