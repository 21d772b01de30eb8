//@ exit: 101
//@ stderr-contains: panicked at tests/run/panic/formatted.rs:6:9:
//@ stderr-contains: value 3 of "x"
fn check(n: i32, name: &str) {
    if n > 2 {
        panic!("value {n} of {:?}", name);
    }
}

fn main() {
    check(1, "y");
    println!("first is fine");
    check(3, "x");
}
