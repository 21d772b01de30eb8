// rac check: asks for everything that can find an error in the user's crate, then shows what the
// memos hold.
#include "cli/beside.h"
#include "cli/program.h"

#include "check/check.h"
#include "infer/typeck.h"
#include "mir/mir.h"
#include "types/sig.h"

#include <stdio.h>
#include <stdlib.h>

// Every definition is come past, so what is exported is noted on the way: the checks' value.
typedef struct Check {
    Db *db;
    U32Vec exported; // DefIds
} Check;

static void check_below(Check *c, QueryKind kind, u32 key) {
    u32 bytes;
    const u32 *exported = query_get_sized(c->db, kind, key, &bytes);
    for (u32 i = 0; i < bytes / sizeof *exported; i++)
        vec_push(&c->db->scratch, &c->exported, exported[i]);
}

static void check_item(Check *c, DefId def) {
    check_below(c, Q_item_check, def.id);
}

static void check_done(const Check *c) {
    query_return(c->db, c->exported.at, c->exported.count * (u32)sizeof *c->exported.at);
}

static void check_assoc_items(Check *c, DefId def) {
    u32 count;
    const AssocItem *items = def_assoc_items(c->db, def, &count);
    for (u32 i = 0; i < count; i++)
        check_item(c, items[i].def);
}

// The closures of a body and its inline constants.
static void check_parts(Check *c, DefId owner) {
    const HirBody *body = hir_body(c->db, owner);
    if (!body) return;
    for (u32 i = 1; i < body->t.closures.count; i++)
        check_calls(c->db, HIR_AT(body, HirClosure, closures, i)->def);
    for (u32 i = 1; i < body->t.exprs.count; i++) {
        const HirExprRow *row = hir_expr(body, (HirExpr){i});
        if (row->kind == HIR_INLINE_CONST) check_item(c, row->def);
    }
}

// The body, its parts and the items in its blocks.
static void check_body(Check *c, DefId owner) {
    check_calls(c->db, owner);
    check_parts(c, owner);
    for (u32 i = 0; i < body_def_count(c->db, owner); i++)
        check_item(c, body_def(c->db, owner, i));
}

// Whether it is an item or associated item with a syntax tree of its own.
static bool has_text(DefKind kind) {
    switch (kind) {
    case DEF_STRUCT:
    case DEF_UNION:
    case DEF_ENUM:
    case DEF_TRAIT:
    case DEF_IMPL:
    case DEF_FOREIGN_MOD:
    case DEF_TY_ALIAS:
    case DEF_FN:
    case DEF_ASSOC_FN:
    case DEF_ASSOC_TY:
    case DEF_CONST:
    case DEF_STATIC:
    case DEF_ASSOC_CONST: return true;
    default: return false;
    }
}

// Everything the definition's own text can be wrong in.
static void check_def(Check *c, DefId def) {
    Db *db = c->db;
    if (has_text(def_kind(db, def))) {
        check_lifetimes(db, def);
        check_forms(db, def);
    }
    switch (def_kind(db, def)) {
    case DEF_STRUCT:
    case DEF_UNION:
    case DEF_ENUM:
        (void)predicates_of(db, def);
        check_generics(db, def);
        check_adt(db, def);
        break;
    case DEF_TRAIT:
        (void)predicates_of(db, def);
        check_generics(db, def);
        check_assoc_items(c, def);
        break;
    case DEF_IMPL:
        (void)predicates_of(db, def);
        check_generics(db, def);
        check_impl(db, def);
        check_assoc_items(c, def);
        break;
    case DEF_TY_ALIAS: (void)type_of(db, def); break;
    case DEF_FN:
    case DEF_ASSOC_FN:
        (void)predicates_of(db, def);
        (void)fn_sig(db, def);
        check_generics(db, def);
        if (def_has_body(db, def)) check_body(c, def);
        if (def_has_body(db, def) && hir_item(db, def)->sig.is_const) check_const_calls(db, def);
        break;
    case DEF_INLINE_CONST:
        check_const_calls(db, def);
        check_parts(c, def);
        break;
    case DEF_CONST:
    case DEF_STATIC:
    case DEF_ASSOC_CONST:
        (void)type_of(db, def);
        if (!def_has_body(db, def)) break;
        if (def_kind(db, def) == DEF_STATIC) check_static(db, def);
        check_body(c, def);
        if (check_const_calls(db, def) && def_kind(db, def) != DEF_ASSOC_CONST)
            check_value(db, def);
        break;
    case DEF_NONE:
    case DEF_MOD:
    case DEF_BLOCK:
    case DEF_VARIANT:
    case DEF_TRAIT_ALIAS:
    case DEF_MACRO:
    case DEF_FOREIGN_MOD:
    case DEF_FOREIGN_TY:
    case DEF_ASSOC_TY:
    case DEF_CLOSURE:
    case DEF_ANON_CONST:
    case DEF_OPAQUE_TY:
    case DEF_GLOBAL_ASM: break; // parts of others
    }
}

// Only when `main` is missing is the text looked at: the error stands at its end. Under test the
// harness has the `main` that runs.
static void check_main(Db *db, CrateId crate) {
    if (db->options->test_harness) return;
    const CrateRow *row = crate_row(db, crate);
    PathSeg seg = {.name = symbol_intern(&db->symbols, STR("main"))};
    PathRes found = names_resolve(db, row->root, &seg, 1, NS_VALUE);
    if (found.used == 1 && found.res.kind == RES_DEF && def_kind(db, found.res.def) == DEF_FN) {
        check_main_fn(db, found.res.def);
        return;
    }
    if (found.res.kind == RES_ERR) return;
    u32 end = source_text(db, (FileId){row->root_file}).len;
    diag_error(db, (Span){row->root_file, end, end}, "E0601",
               "`main` function not found in crate `%.*s`",
               STR_ARG(symbol_str(&db->symbols, row->name)));
}

static void run_item_check(Db *db, u32 key) {
    Check c = {.db = db};
    check_def(&c, (DefId){key});
    if (def_is_exported(db, (DefId){key}) || def_is_allocator(db, (DefId){key}))
        vec_push(&db->scratch, &c.exported, key);
    check_done(&c);
}

// A crate is checked group by group, so that an edit of one item is not followed by a look at each
// of the others.
enum { GROUP_DEFS = 64 };

static void run_group_check(Db *db, u32 key) {
    const u32 *words = types_key_words(db, key);
    CrateId crate = {words[0]};
    u32 first = words[1] * GROUP_DEFS;
    u32 end = min_u32(first + GROUP_DEFS, crate_def_count(db, crate));
    Check c = {.db = db};
    for (u32 i = first; i < end; i++)
        check_item(&c, crate_def(db, crate, i));
    check_done(&c);
}

static void run_crate_check(Db *db, u32 crate) {
    u32 count = crate_def_count(db, (CrateId){crate});
    Check c = {.db = db};
    for (u32 group = 0; group * GROUP_DEFS < count; group++)
        check_below(&c, Q_group_check, types_key(db, (u32[]){crate, group}, 2));
    check_main(db, (CrateId){crate});
    check_done(&c);
}

void check_register(Db *db) {
    query_register(db, Q_item_check, run_item_check);
    query_register(db, Q_group_check, run_group_check);
    query_register(db, Q_crate_check, run_crate_check);
}

u32 check_report_of(Session *session, CrateId crate) {
    query_get(session->db, Q_crate_check, crate.id);
    return session_report(session, Q_crate_check, crate.id);
}

u32 check_report(Session *session) {
    return check_report_of(session, session->crate);
}

// The borrow errors, for a crate without others: how many.
static u32 report_borrows(const Session *session) {
    BorrowckOptions options = beside_options(session);
    BorrowckResult result = borrowck_run(&options);
    u32 errors = result.errors;
    if (result.end == BORROWCK_FAILED) {
        cli_error(session->args, "%s", result.text);
        errors = 1;
    } else {
        fputs(result.text, stderr);
    }
    free(result.text);
    return errors;
}

int command_check(const CliArgs *args) {
    if (args->std) return check_std(args);
    Session session;
    if (!session_open_crate(&session, args)) return STATUS_FAILED;
    u32 errors = check_report(&session);
    if (errors == 0 && args->borrow) errors = report_borrows(&session);
    int status = session_status(&session, errors);
    session_close(&session);
    return status;
}
