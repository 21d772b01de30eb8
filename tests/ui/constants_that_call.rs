use std::collections::HashMap;

struct Point(i32);

impl Point {
    fn plain(x: i32) -> Point {
        Point(x)
    }
    const fn known(x: i32) -> Point {
        Point(x)
    }
}

impl PartialEq for Point {
    fn eq(&self, other: &Point) -> bool {
        self.0 == other.0
    }
}

fn number() -> u32 {
    7
}

const A: u32 = number(); //~ E0015
static B: HashMap<u32, u32> = HashMap::new(); //~ E0015
const C: Point = Point::plain(1); //~ E0015
const D: Point = Point::known(2);
static NAME: String = String::from("name"); //~ E0015

const fn twice(f: fn() -> u32) -> u32 {
    f() * 2 //~ ERROR function pointer calls are not allowed
}

const fn longest(words: &[&str]) -> usize {
    words.len() + number() as usize //~ E0015
}

fn main() {
    const INNER: Option<Point> = Some(Point::known(3));
    let list = const { vec_of(3) }; //~ E0015
    println!("{} {} {}", A, D.0, longest(&[]));
    let _ = (list, twice(number), B.len(), C.0, INNER, NAME.len());
}

fn vec_of(n: usize) -> Vec<usize> {
    vec![n]
}
