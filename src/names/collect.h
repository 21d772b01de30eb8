// Inside names/ only: collecting items into a Builder.

#ifndef RAC_NAMES_COLLECT_H
#define RAC_NAMES_COLLECT_H

#include "names/names_internal.h"

// The items of `toks` (a block's, or what a macro made) become definitions of `mod`.
void collect_tokens(Builder *b, DefId mod, Toks toks, SkimPlace place, u32 file, u32 outer_row,
                    u32 depth, Str dir, Str attr_dir, u32 *text);
bool resolve_imports(Builder *b); // true if something new was found
void collect_finish(Builder *b);  // imports and item macros to the fixpoint
// import_errors.c: imports that name nothing, a name that is taken, or what may not be passed on.
void collect_report_imports(Builder *b);
Span collect_span(Builder *b, u32 file, u32 row, u32 pos); // of a written item, for messages

u32 lang_item_of_attr(Db *db, Toks args);     // what follows `lang`
u32 lang_item_number(Db *db, Symbol literal); // by its literal's spelling; LANG_COUNT if unknown
bool crate_is_test(const Db *db, CrateId crate);

void run_file_split(Db *db, u32 file);
void run_file_shape(Db *db, u32 file);
void run_file_places(Db *db, u32 file);
void run_crate_box(Db *db, u32 crate);
void run_assoc_box(Db *db, u32 def);
void run_assoc_items(Db *db, u32 def);
void run_def_info(Db *db, u32 def);
void run_def_toks(Db *db, u32 def);
void run_item_ast(Db *db, u32 def);
void run_body(Db *db, u32 def);
void run_crate_impls(Db *db, u32 crate);
void run_crate_langs(Db *db, u32 crate);
void run_macro_rules(Db *db, u32 def);
bool names_env_var(Db *db, Str name, Str *value);
void run_scope_traits(Db *db, u32 scope);
void run_path_res(Db *db, u32 path);
void run_macro_res(Db *db, u32 path);
void run_enum_variants(Db *db, u32 def);

#endif
