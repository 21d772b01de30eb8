//@ exit: 101
//@ stderr-contains: attempt to divide by zero
fn hidden(x: i32) -> i32 {
    x
}

fn main() {
    let x = hidden(0);
    std::process::exit((10 / x) as i32);
}
