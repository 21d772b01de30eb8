// What macros make is numbered in the order it is expanded.
macro_rules! make_fn {
    ($name:ident, $value:expr) => {
        fn $name() -> i32 {
            $value
        }
    };
}

macro_rules! two_impls {
    ($t:ty) => {
        impl One for $t {
            fn one(&self) -> i32 {
                1
            }
        }
        impl Two for $t {}
        nested!($t);
    };
}

macro_rules! nested {
    ($t:ty) => {
        impl Three for $t {
            fn three(&self) -> i32 {
                3
            }
        }
    };
}

trait One {
    fn one(&self) -> i32;
}
trait Two {
    fn two(&self) -> i32 {
        2
    }
}
trait Three {
    fn three(&self) -> i32;
}

#[derive(Debug, Clone)]
struct First;
two_impls!(First);
#[derive(Debug, Clone)]
struct Second;
two_impls!(Second);
impl First {
    fn own(&self) -> i32 {
        4
    }
}
nested!(u8);
make_fn!(five, 5);
make_fn!(six, 6);

fn main() {
    println!("{}", First.one() + First.two() + First.three() + First.own());
    println!("{}", Second.one() + Second.two() + Second.three() + 1u8.three());
    println!("{:?} {:?}", First.clone(), Second.clone());
    println!("{} {}", five(), six());
}
