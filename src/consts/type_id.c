// TypeIds: a hash of a type's structure and of the paths of what it names. It does not depend on
// the order in which types were interned.

#include "consts/consts_internal.h"

typedef struct Hash {
    u64 a, b;
} Hash;

static void add(Hash *h, u64 word) {
    h->a = hash_mix(h->a, word + 0x9e3779b97f4a7c15ull);
    h->b = hash_mix(h->b + word, 0xc2b2ae3d27d4eb4full);
}

static void add_def(Db *db, Hash *h, DefId def) {
    if (!def.id) {
        add(h, 0);
        return;
    }
    const DefRow *row = def_row(db, def);
    add_def(db, h, row->parent);
    Str name = symbol_str(&db->symbols,
                          row->parent.id ? row->name : crate_row(db, def_crate(db, def))->name);
    add(h, hash_bytes(name.at, name.len));
    add(h, pack_u64(row->kind, row->disambiguator));
}

static void add_ty(Db *db, Hash *h, Ty ty);

static void add_args(Db *db, Hash *h, Args args) {
    u32 count;
    const Ty *tys = args_at(db, args, &count);
    add(h, count);
    for (u32 i = 0; i < count; i++)
        add_ty(db, h, tys[i]);
}

static void add_dyn(Db *db, Hash *h, Ty ty) {
    const Existential *e = ty_existential(db, ty);
    add_def(db, h, e->principal);
    add_args(db, h, e->args);
    const ExProjection *projections = existential_projections(db, e);
    for (u32 i = 0; i < e->projection_count; i++) {
        add_def(db, h, projections[i].assoc);
        add_args(db, h, projections[i].args);
        add_ty(db, h, projections[i].ty);
    }
    const DefId *autos = existential_autos(db, e);
    u64 sum = 0; // their order is that of their ids
    for (u32 i = 0; i < e->auto_count; i++) {
        Hash one = {1, 1};
        add_def(db, &one, autos[i]);
        sum += one.a;
    }
    add(h, sum);
}

static void add_ty(Db *db, Hash *h, Ty ty) {
    if (!ty.id) {
        add(h, 0);
        return;
    }
    const TyRow *row = ty_row(db, ty);
    add(h, (u64)row->kind << 32 | (u64)row->is_mut << 24 | (u64)row->abi << 16 |
               (u64)row->is_unsafe << 8 | row->is_variadic);
    if (row->kind == TY_DYN) {
        add_dyn(db, h, ty);
        return;
    }
    add_def(db, h, row->def);
    add_args(db, h, row->args);
    add_ty(db, h, row->elem);
    add_ty(db, h, row->len);
    add(h, row->lo_bits);
    add(h, row->hi_bits);
}

static bool known_type(Db *db, Ty ty, KnownTypeId *which) {
    const TyRow *row = ty_row(db, ty);
    *which = TYPE_ID_UNIT;
    if (ty_eq(ty, ty_unit(db))) return true;
    *which = TYPE_ID_STR_REF;
    if (row->kind == TY_REF && !row->is_mut && ty_kind(db, row->elem) == TY_STR) return true;
    *which = TYPE_ID_STRING;
    return row->kind == TY_ADT && lang_item_of(db, row->def) == LANG_string;
}

void type_id_bytes(Db *db, Ty ty, u8 out[16]) {
    KnownTypeId which;
    TypeIdHook *hook = db->consts->type_id;
    if (hook && known_type(db, ty, &which) && hook(db, which, out)) return;
    Hash h = {0x243f6a8885a308d3ull, 0x13198a2e03707344ull};
    add_ty(db, &h, ty);
    memcpy(out, &h.a, 8);
    memcpy(out + 8, &h.b, 8);
}

void consts_set_type_id_hook(Db *db, TypeIdHook *hook) {
    db->consts->type_id = hook;
}
