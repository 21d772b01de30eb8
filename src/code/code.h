// Machine code as a query: from an instance to relocatable bytes, through mono/ and gen/x64.
//
// The IR in between is not kept. A function's code names other things by IrSym, which are interned
// and never change their meaning, so code that an edit does not concern stays equal byte for byte,
// wherever things are placed. What failed is data too: the caller knows the chain of instances that
// led there and reports it.

#ifndef RAC_CODE_CODE_H
#define RAC_CODE_CODE_H

#include "gen/x64/x64.h"
#include "mono/mono.h"

// The result of Q_code.
typedef struct CodeBlob {
    // What callers and values made earlier take for granted: its concrete signature, and what the
    // closures it deals with have captured. Code with another identity is another function for
    // those who hold the old one (DESIGN.md section 6: it gets a new slot).
    u64 identity;
    u64 hash;                           // of everything but positions: equal code has equal ones
    List code, relocs, cfi, lsda, locs; // as in X64Code
    List locations;                     // MonoLocation
    List certain;                       // IrSym of functions that every call of this one calls
    List what;                          // chars: what is not supported, if it failed
    u32 text_bytes;
    DefId def; // where it failed: lo and hi are from its start
    u32 lo, hi;
    u32 failed_const; // the key of Q_const_eval whose evaluation failed, if is_const
    u8 is_failed;
    u8 is_const;
    u8 has_lsda;
    u8 zero;
} CodeBlob;

const CodeBlob *code_of(Db *db, InstanceId instance);
X64Code code_view(const CodeBlob *blob); // of one that did not fail; borrows from it

// The words of a vtable (mono_vtable) by the id of its REF_VTABLE: the result of Q_vtable_words.
typedef struct VtableWords {
    List words; // VtableWord
} VtableWords;
const VtableWords *code_vtable(Db *db, u32 mono_ref);

// Whether a type has a closure in it: nobody can name it outside the function that makes it.
bool code_holds_closure(Db *db, Ty ty);

// The IR of an instance, verified, in db->scratch: for dumps. NULL: *error says why.
const IrFn *code_ir(Db *db, InstanceId instance, MonoError *error);

void code_register(Db *db);

#endif
