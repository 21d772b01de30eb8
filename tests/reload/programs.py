"""What the programs of the sessions have in common."""


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


def body(*names):
    """The queries of bodies that were computed again, from typeck to code."""
    return "; ".join(f"{query} {name}" for name in names for query in ("typeck", "mir", "code"))
