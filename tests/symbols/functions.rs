// Modules, nested functions, functions of the same name in different blocks.
mod outer {
    pub mod inner {
        pub fn deep(x: u32) -> u32 {
            fn helper(x: u32) -> u32 {
                x + 1
            }
            helper(x)
        }
    }
    #[inline(never)]
    pub fn twice<T: Copy + std::ops::Add<Output = T>>(x: T) -> T {
        x + x
    }
}

fn blocks(x: u32) -> u32 {
    let a = {
        fn step(x: u32) -> u32 {
            x + 10
        }
        step(x)
    };
    let b = {
        fn step(x: u32) -> u32 {
            x + 20
        }
        step(x)
    };
    fn step(x: u32) -> u32 {
        x + 30
    }
    a + b + step(x)
}

#[no_mangle]
pub fn plain_name(x: u32) -> u32 {
    x
}

#[inline]
fn inlined(x: u32) -> u32 {
    x * 2
}

#[inline(always)]
fn always(x: u32) -> u32 {
    x * 3
}

fn größe(x: u32) -> u32 {
    x
}

fn _underscore(x: u32) -> u32 {
    x
}

fn main() {
    println!("{}", outer::inner::deep(1) + outer::twice(4u32) + blocks(2) + plain_name(3));
    println!("{} {} {}", outer::twice(4i64), outer::twice(1.5f64), inlined(1) + always(2));
    println!("{} {}", größe(1), _underscore(2));
}
