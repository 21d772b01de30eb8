// rac dump STAGE: one row per stage; a stage that has no printer yet says so.
#include "cli/dump.h"

#include <stdio.h>

typedef struct Stage {
    const char *name;
    int (*print)(Session *session); // NULL: not there yet
} Stage;

static const Stage stages[] = {
#ifdef RAC_WITH_SYNTAX
    {"tokens", dump_tokens}, {"items", dump_item_rows},
#else
    {"tokens", NULL}, {"items", NULL},
#endif
    {"ast", NULL},           {"types", NULL},           {"mir", NULL},     {"ir", NULL},
    {"asm", NULL},           {"symbols", NULL},         {"queries", NULL},
};

int command_dump(const Args *args) {
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
