//@ exit: 101
//@ stderr-contains: thread 'main' (
//@ stderr-contains: ) panicked at tests/run/panic/message.rs:7:5:
//@ stderr-contains: boom
//@ stderr-contains: note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace
fn main() {
    panic!("boom");
}
