//@ exit: 101
fn add(a: u8, b: u8) -> u8 {
    a + b
}

fn main() {
    std::process::exit(add(200, 100) as i32);
}
