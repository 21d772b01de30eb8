#include "expand/builtin.h"

#include "expand/format.h"
#include "syntax/lit.h"
#include "syntax/parse.h"

typedef VEC(char) Text;

static const char *const builtin_names[] = {"",
#define X(name) #name,
                                            BUILTIN_KINDS(X)
#undef X
};

BuiltinKind builtin_kind(const Db *db, Symbol name) {
    Str text = symbol_str(&db->symbols, name);
    for (u32 i = 1; i < ARRAY_LEN(builtin_names); i++) {
        if (str_eq(text, str_from(builtin_names[i]))) return (BuiltinKind)i;
    }
    return BUILTIN_attr;
}

bool literal_text(Db *db, const Tok *tok, Scratch *scratch, Str *out) {
    if (tok->kind != TOK_STR && tok->kind != TOK_RAW_STR) return false;
    LitFault fault = {0};
    *out = lit_bytes((TokKind)tok->kind, symbol_str(&db->symbols, (Symbol){tok->sym}), tok->extra,
                     scratch, &fault);
    return true;
}

static void text_add(Scratch *scratch, Text *text, Str part) {
    vec_append(scratch, text, part.at, part.len);
}

static void add_escaped(Scratch *scratch, Text *text, Str value, bool bytes) {
    for (u32 i = 0; i < value.len; i++) {
        u8 c = (u8)value.at[i];
        if (c == '"' || c == '\\') {
            vec_push(scratch, text, '\\');
            vec_push(scratch, text, (char)c);
        } else if (c == '\n') {
            text_add(scratch, text, STR("\\n"));
        } else if (c < 0x20 || c == 0x7f || (bytes && c >= 0x80)) {
            char hex[8] = {'\\', 'x', "0123456789abcdef"[c >> 4], "0123456789abcdef"[c & 15]};
            text_add(scratch, text, (Str){hex, 4});
        } else {
            vec_push(scratch, text, (char)c);
        }
    }
}

Tok literal_token(Db *db, Scratch *scratch, Str value, u32 pos) {
    Text text = {0};
    vec_push(scratch, &text, '"');
    add_escaped(scratch, &text, value, false);
    vec_push(scratch, &text, '"');
    Tok tok = {.kind = TOK_STR, .flags = TOK_SYNTHETIC, .pos = pos};
    tok.sym = symbol_intern(&db->symbols, (Str){text.at, text.count}).id;
    return tok;
}

static Tok bytes_token(Db *db, Scratch *scratch, Str value, u32 pos) {
    Text text = {0};
    text_add(scratch, &text, STR("b\""));
    add_escaped(scratch, &text, value, true);
    vec_push(scratch, &text, '"');
    Tok tok = {.kind = TOK_BYTE_STR, .flags = TOK_SYNTHETIC, .pos = pos};
    tok.sym = symbol_intern(&db->symbols, (Str){text.at, text.count}).id;
    return tok;
}

static bool is_open(u8 kind) {
    return kind >= TOK_OPEN_PAREN && kind <= TOK_CLOSE_NONE && (kind - TOK_OPEN_PAREN) % 2 == 0;
}

static Str tok_text(Db *db, const Tok *tok, Scratch *scratch) {
    Str own = symbol_str(&db->symbols, (Symbol){tok->sym});
    switch (tok->kind) {
    case TOK_IDENT:
        if (tok->flags & TOK_CRATE) return STR("$crate");
        return tok->flags & TOK_RAW ? scratch_print(scratch, "r#%.*s", STR_ARG(own)) : own;
    case TOK_LIFETIME:
    case TOK_INT:
    case TOK_FLOAT:
    case TOK_CHAR:
    case TOK_BYTE:
    case TOK_STR:
    case TOK_RAW_STR:
    case TOK_BYTE_STR:
    case TOK_RAW_BYTE_STR:
    case TOK_C_STR:
    case TOK_RAW_C_STR: return own;
    case TOK_DOC_OUTER: return scratch_print(scratch, "///%.*s", STR_ARG(own));
    case TOK_DOC_INNER: return scratch_print(scratch, "//!%.*s", STR_ARG(own));
    default: return str_from(tok_kind_text((TokKind)tok->kind));
    }
}

Str tokens_text(Db *db, Toks toks, Scratch *scratch) {
    Text text = {0};
    const Tok *last = NULL;
    for (u32 i = 0; i < toks.count; i++) {
        const Tok *tok = &toks.at[i];
        if (tok->kind == TOK_OPEN_NONE || tok->kind == TOK_CLOSE_NONE) continue;
        if (last != NULL && !(last->flags & TOK_JOINT)) {
            bool tight = tok->kind == TOK_DOT || tok->kind == TOK_COMMA || tok->kind == TOK_SEMI ||
                         tok->kind == TOK_QUESTION || tok->kind == TOK_CLOSE_PAREN ||
                         tok->kind == TOK_CLOSE_BRACKET || last->kind == TOK_OPEN_PAREN ||
                         last->kind == TOK_OPEN_BRACKET || last->kind == TOK_DOT;
            if (!tight) vec_push(scratch, &text, ' ');
        }
        text_add(scratch, &text, tok_text(db, tok, scratch));
        last = tok;
    }
    return (Str){text.at, text.count};
}

static void report(const BuiltinCx *cx, u32 pos, const char *message) {
    cx->error(cx->env, pos, str_from(message));
}

u32 builtin_expr_end(const BuiltinCx *cx, Toks toks, u32 at) {
    if (at >= toks.count) return UINT32_MAX;
    // The common cases need no parser: one token or group before a comma.
    u32 next = is_open(toks.at[at].kind) ? at + toks.at[at].match + 1 : at + 1;
    if (next >= toks.count || toks.at[next].kind == TOK_COMMA) {
        u8 kind = toks.at[at].kind;
        if (kind == TOK_IDENT || (kind >= TOK_INT && kind <= TOK_RAW_C_STR) || is_open(kind)) {
            return next;
        }
    }
    ParseInput in = {.symbols = &cx->db->symbols,
                     .intern = &cx->db->symbols,
                     .scratch = cx->scratch,
                     .edition = cx->edition};
    u32 count = parse_fragment(&in, FRAG_EXPR, toks, at, NULL);
    return count == 0 || count == PARSE_EMPTY ? UINT32_MAX : at + count;
}

static Toks unwrap(Toks toks) {
    while (toks.count >= 2 && toks.at[0].kind == TOK_OPEN_NONE &&
           toks.at[0].match + 1 == toks.count) {
        toks = (Toks){toks.at + 1, toks.count - 2};
    }
    return toks;
}

static bool is_call(Toks toks) {
    u32 i = 0;
    while (i < toks.count && (toks.at[i].kind == TOK_IDENT || toks.at[i].kind == TOK_COLONCOLON)) {
        i++;
    }
    return i != 0 && i + 1 < toks.count && toks.at[i].kind == TOK_NOT &&
           is_open(toks.at[i + 1].kind);
}

const Tok *builtin_literal(const BuiltinCx *cx, Toks arg) {
    for (u32 n = 0; n < 64; n++) {
        arg = unwrap(arg);
        if (arg.count == 1 && arg.at[0].kind >= TOK_INT && arg.at[0].kind <= TOK_RAW_C_STR) {
            return &arg.at[0];
        }
        if (!is_call(arg)) return NULL;
        Toks out;
        if (!cx->eager(cx->env, arg, &out)) return NULL;
        arg = out;
    }
    return NULL;
}

Toks builtin_quote(const BuiltinCx *cx, const char *text, const Toks *subs, u32 sub_count) {
    Toks made;
    bool good =
        lex_text(&cx->db->symbols, cx->scratch, str_from(text), 2024, cx->pos, cx->ctxt, &made);
    CHECK(good);
    TokVec toks = {0};
    for (u32 i = 0; i < made.count; i++) {
        Tok tok = made.at[i];
        if (tok.kind == TOK_DOLLAR && i + 1 < made.count && made.at[i + 1].kind == TOK_IDENT) {
            tok = made.at[++i];
            tok.flags |= TOK_CRATE;
        } else if (tok.kind == TOK_IDENT) {
            Str name = symbol_str(&cx->db->symbols, (Symbol){tok.sym});
            if (name.len == 3 && name.at[0] == '_' && name.at[1] == '_' && name.at[2] >= '0' &&
                (u32)(name.at[2] - '0') < sub_count) {
                const Toks *sub = &subs[name.at[2] - '0'];
                vec_append(cx->scratch, &toks, sub->at, sub->count);
                continue;
            }
        }
        vec_push(cx->scratch, &toks, tok);
    }
    tokens_rematch(toks.at, 0, toks.count);
    return (Toks){toks.at, toks.count};
}

static bool one(const BuiltinCx *cx, Tok tok, Toks *out) {
    Tok *at = SCRATCH_NEW(cx->scratch, Tok);
    *at = tok;
    *out = (Toks){at, 1};
    return true;
}

static bool string(const BuiltinCx *cx, Str text, Toks *out) {
    return one(cx, literal_token(cx->db, cx->scratch, text, cx->pos), out);
}

static bool number(const BuiltinCx *cx, u32 value, Toks *out) {
    Tok tok = {.kind = TOK_INT, .flags = TOK_SYNTHETIC, .extra = 3, .pos = cx->pos};
    tok.sym = symbol_intern(&cx->db->symbols, scratch_print(cx->scratch, "%uu32", value)).id;
    return one(cx, tok, out);
}

static Toks group(const BuiltinCx *cx, Toks toks, FragKind frag) {
    Tok *at = SCRATCH_ARRAY(cx->scratch, Tok, toks.count + 2);
    at[0] = (Tok){.kind = TOK_OPEN_NONE,
                  .flags = TOK_SYNTHETIC,
                  .extra = (u16)frag,
                  .match = toks.count + 1,
                  .pos = toks.count ? toks.at[0].pos : cx->pos};
    memcpy(at + 1, toks.at, toks.count * sizeof(Tok));
    at[toks.count + 1] = at[0];
    at[toks.count + 1].kind = TOK_CLOSE_NONE;
    return (Toks){at, toks.count + 2};
}

static bool expand_assert(const BuiltinCx *cx, Toks args, Toks *out) {
    u32 end = builtin_expr_end(cx, args, 0);
    if (args.count == 0 || end == UINT32_MAX) {
        report(cx, args.count ? args.at[0].pos : cx->pos,
               args.count ? "expected expression"
                          : "macro requires a boolean expression as an argument");
        return false;
    }
    Toks cond = {args.at, end};
    Toks rest = {args.at + end, args.count - end};
    if (rest.count != 0) rest = (Toks){rest.at + 1, rest.count - 1};
    Toks subs[2] = {group(cx, cond, FRAG_EXPR), rest};
    if (rest.count != 0) {
        *out =
            builtin_quote(cx,
                          cx->call_edition >= 2021 ? "if !__0 { $crate::panic::panic_2021!(__1) }"
                                                   : "if !__0 { $crate::panic::panic_2015!(__1) }",
                          subs, 2);
        return true;
    }
    Str text = scratch_print(cx->scratch, "assertion failed: %.*s",
                             STR_ARG(tokens_text(cx->db, cond, cx->scratch)));
    Tok message = literal_token(cx->db, cx->scratch, text, cx->pos);
    subs[1] = (Toks){&message, 1};
    *out = builtin_quote(cx, "if !__0 { $crate::panicking::panic(__1) }", subs, 2);
    return true;
}

static bool concat_part(const BuiltinCx *cx, Toks arg, Text *text) {
    arg = unwrap(arg);
    bool negative = arg.count == 2 && arg.at[0].kind == TOK_MINUS;
    if (negative) {
        vec_push(cx->scratch, text, '-');
        arg = unwrap((Toks){arg.at + 1, 1});
    }
    if (arg.count == 1 && arg.at[0].kind == TOK_IDENT &&
        (arg.at[0].sym == SYM_true || arg.at[0].sym == SYM_false)) {
        text_add(cx->scratch, text, arg.at[0].sym == SYM_true ? STR("true") : STR("false"));
        return true;
    }
    if (arg.count > 1 && is_call(arg)) {
        Toks out;
        return cx->eager(cx->env, arg, &out) && concat_part(cx, out, text);
    }
    if (arg.count != 1) {
        report(cx, arg.count ? arg.at[0].pos : cx->pos, "expected a literal");
        return false;
    }
    const Tok *tok = &arg.at[0];
    Str own = symbol_str(&cx->db->symbols, (Symbol){tok->sym});
    Str value;
    LitFault fault = {0};
    u8 utf8[4];
    switch (tok->kind) {
    case TOK_STR:
    case TOK_RAW_STR:
        literal_text(cx->db, tok, cx->scratch, &value);
        text_add(cx->scratch, text, value);
        return true;
    case TOK_CHAR: {
        u32 len = utf8_encode(lit_char(TOK_CHAR, own, tok->extra, &fault), utf8);
        text_add(cx->scratch, text, (Str){(const char *)utf8, len});
        return true;
    }
    case TOK_INT: {
        u128 n;
        if (!lit_int(own, tok->extra, &n)) break;
        char digits[48];
        u32 len = 0;
        do {
            digits[sizeof digits - ++len] = (char)('0' + (int)(n % 10));
            n /= 10;
        } while (n != 0);
        text_add(cx->scratch, text, (Str){digits + sizeof digits - len, len});
        return true;
    }
    case TOK_FLOAT: text_add(cx->scratch, text, (Str){own.at, own.len - tok->extra}); return true;
    default: break;
    }
    report(cx, tok->pos,
           tok->kind >= TOK_BYTE && tok->kind <= TOK_RAW_C_STR
               ? "cannot concatenate a byte string literal"
               : "expected a literal");
    return false;
}

static bool expand_concat(const BuiltinCx *cx, Toks args, Toks *out) {
    Text text = {0};
    for (u32 at = 0; at < args.count;) {
        u32 end = builtin_expr_end(cx, args, at);
        if (end == UINT32_MAX) {
            report(cx, args.at[at].pos, "expected a literal");
            return false;
        }
        if (!concat_part(cx, (Toks){args.at + at, end - at}, &text)) return false;
        if (end < args.count && args.at[end].kind != TOK_COMMA) {
            report(cx, args.at[end].pos, "expected token: `,`");
            return false;
        }
        at = end + 1;
    }
    return string(cx, (Str){text.at, text.count}, out);
}

static bool concat_bytes_part(const BuiltinCx *cx, Toks arg, Text *text) {
    arg = unwrap(arg);
    if (arg.count >= 2 && arg.at[0].kind == TOK_OPEN_BRACKET) {
        Toks inner = {arg.at + 1, arg.at[0].match - 1};
        for (u32 i = 0; i < inner.count; i++) {
            if (inner.at[i].kind == TOK_COMMA) continue;
            if (!concat_bytes_part(cx, (Toks){inner.at + i, 1}, text)) return false;
        }
        return true;
    }
    if (arg.count != 1) return false;
    const Tok *tok = &arg.at[0];
    Str own = symbol_str(&cx->db->symbols, (Symbol){tok->sym});
    LitFault fault = {0};
    u128 n;
    if (tok->kind == TOK_BYTE) {
        vec_push(cx->scratch, text, (char)lit_char(TOK_BYTE, own, tok->extra, &fault));
    } else if (tok->kind == TOK_INT && lit_int(own, tok->extra, &n) && n < 256) {
        vec_push(cx->scratch, text, (char)(u8)n);
    } else if (tok->kind == TOK_BYTE_STR || tok->kind == TOK_RAW_BYTE_STR) {
        text_add(cx->scratch, text,
                 lit_bytes((TokKind)tok->kind, own, tok->extra, cx->scratch, &fault));
    } else {
        return false;
    }
    return true;
}

static bool expand_concat_bytes(const BuiltinCx *cx, Toks args, Toks *out) {
    Text text = {0};
    for (u32 at = 0; at < args.count;) {
        u32 end = builtin_expr_end(cx, args, at);
        if (end == UINT32_MAX || !concat_bytes_part(cx, (Toks){args.at + at, end - at}, &text)) {
            report(cx, args.at[at].pos, "expected a byte literal");
            return false;
        }
        at = end + 1;
    }
    return one(cx, bytes_token(cx->db, cx->scratch, (Str){text.at, text.count}, cx->pos), out);
}

static bool text_arg(const BuiltinCx *cx, Toks args, Str *out) {
    u32 end = args.count == 0 ? UINT32_MAX : builtin_expr_end(cx, args, 0);
    const Tok *tok = end == UINT32_MAX ? NULL : builtin_literal(cx, (Toks){args.at, end});
    if (tok != NULL && literal_text(cx->db, tok, cx->scratch, out)) return true;
    report(cx, args.count ? args.at[0].pos : cx->pos, "argument must be a string literal");
    return false;
}

// `pred => { .. }` or `pred => expr,`; `_` is always true.
static bool expand_cfg_select(const BuiltinCx *cx, Toks args, Toks *out) {
    if (args.count >= 2 && args.at[0].kind == TOK_OPEN_BRACE &&
        args.at[0].match + 1 == args.count) {
        args = (Toks){args.at + 1, args.count - 2};
    }
    for (u32 at = 0; at < args.count;) {
        u32 arrow = at;
        while (arrow < args.count && args.at[arrow].kind != TOK_FATARROW) {
            arrow += is_open(args.at[arrow].kind) ? args.at[arrow].match + 1 : 1;
        }
        if (arrow + 1 >= args.count) {
            report(cx, args.at[at].pos, "expected `=>` in `cfg_select!`");
            return false;
        }
        Toks predicate = {args.at + at, arrow - at};
        bool wild = predicate.count == 1 && predicate.at[0].kind == TOK_IDENT &&
                    predicate.at[0].sym == SYM_underscore;
        Toks body;
        const Tok *first = &args.at[arrow + 1];
        if (first->kind == TOK_OPEN_BRACE) {
            body = (Toks){first + 1, first->match - 1};
            at = arrow + 1 + first->match + 1;
            if (at < args.count && args.at[at].kind == TOK_COMMA) at++;
        } else {
            u32 end = builtin_expr_end(cx, args, arrow + 1);
            if (end == UINT32_MAX) {
                report(cx, first->pos, "expected expression");
                return false;
            }
            body = (Toks){first, end - (arrow + 1)};
            at = end;
            if (at < args.count && args.at[at].kind == TOK_COMMA) at++;
        }
        if (wild || cfg_holds(&cx->db->symbols, cx->cfgs, predicate)) {
            *out = body;
            return true;
        }
    }
    if (args.count == 0) {
        *out = args;
        return true;
    }
    report(cx, cx->pos, "none of the predicates in this `cfg_select` evaluated to true");
    return false;
}

static bool expand_env(const BuiltinCx *cx, Toks args, bool option, Toks *out) {
    Str name, value;
    if (!text_arg(cx, args, &name)) return false;
    bool found = cx->var(cx->env, name, &value);
    if (option) {
        Tok tok = literal_token(cx->db, cx->scratch, found ? value : STR(""), cx->pos);
        Toks sub = {&tok, 1};
        *out = found ? builtin_quote(cx, "$crate::option::Option::Some(__0)", &sub, 1)
                     : builtin_quote(cx, "$crate::option::Option::None::<&'static str>", NULL, 0);
        return true;
    }
    if (!found) {
        cx->error(cx->env, cx->pos,
                  scratch_print(cx->scratch,
                                "environment variable `%.*s` not defined at compile time",
                                STR_ARG(name)));
        return false;
    }
    return string(cx, value, out);
}

static bool expand_include(const BuiltinCx *cx, BuiltinKind kind, Toks args, Toks *out) {
    Str path, text;
    if (!text_arg(cx, args, &path)) return false;
    if (!cx->read(cx->env, path, &text)) {
        cx->error(cx->env, cx->pos,
                  scratch_print(cx->scratch, "couldn't read `%.*s`", STR_ARG(path)));
        return false;
    }
    if (kind == BUILTIN_include_str) return string(cx, text, out);
    if (kind == BUILTIN_include_bytes) {
        return one(cx, bytes_token(cx->db, cx->scratch, text, cx->pos), out);
    }
    if (!lex_text(&cx->db->symbols, cx->scratch, text, cx->edition, cx->pos, 0, out)) {
        cx->error(cx->env, cx->pos, scratch_print(cx->scratch, "`%.*s` has errors", STR_ARG(path)));
        return false;
    }
    return true;
}

bool builtin_expand(const BuiltinCx *cx, BuiltinKind kind, Toks args, Toks *out) {
    Str text;
    u32 line, col;
    *out = (Toks){NULL, 0};
    switch (kind) {
    case BUILTIN_none:
    case BUILTIN_attr: break;
    case BUILTIN_assert: return expand_assert(cx, args, out);
    case BUILTIN_cfg: {
        bool holds = cfg_holds(&cx->db->symbols, cx->cfgs,
                               args.count && args.at[args.count - 1].kind == TOK_COMMA
                                   ? (Toks){args.at, args.count - 1}
                                   : args);
        *out = builtin_quote(cx, holds ? "true" : "false", NULL, 0);
        return true;
    }
    case BUILTIN_cfg_select: return expand_cfg_select(cx, args, out);
    case BUILTIN_file:
        if (!cx->locate(cx->env, &text, &line, &col)) return false;
        return string(cx, text, out);
    case BUILTIN_line:
        if (!cx->locate(cx->env, &text, &line, &col)) return false;
        return number(cx, line, out);
    case BUILTIN_column:
        if (!cx->locate(cx->env, &text, &line, &col)) return false;
        return number(cx, col, out);
    case BUILTIN_compile_error:
        if (text_arg(cx, args, &text)) cx->error(cx->env, cx->pos, text);
        return false;
    case BUILTIN_concat: return expand_concat(cx, args, out);
    case BUILTIN_concat_bytes: return expand_concat_bytes(cx, args, out);
    case BUILTIN_format_args:
    case BUILTIN_const_format_args: return format_expand(cx, args, false, out);
    case BUILTIN_format_args_nl: return format_expand(cx, args, true, out);
    case BUILTIN_core_panic:
    case BUILTIN_std_panic:
        *out = builtin_quote(cx,
                             cx->call_edition >= 2021 ? "$crate::panic::panic_2021!(__0)"
                                                      : "$crate::panic::panic_2015!(__0)",
                             &args, 1);
        return true;
    case BUILTIN_unreachable:
        *out = builtin_quote(cx,
                             cx->call_edition >= 2021 ? "$crate::panic::unreachable_2021!(__0)"
                                                      : "$crate::panic::unreachable_2015!(__0)",
                             &args, 1);
        return true;
    case BUILTIN_env: return expand_env(cx, args, false, out);
    case BUILTIN_option_env: return expand_env(cx, args, true, out);
    case BUILTIN_include:
    case BUILTIN_include_bytes:
    case BUILTIN_include_str: return expand_include(cx, kind, args, out);
    case BUILTIN_module_path: return string(cx, cx->module_path, out);
    case BUILTIN_stringify: return string(cx, tokens_text(cx->db, args, cx->scratch), out);
    case BUILTIN_pattern_type:
        *out = builtin_quote(cx, "builtin # pattern_type(__0)", &args, 1);
        return true;
    case BUILTIN_type_ascribe:
        *out = builtin_quote(cx, "builtin # type_ascribe(__0)", &args, 1);
        return true;
    case BUILTIN_deref: *out = builtin_quote(cx, "builtin # deref(__0)", &args, 1); return true;
    case BUILTIN_asm:
    case BUILTIN_naked_asm:
        // Not compiled: hir/ reports it where it is reached.
        *out = builtin_quote(cx, "builtin # asm()", NULL, 0);
        return true;
    case BUILTIN_global_asm: report(cx, cx->pos, "`global_asm!` is not supported yet"); return true;
    case BUILTIN_log_syntax:
    case BUILTIN_trace_macros: *out = builtin_quote(cx, "()", NULL, 0); return true;
    case BUILTIN_iter:
    case BUILTIN_contracts_ensures:
    case BUILTIN_contracts_requires: break;
    }
    cx->error(cx->env, cx->pos,
              scratch_print(cx->scratch, "the built-in macro `%s!` is not supported",
                            builtin_names[kind]));
    return false;
}
