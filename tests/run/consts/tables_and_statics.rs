#![allow(dead_code, static_mut_refs)]
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, RwLock};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
trait Animal { fn name(&self) -> &'static str; fn legs(&self) -> u32 { 4 } }
struct Dog; struct Bird(u32);
impl Animal for Dog { fn name(&self) -> &'static str { "dog" } }
impl Animal for Bird { fn name(&self) -> &'static str { "bird" } fn legs(&self) -> u32 { self.0 } }
static ANIMALS: [&(dyn Animal + Sync); 2] = [&Dog, &Bird(2)];
const ANIMALS2: &[&dyn Animal] = &[&Bird(7), &Dog];
fn add(a: i32, b: i32) -> i32 { a + b }
fn sub(a: i32, b: i32) -> i32 { a - b }
const OPS: [(&str, fn(i32, i32) -> i32); 3] = [("add", add), ("sub", sub), ("mul", |a, b| a * b)];
static COUNTER: AtomicUsize = AtomicUsize::new(10);
static M: Mutex<Vec<i32>> = Mutex::new(Vec::new());
static ONCE: OnceLock<String> = OnceLock::new();
static RW: RwLock<Option<&'static str>> = RwLock::new(Some("init"));
static mut BUF: [u8; 8] = [1; 8];
static mut REFBUF: &mut [i32] = &mut [1, 2, 3];
static NAMES: &[&str] = &["zero", "one", "two"];
static LINK_A: Node = Node { v: 1, next: Some(&LINK_B) };
static LINK_B: Node = Node { v: 2, next: None };
struct Node { v: i32, next: Option<&'static Node> }
static CYC_A: Cyc = Cyc(&CYC_B, 1);
static CYC_B: Cyc = Cyc(&CYC_A, 2);
struct Cyc(&'static Cyc, i32);
thread_local! { static TL: Cell<u32> = const { Cell::new(5) }; static TL2: RefCell<Vec<u8>> = RefCell::new(vec![1]); }
struct Wrapper<T, const N: usize>([T; N]);
impl<T: Copy + Default, const N: usize> Wrapper<T, N> {
    const SIZE: usize = std::mem::size_of::<T>() * N;
    const DOUBLE: [usize; 2] = [N, N * 2];
    fn new() -> Self { Wrapper([T::default(); N]) }
    fn info() -> (usize, usize) { (Self::SIZE, Self::DOUBLE[1]) }
    fn prom() -> &'static [usize; 3] { const { &[N, N + 1, std::mem::size_of::<T>()] } }
}
const fn table<const N: usize>() -> [u64; N] { let mut t = [0; N]; let mut i = 0; while i < N { t[i] = if i < 2 { i as u64 } else { t[i - 1] + t[i - 2] }; i += 1; } t }
static FIB: [u64; 50] = table();
#[repr(u8)] #[derive(Debug, Clone, Copy, PartialEq)] enum Code { A = b'a', B = Code::A as u8 + 10, C = 200 }
#[derive(Debug)] #[repr(i16)] enum Neg { X = -5, Y, Z = 300 }
enum Big { P = 1 << 40, Q = -1 }
const VOWELS: [bool; 256] = { let mut t = [false; 256]; let v = b"aeiou"; let mut i = 0; while i < v.len() { t[v[i] as usize] = true; i += 1; } t };
const DUR: std::time::Duration = std::time::Duration::from_millis(1500);
const RANGE: std::ops::Range<usize> = 2..5;
const STR_SLICE: &str = { let s: &'static str = "hello world"; s.split_at(5).0 };
const NESTED: Option<Result<(u8, &[Option<char>]), ()>> = Some(Ok((1, &[Some('x'), None])));
const fn hash(s: &str) -> u32 { let b = s.as_bytes(); let mut h = 5381u32; let mut i = 0; while i < b.len() { h = h.wrapping_mul(33) ^ b[i] as u32; i += 1; } h }
fn dispatch(s: &str) -> &'static str { const A: u32 = hash("alpha"); const B: u32 = hash("beta"); match hash(s) { A => "is alpha", B => "is beta", _ => "other" } }
fn main() {
    for a in ANIMALS.iter() { println!("{} {}", a.name(), a.legs()); }
    for a in ANIMALS2 { println!("{} {}", a.name(), a.legs()); }
    for (n, f) in OPS { println!("{} {}", n, f(7, 3)); }
    COUNTER.fetch_add(5, Ordering::SeqCst); println!("{}", COUNTER.load(Ordering::SeqCst));
    M.lock().unwrap().push(3); M.lock().unwrap().push(4); println!("{:?}", M.lock().unwrap());
    println!("{}", ONCE.get_or_init(|| "once".to_string())); println!("{:?}", *RW.read().unwrap()); *RW.write().unwrap() = None; println!("{:?}", *RW.read().unwrap());
    unsafe { BUF[2] = 9; println!("{:?}", BUF); REFBUF[1] = 20; println!("{:?}", REFBUF); }
    println!("{:?} {}", NAMES, NAMES[2]);
    println!("{} {} {}", LINK_A.v, LINK_A.next.unwrap().v, LINK_B.next.is_none());
    println!("{} {} {}", CYC_A.1, CYC_A.0.1, CYC_A.0.0.1);
    TL.with(|c| { c.set(c.get() + 1); println!("{}", c.get()) }); TL2.with(|v| { v.borrow_mut().push(2); println!("{:?}", v.borrow()) });
    println!("{:?} {:?}", Wrapper::<u32, 5>::info(), Wrapper::<u8, 3>::info());
    println!("{:?} {:?}", Wrapper::<u16, 4>::prom(), Wrapper::<u64, 1>::prom());
    println!("{:?}", Wrapper::<u8, 2>::new().0);
    println!("{} {}", FIB[49], FIB.len());
    println!("{:?} {:?} {} {}", Code::A, Code::B, Code::B as u8, Code::C as i8);
    println!("{:?} {} {} {}", Neg::Y, Neg::X as i32, Neg::Y as i32, Neg::Z as u8);
    println!("{} {}", Big::P as i64, Big::Q as i64);
    println!("{} {}", VOWELS[b'e' as usize], VOWELS[b'z' as usize]);
    println!("{:?} {:?} {} {:?}", DUR, RANGE, STR_SLICE, NESTED);
    println!("{} {} {}", dispatch("alpha"), dispatch("beta"), dispatch("x"));
    let mut m: HashMap<&str, i32> = HashMap::new(); m.insert("k", 1); println!("{:?}", m);
    println!("{:?}", std::any::TypeId::of::<u32>() == std::any::TypeId::of::<u32>());
    println!("{:?}", std::any::TypeId::of::<u32>() == std::any::TypeId::of::<i32>());
    println!("{}", std::any::type_name::<Option<Vec<&str>>>());
}
