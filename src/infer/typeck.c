// The query typeck: one body from its signature to its typed form, in rustc's order of events.
#include "infer/infer_internal.h"

static const Typeck no_typeck = {.is_tainted = true}; // of a body whose check asks for itself

DefId tc_body_owner(Db *db, DefId def) {
    for (;;) {
        DefKind kind = def_kind(db, def);
        if (kind != DEF_CLOSURE && kind != DEF_BLOCK) return def;
        DefId parent = def_row(db, def)->parent;
        if (!parent.id) return def;
        def = parent;
    }
}

const Typeck *typeck(Db *db, DefId owner) {
    const Typeck *t = query_get(db, Q_typeck, tc_body_owner(db, owner).id);
    return t ? t : &no_typeck;
}

Ty typeck_adjusted(const Typeck *t, HirExpr e) {
    u32 count;
    const Adjust *at = typeck_adjusts(t, e, &count);
    return count ? at[count - 1].target : typeck_expr(t, e);
}

const ClosureInfo *closure_info(Db *db, DefId closure, const Typeck **of) {
    const Typeck *t = typeck(db, closure);
    if (of) *of = t;
    const ClosureInfo *at = LIST_AT(t, ClosureInfo, t->closures);
    for (u32 i = 1; i < t->closures.count; i++)
        if (at[i].def.id == closure.id) return &at[i];
    return NULL;
}

Args closure_upvar_tys(Db *db, Ty closure) {
    const TyRow *row = ty_row(db, closure);
    const Typeck *t;
    const ClosureInfo *info = closure_info(db, row->def, &t);
    if (!info || info->capture_count == 0) return (Args){0};
    u64 mark = scratch_mark(&db->scratch);
    Ty *tys = SCRATCH_ARRAY(&db->scratch, Ty, info->capture_count);
    for (u32 i = 0; i < info->capture_count; i++) {
        const Capture *c = &LIST_AT(t, Capture, t->captures)[info->capture_first + i];
        tys[i] = c->mode == CAPTURE_MOVE ? c->ty : ty_ref(db, c->ty, c->mode != CAPTURE_REF);
    }
    Args args = args_intern(db, tys, info->capture_count);
    scratch_rewind(&db->scratch, mark);
    return args_subst(db, args, row->args);
}

Args closure_sig_tys(Db *db, Ty closure) {
    const TyRow *row = ty_row(db, closure);
    const ClosureInfo *info = closure_info(db, row->def, NULL);
    return info ? args_subst(db, info->sig, row->args) : (Args){0};
}

static Ty lower_infer(void *cx, bool is_const, Ty const_ty, HirSpan span) {
    Tc *tc = cx;
    (void)span;
    return is_const ? infer_const_var(tc->table, const_ty.id ? const_ty : TY_OF(USIZE))
                    : tc_var(tc);
}

static bool defining_opaque(void *cx, Ty opaque, Ty *hidden) {
    Tc *tc = cx;
    for (u32 i = 0; i < tc->opaques.count; i++)
        if (tc->opaques.at[i].ty.id == opaque.id) {
            *hidden = tc->opaques.at[i].var;
            return true;
        }
    return false;
}

// The type that the body of `around`, or an inline const in it, found for an inline const; NONE if
// it does not stand there.
static Ty inline_const_ty_in(Db *db, DefId around, DefId def, u32 depth) {
    const HirBody *hir = hir_body(db, around);
    if (!hir || depth > 16) return (Ty){0};
    for (u32 i = 1; i < hir->t.exprs.count; i++) {
        const HirExprRow *row = hir_expr(hir, (HirExpr){i});
        if (row->kind != HIR_INLINE_CONST) continue;
        if (!def_eq(row->def, def)) {
            Ty inner = inline_const_ty_in(db, row->def, def, depth + 1);
            if (inner.id) return inner;
            continue;
        }
        const Typeck *t = typeck(db, around);
        Ty ty = t->is_tainted ? TY_OF(ERROR) : typeck_expr(t, (HirExpr){i});
        return ty.id ? ty : TY_OF(ERROR);
    }
    return (Ty){0};
}

static Ty inline_const_ty(Db *db, DefId def) {
    DefId around = tc_body_owner(db, def_row(db, def)->parent);
    Ty ty = inline_const_ty_in(db, around, def, 0);
    return ty.id ? ty : TY_OF(ERROR);
}

static void check_fn(Tc *tc, const HirBody *hir) {
    Db *db = tc->db;
    const FnSig *sig = fn_sig(db, tc->owner);
    Span span = tc_span(tc, hir->value);
    if (hir_item(db, tc->owner)->sig.is_async) {
        tc_error(tc, def_span(db, tc->owner), "", "`async fn` is not supported yet");
        return;
    }
    u32 n = hir->params.count;
    Ty *inputs = SCRATCH_ARRAY(tc->scratch, Ty, max_u32(n, 1));
    for (u32 i = 0; i < n; i++)
        inputs[i] = i < sig->inputs.count ? tc_normalize(tc, LIST_AT(sig, Ty, sig->inputs)[i], span)
                                          : TY_OF(ERROR);
    if (n == sig->inputs.count + 1 && hir->is_variadic) {
        DefId list = lang_item(db, LANG_va_list);
        if (list.id) inputs[n - 1] = ty_adt(db, list, (Args){0});
    }
    Ty output = tc_normalize(tc, sig->output, span);
    for (u32 i = 0; i < n; i++)
        tc_check_dyn(tc, inputs[i], span);
    tc_check_dyn(tc, output, span);
    CoerceMany ret;
    coerce_many_begin(&ret, output);
    tc->ret = &ret;
    tc_fn_params(tc, HIR_AT(hir, HirParamPat, params, hir->params.first), n, inputs);
    tc_return_expr(tc, hir->value, output);
    Ty actual = coerce_many_end(tc, &ret);
    tc_demand_eq(tc, span, output, actual);
    tc->ret = NULL;
}

static void check_value(Tc *tc, const HirBody *hir) {
    Db *db = tc->db;
    Ty ty = def_kind(db, tc->owner) == DEF_INLINE_CONST ? inline_const_ty(db, tc->owner)
                                                        : type_of(db, tc->owner);
    if (!ty.id) ty = tc_var(tc);
    ty = tc_normalize(tc, ty, tc_span(tc, hir->value));
    if (tc_kind(tc, ty) == TY_ERROR) tc->tainted = true;
    tc_expr_coercible(tc, hir->value, ty);
}

static void run_typeck(Db *db, u32 key) {
    DefId owner = {key};
    Blob blob;
    const HirBody *hir = hir_body(db, owner);
    if (!hir) {
        Typeck *t = SCRATCH_NEW(&db->scratch, Typeck);
        t->owner = owner;
        query_return(db, t, sizeof *t);
        return;
    }
    Tc *tc = SCRATCH_NEW(&db->scratch, Tc);
    tc->db = db;
    tc->scratch = &db->scratch;
    tc->owner = owner;
    tc->root = def_typeck_root(db, owner);
    const CrateRow *crate = crate_row(db, def_crate(db, owner));
    tc->edition = crate->edition;
    tc->is_local_crate = crate->is_local;
    tc->table = infer_table_new(db, tc->scratch);
    tc->env = param_env(db, tc->root);
    tc->solve.db = db;
    tc->solve.table = tc->table;
    tc->solve.env = tc->env;
    tc->solve.library_only = !crate->is_local;
    tc->solve.hook_cx = tc;
    tc->solve.closure = tc_closure_facts;
    tc->solve.defining_opaque = defining_opaque;
    tc->lower.db = db;
    tc->lower.owner = owner;
    tc->lower.cx = tc;
    tc->lower.infer = lower_infer;
    vec_push(tc->scratch, &tc->callees, (Callee){0});
    tc->b = tc_body_new(tc, hir);

    DefKind kind = def_kind(db, owner);
    if (kind == DEF_FN || kind == DEF_ASSOC_FN)
        check_fn(tc, hir);
    else
        check_value(tc, hir);
    tc_fallback(tc);
    tc_check_casts(tc);
    tc_select(tc);
    tc_closure_analyze(tc);
    tc_select_all_or_error(tc);
    Body *root = tc->bodies;
    if (!tc->tainted && tc->is_local_crate) tc_check_unsafety(tc, root);
    tc_writeback(tc, root, &blob);
    query_return_blob(db, &blob);
}

static bool defines(Db *db, DefId fn, DefId alias) {
    Symbol attr = symbol_intern(&db->symbols, STR("define_opaque"));
    Toks args;
    for (u32 n = 0; def_attr(db, fn, attr, n, &args); n++)
        for (u32 i = 0; i < args.count; i++)
            if (args.at[i].kind == TOK_IDENT && args.at[i].sym == def_row(db, alias)->name.id)
                return true;
    return false;
}

// Whose body tells what an opaque type is: the function it stands in, or that of its alias' module
// which names the alias in #[define_opaque].
static DefId opaque_definer(Db *db, DefId opaque) {
    DefId parent = def_row(db, opaque)->parent;
    if (def_kind(db, parent) != DEF_TY_ALIAS || generics_count(db, opaque)) return parent;
    DefId module = def_row(db, parent)->parent;
    CrateId crate = def_crate(db, parent);
    for (u32 i = 0; i < crate_def_count(db, crate); i++) {
        DefId def = crate_def(db, crate, i);
        if (def_eq(def_row(db, def)->parent, module) && def_kind(db, def) == DEF_FN &&
            defines(db, def, parent))
            return def;
    }
    return parent;
}

static void run_opaque_hidden(Db *db, u32 key) {
    DefId opaque = {key};
    const Typeck *t = typeck(db, opaque_definer(db, opaque));
    Ty hidden = TY_OF(ERROR);
    const OpaqueHidden *at = LIST_AT(t, OpaqueHidden, t->opaques);
    for (u32 i = 0; i < t->opaques.count; i++)
        if (at[i].opaque.id == opaque.id) hidden = at[i].hidden;
    query_return(db, &hidden, sizeof hidden);
}

static void run_closure_facts(Db *db, u32 key) {
    ClosureFacts *facts = SCRATCH_NEW(&db->scratch, ClosureFacts);
    DefId def = {key};
    const Typeck *t;
    const ClosureInfo *info = closure_info(db, def, &t);
    if (info && info->sig.id) {
        facts->known = facts->kind_known = facts->upvars_known = 1;
        facts->kind = info->kind;
        facts->tys = info->sig;
        Ty closure = ty_closure(db, def, generics_identity(db, def_typeck_root(db, def)));
        facts->upvars = closure_upvar_tys(db, closure);
        facts->likeness = info->likeness;
    }
    query_return(db, facts, sizeof *facts);
}

void infer_register(Db *db) {
    query_register(db, Q_opaque_hidden, run_opaque_hidden);
    query_register(db, Q_closure_facts, run_closure_facts);
    query_register(db, Q_typeck, run_typeck);
}
