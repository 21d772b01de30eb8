macro_rules! count { () => { 0 }; ($h:tt $($t:tt)*) => { 1 + count!($($t)*) }; }
macro_rules! each { ($($(#[$m:meta])* $v:vis fn $n:ident($($a:ident: $t:ty),* $(,)?) $b:block)*) => {
    $($(#[$m])* $v fn $n($($a: $t),*) { let depth = ${count($a)}; $(let _ = (${index()}, ${len()}, &$a);)* $b })* } }
each! { /// doc
    pub fn one(a: u8, b: Vec<u8>,) { count!(a b c); } fn two() {} }
pub macro make($n:ident, $e:expr, $p:pat, $l:lifetime) { fn $n() -> u8 { $l: loop { match $e { $p => break $l 1, _ => {} } } } }
make!(three, { 1 + 2 }, 1 | 2, 'a);
macro_rules! nest { ($d:tt $name:ident) => { macro_rules! $name { ($d($d x:expr),*) => { [$d($d x),*] } } } }
nest!($ list);
mod m { pub use self::inner::*; pub(crate) use super::E::{A as First, *}; mod inner { pub struct S(pub u8); impl S { getters!(x y); } } }
macro_rules! getters { ($($n:ident)*) => { $(pub fn $n(&self) -> u8 { self.0 })* } }
#[derive(Clone, Copy, PartialEq, PartialOrd, Eq, Ord, Hash, Debug, Default)] enum E { #[default] A, B }
#[derive(Debug, Clone)] struct G<T: Iterator, const N: usize = 3>(T, T::Item, [u8; N]) where T: Send;
fn main() { use m::S; let v = list!(1, 2, 3); struct L; impl Drop for L { fn drop(&mut self) { enum K { X } use K::X; } }
    macro_rules! local { ($($x:ident = $y:literal);+ $(;)?) => { $(let $x = $y;)+ } } local!(a = 1; b = -2;); }
