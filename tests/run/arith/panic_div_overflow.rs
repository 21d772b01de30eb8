//@ exit: 101
//@ stderr-contains: attempt to divide with overflow
fn hidden(x: i32) -> i32 {
    x
}

fn main() {
    let x = hidden(i32::MIN);
    std::process::exit((x / hidden(-1)) as i32);
}
