//@ edition: 2024
#![allow(unused)]
use std::fmt::Debug;
struct L(&'static str);
impl Drop for L { fn drop(&mut self) { print!("~{} ", self.0); } }
impl L { fn v(&self) -> usize { self.0.len() } fn r(&self) -> &str { self.0 } fn some(&self) -> Option<&str> { Some(self.0) } fn lock(&self) -> G<'_> { G(self) } }
struct G<'a>(&'a L);
impl Drop for G<'_> { fn drop(&mut self) { print!("~G{} ", self.0.0); } }
impl std::ops::Deref for G<'_> { type Target = L; fn deref(&self) -> &L { self.0 } }
fn mk(s: &'static str) -> L { print!("+{s} "); L(s) }
fn tail_guard() -> usize { let l = mk("l"); l.lock().v() }
fn if_let_guard(l: &L) -> usize { if let Some(s) = l.lock().some() { print!("body "); s.len() } else { 0 } }
fn match_guard(l: &L) -> usize { match l.lock().v() { 1 => { print!("one "); 1 } n => { print!("n "); n } } }
fn ret_in_match(o: Option<L>) -> usize { let x = match o { Some(l) => l, None => return 7 }; x.v() }
fn loop_ret(n: usize) -> usize { let _a = mk("a"); for i in 0.. { let _b = mk("b"); if i == n { return { let _c = mk("c"); i + mk("d").v() }; } } unreachable!() }
fn closure_ret() -> impl Fn() -> usize { let l = mk("cap"); move || l.v() }
fn nested_break() -> usize { 'a: { let _x = mk("x"); let y = 'b: { let _z = mk("z"); if mk("c").v() == 1 { break 'b 5 } else { break 'a 6 } }; print!("y{y} "); y } }
fn opt_chain(o: Option<&L>) -> Option<usize> { let l = o?; let r = Some(l.lock())?.v(); Some(r) }
fn replace_loop() { let mut cur = mk("0"); for s in ["1", "2", "3"] { if s == "2" { continue; } cur = mk(s); print!("set "); } print!("end "); }
fn partial_loop() { for i in 0..2 { let p = (mk("p"), mk("q")); if i == 0 { drop(p.0); print!("d0 "); } else { let q = p.1; print!("d1 "); } } }
fn cond_init(c: bool) { let x; let y = mk("y"); if c { x = mk("x"); print!("{} ", x.v()); } print!("end "); }
fn assign_field() { struct S { a: L, b: L } let mut s = S { a: mk("a"), b: mk("b") }; drop(s.a); s.a = mk("a2"); print!("re "); let S { a, .. } = s; print!("out "); }
fn arr_moves() { let a = [mk("1"), mk("2"), mk("3")]; let [x, .., z] = a; print!("x{} z{} ", x.v(), z.v()); drop(x); print!("end "); }
fn enum_or(e: Result<L, L>) { match e { Ok(l) | Err(l) if l.v() == 1 => print!("g{} ", l.v()), Ok(_) => print!("ok "), Err(_) => print!("err ") } }
fn refs_bind(o: &mut Option<(L, usize)>) { match o { Some((l, n)) if *n > 1 => { *n += l.v(); *l = mk("new"); } Some((_, n)) => *n = 5, None => {} } print!("{:?} ", o.as_ref().map(|p| p.1)); }
fn at_ref(o: Option<L>) { if let x @ Some(_) = o { print!("at "); drop(x); } print!("end "); }
fn box_dyn() { let b: Box<dyn Fn()> = { let l = mk("bx"); Box::new(move || print!("{} ", l.v())) }; b(); let v = vec![b]; for f in v { f(); } }
fn boxed_pair() { let b = Box::new((mk("l"), mk("r"))); let (l, r) = *b; print!("un "); drop(r); print!("{} ", l.v()); }
fn box_cond(c: bool) { let b = Box::new(mk("b")); if c { let x = *b; print!("in "); } print!("end "); }
fn nested_box() { let b = Box::new(Box::new((mk("i"), 1))); let (i, n) = **b; print!("{n} "); }
fn opt_box(o: Option<Box<(L, L)>>) { if let Some(b) = o { let x = b.0; print!("x "); } print!("end "); }
fn tuple_struct_update() { #[derive(Debug)] struct P { a: i32, b: String, c: String } let p = P { a: 1, b: "b".into(), c: "c".into() }; let q = P { b: "z".into(), ..p }; print!("{:?} {} ", q, p.b); }
fn closure_moves_in_loop() { let mut fs: Vec<Box<dyn FnOnce() -> usize>> = vec![]; for s in ["a", "bb"] { let l = mk(s); fs.push(Box::new(move || { let x = l; x.v() })); } for f in fs { print!("{} ", f()); } }
fn index_guard() { let v = vec![10, 20, 30]; let l = mk("i"); let x = v[l.lock().v()] + v[{ let g = l.lock(); g.v() + 1 }]; print!("{x} "); }
fn format_temps() { print!("[{}|{}] ", mk("f").r(), mk("g").lock().r()); print!("after "); }
fn let_format() { let s = format!("{}{}", mk("h").v(), mk("k").r()); print!("{s} "); }
fn str_ext() { let s: &str = &String::from("ext"); let t = &mk("t").0; let u: &dyn Debug = &vec![1]; print!("{s} {t} {u:?} "); }
fn chained() { let x = Some(mk("a")).map(|l| (l.v(), l)).filter(|p| p.0 == 1).map(|p| p.1); print!("x "); if x.is_some() { print!("y "); } }
fn in_place() { let mut v = vec![mk("1"), mk("2")]; v[0] = mk("3"); v.push(mk("4")); v.swap_remove(1); print!("| "); v.truncate(1); print!("end "); }
fn while_cond() { let mut n = 0; while { let g = mk("w"); n += g.v(); n < 3 } { print!("n{n} "); } }
fn match_tuple() { let (a, b) = (mk("a"), mk("b")); match (a, b) { (x, _) if x.v() == 2 => print!("2 "), (_, y) => print!("y{} ", y.v()) } print!("end "); }
fn shadow_chain() { let x = mk("1"); let x = (x, mk("2")); let x = [x.1, mk("3")]; print!("end "); }
fn ref_mut_bind() { let mut t = (mk("a"), 1); { let (ref mut l, ref n) = t; *l = mk("b"); print!("{n} "); } print!("{} ", t.0.v()); }
fn never_expr(c: bool) -> usize { let x: usize = if c { mk("n").v() } else { return { let _q = mk("q"); 3 } }; x }
fn async_like() { let r: Result<usize, String> = (|| { let a = mk("a"); let n: usize = "12x".parse::<usize>().map_err(|e| { print!("{} ", a.v()); e.to_string() })?; Ok(n) })(); print!("{r:?} "); }
fn recursive(n: u32) -> Option<L> { if n == 0 { return Some(mk("base")); } let r = recursive(n - 1); let _k = mk("k"); r }
fn mutate_in_guard() { let c = std::cell::Cell::new(0); for i in 0..3 { match i { x if { c.set(c.get() + 1); x > 1 } => print!("big "), 0 => print!("zero "), _ => print!("other ") } } print!("{} ", c.get()); }
fn labelled_values() -> Vec<i32> { let mut v = vec![]; 'o: for i in 0..4 { let r = loop { if i == 1 { continue 'o; } if i == 3 { break 'o; } break i * 10; }; v.push(r); } v }
fn slices(v: &[L]) -> usize { match v { [] => 0, [x] => x.v(), [x, rest @ ..] if x.v() == 1 => 10 + slices(rest), [.., y] => 100 + y.v() } }
fn consts() -> &'static [&'static str] { const A: &[&str] = &["p", "q"]; match A { [x, ..] => A, [] => &["none"] } }
fn promoted_ref() -> (&'static i32, &'static (i32, Option<u8>), &'static [u8; 3]) { (&5, &(1, None), b"abc") }
macro_rules! run { ($($e:expr),* $(,)?) => { $( print!("{}: ", stringify!($e)); let _ = $e; println!(); )* } }
fn main() {
    let l = L("main");
    run!(tail_guard(), if_let_guard(&l), match_guard(&l), ret_in_match(Some(mk("s"))), ret_in_match(None), loop_ret(2), closure_ret()(), nested_break(), opt_chain(Some(&l)), opt_chain(None), replace_loop(), partial_loop(), cond_init(true), cond_init(false), assign_field(), arr_moves(), enum_or(Ok(mk("1"))), enum_or(Err(mk("1"))), enum_or(Ok(mk("22"))), enum_or(Err(mk("22"))));
    run!(refs_bind(&mut Some((mk("z"), 2))), refs_bind(&mut Some((mk("z"), 0))), refs_bind(&mut None), at_ref(Some(mk("a"))), at_ref(None), box_dyn(), boxed_pair(), box_cond(true), box_cond(false), nested_box(), opt_box(Some(Box::new((mk("1"), mk("2"))))), opt_box(None), tuple_struct_update(), closure_moves_in_loop(), index_guard2(), format_temps(), let_format(), str_ext(), chained(), in_place());
    run!(while_cond(), match_tuple(), shadow_chain(), ref_mut_bind(), never_expr(true), never_expr(false), async_like(), recursive(2).map(|l| l.v()), mutate_in_guard(), labelled_values().len(), slices(&[mk("1"), mk("1"), mk("22"), mk("1")]), slices(&[]), consts().len(), promoted_ref().1.0);
}
fn index_guard2() { let v = vec![10, 20, 30]; let l = mk("i"); let x = v[l.lock().v()] + v[{ let g = l.lock(); g.v() + 1 }]; print!("{x} "); }
