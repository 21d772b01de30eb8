// format_args!: to the calls that build a fmt::Arguments (std-facts 1.1; the encoding is described
// in library/core/src/fmt/mod.rs).
//
//     format_args!("{} {:x} {}", a, b, a)  becomes
//     { super let args = (&a, &b);
//       super let args = [Argument::new_display(args.0), Argument::new_lower_hex(args.1)];
//       unsafe { Arguments::new(b"\xc0\x01 \xc1...", &args) } }
//
// Where each argument is used once and in order, the tuple is left out; the array is marked as
// synthetic, and mir/ lets what it borrows live as long as if the tuple were there.

#include "expand/format.h"
#include "hir/hir_internal.h"

enum { ARG_USIZE = FORMAT_UPPER_HEX + 1 }; // a width or precision, beside the traits

typedef struct FormatLower {
    Lower *l;
    u32 lo, hi;
    u32 arg_count;
    VEC(u32) unique; // arg << 8 | trait: the rows of the array
    VEC(u8) code;
    bool failed;
} FormatLower;

static u32 arg_index(FormatLower *f, u32 arg) {
    if (arg < f->arg_count) return arg;
    f->failed = true;
    return 0;
}

static u32 unique_row(FormatLower *f, u32 arg, u32 trait) {
    u32 want = arg << 8 | trait;
    for (u32 i = 0; i < f->unique.count; i++)
        if (f->unique.at[i] == want) return i;
    vec_push(f->l->scratch, &f->unique, want);
    return f->unique.count - 1;
}

static void put(FormatLower *f, u32 value, u32 bytes) {
    for (u32 i = 0; i < bytes; i++)
        vec_push(f->l->scratch, &f->code, (u8)(value >> (8 * i)));
}

static void put_literal(FormatLower *f, Str text) {
    while (text.len) {
        u32 len = min_u32(text.len, 65535);
        while (len < text.len && ((u8)text.at[len] & 0xc0) == 0x80)
            len--;
        if (len < 0x80) {
            put(f, len, 1);
        } else {
            put(f, 0x80, 1);
            put(f, len, 2);
        }
        vec_append(f->l->scratch, &f->code, (const u8 *)text.at, len);
        text = (Str){text.at + len, text.len - len};
    }
}

// Width or precision: a number, or the index of an argument that holds it.
static void put_count(FormatLower *f, u32 start, u32 kind, u32 number, u32 bit) {
    if (kind == FORMAT_NO_COUNT) return;
    bool indirect = kind == FORMAT_COUNT_ARG;
    u32 value = indirect ? unique_row(f, arg_index(f, number), ARG_USIZE) : number;
    if (!indirect && value == 0) return;
    f->code.at[start] |= (u8)(1u << bit | (u32)indirect << (bit + 3));
    put(f, value, 2);
}

static void put_placeholder(FormatLower *f, const FormatPiece *p, u32 *implicit) {
    u32 start = f->code.count;
    put(f, 0xc0, 1);
    u32 position = unique_row(f, arg_index(f, p->arg), p->trait);
    u32 flags = p->fill | p->flags | (u32)(p->width_kind != FORMAT_NO_COUNT) << 27 |
                (u32)(p->precision_kind != FORMAT_NO_COUNT) << 28 | (u32)p->align << 29;
    if (flags != 0x60000020) {
        f->code.at[start] |= 1;
        put(f, flags, 4);
        put_count(f, start, p->width_kind, p->width, 1);
        put_count(f, start, p->precision_kind, p->precision, 2);
    }
    if (position != *implicit) {
        f->code.at[start] |= 1 << 3;
        put(f, position, 2);
    }
    *implicit = position + 1;
}

static HirPath type_relative(Lower *l, LangItem item, const char *name, u32 lo, u32 hi) {
    HirPath base = lower_lang_path(l, item, lo, hi);
    HirTy ty = lower_ty_new(l, HIR_TY_PATH, lo, hi);
    TY_ROW(l, ty)->path = base;
    HirPathRow row;
    memset(&row, 0, sizeof row);
    row.qself = ty;
    row.is_relative = true;
    row.lo = lo;
    row.hi = hi;
    vec_push(l->scratch, &l->segs,
             (HirSeg){.name = symbol_intern(&l->db->symbols, str_from(name)), .lo = lo});
    row.segs = (HirList){l->segs.count - 1, 1};
    vec_push(l->scratch, &l->paths, row);
    return (HirPath){l->paths.count - 1};
}

static HirExpr call_relative(Lower *l, LangItem item, const char *name, const HirExpr *args,
                             u32 count, u32 lo, u32 hi) {
    HirExpr callee = make_path_expr(l, type_relative(l, item, name, lo, hi), lo, hi);
    HirExpr e = lower_expr_new(l, HIR_CALL, lo, hi);
    HirList list = lower_list(l, (const u32 *)args, count);
    EXPR_ROW(l, e)->call.callee = callee;
    EXPR_ROW(l, e)->call.args = list;
    EXPR_ROW(l, e)->is_synthetic = true;
    return e;
}

static HirExpr text_literal(Lower *l, HirLitKind kind, Str text, u32 lo, u32 hi) {
    HirExpr e = lower_expr_new(l, HIR_LIT, lo, hi);
    EXPR_ROW(l, e)->op = (u8)kind;
    EXPR_ROW(l, e)->text = symbol_intern(&l->db->symbols, text);
    return e;
}

static HirStmt super_let(Lower *l, HirPat pat, HirExpr init) {
    (void)l;
    HirStmt stmt;
    memset(&stmt, 0, sizeof stmt);
    stmt.kind = STMT_LET;
    stmt.is_super = true;
    stmt.pat = pat;
    stmt.expr = init;
    return stmt;
}

// A row of the array: Argument::new_display(&value) and the like.
static HirExpr make_argument(FormatLower *f, u32 trait, HirExpr reference) {
    static const char *const makers[] = {
        [FORMAT_DISPLAY] = "new_display",     [FORMAT_DEBUG] = "new_debug",
        [FORMAT_LOWER_EXP] = "new_lower_exp", [FORMAT_UPPER_EXP] = "new_upper_exp",
        [FORMAT_OCTAL] = "new_octal",         [FORMAT_POINTER] = "new_pointer",
        [FORMAT_BINARY] = "new_binary",       [FORMAT_LOWER_HEX] = "new_lower_hex",
        [FORMAT_UPPER_HEX] = "new_upper_hex", [ARG_USIZE] = "from_usize",
    };
    const char *maker = makers[trait];
    return call_relative(f->l, LANG_format_argument, maker, &reference, 1, f->lo, f->hi);
}

static HirExpr build(FormatLower *f, const HirExpr *values) {
    Lower *l = f->l;
    u32 lo = f->lo, hi = f->hi, ribs = l->ribs.count;
    Symbol args_name = symbol_intern(&l->db->symbols, STR("args"));
    HirStmt stmts[2];
    u32 stmt_count = 0;
    // Each argument once and in order needs no tuple.
    bool in_order = f->unique.count == f->arg_count;
    for (u32 i = 0; in_order && i < f->unique.count; i++)
        in_order = f->unique.at[i] >> 8 == i;
    HirExpr *refs = SCRATCH_ARRAY(l->scratch, HirExpr, f->arg_count + 1);
    for (u32 i = 0; i < f->arg_count; i++)
        refs[i] = make_addr_of(l, values[i], false, l->expr_spans.at[values[i].id].lo,
                               l->expr_spans.at[values[i].id].hi);
    HirLocal tuple_local = {0};
    if (!in_order) {
        HirExpr tuple = lower_expr_new(l, HIR_TUPLE, lo, hi);
        HirList elems = lower_list(l, (const u32 *)refs, f->arg_count);
        EXPR_ROW(l, tuple)->elems = elems;
        HirPat pat =
            lower_binding(l, args_name, 0, false, false, (HirPat){0}, lo, hi, &tuple_local);
        stmts[stmt_count++] = super_let(l, pat, tuple);
    }
    HirExpr *rows = SCRATCH_ARRAY(l->scratch, HirExpr, f->unique.count + 1);
    for (u32 i = 0; i < f->unique.count; i++) {
        u32 arg = f->unique.at[i] >> 8;
        HirExpr reference = refs[arg];
        if (!in_order) {
            reference = lower_expr_new(l, HIR_FIELD, lo, hi);
            HirExpr base = make_local_expr(l, tuple_local, lo, hi);
            EXPR_ROW(l, reference)->field.expr = base;
            EXPR_ROW(l, reference)->field.name =
                symbol_intern(&l->db->symbols, scratch_print(l->scratch, "%u", arg));
        }
        rows[i] = make_argument(f, f->unique.at[i] & 0xff, reference);
    }
    HirExpr array = lower_expr_new(l, HIR_ARRAY, lo, hi);
    HirList elems = lower_list(l, (const u32 *)rows, f->unique.count);
    EXPR_ROW(l, array)->elems = elems;
    EXPR_ROW(l, array)->is_synthetic = true;
    HirLocal array_local;
    l->ribs.count = ribs;
    HirPat pat = lower_binding(l, args_name, 0, false, false, (HirPat){0}, lo, hi, &array_local);
    stmts[stmt_count++] = super_let(l, pat, array);
    HirExpr parts[] = {
        text_literal(l, LIT_BYTE_STR, (Str){(const char *)f->code.at, f->code.count}, lo, hi),
        make_addr_of(l, make_local_expr(l, array_local, lo, hi), false, lo, hi),
    };
    HirExpr call = call_relative(l, LANG_format_arguments, "new", parts, 2, lo, hi);
    HirExpr unsafe_block = make_block(l, NULL, 0, call, lo, hi);
    EXPR_ROW(l, unsafe_block)->is_unsafe = true;
    l->ribs.count = ribs;
    return make_block(l, stmts, stmt_count, unsafe_block, lo, hi);
}

// The largest value of the integer type a literal's suffix names; false: it is no integer type.
static bool literal_max(u8 suffix, u128 *max) {
    u32 bits;
    bool is_signed = true;
    switch (suffix ? (PrimTy)(suffix - 1)
                   : PRIM_I32) { // rustc takes i32 here, whatever is inferred
    case PRIM_I8: bits = 8; break;
    case PRIM_I16: bits = 16; break;
    case PRIM_I32: bits = 32; break;
    case PRIM_I64:
    case PRIM_ISIZE: bits = 64; break;
    case PRIM_I128: bits = 128; break;
    case PRIM_U8: bits = 8, is_signed = false; break;
    case PRIM_U16: bits = 16, is_signed = false; break;
    case PRIM_U32: bits = 32, is_signed = false; break;
    case PRIM_U64:
    case PRIM_USIZE: bits = 64, is_signed = false; break;
    case PRIM_U128: bits = 128, is_signed = false; break;
    default: return false;
    }
    *max = ~(u128)0 >> (128 - bits + is_signed);
    return true;
}

// Whether `{}` of the value is known text: a string or integer literal, behind any references.
static bool known_text(Lower *l, HirExpr value, Str *text) {
    const HirExprRow *row = EXPR_ROW(l, value);
    while (row->kind == HIR_ADDR_OF && !row->is_raw)
        row = EXPR_ROW(l, row->bin.a);
    if (row->kind != HIR_LIT) return false;
    if (row->op == LIT_STR) {
        *text = symbol_str(&l->db->symbols, row->text);
        return true;
    }
    u128 number = (u128)row->lit.hi_bits << 64 | row->lit.lo_bits, max = 0;
    if (row->op != LIT_INT || !literal_max(row->suffix, &max) || number > max) return false;
    char digits[40];
    u32 at = sizeof digits;
    do {
        digits[--at] = (char)('0' + (u32)(number % 10));
        number /= 10;
    } while (number);
    *text = scratch_str(l->scratch, (Str){digits + at, (u32)sizeof digits - at});
    return true;
}

static bool is_plain(const FormatPiece *p) {
    return p->trait == FORMAT_DISPLAY && p->align == FORMAT_NO_ALIGN && p->fill == ' ' &&
           !p->flags && p->width_kind == FORMAT_NO_COUNT && p->precision_kind == FORMAT_NO_COUNT;
}

static void mark_used(bool *used, u32 count, u32 arg) {
    if (arg < count) used[arg] = true;
}

// "{} {}" of literals becomes text, as in rustc: a panic's payload is a &str then.
static void inline_literals(FormatLower *f, HirExpr *values, FormatPiece *pieces, u32 piece_count) {
    Scratch *scratch = f->l->scratch;
    bool *inlined = SCRATCH_ARRAY(scratch, bool, f->arg_count + 1);
    bool *used = SCRATCH_ARRAY(scratch, bool, f->arg_count + 1);
    for (u32 i = 0; i < piece_count; i++) {
        FormatPiece *p = &pieces[i];
        Str text;
        if (p->is_text || !is_plain(p) || p->arg >= f->arg_count) continue;
        if (!known_text(f->l, values[p->arg], &text)) continue;
        inlined[p->arg] = true;
        *p = (FormatPiece){.is_text = true, .text = text};
    }
    for (u32 i = 0; i < piece_count; i++) {
        const FormatPiece *p = &pieces[i];
        if (p->is_text) continue;
        mark_used(used, f->arg_count, p->arg);
        if (p->width_kind == FORMAT_COUNT_ARG) mark_used(used, f->arg_count, p->width);
        if (p->precision_kind == FORMAT_COUNT_ARG) mark_used(used, f->arg_count, p->precision);
    }
    u32 *moved = SCRATCH_ARRAY(scratch, u32, f->arg_count + 1);
    u32 kept = 0;
    for (u32 i = 0; i < f->arg_count; i++) {
        moved[i] = kept;
        if (!inlined[i] || used[i]) values[kept++] = values[i];
    }
    for (u32 i = 0; i < piece_count; i++) {
        FormatPiece *p = &pieces[i];
        if (p->is_text) continue;
        if (p->arg < f->arg_count) p->arg = moved[p->arg];
        if (p->width_kind == FORMAT_COUNT_ARG && p->width < f->arg_count)
            p->width = moved[p->width];
        if (p->precision_kind == FORMAT_COUNT_ARG && p->precision < f->arg_count)
            p->precision = moved[p->precision];
    }
    f->arg_count = kept;
}

// A template and its arguments as written.
typedef struct Template {
    VEC(FormatPiece) pieces;
    VEC(AstExpr) args;
} Template;

static bool read_template(Lower *l, const AstExprRow *row, Template *out) {
    u32 count = row->builtin.args.count;
    if (count == 0) return false;
    const AstExprRow *text = ast_expr(l->ast, (AstExpr){ast_list(l->ast, row->builtin.args, 0)});
    if (text->kind != AST_EXPR_LIT) return false;
    FormatTemplate read;
    if (!format_decode(symbol_str(&l->db->symbols, text->lit.sym), l->scratch, &read) ||
        read.arg_count != count - 1)
        return false; // expand/ reported it
    *out = (Template){0};
    vec_append(l->scratch, &out->pieces, read.pieces, read.piece_count);
    for (u32 i = 1; i < count; i++)
        vec_push(l->scratch, &out->args, (AstExpr){ast_list(l->ast, row->builtin.args, i)});
    return true;
}

// The format_args! that an argument is, behind parentheses and references; NULL: something else.
static const AstExprRow *nested_format_args(Lower *l, AstExpr arg) {
    const AstExprRow *row = ast_expr(l->ast, arg);
    while (row->kind == AST_EXPR_PAREN || (row->kind == AST_EXPR_ADDR_OF && !row->is_raw))
        row = ast_expr(l->ast, row->bin.a);
    bool is_format = row->kind == AST_EXPR_BUILTIN &&
                     str_eq(symbol_str(&l->db->symbols, row->builtin.name), STR("format_args"));
    return is_format ? row : NULL;
}

static void shift_args(FormatPiece *piece, u32 from, u32 by) {
    if (piece->arg >= from) piece->arg += by;
    if (piece->width_kind == FORMAT_COUNT_ARG && piece->width >= from) piece->width += by;
    if (piece->precision_kind == FORMAT_COUNT_ARG && piece->precision >= from)
        piece->precision += by;
}

// Puts `inner` in the place of piece `at`, its arguments in the place of that piece's.
static void splice_template(Lower *l, Template *t, u32 at, const Template *inner) {
    u32 arg = t->pieces.at[at].arg;
    Template out = {0};
    vec_append(l->scratch, &out.args, t->args.at, arg);
    vec_append(l->scratch, &out.args, inner->args.at, inner->args.count);
    vec_append(l->scratch, &out.args, t->args.at + arg + 1, t->args.count - arg - 1);
    for (u32 i = 0; i < t->pieces.count; i++) {
        for (u32 k = 0; i == at && k < inner->pieces.count; k++) {
            FormatPiece piece = inner->pieces.at[k];
            if (!piece.is_text) shift_args(&piece, 0, arg);
            vec_push(l->scratch, &out.pieces, piece);
        }
        if (i == at) continue;
        FormatPiece piece = t->pieces.at[i];
        if (!piece.is_text) shift_args(&piece, arg + 1, inner->args.count - 1);
        vec_push(l->scratch, &out.pieces, piece);
    }
    *t = out;
}

// format_args!("a {} b", format_args!("c {}", x)) becomes format_args!("a c {} b", x), as in rustc.
static void flatten_template(Lower *l, Template *t) {
    for (u32 i = 0; i < t->pieces.count;) {
        const FormatPiece *piece = &t->pieces.at[i];
        u32 users = 0;
        for (u32 k = 0; k < t->pieces.count; k++)
            users += !t->pieces.at[k].is_text && t->pieces.at[k].arg == piece->arg;
        Template inner;
        const AstExprRow *row = NULL;
        if (!piece->is_text && users == 1 && piece->arg < t->args.count &&
            (piece->trait == FORMAT_DISPLAY || piece->trait == FORMAT_DEBUG))
            row = nested_format_args(l, t->args.at[piece->arg]);
        if (row && read_template(l, row, &inner))
            splice_template(l, t, i, &inner); // and looks at its pieces in turn
        else
            i++;
    }
}

HirExpr lower_format_args(Lower *l, const AstExprRow *row) {
    u32 lo = row->lo, hi = row->hi;
    FormatLower f = {.l = l, .lo = lo, .hi = hi};
    Template template;
    if (!read_template(l, row, &template)) return lower_expr_new(l, HIR_ERR, lo, hi);
    bool had_args = template.args.count != 0;
    flatten_template(l, &template);
    f.arg_count = template.args.count;
    HirExpr *values = SCRATCH_ARRAY(l->scratch, HirExpr, f.arg_count + 1);
    for (u32 i = 0; i < f.arg_count; i++)
        values[i] = lower_expression(l, template.args.at[i]);
    inline_literals(&f, values, template.pieces.at, template.pieces.count);
    bool only_text = true;
    VEC(char) literal = {0};
    u32 implicit = 0;
    for (u32 i = 0; i < template.pieces.count; i++) {
        const FormatPiece *piece = &template.pieces.at[i];
        if (piece->is_text) {
            vec_append(l->scratch, &literal, piece->text.at, piece->text.len);
            continue;
        }
        only_text = false;
        put_literal(&f, (Str){literal.at, literal.count});
        literal.count = 0;
        put_placeholder(&f, piece, &implicit);
    }
    if (f.failed) return lower_expr_new(l, HIR_ERR, lo, hi);
    if (only_text) {
        HirExpr arg = text_literal(l, LIT_STR, (Str){literal.at, literal.count}, lo, hi);
        return call_relative(l, LANG_format_arguments, had_args ? "from_str_nonconst" : "from_str",
                             &arg, 1, lo, hi);
    }
    put_literal(&f, (Str){literal.at, literal.count});
    put(&f, 0, 1);
    return build(&f, values);
}
