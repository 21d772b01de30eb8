// rac dump types | mir: of the bodies of the crate, or of the functions whose path ends in the name
// given.
#include "cli/dump.h"

#include "infer/typeck.h"
#include "mir/mir.h"

#include <stdio.h>

typedef void PrintBody(Session *session, DefId def);

static bool has_own_body(Db *db, DefId def) {
    switch (def_kind(db, def)) {
    case DEF_FN:
    case DEF_ASSOC_FN:
    case DEF_CONST:
    case DEF_STATIC:
    case DEF_ASSOC_CONST: return def_has_body(db, def);
    default: return false;
    }
}

static bool is_wanted(Session *session, DefId def) {
    if (!session->args->function) return true;
    Str want = str_from(session->args->function);
    Str path = def_path_str(session->db, def, &session->db->scratch);
    if (path.len < want.len) return false;
    u32 rest = path.len - want.len;
    return memcmp(path.at + rest, want.at, want.len) == 0 &&
           (rest == 0 || path.at[rest - 1] == ':');
}

static int dump_bodies(Session *session, PrintBody *print) {
    Db *db = session->db;
    u32 errors = check_report(session);
    u32 found = 0;
    for (u32 id = 1; id < def_count(db); id++) {
        DefId def = {id};
        if (def_crate(db, def).id != session->crate.id || !has_own_body(db, def)) continue;
        u64 mark = scratch_mark(&db->scratch);
        if (is_wanted(session, def)) {
            print(session, def);
            found++;
        }
        scratch_rewind(&db->scratch, mark);
    }
    if (!found && session->args->function) {
        cli_error(session->args, "there is no function `%s`", session->args->function);
        return STATUS_FAILED;
    }
    return session_status(session, errors);
}

static void print_title(Session *session, DefId def) {
    printf("%.*s\n", STR_ARG(def_path_str(session->db, def, &session->db->scratch)));
}

static void print_types(Session *session, DefId def) {
    Db *db = session->db;
    const HirBody *body = hir_body(db, def);
    const Typeck *found = typeck(db, def);
    if (!body || !found) return;
    print_title(session, def);
    u32 file, offset;
    def_locate(db, def, &file, &offset);
    const HirSpan *spans = LIST_AT(body, HirSpan, body->t.expr_spans);
    const Ty *types = LIST_AT(found, Ty, found->expr_tys);
    Str text = source_text(db, (FileId){file});
    for (u32 i = 1; i < found->expr_tys.count && i < body->t.expr_spans.count; i++) {
        u32 lo = min_u32(offset + spans[i].lo, text.len);
        u32 hi = min_u32(offset + spans[i].hi, text.len);
        if (lo >= hi) continue;
        LineCol at = source_line_col(db, (FileId){file}, lo);
        Str shown = {text.at + lo, min_u32(hi - lo, 40)};
        const char *end = memchr(shown.at, '\n', shown.len);
        if (end) shown.len = (u32)(end - shown.at);
        printf("  %u:%u\t%.*s%s\t%.*s\n", at.line, at.col, STR_ARG(shown),
               lo + shown.len < hi ? " .." : "", STR_ARG(ty_print(db, types[i], &db->scratch)));
    }
}

static void print_mir(Session *session, DefId def) {
    Db *db = session->db;
    const MirBody *body = mir_of(db, def);
    if (!body) return;
    if (body->is_error) {
        print_title(session, def);
        Str reason = symbol_str(&db->symbols, body->reason);
        printf("  no MIR%s%.*s\n", reason.len ? ": unsupported: " : "", STR_ARG(reason));
        return;
    }
    printf("%.*s\n", STR_ARG(mir_print(db, body, &db->scratch)));
}

int dump_types(Session *session) {
    return dump_bodies(session, print_types);
}
int dump_mir(Session *session) {
    return dump_bodies(session, print_mir);
}
