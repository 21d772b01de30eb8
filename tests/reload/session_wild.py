"""Programs that treat their process as few do, or are treated so: rac goes on, says so, and patches what still runs."""
import os
import signal

from programs import body, checked, looping

CALLS = """unsafe extern "C" {
    fn close(fd: i32) -> i32;
    fn execv(path: *const u8, argv: *const *const u8) -> i32;
    fn fork() -> i32;
    fn setrlimit(what: i32, limit: *const [u64; 2]) -> i32;
    fn setsid() -> i32;
    fn sigfillset(set: *mut [u64; 16]) -> i32;
    fn signal(number: i32, handler: usize) -> usize;
    fn sigprocmask(how: i32, set: *const [u64; 16], old: *mut [u64; 16]) -> i32;
    fn _exit(status: i32) -> !;
}
fn version() -> u64 { 1 }
fn later() -> u64 { 50 }
"""


def program(start="", value="version()", items=""):
    """`start` is done once; `value` is printed in the loop."""
    return looping(f"{CALLS}{items}fn start() -> u64 {{\n    {start}\n    0\n}}\n"
                   f"fn step(n: &mut u64) -> u64 {{\n    *n += 1;\n    {value}\n}}", state="let mut n = start();")


def patched(start):
    """Such a program is patched: code that is there, that is called for the first time, and that is new."""
    return {
        "main": program(start),
        "prints": ": 1$",
        "steps": [
            {"edits": [("{ 1 }", "{ 2 }")], "patched": "version", "ran": body("version"), "prints": ": 2$"},
            {"edits": [("{ 2 }", "{ later() }")], "patched": "version", "ran": body("version"), "prints": ": 50$"},
            {"edits": [("{ 50 }", "{ fresh() }"), ("fn later", "fn fresh() -> u64 { vec![1u64, 2].len() as u64 }\nfn later")],
             "patched": "later", "ran": [body("later"), checked("fresh")], "prints": ": 2$"},
        ],
    }


def ends(main, old, new, how):
    """An edit makes it end; the next one starts it again."""
    return {
        "main": main,
        "prints": ": 1$",
        "steps": [
            {"edits": [(old, new)], "events": ["reloaded", "ended"], "has": how},
            {"edits": [(new, old)], "events": ["started"], "restarts": True, "prints": ": 1$"},
        ],
    }


def send(number):
    return lambda watched, files: os.kill(watched.host(), number)


FORKS = """if unsafe { fork() } == 0 {
        while version() == 1 { std::thread::sleep(Duration::from_millis(5)); }
        println!("the child sees {} {}", version(), later());
        unsafe { _exit(0) }
    }"""
LEAVES = "if unsafe { fork() } != 0 { unsafe { _exit(3) } }\n    println!(\"left\");\n    std::thread::sleep(Duration::from_millis(100));"
THREAD = "std::thread::spawn(|| {\n        while version() == 1 { std::thread::sleep(Duration::from_millis(1)); }\n        std::process::exit(5)\n    });"
FULL = "if version() == 2 { let mut all = Vec::new(); loop { all.push(vec![1u8; 100 << 20]); } } else { version() }"
OTHER = "if version() == 2 { unsafe { execv(c\"/bin/false\".as_ptr().cast(), [c\"false\".as_ptr().cast(), std::ptr::null()].as_ptr()) }; }\n    version()"
DROPS = "struct Guard;\nimpl Drop for Guard {\n    fn drop(&mut self) { if version() == 77 { std::process::abort() } }\n}\n"

SESSIONS = {
    "closes its files": patched("for fd in 3..256 { unsafe { close(fd) }; }"),
    "blocks all signals": patched("unsafe {\n        let mut set = [0u64; 16];\n        sigfillset(&mut set);\n        sigprocmask(0, &set, std::ptr::null_mut())\n    };"),
    "ignores all signals": patched("for number in 1..65 { unsafe { signal(number, 1) }; }"),
    "leaves the session": patched("unsafe { setsid() };"),
    "may use no more memory": patched("unsafe { setrlimit(9, &[1 << 20, 1 << 20]) };"),
    "may open no files": patched("unsafe { setrlimit(7, &[0, 0]) };"),
    "may start no threads": patched("unsafe { setrlimit(6, &[0, 0]) };"),
    "forks": {
        "main": program(FORKS),
        "prints": ": 1$",
        "steps": [{"edits": [("{ 1 }", "{ 2 }")], "patched": "version", "ran": body("version"),
                   "prints": ["^the child sees 2 50$", ": 2$"]}],
    },
    "goes on in a process that it forked": {
        "main": program(LEAVES),
        "prints": "^left$",
        "steps": [{"events": ["ended"], "has": '"status": 3'}],
    },
    "uses up memory": ends(program("unsafe { setrlimit(9, &[3 << 30, 3 << 30]) };", FULL), "{ 1 }", "{ 2 }", '"signal": 6'),
    "exits from a thread": ends(program(THREAD), "{ 1 }", "{ 2 }", '"status": 5'),
    "becomes another program": ends(program(value=OTHER), "{ 1 }", "{ 2 }", '"status": 1'),
    "aborts in a drop": ends(program(value="let _guard = Guard;\n    version()", items=DROPS), "== 77", "== 1", '"signal": 6'),
    "is killed": {
        "main": program(),
        "prints": ": 1$",
        "steps": [
            {"does": send(signal.SIGKILL), "events": ["ended"], "has": '"signal": 9'},
            {"edits": [("{ 1 }", "{ 2 }")], "events": ["started"], "restarts": True, "prints": ": 2$"},
        ],
    },
    "is stopped while it is patched": {
        "main": program(),
        "prints": ": 1$",
        "steps": [
            {"does": send(signal.SIGSTOP), "events": []},
            {"edits": [("{ 1 }", "{ 2 }")], "patched": "version", "ran": body("version")},
            {"edits": [("{ 2 }", "{ 3 }")], "patched": "version", "ran": body("version")},
            {"does": send(signal.SIGCONT), "events": [], "prints": ": 3$"},
        ],
    },
    "is stopped when it must start again, and at the end": {
        "main": program(value="version() + Wide(0).0 as u64", items="struct Wide(u32);\n"),
        "prints": ": 1$",
        "steps": [
            {"does": send(signal.SIGSTOP), "events": []},
            {"edits": [("Wide(u32)", "Wide(u64)"), ("{ 1 }", "{ 2 }")], "events": ["restart-needed", "started"],
             "restarts": True, "prints": ": 2$"},
            {"does": send(signal.SIGSTOP), "events": []},
        ],
    },
}
