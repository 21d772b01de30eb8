// Names of instances: Rust's v0 mangling (RFC 2603; the rustc book, "v0 Symbol Format"), built as
// rustc builds it, so that two compilers give a function of the program one name.
//
// Where rac's names differ: crates are written without their hash, and lifetimes are erased before
// anything is mangled. Of the bound lifetimes of `fn(&T)` and `dyn Fn(&T)` the references tell: one
// each, as elided lifetimes have it.
//
// A definition's number among those of its name and enclosing definition is counted as rustc counts
// it: blocks are no definitions there, and closures are children of closures.

#include "infer/typeck.h"
#include "mono/mono_internal.h"
#include "symbols/v0.h"

typedef struct Namer {
    Db *db;
    V0Builder b;
    // The binder being written: its lifetimes, and how many of them were written. Depth counts
    // those of binders around it.
    u32 depth, bound, used;
    bool in_binder, in_output;
} Namer;

static void put_path(Namer *n, V0Kind kind, DefId def, Args args);
static void put_type(Namer *n, Ty ty);
static void put_const(Namer *n, Ty konst);

// ---- definitions as rustc numbers them ----------------------------------------------------------

static const HirClosure *closure_row(Db *db, DefId closure, const HirBody **body) {
    *body = hir_body(db, def_row(db, closure)->parent);
    if (!*body) return NULL;
    for (u32 i = 1; i < (*body)->t.closures.count; i++) { // row 0 is none
        const HirClosure *row = HIR_AT(*body, HirClosure, closures, i);
        if (def_eq(row->def, closure)) return row;
    }
    return NULL;
}

static DefId real_parent(Db *db, DefId def) {
    if (def_kind(db, def) == DEF_CLOSURE) {
        const HirBody *body;
        const HirClosure *row = closure_row(db, def, &body);
        if (row && row->outer) return HIR_AT(body, HirClosure, closures, row->outer - 1)->def;
    }
    DefId parent = def_row(db, def)->parent;
    while (parent.id &&
           (def_kind(db, parent) == DEF_BLOCK || def_kind(db, parent) == DEF_FOREIGN_MOD))
        parent = def_row(db, parent)->parent;
    return parent;
}

static bool is_type_namespace(DefKind kind) {
    switch (kind) {
    case DEF_MOD:
    case DEF_STRUCT:
    case DEF_UNION:
    case DEF_ENUM:
    case DEF_VARIANT:
    case DEF_TRAIT:
    case DEF_TRAIT_ALIAS:
    case DEF_TY_ALIAS:
    case DEF_FOREIGN_TY:
    case DEF_ASSOC_TY: return true;
    default: return false;
    }
}

static bool counted_alike(DefKind a, DefKind b) {
    if (a == DEF_IMPL || b == DEF_IMPL) return a == b;
    return is_type_namespace(a) == is_type_namespace(b);
}

// Items of blocks: those before it in the body that have the same name.
static u32 number_in_blocks(Db *db, DefId def) {
    DefRow row = *def_row(db, def);
    if (row.kind == DEF_IMPL)
        return def_number(db, def); // named by their headers, counted together
    DefId owner = def_row(db, row.parent)->parent;
    u32 number = 0, count = body_def_count(db, owner);
    for (u32 i = 0; i < count; i++) {
        DefId id = body_def(db, owner, i);
        if (def_eq(id, def)) break;
        const DefRow *other = def_row(db, id);
        number += other->name.id == row.name.id && def_eq(other->parent, row.parent) &&
                  counted_alike((DefKind)other->kind, (DefKind)row.kind);
    }
    return number;
}

static bool is_nameless_const(DefKind kind) {
    return kind == DEF_ANON_CONST || kind == DEF_INLINE_CONST;
}

// Their own numbers are places in trees: these tell the order.
static u32 number_of_const(Db *db, DefId def) {
    const DefRow *row = def_row(db, def);
    (void)hir_body(db, row->parent); // which makes them all
    u32 number = 0;
    for (u32 id = row->parent.id + 1; id < def_count(db); id++) {
        const DefRow *other = def_row(db, (DefId){id});
        number += def_eq(other->parent, row->parent) && is_nameless_const((DefKind)other->kind) &&
                  other->disambiguator < row->disambiguator;
    }
    return number;
}

static u32 number_of(Db *db, DefId def) {
    const DefRow *row = def_row(db, def);
    if (is_nameless_const((DefKind)row->kind)) return number_of_const(db, def);
    if (row->kind == DEF_CLOSURE) {
        const HirBody *body;
        const HirClosure *closure = closure_row(db, def, &body);
        if (!closure) return row->disambiguator;
        u32 number = 0;
        for (u32 i = 1; i < body->t.closures.count; i++) {
            const HirClosure *other = HIR_AT(body, HirClosure, closures, i);
            if (other == closure) break;
            number += other->outer == closure->outer;
        }
        return number;
    }
    if (row->parent.id && def_kind(db, row->parent) == DEF_BLOCK) return number_in_blocks(db, def);
    return def_number(db, def);
}

static char namespace_tag(DefKind kind) {
    if (is_type_namespace(kind)) return 't';
    switch (kind) {
    case DEF_CLOSURE: return 'C';
    case DEF_ANON_CONST:
    case DEF_INLINE_CONST: return 'K';
    case DEF_OPAQUE_TY: return 'i';
    case DEF_GLOBAL_ASM: return 'a';
    default: return 'v';
    }
}

// ---- paths --------------------------------------------------------------------------------------

static void put_args(Namer *n, Args args, u32 first, u32 end) {
    for (u32 i = first; i < end; i++) {
        Ty arg = args_get(n->db, args, i);
        if (ty_is_const(n->db, arg)) {
            v0_char(&n->b, 'K');
            put_const(n, arg);
        } else {
            put_type(n, arg);
        }
    }
}

// Where a definition's own arguments begin and end, those that equal their default left out.
static void own_args(Db *db, DefId def, Args args, u32 *first, u32 *end) {
    const Generics *g = generics_of(db, def);
    *first = g->parent_count;
    *end = g->params.count;
    while (*end > *first) {
        Ty usual = param_default(db, def, *end - 1);
        if (!usual.id ||
            !ty_eq(normalize_concrete(db, ty_subst(db, usual, args)), args_get(db, args, *end - 1)))
            break;
        --*end;
    }
}

static void put_crate(Namer *n, DefId root) {
    const CrateRow *crate = crate_row(n->db, def_crate(n->db, root));
    v0_crate(&n->b, STR(""), symbol_str(&n->db->symbols, crate->name));
}

static void put_impl(Namer *n, DefId impl, Args args) {
    Db *db = n->db;
    const ImplHeader *header = impl_header(db, impl);
    Ty self = header->self_ty;
    TraitRef trait = header->trait_ref;
    // An item inside of a method knows nothing of the impl's arguments: its header is as written.
    bool concrete = generics_count(db, impl) <= args_count(db, args);
    if (concrete) {
        self = normalize_concrete(db, ty_subst(db, self, args));
        if (trait.trait.id)
            trait.args = normalize_concrete_args(db, args_subst(db, trait.args, args));
    }
    v0_char(&n->b, trait.trait.id ? 'X' : 'M');
    v0_disambiguator(&n->b, number_of(db, impl));
    put_path(n, V0_PATH, real_parent(db, impl), (Args){0});
    put_type(n, self);
    if (trait.trait.id) put_path(n, V0_PATH, trait.trait, trait.args);
}

static void put_item(Namer *n, DefId def, Args args) {
    Db *db = n->db;
    DefKind kind = def_kind(db, def);
    DefId parent = real_parent(db, def);
    u32 count = args_count(db, args), parent_count = 0;
    Args parent_args = args;
    if (count && kind != DEF_VARIANT && kind != DEF_CLOSURE && kind != DEF_ANON_CONST &&
        kind != DEF_INLINE_CONST) {
        u32 first, end;
        own_args(db, def, args, &first, &end);
        // Self is a trait's own, yet nobody writes it.
        parent_count = kind == DEF_TRAIT ? 0 : first;
        parent_args = args_slice(db, args, 0, min_u32(parent_count, count));
        if (end > first && count >= generics_count(db, def)) {
            v0_char(&n->b, 'I');
            put_path(n, V0_PATH, def, parent_args);
            put_args(n, args, first, end);
            v0_char(&n->b, 'E');
            return;
        }
        if (generics_count(db, def) > parent_count && count > parent_count) {
            put_path(n, V0_PATH, def, parent_args); // all of its own are defaults
            return;
        }
    }
    v0_char(&n->b, 'N');
    v0_char(&n->b, namespace_tag(kind));
    if (parent_count && def_kind(db, parent) == DEF_TRAIT) {
        v0_char(&n->b, 'Y');
        put_type(n, args_get(db, args, 0));
        put_path(n, V0_PATH, parent, parent_args);
    } else {
        put_path(n, kind == DEF_CLOSURE ? V0_PARENT : V0_PATH, parent, parent_args);
    }
    v0_ident(&n->b, number_of(db, def), symbol_str(&db->symbols, def_row(db, def)->name));
}

static bool args_are_bound(Namer *n, Args args);

static void put_path(Namer *n, V0Kind kind, DefId def, Args args) {
    DefKind what = def_kind(n->db, def);
    // Only closures are remembered with all their arguments and, apart, with their parent's.
    if (kind == V0_PARENT && what != DEF_CLOSURE) kind = V0_PATH;
    u64 key = pack_u64(def.id, args.id);
    if (args_are_bound(n, args)) key = 0;
    u32 at;
    if (!v0_open(&n->b, kind, key, &at)) return;
    if (what == DEF_MOD && !def_row(n->db, def)->parent.id)
        put_crate(n, def);
    else if (what == DEF_IMPL)
        put_impl(n, def, args);
    else
        put_item(n, def, args);
    v0_close(&n->b, kind, key, at);
}

// A constructor: the child without a name of its struct or variant.
static void put_ctor(Namer *n, DefId def, Args args) {
    v0_text(&n->b, STR("Nc"));
    put_path(n, V0_PATH, def, args);
    v0_undisambiguated_ident(&n->b, STR(""));
}

static void put_variant(Namer *n, DefId variant, Args args) {
    // A variant has its enum's arguments, written after the enum.
    put_path(n, V0_PATH, variant, args);
}

static void put_fn_path(Namer *n, DefId def, Args args) {
    DefKind kind = def_kind(n->db, def);
    if (kind == DEF_STRUCT || kind == DEF_VARIANT)
        put_ctor(n, def, args);
    else
        put_path(n, V0_PATH, def, args);
}

// ---- types --------------------------------------------------------------------------------------

// References of a function's types stand for a bound lifetime each; those inside of other functions
// belong to them.
static u32 count_refs(Namer *n, Ty ty);

static u32 count_refs_list(Namer *n, Args args) {
    u32 count, refs = 0;
    const Ty *tys = args_at(n->db, args, &count);
    for (u32 i = 0; i < count; i++)
        refs += count_refs(n, tys[i]);
    return refs;
}

static u32 count_refs(Namer *n, Ty ty) {
    const TyRow *row = ty_row(n->db, ty);
    switch ((TyKind)row->kind) {
    case TY_REF: return 1 + count_refs(n, row->elem);
    case TY_PTR:
    case TY_ARRAY:
    case TY_SLICE: return count_refs(n, row->elem);
    case TY_ADT:
    case TY_TUPLE: return count_refs_list(n, row->args);
    default: return 0;
    }
}

static bool args_are_bound(Namer *n, Args args) {
    return n->in_binder && count_refs_list(n, args) != 0;
}

static void put_bound_lifetime(Namer *n) {
    // In the output the one lifetime of the inputs is meant; where there are several, none can be
    // elided, and what was written is not known any more.
    u32 which = n->in_output ? 0 : n->used++;
    if (n->in_output && n->bound != 1) return;
    v0_char(&n->b, 'L');
    v0_base62(&n->b, n->bound - which);
}

typedef struct Binder {
    u32 depth, bound, used;
    bool in_binder, in_output;
} Binder;

static Binder binder_enter(Namer *n, u32 bound) {
    Binder before = {n->depth, n->bound, n->used, n->in_binder, n->in_output};
    v0_opt_base62(&n->b, 'G', bound);
    n->depth += n->bound;
    n->bound = bound;
    n->used = 0;
    n->in_binder = bound != 0;
    n->in_output = false;
    return before;
}

static void binder_leave(Namer *n, Binder before) {
    n->depth = before.depth;
    n->bound = before.bound;
    n->used = before.used;
    n->in_binder = before.in_binder;
    n->in_output = before.in_output;
}

static void put_fn_ptr(Namer *n, const TyRow *row) {
    u32 count;
    const Ty *tys = args_at(n->db, row->args, &count);
    u32 bound = 0;
    for (u32 i = 0; i + 1 < count; i++)
        bound += count_refs(n, tys[i]);
    Binder before = binder_enter(n, bound);
    if (row->is_unsafe) v0_char(&n->b, 'U');
    switch ((HirAbi)row->abi) {
    case ABI_RUST: break;
    case ABI_C: v0_text(&n->b, STR("KC")); break;
    case ABI_RUST_CALL: v0_text(&n->b, STR("K9rust_call")); break;
    case ABI_RUST_INTRINSIC: v0_text(&n->b, STR("K14rust_intrinsic")); break;
    case ABI_SYSTEM: v0_text(&n->b, STR("K6system")); break;
    case ABI_OTHER: v0_text(&n->b, STR("K5other")); break;
    }
    for (u32 i = 0; i + 1 < count; i++)
        put_type(n, tys[i]);
    if (row->is_variadic) v0_char(&n->b, 'v');
    v0_char(&n->b, 'E');
    n->in_output = true;
    put_type(n, tys[count - 1]);
    binder_leave(n, before);
}

static bool is_fn_trait(Db *db, DefId trait) {
    LangItem lang = lang_item_of(db, trait);
    return lang == LANG_fn || lang == LANG_fn_mut || lang == LANG_fn_once;
}

// The principal with Self left out: as a path, `trait` with the arguments after it.
static void put_principal(Namer *n, const Existential *e) {
    Db *db = n->db;
    u64 key = args_are_bound(n, e->args) ? 0 : pack_u64(e->principal.id, e->args.id);
    u32 at;
    if (!v0_open(&n->b, V0_PRINCIPAL, key, &at)) return;
    // A Self that equals no default.
    Ty nobody = ty_param(db, 0, SYM_OF(none));
    Args full = args_concat(db, args_intern(db, &nobody, 1), e->args);
    u32 first, end;
    own_args(db, e->principal, full, &first, &end);
    if (end > first) v0_char(&n->b, 'I');
    put_path(n, V0_PATH, e->principal, (Args){0});
    put_args(n, full, first, end);
    if (end > first) v0_char(&n->b, 'E');
    v0_close(&n->b, V0_PRINCIPAL, key, at);
}

static void put_dyn(Namer *n, Ty ty) {
    Db *db = n->db;
    const Existential *e = ty_existential(db, ty);
    v0_char(&n->b, 'D');
    bool is_fn = e->principal.id && is_fn_trait(db, e->principal);
    Binder before = binder_enter(n, is_fn ? count_refs_list(n, e->args) : 0);
    if (e->principal.id) put_principal(n, e);
    const ExProjection *projections = existential_projections(db, e);
    n->in_output = true;
    for (u32 i = 0; i < e->projection_count; i++) {
        v0_char(&n->b, 'p');
        v0_undisambiguated_ident(&n->b,
                                 symbol_str(&db->symbols, def_row(db, projections[i].assoc)->name));
        if (ty_is_const(db, projections[i].ty)) {
            v0_char(&n->b, 'K');
            put_const(n, projections[i].ty);
        } else {
            put_type(n, projections[i].ty);
        }
    }
    const DefId *autos = existential_autos(db, e);
    for (u32 i = 0; i < e->auto_count; i++)
        put_path(n, V0_PATH, autos[i], (Args){0});
    binder_leave(n, before);
    v0_text(&n->b, STR("EL_"));
}

static void put_pattern(Namer *n, const TyRow *row) {
    u32 count;
    const Ty *ends = args_at(n->db, row->args, &count);
    v0_char(&n->b, 'W');
    put_type(n, row->elem);
    if (count > 2) v0_char(&n->b, 'O');
    for (u32 i = 0; i + 1 < count; i += 2) {
        v0_char(&n->b, 'R');
        put_const(n, ends[i]);
        put_const(n, ends[i + 1]);
    }
    if (count > 2) v0_char(&n->b, 'E');
}

// The text of a type that is never remembered; NULL for others.
static const char *basic_type(Db *db, Ty ty) {
    switch (ty_kind(db, ty)) {
    case TY_BOOL: return "b";
    case TY_CHAR: return "c";
    case TY_STR: return "e";
    case TY_I8: return "a";
    case TY_I16: return "s";
    case TY_I32: return "l";
    case TY_I64: return "x";
    case TY_I128: return "n";
    case TY_ISIZE: return "i";
    case TY_U8: return "h";
    case TY_U16: return "t";
    case TY_U32: return "m";
    case TY_U64: return "y";
    case TY_U128: return "o";
    case TY_USIZE: return "j";
    case TY_F16: return "C3f16";
    case TY_F32: return "f";
    case TY_F64: return "d";
    case TY_F128: return "C4f128";
    case TY_NEVER: return "z";
    case TY_TUPLE: return args_count(db, ty_row(db, ty)->args) ? NULL : "u";
    case TY_PARAM: return "p";
    default: return NULL;
    }
}

static void put_type(Namer *n, Ty ty) {
    Db *db = n->db;
    const char *basic = basic_type(db, ty);
    if (basic) {
        v0_text(&n->b, str_from(basic));
        return;
    }
    u64 key = n->in_binder && count_refs(n, ty) ? 0 : ty.id;
    u32 at;
    if (!v0_open(&n->b, V0_TYPE, key, &at)) return;
    const TyRow *row = ty_row(db, ty);
    switch ((TyKind)row->kind) {
    case TY_REF:
        v0_char(&n->b, row->is_mut ? 'Q' : 'R');
        if (n->in_binder) put_bound_lifetime(n);
        put_type(n, row->elem);
        break;
    case TY_PTR:
        v0_char(&n->b, row->is_mut ? 'O' : 'P');
        put_type(n, row->elem);
        break;
    case TY_PAT: put_pattern(n, row); break;
    case TY_ARRAY:
        v0_char(&n->b, 'A');
        put_type(n, row->elem);
        put_const(n, row->len);
        break;
    case TY_SLICE:
        v0_char(&n->b, 'S');
        put_type(n, row->elem);
        break;
    case TY_TUPLE:
        v0_char(&n->b, 'T');
        put_args(n, row->args, 0, args_count(db, row->args));
        v0_char(&n->b, 'E');
        break;
    case TY_FN_DEF: put_fn_path(n, row->def, row->args); break;
    case TY_ADT:
    case TY_CLOSURE:
    case TY_COROUTINE:
    case TY_PROJECTION: put_path(n, V0_PATH, row->def, row->args); break;
    case TY_FOREIGN: put_path(n, V0_PATH, row->def, (Args){0}); break;
    case TY_FN_PTR:
        v0_char(&n->b, 'F');
        put_fn_ptr(n, row);
        break;
    case TY_DYN: put_dyn(n, ty); break;
    default: v0_char(&n->b, 'p'); break; // nothing that is compiled has others
    }
    v0_close(&n->b, V0_TYPE, key, at);
}

// ---- constants ----------------------------------------------------------------------------------

static void put_bits(Namer *n, Ty ty, u64 lo, u64 hi) {
    TyKind kind = ty_kind(n->db, ty);
    u128 bits = (u128)hi << 64 | lo;
    bool negative = false;
    if (ty_is_signed(kind)) {
        u32 unused = 128 - 8 * ty_prim_bytes(kind);
        i128 value = (i128)(bits << unused) >> unused;
        negative = value < 0;
        bits = negative ? 0 - (u128)value : (u128)value;
    }
    put_type(n, ty);
    v0_hex(&n->b, bits, negative);
}

static void put_text(Namer *n, const Ty *bytes, u32 count) {
    static const char digits[] = "0123456789abcdef";
    v0_char(&n->b, 'e');
    for (u32 i = 0; i < count; i++) {
        u64 byte = ty_row(n->db, bytes[i])->lo_bits;
        v0_char(&n->b, digits[byte >> 4 & 15]);
        v0_char(&n->b, digits[byte & 15]);
    }
    v0_char(&n->b, '_');
}

static void put_adt_const(Namer *n, const TyRow *adt_row, u32 variant, const Ty *fields,
                          u32 count) {
    Db *db = n->db;
    const AdtDef *adt = adt_def(db, adt_row->def);
    const AdtVariant *v = adt_variant(adt, variant < adt->variants.count ? variant : 0);
    v0_char(&n->b, 'V');
    put_variant(n, v->def, adt_row->args);
    if (v->ctor == CTOR_UNIT) {
        v0_char(&n->b, 'U');
        return;
    }
    bool named = v->ctor != CTOR_TUPLE;
    v0_char(&n->b, named ? 'S' : 'T');
    for (u32 i = 0; i < count && i < v->field_count; i++) {
        if (named) v0_ident(&n->b, 0, symbol_str(&db->symbols, adt_field(adt, v, i)->name));
        put_const(n, fields[i]);
    }
    v0_char(&n->b, 'E');
}

static void put_tree(Namer *n, const TyRow *row) {
    Db *db = n->db;
    const TyRow *ty = ty_row(db, row->elem);
    u32 count;
    const Ty *parts = args_at(db, row->args, &count);
    u32 variant = count ? (u32)ty_row(db, parts[0])->lo_bits : 0;
    const Ty *fields = count ? parts + 1 : parts;
    u32 field_count = count ? count - 1 : 0;
    switch ((TyKind)ty->kind) {
    case TY_REF:
        v0_char(&n->b, ty->is_mut ? 'Q' : 'R');
        if (ty_kind(db, ty->elem) == TY_STR) {
            put_text(n, fields, field_count);
            return;
        }
        break;
    case TY_ADT: put_adt_const(n, ty, variant, fields, field_count); return;
    default: break;
    }
    v0_char(&n->b, ty->kind == TY_TUPLE ? 'T' : 'A');
    for (u32 i = 0; i < field_count; i++)
        put_const(n, fields[i]);
    v0_char(&n->b, 'E');
}

static void put_const(Namer *n, Ty konst) {
    Db *db = n->db;
    if (konst.id && ty_kind(db, konst) == TY_CONST_UNEVAL) {
        const Ty *value = query_get(db, Q_const_normalize, konst.id);
        if (value) konst = *value;
    }
    const TyRow *row = ty_row(db, konst);
    if (row->kind == TY_CONST_UNEVAL) {
        put_path(n, V0_PATH, row->def, row->args);
        return;
    }
    if (row->kind != TY_CONST_VALUE && row->kind != TY_CONST_TREE) {
        v0_char(&n->b, 'p');
        return;
    }
    u32 at;
    if (!v0_open(&n->b, V0_CONST, konst.id, &at)) return;
    if (row->kind == TY_CONST_VALUE)
        put_bits(n, row->elem, row->lo_bits, row->hi_bits);
    else
        put_tree(n, row);
    v0_close(&n->b, V0_CONST, konst.id, at);
}

// ---- instances ----------------------------------------------------------------------------------

static void put_shim(Namer *n, const char *kind, DefId def, Args args) {
    v0_text(&n->b, STR("NS"));
    put_fn_path(n, def, args);
    v0_undisambiguated_ident(&n->b, str_from(kind));
}

static void put_closure_once(Namer *n, const InstanceRow *row) {
    Db *db = n->db;
    Ty closure = ty_closure(db, row->def, row->args);
    DefId trait = lang_item(db, LANG_fn_once);
    DefId method =
        assoc_item_named(db, trait, symbol_intern(&db->symbols, STR("call_once")), ASSOC_FN);
    u32 count;
    const Ty *sig = args_at(db, closure_sig_tys(db, closure), &count);
    Ty args[2] = {closure, normalize_concrete(db, ty_tuple(db, sig, count ? count - 1 : 0))};
    put_path(n, V0_PATH, method, args_intern(db, args, 2));
}

static void put_clone(Namer *n, Ty ty) {
    Db *db = n->db;
    DefId method = assoc_item_named(db, lang_item(db, LANG_clone),
                                    symbol_intern(&db->symbols, STR("clone")), ASSOC_FN);
    put_path(n, V0_PATH, method, args_intern(db, &ty, 1));
}

// Whether other crates may have made the same function: the name then ends in the crate that did.
static bool needs_crate(Db *db, const InstanceRow *row) {
    if (row->kind != INST_ITEM || args_count(db, row->args)) return true;
    DefKind kind = def_kind(db, row->def);
    if (kind != DEF_FN && kind != DEF_ASSOC_FN) return true;
    u32 flags = def_attrs(db, row->def)->flags;
    if (!crate_row(db, def_crate(db, row->def))->is_local) return true;
    return (flags & DEF_ATTR_INLINE) && !(flags & DEF_ATTR_INLINE_ALWAYS);
}

static CrateId user_crate(Db *db) {
    for (u32 i = 1; i <= crate_count(db); i++)
        if (crate_row(db, (CrateId){i})->is_local) return (CrateId){i};
    return (CrateId){0};
}

Str mono_symbol_name(Db *db, InstanceId instance, Scratch *scratch) {
    InstanceRow row = *instance_row(db, instance);
    static const char *const allocator[] = {"alloc", "dealloc", "realloc", "alloc_zeroed"};
    if (row.kind == INST_GLOBAL_ALLOC)
        return scratch_print(scratch, "_rac.%s", allocator[row.index]);
    if (row.kind == INST_MAIN) return STR("_rac.entry"); // called by the `main` that link/ adds
    if (row.kind == INST_ITEM &&
        (def_kind(db, row.def) == DEF_FN || def_kind(db, row.def) == DEF_ASSOC_FN)) {
        const DefAttrs *attrs = def_attrs(db, row.def);
        if (attrs->link_name.id) return symbol_str(&db->symbols, attrs->link_name);
        if (attrs->flags & DEF_ATTR_NO_MANGLE)
            return symbol_str(&db->symbols, def_row(db, row.def)->name);
    }
    Namer n = {.db = db};
    v0_begin(&n.b, scratch);
    switch ((InstanceKind)row.kind) {
    case INST_ITEM:
    case INST_FN_PTR_SHIM:
    case INST_VIRTUAL:
    case INST_INTRINSIC:
    case INST_EXTERN: put_fn_path(&n, row.def, row.args); break;
    case INST_DROP_GLUE:
        put_path(&n, V0_PATH, lang_item(db, LANG_drop_in_place), args_intern(db, &row.ty, 1));
        break;
    case INST_VTABLE_SHIM: put_shim(&n, "vtable", row.def, row.args); break;
    case INST_REIFY_SHIM: put_shim(&n, "reify", row.def, row.args); break;
    case INST_CLOSURE_ONCE_SHIM: put_closure_once(&n, &row); break;
    case INST_CLONE_SHIM: put_clone(&n, row.ty); break;
    case INST_GLOBAL_ALLOC:
    case INST_MAIN: UNREACHABLE();
    }
    CrateId crate = user_crate(db);
    if (crate.id && needs_crate(db, &row))
        put_path(&n, V0_PATH, crate_row(db, crate)->root, (Args){0});
    return v0_end(&n.b);
}
