//@ exit: 101
//@ stderr-contains: attempt to subtract with overflow
fn hidden(x: u32) -> u32 {
    x
}

fn main() {
    let x = hidden(0);
    std::process::exit((x - 1) as i32);
}
