enum E {
    A,
    B(bool),
}

fn f(e: E) -> i32 {
    match e { //~ E0004
        E::A => 1,
        E::B(true) => 2,
    }
}

fn g(n: u8) -> i32 {
    match n { //~ E0004
        0..=100 => 1,
        102..=255 => 2,
    }
}

fn main() {}
