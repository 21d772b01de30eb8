#include "image/keys.h"

#include "mono/mono.h"
#include "source/source.h"
#include "types/sig.h"

KeyShape query_key_shape(QueryKind kind) {
    switch (kind) {
    case Q_file_text:
    case Q_file_found:
    case Q_file_tokens:
    case Q_file_items:
    case Q_file_split:
    case Q_file_rows:
    case Q_file_shape:
    case Q_file_places: return KEY_FILE;
    case Q_crate_box:
    case Q_crate_impls:
    case Q_crate_langs:
    case Q_impl_index:
    case Q_crate_check: return KEY_CRATE;
    case Q_typeck:
    case Q_generics:
    case Q_generics_identity:
    case Q_predicates:
    case Q_super_predicates:
    case Q_super_trait_refs:
    case Q_trait_supers:
    case Q_item_bounds:
    case Q_type_of:
    case Q_fn_sig:
    case Q_impl_header:
    case Q_adt_def:
    case Q_opaque_hidden:
    case Q_closure_facts:
    case Q_hir_item:
    case Q_hir_body:
    case Q_def_attrs:
    case Q_param_env:
    case Q_adt_sized_tail:
    case Q_discriminants:
    case Q_macro_rules:
    case Q_def_info:
    case Q_def_toks:
    case Q_assoc_box:
    case Q_assoc_items:
    case Q_item_ast:
    case Q_body_ast:
    case Q_scope_traits:
    case Q_enum_variants:
    case Q_mir:
    case Q_flat_mir:
    case Q_item_check: return KEY_DEF;
    case Q_specializes: return KEY_DEF_PAIR;
    case Q_project_concrete:
    case Q_needs_drop:
    case Q_const_normalize:
    case Q_layout:
    case Q_vtable_shape: return KEY_TY;
    case Q_trait_select:
    case Q_resolve_item:
    case Q_const_eval:
    case Q_resolve_instance: return KEY_DEF_ARGS;
    case Q_impls_for: return KEY_IMPLS;
    case Q_instance_shape:
    case Q_code: return KEY_INSTANCE;
    case Q_vtable_words: return KEY_VTABLE;
    case Q_inherent_named:
    case Q_scope_named:
    case Q_param_default:
    case Q_const_param_ty:
    case Q_fn_abi:
    case Q_item_toks:
    case Q_group_check:
    case Q_path_res:
    case Q_macro_res:
    case Q_NONE:
    case Q_COUNT: return KEY_OTHER;
    }
    return KEY_OTHER;
}

static bool ty_is_users(const Db *db, Ty ty) {
    return ty_flags(db, ty) & TY_HAS_LOCAL;
}

static bool args_are_users(const Db *db, Args args) {
    return args_flags(db, args) & TY_HAS_LOCAL;
}

static bool def_is_users(const Db *db, DefId def) {
    return def.id && def_is_local(db, def);
}

bool query_key_is_users(Db *db, QueryKind kind, u32 key) {
    switch (query_key_shape(kind)) {
    case KEY_OTHER: return true;
    case KEY_FILE: return !source_is_library(db, (FileId){key});
    case KEY_CRATE: return crate_row(db, (CrateId){key})->is_local;
    case KEY_DEF: return def_is_users(db, (DefId){key});
    case KEY_TY: return ty_is_users(db, (Ty){key});
    case KEY_DEF_PAIR: {
        const u32 *words = types_key_words(db, key);
        return def_is_users(db, (DefId){words[0]}) || def_is_users(db, (DefId){words[1]});
    }
    case KEY_DEF_ARGS: {
        const u32 *words = types_key_words(db, key);
        return def_is_users(db, (DefId){words[0]}) || args_are_users(db, (Args){words[1]});
    }
    case KEY_IMPLS: {
        const u32 *words = types_key_words(db, key);
        SimplifiedTy self = (u64)words[1] << 32 | words[2];
        return def_is_users(db, (DefId){words[0]}) || def_is_users(db, ty_simplified_def(self)) ||
               (words[3] && crate_row(db, (CrateId){words[3]})->is_local);
    }
    case KEY_INSTANCE: {
        const InstanceRow *row = instance_row(db, (InstanceId){key});
        return def_is_users(db, row->def) || args_are_users(db, row->args) ||
               ty_is_users(db, row->ty);
    }
    case KEY_VTABLE: {
        MonoRef ref = mono_ref(db, key);
        return ty_is_users(db, ref.ty) || ty_is_users(db, ref.dyn);
    }
    }
    UNREACHABLE();
}
