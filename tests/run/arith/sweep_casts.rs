// Every cast between number types, of interesting values; a line per source type.
macro_rules! to_all {
    ($x:expr) => {
        [
            $x as i8 as i128, $x as i16 as i128, $x as i32 as i128, $x as i64 as i128, $x as i128,
            $x as u8 as i128, $x as u16 as i128, $x as u32 as i128, $x as u64 as i128, $x as u128 as i128,
            $x as isize as i128, $x as usize as i128,
            ($x as f32).to_bits() as i128, ($x as f64).to_bits() as i128,
        ]
    };
}

macro_rules! sweep_ints {
    ($($t:ident)*) => {$({
        let mut sum = 1u64;
        for x in [0 as $t, 1, 2, 100, $t::MAX, $t::MIN, $t::MAX / 3, $t::MIN / 3, $t::MAX - 127, 16777217u32 as $t] {
            for (i, y) in to_all!(x).into_iter().enumerate() {
                sum = (sum ^ y as u64 ^ (y >> 64) as u64).wrapping_mul(0x9e3779b97f4a7c15).rotate_left(i as u32 + 3);
            }
        }
        println!("{} {:016x}", stringify!($t), sum);
    })*};
}

macro_rules! sweep_floats {
    ($($t:ident)*) => {$({
        let mut sum = 1u64;
        for x in [
            0.0 as $t, -0.0, 0.5, -0.5, 1.0, -1.0, 1.9999, 127.0, 128.0, -128.5, -129.0, 255.9, 256.0, 32767.5, 65535.0,
            65536.0, 2147483647.0, 2147483648.0, -2147483649.0, 4294967295.0, 4294967296.0, 9.2e18, 9.3e18, 1.8e19,
            1.9e19, -9.3e18, 1.7e38, 3.4e38, $t::MAX, $t::MIN, $t::EPSILON, $t::INFINITY, $t::NEG_INFINITY, $t::NAN,
        ] {
            for (i, y) in to_all!(x).into_iter().enumerate() {
                if x.is_nan() && i >= 12 {
                    continue; // the bits of a NaN are anyone's
                }
                sum = (sum ^ y as u64 ^ (y >> 64) as u64).wrapping_mul(0x9e3779b97f4a7c15).rotate_left(i as u32 + 3);
            }
        }
        println!("{} {:016x}", stringify!($t), sum);
    })*};
}

fn main() {
    sweep_ints!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);
    sweep_floats!(f32 f64);
    for x in [-129.0f32, 0.99, 255.5, 3e9] {
        println!("{:?}", to_all!(x));
    }
}
