// Small functions of the library, lowered in place of calls to them.
//
// Library bodies never change under an edit, so code that has them inside stays right; the user's
// own functions are always called, through their slots, so that an edit reaches them. A body taken
// in keeps its own locals, landing pads and positions (Frame); what it panics with names its own
// place, and a #[track_caller] one is told the place of the call.

#include "mono/intrinsic.h"

#include "query/query.h"

enum {
    COST_MAX = 15,        // of a body, in statements
    COST_MARKED_MAX = 30, // #[inline]
    COST_ALWAYS_MAX = 60,
    COST_FN_MAX = 3000, // of all that one function takes in
    DEPTH_MAX = 16,
};

static u32 body_cost(const MirBody *body) {
    const MirBlockRow *rows = LIST_AT(body, MirBlockRow, body->blocks);
    u32 cost = 0;
    for (u32 i = 0; i < body->blocks.count; i++) {
        if (rows[i].is_cleanup) continue;
        cost += rows[i].stmt_count;
        switch ((MirTermKind)rows[i].term.kind) {
        case MIR_CALL: cost += 3 + rows[i].term.operand_count; break;
        case MIR_DROP:
        case MIR_SWITCH: cost += 2; break;
        default: cost += 1; break;
        }
    }
    return cost;
}

// How much of a body is taken in.
static u32 cost_limit(Db *db, DefId def) {
    DefKind kind = def_kind(db, def);
    if (kind == DEF_CLOSURE) return COST_MARKED_MAX;
    if (kind != DEF_FN && kind != DEF_ASSOC_FN) return 0;
    u32 flags = def_attrs(db, def)->flags;
    if (flags & (DEF_ATTR_INLINE_NEVER | DEF_ATTR_COLD)) return 0;
    u8 abi = fn_sig(db, def)->abi;
    if (abi != ABI_RUST && abi != ABI_RUST_CALL) return 0;
    return flags & DEF_ATTR_INLINE_ALWAYS ? COST_ALWAYS_MAX
           : flags & DEF_ATTR_INLINE      ? COST_MARKED_MAX
                                          : COST_MAX;
}

enum { KNOWN = 1, TRACK_CALLER = 2, COST_SHIFT = 2 };

// What is known of a function of the library, once for all: KNOWN, TRACK_CALLER, and its cost; no
// cost: it is always called. None of it changes with an edit.
static u32 def_info(Db *db, DefId def) {
    u32 known = map_get(&db->mono->inlining, def.id);
    if (known) return known;
    u32 info = KNOWN, limit = cost_limit(db, def);
    const MirBody *body = limit ? mir_of(db, def) : NULL;
    if (body && !body->is_error) {
        u32 cost = body_cost(body);
        if (cost <= limit) info |= (cost + 1) << COST_SHIFT;
        if (def_is_track_caller(db, def)) info |= TRACK_CALLER;
    }
    map_set(&db->mono->inlining, def.id, info);
    return info;
}

// ---- flat bodies --------------------------------------------------------------------------------

// const_eval_select(arguments, at compile time, at run time).
static MirCallee run_time_choice(Db *db, Args args, MirFindCallee *find) {
    u32 count;
    const Ty *tys = args_at(db, args, &count);
    MirCallee callee = {0};
    if (count > 2 && ty_kind(db, tys[2]) == TY_FN_DEF) callee = find(db, tys[2]);
    callee.is_spread = callee.kind == MIR_CALLEE_BODY;
    return callee;
}

static MirCallee find_callee(void *cx, Ty fn) {
    Db *db = cx;
    const TyRow *row = ty_row(db, fn);
    DefId def = row->def;
    MirCallee kept = {.kind = MIR_CALLEE_KEPT};
    DefKind kind = def_kind(db, def);
    if ((kind != DEF_FN && kind != DEF_ASSOC_FN) || crate_row(db, def_crate(db, def))->is_local ||
        (kind == DEF_ASSOC_FN && trait_of_item(db, def).id))
        return kept;
    if (def_attrs(db, def)->flags & DEF_ATTR_INTRINSIC) {
        Str name = symbol_str(&db->symbols, def_row(db, def)->name);
        if (str_eq(name, STR("const_eval_select")))
            return run_time_choice(db, row->args, find_callee);
        return intrinsic_as_stmt(db, def);
    }
    InstanceRow instance = {.kind = INST_ITEM, .def = def, .args = row->args};
    if (args_count(db, row->args) == 0 && mono_precompiled(db, instance_intern(db, instance)).id)
        return kept;
    u32 info = def_info(db, def);
    if (!(info >> COST_SHIFT)) return kept;
    return (MirCallee){.kind = MIR_CALLEE_BODY,
                       .track_caller = (info & TRACK_CALLER) != 0,
                       .body = mir_of(db, def),
                       .args = row->args,
                       .cost = info >> COST_SHIFT};
}

static void run_flat_mir(Db *db, u32 key) {
    DefId owner = {key};
    mir_return_flat(db, owner, mir_of(db, owner), find_callee, db);
}

// The body to be lowered: of the library's functions, what they call is taken in already.
const MirBody *lowered_body(Fn *f, DefId def) {
    if (f->is_plain || crate_row(f->db, def_crate(f->db, def))->is_local) return mir_of(f->db, def);
    f->assumed = true;
    return mir_flat(f->db, def);
}

void mono_register(Db *db) {
    query_register(db, Q_flat_mir, run_flat_mir);
}

// ---- in place of a call -------------------------------------------------------------------------

// As def_info, but for what is small only once others have been taken into it as well.
static u32 flat_info(Db *db, DefId def) {
    u32 info = def_info(db, def);
    if (info >> COST_SHIFT) return info;
    u64 key = pack_u64(1, def.id);
    u32 known = map_get(&db->mono->inlining, key), limit = known ? 0 : cost_limit(db, def);
    if (known) return known;
    const MirBody *body = limit ? mir_flat(db, def) : NULL;
    if (body && !body->is_error) {
        u32 cost = body_cost(body);
        if (cost <= limit) info |= (cost + 1) << COST_SHIFT;
    }
    map_set(&db->mono->inlining, key, info);
    return info;
}

// That of flat_info; of what is never inlined, KNOWN.
static u32 instance_info(Db *db, InstanceId callee, const InstanceRow *row) {
    bool is_called = row->kind != INST_ITEM || crate_row(db, def_crate(db, row->def))->is_local ||
                     mono_precompiled(db, callee).id;
    return is_called ? KNOWN : flat_info(db, row->def);
}

KnownInstance *known_instance(Fn *f, InstanceId instance) {
    KnownInstance *known = &f->db->mono->known_instances[instance.id % KNOWN_INSTANCES];
    if (known->instance.id != instance.id) *known = (KnownInstance){.instance = instance};
    return known;
}

// Whether a call is replaced; *info is that of def_info.
static bool inlinable(Fn *f, InstanceId callee, const InstanceRow *row, u32 *info) {
    if (f->is_plain || f->shim_pad.id || f->inlined > COST_FN_MAX) return false;
    KnownInstance *known = known_instance(f, callee);
    if (!known->inlining) {
        u32 found = instance_info(f->db, callee, row);
        known = known_instance(f, callee);
        known->inlining = found;
    }
    *info = known->inlining;
    if (!(*info >> COST_SHIFT)) return false;
    u32 depth = 0;
    for (const Frame *frame = f->frame; frame; frame = frame->outer) {
        if (frame->in_cleanup || frame->instance.id == callee.id || ++depth > DEPTH_MAX)
            return false;
    }
    f->inlined += *info >> COST_SHIFT;
    return true;
}

static void take_arguments(Fn *f, const Val *args, u32 count) {
    const MirBody *body = f->frame->body;
    u32 at = 0;
    for (u32 i = 1; i <= body->arg_count && !f->failed; i++) {
        if (i != body->spread_arg) {
            if (at < count) local_assign(f, i, args[at++]);
            continue;
        }
        Place tuple = local_place(f, i);
        u32 n = layout_field_count(f->db, tuple.ty, 0);
        for (u32 k = 0; k < n && at < count; k++, at++)
            place_write(f, place_field(f, tuple, 0, k, args[at].ty), args[at]);
    }
}

bool inline_call(Fn *f, InstanceId callee, const InstanceRow *row, const Val *args, u32 count,
                 const Place *dest, MirBlock unwind, Val *result) {
    u32 info;
    if (!inlinable(f, callee, row, &info)) return false;
    Frame *frame = SCRATCH_NEW(f->scratch, Frame);
    *frame = (Frame){.outer = f->frame,
                     .outer_unwind = unwind,
                     .instance = callee,
                     .body = lowered_body(f, row->def),
                     .args = row->args,
                     .def = row->def,
                     .follow = MIR_NO_BLOCK,
                     .track_caller = (info & TRACK_CALLER) != 0};
    f->frame = frame;
    require_consts(f);
    if (!f->failed) choose_locals(f, dest && dest->kind == PLACE_MEM ? dest->addr : (IrVal){0});
    if (!f->failed) take_arguments(f, args, count);
    if (!f->failed) build_blocks(f);
    if (!f->failed) {
        if (!frame->done.id) frame->done = ir_block(f->ir); // it never returns
        ir_block_switch(f->ir, frame->done);
        *result = place_read(f, local_place(f, 0));
        free_locals(f, frame);
    }
    f->frame = frame->outer;
    return true;
}
