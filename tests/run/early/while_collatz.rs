//@ exit: 111
extern "C" {
    fn exit(code: i32) -> !;
}

fn main() {
    let mut n: u64 = 27;
    let mut steps = 0;
    while n != 1 {
        n = if n % 2 == 0 { n / 2 } else { 3 * n + 1 };
        steps += 1;
    }
    unsafe { exit(steps) }
}
