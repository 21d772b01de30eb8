//@ edition: 2024
use std::panic::{catch_unwind, AssertUnwindSafe};
struct D(&'static str);
impl Drop for D { fn drop(&mut self) { println!("drop {}", self.0); } }
fn d(s: &'static str) -> D { println!("make {s}"); D(s) }
impl D { fn get(&self) -> i32 { println!("get {}", self.0); 1 } fn id(&self) -> &D { self } fn opt(&self) -> Option<i32> { Some(self.0.len() as i32) } fn none(&self) -> Option<i32> { None } }
fn boom() -> D { panic!("boom") }
fn t(name: &str, f: impl FnOnce()) { println!("-- {name}"); if catch_unwind(AssertUnwindSafe(f)).is_err() { println!("caught"); } }
fn take(_: D, _: D) {}
struct S { a: D, b: D, c: D }
enum E { A(D, D), B { x: D }, C }
fn cond() -> bool { true }
fn main() {
    std::panic::set_hook(Box::new(|_| {}));
    t("array partially made", || { let _a = [d("1"), d("2"), boom()]; });
    t("struct partially made", || { let _a = S { b: d("b"), a: d("a"), c: boom() }; });
    t("args", || { take(d("x"), boom()); });
    t("tuple", || { let (_a, _) = (d("1"), d("2")); println!("body"); });
    t("wild", || { let _ = d("1"); println!("after"); });
    t("wild place", || { let x = d("1"); let _ = x; println!("after"); });
    t("underscore var", || { let _x = d("1"); println!("after"); });
    t("order of locals", || { let _a = d("a"); let _b = d("b"); let _c = d("c"); });
    t("shadow", || { let x = d("a"); let x = { let _y = &x; d("b") }; x.get(); });
    t("move in branch", || { let a = d("a"); let b = d("b"); if cond() { drop(a); } else { drop(b); } println!("end"); });
    t("move in loop", || { let mut o = Some(d("a")); for i in 0..3 { if i == 1 { if let Some(x) = o { x.get(); o = None; } else { o = Some(d("n")); } } println!("i {i}"); } });
    t("partial move", || { let s = S { a: d("a"), b: d("b"), c: d("c") }; let _m = s.b; println!("moved"); });
    t("partial move then panic", || { let s = S { a: d("a"), b: d("b"), c: d("c") }; let _m = s.b; boom(); });
    t("enum move", || { let e = E::A(d("1"), d("2")); match e { E::A(x, _) => { x.get(); } E::B { x } => { x.get(); } E::C => {} } println!("end"); });
    t("enum maybe move", || { let e = E::A(d("1"), d("2")); if let E::A(x, _) = e { x.get(); } println!("end"); });
    t("enum other", || { let e = E::B { x: d("1") }; if let E::A(x, _) = e { x.get(); } println!("end"); });
    t("box move", || { let b = Box::new(d("1")); let x = *b; println!("moved"); x.get(); });
    t("box part", || { let b = Box::new((d("1"), d("2"))); let x = b.0; println!("moved"); x.get(); });
    t("box part back", || { let mut b = Box::new((d("1"), d("2"))); drop(b.0); b.0 = d("3"); println!("back"); });
    t("reassign", || { let mut x = d("1"); println!("a"); x = d("2"); println!("b"); x.get(); });
    t("reassign moved", || { let mut x = d("1"); drop(x); x = d("2"); println!("b"); x.get(); });
    t("late init", || { let x; println!("a"); if cond() { x = d("1"); x.get(); } println!("b"); });
    t("temp in stmt", || { d("t").get(); println!("after"); });
    t("temp in let", || { let n = d("t").get(); println!("after {n}"); });
    t("temp extended", || { let x = &d("t"); println!("after"); x.get(); });
    t("temp extended tuple", || { let x = (&d("t"), d("u").get()); println!("after"); x.0.get(); });
    t("temp extended struct", || { struct R<'a> { r: &'a D } let x = R { r: &d("t") }; println!("after"); x.r.get(); });
    t("temp extended some", || { let x = Some(&d("t")); println!("after"); x.unwrap().get(); });
    t("temp extended block", || { let x = { println!("in"); &d("t") }; println!("after"); x.get(); });
    t("temp extended if", || { let x = if cond() { &d("t") } else { &d("u") }; println!("after"); x.get(); });
    t("temp extended match", || { let x = match 1 { 1 => &d("t"), _ => &d("u") }; println!("after"); x.get(); });
    t("temp extended ref pat", || { let ref x = d("t"); println!("after"); x.get(); });
    t("temp extended field", || { let x = &(d("t"), d("u")).0; println!("after"); x.get(); });
    t("temp index", || { let x = &[d("t"), d("u")][1]; println!("after"); x.get(); });
    t("temp slice", || { let x: &[D] = &[d("t"), d("u")]; println!("after"); x[0].get(); });
    t("match scrutinee temp", || { match d("t").get() { 1 => println!("arm"), _ => {} } println!("after"); });
    t("match scrutinee ref", || { match d("t").id() { x => { x.get(); } } println!("after"); });
    t("if cond temp", || { if d("t").get() == 1 { println!("then"); } println!("after"); });
    t("if let temp", || { if let Some(_) = d("t").opt() { println!("then"); } else { println!("else"); } println!("after"); });
    t("if let none temp", || { if let Some(_) = d("t").none() { println!("then"); } else { println!("else"); } println!("after"); });
    t("if let chain", || { if let Some(a) = d("t").opt() && let Some(b) = d("u").none() { println!("then {a} {b}"); } else { println!("else"); } println!("after"); });
    t("while temp", || { let mut i = 0; while d("t").get() + i < 3 { i += 1; println!("i {i}"); } });
    t("while let temp", || { let mut i = 0; while let Some(_) = if i < 2 { d("t").opt() } else { None } { i += 1; println!("i {i}"); } });
    t("and or temp", || { let r = d("a").get() == 2 || d("b").get() == 1 && d("c").get() == 1; println!("{r}"); });
    t("tail temp", || { fn f() -> i32 { let _x = d("local"); d("tail").get() } println!("{}", f()); });
    t("block tail temp", || { let r = { let _x = d("local"); d("tail").get() }; println!("{r}"); });
    t("call args temps", || { fn two(_: i32, _: i32) { println!("called"); } two(d("a").get(), d("b").get()); println!("after"); });
    t("return temps", || { fn f() -> i32 { let _x = d("local"); return d("tail").get(); } println!("{}", f()); });
    t("break temps", || { let r = loop { let _x = d("l"); break d("t").get(); }; println!("{r}"); });
    t("question", || { fn f() -> Option<i32> { let _a = d("a"); let _v = d("t").none()?; println!("no"); Some(1) } println!("{:?}", f()); });
    t("let else", || { fn f() { let Some(_x) = d("t").none() else { println!("else"); return; }; println!("no"); } f(); println!("after"); });
    t("let else ok", || { fn f() { let Some(x) = d("t").opt() else { return; }; println!("x {x}"); } f(); println!("after"); });
    t("closure capture order", || { let a = d("a"); let b = d("b"); let c = move || { let _q = (&b, &a); println!("in"); }; c(); println!("called"); });
    t("closure once", || { let a = d("a"); let c = move || { drop(a); println!("in"); }; c(); println!("called"); });
    t("closure part", || { let s = S { a: d("a"), b: d("b"), c: d("c") }; let c = move || { s.b.get(); }; c(); println!("called"); });
    t("struct update", || { let s = S { a: d("a"), b: d("b"), c: d("c") }; let n = S { b: d("nb"), ..s }; println!("made"); n.a.get(); });
    t("array pattern", || { let [a, _, c] = [d("1"), d("2"), d("3")]; println!("bound"); a.get(); c.get(); });
    t("array pattern var", || { let arr = [d("1"), d("2"), d("3")]; let [a, ..] = arr; println!("bound"); a.get(); });
    t("array rest", || { let arr = [d("1"), d("2"), d("3")]; let [_a, rest @ ..] = arr; println!("bound {}", rest.len()); });
    t("params", || { fn f(a: D, (b, _): (D, D), _: D) { println!("body"); a.get(); b.get(); } f(d("a"), (d("b"), d("c")), d("e")); });
    t("labelled", || { let r = 'a: { let _x = d("x"); if cond() { break 'a d("r"); } d("no") }; println!("after"); r.get(); });
    t("nested loops", || { 'o: for i in 0..3 { let _x = d("x"); for j in 0..3 { let _y = d("y"); if j == 1 { continue 'o; } if i == 1 { break 'o; } } } });
    t("vec of", || { let v = vec![d("1"), d("2")]; for x in v { if x.0 == "1" { continue; } println!("see"); } });
    t("panic in drop order", || { let _a = d("a"); struct P; impl Drop for P { fn drop(&mut self) { println!("P"); if !std::thread::panicking() { panic!(); } } } let _p = P; let _b = d("b"); });
    t("guard", || { let o = Some(d("g")); match o { Some(x) if x.get() == 2 => println!("no {}", x.0), Some(x) if { println!("second"); true } => { println!("yes {}", x.0); } _ => println!("none") } println!("after"); });
    t("or pattern", || { let e = E::B { x: d("1") }; match e { E::A(x, _) | E::B { x } => { x.get(); } E::C => {} } println!("after"); });
    t("at pattern", || { let n = 5; match n { x @ 1..=9 => println!("x {x}"), _ => {} } match Some(3) { o @ Some(y) => println!("{o:?} {y}"), None => {} } });
    t("temp in index", || { let v = vec![1, 2, 3]; println!("{}", v[d("i").get() as usize]); println!("after"); });
    t("pin", || { let p = std::pin::pin!(d("p")); println!("{}", p.0); });
    t("replace in struct", || { let mut s = S { a: d("a"), b: d("b"), c: d("c") }; s.b = d("nb"); println!("set"); });
    t("match move all", || { let x = (d("1"), Some(d("2"))); match x { (a, Some(b)) => { a.get(); b.get(); } (_, None) => {} } println!("after"); });
    t("discard call", || { d("1"); println!("after"); });
    t("discard block", || { { d("1") }; println!("after"); });
    t("nested fn temp", || { fn id<T>(t: T) -> T { t } id(id(d("1")).id()).get(); println!("after"); });
    t("method chain", || { let s = d("abc").opt().map(|x| x + d("q").get()).unwrap(); println!("{s}"); });
}
