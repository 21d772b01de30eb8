// Printing types: as rustc's diagnostics do (last names only), and as `type_name` does (full
// paths).
#include "types/types_internal.h"

#include <stdio.h>

typedef struct Printer {
    Db *db;
    Scratch *scratch;
    VEC(char) out;
    bool full;
    u32 depth;
} Printer;

enum { PRINT_DEPTH_MAX = 64 };

static void put(Printer *p, Str text) {
    vec_append(p->scratch, &p->out, text.at, text.len);
}
#define put_lit(p, literal) put((p), STR(literal))
static void put_sym(Printer *p, Symbol s) {
    put(p, symbol_str(&p->db->symbols, s));
}

static void put_ty(Printer *p, Ty ty);

static void put_tys(Printer *p, const Ty *tys, u32 count) {
    for (u32 i = 0; i < count; i++) {
        if (i) put_lit(p, ", ");
        put_ty(p, tys[i]);
    }
}

// Arguments first..count, without those at the end that equal their default; `extra` more follow
// inside the brackets if there are any.
static u32 shown_args(Printer *p, DefId def, const Ty *tys, u32 first, u32 count, Args all) {
    const Generics *g = generics_of(p->db, def);
    const GenericParam *params = LIST_AT(g, GenericParam, g->params);
    while (count > first && count <= g->params.count && params[count - 1].has_default) {
        Ty by_default = param_default(p->db, def, count - 1);
        if (!by_default.id || !ty_eq(ty_subst(p->db, by_default, all), tys[count - 1])) break;
        count--;
    }
    return count;
}

static void put_args(Printer *p, DefId def, Args args, u32 first, u32 last, bool turbofish) {
    const Ty *tys = args_at(p->db, args, NULL);
    last = shown_args(p, def, tys, first, last, args);
    if (last <= first) return;
    put(p, turbofish ? STR("::<") : STR("<"));
    put_tys(p, tys + first, last - first);
    put_lit(p, ">");
}

// The path of a definition with the arguments of each level.
static void put_path(Printer *p, DefId def, Args args) {
    Db *db = p->db;
    const DefRow *row = def_row(db, def);
    DefKind kind = (DefKind)row->kind;
    u32 count = args_count(db, args);
    if (!row->parent.id) {
        put_sym(p, crate_row(db, def_crate(db, def))->name);
        return;
    }
    DefKind parent_kind = def_kind(db, row->parent);
    bool assoc = parent_kind == DEF_IMPL || parent_kind == DEF_TRAIT;
    if (assoc && parent_kind == DEF_TRAIT && count) {
        put_lit(p, "<");
        put_ty(p, args_get(db, args, 0));
        put_lit(p, " as ");
        u32 trait_count = min_u32(generics_count(db, row->parent), count);
        if (p->full) put_path(p, def_row(db, row->parent)->parent, (Args){0}), put_lit(p, "::");
        put_sym(p, def_row(db, row->parent)->name);
        put_args(p, row->parent, args, 1, trait_count, false);
        put_lit(p, ">::");
    } else if (parent_kind == DEF_IMPL) {
        const ImplHeader *h = impl_header(db, row->parent);
        if (h) {
            Ty self_ty = count ? ty_subst(db, h->self_ty, args) : h->self_ty;
            if (h->trait_ref.trait.id) {
                put_lit(p, "<");
                put_ty(p, self_ty);
                put_lit(p, " as ");
                put_path(p, h->trait_ref.trait,
                         count ? args_subst(db, h->trait_ref.args, args) : h->trait_ref.args);
                put_lit(p, ">::");
            } else {
                bool bare = ty_kind(db, self_ty) == TY_ADT;
                if (!bare) put_lit(p, "<");
                put_ty(p, self_ty);
                if (!bare) put_lit(p, ">");
                put_lit(p, "::");
            }
        }
    } else if (p->full || kind == DEF_VARIANT) {
        DefId parent = row->parent;
        while (def_kind(db, parent) == DEF_BLOCK || def_kind(db, parent) == DEF_FOREIGN_MOD)
            parent = def_row(db, parent)->parent;
        put_path(p, parent, (Args){0});
        put_lit(p, "::");
    }
    switch (kind) {
    case DEF_CLOSURE: put_lit(p, "{{closure}}"); return;
    case DEF_ANON_CONST:
    case DEF_INLINE_CONST: put_lit(p, "{{constant}}"); return;
    case DEF_IMPL: put_lit(p, "{{impl}}"); return;
    case DEF_OPAQUE_TY: put_lit(p, "{{opaque}}"); return;
    default: put_sym(p, row->name);
    }
    if (!count) return;
    const Generics *g = generics_of(db, def);
    u32 first = kind == DEF_TRAIT ? 1 : assoc ? g->parent_count : 0;
    bool turbofish = !p->full && (kind == DEF_FN || kind == DEF_ASSOC_FN);
    put_args(p, def, args, min_u32(first, count), count, turbofish);
}

static void put_fn_sig(Printer *p, const TyRow *row, Args tys) {
    u32 count;
    const Ty *at = args_at(p->db, tys, &count);
    if (row->is_unsafe) put_lit(p, "unsafe ");
    if (row->abi == ABI_C) put_lit(p, "extern \"C\" ");
    if (row->abi == ABI_SYSTEM) put_lit(p, "extern \"system\" ");
    if (row->abi == ABI_RUST_CALL) put_lit(p, "extern \"rust-call\" ");
    put_lit(p, "fn(");
    if (count) put_tys(p, at, count - 1);
    if (row->is_variadic) put(p, count > 1 ? STR(", ...") : STR("..."));
    put_lit(p, ")");
    if (count && !ty_eq(at[count - 1], ty_unit(p->db))) {
        put_lit(p, " -> ");
        put_ty(p, at[count - 1]);
    }
}

static void put_const(Printer *p, const TyRow *row) {
    Db *db = p->db;
    TyKind kind = ty_kind(db, row->elem);
    if (kind == TY_BOOL) {
        put(p, row->lo_bits ? STR("true") : STR("false"));
    } else if (kind == TY_CHAR) {
        char text[32];
        int len = row->lo_bits >= 32 && row->lo_bits < 127
                      ? snprintf(text, sizeof text, "'%c'", (char)row->lo_bits)
                      : snprintf(text, sizeof text, "'\\u{%x}'", (unsigned)row->lo_bits);
        put(p, (Str){text, (u32)len});
    } else {
        u128 value = (u128)row->hi_bits << 64 | row->lo_bits;
        u32 bits = ty_prim_bytes(kind) * 8;
        if (ty_is_signed(kind) && bits && (value >> (bits - 1) & 1)) {
            put_lit(p, "-");
            value = -value;
            if (bits < 128) value &= ((u128)1 << bits) - 1;
        }
        char digits[48];
        u32 at = sizeof digits;
        do {
            digits[--at] = (char)('0' + (int)(value % 10));
            value /= 10;
        } while (value);
        put(p, (Str){digits + at, (u32)sizeof digits - at});
    }
}

// `Trait<A, Item = B>`, with Fn traits as `Fn(A) -> B`.
static void put_dyn(Printer *p, Ty ty) {
    Db *db = p->db;
    const Existential *e = ty_existential(db, ty);
    const ExProjection *projections = existential_projections(db, e);
    put_lit(p, "dyn ");
    bool first = true;
    if (e->principal.id) {
        first = false;
        if (p->full) {
            put_path(p, def_row(db, e->principal)->parent, (Args){0});
            put_lit(p, "::");
        }
        put_sym(p, def_row(db, e->principal)->name);
        LangItem lang = lang_item_of(db, e->principal);
        u32 count;
        const Ty *tys = args_at(db, e->args, &count);
        bool is_fn = lang == LANG_fn_mut || lang == LANG_fn_once ||
                     str_eq(symbol_str(&db->symbols, def_row(db, e->principal)->name), STR("Fn"));
        if (is_fn && count == 1 && ty_kind(db, tys[0]) == TY_TUPLE) {
            put_lit(p, "(");
            u32 inputs;
            const Ty *at = ty_elems(db, tys[0], &inputs);
            put_tys(p, at, inputs);
            put_lit(p, ")");
            if (e->projection_count && !ty_eq(projections[0].ty, ty_unit(db))) {
                put_lit(p, " -> ");
                put_ty(p, projections[0].ty);
            }
        } else {
            u32 shown = 0;
            for (u32 i = 0; i < count; i++) {
                put(p, shown++ ? STR(", ") : STR("<"));
                put_ty(p, tys[i]);
            }
            for (u32 i = 0; i < e->projection_count; i++) {
                put(p, shown++ ? STR(", ") : STR("<"));
                put_sym(p, def_row(db, projections[i].assoc)->name);
                put_lit(p, " = ");
                put_ty(p, projections[i].ty);
            }
            if (shown) put_lit(p, ">");
        }
    }
    for (u32 i = 0; i < e->auto_count; i++) {
        if (!first) put_lit(p, " + ");
        first = false;
        put_path(p, existential_autos(db, e)[i], (Args){0});
    }
}

static void put_opaque(Printer *p, Ty ty, const TyRow *row) {
    const Predicates *bounds = item_bounds(p->db, row->def);
    put_lit(p, "impl ");
    bool first = true;
    for (u32 i = 0; bounds && i < bounds->own.count; i++) {
        const Predicate *b = &LIST_AT(bounds, Predicate, bounds->own)[i];
        if (b->kind != PRED_TRAIT || lang_item_of(p->db, b->trait_ref.trait) == LANG_sized)
            continue;
        if (args_get(p->db, b->trait_ref.args, 0).id !=
            ty_opaque(p->db, row->def, generics_identity(p->db, row->def)).id)
            continue;
        if (!first) put_lit(p, " + ");
        first = false;
        put_path(p, b->trait_ref.trait, args_subst(p->db, b->trait_ref.args, row->args));
    }
    if (first) put_lit(p, "Sized");
    (void)ty;
}

static void put_ty(Printer *p, Ty ty) {
    Db *db = p->db;
    const TyRow *row = ty_row(db, ty);
    if (p->depth++ > PRINT_DEPTH_MAX) {
        put_lit(p, "...");
        p->depth--;
        return;
    }
    switch ((TyKind)row->kind) {
#define X(name, text)                                                                              \
    case TY_##name: put_lit(p, text); break;
        TY_ATOMS(X)
#undef X
    case TY_ADT:
    case TY_FOREIGN: put_path(p, row->def, row->args); break;
    case TY_ARRAY:
        put_lit(p, "[");
        put_ty(p, row->elem);
        put_lit(p, "; ");
        put_ty(p, row->len);
        put_lit(p, "]");
        break;
    case TY_SLICE:
        put_lit(p, "[");
        put_ty(p, row->elem);
        put_lit(p, "]");
        break;
    case TY_PTR:
    case TY_REF: {
        put(p, row->kind == TY_REF ? (row->is_mut ? STR("&mut ") : STR("&"))
                                   : (row->is_mut ? STR("*mut ") : STR("*const ")));
        bool parens = false;
        if (ty_kind(db, row->elem) == TY_DYN) {
            const Existential *e = ty_existential(db, row->elem);
            parens = e->auto_count + (e->principal.id != 0) > 1;
        }
        if (parens) put_lit(p, "(");
        put_ty(p, row->elem);
        if (parens) put_lit(p, ")");
        break;
    }
    case TY_TUPLE: {
        u32 count;
        const Ty *tys = ty_elems(db, ty, &count);
        put_lit(p, "(");
        put_tys(p, tys, count);
        if (count == 1) put_lit(p, ",");
        put_lit(p, ")");
        break;
    }
    case TY_FN_DEF: {
        if (p->full) {
            put_path(p, row->def, row->args);
            DefKind kind = def_kind(db, row->def);
            if (kind == DEF_STRUCT || kind == DEF_VARIANT) put_lit(p, "::{{constructor}}");
            break;
        }
        Ty ptr = fn_sig_ptr(db, row->def, row->args);
        if (ty_kind(db, ptr) == TY_FN_PTR) {
            const TyRow *sig = ty_row(db, ptr);
            put_fn_sig(p, sig, sig->args);
        }
        put_lit(p, " {");
        put_path(p, row->def, row->args);
        put_lit(p, "}");
        break;
    }
    case TY_FN_PTR: put_fn_sig(p, row, row->args); break;
    case TY_DYN: put_dyn(p, ty); break;
    case TY_CLOSURE:
        if (p->full)
            put_path(p, row->def, (Args){0});
        else
            put_lit(p, "{closure}");
        break;
    case TY_COROUTINE: put_lit(p, "{coroutine}"); break;
    case TY_PROJECTION: {
        DefId trait = def_row(db, row->def)->parent;
        u32 count = args_count(db, row->args);
        u32 trait_count = min_u32(generics_count(db, trait), count);
        put_lit(p, "<");
        put_ty(p, args_get(db, row->args, 0));
        put_lit(p, " as ");
        put_path(p, trait, args_slice(db, row->args, 0, trait_count));
        put_lit(p, ">::");
        put_sym(p, def_row(db, row->def)->name);
        put_args(p, row->def, row->args, trait_count, count, false);
        break;
    }
    case TY_OPAQUE: put_opaque(p, ty, row); break;
    case TY_PARAM:
    case TY_CONST_PARAM: put_sym(p, row->name); break;
    case TY_PAT:
        put_lit(p, "pattern_type!(");
        put_ty(p, row->elem);
        put_lit(p, " is ");
        {
            u32 count;
            const Ty *ends = args_at(db, row->args, &count);
            for (u32 i = 0; i + 1 < count; i += 2) {
                if (i) put_lit(p, " | ");
                put_ty(p, ends[i]);
                put_lit(p, "..=");
                put_ty(p, ends[i + 1]);
            }
        }
        put_lit(p, ")");
        break;
    case TY_INFER: put_lit(p, "_"); break;
    case TY_INFER_INT: put_lit(p, "{integer}"); break;
    case TY_INFER_FLOAT: put_lit(p, "{float}"); break;
    case TY_PLACEHOLDER: put_lit(p, "_"); break;
    case TY_CONST_VALUE: put_const(p, row); break;
    case TY_CONST_TREE:
        put_lit(p, "{");
        put_ty(p, row->elem);
        put_lit(p, ": ");
        {
            u32 count;
            const Ty *fields = args_at(db, row->args, &count);
            put_tys(p, fields, count);
        }
        put_lit(p, "}");
        break;
    case TY_CONST_UNEVAL:
        if (def_kind(db, row->def) == DEF_ANON_CONST)
            put_lit(p, "{const}");
        else
            put_path(p, row->def, row->args);
        break;
    case TY_CONST_INFER: put_lit(p, "_"); break;
    case TY_CONST_ERROR: put_lit(p, "{const error}"); break;
    case TY_KIND_COUNT: UNREACHABLE();
    }
    p->depth--;
}

static Str printed(Printer *p) {
    vec_push(p->scratch, &p->out, 0);
    return (Str){p->out.at, p->out.count - 1};
}

Str ty_print(Db *db, Ty ty, Scratch *scratch) {
    Printer p = {.db = db, .scratch = scratch};
    put_ty(&p, ty);
    return printed(&p);
}

Str ty_print_full(Db *db, Ty ty, Scratch *scratch) {
    Printer p = {.db = db, .scratch = scratch, .full = true};
    put_ty(&p, ty);
    return printed(&p);
}

Str args_print(Db *db, Args args, Scratch *scratch) {
    Printer p = {.db = db, .scratch = scratch};
    u32 count;
    const Ty *tys = args_at(db, args, &count);
    if (count) {
        put_lit(&p, "<");
        put_tys(&p, tys, count);
        put_lit(&p, ">");
    }
    return printed(&p);
}

Str trait_ref_print(Db *db, TraitRef tr, Scratch *scratch) {
    Printer p = {.db = db, .scratch = scratch};
    put_path(&p, tr.trait, tr.args);
    return printed(&p);
}
