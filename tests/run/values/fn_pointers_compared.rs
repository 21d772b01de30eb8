fn f(x: i32) -> i32 {
    x
}
fn g(x: i32) -> i32 {
    x + 1
}
fn main() {
    let a: fn(i32) -> i32 = f;
    let b: fn(i32) -> i32 = g;
    println!("{} {}", a == a, a == b);
    let s = format!("{:p}", a);
    println!("{}", s.starts_with("0x"));
    println!("{}", a < b || b < a);
    use std::collections::HashSet;
    let mut h: HashSet<fn(i32) -> i32> = HashSet::new();
    h.insert(a);
    println!("{}", h.contains(&a));
    let d = format!("{:?}", a as *const ());
    println!("{}", d.len() > 2);
}
