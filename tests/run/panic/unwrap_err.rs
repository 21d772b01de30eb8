//@ exit: 101
//@ stderr-contains: panicked at tests/run/panic/unwrap_err.rs:5:39:
//@ stderr-contains: called `Result::unwrap()` on an `Err` value: ParseIntError { kind: InvalidDigit }
fn main() {
    let n: i32 = "abc".parse::<i32>().unwrap();
    println!("{n}");
}
