// Lifetimes as they are written in items: whether each is declared, and whether those that are left
// out can be told from what stands there (Reference, "Lifetime elision"). Types know none, so all
// of it is read from the syntax tree; which lifetimes hold is the borrow checker's business.
#include "check/check_internal.h"

typedef enum Elision {
    ELIDE_FRESH,  // each is a lifetime of its own: parameters, bodies, impl headers
    ELIDE_GIVEN,  // they are known: return types of one input lifetime, statics
    ELIDE_NEVER,  // E0106: fields, type aliases, return types without one input lifetime
    ELIDE_HEADER, // as FRESH for references; paths must say them: E0726
    ELIDE_ASSOC,  // an error too: types that impls give
} Elision;

typedef struct LifetimeCx {
    Db *db;
    DefId def; // the item: spans count from it
    const Ast *ast;
    DefId scope;
    Elision elision;
    u32 elided;        // met in the last walk
    VEC(Symbol) named; // the same, each once
} LifetimeCx;

static Span span_of(const LifetimeCx *cx, u32 lo, u32 hi) {
    return (Span){SPAN_DEF | cx->def.id, lo, max_u32(hi, lo + 1)};
}

static bool is_word(Db *db, Symbol lifetime, const char *word) {
    return str_eq(symbol_str(&db->symbols, lifetime), str_from(word));
}

// ---- declared or not ----------------------------------------------------------------------------

static bool declares(const Ast *ast, Symbol name, bool params_only) {
    for (u32 i = 1; ast && i < ast->lifetimes.count; i++) {
        const AstLifetime *row = &LIST_AT(ast, AstLifetime, ast->lifetimes)[i];
        if (row->name.id == name.id && row->kind != AST_LIFETIME_USE &&
            !(params_only && row->kind != AST_LIFETIME_PARAM))
            return true;
    }
    return false;
}

// The impl or trait that an associated item stands in.
static const Ast *outer_ast(Db *db, DefId def) {
    DefId parent = def_row(db, def)->parent;
    DefKind kind = parent.id ? def_kind(db, parent) : DEF_NONE;
    return kind == DEF_IMPL || kind == DEF_TRAIT ? def_item_ast(db, parent) : NULL;
}

// Items in a function's block do not see its parameters.
static bool outer_item_declares(Db *db, DefId def, Symbol name) {
    for (DefId at = def_row(db, def)->parent; at.id && def_kind(db, at) != DEF_MOD;
         at = def_row(db, at)->parent) {
        DefKind kind = def_kind(db, at);
        bool is_item =
            kind == DEF_FN || kind == DEF_ASSOC_FN || kind == DEF_IMPL || kind == DEF_TRAIT;
        if (is_item && declares(def_item_ast(db, at), name, true)) return true;
    }
    return false;
}

static void check_declaration(LifetimeCx *cx, u32 at, const AstLifetime *row) {
    Db *db = cx->db;
    Str name = symbol_str(&db->symbols, row->name);
    Span span = span_of(cx, row->lo, row->lo + name.len);
    if (is_word(db, row->name, "'static") || is_word(db, row->name, "'_")) {
        diag_error(db, span, "E0262", "invalid lifetime parameter name: `%.*s`", STR_ARG(name));
        diag_label(db, span, "`%.*s` is a reserved lifetime name", STR_ARG(name));
        return;
    }
    for (u32 i = 1; i < at && row->kind == AST_LIFETIME_PARAM; i++) {
        const AstLifetime *before = &LIST_AT(cx->ast, AstLifetime, cx->ast->lifetimes)[i];
        if (before->kind != AST_LIFETIME_PARAM || before->name.id != row->name.id) continue;
        diag_error(db, span, "E0403",
                   "the name `%.*s` is already used for a generic parameter in this item's generic "
                   "parameters",
                   STR_ARG(name));
        return;
    }
    bool shadows = declares(outer_ast(db, cx->def), row->name, true) ||
                   (row->kind == AST_LIFETIME_BINDER && declares(cx->ast, row->name, true));
    if (!shadows) return;
    diag_error(db, span, "E0496",
               "lifetime name `%.*s` shadows a lifetime name that is already in scope",
               STR_ARG(name));
}

static void check_names(LifetimeCx *cx) {
    Db *db = cx->db;
    const Ast *outer = outer_ast(db, cx->def);
    u32 last_lo = UINT32_MAX;
    for (u32 i = 1; i < cx->ast->lifetimes.count; i++) {
        const AstLifetime *row = &LIST_AT(cx->ast, AstLifetime, cx->ast->lifetimes)[i];
        if (row->kind != AST_LIFETIME_USE) {
            check_declaration(cx, i, row);
            continue;
        }
        if (is_word(db, row->name, "'static") || is_word(db, row->name, "'_")) continue;
        if (declares(cx->ast, row->name, false) || declares(outer, row->name, true)) continue;
        if (row->lo == last_lo) continue; // made by one macro call
        last_lo = row->lo;
        Str name = symbol_str(&db->symbols, row->name);
        Span span = span_of(cx, row->lo, row->lo + name.len);
        if (outer_item_declares(db, cx->def, row->name)) {
            diag_error(db, span, "E0401", "can't use generic parameters from outer item");
            continue;
        }
        diag_error(db, span, "E0261", "use of undeclared lifetime name `%.*s`", STR_ARG(name));
        diag_label(db, span, "undeclared lifetime");
    }
}

// ---- left out -----------------------------------------------------------------------------------

static void walk_ty(LifetimeCx *cx, AstTy ty);

static void note_named(LifetimeCx *cx, Symbol name) {
    for (u32 i = 0; i < cx->named.count; i++)
        if (cx->named.at[i].id == name.id) return;
    vec_push(&cx->db->scratch, &cx->named, name);
}

static void note_elided(LifetimeCx *cx, u32 count, bool in_path, u32 lo, u32 hi) {
    Db *db = cx->db;
    cx->elided += count;
    Span span = span_of(cx, lo, hi);
    switch (cx->elision) {
    case ELIDE_FRESH:
    case ELIDE_GIVEN: return;
    case ELIDE_NEVER:
        diag_error(db, span, "E0106", "missing lifetime specifier%s", count == 1 ? "" : "s");
        diag_label(db, span, "expected named lifetime parameter%s", count == 1 ? "" : "s");
        return;
    case ELIDE_HEADER:
        if (!in_path) return;
        diag_error(db, span, "E0726", "implicit elided lifetime not allowed here");
        diag_label(db, span, "expected lifetime parameter%s", count == 1 ? "" : "s");
        return;
    case ELIDE_ASSOC:
        diag_error(db, span, "",
                   "an associated type is declared without lifetime parameters, so a borrowed type "
                   "for it must have its lifetime from the implemented type");
    }
}

static void note_lifetime(LifetimeCx *cx, Symbol name, u32 lo, u32 hi) {
    if (name.id && !is_word(cx->db, name, "'_")) {
        note_named(cx, name);
        return;
    }
    // `'_` says what is left out: an impl's header may
    Elision outer = cx->elision;
    if (name.id && outer == ELIDE_HEADER) cx->elision = ELIDE_FRESH;
    note_elided(cx, 1, false, lo, hi);
    cx->elision = outer;
}

// `fn(&A) -> &B` and `Fn(&A) -> &B` are told from their own inputs.
static void walk_inner_fn(LifetimeCx *cx, const AstTy *inputs, u32 count, AstTy output) {
    LifetimeCx inner = {
        .db = cx->db, .def = cx->def, .ast = cx->ast, .scope = cx->scope, .elision = ELIDE_FRESH};
    u32 lifetimes = 0;
    for (u32 i = 0; i < count; i++) {
        inner.elided = inner.named.count = 0;
        walk_ty(&inner, inputs[i]);
        lifetimes += inner.elided + inner.named.count;
    }
    if (!output.id) return;
    inner.elision = lifetimes == 1 ? ELIDE_GIVEN : ELIDE_NEVER;
    walk_ty(&inner, output);
}

static void walk_args(LifetimeCx *cx, AstList args, u32 *lifetimes) {
    for (u32 i = 0; i < args.count; i++) {
        const AstArg *arg = &AST_ROWS(cx->ast, args, AstArg, args)[i];
        if (arg->kind == AST_ARG_LIFETIME) {
            ++*lifetimes;
            note_lifetime(cx, arg->name.sym, arg->lo, arg->hi);
        } else if (arg->kind == AST_ARG_TY || arg->kind == AST_ARG_ASSOC_TY) {
            walk_ty(cx, arg->ty);
        }
    }
}

// How many lifetimes the type that the path names has; 0 if it names none.
static u32 lifetimes_of_path(const LifetimeCx *cx, const AstPathRow *path) {
    Db *db = cx->db;
    if (path->qself.id || !path->segs.count) return 0;
    PathSeg *segs = SCRATCH_ARRAY(&db->scratch, PathSeg, path->segs.count);
    for (u32 i = 0; i < path->segs.count; i++) {
        const AstSeg *seg = &AST_ROWS(cx->ast, segs, AstSeg, path->segs)[i];
        segs[i] = (PathSeg){seg->name.sym, seg->name.ctxt, seg->flags};
    }
    if (symbol_is(segs[0].name, SYM_Self) || ast_has_generic(cx->ast, segs[0].name) ||
        ast_has_generic(outer_ast(db, cx->def), segs[0].name))
        return 0;
    PathRes found = names_resolve(db, cx->scope, segs, path->segs.count, NS_TYPE);
    if (found.res.kind != RES_DEF || found.used != path->segs.count) return 0;
    switch (def_kind(db, found.res.def)) {
    case DEF_STRUCT:
    case DEF_ENUM:
    case DEF_UNION:
    case DEF_TRAIT:
    case DEF_TY_ALIAS: break;
    default: return 0;
    }
    const Ast *ast = def_item_ast(db, found.res.def);
    return ast ? ast->item.generics.lifetime_count : 0;
}

static void walk_path(LifetimeCx *cx, AstPath id, bool is_type) {
    const AstPathRow *path = ast_path(cx->ast, id);
    if (path->qself.id) walk_ty(cx, path->qself);
    u32 given = 0;
    for (u32 i = 0; i < path->segs.count; i++) {
        const AstSeg *seg = &AST_ROWS(cx->ast, segs, AstSeg, path->segs)[i];
        if (seg->args_kind == AST_ARGS_ANGLE) walk_args(cx, seg->args, &given);
        if (seg->args_kind != AST_ARGS_PAREN) continue;
        AstTy *inputs = SCRATCH_ARRAY(&cx->db->scratch, AstTy, seg->args.count + 1);
        for (u32 k = 0; k < seg->args.count; k++)
            inputs[k] = AST_ROWS(cx->ast, args, AstArg, seg->args)[k].ty;
        walk_inner_fn(cx, inputs, seg->args.count, seg->output);
    }
    if (!is_type) return;
    u32 wanted = lifetimes_of_path(cx, path);
    if (wanted && !given) note_elided(cx, wanted, true, path->lo, path->hi);
    if (!given || given == wanted || path->segs.count != 1) return;
    const AstSeg *last = &AST_ROWS(cx->ast, segs, AstSeg, path->segs)[0];
    Str name = symbol_str(&cx->db->symbols, last->name.sym);
    if (ast_has_generic(cx->ast, last->name.sym) || symbol_is(last->name.sym, SYM_Self)) return;
    diag_error(cx->db, span_of(cx, path->lo, path->hi), "E0107",
               "`%.*s` takes %u lifetime argument%s but %u lifetime argument%s supplied",
               STR_ARG(name), wanted, wanted == 1 ? "" : "s", given,
               given == 1 ? " was" : "s were");
}

static void walk_bounds(LifetimeCx *cx, AstList bounds) {
    for (u32 i = 0; i < bounds.count; i++)
        walk_path(cx, AST_ROWS(cx->ast, bounds, AstBound, bounds)[i].path, false);
}

static void walk_fn_ptr(LifetimeCx *cx, const AstTyRow *row) {
    u32 count = row->fn_ptr.params.count;
    AstTy *inputs = SCRATCH_ARRAY(&cx->db->scratch, AstTy, count + 1);
    for (u32 i = 0; i < count; i++)
        inputs[i] = AST_ROWS(cx->ast, params, AstParam, row->fn_ptr.params)[i].ty;
    walk_inner_fn(cx, inputs, count, row->fn_ptr.output);
}

static void walk_ty(LifetimeCx *cx, AstTy ty) {
    if (!ty.id) return;
    const AstTyRow *row = ast_ty(cx->ast, ty);
    switch ((AstTyKind)row->kind) {
    case AST_TY_REF:
        note_lifetime(cx, row->lifetime, row->lo, row->lo + 1);
        walk_ty(cx, row->elem);
        return;
    case AST_TY_PTR:
    case AST_TY_SLICE:
    case AST_TY_ARRAY: walk_ty(cx, row->elem); return;
    case AST_TY_TUPLE:
        for (u32 i = 0; i < row->elems.count; i++)
            walk_ty(cx, (AstTy){ast_list(cx->ast, row->elems, i)});
        return;
    case AST_TY_FN_PTR: walk_fn_ptr(cx, row); return;
    case AST_TY_PATH: walk_path(cx, row->path, true); return;
    case AST_TY_DYN:
    case AST_TY_IMPL: walk_bounds(cx, row->bounds); return;
    default: return;
    }
}

// ---- items --------------------------------------------------------------------------------------

// What is left out of the output is the lifetime of `&self`, or of the only parameter that has
// lifetimes, if it has one.
static void check_fn(LifetimeCx *cx) {
    const AstItem *item = &cx->ast->item;
    bool of_self = false;
    u32 lifetimes = 0;
    cx->elision = ELIDE_FRESH;
    for (u32 i = 0; i < item->params.count; i++) {
        const AstParam *param = &AST_ROWS(cx->ast, params, AstParam, item->params)[i];
        cx->elided = cx->named.count = 0;
        walk_ty(cx, param->ty);
        lifetimes += cx->elided + cx->named.count;
        of_self |= param->is_self && cx->elided + cx->named.count == 1;
    }
    if (!item->ret.id) return;
    cx->elision = of_self || lifetimes == 1 ? ELIDE_GIVEN : ELIDE_NEVER;
    walk_ty(cx, item->ret);
}

static bool is_used_between(const Ast *ast, Symbol name, u32 lo, u32 hi) {
    for (u32 i = 1; i < ast->lifetimes.count; i++) {
        const AstLifetime *row = &LIST_AT(ast, AstLifetime, ast->lifetimes)[i];
        if (row->kind == AST_LIFETIME_USE && row->name.id == name.id && row->lo >= lo &&
            row->lo < hi)
            return true;
    }
    return false;
}

static bool is_used_in_fields(LifetimeCx *cx, Symbol name, AstList fields) {
    for (u32 i = 0; i < fields.count; i++) {
        const AstFieldDef *field = &AST_ROWS(cx->ast, field_defs, AstFieldDef, fields)[i];
        const AstTyRow *ty = ast_ty(cx->ast, field->ty);
        if (is_used_between(cx->ast, name, ty->lo, max_u32(ty->hi, ty->lo + 1))) return true;
    }
    return false;
}

static void check_unused(LifetimeCx *cx) {
    const AstItem *item = &cx->ast->item;
    for (u32 i = 1; i < cx->ast->lifetimes.count; i++) {
        const AstLifetime *row = &LIST_AT(cx->ast, AstLifetime, cx->ast->lifetimes)[i];
        if (row->kind != AST_LIFETIME_PARAM) continue;
        bool used = is_used_in_fields(cx, row->name, item->fields);
        for (u32 k = 0; k < item->variants.count && !used; k++)
            used = is_used_in_fields(
                cx, row->name, AST_ROWS(cx->ast, variants, AstVariant, item->variants)[k].fields);
        if (used) continue;
        Str name = symbol_str(&cx->db->symbols, row->name);
        Span span = span_of(cx, row->lo, row->lo + name.len);
        diag_error(cx->db, span, "E0392", "lifetime parameter `%.*s` is never used", STR_ARG(name));
        diag_label(cx->db, span, "unused lifetime parameter");
    }
}

static void walk_fields(LifetimeCx *cx, AstList fields) {
    for (u32 i = 0; i < fields.count; i++)
        walk_ty(cx, AST_ROWS(cx->ast, field_defs, AstFieldDef, fields)[i].ty);
}

static void check_fields(LifetimeCx *cx) {
    const AstItem *item = &cx->ast->item;
    cx->elision = ELIDE_NEVER;
    walk_fields(cx, item->fields);
    for (u32 i = 0; i < item->variants.count; i++)
        walk_fields(cx, AST_ROWS(cx->ast, variants, AstVariant, item->variants)[i].fields);
    check_unused(cx);
}

static void check_written_ty(LifetimeCx *cx, Elision elision) {
    cx->elision = elision;
    walk_ty(cx, cx->ast->item.ty);
}

void check_lifetimes(Db *db, DefId def) {
    const Ast *ast = def_has_body(db, def) ? def_body_ast(db, def) : def_item_ast(db, def);
    if (!ast || ast->error_count) return;
    LifetimeCx cx = {.db = db, .def = def, .ast = ast, .scope = def_scope(db, def)};
    check_names(&cx);
    switch (def_kind(db, def)) {
    case DEF_FN:
    case DEF_ASSOC_FN: check_fn(&cx); break;
    case DEF_STRUCT:
    case DEF_ENUM:
    case DEF_UNION: check_fields(&cx); break;
    case DEF_TY_ALIAS: check_written_ty(&cx, ELIDE_NEVER); break;
    case DEF_ASSOC_TY: check_written_ty(&cx, ELIDE_ASSOC); break;
    case DEF_CONST:
    case DEF_STATIC:
    case DEF_ASSOC_CONST: check_written_ty(&cx, ELIDE_GIVEN); break;
    case DEF_IMPL:
        check_written_ty(&cx, ELIDE_HEADER);
        if (ast->item.trait_ref.id) walk_path(&cx, ast->item.trait_ref, true);
        break;
    default: break;
    }
}
