#define _GNU_SOURCE
#include "result.h"

#include "cli/dump.h"
#include "cli/program.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

// ---- code ---------------------------------------------------------------------------------------

// Symbols in the order in which they are reached. Their numbers there stand for them.
typedef struct Reached {
    Db *db;
    Program program;
    Scratch scratch; // of one function or datum
    Scratch memory;
    Map numbers; // IrSym -> number
    Map keys;    // id of its MonoRef -> number
    U32Vec syms; // by number - 1
} Reached;

static u32 number_of(Reached *r, u32 sym) {
    u32 number = map_get(&r->numbers, sym);
    if (number) return number;
    vec_push(&r->memory, &r->syms, sym);
    map_set(&r->numbers, sym, r->syms.count);
    u64 key = ir_symbol_row(r->program.source.symbols, (IrSym){sym})->key;
    if (key) map_set(&r->keys, key, r->syms.count);
    return r->syms.count;
}

static void print_place(Db *db, DefId def, u32 lo) {
    u32 file = 0, byte;
    if (def.id) def_locate(db, def, lo, &file, &byte);
    if (!file) return;
    LineCol at = source_line_col(db, (FileId){file}, byte);
    printf(" %.*s:%u:%u", STR_ARG(source_path(db, (FileId){file})), at.line, at.col);
}

// IR with the numbers of symbols in the place of their keys.
static void print_ir(Reached *r, const IrFn *fn) {
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    CHECK(out);
    ir_print(fn, out);
    fclose(out);
    for (const char *at = text; *at; at++) {
        unsigned long long key;
        int len = 0;
        // kind:"name"#key
        bool is_ref = at[0] == '#' && at > text && at[-1] == '"' &&
                      sscanf(at, "#%llu%n", &key, &len) == 1 && len > 0;
        if (!is_ref) {
            putchar(*at);
            continue;
        }
        MonoRef ref = mono_ref(r->db, key);
        printf("#%u.%u", ref.kind, map_get(&r->keys, key));
        at += len - 1;
    }
    free(text);
}

static void print_function(Reached *r, InstanceId instance, u32 what) {
    Db *db = r->db;
    scratch_rewind(&db->scratch, 0);
    Str name = instance_print(db, instance, &r->scratch);
    const CodeBlob *blob = code_of(db, instance);
    if (blob->is_failed) {
        printf("fn %.*s: not supported: %.*s", STR_ARG(name), (int)blob->what.count,
               LIST_AT(blob, char, blob->what));
        print_place(db, blob->def, blob->lo);
        printf("\n");
        return;
    }
    X64Code code = code_view(blob);
    u64 hash = hash_mix(hash_bytes(code.code, code.code_bytes), code.text_bytes);
    hash = hash_mix(hash, hash_bytes(code.cfi, code.cfi_bytes));
    if (code.lsda) hash = hash_mix(hash, hash_bytes(code.lsda, code.lsda_bytes));
    hash = hash_mix(hash, hash_bytes(code.locs, code.loc_count * sizeof *code.locs));
    printf("fn %.*s: %u bytes, %016" PRIx64, STR_ARG(name), code.code_bytes, hash);
    for (u32 i = 0; i < code.reloc_count; i++) {
        const X64Reloc *at = &code.relocs[i];
        printf(" %u:%u:%u%+d", at->offset, at->kind, number_of(r, at->sym), at->addend);
    }
    const MonoLocation *locations = LIST_AT(blob, MonoLocation, blob->locations);
    for (u32 i = 0; i < blob->locations.count; i++)
        print_place(db, locations[i].def, locations[i].lo);
    printf("\n");
    if (!(what & RESULT_IR)) return;
    MonoError error;
    const IrFn *fn = code_ir(db, instance, &error);
    if (fn) print_ir(r, fn);
}

static void print_data(Reached *r, IrSym sym, const char *kind) {
    ProgramData data = {0};
    const ProgramSource *source = &r->program.source;
    if (!source->data(source->cx, sym, &r->scratch, &data)) {
        printf("%s: failed\n", kind);
        return;
    }
    u64 hash = data.bytes ? hash_bytes(data.bytes, data.size) : 0;
    // A static of n zeros may have them as bytes or as none.
    printf("%s: %" PRIu64 " bytes, align %u, %016" PRIx64 "%s", kind, data.size, data.align, hash,
           data.is_mutable ? " mut" : "");
    for (u32 i = 0; i < data.reloc_count; i++)
        printf(" %u:%u", data.relocs[i].offset, number_of(r, data.relocs[i].sym.id));
    printf("\n");
}

static void print_symbol(Reached *r, IrSym sym, u32 what) {
    static const char *const kinds[] = {
        [REF_ALLOC] = "alloc",       [REF_CONST] = "const",   [REF_BYTES] = "bytes",
        [REF_VTABLE] = "vtable",     [REF_STATIC] = "static", [REF_TLS] = "tls",
        [REF_LOCATION] = "location",
    };
    const IrSymbols *symbols = r->program.source.symbols;
    const IrSymRow *row = ir_symbol_row(symbols, sym);
    if (!row->key) {
        printf("extern %.*s\n", STR_ARG(ir_symbol_name(symbols, sym)));
        return;
    }
    MonoRef ref = mono_ref(r->db, row->key);
    if (ref.kind == REF_INSTANCE)
        print_function(r, ref.instance, what);
    else
        print_data(r, sym, kinds[ref.kind]);
}

static void print_code(Session *session, u32 what) {
    Reached r = {.db = session->db};
    if (!program_open(&r.program, session, IR_SYM_FN_SLOT)) return;
    scratch_init(&r.scratch);
    scratch_init(&r.memory);
    number_of(&r, r.program.entry.id);
    for (u32 i = 0; i < r.program.source.root_count; i++)
        number_of(&r, r.program.source.roots[i].id);
    for (u32 i = 0; i < ARRAY_LEN(r.program.source.allocator); i++)
        if (r.program.source.allocator[i].id) number_of(&r, r.program.source.allocator[i].id);
    for (u32 i = 0; i < r.syms.count; i++) {
        printf("%u ", i + 1);
        print_symbol(&r, (IrSym){r.syms.at[i]}, what);
        scratch_rewind(&r.scratch, 0);
    }
    map_deinit(&r.numbers);
    map_deinit(&r.keys);
    scratch_deinit(&r.memory);
    scratch_deinit(&r.scratch);
    program_close(&r.program);
}

// ---- all of it ----------------------------------------------------------------------------------

u32 result_print(Session *session, u32 what) {
    Db *db = session->db;
    query_get(db, Q_crate_check, session->crate.id);
    DiagRenderer renderer = session_renderer(session);
    renderer.out = stdout;
    u32 errors = diag_render(db, Q_crate_check, session->crate.id, &renderer);
    printf("== %u errors\n", errors);
    scratch_rewind(&db->scratch, 0);
    if (what & RESULT_BODIES) {
        static int (*const dumps[])(Session *) = {dump_types, dump_mir, dump_layout, dump_abi};
        static const char *const names[] = {"types", "mir", "layout", "abi"};
        for (u32 i = 0; i < ARRAY_LEN(dumps); i++) {
            printf("== %s\n", names[i]);
            dumps[i](session);
            scratch_rewind(&db->scratch, 0);
        }
    }
    if ((what & RESULT_CODE) && errors == 0) {
        printf("== code\n");
        print_code(session, what);
        scratch_rewind(&db->scratch, 0);
    }
    fflush(stdout);
    return errors;
}

ResultParts result_parts(Str text) {
    static const char mark[] = RESULT_ROUND;
    enum { MARK_LEN = sizeof mark - 1 };
    ResultParts parts = {.head = text};
    const char *end = text.at + text.len;
    Str *last = &parts.head;
    for (u32 i = 0; i < ARRAY_LEN(parts.rounds); i++) {
        const char *at = memmem(last->at, last->len, mark, MARK_LEN);
        if (!at) break;
        last->len = (u32)(at - last->at);
        last = &parts.rounds[i];
        *last = (Str){at + MARK_LEN, (u32)(end - at - MARK_LEN)};
    }
    return parts;
}
