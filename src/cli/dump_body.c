// rac dump types | mir: of the bodies of the crate, or of the functions whose path ends in the name
// given.
#include "cli/dump.h"

#include "infer/typeck.h"
#include "mir/mir.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct Placed {
    DefId def;
    u32 file, byte;
    Str path; // tells apart what a macro call or a derive made in one place
} Placed;

static int by_place(const void *left, const void *right) {
    const Placed *a = left, *b = right;
    if (a->file != b->file) return a->file < b->file ? -1 : 1;
    if (a->byte != b->byte) return a->byte < b->byte ? -1 : 1;
    u32 len = min_u32(a->path.len, b->path.len);
    int order = len ? memcmp(a->path.at, b->path.at, len) : 0;
    return order ? order : (a->path.len > b->path.len) - (a->path.len < b->path.len);
}

DefVec dump_defs(Session *session, bool (*wanted)(Db *db, DefId def)) {
    Db *db = session->db;
    VEC(Placed) placed = {0};
    for (u32 id = 1; id < def_count(db); id++) {
        Placed row = {.def = {id}};
        if (def_crate(db, row.def).id != session->crate.id || !wanted(db, row.def)) continue;
        def_locate(db, row.def, 0, &row.file, &row.byte);
        if (!row.file) continue; // an edit has taken it away
        row.path = def_path_str(db, row.def, &db->scratch);
        vec_push(&db->scratch, &placed, row);
    }
    if (placed.count) qsort(placed.at, placed.count, sizeof *placed.at, by_place);
    DefVec defs = {0};
    for (u32 i = 0; i < placed.count; i++)
        vec_push(&db->scratch, &defs, placed.at[i].def);
    return defs;
}

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
    DefVec defs = dump_defs(session, has_own_body);
    for (u32 i = 0; i < defs.count; i++) {
        DefId def = defs.at[i];
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
    const HirSpan *spans = LIST_AT(body, HirSpan, body->t.expr_spans);
    const Ty *types = LIST_AT(found, Ty, found->expr_tys);
    for (u32 i = 1; i < found->expr_tys.count && i < body->t.expr_spans.count; i++) {
        Span span = names_locate(db, (Span){SPAN_DEF | def.id, spans[i].lo, spans[i].hi});
        FileId file = {span.base};
        Str text = file.id ? source_text(db, file) : STR("");
        u32 lo = min_u32(span.lo, text.len), hi = min_u32(span.hi, text.len);
        if (lo >= hi) continue;
        LineCol at = source_line_col(db, file, lo);
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
