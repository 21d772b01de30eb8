enum Shape {
    Circle(u32),
    Square { side: u32 },
    Pair(Option<u32>, Result<u32, u8>),
}

fn size(shape: &Shape) -> u32 {
    match shape {
        Shape::Circle(n) | Shape::Square { side: n } => *n,
        Shape::Pair(Some(a @ (1 | 2)), Ok(b)) => a * 100 + b,
        Shape::Pair(None, Ok(n)) | Shape::Pair(Some(n), Err(_)) => n + 1000,
        Shape::Pair(..) => 0,
    }
}

fn main() {
    let shapes = [
        Shape::Circle(5),
        Shape::Square { side: 6 },
        Shape::Pair(Some(2), Ok(7)),
        Shape::Pair(None, Ok(8)),
        Shape::Pair(Some(9), Err(1)),
        Shape::Pair(None, Err(1)),
    ];
    for shape in &shapes {
        println!("{}", size(shape));
    }
}
