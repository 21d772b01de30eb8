//@ exit: 42
extern "C" {
    fn exit(code: i32) -> !;
}

fn main() {
    unsafe { exit(42) }
}
