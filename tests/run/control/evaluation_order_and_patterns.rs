//@ edition: 2024
use std::ops::*;
#[derive(Debug, Clone, PartialEq)]
struct N(i32);
fn p(s: &str, v: i32) -> i32 { println!("eval {s}"); v }
fn n(s: &str, v: i32) -> N { println!("eval {s}"); N(v) }
impl Add for N { type Output = N; fn add(self, o: N) -> N { println!("add"); N(self.0 + o.0) } }
impl AddAssign for N { fn add_assign(&mut self, o: N) { println!("add_assign"); self.0 += o.0 } }
impl Neg for N { type Output = N; fn neg(self) -> N { println!("neg"); N(-self.0) } }
impl Not for N { type Output = N; fn not(self) -> N { N(!self.0) } }
impl Index<N> for Vec2 { type Output = i32; fn index(&self, i: N) -> &i32 { println!("index"); &self.v[i.0 as usize] } }
impl IndexMut<N> for Vec2 { fn index_mut(&mut self, i: N) -> &mut i32 { println!("index_mut"); &mut self.v[i.0 as usize] } }
impl Deref for Vec2 { type Target = Vec<i32>; fn deref(&self) -> &Vec<i32> { println!("deref"); &self.v } }
impl DerefMut for Vec2 { fn deref_mut(&mut self) -> &mut Vec<i32> { println!("deref_mut"); &mut self.v } }
struct Vec2 { v: Vec<i32> }
fn f3(a: i32, b: i32, c: i32) -> i32 { println!("f3 {a} {b} {c}"); a + b * c }
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Color { Red = 1, Green = 5, Blue }
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(i8)] enum Neg8 { A = -5, B, C = 7 }
const LIM: i32 = 10;
const NAME: &str = "hello";
const PT: (i32, i32) = (1, 2);
static GREETING: &str = "hi";
static mut COUNTER: u32 = 0;
fn classify(x: i32) -> &'static str { match x { i32::MIN..=-1 => "neg", 0 => "zero", 1..LIM => "small", LIM => "lim", _ => "big" } }
fn strm(s: &str) -> i32 { match s { NAME => 1, "" => 2, "a" | "b" => 3, x if x.len() > 5 => 4, _ => 5 } }
fn bytes(b: &[u8]) -> i32 { match b { b"abc" => 1, [b'x', ..] => 2, [.., b'z'] => 3, [a, b] if a == b => 4, [] => 5, _ => 6 } }
fn tup(t: (i32, Option<(bool, char)>)) -> i32 { match t { (0, _) => 0, (1 | 2, Some((true, 'a'..='f'))) => 1, (x, Some((_, c))) if x as u32 == c as u32 => 2, (_, None) => 3, PT2 if PT2.0 > 100 => 4, _ => 5 } }
fn nested(o: &Option<Box<Result<i32, String>>>) -> String { match o { None => "none".into(), Some(b) => match &**b { Ok(n @ 1..=5) => format!("ok {n}"), Ok(n) => format!("big {n}"), Err(e) if e.is_empty() => "empty".into(), Err(e) => e.clone() } } }
fn main() {
    let mut a = [1, 2, 3];
    a[p("i", 1) as usize] = p("v", 9);
    a[p("i2", 2) as usize] += p("v2", 5);
    println!("{a:?}");
    let mut x = N(1);
    x += n("rhs", 2);
    println!("{:?}", n("l", 1) + n("r", 2) + -n("m", 3));
    println!("{:?} {:?}", x, !N(5));
    *{ println!("lhs"); &mut x } = n("rhs", 4);
    *{ println!("lhs"); &mut x.0 } += p("rhs", 4);
    { println!("lhsN"); &mut x }.add_assign(n("rhsN", 1));
    println!("{x:?}");
    let mut v = Vec2 { v: vec![1, 2, 3] };
    v[n("ix", 1)] = p("val", 7);
    v[n("ix", 2)] += p("val", 8);
    println!("{} {}", v[N(1)], v.len());
    v.push(p("pushed", 4));
    println!("{:?} {}", v.v, v[N(0)]);
    f3(p("a", 1), { let y = p("b", 2); y }, p("c", 3));
    let mut k = 1;
    println!("{}", k + { k = 5; k } + k);
    let arr = [k, { k += 1; k }, k];
    println!("{arr:?}");
    let t = (k, { k *= 2; k }, k);
    println!("{t:?}");
    println!("{} {} {}", Color::Red as i32, Color::Green as u8, Color::Blue as i64);
    println!("{} {} {}", Neg8::A as i8, Neg8::B as i32, Neg8::C as u8);
    for c in [Color::Red, Color::Green, Color::Blue] { println!("{}", match c { Color::Red => "r", Color::Green => "g", Color::Blue => "b" }); }
    for c in [Neg8::A, Neg8::B, Neg8::C] { println!("{}", match c { Neg8::B => "b", Neg8::C => "c", Neg8::A => "a" }); }
    println!("{:?} {:?}", Color::Red < Color::Blue, Color::Green.cmp(&Color::Green));
    for i in [-5, 0, 3, 10, 11, i32::MAX, i32::MIN] { println!("{i} {}", classify(i)); }
    for s in ["hello", "", "a", "b", "longer", "xyz"] { println!("{s} {}", strm(s)); }
    for b in [&b"abc"[..], b"xq", b"qz", b"qq", b"", b"qrs"] { println!("{}", bytes(b)); }
    for q in [(0, None), (1, Some((true, 'c'))), (2, Some((true, 'z'))), (97, Some((false, 'a'))), (5, None), (101, Some((true, 'q')))] { println!("{}", tup(q)); }
    for o in [None, Some(Box::new(Ok(3))), Some(Box::new(Ok(30))), Some(Box::new(Err(String::new()))), Some(Box::new(Err("e".into())))] { println!("{}", nested(&o)); }
    unsafe { COUNTER += 3; let c = COUNTER; println!("{GREETING} {c}"); }
    let r: &'static [i32] = &[1, 2, 3]; let r2: &'static Option<i32> = &None; println!("{r:?} {r2:?}");
    let s: &'static str = { const X: &str = "const"; X }; println!("{s}");
    let (mut p1, mut p2) = (1, 2); (p1, p2) = (p2, p1); println!("{p1} {p2}");
    let [q1, .., q3] = [1, 2, 3, 4]; println!("{q1} {q3}");
    let z; { z = 5; } println!("{z}");
    let (c1, c2); (c1, (c2, ..)) = (1, (2, 3, 4)); println!("{c1} {c2}");
    let mut fs: Vec<Box<dyn FnMut(i32) -> i32>> = Vec::new(); let mut tot = 0;
    fs.push(Box::new(move |x| { tot += x; tot })); fs.push(Box::new(|x| x * 2));
    println!("{} {} {}", fs[0](3), fs[0](4), fs[1](5));
    let fp: fn(i32, i32, i32) -> i32 = f3; println!("{}", fp(1, 2, 3));
    let opt: Option<i32> = [1, 2].iter().copied().map(Some).last().flatten(); println!("{opt:?}");
    let val = if let Some(x) = opt && x > 1 { x } else { 0 }; println!("{val}");
    let w = 'o: loop { let mut i = 0; while i < 10 { i += 1; if i == 7 { break 'o i * 2; } } }; println!("{w}");
    println!("{}", i32::MAX.wrapping_add(1)); println!("{:?}", 5i32.checked_div(0));
    println!("{} {} {}", -7 / 2, -7 % 2, (-7i32).rem_euclid(2)); println!("{} {}", 1u32 << 5, -16 >> 2);
    println!("{}", (300i32 as u8) as char); println!("{}", 3.99f64 as i32); println!("{}", -1i32 as u64); println!("{}", f64::NAN as i32);
    let u: (u8, (), [i32; 0]) = (1, (), []); println!("{u:?}");
    let big = [[0u8; 100]; 10]; println!("{}", big.iter().map(|r| r.len()).sum::<usize>());
    let c = 'x'; println!("{}", matches!(c, 'a'..='z' | 'A'..='Z'));
    let rf = &mut 5; *rf += 1; let rr = &*rf; println!("{rr}");
    let name = String::from("n"); let cl = || name.len(); println!("{} {}", cl(), name);
    let mut cnt = 0; let mut inc = || { cnt += 1; cnt }; inc(); inc(); println!("{cnt}");
    let add = |a: i32| move |b: i32| a + b; println!("{}", add(1)(2));
    let bx: Box<dyn Fn(&str) -> String> = Box::new(|s| s.to_uppercase()); println!("{}", bx("abc"));
    let once: Box<dyn FnOnce() -> String> = Box::new(move || name); println!("{}", once());
}
