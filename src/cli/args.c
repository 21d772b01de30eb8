#include "cli/command.h"

#include <stdio.h>
#include <stdlib.h>

typedef enum OptionId {
    OPTION_HELP,
    OPTION_OUTPUT,
    OPTION_EDITION,
    OPTION_CFG,
    OPTION_SYSROOT,
    OPTION_CODEGEN,
    OPTION_COLOUR,
    OPTION_TIME_PASSES,
    OPTION_STD,
    OPTION_NAMES,
    OPTION_NO_CACHE,
    OPTION_JSON,
    OPTION_LAYOUT_CHANGE,
    OPTION_WATCH,
    OPTION_WHEN_ASKED,
    OPTION_NO_RUSTC,
    OPTION_BORROW,
    OPTION_AFTER,
    OPTION_UNSTABLE,
} OptionId;

typedef struct OptionRow {
    OptionId id;
    const char *short_name; // NULL if none
    const char *long_name;  // NULL if none
    const char *value;      // what its value is called; NULL: it has none
    const char *help;       // NULL: it is not listed
    u32 takes;              // 0: every command has it
} OptionRow;

static const OptionRow option_rows[] = {
    {OPTION_OUTPUT, "-o", NULL, "FILE", "write the executable here (default: the input's name)",
     TAKES_OUTPUT},
    {OPTION_EDITION, NULL, "--edition", "YEAR", "2015, 2018, 2021 (the default) or 2024",
     TAKES_INPUT},
    {OPTION_CFG, NULL, "--cfg", "SPEC", "set a cfg: NAME or KEY=\"VALUE\"", TAKES_INPUT},
    {OPTION_CODEGEN, "-C", "--codegen", "KEY=VALUE",
     "debug-assertions=yes|no, overflow-checks=yes|no,\n"
     "link-arg=ARG; opt-level, debuginfo and codegen-units are\n"
     "taken and have no effect",
     TAKES_INPUT},
    {OPTION_SYSROOT, NULL, "--sysroot", "DIR",
     "the Rust toolchain to use (else $RAC_SYSROOT, then\n"
     "the rustc on PATH, then the system's)",
     TAKES_INPUT | TAKES_ACTION},
    {OPTION_STD, NULL, "--std", NULL, "check every body of the standard library instead",
     TAKES_STD},
    {OPTION_NAMES, NULL, "--names", NULL, "with --std: count its modules, imports and macros",
     TAKES_STD},
    {OPTION_WATCH, NULL, "--watch", NULL,
     "stay, and after each save run the tests again whose code\n"
     "the edit can have changed",
     TAKES_FILTER},
    {OPTION_WHEN_ASKED, NULL, "--when-asked", NULL,
     "with --watch: run them when t is pressed, not at each save", TAKES_FILTER},
    {OPTION_AFTER, NULL, "--after", "EDITED.rs",
     "with `queries`: what runs, and why, when the file's text\n"
     "becomes that of EDITED.rs",
     TAKES_STAGE},
    {OPTION_BORROW, NULL, "--borrow", NULL, "ask rustc for its errors too: those of borrows",
     TAKES_BORROW},
    {OPTION_NO_RUSTC, NULL, "--no-rustc", NULL, "watching, do not ask rustc for borrow errors",
     TAKES_EVENTS},
    {OPTION_JSON, NULL, "--json", NULL, "watching, tell what happens as one JSON object per line",
     TAKES_EVENTS},
    {OPTION_LAYOUT_CHANGE, NULL, "--on-layout-change", "WHAT",
     "restart (the default) or keep-old: what to do when values\n"
     "in the program's memory do not fit the new code",
     TAKES_WATCH},
    {OPTION_NO_CACHE, NULL, "--no-cache", NULL,
     "compute everything anew: neither use nor keep what earlier\n"
     "runs have found out",
     TAKES_INPUT},
    {OPTION_TIME_PASSES, NULL, "--time-passes", NULL, "print what each kind of query cost",
     TAKES_INPUT},
    {OPTION_UNSTABLE, "-Z", NULL, "NAME", NULL, TAKES_UNSTABLE},
    {OPTION_COLOUR, NULL, "--color", "WHEN", "auto (the default), always or never", 0},
    {OPTION_HELP, "-h", "--help", NULL, "print this text", 0},
};

void args_print_options(u32 takes) {
    puts("\nOptions:");
    for (u32 i = 0; i < ARRAY_LEN(option_rows); i++) {
        const OptionRow *row = &option_rows[i];
        if (!row->help || (row->takes && !(row->takes & takes))) continue;
        char names[64];
        const char *long_name = row->long_name ? row->long_name : "";
        snprintf(names, sizeof names, "%s%s%s%s%s", row->short_name ? row->short_name : "    ",
                 row->short_name && row->long_name ? ", " : "", long_name, row->value ? " " : "",
                 row->value ? row->value : "");
        printf("  %-26s", names);
        for (const char *at = row->help; *at; at++) {
            putchar(*at);
            if (*at == '\n') printf("%28s", "");
        }
        putchar('\n');
    }
}

typedef struct Parser {
    CliArgs *args;
    int argc;
    char **argv;
    int next;
    Scratch *scratch;
    VEC(Str) cfgs;
    VEC(const char *) link_args;
    VEC(const char *) test_args;
} Parser;

// The row and, of `--name=value` and `-Cvalue`, the value inside the argument.
static const OptionRow *find_option(const char *arg, const char **inside) {
    *inside = NULL;
    for (u32 i = 0; i < ARRAY_LEN(option_rows); i++) {
        const OptionRow *row = &option_rows[i];
        if (row->short_name && strncmp(arg, row->short_name, 2) == 0) {
            if (arg[2] && !row->value) continue;
            if (arg[2]) *inside = arg + 2;
            return row;
        }
        size_t len = row->long_name ? strlen(row->long_name) : 0;
        if (len && strncmp(arg, row->long_name, len) == 0 && (arg[len] == 0 || arg[len] == '=')) {
            if (arg[len] == '=') *inside = arg + len + 1;
            return row;
        }
    }
    return NULL;
}

static bool parse_bool(const char *text, bool *out) {
    if (!strcmp(text, "yes") || !strcmp(text, "y") || !strcmp(text, "on") || !strcmp(text, "true"))
        *out = true;
    else if (!strcmp(text, "no") || !strcmp(text, "n") || !strcmp(text, "off") ||
             !strcmp(text, "false"))
        *out = false;
    else
        return false;
    return true;
}

static bool parse_codegen(Parser *parser, const char *text) {
    CliArgs *args = parser->args;
    const char *equals = strchr(text, '=');
    Str key = {text, (u32)(equals ? equals - text : (long)strlen(text))};
    const char *value = equals ? equals + 1 : "yes";
    bool *flag = str_eq(key, STR("debug-assertions"))  ? &args->options.debug_assertions
                 : str_eq(key, STR("overflow-checks")) ? &args->options.overflow_checks
                                                       : NULL;
    if (flag) {
        if (parse_bool(value, flag)) return true;
        cli_error(args, "`-C %.*s` is yes or no, not `%s`", STR_ARG(key), value);
        return false;
    }
    if (str_eq(key, STR("link-arg"))) {
        vec_push(parser->scratch, &parser->link_args, value);
        return true;
    }
    if (str_eq(key, STR("opt-level")) || str_eq(key, STR("debuginfo")) ||
        str_eq(key, STR("codegen-units")))
        return true;
    if (str_eq(key, STR("panic"))) {
        if (strcmp(value, "unwind") == 0) return true;
        cli_error(args, "`-C panic=%s` is not supported: rac's programs unwind", value);
        return false;
    }
    cli_error(args, "`-C %.*s` is not supported (see `rac help %s`)", STR_ARG(key),
              args->command->name);
    return false;
}

static bool parse_edition(CliArgs *args, const char *text) {
    static const u32 editions[] = {2015, 2018, 2021, 2024};
    for (u32 i = 0; i < ARRAY_LEN(editions); i++) {
        if ((u32)strtoul(text, NULL, 10) == editions[i] && strlen(text) == 4) {
            args->options.edition = editions[i];
            return true;
        }
    }
    cli_error(args, "there is no edition `%s`: it is 2015, 2018, 2021 or 2024", text);
    return false;
}

static bool parse_colour(CliArgs *args, const char *text) {
    static const char *const names[] = {"auto", "always", "never"};
    for (u32 i = 0; i < ARRAY_LEN(names); i++) {
        if (strcmp(text, names[i]) == 0) {
            args->colour = (ColourChoice)i;
            return true;
        }
    }
    cli_error(args, "`--color` is auto, always or never, not `%s`", text);
    return false;
}

// A cfg is NAME or NAME="VALUE", where a shell may have eaten the quotes' escapes but not them.
static bool parse_cfg(Parser *parser, const char *text) {
    const char *at = text;
    while (*at == '_' || (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
           (at > text && *at >= '0' && *at <= '9'))
        at++;
    size_t rest = strlen(at);
    bool ok = at > text &&
              (rest == 0 || (rest >= 3 && at[0] == '=' && at[1] == '"' && at[rest - 1] == '"'));
    if (!ok) {
        cli_error(parser->args, "`--cfg %s`: expected NAME or NAME=\"VALUE\"", text);
        return false;
    }
    vec_push(parser->scratch, &parser->cfgs, str_from(text));
    return true;
}

static bool parse_option(Parser *parser, const OptionRow *row, const char *value) {
    CliArgs *args = parser->args;
    switch (row->id) {
    case OPTION_HELP: args->help_topic = args->command->name; return true;
    case OPTION_OUTPUT: args->output = value; return true;
    case OPTION_EDITION: return parse_edition(args, value);
    case OPTION_CFG: return parse_cfg(parser, value);
    case OPTION_SYSROOT: args->options.sysroot = str_from(value); return true;
    case OPTION_CODEGEN: return parse_codegen(parser, value);
    case OPTION_COLOUR: return parse_colour(args, value);
    case OPTION_TIME_PASSES: args->options.time_passes = true; return true;
    case OPTION_STD: args->std = true; return true;
    case OPTION_NAMES: args->names = true; return true;
    case OPTION_NO_CACHE: args->no_cache = true; return true;
    case OPTION_JSON: args->json = true; return true;
    case OPTION_WATCH: args->watch = true; return true;
    case OPTION_NO_RUSTC: args->no_rustc = true; return true;
    case OPTION_AFTER: args->after = value; return true;
    case OPTION_BORROW: args->borrow = true; return true;
    case OPTION_WHEN_ASKED: args->when_asked = true; return true;
    case OPTION_UNSTABLE:
        args->direct_calls = strcmp(value, "direct-calls") == 0;
        if (args->direct_calls) return true;
        cli_error(args, "`-Z %s` is not known: there is `-Z direct-calls`", value);
        return false;
    case OPTION_LAYOUT_CHANGE:
        args->keep_old = strcmp(value, "keep-old") == 0;
        if (args->keep_old || strcmp(value, "restart") == 0) return true;
        cli_error(args, "`--on-layout-change` is restart or keep-old, not `%s`", value);
        return false;
    }
    UNREACHABLE();
}

static bool parse_positional(Parser *parser, const char *text) {
    CliArgs *args = parser->args;
    u32 takes = args->command->takes;
    if ((takes & TAKES_TOPIC) && !args->help_topic)
        args->help_topic = text;
    else if ((takes & TAKES_ACTION) && !args->action)
        args->action = text;
    else if ((takes & TAKES_STAGE) && !args->stage)
        args->stage = text;
    else if ((takes & TAKES_INPUT) && !args->input)
        args->input = text;
    else if ((takes & TAKES_STAGE) && !args->function)
        args->function = text;
    else if (takes & TAKES_FILTER)
        vec_push(parser->scratch, &parser->test_args, text);
    else {
        cli_error(args, "unexpected argument `%s`%s", text,
                  takes & TAKES_PROGRAM_ARGS ? " (the program's arguments follow `--`)" : "");
        return false;
    }
    return true;
}

static bool parse_one(Parser *parser) {
    CliArgs *args = parser->args;
    const char *arg = parser->argv[parser->next++];
    if (arg[0] != '-' || arg[1] == 0) return parse_positional(parser, arg);
    const char *value;
    const OptionRow *row = find_option(arg, &value);
    if (!row && (args->command->takes & TAKES_FILTER)) { // the test harness's own
        vec_push(parser->scratch, &parser->test_args, arg);
        return true;
    }
    if (!row || (row->takes && !(row->takes & args->command->takes))) {
        cli_error(args, "`rac %s` has no option `%s` (see `rac help %s`)", args->command->name, arg,
                  args->command->name);
        return false;
    }
    if (row->value && !value) {
        if (parser->next >= parser->argc) {
            cli_error(args, "`%s` needs a value: %s", arg, row->value);
            return false;
        }
        value = parser->argv[parser->next++];
    } else if (!row->value && value) {
        cli_error(args, "`%s` takes no value", row->long_name);
        return false;
    }
    return parse_option(parser, row, value);
}

bool args_parse(CliArgs *args, int argc, char **argv, Scratch *scratch) {
    *args = (CliArgs){
        .options = {.edition = 2021, .debug_assertions = true, .overflow_checks = true},
        .rac_path = argv[0],
    };
    const char *name = argc > 1 ? argv[1] : "help";
    if (!strcmp(name, "--help") || !strcmp(name, "-h")) name = "help";
    args->command = command_find(name);
    if (!args->command) {
        bool is_file = strchr(name, '.') != NULL;
        cli_error(args,
                  is_file ? "no command given: did you mean `rac run %s`?"
                          : "there is no command `%s` (see `rac help`)",
                  name);
        return false;
    }
    Parser parser = {.args = args, .argc = argc, .argv = argv, .next = 2, .scratch = scratch};
    while (parser.next < argc) {
        if (strcmp(argv[parser.next], "--") == 0 && (args->command->takes & TAKES_PROGRAM_ARGS)) {
            args->program_args = argv + parser.next + 1;
            args->program_arg_count = (u32)(argc - parser.next - 1);
            break;
        }
        if (!parse_one(&parser)) return false;
    }
    if ((args->when_asked || args->json || args->no_rustc) &&
        (args->command->takes & TAKES_FILTER) && !args->watch) {
        cli_error(args, "`%s` goes with `--watch`",
                  args->json       ? "--json"
                  : args->no_rustc ? "--no-rustc"
                                   : "--when-asked");
        return false;
    }
    args->test_args = parser.test_args.at;
    args->test_arg_count = parser.test_args.count;
    args->options.cfgs = parser.cfgs.at;
    args->options.cfg_count = parser.cfgs.count;
    args->link_args = parser.link_args.at;
    args->link_arg_count = parser.link_args.count;
    return true;
}
