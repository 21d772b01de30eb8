//@ exit: 89
extern "C" {
    fn exit(code: i32) -> !;
}

fn fib(n: u32) -> u32 {
    if n < 2 { 1 } else { fib(n - 1) + fib(n - 2) }
}

fn main() {
    unsafe { exit(fib(10) as i32) }
}
