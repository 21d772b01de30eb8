//! Calls through `dyn`: boxed shapes, closures in boxes, a tree of boxed nodes.
trait Shape {
    fn area(&self) -> f64;
    fn scale(&mut self, by: f64);
}

struct Circle {
    radius: f64,
}

struct Rectangle {
    width: f64,
    height: f64,
}

struct Group {
    members: Vec<Box<dyn Shape>>,
}

impl Shape for Circle {
    fn area(&self) -> f64 {
        3.25 * self.radius * self.radius
    }
    fn scale(&mut self, by: f64) {
        self.radius *= by;
    }
}

impl Shape for Rectangle {
    fn area(&self) -> f64 {
        self.width * self.height
    }
    fn scale(&mut self, by: f64) {
        self.width *= by;
        self.height *= by;
    }
}

impl Shape for Group {
    fn area(&self) -> f64 {
        self.members.iter().map(|shape| shape.area()).sum()
    }
    fn scale(&mut self, by: f64) {
        for shape in self.members.iter_mut() {
            shape.scale(by);
        }
    }
}

enum Tree {
    Leaf(i64),
    Fork(Box<Tree>, Box<Tree>),
}

fn grow(depth: u32, seed: i64) -> Tree {
    if depth == 0 {
        return Tree::Leaf(seed);
    }
    Tree::Fork(Box::new(grow(depth - 1, seed * 2)), Box::new(grow(depth - 1, seed * 2 + 1)))
}

fn sum(tree: &Tree) -> i64 {
    match tree {
        Tree::Leaf(value) => *value,
        Tree::Fork(left, right) => sum(left) + sum(right),
    }
}

fn run() {
    let mut shapes: Vec<Box<dyn Shape>> = Vec::new();
    for i in 0..300 {
        let size = 1.0 + i as f64 / 100.0;
        match i % 3 {
            0 => shapes.push(Box::new(Circle { radius: size })),
            1 => shapes.push(Box::new(Rectangle { width: size, height: 2.0 })),
            _ => {
                let members: Vec<Box<dyn Shape>> = vec![
                    Box::new(Circle { radius: 0.5 }),
                    Box::new(Rectangle { width: size, height: size }),
                ];
                shapes.push(Box::new(Group { members }));
            }
        }
    }
    let mut total = 0.0;
    for round in 0..6000 {
        for shape in &mut shapes {
            shape.scale(if round % 2 == 0 { 1.25 } else { 0.8 });
        }
        total += shapes.iter().map(|shape| shape.area()).sum::<f64>();
    }
    println!("{total:.4}");
    let steps: Vec<Box<dyn Fn(i64) -> i64>> =
        vec![Box::new(|x| x + 3), Box::new(|x| x * 5 % 1_000_007), Box::new(move |x| x ^ 0x55)];
    let mut value = 1;
    for i in 0..3_000_000 {
        value = steps[i % steps.len()](value);
    }
    println!("{value}");
    let mut leaves = 0i64;
    for _ in 0..40 {
        leaves = leaves.wrapping_add(sum(&grow(15, 1)));
    }
    println!("{leaves}");
}

fn main() {
    run();
    let start = std::time::Instant::now();
    run();
    eprintln!("{}", start.elapsed().as_micros());
}
