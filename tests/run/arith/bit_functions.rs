fn main() {
    let x = 0b0011_0100u8;
    println!("{} {} {} {}", x.leading_zeros(), x.trailing_zeros(), x.count_ones(), x.count_zeros());
    println!("{} {} {}", x.rotate_left(3), x.rotate_right(3), x.reverse_bits());
    println!("{:x} {:x}", 0x12345678u32.swap_bytes(), 0x1234u16.to_be());
    println!("{} {}", 0u64.leading_zeros(), 0u16.trailing_zeros());
    println!("{} {}", 40u32.next_power_of_two(), 64u32.is_power_of_two());
    println!("{:?} {:?}", 0x0102u16.to_le_bytes(), u32::from_be_bytes([1, 2, 3, 4]));
    println!("{} {}", (-7i32).rem_euclid(3), (-7i32).div_euclid(3));
    println!("{} {}", 10u8.abs_diff(250), (-5i32).signum());
    println!("{} {}", 2i32.pow(10), 1000u32.ilog2());
}
