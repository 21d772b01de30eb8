// What imports can be wrong in, once all of them have been resolved.
#include "names/collect.h"

static void report_unresolved(Builder *b) {
    Db *db = b->db;
    for (u32 i = 0; i < b->imports.count; i++) {
        const Import *import = &b->imports.at[i];
        if (import->found != 0) continue;
        b->report.unresolved_imports++;
        Str text = STR("");
        for (u32 s = 0; s < import->seg_count; s++) {
            Symbol name = b->segs.at[import->seg_first + s].name;
            Str seg = symbol_is(name, SYM_path_root) ? STR("") : symbol_str(&db->symbols, name);
            text =
                s == 0 ? seg : scratch_print(b->scratch, "%.*s::%.*s", STR_ARG(text), STR_ARG(seg));
        }
        Span span = collect_span(b, import->file, import->row, import->pos);
        const PathSeg *segs = b->segs.at + import->seg_first;
        Resolver all = {.db = db, .building = b, .see_all = true};
        bool hidden = false;
        for (u32 ns = 0; ns < NS_COUNT && import->seg_count != 0; ns++) {
            PathRes res = resolve_path(&all, import->mod, segs, import->seg_count, (Namespace)ns,
                                       import->text);
            hidden |= res.res.kind != RES_NONE && res.used == import->seg_count;
        }
        Str last = import->seg_count == 0
                       ? STR("")
                       : symbol_str(&db->symbols, segs[import->seg_count - 1].name);
        if (hidden) {
            diag_error(db, span, "E0603", "`%.*s` is private", STR_ARG(last));
            diag_label(db, span, "private item");
            continue;
        }
        diag_error(db, span, "E0432", "unresolved import `%.*s`", STR_ARG(text));
        if (import->seg_count > 1) {
            Str before = symbol_str(&db->symbols, segs[import->seg_count - 2].name);
            diag_label(db, span, "no `%.*s` in `%.*s`", STR_ARG(last), STR_ARG(before));
        }
    }
}

// ---- one name for two things --------------------------------------------------------------------

static bool names_in(Builder *b, const Import *import, Namespace ns, Res *res) {
    if (import->self_only && ns != NS_TYPE) return false;
    Resolver r = {.db = b->db, .building = b};
    const PathSeg *segs = b->segs.at + import->seg_first;
    PathRes found = resolve_path(&r, import->mod, segs, import->seg_count, ns, import->text);
    *res = found.res;
    return found.res.kind != RES_NONE && found.used == import->seg_count;
}

static bool binds_one_name(const Import *import) {
    return !import->glob && !import->is_prelude && import->found && import->seg_count > 1 &&
           !symbol_is(import->name, SYM_underscore);
}

static void report_twice(Builder *b, Span span, const char *code, Symbol symbol, Namespace ns) {
    static const char *const spaces[] = {"type", "value", "macro"};
    Str name = symbol_str(&b->db->symbols, symbol);
    diag_error(b->db, span, code, "the name `%.*s` is defined multiple times", STR_ARG(name));
    diag_label(b->db, span, "`%.*s` redefined here", STR_ARG(name));
    diag_note(b->db, "`%.*s` must be defined only once in the %s namespace of this module",
              STR_ARG(name), spaces[ns]);
}

static bool report_same_import(Builder *b, const Import *import, const Import *before) {
    for (u32 ns = 0; ns < NS_COUNT; ns++) {
        Res own, other;
        if (!names_in(b, import, (Namespace)ns, &own) ||
            !names_in(b, before, (Namespace)ns, &other))
            continue;
        Span span = collect_span(b, import->file, import->row, import->pos);
        report_twice(b, span, "E0252", import->name, (Namespace)ns);
        return true;
    }
    return false;
}

static void report_same_item(Builder *b, const Import *import) {
    BoxView view;
    for (u32 ns = 0; ns < NS_MACRO; ns++) {
        builder_view(b, &view);
        const BindRow *item = view_bind(&view, import->mod, (Namespace)ns, import->name,
                                        hygiene_for_items(b->db, import->ctxt));
        if (item == NULL || item->is_import != BIND_ITEM) continue;
        const DefSrc *src = view_def(&view, item->res.def);
        Res res;
        if (src == NULL || !names_in(b, import, (Namespace)ns, &res)) continue;
        bool in_block = src->file == 0 && src->toks.lo < b->toks.count;
        u32 pos = in_block ? b->toks.at[src->toks.lo].pos : 0;
        bool item_is_later =
            in_block ? pos > import->pos : src->file == import->file && src->row > import->row;
        Span span = item_is_later ? collect_span(b, src->file, src->row, pos)
                                  : collect_span(b, import->file, import->row, import->pos);
        report_twice(b, span, "E0255", import->name, (Namespace)ns);
        return;
    }
}

static void report_names(Builder *b) {
    Map first = {0}; // of a name in a module: index + 1
    for (u32 i = 0; i < b->imports.count; i++) {
        const Import *import = &b->imports.at[i];
        if (!binds_one_name(import)) continue;
        u64 key = pack_u64(import->mod.id, import->name.id);
        u32 before = map_get(&first, key);
        if (before == 0) {
            map_set(&first, key, i + 1);
            report_same_item(b, import);
        } else if (b->imports.at[before - 1].ctxt == import->ctxt) {
            report_same_import(b, import, &b->imports.at[before - 1]);
        }
    }
    map_deinit(&first);
}

// ---- what is passed on --------------------------------------------------------------------------

// `pub use` of an item that only the crate, or a part of it, may see.
static void report_private(Builder *b) {
    for (u32 i = 0; i < b->imports.count; i++) {
        const Import *import = &b->imports.at[i];
        if (!binds_one_name(import) || import->vis != 0) continue;
        bool any = false, all_private = true, is_value = false;
        for (u32 ns = 0; ns < NS_MACRO; ns++) {
            Res res;
            if (!names_in(b, import, (Namespace)ns, &res)) continue;
            any = true;
            BoxView view;
            builder_view(b, &view);
            const DefSrc *src = res.kind == RES_DEF ? view_def(&view, res.def) : NULL;
            if (src == NULL || src->vis == 0 || def_kind(b->db, res.def) == DEF_VARIANT ||
                def_row(b->db, res.def)->parent.id == 0)
                all_private = false;
            else
                is_value = ns == NS_VALUE;
        }
        Res macro;
        if (!any || !all_private || names_in(b, import, NS_MACRO, &macro)) continue;
        Span span = collect_span(b, import->file, import->row, import->pos);
        Str name = symbol_str(&b->db->symbols, import->name);
        diag_error(b->db, span, is_value ? "E0364" : "E0365",
                   "`%.*s` is only public within the crate, and cannot be re-exported outside",
                   STR_ARG(name));
    }
}

void collect_report_imports(Builder *b) {
    report_unresolved(b);
    if (!crate_row(b->db, b->crate)->is_local) return;
    report_names(b);
    report_private(b);
}
