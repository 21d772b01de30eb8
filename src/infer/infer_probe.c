// A tool for work on infer/: checks bodies of a program or of the library and groups the messages.
//
//     infer_probe FILE.rs [--edition N]     every body of the program
//     infer_probe --crate core|alloc|std    every body of a library crate
//     infer_probe --def core::option        those whose path begins so
//     -v: every message with its body; -t: types of locals; LIBRARY in the environment: the
//     library's root
#include "diag/diag_internal.h"
#include "expand/hygiene.h"
#include "infer/typeck.h"
#include "names/names_internal.h"
#include "source/source.h"
#include "syntax/lex.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef struct Group {
    char text[160];
    u32 count;
    DefId example;
} Group;

typedef struct Probe {
    Db *db;
    VEC(Group) groups;
    Scratch scratch;
    DefId owner;
    u32 errors;
    bool verbose, types;
} Probe;

// ---- a small evaluator of integer constants, until consts/ answers ----

static bool eval_def(Db *db, DefId def, Args args, i128 *out);

static bool eval_expr(Db *db, const HirBody *hir, const Typeck *t, HirExpr e, Args args,
                      i128 *out) {
    const HirExprRow *row = hir_expr(hir, e);
    i128 a, b;
    switch (row->kind) {
    case HIR_LIT:
        *out = (i128)((u128)row->lit.hi_bits << 64 | row->lit.lo_bits);
        return row->op == LIT_INT;
    case HIR_PATH: {
        const Callee *c = typeck_callee(t, e);
        if (!c) return false;
        if (c->res.kind == RES_CONST_PARAM) {
            u32 n;
            const Ty *at = args_at(db, args, &n);
            u32 i = generics_of(db, c->res.def)->parent_count + c->res.index;
            if (i >= n || ty_kind(db, at[i]) != TY_CONST_VALUE) return false;
            *out = (i128)ty_row(db, at[i])->lo_bits;
            return true;
        }
        if (c->res.kind != RES_DEF) return false;
        DefId def = c->res.def;
        Args cargs = args_subst(db, c->args, args);
        if (args_flags(db, cargs) & (TY_HAS_PARAM | TY_HAS_INFER)) return false;
        if (def_kind(db, def) == DEF_ASSOC_CONST && trait_of_item(db, def).id) {
            ResolvedItem item = resolve_assoc_item(db, def, normalize_concrete_args(db, cargs));
            if (!item.def.id) return false;
            def = item.def;
            cargs = item.args;
        }
        return eval_def(db, def, cargs, out);
    }
    case HIR_BLOCK:
        return row->block.stmts.count == 0 && row->block.tail.id &&
               eval_expr(db, hir, t, row->block.tail, args, out);
    case HIR_CAST: return eval_expr(db, hir, t, row->cast.expr, args, out);
    case HIR_CALL: {
        const HirExprRow *callee = hir_expr(hir, row->call.callee);
        const Callee *c = callee->kind == HIR_PATH ? typeck_callee(t, row->call.callee) : NULL;
        if (!c || c->res.kind != RES_DEF || row->call.args.count) return false;
        Str name = symbol_str(&db->symbols, def_row(db, c->res.def)->name);
        if (!str_eq(name, STR("size_of"))) return false;
        Args cargs = normalize_concrete_args(db, args_subst(db, c->args, args));
        if (args_flags(db, cargs) & (TY_HAS_PARAM | TY_HAS_INFER)) return false;
        TyKind k = ty_kind(db, args_get(db, cargs, 0));
        if (k == TY_PTR || k == TY_REF)
            *out = 8;
        else if (k >= TY_BOOL && k <= TY_F128 && k != TY_STR)
            *out = ty_prim_bytes(k);
        else
            return false;
        return true;
    }
    case HIR_BINARY:
        if (!eval_expr(db, hir, t, row->bin.a, args, &a) ||
            !eval_expr(db, hir, t, row->bin.b, args, &b))
            return false;
        switch (row->op) {
        case BIN_ADD: *out = a + b; return true;
        case BIN_SUB: *out = a - b; return true;
        case BIN_MUL: *out = a * b; return true;
        case BIN_DIV:
            if (!b) return false;
            *out = a / b;
            return true;
        case BIN_REM:
            if (!b) return false;
            *out = a % b;
            return true;
        case BIN_SHL: *out = a << (b & 127); return true;
        case BIN_SHR: *out = a >> (b & 127); return true;
        case BIN_BIT_AND: *out = a & b; return true;
        case BIN_BIT_OR: *out = a | b; return true;
        default: return false;
        }
    case HIR_METHOD_CALL: {
        const Callee *c = typeck_callee(t, e);
        if (!c || !eval_expr(db, hir, t, row->method.receiver, args, &a)) return false;
        Str name = symbol_str(&db->symbols, def_row(db, c->res.def)->name);
        if (!str_eq(name, STR("div_ceil")) ||
            !eval_expr(db, hir, t, (HirExpr){hir_listed(hir, row->method.args, 0)}, args, &b) || !b)
            return false;
        *out = (a + b - 1) / b;
        return true;
    }
    default: return false;
    }
}

static bool eval_def(Db *db, DefId def, Args args, i128 *out) {
    const HirBody *hir = hir_body(db, def);
    if (!hir) return false;
    const Typeck *t = typeck(db, def);
    if (t->is_tainted || t->expr_tys.count == 0) {
        const HirExprRow *row = hir_expr(hir, hir->value);
        if (row->kind == HIR_LIT && row->op == LIT_INT) {
            *out = (i128)row->lit.lo_bits;
            return true;
        }
        return false;
    }
    return eval_expr(db, hir, t, hir->value, args, out);
}

static void const_stub(Db *db, u32 key) {
    Ty ty = {key};
    const TyRow *row = ty_row(db, ty);
    i128 value;
    if (row->kind == TY_CONST_UNEVAL && !(args_flags(db, row->args) & TY_HAS_INFER) &&
        eval_def(db, row->def, row->args, &value)) {
        Ty of = type_of(db, row->def);
        ty = const_value(db, of.id && ty_kind(db, of) != TY_ERROR ? of : TY_OF(USIZE), (u64)value,
                         (u64)(value >> 64));
    }
    query_return(db, &ty, sizeof ty);
}

// Quoted parts and numbers are dropped so that like messages meet.
static void normal(Str text, char *out, u32 cap) {
    u32 n = 0;
    bool quoted = false;
    for (u32 i = 0; i < text.len && n + 2 < cap; i++) {
        if (text.at[i] == '`') {
            if (!quoted) out[n++] = '`';
            quoted = !quoted;
            continue;
        }
        if (!quoted) out[n++] = text.at[i];
    }
    out[n] = 0;
}

static void print_place(Probe *p, Span span) {
    if (!(span.base & SPAN_DEF)) return;
    span = names_locate(p->db, span);
    u32 file = span.base;
    if (!file) return;
    Str text = source_text(p->db, (FileId){file});
    u32 at = span.lo, line = 1;
    for (u32 i = 0; i < at && i < text.len; i++)
        line += text.at[i] == '\n';
    u32 end = span.hi;
    if (end > text.len) end = text.len;
    if (end > at + 70) end = at + 70;
    printf("    %.*s:%u: ", STR_ARG(source_path(p->db, (FileId){file})), line);
    for (u32 i = at; i < end; i++)
        putchar(text.at[i] == '\n' ? ' ' : text.at[i]);
    putchar('\n');
}

static void on_note(void *cx, QueryKind kind, u32 key, const void *note, u32 bytes) {
    Probe *p = cx;
    (void)bytes;
    const DiagRecord *record = note;
    if ((kind != Q_typeck && kind != Q_hir_body && kind != Q_body_ast) || key != p->owner.id)
        return;
    Str text = record_text(record);
    if (record->part != PART_HEAD) {
        if (p->verbose && record->part == PART_LABEL) printf("      %.*s\n", STR_ARG(text));
        return;
    }
    if (record->level != DIAG_ERROR) return;
    p->errors++;
    if (p->verbose) {
        u64 mark = scratch_mark(&p->db->scratch);
        printf("%.*s: [%s] %.*s\n", STR_ARG(def_path_str(p->db, p->owner, &p->db->scratch)),
               record->code, STR_ARG(text));
        scratch_rewind(&p->db->scratch, mark);
        print_place(p, record->span);
    }
    char line[160];
    normal(text, line, sizeof line);
    for (u32 i = 0; i < p->groups.count; i++)
        if (!strcmp(p->groups.at[i].text, line)) {
            p->groups.at[i].count++;
            return;
        }
    Group g;
    memset(&g, 0, sizeof g);
    memcpy(g.text, line, strlen(line) + 1);
    g.count = 1;
    g.example = p->owner;
    vec_push(&p->scratch, &p->groups, g);
}

static int by_count(const void *a, const void *b) {
    const Group *x = a, *y = b;
    return x->count < y->count ? 1 : x->count > y->count ? -1 : 0;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    const char *file = NULL, *def_prefix = NULL, *crate_name = NULL;
    u32 edition = 2021;
    bool test_harness = false;
    Probe p;
    memset(&p, 0, sizeof p);
    scratch_init(&p.scratch);
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--def") && i + 1 < argc)
            def_prefix = argv[++i];
        else if (!strcmp(argv[i], "--crate") && i + 1 < argc)
            crate_name = argv[++i];
        else if (!strcmp(argv[i], "--edition") && i + 1 < argc)
            edition = (u32)atoi(argv[++i]);
        else if (!strcmp(argv[i], "--test"))
            test_harness = true;
        else if (!strcmp(argv[i], "-v"))
            p.verbose = true;
        else if (!strcmp(argv[i], "-t"))
            p.types = true;
        else
            file = argv[i];
    }
    Options options;
    memset(&options, 0, sizeof options);
    options.edition = edition;
    options.test_harness = test_harness;
    Db *db = p.db = db_new(&options);
    source_store_new(db);
    db->expand = expand_store_new();
    db->defs = names_store_new();
    db->types = ty_store_new();
    db->solve = solve_store_new();
    syntax_register(db);
    names_register(db);
    hir_register(db);
    types_register(db);
    solve_register(db);
    infer_register(db);
    query_register(db, Q_const_normalize, const_stub);
    const char *library = getenv("LIBRARY");
    names_declare_sysroot(db, str_from(library ? library : "/usr/src/rustc-1.96.0/library"));
    CrateId crate = {0};
    if (file) {
        FileId id = source_file(db, str_from(file));
        OsError error;
        if (!source_read(db, id, DURABILITY_LOW, &error)) {
            fprintf(stderr, "%s\n", error.text);
            return 1;
        }
        crate = names_declare_user(db, id.id, symbol_intern(&db->symbols, STR("user")), edition);
    } else {
        char name[64];
        snprintf(name, sizeof name, "%s",
                 crate_name   ? crate_name
                 : def_prefix ? def_prefix
                              : "core");
        char *colon = strstr(name, "::");
        if (colon) *colon = 0;
        crate = crate_find(db, symbol_intern(&db->symbols, str_from(name)));
    }
    double start = now();
    names_report(db, crate);
    u32 bodies = 0, failed = 0, tainted = 0;
    for (u32 id = 1; id <= intern_count(&db->defs->defs) - 1; id++) {
        DefId def = {id};
        const DefRow *row = def_row(db, def);
        if (row->crate != crate.id) continue;
        u64 mark = scratch_mark(&db->scratch);
        DefKind kind = (DefKind)row->kind;
        if (kind == DEF_IMPL || kind == DEF_TRAIT) {
            u32 count;
            def_assoc_items(db, def, &count);
        }
        bool is_body = kind == DEF_FN || kind == DEF_ASSOC_FN || kind == DEF_CONST ||
                       kind == DEF_STATIC || kind == DEF_ASSOC_CONST;
        if (is_body && def_prefix) {
            Str path = def_path_str(db, def, &db->scratch);
            u32 n = (u32)strlen(def_prefix);
            is_body = path.len >= n && !memcmp(path.at, def_prefix, n);
        }
        if (is_body && def_has_body(db, def)) {
            bodies++;
            p.owner = def;
            p.errors = 0;
            if (getenv("TRACE")) {
                fprintf(stderr, "%.*s\n", STR_ARG(def_path_str(db, def, &db->scratch)));
            }
            double t0 = now();
            const Typeck *t = typeck(db, def);
            double dt = now() - t0;
            if (dt > 0.5)
                printf("slow: %.2f s %.*s\n", dt, STR_ARG(def_path_str(db, def, &db->scratch)));
            query_notes(db, Q_typeck, def.id, QUERY_NOTES_ALL, on_note, &p);
            failed += p.errors != 0;
            if (t->is_tainted && !p.errors) {
                tainted++;
                if (p.verbose)
                    printf("%.*s: tainted in silence\n",
                           STR_ARG(def_path_str(db, def, &db->scratch)));
            }
            if (p.types && !t->is_tainted) {
                const HirBody *hir = hir_body(db, def);
                printf("fn %.*s\n", STR_ARG(def_path_str(db, def, &db->scratch)));
                static const char *const kinds[] = {"Fn", "FnMut", "FnOnce"};
                static const char *const modes[] = {"ByValue", "ImmBorrow", "MutBorrow",
                                                    "UniqueImmBorrow"};
                for (u32 i = 1; i < t->closures.count; i++) {
                    const ClosureInfo *c = &LIST_AT(t, ClosureInfo, t->closures)[i];
                    printf("  closure %u %s", i, kinds[c->kind]);
                    for (u32 k = 0; k < c->capture_count; k++) {
                        const Capture *cap =
                            &LIST_AT(t, Capture, t->captures)[c->capture_first + k];
                        printf(" %.*s[",
                               STR_ARG(symbol_str(
                                   &db->symbols,
                                   HIR_AT(hir, HirLocalRow, locals, cap->local.id)->name)));
                        for (u32 n = 0; n < cap->proj_count; n++) {
                            const CaptureProj *proj =
                                &LIST_AT(t, CaptureProj, t->capture_projs)[cap->proj_first + n];
                            if (proj->is_deref)
                                printf("%sDeref", n ? "," : "");
                            else
                                printf("%s(%u, %u)", n ? "," : "", proj->field, proj->variant);
                        }
                        printf("]->%s", modes[cap->mode]);
                    }
                    printf("\n");
                }
                for (u32 i = 1; i < t->local_tys.count; i++)
                    printf("  %.*s: %.*s\n",
                           STR_ARG(
                               symbol_str(&db->symbols, HIR_AT(hir, HirLocalRow, locals, i)->name)),
                           STR_ARG(ty_print(db, typeck_local(t, (HirLocal){i}), &db->scratch)));
            }
        }
        scratch_rewind(&db->scratch, mark);
        fflush(stdout);
    }
    if (p.groups.count) qsort(p.groups.at, p.groups.count, sizeof(Group), by_count);
    for (u32 i = 0; i < p.groups.count && i < 60; i++)
        printf("%6u %s  [%.*s]\n", p.groups.at[i].count, p.groups.at[i].text,
               STR_ARG(def_path_str(db, p.groups.at[i].example, &db->scratch)));
    printf("%u bodies, %u with errors, %u tainted in silence, %.2f s\n", bodies, failed, tainted,
           now() - start);
    fflush(stdout);
    _Exit(failed != 0);
}
