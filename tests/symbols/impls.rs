// Inherent impls and impls of traits, numbered per module; derived ones come after the written.
use std::fmt;

#[derive(Clone, Debug, PartialEq)]
struct Point {
    x: i32,
    y: i32,
}

impl Point {
    fn new(x: i32, y: i32) -> Self {
        Point { x, y }
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({}, {})", self.x, self.y)
    }
}

impl Point {
    fn len(&self) -> i32 {
        self.x.abs() + self.y.abs()
    }
}

macro_rules! shapes {
    ($($name:ident)*) => { $(
        #[derive(Clone, Copy, PartialEq, Debug)]
        struct $name(i32);
        impl Area for $name {
            fn area(&self) -> i32 {
                self.0
            }
        }
        impl $name {
            fn make(x: i32) -> Self {
                $name(x)
            }
        }
    )* };
}

trait Area {
    fn area(&self) -> i32;
    fn twice(&self) -> i32 {
        self.area() * 2
    }
}

shapes! { Square Circle }

impl Area for Point {
    fn area(&self) -> i32 {
        self.x * self.y
    }
}

#[derive(Clone, PartialEq, Debug)]
enum Choice {
    A(Point),
    B,
}

mod other {
    pub struct Inside;
    impl Inside {
        pub fn value(&self) -> i32 {
            struct Local(i32);
            impl Local {
                fn get(&self) -> i32 {
                    self.0
                }
            }
            Local(5).get()
        }
    }
    impl Drop for Inside {
        fn drop(&mut self) {
            println!("dropped");
        }
    }
}

fn main() {
    let p = Point::new(1, 2);
    println!("{} {:?} {} {}", p, p.clone(), p.len(), p == p.clone());
    println!("{} {}", Square::make(2).twice(), Circle::make(3).area() + p.twice());
    println!("{:?} {:?}", Square(1).clone(), Circle(2) == Circle(3));
    println!("{:?} {}", Choice::A(p.clone()), Choice::B == Choice::B.clone());
    println!("{}", other::Inside.value());
}
