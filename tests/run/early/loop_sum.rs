//@ exit: 55
extern "C" {
    fn exit(code: i32) -> !;
}

fn main() {
    let mut sum = 0;
    let mut i = 1;
    loop {
        if i > 10 {
            break;
        }
        sum += i;
        i += 1;
    }
    unsafe { exit(sum) }
}
