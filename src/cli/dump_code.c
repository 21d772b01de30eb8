// rac dump ir | asm: of everything main reaches, or of the instances whose name ends in the one
// given.
#include "cli/dump.h"
#include "cli/program.h"

#include <stdio.h>

typedef void PrintFn(const IrFn *fn, Program *program);

// `path` is `want`, or ends in it behind a `::`, whatever its generic arguments.
static bool ends_in(Str path, Str want) {
    const char *angle = memchr(path.at + (path.len > 0), '<', path.len ? path.len - 1 : 0);
    u32 ends[] = {path.len, angle ? (u32)(angle - path.at) : path.len};
    for (u32 i = 0; i < ARRAY_LEN(ends); i++) {
        if (ends[i] < want.len) continue;
        u32 rest = ends[i] - want.len;
        if (memcmp(path.at + rest, want.at, want.len) == 0 &&
            (rest == 0 || path.at[rest - 1] == ':'))
            return true;
    }
    return false;
}

static int dump_code(Session *session, PrintFn *print) {
    Program program;
    if (!program_open(&program, session, IR_SYM_FN_SLOT)) return STATUS_FAILED;
    Db *db = session->db;
    const ProgramSource *source = &program.source;
    const char *want = session->args->function;
    Scratch scratch;
    scratch_init(&scratch);
    u32 found = 0;
    // Symbols appear while the functions and data before them are made.
    for (u32 id = 1; id < intern_count(&source->symbols->rows); id++) {
        IrSym sym = {id};
        if (program_is_external(source, sym)) continue;
        MonoRef ref = mono_ref(db, ir_symbol_row(source->symbols, sym)->key);
        if (ref.kind != REF_INSTANCE) {
            ProgramData data;
            (void)source->data(source->cx, sym, &scratch, &data);
        } else {
            const IrFn *fn = program_ir(&program, sym);
            Str name = instance_print(db, ref.instance, &scratch);
            if (fn && (!want || ends_in(name, str_from(want)))) {
                printf("// %.*s\n", STR_ARG(name));
                print(fn, &program);
                found++;
            }
        }
        scratch_rewind(&scratch, 0);
    }
    u32 errors = program.errors;
    if (!found && want) cli_error(session->args, "main reaches no function `%s`", want);
    scratch_deinit(&scratch);
    program_close(&program);
    return errors || (want && !found) ? STATUS_FAILED : STATUS_OK;
}

static void print_ir(const IrFn *fn, Program *program) {
    (void)program;
    ir_print(fn, stdout);
    putchar('\n');
}

static void print_asm(const IrFn *fn, Program *program) {
    Scratch scratch;
    scratch_init(&scratch);
    X64Code code;
    Str why;
    if (x64_gen(fn, &scratch, &code, &why))
        x64_disassemble(stdout, &code, program->source.symbols);
    else
        printf("  not supported: %.*s\n", STR_ARG(why));
    putchar('\n');
    scratch_deinit(&scratch);
}

int dump_ir(Session *session) {
    return dump_code(session, print_ir);
}
int dump_asm(Session *session) {
    return dump_code(session, print_asm);
}
