// Candidates, what a rustc says of itself, and the cached text of that.
#define _GNU_SOURCE
#include "link/toolchain.h"
#include "base/map.h"
#include "link/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define CACHE_FORMAT "rac-toolchain 3"

typedef VEC(Str) StrVec;

typedef struct Finder {
    Scratch *memory;
    Str cache;    // the cache folder, or "" when there is none
    StrVec tried; // real paths of the candidates asked so far
    char why[1600];
} Finder;

static void pass_over(Finder *f, const char *rustc, const char *reason) {
    size_t used = strlen(f->why);
    snprintf(f->why + used, sizeof f->why - used, "\n  %s: %s", rustc, reason);
}

static bool path_exists(const char *path) {
    return access(path, R_OK) == 0;
}

// --- What rustc says ----------------------------------------------------------------------------

// The first line that starts with `prefix`, without it.
static Str line_after(Str text, Str prefix) {
    for (u32 at = 0; at < text.len;) {
        u32 end = at;
        while (end < text.len && text.at[end] != '\n')
            end++;
        Str line = {text.at + at, end - at};
        if (line.len >= prefix.len && memcmp(line.at, prefix.at, prefix.len) == 0)
            return (Str){line.at + prefix.len, line.len - prefix.len};
        at = end + 1;
    }
    return (Str){"", 0};
}

static bool next_line(Str *rest, Str *line) {
    if (rest->len == 0) return false;
    const char *end = memchr(rest->at, '\n', rest->len);
    u32 len = end ? (u32)(end - rest->at) : rest->len;
    *line = (Str){rest->at, len};
    u32 skip = min_u32(len + 1, rest->len);
    *rest = (Str){rest->at + skip, rest->len - skip};
    return true;
}

static bool starts_with(Str text, const char *prefix) {
    size_t len = strlen(prefix);
    return text.len >= len && memcmp(text.at, prefix, len) == 0;
}

static bool ends_with(Str text, const char *suffix) {
    size_t len = strlen(suffix);
    return text.len >= len && memcmp(text.at + text.len - len, suffix, len) == 0;
}

// Takes the rlibs and the -l options out of a printed link command.
static void read_link_args(Scratch *memory, Str command, StrVec *rlibs, StrVec *natives) {
    bool dynamic = false;
    for (u32 at = 0; at < command.len;) {
        if (command.at[at] != '"') {
            at++;
            continue;
        }
        VEC(char) word = {0};
        for (at++; at < command.len && command.at[at] != '"'; at++) {
            if (command.at[at] == '\\' && at + 1 < command.len) at++;
            vec_push(memory, &word, command.at[at]);
        }
        at++;
        Str arg = {word.at, word.count};
        if (str_eq(arg, STR("-Wl,-Bdynamic"))) dynamic = true;
        if (ends_with(arg, ".rlib")) {
            vec_push(memory, rlibs, scratch_str(memory, arg));
        } else if (dynamic && starts_with(arg, "-l")) {
            vec_push(memory, natives, scratch_str(memory, arg));
        }
    }
}

// Links nothing: rustc is only asked what it would do. It wants a source file and a place to work.
static bool ask_link_args(Finder *f, const char *rustc, bool test, StrVec *rlibs, StrVec *natives,
                          LinkError *error) {
    char folder[] = "/tmp/rac-probe-XXXXXX";
    if (!mkdtemp(folder))
        return link_fail(error, "cannot make a folder in /tmp: %s", strerror(errno));
    Str source = scratch_print(f->memory, "%s/probe.rs", folder);
    Str output = scratch_print(f->memory, "%s/probe", folder);
    bool done = file_write_atomically(source.at, "fn main() {}\n", 13, 0644, error);
    if (done) {
        const char *argv[] = {rustc,     "--print",   "link-args", "--crate-name",
                              "probe",   "--edition", "2021",      "-Cdebuginfo=0",
                              source.at, "-o",        output.at,   test ? "--test" : NULL,
                              NULL};
        Str out, err;
        int status;
        done = process_run(f->memory, argv, NULL, &out, &err, &status, error);
        if (done) {
            read_link_args(f->memory, out, rlibs, natives);
            if (rlibs->count == 0)
                done = link_fail(error, "it does not say what it links: %.*s",
                                 (int)min_u32(err.len, 300), err.at);
        }
    }
    unlink(source.at);
    unlink(output.at);
    rmdir(folder);
    return done;
}

static bool ask(Finder *f, const char *rustc, const char *const *args, Str *out, LinkError *error) {
    const char *argv[8] = {rustc};
    for (u32 i = 0; args[i]; i++)
        argv[i + 1] = args[i];
    Str err;
    int status;
    if (!process_run(f->memory, argv, NULL, out, &err, &status, error)) return false;
    if (status != 0)
        return link_fail(error, "`rustc %s` failed: %.*s", args[0], (int)min_u32(err.len, 300),
                         err.at);
    while (out->len && out->at[out->len - 1] == '\n')
        out->len--;
    *out = scratch_str(f->memory, *out);
    return true;
}

static void add_line(Scratch *memory, StrVec *lines, const char *key, Str value) {
    vec_push(memory, lines, scratch_print(memory, "%s %.*s\n", key, STR_ARG(value)));
}

// The text of a toolchain: "key value" lines. A line "unusable REASON" stands for one without
// source.
static bool describe(Finder *f, const char *rustc, Str *text, LinkError *error) {
    Scratch *memory = f->memory;
    StrVec lines = {0};
    Str sysroot, version, libdir, cfgs;
    if (!ask(f, rustc, (const char *[]){"--print", "sysroot", NULL}, &sysroot, error)) return false;
    Str core = scratch_print(memory, "%.*s/lib/rustlib/src/rust/library/core/src/lib.rs",
                             STR_ARG(sysroot));
    add_line(memory, &lines, "sysroot", sysroot);
    if (!path_exists(core.at)) {
        add_line(memory, &lines, "unusable", STR("its sysroot has no library source"));
    } else {
        // A proxy's answers are the real one's; from here on speak to that.
        Str real = scratch_print(memory, "%.*s/bin/rustc", STR_ARG(sysroot));
        if (access(real.at, X_OK) == 0) rustc = real.at;
        StrVec rlibs = {0}, test_rlibs = {0}, natives = {0}, test_natives = {0};
        if (!ask(f, rustc, (const char *[]){"-vV", NULL}, &version, error) ||
            !ask(f, rustc, (const char *[]){"--print", "target-libdir", NULL}, &libdir, error) ||
            !ask(f, rustc, (const char *[]){"--print", "cfg", NULL}, &cfgs, error) ||
            !ask_link_args(f, rustc, false, &rlibs, &natives, error) ||
            !ask_link_args(f, rustc, true, &test_rlibs, &test_natives, error))
            return false;
        add_line(memory, &lines, "rustc", str_from(rustc));
        Str line = version;
        const char *end = memchr(version.at, '\n', version.len);
        if (end) line.len = (u32)(end - version.at);
        add_line(memory, &lines, "version_line", line);
        add_line(memory, &lines, "version", line_after(version, STR("release: ")));
        add_line(memory, &lines, "triple", line_after(version, STR("host: ")));
        add_line(memory, &lines, "libdir", libdir);
        add_line(memory, &lines, "library",
                 scratch_print(memory, "%.*s/lib/rustlib/src/rust/library", STR_ARG(sysroot)));
        Str std_so = {"", 0};
        glob_t found;
        Str pattern = scratch_print(memory, "%.*s/libstd-*.so", STR_ARG(libdir));
        if (glob(pattern.at, 0, NULL, &found) == 0) {
            std_so = scratch_str(memory, str_from(found.gl_pathv[0]));
            globfree(&found);
        }
        add_line(memory, &lines, "std_so", std_so);
        for (u32 i = 0; i < rlibs.count; i++)
            add_line(memory, &lines, "rlib", rlibs.at[i]);
        for (u32 i = 0; i < test_rlibs.count; i++)
            add_line(memory, &lines, "test_rlib", test_rlibs.at[i]);
        for (u32 i = 0; i < natives.count; i++)
            add_line(memory, &lines, "native", natives.at[i]);
        Str cfg;
        while (next_line(&cfgs, &cfg))
            if (cfg.len) add_line(memory, &lines, "cfg", cfg);
    }
    VEC(char) all = {0};
    vec_append(memory, &all, CACHE_FORMAT "\n", (u32)sizeof CACHE_FORMAT);
    for (u32 i = 0; i < lines.count; i++)
        vec_append(memory, &all, lines.at[i].at, lines.at[i].len);
    vec_append(memory, &all, "end\n", 4);
    *text = (Str){all.at, all.count};
    return true;
}

// --- The cache ----------------------------------------------------------------------------------

static u64 stat_hash(u64 hash, const char *path) {
    struct stat st;
    hash = hash_mix(hash, hash_bytes(path, strlen(path)));
    if (stat(path, &st) != 0) return hash;
    hash = hash_mix(hash, (u64)st.st_size);
    hash = hash_mix(hash, (u64)st.st_mtim.tv_sec);
    return hash_mix(hash, (u64)st.st_mtim.tv_nsec);
}

// What the answers of the rustc at `real` depend on. A rustup proxy's answers hang on the working
// directory, its settings and the environment as well.
static u64 candidate_key(Finder *f, const char *path, const char *real) {
    u64 hash = stat_hash(stat_hash(0x7261636b6579ull, path), real);
    const char *base = strrchr(real, '/');
    CHECK(base);
    Str beside = scratch_print(f->memory, "%.*s/rustup", (int)(base - real), real);
    if (path_exists(beside.at)) {
        const char *wanted = getenv("RUSTUP_TOOLCHAIN");
        const char *home = getenv("RUSTUP_HOME");
        if (wanted) hash = hash_mix(hash, hash_bytes(wanted, strlen(wanted)));
        Str settings = home ? scratch_print(f->memory, "%s/settings.toml", home)
                            : scratch_print(f->memory, "%s/.rustup/settings.toml",
                                            getenv("HOME") ? getenv("HOME") : "");
        hash = stat_hash(hash, settings.at);
        char folder[PATH_MAX];
        if (getcwd(folder, sizeof folder)) {
            hash = hash_mix(hash, hash_bytes(folder, strlen(folder)));
            hash = stat_hash(hash, "rust-toolchain");
            hash = stat_hash(hash, "rust-toolchain.toml");
        }
    }
    return hash;
}

static bool read_text(Finder *f, Str text, u64 key, Toolchain *out, Str *unusable) {
    *out = (Toolchain){.key = key};
    *unusable = (Str){"", 0};
    Str line;
    if (!next_line(&text, &line) || !str_eq(line, STR(CACHE_FORMAT))) return false;
    StrVec rlibs = {0}, test_rlibs = {0}, natives = {0}, cfgs = {0};
    bool ended = false;
    while (next_line(&text, &line)) {
        if (str_eq(line, STR("end"))) ended = true;
        const char *space = memchr(line.at, ' ', line.len);
        if (!space) continue;
        Str name = {line.at, (u32)(space - line.at)};
        Str value = scratch_str(f->memory, (Str){space + 1, line.len - name.len - 1});
        const struct {
            Str key;
            Str *to;
        } fields[] = {
            {STR("sysroot"), &out->sysroot}, {STR("rustc"), &out->rustc},
            {STR("version"), &out->version}, {STR("version_line"), &out->version_line},
            {STR("triple"), &out->triple},   {STR("libdir"), &out->libdir},
            {STR("library"), &out->library}, {STR("std_so"), &out->std_so},
            {STR("unusable"), unusable},
        };
        for (u32 i = 0; i < ARRAY_LEN(fields); i++)
            if (str_eq(name, fields[i].key)) *fields[i].to = value;
        if (str_eq(name, STR("rlib"))) vec_push(f->memory, &rlibs, value);
        if (str_eq(name, STR("test_rlib"))) vec_push(f->memory, &test_rlibs, value);
        if (str_eq(name, STR("native"))) vec_push(f->memory, &natives, value);
        if (str_eq(name, STR("cfg"))) vec_push(f->memory, &cfgs, value);
    }
    out->rlibs = rlibs.at;
    out->rlib_count = rlibs.count;
    out->test_rlibs = test_rlibs.at;
    out->test_rlib_count = test_rlibs.count;
    out->native_libs = natives.at;
    out->native_lib_count = natives.count;
    out->cfgs = cfgs.at;
    out->cfg_count = cfgs.count;
    if (!ended) return false;
    if (unusable->len) return true;
    // A cached text may be older than what lies in the sysroot now.
    Str core = scratch_print(f->memory, "%.*s/core/src/lib.rs", STR_ARG(out->library));
    if (!rlibs.count || !path_exists(core.at)) return false;
    for (u32 i = 0; i < rlibs.count; i++)
        if (!path_exists(rlibs.at[i].at)) return false;
    return true;
}

// --- Candidates ---------------------------------------------------------------------------------

static bool candidate_try(Finder *f, const char *rustc, Toolchain *out) {
    char real[PATH_MAX];
    if (access(rustc, X_OK) != 0 || !realpath(rustc, real)) return false;
    u64 key = candidate_key(f, rustc, real);
    Str seen = scratch_print(f->memory, "%s", real);
    for (u32 i = 0; i < f->tried.count; i++)
        if (str_eq(f->tried.at[i], seen)) return false;
    vec_push(f->memory, &f->tried, seen);

    LinkError error;
    Str text, unusable;
    Str path = {"", 0};
    if (f->cache.len) {
        path = scratch_print(f->memory, "%.*s/toolchain-%016llx.txt", STR_ARG(f->cache),
                             (unsigned long long)key);
        if (file_read(f->memory, path.at, &text) && read_text(f, text, key, out, &unusable)) {
            if (unusable.len == 0) return true;
            pass_over(f, rustc, unusable.at);
            return false;
        }
    }
    if (!describe(f, rustc, &text, &error)) {
        pass_over(f, rustc, error.text);
        return false;
    }
    if (!read_text(f, text, key, out, &unusable)) {
        pass_over(f, rustc, "its rlibs are missing");
        return false;
    }
    // Without a cache file the next start only takes longer.
    if (path.len) file_write_atomically(path.at, text.at, text.len, 0644, &error);
    if (unusable.len == 0) return true;
    pass_over(f, rustc, unusable.at);
    return false;
}

static bool candidates_matching(Finder *f, const char *pattern, Toolchain *out) {
    glob_t found;
    if (glob(pattern, 0, NULL, &found) != 0) return false;
    bool done = false;
    for (size_t i = found.gl_pathc; i-- > 0 && !done;) // newest version first, roughly
        done = candidate_try(f, found.gl_pathv[i], out);
    globfree(&found);
    return done;
}

static bool candidates_on_path(Finder *f, Toolchain *out) {
    const char *path = getenv("PATH");
    while (path && *path) {
        size_t len = strcspn(path, ":");
        Str rustc = scratch_print(f->memory, "%.*s/rustc", (int)len, path);
        if (len && candidate_try(f, rustc.at, out)) return true;
        path += len + (path[len] == ':');
    }
    return false;
}

bool toolchain_find(Scratch *memory, Str sysroot, Toolchain *out, LinkError *error) {
    Finder f = {.memory = memory};
    if (!cache_folder(memory, &f.cache, error)) f.cache = (Str){"", 0};
    const char *from_env = getenv("RAC_SYSROOT");
    bool asked = sysroot.len > 0;
    if (!asked && from_env && *from_env) sysroot = str_from(from_env);
    if (sysroot.len) {
        Str rustc = scratch_print(memory, "%.*s/bin/rustc", STR_ARG(sysroot));
        if (candidate_try(&f, rustc.at, out)) return true;
        return link_fail(error, "the sysroot `%.*s`%s is not usable%s", STR_ARG(sysroot),
                         asked ? "" : " of $RAC_SYSROOT",
                         f.why[0] ? f.why : ": it has no bin/rustc");
    }
    if (candidates_on_path(&f, out)) return true;
    static const char *const places[] = {
        "/usr/bin/rustc",
        "/usr/bin/rustc-[0-9]*",
        "/usr/local/bin/rustc",
        "/usr/lib/rust-*/bin/rustc",
        "/usr/lib/rust/*/bin/rustc",
        "/opt/rust*/bin/rustc",
        "/usr/local/rustup/toolchains/*/bin/rustc",
    };
    for (u32 i = 0; i < ARRAY_LEN(places); i++)
        if (candidates_matching(&f, places[i], out)) return true;
    const char *rustup = getenv("RUSTUP_HOME"), *home = getenv("HOME");
    Str pattern =
        rustup ? scratch_print(memory, "%s/toolchains/*/bin/rustc", rustup)
               : scratch_print(memory, "%s/.rustup/toolchains/*/bin/rustc", home ? home : "");
    if (candidates_matching(&f, pattern.at, out)) return true;
    return link_fail(error,
                     "no Rust toolchain with the library's source was found%s%s\n  "
                     "install one (Debian: rustc-web and rust-web-src; rustup: `rustup component "
                     "add rust-src`), or name one with --sysroot",
                     f.why[0] ? "; looked at:" : "", f.why);
}
