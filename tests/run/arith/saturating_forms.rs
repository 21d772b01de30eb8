fn main() {
    println!("{} {}", 250u8.saturating_add(10), 3u8.saturating_sub(4));
    println!("{} {}", i32::MIN.saturating_sub(1), i32::MAX.saturating_mul(-2));
    println!("{}", i128::MAX.saturating_add(1));
}
