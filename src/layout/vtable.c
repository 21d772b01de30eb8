// Vtables: which slot holds what (std-facts 10.2; rustc_trait_selection/src/traits/vtable.rs).

#include "layout/layout_internal.h"

typedef struct VtableShape {
    List entries; // VtableEntry
} VtableShape;

typedef VEC(VtableEntry) EntryVec;
typedef VEC(TraitRef) TraitRefVec;

// `where Self: Sized` on the method, or generic in types: callable, but not through a vtable.
static bool has_slot(Db *db, DefId trait, const AssocItem *item) {
    if (item->kind != ASSOC_FN || !item->has_self) return false;
    const Generics *g = generics_of(db, item->def);
    if (g->params.count > g->parent_count) return false;
    const Predicates *preds = predicates_of(db, item->def);
    DefId sized = lang_item(db, LANG_sized);
    Ty self = args_get(db, generics_identity(db, trait), 0);
    for (u32 i = 0; i < preds->own.count; i++) {
        const Predicate *p = &LIST_AT(preds, Predicate, preds->own)[i];
        if (p->kind != PRED_TRAIT || !ty_eq(args_get(db, p->trait_ref.args, 0), self)) continue;
        // A bound whose supertraits have Sized among them says the same.
        u32 count;
        const DefId *traits = trait_supers(db, p->trait_ref.trait, &count);
        for (u32 k = 0; k < count; k++)
            if (def_eq(traits[k], sized)) return false;
    }
    return true;
}

static u32 own_entries(Db *db, TraitRef trait, EntryVec *out) {
    u32 count, found = 0;
    const AssocItem *items = def_assoc_items(db, trait.trait, &count);
    for (u32 i = 0; i < count; i++) {
        if (!has_slot(db, trait.trait, &items[i])) continue;
        found++;
        if (!out) continue;
        VtableEntry entry = {.kind = VT_METHOD,
                             .method = items[i].def,
                             .trait_args = trait.args,
                             .trait = trait.trait};
        vec_push(&db->scratch, out, entry);
    }
    return found;
}

static void supers(Db *db, TraitRef trait, TraitRefVec *out) {
    const Predicates *preds = super_predicates_of(db, trait.trait);
    for (u32 i = 0; i < preds->own.count; i++) {
        const Predicate *p = &LIST_AT(preds, Predicate, preds->own)[i];
        if (p->kind != PRED_TRAIT) continue;
        Args args = normalize_concrete_args(db, args_subst(db, p->trait_ref.args, trait.args));
        TraitRef super = {p->trait_ref.trait, args};
        vec_push(&db->scratch, out, super);
    }
}

static bool visit(TraitRefVec *visited, Scratch *scratch, TraitRef trait) {
    for (u32 i = 0; i < visited->count; i++)
        if (def_eq(visited->at[i].trait, trait.trait) && args_eq(visited->at[i].args, trait.args))
            return false;
    vec_push(scratch, visited, trait);
    return true;
}

typedef struct Level {
    TraitRef trait;
    bool emit_vptr;
    TraitRefVec siblings; // the direct supertraits of the level above
    u32 next;             // into siblings
} Level;

// Supertraits depth first. The chain of first supertraits shares its prefix with this vtable;
// every trait that comes later gets a pointer to a vtable of its own behind its methods.
static void collect(Db *db, TraitRef root, EntryVec *out) {
    Scratch *scratch = &db->scratch;
    TraitRefVec visited = {0};
    VEC(Level) stack = {0};
    bool emit_vptr = false;
    visit(&visited, scratch, root);
    vec_push(scratch, &stack, (Level){.trait = root});
    for (;;) {
        for (bool deeper = true; deeper;) {
            deeper = false;
            Level level = {.emit_vptr = emit_vptr};
            supers(db, vec_last(&stack).trait, &level.siblings);
            while (level.next < level.siblings.count && !deeper) {
                level.trait = level.siblings.at[level.next++];
                deeper = visit(&visited, scratch, level.trait);
            }
            if (deeper) vec_push(scratch, &stack, level);
        }
        bool sibling = false;
        while (stack.count && !sibling) {
            Level level = vec_pop(&stack);
            bool has_entries = own_entries(db, level.trait, out) > 0;
            if (level.emit_vptr && has_entries) {
                VtableEntry vptr = {.kind = VT_TRAIT_VPTR,
                                    .trait = level.trait.trait,
                                    .trait_args = level.trait.args};
                vec_push(scratch, out, vptr);
            }
            emit_vptr |= has_entries;
            while (level.next < level.siblings.count && !sibling) {
                level.trait = level.siblings.at[level.next++];
                sibling = visit(&visited, scratch, level.trait);
            }
            if (sibling) {
                level.emit_vptr = emit_vptr;
                vec_push(scratch, &stack, level);
            }
        }
        if (!sibling) return;
    }
}

static TraitRef principal(Db *db, Ty dyn) {
    const Existential *e = ty_existential(db, dyn);
    if (!e->principal.id) return (TraitRef){0};
    Args self = args_intern(db, &dyn, 1);
    return (TraitRef){e->principal, args_concat(db, self, e->args)};
}

static void vtable_shape_run(Db *db, u32 key) {
    Ty dyn = {key};
    EntryVec entries = {0};
    for (u32 kind = VT_DROP; kind <= VT_ALIGN; kind++)
        vec_push(&db->scratch, &entries, (VtableEntry){.kind = kind});
    TraitRef root = principal(db, dyn);
    if (root.trait.id) collect(db, root, &entries);
    Blob blob;
    blob_begin(&blob, &db->scratch, sizeof(VtableShape));
    List list = blob_add(&blob, entries.at, entries.count, sizeof(VtableEntry));
    ((VtableShape *)blob_header(&blob))->entries = list;
    query_return_blob(db, &blob);
}

void vtable_register(Db *db) {
    query_register(db, Q_vtable_shape, vtable_shape_run);
}

const VtableEntry *vtable_entries(Db *db, Ty dyn, u32 *count) {
    const VtableShape *shape = query_get(db, Q_vtable_shape, dyn.id);
    *count = shape->entries.count;
    return LIST_AT(shape, VtableEntry, shape->entries);
}

u32 vtable_method_slot(Db *db, Ty dyn, DefId method, Args args) {
    (void)args; // a trait implemented twice with other arguments: the first is asked for by its own
    u32 count;
    const VtableEntry *entries = vtable_entries(db, dyn, &count);
    DefId trait = trait_of_item(db, method);
    u32 trait_args = generics_count(db, trait), found = 0;
    for (u32 i = 0; i < count; i++) {
        if (entries[i].kind != VT_METHOD || !def_eq(entries[i].method, method)) continue;
        bool same = true;
        for (u32 a = 1; a < trait_args; a++)
            same &= ty_eq(args_get(db, entries[i].trait_args, a), args_get(db, args, a));
        if (same) return i;
        if (!found) found = i;
    }
    return found;
}

u32 vtable_upcast_slot(Db *db, Ty from_dyn, Ty to_dyn) {
    u32 count;
    const VtableEntry *entries = vtable_entries(db, from_dyn, &count);
    TraitRef to = principal(db, to_dyn);
    for (u32 i = 0; i < count; i++) {
        if (entries[i].kind != VT_TRAIT_VPTR || !def_eq(entries[i].trait, to.trait)) continue;
        u32 n = args_count(db, to.args);
        bool same = n == args_count(db, entries[i].trait_args);
        for (u32 a = 1; same && a < n; a++)
            same = ty_eq(args_get(db, entries[i].trait_args, a), args_get(db, to.args, a));
        if (same) return i;
    }
    return 0;
}

InstanceId vtable_instance(Db *db, Ty ty, Ty dyn, u32 slot) {
    u32 count;
    const VtableEntry *entries = vtable_entries(db, dyn, &count);
    CHECK(slot < count && entries[slot].kind == VT_METHOD);
    VtableEntry entry = entries[slot];
    u32 n;
    const Ty *old = args_at(db, entry.trait_args, &n);
    Ty *args = SCRATCH_ARRAY(&db->scratch, Ty, n);
    memcpy(args, old, n * sizeof(Ty));
    args[0] = ty;
    Args full = args_intern(db, args, n);
    // `where` clauses that do not hold for this type leave the slot vacant.
    const Predicates *preds = predicates_of(db, entry.method);
    for (u32 i = 0; i < preds->own.count; i++) {
        const Predicate *p = &LIST_AT(preds, Predicate, preds->own)[i];
        if (p->kind != PRED_TRAIT) continue;
        TraitRef goal = {p->trait_ref.trait,
                         normalize_concrete_args(db, args_subst(db, p->trait_ref.args, full))};
        if (select_impl(db, goal).kind == CAND_NONE) return (InstanceId){0};
    }
    InstanceId instance = instance_resolve(db, entry.method, full);
    if (!instance.id) return instance;
    InstanceRow row = *instance_row(db, instance);
    const FnSig *sig = fn_sig(db, entry.method);
    Ty self_param = args_get(db, generics_identity(db, entry.trait), 0);
    bool by_value = sig->inputs.count && ty_eq(LIST_AT(sig, Ty, sig->inputs)[0], self_param);
    if (by_value)
        return instance_intern(
            db, (InstanceRow){.kind = INST_VTABLE_SHIM, .def = entry.method, .args = full});
    bool declared = (def_attrs(db, entry.method)->flags & DEF_ATTR_TRACK_CALLER) != 0;
    if (row.kind == INST_ITEM && instance_is_track_caller(db, instance) && !declared)
        return instance_intern(
            db, (InstanceRow){.kind = INST_REIFY_SHIM, .def = row.def, .args = row.args});
    return instance;
}
