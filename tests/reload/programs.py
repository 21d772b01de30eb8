"""What the programs of the sessions have in common, and how to say what an edit makes run."""


LOOP = "for i in 0u64.."


def looping(items, step="step(&mut n)", state="let mut n: u64 = 0;"):
    """A program that prints `COUNT: VALUE` for ever; `items` define what the value is."""
    return f"""use std::time::Duration;

{items}

fn main() {{
    {state}
    {LOOP} {{
        let value = {step};
        println!("{{i}}: {{value}}");
        std::thread::sleep(Duration::from_millis(5));
    }}
}}
"""


SIMPLE = "fn step(n: &mut u64) -> u64 {\n    *n += 1;\n    *n * 0 + 11\n}"


def of_each(queries, names):
    return "; ".join(f"{query} {name}" for name in names for query in queries)


def body(*names):
    """Bodies that were computed again, from typeck to code."""
    return of_each(("typeck", "mir", "code"), names)


def checked(*names):
    """The same without code: nothing has called them yet, or there are errors."""
    return of_each(("typeck", "mir"), names)


def lowered(*names):
    """Closures: their types are their function's."""
    return of_each(("mir", "code"), names)


def typeck(*names):
    """Bodies whose types were looked at again and found to be as before."""
    return of_each(("typeck",), names)


def mir(*names):
    return of_each(("mir",), names)


def code(*names):
    """Code alone: of instances of a generic function, or of what names something that has changed."""
    return of_each(("code",), names)


# All that runs for an edit of one body, and for one that changes nothing that is compiled.
ONE_BODY = "file_split 1; item_ast 1; hir_item 1; body_ast 1; hir_body 1; typeck 1; mir 1; code 1; item_check 1"
NOTHING = "file_split 1"
