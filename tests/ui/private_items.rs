mod m {
    fn hidden() {}

    pub struct P {
        x: i32,
    }

    impl P {
        pub fn new() -> P {
            hidden();
            P { x: 1 }
        }
    }
}

fn main() {
    m::hidden(); //~ E0603
    let p = m::P::new();
}
