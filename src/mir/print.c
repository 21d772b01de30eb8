// MIR as text, much as rustc prints it.

#include "mir/mir_internal.h"

#include <stdarg.h>
#include <stdio.h>

typedef struct Printer {
    Db *db;
    const MirBody *body;
    Scratch *scratch;
    VEC(char) out;
} Printer;

static void put(Printer *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(Printer *p, const char *format, ...) {
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    vec_reserve(p->scratch, &p->out, (u32)n + 1);
    vsnprintf(p->out.at + p->out.count, (size_t)n + 1, format, again);
    va_end(again);
    p->out.count += (u32)n;
}

static void put_ty(Printer *p, Ty ty) {
    Str text = ty_print(p->db, ty, p->scratch);
    put(p, "%.*s", STR_ARG(text));
}

static const char *const op_names[] = {
    "Add",
    "Sub",
    "Mul",
    "Div",
    "Rem",
    "BitXor",
    "BitAnd",
    "BitOr",
    "Shl",
    "Shr",
    "Eq",
    "Lt",
    "Le",
    "Ne",
    "Ge",
    "Gt",
    "Cmp",
    "Offset",
    "AddWithOverflow",
    "SubWithOverflow",
    "MulWithOverflow",
};

static void put_place_from(Printer *p, MirPlace place, u32 count) {
    const MirProj *projs = LIST_AT(p->body, MirProj, p->body->projs) + place.proj_first;
    if (count == 0) {
        put(p, "_%u", place.local.id);
        return;
    }
    const MirProj *last = &projs[count - 1];
    switch ((MirProjKind)last->kind) {
    case PROJ_DEREF:
        put(p, "(*");
        put_place_from(p, place, count - 1);
        put(p, ")");
        break;
    case PROJ_FIELD:
        put(p, "(");
        put_place_from(p, place, count - 1);
        put(p, ".%u: ", last->index);
        put_ty(p, last->ty);
        put(p, ")");
        break;
    case PROJ_INDEX:
        put_place_from(p, place, count - 1);
        put(p, "[_%u]", last->index);
        break;
    case PROJ_CONSTANT_INDEX:
        put_place_from(p, place, count - 1);
        put(p, "[%s%u of %u]", last->from_end ? "-" : "", last->index, last->to);
        break;
    case PROJ_SUBSLICE:
        put_place_from(p, place, count - 1);
        put(p, "[%u..%s%u]", last->index, last->from_end ? "-" : "", last->to);
        break;
    case PROJ_DOWNCAST:
        put(p, "(");
        put_place_from(p, place, count - 1);
        put(p, " as variant#%u)", last->index);
        break;
    }
}

static void put_place(Printer *p, MirPlace place) {
    put_place_from(p, place, place.proj_count);
}

static void put_escaped(Printer *p, Symbol symbol) {
    Str text = symbol_str(&p->db->symbols, symbol);
    put(p, "\"");
    for (u32 i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c == '"' || c == '\\')
            put(p, "\\%c", c);
        else if (c == '\n')
            put(p, "\\n");
        else if (c < 32 || c == 127)
            put(p, "\\x%02x", c);
        else
            put(p, "%c", c);
    }
    put(p, "\"");
}

static void put_def(Printer *p, DefId def, Args args) {
    Str path = def_path_str(p->db, def, p->scratch), generic = args_print(p->db, args, p->scratch);
    put(p, "%.*s%s%.*s", STR_ARG(path), generic.len ? "::" : "", STR_ARG(generic));
}

static void put_bits(Printer *p, Ty ty, u64 lo, u64 hi) {
    TyKind kind = ty_kind(p->db, ty);
    u128 bits = (u128)hi << 64 | lo;
    if (kind == TY_BOOL) {
        put(p, "%s", lo ? "true" : "false");
        return;
    }
    if (kind == TY_F32) {
        float f;
        u32 word = (u32)lo;
        memcpy(&f, &word, 4);
        put(p, "%gf32", (double)f);
        return;
    }
    if (kind == TY_F64) {
        double d;
        memcpy(&d, &lo, 8);
        put(p, "%gf64", d);
        return;
    }
    bool negative = false;
    if (ty_is_signed(kind)) {
        i128 v = sign_extend(bits, ty_prim_bytes(kind));
        negative = v < 0;
        bits = negative ? -(u128)v : (u128)v;
    }
    char text[48];
    u32 n = sizeof text - 1;
    text[n] = 0;
    do {
        text[--n] = (char)('0' + (u32)(bits % 10));
        bits /= 10;
    } while (bits);
    put(p, "%s%s_", negative ? "-" : "", text + n);
    put_ty(p, ty);
}

static void put_const(Printer *p, const MirConst *c) {
    put(p, "const ");
    switch ((MirConstKind)c->kind) {
    case MIR_CONST_ZST:
        if (ty_kind(p->db, c->ty) == TY_FN_DEF)
            put_def(p, ty_row(p->db, c->ty)->def, ty_row(p->db, c->ty)->args);
        else
            put_ty(p, c->ty);
        break;
    case MIR_CONST_BITS: put_bits(p, c->ty, c->lo_bits, c->hi_bits); break;
    case MIR_CONST_STR: put_escaped(p, c->bytes); break;
    case MIR_CONST_BYTES:
        put(p, "b");
        put_escaped(p, c->bytes);
        break;
    case MIR_CONST_C_STR:
        put(p, "c");
        put_escaped(p, c->bytes);
        break;
    case MIR_CONST_ITEM: put_def(p, c->def, c->args); break;
    case MIR_CONST_TY: put_ty(p, c->konst); break;
    case MIR_CONST_STATIC:
        put(p, "{static ");
        put_def(p, c->def, (Args){0});
        put(p, "}");
        break;
    case MIR_CONST_PROMOTED: put(p, "promoted[%u]", c->index); break;
    }
}

static void put_operand(Printer *p, MirOperand op) {
    if (op.kind == OPERAND_CONST) {
        put_const(p, &LIST_AT(p->body, MirConst, p->body->consts)[op.konst]);
        return;
    }
    put(p, "%s ", op.kind == OPERAND_COPY ? "copy" : "move");
    put_place(p, op.place);
}

static void put_operands(Printer *p, u32 first, u32 count) {
    for (u32 i = 0; i < count; i++) {
        if (i) put(p, ", ");
        put_operand(p, LIST_AT(p->body, MirOperand, p->body->operands)[first + i]);
    }
}

static void put_aggregate(Printer *p, const MirRvalue *rv) {
    switch ((MirAggregateKind)rv->op) {
    case AGG_TUPLE: put(p, "("); break;
    case AGG_ARRAY: put(p, "["); break;
    case AGG_ADT:
        put_ty(p, rv->ty);
        if (def_kind(p->db, ty_row(p->db, rv->ty)->def) == DEF_ENUM) {
            const AdtDef *adt = adt_def(p->db, ty_row(p->db, rv->ty)->def);
            put(p, "::%.*s",
                STR_ARG(symbol_str(&p->db->symbols, adt_variant(adt, rv->variant)->name)));
        }
        put(p, "(");
        break;
    case AGG_CLOSURE: put(p, "{closure}("); break;
    case AGG_RAW_PTR: put(p, "raw("); break;
    }
    put_operands(p, rv->operand_first, rv->operand_count);
    put(p, rv->op == AGG_ARRAY ? "]" : ")");
}

static void put_rvalue(Printer *p, const MirRvalue *rv) {
    static const char *const casts[] = {
        "IntToInt",  "FloatToInt", "IntToFloat", "FloatToFloat", "PtrToPtr",
        "PtrToAddr", "AddrToPtr",  "FnPtrToPtr", "ReifyFn",      "UnsafeFn",
        "ClosureFn", "MutToConst", "ArrayToPtr", "Unsize",       "Transmute",
    };
    switch ((MirRvalueKind)rv->kind) {
    case RV_USE: put_operand(p, rv->a); break;
    case RV_REPEAT:
        put(p, "[");
        put_operand(p, rv->a);
        put(p, "; ");
        put_ty(p, rv->ty2);
        put(p, "]");
        break;
    case RV_REF:
        put(p, rv->is_mut ? "&mut " : "&");
        put_place(p, rv->place);
        break;
    case RV_RAW_PTR:
        put(p, rv->is_mut ? "&raw mut " : "&raw const ");
        put_place(p, rv->place);
        break;
    case RV_CAST:
        put_operand(p, rv->a);
        put(p, " as ");
        put_ty(p, rv->ty);
        put(p, " (%s)", casts[rv->op]);
        break;
    case RV_BINARY:
        put(p, "%s(", op_names[rv->op]);
        put_operand(p, rv->a);
        put(p, ", ");
        put_operand(p, rv->b);
        put(p, ")");
        break;
    case RV_UNARY:
        put(p, "%s(", rv->op == MIR_NOT ? "Not" : rv->op == MIR_NEG ? "Neg" : "PtrMetadata");
        put_operand(p, rv->a);
        put(p, ")");
        break;
    case RV_DISCRIMINANT:
        put(p, "discriminant(");
        put_place(p, rv->place);
        put(p, ")");
        break;
    case RV_AGGREGATE: put_aggregate(p, rv); break;
    case RV_THREAD_LOCAL:
        put(p, "&thread_local ");
        put_def(p, rv->def, (Args){0});
        break;
    }
}

static void put_ways(Printer *p, const MirTerm *t) {
    if (t->target.id == UINT32_MAX)
        put(p, " -> unwind ");
    else
        put(p, " -> [return: bb%u, unwind ", t->target.id);
    if (t->unwind.id == UINT32_MAX)
        put(p, "continue");
    else
        put(p, "bb%u", t->unwind.id);
    put(p, t->target.id == UINT32_MAX ? ";" : "];");
}

static void put_term(Printer *p, const MirTerm *t) {
    put(p, "        ");
    switch ((MirTermKind)t->kind) {
    case MIR_GOTO: put(p, "goto -> bb%u;", t->target.id); break;
    case MIR_SWITCH:
        put(p, "switchInt(");
        put_operand(p, t->a);
        put(p, ") -> [");
        for (u32 i = 0; i < t->switch_count; i++) {
            const MirSwitchRow *row =
                &LIST_AT(p->body, MirSwitchRow, p->body->switches)[t->switch_first + i];
            put(p, "%llu: bb%u, ", (unsigned long long)row->lo_bits, row->target.id);
        }
        put(p, "otherwise: bb%u];", t->target.id);
        break;
    case MIR_RETURN: put(p, "return;"); break;
    case MIR_UNREACHABLE: put(p, "unreachable;"); break;
    case MIR_DROP:
        put(p, "drop(");
        put_place(p, t->place);
        put(p, ")");
        put_ways(p, t);
        break;
    case MIR_CALL:
        put_place(p, t->place);
        put(p, " = ");
        put_operand(p, t->a);
        put(p, t->is_spread ? "(spread " : "(");
        put_operands(p, t->operand_first, t->operand_count);
        put(p, ")");
        put_ways(p, t);
        break;
    case MIR_ASSERT: {
        static const char *const kinds[] = {"overflow", "overflow_neg", "div_zero", "rem_zero",
                                            "bounds"};
        put(p, "assert(%s", t->expected ? "" : "!");
        put_operand(p, t->a);
        put(p, ", %s", kinds[t->assert_kind]);
        if (t->assert_kind == ASSERT_OVERFLOW) put(p, " %s", op_names[t->op]);
        put(p, ", ");
        put_operand(p, t->b);
        put(p, ", ");
        put_operand(p, t->c);
        put(p, "%s)", t->if_checks ? ", if_checks" : "");
        put_ways(p, t);
        break;
    }
    case MIR_RESUME: put(p, "resume;"); break;
    case MIR_TERMINATE: put(p, "terminate;"); break;
    }
    put(p, "\n");
}

static void put_stmt(Printer *p, const MirStmt *stmt) {
    put(p, "        ");
    switch ((MirStmtKind)stmt->kind) {
    case MIR_ASSIGN:
        put_place(p, stmt->place);
        put(p, " = ");
        put_rvalue(p, &LIST_AT(p->body, MirRvalue, p->body->rvalues)[stmt->rvalue]);
        break;
    case MIR_SET_DISCRIMINANT:
        put(p, "discriminant(");
        put_place(p, stmt->place);
        put(p, ") = %u", stmt->variant);
        break;
    case MIR_STORAGE_LIVE: put(p, "StorageLive(_%u)", stmt->place.local.id); break;
    case MIR_STORAGE_DEAD: put(p, "StorageDead(_%u)", stmt->place.local.id); break;
    case MIR_NOP: put(p, "nop"); break;
    }
    put(p, ";\n");
}

static void put_body(Printer *p) {
    const MirBody *body = p->body;
    const MirLocalDecl *locals = LIST_AT(body, MirLocalDecl, body->locals);
    put(p, "(");
    for (u32 i = 1; i <= body->arg_count && i < body->locals.count; i++) {
        put(p, "%s_%u: ", i > 1 ? ", " : "", i);
        put_ty(p, locals[i].ty);
    }
    put(p, ") -> ");
    if (body->locals.count) put_ty(p, locals[0].ty);
    put(p, " {\n");
    for (u32 i = 0; i < body->locals.count; i++) {
        if (i >= 1 && i <= body->arg_count && !locals[i].name.id) continue;
        if (i == 0 || i > body->arg_count) {
            put(p, "    let _%u: ", i);
            put_ty(p, locals[i].ty);
            put(p, ";");
        } else {
            put(p, "    debug _%u;", i);
        }
        if (locals[i].name.id)
            put(p, " // %.*s", STR_ARG(symbol_str(&p->db->symbols, locals[i].name)));
        put(p, "\n");
    }
    const MirBlockRow *blocks = LIST_AT(body, MirBlockRow, body->blocks);
    for (u32 i = 0; i < body->blocks.count; i++) {
        put(p, "\n    bb%u%s: {\n", i, blocks[i].is_cleanup ? " (cleanup)" : "");
        for (u32 k = 0; k < blocks[i].stmt_count; k++)
            put_stmt(p, &LIST_AT(body, MirStmt, body->stmts)[blocks[i].stmt_first + k]);
        put_term(p, &blocks[i].term);
        put(p, "    }\n");
    }
    put(p, "}\n");
}

Str mir_print(Db *db, const MirBody *body, Scratch *scratch) {
    Printer p = {.db = db, .body = body, .scratch = scratch};
    Str path = def_path_str(db, body->owner, scratch);
    put(&p, "fn %.*s", STR_ARG(path));
    if (body->is_error) {
        put(&p, ": error %.*s\n", STR_ARG(symbol_str(&db->symbols, body->reason)));
        return (Str){p.out.at, p.out.count};
    }
    put_body(&p);
    for (u32 i = 0; i < body->promoted_count; i++) {
        put(&p, "\npromoted[%u]", i);
        p.body = mir_promoted(db, body->owner, i);
        put_body(&p);
    }
    return (Str){p.out.at, p.out.count};
}
