fn main() {
    for x in [-129i32, -128, -1, 0, 127, 128, 255, 256, 65535, i32::MIN, i32::MAX] {
        println!(
            "{}: {} {} {} {} {} {} {} {}",
            x, x as i8, x as u8, x as i16, x as u16, x as i64, x as u64, x as i128, x as u128
        );
    }
    println!("{} {} {}", true as u8, 'x' as u32, 200u8 as char);
    println!("{}", -1isize as usize);
    println!("{}", u128::MAX as i64);
}
