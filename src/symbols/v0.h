// Rust's v0 symbol names (RFC 2603; the rustc book, "v0 Symbol Format"): read and built.
//
// Reading turns a mangled name into its *canonical path*: the path as one would write it, without
// crate disambiguators, impl numbers, lifetimes and the instantiating crate. This is the form in
// which functions of the library are looked up:
//
//     core::fmt::num::imp::fmt_u64                 a function
//     <M core::fmt::Formatter>::pad                of an inherent impl: M and the self type
//     <u32 as core::fmt::Display>::fmt             of a trait impl
//     core::panicking::assert_failed::<i32, i32>   with the generic arguments of the function
//     <M alloc::raw_vec::RawVec<u8>>::grow_one     and of types
//     std::rt::lang_start::<()>::{closure#0}       closures, and {shim:vtable#0}
//     std::thread::current::id::ID                 statics
//     __rustc::__rust_alloc                        the allocator's functions
//
// Arguments that equal the parameter's default are left out, as rustc leaves them out of symbols
// (RawVec<u8>, not RawVec<u8, Global>), and so are lifetimes and an empty argument list.
//
// Types: basic ones by name, `()`, `(A,)`, `(A, B)`, `&T`, `&mut T`, `*const T`, `*mut T`, `[T]`,
// `[T; 4]`, `!`, `fn(A, B) -> R` (`-> ()` is left out), `unsafe extern "C" fn(..., ...)`,
// `dyn core::fmt::Debug + core::marker::Send`, `dyn core::ops::Fn<(A,), Output = R>`, paths with
// `<A, B>`. A generic argument list after a value path is written `::<A>`, after a type path `<A>`.
// Constants: decimal numbers, `true`, `'c'` (escaped as \u{..} outside printable ASCII), `"text"`.
// A name whose disambiguator is not 0 is `{name#n}` only for special namespaces (closures, shims);
// for ordinary names the number is dropped.

#ifndef RAC_SYMBOLS_V0_H
#define RAC_SYMBOLS_V0_H

#include "base/scratch.h"

typedef struct V0Name {
    Str path;  // in `memory`
    Str crate; // disambiguator of the first crate met, as base 62 digits ("coScM8QT1vH"), or ""
    Str crate_name; // and its name
    bool instance;  // has an instantiating crate: an instance of something generic or inline
} V0Name;

// False when the text is no v0 name. A suffix from the first '.' on (".llvm.123") is ignored.
bool v0_parse(Scratch *memory, Str mangled, V0Name *out);

// --- Building -----------------------------------------------------------------------------------
//
// The caller walks its own definitions and types and calls the pieces in the order of the grammar.
// Compression: around whatever may be repeated (a path, a type, a constant) call v0_open with a key
// that identifies it; when that answers false the thing was written before, a back reference has
// been written, and nothing more is to be done; otherwise write it and call v0_close. rustc keys
// paths by (definition, arguments), types by type, constants by constant; it does not remember
// basic types, nor things that refer to an enclosing binder (call v0_close with key 0 for those).

typedef enum V0Kind {
    V0_PATH,
    V0_TYPE,
    V0_CONST,
    V0_PARENT,    // a path that stands for what encloses the thing, with fewer arguments
    V0_PRINCIPAL, // the trait of a `dyn`: its Self is left out
} V0Kind;
typedef struct V0Seen {
    u64 key;
    u32 kind;
    u32 at; // offset in the text after "_R"
} V0Seen;
typedef struct V0Builder {
    Scratch *scratch;
    VEC(char) text;
    VEC(V0Seen) seen;
} V0Builder;

// Starts a name: writes "_R".
void v0_begin(V0Builder *b, Scratch *scratch);
// The finished name, in the builder's scratch.
Str v0_end(V0Builder *b);

bool v0_open(V0Builder *b, V0Kind kind, u64 key, u32 *at);
void v0_close(V0Builder *b, V0Kind kind, u64 key, u32 at);

void v0_char(V0Builder *b,
             char c); // a tag of the grammar: 'N', 'v', 'M', 'X', 'Y', 'I', 'E', 'R', ...
void v0_text(V0Builder *b, Str text); // several tags
void v0_base62(V0Builder *b, u64 n);  // 0 is "_", n is (n - 1) in base 62 and "_"
// 's' and a base 62 number, only when it is not 0.
void v0_disambiguator(V0Builder *b, u64 n);
void v0_opt_base62(V0Builder *b, char tag, u64 n); // tag and n - 1 when n > 0: binders 'G'
// An identifier (any UTF-8; punycode where needed) after its disambiguator.
void v0_ident(V0Builder *b, u64 disambiguator, Str name);
void v0_undisambiguated_ident(V0Builder *b, Str name);
// "C" and a crate; `id` is its disambiguator as digits, as V0Name.crate has it ("" is 0).
void v0_crate(V0Builder *b, Str id, Str name);
// A constant's value: hexadecimal without leading zeros, 'n' first when negative, "_" last.
void v0_hex(V0Builder *b, u128 magnitude, bool negative);
// The letter of a basic type ("u32" -> 'm', "()" -> 'u'), or 0.
char v0_basic_type(Str name);

#endif
