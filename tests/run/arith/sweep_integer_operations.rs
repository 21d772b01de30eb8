// Every operation on every pair of interesting values of every integer type; the results are
// folded into a checksum per type and operation.
fn fold(sum: &mut u64, value: u128) {
    for part in [value as u64, (value >> 64) as u64] {
        *sum = (*sum ^ part).wrapping_mul(0x100000001b3).rotate_left(7);
    }
}

macro_rules! sweep {
    ($($t:ident)*) => {$({
        let values: [$t; 12] = [
            0, 1, 2, 3, 7, 10, 100, $t::MAX, $t::MIN, $t::MAX / 2, $t::MAX - 1, !(0 as $t) ^ 5,
        ];
        let mut sums = [0xcbf29ce484222325u64; 12];
        for &a in &values {
            for &b in &values {
                fold(&mut sums[0], a.wrapping_add(b) as u128);
                fold(&mut sums[1], a.wrapping_sub(b) as u128);
                fold(&mut sums[2], a.wrapping_mul(b) as u128);
                fold(&mut sums[3], a.checked_div(b).unwrap_or(77) as u128);
                fold(&mut sums[4], a.checked_rem(b).unwrap_or(77) as u128);
                let (x, o) = a.overflowing_mul(b);
                fold(&mut sums[5], (x as u128).wrapping_add(o as u128));
                fold(&mut sums[6], a.checked_add(b).is_some() as u128);
                fold(&mut sums[7], a.saturating_sub(b) as u128);
                fold(&mut sums[8], (a & b | a ^ !b) as u128);
                let by = (b & 127) as u32 % $t::BITS;
                fold(&mut sums[9], (a << by) as u128);
                fold(&mut sums[10], (a >> by) as u128);
                fold(&mut sums[11], (a < b) as u128 + (a == b) as u128 * 2 + (a >= b) as u128 * 4);
            }
        }
        print!("{}", stringify!($t));
        for sum in sums {
            print!(" {:x}", sum >> 40);
        }
        println!();
    })*};
}

fn main() {
    sweep!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);
}
