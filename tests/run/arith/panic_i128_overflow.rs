//@ exit: 101
//@ stderr-contains: attempt to multiply with overflow
fn hidden(x: i128) -> i128 {
    x
}

fn main() {
    let x = hidden(i128::MAX / 2);
    std::process::exit((x * 3) as i32);
}
