//@ exit: 101
//@ stderr-contains: panicked at tests/run/panic/arithmetic_location.rs:6:9:
//@ stderr-contains: attempt to add with overflow
fn sum(items: &[u8]) -> u8 {
    items.iter().fold(0, |a, b| {
        a + b
    })
}

fn main() {
    println!("{}", sum(&[100, 50]));
    println!("{}", sum(&[200, 100]));
}
