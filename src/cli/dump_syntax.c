// rac dump tokens | ast | items: what the text alone says, before macros are expanded.
#include "cli/dump.h"

#include "syntax/ast_print.h"
#include "syntax/items.h"
#include "syntax/lex.h"
#include "syntax/parse.h"

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

int dump_item_rows(Session *session) {
    Db *db = session->db;
    const ItemTree *tree = query_get(db, Q_file_items, session->input.id);
    Toks toks = token_buf_toks(query_get(db, Q_file_tokens, session->input.id));
    const ItemRow *rows = LIST_AT(tree, ItemRow, tree->items);
    for (u32 i = 0; i < tree->items.count; i++) {
        const ItemRow *row = &rows[i];
        LineCol at = source_line_col(db, session->input, toks.at[row->range.lo].pos);
        Str name = symbol_str(&db->symbols, row->name);
        printf("%u:%u\t%s", at.line, at.col, item_kind_name((ItemKind)row->kind));
        if (name.len) printf(" %.*s", STR_ARG(name));
        printf(", %u tokens\n", row->range.hi - row->range.lo);
    }
    return session_status(session, session_report(session, Q_file_items, session->input.id));
}

typedef struct AstDump {
    Session *session;
    ParseInput input;
    u32 errors;
} AstDump;

static void on_parse_error(void *cx, u32 lo, u32 hi, const char *code, const char *message) {
    AstDump *dump = cx;
    dump->errors++;
    DiagRenderer renderer = session_renderer(dump->session);
    diag_print_at(dump->session->db, &renderer, DIAG_ERROR, (Span){dump->session->input.id, lo, hi},
                  code, message);
}

static void dump_items(AstDump *dump, Toks toks, const ItemRow *rows, u32 count) {
    Scratch *scratch = dump->input.scratch;
    for (u32 i = 0; i < count; i++) {
        u64 mark = scratch_mark(scratch);
        Toks own = toks_sub(toks, rows[i].range);
        ItemRow row;
        if (skim_item_at(own, 0, SKIM_MODULE, dump->input.edition, &row)) {
            u32 bytes;
            ast_dump(stdout, dump->input.symbols,
                     parse_item_ast(&dump->input, own, &row, PARSE_WITH_BODY, &bytes));
            if (row.kind == ITEM_MOD && row.flags & ITEM_HAS_BODY) {
                Toks inner = toks_sub(own, row.body);
                Skim skim = {0};
                skim_items(inner, SKIM_MODULE, dump->input.edition, scratch, &skim);
                dump_items(dump, inner, skim.items.at, skim.items.count);
            }
        }
        scratch_rewind(scratch, mark);
    }
}

int dump_ast(Session *session) {
    Db *db = session->db;
    AstDump dump = {.session = session};
    ParseHooks hooks = {.cx = &dump, .error = on_parse_error};
    dump.input = (ParseInput){
        .symbols = &db->symbols,
        .intern = &db->symbols,
        .scratch = &db->scratch,
        .hooks = &hooks,
        .edition = db->options->edition,
    };
    const ItemTree *tree = query_get(db, Q_file_items, session->input.id);
    Toks toks = token_buf_toks(query_get(db, Q_file_tokens, session->input.id));
    dump_items(&dump, toks, LIST_AT(tree, ItemRow, tree->items), tree->items.count);
    u32 errors = session_report(session, Q_file_items, session->input.id);
    return session_status(session, errors + dump.errors);
}
