// Which crates there are: the toolchain's and the user's.
//
// The graph below is the one std 1.96 is built with (read from a build log: editions, cfgs and
// features of each crate; library/*/Cargo.toml name the same). The precompiled crates were made
// with exactly these, so they must not follow the user's choices. A crate whose source is not
// there is left out; naming it is then an ordinary error.

#include "names/collect.h"

#include <stdlib.h>
#include <unistd.h>

typedef struct SysCrate {
    const char *name;
    const char *path; // below the library root; `%` stands for any version
    u32 edition;
    const char *externs; // "name" or "name=crate", separated by blanks
    const char *cfgs;
} SysCrate;

static const SysCrate sys_crates[] = {
    {"core", "core/src/lib.rs", 2024, "", ""},
    {"compiler_builtins", "compiler-builtins/compiler-builtins/src/lib.rs", 2024, "core",
     "feature=\"compiler-builtins\""},
    {"alloc", "alloc/src/lib.rs", 2024, "core", ""},
    {"cfg_if", "vendor/cfg-if-1.0.4/src/lib.rs", 2018, "core",
     "feature=\"core\" feature=\"rustc-dep-of-std\""},
    {"libc", "vendor/libc-0.2.183/src/lib.rs", 2021, "core rustc_std_workspace_core=core",
     "feature=\"align\" feature=\"rustc-dep-of-std\" feature=\"rustc-std-workspace-core\" "
     "freebsd12"},
    {"unwind", "unwind/src/lib.rs", 2024, "core libc cfg_if", ""},
    {"std_detect", "std_detect/src/lib.rs", 2024, "core alloc libc cfg_if", ""},
    {"rustc_demangle", "vendor/rustc-demangle-0.1.27/src/lib.rs", 2015, "core",
     "feature=\"core\" feature=\"rustc-dep-of-std\""},
    {"hashbrown", "vendor/hashbrown-0.16.1/src/lib.rs", 2021, "core alloc",
     "feature=\"alloc\" feature=\"core\" feature=\"nightly\" feature=\"rustc-dep-of-std\" "
     "feature=\"rustc-internal-api\""},
    {"memchr", "vendor/memchr-2.7.6/src/lib.rs", 2021, "core",
     "feature=\"core\" feature=\"rustc-dep-of-std\""},
    {"adler2", "vendor/adler2-2.0.1/src/lib.rs", 2021, "core",
     "feature=\"core\" feature=\"rustc-dep-of-std\""},
    {"miniz_oxide", "vendor/miniz_oxide-0.8.9/src/lib.rs", 2021, "core alloc adler2",
     "feature=\"alloc\" feature=\"core\" feature=\"rustc-dep-of-std\""},
    {"gimli", "vendor/gimli-0.32.3/src/lib.rs", 2018, "core alloc",
     "feature=\"read\" feature=\"read-core\" feature=\"rustc-dep-of-std\""},
    {"object", "vendor/object-0.37.3/src/lib.rs", 2018, "core alloc memchr",
     "feature=\"alloc\" feature=\"archive\" feature=\"coff\" feature=\"core\" feature=\"elf\" "
     "feature=\"macho\" feature=\"pe\" feature=\"read_core\" feature=\"rustc-dep-of-std\" "
     "feature=\"unaligned\" feature=\"xcoff\" core_error"},
    {"addr2line", "vendor/addr2line-0.25.1/src/lib.rs", 2018, "core alloc gimli",
     "feature=\"alloc\" feature=\"core\" feature=\"rustc-dep-of-std\""},
    {"panic_unwind", "panic_unwind/src/lib.rs", 2024, "core alloc libc unwind cfg_if", ""},
    {"panic_abort", "panic_abort/src/lib.rs", 2024, "core alloc libc cfg_if", ""},
    {"std", "std/src/lib.rs", 2024,
     "alloc core libc std_detect hashbrown cfg_if panic_unwind unwind rustc_demangle miniz_oxide "
     "addr2line object",
     "feature=\"backtrace\" feature=\"addr2line\" feature=\"object\" feature=\"miniz_oxide\" "
     "feature=\"panic-unwind\" backtrace_in_libstd"},
    {"rustc_literal_escaper", "vendor/rustc-literal-escaper-0.0.7/src/lib.rs", 2021, "core",
     "feature=\"rustc-dep-of-std\""},
    {"proc_macro", "proc_macro/src/lib.rs", 2024, "core alloc std rustc_literal_escaper", ""},
    {"test", "test/src/lib.rs", 2024, "core alloc std libc", ""},
};

// The path as given, or with another version of the same crate in vendor/.
static bool find_source(Scratch *scratch, Str root, const char *path, Str *out) {
    *out = scratch_print(scratch, "%.*s/%s", STR_ARG(root), path);
    if (access(out->at, R_OK) == 0) return true;
    return false;
}

static Str next_word(const char **at) {
    while (**at == ' ')
        (*at)++;
    const char *start = *at;
    while (**at != 0 && **at != ' ')
        (*at)++;
    return (Str){start, (u32)(*at - start)};
}

void names_declare_sysroot(Db *db, Str library_root) {
    u64 mark = scratch_mark(&db->scratch);
    source_set_library_root(db, library_root);
    for (u32 i = 0; i < ARRAY_LEN(sys_crates); i++) {
        const SysCrate *row = &sys_crates[i];
        Str path;
        if (!find_source(&db->scratch, library_root, row->path, &path)) continue;
        CrateId crate = crate_declare(db, str_from(row->name), path, row->edition, true);
        for (const char *at = row->externs; *at != 0;) {
            Str word = next_word(&at);
            const char *eq = memchr(word.at, '=', word.len);
            Str name = eq == NULL ? word : (Str){eq + 1, word.len - (u32)(eq + 1 - word.at)};
            if (eq != NULL) word.len = (u32)(eq - word.at);
            CrateId dep = crate_find(db, symbol_intern(&db->symbols, name));
            if (dep.id != 0) crate_add_extern(db, crate, word, dep);
        }
        for (const char *at = row->cfgs; *at != 0;)
            crate_add_cfg(db, crate, next_word(&at));
        // Repositories of their own that core takes in as modules. They are more text than the
        // rest of it, and have no impls that another type or trait than their own could need.
        if (i == 0) {
            crate_add_part(db, crate, sym(db, "core_arch"));
            crate_add_part(db, crate, sym(db, "core_simd"));
        }
    }
    scratch_rewind(&db->scratch, mark);
}

CrateId names_declare_user(Db *db, u32 root_file, Symbol name, u32 edition) {
    CrateId crate = crate_declare(db, symbol_str(&db->symbols, name), STR(""), edition, false);
    CrateInfo *info = crate_info(db, crate);
    info->row.root_file = root_file;
    static const char *const externs[] = {"std", "core", "alloc"};
    for (u32 i = 0; i < ARRAY_LEN(externs); i++) {
        CrateId dep = crate_find(db, sym(db, externs[i]));
        // `alloc` is named only after `extern crate alloc`.
        if (dep.id != 0 && i < 2) crate_add_extern(db, crate, str_from(externs[i]), dep);
    }
    const Options *options = db->options;
    if (options != NULL) {
        if (options->debug_assertions) {
            crate_add_cfg(db, crate, STR("debug_assertions"));
            crate_add_cfg(db, crate, STR("ub_checks"));
        }
        if (options->overflow_checks) crate_add_cfg(db, crate, STR("overflow_checks"));
        if (options->test_harness) crate_add_cfg(db, crate, STR("test"));
        for (u32 i = 0; i < options->cfg_count; i++)
            crate_add_cfg(db, crate, options->cfgs[i]);
    }
    return crate;
}

bool crate_is_test(const Db *db, CrateId crate) {
    return !crate_info(db, crate)->is_library && db->options != NULL && db->options->test_harness;
}

static const char *env_text(Db *db, Str name) {
    u64 mark = scratch_mark(&db->scratch);
    const char *text = getenv(scratch_print(&db->scratch, "%.*s", STR_ARG(name)).at);
    scratch_rewind(&db->scratch, mark);
    return text;
}

bool names_env_var(Db *db, Str name, Str *value) {
    const char *text = env_text(db, name);
    EnvRow row = {.name = symbol_intern(&db->symbols, name), .is_set = text != NULL};
    if (text) row.value = symbol_intern(&db->symbols, str_from(text));
    table_add_copy(&db->defs->env, &row, 1);
    if (text) *value = str_from(text);
    return text != NULL;
}

bool names_env_is_unchanged(Db *db) {
    const Table *env = &db->defs->env;
    for (u32 i = 1; i < env->count; i++) {
        const EnvRow *row = table_at(env, i);
        const char *text = env_text(db, symbol_str(&db->symbols, row->name));
        if ((text != NULL) != row->is_set) return false;
        if (text && !str_eq(str_from(text), symbol_str(&db->symbols, row->value))) return false;
    }
    return true;
}
