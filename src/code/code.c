#include "code/code.h"

#include "infer/typeck.h"
#include "query/query.h"

#include <time.h>

static bool is_right(Db *db, const IrFn *fn, MonoError *error) {
    Str why;
    if (ir_verify(fn, &db->scratch, &why)) return true;
    *error = (MonoError){
        .what = scratch_print(&db->scratch, "code that rac lowered wrongly (%.*s)", STR_ARG(why))};
    return false;
}

const IrFn *code_ir(Db *db, InstanceId instance, MonoError *error) {
    IrFn *fn = mono_build(db, instance, error);
    if (!fn) return NULL;
    fn->name = instance_print(db, instance, &db->scratch);
    return is_right(db, fn, error) ? fn : NULL;
}

// To verify takes a tenth of the time: what tests do in debug builds.
static const IrFn *ir_to_generate(Db *db, InstanceId instance, MonoError *error) {
#ifdef NDEBUG
    return mono_build(db, instance, error);
#else
    return code_ir(db, instance, error);
#endif
}

// ---- identity -----------------------------------------------------------------------------------

enum { IDENTITY_DEPTH_MAX = 12 };

static u64 mix_args(Db *db, u64 hash, Args args, u32 depth);

// Adds what a type's closures hold. Other types are told apart by their id: a struct whose fields
// change is the business of whoever watches for that.
static u64 mix_ty(Db *db, u64 hash, Ty ty, u32 depth) {
    if (!ty.id || depth > IDENTITY_DEPTH_MAX) return hash;
    const TyRow row = *ty_row(db, ty);
    if (row.kind == TY_CLOSURE) {
        Args upvars = closure_upvar_tys(db, ty);
        const ClosureFacts *facts = query_get(db, Q_closure_facts, row.def.id);
        hash = hash_mix(hash_mix(hash, facts->likeness), pack_u64(row.def.id, upvars.id));
        hash = mix_args(db, hash, upvars, depth + 1);
    }
    if (row.args.id) hash = mix_args(db, hash, row.args, depth + 1);
    return mix_ty(db, hash, row.elem, depth + 1);
}

static u64 mix_args(Db *db, u64 hash, Args args, u32 depth) {
    u32 count;
    const Ty *tys = args_at(db, args, &count);
    for (u32 i = 0; i < count; i++)
        hash = mix_ty(db, hash, tys[i], depth);
    return hash;
}

static u64 identity_of(Db *db, InstanceId instance) {
    const InstanceRow row = *instance_row(db, instance);
    const InstanceShape *shape = instance_shape(db, instance);
    InstanceSig sig = shape->sig;
    u64 hash = hash_mix(sig.tys.id, (u64)sig.abi | (u64)sig.is_variadic << 8 |
                                        (u64)sig.is_spread << 9 | (u64)shape->track_caller << 10);
    hash = mix_args(db, hash, sig.tys, 0);
    hash = mix_args(db, hash, row.args, 0);
    return mix_ty(db, hash, row.ty, 0);
}

static bool args_hold_closure(Db *db, Args args) {
    u32 count;
    const Ty *tys = args_at(db, args, &count);
    for (u32 i = 0; i < count; i++)
        if (code_holds_closure(db, tys[i])) return true;
    return false;
}

bool code_holds_closure(Db *db, Ty ty) {
    if (!ty.id) return false;
    const TyRow row = *ty_row(db, ty);
    return row.kind == TY_CLOSURE || (row.args.id && args_hold_closure(db, row.args)) ||
           code_holds_closure(db, row.elem);
}

// ---- code ---------------------------------------------------------------------------------------

static void return_failure(Db *db, const MonoError *error) {
    Blob blob;
    blob_begin(&blob, &db->scratch, sizeof(CodeBlob));
    List what = blob_add(&blob, error->what.at, error->what.len, 1);
    CodeBlob *out = blob_header(&blob);
    out->what = what;
    out->def = error->def;
    out->lo = error->lo;
    out->hi = error->hi;
    out->is_failed = true;
    out->is_const = error->is_const;
    if (error->is_const) out->failed_const = const_failed_query(db);
    query_return_blob(db, &blob);
}

static u64 hash_of(const X64Code *code, u64 identity) {
    u64 hash = hash_mix(identity, code->text_bytes);
    hash = hash_mix(hash, hash_bytes(code->code, code->code_bytes));
    hash = hash_mix(hash, hash_bytes(code->relocs, code->reloc_count * sizeof *code->relocs));
    hash = hash_mix(hash, hash_bytes(code->cfi, code->cfi_bytes));
    return code->lsda ? hash_mix(hash, hash_bytes(code->lsda, code->lsda_bytes)) : hash;
}

static u64 now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (u64)now.tv_sec * 1000000000ull + (u64)now.tv_nsec;
}

static bool generate(Db *db, const IrFn *fn, X64Code *code, Str *why) {
    u64 start = db->options->time_passes ? now_ns() : 0;
    bool done = x64_gen(fn, &db->scratch, code, why);
    if (start) *mono_gen_ns(db) += now_ns() - start;
    return done;
}

// The functions called on the one way from the entry to the first fork. Before it, others may be
// left by unwinding only.
static const U32Vec *certain_calls(Db *db, const IrFn *fn) {
    U32Vec *out = SCRATCH_NEW(&db->scratch, U32Vec);
    bool *seen = SCRATCH_ARRAY(&db->scratch, bool, fn->blocks.count);
    for (u32 block = 1, next; block && !seen[block]; block = next) {
        seen[block] = true;
        next = 0;
        for (u32 i = fn->blocks.at[block].first; i; i = fn->insts.at[i].next) {
            const IrInst *inst = &fn->insts.at[i];
            bool calls = inst->op == IR_CALL || inst->op == IR_INVOKE;
            if (calls && inst->sub != IR_CALLEE_PTR &&
                ir_symbol_row(fn->symbols, (IrSym){inst->a})->kind == IR_SYM_FN_SLOT)
                vec_push(&db->scratch, out, inst->a);
            if (inst->op == IR_INVOKE) next = (u32)inst->imm;
            if (inst->op == IR_BR) next = inst->a;
        }
    }
    return out;
}

static void run_code(Db *db, u32 key) {
    InstanceId instance = {key};
    MonoError error = {0};
    const IrFn *fn = ir_to_generate(db, instance, &error);
    if (!fn) {
        return_failure(db, &error);
        return;
    }
    X64Code code;
    Str why;
    if (!generate(db, fn, &code, &why)) {
        return_failure(db, &(MonoError){.what = why});
        return;
    }
    u64 identity = identity_of(db, instance);
    Blob blob;
    blob_begin(&blob, &db->scratch, sizeof(CodeBlob));
    List bytes = blob_add(&blob, code.code, code.code_bytes, 1);
    List relocs = blob_add(&blob, code.relocs, code.reloc_count, sizeof(X64Reloc));
    List cfi = blob_add(&blob, code.cfi, code.cfi_bytes, 1);
    List lsda = blob_add(&blob, code.lsda, code.lsda ? code.lsda_bytes : 0, 1);
    List locs = blob_add(&blob, code.locs, code.loc_count, sizeof(X64Loc));
    u32 location_count;
    const MonoLocation *at = mono_locations(db, &location_count);
    List locations = blob_add(&blob, at, location_count, sizeof *at);
    const U32Vec *calls = certain_calls(db, fn);
    List certain = blob_add(&blob, calls->at, calls->count, sizeof(u32));
    CodeBlob *out = blob_header(&blob);
    out->identity = identity;
    out->hash = hash_of(&code, identity);
    out->locations = locations;
    out->certain = certain;
    out->code = bytes;
    out->relocs = relocs;
    out->cfi = cfi;
    out->lsda = lsda;
    out->locs = locs;
    out->text_bytes = code.text_bytes;
    out->has_lsda = code.lsda != NULL;
    query_return_blob(db, &blob);
}

const CodeBlob *code_of(Db *db, InstanceId instance) {
    return query_get(db, Q_code, instance.id);
}

X64Code code_view(const CodeBlob *blob) {
    return (X64Code){
        .code = LIST_AT(blob, u8, blob->code),
        .code_bytes = blob->code.count,
        .text_bytes = blob->text_bytes,
        .relocs = LIST_AT(blob, X64Reloc, blob->relocs),
        .reloc_count = blob->relocs.count,
        .cfi = LIST_AT(blob, u8, blob->cfi),
        .cfi_bytes = blob->cfi.count,
        .lsda = blob->has_lsda ? LIST_AT(blob, u8, blob->lsda) : NULL,
        .lsda_bytes = blob->lsda.count,
        .locs = LIST_AT(blob, X64Loc, blob->locs),
        .loc_count = blob->locs.count,
    };
}

// ---- vtables ------------------------------------------------------------------------------------

static void run_vtable_words(Db *db, u32 key) {
    MonoRef ref = mono_ref(db, key);
    u32 count;
    const VtableWord *from = mono_vtable(db, ref.ty, ref.dyn, &count);
    VtableWord *words = SCRATCH_ARRAY(&db->scratch, VtableWord, count);
    memset(words, 0, count * sizeof *words); // also between members: equal words are equal bytes
    for (u32 i = 0; i < count; i++) {
        words[i].is_ref = from[i].is_ref;
        words[i].value = from[i].value;
    }
    Blob blob;
    blob_begin(&blob, &db->scratch, sizeof(VtableWords));
    List list = blob_add(&blob, words, count, sizeof *words);
    ((VtableWords *)blob_header(&blob))->words = list;
    query_return_blob(db, &blob);
}

const VtableWords *code_vtable(Db *db, u32 mono_ref) {
    return query_get(db, Q_vtable_words, mono_ref);
}

void code_register(Db *db) {
    query_register(db, Q_code, run_code);
    query_register(db, Q_vtable_words, run_vtable_words);
}
