// Patterns, and the locals they bind.

#include "expand/hygiene.h"
#include "hir/hir_internal.h"

// The alternatives of an or-pattern bind the same names: a second `x` of one pattern is the local
// the first one made. `first_rib` is where the ribs of the outermost pattern begin, or of the
// parameter list's first.
typedef struct PatCx {
    u32 first_rib;
    bool in_params;
    LocalVec bound; // on the way here: in no other alternative
} PatCx;

static HirPat lower_pat(Lower *l, PatCx *cx, AstPat id);

static bool is_bound(const PatCx *cx, u32 first, HirLocal local) {
    for (u32 i = first; i < cx->bound.count; i++)
        if (cx->bound.at[i].id == local.id) return true;
    return false;
}

static void note_bound(Lower *l, PatCx *cx, Symbol name, HirLocal local, u32 lo, u32 hi) {
    if (is_bound(cx, 0, local)) {
        Str text = symbol_str(&l->db->symbols, name);
        diag_error(l->db, lower_span(l, lo, hi), cx->in_params ? "E0415" : "E0416",
                   "identifier `%.*s` is bound more than once in %s", STR_ARG(text),
                   cx->in_params ? "this parameter list" : "the same pattern");
        diag_label(l->db, lower_span(l, lo, hi), "used %s more than once",
                   cx->in_params ? "as parameter" : "in a pattern");
    }
    vec_push(l->scratch, &cx->bound, local);
}

static HirPat binding(Lower *l, PatCx *cx, Symbol name, u32 ctxt, bool by_ref, bool is_mut,
                      HirPat sub, u32 lo, u32 hi, HirLocal *out) {
    u32 mark = hygiene_for_locals(l->db, ctxt);
    HirLocal local = {0};
    for (u32 i = cx->first_rib; i < l->ribs.count; i++) {
        const Rib *rib = &l->ribs.at[i];
        if (rib->kind == RIB_LOCAL && rib->name.id == name.id && rib->ctxt == mark)
            local = rib->local;
    }
    HirPat pat = lower_pat_new(l, HIR_PAT_BINDING, lo, hi);
    if (!local.id) {
        HirLocalRow row = {
            .name = name, .ctxt = ctxt, .pat = pat, .is_mut = is_mut && !by_ref, .by_ref = by_ref};
        vec_push(l->scratch, &l->locals, row);
        local = (HirLocal){l->locals.count - 1};
        Rib rib = {.kind = RIB_LOCAL, .name = name, .ctxt = mark, .local = local};
        vec_push(l->scratch, &l->ribs, rib);
    }
    note_bound(l, cx, name, local, lo, hi);
    HirPatRow *row = PAT_ROW(l, pat);
    row->by_ref = by_ref;
    row->is_mut = is_mut;
    row->binding.local = local;
    row->binding.sub = sub;
    if (out) *out = local;
    return pat;
}

HirPat lower_binding(Lower *l, Symbol name, u32 ctxt, bool by_ref, bool is_mut, HirPat sub, u32 lo,
                     u32 hi, HirLocal *out) {
    PatCx cx = {.first_rib = l->ribs.count};
    return binding(l, &cx, name, ctxt, by_ref, is_mut, sub, lo, hi, out);
}

// A bare name is a constant, unit struct or unit variant where one is in scope, else a binding.
static HirPat lower_ident(Lower *l, PatCx *cx, const AstPatRow *row) {
    if (!row->ident.sub.id && !row->by_ref && !row->is_mut) {
        PathSeg seg = {row->ident.name.sym, row->ident.name.ctxt, row->ident.flags};
        u32 used;
        Res res = {0};
        if (symbol_is(seg.name, SYM_Self) && !(seg.flags & TOK_RAW))
            res = lower_resolve(l, &seg, 1, NS_VALUE, &used);
        else if (!symbol_is(seg.name, SYM_self))
            res = names_resolve(l->db, l->scope, &seg, 1, NS_VALUE).res;
        bool is_path = res.kind == RES_SELF_CTOR;
        if (res.kind == RES_DEF) {
            DefKind kind = def_kind(l->db, res.def);
            is_path = kind == DEF_CONST || kind == DEF_ASSOC_CONST;
            if (kind == DEF_STATIC)
                diag_error(l->db, lower_span(l, row->lo, row->hi), "E0530",
                           "match bindings cannot shadow statics");
        } else if (res.kind == RES_CTOR) {
            is_path = true;
        }
        if (is_path) {
            HirPat pat = lower_pat_new(l, HIR_PAT_PATH, row->lo, row->hi);
            HirPath path = lower_path_of(l, res, row->lo, row->hi);
            PAT_ROW(l, pat)->tuple_struct.path = path;
            return pat;
        }
    }
    HirPat sub = {0};
    if (row->ident.sub.id) sub = lower_pat(l, cx, row->ident.sub);
    return binding(l, cx, row->ident.name.sym, row->ident.name.ctxt, row->by_ref, row->is_mut, sub,
                   row->lo, row->hi, NULL);
}

// The patterns of a list without its `..`; where that stood goes to *rest_at.
static HirList lower_elems(Lower *l, PatCx *cx, AstList elems, bool *has_rest, u32 *rest_at,
                           HirPat *rest_pat) {
    U32Vec ids = {0};
    *has_rest = false;
    *rest_at = 0;
    for (u32 i = 0; i < elems.count; i++) {
        AstPat elem = {ast_list(l->ast, elems, i)};
        const AstPatRow *row = ast_pat(l->ast, elem);
        bool named_rest = rest_pat && row->kind == AST_PAT_IDENT && row->ident.sub.id &&
                          ast_pat(l->ast, row->ident.sub)->kind == AST_PAT_REST;
        if (row->kind != AST_PAT_REST && !named_rest) {
            vec_push(l->scratch, &ids, lower_pat(l, cx, elem).id);
            continue;
        }
        if (*has_rest)
            diag_error(l->db, lower_span(l, row->lo, row->hi), "",
                       "`..` can only be used once per pattern");
        *has_rest = true;
        *rest_at = ids.count;
        if (named_rest)
            *rest_pat = binding(l, cx, row->ident.name.sym, row->ident.name.ctxt, row->by_ref,
                                row->is_mut, (HirPat){0}, row->lo, row->hi, NULL);
    }
    return lower_list(l, ids.at, ids.count);
}

static void report_missing(Lower *l, HirLocal local, AstPat alternative) {
    const AstPatRow *row = ast_pat(l->ast, alternative);
    Str name = symbol_str(&l->db->symbols, l->locals.at[local.id].name);
    Span span = lower_span(l, row->lo, row->hi);
    diag_error(l->db, span, "E0408", "variable `%.*s` is not bound in all patterns", STR_ARG(name));
    diag_label(l->db, span, "pattern doesn't bind `%.*s`", STR_ARG(name));
}

// Each alternative must bind what the first one does, and nothing else.
static HirList lower_alternatives(Lower *l, PatCx *cx, AstList alternatives) {
    U32Vec ids = {0};
    LocalVec first = {0};
    u32 mark = cx->bound.count;
    for (u32 i = 0; i < alternatives.count; i++) {
        AstPat alternative = {ast_list(l->ast, alternatives, i)};
        cx->bound.count = mark;
        vec_push(l->scratch, &ids, lower_pat(l, cx, alternative).id);
        if (i == 0) {
            vec_append(l->scratch, &first, cx->bound.at + mark, cx->bound.count - mark);
            continue;
        }
        PatCx of_first = {.bound = first};
        for (u32 k = 0; k < first.count; k++)
            if (!is_bound(cx, mark, first.at[k])) report_missing(l, first.at[k], alternative);
        for (u32 k = mark; k < cx->bound.count; k++)
            if (!is_bound(&of_first, 0, cx->bound.at[k]))
                report_missing(l, cx->bound.at[k], (AstPat){ast_list(l->ast, alternatives, 0)});
    }
    return lower_list(l, ids.at, ids.count);
}

static HirPat lower_pat(Lower *l, PatCx *cx, AstPat id) {
    AstPatRow row = *ast_pat(l->ast, id);
    u32 lo = row.lo, hi = row.hi;
    HirPat pat;
    bool has_rest;
    u32 rest_at;
    switch ((AstPatKind)row.kind) {
    case AST_PAT_ERR:
    case AST_PAT_MACRO: return lower_pat_new(l, HIR_PAT_ERR, lo, hi);
    case AST_PAT_WILD: return lower_pat_new(l, HIR_PAT_WILD, lo, hi);
    case AST_PAT_NEVER: return lower_pat_new(l, HIR_PAT_NEVER, lo, hi);
    case AST_PAT_REST:
        diag_error(l->db, lower_span(l, lo, hi), "", "`..` patterns are not allowed here");
        return lower_pat_new(l, HIR_PAT_ERR, lo, hi);
    case AST_PAT_GUARD:
        diag_error(l->db, lower_span(l, lo, hi), "E0658", "guard patterns are experimental");
        return lower_pat_new(l, HIR_PAT_ERR, lo, hi);
    case AST_PAT_IDENT: return lower_ident(l, cx, &row);
    case AST_PAT_PATH: {
        pat = lower_pat_new(l, HIR_PAT_PATH, lo, hi);
        HirPath path = lower_path(l, row.path, PATH_VALUE);
        PAT_ROW(l, pat)->tuple_struct.path = path;
        return pat;
    }
    case AST_PAT_TUPLE_STRUCT: {
        pat = lower_pat_new(l, HIR_PAT_TUPLE_STRUCT, lo, hi);
        HirPath path = lower_path(l, row.tuple_struct.path, PATH_VALUE);
        HirList elems = lower_elems(l, cx, row.tuple_struct.elems, &has_rest, &rest_at, NULL);
        HirPatRow *out = PAT_ROW(l, pat);
        out->tuple_struct.path = path;
        out->tuple_struct.elems = elems;
        out->tuple_struct.rest_at = rest_at;
        out->has_rest = has_rest;
        return pat;
    }
    case AST_PAT_STRUCT: {
        pat = lower_pat_new(l, HIR_PAT_STRUCT, lo, hi);
        HirPath path = lower_path(l, row.structure.path, PATH_RECORD);
        VEC(HirField) fields = {0};
        for (u32 i = 0; i < row.structure.fields.count; i++) {
            const AstField *field = &AST_ROWS(l->ast, fields, AstField, row.structure.fields)[i];
            HirPat value = lower_pat(l, cx, (AstPat){field->value});
            vec_push(l->scratch, &fields, (HirField){field->name.sym, value.id});
        }
        HirList list = {l->fields.count, fields.count};
        vec_append(l->scratch, &l->fields, fields.at, fields.count);
        HirPatRow *out = PAT_ROW(l, pat);
        out->structure.path = path;
        out->structure.fields = list;
        out->structure.rest = row.structure.has_rest;
        return pat;
    }
    case AST_PAT_TUPLE:
    case AST_PAT_SLICE: {
        bool slice = row.kind == AST_PAT_SLICE;
        pat = lower_pat_new(l, slice ? HIR_PAT_SLICE : HIR_PAT_TUPLE, lo, hi);
        HirPat rest_pat = {0};
        HirList elems =
            lower_elems(l, cx, row.elems, &has_rest, &rest_at, slice ? &rest_pat : NULL);
        HirPatRow *out = PAT_ROW(l, pat);
        out->seq.elems = elems;
        out->seq.rest_at = rest_at;
        out->seq.rest_pat = rest_pat;
        out->has_rest = has_rest;
        return pat;
    }
    case AST_PAT_OR: {
        pat = lower_pat_new(l, HIR_PAT_OR, lo, hi);
        HirList elems = lower_alternatives(l, cx, row.elems);
        PAT_ROW(l, pat)->seq.elems = elems;
        return pat;
    }
    case AST_PAT_REF:
    case AST_PAT_BOX:
    case AST_PAT_DEREF: {
        HirPatKind kind = row.kind == AST_PAT_REF   ? HIR_PAT_REF
                          : row.kind == AST_PAT_BOX ? HIR_PAT_BOX
                                                    : HIR_PAT_DEREF;
        pat = lower_pat_new(l, kind, lo, hi);
        HirPat inner = lower_pat(l, cx, row.inner);
        PAT_ROW(l, pat)->inner = inner;
        PAT_ROW(l, pat)->is_mut = row.is_mut;
        return pat;
    }
    case AST_PAT_LIT: {
        pat = lower_pat_new(l, HIR_PAT_LIT, lo, hi);
        HirExpr lit = lower_expression(l, row.lit);
        PAT_ROW(l, pat)->lit = lit;
        return pat;
    }
    case AST_PAT_RANGE: {
        pat = lower_pat_new(l, HIR_PAT_RANGE, lo, hi);
        HirExpr from = row.range.lo.id ? lower_expression(l, row.range.lo) : (HirExpr){0};
        HirExpr to = row.range.hi.id ? lower_expression(l, row.range.hi) : (HirExpr){0};
        PAT_ROW(l, pat)->range.lo = from;
        PAT_ROW(l, pat)->range.hi = to;
        PAT_ROW(l, pat)->is_inclusive = row.is_inclusive;
        return pat;
    }
    }
    UNREACHABLE();
}

HirPat lower_pattern(Lower *l, AstPat pat) {
    PatCx cx = {.first_rib = l->ribs.count};
    return lower_pat(l, &cx, pat);
}

HirPat lower_param_pattern(Lower *l, AstPat pat, u32 first_rib, LocalVec *bound) {
    PatCx cx = {.first_rib = first_rib, .in_params = true, .bound = *bound};
    HirPat out = lower_pat(l, &cx, pat);
    *bound = cx.bound;
    return out;
}
