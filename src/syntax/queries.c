// The queries of syntax/: a file's tokens and its item rows.
#include "diag/diag.h"
#include "source/source.h"
#include "syntax/items.h"
#include "syntax/lex.h"

void lex_report(Db *db, u32 file, Str text, const LexOut *out) {
    for (u32 i = 0; i < out->errors.count; i++) {
        const LexError *error = &out->errors.at[i];
        Span span = {file, error->pos, error->pos + error->len};
        Str message = lex_error_text(error, text, &db->scratch);
        diag_error(db, span, lex_error_code(error), "%.*s", STR_ARG(message));
    }
}

static void file_tokens_run(Db *db, u32 file) {
    Str text = file_text_str(query_get(db, Q_file_text, file));
    LexOut out;
    if (source_is_library(db, (FileId){file})) {
        lex_file_without_docs(&db->symbols, &db->scratch, text, source_edition(db, (FileId){file}),
                              &out);
    } else {
        lex_file(&db->symbols, &db->scratch, text, source_edition(db, (FileId){file}), &out);
    }
    lex_report(db, file, text, &out);
    TokenBuf buf = {.text_bytes = text.len, .text_start = out.text_start};
    Blob blob;
    blob_begin(&blob, &db->scratch, sizeof buf);
    buf.toks = blob_add(&blob, out.toks.at, out.toks.count, sizeof(Tok));
    buf.errors = blob_add(&blob, out.errors.at, out.errors.count, sizeof(LexError));
    memcpy(blob_header(&blob), &buf, sizeof buf);
    query_return_blob(db, &blob);
}

static void file_items_run(Db *db, u32 file) {
    const TokenBuf *buf = query_get(db, Q_file_tokens, file);
    Toks toks = token_buf_toks(buf);
    Skim skim;
    skim_items(toks, SKIM_MODULE, source_edition(db, (FileId){file}), &db->scratch, &skim);
    for (u32 i = 0; i < skim.errors.count; i++) {
        const SkimError *error = &skim.errors.at[i];
        const Tok *tok = &toks.at[error->tok];
        Span span = {file, tok->pos, tok->pos + max_u32(tok_len(&db->symbols, tok), 1)};
        diag_error(db, span, error->code, "%s", error->message);
    }
    ItemTree tree = {.inner_attrs = skim.inner_attrs};
    Blob blob;
    blob_begin(&blob, &db->scratch, sizeof tree);
    tree.items = blob_add(&blob, skim.items.at, skim.items.count, sizeof(ItemRow));
    memcpy(blob_header(&blob), &tree, sizeof tree);
    query_return_blob(db, &blob);
}

void syntax_register(Db *db) {
    query_register(db, Q_file_tokens, file_tokens_run);
    query_register(db, Q_file_items, file_items_run);
}
