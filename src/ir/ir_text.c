// The text form of IR: one printer, one reader that takes back what the printer writes.
//
//     fn "sum"(i64 %1, i64 %2) -> i64 {
//       local $1 i32
//       slot @1 24 align 8
//     b1:
//       %3 = add i64 %1, %2
//       ret %3
//     }
//
// The type after an operation is its result's (of what it stores, for stores). Values keep their
// numbers; a second result has the number after the first.

#include "ir/ir.h"

#include <inttypes.h>

static const char *const cmp_names[IR_CMP_COUNT] = {
    "eq", "ne", "ult", "ule", "ugt", "uge", "slt", "sle", "sgt", "sge",
};
static const char *const fcmp_names[IR_FCMP_COUNT] = {
    "oeq", "one", "olt", "ole", "ogt", "oge", "ord",
    "ueq", "une", "ult", "ule", "ugt", "uge", "uno",
};
static const char *const order_names[] = {"relaxed", "acquire", "release", "acqrel", "seqcst"};
static const char *const rmw_names[IR_RMW_COUNT] = {
    "xchg", "add", "sub", "and", "or", "xor", "nand", "max", "min", "umax", "umin",
};
static const char *const pad_names[] = {"cleanup", "catch"};
static const char *const sym_names[IR_SYM_KIND_COUNT] = {
    "fn", "extern", "fnslot", "data", "xdata", "tls",
};

// The names of the suffix (`icmp.ult`) of a form, NULL if it has none.
static const char *const *suffixes(IrOp op, u32 *count) {
    switch (ir_op_forms[op]) {
    case IR_FORM_ICMP: *count = IR_CMP_COUNT; return cmp_names;
    case IR_FORM_FCMP: *count = IR_FCMP_COUNT; return fcmp_names;
    case IR_FORM_RMW: *count = IR_RMW_COUNT; return rmw_names;
    case IR_FORM_FENCE: *count = 5; return order_names;
    case IR_FORM_PAD: *count = 2; return pad_names;
    default: break;
    }
    if (op == IR_ATOMIC_LOAD || op == IR_ATOMIC_STORE) {
        *count = 5;
        return order_names;
    }
    return NULL;
}

static bool has_lane(IrOp op) {
    return ir_op_forms[op] == IR_FORM_VBIN || ir_op_forms[op] == IR_FORM_VUN;
}

// Forms whose type cannot be told from the operation are printed with it.
static bool prints_type(IrOp op) {
    switch (ir_op_forms[op]) {
    case IR_FORM_CONST:
    case IR_FORM_LOAD:
    case IR_FORM_STORE:
    case IR_FORM_BIN:
    case IR_FORM_SHIFT:
    case IR_FORM_OVF:
    case IR_FORM_UN:
    case IR_FORM_SELECT:
    case IR_FORM_CONV:
    case IR_FORM_RMW:
    case IR_FORM_CMPX:
    case IR_FORM_LGET:
    case IR_FORM_LSET: return true;
    default: return false;
    }
}

// --- Printing ---------------------------------------------------------------------------------

static void print_sym(const IrFn *fn, u32 sym, FILE *out) {
    const IrSymRow *row = ir_symbol_row(fn->symbols, (IrSym){sym});
    fprintf(out, "%s:\"%.*s\"", sym_names[row->kind], (int)row->name_len, row->name);
    if (row->key) fprintf(out, "#%" PRIu64, row->key);
}

static void print_param(IrParam param, u32 val, FILE *out) {
    switch ((IrParamKind)param.kind) {
    case IR_PARAM_VALUE:
        fprintf(out, "%s%s", param.sign_extend ? "signed " : "", ir_type_name(param.type));
        break;
    case IR_PARAM_BYVAL:
        fprintf(out, "byval %u align %u", param.bytes, 1u << param.align_log2);
        break;
    case IR_PARAM_SRET: fprintf(out, "sret"); break;
    }
    fprintf(out, " %%%u", val);
}

static void print_sig_tail(const IrSig *sig, FILE *out) {
    for (u32 i = 0; i < sig->result_count; i++) {
        fprintf(out, "%s%s", i ? ", " : " -> ", ir_type_name(sig->results[i]));
    }
    if (sig->variadic) fprintf(out, " variadic");
    if (sig->no_unwind) fprintf(out, " nounwind");
}

static const u32 *print_target(u32 block, const u32 *list, FILE *out) {
    fprintf(out, "b%u", block);
    if (list[0]) {
        fputc('(', out);
        for (u32 i = 0; i < list[0]; i++)
            fprintf(out, "%s%%%u", i ? ", " : "", list[1 + i]);
        fputc(')', out);
    }
    return list + 1 + list[0];
}

static void print_offset(u64 imm, FILE *out) {
    if (imm) fprintf(out, " + %" PRId64, (i64)imm);
}

static void print_inst(const IrFn *fn, const IrInst *inst, FILE *out) {
    fprintf(out, "  ");
    IrForm form = ir_op_forms[inst->op];
    bool is_call = form == IR_FORM_CALL || form == IR_FORM_INVOKE;
    bool two = form == IR_FORM_OVF || form == IR_FORM_CMPX ||
               (is_call && fn->sigs.at[inst->b].result_count == 2);
    if (inst->result) fprintf(out, "%%%u", inst->result);
    if (two) fprintf(out, ", %%%u", inst->result + 1);
    if (inst->result) fprintf(out, " = ");
    fprintf(out, "%s", ir_op_names[inst->op]);
    u32 count;
    const char *const *names = suffixes(inst->op, &count);
    if (names) fprintf(out, ".%s", names[inst->sub]);
    if (has_lane(inst->op)) fprintf(out, ".%s", ir_type_name(inst->sub));
    if (prints_type(inst->op)) fprintf(out, " %s", ir_type_name(inst->type));
    const u32 *words = fn->words.at + inst->list;
    switch (form) {
    case IR_FORM_NONE:
    case IR_FORM_PAD:
    case IR_FORM_FENCE: break;
    case IR_FORM_CONST:
        if (inst->imm_high) {
            fprintf(out, " %" PRIu64 ":%" PRIu64, inst->imm_high, inst->imm);
        } else {
            fprintf(out, " %" PRIu64, inst->imm);
        }
        break;
    case IR_FORM_SLOT: fprintf(out, " @%u", inst->a); break;
    case IR_FORM_SYM:
        fputc(' ', out);
        print_sym(fn, inst->a, out);
        print_offset(inst->imm, out);
        break;
    case IR_FORM_PTRADD:
        fprintf(out, " %%%u", inst->a);
        if (inst->b) fprintf(out, ", %%%u", inst->b);
        print_offset(inst->imm, out);
        break;
    case IR_FORM_INDEX:
        fprintf(out, " %%%u, %%%u * %u", inst->a, inst->b, 1u << inst->sub);
        print_offset(inst->imm, out);
        break;
    case IR_FORM_LGET: fprintf(out, " $%u", inst->a); break;
    case IR_FORM_LSET: fprintf(out, " $%u, %%%u", inst->a, inst->b); break;
    case IR_FORM_LOAD:
        fprintf(out, " %%%u", inst->a);
        print_offset(inst->imm, out);
        break;
    case IR_FORM_STORE:
        fprintf(out, " %%%u", inst->a);
        print_offset(inst->imm, out);
        fprintf(out, ", %%%u", inst->b);
        break;
    case IR_FORM_COPY: fprintf(out, " %%%u, %%%u, %" PRIu64, inst->a, inst->b, inst->imm); break;
    case IR_FORM_ZERO: fprintf(out, " %%%u, %" PRIu64, inst->a, inst->imm); break;
    case IR_FORM_BIN:
    case IR_FORM_SHIFT:
    case IR_FORM_OVF:
    case IR_FORM_ICMP:
    case IR_FORM_FCMP:
    case IR_FORM_RMW:
    case IR_FORM_VBIN: fprintf(out, " %%%u, %%%u", inst->a, inst->b); break;
    case IR_FORM_UN:
    case IR_FORM_CONV:
    case IR_FORM_VUN:
    case IR_FORM_RESUME: fprintf(out, " %%%u", inst->a); break;
    case IR_FORM_MEM3:
    case IR_FORM_SELECT:
    case IR_FORM_CMPX: fprintf(out, " %%%u, %%%u, %%%u", inst->a, inst->b, inst->c); break;
    case IR_FORM_CALL:
    case IR_FORM_INVOKE: {
        const IrSig *sig = &fn->sigs.at[inst->b];
        fputc(' ', out);
        if (inst->sub == IR_CALLEE_PTR) {
            fprintf(out, "%%%u", inst->a);
        } else {
            print_sym(fn, inst->a, out);
        }
        fputc('(', out);
        for (u32 i = 0; i < words[0]; i++) {
            if (i) fprintf(out, ", ");
            print_param(sig->params[i], words[1 + i], out);
        }
        fputc(')', out);
        print_sig_tail(sig, out);
        if (form == IR_FORM_INVOKE) {
            fprintf(out, " to b%u unwind b%u", (u32)inst->imm, (u32)(inst->imm >> 32));
        }
        break;
    }
    case IR_FORM_BR:
        fputc(' ', out);
        print_target(inst->a, words, out);
        break;
    case IR_FORM_CONDBR:
        fprintf(out, " %%%u, ", inst->a);
        words = print_target(inst->b, words, out);
        fprintf(out, ", ");
        print_target(inst->c, words, out);
        break;
    case IR_FORM_SWITCH:
        fprintf(out, " %%%u [", inst->a);
        for (u32 i = 0; i < words[0]; i++) {
            const u32 *row = words + 1 + 5 * i;
            u64 low = pack_u64(row[1], row[0]), high = pack_u64(row[3], row[2]);
            if (i) fprintf(out, ", ");
            if (high) fprintf(out, "%" PRIu64 ":", high);
            fprintf(out, "%" PRIu64 " b%u", low, row[4]);
        }
        fprintf(out, "], b%u", inst->b);
        break;
    case IR_FORM_RET:
        for (u32 i = 0; i < words[0]; i++)
            fprintf(out, "%s%%%u", i ? ", " : " ", words[1 + i]);
        break;
    }
    if (inst->flags & IR_FLAG_VOLATILE) fprintf(out, " volatile");
    fputc('\n', out);
}

void ir_print(const IrFn *fn, FILE *out) {
    fprintf(out, "fn \"%.*s\"(", STR_ARG(fn->name));
    for (u32 i = 0; i < fn->sig.param_count; i++) {
        if (i) fprintf(out, ", ");
        print_param(fn->sig.params[i], ir_param(fn, i).id, out);
    }
    fputc(')', out);
    print_sig_tail(&fn->sig, out);
    fprintf(out, " {\n");
    for (u32 i = 1; i < fn->locals.count; i++) {
        fprintf(out, "  local $%u %s\n", i, ir_type_name(fn->locals.at[i].type));
    }
    for (u32 i = 1; i < fn->slots.count; i++) {
        fprintf(out, "  slot @%u %" PRIu64 " align %u\n", i, fn->slots.at[i].bytes,
                fn->slots.at[i].align);
    }
    for (u32 b = 1; b < fn->blocks.count; b++) {
        const IrBlockRow *block = &fn->blocks.at[b];
        fprintf(out, "b%u", b);
        if (b != 1 && block->params.count) {
            fputc('(', out);
            for (u32 i = 0; i < block->params.count; i++) {
                u32 val = block->params.at[i];
                fprintf(out, "%s%s %%%u", i ? ", " : "", ir_type_name(fn->vals.at[val].type), val);
            }
            fputc(')', out);
        }
        fprintf(out, ":%s\n", block->cold ? " cold" : "");
        for (u32 i = block->first; i; i = fn->insts.at[i].next) {
            print_inst(fn, &fn->insts.at[i], out);
        }
    }
    fprintf(out, "}\n");
}

// --- Reading ----------------------------------------------------------------------------------

typedef struct Reader {
    Scratch *scratch;
    IrFn *fn;
    Str text;
    u32 at;
    bool failed;
    Str *why;
    u32 block;
} Reader;

static void fail(Reader *reader, const char *what) {
    if (reader->failed) return;
    reader->failed = true;
    u32 line = 1;
    for (u32 i = 0; i < reader->at && i < reader->text.len; i++)
        line += reader->text.at[i] == '\n';
    *reader->why = scratch_print(reader->scratch, "line %u: %s expected", line, what);
}

static void skip_space(Reader *reader) {
    while (reader->at < reader->text.len) {
        char c = reader->text.at[reader->at];
        if (c == ';') {
            while (reader->at < reader->text.len && reader->text.at[reader->at] != '\n')
                reader->at++;
        } else if (c == ' ' || c == '\n' || c == '\t') {
            reader->at++;
        } else {
            return;
        }
    }
}

static char peek(Reader *reader) {
    skip_space(reader);
    return reader->at < reader->text.len ? reader->text.at[reader->at] : 0;
}

static bool accept(Reader *reader, const char *text) {
    skip_space(reader);
    u32 len = (u32)strlen(text);
    if (reader->failed || reader->at + len > reader->text.len) return false;
    if (memcmp(reader->text.at + reader->at, text, len) != 0) return false;
    reader->at += len;
    return true;
}

static void expect(Reader *reader, const char *text) {
    if (!accept(reader, text)) fail(reader, text);
}

static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static Str word(Reader *reader) {
    skip_space(reader);
    u32 start = reader->at;
    while (reader->at < reader->text.len && is_word(reader->text.at[reader->at]))
        reader->at++;
    return (Str){reader->text.at + start, reader->at - start};
}

static bool accept_word(Reader *reader, const char *text) {
    u32 start = reader->at;
    if (!reader->failed && str_eq(word(reader), str_from(text))) return true;
    reader->at = start;
    return false;
}

static u64 number(Reader *reader) {
    skip_space(reader);
    u32 start = reader->at;
    u64 value = 0;
    while (reader->at < reader->text.len) {
        char c = reader->text.at[reader->at];
        if (c < '0' || c > '9') break;
        value = value * 10 + (u64)(c - '0');
        reader->at++;
    }
    if (reader->at == start) fail(reader, "a number");
    return value;
}

enum { IDS_MAX = 1 << 22 }; // no text can ask for more rows than this

static u32 id_number(Reader *reader) {
    u64 value = number(reader);
    if (value == 0 || value >= IDS_MAX) {
        fail(reader, "an id");
        return 0;
    }
    return (u32)value;
}

static u32 id_after(Reader *reader, const char *sign) {
    expect(reader, sign);
    return id_number(reader);
}

static u32 val_use(Reader *reader) {
    u32 id = id_after(reader, "%");
    while (!reader->failed && reader->fn->vals.count <= id) {
        vec_push(reader->scratch, &reader->fn->vals, (IrValRow){0});
    }
    return id;
}

static void val_def(Reader *reader, u32 id, u32 inst, IrType type) {
    if (reader->failed) return;
    IrFn *fn = reader->fn;
    while (fn->vals.count <= id)
        vec_push(reader->scratch, &fn->vals, (IrValRow){0});
    if (fn->vals.at[id].type != IR_VOID) {
        fail(reader, "a value defined once");
        return;
    }
    fn->vals.at[id] = (IrValRow){.inst = inst, .block = reader->block, .type = (u8)type};
}

static u32 block_use(Reader *reader) {
    u32 id = id_after(reader, "b");
    while (!reader->failed && reader->fn->blocks.count <= id) {
        vec_push(reader->scratch, &reader->fn->blocks, (IrBlockRow){0});
    }
    return id;
}

static IrType type_name(Reader *reader) {
    Str name = word(reader);
    for (u32 i = 1; i < IR_TYPE_COUNT; i++) {
        if (str_eq(name, str_from(ir_type_name(i)))) return i;
    }
    fail(reader, "a type");
    return IR_I8;
}

static u64 offset(Reader *reader) {
    if (!accept(reader, "+")) return 0;
    bool negative = accept(reader, "-");
    u64 value = number(reader);
    return negative ? 0 - value : value;
}

static u32 symbol(Reader *reader) {
    for (u32 kind = 0; kind < IR_SYM_KIND_COUNT; kind++) {
        u32 start = reader->at;
        if (!accept_word(reader, sym_names[kind])) continue;
        if (!accept(reader, ":\"")) {
            reader->at = start;
            continue;
        }
        u32 from = reader->at;
        while (reader->at < reader->text.len && reader->text.at[reader->at] != '"')
            reader->at++;
        Str name = {reader->text.at + from, reader->at - from};
        expect(reader, "\"");
        u64 key = accept(reader, "#") ? number(reader) : 0;
        if (reader->failed) return 1;
        return ir_symbol(reader->fn->symbols, kind, key, name).id;
    }
    fail(reader, "a symbol");
    return 1;
}

typedef VEC(IrParam) Params;

static void param(Reader *reader, Params *params, U32Vec *vals) {
    IrParam row = {.type = IR_PTR};
    if (accept_word(reader, "byval")) {
        row.kind = IR_PARAM_BYVAL;
        row.bytes = (u32)number(reader);
        expect(reader, "align");
        u64 align = number(reader);
        if (!is_pow2(align)) fail(reader, "a power of two");
        if (!reader->failed) row.align_log2 = (u8)__builtin_ctzll(align);
    } else if (accept_word(reader, "sret")) {
        row.kind = IR_PARAM_SRET;
    } else {
        row.sign_extend = accept_word(reader, "signed");
        row.type = (u8)type_name(reader);
    }
    vec_push(reader->scratch, params, row);
    vec_push(reader->scratch, vals, id_after(reader, "%"));
}

// "(" params ")" results flags. The numbers of the values go to `vals`.
static IrSig signature(Reader *reader, U32Vec *vals) {
    IrSig sig = {0};
    Params params = {0};
    expect(reader, "(");
    while (!reader->failed && peek(reader) != ')') {
        param(reader, &params, vals);
        if (!accept(reader, ",")) break;
    }
    expect(reader, ")");
    if (accept(reader, "->")) {
        do {
            if (sig.result_count == 2) fail(reader, "at most two results");
            if (reader->failed) break;
            sig.results[sig.result_count++] = (u8)type_name(reader);
        } while (accept(reader, ","));
    }
    sig.variadic = accept_word(reader, "variadic");
    sig.no_unwind = accept_word(reader, "nounwind");
    sig.params = params.at;
    sig.param_count = params.count;
    return sig;
}

static void list_push(Reader *reader, u32 word_) {
    vec_push(reader->scratch, &reader->fn->words, word_);
}

static u32 target(Reader *reader) {
    u32 block = block_use(reader);
    u32 at = reader->fn->words.count;
    list_push(reader, 0);
    u32 count = 0;
    if (accept(reader, "(")) {
        do {
            list_push(reader, val_use(reader));
            count++;
        } while (accept(reader, ","));
        expect(reader, ")");
    }
    reader->fn->words.at[at] = count;
    return block;
}

static u32 suffix_index(Reader *reader, const char *const *names, u32 count) {
    expect(reader, ".");
    Str name = word(reader);
    for (u32 i = 0; i < count; i++) {
        if (str_eq(name, str_from(names[i]))) return i;
    }
    fail(reader, "a known suffix");
    return 0;
}

static IrOp op_name(Reader *reader) {
    Str name = word(reader);
    for (u32 i = 0; i < IR_OP_COUNT; i++) {
        if (str_eq(name, str_from(ir_op_names[i]))) return i;
    }
    fail(reader, "an operation");
    return IR_NOP;
}

// The type of what has no type in its text.
static IrType implied_type(const IrFn *fn, const IrInst *inst) {
    switch (ir_op_forms[inst->op]) {
    case IR_FORM_SLOT:
    case IR_FORM_SYM:
    case IR_FORM_PTRADD:
    case IR_FORM_INDEX:
    case IR_FORM_PAD: return IR_PTR;
    case IR_FORM_ICMP:
    case IR_FORM_FCMP: return IR_I8;
    case IR_FORM_VBIN: return IR_V128;
    case IR_FORM_VUN: return inst->op == IR_VMOVEMASK ? IR_I32 : IR_V128;
    case IR_FORM_CALL:
    case IR_FORM_INVOKE:
        return fn->sigs.at[inst->b].result_count ? fn->sigs.at[inst->b].results[0] : IR_VOID;
    default: return IR_VOID;
    }
}

static void operands(Reader *reader, IrInst *inst) {
    IrFn *fn = reader->fn;
    switch ((IrForm)ir_op_forms[inst->op]) {
    case IR_FORM_NONE:
    case IR_FORM_PAD:
    case IR_FORM_FENCE: return;
    case IR_FORM_CONST:
        inst->imm = number(reader);
        if (accept(reader, ":")) {
            inst->imm_high = inst->imm;
            inst->imm = number(reader);
        }
        return;
    case IR_FORM_SLOT: inst->a = id_after(reader, "@"); return;
    case IR_FORM_SYM:
        inst->a = symbol(reader);
        inst->imm = offset(reader);
        return;
    case IR_FORM_PTRADD:
        inst->a = val_use(reader);
        if (accept(reader, ",")) inst->b = val_use(reader);
        inst->imm = offset(reader);
        return;
    case IR_FORM_INDEX: {
        inst->a = val_use(reader);
        expect(reader, ",");
        inst->b = val_use(reader);
        expect(reader, "*");
        u64 scale = number(reader);
        if (!is_pow2(scale) || scale > 8) fail(reader, "a scale of 1, 2, 4 or 8");
        if (!reader->failed) inst->sub = (u8)__builtin_ctzll(scale);
        inst->imm = offset(reader);
        return;
    }
    case IR_FORM_LGET: inst->a = id_after(reader, "$"); return;
    case IR_FORM_LSET:
        inst->a = id_after(reader, "$");
        expect(reader, ",");
        inst->b = val_use(reader);
        return;
    case IR_FORM_LOAD:
        inst->a = val_use(reader);
        inst->imm = offset(reader);
        return;
    case IR_FORM_STORE:
        inst->a = val_use(reader);
        inst->imm = offset(reader);
        expect(reader, ",");
        inst->b = val_use(reader);
        return;
    case IR_FORM_COPY:
        inst->a = val_use(reader);
        expect(reader, ",");
        inst->b = val_use(reader);
        expect(reader, ",");
        inst->imm = number(reader);
        return;
    case IR_FORM_ZERO:
        inst->a = val_use(reader);
        expect(reader, ",");
        inst->imm = number(reader);
        return;
    case IR_FORM_BIN:
    case IR_FORM_SHIFT:
    case IR_FORM_OVF:
    case IR_FORM_ICMP:
    case IR_FORM_FCMP:
    case IR_FORM_RMW:
    case IR_FORM_VBIN:
        inst->a = val_use(reader);
        expect(reader, ",");
        inst->b = val_use(reader);
        return;
    case IR_FORM_UN:
    case IR_FORM_CONV:
    case IR_FORM_VUN:
    case IR_FORM_RESUME: inst->a = val_use(reader); return;
    case IR_FORM_MEM3:
    case IR_FORM_SELECT:
    case IR_FORM_CMPX:
        inst->a = val_use(reader);
        expect(reader, ",");
        inst->b = val_use(reader);
        expect(reader, ",");
        inst->c = val_use(reader);
        return;
    case IR_FORM_CALL:
    case IR_FORM_INVOKE: {
        if (peek(reader) == '%') {
            inst->sub = IR_CALLEE_PTR;
            inst->a = val_use(reader);
        } else {
            inst->a = symbol(reader);
        }
        U32Vec vals = {0};
        IrSig sig = signature(reader, &vals);
        inst->b = fn->sigs.count;
        vec_push(reader->scratch, &fn->sigs, sig);
        inst->list = fn->words.count;
        list_push(reader, vals.count);
        for (u32 i = 0; i < vals.count && !reader->failed; i++) {
            while (fn->vals.count <= vals.at[i]) {
                vec_push(reader->scratch, &fn->vals, (IrValRow){0});
            }
            list_push(reader, vals.at[i]);
        }
        if (inst->op == IR_INVOKE) {
            expect(reader, "to");
            u32 normal = block_use(reader);
            expect(reader, "unwind");
            inst->imm = pack_u64(block_use(reader), normal);
        }
        return;
    }
    case IR_FORM_BR:
        inst->list = fn->words.count;
        inst->a = target(reader);
        return;
    case IR_FORM_CONDBR:
        inst->a = val_use(reader);
        expect(reader, ",");
        inst->list = fn->words.count;
        inst->b = target(reader);
        expect(reader, ",");
        inst->c = target(reader);
        return;
    case IR_FORM_SWITCH: {
        inst->a = val_use(reader);
        inst->list = fn->words.count;
        list_push(reader, 0);
        u32 count = 0;
        expect(reader, "[");
        while (!reader->failed && peek(reader) != ']') {
            u64 high = 0, low = number(reader);
            if (accept(reader, ":")) {
                high = low;
                low = number(reader);
            }
            list_push(reader, (u32)low);
            list_push(reader, (u32)(low >> 32));
            list_push(reader, (u32)high);
            list_push(reader, (u32)(high >> 32));
            list_push(reader, block_use(reader));
            count++;
            if (!accept(reader, ",")) break;
        }
        expect(reader, "]");
        fn->words.at[inst->list] = count;
        expect(reader, ",");
        inst->b = block_use(reader);
        return;
    }
    case IR_FORM_RET: {
        inst->list = fn->words.count;
        list_push(reader, 0);
        u32 count = 0;
        if (peek(reader) == '%') {
            do {
                list_push(reader, val_use(reader));
                count++;
            } while (accept(reader, ","));
        }
        fn->words.at[inst->list] = count;
        return;
    }
    }
}

static void instruction(Reader *reader) {
    IrFn *fn = reader->fn;
    IrInst inst = {0};
    u32 second = 0;
    if (peek(reader) == '%') {
        inst.result = id_after(reader, "%");
        if (accept(reader, ",")) second = id_after(reader, "%");
        expect(reader, "=");
    }
    inst.op = (u8)op_name(reader);
    u32 count;
    const char *const *names = suffixes(inst.op, &count);
    if (names) inst.sub = (u8)suffix_index(reader, names, count);
    if (has_lane(inst.op)) {
        expect(reader, ".");
        inst.sub = (u8)type_name(reader);
    }
    if (prints_type(inst.op)) inst.type = (u8)type_name(reader);
    operands(reader, &inst);
    if (accept_word(reader, "volatile")) inst.flags = IR_FLAG_VOLATILE;
    if (reader->failed) return;
    if (!prints_type(inst.op)) inst.type = (u8)implied_type(fn, &inst);
    u32 id = fn->insts.count;
    vec_push(reader->scratch, &fn->insts, inst);
    IrBlockRow *block = &fn->blocks.at[reader->block];
    if (block->last) {
        fn->insts.at[block->last].next = id;
    } else {
        block->first = id;
    }
    block->last = id;
    if (inst.result) {
        if (inst.type == IR_VOID) {
            fail(reader, "an operation with a result");
            return;
        }
        val_def(reader, inst.result, id, inst.type);
    }
    if (second) {
        bool is_call = inst.op == IR_CALL || inst.op == IR_INVOKE;
        u8 form = ir_op_forms[inst.op];
        if (second != inst.result + 1 || !(form == IR_FORM_OVF || form == IR_FORM_CMPX ||
                                           (is_call && fn->sigs.at[inst.b].result_count == 2))) {
            fail(reader, "results in a row");
            return;
        }
        val_def(reader, second, id, is_call ? fn->sigs.at[inst.b].results[1] : IR_I8);
    }
}

static void block_head(Reader *reader) {
    reader->block = block_use(reader);
    if (reader->failed) return;
    if (accept(reader, "(")) {
        do {
            IrType type = type_name(reader);
            u32 val = id_after(reader, "%");
            val_def(reader, val, 0, type);
            if (reader->failed) return;
            vec_push(reader->scratch, &reader->fn->blocks.at[reader->block].params, val);
        } while (accept(reader, ","));
        expect(reader, ")");
    }
    expect(reader, ":");
    if (accept_word(reader, "cold")) reader->fn->blocks.at[reader->block].cold = true;
}

IrFn *ir_parse(Scratch *scratch, IrSymbols *symbols, Str text, Str *why) {
    IrFn *fn = SCRATCH_NEW(scratch, IrFn);
    fn->scratch = scratch;
    fn->symbols = symbols;
    vec_push(scratch, &fn->insts, (IrInst){0});
    vec_push(scratch, &fn->vals, (IrValRow){0});
    vec_push(scratch, &fn->blocks, (IrBlockRow){0});
    vec_push(scratch, &fn->blocks, (IrBlockRow){0});
    vec_push(scratch, &fn->locals, (IrLocalRow){0});
    vec_push(scratch, &fn->slots, (IrSlotRow){0});
    vec_push(scratch, &fn->sigs, (IrSig){0});
    vec_push(scratch, &fn->words, 0u);
    Reader reader = {.scratch = scratch, .fn = fn, .text = text, .why = why, .block = 1};
    expect(&reader, "fn");
    expect(&reader, "\"");
    u32 from = reader.at;
    while (reader.at < text.len && text.at[reader.at] != '"')
        reader.at++;
    fn->name = scratch_str(scratch, (Str){text.at + from, reader.at - from});
    expect(&reader, "\"");
    U32Vec params = {0};
    fn->sig = signature(&reader, &params);
    for (u32 i = 0; i < params.count && !reader.failed; i++) {
        val_def(&reader, params.at[i], 0, fn->sig.params[i].type);
        vec_push(scratch, &fn->blocks.at[1].params, params.at[i]);
    }
    expect(&reader, "{");
    while (!reader.failed && peek(&reader) != '}') {
        if (accept_word(&reader, "local")) {
            if (id_after(&reader, "$") != fn->locals.count) fail(&reader, "locals in order");
            vec_push(scratch, &fn->locals, (IrLocalRow){.type = (u8)type_name(&reader)});
        } else if (accept_word(&reader, "slot")) {
            if (id_after(&reader, "@") != fn->slots.count) fail(&reader, "slots in order");
            IrSlotRow slot = {.bytes = number(&reader)};
            expect(&reader, "align");
            slot.align = (u32)number(&reader);
            if (!is_pow2(slot.align)) fail(&reader, "a power of two");
            vec_push(scratch, &fn->slots, slot);
        } else {
            u32 start = reader.at;
            Str head = word(&reader);
            reader.at = start;
            bool is_block =
                head.len >= 2 && head.at[0] == 'b' && head.at[1] >= '0' && head.at[1] <= '9';
            if (is_block) {
                block_head(&reader);
            } else {
                instruction(&reader);
            }
        }
    }
    expect(&reader, "}");
    return reader.failed ? NULL : fn;
}
