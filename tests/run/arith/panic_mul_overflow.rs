//@ exit: 101
//@ stderr-contains: attempt to multiply with overflow
fn hidden(x: i64) -> i64 {
    x
}

fn main() {
    let x = hidden(i64::MAX);
    std::process::exit((x * 2) as i32);
}
