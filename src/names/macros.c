// One macro call: whose rules, or which of the compiler's own macros, and what comes out.

#include "diag/diag.h"
#include "expand/builtin.h"
#include "names/collect.h"
#include "names/split.h"

const MacroRules *macro_rules_of(ExpandEnv *env, DefId macro) {
    const Builder *in[3] = {env->builder, env->resolver.building, env->resolver.outer};
    for (u32 i = 0; i < 3; i++) {
        if (in[i] == NULL) continue;
        u32 index = map_get(&in[i]->compiled, macro.id);
        if (index != 0) return in[i]->rules.at[index];
    }
    return query_get(env->db, Q_macro_rules, macro.id);
}

// Tokens of a macro: compiled. The box that defines it is a query's result by now.
void run_macro_rules(Db *db, u32 key) {
    DefId def = {key};
    const DefInfo *info = def_info(db, def);
    Toks toks = def_toks(db, def);
    ItemRow row;
    Toks body = {toks.at, 0};
    bool legacy = info->item_kind == ITEM_MACRO_RULES;
    if (skim_item_at(toks, 0, SKIM_BLOCK, 2021, &row)) {
        body = legacy ? toks_sub(toks, row.body)
                      : toks_sub(toks, (TokRange){row.name_tok + 1, row.range.hi});
    }
    Blob blob;
    macro_compile(db, body, legacy, crate_info(db, def_crate(db, def))->is_library, &db->scratch,
                  &blob);
    query_return_blob(db, &blob);
}

typedef struct FragmentEnv {
    Db *db;
    Scratch *scratch;
    u32 edition;
    const char *error;
} FragmentEnv;

static u32 fragment_end(void *opaque, Toks input, u32 at, FragKind kind) {
    FragmentEnv *env = opaque;
    ParseInput in = {.symbols = &env->db->symbols,
                     .intern = &env->db->symbols,
                     .scratch = env->scratch,
                     .edition = env->edition};
    u32 count = parse_fragment(&in, kind, input, at, &env->error);
    if (count == PARSE_EMPTY) return at;
    return count == 0 ? UINT32_MAX : at + count;
}

static const DefSrc *macro_src(ExpandEnv *env, DefId macro, DefSrc *copy) {
    const Builder *in[3] = {env->builder, env->resolver.building, env->resolver.outer};
    for (u32 i = 0; i < 3; i++) {
        if (in[i] == NULL) continue;
        BoxView view;
        builder_view(in[i], &view);
        const DefSrc *src = view_def(&view, macro);
        if (src != NULL) return src;
    }
    const DefInfo *info = def_info(env->db, macro);
    *copy = (DefSrc){.def = macro,
                     .item_kind = info->item_kind,
                     .builtin = info->builtin,
                     .flags = info->flags,
                     .scope = info->scope};
    return copy;
}

static Span call_span(Db *db, const ExpandCall *call, u32 pos) {
    if (call->holder.id == 0) {
        if (call->file == 0) return (Span){0};
        return row_span(db, call->file, call->row, pos);
    }
    return (Span){SPAN_DEF | call->holder.id, pos, pos + 1};
}

typedef struct BuiltinEnv {
    ExpandEnv *env;
    const ExpandCall *call;
} BuiltinEnv;

static bool builtin_eager(void *opaque, Toks toks, Toks *out) {
    BuiltinEnv *be = opaque;
    u32 bang = 0;
    while (bang < toks.count && toks.at[bang].kind != TOK_NOT)
        bang++;
    if (bang + 1 >= toks.count || toks.at[bang + 1].kind < TOK_OPEN_PAREN) return false;
    PathSeg *segs;
    u32 count = path_segs_of((Toks){toks.at, bang}, be->env->scratch, &segs);
    const Tok *open = &toks.at[bang + 1];
    ExpandCall call = *be->call;
    call.macro = resolve_macro(&be->env->resolver, call.scope, segs, count, call.text);
    if (call.macro.id == 0) {
        diag_error(be->env->db, call_span(be->env->db, &call, call.pos), "",
                   "cannot find macro `%.*s` in this scope",
                   STR_ARG(symbol_str(&be->env->db->symbols,
                                      count ? segs[count - 1].name : SYM_OF(none))));
        return false;
    }
    call.args = (Toks){open + 1, open->match - 1};
    call.call_ctxt = toks.at[0].ctxt;
    call.depth++;
    call.ordinal = (*be->env->ordinal)++;
    call.place = MACRO_EXPR;
    call.delim = open->kind;
    return expand_call(be->env, &call, out);
}

// The file the call stands in.
static FileId call_file(const BuiltinEnv *be) {
    if (be->call->holder.id == 0) return (FileId){be->call->file};
    u32 file, byte;
    def_locate(be->env->db, be->call->holder, 0, &file, &byte);
    return (FileId){file};
}

static bool builtin_locate(void *opaque, Str *path, u32 *line, u32 *col) {
    BuiltinEnv *be = opaque;
    Db *db = be->env->db;
    Span span = names_locate(db, call_span(db, be->call, be->call->pos));
    FileId file = {span.base};
    LineCol at = source_line_col(db, file, span.lo);
    *path = source_path(db, file);
    *line = at.line;
    *col = at.col;
    return true;
}

static bool builtin_read(void *opaque, Str path, Str *text) {
    BuiltinEnv *be = opaque;
    Db *db = be->env->db;
    Scratch *scratch = be->env->scratch;
    Str own = source_path(db, call_file(be));
    u32 dir = own.len;
    while (dir != 0 && own.at[dir - 1] != '/')
        dir--;
    Str full = path.len != 0 && path.at[0] == '/'
                   ? path
                   : scratch_print(scratch, "%.*s%.*s", (int)dir, own.at, STR_ARG(path));
    OsError error;
    FileId file = source_load(db, full, &error);
    if (file.id == 0) return false;
    *text = file_text_str(query_get(db, Q_file_text, file.id));
    return true;
}

static bool builtin_var(void *opaque, Str name, Str *value) {
    BuiltinEnv *be = opaque;
    const CrateInfo *info = crate_info(be->env->db, be->env->crate);
    if (info->is_library) {
        // std/build.rs sets this one; no other is read by the library's source.
        if (!str_eq(name, STR("STD_ENV_ARCH"))) return false;
        *value = STR("x86_64");
        return true;
    }
    return names_env_var(be->env->db, name, value);
}

static void builtin_error(void *opaque, u32 pos, Str message) {
    BuiltinEnv *be = opaque;
    diag_error(be->env->db, call_span(be->env->db, be->call, pos), "", "%.*s", STR_ARG(message));
}

bool expand_call(ExpandEnv *env, const ExpandCall *call, Toks *out) {
    Db *db = env->db;
    Scratch *scratch = env->scratch;
    DefSrc copy;
    const DefSrc *src = macro_src(env, call->macro, &copy);
    Str name = symbol_str(&db->symbols, def_row(db, call->macro)->name);
    if (call->depth >= MACRO_DEPTH_MAX) {
        diag_error(db, call_span(db, call, call->pos), "",
                   "recursion limit reached while expanding `%.*s!`", STR_ARG(name));
        diag_help(db, "consider increasing the recursion limit of the crate");
        return false;
    }
    CrateId macro_crate = def_crate(db, call->macro);
    DefId macro_scope = scope_module(&env->resolver, src->scope);
    Expn expn = {
        .owner = call->owner,
        .ordinal = call->ordinal,
        .macro = call->macro.id,
        .crate = macro_crate.id,
        .scope = macro_scope.id,
        .call_ctxt = call->call_ctxt,
        .edition = crate_edition(db, macro_crate),
        .depth = call->depth + 1,
    };
    u32 id = hygiene_expn(db, &expn);
    if (src->builtin != BUILTIN_none) {
        BuiltinEnv be = {env, call};
        DefId mod = scope_module(&env->resolver, call->scope);
        BuiltinCx cx = {
            .db = db,
            .scratch = scratch,
            .cfgs = &env->cfgs,
            .edition = env->edition,
            .call_edition = hygiene_edition(db, call->call_ctxt, env->edition),
            .ctxt = hygiene_mark(db, 0, id, HYGIENE_OPAQUE),
            .call_ctxt = call->call_ctxt,
            .pos = call->pos,
            .delim = call->delim,
            .module_path = def_path_str(db, mod, scratch),
            .env = &be,
            .eager = builtin_eager,
            .locate = builtin_locate,
            .read = builtin_read,
            .var = builtin_var,
            .error = builtin_error,
        };
        if (src->builtin == BUILTIN_attr) {
            diag_error(db, call_span(db, call, call->pos), "",
                       "expected macro, found attribute or derive macro `%.*s`", STR_ARG(name));
            return false;
        }
        return builtin_expand(&cx, (BuiltinKind)src->builtin, call->args, out);
    }
    const MacroRules *rules = macro_rules_of(env, call->macro);
    FragmentEnv frag = {db, scratch, hygiene_edition(db, call->call_ctxt, env->edition), NULL};
    MacroCx cx = {
        .expn = id,
        .transparency = rules->is_legacy ? HYGIENE_SEMI : HYGIENE_OPAQUE,
        .pos = call->pos,
        .edition = expn.edition,
        .fragment_end = fragment_end,
        .env = &frag,
    };
    Attr attr;
    (void)attr;
    TokVec toks = {0};
    MacroError error;
    if (!macro_expand(db, rules, call->args, &cx, scratch, &toks, &error)) {
        Str text = macro_error_text(db, &error, scratch);
        if (error.kind == MACRO_BAD_FRAGMENT && frag.error != NULL) text = str_from(frag.error);
        diag_error(db, call_span(db, call, error.pos), "", "%.*s", STR_ARG(text));
        diag_note(db, "while expanding `%.*s!`", STR_ARG(name));
        return false;
    }
    *out = (Toks){toks.at, toks.count};
    return true;
}
