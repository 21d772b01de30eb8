"""Thousands of edits: memory stays what it was, and what runs is what was saved last."""
import os
import re

from programs import looping

EDITS = 1000

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


def memory(pid):
    with open(f"/proc/{pid}/status") as status:
        text = status.read()
    return sum(int(re.search(rf"{name}:\s+(\d+)", text).group(1)) for name in ("RssAnon", "RssShmem"))


def thousand(change, grows_kb):
    """Edits main.rs by `change(text, number)` again and again, and looks at both processes."""
    def does(watched, files):
        host = watched.host()
        path = os.path.join(watched.folder, "main.rs")
        before = None
        for number in range(1, EDITS + 1):
            with open(path + ".new", "w") as file:
                file.write(change(files["main.rs"], number))
            os.rename(path + ".new", path)
            watched.event("reloaded")
            if number == EDITS // 4:
                before = memory(watched.child.pid), memory(host)
        after = memory(watched.child.pid), memory(host)
        for name, was, now in zip(("rac", "the program"), before, after):
            if now > was + grows_kb:
                watched.fail(f"{name} grew from {was} to {now} KB")
    return does


def new_body(text, number):
    return text.replace("s & 0", f"s & 0 & {number}").replace("+ 1000", f"+ {1000 + number}")


def new_signature(text, number):
    if number % 2:
        return text.replace("mixed(n: u64)", "mixed(n: u64, _more: u8)").replace("mixed(n)", f"mixed(n, {number % 256})")
    return text.replace("+ 1000", f"+ {1000 + number}")


def recursive(text, number):
    return text.replace("s & 0", f"if n == u64::MAX {{ mixed(n - {number}) }} else {{ 0 }}")


def new_text(text, number):
    return text.replace("+ 1000", f'+ 1000 + "{number:064}".len() as u64 - 64')


SESSIONS = {
    "a thousand bodies": {
        "main": looping(LARGE),
        "prints": ": 1000$",
        "steps": [{"does": thousand(new_body, 4096), "events": [], "prints": f": {1000 + EDITS}$"}],
    },
    "a thousand signatures": {
        "main": looping(LARGE),
        "prints": ": 1000$",
        "steps": [{"does": thousand(new_signature, 4096), "events": [], "prints": f": {1000 + EDITS}$"}],
    },
    "a thousand recursive functions": {
        "main": looping(LARGE),
        "prints": ": 1000$",
        "steps": [{"does": thousand(recursive, 4096), "events": [], "prints": ": 1000$"}],
    },
    "a thousand literals": {
        "main": looping(LARGE),
        "prints": ": 1000$",
        "steps": [{"does": thousand(new_text, 8192), "events": [], "prints": ": 1000$"}],
    },
}
