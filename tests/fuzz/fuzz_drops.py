#!/usr/bin/env python3
"""Random functions that make, move, take apart and drop values, run by rac and by rustc.

    tests/fuzz/fuzz_drops.py --rac build/dev/rac FIRST_SEED [COUNT]

Every value prints when it is made and when it is dropped. Each function runs once to its end and then once
more for every point at which it can panic, so that drops while unwinding are compared as well. The generator
keeps book of what is initialised (i), moved out (x), never given a value (u) or one of them (m), so that
rustc takes nearly all functions; those it rejects are left out.
"""
import argparse
import os
import random
import re
import subprocess
import sys
import tempfile

# Kinds of values: the parts that are moved separately, and the type.
PARTS = {
    "D": [""], "T2": [".0", ".1"], "S": [".a", ".b"], "BX": ["*"], "B2": [".0", ".1"], "O": [""],
    "BS": [".a", ".b"], "N": [".0.a", ".0.b", ".1"], "A": [""],
}
TYPES = {
    "D": "D", "T2": "(D, D)", "S": "S", "BX": "Box<D>", "B2": "Box<(D, D)>", "O": "Option<D>",
    "BS": "Box<S>", "N": "(S, D)", "A": "[D; 2]",
}
PRELUDE = """#![allow(warnings)]
use std::cell::Cell;
thread_local! {
    static STEP: Cell<u32> = Cell::new(0);
    static PANIC_AT: Cell<u32> = Cell::new(0);
    static CHOICE: Cell<u32> = Cell::new(0);
}
struct D(u32);
impl Drop for D { fn drop(&mut self) { print!("-{} ", self.0); } }
impl D { fn id(&self) -> &D { p(); self } }
struct S { a: D, b: D }
fn d(i: u32) -> D { p(); print!("+{i} "); D(i) }
fn o(d: D) -> Option<D> { if c() { Some(d) } else { None } }
fn p() {
    let step = STEP.get() + 1;
    STEP.set(step);
    if step == PANIC_AT.get() { print!("! "); std::panic::resume_unwind(Box::new(0)); }
}
fn c() -> bool {
    let next = CHOICE.get().wrapping_mul(1103515245).wrapping_add(12345);
    CHOICE.set(next);
    next >> 16 & 1 == 1
}
fn take<X>(x: X) { p(); }
fn use1<A>(a: A) { p(); }
fn use2<A, B>(a: A, b: B) { p(); }
fn use3<A, B, C>(a: A, b: B, c: C) { p(); }
fn run(f: fn(), seed: u32) {
    for at in 0..120 {
        STEP.set(0); PANIC_AT.set(at); CHOICE.set(seed);
        let result = std::panic::catch_unwind(f);
        println!("| {at} {}", result.is_err());
        if at > 0 && result.is_ok() { break; }
    }
}
"""


class Var:
    """A variable in scope: its kind, the state of each part, and the loop depth it was declared at."""

    def __init__(self, kind, state, loops):
        self.kind = kind
        self.parts = {part: state for part in PARTS[kind]}
        self.is_whole = state == "i"  # not moved as a whole: a part may be given a new value
        self.loops = loops

    def copy(self):
        twin = Var(self.kind, "i", self.loops)
        twin.parts, twin.is_whole = dict(self.parts), self.is_whole
        return twin

    def move_all(self):
        self.parts = {part: "x" for part in self.parts}
        self.is_whole = False

    def move_part(self, part):
        self.parts[part] = "x"
        if len(self.parts) == 1:
            self.is_whole = self.kind == "BX"

    def join(self, other):
        self.parts = {p: (s if s == other.parts[p] else "m") for p, s in self.parts.items()}
        self.is_whole = self.is_whole and other.is_whole


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.value_count = 0
        self.var_count = 0

    def name(self):
        self.var_count += 1
        return f"v{self.var_count}"

    def one(self):
        self.value_count += 1
        return f"d({self.value_count})"

    def make(self, kind):
        one = self.one
        if kind in ("S", "BS"):
            first, second = self.random.choice((("a", "b"), ("b", "a")))
            text = f"S {{ {first}: {one()}, {second}: {one()} }}"
            return f"Box::new({text})" if kind == "BS" else text
        return {
            "D": lambda: one(), "T2": lambda: f"({one()}, {one()})", "BX": lambda: f"Box::new({one()})",
            "B2": lambda: f"Box::new(({one()}, {one()}))", "O": lambda: f"o({one()})",
            "N": lambda: f"(S {{ a: {one()}, b: {one()} }}, {one()})", "A": lambda: f"[{one()}, {one()}]",
        }[kind]()

    def function(self, number):
        lines, _ = self.block({}, 3, 0, self.random.randrange(5, 14), 1)
        return f"fn f{number}() {{\n" + "\n".join(lines) + "\n}\n"

    def block(self, env, depth, loops, count, indent):
        """Statements that use and change `env`; and whether they never reach their end."""
        lines, pad = [], "    " * indent
        for _ in range(count):
            shape = self.random.choices(
                (self.let, self.declare, self.drop_part, self.move_whole, self.assign, self.assign_part, self.take_option,
                 self.destructure, self.closure, self.call, self.temporaries, self.branch, self.loop, self.leave),
                (22, 4, 10, 7, 9, 5, 4, 5, 4, 5, 2, 13, 7, 2))[0]
            if shape in (self.branch, self.loop):
                if depth == 0:
                    continue
                more, diverges = shape(env, depth, loops, indent)
                lines += more
                if diverges:
                    return lines, True
            else:
                lines += [pad + line for line in shape(env, depth, loops)]
            if self.random.random() < 0.4:
                lines.append(pad + "p();")
        return lines, False

    # Each of these answers lines of code and notes in `env` what they do.

    @staticmethod
    def path(var, kind, part):
        return f"*{var}" if part == "*" else var + part

    @staticmethod
    def wholes(env, loops, kinds=PARTS):
        return [v for v, var in env.items() if var.loops == loops and var.kind in kinds and set(var.parts.values()) == {"i"}]

    @staticmethod
    def movable_parts(env, loops):
        return [(v, p) for v, var in env.items() for p, s in var.parts.items() if s == "i" and var.loops == loops]

    def let(self, env, _depth, loops):
        kind, name = self.random.choice(list(PARTS)), self.name()
        env[name] = Var(kind, "i", loops)
        return [f"let mut {name} = {self.make(kind)};"]

    def declare(self, env, _depth, loops):
        kind, name = self.random.choice(list(PARTS)), self.name()
        env[name] = Var(kind, "u", loops)
        return [f"let mut {name}: {TYPES[kind]};"]

    def drop_part(self, env, _depth, loops):
        parts = self.movable_parts(env, loops)
        if not parts:
            return []
        name, part = self.random.choice(parts)
        env[name].move_part(part)
        return [f"drop({self.path(name, env[name].kind, part)});"]

    def move_whole(self, env, _depth, loops):
        names = self.wholes(env, loops)
        if not names:
            return []
        name = self.random.choice(names)
        env[name].move_all()
        return [f"take({name});"]

    def assign(self, env, _depth, _loops):
        if not env:
            return []
        name = self.random.choice(list(env))
        kind, loops = env[name].kind, env[name].loops
        env[name] = Var(kind, "i", loops)
        return [f"{name} = {self.make(kind)};"]

    def assign_part(self, env, _depth, _loops):
        parts = [(v, p) for v, var in env.items() for p in var.parts if var.is_whole and p not in ("", "*")]
        if not parts:
            return []
        name, part = self.random.choice(parts)
        env[name].parts[part] = "i"
        return [f"{name}{part} = {self.make('D')};"]

    def take_option(self, env, _depth, loops):
        names = self.wholes(env, loops, ("O",))
        if not names:
            return []
        name, inner, form = self.random.choice(names), self.name(), self.random.randrange(4)
        env[name].move_all()
        if form == 0:
            return [f"match {name} {{ Some({inner}) if c() => {{ p(); take({inner}); }} "
                    f"Some({inner}) => {{ p(); let _z = {inner}; p(); }} None => p(), }}"]
        if form == 1:
            return [f"if let Some({inner}) = {name} {{ p(); if c() {{ take({inner}); }} }} else {{ p(); }}"]
        env[inner] = Var("D", "i", loops)
        if form == 2:
            return [f"let mut {inner} = match {name} {{ Some({inner}) => {inner}, None => {self.make('D')} }};"]
        return [f"let Some(mut {inner}) = {name} else {{ p(); return; }};"]

    def destructure(self, env, _depth, loops):
        names = self.wholes(env, loops, ("T2", "S", "B2", "A", "BS"))
        if not names:
            return []
        name, a, b = self.random.choice(names), self.name(), self.name()
        kind = env[name].kind
        value = "*" + name if kind in ("B2", "BS") else name
        if self.random.random() < 0.34:
            pattern = {
                "T2": f"(mut {a}, mut {b})", "B2": f"(mut {a}, mut {b})", "A": f"[mut {a}, mut {b}]",
                "S": f"S {{ a: mut {a}, b: mut {b} }}", "BS": f"S {{ b: mut {b}, a: mut {a} }}",
            }[kind]
            env[name].move_all()
            env[a], env[b] = Var("D", "i", loops), Var("D", "i", loops)
        elif kind == "A":
            pattern = f"[_, mut {a}]"
            env[name].move_all()
            env[a] = Var("D", "i", loops)
        else:
            pattern = f"S {{ b: mut {a}, .. }}" if kind in ("S", "BS") else f"(mut {a}, _)"
            env[name].parts[".b" if kind in ("S", "BS") else ".0"] = "x"
            env[a] = Var("D", "i", loops)
        return [f"let {pattern} = {value};"]

    def closure(self, env, _depth, loops):
        parts = [(v, p) for v, p in self.movable_parts(env, loops) if env[v].kind not in ("O", "A")]
        if not parts:
            return []
        name, part = self.random.choice(parts)
        kind, closure = env[name].kind, self.name()
        env[name].move_part(part)
        if kind in ("BX", "B2", "BS"):  # a `move` closure takes the box itself
            env[name].move_all()
        lines = [f"let {closure} = move || {{ p(); let _q = {self.path(name, kind, part)}; p(); }};"]
        return lines + self.random.choice(([], [f"{closure}();"], [f"if c() {{ {closure}(); }}"]))

    def call(self, env, _depth, loops):
        args = []
        for _ in range(self.random.randrange(1, 4)):
            parts = [(v, p) for v, p in self.movable_parts(env, loops) if env[v].kind not in ("O", "A")]
            form = self.random.random()
            if form < 0.4 and parts:
                name, part = self.random.choice(parts)
                env[name].move_part(part)
                args.append(self.path(name, env[name].kind, part))
            else:
                args.append(self.one() if form < 0.7 else "{ p(); " + self.one() + " }")
        text = ", ".join(args)
        return [self.random.choice((
            f"use{len(args)}({text});", f"let _ = ({text},);", f"let _w = [{text}];", f"let _w = vec![{text}]; p();"))]

    def temporaries(self, _env, _depth, _loops):
        return [f"let _x = &{self.one()}; p(); {self.one()}.id().id();"]

    def leave(self, _env, depth, _loops):
        return ["if c() { return; }"] if depth < 3 else []

    def branch(self, env, depth, loops, indent):
        pad = "    " * indent
        then_env, else_env = ({v: var.copy() for v, var in env.items()} for _ in range(2))
        then, then_leaves = self.block(then_env, depth - 1, loops, self.random.randrange(4), indent + 1)
        other, else_leaves = self.block(else_env, depth - 1, loops, self.random.randrange(3), indent + 1)
        lines = [f"{pad}if c() {{", *then, f"{pad}}} else {{", *other, f"{pad}}}"]
        if then_leaves and else_leaves:
            return lines, True
        for name in env:
            env[name] = (else_env if then_leaves else then_env)[name]
            if not then_leaves and not else_leaves:
                env[name].join(else_env[name])
        return lines, False

    def loop(self, env, depth, loops, indent):
        pad = "    " * indent
        inner = {v: var.copy() for v, var in env.items()}
        body, leaves = self.block(inner, depth - 1, loops + 1, self.random.randrange(1, 5), indent + 1)
        if not leaves and self.random.random() < 0.5:
            body.append(f"{pad}    if c() {{ {self.random.choice(('break;', 'continue;'))} }}")
        for name in env:
            env[name].join(inner[name])
        return [f"{pad}for _i in 0..3 {{", *body, f"{pad}}}"], False


def program(functions):
    calls = "".join(f'    println!("f{i}"); for s in 0..4 {{ run(f{i}, s * 77 + 5); }}\n' for i in functions)
    return PRELUDE + "".join(functions.values()) + "fn main() {\n" + calls + "}\n"


def rejected(stderr, text):
    """Numbers of the functions in which rustc found errors."""
    lines, numbers = text.split("\n"), set()
    for match in re.finditer(r"error.*\n\s*--> [^:]*:(\d+):", stderr):
        at = int(match.group(1)) - 1
        while at >= 0 and not lines[at].startswith("fn f"):
            at -= 1
        found = re.match(r"fn f(\d+)", lines[at]) if at >= 0 else None
        if found:
            numbers.add(int(found.group(1)))
    return numbers


def run_seed(seed, rac, rustc, folder):
    generator = Generator(seed)
    functions = {i: generator.function(i) for i in range(12)}
    path, binary = os.path.join(folder, f"drops{seed}.rs"), os.path.join(folder, "drops")
    environment = dict(os.environ, RUSTC_BOOTSTRAP="1")
    while functions:
        text = program(functions)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        built = subprocess.run([rustc, "--edition", "2021", "-o", binary, path], env=environment, capture_output=True, text=True)
        bad = rejected(built.stderr, text)
        if built.returncode == 0 or not bad:
            break
        functions = {i: f for i, f in functions.items() if i not in bad}
    if built.returncode:
        print(f"seed {seed}: rustc does not take it\n{built.stderr[:500]}")
        return False
    want = subprocess.run([binary], capture_output=True, text=True).stdout.split("\n")
    got = subprocess.run([rac, "run", "--edition", "2021", path], capture_output=True, text=True)
    current = ""
    for left, right in zip(want, got.stdout.split("\n") + [""]):
        current = left if left.startswith("f") else current
        if left != right:
            print(f"seed {seed}: {current} differs (program: {path})\n  rustc {left}\n  rac   {right}\n{got.stderr[:300]}")
            return False
    print(f"seed {seed}: {len(functions)} functions, {len(want)} runs alike")
    os.remove(path)
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rac", default="rac")
    parser.add_argument("--rustc", default="rustc", help="of the toolchain that rac uses")
    parser.add_argument("first", type=int)
    parser.add_argument("count", type=int, nargs="?", default=1)
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="rac_fuzz_drops_")
    seeds = range(options.first, options.first + options.count)
    failed = [seed for seed in seeds if not run_seed(seed, options.rac, options.rustc, folder)]
    sys.exit(1 if failed else 0)


main()
