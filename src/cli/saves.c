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

// Reads one file, and notes what it had been if that was another. False: nothing was read.
static bool read_file(Saves *saves, FileId file, Scratch *scratch, SourceEdits *edits) {
    Db *db = saves->session->db;
    SourceEdit edit;
    OsError error;
    bool ok = source_reread(db, file, scratch, &edit, &error);
    if (ok && edit.is_missing && file.id == saves->session->input.id) {
        source_undo(db, &edit);
        ok = false;
    }
    if (!ok) {
        Field fields[] = {{"text", error.text, 0}};
        tell(saves->session->args, "unreadable", fields, 1, "%s: going on with the text before",
             error.text);
        return false;
    }
    if (edit.was_missing && edit.is_missing) return false;
    bool differs =
        edit.was_missing || edit.is_missing || edit.change.old_len || edit.change.new_len;
    if (differs) vec_push(scratch, edits, edit);
    return true;
}

static bool has_file(const U32Vec *files, u32 file) {
    for (u32 i = 0; i < files->count; i++)
        if (files->at[i] == file) return true;
    return false;
}

bool saves_read(Saves *saves, const WatchTaken *taken, Scratch *scratch, SourceEdits *edits) {
    bool any = false;
    for (u32 i = 0; i < taken->files.count; i++)
        any |= read_file(saves, (FileId){taken->files.at[i]}, scratch, edits);
    if (!any || !saves->put_off.count) return edits->count != 0;
    for (u32 i = 0; i < saves->put_off.count; i++)
        if (!has_file(&taken->files, saves->put_off.at[i]))
            read_file(saves, (FileId){saves->put_off.at[i]}, scratch, edits);
    saves->put_off.count = 0;
    return true;
}

void saves_take_back(Saves *saves, const SourceEdits *edits) {
    for (u32 i = 0; i < edits->count; i++) {
        source_undo(saves->session->db, &edits->at[i]);
        vec_push(&saves->memory, &saves->put_off, edits->at[i].file.id);
    }
}

static u32 line_ends(Str text, u32 from, u32 to) {
    u32 count = 0;
    for (u32 i = from; i < to; i++)
        count += text.at[i] == '\n';
    return count;
}

LineRange saves_touched_lines(const Saves *saves, const SourceEdits *edits) {
    Db *db = saves->session->db;
    LineRange range = {UINT32_MAX, 0};
    for (u32 i = 0; i < edits->count; i++) {
        const SourceEdit *edit = &edits->at[i];
        TextChange change = edit->change;
        u32 first = source_line_col(db, edit->file, change.at).line;
        u32 removed = line_ends(edit->removed, 0, change.old_len);
        u32 added = line_ends(source_text(db, edit->file), change.at, change.at + change.new_len);
        range.first = min_u32(range.first, first);
        range.last = max_u32(range.last, removed == added ? first + removed : UINT32_MAX);
    }
    return range;
}
