//@ exit: 30
extern "C" {
    fn abs(x: i32) -> i32;
    fn exit(code: i32) -> !;
}

fn double(x: i32) -> i32 {
    x + x
}

fn main() {
    unsafe { exit(double(abs(-15))) }
}
