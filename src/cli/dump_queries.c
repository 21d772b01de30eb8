// rac dump queries: what a compile of the whole program asked for, by kind of query; then the facts
// about the library that depend on the user's crate. There must be none of these: they would be
// looked at again after every edit, and could not be kept from one run to the next.
#include "cli/dump.h"
#include "cli/program.h"
#include "image/keys.h"

#include <stdio.h>
#include <stdlib.h>

typedef enum KeyShape {
    KEY_OTHER, // what it names shows in what it reads
    KEY_FILE,
    KEY_CRATE,
    KEY_DEF,
    KEY_DEF_PAIR,
    KEY_TY,
    KEY_DEF_ARGS,
    KEY_IMPLS, // impls_for: trait, simplified type in two words, crate
    KEY_INSTANCE,
    KEY_VTABLE,
} KeyShape;

static KeyShape key_shape(QueryKind kind) {
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
    case Q_code: return KEY_INSTANCE;
    case Q_vtable_words: return KEY_VTABLE;
    case Q_param_default:
    case Q_const_param_ty:
    case Q_fn_abi:
    case Q_item_toks:
    case Q_group_check:
    case Q_path_res:
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

// Whether the key names the user's file, crate, or a definition of it. Those whose shape is unknown
// count as the user's.
static bool key_is_users(Db *db, QueryKind kind, u32 key) {
    switch (key_shape(kind)) {
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

static Str key_print(Db *db, QueryKind kind, u32 key, Scratch *scratch) {
    switch (query_key_shape(kind)) {
    case KEY_FILE: return source_path(db, (FileId){key});
    case KEY_DEF: return def_path_str(db, (DefId){key}, scratch);
    case KEY_TY: return ty_print(db, (Ty){key}, scratch);
    case KEY_INSTANCE: return instance_print(db, (InstanceId){key}, scratch);
    case KEY_DEF_ARGS: {
        const u32 *words = types_key_words(db, key);
        Str def = def_path_str(db, (DefId){words[0]}, scratch);
        Str args = args_print(db, (Args){words[1]}, scratch);
        return scratch_print(scratch, "%.*s%.*s", STR_ARG(def), STR_ARG(args));
    }
    case KEY_IMPLS:
    case KEY_DEF_PAIR: {
        DefId def = {types_key_words(db, key)[0]};
        return def.id ? def_path_str(db, def, scratch) : STR("inherent");
    }
    case KEY_CRATE:
    case KEY_VTABLE:
    case KEY_OTHER: break;
    }
    return scratch_print(scratch, "%u", key);
}

typedef struct KindCount {
    QueryKind kind;
    u32 memos, low, leaks;
} KindCount;

static int count_order(const void *a, const void *b) {
    const KindCount *x = a, *y = b;
    if (x->memos != y->memos) return x->memos > y->memos ? -1 : 1;
    return x->kind < y->kind ? -1 : x->kind > y->kind;
}

static void print_leak(Db *db, const QueryMemo *memo) {
    u64 mark = scratch_mark(&db->scratch);
    printf("depends on the user's crate: %s(%.*s)\n", query_name(memo->kind),
           STR_ARG(key_print(db, memo->kind, memo->key, &db->scratch)));
    scratch_rewind(&db->scratch, mark);
}

int dump_queries(Session *session) {
    Program program;
    if (!program_open(&program, session, IR_SYM_FN_SLOT)) return STATUS_FAILED;
    Db *db = session->db;
    bool ok = program_compile_all(&program);
    KindCount counts[Q_COUNT] = {{0}};
    for (u32 kind = 0; kind < Q_COUNT; kind++)
        counts[kind].kind = (QueryKind)kind;
    u32 leaks = 0;
    for (u32 i = 1; i <= query_memo_count(db); i++) {
        QueryMemo memo = query_memo(db, i);
        if (!memo.is_done) continue;
        KindCount *count = &counts[memo.kind];
        count->memos++;
        if (memo.durability != DURABILITY_LOW) continue;
        count->low++;
        if (query_key_is_users(db, memo.kind, memo.key)) continue;
        count->leaks++;
        leaks++;
        print_leak(db, &memo);
    }
    qsort(counts, Q_COUNT, sizeof *counts, count_order);
    printf("%10s %10s %10s  query\n", "facts", "user's", "leaks");
    for (u32 i = 0; i < Q_COUNT && counts[i].memos; i++)
        printf("%10u %10u %10u  %s\n", counts[i].memos, counts[i].low, counts[i].leaks,
               query_name(counts[i].kind));
    printf("%u facts about the library depend on the user's crate\n", leaks);
    program_close(&program);
    return ok ? STATUS_OK : STATUS_FAILED;
}
