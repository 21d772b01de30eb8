#define _GNU_SOURCE
#include "jit/run_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

RunRow *run_row(JitRun *run, u32 sym) {
    while (run->rows.count <= sym)
        vec_push(&run->rows_memory, &run->rows, (RunRow){0});
    return &run->rows.at[sym];
}

static u64 now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (u64)now.tv_sec * 1000000000 + (u64)now.tv_nsec;
}

void run_report(JitRun *run, const char *text) {
    run->source->report(run->source->cx, text);
}

u32 run_slot(JitRun *run, u32 sym) {
    RunRow *row = run_row(run, sym);
    if (row->slot) return row->slot;
    row->slot = jit_slot_new(run->jit);
    while (run->slot_syms.count <= row->slot)
        vec_push(&run->rows_memory, &run->slot_syms, 0);
    run->slot_syms.at[row->slot] = sym;
    return row->slot;
}

static bool place_data(JitRun *run, IrSym sym, JitAddr *out, LinkError *error);
static bool place_tls(JitRun *run, IrSym sym, JitAddr *out, LinkError *error);

bool run_target(void *cx, IrSym sym, JitTarget *out, LinkError *error) {
    JitRun *run = cx;
    const IrSymRow *row = ir_symbol_row(run->source->symbols, sym);
    *out = (JitTarget){.kind = JIT_TARGET_ADDR};
    if (row->key == 0) {
        out->kind = row->kind == IR_SYM_TLS ? JIT_TARGET_TLS_EXTERN : JIT_TARGET_EXTERN;
        out->weak = run->source->weak && run->source->weak(run->source->cx, sym);
        out->name = ir_symbol_name(run->source->symbols, sym);
        return true;
    }
    switch ((IrSymKind)row->kind) {
    case IR_SYM_FN:
    case IR_SYM_FN_EXTERN:
        // Functions that never change are called directly once they are there.
        *out = (JitTarget){.kind = JIT_TARGET_SLOT,
                           .value = run_slot(run, sym.id),
                           .code = run_row(run, sym.id)->placed.code};
        return true;
    case IR_SYM_FN_SLOT:
        *out = (JitTarget){.kind = JIT_TARGET_SLOT, .value = run_slot(run, sym.id)};
        return true;
    case IR_SYM_DATA:
    case IR_SYM_DATA_EXTERN: return place_data(run, sym, &out->value, error);
    case IR_SYM_TLS: out->kind = JIT_TARGET_TLS; return place_tls(run, sym, &out->value, error);
    case IR_SYM_KIND_COUNT: break;
    }
    UNREACHABLE();
}

// --- Data ---------------------------------------------------------------------------------------

// The bytes with their pointers filled in, in run->work. Data may refer to itself: its address is
// known before its pointers are followed.
bool run_final_bytes(JitRun *run, const ProgramData *data, u8 **out, LinkError *error) {
    u8 *bytes = scratch_take(&run->work, data->size ? data->size : 1, 16);
    if (data->bytes && data->size) memcpy(bytes, data->bytes, data->size);
    for (u32 i = 0; i < data->reloc_count; i++) {
        JitDataReloc reloc = {.offset = data->relocs[i].offset};
        if (!run_target(run, data->relocs[i].sym, &reloc.target, error) ||
            !jit_relocate_bytes(&run->loader, bytes, &reloc, 1, error))
            return false;
    }
    *out = bytes;
    return true;
}

// An error whose text is empty was reported already.
static bool get_data(JitRun *run, IrSym sym, ProgramData *data, LinkError *error) {
    if (run->source->data(run->source->cx, sym, &run->work, data)) return true;
    error->text[0] = 0;
    return false;
}

static bool place_data(JitRun *run, IrSym sym, JitAddr *out, LinkError *error) {
    *out = run_row(run, sym.id)->data;
    if (*out) return true;
    ProgramData data;
    u8 *bytes;
    if (!get_data(run, sym, &data, error)) return false;
    u32 align = data.align ? data.align : 1;
    if (align > 4096) return link_fail(error, "an alignment of %u bytes is not supported", align);
    u64 size = data.size ? data.size : 1;
    *out = data.is_mutable ? jit_alloc_data(run->jit, size, align)
                           : jit_alloc_rodata(run->jit, size, align);
    if (!*out) return link_fail(error, "the program's data is larger than rac can run (512 MB)");
    RunRow *row = run_row(run, sym.id);
    row->data = *out;
    row->data_kind = data.kind;
    row->data_size = data.size;
    row->reloc_count = data.reloc_count;
    row->stamp = data.stamp;
    run->figures.data_count++;
    if (data.kind == PROGRAM_DATA_LOCATION) vec_push(&run->rows_memory, &run->locations, sym.id);
    if (!data.bytes) return true;
    if (!run_final_bytes(run, &data, &bytes, error)) return false;
    if (data.is_mutable)
        jit_write_data(run->jit, *out, bytes, data.size);
    else if (data.size)
        memcpy(jit_at(run->jit, *out), bytes, data.size);
    return true;
}

static bool place_tls(JitRun *run, IrSym sym, JitAddr *out, LinkError *error) {
    *out = run_row(run, sym.id)->data;
    if (*out) return true;
    ProgramData data;
    u8 *bytes;
    if (!get_data(run, sym, &data, error) || !run_final_bytes(run, &data, &bytes, error))
        return false;
    *out = jit_tls_new(run->jit, data.bytes ? bytes : NULL, data.size, data.align ? data.align : 1);
    if (!*out) return link_fail(error, "the thread-local variables take more than 16 MB");
    RunRow *row = run_row(run, sym.id);
    row->data = *out;
    row->data_kind = data.kind;
    row->data_size = data.size;
    row->reloc_count = data.reloc_count;
    row->stamp = data.stamp;
    run->figures.data_count++;
    return true;
}

// --- Functions ----------------------------------------------------------------------------------

static JitAddr code_of_slot(void *cx, u32 slot) {
    JitRun *run = cx;
    return run_row(run, run->slot_syms.at[slot])->placed.code;
}

void jit_run_call_directly(JitRun *run) {
    run->loader.calls_directly = true;
}

static bool place_code(JitRun *run, IrSym sym, const ProgramCode *made) {
    LinkError error;
    JitPlaced placed;
    if (!jit_load_fn(&run->loader, &made->code, &placed, &error)) {
        if (error.text[0]) run_report(run, error.text);
        return false;
    }
    u32 slot = run_slot(run, sym.id);
    RunRow *row = run_row(run, sym.id);
    row->placed = placed;
    row->code_slot = slot;
    row->identity = made->identity;
    row->stamp = made->stamp;
    run->figures.function_count++;
    run->figures.code_bytes += made->code.code_bytes;
    if (run->loader.calls_directly) jit_loader_call_directly(&run->loader, code_of_slot, run);
    for (u32 i = made->certain_count; i-- > 0;)
        vec_push(&run->rows_memory, &run->ahead, made->certain[i]);
    return true;
}

typedef enum Wanted { WANTED_NOW, WANTED_LATER } Wanted;

static bool compile(JitRun *run, IrSym sym, Wanted wanted) {
    const ProgramSource *source = run->source;
    u64 mark = scratch_mark(&run->work);
    ProgramCode made = {0};
    bool done = wanted == WANTED_NOW ? source->code(source->cx, sym, &run->work, &made)
                                     : source->find_code(source->cx, sym, &made);
    u64 begin = now_ns();
    if (done) done = place_code(run, sym, &made);
    run->figures.place_ns += now_ns() - begin;
    scratch_rewind(&run->work, mark);
    return done;
}

static void publish(JitRun *run, IrSym sym) {
    const RunRow *row = run_row(run, sym.id);
    jit_publish(run->jit, row->code_slot, row->placed.code);
}

enum { AHEAD_MAX = 64 }; // functions, while the program waits for one

// What is certain to be called next is compiled before the program goes on: it would stop there
// again, and to stop and go on takes as long as compiling a small function.
static void compile_ahead(JitRun *run) {
    for (u32 n = 0; n < AHEAD_MAX && run->ahead.count; n++) {
        IrSym sym = {vec_pop(&run->ahead)};
        if (!run_row(run, sym.id)->placed.code && compile(run, sym, WANTED_LATER))
            publish(run, sym);
    }
    run->ahead.count = 0;
}

bool jit_run_compile(JitRun *run, IrSym sym) {
    if (run_row(run, sym.id)->placed.code) return true;
    run->ahead.count = 0;
    if (!compile(run, sym, WANTED_NOW)) return false;
    if (run->source->find_code) compile_ahead(run);
    publish(run, sym);
    return true;
}

void jit_run_functions(const JitRun *run, Scratch *scratch, U32Vec *out) {
    for (u32 i = 0; i < run->rows.count; i++)
        if (run->rows.at[i].placed.code) vec_push(scratch, out, i);
}

static void give_names(JitRun *run) {
    u64 mark = scratch_mark(&run->work);
    VEC(JitName) names = {0};
    for (u32 i = 0; i < run->rows.count; i++) {
        const RunRow *row = &run->rows.at[i];
        if (!row->placed.code) continue;
        Str name = run->source->name(run->source->cx, (IrSym){i}, &run->work);
        vec_push(&run->work, &names, (JitName){row->placed.code, row->placed.code_bytes, name});
    }
    jit_give_names(run->jit, names.at, names.count);
    scratch_rewind(&run->work, mark);
}

static bool serve_slot(void *cx, Jit *jit, u32 slot) {
    (void)jit;
    JitRun *run = cx;
    if (slot == JIT_SLOT_NAMES) {
        give_names(run);
        return true;
    }
    CHECK(slot < run->slot_syms.count && run->slot_syms.at[slot]);
    for (u32 i = 0; i < run->stale_slots.count; i++) {
        if (run->stale_slots.at[i] != slot) continue;
        run->stale_call = (IrSym){run->slot_syms.at[slot]};
        return false;
    }
    return jit_run_compile(run, (IrSym){run->slot_syms.at[slot]});
}

u64 jit_run_address(JitRun *run, IrSym sym) {
    JitTarget target;
    LinkError error;
    u64 address = 0;
    u64 mark = scratch_mark(&run->work);
    if (!run_target(run, sym, &target, &error) ||
        !jit_target_address(&run->loader, &target, &address, &error)) {
        if (error.text[0]) run_report(run, error.text);
        address = 0;
    }
    scratch_rewind(&run->work, mark);
    return address;
}

// --- The run ------------------------------------------------------------------------------------

JitRun *jit_run_new(Jit *jit, const ProgramSource *source) {
    JitRun *run = calloc(1, sizeof *run);
    CHECK(run);
    run->jit = jit;
    run->source = source;
    scratch_init(&run->rows_memory);
    scratch_init(&run->work);
    run->old_limit = RUN_OLD_BYTES_MIN;
    jit_loader_init(&run->loader, jit, source->symbols, run_target, run);
    return run;
}

void jit_run_free(JitRun *run) {
    if (!run) return;
    jit_loader_deinit(&run->loader);
    scratch_deinit(&run->rows_memory);
    scratch_deinit(&run->work);
    free(run);
}

static bool set_allocator(JitRun *run) {
    if (!run->source->allocator[0].id) return true;
    u64 functions[4];
    for (u32 i = 0; i < 4; i++) {
        functions[i] = jit_run_address(run, run->source->allocator[i]);
        if (!functions[i]) return false;
    }
    LinkError error;
    if (jit_set_allocator(run->jit, functions, &error)) return true;
    run_report(run, error.text);
    return false;
}

JitResult jit_run(JitRun *run, IrSym entry, int timeout_ms) {
    LinkError error;
    bool ready = set_allocator(run) && jit_run_compile(run, entry);
    if (ready && !jit_go(run->jit, run_row(run, entry.id)->placed.code, &error)) {
        run_report(run, error.text);
        ready = false;
    }
    if (ready) return jit_run_serve(run, timeout_ms);
    jit_kill(run->jit, 9);
    return (JitResult){JIT_END_COMPILE, 1};
}

JitResult jit_run_serve(JitRun *run, int timeout_ms) {
    return jit_serve(run->jit, serve_slot, run, timeout_ms);
}

JitRunFigures jit_run_figures(const JitRun *run) {
    return run->figures;
}
