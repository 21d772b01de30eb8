"""The sessions of tests/reload/run: by name, each a program and what is done to it."""


def looping(items, step="step(&mut n)", state="let mut n: u64 = 0;"):
    """A program that prints `COUNT: VALUE` for ever; `items` define what the value is."""
    return f"""use std::time::Duration;

{items}

fn main() {{
    {state}
    for i in 0u64.. {{
        let value = {step};
        println!("{{i}}: {{value}}");
        std::thread::sleep(Duration::from_millis(5));
    }}
}}
"""


SIMPLE = "fn step(n: &mut u64) -> u64 {\n    *n += 1;\n    *n * 0 + 11\n}"

GENERIC = """fn twice<T: Copy + std::ops::Add<Output = T>>(a: T) -> T {
    a + a
}
fn step(n: &mut u64) -> String {
    *n += 1;
    format!("{} {}", twice(10u32), twice(1.5f64))
}"""

CLOSURE = """fn step(n: &mut u64) -> u64 {
    *n += 1;
    let base = 100;
    [1u64, 2, 3].iter().map(|x| x + base).sum()
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

CONST = """const SPEED: u64 = 7;
const NAMES: [&str; 2] = ["one", "two"];
fn step(n: &mut u64) -> String {
    *n += 1;
    let at = (*n % 1) as usize;
    format!("{} {}", SPEED * 10, NAMES[at])
}"""

SIGNATURE = """fn area(w: u32) -> u32 {
    w * w
}
fn first() -> u32 { area(2) }
fn second() -> u32 { area(3) }
fn step(n: &mut u64) -> String {
    *n += 1;
    format!("{} {}", first(), second())
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

STATIC = """use std::sync::atomic::{AtomicU64, Ordering};
static COUNTER: AtomicU64 = AtomicU64::new(1000);
fn step(n: &mut u64) -> String {
    *n += 1;
    let seen = COUNTER.fetch_add(1, Ordering::Relaxed);
    format!("static {} a", seen > 1000)
}"""

TRAITSTATE = 'let mut n: Vec<Box<dyn Animal>> = vec![Box::new(Dog), Box::new(Bird(2))];'

ALL = {
    "a function's body": {
        "main": looping(SIMPLE),
        "prints": ": 11$",
        "steps": [
            {"edits": [("+ 11", "+ 12")], "names": "main::step", "functions": 1, "prints": ": 12$"},
            {"edits": [("+ 12", "+ 13")], "prints": ": 13$"},
        ],
    },
    "going back to the original text": {
        "main": looping(SIMPLE),
        "prints": ": 11$",
        "steps": [
            {"edits": [("+ 11", "+ 12")], "prints": ": 12$"},
            {"edits": [("+ 12", "+ 11")], "prints": ": 11$"},
            {"edits": [("+ 11", "+ 12")], "prints": ": 12$"},
        ],
    },
    "comments and white space only": {
        "main": looping(SIMPLE),
        "prints": ": 11$",
        "steps": [
            {"edits": [("*n += 1;", "*n += 1; // count")], "events": ["no-change"]},
            {"edits": [("fn step", "\n\n// A step.\nfn step")], "events": ["no-change"]},
            {"edits": [("    *n * 0", "        *n * 0")], "events": ["no-change"]},
            {"edits": [("+ 11", "+ 14")], "functions": 1, "prints": ": 14$"},
        ],
    },
    "the body of a generic function, two instances": {
        "main": looping(GENERIC),
        "prints": ": 20 3$",
        "steps": [{"edits": [("a + a", "a + a + a")], "names": "main::twice", "functions": 2, "prints": ": 30 4.5$"}],
    },
    "a closure's body": {
        "main": looping(CLOSURE),
        "prints": ": 306$",
        "steps": [
            {"edits": [("x + base", "x * base")], "names": "main::step", "prints": ": 600$"},
            {"edits": [("x * base", "x * base + *n * 0")], "prints": ": 600$"},
            {"edits": [("x * base + *n * 0", "x + 1")], "prints": ": 9$"},
        ],
    },
    "closures made before an edit keep what they captured": {
        "main": looping(BOXED, state="let mut n = make(20);"),
        "prints": ": 31 16$",
        "steps": [
            {"edits": [("x + base", "x + base + 100")], "prints": ": 131 116$"},
            {"edits": [("Box::new(move", "let more = 1000u64;\n    Box::new(move"), ("base + 100", "base + more")],
             "prints": ": 131 1016$"},
            {"edits": [("f(1) + 10", "f(1) + 20")], "prints": ": 141 1026$"},
        ],
    },
    "a method in an impl of a trait, called through dyn": {
        "main": looping(TRAIT, state=TRAITSTATE),
        "prints": ": dog:4,animal:2$",
        "steps": [
            {"edits": [('from("dog")', 'from("hound")')], "functions": 1, "prints": ": hound:4,animal:2$"},
            {"edits": [('from("animal")', 'from("beast")')], "prints": ": hound:4,beast:2$"},
            {"edits": [("impl Animal for Bird {", 'impl Animal for Bird {\n    fn name(&self) -> String { String::from("bird") }')],
             "prints": ": hound:4,bird:2$"},
        ],
    },
    "a method added to a trait with live objects": {
        "main": looping(TRAIT, state=TRAITSTATE),
        "prints": ": dog:4,animal:2$",
        "steps": [
            {"edits": [("fn legs(&self) -> u32;", "fn legs(&self) -> u32;\n    fn tail(&self) -> u32 { 1 }"),
                       ("a.legs())", "a.legs() + a.tail())")],
             "events": ["restart-needed", "started"], "has": "", "restarts": True, "prints": ": dog:5,animal:3$"},
        ],
    },
    "constants": {
        "main": looping(CONST),
        "prints": ": 70 one$",
        "steps": [
            {"edits": [("= 7;", "= 8;")], "prints": ": 80 one$"},
            {"edits": [('"one"', '"eins"')], "prints": ": 80 eins$"},
        ],
    },
    "a new function": {
        "main": looping(SIMPLE),
        "prints": ": 11$",
        "steps": [
            {"edits": [("*n * 0 + 11", "*n * 0 + helper(4)"), ("fn step", "fn helper(a: u64) -> u64 { a * 100 }\nfn step")],
             "names": "main::step", "prints": ": 400$"},
            {"edits": [("a * 100", "a * 200")], "names": "main::helper", "prints": ": 800$"},
            {"edits": [("helper(4)", "3"), ("fn helper(a: u64) -> u64 { a * 200 }\n", "")], "names": "main::step",
             "prints": ": 3$"},
        ],
    },
    "a changed signature with callers": {
        "main": looping(SIGNATURE),
        "prints": ": 4 9$",
        "steps": [
            {"edits": [("area(w: u32)", "area(w: u32, h: u64)"), ("w * w", "w * h as u32"), ("area(2)", "area(2, 5)"),
                       ("area(3)", "area(3, 5)")], "functions": 3, "prints": ": 10 15$"},
            {"edits": [("w * h as u32", "w + h as u32")], "functions": 1, "prints": ": 7 8$"},
        ],
    },
    "an error, then mended": {
        "main": looping(SIMPLE),
        "prints": ": 11$",
        "steps": [
            {"edits": [("+ 11", "+ nothing")], "events": ["errors"], "has": "E0425", "prints": ": 11$"},
            {"edits": [("+ nothing", "+ 15 }}")], "events": ["errors"], "prints": ": 11$"},
            {"edits": [("+ 15 }}", "+ 16")], "names": "main::step", "prints": ": 16$"},
        ],
    },
    "an error in one function, then an edit of another": {
        "main": looping(SIGNATURE),
        "prints": ": 4 9$",
        "steps": [
            {"edits": [("area(2)", "area(true)")], "events": ["errors"], "has": "E0308", "prints": ": 4 9$"},
            {"edits": [("area(3)", "area(4)")], "events": ["errors"], "prints": ": 4 9$"},
            {"edits": [("area(true)", "area(2)")], "names": "main::second", "prints": ": 4 16$"},
        ],
    },
    "a file of a module": {
        "main": looping("mod rules;\nuse rules::step;"),
        "files": {"rules.rs": "pub fn step(n: &mut u64) -> u64 {\n    *n += 1;\n    inner::value()\n}\nmod inner;\n",
                  "rules/inner.rs": "pub fn value() -> u64 {\n    21\n}\n"},
        "prints": ": 21$",
        "steps": [
            {"file": "rules.rs", "edits": [("inner::value()", "inner::value() + 1")], "names": "main::rules::step",
             "prints": ": 22$"},
            {"file": "rules/inner.rs", "edits": [("21", "31")], "names": "main::rules::inner::value", "prints": ": 32$"},
            {"file": "rules/inner.rs", "edits": [("31", "41")], "how": "rename", "prints": ": 42$"},
        ],
    },
    "a new file of a module": {
        "main": looping(SIMPLE),
        "prints": ": 11$",
        "steps": [
            {"edits": [("fn step", "mod more;\nfn step"), ("+ 11", "+ more::value()")], "events": ["errors"],
             "has": "E0583"},
            {"file": "more.rs", "text": "pub fn value() -> u64 { 77 }\n", "events": ["no-change"]},
            {"edits": [("*n * 0 ", "*n * 0  ")], "prints": ": 77$"},
            {"file": "more.rs", "edits": [("77", "78")], "names": "main::more::value", "prints": ": 78$"},
        ],
    },
    "a save by rename": {
        "main": looping(SIMPLE),
        "prints": ": 11$",
        "steps": [
            {"edits": [("+ 11", "+ 12")], "how": "rename", "prints": ": 12$"},
            {"edits": [("+ 12", "+ 13")], "how": "rename", "prints": ": 13$"},
        ],
    },
    "a file deleted and made again": {
        "main": looping(SIMPLE),
        "prints": ": 11$",
        "steps": [
            {"edits": [("+ 11", "+ 12")], "how": "recreate", "prints": ": 12$"},
            {"edits": [("+ 12", "+ 13")], "how": "recreate", "prints": ": 13$"},
        ],
    },
    "a writer that keeps the file open": {
        "main": looping(SIMPLE),
        "prints": ": 11$",
        "steps": [{"edits": [("+ 11", "+ 12")], "how": "open", "prints": ": 12$"}],
    },
    "a save through a symbolic link": {
        "main": looping(SIMPLE),
        "how": "link",
        "prints": ": 11$",
        "steps": [{"edits": [("+ 11", "+ 12")], "how": "link", "prints": ": 12$"}],
    },
    "a changed type": {
        "main": looping(LAYOUT, step="step(&mut n)", state="let mut n = World { age: 0 };"),
        "prints": ": age 5$",
        "steps": [
            {"edits": [("age: u32,", "age: u64,"), ("-> u32 {", "-> u64 {")], "events": ["restart-needed", "started"],
             "restarts": True, "prints": ": age 5$"},
            {"edits": [("* 0 + 5", "* 0 + 6")], "names": "main::grow", "prints": ": age 6$"},
        ],
    },
    "a changed type, keeping the old code": {
        "main": looping(LAYOUT, step="step(&mut n)", state="let mut n = World { age: 0 };"),
        "options": ["--on-layout-change", "keep-old"],
        "prints": ": age 5$",
        "steps": [
            {"edits": [("age: u32,", "age: u64,"), ("-> u32 {", "-> u64 {"), ("+ 5", "+ 8")], "events": ["restart-needed"],
             "has": "layout of World changed", "prints": ": age 5$"},
        ],
    },
    "a static keeps its value": {
        "main": looping(STATIC),
        "prints": ": static true a$",
        "steps": [
            {"edits": [("new(1000)", "new(900000)")], "events": ["static-kept"], "has": "main::COUNTER"},
            {"edits": [('{} a"', '{} b"')], "prints": ": static true b$"},
        ],
    },
    "a program that ends is started again at the next save": {
        "main": 'fn main() {\n    println!("0: once");\n    std::process::exit(3);\n}\n',
        "prints": ": once$",
        "steps": [
            {"events": ["ended"], "has": '"status": 3'},
            {"edits": [("once", "twice")], "events": ["started", "ended"], "restarts": True,
             "prints": ": twice$"},
        ],
    },
    "a crash is told": {
        "main": "fn main() {\n    println!(\"0: here\");\n    unsafe { *(8 as *mut u8) = 1 };\n}\n",
        "prints": ": here$",
        "steps": [
            {"events": ["ended"], "has": '"signal": 11'},
            {"edits": [("unsafe { *(8 as *mut u8) = 1 };", "")], "events": ["started", "ended"], "restarts": True,
             "prints": ": here$"},
        ],
    },
    "a program that is wrong at the start": {
        "main": looping(SIMPLE).replace("+ 11", "+ 11 +"),
        "first": "errors",
        "steps": [{"edits": [("+ 11 +", "+ 11")], "events": ["started"], "prints": ": 11$"}],
    },
}
