// The command line: what it said, and the subcommands.
//
// A subcommand is a row of command_table (main.c) and a file of its own. It gets the parsed
// arguments and answers rac's exit status: STATUS_OK, STATUS_FAILED when the program is wrong or
// cannot be compiled, STATUS_USAGE when the command line is; `rac run` answers the program's own.

#ifndef RAC_CLI_COMMAND_H
#define RAC_CLI_COMMAND_H

#include "query/db.h"

enum { STATUS_OK = 0, STATUS_FAILED = 1, STATUS_USAGE = 2 };

typedef enum ColourChoice { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER } ColourChoice;

// Parsed arguments. Text lies in argv or in the args' own scratch.
typedef struct CliArgs {
    Options options;
    const struct Command *command;
    const char *rac_path;   // argv[0]
    const char *input;      // the .rs file; NULL when none was given
    const char *output;     // -o
    const char *stage;      // dump
    const char *action;     // cache
    const char *function;   // dump: only this one
    const char *after;      // dump queries: the file with the text after an edit
    const char *help_topic; // help COMMAND
    char **program_args;    // after `--`
    u32 program_arg_count;
    const char *const *link_args; // -C link-arg
    u32 link_arg_count;
    const char *const *test_args; // test: the filter and the harness's options
    u32 test_arg_count;
    ColourChoice colour;
    bool std;          // check --std
    bool names;        // check --std --names
    bool no_cache;     // nothing of earlier runs
    bool json;         // watch, test --watch: events as JSON
    bool keep_old;     // watch: go on with the old code when a layout changes
    bool watch;        // test --watch
    bool no_rustc;     // watch, test --watch: no borrow errors
    bool borrow;       // check: rustc's errors too
    bool direct_calls; // run: measure what slots cost
    bool when_asked;   // test --watch: run tests at a key, not at each save
} CliArgs;

// What a command accepts beside the options of all.
enum {
    TAKES_INPUT = 1,
    TAKES_OUTPUT = 2,
    TAKES_STAGE = 4,
    TAKES_PROGRAM_ARGS = 8,
    TAKES_TOPIC = 16,
    TAKES_STD = 32,
    TAKES_FILTER = 64,     // test: a filter, and options of the test harness
    TAKES_WATCH = 128,     // --on-layout-change
    TAKES_BORROW = 512,    // --borrow
    TAKES_EVENTS = 256,    // --json, --no-rustc
    TAKES_ACTION = 1024,   // cache
    TAKES_UNSTABLE = 2048, // -Z
};

typedef struct Command {
    const char *name;
    const char *usage;
    const char *summary; // one line, for the list
    const char *help;    // paragraphs
    u32 takes;
    int (*run)(const CliArgs *args);
} Command;

const Command *command_find(const char *name); // NULL if there is none
const Command *command_at(u32 index);          // NULL past the end

// Fills `args`; on a mistake prints it, with what would have been right, and answers false.
// `scratch` holds the lists.
bool args_parse(CliArgs *args, int argc, char **argv, Scratch *scratch);
void args_print_options(u32 takes); // the options' part of a help text

int command_run(const CliArgs *args);
int command_build(const CliArgs *args);
int command_check(const CliArgs *args);
int check_std(const CliArgs *args); // check --std
int command_test(const CliArgs *args);
int command_watch(const CliArgs *args);
int command_dump(const CliArgs *args);
int command_cache(const CliArgs *args);
int command_help(const CliArgs *args);

void dump_print_stages(void); // the stages' part of its help text

// "error: ..." on stderr, coloured as the arguments say.
void cli_error(const CliArgs *args, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool cli_colour(const CliArgs *args); // of stderr

#endif
