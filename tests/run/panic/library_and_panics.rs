//@ edition: 2024
use std::cell::{Cell, RefCell};
use std::collections::*;
use std::rc::Rc;
use std::panic::{catch_unwind, AssertUnwindSafe};
struct D(String);
impl Drop for D { fn drop(&mut self) { println!("drop {}", self.0); } }
fn d(s: impl Into<String>) -> D { D(s.into()) }
fn t(name: &str, f: impl FnOnce()) { println!("-- {name}"); if let Err(e) = catch_unwind(AssertUnwindSafe(f)) { println!("caught {:?} {:?}", e.downcast_ref::<&str>(), e.downcast_ref::<String>()); } }
trait Shape { const SIDES: u32; fn area(&self) -> f64 { 0.0 } }
struct Sq(f64); struct Tri;
impl Shape for Sq { const SIDES: u32 = 4; fn area(&self) -> f64 { self.0 * self.0 } }
impl Shape for Tri { const SIDES: u32 = 3; }
fn sides<T: Shape>(_: &T) -> &'static str { match T::SIDES { 3 => "three", 4 => "four", _ => "many" } }
struct Pt { x: i32, y: (i32, D), z: Option<D> }
union U { i: u32, f: f32 }
enum Tree { Leaf(i32), Node(Box<Tree>, Box<Tree>) }
fn depth(t: &Tree) -> i32 { match t { Tree::Leaf(_) => 1, Tree::Node(l, r) => 1 + depth(l).max(depth(r)) } }
fn sum(t: Tree) -> i32 { match t { Tree::Leaf(n) => n, Tree::Node(l, r) => sum(*l) + sum(*r) } }
fn gen_drop<T>(v: Vec<T>, k: usize) -> Option<T> { for (i, x) in v.into_iter().enumerate() { if i == k { return Some(x); } } None }
fn cls(x: u8) -> u8 { match x { 0 => 1, 1..=127 => 2, 128..=254 => 3, 255 => 4 } }
fn fl(x: f64) -> i32 { match x { 0.0 => 0, 1.0..=2.0 => 1, f64::INFINITY => 2, _ => 3 } }
fn slice_mut(s: &mut [i32]) { if let [first, .., last] = s { std::mem::swap(first, last); } }
fn split(s: &[i32]) -> (i32, &[i32], i32) { match s { [a, mid @ .., b] => (*a, mid, *b), [a] => (*a, &[], 0), [] => (0, &[], 0) } }
fn modes(p: &mut (i32, Option<String>)) { match p { (n, Some(s)) if *n > 0 => { s.push('!'); *n -= 1; } (n, None) => *n = 9, (_, x) => *x = None } }
const fn fact(n: u64) -> u64 { if n == 0 { 1 } else { n * fact(n - 1) } }
const F10: u64 = fact(10);
static TABLE: [u64; 5] = { let mut t = [0; 5]; let mut i = 0; while i < 5 { t[i] = fact(i as u64); i += 1; } t };
thread_local! { static TL: Cell<i32> = Cell::new(5); static TR: RefCell<Vec<i32>> = RefCell::new(vec![1]); }
fn early(v: &[Option<i32>]) -> Result<i32, String> { let mut s = 0; for x in v { s += x.ok_or_else(|| format!("none after {s}"))?; } Ok(s) }
fn lp() -> Vec<String> { let mut out = vec![]; let mut pend: Option<D> = None; for i in 0..4 { let cur = d(format!("c{i}")); if i % 2 == 0 { pend = Some(cur); continue; } if let Some(p) = pend.take() { out.push(format!("{}{}", p.0, cur.0)); } } out }
fn main() {
    std::panic::set_hook(Box::new(|_| {}));
    println!("{} {}", sides(&Sq(2.0)), sides(&Tri)); println!("{} {}", Sq(3.0).area(), Tri.area());
    t("disjoint", || { let mut p = Pt { x: 1, y: (2, d("y")), z: Some(d("z")) }; { let mut inc = || p.x += 1; let r = &p.y.1; inc(); println!("{}", r.0); } let c = move || { let q = p.z; q.is_some() }; println!("{} {}", p.x, p.y.0); println!("{}", c()); println!("end"); });
    t("union", || { let u = U { f: 1.0 }; println!("{:x}", unsafe { u.i }); });
    t("tree", || { let t = Tree::Node(Box::new(Tree::Leaf(1)), Box::new(Tree::Node(Box::new(Tree::Leaf(2)), Box::new(Tree::Leaf(3))))); println!("{} {}", depth(&t), sum(t)); });
    t("gen", || { let r = gen_drop(vec![d("a"), d("b"), d("c")], 1); println!("got {}", r.as_ref().unwrap().0); });
    for x in [0u8, 5, 127, 128, 254, 255] { print!("{} ", cls(x)); } println!();
    for x in [0.0, -0.0, 1.5, f64::INFINITY, f64::NAN] { print!("{} ", fl(x)); } println!();
    let mut s = [1, 2, 3]; slice_mut(&mut s); println!("{s:?} {:?} {:?}", split(&s), split(&[]));
    for mut p in [(1, Some("a".to_string())), (0, Some("b".into())), (3, None)] { modes(&mut p); println!("{p:?}"); }
    println!("{F10} {TABLE:?}"); TL.with(|c| { c.set(c.get() + 1); println!("{}", c.get()); }); TR.with_borrow_mut(|v| v.push(2)); TR.with(|v| println!("{:?}", v.borrow()));
    println!("{:?} {:?}", early(&[Some(1), Some(2)]), early(&[Some(1), None]));
    println!("{:?}", lp());
    t("overflow", || { let x: i32 = "2147483647".parse().unwrap(); println!("{}", x + 1); });
    t("index", || { let v = vec![1]; let i = v.len() + 3; println!("{}", v[i]); });
    t("arr index", || { let v = [1, 2]; let i = v.len() + 3; println!("{}", v[i]); });
    t("div", || { let z = "0".parse::<i32>().unwrap(); println!("{}", 5 / z); });
    t("unwrap", || { let x: Option<i32> = None; x.unwrap(); });
    t("expect", || { let x: Result<i32, String> = Err("bad".into()); x.expect("msg"); });
    t("slice", || { let v = [1, 2, 3]; let n = v.len() + 1; println!("{:?}", &v[..n]); });
    t("refcell", || { let r = RefCell::new(1); let _a = r.borrow_mut(); let _b = r.borrow_mut(); });
    t("unreachable", || unreachable!("x {}", 1));
    t("assert", || assert_eq!(1 + 1, 3, "math {}", "bad"));
    t("nested unwinding", || { let _a = d("a"); let r = catch_unwind(|| { let _b = d("b"); panic!("inner"); }); println!("{}", r.is_err()); let _c = d("c"); panic!("outer {}", 1); });
    t("vec of boxes", || { let v: Vec<Box<dyn Fn() -> D>> = vec![Box::new(|| d("1")), Box::new(|| d("2"))]; for f in &v { f(); } });
    t("rc", || { let a = Rc::new(d("rc")); let b = a.clone(); drop(a); println!("{}", Rc::strong_count(&b)); });
    t("maps", || { let mut m = HashMap::new(); m.insert("a", d("1")); m.insert("a", d("2")); println!("ins"); if let Some(x) = m.remove("a") { println!("rm {}", x.0); } let mut b = BTreeMap::new(); for i in 0..20 { b.insert(i * 7 % 20, i); } println!("{:?}", b.range(3..6).collect::<Vec<_>>()); });
    t("iter chain", || { let v: Vec<String> = (1..10).filter(|x| x % 2 == 1).map(|x| x * x).zip("abcde".chars()).map(|(a, b)| format!("{a}{b}")).collect(); println!("{}", v.join(",")); });
    t("sort", || { let mut v = vec!["pear", "fig", "apple"]; v.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| b.cmp(a))); println!("{v:?}"); let mut w = vec![3.2, 1.5, 2.5]; w.sort_by(|a, b| b.partial_cmp(a).unwrap()); println!("{w:?}"); });
    t("string", || { let s = "héllo wörld"; for (i, w) in s.split(' ').enumerate() { println!("{i} {} {}", w.len(), w.chars().rev().collect::<String>()); } println!("{}", &s[0..1]); println!("{:>8}|{:<5}|{:^7}|{:08.3}|{:#x}|{:+}", "a", "b", "c", 3.14159, 255, 7); });
    t("inline const", || { const N: usize = 3; let a = [const { Vec::<i32>::new() }; N]; println!("{a:?} {}", const { N * 2 }); });
    t("threads", || { let h: Vec<_> = (0..3).map(|i| std::thread::spawn(move || i * i)).collect(); println!("{:?}", h.into_iter().map(|h| h.join().unwrap()).collect::<Vec<_>>()); });
    t("cond moves in loop", || { let mut cur = d("0"); for i in 1..4 { let next = d(i.to_string()); if i == 2 { drop(next); continue; } cur = next; } println!("cur {}", cur.0); });
    t("move out in match loop", || { let mut st = Some(d("s")); loop { match st { Some(x) if x.0.len() > 3 => { println!("long {}", x.0); break; } Some(x) => { st = Some(d(format!("{}x", x.0))); } None => break } } });
    t("swap", || { let (mut a, mut b) = (d("a"), d("b")); std::mem::swap(&mut a, &mut b); println!("{} {}", a.0, b.0); (a, b) = (b, a); println!("{} {}", a.0, b.0); });
    t("dyn any", || { let v: Vec<Box<dyn std::any::Any>> = vec![Box::new(1i32), Box::new("s")]; for x in &v { if let Some(i) = x.downcast_ref::<i32>() { println!("i {i}"); } else if let Some(s) = x.downcast_ref::<&str>() { println!("s {s}"); } } });
    t("closure in struct", || { struct C<F: Fn(i32) -> i32> { f: F, d: D } let c = C { f: |x| x + 1, d: d("cd") }; println!("{}", (c.f)(1)); let C { f, .. } = c; println!("{}", f(2)); });
    t("labeled in closure", || { let f = |n: i32| -> i32 { 'x: { if n > 3 { break 'x 1; } if n > 1 { return 2; } 3 } }; println!("{} {} {}", f(5), f(2), f(0)); });
    t("shadowed loop var", || { let v = vec![d("1"), d("2"), d("3")]; let mut it = v.into_iter(); while let Some(x) = it.next() { if x.0 == "2" { break; } } println!("broke"); });
    t("array of drops index assign", || { let mut a = [d("a"), d("b")]; a[1] = d("c"); println!("assigned"); });
    t("box reassign", || { let mut b = Box::new(d("a")); *b = d("b"); println!("assigned"); let x = *b; println!("{}", x.0); });
    t("option replace", || { let mut o = Some(d("a")); let p = o.replace(d("b")); println!("{}", p.unwrap().0); o = None; println!("none {}", o.is_none()); });
}
