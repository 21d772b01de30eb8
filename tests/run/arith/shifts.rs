fn main() {
    let n = 3u32;
    println!("{} {} {}", 1u8 << n, -16i32 >> n, (u32::MAX >> 28) << n);
    println!("{} {}", -1i8 >> 7u64, 1i64 << 40i8);
    let mut x = 1u16;
    x <<= 5;
    x |= 3;
    x >>= 1;
    println!("{}", x);
}
