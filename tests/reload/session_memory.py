"""Hundreds of edits: memory stays what it was, and what runs is what was saved last."""
import os
import re

from programs import body, looping, lowered

EDITS = 400
CODE_GROWS_KB = 1200  # old code that waits to be freed

ADDS = "".join(f"    s = s.wrapping_mul({i * 7 + 3}).rotate_left({i % 60 + 1}) ^ n.wrapping_add({i});\n" for i in range(80))
LARGE = f"""fn mixed(n: u64) -> u64 {{
    let mut s = n;
{ADDS}    s & 0
}}
fn value(n: u64) -> u64 {{ mixed(n) + 1000 }}
fn step(n: &mut u64) -> u64 {{
    *n += 1;
    value(*n)
}}"""


# A thread sends itself signals all the time and counts what its handler sees; another has every
# signal blocked.
SIGNALS = LARGE + """
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
static SEEN: AtomicU64 = AtomicU64::new(0);
static LOST: AtomicU64 = AtomicU64::new(0);
static SENT: AtomicU64 = AtomicU64::new(0);
unsafe extern "C" {
    fn signal(number: i32, handler: extern "C" fn(i32)) -> usize;
    fn raise(number: i32) -> i32;
    fn sigfillset(set: *mut [u64; 16]) -> i32;
    fn pthread_sigmask(how: i32, set: *const [u64; 16], old: *mut [u64; 16]) -> i32;
}
extern "C" fn handler(_: i32) {
    SEEN.fetch_add(1, SeqCst);
}
fn send() {
    for sent in 1.. {
        unsafe { raise(10) };
        SENT.store(sent, SeqCst);
        if SEEN.load(SeqCst) != sent { LOST.fetch_add(1, SeqCst); }
    }
}
fn start() -> u64 {
    unsafe { signal(10, handler) };
    std::thread::spawn(send);
    std::thread::spawn(|| {
        let mut set = [0u64; 16];
        unsafe { sigfillset(&mut set); pthread_sigmask(0, &set, std::ptr::null_mut()) };
        loop { std::thread::park() }
    });
    0
}
fn told(value: u64) -> String {
    let before = SENT.load(SeqCst);
    while SENT.load(SeqCst) == before { std::thread::yield_now() }
    format!("{value}, {} lost", LOST.load(SeqCst))
}"""

# A thread waits below ten frames of `held` while that is replaced again and again; in the end it
# returns through them, or a panic does.
HELD = f"""use std::sync::atomic::{{AtomicBool, AtomicU64, Ordering::SeqCst}};
static OPEN: AtomicBool = AtomicBool::new(false);
static DROPPED: AtomicU64 = AtomicU64::new(0);
static INSIDE: AtomicU64 = AtomicU64::new(0);
struct Guard(u64);
impl Drop for Guard {{ fn drop(&mut self) {{ DROPPED.fetch_add(self.0, SeqCst); }} }}
fn held(depth: u64, panics: bool) -> u64 {{
    let _guard = Guard(1 + 0);
    let mut s = depth;
{ADDS.replace("n.", "depth.")}    if depth > 0 {{
        return held(depth - 1, panics) + 1 + (s & 0);
    }}
    INSIDE.fetch_add(1, SeqCst);
    while !OPEN.load(SeqCst) {{ std::thread::park_timeout(Duration::from_secs(1)); }}
    if panics {{ panic!("out"); }}
    0
}}
fn open() -> bool {{ false }}
struct State {{ threads: Vec<std::thread::JoinHandle<u64>>, told: String }}
fn start() -> State {{
    let threads = [false, true].into_iter().map(|panics| std::thread::spawn(move || held(10, panics))).collect();
    while INSIDE.load(SeqCst) < 2 {{ std::thread::yield_now(); }}
    State {{ threads, told: String::from("waits") }}
}}
fn step(state: &mut State) -> String {{
    if open() && !state.threads.is_empty() {{
        OPEN.store(true, SeqCst);
        let ends: Vec<_> = state.threads.drain(..).map(|t| {{ t.thread().unpark(); t.join().map_err(|_| "panic") }}).collect();
        state.told = format!("{{ends:?}} {{}}", DROPPED.load(SeqCst));
    }}
    state.told.clone()
}}"""


def memory(pid):
    """KB of its own, and KB shared: the code."""
    with open(f"/proc/{pid}/status") as status:
        text = status.read()
    return [int(re.search(rf"{name}:\s+(\d+)", text).group(1)) for name in ("RssAnon", "RssShmem")]


def many(change, grows_kb, each, prints, frees=True, edits=EDITS):
    """A step: edits main.rs by `change(text, number)` again and again, and looks at both processes. `each`: what is
    said of each edit."""
    def does(watched, files):
        host = watched.host()
        path = os.path.join(watched.folder, "main.rs")
        before = None
        for number in range(1, edits + 1):
            with open(path + ".new", "w") as file:
                file.write(change(files["main.rs"], number))
            os.rename(path + ".new", path)
            watched.event("reloaded")
            watched.check(each)
            if number == edits // 4:  # by then the first old code has been freed
                before = memory(watched.child.pid), memory(host)
        if frees and not any('"freed-old-code"' in line for line in watched.told):
            watched.fail("no old code was freed")
        after = memory(watched.child.pid), memory(host)
        for name, was, now in zip(("rac", "the program"), before, after):
            if now[0] > was[0] + grows_kb or now[1] > was[1] + CODE_GROWS_KB:
                watched.fail(f"{name} grew from {was} to {now} KB")
    return {"does": does, "events": [], "each": each, "prints": prints}


def new_body(text, number):
    return text.replace("s & 0", f"s & 0 & {number}").replace("+ 1000", f"+ {1000 + number}")


def new_signature(text, number):
    if number % 2:
        return text.replace("mixed(n: u64)", "mixed(n: u64, _more: u8)").replace("mixed(n)", f"mixed(n, {number % 256})")
    return text.replace("+ 1000", f"+ {1000 + number}")


def new_frames(text, number):
    if number == EDITS:
        return text.replace("{ false }", "{ true }")
    return text.replace("1 + 0", f"1 + {number}").replace("+ 1 + (s & 0)", f"+ {number} + (s & 0)")


def recursive(text, number):
    return text.replace("s & 0", f"if n == u64::MAX {{ mixed(n - {number}) }} else {{ s & 0 }}")


def new_text(text, number):
    return text.replace("+ 1000", f'+ 1000 + "{number:064}".bytes().filter(|b| *b > 57).count() as u64')


BOTH = {"patched": "mixed; value", "ran": body("mixed", "value")}

SESSIONS = {
    "a thousand bodies": {
        "main": looping(LARGE),
        "prints": ": 1000$",
        "steps": [many(new_body, 4096, BOTH, ": 2000$", edits=1000)],
    },
    "hundreds of bodies beside signals": {
        "main": looping(SIGNALS, state="let mut n = start();", step="told(step(&mut n))"),
        "prints": ": 1000, 0 lost$",
        # On a machine with much else to do its busy threads may not stop in time.
        "steps": [many(new_body, 4096, BOTH, f": {1000 + EDITS}, 0 lost$", frees=False)],
    },
    "hundreds of signatures": {
        "main": looping(LARGE),
        "prints": ": 1000$",
        "steps": [many(new_signature, 4096, BOTH | {"new": 1}, f": {1000 + EDITS}$")],
    },
    "hundreds of recursive functions": {
        "main": looping(LARGE),
        "prints": ": 1000$",
        "steps": [many(recursive, 4096, {"patched": "mixed", "ran": body("mixed")}, ": 1000$")],
    },
    "hundreds of times a function that threads wait in": {
        "main": looping(HELD, state="let mut n = start();"),
        "prints": ": waits$",
        "steps": [many(new_frames, 4096, {"within": body("held", "open")}, r': \[Ok\(10\), Err\("panic"\)\] 22$')],
    },
    "hundreds of literals": {
        "main": looping(LARGE),
        "prints": ": 1000$",
        "steps": [many(new_text, 8192, {"patched": "value", "ran": [body("value"), lowered("value::{closure}#0")]}, ": 1000$", frees=False)],
    },
}
