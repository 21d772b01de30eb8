enum Shape {
    Circle(u32),
    Square(u32),
    Rect { w: u32, h: u32 },
}

fn twice(a: u32, (b, a): (u32, u32)) -> u32 { //~ E0415
    a + b
}

fn fine(_: u32, _: u32, (a, [b, ..] | [.., b]): (u32, [u32; 2])) -> u32 {
    a + b
}

fn main() {
    let (x, x) = (1, 2); //~ E0416
    let add = |p: u32, p: u32| p; //~ E0415
    match Shape::Circle(1) {
        Shape::Circle(r) | Shape::Rect { w: r, h: _ } => println!("{r}"),
        Shape::Circle(side) | Shape::Square(s) => {} //~ E0408
        Shape::Square(n) | Shape::Rect { .. } => {} //~ E0408
    }
    match (1, Some(2)) {
        (a, Some(b)) | (b, Some(a)) if a > b => {}
        _ => {}
    }
    let [c, .., c] = [1, 2, 3]; //~ E0416
    let _ = (twice(1, (2, 3)), fine(1, 2, (3, [4, 5])), add(1, 2), x);
}
