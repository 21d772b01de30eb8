fn main() {
    let a: u128 = 0x0123_4567_89ab_cdef_0011_2233_4455_6677;
    let b: u128 = 0xffff_ffff_0000_0001;
    println!("{} {}", a, b);
    println!("{} {}", a / b, a % b);
    println!("{} {}", a.wrapping_mul(b), a - b);
    println!("{:x} {:x}", a << 13, a >> 77);
    println!("{} {}", a.leading_zeros(), a.count_ones());
    let c: i128 = -170141183460469231731687303715884105728;
    println!("{} {} {}", c, c / 3, c % 1000);
    println!("{:?} {:?}", c.checked_sub(1), c.checked_add(1));
    println!("{:?}", c.overflowing_mul(3));
    println!("{}", (c >> 100) as i32);
    println!("{} {}", a < b, (c as u128) > a);
    println!("{}", u128::MAX as f64 as i128);
}
