mod shapes {
    pub struct Square(f64);
    pub trait Area {}
}

use shapes::Area;

struct Point {
    x: i32,
}

enum Kind {
    A,
}

fn outer<T>(limit: usize, value: T) {
    let offset = 3;
    fn inner(n: usize) -> usize {
        n + limit //~ E0434
    }
    fn generic(x: T) {} //~ E0401
    struct Inside(T); //~ E0401
    const SIZE: usize = offset; //~ E0435
    let _ = [0; offset]; //~ E0435
    use missing::Thing; //~ E0432
    use std::collections::HashMop; //~ E0432
    struct Twice;
    struct Twice; //~ E0428
    let _ = (inner(1), value, SIZE);
}

impl Missing for Point {} //~ E0405

fn bound<T: Unknown>(_: T) {} //~ E0405

fn main() {
    let a = Point; //~ E0423
    let b = Kind; //~ E0423
    let c = shapes; //~ E0423
    let d = println; //~ E0423
    let e = u32; //~ E0423
    let f = Nothing { x: 1 }; //~ E0422
    let g = nothing; //~ E0425
    let local = 1;
    let h = local { x: 1 }; //~ E0574
    outer(1, 2);
    bound(3);
}
