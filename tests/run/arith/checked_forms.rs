fn main() {
    println!("{:?} {:?}", 250u8.checked_add(5), 250u8.checked_add(6));
    println!("{:?} {:?}", 3u32.checked_sub(4), i32::MIN.checked_neg());
    println!("{:?} {:?}", 10i32.checked_div(0), i32::MIN.checked_div(-1));
    println!("{:?} {:?}", 10i32.checked_rem(3), 1u8.checked_shl(8));
    println!("{:?} {:?}", i64::MAX.checked_mul(2), 2i64.checked_pow(62));
}
