// rac dump STAGE: one row per stage.
#include "cli/dump.h"

#include <stdio.h>

typedef struct Stage {
    const char *name;
    const char *what;
    int (*print)(Session *session);
    bool of_crate; // needs names, types and the rest
} Stage;

static const Stage stages[] = {
    {"tokens", "what the lexer made of the text", dump_tokens, false},
    {"ast", "the syntax tree, before macros are expanded", dump_ast, false},
    {"items", "the items of the file, before macros are expanded", dump_item_rows, false},
    {"types", "the types of the expressions of each body", dump_types, true},
    {"mir", "control flow, with drops and unwinding", dump_mir, true},
    {"layout", "size, fields, niches of the types without parameters", dump_layout, true},
    {"abi", "how functions pass their arguments", dump_abi, true},
    {"ir", "machine-level code of each instance", dump_ir, true},
    {"asm", "machine code, disassembled", dump_asm, true},
    {"symbols", "the functions and statics that main reaches: where from, and their symbols",
     dump_symbols, true},
    {"queries", "what a compile asked for; library facts that depend on the crate", dump_queries,
     true},
};

void dump_print_stages(void) {
    for (u32 i = 0; i < ARRAY_LEN(stages); i++)
        printf("  %-9s %s\n", stages[i].name, stages[i].what);
}

int command_dump(const CliArgs *args) {
    const Stage *stage = NULL;
    for (u32 i = 0; i < ARRAY_LEN(stages); i++) {
        if (strcmp(stages[i].name, args->stage) == 0) stage = &stages[i];
    }
    if (!stage) {
        cli_error(args, "there is no stage `%s` (see `rac help dump`)", args->stage);
        return STATUS_USAGE;
    }
    if (args->after && stage->print != dump_queries) {
        cli_error(args, "`--after` goes with `rac dump queries`");
        return STATUS_USAGE;
    }
    Session session;
    bool opened =
        stage->of_crate ? session_open_crate(&session, args) : session_open(&session, args);
    if (!opened) return STATUS_FAILED;
    int status = stage->print(&session);
    session_close(&session);
    return status;
}
