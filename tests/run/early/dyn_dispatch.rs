//@ exit: 33
trait Value {
    fn get(&self) -> i32;

    fn twice(&self) -> i32 {
        self.get() * 2
    }
}

struct A(i32);
struct B;

impl Value for A {
    fn get(&self) -> i32 {
        self.0
    }
}

impl Value for B {
    fn get(&self) -> i32 {
        10
    }

    fn twice(&self) -> i32 {
        23
    }
}

fn sum(a: &dyn Value, b: &dyn Value) -> i32 {
    a.twice() + b.twice()
}

fn main() {
    std::process::exit(sum(&A(5), &B));
}
