//@ exit: 101
//@ stderr-contains: attempt to calculate the remainder with a divisor of zero
fn hidden(x: u64) -> u64 {
    x
}

fn main() {
    let x = hidden(0);
    std::process::exit((10 % x) as i32);
}
