// Calls that no body may make: of a destructor, and transmutes between types of other sizes.
#include "check/check_internal.h"

static Span call_span(const MirBody *body, const MirTerm *term) {
    return (Span){SPAN_DEF | body->owner.id, term->lo, max_u32(term->hi, term->lo + 1)};
}

static bool is_concrete(Db *db, Ty ty) {
    return !(ty_flags(db, ty) &
             (TY_HAS_PARAM | TY_HAS_PROJECTION | TY_HAS_OPAQUE | TY_HAS_ERROR | TY_HAS_CLOSURE));
}

static void check_transmute(Db *db, const MirBody *body, const MirTerm *term, const TyRow *callee) {
    if (args_count(db, callee->args) < 2) return;
    Ty from = args_get(db, callee->args, 0), to = args_get(db, callee->args, 1);
    if (!is_concrete(db, from) || !is_concrete(db, to)) return;
    const Layout *a = layout_of(db, from), *b = layout_of(db, to);
    if (!a || !b || a->size == b->size) return;
    Str from_text = ty_print(db, from, &db->scratch), to_text = ty_print(db, to, &db->scratch);
    diag_error(db, call_span(body, term), "E0512",
               "cannot transmute between types of different sizes, or dependently-sized types");
    diag_note(db, "source type: `%.*s` (%llu bits)", STR_ARG(from_text), 8ull * a->size);
    diag_note(db, "target type: `%.*s` (%llu bits)", STR_ARG(to_text), 8ull * b->size);
}

// Drops of a box that was moved out of call the box's destructor in MIR; who wrote it is not told.
static bool is_written_drop(Db *db, const TyRow *callee, DefId drop) {
    if (def_kind(db, callee->def) != DEF_ASSOC_FN || !drop.id ||
        !def_eq(trait_of_item(db, callee->def), drop))
        return false;
    const TyRow *self = ty_row(db, args_get(db, callee->args, 0));
    return self->kind != TY_ADT || lang_item_of(db, self->def) != LANG_owned_box;
}

void check_calls(Db *db, DefId owner) {
    const MirBody *body = mir_of(db, owner);
    if (!body || body->is_error) return;
    DefId drop = lang_item(db, LANG_drop);
    Symbol transmute = symbol_intern(&db->symbols, STR("transmute"));
    for (u32 i = 0; i < body->blocks.count; i++) {
        const MirTerm *term = &LIST_AT(body, MirBlockRow, body->blocks)[i].term;
        if (term->kind != MIR_CALL) continue;
        const TyRow *callee = ty_row(db, mir_operand_ty(db, body, term->a));
        if (callee->kind != TY_FN_DEF) continue;
        if (is_written_drop(db, callee, drop)) {
            diag_error(db, call_span(body, term), "E0040", "explicit use of destructor method");
            diag_label(db, call_span(body, term), "explicit destructor calls not allowed");
            diag_help(db, "consider using `drop` function: `drop(x)`");
        }
        if (def_row(db, callee->def)->name.id == transmute.id &&
            def_attrs(db, callee->def)->flags & DEF_ATTR_INTRINSIC)
            check_transmute(db, body, term, callee);
    }
}
