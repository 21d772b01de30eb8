"""Wrong programs: which errors a file of tests/ui expects, and which a compiler reported.

A line on which an error begins carries its code in a comment, `//~ E0425`, or `//~ ERROR words`
for an error without one. `//~^` speaks of the line above (`//~^^` of the one above that).
"""
import os
import re

import testlib


class UiProgram(testlib.Program):
    def __init__(self, path):
        super().__init__(path)
        self.name = os.path.splitext(path)[0].split("tests/", 1)[-1]
        self.wanted = []  # (line, code or "", words)
        with open(os.path.join(testlib.TOP, path), encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                for up, text in re.findall(r"//~(\^*)\s*([^/]*)", line):
                    match = re.match(r"(E\d{4})|ERROR\s*(.*)", text.strip())
                    if not match:
                        raise SystemExit(f"{path}:{number}: expected `//~ E0000` or `//~ ERROR`")
                    self.wanted.append((number - len(up), match.group(1) or "",
                                        (match.group(2) or "").strip()))


def errors_of_rustc(stderr):
    """(line, code, message) of each error, from --error-format=short."""
    found = []
    for line in stderr.split("\n"):
        match = re.match(r"[^:]+:(\d+):\d+: error(?:\[(E\d{4})\])?: (.*)", line)
        if match:
            found.append((int(match.group(1)), match.group(2) or "", match.group(3)))
    return found


def errors_of_rac(stderr):
    """(line, code, message) of each error, from the long form. Line 0: it has no place."""
    found = []
    rows = stderr.split("\n")
    for index, row in enumerate(rows):
        match = re.match(r"error(?:\[(E\d{4})\])?: (.*)", row)
        if not match or match.group(2).startswith("aborting due to"):
            continue
        place = re.match(r"\s*--> .*:(\d+):\d+$", rows[index + 1]) if index + 1 < len(rows) else None
        found.append((int(place.group(1)) if place else 0, match.group(1) or "", match.group(2)))
    return found


def differences(program, got, done):
    """Every error wanted must be there and no line may have one that is not wanted. Several
    errors of one code on one line count once."""
    def fits(want, error):
        return want[0] == error[0] and want[1] == error[1] and want[2] in error[2]

    lines = [f"  line {want[0]}: no error {want[1]} {want[2]}".rstrip()
             for want in program.wanted if not any(fits(want, error) for error in got)]
    lines += [f"  line {error[0]}: unexpected error {error[1]}: {error[2]}"
              for error in got if not any(fits(want, error) for want in program.wanted)]
    if not program.wanted:
        lines.append("  it expects no error: add `//~ E0000` to the wrong line")
    if done.status != 1:
        lines.append(f"  {testlib.status_text(done.status)}, expected exit status 1")
    if lines:
        lines += testlib.tail(done.stderr, 30)
    return lines
