macro_rules! show {
    ($($t:ident)*) => {$(
        let (a, b): ($t, $t) = (100, 7);
        println!("{}: {} {} {} {} {}", stringify!($t), a + b, a - b, a / b, a % b, $t::MAX);
        println!("{}: {} {} {} {} {}", stringify!($t), a & b, a | b, a ^ b, !a, a >> 1);
        println!("{} {} {}", $t::MIN, $t::BITS, (a << 1) as i64);
    )*};
}

fn main() {
    show!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize);
}
