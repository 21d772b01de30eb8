struct P {
    x: i32,
}

fn main() {
    let p = P { x: 1 };
    p.run(); //~ E0599
    println!("{}", p.y); //~ E0609
    5i32.missing(); //~ E0599
}
