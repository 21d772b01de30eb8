fn main() {
    println!("{:?} {:?}", 250u8.overflowing_add(5), 250u8.overflowing_add(6));
    println!("{:?} {:?}", 0u64.overflowing_sub(1), i32::MIN.overflowing_neg());
    println!("{:?} {:?}", i16::MAX.overflowing_mul(2), 1i32.overflowing_shr(32));
}
