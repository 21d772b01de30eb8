// Items: signatures, generics, fields, variants (Reference, "Items").
#include "syntax/parse_internal.h"

AstVis parse_vis(Parser *p) {
    AstVis vis = {VIS_INHERITED, {0}};
    if (at_group(p, FRAG_VIS)) {
        bump(p);
        if (!at_close(p)) vis = parse_vis(p);
        close_none(p);
        return vis;
    }
    if (!eat_word(p, SYM_pub)) return vis;
    vis.kind = VIS_PUB;
    if (!at_kind(p, TOK_OPEN_PAREN)) return vis;
    const Tok *inside = peek_tok(p, 1);
    if (tok_word(inside, SYM_in)) {
        u32 open = p->at;
        const Tok *run = p->run;
        bump(p);
        bump(p);
        vis.kind = VIS_IN;
        vis.path = parse_path(p, PATH_MOD);
        close_group(p, open, run, "`)`");
        return vis;
    }
    if (peek_tok(p, 2)->kind != TOK_CLOSE_PAREN || inside->kind != TOK_IDENT) return vis;
    ItemVis kind = tok_word(inside, SYM_crate) || inside->flags & TOK_CRATE ? VIS_CRATE
                   : tok_word(inside, SYM_self)                             ? VIS_SELF
                   : tok_word(inside, SYM_super)                            ? VIS_SUPER
                                                                            : VIS_INHERITED;
    if (kind == VIS_INHERITED) return vis;
    vis.kind = (u8)kind;
    skip_tree(p);
    return vis;
}

// ---- generics
// ---------------------------------------------------------------------------------------

static void keep_attrs(Parser *p, Toks attrs, u32 *first, u32 *count) {
    *count = attrs.count;
    *first = attrs.count ? keep_toks(p, attrs) : 0;
}

AstGenerics parse_generics(Parser *p) {
    AstGenerics generics = {0};
    if (!eat_lt(p)) return generics;
    VEC(AstGenericParam) params = {0};
    while (!can_split_gt(p->tok.kind) && !at_close(p)) {
        u32 start = p->at;
        AstGenericParam param = {.lo = lo_here(p)};
        Toks attrs = parse_outer_attrs(p);
        bool alive = cfg_alive(p, attrs);
        keep_attrs(p, attrs, &param.attrs_first, &param.attrs_count);
        if (at_kind(p, TOK_LIFETIME)) {
            (void)take_lifetime(p, alive ? AST_LIFETIME_PARAM : AST_LIFETIME_BINDER);
            generics.lifetime_count += alive;
            if (eat(p, TOK_COLON)) parse_bounds(p);
            alive = false;
        } else if (at_word(p, SYM_const)) {
            bump(p);
            param.is_const = 1;
            param.name = take_name(p);
            if (expect(p, TOK_COLON)) param.ty = parse_ty(p);
            if (eat(p, TOK_EQ)) {
                if (at_kind(p, TOK_OPEN_BRACE))
                    param.default_expr = parse_plain_block(p);
                else if (at_lit(p) || at_kind(p, TOK_MINUS) ||
                         (at_kind(p, TOK_OPEN_NONE) && !group_is_path_ty(p)))
                    param.default_expr = parse_lit_or_neg(p);
                else
                    param.default_ty = parse_ty(p);
            }
        } else if (at_name(p)) {
            param.name = take_name(p);
            if (eat(p, TOK_COLON)) param.bounds = parse_bounds(p);
            if (eat(p, TOK_EQ)) param.default_ty = parse_ty(p);
        } else {
            error_here(p, "expected one of `>`, `const`, identifier, or lifetime, found %.*s",
                       STR_ARG(tok_shown(p, &p->tok)));
            alive = false;
        }
        param.hi = max_u32(param.lo, hi_prev(p));
        if (alive) vec_push(p->scratch, &params, param);
        if (eat(p, TOK_COMMA)) continue;
        if (can_split_gt(p->tok.kind)) break;
        error_here(p, "expected one of `,`, `:`, `=`, or `>`, found %.*s",
                   STR_ARG(tok_shown(p, &p->tok)));
        if (at_kind(p, TOK_SEMI) || at_kind(p, TOK_OPEN_BRACE) || at_kind(p, TOK_OPEN_PAREN)) break;
        if (p->at == start) skip_tree(p);
    }
    if (!eat_gt(p))
        error_here(p, "expected one of `,`, `:`, `=`, or `>`, found %.*s",
                   STR_ARG(tok_shown(p, &p->tok)));
    generics.params = ROWS_TAKE(p, generic_params, params);
    return generics;
}

void parse_where(Parser *p, AstGenerics *generics) {
    if (!eat_word(p, SYM_where)) return;
    VEC(AstWhere) wheres = {0};
    vec_append(p->scratch, &wheres, p->wheres.at + generics->wheres.first, generics->wheres.count);
    while (!at_kind(p, TOK_OPEN_BRACE) && !at_kind(p, TOK_SEMI) && !at_kind(p, TOK_EQ) &&
           !at_close(p)) {
        Toks attrs = parse_outer_attrs(p);
        bool alive = cfg_alive(p, attrs);
        AstWhere row = {.lo = lo_here(p)};
        if (take_lifetime(p, AST_LIFETIME_USE).id) {
            if (expect(p, TOK_COLON)) parse_bounds(p);
            alive = false;
        } else {
            row.has_binder = eat_binder(p);
            row.ty = parse_ty_no_plus(p);
            if (expect(p, TOK_COLON)) row.bounds = parse_bounds(p);
        }
        row.hi = max_u32(row.lo, hi_prev(p));
        if (alive) vec_push(p->scratch, &wheres, row);
        if (!eat(p, TOK_COMMA)) break;
    }
    generics->wheres = ROWS_TAKE(p, wheres, wheres);
}

// ---- functions
// --------------------------------------------------------------------------------------

static AstTy self_ty(Parser *p, u32 ctxt, u32 lo) {
    Tok tok = {.kind = TOK_IDENT, .sym = SYM_Self, .pos = lo, .ctxt = ctxt};
    AstPath path = path_of_name(p, &tok, lo);
    AstTy ty = ty_add(p, AST_TY_PATH, lo);
    ty_row(p, ty)->path = path;
    ty_row(p, ty)->is_implicit = 1;
    return ty;
}

// How many tokens stand before `self`, or -1 if this is no self parameter.
static i32 self_param_at(const Parser *p) {
    u32 i = 0;
    if (at_kind(p, TOK_AND)) {
        i++;
        if (peek_tok(p, i)->kind == TOK_LIFETIME) i++;
        if (tok_word(peek_tok(p, i), SYM_pin)) {
            i++;
            if (tok_word(peek_tok(p, i), SYM_const)) i++;
        }
    }
    if (tok_word(peek_tok(p, i), SYM_mut)) i++;
    if (!tok_word(peek_tok(p, i), SYM_self)) return -1;
    return peek_tok(p, i + 1)->kind == TOK_COLONCOLON ? -1 : (i32)i;
}

static void parse_self_param(Parser *p, AstParam *param) {
    u32 lo = lo_here(p);
    bool by_ref = eat(p, TOK_AND);
    Symbol lifetime = take_lifetime(p, AST_LIFETIME_USE);
    bool pinned = by_ref && eat_word(p, SYM_pin);
    if (pinned) eat_word(p, SYM_const);
    bool is_mut = eat_word(p, SYM_mut);
    u32 name_lo = lo_here(p);
    Tok self = p->tok;
    bump(p);
    param->is_self = 1;
    param->pat = pat_add(p, AST_PAT_IDENT, by_ref ? name_lo : lo);
    pat_row(p, param->pat)->ident.name = (AstName){{self.sym}, self.ctxt};
    pat_row(p, param->pat)->is_mut = is_mut && !by_ref;
    if (eat(p, TOK_COLON)) {
        param->ty = parse_ty(p);
        return;
    }
    param->ty = self_ty(p, self.ctxt, name_lo);
    if (!by_ref) return;
    AstTy ref = ty_add(p, AST_TY_REF, lo);
    AstTyRow *row = ty_row(p, ref);
    row->elem = param->ty;
    row->lifetime = lifetime;
    row->is_mut = is_mut;
    row->is_implicit = 1;
    row->is_pinned = pinned;
    param->ty = ref;
}

// 2015: whether a pattern and `:` stand here, and not just a type.
static bool param_is_named(Parser *p) {
    ParseSpot spot = parser_spot(p);
    bool quiet = p->quiet;
    u32 errors = p->error_count;
    p->quiet = true;
    parse_pat_param(p);
    bool named = p->error_count == errors && at_kind(p, TOK_COLON);
    p->quiet = quiet;
    p->error_count = errors;
    p->error_run = NULL;
    parser_return(p, &spot);
    return named;
}

AstList parse_fn_params(Parser *p, bool anonymous, bool *is_variadic) {
    VEC(AstParam) params = {0};
    *is_variadic = false;
    u32 open = p->at;
    const Tok *run = p->run;
    if (!expect(p, TOK_OPEN_PAREN)) return (AstList){0};
    for (u32 i = 0; !at_close(p); i++) {
        AstParam param = {.lo = lo_here(p)};
        Toks attrs = parse_outer_attrs(p);
        bool alive = cfg_alive(p, attrs);
        keep_attrs(p, attrs, &param.attrs_first, &param.attrs_count);
        if (params.count == 0 && self_param_at(p) >= 0) {
            parse_self_param(p, &param);
        } else if (at_kind(p, TOK_DOTDOTDOT)) {
            bump(p);
            *is_variadic = true;
            alive = false;
        } else if (anonymous && !param_is_named(p)) {
            param.ty = parse_ty(p);
        } else {
            param.pat = parse_pat_param(p);
            if (eat(p, TOK_COLON)) {
                param.ty = parse_ty_variadic(p);
                if (ty_row(p, param.ty)->kind == AST_TY_VARIADIC) *is_variadic = true;
            } else {
                error_here(p, "expected one of `:`, `@`, or `|`, found %.*s",
                           STR_ARG(tok_shown(p, &p->tok)));
            }
        }
        param.hi = max_u32(param.lo, hi_prev(p));
        if (alive) vec_push(p->scratch, &params, param);
        if (!eat(p, TOK_COMMA)) break;
    }
    close_group(p, open, run, "`,` or `)`");
    return ROWS_TAKE(p, params, params);
}

// Words before the keyword of the item; `extern` brings an ABI.
static void skip_qualifiers(Parser *p, u32 keyword) {
    while (!at_word(p, keyword) && !at_close(p)) {
        if (eat_word(p, SYM_extern))
            p->item.abi = parse_abi(p);
        else if (at_kind(p, TOK_IDENT))
            bump(p);
        else
            break;
    }
    if (!eat_word(p, keyword))
        error_here(p, "expected an item, found %.*s", STR_ARG(tok_shown(p, &p->tok)));
}

static void parse_name(Parser *p) {
    p->item.name_lo = lo_here(p);
    p->item.name = take_name(p);
}

static void expect_semi(Parser *p) {
    if (at_kind(p, TOK_EOF) && p->in->hooks) return; // the skimmer has seen what is missing
    expect(p, TOK_SEMI);
}

static void parse_fn(Parser *p, ParseWant want) {
    skip_qualifiers(p, SYM_fn);
    parse_name(p);
    AstItem *item = &p->item;
    item->generics = parse_generics(p);
    bool is_variadic;
    item->params = parse_fn_params(p, p->edition == 2015, &is_variadic);
    item->is_variadic = is_variadic;
    item->ret = parse_ret_ty(p);
    parse_where(p, &item->generics);
    if (at_block(p)) {
        if (want == PARSE_WITH_BODY) item->body = parse_plain_block(p);
        return;
    }
    if (!eat(p, TOK_SEMI))
        error_here(p, "expected one of `->`, `where`, or `{`, found %.*s",
                   STR_ARG(tok_shown(p, &p->tok)));
}

// ---- structs and enums
// ------------------------------------------------------------------------------

static AstList parse_record_fields(Parser *p) {
    VEC(AstFieldDef) fields = {0};
    u32 open = p->at;
    const Tok *run = p->run;
    bump(p);
    while (!at_close(p)) {
        u32 start = p->at;
        AstFieldDef field = {.lo = lo_here(p)};
        Toks attrs = parse_outer_attrs(p);
        bool alive = cfg_alive(p, attrs);
        keep_attrs(p, attrs, &field.attrs_first, &field.attrs_count);
        if (at_close(p)) { // attributes of nothing
            (void)take_name(p);
            break;
        }
        field.vis = parse_vis(p);
        field.is_unsafe = at_word(p, SYM_unsafe) && peek_tok(p, 1)->kind == TOK_IDENT;
        if (field.is_unsafe) bump(p);
        field.name = take_name(p);
        if (expect(p, TOK_COLON)) field.ty = parse_ty(p);
        if (eat(p, TOK_EQ)) field.default_value = parse_anon_const(p);
        field.hi = max_u32(field.lo, hi_prev(p));
        if (alive) vec_push(p->scratch, &fields, field);
        if (eat(p, TOK_COMMA)) continue;
        if (at_close(p)) break;
        error_here(p, "expected `,`, or `}`, found %.*s", STR_ARG(tok_shown(p, &p->tok)));
        while (!at_close(p) && !at_kind(p, TOK_COMMA))
            skip_tree(p);
        eat(p, TOK_COMMA);
        if (p->at == start) break;
    }
    close_group(p, open, run, "`,`, or `}`");
    return ROWS_TAKE(p, field_defs, fields);
}

static AstList parse_tuple_fields(Parser *p) {
    VEC(AstFieldDef) fields = {0};
    u32 open = p->at;
    const Tok *run = p->run;
    bump(p);
    while (!at_close(p)) {
        AstFieldDef field = {.lo = lo_here(p)};
        Toks attrs = parse_outer_attrs(p);
        bool alive = cfg_alive(p, attrs);
        keep_attrs(p, attrs, &field.attrs_first, &field.attrs_count);
        field.vis = parse_vis(p);
        char digits[12];
        u32 at = sizeof digits, n = fields.count;
        do
            digits[--at] = (char)('0' + n % 10);
        while (n /= 10);
        Str text = {digits + at, (u32)sizeof digits - at};
        field.name = (AstName){symbol_intern(p->in->intern, text), 0};
        field.ty = parse_ty(p);
        if (eat(p, TOK_EQ)) field.default_value = parse_anon_const(p);
        field.hi = max_u32(field.lo, hi_prev(p));
        if (alive) vec_push(p->scratch, &fields, field);
        if (!eat(p, TOK_COMMA)) break;
    }
    close_group(p, open, run, "`,` or `)`");
    return ROWS_TAKE(p, field_defs, fields);
}

static void parse_struct(Parser *p) {
    bump(p);
    parse_name(p);
    AstItem *item = &p->item;
    item->generics = parse_generics(p);
    parse_where(p, &item->generics);
    if (at_kind(p, TOK_OPEN_BRACE)) {
        item->ctor = AST_CTOR_RECORD;
        AstList fields = parse_record_fields(p);
        item->fields = fields;
        return;
    }
    if (at_kind(p, TOK_OPEN_PAREN)) {
        item->ctor = AST_CTOR_TUPLE;
        AstList fields = parse_tuple_fields(p);
        item->fields = fields;
        parse_where(p, &item->generics);
    } else {
        item->ctor = AST_CTOR_UNIT;
    }
    if (!eat(p, TOK_SEMI))
        error_here(p, "expected `where`, `{`, `(`, or `;` after struct name, found %.*s",
                   STR_ARG(tok_shown(p, &p->tok)));
}

static void parse_enum(Parser *p) {
    bump(p);
    parse_name(p);
    AstItem *item = &p->item;
    item->generics = parse_generics(p);
    parse_where(p, &item->generics);
    u32 open = p->at;
    const Tok *run = p->run;
    if (!expect(p, TOK_OPEN_BRACE)) return;
    VEC(AstVariant) variants = {0};
    while (!at_close(p)) {
        u32 start = p->at;
        AstVariant variant = {.lo = lo_here(p)};
        Toks attrs = parse_outer_attrs(p);
        bool alive = cfg_alive(p, attrs);
        keep_attrs(p, attrs, &variant.attrs_first, &variant.attrs_count);
        if (at_close(p)) { // attributes of nothing
            (void)take_name(p);
            break;
        }
        parse_vis(p);
        variant.name = take_name(p);
        if (at_kind(p, TOK_OPEN_BRACE)) {
            variant.ctor = AST_CTOR_RECORD;
            variant.fields = parse_record_fields(p);
        } else if (at_kind(p, TOK_OPEN_PAREN)) {
            variant.ctor = AST_CTOR_TUPLE;
            variant.fields = parse_tuple_fields(p);
        } else {
            variant.ctor = AST_CTOR_UNIT;
        }
        if (eat(p, TOK_EQ)) variant.discr = parse_anon_const(p);
        variant.hi = max_u32(variant.lo, hi_prev(p));
        if (alive) vec_push(p->scratch, &variants, variant);
        if (eat(p, TOK_COMMA)) continue;
        if (at_close(p)) break;
        error_here(p, "expected one of `(`, `,`, `=`, `{`, or `}`, found %.*s",
                   STR_ARG(tok_shown(p, &p->tok)));
        while (!at_close(p) && !at_kind(p, TOK_COMMA))
            skip_tree(p);
        eat(p, TOK_COMMA);
        if (p->at == start) break;
    }
    close_group(p, open, run, "`}`");
    p->item.variants = ROWS_TAKE(p, variants, variants);
}

// ---- traits, impls, aliases, values
// -----------------------------------------------------------------

static void parse_trait(Parser *p) {
    skip_qualifiers(p, SYM_trait);
    parse_name(p);
    AstItem *item = &p->item;
    item->generics = parse_generics(p);
    if (eat(p, TOK_COLON) || eat(p, TOK_EQ)) item->bounds = parse_bounds(p);
    parse_where(p, &item->generics);
}

// Whether `<` behind `impl` begins parameters and not a qualified path.
static bool impl_has_generics(const Parser *p) {
    if (!at_kind(p, TOK_LT)) return false;
    const Tok *first = peek_tok(p, 1);
    if (first->kind == TOK_POUND || first->kind == TOK_GT || tok_word(first, SYM_const))
        return true;
    if (first->kind != TOK_LIFETIME && first->kind != TOK_IDENT) return false;
    TokKind second = peek_tok(p, 2)->kind;
    return second == TOK_GT || second == TOK_COMMA || second == TOK_COLON || second == TOK_EQ;
}

static void parse_impl(Parser *p) {
    skip_qualifiers(p, SYM_impl);
    AstItem *item = &p->item;
    item->name_lo = lo_here(p);
    if (impl_has_generics(p)) item->generics = parse_generics(p);
    eat_word(p, SYM_const);
    if (at_kind(p, TOK_NOT) && !(peek_tok(p, 1)->kind == TOK_OPEN_BRACE)) {
        bump(p);
        item->is_negative = 1;
    }
    eat_binder(p);
    AstTy ty = parse_ty(p);
    if (eat_word(p, SYM_for)) {
        const AstTyRow *row = ty_row(p, ty);
        if (row->kind == AST_TY_PATH)
            item->trait_ref = row->path;
        else
            error_at(p, row->lo, row->hi, "", "expected a trait, found type");
        ty = parse_ty(p);
    }
    p->item.ty = ty;
    parse_where(p, &p->item.generics);
}

static void parse_alias(Parser *p) {
    skip_qualifiers(p, SYM_type);
    parse_name(p);
    AstItem *item = &p->item;
    item->generics = parse_generics(p);
    if (eat(p, TOK_COLON)) item->bounds = parse_bounds(p);
    parse_where(p, &item->generics);
    if (eat(p, TOK_EQ)) {
        AstTy ty = parse_ty(p);
        item->ty = ty;
    }
    parse_where(p, &item->generics);
    expect_semi(p);
}

static void parse_value(Parser *p, u32 keyword, ParseWant want) {
    skip_qualifiers(p, keyword);
    eat_word(p, SYM_mut);
    AstItem *item = &p->item;
    item->name_lo = lo_here(p);
    if (at_word(p, SYM_underscore)) {
        item->name = (AstName){{p->tok.sym}, p->tok.ctxt};
        bump(p);
    } else {
        item->name = take_name(p);
    }
    item->generics = parse_generics(p);
    if (eat(p, TOK_COLON)) {
        AstTy ty = parse_ty(p);
        item->ty = ty;
    } else {
        error_here(p, "missing type for `%s` item", keyword == SYM_const ? "const" : "static");
    }
    parse_where(p, &item->generics);
    if (!eat(p, TOK_EQ)) {
        expect_semi(p);
        return;
    }
    if (want == PARSE_SIGNATURE) return;
    AstExpr body = parse_expr(p);
    item->body = body;
    parse_where(p, &item->generics);
    expect_semi(p);
}

void parse_item(Parser *p, const ItemRow *row, ParseWant want) {
    AstItem *item = &p->item;
    item->kind = row->kind;
    item->flags = row->flags;
    item->name = (AstName){row->name, row->ctxt};
    Toks run = {p->run, p->end};
    keep_attrs(p, toks_sub(run, row->attrs), &item->attrs_first, &item->attrs_count);
    parser_jump(p, row->attrs.hi);
    item->lo = row->range.lo < p->end ? p->run[row->range.lo].pos : 0;
    item->vis = parse_vis(p);
    switch ((ItemKind)row->kind) {
    case ITEM_FN: parse_fn(p, want); break;
    case ITEM_STRUCT:
    case ITEM_UNION: parse_struct(p); break;
    case ITEM_ENUM: parse_enum(p); break;
    case ITEM_TRAIT:
    case ITEM_TRAIT_ALIAS: parse_trait(p); break;
    case ITEM_TYPE: parse_alias(p); break;
    case ITEM_CONST: parse_value(p, SYM_const, want); break;
    case ITEM_STATIC: parse_value(p, SYM_static, want); break;
    case ITEM_IMPL: parse_impl(p); break;
    case ITEM_EXTERN_BLOCK:
        while (!at_word(p, SYM_extern) && !at_close(p))
            bump(p);
        eat_word(p, SYM_extern);
        item->abi = parse_abi(p);
        break;
    case ITEM_NONE:
    case ITEM_MOD:
    case ITEM_USE:
    case ITEM_EXTERN_CRATE:
    case ITEM_MACRO_RULES:
    case ITEM_MACRO_DEF:
    case ITEM_MACRO_CALL:
    case ITEM_KIND_COUNT: break;
    }
    if (row->range.hi > 0 && row->range.hi <= p->end) {
        p->prev = p->run == run.at ? p->run[row->range.hi - 1] : p->prev;
        u32 last = row->range.hi;
        while (last > row->range.lo + 1 && run.at[last - 1].kind == TOK_CLOSE_NONE)
            last--;
        item->hi =
            max_u32(item->lo, run.at[last - 1].pos + tok_len(p->in->symbols, &run.at[last - 1]));
    }
}
