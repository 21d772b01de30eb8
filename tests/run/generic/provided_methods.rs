trait Shape {
    fn area(&self) -> f64;

    fn name(&self) -> String {
        String::from("shape")
    }

    fn describe(&self) -> String {
        format!("{} of {:.2}", self.name(), self.area())
    }
}

struct Square(f64);
struct Circle(f64);

impl Shape for Square {
    fn area(&self) -> f64 {
        self.0 * self.0
    }
}

impl Shape for Circle {
    fn area(&self) -> f64 {
        3.14159 * self.0 * self.0
    }

    fn name(&self) -> String {
        "circle".into()
    }
}

fn main() {
    println!("{}", Square(2.0).describe());
    println!("{}", Circle(1.0).describe());
}
