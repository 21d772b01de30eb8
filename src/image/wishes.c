#include "image/wishes.h"

#include "image/keys.h"
#include "mono/mono.h"
#include "names/names.h"
#include "types/sig.h"

// The stream: operations, each a word followed by its operands. All but the last make a thing
// that later ones name by its number among things of its kind, from 1 on; 0 is none.
typedef enum WishOp {
    OP_NONE,
    OP_SYMBOL, // length in bytes, the bytes padded to words
    OP_CRATE,  // symbol: makes a definition, its root module
    OP_PART,   // definition (a crate's root), symbol of the module that is collected apart
    OP_DEF,    // parent, DefKind, symbol, disambiguator
    OP_ARGS,   // count, types
    OP_TY,     // kind flags is_mut, abi is_unsafe is_variadic, definition, args, elem, len, index,
               // symbol, two words of lo_bits, two of hi_bits
    OP_DYN,    // principal, args, count, projections of 3, count, autos: makes a type
    OP_FACT,   // QueryKind, two operands and an extra one by its KeyShape (collect_fact)
} WishOp;

// ---- collecting ---------------------------------------------------------------------------------

typedef struct Collector {
    Db *db;
    Scratch *scratch;
    WordVec *out;
    Map symbols, defs, tys, args; // ids here -> numbers in the stream
} Collector;

#define PUT(c, ...)                                                                                \
    do {                                                                                           \
        const u32 put_words_[] = {__VA_ARGS__};                                                    \
        vec_append((c)->scratch, (c)->out, put_words_, (u32)ARRAY_LEN(put_words_));                \
    } while (0)

static u32 number(Map *map, u32 id) {
    u32 made = map->count + 1;
    map_set(map, id, made);
    return made;
}

static u32 put_symbol(Collector *c, Symbol symbol) {
    if (!symbol.id) return 0;
    u32 known = map_get(&c->symbols, symbol.id);
    if (known) return known;
    Str text = symbol_str(&c->db->symbols, symbol);
    PUT(c, OP_SYMBOL, text.len);
    for (u32 at = 0; at < text.len; at += sizeof(u32)) {
        u32 word = 0;
        memcpy(&word, text.at + at, min_u32(sizeof word, text.len - at));
        PUT(c, word);
    }
    return number(&c->symbols, symbol.id);
}

static u32 put_def(Collector *c, DefId def) {
    if (!def.id) return 0;
    u32 known = map_get(&c->defs, def.id);
    if (known) return known;
    const DefRow row = *def_row(c->db, def);
    u32 parent = put_def(c, row.parent), name = put_symbol(c, row.name);
    if (!parent)
        PUT(c, OP_CRATE, name);
    else if (def_row(c->db, row.parent)->crate != row.crate)
        PUT(c, OP_PART, parent, name);
    else
        PUT(c, OP_DEF, parent, row.kind, name, row.disambiguator);
    return number(&c->defs, def.id);
}

static u32 put_ty(Collector *c, Ty ty);

static u32 put_args(Collector *c, Args args) {
    if (!args.id) return 0;
    u32 known = map_get(&c->args, args.id);
    if (known) return known;
    u32 count;
    const Ty *tys = args_at(c->db, args, &count);
    u64 mark = scratch_mark(&c->db->scratch);
    u32 *numbers = SCRATCH_ARRAY(&c->db->scratch, u32, count);
    for (u32 i = 0; i < count; i++)
        numbers[i] = put_ty(c, tys[i]);
    PUT(c, OP_ARGS, count);
    vec_append(c->scratch, c->out, numbers, count);
    scratch_rewind(&c->db->scratch, mark);
    return number(&c->args, args.id);
}

static void put_dyn(Collector *c, Ty ty) {
    const Existential *e = ty_existential(c->db, ty);
    const ExProjection *projections = existential_projections(c->db, e);
    const DefId *autos = existential_autos(c->db, e);
    WordVec words = {0};
    Scratch *own = &c->db->scratch;
    vec_push(own, &words, put_def(c, e->principal));
    vec_push(own, &words, put_args(c, e->args));
    vec_push(own, &words, e->projection_count);
    for (u32 i = 0; i < e->projection_count; i++) {
        vec_push(own, &words, put_def(c, projections[i].assoc));
        vec_push(own, &words, put_args(c, projections[i].args));
        vec_push(own, &words, put_ty(c, projections[i].ty));
    }
    vec_push(own, &words, e->auto_count);
    for (u32 i = 0; i < e->auto_count; i++)
        vec_push(own, &words, put_def(c, autos[i]));
    PUT(c, OP_DYN);
    vec_append(c->scratch, c->out, words.at, words.count);
}

static u32 put_ty(Collector *c, Ty ty) {
    if (!ty.id) return 0;
    u32 known = map_get(&c->tys, ty.id);
    if (known) return known;
    const TyRow row = *ty_row(c->db, ty);
    u64 mark = scratch_mark(&c->db->scratch);
    if (row.kind == TY_DYN) {
        put_dyn(c, ty);
    } else {
        u32 def = put_def(c, row.def), args = put_args(c, row.args), elem = put_ty(c, row.elem);
        u32 len = put_ty(c, row.len), name = put_symbol(c, row.name);
        PUT(c, OP_TY, row.kind | (u32)row.flags << 8 | (u32)row.is_mut << 16,
            row.abi | (u32)row.is_unsafe << 8 | (u32)row.is_variadic << 16, def, args, elem, len,
            row.index, name, (u32)row.lo_bits, (u32)(row.lo_bits >> 32), (u32)row.hi_bits,
            (u32)(row.hi_bits >> 32));
    }
    scratch_rewind(&c->db->scratch, mark);
    return number(&c->tys, ty.id);
}

static bool is_plain(u32 flags) {
    return (flags & (TY_HAS_INFER | TY_HAS_ERROR | TY_HAS_PLACEHOLDER)) == 0;
}

static void put_fact(Collector *c, QueryKind kind, u32 a, u32 b, u32 extra) {
    PUT(c, OP_FACT, (u32)kind, a, b, extra);
}

static bool collect_pair(Collector *c, QueryKind kind, const u32 *words) {
    Args args = {words[1]};
    if (!is_plain(args_flags(c->db, args))) return false;
    u32 def = put_def(c, (DefId){words[0]}), list = put_args(c, args);
    put_fact(c, kind, def, list, kind == Q_const_eval ? words[2] : 0);
    return true;
}

static bool collect_instance(Collector *c, QueryKind kind, InstanceId instance) {
    const InstanceRow row = *instance_row(c->db, instance);
    if (!is_plain(args_flags(c->db, row.args)) || !is_plain(ty_flags(c->db, row.ty))) return false;
    u32 def = put_def(c, row.def), args = put_args(c, row.args), ty = put_ty(c, row.ty);
    put_fact(c, kind, def, args, ty);
    PUT(c, row.kind, row.index);
    return true;
}

// False: a fact of a shape that is asked for only by way of others.
static bool collect_fact(Collector *c, QueryKind kind, u32 key) {
    Db *db = c->db;
    switch (query_key_shape(kind)) {
    case KEY_DEF: put_fact(c, kind, put_def(c, (DefId){key}), 0, 0); return true;
    case KEY_TY:
        if (!is_plain(ty_flags(db, (Ty){key}))) return false;
        put_fact(c, kind, put_ty(c, (Ty){key}), 0, 0);
        return true;
    case KEY_DEF_ARGS: return collect_pair(c, kind, types_key_words(db, key));
    case KEY_INSTANCE: return collect_instance(c, kind, (InstanceId){key});
    case KEY_VTABLE: {
        MonoRef ref = mono_ref(db, key);
        if (!is_plain(ty_flags(db, ref.ty))) return false;
        u32 ty = put_ty(c, ref.ty), dyn = put_ty(c, ref.dyn);
        put_fact(c, kind, ty, dyn, 0);
        return true;
    }
    case KEY_FILE:
    case KEY_CRATE:
    case KEY_DEF_PAIR:
    case KEY_IMPLS:
    case KEY_OTHER: return false;
    }
    UNREACHABLE();
}

u32 wishes_collect(Db *db, u32 first_memo, Scratch *scratch, WordVec *out) {
    Collector c = {.db = db, .scratch = scratch, .out = out};
    u32 facts = 0;
    for (u32 i = first_memo; i <= query_memo_count(db); i++) {
        QueryMemo memo = query_memo(db, i);
        if (!memo.is_done || memo.is_input || memo.durability != DURABILITY_HIGH) continue;
        if (query_lets_go(memo.kind)) continue; // what is made of it is kept
        if (query_key_is_users(db, memo.kind, memo.key)) continue;
        facts += collect_fact(&c, memo.kind, memo.key);
    }
    map_deinit(&c.symbols);
    map_deinit(&c.defs);
    map_deinit(&c.tys);
    map_deinit(&c.args);
    return facts;
}

// ---- granting -----------------------------------------------------------------------------------

typedef struct Granter {
    Db *db;
    const u32 *at, *end;
    WordVec symbols, defs, tys, args; // numbers in the stream -> ids here; the first is none
    Scratch scratch;
    bool is_damaged;
} Granter;

static u32 take(Granter *g) {
    if (g->at < g->end) return *g->at++;
    g->is_damaged = true;
    return 0;
}

static u32 take_id(Granter *g, const WordVec *ids) {
    u32 id = take(g);
    if (id < ids->count) return ids->at[id];
    g->is_damaged = true;
    return 0;
}

static void take_symbol(Granter *g) {
    u32 len = take(g);
    u64 words = ((u64)len + 3) / 4;
    if (words > (u64)(g->end - g->at)) {
        g->is_damaged = true;
        return;
    }
    Symbol symbol = symbol_intern(&g->db->symbols, (Str){(const char *)g->at, len});
    g->at += words;
    vec_push(&g->scratch, &g->symbols, symbol.id);
}

static void add_def(Granter *g, DefId def) {
    g->is_damaged |= def.id == 0;
    vec_push(&g->scratch, &g->defs, def.id);
}

static void take_crate(Granter *g) {
    Symbol name = {take_id(g, &g->symbols)};
    CrateId crate = crate_find(g->db, name);
    add_def(g, crate.id ? crate_row(g->db, crate)->root : (DefId){0});
}

static void take_def(Granter *g) {
    DefId parent = {take_id(g, &g->defs)};
    u32 kind = take(g);
    Symbol name = {take_id(g, &g->symbols)};
    u32 disambiguator = take(g);
    g->is_damaged |= !parent.id || kind == DEF_NONE || kind > DEF_GLOBAL_ASM;
    if (!g->is_damaged) add_def(g, def_intern(g->db, parent, (DefKind)kind, name, disambiguator));
}

static void take_part(Granter *g) {
    DefId root = {take_id(g, &g->defs)};
    Symbol name = {take_id(g, &g->symbols)};
    add_def(g, root.id ? def_part_root(g->db, def_crate(g->db, root), name) : root);
}

static void take_args(Granter *g) {
    u32 count = take(g);
    if (count > (u64)(g->end - g->at)) {
        g->is_damaged = true;
        return;
    }
    u64 mark = scratch_mark(&g->db->scratch);
    Ty *tys = SCRATCH_ARRAY(&g->db->scratch, Ty, count);
    for (u32 i = 0; i < count; i++)
        tys[i] = (Ty){take_id(g, &g->tys)};
    vec_push(&g->scratch, &g->args, args_intern(g->db, tys, count).id);
    scratch_rewind(&g->db->scratch, mark);
}

static void take_ty(Granter *g) {
    u32 a = take(g), b = take(g);
    TyRow row;
    memset(&row, 0, sizeof row);
    row.kind = (u8)a;
    row.flags = (u8)(a >> 8);
    row.is_mut = (u8)(a >> 16);
    row.abi = (u8)b;
    row.is_unsafe = (u8)(b >> 8);
    row.is_variadic = (u8)(b >> 16);
    row.def = (DefId){take_id(g, &g->defs)};
    row.args = (Args){take_id(g, &g->args)};
    row.elem = (Ty){take_id(g, &g->tys)};
    row.len = (Ty){take_id(g, &g->tys)};
    row.index = take(g);
    row.name = (Symbol){take_id(g, &g->symbols)};
    row.lo_bits = take(g);
    row.lo_bits |= (u64)take(g) << 32;
    row.hi_bits = take(g);
    row.hi_bits |= (u64)take(g) << 32;
    g->is_damaged |= row.kind == TY_NONE || row.kind >= TY_KIND_COUNT || row.kind == TY_DYN;
    if (!g->is_damaged) vec_push(&g->scratch, &g->tys, ty_from_row(g->db, row).id);
}

static void take_dyn(Granter *g) {
    Existential e = {.principal = {take_id(g, &g->defs)}, .args = {take_id(g, &g->args)}};
    u64 mark = scratch_mark(&g->db->scratch);
    e.projection_count = take(g);
    g->is_damaged |= e.projection_count > (u64)(g->end - g->at);
    if (g->is_damaged) return;
    ExProjection *projections = SCRATCH_ARRAY(&g->db->scratch, ExProjection, e.projection_count);
    for (u32 i = 0; i < e.projection_count; i++) {
        projections[i].assoc = (DefId){take_id(g, &g->defs)};
        projections[i].args = (Args){take_id(g, &g->args)};
        projections[i].ty = (Ty){take_id(g, &g->tys)};
    }
    e.auto_count = take(g);
    g->is_damaged |= e.auto_count > (u64)(g->end - g->at);
    if (g->is_damaged) return;
    DefId *autos = SCRATCH_ARRAY(&g->db->scratch, DefId, e.auto_count);
    for (u32 i = 0; i < e.auto_count; i++)
        autos[i] = (DefId){take_id(g, &g->defs)};
    if (!g->is_damaged) vec_push(&g->scratch, &g->tys, ty_dyn(g->db, &e, projections, autos).id);
    scratch_rewind(&g->db->scratch, mark);
}

static void ask_vtable(Db *db, Ty ty, Ty dyn) {
    IrSym sym = mono_symbol(db, IR_SYM_DATA, (MonoRef){.kind = REF_VTABLE, .ty = ty, .dyn = dyn});
    query_get(db, Q_vtable_words, (u32)ir_symbol_row(mono_symbols(db), sym)->key);
}

static void take_fact(Granter *g) {
    Db *db = g->db;
    u32 kind = take(g);
    g->is_damaged |= kind == Q_NONE || kind >= Q_COUNT;
    if (g->is_damaged) return;
    QueryKind query = (QueryKind)kind;
    KeyShape shape = query_key_shape(query);
    bool is_of_ty = shape == KEY_TY || shape == KEY_VTABLE;
    const WordVec *first = is_of_ty ? &g->tys : &g->defs;
    const WordVec *second = shape == KEY_VTABLE ? &g->tys : &g->args;
    u32 a = take_id(g, first), b = take_id(g, second);
    u32 extra = shape == KEY_INSTANCE ? take_id(g, &g->tys) : take(g);
    u32 instance_kind = shape == KEY_INSTANCE ? take(g) : 0;
    u32 index = shape == KEY_INSTANCE ? take(g) : 0;
    g->is_damaged |= shape != KEY_INSTANCE && a == 0;
    if (g->is_damaged) return;
    switch (shape) {
    case KEY_DEF:
    case KEY_TY: query_get(db, query, a); return;
    case KEY_DEF_ARGS:
        query_get(db, query, types_key(db, (u32[]){a, b, extra}, query == Q_const_eval ? 3 : 2));
        return;
    case KEY_INSTANCE: {
        InstanceRow row = {
            .kind = (u8)instance_kind, .def = {a}, .args = {b}, .ty = {extra}, .index = index};
        query_get(db, query, instance_intern(db, row).id);
        return;
    }
    case KEY_VTABLE: ask_vtable(db, (Ty){a}, (Ty){b}); return;
    case KEY_FILE:
    case KEY_CRATE:
    case KEY_DEF_PAIR:
    case KEY_IMPLS:
    case KEY_OTHER: g->is_damaged = true; return;
    }
}

bool wishes_grant(Db *db, const u32 *words, u32 count, WishProgress *progress, void *cx) {
    Granter g = {.db = db, .at = words, .end = words + count};
    scratch_init(&g.scratch);
    WordVec *lists[] = {&g.symbols, &g.defs, &g.tys, &g.args};
    for (u32 i = 0; i < ARRAY_LEN(lists); i++)
        vec_push(&g.scratch, lists[i], 0);
    while (g.at < g.end && !g.is_damaged) {
        if (progress) progress(cx, (u32)(g.at - words), count);
        switch ((WishOp)take(&g)) {
        case OP_SYMBOL: take_symbol(&g); break;
        case OP_CRATE: take_crate(&g); break;
        case OP_PART: take_part(&g); break;
        case OP_DEF: take_def(&g); break;
        case OP_ARGS: take_args(&g); break;
        case OP_TY: take_ty(&g); break;
        case OP_DYN: take_dyn(&g); break;
        case OP_FACT: take_fact(&g); break;
        case OP_NONE:
        default: g.is_damaged = true; break;
        }
    }
    scratch_deinit(&g.scratch);
    return !g.is_damaged;
}
