// Values of constants as text, for dumps and tests.

#include "consts/consts_internal.h"

#include <stdarg.h>
#include <stdio.h>

typedef struct Print {
    Db *db;
    Scratch *scratch;
    VEC(char) text;
} Print;

static void put(Print *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(Print *p, const char *format, ...) {
    char text[256];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    u32 n = len < 0 ? 0 : min_u32((u32)len, sizeof text - 1);
    vec_append(p->scratch, &p->text, text, n);
}

static void print_int(Print *p, u128 v, bool negative) {
    char text[48];
    u32 at = sizeof text - 1;
    text[at] = 0;
    if (negative) v = (u128)0 - v;
    do {
        text[--at] = (char)('0' + (u32)(v % 10));
        v /= 10;
    } while (v);
    put(p, "%s%s", negative ? "-" : "", text + at);
}

static const ConstReloc *reloc_at(const ConstAlloc *a, u32 offset) {
    const ConstReloc *relocs = LIST_AT(a, ConstReloc, a->relocs);
    for (u32 i = 0; i < a->relocs.count; i++)
        if (relocs[i].offset == offset) return &relocs[i];
    return NULL;
}

static void print_value(Print *p, const ConstAlloc *a, u32 at, Ty ty, u32 depth);

static void print_fields(Print *p, const ConstAlloc *a, u32 at, Ty ty, u32 variant, u32 depth) {
    Db *db = p->db;
    const Layout *l = layout_of(db, ty);
    u32 count = layout_field_count(db, ty, variant);
    put(p, "(");
    for (u32 i = 0; i < count; i++) {
        if (i) put(p, ", ");
        u64 offset = layout_field_offset(l, l->variants.count > 1 ? variant : 0, i);
        print_value(p, a, at + (u32)offset, layout_field_ty(db, ty, variant, i), depth + 1);
    }
    put(p, ")");
}

static u128 read_bits(const ConstAlloc *a, u32 at, u32 bytes) {
    u64 words[2] = {0, 0};
    if (at + bytes <= a->size) memcpy(words, LIST_AT(a, u8, a->bytes) + at, bytes);
    return (u128)words[1] << 64 | words[0];
}

static void print_pointer(Print *p, const ConstAlloc *a, u32 at, Ty ty, u32 depth) {
    Db *db = p->db;
    const ConstReloc *r = reloc_at(a, at);
    u64 addend = (u64)read_bits(a, at, 8), len = (u64)read_bits(a, at + 8, 8);
    Ty to = ty_row(db, ty)->elem;
    TyKind kind = ty_kind(db, to);
    if (!r) {
        if ((kind == TY_STR || kind == TY_SLICE) && len == 0)
            put(p, kind == TY_STR ? "\"\"" : "[]");
        else
            put(p, "0x%llx", (unsigned long long)addend);
        return;
    }
    if (r->kind == RELOC_ALLOC && kind == TY_STR) {
        const ConstAlloc *b = const_alloc(db, (AllocId){r->target});
        put(p, "\"");
        vec_append(p->scratch, &p->text, (const char *)LIST_AT(b, u8, b->bytes) + addend, (u32)len);
        put(p, "\"");
    } else if (r->kind == RELOC_ALLOC && kind == TY_SLICE && depth < 6) {
        const ConstAlloc *b = const_alloc(db, (AllocId){r->target});
        Ty elem = ty_row(db, to)->elem;
        put(p, "[");
        for (u64 i = 0; i < len; i++) {
            if (i) put(p, ", ");
            print_value(p, b, (u32)(addend + i * layout_of(db, elem)->size), elem, depth + 1);
        }
        put(p, "]");
    } else if (r->kind == RELOC_ALLOC && depth < 6 && !layout_of(db, to)->is_unsized) {
        print_value(p, const_alloc(db, (AllocId){r->target}), (u32)addend, to, depth + 1);
    } else {
        static const char *const kinds[] = {"alloc", "fn", "static", "vtable"};
        put(p, "&%s+%llu", kinds[r->kind], (unsigned long long)addend);
    }
}

static void print_enum(Print *p, const ConstAlloc *a, u32 at, Ty ty, u32 depth) {
    Db *db = p->db;
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
    put(p, "#%u", variant);
    print_fields(p, a, at, ty, variant, depth);
}

static void print_value(Print *p, const ConstAlloc *a, u32 at, Ty ty, u32 depth) {
    Db *db = p->db;
    const TyRow *row = ty_row(db, ty);
    TyKind kind = (TyKind)row->kind;
    const Layout *l = layout_of(db, ty);
    if (kind == TY_BOOL || kind == TY_CHAR || ty_is_int(kind) || ty_is_float(kind)) {
        u128 bits = read_bits(a, at, (u32)l->size);
        u32 unused = 128 - 8 * (u32)l->size;
        bool negative = ty_is_signed(kind) && (i128)(bits << unused) < 0;
        if (negative) bits = (u128)((i128)(bits << unused) >> unused);
        print_int(p, bits, negative);
        return;
    }
    switch (kind) {
    case TY_TUPLE: print_fields(p, a, at, ty, 0, depth); break;
    case TY_ADT:
        if (def_kind(db, row->def) == DEF_STRUCT)
            print_fields(p, a, at, ty, 0, depth);
        else if (def_kind(db, row->def) == DEF_ENUM)
            print_enum(p, a, at, ty, depth);
        else
            put(p, "union");
        break;
    case TY_ARRAY:
        put(p, "[");
        for (u64 i = 0; i < l->array_count; i++) {
            if (i) put(p, ", ");
            print_value(p, a, at + (u32)(i * l->array_stride), row->elem, depth + 1);
        }
        put(p, "]");
        break;
    case TY_REF:
    case TY_PTR: print_pointer(p, a, at, ty, depth); break;
    case TY_FN_PTR: put(p, "fn"); break;
    default: put(p, "?"); break;
    }
}

Str const_print(Db *db, const ConstAlloc *alloc, Scratch *scratch) {
    Print p = {.db = db, .scratch = scratch};
    if (alloc->is_failed)
        put(&p, "{failed}");
    else
        print_value(&p, alloc, 0, alloc->ty, 0);
    return (Str){p.text.at, p.text.count};
}
