#include "syntax/syntax_check.h"

static void on_error(void *cx, u32 lo, u32 hi, const char *code, const char *message) {
    SyntaxCheck *check = cx;
    (void)hi;
    (void)code;
    if (check->error_count++ == 0) {
        check->first_error = lo;
        check->first_message = scratch_str(check->scratch, str_from(message)).at;
    }
}

static bool has_members(ItemKind kind) {
    return kind == ITEM_TRAIT || kind == ITEM_IMPL || kind == ITEM_EXTERN_BLOCK || kind == ITEM_MOD;
}

static void check_item(SyntaxCheck *check, Toks toks, SkimPlace place) {
    check->item_count++;
    ParseHooks hooks = {.cx = check, .error = on_error};
    ParseInput in = {check->symbols, check->symbols, check->scratch, &hooks, check->edition};
    ItemRow row;
    if (!skim_item_at(toks, 0, place, check->edition, &row)) {
        on_error(check, toks.at[0].pos, 0, "", "an item is not found again in its own tokens");
        return;
    }
    if (row.kind == ITEM_USE) {
        UseTable table;
        parse_use(toks_sub(toks, row.header), check->scratch, &table);
        for (u32 i = 0; i < table.errors.count; i++)
            on_error(check, toks.at[row.header.lo].pos, 0, "", table.errors.at[i].message);
        return;
    }
    const Ast *ast = parse_item_ast(&in, toks, &row, PARSE_WITH_BODY, NULL);
    check->node_count += ast->exprs.count + ast->pats.count + ast->tys.count + ast->paths.count;
    if (check->verify && ast->error_count == 0) {
        u32 pos = 0;
        const char *wrong = ast_verify(ast, &pos);
        if (wrong) on_error(check, pos, pos, "", wrong);
    }
    if (check->depth < 40) {
        check->depth++;
        for (u32 i = 1; i < ast->items.count; i++)
            check_item(check, ast_item_toks(ast, AST_ROW(ast, items, ItemRow, i)), SKIM_BLOCK);
        check->depth--;
    }
    if (has_members(row.kind) && row.flags & ITEM_HAS_BODY && check->depth < 40) {
        SkimPlace inner = row.kind == ITEM_MOD            ? SKIM_MODULE
                          : row.kind == ITEM_EXTERN_BLOCK ? SKIM_FOREIGN
                                                          : SKIM_ASSOC;
        check->depth++;
        syntax_check_items(check, toks_sub(toks, row.body), inner);
        check->depth--;
    }
}

void syntax_check_items(SyntaxCheck *check, Toks toks, SkimPlace place) {
    u64 mark = scratch_mark(check->scratch);
    Skim skim;
    skim_items(toks, place, check->edition, check->scratch, &skim);
    for (u32 i = 0; i < skim.errors.count; i++) {
        const SkimError *error = &skim.errors.at[i];
        on_error(check, toks.at[error->tok].pos, 0, error->code, error->message);
    }
    for (u32 i = 0; i < skim.items.count; i++) {
        u64 item_mark = scratch_mark(check->scratch);
        u32 errors = check->error_count;
        check_item(check, toks_sub(toks, skim.items.at[i].range), place);
        if (check->error_count == errors) scratch_rewind(check->scratch, item_mark);
    }
    if (check->error_count == 0) scratch_rewind(check->scratch, mark);
}

// What may stand between tokens: white space and comments.
static bool is_gap(Str text) {
    u32 at = 0;
    while (at < text.len) {
        u8 c = (u8)text.at[at];
        if (c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == 0x0b || c == 0x0c) {
            at++;
        } else if (c == '/' && at + 1 < text.len && text.at[at + 1] == '/') {
            while (at < text.len && text.at[at] != '\n')
                at++;
        } else if (c == '/' && at + 1 < text.len && text.at[at + 1] == '*') {
            u32 depth = 1;
            at += 2;
            while (at < text.len && depth) {
                bool two = at + 1 < text.len;
                if (two && text.at[at] == '*' && text.at[at + 1] == '/') {
                    depth--;
                    at += 2;
                } else if (two && text.at[at] == '/' && text.at[at + 1] == '*') {
                    depth++;
                    at += 2;
                } else {
                    at++;
                }
            }
        } else if (c == 0xe2 || c == 0xc2) {
            at += c == 0xe2 ? 3 : 2; // the wide white spaces
        } else {
            return false;
        }
    }
    return true;
}

bool syntax_check_text(const SyntaxCheck *check, Toks toks, u32 text_start, u32 *bad) {
    u32 at = text_start;
    for (u32 i = 0; i < toks.count; i++) {
        const Tok *tok = &toks.at[i];
        *bad = tok->pos;
        if (tok->pos < at || tok->pos > check->text.len) return false;
        if (!is_gap((Str){check->text.at + at, tok->pos - at})) return false;
        u32 len = tok_len(check->symbols, tok);
        const char *text = check->text.at + tok->pos;
        bool doc = tok->kind == TOK_DOC_OUTER || tok->kind == TOK_DOC_INNER;
        if (doc && text[1] == '*') len += 2;
        if (tok->pos + len > check->text.len) return false;
        bool named = tok->kind >= TOK_IDENT && tok->kind <= TOK_DOC_INNER;
        Str name = named ? symbol_str(check->symbols, (Symbol){tok->sym}) : (Str){"", 0};
        if (doc) {
            if (memcmp(text + 3, name.at, name.len) != 0) return false;
        } else if (named) {
            u32 skip = tok->flags & TOK_RAW ? 2 : 0;
            if (tok->kind == TOK_LIFETIME && skip) name = (Str){name.at + 1, name.len - 1}, skip++;
            if (memcmp(text + skip, name.at, name.len) != 0) return false;
        } else if (memcmp(text, tok_kind_text(tok->kind), len) != 0) {
            return false;
        }
        at = tok->pos + len;
    }
    *bad = at;
    return is_gap((Str){check->text.at + at, check->text.len - at});
}
