// Paths: what each names, where generic arguments go, and what is left for type checking.

#include "expand/hygiene.h"
#include "hir/hir_internal.h"

Res lower_find_local(Lower *l, Symbol name, u32 ctxt) {
    u32 want = hygiene_for_locals(l->db, ctxt);
    for (u32 i = l->ribs.count; i-- > 0;) {
        const Rib *rib = &l->ribs.at[i];
        if (rib->kind == RIB_MACRO) {
            u32 macro = want ? hygiene_outer_macro(l->db, want) : 0;
            if (!macro) continue;
            const DefRow *row = def_row(l->db, (DefId){macro});
            if (row->name.id == rib->name.id && def_eq(row->parent, rib->block))
                want = hygiene_for_locals(l->db, hygiene_leave_macro(l->db, want, macro));
        } else if (rib->name.id == name.id && rib->ctxt == want) {
            return (Res){.kind = RES_LOCAL, .index = rib->local.id};
        }
    }
    return (Res){0};
}

Res lower_find_generic(Lower *l, Symbol name, u32 ctxt, bool want_const) {
    (void)ctxt; // macro_rules never hides generic parameters
    for (u32 i = 0; i < l->generics.count; i++) {
        const GenericName *g = &l->generics.at[i];
        if (g->name.id == name.id && g->is_const == want_const)
            return (Res){want_const ? RES_CONST_PARAM : RES_TY_PARAM, g->owner, g->index};
    }
    return (Res){0};
}

static Res self_res(Lower *l) {
    if (!l->self_def.id) return (Res){0};
    DefKind kind = def_kind(l->db, l->self_def);
    bool is_trait = kind == DEF_TRAIT || kind == DEF_TRAIT_ALIAS;
    return (Res){.kind = is_trait ? RES_SELF_TRAIT : RES_SELF_IMPL, .def = l->self_def};
}

static Res prim_res(Lower *l, Symbol name) {
    static const char *const names[] = {
#define X(kind, text) #text,
        PRIM_TYPES(X)
#undef X
    };
    Str text = symbol_str(&l->db->symbols, name);
    for (u32 i = 0; i < PRIM_COUNT; i++)
        if (str_eq(text, str_from(names[i]))) return (Res){RES_PRIM, {0}, i};
    return (Res){0};
}

// Locals and generics first, then modules. *used: segments answered for.
Res lower_resolve(Lower *l, const PathSeg *segs, u32 count, Namespace ns, u32 *used) {
    const PathSeg *first = &segs[0];
    bool raw = first->flags & TOK_RAW;
    *used = 1;
    if (!raw && symbol_is(first->name, SYM_Self)) {
        Res res = self_res(l);
        if (res.kind && count == 1 && ns == NS_VALUE) res.kind = RES_SELF_CTOR;
        return res;
    }
    if (count == 1 && ns == NS_VALUE) {
        Res res = lower_find_local(l, first->name, first->ctxt);
        if (res.kind) return res;
        res = lower_find_generic(l, first->name, first->ctxt, true);
        if (res.kind) return res;
    } else {
        Res res = lower_find_generic(l, first->name, first->ctxt, false);
        if (res.kind) return res;
    }
    PathRes found = names_resolve(l->db, l->scope, segs, count, ns);
    *used = found.used;
    if (found.res.kind == RES_NONE &&
        count > 1) { // a module may hide a primitive type: `char::is_ascii`
        *used = 1;
        return prim_res(l, first->name);
    }
    return found.res;
}

HirTy lower_generic_arg(Lower *l, AstTy ty) {
    const AstTyRow *row = ast_ty(l->ast, ty);
    if (row->kind == AST_TY_PATH) {
        const AstPathRow *path = ast_path(l->ast, row->path);
        if (!path->qself.id && path->segs.count == 1) {
            const AstSeg *seg = AST_ROWS(l->ast, segs, AstSeg, path->segs);
            PathSeg name = {seg->name.sym, seg->name.ctxt, seg->flags};
            if (seg->args_kind == AST_ARGS_NONE && !symbol_is(name.name, SYM_Self)) {
                u32 used;
                Res as_ty = lower_resolve(l, &name, 1, NS_TYPE, &used);
                if (as_ty.kind == RES_NONE) {
                    Res as_value = lower_find_generic(l, name.name, name.ctxt, true);
                    HirTy konst = {0};
                    if (as_value.kind) {
                        konst = lower_ty_new(l, HIR_TY_CONST, row->lo, row->hi);
                        TY_ROW(l, konst)->const_kind = HIR_CONST_PARAM;
                        TY_ROW(l, konst)->konst.res = as_value;
                        return konst;
                    }
                    as_value = lower_resolve(l, &name, 1, NS_VALUE, &used);
                    if (as_value.kind == RES_DEF && def_kind(l->db, as_value.def) == DEF_CONST) {
                        konst = lower_ty_new(l, HIR_TY_CONST, row->lo, row->hi);
                        TY_ROW(l, konst)->const_kind = HIR_CONST_ANON;
                        TY_ROW(l, konst)->konst.def = as_value.def;
                        return konst;
                    }
                }
            }
        }
    }
    return lower_type(l, ty);
}

static void lower_angle_args(Lower *l, AstList args, U32Vec *out, U32Vec *assoc) {
    for (u32 i = 0; i < args.count; i++) {
        const AstArg *arg = &AST_ROWS(l->ast, args, AstArg, args)[i];
        HirAssocArg row = {.name = arg->name.sym};
        switch ((AstArgKind)arg->kind) {
        case AST_ARG_LIFETIME: continue;
        case AST_ARG_TY: vec_push(l->scratch, out, lower_generic_arg(l, arg->ty).id); continue;
        case AST_ARG_CONST: vec_push(l->scratch, out, lower_const_arg(l, arg->expr).id); continue;
        case AST_ARG_ASSOC_TY: row.ty = lower_generic_arg(l, arg->ty); break;
        case AST_ARG_ASSOC_CONST: row.ty = lower_const_arg(l, arg->expr); break;
        case AST_ARG_ASSOC_BOUND: row.bounds = lower_bounds(l, arg->bounds); break;
        }
        U32Vec own = {0}, none = {0};
        lower_angle_args(l, arg->args, &own, &none);
        row.args = lower_list(l, own.at, own.count);
        vec_push(l->scratch, &l->assoc_args, row);
        vec_push(l->scratch, assoc, l->assoc_args.count - 1);
    }
}

// `assoc_args` of a segment must lie in one run; those of nested types were pushed in between.
static HirList gather_assoc(Lower *l, const U32Vec *rows) {
    HirList list = {l->assoc_args.count, rows->count};
    for (u32 i = 0; i < rows->count; i++) {
        HirAssocArg copy = l->assoc_args.at[rows->at[i]];
        vec_push(l->scratch, &l->assoc_args, copy);
    }
    return list;
}

static HirSeg lower_seg_row(Lower *l, const AstSeg *seg) {
    HirSeg row = {.name = seg->name.sym, .ctxt = seg->name.ctxt, .lo = seg->lo};
    U32Vec args = {0}, assoc = {0};
    switch ((AstArgsKind)seg->args_kind) {
    case AST_ARGS_NONE:
    case AST_ARGS_RETURN: return row;
    case AST_ARGS_ANGLE: lower_angle_args(l, seg->args, &args, &assoc); break;
    case AST_ARGS_PAREN: {
        row.is_paren = true;
        U32Vec inputs = {0};
        lower_angle_args(l, seg->args, &inputs, &assoc);
        HirTy tuple = lower_ty_new(l, HIR_TY_TUPLE, seg->lo, seg->hi);
        HirList elems = lower_list(l, inputs.at, inputs.count);
        TY_ROW(l, tuple)->elems = elems;
        vec_push(l->scratch, &args, tuple.id);
        HirAssocArg output = {.name = symbol_intern(&l->db->symbols, STR("Output"))};
        output.ty = seg->output.id ? lower_type(l, seg->output)
                                   : lower_ty_new(l, HIR_TY_TUPLE, seg->lo, seg->hi);
        vec_push(l->scratch, &l->assoc_args, output);
        vec_push(l->scratch, &assoc, l->assoc_args.count - 1);
        break;
    }
    }
    row.has_args = true;
    row.args = lower_list(l, args.at, args.count);
    row.assoc_args = gather_assoc(l, &assoc);
    return row;
}

u32 lower_seg(Lower *l, const AstSeg *seg) {
    HirSeg row = lower_seg_row(l, seg);
    vec_push(l->scratch, &l->segs, row);
    return l->segs.count - 1;
}

static HirList lower_segs(Lower *l, AstList segs, u32 first, u32 count) {
    VEC(HirSeg) rows = {0};
    for (u32 i = 0; i < count; i++)
        vec_push(l->scratch, &rows,
                 lower_seg_row(l, &AST_ROWS(l->ast, segs, AstSeg, segs)[first + i]));
    HirList list = {l->segs.count, count};
    vec_append(l->scratch, &l->segs, rows.at, rows.count);
    return list;
}

static HirPath push_path(Lower *l, HirPathRow row) {
    vec_push(l->scratch, &l->paths, row);
    return (HirPath){l->paths.count - 1};
}

static HirTy path_as_ty(Lower *l, HirPath path, u32 lo, u32 hi) {
    HirTy ty = lower_ty_new(l, HIR_TY_PATH, lo, hi);
    TY_ROW(l, ty)->path = path;
    return ty;
}

// The segments from `at` on are associated items of what `base` names.
static HirPath relative_rest(Lower *l, HirTy base, AstList segs, u32 at, u32 lo) {
    HirPath path = {0};
    for (u32 i = at; i < segs.count; i++) {
        u32 hi = AST_ROWS(l->ast, segs, AstSeg, segs)[i].hi;
        HirPathRow row;
        memset(&row, 0, sizeof row);
        row.qself = base;
        row.is_relative = true;
        row.lo = lo;
        row.hi = hi;
        row.segs = lower_segs(l, segs, i, 1);
        path = push_path(l, row);
        if (i + 1 < segs.count) base = path_as_ty(l, path, lo, hi);
    }
    return path;
}

HirPath lower_path_of(Lower *l, Res res, u32 lo, u32 hi) {
    HirPathRow row;
    memset(&row, 0, sizeof row);
    row.res = res;
    row.lo = lo;
    row.hi = hi;
    Symbol name = res.def.id ? def_row(l->db, res.def)->name : (Symbol){0};
    vec_push(l->scratch, &l->segs, (HirSeg){.name = name, .lo = lo});
    row.segs = (HirList){l->segs.count - 1, 1};
    return push_path(l, row);
}

HirPath lower_lang_path(Lower *l, LangItem item, u32 lo, u32 hi) {
    DefId def = lang_item(l->db, item);
    if (!def.id) {
        diag_error(l->db, lower_span(l, lo, hi), "", "the library lacks a definition this needs");
        return lower_path_of(l, (Res){.kind = RES_ERR}, lo, hi);
    }
    DefKind kind = def_kind(l->db, def);
    bool ctor = kind == DEF_VARIANT;
    return lower_path_of(l, (Res){ctor ? RES_CTOR : RES_DEF, def, 0}, lo, hi);
}

// `<T as Trait>::Item::rest`
static HirPath lower_qualified(Lower *l, const AstPathRow *path, const PathSeg *segs, HirTy qself,
                               Namespace ns) {
    u32 trait_segs = path->qself_segs, used;
    Res trait = lower_resolve(l, segs, trait_segs, NS_TYPE, &used);
    bool is_trait =
        trait.kind == RES_DEF && used == trait_segs && def_kind(l->db, trait.def) == DEF_TRAIT;
    if (!is_trait || trait_segs >= path->segs.count) {
        if (trait.kind != RES_ERR) {
            PathRes res = names_resolve_or_report(l->db, l->scope, segs, trait_segs, NS_TYPE,
                                                  lower_span(l, path->lo, path->hi));
            if (res.res.kind == RES_DEF)
                diag_error(l->db, lower_span(l, path->lo, path->hi), "E0404", "expected trait");
        }
        return lower_path_of(l, (Res){.kind = RES_ERR}, path->lo, path->hi);
    }
    Symbol name = segs[trait_segs].name;
    bool is_last = trait_segs + 1 == path->segs.count;
    bool want_ty = ns == NS_TYPE || !is_last;
    u32 count;
    const AssocItem *items = def_assoc_items(l->db, trait.def, &count);
    DefId found = {0};
    for (u32 i = 0; i < count; i++)
        if (items[i].name.id == name.id && (items[i].kind == ASSOC_TY) == want_ty)
            found = items[i].def;
    if (!found.id) {
        diag_error(l->db, lower_span(l, path->lo, path->hi), "E0576",
                   "cannot find associated item `%.*s` in trait `%.*s`",
                   STR_ARG(symbol_str(&l->db->symbols, name)),
                   STR_ARG(symbol_str(&l->db->symbols, def_row(l->db, trait.def)->name)));
        return lower_path_of(l, (Res){.kind = RES_ERR}, path->lo, path->hi);
    }
    HirPathRow row;
    memset(&row, 0, sizeof row);
    row.qself = qself;
    row.res = (Res){RES_DEF, found, 0};
    row.lo = path->lo;
    row.hi = path->hi;
    row.segs = lower_segs(l, path->segs, 0, trait_segs + 1);
    HirPath base = push_path(l, row);
    if (is_last) return base;
    return relative_rest(l, path_as_ty(l, base, path->lo, path->hi), path->segs, trait_segs + 1,
                         path->lo);
}

HirPath lower_path(Lower *l, AstPath id, PathUse use) {
    Namespace ns = use == PATH_VALUE ? NS_VALUE : NS_TYPE;
    AstPathRow path = *ast_path(l->ast, id);
    u32 count = path.segs.count;
    PathSeg *segs = SCRATCH_ARRAY(l->scratch, PathSeg, count + 1);
    for (u32 i = 0; i < count; i++) {
        const AstSeg *seg = &AST_ROWS(l->ast, segs, AstSeg, path.segs)[i];
        segs[i] = (PathSeg){seg->name.sym, seg->name.ctxt, seg->flags};
    }
    if (path.qself.id) {
        HirTy qself = lower_type(l, path.qself);
        if (path.qself_segs == 0) return relative_rest(l, qself, path.segs, 0, path.lo);
        return lower_qualified(l, &path, segs, qself, ns);
    }
    u32 used = count;
    Res res = lower_resolve(l, segs, count, ns, &used);
    if (res.kind == RES_NONE) {
        lower_report_unresolved(l, &path, segs, use);
        res.kind = RES_ERR;
    }
    if (res.kind == RES_ERR) used = count;
    HirPathRow row;
    memset(&row, 0, sizeof row);
    row.res = res;
    row.lo = path.lo;
    row.hi = used ? AST_ROWS(l->ast, segs, AstSeg, path.segs)[used - 1].hi : path.hi;
    row.segs = lower_segs(l, path.segs, 0, used);
    HirPath base = push_path(l, row);
    if (used == count) return base;
    return relative_rest(l, path_as_ty(l, base, row.lo, row.hi), path.segs, used, path.lo);
}
