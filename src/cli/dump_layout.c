// rac dump layout: size, alignment, offsets, niches and tags of the crate's types that take no
// arguments (an alias of an instantiated type shows any other). rac dump abi: how the crate's
// functions pass their arguments. The text is compared with rustc's by tools/gen-layout-tests.
#include "cli/dump.h"

#include "layout/instance.h"
#include "names/names.h"

#include <stdio.h>

static void print_u128(u128 n) {
    char text[40];
    u32 at = sizeof text;
    do
        text[--at] = (char)('0' + (u32)(n % 10));
    while ((n /= 10) != 0);
    printf("%.*s", (int)(sizeof text - at), text + at);
}

static u128 wide(u64 lo, u64 hi) {
    return (u128)hi << 64 | lo;
}

static void print_scalar(const Scalar *s) {
    u32 bits = s->bytes * 8;
    switch ((ScalarKind)s->kind) {
    case SCALAR_INT: printf("%c%u", s->is_signed ? 'i' : 'u', bits); break;
    case SCALAR_FLOAT: printf("f%u", bits); break;
    case SCALAR_PTR: printf("ptr"); break;
    }
    if (s->is_union) {
        printf(" maybe");
        return;
    }
    printf(" ");
    print_u128(wide(s->start_lo, s->start_hi));
    printf("..=");
    print_u128(wide(s->end_lo, s->end_hi));
}

static void print_repr(const Layout *l) {
    switch ((BackendRepr)l->repr) {
    case REPR_MEMORY: printf(l->is_unsized ? "unsized" : "memory"); break;
    case REPR_SCALAR: print_scalar(&l->a); break;
    case REPR_SCALAR_PAIR:
        print_scalar(&l->a);
        printf(", ");
        print_scalar(&l->b);
        break;
    case REPR_SIMD:
        printf("simd ");
        print_scalar(&l->a);
        break;
    }
}

static void print_offsets(const Layout *l, u32 variant) {
    const VariantLayout *v = &LIST_AT(l, VariantLayout, l->variants)[variant];
    for (u32 i = 0; i < v->field_count; i++)
        printf(" %llu", (unsigned long long)layout_field_offset(l, variant, i));
}

static void print_variants(Db *db, Ty ty, const Layout *l) {
    switch ((VariantsKind)l->variants_kind) {
    case VARIANTS_EMPTY: printf("  no variants\n"); return;
    case VARIANTS_SINGLE: {
        TyKind kind = ty_kind(db, ty);
        if (kind != TY_ADT && kind != TY_TUPLE && kind != TY_CLOSURE) return;
        if (kind == TY_ADT && def_kind(db, ty_row(db, ty)->def) == DEF_UNION) return;
        printf("  variant %u fields", l->single_index);
        if (l->variants.count) print_offsets(l, l->single_index);
        printf("\n");
        return;
    }
    case VARIANTS_MULTIPLE: break;
    }
    printf("  tag at %llu: ", (unsigned long long)l->tag_offset);
    print_scalar(&l->tag);
    if (l->tag_is_niche) {
        printf("; not of variant %u, of %u..=%u from ", l->untagged_variant, l->niche_first,
               l->niche_last);
        print_u128(wide(l->niche_start_lo, l->niche_start_hi));
    }
    printf("\n");
    for (u32 i = 0; i < l->variants.count; i++) {
        const VariantLayout *v = &LIST_AT(l, VariantLayout, l->variants)[i];
        printf("  variant %u size %llu%s fields", i, (unsigned long long)v->size,
               v->is_uninhabited ? " uninhabited" : "");
        print_offsets(l, i);
        printf("\n");
    }
}

static void print_slots(Db *db, Ty dyn) {
    u32 count;
    const VtableEntry *entries = vtable_entries(db, dyn, &count);
    printf("  slots");
    for (u32 i = 0; i < count; i++) {
        DefId def = entries[i].kind == VT_METHOD ? entries[i].method : entries[i].trait;
        Str name = def.id ? symbol_str(&db->symbols, def_row(db, def)->name) : STR("");
        switch ((VtableEntryKind)entries[i].kind) {
        case VT_DROP: printf(" drop"); break;
        case VT_SIZE: printf(" size"); break;
        case VT_ALIGN: printf(" align"); break;
        case VT_VACANT: printf(" vacant"); break;
        case VT_METHOD: printf(" %.*s()", STR_ARG(name)); break;
        case VT_TRAIT_VPTR: printf(" -> %.*s", STR_ARG(name)); break;
        }
    }
    printf("\n");
}

static void print_layout(Db *db, DefId def, Ty ty) {
    Str name = symbol_str(&db->symbols, def_row(db, def)->name);
    printf("%.*s = %.*s\n", STR_ARG(name), STR_ARG(ty_print_full(db, ty, &db->scratch)));
    const Layout *l = layout_of(db, ty);
    if (l->is_failed) {
        printf("  no layout\n");
        return;
    }
    printf("  size %llu align %u ", (unsigned long long)l->size, l->align);
    print_repr(l);
    printf("%s\n", l->is_uninhabited ? " uninhabited" : "");
    if (l->has_niche) {
        printf("  niche at %llu: ", (unsigned long long)l->niche_offset);
        print_scalar(&l->niche);
        printf("\n");
    }
    print_variants(db, ty, l);
    if (ty_kind(db, ty) == TY_DYN) print_slots(db, ty);
}

static void print_arg(const ArgAbi *arg) {
    switch ((PassMode)arg->mode) {
    case PASS_IGNORE: printf("ignore"); return;
    case PASS_DIRECT:
        printf("direct ");
        print_scalar(&arg->a);
        return;
    case PASS_PAIR:
        printf("pair ");
        print_scalar(&arg->a);
        printf(", ");
        print_scalar(&arg->b);
        return;
    case PASS_CAST:
        printf("cast");
        for (u32 i = 0; i < arg->cast_count; i++)
            printf(" %s%u", arg->cast_float[i] ? "sse" : "int", arg->cast_bytes[i]);
        return;
    case PASS_INDIRECT: printf("indirect"); return;
    case PASS_INDIRECT_UNSIZED: printf("indirect wide"); return;
    case PASS_BYVAL: printf("on the stack"); return;
    }
}

static void print_abi(Db *db, DefId def) {
    InstanceId instance = instance_resolve(db, def, (Args){0});
    if (!instance.id) return;
    InstanceSig sig = instance_sig(db, instance);
    const FnAbi *abi = fn_abi(db, sig.tys, (HirAbi)sig.abi, sig.is_variadic,
                              instance_is_track_caller(db, instance));
    Str name = symbol_str(&db->symbols, def_row(db, def)->name);
    printf("%.*s%s\n", STR_ARG(name), abi->is_c ? " C" : "");
    for (u32 i = 0; i < abi->args.count; i++) {
        printf("  ");
        print_arg(&LIST_AT(abi, ArgAbi, abi->args)[i]);
        printf("\n");
    }
    printf("  -> ");
    print_arg(&abi->ret);
    printf("\n");
}

// Only what takes no arguments.
static bool is_type(Db *db, DefId def) {
    DefKind kind = def_kind(db, def);
    return (kind == DEF_STRUCT || kind == DEF_ENUM || kind == DEF_UNION || kind == DEF_TY_ALIAS) &&
           !generics_count(db, def);
}

static bool is_fn(Db *db, DefId def) {
    return def_kind(db, def) == DEF_FN && !generics_count(db, def);
}

static bool is_named(Session *session, DefId def) {
    const char *want = session->args->function;
    return !want || str_eq(str_from(want),
                           symbol_str(&session->db->symbols, def_row(session->db, def)->name));
}

int dump_layout(Session *session) {
    Db *db = session->db;
    u32 errors = check_report(session);
    DefVec found = dump_defs(session, is_type);
    for (u32 i = 0; i < found.count; i++) {
        if (!is_named(session, found.at[i])) continue;
        u64 mark = scratch_mark(&db->scratch);
        print_layout(db, found.at[i], normalize_concrete(db, type_of(db, found.at[i])));
        scratch_rewind(&db->scratch, mark);
    }
    return session_status(session, errors);
}

int dump_abi(Session *session) {
    Db *db = session->db;
    u32 errors = check_report(session);
    DefVec found = dump_defs(session, is_fn);
    for (u32 i = 0; i < found.count; i++) {
        if (!is_named(session, found.at[i])) continue;
        u64 mark = scratch_mark(&db->scratch);
        print_abi(db, found.at[i]);
        scratch_rewind(&db->scratch, mark);
    }
    return session_status(session, errors);
}
