trait Shape {
    pub fn area(&self) -> f64; //~ E0449
    const fn sides() -> u32; //~ E0379
    fn corner((x, y): (f64, f64)) -> f64; //~ E0642
    fn fine(x: f64, _: f64);
}

struct Square;

impl Shape for Square {
    pub fn area(&self) -> f64 { //~ E0449
        1.0
    }
    fn sides() -> u32 {
        4
    }
    fn corner(x: (f64, f64)) -> f64 {
        x.0
    }
    fn fine(_: f64, _: f64) {}
}

impl Square {
    fn lost(&self); //~ ERROR associated function in `impl` without body
    fn boxed(self: Box<Self>) {}
    fn counted(self: &std::rc::Rc<Self>) {}
    fn wrong(self: u32) {} //~ E0307
    fn other(self: &Vec<Square>) {} //~ E0307
}

fn gone(); //~ ERROR free function without a body

struct Holder {
    value: impl Copy, //~ E0562
}

union Word {
    number: u32,
    text: String, //~ E0740
    kept: std::mem::ManuallyDrop<String>,
}

struct Lines {
    all: [str], //~ E0277
    count: usize,
}

enum Code { //~ E0732
    Low = 1,
    High(u8) = 2,
}

fn takes(x: impl Copy) -> impl Copy {
    let y: impl Copy = x; //~ E0562
    y
}

fn main() {}
