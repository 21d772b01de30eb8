// rac dump tokens | items: one line each, with the place it stands at.
#include "cli/dump.h"

#include "syntax/items.h"
#include "syntax/lex.h"

#include <stdio.h>

// "3:9 `(`" for punctuation, "3:1 identifier `struct`" for what has a spelling of its own.
static void print_token(Db *db, FileId file, const Tok *tok) {
    LineCol at = source_line_col(db, file, tok->pos);
    const char *kind = tok_kind_text((TokKind)tok->kind);
    printf("%u:%u\t", at.line, at.col);
    if (kind[0] != '{' || kind[1] == 0) {
        printf("`%s`", kind);
    } else {
        Str text = symbol_str(&db->symbols, (Symbol){tok->sym});
        printf("%.*s", (int)strlen(kind) - 2, kind + 1);
        if (text.len) printf(" `%s%.*s`", tok->flags & TOK_RAW ? "r#" : "", STR_ARG(text));
    }
    if (tok->flags & TOK_SYNTHETIC) printf(" (made up)");
    putchar('\n');
}

int dump_tokens(Session *session) {
    const TokenBuf *buf = query_get(session->db, Q_file_tokens, session->input.id);
    Toks toks = token_buf_toks(buf);
    for (u32 i = 0; i < toks.count; i++)
        print_token(session->db, session->input, &toks.at[i]);
    return session_status(session, session_report(session, Q_file_tokens, session->input.id));
}

static const char *const item_names[] = {
#define X(name) #name,
    ITEM_KINDS(X)
#undef X
};

int dump_item_rows(Session *session) {
    Db *db = session->db;
    const ItemTree *tree = query_get(db, Q_file_items, session->input.id);
    Toks toks = token_buf_toks(query_get(db, Q_file_tokens, session->input.id));
    const ItemRow *rows = LIST_AT(tree, ItemRow, tree->items);
    for (u32 i = 0; i < tree->items.count; i++) {
        const ItemRow *row = &rows[i];
        LineCol at = source_line_col(db, session->input, toks.at[row->range.lo].pos);
        Str name = symbol_str(&db->symbols, row->name);
        printf("%u:%u\t%s", at.line, at.col, item_names[row->kind]);
        if (name.len) printf(" %.*s", STR_ARG(name));
        printf(", %u tokens\n", row->range.hi - row->range.lo);
    }
    return session_status(session, session_report(session, Q_file_items, session->input.id));
}
