"""Scripts written by hand: programs and what becomes of them. After each text the old compiler's result must be the
new one's. What random scripts found is here too, made small.

A script is a list of texts; a text is one file, or a dict of files with "main.rs" among them. PAIRS are a text and
replacements: each is made, and taken back again, one after another.
"""

SCRIPTS = {
    # A module that comes back with fewer names than it had: nothing of what it saw before holds.
    "module_that_comes_back": ["""
fn helper() -> u8 { 1 }
mod m { use super::*; pub fn f() -> u8 { helper() } }
use m::*;
fn main() { println!("{}", f()); }
""", """
fn helper() -> u8 { 1 }
fn f() -> u8 { 2 }
fn main() { println!("{} {}", f(), helper()); }
""", """
fn helper() -> u8 { 1 }
mod m { pub fn f() -> u8 { helper() } }
use m::*;
fn main() { println!("{}", f()); }
""", """
fn helper() -> u8 { 1 }
mod m { fn helper() -> u8 { 3 } pub fn f() -> u8 { helper() } }
use m::*;
fn main() { println!("{}", f()); }
"""],
    "globs_of_a_module_that_comes_back": ["""
mod far { pub fn g() -> u8 { 1 } pub mod h { pub fn k() -> u8 { 5 } } }
mod near { pub use crate::far::*; }
use near::*;
fn main() { println!("{} {}", g(), h::k()); }
""", """
mod far { pub fn g() -> u8 { 1 } pub mod h { pub fn k() -> u8 { 5 } } }
use far::*;
fn main() { println!("{} {}", g(), h::k()); }
""", """
mod far { pub fn g() -> u8 { 1 } pub mod h { pub fn k() -> u8 { 5 } } }
mod near { pub fn g() -> u8 { 2 } }
use near::*;
fn main() { println!("{} {}", g(), far::h::k()); }
""", """
mod far { pub fn g() -> u8 { 1 } pub mod h { pub fn k() -> u8 { 5 } } }
mod near { pub use crate::far::*; pub fn g() -> u8 { 2 } }
use near::*;
fn main() { println!("{} {}", g(), h::k()); }
"""],
    "inline_const_gone": ["""
fn main() {
    let strings = [const { String::new() }; 2];
    println!("{:?}", strings);
}
""", """
fn main() {
    let x = 1;
    let y = x + x + x + x + x + x + x + x + x + x + x + x;
    println!("{}", y);
}
"""],
    "least_i128": ["""
fn main() {
    match -170141183460469231731687303715884105728i128 {
        i128::MIN => println!("least"),
        _ => {}
    }
}
"""],
    "file_that_comes_later": [
        {"main.rs": "mod a;\nfn main() { println!(\"{}\", a::f()); }"},
        {"main.rs": "mod a;\nfn main() { println!(\"{}\", a::f()); }", "a.rs": "pub fn f() -> u8 { b::g() }\nmod b;"},
        {"main.rs": "mod a;\nfn main() { println!(\"{}\", a::f()); }", "a.rs": "pub fn f() -> u8 { b::g() }\nmod b;",
         "a/b.rs": "pub fn g() -> u8 { 3 }"},
        {"main.rs": "mod a;\nfn main() { println!(\"{}\", a::f()); }", "a.rs": "pub fn f() -> u8 { b::g() }\nmod b;",
         "a/b.rs": "pub fn g() -> u16 { 3 }"},
    ],
}

PAIRS = {
    "macros_that_go": ("""
macro_rules! one { () => { 1 } }
macro_rules! two { () => { 2 } }
macro_rules! three { () => { 3 } }
macro_rules! four { () => { 4 } }
macro_rules! five { () => { 5 } }
fn all() -> u32 { one!() + two!() + three!() + four!() + five!() }
fn some() -> u32 { println!("some"); one!() + 7 }
fn main() { println!("{} {}", all(), some()); assert_eq!(some(), 8); }
""", [
        ("macro_rules! two { () => { 2 } }\nmacro_rules! three { () => { 3 } }\nmacro_rules! four { () => { 4 } }\n"
         "macro_rules! five { () => { 5 } }\nfn all() -> u32 { one!() + two!() + three!() + four!() + five!() }",
         "fn all() -> u32 { one!() }"),
        ("macro_rules! one { () => { 1 } }\n", ""),
        ("macro_rules! five", "macro_rules! more { () => { 6 } }\nmacro_rules! five"),
        ("fn some()", "macro_rules! one { () => { 10 } }\nfn some()"),
    ]),
    # What names and macros mean when others come, go or change places.
    "names_and_macros": ("""
macro_rules! say { ($e:expr) => { println!("{:?}", $e) }; }
mod a {
    macro_rules! local { () => { 7 } }
    pub trait Tell { fn tell(&self) -> u8 { 1 } }
    impl Tell for u8 {}
    pub fn f() -> u8 { local!() }
    #[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
    pub enum Order { First, Second, Third }
}
mod b { pub fn f() -> u8 { 2 } pub fn only_b() -> u8 { 9 } }
use a::{Order::{self, *}, Tell as _};
use a::f;
use b::*;
const LEVEL: u8 = 4;
fn main() {
    say!((f(), only_b(), 3u8.tell(), LEVEL));
    say!((First < Third, Order::Second as u8, Third as u8));
    { use b::f; say!(f()); }
    { macro_rules! say { ($e:expr) => { println!("inner {:?}", $e) }; } say!(f()); }
}
""", [
        ("First, Second, Third", "Third, Second, First"),
        ("First, Second, Third", "First, Extra, Second, Third"),
        ("fn main", "fn only_b() -> u8 { 8 }\nfn main"),
        ("fn main", "fn helper() {}\nfn main"),
        ("fn main", "fn First() {}\nfn main"),
        ("fn main", "struct Order;\nfn main"),
        ("fn main", "macro_rules! say { ($e:expr) => { println!(\"two {:?}\", $e) }; }\nfn main"),
        ("fn main", "macro_rules! println { ($($t:tt)*) => { std::println!(\"mine\") }; }\nfn main"),
        ("fn main", "use std::println as say_it;\nfn main"),
        ("use a::f;\n", ""),
        ("use a::f;\n", "use a::f as g;\n"),
        ("use b::*;", "use b::{f as bf, *};"),
        ("use b::*;", "use b::only_b;"),
        ("Tell as _", "Tell"),
        (", Tell as _", ""),
        ("pub fn only_b", "fn only_b"),
        ("pub fn only_b", "#[inline] pub fn only_b"),
        ("mod b {", "mod b { pub use super::a::Tell;"),
        ("mod b {", "mod c { pub fn only_c() {} }\nmod b {"),
        ("mod b {", "enum Early { First }\nmod b {"),
        ("impl Tell for u8 {}", "impl Tell for u16 {} impl Tell for u8 {}"),
        ("impl Tell for u8 {}", "impl Tell for u8 { fn tell(&self) -> u8 { local!() } }"),
        ("macro_rules! local { () => { 7 } }", "macro_rules! local { () => { 8 } }"),
        ("macro_rules! local { () => { 7 } }\n", ""),
        ("const LEVEL: u8 = 4;", "static LEVEL: u8 = 4;"),
        ("const LEVEL: u8 = 4;", "const fn LEVEL() {}"),
    ]),
    "drop_glue": ("""
struct Inner(u8);
struct Outer { a: Inner, b: Vec<Inner> }
mod other { pub fn take<T>(_: T) {} }
fn main() {
    let o = Outer { a: Inner(1), b: vec![Inner(2)] };
    other::take(o.a);
    other::take(o.b);
}
""", [
        ("struct Inner(u8);", "struct Inner(u8);\nimpl Drop for Inner { fn drop(&mut self) { println!(\"{}\", self.0); } }"),
        ("struct Inner(u8);", "struct Inner(u8, String);"),
        ("struct Inner(u8);", "struct Inner(std::mem::ManuallyDrop<String>);"),
    ]),
    "copy_or_move": ("""
#[derive(Clone)]
struct P { x: i32 }
fn twice(p: P) -> i32 { let q = p.clone(); q.x + p.x }
fn main() {
    let p = P { x: 3 };
    let f = move || p.x;
    println!("{} {}", f(), twice(P { x: 4 }));
    let v = vec![P { x: 1 }; 3];
    println!("{}", v.iter().map(|p| p.x).sum::<i32>());
}
""", [
        ("#[derive(Clone)]", "#[derive(Clone, Copy)]"),
        ("#[derive(Clone)]", ""),
        ("#[derive(Clone)]", "#[derive(Clone)] #[repr(C, align(16))]"),
        ("{ x: i32 }", "{ x: i32, }"),
        ("{ x: i32 }", "{ x: i64 }"),
    ]),
    "array_lengths": ("""
const N: usize = 4;
const fn half(n: usize) -> usize { n / 2 }
const M: usize = half(N);
mod a { pub struct S { pub at: [u8; super::M] } pub type A = [u16; super::N]; }
fn sum(s: &a::S) -> usize { s.at.len() + std::mem::size_of::<a::A>() }
static TABLE: [u8; half(N) + 1] = [7; half(N) + 1];
fn main() {
    let s = a::S { at: [1; M] };
    println!("{} {:?} {}", sum(&s), TABLE, std::mem::size_of::<Option<a::S>>());
}
""", [
        ("N: usize = 4", "N: usize = 6"),
        ("n / 2", "n / 2 + 1"),
        ("n / 2", "n / 0"),
        ("n / 2", "if n > 3 { half(n - 1) } else { 1 }"),
        ("[1; M]", "[1; N]"),
        ("half(N);", "N;"),
    ]),
    "enum_shapes": ("""
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
enum E { A, B(bool), C { x: char } }
fn name(e: E) -> u32 { match e { E::A => 1, E::B(b) => b as u32, E::C { x } => x as u32 } }
fn main() {
    println!("{} {:?} {}", name(E::B(true)), Some(E::A), E::A < E::C { x: 'c' });
    println!("{}", std::mem::size_of::<Option<E>>());
}
""", [
        ("A, B(bool)", "B(bool), A"),
        ("A, B(bool)", "A, B(bool), D"),
        ("B(bool)", "B(u64)"),
        ("enum E", "#[repr(u8)] enum E"),
        ("E::A => 1", "_ if name(E::A) > 3 => 1, E::A => 2"),
        ("E::A => 1, ", ""),
    ]),
    "traits_elsewhere": ("""
mod t {
    pub trait Area { const K: u32 = 2; type Out; fn area(&self) -> u32 { 1 } fn name(&self) -> String { "d".to_string() } }
    pub struct Sq(pub u32);
    impl Area for Sq { type Out = u8; fn area(&self) -> u32 { self.0 * Self::K } }
}
use t::*;
fn total(list: &[Box<dyn Area<Out = u8>>]) -> u32 { list.iter().map(|a| a.area()).sum() }
fn get<A: Area>(a: A) -> (u32, usize) { (a.area(), std::mem::size_of::<A::Out>()) }
fn main() {
    println!("{} {:?}", total(&[Box::new(Sq(2))]), get(Sq(3)));
    println!("{}", Sq(1).name());
}
""", [
        ("fn area(&self) -> u32 { 1 }", "fn extra(&self) {} fn area(&self) -> u32 { 1 }"),
        ("fn area(&self) -> u32 { self.0 * Self::K }", ""),
        ("type Out = u8;", "type Out = u64;"),
        ("const K: u32 = 2;", "const K: u32 = 3;"),
        ("type Out = u8;", "type Out = u8; const K: u32 = 9;"),
        ("pub trait Area {", "pub trait Area where Self: Sized {"),
        ("pub trait Area {", "pub trait Area: std::fmt::Debug {"),
        ("pub trait Area {", "pub trait Super { fn s(&self) -> u8 { 0 } } impl<T: ?Sized> Super for T {} pub trait Area: Super {"),
        ("pub struct Sq(pub u32);", "pub struct Sq(pub u32); impl Sq { pub fn name(&self) -> &'static str { \"own\" } }"),
        ("pub struct Sq(pub u32);", "pub struct Sq(pub u32); impl Sq { pub fn area(&self) -> u32 { 77 } }"),
        ("use t::*;", "use t::{Area, Sq};"),
        ("use t::*;", "use t::Sq;"),
        ("pub struct Sq", "struct Sq"),
    ]),
    "blanket_impls": ("""
trait Show { fn show(&self) -> String; }
impl Show for u8 { fn show(&self) -> String { format!("u8 {}", self) } }
impl<T: Show> Show for Vec<T> { fn show(&self) -> String { self.iter().map(|x| x.show()).collect() } }
fn all<T: Show>(items: &[T]) -> String { items.iter().map(Show::show).collect::<Vec<_>>().join(",") }
fn main() { println!("{} {}", all(&[1u8, 2]), all(&[vec![3u8]])); }
""", [
        ("impl Show for u8", "impl<T: std::fmt::Debug> Show for Option<T> { fn show(&self) -> String { format!(\"{:?}\", self) } }\nimpl Show for u8"),
        ("impl Show for u8", "impl<T: std::fmt::Display> Show for T"),
        ("impl<T: Show> Show for Vec<T>", "impl<T: Show + Clone> Show for Vec<T>"),
        ("impl<T: Show> Show for Vec<T>", "impl<T: Show + Send + std::ops::Add> Show for Vec<T>"),
        ("u8 {}", "{:>4}"),
        ("1u8, 2", "1i8, 2"),
    ]),
    "opaque_types": ("""
mod m {
    pub fn numbers(n: u32) -> impl Iterator<Item = u32> + Clone { (0..n).map(|x| x * 2) }
    pub fn boxed() -> impl Fn(u32) -> u32 { let k = 3; move |x| x + k }
}
fn is_send<T: Send>(_: T) {}
fn main() {
    let it = m::numbers(4);
    println!("{} {}", it.clone().sum::<u32>(), std::mem::size_of_val(&it));
    println!("{} {}", m::boxed()(1), std::mem::size_of_val(&m::boxed()));
    is_send(m::boxed());
}
""", [
        ("(0..n).map(|x| x * 2)", "(0..n).filter(move |x| x % n != 1)"),
        ("(0..n).map(|x| x * 2)", "vec![1, 2, n].into_iter()"),
        ("let k = 3; move |x| x + k", "let k = 3u64; move |x| x + k as u32"),
        ("let k = 3; move |x| x + k", "let k = std::rc::Rc::new(3); move |x| x + *k"),
        (" + Clone", ""),
    ]),
    "names_and_globs": ("""
mod a { pub fn f() -> u8 { 1 } pub const C: u8 = 10; }
mod b { pub fn g() -> u8 { 2 } }
mod c { pub use super::a::*; pub use super::b::*; }
use c::*;
fn main() { println!("{} {} {}", f(), g(), C); }
""", [
        ("mod b { ", "mod b { pub fn f() -> u8 { 3 } "),
        ("use c::*;", "use c::*;\nfn f() -> u8 { 4 }"),
        ("use c::*;", "use c::*;\nuse b::g as f;"),
        ("pub const C", "const C"),
        ("pub const C: u8 = 10;", "pub const C: u8 = 10; pub mod c { pub const C: i64 = -1; }"),
        ("use c::*;", "use self::c::{f, g, C};\nmod println { }"),
        ("mod b { ", "#[macro_use] mod b { macro_rules! println { ($($t:tt)*) => { std::print!($($t)*) } } "),
        ("fn main()", "macro_rules! println { ($($t:tt)*) => { std::eprintln!($($t)*) } }\nfn main()"),
    ]),
    "macros": ("""
macro_rules! make { ($name:ident, $v:expr) => { fn $name() -> u32 { let x = 1; $v + x } }; }
macro_rules! list { ($($e:expr),* $(,)?) => { vec![$($e * 2),*] }; }
make!(one, 1);
make!(two, 2);
fn main() { let x = 5; println!("{} {} {:?}", one(), two(), list![x, 2, 3]); }
""", [
        ("$v + x", "$v * 10 + x"),
        ("$v + x", "$v + x + x"),
        ("let x = 1;", "let x = 1u32; let y = x;"),
        ("make!(two, 2);", "make!(two, 3);"),
        ("make!(two, 2);", "make!(two, x);"),
        ("$e * 2", "$e"),
        ("make!(one, 1);\nmake!(two, 2);", "make!(two, 2);\nmake!(one, 1);"),
        ("make!(one, 1);", "make!(one, 1); make!(one, 2);"),
        ("macro_rules! make", "macro_rules! unused { () => {} }\nmacro_rules! make"),
    ]),
    "attributes": ("""
fn checked(n: u32) -> u32 { if n > 3 { panic!("too many: {}", n) } n }
fn call() -> u32 { checked(2) }
struct S { a: u8, b: u32, c: u8 }
mod m { pub(crate) static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(5); }
fn main() {
    let f: fn(u32) -> u32 = checked;
    println!("{} {} {}", call(), f(1), std::mem::size_of::<S>());
    println!("{:?}", m::COUNT.load(std::sync::atomic::Ordering::SeqCst));
    let s = S { a: 1, b: 2, c: 3 };
    println!("{}", s.a as u32 + s.b + s.c as u32);
}
""", [
        ("fn checked", "#[track_caller] fn checked"),
        ("fn checked", "#[inline(never)] fn checked"),
        ("fn checked", "#[cfg(not(debug_assertions))] fn checked"),
        ("fn checked", "#[no_mangle] pub extern \"C\" fn checked"),
        ("fn checked", "unsafe fn checked"),
        ("fn checked", "const fn checked"),
        ("struct S", "#[repr(C)] struct S"),
        ("struct S", "#[repr(packed)] struct S"),
        ("new(5)", "new(6)"),
        ("fn call", "\n\n\n// moved\nfn call"),
        ("if n > 3", "\n\n if n > 3"),
    ]),
    "generics_and_bounds": ("""
use std::collections::HashMap;
trait Key { fn key(&self) -> u64; }
struct Store<K, V = u8> { map: HashMap<u64, (K, V)> }
impl<K: Key, V: Default> Store<K, V> {
    fn new() -> Self { Store { map: HashMap::new() } }
    fn put(&mut self, k: K) -> usize { self.map.insert(k.key(), (k, V::default())); self.map.len() }
}
impl Key for &'static str { fn key(&self) -> u64 { self.len() as u64 } }
fn main() {
    let mut s: Store<&'static str> = Store::new();
    println!("{} {} {}", s.put("a"), s.put("bb"), s.put("c"));
}
""", [
        ("V = u8", "V = String"),
        ("V = u8", "V = [u64; 5]"),
        ("self.len() as u64", "self.as_ptr() as u64 * 0 + 1"),
        ("V: Default", "V: Default + Copy"),
        ("V: Default", "V"),
        ("Key for &'static str", "<'a> Key for &'a str"),
        ("trait Key {", "trait Key: Copy {"),
        ("fn put(&mut self, k: K)", "fn put<'a>(&'a mut self, k: K)"),
        ("struct Store<K, V = u8>", "struct Store<K: Key, V = u8>"),
    ]),
    "statics_and_threads": ("""
use std::cell::Cell;
thread_local! { static T: Cell<u32> = Cell::new(3); }
static mut LIST: [u8; 2] = [1, 2];
const TEXT: &str = "text";
static PAIR: (&str, &[u8; 2]) = (TEXT, &[3, 4]);
fn main() {
    T.with(|t| t.set(t.get() + 1));
    println!("{} {:?} {}", T.with(|t| t.get()), PAIR, unsafe { LIST[1] });
}
""", [
        ("Cell::new(3)", "Cell::new(30)"),
        ("Cell::new(3)", "const { Cell::new(3) }"),
        ("TEXT: &str = \"text\"", "TEXT: &str = \"other\""),
        ("[1, 2]", "[1, 7]"),
        ("[u8; 2] = [1, 2]", "[u16; 2] = [1, 2]"),
        ("static mut", "static"),
        ("PAIR: (&str, &[u8; 2])", "PAIR: (&str, &[u16; 2])"),
        ("const TEXT", "static TEXT"),
    ]),
    "closures": ("""
fn apply<F: FnOnce(u32) -> R, R>(f: F) -> R { f(4) }
fn main() {
    let text = String::from("abc");
    let mut count = 0u32;
    let a = apply(|x| x + text.len() as u32);
    let mut add = |n: u32| { count += n; count };
    add(1);
    println!("{} {} {}", a, add(2), apply(|x| move |y: u32| x + y)(3));
    let list: Vec<Box<dyn Fn(u32) -> u32>> = vec![Box::new(move |x| x + a), Box::new(|x| x * 2)];
    println!("{:?}", list.iter().map(|f| f(2)).collect::<Vec<_>>());
}
""", [
        ("|x| x + text.len()", "move |x| x + text.len()"),
        ("count += n; count", "count += n * 2; count"),
        ("count += n; count", "let c = &mut count; *c += n; *c"),
        ("|x| move |y: u32|", "|x| |y: u32|"),
        ("move |x| x + a", "move |x| x + a + text.len() as u32"),
        ("f(4)", "{ let g = move || f(5); g() }"),
        ("0u32", "0u64"),
        ("F: FnOnce", "F: Fn"),
        ("let mut add", "let unused = |z: u8| z; let mut add"),
    ]),
    "std_through_user_types": ("""
use std::fmt;
#[derive(PartialEq, Eq, Hash, Clone, Debug)]
struct Id(u32);
impl PartialOrd for Id { fn partial_cmp(&self, o: &Id) -> Option<std::cmp::Ordering> { Some(self.cmp(o)) } }
impl Ord for Id { fn cmp(&self, o: &Id) -> std::cmp::Ordering { self.0.cmp(&o.0) } }
impl fmt::Display for Id { fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result { write!(f, "#{}", self.0) } }
impl std::ops::Deref for Wrap { type Target = Vec<Id>; fn deref(&self) -> &Vec<Id> { &self.at } }
struct Wrap { at: Vec<Id> }
struct Count(u32);
impl Iterator for Count { type Item = u32; fn next(&mut self) -> Option<u32> { self.0 += 1; if self.0 < 6 { Some(self.0) } else { None } } }
fn main() {
    let mut v = vec![Id(3), Id(1), Id(2)];
    v.sort();
    let w = Wrap { at: v };
    println!("{} {:?} {:?}", w[0], w.iter().max(), w.binary_search(&Id(2)));
    println!("{} {:?}", Count(0).zip(Count(1)).map(|(a, b)| a * b).sum::<u32>(), Count(2).last());
    println!("{:?}", w.iter().map(|i| i.to_string()).collect::<Vec<_>>());
}
""", [
        ("self.0.cmp(&o.0)", "o.0.cmp(&self.0)"),
        ("Some(self.cmp(o))", "None"),
        ("\"#{}\"", "\"<{}>\""),
        ("&self.at", "{ println!(\"deref\"); &self.at }"),
        ("self.0 < 6", "self.0 < 4"),
        ("PartialEq, Eq, Hash, Clone, Debug", "PartialEq, Eq, Debug"),
        ("impl Ord for Id", "impl std::ops::Add for Id { type Output = Id; fn add(self, o: Id) -> Id { Id(self.0 + o.0) } }\nimpl Ord for Id"),
        ("fn next(&mut self)", "fn size_hint(&self) -> (usize, Option<usize>) { (2, Some(9)) } fn next(&mut self)"),
        ("fn next(&mut self)", "fn last(self) -> Option<u32> { Some(99) } fn next(&mut self)"),
        ("impl fmt::Display for Id", "impl fmt::Display for Count"),
        ("struct Id(u32);", "struct Id(u64);"),
    ]),
    "files": ({
        "main.rs": "mod a;\nmod b { pub mod c; pub fn f() -> u8 { c::h() } }\nfn main() { println!(\"{} {}\", a::f(1), b::f()); }\n",
        "a.rs": "pub fn f(x: u32) -> u32 { g(x) + crate::b::f() as u32 }\nfn g(x: u32) -> u32 { x + 1 }\n",
        "b/c.rs": "pub fn h() -> u8 { super::super::a::f as usize as u8 & 0 }\n",
    }, [
        ("x + 1", "x + 2"),
        ("pub fn f(x: u32) -> u32 {", "pub fn f(x: u64) -> u32 { let x = x as u32;"),
        ("mod a;\n", ""),
        ("mod a;", "mod a;\n#[path = \"a.rs\"] mod z;"),
        ("& 0", "& 1 | 4"),
        ("fn g(x: u32)", "pub mod deep { pub fn k() -> i8 { super::g(1) as i8 } }\nfn g(x: u32)"),
        ("pub mod c;", "mod c;"),
        ("mod b {", "pub mod b {"),
        ("fn g(x", "fn g(x: u8) {}\nfn g(x"),
        ("crate::b", "crate::nowhere"),
    ]),
    "impls_that_come_to_overlap": ("""
trait Zero {}
mod inner { use super::*; impl Zero for u8 {} impl Zero for f32 {} impl S { fn a() {} } }
struct S;
struct Outer { inner: Inner }
struct Inner { x: u8 }
fn main() {}
""", [
        ("trait Zero {}", "trait Zero {}\nimpl<T: Copy> Zero for T {}"),
        ("struct S;", "impl S { fn a() {} }\nstruct S;"),
        ("x: u8", "x: Option<Outer>"),
        ("struct Outer { inner: Inner }\nstruct Inner { x: u8 }", "struct Inner { x: Outer }\nstruct Outer { inner: Inner }"),
    ]),
    "opaque_types_that_go": ("""
fn compose<A, B, C>(f: impl Fn(A) -> B, g: impl Fn(B) -> C) -> impl Fn(A) -> C { move |x| g(f(x)) }
fn count() -> (u8, impl Iterator<Item = u32>) { (1, 0..4) }
fn main() {
    let f = compose(|x: i32| x + 1, |y: i32| y * 2);
    println!("{} {}", f(1), count().1.sum::<u32>());
}
""", [
        ("fn compose<A, B, C>(f: impl Fn(A) -> B, g: impl Fn(B) -> C) -> impl Fn(A) -> C { move |x| g(f(x)) }\n", ""),
        ("fn count() -> (u8, impl Iterator<Item = u32>) { (1, 0..4) }\n", "mod count;\n"),
        ("fn compose<A, B, C>(f: impl Fn(A) -> B, g: impl Fn(B) -> C) -> impl Fn(A) -> C { move |x| g(f(x)) }\n", "mod n5;\nuse n5::*;\n"),
        ("-> (u8, impl Iterator<Item = u32>)", "-> (u8, std::ops::Range<u32>)"),
        ("f: impl Fn(A) -> B, g: impl Fn(B) -> C", "f: fn(A) -> B, g: fn(B) -> C"),
    ]),
}


def replaced(text, old, new):
    if isinstance(text, str):
        assert old in text, old
        return text.replace(old, new, 1)
    assert any(old in part for part in text.values()), old
    return {name: part.replace(old, new, 1) for name, part in text.items()}


def scripts():
    """Name -> texts, each a dict of files."""
    found = dict(SCRIPTS)
    for name, (text, edits) in PAIRS.items():
        texts = [text]
        for old, new in edits:
            texts += [replaced(text, old, new), text]
        found[name] = texts
        # one on top of the other, as far as they fit together
        piled = [text]
        for old, new in edits:
            last = piled[-1]
            if old in last if isinstance(last, str) else any(old in part for part in last.values()):
                piled.append(replaced(last, old, new))
        found[name + "_piled"] = piled + piled[::-1]
    return {name: [{"main.rs": text} if isinstance(text, str) else text for text in texts] for name, texts in found.items()}
