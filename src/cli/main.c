// rac's entry: the stack, the subcommands, the help texts.
#include "cli/command.h"
#include "link/toolchain.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef RAC_VERSION
#define RAC_VERSION "0.1.0"
#endif

static const Command command_table[] = {
    {"run", "rac run [OPTIONS] FILE.rs [-- ARGS...]", "compile a program and run it",
     "Compiles the program in FILE.rs in memory and runs it with ARGS. Its standard input,\n"
     "output and exit status are its own; a panic exits with 101. A program that does not\n"
     "compile is not started: the errors are shown and the exit status is 1.",
     TAKES_INPUT | TAKES_PROGRAM_ARGS | TAKES_UNSTABLE, command_run},
    {"watch", "rac watch [OPTIONS] FILE.rs [-- ARGS...]",
     "run a program and patch it at every save",
     "Compiles the program in FILE.rs in memory, runs it with ARGS and patches it, as it runs, at\n"
     "every save of one of its files. Functions on the stack finish with their old code; statics\n"
     "keep their values. Errors are shown, and the old code runs on. A program that has ended is\n"
     "started again at the next save. What rac says goes to standard error.\n\n"
     "Borrow errors come from rustc, which runs in the background after each save that rac finds\n"
     "no error in: they are told when they come, as rustc's, and hold nothing up.\n\n"
     "On a terminal: r starts the program again, t runs those of the file's tests that edits "
     "since\n"
     "the last t can have changed, e shows the last errors, q quits. The program's standard input\n"
     "is empty then; it has rac's own if that is no terminal.",
     TAKES_INPUT | TAKES_PROGRAM_ARGS | TAKES_EVENTS | TAKES_WATCH, command_watch},
    {"build", "rac build [OPTIONS] FILE.rs [-o FILE]", "compile a program to an executable",
     "Compiles the program in FILE.rs and links it against the toolchain's standard library\n"
     "with the system's C compiler driver. The executable appears whole or not at all.",
     TAKES_INPUT | TAKES_OUTPUT, command_build},
    {"test", "rac test [OPTIONS] FILE.rs [FILTER] [-- ARGS...]", "run a program's tests",
     "Runs the #[test] functions of FILE.rs under the standard test harness. FILTER and ARGS go\n"
     "to it: `rac test lib.rs parse -- --nocapture`, `-- --list`, `-- --ignored`,\n"
     "`-- --test-threads=1`.\n\n"
     "With --watch, rac stays and after each save runs those tests again whose code the edit can\n"
     "have changed; the others keep their results. A test that takes its process down costs that\n"
     "process: the others go on in another. What tests read while they run (files, the\n"
     "environment, the clock) is not looked at. On a terminal: t runs the tests that are due, a\n"
     "runs all, e shows the last errors, q quits.",
     TAKES_INPUT | TAKES_PROGRAM_ARGS | TAKES_EVENTS | TAKES_FILTER, command_test},
    {"check", "rac check [OPTIONS] FILE.rs", "show the errors of a program",
     "Checks the program in FILE.rs and shows its errors and warnings, without making code.\n"
     "Borrow checking is left to rustc, which is asked with --borrow. The exit status is 1 if\n"
     "there were errors.",
     TAKES_INPUT | TAKES_STD | TAKES_BORROW, command_check},
    {"dump", "rac dump [OPTIONS] STAGE FILE.rs [FUNCTION]", "show what a stage of rac made",
     "Prints a stage's result as text, of one function if it is named. `rac dump queries A.rs\n"
     "--after B.rs` tells what an edit makes run: A.rs is compiled, then B.rs's text takes its\n"
     "place. The stages, in order:",
     TAKES_INPUT | TAKES_STAGE, command_dump},
    {"cache", "rac cache [show|clear|update]", "show or clear what is kept between runs",
     "rac keeps what it has found out about the standard library in the user's cache folder\n"
     "($RAC_CACHE_DIR, else ${XDG_CACHE_HOME:-~/.cache}/rac), so that a program starts without\n"
     "reading a line of it. `show` (the default) lists the files, `clear` deletes them, `update`\n"
     "makes what is missing for the toolchain at hand. All of it can be made again at any time.",
     TAKES_ACTION, command_cache},
    {"help", "rac help [COMMAND]", "explain a command", "Explains COMMAND, or lists them all.",
     TAKES_TOPIC, command_help},
};

const Command *command_at(u32 index) {
    return index < ARRAY_LEN(command_table) ? &command_table[index] : NULL;
}

const Command *command_find(const char *name) {
    for (u32 i = 0; i < ARRAY_LEN(command_table); i++) {
        if (strcmp(command_table[i].name, name) == 0) return &command_table[i];
    }
    return NULL;
}

static void print_overview(void) {
    puts("rac compiles and runs Rust programs.\n");
    puts("Usage: rac COMMAND [OPTIONS] ...\n");
    puts("Commands:");
    for (u32 i = 0; i < ARRAY_LEN(command_table); i++)
        printf("  %-8s %s\n", command_table[i].name, command_table[i].summary);
    puts("\nStart with `rac run hello.rs`. `rac help COMMAND` tells more of each;");
    puts("`rac --version` prints the version and the toolchain it found.");
}

int command_help(const CliArgs *args) {
    if (!args->help_topic || strcmp(args->help_topic, "help") == 0) {
        print_overview();
        return STATUS_OK;
    }
    const Command *command = command_find(args->help_topic);
    if (!command) {
        cli_error(args, "there is no command `%s` (see `rac help`)", args->help_topic);
        return STATUS_USAGE;
    }
    printf("%s: %s\n\nUsage: %s\n\n%s\n", command->name, command->summary, command->usage,
           command->help);
    if (command->takes & TAKES_STAGE) dump_print_stages();
    args_print_options(command->takes);
    return STATUS_OK;
}

// ---- the stack ----
//
// Queries ask for queries, so the stack is as deep as the program's dependencies. It is one large
// reserved range; running off its end is told in words instead of a silent crash.

static const size_t STACK_BYTES = 1ull << 30;
static const size_t GUARD_BYTES = 16ull << 20;

typedef struct Start {
    int argc;
    char **argv;
    int status;
} Start;

static u8 *stack_guard; // the one mutable static: a signal handler has no argument to find it by

static void on_fault(int signal_number, siginfo_t *info, void *context) {
    (void)context;
    const u8 *at = info->si_addr;
    if (at >= stack_guard && at < stack_guard + GUARD_BYTES) {
        static const char text[] =
            "error: rac ran out of stack: something in the program nests too deeply\n";
        ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
        (void)ignored;
        _exit(STATUS_FAILED);
    }
    signal(signal_number, SIG_DFL); // any other fault happens again, to its usual end
}

static void *run_command(void *data) {
    Start *start = data;
    static u8 signal_stack[64 << 10];
    stack_t alternative = {.ss_sp = signal_stack, .ss_size = sizeof signal_stack};
    stack_t current;
    sigaltstack(NULL, &current); // a sanitizer has made one, and will take it down
    if (current.ss_flags & SS_DISABLE) sigaltstack(&alternative, NULL);
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);

    Scratch scratch;
    scratch_init(&scratch);
    CliArgs args;
    if (!args_parse(&args, start->argc, start->argv, &scratch)) {
        start->status = STATUS_USAGE;
    } else if (args.help_topic) {
        start->status = command_help(&args);
    } else if ((args.command->takes & TAKES_STAGE) && !args.stage) {
        cli_error(&args, "no stage given: `%s`", args.command->usage);
        start->status = STATUS_USAGE;
    } else if ((args.command->takes & TAKES_INPUT) && !args.input && !args.std) {
        cli_error(&args, "no file given: `%s`", args.command->usage);
        start->status = STATUS_USAGE;
    } else {
        start->status = args.command->run(&args);
    }
    scratch_deinit(&scratch);
    return NULL;
}

static void print_version(void) {
    puts("rac " RAC_VERSION);
    Scratch scratch;
    scratch_init(&scratch);
    Toolchain toolchain;
    LinkError error;
    if (toolchain_find(&scratch, STR(""), &toolchain, &error))
        printf("toolchain: %.*s in %.*s\n", STR_ARG(toolchain.version_line),
               STR_ARG(toolchain.sysroot));
    else
        printf("toolchain: %s\n", error.text);
    scratch_deinit(&scratch);
}

int main(int argc, char **argv) {
    if (argc == 2 && (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V"))) {
        print_version();
        return STATUS_OK;
    }
    u8 *stack = mmap(NULL, GUARD_BYTES + STACK_BYTES, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    CHECK(stack != MAP_FAILED);
    CHECK(mprotect(stack, GUARD_BYTES, PROT_NONE) == 0);
    stack_guard = stack;
    pthread_attr_t attr;
    CHECK(pthread_attr_init(&attr) == 0);
    CHECK(pthread_attr_setstack(&attr, stack + GUARD_BYTES, STACK_BYTES) == 0);
    Start start = {argc, argv, STATUS_FAILED};
    pthread_t thread;
    CHECK(pthread_create(&thread, &attr, run_command, &start) == 0);
    // Signals are for the thread that runs the command: it may take them for its child (jit/jit.h).
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    CHECK(pthread_join(thread, NULL) == 0);
    pthread_attr_destroy(&attr);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        if (start.status == STATUS_OK) start.status = STATUS_FAILED;
    }
    return start.status;
}
