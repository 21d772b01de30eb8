// rac dump STAGE: one row per stage; a stage that has no printer yet says so.
#include "cli/dump.h"

#include <stdio.h>

typedef struct Stage {
    const char *name;
    const char *what;
    int (*print)(Session *session); // NULL: not there yet
} Stage;

static const Stage stages[] = {
    {"tokens", "what the lexer made of the text", dump_tokens},
    {"ast", "the syntax tree, before macros are expanded", dump_ast},
    {"items", "the items of the file, before macros are expanded", dump_item_rows},
    {"types", "the types of the expressions of each body", NULL},
    {"mir", "control flow, with drops and unwinding", NULL},
    {"ir", "machine-level code of each instance", NULL},
    {"asm", "machine code, disassembled", NULL},
    {"symbols", "the symbols of the executable", NULL},
    {"queries", "what ran, what was kept", NULL},
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
    if (!stage->print) {
        cli_error(args, "`rac dump %s` is not supported yet", args->stage);
        return STATUS_FAILED;
    }
    Session session;
    if (!session_open(&session, args)) return STATUS_FAILED;
    int status = stage->print(&session);
    session_close(&session);
    return status;
}
