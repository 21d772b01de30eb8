//@ exit: 101
//@ stderr-contains: assertion failed: x > 5 && x < 10
fn main() {
    let x = 3;
    assert!(x > 5 && x < 10);
}
