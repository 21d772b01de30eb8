#define _GNU_SOURCE
#include "cli/tests_beside.h"

#include "cli/tell.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

typedef VEC(const char *) Argv;

static void put_flag(Scratch *scratch, Argv *argv, const char *name, bool value) {
    vec_push(scratch, argv, "-C");
    vec_push(scratch, argv, scratch_print(scratch, "%s=%s", name, value ? "yes" : "no").at);
}

// The same options, as far as they say how the file is compiled and how messages look.
static Argv arguments(const CliArgs *args, Scratch *scratch) {
    static const char *const colours[] = {"auto", "always", "never"};
    Argv argv = {0};
    const char *fixed[] = {args->rac_path,
                           "test",
                           "--watch",
                           "--when-asked",
                           "--no-rustc",
                           "--edition",
                           scratch_print(scratch, "%u", args->options.edition).at,
                           "--color",
                           colours[args->colour]};
    vec_append(scratch, &argv, fixed, ARRAY_LEN(fixed));
    if (args->json) vec_push(scratch, &argv, "--json");
    if (args->no_cache) vec_push(scratch, &argv, "--no-cache");
    if (args->options.sysroot.len) {
        vec_push(scratch, &argv, "--sysroot");
        vec_push(scratch, &argv, scratch_str(scratch, args->options.sysroot).at);
    }
    put_flag(scratch, &argv, "debug-assertions", args->options.debug_assertions);
    put_flag(scratch, &argv, "overflow-checks", args->options.overflow_checks);
    for (u32 i = 0; i < args->options.cfg_count; i++) {
        vec_push(scratch, &argv, "--cfg");
        vec_push(scratch, &argv, scratch_str(scratch, args->options.cfgs[i]).at);
    }
    vec_push(scratch, &argv, args->input);
    vec_push(scratch, &argv, NULL);
    return argv;
}

static int spawn(const CliArgs *args, int input, pid_t *pid) {
    Scratch scratch;
    scratch_init(&scratch);
    Argv argv = arguments(args, &scratch);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input, 0);
    posix_spawnattr_t attr;
    posix_spawnattr_init(&attr);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
    int failure = posix_spawn(pid, "/proc/self/exe", &actions, &attr,
                              (char *const *)(uintptr_t)argv.at, environ);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&actions);
    scratch_deinit(&scratch);
    return failure;
}

static void start(TestsBeside *tests, const CliArgs *args) {
    int pair[2]; // a socket: writing to one whose reader has gone is an error, and no signal
    int failure = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0 ? 0 : errno;
    if (!failure) {
        failure = spawn(args, pair[1], &tests->pid);
        close(pair[1]);
        tests->keys = pair[0];
        if (failure) close(pair[0]);
    }
    if (!failure) return;
    tests->pid = 0;
    Field fields[] = {{"text", strerror(failure), 0}};
    tell(args, "tests-failed", fields, 1, "the tests cannot be run: %s", strerror(failure));
}

void tests_beside_ask(TestsBeside *tests, const CliArgs *args) {
    if (tests->pid && send(tests->keys, "t", 1, MSG_NOSIGNAL) == 1) return;
    tests_beside_close(tests);
    start(tests, args);
}

void tests_beside_close(TestsBeside *tests) {
    if (!tests->pid) return;
    kill(tests->pid, SIGKILL); // its own children end with it
    while (waitpid(tests->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    close(tests->keys);
    tests->pid = 0;
}
