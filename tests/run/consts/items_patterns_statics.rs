#![allow(dead_code, non_upper_case_globals)]
use std::fmt::Debug;
trait Buf { const N: usize; const NAME: &'static str = "anon"; const DEF: Option<u32> = None; fn make() -> Vec<u8> { vec![0; Self::N] } }
struct S1; struct S2;
impl Buf for S1 { const N: usize = 3; }
impl Buf for S2 { const N: usize = S1::N + 4; const NAME: &'static str = "s2"; const DEF: Option<u32> = Some(<S1 as Buf>::N as u32); }
struct Holder { a: [u8; Holder::LEN], b: [u16; Self::LEN * 2] }
impl Holder { const LEN: usize = 2 + S1::N; const fn new() -> Self { Holder { a: [7; Self::LEN], b: [9; Self::LEN * 2] } } }
static H: Holder = Holder::new();
struct G<T>(T);
impl<T> G<T> { const SZ: usize = std::mem::size_of::<T>(); const IS_ZST: bool = Self::SZ == 0; const ALIGN: usize = { assert!(Self::SZ < 100); std::mem::align_of::<T>() }; const FN: fn(usize) -> usize = |x| x + Self::SZ; const ARR: &'static [usize] = &[Self::SZ, Self::ALIGN]; }
const MODE_A: u32 = 1; const MODE_B: u32 = MODE_A << 3;
const LOW: u8 = b'a'; const HIGH: u8 = LOW + 25;
const PT: (i32, &str) = (1, "one");
#[derive(PartialEq, Eq, Debug)] struct Key { a: u32, b: Option<char> }
const KEY: Key = Key { a: 5, b: Some('k') };
fn classify(m: u32) -> &'static str { match m { MODE_A => "A", MODE_B => "B", _ => "?" } }
fn letter(c: u8) -> bool { matches!(c, LOW..=HIGH) }
fn key(k: Key) -> u8 { match k { KEY => 1, Key { a: MODE_B, .. } => 2, _ => 3 } }
fn tup(t: (i32, &str)) -> bool { matches!(t, PT) }
const STRS: &str = "needle"; fn strm(s: &str) -> bool { match s { STRS => true, _ => false } }
const BYTES: &[u8] = b"xyz"; fn bm(s: &[u8]) -> bool { match s { BYTES => true, _ => false } }
const DYN: &dyn Debug = &Some(5u8);
const CLOS: &(dyn Fn(i32) -> i32 + Sync) = &|x| x * 3;
static TABLE: [fn(f64) -> f64; 3] = [f64::sqrt, f64::abs, |x| x + 0.5];
static VT: &[(&str, &(dyn Fn(&str) -> String + Sync))] = &[("up", &|s| s.to_uppercase()), ("len", &|s| s.len().to_string())];
const fn pick<T: Copy, const N: usize>(a: &[T; N], i: usize) -> T { a[i % N] }
struct Ring<const N: usize> { buf: [u32; N] }
impl<const N: usize> Ring<N> { const MASK: usize = { assert!(N.is_power_of_two()); N - 1 }; const fn new() -> Self { Self { buf: [0; N] } } fn at(&self, i: usize) -> usize { i & Self::MASK } }
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)] #[repr(u16)] enum Op { Nop = 0x10, Jmp = Self::BASE + 1, Hlt = !0 }
impl Op { const BASE: u16 = 0x100; const ALL: [Op; 3] = [Op::Nop, Op::Jmp, Op::Hlt]; }
enum Deep { A(Inner), B } enum Inner { X(u8), Y(&'static str), Z }
const DEEPS: [Deep; 4] = [Deep::A(Inner::X(3)), Deep::A(Inner::Y("yy")), Deep::A(Inner::Z), Deep::B];
fn show(d: &Deep) -> String { match d { Deep::A(Inner::X(n)) => format!("X{n}"), Deep::A(Inner::Y(s)) => format!("Y{s}"), Deep::A(Inner::Z) => "Z".into(), Deep::B => "B".into() } }
const NANO: std::time::Duration = std::time::Duration::new(1, 500);
static mut GLOBAL: Vec<String> = Vec::new();
static CELLS: [std::sync::atomic::AtomicU8; 4] = [const { std::sync::atomic::AtomicU8::new(7) }; 4];
const EMPTY_MAP: std::collections::BTreeMap<u8, u8> = std::collections::BTreeMap::new();
const NONE_STR: Option<String> = None;
static LAZY: std::sync::LazyLock<Vec<u32>> = std::sync::LazyLock::new(|| (0..5).map(|x| x * x).collect());
static SELF_REF: SelfRef = SelfRef { me: &SELF_REF, v: 9 }; struct SelfRef { me: &'static SelfRef, v: u8 }
union IntOrPtr { i: usize, p: *const u8 } unsafe impl Sync for IntOrPtr {}
static UN: IntOrPtr = IntOrPtr { i: 77 };
const SLICE_OF_STATIC: &[u16] = { static A: [u16; 5] = [1, 2, 3, 4, 5]; let (_, b) = A.split_at(2); b };
fn generic_prom<T: Buf>() -> &'static [usize] { &[1, 2] }
fn generic_const<T: Buf>() -> [usize; 2] { const { [T::N, T::N * 2] } }
fn main() {
    println!("{} {} {} {} {:?} {:?}", S1::N, S2::N, S1::NAME, S2::NAME, S1::DEF, S2::DEF); println!("{} {}", S1::make().len(), S2::make().len());
    println!("{:?} {:?}", H.a, H.b.len()); println!("{} {} {} {}", G::<u32>::SZ, G::<()>::IS_ZST, G::<u64>::ALIGN, (G::<u16>::FN)(40)); println!("{:?}", G::<[u32; 3]>::ARR);
    println!("{} {} {}", classify(1), classify(8), classify(2)); println!("{} {}", letter(b'q'), letter(b'Q')); println!("{} {} {}", key(Key { a: 5, b: Some('k') }), key(Key { a: 8, b: None }), key(Key { a: 5, b: None }));
    println!("{} {} {} {} {}", tup((1, "one")), tup((1, "two")), strm("needle"), bm(b"xyz"), bm(b"xy"));
    println!("{:?} {} {}", DYN, CLOS(14), TABLE.iter().map(|f| f(4.0)).sum::<f64>()); for (n, f) in VT { println!("{n} {}", f("abc")); }
    println!("{} {}", pick(&[1, 2, 3], 4), pick(b"hello", 11)); println!("{} {}", Ring::<8>::MASK, Ring::<16>::new().at(19));
    println!("{:?} {}", Op::ALL, Op::Jmp as u16); println!("{:?}", Op::Jmp < Op::Hlt); for d in &DEEPS { print!("{} ", show(d)); } println!();
    println!("{:?}", NANO); unsafe { let g = &mut *(&raw mut GLOBAL); g.push("x".into()); println!("{:?}", g); } CELLS[2].store(9, std::sync::atomic::Ordering::Relaxed); println!("{:?}", CELLS);
    let mut m = EMPTY_MAP; m.insert(1, 2); println!("{:?} {:?} {:?}", m, NONE_STR, *LAZY); println!("{} {}", SELF_REF.me.me.v, unsafe { UN.i }); println!("{:?}", SLICE_OF_STATIC);
    println!("{:?} {:?} {:?}", generic_prom::<S1>(), generic_const::<S2>(), generic_const::<S1>());
}
