// Slots of vtables: supertraits depth first, pointers to their own vtables behind all but the first.
#![allow(warnings)]
trait A { fn a1(&self); fn a2(&self); }
trait B { fn b1(&self); }
trait C: A + B { fn c1(&self); fn g<T>(&self, t: T) where Self: Sized; fn s() where Self: Sized; }
trait M {}
trait D: C + std::fmt::Debug + M + Send { fn d(&self); fn gone(&self) where Self: Sized; }
trait G<T> { fn g(&self, t: T); }
trait H: G<u8> + G<u16> + A { fn h(self: Box<Self>); }
trait Diamond1: A + M { fn x(&self); }
trait Diamond2: A + B { fn y(&self); }
trait Bottom: Diamond1 + Diamond2 + Clone2 { fn z(&self); }
trait Clone2 { fn clone2(&self) -> Box<dyn Clone2>; }
trait Empty: M {}
trait OnlySupers: Empty + B {}
trait MarkerFirst: M + B + A {}
type V0 = dyn D;
type V1 = dyn H;
type V2 = dyn Bottom;
type V3 = dyn OnlySupers;
type V4 = dyn MarkerFirst;
type V5 = dyn Empty + Send;
type V6 = dyn Send;
type V7 = dyn std::any::Any;
type V8 = dyn std::error::Error + Send + Sync;
type V9 = dyn Fn(u32) -> u32;
type V10 = dyn FnOnce();
type V11 = dyn Iterator<Item = u8>;
type V12 = dyn std::io::Write;
type V13 = dyn std::io::BufRead;
type V14 = dyn DoubleEndedIterator<Item = u8>;
type V15 = dyn std::fmt::Write;
type V16 = dyn std::hash::Hasher;
type V17 = dyn std::future::Future<Output = ()>;
type V18 = dyn Diamond2;
type V19 = dyn FnMut(&str);

fn main() {}
