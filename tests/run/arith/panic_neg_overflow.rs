//@ exit: 101
//@ stderr-contains: attempt to negate with overflow
fn hidden(x: i8) -> i8 {
    x
}

fn main() {
    let x = hidden(-128);
    std::process::exit((-x) as i32);
}
