// Random edit scripts: after every edit the incremental result must equal the result from nothing.
//
//     edits_test [--edits N] [--seconds T] [--seed S] [--script K] [--jobs J] [--keep DIR]
//                [--code PERCENT] [--run PERCENT] [--rustc PATH] [--timeout T] [--shrink T] [--warm
//                0] [--wild 1] FILE...
//
// Script K of seed S starts at one of the programs and changes it step by step (mutate.h). A
// failure is told with its seed, script and step, made small (shrink.h) and written to the folder
// of
// --keep: the texts one after another, and the two results of the last. With --wild 1, texts that
// nobody writes are compiled from nothing: none may crash. With --replay 1 each FILE is a folder
// with the texts of a script, as --keep writes them.
#define _GNU_SOURCE
#include "live.h"
#include "mutate.h"
#include "result.h"
#include "shrink.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { STEPS_MIN = 6, STEPS_MAX = 40, SHRINK_SECONDS = 60, SAMPLES_MAX = 24 };

// Shared by the jobs.
typedef struct Totals {
    u32 next_script;
    u32 edits, compiled, coded, run, failures;
    u64 start_ns;
} Totals;

typedef struct EditOptions {
    u32 edits, seconds, jobs, code_percent, timeout_ms, shrink_seconds;
    u64 seed;
    i64 script;  // -1: all
    bool wild;   // broken texts from nothing instead of edits
    bool replay; // written scripts
    bool image;  // the incremental compiler starts from the library image
    bool warm;   // whether what is known of the library is shared
    const char *keep;
    const char *rustc; // NULL: it is not asked
    u32 run_percent;   // of the scripts run their programs
} EditOptions;

typedef struct Run {
    const EditOptions *options;
    Totals *totals;
    Str *programs;
    const char **names;
    u32 program_count;
    Pair pair;
    Scratch scratch; // of one script
    u32 script;
} Run;

// ---- failures -----------------------------------------------------------------------------------

static void write_file(const char *folder, Str name, Str text) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%.*s", folder, STR_ARG(name));
    FILE *out = fopen(path, "wb");
    if (!out) {
        fprintf(stderr, "cannot write %s: %s\n", path, strerror(errno));
        return;
    }
    if (text.len) fwrite(text.at, 1, text.len, out);
    fclose(out);
}

static void keep_steps(const char *folder, const Steps *steps) {
    char path[4000];
    mkdir(folder, 0777);
    for (u32 i = 0; i < steps->count; i++) {
        snprintf(path, sizeof path, "%s/%02u", folder, i + 1);
        mkdir(path, 0777);
        char what[16];
        snprintf(what, sizeof what, "%u\n", steps->at[i].what);
        write_file(path, STR("what"), str_from(what));
        for (u32 k = 0; k < steps->at[i].texts.count; k++)
            write_file(path, steps->at[i].texts.files[k].name, steps->at[i].texts.files[k].text);
    }
}

// The first line in which two texts differ.
static void print_difference(Str a, Str b) {
    u32 line = 0;
    for (u32 i = 0; i < a.len && i < b.len && a.at[i] == b.at[i]; i++)
        if (a.at[i] == '\n') line = i + 1;
    for (u32 side = 0; side < 2; side++) {
        Str text = side ? b : a;
        u32 end = line;
        while (end < text.len && text.at[end] != '\n')
            end++;
        printf("  %s %.*s\n",
               side ? "from nothing:" : "incremental: ", (int)min_u32(end - line, 200),
               text.at + line);
    }
}

static const char *const failure_texts[] = {
    [FAILURE_DIFFERENT] = "the results differ",
    [FAILURE_OUTPUT] = "the patched program prints something else",
    [FAILURE_INCREMENTAL] = "the incremental compiler crashed",
    [FAILURE_FRESH] = "the compiler crashes on this text",
};

// A failed check or a sanitizer's report is the last that it said.
static void print_end(const Answer *crashed) {
    u32 shown = min_u32(crashed->said.len, 1500);
    printf("  status %x: %.*s\n", crashed->status, (int)shown,
           crashed->said.at + crashed->said.len - shown);
}

static void print_failure(const Run *run, Failure failure, const Answer *incremental,
                          const Answer *fresh) {
    const Answer *crashed = failure == FAILURE_FRESH ? fresh : incremental;
    if (failure == FAILURE_DIFFERENT || failure == FAILURE_OUTPUT)
        print_difference(incremental->text, fresh->text);
    else if (crashed->status)
        print_end(crashed);
    else
        printf("  no answer in %u ms\n", run->options->timeout_ms);
}

static void report(Run *run, const Steps *steps, Failure failure, const Answer *incremental,
                   const Answer *fresh) {
    const Step *last = &vec_last(steps);
    printf("FAILED seed %llu script %u step %u (%s, %s): %s\n",
           (unsigned long long)run->options->seed, run->script, steps->count - 1,
           run->names[run->script % run->program_count], last->edit, failure_texts[failure]);
    print_failure(run, failure, incremental, fresh);
    fflush(stdout);
    if (!run->options->keep) return;
    char folder[3000];
    snprintf(folder, sizeof folder, "%s/%llu-%u", run->options->keep,
             (unsigned long long)run->options->seed, run->script);
    mkdir(folder, 0777);
    if (incremental)
        write_file(folder, STR("incremental"),
                   failure == FAILURE_INCREMENTAL ? incremental->said : incremental->text);
    write_file(folder, STR("fresh"), failure == FAILURE_FRESH ? fresh->said : fresh->text);
    Steps small = {0};
    if (failure == FAILURE_FRESH) // its own text is enough
        vec_push(&run->scratch, &small, *last);
    else
        vec_append(&run->scratch, &small, steps->at, steps->count);
    Answer a, b;
    if (shrink_run(&run->pair, &small, &run->scratch, &a, &b) != failure) {
        printf("  it did not happen a second time\n");
        keep_steps(folder, steps);
        return;
    }
    shrink(&run->pair, &small, failure, &run->scratch, run->options->shrink_seconds);
    keep_steps(folder, &small);
    shrink_run(&run->pair, &small, &run->scratch, &a, &b);
    if (incremental)
        write_file(folder, STR("small.incremental"),
                   failure == FAILURE_INCREMENTAL ? a.said : a.text);
    write_file(folder, STR("small.fresh"), failure == FAILURE_FRESH ? b.said : b.text);
    printf("  %u texts in %s\n", small.count, folder);
    fflush(stdout);
}

// Whether rustc accepts all texts that rac accepted. What it refuses for its borrows may do
// anything when it runs, to the process that is patched too.
static bool rustc_accepts(const Run *run, const Steps *steps) {
    if (!run->options->rustc) return true;
    char folder[] = "/tmp/edits-XXXXXX", command[4096];
    CHECK(mkdtemp(folder));
    bool accepts = true;
    for (u32 i = 0; i < steps->count && accepts; i++) {
        const Texts *texts = &steps->at[i].texts;
        if (!steps->at[i].is_good) continue;
        for (u32 k = 0; k < texts->count; k++)
            write_file(folder, texts->files[k].name, texts->files[k].text);
        snprintf(command, sizeof command,
                 "'%s' --edition 2021 --cap-lints allow --emit=metadata -o %s/out %s/main.rs "
                 ">%s/said 2>&1",
                 run->options->rustc, folder, folder, folder);
        accepts = system(command) == 0;
    }
    snprintf(command, sizeof command, "rm -rf %s", folder);
    if (system(command) != 0) fprintf(stderr, "cannot remove %s\n", folder);
    return accepts;
}

// ---- a script -----------------------------------------------------------------------------------

// Files that have come stay: nothing sets a file that was deleted.
static void add_missing(Texts *to, const Texts *from) {
    for (u32 i = 0; i < from->count; i++) {
        bool has = false;
        for (u32 k = 0; k < to->count; k++)
            has |= str_eq(to->files[k].name, from->files[i].name);
        if (!has && to->count < FILES_MAX) to->files[to->count++] = from->files[i];
    }
}

// The next text: an edit of the last one, or a text there was before. Broken programs are mended
// more often than not.
static void next_step(Mutator *m, const Steps *steps, u32 last_good, bool is_good, Step *out) {
    Random *random = &m->random;
    u32 dice = random_below(random, 100);
    u32 back = is_good ? 8 : 65;
    *out = (Step){0};
    if (steps->count > 1 && dice < back) {
        u32 to = dice < back * 7 / 10   ? (is_good ? steps->count - 2 : last_good)
                 : dice < back * 8 / 10 ? 0
                                        : random_below(random, steps->count);
        out->texts = steps->at[to].texts;
        add_missing(&out->texts, &vec_last(steps).texts);
        out->edit = to == 0 ? "original" : "back";
        return;
    }
    const Texts *from = &vec_last(steps).texts;
    Texts now = *from;
    // Now and then a few edits at once.
    for (u32 count = random_chance(random, 20) ? 1 + random_below(random, 4) : 1; count; count--) {
        Texts edited;
        const char *what = NULL;
        for (u32 tries = 0; !what && tries < 50; tries++)
            what = mutate(m, &now, &edited);
        if (!what) break;
        now = edited;
        out->edit = out->edit ? "several" : what;
    }
    out->texts = now;
    if (!out->edit) out->edit = "nothing";
}

static u32 what_for(const Run *run, Random *random) {
    u32 what = RESULT_BODIES;
    if (random_chance(random, run->options->code_percent)) what |= RESULT_CODE;
    if (random_chance(random, 5)) what |= RESULT_IR;
    return what;
}

static void run_script(Run *run, u32 script) {
    scratch_rewind(&run->scratch, 0);
    run->script = script;
    Mutator m;
    mutator_init(&m, hash_mix(run->options->seed, script + 1), &run->scratch, run->programs,
                 run->program_count);
    Steps steps = {0};
    Step first = {.edit = "first", .what = RESULT_BODIES | RESULT_CODE};
    first.texts.files[0] = (File){STR("main.rs"), run->programs[script % run->program_count]};
    first.texts.count = 1;
    bool is_live = random_chance(&m.random, run->options->run_percent) &&
                   live_wrap(&first.texts, &run->scratch);
    if (is_live) {
        first.what |= RESULT_RUN;
        m.first_file = 1;
    }
    vec_push(&run->scratch, &steps, first);
    u32 length = STEPS_MIN + random_below(&m.random, STEPS_MAX - STEPS_MIN);
    u32 last_good = 0;
    pair_restart(&run->pair);
    for (u32 i = 0;; i++) {
        Answer incremental, fresh;
        u64 mark = scratch_mark(&run->scratch);
        Step *step = &vec_last(&steps);
        pair_ask(&run->pair, &step->texts, step->what, &run->scratch, &incremental, &fresh);
        Failure failure = answers_differ(&incremental, &fresh);
        bool is_good = !fresh.crashed && fresh.errors == 0;
        step->is_good = is_good;
        if (failure == FAILURE_OUTPUT && !rustc_accepts(run, &steps)) {
            pair_restart(&run->pair);
            failure = FAILURE_NONE;
        }
        if (failure) {
            __atomic_add_fetch(&run->totals->failures, 1, __ATOMIC_RELAXED);
            report(run, &steps, failure, &incremental, &fresh);
            break;
        }
        scratch_rewind(&run->scratch, mark);
        if (is_good) last_good = steps.count - 1;
        if (i > 0) {
            __atomic_add_fetch(&run->totals->edits, 1, __ATOMIC_RELAXED);
            if (is_good) __atomic_add_fetch(&run->totals->compiled, 1, __ATOMIC_RELAXED);
            if (is_good && step->what & RESULT_RUN)
                __atomic_add_fetch(&run->totals->run, 1, __ATOMIC_RELAXED);
            if (is_good && step->what & RESULT_CODE)
                __atomic_add_fetch(&run->totals->coded, 1, __ATOMIC_RELAXED);
        }
        if (i == length) break;
        Step next;
        next_step(&m, &steps, last_good, is_good, &next);
        next.what = what_for(run, &m.random);
        if (is_live) next.what |= RESULT_RUN;
        vec_push(&run->scratch, &steps, next);
    }
    mutator_deinit(&m);
}

#ifdef __SANITIZE_ADDRESS__
// Texts and the warm compiler live as long as the process does.
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
    return "detect_leaks=0";
}
#endif

static bool read_program(const char *path, Str *out) {
    FILE *file = fopen(path, "rb");
    struct stat info;
    if (!file || fstat(fileno(file), &info) != 0) return false;
    char *text = malloc((size_t)info.st_size + 1);
    CHECK(text);
    *out = (Str){text, (u32)fread(text, 1, (size_t)info.st_size, file)};
    text[out->len] = 0;
    fclose(file);
    return true;
}

static int by_name(const void *left, const void *right) {
    const File *a = left, *b = right;
    return strcmp(a->name.at, b->name.at);
}

// Adds the sources below root/sub, where `sub` is empty or ends in a slash.
static bool add_texts(const char *root, const char *sub, Scratch *scratch, Texts *out) {
    DIR *folder = opendir(scratch_print(scratch, "%s/%s", root, sub).at);
    if (!folder) return false;
    bool ok = true;
    for (struct dirent *entry; ok && (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        if (entry->d_type == DT_DIR) {
            ok = add_texts(root, scratch_print(scratch, "%s%s/", sub, entry->d_name).at, scratch,
                           out);
            continue;
        }
        Str name = scratch_print(scratch, "%s%s", sub, entry->d_name);
        if (name.len < 4 || strcmp(name.at + name.len - 3, ".rs") != 0) continue;
        File *to = str_eq(name, out->files[0].name) ? &out->files[0] : &out->files[out->count++];
        to->name = name;
        ok = read_program(scratch_print(scratch, "%s/%s", root, name.at).at, &to->text) &&
             out->count < FILES_MAX;
    }
    closedir(folder);
    return ok;
}

// The files of a folder, main.rs first.
static bool read_texts(const char *path, Scratch *scratch, Texts *out) {
    *out = (Texts){.count = 1, .files[0].name = STR("main.rs")};
    if (!add_texts(path, "", scratch, out)) return false;
    qsort(out->files + 1, out->count - 1, sizeof *out->files, by_name);
    return true;
}

// A script that was written down: texts in folders 01, 02 ... of `path`.
static bool replay(Run *run, const char *path) {
    scratch_rewind(&run->scratch, 0);
    pair_restart(&run->pair);
    Answer incremental = {0}, fresh = {0};
    for (u32 i = 1;; i++) {
        Step step;
        if (!read_texts(scratch_print(&run->scratch, "%s/%02u", path, i).at, &run->scratch,
                        &step.texts)) {
            if (i > 1) return true;
            printf("FAILED %s: there is no folder 01\n", path);
            return false;
        }
        u32 what = RESULT_BODIES | RESULT_CODE;
        Str number;
        if (read_program(scratch_print(&run->scratch, "%s/%02u/what", path, i).at, &number))
            what = (u32)strtoul(number.at, NULL, 10);
        pair_ask(&run->pair, &step.texts, what, &run->scratch, &incremental, &fresh);
        Failure failure = answers_differ(&incremental, &fresh);
        if (!failure) continue;
        printf("FAILED %s, text %u: %s\n", path, i, failure_texts[failure]);
        print_failure(run, failure, &incremental, &fresh);
        return false;
    }
}

// Broken texts, each from nothing: none may crash the compiler.
static void run_wild_script(Run *run, u32 script) {
    run->script = script;
    scratch_rewind(&run->scratch, 0);
    Mutator m;
    mutator_init(&m, hash_mix(run->options->seed, script + 1), &run->scratch, run->programs,
                 run->program_count);
    Texts first = {.count = 1};
    first.files[0] = (File){STR("main.rs"), run->programs[script % run->program_count]};
    for (u32 i = 0; i < STEPS_MAX; i++) {
        u64 mark = scratch_mark(&run->scratch);
        Step step = {.edit = "wild", .what = RESULT_BODIES | RESULT_CODE};
        mutate_wildly(&m, &first, &step.texts);
        Answer fresh;
        pair_ask(&run->pair, &step.texts, step.what, &run->scratch, NULL, &fresh);
        __atomic_add_fetch(&run->totals->edits, 1, __ATOMIC_RELAXED);
        if (fresh.crashed) {
            __atomic_add_fetch(&run->totals->failures, 1, __ATOMIC_RELAXED);
            Steps steps = {0};
            vec_push(&run->scratch, &steps, step);
            report(run, &steps, FAILURE_FRESH, NULL, &fresh);
            break;
        }
        if (fresh.errors == 0) __atomic_add_fetch(&run->totals->compiled, 1, __ATOMIC_RELAXED);
        scratch_rewind(&run->scratch, mark);
    }
    mutator_deinit(&m);
}

// ---- all scripts --------------------------------------------------------------------------------

static u64 now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (u64)now.tv_sec * 1000000000u + (u64)now.tv_nsec;
}

static bool is_done(const Run *run) {
    const Totals *totals = run->totals;
    if (run->options->seconds &&
        now_ns() - totals->start_ns > run->options->seconds * 1000000000ull)
        return true;
    return __atomic_load_n(&totals->edits, __ATOMIC_RELAXED) >= run->options->edits;
}

static void run_job(Run *run, Session *incremental, Session *fresh) {
    pair_init(&run->pair, incremental, fresh, (int)run->options->timeout_ms);
    void (*script)(Run *, u32) = run->options->wild ? run_wild_script : run_script;
    if (run->options->script >= 0)
        script(run, (u32)run->options->script);
    else
        while (!is_done(run))
            script(run, __atomic_fetch_add(&run->totals->next_script, 1, __ATOMIC_RELAXED));
    pair_deinit(&run->pair);
    scratch_deinit(&run->scratch);
}

// Queries ask for queries: the stack must be deep.
static void grow_stack(char **argv) {
    struct rlimit limit;
    rlim_t wanted = 1ull << 30;
    CHECK(getrlimit(RLIMIT_STACK, &limit) == 0);
    if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= wanted) return;
    if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < wanted) return;
    limit.rlim_cur = wanted;
    if (setrlimit(RLIMIT_STACK, &limit) == 0) execv("/proc/self/exe", argv);
}

int main(int argc, char **argv) {
    grow_stack(argv);
    EditOptions options = {.edits = 2000,
                           .jobs = 2,
                           .seed = 1,
                           .script = -1,
                           .warm = true,
                           .code_percent = 40,
                           .run_percent = 12,
                           .timeout_ms = 30000,
                           .shrink_seconds = SHRINK_SECONDS};
    int at = 1;
    for (; at + 1 < argc && argv[at][0] == '-'; at += 2) {
        const char *name = argv[at], *value = argv[at + 1];
        u64 number = strtoull(value, NULL, 10);
        if (!strcmp(name, "--edits"))
            options.edits = (u32)number;
        else if (!strcmp(name, "--seconds"))
            options.seconds = (u32)number;
        else if (!strcmp(name, "--jobs"))
            options.jobs = (u32)number;
        else if (!strcmp(name, "--seed"))
            options.seed = number;
        else if (!strcmp(name, "--script"))
            options.script = (i64)number;
        else if (!strcmp(name, "--code"))
            options.code_percent = (u32)number;
        else if (!strcmp(name, "--timeout"))
            options.timeout_ms = (u32)number * 1000;
        else if (!strcmp(name, "--shrink"))
            options.shrink_seconds = (u32)number;
        else if (!strcmp(name, "--wild"))
            options.wild = number != 0;
        else if (!strcmp(name, "--replay"))
            options.replay = number != 0;
        else if (!strcmp(name, "--image"))
            options.image = number != 0;
        else if (!strcmp(name, "--warm"))
            options.warm = number != 0;
        else if (!strcmp(name, "--run"))
            options.run_percent = (u32)number;
        else if (!strcmp(name, "--rustc"))
            options.rustc = value;
        else if (!strcmp(name, "--keep"))
            options.keep = value;
        else
            break;
    }
    if (at >= argc || argv[at][0] == '-') {
        fprintf(stderr, "usage: edits_test [OPTIONS] FILE...\n");
        return 2;
    }
    Run run = {.options = &options};
    run.names = (const char **)(argv + at);
    run.program_count = (u32)(argc - at);
    run.programs = calloc(run.program_count, sizeof *run.programs);
    CHECK(run.programs);
    for (u32 i = 0; i < run.program_count && !options.replay; i++)
        if (!read_program(run.names[i], &run.programs[i])) {
            fprintf(stderr, "cannot read %s\n", run.names[i]);
            return 2;
        }
    run.totals =
        mmap(NULL, sizeof(Totals), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(run.totals != MAP_FAILED);

    CliArgs args = {.options = {.edition = 2021, .debug_assertions = true, .overflow_checks = true},
                    .rac_path = argv[0],
                    .colour = COLOUR_NEVER};
    Session session;
    u32 sample_count = 0;
    Str samples[SAMPLES_MAX];
    scratch_init(&run.scratch);
    for (u32 i = 0; i < run.program_count && options.warm;
         i += 1 + run.program_count / SAMPLES_MAX) {
        const char *path = run.names[i];
        if (options.replay) path = scratch_print(&run.scratch, "%s/01/main.rs", path).at;
        if (read_program(path, &samples[sample_count])) sample_count++;
    }
    if (!pair_warm(&session, &args, samples, sample_count)) return 2;
    // With the image, what has lived through the edits was also saved and mapped back before them.
    Session mapped, *from = &session;
    if (options.image) {
        if (!session_open_crate(&mapped, &args)) return 2;
        from = &mapped;
    }
    run.totals->start_ns = now_ns();
    if (options.replay) { // FILEs are folders
        pair_init(&run.pair, from, &session, (int)options.timeout_ms);
        u32 passed = 0;
        for (u32 i = 0; i < run.program_count; i++)
            passed += replay(&run, run.names[i]);
        pair_deinit(&run.pair);
        printf("%u passed, %u failed\n", passed, run.program_count - passed);
        return passed != run.program_count;
    }
    if (options.keep) mkdir(options.keep, 0777);
    if (options.script >= 0) options.jobs = 1;
    fflush(NULL);
    for (u32 i = 0; i < options.jobs; i++) {
        int pid = fork();
        CHECK(pid >= 0);
        if (pid) continue;
        run_job(&run, from, &session);
        fflush(NULL);
        _exit(0);
    }
    bool ok = true;
    for (int status; wait(&status) > 0;)
        ok &= status == 0;
    const Totals *totals = run.totals;
    double seconds = (double)(now_ns() - totals->start_ns) / 1e9;
    printf("%u scripts, %u edits in %.0f s: %u compile; of %u the code was compared, %u "
           "were run\n",
           totals->next_script, totals->edits, seconds, totals->compiled, totals->coded,
           totals->run);
    printf("%u passed, %u failed\n", totals->edits, totals->failures);
    free(run.programs);
    return !ok || totals->failures;
}
