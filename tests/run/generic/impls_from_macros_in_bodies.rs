macro_rules! shown {
    ($name:ident $(( $($field:ty),+ ))?) => {
        #[derive(Clone, Debug, PartialEq)]
        struct $name $(( $($field),+ ))?;

        impl Drop for $name {
            fn drop(&mut self) {
                println!("drop {}", stringify!($name));
            }
        }
    };
}

macro_rules! outer {
    ($name:ident) => {
        shown!($name(u8));
    };
}

trait Number {
    fn number(&self) -> i32;
}

macro_rules! numbers {
    ($($ty:ty => $number:expr),*) => {
        $(impl Number for $ty { fn number(&self) -> i32 { $number } })*
    };
}

struct Holder;

impl Holder {
    fn hold(&self) -> bool {
        shown!(Inner(u32, bool));
        Inner(1, true) == Inner(1, false)
    }
}

fn main() {
    shown!(Unit);
    println!("{:?}", Unit);
    outer!(Deep);
    println!("{:?}", Deep(3).clone());
    println!("{}", Holder.hold());
    {
        numbers!(u8 => 8, str => 100);
    }
    println!("{} {}", 1u8.number(), "s".number());
}
