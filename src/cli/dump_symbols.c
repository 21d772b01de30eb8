// rac dump symbols: what the program is made of by name: the functions and statics that main
// reaches, where each comes from, and its symbol.
//
//     user         the program's own
//     library      compiled from the library's source, for the types it is used with
//     glue         made by the compiler: destructors, shims, the entry
//     precompiled  called where the toolchain's precompiled crates have it
//     system       found by name in the system's libraries
#include "cli/dump.h"
#include "cli/program.h"
#include "cli/reach.h"
#include "names/names.h"
#include "symbols/v0.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct Row {
    const char *tier;
    Str path;   // as one would write it
    Str symbol; // as the linker sees it
} Row;
typedef VEC(Row) Rows;

static const char *tier_of(Db *db, const InstanceRow *row) {
    switch ((InstanceKind)row->kind) {
    case INST_ITEM:
    case INST_EXTERN: return crate_row(db, def_crate(db, row->def))->is_local ? "user" : "library";
    case INST_DROP_GLUE:
    case INST_VTABLE_SHIM:
    case INST_REIFY_SHIM:
    case INST_FN_PTR_SHIM:
    case INST_CLOSURE_ONCE_SHIM:
    case INST_CLONE_SHIM:
    case INST_VIRTUAL:
    case INST_INTRINSIC:
    case INST_MAIN:
    case INST_GLOBAL_ALLOC: break;
    }
    return "glue";
}

static Row external_row(Scratch *scratch, Str name) {
    V0Name v0;
    if (v0_parse(scratch, name, &v0)) return (Row){"precompiled", v0.path, name};
    return (Row){"system", name, name};
}

// False: it has no name outside (constants, vtables).
static bool row_of(Program *program, IrSym sym, Scratch *scratch, Row *out) {
    Db *db = program->session->db;
    const ProgramSource *source = &program->source;
    const IrSymRow *row = ir_symbol_row(source->symbols, sym);
    if (row->key == 0) {
        *out = external_row(scratch, ir_symbol_name(source->symbols, sym));
        return out->symbol.len != 0;
    }
    MonoRef ref = mono_ref(db, row->key);
    Str symbol = source->name(source->cx, sym, scratch);
    if (ref.kind == REF_INSTANCE) {
        *out = (Row){tier_of(db, instance_row(db, ref.instance)),
                     instance_print(db, ref.instance, scratch), symbol};
        return true;
    }
    if (ref.kind != REF_STATIC && ref.kind != REF_TLS) return false;
    bool is_users = crate_row(db, def_crate(db, ref.def))->is_local;
    *out = (Row){is_users ? "user" : "library", def_path_str(db, ref.def, scratch), symbol};
    return true;
}

static int compare_text(Str a, Str b) {
    int order = memcmp(a.at, b.at, min_u32(a.len, b.len));
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static int compare_rows(const void *left, const void *right) {
    const Row *a = left, *b = right;
    int order = -strcmp(a->tier, b->tier); // the user's first
    if (!order) order = compare_text(a->path, b->path);
    return order ? order : compare_text(a->symbol, b->symbol);
}

int dump_symbols(Session *session) {
    Program program;
    if (!program_open(&program, session, IR_SYM_FN_SLOT)) return STATUS_FAILED;
    Scratch scratch;
    scratch_init(&scratch);
    U32Vec syms = reach_symbols(&program, &program.entry, 1, &scratch);
    Rows rows = {0};
    for (u32 i = 0; i < syms.count; i++) {
        Row row;
        if (row_of(&program, (IrSym){syms.at[i]}, &scratch, &row)) vec_push(&scratch, &rows, row);
    }
    if (rows.count) qsort(rows.at, rows.count, sizeof *rows.at, compare_rows);
    for (u32 i = 0; i < rows.count; i++) {
        const Row *row = &rows.at[i];
        printf("%-11s  %.*s\n", row->tier, STR_ARG(row->path));
        if (!str_eq(row->path, row->symbol)) printf("%11s  %.*s\n", "", STR_ARG(row->symbol));
    }
    scratch_deinit(&scratch);
    program_close(&program);
    return STATUS_OK;
}
