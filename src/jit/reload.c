// Patching a running program. run.h has the rules.
//
// First everything that changed is found, then decided, then placed, then published: up to the last
// step the program sees nothing of it, and a failure leaves the rows as they were (the journal).

#include "jit/run_internal.h"

#include <stdlib.h>

typedef struct SavedRow {
    u32 sym;
    RunRow row;
} SavedRow;

typedef struct Placed {
    u32 sym;
    JitPlaced at;
    ProgramCode code;
} Placed;

typedef struct Reload {
    JitRun *run;
    const ProgramSource *source;
    Scratch *scratch;
    JitReload *out;
    u8 *moved; // by IrSym, moved_cap of them: what names it must be placed again
    u32 moved_cap;
    U32Vec gone; // functions and data that are no more: an error only if something names them
    u8 *is_gone; // by IrSym
    bool any_moved;
    U32Vec tables; // to rewrite where they lie
    U32Vec place;  // functions to place
    VEC(SavedRow) journal;
    VEC(Placed) placed;
} Reload;

static void save_row(Reload *r, u32 sym) {
    vec_push(r->scratch, &r->journal, (SavedRow){sym, *run_row(r->run, sym)});
}

static bool is_moved(const Reload *r, u32 sym) {
    return sym < r->moved_cap && r->moved[sym];
}

static void mark_moved(Reload *r, u32 sym) {
    r->moved[sym] = 1;
    r->any_moved = true;
}

static bool get_code(Reload *r, u32 sym, ProgramCode *out) {
    return r->source->find_code(r->source->cx, (IrSym){sym}, out);
}

static bool get_data(Reload *r, u32 sym, ProgramData *out) {
    return r->source->find_data(r->source->cx, (IrSym){sym}, &r->run->work, out);
}

// What is gone is only on the stacks of old frames, if anywhere, and stays as it was.
static void mark_gone(Reload *r, u32 sym) {
    vec_push(r->scratch, &r->gone, sym);
    r->is_gone[sym] = 1;
}

static bool needs_restart(Reload *r, const char *what, u32 sym) {
    Str name = r->source->name(r->source->cx, (IrSym){sym}, r->scratch);
    r->out->restart = scratch_print(r->scratch, "%s `%.*s` changed", what, STR_ARG(name));
    return false;
}

static bool methods_changed(Reload *r) {
    r->out->restart = STR("the methods of a trait object changed");
    return false;
}

// ---- finding ------------------------------------------------------------------------------------

static bool find_function(Reload *r, u32 sym) {
    const RunRow *row = run_row(r->run, sym);
    ProgramCode code;
    if (!get_code(r, sym, &code)) {
        mark_gone(r, sym);
        return true;
    }
    if (code.stamp == row->stamp) return true;
    vec_push(r->scratch, &r->place, sym);
    vec_push(r->scratch, &r->out->functions, sym);
    if (code.identity == row->identity) return true;
    mark_moved(r, sym);
    r->out->renewed_count++;
    return true;
}

static bool find_data(Reload *r, u32 sym) {
    const RunRow *row = run_row(r->run, sym);
    if (row->data_kind == PROGRAM_DATA_FIXED || row->data_kind == PROGRAM_DATA_LOCATION)
        return true;
    ProgramData data;
    if (!get_data(r, sym, &data)) {
        mark_gone(r, sym);
        return true;
    }
    if (data.stamp == row->stamp) return true;
    switch (data.kind) {
    case PROGRAM_DATA_CONST: mark_moved(r, sym); break;
    case PROGRAM_DATA_TABLE:
        if (data.reloc_count < row->reloc_count)
            return true; // its impl is gone: only old objects have it
        if (data.size != row->data_size) return methods_changed(r);
        vec_push(r->scratch, &r->tables, sym);
        break;
    case PROGRAM_DATA_STATIC:
        if (data.size != row->data_size) return needs_restart(r, "the type of", sym);
        vec_push(r->scratch, &r->out->statics, sym);
        run_row(r->run, sym)->stamp = data.stamp;
        return true;
    case PROGRAM_DATA_FIXED:
    case PROGRAM_DATA_LOCATION: break;
    }
    r->out->data_count++;
    return true;
}

static bool names_moved(const Reload *r, const ProgramData *data) {
    for (u32 i = 0; i < data->reloc_count; i++)
        if (is_moved(r, data->relocs[i].sym.id)) return true;
    return false;
}

// Data that points to what moves, moves too.
static bool spread_to_data(Reload *r, u32 count) {
    for (bool again = true; again;) {
        again = false;
        for (u32 sym = 1; sym < count; sym++) {
            const RunRow *row = run_row(r->run, sym);
            if (!row->data || r->moved[sym]) continue;
            if (row->data_kind == PROGRAM_DATA_STATIC || row->data_kind == PROGRAM_DATA_LOCATION)
                continue;
            ProgramData data;
            if (!get_data(r, sym, &data) || !names_moved(r, &data)) continue;
            // Objects made before hold the old table, and new code would call through it.
            if (data.kind == PROGRAM_DATA_TABLE) return methods_changed(r);
            mark_moved(r, sym);
            again = true;
        }
    }
    return true;
}

static bool spread_to_code(Reload *r, u32 count) {
    for (u32 sym = 1; sym < count; sym++) {
        const RunRow *row = run_row(r->run, sym);
        if (!row->placed.code) continue;
        ProgramCode code;
        if (!get_code(r, sym, &code)) continue;
        if (code.stamp != row->stamp) continue; // in the list already
        for (u32 i = 0; i < code.code.reloc_count; i++) {
            if (!is_moved(r, code.code.relocs[i].sym)) continue;
            vec_push(r->scratch, &r->place, sym);
            r->out->relinked_count++;
            break;
        }
    }
    return true;
}

// Has the source say why it has no answer for the symbol.
static bool report_gone(Reload *r, u32 sym) {
    ProgramCode code;
    ProgramData data;
    return run_row(r->run, sym)->placed.code
               ? r->source->code(r->source->cx, (IrSym){sym}, &r->run->work, &code)
               : r->source->data(r->source->cx, (IrSym){sym}, &r->run->work, &data);
}

static bool check_code_names(Reload *r, u32 sym) {
    ProgramCode code;
    if (r->is_gone[sym] || !get_code(r, sym, &code)) return true;
    for (u32 i = 0; i < code.code.reloc_count; i++) {
        u32 to = code.code.relocs[i].sym;
        if (to < r->moved_cap && r->is_gone[to]) return report_gone(r, to);
    }
    return true;
}

static bool check_data_names(Reload *r, u32 sym) {
    ProgramData data;
    if (r->is_gone[sym] || !get_data(r, sym, &data)) return true;
    for (u32 i = 0; i < data.reloc_count; i++) {
        u32 to = data.relocs[i].sym.id;
        if (to < r->moved_cap && r->is_gone[to]) return report_gone(r, to);
    }
    return true;
}

// Reports what is gone but still named by what is not.
static bool check_gone(Reload *r, u32 count) {
    for (u32 sym = 1; r->gone.count && sym < count; sym++) {
        const RunRow row = *run_row(r->run, sym);
        if (row.placed.code && !check_code_names(r, sym)) return false;
        if (row.data && row.data_kind != PROGRAM_DATA_LOCATION && !check_data_names(r, sym))
            return false;
    }
    return true;
}

static int by_number(const void *left, const void *right) {
    u32 a = *(const u32 *)left, b = *(const u32 *)right;
    return a < b ? -1 : a > b;
}

// Brings those of the suspects that live up to date.
static bool find_changed(Reload *r, u32 count) {
    U32Vec syms = {0};
    r->source->suspects(r->source->cx, r->scratch, &syms);
    if (syms.count) qsort(syms.at, syms.count, sizeof *syms.at, by_number);
    U32Vec data = {0};
    for (u32 i = 0; i < syms.count; i++) {
        u32 sym = syms.at[i];
        if (sym >= count || (i && syms.at[i - 1] == sym)) continue;
        if (run_row(r->run, sym)->data) vec_push(r->scratch, &data, sym);
        if (run_row(r->run, sym)->placed.code && !find_function(r, sym)) return false;
    }
    for (u32 i = 0; i < data.count && !r->out->restart.len; i++)
        if (!find_data(r, data.at[i]) && !r->out->restart.len) return false;
    return true;
}

static bool find_all(Reload *r, u32 count, const JitReloadHooks *hooks) {
    if (!find_changed(r, count)) return false;
    if (!check_gone(r, count) || !hooks->allow(hooks->cx) || r->out->restart.len) return false;
    for (u32 sym = 1; sym < count; sym++) {
        const RunRow *row = run_row(r->run, sym);
        if (row->slot && !row->placed.code && hooks->sig_changed(hooks->cx, (IrSym){sym}))
            mark_moved(r, sym);
    }
    return !r->any_moved || (spread_to_data(r, count) && spread_to_code(r, count));
}

// ---- placing ------------------------------------------------------------------------------------

static void unplace_moved(Reload *r, u32 count) {
    for (u32 sym = 1; sym < count; sym++) {
        if (!r->moved[sym]) continue;
        save_row(r, sym);
        RunRow *row = run_row(r->run, sym);
        if (row->slot && !row->placed.code)
            vec_push(&r->run->rows_memory, &r->run->stale_slots, row->slot);
        row->slot = 0;
        row->data = 0;
    }
}

static bool place_all(Reload *r, LinkError *error) {
    for (u32 i = 0; i < r->place.count; i++) {
        Placed placed = {.sym = r->place.at[i]};
        if (!get_code(r, placed.sym, &placed.code)) {
            error->text[0] = 0;
            return false;
        }
        if (!jit_load_fn(&r->run->loader, &placed.code.code, &placed.at, error)) return false;
        vec_push(r->scratch, &r->placed, placed);
    }
    return true;
}

static bool rewrite_table(Reload *r, u32 sym, LinkError *error) {
    ProgramData data;
    u8 *bytes;
    if (!get_data(r, sym, &data) || !run_final_bytes(r->run, &data, &bytes, error)) return false;
    RunRow *row = run_row(r->run, sym);
    u64 *to = jit_at(r->run->jit, row->data);
    for (u64 i = 0; i < data.size / 8; i++)
        __atomic_store_n(&to[i], ((const u64 *)bytes)[i], __ATOMIC_RELEASE);
    row->stamp = data.stamp;
    return true;
}

static void publish_all(Reload *r) {
    for (u32 i = 0; i < r->placed.count; i++) {
        const Placed *placed = &r->placed.at[i];
        u32 slot = run_slot(r->run, placed->sym);
        RunRow *row = run_row(r->run, placed->sym);
        RunRow before = *row;
        row->placed = placed->at;
        row->code_slot = slot;
        row->identity = placed->code.identity;
        row->stamp = placed->code.stamp;
        jit_publish(r->run->jit, slot, placed->at.code);
        run_retire(r->run, &before, slot);
    }
}

// Nothing leads to what was placed but not published.
static void unplace_all(Reload *r) {
    for (u32 i = 0; i < r->placed.count; i++) {
        jit_forget_frames(r->run->jit, &r->placed.at[i].at.code, 1);
        jit_unload_fn(r->run->jit, &r->placed.at[i].at);
    }
}

static bool apply(Reload *r, u32 count) {
    JitRun *run = r->run;
    u32 stale_before = run->stale_slots.count;
    LinkError error = {{0}};
    if (r->any_moved) unplace_moved(r, count);
    bool ok = place_all(r, &error);
    for (u32 i = 0; ok && i < r->tables.count; i++)
        ok = rewrite_table(r, r->tables.at[i], &error);
    if (ok) {
        publish_all(r);
        return true;
    }
    unplace_all(r);
    for (u32 i = 0; i < r->journal.count; i++)
        *run_row(run, r->journal.at[i].sym) = r->journal.at[i].row;
    run->stale_slots.count = stale_before;
    if (error.text[0]) run_report(run, error.text);
    return false;
}

bool jit_run_reload(JitRun *run, Scratch *scratch, const JitReloadHooks *hooks, JitReload *out) {
    *out = (JitReload){0};
    u64 mark = scratch_mark(&run->work);
    u32 count = run->rows.count;
    Reload r = {.run = run,
                .source = run->source,
                .scratch = scratch,
                .out = out,
                .moved = SCRATCH_ARRAY(scratch, u8, count),
                .is_gone = SCRATCH_ARRAY(scratch, u8, count),
                .moved_cap = count};
    bool ok = find_all(&r, count, hooks) && apply(&r, count);
    scratch_rewind(&run->work, mark);
    return ok;
}

// ---- locations ----------------------------------------------------------------------------------

enum { LOCATION_LINE = 16 }; // of a core::panic::Location: where line and column lie, a u32 each

static void refresh_location(JitRun *run, u32 sym) {
    const RunRow *row = run_row(run, sym);
    u64 mark = scratch_mark(&run->work);
    ProgramData data;
    u8 *bytes;
    LinkError error;
    u8 *to = (u8 *)jit_at(run->jit, row->data) + LOCATION_LINE;
    if (run->source->data(run->source->cx, (IrSym){sym}, &run->work, &data) &&
        memcmp(to, data.bytes + LOCATION_LINE, 8) != 0 &&
        run_final_bytes(run, &data, &bytes, &error))
        __atomic_store_n((u64 *)to, *(const u64 *)(bytes + LOCATION_LINE), __ATOMIC_RELEASE);
    scratch_rewind(&run->work, mark);
}

static void refresh_named(JitRun *run, u32 fn) {
    ProgramCode code;
    if (!run->source->find_code(run->source->cx, (IrSym){fn}, &code)) return;
    for (u32 i = 0; i < code.code.reloc_count; i++) {
        u32 sym = code.code.relocs[i].sym;
        if (sym >= run->rows.count) continue;
        const RunRow *row = run_row(run, sym);
        if (row->data && row->data_kind == PROGRAM_DATA_LOCATION) refresh_location(run, sym);
    }
}

void jit_run_refresh_locations(JitRun *run, const U32Vec *functions, u32 first_line,
                               u32 last_line) {
    for (u32 i = 0; i < functions->count; i++)
        refresh_named(run, functions->at[i]);
    for (u32 i = 0; i < run->locations.count; i++) {
        u32 sym = run->locations.at[i];
        u32 line;
        memcpy(&line, (u8 *)jit_at(run->jit, run_row(run, sym)->data) + LOCATION_LINE, sizeof line);
        if (line >= first_line && line <= last_line) refresh_location(run, sym);
    }
}

IrSym jit_run_stale_call(const JitRun *run) {
    return run->stale_call;
}
