// What a body that is evaluated at compile time may call: const functions, and nothing whose
// function is not known by its name. Traits' methods are never const in stable Rust.
#include "check/check_internal.h"

static const char *context_of(Db *db, DefId owner) {
    switch (def_kind(db, owner)) {
    case DEF_STATIC: return "statics";
    case DEF_FN:
    case DEF_ASSOC_FN: return "constant functions";
    default: return "constants";
    }
}

static bool is_const_fn(Db *db, DefId def) {
    DefKind kind = def_kind(db, def);
    if (kind != DEF_FN && kind != DEF_ASSOC_FN) return true; // a constructor
    const HirItem *item = hir_item(db, def);
    if (!item || item->sig.is_const) return true;
    if (def_attrs(db, def)->flags & DEF_ATTR_INTRINSIC) return true;
    DefId parent = def_row(db, def)->parent;
    if (kind != DEF_ASSOC_FN || def_kind(db, parent) != DEF_IMPL) return false;
    const HirItem *impl = hir_item(db, parent);
    return impl && impl->is_const;
}

// Unstable features make calls of traits' methods possible, a feature for each group of traits.
static bool has_const_feature(Db *db, DefId def) {
    DefId root = crate_row(db, def_crate(db, def))->root;
    Symbol feature = symbol_intern(&db->symbols, STR("feature"));
    Toks args;
    for (u32 n = 0; def_attr(db, root, feature, n, &args); n++)
        for (u32 i = 0; i < args.count; i++) {
            Str name = symbol_str(&db->symbols, (Symbol){args.at[i].sym});
            if (args.at[i].kind == TOK_IDENT && name.len > 6 && !memcmp(name.at, "const_", 6))
                return true;
        }
    return false;
}

static void report(Db *db, const MirBody *body, const MirTerm *term, const char *what, Str name) {
    Span span = {SPAN_DEF | body->owner.id, term->lo, max_u32(term->hi, term->lo + 1)};
    diag_error(db, span, "E0015", "cannot call non-const %s `%.*s` in %s", what, STR_ARG(name),
               context_of(db, body->owner));
    diag_note(db, "calls in %s are limited to constant functions, tuple structs and tuple variants",
              context_of(db, body->owner));
}

static bool check_call(Db *db, const MirBody *body, const MirTerm *term) {
    Ty callee = mir_operand_ty(db, body, term->a);
    const TyRow *row = ty_row(db, callee);
    if (row->kind == TY_FN_PTR) {
        Span span = {SPAN_DEF | body->owner.id, term->lo, max_u32(term->hi, term->lo + 1)};
        diag_error(db, span, "", "function pointer calls are not allowed in %s",
                   context_of(db, body->owner));
        return false;
    }
    if (row->kind != TY_FN_DEF || is_const_fn(db, row->def)) return true;
    bool of_trait = trait_of_item(db, row->def).id;
    if (of_trait && has_const_feature(db, body->owner)) return true;
    Str path = def_path_str(db, row->def, &db->scratch);
    report(db, body, term, of_trait ? "method" : "function", path);
    return false;
}

bool check_const_calls(Db *db, DefId owner) {
    const MirBody *body = mir_of(db, owner);
    if (!body || body->is_error) return false;
    bool fine = true;
    for (u32 i = 0; i < body->blocks.count; i++) {
        const MirTerm *term = &LIST_AT(body, MirBlockRow, body->blocks)[i].term;
        if (term->kind == MIR_CALL) fine &= check_call(db, body, term);
    }
    return fine;
}
