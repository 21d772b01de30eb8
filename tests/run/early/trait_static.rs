//@ exit: 50
trait Area {
    const SIDES: i32;
    fn area(&self) -> i32;
    fn score(&self) -> i32 {
        self.area() * Self::SIDES
    }
}

struct Square(i32);
struct Tri(i32, i32);

impl Area for Square {
    const SIDES: i32 = 4;
    fn area(&self) -> i32 {
        self.0 * self.0
    }
}

impl Area for Tri {
    const SIDES: i32 = 3;
    fn area(&self) -> i32 {
        self.0 * self.1 / 2
    }
}

fn score<T: Area>(t: &T) -> i32 {
    t.score()
}

fn main() {
    std::process::exit(score(&Square(2)) + score(&Tri(4, 5)) + Tri(2, 4).area());
}
