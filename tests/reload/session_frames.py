"""Edits while the edited functions run: threads, endless functions, recursion, panics."""
from programs import body, checked, code, looping, lowered

# Several threads call `work` for ever; main prints once each of them has seen the same version.
THREADS = """use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
const COUNT: usize = 8;
static SEEN: [AtomicU64; COUNT] = [const { AtomicU64::new(0) }; COUNT];
static CALLS: AtomicU64 = AtomicU64::new(0);
fn version() -> u64 { 1 }
fn work(at: usize, depth: u32) -> u64 {
    CALLS.fetch_add(1, SeqCst);
    if depth > 0 {
        return work(at, depth - 1);
    }
    version()
}
fn thread(at: usize) {
    loop {
        let seen = work(at, 3);
        SEEN[at].store(seen, SeqCst);
        if at % 2 == 0 { std::thread::yield_now(); }
    }
}
fn start() -> u64 {
    for at in 0..COUNT {
        std::thread::spawn(move || thread(at));
    }
    0
}
fn step(n: &mut u64) -> String {
    *n += 1;
    let before = CALLS.load(SeqCst);
    while CALLS.load(SeqCst) < before + 100 { std::thread::yield_now(); }
    let first = SEEN[0].load(SeqCst);
    if SEEN.iter().all(|s| s.load(SeqCst) == first) { format!("all {first}") } else { String::from("mixed") }
}"""

# Threads are blocked inside `wait` (in a lock, in a sleep, in a read of a pipe) while it is edited.
BLOCKED = """use std::io::{Read, Write};
use std::sync::{Condvar, Mutex, mpsc};
static OPEN: Mutex<u64> = Mutex::new(0);
static TOLD: Condvar = Condvar::new();
fn tag() -> &'static str { "old" }
fn wait(round: u64) -> &'static str {
    let mut open = OPEN.lock().unwrap();
    while *open < round { open = TOLD.wait(open).unwrap(); }
    tag()
}
fn read(mut from: std::io::PipeReader) -> String {
    let mut byte = [0];
    from.read_exact(&mut byte).unwrap();
    format!("{}{}", tag(), byte[0])
}
struct Round { waiter: std::thread::JoinHandle<&'static str>, reader: std::thread::JoinHandle<String>, write: std::io::PipeWriter, ready: mpsc::Receiver<()> }
fn start(round: u64) -> Round {
    let (read_end, write) = std::io::pipe().unwrap();
    let (tell, ready) = mpsc::channel();
    let also = tell.clone();
    Round {
        waiter: std::thread::spawn(move || { tell.send(()).unwrap(); wait(round) }),
        reader: std::thread::spawn(move || { also.send(()).unwrap(); read(read_end) }),
        write, ready,
    }
}
struct State { round: u64, running: Option<Round>, last: String }
fn go() -> bool { false }
fn step(s: &mut State) -> String {
    if s.running.is_none() {
        s.round += 1;
        let round = start(s.round);
        round.ready.recv().unwrap();
        round.ready.recv().unwrap();
        s.running = Some(round);
    }
    if go() {
        let mut round = s.running.take().unwrap();
        *OPEN.lock().unwrap() = s.round;
        TOLD.notify_all();
        round.write.write_all(&[7]).unwrap();
        s.last = format!("{} {}", round.waiter.join().unwrap(), round.reader.join().unwrap());
    }
    s.last.clone()
}"""
BLOCKED_STATE = 'let mut n = State { round: 0, running: None, last: String::from("none") };'

ENDLESS = """use std::time::Duration;

fn name() -> &'static str { "one" }
fn tail(count: u64) -> u64 { count + 1 }
fn main() {
    let mut count = 0u64;
    let mut text = String::new();
    loop {
        text.clear();
        text.push_str(name());
        println!("{count}: {text}");
        count = tail(count);
        std::thread::sleep(Duration::from_millis(5));
    }
}
"""

# `down` goes down in the old code, waits at the bottom for the new, and goes on in that: the result
# counts the frames of each.
RECURSION = """fn version() -> u64 { 1 }
fn down(depth: u64, seen: u64) -> u64 {
    if depth == 0 {
        if version() != seen {
            return 0;
        }
        println!("waiting");
        while version() == seen {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        return down(5, seen);
    }
    down(depth - 1, seen) + 1
}
fn main() {
    println!("1: {}", down(20, version()));
    let mut turn = 2;
    loop {
        println!("{turn}: after {}", down(4, version() + 1));
        turn += 1;
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}
"""

# A panic of new code passes frames of old code, with drops on the way, and is caught in an old one.
PANIC = """use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
thread_local! { static LOG: RefCell<String> = const { RefCell::new(String::new()) }; }
struct Guard(&'static str);
impl Drop for Guard {
    fn drop(&mut self) { LOG.with(|l| l.borrow_mut().push_str(self.0)); }
}
fn version() -> u64 { 1 }
fn inner(seen: u64) {
    let _guard = Guard("i");
    if seen == version() { return; }
    panic!("in the new code");
}
fn outer(depth: u32, seen: u64) {
    let _guard = Guard("o");
    if depth > 0 {
        outer(depth - 1, seen);
        return;
    }
    println!("waiting");
    while version() == seen {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    outer_again(seen);
}
fn outer_again(seen: u64) {
    let _guard = Guard("a");
    inner(seen);
}
fn caught(seen: u64) -> String {
    LOG.with(|l| l.borrow_mut().clear());
    let _guard = Guard("c");
    let failed = catch_unwind(AssertUnwindSafe(|| outer(2, seen))).is_err();
    LOG.with(|l| format!("{failed} {}", l.borrow()))
}
fn main() {
    let mut turn = 1;
    loop {
        println!("{turn}: {}", caught(version()));
        turn += 1;
    }
}
"""

LATE = """fn late(a: u64) -> u64 {
    a + 1
}
fn very_late(a: u64) -> u64 { late(a) * 100 }
const ON: u64 = 0;
fn on() -> u64 { ON }
fn step(n: &mut u64) -> u64 {
    *n += 1;
    match on() { 1 => late(5), 2 => very_late(6), _ => 0 }
}"""

HANDLERS = """use std::collections::HashMap;
type Handler = fn(&str) -> String;
fn greet(name: &str) -> String { format!("hello {name}") }
fn leave(name: &str) -> String { format!("bye {name}") }
struct App { by_name: HashMap<&'static str, Handler>, made: Vec<Box<dyn Fn() -> String + Send>> }
fn make() -> App {
    let mut by_name: HashMap<&'static str, Handler> = HashMap::new();
    by_name.insert("greet", greet);
    by_name.insert("leave", leave);
    let who = String::from("you");
    let made: Vec<Box<dyn Fn() -> String + Send>> = vec![Box::new(|| greet("me")), Box::new(move || leave(&who))];
    App { by_name, made }
}
fn step(app: &mut App) -> String {
    format!("{}, {}, {}, {}", app.by_name["greet"]("a"), app.by_name["leave"]("b"), app.made[0](), app.made[1]())
}"""

SESSIONS = {
    "many threads inside the function that is replaced": {
        "main": looping(THREADS, state="let mut n = start();"),
        "prints": ": all 1$",
        "steps": [
            {"edits": [("{ 1 }", "{ 2 }")], "patched": "version", "ran": body("version"), "prints": ": all 2$"},
            {"edits": [("    version()\n", "    version() * 10\n")], "patched": "work", "ran": body("work"),
             "prints": ": all 20$"},
            {"edits": [("return work(at, depth - 1);", "return work(at, depth - 1) + 1;")], "patched": "work",
             "ran": body("work"), "prints": ": all 23$"},
            {"edits": [("work(at: usize, depth: u32)", "work(depth: u32, at: usize)"),
                       ("return work(at, depth - 1)", "return work(depth - 1, at)")],
             "events": ["errors"], "ran": checked("thread", "work"), "prints": ": all 23$"},
            {"edits": [("let seen = work(at, 3);", "let seen = work(3, at);")], "patched": "thread; work", "new": 1,
             "ran": [body("thread"), code("work")], "prints": ": all (20|23)$"},
            {"edits": [("{ 2 }", "{ 3 }")], "patched": "version", "ran": body("version"),
             "prints": ": (all 33|all 30|mixed)$"},
        ],
    },
    "threads that wait inside the function that is replaced": {
        "main": looping(BLOCKED, step="step(&mut n)", state=BLOCKED_STATE),
        "prints": ": none$",
        "steps": [
            {"edits": [("while *open < round {", "while *open != round {"), ('"old"', '"new"')], "patched": "wait",
             "ran": [body("wait"), checked("tag")], "prints": ": none$"},
            {"edits": [("{ false }", "{ true }")], "patched": "go", "ran": body("go"), "prints": ": new new7$"},
        ],
    },
    "a function that runs for ever while its callees change": {
        "main": ENDLESS,
        "prints": ": one$",
        "steps": [
            {"edits": [('"one"', '"two"')], "patched": "name", "ran": body("name"), "prints": ": two$"},
            {"edits": [("count + 1", "count + 2")], "patched": "tail", "ran": body("tail"), "prints": ": two$"},
            {"edits": [("fn name() -> &'static str { \"two\" }", "fn name() -> &'static str { other() }\nfn other() -> &'static str { \"three\" }")],
             "patched": "name", "ran": [body("name"), checked("other")], "prints": ": three$"},
            # The frame of main goes on in the old code: what it calls is what the new text says, as
            # far as that has the same signature.
            {"edits": [("text.push_str(name());", "text.push_str(name());\n        text.push('!');")], "patched": "main",
             "ran": body("main"), "prints": ": three$"},
            {"edits": [('"three"', '"four"')], "patched": "other", "ran": body("other"), "prints": ": four$"},
        ],
    },
    "recursion across versions": {
        "main": RECURSION,
        "prints": "waiting$",
        "steps": [
            {"edits": [("{ 1 }", "{ 2 }"), ("seen) + 1", "seen) + 100")], "patched": "down; version",
             "ran": body("down", "version"), "prints": "^1: 520$"},
            {"edits": [("seen) + 100", "seen) + 3")], "patched": "down", "ran": body("down"), "prints": ": after 12$"},
        ],
    },
    "a panic through old and new frames": {
        "main": PANIC,
        "prints": "waiting$",
        "steps": [
            {"edits": [("{ 1 }", "{ 2 }"), ('Guard("i")', 'Guard("I")'), ('Guard("a")', 'Guard("A")')],
             "patched": "version", "ran": [body("version"), checked("inner", "outer_again")],
             "prints": ["^1: true IAooo$", "waiting$"]},
            {"edits": [("{ 2 }", "{ 3 }"), ("Guard(\"o\")", "Guard(\"O\")")], "patched": "outer; version",
             "ran": body("outer", "version"), "prints": ["^2: true IAooo$", "waiting$"]},
            {"edits": [("{ 3 }", "{ 4 }")], "patched": "version", "ran": body("version"), "prints": "^3: true IAOOO$"},
        ],
    },
    "code that is first called after an edit": {
        "main": looping(LATE),
        "prints": ": 0$",
        "steps": [
            {"edits": [("a + 1", "a + 2")], "events": ["no-change"], "patched": "", "ran": checked("late"),
             "prints": ": 0$"},
            {"edits": [("ON: u64 = 0", "ON: u64 = 1")], "patched": "on", "ran": [checked("ON"), code("on")],
             "prints": ": 7$"},
            {"edits": [("a + 2", "a + 3")], "patched": "late", "ran": body("late"), "prints": ": 8$"},
            {"edits": [("late(a) * 100", "late(a) * 1000")], "events": ["no-change"], "patched": "",
             "ran": checked("very_late"), "prints": ": 8$"},
            {"edits": [("ON: u64 = 1", "ON: u64 = 2")], "patched": "on", "ran": [checked("ON"), code("on")],
             "prints": ": 9000$"},
        ],
    },
    "code whose signature changes before its first call": {
        "main": looping(LATE),
        "prints": ": 0$",
        "steps": [
            {"edits": [("fn late(a: u64)", "fn late(a: u64, b: u64)"), ("a + 1", "a + b"), ("late(a) *", "late(a, 7) *"),
                       ("late(5)", "late(5, 7)")],
             "patched": "step", "ran": [body("step"), checked("late", "very_late")], "prints": ": 0$"},
            {"edits": [("ON: u64 = 0", "ON: u64 = 1")], "patched": "on", "ran": [checked("ON"), code("on")],
             "prints": ": 12$"},
            {"edits": [("ON: u64 = 1", "ON: u64 = 2")], "patched": "on", "ran": [checked("ON"), code("on")],
             "prints": ": 1300$"},
        ],
    },
    "function pointers and objects made before": {
        "main": looping(HANDLERS, state="let mut n = make();"),
        "prints": ": hello a, bye b, hello me, bye you$",
        "steps": [
            {"edits": [("hello {name}", "hi {name}")], "patched": "greet", "ran": body("greet"),
             "prints": ": hi a, bye b, hi me, bye you$"},
            {"edits": [("bye {name}", "see you {name}")], "patched": "leave", "ran": body("leave"),
             "prints": ": hi a, see you b, hi me, see you you$"},
            {"edits": [('greet("me")', 'greet("myself")')], "patched": "make::{closure}#0",
             "ran": [body("make"), lowered("make::{closure}#0", "make::{closure}#1")],
             "prints": ": hi a, see you b, hi myself, see you you$"},
        ],
    },
}
