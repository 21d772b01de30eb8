"""What the scripts of bench/ share: running a program to its end, medians, ratios."""
import os
import statistics
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TOP, "tools"))
import testlib


class Figures:
    def __init__(self):
        self.seconds = []
        self.megabytes = []

    def add(self, *runs):
        self.seconds.append(sum(run[0] for run in runs))
        self.megabytes.append(max(run[1] for run in runs))

    def medians(self):
        return statistics.median(self.seconds), statistics.median(self.megabytes)


def measure(argv, env=None, first_line=False):
    """Runs to the end: (seconds, megabytes). With first_line the seconds end when it has printed
    a line."""
    start = time.monotonic()
    child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, env=env,
                             stdout=subprocess.PIPE if first_line else subprocess.DEVNULL)
    if first_line:
        line = child.stdout.readline()
        seconds = time.monotonic() - start
        child.stdout.read()
    stderr = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    if not first_line:
        seconds = time.monotonic() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.stderr.write(stderr.decode("utf-8", "replace"))
        sys.exit(f"bench: {' '.join(argv)}: {testlib.status_text(child.returncode)}")
    if first_line and not line:
        sys.exit(f"bench: {' '.join(argv)} printed nothing")
    return seconds, usage.ru_maxrss / 1024


def row(title, figures, against=None):
    seconds, megabytes = figures.medians()
    text = f"  {title:<34} {seconds * 1000:8.1f} ms {megabytes:8.1f} MB"
    if against:
        base_seconds, base_megabytes = against.medians()
        text += f"   {seconds / base_seconds:5.2f} x   {megabytes / base_megabytes:5.2f} x"
    print(text)


def find_rustc():
    rustc = testlib.find_rustc()
    if rustc is None:
        sys.exit("bench: there is no rustc to measure against (Debian: rustc-web)")
    return rustc


def find_rac(path):
    rac = os.path.abspath(path)
    if not os.path.exists(rac):
        sys.exit(f"bench: there is no {rac}: `make` builds it")
    return rac


def fresh_copy(folder, path, number):
    """The program under a name and with a text that rac has not met: it keeps what it made of
    others."""
    copy = os.path.join(folder, f"fresh{number}_{os.path.basename(path)}")
    with open(path) as source, open(copy, "w") as file:
        file.write(source.read() + f"// {folder} {number}\n")
    return copy


def generate(folder, lines):
    """A program of about so many lines (gen_crate.py); its path."""
    path = os.path.join(folder, f"lines{lines}.rs")
    subprocess.run([sys.executable, os.path.join(TOP, "bench/gen_crate.py"), str(lines), "1",
                    "-o", path], check=True)
    return path
