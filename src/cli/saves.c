#include "cli/saves.h"

#include "cli/tell.h"

#include <stdio.h>
#include <stdlib.h>

void saves_init(Saves *saves, Session *session, WatchEvents *events) {
    *saves = (Saves){.session = session, .events = events};
    scratch_init(&saves->memory);
}

void saves_deinit(Saves *saves) {
    free(saves->errors);
    scratch_deinit(&saves->memory);
}

void saves_add_files(Saves *saves) {
    Db *db = saves->session->db;
    for (u32 id = 1; id < source_file_count(db); id++) {
        FileId file = {id};
        if (!source_is_library(db, file) && query_has_input(db, Q_file_text, id))
            watch_events_add_file(saves->events, id, source_path(db, file));
    }
}

// ---- errors -------------------------------------------------------------------------------------

void saves_forget_errors(Saves *saves) {
    free(saves->errors);
    saves->errors = NULL;
}

u32 saves_check(Saves *saves) {
    Session *session = saves->session;
    saves_forget_errors(saves);
    size_t bytes;
    FILE *out = open_memstream(&saves->errors, &bytes);
    CHECK(out);
    DiagRenderer renderer = session_renderer(session);
    renderer.out = out;
    u32 errors = diag_render(session->db, Q_crate_check, session->crate.id, &renderer);
    fclose(out);
    if (errors == 0) saves_forget_errors(saves);
    return errors;
}

void saves_show_errors(const Saves *saves, u32 count, const char *what) {
    const CliArgs *args = saves->session->args;
    Field fields[] = {{"count", NULL, count}, {"text", saves->errors, 0}};
    if (!args->json) fputs(saves->errors, stderr);
    tell(args, "errors", fields, 2, "%u error%s: %s", count, count == 1 ? "" : "s", what);
}

// ---- texts --------------------------------------------------------------------------------------

static bool same_text(Db *db, FileId file, Str before) {
    return str_eq(source_text(db, file), before);
}

// Reads one file, and notes the text it had if that was another. False: it is not there.
static bool read_file(Saves *saves, FileId file, Scratch *scratch, OldTexts *before) {
    Db *db = saves->session->db;
    Str old = scratch_str(scratch, source_text(db, file));
    const FileText *text = query_get(db, Q_file_text, file.id);
    bool was_missing = text->missing;
    OsError error;
    if (!source_read(db, file, DURABILITY_LOW, &error)) {
        if (was_missing) return false;
        Field fields[] = {{"text", error.text, 0}};
        tell(saves->session->args, "unreadable", fields, 1, "%s: going on with the text before",
             error.text);
        return false;
    }
    if (was_missing || !same_text(db, file, old)) vec_push(scratch, before, (OldText){file, old});
    return true;
}

static bool has_file(const U32Vec *files, u32 file) {
    for (u32 i = 0; i < files->count; i++)
        if (files->at[i] == file) return true;
    return false;
}

bool saves_read(Saves *saves, const WatchTaken *taken, Scratch *scratch, OldTexts *before) {
    bool any = false;
    for (u32 i = 0; i < taken->files.count; i++)
        any |= read_file(saves, (FileId){taken->files.at[i]}, scratch, before);
    if (!any || !saves->put_off.count) return before->count != 0;
    for (u32 i = 0; i < saves->put_off.count; i++)
        if (!has_file(&taken->files, saves->put_off.at[i]))
            read_file(saves, (FileId){saves->put_off.at[i]}, scratch, before);
    saves->put_off.count = 0;
    return true;
}

void saves_take_back(Saves *saves, const OldTexts *before) {
    OsError error;
    for (u32 i = 0; i < before->count; i++) {
        const OldText *old = &before->at[i];
        source_set_text(saves->session->db, old->file, old->text, DURABILITY_LOW, &error);
        vec_push(&saves->memory, &saves->put_off, old->file.id);
    }
}

static u32 line_ends(Str text, u32 from, u32 to) {
    u32 count = 0;
    for (u32 i = from; i < to; i++)
        count += text.at[i] == '\n';
    return count;
}

LineRange saves_touched_lines(const Saves *saves, const OldTexts *before) {
    Db *db = saves->session->db;
    LineRange range = {UINT32_MAX, 0};
    for (u32 i = 0; i < before->count; i++) {
        FileId file = before->at[i].file;
        Str old = before->at[i].text, new = source_text(db, file);
        TextChange change = source_change_between(old, new);
        u32 first = source_line_col(db, file, change.at).line;
        u32 removed = line_ends(old, change.at, change.at + change.old_len);
        u32 added = line_ends(new, change.at, change.at + change.new_len);
        range.first = min_u32(range.first, first);
        range.last = max_u32(range.last, removed == added ? first + removed : UINT32_MAX);
    }
    return range;
}
