//@ exit: 35
use std::ops::{Add, Mul, Neg};

#[derive(Clone, Copy, PartialEq)]
struct P(i32, i32);

impl Add for P {
    type Output = P;
    fn add(self, o: P) -> P {
        P(self.0 + o.0, self.1 + o.1)
    }
}

impl Mul<i32> for P {
    type Output = P;
    fn mul(self, k: i32) -> P {
        P(self.0 * k, self.1 * k)
    }
}

impl Neg for P {
    type Output = P;
    fn neg(self) -> P {
        P(-self.0, -self.1)
    }
}

fn main() {
    let p = (P(1, 2) + P(3, 4)) * 5 + -P(10, 5);
    std::process::exit(if p == P(10, 25) { p.0 + p.1 } else { 1 });
}
