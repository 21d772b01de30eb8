mod m {
    pub struct P {
        x: i32,
    }

    impl P {
        pub fn new() -> P {
            P { x: 1 }
        }
    }
}

fn main() {
    let p = m::P::new();
    println!("{}", p.x); //~ E0616
}
