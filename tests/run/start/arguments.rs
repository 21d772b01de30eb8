//@ args: one two
//@ exit: 2
fn main() {
    let count = std::env::args().skip(1).count();
    std::process::exit(count as i32);
}
