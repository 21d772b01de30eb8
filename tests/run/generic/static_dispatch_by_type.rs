trait Zero {
    fn zero() -> Self;
    fn kind() -> &'static str;
}

macro_rules! zeros {
    ($($t:ty),*) => {$(
        impl Zero for $t {
            fn zero() -> $t { 0 as $t }
            fn kind() -> &'static str { stringify!($t) }
        }
    )*};
}
zeros!(u8, i64, f32);

impl<T: Zero, U: Zero> Zero for (T, U) {
    fn zero() -> (T, U) {
        (T::zero(), U::zero())
    }
    fn kind() -> &'static str {
        U::kind()
    }
}

fn make<T: Zero>() -> T {
    T::zero()
}

fn main() {
    let p: (u8, (i64, f32)) = make();
    println!("{:?} {}", p, <(u8, i64)>::kind());
    println!("{} {}", make::<i64>(), <f32 as Zero>::kind());
}
