trait Shape {
    const SIDES: u32;
    fn area(&self) -> f64;
    fn scale(&mut self, by: f64) -> bool;
    fn make(side: f64) -> Self;
    fn pair<T>(&self, other: T) -> (T, T);
    fn each(&self, items: &[u8]) -> Vec<<Self as Typed>::Of>
    where
        Self: Typed;
}

trait Typed {
    type Of;
}

struct Square(f64);
struct Circle(f64);

impl Typed for Square {
    type Of = u16;
}

impl Typed for Circle {
    type Of = ();
}

impl Shape for Square {
    const SIDES: u64 = 4; //~ E0326
    fn area(&self) -> f32 { //~ E0053
        self.0 as f32
    }
    fn scale(&mut self, by: &f64) -> bool { //~ E0053
        self.0 *= *by;
        true
    }
    fn make(&self) -> Self { //~ E0185
        Square(self.0)
    }
    fn pair(&self, other: u8) -> (u8, u8) { //~ E0049
        (other, other)
    }
    fn each(&self, _: &[u8]) -> Vec<u16> {
        Vec::new()
    }
}

impl Shape for Circle {
    const SIDES: u32 = 0;
    fn area(self) -> f64 { //~ E0053
        self.0
    }
    fn scale(&mut self) -> bool { //~ E0050
        true
    }
    fn make(side: f64) -> Circle {
        Circle(side)
    }
    fn pair<U>(&self, other: U) -> (U, u8) { //~ E0053
        (other, 0)
    }
    fn each(&self, items: &[u8]) -> Vec<<Self as Typed>::Of>
    where
        Self: Typed,
    {
        let _ = items;
        Vec::new()
    }
    fn area(&self) -> f64 { //~ E0201
        0.0
    }
}

impl Drop for Circle {
    fn drop() {} //~ E0186
}

fn main() {}
