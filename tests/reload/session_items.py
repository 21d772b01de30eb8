"""Edits of items: new ones, signatures, types, impls, traits."""
from programs import SIMPLE, body, checked, code, looping, lowered, mir, typeck
from session_edits import TRAIT, TRAIT_STATE

SIGNATURE = """fn area(w: u32) -> u32 {
    w * w
}
fn first() -> u32 { area(2) }
fn second() -> u32 { area(3) }
fn step(n: &mut u64) -> String {
    *n += 1;
    format!("{} {}", first(), second())
}"""

TEN = [f"caller_{i}" for i in range(10)]
TEN_CALLERS = "fn area(w: u32) -> u32 {\n    w\n}\n" + "".join(
    f"fn {name}() -> u32 {{ area({i}) }}\n" for i, name in enumerate(TEN)) + f"""fn step(n: &mut u64) -> u32 {{
    *n += 1;
    {" + ".join(name + "()" for name in TEN)}
}}"""

POINTER = """fn scale(a: u64) -> u64 {
    a * 2
}
struct Held {
    plain: fn(u64) -> u64,
    boxed: Box<dyn Fn(u64) -> u64>,
}
fn hold() -> Held {
    Held { plain: scale, boxed: Box::new(scale) }
}
fn step(held: &mut Held) -> String {
    format!("{} {} {}", (held.plain)(10), (held.boxed)(10), scale(10))
}"""

BOXED = """fn make(base: u64) -> Box<dyn Fn(u64) -> u64> {
    Box::new(move |x| x + base)
}
fn call(f: &dyn Fn(u64) -> u64) -> u64 {
    f(1) + 10
}
fn step(old: &mut Box<dyn Fn(u64) -> u64>) -> String {
    format!("{} {}", call(&**old), call(&*make(5)))
}"""

SIBLINGS = """fn make() -> Vec<Box<dyn Fn(u64) -> u64>> {
    vec![Box::new(|x| x + 1), Box::new(|x| x + 2)]
}
fn all(fns: &[Box<dyn Fn(u64) -> u64>]) -> String {
    fns.iter().map(|f| f(10).to_string()).collect::<Vec<_>>().join(",")
}
fn step(held: &mut Vec<Box<dyn Fn(u64) -> u64>>) -> String {
    format!("{} {}", all(held), all(&make()))
}"""

SWAPPED = """fn make(a: u64, b: u64, c: u64) -> Box<dyn Fn() -> u64> {
    let _ = c;
    Box::new(move || a * 100 + b)
}
fn step(held: &mut Box<dyn Fn() -> u64>) -> String {
    format!("{} {}", held(), make(3, 4, 5)())
}"""

POINTERS = """trait Num { fn num(&self) -> u64; }
struct A;
impl Num for A { fn num(&self) -> u64 { 1 } }
struct B;
impl Num for B { fn num(&self) -> u64 { 2 } }
struct Held { a: fn(&A) -> u64, b: fn(&B) -> u64, dynamic: Vec<Box<dyn Num>> }
fn hold() -> Held {
    Held { a: <A as Num>::num, b: <B as Num>::num, dynamic: vec![Box::new(A), Box::new(B)] }
}
fn step(held: &mut Held) -> String {
    format!("{}{} {}{}", (held.a)(&A), (held.b)(&B), held.dynamic[0].num(), held.dynamic[1].num())
}"""

NESTED = """use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
trait Kind { fn kind(&self) -> u64; }
struct Held { plain: fn() -> u64, boxed: Box<dyn Kind>, count: &'static AtomicU64 }
fn hold() -> Held {
    // here
    {
        static COUNT: AtomicU64 = AtomicU64::new(100);
        #[derive(Clone)]
        struct Inner { value: u64 }
        impl Kind for Inner {
            fn kind(&self) -> u64 { self.value + 1 }
        }
        fn plain() -> u64 {
            mod deep { pub fn two() -> u64 { 2 } }
            deep::two() * 10
        }
        Held { plain, boxed: Box::new(Inner { value: 5 }.clone()), count: &COUNT }
    }
}
fn step(held: &mut Held) -> String {
    let now = hold();
    let same = std::ptr::eq(held.count, now.count) && held.plain == now.plain;
    if held.count.load(Relaxed) < 103 { held.count.fetch_add(1, Relaxed); }
    format!("{} {} {} {same}", (held.plain)(), held.boxed.kind(), now.count.load(Relaxed))
}"""

LAYOUT = """struct World {
    age: u32,
}
fn grow(world: &mut World) -> u32 {
    world.age += 1;
    world.age * 0 + 5
}
fn step(world: &mut World) -> String {
    format!("age {}", grow(world))
}"""
WORLD = "let mut n = World { age: 0 };"

TYPES = """#[derive(Clone, Debug, PartialEq)]
enum Shape { Dot, Line(u32) }
struct Wrapper<T> { value: T }
union Bits { whole: u32, part: u8 }
struct Unused { a: u8 }
fn length(shape: &Shape) -> u32 {
    match shape { Shape::Dot => 0, Shape::Line(n) => *n }
}
fn step(all: &mut Vec<Shape>) -> String {
    let wrapped = Wrapper { value: all.len() as u32 };
    let bits = Bits { whole: 258 };
    format!("{} {} {}", all.iter().map(length).sum::<u32>(), wrapped.value, unsafe { bits.part })
}"""
SHAPES = "let mut n = vec![Shape::Dot, Shape::Line(7)];"

IMPLS = """use std::fmt;
struct Point(i32, i32);
impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result { write!(f, "<{} {}>", self.0, self.1) }
}
trait Area {
    fn area(&self) -> i32 { -1 }
}
impl Area for Point {}
fn step(n: &mut u64) -> String {
    *n += 1;
    let point = Point(2, 3);
    format!("{point} {}", point.area())
}"""

DROPS = """use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
static DROPPED: AtomicU32 = AtomicU32::new(0);
struct Guard(u32);
impl Drop for Guard {
    fn drop(&mut self) { DROPPED.store(self.0, SeqCst); }
}
struct Plain(u32);
fn step(held: &mut Vec<Guard>) -> String {
    held.push(Guard(5));
    held.remove(0);
    let _plain = vec![Plain(1)];
    format!("{}", DROPPED.load(SeqCst))
}"""

STATIC_DISPATCH = """trait Speak {
    const VOLUME: u32 = 1;
    type Word: std::fmt::Display;
    fn word(&self) -> Self::Word;
    fn twice(&self) -> String { format!("{0}{0}", self.word()) }
}
struct Cat;
impl Speak for Cat {
    type Word = &'static str;
    fn word(&self) -> &'static str { "miau" }
}
fn hear<S: Speak>(s: &S) -> String { format!("{} {}", s.twice(), S::VOLUME) }
fn step(n: &mut u64) -> String {
    *n += 1;
    hear(&Cat)
}"""

SHADOW = """struct Dial(u32);
trait Read { fn read(&self) -> u32; }
impl Read for Dial { fn read(&self) -> u32 { self.0 } }
fn step(n: &mut u64) -> u32 {
    *n += 1;
    Dial(3).read()
}"""

MODULES = {"rules.rs": "pub fn step(n: &mut u64) -> u64 {\n    *n += 1;\n    inner::value()\n}\nmod inner;\n",
           "rules/inner.rs": "pub fn value() -> u64 {\n    21\n}\n"}

OTHER = """{
        static OTHER: AtomicU64 = AtomicU64::new(200);
        struct Outer { values: [u64; 4] }
        impl Kind for Outer {
            fn kind(&self) -> u64 { self.values[0] + OTHER.load(Relaxed) }
        }
        fn other() -> u64 { 7 }
        std::hint::black_box((other as fn() -> u64, Outer { values: [1; 4] }.kind()));
    }
    """

MORE = "{ fn more() -> u64 { 8 } std::hint::black_box(more()); }\n    "

SESSIONS = {
    "items of a block stay what they are when blocks come and go before it": {
        "main": looping(NESTED, "step(&mut held)", "let mut held = hold();"),
        "prints": ": 20 6 103 true$",
        "steps": [
            {"edits": [("// here", OTHER)], "names": "main::hold", "prints": ": 20 6 103 true$"},
            {"edits": [("deep::two() * 10", "deep::two() * 20")], "names": "main::hold::plain", "prints": ": 40 6 103 true$"},
            {"edits": [("-> u64 { 2 }", "-> u64 { 3 }")], "names": "main::hold::plain::deep::two",
             "prints": ": 60 6 103 true$"},
            {"edits": [("self.value + 1", "self.value + 2")], "prints": ": 60 7 103 true$"},
            {"edits": [(OTHER, MORE + OTHER)], "names": "main::hold", "prints": ": 60 7 103 true$"},
            {"edits": [(MORE, "")], "names": "main::hold", "prints": ": 60 7 103 true$"},
            {"edits": [("fn plain() -> u64 {", "fn plain() -> u64 {\n            { fn two() -> u64 { 0 } two(); }")],
             "prints": ": 60 7 103 true$"},
            {"edits": [("* 20", "* 10")], "names": "main::hold::plain", "prints": ": 30 7 103 true$"},
        ],
    },
    "a new function": {
        "main": looping(SIMPLE),
        "prints": ": 11$",
        "steps": [
            {"edits": [("*n * 0 + 11", "*n * 0 + helper(4)"), ("fn step", "fn helper(a: u64) -> u64 { a * 100 }\nfn step")],
             "patched": "step", "ran": [body("step"), checked("helper")], "prints": ": 400$"},
            {"edits": [("a * 100", "a * 200")], "patched": "helper", "ran": body("helper"), "prints": ": 800$"},
            {"edits": [("helper(4)", "3"), ("fn helper(a: u64) -> u64 { a * 200 }\n", "")], "patched": "step",
             "ran": [body("step"), lowered("helper")], "prints": ": 3$"},
            {"edits": [("+ 3", "+ helper(4)"), ("fn step", "fn helper(a: u64) -> u64 { a * 300 }\nfn step")],
             "patched": "helper; step", "ran": body("helper", "step"), "prints": ": 1200$"},
        ],
    },
    "a function that nothing calls yet": {
        "main": looping(SIMPLE),
        "prints": ": 11$",
        "steps": [
            {"edits": [("fn step", "fn later(a: u64) -> u64 { a + 1 }\nfn step")], "events": ["no-change"], "patched": "",
             "ran": checked("later")},
            {"edits": [("a + 1", "a + 2")], "events": ["no-change"], "patched": "", "ran": checked("later")},
            {"edits": [("+ 11", "+ later(1)")], "patched": "step", "ran": body("step"), "prints": ": 3$"},
            {"edits": [("a + 2", "a + 3")], "patched": "later", "ran": body("later"), "prints": ": 4$"},
        ],
    },
    "a new module": {
        "main": looping(SIMPLE),
        "prints": ": 11$",
        "steps": [
            {"edits": [("fn step", "mod rules { pub mod deep { pub fn value() -> u64 { 40 } } }\nfn step"),
                       ("+ 11", "+ rules::deep::value()")],
             "patched": "step", "ran": [body("step"), checked("rules::deep::value")], "prints": ": 40$"},
            {"edits": [("{ 40 }", "{ super::super::base() }"), ("fn step", "fn base() -> u64 { 41 }\nfn step")],
             "patched": "rules::deep::value", "ran": [body("rules::deep::value"), checked("base")], "prints": ": 41$"},
        ],
    },
    "a file of a module": {
        "main": looping("mod rules;\nuse rules::step;"),
        "files": MODULES,
        "prints": ": 21$",
        "steps": [
            {"file": "rules.rs", "edits": [("inner::value()", "inner::value() + 1")], "patched": "rules::step",
             "ran": body("rules::step"), "prints": ": 22$"},
            {"file": "rules/inner.rs", "edits": [("21", "31")], "patched": "rules::inner::value",
             "ran": body("rules::inner::value"), "prints": ": 32$"},
            {"file": "rules/inner.rs", "edits": [("31", "41")], "how": "rename", "patched": "rules::inner::value",
             "ran": body("rules::inner::value"), "prints": ": 42$"},
            {"file": "rules/inner.rs", "edits": [("41", "41 + oops")], "events": ["errors"], "has": "rules/inner.rs:2",
             "ran": checked("rules::inner::value")},
            {"file": "rules.rs", "edits": [("+ 1", "+ 2")], "events": ["errors"], "has": "rules/inner.rs:2",
             "ran": checked("rules::step")},
            {"file": "rules/inner.rs", "edits": [("41 + oops", "51")], "patched": "rules::inner::value; rules::step",
             "ran": [body("rules::inner::value"), code("rules::step")], "prints": ": 53$"},
        ],
    },
    "a new file, made before it is named": {
        "main": looping(SIMPLE),
        "prints": ": 11$",
        "steps": [
            {"file": "more.rs", "text": "pub fn value() -> u64 { 77 }\n", "events": []},
            {"edits": [("fn step", "mod more;\nfn step"), ("+ 11", "+ more::value()")], "patched": "step",
             "ran": [body("step"), checked("more::value")], "prints": ": 77$"},
            {"file": "more.rs", "edits": [("77", "78")], "patched": "more::value", "ran": body("more::value"),
             "prints": ": 78$"},
        ],
    },
    "a new file, named before it is made": {
        "main": looping(SIMPLE),
        "prints": ": 11$",
        "steps": [
            {"edits": [("fn step", "mod more;\nfn step"), ("+ 11", "+ more::value()")], "events": ["errors"],
             "has": "E0583", "ran": checked("step")},
            {"file": "more.rs", "text": "pub fn value() -> u64 { 77 }\n", "patched": "step",
             "ran": [body("step"), checked("more::value")], "prints": ": 77$"},
            {"file": "more.rs", "edits": [("77", "78")], "patched": "more::value", "ran": body("more::value"),
             "prints": ": 78$"},
        ],
    },
    "a new file in a folder that is not there yet": {
        "main": looping(SIMPLE),
        "prints": ": 11$",
        "steps": [
            {"edits": [("fn step", "mod more;\nfn step"), ("+ 11", "+ more::value()")], "events": ["errors"],
             "has": "E0583", "ran": checked("step")},
            {"file": "more/mod.rs", "text": "pub fn value() -> u64 { 77 }\n", "patched": "step",
             "ran": [body("step"), checked("more::value")], "prints": ": 77$"},
            {"file": "more/mod.rs", "edits": [("77", "deep::value()"), ("pub fn", "mod deep;\npub fn")],
             "events": ["errors"], "has": "E0583", "ran": checked("more::value")},
            {"file": "more/deep.rs", "text": "pub fn value() -> u64 { 79 }\n", "patched": "more::value",
             "ran": [body("more::value"), checked("more::deep::value")], "prints": ": 79$"},
        ],
    },
    "a change that takes two files": {
        "main": looping("mod rules;\nuse rules::step;"),
        "files": MODULES,
        "prints": ": 21$",
        "steps": [
            {"file": "rules.rs", "edits": [("inner::value()", "inner::value(5) + 1")], "events": ["errors"],
             "has": "E0061", "ran": checked("rules::step"), "prints": ": 21$"},
            {"file": "rules/inner.rs", "edits": [("value()", "value(a: u64)"), ("21", "a * 10")],
             "patched": "rules::inner::value; rules::step", "new": 1, "ran": body("rules::inner::value", "rules::step"),
             "prints": ": 51$"},
        ],
    },
    "a changed signature with callers": {
        "main": looping(SIGNATURE),
        "prints": ": 4 9$",
        "steps": [
            {"edits": [("area(w: u32)", "area(w: u32, h: u64)"), ("w * w", "w * h as u32"), ("area(2)", "area(2, 5)"),
                       ("area(3)", "area(3, 5)")],
             "patched": "area; first; second", "new": 1, "ran": body("area", "first", "second"), "prints": ": 10 15$"},
            {"edits": [("w * h as u32", "w + h as u32")], "patched": "area", "ran": body("area"), "prints": ": 7 8$"},
            {"edits": [("area(w: u32, h: u64)", "area(w: u32)"), ("w + h as u32", "w"), ("area(2, 5)", "area(2)"),
                       ("area(3, 5)", "area(3)")],
             "patched": "area; first; second", "new": 1, "ran": body("area", "first", "second"), "prints": ": 2 3$"},
        ],
    },
    "a changed signature with ten callers": {
        "main": looping(TEN_CALLERS),
        "prints": ": 45$",
        "steps": [
            {"edits": [("area(w: u32)", "area(w: u32, h: u64)"), ("    w\n", "    w * h as u32\n"),
                       *((f"area({i})", f"area({i}, 2)") for i in range(10))],
             "patched": ["area", *TEN], "new": 1, "ran": body("area", *TEN), "prints": ": 90$"},
            {"edits": [("w * h", "w + h")], "patched": "area", "ran": body("area"), "prints": ": 65$"},
        ],
    },
    "a changed signature whose callers are wrong": {
        "main": looping(SIGNATURE),
        "prints": ": 4 9$",
        "steps": [
            {"edits": [("area(w: u32)", "area(w: u64)")], "events": ["errors"], "has": "E0308",
             "ran": checked("area", "first", "second"), "prints": ": 4 9$"},
            {"edits": [("area(2)", "area(2u32)")], "events": ["errors"], "has": "E0308",
             "ran": checked("first"), "prints": ": 4 9$"},
            {"edits": [("area(2u32)", "area(2u64)"), ("w * w", "(w + w) as u32")], "patched": "area", "new": 1,
             "ran": [body("area", "first"), code("second")], "prints": ": 4 6$"},
        ],
    },
    "pointers to a function whose signature changes keep the old one": {
        "main": looping(POINTER, state="let mut n = hold();"),
        "prints": ": 20 20 20$",
        "steps": [
            {"edits": [("a * 2", "a * 3")], "patched": "scale", "ran": body("scale"), "prints": ": 30 30 30$"},
            {"edits": [("scale(a: u64)", "scale(a: u64, b: u64)"), ("a * 3", "a * b"),
                       ("plain: scale", "plain: |a| scale(a, 1)"), ("Box::new(scale)", "Box::new(|a| scale(a, 1))"),
                       (", scale(10)", ", scale(10, 7)")],
             "patched": "call of `fn(u64, u64) -> u64 {scale}`; hold; scale; step", "new": 2,
             "ran": [body("hold", "scale", "step"), mir("hold::{closure}#0", "hold::{closure}#1")], "prints": ": 30 30 70$"},
        ],
    },
    "closures made before an edit keep what they captured": {
        "main": looping(BOXED, state="let mut n = make(20);"),
        "prints": ": 31 16$",
        "steps": [
            {"edits": [("x + base", "x + base + 100")], "patched": "make::{closure}#0",
             "ran": [body("make"), lowered("make::{closure}#0")], "prints": ": 131 116$"},
            {"edits": [("Box::new(move", "let more = 1000u64;\n    Box::new(move"), ("base + 100", "base + more")],
             "patched": "make; make::{closure}#0", "new": 1, "data": 1,
             "ran": [body("make"), lowered("make::{closure}#0")], "prints": ": 131 1016$"},
            {"edits": [("f(1) + 10", "f(1) + 20")], "patched": "call", "ran": body("call"), "prints": ": 141 1026$"},
        ],
    },
    "closures made before an edit, when one comes before them": {
        "main": looping(SIBLINGS, state="let mut n = make();"),
        "prints": ": 11,12 11,12$",
        "steps": [
            {"edits": [("x + 1", "x + 3")], "patched": "make::{closure}#0",
             "ran": [checked("make"), lowered("make::{closure}#0"), mir("make::{closure}#1")], "prints": ": 13,12 13,12$"},
            {"edits": [("vec![Box", "vec![Box::new(|x| x + 50), Box")],
             "patched": "make; make::{closure}#0; make::{closure}#1", "new": 2,
             "ran": [body("make"), lowered("make::{closure}#0", "make::{closure}#1"), mir("make::{closure}#2")],
             "prints": ": 13,12 60,13,12$"},
            {"edits": [("x + 50", "x + 60")], "patched": "make::{closure}#0",
             "ran": [checked("make"), lowered("make::{closure}#0"), mir("make::{closure}#1", "make::{closure}#2")],
             "prints": ": 13,12 70,13,12$"},
        ],
    },
    "closures made before an edit, when other variables are captured": {
        "main": looping(SWAPPED, state="let mut n = make(1, 2, 9);"),
        "prints": ": 102 304$",
        "steps": [
            {"edits": [("a * 100 + b", "a * 1000 + b")], "patched": "make::{closure}#0",
             "ran": [body("make"), lowered("make::{closure}#0")], "prints": ": 1002 3004$"},
            {"edits": [("a * 1000 + b", "b * 1000 + a")], "patched": "make; make::{closure}#0", "new": 1,
             "ran": [body("make"), lowered("make::{closure}#0")], "prints": ": 1002 4003$"},
            {"edits": [("b * 1000 + a", "c * 1000 + a")], "patched": "make; make::{closure}#0", "new": 1,
             "ran": [body("make"), lowered("make::{closure}#0")], "prints": ": 1002 5003$"},
        ],
    },
    "impls that come before others": {
        "main": looping(POINTERS, state="let mut n = hold();"),
        "prints": ": 12 12$",
        "steps": [
            {"edits": [("struct A;", "struct Z;\nimpl Num for Z { fn num(&self) -> u64 { 26 } }\nstruct A;")],
             "events": ["no-change"], "patched": "", "ran": checked("<impl Num for Z>::num"), "prints": ": 12 12$"},
            {"edits": [("struct Z;", "#[derive(Clone)]\nstruct Z;")], "events": ["no-change"], "patched": "",
             "ran": checked("<derive Clone for Z>::clone"), "prints": ": 12 12$"},
            {"edits": [("{ 2 }", "{ 3 }")], "patched": "<impl Num for B>::num", "ran": body("<impl Num for B>::num"),
             "prints": ": 13 13$"},
            {"edits": [("impl Num for A { fn num(&self) -> u64 { 1 } }\n", ""),
                       ("struct B;", "struct B;\nimpl Num for A { fn num(&self) -> u64 { 4 } }")],
             "patched": "<impl Num for A>::num", "ran": body("<impl Num for A>::num"), "prints": ": 43 43$"},
        ],
    },
    "a changed type": {
        "main": looping(LAYOUT, state=WORLD),
        "prints": ": age 5$",
        "steps": [
            {"edits": [("age: u32,", "age: u64,"), ("-> u32 {", "-> u64 {")], "events": ["restart-needed", "started"],
             "ran": body("grow", "main", "step"), "restarts": True, "prints": ": age 5$"},
            {"edits": [("* 0 + 5", "* 0 + 6")], "patched": "grow", "ran": body("grow"), "prints": ": age 6$"},
            {"edits": [("age: u64,", "age: u64, name: String,"), ("World { age: 0 }", 'World { age: 0, name: String::from("w") }')],
             "events": ["restart-needed", "started"], "ran": [body("main"), code("grow"), typeck("grow")],
             "restarts": True, "prints": ": age 6$"},
        ],
    },
    "a changed type, keeping the old code": {
        "main": looping(LAYOUT, state=WORLD),
        "options": ["--on-layout-change", "keep-old"],
        "prints": ": age 5$",
        "steps": [
            {"edits": [("age: u32,", "age: u64,"), ("-> u32 {", "-> u64 {"), ("+ 5", "+ 8")],
             "events": ["restart-needed"], "has": "layout of World changed", "ran": body("grow", "main", "step"),
             "prints": ": age 5$"},
            {"edits": [("+ 8", "+ 9")], "events": ["restart-needed"], "ran": body("grow"), "prints": ": age 5$"},
            {"edits": [("age: u64,", "age: u32,"), ("-> u64 {", "-> u32 {")], "patched": "grow",
             "ran": body("grow", "main", "step"), "prints": ": age 9$"},
        ],
    },
    "a type that is new, and then changes": {
        "main": looping("static HELD: std::sync::Mutex<Vec<Box<dyn std::any::Any + Send>>> = std::sync::Mutex::new(Vec::new());\n" + SIMPLE),
        "prints": ": 11$",
        "steps": [
            {"edits": [("fn step", "struct Fresh { a: u8 }\nfn step"), ("+ 11", "+ value()"),
                       ("fn main", "fn value() -> u64 {\n    let mut held = HELD.lock().unwrap();\n    if held.is_empty() { held.push(Box::new(Fresh { a: 5 })); }\n    held[0].downcast_ref::<Fresh>().map_or(99, |f| f.a as u64)\n}\nfn main")],
             "patched": "step", "ran": [body("step"), checked("value"), mir("value::{closure}#0")], "prints": ": 5$"},
            {"edits": [("{ a: u8 }", "{ b: [u64; 9], a: u8 }")], "events": ["errors"],
             "ran": [checked("value"), mir("value::{closure}#0")],
             "prints": ": 5$"},
            {"edits": [("{ b: [u64; 9], a: u8 }", "{ a: u8 }"), ("f.a as u64", "f.a as u64 + 1")],
             "patched": "value::{closure}#0", "ran": [body("value"), lowered("value::{closure}#0")], "prints": ": 6$"},
            {"edits": [("{ a: u8 }", "{ b: [u64; 9], a: u8 }"), ("{ a: 5 }", "{ b: [1; 9], a: 5 }")],
             "events": ["restart-needed", "started"], "ran": [body("value"), lowered("value::{closure}#0")],
             "restarts": True, "prints": ": 6$"},
        ],
    },
    "types of every kind": {
        "main": looping(TYPES, state=SHAPES),
        "prints": ": 7 2 2$",
        "steps": [
            {"edits": [("a: u8", "a: u8, b: u64")], "events": ["no-change"], "patched": "", "ran": "",
             "prints": ": 7 2 2$"},
            {"edits": [("enum Shape { Dot,", "enum Shape { Dot, Wide(u64),"), ("=> 0,", "=> 0, Shape::Wide(_) => 1,")],
             "events": ["restart-needed", "started"],
             "ran": [body("length", "main"), code("step"), checked(
                 "<derive Clone for Shape>::clone", "<derive Debug for Shape>::fmt", "<derive PartialEq for Shape>::eq")],
             "restarts": True, "prints": ": 7 2 2$"},
            {"edits": [("part: u8 }", "part: u16 }")], "events": ["restart-needed", "started"], "ran": body("step"),
             "restarts": True, "prints": ": 7 2 258$"},
            {"edits": [("value: T }", "value: T, more: u8 }"), ("len() as u32 }", "len() as u32, more: 1 }")],
             "events": ["restart-needed", "started"], "ran": body("step"), "restarts": True, "prints": ": 7 2 258$"},
            {"edits": [("struct Unused", "struct Fresh { x: u32 }\nstruct Unused"),
                       ("let bits", "let fresh = Fresh { x: 9 };\n    let bits"), ("wrapped.value,", "fresh.x,")],
             "patched": "step", "ran": body("step"), "prints": ": 7 9 258$"},
        ],
    },
    "an impl that is added": {
        "main": looping(IMPLS),
        "prints": ": <2 3> -1$",
        "steps": [
            {"edits": [("impl Area for Point {}", "impl Area for Point { fn area(&self) -> i32 { self.0 * self.1 } }")],
             "patched": "step", "ran": [checked("<impl Area for Point>::area"), code("step")], "prints": ": <2 3> 6$"},
            {"edits": [("fn step", "impl std::ops::Neg for Point {\n    type Output = Point;\n    fn neg(self) -> Point { Point(-self.0, -self.1) }\n}\nfn step"),
                       ("Point(2, 3);", "-Point(2, 3);")],
             "patched": "step", "ran": [body("step"), checked("<impl std::ops::Neg for Point>::neg")],
             "prints": ": <-2 -3> 6$"},
            {"edits": [("struct Point", "#[derive(Clone, Debug)]\nstruct Point"), ("format!(\"{point} {}\"", "format!(\"{:?} {}\", point.clone()")],
             "patched": "step",
             "ran": [body("step"), checked("<derive Clone for Point>::clone", "<derive Debug for Point>::fmt"),
                     mir("<impl std::ops::Neg for Point>::neg")],
             "prints": r": Point\(-2, -3\) 6$"},
        ],
    },
    "an impl that is removed": {
        "main": looping(IMPLS),
        "prints": ": <2 3> -1$",
        "steps": [
            {"edits": [("impl Area for Point {}", "")], "events": ["errors"], "has": "E0599", "ran": checked("step"),
             "prints": ": <2 3> -1$"},
            {"edits": [("{point} {}\", point.area()", "{point}\"")], "patched": "step", "ran": body("step"),
             "prints": ": <2 3>$"},
            {"edits": [("trait Area {\n    fn area(&self) -> i32 { -1 }\n}\n", "")], "events": ["no-change"],
             "patched": "",
             "ran": [code("Area::area<Point>"), mir("Area::area")],
             "prints": ": <2 3>$"},
        ],
    },
    "Drop is edited, removed and added": {
        "main": looping(DROPS, state="let mut n = vec![Guard(1), Guard(1), Guard(1)];"),
        "prints": ": 5$",
        "steps": [
            {"edits": [("store(self.0,", "store(self.0 + 10,")], "patched": "<impl Drop for Guard>::drop",
             "ran": body("<impl Drop for Guard>::drop"), "prints": ": 15$"},
            {"edits": [("impl Drop for Guard {\n    fn drop(&mut self) { DROPPED.store(self.0 + 10, SeqCst); }\n}\n", ""),
                       ("held.push", "DROPPED.store(3, SeqCst);\n    held.push")],
             "patched": "alloc::vec::{impl}::push_mut<Guard, Global>; drop of `Guard`; step",
             "ran": [body("step"), lowered("<impl Drop for Guard>::drop"), mir("main")], "prints": ": 3$"},
            {"edits": [("struct Plain(u32);", "struct Plain(u32);\nimpl Drop for Plain {\n    fn drop(&mut self) { DROPPED.store(self.0 + 70, SeqCst); }\n}"),
                       ("vec![Plain(1)];", "vec![Plain(1)];\n    drop(_plain);")],
             "patched": "alloc::vec::{impl}::drop<Plain, Global>; step",
             "ran": [body("step"), checked("<impl Drop for Plain>::drop")], "prints": ": 71$"},
        ],
    },
    "a method that hides a trait's": {
        "main": looping(SHADOW),
        "prints": ": 3$",
        "steps": [
            {"edits": [("trait Read", "impl Dial { fn read(&self) -> u32 { self.0 + 100 } }\ntrait Read")],
             "patched": "step", "ran": [body("step"), checked("<impl Dial>::read")], "prints": ": 103$"},
            {"edits": [("impl Dial { fn read(&self) -> u32 { self.0 + 100 } }\n", "")], "patched": "step",
             "ran": [body("step"), lowered("<impl Dial>::read")], "prints": ": 3$"},
        ],
    },
    "a trait's default method, overridden later": {
        "main": looping(TRAIT, state=TRAIT_STATE),
        "prints": ": dog:4,animal:2$",
        "steps": [
            {"edits": [("impl Animal for Bird {", 'impl Animal for Bird {\n    fn name(&self) -> String { String::from("bird") }')],
             "patched": "", "data": 1, "ran": checked("<impl Animal for Bird>::name"), "prints": ": dog:4,bird:2$"},
            {"edits": [('from("bird")', 'from("crow")')], "patched": "<impl Animal for Bird>::name",
             "ran": body("<impl Animal for Bird>::name"), "prints": ": dog:4,crow:2$"},
            {"edits": [('    fn name(&self) -> String { String::from("crow") }\n', "")], "patched": "", "data": 1,
             "ran": lowered("<impl Animal for Bird>::name"), "prints": ": dog:4,animal:2$"},
        ],
    },
    "a method added to a trait with live objects": {
        "main": looping(TRAIT, state=TRAIT_STATE),
        "prints": ": dog:4,animal:2$",
        "steps": [
            {"edits": [("fn legs(&self) -> u32;", "fn legs(&self) -> u32;\n    fn tail(&self) -> u32 { 1 }"),
                       ("a.legs())", "a.legs() + a.tail())")],
             "events": ["restart-needed", "started"],
             "ran": [body("step"), checked("Animal::tail"), lowered("step::{closure}#0"),
                     typeck("<impl Animal for Dog>::name", "Animal::name", "main")],
             "restarts": True, "prints": ": dog:5,animal:3$"},
            {"edits": [("fn legs(&self) -> u32;\n    fn tail(&self) -> u32 { 1 }", "fn tail(&self) -> u32 { 1 }\n    fn legs(&self) -> u32;")],
             "events": ["restart-needed", "started"],
             "ran": [code("step::{closure}#0"), typeck("<impl Animal for Dog>::name", "Animal::name", "main", "step")],
             "restarts": True, "prints": ": dog:5,animal:3$"},
        ],
    },
    "a trait without objects": {
        "main": looping(STATIC_DISPATCH),
        "prints": ": miaumiau 1$",
        "steps": [
            {"edits": [('"{0}{0}"', '"{0}-{0}"')], "patched": "Speak::twice<Cat>",
             "ran": [checked("Speak::twice"), code("Speak::twice<Cat>")], "prints": ": miau-miau 1$"},
            {"edits": [("VOLUME: u32 = 1", "VOLUME: u32 = 2")], "patched": "", "data": 1,
             "ran": [checked("Speak::VOLUME"), code("hear<Cat>")], "prints": ": miau-miau 2$"},
            {"edits": [("fn word(&self) -> Self::Word;", "fn word(&self) -> Self::Word;\n    fn end(&self) -> u32 { 9 }"),
                       ("s.twice(), S::VOLUME", "s.twice(), s.end()")],
             "patched": "hear<Cat>",
             "ran": [checked("Speak::end", "hear"), typeck("Speak::twice"), code("hear<Cat>")],
             "prints": ": miau-miau 9$"},
            {"edits": [("type Word = &'static str;", "const VOLUME: u32 = 5;\n    type Word = u64;"),
                       ("&'static str { \"miau\" }", "u64 { 33 }"), ("s.end()", "S::VOLUME")],
             "patched": "<impl Speak for Cat>::word; Speak::twice<Cat>; hear<Cat>", "new": 1, "data": 1,
             "ran": [body("<impl Speak for Cat>::word"), checked("<impl Speak for Cat>::VOLUME", "hear"),
                     code("Speak::twice<Cat>", "hear<Cat>")],
             "prints": ": 33-33 5$"},
            {"edits": [("fn word(&self) -> u64 { 33 }", "")], "events": ["errors"], "has": "E0046", "ran": "",
             "prints": ": 33-33 5$"},
        ],
    },
}
