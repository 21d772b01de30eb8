// What may be written where, beyond what the parser asks for: read from the syntax tree.
#include "check/check_internal.h"

typedef struct FormCx {
    Db *db;
    DefId def;
    DefKind kind;
    const Ast *ast;
    DefKind container; // IMPL or TRAIT of an associated item, FOREIGN_MOD
    bool of_trait_impl;
} FormCx;

static Span word_span(const FormCx *cx, const char *word) {
    return def_word_span(cx->db, cx->def, symbol_intern(&cx->db->symbols, str_from(word)));
}

static void check_visibility(const FormCx *cx) {
    if (cx->ast->item.vis.kind == VIS_INHERITED) return;
    if (cx->container != DEF_TRAIT && !cx->of_trait_impl) return;
    diag_error(cx->db, word_span(cx, "pub"), "E0449",
               "visibility qualifiers are not permitted here");
    diag_note(cx->db, "trait items always share the visibility of their trait");
}

static void check_const_fn(const FormCx *cx) {
    if (cx->kind != DEF_ASSOC_FN || !(cx->ast->item.flags & ITEM_IS_CONST)) return;
    if (cx->container != DEF_TRAIT && !cx->of_trait_impl) return;
    diag_error(cx->db, word_span(cx, "const"), "E0379", "functions in %s cannot be declared const",
               cx->of_trait_impl ? "trait impls" : "traits");
}

static void check_has_body(const FormCx *cx) {
    if (def_has_body(cx->db, cx->def) || cx->container == DEF_TRAIT ||
        cx->container == DEF_FOREIGN_MOD || def_attrs(cx->db, cx->def)->flags & DEF_ATTR_INTRINSIC)
        return;
    const char *what;
    switch (cx->kind) {
    case DEF_FN: what = "free function without a body"; break;
    case DEF_CONST: what = "free constant item without body"; break;
    case DEF_STATIC: what = "free static item without body"; break;
    case DEF_ASSOC_FN: what = "associated function in `impl` without body"; break;
    case DEF_ASSOC_CONST: what = "associated constant in `impl` without body"; break;
    default: return;
    }
    diag_error(cx->db, def_span(cx->db, cx->def), "", "%s", what);
}

static void check_params(const FormCx *cx) {
    const AstItem *item = &cx->ast->item;
    if (def_has_body(cx->db, cx->def)) return;
    for (u32 i = 0; i < item->params.count; i++) {
        const AstParam *param = &AST_ROWS(cx->ast, params, AstParam, item->params)[i];
        if (!param->pat.id || param->is_self) continue;
        const AstPatRow *pat = ast_pat(cx->ast, param->pat);
        bool plain = pat->kind == AST_PAT_WILD ||
                     (pat->kind == AST_PAT_IDENT && !pat->by_ref && !pat->ident.sub.id);
        if (plain) continue;
        Span span = {SPAN_DEF | cx->def.id, pat->lo, pat->hi};
        bool foreign = cx->container == DEF_FOREIGN_MOD;
        diag_error(cx->db, span, foreign ? "E0130" : "E0642", "patterns aren't allowed in %s",
                   foreign ? "foreign function declarations" : "functions without bodies");
    }
}

// `impl Trait` stands for a type in signatures of functions only. (Of bodies hir/ tells.)
static void check_impl_trait(const FormCx *cx) {
    const Ast *ast = def_item_ast(cx->db, cx->def);
    for (u32 i = 1; ast && i < ast->tys.count; i++) {
        const AstTyRow *ty = ast_ty(ast, (AstTy){i});
        if (ty->kind != AST_TY_IMPL) continue;
        diag_error(cx->db, (Span){SPAN_DEF | cx->def.id, ty->lo, ty->hi}, "E0562",
                   "`impl Trait` is not allowed here");
        diag_note(cx->db, "`impl Trait` is only allowed in arguments and return types of functions "
                          "and methods");
    }
}

// ---- self ---------------------------------------------------------------------------------------

// `self: T`: T must lead to Self by way of references and Deref.
static bool leads_to(CheckCx *cx, Ty from, Ty self) {
    Db *db = cx->db;
    DefId deref = lang_item(db, LANG_deref), target = lang_item(db, LANG_deref_target);
    enum { STEPS_MAX = 16 };
    for (u32 step = 0; step < STEPS_MAX; step++) {
        if (ty_eq(from, self) || ty_flags(db, from) & TY_HAS_ERROR) return true;
        const TyRow *row = ty_row(db, from);
        if (row->kind == TY_REF) {
            from = row->elem;
            continue;
        }
        Args args = args_intern(db, &from, 1);
        Predicate goal = {.kind = PRED_TRAIT, .trait_ref = {deref, args}};
        GoalVec nested = {0};
        if (!target.id || solve_predicate(&cx->solve, goal, &nested) != SOLVE_YES) return false;
        from = check_normal(cx, ty_projection(db, target, args));
    }
    return false;
}

static void check_self_param(const FormCx *form) {
    Db *db = form->db;
    const FnSig *sig = fn_sig(db, form->def);
    const AstItem *item = &form->ast->item;
    if (!sig->has_self || !item->params.count) return;
    const AstParam *param = &AST_ROWS(form->ast, params, AstParam, item->params)[0];
    if (!param->ty.id || ast_ty(form->ast, param->ty)->is_implicit) return;
    DefId parent = def_row(db, form->def)->parent;
    Ty self = form->container == DEF_TRAIT  ? ty_param(db, 0, SYM_OF(Self))
              : form->container == DEF_IMPL ? impl_header(db, parent)->self_ty
                                            : TY_OF(ERROR);
    CheckCx cx = check_cx(db, form->def);
    Ty ty = check_normal(&cx, LIST_AT(sig, Ty, sig->inputs)[0]);
    if (leads_to(&cx, ty, check_normal(&cx, self))) return;
    const AstTyRow *written = ast_ty(form->ast, param->ty);
    Str text = ty_print(db, ty, &db->scratch);
    diag_error(db, (Span){SPAN_DEF | form->def.id, written->lo, written->hi}, "E0307",
               "invalid `self` parameter type: `%.*s`", STR_ARG(text));
    diag_note(db, "type of `self` must be `Self` or a type that dereferences to it");
}

// ---- unsafe in 2024, ABIs -----------------------------------------------------------------------

// `#[name`, not `#[unsafe(name`.
static void check_unsafe_attr(const FormCx *cx, const char *name) {
    Symbol symbol = symbol_intern(&cx->db->symbols, str_from(name));
    Toks toks = ast_toks(cx->ast, cx->ast->item.attrs_first, cx->ast->item.attrs_count);
    for (u32 i = 2; i < toks.count; i++) {
        if (toks.at[i].kind != TOK_IDENT || toks.at[i].sym != symbol.id ||
            toks.at[i - 1].kind != TOK_OPEN_BRACKET || toks.at[i - 2].kind != TOK_POUND)
            continue;
        diag_error(cx->db, def_word_span(cx->db, cx->def, symbol), "",
                   "unsafe attribute used without unsafe");
        diag_help(cx->db, "wrap the attribute in `unsafe(...)`");
        return;
    }
}

static bool is_known_abi(Str abi) {
    static const char *const known[] = {"Rust",
                                        "C",
                                        "C-unwind",
                                        "system",
                                        "system-unwind",
                                        "cdecl",
                                        "stdcall",
                                        "fastcall",
                                        "vectorcall",
                                        "thiscall",
                                        "aapcs",
                                        "win64",
                                        "sysv64",
                                        "efiapi",
                                        "rust-call",
                                        "rust-cold",
                                        "rust-intrinsic",
                                        "unadjusted",
                                        "msp430-interrupt",
                                        "ptx-kernel",
                                        "x86-interrupt",
                                        "avr-interrupt",
                                        "riscv-interrupt-m",
                                        "riscv-interrupt-s",
                                        "gpu-kernel",
                                        "custom",
                                        "rust-preserve-none",
                                        "rust-invalid"};
    if (abi.len > 7 && !memcmp(abi.at + abi.len - 7, "-unwind", 7)) abi.len -= 7;
    for (u32 i = 0; i < ARRAY_LEN(known); i++)
        if (str_eq(abi, str_from(known[i]))) return true;
    return false;
}

static void check_abi(const FormCx *cx) {
    if (!cx->ast->item.abi.id) return;
    Str abi = symbol_str(&cx->db->symbols, cx->ast->item.abi);
    if (is_known_abi(abi)) return;
    diag_error(cx->db, word_span(cx, "extern"), "E0703", "invalid ABI: found `%.*s`", STR_ARG(abi));
}

static void check_safety(const FormCx *cx) {
    if (crate_row(cx->db, def_crate(cx->db, cx->def))->edition < 2024) return;
    static const char *const attrs[] = {"no_mangle", "export_name", "link_section"};
    for (u32 i = 0; i < ARRAY_LEN(attrs); i++)
        check_unsafe_attr(cx, attrs[i]);
    if (cx->kind != DEF_FOREIGN_MOD || cx->ast->item.flags & ITEM_IS_UNSAFE) return;
    diag_error(cx->db, word_span(cx, "extern"), "", "extern blocks must be unsafe");
}

void check_forms(Db *db, DefId def) {
    const Ast *ast = def_has_body(db, def) ? def_body_ast(db, def) : def_item_ast(db, def);
    if (!ast || ast->error_count) return;
    DefId parent = def_row(db, def)->parent;
    FormCx cx = {.db = db, .def = def, .kind = def_kind(db, def), .ast = ast};
    cx.container = parent.id ? def_kind(db, parent) : DEF_NONE;
    if (cx.container == DEF_IMPL) cx.of_trait_impl = def_item_ast(db, parent)->item.trait_ref.id;
    check_visibility(&cx);
    check_has_body(&cx);
    check_safety(&cx);
    check_abi(&cx);
    switch (cx.kind) {
    case DEF_FN:
    case DEF_ASSOC_FN:
        check_const_fn(&cx);
        check_params(&cx);
        if (cx.kind == DEF_ASSOC_FN) check_self_param(&cx);
        break;
    case DEF_STRUCT:
    case DEF_ENUM:
    case DEF_UNION:
    case DEF_CONST:
    case DEF_STATIC:
    case DEF_ASSOC_CONST:
    case DEF_IMPL: check_impl_trait(&cx); break;
    default: break;
    }
}

// ---- main ---------------------------------------------------------------------------------------

void check_main_fn(Db *db, DefId def) {
    const HirItem *item = hir_item(db, def);
    const Ast *ast = def_item_ast(db, def);
    if (!item || !ast) return;
    if (generics_count(db, def) || ast->item.generics.lifetime_count) {
        diag_error(db, def_span(db, def), "E0131",
                   "`main` function is not allowed to have generic parameters");
        return;
    }
    const FnSig *sig = fn_sig(db, def);
    if (sig->inputs.count) {
        diag_error(db, def_span(db, def), "E0580", "`main` function has wrong type");
        diag_label(db, def_span(db, def), "incorrect number of function parameters");
        return;
    }
    DefId termination = lang_item(db, LANG_termination);
    if (!termination.id || ty_flags(db, sig->output) & (TY_HAS_ERROR | TY_HAS_OPAQUE)) return;
    CheckCx cx = check_cx(db, def);
    Ty output = check_normal(&cx, sig->output);
    Predicate goal = {.kind = PRED_TRAIT, .trait_ref = {termination, args_intern(db, &output, 1)}};
    vec_push(&db->scratch, &cx.pending, goal);
    if (check_pending(&cx)) return;
    Str text = ty_print(db, output, &db->scratch);
    Span span = check_ty_span(db, def, item, item->sig.output);
    diag_error(db, span, "E0277", "`main` has invalid return type `%.*s`", STR_ARG(text));
    diag_label(db, span, "`main` can only return types that implement `Termination`");
}
