//@ exit: 14
fn half(n: u32) -> Option<u32> {
    if n % 2 == 0 { Some(n / 2) } else { None }
}

fn main() {
    let mut total = 0;
    let mut n = 0;
    while n < 8 {
        total += match half(n) {
            Some(h) => h,
            None => 2,
        };
        n += 1;
    }
    std::process::exit(total as i32);
}
