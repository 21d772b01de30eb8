"""What the test scripts share: reading test programs, running things, printing results."""
import concurrent.futures
import difflib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RUSTC_MIN = (1, 96)


class Program:
    """A test program: its path from the top, and what its `//@` lines say.

    //@ exit: 101               exit status (0)
    //@ signal: 6               ends by this signal instead
    //@ stderr-contains: text   may stand more than once
    //@ edition: 2018           (2021)
    //@ args: one two           the program's arguments
    //@ flags: --cfg x          rac's and rustc's own
    //@ only: run               run or build: rac's commands it is for (both)

    Standard output is in the file NAME.out beside it; none is there when it prints nothing.
    """

    def __init__(self, path):
        self.path = path
        self.name = os.path.splitext(path)[0].split("tests/run/", 1)[-1]
        self.exit = 0
        self.signal = None
        self.stderr_contains = []
        self.edition = "2021"
        self.args = []
        self.flags = []
        self.only = None
        with open(os.path.join(TOP, path), encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.startswith("//@"):
                    self.read_directive(number, line[3:].strip())
        self.out_path = os.path.splitext(path)[0] + ".out"
        self.stdout = b""
        if os.path.exists(os.path.join(TOP, self.out_path)):
            with open(os.path.join(TOP, self.out_path), "rb") as file:
                self.stdout = file.read()

    def read_directive(self, number, text):
        key, colon, value = text.partition(":")
        value = value.strip()
        if not colon:
            sys.exit(f"{self.path}:{number}: expected `//@ key: value`")
        if key == "exit":
            self.exit = int(value)
        elif key == "signal":
            self.signal = int(value)
        elif key == "stderr-contains":
            self.stderr_contains.append(value)
        elif key == "edition":
            self.edition = value
        elif key == "args":
            self.args = value.split()
        elif key == "flags":
            self.flags = value.split()
        elif key == "only" and value in ("run", "build"):
            self.only = value
        else:
            sys.exit(f"{self.path}:{number}: there is no directive `{key}: {value}`")

    def status_wanted(self):
        return -self.signal if self.signal else self.exit


def programs(filters, folder="tests/run"):
    """The programs below the folder whose path has one of the filters in it (all, if none)."""
    found = []
    for base, folders, files in os.walk(os.path.join(TOP, folder)):
        folders.sort()
        for name in sorted(files):
            path = os.path.relpath(os.path.join(base, name), TOP)
            if name.endswith(".rs") and (not filters or any(f in path for f in filters)):
                found.append(path)
    return found


class Done:
    """How a process ended. status is negative for a signal, None when it took too long."""

    def __init__(self, status, stdout, stderr):
        self.status = status
        self.stdout = stdout
        self.stderr = stderr


def run(argv, seconds):
    """Runs from the top folder, without standard input and with the environment a user has who
    set nothing of Rust's own; the whole process group ends with it."""
    env = {name: value for name, value in os.environ.items()
           if name not in ("RUST_BACKTRACE", "RUST_LIB_BACKTRACE", "RUST_MIN_STACK", "NO_COLOR")}
    child = subprocess.Popen(argv, cwd=TOP, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, start_new_session=True,
                             env=env)
    try:
        stdout, stderr = child.communicate(timeout=seconds)
        return Done(child.returncode, stdout, stderr)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        stdout, stderr = child.communicate()
        return Done(None, stdout, stderr)


def status_text(status):
    if status is None:
        return "no end in time"
    return f"signal {-status}" if status < 0 else f"exit status {status}"


def tail(text, lines=25):
    rows = text.decode("utf-8", "replace").rstrip("\n").split("\n")
    return [f"    | {row}" for row in rows[-lines:] if rows != [""]]


def differences(program, done):
    """What of a finished program is not as its file says, as lines of text."""
    lines = []
    if done.status != program.status_wanted():
        lines.append(f"  {status_text(done.status)}, expected "
                     f"{status_text(program.status_wanted())}; its stderr:")
        lines += tail(done.stderr) or ["    | (empty)"]
    if done.stdout != program.stdout:
        lines.append("  stdout differs (- expected, + got):")
        want, got = (t.decode("utf-8", "replace").splitlines() for t in
                     (program.stdout, done.stdout))
        rows = list(difflib.unified_diff(want, got, lineterm="", n=2))[2:]
        lines += [f"    {row}" for row in rows[:40]] or ["    (in line ends only)"]
    stderr = done.stderr.decode("utf-8", "replace")
    for text in program.stderr_contains:
        if text not in stderr:
            lines.append(f"  stderr lacks `{text}`; it is:")
            lines += tail(done.stderr) or ["    | (empty)"]
    return lines


def for_each(items, work, jobs):
    """Calls work(item) -> lines of a failure (empty: passed) on `jobs` threads; prints failures
    as they come, in order, and the line `N passed, N failed`. The exit status for main."""
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for title, lines in pool.map(work, items):
            if lines:
                failed += 1
                print(f"FAILED {title}")
                print("\n".join(lines), flush=True)
            else:
                passed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def rustc_version(path):
    try:
        text = subprocess.run([path, "--version"], capture_output=True, text=True).stdout
    except OSError:
        return None
    match = re.match(r"rustc (\d+)\.(\d+)", text)
    return tuple(map(int, match.groups())) if match else None


def find_rustc():
    """The reference compiler: $RAC_SYSROOT's, the one on PATH if it is new enough, Debian's."""
    candidates = []
    if os.environ.get("RAC_SYSROOT"):
        candidates.append(os.path.join(os.environ["RAC_SYSROOT"], "bin/rustc"))
    if shutil.which("dpkg"):
        listed = subprocess.run(["dpkg", "-L", "rustc-web"], capture_output=True, text=True)
        candidates += [line for line in listed.stdout.split("\n") if line.endswith("bin/rustc")]
    if shutil.which("rustc"):
        candidates.append(shutil.which("rustc"))
    for path in candidates:
        version = rustc_version(path)
        if version and version >= RUSTC_MIN:
            return path
    return None


def library_source():
    """The folder with the sources of core, alloc and std that belong to the rustc of find_rustc."""
    shown = subprocess.run([find_rustc(), "--print", "sysroot"], stdout=subprocess.PIPE, check=True)
    return pathlib.Path(shown.stdout.decode().strip()) / "lib/rustlib/src/rust/library"
