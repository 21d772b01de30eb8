fn main() {
    for x in [0.0, -0.9, 1.9, -1.9, 127.5, 300.0, -300.0, 1e20, -1e20, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        println!(
            "{:?}: {} {} {} {} {} {} {} {} {} {}",
            x, x as i8, x as u8, x as i16, x as u16, x as i32, x as u32, x as i64, x as u64, x as i128, x as u128
        );
    }
    println!("{} {}", 16777217i32 as f32, u64::MAX as f64);
    println!("{} {}", 0.1f32 as f64, 0.1f64 as f32);
    println!("{} {}", i64::MIN as f32, u128::MAX as f32);
    println!("{}", 1e300f64 as f32);
}
