//@ exit: 29
extern "C" {
    fn exit(code: i32) -> !;
}

struct Point {
    x: i32,
    y: u8,
}

impl Point {
    fn new(x: i32, y: u8) -> Point {
        Point { x, y }
    }

    fn sum(&self) -> i32 {
        self.x + self.y as i32
    }

    fn shift(&mut self, by: i32) {
        self.x += by;
    }
}

fn main() {
    let mut p = Point::new(10, 9);
    p.shift(10);
    unsafe { exit(p.sum()) }
}
