//@ exit: 101
//@ stderr-contains: attempt to add with overflow
fn hidden(x: u8) -> u8 {
    x
}

fn main() {
    let x = hidden(255);
    std::process::exit((x + 1) as i32);
}
