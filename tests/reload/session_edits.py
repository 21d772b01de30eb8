"""Edits of bodies and values: functions, generics, closures, methods, constants, statics, macros."""
from programs import NOTHING, SIMPLE, body, checked, code, looping, lowered, mir, typeck

GENERIC = """fn twice<T: Copy + std::ops::Add<Output = T>>(a: T) -> T {
    a + a
}
fn step(n: &mut u64) -> String {
    *n += 1;
    format!("{} {}", twice(10u32), twice(1.5f64))
}"""

ALLOCATOR = """use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
struct Counting;
static MADE: AtomicU64 = AtomicU64::new(0);
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 { MADE.fetch_add(1, Relaxed); System.alloc(layout) }
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) { System.dealloc(at, layout) }
}
#[global_allocator]
static ALLOCATOR: Counting = Counting;
fn step(n: &mut u64) -> u64 {
    *n += 1;
    let before = MADE.load(Relaxed);
    let made = Box::new(*n);
    MADE.load(Relaxed) - before + *made * 0
}"""

FIFTY = [f"scaled<{i}>" for i in range(50)]
FIFTY_INSTANCES = f"""fn scaled<const N: u64>(a: u64) -> u64 {{
    a * N
}}
fn step(n: &mut u64) -> u64 {{
    *n += 1;
    {" + ".join(f"scaled::<{i}>(1)" for i in range(50))}
}}"""

GENERIC_IMPL = """#[derive(Clone, Copy)]
struct Pair<A, B>(A, B);
trait Weight { fn weight(&self) -> u64; }
impl Weight for u8 { fn weight(&self) -> u64 { 1 } }
impl Weight for String { fn weight(&self) -> u64 { self.len() as u64 } }
impl<A: Weight, B: Weight> Weight for Pair<A, B> {
    fn weight(&self) -> u64 { self.0.weight() + self.1.weight() }
}
fn heavy<W: Weight + ?Sized>(what: &W) -> u64 { what.weight() * 10 }
fn step(n: &mut u64) -> String {
    *n += 1;
    let nested = Pair(Pair(1u8, 2u8), String::from("abc"));
    let all: [&dyn Weight; 2] = [&nested, &1u8];
    format!("{} {} {}", heavy(&nested), heavy(&Pair(1u8, 2u8)), heavy(all[0]) + heavy(all[1]))
}"""

PAIR = "<impl<A:Weight,B:Weight>Weight for Pair<A,B>>::weight"

CLOSURE = """fn step(n: &mut u64) -> u64 {
    *n += 1;
    let base = 100;
    [1u64, 2, 3].iter().map(|x| x + base).sum()
}"""

# Functions of the library that the closure's type is an argument of.
FOLDS = ("core::iter::adapters::map::{impl}::fold<u64, Iter<u64>, {closure}, u64, {closure}>; "
         "core::slice::iter::{impl}::fold<u64, u64, {closure}>")

TRAIT = """trait Animal {
    fn name(&self) -> String { String::from("animal") }
    fn legs(&self) -> u32;
}
struct Dog;
struct Bird(u32);
impl Animal for Dog {
    fn name(&self) -> String { String::from("dog") }
    fn legs(&self) -> u32 { 4 }
}
impl Animal for Bird {
    fn legs(&self) -> u32 { self.0 }
}
fn step(all: &mut Vec<Box<dyn Animal>>) -> String {
    all.iter().map(|a| format!("{}:{}", a.name(), a.legs())).collect::<Vec<_>>().join(",")
}"""
TRAIT_STATE = "let mut n: Vec<Box<dyn Animal>> = vec![Box::new(Dog), Box::new(Bird(2))];"

CONST = """const SPEED: u64 = 7;
const NAMES: [&str; 2] = ["one", "two"];
fn step(n: &mut u64) -> String {
    *n += 1;
    let at = (*n % 1) as usize;
    format!("{} {}", SPEED * 10, NAMES[at])
}"""

CONST_FN = """const fn square(a: usize) -> usize { a * a }
const SIZE: usize = square(3);
struct Table<const N: usize>;
impl<const N: usize> Table<N> {
    fn len(&self) -> usize { N }
}
fn unrelated() -> usize { 5 }
fn step(n: &mut u64) -> String {
    *n += 1;
    let row = [0u8; SIZE];
    format!("{} {} {}", row.len(), Table::<SIZE>.len(), unrelated())
}"""

STATIC = """use std::sync::atomic::{AtomicU64, Ordering};
static COUNTER: AtomicU64 = AtomicU64::new(1000);
fn step(n: &mut u64) -> String {
    *n += 1;
    let seen = COUNTER.fetch_add(1, Ordering::Relaxed);
    format!("static {} a", seen > 1000)
}"""

STATICS = """use std::cell::Cell;
use std::sync::Mutex;
const fn first() -> u64 { 100 }
static TOTAL: Mutex<u64> = Mutex::new(first());
static mut RAW: [u64; 2] = [1, 2];
static NAME: &str = "first";
thread_local! { static LOCAL: Cell<u64> = const { Cell::new(500) }; }
fn step(n: &mut u64) -> String {
    *n += 1;
    *TOTAL.lock().unwrap() += 1;
    unsafe { RAW[0] += 1 };
    LOCAL.set(LOCAL.get() + 1);
    let raw = unsafe { RAW[0] };
    format!("{} {} {} {NAME} a", *TOTAL.lock().unwrap() - *n, raw - *n, LOCAL.get() - *n)
}"""

ADDRESSES = """use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
static FIRST: AtomicUsize = AtomicUsize::new(7);
static FIRST_AT: AtomicUsize = AtomicUsize::new(0);
static LOCAL_AT: AtomicUsize = AtomicUsize::new(0);
thread_local! { static LOCAL: Cell<usize> = const { Cell::new(40) }; }
fn same(at: &AtomicUsize, now: usize) -> bool {
    at.compare_exchange(0, now, SeqCst, SeqCst).is_ok() || at.load(SeqCst) == now
}
fn step(n: &mut usize) -> String {
    *n += 1;
    FIRST.fetch_add(1, SeqCst);
    LOCAL.with(|l| l.set(l.get() + 1));
    let first = same(&FIRST_AT, &FIRST as *const _ as usize) && FIRST.load(SeqCst) == 7 + *n;
    let local = LOCAL.with(|l| same(&LOCAL_AT, l as *const _ as usize) && l.get() == 40 + *n);
    format!("{first} {local} a")
}"""

MORE = ["MORE", "MORE::{const}#31", "MORE::__RUST_STD_INTERNAL_INIT", "MORE::__RUST_STD_INTERNAL_VAL"]

MACRO = """macro_rules! scaled {
    ($value:expr) => { $value * 10 };
}
macro_rules! getter {
    ($name:ident, $value:expr) => { fn $name() -> u64 { $value } };
}
getter!(three, 3);
getter!(four, 4);
fn plain() -> u64 { 1 }
fn step(n: &mut u64) -> String {
    *n += 1;
    format!("{} {} {}", scaled!(plain()), three(), four())
}"""

SHIFTED = """use std::panic::Location;
#[track_caller]
fn line() -> u32 { Location::caller().line() }
fn step(n: &mut u64) -> u32 {
    *n += 1;
    line()
}"""

# Where each of its panics says that it was, in order.
PANICS = """use std::cell::RefCell;
use std::panic::{Location, catch_unwind, set_hook};
thread_local!(static SEEN: RefCell<String> = RefCell::new(String::new()));
struct Row(Vec<u8>);
impl Row {
    fn first(&self) -> u8 {
        self.0[0]
    }
    fn last(&self) -> u8 {
        *self.0.last().unwrap()
    }
}
fn divided<T: TryFrom<u32>>(a: u32, b: u32) -> T {
    T::try_from(a / b).ok().expect("it fits")
}
#[track_caller]
fn told() -> String {
    let at = Location::caller();
    format!("{}:{}", at.line(), at.column())
}
fn all() -> Vec<fn()> {
    vec![
        || { Row(vec![]).first(); },
        || { Row(vec![]).last(); },
        || { divided::<u8>(1, 0); },
        || { divided::<u8>(1000, 1); },
        || { divided::<i8>(1000, 1); },
        || {
            let text = told();
            panic!("{text}");
        },
    ]
}
fn step(n: &mut u64) -> String {
    if *n == 0 {
        set_hook(Box::new(|info| {
            let at = info.location().unwrap();
            let told = info.payload().downcast_ref::<String>().filter(|t| t.contains(':') && !t.contains(' '));
            SEEN.with(|s| *s.borrow_mut() += &format!(" {}:{}{}", at.line(), at.column(),
                told.map_or(String::new(), |t| format!("({t})"))));
        }));
    }
    *n += 1;
    for run in all() {
        let _ = catch_unwind(run);
    }
    SEEN.take().trim().into()
}"""

PLACES = """use std::panic::Location;
const HERE: &Location<'static> = Location::caller();
const fn line_of(at: &Location<'static>) -> u32 {
    at.line()
}
const THERE: [u32; 2] = {
    let first = line_of(Location::caller());
    [first, line_of(Location::caller())]
};
macro_rules! pair { () => { (line!(), column!()) } }
fn step(n: &mut u64) -> String {
    *n += 1;
    let (line, column) = pair!();
    format!("{} {}, {THERE:?}, {line} {column}", HERE.line(), HERE.column())
}"""

UNCHANGED = {"events": ["no-change"], "ran": "", "most": NOTHING, "patched": ""}

SESSIONS = {
    "a function's body": {
        "main": looping(SIMPLE),
        "prints": ": 11$",
        "steps": [
            {"edits": [("+ 11", "+ 12")], "patched": "step", "ran": body("step"), "prints": ": 12$"},
            {"edits": [("+ 12", "+ 13")], "patched": "step", "ran": body("step"), "prints": ": 13$"},
        ],
    },
    "going back to the original text": {
        "main": looping(SIMPLE),
        "prints": ": 11$",
        "steps": [
            {"edits": [("+ 11", "+ 12")], "patched": "step", "ran": body("step"), "prints": ": 12$"},
            {"edits": [("+ 12", "+ 11")], "patched": "step", "ran": body("step"), "prints": ": 11$"},
            {"edits": [("+ 11", "+ 12")], "patched": "step", "ran": body("step"), "prints": ": 12$"},
        ],
    },
    "comments and white space only": {
        "main": looping(SIMPLE),
        "prints": ": 11$",
        "steps": [
            {"edits": [("*n += 1;", "*n += 1; // count")], **UNCHANGED},
            {"edits": [("fn step", "\n\n// A step.\nfn step")], **UNCHANGED},
            {"edits": [("    *n * 0 + 11", "        *n*0+/* eleven */\n\t11")], **UNCHANGED},
            {"edits": [("*n*0+/* eleven */\n\t11", "*n * 0 + 11")], **UNCHANGED},
            {"edits": [("fn step", "/// What is done.\nfn step")], **UNCHANGED},
            {"edits": [("What is done.", "What is done,\n/// and how.")], **UNCHANGED},
            {"edits": [("// count", "/* counted */")], **UNCHANGED},
            {"edits": [("n: &mut u64) ->", "\n    n: &mut u64,\n) ->"), (",\n) ->", "\n) ->")], **UNCHANGED},
            {"edits": [("fn main", "\r\n\r\n    fn main")], **UNCHANGED},
            {"edits": [("+ 11", "+ 14")], "functions": 1, "ran": body("step"), "patched": "step", "prints": ": 14$"},
        ],
    },
    "lines that move are told right, and nothing is compiled": {
        "main": looping(SHIFTED),
        "prints": ": 8$",
        "steps": [
            {"edits": [("#[track_caller]", "\n\n#[track_caller]")], "events": ["no-change"], "patched": "", "ran": "",
             "prints": ": 10$"},
            {"edits": [("use std::panic", "// one more\nuse std::panic")], "events": ["no-change"], "patched": "",
             "ran": "", "prints": ": 11$"},
        ],
    },
    "comments in bodies move the lines that panics tell, and nothing is compiled": {
        "main": looping(PANICS),
        "prints": ": 9:15 12:24 16:17 16:29 16:29 32:13\\(31:24\\)$",
        "steps": [
            {"edits": [("{text}\");", "{text}\"); // that is all")], **UNCHANGED},
            {"edits": [("        self.0[0]", "        // the one in front\n\n      self.0[0]")], **UNCHANGED,
             "prints": ": 11:13 14:24 18:17 18:29 18:29 34:13\\(33:24\\)$"},
            {"edits": [("try_from(a / b)", "try_from(\n        a /* by */ / b\n    )")], **UNCHANGED,
             "prints": ": 11:13 14:24 19:9 20:12 20:12 36:13\\(35:24\\)$"},
            {"edits": [("*self.0.last()", "*self.0.last() // or none\n            ")], **UNCHANGED,
             "prints": ": 11:13 15:14 20:9 21:12 21:12 37:13\\(36:24\\)$"},
            {"edits": [("let text = told", "/* what */ let text =\n\n told")], **UNCHANGED,
             "prints": ": 11:13 15:14 20:9 21:12 21:12 39:13\\(38:2\\)$"},
            {"edits": [("panic!", "\n/// no doc of anything\n{}\npanic!")], "events": ["no-change"],
             "prints": ": 11:13 15:14 20:9 21:12 21:12 42:1\\(38:2\\)$"},
            {"edits": [("        // the one in front\n\n", "")], **UNCHANGED,
             "prints": ": 9:13 13:14 18:9 19:12 19:12 40:1\\(36:2\\)$"},
            # A comment and new code at once.
            {"edits": [("      self.0[0]", "    // the next\n    let at = self.0.len();\n    self.0[at]")],
             "names": "main::<impl Row>::first", "prints": ": 11:11 15:14 20:9 21:12 21:12 42:1\\(38:2\\)$"},
            # An error, mended together with a comment above.
            {"edits": [("let text", "let txt")], "events": ["errors"]},
            {"edits": [("let txt", "// mended\nlet text")], "events": ["no-change"],
             "prints": ": 11:11 15:14 20:9 21:12 21:12 43:1\\(39:2\\)$"},
        ],
    },
    "places that are data of the program move with comments in front of them": {
        "main": looping(PLACES),
        "prints": ": 4 34, .9, 10., 15 26$",
        "steps": [
            {"edits": [("= Location", "=\n    // here\n  Location")], "prints": ": 6 3, .11, 12., 17 26$"},
            {"edits": [("    [first", "\n    [first")], "prints": ": 6 3, .11, 13., 18 26$"},
            {"edits": [("= pair", "= // two\n\n pair")], "prints": ": 6 3, .11, 13., 20 2$"},
            {"edits": [("use std", "/* one */ use std")], "events": ["no-change"], "prints": ": 6 3, .11, 13., 20 2$"},
        ],
    },
    "an item that is moved": {
        "main": looping(GENERIC),
        "prints": ": 20 3$",
        "steps": [
            {"edits": [("fn twice<T: Copy + std::ops::Add<Output = T>>(a: T) -> T {\n    a + a\n}\n", ""),
                       ("fn main", "fn twice<T: Copy + std::ops::Add<Output = T>>(a: T) -> T {\n    a + a\n}\nfn main")],
             "events": ["no-change"], "patched": "", "ran": "", "prints": ": 20 3$"},
            {"edits": [("a + a", "a + a + a")], "patched": "twice<f64>; twice<u32>",
             "ran": [checked("twice"), code("twice<f64>", "twice<u32>")], "prints": ": 30 4.5$"},
        ],
    },
    "the body of a generic function, two instances": {
        "main": looping(GENERIC),
        "prints": ": 20 3$",
        "steps": [
            {"edits": [("a + a", "a + a + a")], "patched": "twice<f64>; twice<u32>",
             "ran": [checked("twice"), code("twice<f64>", "twice<u32>")], "prints": ": 30 4.5$"},
            {"edits": [("twice(10u32)", "twice(7u8)")], "patched": "step", "ran": body("step"), "prints": ": 21 4.5$"},
            {"edits": [("a + a + a", "a + a")], "patched": "twice<f64>; twice<u32>; twice<u8>",
             "ran": [checked("twice"), code("twice<f64>", "twice<u32>", "twice<u8>")], "prints": ": 14 3$"},
        ],
    },
    "the body of a generic function, fifty instances": {
        "main": looping(FIFTY_INSTANCES),
        "prints": ": 1225$",
        "steps": [
            {"edits": [("a * N", "a * N + 1")], "patched": FIFTY,
             "ran": [checked("scaled"), code(*FIFTY)], "prints": ": 1275$"},
            {"edits": [("a * N + 1", "if N % 2 == 0 { a * N } else { 0 }")],
             "patched": FIFTY,
             "ran": [checked("scaled"), code(*FIFTY)], "prints": ": 600$"},
        ],
    },
    "every live instance of a method in a generic impl": {
        "main": looping(GENERIC_IMPL),
        "prints": ": 50 20 60$",
        "steps": [
            {"edits": [("self.1.weight()", "self.1.weight() + 100")],
             "patched": [PAIR + "<Pair<u8, u8>, String>", PAIR + "<u8, u8>"],
             "ran": [checked(PAIR), code(PAIR + "<Pair<u8, u8>, String>", PAIR + "<u8, u8>")],
             "prints": ": 2050 1020 2060$"},
            {"edits": [("what.weight() * 10", "what.weight() * 2")],
             "patched": "heavy<Pair<Pair<u8, u8>, String>>; heavy<Pair<u8, u8>>; heavy<dyn Weight>",
             "ran": [checked("heavy"), code("heavy<Pair<Pair<u8, u8>, String>>", "heavy<Pair<u8, u8>>", "heavy<dyn Weight>")],
             "prints": ": 410 204 412$"},
            {"edits": [("{ self.len() as u64 }", "{ 0 }")], "patched": "<impl Weight for String>::weight",
             "ran": body("<impl Weight for String>::weight"), "prints": ": 404 204 406$"},
        ],
    },
    "a closure's body": {
        "main": looping(CLOSURE),
        "prints": ": 306$",
        "steps": [
            {"edits": [("x + base", "x * base")], "patched": "step::{closure}#0",
             "ran": [checked("step"), lowered("step::{closure}#0")], "prints": ": 600$"},
            {"edits": [("x * base", "x * base + *n * 0")],
             "patched": [FOLDS, "step", "step::{closure}#0"],
             "new": 3, "ran": [body("step"), lowered("step::{closure}#0")], "prints": ": 600$"},
            {"edits": [("x * base + *n * 0", "x + 1")],
             "patched": [FOLDS, "step", "step::{closure}#0"],
             "new": 3, "ran": [body("step"), lowered("step::{closure}#0")], "prints": ": 9$"},
        ],
    },
    "a method in an impl of a trait, called through dyn": {
        "main": looping(TRAIT, state=TRAIT_STATE),
        "prints": ": dog:4,animal:2$",
        "steps": [
            {"edits": [('from("dog")', 'from("hound")')], "patched": "<impl Animal for Dog>::name",
             "ran": body("<impl Animal for Dog>::name"), "prints": ": hound:4,animal:2$"},
            {"edits": [('from("animal")', 'from("beast")')], "patched": "Animal::name<Bird>",
             "ran": [checked("Animal::name"), code("Animal::name<Bird>")], "prints": ": hound:4,beast:2$"},
        ],
    },
    "constants": {
        "main": looping(CONST),
        "prints": ": 70 one$",
        "steps": [
            {"edits": [("= 7;", "= 8;")], "patched": "", "data": 1, "ran": [checked("SPEED"), code("step")],
             "prints": ": 80 one$"},
            {"edits": [('"one"', '"eins"')], "patched": "", "data": 1, "ran": [checked("NAMES"), code("step")],
             "prints": ": 80 eins$"},
            {"edits": [('"eins"', '"one"')], "patched": "", "data": 1, "ran": [checked("NAMES"), code("step")],
             "prints": ": 80 one$"},
        ],
    },
    "a constant that lengths and types are made of": {
        "main": looping(CONST_FN),
        "prints": ": 9 9 5$",
        "steps": [
            {"edits": [("square(3)", "square(4)")], "patched": "step", "ran": [body("step"), checked("SIZE")],
             "prints": ": 16 16 5$"},
            {"edits": [("a * a }", "a * a + 1 }")], "patched": "step", "ran": [body("step"), checked("square")],
             "prints": ": 17 17 5$"},
            {"edits": [("square(4)", "5")], "patched": "step", "ran": [body("step"), checked("SIZE")],
             "prints": ": 5 5 5$"},
        ],
    },
    "a constant that cannot be evaluated, then mended": {
        "main": looping(CONST_FN),
        "prints": ": 9 9 5$",
        "steps": [
            {"edits": [("square(3)", "square(3) / (square(1) - 1)")], "events": ["errors"], "has": "E0080",
             "ran": checked("SIZE", "step"), "prints": ": 9 9 5$"},
            {"edits": [("square(3) / (square(1) - 1)", "square(2)")], "patched": "step",
             "ran": [body("step"), checked("SIZE")], "prints": ": 4 4 5$"},
        ],
    },
    "a static keeps its value": {
        "main": looping(STATIC),
        "prints": ": static true a$",
        "steps": [
            {"edits": [("new(1000)", "new(900000)")], "events": ["static-kept"], "has": "main::COUNTER", "patched": "",
             "ran": checked("COUNTER")},
            {"edits": [('{} a"', '{} b"')], "patched": "step", "ran": body("step"), "prints": ": static true b$"},
        ],
    },
    "statics of every kind keep their values": {
        "main": looping(STATICS),
        "prints": ": 100 1 500 first a$",
        "steps": [
            {"edits": [("{ 100 }", "{ 900 }")], "events": ["static-kept"], "has": "main::TOTAL", "patched": "",
             "ran": checked("first")},
            {"edits": [("[1, 2]", "[70, 80]")], "events": ["static-kept"], "has": "main::RAW", "patched": "",
             "ran": checked("RAW")},
            {"edits": [('{NAME} a"', '{NAME} b"')], "patched": "step", "ran": body("step"),
             "prints": ": 100 1 500 first b$"},
            {"edits": [('= "first"', '= "second"')], "events": ["static-kept"], "has": "main::NAME", "patched": "",
             "ran": checked("NAME")},
            {"edits": [('{NAME} b"', '{NAME} c"')], "patched": "step", "ran": body("step"),
             "prints": ": 100 1 500 first c$"},
        ],
    },
    "statics and thread-locals keep address and value": {
        "main": looping(ADDRESSES, state="let mut n = 0usize;"),
        "prints": ": true true a$",
        "steps": [
            {"edits": [('{local} a"', '{local} b"')], "patched": "step",
             "ran": [body("step"), mir("step::{closure}#0", "step::{closure}#1")], "prints": ": true true b$"},
            {"edits": [("static FIRST:", "static NEWER: AtomicUsize = AtomicUsize::new(3);\nstatic FIRST:"),
                       ('{local} b"', '{local} c {}", NEWER.fetch_add(1, SeqCst).min(3)')],
             "patched": "step", "ran": [body("step"), lowered("step::{closure}#0", "step::{closure}#1"), checked("NEWER")],
             "prints": ": true true c 3$"},
            {"edits": [("fn same", "thread_local! { static MORE: Cell<u8> = const { Cell::new(9) }; }\nfn same"),
                       ("*n += 1;", "*n += 1;\n    MORE.set(MORE.get().min(9));")],
             "patched": "step", "data": 2,
             "ran": [body("step"), lowered("step::{closure}#0", "step::{closure}#1"), checked(*MORE),
                     mir("MORE::{const}#31::{closure}#0", "MORE::{const}#31::{closure}#1")],
             "prints": ": true true c 3$"},
            {"edits": [("new(7)", "new(8)"), ("{local} c", "{local} d")], "events": ["reloaded", "static-kept"],
             "patched": "step", "ran": [body("step"), checked("FIRST"), mir("step::{closure}#0", "step::{closure}#1")],
             "prints": ": true true d 3$"},
        ],
    },
    "a static whose type changes": {
        "main": looping(STATICS),
        "prints": ": 100 1 500 first a$",
        "steps": [
            {"edits": [("[u64; 2] = [1, 2]", "[u64; 3] = [5, 6, 7]")], "events": ["restart-needed", "started"], "has": "",
             "ran": [body("step"), checked("RAW")], "restarts": True, "prints": ": 100 5 500 first a$"},
        ],
    },
    "a global allocator comes and goes": {
        "main": looping(ALLOCATOR),
        "prints": ": 1$",
        "steps": [
            {"edits": [("#[global_allocator]", "#[allow(dead_code)]")], "events": ["restart-needed", "started"],
             "has": "", "ran": checked("ALLOCATOR"), "restarts": True, "prints": ": 0$"},
            {"edits": [("#[allow(dead_code)]", "#[global_allocator]")], "events": ["restart-needed", "started"],
             "has": "", "ran": checked("ALLOCATOR"), "restarts": True, "prints": ": 1$"},
            {"edits": [("fetch_add(1", "fetch_add(2")], "patched": "<unsafe impl GlobalAlloc for Counting>::alloc",
             "ran": body("<unsafe impl GlobalAlloc for Counting>::alloc"), "prints": ": 2$"},
        ],
    },
    "a global allocator that goes, keeping the old code": {
        "main": looping(ALLOCATOR),
        "options": ["--on-layout-change", "keep-old"],
        "prints": ": 1$",
        "steps": [
            {"edits": [("#[global_allocator]", "#[allow(dead_code)]")], "events": ["restart-needed"],
             "has": "the global allocator changed", "ran": checked("ALLOCATOR"), "prints": ": 1$"},
        ],
    },
    "macros": {
        "main": looping(MACRO),
        "prints": ": 10 3 4$",
        "steps": [
            {"edits": [("$value * 10", "$value * 20")], "patched": "step", "ran": body("step"), "prints": ": 20 3 4$"},
            {"edits": [("-> u64 { $value }", "-> u64 { $value + 100 }")], "patched": "four; three",
             "ran": body("four", "three"), "prints": ": 20 103 104$"},
            {"edits": [("getter!(four, 4)", "getter!(four, 5)")], "patched": "four", "ran": body("four"),
             "prints": ": 20 103 105$"},
            {"edits": [("$value * 20", "$value * ")], "events": ["errors"], "ran": checked("step"),
             "prints": ": 20 103 105$"},
            {"edits": [("$value * ", "$value * 30")], "patched": "step", "ran": body("step"), "prints": ": 30 103 105$"},
        ],
    },
    "an error, then mended": {
        "main": looping(SIMPLE),
        "prints": ": 11$",
        "steps": [
            {"edits": [("+ 11", "+ nothing")], "events": ["errors"], "has": "E0425", "ran": checked("step"),
             "prints": ": 11$"},
            {"edits": [("+ nothing", "+ 15 }}")], "events": ["errors"], "ran": checked("step"), "prints": ": 11$"},
            {"edits": [("+ 15 }}", "+ 16")], "patched": "step", "ran": body("step"), "prints": ": 16$"},
        ],
    },
    "an error, then the text before": {
        "main": looping(SIMPLE),
        "prints": ": 11$",
        "steps": [
            {"edits": [("+ 11", "+ nothing")], "events": ["errors"], "has": "E0425", "ran": checked("step"),
             "prints": ": 11$"},
            {"edits": [("+ nothing", "+ 11")], "events": ["mended"], "ran": checked("step"), "prints": ": 11$"},
            {"edits": [("+ 11", "+ 12")], "patched": "step", "ran": body("step"), "prints": ": 12$"},
        ],
    },
}
