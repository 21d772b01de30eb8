// Instances: interning, resolving calls to them, their signatures.

#include "layout/layout_internal.h"

#include <stdlib.h>

struct LayoutStore *layout_store_new(void) {
    struct LayoutStore *store = calloc(1, sizeof *store);
    CHECK(store);
    interner_init(&store->abis);
    interner_init_rows(&store->instances, sizeof(InstanceRow));
    return store;
}

void layout_store_free(struct LayoutStore *store) {
    if (!store) return;
    interner_deinit(&store->abis);
    interner_deinit(&store->instances);
    free(store);
}

void layout_store_image(struct LayoutStore *store, Image *image) {
    image_interner(image, &store->abis);
    image_interner(image, &store->instances);
}

InstanceId instance_intern(Db *db, InstanceRow row) {
    InstanceRow clean;
    memset(&clean, 0, sizeof clean);
    clean.kind = row.kind;
    clean.def = row.def;
    clean.args = row.args;
    clean.ty = row.ty;
    clean.index = row.index;
    return (InstanceId){intern(&db->layouts->instances, &clean, sizeof clean)};
}

const InstanceRow *instance_row(const Db *db, InstanceId instance) {
    return intern_row(&db->layouts->instances, instance.id, sizeof(InstanceRow));
}

// Which of call, call_mut, call_once a Fn* method is: 0 Fn, 1 FnMut, 2 FnOnce.
static u32 fn_trait_kind(Db *db, DefId trait) {
    LangItem item = lang_item_of(db, trait);
    return item == LANG_fn ? 0 : item == LANG_fn_mut ? 1 : 2;
}

static InstanceId resolve_trait_item(Db *db, DefId def, Args args, DefId trait) {
    ResolvedItem item = resolve_assoc_item(db, def, args);
    Ty self = args_get(db, args, 0);
    switch ((CandidateKind)item.kind) {
    case CAND_IMPL:
        return instance_intern(
            db, (InstanceRow){.kind = INST_ITEM, .def = item.def, .args = item.args});
    case CAND_OBJECT: {
        u32 slot = vtable_method_slot(db, self, def, args);
        return instance_intern(
            db, (InstanceRow){.kind = INST_VIRTUAL, .def = def, .args = args, .index = slot});
    }
    case CAND_CLOSURE: {
        const TyRow *closure = ty_row(db, self);
        const ClosureInfo *info = closure_info(db, closure->def, NULL);
        bool once = fn_trait_kind(db, trait) == 2 && info && info->kind != 2;
        return instance_intern(db, (InstanceRow){.kind = once ? INST_CLOSURE_ONCE_SHIM : INST_ITEM,
                                                 .def = closure->def,
                                                 .args = closure->args});
    }
    case CAND_FN:
        return instance_intern(
            db, (InstanceRow){.kind = INST_FN_PTR_SHIM, .def = def, .args = args, .ty = self});
    case CAND_CLONE: return instance_intern(db, (InstanceRow){.kind = INST_CLONE_SHIM, .ty = self});
    default:
        // A built-in impl whose method has a provided body (Clone::clone_from and the like).
        if (item.def.id)
            return instance_intern(
                db, (InstanceRow){.kind = INST_ITEM, .def = item.def, .args = item.args});
        return (InstanceId){0};
    }
}

static void run_resolve_instance(Db *db, u32 key) {
    const u32 *words = types_key_words(db, key);
    DefId def = {words[0]};
    Args args = {words[1]};
    InstanceId instance;
    DefId trait = {0};
    DefKind kind = def_kind(db, def);
    if (kind == DEF_ASSOC_FN) trait = trait_of_item(db, def);
    if (trait.id) {
        instance = resolve_trait_item(db, def, args, trait);
    } else {
        InstanceRow row = {.kind = INST_ITEM, .def = def, .args = args};
        if (kind == DEF_FN || kind == DEF_ASSOC_FN) {
            DefId parent = def_row(db, def)->parent;
            if (def_attrs(db, def)->flags & DEF_ATTR_INTRINSIC)
                row.kind = INST_INTRINSIC;
            else if (parent.id && def_kind(db, parent) == DEF_FOREIGN_MOD)
                row.kind = INST_EXTERN;
            else if (lang_item_of(db, def) == LANG_drop_in_place)
                row = (InstanceRow){.kind = INST_DROP_GLUE, .ty = args_get(db, args, 0)};
        }
        instance = instance_intern(db, row);
    }
    query_return(db, &instance, sizeof instance);
}

u32 instance_key(Db *db, DefId def, Args args) {
    return types_key(db, (u32[]){def.id, args.id}, 2);
}

InstanceId instance_of_key(Db *db, u32 key) {
    return *(const InstanceId *)query_get(db, Q_resolve_instance, key);
}

InstanceId instance_resolve(Db *db, DefId def, Args args) {
    return instance_of_key(db, instance_key(db, def, args));
}

InstanceId instance_drop_glue(Db *db, Ty ty) {
    return instance_intern(db, (InstanceRow){.kind = INST_DROP_GLUE, .ty = ty});
}

bool def_is_track_caller(Db *db, DefId def) {
    DefKind kind = def_kind(db, def);
    if (kind != DEF_FN && kind != DEF_ASSOC_FN && kind != DEF_CLOSURE) return false;
    if (kind == DEF_CLOSURE) return false;
    if (def_attrs(db, def)->flags & DEF_ATTR_TRACK_CALLER) return true;
    DefId parent = def_row(db, def)->parent;
    if (kind != DEF_ASSOC_FN || def_kind(db, parent) != DEF_IMPL) return false;
    TraitRef trait = impl_header(db, parent)->trait_ref;
    if (!trait.trait.id) return false;
    DefId declared = assoc_item_named(db, trait.trait, def_row(db, def)->name, ASSOC_FN);
    return declared.id && (def_attrs(db, declared)->flags & DEF_ATTR_TRACK_CALLER);
}

bool instance_is_track_caller(Db *db, InstanceId instance) {
    const InstanceRow *row = instance_row(db, instance);
    switch ((InstanceKind)row->kind) {
    case INST_ITEM:
    case INST_VIRTUAL:
    case INST_INTRINSIC: return def_is_track_caller(db, row->def);
    case INST_VTABLE_SHIM: return false;
    default: return false;
    }
}

InstanceId instance_resolve_for_fn_ptr(Db *db, DefId def, Args args) {
    InstanceId instance = instance_resolve(db, def, args);
    if (!instance.id) return instance;
    InstanceRow row = *instance_row(db, instance);
    bool wrap = instance_is_track_caller(db, instance) || row.kind == INST_VIRTUAL;
    if (!wrap || row.kind == INST_INTRINSIC) return instance;
    return instance_intern(db, (InstanceRow){.kind = INST_REIFY_SHIM,
                                             .def = row.kind == INST_VIRTUAL ? def : row.def,
                                             .args = row.kind == INST_VIRTUAL ? args : row.args});
}

// ---- signatures ---------------------------------------------------------------------------------

typedef struct TyVec {
    Ty at[64];
    u32 count;
} TyVec;

static void push_ty(TyVec *v, Ty ty) {
    CHECK(v->count < 64);
    v->at[v->count++] = ty;
}

static void push_spread(Db *db, TyVec *v, Ty tuple) {
    u32 count;
    if (ty_kind(db, tuple) != TY_TUPLE) return;
    const Ty *elems = ty_elems(db, tuple, &count);
    for (u32 i = 0; i < count; i++)
        push_ty(v, elems[i]);
}

static Ty closure_self(Db *db, Ty closure, u32 kind) {
    return kind == 0 ? ty_ref(db, closure, false) : kind == 1 ? ty_ref(db, closure, true) : closure;
}

static InstanceSig finish(Db *db, const TyVec *v, u8 abi, bool variadic, bool spread) {
    Args tys = normalize_concrete_args(db, args_intern(db, v->at, v->count));
    return (InstanceSig){.tys = tys, .abi = abi, .is_variadic = variadic, .is_spread = spread};
}

static InstanceSig closure_sig(Db *db, DefId def, Args args, bool by_value) {
    Ty closure = ty_closure(db, def, args);
    const ClosureInfo *info = closure_info(db, def, NULL);
    TyVec v = {.count = 0};
    push_ty(&v, by_value ? closure : closure_self(db, closure, info ? info->kind : 0));
    u32 count;
    const Ty *sig = args_at(db, closure_sig_tys(db, closure), &count);
    for (u32 i = 0; i < count; i++)
        push_ty(&v, sig[i]);
    return finish(db, &v, ABI_RUST, false, true);
}

static InstanceSig item_sig(Db *db, DefId def, Args args, bool self_by_pointer) {
    const FnSig *sig = fn_sig(db, def);
    TyVec v = {.count = 0};
    bool spread = sig->abi == ABI_RUST_CALL;
    for (u32 i = 0; i < sig->inputs.count; i++) {
        Ty ty = normalize_concrete(db, ty_subst(db, LIST_AT(sig, Ty, sig->inputs)[i], args));
        if (i == 0 && self_by_pointer) ty = ty_ptr(db, ty, true);
        if (spread && i + 1 == sig->inputs.count)
            push_spread(db, &v, ty);
        else
            push_ty(&v, ty);
    }
    push_ty(&v, ty_subst(db, sig->output, args));
    return finish(db, &v, sig->abi, sig->is_variadic, spread);
}

// <F as Fn*>::call* for a fn item or pointer F: (self, arguments..) -> output
static InstanceSig fn_ptr_shim_sig(Db *db, const InstanceRow *row) {
    u32 kind = fn_trait_kind(db, trait_of_item(db, row->def));
    TyVec v = {.count = 0};
    push_ty(&v, closure_self(db, row->ty, kind));
    const TyRow *self = ty_row(db, row->ty);
    Args sig = self->args;
    if (self->kind == TY_FN_DEF) sig = ty_row(db, fn_sig_ptr(db, self->def, self->args))->args;
    u32 count;
    const Ty *tys = args_at(db, sig, &count);
    for (u32 i = 0; i < count; i++)
        push_ty(&v, tys[i]);
    return finish(db, &v, ABI_RUST, false, true);
}

InstanceSig instance_sig(Db *db, InstanceId instance) {
    InstanceRow row = *instance_row(db, instance);
    TyVec v = {.count = 0};
    switch ((InstanceKind)row.kind) {
    case INST_ITEM:
        if (def_kind(db, row.def) == DEF_CLOSURE) return closure_sig(db, row.def, row.args, false);
        return item_sig(db, row.def, row.args, false);
    case INST_EXTERN:
    case INST_INTRINSIC:
    case INST_REIFY_SHIM:
    case INST_VIRTUAL: return item_sig(db, row.def, row.args, false);
    case INST_VTABLE_SHIM: return item_sig(db, row.def, row.args, true);
    case INST_CLOSURE_ONCE_SHIM: return closure_sig(db, row.def, row.args, true);
    case INST_FN_PTR_SHIM: return fn_ptr_shim_sig(db, &row);
    case INST_DROP_GLUE:
        push_ty(&v, ty_ptr(db, row.ty, true));
        push_ty(&v, ty_unit(db));
        return finish(db, &v, ABI_RUST, false, false);
    case INST_CLONE_SHIM:
        push_ty(&v, ty_ref(db, row.ty, false));
        push_ty(&v, row.ty);
        return finish(db, &v, ABI_RUST, false, false);
    case INST_MAIN:
        push_ty(&v, TY_OF(I32));
        push_ty(&v, ty_ptr(db, ty_ptr(db, TY_OF(U8), false), false));
        push_ty(&v, TY_OF(I32));
        return finish(db, &v, ABI_C, false, false);
    case INST_GLOBAL_ALLOC: { // as __rust_alloc and its like: (pointer), size, align, (new size)
        bool takes = row.index == GLOBAL_DEALLOC || row.index == GLOBAL_REALLOC;
        Ty bytes = ty_ptr(db, TY_OF(U8), true);
        if (takes) push_ty(&v, bytes);
        push_ty(&v, TY_OF(USIZE));
        push_ty(&v, TY_OF(USIZE));
        if (row.index == GLOBAL_REALLOC) push_ty(&v, TY_OF(USIZE));
        push_ty(&v, row.index == GLOBAL_DEALLOC ? ty_unit(db) : bytes);
        return finish(db, &v, ABI_RUST, false, false);
    }
    }
    UNREACHABLE();
}

static void run_instance_shape(Db *db, u32 key) {
    InstanceId instance = {key};
    InstanceSig sig = instance_sig(db, instance);
    InstanceShape shape;
    memset(&shape, 0, sizeof shape);
    shape.sig.tys = sig.tys;
    shape.sig.abi = sig.abi;
    shape.sig.is_variadic = sig.is_variadic;
    shape.sig.is_spread = sig.is_spread;
    shape.track_caller = instance_is_track_caller(db, instance);
    shape.abi = fn_abi_key(db, sig.tys, (HirAbi)sig.abi, sig.is_variadic, shape.track_caller);
    query_return(db, &shape, sizeof shape);
}

const InstanceShape *instance_shape(Db *db, InstanceId instance) {
    return query_get(db, Q_instance_shape, instance.id);
}

const FnAbi *instance_abi(Db *db, const InstanceShape *shape) {
    return query_get(db, Q_fn_abi, shape->abi);
}

void instance_register(Db *db) {
    query_register(db, Q_resolve_instance, run_resolve_instance);
    query_register(db, Q_instance_shape, run_instance_shape);
}

Str instance_print(Db *db, InstanceId instance, Scratch *scratch) {
    InstanceRow row = *instance_row(db, instance);
    static const char *const notes[] = {
        [INST_VTABLE_SHIM] = " (through a vtable)",  [INST_REIFY_SHIM] = " (as a function pointer)",
        [INST_CLOSURE_ONCE_SHIM] = " (called once)", [INST_VIRTUAL] = " (virtual)",
        [INST_INTRINSIC] = " (intrinsic)",
    };
    switch ((InstanceKind)row.kind) {
    case INST_DROP_GLUE: {
        Str ty = ty_print(db, row.ty, scratch);
        return scratch_print(scratch, "drop of `%.*s`", STR_ARG(ty));
    }
    case INST_CLONE_SHIM: {
        Str ty = ty_print(db, row.ty, scratch);
        return scratch_print(scratch, "clone of `%.*s`", STR_ARG(ty));
    }
    case INST_FN_PTR_SHIM: {
        Str ty = ty_print(db, row.ty, scratch);
        return scratch_print(scratch, "call of `%.*s`", STR_ARG(ty));
    }
    case INST_MAIN: return STR("main");
    case INST_GLOBAL_ALLOC: return STR("the global allocator");
    default: break;
    }
    Str path = def_path_str(db, row.def, scratch), args = args_print(db, row.args, scratch);
    const char *note = row.kind < ARRAY_LEN(notes) && notes[row.kind] ? notes[row.kind] : "";
    return scratch_print(scratch, "%.*s%.*s%s", STR_ARG(path), STR_ARG(args), note);
}
