pub fn add(a: i32, b: i32) -> i32 { a + b }
fn main() { println!("main"); }
#[cfg(test)]
mod tests {
    use super::*;
    #[test] fn adds() { assert_eq!(add(2, 2), 4); }
    #[test] fn fails() { println!("some output"); assert_eq!(add(2, 2), 5, "two and two"); }
    #[test] #[should_panic(expected = "overflow")] fn overflows() { add(i32::MAX, 1); }
    #[test] #[ignore = "slow"] fn slow() {}
    #[test] fn result() -> Result<(), String> { if add(1, 1) == 2 { Ok(()) } else { Err("no".into()) } }
}
