mod geometry {
    pub const UNIT: i32 = 3;

    pub fn area(w: i32, h: i32) -> i32 {
        w * h * inner::factor()
    }

    mod inner {
        pub(super) fn factor() -> i32 {
            super::UNIT
        }
    }

    pub mod shapes {
        use super::area;

        pub struct Rect(pub i32, pub i32);

        impl Rect {
            pub fn area(&self) -> i32 {
                area(self.0, self.1)
            }
        }
    }
}

use geometry::shapes::{self, Rect as R};

fn main() {
    println!("{} {}", geometry::area(2, 2), R(4, 5).area());
    println!("{}", shapes::Rect(1, 1).area() + crate::geometry::UNIT);
}
