//@ exit: 101
//@ stderr-contains: panicked at tests/run/panic/track_caller.rs:12:5:
#[track_caller]
fn must(ok: bool) {
    if !ok {
        panic!("must");
    }
}

fn main() {
    must(true);
    must(false);
}
