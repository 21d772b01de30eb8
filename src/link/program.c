// The AOT half: a worklist of symbols, each emitted once.
#include "link/program.h"
#include "link/obj_emit.h"

#include <elf.h>
#include <stdio.h>
#include <unistd.h>

typedef struct Build {
    const ProgramSource *source;
    ObjFile obj;
    ObjEmit emit;
    Scratch *object_memory; // what the object consists of
    Scratch work;           // one function or datum at a time
    U32Vec queue;           // IrSym ids to emit
    U32Vec queued;          // by IrSym: its ObjSym
    ProgramFigures figures;
    bool failed;
} Build;

static ObjSym symbol_of(void *cx, IrSym sym) {
    Build *b = cx;
    while (b->queued.count <= sym.id)
        vec_push(b->object_memory, &b->queued, 0);
    if (b->queued.at[sym.id]) return (ObjSym){b->queued.at[sym.id]};
    const ProgramSource *source = b->source;
    const IrSymRow *row = ir_symbol_row(source->symbols, sym);
    Str name = row->key == 0 ? ir_symbol_name(source->symbols, sym)
                             : source->name(source->cx, sym, &b->work);
    ObjSym out = obj_symbol(&b->obj, name);
    if (row->kind == IR_SYM_TLS) obj_undefined(&b->obj, out, OBJ_GLOBAL, OBJ_TLS);
    if (row->key == 0 && source->weak && source->weak(source->cx, sym))
        obj_undefined(&b->obj, out, OBJ_WEAK, OBJ_NOTYPE);
    b->queued.at[sym.id] = out.id;
    if (row->key) vec_push(b->object_memory, &b->queue, sym.id);
    return out;
}

static ObjBinding binding_of(Build *b, IrSym sym) {
    const ProgramSource *source = b->source;
    return source->exported && source->exported(source->cx, sym) ? OBJ_GLOBAL : OBJ_LOCAL;
}

static void emit_function(Build *b, IrSym sym, ObjSym to) {
    ProgramCode code;
    if (!b->source->code(b->source->cx, sym, &b->work, &code)) {
        b->failed = true;
        return;
    }
    obj_emit_fn(&b->emit, to, binding_of(b, sym), 0, &code.code);
    b->figures.function_count++;
    b->figures.code_bytes += code.code.code_bytes;
}

static void emit_data(Build *b, IrSym sym, ObjSym to, bool tls) {
    ProgramData data;
    if (!b->source->data(b->source->cx, sym, &b->work, &data)) {
        b->failed = true;
        return;
    }
    bool zero = data.reloc_count == 0;
    for (u64 i = 0; data.bytes && i < data.size && zero; i++)
        zero = data.bytes[i] == 0;
    ObjSection section = tls                ? (zero ? OBJ_TBSS : OBJ_TDATA)
                         : data.is_mutable  ? (zero ? OBJ_BSS : OBJ_DATA)
                         : data.reloc_count ? OBJ_RELRO
                                            : OBJ_RODATA;
    bool no_bytes = section == OBJ_TBSS || section == OBJ_BSS;
    // Something without a size still has an address of its own.
    u64 at = obj_append(&b->obj, section, no_bytes ? NULL : data.bytes, data.size ? data.size : 1,
                        data.align ? data.align : 1);
    obj_define(&b->obj, to, section, at, data.size, binding_of(b, sym), tls ? OBJ_TLS : OBJ_OBJECT,
               0);
    for (u32 i = 0; i < data.reloc_count; i++) {
        i64 addend;
        memcpy(&addend, data.bytes + data.relocs[i].offset, 8);
        obj_reloc(&b->obj, section, at + data.relocs[i].offset, R_X86_64_64,
                  symbol_of(b, data.relocs[i].sym), addend);
    }
    b->figures.data_count++;
}

static void emit(Build *b, IrSym sym) {
    ObjSym to = {b->queued.at[sym.id]};
    switch ((IrSymKind)ir_symbol_row(b->source->symbols, sym)->kind) {
    case IR_SYM_FN:
    case IR_SYM_FN_EXTERN:
    case IR_SYM_FN_SLOT: emit_function(b, sym, to); return;
    case IR_SYM_DATA:
    case IR_SYM_DATA_EXTERN: emit_data(b, sym, to, false); return;
    case IR_SYM_TLS: emit_data(b, sym, to, true); return;
    case IR_SYM_KIND_COUNT: break;
    }
    UNREACHABLE();
}

bool program_build(const ProgramSource *source, IrSym entry, const Toolchain *toolchain,
                   const AotOptions *options, ProgramFigures *figures) {
    Scratch memory;
    scratch_init(&memory);
    Build b = {.source = source, .object_memory = &memory};
    scratch_init(&b.work);
    obj_init(&b.obj, &memory);
    obj_emit_init(&b.emit, &b.obj, source->symbols, symbol_of, &b);

    aot_add_main(&b.obj, scratch_str(&memory, source->name(source->cx, entry, &b.work)));
    symbol_of(&b, entry);
    for (u32 i = 0; i < source->root_count; i++)
        symbol_of(&b, source->roots[i]);
    bool own_allocator = source->allocator[0].id != 0;
    for (u32 i = 0; own_allocator && i < 4; i++)
        symbol_of(&b, source->allocator[i]);
    for (u32 i = 0; i < b.queue.count && !b.failed; i++) {
        u64 mark = scratch_mark(&b.work);
        emit(&b, (IrSym){b.queue.at[i]});
        scratch_rewind(&b.work, mark);
    }

    LinkError error;
    bool done = !b.failed;
    if (done && own_allocator) {
        ObjSym to[4];
        for (u32 i = 0; i < 4; i++)
            to[i] = symbol_of(&b, source->allocator[i]);
        done = aot_add_allocator_jumps(&b.obj, toolchain, to, &error);
        if (!done) source->report(source->cx, error.text);
    }
    if (done) {
        Str object = scratch_print(&memory, "%s.rac-%d.o", options->output, (int)getpid());
        VEC(const char *) objects = {0};
        vec_push(&memory, &objects, object.at);
        vec_append(&memory, &objects, options->objects, options->object_count);
        AotOptions with_object = *options;
        with_object.objects = objects.at;
        with_object.object_count = objects.count;
        done = obj_write(&b.obj, object.at, &error) && aot_link(toolchain, &with_object, &error);
        unlink(object.at);
        if (!done) source->report(source->cx, error.text);
    }
    if (figures) *figures = b.figures;
    obj_deinit(&b.obj);
    scratch_deinit(&b.work);
    scratch_deinit(&memory);
    return done;
}
