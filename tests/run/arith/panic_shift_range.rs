//@ exit: 101
//@ stderr-contains: attempt to shift left with overflow
fn hidden(x: u32) -> u32 {
    x
}

fn main() {
    let x = hidden(32);
    std::process::exit((1u32 << x) as i32);
}
