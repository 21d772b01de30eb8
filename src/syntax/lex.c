#include "syntax/lex.h"
#include "syntax/lit.h"

static const struct {
    const char *code, *text;
} lex_messages[] = {
#define X(name, code, text) {code, text},
    LEX_ERRORS(X)
#undef X
};

const char *lex_error_code(const LexError *error) {
    return error->kind < LEX_LITERAL ? lex_messages[error->kind].code : "";
}

Str lex_error_text(const LexError *error, Str file_text, Scratch *scratch) {
    if (error->kind >= LEX_LITERAL) return str_from(lit_error_text(error->kind - LEX_LITERAL));
    const char *text = lex_messages[error->kind].text;
    const char *hole = strstr(text, "{}");
    if (!hole) return str_from(text);
    u32 lo = min_u32(error->pos, file_text.len);
    Str part = {file_text.at + lo, min_u32(error->len, file_text.len - lo)};
    return scratch_print(scratch, "%.*s%.*s%s", (int)(hole - text), text, STR_ARG(part), hole + 2);
}

// ---- characters
// -----------------------------------------------------------------------------------

enum {
    C_SPACE = 1,
    C_START = 2,    // of an identifier: letters and _
    C_CONTINUE = 4, // of an identifier: also digits
    C_DIGIT = 8,
};
#define L C_START | C_CONTINUE
#define D C_DIGIT | C_CONTINUE
static const u8 char_class[256] = {
    [' '] = C_SPACE,  ['\t'] = C_SPACE,  ['\n'] = C_SPACE,  ['\r'] = C_SPACE,  [0x0b] = C_SPACE,
    [0x0c] = C_SPACE, ['0' ... '9'] = D, ['a' ... 'z'] = L, ['A' ... 'Z'] = L, ['_'] = L,
};
#undef L
#undef D

// Non-ASCII white space of the Reference ("Whitespace").
static bool is_wide_space(u32 c) {
    return c == 0x85 || c == 0x200e || c == 0x200f || c == 0x2028 || c == 0x2029;
}

// Whether a code point >= 0x80 may stand in an identifier: everything but the blocks that hold
// punctuation, symbols and pictures. Wider than XID, which no sensible program notices.
static bool is_wide_ident(u32 c) {
    if (c < 0xc0) return c == 0xaa || c == 0xb5 || c == 0xb7 || c == 0xba;
    if (c == 0xd7 || c == 0xf7) return false;
    if (c >= 0x2000 && c < 0x2c00)
        return c == 0x203f || c == 0x2040 || c == 0x2054 || c == 0x2071 || c == 0x207f ||
               (c >= 0x2090 && c < 0x20a0) || (c >= 0x20d0 && c < 0x20f1) ||
               (c >= 0x2100 && c < 0x2190);
    if (c >= 0x2e00 && c < 0x3005) return c >= 0x2e80 && c < 0x3000;
    if (c >= 0x3008 && c < 0x3021) return false;
    if (c >= 0xe000 && c < 0xf900) return false;
    if (c >= 0xfe10 && c < 0xfe33) return c >= 0xfe20;
    if (c >= 0xff00 && c < 0xff10) return false;
    if (c >= 0xff1a && c < 0xff21) return false;
    if (c >= 0x1f000 && c < 0x20000) return false;
    return c < 0xe0000 || (c >= 0xe0100 && c < 0xe01f0);
}

// ---- state
// ------------------------------------------------------------------------------------------

// Short identifiers seen before: most of a file's names come again and again.
enum { CACHE_SLOTS = 1024 };
typedef struct CacheSlot {
    u64 low, high; // the bytes, padded with zeros
    u32 sym;       // 0: empty
} CacheSlot;

typedef struct Lexer {
    const u8 *start, *at, *end;
    Symbols *symbols;
    Scratch *scratch;
    LexOut *out;
    CacheSlot *cache;
    U32Vec open;       // tokens of delimiters not yet closed
    u32 open_count[3]; // of them: parens, brackets, braces
    u32 edition;
    bool drop_docs;
    bool skeleton;      // without what stands in the braces of functions
    bool after_fn;      // skeleton: `fn` was read, its body is to come
    bool after_macro;   // skeleton: `macro` was read
    u32 macro_open;     // skeleton: of a macro's tokens, the number of delimiters open; 0: in none
    const u8 *last_end; // where the last token ended
} Lexer;

static u32 offset_of(const Lexer *x, const u8 *at) {
    return (u32)(at - x->start);
}

static void lex_error(Lexer *x, u32 kind, const u8 *from, const u8 *to) {
    vec_push(x->scratch, &x->out->errors,
             (LexError){offset_of(x, from), max_u32((u32)(to - from), 1), kind});
}

static Tok *emit(Lexer *x, TokKind kind, const u8 *from, u32 sym) {
    TokVec *toks = &x->out->toks;
    if (from == x->last_end && toks->count) vec_last(toks).flags |= TOK_JOINT;
    x->last_end = x->at;
    vec_push(x->scratch, toks, (Tok){.kind = (u8)kind, .sym = sym, .pos = offset_of(x, from)});
    return &vec_last(toks);
}

static u32 intern_range(Lexer *x, const u8 *from, const u8 *to) {
    return symbol_intern(x->symbols, (Str){(const char *)from, (u32)(to - from)}).id;
}

static u32 intern_name(Lexer *x, const u8 *from, const u8 *to) {
    size_t len = (size_t)(to - from);
    if (len > 16) return intern_range(x, from, to);
    u64 low = 0, high = 0;
    if (len <= 8) {
        if (x->end - from >= 8) {
            memcpy(&low, from, 8);
            low &= ~0ull >> (64 - 8 * len);
        } else {
            memcpy(&low, from, len);
        }
    } else {
        memcpy(&low, from, 8);
        if (x->end - from >= 16) {
            memcpy(&high, from + 8, 8);
            high &= ~0ull >> (128 - 8 * len);
        } else {
            memcpy(&high, from + 8, len - 8);
        }
    }
    CacheSlot *slot = &x->cache[hash_mix(low, high) & (CACHE_SLOTS - 1)];
    if (slot->sym && slot->low == low && slot->high == high) return slot->sym;
    *slot = (CacheSlot){low, high, intern_range(x, from, to)};
    return slot->sym;
}

// ---- identifiers --------------------------------------------------------------------------------

// The length of the identifier character at `at` if it is one, else 0.
static u32 wide_ident_len(const Lexer *x, const u8 *at) {
    u32 code_point;
    u32 len = utf8_decode(at, x->end, &code_point);
    return len && is_wide_ident(code_point) ? len : 0;
}

static bool starts_ident(const Lexer *x, const u8 *at) {
    if (at >= x->end) return false;
    return *at < 0x80 ? (char_class[*at] & C_START) != 0 : wide_ident_len(x, at) != 0;
}

static void eat_ident(Lexer *x) {
    for (;;) {
        while (x->at < x->end && char_class[*x->at] & C_CONTINUE)
            x->at++;
        if (x->at == x->end || *x->at < 0x80) return;
        u32 len = wide_ident_len(x, x->at);
        if (len == 0) return;
        x->at += len;
    }
}

static u8 peek(const Lexer *x, u32 ahead) {
    return (size_t)(x->end - x->at) > ahead ? x->at[ahead] : 0;
}

static bool is_path_keyword(u32 sym) {
    return sym == SYM_crate || sym == SYM_self || sym == SYM_super || sym == SYM_Self ||
           sym == SYM_underscore;
}

// ---- literals -----------------------------------------------------------------------------------

// Takes a suffix, emits the literal, and checks what is inside when `check` says there may be
// something to complain about.
static void emit_literal(Lexer *x, TokKind kind, const u8 *from, bool check, bool has_suffix) {
    const u8 *suffix = x->at;
    if (has_suffix && starts_ident(x, x->at)) eat_ident(x);
    u32 suffix_len = (u32)(x->at - suffix);
    if (suffix_len > 0xffff) suffix_len = 0xffff;
    Tok *tok = emit(x, kind, from, intern_range(x, from, x->at));
    tok->extra = (u16)suffix_len;
    if (!check) return;
    LitFault fault;
    Str text = {(const char *)from, (u32)(x->at - from)};
    u64 mark = scratch_mark(x->scratch);
    if (kind == TOK_CHAR || kind == TOK_BYTE)
        lit_char(kind, text, suffix_len, &fault);
    else
        lit_bytes(kind, text, suffix_len, x->scratch, &fault);
    scratch_rewind(x->scratch, mark);
    if (fault.error)
        lex_error(x, LEX_LITERAL + fault.error, from + fault.at, from + fault.at + fault.len);
}

// `at` stands behind the opening quote.
static void lex_string(Lexer *x, TokKind kind, const u8 *from) {
    bool odd = kind != TOK_STR;
    for (;;) {
        while (x->at < x->end && *x->at != '"' && *x->at != '\\' && *x->at != '\r')
            x->at++;
        if (x->at == x->end) {
            lex_error(x,
                      kind == TOK_STR        ? LEX_UNTERMINATED_STR
                      : kind == TOK_BYTE_STR ? LEX_UNTERMINATED_BYTE_STR
                                             : LEX_UNTERMINATED_C_STR,
                      from, x->end);
            // an empty literal stands for it: later stages may unescape what they are given
            Tok *tok = emit(x, kind, from, 0);
            tok->sym = symbol_intern(x->symbols, kind == TOK_STR        ? STR("\"\"")
                                                 : kind == TOK_BYTE_STR ? STR("b\"\"")
                                                                        : STR("c\"\""))
                           .id;
            return;
        }
        if (*x->at == '"') break;
        odd = true;
        x->at += *x->at == '\\' && x->end - x->at > 1 ? 2 : 1;
    }
    x->at++;
    emit_literal(x, kind, from, odd, true);
}

// `at` stands at the hashes or the quote behind `r`. False: no raw string after all.
static bool lex_raw_string(Lexer *x, TokKind kind, const u8 *from) {
    const u8 *hash = x->at;
    while (x->at < x->end && *x->at == '#')
        x->at++;
    size_t hashes = (size_t)(x->at - hash);
    if (x->at == x->end || *x->at != '"') {
        x->at = hash;
        return false;
    }
    x->at++;
    for (;;) {
        const u8 *quote = memchr(x->at, '"', (size_t)(x->end - x->at));
        if (!quote) {
            lex_error(x, LEX_UNTERMINATED_RAW_STR, from, x->at);
            x->at = x->end;
            Tok *tok = emit(x, kind, from, 0);
            tok->sym = symbol_intern(x->symbols, kind == TOK_RAW_STR        ? STR("r\"\"")
                                                 : kind == TOK_RAW_BYTE_STR ? STR("br\"\"")
                                                                            : STR("cr\"\""))
                           .id;
            return true;
        }
        x->at = quote + 1;
        size_t found = 0;
        while (found < hashes && x->at < x->end && *x->at == '#') {
            x->at++;
            found++;
        }
        if (found == hashes) break;
    }
    emit_literal(x, kind, from, true, true);
    return true;
}

// `at` stands behind the opening quote of a character that is no lifetime.
static void lex_char(Lexer *x, TokKind kind, const u8 *from) {
    const u8 *at = x->at;
    // rustc: a quote at once, then another one, is '''; a line end or a slash ends the search
    if (x->end - at >= 2 && at[0] == '\'' && at[1] == '\'') {
        x->at = at + 2;
        emit_literal(x, kind, from, true, true);
        return;
    }
    bool first = true;
    while (at < x->end) {
        if (*at == '\'') {
            x->at = at + 1;
            emit_literal(x, kind, from, true, true);
            return;
        }
        if (*at == '/' && !first) break;
        if (*at == '\n' && !(at + 1 < x->end && at[1] == '\'')) break;
        at += *at == '\\' && x->end - at > 1 ? 2 : 1;
        first = false;
    }
    lex_error(x, kind == TOK_CHAR ? LEX_UNTERMINATED_CHAR : LEX_UNTERMINATED_BYTE, from, at);
    x->at = at;
    Tok *tok = emit(x, kind, from, 0);
    tok->sym = symbol_intern(x->symbols, kind == TOK_CHAR ? STR("' '") : STR("b' '")).id;
}

static void lex_quote(Lexer *x) {
    const u8 *from = x->at++;
    u32 code_point, len = 0;
    if (x->at < x->end) len = utf8_decode(x->at, x->end, &code_point);
    bool digit = len == 1 && char_class[*x->at] & C_DIGIT;
    bool lifetime =
        len && (digit || starts_ident(x, x->at)) && !(x->at + len < x->end && x->at[len] == '\'');
    if (!lifetime) {
        lex_char(x, TOK_CHAR, from);
        return;
    }
    bool raw =
        x->end - x->at > 2 && x->at[0] == 'r' && x->at[1] == '#' && starts_ident(x, x->at + 2);
    const u8 *name = x->at;
    if (raw) {
        x->at += 2;
        name = x->at;
    }
    eat_ident(x);
    if (x->at < x->end && *x->at == '\'' && !raw) { // 'ab': too many characters
        x->at++;
        emit_literal(x, TOK_CHAR, from, true, true);
        return;
    }
    if (digit) lex_error(x, LEX_LIFETIME_DIGIT, from, x->at);
    if (!raw) {
        emit(x, TOK_LIFETIME, from, intern_range(x, from, x->at));
        return;
    }
    u64 mark = scratch_mark(x->scratch);
    Str text = scratch_print(x->scratch, "'%.*s", (int)(x->at - name), (const char *)name);
    u32 sym = symbol_intern(x->symbols, text).id;
    scratch_rewind(x->scratch, mark);
    emit(x, TOK_LIFETIME, from, sym)->flags |= TOK_RAW;
}

static bool eat_digits(Lexer *x, u32 base) {
    bool any = false;
    for (; x->at < x->end; x->at++) {
        u8 c = *x->at;
        if (c == '_') continue;
        bool hex = (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (!(char_class[c] & C_DIGIT) && !(base == 16 && hex)) break;
        any = true;
    }
    return any;
}

// The Reference, "Number literals"; `1.foo()` and `1..2` keep the dot out, `1.` takes it.
static void lex_number(Lexer *x) {
    const u8 *from = x->at;
    u32 base = 10;
    bool empty = false;
    if (*x->at == '0') {
        u8 c = peek(x, 1);
        base = c == 'x' ? 16 : c == 'o' ? 8 : c == 'b' ? 2 : 10;
    }
    if (base != 10) {
        x->at += 2;
        const u8 *digits = x->at;
        empty = !eat_digits(x, base);
        if (empty) lex_error(x, LEX_NO_DIGITS, from, x->at);
        if (base < 10)
            for (const u8 *d = digits; d < x->at; d++)
                if (*d != '_' && (u32)(*d - '0') >= base) {
                    lex_error(x, LEX_BAD_DIGIT, d, d + 1);
                    break;
                }
    } else {
        eat_digits(x, 10);
    }
    TokKind kind = TOK_INT;
    if (x->at < x->end && *x->at == '.' && !(peek(x, 1) == '.') && !starts_ident(x, x->at + 1)) {
        kind = TOK_FLOAT;
        x->at++;
        if (x->at < x->end && char_class[*x->at] & C_DIGIT) eat_digits(x, 10);
    }
    if (x->at < x->end && (*x->at == 'e' || *x->at == 'E') && base == 10) {
        const u8 *at = x->at + 1;
        bool sign = at < x->end && (*at == '+' || *at == '-');
        if (sign) at++;
        while (at < x->end && *at == '_')
            at++;
        if (at < x->end && char_class[*at] & C_DIGIT) {
            x->at = at;
            eat_digits(x, 10);
            kind = TOK_FLOAT;
        } else if (sign) {
            lex_error(x, LEX_EMPTY_EXPONENT, from, at);
            x->at = at;
            kind = TOK_FLOAT;
        }
    }
    if (kind == TOK_FLOAT && base != 10) lex_error(x, LEX_BASE_FLOAT, from, x->at);
    emit_literal(x, kind, from, false, true);
}

// ---- comments -----------------------------------------------------------------------------------

static void emit_doc(Lexer *x, const u8 *from, const u8 *text, const u8 *end, bool inner) {
    if (x->drop_docs) return;
    emit(x, inner ? TOK_DOC_INNER : TOK_DOC_OUTER, from, intern_range(x, text, end));
}

static void lex_line_comment(Lexer *x) {
    const u8 *from = x->at;
    const u8 *end = memchr(from, '\n', (size_t)(x->end - from));
    if (!end) end = x->end;
    u8 third = peek(x, 2);
    bool outer = third == '/' && peek(x, 3) != '/' && end - from >= 3;
    bool inner = third == '!' && end - from >= 3;
    x->at = end;
    if (!outer && !inner) return;
    const u8 *text_end = end > from + 3 && end[-1] == '\r' ? end - 1 : end;
    emit_doc(x, from, from + 3, text_end, inner);
}

static void lex_block_comment(Lexer *x) {
    const u8 *from = x->at;
    u8 third = peek(x, 2), fourth = peek(x, 3);
    bool outer = third == '*' && fourth != '*' && fourth != '/';
    bool inner = third == '!';
    x->at += 2;
    u32 depth = 1;
    while (depth) {
        while (x->at < x->end && *x->at != '*' && *x->at != '/')
            x->at++;
        if (x->end - x->at < 2) {
            lex_error(x, outer || inner ? LEX_UNTERMINATED_DOC : LEX_UNTERMINATED_COMMENT, from,
                      x->end);
            x->at = x->end;
            return;
        }
        if (x->at[0] == '*' && x->at[1] == '/') {
            depth--;
            x->at += 2;
        } else if (x->at[0] == '/' && x->at[1] == '*') {
            depth++;
            x->at += 2;
        } else {
            x->at++;
        }
    }
    if (outer || inner)
        emit_doc(x, from, from + 3, x->at - 2 < from + 3 ? from + 3 : x->at - 2, inner);
}

// ---- words
// ----------------------------------------------------------------------------------------

// Literals and raw identifiers that begin with letters. False: an ordinary identifier.
static bool lex_prefixed(Lexer *x) {
    const u8 *from = x->at;
    u8 first = from[0], second = peek(x, 1), third = peek(x, 2);
    if (first == 'r') {
        if (second == '"' || (second == '#' && (third == '"' || third == '#'))) {
            x->at++;
            if (lex_raw_string(x, TOK_RAW_STR, from)) return true;
            x->at = from;
            return false;
        }
        if (second == '#' && starts_ident(x, x->at + 2)) {
            x->at += 2;
            const u8 *name = x->at;
            eat_ident(x);
            u32 sym = intern_name(x, name, x->at);
            if (is_path_keyword(sym)) lex_error(x, LEX_RAW_KEYWORD, name, x->at);
            emit(x, TOK_IDENT, from, sym)->flags |= TOK_RAW;
            return true;
        }
        return false;
    }
    if (first == 'b') {
        if (second == '\'') {
            x->at += 2;
            lex_char(x, TOK_BYTE, from);
            return true;
        }
        if (second == '"') {
            x->at += 2;
            lex_string(x, TOK_BYTE_STR, from);
            return true;
        }
    } else if (second == '"') {
        x->at += 2;
        lex_string(x, TOK_C_STR, from);
        return true;
    }
    if (second == 'r' && (third == '"' || third == '#')) {
        x->at += 2;
        if (lex_raw_string(x, first == 'b' ? TOK_RAW_BYTE_STR : TOK_RAW_C_STR, from)) return true;
        x->at = from;
    }
    return false;
}

static void lex_word(Lexer *x) {
    const u8 *from = x->at;
    eat_ident(x);
    u32 sym = intern_name(x, from, x->at);
    emit(x, TOK_IDENT, from, sym);
    if (x->skeleton && x->macro_open == 0) {
        if (sym == SYM_fn) x->after_fn = true;
        if (sym == SYM_macro) x->after_macro = true;
    }
    if (x->edition >= 2021 && x->at < x->end &&
        (*x->at == '"' || *x->at == '#' || *x->at == '\'')) {
        // a quote may begin a lifetime only where no prefix touches it
        if (*x->at != '\'' || (x->end - x->at > 2 && x->at[2] == '\''))
            lex_error(x, LEX_UNKNOWN_PREFIX, from, x->at);
    }
}

// ---- delimiters
// -------------------------------------------------------------------------------------

static u32 delim_index(TokKind kind) {
    return ((u32)kind - TOK_OPEN_PAREN) / 2;
}

// ---- skeletons
//
// Only the braces of functions are passed over. What is in a macro's rules or arguments stays: it
// may become items. A brace taken for a body wrongly is one in a function's signature, where
// nobody looks for items either.

// The end of a string, at whose opening quote `at` stands; raw if an `r` precedes it.
static const u8 *skip_string(const Lexer *x, const u8 *at) {
    const u8 *mark = at;
    while (mark > x->start && mark[-1] == '#')
        mark--;
    u32 hashes = (u32)(at - mark);
    bool raw = mark > x->start && mark[-1] == 'r';
    if (raw) { // r, br, cr, but no word that ends in r
        const u8 *word = mark - 1;
        if (word > x->start && (word[-1] == 'b' || word[-1] == 'c')) word--;
        raw = word == x->start || !(char_class[word[-1]] & C_CONTINUE);
    }
    for (at++; at < x->end; at++) {
        if (*at == '\\' && !raw) {
            at++;
        } else if (*at == '"') {
            u32 found = 0;
            while (raw && found < hashes && x->end - at > 1 + found && at[1 + found] == '#')
                found++;
            if (!raw || found == hashes) return at + 1;
        }
    }
    return x->end;
}

// From behind an opening brace to its partner, or to the end.
static const u8 *skip_body(const Lexer *x, const u8 *at) {
    static const u8 stops[256] = {['{'] = 1, ['}'] = 1, ['"'] = 1, ['\''] = 1, ['/'] = 1};
    u32 depth = 1;
    while (at < x->end) {
        while (at < x->end && !stops[*at])
            at++;
        if (at == x->end) break;
        u8 second = x->end - at > 1 ? at[1] : 0;
        switch (*at) {
        case '{': depth++; break;
        case '}':
            if (--depth == 0) return at;
            break;
        case '"': at = skip_string(x, at); continue;
        case '\'': {
            u32 code_point;
            u32 len = second == 0 ? 0 : utf8_decode(at + 1, x->end, &code_point);
            if (second == '\\') {
                at += 3;
                while (at < x->end && *at != '\'')
                    at++;
            } else if (len != 0 && x->end - at > 1 + len && at[1 + len] == '\'') {
                at += 1 + len;
            }
            break;
        }
        case '/':
            if (second == '/') {
                at = memchr(at, '\n', (size_t)(x->end - at));
                if (at == NULL) return x->end;
            } else if (second == '*') {
                u32 nested = 1;
                for (at += 2; at < x->end && nested != 0; at++) {
                    if (x->end - at < 2) continue;
                    if (at[0] == '/' && at[1] == '*') {
                        nested++;
                        at++;
                    } else if (at[0] == '*' && at[1] == '/') {
                        nested--;
                        at++;
                    }
                }
                continue;
            }
            break;
        }
        at++;
    }
    return x->end;
}

// A delimiter was emitted: does a macro's text begin, or a body?
static void skeleton_open(Lexer *x, TokKind kind) {
    if (x->macro_open != 0) return;
    const Tok *toks = x->out->toks.at;
    u32 at = x->out->toks.count - 1;
    bool call = at >= 2 && toks[at - 1].kind == TOK_NOT && toks[at - 2].kind == TOK_IDENT;
    bool rules = at >= 2 && toks[at - 1].kind == TOK_IDENT && toks[at - 2].kind == TOK_NOT;
    if (call || rules || x->after_macro) {
        x->macro_open = x->open.count;
        if (kind == TOK_OPEN_BRACE) x->after_macro = false;
    } else if (kind == TOK_OPEN_PAREN && at >= 1 && toks[at - 1].kind == TOK_IDENT &&
               toks[at - 1].sym == SYM_fn) {
        x->after_fn = false; // the type of a pointer
    } else if (kind == TOK_OPEN_BRACE && x->after_fn) {
        x->after_fn = false;
        x->at = skip_body(x, x->at);
    }
}

static void lex_open(Lexer *x, TokKind kind) {
    const u8 *from = x->at++;
    x->open_count[delim_index(kind)]++;
    vec_push(x->scratch, &x->open, x->out->toks.count);
    emit(x, kind, from, 0);
    if (x->skeleton) skeleton_open(x, kind);
}

// Emits the partner of the innermost open delimiter.
static void close_top(Lexer *x, const u8 *from, bool made_up) {
    u32 open = vec_pop(&x->open);
    TokKind kind = x->out->toks.at[open].kind;
    if (x->macro_open > x->open.count) x->macro_open = 0;
    if (kind == TOK_OPEN_BRACE) x->after_fn = false;
    x->open_count[delim_index(kind)]--;
    u32 close = x->out->toks.count;
    Tok *tok = emit(x, kind + 1, from, close - open);
    if (made_up) tok->flags |= TOK_SYNTHETIC;
    x->out->toks.at[open].match = close - open;
}

static void lex_close(Lexer *x, TokKind kind) {
    const u8 *from = x->at++;
    TokKind wanted = kind - 1;
    if (x->open.count == 0) {
        lex_error(x, LEX_UNEXPECTED_CLOSE, from, x->at);
        return;
    }
    TokKind top = x->out->toks.at[vec_last(&x->open)].kind;
    if (top == wanted) {
        close_top(x, from, false);
        return;
    }
    lex_error(x, LEX_MISMATCHED, from, x->at);
    if (x->open_count[delim_index(wanted)] == 0) {
        // nothing of its kind is open: `(a]` means `(a)`, but a brace is never closed by those
        if (top != TOK_OPEN_BRACE && wanted != TOK_OPEN_BRACE) close_top(x, from, true);
        return;
    }
    while (x->out->toks.at[vec_last(&x->open)].kind != wanted)
        close_top(x, from, true);
    close_top(x, from, false);
}

// ---- punctuation
// ------------------------------------------------------------------------------------

static void punct(Lexer *x, TokKind kind, u32 len) {
    const u8 *from = x->at;
    x->at += len;
    emit(x, kind, from, 0);
}

static void lex_unknown(Lexer *x) {
    const u8 *from = x->at;
    u32 code_point;
    u32 len = utf8_decode(from, x->end, &code_point);
    x->at += len ? len : 1;
    if (len > 1 && is_wide_space(code_point)) return;
    lex_error(x, len ? LEX_UNKNOWN_START : LEX_NOT_UTF8, from, x->at);
}

static void lex_high(Lexer *x) {
    if (wide_ident_len(x, x->at))
        lex_word(x);
    else
        lex_unknown(x);
}

// One token, comment, or run of white space.
static void lex_one(Lexer *x) {
    u8 c = *x->at, second = peek(x, 1);
    if (char_class[c] & C_SPACE) {
        do
            x->at++;
        while (x->at < x->end && char_class[*x->at] & C_SPACE);
        return;
    }
    if (char_class[c] & C_START) {
        if ((c == 'r' || c == 'b' || c == 'c') &&
            (second == '"' || second == '#' || second == '\'' || second == 'r') && lex_prefixed(x))
            return;
        lex_word(x);
        return;
    }
    if (char_class[c] & C_DIGIT) {
        lex_number(x);
        return;
    }
    switch (c) {
    case '(': lex_open(x, TOK_OPEN_PAREN); return;
    case '[': lex_open(x, TOK_OPEN_BRACKET); return;
    case '{': lex_open(x, TOK_OPEN_BRACE); return;
    case ')': lex_close(x, TOK_CLOSE_PAREN); return;
    case ']': lex_close(x, TOK_CLOSE_BRACKET); return;
    case '}': lex_close(x, TOK_CLOSE_BRACE); return;
    case '"': {
        const u8 *from = x->at++;
        lex_string(x, TOK_STR, from);
        return;
    }
    case '\'': lex_quote(x); return;
    case '/':
        if (second == '/')
            lex_line_comment(x);
        else if (second == '*')
            lex_block_comment(x);
        else if (second == '=')
            punct(x, TOK_SLASHEQ, 2);
        else
            punct(x, TOK_SLASH, 1);
        return;
    case ';':
        x->after_fn = false;
        punct(x, TOK_SEMI, 1);
        return;
    case ',': punct(x, TOK_COMMA, 1); return;
    case '.':
        if (second != '.')
            punct(x, TOK_DOT, 1);
        else if (peek(x, 2) == '.')
            punct(x, TOK_DOTDOTDOT, 3);
        else if (peek(x, 2) == '=')
            punct(x, TOK_DOTDOTEQ, 3);
        else
            punct(x, TOK_DOTDOT, 2);
        return;
    case ':': second == ':' ? punct(x, TOK_COLONCOLON, 2) : punct(x, TOK_COLON, 1); return;
    case '#': punct(x, TOK_POUND, 1); return;
    case '$': punct(x, TOK_DOLLAR, 1); return;
    case '?': punct(x, TOK_QUESTION, 1); return;
    case '@': punct(x, TOK_AT, 1); return;
    case '~': punct(x, TOK_TILDE, 1); return;
    case '!': second == '=' ? punct(x, TOK_NE, 2) : punct(x, TOK_NOT, 1); return;
    case '=':
        if (second == '=')
            punct(x, TOK_EQEQ, 2);
        else if (second == '>')
            punct(x, TOK_FATARROW, 2);
        else
            punct(x, TOK_EQ, 1);
        return;
    case '<':
        if (second == '=')
            punct(x, TOK_LE, 2);
        else if (second == '-')
            punct(x, TOK_LARROW, 2);
        else if (second != '<')
            punct(x, TOK_LT, 1);
        else if (peek(x, 2) == '=')
            punct(x, TOK_SHLEQ, 3);
        else
            punct(x, TOK_SHL, 2);
        return;
    case '>':
        if (second == '=')
            punct(x, TOK_GE, 2);
        else if (second != '>')
            punct(x, TOK_GT, 1);
        else if (peek(x, 2) == '=')
            punct(x, TOK_SHREQ, 3);
        else
            punct(x, TOK_SHR, 2);
        return;
    case '&':
        if (second == '&')
            punct(x, TOK_ANDAND, 2);
        else if (second == '=')
            punct(x, TOK_ANDEQ, 2);
        else
            punct(x, TOK_AND, 1);
        return;
    case '|':
        if (second == '|')
            punct(x, TOK_OROR, 2);
        else if (second == '=')
            punct(x, TOK_OREQ, 2);
        else
            punct(x, TOK_OR, 1);
        return;
    case '+': second == '=' ? punct(x, TOK_PLUSEQ, 2) : punct(x, TOK_PLUS, 1); return;
    case '-':
        if (second == '=')
            punct(x, TOK_MINUSEQ, 2);
        else if (second == '>')
            punct(x, TOK_ARROW, 2);
        else
            punct(x, TOK_MINUS, 1);
        return;
    case '*': second == '=' ? punct(x, TOK_STAREQ, 2) : punct(x, TOK_STAR, 1); return;
    case '%': second == '=' ? punct(x, TOK_PERCENTEQ, 2) : punct(x, TOK_PERCENT, 1); return;
    case '^': second == '=' ? punct(x, TOK_CARETEQ, 2) : punct(x, TOK_CARET, 1); return;
    default:
        if (c >= 0x80)
            lex_high(x);
        else
            lex_unknown(x);
    }
}

// Behind a byte order mark and a `#!` line; `#![` begins an attribute (Reference, "Input format").
static u32 lex_start(Str text) {
    u32 at = text.len >= 3 && memcmp(text.at, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    if (text.len - at < 2 || text.at[at] != '#' || text.at[at + 1] != '!') return at;
    u32 next = at + 2;
    for (;;) {
        while (next < text.len && char_class[(u8)text.at[next]] & C_SPACE)
            next++;
        if (text.len - next < 2 || text.at[next] != '/' || text.at[next + 1] != '/') break;
        while (next < text.len && text.at[next] != '\n')
            next++;
    }
    if (next < text.len && text.at[next] == '[') return at;
    while (at < text.len && text.at[at] != '\n')
        at++;
    return at;
}

static void lex_range(Symbols *symbols, Scratch *scratch, Str text, u32 start, u32 edition,
                      bool drop_docs, bool skeleton, LexOut *out) {
    *out = (LexOut){.text_start = start};
    Lexer x = {
        .start = (const u8 *)text.at,
        .at = (const u8 *)text.at + start,
        .end = (const u8 *)text.at + text.len,
        .symbols = symbols,
        .scratch = scratch,
        .out = out,
        .edition = edition,
        .drop_docs = drop_docs,
        .skeleton = skeleton,
    };
    x.cache = SCRATCH_ARRAY(scratch, CacheSlot, CACHE_SLOTS);
    vec_reserve(scratch, &x.open, 64);
    vec_reserve(scratch, &out->toks, text.len / (drop_docs ? 10 : 6) + 16);
    while (x.at < x.end)
        lex_one(&x);
    if (x.open.count) {
        // Shown at the end of the last line: that is where it was missed.
        const u8 *end = x.end > x.start && x.end[-1] == '\n' ? x.end - 1 : x.end;
        lex_error(&x, LEX_UNCLOSED, end, end);
        while (x.open.count)
            close_top(&x, x.end, true);
    }
}

void lex_file(Symbols *symbols, Scratch *scratch, Str text, u32 edition, LexOut *out) {
    lex_range(symbols, scratch, text, lex_start(text), edition, false, false, out);
}

void lex_file_without_docs(Symbols *symbols, Scratch *scratch, Str text, u32 edition, LexOut *out) {
    lex_range(symbols, scratch, text, lex_start(text), edition, true, false, out);
}

void lex_skeleton(Symbols *symbols, Scratch *scratch, Str text, u32 edition, LexOut *out) {
    lex_range(symbols, scratch, text, lex_start(text), edition, true, true, out);
}

void lex_part(Symbols *symbols, Scratch *scratch, Str text, u32 edition, LexOut *out) {
    lex_range(symbols, scratch, text, 0, edition, false, false, out);
}

bool lex_text(Symbols *symbols, Scratch *scratch, Str text, u32 edition, u32 pos, u32 ctxt,
              Toks *toks) {
    LexOut out;
    lex_range(symbols, scratch, text, 0, edition, false, false, &out);
    for (u32 i = 0; i < out.toks.count; i++) {
        Tok *tok = &out.toks.at[i];
        tok->pos = pos;
        tok->ctxt = ctxt;
        tok->flags |= TOK_SYNTHETIC;
    }
    *toks = (Toks){out.toks.at, out.toks.count};
    return out.errors.count == 0;
}
