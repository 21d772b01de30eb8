// A macro is found from any depth of functions in functions, written or made by macros.
macro_rules! one {
    () => {
        1
    };
}

macro_rules! repeat {
    ([1] $value:expr, $ty:ty) => {{ $value }};
    ([2 $($n:tt)*] $value:expr, $ty:ty) => {{
        const fn twice(_: u32) -> $ty {
            repeat!([$($n)*] $value, $ty)
        }
        twice(0) + twice(1)
    }};
}

macro_rules! function {
    ($name:ident $($body:tt)*) => {
        fn $name() -> i32 {
            $($body)*
        }
    };
}

const SUM: i32 = repeat!([2 2 2 1] 5, i32);

fn main() {
    macro_rules! local {
        () => {
            10
        };
    }
    fn a() -> i32 {
        fn b() -> i32 {
            fn c() -> i32 {
                macro_rules! one {
                    () => {
                        100
                    };
                }
                fn d() -> i32 {
                    one!() + local!()
                }
                d()
            }
            c() + one!()
        }
        b()
    }
    function!(outer function!(inner function!(innermost one!()); innermost()); inner());
    println!("{} {} {} {}", SUM, repeat!([2 2 1] 6u8, u8), a(), outer());
}
