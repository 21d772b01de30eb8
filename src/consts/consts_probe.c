// consts_probe LIBRARY FILE [NAME]: evaluates every const and static of the file and prints its
// value. consts_probe LIBRARY --crate NAME [PATH-PART]: the same for a library crate, with counts.
// A developer's tool: the library is the folder that holds core/, alloc/, std/. CONSTS_QUIET prints
// failures only.

#include "consts/consts.h"
#include "expand/hygiene.h"
#include "names/names.h"
#include "source/source.h"
#include "syntax/lex.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef struct Probe {
    Db *db;
    u32 good, failed, generic;
    const char *filter;
    bool quiet, in_crate;
} Probe;

static Span locate(Db *db, Span span) {
    if (!(span.base & SPAN_DEF)) return span;
    u32 file, offset;
    def_locate(db, (DefId){span.base & ~SPAN_DEF}, &file, &offset);
    if (file == 0) return (Span){0};
    return (Span){file, offset + span.lo, offset + span.hi};
}
static Str file_path(Db *db, u32 file) {
    return source_path(db, (FileId){file});
}
static Str file_text(Db *db, u32 file) {
    return source_text(db, (FileId){file});
}

static void print_int(u128 v, bool negative) {
    char text[48];
    u32 at = sizeof text - 1;
    text[at] = 0;
    if (negative) v = (u128)0 - v;
    do {
        text[--at] = (char)('0' + (u32)(v % 10));
        v /= 10;
    } while (v);
    printf("%s%s", negative ? "-" : "", text + at);
}

static const ConstReloc *reloc_at(const ConstAlloc *a, u32 offset) {
    const ConstReloc *relocs = LIST_AT(a, ConstReloc, a->relocs);
    for (u32 i = 0; i < a->relocs.count; i++)
        if (relocs[i].offset == offset) return &relocs[i];
    return NULL;
}

static void print_value(Db *db, const ConstAlloc *a, u32 at, Ty ty, u32 depth);

static void print_fields(Db *db, const ConstAlloc *a, u32 at, Ty ty, u32 variant, u32 depth) {
    const Layout *l = layout_of(db, ty);
    u32 count = layout_field_count(db, ty, variant);
    printf("(");
    for (u32 i = 0; i < count; i++) {
        if (i) printf(", ");
        u64 offset = layout_field_offset(l, l->variants.count > 1 ? variant : 0, i);
        print_value(db, a, at + (u32)offset, layout_field_ty(db, ty, variant, i), depth + 1);
    }
    printf(")");
}

static u128 read_bits(const ConstAlloc *a, u32 at, u32 bytes) {
    u64 words[2] = {0, 0};
    if (at + bytes <= a->size) memcpy(words, LIST_AT(a, u8, a->bytes) + at, bytes);
    return (u128)words[1] << 64 | words[0];
}

static void print_pointer(Db *db, const ConstAlloc *a, u32 at, Ty ty, u32 depth) {
    const ConstReloc *r = reloc_at(a, at);
    u64 addend = (u64)read_bits(a, at, 8), len = (u64)read_bits(a, at + 8, 8);
    Ty to = ty_row(db, ty)->elem;
    TyKind kind = ty_kind(db, to);
    if (!r) {
        if ((kind == TY_STR || kind == TY_SLICE) && len == 0)
            printf(kind == TY_STR ? "\"\"" : "[]");
        else
            printf("0x%llx", (unsigned long long)addend);
        return;
    }
    if (r->kind == RELOC_ALLOC && kind == TY_STR) {
        const ConstAlloc *b = const_alloc(db, (AllocId){r->target});
        printf("\"%.*s\"", (int)len, (const char *)LIST_AT(b, u8, b->bytes) + addend);
    } else if (r->kind == RELOC_ALLOC && kind == TY_SLICE && depth < 6) {
        const ConstAlloc *b = const_alloc(db, (AllocId){r->target});
        Ty elem = ty_row(db, to)->elem;
        printf("[");
        for (u64 i = 0; i < len; i++) {
            if (i) printf(", ");
            print_value(db, b, (u32)(addend + i * layout_of(db, elem)->size), elem, depth + 1);
        }
        printf("]");
    } else if (r->kind == RELOC_ALLOC && depth < 6 && !layout_of(db, to)->is_unsized) {
        print_value(db, const_alloc(db, (AllocId){r->target}), (u32)addend, to, depth + 1);
    } else {
        static const char *const kinds[] = {"alloc", "fn", "static", "vtable"};
        printf("&%s+%llu", kinds[r->kind], (unsigned long long)addend);
    }
}

static void print_enum(Db *db, const ConstAlloc *a, u32 at, Ty ty, u32 depth) {
    const Layout *l = layout_of(db, ty);
    u32 variant = l->single_index;
    if (l->variants_kind == VARIANTS_MULTIPLE) {
        u128 tag = read_bits(a, at + (u32)l->tag_offset, l->tag.bytes);
        u128 mask = l->tag.bytes == 16 ? ~(u128)0 : ((u128)1 << (8 * l->tag.bytes)) - 1;
        if (l->tag_is_niche) {
            u128 start = (u128)l->niche_start_hi << 64 | l->niche_start_lo;
            u128 relative = (tag - start) & mask;
            bool hit =
                !reloc_at(a, at + (u32)l->tag_offset) && relative <= l->niche_last - l->niche_first;
            variant = hit ? l->niche_first + (u32)relative : l->untagged_variant;
        } else {
            u32 count = l->variants.count;
            for (variant = 0; variant < count; variant++)
                if (((u128)discriminant_value(db, ty_row(db, ty)->def, variant) & mask) == tag)
                    break;
        }
    }
    printf("#%u", variant);
    print_fields(db, a, at, ty, variant, depth);
}

static void print_value(Db *db, const ConstAlloc *a, u32 at, Ty ty, u32 depth) {
    const TyRow *row = ty_row(db, ty);
    TyKind kind = (TyKind)row->kind;
    const Layout *l = layout_of(db, ty);
    if (kind == TY_BOOL || kind == TY_CHAR || ty_is_int(kind) || ty_is_float(kind)) {
        u128 bits = read_bits(a, at, (u32)l->size);
        u32 unused = 128 - 8 * (u32)l->size;
        bool negative = ty_is_signed(kind) && (i128)(bits << unused) < 0;
        if (negative) bits = (u128)((i128)(bits << unused) >> unused);
        print_int(bits, negative);
        return;
    }
    switch (kind) {
    case TY_TUPLE: print_fields(db, a, at, ty, 0, depth); break;
    case TY_ADT:
        if (def_kind(db, row->def) == DEF_STRUCT)
            print_fields(db, a, at, ty, 0, depth);
        else if (def_kind(db, row->def) == DEF_ENUM)
            print_enum(db, a, at, ty, depth);
        else
            printf("union");
        break;
    case TY_ARRAY:
        printf("[");
        for (u64 i = 0; i < l->array_count; i++) {
            if (i) printf(", ");
            print_value(db, a, at + (u32)(i * l->array_stride), row->elem, depth + 1);
        }
        printf("]");
        break;
    case TY_REF:
    case TY_PTR: print_pointer(db, a, at, ty, depth); break;
    case TY_FN_PTR: printf("fn"); break;
    default: printf("?"); break;
    }
}

static void probe(Probe *p, DefId def) {
    Db *db = p->db;
    u64 mark = scratch_mark(&db->scratch);
    Str path = def_path_str(db, def, &db->scratch);
    Str name = scratch_print(&db->scratch, "%.*s", STR_ARG(path));
    DefKind kind = def_kind(db, def);
    bool generic = generics_count(db, def) != 0 || !def_has_body(db, def);
    if ((p->filter && !strstr(name.at, p->filter)) || generic) {
        p->generic++;
        scratch_rewind(&db->scratch, mark);
        return;
    }
    if (getenv("CONSTS_TRACE")) fprintf(stderr, "%s\n", name.at);
    u32 words[3] = {def.id, 0, kind == DEF_STATIC ? UINT32_MAX : 0};
    u32 key = types_key(db, words, 3);
    const ConstAlloc *a =
        kind == DEF_STATIC ? static_initializer(db, def) : const_eval(db, def, (Args){0});
    if (a->is_failed) {
        p->failed++;
        printf("%s: failed\n", name.at);
        fflush(stdout);
        DiagRenderer renderer = {
            .out = stderr, .locate = locate, .path = file_path, .text = file_text};
        diag_render(db, Q_const_eval, key, &renderer);
    } else {
        p->good++;
        if (!p->quiet) {
            Str last = symbol_str(&db->symbols, def_row(db, def)->name);
            if (p->in_crate)
                printf("%s = ", name.at);
            else
                printf("%.*s = ", STR_ARG(last));
            print_value(db, a, 0, a->ty, 0);
            printf("\n");
        }
    }
    scratch_rewind(&db->scratch, mark);
}

// Ids are dense: a new definition's number is the count.
static u32 def_total(Db *db, DefId root, u32 number) {
    return def_intern(db, root, DEF_BLOCK, symbol_intern(&db->symbols, STR("consts_probe")), number)
        .id;
}

int main(int argc, char **argv) {
    if (argc < 3) return 2;
    static Options options = {.edition = 2021, .overflow_checks = true, .debug_assertions = true};
    Db *db = db_new(&options);
    source_store_new(db);
    db->expand = expand_store_new();
    db->defs = names_store_new();
    db->types = ty_store_new();
    db->solve = solve_store_new();
    db->layouts = layout_store_new();
    db->consts = const_store_new();
    syntax_register(db);
    names_register(db);
    hir_register(db);
    types_register(db);
    solve_register(db);
    infer_register(db);
    mir_register(db);
    layout_register(db);
    consts_register(db);
    names_declare_sysroot(db, str_from(argv[1]));
    Probe p = {
        .db = db, .quiet = getenv("CONSTS_QUIET") != NULL, .in_crate = !strcmp(argv[2], "--crate")};
    CrateId crate;
    if (p.in_crate) {
        crate = crate_find(db, symbol_intern(&db->symbols, str_from(argv[3])));
        if (argc > 4) p.filter = argv[4];
    } else {
        FileId file = source_file(db, str_from(argv[2]));
        OsError error;
        if (!source_read(db, file, DURABILITY_LOW, &error)) return 1;
        crate = names_declare_user(db, file.id, symbol_intern(&db->symbols, STR("user")),
                                   options.edition);
        if (argc > 3) p.filter = argv[3];
    }
    clock_t start = clock();
    (void)names_report(db, crate); // declares what there is
    DefId root = crate_row(db, crate)->root;
    u32 count = def_total(db, root, 0);
    for (u32 i = 1; i <= count; i++) {
        DefId def = {i};
        if (def_crate(db, def).id != crate.id) continue;
        DefKind kind = def_kind(db, def);
        if (kind == DEF_IMPL || kind == DEF_TRAIT) {
            u32 n;
            const AssocItem *items = def_assoc_items(db, def, &n);
            for (u32 k = 0; k < n && kind == DEF_IMPL; k++)
                if (items[k].kind == ASSOC_CONST) probe(&p, items[k].def);
        }
        if (kind == DEF_CONST || kind == DEF_STATIC) probe(&p, def);
    }
    if (p.in_crate || p.failed)
        printf("%u evaluated, %u failed, %u left out, %.2f s\n", p.good, p.failed, p.generic,
               (double)(clock() - start) / CLOCKS_PER_SEC);
    const_store_free(db->consts);
    layout_store_free(db->layouts);
    solve_store_free(db->solve);
    ty_store_free(db->types);
    names_store_free(db->defs);
    expand_store_free(db->expand);
    source_store_free(db);
    db_free(db);
    return p.failed ? 1 : 0;
}
