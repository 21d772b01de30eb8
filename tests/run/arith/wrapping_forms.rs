fn main() {
    println!("{} {}", 250u8.wrapping_add(10), i32::MIN.wrapping_sub(1));
    println!("{} {}", 200u8.wrapping_mul(3), i8::MIN.wrapping_neg());
    println!("{} {}", 1u32.wrapping_shl(33), i64::MIN.wrapping_div(-1));
    println!("{} {}", 255u8.wrapping_pow(3), i16::MIN.wrapping_abs());
}
