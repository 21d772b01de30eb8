fn main() {
    let mut seed = 0x1234_5678_9abc_def0_u128;
    let mut sum = 0u128;
    for i in 0..2000u32 {
        seed = seed.wrapping_mul(0xda942042e4dd58b5).wrapping_add(i as u128) ^ seed >> 67;
        let a = seed ^ seed << 61;
        let b = (seed >> (i % 120)) | 1;
        assert_eq!(a / b * b + a % b, a);
        let (c, d) = (a as i128, (b as i128) | 1);
        assert_eq!((c / d).wrapping_mul(d).wrapping_add(c % d), c);
        sum = sum.wrapping_mul(31).wrapping_add(a / b).wrapping_add(a % b) ^ (c % d) as u128;
    }
    println!("{sum}");
}
