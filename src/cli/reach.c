#include "cli/reach.h"

#include "link/link.h"
#include "mir/mir.h"
#include "names/names.h"
#include "query/query.h"
#include "types/sig.h"

// One symbol. Functions that call each other in a circle (a strongly connected component) reach the
// same, so fingerprints are those of components: Tarjan's algorithm finds them, callees first.
typedef struct Node {
    u32 index; // in the order of visiting, from 1; 0: not visited
    u32 low;
    u32 component; // 0: not known yet
    U32Vec names;  // IrSym: what it names
    u64 code, placed;
    bool sees_places;
    bool is_shared; // memory that the program can write to
} Node;

typedef struct Component {
    u64 code, placed;
    bool sees_places;
    bool is_shared; // reaches such memory
    u32 joined_to;  // the component that stands for all that meet in it; a chain
} Component;

typedef struct Reach {
    Program *program;
    ReachKept *kept; // may be NULL
    Db *db;
    Scratch *scratch;
    VEC(Node) nodes; // by IrSym
    VEC(Component) components;
    U32Vec stack;
    u32 visited;
    Map place_defs; // ADT -> HOLDS_PLACES and so on
    U32Vec looking; // ADTs that hold none as far as the look has got that goes on
    u32 look_depth;
} Reach;

// ---- places -------------------------------------------------------------------------------------

static bool def_sees_places(Reach *r, DefId def);

static bool args_see_places(Reach *r, Args args);

static bool ty_sees_places(Reach *r, Ty ty) {
    if (!ty.id) return false;
    const TyRow row = *ty_row(r->db, ty);
    if (row.kind == TY_ADT && def_sees_places(r, row.def)) return true;
    return args_see_places(r, row.args) || ty_sees_places(r, row.elem);
}

static bool args_see_places(Reach *r, Args args) {
    u32 count;
    const Ty *tys = args_at(r->db, args, &count);
    for (u32 i = 0; i < count; i++)
        if (ty_sees_places(r, tys[i])) return true;
    return false;
}

enum { HOLDS_PLACES = 1, HOLDS_NONE, IS_UNKNOWN };

// What was said of types inside of one that is being looked at counted on it holding none.
static void end_look(Reach *r, bool sees) {
    for (u32 i = 0; i < r->looking.count && sees; i++)
        if (map_get(&r->place_defs, r->looking.at[i]) == HOLDS_NONE)
            map_set(&r->place_defs, r->looking.at[i], IS_UNKNOWN);
    r->looking.count = 0;
}

// Whether values of the type hold a Location, such as the argument of a panic hook does.
static bool def_sees_places(Reach *r, DefId def) {
    u32 known = map_get(&r->place_defs, def.id);
    if (known == HOLDS_PLACES || known == HOLDS_NONE) return known == HOLDS_PLACES;
    map_set(&r->place_defs, def.id, HOLDS_NONE);
    vec_push(r->scratch, &r->looking, def.id);
    r->look_depth++;
    bool sees = def_eq(def, lang_item(r->db, LANG_panic_location));
    const AdtDef *adt = adt_def(r->db, def);
    for (u32 v = 0; v < adt->variants.count && !sees; v++) {
        const AdtVariant *variant = adt_variant(adt, v);
        for (u32 f = 0; f < variant->field_count && !sees; f++)
            sees = ty_sees_places(r, adt_field(adt, variant, f)->ty);
    }
    if (sees) map_set(&r->place_defs, def.id, HOLDS_PLACES);
    if (--r->look_depth == 0) end_look(r, sees);
    return sees;
}

// Whether a body of the user's has to do with Locations. The library's own pass them to panics.
static bool body_sees_places(Reach *r, const InstanceRow *row) {
    Db *db = r->db;
    if (row->kind != INST_ITEM || !crate_row(db, def_crate(db, row->def))->is_local) return false;
    if (args_see_places(r, row->args)) return true;
    const MirBody *body = mir_of(db, row->def);
    if (!body) return false;
    const MirLocalDecl *locals = LIST_AT(body, MirLocalDecl, body->locals);
    for (u32 i = 0; i < body->locals.count; i++)
        if (ty_sees_places(r, locals[i].ty)) return true;
    const MirConst *consts = LIST_AT(body, MirConst, body->consts);
    for (u32 i = 0; i < body->consts.count; i++)
        if (ty_sees_places(r, consts[i].ty)) return true;
    return false;
}

// ---- one symbol ---------------------------------------------------------------------------------

static FoundCode *found_code(ReachKept *kept, u32 sym) {
    while (kept->found.count <= sym)
        vec_push(&kept->memory, &kept->found, (FoundCode){0});
    return &kept->found.at[sym];
}

static void keep_code(ReachKept *kept, u32 sym, const Node *node) {
    FoundCode *found = found_code(kept, sym);
    u32 count = node->names.count;
    if (count > found->cap) {
        found->names = SCRATCH_ARRAY(&kept->memory, u32, count);
        found->cap = count;
    }
    if (count) memcpy(found->names, node->names.at, count * sizeof(u32));
    found->count = count;
    found->code = node->code;
    found->sees_places = node->sees_places;
    found->is_good = true;
}

static bool find_kept(const Reach *r, u32 sym, Node *node) {
    if (!r->kept || sym >= r->kept->found.count || !r->kept->found.at[sym].is_good) return false;
    const FoundCode *found = &r->kept->found.at[sym];
    node->names = (U32Vec){found->names, found->count, found->count};
    node->code = node->placed = found->code;
    node->sees_places = found->sees_places;
    return true;
}

static void look_at_code(Reach *r, IrSym sym, const InstanceRow *row, Node *node) {
    ProgramCode made;
    const ProgramSource *source = &r->program->source;
    if (program_is_endless(r->program, sym) || !source->find_code(source->cx, sym, &made)) {
        node->code = node->placed = 1; // it cannot be made: whoever calls it is told
        return;
    }
    node->code = node->placed = made.stamp;
    for (u32 i = 0; i < made.code.reloc_count; i++)
        vec_push(r->scratch, &node->names, made.code.relocs[i].sym);
    node->sees_places = body_sees_places(r, row);
    if (r->kept) keep_code(r->kept, sym.id, node);
}

static void look_at_data(Reach *r, IrSym sym, const MonoRef *ref, Node *node) {
    const ConstAlloc *alloc = program_alloc(r->db, ref);
    if (alloc && alloc->is_failed) {
        node->code = node->placed = 1;
        return;
    }
    ProgramData data;
    const ProgramSource *source = &r->program->source;
    if (!source->data(source->cx, sym, r->scratch, &data)) return;
    u64 hash = hash_mix(data.size, pack_u64(data.align, data.is_mutable));
    if (data.bytes) hash = hash_mix(hash, hash_bytes(data.bytes, data.size));
    for (u32 i = 0; i < data.reloc_count; i++) {
        hash = hash_mix(hash, pack_u64(data.relocs[i].offset, data.relocs[i].sym.id));
        vec_push(r->scratch, &node->names, data.relocs[i].sym.id);
    }
    node->placed = hash;
    if (ref->kind == REF_LOCATION) {
        node->names.count = 0; // its file's name goes with `placed`
        return;
    }
    node->code = hash;
    bool is_users = ref->kind == REF_ALLOC ||
                    (ref->def.id && crate_row(r->db, def_crate(r->db, ref->def))->is_local);
    node->is_shared = data.is_mutable && is_users;
}

// A name from outside may be of something that the program itself exports.
static void look_for_export(Reach *r, Str name, Node *node) {
    const ProgramSource *source = &r->program->source;
    for (u32 i = 0; i < source->root_count; i++)
        if (str_eq(source->name(source->cx, source->roots[i], r->scratch), name))
            vec_push(r->scratch, &node->names, source->roots[i].id);
}

static void look_at(Reach *r, IrSym sym, Node *node) {
    if (find_kept(r, sym.id, node)) return;
    const IrSymRow *row = ir_symbol_row(r->program->source.symbols, sym);
    if (row->key == 0) {
        look_for_export(r, ir_symbol_name(r->program->source.symbols, sym), node);
        return;
    }
    MonoRef ref = mono_ref(r->db, row->key);
    if (ref.kind != REF_INSTANCE) {
        look_at_data(r, sym, &ref, node);
        return;
    }
    const InstanceRow instance = *instance_row(r->db, ref.instance);
    look_at_code(r, sym, &instance, node);
}

// ---- the walk -----------------------------------------------------------------------------------

static Node *node_of(Reach *r, u32 sym) {
    while (r->nodes.count <= sym)
        vec_push(r->scratch, &r->nodes, (Node){0});
    return &r->nodes.at[sym];
}

static u32 stands_for(Reach *r, u32 component) {
    while (r->components.at[component].joined_to != component)
        component = r->components.at[component].joined_to;
    return component;
}

static void join(Reach *r, u32 a, u32 b) {
    a = stands_for(r, a);
    b = stands_for(r, b);
    r->components.at[max_u32(a, b)].joined_to = min_u32(a, b);
}

// The members lie on the stack from `first` on. Sums: their order must not matter.
static void close_component(Reach *r, u32 first) {
    u32 id = r->components.count;
    Component made = {.joined_to = id};
    for (u32 i = first; i < r->stack.count; i++)
        r->nodes.at[r->stack.at[i]].component = id;
    for (u32 i = first; i < r->stack.count; i++) {
        u32 sym = r->stack.at[i];
        const Node *node = &r->nodes.at[sym];
        made.code += hash_mix(sym, node->code);
        made.placed += hash_mix(sym, node->placed);
        made.sees_places |= node->sees_places;
        made.is_shared |= node->is_shared;
        for (u32 k = 0; k < node->names.count; k++) {
            u32 to = r->nodes.at[node->names.at[k]].component;
            if (to == id) continue;
            const Component *below = &r->components.at[to];
            made.code += hash_mix(hash_mix(sym, node->names.at[k]), below->code);
            made.placed += hash_mix(hash_mix(sym, node->names.at[k]), below->placed);
            made.sees_places |= below->sees_places;
            made.is_shared |= below->is_shared;
        }
    }
    vec_push(r->scratch, &r->components, made);
    for (u32 i = first; i < r->stack.count; i++) {
        const Node *node = &r->nodes.at[r->stack.at[i]];
        for (u32 k = 0; k < node->names.count; k++) {
            u32 to = r->nodes.at[node->names.at[k]].component;
            if (r->components.at[to].is_shared) join(r, id, to);
        }
    }
    r->stack.count = first;
}

// Recursive: it goes as deep as the program's calls.
static void visit(Reach *r, u32 sym) {
    Node node = {.index = ++r->visited, .low = r->visited};
    u32 first = r->stack.count;
    vec_push(r->scratch, &r->stack, sym);
    look_at(r, (IrSym){sym}, &node);
    *node_of(r, sym) = node;
    for (u32 i = 0; i < node.names.count; i++) {
        u32 to = node.names.at[i];
        if (node_of(r, to)->index == 0) {
            visit(r, to);
            node.low = min_u32(node.low, r->nodes.at[to].low);
        } else if (!r->nodes.at[to].component) {
            node.low = min_u32(node.low, r->nodes.at[to].index);
        }
    }
    r->nodes.at[sym].low = node.low;
    if (node.low == node.index) close_component(r, first);
}

static Reach walk(Program *program, const IrSym *roots, u32 count, ReachKept *kept,
                  Scratch *scratch) {
    Reach r = {.program = program, .kept = kept, .db = program->session->db, .scratch = scratch};
    vec_push(scratch, &r.components, (Component){0}); // 0 is none
    for (u32 i = 0; i < count; i++)
        if (node_of(&r, roots[i].id)->index == 0) visit(&r, roots[i].id);
    map_deinit(&r.place_defs);
    return r;
}

U32Vec reach_symbols(Program *program, const IrSym *roots, u32 count, Scratch *scratch) {
    Reach r = walk(program, roots, count, NULL, scratch);
    U32Vec found = {0};
    for (u32 sym = 0; sym < r.nodes.count; sym++)
        if (r.nodes.at[sym].index) vec_push(scratch, &found, sym);
    return found;
}

// Drops what edits since the last walk can have changed. Which types hold Locations is not of one
// function: when a type has changed, nothing is kept. The lists are emptied first, as the walk may
// add to them.
static void drop_changed(ReachKept *kept, Program *program, Scratch *scratch) {
    Db *db = program->session->db;
    U32Vec syms = {0};
    program->source.suspects(program->source.cx, scratch, &syms);
    for (u32 i = 0; i < syms.count; i++)
        if (syms.at[i] < kept->found.count) kept->found.at[syms.at[i]].is_good = false;
    u32 count;
    const QueryChange *changes = query_changes(db, &count);
    bool types = false;
    for (u32 i = 0; i < count; i++)
        types |= changes[i].kind == Q_adt_def;
    for (u32 i = 0; i < kept->found.count && types; i++)
        kept->found.at[i].is_good = false;
    query_suspects_clear(db);
    query_changes_clear(db);
}

void reach_keep(ReachKept *kept, Program *program) {
    *kept = (ReachKept){0};
    scratch_init(&kept->memory);
    program_watch(program);
    query_changes_clear(program->session->db);
}

void reach_forget(ReachKept *kept) {
    scratch_deinit(&kept->memory);
}

Reached *reach(Program *program, const IrSym *roots, u32 count, ReachKept *kept, Scratch *scratch) {
    drop_changed(kept, program, scratch);
    Reach r = walk(program, roots, count, kept, scratch);
    Reached *out = SCRATCH_ARRAY(scratch, Reached, count);
    for (u32 i = 0; i < count; i++) {
        u32 id = r.nodes.at[roots[i].id].component;
        const Component *found = &r.components.at[id];
        out[i] = (Reached){.code = hash_mix(roots[i].id, found->code),
                           .placed = hash_mix(roots[i].id, found->placed),
                           .shared = found->is_shared ? stands_for(&r, id) : 0,
                           .sees_places = found->sees_places};
    }
    return out;
}
