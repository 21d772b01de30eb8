// rac dump queries: what a compile of the whole program asked for, by kind of query; then the facts
// about the library that depend on the user's crate. There must be none of these: they would be
// looked at again after every edit, and could not be kept from one run to the next.
#include "cli/dump.h"
#include "cli/program.h"
#include "image/keys.h"

#include <stdio.h>
#include <stdlib.h>

Str dump_query_key(Db *db, QueryKind kind, u32 key, Scratch *scratch) {
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
    case KEY_CRATE: return symbol_str(&db->symbols, crate_row(db, (CrateId){key})->name);
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
           STR_ARG(dump_query_key(db, memo->kind, memo->key, &db->scratch)));
    scratch_rewind(&db->scratch, mark);
}

int dump_queries(Session *session) {
    if (session->args->after) return dump_edit(session);
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
