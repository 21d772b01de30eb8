// A path that names nothing. What stands around it, and what else has the name, decides what the
// user is told: as in rustc, a local variable of the function around is not "not found".
#include "hir/hir_internal.h"

static bool binds_local(const Ast *ast, Symbol name) {
    for (u32 i = 1; ast && i < ast->pats.count; i++) {
        const AstPatRow *pat = ast_pat(ast, (AstPat){i});
        if (pat->kind == AST_PAT_IDENT && pat->ident.name.sym.id == name.id) return true;
    }
    return false;
}

static bool is_body(DefKind kind) {
    return kind == DEF_FN || kind == DEF_ASSOC_FN || kind == DEF_CONST || kind == DEF_STATIC ||
           kind == DEF_ASSOC_CONST;
}

// An item of a function's block may name neither the function's variables nor its parameters.
static bool report_of_outer(Lower *l, Span span, Symbol name, bool is_value) {
    Db *db = l->db;
    DefKind own = def_kind(db, l->owner);
    bool is_const = own != DEF_FN && own != DEF_ASSOC_FN;
    Str text = symbol_str(&db->symbols, name);
    bool local =
        is_const && is_value && !def_eq(l->owner, l->tree_owner) && binds_local(l->ast, name);
    bool generic = false;
    for (DefId at = def_row(db, l->tree_owner)->parent; at.id && !local && !generic;
         at = def_row(db, at)->parent) {
        DefKind kind = def_kind(db, at);
        if (kind == DEF_MOD) break;
        if (is_value && is_body(kind)) local = binds_local(def_body_ast(db, at), name);
        if (is_body(kind) || kind == DEF_IMPL || kind == DEF_TRAIT)
            generic = ast_has_generic(def_item_ast(db, at), name);
    }
    if (generic) {
        diag_error(db, span, "E0401", "can't use generic parameters from outer item");
        diag_label(db, span, "use of generic parameter from outer item");
    } else if (local && is_const) {
        diag_error(db, span, "E0435", "attempt to use a non-constant value in a constant");
        diag_label(db, span, "non-constant value");
    } else if (local) {
        diag_error(db, span, "E0434", "can't capture dynamic environment in a fn item");
        diag_help(db, "use the `|| { ... }` closure form instead of `%.*s` in a function",
                  STR_ARG(text));
    }
    return generic || local;
}

static const char *kind_word(DefKind kind) {
    switch (kind) {
    case DEF_MOD: return "module";
    case DEF_STRUCT: return "struct";
    case DEF_UNION: return "union";
    case DEF_ENUM: return "enum";
    case DEF_TRAIT: return "trait";
    case DEF_TY_ALIAS: return "type alias";
    default: return NULL;
    }
}

// The name is there, for something else than what is wanted.
static bool report_other_kind(Lower *l, const AstPathRow *path, const PathSeg *segs, Span span,
                              PathUse use) {
    Db *db = l->db;
    u32 count = path->segs.count, used;
    Str name = symbol_str(&db->symbols, segs[count - 1].name);
    if (use == PATH_VALUE) {
        Res res = lower_resolve(l, segs, count, NS_TYPE, &used);
        const char *word = res.kind == RES_DEF && used == count ? kind_word(def_kind(db, res.def))
                           : res.kind == RES_PRIM               ? "builtin type"
                           : res.kind == RES_TY_PARAM           ? "type parameter"
                                                                : NULL;
        if (!word && names_resolve(db, l->scope, segs, count, NS_MACRO).res.kind == RES_DEF)
            word = "macro";
        if (!word) return false;
        diag_error(db, span, "E0423", "expected value, found %s `%.*s`", word, STR_ARG(name));
        return true;
    }
    if (use == PATH_RECORD && count == 1) {
        bool is_local = lower_find_local(l, segs[0].name, segs[0].ctxt).kind != RES_NONE;
        if (is_local)
            diag_error(db, span, "E0574",
                       "expected struct, variant or union type, found local variable `%.*s`",
                       STR_ARG(name));
        else
            diag_error(db, span, "E0422",
                       "cannot find struct, variant or union type `%.*s` in this scope",
                       STR_ARG(name));
        return true;
    }
    if (use == PATH_TRAIT && count == 1) {
        diag_error(db, span, "E0405", "cannot find trait `%.*s` in this scope", STR_ARG(name));
        diag_label(db, span, "not found in this scope");
        return true;
    }
    return false;
}

void lower_report_unresolved(Lower *l, const AstPathRow *path, const PathSeg *segs, PathUse use) {
    Span span = lower_span(l, path->lo, path->hi);
    u32 count = path->segs.count;
    Namespace ns = use == PATH_VALUE ? NS_VALUE : NS_TYPE;
    if (count == 1 && symbol_is(segs[0].name, SYM_Self)) {
        diag_error(l->db, span, "E0411", "cannot find type `Self` in this scope");
        return;
    }
    if (count == 1 && symbol_is(segs[0].name, SYM_self)) {
        diag_error(l->db, span, "E0424", "expected value, found module `self`");
        return;
    }
    if (!names_are_private(l->db, l->scope, segs, count, ns)) {
        if (count == 1 && report_of_outer(l, span, segs[0].name, use == PATH_VALUE)) return;
        if (report_other_kind(l, path, segs, span, use)) return;
    }
    PathRes res = names_resolve_or_report(l->db, l->scope, segs, count, ns, span);
    if (res.res.kind != RES_NONE) return; // names/ reports all it knows; the rest only we know
    Str name = symbol_str(&l->db->symbols, segs[count - 1].name);
    diag_error(l->db, span, count > 1 ? "E0433" : "E0425", "cannot find %s `%.*s` in this scope",
               ns == NS_VALUE ? "value" : "type", STR_ARG(name));
}
