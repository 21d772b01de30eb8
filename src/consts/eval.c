// The queries: values of constants, discriminants, constants in types.

#include "consts/consts_internal.h"

#include <stdlib.h>

typedef struct EvalOut {
    AllocId alloc; // 0: it depends on parameters
} EvalOut;

struct ConstStore *const_store_new(void) {
    ConstStore *store = calloc(1, sizeof *store);
    CHECK(store);
    interner_init(&store->allocs);
    scratch_init(&store->work);
    scratch_init(&store->stack);
    return store;
}

void const_store_free(struct ConstStore *store) {
    if (!store) return;
    interner_deinit(&store->allocs);
    scratch_deinit(&store->work);
    scratch_deinit(&store->stack);
    map_deinit(&store->intrinsics);
    free(store);
}

void const_store_image(struct ConstStore *store, Image *image) {
    image_interner(image, &store->allocs);
    image_map(image, &store->intrinsics);
    image_bytes(image, &store->unique, sizeof store->unique);
}

const ConstAlloc *const_alloc(const Db *db, AllocId alloc) {
    return intern_bytes(&db->consts->allocs, alloc.id, NULL);
}

static AllocId failed_alloc(Db *db) {
    ConstAlloc *alloc = SCRATCH_NEW(&db->scratch, ConstAlloc);
    alloc->align = 1;
    alloc->is_failed = true;
    alloc->bytes = alloc->relocs = (List){sizeof *alloc, 0};
    return (AllocId){intern(&db->consts->allocs, alloc, sizeof *alloc)};
}

// ---- machines
// -------------------------------------------------------------------------------------

typedef struct MachineMarks {
    u64 work, stack;
    u32 depth;
} MachineMarks;

static MachineMarks machine_begin(Db *db, Machine *m, DefId item) {
    ConstStore *store = db->consts;
    *m = (Machine){.db = db, .store = store, .work = &store->work, .item = item};
    return (MachineMarks){scratch_mark(&store->work), scratch_mark(&store->stack), store->depth};
}

static void machine_end(Machine *m, MachineMarks marks) {
    map_deinit(&m->global_of);
    map_deinit(&m->locals_of);
    scratch_rewind(&m->store->work, marks.work);
    scratch_rewind(&m->store->stack, marks.stack);
    m->store->depth = marks.depth;
}

// ---- errors
// ---------------------------------------------------------------------------------------

static Span span_in(Db *db, DefId def, u32 lo, u32 hi) {
    return (Span){SPAN_DEF | ce_text_owner(db, def).id, lo, hi > lo ? hi : lo + 1};
}

static void report(Machine *m) {
    Db *db = m->db;
    if (m->is_quiet || !query_is_running(db)) return;
    FailFrame root = m->fail_root.def.id ? m->fail_root : (FailFrame){.def = m->item};
    Span span = span_in(db, root.def, root.lo, root.hi);
    Str path = ce_path(m, m->item);
    diag_error(db, span, m->code ? m->code : "E0080", "%.*s", STR_ARG(m->message));
    if (!m->notes.len) {
        diag_label(db, span, "evaluation of `%.*s` failed here", STR_ARG(path));
        return;
    }
    FailFrame inner = m->fail_inner;
    diag_label(db, span, "evaluation of `%.*s` failed inside this call", STR_ARG(path));
    diag_label(db, span_in(db, inner.def, inner.lo, inner.hi), "the failure occurred here");
    diag_note(db, "inside %.*s", STR_ARG(m->notes));
}

// ---- literals
// -------------------------------------------------------------------------------------

// `const N: usize = 4;`, `[u8; 16]`, `A = -1`: without type checking and MIR.
static bool literal_bits(Db *db, DefId def, Ty *ty, u128 *bits) {
    DefKind kind = def_kind(db, def);
    if (kind != DEF_CONST && kind != DEF_ASSOC_CONST && kind != DEF_ANON_CONST) return false;
    const HirBody *hir = hir_body(db, def);
    if (!hir) return false;
    const HirExprRow *row = hir_expr(hir, hir->value);
    bool negative = row->kind == HIR_UNARY && row->op == UN_NEG;
    if (negative) row = hir_expr(hir, row->bin.a);
    if (row->kind != HIR_LIT) return false;
    HirLitKind lit = (HirLitKind)row->op;
    if (lit != LIT_INT && lit != LIT_BOOL && lit != LIT_CHAR && lit != LIT_BYTE) return false;
    *ty = type_of(db, def);
    TyKind to = ty_kind(db, *ty);
    bool fits = lit == LIT_INT    ? ty_is_int(to)
                : lit == LIT_BOOL ? to == TY_BOOL
                : lit == LIT_CHAR ? to == TY_CHAR
                                  : to == TY_U8;
    if (!fits || (row->suffix && (u32)TY_BOOL + row->suffix - 1 != (u32)to)) return false;
    u32 bytes = ty_prim_bytes(to);
    u128 value = (u128)row->lit.hi_bits << 64 | row->lit.lo_bits;
    bool sign = ty_is_signed(to);
    if (negative && !sign) return false;
    u128 max = ce_mask_to(~(u128)0, bytes) >> sign;
    if (value > max + (negative ? 1 : 0)) return false;
    *bits = ce_mask_to(negative ? (u128)0 - value : value, bytes);
    return true;
}

// ---- evaluation
// -----------------------------------------------------------------------------------

// The item a trait's constant stands for. False: it depends on parameters, or (reported) there is
// none.
static bool resolve_const(Db *db, DefId *def, Args *args, bool *generic) {
    *generic = false;
    if (def_kind(db, *def) != DEF_ASSOC_CONST || !trait_of_item(db, *def).id) return true;
    if (args_flags(db, *args) & (TY_HAS_PARAM | TY_HAS_INFER | TY_HAS_PLACEHOLDER)) {
        *generic = true;
        return false;
    }
    ResolvedItem item = resolve_assoc_item(db, *def, *args);
    if (!item.def.id) return false;
    *def = item.def;
    *args = item.args;
    return true;
}

static AllocId evaluate(Machine *m, const MirBody *body, Args args, bool is_static) {
    Db *db = m->db;
    bool static_mut = is_static && hir_item(db, m->item)->is_mut;
    m->nested_mut = static_mut;
    ce_run_body(m, body, args);
    if (m->failed) return (AllocId){0};
    Ty ty = m->local_tys.at[0][0].ty; // the first frame's return place
    bool is_mut = static_mut || (is_static && !type_is_freeze(db, ty));
    return alloc_intern_mem(m, &m->stack.at[0], ty, is_mut);
}

static void eval_run(Db *db, u32 key) {
    const u32 *words = types_key_words(db, key);
    DefId def = {words[0]};
    Args args = {words[1]};
    u32 index = words[2];
    EvalOut out = {{0}};
    bool generic, is_static = index == EVAL_STATIC;
    DefId asked = def;
    if (index == EVAL_ITEM && !resolve_const(db, &def, &args, &generic)) {
        if (!generic) {
            out.alloc = failed_alloc(db);
            Str path = def_path_str(db, asked, &db->scratch),
                list = args_print(db, args, &db->scratch);
            diag_error(db, (Span){0}, "E0080", "no value of `%.*s%.*s` was found", STR_ARG(path),
                       STR_ARG(list));
        }
        query_return(db, &out, sizeof out);
        return;
    }
    Machine m;
    MachineMarks marks = machine_begin(db, &m, def);
    Ty ty;
    u128 bits;
    if (index == EVAL_ITEM && literal_bits(db, def, &ty, &bits)) {
        u32 local =
            mem_new_local(&m, ty_prim_bytes(ty_kind(db, ty)), ty_prim_bytes(ty_kind(db, ty)));
        scal_store(m.stack.at[local].bytes, m.stack.at[local].mask, (u32)m.stack.at[local].size,
                   scal_int(bits));
        out.alloc = alloc_intern_mem(&m, &m.stack.at[local], ty, false);
        machine_end(&m, marks);
        query_return(db, &out, sizeof out);
        return;
    }
    const MirBody *body = mir_of(db, def);
    if (body && !body->is_error && index != EVAL_ITEM && !is_static)
        body = index - 1 < body->promoted_count ? mir_promoted(db, def, index - 1) : NULL;
    if (!body) {
        ce_fail(&m, "a constant without a value");
    } else if (body->is_error) {
        Str reason = symbol_str(&db->symbols, body->reason);
        if (reason.len)
            ce_fail(&m, "%.*s in a constant", STR_ARG(reason));
        else
            ce_fail_quiet(&m);
    } else {
        out.alloc = evaluate(&m, body, args, is_static);
    }
    bool too_generic = m.too_generic;
    if (m.failed && !too_generic) report(&m);
    bool failed = m.failed;
    machine_end(&m, marks);
    if (failed) out.alloc = too_generic ? (AllocId){0} : failed_alloc(db);
    query_return(db, &out, sizeof out);
}

AllocId ce_eval_item(Db *db, DefId def, Args args, u32 index) {
    u32 words[3] = {def.id, args.id, index};
    const EvalOut *out = query_get(db, Q_const_eval, types_key(db, words, 3));
    if (out) return out->alloc;
    if (query_is_running(db)) {
        Str path = def_path_str(db, def, &db->scratch);
        diag_error(db, span_in(db, def, 0, 0), "E0391", "cycle detected when evaluating `%.*s`",
                   STR_ARG(path));
    }
    return failed_alloc(db);
}

static const ConstAlloc *eval_alloc(Db *db, DefId def, Args args, u32 index) {
    AllocId id = ce_eval_item(db, def, args, index);
    const ConstAlloc *alloc = const_alloc(db, id.id ? id : failed_alloc(db));
    if (alloc->is_failed) {
        u32 words[3] = {def.id, args.id, index};
        db->consts->last_failed = types_key(db, words, 3);
    }
    return alloc;
}

ConstEvalKey const_eval_key(const Db *db, u32 key) {
    const u32 *words = types_key_words(db, key);
    bool is_static = words[2] == EVAL_STATIC;
    return (ConstEvalKey){.def = {words[0]},
                          .args = {words[1]},
                          .promoted = is_static ? 0 : words[2],
                          .is_static = is_static};
}

u32 const_failed_query(const Db *db) {
    return db->consts->last_failed;
}

const ConstAlloc *const_eval(Db *db, DefId def, Args args) {
    return eval_alloc(db, def, args, EVAL_ITEM);
}
const ConstAlloc *const_eval_promoted(Db *db, DefId def, Args args, u32 index) {
    return eval_alloc(db, def, args, index + 1);
}
const ConstAlloc *static_initializer(Db *db, DefId def) {
    return eval_alloc(db, def, (Args){0}, EVAL_STATIC);
}

// ---- constants in types
// ---------------------------------------------------------------------------

static Ty normalized(Db *db, Ty konst) {
    const TyRow row = *ty_row(db, konst);
    if (row.kind != TY_CONST_UNEVAL) return konst;
    u32 flags = args_flags(db, row.args);
    if (flags & (TY_HAS_INFER | TY_HAS_PLACEHOLDER)) return konst;
    // An anonymous constant may name its item's parameters without depending on them.
    bool is_anon = def_kind(db, row.def) == DEF_ANON_CONST;
    if ((flags & TY_HAS_PARAM) && !is_anon) return konst;
    Args args = row.args;
    if (!(flags & TY_HAS_PARAM)) args = normalize_concrete_args(db, args);
    AllocId id = ce_eval_item(db, row.def, args, EVAL_ITEM);
    if (!id.id) return konst;
    const ConstAlloc *alloc = const_alloc(db, id);
    if (alloc->is_failed) return TY_OF(ERROR);
    Machine m;
    MachineMarks marks = machine_begin(db, &m, row.def);
    Ty value = ce_alloc_to_const(&m, id, alloc->ty);
    machine_end(&m, marks);
    return value.id ? value : konst;
}

static void norm_run(Db *db, u32 key) {
    Ty out = normalized(db, (Ty){key});
    query_return(db, &out, sizeof out);
}

Ty const_normalize(Db *db, Ty konst) {
    if (ty_kind(db, konst) != TY_CONST_UNEVAL) return konst;
    const Ty *out = query_get(db, Q_const_normalize, konst.id);
    return out && out->id ? *out : konst;
}

bool const_bits(Db *db, Ty konst, u64 *lo, u64 *hi) {
    const TyRow *row = ty_row(db, const_normalize(db, konst));
    *lo = *hi = 0;
    if (row->kind != TY_CONST_VALUE) return false;
    *lo = row->lo_bits;
    *hi = row->hi_bits;
    return true;
}

bool const_usize_value(Db *db, Ty konst, u64 *value) {
    u64 hi;
    return const_bits(db, konst, value, &hi);
}

const ConstAlloc *const_ty_alloc(Db *db, Ty konst) {
    konst = const_normalize(db, konst);
    const TyRow *row = ty_row(db, konst);
    if (row->kind != TY_CONST_VALUE && row->kind != TY_CONST_TREE) return NULL;
    Machine m;
    MachineMarks marks = machine_begin(db, &m, (DefId){0});
    Place p = ce_temp_place(&m, row->elem);
    ce_write_const_ty(&m, p, konst);
    AllocId id = {0};
    if (!m.failed) id = alloc_intern_mem(&m, mem_find(&m, (u64)p.addr.bits), row->elem, false);
    bool failed = m.failed;
    machine_end(&m, marks);
    return failed ? NULL : const_alloc(db, id);
}

// ---- discriminants
// --------------------------------------------------------------------------------

static void discriminants_run(Db *db, u32 key) {
    DefId def = {key};
    const AdtDef *adt = adt_def(db, def);
    u32 count = adt->variants.count;
    Ty ty = discriminant_ty(db, ty_adt(db, def, generics_identity(db, def)));
    u32 bytes = ty_prim_bytes(ty_kind(db, ty));
    u64 *words = SCRATCH_ARRAY(&db->scratch, u64, 2 * count + 1);
    i128 next = 0;
    for (u32 i = 0; i < count; i++) {
        const AdtVariant *v = adt_variant(adt, i);
        if (v->has_explicit_discr && v->discr.id) {
            AllocId id = ce_eval_item(db, v->discr, generics_identity(db, v->discr), EVAL_ITEM);
            const ConstAlloc *alloc = id.id ? const_alloc(db, id) : NULL;
            if (alloc && !alloc->is_failed && alloc->size <= 16 && alloc->relocs.count == 0) {
                u64 value[2] = {0, 0};
                memcpy(value, LIST_AT(alloc, u8, alloc->bytes), alloc->size);
                next = ce_sext((u128)value[1] << 64 | value[0],
                               ty_is_signed(ty_kind(db, ty)) ? alloc->size : 16);
            }
        }
        u128 bits = ce_mask_to((u128)next, bytes);
        i128 stored = ty_is_signed(ty_kind(db, ty)) ? ce_sext(bits, bytes) : (i128)bits;
        words[2 * i] = (u64)(u128)stored;
        words[2 * i + 1] = (u64)((u128)stored >> 64);
        next = (i128)((u128)next + 1);
    }
    Blob blob;
    blob_begin(&blob, &db->scratch, sizeof(Discriminants));
    List values = blob_add(&blob, words, 2 * count, sizeof(u64));
    ((Discriminants *)blob_header(&blob))->values = values;
    query_return_blob(db, &blob);
}

i128 discriminant_value(Db *db, DefId enum_def, u32 variant) {
    const Discriminants *d = query_get(db, Q_discriminants, enum_def.id);
    if (!d || 2 * variant + 1 >= d->values.count) return variant;
    const u64 *words = LIST_AT(d, u64, d->values);
    return (i128)((u128)words[2 * variant + 1] << 64 | words[2 * variant]);
}

void consts_register(Db *db) {
    query_register(db, Q_const_eval, eval_run);
    query_register(db, Q_const_normalize, norm_run);
    query_register(db, Q_discriminants, discriminants_run);
}
