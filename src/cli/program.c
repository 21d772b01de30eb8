#include "cli/program.h"

#include "link/link.h"

#include <stdio.h>

static MonoRef ref_of(Program *p, IrSym sym) {
    return mono_ref(p->session->db, ir_symbol_row(p->source.symbols, sym)->key);
}

// ---- errors -------------------------------------------------------------------------------------

// Who first named each symbol that appeared since the last call.
static void note_requests(Program *p) {
    u32 count = intern_count(&p->source.symbols->rows);
    for (; p->known_syms < count; p->known_syms++)
        if (p->building.id && !map_get(&p->requested_by, p->known_syms))
            map_set(&p->requested_by, p->known_syms, p->building.id);
}

static void print_chain(Program *p, IrSym sym) {
    Db *db = p->session->db;
    for (u32 depth = 0; depth < 12; depth++) {
        sym = (IrSym){map_get(&p->requested_by, sym.id)};
        if (!sym.id || !ir_symbol_row(p->source.symbols, sym)->key) return;
        MonoRef ref = ref_of(p, sym);
        if (ref.kind != REF_INSTANCE) continue;
        Str name = instance_print(db, ref.instance, &db->scratch);
        fprintf(stderr, "   = note: needed by `%.*s`\n", STR_ARG(name));
    }
}

static void report_failure(Program *p, IrSym sym, const CodeBlob *error) {
    Session *session = p->session;
    Db *db = session->db;
    p->errors++;
    MonoRef ref = ref_of(p, sym);
    Str name = instance_print(db, ref.instance, &db->scratch);
    if (error->is_const && session_report(session, Q_const_eval, error->failed_const)) {
        fprintf(stderr, "note: the constant is needed by `%.*s`\n", STR_ARG(name));
        print_chain(p, sym);
        fputc('\n', stderr);
        return;
    }
    cli_error(session->args, "not supported yet: %.*s", (int)error->what.count,
              LIST_AT(error, char, error->what));
    u32 file = 0, byte;
    if (error->def.id) def_locate(db, error->def, error->lo, &file, &byte);
    if (file) {
        LineCol at = source_line_col(db, (FileId){file}, byte);
        fprintf(stderr, "  --> %.*s:%u:%u\n", STR_ARG(source_path(db, (FileId){file})), at.line,
                at.col);
    }
    fprintf(stderr, "   = note: in `%.*s`\n", STR_ARG(name));
    print_chain(p, sym);
    fputs(
        "   = help: code like this can be moved behind a non-generic function of another crate\n\n",
        stderr);
}

enum { RECURSION_LIMIT = 128 }; // rustc's default

bool program_is_endless(Program *p, IrSym sym) {
    Db *db = p->session->db;
    note_requests(p);
    const InstanceRow *row = instance_row(db, ref_of(p, sym).instance);
    if (row->kind != INST_ITEM || !args_count(db, row->args)) return false;
    u32 count = 0;
    for (u32 at = sym.id; (at = map_get(&p->requested_by, at)) != 0 && count <= RECURSION_LIMIT;) {
        if (!ir_symbol_row(p->source.symbols, (IrSym){at})->key) break;
        MonoRef ref = ref_of(p, (IrSym){at});
        if (ref.kind != REF_INSTANCE) continue;
        const InstanceRow *other = instance_row(db, ref.instance);
        count += other->kind == INST_ITEM && other->def.id == row->def.id;
    }
    return count > RECURSION_LIMIT;
}

static void report_endless(Program *p, DefId def) {
    Db *db = p->session->db;
    p->errors++;
    cli_error(p->session->args, "reached the recursion limit while instantiating `%.*s`",
              STR_ARG(def_path_str(db, def, &db->scratch)));
    u32 file, byte;
    def_locate(db, def, 0, &file, &byte);
    if (!file) return;
    LineCol at = source_line_col(db, (FileId){file}, byte);
    fprintf(stderr, " --> %.*s:%u:%u\n", STR_ARG(source_path(db, (FileId){file})), at.line, at.col);
    fputs("  = note: it calls itself with other generic arguments each time, without an end\n\n",
          stderr);
}

static void report(void *cx, const char *text) {
    Program *p = cx;
    p->errors++;
    cli_error(p->session->args, "%s", text);
}

// ---- functions ----------------------------------------------------------------------------------

static const CodeBlob *blob_of(Program *p, IrSym sym) {
    Db *db = p->session->db;
    note_requests(p);
    scratch_rewind(&db->scratch, 0);
    p->building = sym;
    const CodeBlob *blob = code_of(db, ref_of(p, sym).instance);
    note_requests(p);
    return blob;
}

static bool find_code(void *cx, IrSym sym, ProgramCode *out) {
    const CodeBlob *blob = blob_of(cx, sym);
    if (blob->is_failed) return false;
    *out = (ProgramCode){.code = code_view(blob),
                         .identity = blob->identity,
                         .stamp = blob->hash,
                         .certain = LIST_AT(blob, u32, blob->certain),
                         .certain_count = blob->certain.count};
    return true;
}

static bool code(void *cx, IrSym sym, Scratch *scratch, ProgramCode *out) {
    (void)scratch; // the memo has it
    Program *p = cx;
    if (program_is_endless(p, sym)) {
        report_endless(p, instance_row(p->session->db, ref_of(p, sym).instance)->def);
        return false;
    }
    if (find_code(cx, sym, out)) return true;
    report_failure(cx, sym, blob_of(cx, sym));
    return false;
}

const IrFn *program_ir(Program *p, IrSym sym) {
    Db *db = p->session->db;
    MonoError error;
    if (blob_of(p, sym)->is_failed) {
        report_failure(p, sym, blob_of(p, sym));
        return NULL;
    }
    return code_ir(db, ref_of(p, sym).instance, &error);
}

static Str name_of(void *cx, IrSym sym, Scratch *scratch) {
    Program *p = cx;
    MonoRef ref = ref_of(p, sym);
    if (ref.kind == REF_INSTANCE) return mono_symbol_name(p->session->db, ref.instance, scratch);
    if (ref.kind == REF_STATIC && program_exports(p, sym)) return program_static_name(p, ref.def);
    return scratch_print(scratch, ".Lrac.%u", sym.id);
}

static bool is_weak(void *cx, IrSym sym) {
    (void)cx;
    (void)sym;
    return false;
}

// ---- data ---------------------------------------------------------------------------------------

typedef VEC(ProgramReloc) RelocVec;

static IrSym reloc_symbol(Db *db, const ConstReloc *reloc) {
    MonoRef ref = {0};
    switch ((RelocKind)reloc->kind) {
    case RELOC_ALLOC: ref = (MonoRef){.kind = REF_ALLOC, .alloc = {reloc->target}}; break;
    case RELOC_FN: {
        InstanceId instance = {reloc->target};
        Symbol symbol = mono_precompiled(db, instance);
        const InstanceRow *row = instance_row(db, instance);
        if (!symbol.id && row->kind == INST_EXTERN) {
            const DefAttrs *attrs = def_attrs(db, row->def);
            symbol = attrs->link_name.id ? attrs->link_name : def_row(db, row->def)->name;
        }
        if (symbol.id)
            return mono_symbol(db, IR_SYM_FN_EXTERN, (MonoRef){.kind = REF_EXTERN, .name = symbol});
        return mono_symbol(db, IR_SYM_FN_SLOT,
                           (MonoRef){.kind = REF_INSTANCE, .instance = instance});
    }
    case RELOC_STATIC: {
        DefId def = {reloc->target};
        Symbol symbol = mono_precompiled_static(db, def);
        if (symbol.id)
            return mono_symbol(db, IR_SYM_DATA_EXTERN,
                               (MonoRef){.kind = REF_EXTERN_DATA, .name = symbol});
        ref = (MonoRef){.kind = REF_STATIC, .def = def};
        break;
    }
    case RELOC_VTABLE:
        ref = (MonoRef){.kind = REF_VTABLE, .ty = reloc->ty, .dyn = reloc->dyn};
        break;
    }
    return mono_symbol(db, IR_SYM_DATA, ref);
}

const ConstAlloc *program_alloc(Db *db, const MonoRef *ref) {
    switch ((RefKind)ref->kind) {
    case REF_ALLOC: return const_alloc(db, ref->alloc);
    case REF_CONST:
        return ref->index ? const_eval_promoted(db, ref->def, ref->args, ref->index - 1)
                          : const_eval(db, ref->def, ref->args);
    case REF_STATIC:
    case REF_TLS: return static_initializer(db, ref->def);
    case REF_INSTANCE:
    case REF_EXTERN:
    case REF_EXTERN_DATA:
    case REF_BYTES:
    case REF_VTABLE:
    case REF_EXTERN_TLS:
    case REF_LOCATION: return NULL;
    }
    UNREACHABLE();
}

// False: its evaluation failed (const_failed_query).
static bool alloc_data(Program *p, const ConstAlloc *alloc, Scratch *scratch, ProgramData *out) {
    if (alloc->is_failed) return false;
    RelocVec relocs = {0};
    const ConstReloc *rows = LIST_AT(alloc, ConstReloc, alloc->relocs);
    for (u32 i = 0; i < alloc->relocs.count; i++)
        vec_push(scratch, &relocs,
                 (ProgramReloc){rows[i].offset, reloc_symbol(p->session->db, &rows[i])});
    const u8 *bytes = LIST_AT(alloc, u8, alloc->bytes);
    *out = (ProgramData){
        .bytes = bytes,
        .size = alloc->size,
        .align = max_u32(alloc->align, 1),
        .stamp = hash_mix(hash_bytes(bytes, alloc->bytes.count),
                          hash_bytes(rows, alloc->relocs.count * sizeof *rows)),
        .is_mutable = alloc->is_mut,
        .relocs = relocs.at,
        .reloc_count = relocs.count,
    };
    return true;
}

static void vtable_data(Program *p, MonoRef ref, Scratch *scratch, ProgramData *out) {
    Db *db = p->session->db;
    const VtableWords *blob = code_vtable(db, mono_ref_intern(db, ref));
    const VtableWord *words = LIST_AT(blob, VtableWord, blob->words);
    u32 count = blob->words.count;
    u64 *bytes = SCRATCH_ARRAY(scratch, u64, count);
    RelocVec relocs = {0};
    for (u32 i = 0; i < count; i++) {
        if (!words[i].is_ref) {
            bytes[i] = words[i].value;
            continue;
        }
        MonoRef to = mono_ref(db, words[i].value);
        IrSymKind kind = to.kind == REF_INSTANCE ? IR_SYM_FN_SLOT
                         : to.kind == REF_EXTERN ? IR_SYM_FN_EXTERN
                                                 : IR_SYM_DATA;
        vec_push(scratch, &relocs, (ProgramReloc){8 * i, mono_symbol(db, kind, to)});
    }
    *out = (ProgramData){.bytes = (const u8 *)bytes,
                         .size = 8 * (u64)count,
                         .align = 8,
                         .relocs = relocs.at,
                         .reloc_count = relocs.count,
                         .stamp = hash_bytes(words, count * sizeof *words),
                         .kind = code_holds_closure(db, ref.ty) ? PROGRAM_DATA_CONST
                                                                : PROGRAM_DATA_TABLE};
}

static Place place_of(Program *p, IrSym sym, MonoRef ref) {
    Db *db = p->session->db;
    const Place *known = places_find(&p->session->places, db, sym.id);
    if (known) return *known;
    Place place = {0};
    u32 byte;
    // A number past the end is of older code, that runs on in some frame.
    const CodeBlob *blob = code_of(db, ref.instance);
    if (ref.index < blob->locations.count) {
        const MonoLocation *location = LIST_AT(blob, MonoLocation, blob->locations) + ref.index;
        def_locate(db, location->def, location->lo, &place.file.id, &byte);
        if (place.file.id) place.at = source_line_col(db, place.file, byte);
    }
    places_add(&p->session->places, db, sym.id, place);
    return place;
}

// A core::panic::Location: { file: &'static str (not null, with a final zero behind it), line: u32,
// col: u32 }.
static void location_data(Program *p, IrSym sym, MonoRef ref, Scratch *scratch, ProgramData *out) {
    Db *db = p->session->db;
    Place place = place_of(p, sym, ref);
    Str path = place.file.id ? source_path(db, place.file) : STR("<unknown>");
    struct {
        u64 path, len;
        u32 line, col;
    } *row = scratch_take(scratch, 24, 8);
    row->len = path.len;
    row->line = place.file.id ? place.at.line : 1;
    row->col = place.file.id ? place.at.col : 1;
    ProgramReloc *reloc = SCRATCH_NEW(scratch, ProgramReloc);
    reloc->sym = mono_symbol(
        db, IR_SYM_DATA, (MonoRef){.kind = REF_BYTES, .name = symbol_intern(&db->symbols, path)});
    *out = (ProgramData){.bytes = (const u8 *)row,
                         .size = 24,
                         .align = 8,
                         .relocs = reloc,
                         .reloc_count = 1,
                         .kind = PROGRAM_DATA_LOCATION};
}

static bool find_data(void *cx, IrSym sym, Scratch *scratch, ProgramData *out) {
    Program *p = cx;
    Db *db = p->session->db;
    note_requests(p);
    IrSym before = p->building;
    p->building = sym;
    MonoRef ref = ref_of(p, sym);
    bool ok = true;
    switch ((RefKind)ref.kind) {
    case REF_ALLOC: ok = alloc_data(p, program_alloc(db, &ref), scratch, out); break;
    case REF_CONST:
        ok = alloc_data(p, program_alloc(db, &ref), scratch, out);
        out->kind = PROGRAM_DATA_CONST;
        break;
    case REF_STATIC:
    case REF_TLS:
        ok = alloc_data(p, program_alloc(db, &ref), scratch, out);
        out->is_mutable |= ref.kind == REF_TLS;
        out->kind = PROGRAM_DATA_STATIC;
        break;
    case REF_BYTES: {
        Str text = symbol_str(&db->symbols, ref.name);
        // One more zero: C strings end with it, and an empty literal has an address of its own.
        u8 *bytes = scratch_take(scratch, (u64)text.len + 1, 1);
        if (text.len) memcpy(bytes, text.at, text.len);
        *out = (ProgramData){.bytes = bytes, .size = (u64)text.len + 1, .align = 1};
        break;
    }
    case REF_VTABLE: vtable_data(p, ref, scratch, out); break;
    case REF_LOCATION: location_data(p, sym, ref, scratch, out); break;
    case REF_INSTANCE:
    case REF_EXTERN:
    case REF_EXTERN_DATA:
    case REF_EXTERN_TLS: UNREACHABLE();
    }
    note_requests(p);
    p->building = before;
    return ok;
}

static bool data(void *cx, IrSym sym, Scratch *scratch, ProgramData *out) {
    if (find_data(cx, sym, scratch, out)) return true;
    Program *p = cx;
    if (!session_report(p->session, Q_const_eval, const_failed_query(p->session->db)))
        report(p, "the evaluation of a constant failed");
    p->errors++;
    return false;
}

// ---- after an edit ------------------------------------------------------------------------------

static void add_suspect(const Db *db, IrSymKind kind, MonoRef ref, Scratch *scratch, U32Vec *syms) {
    IrSym sym = mono_symbol_find(db, kind, ref);
    if (sym.id) vec_push(scratch, syms, sym.id);
}

static void add_suspect_const(const Db *db, u32 query, Scratch *scratch, U32Vec *syms) {
    ConstEvalKey key = const_eval_key(db, query);
    if (!key.is_static) {
        MonoRef ref = {.kind = REF_CONST, .def = key.def, .args = key.args, .index = key.promoted};
        add_suspect(db, IR_SYM_DATA, ref, scratch, syms);
        return;
    }
    add_suspect(db, IR_SYM_DATA, (MonoRef){.kind = REF_STATIC, .def = key.def}, scratch, syms);
    add_suspect(db, IR_SYM_TLS, (MonoRef){.kind = REF_TLS, .def = key.def}, scratch, syms);
}

static void suspects(void *cx, Scratch *scratch, U32Vec *syms) {
    const Program *p = cx;
    const Db *db = p->session->db;
    u32 count;
    const QueryChange *rows = query_suspects(db, &count);
    for (u32 i = 0; i < count; i++) {
        u32 key = rows[i].key;
        switch (rows[i].kind) {
        case Q_code:
            add_suspect(db, IR_SYM_FN, (MonoRef){.kind = REF_INSTANCE, .instance = {key}}, scratch,
                        syms);
            break;
        case Q_vtable_words: add_suspect(db, IR_SYM_DATA, mono_ref(db, key), scratch, syms); break;
        case Q_const_eval: add_suspect_const(db, key, scratch, syms); break;
        default: break;
        }
    }
}

void program_watch(Program *p) {
    Db *db = p->session->db;
    query_track(db);
    query_watch(db, Q_code);
    query_watch(db, Q_vtable_words);
    query_watch(db, Q_const_eval);
    query_suspects_clear(db);
}

// ---- opening ------------------------------------------------------------------------------------

void program_close(Program *p) {
    map_deinit(&p->requested_by);
    scratch_deinit(&p->memory);
}

bool program_renew(Program *p) {
    Db *db = p->session->db;
    InstanceId entry = mono_entry(db, p->entry_crate);
    if (!entry.id) {
        Symbol name = crate_row(db, p->entry_crate)->name;
        cli_error(p->session->args, "`main` function not found in crate `%.*s`",
                  STR_ARG(symbol_str(&db->symbols, name)));
        return false;
    }
    p->errors = 0;
    program_find_roots(p);
    p->entry = mono_symbol(db, IR_SYM_FN, (MonoRef){.kind = REF_INSTANCE, .instance = entry});
    InstanceId allocator[4];
    bool has_allocator = mono_global_allocator(db, p->session->crate, allocator);
    for (u32 i = 0; i < 4; i++)
        p->source.allocator[i] =
            has_allocator ? mono_symbol(db, IR_SYM_FN,
                                        (MonoRef){.kind = REF_INSTANCE, .instance = allocator[i]})
                          : (IrSym){0};
    return true;
}

static bool is_sound(Session *session, CrateId crate) {
    u32 errors = check_report_of(session, crate);
    if (errors) session_status(session, errors);
    return errors == 0;
}

bool program_open_entry(Program *p, Session *session, CrateId entry, IrSymKind fn_kind) {
    *p = (Program){.session = session, .entry_crate = entry, .known_syms = 1};
    Db *db = session->db;
    mono_set_fn_kind(db, fn_kind);
    if (fn_kind != IR_SYM_FN_SLOT) { // code that was kept calls through slots
        query_forget(db, Q_code);
        query_forget(db, Q_vtable_words);
    }
    if (!is_sound(session, session->crate)) return false;
    if (entry.id != session->crate.id && !is_sound(session, entry)) return false;
    p->source = (ProgramSource){
        .cx = p,
        .symbols = mono_symbols(db),
        .code = code,
        .find_code = find_code,
        .suspects = suspects,
        .data = data,
        .find_data = find_data,
        .name = name_of,
        .exported = program_exports,
        .weak = is_weak,
        .report = report,
    };
    scratch_init(&p->memory);
    if (program_renew(p)) return true;
    program_close(p);
    return false;
}

bool program_open(Program *p, Session *session, IrSymKind fn_kind) {
    return program_open_entry(p, session, session->crate, fn_kind);
}

bool program_compile_all(Program *p) {
    Db *db = p->session->db;
    Scratch scratch;
    scratch_init(&scratch);
    // Symbols appear while the functions and data before them are made.
    for (u32 id = 1; id < intern_count(&p->source.symbols->rows); id++) {
        IrSym sym = {id};
        if (program_is_external(&p->source, sym)) continue;
        ProgramCode code_out;
        ProgramData data_out;
        if (mono_ref(db, ir_symbol_row(p->source.symbols, sym)->key).kind == REF_INSTANCE)
            (void)code(p, sym, &scratch, &code_out);
        else
            (void)data(p, sym, &scratch, &data_out);
        scratch_rewind(&scratch, 0);
    }
    scratch_deinit(&scratch);
    return p->errors == 0;
}
