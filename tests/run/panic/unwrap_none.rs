//@ exit: 101
//@ stderr-contains: panicked at tests/run/panic/unwrap_none.rs:6:29:
//@ stderr-contains: called `Option::unwrap()` on a `None` value
fn main() {
    let v: Vec<i32> = Vec::new();
    println!("{}", v.get(0).unwrap());
}
